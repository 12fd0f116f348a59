import { describe, expect, test } from 'vitest';
import { renderCustomSmallerIsBetter } from '../../src/report/actionbenchmark.ts';
import { aMetric, aSide } from './comparisons.ts';

function entriesOf(text: string): Record<string, unknown>[] {
  const parsed: unknown = JSON.parse(text);
  expect(Array.isArray(parsed)).toBe(true);
  return parsed as Record<string, unknown>[];
}

describe('the JSON for github-action-benchmark', () => {
  const figures = [
    { metric: aMetric('pause.max'), side: aSide(100_000) },
    { metric: aMetric('collections'), side: aSide(12) },
    { metric: aMetric('overshoot.p95'), side: aSide(0.07, 1, 3) },
  ];

  test('has name, unit and value of what is better when smaller', () => {
    expect(entriesOf(renderCustomSmallerIsBetter(figures))).toEqual([
      {
        name: 'pause.max',
        unit: 'ns',
        value: 100_000,
        range: '± 1000',
        extra: 'stops of the world: maximum\nmedian of 10 samples',
      },
      {
        name: 'overshoot.p95',
        unit: '%',
        value: 7,
        extra:
          'heap over its goal at the end of marking, of the goal: 95th percentile\nmedian of 3 samples',
      },
    ]);
  });

  test('has fields of the types that the action reads, and no others', () => {
    const evil = '"\u001b\u2028\ud800';
    for (const entry of entriesOf(renderCustomSmallerIsBetter(figures, { prefix: evil }))) {
      const { name, unit, value, range, extra, ...others } = entry;
      expect(others).toEqual({});
      expect(String(name).startsWith(`${evil}/`)).toBe(true);
      expect([typeof name, typeof unit, typeof value, typeof extra]).toEqual([
        ...['string', 'string', 'number', 'string'],
      ]);
      expect(['string', 'undefined']).toContain(typeof range);
    }
  });

  test('is an array where there is nothing', () => {
    expect(renderCustomSmallerIsBetter([])).toBe('[]\n');
  });

  test('refuses a figure that is none', () => {
    const side = { count: 1, median: Number.NaN };
    expect(() => renderCustomSmallerIsBetter([{ metric: aMetric('pause.max'), side }])).toThrow(
      /value/,
    );
  });
});
