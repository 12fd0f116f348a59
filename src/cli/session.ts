/** What every command is given. */
import type { Io } from './io.ts';
import type { TextOutput } from './output.ts';

/** One call of `main`. */
export interface Session {
  readonly io: Io;
  readonly out: TextOutput;
  readonly err: TextOutput;
  /** The seed in force, once it is known: an internal error names it. */
  seed?: number;
  /** What is being simulated and how far it has come, once that has begun: an internal error tells it. */
  whereabouts?: () => string;
  /** The words behind the first "--", for a command that sets two sides beside each other. */
  readonly afterDashes?: readonly string[];
  /** What the process ends with. */
  exitCode: number;
}
