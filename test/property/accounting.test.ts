/**
 * The books balance: random workloads on random releases, with every identity checked at every collection, come to their end
 * without an InvariantError. That those checks find what is wrong, test/collector/audit.test.ts shows.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  definedChoices,
  findRelease,
  type Mechanism,
  type Mechanisms,
  mechanismNames,
  releases,
  resolveMechanisms,
} from '../../src/collector/release.ts';
import { createSimulation, type SimOptions, type SimTotals } from '../../src/collector/simulate.ts';
import type { GcCycle } from '../../src/cycle.ts';
import { UserError } from '../../src/diagnostic.ts';
import { msNs } from '../../src/units.ts';
import type {
  GoroutineGroup,
  Kind,
  RepeatStep,
  Shape,
  Step,
  StructureSpec,
  Workload,
} from '../../src/workload/workload.ts';

/** Far more than any of these runs needs: at the least price of a turn, 100 ns, six Ps need about 10 million for 150 ms. */
const eventsMax = 6_000_000;

/* Random workloads. Kinds 0 to 2 have room for pointers, 3 to 5 are leaves. */

const nodeKind = fc
  .record({
    words: fc.array(fc.integer({ min: 4, max: 64 }), { minLength: 1, maxLength: 4 }),
    pointers: fc.integer({ min: 2, max: 64 }),
    share: fc.boolean(),
  })
  .map(({ words, pointers, share }): Kind => {
    const least = Math.min(...words);
    return {
      name: 'node',
      sizes: words.map((count, i) => ({ bytes: count * 8, weight: i + 1 })),
      pointers: share ? { share: 0.5 + pointers / 128 } : { bytes: Math.min(pointers, least) * 8 },
    };
  });

const leafKind = fc
  .record({
    sizes: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 1, max: 600 }) },
        { weight: 2, arbitrary: fc.integer({ min: 600, max: 33_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 33_000, max: 300_000 }) },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    pointers: fc.constantFrom(0, 0, 0.25, 1),
  })
  .map(
    ({ sizes, pointers }): Kind => ({
      name: 'leaf',
      sizes: sizes.map((bytes, i) => ({ bytes, weight: 1 + 2 * i })),
      pointers: { share: pointers },
    }),
  );

/** Pointers that the smallest object of a kind has room for. */
function room(kind: Kind): number {
  const least = Math.min(...kind.sizes.map(({ bytes }) => bytes));
  return 'bytes' in kind.pointers
    ? kind.pointers.bytes / 8
    : Math.floor((least * kind.pointers.share) / 8);
}

function meanBytes(kind: Kind): number {
  const weights = kind.sizes.reduce((sum, { weight }) => sum + weight, 0);
  return kind.sizes.reduce((sum, { bytes, weight }) => sum + bytes * weight, 0) / weights;
}

interface ShapeDraw {
  type: Shape['type'];
  node: number;
  leaf: number;
  size: number;
  degree: number;
  leaves: number;
  flag: boolean;
}

const shapeDraw: fc.Arbitrary<ShapeDraw> = fc.record({
  type: fc.constantFrom('list', 'tree', 'array', 'items', 'map', 'graph', 'bytes'),
  node: fc.nat(2),
  leaf: fc.integer({ min: 3, max: 5 }),
  size: fc.integer({ min: 1, max: 400 }),
  degree: fc.integer({ min: 1, max: 4 }),
  leaves: fc.nat(2),
  flag: fc.boolean(),
});

function shapeOf(draw: ShapeDraw, kinds: readonly Kind[]): Shape {
  const { node: kind, size } = draw;
  const pointers = room(kinds[kind]!);
  // Leaves of a few hundred KiB are not for a tree of hundreds of nodes.
  const leafBytes = meanBytes(kinds[draw.leaf]!);
  const count = Math.max(1, Math.min(size, Math.floor(2_000_000 / leafBytes)));
  switch (draw.type) {
    case 'list':
      return { type: 'list', kind, length: size, back: draw.flag ? draw.degree * 3 : 0 };
    case 'tree': {
      const fanout = Math.min(draw.degree, pointers);
      const leaves = Math.min(draw.leaves, pointers - fanout);
      return { type: 'tree', kind, nodes: count, fanout, leafKind: draw.leaf, leaves };
    }
    case 'array':
      return { type: 'array', kind: draw.leaf, length: draw.flag ? count * 50 : count };
    case 'items': {
      const leaves = Math.min(draw.leaves, pointers - 1);
      const next = draw.flag ? 'first' : 'last';
      return { type: 'items', kind, length: count, leafKind: draw.leaf, leaves, next };
    }
    case 'map':
      return {
        type: 'map',
        entries: draw.flag ? count : size * 20,
        kind: draw.flag ? draw.leaf : -1,
      };
    case 'graph':
      return { type: 'graph', kind, nodes: size, degree: Math.min(draw.degree, pointers) };
    case 'bytes':
      return { type: 'bytes', size: size * 700 };
  }
}

interface StepDraw {
  op: Step['op'];
  kind: number;
  structure: number;
  count: number;
  keep: 'latest' | 'all' | 'none' | number;
  keepEvery: number;
  flag: boolean;
  ns: number;
  writes: number;
  percent: number;
}

const stepDraw = fc.record<StepDraw>({
  op: fc.constantFrom(
    'alloc',
    'alloc',
    'alloc',
    'build',
    'replace',
    'drop',
    'work',
    'sleep',
    'repeat',
    'gc',
    'set-gogc',
  ),
  kind: fc.nat(5),
  structure: fc.nat(2),
  count: fc.integer({ min: 1, max: 200 }),
  keep: fc.constantFrom<StepDraw['keep']>('latest', 'latest', 'all', 'none', 3),
  keepEvery: fc.constantFrom(1, 1, 4),
  flag: fc.boolean(),
  ns: fc.integer({ min: 1, max: 300_000 }),
  writes: fc.nat(3),
  percent: fc.constantFrom(-1, 30, 100, 200),
});

function stepOf(draw: StepDraw, inner: readonly StepDraw[], kinds: readonly Kind[]): Step {
  const { structure, writes } = draw;
  const workNs = draw.flag ? draw.count * 3 : 0;
  switch (draw.op) {
    case 'alloc': {
      const kind = kinds[draw.kind]!;
      const most = Math.max(1, Math.floor(1_000_000 / meanBytes(kind)));
      const keep = room(kind) === 0 ? 'none' : draw.keep;
      return {
        op: 'alloc',
        kind: draw.kind,
        count: Math.min(draw.count * 8, most),
        keep,
        keepEvery: draw.keepEvery,
        fill: draw.flag ? 'copy' : 'zero',
        workNs,
        writes,
      };
    }
    case 'build':
      return { op: 'build', structure, count: 1 + (draw.count % 3), workNs, writes };
    case 'replace':
      return { op: 'replace', structure, pick: draw.flag ? 'oldest' : 'random', workNs, writes };
    case 'drop':
      return { op: 'drop', structure, count: draw.flag ? 'all' : draw.count % 5 };
    case 'work':
      return { op: 'work', ns: draw.ns };
    case 'sleep':
      return { op: 'sleep', ns: draw.ns };
    case 'repeat':
      return {
        op: 'repeat',
        times: 1 + (draw.count % 6),
        ...(draw.flag ? { collections: 2 } : {}),
        steps: inner.map((step) =>
          stepOf(step.op === 'repeat' ? { ...step, op: 'work' } : step, [], kinds),
        ),
      };
    case 'gc':
      return { op: 'gc' };
    case 'set-gogc':
      return { op: 'set-gogc', gcPercent: draw.percent };
  }
}

const groupDraw = fc.record({
  count: fc.integer({ min: 1, max: 4 }),
  perProc: fc.constantFrom(0, 0, 0, 1),
  stackBytes: fc.constantFrom(2048, 8192, 65_536),
  after: fc.boolean(),
  atNs: fc.constantFrom(0, 0, 200_000),
  times: fc.integer({ min: 1, max: 40 }),
  forNs: fc.integer({ min: 2 * msNs, max: 30 * msNs }),
  paced: fc.boolean(),
  steps: fc.array(stepDraw, { minLength: 1, maxLength: 4 }),
  inner: fc.array(stepDraw, { minLength: 1, maxLength: 3 }),
});

const randomWorkload: fc.Arbitrary<Workload> = fc
  .record({
    nodes: fc.tuple(nodeKind, nodeKind, nodeKind),
    leaves: fc.tuple(leafKind, leafKind, leafKind),
    shapes: fc.array(fc.record({ shape: shapeDraw, count: fc.nat(8) }), {
      minLength: 3,
      maxLength: 3,
    }),
    groups: fc.array(groupDraw, { minLength: 1, maxLength: 2 }),
    pointerBytes: fc.constantFrom(0, 4096, 600_000),
  })
  .map(({ nodes, leaves, shapes, groups, pointerBytes }): Workload => {
    const kinds = [...nodes, ...leaves];
    return {
      name: 'random',
      about: '',
      run: {},
      globals: { bytes: pointerBytes * 2, pointerBytes },
      kinds,
      structures: shapes.map(
        ({ shape, count }, i): StructureSpec => ({
          name: `s${i}`,
          count,
          shape: shapeOf(shape, kinds),
        }),
      ),
      groups: groups.map((group, i): GoroutineGroup => {
        const body: RepeatStep = {
          op: 'repeat',
          times: group.times,
          forNs: group.forNs,
          ...(group.paced ? { paceBytesPerSecond: 200_000_000 } : {}),
          steps: group.steps.map((step) => stepOf(step, group.inner, kinds)),
        };
        return {
          name: `g${i}`,
          count: group.count,
          perProc: group.perProc,
          stackBytes: group.stackBytes,
          start: group.after && i > 0 ? { afterGroup: i - 1 } : { atNs: group.atNs },
          body,
        };
      }),
    };
  });

interface RunDraw {
  release: string;
  picks: [number, number][];
  procs: number;
  cores: number;
  gcPercent: number;
  seed: number;
  noise: number;
}

const randomRun: fc.Arbitrary<RunDraw> = fc.record({
  release: fc.constantFrom(...releases.map(({ name }) => name)),
  picks: fc.array(fc.tuple(fc.nat(mechanismNames.length - 1), fc.nat(3)), { maxLength: 3 }),
  procs: fc.integer({ min: 1, max: 6 }),
  cores: fc.integer({ min: 1, max: 6 }),
  gcPercent: fc.constantFrom(25, 50, 100, 100, 200, 400),
  seed: fc.nat(0xffff_ffff),
  noise: fc.constantFrom(0, 0.03, 0.2),
});

/** Random changes of mechanisms, as far as they are defined together. */
function mechanismsOf(draw: RunDraw): Partial<Mechanisms> {
  const release = findRelease(draw.release);
  let chosen: Partial<Mechanisms> = {};
  for (const [mechanismIndex, choiceIndex] of draw.picks) {
    const mechanism: Mechanism = mechanismNames[mechanismIndex]!;
    const choices = definedChoices(release, mechanism);
    const tried = { ...chosen, [mechanism]: choices[choiceIndex % choices.length] };
    try {
      resolveMechanisms(release, tried);
      chosen = tried;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return chosen;
}

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

  test('keep every identity at every collection, and end', () => {
    fc.assert(
      fc.property(randomWorkload, randomRun, (workload, draw) => {
        const { picks: _, ...settings } = draw;
        const { cycles, totals } = runToEnd(workload, {
          ...settings,
          mechanisms: mechanismsOf(draw),
          check: true,
        });
        collections += cycles.length;
        if (cycles.length > 0) used.add(draw.release);
        expect(totals.ended).toBe('finished');
        const cpu = Object.values(totals.cpu).reduce((sum, ns) => sum + ns, 0);
        expect(Math.abs(cpu - draw.procs * totals.elapsedNs)).toBeLessThanOrEqual(draw.procs);
        for (const cycle of cycles) checkCycle(cycle);
      }),
      { numRuns: 500 },
    );
    // They did collect garbage, on every release.
    expect(used.size).toBe(releases.length);
    expect(collections).toBeGreaterThan(2000);
  });
});

/** What holds of any collection. */
function checkCycle(cycle: GcCycle): void {
  const sim = cycle.sim!;
  expect(cycle.endNs!).toBeGreaterThan(cycle.startNs!);
  expect(cycle.heapMarkedBytes).toBeGreaterThan(0);
  expect(sim.pausesNs.length).toBeGreaterThan(0);
  expect(Math.max(...sim.pausesNs)).toBeGreaterThan(0);
  expect(Math.min(...sim.pausesNs)).toBeGreaterThanOrEqual(0);
  expect(sim.assistBlockedNs).toBeGreaterThanOrEqual(0);
  expect(sim.gcSysBytes).toBeGreaterThanOrEqual(
    sim.gcSysWorkbufBytes + sim.gcSysBitmapBytes + sim.gcSysMarkBitsBytes,
  );
  if (sim.wakeupDelayNs !== undefined) expect(sim.wakeupDelayNs).toBeGreaterThanOrEqual(0);
}

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
