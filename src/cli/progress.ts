/**
 * How far a run has come, on the last line of a terminal. It appears only when a run takes longer than about
 * a second, gives way to lines that are printed, and leaves nothing behind.
 */
import type { TextOutput } from './output.ts';

/** Runs that are over sooner need no progress. */
const patienceMs = 1000;
const betweenMs = 100;

/** Carriage return, and erase to the end of the line. */
const erase = '\r\x1b[K';

export class Progress {
  readonly #out: TextOutput | undefined;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  /** `out` is undefined where no progress is wanted. */
  constructor(out: TextOutput | undefined, nowMs: () => number) {
    this.#out = out;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  /** Shows `describe()`, unless it is too early or was shown just now. */
  update(describe: () => string): void {
    const out = this.#out;
    if (out === undefined) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#startMs < patienceMs || nowMs - this.#drawnMs < betweenMs) return;
    this.#drawnMs = nowMs;
    this.#isShown = true;
    const columns = Math.max(1, (out.columns ?? 80) - 1);
    out.write(`${erase}${describe().slice(0, columns)}`);
  }

  /** Makes room for a line of text on the terminal. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#out?.write(erase);
  }
}
