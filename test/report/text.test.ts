import { describe, expect, test } from 'vitest';
import { type MmuFigures, noMmu } from '../../src/analysis/mmu.ts';
import type { Summary } from '../../src/analysis/summary.ts';
import { summarize } from '../../src/analysis/summary.ts';
import type { RunReport } from '../../src/report/text.ts';
import { renderRun, runNotes } from '../../src/report/text.ts';
import { KiB, MiB } from '../../src/units.ts';
import { aCycle } from '../support/cycles.ts';
import { aRun, aStyle, aSummary, colours, someCycles, someTotals } from '../support/reports.ts';

const heap = someCycles().map(({ heapEndBytes, heapGoalBytes }) => ({
  heapBytes: heapEndBytes,
  goalBytes: heapGoalBytes,
}));

const off: Summary = aSummary(someCycles(), {
  ...someTotals,
  gcSys: { ...someTotals.gcSys, finalBytes: 2 * MiB, workbufFinalBytes: 800 * KiB },
});

function aReport(set: Partial<RunReport> = {}): RunReport {
  return {
    run: aRun,
    summary: aSummary(),
    heap,
    contrasts: [
      {
        mechanism: 'workbuf-freeing',
        sides: [
          { choice: 'off', summary: off },
          { choice: 'on', summary: aSummary() },
        ],
      },
    ],
    ...set,
  };
}

describe('the report of a run', () => {
  test('has settings, figures, the heap, and GC bytes with freeing on and off', () => {
    expect(`\n${renderRun(aReport(), aStyle())}`).toBe(`
init1 · Go 1.9 · 4 procs on 4 cores · GOGC 100 · seed 1 · noise 3 %          5 collections in 600 ms

                           median       p95       max
overshoot of the goal       5.0 %    11.8 %    12.5 %    1.25 MiB, collection 4; 2 of 5 over it
  grown before assists     10.0 %    14.5 %    20.0 %
  grown with assists on    10.0 %    10.0 %    10.0 %
wake-up delay                3 µs    3.9 µs      5 µs    p90 3.8 µs, by a worker 4, by an assist 1
  then until stopped       500 ns    500 ns    500 ns
pauses                      25 µs     30 µs     30 µs    p99 30 µs, 250 µs in 10 pauses
assist time               5 ms of CPU (0.3 %)     longest stall 40 µs     blocked 0 ns
GC CPU                    6.4 %     background 2.0 %     assist 0.3 %     transitions 0.1 %
                          idle 0.5 % (not counted)
mutator utilisation       at least 43.0 % in 1 ms     71.2 % in 10 ms     90.5 % in 100 ms

heap   ▇███▇     5 MiB to 11.3 MiB     goal 10 MiB

GC bytes from system     workbuf freeing on       off    change
  peak                                2 MiB     2 MiB     0.0 %
  final                               1 MiB     2 MiB   −50.0 %
  average                           1.5 MiB   1.5 MiB     0.0 %
  of it workbufs, peak              800 KiB   800 KiB     0.0 %
    final                               0 B   800 KiB    −100 %
  of it bitmap, peak                  1 MiB     1 MiB     0.0 %
    final                           900 KiB   900 KiB     0.0 %
  of it mark bits, peak             100 KiB   100 KiB     0.0 %
    final                           100 KiB   100 KiB     0.0 %
`);
  });

  test('fits 60 columns, with notes below their figures', () => {
    const report = aReport({
      changes: ['assist=queue'],
      notes: [
        'A sentence that a reader should know, and that is longer than the terminal is wide.',
      ],
    });
    expect(`\n${renderRun(report, aStyle({ columns: 60 }))}`).toBe(`
init1 · Go 1.9 · 4 procs on 4 cores · GOGC 100 · seed 1 ·
noise 3 % · assist=queue
5 collections in 600 ms

                           median       p95       max
overshoot of the goal       5.0 %    11.8 %    12.5 %
    1.25 MiB, collection 4; 2 of 5 over it
  grown before assists     10.0 %    14.5 %    20.0 %
  grown with assists on    10.0 %    10.0 %    10.0 %
wake-up delay                3 µs    3.9 µs      5 µs
    p90 3.8 µs, by a worker 4, by an assist 1
  then until stopped       500 ns    500 ns    500 ns
pauses                      25 µs     30 µs     30 µs
    p99 30 µs, 250 µs in 10 pauses
assist time               5 ms of CPU (0.3 %)
                          longest stall 40 µs
                          blocked 0 ns
GC CPU                    6.4 %     background 2.0 %
                          assist 0.3 %     transitions 0.1 %
                          idle 0.5 % (not counted)
mutator utilisation       at least 43.0 % in 1 ms
                          71.2 % in 10 ms
                          90.5 % in 100 ms

heap   ▇███▇     5 MiB to 11.3 MiB     goal 10 MiB

GC bytes from system     freeing on       off    change
  peak                        2 MiB     2 MiB     0.0 %
  final                       1 MiB     2 MiB   −50.0 %
  average                   1.5 MiB   1.5 MiB     0.0 %
  of it workbufs, peak      800 KiB   800 KiB     0.0 %
    final                       0 B   800 KiB    −100 %
  of it bitmap, peak          1 MiB     1 MiB     0.0 %
    final                   900 KiB   900 KiB     0.0 %
  of it mark bits, peak     100 KiB   100 KiB     0.0 %
    final                   100 KiB   100 KiB     0.0 %

- A sentence that a reader should know, and that is longer
  than the terminal is wide.
`);
  });

  test('never divides a figure, nor passes the edge of a terminal that has room for one', () => {
    const figures = ['11.8 %', '12.5 %', '1.25 MiB', '3.9 µs', '500 ns', '11.3 MiB', '−100 %'];
    for (let columns = 1; columns <= 130; columns++) {
      const text = renderRun(aReport(), aStyle({ columns }));
      for (const figure of figures) expect(text, `${columns} columns`).toContain(figure);
      const widest = Math.max(...text.split('\n').map((line) => line.length));
      if (columns >= 50) expect(widest, `${columns} columns`).toBeLessThanOrEqual(columns);
    }
  });

  test('has no escape sequence where there are no colours, and no space at the end of a line', () => {
    const text = renderRun(aReport(), aStyle());
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(text).not.toMatch(/[ \u00a0]$/m);
    expect(text).not.toContain('\u00a0');
  });

  test('colours what needs attention, and nothing else changes', () => {
    const text = renderRun(aReport(), aStyle({ chalk: colours }));
    expect(text).toContain('\u001b[33m12.5 %\u001b[39m');
    expect(text).toContain('▇██\u001b[33m█\u001b[39m▇');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape sequences.
    expect(text.replace(/\u001b\[\d+m/g, '')).toBe(renderRun(aReport(), aStyle()));
  });

  test('an overshoot within the margin of later releases needs no attention', () => {
    const summary = summarize([aCycle({ heapEndBytes: 10.9 * MiB })]);
    const text = renderRun(aReport({ summary, heap: [] }), aStyle({ chalk: colours }));
    expect(text).not.toContain('\u001b[33m');
  });

  test('has only ASCII for a terminal that shows nothing else', () => {
    const text = renderRun(aReport(), aStyle({ ascii: true }));
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).toContain('3.9 us');
    expect(text).toContain('   -50.0 %');
    expect(text).toContain('heap   #@@@#');
    const lengths = (of: string): number[] => of.split('\n').map((line) => line.length);
    expect(lengths(text)).toEqual(lengths(renderRun(aReport(), aStyle())));
  });

  test('of a run without collections says so, and shows what there is', () => {
    const summary = aSummary([]);
    const notes = runNotes({ run: aRun, summary });
    const report = aReport({ summary, heap: [], contrasts: [], notes });
    const text = renderRun(report, aStyle());
    expect(text).toContain('no collection in 600 ms');
    expect(text).toContain('Nothing was collected');
    expect(text).toContain('GC bytes from system\n  peak                      2 MiB\n');
    expect(text).not.toContain('median');
  });

  test('of a release without a coordinator says that nobody had to be woken, and has no delay', () => {
    const cycles = someCycles().map((cycle) => ({
      ...cycle,
      ...(cycle.sim && { sim: { ...cycle.sim, wakeupDelayNs: 0 } }),
    }));
    const text = renderRun(aReport({ summary: aSummary(cycles) }), aStyle({ columns: 120 }));
    expect(text).not.toContain('wake-up delay');
    expect(text).toMatch(
      /^marking done to stopped .* 500 ns {4}nobody to wake; ended by a worker 4, by an assist 1$/m,
    );
  });

  test('leaves out a part of GC bytes that no side has', () => {
    const { gcSys } = someTotals;
    const none = { ...gcSys, markBitsPeakBytes: 0, markBitsFinalBytes: 0 };
    const summary = aSummary(someCycles(), { ...someTotals, gcSys: none });
    const text = renderRun(aReport({ summary, contrasts: [] }), aStyle());
    expect(text).toContain('of it bitmap');
    expect(text).not.toContain('mark bits');
  });

  test('of collections whose log tells nothing of it has no such row', () => {
    const summary = aSummary(someCycles().map(({ sim: _, ...cycle }) => cycle));
    const text = renderRun(aReport({ summary }), aStyle());
    expect(text).not.toContain('wake-up delay');
    expect(text).not.toContain('grown before assists');
    expect(text).toContain('assist time');
  });

  test('tells apart the worst share and the most bytes', () => {
    const summary = summarize([
      aCycle({ n: 2, heapEndBytes: 15 * MiB, heapGoalBytes: 10 * MiB }),
      aCycle({ n: 3, heapEndBytes: 110 * MiB, heapGoalBytes: 100 * MiB }),
    ]);
    expect(renderRun(aReport({ summary }), aStyle({ columns: 120 }))).toContain(
      '50.0 %    collection 2; most bytes: 10 MiB, collection 3; 2 of 2 over it',
    );
  });

  test('names commits, a switched-off collector, and one collection as such', () => {
    const run = { ...aRun, release: '8f34b253^', gcPercent: -1, procs: 1, cores: 1, noise: 0 };
    const summary = summarize([aCycle()]);
    expect(renderRun(aReport({ run, summary }), aStyle())).toMatch(
      /^init1 · Go at 8f34b253\^ · 1 proc on 1 core · GOGC off · seed 1 · noise 0 % +1 collection in /,
    );
  });

  test('says what the program had at least in windows that the run is long enough for', () => {
    const of = (mmu: Partial<MmuFigures>): string =>
      renderRun(aReport({ summary: { ...aSummary(), mmu: { ...noMmu, ...mmu } } }), aStyle());
    expect(of({ in1msShare: 0 })).toMatch(/^mutator utilisation {7}at least 0\.0 % in 1 ms$/m);
    expect(of({ in1msShare: 0.5, in10msShare: 0.875, in10sShare: 1 })).toMatch(
      /^mutator utilisation {7}at least 50\.0 % in 1 ms {5}87\.5 % in 10 ms {5}100 % in 10 s$/m,
    );
    expect(of({})).not.toContain('mutator');
  });

  test('shows a name with control characters without them', () => {
    const run = { ...aRun, workload: 'a\u001b[31mb\nc' };
    expect(renderRun(aReport({ run }), aStyle())).toMatch(/^a\?\[31mb\?c · /);
  });

  test('draws a long run in as many bars as there is room for, each the highest of some', () => {
    const long = Array.from({ length: 1000 }, (_, i) => ({
      heapBytes: i === 500 ? 80 : 10,
      goalBytes: 100,
    }));
    const text = renderRun(aReport({ heap: long }), aStyle());
    expect(text).toMatch(/^heap {3}▁{30}█▁{29} {5}/m);
  });
});

describe('notes', () => {
  test('say what is left out', () => {
    expect(runNotes({ run: aRun, summary: aSummary() })).toEqual([
      'Medians, percentiles and shares leave out the first collection and 1\u00a0forced\u00a0one; GC CPU, totals and maxima do not, so the parts of GC CPU need not add up to it.',
    ]);
    const summary = summarize([aCycle({ n: 1 })]);
    expect(runNotes({ run: aRun, summary })[0]).toContain('leave out the first collection; GC CPU');
    expect(runNotes({ run: aRun, summary: summarize([aCycle()]) })).toEqual([]);
  });

  test('name choices that changed nothing, spans that the release lacks, and a deadlock', () => {
    const summary = summarize([aCycle()], { ...someTotals, ended: 'deadlock' });
    const notes = runNotes({
      run: { ...aRun, release: '1.8' },
      summary,
      unexercised: ['completing-assist=yields'],
      usesSpans: true,
    });
    expect(notes).toHaveLength(3);
    expect(notes[0]).toContain('every goroutine was waiting');
    expect(notes[1]).toContain('completing-assist=yields changed nothing here');
    expect(notes[2]).toContain('In Go 1.8 workbufs do not come from spans');
  });
});
