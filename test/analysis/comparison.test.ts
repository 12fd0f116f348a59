import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  absentOf,
  type CompareOptions,
  compareSamples,
  decidedRows,
  type Sample,
  undecidedOf,
} from '../../src/analysis/comparison.ts';
import { findMetric, type Metric, metrics } from '../../src/analysis/metrics.ts';
import type { Summary } from '../../src/analysis/summary.ts';
import { aSimCycle } from '../support/cycles.ts';
import { aSummary } from '../support/reports.ts';

function metricNamed(name: string): Metric {
  return findMetric(name) ?? expect.fail(`no metric ${name}`);
}

const pauseMax = metricNamed('pause.max');

const summary = aSummary([1, 2, 3, 4].map((n) => aSimCycle({ n, sim: { wakeupDelayNs: n } })));

function aSample(set: Partial<Sample> = {}, pauseMaxNs?: number): Sample {
  const pauses = { ...summary.pauses, maxNs: pauseMaxNs };
  return { name: 'a', figures: { summary: { ...summary, pauses } }, ...set };
}

/** Samples that differ in their longest pause. */
function withPauses(...pausesNs: (number | undefined)[]): Sample[] {
  return pausesNs.map((ns, i) => aSample({ name: `sample ${i + 1}` }, ns));
}

const options: CompareOptions = { metrics: [pauseMax], alpha: 0.05 };

/** The row of the longest pause. */
function rowOf(base: Sample[], head: Sample[], set: Partial<CompareOptions> = {}) {
  const { rows } = compareSamples(base, head, { ...options, ...set });
  return rows[0] ?? expect.fail('no row');
}

const five = withPauses(10, 11, 12, 13, 14);
const fiveGreater = withPauses(20, 21, 22, 23, 30);

describe('a row', () => {
  test('has medians, change, p and verdict', () => {
    expect(rowOf(five, fiveGreater)).toEqual({
      metric: pauseMax,
      base: { count: 5, median: 12 },
      head: { count: 5, median: 22 },
      change: 10 / 12,
      // All of one side above all of the other: 2 of C(10, 5) deals.
      p: 2 / 252,
      verdict: 'worse',
      isRegression: false,
    });
    expect(rowOf(fiveGreater, five)).toMatchObject({ change: -10 / 22, verdict: 'better' });
  });

  test('has a confidence interval of each median, from 6 samples on', () => {
    const six = withPauses(3, 1, 2, 6, 5, 4);
    const ten = withPauses(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
    const row = rowOf(six, ten);
    expect(row.base).toEqual({ count: 6, median: 3.5, interval: { low: 1, high: 6 } });
    expect(row.head).toEqual({ count: 10, median: 55, interval: { low: 20, high: 90 } });
    expect(rowOf(five, ten).base.interval).toBeUndefined();
  });

  test('of no better side is different, not worse', () => {
    const metric: Metric = { ...pauseMax, better: 'neither' };
    const row = rowOf(five, fiveGreater, { metrics: [metric], threshold: 0 });
    expect(row).toMatchObject({ verdict: 'different', isRegression: false });
  });

  test('of which more is better gets worse by falling', () => {
    const metric: Metric = { ...pauseMax, better: 'higher' };
    const set = { metrics: [metric], threshold: 0.05 };
    expect(rowOf(five, fiveGreater, set)).toMatchObject({ verdict: 'better', isRegression: false });
    expect(rowOf(fiveGreater, five, set)).toMatchObject({ verdict: 'worse', isRegression: true });
  });

  test('is the same where p is not below alpha', () => {
    // All of one side above the other but for one pair: 4 of 252, 0.016.
    const head = withPauses(13.5, 21, 22, 23, 30);
    expect(rowOf(five, head)).toMatchObject({ verdict: 'worse', p: 4 / 252 });
    const strict = rowOf(five, head, { alpha: 4 / 252 });
    expect(strict).toMatchObject({ verdict: 'same' });
    expect(strict.note).toBeUndefined();
  });

  test('is the same where the medians are equal, however the values lie', () => {
    // Base has its other values below the median, the head above.
    const base = withPauses(1, 1, 1, 1, 5, 5, 5, 5, 5);
    const head = withPauses(5, 5, 5, 5, 5, 9, 9, 9, 9);
    const row = rowOf(base, head);
    expect(row.p).toBeLessThan(0.05);
    expect(row).toMatchObject({
      change: 0,
      verdict: 'same',
      note: 'the values differ, but not their medians',
    });
  });

  test('of equal values has no p, and says why', () => {
    const row = rowOf(withPauses(7, 7, 7, 7), withPauses(7, 7, 7, 7));
    expect(row).toMatchObject({ change: 0, verdict: 'same', note: 'all values are equal' });
    expect(row.p).toBeUndefined();
  });

  test('of too few samples says how many are needed', () => {
    const three = rowOf(withPauses(1, 2, 3), withPauses(7, 8, 9));
    expect(three).toMatchObject({
      verdict: 'same',
      note: 'needs at least 4 samples a side for p < 0.05',
    });
    expect(three.p).toBeCloseTo(0.1, 12);
    expect(rowOf(withPauses(1, 2, 3), withPauses(7, 8, 9), { alpha: 0.2 }).verdict).toBe('worse');
    const strict = rowOf(five, withPauses(1, 2, 3, 4), { alpha: 0.001 });
    // 2/C(12, 6) is 0.0022, 2/C(14, 7) is 0.0006.
    expect(strict.note).toBe('needs at least 7 samples a side for p < 0.001');
    // 2/C(8, 3) is 0.036: 3 are enough where the other side has 5.
    expect(rowOf(withPauses(1, 2, 3), five).verdict).toBe('worse');
  });

  test('of a single sample has no p', () => {
    const many = withPauses(...Array.from({ length: 60 }, (_, i) => 10 + i));
    for (const row of [rowOf(withPauses(1), many), rowOf(many, withPauses(1))]) {
      expect(row).toMatchObject({
        verdict: 'same',
        note: expect.stringMatching(/^needs at least 4/),
      });
      expect(row.p).toBeUndefined();
    }
  });

  test('from a base of 0 has no change, and is a regression beyond any threshold', () => {
    const zeros = withPauses(0, 0, 0, 0, 0);
    const row = rowOf(zeros, five, { threshold: 100 });
    expect(row).toMatchObject({
      verdict: 'worse',
      isRegression: true,
      note: 'from 0: a percentage cannot be given',
    });
    expect(row.change).toBeUndefined();
    // All values but one are 0: that is no significant growth.
    const most = rowOf(zeros, withPauses(0, 0, 0, 0, 9), { threshold: 0 });
    expect(most).toMatchObject({ verdict: 'same', isRegression: false });
    expect(rowOf(five, zeros)).toMatchObject({ change: -1, verdict: 'better' });
    expect(rowOf(zeros, zeros)).toMatchObject({ change: 0, verdict: 'same' });
  });

  test('of a negative base grows away from it', () => {
    const base = withPauses(-10, -10, -11, -10, -9);
    expect(rowOf(base, withPauses(5, 5, 6, 4, 5))).toMatchObject({ change: 1.5, verdict: 'worse' });
  });

  test('is a regression only where it is worse by more than the threshold', () => {
    const base = withPauses(100, 100, 101, 100, 99);
    const head = withPauses(105, 105, 106, 105, 104);
    expect(rowOf(base, head, { threshold: 0.049 }).isRegression).toBe(true);
    expect(rowOf(base, head, { threshold: 0.05 }).isRegression).toBe(false);
    expect(rowOf(head, base, { threshold: 0 }).isRegression).toBe(false);
    // Worse by half, but not significantly.
    expect(rowOf(withPauses(1, 2, 3), withPauses(3, 3, 4), { threshold: 0 }).isRegression).toBe(
      false,
    );
  });
});

describe('sides as a whole', () => {
  const all: CompareOptions = { metrics, alpha: 0.05, threshold: 0 };

  test('identical sets: no change in any row', () => {
    const figures = fc.record({
      maxNs: fc.integer({ min: 0, max: 50 }),
      collections: fc.integer({ min: 0, max: 5 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(figures, { minLength: 1, maxLength: 12 }), (sets) => {
        const side = sets.map(({ maxNs, collections, share }, i): Sample => {
          const pauses = { ...summary.pauses, maxNs };
          const changed = { ...summary, collections, pauses, backgroundCpuShare: share };
          return { name: String(i), figures: { summary: changed } };
        });
        const { rows, geomeans } = compareSamples(side, side.slice().reverse(), all);
        expect(rows.length).toBeGreaterThan(40);
        for (const row of rows) {
          expect(row).toMatchObject({ change: 0, verdict: 'same', isRegression: false });
          expect(row.p ?? 1).toBe(1);
        }
        for (const { change } of geomeans) expect(change).toBe(0);
      }),
    );
  });

  test('sets that differ in one metric: that one is named', () => {
    const parts = Object.keys(summary.gcSys) as (keyof Summary['gcSys'])[];
    const noise = (i: number) => (i * 7) % 5;
    for (const part of parts) {
      const side = (scale: number): Sample[] =>
        Array.from({ length: 6 }, (_, i) => {
          const gcSys = { ...summary.gcSys, [part]: 1000 * scale + noise(i) };
          const pauses = { ...summary.pauses, maxNs: 100 + noise(i) };
          return { name: String(i), figures: { summary: { ...summary, gcSys, pauses } } };
        });
      const { rows } = compareSamples(side(1), side(1.2), all);
      const changed = rows.filter(({ verdict }) => verdict !== 'same');
      const expected = `gcSys.${part.replace(/Bytes$/, '')}`;
      expect(changed.map(({ metric }) => metric.name)).toEqual([expected]);
      expect(changed[0]).toMatchObject({ verdict: 'worse', isRegression: true });
    }
  });

  test('rows stand in the order of the metrics', () => {
    const chosen = ['pause.max', 'collections', 'gcCpu'].map(metricNamed);
    const { rows, alpha, threshold } = compareSamples(five, five, { metrics: chosen, alpha: 0.01 });
    expect(rows.map(({ metric }) => metric.name)).toEqual(['pause.max', 'collections', 'gcCpu']);
    expect({ alpha, threshold }).toEqual({ alpha: 0.01, threshold: undefined });
  });

  test('there is a geometric mean for each unit', () => {
    const metricOf = (name: string, unit: Metric['unit'], values: readonly number[]): Metric => ({
      ...pauseMax,
      name,
      unit,
      of: ({ summary: { collections } }) => values[collections],
    });
    const side = (collections: number): Sample[] => [
      { name: String(collections), figures: { summary: { ...summary, collections } } },
    ];
    const { geomeans } = compareSamples(side(0), side(1), {
      alpha: 0.05,
      metrics: [
        metricOf('a', 'ns', [10, 20]),
        metricOf('b', 'bytes', [4, 0]),
        metricOf('c', 'ns', [10, 80]),
        // From 0 to 0 counts as no change, as with benchstat.
        metricOf('d', 'count', [0, 0]),
        metricOf('e', 'count', [2, 8]),
        // Neither has a ratio: the others have one all the same.
        metricOf('f', 'ns', [0, 5]),
        metricOf('g', 'ns', [5, 0]),
        // One that no number can hold.
        metricOf('h', 'share', [5e-324, 1]),
      ],
    });
    const without = 'of which a median is not above 0';
    expect(geomeans).toEqual([
      // √(20/10 · 80/10) is 4.
      {
        unit: 'ns',
        change: expect.closeTo(3, 12),
        rows: 4,
        leftOut: 2,
        note: `without 2 of 4 metrics, ${without}: f, g`,
      },
      {
        unit: 'bytes',
        change: undefined,
        rows: 1,
        leftOut: 1,
        note: `without 1 of 1 metrics, ${without}: b`,
      },
      { unit: 'count', change: expect.closeTo(1, 12), rows: 2, leftOut: 0 },
      expect.objectContaining({ unit: 'share', change: undefined, leftOut: 1 }),
    ]);
  });
});

describe('warnings', () => {
  const ten = withPauses(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

  function warningsOf(base: Sample[], head: Sample[], set: Partial<CompareOptions> = {}): string[] {
    return compareSamples(base, head, { ...options, ...set }).warnings;
  }

  test('none where there is nothing to say', () => {
    expect(warningsOf(ten, ten)).toEqual([]);
  });

  test('of a single sample, and of few', () => {
    expect(warningsOf(withPauses(1), withPauses(2))).toEqual([
      '1 base sample and 1 head sample: a single one does not tell a change from chance; needs at least 4 samples a side for p < 0.05',
      'a 95 % confidence interval of the median needs at least 6 samples',
    ]);
    expect(warningsOf(withPauses(1, 2, 3), withPauses(1, 2, 3))).toEqual([
      '3 base samples and 3 head samples: no change can be significant; needs at least 4 samples a side for p < 0.05',
      'a 95 % confidence interval of the median needs at least 6 samples',
    ]);
    expect(warningsOf(ten, five)).toEqual([
      '10 base samples and 5 head samples: a 95 % confidence interval of the median needs at least 6 samples',
    ]);
  });

  test('of different workloads, releases and procs', () => {
    const origin = { workload: 'steady', release: 'go1.5', procs: 4 };
    const side = (set: Partial<Sample>) => ten.map((sample) => ({ ...sample, ...origin, ...set }));
    expect(warningsOf(side({}), side({}))).toEqual([]);
    expect(warningsOf(side({}), side({ workload: 'peak2', release: 'go1.22', procs: 8 }))).toEqual([
      'the sides differ in workload: base has steady, head has peak2',
      'the sides differ in release: base has go1.5, head has go1.22',
      'the sides differ in GOMAXPROCS: base has 4, head has 8',
    ]);
    const mixed = [...side({}).slice(1), aSample({ ...origin, name: 'x', release: 'go1.22' }, 1)];
    expect(warningsOf(mixed, side({}))).toEqual([
      'base has more than one release: go1.5, go1.22',
      'the sides differ in release: base has go1.5, go1.22, head has go1.5',
    ]);
    expect(warningsOf(mixed, mixed)).toEqual([
      'base has more than one release: go1.5, go1.22',
      'head has more than one release: go1.5, go1.22',
    ]);
    // A log may not tell its workload.
    expect(warningsOf(side({}), ten)).toEqual([]);
  });

  test('of metrics that not all samples have', () => {
    const some = [...ten.slice(1), ...withPauses(undefined)].map((sample, i) => ({
      ...sample,
      name: String(i),
    }));
    const none = ten.map(({ name }) => aSample({ name }));
    const metric = metricNamed('collections');
    const found = compareSamples(ten, some, { metrics: [pauseMax, metric], alpha: 0.05 });
    expect(found.rows.map((row) => row.metric.name)).toEqual(['collections']);
    expect(found.warnings).toEqual([
      'not compared, because only in 10 of 10 base samples and 9 of 10 head samples: pause.max',
    ]);
    const absent = compareSamples(none, none, { metrics: [pauseMax, metric], alpha: 0.05 });
    expect(absentOf(absent)).toEqual(['pause.max']);
    expect(absent.warnings).toEqual([]);
    expect(warningsOf(ten, none)).toEqual([
      'not compared, because only in 10 of 10 base samples and 0 of 10 head samples: pause.max',
      'no metric is in all samples of both sides',
    ]);
  });

  test('of one sample given twice', () => {
    const twice = ten.map((sample, i) => ({ ...sample, name: i < 2 ? 'a.log' : sample.name }));
    expect(warningsOf(twice, ten)).toEqual([
      'given more than once in base: a.log; samples have to be independent',
    ]);
  });

  test('of one source under two names, and on both sides', () => {
    const of = (name: string, source?: string) =>
      aSample({ name, ...(source !== undefined && { source }) }, 1);
    const independent = 'samples have to be independent';
    const own = (base: Sample[], head: Sample[]) =>
      warningsOf(base, head).filter((text) => text.endsWith(independent));
    const [a, dotted, b] = [of('a.log', '/a.log'), of('./a.log', '/a.log'), of('b.log', '/b.log')];
    expect(own([a, dotted], [b])).toEqual([
      `given more than once in base: a.log = ./a.log; ${independent}`,
    ]);
    expect(own([a], [b, b])).toEqual([`given more than once in head: b.log; ${independent}`]);
    expect(own([a, b], [b, dotted])).toEqual([
      `given on both sides: a.log = ./a.log, b.log; ${independent}`,
    ]);
    expect(own([a], [b])).toEqual([]);
    // Two files may hold runs that are called alike; two sides may run the same seed.
    expect(own([of('x', '/1/x'), of('x', '/2/x')], [of('x', '/3/x')])).toEqual([]);
    expect(own([of('seed 1')], [of('seed 1')])).toEqual([]);
    const many = Array.from({ length: 7 }, (_, i) => of(`${i}`, `/${i}`));
    expect(own(many, many)).toEqual([
      `given on both sides: 0, 1, 2, 3, 4 and 2 more; ${independent}`,
    ]);
  });
});

describe('what cannot be decided', () => {
  const higher: Metric = { ...pauseMax, name: 'up', better: 'higher' };
  const neither: Metric = { ...pauseMax, name: 'odd', better: 'neither' };

  function found(base: Sample[], head: Sample[], metrics = [pauseMax, higher, neither]) {
    const comparison = compareSamples(base, head, { metrics, alpha: 0.05 });
    return {
      undecided: undecidedOf(comparison).map(({ metric, reason }) => [metric.name, reason]),
      decided: decidedRows(comparison).map(({ metric }) => metric.name),
    };
  }

  test('is what too few samples cannot show to be worse, equal or not', () => {
    const reason = 'needs at least 4 samples a side for p < 0.05';
    for (const three of [withPauses(1, 2, 3), withPauses(7, 7, 7)]) {
      expect(found(three, withPauses(7, 7, 7))).toEqual({
        undecided: [
          ['pause.max', reason],
          ['up', reason],
        ],
        decided: [],
      });
    }
    const four = withPauses(7, 7, 7, 7);
    expect(found(four, four)).toEqual({ undecided: [], decided: ['pause.max', 'up'] });
  });

  test('is what some samples do not have', () => {
    const metric = metricNamed('collections');
    const absent = metricNamed('heap.live');
    const set = [...withPauses(1, 2, 3, 4), aSample({ name: 'x' }), ...withPauses(5)];
    const collections = { ...metric, better: 'lower' } as const;
    expect(found(five, set, [pauseMax, neither, collections, absent])).toEqual({
      undecided: [
        ['pause.max', 'only in 5 of 5 base samples and 5 of 6 head samples'],
        ['heap.live', 'in no sample'],
      ],
      decided: ['collections'],
    });
  });
});
