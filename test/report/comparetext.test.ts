import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Comparison, compareSamples } from '../../src/analysis/comparison.ts';
import { metrics } from '../../src/analysis/metrics.ts';
import { renderComparison } from '../../src/report/comparetext.ts';
import { aStyle } from '../support/reports.ts';
import {
  aComparison,
  aMetric,
  aRow,
  aSample,
  aSide,
  fromZeroRow,
  marks,
  sameRow,
  someNames,
  worseRow,
} from './comparisons.ts';
import '../support/fastcheck.ts';

const without = { rows: [], missing: [], geomeans: [] };

describe('a comparison as text', () => {
  test('has a row for each metric, grouped by unit, and says what came of it', () => {
    const text = renderComparison(aComparison(), someNames, aStyle());
    expect(`\n${text}`).toBe(`
base  main.json · 10 samples
head  pr.json · 10 samples

metric                        base          head   change       p
pause.p50              20 µs ± 1 %   20 µs ± 1 %        ~   0.410
pause.max             100 µs ± 1 %  150 µs ± 4 %  +50.0 %  <0.001  worse
geomean of durations                              +22.5 %

gcSys.peak            12 MiB ± 1 %  10 MiB ± 1 %  −16.7 %   0.002  better
gcSys.final              0 B ± 0 %     0 B ± 0 %        ~          (1)
geomean of sizes                                  −10.0 %          (2)

collections               12 ± 0 %      13 ± 0 %   +8.3 %   0.002  different

(1) all values are equal
(2) without 1 of 3 metrics

~ is no significant change (alpha 0.05).
Significantly worse by more than 5.0 %: pause.max.

- the sides differ in release: base has 1.8, head has 1.9
- in no sample: interval
`);
  });

  test('leaves out the intervals where they have no room, and says from where on they have', () => {
    const text = renderComparison(aComparison(), someNames, aStyle({ columns: 64 }));
    expect(text).toMatch(/^pause\.max +100 µs +150 µs +\+50\.0 % +<0\.001 +worse$/m);
    expect(text).not.toContain('±');
    const [, needed = ''] = /have room from (\d+) columns on/.exec(text) ?? [];
    const wide = renderComparison(aComparison(), someNames, aStyle({ columns: Number(needed) }));
    expect(wide).toContain('±');
    const narrow = aStyle({ columns: Number(needed) - 1 });
    expect(renderComparison(aComparison(), someNames, narrow)).not.toContain('±');
  });

  test('has lines for each metric where there is no room for a table', () => {
    const text = renderComparison(aComparison(), someNames, aStyle({ columns: 40 }));
    expect(text).toContain('pause.max\n  100 µs ± 1 % to 150 µs ± 4 %\n  +50.0 % p<0.001 worse\n');
    expect(text).toContain('geomean of durations\n  +22.5 %\n');
  });

  test('writes an arm of its own where a share of the median says nothing', () => {
    const zero = { count: 10, median: 0, interval: { low: 0, high: 2240 } };
    const small = { count: 10, median: 0.0001, interval: { low: 0, high: 0.003 } };
    const rows = [
      aRow({ metric: aMetric('pause.max'), base: zero, head: zero }),
      aRow({ metric: aMetric('overshoot.p95'), base: small, head: small }),
    ];
    const text = renderComparison(aComparison({ rows, geomeans: [] }), someNames, aStyle());
    expect(text).toContain('0 ns ± 2.24 µs');
    expect(text).toContain('0.010 % ± 0.29 pp');
  });

  test('has no interval for few samples, and says where a row has fewer than the others', () => {
    const rows = [aRow(), aRow({ metric: aMetric('gcSys.final'), base: aSide(1, 0, 4) })];
    const text = renderComparison(aComparison({ rows, geomeans: [] }), someNames, aStyle());
    expect(text).toMatch(/^gcSys\.final +1 B +10 MiB ± 1 % .* better n=4\+10$/m);
  });

  test('without a common metric says so', () => {
    const text = renderComparison(
      aComparison({ ...without, warnings: ['no metric'], threshold: undefined }),
      someNames,
      aStyle(),
    );
    expect(`\n${text}`).toBe(`
base  main.json · 10 samples
head  pr.json · 10 samples

There is no metric that both sides have.

- no metric
`);
  });

  test('says of a change from 0 that it has no percentage, and fails', () => {
    const text = renderComparison(
      aComparison({ rows: [worseRow, fromZeroRow], geomeans: [] }),
      someNames,
      aStyle({ chalk: marks }),
    );
    expect(text).toMatch(/^assist\.longestStall +0 ns .* - +0\.002 +«worse» \(1\)$/m);
    expect(text).toContain('\n(1) from 0: a percentage cannot be given\n');
    expect(text.replace(/[«»]/g, '').replace(/\s+/g, ' ')).toContain(
      'Significantly worse by more than 5.0 %: pause.max. Significantly worse: assist.longestStall ' +
        'from 0 to 1.2 ms (no percentage of 0; any significant growth from 0 counts).',
    );
    expect(text).toContain('\n«Significantly worse by');
    const more = { ...fromZeroRow, metric: aMetric('assist.cpu') };
    const both = aComparison({ rows: [fromZeroRow, more], geomeans: [] });
    expect(renderComparison(both, someNames, aStyle({ columns: 200 }))).toContain(
      '\nSignificantly worse: assist.longestStall from 0 to 1.2 ms, assist.cpu from 0 to 1.2 ms (no percentage',
    );
  });

  test('says what cannot be decided, beside what can and where nothing can', () => {
    const few = aRow({ base: aSide(1, 0, 3), head: aSide(1, 0, 3), verdict: 'same' });
    const part = { metric: aMetric('wakeup.max'), baseCount: 9, headCount: 10 };
    const end = (set: Partial<Comparison>): string =>
      renderComparison(
        aComparison({ geomeans: [], warnings: [], missing: [], ...set }),
        someNames,
        aStyle({ chalk: marks }),
      )
        .trimEnd()
        .split('\n')
        .at(-1) ?? '';
    expect(end({ rows: [sameRow] })).toBe('No metric is significantly worse by more than 5.0 %.');
    expect(end({ rows: [sameRow], missing: [part] })).toBe(
      'No metric is significantly worse by more than 5.0 %. Not to be decided: wakeup.max.',
    );
    expect(end({ rows: [worseRow], missing: [part] })).toBe(
      '«Significantly worse by more than 5.0 %: pause.max. Not to be decided: wakeup.max.»',
    );
    expect(end({ rows: [few], missing: [part] })).toBe(
      '«Whether a metric is worse by more than 5.0 % cannot be decided.»',
    );
    const sideless = aRow({ metric: aMetric('collections'), verdict: 'same' });
    expect(end({ rows: [sideless] })).toBe(
      '«No threshold can fail this: of no metric here is more or less worse.»',
    );
  });

  test('marks what is worse, and nothing else', () => {
    const text = renderComparison(aComparison(), someNames, aStyle({ chalk: marks }));
    expect(text.match(/«[^»]*»/g)).toEqual([
      '«worse»',
      '«Significantly worse by more than 5.0 %: pause.max.»',
    ]);
  });

  test('has ASCII alone where it is asked for', () => {
    const text = renderComparison(aComparison(), someNames, aStyle({ ascii: true }));
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  });

  test('fits any width, whatever the names', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 200 }),
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.boolean(),
        (columns, name, hasChalk) => {
          const names = { base: name, head: `${name}x` };
          const warnings = [name, 'y'.repeat(150)];
          const style = hasChalk ? aStyle({ columns, chalk: marks }) : aStyle({ columns });
          const text = renderComparison(aComparison({ warnings }), names, style);
          const plain = text.replace(/[«»]/g, '');
          expect(plain.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
          for (const line of plain.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  test('of all metrics fits any width', () => {
    const samples = Array.from({ length: 7 }, (_, i) => aSample({ name: `seed ${i}` }));
    const comparison = compareSamples(samples, samples, { metrics, alpha: 0.05 });
    for (let columns = 40; columns <= 200; columns += 5) {
      const text = renderComparison(comparison, someNames, aStyle({ columns }));
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });
});
