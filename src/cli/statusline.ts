/**
 * A line at the bottom of a terminal that others write to as well: the program that is watched shares it. So the line
 * has the last row to itself, and what is printed scrolls above it (DECSTBM). Whoever writes need not know.
 */
import type { Io } from './io.ts';
import type { TextOutput } from './output.ts';

const betweenMs = 100;
/** A smaller terminal has no row to spare. */
const rowsMin = 4;

const save = '\x1b7';
const restore = '\x1b8';
const eraseLine = '\x1b[2K';
const wholeScreen = '\x1b[r';

function toRow(row: number): string {
  return `\x1b[${row};1H`;
}

export class StatusLine {
  readonly #out: TextOutput | undefined;
  readonly #io: Pick<Io, 'nowMs' | 'later'>;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #describe: () => string = () => '';
  /** Ends the wait for the next time that something may be shown. */
  #cancel: (() => void) | undefined;
  /** Rows that the terminal had when the last one was taken; 0 where it is not. */
  #rows = 0;

  /** `out` is undefined where no status is wanted. */
  constructor(out: TextOutput | undefined, io: Pick<Io, 'nowMs' | 'later'>) {
    this.#out = out;
    this.#io = io;
  }

  /** Shows `describe()`, now or as soon as what was shown last has stood for long enough. */
  update(describe: () => string): void {
    if (this.#out === undefined) return;
    this.#describe = describe;
    if (this.#cancel !== undefined) return;
    const waitMs = this.#drawnMs + betweenMs - this.#io.nowMs();
    if (waitMs <= 0) this.#draw();
    else this.#cancel = this.#io.later(waitMs, () => this.#draw());
  }

  #draw(): void {
    this.#cancel = undefined;
    const out = this.#out;
    const rows = out?.rows ?? 0;
    if (out === undefined || rows < rowsMin) return;
    this.#drawnMs = this.#io.nowMs();
    const text = this.#describe().slice(0, Math.max(1, (out.columns ?? 80) - 1));
    // One write each, so that nothing of the program's comes in between.
    out.writeControl(`${this.#take(rows)}${save}${toRow(rows)}${eraseLine}${text}${restore}`);
  }

  /** Gives the last row back. */
  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const rows = this.#rows;
    if (rows === 0) return;
    this.#rows = 0;
    this.#out?.writeControl(`${save}${wholeScreen}${toRow(rows)}${eraseLine}${restore}`);
  }

  /** The codes that take the last row, where it is not taken or the terminal has another size. */
  #take(rows: number): string {
    const before = this.#rows;
    if (rows === before) return '';
    this.#rows = rows;
    const old = before > 0 && before < rows ? `${save}${toRow(before)}${eraseLine}${restore}` : '';
    // The cursor may stand in the last row: down (which scrolls there) and up again keeps its column.
    return `${old}\x1bD\x1b[1A${save}\x1b[1;${rows - 1}r${restore}`;
  }
}
