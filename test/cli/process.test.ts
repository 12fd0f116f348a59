/** The real binary in processes of its own: pipes, signals, and the same bytes each time. */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../support/tree.ts';
import { build, start, temporaryFolder } from './capture.ts';

const isWindows = process.platform === 'win32';
const hasBash = spawnSync('bash', ['--norc', '-c', 'true']).status === 0;
const testSignals = test.skipIf(isWindows); // Windows has no signals to send.
const testPipes = test.skipIf(!hasBash); // Without bash there is no pipefail.
const testFullDisk = test.skipIf(!existsSync('/dev/full')); // Only Linux has an always full device.
const binary = join(projectRoot, 'bin', 'gcsim.js');

beforeAll(build);

/** Long enough to be interrupted on any machine: five goroutines that go on for a simulated hour. */
const endless = `# endless
kinds:
  node: { size: 64B, pointers: 24B }
goroutines:
  - count: 4
    for: 1h
    steps:
      - alloc: { kind: node, count: 256, keep: latest }
`;

const gcLine = /^gc \d+ @\d+\.\d{3}s \d+%: .* MB goal, \d+ P( \(forced\))?$/;

/** Starts a run that goes on for long, and resolves once it has printed something. */
async function startLongRun(argv: string[]) {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'endless.yaml'), endless);
  const { child, done } = start(['run', 'endless.yaml', ...argv], { cwd });
  await new Promise((resolve) => child.stderr?.once('data', resolve));
  return { cwd, child, done };
}

describe('signals', () => {
  testSignals.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s in the middle of a run: %i, whole lines, no files', async (signal, expected) => {
    const { cwd, child, done } = await startLongRun(['--csv', 'a.csv', '--json', 'a.json']);
    expect(readdirSync(cwd).length).toBe(3);
    child.kill(signal);
    const { code, stdout, stderr } = await done;
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(readdirSync(cwd)).toEqual(['endless.yaml']);
    expect(stderr.endsWith('\n')).toBe(true);
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(gcLine);
  });

  testSignals('SIGINT while another output has standard output: whole lines', async () => {
    // Windows has no signals to send.
    const { child, done } = await startLongRun(['--json', '-']);
    child.kill('SIGINT');
    const { code, stdout } = await done;
    expect(code).toBe(130);
    expect(stdout).toMatch(/^\{\n {2}"schemaVersion": \d+,\n/);
    expect(stdout).toMatch(/\}\n$/);
  });
});

describe('pipes', () => {
  /** Runs a shell command in which $gcsim is the binary. */
  function shell(command: string, cwd: string) {
    const env = { PATH: process.env.PATH ?? '', gcsim: `${process.execPath} ${binary}` };
    const script = `set -o pipefail; ${command}`;
    return spawnSync('bash', ['--norc', '-c', script], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: 60_000,
    });
  }

  testPipes.each([
    ['$gcsim run --cycles 50 | head -1'],
    ['$gcsim run --cycles 50 2>&1 | head -3'],
    ['$gcsim run endless.yaml 2>&1 | head -3'],
    ['$gcsim run endless.yaml --json - | head -3'],
    ['$gcsim run endless.yaml --csv - 2>/dev/null | head -3'],
    ['$gcsim run endless.yaml --gctrace - | head -3'],
    ['$gcsim workloads | head -1'],
    ['$gcsim workloads show init1 | head -1'],
    ['$gcsim releases | head -1'],
    ['$gcsim run --help | head -1'],
    ['$gcsim run --cycles 500 --gctrace - | $gcsim analyze | head -1'],
    ['$gcsim run endless.yaml --gctrace - | $gcsim analyze --csv - | head -3'],
    ['$gcsim run endless.yaml --gctrace - | $gcsim analyze --json - | head -3'],
    ['$gcsim run endless.yaml --gctrace - | $gcsim watch - 2>/dev/null | head -3'],
    ['$gcsim explain | head -1'],
  ])('%s ends quietly', (command) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'endless.yaml'), endless);
    const { status, stdout, stderr } = shell(command, cwd);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
    for (const line of stderr.split('\n').slice(0, -1)) expect(line).toMatch(gcLine);
  });

  testPipes('a workload from a pipe', () => {
    const { status, stdout } = shell(
      '$gcsim workloads show init1 | $gcsim run - --cycles 2 --quiet --csv - | wc -l',
      temporaryFolder(),
    );
    expect({ status, lines: Number(stdout) }).toEqual({ status: 0, lines: 3 });
  });

  testFullDisk('a full disk is said', () => {
    const { status, stderr } = shell('$gcsim run --cycles 2 --quiet > /dev/full', projectRoot);
    expect(status).toBe(2);
    expect(stderr).toBe('error: cannot write to standard output: no space left on the device\n');
  });
});

describe('what comes out', () => {
  const argv = ['run', 'big-slices', '--cycles', '40'];

  test('has no colours in a pipe, and with FORCE_COLOR it has', async () => {
    const plain = await start(argv).done;
    expect(plain.stdout + plain.stderr).not.toContain('\u001b');
    const coloured = await start(argv, { env: { FORCE_COLOR: '1' } }).done;
    expect(coloured.stdout).toContain('\u001b[1m');
    const none = await start(argv, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).done;
    expect(none.stdout).toBe(plain.stdout);
  });

  test('--quiet leaves standard error empty', async () => {
    const { code, stdout, stderr } = await start([...argv, '--quiet']).done;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('GC bytes from system');
  });

  test('lines are streamed: the first is there long before the run ends', async () => {
    const { child, done } = await startLongRun([]);
    child.kill('SIGKILL');
    await done;
  });

  /** All that a run gives, on standard streams and in files. */
  async function everything(node?: string) {
    const cwd = temporaryFolder();
    const files = ['--json', 'a.json', '--csv', 'a.csv', '--gctrace', 'a.log'];
    const options = node === undefined ? { cwd } : { cwd, node };
    const { code, stdout, stderr } = await start([...argv, ...files], options).done;
    const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
    return { code, stdout, stderr, files: ['a.json', 'a.csv', 'a.log'].map(read) };
  }

  test('is the same in two processes', async () => {
    const first = await everything();
    expect(first.code).toBe(0);
    expect(await everything()).toEqual(first);
  });

  test('is the same on other majors of Node', async ({ skip }) => {
    const others = otherNodes();
    if (others.length === 0) skip('no other Node is installed; GCSIM_NODES may list some');
    const here = await everything();
    for (const { version, path } of others) {
      expect(await everything(path), `Node ${version}`).toEqual(here);
    }
  });
});

/** Other majors of Node on this machine that gcsim supports, one of each. */
function otherNodes(): { version: string; path: string }[] {
  const found = new Map<number, { version: string; path: string }>();
  for (const path of nodeCandidates()) {
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    const [, major = '', minor = ''] = /^v(\d+)\.(\d+)\./.exec(stdout ?? '') ?? [];
    const isSupported = Number(major) > 20 || (major === '20' && Number(minor) >= 19);
    const isOther = major !== process.versions.node.split('.')[0];
    if (status === 0 && isSupported && isOther && !found.has(Number(major))) {
      found.set(Number(major), { version: stdout.trim(), path });
    }
  }
  return [...found.values()];
}

/** Where version managers and distributions put them. */
function nodeCandidates(): string[] {
  const name = isWindows ? 'node.exe' : 'node';
  const home = homedir();
  const listed = (process.env.GCSIM_NODES ?? '').split(delimiter);
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  const managed = [
    [join(home, '.nvm', 'versions', 'node'), join('bin', name)],
    [join(home, '.local', 'share', 'fnm', 'node-versions'), join('installation', 'bin', name)],
    [join(home, '.volta', 'tools', 'image', 'node'), join('bin', name)],
    [join(home, '.asdf', 'installs', 'nodejs'), join('bin', name)],
    [join('/', 'usr', 'local', 'n', 'versions', 'node'), join('bin', name)],
    [join('/', 'opt'), join('bin', name)],
    [join('/', 'opt', 'hostedtoolcache', 'node'), join('x64', 'bin', name)],
  ].flatMap(([folder = '', below = '']) =>
    existsSync(folder) ? readdirSync(folder).map((version) => join(folder, version, below)) : [],
  );
  return [...new Set([...listed, ...onPath, ...managed])].filter(
    (path) => path !== '' && existsSync(path),
  );
}
