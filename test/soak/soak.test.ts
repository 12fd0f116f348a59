/** The soak in small: it runs, and what is wrong it finds, shrinks, and shows again by the commands that it prints. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as gcsim from '../../src/gcsim.ts';
import { build, gcsim as command, temporaryFolder } from '../cli/capture.ts';
import { aCycle } from '../support/cycles.ts';
import { run as npm } from '../support/npm.ts';
import { runtimeOf } from '../support/simulation.ts';
import { projectRoot } from '../support/tree.ts';
import { examine, faultOf } from './examine.js';
import { seedOf } from './hunt.js';
import { Threads } from './threads.js';
import { commandOf, optionsOf, randomTrial, type Trial, trialAt } from './trial.js';

beforeAll(build);

const script = join(projectRoot, 'test/soak/soak.js');
const testSignals = test.skipIf(process.platform === 'win32'); // Windows has no signals to send.

function soak(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [script, ...args], { cwd: projectRoot, encoding: 'utf8' });
}

const trials = randomTrial(gcsim);

/** A small run that has some collections. */
const small: Trial = {
  text: `
kinds:
  node: { size: 64B, pointers: 24B }
goroutines:
  - count: 2
    times: 200
    steps:
      - alloc: { kind: node, count: 256, keep: latest }
`,
  release: '1.9',
  mechanisms: {},
  procs: 2,
  cores: 2,
  gcPercent: 10,
  seed: 1,
  noise: 0.03,
  contrast: false,
  withPacer: true,
};

describe('npm run soak', () => {
  test('some dozen runs with a fixed seed find nothing, and are the same ones each time', () => {
    const [first, second] = [1, 2].map(() => soak('--runs', '30', '--seed', '9'));
    expect(first?.status).toBe(0);
    const figures = / · 0 failures · ([\d,]+) collections · ([\d,]+) events\n$/;
    const [, collections = '', events = ''] = figures.exec(first?.stdout ?? '') ?? [];
    expect(Number(collections.replaceAll(',', ''))).toBeGreaterThan(40);
    expect(figures.exec(second?.stdout ?? '')?.slice(1)).toEqual([collections, events]);
  });

  test('a planted fault is found, shrunk, and replayed by the command that is printed', async () => {
    const found = soak('--runs', '4', '--seed', '1', '--check', 'test/soak/planted.js');
    expect(found.status).toBe(1);
    expect(found.stdout).toMatch(/^soak: --seed 1, \d+ threads?$/m);
    expect(found.stdout).toMatch(/^fault 1, in run \d+, shrunk \d+ times$/m);
    // The least that the planted check takes for a fault.
    expect(found.stdout).toContain('\ncheck: planted: 3 Ps\n');

    expect(found.stdout).toMatch(
      /^\d+ runs? with check: planted: # Ps\n {2}on .*; such as \d+:0(, \d+:0)*$/m,
    );

    const [, replay = ''] = /^npm (run soak -- --replay .*)$/m.exec(found.stdout) ?? [];
    const again = npm('npm', replay.split(' '), { cwd: projectRoot });
    expect(again.status).toBe(1);
    expect(again.stdout).toContain('check: planted: 3 Ps\n');
    const toRun = /^npx gcsim (run - .*) <<'END'\n([\s\S]*?)^END$/m;
    const [shown, options = '', text = ''] = toRun.exec(found.stdout) ?? [];
    expect(again.stdout).toContain(shown);

    // And gcsim runs what is printed, in which there is nothing left to leave out.
    const argv = options.replaceAll("'", '').split(' ');
    const { code, stdout } = await command(argv, { stdin: text });
    expect(code).toBe(0);
    expect(stdout).toContain(' · 3 procs on 1 core · GOGC 100 · seed 0 ');
    const { groups } = gcsim.parseWorkload(text, 'shrunk.yaml');
    expect(groups.map(({ count, body }) => [count, body.times, body.steps.length])).toEqual([
      [1, 1, 1],
    ]);
  });

  test('a replay of a run with which nothing is wrong says so', () => {
    const { status, stdout } = soak('--replay', `${seedOf(9, 0)}:0`);
    expect(status).toBe(0);
    const trial = trialAt(trials, { seed: seedOf(9, 0), path: '0' });
    expect(stdout).toBe(`nothing is wrong with ${commandOf(trial)}\n`);
  });

  testSignals.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it with what was found so far', async (signal, expected) => {
    const child = spawn(process.execPath, [script, '--minutes', '60', '--seed', '9'], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout === '') child.kill(signal);
      stdout += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(expected);
    expect(stdout).toMatch(/^soak: --seed 9, .*\n[\d,]+ runs? in /);
  });

  test.each([
    [['--minutes', '1', '--runs', '1'], '--minutes and --runs exclude one another'],
    [['--runs', '1.5'], '--runs must be a number up to 1000000000, found "1.5"'],
    [['--minutes', '0'], '--minutes must be a number up to 1000000, found "0"'],
    [['--replay', '5'], '--replay takes seed:path, as it was printed, found "5"'],
    [['--replay', '5:0:9999'], 'nothing is drawn at 5:0:9999'],
    [['--check', 'nowhere.js'], '--check nowhere.js: '],
    [['--check', 'test/soak/trial.js'], '--check test/soak/trial.js: it exports no "check"'],
    [['--frobnicate'], "Unknown option '--frobnicate'"],
  ])('%j is wrong use', (args, message) => {
    const { status, stdout, stderr } = soak(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`soak: ${message}`);
  });
});

describe('a trial', () => {
  test('is drawn again by its seed, and shrunk by its path', async () => {
    let shrunk = 0;
    for (let seed = 1; seed <= 12; seed++) {
      let first: Trial | undefined;
      const property = fc.property(trials, (trial) => {
        first ??= trial;
        return trial.procs < 3;
      });
      const { failed, counterexample, counterexamplePath } = fc.check(property, {
        seed,
        path: '0',
        numRuns: 1,
      });
      expect(trialAt(trials, { seed, path: '0' })).toEqual(first);
      if (!failed) continue;
      const path = counterexamplePath ?? '';
      expect(trialAt(trials, { seed, path })).toEqual(counterexample?.[0]);
      if (path.includes(':')) shrunk++;
    }
    expect(shrunk).toBeGreaterThan(3);
  });

  test('draws all releases, mechanisms, and both sides of the contrast', () => {
    const drawn = fc.sample(trials, { numRuns: 1000, seed: 1 });
    const seen = (values: (trial: Trial) => string[]) => new Set(drawn.flatMap(values));
    expect(seen(({ release }) => [release]).size).toBe(gcsim.releases.length);
    const choices = gcsim.mechanismNames.flatMap((mechanism) =>
      gcsim.mechanismChoices[mechanism].map((choice) => `${mechanism}=${choice}`),
    );
    const set = seen(({ mechanisms }) =>
      Object.entries(mechanisms).map(([mechanism, choice]) => `${mechanism}=${choice}`),
    );
    expect([...set].sort()).toEqual([...choices].sort());
    const contrasts = seen((trial) => [String(optionsOf(gcsim, trial).workbufContrast)]);
    expect([...contrasts].sort()).toEqual(['off', 'on', 'undefined']);
  });
});

describe('a run is looked at from all sides', () => {
  const kinds = (library: typeof gcsim, trial = small, again = false): string[] =>
    examine(library, trial, { again }).complaints.map(({ kind }) => kind);
  interface Changes {
    step?: gcsim.Simulation['step'];
    totals?: gcsim.Simulation['totals'];
    nowNs?: () => number;
    /** What the program has allocated so far. */
    allocatedBytes?: () => number;
  }
  /** gcsim, with its simulations changed. */
  const withSimulation = (
    change: (
      simulation: gcsim.Simulation,
      how: { run: number; options: gcsim.SimOptions },
    ) => Changes,
  ): typeof gcsim => {
    let run = 0;
    return {
      ...gcsim,
      createSimulation(workload, options): gcsim.Simulation {
        const simulation = gcsim.createSimulation(workload, options);
        const { alloc } = runtimeOf(simulation);
        const changed = change(simulation, { run: run++, options });
        return {
          step: changed.step ?? ((events) => simulation.step(events)),
          totals: changed.totals ?? (() => simulation.totals()),
          cyclesDone: 0,
          get nowNs() {
            return changed.nowNs?.() ?? simulation.nowNs;
          },
          rt: {
            alloc: {
              get allocatedBytes() {
                return changed.allocatedBytes?.() ?? alloc.allocatedBytes;
              },
            },
          },
        } as gcsim.Simulation;
      },
    };
  };
  /** Numbers that go up by so much each time. */
  const growing = (by: number) => {
    let value = 0;
    return () => {
      value += by;
      return value;
    };
  };

  test('and there is nothing wrong with it', () => {
    const { complaints, collections, events } = examine(gcsim, small, { again: true });
    expect(complaints).toEqual([]);
    expect(collections).toBeGreaterThan(3);
    expect(events).toBeGreaterThan(100);
  });

  const goesOn = (): boolean => true;

  test.each<[string, RegExp, Changes]>([
    ['no time passes', /^in 80000 events 0 ns passed, at 5 ns$/, { nowNs: () => 5 }],
    [
      'the program does nothing',
      /^nothing was allocated since \d+ ns, at \d+ ns$/,
      { nowNs: growing(1e9), allocatedBytes: () => 5 },
    ],
  ])('a hang: %s', (_, message, changes) => {
    const library = withSimulation(() => ({ ...changes, step: goesOn }));
    const { complaints } = examine(library, small, { again: false });
    expect(complaints).toEqual([{ kind: 'hang', message: expect.stringMatching(message) }]);
  });

  test.each([
    ['that nobody asked for', { forced: false }, ['hang']],
    ['that the program asked for', { forced: true }, []],
    ['after two minutes', { forced: false, periodic: true }, []],
  ])('collections and nothing allocated, %s', (_, flags, expected) => {
    // As many in a row as all goroutines together could not start, and then some allocation.
    let left = 1500;
    const library = withSimulation((__, { options }) => ({
      nowNs: growing(1e6),
      allocatedBytes: () => (left > 0 ? 5 : 6),
      step() {
        for (; left > 0; left--) options.onCycle?.(aCycle(flags));
        return false;
      },
    }));
    const { complaints } = examine(library, small, { again: false });
    expect(complaints.map(({ kind }) => kind).filter((kind) => kind === 'hang')).toEqual(expected);
  });

  test('a long run in which the program gets on is cut off, and is no fault', () => {
    const library = withSimulation(() => ({
      step: goesOn,
      nowNs: growing(1e6),
      allocatedBytes: growing(1),
    }));
    expect(examine(library, small, { again: true })).toMatchObject({ complaints: [], isCut: true });
  });

  test('an exception, and an invariant, with the place where they were thrown', () => {
    for (const [error, kind] of [
      [new TypeError('x is undefined'), 'exception'],
      [new gcsim.InvariantError('x is -1'), 'invariant'],
    ] as const) {
      const library = withSimulation(() => ({
        step() {
          throw error;
        },
      }));
      const { complaints } = examine(library, small, { again: false });
      expect(complaints).toEqual([{ kind, message: error.message, stack: error.stack }]);
    }
  });

  test('a workload that is refused', () => {
    expect(kinds(gcsim, { ...small, text: 'kinds: {}' })).toEqual(['refused']);
  });

  test('a run that ends for no reason', () => {
    const library = withSimulation((simulation) => ({
      totals: () => ({ ...simulation.totals(), ended: 'deadlock' }),
    }));
    expect(kinds(library)).toEqual(['law']);
  });

  test('time of the Ps that does not add up', () => {
    const library = withSimulation((simulation) => ({
      totals() {
        const totals = simulation.totals();
        return { ...totals, cpu: { ...totals.cpu, idleNs: totals.cpu.idleNs + 10 } };
      },
    }));
    expect(kinds(library)).toEqual(['law']);
  });

  test('a second run that is another', () => {
    const library = withSimulation((simulation, { run }) => ({
      totals: () => ({ ...simulation.totals(), digest: String(run) }),
    }));
    expect(kinds(library)).toEqual([]);
    expect(kinds(library, small, true)).toEqual(['again']);
    const sameEvents = withSimulation((simulation, { run }) => ({
      totals: () => ({ ...simulation.totals(), heapSysFinalBytes: run }),
    }));
    expect(kinds(sameEvents, small, true)).toEqual(['again']);
  });

  test('a line that the reader does not read', () => {
    const library: typeof gcsim = {
      ...gcsim,
      formatCycle: (cycle, family) => gcsim.formatCycle(cycle, family).replace(' MB goal', ''),
    };
    expect(new Set(kinds(library))).toEqual(new Set(['trace']));
  });

  const figures = [
    ...['n', 'procs', 'gcCpuFraction', 'startNs', 'sweepTermNs', 'markNs', 'markTermNs'],
    ...['sweepTermCpuNs', 'assistNs', 'backgroundNs', 'idleNs', 'markTermCpuNs'],
    ...['heapStartBytes', 'heapEndBytes', 'heapMarkedBytes', 'heapGoalBytes'],
  ] as const;
  /** gcsim, whose reader changes what it read of the first collection. */
  const withReader = (change: (cycle: gcsim.GcCycle) => Partial<gcsim.GcCycle>): typeof gcsim => ({
    ...gcsim,
    readTrace(log) {
      const found = gcsim.readTrace(log);
      const [first, ...rest] = found.cycles;
      return first === undefined
        ? found
        : { ...found, cycles: [{ ...first, ...change(first) }, ...rest] };
    },
  });

  test.each(figures)('another %s than that of the simulation', (name) => {
    for (const factor of [-1, 1]) {
      // As much as the next figure that a line could have in its place.
      const step = name.endsWith('Bytes') ? 2 ** 20 : name.endsWith('Ns') ? 1e6 : 1;
      const library = withReader((cycle) => ({ [name]: (cycle[name] ?? 0) + factor * step }));
      expect(kinds(library), `${factor}`).toEqual(['trace']);
    }
  });

  test('another flag, or a figure of the pacer', () => {
    expect(kinds(withReader(({ forced }) => ({ forced: !forced })))).toEqual(['trace']);
    expect(kinds(withReader(() => ({ periodic: true })))).toEqual(['trace']);
    expect(kinds(withReader(() => ({ pacer: {} })))).toEqual(['trace', 'trace']);
    const library = withReader(({ pacer }) => ({
      pacer: { ...pacer, start: { ...pacer?.start, assistRatio: 12 } as gcsim.PacerStart },
    }));
    expect(kinds(library)).toEqual(['trace']);
  });

  test('faults are told apart by their words, not by their numbers', () => {
    const [a, b] = ['collection 6: x is -12.5', 'collection 71: x is NaN'].map((message) =>
      faultOf({ kind: 'law', message }),
    );
    expect(a).toBe('law: collection #: x is #');
    expect(b).toBe(a);
    expect(faultOf({ kind: 'trace', message: 'collection 6: x is 1' })).not.toBe(a);
    expect(faultOf({ kind: 'law', message: 'collection 6: y is 1' })).not.toBe(a);
  });
});

describe('threads', () => {
  /** One thread with a further check. */
  function threadWith(check: string, stuckMs: number): Threads {
    const file = join(temporaryFolder(), 'check.mjs');
    writeFileSync(file, `export const check = ({ trial }) => { ${check}; return []; };\n`);
    const library = pathToFileURL(join(projectRoot, 'dist/gcsim.js')).href;
    const threads = new Threads(1, { library, checkFile: pathToFileURL(file).href, stuckMs });
    onTestFinished(() => threads.close());
    return threads;
  }
  const bad = { trial: { ...small, seed: 2 }, again: false };
  const good = { trial: small, again: false };

  test('one that never comes back is stuck', async () => {
    const threads = threadWith('for (;;);', 3000);
    const { complaints } = await threads.run(good);
    expect(complaints.map(({ kind }) => kind)).toEqual(['stuck']);
  });

  test('one that ends is lost, and another takes its place', async () => {
    const threads = threadWith('if (trial.seed === 2) process.exit(3)', 100_000);
    const [first, second] = await Promise.all([threads.run(bad), threads.run(good)]);
    expect(first.complaints).toMatchObject([{ kind: 'lost', message: 'the thread ended with 3' }]);
    expect(second.complaints).toEqual([]);
    expect(second.collections).toBeGreaterThan(3);
  });
});

test('runs of a soak, and soaks, have seeds of their own', () => {
  const seeds = [1, 2].flatMap((base) =>
    Array.from({ length: 5000 }, (_, run) => seedOf(base, run)),
  );
  expect(new Set(seeds).size).toBe(seeds.length);
  expect(Math.min(...seeds)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...seeds)).toBeLessThan(2 ** 31);
});
