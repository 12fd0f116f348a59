/** The published JSON Schema: it is the parser's own, and accepts what the parser accepts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonSchema } from '../../src/workload/language.ts';
import { projectRoot } from '../support/tree.ts';
import { problemsOf } from './marked.ts';
import { builtinTexts, mutated } from './mutated.ts';

const path = join(projectRoot, 'schema', 'workload.schema.json');
const schema = JSON.parse(JSON.stringify(jsonSchema()));
const validate = new Ajv2020({ strictSchema: true, strictTypes: true, allErrors: true }).compile(
  schema,
);

function isValid(text: string): boolean {
  return validate(parse(text, { logLevel: 'silent', uniqueKeys: false }));
}

test('the published file is made from the language', async () => {
  await expect(`${render(schema)}\n`).toMatchFileSnapshot(path);
});

test('every key says what it is', () => {
  const nameless: string[] = [];
  walk(schema, (node, where) => {
    for (const [key, value] of Object.entries(node.properties ?? {})) {
      const { description, const: only } = value as Record<string, unknown>;
      if (typeof description !== 'string' && only === undefined) nameless.push(`${where}/${key}`);
    }
  });
  expect(nameless).toEqual([]);
});

describe('built-in workloads are valid', () => {
  test.each(readdirSync(join(projectRoot, 'workloads')).filter((name) => /yaml$/.test(name)))(
    '%s',
    (name) => {
      const text = readFileSync(join(projectRoot, 'workloads', name), 'utf8');
      isValid(text);
      expect(validate.errors).toBeNull();
    },
  );
});

const kinds = 'kinds: { node: { size: 64B, pointers: 24B }, text: { size: 32B } }\n';
const step = (text: string) => `${kinds}goroutines: [{ times: 1, steps: [${text}] }]`;
const structure = (text: string) => `${kinds}structures: { s: ${text} }`;
const run = (text: string) => `run: ${text}\nstructures: { s: { shape: bytes, size: 1B } }`;

describe('schema and parser agree', () => {
  test.each([
    structure('{ shape: list, kind: node, length: 9, back: 2, count: 3 }'),
    structure('{ shape: tree, kind: node, depth: 3 }'),
    structure('{ shape: items, kind: node, length: 3, leaves: 2, leaf-kind: text, next: last }'),
    structure('{ shape: map, entries: 9 }'),
    structure('{ shape: graph, kind: node, nodes: 9, degree: 3 }'),
    structure('{ shape: bytes, size: 1024 }'),
    step('alloc: { kind: text, keep: 3, work: 0 }'),
    step('{ alloc: { kind: text } }, gc, work: 1m30s, sleep: 1.5 ms'),
    step('alloc: { kind: text }, set-gogc: off'),
    step('gc: , alloc: { kind: text }').replace('gc: ,', '{ gc: },'),
    step('repeat: { for: 1s, pace: 1.5 MiB / s, steps: [alloc: { kind: text }] }'),
    run('{ release: 1.10, procs: 4, gogc: off, seed: 0, duration: 1h }'),
    run('{ release: 8f34b253^ }'),
    `globals: { size: 64MiB, pointers: 12.5 % }\n${run('{}')}`,
    'kinds: { a: { size: { 16B: 3, 24: 0.5, "1.5 KiB": 1 } } }\nstructures: { s: { shape: array, kind: a, length: 1 } }',
  ])('both accept %s', (text) => {
    expect(problemsOf(text)).toEqual([]);
    expect([isValid(text), validate.errors]).toEqual([true, null]);
  });

  test.each([
    '',
    '[]',
    'name: web',
    structure('{ shape: lst, kind: node, length: 9 }'),
    structure('{ kind: node, length: 9 }'),
    structure('{ shape: list, kind: node }'),
    structure('{ shape: list, kind: node, length: 0 }'),
    structure('{ shape: list, kind: node, length: "9" }'),
    structure('{ shape: list, kind: node, length: 9.5 }'),
    structure('{ shape: list, kind: node, length: .nan }'),
    structure('{ shape: list, kind: node, length: 9, fanout: 2 }'),
    structure('{ shape: tree, kind: node }'),
    structure('{ shape: tree, kind: node, depth: 2, nodes: 3 }'),
    structure('{ shape: bytes, size: -1 }'),
    structure('{ shape: bytes, size: 64Q }'),
    structure('{ shape: bytes, size: 10ms }'),
    'structures: { 1s: { shape: bytes, size: 1B } }',
    'kinds: { k: { size: {} } }\nstructures: { s: { shape: bytes, size: 1B } }',
    'kinds: { k: { size: { 16B: 0 } } }\nstructures: { s: { shape: bytes, size: 1B } }',
    'kinds: { k: { size: { 16Q: 1 } } }\nstructures: { s: { shape: bytes, size: 1B } }',
    'kinds: { k: { size: 8B, pointers: all } }\nstructures: { s: { shape: bytes, size: 1B } }',
    'kinds: { k: { size: 8B, pointer: 8B } }\nstructures: { s: { shape: bytes, size: 1B } }',
    step('alloc: { kind: text, keep: some }'),
    step('alloc: { kind: text, keep: 0 }'),
    step('alloc: { kind: text, work: 400 }'),
    step('alloc: { kind: text }, aloc: { kind: text }'),
    step('{ alloc: { kind: text }, gc: }'),
    step('set-memory-limit: 1GiB'),
    step('work'),
    step('work: 5'),
    step('sleep: -5ms'),
    step('gc: 1'),
    step(''),
    step('repeat: { pace: 50MiB, times: 1, steps: [gc] }'),
    `${kinds}goroutines: [{ count: 4, times: 1 }]`,
    `${kinds}goroutines: [{ at: 1s, after: x, times: 1, steps: [gc] }]`,
    `${kinds}goroutines: []`,
    `${kinds}goroutines: { times: 1, steps: [gc] }`,
    run('{ procs: 0 }'),
    run('{ procs: 257 }'),
    run('{ gogc: -1 }'),
    run('{ gogc: "off " }'),
    run('{ duration: 5 }'),
    run('{ memory-limit: 1GiB }'),
    `name: my web\n${run('{}')}`,
    `nmae: web\n${run('{}')}`,
  ])('neither accepts %s', (text) => {
    expect(problemsOf(text)).not.toEqual([]);
    expect(isValid(text)).toBe(false);
  });

  test('what the parser accepts, the schema accepts', () => {
    let accepted = 0;
    fc.assert(
      fc.property(mutated(builtinTexts()), (text) => {
        if (problemsOf(text).length > 0) return;
        accepted++;
        expect([isValid(text), validate.errors]).toEqual([true, null]);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

/** Calls `visit` with every schema in a schema. */
function walk(
  node: unknown,
  visit: (schema: Record<string, unknown>, where: string) => void,
  where = '',
): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) visit(node as Record<string, unknown>, where);
  for (const [key, child] of Object.entries(node)) walk(child, visit, `${where}/${key}`);
}

/** JSON as the formatter of this project has it: lists on one line where they fit. */
function render(value: unknown, indent = '', before = 0): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const plain = value.every((item) => typeof item !== 'object' || item === null);
    const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
    if (plain && before + line.length <= 99) return line;
    return `[\n${value.map((item) => inner + render(item, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, item]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + render(item, inner, start.length);
  });
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
