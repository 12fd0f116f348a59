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
  /** Why a verdict could not be reached ("all values are equal", "needs at least 4 samples a side for p < 0.05"). */
  note?: string;
  /** Significantly worse by more than the threshold that was given. From a base of 0, any change is more. */
  isRegression: boolean;
}

export interface GeomeanRow {
  unit: string;
  /**
   * Geometric mean of head / base, of the medians, over the rows of this unit, less one. As benchstat has it: a row
   * without a change counts as 1, from 0 to 0 too. Undefined where any other median is not above 0.
   */
  change: number | undefined;
  rows: number;
  /** Why there is no change. */
  note?: string;
}

export interface Comparison {
  rows: ComparisonRow[];
  geomeans: GeomeanRow[];
  /** What a reader has to know: few samples, different workloads or releases, metrics of one side only. */
  warnings: string[];
  /** Metrics that were asked for and that no sample of either side has, by name. */
  absent: string[];
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

/** Compares two sides of at least one sample each. Rows stand in the order of the metrics. */
export function compareSamples(
  base: readonly Sample[],
  head: readonly Sample[],
  options: CompareOptions,
): Comparison {
  assert(base.length > 0 && head.length > 0, 'both sides have a sample', base.length, head.length);
  const rows: ComparisonRow[] = [];
  const absent: string[] = [];
  /** Metrics that some samples have, by how many of them. */
  const partial = new Map<string, string[]>();
  for (const metric of options.metrics) {
    const ofBase = valuesOf(base, metric);
    const ofHead = valuesOf(head, metric);
    if (ofBase.length === base.length && ofHead.length === head.length) {
      rows.push(rowOf(metric, ofBase, ofHead, options));
    } else if (ofBase.length + ofHead.length === 0) {
      absent.push(metric.name);
    } else {
      const have = `in ${ofBase.length} of ${counted(base, 'base')} and ${ofHead.length} of ${counted(head, 'head')}`;
      partial.set(have, [...(partial.get(have) ?? []), metric.name]);
    }
  }
  const warnings = [...sampleWarnings(base, head, options.alpha), ...originWarnings(base, head)];
  for (const [have, names] of partial) {
    warnings.push(`not compared, because only ${have}: ${names.join(', ')}`);
  }
  if (rows.length === 0) warnings.push('no metric is in all samples of both sides');
  const { alpha, threshold } = options;
  return { rows, geomeans: geomeansOf(rows), warnings, absent, alpha, threshold };
}

/** "1 base sample", "10 head samples". */
function counted({ length }: readonly Sample[], side: 'base' | 'head'): string {
  return `${length} ${side} ${length === 1 ? 'sample' : 'samples'}`;
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
      (isSignificant && verdict === 'same'
        ? 'the values differ, but not their medians'
        : undefined));
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
  const counts = `${counted(base, 'base')} and ${counted(head, 'head')}`;
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
  for (const [side, samples] of [
    ['base', base],
    ['head', head],
  ] as const) {
    const twice = repeated(samples.map(({ name }) => name));
    if (twice.length === 0) continue;
    warnings.push(
      `given more than once in ${side}: ${twice.join(', ')}; samples have to be independent`,
    );
  }
  return warnings;
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];
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
  return [...byUnit].map(([unit, ofUnit]) => {
    const wrong = ofUnit
      .filter((row) => ratioOf(row) === undefined)
      .map(({ metric }) => metric.name);
    const mean = geometricMean(ofUnit.map((row) => ratioOf(row) ?? Number.NaN));
    if (mean !== undefined) return { unit, change: mean - 1, rows: ofUnit.length };
    const note = `needs medians above 0: not so of ${wrong.join(', ')}`;
    return { unit, change: undefined, rows: ofUnit.length, note };
  });
}

function ratioOf({ base, head }: ComparisonRow): number | undefined {
  if (base.median === head.median) return 1;
  return base.median > 0 && head.median > 0 ? head.median / base.median : undefined;
}
