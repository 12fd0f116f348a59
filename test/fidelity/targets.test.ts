import { describe, expect, test } from 'vitest';
import type { Measured } from '../../scripts/fidelity/measured.js';
import {
  compare,
  deviationOf,
  type Figures,
  judge,
  orderOfReleases,
} from '../../scripts/fidelity/targets.js';

function aRow(figures: Partial<Measured>): Measured {
  return { program: 'json', procs: 1, release: '1.9', load: 'release-run', ...figures };
}

/** What every row is simulated to be. */
const always = (figures: Figures) => () => figures;

describe('the deviation', () => {
  test.each([
    { measure: 'share', real: 80, simulated: 100, deviation: 0.25 },
    { measure: 'share', real: 100, simulated: 80, deviation: 0.2 },
    { measure: 'factor', real: 80, simulated: 100, deviation: 1.25 },
    { measure: 'factor', real: 100, simulated: 80, deviation: 1.25 },
    { measure: 'factor', real: 0.2, simulated: -0.1, deviation: Number.POSITIVE_INFINITY },
    { measure: 'share', real: 0, simulated: 1, deviation: Number.POSITIVE_INFINITY },
    { measure: 'share', real: 0, simulated: 0, deviation: 0 },
    { measure: 'factor', real: 0, simulated: 0, deviation: 1 },
  ] as const)(
    'of $simulated from $real as a $measure',
    ({ measure, real, simulated, deviation }) => {
      const found = deviationOf({ measure, allowance: 0 }, real, simulated);
      expect(found).toBeCloseTo(deviation, 12);
    },
  );

  test('is none up to what the figure is too coarse to tell, and whole beyond it', () => {
    const coarse = { measure: 'share', allowance: 2 } as const;
    expect(deviationOf(coarse, 4, 6)).toBe(0);
    expect(deviationOf(coarse, 4, 7)).toBe(0.75);
  });

  test('of what did not come up in the simulation is endless', () => {
    const found = deviationOf({ measure: 'factor', allowance: 0 }, 1, undefined);
    expect(found).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a target', () => {
  const named = (rows: readonly Measured[], simulated: Figures, name: string) =>
    judge(compare(rows, always(simulated))).find(({ target }) => target.name === name);

  test('is missed when one row is beyond the worst, though the median is within', () => {
    const rows = [100, 101, 200].map((collections, i) => aRow({ procs: 1, collections, runs: i }));
    const judged = named(rows, { collections: 100 }, 'collections, 1 proc');
    expect(judged).toMatchObject({ rows: 3, beyond: 1, isMet: false });
    expect(judged?.median).toBeCloseTo(1 / 101, 12);
    expect(judged?.worst.real).toBe(200);
  });

  test('is met when neither is beyond', () => {
    const rows = [100, 110].map((collections) => aRow({ collections }));
    // 0 and 9.1 %: the median is their mean.
    expect(named(rows, { collections: 100 }, 'collections, 1 proc')).toMatchObject({
      beyond: 0,
      isMet: true,
    });
  });

  test('leaves out March 2015, and what was measured again on a quiet machine', () => {
    const rows = [
      aRow({ release: '8e24283a', load: 'loaded', collections: 1 }),
      aRow({ release: '8f34b253', load: 'loaded', collections: 1 }),
      aRow({ release: '8f34b253', load: 'quiet', collections: 100 }),
      aRow({ release: '051809e3', load: 'loaded', collections: 100 }),
    ];
    const compared = compare(rows, always({ collections: 100 }));
    expect(compared.map(({ notCounted }) => notCounted)).toEqual([
      'orientation',
      'superseded',
      undefined,
      undefined,
    ]);
    expect(named(rows, { collections: 100 }, 'collections, 1 proc')?.rows).toBe(2);
  });

  test('on peak over goal leaves out loaded machines and 1 proc', () => {
    const rows = [
      aRow({ procs: 4, overshoot: 0.5 }),
      aRow({ procs: 1, overshoot: 0.5 }),
      aRow({ procs: 2, load: 'loaded', overshoot: 0.5 }),
    ];
    const judged = named(rows, { overshoot: 0.2 }, 'peak over goal, 2 and 4 procs');
    expect(judged?.rows).toBe(1);
    expect(judged?.median).toBeCloseTo(0.2, 12); // 1.2 for 1.5.
    expect(named(rows, { overshoot: 0.2 }, 'overshoot above 10 %')?.median).toBeCloseTo(2.5, 12);
  });

  test('on wake-up delays leaves out those of which there are fewer than ten', () => {
    const row = aRow({
      'wakeup-assist-us': 10,
      'wakeup-assist-count': 9,
      'wakeup-idle-us': 10,
      'wakeup-idle-count': 10,
    });
    const judged = named([row], { 'wakeup-idle-us': 5 }, 'wake-up delay by signaller');
    expect(judged).toMatchObject({ rows: 1, median: 2, isMet: true });
  });

  test('on GC memory tells the heap bitmap from the rest', () => {
    // 32 KiB of bitmap for each MiB of heap: 64 of 100 KiB, and 32 of 104.
    const row = aRow({ gcSysFinalKiB: 100, heapSysMiB: 2 });
    const compared = compare([row], always({ gcSysFinalKiB: 104, heapSysMiB: 1 }));
    const figures = compared.map(({ kind, real, simulated }) => [kind.name, real, simulated]);
    expect(figures).toEqual([
      ['gcSysFinal', 100, 104],
      ['gcSysBitmap', 64, 32],
      ['gcSysRest', 36, 72],
    ]);
  });
});

describe('the order of releases', () => {
  const of = (release: string, overshoot: number, heapGoalMiB: number) =>
    aRow({ procs: 4, release, overshoot, heapGoalMiB });

  test('counts pairs that differ by more than 1 MiB of either goal', () => {
    const rows = [of('1.5', 0.5, 10), of('1.6', 0.31, 10), of('1.9', 0.29, 10)];
    const simulated = new Map([
      ['1.5', 0.1],
      ['1.6', 0.2],
      ['1.9', 0.05],
    ]);
    const simulatedOf = (row: Measured) => ({ overshoot: simulated.get(row.release) ?? 0 });
    const pairs = orderOfReleases(compare(rows, simulatedOf), simulatedOf);
    // 0.5 and 0.31 are less than 0.1 + 0.1 apart.
    expect(
      pairs.map(({ lower, higher, isRight }) => [lower.release, higher.release, isRight]),
    ).toEqual([['1.9', '1.5', true]]);
  });

  test('is wrong where the simulation cannot tell them apart', () => {
    const rows = [of('1.5', 0.5, 100), of('1.9', 0.1, 100)];
    const simulatedOf = always({ overshoot: 0.3 });
    const [pair] = orderOfReleases(compare(rows, simulatedOf), simulatedOf);
    expect(pair?.isRight).toBe(false);
  });

  test('is that of one program at one number of procs', () => {
    const rows = [of('1.5', 0.5, 100), { ...of('1.9', 0.1, 100), procs: 2 }];
    const simulatedOf = always({ overshoot: 0.3 });
    expect(orderOfReleases(compare(rows, simulatedOf), simulatedOf)).toEqual([]);
  });
});
