/**
 * What the collector takes from the program, as it tells a listener, against the accounts of each P's time; and minimum
 * mutator utilisation made of it.
 */
import { describe, expect, test } from 'vitest';
import { MmuBuilder } from '../../src/analysis/mmu.ts';
import { type P, Use } from '../../src/collector/gmp.ts';
import { releases } from '../../src/collector/release.ts';
import type { SimOptions } from '../../src/collector/simulate.ts';
import { msNs } from '../../src/units.ts';
import {
  bareRuntime,
  runWorkload,
  type SimulatedRun,
  workloadFrom,
} from '../support/simulation.ts';

/** Goroutines that allocate for 6 ms beside a live tree, then nothing, so that the last collection ends. */
const busy = workloadFrom(`
kinds:
  node: { size: 64B, pointers: 32B }
structures:
  tree: { shape: tree, kind: node, nodes: 20000, fanout: 4 }
goroutines:
  - { count: 6, for: 6ms, steps: [alloc: { kind: node, count: 200, keep: latest }] }
  - { times: 1, steps: [sleep: 40ms] }
`);

/** One goroutine that collects, three times. */
const forced = workloadFrom(`
kinds:
  node: { size: 64B, pointers: 32B }
structures:
  tree: { shape: tree, kind: node, nodes: 20000, fanout: 4 }
goroutines:
  - { times: 3, steps: [gc, work: 1ms] }
`);

interface TakenRun extends SimulatedRun {
  changes: { atNs: number; taken: number }[];
  /** Time of Ps that was taken, in all. */
  takenNs: number;
  /** Least share of the Ps that the program had in 10 ms. */
  in10msShare: number | undefined;
}

function listen(workload: Parameters<typeof runWorkload>[0], asked: Partial<SimOptions>): TakenRun {
  const changes: TakenRun['changes'] = [];
  const run = runWorkload(workload, {
    cores: 4,
    ...asked,
    onTaken: (atNs, taken) => changes.push({ atNs, taken }),
  });
  const mmu = new MmuBuilder(run.options.procs);
  for (const { atNs, taken } of changes) mmu.add(atNs, taken);
  const { elapsedNs } = run.totals;
  const takenNs = changes.reduce((sum, { atNs, taken }, i) => {
    return sum + taken * ((changes[i + 1]?.atNs ?? elapsedNs) - atNs);
  }, 0);
  return { ...run, changes, takenNs, in10msShare: mmu.finish(elapsedNs).in10msShare };
}

/** Of the accounts: uses in which the collector has a P, but for the getfull barrier, which they count as spinning. */
function usedNs({ totals: { cpu } }: SimulatedRun): number {
  return cpu.assistNs + cpu.dedicatedNs + cpu.fractionalNs + cpu.coordinatorNs + cpu.stoppedNs;
}

function pausesNs({ cycles }: SimulatedRun): number {
  return cycles.flatMap(({ sim }) => sim.pausesNs).reduce((sum, ns) => sum + ns, 0);
}

const names = releases.map(({ name }) => name);

describe('what the collector takes', () => {
  test.each(names)(
    'of one P is what the accounts say, and MMU over the run its rest (%s)',
    (release) => {
      const run = listen(busy, { release, procs: 1, cores: 1, noise: 0, durationNs: 10 * msNs });
      expect(run.cycles.length).toBeGreaterThan(0);
      expect(run.totals.cpu.offCoreNs).toBe(0);
      expect(run.takenNs).toBe(usedNs(run));
      expect(run.totals.elapsedNs).toBe(10 * msNs);
      expect(run.in10msShare).toBeCloseTo(1 - usedNs(run) / (10 * msNs), 12);
      expect(run.in10msShare).toBeLessThan(1);
    },
  );

  test.each(names)(
    'of four Ps is all of them in pauses, and those it uses besides (%s)',
    (release) => {
      const run = listen(busy, { release, procs: 4, noise: 0, durationNs: 20 * msNs });
      expect(run.cycles.length).toBeGreaterThan(0);
      // What it uses while the world is stopped is in both.
      const stoppedNs = 4 * pausesNs(run);
      expect(run.takenNs).toBeGreaterThanOrEqual(Math.max(stoppedNs, usedNs(run) - stoppedNs));
      const getfullNs = run.totals.cpu.spinningNs;
      expect(run.takenNs).toBeLessThanOrEqual(stoppedNs + usedNs(run) + getfullNs);
      expect(Math.max(...run.changes.map(({ taken }) => taken))).toBe(4);
      expect(Math.min(...run.changes.map(({ taken }) => taken))).toBe(0);
      // The last collection has ended.
      expect(run.changes.at(-1)?.taken).toBe(0);
    },
  );

  test('of a collection that stops the world is all, from the request to the restart', () => {
    const run = listen(forced, { release: '1.8', procs: 4 });
    expect(run.cycles).toHaveLength(3);
    const stretches = run.changes
      .map(({ atNs, taken }, i) => ({ taken, ns: (run.changes[i + 1]?.atNs ?? atNs) - atNs }))
      .filter(({ taken, ns }) => taken > 0 && ns > 0);
    expect(stretches).toEqual(
      run.cycles.flatMap(({ sim }) => sim.pausesNs.map((ns) => ({ taken: 4, ns }))),
    );
  });

  test('is not what idle workers mark', () => {
    const run = listen('steady', { release: '1.9', procs: 4, noise: 0, cycles: 8 });
    const { assistNs, dedicatedNs, idleMarkNs } = run.totals.cpu;
    const besidePausesNs = run.takenNs - 4 * pausesNs(run);
    expect(idleMarkNs).toBeGreaterThan(dedicatedNs);
    expect(besidePausesNs / (assistNs + dedicatedNs)).toBeCloseTo(1, 1);
  });

  test('is a P that works or waits for it, on its core or off it', () => {
    const { sched } = bareRuntime('1.9', { procs: 2 });
    const told: number[] = [];
    sched.onTaken = (_, taken) => told.push(taken);
    const [first, second] = [sched.ps[0]!, sched.ps[1]!];
    const charge = (p: P, ...uses: Use[]): number[] => {
      for (const use of uses) sched.charge(p, use);
      return told.splice(0);
    };
    expect(charge(first, Use.spinning, Use.mutator, Use.offCore, Use.mutator)).toEqual([]);
    expect(charge(first, Use.dedicated)).toEqual([1]);
    expect(charge(first, Use.getfull, Use.offCore, Use.dedicated, Use.fractional)).toEqual([]);
    expect(charge(second, Use.assist, Use.coordinator, Use.stopped)).toEqual([2]);
    expect(charge(first, Use.idleMark, Use.sweep, Use.idle)).toEqual([1]);
    expect(charge(second, Use.mutator)).toEqual([0]);
  });

  test('is nothing without a collection', () => {
    const run = listen(busy, { release: '1.9', gcPercent: -1 });
    expect(run.cycles).toHaveLength(0);
    expect(run.changes).toEqual([]);
    expect(run.in10msShare).toBe(1);
  });

  test('goes to a listener in the order of time, and changes nothing', () => {
    const asked = { release: '1.6', procs: 6, cores: 3 };
    const run = listen(busy, asked);
    const times = run.changes.map(({ atNs }) => atNs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual(run.totals.elapsedNs);
    expect(runWorkload(busy, asked).totals).toEqual(run.totals);
  });
});
