import { describe, expect, test } from 'vitest';
import { Usual } from '../../src/analysis/rates.ts';

function usualOf(values: Iterable<number>): Usual {
  const usual = new Usual();
  for (const value of values) usual.add(value);
  return usual;
}

/** From 1 to `count`, in an order that is not theirs: 7919 is a prime. */
function mixed(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 7919) % count) + 1);
}

describe('what is usual', () => {
  test('of nothing is not known', () => {
    expect(usualOf([]).quantile(0.5)).toBeUndefined();
  });

  test('is exact for up to 1024 values', () => {
    const usual = usualOf(mixed(1024));
    // Position 511.5 of 0 to 1023, and 102.3.
    expect(usual.quantile(0.5)).toBe(512.5);
    expect(usual.quantile(0.1)).toBeCloseTo(103.3, 9);
    expect([usual.quantile(0), usual.quantile(1)]).toEqual([1, 1024]);
  });

  test('is within 1 % for more', () => {
    const usual = usualOf(mixed(5000));
    for (const q of [0.1, 0.25, 0.5, 0.9, 1]) {
      expect(Math.abs((usual.quantile(q) ?? 0) / (q * 5000) - 1)).toBeLessThan(0.01);
    }
  });

  test('is next to nothing for what is below 1', () => {
    const usual = usualOf(mixed(2000).map((value) => -value));
    expect(usual.quantile(0.5)).toBeCloseTo(1, 1);
  });
});
