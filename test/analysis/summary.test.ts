import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pausesOf, type RunTotals, SummaryBuilder, summarize } from '../../src/analysis/summary.ts';
import type { SimTotals } from '../../src/collector/simulate.ts';
import type { GcCycle, Signaller } from '../../src/cycle.ts';
import { MiB, msNs, secondNs, usNs } from '../../src/units.ts';
import { aCycle, aSimCycle, aStoppedCycle } from '../support/cycles.ts';

const totals: RunTotals = {
  elapsedNs: 2 * secondNs,
  ended: 'finished',
  allocatedBytes: 500 * MiB,
  gcSys: {
    peakBytes: 9,
    finalBytes: 8,
    averageBytes: 7,
    workbufPeakBytes: 6,
    workbufFinalBytes: 5,
    bitmapPeakBytes: 4,
    bitmapFinalBytes: 3,
    markBitsPeakBytes: 2,
    markBitsFinalBytes: 1,
  },
};

/** Collections 1 to n, each with a heap end of so many percent of a goal of 100 MiB. */
function cyclesEndingAt(...percents: number[]): GcCycle[] {
  return percents.map((percent, i) =>
    aCycle({ n: i + 1, heapEndBytes: percent * MiB, heapGoalBytes: 100 * MiB }),
  );
}

test('the totals of a simulation are what a summary takes', () => {
  // A compile-time check: analysis does not import the collector.
  const accepts = (simTotals: SimTotals): RunTotals => simTotals;
  expect(accepts).toBeTypeOf('function');
});

describe('overshoot', () => {
  test('is what lies above the goal, as a share of it', () => {
    const { overshoot } = summarize(cyclesEndingAt(150, 90, 110, 100, 130));
    // Left out: the first. Counted: 0, 0.1, 0, 0.3. The median of four is the mean of the middle two.
    expect(overshoot.medianRatio).toBeCloseTo(0.05, 12);
    // Position 0.95 * 3 = 2.85 in 0, 0, 0.1, 0.3.
    expect(overshoot.p95Ratio).toBeCloseTo(0.27, 12);
    // The maximum is of all, the first included.
    expect(overshoot.maxRatio).toBeCloseTo(0.5, 12);
    expect(overshoot).toMatchObject({ maxBytes: 50 * MiB, maxCycle: 1, count: 3 });
  });

  test('names the collections with the greatest share and with the most bytes', () => {
    const { overshoot } = summarize([
      aCycle({ n: 1 }),
      aCycle({ n: 2, heapEndBytes: 15 * MiB, heapGoalBytes: 10 * MiB }),
      aCycle({ n: 3, heapEndBytes: 110 * MiB, heapGoalBytes: 100 * MiB }),
      aCycle({ n: 4, heapEndBytes: 15 * MiB, heapGoalBytes: 10 * MiB }),
    ]);
    expect(overshoot).toMatchObject({
      maxRatio: 0.5,
      maxCycle: 2,
      maxBytes: 10 * MiB,
      maxBytesCycle: 3,
    });
  });

  test('of collections below their goal is 0, and no collection is named', () => {
    const { overshoot } = summarize(cyclesEndingAt(80, 90, 100));
    expect(overshoot).toEqual({
      medianRatio: 0,
      p95Ratio: 0,
      maxRatio: 0,
      maxCycle: undefined,
      maxBytes: 0,
      maxBytesCycle: undefined,
      count: 0,
    });
  });

  test('is unknown where no goal is', () => {
    const { heapGoalBytes: _, ...noGoal } = aCycle();
    const { overshoot, heap } = summarize([noGoal]);
    expect(overshoot.maxRatio).toBeUndefined();
    expect(overshoot.maxBytes).toBeUndefined();
    expect(heap.goalMaxBytes).toBeUndefined();
  });

  test('of a goal that is printed as 0 MB has bytes but no share', () => {
    const { overshoot } = summarize([aCycle({ heapEndBytes: MiB, heapGoalBytes: 0 })]);
    expect(overshoot.maxBytes).toBe(MiB);
    expect(overshoot.maxRatio).toBeUndefined();
  });
});

describe('what is left out', () => {
  test('are the first collection of each process and the other forced ones', () => {
    const { collections, forced, leftOut } = summarize([
      aCycle({ n: 1, forced: true }),
      aCycle({ n: 2 }),
      aCycle({ n: 3, forced: true }),
      aCycle({ n: 1 }),
      aCycle({ n: 2, periodic: true }),
    ]);
    expect(collections).toBe(5);
    expect(forced).toBe(2);
    expect(leftOut).toEqual({ collections: 3, first: 2, forced: 1 });
  });

  test('does not touch medians, percentiles and shares, but does maxima and totals', () => {
    const plain = [2, 3, 4].map((n) => aSimCycle({ n }));
    const extreme = {
      heapEndBytes: 1000 * MiB,
      sim: {
        growthBeforeAssistsBytes: 900 * MiB,
        growthWithAssistsBytes: 900 * MiB,
        pausesNs: [secondNs],
        wakeupDelayNs: secondNs,
        assistCpuNs: secondNs,
      },
    };
    const clean = summarize(plain);
    const warm = summarize([
      aSimCycle({ n: 1, ...extreme }),
      ...plain,
      aSimCycle({ n: 5, forced: true, ...extreme }),
    ]);
    expect(warm.overshoot.medianRatio).toBe(clean.overshoot.medianRatio);
    expect(warm.growthBeforeAssists.p95Ratio).toBe(clean.growthBeforeAssists.p95Ratio);
    expect(warm.growthWithAssists.medianRatio).toBe(clean.growthWithAssists.medianRatio);
    expect(warm.pauses.p99Ns).toBe(clean.pauses.p99Ns);
    expect(warm.wakeupDelay.medianNs).toBeUndefined();
    expect(warm.assist.cpuShare).toBeCloseTo(clean.assist.cpuShare ?? 0, 12);

    expect(warm.overshoot.maxRatio).toBe(99);
    expect(warm.growthBeforeAssists.maxRatio).toBe(90);
    expect(warm.pauses).toMatchObject({ count: 8, maxNs: secondNs });
    expect(warm.wakeupDelay).toMatchObject({ count: 2, maxNs: secondNs });
    expect(warm.assist.cpuNs).toBe(2 * secondNs + 3 * msNs);
  });
});

describe('CPU', () => {
  test('shares are of what there was from the end of the collection before', () => {
    // Ends at 110, 210 and 310 ms with 4 procs: 400 ms of CPU before each of the counted two.
    const cycles = [1, 2, 3].map((n) =>
      aCycle({
        n,
        assistNs: 4 * msNs * n,
        backgroundNs: 40 * msNs,
        idleNs: 10 * msNs,
        sweepTermCpuNs: 1 * msNs,
        scanCpuNs: 2 * msNs,
        syncCpuNs: 0,
        markTermCpuNs: 3 * msNs,
        gcCpuFraction: 0.1 * n,
      }),
    );
    const summary = summarize(cycles);
    expect(summary.assist.cpuShare).toBeCloseTo((8 + 12) / 800, 12);
    expect(summary.assist.cpuNs).toBe(24 * msNs);
    expect(summary.backgroundCpuShare).toBeCloseTo(80 / 800, 12);
    expect(summary.idleCpuShare).toBeCloseTo(20 / 800, 12);
    expect(summary.transitionCpuShare).toBeCloseTo(12 / 800, 12);
    // As the last line prints it.
    expect(summary.gcCpuShare).toBeCloseTo(0.3, 12);
  });

  test('a log that starts in the middle has no share of its first collection', () => {
    const summary = summarize([aCycle({ n: 500 })]);
    expect(summary.assist.cpuShare).toBeUndefined();
    expect(summary.gcCpuShare).toBe(0.05);
  });

  test('assist time is the one that the simulation counted, where there is one', () => {
    const { assist } = summarize([
      aSimCycle({ assistNs: 5, sim: { assistCpuNs: 7, assistCount: 3, assistBlockedNs: 11 } }),
      aSimCycle({ sim: { assistCpuNs: 1, assistLongestStallNs: 90_000, assistBlockedNs: 2 } }),
    ]);
    expect(assist).toMatchObject({ cpuNs: 8, blockedNs: 13, longestStallNs: 90_000, count: 13 });
  });

  test('a log tells assist time alone, and the oldest lines not even that', () => {
    expect(summarize([aCycle({ assistNs: 5 })]).assist).toMatchObject({
      cpuNs: 5,
      blockedNs: undefined,
      longestStallNs: undefined,
      count: undefined,
    });
    const { assistNs: _, ...oldest } = aCycle();
    expect(summarize([oldest]).assist.cpuNs).toBeUndefined();
  });
});

describe('delays', () => {
  test('wake-up delays are told apart by who signalled', () => {
    const delays: [Signaller, number][] = [
      ['dedicated', 1000],
      ['dedicated', 2000],
      ['dedicated', 4000],
      ['assist', 9000],
    ];
    const cycles = delays.map(([signaller, wakeupDelayNs], i) =>
      aSimCycle({ n: i + 2, sim: { signaller, wakeupDelayNs, stoppedAfterWakeupNs: 10 * i } }),
    );
    const { wakeupDelay, stoppedAfterWakeup } = summarize([...cycles, aSimCycle({ n: 6 })]);
    // 1000, 2000, 4000, 9000: p90 lies at position 2.7, p95 at 2.85.
    const { bySignaller, ...all } = wakeupDelay;
    expect(all).toEqual({ count: 4, medianNs: 3000, p90Ns: 7500, p95Ns: 8250, maxNs: 9000 });
    expect(Object.keys(bySignaller)).toEqual(['dedicated', 'assist']);
    expect(bySignaller.dedicated).toMatchObject({ count: 3, medianNs: 2000, maxNs: 4000 });
    expect(stoppedAfterWakeup).toMatchObject({ count: 4, medianNs: 15, maxNs: 30 });
  });

  test('pauses are those that the simulation saw', () => {
    const cycles = [
      aSimCycle({ n: 2, sim: { pausesNs: [10, 20, 30] } }),
      aSimCycle({ n: 3, sim: { pausesNs: [40, 50] } }),
    ];
    // Position 0.95 * 4 = 3.8, and 0.99 * 4 = 3.96; rounded to whole nanoseconds.
    expect(summarize(cycles).pauses).toEqual({
      count: 5,
      totalNs: 150,
      p50Ns: 30,
      p95Ns: 48,
      p99Ns: 50,
      maxNs: 50,
    });
  });

  test('a log has two pauses a collection', () => {
    const { pauses } = summarize([aCycle({ sweepTermNs: 20 * usNs, markTermNs: 30 * usNs })]);
    expect(pauses).toMatchObject({ count: 2, totalNs: 50 * usNs, p50Ns: 25 * usNs });
  });
});

describe('the pauses of a collection', () => {
  test.each<[string, Partial<GcCycle>, number[]]>([
    ['of 1.6 and later are two', { sweepTermNs: 2, markTermNs: 3 }, [2, 3]],
    ['of 1.5 too', { sweepTermNs: 2, scanNs: 9, syncNs: 8, markTermNs: 3 }, [2, 3]],
    [
      'are three where the world stopped for the Ps',
      { sweepTermNs: 2, syncNs: 8, syncStopped: true, markTermNs: 3 },
      [2, 8, 3],
    ],
    [
      'to 1.8 are nearly all mark termination where it was forced',
      { forced: true, sweepTermNs: 1, markNs: 0, markTermNs: 70 },
      [1, 70],
    ],
  ])('%s', (_, set, expected) => {
    const into = [7, 7, 7, 7];
    expect(into.slice(0, pausesOf(aCycle(set), into))).toEqual(expected);
  });

  test('to 1.4 are one', () => {
    const cycle = aStoppedCycle();
    const into: number[] = [];
    // 12 + 30 + 15 µs and 2 ms.
    expect([pausesOf(cycle, into), into]).toEqual([1, [2_057_000]]);
    const { stopped } = cycle;
    if (stopped === undefined) throw new Error('a stopped collection is one');
    const { finishNs: _, ...rest } = stopped;
    expect([pausesOf({ ...cycle, stopped: rest }, into), into]).toEqual([1, [2_042_000]]);
  });

  test('of a simulation are those that it saw', () => {
    const into: number[] = [];
    const count = pausesOf(aSimCycle({ sim: { pausesNs: [4, 5, 6, 7] } }), into);
    expect(into.slice(0, count)).toEqual([4, 5, 6, 7]);
  });
});

describe('a log', () => {
  test('without a clock, goals and CPU times has what it tells', () => {
    const { heapMarkedBytes: _, ...cycle } = aStoppedCycle({ n: 2 });
    const summary = summarize([cycle, { ...cycle, n: 3, heapEndBytes: 9 * MiB }]);
    expect(summary).toMatchObject({
      collections: 2,
      heap: { peakBytes: 9 * MiB },
      pauses: { count: 2, totalNs: 4_114_000 },
    });
    expect(summary.heap.markedMaxBytes).toBeUndefined();
    expect(summary.overshoot.maxRatio).toBeUndefined();
    expect([summary.elapsedNs, summary.gcCpuShare, summary.backgroundCpuShare]).toEqual(
      Array(3).fill(undefined),
    );
    expect(JSON.stringify(summary)).not.toContain('null');
  });

  test('of several processes counts the time of each from its own start and its own collections', () => {
    // Ends at 110 and 210 ms, and at 110, 210 and 310 ms, in turns; 4 procs.
    const cycle = (process: number, n: number): GcCycle =>
      aCycle({ process, n, backgroundNs: 40 * msNs });
    const summary = summarize([cycle(1, 1), cycle(2, 1), cycle(2, 2), cycle(1, 2), cycle(2, 3)]);
    expect(summary.elapsedNs).toBe((210 + 310) * msNs);
    // Three counted ones, each 100 ms after its own predecessor.
    expect(summary.backgroundCpuShare).toBeCloseTo((3 * 40) / (3 * 400), 12);
  });

  test('of more processes than are kept counts each once, and what comes back from there on', () => {
    const first = aCycle({ process: 1, n: 1, endNs: secondNs });
    const others = Array.from({ length: 1024 }, (_, i) =>
      aCycle({ process: i + 2, n: 1, endNs: msNs }),
    );
    const back = aCycle({ process: 1, n: 2, endNs: 3 * secondNs });
    const later = aCycle({ process: 1, n: 3, endNs: 5 * secondNs });
    // 1 s of the first, 1 ms of each other, and 2 s from where it came back.
    expect(summarize([first, ...others, back, later]).elapsedNs).toBe(3 * secondNs + 1024 * msNs);
  });

  test('with GOGC=off has no goal', () => {
    const { overshoot, heap } = summarize([aCycle({ heapGoalBytes: 17_592_186_044_415 * MiB })]);
    expect([overshoot.maxRatio, heap.goalMaxBytes]).toEqual([undefined, undefined]);
  });
});

describe('a whole run', () => {
  test('with no collection is well defined: nothing is known of what did not happen', () => {
    const summary = summarize([], totals);
    expect(summary).toMatchObject({
      collections: 0,
      forced: 0,
      leftOut: { collections: 0, first: 0, forced: 0 },
      elapsedNs: 2 * secondNs,
      ended: 'finished',
      allocatedBytes: 500 * MiB,
      gcSys: totals.gcSys,
      pauses: { count: 0, totalNs: 0 },
      wakeupDelay: { count: 0, bySignaller: {} },
    });
    expect(summary.overshoot.maxRatio).toBeUndefined();
    expect(summary.assist.cpuNs).toBeUndefined();
    expect(summary.gcCpuShare).toBeUndefined();
    expect(JSON.stringify(summary)).not.toContain('null');
    expect(JSON.stringify(summarize([]))).not.toContain('null');
  });

  test('of one collection has maxima and totals, but nothing to take a median of', () => {
    const summary = summarize([aSimCycle({ n: 1 })]);
    expect(summary.leftOut.collections).toBe(1);
    expect(summary.pauses.maxNs).toBe(30 * usNs);
    expect(summary.pauses.p50Ns).toBeUndefined();
    expect(summary.overshoot.medianRatio).toBeUndefined();
    expect(summary.assist.cpuShare).toBeUndefined();
  });

  test('of a log ends with its last collection, and knows no GC bytes', () => {
    const summary = summarize([aCycle({ n: 1 }), aCycle({ n: 2 })]);
    expect(summary.elapsedNs).toBe(210 * msNs);
    expect(summary.ended).toBeUndefined();
    expect(summary.gcSys.peakBytes).toBeUndefined();
  });

  test('the heap has its least, its most, and its goals', () => {
    const sizes = [
      [5, 9, 10],
      [4, 11, 8],
      [6, 10, 12],
    ] as const;
    const { heap } = summarize(
      sizes.map(([marked, end, goal]) =>
        aCycle({ heapMarkedBytes: marked, heapEndBytes: end, heapGoalBytes: goal }),
      ),
    );
    expect(heap).toEqual({
      markedMinBytes: 4,
      markedMaxBytes: 6,
      peakBytes: 11,
      goalMinBytes: 8,
      goalMaxBytes: 12,
    });
  });

  test('can be summarised while it streams', () => {
    const cycles = [1, 2, 3, 4].map((n) => aSimCycle({ n, heapEndBytes: n * 5 * MiB }));
    const builder = new SummaryBuilder();
    for (const cycle of cycles) builder.add(cycle);
    expect(builder.finish(totals)).toEqual(summarize(cycles, totals));
  });
});

/** The same figures, by sorting and filtering whole arrays. */
function byHand(cycles: GcCycle[]): object {
  const counted = cycles.filter(({ n, forced }) => n !== 1 && !forced);
  const over = (cycle: GcCycle): number =>
    Math.max(0, cycle.heapEndBytes - (cycle.heapGoalBytes ?? 0)) / (cycle.heapGoalBytes ?? 0);
  const at = (values: number[], percent: number): number | undefined => {
    if (values.length === 0) return undefined;
    const sorted = values.toSorted((a, b) => a - b);
    // The position in hundredths, in whole numbers.
    const position = percent * (sorted.length - 1);
    const low = sorted[Math.floor(position / 100)] ?? 0;
    const high = sorted[Math.ceil(position / 100)] ?? 0;
    return (low * (100 - (position % 100)) + high * (position % 100)) / 100;
  };
  const max = (values: number[]): number | undefined =>
    values.length === 0 ? undefined : Math.max(...values);
  const pauses = (of: GcCycle[]): number[] => of.flatMap(({ sim }) => sim?.pausesNs ?? []);
  return {
    collections: cycles.length,
    maxRatio: max(cycles.map(over)),
    p95Ratio: at(counted.map(over), 95),
    medianRatio: at(counted.map(over), 50),
    p99Ns: at(pauses(counted), 99),
    pauseMaxNs: max(pauses(cycles)),
    totalNs: pauses(cycles).reduce((sum, ns) => sum + ns, 0),
  };
}

test('figures agree with an independent implementation', () => {
  const bytes = fc.integer({ min: 1, max: 2 ** 34 });
  const cycle = fc.record({
    heapEndBytes: bytes,
    heapGoalBytes: bytes,
    forced: fc.boolean(),
    pausesNs: fc.array(fc.integer({ min: 0, max: 1e9 }), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(cycle, { maxLength: 40 }), (records) => {
      const cycles = records.map(({ pausesNs, ...set }, i) =>
        aSimCycle({ n: i + 1, ...set, sim: { pausesNs } }),
      );
      const summary = summarize(cycles);
      const found = {
        collections: summary.collections,
        maxRatio: summary.overshoot.maxRatio,
        p95Ratio: summary.overshoot.p95Ratio,
        medianRatio: summary.overshoot.medianRatio,
        p99Ns: summary.pauses.p99Ns,
        pauseMaxNs: summary.pauses.maxNs,
        totalNs: summary.pauses.totalNs,
      };
      for (const [name, expected] of Object.entries(byHand(cycles))) {
        const value = found[name as keyof typeof found];
        if (expected === undefined) expect(value, name).toBeUndefined();
        else if (name === 'p99Ns') expect(Math.abs((value ?? -1) - expected)).toBeLessThan(0.501);
        else expect(Math.abs((value ?? -1) - expected) / Math.max(1, expected)).toBeLessThan(1e-12);
      }
    }),
  );
});
