/** `gcsim calibrate`: costs back from simulated logs of a known machine, by hand from invented ones, and wrong logs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { optionsFor } from '../../src/collector/options.ts';
import { type Machine, referenceMachine } from '../../src/collector/params.ts';
import { simulate } from '../../src/collector/simulate.ts';
import { formatCycle, formatFor } from '../../src/trace/format.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import { projectRoot } from '../support/tree.ts';
import { type Captured, gcsim, temporaryFolder } from './capture.ts';

/** The gc lines of a built-in workload at 1 proc. */
function simulatedLog(workload: string, release: string, seed = 1): string {
  const path = join(projectRoot, 'workloads', `${workload}.yaml`);
  const parsed = parseWorkload(readFileSync(path, 'utf8'), path);
  const asked = { release, procs: 1, cores: 2, seed, durationNs: 3e9 };
  const { cycles } = simulate(parsed, optionsFor(parsed, asked));
  return linesOf(cycles.map((cycle) => formatCycle(cycle, formatFor(release).family)));
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Calibrates on texts. A program may have several. */
async function calibrate(
  logs: { init1?: string[]; steady?: string[] },
  ...flags: string[]
): Promise<Captured> {
  const cwd = temporaryFolder();
  const args = Object.entries(logs).flatMap(([program, texts]) =>
    texts.flatMap((text, i) => {
      const name = `${program}-${i + 1}.log`;
      writeFileSync(join(cwd, name), text);
      return [`--${program}`, name];
    }),
  );
  return await gcsim(['calibrate', ...args, ...flags], { cwd });
}

/** The costs that were printed. */
function costsIn(stdout: string): Partial<Machine> {
  return Object.fromEntries(
    [...stdout.matchAll(/^(\w+): ([\d.]+) +#/gm)].map(([, name, value]) => [name, Number(value)]),
  );
}

/** Until the test ends, the machine has these costs. */
function changeMachine(changes: Partial<Machine>): void {
  const before = { ...referenceMachine };
  onTestFinished(() => void Object.assign(referenceMachine, before));
  Object.assign(referenceMachine, changes);
}

describe('from simulated logs, the machine comes back', () => {
  const slower: Partial<Machine> = {
    markObjectNs: 10.5,
    greyObjectNs: 10.5,
    scanByteNs: 0.45,
    scanPointerNs: 7.5,
    scanRootByteNs: 0.06,
    spanLookNs: 12,
    sweepTermNs: 6000,
    markTermNs: 4000,
    copyByteNs: 0.08,
    mallocNs: 50,
  };
  /** A coordinator marks while the program waits: what its lines cost cannot be told from what copies do. */
  const slowerTraced = { ...slower, traceWriteNs: 2500 };

  test.each([
    ['1.5', 'reference', {}],
    ['1.9', 'reference', {}],
    ['1.5', 'slower', slower],
    ['1.6', 'slower', slowerTraced],
    ['1.9', 'slower', slowerTraced],
  ] as const)('Go %s, the %s machine', async (release, _, changes) => {
    const known = { ...referenceMachine, ...changes };
    changeMachine(changes);
    const logs = {
      init1: [simulatedLog('init1-long', release)],
      steady: [simulatedLog('steady', release, 1), simulatedLog('steady', release, 2)],
    };
    // The defaults must not come back for what was found.
    const found = release === '1.5' ? slower : slowerTraced;
    for (const name of Object.keys(found) as (keyof Machine)[]) {
      referenceMachine[name] = 3 * known[name];
    }
    const { code, stdout, stderr } = await calibrate(logs, '--go', release);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const costs = costsIn(stdout);
    /** How far off docs/calibration.md says that a cost may be, as a share of it. */
    const shares: Partial<Machine> = {
      markObjectNs: 0.1,
      greyObjectNs: 0.1,
      scanByteNs: 0.1,
      scanPointerNs: 0.1,
      // From 1.8 on roots are a fifth of what init1 marks.
      scanRootByteNs: release === '1.5' ? 0.05 : 0.2,
      copyByteNs: 0.05,
      mallocNs: 0.25,
      ...(release === '1.5' ? { spanLookNs: 0.05 } : { traceWriteNs: 0.1 }),
    };
    for (const [name, share] of Object.entries(shares) as [keyof Machine, number][]) {
      expect(Math.abs((costs[name] ?? 0) / known[name] - 1), name).toBeLessThan(share);
    }
    for (const name of ['sweepTermNs', 'markTermNs'] as const) {
      expect(Math.abs((costs[name] ?? 0) - known[name]), name).toBeLessThan(700);
    }
  });
});

/** 200 collections, 1 ms apart, of 4 copies each. Each is worth 100 µs of marking, and stops of 5 and 8 µs. */
const init1Lines = Array.from({ length: 200 }, (_, i) => {
  const at = (0.001 * (i + 1)).toFixed(3);
  return `gc ${i + 1} @${at}s 10%: 0.005+0.10+0.008 ms clock, 0.005+0/0.060/0+0.008 ms cpu, 7->7->3 MB, 7 MB goal, 1 P`;
});

/** Builds, from 4 to 44 MiB, in collections 20 ms apart that mark for 2 ms; then serves. */
const steadyLines = [
  'gc 1 @0.001s 10%: 0.003+1.0+0.003 ms clock, 0.003+0/1.0/0+0.003 ms cpu, 4->4->4 MB, 5 MB goal, 1 P',
  'gc 2 @0.010s 10%: 0.003+2.0+0.003 ms clock, 0.003+0/2.0/0+0.003 ms cpu, 14->14->14 MB, 8 MB goal, 1 P',
  'gc 3 @0.030s 10%: 0.003+2.0+0.003 ms clock, 0.003+0/2.0/0+0.003 ms cpu, 29->29->29 MB, 28 MB goal, 1 P',
  'gc 4 @0.050s 10%: 0.003+2.0+0.003 ms clock, 0.003+0/2.0/0+0.003 ms cpu, 44->44->44 MB, 58 MB goal, 1 P',
  'gc 5 @0.500s 10%: 0.003+25+0.003 ms clock, 0.003+5.0/15/4.0+0.003 ms cpu, 80->85->55 MB, 88 MB goal, 1 P',
  ...Array.from({ length: 10 }, (_, i) => {
    const at = (0.8 + 0.3 * i).toFixed(3);
    return `gc ${i + 6} @${at}s 10%: 0.003+25+0.003 ms clock, 0.003+5.0/15/4.0+0.003 ms cpu, 100->105->55 MB, 110 MB goal, 1 P`;
  }),
];

describe('from invented logs, what the formulas give by hand', () => {
  test('on Go 1.9', async () => {
    changeMachine({ otherWorkMinNs: 0, otherWorkMaxNs: 0 });
    const logs = { init1: [linesOf(init1Lines)], steady: [linesOf(steadyLines)] };
    const { stdout } = await calibrate(logs);
    // A line cuts off: 5.0, 15 and 4.0 ms are 5.05, 15.5 and 4.05 on average; 55 MiB are 55.5.
    const perNode = 24.6e6 / (((55.5 - 5) * 2 ** 20) / 64);
    const factor = perNode / (7 + 7 + 24 * 0.3 + 2 * 5);
    // 60.5 µs of marking; 29 objects of 192 bytes, one of 7,304, and two with a pointer to each of them; a worker, 4 root jobs, 3 stacks.
    const objects = factor * (32 * (7 + 7 + 5) + (29 * (192 + 8) + 7304 + 8) * 0.3);
    const root = (60_500 - objects - 500 - 4 * 200 - 3 * 300) / (98_304 + 2048);
    // Marking lasts 105 µs, of which one copy takes what the marking leaves.
    const copyNs = 105_000 - 60_500;
    // 1 ms a collection, less 5.5, 60.5 and 8.5 µs and 4 copies: largeAlloc, two spans, sweeping. The rest is for 34 pieces of a line.
    const line = 1e6 - 74_500 - 4 * (copyNs + 1500 + 2 * 500 + 250 + 2);
    // 30 MiB in 40 ms, less twice 2.05 ms and two stops of 3.5 µs.
    const nodes = (30 * 2 ** 20) / 64;
    const each = (40e6 - 2 * 2.057e6) / nodes;
    const swept = ((14.5 + 29.5) * 128 * (250 + 128 * 2)) / nodes;
    const span = (250 + 500 + 2 * 1130 + 1500 / 128) / 128;
    const malloc = each - swept - span - 64 * 0.0105;
    const expected = {
      markObjectNs: 7 * factor,
      greyObjectNs: 7 * factor,
      scanByteNs: 0.3 * factor,
      scanPointerNs: 5 * factor,
      scanRootByteNs: root,
      sweepTermNs: 5500 - 300,
      markTermNs: 8500 - 300,
      copyByteNs: copyNs / 2 ** 20,
      traceWriteNs: line / 34,
      mallocNs: malloc,
    };
    const costs = costsIn(stdout);
    expect(Object.keys(costs)).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) {
      // Three digits are printed.
      expect((costs[name as keyof Machine] ?? 0) / value, name).toBeCloseTo(1, 2);
    }
  });

  test('what is too short for a line is half of what its digits leave open', async () => {
    const quick = init1Lines.map((line) =>
      line.replace(/0\.005\+/g, '0+').replace(/\+0\.008 /g, '+0 '),
    );
    const { stdout } = await calibrate({ init1: [linesOf(quick)], steady: [linesOf(steadyLines)] });
    // 0 is less than 1 µs: 0.5 µs on average, of which 0.3 are for the proc. Lines are 0.5 µs off.
    expect(costsIn(stdout)).toMatchObject({ sweepTermNs: 250, markTermNs: 250 });
  });

  test('each cost says how far off it is, what it was, and where it is from', async () => {
    const logs = { init1: [linesOf(init1Lines)], steady: [linesOf(steadyLines)] };
    const { stdout } = await calibrate(logs);
    expect(stdout).toMatch(/init1-1\.log \(200\),\s#? ?steady-1\.log \(15\)\./);
    expect(stdout).toMatch(
      /^markTermNs: 8200 +# ± 500, default 250; init1: mark termination of 8\.5 µs$/m,
    );
    // All that is not found is named as kept.
    expect(stdout.match(/pageFaultNs/g)).toHaveLength(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('#') && line.length > 100)).toEqual(
      [],
    );
  });
});

describe('refuses', () => {
  const init1 = linesOf(init1Lines);
  const steady = linesOf(steadyLines);

  test.each([
    ['no log of a program', { init1: [init1] }, [], 'no log of steady is named'],
    ['no log at all', {}, [], 'no log of init1 and none of steady is named'],
    [
      'no gc line',
      { init1: ['hello\n'], steady: [steady] },
      [],
      'init1-1.log: error: there is no gc line in it',
    ],
    [
      'several procs',
      { init1: [init1], steady: [steady.replaceAll('1 P', '4 P')] },
      [],
      'steady-1.log: error: it is of a run with 4 procs, and must be of one with 1',
    ],
    [
      'several runs in a log',
      { init1: [init1 + init1], steady: [steady] },
      [],
      'it is of 2 processes, and must be of one run of init1',
    ],
    [
      'a log that does not begin at the beginning',
      { init1: [linesOf(init1Lines.slice(1))], steady: [steady] },
      [],
      'collection 1 is not in it',
    ],
    [
      'a log with a gap',
      { init1: [linesOf(init1Lines.toSpliced(7, 1))], steady: [steady] },
      [],
      'collection 8 is not in it',
    ],
    [
      'logs in each other’s place',
      { init1: [steady], steady: [init1] },
      [],
      'it is not of init1: about 55 MiB live in it, and in init1 2 to 4',
    ],
    [
      'another program',
      { init1: [init1], steady: [steady.replaceAll('->55 MB', '->30 MB')] },
      [],
      'it is not of steady: about 30 MiB live in it',
    ],
    [
      'too few collections of init1',
      { init1: [linesOf(init1Lines.slice(0, 100))], steady: [steady] },
      [],
      'it has 100 collections, and must have more than 100',
    ],
    [
      'too few of steady',
      { init1: [init1], steady: [linesOf(steadyLines.slice(0, 9))] },
      [],
      'it has 3 collections while steady builds, and 4 while it serves',
    ],
    [
      'lines of another release',
      { init1: [init1], steady: [steady] },
      ['--go', '1.5'],
      'its lines are of Go 1.6 to 1.17, and not of 1.5',
    ],
    [
      'a release before 1.5',
      { init1: [init1], steady: [steady] },
      ['--go', '8f34b253'],
      'costs are told from logs of Go 1.5 and later',
    ],
    [
      'a release that does not exist',
      { init1: [init1], steady: [steady] },
      ['--go', '1.99'],
      'unknown release "1.99"',
    ],
  ])('%s', async (_, logs, flags, message) => {
    const { code, stdout, stderr } = await calibrate(logs, ...flags);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^ {2}hint: /m);
  });

  test('all wrong logs at once', async () => {
    const { stderr } = await calibrate({ init1: [steady, init1], steady: [init1] });
    expect(stderr).toContain('init1-1.log: error:');
    expect(stderr).toContain('steady-1.log: error:');
    expect(stderr).not.toContain('init1-2.log');
  });
});
