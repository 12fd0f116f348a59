/**
 * What assists that wait until they are paid (8f34b253, and the queue of 1.6) do to heap growth, on the workloads that were measured on
 * real Go: four Ps on two cores, collections pooled over several seeds, first collections left out, as in the measurement.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantile } from '../../src/analysis/statistics.ts';
import { findRelease, type Mechanisms } from '../../src/collector/release.ts';
import type { SimOptions } from '../../src/collector/simulate.ts';
import { KiB, MiB, msNs } from '../../src/units.ts';
import {
  medianOf,
  overSeeds,
  type SimulatedCycle,
  type SimulatedRun,
  startWorkload,
  workloadFrom,
} from '../support/simulation.ts';

/** Growth of the heap while assists are on, as a share of the goal. */
function growthWithAssists(runs: readonly SimulatedRun[]): number[] {
  return runs.flatMap((run) =>
    run.counted.map((cycle) => cycle.sim.growthWithAssistsBytes / cycle.heapGoalBytes),
  );
}

function heapOverGoal(cycle: SimulatedCycle): number {
  return cycle.heapEndBytes / cycle.heapGoalBytes;
}

const machine = { procs: 4, cores: 2 };

function meanOf(growth: readonly number[]): number {
  return growth.reduce((sum, one) => sum + one, 0) / growth.length;
}

describe('heap growth while assists are on', () => {
  // Real Go, best-effort and sleep-retry: p90 6.4 and 0.30 × goal, max 10.1 and 0.40 on big-slices; 0.88 and 0.38, 5.9 and 0.50 on
  // init1-long.
  const rows = [
    {
      workload: 'big-slices',
      seeds: [1, 2, 3, 4, 5, 6, 7, 8],
      least: 2,
      times: 5,
      maxTimes: 5,
      typical: medianOf,
    },
    {
      workload: 'init1-long',
      seeds: [1, 2, 3],
      least: 0.4,
      times: 1.5,
      maxTimes: 1,
      typical: meanOf,
    },
  ];
  const p90 = (growth: number[]): number =>
    quantile(
      [...growth].sort((a, b) => a - b),
      0.9,
    ) ?? Number.NaN;
  for (const { workload, seeds, least, times, maxTimes, typical } of rows) {
    test(`${workload}: best-effort lets it reach many times what sleep-retry does`, () => {
      const before = growthWithAssists(
        overSeeds(seeds, workload, { release: '8f34b253^', ...machine }),
      );
      const after = growthWithAssists(
        overSeeds(seeds, workload, { release: '8f34b253', ...machine }),
      );
      expect(before.length).toBeGreaterThan(50);
      expect(after.length).toBeGreaterThan(50);
      expect(p90(before)).toBeGreaterThan(least);
      expect(Math.max(...after)).toBeLessThan(0.6);
      expect(p90(before)).toBeGreaterThan(times * p90(after));
      expect(Math.max(...before)).toBeGreaterThan(maxTimes * Math.max(...after));
      // The typical collection as well. Real Go, medians: 1.19 and 0.19 on big-slices, 0.38 and 0.13 on init1-long. There the heap grows
      // by whole MiB, in most collections of both by two: on average.
      expect(typical(before)).toBeGreaterThan(1.4 * typical(after));
    });

    test(`${workload}: so it does where only the mechanism is switched`, () => {
      const choose = (assist: 'best-effort' | 'sleep-retry' | 'queue'): number[] =>
        growthWithAssists(
          overSeeds(seeds.slice(0, 3), workload, {
            release: '8f34b253',
            mechanisms: { assist },
            ...machine,
          }),
        );
      const forgiven = p90(choose('best-effort'));
      const queued = choose('queue');
      expect(forgiven).toBeGreaterThan(times * p90(choose('sleep-retry')));
      expect(forgiven).toBeGreaterThan(times * p90(queued));
      expect(Math.max(...queued)).toBeLessThan(0.6);
    });
  }

  // With no more Ps than cores no P loses its core in the middle of a collection: marking hardly ever waits, and neither choice
  // lets the heap run.
  for (const procs of [1, 2]) {
    // Real Go at 2 procs: 90 % of collections below 0.25 and 0.19; the worst 5.9 before, and 0.37.
    test(`big-slices at ${procs} procs on 2 cores: less than the goal with either, but for a few before`, () => {
      for (const release of ['8f34b253^', '8f34b253']) {
        const growth = growthWithAssists(
          overSeeds([1, 2, 3], 'big-slices', { release, procs, cores: 2 }),
        );
        const sorted = [...growth].sort((a, b) => a - b);
        expect(quantile(sorted, release === '8f34b253' ? 1 : 0.9)).toBeLessThan(1);
        expect(medianOf(growth)).toBeLessThan(0.2);
      }
    });
  }
});

test('the worst collection of init1 falls with the changes of the series that ended the overshoot', () => {
  // Real Go, heap at mark termination / goal, worst of a run, median of seven runs: 19.1, 13.8, 6.6, 1.00. Here the two in the
  // middle, both of one day in July 2015, are near one another.
  const seeds = [1, 2, 3, 4, 5, 6, 7];
  const worst = (asked: Partial<SimOptions>): number =>
    medianOf(
      overSeeds(seeds, 'init1', { ...asked, ...machine }).map((run) =>
        Math.max(...run.cycles.map(heapOverGoal)),
      ),
    );
  const continues = worst({
    release: '8f34b253^',
    mechanisms: { 'completing-assist': 'continues' },
  });
  const waits = worst({ release: '8f34b253' });
  const noWorkers = worst({
    release: '8f34b253',
    mechanisms: { 'between-marks': 'no-workers', 'assist-start': 'scan' },
  });
  const queue = worst({ release: '1.6' });
  expect(continues).toBeGreaterThan(5);
  for (const between of [waits, noWorkers]) {
    expect(continues).toBeGreaterThan(2 * between);
    expect(between).toBeGreaterThan(1.4 * queue);
  }
  expect(queue).toBeLessThanOrEqual(1.05);
});

// ---- The bound on overshoot ----

const releases = ['8f34b253', '1.5', '1.6', '1.8', '1.9', '1.10'];

const cases = fc.record({
  release: fc.constantFrom(...releases),
  procs: fc.constantFrom(1, 2, 4),
  gcPercent: fc.constantFrom(50, 100, 200),
  seed: fc.integer({ min: 0, max: 1000 }),
  nodeBytes: fc.constantFrom(16, 64, 128, 512, 2048),
  pointerShare: fc.constantFrom(0.1, 0.5, 1),
  liveBytes: fc.constantFrom(1 * MiB, 3 * MiB, 10 * MiB),
  listLength: fc.constantFrom(100, 1000, 5000),
  goroutines: fc.constantFrom(1, 2, 4, 8),
  chain: fc.constantFrom(10, 100, 1000),
  keep: fc.constantFrom('latest', 'none', '5'),
  largeBytes: fc.constantFrom(0, 64 * KiB, 256 * KiB, 1 * MiB),
  workNs: fc.constantFrom(0, 100, 500),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function workloadOf(c: Case): string {
  const pointers = Math.max(8, Math.floor((c.nodeBytes * c.pointerShare) / 8) * 8);
  const count = Math.max(1, Math.floor(c.liveBytes / (c.nodeBytes * c.listLength)));
  const large = c.largeBytes > 0 ? [`      - alloc: { kind: large, keep: ${c.keep} }`] : [];
  return [
    'name: random',
    'kinds:',
    `  node: { size: ${c.nodeBytes}B, pointers: ${pointers}B }`,
    `  large: { size: ${Math.max(c.largeBytes, KiB)}B }`,
    'structures:',
    `  live: { shape: list, kind: node, length: ${c.listLength}, count: ${count} }`,
    'goroutines:',
    `  - count: ${c.goroutines}`,
    '    for: 1s',
    '    steps:',
    `      - alloc: { kind: node, count: ${c.chain}, keep: ${c.keep}, work: ${c.workNs}ns }`,
    ...large,
  ].join('\n');
}

/** Largest span of a size class in these workloads. */
const spanBytes = 32 * KiB;

/**
 * How far a collection may end over its goal. Growth until assists are on (B) is nobody's; from there on each byte allocated must be
 * paid in scan work at the assist ratio, and there is no more scan work than `scanWork`.
 *
 * To 1.5 the ratio is heapScan / distance, with distance = max(1 MiB, goal − heap at start). So growth with assists on is at most
 * distance × scanWork / heapScan, and with the trigger at most at the goal, overshoot ≤ B + 1 MiB + …; the trigger may lie above the
 * goal, which adds the difference. heapScan is what the runtime knows: where more is scanned than that (new objects are white, and the
 * write barrier shades them), the distance is longer in proportion. Debts are settled when a span is refilled, so a goroutine may be
 * ahead by one span and one allocation. And Ps count what they allocate in spans that have been swept late: when one needs a fresh span.
 *
 * From 1.6 the ratio is what is left to scan / what is left to the goal (from 1.10: to the hard goal, 1.1 × goal), without limit as the
 * heap nears it, and the goal is at least 1 MiB above the heap at start. What is allocated beyond it was paid for before: what
 * the goroutines had paid ahead (over-assists, at the ratio then in force) as the heap passed the goal, and one allocation each.
 *
 * Each P may besides hold spans that count as heap when they are cached (here at most three: nodes, and what else the run needs), and while the
 * world is being stopped it ends the allocation in hand, no more.
 */
function boundOf(c: Case, cycle: SimulatedCycle, ran: RunOfCase): number {
  const paidAheadBytes = ran.paidAhead[cycle.n - 1] ?? 0;
  const uncountedBytes = ran.uncounted[cycle.n - 1] ?? 0;
  const { sim, heapGoalBytes } = cycle;
  const largest = Math.max(c.nodeBytes, c.largeBytes);
  const perGoroutine = c.goroutines * (largest + spanBytes);
  const perP = c.procs * (largest + 3 * spanBytes);
  if (findRelease(c.release).assistAt === 'malloc') {
    const margin = c.release === '1.10' ? 0.1 * heapGoalBytes : 0;
    return margin + paidAheadBytes + perGoroutine + perP;
  }
  const distance = Math.max(MiB, heapGoalBytes - sim.triggerBytes);
  const underestimated = Math.max(1, sim.scanWork / cycle.pacer!.start!.heapScanBytes);
  const triggerOverGoal = Math.max(0, sim.triggerBytes - heapGoalBytes);
  return (
    triggerOverGoal +
    sim.growthBeforeAssistsBytes +
    uncountedBytes +
    MiB +
    distance * (underestimated - 1) +
    perGoroutine +
    perP
  );
}

/**
 * For each collection, what goroutines had paid ahead when the heap passed the (hard) goal, and what Ps had allocated and not counted
 * when it started.
 */
interface RunOfCase {
  cycles: SimulatedCycle[];
  paidAhead: number[];
  uncounted: number[];
}

function runCase(c: Case, mechanisms: Partial<Mechanisms> = {}): RunOfCase {
  const { simulation, runtime, cycles } = startWorkload(workloadFrom(workloadOf(c)), {
    release: c.release,
    mechanisms,
    procs: c.procs,
    cores: 2,
    gcPercent: c.gcPercent,
    seed: c.seed,
    cycles: 12,
    durationNs: 200 * msNs,
  });
  const paidAhead: number[] = [];
  const uncounted: number[] = [];
  const { pacer, sched } = runtime;
  const revise = pacer.revise.bind(pacer);
  pacer.revise = (heapLive, heapScan, scanWork, bytesMarked) => {
    revise(heapLive, heapScan, scanWork, bytesMarked);
    uncounted[cycles.length] ??= sched.ps.reduce((sum, p) => sum + p.localAlloc, 0);
    const goal = c.release === '1.10' ? 1.1 * pacer.heapGoal : pacer.heapGoal;
    if (heapLive < Math.floor(goal) || paidAhead[cycles.length] !== undefined) return;
    paidAhead[cycles.length] = sched.gs.reduce((sum, g) => sum + Math.max(0, g.gcAssistBytes), 0);
  };
  while (simulation.step(1 << 20));
  return { cycles, paidAhead, uncounted };
}

test('overshoot is bounded by what assists cannot prevent', () => {
  fc.assert(
    fc.property(cases, (c) => {
      const ran = runCase(c);
      for (const cycle of ran.cycles) {
        const overshoot = cycle.heapEndBytes - cycle.heapGoalBytes;
        const bound = boundOf(c, cycle, ran);
        expect(overshoot, `${c.release}, collection ${cycle.n}`).toBeLessThanOrEqual(bound);
      }
    }),
    { numRuns: 60 },
  );
});

test('with best-effort assists the same bound is broken', () => {
  // So the bound is not merely wide: it tells assists that wait from those that do not.
  const broken = fc.sample(cases, { numRuns: 40, seed: 1 }).filter((c) => {
    const ran = runCase(c, { assist: 'best-effort' });
    return ran.cycles.some(
      (cycle) => cycle.heapEndBytes - cycle.heapGoalBytes > boundOf(c, cycle, ran),
    );
  });
  expect(broken.length).toBeGreaterThan(1);
});
