import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeMarkdown, renderLogMarkdown } from '../../src/report/logmarkdown.ts';
import { MiB } from '../../src/units.ts';
import { aFinding, aLog, aLogReport, noFigures, someFigures } from '../support/reports.ts';
import '../support/fastcheck.ts';

describe('the Markdown of a log', () => {
  test('has tables of figures and findings, and opens the rest on demand', () => {
    const heap = [9, 20, 12, 14].map((heapMiB) => ({
      heapBytes: heapMiB * MiB,
      goalBytes: 16 * MiB,
    }));
    const text = renderLogMarkdown(aLogReport({ top: 1, heap }));
    expect(`\n${text}`).toBe(`
### GC log: api.log

Go 1.18 or later · 8 procs · 2 h 14 min · 1,204 collections, 3 forced · 0 lines lost

|  |  |
| --- | --- |
| heap | live 412 MiB (last 440 MiB), growing 31 MiB/h (20 to 42) · goal 824 MiB · peak 861 MiB |
| overshoot | in 28 to 41 collections, worst +4.5 % ± 0.2 (#<!-- -->881 at 1:31:07), 37 MiB; p95 3.1 % |
| cost | GC 6.1 % of CPU: background 5.0, assist 1.1 · idle 0.9 % (not counted) · worst minute 14.0 %, assists 6.0 (from 1:30:00) |
| pacing | 8.99 collections a minute · 6.6 s between them · start at 93.0 % of the goal, 54 MiB before it · GOGC in effect 98 (least 91) |
| allocation | median 62 MiB/s · peak 341 MiB/s (#<!-- -->881 at 1:31:07) · 480 GiB in all |
| pauses | p50 80 µs · p95 210 µs · p99 900 µs · max 3.4 ms (#<!-- -->412 at 1:00:00) |
| memory | stacks up to 12 MiB · globals 3 MiB · 1.25 GiB returned to the system · 1.25 GiB of 1.5 GiB held at the end |

| severity | rule | finding |
| --- | --- | --- |
| warning | assist-pressure | assists took over 5 % of CPU in 41 collections, worst 19 % (#<!-- -->881) |

<details>
<summary>Why, and what to try</summary>

- assist-pressure: The program allocates faster than 25 % of its CPUs can mark. Try GOGC=150, which would take about 206 MiB more. See #<!-- -->881 at 1:31:07, #<!-- -->882 at 1:31:10. (gcsim explain assist-pressure)

</details>

| worst overshoots | heap | goal | over | of the goal |
| --- | ---: | ---: | ---: | ---: |
| #<!-- -->881 at 1:31:07 | 861 MiB | 824 MiB | 37 ± 1 MiB | 4.5 % ± 0.2 |

<details>
<summary>Heap</summary>

\`\`\`text
heap at mark end     ─ goal     by collection
20 MiB ┤                  ██████████████████
       │──────────────────██████████████████────────────────────────────────────
       │                  ██████████████████▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅██████████████████
10 MiB ┤▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆██████████████████████████████████████████████████████
       │████████████████████████████████████████████████████████████████████████
       │████████████████████████████████████████████████████████████████████████
     0 └0:00:01                                                          2:14:01
\`\`\`

</details>
`);
  });

  test('of a log in which nothing was found says so', () => {
    expect(renderLogMarkdown(aLogReport({ figures: someFigures({ findings: [] }) }))).toContain(
      '\n\nNo findings.\n',
    );
  });

  test('of a log without collections has no table', () => {
    const text = renderLogMarkdown(
      aLogReport({ figures: noFigures(), heap: [], log: aLog({ processes: [], releases: '' }) }),
    );
    expect(text).toBe(
      '### GC log: api.log\n\nno collection · 0 lines lost\n\n- There is no line of a collection in it.\n',
    );
  });

  test('has each process by itself, and names it in findings', () => {
    const [process] = aLog().processes;
    const second = { ...process!, id: 2, source: 'web|1' };
    const figures = someFigures({ findings: [aFinding({ process: 2 })] });
    const text = renderLogMarkdown(
      aLogReport({
        log: aLog({ processes: [process!, second] }),
        figures,
        perProcess: [{ process: second, figures }],
      }),
    );
    expect(text).toContain('\n| warning | assist-pressure | process 2: assists took');
    expect(text).toContain('\n#### process 2 · web\\|1 · Go 1.18 or later ·');
  });
});

describe('text of others', () => {
  test.each([
    ['a|b', 'a\\|b'],
    ['a\\|b', 'a\\\\\\|b'],
    ['`x` *y* _z_ ~~u~~', '\\`x\\` \\*y\\* \\_z\\_ \\~\\~u\\~\\~'],
    ['<img src=x onerror=y>', '&lt;img src=x onerror=y&gt;'],
    ['&lt;', '&amp;lt;'],
    ['[a](https://b.c)', '\\[a\\](https:<!-- -->//b.c)'],
    ['![a](b)', '\\!\\[a\\](b)'],
    ['www.a.b', 'www<!-- -->.a.b'],
    ['#12, o/r#3, GH-4', '#<!-- -->12, o/r#<!-- -->3, GH-<!-- -->4'],
    ['@someone', '@<!-- -->someone'],
    ['$x$', '<span>$</span>x<span>$</span>'],
    ['a\nb\r\n# c\u2028d', 'a?b??# c?d'],
    ['\u001b[31m', '?\\[31m'],
    ['heap 4 % (a, b): −1.5 µs', 'heap 4 % (a, b): −1.5 µs'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  test('never leaves its line, its cell, or its place in the page', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const escaped = escapeMarkdown(text);
        expect(escaped).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        // What is left of markup is our own.
        const rest = escaped
          .replaceAll('<!-- -->', '')
          .replace(/<span>\$<\/span>/g, '')
          .replace(/\\[\\`*_[\]|~!]/g, '')
          .replace(/&(amp|lt|gt);/g, '');
        expect(rest).not.toMatch(/[<>&`*_[\]|~!\\$]/);
      }),
    );
  });

  test('of a finding stays in its row', () => {
    const finding = aFinding({ rule: 'a|b', message: 'x\n| y |', why: '</details>', advice: '`' });
    const text = renderLogMarkdown(aLogReport({ figures: someFigures({ findings: [finding] }) }));
    expect(text).toContain('\n| warning | a\\|b | x?\\| y \\| |\n');
    expect(text).toContain('\n- a\\|b: &lt;/details&gt; \\` See ');
  });
});
