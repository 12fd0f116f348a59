/** Where the results of a command go: standard streams and files, by the options that name them. */
import { realpathSync } from 'node:fs';
import { UserError } from '../diagnostic.ts';
import { OutFile } from './outfile.ts';
import type { Session } from './session.ts';

export interface TextSink {
  write(text: string): void;
}

/** The places for the results that options ask for. */
export interface Sinks<Kind extends string> {
  /** No place where a result is not wanted. */
  readonly of: Readonly<Record<Kind, TextSink | undefined>>;
  /** One of them has standard output to itself. */
  readonly isStdoutTaken: boolean;
  readonly files: readonly OutFile[];
}

/** What an option names: a path, or "-" for standard output; by the option's name. */
export type Asked<Kind extends string> = Readonly<Record<Kind, string | undefined>>;

/** A file that is read meanwhile, so that nothing else can be written to it. */
export interface ReadFile {
  path: string;
  /** What it is, as in "it is the file of the workload". */
  about: string;
}

/** Opens all outputs. Throws UserError, and leaves no file behind, where one cannot be written, or two are one. */
export function openSinks<Kind extends string>(
  asked: Asked<Kind>,
  session: Session,
  readFiles: readonly ReadFile[],
): Sinks<Kind> {
  const kinds = Object.keys(asked) as Kind[];
  const onStandardOutput = kinds.filter((kind) => asked[kind] === '-');
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
      const path = asked[kind];
      if (path === undefined || path === '-') continue;
      opened.set(kind, new OutFile(path, `--${kind}`, session.io.cwd));
    }
    checkDistinct(opened, readFiles);
  } catch (error) {
    for (const file of opened.values()) file.discard();
    throw error;
  }
  const sinks = kinds.map((kind) => [kind, asked[kind] === '-' ? session.out : opened.get(kind)]);
  return {
    of: Object.fromEntries(sinks) as Record<Kind, TextSink | undefined>,
    isStdoutTaken: onStandardOutput.length > 0,
    files: [...opened.values()],
  };
}

function checkDistinct(opened: ReadonlyMap<string, OutFile>, readFiles: readonly ReadFile[]): void {
  const takenBy = new Map<string, string>();
  for (const { path, about } of readFiles) takenBy.set(realpathSync(path), about);
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

function inWords(names: readonly string[]): string {
  const flags = names.map((name) => `--${name}`);
  return `${flags.slice(0, -1).join(', ')} and ${flags.at(-1)}`;
}
