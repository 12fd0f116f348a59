/**
 * The JSON of a comparison. docs/compare.md says what each field is, schema/compare.schema.json what it looks like.
 * Fields stand in a fixed order; what is not known is absent. Figures are raw: nanoseconds, bytes, fractions of one.
 */
import {
  absentOf,
  type Comparison,
  type ComparisonRow,
  type GeomeanRow,
  type SideFigures,
  undecidedOf,
} from '../analysis/comparison.ts';
import { indented, jsonLines, toJson } from './json.ts';
import type { SideNames } from './metricfigures.ts';

/** Raised where a field goes or changes its meaning; a new field does not raise it. */
export const compareSchemaVersion = 1;

export function renderComparisonJson(comparison: Comparison, names: SideNames): string {
  const { rows, geomeans, warnings, samples, alpha, threshold } = comparison;
  const regressions = rows.filter((row) => row.isRegression).map(({ metric }) => metric.name);
  const undecided = undecidedOf(comparison).map(({ metric, reason }) => {
    return { metric: metric.name, reason };
  });
  const members: [name: string, json: string][] = [
    ['schemaVersion', toJson(compareSchemaVersion)],
    ['base', indented({ name: names.base, samples: samples.base })],
    ['head', indented({ name: names.head, samples: samples.head })],
    ['alpha', toJson(alpha)],
    ...(threshold === undefined ? [] : [['threshold', toJson(threshold)] as [string, string]]),
    ['rows', jsonLines(rows.map(rowMember))],
    ['geomeans', jsonLines(geomeans.map(geomeanMember))],
    ['regressions', indented(regressions)],
    ['undecided', jsonLines(undecided)],
    ['absent', indented(absentOf(comparison))],
    ['warnings', indented(warnings)],
  ];
  const text = members.map(([name, json]) => `  "${name}": ${json}`).join(',\n');
  return `{\n${text}\n}\n`;
}

function rowMember(row: ComparisonRow): object {
  const { metric } = row;
  return {
    metric: metric.name,
    unit: metric.unit,
    better: metric.better,
    base: figuresMember(row.base),
    head: figuresMember(row.head),
    change: row.change,
    p: row.p,
    verdict: row.verdict,
    note: row.note,
    isRegression: row.isRegression,
  };
}

function figuresMember({ count, median, interval }: SideFigures): object {
  return { count, median, interval: interval && { low: interval.low, high: interval.high } };
}

function geomeanMember({ unit, change, rows, leftOut, note }: GeomeanRow): object {
  return { unit, change, rows, leftOut, note };
}
