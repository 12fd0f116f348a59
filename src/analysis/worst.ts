/** The worst collections by some figure, in fixed memory. */
import type { CycleRef } from './logfigures.ts';

/** What a place on the list holds: the figure, and where the collection is. */
const width = 4;

/** Where a collection is, as LogBuilder knows it while it reads: NaN for what the log does not tell. */
export interface Place {
  readonly n: number;
  readonly startNs: number;
  readonly wallMs: number;
}

/** Collections with the greatest figures, of one process, greatest first. Of equal ones the earlier. */
export class Worst {
  readonly #max: number;
  #count = 0;
  /** Figures up to this one need not be looked at. */
  #least = Number.NEGATIVE_INFINITY;
  /** Row after row. Small ones are cheaper to make and to forget as plain arrays, and a log may have many processes. */
  readonly #rows: number[] = [];

  constructor(max = 5) {
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  offer(figure: number, place: Place): void {
    if (figure > this.#least) this.#insert(figure, place);
  }

  #insert(figure: number, place: Place): void {
    const rows = this.#rows;
    if (this.#count < this.#max) {
      this.#count++;
      rows.push(0, 0, 0, 0);
    }
    let at = (this.#count - 1) * width;
    for (; at > 0 && figure > (rows[at - width] ?? 0); at -= width) {
      for (let i = at; i < at + width; i++) rows[i] = rows[i - width] ?? 0;
    }
    rows[at] = figure;
    rows[at + 1] = place.n;
    rows[at + 2] = place.startNs;
    rows[at + 3] = place.wallMs;
    if (this.#count === this.#max) this.#least = rows[(this.#max - 1) * width] ?? 0;
  }

  /** The figure at a position of the list, from 0. */
  figure(at: number): number {
    return at < this.#count ? (this.#rows[at * width] ?? Number.NaN) : Number.NaN;
  }

  /** The collections whose figures are more than `above`, greatest first. */
  refs(process: number, above = Number.NEGATIVE_INFINITY): CycleRef[] {
    const refs: CycleRef[] = [];
    for (let at = 0; at < this.#count && this.figure(at) > above; at++) {
      refs.push({
        n: this.#rows[at * width + 1] ?? 0,
        process,
        startNs: told(this.#rows[at * width + 2]),
        wallMs: told(this.#rows[at * width + 3]),
      });
    }
    return refs;
  }
}

/** NaN stands for what is not known. */
export function told(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

export function refOf(place: Place, process: number): CycleRef {
  return { n: place.n, process, startNs: told(place.startNs), wallMs: told(place.wallMs) };
}
