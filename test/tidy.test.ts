/** House rules that no linter knows. Each is tried on a small example first: a rule that cannot fail says nothing. */
import { describe, expect, test } from 'vitest';
import {
  fileNameComplaints,
  functionLengthComplaints,
  hostComplaints,
  importComplaints,
  isOfTheModel,
  lineComplaints,
  localeComplaints,
  mathComplaints,
  parseSource,
  type Source,
  skippedTestComplaints,
  sourceTagComplaints,
  unfinished,
  workplace,
} from './support/tidy.ts';
import { projectTexts } from './support/tree.ts';

const texts = projectTexts();
const sources = texts
  .filter(({ path }) => /^(src|bin|scripts|test)\/.*\.[jt]s$/.test(path))
  .map(({ path, text }) => parseSource(path, text));
const product = sources.filter(({ path }) => path.startsWith('src/'));
const model = product.filter(isOfTheModel);
const tests = sources.filter(({ path }) => path.startsWith('test/'));

/** Complaints about one invented file, without the file's name. */
function tried(
  rule: (sources: readonly Source[]) => string[],
  path: string,
  text: string,
): string[] {
  return rule([parseSource(path, text)]).map((line) => line.slice(path.length + 1));
}

test('the tree is read', () => {
  expect(product.length).toBeGreaterThan(4);
  expect(texts.map(({ path }) => path)).toContain('package.json');
});

describe('imports go one way only', () => {
  test('in the tree', () => {
    expect(importComplaints(product)).toEqual([]);
  });

  test.each([
    ['src/collector/gc.ts', `import { x } from '../trace/parse.ts';`],
    ['src/trace/parse.ts', `import type { X } from '../collector/gc.ts';`],
    ['src/sim/engine.ts', `export { x } from '../collector/gc.ts';`],
    ['src/analysis/summary.ts', `const x = await import('../report/text.ts');`],
    ['src/units.ts', `import { x } from './sim/prng.ts';`],
    ['src/report/text.ts', `let x: import('../cli/main.ts').Io;`],
    ['src/report/text.ts', `import { x } from '../gcsim.ts';`],
    ['src/gcsim.ts', `export { main } from './cli/main.ts';`],
    ['src/collector/gc.ts', `import yaml from 'yaml';`],
    ['src/workload/parse.ts', `import { readFileSync } from 'node:fs';`],
    ['src/cli/main.ts', `import { x } from '../../test/support/x.ts';`],
    ['src/cli/main.ts', `import x from 'left-pad';`],
    ['src/new/thing.ts', `import { x } from '../sim/prng.ts';`],
  ])('finds in %s: %s', (path, text) => {
    expect(tried(importComplaints, path, text)).toEqual([
      expect.stringMatching(/^1: must not import /),
    ]);
  });

  test.each([
    ['src/collector/gc.ts', `import { x } from '../workload/workload.ts';`],
    ['src/analysis/summary.ts', `import type { GcCycle } from '../cycle.ts';`],
    ['src/diagnostic.ts', `import { assert } from './assert.ts';`],
    ['src/workload/parse.ts', `import { parseDocument } from 'yaml';`],
    ['src/report/csv.ts', `import { stringify } from 'csv-stringify/sync';`],
    ['src/gcsim.ts', `export { simulate } from './collector/simulate.ts';`],
    ['src/cli/main.ts', `import { simulate } from '../gcsim.ts';`],
  ])('allows in %s: %s', (path, text) => {
    expect(tried(importComplaints, path, text)).toEqual([]);
  });
});

describe('the model knows no time, host or chance but its own', () => {
  test('in the tree', () => {
    expect(hostComplaints(model)).toEqual([]);
  });

  test.each([
    'const now = Date.now();',
    'const now = performance.now();',
    'const { platform } = process;',
    'setTimeout(f, 1);',
    'const f = async () => 1;',
    'export async function f() {}',
    'globalThis.Date;',
    `import { readFileSync } from 'node:fs';`,
    `const fs = await import('node:fs');`,
  ])('finds: %j', (text) => {
    expect(tried(hostComplaints, 'src/sim/a.ts', text)).not.toEqual([]);
  });

  test('leaves comments, strings and members of other names alone', () => {
    const text = `// Date\nconst x = { process: 'Date' };\ninterface Y { process: number }\nx.process;`;
    expect(tried(hostComplaints, 'src/sim/a.ts', text)).toEqual([]);
  });

  test('covers sim, collector and workload', () => {
    const paths = ['src/sim/a.ts', 'src/collector/a.ts', 'src/workload/a.ts', 'src/trace/a.ts'];
    const covered = paths.map((path) => isOfTheModel(parseSource(path, '')));
    expect(covered).toEqual([true, true, true, false]);
  });
});

describe('the model uses only arithmetic that is exact everywhere', () => {
  test('in the tree', () => {
    expect(mathComplaints(model)).toEqual([]);
  });

  test.each([
    'Math.random()',
    'Math.log(2)',
    'Math.hypot(1, 2)',
    `Math['exp'](1)`,
    'const { pow } = Math',
    '2 ** 0.5',
    'let x = 2; x **= 2',
  ])('finds: %j', (text) => {
    expect(tried(mathComplaints, 'src/sim/a.ts', text)).toHaveLength(1);
  });

  test('allows roots and rounding', () => {
    expect(tried(mathComplaints, 'src/sim/a.ts', 'Math.sqrt(Math.trunc(2.5)) * Math.PI')).toEqual(
      [],
    );
  });
});

describe('nothing depends on the locale', () => {
  test('in the tree', () => {
    expect(localeComplaints(sources)).toEqual([]);
  });

  test.each([`'a'.localeCompare('b')`, '(1).toLocaleString()', 'new Intl.NumberFormat()'])(
    'finds: %j',
    (text) => {
      expect(tried(localeComplaints, 'src/report/a.ts', text)).toHaveLength(1);
    },
  );
});

describe('a file is named after the one thing that it is about', () => {
  test('in the tree', () => {
    expect(fileNameComplaints(sources.map(({ path }) => path))).toEqual([]);
  });

  test('finds collections and barrels', () => {
    const paths = ['src/sim/index.ts', 'src/utils.ts', 'src/trace/types.ts', 'src/sim/engine.ts'];
    expect(fileNameComplaints(paths)).toHaveLength(3);
  });
});

describe('a function fits a screen', () => {
  const long = (lines: number) => `${'  f();\n'.repeat(lines - 2)}`;

  test('in the tree', () => {
    const shipped = sources.filter(({ path }) => !path.startsWith('test/'));
    expect(functionLengthComplaints(shipped)).toEqual([]);
  });

  test('finds one of 71 lines, and not one of 70', () => {
    const rule = functionLengthComplaints;
    const named = (lines: number) => `\nfunction f() {\n${long(lines)}}\n`;
    expect(tried(rule, 'src/a.ts', named(70))).toEqual([]);
    expect(tried(rule, 'src/a.ts', named(71))).toEqual([
      '2: a function of 71 lines; 70 fit a screen',
    ]);
    expect(tried(rule, 'src/a.ts', `const f = () => {\n${long(71)}};\n`)).toHaveLength(1);
    expect(tried(rule, 'src/a.ts', `class A {\n  f() {\n${long(71)}}\n}\n`)).toHaveLength(1);
  });

  test('allows a dispatcher that says so, if it is one', () => {
    const body = `switch (x) {\n${long(90)}}\n}`;
    const rule = functionLengthComplaints;
    expect(tried(rule, 'src/a.ts', `// A dispatcher.\nfunction f() {\n${body}\n`)).toEqual([]);
    expect(tried(rule, 'src/a.ts', `function f() {\n  // A dispatcher.\n${body}\n`)).toEqual([]);
    expect(tried(rule, 'src/a.ts', `class A {\n  // A dispatcher.\n  f() {\n${body}\n}`)).toEqual(
      [],
    );
    expect(tried(rule, 'src/a.ts', `function f() {\n${body}\n`)).toHaveLength(1);
    expect(tried(rule, 'src/a.ts', `// A dispatcher.\nfunction f() {\n${long(90)}}`)).toHaveLength(
      1,
    );
  });
});

describe('every constant of the model says where its value comes from', () => {
  test('in the tree', () => {
    const params = sources.filter(({ path }) => path === 'src/collector/params.ts');
    expect(sourceTagComplaints(params)).toEqual([]);
  });

  test.each([
    'export const a = 1;',
    '/** A slack. */\nexport const a = 1;',
    '// Source: Go 1.9, mgc.go.\nexport const a = 1;',
    '/** Source: Go 1.9. Assumed: nothing. */\nexport const a = 1;',
    'export interface Machine {\n  /** A cost. */\n  a: number;\n}',
  ])('finds: %j', (text) => {
    expect(tried(sourceTagComplaints, 'src/collector/params.ts', text)).toHaveLength(1);
  });

  test('is content with one tag, and does not ask for those of others', () => {
    const text = '/** A slack.\n * Calibrated: x.log. */\nexport const a = 1;\nconst b = 2;';
    expect(tried(sourceTagComplaints, 'src/collector/params.ts', text)).toEqual([]);
  });
});

describe('a test that is left out says why on the same line', () => {
  test('in the tree', () => {
    expect(skippedTestComplaints(tests)).toEqual([]);
  });

  test.each([
    `test.skip('a', f);`,
    `describe.only('a', f);`,
    `it.todo('a');`,
    `test.skipIf(x)('a', f);`,
    `test.concurrent.only('a', f);`,
  ])('finds: %j', (text) => {
    expect(tried(skippedTestComplaints, 'test/a.test.ts', text)).toHaveLength(1);
  });

  test('allows one with a reason', () => {
    const text = `test.skipIf(isWindows)('a', f); // Windows has no named pipes.`;
    expect(tried(skippedTestComplaints, 'test/a.test.ts', text)).toEqual([]);
  });
});

describe('nothing is left unfinished', () => {
  const what = 'finish it, or say with TODO what it waits for';

  test('in the tree', () => {
    expect(lineComplaints(texts, unfinished, what)).toEqual([]);
  });

  test('finds the mark', () => {
    const text = `a\n// ${'FIX'}${'ME'}: b\n`;
    expect(lineComplaints([{ path: 'a.md', text }], unfinished, what)).toHaveLength(1);
  });
});

describe('no file names a machine or a registry', () => {
  const what = 'names a place that others do not have';

  test('in the tree', () => {
    expect(lineComplaints(texts, workplace, what)).toEqual([]);
  });

  test.each([
    `see ${'/'}work/notes.md`,
    `'${'/'}root/.npmrc'`,
    `${'/'}home/me/x`,
    `https://${'registry'}.example.org/yaml`,
    `"${'resolved'}": "https://example.org"`,
  ])('finds: %j', (text) => {
    expect(lineComplaints([{ path: 'a.md', text }], workplace, what)).toHaveLength(1);
  });

  test('allows paths below the project', () => {
    const text = 'src/work/a.ts ../work/ https://go.dev/src/runtime/ ./root/';
    expect(lineComplaints([{ path: 'a.md', text }], workplace, what)).toEqual([]);
  });
});
