/** The package as others get it: packed, installed into an empty folder elsewhere, and run there. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from './support/npm.ts';
import { makeTempDir, removeDir } from './support/tempdir.ts';
import { projectRoot } from './support/tree.ts';

const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
/** Nobody listens there: what gets through without a registry needs none. */
const noRegistry = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };

/** The program in the README. */
function exampleOfReadme(): string {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const [, program = ''] = /```js\n([^`]*`[^`]*`[^`]*)```/.exec(readme) ?? [];
  expect(program).toContain(`from 'gcsim'`);
  return program;
}

describe('the packed package, in an empty folder', () => {
  let folder = '';

  beforeAll(() => {
    folder = makeTempDir();
    const packed = run('npm', ['pack', '--pack-destination', folder], { cwd: projectRoot });
    expect(packed.status, packed.stderr).toBe(0);
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
    expect(tarball).toBe(`gcsim-${version}.tgz`);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`];
    const installed = run('npm', args, { cwd: folder });
    expect(installed.status, installed.stderr).toBe(0);
  }, 300_000);

  afterAll(() => removeDir(folder));

  test('holds what is needed to run it, and nothing of how it is made', () => {
    const content = readdirSync(join(folder, 'node_modules', 'gcsim'));
    expect(content.sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'LICENSE',
      'README.md',
      'bin',
      'dist',
      'docs',
      'package.json',
      'schema',
      'workloads',
    ]);
    expect(existsSync(join(folder, 'node_modules', 'gcsim', 'dist', '.made-from'))).toBe(false);
  });

  test('tells its version', () => {
    const { status, stdout, stderr } = run('npx', ['gcsim', '--version'], { cwd: folder });
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(`${version}\n`);
  });

  test('runs a workload: a gctrace line per collection, then the report', () => {
    const { status, stdout, stderr } = run('npx', ['gcsim', 'run'], { cwd: folder });
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/^gc 1 @\d+\.\d{3}s \d+%: .* ms clock, .* ms cpu, .* MB goal, \d+ P$/m);
    expect(stdout).toContain('GC bytes from system');
  });

  test('is a library, as the README shows it', () => {
    const program = `${exampleOfReadme()}\nconsole.log(cycles.length > 0, typeof assist, gcSys.peakBytes > 0, overshoot);`;
    writeFileSync(join(folder, 'program.mjs'), program);
    const options = { cwd: folder, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], options);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^true object true \{/);
  });

  test('gives its types to a TypeScript program', () => {
    const program = [
      exampleOfReadme(),
      `const median: number | undefined = overshoot.medianRatio;`,
      `const report: string = renderRun({ run: anyRun(), summary: summarize(cycles), heap: [] }, {});`,
      `export const all: unknown[] = [median, report, assist.cpuNs, gcSys.peakBytes];`,
      `import { type RunInfo, renderRun } from 'gcsim';`,
      `declare function anyRun(): RunInfo;`,
      `// @ts-expect-error: there is no such export, so the types are not "any"`,
      `export { noSuchExport } from 'gcsim';`,
    ].join('\n');
    writeFileSync(join(folder, 'program.mts'), program);
    // Neither Node's types nor those of our dependencies are there, and declarations are checked as well.
    expect(existsSync(join(folder, 'node_modules', '@types'))).toBe(false);
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
    const args = [compiler, ...options, 'program.mts'];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(status, stdout).toBe(0);
  });
});

test('npx gcsim in the top of the project itself runs this project, and asks no registry', () => {
  const folder = makeTempDir();
  try {
    const { status, stdout, stderr } = run('npx', ['gcsim', '--version'], {
      cwd: projectRoot,
      env: { ...noRegistry, npm_config_cache: folder },
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toBe(`${version}\n`);
  } finally {
    removeDir(folder);
  }
});
