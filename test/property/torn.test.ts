/**
 * Gc lines that came apart. The runtime writes a line in pieces, each with a write(2) of its own: a number, or the text
 * between two numbers. Whatever else is written to the same place may come between any two of them.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GcCycle } from '../../src/cycle.ts';
import { formatCycle } from '../../src/trace/format.ts';
import { type FamilyName, familyNames } from '../../src/trace/forms.ts';
import { MiB } from '../../src/units.ts';
import { conformanceFolder, logsBelow, type ReadLog, readLog, realLines } from '../support/logs.ts';

// --- A log that was torn ------------------------------------------------------------------------------

const torn = logsBelow(conformanceFolder).find(({ name }) => name === '1.19/torn.log')?.text ?? '';

describe('the torn log of a real program', () => {
  test('has all fourteen collections, of two processes', () => {
    const { cycles, skipped, report } = readLog(torn);
    expect(cycles.map(({ n }) => n)).toEqual([24, 29, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(cycles.map(({ process }) => process)).toEqual([1, 1, ...Array(12).fill(2)]);
    expect(cycles.every(({ forced }) => forced)).toBe(true);
    expect(skipped).toEqual([]);
    expect(report.lines).toEqual({ read: 46, gc: 14, rejoined: 2, skipped: 0, cutShort: 0 });
  });

  test('has the figures of the line that came in six pieces', () => {
    // gc 24 @0.637 | s 4%: 0.021+0.098+ | 0 ms clock, 0.043+0/0.069 | /0+0.001 ms cpu, 0-> | 0->0 MB, 4 MB goal, 0 |
    //  MB stacks, 0 MB globals, 4 P (forced)
    expect(readLog(torn).cycles[0]).toMatchObject({
      n: 24,
      startNs: 637_000_000,
      gcCpuFraction: 0.04,
      sweepTermNs: 21_000,
      markNs: 98_000,
      markTermNs: 0,
      sweepTermCpuNs: 43_000,
      assistNs: 0,
      backgroundNs: 69_000,
      idleNs: 0,
      markTermCpuNs: 1_000,
      heapStartBytes: 0,
      heapEndBytes: 0,
      heapMarkedBytes: 0,
      heapGoalBytes: 4 * MiB,
      stacksBytes: 0,
      globalsBytes: 0,
      procs: 4,
      forced: true,
    });
  });

  test('has the figures of the line that came in three', () => {
    expect(formatCycle(readLog(torn).cycles[1] as GcCycle, 'G5')).toBe(
      'gc 29 @0.718s 3%: 0.011+0.10+0.001 ms clock, 0.023+0/0.079/0+0.003 ms cpu, ' +
        '0->0->0 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 4 P (forced)',
    );
  });
});

// --- Logs that are torn here --------------------------------------------------------------------------

/** What the runtime writes of a line, write by write. */
function piecesOf(line: string): string[] {
  const pieces = line.split(/(\d+(?:\.\d+)?| \(forced\)| \(checking for goroutine leaks\))/);
  return [...pieces.filter((piece) => piece !== ''), '\n'];
}

/** Three collections of a process with four Ps, one after the other; the first is number 23. */
function linesOf(family: FamilyName): string[] {
  const lines = realLines[family];
  return [0, 1, 2].map((i) => {
    const line = lines[i % lines.length] ?? '';
    return line
      .replace(/^(gc ?#?)\d+/, `$1${23 + i}`)
      .replace(/@\d+\.\d+/, `@${(1.5 + i * 0.25).toFixed(3)}`)
      .replace(/\d+ P/, '4 P');
  });
}

/** Lines that other code writes, with none of which a gc line could go on. */
const foreignLines = {
  dated: [
    '2026/01/02 15:04:05 request served status=200',
    '2026-01-02T15:04:05.123456789Z hello',
    '[2026-01-02 15:04:05] ready',
    '15:04:05 tick',
    'Jan  2 15:04:05 host app[1]: 200 OK',
    'I0226 13:24:06.131000   12345 file.go:77] hello',
  ],
  words: [
    'hello world',
    'server started',
    'msg=5 size=7',
    'allocated 20 MB, 3 objects',
    'error: connection reset',
    'ms clock drift',
    'Processing',
    'P 5',
    'goroutine 1 [running]:',
  ],
  'words about collections': ['gc percent set to 100', 'gc finished', 'gc: done'],
  structured: ['{"level":"info","msg":"hello","n":5}', '[1,2,3]', '{', '<html>', '"quoted"'],
  closing: ['}', ')', ']', '});', '],', '---', '...'],
  indented: ['  two spaces', '\ta tab', '    at main.go:15'],
  signs: ['/usr/bin/env', '-> here', '- item', '* item', '# comment', '%d', '@home', '=== RUN'],
  empty: [''],
};
const foreignLine = fc.constantFrom(...Object.values(foreignLines).flat());
const someForeignLines = fc.array(foreignLine, { minLength: 1, maxLength: 3 });

interface Tear {
  /** Where, as a share of the places there are. */
  share: number;
  between: string[];
}

const tears = fc.array(
  fc.record({
    share: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    between: someForeignLines,
  }),
  { minLength: 1, maxLength: 5 },
);

/** Puts other lines between the parts of a text. Those at the same place come one after the other. */
function tear(parts: readonly string[], where: readonly Tear[]): string {
  const at = new Map<number, string[]>();
  for (const { share, between } of where) {
    const place = Math.floor(share * (parts.length + 1));
    at.set(place, [...(at.get(place) ?? []), ...between]);
  }
  let text = '';
  for (const [i, part] of [...parts, ''].entries()) {
    const wanted = at.get(i) ?? [];
    // An empty line there ends the line for every reader, and of two starts that are nothing but "gc" the last counts.
    const isDone = parts[i] === ' (forced)';
    const isStart = /^gc[ #]*$/.test(parts[i - 1] ?? '');
    const lines = wanted.filter(
      (line) => !(isDone && line === '') && !(isStart && line.startsWith('gc')),
    );
    text += lines.map((line) => `${line}\n`).join('') + part;
  }
  return text;
}

/** What the reader found, as gc lines. */
function found({ cycles }: ReadLog, family: FamilyName): string[] {
  return cycles.map((cycle) => formatCycle(cycle, family));
}

/** What something else put before each physical line. */
const envelopes = [
  '2026-01-02T15:04:05.123456789Z stderr F ',
  'Jan  2 15:04:05 host app[12]: ',
  'web-1  | ',
  '2026-01-02T15:04:05.123Z ',
  '\t',
];

function wrapped(text: string, envelope: string): string {
  return text.replace(/^/gm, envelope).slice(0, text.endsWith('\n') ? -envelope.length : undefined);
}

describe('torn between the writes of the runtime, with whole lines of others between', () => {
  describe.each(familyNames)('%s', (family) => {
    const lines = linesOf(family);
    // The "gc" of Go to 1.4 is a write of its own, and alone it is nothing that could be told from a word.
    const inPieces = lines.map(piecesOf);
    const pieces = inPieces.flatMap((p) =>
      family[0] === 'S' ? [p[0] + (p[1] ?? ''), ...p.slice(2)] : p,
    );

    test.each(Object.entries(foreignLines))('at any one place: %s', (_, others) => {
      for (const other of others) {
        for (let i = 0; i <= pieces.length; i++) {
          const text = tear(pieces, [{ share: i / (pieces.length + 1), between: [other] }]);
          const log = readLog(text);
          expect(found(log, family), text).toEqual(lines);
          expect(log.skipped, text).toEqual([]);
        }
      }
    });

    test('at several places, all are found, and nothing else is', () => {
      fc.assert(
        fc.property(tears, (where) => {
          const log = readLog(tear(pieces, where));
          expect(found(log, family)).toEqual(lines);
          expect(log.skipped).toEqual([]);
        }),
        { numRuns: 200 },
      );
    });

    test('with the same text before each line', () => {
      fc.assert(
        fc.property(tears, fc.constantFrom(...envelopes), (where, envelope) => {
          const log = readLog(wrapped(tear(pieces, where), envelope));
          expect(found(log, family)).toEqual(lines);
          expect(log.skipped).toEqual([]);
        }),
        { numRuns: 200 },
      );
    });
  });

  test('a line with a wall clock keeps that of its first piece', () => {
    const [start = '', end = ''] = (realLines.G5[0] ?? '').split(/(?<=clock, )/);
    const log = readLog(
      `2026-01-02T15:04:05.250Z ${start}hello\n2026-01-02T15:04:06.500Z ${end}\n`,
    );
    expect(log.cycles[0]?.wallMs).toBe(Date.UTC(2026, 0, 2, 15, 4, 5, 250));
  });
});

/**
 * With these a number could go on, or begin. A line that is a number and nothing else is not among them: where it ends at a
 * column at which texts are wrapped, it cannot be told from a part of a wrapped number.
 */
const numericLines = [
  ...['200 OK', '12 items', '3.14 s', '0 errors', '1.5 ms', '42: answer', '100%', '200OK'],
  ...['3rd item', '1/2 done', '5+5', '12,5', '7->8', '.5 s', '0.5%'],
  '127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326',
  '10.1.2.3:8080 connected',
];

describe('torn, with lines between that begin like numbers', () => {
  test.each(familyNames)('%s: read as it was, or reported', (family) => {
    // Such lines came before, so that it is known that there are any.
    const before = '77 bottles\n8 apples\n42\n';
    const lines = linesOf(family);
    const numeric = tears.chain((where) =>
      fc.tuple(
        ...where.map(({ share }) =>
          fc.constantFrom(...numericLines).map((line) => ({ share, between: [line] })),
        ),
      ),
    );
    fc.assert(
      fc.property(numeric, (where) => {
        expectHonest(readLog(before + tear(lines.flatMap(piecesOf), where)), family, lines);
      }),
      { numRuns: 300 },
    );
  });
});

/** Nothing but what there was, in its order; and what there was and is not there is reported. */
function expectHonest(log: ReadLog, family: FamilyName, lines: readonly string[]): void {
  const read = found(log, family);
  let at = 0;
  for (const line of read) {
    at = lines.indexOf(line, at) + 1;
    expect(at, `invented: ${line}`).toBeGreaterThan(0);
  }
  const { skipped, cutShort } = log.report.lines;
  expect(read.length + skipped + cutShort).toBeGreaterThanOrEqual(lines.length);
}

describe('torn anywhere', () => {
  test.each(familyNames)('%s: read as it was, or reported', (family) => {
    const lines = linesOf(family);
    // Cut within its "(forced)" a line is that of a collection that was not.
    const characters = lines.flatMap((line) => `${line}\n`.match(/ \(forced\)|.|\n/g) ?? []);
    fc.assert(
      fc.property(tears, (where) => {
        expectHonest(readLog(tear(characters, where)), family, lines);
      }),
      { numRuns: 300 },
    );
  });

  test.each(familyNames)('%s, and cut off at the end: read as it was, or reported', (family) => {
    const lines = linesOf(family);
    const text = lines.map((line) => `${line}\n`).join('');
    for (let length = 0; length < text.length; length++) {
      const log = readLog(text.slice(0, length));
      const begun = text.slice(0, length).split('\n');
      const last = begun.at(-1) ?? '';
      const whole = lines[begun.length - 1] === last || last === '' ? begun : begun.slice(0, -1);
      // Without all of its "(forced)" a line looks whole.
      if (/ P(?: \(?[forced]*)?$/.test(last) && lines[begun.length - 1] !== last) continue;
      expect(found(log, family), last).toEqual(whole.filter((line) => line !== ''));
      if (/^gc #?\d+ @|^gc\d+\(\d+\): /.test(last) && whole !== begun) {
        expect(log.report.lines.cutShort, last).toBe(1);
      }
    }
  });
});

describe('wrapped', () => {
  const logs = logsBelow(conformanceFolder).filter(({ name }) => name !== '1.19/torn.log');

  /** Lines of `columns` characters, cut anywhere, as who copies from a terminal gets them. */
  function cut(text: string, columns: number): string {
    return text.replace(new RegExp(`.{${columns}}(?=.)`, 'g'), '$&\n');
  }

  /** Lines of `columns` characters at most, cut at spaces, which go. */
  function folded(text: string, columns: number): string {
    return text.replace(new RegExp(`(?=.{${columns + 1}})(.{1,${columns}}) `, 'g'), '$1\n');
  }

  const wholeLine = /^gc #?\d+ @.* P(?: \(forced\))?$/gm;

  test.each(logs)('at 80 columns, as by a terminal: $name', ({ text }) => {
    const lines = text.match(wholeLine) ?? [];
    const { cycles, skipped } = readLog(cut(text, 80));
    expect(cycles.map(({ n, startNs, procs }) => [n, startNs, procs])).toEqual(
      readLog(lines.join('\n')).cycles.map(({ n, startNs, procs }) => [n, startNs, procs]),
    );
    expect(skipped.filter(({ reason }) => reason !== 'broken companion')).toEqual([]);
  });

  test.each(logs)('at 72 columns, as by mail: $name', ({ text }) => {
    const lines = text.match(wholeLine) ?? [];
    const { cycles, skipped } = readLog(folded(text, 72));
    expect(cycles.map(({ n, startNs, procs }) => [n, startNs, procs])).toEqual(
      readLog(lines.join('\n')).cycles.map(({ n, startNs, procs }) => [n, startNs, procs]),
    );
    expect(skipped.filter(({ reason }) => reason !== 'broken companion')).toEqual([]);
  });
});
