/**
 * The books balance: random workloads on random releases, with every identity checked at every collection, come to their end
 * without an InvariantError. That those checks find what is wrong, test/collector/audit.test.ts shows.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { releases } from '../../src/collector/release.ts';
import { createSimulation, type SimOptions, type SimTotals } from '../../src/collector/simulate.ts';
import type { GcCycle } from '../../src/cycle.ts';
import * as gcsim from '../../src/gcsim.ts';
import { msNs } from '../../src/units.ts';
import type {
  GoroutineGroup,
  Kind,
  Step,
  StructureSpec,
  Workload,
} from '../../src/workload/workload.ts';
import { randomMechanisms, randomWorkload, settingsDraw } from '../support/randomruns.js';
import { runComplaints } from '../support/runlaws.js';

/** Far more than any of these runs needs: at the least price of a turn, 100 ns, six Ps need about 10 million for 150 ms. */
const eventsMax = 6_000_000;

function runToEnd(
  workload: Workload,
  options: SimOptions,
): { cycles: GcCycle[]; totals: SimTotals; events: number } {
  const cycles: GcCycle[] = [];
  const simulation = createSimulation(workload, {
    ...options,
    onCycle: (cycle) => cycles.push(cycle),
  });
  let events = 0;
  const slice = 100_000;
  while (simulation.step(slice)) {
    events += slice;
    if (events > eventsMax)
      throw new Error(`no end after ${events} events at ${simulation.nowNs} ns`);
  }
  return { cycles, totals: simulation.totals(), events };
}

describe('random workloads on random releases', () => {
  let collections = 0;
  const used = new Set<string>();
  const choices = randomMechanisms(gcsim);

  test('keep every identity at every collection, and end', () => {
    fc.assert(
      fc.property(randomWorkload, settingsDraw, choices, (workload, settings, choice) => {
        const options = { ...settings, ...choice, check: true };
        const { cycles, totals } = runToEnd(workload, options);
        collections += cycles.length;
        if (cycles.length > 0) used.add(choice.release);
        expect(runComplaints({ cycles, totals, options })).toEqual([]);
      }),
      { numRuns: 500 },
    );
    // They did collect garbage, on every release.
    expect(used.size).toBe(releases.length);
    expect(collections).toBeGreaterThan(2000);
  });
});

/** What random workloads once found, each as small as it gets. */
describe('examples', () => {
  const node: Kind = { name: 'node', sizes: [{ bytes: 32, weight: 1 }], pointers: { bytes: 16 } };
  const slow = { noise: 0.03, seed: 1, check: true, procs: 2, cores: 2, gcPercent: 25 } as const;
  const alloc = (kind: number, count: number, writes = 1): Step => ({
    op: 'alloc',
    kind,
    count,
    keep: 'latest',
    keepEvery: 1,
    fill: 'zero',
    workNs: 0,
    writes,
  });
  const program = (kinds: Kind[], steps: Step[], times: number, more: Partial<Workload> = {}) => ({
    name: 'example',
    about: '',
    run: {},
    globals: { bytes: 0, pointerBytes: 0 },
    kinds,
    structures: [],
    groups: [
      {
        name: 'g',
        count: 4,
        perProc: 0,
        stackBytes: 2048,
        locksThread: false,
        start: { atNs: 0 },
        body: { op: 'repeat' as const, times, steps },
      },
    ],
    ...more,
  });

  test.each(['1.5', '1.8', '1.10'])(
    'a list of objects that are marked in pieces (%s)',
    (release) => {
      const large: Kind = {
        name: 'large',
        sizes: [{ bytes: 200 * 1024, weight: 1 }],
        pointers: { share: 1 },
      };
      const { cycles } = runToEnd(program([large], [alloc(0, 3)], 20), { ...slow, release });
      expect(cycles.length).toBeGreaterThan(2);
    },
  );

  test.each(['1.5', '1.6', '1.8', '1.10'])(
    'a list of large objects that begins before the collection and goes on in it (%s)',
    (release) => {
      const large: Kind = {
        name: 'large',
        sizes: [{ bytes: 120 * 1024, weight: 1 }],
        pointers: { share: 1 },
      };
      for (const seed of [1, 2, 3]) {
        const options = { ...slow, release, seed };
        const { cycles } = runToEnd(program([large], [alloc(0, 3)], 20), options);
        expect(cycles.length).toBeGreaterThan(2);
      }
    },
  );

  test.each(['8f34b253', '1.5', '1.6'])(
    'chains whose older part was allocated white, whose newer part black, without a write barrier (%s)',
    (release) => {
      for (const seed of [1, 2, 3, 4]) {
        const workload = program([node], [alloc(0, 1168, 0), alloc(0, 1392, 0)], 60);
        const options = { ...slow, release, seed, procs: 6, cores: 6 };
        const { cycles } = runToEnd(workload, options);
        expect(cycles.length).toBeGreaterThan(0);
      }
    },
  );

  test.each(['ce502b06', '8f34b253', '1.5', '1.6', '1.9'])(
    'large leaves that are filled while marking ends (%s)',
    (release) => {
      const leaf: Kind = {
        name: 'leaf',
        sizes: [{ bytes: 33_000, weight: 1 }],
        pointers: { share: 0 },
      };
      const items: StructureSpec = {
        name: 'items',
        count: 1,
        shape: { type: 'items', kind: 0, length: 60, leafKind: 1, leaves: 1, next: 'last' },
      };
      const steps: Step[] = [
        { op: 'replace', structure: 0, pick: 'random', workNs: 0, writes: 1 },
        alloc(0, 300),
      ];
      for (const seed of [1, 2, 3, 4]) {
        const workload = program([node, leaf], steps, 30, { structures: [items] });
        const { cycles } = runToEnd(workload, { ...slow, release, seed, procs: 6, cores: 6 });
        expect(cycles.length).toBeGreaterThan(0);
      }
    },
  );

  test.each(['1.6', '1.9'])(
    'structures dropped while globals are scanned in parts (%s)',
    (release) => {
      const lists = (name: string): StructureSpec => ({
        name,
        count: 1000,
        shape: { type: 'list', kind: 0, length: 5, back: 0 },
      });
      const garbage: Step = { ...alloc(0, 2000), keep: 'none' } as Step;
      const steps: Step[] = [garbage, { op: 'drop', structure: 0, count: 1 }];
      const workload = program([node], steps, 250, {
        structures: [lists('dropped'), lists('kept')],
        globals: { bytes: 4_000_000, pointerBytes: 4_000_000 },
      });
      const { cycles } = runToEnd(workload, { ...slow, release, procs: 4, cores: 4 });
      expect(cycles.length).toBeGreaterThan(2);
    },
  );

  test.each(['8e24283a', 'ce502b06', '8f34b253'])(
    'an array that is filled while assists mark in the root scan (%s)',
    (release) => {
      const leaf: Kind = {
        name: 'leaf',
        sizes: [
          { bytes: 15, weight: 1 },
          { bytes: 16_171, weight: 3 },
        ],
        pointers: { share: 0.25 },
      };
      const array: StructureSpec = {
        name: 'array',
        count: 6,
        shape: { type: 'array', kind: 1, length: 8200 },
      };
      const workload = program([node, leaf], [{ op: 'work', ns: 1000 }], 1, {
        structures: [array],
        globals: { bytes: 1_200_000, pointerBytes: 600_000 },
      });
      const mechanisms = { 'assist-start': 'scan' } as const;
      const machine = { procs: 4, cores: 1, gcPercent: 200, noise: 0.2 };
      for (const seed of [661_213_187, 1, 2, 3]) {
        const { cycles } = runToEnd(workload, { ...slow, ...machine, release, seed, mechanisms });
        expect(cycles.length).toBeGreaterThan(0);
      }
    },
  );

  test.each(['8e24283a^', 'ce502b06', '8f34b253', '1.9'])(
    'two workers without noise do not keep one another marking for ever (%s)',
    (release) => {
      const leaf: Kind = {
        name: 'leaf',
        sizes: [{ bytes: 33_000, weight: 1 }],
        pointers: { share: 0 },
      };
      const tree: StructureSpec = {
        name: 'tree',
        count: 5,
        shape: { type: 'tree', kind: 0, nodes: 14, fanout: 1, leafKind: 1, leaves: 1 },
      };
      const group = (name: string, steps: Step[]): GoroutineGroup => ({
        name,
        count: 2,
        perProc: 0,
        stackBytes: 2048,
        locksThread: false,
        start: { atNs: 0 },
        body: { op: 'repeat', times: 36, forNs: 2 * msNs, steps },
      });
      const workload: Workload = {
        ...program([node, leaf], [], 1, { structures: [tree] }),
        groups: [
          group('allocates', [alloc(0, 568, 0), alloc(0, 8, 0)]),
          {
            ...group('waits', [{ op: 'gc' }, alloc(0, 8, 0)]),
            count: 1,
            start: { afterGroup: 0 },
            body: { op: 'repeat', times: 1, steps: [{ op: 'gc' }] },
          },
        ],
      };
      for (const seed of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const { totals } = runToEnd(workload, { ...slow, release, seed, noise: 0 });
        expect(totals.elapsedNs).toBeLessThan(500 * msNs);
      }
    },
  );
});
