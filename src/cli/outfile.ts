/**
 * A file that a command was asked to write: whole or not at all. The text goes to a temporary file in the
 * same folder, which takes the name only once everything is on the disk. What is no regular file (a device,
 * a named pipe) is written to directly, for there is nothing to replace.
 */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../diagnostic.ts';

/** Characters gathered before they are written. */
const bufferedCharsMax = 1 << 16;

export class OutFile {
  /** The path as the user wrote it. */
  readonly path: string;
  /** Where the text ends up: absolute, links followed. */
  readonly target: string;
  readonly #temporary: string | undefined;
  readonly #fd: number;
  #buffered = '';
  #isOpen = true;

  /** Opens `path`; throws UserError, naming `flag`, where nothing can be written there. */
  constructor(path: string, flag: string, cwd: string) {
    this.path = path;
    try {
      const place = findPlace(path, cwd);
      this.target = place.target;
      if (place.kind === 'special') {
        this.#temporary = undefined;
        this.#fd = openSync(place.target, constants.O_WRONLY);
      } else {
        const temporary = createTemporary(dirname(place.target));
        this.#temporary = temporary.path;
        this.#fd = temporary.fd;
        if (place.mode !== undefined) fchmodSync(this.#fd, place.mode);
      }
    } catch (error) {
      throw cannotWrite(path, flag, error);
    }
  }

  /** False for a device or a pipe, which is written to as it is. */
  get isReplaced(): boolean {
    return this.#temporary !== undefined;
  }

  write(text: string): void {
    this.#buffered += text;
    if (this.#buffered.length >= bufferedCharsMax) this.#empty();
  }

  /** Gives the text its name. After this the file is there, whole. */
  commit(): void {
    if (!this.#isOpen) return;
    this.#empty();
    try {
      if (this.#temporary === undefined) {
        this.#close();
        return;
      }
      fsyncSync(this.#fd);
      this.#close();
      renameSync(this.#temporary, this.target);
    } catch (error) {
      this.discard();
      throw cannotWrite(this.path, undefined, error);
    }
  }

  /** Leaves no trace. Does nothing after `commit`. */
  discard(): void {
    if (!this.#isOpen) return;
    this.#close();
    if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true });
  }

  #empty(): void {
    const bytes = Buffer.from(this.#buffered);
    this.#buffered = '';
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      // The reader of a named pipe has gone: what it wanted, it has.
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
      this.discard();
      throw cannotWrite(this.path, undefined, error);
    }
  }

  #close(): void {
    this.#isOpen = false;
    closeSync(this.#fd);
  }
}

type Place = { target: string } & ({ kind: 'special' } | { kind: 'regular'; mode?: number });

/** Where `path` leads, and what is there now. */
function findPlace(path: string, cwd: string): Place {
  if (path === '') throw reason('the name is empty');
  const asked = resolve(cwd, path);
  const stat = statSync(asked, { throwIfNoEntry: false });
  if (stat === undefined) {
    if (/[/\\]$/.test(path)) throw reason('there is no such folder');
    return { kind: 'regular', target: asked };
  }
  if (stat.isDirectory()) throw reason('it is a folder');
  if (!stat.isFile()) return { kind: 'special', target: asked };
  const target = realpathSync(asked);
  accessSync(target, constants.W_OK);
  return { kind: 'regular', target, mode: stat.mode & 0o7777 };
}

/** A new, empty file in `folder`. */
function createTemporary(folder: string): { path: string; fd: number } {
  for (let attempt = 0; ; attempt++) {
    const path = join(folder, `.gcsim-${process.pid}-${attempt}.tmp`);
    try {
      return { path, fd: openSync(path, 'wx') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function reason(text: string): Error {
  return new Error(text);
}

const reasonByCode: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is no folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be too large',
  EIO: 'input/output error',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  EISDIR: 'it is a folder',
  EMFILE: 'too many open files',
  ENXIO: 'nobody is at the other end',
};

/** What a failed file operation means, in words. */
export function describeFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasonByCode[code]) || message;
}

function cannotWrite(path: string, flag: string | undefined, error: unknown): UserError {
  const asked = flag === undefined ? '' : ` (${flag})`;
  return new UserError([
    { severity: 'error', message: `cannot write "${path}"${asked}: ${describeFileError(error)}` },
  ]);
}
