/** The report of a log, for a terminal: what it is, its figures, what they mean. */
import type { Finding } from '../analysis/logfigures.ts';
import { renderHeapChart } from './heapchart.ts';
import {
  attention,
  bold,
  columnsOf,
  figure,
  finish,
  type TextStyle,
  unbroken,
  visible,
  widest,
  withShortWords,
  wrap,
} from './layout.ts';
import {
  adviceOf,
  bytesWithError,
  type Clock,
  chartEnds,
  clockOf,
  type FigureRow,
  figureRows,
  formatTime,
  headerParts,
  type LogReport,
  logNotes,
  type ProcessReport,
  processParts,
  withError,
  withUnits,
} from './logreport.ts';
import { renderTable } from './table.ts';

/** The report as text. */
export function renderLog(report: LogReport, style: TextStyle): string {
  const { figures, log, heap: points } = report;
  const clock = clockOf(report);
  const hasCollections = figures.summary.collections > 0;
  const sections = [
    renderHeader(headerParts(report), style),
    hasCollections ? renderRows(figureRows(figures, clock), style) : [],
    hasCollections ? renderHeapChart({ points, ...chartEnds(log, clock) }, style) : [],
    renderWorst(report, clock, style),
    ...(report.perProcess ?? []).map((each) => renderProcess(each, figures.findings, clock, style)),
    logNotes(report).flatMap((note) => renderNote(note, style)),
    hasCollections || figures.findings.length > 0
      ? renderFindings(figures.findings, clock, style)
      : [],
  ];
  const shown = sections.filter((section) => section.length > 0);
  return finish(
    shown.flatMap((section, i) => (i === 0 ? section : ['', ...section])),
    style,
  );
}

/** The parts, with points between them that never begin a line. */
function renderHeader(parts: readonly string[], style: TextStyle): string[] {
  const [name = ''] = parts;
  const [first = '', ...others] = wrapAll(parts.join('\u00a0\u00b7 '), columnsOf(style));
  return [`${bold(first.slice(0, name.length), style)}${first.slice(name.length)}`, ...others];
}

/** `text` on lines of at most `width`, whatever its words. */
function wrapAll(text: string, width: number, indent = 0): string[] {
  return wrap(withShortWords(text, Math.max(1, width - indent)), width, indent);
}

// --- Figures ------------------------------------------------------------------------------------------

const labelWidth = 12;
const itemGap = '   ';

function renderRows(rows: readonly FigureRow[], style: TextStyle): string[] {
  return rows.flatMap((row) => {
    const lines = renderRow(row, style);
    const { attention: part } = row;
    return part === undefined
      ? lines
      : lines.map((line) => line.replace(part, () => attention(part, style)));
  });
}

/** Items stand side by side; one that has no room is divided, between its figures. */
function renderRow({ label, items }: FigureRow, style: TextStyle): string[] {
  const room = Math.max(1, columnsOf(style) - labelWidth);
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    const joined = `${last}${itemGap}${item}`;
    if (last !== undefined && joined.length <= room) lines[lines.length - 1] = joined;
    else lines.push(...wrapAll(item, room));
  }
  return lines.map((line, i) => `${(i === 0 ? label : '').padEnd(labelWidth)}${line}`);
}

function renderWorst({ figures, top }: LogReport, clock: Clock, style: TextStyle): string[] {
  const worst = figures.worstOvershoots.slice(0, top ?? 0);
  if (worst.length === 0) return [];
  const rows = worst.map((each) => ({
    label: `#${each.n}`,
    cells: [
      ...(clock.hasManyProcesses ? [String(each.process)] : []),
      formatTime(each, clock) ?? figure.count(undefined),
      figure.bytes(each.heapEndBytes),
      figure.bytes(each.heapGoalBytes),
      unbroken(bytesWithError(each.overBytes, each.errorBytes)),
      unbroken(withError(each.ratio, each.errorRatio)),
    ],
  }));
  const heads = [
    ...(clock.hasManyProcesses ? ['process'] : []),
    ...['at', 'heap', 'goal', 'over', 'of the goal'],
  ];
  return renderTable({ label: 'worst overshoots', heads, rows }, style);
}

/** One process of the log: its figures, and what no finding of the whole log says. */
function renderProcess(
  report: ProcessReport,
  said: readonly Finding[],
  clock: Clock,
  style: TextStyle,
): string[] {
  const { process, figures } = report;
  const isSaid = ({ rule }: Finding): boolean =>
    said.some((other) => other.rule === rule && (other.process ?? process.id) === process.id);
  // Which process it is stands above them.
  const own = { ...clock, hasManyProcesses: false };
  const findings = figures.findings.filter((finding) => !isSaid(finding));
  return [
    ...renderHeader(processParts(report), style),
    ...renderRows(figures.summary.collections === 0 ? [] : figureRows(figures, own), style),
    ...findings.flatMap(({ severity, rule, message }) =>
      renderRow(
        { label: severity, items: [`${visible(rule)}: ${withUnits(visible(message))}`] },
        style,
      ),
    ),
  ];
}

function renderNote(note: string, style: TextStyle): string[] {
  const [first = '', ...others] = wrapAll(note, columnsOf(style) - 2);
  return [`- ${first}`, ...others.map((line) => `  ${line}`)];
}

// --- Findings -----------------------------------------------------------------------------------------

const findingIndent = 2;
const findingGap = 3;
/** With less room than this a message stands below its rule's name. */
const messageRoomMin = 40;

function renderFindings(findings: readonly Finding[], clock: Clock, style: TextStyle): string[] {
  if (findings.length === 0) return [`${'findings'.padEnd(labelWidth)}none`];
  const severityWidth = widest(findings.map(({ severity }) => severity)) + findingGap;
  const ruleWidth = widest(findings.map(({ rule }) => visible(rule))) + findingGap;
  const messageIndent = findingIndent + severityWidth + ruleWidth;
  const isWide = columnsOf(style) - messageIndent >= messageRoomMin;
  const detailIndent = isWide ? findingIndent + severityWidth : 2 * findingIndent;
  const lines = findings.flatMap((finding) => {
    const { severity } = finding;
    const name = `${severity.padEnd(severityWidth)}${visible(finding.rule).padEnd(ruleWidth)}`;
    const head = `${' '.repeat(findingIndent)}${name}`;
    const message = messageOf(finding, clock);
    const messageLines = wrapAll(message, columnsOf(style), isWide ? messageIndent : detailIndent);
    const [first = '', ...others] = messageLines;
    const top = isWide ? [`${head}${first.trimStart()}`, ...others] : [head, ...messageLines];
    const shown = top.map((line, i) =>
      i === 0 && severity !== 'info'
        ? line.replace(severity, () => attention(severity, style))
        : line.trimEnd(),
    );
    // What is only to be known needs no advice.
    const details =
      severity === 'info'
        ? []
        : wrapAll(adviceOf(finding, findings, clock), columnsOf(style), detailIndent);
    return [...shown.map((line) => line.trimEnd()), ...details];
  });
  return ['findings', ...lines];
}

function messageOf({ process, message }: Finding, { hasManyProcesses }: Clock): string {
  const isNamed = hasManyProcesses && process !== undefined;
  const text = withUnits(visible(message));
  return isNamed ? `${unbroken(`process ${process}:`)} ${text}` : text;
}
