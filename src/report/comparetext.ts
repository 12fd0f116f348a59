/**
 * A comparison for a terminal: metric by metric, grouped by unit, the way Go's benchstat has it. Where the table has no
 * room it leaves out the intervals and says so; where it still has none each metric has lines of its own.
 */
import {
  allEqualNote,
  type Comparison,
  type ComparisonRow,
  type GeomeanRow,
  type Verdict,
} from '../analysis/comparison.ts';
import { formatPercent } from '../units.ts';
import {
  attention,
  bold,
  columnsOf,
  counted,
  finish,
  type TextStyle,
  unbroken,
  visible,
  widest,
  withShortWords,
  wrap,
} from './layout.ts';
import {
  intervalOf,
  metricChange,
  metricFigure,
  pEquation,
  pValue,
  type SideNames,
  sampleCounts,
  unitNames,
} from './metricfigures.ts';
import { alignColumns } from './table.ts';

/** The comparison as text. */
export function renderComparison(
  comparison: Comparison,
  names: SideNames,
  style: TextStyle,
): string {
  const notes = notesOf(comparison);
  const sections = [
    renderSides(comparison, names, style),
    renderRows(comparison, notes, style),
    notes.flatMap((note, i) => hanging(`(${i + 1})`, note, style)),
    renderVerdict(comparison, style),
    remarksOf(comparison).flatMap((remark) => hanging('-', remark, style)),
  ];
  const shown = sections.filter((section) => section.length > 0);
  return finish(
    shown.flatMap((section, i) => (i === 0 ? section : ['', ...section])),
    style,
  );
}

/** What a reader has to know beside the table, in sentences. */
export function remarksOf({ absent, warnings }: Comparison): string[] {
  return absent.length === 0 ? warnings : [...warnings, `in no sample: ${absent.join(', ')}`];
}

/** Reasons of what is not there, each once: many rows have the same. */
function notesOf(comparison: Comparison): string[] {
  const { rows } = comparison;
  const shown = [...rows, ...unitNames.map(([unit]) => geomeanOf(comparison, unit))];
  return [...new Set(shown.flatMap((row) => (row?.note === undefined ? [] : [row.note])))];
}

/** A mean of one figure is that figure. */
function geomeanOf({ geomeans }: Comparison, unit: string): GeomeanRow | undefined {
  return geomeans.find((row) => row.unit === unit && row.rows > 1);
}

function renderSides({ rows }: Comparison, names: SideNames, style: TextStyle): string[] {
  return (['base', 'head'] as const).flatMap((side) => {
    const count = Math.max(0, ...rows.map((row) => row[side].count));
    // Without a metric that both have, nothing counts them.
    const samples = rows.length === 0 ? '' : `\u00a0\u00b7 ${counted(count, 'sample')}`;
    const text = `${visible(names[side])}${samples}`;
    const [first = '', ...others] = hanging(`${side} `, text, style);
    return [bold(side, style) + first.slice(side.length), ...others];
  });
}

/** A mark and a text beside it, on as many lines as it needs; longer words than a line are divided. */
function hanging(mark: string, text: string, style: TextStyle): string[] {
  const indent = mark.length + 1;
  const width = Math.max(indent + 1, columnsOf(style));
  const [first = '', ...others] = wrap(
    withShortWords(visible(text), width - indent),
    width,
    indent,
  );
  return [`${mark} ${first.trimStart()}`, ...others];
}

// --- Rows ---------------------------------------------------------------------------------------------

/** One line of the table. */
interface Line {
  label: string;
  base: Cell;
  head: Cell;
  change: string;
  p: number | undefined;
  /** What was found of it, and the number of its note. */
  verdict: string;
  isWorse: boolean;
}

interface Cell {
  median: string;
  interval: string;
}

const noCell: Cell = { median: '', interval: '' };
const none = '~';

function renderRows(comparison: Comparison, notes: readonly string[], style: TextStyle): string[] {
  const groups = groupsOf(comparison, notes);
  if (groups.length === 0) return ['There is no metric that both sides have.'];
  const full = layOut(groups, true);
  if (full.width <= columnsOf(style)) return renderTable(full, groups, style);
  const narrow = layOut(groups, false);
  if (narrow.width <= columnsOf(style)) {
    const remark = `Confidence intervals have room from ${full.width} columns on.`;
    return [...renderTable(narrow, groups, style), '', ...wrap(remark, columnsOf(style))];
  }
  return groups.flat().flatMap((line) => renderStacked(line, style));
}

/** The lines of each unit, with its geometric mean where there is more than one figure in it. */
function groupsOf(comparison: Comparison, notes: readonly string[]): Line[][] {
  const { rows } = comparison;
  const usual = Math.max(0, ...rows.flatMap(({ base, head }) => [base.count, head.count]));
  return unitNames.flatMap(([unit, plural]) => {
    const own = rows.filter(({ metric }) => metric.unit === unit);
    if (own.length === 0) return [];
    const geomean = geomeanOf(comparison, unit);
    return [
      [
        ...own.map((row) => lineOf(row, notes, usual)),
        ...(geomean === undefined ? [] : [geomeanLine(geomean, plural, notes)]),
      ],
    ];
  });
}

function lineOf(row: ComparisonRow, notes: readonly string[], usualCount: number): Line {
  const { metric, base, head, verdict, note } = row;
  const hasUsualCount = base.count === usualCount && head.count === usualCount;
  return {
    label: visible(metric.name),
    base: cellOf(base, row),
    head: cellOf(head, row),
    change: verdict === 'same' ? none : metricChange(row.change),
    p: row.p,
    verdict: [
      verdict === 'same' ? '' : verdict,
      // How many samples there are stands above; a row that has fewer says so.
      hasUsualCount ? '' : `n=${sampleCounts(row)}`,
      markOf(note, notes),
    ]
      .filter((part) => part !== '')
      .join(' '),
    isWorse: verdict === 'worse',
  };
}

function cellOf(side: ComparisonRow['base'], { metric }: ComparisonRow): Cell {
  return {
    median: metricFigure(side.median, metric.unit),
    interval: intervalOf(side, metric.unit),
  };
}

/** The number of a note. */
function markOf(note: string | undefined, notes: readonly string[]): string {
  return note === undefined ? '' : `(${notes.indexOf(note) + 1})`;
}

function geomeanLine({ change, note }: GeomeanRow, plural: string, notes: readonly string[]): Line {
  return {
    label: `geomean of ${plural}`,
    base: noCell,
    head: noCell,
    change: metricChange(change),
    p: undefined,
    verdict: markOf(note, notes),
    isWorse: false,
  };
}

/** The cells of the table with its head, and how wide it is. */
interface Layout {
  cells: string[][];
  widths: number[];
  width: number;
}

function layOut(groups: readonly (readonly Line[])[], hasIntervals: boolean): Layout {
  const lines = groups.flat();
  const heads = ['metric', 'base', 'head', 'change', 'p', ''];
  const base = joined(
    lines.map((line) => line.base),
    hasIntervals,
  );
  const head = joined(
    lines.map((line) => line.head),
    hasIntervals,
  );
  // Words stand on the left of their column, unlike figures.
  const verdictWidth = widest(lines.map(({ verdict }) => verdict));
  const rows = lines.map((line, i) => [
    line.label,
    base[i] ?? '',
    head[i] ?? '',
    line.change,
    pValue(line.p),
    line.verdict.padEnd(verdictWidth),
  ]);
  const cells = [heads, ...rows];
  const widths = heads.map((_, column) => widest(cells.map((row) => row[column] ?? '')));
  return { cells, widths, width: widths.reduce((sum, each) => sum + each + 2, -2) };
}

function renderTable(
  { cells, widths }: Layout,
  groups: readonly (readonly Line[])[],
  style: TextStyle,
): string[] {
  const [first = '', ...others] = alignColumns(cells, { widths, hasFigures: true });
  let from = 0;
  const parted = groups.flatMap((group, i) => {
    const own = group.map((line, k) => marked(others[from + k] ?? '', line, style));
    from += group.length;
    return i === 0 ? own : ['', ...own];
  });
  return [first, ...parted];
}

/** Medians and what follows them, each on the right of its own column. */
function joined(cells: readonly Cell[], hasIntervals: boolean): string[] {
  if (!hasIntervals) return cells.map(({ median }) => median);
  const width = widest(cells.map(({ interval }) => interval));
  if (width === 0) return cells.map(({ median }) => median);
  return cells.map(({ median, interval }) => unbroken(`${median} ${interval.padStart(width)}`));
}

function marked(text: string, { isWorse }: Line, style: TextStyle): string {
  const at = isWorse ? text.lastIndexOf(worse) : -1;
  if (at < 0) return text;
  return `${text.slice(0, at)}${attention(worse, style)}${text.slice(at + worse.length)}`;
}

const worse: Verdict = 'worse';

/** A metric on lines of its own. */
function renderStacked(line: Line, style: TextStyle): string[] {
  const { base, head, change, p, verdict } = line;
  const figures =
    base === noCell
      ? []
      : [`${base.median} ${base.interval}`.trimEnd(), 'to', `${head.median} ${head.interval}`];
  const found = unbroken([change, pEquation(p)].filter((part) => part !== '').join(' '));
  const text = [...figures, found, verdict].map((item) => item.trimEnd()).join(' ');
  const width = columnsOf(style);
  const indent = 2;
  const [first = '', ...others] = wrap(withShortWords(line.label, width), width);
  const below = wrap(withShortWords(text, width - indent), width, indent);
  return [first, ...others, ...below.map((each) => marked(each.trimEnd(), line, style))];
}

// --- What came of it ----------------------------------------------------------------------------------

function renderVerdict(comparison: Comparison, style: TextStyle): string[] {
  const { rows, alpha, threshold } = comparison;
  if (rows.length === 0) return [];
  const hasNone = rows.some(({ verdict }) => verdict === 'same');
  const texts = [
    ...(hasNone ? [`${none} is no significant change (alpha ${alpha}).`] : []),
    ...(threshold === undefined ? [] : [regressionsSentence(comparison, threshold)]),
  ];
  const isFailed = rows.some(({ isRegression }) => isRegression);
  return texts.flatMap((text, i) => {
    const lines = wrap(withShortWords(text, columnsOf(style)), columnsOf(style));
    return isFailed && i === texts.length - 1 ? lines.map((line) => attention(line, style)) : lines;
  });
}

/** What was said to count, and which metrics are beyond it. */
export function regressionsSentence({ rows }: Comparison, threshold: number): string {
  const limit = unbroken(formatPercent(threshold));
  const found = rows.filter(({ isRegression }) => isRegression);
  if (found.length === 0) {
    // A side that is too small can never be found worse: that is no good news.
    const undecided = rows.filter(({ note }) => note !== undefined && note !== allEqualNote);
    if (undecided.length > 0) {
      const names = undecided.map(({ metric }) => visible(metric.name)).join(', ');
      return `No metric could be found to be worse by more than ${limit}, but these could not be decided: ${names}.`;
    }
    return `No metric is significantly worse by more than ${limit}.`;
  }
  const list = found.map(({ metric }) => visible(metric.name)).join(', ');
  return `Significantly worse by more than ${limit}: ${list}.`;
}
