/** The command line does nothing that a program could not do with the library. */
import ts from 'typescript';
import { expect, test } from 'vitest';
import * as library from '../../src/gcsim.ts';
import { parseSource } from '../support/tidy.ts';
import { projectTexts } from '../support/tree.ts';

/** Names that src/cli takes from outside of itself at run time. */
function namesUsedByCli(): string[] {
  const names = new Set<string>();
  for (const { path, text } of projectTexts().filter(({ path }) => path.startsWith('src/cli/'))) {
    const { tree } = parseSource(path, text);
    for (const statement of tree.statements) {
      if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue;
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      const bindings = statement.importClause?.namedBindings;
      if (!from.startsWith('../') || bindings === undefined || !ts.isNamedImports(bindings))
        continue;
      for (const name of bindings.elements) if (!name.isTypeOnly) names.add(name.name.text);
    }
  }
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Limits of what may be asked for, which the library checks itself; the words and the layout of messages and helps;
 * and what reads files, or is only asked of what the user types.
 */
const ownMatters = [
  ...['didYouMean', 'wrap', 'counted', 'countedPlainly', 'finish', 'visible'],
  ...['openInputs', 'isYearKnown', 'msNs'],
  ...['metricHint', 'regressionInWords', 'noWorseSide', 'pValue', 'visible', 'indented', 'assert'],
  ...['Source', 'readYaml'],
  ...['formatCount'],
];

test('what the command line calls, the library exports', () => {
  const missing = namesUsedByCli().filter(
    (name) => !(name in library) && !name.endsWith('Max') && !ownMatters.includes(name),
  );
  expect(missing).toEqual([]);
  expect(namesUsedByCli()).toContain('createSimulation');
});

test('the example of its documentation works', () => {
  const { optionsFor, parseWorkload, simulate, summarize } = library;
  const text = `
kinds: { node: { size: 64B, pointers: 24B } }
goroutines:
  - times: 100000
    steps: [alloc: { kind: node, count: 10, keep: latest }]
`;
  const workload = parseWorkload(text, 'my.yaml');
  const { cycles, totals } = simulate(workload, optionsFor(workload, { procs: 2, seed: 7 }));
  const { overshoot, assist, gcSys, collections } = summarize(cycles, totals);
  expect(collections).toBe(cycles.length);
  expect(collections).toBeGreaterThan(3);
  expect(overshoot.maxRatio).toBeGreaterThanOrEqual(0);
  expect(assist.cpuNs).toBeGreaterThanOrEqual(0);
  expect(gcSys.peakBytes).toBeGreaterThan(0);
});

test('options: the caller goes before the workload, and that before the defaults', () => {
  const { defaultOptions, optionsFor, parseWorkload } = library;
  const text = `
run: { release: '1.6', procs: 2, seed: 9 }
kinds: { node: { size: 64B } }
goroutines: [{ times: 1, steps: [alloc: { kind: node }] }]
`;
  const workload = parseWorkload(text, 'my.yaml');
  expect(optionsFor(workload)).toEqual({
    ...defaultOptions,
    release: '1.6',
    procs: 2,
    cores: 2,
    seed: 9,
  });
  expect(optionsFor(workload, { procs: 8, seed: 1 })).toMatchObject({
    procs: 8,
    cores: 8,
    seed: 1,
  });
  expect(optionsFor(workload, { cores: 1 })).toMatchObject({ procs: 2, cores: 1 });
});
