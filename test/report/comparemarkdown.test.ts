import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderComparisonMarkdown } from '../../src/report/comparemarkdown.ts';
import { escapeMarkdown } from '../../src/report/logmarkdown.ts';
import { aComparison, aMetric, aRow, fromZeroRow, sameRow, someNames } from './comparisons.ts';
import '../support/fastcheck.ts';

describe('a comparison as Markdown', () => {
  test('has what is worse first, and the rest when it is opened', () => {
    expect(`\n${renderComparisonMarkdown(aComparison(), someNames)}`).toBe(`
### GC: main.json → pr.json

**1 worse**, 1 better, 1 different, 2 without a significant change (alpha 0.05).

Significantly worse by more than 5.0 %: pause.max.

| metric | base | head | change | p | n |  |
| --- | ---: | ---: | ---: | ---: | ---: | --- |
| pause.max | 100 µs ± 1 % | 150 µs ± 4 % | +50.0 % | &lt;0.001 | 10 | **worse**: beyond the threshold |
| gcSys.peak | 12 MiB ± 1 % | 10 MiB ± 1 % | −16.7 % | 0.002 | 10 | better |
| collections | 12 ± 0 % | 13 ± 0 % | +8.3 % | 0.002 | 10 | different |

<details>
<summary>No significant change: 2 metrics</summary>

| metric | base | head | change | p | n |  |
| --- | ---: | ---: | ---: | ---: | ---: | --- |
| pause.p50 | 20 µs ± 1 % | 20 µs ± 1 % | \\~ | 0.410 | 10 |  |
| gcSys.final | 0 B ± 0 % | 0 B ± 0 % | \\~ |  | 10 | all values are equal |

</details>

<details>
<summary>Geometric means</summary>

| of | change | metrics |  |
| --- | ---: | ---: | --- |
| sizes | −10.0 % | 2 of 3 | without 1 of 3 metrics |
| durations | +22.5 % | 2 |  |
| counts | +8.3 % | 1 |  |

</details>

- the sides differ in release: base has 1.8, head has 1.9
- in no sample: interval
`);
  });

  test('without a change has no open table', () => {
    const comparison = aComparison({ rows: [sameRow], geomeans: [], threshold: undefined });
    const text = renderComparisonMarkdown(comparison, someNames);
    expect(text).toContain('\n\n0 worse, 0 better, 1 without a significant change (alpha 0.05).\n');
    expect(text.indexOf('| metric')).toBeGreaterThan(text.indexOf('<details>'));
  });

  test('says of a change from 0 why it fails', () => {
    const text = renderComparisonMarkdown(aComparison({ rows: [fromZeroRow] }), someNames);
    expect(text).toContain(
      '| - | 0.002 | 10 | **worse**: no percentage of 0; any significant growth from 0 counts |',
    );
    expect(text).toContain(
      '\nSignificantly worse: assist.longestStall from 0 to 1.2 ms (no percentage of 0; any significant growth from 0 counts).\n',
    );
  });

  test('without a metric says so', () => {
    const comparison = aComparison({ rows: [], geomeans: [] });
    const text = renderComparisonMarkdown(comparison, someNames);
    expect(text).toContain('\n\nThere is no metric that both sides have.\n');
    expect(text).not.toContain('<details>');
  });

  test('escapes all that comes from elsewhere, and keeps it in its place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const evil = `${text}|<b>@x #1\n| worse:`;
        const metric = aMetric(evil, { unit: 'count' });
        const comparison = aComparison({
          rows: [aRow({ metric, isRegression: true, verdict: 'worse' })],
          geomeans: [],
          warnings: [evil],
          missing: [],
        });
        const markdown = renderComparisonMarkdown(comparison, { base: evil, head: 'x' });
        const escaped = escapeMarkdown(evil);
        const lines = markdown.split('\n');
        expect(lines[0]).toBe(`### GC: ${escaped} → x`);
        expect(lines.at(-2)).toBe(`- ${escaped}`);
        const row = lines.find((line) => line.endsWith('**worse**: beyond the threshold |'));
        expect(row?.startsWith(`| ${escaped} | `)).toBe(true);
        expect(row?.replaceAll('\\\\', '').match(/(?<!\\)\|/g)).toHaveLength(8);
      }),
    );
  });
});
