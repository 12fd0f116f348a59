/** `gcsim explain`: lines of each release figure by figure, findings, and what is neither. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingRules } from '../../src/analysis/findings.ts';
import { main } from '../../src/cli/main.ts';
import { explainables, explainLine } from '../../src/report/explain.ts';
import { familyNames, piecesOf } from '../../src/trace/forms.ts';
import { parseCycle } from '../../src/trace/parse.ts';
import { projectRoot } from '../support/tree.ts';
import { captureIo, gcsim, Sink } from './capture.ts';

const line118 =
  'gc 17 @1.234s 5%: 0.010+1.2+0.004 ms clock, 0.041+0.50/2.3/0+0.016 ms cpu, 10->14->6 MB, 12 MB goal, 1 MB stacks, 0 MB globals, 4 P (forced)';
const line15 =
  'gc 4 @0.140s 4%: 0.12+15+4.0+19+0.28 ms clock, 0.24+15+0+2.7/0.080/0+0.57 ms cpu, 7->8->6 MB, 8 MB goal, 4 P';
const lineSpring = 'gc #4 @0.158s 5%: 2+11+4+2+5 ms clock, 2+11+4+2+5 ms cpu, 4->4->3 MB, 4 P';
const line12 =
  'gc372(8): 0+0+0 ms, 1 -> 1 MB 1003 -> 1003 (13203323-13202320) objects, 15(225) handoff, 23(583) steal, 314/41/0 yields';

/** What is said of the figure with this name. */
function figuresOf(line: string): Map<string, string> {
  const explained = explainLine(line);
  if (!('title' in explained)) throw new Error(`${line}: ${explained.expected}`);
  return new Map(
    explained.figures.map(({ text, name, value, meaning }) => [
      text,
      `${name}: ${value} ${meaning}`,
    ]),
  );
}

function derivedOf(line: string): Map<string, string> {
  const explained = explainLine(line);
  return new Map('title' in explained ? explained.derived : []);
}

describe('every figure', () => {
  test.each(explainables.map((as) => [`${as.kind}, ${as.about}`, as] as const))(
    'of a %s is explained',
    (_, { form, figures, meanings, family }) => {
      for (const piece of piecesOf(form.template)) {
        if (piece.kind === 'text') continue;
        expect(figures, piece.name).toHaveProperty(piece.name);
        const { name = '', meaning = '' } = meanings[piece.name] ?? {};
        const text = typeof meaning === 'string' ? meaning : meaning(family ?? 'G5');
        expect(name, piece.name).toMatch(/\w/);
        expect(text, piece.name).toMatch(/^(?:[A-Z]|runtime\.|debug\.).*[.)]$/);
      }
    },
  );

  test('of every family of gc lines', () => {
    expect(explainables.flatMap(({ family }) => family ?? []).sort()).toEqual(
      [...familyNames].sort(),
    );
  });
});

describe('a gc line', () => {
  test('of 1.18 or later, as text', async () => {
    const { code, stdout, stderr } = await gcsim(['explain', line118]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^gc line, Go 1\.18 or later\n\n {2}gc 17 +collection +Number of the collection/,
    );
    expect(stdout).toContain('it is cumulative, not');
    expect(stdout).toMatch(/ {2}12 MB goal +goal +12 to 13 MiB\. Goal of the collection/);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test('has its figures in the order of the line', () => {
    expect([...figuresOf(line118).keys()]).toEqual([
      ...['gc 17', '@1.234s', '5%', '0.010 ms clock', '1.2 ms clock', '0.004 ms clock'],
      ...['0.041 ms cpu', '0.50 ms cpu', '2.3 ms cpu', '0 ms cpu', '0.016 ms cpu'],
      ...['10 MB', '14 MB', '6 MB', '12 MB goal', '1 MB stacks', '0 MB globals', '4 P', '(forced)'],
    ]);
    expect(figuresOf(line118).get('0.50 ms cpu')).toMatch(
      /^assists: 500 µs Goroutines that allocated/,
    );
    expect(figuresOf(line118).get('0 MB globals')).toContain('Below 1 MiB');
  });

  test('means what its release means', () => {
    expect(figuresOf(line15).get('4.0 ms clock')).toMatch(/^barrier: .*the world is not stopped/);
    expect(figuresOf(lineSpring).get('@0.158s')).toMatch(/^end: /);
    expect(figuresOf(lineSpring).get('4 ms clock')).toMatch(
      /The world is stopped to turn the write barrier on/,
    );
    expect(figuresOf(lineSpring).get('4 MB')).toBeDefined();
    expect(figuresOf(line12).get('8 P')).toMatch(/Threads that collected/);
  });

  test('tells what follows: with bounds, for sizes are cut off', () => {
    const derived = derivedOf(line118);
    expect(derived.get('overshoot')).toMatch(
      /^1 MiB to 3 MiB over the goal, about 16\.7 % of it\. Sizes are/,
    );
    expect(derived.get('assists')).toBe('They did 17.9 % of the marking.');
    expect(derived.get('pauses')).toBe('The world was stopped for 10 µs and 4 µs.');
    expect(derived.get('next goal')).toMatch(/^With GOGC=100, about 13 MiB/);
    expect(derived.get('GOGC in effect')).toMatch(/^One line cannot tell/);
    // 2.8 ms of CPU in 1.2 ms on 4 procs.
    expect(derived.get('GC CPU')).toMatch(/^Marking took 58\.3 % of CPU/);
  });

  test.each([
    [8, 'None: the heap was up to 2 MiB below its goal'],
    [7, 'None: the heap was 1 MiB to 3 MiB below its goal'],
    [9, 'At most 1 MiB over the goal, or none at all.'],
    [10, 'Up to 2 MiB over the goal'],
    [11, '1 MiB to 3 MiB over the goal'],
  ])('that ended at %i of 9 MB: %s', (heapEnd, text) => {
    const line = line15.replace('7->8->6 MB, 8 MB goal', `7->${heapEnd}->6 MB, 9 MB goal`);
    expect(
      derivedOf(line).get('overshoot')?.startsWith(text),
      derivedOf(line).get('overshoot'),
    ).toBe(true);
  });

  test('is found behind what a log puts before it', async () => {
    const { stdout } = await gcsim(['explain', `2026-01-02T15:04:05.678Z web-1 ${line15}`]);
    expect(stdout).toMatch(/^gc line, Go 1\.5, written by web-1, at 2026-01-02 15:04:05\.678\n/);
    const { stdout: syslog } = await gcsim(['explain', `Jan  2 15:04:05 host app[12]: ${line15}`]);
    expect(syslog).toMatch(
      /^gc line, Go 1\.5, written by host app\[12\], at 01-02 15:04:05\.000\n/,
    );
  });

  test('may have lost its quotes', async () => {
    expect(await gcsim(['explain', ...line15.split(' ')])).toEqual(
      await gcsim(['explain', line15]),
    );
  });

  test('with something behind it: it is said to be no part of it', async () => {
    const { stdout } = await gcsim(['explain', `${line15} hello`]);
    expect(stdout).toMatch(/\nNot of the line: hello\n$/);
  });

  test('that no release prints quite so is explained, and the reader objects', async () => {
    const { stdout } = await gcsim(['explain', line118.replace('0.50/', '0.5/')]);
    expect(stdout).toContain('No release prints it quite so: see column 54.');
  });

  test('fits a narrow terminal', async () => {
    for (const columns of [60, 40]) {
      const stdout = new Sink();
      stdout.isTTY = true;
      stdout.columns = columns;
      await main(['explain', '--no-color', line118], captureIo({ stdout }));
      for (const line of stdout.text.split('\n'))
        expect(line.length, line).toBeLessThanOrEqual(columns);
    }
  });

  test('of each release is read as the reader reads it', () => {
    const folder = join(projectRoot, 'test', 'conformance');
    let count = 0;
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.log')) continue;
      for (const line of readFileSync(join(folder, path), 'utf8').split('\n')) {
        const parsed = parseCycle(line);
        if (parsed === undefined) continue;
        const explained = explainLine(line);
        expect(explained, line).toMatchObject({ prefix: [], rest: '' });
        expect('derived' in explained && explained.derived[0]?.[0], line).not.toBe('but');
        expect(figuresOf(line).has(`${parsed.cycle.procs} P`), line).toBe(true);
        count++;
      }
    }
    expect(count).toBeGreaterThan(100);
  });
});

describe('other lines', () => {
  test.each([
    [
      'pacer: assist ratio=+1.430862e+000 (scan 1 MB in 7->8 MB) workers=1+0',
      'line of the pacer, at the start of a collection, Go 1.5 to 1.9',
    ],
    [
      'pacer: 25% CPU (25 exp.) for 678040+25048+224592 B work (292280 B exp.) in 10654107 B -> 11046008 B (\u2206goal -1185920, cons/mark +1.799441e+000)',
      'line of the pacer, at the end of marking, Go 1.18 or later',
    ],
    [
      'pacer: sweep done at heap size 10MB; allocated 5MB of spans; swept 1014 pages',
      'line of the pacer, when sweeping is done, Go 1.6',
    ],
    [
      'scvg-1: inuse: 1, idle: 5, sys: 7, released: 5, consumed: 1 (MB)',
      'line of the scavenger, Go 1.1 to 1.12',
    ],
    ['scav 0 KiB work, 2824 KiB total, 99% util', 'line of the scavenger, Go 1.14 to 1.20'],
    ['GC forced', 'mark of a periodic collection'],
    [
      'SCHED 1009ms: gomaxprocs=4 idleprocs=0 threads=5 spinningthreads=0 idlethreads=1 runqueue=2 [0 1 0 3]',
      'line of the scheduler (GODEBUG=schedtrace)',
    ],
    [
      'web-1 | init internal/bytealg @0.008 ms, 0 ms clock, 0 bytes, 0 allocs',
      'line of a package that is initialized (GODEBUG=inittrace=1)',
    ],
  ])('%s', async (line, title) => {
    const { code, stdout } = await gcsim(['explain', line]);
    expect(code).toBe(0);
    expect(stdout.startsWith(`${title}\n`), stdout).toBe(true);
  });
});

describe('what is no line', () => {
  test.each([
    ['gc 4 @0.140s 4%: 0.12+15', 25, '"+"'],
    ['gc 4 @0.14s 4%: 0.12+15', 7, 'seconds with three decimals (start)'],
    [line15.replace(' MB goal', ' MiB goal'), 98, '"B goal, "'],
    [`web-1 | ${line15.slice(0, -3)}`, 114, 'a whole number (procs)'],
    ['scav 12 KiB', 12, '" work, "'],
  ])('%s', async (line, column, expected) => {
    const { code, stdout, stderr } = await gcsim(['explain', line]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: this line is not whole: at column ${column} expected `);
    expect(stderr).toContain(expected);
    expect(stderr.split('\n')[2]).toBe(`      | ${' '.repeat(column - 1)}^`);
  });

  test('at all', async () => {
    const { code, stderr } = await gcsim(['explain', 'hello, world']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: this is no line that the runtime prints; expected a gc line such as "gc 1 @0.012s 2%: …"\n',
    );
  });

  test('a name that is near to a finding', async () => {
    const { code, stderr } = await gcsim(['explain', 'asist-pressure']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no finding "asist-pressure", and it is no line of a log\n');
    expect(stderr).toContain('hint: did you mean assist-pressure? findings: heap-overshoot, ');
  });

  test('any text is explained or refused, and drives no terminal', async () => {
    const pieces = fc.constantFrom(
      line118,
      line15,
      'gc ',
      'pacer: ',
      '\u001b[31m',
      '9',
      '->',
      ' MB',
      '{"log":"',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 6 }), async (parts) => {
        const { code, stdout, stderr } = await gcsim(['explain', '--', parts.join('')]);
        expect([0, 2]).toContain(code);
        expect(stdout + stderr).not.toContain('\u001b');
      }),
      { numRuns: 300 },
    );
  });
});

describe('findings', () => {
  test.each(findingRules.map((rule) => [rule.name, rule] as const))('%s', async (name, rule) => {
    const { code, stdout } = await gcsim(['explain', name]);
    expect(code).toBe(0);
    expect(stdout.startsWith(`${name} (${rule.severity})\n\n  when `)).toBe(true);
    const words = stdout.replace(/\s+/g, ' ');
    for (const text of [rule.summary, rule.why, rule.advice]) {
      expect(words).toContain(text.replace(/\s+/g, ' '));
    }
    expect(words).toContain(`gcsim analyze --ignore ${name}`);
  });

  test('are listed where nothing is asked for', async () => {
    const { code, stdout } = await gcsim(['explain']);
    expect(code).toBe(0);
    for (const { name, severity } of findingRules) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} +${severity} `, 'm'));
    }
  });
});
