/**
 * Results as JUnit XML, as Jenkins's xunit plugin has it (junit-10.xsd) and other CI systems read it: a suite for each
 * group of checks, a test case for each check.
 */
import type { Comparison, ComparisonRow } from '../analysis/comparison.ts';
import { formatPercent } from '../units.ts';
import { counted, finish } from './layout.ts';
import { metricChange, metricFigure, pEquation, type SideNames } from './metricfigures.ts';

export interface JunitCase {
  name: string;
  /** Cases of one suite are written together. */
  suite: string;
  /** `error`: it could not be told whether it passes. */
  status: 'passed' | 'failed' | 'error';
  /** One line. */
  message?: string;
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
      `  <testsuite${attributes({ name, ...countsOf(own) })}>`,
      ...own.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function countsOf(cases: readonly JunitCase[]): Record<string, string> {
  const count = (wanted: JunitCase['status']): string =>
    String(cases.filter(({ status }) => status === wanted).length);
  return { tests: String(cases.length), failures: count('failed'), errors: count('error') };
}

function caseLines({ name, suite, status, message = '', details = '' }: JunitCase): string[] {
  const start = `    <testcase${attributes({ name, classname: suite })}`;
  if (status === 'passed') return [`${start}/>`];
  const element = status === 'failed' ? 'failure' : 'error';
  const open = `      <${element}${attributes({ message, type: element })}`;
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

/** A case for each metric: those fail that are significantly worse by more than the threshold. */
export function comparisonCases(comparison: Comparison, names: SideNames): JunitCase[] {
  const suite = `gcsim compare: ${names.base}, ${names.head}`;
  return comparison.rows.map((row): JunitCase => {
    const { metric } = row;
    if (!row.isRegression) return { name: metric.name, suite, status: 'passed' };
    const limit = formatPercent(comparison.threshold ?? 0);
    return {
      name: metric.name,
      suite,
      status: 'failed',
      message: plain(`${metric.name} ${changeInWords(row)}: more than ${limit} worse`),
      details: plain(
        `base ${names.base}: ${metricFigure(row.base.median, metric.unit)}, ` +
          `${counted(row.base.count, 'sample')}\n` +
          `head ${names.head}: ${metricFigure(row.head.median, metric.unit)}, ` +
          `${counted(row.head.count, 'sample')}\n${metric.about}`,
      ),
    };
  });
}

function changeInWords({ change, p }: ComparisonRow): string {
  const probability = pEquation(p);
  return `${metricChange(change)}${probability === '' ? '' : ` (${probability})`}`;
}

/** With ordinary spaces. */
function plain(text: string): string {
  return finish([text], {}).trimEnd();
}
