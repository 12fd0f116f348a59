import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/analysis/summary.ts';
import type { LogReport } from '../../src/report/logreport.ts';
import { renderLog } from '../../src/report/logtext.ts';
import { GiB, MiB, msNs, secondNs } from '../../src/units.ts';
import { aStoppedCycle } from '../support/cycles.ts';
import {
  aFinding,
  aLog,
  aLogReport,
  anOvershoot,
  aRef,
  aStyle,
  colours,
  noFigures,
  someFigures,
} from '../support/reports.ts';
import '../support/fastcheck.ts';

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}

function widthOf(text: string): number {
  return Math.max(...linesOf(text).map((line) => line.length));
}

/** The line of the report with this label, and those below it that belong to it. */
function rowOf(text: string, label: string): string {
  const lines = linesOf(text);
  const from = lines.findIndex((line) => line.startsWith(label));
  const to = lines.findIndex((line, i) => i > from && !line.startsWith(' '));
  return lines.slice(from, to).join('\n');
}

function logOf(set: Parameters<typeof someFigures>[0], report: Partial<LogReport> = {}): string {
  return renderLog(aLogReport({ figures: someFigures(set), ...report }), aStyle());
}

/** A log of two processes. */
const twoProcesses = aLog({
  processes: [1, 2].map((id) => ({ ...aLog().processes[0]!, id })),
});

describe('the report of a log', () => {
  test('says what it is, its figures, the heap, and what they mean', () => {
    expect(`\n${renderLog(aLogReport({ top: 2 }), aStyle())}`).toBe(`
api.log · Go 1.18 or later · 8 procs · 2 h 14 min · 1,204 collections, 3 forced · 0 lines lost

heap        live 412 MiB (last 440 MiB), growing 31 MiB/h (20 to 42)   goal 824 MiB   peak 861 MiB
overshoot   in 28 to 41 collections, worst +4.5 % ± 0.2 (#881 at 1:31:07), 37 MiB; p95 3.1 %
cost        GC 6.1 % of CPU: background 5.0, assist 1.1   idle 0.9 % (not counted)
            worst minute 14.0 %, assists 6.0 (from 1:30:00)
pacing      8.99 collections a minute   6.6 s between them
            start at 93.0 % of the goal, 54 MiB before it   GOGC in effect 98 (least 91)
allocation  median 62 MiB/s   peak 341 MiB/s (#881 at 1:31:07)   480 GiB in all
pauses      p50 80 µs   p95 210 µs   p99 900 µs   max 3.4 ms (#412 at 1:00:00)
memory      stacks up to 12 MiB   globals 3 MiB   1.25 GiB returned to the system
            1.25 GiB of 1.5 GiB held at the end

heap at mark end     ─ goal     by collection
861 MiB ┤────────────────────────────────────────────────█──────────────────────▇
        │                             ▁▁▁▂▂▂▃▃▃▄▄▄▅▅▅▆▆▆▇█▇██████████████████████
        │     ▁▁▁▂▂▂▃▃▃▄▄▄▅▅▅▆▆▆▇▇▇██████████████████████████████████████████████
431 MiB ┤▇▇██████████████████████████████████████████████████████████████████████
        │████████████████████████████████████████████████████████████████████████
        │████████████████████████████████████████████████████████████████████████
      0 └0:00:01                                                          2:14:01

worst overshoots        at      heap      goal        over  of the goal
#881               1:31:07   861 MiB   824 MiB  37 ± 1 MiB  4.5 % ± 0.2
#412               1:00:00   830 MiB   824 MiB   6 ± 1 MiB  0.7 % ± 0.2

findings
  warning   assist-pressure   assists took over 5 % of CPU in 41 collections, worst 19 % (#881)
            The program allocates faster than 25 % of its CPUs can mark. Try GOGC=150, which would
            take about 206 MiB more. See #881 at 1:31:07, #882 at 1:31:10.
            (gcsim explain assist-pressure)
`);
  });

  test('fits 40 columns', () => {
    const text = renderLog(aLogReport({ heap: [] }), aStyle({ columns: 40 }));
    expect(`\n${text}`).toBe(`
api.log · Go 1.18 or later · 8 procs ·
2 h 14 min · 1,204 collections,
3 forced · 0 lines lost

heap        live 412 MiB (last 440 MiB),
            growing 31 MiB/h (20 to 42)
            goal 824 MiB   peak 861 MiB
overshoot   in 28 to 41 collections,
            worst +4.5 % ± 0.2
            (#881 at 1:31:07), 37 MiB;
            p95 3.1 %
cost        GC 6.1 % of CPU:
            background 5.0, assist 1.1
            idle 0.9 % (not counted)
            worst minute 14.0 %,
            assists 6.0 (from 1:30:00)
pacing      8.99 collections a minute
            6.6 s between them
            start at 93.0 % of the goal,
            54 MiB before it
            GOGC in effect 98 (least 91)
allocation  median 62 MiB/s
            peak 341 MiB/s
            (#881 at 1:31:07)
            480 GiB in all
pauses      p50 80 µs   p95 210 µs
            p99 900 µs
            max 3.4 ms (#412 at 1:00:00)
memory      stacks up to 12 MiB
            globals 3 MiB
            1.25 GiB returned to the
            system
            1.25 GiB of 1.5 GiB held at
            the end

findings
  warning   assist-pressure
    assists took over 5 % of CPU in 41
    collections, worst 19 % (#881)
    The program allocates faster than
    25 % of its CPUs can mark. Try
    GOGC=150, which would take about
    206 MiB more. See #881 at 1:31:07,
    #882 at 1:31:10.
    (gcsim explain assist-pressure)
`);
  });

  test('takes one screen for an ordinary log', () => {
    const findings = [aFinding(), aFinding({ rule: 'forced-often', severity: 'info' })];
    expect(linesOf(logOf({ findings })).length).toBeLessThanOrEqual(30);
  });

  test('has only ASCII for a terminal that shows nothing else', () => {
    const text = renderLog(aLogReport({ top: 2 }), aStyle({ ascii: true, columns: 80 }));
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).not.toContain('?');
    expect(text).toContain('worst +4.5 % ~ 0.2');
    expect(text).toContain('861 MiB +---');
  });

  test('colours what needs attention, and nothing else changes', () => {
    const report = aLogReport({
      figures: someFigures({ worstOvershoots: [anOvershoot({ ratio: 0.2 })], gcCpuShare: 0.31 }),
    });
    const text = renderLog(report, aStyle({ chalk: colours }));
    expect(text).toContain('\u001b[1mapi.log\u001b[22m');
    expect(text).toContain('\u001b[33m+20.0 % ± 0.2\u001b[39m');
    expect(text).toContain('\u001b[33m31.0 %\u001b[39m');
    expect(text).toContain('\u001b[33mwarning\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape sequences.
    expect(text.replace(/\u001b\[\d+m/g, '')).toBe(renderLog(report, aStyle()));
  });

  test('leaves out what is not known', () => {
    const summary = { ...summarize([aStoppedCycle(), aStoppedCycle({ n: 3 })]) };
    const text = renderLog(
      aLogReport({ log: aLog({ releases: 'Go 1.4' }), figures: noFigures({ summary }), heap: [] }),
      aStyle(),
    );
    expect(text).toContain('api.log · Go 1.4 · 2 collections · 0 lines lost\n');
    expect(text).not.toMatch(/^(overshoot|cost|pacing|allocation|memory)/m);
    expect(text).not.toMatch(/(^|\s)-(\s|$)/m);
    expect(text.endsWith('\nfindings    none\n')).toBe(true);
  });

  test('of a log without collections says so', () => {
    const report = aLogReport({ figures: noFigures(), heap: [], log: aLog({ processes: [] }) });
    expect(renderLog(report, aStyle())).toBe(
      'api.log · Go 1.18 or later · no collection · 0 lines lost\n\n' +
        '- There is no line of a collection in it.\n',
    );
  });
});

describe('its header', () => {
  test.each([
    [['-'], 'standard input · '],
    [['a.log', 'b.log'], 'a.log and b.log · '],
    [['a.log', 'b.log', 'c.log'], 'a.log and 2 more files · '],
    [[], 'log · '],
  ])('names %j', (files, start) => {
    const text = renderLog(aLogReport({ log: aLog({ files }) }), aStyle());
    expect(text.startsWith(start)).toBe(true);
  });

  test('says of several processes how many, and the range of GOMAXPROCS', () => {
    const text = logOf({ procs: [4, 8, 2] }, { log: twoProcesses });
    expect(linesOf(text).slice(0, 2).join(' ')).toContain(
      '· 2 to 8 procs · 2 h 14 min · 1,204 collections, 3 forced · 2 processes ·',
    );
  });

  test('counts the lines that are lost, and the notes say where', () => {
    const log = aLog({
      lines: { read: 9000, gc: 1204, rejoined: 1, skipped: 3, cutShort: 1 },
      lostGcLines: 2,
      skipped: [
        {
          file: 'api.log',
          line: 120,
          column: 8,
          reason: 'torn',
          message: 'the rest is not there',
          text: `gc x ${'y'.repeat(90)}`,
        },
      ],
    });
    const text = logOf({}, { log });
    expect(text).toContain('· 2 lines lost\n');
    expect(text).toContain(`
- 4 lines could not be read, 1 of them cut short; the first is api.log:120:8, the rest is not there:
  "gc x ${'y'.repeat(55)}…".
- 1 collection was put together from pieces: other output had come between.

findings
`);
  });

  test('shows no control character of a name, a line or a finding', () => {
    const evil = 'a\u001b[31mb\nc\u202ed';
    const log = aLog({
      files: [evil],
      releases: evil,
      lines: { read: 9, gc: 1, rejoined: 0, skipped: 1, cutShort: 0 },
      skipped: [{ file: evil, line: 1, column: 1, reason: 'torn', message: evil, text: evil }],
      processes: [{ ...aLog().processes[0]!, source: evil }],
    });
    const finding = aFinding({ rule: evil, message: evil, why: evil, advice: evil });
    const report = aLogReport({
      log,
      figures: someFigures({ findings: [finding] }),
      perProcess: [{ process: log.processes[0]!, figures: someFigures({ findings: [finding] }) }],
    });
    const text = renderLog(report, aStyle());
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).toContain('a?[31mb?c?d');
  });
});

describe('its figures', () => {
  test.each([
    [{ bytesPerHour: 0, lowBytesPerHour: 0, highBytesPerHour: 0 }, 'steady'],
    [
      { bytesPerHour: 4 * MiB, lowBytesPerHour: -3 * MiB, highBytesPerHour: 9 * MiB },
      'no clear trend (−3 to 9 MiB/h)',
    ],
    [
      { bytesPerHour: -4 * MiB, lowBytesPerHour: -9 * MiB, highBytesPerHour: -3 * MiB },
      'shrinking 4 MiB/h (3 to 9)',
    ],
    [
      { bytesPerHour: 2 * GiB, lowBytesPerHour: 900 * MiB, highBytesPerHour: 3 * GiB },
      'growing 2 GiB/h (900 MiB to 3 GiB)',
    ],
  ])('say of growth %j: %s', (growth, text) => {
    const live = { medianBytes: 412 * MiB, lastBytes: 412 * MiB, growth: { ...growth, points: 9 } };
    expect(logOf({ live })).toContain(`heap        live 412 MiB, ${text}   goal`);
  });

  test('give growth for a time that the log has', () => {
    const { live } = someFigures();
    expect(logOf({ live, spanNs: 600 * secondNs })).toContain('growing 529 KiB/min (341 to 717)');
    expect(logOf({ live, spanNs: 10 * secondNs })).toContain('growing 8.82 KiB/s (5.69 to 11.9)');
  });

  test.each([
    [0, 0, 'in no collection'],
    [28, 28, 'in 28 collections, worst'],
    [1, 1, 'in 1 collection, worst'],
    [0, 3, 'in at most 3 collections, worst'],
    [1, 3, 'in 1 to 3 collections, worst'],
  ])(
    'of overshoot, %i certain and %i possible: %s',
    (overshootCertain, overshootPossible, text) => {
      expect(rowOf(logOf({ overshootCertain, overshootPossible }), 'overshoot')).toContain(text);
    },
  );

  test.each([
    [0.045, 0, '+4.5 % (#881'],
    // Less than what is printed.
    [0.045, 0.0001, '+4.5 % (#881'],
    // Not less than what may turn it into 4.6 %.
    [0.0454, 0.0002, '+4.5 % ± 0.1 (#881'],
    [0.045, 0.001, '+4.5 % ± 0.1 (#881'],
    [0.045, 0.0011, '+4.5 % ± 0.2 (#881'],
    [0.5, 0.5, '+50.0 % ± 50.0 (#881'],
    [3.25, 0.8511, '+325 % ± 86 (#881'],
    [0.9996, 0.001, '+100 % ± 1 (#881'],
  ])('say of an overshoot of %f, off by %f: %s', (ratio, errorRatio, text) => {
    const worstOvershoots = [anOvershoot({ ratio, errorRatio })];
    expect(logOf({ worstOvershoots })).toContain(`worst ${text} at 1:31:07)`);
  });

  test('of an exact log have nothing that is uncertain', () => {
    const exact = anOvershoot({ errorBytes: 0, errorRatio: 0 });
    expect(logOf({ worstOvershoots: [exact] }, { top: 1 })).not.toContain('±');
  });

  test('without assists apart are of all marking', () => {
    const { summary } = someFigures();
    const { cpuShare: _, ...assist } = summary.assist;
    const text = logOf({ summary: { ...summary, assist: { ...assist, cpuShare: undefined } } });
    expect(text).toContain('GC 6.1 % of CPU: marking 5.0   idle');
  });

  test('have the share of the last line where the counted collections have none', () => {
    const text = logOf({ gcCpuShare: undefined });
    expect(text).toContain('cost        GC 5.0 % of CPU since the start   idle');
  });

  test.each([
    [12.34, '12.3 collections a second'],
    [1 / 60, '1 collection a minute'],
    [1 / 120, '30 collections an hour'],
    [1e-9, '0.0000036 collections an hour'],
  ])('say of %f collections a second: %s', (collectionsPerSecond, text) => {
    expect(logOf({ collectionsPerSecond })).toContain(`pacing      ${text}   `);
  });

  test('say what is sure of an overshoot without what it may be off by', () => {
    const worst = anOvershoot({ errorBytes: 0, errorRatio: 0 });
    const exact = logOf({ worstOvershoots: [worst], overshootCertain: 28, overshootPossible: 28 });
    expect(rowOf(exact, 'overshoot')).toBe(
      'overshoot   in 28 collections, worst +4.5 % (#881 at 1:31:07), 37 MiB; p95 3.1 %',
    );
    const { summary } = someFigures();
    const overshoot = { ...summary.overshoot, p95Ratio: undefined };
    expect(rowOf(logOf({ summary: { ...summary, overshoot } }), 'overshoot')).toMatch(/, 37 MiB$/);
  });

  test('are no surer than lines in whole milliseconds', () => {
    const { summary, pacing, longestPause } = someFigures();
    const [process] = aLog().processes;
    const pauses = { ...summary.pauses, p50Ns: 0, p95Ns: 1 * msNs, p99Ns: 2 * msNs };
    const figures = someFigures({
      summary: { ...summary, pauses },
      pacing: { ...pacing, intervalMedianNs: 0 },
      longestPause: { ...longestPause!, ns: 3 * msNs },
    });
    const of = (releases: string) =>
      renderLog(
        aLogReport({ figures, log: aLog({ processes: [{ ...process!, releases }] }) }),
        aStyle(),
      );
    for (const releases of [
      'Go 1.2 or earlier',
      'Go 1.5 in development, March 2015',
      'Go 1.5 in development, April and May 2015',
    ]) {
      expect(rowOf(of(releases), 'pauses')).toBe(
        'pauses      p50 under 1 ms   p95 1 ms   p99 2 ms   max 3 ms (#412 at 1:00:00)',
      );
      expect(of(releases)).toContain('under 1 ms between them');
    }
    for (const releases of ['Go 1.3', 'Go 1.5', 'Go 1.18 or later']) {
      expect(rowOf(of(releases), 'pauses')).toContain('p50 0 ns ');
    }
  });

  test('tell of collections that the log has no line of', () => {
    const ranges = [{ from: 20, to: 39, process: 1 }];
    const one = logOf({ missing: { collections: 20, ranges } });
    expect(one).toContain(
      '\n- 20 collections missing (#20 to #39): the log has no line of them.\n',
    );
    const more = { collections: 24, ranges: [...ranges, { from: 50, to: 50, process: 2 }] };
    expect(logOf({ missing: more }, { log: twoProcesses })).toContain(
      '\n- 24 collections missing (#20 to #39 of process 1, #50 of process 2, 3 more): the log has no line of\n  them.\n',
    );
    const single = { collections: 1, ranges: [{ from: 7, to: 7, process: 1 }] };
    expect(logOf({ missing: single })).toContain(
      '1 collection missing (#7): the log has no line of it.',
    );
    expect(logOf({})).not.toContain('missing');
  });

  test('leave out what is nothing', () => {
    const { summary, worstWindow } = someFigures();
    const text = logOf({
      summary: { ...summary, idleCpuShare: 0.0001 },
      worstWindow: { ...worstWindow!, assistCpuShare: 0 },
      allocation: { ...someFigures().allocation, totalBytes: 0 },
      memory: { ...someFigures().memory!, releasedBytes: 0 },
      stacksMaxBytes: 0,
    });
    expect(text).not.toContain('0.0');
    expect(text).not.toContain('0 B');
    expect(text).toContain('worst minute 14.0 % (from 1:30:00)');
  });

  test('do not take for nothing what a log prints as 0', () => {
    const live = { medianBytes: 0, lastBytes: MiB, growth: undefined };
    const goal = { medianBytes: 0, lastBytes: 0 };
    expect(logOf({ live, goal })).toContain(
      'heap        live under 1 MiB (last 1 MiB)   goal under 1 MiB   peak 861 MiB\n',
    );
  });

  test('tell of a GOGC that would be negative', () => {
    const pacing = { ...someFigures().pacing, effectiveGogcMedian: -0.4, effectiveGogcMin: -42.4 };
    expect(logOf({ pacing })).toContain('GOGC in effect 0 (least −42)\n');
  });

  test('say where a collection started past its goal', () => {
    const pacing = { ...someFigures().pacing, runwayMedianBytes: 0, startShareMedian: 1.02 };
    expect(logOf({ pacing })).toContain('start at 102 % of the goal\n');
  });

  test.each([
    [60, 'worst minute 14.0 %'],
    [1, 'worst second 14.0 %'],
    [10, 'worst 10 s 14.0 %'],
  ])('name a stretch of %i s', (seconds, text) => {
    const worstWindow = { ...someFigures().worstWindow!, lengthNs: seconds * secondNs };
    expect(logOf({ worstWindow })).toContain(text);
    expect(logOf({ worstWindow: { ...worstWindow, assistCpuShare: undefined } })).toContain(
      `${text} (from 1:30:00)`,
    );
  });
});

describe('times', () => {
  const wall = Date.UTC(2024, 2, 3, 13, 24, 6, 789);
  const longestPause = { ns: msNs, at: aRef({ n: 7, wallMs: wall }) };
  const [process] = aLog().processes;

  test('are the wall clock where the log has one, for the worst stretch too', () => {
    const walled = { ...process!, firstNs: 0, firstWallMs: wall, lastWallMs: wall + 60_000 };
    const text = logOf({ longestPause }, { log: aLog({ processes: [walled] }) });
    expect(text).toContain('(#7 at 13:24:06)');
    expect(text).toContain('(from 14:54:06)');
    expect(text).toContain('└13:24:06');
  });

  test('have their day where there are several', () => {
    const walled = { ...process!, firstWallMs: wall, lastWallMs: wall + 86_400_000 };
    const text = logOf({ longestPause }, { log: aLog({ processes: [walled] }) });
    expect(text).toContain('(#7 at 2024-03-03 13:24:06)');
  });

  test('have milliseconds in a short log', () => {
    const short = { spanNs: 59 * secondNs };
    expect(logOf({ ...short, longestPause })).toContain('(#7 at 13:24:06.789)');
    const at = aRef({ n: 7, startNs: 4_120_400_000 });
    expect(logOf({ ...short, longestPause: { ns: msNs, at } })).toContain('(#7 at 4.120 s)');
    const late = aRef({ n: 7 });
    expect(logOf({ ...short, longestPause: { ns: msNs, at: late } })).toContain(
      '(#7 at 1:31:07.900)',
    );
  });

  test('name the process where there are several', () => {
    expect(logOf({ longestPause }, { log: twoProcesses })).toContain(
      '(#7 of process 1 at 13:24:06)',
    );
  });

  test('that are none are not shown', () => {
    const at = aRef({ n: 7, startNs: undefined });
    expect(logOf({ longestPause: { ns: msNs, at } })).toContain('max 1 ms (#7)');
    const far = aRef({ n: 7, wallMs: 1e17 });
    expect(logOf({ longestPause: { ns: msNs, at: far } })).toContain('max 1 ms (#7 at 1:31:07)');
  });
});

describe('findings', () => {
  test('that are only to be known have no advice', () => {
    const text = logOf({ findings: [aFinding({ severity: 'info' })] });
    expect(text.endsWith('worst 19 % (#881)\n')).toBe(true);
  });

  test('give no reasons where there are many: those can be asked for', () => {
    const many = ['a', 'b', 'c'].map((rule) => aFinding({ rule }));
    expect(logOf({ findings: many })).not.toContain('allocates faster than');
    expect(logOf({ findings: many })).toContain('\n            Try GOGC=150, which would take');
    const info = aFinding({ severity: 'info' });
    expect(logOf({ findings: [...many.slice(1), info, info] })).toContain('allocates faster than');
  });

  test('name their process where there are several', () => {
    const text = logOf({ findings: [aFinding({ process: 2 })] }, { log: twoProcesses });
    expect(text).toContain('  warning   assist-pressure   process 2: assists took over 5 %');
  });

  test('keep their order, with rules below one another', () => {
    const findings = [
      aFinding({ severity: 'error', rule: 'leak', message: 'a' }),
      aFinding({ severity: 'info', rule: 'forced-often', message: 'b' }),
    ];
    const text = logOf({ findings });
    expect(text).toContain('\n  error   leak           a\n');
    expect(text).toContain('\n  info    forced-often   b\n');
  });
});

describe('processes by themselves', () => {
  test('have their figures, and what no finding of the whole log says', () => {
    const second = { ...twoProcesses.processes[1]!, source: 'web-1' };
    const figures = someFigures({
      findings: [aFinding(), aFinding({ rule: 'other', message: 'only here' })],
    });
    const text = logOf({}, { log: twoProcesses, perProcess: [{ process: second, figures }] });
    expect(text).toContain('\nprocess 2 · web-1 · Go 1.18 or later · 8 procs · 2 h 14 min ·');
    expect(text).toContain('\nwarning     other: only here\n');
    expect(text.match(/assist-pressure {3}/g)).toHaveLength(1);
    expect(text.match(/^overshoot/gm)).toHaveLength(2);
    // The second time it is clear which process it is.
    expect(text.match(/#881 of process 1/g)?.length).toBeGreaterThan(0);
    expect(text.slice(text.indexOf('\nprocess 2'))).toContain('worst +4.5 % ± 0.2 (#881 at');
  });
});

describe('lines', () => {
  test.each([40, 80, 100, 200])('have no space at their end, at %i columns', (columns) => {
    for (const heap of [aLogReport().heap, []]) {
      const text = renderLog(aLogReport({ heap, top: 2 }), aStyle({ columns }));
      expect(text).not.toMatch(/[ \u00a0]$/m);
      expect(widthOf(text)).toBeLessThanOrEqual(columns);
    }
  });

  test('never pass the edge of a terminal', () => {
    const names = fc.string({ unit: 'grapheme', maxLength: 150 });
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 200 }),
        names,
        names,
        fc.boolean(),
        fc.boolean(),
        fc.double({ min: 0, max: 1e15, noNaN: true }),
        fc.integer({ min: 1, max: 1e9 }),
        (columns, name, message, ascii, isLong, bytes, n) => {
          const far = aRef({ n, process: 12, wallMs: isLong ? Date.UTC(2024, 2, 3) : undefined });
          const [process] = aLog().processes;
          const log = aLog({
            files: [name],
            lines: { read: n, gc: n, rejoined: n, skipped: n, cutShort: n },
            skipped: [{ file: name, line: n, column: n, reason: 'piece', message, text: message }],
            processes: [
              { ...process!, source: name, firstWallMs: 0, lastWallMs: isLong ? 1e12 : 0 },
              { ...process!, id: 2 },
            ],
          });
          const figures = someFigures({
            live: {
              medianBytes: bytes,
              lastBytes: bytes / 3,
              growth: {
                bytesPerHour: bytes,
                lowBytesPerHour: bytes / 1000,
                highBytesPerHour: bytes * 3,
                points: 3,
              },
            },
            allocation: {
              medianBytesPerSecond: bytes,
              peakBytesPerSecond: bytes,
              peak: far,
              totalBytes: bytes,
            },
            worstOvershoots: [anOvershoot({ ...far, overBytes: bytes })],
            longestPause: { ns: bytes, at: far },
            findings: [aFinding({ message, why: message, advice: name, cycles: [far] })],
          });
          const report = aLogReport({
            log,
            figures,
            top: 1,
            perProcess: [{ process: log.processes[0]!, figures }],
          });
          const text = renderLog(report, aStyle({ columns, ascii }));
          expect(widthOf(text)).toBeLessThanOrEqual(columns);
          expect(text).not.toMatch(/[ \u00a0]$/m);
        },
      ),
    );
  });
});
