/**
 * The figures of a log, made while it is read: see LogFigures for what they are. One pass, in memory that depends
 * neither on the number of collections nor on that of processes, and quick: a log may have millions of lines.
 *
 * Nothing that a log holds is an error here. A figure that no runtime can have printed is taken as not there.
 */
import type { GcCycle } from '../cycle.ts';
import type { Scavenge } from '../trace/forms.ts';
import type { Bytes, Ns } from '../units.ts';
import { secondNs } from '../units.ts';
import { Findings } from './findings.ts';
import type { CycleRef, LogFigures, MissingCollections, ReturnedMemory } from './logfigures.ts';
import { Overshoots } from './overshoots.ts';
import { Processes } from './processes.ts';
import { ProcessLog, procsMax } from './processlog.ts';
import { figureMax, Sample } from './statistics.ts';
import { Step } from './step.ts';
import { type Summary, SummaryBuilder } from './summary.ts';
import { WorstWindows } from './windows.ts';
import { refOf, told } from './worst.ts';

export interface LogOptions {
  /** Worst overshoots to keep. */
  top: number;
  /** Length of the windows for the worst one; by default it depends on how long the log is. None below 10 ms. */
  windowNs?: Ns;
  /** Rules that are not to be reported, by name. */
  silenced?: ReadonlySet<string>;
}

/** Ranges of missing collections that are told. */
const missingRangesMax = 5;

export class LogBuilder {
  readonly #summary = new SummaryBuilder();
  readonly #step = new Step();
  readonly #windows: WorstWindows;
  readonly #overshoots: Overshoots;
  readonly #findings: Findings;
  readonly #processes: Processes<ProcessLog>;

  readonly #live = new Sample();
  readonly #goal = new Sample();
  readonly #rates = new Sample();
  readonly #runway = new Sample();
  readonly #startShare = new Sample();
  readonly #gogc = new Sample();
  readonly #interval = new Sample();

  #lastLiveBytes: Bytes = Number.NaN;
  #lastGoalBytes: Bytes = Number.NaN;
  #allocatedBytes: Bytes = 0;
  #allocations = 0;
  #peakRate = -1;
  #peak: CycleRef | undefined;
  #gogcLeast = Number.POSITIVE_INFINITY;
  #longestPauseNs = -1;
  #longestPause: CycleRef | undefined;
  #stacksMaxBytes: Bytes = -1;
  #globalsMaxBytes: Bytes = -1;
  readonly #procs: number[] = [];
  #lastProcs = Number.NaN;
  #memory: ReturnedMemory | undefined;
  #missing: MissingCollections | undefined;

  /** Over the processes that have ended: spans, and collections after the first in the time that those took. */
  #spanNs: Ns = 0;
  #isTimed = false;
  #repeats = 0;
  #repeatsNs: Ns = 0;
  /** The process with most collections, for its growth. */
  #largest: ProcessLog | undefined;

  constructor({ top, windowNs, silenced }: LogOptions) {
    this.#windows = new WorstWindows(windowNs);
    this.#overshoots = new Overshoots(top);
    this.#findings = new Findings(silenced);
    this.#processes = new Processes<ProcessLog>(
      (process, isBack) => new ProcessLog(process, isBack, this.#windows),
      (log) => this.#retire(log),
    );
  }

  /** A collection; those of a process in their order. */
  add(cycle: GcCycle): void {
    this.#summary.add(cycle);
    const log = this.#processes.of(cycle.process ?? 1);
    const step = this.#step;
    step.read(cycle, log.before);
    log.add(step);
    if (step.missing > 0) this.#addMissing(step, log.process);
    this.#overshoots.add(step, log.process);
    this.#addSizes(step);
    this.#addPacing(step);
    this.#addAllocation(step, log);
    this.#addExtremes(step, log.process);
  }

  #addMissing({ n, missing }: Step, process: number): void {
    this.#missing ??= { collections: 0, ranges: [] };
    const { ranges } = this.#missing;
    this.#missing.collections += missing;
    if (ranges.length < missingRangesMax) ranges.push({ from: n - missing, to: n - 1, process });
  }

  #addSizes(step: Step): void {
    const { markedBytes, goalBytes, isCounted } = step;
    if (markedBytes >= 0) {
      this.#lastLiveBytes = markedBytes;
      if (isCounted) this.#live.add(markedBytes);
    }
    if (goalBytes >= 0) {
      this.#lastGoalBytes = goalBytes;
      if (isCounted) this.#goal.add(goalBytes);
    }
    if (step.stacksBytes > this.#stacksMaxBytes) this.#stacksMaxBytes = step.stacksBytes;
    if (step.globalsBytes > this.#globalsMaxBytes) this.#globalsMaxBytes = step.globalsBytes;
  }

  #addPacing(step: Step): void {
    if (!step.isCounted) return;
    const { goalBytes, heapStartBytes, effectiveGogc, intervalNs } = step;
    if (goalBytes > 0 && heapStartBytes >= 0) {
      this.#runway.add(Math.max(0, goalBytes - heapStartBytes));
      this.#startShare.add(heapStartBytes / goalBytes);
    }
    if (!Number.isNaN(effectiveGogc)) {
      this.#gogc.add(effectiveGogc);
      if (effectiveGogc < this.#gogcLeast) this.#gogcLeast = effectiveGogc;
    }
    if (intervalNs >= 0) this.#interval.add(intervalNs);
  }

  #addAllocation(step: Step, { rate, process }: ProcessLog): void {
    const { allocatedBytes } = step;
    if (!Number.isNaN(allocatedBytes)) {
      this.#allocatedBytes += allocatedBytes;
      this.#allocations++;
    }
    if (!(rate >= 0)) return;
    this.#rates.add(rate);
    if (rate > this.#peakRate) {
      this.#peakRate = rate;
      this.#peak = refOf(step, process);
    }
  }

  #addExtremes(step: Step, process: number): void {
    if (step.longestPauseNs > this.#longestPauseNs) {
      this.#longestPauseNs = step.longestPauseNs;
      this.#longestPause = refOf(step, process);
    }
    const { procs } = step;
    // To 1.4 it is not GOMAXPROCS, but the number of threads that collected.
    if (procs === this.#lastProcs || step.isStopped || !(procs >= 1)) return;
    this.#lastProcs = procs;
    if (this.#procs.length < procsMax && !this.#procs.includes(procs)) this.#procs.push(procs);
  }

  addScavenge(line: Scavenge): void {
    this.#memory ??= {
      lines: 0,
      releasedBytes: 0,
      heapSysBytes: undefined,
      heapReleasedBytes: undefined,
      heapConsumedBytes: undefined,
    };
    const memory = this.#memory;
    memory.lines++;
    memory.releasedBytes += size(line.releasedNowBytes) ?? 0;
    memory.heapSysBytes = size(line.heapSysBytes) ?? memory.heapSysBytes;
    memory.heapReleasedBytes = size(line.heapReleasedBytes) ?? memory.heapReleasedBytes;
    memory.heapConsumedBytes = size(line.heapConsumedBytes) ?? memory.heapConsumedBytes;
  }

  /** A process has ended, or has been silent for so long that its room is needed. */
  #retire(log: ProcessLog): void {
    const isOnly = this.#processes.count === 1;
    log.finish(isOnly ? { rates: this.#rates, gogc: this.#gogc } : undefined);
    this.#findings.note(log);
    if (this.#largest === undefined || log.cycles > this.#largest.cycles) this.#largest = log;
    if (log.timed === 0) return;
    this.#isTimed = true;
    this.#spanNs += log.spanNs;
    this.#repeats += log.repeats;
    this.#repeatsNs += log.lastEndNs - log.firstEndNs;
  }

  /** Once, when all have been added. */
  finish(): LogFigures {
    for (const log of this.#processes.values()) this.#retire(log);
    const summary = this.#summary.finish();
    const cpu = gcCpuOf(summary);
    const worstWindow = this.#windows.worst();
    this.#findings.noteShares(cpu.gcCpuShare, worstWindow, this.#largest);
    return {
      summary,
      worstOvershoots: this.#overshoots.worst,
      overshootErrorBytes: this.#overshoots.errorBytes,
      overshootErrorRatio: this.#overshoots.errorRatio,
      overshootCertain: this.#overshoots.certain,
      overshootPossible: this.#overshoots.possible,
      live: {
        medianBytes: this.#live.quantile(0.5),
        lastBytes: told(this.#lastLiveBytes),
        growth: this.#largest?.live.growth(),
      },
      goal: { medianBytes: this.#goal.quantile(0.5), lastBytes: told(this.#lastGoalBytes) },
      allocation: this.#allocation(),
      ...cpu,
      worstWindow,
      longestPause:
        this.#longestPause === undefined
          ? undefined
          : { ns: this.#longestPauseNs, at: this.#longestPause },
      collectionsPerSecond:
        this.#repeats > 0 && this.#repeatsNs >= 1
          ? (this.#repeats / this.#repeatsNs) * secondNs
          : undefined,
      missing: this.#missing,
      pacing: this.#pacing(),
      memory: this.#memory,
      procs: this.#procs,
      stacksMaxBytes: this.#stacksMaxBytes < 0 ? undefined : this.#stacksMaxBytes,
      globalsMaxBytes: this.#globalsMaxBytes < 0 ? undefined : this.#globalsMaxBytes,
      spanNs: this.#isTimed ? this.#spanNs : undefined,
      findings: this.#findings.finish(this.#processes.count),
    };
  }

  #allocation(): LogFigures['allocation'] {
    return {
      medianBytesPerSecond: this.#rates.quantile(0.5),
      peakBytesPerSecond: this.#peakRate < 0 ? undefined : this.#peakRate,
      peak: this.#peak,
      // Rounding up and down takes turns over a log, but a short one may come out below 0.
      totalBytes: this.#allocations === 0 ? undefined : Math.max(0, this.#allocatedBytes),
    };
  }

  #pacing(): LogFigures['pacing'] {
    return {
      runwayMedianBytes: this.#runway.quantile(0.5),
      startShareMedian: this.#startShare.quantile(0.5),
      effectiveGogcMedian: this.#gogc.quantile(0.5),
      effectiveGogcMin: this.#gogc.count === 0 ? undefined : this.#gogcLeast,
      intervalMedianNs: this.#interval.quantile(0.5),
    };
  }
}

/** GC CPU in all, and what assists are of it. */
function gcCpuOf(summary: Summary): Pick<LogFigures, 'gcCpuShare' | 'assistShareOfGc'> {
  const { backgroundCpuShare, transitionCpuShare, assist } = summary;
  if (backgroundCpuShare === undefined && transitionCpuShare === undefined) {
    return { gcCpuShare: undefined, assistShareOfGc: undefined };
  }
  const gcCpuShare = (backgroundCpuShare ?? 0) + (transitionCpuShare ?? 0) + (assist.cpuShare ?? 0);
  const isKnown = assist.cpuShare !== undefined && gcCpuShare > 0;
  return {
    gcCpuShare,
    assistShareOfGc: isKnown ? (assist.cpuShare ?? 0) / gcCpuShare : undefined,
  };
}

function size(bytes: Bytes | undefined): Bytes | undefined {
  return bytes !== undefined && bytes >= 0 && bytes <= figureMax ? bytes : undefined;
}
