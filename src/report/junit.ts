/**
 * Results as JUnit XML, as Jenkins's xunit plugin has it (junit-10.xsd) and other CI systems read it: a suite for each
 * group of checks, a test case for each check.
 */
import {
  type Comparison,
  type ComparisonRow,
  missingReason,
  undecidedOf,
} from '../analysis/comparison.ts';
import { formatPercent } from '../units.ts';
import { counted, finish } from './layout.ts';
import {
  changeInWords,
  metricFigure,
  noWorseSide,
  pEquation,
  regressionInWords,
  type SideNames,
} from './metricfigures.ts';

export interface JunitCase {
  name: string;
  /** Cases of one suite are written together. */
  suite: string;
  /** `error`: it had to be told whether it passes, and could not. `skipped`: it could not, and that is no harm. */
  status: 'passed' | 'failed' | 'error' | 'skipped';
  /** One line. */
  message?: string;
  /** What was found; of a case that passes it is the output. */
  details?: string;
}

export function renderJunit(cases: readonly JunitCase[]): string {
  const suites = new Map<string, JunitCase[]>();
  for (const each of cases) {
    const suite = suites.get(each.suite);
    if (suite === undefined) suites.set(each.suite, [each]);
    else suite.push(each);
  }
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'gcsim', ...countsOf(cases) })}>`,
    ...[...suites].flatMap(([name, own]) => [
      // The schema has no count of skipped cases for all suites together.
      `  <testsuite${attributes({ name, ...countsOf(own), skipped: count(own, 'skipped') })}>`,
      ...own.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function countsOf(cases: readonly JunitCase[]): Record<string, string> {
  const tests = String(cases.length);
  return { tests, failures: count(cases, 'failed'), errors: count(cases, 'error') };
}

function count(cases: readonly JunitCase[], wanted: JunitCase['status']): string {
  return String(cases.filter(({ status }) => status === wanted).length);
}

const elements = { failed: 'failure', error: 'error', skipped: 'skipped' } as const;

function caseLines({ name, suite, status, message = '', details = '' }: JunitCase): string[] {
  const start = `    <testcase${attributes({ name, classname: suite })}`;
  if (status === 'passed' && details === '') return [`${start}/>`];
  const element = status === 'passed' ? 'system-out' : elements[status];
  const about = status === 'passed' ? {} : { message, type: element };
  const open = `      <${element}${attributes(about)}`;
  const inner = details === '' ? `${open}/>` : `${open}>${escapeText(details)}</${element}>`;
  return [`${start}>`, inner, '    </testcase>'];
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}

/** What XML 1.0 has no way to say: control characters, halves of surrogate pairs, two that are no characters. */
const impossible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const replacement = '\ufffd';

function escapeText(text: string): string {
  return text
    .replace(impossible, replacement)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** Line breaks and tabs as references, for a reader would make spaces of them. */
function escapeAttribute(text: string): string {
  return escapeText(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;');
}

/**
 * A case for each metric. Under a threshold those fail that are significantly worse by more; what cannot be decided is
 * an error where that is what the gate fails for, and skipped where it is not. Without a threshold the cases are a
 * report: all pass, and say so.
 */
export function comparisonCases(
  comparison: Comparison,
  names: SideNames,
  options: { isUndecidedError: boolean },
): JunitCase[] {
  const suite = `gcsim compare: ${names.base}, ${names.head}`;
  const { rows, missing, samples, threshold } = comparison;
  const undecided = new Map(
    undecidedOf(comparison).map(({ metric, reason }) => [metric.name, reason]),
  );
  const found = [
    ...rows.map((row) => {
      const { metric } = row;
      return { metric, row, lines: linesOf(row, names), reason: undecided.get(metric.name) };
    }),
    ...missing.map((each) => {
      const reason = missingReason(each, samples);
      return { metric: each.metric, row: undefined, lines: [`not compared: ${reason}`], reason };
    }),
  ];
  return found.map(({ metric, row, lines, reason }): JunitCase => {
    const details = plain([...lines, metric.about].join('\n'));
    const { name } = metric;
    if (threshold === undefined) {
      return { name, suite, status: 'passed', details: `${reportOnly}\n${details}` };
    }
    if (reason !== undefined) {
      const status = options.isUndecidedError ? 'error' : 'skipped';
      return { name, suite, status, message: plain(`${name}: ${reason}`), details };
    }
    if (metric.better === 'neither') {
      return { name, suite, status: 'skipped', message: `${name}: ${noWorseSide}`, details };
    }
    if (row?.isRegression !== true) return { name, suite, status: 'passed', details };
    return { name, suite, status: 'failed', message: regression(row, threshold), details };
  });
}

const reportOnly = 'no --threshold was given: this is a report, which cannot fail';

function regression(row: ComparisonRow, threshold: number): string {
  const { metric, change, p } = row;
  const more = change === undefined ? '' : `: more than ${formatPercent(threshold)} worse`;
  return plain(`${metric.name} ${regressionInWords(row)} (${pEquation(p)})${more}`);
}

/** What was found of it, and the figures of both sides. */
function linesOf(row: ComparisonRow, names: SideNames): string[] {
  const { metric, verdict, note, p } = row;
  const found = verdict === 'same' ? 'no significant change' : `${verdict}, ${changeInWords(row)}`;
  const remarks = [pEquation(p), note ?? ''].filter((remark) => remark !== '').join('; ');
  return [
    `${found}${remarks === '' ? '' : ` (${remarks})`}`,
    ...(['base', 'head'] as const).map((side) => {
      const { median, count: samples } = row[side];
      return `${side} ${names[side]}: ${metricFigure(median, metric.unit)}, ${counted(samples, 'sample')}`;
    }),
  ];
}

/** With ordinary spaces. */
function plain(text: string): string {
  return finish([text], {}).trimEnd();
}
