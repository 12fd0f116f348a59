/**
 * The figures that are reported of a run or a log, each defined once, here. docs/json.md says the same for
 * users.
 *
 * Medians, percentiles and shares are of the counted collections: all but a process's first and those that
 * runtime.GC() asked for. Totals and maxima are of all. A figure that no collection could tell is undefined.
 */
import type { GcCycle, Signaller } from '../cycle.ts';
import type { Bytes, Ns } from '../units.ts';
import { type MmuFigures, noMmu } from './mmu.ts';
import { Processes } from './processes.ts';
import { figureMax, Sample } from './statistics.ts';

/** What only the end of a simulated run can tell. SimTotals has it all; a log has none of it. */
export interface RunTotals {
  elapsedNs: Ns;
  /** Why the run ended. */
  ended: string;
  allocatedBytes: Bytes;
  gcSys: GcSysTotals;
  /** From an MmuBuilder; absent where nobody listened to what the collector took. */
  mmu?: MmuFigures;
}

/** GC bytes from system over a whole run, and its parts. */
export interface GcSysTotals {
  peakBytes: Bytes;
  finalBytes: Bytes;
  /** Averaged over time. */
  averageBytes: Bytes;
  workbufPeakBytes: Bytes;
  workbufFinalBytes: Bytes;
  bitmapPeakBytes: Bytes;
  bitmapFinalBytes: Bytes;
  markBitsPeakBytes: Bytes;
  markBitsFinalBytes: Bytes;
}

/** A quantity of each collection as a share of its goal. */
export interface RatioFigures {
  maxRatio: number | undefined;
  p95Ratio: number | undefined;
  medianRatio: number | undefined;
}

/** A delay, in nanoseconds, rounded to whole ones. */
export interface DelayFigures {
  /** Collections that had one. */
  count: number;
  medianNs: Ns | undefined;
  p90Ns: Ns | undefined;
  p95Ns: Ns | undefined;
  maxNs: Ns | undefined;
}

export interface Summary {
  collections: number;
  /** Asked for by runtime.GC(), and started because two minutes had passed. */
  forced: number;
  periodic: number;
  /** Collections that medians, percentiles and shares leave out: first ones of a process, and other forced ones. */
  leftOut: { collections: number; first: number; forced: number };
  /**
   * From the program's start to its end, or to the end of its last collection where a log ends with that. Summed over
   * the processes of a log.
   */
  elapsedNs: Ns | undefined;
  /** Why the run ended. */
  ended: string | undefined;
  allocatedBytes: Bytes | undefined;

  heap: {
    /** Least and most left after a collection. */
    markedMinBytes: Bytes | undefined;
    markedMaxBytes: Bytes | undefined;
    /** Most at the end of marking. */
    peakBytes: Bytes | undefined;
    goalMinBytes: Bytes | undefined;
    goalMaxBytes: Bytes | undefined;
  };
  /** max(0, heap at mark end − heap goal), as a share of the goal and in bytes. */
  overshoot: RatioFigures & {
    /** Number of the collection with the greatest ratio; undefined where none was over its goal. */
    maxCycle: number | undefined;
    maxBytes: Bytes | undefined;
    /** Number of the collection with the most bytes over its goal. */
    maxBytesCycle: number | undefined;
    /** Collections that ended over their goal. */
    count: number;
  };
  /** Growth of the heap from the trigger until assists came on, as a share of the goal. */
  growthBeforeAssists: RatioFigures;
  /** Growth of the heap from there to the end of marking, as a share of the goal. */
  growthWithAssists: RatioFigures;
  assist: {
    /** Assists that marked or waited. */
    count: number | undefined;
    /** CPU time that goroutines marked in line with allocation. */
    cpuNs: Ns | undefined;
    cpuShare: number | undefined;
    /** Time that they waited for credit. */
    blockedNs: Ns | undefined;
    /** Longest that one of them marked and waited at a stretch. */
    longestStallNs: Ns | undefined;
  };
  /** From marking running out of work to whoever runs the next phase running. */
  wakeupDelay: DelayFigures & { bySignaller: Partial<Record<Signaller, DelayFigures>> };
  /** From there to the world being stopped. */
  stoppedAfterWakeup: DelayFigures;
  /** GC bytes from system; what only a simulation knows. */
  gcSys: { [Part in keyof GcSysTotals]: GcSysTotals[Part] | undefined };
  /** Each stop of the world. */
  pauses: {
    count: number;
    totalNs: Ns;
    p50Ns: Ns | undefined;
    p95Ns: Ns | undefined;
    p99Ns: Ns | undefined;
    maxNs: Ns | undefined;
  };
  /** Least share of the Ps that windows of time left to the program; what only a simulation knows. */
  mmu: MmuFigures;
  /** GC CPU as the last collection's line gives it: all since the start, idle marking apart. */
  gcCpuShare: number | undefined;
  /**
   * Parts of GC CPU over the counted collections, as shares of the CPU time that the program could have had
   * from the end of the collection before each to its own end. `assist.cpuShare` is one of them.
   */
  backgroundCpuShare: number | undefined;
  /** With the world stopped, in the root scan and in barriers: what is neither assist nor worker. */
  transitionCpuShare: number | undefined;
  /** CPU that nothing else wanted: not counted as GC CPU. */
  idleCpuShare: number | undefined;
}

/** The summary of some collections. */
export function summarize(cycles: Iterable<GcCycle>, totals?: RunTotals): Summary {
  const builder = new SummaryBuilder();
  for (const cycle of cycles) builder.add(cycle);
  return builder.finish(totals);
}

/**
 * Writes each stop of the world of a collection to `into`, from its start on, and returns how many there were. A
 * collection of Go to 1.4 is one pause from start to end; one of later releases stops the world before and after
 * marking, and in logs of before June 2015 to bring the Ps in step too.
 */
export function pausesOf(cycle: GcCycle, into: Ns[]): number {
  const { sim, stopped } = cycle;
  if (sim !== undefined) {
    const pauses = sim.pausesNs;
    for (let i = 0; i < pauses.length; i++) into[i] = pauses[i] ?? 0;
    return pauses.length;
  }
  if (stopped !== undefined) {
    into[0] = stopped.setupNs + stopped.sweepNs + stopped.markNs + (stopped.finishNs ?? 0);
    return 1;
  }
  let count = 0;
  if (cycle.sweepTermNs !== undefined) into[count++] = cycle.sweepTermNs;
  if (cycle.syncStopped === true && cycle.syncNs !== undefined) into[count++] = cycle.syncNs;
  if (cycle.markTermNs !== undefined) into[count++] = cycle.markTermNs;
  return count;
}

/**
 * To Go 1.8 the world is stopped for the whole of a forced collection. It has no workers and no assists: its line gives
 * the mark times of the collection before once more.
 */
export function repeatsMarkTimes(cycle: GcCycle): boolean {
  return cycle.forced && cycle.markNs === 0 && cycle.sim === undefined;
}

/** What is kept of each process. */
interface ProcessEnd {
  /** From where on its time counts: its start, or where it came back from being forgotten. */
  fromNs: Ns;
  /** End of its last collection; undefined where no line told one. */
  endNs: Ns | undefined;
}

/** A time, and that of one more process. */
function longer(ns: Ns | undefined, { fromNs, endNs }: ProcessEnd): Ns | undefined {
  return endNs === undefined ? ns : (ns ?? 0) + Math.max(0, endNs - fromNs);
}

/** A summary in the making. Its memory is bounded, however many collections pass: see Sample and Processes. */
export class SummaryBuilder {
  #collections = 0;
  #forced = 0;
  #periodic = 0;
  #leftOutFirst = 0;
  #leftOutForced = 0;
  /** Over the processes that are no longer kept. */
  #elapsedNs: Ns | undefined;
  readonly #ends = new Processes<ProcessEnd>(
    // Of one that is back, the time to its last end has been counted.
    (_, isBack) => ({ fromNs: isBack ? Number.NaN : 0, endNs: undefined }),
    (process) => {
      this.#elapsedNs = longer(this.#elapsedNs, process);
    },
  );
  #gcCpuShare: number | undefined;

  readonly #marked = new Extremes();
  readonly #heapEnd = new Extremes();
  readonly #goal = new Extremes();
  readonly #overshoot = new Spread();
  readonly #overshootBytes = new Extremes();
  #overshootCount = 0;
  readonly #growthBeforeAssists = new Spread();
  readonly #growthWithAssists = new Spread();

  readonly #assistCount = new Total();
  readonly #assistCpu = new Total();
  readonly #assistBlocked = new Total();
  readonly #assistStall = new Extremes();
  readonly #wakeupDelay = new Spread();
  readonly #bySignaller = new Map<Signaller, Spread>();
  readonly #stoppedAfterWakeup = new Spread();
  readonly #pauses = new Spread();
  #pausesTotalNs: Ns = 0;
  /** The pauses of the collection at hand. */
  readonly #pauseNs: Ns[] = [];

  /** CPU time over the counted collections: all there was, and what collecting took of it. */
  #availableCpuNs: Ns = 0;
  readonly #countedAssistCpu = new Total();
  readonly #countedBackgroundCpu = new Total();
  readonly #countedTransitionCpu = new Total();
  readonly #countedIdleCpu = new Total();

  add(cycle: GcCycle): void {
    this.#collections++;
    if (cycle.forced) this.#forced++;
    if (cycle.periodic === true) this.#periodic++;
    const isFirst = cycle.n === 1;
    if (isFirst) this.#leftOutFirst++;
    else if (cycle.forced) this.#leftOutForced++;
    const isCounted = !isFirst && !cycle.forced;

    this.#addHeap(cycle, isCounted);
    this.#addAssists(cycle);
    this.#addDelays(cycle, isCounted);
    this.#addTime(cycle, isCounted);
    const { gcCpuFraction } = cycle;
    if (gcCpuFraction !== undefined && Math.abs(gcCpuFraction) <= figureMax) {
      this.#gcCpuShare = gcCpuFraction;
    }
  }

  #addHeap(cycle: GcCycle, isCounted: boolean): void {
    this.#marked.add(cycle.heapMarkedBytes, cycle.n);
    this.#heapEnd.add(cycle.heapEndBytes, cycle.n);
    const goalBytes = cycle.heapGoalBytes;
    // With GOGC=off a line gives the greatest number there is for a goal: that is none.
    if (goalBytes === undefined || !(goalBytes <= figureMax)) return;
    this.#goal.add(goalBytes, cycle.n);
    const overBytes = Math.max(0, cycle.heapEndBytes - goalBytes);
    this.#overshootBytes.add(overBytes, cycle.n);
    if (overBytes > 0) this.#overshootCount++;
    // A goal printed as 0 MB is no measure.
    if (goalBytes === 0) return;
    this.#overshoot.add(overBytes / goalBytes, cycle.n, isCounted);
    const { sim } = cycle;
    if (sim === undefined) return;
    this.#growthBeforeAssists.add(sim.growthBeforeAssistsBytes / goalBytes, cycle.n, isCounted);
    this.#growthWithAssists.add(sim.growthWithAssistsBytes / goalBytes, cycle.n, isCounted);
  }

  #addAssists(cycle: GcCycle): void {
    const { n, sim, assistNs } = cycle;
    if (!repeatsMarkTimes(cycle)) this.#assistCpu.add(sim?.assistCpuNs ?? assistNs);
    if (sim === undefined) return;
    this.#assistCount.add(sim.assistCount);
    this.#assistBlocked.add(sim.assistBlockedNs);
    this.#assistStall.add(sim.assistLongestStallNs, n);
  }

  #addDelays(cycle: GcCycle, isCounted: boolean): void {
    const { n, sim } = cycle;
    const pauseCount = pausesOf(cycle, this.#pauseNs);
    for (let i = 0; i < pauseCount; i++) {
      const pauseNs = this.#pauseNs[i] ?? 0;
      if (!(pauseNs >= 0 && pauseNs <= figureMax)) continue;
      this.#pauses.add(pauseNs, n, isCounted);
      this.#pausesTotalNs += pauseNs;
    }
    if (sim?.wakeupDelayNs !== undefined) {
      this.#wakeupDelay.add(sim.wakeupDelayNs, n, isCounted);
      if (sim.signaller !== undefined) {
        const spread = this.#bySignaller.get(sim.signaller) ?? new Spread();
        this.#bySignaller.set(sim.signaller, spread);
        spread.add(sim.wakeupDelayNs, n, isCounted);
      }
    }
    if (sim?.stoppedAfterWakeupNs !== undefined) {
      this.#stoppedAfterWakeup.add(sim.stoppedAfterWakeupNs, n, isCounted);
    }
  }

  /** Time and CPU since the end of the collection before, in the same process. */
  #addTime(cycle: GcCycle, isCounted: boolean): void {
    const { endNs } = cycle;
    if (endNs === undefined || !(Math.abs(endNs) <= figureMax)) return;
    const process = this.#ends.of(cycle.process ?? 1);
    // A log that starts in the middle does not tell when the collection before its first one ended.
    if (isCounted && process.endNs !== undefined) this.#addCpu(cycle, endNs - process.endNs);
    if (Number.isNaN(process.fromNs)) process.fromNs = endNs;
    process.endNs = endNs;
  }

  #addCpu(cycle: GcCycle, sinceNs: Ns): void {
    const availableNs = Math.max(0, sinceNs) * cycle.procs;
    if (!(availableNs <= figureMax)) return;
    this.#availableCpuNs += availableNs;
    this.#countedAssistCpu.add(cycle.sim?.assistCpuNs ?? cycle.assistNs);
    this.#countedBackgroundCpu.add(cycle.backgroundNs);
    this.#countedIdleCpu.add(cycle.idleNs);
    this.#countedTransitionCpu.add(transitionCpuOf(cycle));
  }

  #elapsed(): Ns | undefined {
    let elapsedNs = this.#elapsedNs;
    for (const process of this.#ends.values()) elapsedNs = longer(elapsedNs, process);
    return elapsedNs;
  }

  finish(totals?: RunTotals): Summary {
    return {
      collections: this.#collections,
      forced: this.#forced,
      periodic: this.#periodic,
      leftOut: {
        collections: this.#leftOutFirst + this.#leftOutForced,
        first: this.#leftOutFirst,
        forced: this.#leftOutForced,
      },
      elapsedNs: totals?.elapsedNs ?? this.#elapsed(),
      ended: totals?.ended,
      allocatedBytes: totals?.allocatedBytes,
      heap: {
        markedMinBytes: this.#marked.min,
        markedMaxBytes: this.#marked.max,
        peakBytes: this.#heapEnd.max,
        goalMinBytes: this.#goal.min,
        goalMaxBytes: this.#goal.max,
      },
      overshoot: {
        ...this.#overshoot.ratios(),
        maxCycle: this.#overshootCount > 0 ? this.#overshoot.maxCycle : undefined,
        maxBytes: this.#overshootBytes.max,
        maxBytesCycle: this.#overshootCount > 0 ? this.#overshootBytes.maxCycle : undefined,
        count: this.#overshootCount,
      },
      growthBeforeAssists: this.#growthBeforeAssists.ratios(),
      growthWithAssists: this.#growthWithAssists.ratios(),
      assist: {
        count: this.#assistCount.sum,
        cpuNs: this.#assistCpu.sum,
        cpuShare: this.#cpuShare(this.#countedAssistCpu),
        blockedNs: this.#assistBlocked.sum,
        longestStallNs: this.#assistStall.max,
      },
      wakeupDelay: { ...this.#wakeupDelay.delays(), bySignaller: this.#delaysBySignaller() },
      stoppedAfterWakeup: this.#stoppedAfterWakeup.delays(),
      gcSys: gcSysFigures(totals?.gcSys),
      pauses: {
        count: this.#pauses.count,
        totalNs: this.#pausesTotalNs,
        p50Ns: this.#pauses.quantileNs(0.5),
        p95Ns: this.#pauses.quantileNs(0.95),
        p99Ns: this.#pauses.quantileNs(0.99),
        maxNs: this.#pauses.max,
      },
      mmu: totals?.mmu ?? noMmu,
      gcCpuShare: this.#gcCpuShare,
      backgroundCpuShare: this.#cpuShare(this.#countedBackgroundCpu),
      transitionCpuShare: this.#cpuShare(this.#countedTransitionCpu),
      idleCpuShare: this.#cpuShare(this.#countedIdleCpu),
    };
  }

  #cpuShare(cpu: Total): number | undefined {
    if (cpu.sum === undefined || this.#availableCpuNs === 0) return undefined;
    const share = cpu.sum / this.#availableCpuNs;
    return Number.isFinite(share) ? share : undefined;
  }

  #delaysBySignaller(): Partial<Record<Signaller, DelayFigures>> {
    const bySignaller: Partial<Record<Signaller, DelayFigures>> = {};
    for (const signaller of signallers) {
      const spread = this.#bySignaller.get(signaller);
      if (spread !== undefined) bySignaller[signaller] = spread.delays();
    }
    return bySignaller;
  }
}

/** In the order in which they are reported. */
const signallers: readonly Signaller[] = ['dedicated', 'fractional', 'idle', 'assist', 'scheduler'];

function gcSysFigures(gcSys: GcSysTotals | undefined): Summary['gcSys'] {
  return {
    peakBytes: gcSys?.peakBytes,
    finalBytes: gcSys?.finalBytes,
    averageBytes: gcSys?.averageBytes,
    workbufPeakBytes: gcSys?.workbufPeakBytes,
    workbufFinalBytes: gcSys?.workbufFinalBytes,
    bitmapPeakBytes: gcSys?.bitmapPeakBytes,
    bitmapFinalBytes: gcSys?.bitmapFinalBytes,
    markBitsPeakBytes: gcSys?.markBitsPeakBytes,
    markBitsFinalBytes: gcSys?.markBitsFinalBytes,
  };
}

/** CPU time that a collection takes beside marking; undefined where its line tells no CPU times. */
export function transitionCpuOf(cycle: GcCycle): Ns | undefined {
  if (cycle.sweepTermCpuNs === undefined && cycle.markTermCpuNs === undefined) return undefined;
  return (
    (cycle.sweepTermCpuNs ?? 0) +
    (cycle.scanCpuNs ?? 0) +
    (cycle.syncCpuNs ?? 0) +
    (cycle.markTermCpuNs ?? 0)
  );
}

/*
 * A damaged line may hold any number. What no 64-bit runtime can have measured is left out, so that sums stay finite.
 */

/** A sum of what is known; undefined until something is. */
class Total {
  #sum = 0;
  #isKnown = false;

  add(value: number | undefined): void {
    if (value === undefined || !(Math.abs(value) <= figureMax)) return;
    this.#sum += value;
    this.#isKnown = true;
  }

  get sum(): number | undefined {
    return this.#isKnown ? this.#sum : undefined;
  }
}

/** Least and greatest value, and the first collection that had the greatest. */
class Extremes {
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #maxCycle = 0;

  add(value: number | undefined, cycle: number): void {
    if (value === undefined || !(Math.abs(value) <= figureMax)) return;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) {
      this.#max = value;
      this.#maxCycle = cycle;
    }
  }

  get min(): number | undefined {
    return this.#min <= this.#max ? this.#min : undefined;
  }

  get max(): number | undefined {
    return this.#min <= this.#max ? this.#max : undefined;
  }

  get maxCycle(): number | undefined {
    return this.#min <= this.#max ? this.#maxCycle : undefined;
  }
}

/** Quantiles over the counted collections, maximum and count over all. */
class Spread {
  count = 0;
  readonly #extremes = new Extremes();
  readonly #counted = new Sample();

  add(value: number, cycle: number, isCounted: boolean): void {
    if (!(Math.abs(value) <= figureMax)) return;
    this.count++;
    this.#extremes.add(value, cycle);
    if (isCounted) this.#counted.add(value);
  }

  get max(): number | undefined {
    return this.#extremes.max;
  }

  get maxCycle(): number | undefined {
    return this.#extremes.maxCycle;
  }

  quantileNs(q: number): Ns | undefined {
    const value = this.#counted.quantile(q);
    return value === undefined ? undefined : Math.round(value);
  }

  ratios(): RatioFigures {
    return {
      maxRatio: this.max,
      p95Ratio: this.#counted.quantile(0.95),
      medianRatio: this.#counted.quantile(0.5),
    };
  }

  delays(): DelayFigures {
    return {
      count: this.count,
      medianNs: this.quantileNs(0.5),
      p90Ns: this.quantileNs(0.9),
      p95Ns: this.quantileNs(0.95),
      maxNs: this.max,
    };
  }
}
