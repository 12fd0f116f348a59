/**
 * The JSON of a log, in the spirit of a run's: docs/json.md says what each field is, schema/analysis.schema.json what
 * it looks like. Collections are written while the log is read: `logJsonHead`, then `jsonCycle` for each, then
 * `logJsonTail`, which has all that only the end of the log can tell.
 */
import type {
  CycleRef,
  Finding,
  Growth,
  LogFigures,
  MissingCollections,
  OvershootCase,
  ReturnedMemory,
  WorstWindow,
} from '../analysis/logfigures.ts';
import type { Summary } from '../analysis/summary.ts';
import type { GcCycle } from '../cycle.ts';
import type { CompanionCounts, LineCounts, SkippedLine, TraceProcess } from '../trace/read.ts';
import { type Complete, indented, jsonCycle, present, schemaVersion } from './json.ts';
import type { LogReport } from './logreport.ts';

/** What the tail is made of. */
export type LogResult = Pick<LogReport, 'log' | 'figures' | 'perProcess' | 'leftOut'>;

export function logJsonHead(files: readonly string[]): string {
  return `{\n  "schemaVersion": ${schemaVersion},\n  "log": ${indented({ files })},\n  "cycles": [`;
}

/** `count` is how many collections were written. */
export function logJsonTail(result: LogResult, count: number): string {
  const { log, figures, perProcess = [], leftOut = 0 } = result;
  const members: [name: string, value: object | string | number][] = [
    ['leftOut', leftOut],
    ['releases', log.releases],
    ['lines', orderedLines(log.lines)],
    ['companions', orderedCompanions(log.companions)],
    ['lostGcLines', log.lostGcLines],
    ['skipped', log.skipped.map(orderedSkipped)],
    ['processCount', log.processCount],
    ['processes', log.processes.map((process) => processMember(process, perProcess))],
    ['summary', logSummary(figures)],
    ['findings', figures.findings.map(findingMember)],
  ];
  const end = count === 0 ? '' : '\n  ';
  const text = members.map(([name, value]) => `  "${name}": ${memberJson(value)}`).join(',\n');
  return `${end}],\n${text}\n}\n`;
}

/** The whole of it, for a log that has been read. */
export function renderLogJson(result: LogResult, cycles: readonly GcCycle[]): string {
  const rows = cycles.map((cycle, index) => jsonCycle(cycle, index));
  return logJsonHead(result.log.files) + rows.join('') + logJsonTail(result, cycles.length);
}

function memberJson(value: object | string | number): string {
  return typeof value === 'object' ? indented(value) : JSON.stringify(value);
}

// Fields in their order; see json.ts.

function orderedLines({ read, gc, rejoined, skipped, cutShort }: LineCounts): LineCounts {
  return { read, gc, rejoined, skipped, cutShort };
}

function orderedCompanions(c: CompanionCounts): CompanionCounts {
  return {
    pacer: c.pacer,
    scvg: c.scvg,
    scav: c.scav,
    gcForced: c.gcForced,
    inittrace: c.inittrace,
    sched: c.sched,
    scan: c.scan,
  };
}

function orderedSkipped({ file, line, column, reason, message, text }: SkippedLine): SkippedLine {
  return { file, line, column, reason, message, text };
}

function processMember(
  p: TraceProcess,
  reports: NonNullable<LogReport['perProcess']>,
): Complete<TraceProcess> & { summary: object | undefined } {
  const report = reports.find(({ process }) => process.id === p.id);
  return {
    id: p.id,
    source: p.source,
    releases: p.releases,
    cycles: p.cycles,
    forced: p.forced,
    periodic: p.periodic,
    firstNs: p.firstNs,
    lastNs: p.lastNs,
    firstWallMs: p.firstWallMs,
    lastWallMs: p.lastWallMs,
    summary: report === undefined ? undefined : logSummary(report.figures),
  };
}

/** What the summary of a log has beyond that of a run. */
type LogOnly = Omit<LogFigures, 'summary' | 'findings' | 'gcCpuShare'>;

/**
 * The summary of a run and the figures of a log in one. Both have a share of GC CPU: `gcCpuShare` is the one that the
 * last line prints, as in a run, and `countedGcCpuShare` that of the counted collections.
 */
function logSummary(
  figures: LogFigures,
): Summary & Complete<LogOnly> & { countedGcCpuShare: number | undefined } {
  const { summary, ...f } = figures;
  return {
    ...summary,
    worstOvershoots: f.worstOvershoots.map(orderedOvershoot),
    overshootErrorBytes: f.overshootErrorBytes,
    overshootErrorRatio: f.overshootErrorRatio,
    overshootCertain: f.overshootCertain,
    overshootPossible: f.overshootPossible,
    live: {
      medianBytes: f.live.medianBytes,
      lastBytes: f.live.lastBytes,
      growth: present(f.live.growth, orderedGrowth),
    },
    goal: { medianBytes: f.goal.medianBytes, lastBytes: f.goal.lastBytes },
    allocation: {
      medianBytesPerSecond: f.allocation.medianBytesPerSecond,
      peakBytesPerSecond: f.allocation.peakBytesPerSecond,
      peak: present(f.allocation.peak, orderedRef),
      totalBytes: f.allocation.totalBytes,
    },
    countedGcCpuShare: f.gcCpuShare,
    assistShareOfGc: f.assistShareOfGc,
    worstWindow: present(f.worstWindow, orderedWindow),
    longestPause: present(f.longestPause, ({ ns, at }) => ({ ns, at: orderedRef(at) as CycleRef })),
    collectionsPerSecond: f.collectionsPerSecond,
    missing: present(f.missing, orderedMissing),
    pacing: {
      runwayMedianBytes: f.pacing.runwayMedianBytes,
      startShareMedian: f.pacing.startShareMedian,
      effectiveGogcMedian: f.pacing.effectiveGogcMedian,
      effectiveGogcMin: f.pacing.effectiveGogcMin,
      intervalMedianNs: f.pacing.intervalMedianNs,
    },
    memory: present(f.memory, orderedMemory),
    procs: f.procs,
    stacksMaxBytes: f.stacksMaxBytes,
    globalsMaxBytes: f.globalsMaxBytes,
    spanNs: f.spanNs,
  };
}

function orderedRef(r: CycleRef): CycleRef {
  return { n: r.n, process: r.process, startNs: r.startNs, wallMs: r.wallMs };
}

function orderedOvershoot(o: OvershootCase): OvershootCase {
  return {
    ...orderedRef(o),
    heapEndBytes: o.heapEndBytes,
    heapGoalBytes: o.heapGoalBytes,
    overBytes: o.overBytes,
    ratio: o.ratio,
    errorBytes: o.errorBytes,
    errorRatio: o.errorRatio,
  };
}

function orderedGrowth(g: Growth): Growth {
  return {
    bytesPerHour: g.bytesPerHour,
    lowBytesPerHour: g.lowBytesPerHour,
    highBytesPerHour: g.highBytesPerHour,
    points: g.points,
  };
}

function orderedWindow(w: WorstWindow): WorstWindow {
  return {
    lengthNs: w.lengthNs,
    startNs: w.startNs,
    process: w.process,
    gcCpuShare: w.gcCpuShare,
    assistCpuShare: w.assistCpuShare,
  };
}

function orderedMissing({ collections, ranges }: MissingCollections): MissingCollections {
  return {
    collections,
    ranges: ranges.map(({ from, to, process }) => ({ from, to, process })),
  };
}

function orderedMemory(m: ReturnedMemory): ReturnedMemory {
  return {
    lines: m.lines,
    releasedBytes: m.releasedBytes,
    heapSysBytes: m.heapSysBytes,
    heapReleasedBytes: m.heapReleasedBytes,
    heapConsumedBytes: m.heapConsumedBytes,
  };
}

/** A finding, with what shows it gathered as evidence. */
function findingMember(f: Finding): object {
  return {
    rule: f.rule,
    severity: f.severity,
    process: f.process,
    message: f.message,
    evidence: { cycles: f.cycles.map(orderedRef), figures: f.figures },
    why: f.why,
    advice: f.advice,
  };
}
