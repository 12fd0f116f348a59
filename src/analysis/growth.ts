/** Does the live heap grow? Its course in a few stretches of time, and the slope of it. */
import { type Bytes, msNs, type Ns } from '../units.ts';
import type { Growth } from './logfigures.ts';
import { quantile } from './statistics.ts';

/** Stretches at most. 128 make 8128 slopes, which are sorted in a millisecond. */
const stretchesMax = 128;
/** With fewer points Sen's interval has hardly any meaning: of five it would be the least and the greatest slope. */
const pointsMin = 6;
/** Length of a stretch at first. */
const firstWidthNs: Ns = msNs;
/** Standard deviations on either side that hold 95 % of a normal distribution. */
const normal95 = 1.959963984540054;
const hourNs: Ns = 3600e9;

/**
 * The live heap over time in at most 128 equal stretches of it. Where a time lies beyond the last one, two neighbours
 * become one, and from then on a stretch is twice as long. A stretch that had collections is a point: the mean of
 * their live heaps at the mean of their times, so that what grows in a straight line is a straight line.
 */
export class LiveSeries {
  #widthNs = firstWidthNs;
  #firstNs: Ns = Number.NaN;
  #firstBytes: Bytes = 0;
  #lastNs: Ns = Number.NaN;
  #count = 0;
  #counts = none;
  #times = none;
  #sums = none;

  /** A live heap of so many bytes at a time. Times from before the first are left out: the clock went back. */
  add(timeNs: Ns, bytes: Bytes): void {
    if (this.#count === 0) {
      this.#firstNs = timeNs;
      this.#firstBytes = bytes;
      this.#lastNs = timeNs;
      this.#count = 1;
      return;
    }
    const sinceNs = timeNs - this.#firstNs;
    if (!(sinceNs >= 0)) return;
    if (this.#counts.length === 0) this.#start();
    if (timeNs > this.#lastNs) this.#lastNs = timeNs;
    this.#count++;
    this.#put(sinceNs, bytes);
  }

  /** Memory from the second value on: a log may have very many processes of one collection. */
  #start(): void {
    this.#counts = new Float64Array(stretchesMax);
    this.#times = new Float64Array(stretchesMax);
    this.#sums = new Float64Array(stretchesMax);
    this.#put(0, this.#firstBytes);
  }

  #put(sinceNs: Ns, bytes: Bytes): void {
    let at = Math.floor(sinceNs / this.#widthNs);
    if (at >= stretchesMax) {
      this.#widen(sinceNs);
      at = Math.floor(sinceNs / this.#widthNs);
    }
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#times[at] = (this.#times[at] ?? 0) + sinceNs;
    this.#sums[at] = (this.#sums[at] ?? 0) + bytes;
  }

  /** Doubles the length of stretches until one of them has room for the time. */
  #widen(sinceNs: Ns): void {
    let factor = 1;
    while (Math.floor(sinceNs / (this.#widthNs * factor)) >= stretchesMax) factor *= 2;
    this.#widthNs *= factor;
    for (const values of [this.#counts, this.#times, this.#sums]) {
      for (let from = 0; from < stretchesMax; from++) {
        const value = values[from] ?? 0;
        values[from] = 0;
        const to = Math.floor(from / factor);
        values[to] = (values[to] ?? 0) + value;
      }
    }
  }

  /** From the first value to the last. */
  get spanNs(): Ns {
    return this.#count === 0 ? 0 : this.#lastNs - this.#firstNs;
  }

  /** The points: mean times since the first value, and mean live heaps. */
  points(): { times: Float64Array; heaps: Float64Array } {
    const times: number[] = [];
    const heaps: number[] = [];
    if (this.#count === 1)
      return { times: Float64Array.of(0), heaps: Float64Array.of(this.#firstBytes) };
    for (const [at, count] of this.#counts.entries()) {
      if (count === 0) continue;
      times.push((this.#times[at] ?? 0) / count);
      heaps.push((this.#sums[at] ?? 0) / count);
    }
    return { times: Float64Array.from(times), heaps: Float64Array.from(heaps) };
  }

  /** Undefined where there are too few points to tell. */
  growth(): Growth | undefined {
    const { times, heaps } = this.points();
    return growthOf(times, heaps);
  }

  /** The same for the later half of the points: what is left of it when the program has started up. */
  laterGrowth(): Growth | undefined {
    const { times, heaps } = this.points();
    const from = Math.floor(times.length / 2);
    return growthOf(times.subarray(from), heaps.subarray(from));
  }
}

const none = new Float64Array(0);

/**
 * Theil and Sen's slope: the median of the slopes between each two points. It does not mind that a few points lie far
 * off. Sen's interval: with n points, Kendall's S of what has no trend has variance n(n − 1)(2n + 5)/18, and so many
 * of the ordered slopes, counted from the middle, are within 95 %. Ranks are rounded outwards, and equal heaps are
 * not allowed for, so that it is rather too wide than too narrow.
 */
export function growthOf(times: Float64Array, heaps: Float64Array): Growth | undefined {
  const points = times.length;
  if (points < pointsMin) return undefined;
  const slopes = new Float64Array((points * (points - 1)) / 2);
  let count = 0;
  for (let j = 1; j < points; j++) {
    for (let i = 0; i < j; i++) {
      const ns = (times[j] ?? 0) - (times[i] ?? 0);
      // Closer ones, which no log has, could make a slope infinite.
      if (ns >= 1) slopes[count++] = ((heaps[j] ?? 0) - (heaps[i] ?? 0)) / ns;
    }
  }
  const sorted = slopes.subarray(0, count).sort();
  const reach = normal95 * Math.sqrt((points * (points - 1) * (2 * points + 5)) / 18);
  const low = Math.max(0, Math.floor((count - reach) / 2) - 1);
  const high = Math.min(count - 1, Math.ceil((count + reach) / 2));
  const median = quantile(sorted, 0.5);
  if (median === undefined) return undefined;
  return {
    bytesPerHour: median * hourNs,
    lowBytesPerHour: (sorted[low] ?? 0) * hourNs,
    highBytesPerHour: (sorted[high] ?? 0) * hourNs,
    points,
  };
}
