/**
 * A comparison for GitHub: comments on pull requests, and the summary of a job. What changed stands first, the worse of
 * it before all else; the rest is there when it is opened.
 */
import {
  type Comparison,
  type ComparisonRow,
  fromZeroRemark,
  type GeomeanRow,
} from '../analysis/comparison.ts';
import { remarksOf, thresholdSentences } from './comparetext.ts';
import { counted, finish } from './layout.ts';
import { details, escapeMarkdown, table } from './logmarkdown.ts';
import {
  intervalOf,
  metricChange,
  metricFigure,
  pValue,
  type SideNames,
  sampleCounts,
  unitNames,
} from './metricfigures.ts';

/** The comparison as GitHub-flavoured Markdown. */
export function renderComparisonMarkdown(comparison: Comparison, names: SideNames): string {
  const { rows, geomeans, threshold } = comparison;
  const changed = rows
    .filter(({ verdict }) => verdict !== 'same')
    .sort((a, b) => rank(a) - rank(b) || rows.indexOf(a) - rows.indexOf(b));
  const same = rows.filter(({ verdict }) => verdict === 'same');
  const sections = [
    [`### GC: ${escapeMarkdown(names.base)} → ${escapeMarkdown(names.head)}`],
    rows.length === 0 ? ['There is no metric that both sides have.'] : [headline(comparison)],
    threshold === undefined ? [] : [escapeMarkdown(thresholdSentences(comparison, threshold))],
    rowTable(changed),
    same.length === 0
      ? []
      : details(`No significant change: ${counted(same.length, 'metric')}`, rowTable(same)),
    geomeans.length === 0 ? [] : details('Geometric means', geomeanTable(geomeans)),
    remarksOf(comparison).map((remark) => `- ${escapeMarkdown(remark)}`),
  ];
  const shown = sections.filter((section) => section.length > 0);
  return finish(
    shown.flatMap((section, i) => (i === 0 ? section : ['', ...section])),
    {},
  );
}

/** What fails first, then what is worse, then the rest. */
function rank({ verdict, isRegression }: ComparisonRow): number {
  if (isRegression) return 0;
  return ['worse', 'better', 'different', 'same'].indexOf(verdict) + 1;
}

/** "**2 worse**, 1 better, 14 without a significant change (alpha 0.05)" */
function headline({ rows, alpha }: Comparison): string {
  const count = (verdict: ComparisonRow['verdict']): number =>
    rows.filter((row) => row.verdict === verdict).length;
  const worse = count('worse');
  const parts = [
    worse === 0 ? '0 worse' : `**${worse} worse**`,
    `${count('better')} better`,
    // Of these more is neither good nor bad.
    ...(count('different') === 0 ? [] : [`${count('different')} different`]),
    `${count('same')} without a significant change`,
  ];
  return `${parts.join(', ')} (alpha ${alpha}).`;
}

function rowTable(rows: readonly ComparisonRow[]): string[] {
  if (rows.length === 0) return [];
  const lines = table(
    ['metric', 'base', 'head', 'change', 'p', 'n', ''],
    rows.map((row) => [
      row.metric.name,
      sideCell(row.base, row),
      sideCell(row.head, row),
      row.verdict === 'same' ? '~' : metricChange(row.change),
      pValue(row.p),
      sampleCounts(row),
      remarkOf(row),
    ]),
    1,
    6,
  );
  const first = lines.length - rows.length;
  return lines.map((line, i) => {
    const row = rows[i - first];
    return row?.isRegression === true ? emphasized(line, row.verdict) : line;
  });
}

/** The verdict, and why it fails or why there is none. */
function remarkOf({ verdict, note, isRegression, change }: ComparisonRow): string {
  if (isRegression) {
    return `${verdict}: ${change === undefined ? fromZeroRemark : 'beyond the threshold'}`;
  }
  return verdict === 'same' ? (note ?? '') : [verdict, note].filter(Boolean).join(': ');
}

/** In bold; the verdict is a word of ours. */
function emphasized(line: string, verdict: string): string {
  const at = line.lastIndexOf(`${verdict}:`);
  return `${line.slice(0, at)}**${verdict}**${line.slice(at + verdict.length)}`;
}

function sideCell(side: ComparisonRow['base'], { metric }: ComparisonRow): string {
  return `${metricFigure(side.median, metric.unit)} ${intervalOf(side, metric.unit)}`.trimEnd();
}

function geomeanTable(geomeans: readonly GeomeanRow[]): string[] {
  return table(
    ['of', 'change', 'metrics', ''],
    geomeans.map(({ unit, change, rows, leftOut, note }) => [
      unitNames.find(([name]) => name === unit)?.[1] ?? unit,
      metricChange(change),
      leftOut === 0 ? String(rows) : `${rows - leftOut} of ${rows}`,
      note ?? '',
    ]),
    1,
    3,
  );
}
