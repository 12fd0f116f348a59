/**
 * What it does to tiny heaps that the runtime's threads wake one another, held against logs of real Go on two cores: programs that copy
 * 1 MiB at a time, whose collections last as long as it takes for threads to come and for copies to end.
 */
import { describe, expect, test } from 'vitest';
import { MiB, usNs } from '../../src/units.ts';
import { medianOf, runWorkload, type SimulatedCycle, workloadFrom } from '../support/simulation.ts';

const background = ({ backgroundNs = 0 }: SimulatedCycle): number => backgroundNs;

describe('init1 at 4 procs', () => {
  // Real Go, init1 and init1-long: medians of 90 to 140 µs. A copy takes 40: the barrier and the stop wait for one each.
  test.each([
    ['1.6', 100],
    ['1.9', 90],
    ['1.10', 135],
  ])('marks as long as real Go %s', (release, us) => {
    const { counted } = runWorkload('init1', { release, procs: 4 });
    const marked = medianOf(counted.map(({ markNs = 0 }) => markNs / usNs));
    expect(marked).toBeGreaterThan(us / 2);
    expect(marked).toBeLessThan(us * 2);
  });

  // Real Go: 65 and 53 % of collections. Threads that have parked looking for work become idle workers only.
  test.each(['1.9', '1.10'])('often has no dedicated worker (%s)', (release) => {
    const { counted } = runWorkload('init1', { release, procs: 4 });
    const without = counted.filter((cycle) => background(cycle) === 0);
    expect(without.length / counted.length).toBeGreaterThan(0.15);
    for (const { idleNs = 0, assistNs = 0 } of without)
      expect(idleNs + assistNs).toBeGreaterThan(0);
  });
});

test('a fractional worker of 1.10 leaves after a root job when it has had its share, and assists do the rest', () => {
  // Real Go, 2 procs: background 23 µs a collection in both; assists 24 % of marking in 1.9, 53 % in 1.10.
  const of = (release: string) => {
    const { counted } = runWorkload('big-slices', { release, procs: 2 });
    const sum = (ns: (cycle: SimulatedCycle) => number): number =>
      counted.reduce((total, cycle) => total + ns(cycle), 0);
    const assists = sum(({ assistNs = 0 }) => assistNs);
    return {
      us: medianOf(counted.map(background)) / usNs,
      share: assists / (assists + sum(background) + sum(({ idleNs = 0 }) => idleNs)),
    };
  };
  const old = of('1.9');
  const now = of('1.10');
  expect(now.us).toBeGreaterThan(23 / 1.5);
  expect(now.us).toBeLessThan(23 * 1.5);
  expect(now.share).toBeGreaterThan(2 * old.share);
});

test('a goroutine locked to its thread is back later than one that is not, whenever a collection has stopped it', () => {
  const times = (thread: string): number =>
    runWorkload(
      workloadFrom(`
kinds:
  copy: { size: 1MiB }
goroutines:
  - thread: ${thread}
    times: 1000
    steps:
      - alloc: { kind: copy, keep: latest, fill: copy }
`),
      { release: '1.5', procs: 1, noise: 0 },
    ).totals.elapsedNs;
  const collections = 300;
  // To 1.5 the coordinator takes the only P once a collection: two wakes.
  const wakesNs = (times('locked') - times('any')) / collections;
  expect(wakesNs).toBeGreaterThan(4 * usNs);
  expect(wakesNs).toBeLessThan(12 * usNs);
});

test('the timer of 2015 has its thread run in each collection: every 15th slips, as in real Go', () => {
  // Init1 at 1 proc, 8f34b253: where it slips, it does so every 15 collections. In a collection the P runs four goroutines, the timer's
  // among them, and every 61st time it looks at the global queue first: there the program waits.
  const slips = [1, 2, 3, 4].flatMap((seed) => {
    const { cycles } = runWorkload('init1-long', {
      release: '8f34b253',
      procs: 1,
      cores: 2,
      seed,
      cycles: 1000,
    });
    const late = cycles.filter((c) => c.n > 1 && c.heapStartBytes > c.heapGoalBytes + 4 * MiB);
    return late.slice(1).map(({ n }, i) => n - late[i]!.n);
  });
  expect(slips.length).toBeGreaterThan(10);
  expect(medianOf(slips)).toBe(15);
});
