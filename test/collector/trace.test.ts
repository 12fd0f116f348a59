/**
 * What gctrace itself costs: the runtime writes a line in pieces, one system call each, after it has started the world. That takes the
 * P of whoever ended the collection, and puts off the next one.
 */
import { describe, expect, test } from 'vitest';
import { releases } from '../../src/collector/release.ts';
import { formatCycle, formatFor } from '../../src/trace/format.ts';
import { msNs, secondNs } from '../../src/units.ts';
import { runWorkload } from '../support/simulation.ts';

const quiet = { noise: 0, procs: 1, cores: 1, release: '1.9' };
const piecesIn = (release: string): number => releases.find((r) => r.name === release)!.traceWrites;

test('a line is as many pieces as the runtime has values and words for it', () => {
  // What print is given: every number, and every text between two numbers, is one; the end of the line comes by itself.
  for (const release of ['8e24283a', '8f34b253', '1.5', '1.6', '1.9', '1.10']) {
    const { counted } = runWorkload('init1', { ...quiet, release, cycles: 4 });
    for (const cycle of counted) {
      const line = formatCycle(cycle, formatFor(release).family);
      expect(line.match(/[\d.]+|[^\d.]+/g)).toHaveLength(piecesIn(release) - 1);
    }
  }
});

test('at 1 proc each line takes the program the time that its pieces take', () => {
  const run = (traceWriteNs: number) =>
    runWorkload('init1', { ...quiet, machine: { traceWriteNs } });
  const [cheap, dear] = [run(1), run(10_000)];
  expect(dear.cycles.length).toBe(cheap.cycles.length);
  const lineNs = piecesIn('1.9') * 10_000;
  const isSame = (ns: number, lines: number): void => {
    expect(Math.abs(ns / lines / lineNs - 1)).toBeLessThan(0.01);
  };
  isSame(dear.totals.cpu.tracingNs, dear.cycles.length);
  isSame(dear.totals.elapsedNs - cheap.totals.elapsedNs, dear.cycles.length);
});

describe('init1-long at 1 proc', () => {
  // Real Go, 10,000 copies, runs measured on a quiet machine: 0.934, 0.894, 0.597 and 0.592 s.
  test.each([
    ['1.5', 0.934],
    ['1.6', 0.894],
    ['1.9', 0.597],
    ['1.10', 0.592],
  ])('of %s takes as long as in real Go', (release, seconds) => {
    const { totals } = runWorkload('init1-long', { ...quiet, release });
    expect(Math.abs(totals.elapsedNs / secondNs / seconds - 1)).toBeLessThan(0.1);
  });
});

describe('while the line is written', () => {
  /** Lines of a millisecond and more, on one of two Ps. */
  const slow = { ...quiet, procs: 2, cores: 2, machine: { traceWriteNs: msNs / 30 } };

  test('no collection starts: from 1.6 on whoever would start one waits for worldsema', () => {
    const { counted } = runWorkload('init1', { ...slow, release: '1.9' });
    expect(counted.length).toBeGreaterThan(20);
    for (const [i, cycle] of counted.entries()) {
      const before = counted[i - 1];
      if (before === undefined) continue;
      expect(cycle.startNs! - before.endNs!).toBeGreaterThan(msNs);
      // It stood at the trigger meanwhile: the object that crossed it is all that the heap is beyond it.
      expect(cycle.heapStartBytes - cycle.sim.triggerBytes).toBeLessThan(2 ** 20);
    }
  });

  test('to 1.5 the coordinator is at it, and the program goes on beyond the trigger', () => {
    const { counted } = runWorkload('init1', { ...slow, release: '1.5' });
    expect(counted.length).toBeGreaterThan(20);
    const beyond = counted.map((c) => c.heapStartBytes - c.sim.triggerBytes);
    expect(Math.max(...beyond)).toBeGreaterThan(4 * 2 ** 20);
  });
});
