/**
 * Budgets: limits such as "overshoot.p95 <= 10%" that runs or logs keep or break. A limit on a metric holds if every
 * sample keeps it: a budget is a promise about each run, and a median would let half of them break it. A limit on a
 * regression, "compare.gcCpu.regression <= 3%", is about a comparison's row: the change for the worse, where it is
 * significant, and 0 where it is not.
 *
 * What cannot be decided fails too: a check that cannot fail is none.
 */
import { unreachable } from '../assert.ts';
import {
  formatBytes,
  formatDuration,
  formatPercent,
  type Parsed,
  parseBytes,
  parseDuration,
  parseRate,
} from '../units.ts';
import {
  allEqualNote,
  type Comparison,
  type ComparisonRow,
  fromZeroRemark,
  listed,
  reachNote,
  type Sample,
} from './comparison.ts';
import { findMetric, type Metric, type MetricUnit, metricHint } from './metrics.ts';

export type Operator = '<=' | '<' | '>=' | '>';

export interface Limit {
  /** As it was written, without spaces around it. */
  text: string;
  /** 'samples': of each sample's figure. 'regression': of the significant change for the worse, a share of the base. */
  of: 'samples' | 'regression';
  metric: Metric;
  operator: Operator;
  /** In the metric's unit, or a share. */
  value: number;
}

export type ParsedLimit =
  | { ok: true; limit: Limit }
  | {
      ok: false;
      message: string;
      /** Where in the text is what is wrong, from 0, and how long it is. */
      at: number;
      length: number;
      hint?: string;
    };

/** 'unknown': it cannot be decided, which fails as a broken limit does. */
export type LimitStatus = 'holds' | 'broken' | 'unknown';

export interface LimitResult {
  limit: Limit;
  status: LimitStatus;
  /** What was found, or why nothing was: a part of a sentence. */
  message: string;
  /** The figure that is nearest to the limit, or furthest beyond it; absent where there is none. */
  worst?: number;
  /** The sample that has it. */
  worstSample?: string;
  /** Samples that break the limit, of so many; of a regression, 0 or 1 of 1. */
  failed: number;
  count: number;
}

/** Reads one limit. */
export function parseLimit(text: string): ParsedLimit {
  const wrong = (message: string, part: Part, hint?: string): ParsedLimit => {
    return { ok: false, message, ...placeOf(part), ...(hint === undefined ? {} : { hint }) };
  };
  const { name, operator, value } = partsOf(text);
  if (name.text === '') return wrong(`expected ${form}`, name);
  if (operator.text === '') {
    return wrong(`expected ${form}, found no operator`, operator, operatorHint);
  }
  if (!isOperator(operator.text)) {
    return wrong(`unknown operator "${operator.text}"`, operator, operatorHint);
  }
  const subject = subjectOf(name);
  if (!subject.ok) return wrong(subject.message, subject.part, subject.hint);
  const { metric, of } = subject;
  if (of === 'regression' && operator.text.startsWith('>')) {
    return wrong('a regression can only have an upper limit', operator, 'operators: <=, <');
  }
  const unit = of === 'regression' ? 'share' : metric.unit;
  if (value.text === '') {
    return wrong(`expected ${readers[unit](value.text).expected} after ${operator.text}`, value);
  }
  const isUpper = operator.text.startsWith('<');
  if (/^[-\u2212]/.test(value.text)) {
    const why = isUpper ? 'can never hold' : 'always holds';
    return wrong(`the limit ${why}: "${name.text}" is never below 0`, value);
  }
  const read = readers[unit](value.text);
  if (read.value === undefined) {
    const message = `the limit of "${name.text}" must be ${read.expected}, found "${value.text}"`;
    return wrong(message, value, hintOf(unit, value.text));
  }
  if (operator.text === '<' && read.value === 0) {
    return wrong(`the limit can never hold: "${name.text}" is never below 0`, value);
  }
  const limit = { text: text.trim(), of, metric, operator: operator.text, value: read.value };
  return { ok: true, limit };
}

const form = 'a limit such as "overshoot.p95 <= 10%"';
const operatorHint = 'operators: <=, <, >=, >';

function isOperator(text: string): text is Operator {
  return text === '<=' || text === '<' || text === '>=' || text === '>';
}

/** A part of a limit's text, and where it begins. */
interface Part {
  text: string;
  at: number;
}

function placeOf({ text, at }: Part): { at: number; length: number } {
  return { at, length: text.length };
}

/** What stands before, in and after the first characters that look like an operator. Missing parts are empty. */
function partsOf(text: string): { name: Part; operator: Part; value: Part } {
  const match = /[<>=!~\u2264\u2265]+/.exec(text);
  const operatorAt = match?.index ?? text.trimEnd().length;
  const operator = { text: match?.[0] ?? '', at: operatorAt };
  const name = trimmed(text.slice(0, operatorAt), 0);
  const valueAt = operatorAt + operator.text.length;
  return { name, operator, value: trimmed(text.slice(valueAt), valueAt) };
}

function trimmed(text: string, at: number): Part {
  const start = text.length - text.trimStart().length;
  return { text: text.trim(), at: at + start };
}

type Subject =
  | { ok: true; of: Limit['of']; metric: Metric }
  | { ok: false; message: string; part: Part; hint: string };

const comparePrefix = 'compare.';
const regressionSuffix = '.regression';

function subjectOf(name: Part): Subject {
  const isComparison = name.text.startsWith(comparePrefix);
  const of = isComparison ? 'regression' : 'samples';
  if (isComparison && !name.text.endsWith(regressionSuffix)) {
    const message = `"${name.text}" must end in "${regressionSuffix}"`;
    return { ok: false, message, part: name, hint: 'such as compare.gcCpu.regression <= 3%' };
  }
  const part = isComparison
    ? {
        text: name.text.slice(comparePrefix.length, -regressionSuffix.length),
        at: name.at + comparePrefix.length,
      }
    : name;
  const metric = findMetric(part.text);
  if (metric === undefined) {
    const message = `unknown metric "${part.text}"`;
    return { ok: false, message, part, hint: metricHint(part.text) };
  }
  if (isComparison && metric.better === 'neither') {
    const message = `"${metric.name}" has no regression: neither more nor less of it is worse`;
    return { ok: false, message, part, hint: `limit it itself: ${metric.name} <= …` };
  }
  return { ok: true, of, metric };
}

/** What a text is, or what was expected instead. */
type Reading = { value: number | undefined; expected: string };

/** How a limit of each unit is written. */
const readers: Record<MetricUnit, (text: string) => Reading> = {
  ns: (text) => reading(parseDuration(text), 'a duration such as "1ms"'),
  bytes: (text) => reading(parseBytes(text), 'a size such as "12MiB"'),
  'bytes/s': (text) => reading(parseRate(text), 'a rate such as "50MiB/s"'),
  share: readShare,
  ratio: readNumber,
  count: readNumber,
};

function reading(parsed: Parsed, expected: string): Reading {
  return parsed.ok
    ? { value: parsed.value, expected }
    : { value: undefined, expected: parsed.expected };
}

const lengthMax = 32;

/** "10%", "0.1", "150%": an overshoot may be more than its goal. Without a percent sign, at most 1: "10" is a slip. */
function readShare(text: string): Reading {
  const expected = 'a share such as "10%" or "0.1"';
  const match = /^(\d+(?:\.\d+)?)( ?%)?$/.exec(text);
  if (match === null || text.length > lengthMax) return { value: undefined, expected };
  // The exponent, unlike a division by 100, gives the nearest number to what is written.
  const value = Number(match[2] === undefined ? match[1] : `${match[1]}e-2`);
  return { value: match[2] === undefined && value > 1 ? undefined : value, expected };
}

function readNumber(text: string): Reading {
  const expected = 'a number such as "3"';
  const isNumber = /^\d+(?:\.\d+)?$/.test(text) && text.length <= lengthMax;
  return { value: isNumber ? Number(text) : undefined, expected };
}

function hintOf(unit: MetricUnit, text: string): string | undefined {
  return unit === 'share' && /^\d+(\.\d+)?$/.test(text) ? `write ${text}%` : undefined;
}

/** The result of every limit, in their order. A regression needs the comparison of these samples with a base. */
export function checkLimits(
  limits: readonly Limit[],
  samples: readonly Sample[],
  comparison?: Comparison,
): LimitResult[] {
  return limits.map((limit) =>
    limit.of === 'samples' ? checkSamples(limit, samples) : checkRegression(limit, comparison),
  );
}

function checkSamples(limit: Limit, samples: readonly Sample[]): LimitResult {
  const isUpper = limit.operator.startsWith('<');
  const missing: string[] = [];
  let worst: number | undefined;
  let worstSample = '';
  let failed = 0;
  for (const { name, figures } of samples) {
    const value = limit.metric.of(figures);
    if (value === undefined) {
      missing.push(name);
      continue;
    }
    if (!isKept(limit, value)) failed++;
    if (worst === undefined || (isUpper ? value > worst : value < worst)) {
      worst = value;
      worstSample = name;
    }
  }
  const count = samples.length;
  const lacking = count === 0 ? 'there are no samples' : `not in ${listed(missing)}`;
  if (worst === undefined) return { limit, status: 'unknown', message: lacking, failed: 0, count };
  const parts = [`${figureText(limit, worst)} in ${worstSample}`];
  if (count > 1 && failed > 0) parts.push(`${failed} of ${count} samples break it`);
  else if (count > 1) parts.push(`the worst of ${count - missing.length}`);
  if (missing.length > 0) parts.push(lacking);
  const status = failed > 0 ? 'broken' : missing.length > 0 ? 'unknown' : 'holds';
  return { limit, status, message: parts.join('; '), worst, worstSample, failed, count };
}

function isKept({ operator, value: bound }: Limit, value: number): boolean {
  switch (operator) {
    case '<=':
      return value <= bound;
    case '<':
      return value < bound;
    case '>=':
      return value >= bound;
    default:
      return value > bound;
  }
}

/** The figure with three digits, or with all where those would not tell it from the limit. */
function figureText({ metric, of, value: bound }: Limit, value: number): string {
  const unit = of === 'regression' ? 'share' : metric.unit;
  const text = formatFigure(value, unit);
  if (value === bound || text !== formatFigure(bound, unit)) return text;
  if (unit === 'share') return `${Number((value * 100).toPrecision(15))} %`;
  return unit === 'ratio' || unit === 'count' ? String(value) : `${value} ${unitNames[unit]}`;
}

const unitNames = { ns: 'ns', bytes: 'B', 'bytes/s': 'B/s' } as const;

function checkRegression(limit: Limit, comparison: Comparison | undefined): LimitResult {
  const unknown = (message: string): LimitResult => {
    return { limit, status: 'unknown', message, failed: 0, count: 1 };
  };
  if (comparison === undefined) return unknown('there is no base to compare with');
  const row = comparison.rows.find(({ metric }) => metric.name === limit.metric.name);
  if (row === undefined) return unknown('not in all samples of both sides');
  const unreached = reachNote(row.base.count, row.head.count, comparison.alpha);
  if (row.note !== allEqualNote && unreached !== undefined) return unknown(unreached);
  const found = foundText(limit, row);
  if (row.verdict !== 'worse') {
    const status = isKept(limit, 0) ? 'holds' : 'broken';
    return {
      limit,
      status,
      message: found,
      worst: 0,
      failed: status === 'holds' ? 0 : 1,
      count: 1,
    };
  }
  if (row.change === undefined) {
    return { limit, status: 'broken', message: found, failed: 1, count: 1 };
  }
  const worst = Math.abs(row.change);
  const isBroken = !isKept(limit, worst);
  const status = isBroken ? 'broken' : 'holds';
  return { limit, status, message: found, worst, failed: isBroken ? 1 : 0, count: 1 };
}

/** "12 % worse (p = 0.002); median 1.4 % to 1.6 %". */
function foundText(
  limit: Limit,
  { metric, base, head, change, p, verdict }: ComparisonRow,
): string {
  const medians = `median ${formatFigure(base.median, metric.unit)} to ${formatFigure(head.median, metric.unit)}`;
  const chance = p === undefined ? '' : p < 0.001 ? ' (p < 0.001)' : ` (p = ${p.toFixed(3)})`;
  if (verdict === 'worse') {
    if (change === undefined) {
      return `worse${chance}: from 0 to ${formatFigure(head.median, metric.unit)} (${fromZeroRemark})`;
    }
    return `${figureText(limit, Math.abs(change))} worse${chance}; ${medians}`;
  }
  if (verdict === 'better') return `better${chance}; ${medians}`;
  return p === undefined ? 'no change' : `no significant change${chance}; ${medians}`;
}

/** With three digits. */
function formatFigure(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'ns':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'bytes/s':
      return `${formatBytes(value)}/s`;
    case 'share':
      return formatPercent(value);
    case 'ratio':
      return String(Number(value.toPrecision(3)));
    case 'count':
      return String(value);
    default:
      return unreachable(unit);
  }
}
