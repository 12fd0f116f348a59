import { describe, expect, test } from 'vitest';
import { HeapSeries, thinOut } from '../../src/analysis/heapseries.ts';
import { aCycle } from '../support/cycles.ts';

const pointOf = (heapBytes: number) => ({ heapBytes, goalBytes: 100 });

describe('heap series', () => {
  test('keeps each collection while there are few', () => {
    const series = new HeapSeries();
    const rest = { heapMarkedBytes: 1, startNs: 7 };
    for (const heapEndBytes of [3, 1, 2]) {
      series.add(aCycle({ heapEndBytes, heapGoalBytes: 100, ...rest }));
    }
    expect(series.points()).toEqual(
      [3, 1, 2].map((heapBytes) => ({ ...pointOf(heapBytes), ...rest })),
    );
  });

  test('stays small, in order, and keeps the highest, however many there are', () => {
    const series = new HeapSeries();
    for (let i = 0; i < 10_000; i++) {
      series.add(aCycle({ heapEndBytes: i === 5000 ? 1e6 : i, heapGoalBytes: 100 }));
    }
    const points = series.points().map(({ heapBytes }) => heapBytes);
    expect(points.length).toBeGreaterThan(256);
    expect(points.length).toBeLessThanOrEqual(512);
    expect(points).toContain(1e6);
    const others = points.filter((heapBytes) => heapBytes !== 1e6);
    expect(others).toEqual([...others].sort((a, b) => a - b));
    expect(others.at(-1)).toBe(9999);
  });

  test('thinning out takes the highest of each group of neighbours', () => {
    expect(thinOut([1, 5, 2, 2, 9, 0].map(pointOf), 3)).toEqual([5, 2, 9].map(pointOf));
    expect(thinOut([1, 5, 2, 4, 9].map(pointOf), 2)).toEqual([5, 9].map(pointOf));
    expect(thinOut([], 3)).toEqual([]);
  });
});
