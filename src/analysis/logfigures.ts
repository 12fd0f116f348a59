/**
 * What is reported of a log beyond `Summary`: its pace, its growth, its worst windows, its findings. Each figure is
 * defined here, once; docs/analysis.md says the same for users. It all comes from GcCycle records and a few companion
 * lines, in one pass and bounded memory.
 *
 * A figure that the log cannot tell is undefined. Sizes from a gc line are floors of MiB (`GcCycle.slack`): a figure
 * that this matters for has an `errorBytes` or `errorRatio`, the most by which it may be off, either way; 0 where it
 * is exact.
 */
import type { Bytes, Ns } from '../units.ts';
import type { Summary } from './summary.ts';

/** One collection, as evidence: where to find it. */
export interface CycleRef {
  n: number;
  process: number;
  /** Start since the program's start, and wall clock, where the log tells them. */
  startNs: Ns | undefined;
  wallMs: number | undefined;
}

/** A collection that ended over its goal. */
export interface OvershootCase extends CycleRef {
  heapEndBytes: Bytes;
  heapGoalBytes: Bytes;
  overBytes: Bytes;
  /** overBytes / heapGoalBytes. */
  ratio: number;
  /** The true overshoot lies within this of `overBytes` and of `ratio`. 0: exact. */
  errorBytes: Bytes;
  errorRatio: number;
}

/** The heap left after each collection, over time. */
export interface Growth {
  /** Slope of the live heap: Theil and Sen's median of slopes, over at most 128 equal stretches of time. */
  bytesPerHour: number;
  /** 95 % confidence interval of it (Sen's, from Kendall's tau). */
  lowBytesPerHour: number;
  highBytesPerHour: number;
  /** Stretches that had a collection. */
  points: number;
}

/**
 * The window of one length that had most GC CPU. Windows follow each other from the start of a process. One that the
 * log shows only in part counts where that is at least half of it; its shares are then of that part.
 */
export interface WorstWindow {
  lengthNs: Ns;
  /** Where it begins, since the program's start. */
  startNs: Ns;
  process: number;
  /** GC CPU in it, as a share of all CPU, idle marking apart; and the part of it that was assists. */
  gcCpuShare: number;
  assistCpuShare: number | undefined;
}

/** Collections that the log has no line of, by the numbers of those before and after. */
export interface MissingCollections {
  collections: number;
  /** Where: numbers of the first and the last that are missing, both of them included. The first 5 in the log. */
  ranges: { from: number; to: number; process: number }[];
}

/** What scavenger lines tell. */
export interface ReturnedMemory {
  /** Scavenger lines that were read. */
  lines: number;
  /** Returned to the operating system over the log. */
  releasedBytes: Bytes;
  /** The last line's figures of the heap, where it has them (to 1.13). */
  heapSysBytes: Bytes | undefined;
  heapReleasedBytes: Bytes | undefined;
  heapConsumedBytes: Bytes | undefined;
}

export interface LogFigures {
  summary: Summary;
  /** Most to least, by ratio; as many as were asked for. */
  worstOvershoots: OvershootCase[];
  /**
   * The most by which summary.overshoot.maxRatio and maxBytes may be off, as figures of the whole log: a collection
   * with a small goal, which rounding hides most of, may have been the worst. What the worst ones listed may be off
   * by stands with each.
   */
  overshootErrorBytes: Bytes | undefined;
  overshootErrorRatio: number | undefined;
  /** Collections that were over their goal whatever the rounding, and those that may have been. */
  overshootCertain: number;
  overshootPossible: number;

  live: {
    medianBytes: Bytes | undefined;
    lastBytes: Bytes | undefined;
    growth: Growth | undefined;
  };
  goal: { medianBytes: Bytes | undefined; lastBytes: Bytes | undefined };
  /**
   * Bytes allocated from the end of one collection to the end of the next, by the time between: what the heap was at
   * the end of marking, less what was marked before. Collections are taken together until they make at least 10 ms
   * and, where sizes are rounded, 10 times the rounding: a shorter stretch would have a rate made of rounding. `peak`
   * is the last one of its stretch. `totalBytes` is of all collections whose predecessor the log has.
   */
  allocation: {
    medianBytesPerSecond: number | undefined;
    peakBytesPerSecond: number | undefined;
    peak: CycleRef | undefined;
    totalBytes: Bytes | undefined;
  };
  /** GC CPU over the counted collections as a share of all CPU: background, assist and transitions; idle apart. */
  gcCpuShare: number | undefined;
  /** Assists as a share of GC CPU. */
  assistShareOfGc: number | undefined;
  worstWindow: WorstWindow | undefined;
  longestPause: { ns: Ns; at: CycleRef } | undefined;
  /**
   * Collections after a process's first, by the time from the end of that to the end of its last. Counted by their
   * numbers, so that those whose lines are missing count too.
   */
  collectionsPerSecond: number | undefined;
  /** Undefined where none is missing. What a log does not have before its first line, or after its last, is not. */
  missing: MissingCollections | undefined;
  pacing: {
    /** Goal less heap at the start of the collection, at least 0: what there was to allocate while it marked. Median. */
    runwayMedianBytes: Bytes | undefined;
    /** Heap at the start as a share of the goal. Median. */
    startShareMedian: number | undefined;
    /**
     * (goal − live before) / (live before + stacks + globals) × 100: the GOGC that would have had this goal. Stacks
     * and globals, too, as the collection before has them, for the goal was set then. Median, least. Only where at
     * least 4 MiB were live, for below the heap's minimum may have set the goal, and where rounding is at most a
     * tenth of it. (goal / (live before + stacks + globals) − 1) × 100 would be too low where stacks or globals are
     * large: GOGC counts them, but they are no part of the heap that the goal is for.
     */
    effectiveGogcMedian: number | undefined;
    effectiveGogcMin: number | undefined;
    /** Time from the end of one collection to the start of the next: median. */
    intervalMedianNs: Ns | undefined;
  };
  memory: ReturnedMemory | undefined;
  /** Values of GOMAXPROCS, each once, in the order in which they came; at most 16. Empty to 1.4. */
  procs: number[];
  stacksMaxBytes: Bytes | undefined;
  globalsMaxBytes: Bytes | undefined;
  /** From the start of the first collection to the end of the last, summed over processes. */
  spanNs: Ns | undefined;
  findings: Finding[];
}

export type Severity = 'error' | 'warning' | 'info';

/** What a rule found. */
export interface Finding {
  rule: string;
  severity: Severity;
  /** Which process, the worst of those that it was found in; absent where the log has one. */
  process?: number;
  /** One line: what was found, with its figures. */
  message: string;
  /** Collections that show it, worst first, at most 5. */
  cycles: CycleRef[];
  /** Figures by name, in base units. */
  figures: Record<string, number>;
  /** Why it matters, and what to try; complete sentences. */
  why: string;
  advice: string;
}
