/** Collections for tests: a test sets what matters to it, everything else has a plain value. */
import type { GcCycle, PacerConsMark, PacerRecord, SimCycle } from '../../src/cycle.ts';
import { MiB, msNs, usNs } from '../../src/units.ts';

/** A collection as a log tells it, of a release from 1.6 on: 4 procs, 100 ms after the one before. */
export function aCycle(set: Partial<GcCycle> = {}): GcCycle {
  const n = set.n ?? 2;
  const startNs = set.startNs ?? n * 100 * msNs;
  return {
    n,
    startNs,
    endNs: startNs + 10 * msNs,
    forced: false,
    gcCpuFraction: 0.05,
    procs: 4,
    sweepTermNs: 20 * usNs,
    markNs: 8 * msNs,
    markTermNs: 30 * usNs,
    sweepTermCpuNs: 80 * usNs,
    assistNs: 1 * msNs,
    backgroundNs: 8 * msNs,
    idleNs: 2 * msNs,
    markTermCpuNs: 120 * usNs,
    heapStartBytes: 8 * MiB,
    heapEndBytes: 9 * MiB,
    heapMarkedBytes: 5 * MiB,
    heapGoalBytes: 10 * MiB,
    ...set,
  };
}

/** A collection that a simulation made: with its pacer's figures, and all that only it knows. */
export function aSimCycle(
  set: Omit<Partial<GcCycle>, 'sim'> & { sim?: Partial<SimCycle> } = {},
): GcCycle {
  return aCycle({ pacer: aPacer(), ...set, sim: aSim(set.sim) });
}

/** A collection as Go 1.4 and earlier print it: the world stopped, no clock, no goal. */
export function aStoppedCycle(set: Partial<GcCycle> = {}): GcCycle {
  return {
    n: 2,
    forced: false,
    procs: 4,
    heapStartBytes: 8 * MiB,
    heapEndBytes: 8 * MiB,
    stopped: {
      setupNs: 12 * usNs,
      sweepNs: 30 * usNs,
      markNs: 2 * msNs,
      finishNs: 15 * usNs,
      previousLiveBytes: 4 * MiB,
      objects: 40_000,
      mallocs: 90_000,
      frees: 50_000,
      goroutines: 7,
      spans: 900,
      backgroundSweeps: 800,
      pauseSweeps: 100,
      handoffs: 3,
      handoffCount: 120,
      steals: 5,
      stealCount: 60,
      procYields: 9,
      osYields: 2,
      sleeps: 1,
    },
    ...set,
  };
}

function aSim(set: Partial<SimCycle> = {}): SimCycle {
  return {
    triggerBytes: 8 * MiB,
    assistStartBytes: 8 * MiB,
    growthBeforeAssistsBytes: 0,
    growthWithAssistsBytes: 1 * MiB,
    assistCount: 10,
    assistCpuNs: 1 * msNs,
    assistBlockedNs: 0,
    assistLongestStallNs: 40 * usNs,
    pausesNs: [20 * usNs, 30 * usNs],
    scanWork: 1_500_000,
    creditFlushed: 400_000,
    creditStolen: 250_000,
    creditPaidToQueue: 100_000,
    creditLeft: 50_000,
    workbufsInUsePeak: 12,
    gcSysBytes: 1_300_000,
    gcSysWorkbufBytes: 300_000,
    gcSysBitmapBytes: 700_000,
    gcSysMarkBitsBytes: 300_000,
    ...set,
  };
}

/** The pacer of a collection of Go 1.9. */
export function aPacer(set: Partial<PacerRecord> = {}): PacerRecord {
  return {
    start: {
      assistRatio: 1.5,
      heapScanBytes: 1 * MiB,
      assistFromBytes: 8 * MiB,
      assistToBytes: 10 * MiB,
      dedicatedWorkers: 1,
      fractionalWorkers: 0,
    },
    end: {
      heapMarkedPrevBytes: 5 * MiB,
      triggerRatio: 0.75,
      triggerBytes: 8 * MiB,
      actualGrowth: 0.875,
      heapActualBytes: 9 * MiB,
      goalGrowth: 1,
      heapGoalBytes: 10 * MiB,
      utilization: 0.25,
      goalUtilization: 0.25,
      scanWork: 1_500_000,
    },
    sweepDone: {
      heapLiveBytes: 6 * MiB,
      allocatedBytes: 1 * MiB,
      sweptPages: 900,
      pagesPerByte: 0.000_25,
    },
    ...set,
  };
}

/** What the pacer of 1.18 and later prints at the end of marking. */
export function aConsMark(set: Partial<PacerConsMark> = {}): PacerConsMark {
  return {
    utilization: 0.25,
    goalUtilization: 0.25,
    heapScanBytes: 4 * MiB,
    stackScanBytes: 8192,
    globalsScanBytes: 65_536,
    expectedScanBytes: 4 * MiB,
    triggerBytes: 8 * MiB,
    heapLiveBytes: 9 * MiB,
    overGoalBytes: -1 * MiB,
    consMark: 0.125,
    controllerReset: false,
    ...set,
  };
}
