import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metrics } from '../../src/analysis/metrics.ts';
import {
  renderSeeds,
  renderSeedsCsv,
  renderSeedsJson,
  type SeedSample,
  spreadsOf,
} from '../../src/report/seeds.ts';
import { MiB } from '../../src/units.ts';
import { aRun, aStyle, aSummary, someCycles, someTotals } from '../support/reports.ts';
import { expectOrder, readSchema, undescribed, validatorOf } from '../support/schemas.ts';
import { aMetric } from './comparisons.ts';
import '../support/fastcheck.ts';

/** Runs that differ in GC bytes from system alone: 1 MiB a seed. */
function someSamples(count: number, firstSeed = 1): SeedSample[] {
  return Array.from({ length: count }, (_, i) => {
    const seed = firstSeed + i;
    const gcSys = { ...someTotals.gcSys, peakBytes: seed * MiB };
    return { seed, figures: { summary: aSummary(someCycles(), { ...someTotals, gcSys }) } };
  });
}

const some = ['overshoot.p95', 'pause.max', 'gcSys.peak', 'heap.live'].map((name) => aMetric(name));

describe('several seeds as text', () => {
  test('have the median of each metric, its interval, and the extremes', () => {
    expect(`\n${renderSeeds(someSamples(10), some, aStyle())}`).toBe(`
10 seeds: 1 to 10

metric          median  95 % from      to     min     max
overshoot.p95   11.8 %     11.8 %  11.8 %  11.8 %  11.8 %

pause.max        30 µs      30 µs   30 µs   30 µs   30 µs

gcSys.peak     5.5 MiB      2 MiB   9 MiB   1 MiB  10 MiB
`);
  });

  test('leave out the intervals where they have no room or there are none', () => {
    const narrow = renderSeeds(someSamples(10), some, aStyle({ columns: 48 }));
    expect(narrow).toMatch(/^gcSys\.peak +5\.5 MiB +1 MiB +10 MiB$/m);
    const few = renderSeeds(someSamples(3), some, aStyle());
    expect(few).toMatch(/^metric +median +min +max$/m);
    expect(few).toContain('\n\nA 95 % confidence interval of the median needs at least 6 seeds.\n');
  });

  test('say of how many a metric is that some do not have', () => {
    const seen = new Set<object>();
    const metric = aMetric('rare', {
      of: ({ summary }) =>
        seen.has(summary) || seen.size < 4 ? seen.add(summary).size : undefined,
    });
    expect(renderSeeds(someSamples(6), [metric], aStyle())).toMatch(/^rare .* n=4$/m);
  });

  test('list seeds that do not follow each other', () => {
    const samples = [...someSamples(1), ...someSamples(2, 7)];
    expect(renderSeeds(samples, some, aStyle())).toMatch(/^3 seeds: 1, 7, 8\n/);
    expect(renderSeeds([], some, aStyle())).toBe('0 seeds\n');
  });

  test('fit any width', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 200 }),
        fc.integer({ min: 1, max: 12 }),
        (columns, n) => {
          const text = renderSeeds(someSamples(n), metrics, aStyle({ columns }));
          for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

test('a spread is of the runs that have the metric', () => {
  const [spread, ...others] = spreadsOf(someSamples(10), [
    aMetric('gcSys.peak'),
    aMetric('heap.live'),
  ]);
  expect(others).toEqual([]);
  expect(spread).toMatchObject({ min: MiB, max: 10 * MiB });
  expect(spread?.side).toEqual({
    count: 10,
    median: 5.5 * MiB,
    interval: { low: 2 * MiB, high: 9 * MiB },
  });
});

describe('the JSON of several seeds', () => {
  const schema = readSchema('seeds');
  const samples = someSamples(2).map(({ seed, figures }) => ({ seed, summary: figures.summary }));

  test('is what its schema says, in a fixed order', () => {
    const text = renderSeedsJson(aRun, samples);
    validatorOf(schema)(text);
    expectOrder(JSON.parse(text), schema);
    const { seed: _, ...run } = aRun;
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: 2,
      run,
      samples: [{ seed: 1 }, { seed: 2 }],
    });
    expect(JSON.parse(text).run).not.toHaveProperty('seed');
    validatorOf(schema)(renderSeedsJson(aRun, []));
  });

  test('has settings and figures as the JSON of a run has them', () => {
    const run = readSchema('run');
    expect(schema.properties?.schemaVersion).toEqual(run.properties?.schemaVersion);
    const { seed: _, ...settings } = run.properties?.run?.properties ?? {};
    expect(schema.properties?.run?.properties).toEqual(settings);
    expect(schema.$defs?.summary).toEqual(run.$defs?.summary);
    expect(run.$defs).toMatchObject(schema.$defs ?? {});
    expect(undescribed(schema)).toEqual([]);
  });
});

describe('the CSV of several seeds', () => {
  test('has a row for each, with the unit at the end of a column', () => {
    expect(renderSeedsCsv(someSamples(2), some)).toBe(
      'seed,overshoot.p95_share,pause.max_ns,gcSys.peak_bytes\r\n' +
        '1,0.1175,30000,1048576\r\n2,0.1175,30000,2097152\r\n',
    );
  });

  test('has the unit once, where the name says it already', () => {
    const names = ['overshoot.count', 'overshoot.maxBytes', 'assist.share', 'collections'];
    const text = renderSeedsCsv([], [...names.map((name) => aMetric(name))]);
    expect(text).toBe('seed,overshoot.count,overshoot.maxBytes,assist.share,collections_count\r\n');
  });

  test('has the same columns whatever the runs have: all metrics but those of logs', () => {
    const [head = '', row = ''] = renderSeedsCsv(someSamples(1), metrics).split('\r\n');
    const columns = head.split(',');
    expect(new Set(columns).size).toBe(columns.length);
    expect(row.split(',')).toHaveLength(columns.length);
    const [idle = ''] = renderSeedsCsv(
      [{ seed: 1, figures: { summary: aSummary([]) } }],
      metrics,
    ).split('\r\n');
    expect(idle).toBe(head);
    // What LogFigures alone has: docs/metrics.md says the same.
    const ofLogs = [
      'assist.ofGc',
      'gcCpu.worstWindow',
      'heap.live',
      'heap.goal',
      'interval',
      'allocation.rate',
      'allocation.peakRate',
    ];
    for (const name of ofLogs) {
      expect(columns.filter((column) => new RegExp(`^${name}(_|$)`).test(column))).toEqual([]);
    }
    expect(columns).toHaveLength(1 + metrics.length - ofLogs.length);
  });
});
