/** The report of a run, for a terminal: the answer first, then the reasons. */
import type { HeapPoint } from '../analysis/heapseries.ts';
import { thinOut } from '../analysis/heapseries.ts';
import { mmuLengths } from '../analysis/mmu.ts';
import type { DelayFigures, RatioFigures, Summary } from '../analysis/summary.ts';
import { type Contrast, isWakeupNeeded, renderContrast, renderGcBytes } from './contrast.ts';
import type { RunInfo } from './json.ts';
import {
  attention,
  bold,
  columnsOf,
  counted,
  figure,
  finish,
  formatCount,
  renderItems,
  type TextStyle,
  unbroken,
  visible,
  wrap,
} from './layout.ts';
import { renderTable, type TableRow } from './table.ts';

/** All that the report of a run shows. */
export interface RunReport {
  run: RunInfo;
  /** Choices that differ from the release's own, as the user wrote them: `assist=queue`. */
  changes?: readonly string[];
  summary: Summary;
  /** The heap, collection by collection. */
  heap: readonly HeapPoint[];
  /** Each mechanism whose choices were run side by side. */
  contrasts?: readonly Contrast[];
  /** Sentences that a reader should know; see `runNotes`. */
  notes?: readonly string[];
}

/** The report as text. */
export function renderRun(report: RunReport, style: TextStyle): string {
  const { run, summary } = report;
  const sections = [
    renderHeader(run, report.changes ?? [], summary, style),
    summary.collections === 0 ? [] : renderFigures(summary, style),
    summary.collections === 0 ? [] : renderHeap(report.heap, summary, style),
    ...renderContrasts(report.contrasts ?? [], summary, style),
    (report.notes ?? []).flatMap((note) => renderNote(note, style)),
  ];
  const shown = sections.filter((section) => section.length > 0);
  return finish(
    shown.flatMap((section, i) => (i === 0 ? section : ['', ...section])),
    style,
  );
}

// --- Settings -----------------------------------------------------------------------------------------

/** Settings on the left, what came of them on the right. */
function renderHeader(
  run: RunInfo,
  changes: readonly string[],
  summary: Summary,
  style: TextStyle,
): string[] {
  const name = visible(run.workload);
  const settings = [
    describeRelease(run),
    `${counted(run.procs, 'proc')} on ${counted(run.cores, 'core')}`,
    run.gcPercent < 0 ? 'GOGC off' : `GOGC ${run.gcPercent}`,
    `seed ${run.seed}`,
    `noise ${Number((run.noise * 100).toPrecision(3))} %`,
    ...(run.machine === undefined ? [] : [`machine ${visible(run.machine)}`]),
    ...(run.grain > 1 ? [`grain ${run.grain}`] : []),
    ...changes.map(visible),
  ].map((setting) => ` \u00b7 ${unbroken(setting)}`);
  const result = describeResult(summary);
  const left = `${name}${settings.join('')}`;
  const room = columnsOf(style) - left.length - result.length;
  if (room >= 4)
    return [`${bold(name, style)}${left.slice(name.length)}${' '.repeat(room)}${result}`];
  const [first = '', ...others] = wrap(left, columnsOf(style));
  return [
    `${bold(first.slice(0, name.length), style)}${first.slice(name.length)}`,
    ...others,
    result,
  ];
}

/** A release has a point in its name, a commit has none. */
function describeRelease({ release }: RunInfo): string {
  return release.includes('.') ? `Go ${release}` : `Go at ${release}`;
}

function describeResult({ collections, elapsedNs }: Summary): string {
  const count = collections === 0 ? 'no collection' : counted(collections, 'collection');
  return elapsedNs === undefined ? count : unbroken(`${count} in ${figure.duration(elapsedNs)}`);
}

// --- Figures ------------------------------------------------------------------------------------------

/** Overshoot from which it needs attention: the margin that releases from 1.10 on allow themselves. */
const attentionOvershootRatio = 0.1;

function renderFigures(summary: Summary, style: TextStyle): string[] {
  const { overshoot, pauses } = summary;
  const isOver = (overshoot.maxRatio ?? 0) > attentionOvershootRatio;
  const rows: TableRow[] = [
    {
      ...ratioRow('overshoot of the goal', overshoot),
      note: describeOvershoot(summary),
      attention: isOver ? 2 : undefined,
    },
    ratioRow('  grown before assists', summary.growthBeforeAssists),
    ratioRow('  grown with assists on', summary.growthWithAssists),
    ...wakeupRows(summary),
    {
      label: 'pauses',
      cells: [pauses.p50Ns, pauses.p95Ns, pauses.maxNs].map(figure.duration),
      note:
        `p99 ${figure.duration(pauses.p99Ns)}, ` +
        `${figure.duration(pauses.totalNs)} in ${counted(pauses.count, 'pause')}`,
    },
  ].filter(({ cells }) => cells.some((cell) => cell !== figure.count(undefined)));
  const table = { label: '', heads: ['median', 'p95', 'max'], rows };
  const labelWidth = Math.max(...rows.map(({ label }) => label.length)) + 3;
  return [
    ...renderTable(table, style),
    ...renderItems('assist time', describeAssists(summary), labelWidth, style),
    ...renderItems('GC CPU', describeCpu(summary), labelWidth, style),
    ...renderMmu(summary, labelWidth, style),
  ];
}

function ratioRow(label: string, { medianRatio, p95Ratio, maxRatio }: RatioFigures): TableRow {
  return { label, cells: [medianRatio, p95Ratio, maxRatio].map(figure.percent) };
}

function delayRow(label: string, { medianNs, p95Ns, maxNs }: DelayFigures): TableRow {
  return { label, cells: [medianNs, p95Ns, maxNs].map(figure.duration) };
}

function describeOvershoot({ overshoot, collections }: Summary): string {
  const { maxCycle, maxBytes, maxBytesCycle, count } = overshoot;
  if (count === 0 || maxCycle === undefined || maxBytesCycle === undefined)
    return 'in no collection';
  const share = unbroken(`collection ${formatCount(maxCycle)}`);
  const bytes = figure.bytes(maxBytes);
  const worst =
    maxCycle === maxBytesCycle
      ? `${bytes}, ${share}`
      : `${share}; most bytes: ${bytes}, ${unbroken(`collection ${formatCount(maxBytesCycle)}`)}`;
  return `${worst}; ${unbroken(`${formatCount(count)} of ${formatCount(collections)} over it`)}`;
}

/** What happens between the end of marking and the stop of the world. */
function wakeupRows({ wakeupDelay, stoppedAfterWakeup }: Summary): TableRow[] {
  const who = describeSignallers(wakeupDelay);
  if (isWakeupNeeded(wakeupDelay)) {
    const p90 = unbroken(`p90 ${figure.duration(wakeupDelay.p90Ns)}`);
    return [
      { ...delayRow('wake-up delay', wakeupDelay), note: [p90, ...who].join(', ') },
      delayRow('  then until stopped', stoppedAfterWakeup),
    ];
  }
  return [
    {
      ...delayRow('marking done to stopped', stoppedAfterWakeup),
      note: ['nobody to wake', ...who].join('; ended '),
    },
  ];
}

function describeSignallers({ bySignaller }: Summary['wakeupDelay']): string[] {
  const count = (names: readonly (keyof typeof bySignaller)[]): number =>
    names.reduce((sum, name) => sum + (bySignaller[name]?.count ?? 0), 0);
  const parts = [
    ['by a worker', count(['dedicated', 'fractional', 'idle'])],
    ['by an assist', count(['assist'])],
    ['by the scheduler', count(['scheduler'])],
  ] as const;
  const who = parts.filter(([, n]) => n > 0).map(([by, n]) => unbroken(`${by} ${formatCount(n)}`));
  return who.length === 0 ? [] : [who.join(', ')];
}

function describeAssists({ assist }: Summary): string[] {
  if (assist.cpuNs === undefined) return [figure.count(undefined)];
  const share = assist.cpuShare === undefined ? '' : ` (${figure.percent(assist.cpuShare)})`;
  const items = [`${figure.duration(assist.cpuNs)} of CPU${share}`];
  if (assist.longestStallNs !== undefined) {
    items.push(`longest stall ${figure.duration(assist.longestStallNs)}`);
  }
  if (assist.blockedNs !== undefined) items.push(`blocked ${figure.duration(assist.blockedNs)}`);
  return items;
}

function describeCpu(summary: Summary): string[] {
  const parts: [string, number | undefined, string][] = [
    ['background', summary.backgroundCpuShare, ''],
    ['assist', summary.assist.cpuShare, ''],
    ['transitions', summary.transitionCpuShare, ''],
    ['idle', summary.idleCpuShare, ' (not counted)'],
  ];
  const known = parts.filter(([, share]) => share !== undefined);
  return [
    figure.percent(summary.gcCpuShare),
    ...known.map(([name, share, remark]) => `${name} ${figure.percent(share)}${remark}`),
  ];
}

/** What the program had at least; nothing where the run is shorter than any window, or nobody has listened. */
function renderMmu({ mmu }: Summary, labelWidth: number, style: TextStyle): string[] {
  const known = mmuLengths.filter(({ field }) => mmu[field] !== undefined);
  if (known.length === 0) return [];
  const items = known.map(({ ns, field }) => {
    return `${figure.percent(mmu[field])} in ${figure.duration(ns)}`;
  });
  items[0] = `at least ${items[0]}`;
  return renderItems('mutator utilisation', items, labelWidth, style);
}

// --- The heap's chart ---------------------------------------------------------------------------------

const blocks = '\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588';
const asciiBlocks = '.:-=+*#@';
const chartWidthMax = 60;
const chartLabel = 'heap   ';

/** A bar for each collection, or the highest of some, from 0 up; what needs attention is over its goal. */
function renderHeap(heap: readonly HeapPoint[], summary: Summary, style: TextStyle): string[] {
  const { markedMinBytes, peakBytes, goalMinBytes, goalMaxBytes } = summary.heap;
  if (heap.length === 0) return [];
  const room = Math.max(1, Math.min(chartWidthMax, columnsOf(style) - chartLabel.length));
  const points = thinOut(heap, room);
  const items = [
    `${figure.bytes(markedMinBytes)} to ${figure.bytes(peakBytes)}`,
    ...(goalMaxBytes === undefined ? [] : [`goal ${describeRange(goalMinBytes, goalMaxBytes)}`]),
  ];
  // The chart's own colours have no width: the rest is laid out around plain bars.
  const plain = drawBars(points, style.ascii === true, (bar) => bar);
  const coloured = drawBars(points, style.ascii === true, (bar) => attention(bar, style));
  return renderItems(chartLabel, [plain, ...items], chartLabel.length, style).map((line, i) =>
    i === 0 ? line.replace(plain, () => coloured) : line,
  );
}

function drawBars(
  points: readonly HeapPoint[],
  ascii: boolean,
  mark: (bar: string) => string,
): string {
  const bars = ascii ? asciiBlocks : blocks;
  const highest = Math.max(1, ...points.map(({ heapBytes }) => heapBytes));
  return points
    .map(({ heapBytes, goalBytes }) => {
      const level = Math.max(1, Math.ceil((heapBytes / highest) * bars.length));
      const bar = bars[level - 1] ?? '';
      const isOver =
        goalBytes !== undefined && heapBytes > goalBytes * (1 + attentionOvershootRatio);
      return isOver ? mark(bar) : bar;
    })
    .join('');
}

function describeRange(least: number | undefined, most: number): string {
  const [from, to] = [figure.bytes(least), figure.bytes(most)];
  return from === to ? to : `${from} to ${to}`;
}

// --- Contrasts and notes ------------------------------------------------------------------------------

function renderContrasts(
  contrasts: readonly Contrast[],
  summary: Summary,
  style: TextStyle,
): string[][] {
  const sections = contrasts.map((contrast) =>
    contrast.mechanism === 'workbuf-freeing'
      ? renderGcBytes(contrast.sides, style)
      : renderContrast(contrast.mechanism, contrast.sides, style),
  );
  const hasGcBytes = contrasts.some(({ mechanism }) => mechanism === 'workbuf-freeing');
  if (hasGcBytes || summary.gcSys.peakBytes === undefined) return sections;
  return [renderGcBytes([{ choice: '', summary }], style), ...sections];
}

function renderNote(note: string, style: TextStyle): string[] {
  const [first = '', ...others] = wrap(visible(note), columnsOf(style) - 2);
  return [`- ${first}`, ...others.map((line) => `  ${line}`)];
}

/** What `runNotes` says something about. */
export interface RunCircumstances {
  run: RunInfo;
  summary: Summary;
  /** Choices that the user made and that made no difference, as `mechanism=choice`. */
  unexercised?: readonly string[];
  /** The side of the contrast that frees workbufs takes them from spans, which the release does not do. */
  usesSpans?: boolean;
}

/** The sentences that a reader of this run's figures should know. */
export function runNotes({
  run,
  summary,
  unexercised = [],
  usesSpans,
}: RunCircumstances): string[] {
  const notes: string[] = [];
  const { collections, leftOut, ended } = summary;
  if (collections === 0) {
    notes.push(
      run.gcPercent < 0
        ? 'Nothing was collected: GOGC is off.'
        : 'Nothing was collected: the heap did not reach the size at which the first collection starts.',
    );
  } else if (leftOut.collections > 0) {
    notes.push(describeLeftOut(leftOut));
  }
  if (ended === 'deadlock') {
    notes.push('The run ended early: every goroutine was waiting, and none could wake another.');
  }
  for (const choice of unexercised) {
    notes.push(`${choice} changed nothing here: the case for which it decides never came up.`);
  }
  if (usesSpans === true) {
    notes.push(
      `In ${describeRelease(run)} workbufs do not come from spans; the side with freeing on takes ` +
        'them from spans and frees those.',
    );
  }
  return notes;
}

function describeLeftOut({ first, forced }: Summary['leftOut']): string {
  const which = [
    ...(first > 0 ? ['the first collection'] : []),
    ...(forced > 0 ? [counted(forced, 'forced one')] : []),
  ].join(' and ');
  return `Medians, percentiles and shares leave out ${which}; GC CPU, totals and maxima do not, so the parts of GC CPU need not add up to it.`;
}
