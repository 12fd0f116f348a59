/**
 * The workload language: every key with its range, default and meaning. `parse.ts` reads files with it; the published
 * JSON Schema is made from it (`jsonSchema`); workloads/README.md explains it by example.
 */
import { KiB } from '../units.ts';
import {
  collectionsMax,
  coresMax,
  durationNsMax,
  gcPercentMax,
  globalBytesDefault,
  globalBytesMax,
  globalPointerBytesDefault,
  goroutinesMax,
  keepEveryMax,
  keptChainsMax,
  liveObjectsMax,
  mapEntriesMax,
  namesMax,
  objectBytesMax,
  paceBytesPerSecondMax,
  perProcMax,
  procsMax,
  roundsMax,
  seedMax,
  sizesMax,
  stackBytesMax,
  stackBytesMin,
  writesMax,
} from './limits.ts';
import {
  defaulted,
  duration,
  type JsonSchema,
  list,
  type Maker,
  name,
  named,
  oneOf,
  optional,
  positive,
  type Reader,
  type Reading,
  type RecordReader,
  rate,
  record,
  reference,
  refuse,
  refuseKey,
  release,
  required,
  sharedSchemas,
  size,
  sizeOrShare,
  type Values,
  whole,
  word,
  wordOr,
} from './reader.ts';
import type {
  GoroutineGroup,
  Kind,
  RepeatStep,
  RunSettings,
  Shape,
  Step,
  StructureSpec,
  Workload,
} from './workload.ts';
import type { YamlNode } from './yaml.ts';

/** Bytes of a pointer, and of the words that objects are scanned in. */
const pointerBytes = 8;

/* run: */

const gcPercent = wordOr(['off'], whole(0, gcPercentMax));
const fromGogc = (written: number | 'off') => (written === 'off' ? -1 : written);

export const runSettings = record(
  'the run settings',
  {
    release: optional(release(), 'Release of Go, or commit of its runtime.'),
    procs: optional(whole(1, procsMax), 'GOMAXPROCS.'),
    cores: optional(whole(1, coresMax), 'Cores of the machine.'),
    gogc: optional(gcPercent, 'GOGC in percent, or off.'),
    seed: optional(whole(0, seedMax), 'Seed of all that is random.'),
    duration: optional(duration(1, durationNsMax), 'The run ends after so much simulated time.'),
  },
  ({ gogc, duration: durationNs, ...same }): RunSettings =>
    present({ ...same, gcPercent: gogc === undefined ? undefined : fromGogc(gogc), durationNs }),
);

/* globals: */

export const globals = record(
  'the globals',
  {
    size: defaulted(
      size(0, globalBytesMax),
      globalBytesDefault,
      'Data and bss segments.',
      '128KiB',
    ),
    pointers: optional(
      sizeOrShare(globalBytesMax),
      'How much of them is scanned: a size or a share. Default 64KiB, or all of it where it is less.',
    ),
  },
  ({ size: bytes, pointers }, maker): Workload['globals'] | undefined => {
    const part = pointers ?? { bytes: Math.min(bytes, globalPointerBytesDefault) };
    const scanned = 'bytes' in part ? part.bytes : wholeWords(bytes * part.share);
    if (scanned > bytes) {
      return maker.refuse(
        ['pointers'],
        `"pointers" must not be more than the size of the globals, ${bytes} B`,
      );
    }
    return { bytes, pointerBytes: scanned };
  },
);

/* kinds: */

/** One size, or a map of sizes to weights. */
const sizes: Reader<Kind['sizes']> = {
  expected: 'a size such as "64B", or a map of sizes to weights such as { 16B: 3, 24B: 1 }',
  schema: {
    anyOf: [
      { $ref: '#/$defs/size' },
      {
        type: 'object',
        description: 'Sizes and their weights, on any scale.',
        propertyNames: { $ref: '#/$defs/size' },
        additionalProperties: positive(1e12).schema,
        minProperties: 1,
        maxProperties: sizesMax,
      },
    ],
  },
  read(node, label, reading) {
    if (node.type === 'list') return refuse(node, label, sizes.expected, reading);
    if (node.type === 'scalar') {
      const bytes = oneSize.read(node, label, reading);
      return bytes === undefined ? undefined : [{ bytes, weight: 1 }];
    }
    return readDistribution(node, label, reading);
  },
};

const oneSize = size(1, objectBytesMax);

function readDistribution(
  node: YamlNode & { type: 'map' },
  label: string,
  reading: Reading,
): Kind['sizes'] | undefined {
  const { entries } = node;
  if (entries.length === 0 || entries.length > sizesMax) {
    const message = `${label} must have from 1 to ${sizesMax} sizes, found ${entries.length}`;
    reading.source.report(node.key ?? node, message);
    return undefined;
  }
  const weight = positive(1e12);
  const made: Kind['sizes'] = [];
  for (const { key, value } of entries) {
    const asNode: YamlNode = {
      ...key,
      type: 'scalar',
      value: key.text,
      source: key.text,
      weight: 1,
      height: 1,
    };
    const bytes = oneSize.read(asNode, `each key of ${label}`, reading);
    const share = weight.read(value, `the weight of "${key.text}"`, reading);
    if (bytes !== undefined && share !== undefined) made.push({ bytes, weight: share });
  }
  return made.length === entries.length ? made : undefined;
}

export const kind = record(
  'a kind',
  {
    size: required(sizes, 'Size of an object, or a map of sizes to weights.'),
    pointers: defaulted(
      sizeOrShare(objectBytesMax),
      { bytes: 0 },
      'Scanned part of an object, from its start to its last pointer: a size or a share. 0: no pointers.',
      0,
    ),
  },
  ({ size: all, pointers }, maker): Kind | undefined => {
    if ('bytes' in pointers) {
      const { bytes } = pointers;
      const smallest = Math.min(...all.map((one) => one.bytes));
      if (bytes % pointerBytes !== 0) {
        return maker.refuse(
          ['pointers'],
          `"pointers" must be a multiple of ${pointerBytes}B, the size of a pointer`,
        );
      }
      if (bytes > smallest) {
        const message = `"pointers" must not be more than the size of the object, ${smallest} B`;
        return maker.refuse(
          ['pointers'],
          message,
          all.length > 1 ? 'give a share, such as "50%"' : undefined,
        );
      }
    }
    return { name: maker.name, sizes: all, pointers };
  },
);

function wholeWords(bytes: number): number {
  return Math.floor(bytes / pointerBytes) * pointerBytes;
}

/* structures: */

const aKind = reference('kind');
const objects = whole(1, liveObjectsMax);
const several = {
  count: defaulted(whole(0, liveObjectsMax), 1, 'How many there are from the start.'),
};
const leaves = {
  leaves: defaulted(whole(0, 1000), 0, 'Leaves that each points at.'),
  'leaf-kind': optional(aKind, 'Kind of the leaves.'),
};

type Counted = { readonly count: number };

function spec({ count }: Counted, shape: Shape, maker: Maker): StructureSpec {
  return { name: maker.name, count, shape };
}

/** The kind of the leaves; the nodes' own where there are none. */
function leafKind(
  values: {
    readonly kind: number;
    readonly leaves: number;
    readonly 'leaf-kind': number | undefined;
  },
  maker: Maker,
): number | undefined {
  const written = values['leaf-kind'];
  if (values.leaves === 0 && written !== undefined) {
    return maker.refuse(['leaf-kind'], '"leaf-kind" has no effect without "leaves"');
  }
  if (values.leaves > 0 && written === undefined) {
    return maker.refuse(['leaves'], '"leaves" needs "leaf-kind"');
  }
  return written ?? values.kind;
}

export const shapes = {
  list: record(
    'a list',
    {
      shape: required(word('list'), 'Objects that each point at the next.'),
      kind: required(aKind, 'Kind of the objects.'),
      length: required(objects, 'Objects in a list.'),
      back: defaulted(
        whole(0, liveObjectsMax),
        0,
        'Each also points at the object so many places on. 0: not.',
      ),
      ...several,
    },
    (values, maker) => {
      const { kind, length, back } = values;
      if (back >= length && back > 0) {
        return maker.refuse(
          ['back'],
          `"back" must be less than the length, ${length}, found ${back}`,
        );
      }
      return spec(values, { type: 'list', kind, length, back }, maker);
    },
  ),
  tree: record(
    'a tree',
    {
      shape: required(
        word('tree'),
        'Nodes that each point at up to `fanout` others, and at leaves.',
      ),
      kind: required(aKind, 'Kind of the nodes.'),
      nodes: optional(objects, 'Nodes in a tree. Either this or `depth`.'),
      depth: optional(whole(0, 26), 'Levels below the root, all full. Either this or `nodes`.'),
      fanout: defaulted(whole(1, 1000), 2, 'Nodes that each points at.'),
      ...leaves,
      ...several,
    },
    (values, maker) => {
      const leaf = leafKind(values, maker);
      const nodes = treeNodes(values, maker);
      if (leaf === undefined || nodes === undefined) return undefined;
      const shape: Shape = {
        ...pick(values),
        type: 'tree',
        nodes,
        fanout: values.fanout,
        leafKind: leaf,
      };
      return spec(values, shape, maker);
    },
    { oneOf: [{ required: ['nodes'] }, { required: ['depth'] }] },
  ),
  array: record(
    'an array',
    {
      shape: required(word('array'), 'One object of pointers to `length` others.'),
      kind: required(aKind, 'Kind of the others.'),
      length: required(objects, 'Objects that the array points at.'),
      ...several,
    },
    (values, maker) =>
      spec(values, { type: 'array', kind: values.kind, length: values.length }, maker),
  ),
  items: record(
    'a structure of items',
    {
      shape: required(word('items'), 'A list of items that hold leaves.'),
      kind: required(aKind, 'Kind of the items.'),
      length: required(objects, 'Items in the list.'),
      next: defaulted(
        word('first', 'last'),
        'first',
        'Whether the pointer to the next item stands first or last.',
      ),
      ...leaves,
      ...several,
    },
    (values, maker) => {
      const leaf = leafKind(values, maker);
      if (leaf === undefined) return undefined;
      const { length, next } = values;
      return spec(values, { ...pick(values), type: 'items', length, leafKind: leaf, next }, maker);
    },
  ),
  map: record(
    'a map',
    {
      shape: required(word('map'), 'A Go map: an array of buckets of 8 entries.'),
      entries: required(whole(1, mapEntriesMax), 'Entries of the map.'),
      kind: optional(
        aKind,
        'Kind of the objects that are its values. Left out: it brings no objects of its own.',
      ),
      ...several,
    },
    (values, maker) =>
      spec(values, { type: 'map', entries: values.entries, kind: values.kind ?? -1 }, maker),
  ),
  graph: record(
    'a graph',
    {
      shape: required(
        word('graph'),
        'Nodes that each point at the following one and at random ones.',
      ),
      kind: required(aKind, 'Kind of the nodes.'),
      nodes: required(objects, 'Nodes in a graph.'),
      degree: defaulted(whole(1, 1000), 2, 'Nodes that each points at.'),
      ...several,
    },
    (values, maker) => {
      const { kind, nodes, degree } = values;
      return spec(values, { type: 'graph', kind, nodes, degree }, maker);
    },
  ),
  bytes: record(
    'a structure of bytes',
    {
      shape: required(word('bytes'), 'One object without pointers.'),
      size: required(size(1, objectBytesMax), 'Its size.'),
      ...several,
    },
    (values, maker) => spec(values, { type: 'bytes', size: values.size }, maker),
  ),
};

function pick({ kind, leaves }: { readonly kind: number; readonly leaves: number }) {
  return { kind, leaves };
}

function treeNodes(
  values: {
    readonly nodes: number | undefined;
    readonly depth: number | undefined;
    readonly fanout: number;
  },
  maker: Maker,
): number | undefined {
  const { nodes, depth, fanout } = values;
  if (nodes !== undefined && depth !== undefined) {
    return maker.refuse(['depth'], 'a tree has "nodes" or "depth", not both');
  }
  if (nodes !== undefined) return nodes;
  if (depth === undefined) return maker.refuse([], 'a tree needs "nodes" or "depth"');
  let sum = 1;
  for (let level = 1; level <= depth; level++) sum = sum * fanout + 1;
  if (sum <= liveObjectsMax) return sum;
  const message = `a tree of fan-out ${fanout} and depth ${depth} has more than ${liveObjectsMax} nodes`;
  return maker.refuse(['depth'], message);
}

/* steps: */

const aStructure = reference('structure');
/** What a program does beside each object that it allocates. */
const beside = {
  work: defaulted(
    duration(0, durationNsMax),
    0,
    'CPU time beside each object, on a core whose sibling is idle.',
  ),
  writes: defaulted(whole(0, writesMax), 1, 'Pointers written into the heap for each object.'),
};

const alloc = record(
  'alloc',
  {
    kind: required(aKind, 'Kind of the objects.'),
    count: defaulted(objects, 1, 'Objects in the chain: each points at the one before.'),
    keep: defaulted(
      wordOr(['latest', 'all', 'none'], whole(1, keptChainsMax)),
      'none',
      'latest: until the next time round; all: for good; none: dead at once; n: the last n chains.',
    ),
    'keep-every': defaulted(
      whole(1, keepEveryMax),
      1,
      'One object in so many is kept, the others between them die at once. 1: all of them.',
    ),
    fill: defaulted(
      word('zero', 'copy'),
      'zero',
      'zero: cleared, as Go does; copy: not cleared but copied into, from memory in cache.',
    ),
    ...beside,
  },
  (values, maker): Step | undefined => {
    const { kind, count, keep, fill, work: workNs, writes } = values;
    const keepEvery = values['keep-every'];
    if (keep === 'none' && keepEvery > 1) {
      return maker.refuse(['keep-every'], '"keep-every" has no effect with "keep: none"');
    }
    if (keepEvery > count) {
      const message = `"keep-every" must not be more than the count, ${count}, found ${keepEvery}`;
      return maker.refuse(['keep-every'], message);
    }
    return { op: 'alloc', kind, count, keep, keepEvery, fill, workNs, writes };
  },
);

const build = record(
  'build',
  {
    structure: required(aStructure, 'Structure of which to build more.'),
    count: defaulted(objects, 1, 'How many to build.'),
    ...beside,
  },
  ({ work: workNs, ...same }): Step => ({ op: 'build', ...same, workNs }),
);

const replace = record(
  'replace',
  {
    structure: required(
      aStructure,
      'Structure of which to build one, in place of another, which dies.',
    ),
    pick: defaulted(word('oldest', 'random'), 'oldest', 'Which one dies.'),
    ...beside,
  },
  ({ work: workNs, ...same }): Step => ({ op: 'replace', ...same, workNs }),
);

const drop = record(
  'drop',
  {
    structure: required(aStructure, 'Structure of which to drop some.'),
    count: defaulted(wordOr(['all'], objects), 'all', 'How many to drop, the oldest first.'),
  },
  (same): Step => ({ op: 'drop', ...same }),
);

const limits = {
  times: optional(whole(1, roundsMax), 'Ends after so many rounds.'),
  for: optional(
    duration(1, durationNsMax),
    'Ends after so much time; a round that has begun is finished.',
  ),
  collections: optional(whole(1, collectionsMax), 'Ends after so many collections.'),
  pace: optional(
    rate(1, paceBytesPerSecondMax),
    'Rate of allocation to keep to, for each goroutine: it sleeps 1 ms while ahead of it.',
  ),
};

/** Steps hold repeats, which hold steps. */
const steps: Reader<Step[]> = {
  expected: 'a list of steps',
  schema: { $ref: '#/$defs/steps' },
  read: (node, label, reading) => stepList.read(node, label, reading),
};

function repeatOf(values: Values<typeof limits> & { readonly steps: Step[] }): RepeatStep {
  const { times, for: forNs, collections, pace: paceBytesPerSecond } = values;
  return {
    op: 'repeat',
    ...present({ times, forNs, collections, paceBytesPerSecond }),
    steps: values.steps,
  };
}

const repeat = record(
  'repeat',
  { ...limits, steps: required(steps, 'What is done each round.') },
  (values): Step => repeatOf(values),
);

/** A step that is a single value. */
function simple<T>(reader: Reader<T>, make: (value: T) => Step): Reader<Step> {
  return {
    expected: reader.expected,
    schema: reader.schema,
    read(node, label, reading) {
      const value = reader.read(node, label, reading);
      if (value === undefined) return undefined;
      const made = make(value);
      reading.places.set(made, node.key ?? node, new Map());
      return made;
    },
  };
}

const work = simple(duration(1, durationNsMax), (ns) => ({ op: 'work', ns }));
const sleep = simple(duration(1, durationNsMax), (ns) => ({ op: 'sleep', ns }));
const gc = simple(emptyValue(), () => ({ op: 'gc' }));
const setGogc = simple(gcPercent, (value) => ({ op: 'set-gogc', gcPercent: fromGogc(value) }));

/** Nothing: `- gc:` is as good as `- gc`. */
function emptyValue(): Reader<true> {
  return {
    expected: 'nothing: write "- gc"',
    schema: { type: 'null' },
    read(node, label, reading) {
      if (node.type === 'scalar' && node.value === null) return true;
      return refuse(node, label, 'nothing: write "- gc"', reading);
    },
  };
}

/** Each step's value, by the key that names the step. */
const stepReaders: ReadonlyMap<string, { reader: Reader<Step>; about: string }> = new Map([
  ['alloc', { reader: alloc, about: 'Allocate a chain of objects.' }],
  ['build', { reader: build, about: 'Build more of a structure.' }],
  [
    'replace',
    { reader: replace, about: 'Build one of a structure in place of another, which dies.' },
  ],
  ['drop', { reader: drop, about: 'Let go of some of a structure.' }],
  [
    'work',
    {
      reader: work,
      about:
        'CPU time without allocation, with safe points all along, on a core whose sibling is idle.',
    },
  ],
  ['sleep', { reader: sleep, about: 'Sleep; timers have the resolution of the machine.' }],
  ['repeat', { reader: repeat, about: 'Do steps again and again.' }],
  ['gc', { reader: gc, about: 'runtime.GC(), waited for.' }],
  ['set-gogc', { reader: setGogc, about: 'debug.SetGCPercent: a percentage, or off.' }],
]);
const stepNames = [...stepReaders.keys()];

const step: Reader<Step> = {
  expected: `one of ${stepNames.join(', ')}`,
  schema: {
    anyOf: [
      { const: 'gc', description: stepReaders.get('gc')?.about },
      {
        type: 'object',
        minProperties: 1,
        maxProperties: 1,
        additionalProperties: false,
        properties: Object.fromEntries(
          [...stepReaders].map(([op, { reader, about }]) => [
            op,
            { description: about, ...reader.schema },
          ]),
        ),
      },
    ],
  },
  read(node, label, reading) {
    if (node.type === 'scalar' && node.value === 'gc') {
      const made: Step = { op: 'gc' };
      reading.places.set(made, node, new Map());
      return made;
    }
    if (node.type !== 'map') return refuseStep(node, label, reading);
    const [first, ...others] = node.entries;
    if (first === undefined) return refuse(node, label, step.expected, reading);
    const known = stepReaders.get(first.key.text);
    if (known === undefined) {
      refuseKey(first.key, 'a step', stepNames, reading);
      return undefined;
    }
    if (others.length > 0) {
      const keys = node.entries.map(({ key }) => `"${key.text}"`).join(', ');
      const hint = () =>
        `indent what belongs to "${first.key.text}" below it, or put "- " before each step`;
      reading.source.report(
        first.key,
        `a step has one key, found ${node.entries.length}: ${keys}`,
        hint,
      );
      return undefined;
    }
    return known.reader.read(first.value, `"${first.key.text}"`, reading);
  },
};

function refuseStep(node: YamlNode, label: string, reading: Reading): undefined {
  const word = node.type === 'scalar' && typeof node.value === 'string' ? node.value : '';
  if (!stepNames.includes(word)) return refuse(node, label, step.expected, reading);
  reading.source.report(node, `the step "${word}" needs a value`, () => `write "${word}: …"`);
  return undefined;
}

const stepList = list(step, { what: 'step', items: 'steps', max: 10_000 });

/* goroutines: */

export const group = record(
  'a group of goroutines',
  {
    name: optional(name(), 'Its name, for "after".'),
    count: optional(
      whole(0, goroutinesMax),
      'Goroutines in the group. Default 1, or 0 where "per-proc" is given.',
    ),
    'per-proc': defaulted(whole(0, perProcMax), 0, 'So many more for each P (GOMAXPROCS).'),
    stack: defaulted(
      size(stackBytesMin, stackBytesMax),
      2 * KiB,
      'Stack of each, scanned as a root.',
      '2KiB',
    ),
    thread: defaulted(
      word('any', 'locked'),
      'any',
      '"locked": each runs on a thread of its own (runtime.LockOSThread), as the main goroutine does in init functions.',
    ),
    at: optional(
      duration(0, durationNsMax),
      'They start so long after the structures are built. Default 0.',
    ),
    after: optional(reference('group'), 'They start when all goroutines of that group have ended.'),
    ...limits,
    steps: required(steps, 'What each of them does.'),
  },
  (values, maker): GoroutineGroup | undefined => {
    const { 'per-proc': perProc, stack: stackBytes, thread, at, after } = values;
    const count = values.count ?? (perProc > 0 ? 0 : 1);
    if (at !== undefined && after !== undefined) {
      return maker.refuse(['after'], 'a group starts "at" a time or "after" a group, not both');
    }
    if (count + perProc === 0) {
      return maker.refuse(
        ['count', 'per-proc'],
        'the group has no goroutines',
        'give it a "count" or "per-proc"',
      );
    }
    const start = after === undefined ? { atNs: at ?? 0 } : { afterGroup: after };
    return {
      name: values.name ?? '',
      count,
      perProc,
      stackBytes,
      locksThread: thread === 'locked',
      start,
      body: repeatOf(values),
    };
  },
  { not: { required: ['at', 'after'] } },
);

/* The file. */

export const file = record(
  'a workload',
  {
    name: optional(name(), 'Name of the workload. Default: that of the file.'),
    run: optional(runSettings, 'Settings that the command line overrides.'),
    globals: optional(globals, 'Global variables, scanned as roots.'),
    kinds: optional(named(kind, { what: 'kind', max: namesMax }), 'Kinds of objects.'),
    structures: optional(
      named(oneOf('a structure', 'shape', shapes), { what: 'structure', max: namesMax }),
      'Long-lived data. The main goroutine builds them in this order, before any other goroutine starts.',
    ),
    goroutines: optional(
      list(group, { what: 'group of goroutines', items: 'groups of goroutines', max: namesMax }),
      'Groups of goroutines, and what they do.',
    ),
  },
  (values): { values: typeof values } => ({ values }),
);

/** Every record of the language, by the name under which its documentation has it. */
export const records: { readonly [name: string]: RecordReader<object> } = {
  run: runSettings,
  globals,
  kinds: kind,
  ...shapes,
  goroutines: group,
  alloc,
  build,
  replace,
  drop,
  repeat,
};

/** The JSON Schema of workload files, as it is published. */
export function jsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'gcsim workload',
    description: 'What a Go program allocates, keeps, drops and computes, for gcsim to run.',
    ...file.schema,
    anyOf: [{ required: ['structures'] }, { required: ['goroutines'] }],
    $defs: {
      ...sharedSchemas,
      step: step.schema,
      steps: { ...stepList.schema, items: { $ref: '#/$defs/step' } },
    },
  };
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The same without the keys that are undefined. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
