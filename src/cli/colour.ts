/** Whether output is coloured, and of which characters it is made: decided here, passed down as a TextStyle. */
import type { TextStyle } from '../report/layout.ts';
import type { Io } from './io.ts';
import type { TextOutput } from './output.ts';

/** How text on `out` looks. `flag` is --color or --no-color, where one of them was given. */
export async function textStyle(
  out: TextOutput,
  env: Io['env'],
  flag: boolean | undefined,
): Promise<TextStyle> {
  const isColoured = wantsColour(out, env, flag);
  return {
    // To load it takes longer than a short run.
    chalk: isColoured ? new (await import('chalk')).Chalk({ level: 1 }) : undefined,
    columns: out.columns,
    ascii: out.isTerminal && !showsUnicode(env),
  };
}

/** The flag decides, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal that can. */
export function wantsColour(out: TextOutput, env: Io['env'], flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag;
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return out.isTerminal && TERM !== 'dumb';
}

/** False where the environment names a character set, and it is not UTF-8. Most that name none can show it. */
function showsUnicode(env: Io['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  return locale === undefined || locale === '' || /utf-?8/i.test(locale);
}
