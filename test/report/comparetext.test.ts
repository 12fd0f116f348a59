import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareSamples } from '../../src/analysis/comparison.ts';
import { metrics } from '../../src/analysis/metrics.ts';
import { renderComparison } from '../../src/report/comparetext.ts';
import { aStyle } from '../support/reports.ts';
import { aComparison, aMetric, aRow, aSample, aSide, marks, someNames } from './comparisons.ts';
import '../support/fastcheck.ts';

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
geomean of sizes                                        -          (2)

collections               12 ± 0 %      13 ± 0 %   +8.3 %   0.002  different

(1) all values are equal
(2) needs medians above 0

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
      aComparison({ rows: [], geomeans: [], absent: [], warnings: ['no metric'] }),
      someNames,
      aStyle(),
    );
    expect(text).toBe(
      'base  main.json\nhead  pr.json\n\nThere is no metric that both sides have.\n\n- no metric\n',
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
