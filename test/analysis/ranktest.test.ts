import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  erfc,
  geometricMean,
  mannWhitney,
  medianInterval,
  samplesNeeded,
  smallestP,
} from '../../src/analysis/ranktest.ts';

/** Numbers from 0 to 1, the same on each run (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** U by its definition: pairs won, ties counting half. */
function pairsWon(a: readonly number[], b: readonly number[]): number {
  let won = 0;
  for (const x of a) for (const y of b) won += x > y ? 1 : x === y ? 0.5 : 0;
  return won;
}

/** Every way to deal out the values: n to the first side, the rest to the second. */
function* deals(values: readonly number[], n: number): Generator<[number[], number[]]> {
  const first: number[] = [];
  const second: number[] = [];
  function* from(i: number): Generator<[number[], number[]]> {
    if (i === values.length) {
      yield [[...first], [...second]];
      return;
    }
    for (const side of [first, second]) {
      const room = side === first ? n : values.length - n;
      if (side.length === room) continue;
      side.push(values[i]!);
      yield* from(i + 1);
      side.pop();
    }
  }
  yield* from(0);
}

/** Checks p for every U that the values can have, against the count of all deals. Returns how many deals there were. */
function checkAllDeals(values: readonly number[], n: number): number {
  const counts = new Map<number, number>();
  const examples = new Map<number, [number[], number[]]>();
  let all = 0;
  for (const [a, b] of deals(values, n)) {
    const u = pairsWon(a, b);
    counts.set(u, (counts.get(u) ?? 0) + 1);
    if (!examples.has(u)) examples.set(u, [a, b]);
    all++;
  }
  for (const [u, [a, b]] of examples) {
    let atMost = 0;
    let atLeast = 0;
    for (const [other, count] of counts) {
      if (other <= u) atMost += count;
      if (other >= u) atLeast += count;
    }
    const p = Math.min(1, (2 * Math.min(atMost, atLeast)) / all);
    const found = mannWhitney(a, b);
    expect(found.u).toBe(u);
    expect(found.isExact).toBe(true);
    expect(Math.abs(found.p - p)).toBeLessThan(1e-12);
  }
  return all;
}

/** The values at the places 0 to count - 1 of both sides together. */
const patterns: [string, (i: number, count: number) => number][] = [
  ['no ties', (i) => i * 1.5 - 3],
  ['pairs', (i) => Math.floor(i / 2)],
  ['triples', (i) => Math.floor((i + 1) / 3)],
  ['two values', (i, count) => (i < count / 2 ? 0 : 7)],
  ['all but one equal', (i, count) => (i < count - 1 ? 1 : 2)],
  ['growing groups', (i) => Math.floor(Math.sqrt(i))],
];

describe('Mann-Whitney', () => {
  test.each(patterns)('%s: p is that of all deals, for all n and m to 8', (_, valueAt) => {
    for (let n = 1; n <= 8; n++) {
      for (let m = 1; m <= 8; m++) {
        const values = Array.from({ length: n + m }, (_, i) => valueAt(i, n + m));
        const isAllEqual = new Set(values).size === 1;
        if (!isAllEqual) checkAllDeals(values, n);
      }
    }
  });

  test('8 and 8 values can be dealt out in 12,870 ways', () => {
    expect(checkAllDeals([...Array(16).keys()], 8)).toBe(12_870);
  });

  test.each([
    [3, 0.1],
    [4, 0.02857],
    [5, 0.00794],
    [6, 0.00216],
  ])('%i values a side have no p below %f', (n, p) => {
    const a = Array.from({ length: n }, (_, i) => i);
    const apart = mannWhitney(
      a,
      a.map((x) => x + 100),
    );
    expect(apart.p).toBeCloseTo(p, 5);
    expect(smallestP(n, n)).toBeCloseTo(apart.p, 14);
  });

  test('all values equal: nothing tells the sides apart', () => {
    expect(mannWhitney([5, 5, 5], [5, 5])).toEqual({ u: 3, p: 1, isExact: true });
    const many = new Array<number>(60).fill(5);
    expect(mannWhitney(many, many)).toEqual({ u: 1800, p: 1, isExact: true });
  });

  test('the sides can be exchanged, and a monotonous scale changes nothing', () => {
    const side = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(side, side, (a, b) => {
        const { u, p } = mannWhitney(a, b);
        expect(mannWhitney(b, a).p).toBeCloseTo(p, 12);
        expect(mannWhitney(b, a).u).toBe(a.length * b.length - u);
        const scaled = (values: number[]) => values.map((value) => value ** 3 + 1);
        expect(mannWhitney(scaled(a), scaled(b))).toEqual({ u, p, isExact: true });
      }),
    );
  });

  test('is exact to 50 values a side, and approximate from there on', () => {
    const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
    expect(mannWhitney(upTo(50), upTo(50)).isExact).toBe(true);
    expect(mannWhitney(upTo(500), upTo(5)).isExact).toBe(true);
    expect(mannWhitney(upTo(51), upTo(50)).isExact).toBe(false);
  });

  test('50 values a side agree with the recurrence of Mann and Whitney', () => {
    const a = Array.from({ length: 50 }, (_, i) => 2 * i);
    const b = Array.from({ length: 50 }, (_, i) => 2 * i + 17);
    const p = pByRecurrence(pairsWon(a, b), 50, 50);
    expect(mannWhitney(a, b).p / p).toBeCloseTo(1, 12);
  });

  test('the approximation is near the exact p', () => {
    const a = Array.from({ length: 60 }, (_, i) => 2 * i);
    for (const shift of [1, 9, 17, 25, 33]) {
      const b = a.map((value) => value + shift);
      const { p, isExact } = mannWhitney(a, b);
      expect(isExact).toBe(false);
      expect(Math.abs(p - pByRecurrence(pairsWon(a, b), 60, 60))).toBeLessThan(1e-3);
    }
  });

  test('the approximation allows for ties and for continuity', () => {
    const ones = (count: number) => Array.from({ length: 51 }, (_, i) => (i < count ? 1 : 0));
    // U = 30·31 + (30·20 + 21·31)/2 = 1555.5, mean 1300.5; groups of 52 and 50 equal values:
    // σ² = 51²/12 · (103 − (52³ − 52 + 50³ − 50)/(102·101)) = 16739.1; z = 254.5/σ = 1.9671.
    const found = mannWhitney(ones(30), ones(20));
    expect(found).toMatchObject({ u: 1555.5, isExact: false });
    expect(found.p).toBeCloseTo(0.04917419932716476, 13);
  });

  test.each([
    ['continuous', 10, 10, (random: () => number) => random()],
    ['with ties', 10, 10, (random: () => number) => Math.floor(random() * 6)],
    ['of different length', 6, 15, (random: () => number) => random()],
    ['many', 60, 55, (random: () => number) => Math.floor(random() * 40)],
  ])('of 1,000 pairs of one distribution, some 5 %% differ: %s', (_, n, m, draw) => {
    const random = randoms(20_240);
    const side = (count: number) => Array.from({ length: count }, () => draw(random));
    let significant = 0;
    for (let i = 0; i < 1000; i++) if (mannWhitney(side(n), side(m)).p < 0.05) significant++;
    // At most 5 % in truth, for p is coarse: 50 give or take four standard deviations of 6.9; and not far less.
    expect(significant).toBeGreaterThan(20);
    expect(significant).toBeLessThan(78);
  });
});

/** Two-sided p without ties, by N(u; n, m) = N(u − m; n − 1, m) + N(u; n, m − 1). */
function pByRecurrence(u: number, n: number, m: number): number {
  // The rows of n - 1 and n; in each, by m, the counts of U from 0 to n·m.
  let before: number[][] = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i++) {
    const row: number[][] = [[1]];
    for (let j = 1; j <= m; j++) {
      const counts = Array.from({ length: i * j + 1 }, (_, k) => {
        return (before[j]![k - j] ?? 0) + (row[j - 1]![k] ?? 0);
      });
      row.push(counts);
    }
    before = row;
  }
  const counts = before[m]!;
  const sum = (some: readonly number[]) => some.reduce((total, count) => total + count, 0);
  const lower = sum(counts.slice(0, Math.floor(u) + 1));
  const upper = sum(counts.slice(Math.ceil(u)));
  return Math.min(1, (2 * Math.min(lower, upper)) / sum(counts));
}

test.each([
  [0.1, 0.8875370839817152],
  [0.5, 0.4795001221869535],
  [1, 0.15729920705028513],
  [1.9, 0.0072095707647425325],
  [2, 0.004677734981047265],
  [2.1, 0.002979466656332984],
  [3, 2.2090496998585438e-5],
  [5, 1.5374597944280351e-12],
  [10, 2.088487583762545e-45],
])('erfc(%f) is %f', (x, expected) => {
  expect(erfc(x) / expected).toBeCloseTo(1, 12);
});

test('the fewest samples for which a difference can be significant', () => {
  expect(samplesNeeded(0.05)).toBe(4);
  expect(samplesNeeded(0.01)).toBe(5);
  expect(samplesNeeded(0.2)).toBe(3);
  // 2/C(6, 3) is 0.1, which is not below it.
  expect(samplesNeeded(0.1)).toBe(4);
  expect(smallestP(1, 1)).toBe(1);
  expect(smallestP(2, 7)).toBeCloseTo(2 / 36, 15);
});

describe('the interval of a median', () => {
  /** Σ C(n, k) for k below r, over 2^n: how likely the r-th least of n values is above the median. */
  function tail(n: number, r: number): number {
    let ways = 1n;
    let sum = 0n;
    for (let k = 0; k < r; k++) {
      sum += ways;
      ways = (ways * BigInt(n - k)) / BigInt(k + 1);
    }
    return Number((sum * 10n ** 18n) / 2n ** BigInt(n)) / 1e18;
  }

  test('is the narrowest symmetric one that reaches 95 %', () => {
    for (let n = 1; n <= 200; n++) {
      const values = Array.from({ length: n }, (_, i) => i + 1);
      let r = 0;
      while (2 * (r + 1) <= n && 1 - 2 * tail(n, r + 1) >= 0.95) r++;
      const found = medianInterval(values);
      expect(found?.low).toBe(r === 0 ? undefined : r);
      expect(found?.high).toBe(r === 0 ? undefined : n + 1 - r);
      if (r > 0)
        expect(Math.abs((found?.confidence ?? 0) - (1 - 2 * tail(n, r)))).toBeLessThan(1e-12);
    }
  });

  test('needs 6 values for 95 %', () => {
    expect(medianInterval([])).toBeUndefined();
    expect(medianInterval([1, 2, 3, 4, 5])).toBeUndefined();
    // 1 − 2/2^6.
    expect(medianInterval([1, 2, 3, 4, 5, 6])).toEqual({ low: 1, high: 6, confidence: 0.96875 });
    // 1 − 2·(1 + 10)/2^10.
    expect(medianInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toMatchObject({ low: 2, high: 9 });
    expect(medianInterval([1, 2, 3, 4, 5, 6], 0.97)).toBeUndefined();
  });

  test('no number of values is too great', () => {
    const values = Array.from({ length: 5000 }, (_, i) => i);
    // Normal approximation: the middle ± 1.96·√5000/2.
    const found = medianInterval(values);
    expect(found?.low).toBeGreaterThan(2425);
    expect(found?.low).toBeLessThan(2435);
    expect(found?.confidence).toBeGreaterThanOrEqual(0.95);
  });
});

test('the geometric mean of ratios', () => {
  expect(geometricMean([2, 8])).toBeCloseTo(4, 12);
  expect(geometricMean([0.5, 2])).toBeCloseTo(1, 12);
  expect(geometricMean([])).toBeUndefined();
  expect(geometricMean([1, 0])).toBeUndefined();
  expect(geometricMean([1, -1])).toBeUndefined();
  expect(geometricMean([1, Number.NaN])).toBeUndefined();
});
