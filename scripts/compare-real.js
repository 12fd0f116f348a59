/**
 * Sets what gcsim simulates beside what real Go did (measured.js), as Markdown tables. Prints them, or puts them into README.md
 * between the marks there.
 *
 *   node scripts/compare-real.js [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collections, gcSys, growthWithAssists, wakeupDelays } from './measured.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { optionsFor, parseWorkload, simulate, summarize } =
  /** @type {typeof import('../src/gcsim.ts')} */ (
    await import(new URL('../dist/gcsim.js', import.meta.url).href)
  );

/** @typedef {import('../src/gcsim.ts').GcCycle} GcCycle */
/** @typedef {import('../src/gcsim.ts').Summary} Summary */
/** @typedef {{ counted: GcCycle[], summary: Summary }} Run */

/** The machine on which the programs were measured. */
const cores = 2;
/**
 * How long a program was let run, where that is not how long its workload takes.
 * @param {string} name
 * @param {string} release
 */
function durationNsOf(name, release) {
  if (name === 'steady') return 3e9;
  if (name === 'peak2') return release.startsWith('051809e3') ? 8.7e9 : 7e9;
  return undefined;
}

/** Several seeds, as several runs were measured; fewer of what takes long to simulate. */
const seeds = new Map([
  ['garbage', [1]],
  ['peak2', [1]],
  ['steady', [1]],
]);
const seedsElse = [1, 2, 3];

/** @type {Map<string, Run[]>} */
const done = new Map();

/**
 * The runs of a workload, one for each seed.
 * @param {string} name
 * @param {string} release
 * @param {number} procs
 */
function runsOf(name, release, procs = 4) {
  const key = `${name} ${release} ${procs}`;
  const before = done.get(key);
  if (before !== undefined) return before;
  const path = join(root, 'workloads', `${name}.yaml`);
  const workload = parseWorkload(readFileSync(path, 'utf8'), `${name}.yaml`);
  const durationNs = durationNsOf(name, release);
  const runs = (seeds.get(name) ?? seedsElse).map((seed) => {
    const asked = { release, procs, cores, seed, ...(durationNs !== undefined && { durationNs }) };
    const { cycles, totals } = simulate(workload, optionsFor(workload, asked));
    return {
      counted: cycles.filter(({ n, forced }) => n > 1 && !forced),
      summary: summarize(cycles, totals),
    };
  });
  process.stderr.write(`${key}\n`);
  done.set(key, runs);
  return runs;
}

/** @param {readonly number[]} values */
function medianOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** @param {readonly (number | undefined)[]} values */
function medianOfKnown(values) {
  return medianOf(values.flatMap((value) => (value === undefined ? [] : [value])));
}

const MiB = 2 ** 20;

/**
 * As measured: from the whole MiB that a gctrace line prints.
 * @param {GcCycle} cycle
 */
function overshootOf({ heapEndBytes, heapGoalBytes = 0 }) {
  const goal = Math.floor(heapGoalBytes / MiB);
  return goal === 0 ? undefined : (Math.floor(heapEndBytes / MiB) - goal) / goal;
}

/** @param {number | undefined} share */
function percent(share) {
  if (share === undefined) return '–';
  const value = 100 * share;
  const text = Math.abs(value) < 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
  return `${text === '-0' ? '0' : text.replace('-', '−')} %`;
}

/** @param {number | undefined} us */
function delay(us) {
  if (us === undefined) return '–';
  if (us < 1) return `${(us * 1000).toFixed(0)} ns`;
  if (us < 1000) return `${us.toPrecision(2)} µs`;
  return `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;
}

/** @param {number} value */
function count(value) {
  return value.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows
 */
function table(heads, rows) {
  const rule = heads.map((_, i) => (i === 0 ? '---' : '---:'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** @param {string} load */
function mark(load) {
  return load === 'loaded' ? '\\*' : '';
}

/** Oldest first, in three groups: the collectors come closer to those of today. */
const groups = [
  { name: 'March 2015', releases: ['8e24283a^', '8e24283a', '4b2fde94'] },
  { name: '8f34b253 and its parent', releases: ['8f34b253^', '8f34b253'] },
  { name: 'Go 1.5 to 1.10', releases: ['1.5', '1.6', '051809e3^', '051809e3', '1.9', '1.10'] },
];
const releases = groups.flatMap((group) => group.releases);
const workloads = ['init1', 'big-slices', 'init1-long', 'json', 'steady', 'garbage', 'peak2'];

/**
 * A figure of each workload and release: measured, an arrow, simulated.
 * @param {readonly string[]} columns
 * @param {(row: (typeof collections)[number], runs: Run[]) => string} write
 */
function byRelease(columns, write) {
  const rows = workloads.map((workload) => [
    workload,
    ...columns.map((release) => {
      const row = collections.find((r) => r.workload === workload && r.release === release);
      return row === undefined ? '' : write(row, runsOf(workload, release));
    }),
  ]);
  return table(['', ...columns], rows);
}

function collectionsTable() {
  return byRelease(releases, (row, runs) => {
    return `${count(row.collections)}${mark(row.load)} → ${count(collectionsIn(runs))}`;
  });
}

/** @param {Run[]} runs */
function collectionsIn(runs) {
  return medianOf(runs.map(({ counted }) => counted.length)) ?? 0;
}

/** How many collections are simulated for one real one. */
function ratiosTable() {
  const rows = groups.map(({ name, releases: members }) => {
    const ratios = collections
      .filter(({ release }) => members.includes(release))
      .map((row) => collectionsIn(runsOf(row.workload, row.release)) / row.collections);
    const figures = [Math.min(...ratios), medianOf(ratios) ?? 0, Math.max(...ratios)];
    return [name, ...figures.map((ratio) => ratio.toFixed(2))];
  });
  return table(['', 'least', 'median', 'most'], rows);
}

function overshootTable() {
  const columns = releases.filter((release) =>
    collections.some((row) => row.release === release && row.overshoot !== undefined),
  );
  return byRelease(columns, (row, runs) => {
    const simulated = medianOfKnown(runs.flatMap(({ counted }) => counted.map(overshootOf)));
    return `${percent(row.overshoot)}${mark(row.load)} → ${percent(simulated)}`;
  });
}

function growthTable() {
  const rows = growthWithAssists.map(({ workload, release, median, max }) => {
    const shares = runsOf(workload, release).flatMap(({ counted }) =>
      counted.map(
        ({ sim, heapGoalBytes = 1 }) => (sim?.growthWithAssistsBytes ?? 0) / heapGoalBytes,
      ),
    );
    const simulated = [medianOf(shares), Math.max(...shares)].map(percent);
    return [
      workload,
      release,
      `${percent(median)} → ${simulated[0]}`,
      `${percent(max)} → ${simulated[1]}`,
    ];
  });
  return table(['', 'release', 'median', 'max'], rows);
}

function wakeupTable() {
  const rows = wakeupDelays.map(({ release, procs, signaller, medianUs }) => {
    const cycles = runsOf('json', release, procs).flatMap(({ counted }) => counted);
    const delays = cycles.flatMap(({ sim }) =>
      sim?.signaller === signaller && sim.wakeupDelayNs !== undefined ? [sim.wakeupDelayNs] : [],
    );
    const median = medianOf(delays);
    const simulated = median === undefined ? 'none' : `${delay(median / 1000)} (${delays.length})`;
    return [`${procs}`, release, signaller, `${delay(medianUs)} → ${simulated}`];
  });
  return table(['procs', 'release', 'signalled by', 'median'], rows);
}

function gcSysTable() {
  /** @param {number} kib */
  const mib = (kib) => (kib / 1024).toFixed(kib < 10_240 ? 1 : 0);
  const rows = gcSys.map(({ workload, release, load, peakKiB, finalKiB }) => {
    const figures = runsOf(workload, release).map(({ summary }) => summary.gcSys);
    const peak = medianOfKnown(figures.map(({ peakBytes }) => peakBytes)) ?? 0;
    const final = medianOfKnown(figures.map(({ finalBytes }) => finalBytes)) ?? 0;
    return [
      workload,
      release,
      `${mib(peakKiB)}, ${mib(finalKiB)}${mark(load)} → ${mib(peak / 1024)}, ${mib(final / 1024)}`,
    ];
  });
  return table(['', 'release', 'peak, end (MiB)'], rows);
}

const text = `Collections in a run, without the first and forced ones:

${collectionsTable()}

Simulated collections for each real one, over all of these:

${ratiosTable()}

Heap at mark termination over the goal, median of the collections (negative: under it):

${overshootTable()}

Growth of the heap while assists were on, as a share of the goal:

${growthTable()}

From the end of marking to the coordinator running, on \`json\` (in brackets: simulated collections):

${wakeupTable()}

GC bytes from system (gcSys):

${gcSysTable()}

\\* Measured while other work ran on the machine.`;

if (process.argv.includes('--write')) {
  const path = join(root, 'README.md');
  const [begin, end] = ['<!-- compare-real: begin -->', '<!-- compare-real: end -->'];
  const before = readFileSync(path, 'utf8');
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error('README.md has no marks for the tables');
  writeFileSync(path, `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`);
} else {
  console.log(text);
}
