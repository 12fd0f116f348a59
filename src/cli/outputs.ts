/** Where the results of a run go: standard streams and files, by the options that name them. */
import { realpathSync } from 'node:fs';
import { UserError } from '../diagnostic.ts';
import { OutFile } from './outfile.ts';
import type { Session } from './session.ts';
import type { RunFlags } from './settings.ts';

export interface TextSink {
  write(text: string): void;
}

/** The places for each kind of result; no place where it is not wanted. */
export interface Outputs {
  gctrace: readonly TextSink[];
  csv: TextSink | undefined;
  json: TextSink | undefined;
  /** Undefined where another kind has standard output to itself. */
  report: TextSink | undefined;
  files: readonly OutFile[];
}

/** The options that name an output. */
const kinds = ['csv', 'json', 'gctrace'] as const;
type Kind = (typeof kinds)[number];

/**
 * Opens all outputs. Throws UserError, and leaves no file behind, where one cannot be written, or two are one.
 * `workloadPath` is the file that is read meanwhile.
 */
export function openOutputs(
  flags: RunFlags,
  session: Session,
  workloadPath: string | undefined,
): Outputs {
  const onStandardOutput = kinds.filter((kind) => flags[kind] === '-');
  if (onStandardOutput.length > 1) {
    throw new UserError({
      severity: 'error',
      message: `${inWords(onStandardOutput)} ask for standard output, which only one can have`,
      hint: `give all but one of them a file, as in --${onStandardOutput[1]} <file>`,
    });
  }
  const opened = new Map<Kind, OutFile>();
  try {
    for (const kind of kinds) {
      const path = flags[kind];
      if (path === undefined || path === '-') continue;
      opened.set(kind, new OutFile(path, `--${kind}`, session.io.cwd));
    }
    checkDistinct(opened, workloadPath);
  } catch (error) {
    for (const file of opened.values()) file.discard();
    throw error;
  }
  const sinkOf = (kind: Kind) => (flags[kind] === '-' ? session.out : opened.get(kind));
  const gctraceSink = sinkOf('gctrace');
  const gctrace: TextSink[] = gctraceSink === undefined ? [] : [gctraceSink];
  // On standard output they are not needed on standard error as well.
  if (!flags.quiet && flags.gctrace !== '-') gctrace.push(session.err);
  return {
    gctrace,
    csv: sinkOf('csv'),
    json: sinkOf('json'),
    report: onStandardOutput.length === 0 ? session.out : undefined,
    files: [...opened.values()],
  };
}

function checkDistinct(opened: ReadonlyMap<Kind, OutFile>, workloadPath: string | undefined): void {
  const takenBy = new Map<string, string>();
  if (workloadPath !== undefined) takenBy.set(realpathSync(workloadPath), 'the workload');
  for (const [kind, file] of opened) {
    if (!file.isReplaced) continue;
    const other = takenBy.get(file.target);
    if (other !== undefined) {
      throw new UserError({
        severity: 'error',
        message: `cannot write "${file.path}" (--${kind}): it is the file of ${other}`,
      });
    }
    takenBy.set(file.target, `--${kind}`);
  }
}

function inWords(names: readonly Kind[]): string {
  const flags = names.map((name) => `--${name}`);
  return `${flags.slice(0, -1).join(', ')} and ${flags.at(-1)}`;
}
