/**
 * The report of a log for GitHub: comments on pull requests, and the summary of a job. All that comes from the log or
 * from the command line is escaped; nothing of it becomes markup, a mention, or a link to an issue.
 */
import type { HeapPoint } from '../analysis/heapseries.ts';
import type { Finding } from '../analysis/logfigures.ts';
import { renderHeapChart } from './heapchart.ts';
import { figure, finish, visible } from './layout.ts';
import {
  adviceOf,
  bytesWithError,
  type Clock,
  chartEnds,
  clockOf,
  type FigureRow,
  figureRows,
  headerParts,
  type LogReport,
  logNotes,
  nameCycle,
  type ProcessReport,
  processParts,
  seriousOf,
  withError,
} from './logreport.ts';

/** The report as GitHub-flavoured Markdown. */
export function renderLogMarkdown(report: LogReport): string {
  const { figures, log, perProcess = [] } = report;
  const clock = clockOf(report);
  const [name = '', ...circumstances] = headerParts(report);
  const hasCollections = figures.summary.collections > 0;
  const sections = [
    [`### GC log: ${escapeMarkdown(name)}`],
    [escapeMarkdown(circumstances.join(' \u00b7 '))],
    hasCollections ? figureTable(figureRows(figures, clock)) : [],
    hasCollections || figures.findings.length > 0 ? findingTable(figures.findings, clock) : [],
    adviceOfAll(figures.findings, clock),
    worstTable(report, clock),
    hasCollections ? chart(report.heap, chartEnds(log, clock)) : [],
    ...perProcess.map((each) => processSection(each, clock)),
    logNotes(report).map((note) => `- ${escapeMarkdown(note)}`),
  ];
  const shown = sections.filter((section) => section.length > 0);
  return finish(
    shown.flatMap((section, i) => (i === 0 ? section : ['', ...section])),
    {},
  );
}

function figureTable(rows: readonly FigureRow[]): string[] {
  if (rows.length === 0) return [];
  return table(
    ['', ''],
    rows.map(({ label, items }) => [label, items.join(' \u00b7 ')]),
  );
}

function findingTable(findings: readonly Finding[], clock: Clock): string[] {
  if (findings.length === 0) return ['No findings.'];
  return table(
    ['severity', 'rule', 'finding'],
    findings.map(({ severity, rule, message, process }) => [
      severity,
      rule,
      clock.hasManyProcesses && process !== undefined ? `process ${process}: ${message}` : message,
    ]),
  );
}

function adviceOfAll(findings: readonly Finding[], clock: Clock): string[] {
  const serious = seriousOf(findings);
  if (serious.length === 0) return [];
  const items = serious.map(
    (finding) =>
      `- ${escapeMarkdown(finding.rule)}: ${escapeMarkdown(adviceOf(finding, [finding], clock))}`,
  );
  return details('Why, and what to try', items);
}

function worstTable({ figures, top }: LogReport, clock: Clock): string[] {
  const worst = figures.worstOvershoots.slice(0, top ?? 0);
  if (worst.length === 0) return [];
  return table(
    ['worst overshoots', 'heap', 'goal', 'over', 'of the goal'],
    worst.map((each) => [
      nameCycle(each, clock),
      figure.bytes(each.heapEndBytes),
      figure.bytes(each.heapGoalBytes),
      bytesWithError(each.overBytes, each.errorBytes),
      withError(each.ratio, each.errorRatio),
    ]),
    1,
  );
}

/** Of characters that all have one width: block characters, and of what the user wrote nothing. */
function chart(
  points: readonly HeapPoint[],
  ends: { from: string | undefined; to: string | undefined },
): string[] {
  const lines = renderHeapChart({ points, ...ends }, {});
  return lines.length === 0 ? [] : details('Heap', ['```text', ...lines, '```']);
}

function processSection(report: ProcessReport, clock: Clock): string[] {
  const own = { ...clock, hasManyProcesses: false };
  const rows = report.figures.summary.collections === 0 ? [] : figureRows(report.figures, own);
  const title = escapeMarkdown(processParts(report).join(' \u00b7 '));
  return [`#### ${title}`, ...(rows.length === 0 ? [] : ['', ...figureTable(rows)])];
}

/** What is shown when it is opened. The empty lines make GitHub read Markdown again. */
export function details(title: string, lines: readonly string[]): string[] {
  return ['<details>', `<summary>${title}</summary>`, '', ...lines, '', '</details>'];
}

/** Columns from `figuresFrom` on, and before `figuresTo`, stand on the right. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  figuresFrom = heads.length,
  figuresTo = heads.length,
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(heads),
    line(heads.map((_, i) => (i < figuresFrom || i >= figuresTo ? '---' : '---:'))),
    ...rows.map((cells) => line(cells.map(escapeMarkdown))),
  ];
}

/**
 * Text that GitHub shows as it is, on one line: no markup, no HTML, no formula, and no links of GitHub's own making.
 * An empty comment between two characters parts them without a trace.
 */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~!]/g, '\\$&')
    .replace(/\$/g, '<span>$</span>')
    .replace(/([#@]|GH-)(?=\w)/gi, '$1<!-- -->')
    .replace(/:(?=\/\/)/g, ':<!-- -->')
    .replace(/\bwww(?=\.)/gi, 'www<!-- -->');
}
