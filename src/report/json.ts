/**
 * The JSON of a run: an interface that others write scripts against. docs/json.md says what each field is,
 * schema/run.schema.json what it looks like. Fields stand in a fixed order; what is not known is absent.
 */
import type { Summary } from '../analysis/summary.ts';
import { assert } from '../assert.ts';
import type {
  GcCycle,
  PacerConsMark,
  PacerEnd,
  PacerRecord,
  PacerStart,
  PacerSweepDone,
  SimCycle,
  SizeSlack,
  StoppedCycle,
} from '../cycle.ts';
import type { Contrast } from './contrast.ts';

/** Raised where a field goes or changes its meaning; a new field does not raise it. */
export const schemaVersion = 2;

/** What was run. */
export interface RunInfo {
  /** Name of the workload. */
  workload: string;
  release: string;
  procs: number;
  cores: number;
  /** GOGC; -1 is off. */
  gcPercent: number;
  seed: number;
  /** Relative spread of each primitive cost. */
  noise: number;
  /** File with the machine's costs; absent: the reference machine. */
  machine?: string;
  /** Objects that are simulated as one; 1: the run is exact. */
  grain: number;
  /** The choice of each mechanism, by its name. */
  mechanisms: Readonly<Record<string, string>>;
}

/**
 * A run's JSON in three parts, so that collections can be written while they happen and none is kept:
 * `jsonHead`, then `jsonCycle` for each collection, then `jsonTail`. One collection a line.
 */
export function jsonHead(run: RunInfo): string {
  const { workload, release, procs, cores, gcPercent, seed, noise, grain, machine, mechanisms } =
    run;
  const how = { noise, grain, ...(machine !== undefined && { machine }), mechanisms };
  const ordered = { workload, release, procs, cores, gcPercent, seed, ...how };
  return `{\n  "schemaVersion": ${schemaVersion},\n  "run": ${indented(ordered)},\n  "cycles": [`;
}

/** `index` counts the collections of the run from 0. */
export function jsonCycle(cycle: GcCycle, index: number): string {
  return `${index === 0 ? '' : ','}\n    ${toJson(orderedCycle(cycle))}`;
}

/** `count` is how many collections were written. */
export function jsonTail(summary: Summary, contrasts: readonly Contrast[], count: number): string {
  const contrast = contrasts.flatMap(({ mechanism, sides }) =>
    sides.map((side) => ({ mechanism, choice: side.choice, summary: side.summary })),
  );
  const end = count === 0 ? '' : '\n  ';
  return (
    `${end}],\n  "summary": ${indented(summary)},` + `\n  "contrast": ${indented(contrast)}\n}\n`
  );
}

/** The whole of it, for a run that has ended. */
export function renderJson(
  run: RunInfo,
  cycles: readonly GcCycle[],
  summary: Summary,
  contrasts: readonly Contrast[] = [],
): string {
  const rows = cycles.map((cycle, index) => jsonCycle(cycle, index));
  return jsonHead(run) + rows.join('') + jsonTail(summary, contrasts, cycles.length);
}

/** On one line. JSON has no NaN and no infinity: that there is none is a law of ours. */
export function toJson(value: object | number, space?: number): string {
  return JSON.stringify(
    value,
    (key, inner: unknown) => {
      if (typeof inner === 'number')
        assert(Number.isFinite(inner), 'a figure is finite', key, inner);
      return inner;
    },
    space,
  );
}

/** On several lines, as a member of the outermost object. */
export function indented(value: object): string {
  return toJson(value, 2).replaceAll('\n', '\n  ');
}

/** A list as a member of the outermost object, one of its objects a line. */
export function jsonLines(objects: readonly object[]): string {
  if (objects.length === 0) return '[]';
  return `[\n${objects.map((each) => `    ${toJson(each)}`).join(',\n')}\n  ]`;
}

/*
 * Each of the following lists every field, in the order in which it is written, whatever the order in which
 * its object was made (a Summary is made in one place). `Complete` has the compiler find a field that is missing.
 */

/** As `T`, but a field that may be absent has to be mentioned. */
export type Complete<T> = { [Field in keyof Required<T>]: T[Field] | undefined };

function orderedCycle(c: GcCycle): Complete<GcCycle> {
  return {
    n: c.n,
    process: c.process,
    startNs: c.startNs,
    endNs: c.endNs,
    wallMs: c.wallMs,
    forced: c.forced,
    periodic: c.periodic,
    leakCheck: c.leakCheck,
    gcCpuFraction: c.gcCpuFraction,
    procs: c.procs,
    sweepTermNs: c.sweepTermNs,
    scanNs: c.scanNs,
    syncNs: c.syncNs,
    syncStopped: c.syncStopped,
    markNs: c.markNs,
    markTermNs: c.markTermNs,
    sweepTermCpuNs: c.sweepTermCpuNs,
    scanCpuNs: c.scanCpuNs,
    syncCpuNs: c.syncCpuNs,
    assistNs: c.assistNs,
    backgroundNs: c.backgroundNs,
    idleNs: c.idleNs,
    markTermCpuNs: c.markTermCpuNs,
    heapStartBytes: c.heapStartBytes,
    heapEndBytes: c.heapEndBytes,
    heapMarkedBytes: c.heapMarkedBytes,
    heapGoalBytes: c.heapGoalBytes,
    stacksBytes: c.stacksBytes,
    globalsBytes: c.globalsBytes,
    slack: present(c.slack, orderedSlack),
    stopped: present(c.stopped, orderedStopped),
    pacer: present(c.pacer, orderedPacer),
    sim: present(c.sim, orderedSim),
  };
}

/** A part of a record in its order, where it is there. What is undefined in it is not written. */
export function present<T>(part: T | undefined, order: (part: T) => Complete<T>): T | undefined {
  return part === undefined ? undefined : (order(part) as T);
}

function orderedSlack(s: SizeSlack): Complete<SizeSlack> {
  return {
    heapStartBytes: s.heapStartBytes,
    heapEndBytes: s.heapEndBytes,
    heapMarkedBytes: s.heapMarkedBytes,
    heapGoalBytes: s.heapGoalBytes,
  };
}

function orderedStopped(s: StoppedCycle): Complete<StoppedCycle> {
  return {
    setupNs: s.setupNs,
    sweepNs: s.sweepNs,
    markNs: s.markNs,
    finishNs: s.finishNs,
    previousLiveBytes: s.previousLiveBytes,
    objectsBefore: s.objectsBefore,
    objects: s.objects,
    mallocs: s.mallocs,
    frees: s.frees,
    goroutines: s.goroutines,
    spans: s.spans,
    backgroundSweeps: s.backgroundSweeps,
    pauseSweeps: s.pauseSweeps,
    handoffs: s.handoffs,
    handoffCount: s.handoffCount,
    steals: s.steals,
    stealCount: s.stealCount,
    procYields: s.procYields,
    osYields: s.osYields,
    sleeps: s.sleeps,
  };
}

function orderedPacer(p: PacerRecord): Complete<PacerRecord> {
  return {
    start: present(p.start, orderedPacerStart),
    end: present(p.end, orderedPacerEnd),
    consMark: present(p.consMark, orderedPacerConsMark),
    sweepDone: present(p.sweepDone, orderedSweepDone),
  };
}

function orderedPacerStart(s: PacerStart): Complete<PacerStart> {
  return {
    assistRatio: s.assistRatio,
    heapScanBytes: s.heapScanBytes,
    assistFromBytes: s.assistFromBytes,
    assistToBytes: s.assistToBytes,
    dedicatedWorkers: s.dedicatedWorkers,
    fractionalWorkers: s.fractionalWorkers,
  };
}

function orderedPacerEnd(e: PacerEnd): Complete<PacerEnd> {
  return {
    heapMarkedPrevBytes: e.heapMarkedPrevBytes,
    triggerRatio: e.triggerRatio,
    triggerBytes: e.triggerBytes,
    actualGrowth: e.actualGrowth,
    heapActualBytes: e.heapActualBytes,
    goalGrowth: e.goalGrowth,
    heapGoalBytes: e.heapGoalBytes,
    utilization: e.utilization,
    goalUtilization: e.goalUtilization,
    scanWork: e.scanWork,
  };
}

function orderedPacerConsMark(e: PacerConsMark): Complete<PacerConsMark> {
  return {
    utilization: e.utilization,
    goalUtilization: e.goalUtilization,
    heapScanBytes: e.heapScanBytes,
    stackScanBytes: e.stackScanBytes,
    globalsScanBytes: e.globalsScanBytes,
    expectedScanBytes: e.expectedScanBytes,
    triggerBytes: e.triggerBytes,
    heapLiveBytes: e.heapLiveBytes,
    overGoalBytes: e.overGoalBytes,
    consMark: e.consMark,
    controllerReset: e.controllerReset,
  };
}

function orderedSweepDone(s: PacerSweepDone): Complete<PacerSweepDone> {
  return {
    heapLiveBytes: s.heapLiveBytes,
    allocatedBytes: s.allocatedBytes,
    sweptPages: s.sweptPages,
    pagesPerByte: s.pagesPerByte,
  };
}

function orderedSim(s: SimCycle): Complete<SimCycle> {
  return {
    triggerBytes: s.triggerBytes,
    assistStartBytes: s.assistStartBytes,
    growthBeforeAssistsBytes: s.growthBeforeAssistsBytes,
    growthWithAssistsBytes: s.growthWithAssistsBytes,
    assistCount: s.assistCount,
    assistCpuNs: s.assistCpuNs,
    assistBlockedNs: s.assistBlockedNs,
    assistLongestStallNs: s.assistLongestStallNs,
    wakeupDelayNs: s.wakeupDelayNs,
    signaller: s.signaller,
    stoppedAfterWakeupNs: s.stoppedAfterWakeupNs,
    pausesNs: s.pausesNs,
    scanWork: s.scanWork,
    creditFlushed: s.creditFlushed,
    creditStolen: s.creditStolen,
    creditPaidToQueue: s.creditPaidToQueue,
    creditLeft: s.creditLeft,
    workbufsInUsePeak: s.workbufsInUsePeak,
    gcSysBytes: s.gcSysBytes,
    gcSysWorkbufBytes: s.gcSysWorkbufBytes,
    gcSysBitmapBytes: s.gcSysBitmapBytes,
    gcSysMarkBitsBytes: s.gcSysMarkBitsBytes,
  };
}
