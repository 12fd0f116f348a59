/**
 * Quantiles, by one definition throughout: linear interpolation between order statistics (Hyndman and Fan's
 * type 7). It is what a spreadsheet's MEDIAN and PERCENTILE, numpy, pandas and R give by default, so whoever
 * opens our CSV there gets our figures.
 */
import { fail } from '../assert.ts';

/**
 * Quantile `q` in [0, 1] of values in ascending order; undefined where there are none. With n values it lies
 * at position q × (n − 1), counted from 0; between two positions, it lies between their values.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number | undefined {
  return quantileAt(sorted.length, q, (position) => sorted[position] ?? Number.NaN);
}

/** The definition itself, for values that `valueAt` finds by position. */
function quantileAt(
  count: number,
  q: number,
  valueAt: (position: number) => number,
): number | undefined {
  if (count === 0) return undefined;
  const position = q * (count - 1);
  const below = Math.floor(position);
  const low = valueAt(below);
  const share = position - below;
  if (share === 0) return low;
  const high = valueAt(below + 1);
  // Rounding must not carry the result past the value above.
  return Math.min(low + (high - low) * share, high);
}

/** No 64-bit runtime has a greater number of bytes or nanoseconds: what a line gives beyond it is damage. */
export const figureMax = 2 ** 63;

/** Values kept one by one; with more, a sample counts them in buckets. 1 MiB a sample. */
const exactMax = 1 << 17;

/** Bits of the mantissa that tell buckets apart: a bucket is at most 1/1024 of its values wide. */
const bucketBits = 10;
/** Buckets of one sign and exponent: a page. */
const pageSize = 1 << bucketBits;
/** One for each sign and exponent. */
const pageCount = 1 << 12;

/**
 * A stream of numbers and its quantiles. Exact for up to 131,072 values. Beyond that memory no longer grows
 * with the stream: values are counted in buckets, each of which answers with its least value, so that a
 * quantile is less than 0.1 % too low and never too high. What a log prints with two digits stays exact, for
 * a bucket holds one such figure at most. The result does not depend on the order of the values.
 */
export class Sample {
  #count = 0;
  #values = new Float64Array(64);
  #isSorted = true;
  /** 16 KiB for each sign and exponent that occurs: a few for what is measured in one unit. */
  #pages: (Page | undefined)[] | undefined;
  readonly #exactMax: number;

  /** `exact` is for tests: how many values are kept one by one. */
  constructor(exact = exactMax) {
    this.#exactMax = exact;
  }

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    if (!Number.isFinite(value)) fail('a figure is not finite', value);
    if (this.#pages === undefined && this.#count === this.#exactMax) this.#startBuckets();
    if (this.#pages === undefined) {
      this.#keep(value);
    } else {
      addToBucket(this.#pages, value);
    }
    this.#count++;
  }

  quantile(q: number): number | undefined {
    if (this.#pages !== undefined) {
      const pages = this.#pages;
      return quantileAt(this.#count, q, (position) => valueInBuckets(pages, position));
    }
    const values = this.#values.subarray(0, this.#count);
    if (!this.#isSorted) {
      values.sort();
      this.#isSorted = true;
    }
    return quantile(values, q);
  }

  #keep(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = value;
    this.#isSorted = false;
  }

  #startBuckets(): void {
    this.#pages = new Array<Page | undefined>(pageCount).fill(undefined);
    for (const value of this.#values.subarray(0, this.#count)) {
      addToBucket(this.#pages, value);
    }
    this.#values = new Float64Array(0);
  }
}

/** The buckets of one sign and exponent, by the first bits of the mantissa: first their counts, then their least values. */
type Page = Float64Array;

/** A number and its two halves: typed arrays over one memory are the quickest way to its exponent. */
const bits = new Float64Array(1);
const halves = new Uint32Array(bits.buffer);
/** Which half has the sign and the exponent: that depends on the machine. */
const upper = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Sign, exponent and the first `count` bits of the mantissa: for positive numbers, in the order of the numbers. */
export function leadingBits(value: number, count: number): number {
  bits[0] = value;
  return (halves[upper] ?? 0) >>> (20 - count);
}

function addToBucket(pages: (Page | undefined)[], signed: number): void {
  // Of the two zeros, one.
  const value = signed + 0;
  bits[0] = value;
  const half = halves[upper] ?? 0;
  let page = pages[half >>> 20];
  if (page === undefined) {
    page = new Float64Array(2 * pageSize).fill(Number.POSITIVE_INFINITY, pageSize);
    pages[half >>> 20] = page;
  }
  const slot = (half >>> (20 - bucketBits)) & (pageSize - 1);
  page[slot] = (page[slot] ?? 0) + 1;
  if (value < (page[pageSize + slot] ?? 0)) page[pageSize + slot] = value;
}

/** The value at a position, counted from 0, or rather the least of its bucket. */
function valueInBuckets(pages: readonly (Page | undefined)[], position: number): number {
  let before = 0;
  // The upper half of the pages is negative; there, what has the greater number is the lesser value.
  for (let i = 0; i < pageCount; i++) {
    const isNegative = i < pageCount / 2;
    const page = pages[isNegative ? pageCount - 1 - i : i - pageCount / 2];
    if (page === undefined) continue;
    for (let j = 0; j < pageSize; j++) {
      const slot = isNegative ? pageSize - 1 - j : j;
      before += page[slot] ?? 0;
      if (position < before) return page[pageSize + slot] ?? Number.NaN;
    }
  }
  return Number.NaN;
}
