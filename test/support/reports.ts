/** A summary and a style for tests of reports. */
import { Chalk, type ChalkInstance } from 'chalk';
import { type RunTotals, type Summary, summarize } from '../../src/analysis/summary.ts';
import type { GcCycle } from '../../src/cycle.ts';
import type { RunInfo } from '../../src/report/json.ts';
import type { TextStyle } from '../../src/report/layout.ts';
import { KiB, MiB, msNs, usNs } from '../../src/units.ts';
import { aSimCycle } from './cycles.ts';

export const aRun: RunInfo = {
  workload: 'init1',
  release: '1.9',
  procs: 4,
  cores: 4,
  gcPercent: 100,
  seed: 1,
  noise: 0.03,
  mechanisms: { assist: 'queue', wakeup: 'decentralized' },
};

export const someTotals: RunTotals = {
  elapsedNs: 600 * msNs,
  ended: 'finished',
  allocatedBytes: 40 * MiB,
  gcSys: {
    peakBytes: 2 * MiB,
    finalBytes: 1 * MiB,
    averageBytes: 1.5 * MiB,
    workbufPeakBytes: 800 * KiB,
    workbufFinalBytes: 0,
    bitmapPeakBytes: 1 * MiB,
    bitmapFinalBytes: 900 * KiB,
    markBitsPeakBytes: 100 * KiB,
    markBitsFinalBytes: 100 * KiB,
  },
};

/**
 * Five collections, of which the first is left out and the last is forced. Counted ones, as shares of their
 * goal of 10 MiB: over it by 0, 5 and 12.5 %.
 */
export function someCycles(): GcCycle[] {
  return [9, 10, 10.5, 11.25, 9].map((endMiB, i) =>
    aSimCycle({
      n: i + 1,
      heapEndBytes: endMiB * MiB,
      heapGoalBytes: 10 * MiB,
      forced: i === 4,
      gcCpuFraction: 0.064,
      sim: {
        growthBeforeAssistsBytes: 0.5 * i * MiB,
        growthWithAssistsBytes: MiB,
        wakeupDelayNs: (i + 1) * usNs,
        stoppedAfterWakeupNs: 500,
        signaller: i === 3 ? 'assist' : 'dedicated',
      },
    }),
  );
}

export function aSummary(cycles: GcCycle[] = someCycles(), totals = someTotals): Summary {
  return summarize(cycles, totals);
}

const noColours: ChalkInstance = new Chalk({ level: 0 });
export const colours: ChalkInstance = new Chalk({ level: 1 });

export function aStyle(set: Partial<TextStyle> = {}): TextStyle {
  return { chalk: noColours, ...set };
}
