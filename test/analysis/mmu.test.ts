import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MmuBuilder, type MmuFigures, mmuLengths, SlidingWindow } from '../../src/analysis/mmu.ts';
import { MiB, msNs, secondNs, usNs } from '../../src/units.ts';

/** Of 4 Ps so many are taken from a time on. */
type Change = readonly [atNs: number, taken: number];

const procs = 4;

function mmuOf(endNs: number, changes: readonly Change[]): MmuFigures {
  const builder = new MmuBuilder(procs);
  for (const [atNs, taken] of changes) builder.add(atNs, taken);
  return builder.finish(endNs);
}

/** How many Ps are taken in each nanosecond of a run. */
type Levels = readonly number[];

/** Stretches of a few nanoseconds each, with so many Ps taken. */
const stretches = (lengthMax: number, count: number): fc.Arbitrary<Levels> =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: lengthMax }), fc.integer({ min: 0, max: procs })), {
      minLength: 1,
      maxLength: count,
    })
    .map((parts) => parts.flatMap(([length, taken]) => Array<number>(length).fill(taken)));

/** By going through all windows; undefined where there is none. */
function leastByHand(levels: Levels, length: number): number | undefined {
  let least: number | undefined;
  for (let start = 0; start + length <= levels.length; start++) {
    const taken = levels.slice(start, start + length).reduce((sum, each) => sum + each, 0);
    least = Math.min(least ?? 1, 1 - taken / (length * procs));
  }
  return least;
}

/** The points at which the P time taken bends, and its end. */
function pointsOf(levels: Levels): { timesNs: number[]; takenNs: number[] } {
  const timesNs = [0];
  const takenNs = [0];
  let sum = 0;
  for (const [i, level] of levels.entries()) {
    sum += level;
    if (levels[i + 1] === level) continue;
    timesNs.push(i + 1);
    takenNs.push(sum);
  }
  return { timesNs, takenNs };
}

/** Told of at most `piece` points at a time. */
function leastOf(
  levels: Levels,
  length: number,
  { resolution = 2000, piece = 1000 } = {},
): number | undefined {
  const window = new SlidingWindow(length, procs, resolution);
  const { timesNs, takenNs } = pointsOf(levels);
  for (let i = 0; i + 1 < timesNs.length; i += piece) {
    const times = Float64Array.from(timesNs.slice(i, i + piece + 1));
    const taken = Float64Array.from(takenNs.slice(i, i + piece + 1));
    window.advance(times, taken, times.length);
  }
  return window.least;
}

describe('minimum mutator utilisation, by hand', () => {
  test('a pause takes its length from each window that it fits into', () => {
    // 200 µs of 1 ms, of 10 ms; the run is shorter than the others.
    const figures = mmuOf(50 * msNs, [
      [20 * msNs, 4],
      [20.2 * msNs, 0],
    ]);
    expect(figures.in1msShare).toBeCloseTo(0.8, 12);
    expect(figures.in10msShare).toBeCloseTo(0.98, 12);
    expect(figures).toMatchObject({ in100msShare: undefined, in1sShare: undefined });
    expect(figures.in10sShare).toBeUndefined();
  });

  test('a pause as long as the window leaves nothing of it', () => {
    const figures = mmuOf(20 * msNs, [
      [3 * msNs, 4],
      [4 * msNs, 0],
    ]);
    expect(figures.in1msShare).toBe(0);
    expect(figures.in10msShare).toBeCloseTo(0.9, 12);
  });

  test('two pauses that do not both fit: the window takes as much of them as it can', () => {
    // 300 µs each, 500 µs between: of the 1.1 ms from the first to the end of the second, any 1 ms has 500 µs.
    const figures = mmuOf(10 * msNs, [
      [5 * msNs, 4],
      [5.3 * msNs, 0],
      [5.8 * msNs, 4],
      [6.1 * msNs, 0],
    ]);
    expect(figures.in1msShare).toBeCloseTo(0.5, 12);
    expect(figures.in10msShare).toBeCloseTo(0.94, 12);
  });

  test('a worker on one of four Ps leaves three quarters, assists on two more a quarter', () => {
    const worker: Change[] = [
      [2 * msNs, 1],
      [8 * msNs, 0],
    ];
    expect(mmuOf(10 * msNs, worker)).toMatchObject({ in1msShare: 0.75, in10msShare: 0.85 });
    const assisted: Change[] = [
      [2 * msNs, 1],
      [3 * msNs, 3],
      [3.5 * msNs, 1],
      [8 * msNs, 0],
    ];
    // 1 ms with both: half of it 3 of 4 taken, half of it 1. In all, 6 ms of one P and 0.5 ms of two.
    expect(mmuOf(10 * msNs, assisted)).toMatchObject({ in1msShare: 0.5, in10msShare: 0.825 });
  });

  test('nothing taken leaves all', () => {
    const figures = mmuOf(20 * secondNs, []);
    expect(Object.values(figures)).toEqual([1, 1, 1, 1, 1]);
    expect(Object.keys(figures)).toEqual(mmuLengths.map(({ field }) => field));
  });

  test('a collection now and then costs a long window its share, a short one all that it takes', () => {
    // Each 100 ms, 5 ms with two Ps taken, from 50 ms on.
    const changes = Array.from({ length: 120 }, (_, i): Change[] => [
      [(100 * i + 50) * msNs, 2],
      [(100 * i + 55) * msNs, 0],
    ]).flat();
    const { in1msShare, in10msShare, in100msShare, in1sShare, in10sShare } = mmuOf(
      12 * secondNs,
      changes,
    );
    expect([in1msShare, in10msShare]).toEqual([0.5, 0.75]);
    for (const share of [in100msShare, in1sShare, in10sShare]) expect(share).toBeCloseTo(0.975, 12);
  });

  test('a window lies within the run: what is taken at its very start and end counts in full', () => {
    expect(mmuOf(5 * msNs, [[4.5 * msNs, 4]]).in1msShare).toBeCloseTo(0.5, 12);
    const atStart: Change[] = [
      [0, 4],
      [0.25 * msNs, 0],
    ];
    expect(mmuOf(5 * msNs, atStart).in1msShare).toBeCloseTo(0.75, 12);
  });

  test('a run as long as the window has its mean, a shorter one has no figure', () => {
    const changes: Change[] = [
      [100 * usNs, 2],
      [300 * usNs, 0],
    ];
    expect(mmuOf(1 * msNs, changes).in1msShare).toBeCloseTo(0.9, 12);
    expect(mmuOf(1 * msNs - 1, changes).in1msShare).toBeUndefined();
    expect(Object.values(mmuOf(0, [])).filter((share) => share !== undefined)).toEqual([]);
  });

  test('of several changes at one time the last counts', () => {
    const figures = mmuOf(2 * msNs, [
      [1 * msNs, 4],
      [1 * msNs, 1],
      [1.5 * msNs, 4],
      [1.5 * msNs, 0],
    ]);
    expect(figures.in1msShare).toBeCloseTo(1 - 0.5 / 4, 12);
  });
});

describe('against all windows, one by one', () => {
  test('each length, however the run is told', () => {
    fc.assert(
      fc.property(
        stretches(12, 40),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 50 }),
        (levels, length, piece) => {
          const expected = leastByHand(levels, length);
          const found = leastOf(levels, length, { piece });
          if (expected === undefined) expect(found).toBeUndefined();
          else expect(found).toBeCloseTo(expected, 12);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('more changes than are looked at in one go, and more than are kept', () => {
    // In steps of 5 µs, so that a window of 10 ms leaves out nothing.
    const random = fc.array(fc.integer({ min: 0, max: procs }), {
      minLength: 3000,
      maxLength: 4000,
      size: 'max',
    });
    fc.assert(
      fc.property(random, (levels) => {
        const figures = mmuOf(
          levels.length * 5 * usNs,
          levels.map((taken, i) => [i * 5 * usNs, taken]),
        );
        expect(figures.in1msShare).toBeCloseTo(leastByHand(levels, 200) ?? -1, 12);
        expect(figures.in10msShare).toBeCloseTo(leastByHand(levels, 2000) ?? -1, 12);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  test('with changes too close to keep them all: off by at most a quarter of what is not told apart', () => {
    let leftOut = 0;
    fc.assert(
      fc.property(
        stretches(4, 200),
        fc.integer({ min: 20, max: 300 }),
        fc.integer({ min: 1, max: 12 }),
        (levels, length, resolution) => {
          const expected = leastByHand(levels, length);
          fc.pre(expected !== undefined);
          const found = leastOf(levels, length, { resolution }) ?? Number.NaN;
          const off = Math.abs(found - (expected ?? Number.NaN));
          expect(off).toBeLessThanOrEqual(1 / (4 * resolution) + 1e-12);
          if (off > 1e-12) leftOut++;
        },
      ),
      { numRuns: 1000 },
    );
    // It did leave out some that mattered.
    expect(leftOut).toBeGreaterThan(100);
  });

  test('a window of several times the length never has less', () => {
    fc.assert(
      fc.property(
        stretches(9, 60),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 2, max: 5 }),
        (levels, length, times) => {
          const long = leastOf(levels, length * times);
          fc.pre(long !== undefined);
          expect(leastOf(levels, length)).toBeLessThanOrEqual((long ?? 0) + 1e-12);
        },
      ),
    );
  });
});

test('memory does not grow with the run', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  // A change each microsecond: 10 s alone have ten million corners, of 16 bytes each.
  const builder = new MmuBuilder(procs);
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const changes = 12_000_000;
  for (let i = 0; i < changes; i++) builder.add(i * usNs, i % 3);
  collectGarbage();
  collectGarbage();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * MiB);
  // 0, 1 and 2 of 4 in turn: a quarter is taken of each window, within the error and one stretch.
  for (const share of Object.values(builder.finish(changes * usNs))) {
    expect(share).toBeGreaterThan(0.75 - 0.001);
    expect(share).toBeLessThan(0.75 + 0.001);
  }
});
