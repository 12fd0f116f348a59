/**
 * The heap over a log as a chart of a few lines: what was live as full blocks, up to the end of marking lighter ones,
 * and the goal as a line.
 */
import type { HeapPoint } from '../analysis/heapseries.ts';
import { attention, columnsOf, figure, renderItems, type TextStyle, widest } from './layout.ts';

export interface HeapChart {
  points: readonly HeapPoint[];
  /** What stands below its left and its right end. */
  from: string | undefined;
  to: string | undefined;
}

const rowCount = 6;
const plotWidthMax = 72;
/** With less room a chart says nothing. */
const plotWidthMin = 16;
/** Fewer collections are told by their figures. */
const pointsMin = 3;
/** Overshoot from which a column stands out. */
const attentionOverGoal = 1.1;

interface Glyphs {
  /** By how full the cell is, from the least. */
  bars: string;
  live: string;
  grown: string;
  goal: string;
  axis: string;
  tick: string;
  corner: string;
}

const blockGlyphs: Glyphs = {
  bars: '\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588',
  live: '\u2588',
  grown: '\u2591',
  goal: '\u2500',
  axis: '\u2502',
  tick: '\u2524',
  corner: '\u2514',
};
const asciiGlyphs: Glyphs = {
  bars: '_:##',
  live: '#',
  grown: ':',
  goal: '-',
  axis: '|',
  tick: '+',
  corner: '+',
};

/** The lines of the chart; none where there is nothing to see, or no room for it. */
export function renderHeapChart({ points, from, to }: HeapChart, style: TextStyle): string[] {
  const top = Math.max(
    0,
    ...points.map((point) => Math.max(point.heapBytes, point.goalBytes ?? 0)),
  );
  // Heaps below 1 MiB, which a log prints as 0, make no chart.
  if (points.length < pointsMin || !points.some(({ heapBytes }) => heapBytes > 0)) return [];
  const glyphs = style.ascii === true ? asciiGlyphs : blockGlyphs;
  const labels = new Map([
    [0, figure.bytes(top)],
    [rowCount / 2, figure.bytes(top / 2)],
    [rowCount, '0'],
  ]);
  const labelWidth = widest([...labels.values()]);
  const width = Math.min(plotWidthMax, columnsOf(style) - labelWidth - 2);
  if (width < plotWidthMin) return [];
  const time = byTime(points, width);
  const columns = toColumns(points, width, time ?? byOrder(points.length, width));
  const lines = Array.from({ length: rowCount }, (_, row) => {
    const label = (labels.get(row) ?? '').padStart(labelWidth);
    const cells = columns.map((point) => cellOf(point, rowCount - 1 - row, top, glyphs, style));
    return `${label} ${labels.has(row) ? glyphs.tick : glyphs.axis}${cells.join('')}`.trimEnd();
  });
  const foot = `${'0'.padStart(labelWidth)} ${glyphs.corner}`;
  const legend = renderItems('', legendOf(points, glyphs, time === undefined), 0, style);
  return [...legend, ...lines, `${foot}${endsOf(from, to, width)}`.trimEnd()];
}

function legendOf(points: readonly HeapPoint[], glyphs: Glyphs, isByOrder: boolean): string[] {
  const hasLive = points.some(({ heapMarkedBytes }) => heapMarkedBytes !== undefined);
  const hasGoal = points.some(({ goalBytes }) => goalBytes !== undefined);
  return [
    ...(hasLive ? [`${glyphs.live} live`, `${glyphs.grown} at mark end`] : ['heap at mark end']),
    ...(hasGoal ? [`${glyphs.goal} goal`] : []),
    ...(isByOrder ? ['by collection'] : []),
  ];
}

function endsOf(from: string | undefined, to: string | undefined, width: number): string {
  if (from === undefined || to === undefined) return '';
  const room = width - from.length - to.length;
  return room < 1 ? '' : `${from}${' '.repeat(room)}${to}`;
}

/** A point for each column. Of several the highest is shown; where there was no collection, the one before. */
function toColumns(
  points: readonly HeapPoint[],
  width: number,
  place: (index: number) => number,
): HeapPoint[] {
  const columns: (HeapPoint | undefined)[] = Array.from({ length: width }, () => undefined);
  for (const [i, point] of points.entries()) {
    const at = place(i);
    const other = columns[at];
    if (other === undefined || point.heapBytes > other.heapBytes) columns[at] = point;
  }
  let last = points[0] ?? { heapBytes: 0, goalBytes: undefined };
  return columns.map((point) => {
    last = point ?? last;
    return last;
  });
}

function byOrder(count: number, width: number): (index: number) => number {
  return (index) => Math.floor((index * width) / count);
}

/** Where each point has a time, and time goes on. */
function byTime(
  points: readonly HeapPoint[],
  width: number,
): ((index: number) => number) | undefined {
  const times = points.map(({ startNs }) => startNs);
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || last <= first) return undefined;
  const isRising = times.every((at, i) => at !== undefined && at >= (times[i - 1] ?? first));
  if (!isRising) return undefined;
  return (index) => Math.floor((((times[index] ?? first) - first) / (last - first)) * (width - 1));
}

/** One character of the plot. `level` counts its rows from 0 at the bottom. */
function cellOf(
  point: HeapPoint,
  level: number,
  top: number,
  glyphs: Glyphs,
  style: TextStyle,
): string {
  const { heapBytes, goalBytes, heapMarkedBytes } = point;
  /** How much of this cell a size fills, from 0 to 1. */
  const fill = (bytes: number): number =>
    Math.min(1, Math.max(0, (bytes / top) * rowCount - level));
  const isGoalHere =
    goalBytes !== undefined && Math.ceil((goalBytes / top) * rowCount) - 1 === level;
  if (isGoalHere && heapBytes <= goalBytes) return glyphs.goal;
  const cell =
    heapMarkedBytes === undefined
      ? barOf(fill(heapBytes), glyphs.bars)
      : shadeOf(fill(heapMarkedBytes), fill(heapBytes), level === 0, glyphs);
  const isOver = goalBytes !== undefined && heapBytes > goalBytes * attentionOverGoal;
  return isOver && cell !== ' ' ? attention(cell, style) : cell;
}

function barOf(fill: number, bars: string): string {
  return fill === 0 ? ' ' : (bars[Math.ceil(fill * bars.length) - 1] ?? ' ');
}

/** To the nearest cell. The lowest shows that there is something, however small. */
function shadeOf(live: number, heap: number, isLowest: boolean, glyphs: Glyphs): string {
  if (live >= 0.5) return glyphs.live;
  if (heap >= 0.5 || (isLowest && heap > 0)) return glyphs.grown;
  return ' ';
}
