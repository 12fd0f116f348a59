/**
 * The figures that comparisons and budgets are about, by name: each knows its unit, and which direction is better.
 * They are those of Summary and LogFigures; only `gcCpu` is put together here, of parts that both have.
 * docs/metrics.md says the same for users.
 */
import { nearestName } from '../diagnostic.ts';
import { formatDuration } from '../units.ts';
import type { LogFigures } from './logfigures.ts';
import { mmuLengths } from './mmu.ts';
import type { DelayFigures, RatioFigures, Summary } from './summary.ts';

/** What one run, or one log, came to: one sample of each metric. */
export interface SampleFigures {
  summary: Summary;
  /** What only a log's analysis has. */
  log?: LogFigures;
}

export type MetricUnit = 'ns' | 'bytes' | 'bytes/s' | 'share' | 'ratio' | 'count';

export interface Metric {
  /** Such as "overshoot.p95", "pause.max", "gcSys.peak". */
  name: string;
  unit: MetricUnit;
  better: 'lower' | 'higher' | 'neither';
  /** One line for help and documentation. */
  about: string;
  /** No run can have it. */
  isOfLogsOnly?: true;
  of(sample: SampleFigures): number | undefined;
}

type Better = Metric['better'];
/** What a metric is, but for how it is read. */
type Kind = readonly [name: string, unit: MetricUnit, better: Better, about: string];

function ofSummary(
  [name, unit, better, about]: Kind,
  read: (summary: Summary) => number | undefined,
): Metric {
  return { name, unit, better, about, of: ({ summary }) => finite(read(summary)) };
}

function ofLog(
  [name, unit, better, about]: Kind,
  read: (log: LogFigures) => number | undefined,
): Metric {
  return {
    name,
    unit,
    better,
    about,
    isOfLogsOnly: true,
    of: ({ log }) => (log === undefined ? undefined : finite(read(log))),
  };
}

/** A damaged log may lead to any number; what is none is not there. */
function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Median, 95th percentile and maximum of a share of the goal. */
function ofRatios(
  [name, unit, better, about]: Kind,
  read: (summary: Summary) => RatioFigures,
): Metric[] {
  return [
    ofSummary([`${name}.median`, unit, better, `${about}: median`], (s) => read(s).medianRatio),
    ofSummary([`${name}.p95`, unit, better, `${about}: 95th percentile`], (s) => read(s).p95Ratio),
    ofSummary([`${name}.max`, unit, better, `${about}: maximum`], (s) => read(s).maxRatio),
  ];
}

/** Median, percentiles and maximum of a delay. */
function ofDelays(
  [name, unit, better, about]: Kind,
  read: (summary: Summary) => DelayFigures,
): Metric[] {
  return [
    ofSummary([`${name}.median`, unit, better, `${about}: median`], (s) => read(s).medianNs),
    ofSummary([`${name}.p90`, unit, better, `${about}: 90th percentile`], (s) => read(s).p90Ns),
    ofSummary([`${name}.p95`, unit, better, `${about}: 95th percentile`], (s) => read(s).p95Ns),
    ofSummary([`${name}.max`, unit, better, `${about}: maximum`], (s) => read(s).maxNs),
  ];
}

const overshoot: readonly Metric[] = [
  ...ofRatios(
    ['overshoot', 'share', 'lower', 'heap over its goal at the end of marking, of the goal'],
    (s) => s.overshoot,
  ),
  ofSummary(
    ['overshoot.maxBytes', 'bytes', 'lower', 'most bytes over the goal'],
    (s) => s.overshoot.maxBytes,
  ),
  ofSummary(['overshoot.count', 'count', 'lower', 'collections that ended over their goal'], (s) =>
    // Without a goal nothing is known to be within it.
    s.overshoot.maxBytes === undefined ? undefined : s.overshoot.count,
  ),
  ...ofRatios(
    [
      'growth.beforeAssists',
      'share',
      'lower',
      'growth of the heap from the trigger until assists came on, of the goal',
    ],
    (s) => s.growthBeforeAssists,
  ),
  ...ofRatios(
    [
      'growth.withAssists',
      'share',
      'neither',
      'growth of the heap from there to the end of marking, of the goal',
    ],
    (s) => s.growthWithAssists,
  ),
];

const assist: readonly Metric[] = [
  ofSummary(
    ['assist.share', 'share', 'lower', 'CPU time of assists, of all CPU time there was'],
    (s) => s.assist.cpuShare,
  ),
  ofSummary(['assist.cpu', 'ns', 'lower', 'CPU time of assists: total'], (s) => s.assist.cpuNs),
  ofSummary(
    ['assist.blocked', 'ns', 'lower', 'time that assists waited for credit: total'],
    (s) => s.assist.blockedNs,
  ),
  ofSummary(
    ['assist.longestStall', 'ns', 'lower', 'longest that one assist marked and waited'],
    (s) => s.assist.longestStallNs,
  ),
  ofSummary(
    ['assist.count', 'count', 'lower', 'assists that marked or waited'],
    (s) => s.assist.count,
  ),
  ofLog(
    ['assist.ofGc', 'share', 'lower', 'CPU time of assists, of GC CPU'],
    (log) => log.assistShareOfGc,
  ),
];

/** As LogFigures has it, for runs too: all that is known of the parts. */
function gcCpuShare({ backgroundCpuShare, transitionCpuShare, assist }: Summary) {
  if (backgroundCpuShare === undefined && transitionCpuShare === undefined) return undefined;
  return (backgroundCpuShare ?? 0) + (transitionCpuShare ?? 0) + (assist.cpuShare ?? 0);
}

const gcCpu: readonly Metric[] = [
  ofSummary(
    [
      'gcCpu',
      'share',
      'lower',
      'CPU time of background workers, assists and transitions, of all CPU time there was',
    ],
    gcCpuShare,
  ),
  ofSummary(
    ['gcCpu.background', 'share', 'neither', 'the part of dedicated and fractional workers'],
    (s) => s.backgroundCpuShare,
  ),
  ofSummary(
    ['gcCpu.transition', 'share', 'lower', 'the part with the world stopped, and in barriers'],
    (s) => s.transitionCpuShare,
  ),
  ofSummary(
    ['gcCpu.idle', 'share', 'neither', 'CPU time of idle workers, which is not in gcCpu'],
    (s) => s.idleCpuShare,
  ),
  ofSummary(
    ['gcCpu.sinceStart', 'share', 'lower', "GC CPU since the start, as the last gc line's percent"],
    (s) => s.gcCpuShare,
  ),
  ofLog(
    ['gcCpu.worstWindow', 'share', 'lower', 'GC CPU in the window of time that had most'],
    (log) => log.worstWindow?.gcCpuShare,
  ),
];

function ofGcSys(name: string, about: string, part: keyof Summary['gcSys']): Metric {
  return ofSummary([`gcSys.${name}`, 'bytes', 'lower', about], ({ gcSys }) => gcSys[part]);
}

const gcSys: readonly Metric[] = [
  ofGcSys('peak', 'GC bytes from system: peak', 'peakBytes'),
  ofGcSys('final', 'GC bytes from system: at the end', 'finalBytes'),
  ofGcSys('average', 'GC bytes from system: average over time', 'averageBytes'),
  ofGcSys('workbufPeak', 'of those, workbufs: peak', 'workbufPeakBytes'),
  ofGcSys('workbufFinal', 'of those, workbufs: at the end', 'workbufFinalBytes'),
  ofGcSys('bitmapPeak', 'of those, the heap bitmap: peak', 'bitmapPeakBytes'),
  ofGcSys('bitmapFinal', 'of those, the heap bitmap: at the end', 'bitmapFinalBytes'),
  ofGcSys('markBitsPeak', 'of those, mark bits: peak', 'markBitsPeakBytes'),
  ofGcSys('markBitsFinal', 'of those, mark bits: at the end', 'markBitsFinalBytes'),
];

const delays: readonly Metric[] = [
  ...ofDelays(
    [
      'wakeup',
      'ns',
      'lower',
      'from marking running out of work to whoever runs the next phase running',
    ],
    (s) => s.wakeupDelay,
  ),
  ...ofDelays(
    ['stoppedAfterWakeup', 'ns', 'lower', 'from there to the world being stopped'],
    (s) => s.stoppedAfterWakeup,
  ),
  ofSummary(['pause.p50', 'ns', 'lower', 'stops of the world: median'], (s) => s.pauses.p50Ns),
  ofSummary(
    ['pause.p95', 'ns', 'lower', 'stops of the world: 95th percentile'],
    (s) => s.pauses.p95Ns,
  ),
  ofSummary(
    ['pause.p99', 'ns', 'lower', 'stops of the world: 99th percentile'],
    (s) => s.pauses.p99Ns,
  ),
  ofSummary(['pause.max', 'ns', 'lower', 'stops of the world: maximum'], (s) => s.pauses.maxNs),
  ofSummary(['pause.total', 'ns', 'lower', 'stops of the world: total'], (s) => s.pauses.totalNs),
  ofSummary(['pause.count', 'count', 'neither', 'stops of the world'], (s) => s.pauses.count),
];

const mmu: readonly Metric[] = mmuLengths.map(({ ns, name, field }) =>
  ofSummary(
    [
      `mmu.${name}`,
      'share',
      'higher',
      `least share of the Ps that the program had in any ${formatDuration(ns)}`,
    ],
    (s) => s.mmu[field],
  ),
);

const heap: readonly Metric[] = [
  ofSummary(
    ['heap.peak', 'bytes', 'lower', 'most heap at the end of marking'],
    (s) => s.heap.peakBytes,
  ),
  ofLog(
    ['heap.live', 'bytes', 'lower', 'heap left after a collection: median'],
    (log) => log.live.medianBytes,
  ),
  ofSummary(
    ['heap.liveMin', 'bytes', 'neither', 'heap left after a collection: least'],
    (s) => s.heap.markedMinBytes,
  ),
  ofSummary(
    ['heap.liveMax', 'bytes', 'lower', 'heap left after a collection: most'],
    (s) => s.heap.markedMaxBytes,
  ),
  ofLog(['heap.goal', 'bytes', 'neither', 'heap goal: median'], (log) => log.goal.medianBytes),
  ofSummary(['heap.goalMin', 'bytes', 'neither', 'heap goal: least'], (s) => s.heap.goalMinBytes),
  ofSummary(['heap.goalMax', 'bytes', 'neither', 'heap goal: most'], (s) => s.heap.goalMaxBytes),
];

const pace: readonly Metric[] = [
  ofSummary(['collections', 'count', 'neither', 'collections'], (s) => s.collections),
  ofSummary(
    ['forced', 'count', 'neither', 'collections that runtime.GC() asked for'],
    (s) => s.forced,
  ),
  ofSummary(
    ['periodic', 'count', 'neither', 'collections because two minutes had passed without one'],
    (s) => s.periodic,
  ),
  ofLog(
    ['interval', 'ns', 'neither', 'from the end of a collection to the start of the next: median'],
    (log) => log.pacing.intervalMedianNs,
  ),
  ofSummary(['elapsed', 'ns', 'neither', 'from start to end'], (s) => s.elapsedNs),
  ofLog(
    ['allocation.rate', 'bytes/s', 'neither', 'bytes allocated per second: median'],
    (log) => log.allocation.medianBytesPerSecond,
  ),
  ofLog(
    ['allocation.peakRate', 'bytes/s', 'neither', 'bytes allocated per second: peak'],
    (log) => log.allocation.peakBytesPerSecond,
  ),
  ofSummary(
    ['allocation.total', 'bytes', 'neither', 'bytes allocated from start to end'],
    (s) => s.allocatedBytes,
  ),
];

/** All of them, in the order in which they are shown. */
export const metrics: readonly Metric[] = [
  ...overshoot,
  ...assist,
  ...gcCpu,
  ...gcSys,
  ...delays,
  ...mmu,
  ...heap,
  ...pace,
];

export const metricNames: readonly string[] = metrics.map(({ name }) => name);

const byName: ReadonlyMap<string, Metric> = new Map(metrics.map((metric) => [metric.name, metric]));

export function findMetric(name: string): Metric | undefined {
  return byName.get(name);
}

/** The way out for a name that is none: what it begins or is a part of, the nearest name, or where all names stand. */
export function metricHint(found: string): string {
  const word = found.toLowerCase().replace(/\.+$/, '');
  const nearest = nearestName(found, metricNames);
  const parts = metricNames.filter((name) => `.${name.toLowerCase()}.`.includes(`.${word}.`));
  if (parts.length > 0 && nearest?.toLowerCase() !== word) return `one of: ${parts.join(', ')}`;
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  const [first = ''] = word.split('.');
  const group = metricNames.filter((name) => name.toLowerCase().startsWith(`${first}.`));
  if (group.length > 0) return `one of: ${group.join(', ')}`;
  const starts = new Set(metricNames.map((name) => name.split('.', 1)[0]));
  return `names begin with ${[...starts].join(', ')}; docs/metrics.md lists them`;
}
