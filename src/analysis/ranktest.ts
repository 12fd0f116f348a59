/**
 * Statistics by ranks, which assume nothing about how the samples are distributed: the Mann-Whitney U test, the
 * confidence interval of a median, and the geometric mean of ratios. They are benchstat's (golang.org/x/perf,
 * internal/stats/utest.go and benchmath), but for two points where ours are more exact:
 *
 * - The distribution of U is exact for up to 50 values a side with ties as without; benchstat takes the normal
 *   approximation from 26 a side on where there are ties.
 * - With ties and sides of different length, that distribution is not symmetric. Either tail is then counted as it is,
 *   not as the mirror image of the other.
 */
import { assert, fail } from '../assert.ts';

export interface RankTest {
  /** U of the first side: pairs in which its value is the greater, ties counting half. */
  u: number;
  /** Two-sided: twice the smaller tail, at most 1. */
  p: number;
  /** p is from the exact distribution, not from the normal approximation. */
  isExact: boolean;
}

/**
 * The greatest product of both lengths for which the distribution of U is exact: 50 values a side, or 5 and 500. Two
 * sides of 50 take about 10 ms.
 */
const exactPairsMax = 2500;

/**
 * The Mann-Whitney U test, two-sided: how likely sides that differ so much, or more, would be if all values came from
 * one distribution. Where there are ties, among all ways to deal out the very values found.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  assert(a.length > 0 && b.length > 0, 'both sides have a value', a.length, b.length);
  const groups = tieGroups(a, b);
  const u = uOf(groups);
  const pairs = a.length * b.length;
  if (groups.length === 1) return { u, p: 1, isExact: true };
  if (pairs > exactPairsMax) {
    return { u, p: normalP(u, a.length, b.length, groups), isExact: false };
  }
  // The table has a row for each value of the side that is counted: let that be the shorter one.
  const isSwapped = a.length > b.length;
  const shorter = Math.min(a.length, b.length);
  const doubledU = 2 * (isSwapped ? pairs - u : u);
  const ways = waysByDoubledU(groups, shorter, a.length + b.length - shorter);
  let atMost = 0;
  let atLeast = 0;
  let all = 0;
  ways.forEach((count, value) => {
    all += count;
    if (value <= doubledU) atMost += count;
    if (value >= doubledU) atLeast += count;
  });
  return { u, p: Math.min(1, (2 * Math.min(atMost, atLeast)) / all), isExact: true };
}

/** Equal values of both sides: how many, and how many of them are of the first side. */
interface TieGroup {
  size: number;
  ofFirst: number;
}

/** All values of both sides, in ascending order. */
function tieGroups(a: readonly number[], b: readonly number[]): TieGroup[] {
  const pooled = [
    ...a.map((value) => ({ value, ofFirst: 1 })),
    ...b.map((value) => ({ value, ofFirst: 0 })),
  ];
  for (const { value } of pooled) if (!Number.isFinite(value)) fail('not finite', value);
  pooled.sort((x, y) => x.value - y.value);
  const groups: TieGroup[] = [];
  let before = Number.NaN;
  let group: TieGroup = { size: 0, ofFirst: 0 };
  for (const { value, ofFirst } of pooled) {
    if (value !== before) {
      group = { size: 0, ofFirst: 0 };
      groups.push(group);
    }
    before = value;
    group.size++;
    group.ofFirst += ofFirst;
  }
  return groups;
}

function uOf(groups: readonly TieGroup[]): number {
  let u = 0;
  let ofSecond = 0;
  for (const group of groups) {
    const others = group.size - group.ofFirst;
    u += group.ofFirst * (ofSecond + others / 2);
    ofSecond += others;
  }
  return u;
}

/**
 * In how many ways the values can be dealt out, `n` to one side and `m` to the other, by twice the U that this side
 * then has. Doubled, U is an integer. Counts are exact below 2^53, and to all digits of a double above.
 *
 * Group by group, from the least value on: with j values of the side and `passed` - j of the other below it, a side that
 * takes c of t equal values wins 2c(passed - j) + c(t - c) doubled points, in C(t, c) ways.
 */
function waysByDoubledU(groups: readonly TieGroup[], n: number, m: number): Float64Array {
  const rows = Array.from({ length: n + 1 }, () => new Float64Array(2 * n * m + 1));
  const row = (j: number) => rows[j] ?? fail('no such row', j);
  row(0)[0] = 1;
  let passed = 0;
  for (const { size } of groups) {
    const choices = binomials(size);
    // From the greatest j down: a row gets its additions only after it has been read.
    for (let j = Math.min(passed, n); j >= Math.max(0, passed - m); j--) {
      const from = row(j);
      const others = passed - j;
      const doubledMax = 2 * j * others;
      for (let c = Math.min(size, n - j); c > 0; c--) {
        if (others + size - c > m) break;
        const shift = 2 * c * others + c * (size - c);
        addRow(row(j + c), from, { shift, times: choices[c] ?? 0, upTo: doubledMax });
      }
      // With none taken the row stays, unless too many would be left for the other side.
      if (others + size > m) from.fill(0);
    }
    passed += size;
  }
  return row(n);
}

function addRow(
  into: Float64Array,
  from: Float64Array,
  { shift, times, upTo }: { shift: number; times: number; upTo: number },
): void {
  for (let i = 0; i <= upTo; i++) {
    const count = from[i] ?? 0;
    if (count > 0) into[i + shift] = (into[i + shift] ?? 0) + count * times;
  }
}

/** C(n, 0) to C(n, n), each from the one before: exact as long as it is below 2^53 / n. */
function binomials(n: number): number[] {
  const row = [1];
  for (let k = 1; k <= n; k++) row.push(((row[k - 1] ?? 0) * (n - k + 1)) / k);
  return row;
}

/** Normal approximation of the two-sided p, with corrections for ties and for continuity. */
function normalP(u: number, n: number, m: number, groups: readonly TieGroup[]): number {
  const all = n + m;
  let ties = 0;
  for (const { size } of groups) ties += size * (size * size - 1);
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / Math.sqrt(variance);
  return Math.min(1, erfc(z / Math.SQRT2));
}

/** The complementary error function of x ≥ 0, to about 14 digits. */
export function erfc(x: number): number {
  const scale = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x);
  if (x < 2) {
    // erf(x) = 2/√π e^(-x²) Σ 2^k x^(2k+1) / (1·3·…·(2k+1)): all terms positive.
    let sum = 0;
    let term = x;
    for (let k = 1; term > sum * 1e-17; k++) {
      sum += term;
      term *= (2 * x * x) / (2 * k + 1);
    }
    return 1 - scale * sum;
  }
  // Laplace's continued fraction: erfc(x) = e^(-x²)/√π / (x + (1/2)/(x + 1/(x + (3/2)/(x + …)))).
  let fraction = x;
  for (let k = 120; k > 0; k--) fraction = x + k / 2 / fraction;
  return scale / 2 / fraction;
}

/** The least p that sides of so many values can have: where all of one are above all of the other. */
export function smallestP(n: number, m: number): number {
  let ways = 1;
  for (let k = 1; k <= Math.min(n, m); k++) ways = (ways * (n + m - k + 1)) / k;
  return Math.min(1, 2 / ways);
}

/** The fewest values a side with which p can be below alpha, for two sides of the same length. */
export function samplesNeeded(alpha: number): number {
  assert(alpha > 0 && alpha < 1, 'alpha is between 0 and 1', alpha);
  let n = 1;
  while (smallestP(n, n) >= alpha) n++;
  return n;
}

export interface MedianInterval {
  low: number;
  high: number;
  /** How likely such an interval holds the median: at least what was asked for. */
  confidence: number;
}

/**
 * The confidence interval of the median by order statistics: from the r-th least to the r-th greatest value, for the
 * greatest r that reaches the confidence. Undefined where even the least and the greatest do not: for 95 %, with fewer
 * than 6 values.
 */
export function medianInterval(
  sorted: readonly number[],
  confidence = 0.95,
): MedianInterval | undefined {
  const count = sorted.length;
  const weights = fairWeights(count);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let found: MedianInterval | undefined;
  let below = 0;
  for (let r = 1; 2 * r <= count; r++) {
    // The r-th least is above the median if fewer than r values are below it.
    below += weights[r - 1] ?? 0;
    const reached = 1 - (2 * below) / all;
    const low = sorted[r - 1];
    const high = sorted[count - r];
    if (reached < confidence || low === undefined || high === undefined) break;
    found = { low, high, confidence: reached };
  }
  return found;
}

/** C(n, 0) to C(n, n) as shares of the greatest of them: no n is too great for that. */
function fairWeights(n: number): Float64Array {
  const weights = new Float64Array(n + 1);
  const middle = Math.floor(n / 2);
  weights[middle] = 1;
  for (let k = middle; k > 0; k--) weights[k - 1] = ((weights[k] ?? 0) * k) / (n - k + 1);
  for (let k = middle; k < n; k++) weights[k + 1] = ((weights[k] ?? 0) * (n - k)) / (k + 1);
  return weights;
}

/** Undefined where there are none, or where one is not above 0. */
export function geometricMean(ratios: readonly number[]): number | undefined {
  if (ratios.length === 0) return undefined;
  let logs = 0;
  for (const ratio of ratios) {
    if (!(ratio > 0)) return undefined;
    logs += Math.log(ratio);
  }
  return Math.exp(logs / ratios.length);
}
