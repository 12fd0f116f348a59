/** Built-in workloads with something changed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { projectRoot } from '../support/tree.ts';

export function builtinTexts(): string[] {
  const folder = join(projectRoot, 'workloads');
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
}

const words = [
  ...['list', 'tree', 'array', 'items', 'map', 'graph', 'bytes', 'node', 'kind', 'shape', 'size'],
  ...['pointers', 'length', 'nodes', 'depth', 'fanout', 'leaves', 'leaf-kind', 'next', 'entries'],
  ...['alloc', 'build', 'replace', 'drop', 'work', 'sleep', 'repeat', 'gc', 'set-gogc', 'steps'],
  ...['count', 'per-proc', 'stack', 'at', 'after', 'times', 'for', 'collections', 'pace', 'keep'],
  ...['all', 'none', 'latest', 'off', 'copy', 'zero', 'oldest', 'random', 'first', 'last', 'null'],
  ...['0', '1', '-1', '2.5', '.nan', '1e9', '64B', '8MiB', '5TiB', '10ms', '3h', '1MB/s', '50%'],
  ...['{', '}', '[', ']', ':', ',', '-', '&a', '*a', '!!str', '<<', '"', "'", '#', '|', '---'],
];

/**
 * Texts of which some words and lines are exchanged, doubled or left out. Most say something that is wrong, some still
 * something that is right.
 */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    sort: fc.constantFrom('word', 'word', 'swap', 'number', 'drop line', 'double line', 'cut'),
    where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    other: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    word: fc.constantFrom(...words),
    number: fc.nat(100_000),
  });
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([text, changes]) => changes.reduce(mutate, text));
}

interface Change {
  sort: string;
  where: number;
  other: number;
  word: string;
  number: number;
}

function mutate(text: string, { sort, where, other, word, number }: Change): string {
  if (sort === 'cut') return text.slice(0, Math.floor(where * text.length));
  if (sort.endsWith('line')) {
    const lines = text.split('\n');
    const at = Math.floor(where * lines.length);
    const line = lines[at] ?? '';
    return [
      ...lines.slice(0, at),
      ...(sort === 'drop line' ? [] : [line, line]),
      ...lines.slice(at + 1),
    ].join('\n');
  }
  // Words, numbers and marks of the part that is not comment.
  const parts = text.split(/(#.*|[\w.-]+|[{}[\]:,])/);
  const places = parts.flatMap((part, i) => (i % 2 === 1 && !part.startsWith('#') ? [i] : []));
  const numbers = places.filter((i) => /^\d+$/.test(parts[i] ?? ''));
  const pick = (from: number[], share: number) => from[Math.floor(share * from.length)] ?? 0;
  const at = pick(sort === 'number' ? numbers : places, where);
  const swapped = pick(places, other);
  if (sort === 'swap') [parts[at], parts[swapped]] = [parts[swapped] ?? '', parts[at] ?? ''];
  else parts[at] = sort === 'number' ? String(number) : word;
  return parts.join('');
}
