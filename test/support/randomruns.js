/**
 * Random workloads, and random settings to run them with, for property tests and for the soak. Every workload is one that
 * a file can hold: `parseWorkload` accepts what workloadtext.js writes of it, and gives it back.
 */
import fc from 'fast-check';

/** @typedef {typeof import('../../src/gcsim.ts')} Gcsim */
/** @typedef {import('../../src/gcsim.ts').Workload} Workload */
/** @typedef {import('../../src/gcsim.ts').Kind} Kind */
/** @typedef {import('../../src/gcsim.ts').Shape} Shape */
/** @typedef {import('../../src/gcsim.ts').Step} Step */
/** @typedef {import('../../src/gcsim.ts').StructureSpec} StructureSpec */
/** @typedef {import('../../src/gcsim.ts').GoroutineGroup} GoroutineGroup */
/** @typedef {import('../../src/gcsim.ts').Mechanisms} Mechanisms */

const msNs = 1e6;

/* Kinds. Numbers 0 to 2 have room for pointers, 3 to 5 are leaves. */

/**
 * Sizes and weights, each size once.
 * @param {readonly number[]} sizes
 * @param {(i: number) => number} weightOf
 */
function distribution(sizes, weightOf) {
  /** @type {Map<number, number>} */
  const weights = new Map();
  for (const [i, bytes] of sizes.entries()) {
    weights.set(bytes, (weights.get(bytes) ?? 0) + weightOf(i));
  }
  return [...weights].map(([bytes, weight]) => ({ bytes, weight }));
}

const nodeDraw = fc.record({
  words: fc.array(fc.integer({ min: 4, max: 64 }), { minLength: 1, maxLength: 4 }),
  pointers: fc.integer({ min: 2, max: 64 }),
  isShare: fc.boolean(),
});

const leafDraw = fc.record({
  sizes: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 600 }) },
      { weight: 2, arbitrary: fc.integer({ min: 600, max: 33_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 33_000, max: 300_000 }) },
    ),
    { minLength: 1, maxLength: 3 },
  ),
  pointers: fc.constantFrom(0, 0, 0.25, 1),
});

/** @typedef {typeof nodeDraw extends fc.Arbitrary<infer T> ? T : never} NodeDraw */
/** @typedef {typeof leafDraw extends fc.Arbitrary<infer T> ? T : never} LeafDraw */

/**
 * @param {readonly NodeDraw[]} nodes
 * @param {readonly LeafDraw[]} leaves
 * @returns {Kind[]}
 */
function kindsOf(nodes, leaves) {
  return [
    ...nodes.map(({ words, pointers, isShare }, i) => ({
      name: `node${i}`,
      sizes: distribution(
        words.map((count) => count * 8),
        (place) => place + 1,
      ),
      // A share of half and more: the least object has 4 words.
      pointers: isShare
        ? { share: (50 + Math.floor(pointers * 0.78)) / 100 }
        : { bytes: Math.min(pointers, ...words) * 8 },
    })),
    ...leaves.map(({ sizes, pointers }, i) => ({
      name: `leaf${i}`,
      sizes: distribution(sizes, (place) => 1 + 2 * place),
      pointers: { share: pointers },
    })),
  ];
}

/**
 * @template T
 * @param {readonly T[]} all
 * @param {number} index
 * @returns {T}
 */
function at(all, index) {
  const one = all[index];
  if (one === undefined) throw new Error(`there is no number ${index}`);
  return one;
}

/**
 * Pointers that the smallest object of a kind has room for.
 * @param {Kind} kind
 */
function room({ sizes, pointers }) {
  const least = Math.min(...sizes.map(({ bytes }) => bytes));
  return 'bytes' in pointers ? pointers.bytes / 8 : Math.floor((least * pointers.share) / 8);
}

/** @param {Kind} kind */
function meanBytes({ sizes }) {
  const weights = sizes.reduce((sum, { weight }) => sum + weight, 0);
  return sizes.reduce((sum, { bytes, weight }) => sum + bytes * weight, 0) / weights;
}

/* Structures. */

const shapeDraw = fc.record({
  type: fc.constantFrom(
    .../** @type {const} */ (['list', 'tree', 'array', 'items', 'map', 'graph', 'bytes']),
  ),
  node: fc.nat(2),
  leaf: fc.integer({ min: 3, max: 5 }),
  size: fc.integer({ min: 1, max: 400 }),
  degree: fc.integer({ min: 1, max: 4 }),
  leaves: fc.nat(2),
  flag: fc.boolean(),
});

/** @typedef {typeof shapeDraw extends fc.Arbitrary<infer T> ? T : never} ShapeDraw */

/**
 * @param {ShapeDraw} draw
 * @param {readonly Kind[]} kinds
 * @returns {Shape}
 */
function shapeOf(draw, kinds) {
  const { type, node: kind, size, degree, flag } = draw;
  const pointers = room(at(kinds, kind));
  // Leaves of a few hundred KiB are not for a tree of hundreds of nodes.
  const count = Math.max(1, Math.min(size, Math.floor(2e6 / meanBytes(at(kinds, draw.leaf)))));
  /** @param {number} most */
  const leavesOf = (most) => {
    const leaves = Math.min(draw.leaves, most);
    return { leaves, leafKind: leaves > 0 ? draw.leaf : kind };
  };
  switch (type) {
    case 'list':
      return { type, kind, length: size, back: flag ? Math.min(degree * 3, size - 1) : 0 };
    case 'tree': {
      const fanout = Math.min(degree, pointers);
      return { type, kind, nodes: count, fanout, ...leavesOf(pointers - fanout) };
    }
    case 'array':
      return { type, kind: draw.leaf, length: flag ? count * 50 : count };
    case 'items':
      return {
        type,
        kind,
        length: count,
        ...leavesOf(pointers - 1),
        next: flag ? 'first' : 'last',
      };
    case 'map':
      return { type, entries: flag ? count : size * 20, kind: flag ? draw.leaf : -1 };
    case 'graph':
      return { type, kind, nodes: size, degree: Math.min(degree, pointers) };
    case 'bytes':
      return { type, size: size * 700 };
  }
}

/* Steps. */

const stepDraw = fc.record({
  op: fc.constantFrom(
    .../** @type {const} */ ([
      ...['alloc', 'alloc', 'alloc', 'build', 'replace', 'drop', 'work', 'sleep', 'repeat', 'gc'],
      'set-gogc',
    ]),
  ),
  kind: fc.nat(5),
  structure: fc.nat(2),
  count: fc.integer({ min: 1, max: 200 }),
  keep: fc.constantFrom(.../** @type {const} */ (['latest', 'latest', 'all', 'none', 3])),
  keepEvery: fc.constantFrom(1, 1, 4),
  flag: fc.boolean(),
  ns: fc.integer({ min: 1, max: 300_000 }),
  writes: fc.nat(3),
  percent: fc.constantFrom(-1, 30, 100, 200),
});

/** @typedef {Omit<typeof stepDraw extends fc.Arbitrary<infer T> ? T : never, 'op'> & { op: Step['op'] }} StepDraw */

/**
 * @param {StepDraw} draw
 * @param {readonly Kind[]} kinds
 * @returns {Step}
 */
function allocOf(draw, kinds) {
  const kind = at(kinds, draw.kind);
  const count = Math.min(draw.count * 8, Math.max(1, Math.floor(1e6 / meanBytes(kind))));
  const keep = room(kind) === 0 ? 'none' : draw.keep;
  return {
    op: 'alloc',
    kind: draw.kind,
    count,
    keep,
    keepEvery: keep === 'none' ? 1 : Math.min(draw.keepEvery, count),
    fill: draw.flag ? 'copy' : 'zero',
    workNs: draw.flag ? draw.count * 3 : 0,
    writes: draw.writes,
  };
}

/**
 * @param {StepDraw} draw
 * @param {readonly StepDraw[]} inner
 * @param {readonly Kind[]} kinds
 * @returns {Step}
 */
function stepOf(draw, inner, kinds) {
  const { structure, writes, flag, count } = draw;
  const workNs = flag ? count * 3 : 0;
  switch (draw.op) {
    case 'alloc':
      return allocOf(draw, kinds);
    case 'build':
      return { op: 'build', structure, count: 1 + (count % 3), workNs, writes };
    case 'replace':
      return { op: 'replace', structure, pick: flag ? 'oldest' : 'random', workNs, writes };
    case 'drop':
      return { op: 'drop', structure, count: flag ? 'all' : 1 + (count % 5) };
    case 'work':
    case 'sleep':
      return { op: draw.op, ns: draw.ns };
    case 'repeat':
      return {
        op: 'repeat',
        times: 1 + (count % 6),
        ...(flag ? { collections: 2 } : {}),
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
  locksThread: fc.constantFrom(false, false, true),
  isAfter: fc.boolean(),
  atNs: fc.constantFrom(0, 0, 200_000),
  times: fc.integer({ min: 1, max: 40 }),
  forNs: fc.integer({ min: 2 * msNs, max: 30 * msNs }),
  isPaced: fc.boolean(),
  steps: fc.array(stepDraw, { minLength: 1, maxLength: 4 }),
  inner: fc.array(stepDraw, { minLength: 1, maxLength: 3 }),
});

/** @typedef {typeof groupDraw extends fc.Arbitrary<infer T> ? T : never} GroupDraw */

/**
 * @param {GroupDraw} draw
 * @param {number} i
 * @param {readonly Kind[]} kinds
 * @returns {GoroutineGroup}
 */
function groupOf(draw, i, kinds) {
  return {
    name: `g${i}`,
    count: draw.count,
    perProc: draw.perProc,
    stackBytes: draw.stackBytes,
    locksThread: draw.locksThread,
    start: draw.isAfter && i > 0 ? { afterGroup: i - 1 } : { atNs: draw.atNs },
    body: {
      op: 'repeat',
      times: draw.times,
      forNs: draw.forNs,
      ...(draw.isPaced ? { paceBytesPerSecond: 2e8 } : {}),
      steps: draw.steps.map((step) => stepOf(step, draw.inner, kinds)),
    },
  };
}

/**
 * Every step, those within repeats too.
 * @param {readonly Step[]} steps
 * @returns {Step[]}
 */
function flattened(steps) {
  return steps.flatMap((step) => (step.op === 'repeat' ? flattened(step.steps) : [step]));
}

/**
 * The structures, of which there is one where a step takes one away and none builds any: a file may not ask for that.
 * @param {readonly StructureSpec[]} structures
 * @param {readonly GoroutineGroup[]} groups
 */
function withEnough(structures, groups) {
  const steps = groups.flatMap(({ body }) => flattened(body.steps));
  return structures.map((spec, i) => {
    const takes = steps.some(
      (step) => (step.op === 'drop' || step.op === 'replace') && step.structure === i,
    );
    const builds = steps.some((step) => step.op === 'build' && step.structure === i);
    return takes && !builds ? { ...spec, count: Math.max(1, spec.count) } : spec;
  });
}

/** Some ten milliseconds of some goroutines, with some megabytes of structures. */
export const randomWorkload = fc
  .record({
    nodes: fc.tuple(nodeDraw, nodeDraw, nodeDraw),
    leaves: fc.tuple(leafDraw, leafDraw, leafDraw),
    shapes: fc.tuple(
      // The first is always there: a workload must allocate.
      fc.record({ shape: shapeDraw, count: fc.integer({ min: 1, max: 8 }) }),
      fc.record({ shape: shapeDraw, count: fc.nat(8) }),
      fc.record({ shape: shapeDraw, count: fc.nat(8) }),
    ),
    groups: fc.array(groupDraw, { minLength: 1, maxLength: 2 }),
    pointerBytes: fc.constantFrom(0, 4096, 600_000),
  })
  .map((draw) => {
    const kinds = kindsOf(draw.nodes, draw.leaves);
    const groups = draw.groups.map((group, i) => groupOf(group, i, kinds));
    const structures = draw.shapes.map(({ shape, count }, i) => ({
      name: `s${i}`,
      count,
      shape: shapeOf(shape, kinds),
    }));
    /** @type {Workload} */
    const workload = {
      name: 'random',
      about: '',
      run: {},
      globals: { bytes: draw.pointerBytes * 2, pointerBytes: draw.pointerBytes },
      kinds,
      structures: withEnough(structures, groups),
      groups,
    };
    return workload;
  });

/* Settings. */

/** What a run is made with, beside its workload. */
export const settingsDraw = fc.record({
  procs: fc.integer({ min: 1, max: 6 }),
  cores: fc.integer({ min: 1, max: 6 }),
  gcPercent: fc.constantFrom(25, 50, 100, 100, 200, 400),
  seed: fc.nat(0xffff_ffff),
  noise: fc.constantFrom(0, 0.03, 0.2),
});

/**
 * A release, with some of its mechanisms changed as far as they are defined together.
 * @param {Gcsim} gcsim
 */
export function randomMechanisms(gcsim) {
  const { findRelease, definedChoices, mechanismNames, releases, resolveMechanisms } = gcsim;
  return fc
    .record({
      release: fc.constantFrom(...releases.map(({ name }) => name)),
      picks: fc.array(fc.tuple(fc.nat(mechanismNames.length - 1), fc.nat(3)), { maxLength: 3 }),
    })
    .map(({ release, picks }) => {
      const model = findRelease(release);
      /** @type {Partial<Mechanisms>} */
      let mechanisms = {};
      for (const [mechanismIndex, choiceIndex] of picks) {
        const mechanism = at(mechanismNames, mechanismIndex);
        const choices = definedChoices(model, mechanism);
        const tried = { ...mechanisms, [mechanism]: choices[choiceIndex % choices.length] };
        try {
          resolveMechanisms(model, tried);
          mechanisms = tried;
        } catch (error) {
          if (!(error instanceof gcsim.UserError)) throw error;
        }
      }
      return { release, mechanisms };
    });
}
