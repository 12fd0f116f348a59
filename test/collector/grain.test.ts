/** Grain: a run in which neighbours share a number gives the figures of the exact one, on every structure. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GcWork, type WorkbufModel, WorkbufPool } from '../../src/collector/gcwork.ts';
import { chooseGrain } from '../../src/collector/grain.ts';
import { PageHeap } from '../../src/collector/heap.ts';
import { optionsFor } from '../../src/collector/options.ts';
import { simulate } from '../../src/collector/simulate.ts';
import { parseWorkload } from '../../src/workload/parse.ts';

/** About 800,000 objects each; where a structure is marked by one worker at a time, enough of them to even that out. */
const structures = {
  list: '{ shape: list, kind: node, length: 12500, count: 64 }',
  'list with second pointers': '{ shape: list, kind: node, length: 12500, back: 2, count: 64 }',
  tree: '{ shape: tree, kind: node, nodes: 2000000, fanout: 4 }',
  'tree with leaves':
    '{ shape: tree, kind: node, nodes: 700000, fanout: 2, leaves: 2, leaf-kind: leaf }',
  array: '{ shape: array, kind: node, length: 100000, count: 8 }',
  map: '{ shape: map, kind: node, entries: 100000, count: 8 }',
  'items, next last':
    '{ shape: items, kind: node, length: 780, leaves: 3, leaf-kind: node, next: last, count: 256 }',
  'items, next first':
    '{ shape: items, kind: node, length: 390, leaves: 3, leaf-kind: node, next: first, count: 512 }',
  graph: '{ shape: graph, kind: node, nodes: 50000, degree: 3, count: 16 }',
};

function workloadOf(structure: string): string {
  return `kinds:
  node: { size: 64B, pointers: 48B }
  leaf: { size: 32B, pointers: 8B }
structures:
  live: ${structure}
goroutines:
  - { count: 2, collections: 12, pace: 400MiB/s, steps: [{ alloc: { kind: node, count: 200, keep: none } }] }
`;
}

/** Figures of the last collections: everything live has long been built. */
function figuresOf(structure: string, grain: number, seed: number) {
  const workload = parseWorkload(workloadOf(structure), 'grain.yaml');
  const { cycles } = simulate(
    workload,
    optionsFor(workload, { release: '1.10', gcPercent: 50, grain, seed, check: true }),
  );
  const last = cycles.slice(-8).map((cycle) => ({
    scanWork: cycle.sim?.scanWork ?? Number.NaN,
    marked: cycle.heapMarkedBytes ?? Number.NaN,
    markCpu: (cycle.assistNs ?? 0) + (cycle.backgroundNs ?? 0) + (cycle.idleNs ?? 0),
    markNs: cycle.markNs ?? Number.NaN,
    heapStart: cycle.heapStartBytes ?? Number.NaN,
    heapEnd: cycle.heapEndBytes,
  }));
  type Name = keyof (typeof last)[number];
  const all = (name: Name): number[] => last.map((cycle) => cycle[name]);
  const sum = (name: Name): number => all(name).reduce((total, value) => total + value, 0);
  return {
    totals: { scanWork: sum('scanWork'), marked: sum('marked') },
    medians: {
      markCpu: middle(all('markCpu')),
      markNs: middle(all('markNs')),
      heapStart: middle(all('heapStart')),
      heapEnd: middle(all('heapEnd')),
    },
    extremes: { markNs: Math.max(...all('markNs')), heapEnd: Math.max(...all('heapEnd')) },
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

describe('the grain that nobody asked for', () => {
  const chosen = (structure: string, asked?: number): ReturnType<typeof chooseGrain> =>
    chooseGrain(parseWorkload(workloadOf(structure), 'grain.yaml'), asked);

  test('is 1 up to twenty million live objects, and then a power of 2', () => {
    expect(chosen('{ shape: tree, kind: node, nodes: 20000000, fanout: 4 }').shift).toBe(0);
    const { shift, spans } = chosen('{ shape: tree, kind: node, nodes: 1600000000, fanout: 4 }');
    // At most 2^21 numbers: 1.6e9 / 2^21 = 763, so 1,024. 1.6e9 x 64 B are 12.5 million spans: 2^17 of 95, so 128.
    expect({ shift, spans }).toEqual({ shift: 10, spans: 128 });
  });

  test('takes spans together only where they are many, and large objects are not rounded up by much', () => {
    expect(chosen('{ shape: list, kind: node, length: 1000000 }', 256).spans).toBe(1);
    // 1 MiB is 128 pages; an eighth of that is 16.
    const workload = workloadOf('{ shape: list, kind: node, length: 1600000000 }').replace(
      'goroutines:',
      '  buffers: { shape: bytes, size: 1MiB, count: 8 }\ngoroutines:',
    );
    expect(chooseGrain(parseWorkload(workload, 'grain.yaml')).spans).toBe(16);
  });
});

const models: [string, WorkbufModel][] = [
  ['one buffer of 24', { bytes: 256, capacity: 24, buffers: 1, source: 'persistent' }],
  ['two buffers of 253', { bytes: 2048, capacity: 253, buffers: 2, source: 'spans' }],
];

describe.each(models)('entries of many places: %s', (_, model) => {
  test('are split, shared and taken without a place lost, and one part of each leads on', () => {
    const put = fc.record({
      what: fc.constant('put' as const),
      places: fc.integer({ min: 1, max: 600 }),
    });
    const other = fc.record({
      what: fc.constantFrom('balance' as const, 'take' as const),
      places: fc.constant(0),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(put, other), { maxLength: 60 }), (actions) => {
        const pool = new WorkbufPool(model, new PageHeap(), true);
        const gcw = new GcWork();
        const left: number[] = [];
        const led = new Set<number>();
        const take = (from: GcWork): boolean => {
          if ((from.wbuf1 < 0 || pool.nobj[from.wbuf1] === 0) && !pool.refill(from)) return false;
          const o = pool.pop(from.wbuf1);
          left[o] = left[o]! - pool.places;
          if (pool.leads) {
            expect(led.has(o)).toBe(false);
            led.add(o);
          }
          return true;
        };
        for (const { what, places } of actions) {
          if (what === 'put') {
            pool.putMany(gcw, left.length, places);
            left.push(places);
          } else if (what === 'balance') {
            pool.balance(gcw);
          } else {
            take(gcw);
          }
        }
        while (take(gcw));
        expect(left.filter((places) => places !== 0)).toEqual([]);
        expect(led.size).toBe(left.length);
      }),
    );
  });
});

type Figures = ReturnType<typeof figuresOf>;

const tolerances = { totals: 0.02, medians: 0.05, extremes: 0.1 } as const;

/** By how much each figure differs, as a share; of several seeds, the middle of each. */
function differences(exact: readonly Figures[], coarse: readonly Figures[]) {
  return Object.entries(tolerances).flatMap(([group, tolerance]) => {
    const names = Object.keys(exact[0]?.[group as keyof Figures] ?? {});
    return names.map((name) => {
      const of = (figures: readonly Figures[]): number =>
        middle(
          figures.map((f) => (f[group as keyof Figures] as Record<string, number>)[name] ?? 0),
        );
      return { figure: `${group}.${name}`, difference: of(coarse) / of(exact) - 1, tolerance };
    });
  });
}

describe('results at grain 1, 16 and 256 agree', () => {
  const seeds = [1, 2, 3, 4, 5];
  test.each(Object.entries(structures))('%s', { timeout: 300_000 }, (_, structure) => {
    const exact = seeds.map((seed) => figuresOf(structure, 1, seed));
    for (const grain of [16, 256]) {
      const coarse = seeds.map((seed) => figuresOf(structure, grain, seed));
      const beyond = differences(exact, coarse).filter(
        ({ difference, tolerance }) => !(Math.abs(difference) <= tolerance),
      );
      expect(beyond, `grain ${grain}`).toEqual([]);
    }
  });
});
