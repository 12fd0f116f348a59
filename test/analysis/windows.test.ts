import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WorstWindow } from '../../src/analysis/logfigures.ts';
import { ProcessWindows, WorstWindows } from '../../src/analysis/windows.ts';
import { msNs, secondNs } from '../../src/units.ts';

/** A collection: start, end, GC and assist time of all procs together. */
type Collection = readonly [startNs: number, endNs: number, gcNs: number, assistNs: number];

function worstOf(
  collections: readonly Collection[],
  lengthNs?: number,
  fromNs = 0,
): WorstWindow | undefined {
  const worst = new WorstWindows(lengthNs);
  const windows = new ProcessWindows(worst, 7, fromNs);
  const firstNs = collections[0]?.[0] ?? 0;
  let lastNs = 0;
  for (const [startNs, endNs, gcNs, assistNs] of collections) {
    lastNs = Math.max(lastNs, endNs);
    windows.add(startNs, endNs, gcNs, assistNs);
    worst.noteSpan(lastNs - firstNs);
  }
  windows.finish(lastNs);
  return worst.worst();
}

/** The greatest share of any window, by going through all of them. */
function byHand(collections: readonly Collection[], lengthNs: number, fromNs: number): number {
  const lastNs = Math.max(...collections.map(([, endNs]) => endNs));
  let most = -1;
  for (let startNs = 0; startNs <= lastNs; startNs += lengthNs) {
    const seenNs = Math.min(startNs + lengthNs, lastNs) - Math.max(startNs, fromNs);
    if (seenNs * 2 < lengthNs || seenNs === 0) continue;
    let gc = 0;
    for (const [from, to, gcNs] of collections) {
      if (from === to) {
        if (from >= startNs && from < startNs + lengthNs) gc += gcNs;
      } else {
        const inNs = Math.min(to, startNs + lengthNs) - Math.max(from, startNs);
        if (inNs > 0) gc += (gcNs * inNs) / (to - from);
      }
    }
    most = Math.max(most, gc / seenNs);
  }
  return most;
}

describe('windows', () => {
  test('by hand: a collection over three windows is spread over them', () => {
    // From 0.8 s to 2.2 s, 0.7 s of GC: half of the time. Windows of 1 s have 0.1, 0.5 and 0.1 s of it.
    const window = worstOf(
      [[0.8 * secondNs, 2.2 * secondNs, 0.7 * secondNs, 0.14 * secondNs]],
      secondNs,
    );
    expect(window).toMatchObject({ lengthNs: secondNs, startNs: secondNs, process: 7 });
    expect(window?.gcCpuShare).toBeCloseTo(0.5, 12);
    expect(window?.assistCpuShare).toBeCloseTo(0.1, 12);
  });

  test('the last one counts from half of it on, as what it has', () => {
    const first: Collection = [0, 100 * msNs, 10 * msNs, 0];
    const short: Collection = [1100 * msNs, 1400 * msNs, 200 * msNs, 0];
    expect(worstOf([first, short], secondNs)?.startNs).toBe(0);
    const half: Collection = [1200 * msNs, 1500 * msNs, 200 * msNs, 0];
    const window = worstOf([first, half], secondNs);
    expect(window?.startNs).toBe(secondNs);
    expect(window?.gcCpuShare).toBeCloseTo(0.4, 12);
  });

  test('the first one too, where the log begins in the middle', () => {
    const late: Collection = [800 * msNs, 900 * msNs, 100 * msNs, 0];
    const next: Collection = [1900 * msNs, 2000 * msNs, 10 * msNs, 0];
    expect(worstOf([late, next], secondNs, 800 * msNs)?.startNs).toBe(secondNs);
    const window = worstOf([late, next], secondNs, 500 * msNs);
    expect(window?.gcCpuShare).toBeCloseTo(0.2, 12);
  });

  test.each([
    [600, 60 * secondNs],
    [599, 10 * secondNs],
    [99.9, secondNs],
    [9.99, 100 * msNs],
    [0.999, 10 * msNs],
  ])('a log of %d s has windows of %d ns', (seconds, lengthNs) => {
    // Collections each 10 ms or 1 s, which do not cross the end of a window.
    const stepNs = seconds > 20 ? secondNs : 10 * msNs;
    const count = Math.floor((seconds * secondNs) / stepNs);
    const collections: Collection[] = Array.from(
      { length: count },
      (_, i) => [i * stepNs, i * stepNs + 5 * msNs, msNs, 0] as const,
    );
    collections.push([seconds * secondNs - msNs, seconds * secondNs, 0, 0]);
    expect(worstOf(collections)?.lengthNs).toBe(lengthNs);
  });

  test('a log too short for ten of the shortest has none', () => {
    expect(worstOf([[0, 99 * msNs, msNs, 0]])).toBeUndefined();
  });

  test.each([1, msNs, 10 * msNs - 1])('of %d ns are too short for the clock', (lengthNs) => {
    expect(worstOf([[0, secondNs, 500 * msNs, 0]], lengthNs)).toBeUndefined();
  });

  test('of 10 ms are not', () => {
    expect(worstOf([[0, secondNs, 500 * msNs, 0]], 10 * msNs)?.gcCpuShare).toBeCloseTo(0.5, 12);
  });

  test('agree with going through all windows, whatever their length', () => {
    // The shortest length that there is.
    const unitNs = 10 * msNs;
    const gap = fc.integer({ min: 0, max: 3000 });
    const collection = fc.tuple(gap, gap, fc.integer({ min: 0, max: 1e6 }));
    fc.assert(
      fc.property(
        fc.array(collection, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.boolean(),
        (gaps, lengthUnits, isWhole) => {
          let timeNs = 0;
          const collections = gaps.map(([before, length, gcNs]) => {
            const startNs = timeNs + before * unitNs;
            timeNs = startNs + length * unitNs;
            return [startNs, timeNs, gcNs * unitNs, 0] as const;
          });
          const lengthNs = lengthUnits * unitNs;
          const fromNs = isWhole ? 0 : (collections[0]?.[0] ?? 0);
          const expected = byHand(collections, lengthNs, fromNs);
          const found = worstOf(collections, lengthNs, fromNs)?.gcCpuShare ?? -1;
          expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, expected));
        },
      ),
    );
  });

  test('a collection over very many windows takes no longer than another', () => {
    const window = worstOf([[0, 9e18, 3e18, 0]], 10 * msNs);
    expect(window?.gcCpuShare).toBeCloseTo(1 / 3, 9);
  });

  test('a clock that goes back is not followed, but rounding is', () => {
    const before: Collection = [5 * secondNs, 5.1 * secondNs, 0, 0];
    const back: Collection = [1 * secondNs, 1.1 * secondNs, secondNs, 0];
    const after: Collection = [9.4 * secondNs, 9.6 * secondNs, 0, 0];
    expect(worstOf([before, back, after], secondNs)?.gcCpuShare).toBe(0);
    const rounded: Collection = [4999.5 * msNs, 4999.9 * msNs, 100 * msNs, 0];
    expect(worstOf([before, rounded, after], secondNs)?.gcCpuShare).toBeCloseTo(0.1, 12);
  });
});
