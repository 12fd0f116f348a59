/**
 * GcCycle: the one record of a garbage collection. The simulation and the reader of gctrace logs both
 * produce it; everything after them knows nothing else. What a producer cannot know is absent, never 0.
 */
import type { Bytes, Ns } from './units.ts';

/** Who signalled that concurrent marking had run out of work. */
export type Signaller = 'dedicated' | 'fractional' | 'idle' | 'assist' | 'scheduler';

/** One garbage collection, as a gctrace line tells it, in base units. */
export interface GcCycle {
  /** Number of the collection in its process, from 1. */
  n: number;
  /** Start of sweep termination, since the program's start. */
  startNs: Ns;
  /** End of the collection (world running again). A log has it only to the precision of its fields. */
  endNs: Ns;
  /** runtime.GC() asked for it. */
  forced: boolean;
  /** The runtime asked for it because two minutes had passed without one. */
  periodic?: boolean;
  /** GC CPU since the program's start as a share of all CPU it could have had; gctrace prints it as a percentage. */
  gcCpuFraction: number;
  /** GOMAXPROCS. */
  procs: number;

  /** Wall time of the phases. Up to 1.5 there are five; from 1.6 on `scanNs` and `syncNs` are absent. */
  sweepTermNs: Ns;
  /** Concurrent scan of the roots by the coordinator (to 1.5). */
  scanNs?: Ns;
  /** Installing the write barrier, or bringing the Ps in step (to 1.5). */
  syncNs?: Ns;
  markNs: Ns;
  markTermNs: Ns;

  /** CPU time of the phases, as the release computes it. */
  sweepTermCpuNs: Ns;
  scanCpuNs?: Ns;
  syncCpuNs?: Ns;
  /** Mark time of goroutines that were made to help. Absent where the release prints one figure for all marking. */
  assistNs?: Ns;
  /** Mark time of dedicated and fractional workers; all marking where the release prints one figure. */
  backgroundNs: Ns;
  /** Mark time of idle workers. */
  idleNs?: Ns;
  markTermCpuNs: Ns;

  /** heapLive when the collection started. */
  heapStartBytes: Bytes;
  /** heapLive at mark termination. */
  heapEndBytes: Bytes;
  /** What was marked: the live heap after the collection. */
  heapMarkedBytes: Bytes;
  /** heapGoal of this collection. */
  heapGoalBytes?: Bytes;
  /** Stacks and globals that count towards the goal (from 1.18). */
  stacksBytes?: Bytes;
  globalsBytes?: Bytes;

  /** What only a simulation knows. */
  sim?: SimCycle;
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

  pacer: PacerRecord;
}

/** The figures of the trigger-ratio pacer's GODEBUG=gcpacertrace=1 lines (1.5 to 1.17). */
export interface PacerRecord {
  /** assist ratio=… (scan … MB in … -> … MB) workers=…+… */
  assistRatio: number;
  heapScanBytes: Bytes;
  assistFromBytes: Bytes;
  assistToBytes: Bytes;
  dedicatedWorkers: number;
  /** Count of fractional workers to 1.9; fractionalUtilizationGoal from 1.10. */
  fractionalWorkers: number;
  /** H_m_prev=… h_t=… H_T=… h_a=… H_a=… h_g=… H_g=… u_a=… u_g=… W_a=…. Absent for forced stop-the-world collections. */
  end?: {
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
  };
  /** sweep done at heap size … MB; allocated … MB …; swept … pages at … pages/byte: of the sweep before this collection. */
  sweepDone?: {
    heapLiveBytes: Bytes;
    allocatedBytes: Bytes;
    sweptPages: number;
    pagesPerByte: number;
  };
}
