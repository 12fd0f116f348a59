/**
 * The bytes of logs: from files, named pipes and standard input, unpacked where they are compressed, in memory
 * that does not grow with them. What they mean is no matter here: whatever is no compressed data and no UTF-16
 * passes as it is.
 *
 * A regular file is read synchronously in large pieces, which is the fastest way, with a turn of the event loop
 * after each, so that signals are heard. Pipes are read as they deliver.
 */
import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { addAbortSignal, type Readable, type Transform } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import * as zlib from 'node:zlib';
import { type Diagnostic, nearestName, UserError } from '../diagnostic.ts';

export interface InputOptions {
  /** Standard input, for the path '-'. */
  stdin: AsyncIterable<Uint8Array | string>;
  /**
   * Its descriptor, where it is the process's own and nothing has been read from it yet: a file that it is
   * redirected from is read as fast as any other then.
   */
  stdinFd?: number;
  /** Where relative paths start. */
  cwd: string;
  /** Ends the reading: what waits for a chunk gets the signal's reason thrown at it, and all files are closed. */
  signal?: AbortSignal;
}

/** One log. */
export interface TraceInput {
  /** '<stdin>', or the path as given. */
  readonly name: string;
  /** Bytes of the file, as it lies there; undefined where it is not a regular file. For progress. */
  readonly sizeBytes: number | undefined;
  /** Of those, how many have been read. */
  readonly readBytes: number;
  /**
   * The text, unpacked, without a byte order mark, cut anywhere. It can be read once. A chunk is valid until the
   * next is asked for: its memory is used again. Throws UserError where reading fails, DamagedInputError where
   * compressed data do, both after what could be read before.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What was found on the way that a user should know and that is no failure; complete when the chunks have ended. */
  readonly warnings: readonly Diagnostic[];
}

/** Compressed data that end too early or are broken. All that came before has been delivered. */
export class DamagedInputError extends UserError {
  override name = 'DamagedInputError';
  /** Bytes of text that could be unpacked. */
  readonly goodBytes: number;

  constructor(diagnostic: Diagnostic, goodBytes: number) {
    super(diagnostic);
    this.goodBytes = goodBytes;
  }
}

/**
 * The logs that the paths name, in their order; '-' is standard input. Throws UserError, with a diagnostic for
 * each path that cannot be read, before anything is read of the others. A file is opened when its chunks are
 * asked for and closed when they end, whichever way.
 */
export function openInputs(paths: readonly string[], options: InputOptions): TraceInput[] {
  const problems: Diagnostic[] = [];
  const inputs: TraceInput[] = [];
  for (const path of paths) {
    if (path === '-') {
      if (inputs.some(({ name }) => name === stdinName)) problems.push(stdinTwice);
      if (isFolder(options.stdinFd)) problems.push(stdinIsFolder);
      else inputs.push(stdinInput(options));
      continue;
    }
    try {
      inputs.push(fileInput(path, options));
    } catch (error) {
      problems.push(fileProblem(path, error, options.cwd));
    }
  }
  if (problems.length > 0) throw new UserError(problems);
  return inputs;
}

const stdinName = '<stdin>';
const stdinTwice: Diagnostic = {
  severity: 'error',
  message: 'standard input is named twice, but can be read only once',
  hint: 'write "-" once',
};

const stdinIsFolder: Diagnostic = {
  severity: 'error',
  message: 'cannot read standard input: it is a folder',
  hint: 'name the logs in it, one by one or as "folder/*.log"',
};

function isFolder(fd: number | undefined): boolean {
  return fd !== undefined && fstatSync(fd).isDirectory();
}

/** Bytes read at a time from a regular file. Larger pieces are no faster, and fall out of the cache. */
const pieceBytes = 1 << 18;

/** Bytes read from the source, for those who show progress. */
interface Meter {
  readBytes: number;
}

function fileInput(path: string, { cwd, signal }: InputOptions): TraceInput {
  if (path === '') throw new Error('the name is empty');
  const place = resolve(cwd, path);
  const stat = statSync(place);
  if (stat.isDirectory()) throw withCode('EISDIR');
  if (stat.isSocket()) throw withCode('ENXIO');
  accessSync(place, constants.R_OK);
  if (stat.isFile()) {
    const read = (meter: Meter) => ownedFile(place, meter, signal);
    return inputOf(path, { stat, signal, read, canReopen: true });
  }
  const open = stat.isFIFO() ? openPipe : createReadStream;
  const read = (meter: Meter) => streamed(() => open(place), meter, signal);
  return inputOf(path, { stat, signal, read, canReopen: false });
}

function stdinInput({ stdin, stdinFd, signal }: InputOptions): TraceInput {
  const stat = stdinFd === undefined ? undefined : fstatSync(stdinFd);
  if (stdinFd !== undefined && stat?.isFile()) {
    const read = (meter: Meter) => filePieces(stdinFd, meter, signal);
    return inputOf(stdinName, { stat, signal, read, canReopen: false });
  }
  const read = (meter: Meter) => foreign(stdin, meter, signal);
  return inputOf(stdinName, { stat: undefined, signal, read, canReopen: false });
}

type Chunks = AsyncGenerator<Uint8Array, void, undefined>;

interface Source {
  stat: Stats | undefined;
  signal: AbortSignal | undefined;
  read: (meter: Meter) => Chunks;
  /** It can be read more than once. */
  canReopen: boolean;
}

function inputOf(name: string, { stat, signal, read, canReopen }: Source): TraceInput {
  const meter: Meter = { readBytes: 0 };
  const warnings: Diagnostic[] = [];
  const open = (): Chunks => reported(name, read(meter), signal);
  // What was read is not counted again.
  const reopen = (): Chunks => reported(name, read({ readBytes: 0 }), signal);
  return {
    name,
    sizeBytes: stat?.isFile() ? stat.size : undefined,
    get readBytes() {
      return meter.readBytes;
    },
    chunks: text({ name, open, reopen: canReopen ? reopen : undefined, warnings }),
    warnings,
  };
}

// --- Bytes as they lie there --------------------------------------------------------------------------

async function* ownedFile(place: string, meter: Meter, signal?: AbortSignal): Chunks {
  signal?.throwIfAborted();
  const fd = openSync(place, 'r');
  try {
    yield* filePieces(fd, meter, signal);
  } finally {
    closeSync(fd);
  }
}

async function* filePieces(fd: number, meter: Meter, signal?: AbortSignal): Chunks {
  const before = fstatSync(fd).size;
  const buffer = Buffer.allocUnsafeSlow(pieceBytes);
  for (;;) {
    signal?.throwIfAborted();
    const count = readSync(fd, buffer, 0, pieceBytes, null);
    if (count === 0) break;
    meter.readBytes += count;
    yield buffer.subarray(0, count);
    await setImmediate();
  }
  // Files of the system's own say that they have no bytes at all.
  const after = fstatSync(fd).size;
  if (after < before && meter.readBytes < before) {
    throw new Error(`it shrank from ${before} to ${after} bytes while it was read`);
  }
}

/**
 * A named pipe. Not read as files are: a read that waits for the other end would keep the process from ending.
 * Opened without waiting, a pipe that has no writer yet is waited for by the event loop.
 */
function openPipe(place: string): Readable {
  const fd = openSync(place, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

async function* streamed(open: () => Readable, meter: Meter, signal?: AbortSignal): Chunks {
  signal?.throwIfAborted();
  const stream = open();
  if (signal !== undefined) addAbortSignal(signal, stream);
  try {
    for await (const chunk of stream) {
      meter.readBytes += (chunk as Uint8Array).length;
      yield chunk as Uint8Array;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    stream.destroy();
  }
}

/** Chunks of a stream that is not ours to close. */
async function* foreign(
  chunks: AsyncIterable<Uint8Array | string>,
  meter: Meter,
  signal?: AbortSignal,
): Chunks {
  const iterator = chunks[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const next = await unlessAborted(() => iterator.next(), signal);
      if (next.done) {
        isDone = true;
        return;
      }
      const bytes = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
      meter.readBytes += bytes.length;
      yield bytes;
    }
  } finally {
    // Not waited for: it may not end before the chunk comes that was asked for.
    if (!isDone) iterator.return?.()?.catch(() => {});
  }
}

function unlessAborted<T>(start: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return start();
  return new Promise((fulfil, reject) => {
    signal.throwIfAborted();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    start()
      .then(fulfil, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Puts the failures of the file system into words. */
async function* reported(name: string, chunks: Chunks, signal: AbortSignal | undefined): Chunks {
  try {
    yield* chunks;
  } catch (error) {
    if (signal?.aborted) throw error;
    const hint = 'copy the log and read the copy';
    throw new UserError({ ...readProblem(name, error), ...(name !== stdinName && { hint }) });
  }
}

// --- From bytes to text -------------------------------------------------------------------------------

/** Forms of compressed data that Node cannot read, by how they begin (-1: any byte). */
const foreignForms: readonly (Form & { magic: readonly number[] })[] = [
  // Behind the size of its blocks: the first block, or the end where there is no data at all.
  { form: 'bzip2', magic: [0x42, 0x5a, 0x68, -1, 0x31, 0x41], command: 'bzip2 -d <' },
  { form: 'bzip2', magic: [0x42, 0x5a, 0x68, -1, 0x17, 0x72], command: 'bzip2 -d <' },
  { form: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], command: 'xz -d <' },
  { form: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18], command: 'lz4 -d <' },
  { form: 'zip', magic: [0x50, 0x4b, 0x03, 0x04], command: 'unzip -p' },
  { form: '7z', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], command: '7z x -so' },
  { form: 'compress', magic: [0x1f, 0x9d], command: 'gzip -d <' },
];

/** What is read, by how it begins. */
const magics = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  zstdSkipped: [0x50, 0x2a, 0x4d, 0x18],
  utf8: [0xef, 0xbb, 0xbf],
  utf16le: [0xff, 0xfe],
  utf16be: [0xfe, 0xff],
} as const;

interface Form {
  form: string;
  /** What unpacks it, up to the name of the file. */
  command: string;
}

/** A log that is about to be read. */
interface Log {
  name: string;
  open: () => Chunks;
  /** Reads it from its start again; undefined where it can be read only once. */
  reopen: (() => Chunks) | undefined;
  warnings: Diagnostic[];
}

async function* text(log: Log): Chunks {
  const { name } = log;
  const source = log.open();
  try {
    const start = await beginning(source);
    const chunks = withStart(start, source);
    const found = foreignForms.find(({ magic }) => hasMagic(start, magic));
    if (found !== undefined) throw new UserError(formProblem(name, found));
    if (hasMagic(start, magics.gzip)) yield* unmarked(unpacked(log, gzip, chunks));
    else if (isZstd(start)) yield* unmarked(unpacked(log, zstdOf(name), chunks));
    else yield* marked(start, chunks);
  } finally {
    // A generator that was never begun closes nothing by itself.
    await source.return();
  }
}

async function* unmarked(source: Chunks): Chunks {
  try {
    const start = await beginning(source);
    yield* marked(start, withStart(start, source));
  } finally {
    await source.return();
  }
}

/** The first bytes: enough of them to tell what they are, which is soon where they are text. */
async function beginning(source: Chunks): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array(0);
  do {
    const next = await source.next();
    if (next.done) return start;
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
    // Copied only then: it is not valid any longer when the next is asked for.
    if (mayBeMagic(start)) start = Buffer.from(start);
  } while (mayBeMagic(start));
  return start;
}

async function* withStart(start: Uint8Array, rest: Chunks): Chunks {
  if (start.length > 0) yield start;
  yield* rest;
}

/** Without a byte order mark; from UTF-16, which Windows writes, to UTF-8. */
async function* marked(start: Uint8Array, chunks: Chunks): Chunks {
  if (hasMagic(start, magics.utf16le)) yield* transcoded('utf-16le', chunks);
  else if (hasMagic(start, magics.utf16be)) yield* transcoded('utf-16be', chunks);
  else if (hasMagic(start, magics.utf8)) yield* withoutBytes(magics.utf8.length, chunks);
  else yield* chunks;
}

async function* transcoded(encoding: string, chunks: Chunks): Chunks {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

async function* withoutBytes(count: number, chunks: Chunks): Chunks {
  let left = count;
  for await (const chunk of chunks) {
    yield left === 0 ? chunk : chunk.subarray(left);
    left = 0;
  }
}

function hasMagic(start: Uint8Array, magic: readonly number[]): boolean {
  return start.length >= magic.length && isMagic(start, magic);
}

/** Whether bytes that follow decide what it is. */
function mayBeMagic(start: Uint8Array): boolean {
  const isStartOf = (magic: readonly number[]) =>
    start.length < magic.length && isMagic(start, magic);
  return (
    Object.values(magics).some(isStartOf) || foreignForms.some(({ magic }) => isStartOf(magic))
  );
}

/** Whether the bytes that there are fit. */
function isMagic(start: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => i >= start.length || byte < 0 || start[i] === byte);
}

/** A frame of zstd, or one to be skipped, with which parallel compressors begin. */
function isZstd(start: Uint8Array): boolean {
  return hasMagic(start, magics.zstd) || hasMagic(start, magics.zstdSkipped);
}

// --- Compressed data ----------------------------------------------------------------------------------

interface Packing {
  name: string;
  create(): Unpacker;
  /** Bytes at the end of the data that hold no text, only its checksum. */
  trailerBytes: number;
  /** The error where something else stands behind the data. */
  foreignError?: string;
  probe?: Probe;
}

/**
 * For a decompressor that takes any end for an end: data that are this one letter behind whole data, and something
 * else where the data before are cut short.
 */
interface Probe {
  bytes: Uint8Array;
  letter: string;
}

/** Starts what calls back when it is over. */
type Start = (done: (error?: Error | null) => void) => void;

/** A decompressor of node:zlib. */
type Unpacker = Transform & { readonly bytesWritten: number };

/**
 * Compressed bytes that are unpacked at a time. Where they turn out to be broken, the text of the step is lost, and has
 * to be unpacked again in smaller ones, which cost more time than the unpacking does.
 */
const stepBytes = 1 << 12;
/** Unpacked bytes in one chunk. */
const chunkBytes = 1 << 17;

const gzip: Packing = {
  name: 'gzip',
  create: () => zlib.createGunzip({ chunkSize: chunkBytes }),
  trailerBytes: 8,
  foreignError: 'incorrect header check',
};

/** A frame of one raw block of one byte. */
const zstdProbe: Probe = {
  bytes: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x01, 0x09, 0x00, 0x00, 0x78),
  letter: 'x',
};

/** Zstandard, which Node has since 22.15. */
function zstdOf(name: string): Packing {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function')
    throw new UserError(formProblem(name, { form: 'zstd', command: 'zstd -d <' }));
  return {
    name: 'zstd',
    create: () => create({ chunkSize: chunkBytes }) as Unpacker,
    trailerBytes: 4,
    probe: zstdProbe,
  };
}

/**
 * The text of compressed data, which may be several members (frames) one after the other. Where a step fails, they are
 * unpacked again: with an error, a decompressor forgets the text that it had before it.
 */
async function* unpacked(log: Log, packing: Packing, chunks: Chunks): Chunks {
  const memory = log.reopen === undefined ? new Memory(chunks) : undefined;
  const first = new Unpacking(packing);
  try {
    yield* unpackedInSteps(first, packing, memory?.chunks() ?? chunks);
  } catch (error) {
    if (!(error instanceof UnpackingError)) throw error;
    const again = error.isCut ? undefined : (log.reopen?.() ?? memory?.again());
    if (again === undefined) throw damaged(log.name, packing.name, error, first.textBytes);
    yield* unpackedAgain(log, packing, again, first);
  } finally {
    first.close();
  }
}

/** The end of the data is held back until it is known to be the end: its checksum must not cost the text before it. */
async function* unpackedInSteps(unpacking: Unpacking, packing: Packing, chunks: Chunks): Chunks {
  let held: Uint8Array = new Uint8Array(0);
  // Not closed by an error: what comes behind it may be wanted.
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    const bytes = Buffer.concat([held, next.value]);
    const end = Math.max(0, bytes.length - packing.trailerBytes);
    held = bytes.subarray(end);
    for (let at = 0; at < end; at += stepBytes) {
      yield* unpacking.write(bytes.subarray(at, Math.min(at + stepBytes, end)));
    }
  }
  yield* unpacking.write(held);
  yield* unpacking.end();
}

/** The text that `first` has not delivered, all that there is before the byte that is wrong. */
async function* unpackedAgain(
  { name, warnings }: Log,
  packing: Packing,
  chunks: Chunks,
  first: Unpacking,
): Chunks {
  const second = new Unpacking(packing);
  let packedBytes = 0;
  try {
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      packedBytes += next.value.length;
      yield* rewritten(next.value, first, second);
    }
    yield* second.end();
  } catch (error) {
    if (!(error instanceof UnpackingError)) throw error;
    if (error.message !== packing.foreignError) {
      throw damaged(name, packing.name, error, second.textBytes);
    }
    for await (const chunk of chunks) packedBytes += chunk.length;
    // Two bytes tell that it is nothing packed, of which the first was taken without complaint.
    warnings.push(foreignTail(name, packing.name, packedBytes - (second.goodBytes - 1)));
  } finally {
    second.close();
    await chunks.return();
  }
}

/** Byte by byte from where `first` failed on; without the text that it has delivered. */
async function* rewritten(bytes: Uint8Array, first: Unpacking, second: Unpacking): Chunks {
  for (let at = 0; at < bytes.length; ) {
    const length = Math.max(1, Math.min(stepBytes, first.goodBytes - second.goodBytes));
    for await (const text of second.write(bytes.subarray(at, at + length))) {
      const known = Math.max(0, first.textBytes - (second.textBytes - text.length));
      if (known < text.length) yield text.subarray(known);
    }
    at += length;
  }
}

/** Compressed bytes that are kept of what can be read only once. */
const memoryBytesMax = 1 << 25;

/** What came through a pipe, to read it again, where it is not too much for that. */
class Memory {
  readonly #source: Chunks;
  #kept: Uint8Array[] | undefined = [];
  #bytes = 0;

  constructor(source: Chunks) {
    this.#source = source;
  }

  async *chunks(): Chunks {
    const source = this.#source;
    for (let next = await source.next(); !next.done; next = await source.next()) {
      this.#bytes += next.value.length;
      if (this.#bytes > memoryBytesMax) this.#kept = undefined;
      this.#kept?.push(Buffer.from(next.value));
      yield next.value;
    }
  }

  /** From the start; undefined where that was too much to keep. */
  again(): Chunks | undefined {
    return this.#kept === undefined ? undefined : this.#again(this.#kept);
  }

  async *#again(kept: readonly Uint8Array[]): Chunks {
    yield* kept;
    yield* this.#source;
  }
}

class UnpackingError extends Error {
  override name = 'UnpackingError';
  readonly isCut: boolean;

  constructor(message: string, isCut: boolean) {
    super(message);
    this.isCut = isCut;
  }
}

/**
 * A decompressor, one step at a time, with all the text that there is before an error: a stream that is simply
 * read forgets at an error what waits in it.
 */
class Unpacking {
  /** Bytes of text so far. */
  textBytes = 0;
  /** Compressed bytes that were unpacked without an error. */
  goodBytes = 0;
  readonly #packing: Packing;
  #stream: Unpacker;
  readonly #text: Uint8Array[] = [];
  #error: UnpackingError | undefined;
  /** What was written last has been unpacked. */
  #isDone = true;
  /** The data have come to their end within what was written. */
  #isEnded = false;
  #wake: () => void = () => {};

  constructor(packing: Packing) {
    this.#packing = packing;
    this.#stream = this.#create();
  }

  async *write(bytes: Uint8Array): Chunks {
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#isEnded) {
        // Zeros are padding, as tapes and some tools leave it.
        if (rest.every((byte) => byte === 0)) break;
        this.#stream.destroy();
        this.#stream = this.#create();
      }
      const stream = this.#stream;
      const before = stream.bytesWritten;
      const step = rest;
      yield* this.#counted((done) => stream.write(step, done));
      rest = rest.subarray(stream.bytesWritten - before);
      // What it leaves is behind the end of the data: of one frame, or of all.
      this.#isEnded = rest.length > 0;
    }
    this.goodBytes += bytes.length;
  }

  /** The data are over: they must be whole. */
  async *end(): Chunks {
    if (this.#isEnded) return;
    const { probe } = this.#packing;
    // The callback of `end` comes before it is known whether the data are whole.
    if (probe === undefined) yield* this.#counted((done) => this.#stream.once('end', done).end());
    else await this.#try(probe);
  }

  async #try({ bytes, letter }: Probe): Promise<void> {
    let found = '';
    try {
      for await (const text of this.#run((done) => this.#stream.write(bytes, done))) {
        found += Buffer.from(text).toString('latin1');
      }
    } catch (error) {
      if (!(error instanceof UnpackingError)) throw error;
    }
    if (found !== letter) throw new UnpackingError('unexpected end', true);
  }

  async *#counted(start: Start): Chunks {
    for await (const text of this.#run(start)) {
      this.textBytes += text.length;
      yield text;
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #create(): Unpacker {
    const stream = this.#packing.create();
    this.#isEnded = false;
    stream.on('data', (text: Uint8Array) => {
      // One chunk at a time: a little compressed data may be very much text.
      stream.pause();
      this.#text.push(text);
      this.#wake();
    });
    stream.on('error', (error) => {
      this.#fail(error);
      this.#wake();
    });
    return stream;
  }

  #fail({ message, code }: NodeJS.ErrnoException): void {
    this.#error ??= new UnpackingError(message, code === 'Z_BUF_ERROR');
  }

  /** Starts something, and yields the text that comes of it until it calls back or fails. */
  async *#run(start: Start): Chunks {
    this.#isDone = false;
    start((error) => {
      this.#isDone = true;
      if (error) this.#fail(error);
      this.#wake();
    });
    for (;;) {
      this.#stream.resume();
      if (this.#text.length === 0 && !this.#isSettled()) {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
      for (let text = this.#text.shift(); text !== undefined; text = this.#text.shift()) yield text;
      if (this.#error !== undefined) throw this.#error;
      if (this.#isSettled()) return;
    }
  }

  #isSettled(): boolean {
    return this.#error !== undefined || (this.#isDone && this.#stream.readableLength === 0);
  }
}

// --- What can go wrong --------------------------------------------------------------------------------

const reasonByCode: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EIO: 'input/output error',
  ESTALE: 'it is gone from the server',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENXIO: 'it is a socket or a device that is not there',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasonByCode[code]) || message;
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function shown(name: string): string {
  return name === stdinName ? 'standard input' : `"${name}"`;
}

function fileProblem(path: string, error: unknown, cwd: string): Diagnostic {
  return { ...readProblem(path, error), hint: hintFor(path, error, cwd) };
}

function readProblem(name: string, error: unknown): Diagnostic {
  return { severity: 'error', message: `cannot read ${shown(name)}: ${reasonOf(error)}` };
}

function hintFor(path: string, error: unknown, cwd: string): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EISDIR':
      return 'name the logs in it, one by one or as "folder/*.log"';
    case 'EACCES':
    case 'EPERM':
      return 'ask for the right to read it, or let another user pipe it in: sudo cat FILE | gcsim analyze -';
    case 'ENXIO':
      return 'for standard input write "-"';
    default: {
      const nearest = nearestName(basename(path), filesBeside(resolve(cwd, path)));
      const other = nearest === undefined ? '' : `did you mean "${join(dirname(path), nearest)}"? `;
      return `${other}"-" reads standard input`;
    }
  }
}

function filesBeside(place: string): string[] {
  try {
    return readdirSync(dirname(place)).sort();
  } catch {
    return [];
  }
}

function formProblem(name: string, { form, command }: Form): Diagnostic {
  const file = name === stdinName ? 'FILE' : quoted(name);
  return {
    severity: 'error',
    message: `cannot read ${shown(name)}: it is compressed (${form}), in a form that is not unpacked here`,
    hint: `unpack it first: ${command} ${file} | gcsim analyze -`,
  };
}

/** As a shell takes it for one word. */
function quoted(name: string): string {
  return /^[\w./~+@%,:=][\w./~+@%,:=-]*$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}

function damaged(
  name: string,
  form: string,
  { isCut, message }: UnpackingError,
  goodBytes: number,
): DamagedInputError {
  const what = isCut ? 'is cut short' : `is broken (${message})`;
  return new DamagedInputError(
    {
      severity: 'error',
      message: `cannot read all of ${shown(name)}: its ${form} data ${what} after ${goodBytes} bytes of text`,
      hint: 'what came before was read; fetch the file again for the rest',
    },
    goodBytes,
  );
}

function foreignTail(name: string, form: string, bytes: number): Diagnostic {
  return {
    severity: 'warning',
    message: `${bytes} bytes behind the ${form} data of ${shown(name)} were not read: they are something else`,
  };
}
