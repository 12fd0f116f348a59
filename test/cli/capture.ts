/** Runs `main` in this process, or the real binary in one of its own, and gathers all that comes out. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { type Io, main } from '../../src/cli/main.ts';
import { runOnThreads } from '../../src/cli/workers.ts';
import { makeTempDir, removeDir } from '../support/tempdir.ts';
import { projectRoot } from '../support/tree.ts';

const binary = join(projectRoot, 'bin', 'gcsim.js');

export interface Captured {
  code: number;
  stdout: string;
  stderr: string;
}

/** A stream that keeps what it is given, and can be made a terminal. */
export class Sink extends Writable {
  text = '';
  isTTY = false;
  columns: number | undefined;
  rows: number | undefined;

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

type Input = string | Uint8Array | AsyncIterable<Uint8Array | string>;
export type IoOptions = Partial<Omit<Io, 'stdin'>> & { stdin?: Input };

async function* once(input: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
  yield input;
}

/** Streams that gather, no environment, no terminal, no signals, no programs. */
export function captureIo(options: IoOptions = {}): Io & { stdout: Sink; stderr: Sink } {
  const { stdin = '', ...rest } = options;
  return {
    stdout: new Sink(),
    stderr: new Sink(),
    sameOutput: false,
    env: {},
    cwd: projectRoot,
    nowMs: () => performance.now(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    isStdinTerminal: false,
    closeStdin: () => {},
    onStop: () => () => {},
    hasTerminal: () => false,
    later: (ms, listener) => {
      const timer = setTimeout(listener, ms);
      return () => clearTimeout(timer);
    },
    startProgram: () => Promise.reject(new Error('no program is to be started')),
    runJobs(jobs, watch) {
      return runOnThreads(jobs, watch, { threads: 1, turn: this.turn });
    },
    ...(rest as object),
    stdin: typeof stdin === 'string' || stdin instanceof Uint8Array ? once(stdin) : stdin,
  };
}

/** Runs one command line in this process. */
export async function gcsim(argv: string[], options: IoOptions = {}): Promise<Captured> {
  const io = captureIo(options);
  const code = await main(argv, io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

/**
 * Runs one command line in this process and compares all that comes out of it with test/golden/<name>.txt. Renewed by
 * `npm run golden`.
 */
export async function golden(
  name: string,
  argv: string[],
  options: IoOptions = {},
): Promise<Captured> {
  const captured = await gcsim(argv, options);
  const { code, stdout, stderr } = captured;
  const text = [
    `$ gcsim ${argv.join(' ')}`,
    `--- exit code ${code}`,
    '--- standard output',
    stdout.replace(/\n$/, ''),
    '--- standard error',
    stderr.replace(/\n$/, ''),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(join(projectRoot, 'test', 'golden', `${name}.txt`));
  return captured;
}

/** A new, empty folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = makeTempDir();
  onTestFinished(() => removeDir(folder));
  return folder;
}

/** Compiles, where dist/ is not up to date. */
export function build(): void {
  execFileSync(process.execPath, [join(projectRoot, 'scripts', 'build.js'), '--if-changed']);
}

export interface Spawned {
  child: ChildProcess;
  /** Resolves when the process has ended and its streams are closed. */
  done: Promise<Captured & { signal: NodeJS.Signals | null }>;
}

export interface SpawnOptions {
  node?: string;
  cwd?: string;
  env?: Record<string, string>;
  stdin?: string;
  /** Standard input stays open. */
  keepStdin?: boolean;
  /** In a session of its own, which has no terminal. */
  detached?: boolean;
}

/** Starts the real binary, with nothing of the surroundings that could change what it prints. */
export function start(argv: string[], options: SpawnOptions = {}): Spawned {
  const child = spawn(options.node ?? process.execPath, [binary, ...argv], {
    cwd: options.cwd ?? projectRoot,
    env: { PATH: process.env.PATH, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: options.detached === true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  if (options.keepStdin !== true) child.stdin.end(options.stdin ?? '');
  const done = new Promise<Captured & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? -1, signal, stdout, stderr }));
  });
  return { child, done };
}
