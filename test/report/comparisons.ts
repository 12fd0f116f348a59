/** Comparisons and samples for tests of reports: a test sets what matters to it. */

import type { LimitResult } from '../../src/analysis/budget.ts';
import type {
  Comparison,
  ComparisonRow,
  Sample,
  SideFigures,
} from '../../src/analysis/comparison.ts';
import type { Metric } from '../../src/analysis/metrics.ts';
import { findMetric } from '../../src/analysis/metrics.ts';
import type { Colours } from '../../src/report/layout.ts';
import { MiB } from '../../src/units.ts';
import { aSummary } from '../support/reports.ts';

export function aMetric(name: string, set: Partial<Metric> = {}): Metric {
  const known = findMetric(name);
  if (known !== undefined) return { ...known, ...set };
  const base = { unit: 'ns', better: 'lower', about: 'a figure', of: () => 1 } as const;
  return { name, ...base, ...set };
}

/** Ten samples, with an interval of `spread` to either side. */
export function aSide(median: number, spread = 0.01, count = 10): SideFigures {
  if (count < 6) return { count, median };
  const arm = Math.abs(median) * spread;
  return { count, median, interval: { low: median - arm, high: median + arm } };
}

/** gcSys.peak, from 12 to 10 MiB. */
export function aRow(set: Partial<ComparisonRow> = {}): ComparisonRow {
  return {
    metric: aMetric('gcSys.peak'),
    base: aSide(12 * MiB),
    head: aSide(10 * MiB),
    change: -1 / 6,
    p: 0.002,
    verdict: 'better',
    isRegression: false,
    ...set,
  };
}

export const worseRow: ComparisonRow = aRow({
  metric: aMetric('pause.max'),
  base: aSide(100_000),
  head: aSide(150_000, 0.04),
  change: 0.5,
  p: 0.0001,
  verdict: 'worse',
  isRegression: true,
});

export const sameRow: ComparisonRow = aRow({
  metric: aMetric('pause.p50'),
  base: aSide(20_000),
  head: aSide(20_000),
  change: 0,
  p: 0.41,
  verdict: 'same',
});

/** Worse, from nothing. */
export const fromZeroRow: ComparisonRow = aRow({
  metric: aMetric('assist.longestStall'),
  base: aSide(0),
  head: aSide(1_200_000),
  change: undefined,
  verdict: 'worse',
  note: 'from 0: a percentage cannot be given',
  isRegression: true,
});

/** Better, worse, the same, and what has no better side. */
export function aComparison(set: Partial<Comparison> = {}): Comparison {
  return {
    rows: [
      aRow(),
      sameRow,
      worseRow,
      aRow({
        metric: aMetric('collections'),
        base: aSide(12, 0),
        head: aSide(13, 0),
        change: 1 / 12,
        verdict: 'different',
      }),
      aRow({
        metric: aMetric('gcSys.final'),
        base: aSide(0),
        head: aSide(0),
        change: 0,
        verdict: 'same',
        note: 'all values are equal',
      }),
    ].map((row) => {
      const { p: _, ...rest } = row;
      return row.note === undefined ? row : { ...rest, p: undefined };
    }),
    missing: [{ metric: aMetric('interval'), baseCount: 0, headCount: 0 }],
    geomeans: [
      { unit: 'bytes', change: -0.1, rows: 3, leftOut: 1, note: 'without 1 of 3 metrics' },
      { unit: 'ns', change: 0.2247, rows: 2, leftOut: 0 },
      { unit: 'count', change: 1 / 12, rows: 1, leftOut: 0 },
    ],
    warnings: ['the sides differ in release: base has 1.8, head has 1.9'],
    samples: { base: 10, head: 10 },
    alpha: 0.05,
    threshold: 0.05,
    ...set,
  };
}

/** In place of colours: what would be coloured stands between them. */
export const marks: Colours = { bold: (text) => text, yellow: (text) => `«${text}»` };

export const someNames = { base: 'main.json', head: 'pr.json' };

export function aSample(set: Partial<Sample> = {}): Sample {
  return {
    name: 'seed 1',
    figures: { summary: aSummary() },
    workload: 'init1',
    release: '1.9',
    procs: 4,
    ...set,
  };
}

export function aLimitResult(set: Partial<LimitResult> = {}): LimitResult {
  return {
    limit: {
      text: 'overshoot.p95 <= 10%',
      of: 'samples',
      metric: aMetric('overshoot.p95'),
      operator: '<=',
      value: 0.1,
    },
    status: 'holds',
    message: '4.1 % in seed 3; the worst of 10',
    worst: 0.041,
    worstSample: 'seed 3',
    failed: 0,
    count: 10,
    ...set,
  };
}

export const brokenResult: LimitResult = aLimitResult({
  limit: {
    text: 'pause.max <= 1ms',
    of: 'samples',
    metric: aMetric('pause.max'),
    operator: '<=',
    value: 1e6,
  },
  status: 'broken',
  message: '1.2 ms in seed 7; 2 of 10 samples break it',
  worst: 1.2e6,
  worstSample: 'seed 7',
  failed: 2,
});

export function anUnknownResult(): LimitResult {
  const { worst: _, worstSample: __, ...rest } = aLimitResult();
  const limit = {
    text: 'compare.gcCpu.regression <= 3%',
    of: 'regression',
    metric: aMetric('gcCpu'),
    operator: '<=',
    value: 0.03,
  } as const;
  return {
    ...rest,
    limit,
    status: 'unknown',
    message: 'needs at least 4 samples a side for p < 0.05',
    count: 1,
  };
}
