/** `gcsim explain`: what one line of a trace says, or what a finding means. */
import type { Command } from 'commander';
import { didYouMean, UserError } from '../diagnostic.ts';
import { addNotes, type Example } from './help.ts';
import type { Session } from './session.ts';

interface ExplainFlags {
  color?: boolean;
}

export function defineExplain(program: Command, session: Session): void {
  const command = program
    .command('explain')
    .argument('[words...]', 'a line of a log, in quotes, or the name of a finding')
    .summary('explain a line of a log, or a finding')
    .description(about)
    .option('--color', 'in colour, whatever the terminal')
    .option('--no-color', 'without colour')
    .action(async (words: string[], flags: ExplainFlags) => {
      await explain(words.join(' '), flags, session);
    });
  addNotes(command, { examples }, () => session.out.columns ?? 80);
}

const about =
  'Explains one gctrace line figure by figure, as the release means it that printed it; lines of the pacer and the scavenger too. Or says when a finding of gcsim analyze is reported, why it matters, and what to try. Without anything it lists the findings.';

const examples: readonly Example[] = [
  ["gcsim explain 'gc 7 @0.213s 3%: …'", 'a line of a log, all of it'],
  ['gcsim explain "$(grep \'^gc 17 \' gc.log)"', 'the 17th of a log'],
  ['gcsim explain assist-pressure', 'a finding'],
  ['gcsim explain', 'the list of them'],
];

async function explain(text: string, flags: ExplainFlags, session: Session): Promise<void> {
  const [{ findingRules }, { textStyle }, rules] = await Promise.all([
    import('../analysis/findings.ts'),
    import('./colour.ts'),
    import('../report/rules.ts'),
  ]);
  const { out, io } = session;
  const style = await textStyle(out, io.env, flags.color);
  const words = text.trim();
  if (words === '') {
    out.write(rules.renderRules(findingRules, style));
    return;
  }
  const rule = findingRules.find(({ name }) => name === words);
  if (rule !== undefined) {
    out.write(rules.renderRule(rule, style));
    return;
  }
  const { explainLine, renderExplanation } = await import('../report/explain.ts');
  const explained = explainLine(text);
  if ('title' in explained) {
    out.write(renderExplanation(explained, style));
    return;
  }
  const names = findingRules.map(({ name }) => name);
  if (/^[a-z0-9-]+$/i.test(words)) {
    throw new UserError({
      severity: 'error',
      message: `there is no finding "${words}", and it is no line of a log`,
      hint: didYouMean(words, names, 'findings'),
    });
  }
  const { column, expected } = explained;
  throw new UserError(
    column === undefined
      ? {
          severity: 'error',
          message: `this is no line that the runtime prints; expected ${expected}`,
        }
      : {
          severity: 'error',
          line: 1,
          column,
          lineText: text,
          message: `this line is not whole: at column ${column} expected ${expected}`,
          hint: 'a line that other output has cut into pieces is put together by gcsim analyze',
        },
  );
}
