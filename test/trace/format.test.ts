import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { releases } from '../../src/collector/release.ts';
import {
  formatFloat,
  formatMB,
  formatMs,
  formatSeconds,
  formatWholeMs,
  formatWholePercent,
  percentToFraction,
} from '../../src/trace/figures.ts';
import {
  type FamilyName,
  formatAssistRatio,
  formatCycle,
  formatFor,
  formatPacer,
  formatPacerEnd,
  formatSweepDone,
} from '../../src/trace/format.ts';
import { MiB } from '../../src/units.ts';
import { aCycle, aPacer, aSimCycle } from '../support/cycles.ts';
import { readGcLine, readPacerLine } from '../support/gctrace.ts';

const conformance = new URL('../conformance/', import.meta.url);

interface RealLine {
  release: string;
  place: string;
  line: string;
}

const simulated = new Set(releases.map(({ name }) => name));

/**
 * All lines of the real logs of releases that gcsim simulates; a folder is named after a release, `-parent` is the
 * commit before.
 */
function realLines(): RealLine[] {
  return readdirSync(conformance).flatMap((folder) => {
    if (!simulated.has(folder.replace(/-parent$/, '^'))) return [];
    const files = readdirSync(new URL(`${folder}/`, conformance));
    return files
      .filter((file) => file.endsWith('.log'))
      .flatMap((file) => {
        const text = readFileSync(new URL(`${folder}/${file}`, conformance), 'utf8');
        const release = folder.replace(/-parent$/, '^');
        return text
          .trimEnd()
          .split('\n')
          .map((line, i) => ({ release, place: `${folder}/${file}:${i + 1}`, line }));
      });
  });
}

describe('real lines', () => {
  const lines = realLines();

  test('every gc line comes out as it went in, in every family', () => {
    const seen = new Map<FamilyName, { concurrent: number; forced: number }>();
    for (const { release, place, line } of lines) {
      if (!line.startsWith('gc ')) continue;
      const { family } = formatFor(release);
      const cycle = readGcLine(line, family);
      expect(cycle, place).toBeDefined();
      if (cycle === undefined) continue;
      expect(formatCycle(cycle, family), place).toBe(line);
      const count = seen.get(family) ?? { concurrent: 0, forced: 0 };
      count[cycle.forced ? 'forced' : 'concurrent']++;
      seen.set(family, count);
    }
    expect(new Set(seen.keys())).toEqual(new Set(['G1', 'G2', 'G3', 'G4']));
    for (const [family, { concurrent, forced }] of seen) {
      expect(concurrent, family).toBeGreaterThan(0);
      expect(forced, family).toBeGreaterThan(0);
    }
  });

  test('every pacer line comes out as it went in, in each release that prints it', () => {
    const seen = new Set<string>();
    for (const { release, place, line } of lines) {
      if (!line.startsWith('pacer: ')) continue;
      const read = readPacerLine(line);
      expect(read, place).toBeDefined();
      if (read === undefined) continue;
      seen.add(`${release} ${read.kind}`);
      if (read.kind === 'end') {
        expectSameEnd(formatPacerEnd(read.pacer, release), line, read.derived, place);
      } else if (read.kind === 'assistRatio') {
        expect(formatAssistRatio(read.pacer, release), place).toBe(line);
      } else {
        expect(formatSweepDone(read.pacer, release), place).toBe(line);
      }
    }
    expect(seen).toEqual(
      new Set([
        '1.10 assistRatio',
        '1.10 end',
        '1.10 sweepDone',
        '1.5 assistRatio',
        '1.5 end',
        '1.6 assistRatio',
        '1.6 end',
        '1.6 sweepDone',
        '1.8 assistRatio',
        '1.8 end',
        '1.8 sweepDone',
        '1.9 assistRatio',
        '1.9 end',
        '1.9 sweepDone',
        '8f34b253 end',
        '8f34b253^ end',
      ]),
    );
  });

  test('every float comes out as it went in', () => {
    let count = 0;
    for (const { line, place } of lines) {
      for (const [text] of line.matchAll(/[+-]\d\.\d{6}e[+-]\d{3}/g)) {
        expect(formatFloat(Number(text)), place).toBe(text);
        count++;
      }
    }
    expect(count).toBeGreaterThan(900);
  });
});

/**
 * The last three figures are differences and a quotient of others, of which a line has seven digits only: they
 * may differ by what those digits leave open. All else may not.
 */
function expectSameEnd(
  found: string | undefined,
  line: string,
  derived: number[],
  place: string,
): void {
  const read = readPacerLine(found ?? '');
  expect(read?.kind, place).toBe('end');
  const [shown, real] = [found ?? '', line].map((text) => text.slice(0, text.indexOf(' goal')));
  expect(shown, place).toBe(real);
  const end = read?.pacer.end;
  const terms = [end?.goalGrowth, end?.actualGrowth, 0].map((term) =>
    Math.max(Math.abs(term ?? 0), end?.triggerRatio ?? 0),
  );
  for (const [i, figure] of derived.entries()) {
    const open = 2e-6 * Math.max(terms[i] ?? 0, Math.abs(figure));
    expect(Math.abs((read?.derived[i] ?? 0) - figure), `${place} ${found}`).toBeLessThan(open);
  }
}

describe('milliseconds with decimals', () => {
  test.each([
    [0, '0'],
    [999, '0'],
    [1_000, '0.001'],
    [1_999, '0.001'],
    [9_999, '0.009'],
    [10_000, '0.010'],
    [43_000, '0.043'],
    [99_999, '0.099'],
    [100_000, '0.10'],
    [109_999, '0.10'],
    [587_000, '0.58'],
    [999_999, '0.99'],
    [1_000_000, '1.0'],
    [7_199_999, '7.1'],
    [9_999_999, '9.9'],
    [10_000_000, '10'],
    [10_999_999, '10'],
    [1_234_999_999, '1234'],
  ])('%i ns is %s', (ns, text) => {
    expect(formatMs(ns)).toBe(text);
  });

  test('a printed time, read and printed again, is the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e11 }), (ns) => {
        const text = formatMs(ns);
        expect(formatMs(Math.round(Number(text) * 1e6))).toBe(text);
      }),
    );
  });
});

describe('other figures', () => {
  test('whole milliseconds cut off the rest', () => {
    expect([0, 999_999, 1_000_000, 1_999_999, 239_000_000].map(formatWholeMs)).toEqual([
      '0',
      '0',
      '1',
      '1',
      '239',
    ]);
  });

  test('seconds have three decimals, and cut off the rest', () => {
    expect([0, 999_999, 1_000_000, 12_345_678_901].map(formatSeconds)).toEqual([
      '0.000',
      '0.000',
      '0.001',
      '12.345',
    ]);
  });

  test('MB are whole MiB, and cut off the rest', () => {
    expect([0, MiB - 1, MiB, 4_194_303, 4_194_304, 100 * 2 ** 30].map(formatMB)).toEqual([
      '0',
      '0',
      '1',
      '3',
      '4',
      '102400',
    ]);
  });

  test('percent cut off the rest', () => {
    expect([0, 0.009_999, 0.01, 0.069_9, 1, 1.245].map(formatWholePercent)).toEqual([
      '0',
      '0',
      '1',
      '6',
      '100',
      '124',
    ]);
  });

  test('every whole percentage has a fraction that prints as it', () => {
    for (let percent = 0; percent <= 10_000; percent++) {
      expect(formatWholePercent(percentToFraction(percent))).toBe(String(percent));
    }
  });

  test.each([
    [0, '+0.000000e+000'],
    [-0, '-0.000000e+000'],
    [1, '+1.000000e+000'],
    [-1, '-1.000000e+000'],
    [0.25, '+2.500000e-001'],
    [0.3, '+3.000000e-001'],
    // The eighth digit is rounded, and a carry reaches the exponent.
    [1.234_567_49, '+1.234567e+000'],
    [1.234_567_51, '+1.234568e+000'],
    [9.999_999_6, '+1.000000e+001'],
    [0.000_2, '+2.000000e-004'],
    [123_456_789, '+1.234568e+008'],
    [1e100, '+1.000000e+100'],
    [1e-10, '+1.000000e-010'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('the float %d is %s', (value, text) => {
    expect(formatFloat(value)).toBe(text);
  });

  test('a float has the seven digits that an exact conversion gives, but for the last', () => {
    const value = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(value, (v) => {
        const text = formatFloat(v);
        expect(text).toMatch(/^\+\d\.\d{6}e[+-]\d{3}$/);
        expect(Math.abs(Number(text) - v) / v).toBeLessThan(1.01e-6);
      }),
    );
  });
});

describe('the gc line', () => {
  const cycle = aSimCycle({
    n: 7,
    startNs: 1_234_567_890,
    endNs: 1_250_000_000,
    gcCpuFraction: 0.049_9,
    sweepTermNs: 21_500,
    scanNs: 1_500_000,
    syncNs: 900,
    markNs: 12_700_000,
    markTermNs: 104_000,
    sweepTermCpuNs: 86_000,
    scanCpuNs: 1_500_000,
    syncCpuNs: 0,
    assistNs: 30_400,
    backgroundNs: 3_290_000,
    idleNs: 999,
    markTermCpuNs: 416_000,
    heapStartBytes: 4 * MiB + 5,
    heapEndBytes: 6 * MiB - 1,
    heapMarkedBytes: 1 * MiB,
    heapGoalBytes: 5 * MiB,
    sim: { triggerBytes: 3 * MiB },
  });

  test('G1 has whole milliseconds, the end, one mark time, the trigger, and no goal', () => {
    expect(formatCycle(cycle, 'G1')).toBe(
      'gc #7 @1.250s 4%: 0+1+0+12+0 ms clock, 0+1+0+3+0 ms cpu, 3->5->1 MB, 4 P',
    );
  });

  test('G2 has the mark time in three, and the goal', () => {
    expect(formatCycle(cycle, 'G2')).toBe(
      'gc #7 @1.250s 4%: 0+1+0+12+0 ms clock, 0+1+0+0/3/0+0 ms cpu, 3->5->1 MB, 5 MB goal, 4 P',
    );
  });

  test('G3 has two digits, the start, and the heap there', () => {
    expect(formatCycle(cycle, 'G3')).toBe(
      'gc 7 @1.234s 4%: 0.021+1.5+0+12+0.10 ms clock, ' +
        '0.086+1.5+0+0.030/3.2/0+0.41 ms cpu, 4->5->1 MB, 5 MB goal, 4 P',
    );
  });

  test('G4 has three phases', () => {
    expect(formatCycle(cycle, 'G4')).toBe(
      'gc 7 @1.234s 4%: 0.021+12+0.10 ms clock, ' +
        '0.086+0.030/3.2/0+0.41 ms cpu, 4->5->1 MB, 5 MB goal, 4 P',
    );
  });

  test('a forced collection says so, and shows the heap at its start', () => {
    const line = formatCycle({ ...cycle, forced: true }, 'G1');
    expect(line).toMatch(/ 4->5->1 MB, 4 P \(forced\)$/);
  });

  test('a log has no trigger: the heap at the start stands for it', () => {
    expect(formatCycle(aCycle({ scanNs: 0, syncNs: 0, scanCpuNs: 0, syncCpuNs: 0 }), 'G1')).toMatch(
      / 8->9->5 MB, 4 P$/,
    );
  });

  test('a figure that the line needs and the record lacks is never printed as 0', () => {
    expect(() => formatCycle(aCycle(), 'G3')).toThrow(/scan/);
  });
});

describe('pacer lines', () => {
  const cycle = aSimCycle();

  test('come in the order in which the runtime prints them', () => {
    expect(formatPacer(cycle, '1.9')).toEqual([
      'pacer: sweep done at heap size 6MB; allocated 1MB during sweep; swept 900 pages at +2.500000e-004 pages/byte',
      'pacer: assist ratio=+1.500000e+000 (scan 1 MB in 8->10 MB) workers=1+0',
      'pacer: H_m_prev=5242880 h_t=+7.500000e-001 H_T=8388608 h_a=+8.750000e-001 H_a=9437184 ' +
        'h_g=+1.000000e+000 H_g=10485760 u_a=+2.500000e-001 u_g=+2.500000e-001 W_a=1500000 ' +
        'goal\u0394=+2.500000e-001 actual\u0394=+1.250000e-001 u_a/u_g=+1.000000e+000',
    ]);
  });

  test('1.10 prints a share of fractional work, with two plus signs', () => {
    expect(formatPacer(cycle, '1.10')[1]).toMatch(/ workers=1\+\+0\.000000e\+000$/);
  });

  test('the sweep line counts spans to April 2017, and has a rate from 1.7 on', () => {
    const sweepLine = (release: string): string | undefined => formatPacer(cycle, release)[0];
    const spans = 'pacer: sweep done at heap size 6MB; allocated 1MB of spans; swept 900 pages';
    expect(sweepLine('1.6')).toBe(spans);
    expect(sweepLine('1.8')).toBe(`${spans} at +2.500000e-004 pages/byte`);
    expect(sweepLine('051809e3')).toBe(`${spans} at +2.500000e-004 pages/byte`);
  });

  test('1.5 prints two, mid-2015 one, before that there are none', () => {
    const counts = ['1.5', '8f34b253', '8f34b253^', 'ce502b06', '8e24283a^'].map(
      (release) => formatPacer(cycle, release).length,
    );
    expect(counts).toEqual([2, 1, 1, 0, 0]);
  });

  test('a collection that stops the world has no pacing', () => {
    const { end: _, sweepDone: __, ...stopped } = aPacer();
    expect(formatPacer(aSimCycle({ forced: true, pacer: stopped }), '1.5')).toEqual([]);
  });

  test('a log without pacer lines has none', () => {
    expect(formatPacer(aCycle(), '1.9')).toEqual([]);
  });
});

describe('releases', () => {
  test.each([
    ['8e24283a', 'G1'],
    ['8e24283a^', 'G1'],
    ['4b2fde94', 'G1'],
    ['ce502b06^', 'G2'],
    ['ce502b06', 'G2'],
    ['8f34b253^', 'G3'],
    ['8f34b253', 'G3'],
    ['1.5', 'G3'],
    ['1.6', 'G4'],
    ['1.8', 'G4'],
    ['051809e3^', 'G4'],
    ['051809e3', 'G4'],
    ['1.9', 'G4'],
    ['1.10', 'G4'],
  ])('%s prints %s', (release, family) => {
    expect(formatFor(release).family).toBe(family);
  });

  test('an unknown release is our mistake', () => {
    expect(() => formatFor('0.9')).toThrow(/0\.9/);
  });
});
