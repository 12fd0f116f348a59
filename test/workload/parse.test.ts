import { describe, expect, test } from 'vitest';
import { KiB, MiB, msNs, secondNs } from '../../src/units.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import type { Step, Workload } from '../../src/workload/workload.ts';

const kinds = 'kinds: { node: { size: 64B, pointers: 24B }, text: { size: 32B } }\n';

/** A file with these steps, run once. */
function withSteps(steps: string, more = ''): string {
  return `${kinds}${more}goroutines: [{ times: 1, steps: ${steps} }]\n`;
}

function stepsOf(steps: string, more = ''): Step[] {
  return parseWorkload(withSteps(steps, more), 'w.yaml').groups[0]?.body.steps ?? [];
}

function shapeOf(structure: string): object | undefined {
  const text = `${kinds}structures: { s: ${structure} }\n`;
  return parseWorkload(text, 'w.yaml').structures[0]?.shape;
}

test('reads the example of the documentation', () => {
  const text = `# steady: a server at work. 50 MB live in linked lists; four goroutines make and drop short
# chains at 200 MB/s.
name: steady
kinds:
  node: { size: 64B, pointers: 24B }
structures:
  lists: { shape: list, kind: node, length: 1000, count: 819 }
goroutines:
  - count: 4
    for: 5s
    pace: 50MiB/s              # each; sleeps 1 ms while ahead of it
    steps:
      - alloc: { kind: node, count: 256, keep: latest }
`;
  const expected: Workload = {
    name: 'steady',
    about:
      'a server at work. 50 MB live in linked lists; four goroutines make and drop short chains at 200 MB/s.',
    run: {},
    globals: { bytes: 128 * KiB, pointerBytes: 64 * KiB },
    kinds: [{ name: 'node', sizes: [{ bytes: 64, weight: 1 }], pointers: { bytes: 24 } }],
    structures: [
      { name: 'lists', count: 819, shape: { type: 'list', kind: 0, length: 1000, back: 0 } },
    ],
    groups: [
      {
        name: 'group-1',
        count: 4,
        perProc: 0,
        stackBytes: 2 * KiB,
        locksThread: false,
        start: { atNs: 0 },
        body: {
          op: 'repeat',
          forNs: 5 * secondNs,
          paceBytesPerSecond: 50 * MiB,
          steps: [
            {
              op: 'alloc',
              kind: 0,
              count: 256,
              keep: 'latest',
              keepEvery: 1,
              fill: 'zero',
              workNs: 0,
              writes: 1,
            },
          ],
        },
      },
    ],
  };
  expect(parseWorkload(text, 'steady.yaml')).toStrictEqual(expected);
});

describe('name and about', () => {
  const body = withSteps('[alloc: { kind: node }]');

  test.each([
    ['web.yaml', 'web'],
    ['some/where/web.yml', 'web'],
    ['C:\\some\\where\\web.yaml', 'web'],
    ['web', 'web'],
    ['-', 'stdin'],
    ['.yaml', 'workload'],
    ['a\u001b[31m.yaml', 'a [31m'],
  ])('a file %j without a name is called %s', (file, name) => {
    expect(parseWorkload(body, file).name).toBe(name);
  });

  test.each([
    ['', ''],
    ['# One line.\n', 'One line.'],
    ['# w: One line.\n', 'One line.'],
    ['#\n\n# First\n#  paragraph.\n#\n# Second.\n', 'First paragraph.'],
    ['# First.\n\n# Second.\n', 'First.'],
    ['# yaml-language-server: $schema=x.json\n# First.\n', 'First.'],
    ['# First.\n# yaml-language-server: $schema=x.json\n', 'First.'],
    ['---\n# First.\n', 'First.'],
    ['\ufeff# First.\r\n# Again.\r\n\r\n', 'First. Again.'],
    ['# A\u001b[31m red\u202e one.\n', 'A [31m red one.'],
  ])('of %j is %j', (comment, about) => {
    expect(parseWorkload(comment + body, 'w.yaml').about).toBe(about);
  });

  test('comments further down are no part of it', () => {
    expect(parseWorkload(`${body}# The end.\n`, 'w.yaml').about).toBe('');
  });
});

describe('run settings', () => {
  function runOf(settings: string): object {
    return parseWorkload(`run: ${settings}\n${withSteps('[alloc: { kind: node }]')}`, 'w').run;
  }

  test('all of them', () => {
    const settings =
      '{ release: 1.9, procs: 2, cores: 1, gogc: 50, seed: 4294967295, duration: 1m30s }';
    expect(runOf(settings)).toStrictEqual({
      release: '1.9',
      procs: 2,
      cores: 1,
      gcPercent: 50,
      seed: 0xffff_ffff,
      durationNs: 90 * secondNs,
    });
  });

  test.each(['1.10', '1.5', "'1.10'", '8f34b253^', '"051809e3"', '051809e3'])(
    'release %s is what is written, not the number that YAML makes of it',
    (release) => {
      const expected = release.replace(/['"]/g, '');
      expect(runOf(`{ release: ${release} }`)).toStrictEqual({ release: expected });
    },
  );

  test('gogc off is -1, also under YAML 1.1, to which off is false', () => {
    expect(runOf('{ gogc: off }')).toStrictEqual({ gcPercent: -1 });
    const text = `%YAML 1.1\n---\nrun: { gogc: off }\n${withSteps('[alloc: { kind: node }]')}`;
    expect(parseWorkload(text, 'w').run).toStrictEqual({ gcPercent: -1 });
  });

  test('gogc 0 is a percentage', () => {
    expect(runOf('{ gogc: 0 }')).toStrictEqual({ gcPercent: 0 });
  });
});

describe('globals', () => {
  test.each([
    ['{ size: 64MiB, pointers: 64MiB }', 64 * MiB, 64 * MiB],
    ['{ size: 64MiB, pointers: 25% }', 64 * MiB, 16 * MiB],
    ['{ size: 1MiB }', MiB, 64 * KiB],
    ['{ size: 100 }', 100, 100],
    ['{ size: 0 }', 0, 0],
    ['{}', 128 * KiB, 64 * KiB],
  ])('%s', (globals, bytes, pointerBytes) => {
    const text = `globals: ${globals}\n${withSteps('[alloc: { kind: node }]')}`;
    expect(parseWorkload(text, 'w').globals).toEqual({ bytes, pointerBytes });
  });
});

describe('kinds', () => {
  test.each([
    ['{ size: 64B }', [{ bytes: 64, weight: 1 }], { bytes: 0 }],
    ['{ size: 64, pointers: 24 }', [{ bytes: 64, weight: 1 }], { bytes: 24 }],
    ['{ size: 1.5 KiB, pointers: 50% }', [{ bytes: 1536, weight: 1 }], { share: 0.5 }],
    ['{ size: "2MB", pointers: 0% }', [{ bytes: 2e6, weight: 1 }], { share: 0 }],
    [
      '{ size: { 16B: 40467, 24: 0.5 } }',
      [
        { bytes: 16, weight: 40467 },
        { bytes: 24, weight: 0.5 },
      ],
      { bytes: 0 },
    ],
  ])('%s', (kind, sizes, pointers) => {
    const text = `kinds: { k: ${kind} }\nstructures: { s: { shape: array, kind: k, length: 1 } }`;
    expect(parseWorkload(text, 'w').kinds).toEqual([{ name: 'k', sizes, pointers }]);
  });
});

describe('structures', () => {
  test.each<[string, object]>([
    [
      '{ shape: list, kind: node, length: 9, back: 2 }',
      { type: 'list', kind: 0, length: 9, back: 2 },
    ],
    [
      '{ shape: tree, kind: node, nodes: 10 }',
      { type: 'tree', kind: 0, nodes: 10, fanout: 2, leafKind: 0, leaves: 0 },
    ],
    [
      '{ shape: tree, kind: node, depth: 4, fanout: 2, leaves: 1, leaf-kind: text }',
      { type: 'tree', kind: 0, nodes: 31, fanout: 2, leafKind: 1, leaves: 1 },
    ],
    ['{ shape: array, kind: text, length: 9 }', { type: 'array', kind: 1, length: 9 }],
    [
      '{ shape: items, kind: node, length: 9, leaf-kind: text, leaves: 2 }',
      { type: 'items', kind: 0, length: 9, leafKind: 1, leaves: 2, next: 'first' },
    ],
    [
      '{ shape: items, kind: node, length: 9, next: last }',
      { type: 'items', kind: 0, length: 9, leafKind: 0, leaves: 0, next: 'last' },
    ],
    ['{ shape: map, entries: 9 }', { type: 'map', entries: 9, kind: -1 }],
    ['{ shape: map, entries: 9, kind: text }', { type: 'map', entries: 9, kind: 1 }],
    [
      '{ shape: graph, kind: node, nodes: 9, degree: 3 }',
      { type: 'graph', kind: 0, nodes: 9, degree: 3 },
    ],
    ['{ shape: bytes, size: 1MiB }', { type: 'bytes', size: MiB }],
  ])('%s', (structure, shape) => {
    expect(shapeOf(structure)).toEqual(shape);
  });

  test('there is one of each unless the file says otherwise', () => {
    const text =
      'structures: { a: { shape: bytes, size: 1 }, b: { shape: bytes, size: 1, count: 0 } }';
    const counts = parseWorkload(text, 'w').structures.map(({ name, count }) => [name, count]);
    expect(counts).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
  });
});

describe('steps', () => {
  const structures = 'structures: { s: { shape: bytes, size: 1MiB } }\n';
  const allocated = { op: 'alloc', kind: 0, count: 1, keep: 'none', keepEvery: 1, fill: 'zero' };
  const beside = { workNs: 0, writes: 1 };

  test.each<[string, object]>([
    ['alloc: { kind: node }', { ...allocated, ...beside }],
    [
      'alloc: { kind: node, count: 8, keep: all, keep-every: 4, fill: copy, work: 400ns, writes: 0 }',
      { ...allocated, count: 8, keep: 'all', keepEvery: 4, fill: 'copy', workNs: 400, writes: 0 },
    ],
    ['alloc: { kind: text, keep: 3 }', { ...allocated, kind: 1, keep: 3, ...beside }],
    ['build: { structure: s }', { op: 'build', structure: 0, count: 1, ...beside }],
    [
      'build: { structure: s, count: 2, work: 1us }',
      { op: 'build', structure: 0, count: 2, workNs: 1000, writes: 1 },
    ],
    ['replace: { structure: s }', { op: 'replace', structure: 0, pick: 'oldest', ...beside }],
    [
      'replace: { structure: s, pick: random }',
      { op: 'replace', structure: 0, pick: 'random', ...beside },
    ],
    ['drop: { structure: s }', { op: 'drop', structure: 0, count: 'all' }],
    ['drop: { structure: s, count: 3 }', { op: 'drop', structure: 0, count: 3 }],
    ['work: 1.5ms', { op: 'work', ns: 1.5 * msNs }],
    ['sleep: 10ms', { op: 'sleep', ns: 10 * msNs }],
    ['gc', { op: 'gc' }],
    ['gc: ', { op: 'gc' }],
    ['set-gogc: 200', { op: 'set-gogc', gcPercent: 200 }],
    ['set-gogc: off', { op: 'set-gogc', gcPercent: -1 }],
    [
      'repeat: { times: 2, for: 1s, collections: 3, pace: 1MB/s, steps: [gc] }',
      {
        op: 'repeat',
        times: 2,
        forNs: secondNs,
        collections: 3,
        paceBytesPerSecond: 1e6,
        steps: [{ op: 'gc' }],
      },
    ],
  ])('%s', (step, expected) => {
    expect(stepsOf(`[${step}]`, structures)).toStrictEqual([expected]);
  });
});

describe('groups of goroutines', () => {
  function groupsOf(groups: string) {
    return parseWorkload(`${kinds}goroutines: ${groups}`, 'w').groups;
  }
  const steps = 'steps: [alloc: { kind: node }]';

  test('counts', () => {
    const groups = groupsOf(`[
      { times: 1, ${steps} },
      { count: 3, times: 1, ${steps} },
      { per-proc: 2, times: 1, ${steps} },
      { count: 1, per-proc: 2, times: 1, ${steps} }]`);
    expect(groups.map(({ count, perProc }) => [count, perProc])).toEqual([
      [1, 0],
      [3, 0],
      [0, 2],
      [1, 2],
    ]);
  });

  test('starts: at once, at a time, after a group further down', () => {
    const groups = groupsOf(`[
      { times: 1, ${steps} },
      { at: 10ms, times: 1, ${steps} },
      { after: last, times: 1, ${steps} },
      { name: last, times: 1, ${steps} }]`);
    expect(groups.map(({ start }) => start)).toEqual([
      { atNs: 0 },
      { atNs: 10 * msNs },
      { afterGroup: 3 },
      { atNs: 0 },
    ]);
    expect(groups.map(({ name }) => name)).toEqual(['group-1', 'group-2', 'group-3', 'last']);
  });

  test('go round without end where the run has a duration', () => {
    const text = `run: { duration: 1s }\n${kinds}goroutines: [{ ${steps} }]`;
    expect(parseWorkload(text, 'w').groups[0]?.body).toEqual({
      op: 'repeat',
      steps: [expect.objectContaining({ op: 'alloc' })],
    });
  });

  test('structures alone are a workload', () => {
    const text = 'structures: { s: { shape: bytes, size: 1MiB } }';
    expect(parseWorkload(text, 'w').groups).toEqual([]);
  });
});

describe('YAML', () => {
  test('aliases stand for what they name', () => {
    const text = `kinds:
  a: &size { size: 64B }
  b: *size
goroutines:
  - times: 1
    steps: &steps
      - alloc: { kind: a }
      - sleep: 1ms
  - times: 2
    steps: *steps
`;
    const { kinds, groups } = parseWorkload(text, 'w');
    expect(kinds.map(({ name, sizes }) => [name, sizes[0]?.bytes])).toEqual([
      ['a', 64],
      ['b', 64],
    ]);
    expect(groups[0]?.body.steps).toEqual(groups[1]?.body.steps);
    expect(groups[0]?.body.steps[0]).not.toBe(groups[1]?.body.steps[0]);
  });

  test('the order of the keys is free', () => {
    const text = `goroutines:
  - steps: [replace: { structure: s }]
    times: 1
structures: { s: { length: 1, shape: array, kind: k } }
kinds: { k: { pointers: 8B, size: 8B } }
`;
    expect(parseWorkload(text, 'w').groups).toHaveLength(1);
  });

  test('Windows line ends, a byte order mark, block scalars', () => {
    const text = '\ufeffname: |-\r\n  web\r\nstructures:\r\n  s: { shape: bytes, size: 1B }\r\n';
    expect(parseWorkload(text, 'w').name).toBe('web');
  });

  test('names like those that every JavaScript object has are names', () => {
    const text = `kinds: { constructor: { size: 8B }, toString: { size: 16B } }
structures: { hasOwnProperty: { shape: array, kind: toString, length: 1 } }
`;
    const { kinds, structures } = parseWorkload(text, 'w');
    expect(kinds.map(({ name }) => name)).toEqual(['constructor', 'toString']);
    expect(structures[0]?.shape).toMatchObject({ kind: 1 });
  });
});
