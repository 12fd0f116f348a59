/** No run goes on without time passing, whatever is asked of it. */
import { describe, expect, test } from 'vitest';
import { optionsFor } from '../../src/collector/options.ts';
import { releases } from '../../src/collector/release.ts';
import { createSimulation, type SimOptions, type SimTotals } from '../../src/collector/simulate.ts';
import { msNs } from '../../src/units.ts';
import type { Workload } from '../../src/workload/workload.ts';
import { workloadFrom, workloadNamed } from '../support/simulation.ts';

const releaseNames = releases.map(({ name }) => name);

/**
 * Runs to the end, in simulated time: no P takes more than 20,000 turns a millisecond (the cheapest, a fruitless step, takes
 * 100 ns), and there are the Ps' timers and sysmon besides.
 */
function run(workload: Workload, asked: Partial<SimOptions>): SimTotals & { cycles: number } {
  const options = optionsFor(workload, { check: true, ...asked });
  const simulation = createSimulation(workload, options);
  const most = 20_000 * (options.procs + 2);
  for (;;) {
    const fromNs = simulation.nowNs;
    const more = simulation.step(most);
    if (!more) break;
    expect(simulation.nowNs - fromNs, 'time passes').toBeGreaterThan(0.9 * msNs);
  }
  return { ...simulation.totals(), cycles: simulation.cyclesDone };
}

describe.each(releaseNames)('release %s', (release) => {
  test('runs at GOGC=1', () => {
    const totals = run(workloadNamed('steady'), { release, gcPercent: 1, durationNs: 15 * msNs });
    expect(['duration', 'finished']).toContain(totals.ended);
    expect(totals.elapsedNs).toBe(15 * msNs);
  });

  test('runs at GOGC=0', () => {
    const totals = run(workloadNamed('json'), { release, gcPercent: 0, durationNs: 5 * msNs });
    expect(totals.elapsedNs).toBe(5 * msNs);
  });

  test('runs with GOGC off, without a collection', () => {
    const totals = run(workloadNamed('steady'), { release, gcPercent: -1, durationNs: 15 * msNs });
    expect(totals.cycles).toBe(0);
    expect(totals.ended).toBe('duration');
  });

  test('runs on 64 Ps and 64 cores', () => {
    const asked = { release, procs: 64, cores: 64, durationNs: 5 * msNs };
    expect(run(workloadNamed('garbage'), asked).elapsedNs).toBe(5 * msNs);
  });

  test('runs on 16 Ps of one core', () => {
    const asked = { release, procs: 16, cores: 1, durationNs: 60 * msNs };
    const totals = run(workloadNamed('garbage'), asked);
    expect(totals.elapsedNs).toBe(60 * msNs);
    expect(totals.allocatedBytes).toBeGreaterThan(0);
  });

  test('runs a goroutine that only sleeps', () => {
    const workload = workloadFrom(`
structures:
  one: { shape: bytes, size: 1KiB, count: 1 }
goroutines:
  - times: 50
    steps:
      - sleep: 1ms
`);
    const totals = run(workload, { release, procs: 4 });
    expect(totals.ended).toBe('finished');
    // 1 ms takes 1.08 ms on the reference machine, and a little more to be scheduled.
    expect(totals.elapsedNs).toBeGreaterThan(50 * msNs);
    expect(totals.elapsedNs).toBeLessThan(65 * msNs);
    expect(totals.events).toBeLessThan(50_000);
  });

  test('runs goroutines that only ask for collections', () => {
    const workload = workloadFrom(`
structures:
  one: { shape: bytes, size: 1KiB, count: 1 }
goroutines:
  - count: 3
    times: 5
    steps:
      - gc
`);
    const totals = run(workload, { release, procs: 2, cores: 2 });
    expect(totals.ended).toBe('finished');
    expect(totals.cycles).toBeGreaterThanOrEqual(5);
    expect(totals.cycles).toBeLessThanOrEqual(15);
  });
});

test('a minute of sleep costs few events', () => {
  const workload = workloadFrom(`
structures:
  one: { shape: bytes, size: 1KiB, count: 1 }
goroutines:
  - times: 1
    steps:
      - sleep: 60s
`);
  const totals = run(workload, { procs: 4 });
  expect(totals.elapsedNs).toBeGreaterThanOrEqual(60_000 * msNs);
  expect(totals.events).toBeLessThan(10_000);
});

test('two minutes without a collection force one', () => {
  const workload = workloadFrom(`
structures:
  one: { shape: bytes, size: 1KiB, count: 1 }
goroutines:
  - times: 1300
    steps:
      - sleep: 100ms
`);
  const totals = run(workload, { procs: 2 });
  expect(totals.cycles).toBe(1);
});

test('what waits in the global queue runs, though workers start in vain on every P that is awake', () => {
  // Between the marks of 2015 two Ps start workers for nothing, again and again, and never look at a queue. Whoever starts one wakes
  // another P (resetspinning to 1.5), which takes the coordinator; without that, this program never allocates again.
  const workload = workloadFrom(`
globals: { size: 1200kB, pointers: 600kB }
kinds:
  node: { size: 32B, pointers: 16B }
  leaf: { size: 2689B, pointers: 100% }
structures:
  maps: { shape: map, entries: 6660, count: 5 }
  arrays: { shape: array, kind: leaf, length: 7350, count: 2 }
goroutines:
  - times: 1
    for: 2ms
    steps:
      - alloc: { kind: node, count: 8, keep: latest }
`);
  const asked = { release: '8f34b253', gcPercent: 400, seed: 3994174907, noise: 0 };
  for (const procs of [4, 7, 8, 16]) {
    const totals = run(workload, { ...asked, procs, cores: 1, durationNs: 5000 * msNs });
    expect(totals.ended).toBe('finished');
  }
});

test('marking ends where the coordinator sleeps on a note, though all Ms have parked looking for work', () => {
  // Its P goes idle with it, and in mark 2 nothing is left to mark that would wake another: the last P to go idle ends the phase.
  const workload = workloadFrom(`
structures:
  lists: { shape: list, kind: node, length: 318, count: 3 }
kinds:
  node: { size: 32B, pointers: 16B }
goroutines:
  - count: 3
    times: 1
    steps:
      - gc
      - { alloc: { kind: node, count: 712, keep: latest } }
`);
  for (const procs of [1, 6]) {
    const asked = { procs, cores: procs, gcPercent: 1, durationNs: 5000 * msNs };
    const mechanisms = { wakeup: 'note' as const };
    const totals = run(workload, { ...asked, release: '1.5', mechanisms });
    expect(totals.ended).toBe('finished');
  }
});
