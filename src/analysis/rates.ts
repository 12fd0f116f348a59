/** A coarse histogram of rates: enough to tell what is usual, in little memory. */
import { leadingBits } from './statistics.ts';

/** Bits of the mantissa that tell buckets apart: 8 for each doubling. */
const bucketBits = 3;
const perDoubling = 1 << bucketBits;
/** Rates from 1 B/s to 2^64 B/s. */
const bucketCount = 64 * perDoubling;

/** Of 1. */
const firstBits = leadingBits(1, bucketBits);

/** The usual rate of a process, to within a tenth. 2 KiB, from the second rate on. */
export class RateHistogram {
  #count = 0;
  #first = 0;
  #buckets: Uint32Array | undefined;

  /** A rate from 0 on. */
  add(rate: number): void {
    if (this.#count === 0) {
      this.#first = rate;
    } else {
      if (this.#buckets === undefined) {
        this.#buckets = new Uint32Array(bucketCount);
        this.#put(this.#buckets, this.#first);
      }
      this.#put(this.#buckets, rate);
    }
    this.#count++;
  }

  #put(buckets: Uint32Array, rate: number): void {
    const bucket =
      rate <= 1 ? 0 : Math.min(bucketCount - 1, leadingBits(rate, bucketBits) - firstBits);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }

  /** The middle of the bucket that has the median; undefined where there is no rate. */
  median(): number | undefined {
    if (this.#count === 0) return undefined;
    if (this.#buckets === undefined) return this.#first;
    let before = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      before += count;
      if (before * 2 < this.#count) continue;
      const middle = 1 + ((bucket % perDoubling) + 0.5) / perDoubling;
      return middle * 2 ** Math.floor(bucket / perDoubling);
    }
    return undefined;
  }
}
