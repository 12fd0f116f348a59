/** The workloads that come with gcsim, and how a word on the command line finds a workload. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean, UserError } from '../diagnostic.ts';
import type { Workload } from '../workload/workload.ts';
import { describeFileError } from './outfile.ts';
import type { Session } from './session.ts';

const folder = fileURLToPath(new URL('../../workloads/', import.meta.url));
const ending = '.yaml';
/** What the build makes of them, for a quick start. Not there where the sources are run as they are. */
const compiledFolder = fileURLToPath(new URL('./workloads/', import.meta.url));

/** A file of ours is written by hand; what is larger than this is something else. */
const workloadBytesMax = 1 << 20;

/** The text of a workload, and how messages call it. */
export interface WorkloadText {
  text: string;
  /** As the user wrote it; "-" for standard input. */
  file: string;
  /** The file on the disk; undefined for standard input. */
  path?: string;
  /** What the text says, where that is known already: under whatever settings, nothing in it is wrong. */
  compiled?: Workload;
}

/** Names of the built-in workloads, in alphabetical order. */
export function builtinNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

/** The file of a built-in workload. Throws UserError for a name that none has. */
export function readBuiltin(name: string): WorkloadText {
  const names = builtinNames();
  if (!names.includes(name)) {
    throw new UserError([
      {
        severity: 'error',
        message: `there is no built-in workload "${name}"`,
        hint: didYouMean(name, names, 'built in'),
      },
    ]);
  }
  const path = `${folder}${name}${ending}`;
  const compiledPath = `${compiledFolder}${name}.json`;
  return {
    text: readFileSync(path, 'utf8'),
    file: `${name}${ending}`,
    path,
    ...(existsSync(compiledPath) && {
      compiled: JSON.parse(readFileSync(compiledPath, 'utf8')) as Workload,
    }),
  };
}

/**
 * The workload that a word on the command line means: "-" is standard input; a word with a slash, one that
 * ends in .yaml or .yml and one that names no built-in workload but an existing file are paths; all others
 * are built-in names.
 */
export async function readWorkload(word: string, session: Session): Promise<WorkloadText> {
  const path = resolve(session.io.cwd, word);
  const isPath = word === '-' || /[/\\]/.test(word) || /\.ya?ml$/i.test(word);
  if (isPath || (!builtinNames().includes(word) && existsSync(path))) {
    return await readTextFile(word, session, 'the workload');
  }
  return readBuiltin(word);
}

/** The text of a file that is written by hand; "-" is standard input. `what` is how messages call it. */
export async function readTextFile(
  word: string,
  { io }: Session,
  what: string,
): Promise<WorkloadText> {
  const path = resolve(io.cwd, word);
  try {
    if (word === '-') return { text: decode(await readAll(io.stdin)), file: '-' };
    return { text: decode(readBytes(path)), file: word, path };
  } catch (error) {
    throw cannotRead(what, word === '-' ? '<stdin>' : word, error);
  }
}

/** All of a file, which may be a pipe or a device: its size says nothing, so the end of it must come soon. */
function readBytes(path: string): Uint8Array {
  const buffer = Buffer.alloc(workloadBytesMax + 1);
  const fd = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const count = readSync(fd, buffer, length, buffer.length - length, null);
      if (count === 0) return buffer.subarray(0, length);
      length += count;
      if (length > workloadBytesMax) throw tooLarge();
    }
  } finally {
    closeSync(fd);
  }
}

async function readAll(stdin: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    chunks.push(bytes);
    length += bytes.length;
    if (length > workloadBytesMax) throw tooLarge();
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('it is not UTF-8 text');
  }
}

function tooLarge(): Error {
  return new Error('it is larger than 1 MiB');
}

function cannotRead(what: string, name: string, error: unknown): UserError {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const isWorkload = what === 'the workload';
  const reason = isMissing ? 'there is no such file' : describeFileError(error);
  return new UserError([
    {
      severity: 'error',
      message: `cannot read ${what} "${name}": ${reason}`,
      ...(isMissing && isWorkload && { hint: 'gcsim workloads lists the built-in ones' }),
    },
  ]);
}
