/**
 * Runs 10,000 collections and prints, as JSON, the bytes of data that this process retains after 2,000 and after all of
 * them. A process of its own, for nothing else to be measured with them. Code is left out: V8 compiles the same functions
 * again and again, as it learns about them, and keeps notes of it.
 *
 *   node test/support/retained.js <release> <nothing | report | numbers>
 *
 * What is kept of the collections: nothing, what the report is made of, or the number of each.
 */
import v8 from 'node:v8';
import vm from 'node:vm';

/** @type {typeof import('../../src/gcsim.ts')} */
const { createSimulation, HeapSeries, optionsFor, parseWorkload, SummaryBuilder } = await import(
  new URL('../../dist/gcsim.js', import.meta.url).href
);

/** All that a program does, in small: small heaps are collected often. The heap is at its peak long before 2,000 collections. */
const workload = parseWorkload(
  `
kinds:
  node: { size: 64B, pointers: 24B }
  slice: { size: 64KiB }
structures:
  lists: { shape: list, kind: node, length: 10, count: 20 }
goroutines:
  - count: 2
    collections: 20000
    steps:
      - alloc: { kind: node, count: 16, keep: latest }
      - alloc: { kind: slice, count: 2 }
      - replace: { structure: lists, pick: random }
      - sleep: 10us
`,
  'small.yaml',
);

v8.setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collectGarbage = vm.runInNewContext('gc');

/** What is of V8's making, not of the program's. */
const notData = new Set(['hidden', 'code', 'object shape', 'synthetic']);

/** Bytes of all data in the heap, and of the memory behind typed arrays. */
async function retainedBytes() {
  collectGarbage();
  let text = '';
  for await (const chunk of v8.getHeapSnapshot()) text += chunk;
  const { nodes, snapshot } = JSON.parse(text);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, sizeAt] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let bytes = 0;
  for (let i = 0; i < nodes.length; i += fields.length) {
    if (!notData.has(types[typeAt][nodes[i + typeAt]])) bytes += nodes[i + sizeAt];
  }
  return bytes;
}

const [release = '', keeps] = process.argv.slice(2);
const summary = new SummaryBuilder();
const heap = new HeapSeries();
/** @type {number[]} */
const numbers = [];
/** @type {(cycle: import('../../src/gcsim.ts').GcCycle) => void} */
let onCycle = () => {};
if (keeps === 'numbers') onCycle = ({ n }) => numbers.push(n);
if (keeps === 'report') {
  onCycle = (cycle) => {
    summary.add(cycle);
    heap.add(cycle);
  };
}

const asked = { release, procs: 2, cores: 2, gcPercent: 5 };
const simulation = createSimulation(workload, { ...optionsFor(workload, asked), onCycle });
const bytes = [];
for (const collections of [2000, 10_000]) {
  while (simulation.cyclesDone < collections && simulation.step(100));
  bytes.push(await retainedBytes());
}
const { collections } = summary.finish();
process.stdout.write(
  JSON.stringify({
    collections: simulation.cyclesDone,
    bytes,
    kept: { numbers: numbers.length, collections, points: heap.points().length },
  }),
);
