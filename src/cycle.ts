/**
 * GcCycle: the one record of a garbage collection. The simulation and the reader of gctrace logs both
 * produce it; everything after them knows nothing else. What a producer cannot know is absent, never 0.
 */
import type { Bytes, Ns } from './units.ts';

/** Who signalled that concurrent marking had run out of work. */
export type Signaller = 'dedicated' | 'fractional' | 'idle' | 'assist' | 'scheduler';

/**
 * One garbage collection, as a gctrace line tells it, in base units. Concurrent collections (from Go 1.5 on) have
 * all fields that are not marked otherwise; those of Go to 1.4 have no clock, no goal and no CPU times.
 */
export interface GcCycle {
  /** Number of the collection in its process, from 1. */
  n: number;
  /** Which process of a log, counted from 1. Absent in a simulation, which has one. */
  process?: number;
  /** Start of sweep termination, since the program's start. Absent to 1.4. */
  startNs?: Ns;
  /** End of the collection (world running again). A log has it only to the precision of its fields. Absent to 1.4. */
  endNs?: Ns;
  /** Wall clock where the log's lines carry one: milliseconds since 1970. Without a zone in the log, UTC. */
  wallMs?: number;
  /** runtime.GC() asked for it. */
  forced: boolean;
  /** The runtime asked for it because two minutes had passed without one. */
  periodic?: boolean;
  /** It looked for goroutines that can never run again (from 1.26). */
  leakCheck?: boolean;
  /**
   * GC CPU since the program's start as a share of all CPU it could have had; gctrace prints it as a percentage.
   * Old releases can print more than 100 %. Absent to 1.4.
   */
  gcCpuFraction?: number;
  /** GOMAXPROCS. To 1.4: the threads that collected. */
  procs: number;

  /** Wall time of the phases. Up to 1.5 there are five; from 1.6 on `scanNs` and `syncNs` are absent. */
  sweepTermNs?: Ns;
  /** Concurrent scan of the roots by the coordinator (to 1.5). */
  scanNs?: Ns;
  /** Installing the write barrier, or bringing the Ps in step (to 1.5). */
  syncNs?: Ns;
  /** The world was stopped for that (logs of before June 2015). */
  syncStopped?: boolean;
  markNs?: Ns;
  markTermNs?: Ns;

  /** CPU time of the phases, as the release computes it. */
  sweepTermCpuNs?: Ns;
  scanCpuNs?: Ns;
  syncCpuNs?: Ns;
  /** Mark time of goroutines that were made to help. Absent where the release prints one figure for all marking. */
  assistNs?: Ns;
  /** Mark time of dedicated and fractional workers; all marking where the release prints one figure. */
  backgroundNs?: Ns;
  /** Mark time of idle workers. */
  idleNs?: Ns;
  markTermCpuNs?: Ns;

  /** heapLive when the collection started. */
  heapStartBytes: Bytes;
  /** heapLive at mark termination. */
  heapEndBytes: Bytes;
  /** What was marked: the live heap after the collection. Absent in 1.3 and 1.4, which sweep later. */
  heapMarkedBytes?: Bytes;
  /** heapGoal of this collection. */
  heapGoalBytes?: Bytes;
  /** Stacks and globals that count towards the goal (from 1.18). */
  stacksBytes?: Bytes;
  globalsBytes?: Bytes;
  /** How much the sizes above may be too small. Absent: they are exact. */
  slack?: SizeSlack;

  /** What the collections of Go to 1.4 print, which stop the world from start to end. */
  stopped?: StoppedCycle;
  /** The pacer's figures: always in a simulation, in a log with GODEBUG=gcpacertrace=1. */
  pacer?: PacerRecord;
  /** What only a simulation knows. */
  sim?: SimCycle;
}

/**
 * A gctrace line prints sizes as whole MiB, the rest cut off: the true size is at least the field, and less than the
 * field plus its slack. A slack of 0 says that the field is exact, because a pacer line gave the bytes.
 */
export interface SizeSlack {
  readonly heapStartBytes: Bytes;
  readonly heapEndBytes: Bytes;
  readonly heapMarkedBytes: Bytes;
  readonly heapGoalBytes: Bytes;
}

/** The figures of a gc line of Go to 1.4 that later lines do not have. */
export interface StoppedCycle {
  /** Stopping the world and setting up; to 1.2 what comes after sweeping too. */
  setupNs: Ns;
  /** To 1.2 the whole sweep, after marking. In 1.3 and 1.4 what was left of the sweep before. */
  sweepNs: Ns;
  markNs: Ns;
  /** Waiting for the last thread that marks (1.3 and 1.4). */
  finishNs?: Ns;
  /** What Go reckons was live after the collection before (1.3 and 1.4). */
  previousLiveBytes?: Bytes;
  /** Objects before the collection (to 1.2), and there now. */
  objectsBefore?: number;
  objects: number;
  /** Objects made and freed since the program's start. */
  mallocs: number;
  frees: number;
  goroutines?: number;
  /** Spans: all, swept in the background, swept in a pause (1.3 and 1.4). */
  spans?: number;
  backgroundSweeps?: number;
  pauseSweeps?: number;
  /** Work handed to other threads, taken from them, and waiting for them. */
  handoffs: number;
  handoffCount: number;
  steals: number;
  stealCount: number;
  procYields: number;
  osYields: number;
  sleeps: number;
}

/** The part of a collection that no gctrace line shows. */
export interface SimCycle {
  /** heapLive at which the collection was to start. */
  triggerBytes: Bytes;
  /** heapLive when assists came on. */
  assistStartBytes: Bytes;
  /** Growth of heapLive from the trigger until assists came on, and from there to mark termination. */
  growthBeforeAssistsBytes: Bytes;
  growthWithAssistsBytes: Bytes;

  /** Assists that did work or waited, CPU time they marked, time they waited for credit, longest single wait-and-work. */
  assistCount: number;
  assistCpuNs: Ns;
  assistBlockedNs: Ns;
  assistLongestStallNs: Ns;

  /** From marking running out of work to whoever runs the next phase running; absent where nobody had to be woken. */
  wakeupDelayNs?: Ns;
  signaller?: Signaller;
  /** From there to the world being stopped. */
  stoppedAfterWakeupNs?: Ns;

  /** Each stop of the world, from the request to the restart. */
  pausesNs: Ns[];

  /** Scan work done, and the flows of background credit, in the release's unit of scan work. */
  scanWork: number;
  creditFlushed: number;
  creditStolen: number;
  creditPaidToQueue: number;
  creditLeft: number;

  /** Most workbufs in use (not on the empty list) at a time, and workbuf memory held, at the end of marking. */
  workbufsInUsePeak: number;
  /** gcSys and its parts after mark termination. */
  gcSysBytes: Bytes;
  gcSysWorkbufBytes: Bytes;
  gcSysBitmapBytes: Bytes;
  gcSysMarkBitsBytes: Bytes;
}

/**
 * The figures of GODEBUG=gcpacertrace=1 (from May 2015 on). Which of the lines there are depends on the release; a
 * simulation has those of its pacer even where its release prints none.
 */
export interface PacerRecord {
  /** assist ratio=… (scan … MB in … -> … MB) workers=…+… */
  start?: PacerStart;
  /** H_m_prev=… h_t=… H_T=… h_a=… H_a=… h_g=… H_g=… u_a=… u_g=… W_a=… (to 1.17). Absent for forced stop-the-world collections. */
  end?: PacerEnd;
  /** …% CPU (… exp.) for …+…+… B work (… B exp.) in … B -> … B (∆goal …, cons/mark …) (from 1.18). */
  consMark?: PacerConsMark;
  /** sweep done at heap size … MB; allocated … MB …; swept … pages at … pages/byte: of the sweep before this collection. */
  sweepDone?: PacerSweepDone;
}

/** Set at the start of a collection. */
export interface PacerStart {
  assistRatio: number;
  heapScanBytes: Bytes;
  assistFromBytes: Bytes;
  assistToBytes: Bytes;
  dedicatedWorkers: number;
  /** Count of fractional workers to 1.9; fractionalUtilizationGoal from 1.10. */
  fractionalWorkers: number;
}

/** What the trigger-ratio pacer saw at the end of marking (to 1.17). */
export interface PacerEnd {
  heapMarkedPrevBytes: Bytes;
  triggerRatio: number;
  triggerBytes: Bytes;
  actualGrowth: number;
  heapActualBytes: Bytes;
  goalGrowth: number;
  heapGoalBytes: Bytes;
  utilization: number;
  goalUtilization: number;
  scanWork: number;
}

/** What the pacer of 1.18 and later saw at the end of marking. */
export interface PacerConsMark {
  utilization: number;
  goalUtilization: number;
  heapScanBytes: Bytes;
  stackScanBytes: Bytes;
  globalsScanBytes: Bytes;
  /** Scan work that was expected. */
  expectedScanBytes: Bytes;
  /** heapLive at the trigger (to 1.19) or when the collection really started. */
  triggerBytes: Bytes;
  /** heapLive at the end of marking, and by how much it was over the goal; negative is under. */
  heapLiveBytes: Bytes;
  overGoalBytes: Bytes;
  /** Bytes allocated for each byte of scan work, per CPU, as it was expected. */
  consMark: number;
  /** The controller started afresh (1.18 and 1.19). */
  controllerReset: boolean;
}

/** When the sweeping before a collection was done. */
export interface PacerSweepDone {
  heapLiveBytes: Bytes;
  allocatedBytes: Bytes;
  sweptPages: number;
  /** Absent in 1.6, which does not print it. */
  pagesPerByte?: number;
}
