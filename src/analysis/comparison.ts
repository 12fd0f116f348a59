/**
 * Two sets of samples side by side, metric by metric, with benchstat's statistics: see ranktest.ts. A sample is one
 * run or one log; the collections of one log depend on each other and are never taken for samples.
 */
import { assert } from '../assert.ts';
import type { Metric, SampleFigures } from './metrics.ts';
import {
  geometricMean,
  mannWhitney,
  medianInterval,
  samplesNeeded,
  smallestP,
} from './ranktest.ts';
import { quantile } from './statistics.ts';

/** One sample and where it comes from. */
export interface Sample {
  /** For messages: a file's name, or "seed 3". */
  name: string;
  figures: SampleFigures;
  /** What was measured: where it differs between the sides, the comparison warns. */
  workload?: string;
  release?: string;
  procs?: number;
  /** The file that it was read from, and which run in it, however the file was named: two of one source are one. */
  source?: string;
}

export interface SideFigures {
  count: number;
  median: number;
  /** 95 % confidence interval of the median by order statistics; absent with fewer than 6 samples. */
  interval?: { low: number; high: number };
}

export type Verdict = 'better' | 'worse' | 'different' | 'same';

export interface ComparisonRow {
  metric: Metric;
  base: SideFigures;
  head: SideFigures;
  /** (head − base) / |base|, of the medians; undefined where the base is 0 and the head is not. */
  change: number | undefined;
  /** Two-sided p of the Mann-Whitney U test; undefined where all values are equal or a side has one sample only. */
  p: number | undefined;
  /** 'same' is "no significant change", shown as ~. 'different': significant, of a metric that has no better side. */
  verdict: Verdict;
  /**
   * Why there is no verdict ("all values are equal", "needs at least 4 samples a side for p < 0.05"), or of a change no
   * share.
   */
  note?: string;
  /** Significantly worse by more than the threshold that was given. From a base of 0 any significant growth counts. */
  isRegression: boolean;
}

/** A metric that was asked for and that not all samples have: it has no row. */
export interface MissingMetric {
  metric: Metric;
  /** Samples that have it. */
  baseCount: number;
  headCount: number;
}

/** A metric that could not have been found to be worse, whatever its figures. */
export interface Undecided {
  metric: Metric;
  /** "needs at least 4 samples a side for p < 0.05", "in no sample". */
  reason: string;
}

export interface GeomeanRow {
  unit: string;
  /**
   * Geometric mean of head / base, of the medians, over the rows of this unit that have such a ratio, less one. As
   * benchstat has it, a row without a change counts as 1, from 0 to 0 too. Undefined where no row has a ratio.
   */
  change: number | undefined;
  /** All of this unit. */
  rows: number;
  /** Those among them without a ratio: a median is not above 0. */
  leftOut: number;
  /** Which are left out. */
  note?: string;
}

export interface Comparison {
  rows: ComparisonRow[];
  missing: MissingMetric[];
  geomeans: GeomeanRow[];
  /** What a reader has to know: few samples, different workloads or releases, metrics of one side only. */
  warnings: string[];
  /** How many there are of each side. */
  samples: { base: number; head: number };
  alpha: number;
  threshold: number | undefined;
}

export interface CompareOptions {
  metrics: readonly Metric[];
  alpha: number;
  /** The smallest change that counts, as a share; undefined: nothing is a regression. */
  threshold?: number;
}

/** The note of a row whose values are all equal: no test is needed to see that nothing has changed. */
export const allEqualNote = 'all values are equal';

/** What a threshold makes of a change that has no share: beside 0 any figure is large. */
export const fromZeroRemark = 'no percentage of 0; any significant growth from 0 counts';

/** Compares two sides of at least one sample each. Rows stand in the order of the metrics. */
export function compareSamples(
  base: readonly Sample[],
  head: readonly Sample[],
  options: CompareOptions,
): Comparison {
  assert(base.length > 0 && head.length > 0, 'both sides have a sample', base.length, head.length);
  const rows: ComparisonRow[] = [];
  const missing: MissingMetric[] = [];
  for (const metric of options.metrics) {
    const ofBase = valuesOf(base, metric);
    const ofHead = valuesOf(head, metric);
    if (ofBase.length === base.length && ofHead.length === head.length) {
      rows.push(rowOf(metric, ofBase, ofHead, options));
    } else {
      missing.push({ metric, baseCount: ofBase.length, headCount: ofHead.length });
    }
  }
  const samples = { base: base.length, head: head.length };
  const warnings = [
    ...sampleWarnings(base, head, options.alpha),
    ...originWarnings(base, head),
    ...missingWarnings(missing, samples),
  ];
  if (rows.length === 0) warnings.push('no metric is in all samples of both sides');
  const { alpha, threshold } = options;
  return { rows, missing, geomeans: geomeansOf(rows), warnings, samples, alpha, threshold };
}

/** Those of the metrics that have a worse side. Where it has all of them, no threshold can be said to be kept. */
export function undecidedOf(comparison: Comparison): Undecided[] {
  const { rows, missing, samples, alpha } = comparison;
  const ofRows = rows.flatMap(({ metric, base, head }) => {
    const reason = reachNote(base.count, head.count, alpha);
    return reason === undefined ? [] : [{ metric, reason }];
  });
  const ofMissing = missing.map((each) => {
    return { metric: each.metric, reason: missingReason(each, samples) };
  });
  return [...ofRows, ...ofMissing].filter(({ metric }) => metric.better !== 'neither');
}

/** Rows that would have shown it if their metric had become worse. */
export function decidedRows({ rows, alpha }: Comparison): ComparisonRow[] {
  return rows.filter(
    ({ metric, base, head }) =>
      metric.better !== 'neither' && reachNote(base.count, head.count, alpha) === undefined,
  );
}

/** Metrics that were asked for and that no sample of either side has, by name. */
export function absentOf({ missing }: Comparison): string[] {
  return missing.filter(isAbsent).map(({ metric }) => metric.name);
}

function isAbsent({ baseCount, headCount }: MissingMetric): boolean {
  return baseCount + headCount === 0;
}

/** Why it has no row: "only in 9 of 10 base samples and 10 of 10 head samples", "in no sample". */
export function missingReason(
  { baseCount, headCount }: MissingMetric,
  samples: Comparison['samples'],
): string {
  if (baseCount + headCount === 0) return 'in no sample';
  const ofBase = `${baseCount} of ${counted(samples.base, 'base')}`;
  return `only in ${ofBase} and ${headCount} of ${counted(samples.head, 'head')}`;
}

/** Of metrics that some samples have; what no sample has is no surprise where all metrics are asked for. */
function missingWarnings(
  missing: readonly MissingMetric[],
  samples: Comparison['samples'],
): string[] {
  const namesOf = new Map<string, string[]>();
  for (const each of missing) {
    if (isAbsent(each)) continue;
    const part = missingReason(each, samples);
    namesOf.set(part, [...(namesOf.get(part) ?? []), each.metric.name]);
  }
  return [...namesOf].map(([part, names]) => `not compared, because ${part}: ${names.join(', ')}`);
}

/** "1 base sample", "10 head samples". */
function counted(count: number, side: 'base' | 'head'): string {
  return `${count} ${side} ${count === 1 ? 'sample' : 'samples'}`;
}

function valuesOf(samples: readonly Sample[], metric: Metric): number[] {
  const values: number[] = [];
  for (const { figures } of samples) {
    const value = metric.of(figures);
    if (value !== undefined && Number.isFinite(value)) values.push(value);
  }
  return values.sort((a, b) => a - b);
}

function rowOf(
  metric: Metric,
  baseValues: readonly number[],
  headValues: readonly number[],
  { alpha, threshold }: CompareOptions,
): ComparisonRow {
  const base = sideOf(baseValues);
  const head = sideOf(headValues);
  const isAllEqual = baseValues[0] === headValues.at(-1) && headValues[0] === baseValues.at(-1);
  const isSingle = base.count === 1 || head.count === 1;
  const p = isAllEqual || isSingle ? undefined : mannWhitney(baseValues, headValues).p;
  const isSignificant = p !== undefined && p < alpha;
  const verdict = isSignificant ? verdictOf(metric, base.median, head.median) : 'same';
  const change = changeOf(base.median, head.median);
  const note = isAllEqual
    ? allEqualNote
    : (reachNote(base.count, head.count, alpha) ??
      (isSignificant ? noteOfChange(verdict, change) : undefined));
  const isRegression =
    threshold !== undefined &&
    verdict === 'worse' &&
    (change === undefined || Math.abs(change) > threshold);
  return {
    metric,
    base,
    head,
    change,
    p,
    verdict,
    ...(note === undefined ? {} : { note }),
    isRegression,
  };
}

/** What is to be said of a significant change. */
function noteOfChange(verdict: Verdict, change: number | undefined): string | undefined {
  if (verdict === 'same') return 'the values differ, but not their medians';
  return change === undefined ? 'from 0: a percentage cannot be given' : undefined;
}

function sideOf(sorted: readonly number[]): SideFigures {
  const median = quantile(sorted, 0.5);
  assert(median !== undefined, 'a side has a value');
  const interval = medianInterval(sorted);
  if (interval === undefined) return { count: sorted.length, median };
  return { count: sorted.length, median, interval: { low: interval.low, high: interval.high } };
}

function verdictOf({ better }: Metric, base: number, head: number): Verdict {
  if (base === head) return 'same';
  if (better === 'neither') return 'different';
  return head < base === (better === 'lower') ? 'better' : 'worse';
}

function changeOf(base: number, head: number): number | undefined {
  if (base === head) return 0;
  if (base === 0) return undefined;
  const change = (head - base) / Math.abs(base);
  return Number.isFinite(change) ? change : undefined;
}

/** Why no p of so many samples can be below alpha; undefined where one can. */
export function reachNote(baseCount: number, headCount: number, alpha: number): string | undefined {
  const isReachable = smallestP(baseCount, headCount) < alpha && Math.min(baseCount, headCount) > 1;
  if (isReachable) return undefined;
  return `needs at least ${Math.max(2, samplesNeeded(alpha))} samples a side for p < ${alpha}`;
}

/** Fewest values with which the 95 % interval of a median exists. */
const intervalSamplesMin = 6;

function sampleWarnings(base: readonly Sample[], head: readonly Sample[], alpha: number): string[] {
  const warnings: string[] = [];
  const counts = `${counted(base.length, 'base')} and ${counted(head.length, 'head')}`;
  const unreachable = reachNote(base.length, head.length, alpha);
  if (base.length === 1 || head.length === 1) {
    warnings.push(`${counts}: a single one does not tell a change from chance; ${unreachable}`);
  } else if (unreachable !== undefined) {
    warnings.push(`${counts}: no change can be significant; ${unreachable}`);
  }
  if (Math.min(base.length, head.length) < intervalSamplesMin) {
    const needed = `a 95 % confidence interval of the median needs at least ${intervalSamplesMin} samples`;
    warnings.push(unreachable === undefined ? `${counts}: ${needed}` : needed);
  }
  return [...warnings, ...sourceWarnings(base, head)];
}

/** Of what counts as several samples and is one. */
function sourceWarnings(base: readonly Sample[], head: readonly Sample[]): string[] {
  const sources = { base: namesBySource(base), head: namesBySource(head) };
  const warnings: string[] = [];
  for (const side of ['base', 'head'] as const) {
    const twice = [...sources[side].values()].filter((names) => names.length > 1);
    if (twice.length > 0) warnings.push(`given more than once in ${side}: ${sameNames(twice)}`);
  }
  // Runs with one seed on both sides are meant to be so; a file that is on both is a slip.
  const onBoth = [...new Set(base.map(({ source }) => source))].flatMap((source) => {
    const ofHead = source === undefined ? undefined : sources.head.get(source);
    return ofHead === undefined ? [] : [[...(sources.base.get(source ?? '') ?? []), ...ofHead]];
  });
  if (onBoth.length > 0) warnings.push(`given on both sides: ${sameNames(onBoth)}`);
  return warnings.map((warning) => `${warning}; samples have to be independent`);
}

/** What the samples of each source are called; where a source is not known, the name is all there is. */
function namesBySource(samples: readonly Sample[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name, source = name } of samples) {
    names.set(source, [...(names.get(source) ?? []), name]);
  }
  return names;
}

/** "a.log, b.log = ./b.log" */
function sameNames(groups: readonly (readonly string[])[]): string {
  return listed(groups.map((names) => [...new Set(names)].join(' = ')));
}

/** More names than that are counted. */
const namesMax = 5;

export function listed(names: readonly string[]): string {
  const more = names.length - namesMax;
  const list = names.slice(0, namesMax).join(', ');
  return more > 0 ? `${list} and ${more} more` : list;
}

/** What the samples were measured of, where that is not the same for all. */
function originWarnings(base: readonly Sample[], head: readonly Sample[]): string[] {
  const warnings: string[] = [];
  for (const [what, read] of origins) {
    const ofBase = distinct(base, read);
    const ofHead = distinct(head, read);
    if (ofBase.length > 1) warnings.push(`base has more than one ${what}: ${ofBase.join(', ')}`);
    if (ofHead.length > 1) warnings.push(`head has more than one ${what}: ${ofHead.join(', ')}`);
    if (ofBase.length === 0 || ofHead.length === 0) continue;
    const isSame =
      ofBase.length === ofHead.length && ofBase.every((value) => ofHead.includes(value));
    if (isSame) continue;
    warnings.push(
      `the sides differ in ${what}: base has ${ofBase.join(', ')}, head has ${ofHead.join(', ')}`,
    );
  }
  return warnings;
}

const origins: readonly (readonly [what: string, (sample: Sample) => string | undefined])[] = [
  ['workload', ({ workload }) => workload],
  ['release', ({ release }) => release],
  ['GOMAXPROCS', ({ procs }) => (procs === undefined ? undefined : String(procs))],
];

/** In the order in which they come. */
function distinct(
  samples: readonly Sample[],
  read: (sample: Sample) => string | undefined,
): string[] {
  const values = new Set<string>();
  for (const sample of samples) {
    const value = read(sample);
    if (value !== undefined) values.add(value);
  }
  return [...values];
}

/** One row for each unit, in the order in which units come. */
function geomeansOf(rows: readonly ComparisonRow[]): GeomeanRow[] {
  const byUnit = new Map<string, ComparisonRow[]>();
  for (const row of rows) {
    const ofUnit = byUnit.get(row.metric.unit) ?? [];
    ofUnit.push(row);
    byUnit.set(row.metric.unit, ofUnit);
  }
  return [...byUnit].map(([unit, ofUnit]) => geomeanOf(unit, ofUnit));
}

function geomeanOf(unit: string, rows: readonly ComparisonRow[]): GeomeanRow {
  const mean = geometricMean(rows.flatMap((row) => ratioOf(row) ?? []));
  const change = mean === undefined ? undefined : mean - 1;
  const names = rows.filter((row) => ratioOf(row) === undefined).map(({ metric }) => metric.name);
  const leftOut = names.length;
  const row = { unit, change, rows: rows.length, leftOut };
  if (leftOut === 0) return row;
  const note = `without ${leftOut} of ${rows.length} metrics, of which a median is not above 0: ${listed(names)}`;
  return { ...row, note };
}

/** Above 0 and finite; undefined where there is none. */
function ratioOf({ base, head }: ComparisonRow): number | undefined {
  if (base.median === head.median) return 1;
  const ratio = head.median / base.median;
  return base.median > 0 && ratio > 0 && Number.isFinite(ratio) ? ratio : undefined;
}
