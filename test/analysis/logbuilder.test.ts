import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogBuilder, type LogOptions } from '../../src/analysis/logbuilder.ts';
import type { LogFigures } from '../../src/analysis/logfigures.ts';
import type { GcCycle, SizeSlack } from '../../src/cycle.ts';
import { MiB, msNs, secondNs, usNs } from '../../src/units.ts';
import { aCycle, aStoppedCycle } from '../support/cycles.ts';

/** Sizes of a gc line: whole MiB, the rest cut off. */
const rounded: SizeSlack = {
  heapStartBytes: MiB,
  heapEndBytes: MiB,
  heapMarkedBytes: MiB,
  heapGoalBytes: MiB,
};

function figuresOf(cycles: Iterable<GcCycle>, options: Partial<LogOptions> = {}): LogFigures {
  const builder = new LogBuilder({ top: 10, ...options });
  for (const cycle of cycles) builder.add(cycle);
  return builder.finish();
}

/** Collections 1, 2, … of one process, a second apart, 100 ms long, each with what is set for it. */
function seconds(...sets: Partial<GcCycle>[]): GcCycle[] {
  return sets.map((set, i) =>
    aCycle({
      n: i + 1,
      startNs: (i + 1) * secondNs,
      endNs: (i + 1) * secondNs + 100 * msNs,
      ...set,
    }),
  );
}

/** All numbers in a record, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

describe('a log with nothing in it', () => {
  test('has figures, and they are unknown', () => {
    const figures = figuresOf([]);
    expect(figures.summary.collections).toBe(0);
    expect(figures).toMatchObject({ worstOvershoots: [], procs: [], findings: [] });
    const { live, goal, pacing, allocation, spanNs, worstWindow, longestPause, memory } = figures;
    expect(numbersIn({ live, goal, pacing, allocation })).toEqual([]);
    expect([spanNs, worstWindow, longestPause, memory]).toEqual(Array(4).fill(undefined));
    expect(figures.overshootErrorBytes).toBeUndefined();
  });
});

describe('sizes', () => {
  test('medians leave out the first collection and forced ones, the last value does not', () => {
    const { live, goal } = figuresOf(
      seconds(
        { heapMarkedBytes: 900, heapGoalBytes: 1000 },
        { heapMarkedBytes: 10, heapGoalBytes: 20 },
        { heapMarkedBytes: 30, heapGoalBytes: 60 },
        { heapMarkedBytes: 800, heapGoalBytes: 70, forced: true },
      ),
    );
    expect(live).toEqual({ medianBytes: 20, lastBytes: 800, growth: undefined });
    expect(goal).toEqual({ medianBytes: 40, lastBytes: 70 });
  });

  test('the goal of GOGC=off is none', () => {
    const off = 17_592_186_044_415 * MiB;
    const figures = figuresOf(seconds({}, { heapGoalBytes: off }, { heapGoalBytes: off }));
    expect(figures.goal).toEqual({ medianBytes: undefined, lastBytes: 10 * MiB });
    expect(figures.summary.heap.goalMaxBytes).toBe(10 * MiB);
  });

  test('growth is that of the process with most collections', () => {
    const cycles = Array.from({ length: 40 }, (_, i) =>
      aCycle({
        n: i + 1,
        process: 2,
        startNs: i * secondNs,
        endNs: i * secondNs,
        heapMarkedBytes: (100 + i) * MiB,
      }),
    );
    const other = Array.from({ length: 30 }, (_, i) =>
      aCycle({ n: i + 1, process: 1, endNs: i * secondNs, heapMarkedBytes: 5 * MiB }),
    );
    const { growth } = figuresOf([...other, ...cycles]).live;
    expect((growth?.bytesPerHour ?? 0) / (3600 * MiB)).toBeCloseTo(1, 9);
    expect(growth?.points).toBe(40);
  });
});

describe('collections that the log does not have', () => {
  const at = (n: number, set: Partial<GcCycle> = {}): GcCycle =>
    aCycle({ n, startNs: n * secondNs, endNs: n * secondNs + 100 * msNs, ...set });

  test('are told by the numbers around them, and count towards the rate', () => {
    const { missing, collectionsPerSecond } = figuresOf([3, 4, 7, 8, 20].map((n) => at(n)));
    expect(missing).toEqual({
      collections: 13,
      ranges: [
        { from: 5, to: 6, process: 1 },
        { from: 9, to: 19, process: 1 },
      ],
    });
    // 17 in 17 s, of which the log has 4.
    expect(collectionsPerSecond).toBe(1);
  });

  test('are those of each process, and the first five gaps are named', () => {
    const cycles = [1, 2].flatMap((process) => [1, 3, 5, 7].map((n) => at(n, { process })));
    const { missing } = figuresOf(cycles);
    expect(missing?.collections).toBe(6);
    expect(missing?.ranges).toEqual([
      { from: 2, to: 2, process: 1 },
      { from: 4, to: 4, process: 1 },
      { from: 6, to: 6, process: 1 },
      { from: 2, to: 2, process: 2 },
      { from: 4, to: 4, process: 2 },
    ]);
  });

  test('there are none where only the start is not there', () => {
    expect(figuresOf([100, 101, 102].map((n) => at(n))).missing).toBeUndefined();
  });

  test('of Go 1.4 too, which has no clock', () => {
    const { missing } = figuresOf([1, 2, 4].map((n) => aStoppedCycle({ n })));
    expect(missing).toEqual({ collections: 1, ranges: [{ from: 3, to: 3, process: 1 }] });
  });
});

describe('pacing', () => {
  test('by hand', () => {
    const { pacing } = figuresOf(
      seconds(
        { heapMarkedBytes: 40 * MiB },
        // 40 live, goal 80: GOGC 100. Started at 60: 20 to go, three quarters of the way.
        { heapStartBytes: 60 * MiB, heapGoalBytes: 80 * MiB, heapMarkedBytes: 50 * MiB },
        // 50 live, goal 75: GOGC 50. Started over the goal: nothing to go.
        { heapStartBytes: 90 * MiB, heapGoalBytes: 75 * MiB },
      ),
    );
    expect(pacing).toEqual({
      runwayMedianBytes: 10 * MiB,
      startShareMedian: (0.75 + 1.2) / 2,
      effectiveGogcMedian: 75,
      effectiveGogcMin: 50,
      // From 100 ms after one start to the next.
      intervalMedianNs: 900 * msNs,
    });
  });

  test('stacks and globals are scanned too, and count as they were when the goal was set', () => {
    const { pacing } = figuresOf(
      seconds(
        { heapMarkedBytes: 40 * MiB, stacksBytes: 8 * MiB, globalsBytes: 2 * MiB },
        // 40 + (40 + 8 + 2) × GOGC / 100 = 90.
        { heapGoalBytes: 90 * MiB, stacksBytes: 700 * MiB, globalsBytes: 2 * MiB },
      ),
    );
    expect(pacing.effectiveGogcMedian).toBe(100);
  });

  test('no GOGC where the minimum or rounding made the goal, or where lines are missing', () => {
    const small = seconds({ heapMarkedBytes: 3 * MiB }, { heapGoalBytes: 6 * MiB });
    const coarse = seconds(
      { heapMarkedBytes: 9 * MiB, slack: rounded },
      { heapGoalBytes: 18 * MiB, slack: rounded },
    );
    const fine = seconds(
      { heapMarkedBytes: 10 * MiB, slack: rounded },
      { heapGoalBytes: 20 * MiB, slack: rounded },
    );
    const gap = seconds({ heapMarkedBytes: 40 * MiB }, { n: 7, heapGoalBytes: 80 * MiB });
    const gogc = [small, coarse, fine, gap].map(
      (cycles) => figuresOf(cycles).pacing.effectiveGogcMedian,
    );
    expect(gogc).toEqual([undefined, undefined, 100, undefined]);
  });
});

describe('allocation', () => {
  test('by hand: what is there at the end, less what was left before, by the time between ends', () => {
    const { allocation } = figuresOf(
      seconds(
        { heapMarkedBytes: 10 * MiB },
        { heapEndBytes: 30 * MiB, heapMarkedBytes: 12 * MiB },
        { heapEndBytes: 20 * MiB, heapMarkedBytes: 12 * MiB },
        { heapEndBytes: 100 * MiB },
      ),
    );
    // 20, 8 and 88 MiB, each in a second.
    expect(allocation).toMatchObject({
      medianBytesPerSecond: 20 * MiB,
      peakBytesPerSecond: 88 * MiB,
      totalBytes: 116 * MiB,
      peak: { n: 4, process: 1, startNs: 4 * secondNs },
    });
  });

  test('collections closer than 10 ms, or with little more than rounding, are taken together', () => {
    const at = (ms: number, n: number, endMiB: number, set: Partial<GcCycle> = {}): GcCycle =>
      aCycle({
        n,
        startNs: ms * msNs,
        endNs: ms * msNs,
        heapEndBytes: endMiB * MiB,
        heapMarkedBytes: 10 * MiB,
        ...set,
      });
    // 5 MiB each 5 ms: two together are 10 MiB in 10 ms.
    const close = figuresOf([at(0, 1, 15), at(5, 2, 15), at(10, 3, 15), at(15, 4, 15)]).allocation;
    expect(close).toMatchObject({ peakBytesPerSecond: 1000 * MiB, peak: { n: 3 } });
    // 6 MiB each second, rounded: one alone may be 5 or 7.
    const slack = { slack: rounded };
    const small = figuresOf([
      at(0, 1, 16, slack),
      at(1000, 2, 16, slack),
      at(2000, 3, 16, slack),
    ]).allocation;
    expect(small).toMatchObject({ medianBytesPerSecond: 6 * MiB, peak: { n: 3 } });
  });

  test('is not told over lost lines, nor of a clock that went back', () => {
    const lost = figuresOf(seconds({}, { n: 5 }, { n: 9 })).allocation;
    expect(lost).toEqual({
      medianBytesPerSecond: undefined,
      peakBytesPerSecond: undefined,
      peak: undefined,
      totalBytes: undefined,
    });
    const back = figuresOf(seconds({}, { startNs: 0, endNs: msNs })).allocation;
    expect(back.medianBytesPerSecond).toBeUndefined();
  });

  test('rates agree with going through the list', () => {
    const cycle = fc.record({
      gapNs: fc.integer({ min: 0, max: 40 * msNs }),
      heapEndBytes: fc.integer({ min: 0, max: 64 }).map((mib) => mib * MiB),
      heapMarkedBytes: fc.integer({ min: 0, max: 32 }).map((mib) => mib * MiB),
      isRounded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(cycle, { minLength: 2, maxLength: 60 }), (records) => {
        let timeNs = 0;
        const cycles = records.map(({ gapNs, isRounded, ...sizes }, i) => {
          timeNs += gapNs;
          const slack = isRounded ? { slack: rounded } : {};
          return aCycle({ n: i + 1, startNs: timeNs, endNs: timeNs, ...sizes, ...slack });
        });
        const rates: number[] = [];
        let [from, bytes, slack] = [cycles[0]?.endNs ?? 0, 0, 0];
        for (const [i, { endNs = 0, heapEndBytes, slack: own }] of cycles.entries()) {
          const before = cycles[i - 1];
          if (before === undefined) continue;
          bytes += heapEndBytes - (before.heapMarkedBytes ?? 0);
          if (own !== undefined || before.slack !== undefined) slack = MiB;
          if (endNs - from < 10 * msNs || bytes < 10 * slack) continue;
          rates.push((Math.max(0, bytes) / (endNs - from)) * secondNs);
          [from, bytes, slack] = [endNs, 0, 0];
        }
        const { peakBytesPerSecond, medianBytesPerSecond } = figuresOf(cycles).allocation;
        if (rates.length === 0) {
          expect(peakBytesPerSecond).toBeUndefined();
        } else {
          const sorted = rates.toSorted((a, b) => a - b);
          const half = (sorted.length - 1) / 2;
          const median = ((sorted[Math.floor(half)] ?? 0) + (sorted[Math.ceil(half)] ?? 0)) / 2;
          expect(Math.abs((peakBytesPerSecond ?? -1) - Math.max(...rates))).toBeLessThan(1);
          expect(Math.abs((medianBytesPerSecond ?? -1) - median)).toBeLessThan(1);
        }
      }),
    );
  });
});

describe('time', () => {
  test('spans, and collections a second, are summed over processes', () => {
    const { spanNs, collectionsPerSecond, summary } = figuresOf([
      ...seconds({}, {}, {}),
      ...seconds({}, {}).map((cycle) => ({ ...cycle, process: 2 })),
    ]);
    // From 1 s to 3.1 s, and from 1 s to 2.1 s.
    expect(spanNs).toBe(3.2 * secondNs);
    // Two in 2 s, one in 1 s.
    expect(collectionsPerSecond).toBe(1);
    // Both from 0 on.
    expect(summary.elapsedNs).toBe(5.2 * secondNs);
  });

  test('processes may take turns', () => {
    const turns = [1, 2, 3, 4].flatMap((n) =>
      [1, 2].map((process) =>
        aCycle({
          n,
          process,
          startNs: n * secondNs,
          endNs: n * secondNs,
          heapEndBytes: 5 * MiB + process,
        }),
      ),
    );
    const apart = [1, 2].flatMap((process) => turns.filter((cycle) => cycle.process === process));
    const figures = figuresOf(turns);
    expect(figures.allocation.medianBytesPerSecond).toBe(1.5);
    expect(figures.spanNs).toBe(figuresOf(apart).spanNs);
    expect(figures.summary.backgroundCpuShare).toBe(figuresOf(apart).summary.backgroundCpuShare);
  });

  test('the longest pause says where it was', () => {
    const { longestPause } = figuresOf(
      seconds({}, { markTermNs: 9 * msNs, wallMs: 77 }, { sweepTermNs: 8 * msNs }),
    );
    expect(longestPause).toEqual({
      ns: 9 * msNs,
      at: { n: 2, process: 1, startNs: 2 * secondNs, wallMs: 77 },
    });
  });

  test('GC CPU is background, assists and transitions, by all CPU between ends', () => {
    const { gcCpuShare, assistShareOfGc, worstWindow } = figuresOf(
      seconds(
        {},
        {
          procs: 2,
          backgroundNs: 300 * msNs,
          assistNs: 100 * msNs,
          idleNs: secondNs,
          sweepTermCpuNs: 60 * msNs,
          markTermCpuNs: 40 * msNs,
        },
      ),
      { windowNs: secondNs },
    );
    expect(gcCpuShare).toBeCloseTo(0.5 / 2, 12);
    expect(assistShareOfGc).toBeCloseTo(0.2, 12);
    // The log ends 100 ms into the third second, and none of the first shows: the second one it is.
    expect(worstWindow?.startNs).toBe(secondNs);
  });
});

describe('overshoot', () => {
  test('lists the worst, most first, and says how far they may be off', () => {
    const over = (endMiB: number, set: Partial<GcCycle> = {}): Partial<GcCycle> => ({
      heapEndBytes: endMiB * MiB,
      heapGoalBytes: 100 * MiB,
      slack: rounded,
      ...set,
    });
    const { worstOvershoots, overshootCertain, overshootPossible } = figuresOf(
      seconds(over(100), over(101), over(110), over(105), over(90), over(130)),
      { top: 2 },
    );
    expect(worstOvershoots.map(({ n, ratio }) => [n, ratio])).toEqual([
      [6, 0.3],
      [3, 0.1],
    ]);
    // 130.99 of 100 is 1 % more; 130 of 100.99 is 1.29 % less.
    expect(worstOvershoots[0]).toMatchObject({ overBytes: 30 * MiB, errorBytes: MiB });
    expect(worstOvershoots[0]?.errorRatio).toBeCloseTo(1.3 - 130 / 101, 12);
    // 101 of 100 may be 101.0 of 100.99, which is over; 100 may be 100.9 of 100.0; 90 is not.
    expect([overshootCertain, overshootPossible]).toEqual([4, 5]);
  });

  test('exact sizes are certain', () => {
    const figures = figuresOf(
      seconds({ heapEndBytes: 1001, heapGoalBytes: 1000 }, { heapEndBytes: 10, heapGoalBytes: 10 }),
    );
    expect(figures).toMatchObject({
      overshootCertain: 1,
      overshootPossible: 1,
      overshootErrorBytes: 0,
      overshootErrorRatio: 0,
      worstOvershoots: [{ n: 1, errorBytes: 0, errorRatio: 0 }],
    });
  });

  test('what is true lies within the figures and their errors', () => {
    const bytes = fc.integer({ min: 2 * MiB, max: 2 ** 31 });
    const near = fc.integer({ min: -3 * MiB, max: 3 * MiB });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(bytes, near, fc.boolean()), { minLength: 1, maxLength: 20 }),
        (sizes) => {
          const exact = sizes.map(([goal, more]) => [Math.max(0, goal + more), goal] as const);
          const isExact = (i: number): boolean => sizes[i]?.[2] ?? false;
          const floor = (size: number): number => Math.floor(size / MiB) * MiB;
          const figures = figuresOf(
            exact.map(([end, goal], i) =>
              aCycle({
                n: i + 1,
                heapEndBytes: isExact(i) ? end : floor(end),
                heapGoalBytes: isExact(i) ? goal : floor(goal),
                ...(isExact(i) ? {} : { slack: rounded }),
              }),
            ),
            { top: 20 },
          );
          const overs = exact.map(([end, goal]) => end - goal);
          const ratios = exact.map(([end, goal]) => end / goal - 1);
          const { summary, overshootErrorBytes = 0, overshootErrorRatio = 0 } = figures;
          const count = overs.filter((over) => over > 0).length;
          expect(figures.overshootCertain).toBeLessThanOrEqual(count);
          expect(figures.overshootPossible).toBeGreaterThanOrEqual(count);
          const { maxBytes = -1, maxRatio = -1 } = summary.overshoot;
          const mostBytes = Math.max(0, ...overs);
          expect(Math.abs(maxBytes - mostBytes)).toBeLessThanOrEqual(overshootErrorBytes);
          const mostRatio = Math.max(0, ...ratios);
          expect(Math.abs(maxRatio - mostRatio)).toBeLessThanOrEqual(overshootErrorRatio + 1e-12);
          for (const { n, overBytes, errorBytes, ratio, errorRatio } of figures.worstOvershoots) {
            expect(Math.abs((overs[n - 1] ?? 0) - overBytes)).toBeLessThanOrEqual(errorBytes);
            expect(Math.abs((ratios[n - 1] ?? 0) - ratio)).toBeLessThanOrEqual(errorRatio + 1e-12);
          }
        },
      ),
    );
  });
});

describe('old and other releases', () => {
  test('those to 1.4 have pauses and sizes, and no clock', () => {
    const { heapMarkedBytes: _, ...cycle } = aStoppedCycle({ n: 3 });
    const figures = figuresOf([cycle, aStoppedCycle({ n: 4, procs: 3 })]);
    // 12 + 30 + 15 µs and 2 ms.
    expect(figures.longestPause?.ns).toBe(2 * msNs + 57 * usNs);
    expect(figures.summary.pauses).toMatchObject({ count: 2, p50Ns: 2 * msNs + 57 * usNs });
    expect(figures.summary.elapsedNs).toBeUndefined();
    expect(figures).toMatchObject({ procs: [], findings: [] });
    expect([figures.spanNs, figures.gcCpuShare, figures.worstWindow]).toEqual(
      Array(3).fill(undefined),
    );
  });

  test('a forced collection to 1.8 repeats the mark times of the one before, which are not counted twice', () => {
    const times = { assistNs: 153 * msNs, backgroundNs: 64 * msNs, idleNs: 0, procs: 1 };
    const figures = figuresOf(
      seconds(
        { ...times, endNs: 1500 * msNs },
        {
          ...times,
          endNs: 2070 * msNs,
          forced: true,
          sweepTermCpuNs: 0,
          markNs: 0,
          markTermNs: 70 * msNs,
          markTermCpuNs: 70 * msNs,
        },
      ),
      { windowNs: 100 * msNs },
    );
    expect(figures.summary.assist.cpuNs).toBe(153 * msNs);
    expect(figures.longestPause).toMatchObject({ ns: 70 * msNs, at: { n: 2 } });
    // In its window there are the 70 ms of the pause, and it shows 70 ms.
    expect(figures.worstWindow).toMatchObject({ startNs: 2 * secondNs, gcCpuShare: 1 });
  });

  test('GOMAXPROCS, stacks and globals', () => {
    const figures = figuresOf(
      seconds(
        { procs: 8, stacksBytes: 3, globalsBytes: 9 },
        { procs: 4, stacksBytes: 5, globalsBytes: 7 },
        { procs: 8 },
      ),
    );
    expect(figures).toMatchObject({ procs: [8, 4], stacksMaxBytes: 5, globalsMaxBytes: 9 });
  });

  test('scavenger lines are added up, and their last figures kept', () => {
    const builder = new LogBuilder({ top: 1 });
    builder.addScavenge({ process: 1, releasedNowBytes: 3 * MiB });
    builder.addScavenge({
      process: 1,
      heapSysBytes: 90,
      heapReleasedBytes: 20,
      heapConsumedBytes: 70,
    });
    builder.addScavenge({ process: 1, releasedNowBytes: MiB, heapSysBytes: 95 });
    builder.addScavenge({ process: 1, releasedNowBytes: Number.POSITIVE_INFINITY });
    expect(builder.finish().memory).toEqual({
      lines: 4,
      releasedBytes: 4 * MiB,
      heapSysBytes: 95,
      heapReleasedBytes: 20,
      heapConsumedBytes: 70,
    });
  });
});

describe('whatever a log holds', () => {
  const hostile = fc.oneof(
    fc.constantFrom(0, -1, 1e15, 2 ** 53, 2 ** 63, 1e300, Number.MAX_VALUE),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324),
    fc.integer({ min: 0, max: 100 }).map((mib) => mib * MiB),
    fc.double({ min: 0, max: 1e19, noNaN: true }),
  );
  const cycle = fc.record(
    {
      n: fc.oneof(fc.integer({ min: 1, max: 20 }), hostile),
      process: fc.integer({ min: 1, max: 3 }),
      startNs: hostile,
      endNs: hostile,
      wallMs: fc.integer(),
      forced: fc.boolean(),
      periodic: fc.boolean(),
      gcCpuFraction: hostile,
      procs: hostile,
      sweepTermNs: hostile,
      markTermNs: hostile,
      sweepTermCpuNs: hostile,
      assistNs: hostile,
      backgroundNs: hostile,
      idleNs: hostile,
      markTermCpuNs: hostile,
      heapStartBytes: hostile,
      heapEndBytes: hostile,
      heapMarkedBytes: hostile,
      heapGoalBytes: hostile,
      stacksBytes: hostile,
      globalsBytes: hostile,
    },
    { requiredKeys: ['n', 'forced', 'procs', 'heapStartBytes', 'heapEndBytes'] },
  );

  test('it is read without an error, and figures are finite', () => {
    fc.assert(
      fc.property(fc.array(cycle, { maxLength: 60 }), (cycles) => {
        const figures = figuresOf(cycles);
        const { spanNs = 0, pacing, summary } = figures;
        // Numbers of collections are as the log has them.
        const { worstOvershoots, longestPause, allocation, findings, ...plain } = figures;
        const { overshoot, ...others } = summary;
        for (const value of numbersIn([{ ...plain, summary: others }, overshoot.maxRatio])) {
          expect(Number.isFinite(value)).toBe(true);
        }
        for (const { figures: numbers, message } of findings) {
          expect(numbersIn(numbers).every(Number.isFinite)).toBe(true);
          expect(message).not.toMatch(/NaN|Infinity|undefined/);
        }
        expect(spanNs).toBeGreaterThanOrEqual(0);
        expect(summary.elapsedNs ?? 0).toBeGreaterThanOrEqual(0);
        expect(pacing.intervalMedianNs ?? 0).toBeGreaterThanOrEqual(0);
        expect(longestPause?.ns ?? 0).toBeGreaterThanOrEqual(0);
        expect(numbersIn(worstOvershoots.map(({ ratio }) => ratio)).every(Number.isFinite)).toBe(
          true,
        );
        expect(allocation.totalBytes ?? 0).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  test('a new process at every line is read, and each is counted once', () => {
    function* processes(): Generator<GcCycle> {
      for (let process = 1; process <= 5000; process++) {
        yield aCycle({ n: 1, process, startNs: msNs, endNs: 2 * msNs, gcCpuFraction: 1.02 });
      }
    }
    const { spanNs, summary, findings } = figuresOf(processes());
    expect(spanNs).toBe(5000 * msNs);
    expect(summary).toMatchObject({ collections: 5000, elapsedNs: 10_000 * msNs });
    expect(findings).toMatchObject([
      { rule: 'utilisation-over-100', process: 1, figures: { processes: 5000 } },
    ]);
  });

  test('memory does not grow with the log', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    function heapAfter(count: number, isNew: boolean): number {
      const builder = new LogBuilder({ top: 5 });
      for (let i = 0; i < count; i++) {
        const process = isNew ? 1 + Math.floor(i / 3) : 1;
        builder.add(aCycle({ n: i + 1, process, startNs: i * 7 * msNs, heapEndBytes: i * 1000 }));
      }
      // Twice: what typed arrays held is given back after the first.
      collectGarbage();
      collectGarbage();
      const bytes = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
      expect(builder.finish().summary.collections).toBe(count);
      return bytes;
    }
    for (const isNew of [false, true]) {
      heapAfter(20_000, isNew);
      // By then all samples count in buckets.
      const before = heapAfter(140_000, isNew);
      // Other tests in this process make some, too; a kilobyte for each collection would be 59 MiB.
      expect(heapAfter(200_000, isNew) - before).toBeLessThan(30 * MiB);
    }
  });
});
