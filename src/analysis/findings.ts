/**
 * What is worth a look in a log: rules over the counts of each process (ProcessLog). A rule says of a process how bad
 * it is, and tells of the worst one. docs/analysis.md says the same of each for users.
 *
 * Rules are careful: a healthy log has no finding, and rounding alone makes none. What has to be exceeded in a single
 * collection is in processlog.ts; how often that has to happen is here.
 */
import { type Bytes, formatBytes, formatDuration, formatPercent, secondNs } from '../units.ts';
import { largerGogc, meanLiveBytes } from './gogcadvice.ts';
import type { CycleRef, Finding, Growth, Severity, WorstWindow } from './logfigures.ts';
import { lowGogc, lowRunMin } from './lowgoals.ts';
import {
  assistShareMax,
  longPauseNs,
  minimumHeapBytes,
  overshootShareMin,
  type ProcessLog,
  softShareMax,
} from './processlog.ts';

/** Fewer collections make no share: those of a program's start are not like the others. */
const collectionsMin = 5;
/** Fewer make no rate, and no median of rates. */
const ratesMin = 20;
/** What happens once or twice is chance. */
const repeatsMin = 3;
/** What happens in more than this share of collections lifts the 95th percentile. */
const oftenShare = 0.05;
/** GC CPU in all: Go's background marking alone is to take 25 % while it marks, which is not all the time. */
const gcCpuShareMax = 0.25;
/** Collections a second that a small heap should not need: 100 ms each of peace. */
const tinyRateMin = 10;
/** GC CPU from which low goals hurt. The runtime itself steps in at 50 %. */
const thrashShareMin = 0.2;
/** Shares of CPU above it are told as more than 100 %: the digits show it. */
const overfull = 1.005;
/** The rule that the report's own shares may be told of by. */
const overfullRule = 'utilisation-over-100';
/** With fewer collections a heap that is still filling up looks the same. */
const leakCollectionsMin = 20;
/** Growth over the log as a share of the live heap. */
const leakShareMin = 0.1;
/** Growth by less than twice the rounding may be none. */
const leakRoundings = 2;
/** A rate is a spike from this many times the median on. */
const spikeFactor = 5;
/** Collections that runtime.GC() asked for: by number and share. A test or benchmark has a few of them. */
const forcedMin = 10;
const forcedShareMin = 0.25;
/** Collections of the start-up that do not count against "only periodic ones". */
const startUpMax = 5;

/** A rule, as `gcsim explain` shows it. */
export interface FindingRule {
  readonly name: string;
  readonly severity: Severity;
  /** When it speaks. */
  readonly summary: string;
  readonly why: string;
  readonly advice: string;
}

/** What a rule has to say of a process. */
interface Told {
  message: string;
  cycles: CycleRef[];
  figures: Record<string, number>;
  /** Where there is more to say than the rule's own advice. */
  advice?: string;
}

interface Rule extends FindingRule {
  /** How bad it is with a process; 0 or less: it is not. Of several processes the worst is told of. */
  readonly badness: (log: ProcessLog) => number;
  readonly tell: (log: ProcessLog) => Told;
}

/** From Go 1.14 on loops can be stopped, and neither runtime.GC() nor many goroutines make a pause long. */
const recentPauseAdvice =
  'Check whether the process gets its CPU: container limits (throttling), other work on the machine, swapping. An execution trace (go tool trace) shows what the pause waited for.';

const rules: readonly Rule[] = [
  {
    name: 'heap-overshoot',
    severity: 'warning',
    summary: `More than ${percent(oftenShare)} of the collections, and at least ${repeatsMin}, ended over their goal by more than ${percent(softShareMax)} of it, or by more than ${percent(overshootShareMin)} where the lines are of Go 1.5: those of 1.6 to 1.9 look like later ones. Only what is certain in view of rounding counts.`,
    why: 'The heap grew past its goal while it was marked: the program needs more memory than GOGC says.',
    advice:
      'Leave room for the peak, and not only for the goal, where memory is limited. Check whether marking gets its CPU (GOMAXPROCS, container limits), and whether large objects are allocated at once. From Go 1.10 on the goal is soft: up to a tenth over it is by design, and does not count here.',
    badness: (log) => {
      const { collections } = overshootsOf(log);
      return collections >= repeatsMin && collections > log.paced * oftenShare
        ? collections / log.paced
        : 0;
    },
    tell: (log) => {
      const { paced, worstOvershoots, process } = log;
      const { collections, above } = overshootsOf(log);
      const worst = worstOvershoots.figure(0);
      return {
        message: `the heap ended more than ${percent(above)} over its goal in ${ofAll(collections, paced)}, worst by at least ${formatPercent(worst)}`,
        cycles: worstOvershoots.refs(process, above),
        figures: { collections, of: paced, worstRatio: worst },
      };
    },
  },
  {
    name: 'assist-pressure',
    severity: 'warning',
    summary: `Assists took over ${percent(assistShareMax)} of all CPU: over the whole log, or in more than ${percent(oftenShare)} of the collections and at least ${repeatsMin}. Collections are taken together until they make 10 ms; there have to be at least ${collectionsMin}, first and forced ones apart.`,
    why: 'The program allocates faster than background workers mark, so that goroutines have to mark while they allocate. That makes requests slow.',
    advice:
      'Try a larger GOGC, which makes collections rarer. Where a memory limit (GOMEMLIMIT) sets the goal, that changes nothing: raise the limit. Or allocate less: look at the alloc_space profile of pprof.',
    badness: ({ pressed, measured, assistNs, availableNs }) => {
      if (measured < collectionsMin) return 0;
      const share = availableNs > 0 ? assistNs / availableNs : 0;
      const isOften = pressed >= repeatsMin && pressed > measured * oftenShare;
      return isOften || share > assistShareMax ? pressed / measured + share : 0;
    },
    tell: (log) => {
      const { pressed, measured, assistNs, availableNs, worstAssists, process } = log;
      const share = availableNs > 0 ? assistNs / availableNs : 0;
      const worst = worstAssists.count > 0 ? worstAssists.figure(0) : share;
      return {
        message: `assists took over ${percent(assistShareMax)} of CPU in ${ofAll(pressed, measured)}, worst ${formatPercent(worst)}; ${formatPercent(share)} in all`,
        cycles: worstAssists.refs(process),
        figures: { collections: pressed, of: measured, worstShare: worst, share },
        advice: `${largerGogc(log)} Or allocate less: look at the alloc_space profile of pprof.`,
      };
    },
  },
  {
    name: 'gc-cpu',
    severity: 'warning',
    summary: `Collecting took over ${percent(gcCpuShareMax)} of all CPU, idle marking apart, over at least ${collectionsMin} collections and at least 10 ms, first and forced ones apart.`,
    why: 'A quarter of all CPU goes into collecting, which the program itself could use.',
    advice:
      'Try a larger GOGC, which makes collections rarer. Where a memory limit (GOMEMLIMIT) sets the goal, that changes nothing: raise the limit. Or give the collector less to do: allocate less, keep fewer pointers.',
    badness: ({ measured, gcNs, availableNs }) =>
      measured >= collectionsMin && availableNs > 0 && gcNs > gcCpuShareMax * availableNs
        ? gcNs / availableNs
        : 0,
    tell: (log) => {
      const { gcNs, assistNs, availableNs, measured, worstCpu, process } = log;
      const share = gcNs / availableNs;
      return {
        message: `collecting took ${formatPercent(share)} of CPU over ${counted(measured)}, of it assists ${formatPercent(assistNs / availableNs)}`,
        cycles: worstCpu.refs(process),
        figures: { share, assistShare: assistNs / availableNs, collections: measured },
        advice: `${largerGogc(log)} Or give the collector less to do: allocate less, keep fewer pointers.`,
      };
    },
  },
  {
    name: 'tiny-heap',
    severity: 'warning',
    summary: `At least half of the collections, and at least ${ratesMin}, had a goal of the ${formatBytes(minimumHeapBytes)} minimum with less than that live, and there were at least ${tinyRateMin} collections a second.`,
    why: 'The heap is so small that Go collects it at its minimum size, again and again. A few MiB more would make that rare.',
    advice:
      'From Go 1.19 on, try GOGC=off or a large GOGC together with GOMEMLIMIT (debug.SetMemoryLimit): the limit then says when to collect. Before, try GOGC=400, or a ballast: a large allocation without pointers that is kept and never written to.',
    badness: (log) => {
      if (log.tiny < ratesMin || log.tiny * 2 < log.paced) return 0;
      const rate = collectionRate(log);
      return rate >= tinyRateMin ? rate : 0;
    },
    tell: (log) => ({
      message: `${decimal(collectionRate(log))} collections a second of a heap at its minimum: ${ofAll(log.tiny, log.paced)} had a goal of ${formatBytes(minimumHeapBytes)}`,
      cycles: log.worstTiny.refs(log.process),
      figures: { collectionsPerSecond: collectionRate(log), collections: log.tiny, of: log.paced },
      advice: log.hasStacks
        ? 'From Go 1.19 on, try GOGC=off or a large GOGC together with GOMEMLIMIT=64MiB or what you can spare: the limit then says when to collect. In Go 1.18, try GOGC=400.'
        : 'Try GOGC=400, or a ballast: a large allocation without pointers that is kept and never written to. From Go 1.19 on, GOMEMLIMIT does it better; the release of this log does not have it.',
    }),
  },
  {
    name: 'memory-limit-thrashing',
    severity: 'error',
    summary: `The goal left room for less than ${lowGogc} % of what is live in at least ${lowRunMin} collections in a row, and collecting took at least ${percent(thrashShareMin)} of all CPU over at least so many of them and at least 10 ms. Only for releases from 1.18 on: before, there was no memory limit.`,
    why: 'What is live comes near to the memory limit, so that collecting never stops and frees next to nothing. Go then spends up to half of all CPU on it.',
    advice:
      'Raise GOMEMLIMIT (debug.SetMemoryLimit), or keep less alive. If GOGC is set that low, raise it. A program that cannot have more memory is better stopped early than left to thrash.',
    badness: ({ hasStacks, lowGoals }) =>
      hasStacks && lowGoals.costliestShare >= thrashShareMin ? lowGoals.longestRun : 0,
    tell: ({ lowGoals, lastLiveBytes, worstLow, process }) => ({
      message: `the goal left less than ${lowGogc} % above the live heap in ${count(lowGoals.longestRun)} collections in a row, ${count(lowGoals.count)} in all, and collecting took up to ${formatPercent(lowGoals.costliestShare)} of CPU meanwhile; the last live heap was ${formatBytes(lastLiveBytes)}`,
      cycles: worstLow.refs(process),
      figures: {
        longestRun: lowGoals.longestRun,
        collections: lowGoals.count,
        worstShare: lowGoals.costliestShare,
        lastLiveBytes,
      },
    }),
  },
  {
    name: 'leak',
    severity: 'warning',
    summary: `The live heap grows: the 95 % interval of its slope is above 0, over the log and over its later half, the growth over the log is at least ${percent(leakShareMin)} of it and ${leakRoundings} times the rounding, and there are at least ${leakCollectionsMin} collections.`,
    why: 'What is live after each collection keeps growing. It may be a leak, or a cache or a data set that is still filling.',
    advice:
      'Compare two heap profiles that are some time apart: go tool pprof -base first.pb.gz second.pb.gz. Check the number of goroutines too: one that never ends keeps all that it points to. Check whether the growth ends, with a longer log.',
    badness: (log) => {
      const growth = leakOf(log);
      return growth === undefined ? 0 : grownBytes(log, growth) / meanLiveBytes(log);
    },
    tell: (log) => {
      const growth = leakOf(log) ?? noGrowth;
      const bytes = grownBytes(log, growth);
      return {
        message: `the live heap grows by ${rateText(log, growth.bytesPerHour)} (${rateText(log, growth.lowBytesPerHour)} to ${rateText(log, growth.highBytesPerHour)}), ${formatBytes(bytes)} over the log; it is now ${formatBytes(log.lastLiveBytes)}`,
        cycles: log.worstLive.refs(log.process),
        figures: {
          bytesPerHour: growth.bytesPerHour,
          lowBytesPerHour: growth.lowBytesPerHour,
          highBytesPerHour: growth.highBytesPerHour,
          grownBytes: bytes,
          lastLiveBytes: log.lastLiveBytes,
        },
      };
    },
  },
  {
    name: 'allocation-spikes',
    severity: 'info',
    summary: `The allocation rate rose above ${spikeFactor} times its median, for at least 8 MiB, in a log with at least ${ratesMin} rates.`,
    why: 'Now and then the program allocates far faster than usual. The pacer expects what was before, so that such bursts bring assists and overshoots.',
    advice:
      'Check what ran at these times: a large request, a batch, a reload. Reuse its buffers, or do it in smaller parts.',
    badness: (log) => {
      if (log.stretches < ratesMin) return 0;
      const median = log.rates.quantile(0.5) ?? 0;
      const rate = log.worstRates.figure(0);
      return median > 0 && rate > spikeFactor * median ? rate / median : 0;
    },
    tell: ({ rates, worstRates, process }) => {
      const median = rates.quantile(0.5) ?? 0;
      const rate = worstRates.figure(0);
      return {
        message: `the allocation rate rose to ${formatBytes(rate)}/s, ${decimal(rate / median)} times the median of ${formatBytes(median)}/s`,
        cycles: worstRates.refs(process, spikeFactor * median),
        figures: { peakBytesPerSecond: rate, medianBytesPerSecond: median },
      };
    },
  },
  {
    name: 'long-stw',
    severity: 'warning',
    summary: `The world was stopped for more than ${formatDuration(longPauseNs)} at a time, in a release that marks concurrently (from Go 1.5 on).`,
    why: 'Nothing of the program runs during a pause. Pauses of a concurrent collection should be far below a millisecond.',
    advice:
      'Check whether the process gets its CPU: container limits (throttling), other work on the machine, swapping. Before Go 1.14 a loop without calls could not be stopped: check for those. Before Go 1.9 runtime.GC(), debug.FreeOSMemory and debug.SetGCPercent stop the world for the whole collection; before Go 1.8 many goroutines make mark termination long.',
    badness: ({ longPauses, worstPauses }) => (longPauses > 0 ? worstPauses.figure(0) : 0),
    tell: ({ longPauses, longPausesForced, cycles, worstPauses, process, hasStacks }) => {
      const forced = longPausesForced === 0 ? '' : `, ${count(longPausesForced)} of them forced`;
      return {
        message: `the world was stopped for more than ${formatDuration(longPauseNs)} in ${ofAll(longPauses, cycles)}${forced}, longest ${formatDuration(worstPauses.figure(0))}`,
        cycles: worstPauses.refs(process),
        figures: {
          collections: longPauses,
          forced: longPausesForced,
          of: cycles,
          longestNs: worstPauses.figure(0),
        },
        ...(hasStacks && { advice: recentPauseAdvice }),
      };
    },
  },
  {
    name: 'forced-in-a-loop',
    severity: 'warning',
    summary: `At least ${forcedMin} collections, and at least ${percent(forcedShareMin)} of all, were asked for by runtime.GC().`,
    why: 'Each call marks the whole heap, whether that is worth it or not, and waits until it is done. The pacer does this at better times.',
    advice:
      'Check who calls runtime.GC() or debug.FreeOSMemory(), and try without. Benchmarks of the testing package call it before each run: there it is no fault.',
    badness: ({ forced, cycles }) =>
      forced >= forcedMin && forced >= cycles * forcedShareMin ? forced / cycles : 0,
    tell: ({ forced, cycles, worstForced, process }) => ({
      message: `runtime.GC() asked for ${ofAll(forced, cycles)}`,
      cycles: worstForced.refs(process),
      figures: { collections: forced, of: cycles },
    }),
  },
  {
    name: 'periodic-only',
    severity: 'info',
    summary: `All collections but at most ${startUpMax} first ones, and at least ${repeatsMin}, came because two minutes had passed without one.`,
    why: 'The program allocates so little that the heap never reaches its goal. There is nothing to gain from tuning the collector.',
    advice:
      'Leave it as it is. If memory should go back to the operating system sooner, a smaller GOGC does not help here.',
    badness: ({ periodicRun, cycles }) =>
      periodicRun >= repeatsMin && cycles - periodicRun <= startUpMax ? periodicRun : 0,
    tell: ({ periodicRun, cycles, worstPeriodic, process }) => ({
      message: `the last ${count(periodicRun)} of ${counted(cycles)} came because two minutes had passed`,
      cycles: worstPeriodic.refs(process),
      figures: { collections: periodicRun, of: cycles },
    }),
  },
  {
    name: 'too-few-procs',
    severity: 'warning',
    summary: `In at least half of the collections, and at least ${collectionsMin}, no proc was idle while marking went on, and assists did at least a fifth of it; and assists took over ${percent(assistShareMax)} of all CPU.`,
    why: 'The program keeps all its procs at work, so that collecting and the program take CPU from each other.',
    advice:
      'Check whether GOMAXPROCS fits the CPUs that the process may use. More of both helps, or less work, or a larger GOGC where no memory limit sets the goal. From Go 1.25 on GOMAXPROCS follows the CPU limit of a container; before, set it yourself.',
    badness: ({ busy, marked, assistNs, availableNs }) =>
      busy >= collectionsMin && busy * 2 >= marked && assistNs > assistShareMax * availableNs
        ? busy / marked
        : 0,
    tell: ({ busy, marked, worstBusy, process, procs }) => ({
      message: `no proc was idle while marking, and assists did up to ${formatPercent(worstBusy.figure(0))} of it, in ${ofAll(busy, marked)}; GOMAXPROCS is ${procs.join(', ')}`,
      cycles: worstBusy.refs(process),
      figures: { collections: busy, of: marked, worstAssistShareOfMarking: worstBusy.figure(0) },
    }),
  },
  {
    name: 'stacks-dominate',
    severity: 'info',
    summary: `In at least half of the collections, and at least ${repeatsMin}, stacks were larger than the live heap and at least 16 MiB.`,
    why: 'There is more to scan on stacks than on the heap: many goroutines, or deep ones. From Go 1.18 on that raises the goal.',
    advice:
      'Check the number of goroutines and how deep their stacks are (goroutine profile of pprof). Fewer of them, or shorter lived ones, make collections cheaper.',
    badness: ({ stacksAbove, withStacks, stacksMaxBytes }) =>
      stacksAbove >= repeatsMin && stacksAbove * 2 >= withStacks ? stacksMaxBytes : 0,
    tell: ({ stacksAbove, withStacks, stacksMaxBytes, worstStacks, process }) => ({
      message: `stacks were larger than the live heap in ${ofAll(stacksAbove, withStacks)}, up to ${formatBytes(stacksMaxBytes)}`,
      cycles: worstStacks.refs(process),
      figures: { collections: stacksAbove, of: withStacks, stacksMaxBytes },
    }),
  },
  {
    name: 'globals-dominate',
    severity: 'info',
    summary: `In at least half of the collections, and at least ${repeatsMin}, globals were larger than the live heap and at least 16 MiB.`,
    why: 'Each collection scans all global variables with pointers, however small the heap is. From Go 1.18 on that raises the goal.',
    advice:
      'Check for large global tables with pointers: strings, slices, maps in generated code. Tables without pointers, or in an embedded file, are not scanned.',
    badness: ({ globalsAbove, withStacks, globalsMaxBytes }) =>
      globalsAbove >= repeatsMin && globalsAbove * 2 >= withStacks ? globalsMaxBytes : 0,
    tell: ({ globalsAbove, withStacks, globalsMaxBytes, worstGlobals, process }) => ({
      message: `globals were larger than the live heap in ${ofAll(globalsAbove, withStacks)}, up to ${formatBytes(globalsMaxBytes)}`,
      cycles: worstGlobals.refs(process),
      figures: { collections: globalsAbove, of: withStacks, globalsMaxBytes },
    }),
  },
  {
    name: 'procs-change',
    severity: 'info',
    summary: 'GOMAXPROCS changed while the program ran.',
    why: 'The shares of CPU before and after cannot be compared, and the line of the collection during which it changed mixes both.',
    advice:
      'Check whether the program means to change it: runtime.GOMAXPROCS stops the world. From Go 1.25 on it follows the CPU limit of a container by itself.',
    badness: ({ procsChanges }) => procsChanges,
    tell: ({ procsChanges, procs, worstProcs, process }) => ({
      message: `GOMAXPROCS changed ${procsChanges === 1 ? 'once' : `${count(procsChanges)} times`}, among ${procs.join(', ')}`,
      cycles: worstProcs.refs(process),
      figures: { changes: procsChanges, least: Math.min(...procs), most: Math.max(...procs) },
    }),
  },
  {
    name: overfullRule,
    severity: 'info',
    summary:
      'A line gives more than 100 % for the share of CPU that collecting took, or the CPU times of the lines come to more than there was: over the whole log, or in its worst window.',
    why: 'That cannot be. To Go 1.8 a collection that runtime.GC() asked for counts the mark times of the one before again. And lines give starts in whole milliseconds, and for some CPU times the time that passed, by procs: over collections that are short or close together that may come to more than there was.',
    advice:
      'Do not use the percentage of these lines. The CPU shares of this report come from the CPU times of the lines, without those that are counted again; where they come to more than 100 %, read them as nearly all.',
    badness: ({ over100, worstUtilisation }) => (over100 > 0 ? worstUtilisation.figure(0) : 0),
    tell: ({ over100, cycles, worstUtilisation, process }) => ({
      message: `the line gives more than 100 % of CPU in ${ofAll(over100, cycles)}, up to ${formatPercent(worstUtilisation.figure(0))}`,
      cycles: worstUtilisation.refs(process),
      figures: { collections: over100, of: cycles, mostShare: worstUtilisation.figure(0) },
    }),
  },
];

/** All rules, in the order in which findings of one severity are reported. */
export const findingRules: readonly FindingRule[] = rules;

/** What a rule has found so far. */
interface Found {
  rule: Rule;
  badness: number;
  told: Told;
  /** Undefined: all of them together. */
  process: number | undefined;
  processes: number;
}

/** The findings of a log, process by process. Of each rule the worst process is kept, and how many there were. */
export class Findings {
  readonly #rules: readonly Rule[];
  readonly #found = new Map<string, Found>();

  constructor(silenced: ReadonlySet<string> = new Set()) {
    this.#rules = rules.filter(({ name }) => !silenced.has(name));
  }

  /** A process of which no more comes. */
  note(log: ProcessLog): void {
    for (const rule of this.#rules) {
      const badness = rule.badness(log);
      if (!(badness > 0)) continue;
      const before = this.#found.get(rule.name);
      const processes = (before?.processes ?? 0) + 1;
      if (before !== undefined && before.badness >= badness) {
        before.processes = processes;
      } else {
        const { process } = log;
        this.#found.set(rule.name, { rule, badness, told: rule.tell(log), process, processes });
      }
    }
  }

  /**
   * What the report itself says of GC CPU, when all processes have been noted: what only the whole log can tell. Of
   * `largest`, the process with most collections, there is evidence.
   */
  noteShares(
    gcCpuShare: number | undefined,
    worstWindow: WorstWindow | undefined,
    largest: ProcessLog | undefined,
  ): void {
    const rule = this.#rules.find(({ name }) => name === overfullRule);
    if (rule === undefined) return;
    const told = tellOverfull(gcCpuShare ?? 0, worstWindow);
    if (told === undefined) return;
    const found = this.#found.get(rule.name);
    if (found !== undefined) {
      found.told.message += `; ${told.message}`;
      Object.assign(found.told.figures, told.figures);
      return;
    }
    const process = told.isWindow ? worstWindow?.process : undefined;
    if (largest !== undefined && (process ?? largest.process) === largest.process) {
      told.cycles = largest.worstCpu.refs(largest.process);
    }
    this.#found.set(rule.name, { rule, badness: overfull, told, process, processes: 1 });
  }

  /** The worst first. */
  finish(processCount: number): Finding[] {
    const findings: Finding[] = [];
    for (const severity of severities) {
      for (const { name } of this.#rules) {
        const found = this.#found.get(name);
        if (found?.rule.severity === severity) findings.push(findingOf(found, processCount));
      }
    }
    return findings;
  }
}

/** GC CPU as the report has it, where that is more than there was. */
function tellOverfull(
  share: number,
  window: WorstWindow | undefined,
): (Told & { isWindow: boolean }) | undefined {
  const isOver = share > overfull;
  const windowShare = window?.gcCpuShare ?? 0;
  const isWindow = windowShare > overfull;
  if (!isOver && !isWindow) return undefined;
  const parts = [
    ...(isOver ? [`${formatPercent(share)} over the log`] : []),
    ...(isWindow
      ? [`${formatPercent(windowShare)} in the worst ${formatDuration(window?.lengthNs ?? 0)}`]
      : []),
  ];
  return {
    message: `the CPU times of the lines come to more than there was: ${parts.join(', ')}`,
    cycles: [],
    figures: { ...(isOver && { share }), ...(isWindow && { windowShare }) },
    isWindow,
  };
}

const severities: readonly Severity[] = ['error', 'warning', 'info'];

function findingOf({ rule, told, process, processes }: Found, processCount: number): Finding {
  const finding: Finding = {
    rule: rule.name,
    severity: rule.severity,
    message: told.message,
    cycles: told.cycles,
    figures: told.figures,
    why: rule.why,
    advice: told.advice ?? rule.advice,
  };
  if (processCount <= 1) return finding;
  if (process !== undefined) finding.process = process;
  if (processes > 1) {
    finding.message += ` (the worst of ${count(processes)} processes)`;
    finding.figures = { ...told.figures, processes };
  }
  return finding;
}

// --- Figures of a process -----------------------------------------------------------------------------

/** Collections after the first, a second. */
function collectionRate({ repeats, firstEndNs, lastEndNs }: ProcessLog): number {
  const ns = lastEndNs - firstEndNs;
  return repeats > 0 && ns >= 1 ? (repeats / ns) * secondNs : 0;
}

/** How many collections were over their goal by more than what the release allows for. */
function overshootsOf(log: ProcessLog): { collections: number; above: number } {
  return log.isEarly
    ? { collections: log.overshot, above: overshootShareMin }
    : { collections: log.overshotFar, above: softShareMax };
}

/** Growth over the time that the log has of the process. */
function grownBytes({ live }: ProcessLog, { bytesPerHour }: Growth): Bytes {
  return (bytesPerHour / hourNs) * live.spanNs;
}

/** The growth, where it is one that looks like a leak. */
function leakOf(log: ProcessLog): Growth | undefined {
  // A heap that fills while the program starts up, and then stays, is none. Half of the points are also a fourth of the
  // slopes, which matters for a log of very many processes.
  if (log.liveCount < leakCollectionsMin) return undefined;
  const later = log.live.laterGrowth();
  if (later === undefined || later.lowBytesPerHour <= 0) return undefined;
  const growth = log.live.growth();
  if (growth === undefined || growth.lowBytesPerHour <= 0) return undefined;
  const bytes = grownBytes(log, growth);
  const isMuch =
    bytes >= leakShareMin * meanLiveBytes(log) && bytes >= leakRoundings * log.liveSlackBytes;
  return isMuch ? growth : undefined;
}

const noGrowth: Growth = { bytesPerHour: 0, lowBytesPerHour: 0, highBytesPerHour: 0, points: 0 };

// --- Words --------------------------------------------------------------------------------------------

const minuteNs = 60 * secondNs;
const hourNs = 60 * minuteNs;

/** In the unit of time that suits the log: what a short log gains in an hour says little. */
function rateText({ live }: ProcessLog, bytesPerHour: number): string {
  if (live.spanNs >= hourNs) return `${formatBytes(bytesPerHour)}/h`;
  if (live.spanNs >= minuteNs) return `${formatBytes(bytesPerHour / 60)}/min`;
  return `${formatBytes(bytesPerHour / 3600)}/s`;
}

function ofAll(some: number, all: number): string {
  return some === all ? `all ${counted(all)}` : `${count(some)} of ${counted(all)}`;
}

function counted(collections: number): string {
  return `${count(collections)} ${collections === 1 ? 'collection' : 'collections'}`;
}

/** With a comma between each three digits. */
function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** One decimal below 10, none from there on. */
function decimal(value: number): string {
  return value < 9.95 ? value.toFixed(1) : count(Math.round(value));
}

/** A threshold: whole percents. */
function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
