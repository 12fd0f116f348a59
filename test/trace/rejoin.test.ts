import { describe, expect, test } from 'vitest';
import { SeenLines, TornLine } from '../../src/trace/rejoin.ts';
import { readLog, realLines } from '../support/logs.ts';

const line =
  'gc 24 @0.637s 4%: 0.021+0.098+0 ms clock, 0.043+0/0.069/0+0.001 ms cpu, 0->0->0 MB, ' +
  '4 MB goal, 0 MB stacks, 0 MB globals, 4 P (forced)';

/** The line up to a text, and from there on. */
function cutAt(text: string): [string, string] {
  const at = line.indexOf(text);
  expect(at).toBeGreaterThan(0);
  return [line.slice(0, at), line.slice(at)];
}

function torn(first: string, seen = new SeenLines()): TornLine {
  const place = { file: 'test.log', line: 1, column: 1 };
  return new TornLine(first, { place, wallMs: undefined, seen, isLikely: () => true });
}

describe('a torn line', () => {
  test('is whole when its last piece has come', () => {
    const [start, end] = cutAt(' ms clock');
    const open = torn(`${start}hello`);
    expect(open.next('other output')).toEqual({ kind: 'open' });
    expect(open.isGoingOn).toBe(false);
    expect(open.next(end)).toEqual({ kind: 'whole', text: line });
  });

  test('may be cut again and again', () => {
    const open = torn('gc 24 @0.637hello');
    expect(open.next('s 4%: 0.021+0.098+hello')).toEqual({ kind: 'open' });
    expect(open.isGoingOn).toBe(true);
    expect(open.next('0 ms clock, 0.043+0/0.069/0+0.001 ms cpu, 0->hello')).toEqual({
      kind: 'open',
    });
    expect(open.next('0->0 MB, 4 MB goal, 0 MB stacks, 0 MB globals, 4 Phello').kind).toBe('open');
    expect(open.next(' (forced)')).toEqual({ kind: 'whole', text: line });
  });

  test('that never goes on is lost', () => {
    const open = torn('gc 24 @0.637hello');
    for (let i = 0; i < 62; i++) expect(open.next(`other line ${i}`).kind).toBe('open');
    expect(open.next('other line').kind).toBe('lost');
  });

  test('is not put together with the end of another', () => {
    const open = torn('gc 24 @0.637shello');
    expect(open.next(' MB globals, 4 P (forced)')).toEqual({ kind: 'open' });
    expect(open.close()).toEqual({ kind: 'lost' });
  });

  test('whose number may have come from other output is ambiguous', () => {
    // Other output did begin with digits before: "4" and "2 items", or "42" and " items"?
    const seen = new SeenLines();
    seen.add('7 bottles');
    const [start] = cutAt('4 MB goal');
    const open = torn(`${start}42 items`, seen);
    expect(open.next(' MB goal, 0 MB stacks, 0 MB globals, 4 P')).toEqual({ kind: 'ambiguous' });
  });

  test('goes on behind a line that was seen before, whatever it looks like', () => {
    const seen = new SeenLines();
    seen.add('2 items');
    const [start, end] = cutAt(' MB goal');
    const open = torn(`${start}2 items`, seen);
    expect(open.next(end)).toEqual({ kind: 'whole', text: line });
  });

  test('knows its number once that is sure', () => {
    expect(torn('gc 24 @0.637hello').n).toBe(24);
    expect(torn('gc 24hello').n).toBeUndefined();
  });

  test('is certain to be one from its first write on, and not before', () => {
    expect(torn('gc 24 @0.637hello').isCertain).toBe(true);
    expect(torn('gc 24 @hello').isCertain).toBe(true);
    expect(torn('gc happens').isCertain).toBe(false);
  });
});

describe('lines seen lately', () => {
  test('are the last 64', () => {
    const seen = new SeenLines();
    for (let i = 0; i < 65; i++) seen.add(`line ${i}`);
    expect(seen.has('line 0')).toBe(false);
    expect(seen.has('line 1')).toBe(true);
    expect(seen.has('line 64')).toBe(true);
  });
});

describe('two lines at a time', () => {
  const first = realLines.G5[0] ?? '';
  const second = first.replace('gc 4 @0.084s', 'gc 9 @0.184s').replace('0.20+14', '0.31+15');

  test('of two sources are each put together', () => {
    const [a = '', b = ''] = first.split(/(?<=0\.20\+)/);
    const [c = '', d = ''] = second.split(/(?<=ms cpu, )/);
    const log = readLog(`web-1  | ${a}hello\nweb-2  | ${c}hello\nweb-1  | ${b}\nweb-2  | ${d}\n`);
    expect(log.cycles.map(({ n, markNs }) => [n, markNs])).toEqual([
      [4, 14_000_000],
      [9, 15_000_000],
    ]);
    expect(log.report.processes.map(({ source }) => source)).toEqual(['web-1', 'web-2']);
    expect(log.report.lines.rejoined).toBe(2);
  });

  test('of one source: the one that never ends is reported where it began', () => {
    const log = readLog(`hello\n  ${first.slice(0, 50)}\n  ${second}\n`);
    expect(log.cycles.map(({ n }) => n)).toEqual([9]);
    expect(log.skipped).toMatchObject([{ reason: 'torn', file: 'test.log', line: 2, column: 3 }]);
  });
});

describe('a torn line is not given up for words about gc', () => {
  test.each(['gc 23', 'gc 23 @1', 'gc 23 @1.500s 4%: 0.20'])('cut behind "%s"', (start) => {
    const whole = (realLines.G5[0] ?? '').replace('gc 4 @0.084s', 'gc 23 @1.500s');
    const rest = whole.slice(start.length);
    const log = readLog(`${start}hello\ngc percent set to 100\n${rest}\n`);
    expect(log.cycles.map(({ n, startNs }) => [n, startNs])).toEqual([[23, 1_500_000_000]]);
    expect(log.skipped).toEqual([]);
  });

  test('nor is its number taken from them', () => {
    const rest = (realLines.G5[0] ?? '').replace('gc 4 @0.084s', '3 @1.500s');
    const dated = '2026/01/02 15:04:05 request served';
    const { cycles, skipped } = readLog(`${dated}\ngc 2${dated}\ngc percent set to 100\n${rest}\n`);
    expect(cycles.map(({ n }) => n).filter((n) => n !== 23)).toEqual([]);
    expect(cycles.length + skipped.length).toBeGreaterThan(0);
  });
});
