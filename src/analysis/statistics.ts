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

/** Values kept one by one; with more, a sample counts them in buckets. 1 MiB a sample. */
const exactMax = 1 << 17;

/** Bits of the mantissa that tell buckets apart: a bucket is at most 1/1024 of its values wide. */
const bucketBits = 10;

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
  #buckets: Map<number, Bucket> | undefined;
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
    if (this.#buckets === undefined && this.#count === this.#exactMax) this.#startBuckets();
    if (this.#buckets === undefined) {
      this.#keep(value);
    } else {
      addToBucket(this.#buckets, value);
    }
    this.#count++;
  }

  quantile(q: number): number | undefined {
    if (this.#buckets !== undefined) {
      const buckets = [...this.#buckets].sort((a, b) => a[0] - b[0]).map(([, bucket]) => bucket);
      return quantileAt(this.#count, q, (position) => valueInBuckets(buckets, position));
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
    this.#buckets = new Map();
    for (const value of this.#values.subarray(0, this.#count)) {
      addToBucket(this.#buckets, value);
    }
    this.#values = new Float64Array(0);
  }
}

interface Bucket {
  count: number;
  least: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** Number of a value's bucket: sign, exponent and the first bits of the mantissa, in the order of the values. */
function bucketOf(value: number): number {
  bits.setFloat64(0, Math.abs(value));
  const bucket = bits.getUint32(0) >>> (20 - bucketBits);
  return value < 0 ? -1 - bucket : bucket;
}

function addToBucket(buckets: Map<number, Bucket>, value: number): void {
  const key = bucketOf(value);
  const bucket = buckets.get(key);
  if (bucket === undefined) {
    buckets.set(key, { count: 1, least: value });
  } else {
    bucket.count++;
    bucket.least = Math.min(bucket.least, value);
  }
}

function valueInBuckets(buckets: Bucket[], position: number): number {
  let before = 0;
  for (const { count, least } of buckets) {
    before += count;
    if (position < before) return least;
  }
  return Number.NaN;
}
