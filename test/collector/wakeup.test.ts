/**
 * From the end of marking to the coordinator running (ce502b06), on json, whose rounds are as long as several time slices. Real Go, median
 * of a delay: note 70 to 85 ms at 1, 2 and 4 procs; ready 2.6 and 2.9 µs at 1 and 2 procs and 99 µs at 4 procs on 2 cores where a
 * worker signalled, and 8 to 34 ms where an assist did.
 */
import { describe, expect, test } from 'vitest';
import type { Mechanisms } from '../../src/collector/release.ts';
import type { SimOptions } from '../../src/collector/simulate.ts';
import { msNs, secondNs, usNs } from '../../src/units.ts';
import { medianOf, overSeeds } from '../support/simulation.ts';

interface Delays {
  byWorker: number[];
  byAssist: number[];
  all: number[];
}

function delays(asked: Partial<SimOptions>): Delays {
  const found: Delays = { byWorker: [], byAssist: [], all: [] };
  for (const run of overSeeds([1, 2, 3], 'json', {
    cores: 2,
    durationNs: 1.5 * secondNs,
    ...asked,
  })) {
    for (const { sim } of run.counted) {
      if (sim.wakeupDelayNs === undefined) continue;
      found.all.push(sim.wakeupDelayNs);
      (sim.signaller === 'assist' ? found.byAssist : found.byWorker).push(sim.wakeupDelayNs);
    }
  }
  return found;
}

describe('a coordinator that sleeps on a note', () => {
  for (const procs of [1, 2, 4]) {
    test(`waits tens of milliseconds at ${procs} procs`, () => {
      const { all, byWorker } = delays({ release: 'ce502b06^', procs });
      expect(all.length).toBeGreaterThan(15);
      expect(medianOf(all)).toBeGreaterThan(20 * msNs);
      expect(medianOf(all)).toBeLessThan(200 * msNs);
      // It loses its P and queues behind slices of 10 ms, whoever signals.
      if (procs === 4) expect(medianOf(byWorker)).toBeGreaterThan(20 * msNs);
    });
  }
});

describe('a coordinator that is readied by a worker', () => {
  // At 1 and 2 procs of ce502b06 itself it is nearly always an assist that signals; at 8f34b253 workers do. There they would be started
  // again and again in the coordinator's place, which is another matter (between-marks).
  const alone: Partial<Mechanisms> = { 'between-marks': 'no-workers' };
  const rows = [
    { release: '8f34b253', procs: 1, mechanisms: alone, medianBelowNs: 100 * usNs },
    { release: '8f34b253', procs: 2, mechanisms: alone, medianBelowNs: 100 * usNs },
    { release: 'ce502b06', procs: 4, mechanisms: {}, medianBelowNs: msNs },
  ];
  for (const { release, procs, mechanisms, medianBelowNs } of rows) {
    test(`runs at once: ${release}, ${procs} procs on 2 cores`, () => {
      const { byWorker } = delays({ release, procs, mechanisms });
      expect(byWorker.length).toBeGreaterThan(15);
      expect(medianOf(byWorker)).toBeGreaterThan(0);
      expect(medianOf(byWorker)).toBeLessThan(medianBelowNs);
    });
  }

  test('has a tail of milliseconds at 4 procs on 2 cores, where a P can be off its core', () => {
    const { byWorker } = delays({ release: '8f34b253', procs: 4, mechanisms: alone });
    expect(Math.max(...byWorker)).toBeGreaterThan(msNs);
  });

  test('waits a thousandth of what it would on a note, where nothing else differs', () => {
    const note = delays({ release: 'ce502b06', procs: 4, mechanisms: { wakeup: 'note' } });
    const ready = delays({ release: 'ce502b06', procs: 4 });
    expect(medianOf(note.byWorker)).toBeGreaterThan(1000 * medianOf(ready.byWorker));
  });
});

describe('a coordinator that is readied by an assist', () => {
  for (const procs of [1, 2, 4]) {
    test(`waits milliseconds at ${procs} procs, since the assist goes on; where it yields, none`, () => {
      const continues = delays({ release: 'ce502b06', procs });
      expect(continues.byAssist.length).toBeGreaterThan(4);
      expect(medianOf(continues.byAssist)).toBeGreaterThan(msNs);
      const yields = delays({
        release: 'ce502b06',
        procs,
        mechanisms: { 'completing-assist': 'yields' },
      });
      expect(yields.byAssist.length).toBeGreaterThan(4);
      expect(medianOf(yields.byAssist)).toBeLessThan(100 * usNs);
    });
  }
});

test('where no coordinator is there to wake, whoever finds marking complete goes on', () => {
  for (const procs of [1, 4]) {
    expect(medianOf(delays({ release: '1.9', procs }).all)).toBeLessThan(10 * usNs);
  }
});
