/**
 * Tables for a terminal, by cli-table3, without borders. Figures stand on the right of their columns, notes behind
 * them; columns that have no room beside the others stand below them.
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
const gap = '  ';
const noteGap = 4;

/** The lines of a table. Columns that have no room beside the others stand below them, labels and all. */
export function renderTable(table: Table, style: TextStyle): string[] {
  const { label, heads, rows } = table;
  const labelWidth = widest([label, ...rows.map((row) => row.label)]);
  const widths = heads.map((head, i) =>
    Math.max(cellWidthMin, widest([head, ...rows.map(({ cells }) => cells[i] ?? '')])),
  );
  const groups = groupsThatFit(widths, columnsOf(style) - labelWidth);
  return groups.flatMap((group, i) => {
    const lines = alignColumns(
      [{ label, cells: heads }, ...rows].map((row) => [
        row.label,
        ...group.map((column) => cellOf(row, column, style)),
      ]),
      { widths: [labelWidth, ...group.map((column) => widths[column] ?? 0)], hasFigures: true },
    );
    if (i > 0) lines.unshift('');
    if (i < groups.length - 1) return lines;
    const width = group.reduce((sum, c) => sum + gap.length + (widths[c] ?? 0), labelWidth);
    const first = lines.length - rows.length;
    return lines.flatMap((line, at) => withNote(line, rows[at - first]?.note, width, style));
  });
}

function cellOf(row: TableRow, column: number, style: TextStyle): string {
  const cell = row.cells[column] ?? '';
  return column === row.attention ? attention(cell, style) : cell;
}

/** `line` is `width` wide, colours apart. */
function withNote(
  line: string,
  note: string | undefined,
  width: number,
  style: TextStyle,
): string[] {
  if (note === undefined) return [line];
  if (width + noteGap + note.length <= columnsOf(style)) {
    return [`${line}${' '.repeat(noteGap)}${note}`];
  }
  return [line, ...wrap(note, columnsOf(style), noteGap)];
}

/** Indices of columns, in groups of which each fits into `room`, or is a single column. */
function groupsThatFit(widths: readonly number[], room: number): number[][] {
  const groups: number[][] = [];
  let left = -1;
  for (const [i, width] of widths.entries()) {
    const needed = gap.length + width;
    const group = groups.at(-1);
    if (group === undefined || needed > left) {
      groups.push([i]);
      left = room - needed;
    } else {
      group.push(i);
      left -= needed;
    }
  }
  return groups;
}

/** Nothing but a gap between columns: cli-table3 draws no line all of whose characters are empty. */
const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: gap,
};

/**
 * A line for each row, of cells in columns. Columns are as wide as their widest cell, where `widths` does not say it. Where it
 * `hasFigures`, all but the first are aligned on the right.
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  options: { widths?: number[]; hasFigures?: boolean } = {},
): string[] {
  const columns = rows[0]?.length ?? 0;
  if (columns === 0) return rows.map(() => '');
  const table = new CliTable({
    chars: noBorders,
    // Without this it colours heads and borders, wherever they go.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: Array.from({ length: columns }, (_, i) =>
      options.hasFigures === true && i > 0 ? 'right' : 'left',
    ),
    ...(options.widths && { colWidths: options.widths }),
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
