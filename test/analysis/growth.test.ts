import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { growthOf, LiveSeries } from '../../src/analysis/growth.ts';
import type { Growth } from '../../src/analysis/logfigures.ts';
import { MiB, msNs, secondNs } from '../../src/units.ts';

const hourNs = 3600 * secondNs;

function growthOfPoints(points: readonly (readonly [number, number])[]): Growth | undefined {
  return growthOf(
    Float64Array.from(points, ([time]) => time),
    Float64Array.from(points, ([, heap]) => heap),
  );
}

/** Theil and Sen's slope and its interval as in the textbook: ranks counted from 1, all slopes in a list. */
function textbook(points: readonly (readonly [number, number])[]): [number, number, number] {
  const slopes = points
    .flatMap(([x1, y1], i) => points.slice(i + 1).map(([x2, y2]) => (y2 - y1) / (x2 - x1)))
    .toSorted((a, b) => a - b);
  const n = points.length;
  const all = slopes.length;
  const c = 1.959963984540054 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const rank = (k: number): number => slopes[Math.min(all, Math.max(1, k)) - 1] ?? Number.NaN;
  const median = all % 2 === 1 ? rank((all + 1) / 2) : (rank(all / 2) + rank(all / 2 + 1)) / 2;
  return [median, rank(Math.floor((all - c) / 2)), rank(Math.ceil((all + c) / 2) + 1)];
}

describe('slope', () => {
  test('of a straight line is that of the line, and so is its interval', () => {
    const line = [0, 1, 2, 3, 4, 5].map((i) => [i * secondNs, 100 * MiB + i * MiB] as const);
    const growth = growthOfPoints(line);
    expect(growth?.points).toBe(6);
    for (const name of ['bytesPerHour', 'lowBytesPerHour', 'highBytesPerHour'] as const) {
      expect((growth?.[name] ?? 0) / (3600 * MiB)).toBeCloseTo(1, 9);
    }
  });

  test('does not mind one point far off', () => {
    const line = Array.from({ length: 20 }, (_, i) => [i, i === 7 ? 1e9 : 2 * i] as const);
    expect((growthOfPoints(line)?.bytesPerHour ?? 0) / hourNs).toBeCloseTo(2, 9);
  });

  test('by hand: six points, fifteen slopes, the 2nd and the 14th are the interval', () => {
    // S has variance 6 * 5 * 17 / 18 = 28.33 and 1.96 * 5.323 = 10.43. The ranks are (15 - 10.43) / 2 = 2.28, rounded
    // down, and (15 + 10.43) / 2 + 1 = 13.72, rounded up. The slopes of each pair follow.
    const heaps = [0, 3, 2, 5, 4, 9];
    const pairs = [3, 1, 5 / 3, 1, 9 / 5, -1, 1, 1 / 3, 6 / 4, 3, 1, 7 / 3, -1, 2, 5].toSorted(
      (a, b) => a - b,
    );
    const growth = growthOfPoints(heaps.map((heap, i) => [i, heap] as const));
    expect((growth?.bytesPerHour ?? 0) / hourNs).toBeCloseTo(pairs[7] ?? 0, 9);
    expect((growth?.lowBytesPerHour ?? 0) / hourNs).toBeCloseTo(pairs[1] ?? 0, 9);
    expect((growth?.highBytesPerHour ?? 0) / hourNs).toBeCloseTo(pairs[13] ?? 0, 9);
  });

  test('agrees with the textbook', () => {
    const heap = fc.integer({ min: 0, max: 2 ** 40 });
    const step = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(step, heap), { minLength: 6, maxLength: 40 }), (steps) => {
        let time = 0;
        const points = steps.map(([ns, bytes]) => {
          time += ns;
          return [time, bytes] as const;
        });
        const growth = growthOfPoints(points);
        const found = [growth?.bytesPerHour, growth?.lowBytesPerHour, growth?.highBytesPerHour];
        for (const [i, expected] of textbook(points).entries()) {
          const scale = Math.max(1, Math.abs(expected));
          expect(Math.abs((found[i] ?? Number.NaN) / hourNs - expected) / scale).toBeLessThan(1e-9);
        }
      }),
    );
  });

  test('is unknown of fewer than six points', () => {
    const points = [0, 1, 2, 3, 4].map((i) => [i, i] as const);
    expect(growthOfPoints(points)).toBeUndefined();
  });
});

describe('series', () => {
  /** The same series by doubling the length of stretches until 128 of them hold all, and sorting values into them. */
  function byHand(values: readonly (readonly [number, number])[]): (readonly [number, number])[] {
    const [firstNs] = values[0] ?? [0];
    const known = values.filter(([time]) => time >= firstNs);
    const longest = Math.max(...known.map(([time]) => time - firstNs));
    let width = msNs;
    while (Math.floor(longest / width) >= 128) width *= 2;
    const stretches = new Map<number, [number, number][]>();
    for (const [time, heap] of known) {
      const at = Math.floor((time - firstNs) / width);
      stretches.set(at, [...(stretches.get(at) ?? []), [time - firstNs, heap]]);
    }
    const mean = (of: number[]): number => of.reduce((sum, x) => sum + x, 0) / of.length;
    return [...stretches]
      .toSorted(([a], [b]) => a - b)
      .map(([, of]) => [mean(of.map(([time]) => time)), mean(of.map(([, heap]) => heap))] as const);
  }

  function seriesOf(values: readonly (readonly [number, number])[]): LiveSeries {
    const series = new LiveSeries();
    for (const [time, heap] of values) series.add(time, heap);
    return series;
  }

  test('agrees with one that is made at the end', () => {
    const value = fc.tuple(fc.integer({ min: 0, max: 1e11 }), fc.integer({ min: 0, max: 2 ** 40 }));
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 300 }), (values) => {
        const { times, heaps } = seriesOf(values).points();
        const expected = byHand(values);
        expect(times.length).toBe(expected.length);
        for (const [i, [time, heap]] of expected.entries()) {
          expect(Math.abs((times[i] ?? -1) - time)).toBeLessThanOrEqual(1e-9 * Math.max(1, time));
          expect(Math.abs((heaps[i] ?? -1) - heap)).toBeLessThanOrEqual(1e-9 * Math.max(1, heap));
        }
      }),
    );
  });

  test('has at most 128 points, and more than 64 where values come evenly', () => {
    const series = new LiveSeries();
    for (let i = 0; i < 100_000; i++) series.add(i * 37 * msNs, i);
    const { points } = series.growth() ?? { points: 0 };
    expect(points).toBeGreaterThan(64);
    expect(points).toBeLessThanOrEqual(128);
  });

  test('of a heap that grows in a straight line has its slope exactly', () => {
    // 1 KiB each 10 ms is 360,000 KiB an hour.
    const series = new LiveSeries();
    for (let i = 0; i < 5000; i++) series.add(secondNs + i * 10 * msNs, 50 * MiB + i * 1024);
    const growth = series.growth();
    expect((growth?.bytesPerHour ?? 0) / (360_000 * 1024)).toBeCloseTo(1, 9);
    expect((growth?.lowBytesPerHour ?? 0) / (360_000 * 1024)).toBeCloseTo(1, 9);
    expect(series.spanNs).toBe(4999 * 10 * msNs);
  });

  test('leaves out what comes from before its first value, and does not mind leaps', () => {
    const series = seriesOf([
      [1e9, 5],
      [5e8, 9],
      [9e18, 7],
      [2e9, 6],
    ]);
    const { heaps } = series.points();
    expect([...heaps]).toEqual([5.5, 7]);
  });
});
