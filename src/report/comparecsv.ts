/**
 * A comparison as CSV, one row for each metric. Figures are raw, in the unit that stands in their row; a cell is empty
 * where a figure is not known. docs/compare.md says what each column is.
 */
import type { Comparison, ComparisonRow } from '../analysis/comparison.ts';
import { type Cell, csvTable } from './csv.ts';

/** The columns, in their order. To add one at the end breaks no script. */
const columns: readonly { name: string; of: (row: ComparisonRow) => Cell }[] = [
  { name: 'metric', of: ({ metric }) => metric.name },
  { name: 'unit', of: ({ metric }) => metric.unit },
  { name: 'better', of: ({ metric }) => metric.better },
  { name: 'base_count', of: ({ base }) => base.count },
  { name: 'base_median', of: ({ base }) => base.median },
  { name: 'base_low', of: ({ base }) => base.interval?.low },
  { name: 'base_high', of: ({ base }) => base.interval?.high },
  { name: 'head_count', of: ({ head }) => head.count },
  { name: 'head_median', of: ({ head }) => head.median },
  { name: 'head_low', of: ({ head }) => head.interval?.low },
  { name: 'head_high', of: ({ head }) => head.interval?.high },
  { name: 'change', of: ({ change }) => change },
  { name: 'p', of: ({ p }) => p },
  { name: 'verdict', of: ({ verdict }) => verdict },
  { name: 'is_regression', of: ({ isRegression }) => isRegression },
  { name: 'note', of: ({ note }) => note },
];

export const comparisonColumns: readonly string[] = columns.map(({ name }) => name);

export function renderComparisonCsv({ rows }: Comparison): string {
  return csvTable(
    comparisonColumns,
    rows.map((row) => Object.fromEntries(columns.map(({ name, of }) => [name, of(row)]))),
  );
}
