/** What rates and GOGC usually are, for each of very many processes: quantiles in little memory. */
import { leadingBits, quantile } from './statistics.ts';

/** What quantiles can be asked of. */
export interface Quantiles {
  quantile(q: number): number | undefined;
}

/** Values kept one by one: 8 KiB. */
const exactMax = 1024;
/** Bits of the mantissa that tell buckets apart: a bucket is at most 1/64 of its values wide. */
const bucketBits = 6;
const perDoubling = 1 << bucketBits;
/** From 1 to 2^64. */
const bucketCount = 64 * perDoubling;

/** Of 1. */
const firstBits = leadingBits(1, bucketBits);

/**
 * A stream of numbers and its quantiles, by the definition of statistics.ts. Exact for up to 1024 values. Beyond that
 * they are counted in 16 KiB of buckets, which answer with their middle: to within 1 %, from 1 on. What a log has of
 * all its processes is a Sample; one for each process would take too much.
 */
export class Usual implements Quantiles {
  #count = 0;
  /** Most processes of a log with very many have few values: a plain array is cheaper to make and to forget. */
  #values: number[] = [];
  #buckets: Uint32Array | undefined;

  add(value: number): void {
    if (this.#buckets === undefined && this.#count === exactMax) {
      this.#buckets = new Uint32Array(bucketCount);
      for (const each of this.#values) put(this.#buckets, each);
      this.#values = [];
    }
    if (this.#buckets === undefined) this.#values.push(value);
    else put(this.#buckets, value);
    this.#count++;
  }

  quantile(q: number): number | undefined {
    if (this.#buckets === undefined) return quantile(Float64Array.from(this.#values).sort(), q);
    const position = Math.floor(q * (this.#count - 1));
    let before = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      before += count;
      if (position >= before) continue;
      const middle = 1 + ((bucket % perDoubling) + 0.5) / perDoubling;
      return middle * 2 ** Math.floor(bucket / perDoubling);
    }
    return undefined;
  }
}

function put(buckets: Uint32Array, value: number): void {
  const bucket =
    value <= 1 ? 0 : Math.min(bucketCount - 1, leadingBits(value, bucketBits) - firstBits);
  buckets[bucket] = (buckets[bucket] ?? 0) + 1;
}
