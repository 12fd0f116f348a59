import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GcCycle } from '../../src/cycle.ts';
import { formatCycle } from '../../src/trace/format.ts';
import {
  type FamilyName,
  familyNames,
  type ScavengeFigureName,
  scavengeFigures,
  scavengeForms,
} from '../../src/trace/forms.ts';
import {
  type GcForm,
  gcForms,
  LineForm,
  parseCycle,
  parsePacer,
  parseScavenge,
  quickRoom,
} from '../../src/trace/parse.ts';
import { KiB, MiB } from '../../src/units.ts';
import {
  conformanceFolder,
  hasMeasured,
  hasTraces,
  type Log,
  logsBelow,
  measuredFolder,
  noMeasured,
  noTraces,
  realLines,
  tracesFolder,
} from '../support/logs.ts';

/** Where a gc line begins, and what it ends with: as its description says, and nothing of how it is read. */
const wholeLine =
  /gc #?\d+ @.* P(?: \(forced\))?(?=\r?$)|gc\d+\(\d+\): .*\d+\/\d+\/\d+ yields(?=\r?$)/gm;

/** Reads and prints all gc lines of some logs; how many there were of each family. */
function roundTrip(logs: readonly Log[]): Map<FamilyName, number> {
  const counts = new Map<FamilyName, number>();
  for (const { name, text } of logs) {
    for (const [line] of text.matchAll(wholeLine)) {
      const read = parseCycle(line);
      if (read === undefined) throw new Error(`${name}: not read: ${line}`);
      const printed = formatCycle(read.cycle, read.family);
      if (printed !== line) expect(printed, name).toBe(line);
      counts.set(read.family, (counts.get(read.family) ?? 0) + 1);
    }
  }
  return counts;
}

describe('every whole gc line comes out as it went in', () => {
  test('of the logs in test/conformance: five families', () => {
    const counts = roundTrip(logsBelow(conformanceFolder));
    expect([...counts.keys()].sort()).toEqual(['G1', 'G2', 'G3', 'G4', 'G5']);
  });

  test('of the logs of other people: those of Go to 1.4 too', ({ skip }) => {
    skip(!hasTraces, noTraces);
    const counts = roundTrip(logsBelow(tracesFolder));
    // Nobody has kept a log of the spring of 2015.
    expect([...counts.keys()].sort()).toEqual(['G3', 'G4', 'G5', 'S1', 'S2', 'S3']);
    expect([counts.get('S1'), counts.get('S2'), counts.get('S3')]).toEqual([2, 5, 7]);
  });

  test('of the programs that were measured', ({ skip }) => {
    skip(!hasMeasured, noMeasured);
    const counts = roundTrip(logsBelow(measuredFolder));
    expect([...counts.keys()].sort()).toEqual(['G1', 'G3', 'G4', 'G5']);
  });

  test.each(familyNames)('%s', (family) => {
    for (const line of realLines[family]) {
      const read = parseCycle(line);
      expect(read?.family).toBe(family);
      expect(formatCycle(read?.cycle as GcCycle, family)).toBe(line);
    }
  });
});

const us = 1_000;
const ms = 1_000_000;
const slack = {
  heapStartBytes: MiB,
  heapEndBytes: MiB,
  heapMarkedBytes: MiB,
  heapGoalBytes: MiB,
};

describe('the figures of a gc line', () => {
  test('from 1.18 on: three phases, the start, stacks and globals', () => {
    const line =
      'gc 4 @0.084s 4%: 0.20+14+0.074 ms clock, 0.40+0.048/4.9/0+0.14 ms cpu, ' +
      '10->12->5 MB, 11 MB goal, 1 MB stacks, 2 MB globals, 4 P';
    expect(parseCycle(line)?.cycle).toEqual({
      n: 4,
      startNs: 84 * ms,
      endNs: 84 * ms + 200 * us + 14 * ms + 74 * us,
      forced: false,
      gcCpuFraction: 0.04,
      procs: 4,
      sweepTermNs: 200 * us,
      markNs: 14 * ms,
      markTermNs: 74 * us,
      sweepTermCpuNs: 400 * us,
      assistNs: 48 * us,
      backgroundNs: 4_900 * us,
      idleNs: 0,
      markTermCpuNs: 140 * us,
      heapStartBytes: 10 * MiB,
      heapEndBytes: 12 * MiB,
      heapMarkedBytes: 5 * MiB,
      heapGoalBytes: 11 * MiB,
      stacksBytes: 1 * MiB,
      globalsBytes: 2 * MiB,
      slack,
    });
  });

  test('from 1.6 to 1.17: no stacks and no globals, which are absent and not 0', () => {
    const [, line = ''] = realLines.G4;
    const cycle = parseCycle(line)?.cycle;
    expect(cycle).toMatchObject({
      n: 1,
      startNs: 6 * ms,
      forced: true,
      gcCpuFraction: 0.38,
      sweepTermNs: 3_900 * us,
      idleNs: 29 * us,
      heapGoalBytes: 4 * MiB,
      procs: 2,
    });
    expect(cycle).not.toHaveProperty('stacksBytes');
    expect(cycle).not.toHaveProperty('scanNs');
    expect(cycle).not.toHaveProperty('leakCheck');
  });

  test('1.5: five phases', () => {
    const [line = ''] = realLines.G3;
    expect(parseCycle(line)?.cycle).toMatchObject({
      startNs: 140 * ms,
      endNs: 140 * ms + 120 * us + 15 * ms + 4 * ms + 19 * ms + 280 * us,
      sweepTermNs: 120 * us,
      scanNs: 15 * ms,
      syncNs: 4 * ms,
      markNs: 19 * ms,
      markTermNs: 280 * us,
      scanCpuNs: 15 * ms,
      syncCpuNs: 0,
      assistNs: 2_700 * us,
      backgroundNs: 80 * us,
      idleNs: 0,
    });
  });

  test('April and May 2015: the clock is that of the end', () => {
    const [line = ''] = realLines.G2;
    // 45 + 19 + 3 + 237 + 4 ms before 0.681 s.
    expect(parseCycle(line)?.cycle).toMatchObject({
      startNs: 373 * ms,
      endNs: 681 * ms,
      syncStopped: true,
      assistNs: 40 * ms,
      backgroundNs: 21 * ms,
      heapGoalBytes: 4 * MiB,
    });
  });

  test('March 2015: no goal, and one figure for all marking', () => {
    const [line = ''] = realLines.G1;
    const cycle = parseCycle(line)?.cycle;
    expect(cycle).toMatchObject({ endNs: 158 * ms, startNs: 134 * ms, backgroundNs: 2 * ms });
    expect(cycle).not.toHaveProperty('heapGoalBytes');
    expect(cycle).not.toHaveProperty('assistNs');
    expect(cycle).not.toHaveProperty('idleNs');
  });

  test('a collection that ends sooner after the start than it took begins at 0', () => {
    const line = 'gc #1 @0.001s 2%: 0+1+0+2+0 ms clock, 0+1+0+2+0 ms cpu, 0->0->0 MB, 4 P';
    expect(parseCycle(line)?.cycle).toMatchObject({ startNs: 0, endNs: 1 * ms });
  });

  test('1.4: no clock, no share of CPU, and the world stopped', () => {
    const [line = ''] = realLines.S3;
    expect(parseCycle(line)?.cycle).toEqual({
      n: 8,
      forced: false,
      procs: 4,
      heapStartBytes: 16 * MiB,
      heapEndBytes: 16 * MiB,
      slack,
      stopped: {
        setupNs: 5 * us,
        sweepNs: 14 * us,
        markNs: 2_531 * us,
        finishNs: 3 * us,
        previousLiveBytes: 8 * MiB,
        objects: 30_425,
        mallocs: 95_112,
        frees: 64_687,
        goroutines: 12,
        spans: 1_004,
        backgroundSweeps: 6,
        pauseSweeps: 0,
        handoffs: 6,
        handoffCount: 411,
        steals: 9,
        stealCount: 96,
        procYields: 59,
        osYields: 33,
        sleeps: 5,
      },
    });
  });

  test('1.3: no goroutines', () => {
    const [line = ''] = realLines.S2;
    expect(parseCycle(line)?.cycle.stopped).not.toHaveProperty('goroutines');
  });

  test('to 1.2: milliseconds, mark before sweep, and the heap before and after', () => {
    const [line = ''] = realLines.S1;
    const cycle = parseCycle(line)?.cycle;
    expect(cycle).toMatchObject({
      n: 37,
      procs: 8,
      heapStartBytes: 21 * MiB,
      heapEndBytes: 21 * MiB,
      heapMarkedBytes: 9 * MiB,
      stopped: {
        markNs: 12 * ms,
        sweepNs: 1 * ms,
        setupNs: 3 * ms,
        objectsBefore: 90_411,
        objects: 40_122,
        mallocs: 811_200,
        frees: 771_078,
      },
    });
    expect(cycle?.stopped).not.toHaveProperty('finishNs');
    expect(cycle).not.toHaveProperty('startNs');
  });

  test('a share of more than all CPU, as old releases print it', () => {
    const line = realLines.G4[0]?.replace(' 1%', ' 102%') ?? '';
    expect(parseCycle(line)?.cycle.gcCpuFraction).toBeCloseTo(1.02, 10);
  });

  test('the search for leaked goroutines is told apart from other collections', () => {
    const [plain, checking] = realLines.G5.map((line) => parseCycle(line)?.cycle);
    expect(plain).not.toHaveProperty('leakCheck');
    expect(checking?.leakCheck).toBe(true);
  });
});

describe('what is no gc line is not read', () => {
  const [line = ''] = realLines.G5;
  test.each([
    ['nothing', ''],
    ['a start', line.slice(0, 40)],
    ['all but the last letter', line.slice(0, -1)],
    ['a letter more', `${line}x`],
    ['a space before', ` ${line}`],
    ['a space after', `${line} `],
    ['a line break', `${line}\n`],
    ['another word', line.replace('clock', 'Clock')],
    ['a figure left out', line.replace('+14+', '++')],
    ['a figure too many', line.replace('+14+', '+14+1+')],
    ['a negative number', line.replace('+14+', '+-14+')],
    ['a leading zero', line.replace('gc 4', 'gc 04')],
    ['a leading zero of a time', line.replace('+14+', '+014+')],
    ['seconds with two decimals', line.replace('0.084s', '0.08s')],
    ['seconds with four decimals', line.replace('0.084s', '0.0840s')],
    ['seconds without decimals', line.replace('0.084s', '84s')],
    ['a time with four decimals', line.replace('0.074', '0.0744')],
    ['a point without decimals', line.replace('0.074', '0.')],
    ['an exponent', line.replace('+14+', '+1e1+')],
    ['a number that no double holds', line.replace('gc 4', `gc ${'9'.repeat(17)}`)],
    ['a size that no double holds', line.replace('10->', `${'9'.repeat(40)}->`)],
    ['hexadecimal digits', line.replace('10->', '0x10->')],
    ['other digits than 0 to 9', line.replace('10->', '１０->')],
    ['NaN', line.replace('+14+', '+NaN+')],
    ['two families mixed', line.replace('gc 4', 'gc #4')],
    ['forced twice', `${line} (forced) (forced)`],
  ])('%s', (_, text) => {
    expect(parseCycle(text)).toBeUndefined();
  });
});

/** The quick way finds what `match` finds, or leaves the line to it: then false. */
function readBothWays<Name extends string>(form: LineForm<Name>, line: string): boolean {
  const length = Buffer.byteLength(line);
  const bytes = Buffer.concat([Buffer.from(line), Buffer.alloc(quickRoom + 1, '\n')]);
  expect(form.match(bytes, 0, bytes.length), line).toBe(length);
  const values = Float64Array.from(form.values);
  const quickEnd = form.quickMatch(bytes, 0);
  if (quickEnd < 0) return false;
  expect({ end: quickEnd, values: form.values }, line).toEqual({ end: length, values });
  return true;
}

describe('figures', () => {
  /** Milliseconds as the runtime prints them. */
  const printedMs = fc.oneof(
    fc.constant('0'),
    fc.integer({ min: 1, max: 99 }).map((n) => `0.0${String(n).padStart(2, '0')}`),
    fc.integer({ min: 10, max: 99 }).map((n) => `0.${n}`),
    fc.integer({ min: 10, max: 99 }).map((n) => `${(n - (n % 10)) / 10}.${n % 10}`),
    fc.integer({ min: 10, max: 10_000_000 }).map(String),
  );
  const count = fc.oneof(fc.nat(20), fc.nat(2 ** 31 - 1)).map(String);
  const percent = fc.oneof(fc.nat(100), fc.nat(100_000)).map(String);
  /** Up to 15 years: beyond, the nanoseconds of a start are no exact doubles. */
  const clock = fc
    .nat(15 * 365 * 86_400_000)
    .map((msSince) => `${Math.trunc(msSince / 1000)}.${String(msSince % 1000).padStart(3, '0')}`);

  /**
   * Lines of a family with other figures: each number of a real line is drawn anew, in its own way of writing, which
   * the real line tells.
   */
  function lines(family: FamilyName): fc.Arbitrary<string> {
    const hasDecimals = ['G3', 'G4', 'G5'].includes(family);
    return fc.constantFrom(...realLines[family]).chain((line) => {
      const clocks = line.indexOf('%');
      const times = line.indexOf(' ms cpu');
      const parts = line.split(/(\d+(?:\.\d+)?)/);
      let at = 0;
      const drawn = parts.map((part, i) => {
        const start = at;
        at += part.length;
        if (i % 2 === 0) return fc.constant(part);
        if (parts[i - 1]?.endsWith('@') === true) return clock;
        if (parts[i + 1]?.startsWith('%') === true) return percent;
        return hasDecimals && start > clocks && start < times ? printedMs : count;
      });
      return fc.tuple(...drawn).map((all) => all.join(''));
    });
  }

  test.each(familyNames)('%s with any figures comes out as it went in', (family) => {
    fc.assert(
      fc.property(lines(family), (line) => {
        const read = parseCycle(line);
        expect(read?.family, line).toBe(family);
        expect(formatCycle(read?.cycle as GcCycle, family)).toBe(line);
      }),
      { numRuns: 300 },
    );
  });

  test.each(familyNames)('%s read, printed and read again is the same record', (family) => {
    fc.assert(
      fc.property(lines(family), (line) => {
        const cycle = parseCycle(line)?.cycle as GcCycle;
        expect(parseCycle(formatCycle(cycle, family))?.cycle).toEqual(cycle);
      }),
      { numRuns: 100 },
    );
  });

  test.each(familyNames)('%s read the quick way is the same, or left to the other', (family) => {
    const form = gcForms.find((candidate) => candidate.family === family) as GcForm;
    fc.assert(
      fc.property(lines(family), (line) => {
        readBothWays(form, line);
      }),
      { numRuns: 300 },
    );
    // Not all are left to it.
    expect(realLines[family].some((line) => readBothWays(form, line))).toBe(true);
  });

  test.each(familyNames)(
    '%s with a character changed is refused, or reads as it looks',
    (family) => {
      const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
      const characters = fc.constantFrom(...'0123456789.+-/>() @%#:,sgcMBP');
      const change = fc.tuple(fc.constantFrom(...realLines[family]), place, characters);
      fc.assert(
        fc.property(change, ([line, share, character]) => {
          const at = Math.floor(share * line.length);
          const changed = line.slice(0, at) + character + line.slice(at + 1);
          const read = parseCycle(changed);
          if (read !== undefined) expect(formatCycle(read.cycle, read.family)).toBe(changed);
        }),
        { numRuns: 1_000 },
      );
    },
  );
});

test('a figure that may have a sign is not read the quick way', () => {
  const names = Object.keys(scavengeFigures) as ScavengeFigureName[];
  const form = new LineForm(scavengeForms['scvg-released'], scavengeFigures, names);
  expect(readBothWays(form, 'scvg3: 5 MB released')).toBe(false);
});

/** A pacer line's bytes. */
function pacer(line: string) {
  return parsePacer(Buffer.from(line));
}

function scavenge(line: string) {
  return parseScavenge(Buffer.from(line))?.scavenge;
}

describe('pacer lines', () => {
  test('at the start of a collection, to 1.9: a count of fractional workers', () => {
    const line = 'pacer: assist ratio=+1.430862e+000 (scan 1 MB in 7->8 MB) workers=1+0';
    expect(pacer(line)?.part).toEqual({
      start: {
        assistRatio: 1.430862,
        heapScanBytes: 1 * MiB,
        assistFromBytes: 7 * MiB,
        assistToBytes: 8 * MiB,
        dedicatedWorkers: 1,
        fractionalWorkers: 0,
      },
    });
  });

  test('at the start of a collection, from 1.10 on: a share, with a sign of its own', () => {
    const line =
      'pacer: assist ratio=+6.485794e-001 (scan 0 MB in 4->4 MB) workers=0++2.500000e-001';
    expect(pacer(line)?.part.start).toMatchObject({
      assistRatio: 0.6485794,
      fractionalWorkers: 0.25,
    });
    expect(pacer(line)?.form.releases.since).toBe(10);
  });

  test('at the end of marking, to 1.17', () => {
    const line =
      'pacer: H_m_prev=4959848 h_t=+8.787177e-001 H_T=8291201 h_a=+8.840481e-001 H_a=9344592 ' +
      'h_g=+1.000000e+000 H_g=9919696 u_a=+2.676567e-001 u_g=+2.500000e-001 W_a=1418088 ' +
      'goalΔ=+1.212823e-001 actualΔ=+5.330405e-003 u_a/u_g=+1.070627e+000';
    expect(pacer(line)?.part).toEqual({
      end: {
        heapMarkedPrevBytes: 4_959_848,
        triggerRatio: 0.8787177,
        triggerBytes: 8_291_201,
        actualGrowth: 0.8840481,
        heapActualBytes: 9_344_592,
        goalGrowth: 1,
        heapGoalBytes: 9_919_696,
        utilization: 0.2676567,
        goalUtilization: 0.25,
        scanWork: 1_418_088,
      },
    });
  });

  const consMark =
    'pacer: 43% CPU (25 exp.) for 27544+7552+200336 B work (233992 B exp.) in 5581868 B -> ' +
    '6324112 B (∆goal -240536, cons/mark +1.400020e+000)';

  test('at the end of marking, from 1.18 on', () => {
    expect(pacer(consMark)?.part).toEqual({
      consMark: {
        utilization: 0.43,
        goalUtilization: 0.25,
        heapScanBytes: 27_544,
        stackScanBytes: 7_552,
        globalsScanBytes: 200_336,
        expectedScanBytes: 233_992,
        triggerBytes: 5_581_868,
        heapLiveBytes: 6_324_112,
        overGoalBytes: -240_536,
        consMark: 1.40002,
        controllerReset: false,
      },
    });
  });

  test('with the remark that the controller started afresh', () => {
    expect(pacer(`${consMark}[controller reset]`)?.part.consMark?.controllerReset).toBe(true);
  });

  test.each([
    ['of spans; swept 1014 pages', 1014, undefined, [6, 6]],
    ['of spans; swept 1280 pages at +2.089003e-004 pages/byte', 1280, 2.089003e-4, [7, 8]],
    ['during sweep; swept 862 pages at +2.428709e-004 pages/byte', 862, 2.428709e-4, [9, 99]],
  ])('when sweeping is done: %s', (text, sweptPages, pagesPerByte, [since, until]) => {
    const read = pacer(`pacer: sweep done at heap size 10MB; allocated 5MB ${text}`);
    expect(read?.part.sweepDone).toEqual({
      heapLiveBytes: 10 * MiB,
      allocatedBytes: 5 * MiB,
      sweptPages,
      ...(pagesPerByte === undefined ? {} : { pagesPerByte }),
    });
    expect(read?.form.releases).toEqual({ since, until });
  });

  test.each(['NaN', '+Inf', '-Inf'])('a figure that is %s gives no record', (float) => {
    const line = `pacer: assist ratio=${float} (scan 1 MB in 7->8 MB) workers=1+0`;
    expect(pacer(line)?.part).toEqual({});
  });

  test.each([
    'pacer: ',
    'pacer: hello',
    consMark.slice(0, -1),
    `${consMark} `,
    'pacer: assist ratio=1.430862 (scan 1 MB in 7->8 MB) workers=1+',
    'pacer: assist ratio=+1.4e+ (scan 1 MB in 7->8 MB) workers=1+0',
  ])('no pacer line: %s', (line) => {
    expect(pacer(line)).toBeUndefined();
  });
});

describe('lines of the scavenger', () => {
  test.each([
    ['scvg3: 5 MB released', { n: 3, releasedNowBytes: 5 * MiB }],
    ['scvg-1: 1 MB released', { n: -1, releasedNowBytes: 1 * MiB }],
    [
      'scvg1: inuse: 331, idle: 175, sys: 507, released: 2, consumed: 505 (MB)',
      {
        n: 1,
        heapInuseBytes: 331 * MiB,
        heapIdleBytes: 175 * MiB,
        heapSysBytes: 507 * MiB,
        heapReleasedBytes: 2 * MiB,
        heapConsumedBytes: 505 * MiB,
      },
    ],
    ['scvg: 8 KB released', { releasedNowBytes: 8 * KiB }],
    ['forced scvg: 8 KB released', { releasedNowBytes: 8 * KiB }],
    [
      'scvg: inuse: 3, idle: 60, sys: 63, released: 57, consumed: 6 (MB)',
      {
        heapInuseBytes: 3 * MiB,
        heapIdleBytes: 60 * MiB,
        heapSysBytes: 63 * MiB,
        heapReleasedBytes: 57 * MiB,
        heapConsumedBytes: 6 * MiB,
      },
    ],
    [
      'scav 12 3 KiB work, 440 KiB total, 99% util',
      { n: 12, releasedNowBytes: 3 * KiB, heapReleasedBytes: 440 * KiB, utilization: 0.99 },
    ],
    [
      'scav 0 KiB work, 3472 KiB total, 98% util',
      { releasedNowBytes: 0, heapReleasedBytes: 3472 * KiB, utilization: 0.98 },
    ],
    [
      'scav 0 KiB work, 3472 KiB total, 98% util (forced)',
      { releasedNowBytes: 0, heapReleasedBytes: 3472 * KiB, utilization: 0.98 },
    ],
    [
      'scav 864 KiB work (bg), 16 KiB work (eager), 5624 KiB now, 98% util',
      {
        releasedNowBytes: 880 * KiB,
        eagerBytes: 16 * KiB,
        heapReleasedBytes: 5624 * KiB,
        utilization: 0.98,
      },
    ],
  ])('%s', (line, expected) => {
    expect(scavenge(line)).toEqual(expected);
  });

  test.each([
    'scvg',
    'scvg1: GC forced',
    'scvg1: 5 MB',
    'scav hello',
    'scav 0 KiB work, 1 KiB total',
  ])('no line of figures: %s', (line) => {
    expect(scavenge(line)).toBeUndefined();
  });
});
