/**
 * Tables for a terminal, by cli-table3, without borders: labels on the left, figures aligned on the right, notes behind
 * them. Columns that have no room beside the others stand below them.
 */
import CliTable from 'cli-table3';
import { attention, columnsOf, type TextStyle, widest, wrap } from './layout.ts';

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

