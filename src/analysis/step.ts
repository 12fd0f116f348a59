/** One collection of a log, checked and set in relation to the one before it in its process. */
import type { GcCycle } from '../cycle.ts';
import { type Bytes, GiB, MiB, msNs, type Ns } from '../units.ts';
import { figureMax } from './statistics.ts';
import { pausesOf, repeatsMarkTimes, transitionCpuOf } from './summary.ts';
import type { Place } from './worst.ts';

/**
 * The most that a heap can have: Go's addresses have 48 bits. A goal beyond is none: with GOGC=off a line prints
 * the greatest number there is.
 */
const sizeMax: Bytes = 256 * 1024 * GiB;
/** Lines give starts in whole milliseconds: a collection may seem to end up to that much before the one before it. */
const clockStepNs: Ns = msNs;
/** Sizes whose rounding is up to this share of them still make a ratio worth telling. */
export const roundingShareMax = 0.1;
/** Below this the heap's minimum may have set the goal, and not GOGC: 4 MiB for GOGC=100. */
const ruledByGogcBytes: Bytes = 4 * MiB;

/** What the next collection of a process has to know of the one before. NaN: not known. */
export class Before {
  n = Number.NaN;
  startNs: Ns = Number.NaN;
  endNs: Ns = Number.NaN;
  markedBytes: Bytes = Number.NaN;
  markedSlack: Bytes = 0;
  stacksBytes: Bytes = Number.NaN;
  globalsBytes: Bytes = Number.NaN;
}

/**
 * A collection as the analysis sees it. There is one such record, written anew for each collection, so that reading
 * a log makes no garbage. What is not known, or cannot be true, is NaN: it fails every comparison.
 */
export class Step implements Place {
  n = Number.NaN;
  wallMs = Number.NaN;
  startNs: Ns = Number.NaN;
  /** Not before the start. */
  endNs: Ns = Number.NaN;
  procs = Number.NaN;
  isForced = false;
  isPeriodic = false;
  /** Neither the first of its process nor forced: medians and shares are of these. */
  isCounted = false;
  /** Of Go to 1.4: the world is stopped from start to end. */
  isStopped = false;
  /** Of Go to 1.5 for certain, whose lines alone have a root scan and a barrier. Those of 1.6 to 1.17 are alike. */
  isEarly = false;
  gcCpuFraction = Number.NaN;

  heapStartBytes: Bytes = Number.NaN;
  heapEndBytes: Bytes = Number.NaN;
  markedBytes: Bytes = Number.NaN;
  goalBytes: Bytes = Number.NaN;
  stacksBytes: Bytes = Number.NaN;
  globalsBytes: Bytes = Number.NaN;
  /** How much the sizes may be too small. */
  heapEndSlack: Bytes = 0;
  markedSlack: Bytes = 0;
  goalSlack: Bytes = 0;

  /** CPU time: of the whole collection without idle marking, and parts of it. */
  gcNs: Ns = Number.NaN;
  assistNs: Ns = Number.NaN;
  backgroundNs: Ns = Number.NaN;
  idleNs: Ns = Number.NaN;
  longestPauseNs: Ns = Number.NaN;

  /** From the end of the collection before to this one's; a little below 0 at worst, by rounding. */
  sinceNs: Ns = Number.NaN;
  /** From the end of the collection before to this one's start. */
  intervalNs: Ns = Number.NaN;
  /** Allocated from the mark termination before to this one's; below 0 by rounding. */
  allocatedBytes: Bytes = Number.NaN;
  /** The most by which rounding may have changed it. */
  allocatedSlack: Bytes = 0;
  /** See LogFigures; the greatest that it may be in view of rounding, and how far apart rounding may put equal ones. */
  effectiveGogc = Number.NaN;
  effectiveGogcMost = Number.NaN;
  effectiveGogcSlack = 0;
  /** Collections between the one before and this one that the log does not have, by their numbers. */
  missing = 0;

  readonly #pauseNs: Ns[] = [];

  /** Reads a collection, and makes it the one before the next. */
  read(cycle: GcCycle, before: Before): void {
    this.n = cycle.n;
    this.wallMs = cycle.wallMs ?? Number.NaN;
    this.isForced = cycle.forced;
    this.isPeriodic = cycle.periodic === true;
    this.isCounted = cycle.n !== 1 && !cycle.forced;
    this.isStopped = cycle.stopped !== undefined;
    this.isEarly = this.isStopped || cycle.scanNs !== undefined;
    this.procs = cycle.procs >= 1 && cycle.procs < 2 ** 31 ? cycle.procs : Number.NaN;
    this.gcCpuFraction = measured(cycle.gcCpuFraction);
    this.startNs = measured(cycle.startNs);
    const endNs = measured(cycle.endNs);
    this.endNs = endNs < this.startNs ? this.startNs : endNs;
    this.#readSizes(cycle);
    this.#readTimes(cycle);
    this.#relate(before);
    before.n = this.n;
    before.startNs = this.startNs;
    before.endNs = this.endNs;
    before.markedBytes = this.markedBytes;
    before.markedSlack = this.markedSlack;
    before.stacksBytes = this.stacksBytes;
    before.globalsBytes = this.globalsBytes;
  }

  #readSizes(cycle: GcCycle): void {
    this.heapStartBytes = size(cycle.heapStartBytes);
    this.heapEndBytes = size(cycle.heapEndBytes);
    this.markedBytes = size(cycle.heapMarkedBytes);
    this.goalBytes = size(cycle.heapGoalBytes);
    this.stacksBytes = size(cycle.stacksBytes);
    this.globalsBytes = size(cycle.globalsBytes);
    const { slack } = cycle;
    this.heapEndSlack = slack === undefined ? 0 : slack.heapEndBytes;
    this.markedSlack = slack === undefined ? 0 : slack.heapMarkedBytes;
    this.goalSlack = slack === undefined ? 0 : slack.heapGoalBytes;
  }

  #readTimes(cycle: GcCycle): void {
    if (repeatsMarkTimes(cycle)) {
      this.backgroundNs = 0;
      this.assistNs = 0;
      this.idleNs = 0;
    } else {
      this.backgroundNs = measured(cycle.backgroundNs);
      this.assistNs = measured(cycle.sim === undefined ? cycle.assistNs : cycle.sim.assistCpuNs);
      this.idleNs = measured(cycle.idleNs);
    }
    const assistNs = this.assistNs >= 0 ? this.assistNs : 0;
    this.gcNs = measured(this.backgroundNs + assistNs + (transitionCpuOf(cycle) ?? 0));
    const pauses = pausesOf(cycle, this.#pauseNs);
    let longestNs = Number.NaN;
    for (let i = 0; i < pauses; i++) {
      const pauseNs = measured(this.#pauseNs[i]);
      if (!(pauseNs <= longestNs) && pauseNs >= 0) longestNs = pauseNs;
    }
    this.longestPauseNs = longestNs;
  }

  #relate(before: Before): void {
    this.sinceNs = Number.NaN;
    this.intervalNs = Number.NaN;
    this.allocatedBytes = Number.NaN;
    this.effectiveGogc = Number.NaN;
    this.effectiveGogcMost = Number.NaN;
    this.missing = gapBetween(before.n, this.n);
    // Where lines were lost, what happened between them is not known.
    if (this.n !== before.n + 1) return;
    if (this.endNs >= before.endNs - clockStepNs) this.sinceNs = this.endNs - before.endNs;
    if (this.startNs >= before.startNs) {
      this.intervalNs = Math.max(0, this.startNs - before.endNs);
    }
    this.allocatedBytes = this.heapEndBytes - before.markedBytes;
    this.allocatedSlack = Math.max(this.heapEndSlack, before.markedSlack);
    if (before.markedBytes >= ruledByGogcBytes) this.#relateGoal(before);
  }

  /**
   * GOGC in percent is what the goal adds to the live heap, as a share of all that is scanned: from Go 1.18 on stacks
   * and globals too. The goal was set with the figures of the collection before.
   *
   * Go: goal = live + (live + stacks + globals) × GOGC / 100. Stacks and globals are not part of the heap that the
   * goal is for, so that goal / (live + stacks + globals) − 1 would be far too low where they are large.
   */
  #relateGoal(before: Before): void {
    const stacksBytes = before.stacksBytes >= 0 ? before.stacksBytes : 0;
    const globalsBytes = before.globalsBytes >= 0 ? before.globalsBytes : 0;
    const scannedBytes = before.markedBytes + stacksBytes + globalsBytes;
    const gogc = ((this.goalBytes - before.markedBytes) / scannedBytes) * 100;
    this.effectiveGogcMost = gogc + (this.goalSlack / scannedBytes) * 100;
    const slack = Math.max(this.goalSlack, before.markedSlack);
    if (!(slack <= before.markedBytes * roundingShareMax)) return;
    this.effectiveGogc = gogc;
    // From the least goal with the most live heap to the reverse.
    const slacks = this.goalSlack + before.markedSlack * (1 + Math.max(0, gogc) / 100);
    this.effectiveGogcSlack = (slacks / scannedBytes) * 100;
  }
}

/** How many numbers lie between two. None where they fall, or where one is damaged. */
function gapBetween(before: number, n: number): number {
  const isKnown = Number.isSafeInteger(before) && Number.isSafeInteger(n);
  return isKnown && n > before ? n - before - 1 : 0;
}

/** A figure that a 64-bit runtime may have measured. */
function measured(value: number | undefined): number {
  return value !== undefined && value >= 0 && value <= figureMax ? value : Number.NaN;
}

/** Nothing, or at least one byte. */
function size(bytes: Bytes | undefined): Bytes {
  if (bytes === undefined) return Number.NaN;
  return (bytes >= 1 && bytes < sizeMax) || bytes === 0 ? bytes : Number.NaN;
}
