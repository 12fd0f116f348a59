/** `gcsim check`: which limits are kept, and what is wrong with a budget file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parseBudget } from '../../src/cli/budgetfile.ts';
import { projectRoot } from '../support/tree.ts';
import { gcsim, temporaryFolder } from './capture.ts';

/** Pauses to 48 ms, assists of 18.6 %, an overshoot of 5.1 % (95th percentile). */
const assist = join(projectRoot, 'test', 'conformance', '1.19', 'tree-assist.log');

const threeBroken = `name: tree
description: what a tree may cost
limits:
  - overshoot.p95 <= 1%
  - pause.max <= 1ms
  - gcCpu <= 90%
  - 'assist.share <= 5%'
`;

function folderWith(files: Record<string, string>): string {
  const cwd = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  return cwd;
}

async function check(budget: string, ...argv: string[]) {
  const cwd = folderWith({ 'budget.yaml': budget });
  const captured = await gcsim(['check', 'budget.yaml', ...argv], { cwd });
  return { ...captured, cwd };
}

describe('limits', () => {
  test('all that are broken are listed, and the exit code is 1', async () => {
    const { code, stdout, stderr } = await check(threeBroken, assist);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const failed = stdout.split('\n').filter((line) => line.startsWith('FAILED'));
    expect(failed).toEqual([
      expect.stringMatching(/overshoot\.p95 <= 1% +5\.1 %/),
      expect.stringMatching(/pause\.max <= 1ms +48 ms/),
      expect.stringMatching(/assist\.share <= 5% +18\.6 %/),
    ]);
    expect(stdout).toMatch(/^ok +gcCpu <= 90% +42\.8 %/m);
    expect(stdout).toContain('3 of 4 limits fail');
  });

  test('where all are kept, the exit code is 0', async () => {
    const { code, stdout } = await check('limits: [pause.max <= 1s, collections >= 1]', assist);
    expect(code).toBe(0);
    expect(stdout).toContain('All 2 limits hold.');
  });

  test('of a figure that a log does not have: it cannot be decided, and fails', async () => {
    const { code, stdout } = await check('limits: [gcSys.peak <= 12MiB]', assist);
    expect(code).toBe(1);
    expect(stdout).toContain('UNKNOWN');
  });

  test('each seed of a workload has to keep them', async () => {
    const budget = 'limits: [gcSys.peak <= 12MiB, pause.max <= 1us]';
    const { code, stdout } = await check(budget, 'init1', '--seeds', '3', '--cycles', '20');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^init1 · Go 1\.9 · 4 procs · at most 20 collections · 3 samples$/m);
    expect(stdout).toContain('3 of 3 samples break it');
  });
});

describe('limits of changes', () => {
  const budget = 'limits: [compare.gcCpu.regression <= 3%]';

  test('a regression is broken, against the base that is named', async () => {
    const cwd = folderWith({ 'budget.yaml': budget });
    const json = ['--cycles', '400', '--seeds', '5', '--json'];
    await gcsim(['run', 'init1', ...json, 'old.json'], { cwd });
    await gcsim(['run', 'init1', '--procs', '2', '--gogc', '25', ...json, 'new.json'], { cwd });
    const argv = ['check', 'budget.yaml', 'new.json', '--base', 'old.json'];
    const { code, stdout, stderr } = await gcsim(argv, { cwd });
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED .*worse/);
    // What makes the sides hard to compare is told.
    expect(stderr).toContain('GOMAXPROCS');
    const same = await gcsim(['check', 'budget.yaml', 'old.json', '--base', 'old.json'], { cwd });
    expect(same.code).toBe(0);
    expect(same.stderr).toContain(
      'warning: given on both sides: old.json, seed 1, old.json, seed 2',
    );
  });

  test('--seeds is refused where there is nothing to run, and is for the base too', async () => {
    const logs = await check(budget, assist, '--base', assist, '--seeds', '3');
    expect(logs).toMatchObject({ code: 2, stdout: '' });
    expect(logs.stderr).toContain('--seeds: there is no workload to run, only files');
    const argv = ['--base', 'init1', '--seeds', '2', '--format', 'junit'];
    const run = await check('limits: [compare.gcCpu.regression <= 3%]', assist, ...argv);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('2 base samples and 1 head sample');
  });

  test('without a base they cannot be checked', async () => {
    const { code, stderr } = await check(budget, assist);
    expect(code).toBe(2);
    expect(stderr).toContain('needs something to compare with');
    expect(stderr).toContain('--base');
  });
});

describe('output', () => {
  test('JSON has every limit, and standard error what fails', async () => {
    const { code, stdout, stderr } = await check(threeBroken, assist, '--json', '-');
    expect(code).toBe(1);
    const { budget, limits, failed } = JSON.parse(stdout) as {
      budget: string;
      limits: { status: string }[];
      failed: number;
    };
    expect({ budget, failed }).toEqual({ budget: 'tree', failed: 3 });
    expect(limits.map(({ status }) => status)).toEqual(['broken', 'broken', 'holds', 'broken']);
    expect(stderr.match(/^error: the limit ".*" is broken/gm)).toHaveLength(3);
  });

  test('JUnit has a failure for each broken limit', async () => {
    const { stdout } = await check(threeBroken, assist, '--format', 'junit');
    expect(stdout).toMatch(/<testsuites name="gcsim" tests="4" failures="3"/);
  });

  test('Markdown goes to a file beside the text', async () => {
    const { stdout, cwd } = await check(threeBroken, assist, '--markdown', 'a.md');
    expect(stdout).toContain('FAILED');
    expect(readFileSync(join(cwd, 'a.md'), 'utf8')).toContain('pause.max');
  });
});

describe('budget files', () => {
  test.each([
    ['limits:\n  - overshoot.p59 <= 1%\n', '2:5', 'unknown metric "overshoot.p59"'],
    ['limits:\n  - "pause.max <= 1"\n', '2:19', 'must be'],
    ['limits:\n  - pause.max = 1ms\n', '2:15', 'unknown operator "="'],
    ['limits:\n  - pause.max < 0ms\n', '2:17', 'can never hold'],
    ['limits:\n  - pause.max <= 1ms\n  - pause.max > 2ms\n', '3:5', 'no run can keep both'],
    ['limits:\n  - 5\n', '2:5', 'a limit must be a text'],
    ['limits:\n  - { pause.max: 1ms }\n', '2:5', 'a limit must be a text'],
    ['limits: pause.max <= 1ms\n', '1:9', '"limits" must be a list'],
    ['limits: []\n', '1:9', '"limits" must be a list'],
    ['limits:\n', '1:1', '"limits" must be a list'],
    ['name: x\n', '1:1', 'there are no "limits"'],
    ['- pause.max <= 1ms\n', '1:1', 'must be a map with "limits"'],
    ['limit:\n  - pause.max <= 1ms\n', '1:1', 'has no key "limit"'],
    ['name: [1]\nlimits: [pause.max <= 1ms]\n', '1:7', '"name" must be a text'],
    ['limits: [\n', '2:1', 'not valid YAML'],
    ['# nothing\n', '1:1', 'expected "limits"'],
    ['limits: !!seq [pause.max <= 1ms]\n', '1:15', 'not part of a budget file'],
    ['limits: [pause.max <= 1ms]\n---\na: 1\n', '2:1', 'a budget file holds one'],
    ['<<: 1\nlimits: [pause.max <= 1ms]\n', '1:1', 'not part of a budget file'],
  ])('%j', async (text, place, message) => {
    const { code, stdout, stderr } = await check(text, assist);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`budget.yaml:${place}: error: `);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('workload');
  });

  test('all that is wrong is said', async () => {
    const { stderr } = await check('nmae: x\nlimits:\n  - foo <= 1\n  - pause.max <= 1\n', assist);
    expect(stderr.match(/error:/g)).toHaveLength(3);
  });

  test('one that is not there, and one that is no text', async () => {
    const missing = await gcsim(['check', 'nothing.yaml', assist]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('cannot read the budget "nothing.yaml"');
    const twice = await gcsim(['check', '-', '-']);
    expect(twice.stderr).toContain('standard input is named twice');
  });

  test('from standard input', async () => {
    const { code } = await gcsim(['check', '-', assist], { stdin: threeBroken });
    expect(code).toBe(1);
  });

  test('the schema takes what is taken, and refuses what is refused', () => {
    const path = join(projectRoot, 'schema', 'budget.schema.json');
    const schema = JSON.parse(readFileSync(path, 'utf8')) as object;
    const validate = new Ajv2020({ strict: true }).compile(schema);
    const limits = ['overshoot.p95 <= 10%', 'gcSys.peak<=12 MiB', 'compare.gcCpu.regression < 3%'];
    const { limits: read } = parseBudget(`limits: ${JSON.stringify(limits)}`, 'budget.yaml');
    expect(read).toHaveLength(3);
    expect(validate({ name: 'a', description: 'b', limits }), String(validate.errors)).toBe(true);
    for (const wrong of [
      {},
      { limits: [] },
      { limits: ['pause.max'] },
      { limits: ['pause.max = 1ms'] },
      { limits: [3] },
      { limits, nmae: 'x' },
    ]) {
      expect(validate(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });
});
