import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantile, Sample } from '../../src/analysis/statistics.ts';

const figure = fc.double({ min: -1e12, max: 1e12, noNaN: true });
const figures = fc.array(figure, { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** The quantile as the height of the line through (i / (n - 1), value i): the definition, read another way. */
function onTheLine(values: readonly number[], q: number): number {
  const sorted = ascending(values);
  if (sorted.length === 1) return sorted[0] ?? Number.NaN;
  const step = 1 / (sorted.length - 1);
  for (let i = 1; i < sorted.length; i++) {
    const [low = 0, high = 0] = [sorted[i - 1], sorted[i]];
    const [from, to] = [(i - 1) * step, i * step];
    if (q <= to || i === sorted.length - 1) {
      const weight = Math.min(1, (q - from) / (to - from));
      return low * (1 - weight) + high * weight;
    }
  }
  return Number.NaN;
}

describe('quantile', () => {
  test.each([
    [[7], 0.95, 7],
    [[1, 3], 0.5, 2],
    [[1, 2, 10], 0.5, 2],
    [[1, 2, 3, 4], 0.5, 2.5],
    // Position 0.95 * 3 = 2.85.
    [[10, 20, 30, 40], 0.95, 38.5],
    // Position 0.9 * 10 = 9.
    [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9, 9],
    [[1, 2, 3, 4], 0, 1],
    [[1, 2, 3, 4], 1, 4],
  ])('of %j at %d is %d', (values, q, expected) => {
    expect(quantile(values, q)).toBeCloseTo(expected, 12);
  });

  test('of nothing is unknown', () => {
    expect(quantile([], 0.5)).toBeUndefined();
  });

  test('agrees with an independent reading of the definition', () => {
    fc.assert(
      fc.property(figures, share, (values, q) => {
        const scale = Math.max(...values.map(Math.abs), 1);
        const difference = (quantile(ascending(values), q) ?? Number.NaN) - onTheLine(values, q);
        expect(Math.abs(difference) / scale).toBeLessThan(1e-9);
      }),
    );
  });

  test('lies between least and greatest, and rises with q', () => {
    fc.assert(
      fc.property(figures, share, share, (values, p, q) => {
        const sorted = ascending(values);
        const [low = Number.NaN, high = Number.NaN] = [Math.min(p, q), Math.max(p, q)].map((x) =>
          quantile(sorted, x),
        );
        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });
});

describe('sample', () => {
  function sampleOf(values: readonly number[], exact?: number): Sample {
    const sample = new Sample(exact);
    for (const value of values) sample.add(value);
    return sample;
  }

  test('has no quantile while it is empty', () => {
    expect(new Sample().quantile(0.5)).toBeUndefined();
    expect(new Sample().count).toBe(0);
  });

  test('is exact, in any order, and while it grows', () => {
    fc.assert(
      fc.property(figures, share, (values, q) => {
        expect(sampleOf(values).quantile(q)).toBe(quantile(ascending(values), q));
        expect(sampleOf([...values].reverse()).quantile(q)).toBe(sampleOf(values).quantile(q));
      }),
    );
    const sample = sampleOf([5, 1]);
    expect(sample.quantile(1)).toBe(5);
    sample.add(9);
    sample.add(0);
    expect([0, 1].map((q) => sample.quantile(q))).toEqual([0, 9]);
  });

  test('with more values than it keeps, it is at most 0.1 % too low, never too high, in any order', () => {
    const positive = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 10 });
    fc.assert(
      fc.property(positive, share, (values, q) => {
        const found = sampleOf(values, 4).quantile(q) ?? Number.NaN;
        const exact = quantile(ascending(values), q) ?? Number.NaN;
        expect(found).toBeLessThanOrEqual(exact * (1 + 1e-12));
        expect(found).toBeGreaterThanOrEqual(exact * (1 - 1 / 1024) * (1 - 1e-12));
        expect(sampleOf([...values].reverse(), 4).quantile(q)).toBe(found);
        expect(sampleOf(values, 4).count).toBe(values.length);
      }),
    );
  });

  test('with more values than it keeps, it is still exact for times of two digits', () => {
    const times = Array.from({ length: 90 }, (_, i) => (i + 10) * 10_000);
    for (const q of [0, 0.3, 0.5, 0.95, 1]) {
      expect(sampleOf(times, 8).quantile(q)).toBe(quantile(times, q));
    }
  });

  test('with more values than it keeps, negative ones come first', () => {
    const sample = sampleOf([3, -1, -2, 0, 1], 2);
    expect([0, 0.25, 0.5, 0.75, 1].map((q) => sample.quantile(q))).toEqual([-2, -1, 0, 1, 3]);
  });
});
