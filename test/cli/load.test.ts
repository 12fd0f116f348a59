/** The command line as it is shipped: bundled, with its code cache and the built-in workloads compiled. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtinNames } from '../../src/cli/builtin.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import { projectRoot } from '../support/tree.ts';
import { build, temporaryFolder } from './capture.ts';

const folder = join(projectRoot, 'dist', 'cli');
const loader = join(projectRoot, 'bin', 'load.js');

beforeAll(build);

/** What a program of Node's prints. The tests' own flags would not let V8 take a code cache. */
function print(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout + stderr;
}

function filesOf(place: string, ending: string): string[] {
  return readdirSync(place).filter((name) => name.endsWith(ending));
}

test('all of the bundle is CommonJS, and can be loaded', () => {
  const names = filesOf(folder, '.js');
  expect(names).toContain('main.js');
  const program = `
    const { Bundle } = require(${JSON.stringify(loader)});
    const bundle = new Bundle(${JSON.stringify(folder)});
    for (const name of ${JSON.stringify(names)}) bundle.load(name);
    console.log(bundle.scripts.size);
  `;
  expect(print(['-e', program])).toBe(`${names.length}\n`);
  for (const name of names) {
    expect(readFileSync(join(folder, name), 'utf8'), name).not.toMatch(/\bimport\(/);
  }
});

test('the licenses of what is bundled are there', () => {
  const licenses = readFileSync(join(folder, 'LICENSES.txt'), 'utf8');
  for (const name of ['chalk', 'cli-table3', 'commander', 'csv-stringify', 'yaml']) {
    expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
  }
});

// The tag changes with every flag of V8 that does.
test('V8 optimises as usual once a run is no longer a short one', () => {
  const program = `
    const { cachedDataVersionTag } = require('node:v8');
    const { optimizePatiently } = require(${JSON.stringify(loader)});
    const tags = [cachedDataVersionTag()];
    const optimizeAsUsual = optimizePatiently();
    tags.push(cachedDataVersionTag());
    optimizeAsUsual();
    tags.push(cachedDataVersionTag());
    console.log(tags[0] === tags[1], tags[0] === tags[2]);
  `;
  const [release = ''] = process.versions.node.split('.');
  const isKnown = release === '20' || release === '22';
  expect(print(['-e', program])).toBe(`${!isKnown} true\n`);
});

describe('the code cache', () => {
  test('is what V8 takes', () => {
    const program = `
      const vm = require('node:vm');
      const scripts = new Map();
      vm.Script = class extends vm.Script {
        constructor(text, options) {
          super(text, options);
          scripts.set(options.filename, this);
        }
      };
      const { load } = require(${JSON.stringify(loader)});
      load('main.js');
      load('seedworker.js');
      console.log(scripts.size > 2);
      for (const [name, script] of scripts) {
        if (script.cachedDataRejected !== false) console.log(name);
      }
    `;
    expect(print(['-e', program])).toBe('true\n');
  });

  test('changes nothing, nor does it matter where it is missing or cut off', () => {
    const copy = temporaryFolder();
    for (const name of ['bin', 'dist', 'package.json', 'workloads']) {
      cpSync(join(projectRoot, name), join(copy, name), { recursive: true });
    }
    const argv = [join(copy, 'bin', 'gcsim.js'), 'run', 'init1', '--cycles', '20'];
    const withIt = print(argv);
    expect(withIt).toContain('gc 20 @');
    const place = join(copy, 'dist', 'cli');
    const caches = filesOf(place, '.cache').map((name) => join(place, name));
    expect(caches.length).toBeGreaterThan(1);
    for (const path of caches) truncateSync(path, 100);
    expect(print(argv)).toBe(withIt);
    for (const path of caches) rmSync(path);
    expect(print(argv)).toBe(withIt);
  });
});

describe('a built-in workload', () => {
  const texts = builtinNames().map((name) => {
    return { name, text: readFileSync(join(projectRoot, 'workloads', `${name}.yaml`), 'utf8') };
  });

  test.each(texts)('$name is compiled as its file says', ({ name, text }) => {
    const compiled = readFileSync(join(folder, 'workloads', `${name}.json`), 'utf8');
    expect(JSON.parse(compiled)).toEqual(parseWorkload(text, `${name}.yaml`));
  });

  // So nothing need be checked when it is run.
  test.each(texts)('$name is sound under whatever settings', ({ name, text }) => {
    for (const procs of [1, 256]) {
      for (const gcPercent of [-1, 1, 100_000]) {
        for (const durationNs of [1, undefined, 24 * 3600e9]) {
          const run = { procs, gcPercent, ...(durationNs !== undefined && { durationNs }) };
          expect(() => parseWorkload(text, `${name}.yaml`, { run })).not.toThrow();
        }
      }
    }
  });
});
