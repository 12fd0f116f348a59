/**
 * What is kept of one process of a log while it is read: how it stood after its last collection, and the counts that
 * the rules of findings.ts look at. All in fixed memory.
 */
import { type Bytes, MiB, msNs, type Ns, secondNs } from '../units.ts';
import { LiveSeries } from './growth.ts';
import { LowGoals, lowGogc } from './lowgoals.ts';
import { type Quantiles, Usual } from './rates.ts';
import { Before, type Step } from './step.ts';
import { ProcessWindows, type WorstWindows } from './windows.ts';
import { Worst } from './worst.ts';

/**
 * A stretch of collections that a rate is told of lasts at least this long and, where sizes are rounded, allocates at
 * least so many times the rounding: with less, a rate would be made of rounding.
 */
const stretchMinNs: Ns = 10 * msNs;
const stretchRoundings = 10;

/** An overshoot up to this share of the goal is what the pacer's estimates allow for. */
export const overshootShareMin = 0.01;
/** From Go 1.10 on the goal is soft: assists see to a hard one, which is a tenth above it. */
export const softShareMax = 0.1;
/** Assists should take next to nothing: the background workers' 25 % of CPU are meant to suffice. */
export const assistShareMax = 0.05;
/** Go's minimum heap for GOGC=100; a goal printed as 4 MB is below 5 MiB. */
export const minimumHeapBytes: Bytes = 4 * MiB;
/** A stretch that allocated less is no spike, whatever its rate. */
const spikeMinBytes: Bytes = 8 * MiB;
/** Go aims at pauses far below a millisecond; 10 ms is what it promised when it began to mark concurrently. */
export const longPauseNs: Ns = 10 * msNs;
/** sysmon forces a collection two minutes after the one before; the line's clock and its own poll are not exact. */
const periodicMinNs: Ns = 115 * secondNs;
/** Assists do this share of marking, beside no idle worker at all: the procs are all at work. */
const busyAssistShare = 0.2;
/** Stacks or globals below it cost little, whatever the heap. */
export const rootsMinBytes: Bytes = 16 * MiB;
/** Values of GOMAXPROCS that are kept. */
export const procsMax = 16;

/** One process of a log. */
export class ProcessLog {
  readonly process: number;
  readonly before = new Before();
  readonly live = new LiveSeries();
  /** What the rates and the effective GOGC usually are: see `finish`. */
  rates: Quantiles;
  gogc: Quantiles;
  readonly #rates = new Usual();
  readonly #gogc = new Usual();
  readonly #worstWindows: WorstWindows;
  readonly #isBack: boolean;
  #windows: ProcessWindows | undefined;

  cycles = 0;
  counted = 0;
  forced = 0;
  /** Of a release that tells stacks (from 1.18). */
  hasStacks = false;
  /** Of a release to 1.4; of one to 1.5. */
  isStopped = false;
  isEarly = false;

  /** Start and end of the first collection, and the greatest end; NaN where lines have no clock. */
  firstStartNs: Ns = Number.NaN;
  firstEndNs: Ns = Number.NaN;
  lastEndNs: Ns = Number.NaN;
  /** Collections with a clock, and the least and greatest of their numbers. */
  timed = 0;
  #firstN = Number.NaN;
  #lastN = Number.NaN;
  lastLiveBytes: Bytes = Number.NaN;
  /** Of the live heap after each collection, of stacks and globals, and of what rounding does to the effective GOGC. */
  liveSumBytes: Bytes = 0;
  liveCount = 0;
  liveSlackBytes: Bytes = 0;
  rootsSumBytes: Bytes = 0;
  rootsCount = 0;
  gogcSlackSum = 0;
  gogcCount = 0;

  /** The stretch at hand: see stretchMinNs. */
  #stretchNs: Ns = 0;
  #stretchBytes: Bytes = 0;
  #stretchSlack: Bytes = 0;
  /** Set by `add`: the rate of the stretch that this collection ended, in bytes a second, or NaN. */
  rate = Number.NaN;
  stretches = 0;
  readonly worstRates = new Worst();

  /** CPU that there was between counted collections, and what they took of it. */
  availableNs: Ns = 0;
  gcNs: Ns = 0;
  assistNs: Ns = 0;
  #cpuSpanNs: Ns = 0;
  #cpuCycles = 0;
  #cpuAvailableNs: Ns = 0;
  #cpuAssistNs: Ns = 0;
  measured = 0;
  pressed = 0;
  readonly worstAssists = new Worst();
  readonly worstCpu = new Worst();

  paced = 0;
  /** Certainly over their goal by more than `overshootShareMin`, and of these by more than `softShareMax`. */
  overshot = 0;
  overshotFar = 0;
  readonly worstOvershoots = new Worst();
  tiny = 0;
  readonly worstTiny = new Worst();
  readonly lowGoals = new LowGoals();
  readonly worstLow = new Worst();
  readonly worstLive = new Worst();
  longPauses = 0;
  longPausesForced = 0;
  readonly worstPauses = new Worst();
  readonly worstForced = new Worst();
  periodicRun = 0;
  readonly worstPeriodic = new Worst();
  busy = 0;
  marked = 0;
  readonly worstBusy = new Worst();
  withStacks = 0;
  stacksAbove = 0;
  stacksMaxBytes: Bytes = 0;
  readonly worstStacks = new Worst();
  globalsAbove = 0;
  globalsMaxBytes: Bytes = 0;
  readonly worstGlobals = new Worst();
  readonly procs: number[] = [];
  #lastProcs = Number.NaN;
  procsChanges = 0;
  readonly worstProcs = new Worst();
  over100 = 0;
  readonly worstUtilisation = new Worst();

  /** `isBack`: an earlier part of the process has been taken as one of its own. */
  constructor(process: number, isBack: boolean, worstWindows: WorstWindows) {
    this.process = process;
    this.#isBack = isBack;
    this.#worstWindows = worstWindows;
    this.rates = this.#rates;
    this.gogc = this.#gogc;
  }

  add(step: Step): void {
    this.cycles++;
    if (step.isCounted) this.counted++;
    if (step.isStopped) this.isStopped = true;
    if (step.isEarly) this.isEarly = true;
    this.#addTime(step);
    this.#addLive(step);
    this.#addStretch(step);
    this.#addCpu(step);
    this.#addGoal(step);
    this.#addPauses(step);
    this.#addRoots(step);
    this.#addProcs(step);
  }

  #addTime(step: Step): void {
    const { startNs, endNs } = step;
    if (!(endNs >= startNs)) return;
    this.timed++;
    if (Number.isSafeInteger(step.n)) {
      if (!(step.n >= this.#firstN)) this.#firstN = step.n;
      if (!(step.n <= this.#lastN)) this.#lastN = step.n;
    }
    if (this.#windows === undefined) {
      this.firstStartNs = startNs;
      this.firstEndNs = endNs;
      this.lastEndNs = endNs;
      this.#worstWindows.noteSpan(endNs - startNs);
      const fromNs = step.n === 1 && !this.#isBack ? 0 : startNs;
      this.#windows = new ProcessWindows(this.#worstWindows, this.process, fromNs);
    } else if (endNs > this.lastEndNs) {
      this.lastEndNs = endNs;
      this.#worstWindows.noteSpan(endNs - this.firstStartNs);
    }
    const { procs } = step;
    if (step.gcNs >= 0 && procs >= 1) {
      this.#windows.add(startNs, endNs, step.gcNs / procs, step.assistNs / procs);
    }
  }

  #addLive(step: Step): void {
    const { markedBytes } = step;
    if (!(markedBytes >= 0)) return;
    this.lastLiveBytes = markedBytes;
    this.liveSumBytes += markedBytes;
    this.liveCount++;
    if (step.markedSlack > this.liveSlackBytes) this.liveSlackBytes = step.markedSlack;
    if (step.endNs >= 0) {
      this.live.add(step.endNs, markedBytes);
      this.worstLive.offer(markedBytes, step);
    }
  }

  #addStretch(step: Step): void {
    this.rate = Number.NaN;
    const { sinceNs, allocatedBytes } = step;
    if (Number.isNaN(sinceNs) || Number.isNaN(allocatedBytes)) {
      this.#startStretch();
      return;
    }
    this.#stretchNs += sinceNs;
    this.#stretchBytes += allocatedBytes;
    if (step.allocatedSlack > this.#stretchSlack) this.#stretchSlack = step.allocatedSlack;
    if (this.#stretchNs < stretchMinNs) return;
    if (this.#stretchBytes < stretchRoundings * this.#stretchSlack) return;
    this.rate = (Math.max(0, this.#stretchBytes) / this.#stretchNs) * secondNs;
    this.stretches++;
    this.#rates.add(this.rate);
    if (this.#stretchBytes >= spikeMinBytes) this.worstRates.offer(this.rate, step);
    this.#startStretch();
  }

  #startStretch(): void {
    this.#stretchNs = 0;
    this.#stretchBytes = 0;
    this.#stretchSlack = 0;
  }

  /** CPU shares, over stretches that are long enough for the clock. */
  #addCpu(step: Step): void {
    const availableNs = step.sinceNs * step.procs;
    if (!(step.isCounted && step.gcNs >= 0) || Number.isNaN(availableNs)) {
      this.#startCpu();
      return;
    }
    this.availableNs += availableNs;
    this.gcNs += step.gcNs;
    const assistNs = step.assistNs >= 0 ? step.assistNs : 0;
    this.assistNs += assistNs;
    if (availableNs > 0) this.worstCpu.offer(step.gcNs, step);
    this.#cpuSpanNs += step.sinceNs;
    this.#cpuCycles++;
    this.#cpuAvailableNs += availableNs;
    this.#cpuAssistNs += assistNs;
    if (this.#cpuSpanNs < stretchMinNs) return;
    const share = this.#cpuAssistNs / this.#cpuAvailableNs;
    this.measured += this.#cpuCycles;
    if (share > assistShareMax) {
      this.pressed += this.#cpuCycles;
      this.worstAssists.offer(share, step);
    }
    this.#startCpu();
  }

  #startCpu(): void {
    this.#cpuSpanNs = 0;
    this.#cpuCycles = 0;
    this.#cpuAvailableNs = 0;
    this.#cpuAssistNs = 0;
  }

  #addGoal(step: Step): void {
    const { goalBytes, goalSlack, isCounted, effectiveGogc } = step;
    if (isCounted && !Number.isNaN(effectiveGogc)) {
      this.#gogc.add(effectiveGogc);
      this.gogcSlackSum += step.effectiveGogcSlack;
      this.gogcCount++;
    }
    if (!(goalBytes > 0 && isCounted)) return;
    this.paced++;
    // The least heap and the greatest goal that rounding allows: what is left is certain, however small the goal.
    const share = (step.heapEndBytes - goalBytes - goalSlack) / (goalBytes + goalSlack);
    if (share > overshootShareMin) {
      this.overshot++;
      if (share > softShareMax) this.overshotFar++;
      this.worstOvershoots.offer(share, step);
    }
    if (goalBytes <= minimumHeapBytes && step.markedBytes < minimumHeapBytes) {
      this.tiny++;
      this.worstTiny.offer(-step.sinceNs, step);
    }
    if (step.effectiveGogcMost < lowGogc) {
      this.lowGoals.add(step);
      this.worstLow.offer(-step.effectiveGogcMost, step);
    } else {
      this.lowGoals.endRun();
    }
  }

  #addPauses(step: Step): void {
    if (step.longestPauseNs > longPauseNs && !step.isStopped) {
      this.longPauses++;
      if (step.isForced) this.longPausesForced++;
      this.worstPauses.offer(step.longestPauseNs, step);
    }
    if (step.isForced) {
      this.forced++;
      this.worstForced.offer(step.endNs - step.startNs, step);
    }
    if (step.isPeriodic || step.intervalNs >= periodicMinNs) {
      this.periodicRun++;
      this.worstPeriodic.offer(this.periodicRun, step);
    } else {
      this.periodicRun = 0;
    }
    if (!step.isCounted || !(step.assistNs >= 0 && step.idleNs >= 0)) return;
    const markNs = step.assistNs + step.backgroundNs;
    if (!(markNs > 0)) return;
    this.marked++;
    const share = step.assistNs / markNs;
    if (step.idleNs === 0 && share >= busyAssistShare) {
      this.busy++;
      this.worstBusy.offer(share, step);
    }
  }

  #addRoots(step: Step): void {
    const { stacksBytes, globalsBytes, markedBytes } = step;
    if (!(stacksBytes >= 0)) return;
    this.hasStacks = true;
    this.rootsSumBytes += stacksBytes + (globalsBytes >= 0 ? globalsBytes : 0);
    this.rootsCount++;
    if (!step.isCounted) return;
    this.withStacks++;
    if (stacksBytes > this.stacksMaxBytes) this.stacksMaxBytes = stacksBytes;
    if (stacksBytes >= rootsMinBytes && stacksBytes > markedBytes) {
      this.stacksAbove++;
      this.worstStacks.offer(stacksBytes, step);
    }
    if (globalsBytes > this.globalsMaxBytes) this.globalsMaxBytes = globalsBytes;
    if (globalsBytes >= rootsMinBytes && globalsBytes > markedBytes) {
      this.globalsAbove++;
      this.worstGlobals.offer(globalsBytes, step);
    }
  }

  #addProcs(step: Step): void {
    const { procs } = step;
    if (step.gcCpuFraction > 1) {
      this.over100++;
      this.worstUtilisation.offer(step.gcCpuFraction, step);
    }
    // To 1.4 it is the number of threads that collected.
    if (procs === this.#lastProcs || step.isStopped || !(procs >= 1)) return;
    if (this.procs.length > 0) {
      this.procsChanges++;
      this.worstProcs.offer(Math.abs(procs - this.#lastProcs), step);
    }
    this.#lastProcs = procs;
    if (this.procs.length < procsMax && !this.procs.includes(procs)) this.procs.push(procs);
  }

  /** From the start of the first collection to the end of the last. */
  get spanNs(): Ns {
    return this.lastEndNs - this.firstStartNs;
  }

  /** Collections after the first, by their numbers: lines may be missing. */
  get repeats(): number {
    return Number.isNaN(this.#lastN) ? 0 : this.#lastN - this.#firstN;
  }

  /**
   * No more comes of it. Where it is the only process of its log, what the figures of the log are made of comes with
   * it, so that findings have the very same: its own are not exact where it has very many collections.
   */
  finish(whole?: { rates: Quantiles; gogc: Quantiles }): void {
    if (whole !== undefined) {
      this.rates = whole.rates;
      this.gogc = whole.gogc;
    }
    if (this.#windows === undefined) return;
    this.#windows.finish(this.lastEndNs);
  }
}
