/**
 * Laying out text for a terminal: tables whose figures are right-aligned, lines of items, wrapped notes. All
 * pure: what the terminal is like comes in as a TextStyle. A line that has no room is divided between
 * figures, never within one.
 */
import type { ChalkInstance } from 'chalk';
import { formatBytes, formatDuration, formatPercent } from '../units.ts';

export interface TextStyle {
  /** Colours, or none of them: the command line decides. */
  chalk: ChalkInstance;
  /** Width of the terminal in characters; undefined where the text goes elsewhere. */
  columns?: number | undefined;
  /** Only ASCII characters, for terminals that show no others. */
  ascii?: boolean | undefined;
}

/** Width for which text is laid out when it does not go to a terminal. */
const defaultColumns = 100;

export function columnsOf(style: TextStyle): number {
  return style.columns ?? defaultColumns;
}

/** A space at which no line is divided. It becomes a plain one in `finish`. */
const noBreak = '\u00a0';

/** Text that stays on one line. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', noBreak);
}

/** What stands where a figure is not known. */
const unknown = '-';

/** Figures that stay in one piece; a dash where they are not known. */
export const figure = {
  bytes: (value: number | undefined): string => write(value, formatBytes),
  duration: (value: number | undefined): string => write(value, formatDuration),
  percent: (value: number | undefined): string => write(value, formatPercent),
  count: (value: number | undefined): string => write(value, formatCount),
};

function write(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? unknown : unbroken(format(value));
}

/** An integer with a comma between each three digits. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** "1 collection", "1,204 collections". */
export function counted(count: number, noun: string): string {
  return unbroken(`${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`);
}

export interface TableRow {
  label: string;
  /** One for each head, or none for a row that only names those below it. */
  cells: readonly string[];
  /** Follows the figures where there is room, else stands below them. */
  note?: string;
  /** Index of a cell that needs attention. */
  attention?: number | undefined;
}

export interface Table {
  /** Head of the labels' column. */
  label: string;
  heads: readonly string[];
  rows: readonly TableRow[];
}

const cellWidthMin = 8;
const cellGap = 2;
const noteGap = 4;

/** The lines of a table. Columns that have no room beside the others stand below them, labels and all. */
export function renderTable(table: Table, style: TextStyle): string[] {
  const labelWidth = widest([table.label, ...table.rows.map(({ label }) => label)]);
  const widths = table.heads.map((head, i) => {
    const cells = table.rows.map((row) => row.cells[i] ?? '');
    return Math.max(cellWidthMin, widest([head, ...cells])) + cellGap;
  });
  const lines: string[] = [];
  for (const group of groupsThatFit(widths, columnsOf(style) - labelWidth)) {
    if (lines.length > 0) lines.push('');
    const isLast = group.at(-1) === widths.length - 1;
    const head = alignCells(table.heads, widths, group);
    lines.push(`${table.label.padEnd(labelWidth)}${head.join('')}`.trimEnd());
    for (const row of table.rows) {
      lines.push(...renderRow(row, { labelWidth, widths, group, withNote: isLast }, style));
    }
  }
  return lines;
}

function renderRow(
  row: TableRow,
  layout: { labelWidth: number; widths: number[]; group: number[]; withNote: boolean },
  style: TextStyle,
): string[] {
  const cells = alignCells(row.cells, layout.widths, layout.group);
  const plain = `${row.label.padEnd(layout.labelWidth)}${cells.join('')}`;
  const marked = cells.map((cell, i) =>
    layout.group[i] === row.attention
      ? cell.replace(cell.trimStart(), (text) => style.chalk.yellow(text))
      : cell,
  );
  const shown = `${row.label.padEnd(layout.labelWidth)}${marked.join('')}`;
  const line = row.cells.length === 0 ? row.label : shown;
  if (row.note === undefined || !layout.withNote) return [line];
  if (plain.length + noteGap + row.note.length <= columnsOf(style)) {
    return [`${line}${' '.repeat(noteGap)}${row.note}`];
  }
  return [line, ...wrap(row.note, columnsOf(style), noteGap)];
}

/** The cells of a group of columns, each as wide as its column. */
function alignCells(cells: readonly string[], widths: number[], group: number[]): string[] {
  return group.map((i) => (cells[i] ?? '').padStart(widths[i] ?? 0));
}

/** Indices of columns, in groups of which each fits into `room`, or is a single column. */
function groupsThatFit(widths: readonly number[], room: number): number[][] {
  const groups: number[][] = [];
  let left = -1;
  for (const [i, width] of widths.entries()) {
    const group = groups.at(-1);
    if (group === undefined || width > left) {
      groups.push([i]);
      left = room - width;
    } else {
      group.push(i);
      left -= width;
    }
  }
  return groups;
}

const itemGap = 5;

/** A label and items beside it, on as many lines as they need. */
export function renderItems(
  label: string,
  items: readonly string[],
  labelWidth: number,
  style: TextStyle,
): string[] {
  const lines: string[] = [];
  let line = label.padEnd(labelWidth);
  let isEmpty = true;
  for (const item of items) {
    const gap = isEmpty ? '' : ' '.repeat(itemGap);
    if (!isEmpty && line.length + gap.length + item.length > columnsOf(style)) {
      lines.push(line);
      line = `${' '.repeat(labelWidth)}${item}`;
    } else {
      line += gap + item;
    }
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
}

/** `text` on lines of at most `width`, each indented; a word that is longer has a line of its own. */
export function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line === '') {
      line = word;
    } else if (indent + line.length + 1 + word.length <= width) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((each) => `${' '.repeat(indent)}${each}`);
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

/** One character for each, so that columns stay where they are. */
const asciiFor: ReadonlyMap<string, string> = new Map([
  ['\u00b7', '|'],
  ['\u2212', '-'],
  ['\u00b5', 'u'],
  ['\u03bc', 'u'],
  ['\u201c', '"'],
  ['\u201d', '"'],
  ['\u2019', "'"],
]);

/** Lines as one text, with a line break at the end of each. */
export function finish(lines: readonly string[], style: TextStyle): string {
  const text = lines.map((line) => `${line.replaceAll(noBreak, ' ')}\n`).join('');
  if (style.ascii !== true) return text;
  return text.replace(/[\u0080-\uffff]/g, (character) => asciiFor.get(character) ?? '?');
}
