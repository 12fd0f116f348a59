/** Summaries, figures of logs, and a style for tests of reports. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { HeapPoint } from '../../src/analysis/heapseries.ts';
import type {
  CycleRef,
  Finding,
  LogFigures,
  OvershootCase,
} from '../../src/analysis/logfigures.ts';
import { type RunTotals, type Summary, summarize } from '../../src/analysis/summary.ts';
import type { GcCycle } from '../../src/cycle.ts';
import type { RunInfo } from '../../src/report/json.ts';
import type { TextStyle } from '../../src/report/layout.ts';
import type { LogInfo, LogReport } from '../../src/report/logreport.ts';
import { GiB, KiB, MiB, msNs, secondNs, usNs } from '../../src/units.ts';
import { aCycle, aSimCycle } from './cycles.ts';

export const aRun: RunInfo = {
  workload: 'init1',
  release: '1.9',
  procs: 4,
  cores: 4,
  gcPercent: 100,
  seed: 1,
  noise: 0.03,
  grain: 1,
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
  mmu: {
    in1msShare: 0.43,
    in10msShare: 0.712,
    in100msShare: 0.905,
    in1sShare: undefined,
    in10sShare: undefined,
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

const hourNs = 3600 * secondNs;

/** Collection 881 of process 1, at 1:31:07 after the program's start. */
export function aRef(set: Partial<CycleRef> = {}): CycleRef {
  return { n: 881, process: 1, startNs: 5467.9 * secondNs, wallMs: undefined, ...set };
}

/** 861 MiB at the end of marking, of a goal of 824 MiB, as a gc line prints them. */
export function anOvershoot(set: Partial<OvershootCase> = {}): OvershootCase {
  return {
    ...aRef(),
    heapEndBytes: 861 * MiB,
    heapGoalBytes: 824 * MiB,
    overBytes: 37 * MiB,
    ratio: 37 / 824,
    errorBytes: 1 * MiB,
    errorRatio: 0.0013,
    ...set,
  };
}

export function aFinding(set: Partial<Finding> = {}): Finding {
  return {
    rule: 'assist-pressure',
    severity: 'warning',
    message: 'assists took over 5 % of CPU in 41 collections, worst 19 % (#881)',
    cycles: [aRef(), aRef({ n: 882, startNs: 5470 * secondNs })],
    figures: { collections: 41, worstShare: 0.19 },
    why: 'The program allocates faster than 25 % of its CPUs can mark.',
    advice: 'Try GOGC=150, which would take about 206 MiB more.',
    ...set,
  };
}

/** The figures of a log of 2 h 14 min with 1,204 collections, in which all is known that there can be. */
export function someFigures(set: Partial<LogFigures> = {}): LogFigures {
  const summary = summarize([2, 3, 4].map((n) => aCycle({ n })));
  return {
    summary: {
      ...summary,
      collections: 1204,
      forced: 3,
      heap: { ...summary.heap, peakBytes: 861 * MiB },
      overshoot: {
        ...summary.overshoot,
        maxRatio: 37 / 824,
        p95Ratio: 0.031,
        maxCycle: 881,
        count: 41,
      },
      pauses: {
        count: 2408,
        totalNs: 312 * msNs,
        p50Ns: 80 * usNs,
        p95Ns: 210 * usNs,
        p99Ns: 900 * usNs,
        maxNs: 3.4 * msNs,
      },
      assist: { ...summary.assist, cpuShare: 0.011 },
      backgroundCpuShare: 0.05,
      transitionCpuShare: 0.0004,
      idleCpuShare: 0.009,
    },
    worstOvershoots: [
      anOvershoot(),
      anOvershoot({
        n: 412,
        startNs: 1 * hourNs,
        heapEndBytes: 830 * MiB,
        overBytes: 6 * MiB,
        ratio: 6 / 824,
      }),
    ],
    overshootErrorBytes: 1 * MiB,
    overshootErrorRatio: 0.0013,
    overshootCertain: 28,
    overshootPossible: 41,
    live: {
      medianBytes: 412 * MiB,
      lastBytes: 440 * MiB,
      growth: {
        bytesPerHour: 31 * MiB,
        lowBytesPerHour: 20 * MiB,
        highBytesPerHour: 42 * MiB,
        points: 128,
      },
    },
    goal: { medianBytes: 824 * MiB, lastBytes: 824 * MiB },
    allocation: {
      medianBytesPerSecond: 62 * MiB,
      peakBytesPerSecond: 341 * MiB,
      peak: aRef(),
      totalBytes: 480 * GiB,
    },
    gcCpuShare: 0.061,
    assistShareOfGc: 0.18,
    worstWindow: {
      lengthNs: 60 * secondNs,
      startNs: 5400 * secondNs,
      process: 1,
      gcCpuShare: 0.14,
      assistCpuShare: 0.06,
    },
    longestPause: { ns: 3.4 * msNs, at: aRef({ n: 412, startNs: 1 * hourNs }) },
    collectionsPerSecond: 1204 / 8040,
    missing: undefined,
    pacing: {
      runwayMedianBytes: 54 * MiB,
      startShareMedian: 0.93,
      effectiveGogcMedian: 98.4,
      effectiveGogcMin: 91,
      intervalMedianNs: 6.6 * secondNs,
    },
    memory: {
      lines: 25,
      releasedBytes: 1.25 * GiB,
      heapSysBytes: 1.5 * GiB,
      heapReleasedBytes: 0.25 * GiB,
      heapConsumedBytes: 1.25 * GiB,
    },
    procs: [8],
    stacksMaxBytes: 12 * MiB,
    globalsMaxBytes: 3 * MiB,
    spanNs: 8040 * secondNs,
    findings: [aFinding()],
    ...set,
  };
}

/** The figures of a log of which nothing is known but that it has collections. */
export function noFigures(set: Partial<LogFigures> = {}): LogFigures {
  const summary = summarize([]);
  return {
    summary,
    worstOvershoots: [],
    overshootErrorBytes: undefined,
    overshootErrorRatio: undefined,
    overshootCertain: 0,
    overshootPossible: 0,
    live: { medianBytes: undefined, lastBytes: undefined, growth: undefined },
    goal: { medianBytes: undefined, lastBytes: undefined },
    allocation: {
      medianBytesPerSecond: undefined,
      peakBytesPerSecond: undefined,
      peak: undefined,
      totalBytes: undefined,
    },
    gcCpuShare: undefined,
    assistShareOfGc: undefined,
    worstWindow: undefined,
    longestPause: undefined,
    collectionsPerSecond: undefined,
    missing: undefined,
    pacing: {
      runwayMedianBytes: undefined,
      startShareMedian: undefined,
      effectiveGogcMedian: undefined,
      effectiveGogcMin: undefined,
      intervalMedianNs: undefined,
    },
    memory: undefined,
    procs: [],
    stacksMaxBytes: undefined,
    globalsMaxBytes: undefined,
    spanNs: undefined,
    findings: [],
    ...set,
  };
}

export function aLog(set: Partial<LogInfo> = {}): LogInfo {
  return {
    files: ['api.log'],
    lines: { read: 5000, gc: 1204, rejoined: 0, skipped: 0, cutShort: 0 },
    companions: { pacer: 0, scvg: 0, scav: 0, gcForced: 0, inittrace: 0, sched: 0, scan: 0 },
    processes: [
      {
        id: 1,
        source: '',
        cycles: 1204,
        forced: 3,
        periodic: 0,
        firstNs: 1.5 * secondNs,
        lastNs: 8041.5 * secondNs,
        firstWallMs: undefined,
        lastWallMs: undefined,
        releases: 'Go 1.18 or later',
      },
    ],
    processCount: set.processes?.length ?? 1,
    releases: 'Go 1.18 or later',
    skipped: [],
    lostGcLines: 0,
    ...set,
  };
}

/** A heap that grows and falls, between 400 and 861 MiB, with a goal of 824 MiB. */
export const someHeap: readonly HeapPoint[] = Array.from({ length: 144 }, (_, i) => ({
  heapBytes: (i === 96 ? 861 : 400 + 3 * i) * MiB,
  goalBytes: 824 * MiB,
}));

export function aLogReport(set: Partial<LogReport> = {}): LogReport {
  return { log: aLog(), figures: someFigures(), heap: someHeap, ...set };
}
