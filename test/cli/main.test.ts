/** The command line as such: helps, usage errors, exit codes. What `gcsim run` does stands in run.test.ts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { projectRoot } from '../support/tree.ts';
import { captureIo, gcsim, golden, Sink } from './capture.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

describe('help and version', () => {
  test.each([
    ['help', ['--help']],
    ['help-analyze', ['analyze', '--help']],
    ['help-watch', ['watch', '--help']],
    ['help-explain', ['explain', '--help']],
    ['help-run', ['run', '--help']],
    ['help-compare', ['compare', '--help']],
    ['help-check', ['check', '--help']],
    ['help-workloads', ['workloads', '--help']],
    ['help-workloads-show', ['workloads', 'show', '--help']],
    ['help-releases', ['releases', '--help']],
    ['help-calibrate', ['calibrate', '--help']],
  ])('%s', async (name, argv) => {
    const { code, stdout, stderr } = await golden(name, argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test('gcsim help run is gcsim run --help', async () => {
    expect(await gcsim(['help', 'run'])).toEqual(await gcsim(['run', '--help']));
  });

  test.each([['--version'], ['-V'], ['run --version']])('gcsim %s', async (line) => {
    const printed = await gcsim(line.split(' '));
    expect(printed).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('without a command: the help on standard error, and 2', async () => {
    const { code, stdout, stderr } = await gcsim([]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe((await gcsim(['--help'])).stdout);
  });

  test('a help fits a narrow terminal', async () => {
    const stdout = new Sink();
    stdout.isTTY = true;
    stdout.columns = 60;
    await main(['run', '--help'], captureIo({ stdout }));
    for (const line of stdout.text.split('\n')) {
      // A command line is not divided.
      if (!line.startsWith('  gcsim ')) expect(line.length, line).toBeLessThanOrEqual(60);
    }
    expect(stdout.text).toContain('  gcsim run\n      init1 on Go 1.9\n');
  });
});

describe('the command line is wrong', () => {
  test.each([
    [
      'unknown command',
      'rnu',
      'gcsim has no command "rnu"',
      'did you mean run? commands of gcsim: analyze, watch, explain, run, compare, check, workloads, releases',
    ],
    [
      'unknown command, nothing near',
      'frobnicate',
      'gcsim has no command "frobnicate"',
      'commands of gcsim: analyze, watch, explain, run, compare, check, workloads, releases',
    ],
    [
      'unknown command of a command',
      'workloads shwo init1',
      'gcsim workloads has no command "shwo"',
      'did you mean show? commands of gcsim workloads: show',
    ],
    [
      'unknown option',
      'run --sede 3',
      'gcsim run has no option --sede',
      'did you mean --seed? options of gcsim run: --version, --go,',
    ],
    [
      'unknown option of gcsim',
      '--jsno',
      'gcsim has no option --jsno',
      'options of gcsim: --version, --help',
    ],
    [
      'unknown option of releases',
      'releases --jsno',
      'gcsim releases has no option --jsno',
      'did you mean --json?',
    ],
    ['no value', 'run --procs', "option '--procs <n>' argument missing", 'see gcsim run --help'],
    ['too many words', 'run a b', "too many arguments for 'run'", 'see gcsim run --help'],
    [
      'no name',
      'workloads show',
      "missing required argument 'name'",
      'see gcsim workloads show --help',
    ],
  ])('%s', async (_, line, message, hint) => {
    const { code, stdout, stderr } = await gcsim(line.split(' '));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr).toContain(`\n  hint: ${hint}`);
  });

  test('what comes from the command line cannot drive the terminal', async () => {
    const { stderr } = await gcsim(['run', '\u001b[31mred']);
    expect(stderr).not.toContain('\u001b');
  });
});

describe('workloads', () => {
  test('lists each on one line', async () => {
    const { stdout } = await golden('workloads', ['workloads']);
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual([...names].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1)));
    expect(names).toEqual(
      expect.arrayContaining(['init1', 'init1-long', 'big-slices', 'json', 'garbage', 'steady']),
    );
  });

  test('fits a narrow terminal', async () => {
    const stdout = new Sink();
    stdout.isTTY = true;
    stdout.columns = 50;
    await main(['workloads'], captureIo({ stdout }));
    for (const line of stdout.text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(50);
  });

  test('shows a file exactly as it is', async () => {
    const printed = await gcsim(['workloads', 'show', 'init1']);
    const stdout = readFileSync(join(projectRoot, 'workloads', 'init1.yaml'), 'utf8');
    expect(printed).toEqual({ code: 0, stdout, stderr: '' });
  });

  test.each(['inti1', '../package', 'init1.yaml', ''])(
    'has none that is called "%s"',
    async (name) => {
      const { code, stdout, stderr } = await gcsim(['workloads', 'show', name]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`there is no built-in workload "${name}"`);
      expect(stderr).toContain('built in: big-slices, burst,');
    },
  );
});

describe('releases', () => {
  test('prints a table', async () => {
    const { code } = await golden('releases', ['releases']);
    expect(code).toBe(0);
  });

  test('prints what changes, where the table does not fit the terminal', async () => {
    const stdout = new Sink();
    stdout.isTTY = true;
    stdout.columns = 60;
    await golden('releases-narrow', ['releases'], { stdout });
    for (const line of stdout.text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
  });

  test('prints JSON', async () => {
    const { stdout } = await gcsim(['releases', '--json']);
    const { schemaVersion, defaultRelease, mechanisms, releases } = JSON.parse(stdout);
    expect({ schemaVersion, defaultRelease }).toEqual({ schemaVersion: 1, defaultRelease: '1.9' });
    const names = mechanisms.map(({ name }: { name: string }) => name);
    for (const release of releases) expect(Object.keys(release.mechanisms)).toEqual(names);
    expect(stdout.indexOf('"schemaVersion"')).toBeLessThan(stdout.indexOf('"defaultRelease"'));
  });
});

test('an internal error tells all that is needed to see it again', async () => {
  let ms = 0;
  const nowMs = () => {
    ms++;
    if (ms > 4) throw new Error('the clock is broken');
    return ms;
  };
  const argv = ['run', 'init1', '--seed', '7', '--set', 'bg-credit=off'];
  const { code, stderr } = await gcsim(argv, { nowMs });
  expect(code).toBe(3);
  expect(stderr).toContain('gcsim: internal error: Error: the clock is broken\n    at ');
  expect(stderr).toContain('Please report it');
  expect(stderr).toContain(`gcsim ${version}, Node ${process.versions.node}`);
  expect(stderr).toContain('seed: 7\n');
  expect(stderr).toMatch(/ {2}at: init1 · .* simulated · \d+ collections\n/);
  expect(stderr).toContain('gcsim run init1 --seed 7 --set bg-credit=off\n');
});
