/**
 * What a command may touch of the world outside: streams, environment, clock, signals. `main` takes it as
 * an argument, so that a test can run any command inside its own process and look at all that it did.
 */
import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** A stream that may be a terminal. */
export type OutputStream = Writable & {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
};

/** Signals that ask a command to stop, and the exit code that tells so. */
export const stopSignalExitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type StopSignal = keyof typeof stopSignalExitCodes;

export interface Io {
  stdin: AsyncIterable<Uint8Array | string>;
  stdout: OutputStream;
  stderr: OutputStream;
  /** Standard output and standard error are one pipe or file: when one is closed, both are. */
  sameOutput: boolean;
  env: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths on the command line start from. */
  cwd: string;
  /** Milliseconds since some moment. For progress only: no result depends on it. */
  nowMs(): number;
  /** Lets signals, timers and streams have their turn. */
  turn(): Promise<void>;
  /** Calls `listener` at each signal that asks to stop; what it returns ends that. */
  onStop(listener: (signal: StopSignal) => void): () => void;
}

/** The process's own streams, environment, clock and signals. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    sameOutput: isSameFile(1, 2),
    env: process.env,
    cwd: process.cwd(),
    nowMs: () => performance.now(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    onStop(listener) {
      const signals = Object.keys(stopSignalExitCodes) as StopSignal[];
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
  };
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
