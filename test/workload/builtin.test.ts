/** The workloads that come with gcsim: each is sound, and is the program that it says it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GiB, KiB, MiB, msNs, secondNs } from '../../src/units.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import { chainTotals, shapeTotals, type Totals } from '../../src/workload/totals.ts';
import type { GoroutineGroup, RepeatStep, Step, Workload } from '../../src/workload/workload.ts';
import { projectRoot } from '../support/tree.ts';

const folder = join(projectRoot, 'workloads');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''))
  .sort();

function textOf(name: string): string {
  return readFileSync(join(folder, `${name}.yaml`), 'utf8');
}

function workloadOf(name: string): Workload {
  return parseWorkload(textOf(name), `${name}.yaml`);
}

/** What is live before the goroutines start. */
function liveAtStart({ kinds, structures }: Workload): Totals {
  const sum = { objects: 0, bytes: 0 };
  for (const { shape, count } of structures) {
    const one = shapeTotals(kinds, shape);
    sum.objects += one.objects * count;
    sum.bytes += one.bytes * count;
  }
  return sum;
}

/** What one goroutine of a group does in one round. */
function roundOf(workload: Workload, { body }: GoroutineGroup): Totals & { workNs: number } {
  const sum = { objects: 0, bytes: 0, workNs: 0 };
  const add = (one: Totals, times: number, workNs: number) => {
    sum.objects += one.objects * times;
    sum.bytes += one.bytes * times;
    sum.workNs += one.objects * times * workNs;
  };
  const walk = (steps: readonly Step[], times: number) => {
    for (const step of steps) {
      if (step.op === 'repeat') walk(step.steps, times * (step.times ?? Number.NaN));
      if (step.op === 'work') sum.workNs += step.ns * times;
      if (step.op === 'alloc') {
        add(chainTotals(workload.kinds, { ...step, keepEvery: 1 }), times, step.workNs);
      }
      if (step.op === 'build' || step.op === 'replace') {
        const structure = workload.structures[step.structure];
        if (structure === undefined) throw new Error('no such structure');
        const count = step.op === 'build' ? step.count : 1;
        add(shapeTotals(workload.kinds, structure.shape), times * count, step.workNs);
      }
    }
  };
  walk(body.steps, 1);
  return sum;
}

function limitsOf({ times, forNs, paceBytesPerSecond }: RepeatStep): object {
  return { times, forNs, paceBytesPerSecond };
}

function groupNamed(workload: Workload, name: string): GoroutineGroup {
  const group = workload.groups.find((one) => one.name === name);
  if (group === undefined) throw new Error(`no group ${name}`);
  return group;
}

function onlyGroup({ groups }: Workload): GoroutineGroup {
  expect(groups).toHaveLength(1);
  const [group] = groups;
  if (group === undefined) throw new Error('no group');
  return group;
}

/** Plain allocation of a small object, without collection: what the CPU figures of rounds are made up with. */
const allocNs = 25;
/** Steps are as long as they are alone on a core. The real figures hold what runs beside: taken for a fifth, half of the time. */
const besideOrNot = 1.11;
const allocNsPerByte = 0.1;

test('all of them are there', () => {
  expect(names).toEqual([
    'big-slices',
    'burst',
    'garbage',
    'init1',
    'init1-long',
    'json',
    'long-list',
    'peak',
    'peak2',
    'ramp',
    'roots',
    'steady',
    'trace-test',
    'wide-array',
  ]);
});

describe.each(names)('%s', (name) => {
  const text = textOf(name);
  const workload = workloadOf(name);

  test('has the name of its file, and opens with a comment on what it stands for', () => {
    expect(workload.name).toBe(name);
    expect(text.startsWith(`# ${name}: `)).toBe(true);
    expect(workload.about).toMatch(/^[A-Za-z].{60,}\.$/);
  });

  test('tells editors where the schema is', () => {
    const line = '\n# yaml-language-server: $schema=../schema/workload.schema.json\n';
    expect(text).toContain(line);
  });

  test('is short', () => {
    expect(text.split('\n').length).toBeLessThan(60);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  test('leaves release, procs and the like to the command', () => {
    expect(workload.run).toEqual({});
  });
});

describe('what is live at the start', () => {
  test.each<[string, number, number]>([
    // Name, objects, bytes.
    ['init1', 1, 1 * MiB],
    ['init1-long', 1, 1 * MiB],
    ['big-slices', 1, 1 * MiB],
    // 819 lists of 1,000 nodes of 64 B, and a map of 2,048 buckets of 144 B.
    ['steady', 819_000 + 1, 819_000 * 64 + 2048 * 144],
    ['ramp', (10 * MiB) / 64, 10 * MiB],
    // 8,192 lists of 1,000, and 75 trees of 1 + 15 + 225 + 3,375 + 50,625 nodes.
    ['peak', 8_192_000 + 75 * 54_241, 8_192_000 * 64 + 75 * 54_241 * 128],
    // 1,000 MiB in items of 128 B + 14 × 64 B.
    ['peak2', 1_024_000 * 15, 1000 * MiB],
    // A document of 1.94 MB, a tree of 13,020 nodes with a name each.
    ['json', 1 + 13_020 * 2, 1_940_000 + 13_020 * (80 + 20)],
    ['burst', 491_000, 491_000 * 64],
    ['roots', 0, 0],
    ['trace-test', 4000, 4000 * 128],
    ['wide-array', 1_000_001, 8_000_000 + 64_000_000],
    ['long-list', 1_000_000, 64_000_000],
  ])('%s', (name, objects, bytes) => {
    expect(liveAtStart(workloadOf(name))).toEqual({ objects, bytes });
  });

  test('garbage: 15 trees of 1.8 MB', () => {
    const workload = workloadOf('garbage');
    expect(workload.structures.map(({ count }) => count)).toEqual([8, 7]);
    for (const { shape } of workload.structures) {
      expect(shapeTotals(workload.kinds, shape).bytes).toBeCloseTo(1.8e6, -4);
    }
  });
});

describe('one round', () => {
  test('json: 92,700 objects, 7.87 MB as measured on Go 1.6 to 1.10 (1.5: 8.09), 40 to 45 ms of CPU', () => {
    const workload = workloadOf('json');
    const group = onlyGroup(workload);
    const { objects, bytes, workNs } = roundOf(workload, group);
    expect(Math.abs(objects / 92_700 - 1)).toBeLessThan(0.005);
    expect(Math.abs(bytes / 7.87e6 - 1)).toBeLessThan(0.02);
    const cpuNs = besideOrNot * (workNs + objects * allocNs + 3.05e6 * allocNsPerByte);
    expect(cpuNs).toBeGreaterThan(40 * msNs);
    expect(cpuNs).toBeLessThan(45 * msNs);
    expect(group).toMatchObject({ count: 0, perProc: 4, body: { forNs: 3 * secondNs } });
  });

  test('garbage: 66,900 objects, 2.75 MB, 6 to 8 ms of CPU', () => {
    const workload = workloadOf('garbage');
    const group = groupNamed(workload, 'parse');
    const { objects, bytes, workNs } = roundOf(workload, group);
    expect(Math.abs(objects / 66_900 - 1)).toBeLessThan(0.001);
    expect(Math.abs(bytes / 2.75e6 - 1)).toBeLessThan(0.01);
    const cpuNs = besideOrNot * (workNs + objects * allocNs + 2.27e6 * allocNsPerByte);
    expect(cpuNs).toBeGreaterThan(6 * msNs);
    expect(cpuNs).toBeLessThan(8 * msNs);
    expect(group).toMatchObject({ count: 0, perProc: 2, body: { forNs: 3 * secondNs } });
    // With 8 that parse at 4 procs, 1,024 goroutines.
    expect(groupNamed(workload, 'wait').count).toBe(1016);
  });

  test.each(['init1', 'init1-long', 'big-slices'])(
    '%s: a copy of 1 MiB, the latest kept',
    (name) => {
      const [step] = onlyGroup(workloadOf(name)).body.steps;
      expect(step).toMatchObject({
        op: 'alloc',
        count: 1,
        keep: 'latest',
        fill: 'copy',
        workNs: 0,
      });
      expect(workloadOf(name).kinds).toEqual([
        { name: 'copy', sizes: [{ bytes: MiB, weight: 1 }], pointers: { bytes: 0 } },
      ]);
    },
  );

  test('json drops as many parts as it builds', () => {
    const { body } = onlyGroup(workloadOf('json'));
    const [decode, drop] = body.steps;
    expect(decode).toMatchObject({ op: 'repeat', times: 10 });
    expect(drop).toMatchObject({ op: 'drop', count: 10 });
  });
});

describe('who allocates, how long and how fast', () => {
  const forEver = { times: undefined, forNs: undefined, paceBytesPerSecond: undefined };

  test.each<[string, number, object]>([
    ['init1', 1, { times: 1000 }],
    ['init1-long', 1, { times: 10_000 }],
    ['big-slices', 4, { times: 1000 }],
    ['steady', 4, { forNs: 5 * secondNs, paceBytesPerSecond: 50 * MiB }],
    ['roots', 4, { forNs: 3 * secondNs, paceBytesPerSecond: 50 * MiB }],
    ['wide-array', 4, { forNs: 3 * secondNs, paceBytesPerSecond: 50 * MiB }],
    ['long-list', 4, { forNs: 3 * secondNs, paceBytesPerSecond: 50 * MiB }],
    ['burst', 4, { forNs: 3 * secondNs }],
    ['ramp', 4, { forNs: 4 * secondNs, paceBytesPerSecond: 122.5 * MiB }],
  ])('%s', (name, count, limits) => {
    const group = onlyGroup(workloadOf(name));
    expect(group).toMatchObject({ count, perProc: 0, start: { atNs: 0 } });
    expect(limitsOf(group.body)).toEqual({ ...forEver, ...limits });
  });

  test('ramp keeps 490 MiB of what it allocates, at its pace', () => {
    const { body, count } = onlyGroup(workloadOf('ramp'));
    const [step] = body.steps;
    expect(step).toMatchObject({ count: 1024, keep: 'all', keepEvery: 4 });
    expect(((body.paceBytesPerSecond ?? 0) * count * 4) / 4).toBe(490 * MiB);
  });

  test('burst: 40 and 400 MiB/s in turn, 200 ms each', () => {
    const { body, count } = onlyGroup(workloadOf('burst'));
    const phases = body.steps.map((step) => (step.op === 'repeat' ? limitsOf(step) : undefined));
    const forNs = 200 * msNs;
    expect(phases).toEqual([
      { ...forEver, forNs, paceBytesPerSecond: (40 * MiB) / count },
      { ...forEver, forNs, paceBytesPerSecond: (400 * MiB) / count },
    ]);
  });

  test('roots: 64 MiB of pointers in globals, four stacks of 8 MiB', () => {
    const workload = workloadOf('roots');
    expect(workload.globals).toEqual({ bytes: 64 * MiB, pointerBytes: 64 * MiB });
    expect(onlyGroup(workload).stackBytes).toBe(8 * MiB);
  });

  test.each(['peak', 'peak2'])('%s: 200 MB/s for 12 s, after the peak is dropped', (name) => {
    const workload = workloadOf(name);
    const [drop, serve] = workload.groups;
    expect(drop).toMatchObject({ name: 'drop', count: 1, body: { times: 1 } });
    expect(serve).toMatchObject({ name: 'serve', count: 2, start: { afterGroup: 0 } });
    expect(serve?.body).toMatchObject({ forNs: 12 * secondNs, paceBytesPerSecond: 100e6 });
  });

  test('peak keeps 819 of its lists and none of its trees', () => {
    const workload = workloadOf('peak');
    const [lists] = workload.structures;
    const drop = groupNamed(workload, 'drop').body.steps;
    expect(drop).toEqual([
      { op: 'drop', structure: 0, count: (lists?.count ?? 0) - 819 },
      { op: 'drop', structure: 1, count: 'all' },
    ]);
  });

  test('peak2 collects at the peak, builds 50 MiB of the same, then drops the peak', () => {
    const workload = workloadOf('peak2');
    const [, rest] = workload.structures;
    if (rest === undefined) throw new Error('no rest');
    expect(shapeTotals(workload.kinds, rest.shape).bytes).toBe(50 * MiB);
    expect(rest.shape).toMatchObject({ leaves: 14, next: 'last' });
    const ops = groupNamed(workload, 'drop').body.steps.map(({ op }) => op);
    expect(ops).toEqual(['gc', 'build', 'drop']);
  });

  test('trace-test: many goroutines, a gigabyte of garbage, next to nothing live', () => {
    const workload = workloadOf('trace-test');
    const goroutines = workload.groups.reduce((sum, { count }) => sum + count, 0);
    expect(goroutines).toBeGreaterThan(50);
    expect(liveAtStart(workload).bytes).toBeLessThan(1 * MiB);
    const garbage = roundOf(workload, groupNamed(workload, 'garbage'));
    expect(garbage.bytes).toBe(1000 * MiB);
    expect(garbage.bytes).toBeLessThan(1 * GiB);
    expect(workload.kinds.slice(1)).toMatchObject([
      { name: 'buffer', sizes: [{ bytes: 64 * KiB }], pointers: { bytes: 0 } },
      { name: 'slice', sizes: [{ bytes: 1 * MiB }], pointers: { bytes: 0 } },
    ]);
  });
});
