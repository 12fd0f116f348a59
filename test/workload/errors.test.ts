/** Every sort of bad input: exactly what is said, and where. */
import { describe, expect, test } from 'vitest';
import { renderDiagnostic } from '../../src/diagnostic.ts';
import { diagnosticsOf, problemsOf, unmark } from './marked.ts';

/** What is marked with « », the message, and the hint where there is one. */
type Row = [marked: string, message: string, hint?: string];

function check(marked: string, message: string, hint?: string): void {
  const { text, places } = unmark(marked);
  expect(places).toHaveLength(1);
  expect(problemsOf(text, 'bad.yaml', { releases: ['1.5', '1.9', '1.10', '8f34b253^'] })).toEqual([
    { ...places[0], message, ...(hint !== undefined && { hint }) },
  ]);
}

const kinds = 'kinds: { node: { size: 64B, pointers: 24B }, text: { size: 32B } }\n';
const alive = 'structures: { alive: { shape: bytes, size: 1MiB } }\n';
const sizeUnits = '(units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB)';
const expectedSize = `a size such as "64KiB", "1.5MiB" or "4096" ${sizeUnits}`;
const expectedDuration =
  'a duration with its unit, such as "10ms", "1.5s" or "1m30s" (units: ns, us, ms, s, m, h)';
const expectedName = 'a name: a letter, then letters, digits, "-", "_" or ".", 64 at most';

describe('the file as a whole', () => {
  test.each<Row>([
    ['«»', 'the file has no content, expected "goroutines" or "structures"'],
    ['«»# about nothing\n', 'the file has no content, expected "goroutines" or "structures"'],
    ['«»---\n', 'the file has no content, expected "goroutines" or "structures"'],
    [
      '«- 1»\n',
      'a workload file must be a map with the keys of a workload, found a list',
      'keys: name, run, globals, kinds, structures, goroutines',
    ],
    [
      '«hello»\n',
      'a workload file must be a map with the keys of a workload, found "hello"',
      'keys: name, run, globals, kinds, structures, goroutines',
    ],
    [
      `${alive}«gorutines»: []\n`,
      'unknown key "gorutines" in a workload',
      'did you mean goroutines? keys: name, run, globals, kinds, structures, goroutines',
    ],
    [
      `${alive}«Kinds»: {}\n`,
      'unknown key "Kinds" in a workload',
      'did you mean kinds? keys: name, run, globals, kinds, structures, goroutines',
    ],
    [`name: «my web»\n${alive}`, `"name" must be ${expectedName}, found "my web"`],
    [`name: «12»\n${alive}`, `"name" must be ${expectedName}, found 12`],
    [`name: «a\u001b[31m»\n${alive}`, `"name" must be ${expectedName}, found "a\u001b[31m"`],
    [
      `${alive}«goroutines»:\n`,
      '"goroutines" must be a list of groups of goroutines, found nothing',
    ],
    [
      `${alive}«goroutines»: { count: 4 }\n`,
      '"goroutines" must be a list of groups of goroutines, found a map',
      'put "- " before each group of goroutines',
    ],
    [
      `${alive}«goroutines»: []\n`,
      '"goroutines" must have from 1 to 1000 groups of goroutines, found 0',
    ],
  ])('%s', check);

  test('more than 50 problems are counted', () => {
    const steps = Array.from({ length: 60 }, () => '{ work: 1 }').join(', ');
    const problems = problemsOf(`${kinds}goroutines: [{ times: 1, steps: [${steps}] }]`);
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)?.message).toBe('and 10 more problems');
  });

  test('problems come in the order of the file, all at once', () => {
    const { text, places } = unmark(`run: { procs: «0» }
goroutines:
  - steps:
      - «aloc»: { kind: node }
    count: «-1»
kinds:
  node: { size: «64Q» }
`);
    const problems = problemsOf(text);
    expect(problems.map(({ line, column, length }) => ({ line, column, length }))).toEqual(places);
  });

  test('looks like this', () => {
    const { text } = unmark(
      `structures:\n  lists: { shape: list, kind: nod, length: 9 }\n${kinds}`,
    );
    expect(diagnosticsOf(text, 'web.yaml').map(renderDiagnostic).join('')).toBe(
      `web.yaml:2:31: error: there is no kind "nod"
    2 |   lists: { shape: list, kind: nod, length: 9 }
      |                               ^^^
  hint: did you mean node? kinds: node, text
`,
    );
  });
});

describe('YAML', () => {
  test.each<Row>([
    [
      'a: [1, 2«»',
      'not valid YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ["a: 'x«»", "not valid YAML: missing closing 'quote"],
    ['a:\n«\t»b: 1\n', 'not valid YAML: tabs are not allowed as indentation', 'indent with spaces'],
    [
      'a: «b»: c\n',
      'not valid YAML: nested mappings are not allowed in compact mappings',
      'put the inner key on a line of its own, indented, or the text in quotes',
    ],
    [
      'a: «@»b\n',
      'not valid YAML: plain value cannot start with reserved character @',
      'put the text in quotes',
    ],
    ['%YAML «3.0»\n---\na: 1\n', 'not valid YAML: unsupported YAML version 3.0'],
    [
      `${alive}«---»\n${alive}`,
      'a second document starts here: a workload file holds one',
      'put each workload into a file of its own',
    ],
    [`${alive}«structures»: {}\n`, '"structures" is given twice, first on line 1'],
    [
      'structures:\n  a: { shape: bytes, size: 1B }\n  «a»: { shape: bytes, size: 1B }\n',
      '"a" is given twice, first on line 2',
    ],
    [
      `name: !!str «web»\n${alive}`,
      'YAML tags such as "!!str" are not part of the workload language',
      'leave the tag out',
    ],
    [
      'structures: !shapes «{ a: { shape: bytes, size: 1B } }»\n',
      'YAML tags such as "!shapes" are not part of the workload language',
      'leave the tag out',
    ],
    [
      'structures:\n  a: &a { shape: bytes, size: 1B }\n  b: { «<<»: *a, count: 2 }\n',
      'merge keys ("<<") are not part of the workload language',
      'write the keys out, or give the whole value by an alias',
    ],
    ['structures: «*none»\n', 'there is no anchor "&none" before this alias'],
    ['structures: &a { b: «*a» }\n', 'the alias "*a" stands inside the value that it stands for'],
    [`? «[a]»\n: 1\n`, 'a key must be a plain word, without anchor, alias or tag'],
    ['«»: 1\n', 'a key must be a plain word, without anchor, alias or tag'],
  ])('%s', check);
});

describe('run settings', () => {
  test.each<Row>([
    [
      '{ release: «1.4» }',
      '"release" must be a release of Go such as "1.9", found 1.4',
      'did you mean 1.5? releases: 1.5, 1.9, 1.10, 8f34b253^',
    ],
    [
      '{ release: «8f34b25» }',
      '"release" must be a release of Go such as "1.9", found "8f34b25"',
      'did you mean 8f34b253^? releases: 1.5, 1.9, 1.10, 8f34b253^',
    ],
    ['{ procs: «0» }', '"procs" must be a whole number from 1 to 256, found 0'],
    ['{ procs: «1000» }', '"procs" must be a whole number from 1 to 256, found 1000'],
    ['{ procs: «2.5» }', '"procs" must be a whole number from 1 to 256, found 2.5'],
    ['{ procs: «.nan» }', '"procs" must be a whole number from 1 to 256, found .nan'],
    ['{ procs: «.inf» }', '"procs" must be a whole number from 1 to 256, found .inf'],
    ['{ procs: «NaN» }', '"procs" must be a whole number from 1 to 256, found "NaN"'],
    ['{ procs: «true» }', '"procs" must be a whole number from 1 to 256, found true'],
    [
      '{ procs: «"4"» }',
      '"procs" must be a whole number from 1 to 256, found "4"',
      'write the number without quotes',
    ],
    ['{ «procs»: [4] }', '"procs" must be a whole number from 1 to 256, found a list'],
    ['{ «procs»: }', '"procs" must be a whole number from 1 to 256, found nothing'],
    ['{ procs: «null» }', '"procs" must be a whole number from 1 to 256, found null'],
    ['{ seed: «-1» }', '"seed" must be a whole number from 0 to 4294967295, found -1'],
    [
      '{ gogc: «of» }',
      '"gogc" must be a whole number from 0 to 999999, or off, found "of"',
      'did you mean off?',
    ],
    ['{ gogc: «-1» }', '"gogc" must be a whole number from 0 to 999999, or off, found -1'],
    ['{ gogc: «false» }', '"gogc" must be a whole number from 0 to 999999, or off, found false'],
    ['{ duration: «5» }', `"duration" must be ${expectedDuration}, found 5`],
    ['{ duration: «5 min» }', `"duration" must be ${expectedDuration}, found "5 min"`],
    ['{ duration: «0» }', '"duration" must be a duration from 1 ns to 24 h, found 0'],
    ['{ duration: «99h» }', '"duration" must be a duration from 1 ns to 24 h, found "99h"'],
    [
      '{ «memory-limit»: 1GiB }',
      '"memory-limit" is not offered: no release up to 1.12 has a memory limit',
    ],
    [
      '{ «GOMEMLIMIT»: 1GiB }',
      '"GOMEMLIMIT" is not offered: no release up to 1.12 has a memory limit',
    ],
    [
      '{ «proc»: 4 }',
      'unknown key "proc" in the run settings',
      'did you mean procs? keys: release, procs, cores, gogc, seed, duration',
    ],
  ])('%s', (marked, message, hint) => check(`run: ${marked}\n${alive}`, message, hint));
});

describe('globals', () => {
  test.each<Row>([
    ['{ size: «-1» }', `"size" must be ${expectedSize}, found -1`],
    ['{ size: «1TiB» }', '"size" must be a size from 0 B to 16 GiB, found "1TiB"'],
    [
      '{ size: 1MiB, pointers: «2MiB» }',
      '"pointers" must not be more than the size of the globals, 1048576 B',
    ],
    [
      '{ size: 1MiB, pointers: «101%» }',
      '"pointers" must be a share from 0% to 100%, found "101%"',
    ],
    [
      '{ size: 1MiB, pointers: «half» }',
      '"pointers" must be a size such as "24B", or a share such as "50%", found "half"',
    ],
  ])('%s', (marked, message, hint) => check(`globals: ${marked}\n${alive}`, message, hint));
});

describe('kinds', () => {
  const keys = 'keys: size, pointers';

  test.each<Row>([
    ['«k»: {}', 'a kind needs "size"'],
    ['k: «64B»', 'kind "k" must be a map with the keys of a kind, found "64B"', keys],
    ['«1k»: { size: 64B }', `the name of a kind must be ${expectedName}, found "1k"`],
    [
      `«${'k'.repeat(65)}»: { size: 64B }`,
      `the name of a kind must be ${expectedName}, found "${'k'.repeat(39)}…"`,
    ],
    ['k: { size: «-5» }', `"size" must be ${expectedSize}, found -5`],
    ['k: { size: «-5B» }', `"size" must be ${expectedSize}, found "-5B"`],
    ['k: { size: «64Q» }', `"size" must be ${expectedSize}, found "64Q"`],
    ['k: { size: «64kb» }', `"size" must be ${expectedSize}, found "64kb"`],
    ['k: { size: «1.5» }', `"size" must be ${expectedSize}, found 1.5`],
    ['k: { size: «.nan» }', `"size" must be ${expectedSize}, found .nan`],
    ['k: { size: «NaN» }', `"size" must be ${expectedSize}, found "NaN"`],
    ['k: { size: «10ms» }', `"size" must be ${expectedSize}, found "10ms"`],
    ['k: { size: «0» }', '"size" must be a size from 1 B to 1 GiB, found 0'],
    ['k: { size: «5TiB» }', '"size" must be a size from 1 B to 1 GiB, found "5TiB"'],
    ['k: { size: «99999999TiB» }', '"size" must be a size below 8 PiB, found "99999999TiB"'],
    [
      'k: { «size»: [64B] }',
      '"size" must be a size such as "64B", or a map of sizes to weights such as { 16B: 3, 24B: 1 }, found a list',
    ],
    ['k: { «size»: {} }', '"size" must have from 1 to 256 sizes, found 0'],
    [
      'k: { size: { 16B: «0» } }',
      'the weight of "16B" must be a number above 0 and up to 1000000000000, found 0',
    ],
    [
      'k: { size: { 16B: «-3» } }',
      'the weight of "16B" must be a number above 0 and up to 1000000000000, found -3',
    ],
    [
      'k: { size: { 16B: «many» } }',
      'the weight of "16B" must be a number above 0 and up to 1000000000000, found "many"',
    ],
    ['k: { size: { «16X»: 1 } }', `each key of "size" must be ${expectedSize}, found "16X"`],
    [
      'k: { size: { «2GiB»: 1 } }',
      'each key of "size" must be a size from 1 B to 1 GiB, found "2GiB"',
    ],
    [
      'k: { size: 64B, pointers: «72B» }',
      '"pointers" must not be more than the size of the object, 64 B',
    ],
    [
      'k: { size: { 16B: 1, 64B: 1 }, pointers: «24B» }',
      '"pointers" must not be more than the size of the object, 16 B',
      'give a share, such as "50%"',
    ],
    [
      'k: { size: 64B, pointers: «12B» }',
      '"pointers" must be a multiple of 8B, the size of a pointer',
    ],
    [
      'k: { size: 64B, pointers: «0.5» }',
      '"pointers" must be a size such as "24B", or a share such as "50%", found 0.5',
    ],
    [
      'k: { size: 64B, pointers: «150%» }',
      '"pointers" must be a share from 0% to 100%, found "150%"',
    ],
    [
      'k: { size: 64B, «pionters»: 8B }',
      'unknown key "pionters" in a kind',
      `did you mean pointers? ${keys}`,
    ],
    ['k: { size: 64B, «constructor»: 8B }', 'unknown key "constructor" in a kind', keys],
    ['k: { size: 64B, «__proto__»: 8B }', 'unknown key "__proto__" in a kind', keys],
  ])('%s', (marked, message, hint) => check(`kinds: { ${marked} }\n${alive}`, message, hint));
});

describe('structures', () => {
  const listKeys = 'keys: shape, kind, length, back, count';

  test.each<Row>([
    [
      '«s»: { kind: node }',
      'structure "s" needs "shape"',
      'shapes: list, tree, array, items, map, graph, bytes',
    ],
    [
      's: { shape: «lst» }',
      '"shape" must be one of list, tree, array, items, map, graph, bytes, found "lst"',
      'did you mean list?',
    ],
    ['s: «list»', 'structure "s" must be a map with the keys of a structure, found "list"'],
    ['«s»: { shape: list }', 'a list needs "kind" and "length"'],
    [
      's: { shape: list, kind: «nod», length: 9 }',
      'there is no kind "nod"',
      'did you mean node? kinds: node, text',
    ],
    ['s: { shape: list, kind: «7», length: 9 }', '"kind" must be the name of a kind, found 7'],
    [
      's: { shape: list, kind: node, length: 9, «fanout»: 2 }',
      'unknown key "fanout" in a list',
      listKeys,
    ],
    [
      's: { shape: list, kind: node, length: 9, «cuont»: 2 }',
      'unknown key "cuont" in a list',
      `did you mean count? ${listKeys}`,
    ],
    [
      's: { shape: list, kind: node, length: «0» }',
      '"length" must be a whole number from 1 to 2147483647, found 0',
    ],
    [
      's: { shape: list, kind: node, length: «1e99» }',
      '"length" must be a whole number from 1 to 2147483647, found 1e99',
    ],
    [
      's: { shape: list, kind: node, length: 9, count: «-1» }',
      '"count" must be a whole number from 0 to 2147483647, found -1',
    ],
    [
      's: { shape: list, kind: node, length: 9, back: «9» }',
      '"back" must be less than the length, 9, found 9',
    ],
    ['«s»: { shape: tree, kind: node }', 'a tree needs "nodes" or "depth"'],
    [
      's: { shape: tree, kind: node, nodes: 3, depth: «2» }',
      'a tree has "nodes" or "depth", not both',
    ],
    [
      's: { shape: tree, kind: node, depth: «26», fanout: 15 }',
      'a tree of fan-out 15 and depth 26 has more than 2147483647 nodes',
    ],
    ['s: { shape: tree, kind: node, nodes: 3, leaves: «2» }', '"leaves" needs "leaf-kind"'],
    [
      's: { shape: tree, kind: node, nodes: 3, leaf-kind: «text» }',
      '"leaf-kind" has no effect without "leaves"',
    ],
    [
      's: { shape: items, kind: node, length: 3, next: «lest» }',
      '"next" must be one of first, last, found "lest"',
      'did you mean last?',
    ],
    [
      's: { shape: map, entries: «99999999» }',
      '"entries" must be a whole number from 1 to 16777216, found 99999999',
    ],
    ['s: { shape: bytes, size: «2GiB» }', '"size" must be a size from 1 B to 1 GiB, found "2GiB"'],
    // Pointers that the objects have no room for.
    [
      's: { shape: list, kind: «text», length: 9 }',
      'each object of a list needs 8 B of pointers, kind "text" has none',
      'give the kind "pointers: 8B" or more, or take another kind',
    ],
    [
      's: { shape: tree, kind: «node», nodes: 9, fanout: 4 }',
      'each object of a tree needs 32 B of pointers, kind "node" has 24 B of them',
      'give the kind "pointers: 32B" or more, or take another kind',
    ],
    [
      's: { shape: items, kind: «node», length: 9, leaves: 3, leaf-kind: text }',
      'each object of a list of items needs 32 B of pointers, kind "node" has 24 B of them',
      'give the kind "pointers: 32B" or more, or take another kind',
    ],
    [
      's: { shape: graph, kind: «node», nodes: 9, degree: 4 }',
      'each object of a graph needs 32 B of pointers, kind "node" has 24 B of them',
      'give the kind "pointers: 32B" or more, or take another kind',
    ],
  ])('%s', (marked, message, hint) => check(`${kinds}structures: { ${marked} }\n`, message, hint));

  test('without any kinds, the hint says so', () => {
    check(
      'structures: { s: { shape: array, kind: «node», length: 1 } }',
      'there is no kind "node"',
      'the file declares no kinds',
    );
  });
});

describe('steps', () => {
  const names = 'alloc, build, replace, drop, work, sleep, repeat, gc, set-gogc';

  test.each<Row>([
    ['«aloc»: { kind: node }', 'unknown step "aloc"', `did you mean alloc? steps: ${names}`],
    ['«setGogc»: 200', 'unknown step "setGogc"', `did you mean set-gogc? steps: ${names}`],
    ['«constructor»: 200', 'unknown step "constructor"', `steps: ${names}`],
    [
      '«set-memory-limit»: 1GiB',
      '"set-memory-limit" is not offered: no release up to 1.12 has a memory limit',
    ],
    [
      '«setMemoryLimit»: 1GiB',
      '"setMemoryLimit" is not offered: no release up to 1.12 has a memory limit',
    ],
    ['«frob»', `a step must be one of ${names}, found "frob"`],
    ['«17»', `a step must be one of ${names}, found 17`],
    ['«[gc]»', `a step must be one of ${names}, found a list`],
    ['«{}»', `a step must be one of ${names}, found a map`],
    ['«work»', 'the step "work" needs a value', 'write "work: …"'],
    [
      '{ «alloc»: , kind: node }',
      'a step has one key, found 2: "alloc", "kind"',
      'indent what belongs to "alloc" below it, or put "- " before each step',
    ],
    [
      '«alloc»: ',
      '"alloc" must be a map with the keys of alloc, found nothing',
      'keys: kind, count, keep, keep-every, fill, work, writes',
    ],
    ['«alloc»: {}', 'alloc needs "kind"'],
    ['alloc: { kind: «nod» }', 'there is no kind "nod"', 'did you mean node? kinds: node, text'],
    [
      'alloc: { kind: node, count: «0» }',
      '"count" must be a whole number from 1 to 2147483647, found 0',
    ],
    [
      'alloc: { kind: node, keep: «lates» }',
      '"keep" must be a whole number from 1 to 1000000, or latest, all or none, found "lates"',
      'did you mean latest?',
    ],
    [
      'alloc: { kind: node, keep: «0» }',
      '"keep" must be a whole number from 1 to 1000000, or latest, all or none, found 0',
    ],
    [
      'alloc: { kind: node, keep: all, keep-every: «4» }',
      '"keep-every" must not be more than the count, 1, found 4',
    ],
    [
      'alloc: { kind: node, count: 8, keep-every: «4» }',
      '"keep-every" has no effect with "keep: none"',
    ],
    [
      'alloc: { kind: node, «keepEvery»: 4 }',
      'unknown key "keepEvery" in alloc',
      'did you mean keep-every? keys: kind, count, keep, keep-every, fill, work, writes',
    ],
    [
      'alloc: { kind: node, fill: «coppy» }',
      '"fill" must be one of zero, copy, found "coppy"',
      'did you mean copy?',
    ],
    ['alloc: { kind: node, work: «400» }', `"work" must be ${expectedDuration}, found 400`],
    [
      'alloc: { kind: node, writes: «-1» }',
      '"writes" must be a whole number from 0 to 1000, found -1',
    ],
    [
      'alloc: { kind: «text», count: 2, keep: latest }',
      'each object of a chain that is kept needs 8 B of pointers, kind "text" has none',
      'give the kind "pointers: 8B" or more, or take another kind',
    ],
    [
      'build: { structure: «aliv» }',
      'there is no structure "aliv"',
      'did you mean alive? structures: alive, later',
    ],
    [
      'replace: { structure: alive, pick: «newest» }',
      '"pick" must be one of oldest, random, found "newest"',
    ],
    [
      'replace: { structure: «later» }',
      'there is never a "later" to replace: its count is 0 and no step builds one',
    ],
    [
      'drop: { structure: «later» }',
      'there is never a "later" to drop: its count is 0 and no step builds one',
    ],
    [
      'drop: { structure: alive, count: «al» }',
      '"count" must be a whole number from 1 to 2147483647, or all, found "al"',
      'did you mean all?',
    ],
    ['work: «-1ms»', `"work" must be ${expectedDuration}, found "-1ms"`],
    ['work: «0»', '"work" must be a duration from 1 ns to 24 h, found 0'],
    ['sleep: «10»', `"sleep" must be ${expectedDuration}, found 10`],
    ['gc: «now»', '"gc" must be nothing: write "- gc", found "now"'],
    ['set-gogc: «-1»', '"set-gogc" must be a whole number from 0 to 999999, or off, found -1'],
    ['«repeat»: { times: 3 }', 'repeat needs "steps"'],
    ['repeat: { times: 3, «steps»: [] }', '"steps" must have from 1 to 10000 steps, found 0'],
    [
      'repeat: { times: «0», steps: [gc] }',
      '"times" must be a whole number from 1 to 1000000000, found 0',
    ],
    [
      'repeat: { pace: «50MiB», times: 1, steps: [gc] }',
      `"pace" must be a rate such as "50MiB/s" ${sizeUnits.replace(')', ', each per second)')}, found "50MiB"`,
    ],
    [
      'repeat: { pace: «2TiB/s», times: 1, steps: [gc] }',
      '"pace" must be a rate from 1 B/s to 1 TiB/s, found "2TiB/s"',
    ],
    [
      'repeat: { pace: «0B/s», times: 1, steps: [gc] }',
      '"pace" must be a rate from 1 B/s to 1 TiB/s, found "0B/s"',
    ],
  ])('%s', (marked, message, hint) => {
    const structures =
      'structures: { alive: { shape: bytes, size: 1B }, later: { shape: bytes, size: 1B, count: 0 } }\n';
    check(`${kinds}${structures}goroutines: [{ times: 1, steps: [${marked}] }]\n`, message, hint);
  });
});

describe('groups of goroutines', () => {
  const keys =
    'keys: name, count, per-proc, stack, thread, at, after, times, for, collections, pace, steps';

  test.each<Row>([
    [
      '«17»',
      'a group of goroutines must be a map with the keys of a group of goroutines, found 17',
      keys,
    ],
    ['{ «times»: 1 }', 'a group of goroutines needs "steps"'],
    [
      '{ «perProc»: 2, times: 1, steps: [gc] }',
      'unknown key "perProc" in a group of goroutines',
      `did you mean per-proc? ${keys}`,
    ],
    [
      '{ count: «0», times: 1, steps: [gc] }',
      'the group has no goroutines',
      'give it a "count" or "per-proc"',
    ],
    [
      '{ stack: «1KiB», times: 1, steps: [gc] }',
      '"stack" must be a size from 2 KiB to 1 GiB, found "1KiB"',
    ],
    [
      '{ at: 1s, after: «g», times: 1, steps: [gc] }, { name: g, times: 1, steps: [gc] }',
      'a group starts "at" a time or "after" a group, not both',
    ],
    [
      '{ name: web, times: 1, steps: [gc] }, { after: «wed», times: 1, steps: [gc] }',
      'there is no group "wed"',
      'did you mean web? groups: web',
    ],
    [
      '{ after: «group-2», times: 1, steps: [gc] }, { times: 1, steps: [gc] }',
      'there is no group "group-2"',
      'the file declares no groups',
    ],
    [
      '{ name: web, times: 1, steps: [gc] }, { name: «web», times: 1, steps: [gc] }',
      'another group has the name "web" already',
    ],
    [
      '{ times: 1, «steps»: { gc: } }',
      '"steps" must be a list of steps, found a map',
      'put "- " before each step',
    ],
    // Circles.
    ['{ name: a, after: «a», times: 1, steps: [gc] }', '"after" leads in a circle: a after a'],
    [
      '{ name: a, after: «b», times: 1, steps: [gc] }, { name: b, after: a, times: 1, steps: [gc] }',
      '"after" leads in a circle: a after b after a',
    ],
    [
      '{ name: x, after: a, times: 1, steps: [gc] }, { name: a, after: «b», times: 1, steps: [gc] }, { name: b, after: a, times: 1, steps: [gc] }',
      '"after" leads in a circle: a after b after a',
    ],
    // What never ends.
    [
      '{ «name»: a, steps: [gc] }',
      'the group never ends',
      'give it "times", "for" or "collections", or the run a "duration"',
    ],
    [
      '{ times: 1, steps: [«repeat»: { steps: [gc] }] }',
      'the repeat never ends',
      'give it "times", "for" or "collections", or the run a "duration"',
    ],
    [
      '{ times: 1, for: 1s, steps: [repeat: { times: 1, steps: [«repeat»: { pace: 1MB/s, steps: [gc] }] }] }',
      'the repeat never ends',
      'give it "times", "for" or "collections", or the run a "duration"',
    ],
    // What takes no time.
    [
      '{ «for»: 1s, steps: [set-gogc: 50] }',
      'the group goes round without end and without time passing: no step takes time or allocates',
      'add a step such as "sleep: 1ms", or give it "times"',
    ],
    [
      '{ times: 1, steps: [gc, «repeat»: { for: 1s, steps: [set-gogc: 50] }] }',
      'the repeat goes round without end and without time passing: no step takes time or allocates',
      'add a step such as "sleep: 1ms", or give it "times"',
    ],
    [
      '{ times: «1000001», steps: [set-gogc: 50] }',
      'the group goes through 1000001 steps without time passing, at most 1000000 may',
    ],
    [
      '{ times: «1001», steps: [repeat: { times: 1000, steps: [set-gogc: 50] }] }',
      'the group goes through 1001000 steps without time passing, at most 1000000 may',
    ],
    // Too many.
    [
      '{ count: «100001», times: 1, steps: [gc] }',
      '"count" must be a whole number from 0 to 100000, found 100001',
    ],
    [
      '{ count: 99999, times: 1, steps: [gc] }, { count: «2», times: 1, steps: [gc] }',
      'there are more than 100000 goroutines up to this group (at 256 procs)',
    ],
    [
      '{ thread: locked, count: 10000, times: 1, steps: [gc] }, { thread: locked, per-proc: «1», times: 1, steps: [gc] }',
      'there are more than 10000 locked goroutines up to this group (at 256 procs)',
    ],
    [
      '{ thread: «pinned», times: 1, steps: [gc] }',
      '"thread" must be one of any, locked, found "pinned"',
    ],
  ])('%s', (marked, message, hint) => check(`${alive}goroutines: [${marked}]\n`, message, hint));

  test('endless groups where the run ends by itself: what comes after them never comes', () => {
    const { text, places } = unmark(`run: { duration: 1s }
${alive}goroutines:
  - { name: a, steps: [gc] }
  - { after: «a», times: 1, steps: [gc] }
  - { times: 1, steps: [repeat: { steps: [gc] }, «gc»] }
`);
    expect(problemsOf(text)).toEqual([
      { ...places[0], message: 'group "a" never ends, so this one never starts' },
      { ...places[1], message: 'this step is never reached: the repeat before it never ends' },
    ]);
  });

  test('collections end nothing where none comes', () => {
    check(
      `run: { gogc: off }\n${kinds}goroutines: [{ collections: «3», steps: [alloc: { kind: node }] }]`,
      'the group never ends: no collection comes while "gogc" is off',
    );
    const text = `run: { gogc: off }\n${kinds}goroutines: [{ collections: 3, steps: [alloc: { kind: node }, gc] }]`;
    expect(problemsOf(text)).toEqual([]);
  });

  test('repeats stand in one another to a depth of 8', () => {
    const nested = (depth: number, mark: boolean): string =>
      depth === 0
        ? 'gc'
        : `${mark && depth === 1 ? '«repeat»' : 'repeat'}: { times: 2, steps: [${nested(depth - 1, mark)}] }`;
    const file = (steps: string) => `${alive}goroutines: [{ times: 1, steps: [${steps}] }]`;
    expect(problemsOf(file(nested(8, false)))).toEqual([]);
    check(file(nested(9, true)), 'repeats are nested deeper than 8 levels');
  });
});

describe('a workload that never allocates', () => {
  test.each([
    '«goroutines»: [{ times: 3, steps: [sleep: 1ms] }]',
    '«structures»: { s: { shape: bytes, size: 1MiB, count: 0 } }',
    '«kinds»: { k: { size: 8B } }',
  ])('%s', (marked) => {
    check(
      marked,
      'the workload never allocates',
      'add a structure with a count above 0, or a step alloc, build or replace',
    );
  });
});

describe('more live memory than the model holds', () => {
  const big = 'kinds: { big: { size: 1GiB, pointers: 8B }, node: { size: 64B, pointers: 24B } }\n';
  const tooMuch = (bytes: string) => `${bytes} would be live, the model holds at most 1 TiB`;
  const tooMany = (objects: string) =>
    `${objects} objects would be live, the model holds at most 2,147,483,647`;

  test.each<Row>([
    [
      'structures: { a: { shape: list, kind: node, length: 1000, count: «3000000» } }',
      `${tooMany('3,000,000,000')}: "a" takes 3,000,000,000 objects`,
    ],
    [
      'structures: { a: { shape: bytes, size: 1B, count: «2000000» } }',
      '2,000,000 structures or chains would be live, the model holds at most 1,048,576: "a" takes 2,000,000 structures or chains',
    ],
    [
      'structures: { a: { shape: bytes, size: 1GiB }, b: { shape: array, kind: big, length: «1535» } }',
      `${tooMuch('1.5 TiB')}: "b" takes 1.5 TiB`,
    ],
    [
      'structures: { a: { shape: bytes, size: 1B } }\ngoroutines: [{ stack: «1GiB», count: 1536, times: 1, steps: [gc] }]',
      `${tooMuch('1.5 TiB')}: stacks take 1.5 TiB`,
    ],
    [
      'goroutines: [{ times: 1536, steps: [alloc: { kind: big, count: «1», keep: all }] }]',
      `${tooMuch('1.5 TiB')}: this step takes 1.5 TiB`,
    ],
    [
      'goroutines: [{ per-proc: 256, times: 1, steps: [alloc: { kind: big, count: «2», keep: latest }] }]',
      `${tooMuch('2 TiB')}: this step takes 2 TiB`,
    ],
    [
      'goroutines: [{ times: 1, steps: [«alloc»: { kind: big, keep: 1536 }] }]',
      `${tooMuch('1.5 TiB')}: this step takes 1.5 TiB`,
    ],
    [
      'goroutines: [{ for: 1536s, pace: 1GiB/s, steps: [«alloc»: { kind: big, keep: all }] }]',
      `${tooMuch('1.5 TiB')}: this step takes 1.5 TiB`,
    ],
    [
      'structures: { a: { shape: bytes, size: 1GiB } }\ngoroutines: [{ times: 32, steps: [repeat: { times: 48, steps: [build: { structure: «a» }] }] }]',
      `${tooMuch('1.5 TiB')}: "a" takes 1.5 TiB`,
    ],
    [
      'structures: { a: { shape: bytes, size: 1GiB } }\ngoroutines: [{ times: 1, steps: [build: { structure: a, count: «1536» }, drop: { structure: a }] }]',
      tooMuch('1.5 TiB'),
    ],
  ])('%s', (marked, message) => {
    const { text, places } = unmark(`${big}${marked}`);
    // Globals come to 128 KiB, which does not show.
    expect(problemsOf(text)).toEqual([{ ...places[0], message }]);
  });

  test.each([
    // As much as there may be, but for the globals.
    'structures: { a: { shape: array, kind: node, length: 67108863 } }',
    // Dropped before more is built.
    'structures: { a: { shape: bytes, size: 1GiB, count: 900 }, b: { shape: bytes, size: 1GiB, count: 0 } }\ngoroutines: [{ times: 1, steps: [drop: { structure: a }, build: { structure: b, count: 900 }] }]',
    // Only the simulation can tell how often it goes round.
    'goroutines: [{ for: 100s, steps: [alloc: { kind: big, keep: all }] }]',
    'goroutines: [{ times: 2000, for: 1s, steps: [alloc: { kind: big, keep: all }] }]',
    'run: { duration: 1s }\ngoroutines: [{ times: 2000, steps: [alloc: { kind: big, keep: all }] }]',
    // One object in so many.
    'goroutines: [{ times: 100, steps: [alloc: { kind: big, count: 2000, keep: latest, keep-every: 2000 }] }]',
  ])('fits: %s', (text) => {
    expect(problemsOf(big + text)).toEqual([]);
  });
});
