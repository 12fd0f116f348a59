/** The choices of one mechanism side by side: same workload, same seed, all else equal. */
import type { Summary } from '../analysis/summary.ts';
import { formatPercent } from '../units.ts';
import { figure, type TextStyle, unbroken } from './layout.ts';
import { renderTable, type TableRow } from './table.ts';

export interface ContrastSide {
  choice: string;
  summary: Summary;
}

export interface Contrast {
  /** As in `--contrast`: `workbuf-freeing`, `wakeup`, … */
  mechanism: string;
  sides: readonly ContrastSide[];
}

/** A figure to set side by side. */
interface Line {
  label: string;
  of: (summary: Summary) => number | undefined;
  write: (value: number | undefined) => string;
}

const { bytes, count, duration, percent } = figure;

/** The headline figures; a line without figures names those below it. */
const headlines: readonly (Line | string)[] = [
  { label: 'collections', of: (s) => s.collections, write: count },
  'overshoot of the goal',
  { label: '  median', of: (s) => s.overshoot.medianRatio, write: percent },
  { label: '  p95', of: (s) => s.overshoot.p95Ratio, write: percent },
  { label: '  max', of: (s) => s.overshoot.maxRatio, write: percent },
  { label: '  max, bytes', of: (s) => s.overshoot.maxBytes, write: bytes },
  'grown before assists',
  { label: '  median', of: (s) => s.growthBeforeAssists.medianRatio, write: percent },
  { label: '  p95', of: (s) => s.growthBeforeAssists.p95Ratio, write: percent },
  { label: '  max', of: (s) => s.growthBeforeAssists.maxRatio, write: percent },
  'grown with assists on',
  { label: '  median', of: (s) => s.growthWithAssists.medianRatio, write: percent },
  { label: '  p95', of: (s) => s.growthWithAssists.p95Ratio, write: percent },
  { label: '  max', of: (s) => s.growthWithAssists.maxRatio, write: percent },
  'assist time',
  { label: '  CPU', of: (s) => s.assist.cpuNs, write: duration },
  { label: '  share of CPU', of: (s) => s.assist.cpuShare, write: percent },
  { label: '  longest stall', of: (s) => s.assist.longestStallNs, write: duration },
  { label: '  blocked', of: (s) => s.assist.blockedNs, write: duration },
  'wake-up delay',
  { label: '  median', of: (s) => wakeupDelayOf(s).medianNs, write: duration },
  { label: '  p90', of: (s) => wakeupDelayOf(s).p90Ns, write: duration },
  { label: '  max', of: (s) => wakeupDelayOf(s).maxNs, write: duration },
  'pauses',
  { label: '  p50', of: (s) => s.pauses.p50Ns, write: duration },
  { label: '  p95', of: (s) => s.pauses.p95Ns, write: duration },
  { label: '  p99', of: (s) => s.pauses.p99Ns, write: duration },
  { label: '  max', of: (s) => s.pauses.maxNs, write: duration },
  { label: 'GC CPU', of: (s) => s.gcCpuShare, write: percent },
  { label: 'heap, peak', of: (s) => s.heap.peakBytes, write: bytes },
  'GC bytes from system',
  { label: '  peak', of: (s) => s.gcSys.peakBytes, write: bytes },
  { label: '  final', of: (s) => s.gcSys.finalBytes, write: bytes },
  { label: '  workbufs, peak', of: (s) => s.gcSys.workbufPeakBytes, write: bytes },
  { label: '  workbufs, final', of: (s) => s.gcSys.workbufFinalBytes, write: bytes },
];

/** The parts of GC bytes from system; one that there is nothing of is left out. */
const gcBytesParts: readonly (readonly Line[])[] = [
  [
    { label: '  peak', of: (s) => s.gcSys.peakBytes, write: bytes },
    { label: '  final', of: (s) => s.gcSys.finalBytes, write: bytes },
    { label: '  average', of: (s) => s.gcSys.averageBytes, write: bytes },
  ],
  [
    { label: '  of it workbufs, peak', of: (s) => s.gcSys.workbufPeakBytes, write: bytes },
    { label: '    final', of: (s) => s.gcSys.workbufFinalBytes, write: bytes },
  ],
  [
    { label: '  of it bitmap, peak', of: (s) => s.gcSys.bitmapPeakBytes, write: bytes },
    { label: '    final', of: (s) => s.gcSys.bitmapFinalBytes, write: bytes },
  ],
  [
    { label: '  of it mark bits, peak', of: (s) => s.gcSys.markBitsPeakBytes, write: bytes },
    { label: '    final', of: (s) => s.gcSys.markBitsFinalBytes, write: bytes },
  ],
];

function gcBytesLines(sides: readonly ContrastSide[]): Line[] {
  const [all = [], ...parts] = gcBytesParts;
  const present = parts.filter((lines) =>
    lines.some(({ of }) => sides.some(({ summary }) => of(summary) !== 0)),
  );
  return [...all, ...present.flat()];
}

/** False where whoever finishes marking goes on itself: the delay is then nothing, not short. */
export function isWakeupNeeded({ maxNs }: Summary['wakeupDelay']): boolean {
  return maxNs !== undefined && maxNs > 0;
}

function wakeupDelayOf({ wakeupDelay }: Summary): Partial<Summary['wakeupDelay']> {
  return isWakeupNeeded(wakeupDelay) ? wakeupDelay : {};
}

/** From this width on a head has room for its mechanism's name. */
const roomyColumns = 72;

/**
 * GC bytes from system with workbuf freeing on and off, and what freeing changes. With a single side, which
 * needs no choice, there is one column of figures.
 */
export function renderGcBytes(sides: readonly ContrastSide[], style: TextStyle): string[] {
  const label = 'GC bytes from system';
  const on = sides.find(({ choice }) => choice === 'on');
  const off = sides.find(({ choice }) => choice === 'off');
  if (on === undefined || off === undefined) {
    const rows = gcBytesLines(sides).map((line) => toRow(line, sides));
    return renderTable({ label, heads: sides.map(({ choice }) => choice), rows }, style);
  }
  const isRoomy = (style.columns ?? roomyColumns) >= roomyColumns;
  const heads = [isRoomy ? 'workbuf freeing on' : 'freeing on', 'off', 'change'];
  const rows = gcBytesLines([on, off]).map((line) => {
    const row = toRow(line, [on, off]);
    return { ...row, cells: [...row.cells, changeOf(line.of(off.summary), line.of(on.summary))] };
  });
  return renderTable({ label, heads, rows }, style);
}

/** All headline figures of each choice; with two choices also what the second changes. */
export function renderContrast(
  mechanism: string,
  sides: readonly ContrastSide[],
  style: TextStyle,
): string[] {
  const rows = headlines.map((line): TableRow & { isKnown: boolean } => {
    if (typeof line === 'string') return { label: line, cells: [], isKnown: true };
    const values = sides.map(({ summary }) => line.of(summary));
    const isKnown = values.some((value) => value !== undefined);
    const [first, second] = values;
    const change = sides.length === 2 ? [changeOf(first, second)] : [];
    const row = toRow(line, sides);
    return { ...row, cells: [...row.cells, ...change], isKnown };
  });
  // A name is shown if a figure below it is.
  const shown = rows.filter((row, i) =>
    row.cells.length > 0 ? row.isKnown : isFollowedByFigure(rows, i),
  );
  const heads = [...sides.map(({ choice }) => choice), ...(sides.length === 2 ? ['change'] : [])];
  const lines = renderTable({ label: mechanism, heads, rows: shown }, style);
  const isSame = sides.length > 1 && shown.every(({ cells }) => hasOneValue(cells, sides.length));
  return isSame ? [...lines, '', 'No figure differs between these choices in this run.'] : lines;
}

function isFollowedByFigure(
  rows: readonly (TableRow & { isKnown: boolean })[],
  index: number,
): boolean {
  for (const row of rows.slice(index + 1)) {
    if (!row.label.startsWith(' ')) return false;
    if (row.isKnown) return true;
  }
  return false;
}

function hasOneValue(cells: readonly string[], sideCount: number): boolean {
  return new Set(cells.slice(0, sideCount)).size <= 1;
}

function toRow(line: Line, sides: readonly ContrastSide[]): TableRow {
  return { label: line.label, cells: sides.map(({ summary }) => line.write(line.of(summary))) };
}

/** "+25.0 %", "−19.2 %", "0.0 %"; a dash where there is nothing to compare with. */
export function changeOf(from: number | undefined, to: number | undefined): string {
  if (from === undefined || to === undefined || (from === 0 && to !== 0)) return '-';
  if (from === to) return unbroken(formatPercent(0));
  const text = formatPercent((to - from) / Math.abs(from));
  return unbroken(to > from && text !== formatPercent(0) ? `+${text}` : text);
}
