/** `gcsim run --seeds`: many runs in one process, and nothing different from one after the other. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { JobError, type RunJobs } from '../../src/cli/simjobs.ts';
import { build, captureIo, gcsim, Sink, start, temporaryFolder } from './capture.ts';

const testSignals = test.skipIf(process.platform === 'win32'); // Windows has no signals to send.

const small = `name: small
kinds: { node: { size: 64B, pointers: 24B } }
goroutines:
  - count: 2
    times: 2000
    steps: [alloc: { kind: node, count: 256, keep: latest }]
`;

/** Goes on for a simulated hour. */
const endless = small.replace('times: 2000', 'for: 1h');

function folder(): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'small.yaml'), small);
  writeFileSync(join(cwd, 'endless.yaml'), endless);
  return cwd;
}

interface SeedsJson {
  run: { workload: string; seed?: number };
  samples: { seed: number; summary: object }[];
}

describe('results', () => {
  test('are those of the runs one by one, in the order of the seeds', async () => {
    const cwd = folder();
    const argv = ['run', 'small.yaml', '--seeds', '3', '--seed', '7', '--json', '-'];
    const { code, stdout, stderr } = await gcsim(argv, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { samples } = JSON.parse(stdout) as SeedsJson;
    expect(samples.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    for (const { seed, summary } of samples) {
      const one = ['run', 'small.yaml', '--seed', `${seed}`, '--quiet', '--json', '-'];
      const alone = await gcsim(one, { cwd });
      expect((JSON.parse(alone.stdout) as { summary: object }).summary).toEqual(summary);
    }
  });

  test('the report has medians, CSV a row for each seed, and there are no gctrace lines', async () => {
    const cwd = folder();
    const argv = ['run', 'small.yaml', '--procs', '2', '--seeds', '6', '--csv', 'a.csv'];
    const { code, stdout, stderr } = await gcsim(argv, { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^small · Go 1\.9 · 2 procs\n6 seeds: 1 to 6\n/);
    expect(stdout).toMatch(/^pause\.max +\S+ µs/m);
    const rows = readFileSync(join(cwd, 'a.csv'), 'utf8').trimEnd().split('\n');
    expect(rows).toHaveLength(7);
    const columns = rows[0]?.trimEnd().split(',') ?? [];
    expect(columns.slice(0, 3)).toEqual(['seed', 'overshoot.median_share', 'overshoot.p95_share']);
    expect(columns).toContain('assist.share');
    expect(columns).not.toContain('interval_ns');
  });
});

describe('what is refused', () => {
  test.each([
    [['--seeds', '0'], '--seeds must be a whole number from 1 to 1000, found "0"'],
    [['--seeds', '3', '--contrast', 'assist'], '--seeds and --contrast do not go together'],
    [['--seeds', '3', '--gctrace', '-'], '--seeds and --gctrace do not go together'],
    [['--seeds', '3', '--gcpacertrace'], '--seeds and --gcpacertrace do not go together'],
    [['--seeds', '2', '--seed', '4294967295'], 'goes beyond the last seed'],
    [['--seeds', '2', '--go', '1.99'], '1.99'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await gcsim(['run', ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('what goes wrong in a run', () => {
  const rejecting =
    (error: Error): RunJobs =>
    () =>
      Promise.reject(error);

  test('a bug of ours comes out as one of this thread does, with the seed', async () => {
    const error = new JobError('InvariantError: credit\n    at drain (mark.ts:1:1)', 8);
    const { code, stderr } = await gcsim(['run', '--seeds', '3'], { runJobs: rejecting(error) });
    expect(code).toBe(3);
    expect(stderr).toContain('InvariantError: credit\n    at drain');
    expect(stderr).toContain('seed: 8');
    expect(stderr).toContain('gcsim run --seeds 3');
  });
});

test('a terminal shows how many are done and how long the rest takes', async () => {
  const stderr = new Sink();
  stderr.isTTY = true;
  let ms = 0;
  const io = { ...captureIo({ cwd: folder(), stderr, nowMs: () => (ms += 600) }), stderr };
  expect(await main(['run', 'small.yaml', '--seeds', '4', '--cycles', '5'], io)).toBe(0);
  expect(stderr.text).toMatch(/\[={15} {5}\] 3 of 4 runs · 75 % · \d+ s left/);
  expect(stderr.text.endsWith('\r\x1b[K')).toBe(true);
});

describe('threads', () => {
  beforeAll(build);

  test('give the same bytes as one thread', async () => {
    const cwd = folder();
    const argv = ['run', 'small.yaml', '--seeds', '5', '--json', '-'];
    const { code, stdout, stderr } = await start(argv, { cwd }).done;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe((await gcsim(argv, { cwd })).stdout);
  });

  test('compare and check run in them too', async () => {
    const cwd = folder();
    const argv = ['compare', 'small.yaml', '--seeds', '4', '--', '--procs', '2', '--json', '-'];
    const { code, stdout } = await start(argv, { cwd }).done;
    expect(code).toBe(0);
    expect(stdout).toBe((await gcsim(argv, { cwd })).stdout);
  });

  test('what they cannot run is said as usual, with the first seed that has it', async () => {
    const cwd = folder();
    // Garbage that is never collected grows beyond what the model holds, which only the run itself can tell.
    const text = small.replace('64B', '64MiB').replace('count: 256', 'count: 1');
    writeFileSync(join(cwd, 'large.yaml'), text);
    const argv = ['run', 'large.yaml', '--gogc', 'off', '--seeds', '3'];
    const { code, stderr } = await start(argv, { cwd }).done;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: with seed 1: the workload needs more memory/);
    expect(stderr).toBe((await gcsim(argv, { cwd })).stderr);
  });

  testSignals('Ctrl-C ends them: 130, and nothing half-written', async () => {
    const cwd = folder();
    const argv = ['run', 'endless.yaml', '--seeds', '4', '--json', 'a.json', '--csv', '-'];
    const { child, done } = start(argv, { cwd });
    while (readdirSync(cwd).length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await done;
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: '' });
    expect(readdirSync(cwd).sort()).toEqual(['endless.yaml', 'small.yaml']);
  });
});
