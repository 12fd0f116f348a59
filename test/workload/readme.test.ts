/** The page about the language says of every key what the parser holds to be true. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { records } from '../../src/workload/language.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import { projectRoot } from '../support/tree.ts';

const text = readFileSync(join(projectRoot, 'workloads', 'README.md'), 'utf8');

/** The tables by what stands over them: the last heading, or the bold word of the paragraph before. */
function tables(): Map<string, Map<string, { value: string; fallback: string }>> {
  const found = new Map<string, Map<string, { value: string; fallback: string }>>();
  let name = '';
  for (const line of text.split('\n')) {
    name = /^##+ (.*)$/.exec(line)?.[1] ?? /^\*\*(\w+)\*\*: /.exec(line)?.[1] ?? name;
    const [, key, value, fallback] = /^\| `([\w-]+)` \| (.*?) \| (.*?) \| .+ \|$/.exec(line) ?? [];
    if (key === undefined || value === undefined || fallback === undefined) continue;
    const table = found.get(name) ?? new Map();
    found.set(name, table.set(key, { value, fallback }));
  }
  return found;
}

const shapes = ['list', 'tree', 'array', 'items', 'map', 'graph', 'bytes'];

describe.each(Object.entries(records))('%s', (name, { fields }) => {
  const table = new Map([
    ...(shapes.includes(name) ? (tables().get('structures') ?? []) : []),
    ...(tables().get(name) ?? []),
  ]);

  test('has all its keys in a table, and no others', () => {
    expect(new Set(table.keys())).toEqual(new Set(Object.keys(fields)));
  });

  test.each(Object.entries(fields))('%s', (key, { isRequired, written, reader, about }) => {
    const { value, fallback } = table.get(key) ?? { value: '', fallback: '' };
    if (isRequired) expect(fallback).toBe('required');
    else if (written !== undefined) expect(fallback).toBe(String(written));
    else expect(fallback).not.toBe('required');
    // The default that a description tells is the one of the table.
    const told = /Default (\w+)/.exec(about)?.[1];
    if (told !== undefined) expect(fallback).toBe(told);
    const range = /from (\S+(?: (?:B|[KMGT]iB|ns|h)\b)?) to (\S+(?: (?:[KMGT]iB|h))?)/.exec(
      reader.expected,
    );
    if (range === null || /such as/.test(reader.expected)) return;
    const [, , most = ''] = range;
    if (!value.includes('`count`') && !value.includes('`length`')) {
      expect(value).toContain(most.replace(/,$/, ''));
    }
  });
});

test('the example is a workload', () => {
  const [, example = ''] = /```yaml\n(# mine[\s\S]*?)```/.exec(text) ?? [];
  const workload = parseWorkload(example, 'mine.yaml');
  expect(workload.run).toEqual({ release: '1.9', procs: 4, gcPercent: 100 });
});

test('the steps are steps', () => {
  const [, steps = ''] = /```yaml\n(steps:[\s\S]*?)```/.exec(text) ?? [];
  const body = steps.replace(/^/gm, '    ');
  const structures = 'lists: { shape: list, kind: node, length: 10, count: 20 }';
  const example = `kinds: { node: { size: 64B, pointers: 8B } }
structures: { ${structures} }
goroutines:
  - times: 1
${body}`;
  const [group] = parseWorkload(example, 'steps.yaml').groups;
  const ops = new Set(group?.body.steps.map(({ op }) => op));
  expect(ops).toEqual(
    new Set(['alloc', 'build', 'replace', 'drop', 'work', 'sleep', 'gc', 'set-gogc', 'repeat']),
  );
});
