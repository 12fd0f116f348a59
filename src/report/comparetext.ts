/**
 * A comparison for a terminal: metric by metric, grouped by unit, the way Go's benchstat has it. Where the table has no
 * room it leaves out the intervals and says so; where it still has none each metric has lines of its own.
 */
import {
  absentOf,
  type Comparison,
  type ComparisonRow,
  decidedRows,
  fromZeroRemark,
  type GeomeanRow,
  undecidedOf,
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
  changeInWords,
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
export function remarksOf(comparison: Comparison): string[] {
  const { warnings } = comparison;
  const absent = absentOf(comparison);
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

function renderSides({ samples }: Comparison, names: SideNames, style: TextStyle): string[] {
  return (['base', 'head'] as const).flatMap((side) => {
    const text = `${visible(names[side])}\u00a0\u00b7 ${counted(samples[side], 'sample')}`;
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
  const hasNone = rows.some(({ verdict }) => verdict === 'same');
  const width = columnsOf(style);
  const paragraph = (text: string): string[] => wrap(withShortWords(text, width), width);
  const legend = hasNone ? paragraph(`${none} is no significant change (alpha ${alpha}).`) : [];
  if (threshold === undefined) return legend;
  const isPassed =
    decidedRows(comparison).length > 0 && rows.every(({ isRegression }) => !isRegression);
  const lines = paragraph(thresholdSentences(comparison, threshold));
  return [...legend, ...(isPassed ? lines : lines.map((line) => attention(line, style)))];
}

/** What a threshold makes of a comparison: what is beyond it, and of what that cannot be said. */
export function thresholdSentences(comparison: Comparison, threshold: number): string {
  const limit = unbroken(formatPercent(threshold));
  const undecided = undecidedOf(comparison).map(nameOf).join(', ');
  // Sides that are too small can never be found worse: that is no good news.
  if (decidedRows(comparison).length === 0) {
    return undecided === ''
      ? 'No threshold can fail this: of no metric here is more or less worse.'
      : `Whether a metric is worse by more than ${limit} cannot be decided.`;
  }
  const found = comparison.rows.filter(({ isRegression }) => isRegression);
  const beyond = found.filter(({ change }) => change !== undefined).map(nameOf);
  const fromZero = found
    .filter(({ change }) => change === undefined)
    .map((row) => `${nameOf(row)} ${changeInWords(row)}`);
  return [
    found.length === 0 ? `No metric is significantly worse by more than ${limit}.` : '',
    beyond.length === 0 ? '' : `Significantly worse by more than ${limit}: ${beyond.join(', ')}.`,
    fromZero.length === 0 ? '' : `Significantly worse: ${fromZero.join(', ')} (${fromZeroRemark}).`,
    undecided === '' ? '' : `Not to be decided: ${undecided}.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function nameOf({ metric }: { metric: ComparisonRow['metric'] }): string {
  return visible(metric.name);
}
