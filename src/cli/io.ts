/**
 * What a command may touch of the world outside: streams, environment, clock, signals. `main` takes it as
 * an argument, so that a test can run any command inside its own process and look at all that it did.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import type { Writable } from 'node:stream';
import type { RunJobs } from './simjobs.ts';

/** A stream that may be a terminal. */
export type OutputStream = Writable & {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
  rows?: number | undefined;
};

/** Signals that ask a command to stop, and the exit code that tells so. */
export const stopSignalExitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type StopSignal = keyof typeof stopSignalExitCodes;

type Environment = Readonly<Record<string, string | undefined>>;

export interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  /** The descriptor of standard input, where it is the process's own. */
  stdinFd?: number;
  /** Nobody has redirected standard input: what is read comes from the keyboard. */
  isStdinTerminal: boolean;
  /** Reads no more of it. A read that waits for more would keep the process from ending. */
  closeStdin(): void;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Standard output and standard error are one pipe or file: when one is closed, both are. */
  sameOutput: boolean;
  env: Environment;
  /** The folder that relative paths on the command line start from. */
  cwd: string;
  /** Milliseconds since some moment. For progress only: no result depends on it. */
  nowMs(): number;
  /** Lets signals, timers and streams have their turn. */
  turn(): Promise<void>;
  /** Calls `listener` once, so many milliseconds from now; what it returns prevents that. Keeps no process alive. */
  later(ms: number, listener: () => void): () => void;
  /** Calls `listener` at each signal that asks to stop; what it returns ends that. */
  onStop(listener: (signal: StopSignal) => void): () => void;
  /** Ctrl-C comes from a terminal, which sends it to all programs of a command line by itself. */
  hasTerminal(): boolean;
  /**
   * Starts a program that shares standard input and standard output, and keeps its standard error for us. Rejects
   * with the error of the operating system where it cannot be started.
   */
  startProgram(words: readonly string[], env: Environment): Promise<Program>;
  /** Runs simulations for their figures, as many at a time as there are cores. */
  runJobs: RunJobs;
}

/** A program that was started. */
export interface Program {
  /** What it, and all that it starts, write on standard error. Not to read it to the end closes it. */
  stderr: AsyncIterable<Uint8Array>;
  /** Resolves to the exit code: 128 and the number of the signal where one ended it. */
  ended: Promise<number>;
  signal(signal: StopSignal): void;
}

/** The process's own streams, environment, clock and signals. */
export function processIo(): Io {
  return {
    // Made when it is asked for: most commands read nothing, and start sooner without it.
    get stdin() {
      return process.stdin;
    },
    stdinFd: 0,
    get isStdinTerminal() {
      return process.stdin.isTTY === true;
    },
    closeStdin: () => {
      process.stdin.destroy();
    },
    stdout: process.stdout,
    stderr: process.stderr,
    sameOutput: isSameFile(1, 2),
    env: process.env,
    cwd: process.cwd(),
    // Not performance.now(), which takes a millisecond to load.
    nowMs: () => process.uptime() * 1000,
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    later(ms, listener) {
      const timer = setTimeout(listener, ms).unref();
      return () => clearTimeout(timer);
    },
    onStop(listener) {
      const signals = Object.keys(stopSignalExitCodes) as StopSignal[];
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    hasTerminal,
    startProgram,
    async runJobs(jobs, watch) {
      // Loaded here: all else starts faster without it.
      const { runOnThreads } = await import('./workers.ts');
      return await runOnThreads(jobs, watch, { threads: availableParallelism(), turn: this.turn });
    },
  };
}

async function startProgram(words: readonly string[], env: Environment): Promise<Program> {
  // Loaded here: all else starts faster without it.
  const { spawn } = await import('node:child_process');
  const [command = '', ...args] = words;
  // Ctrl-\ makes a Go program print its goroutines and end. We stay, to pass that on.
  const survive = (): void => {};
  const survived = process.platform === 'win32' ? [] : (['SIGQUIT'] as const);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['inherit', 'inherit', 'pipe'], env: { ...env } });
    for (const signal of survived) process.on(signal, survive);
    const ended = new Promise<number>((end) => {
      child.on('exit', (code, signal) => {
        for (const name of survived) process.off(name, survive);
        end(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
      });
    });
    child.on('error', (error) => {
      for (const name of survived) process.off(name, survive);
      reject(error);
    });
    child.on('spawn', () =>
      resolve({ stderr: child.stderr, ended, signal: (signal) => child.kill(signal) }),
    );
  });
}

/** Whether there is a controlling terminal. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return process.platform === 'win32';
  }
}

/** True where two descriptors are open on the same pipe, terminal or file. */
function isSameFile(a: number, b: number): boolean {
  try {
    const [statA, statB] = [fstatSync(a), fstatSync(b)];
    return statA.dev === statB.dev && statA.ino === statB.ino;
  } catch {
    return false;
  }
}
