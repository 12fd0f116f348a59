/**
 * How fast gcsim is: `npm run bench`. Fixed seeds, a warm-up, then some rounds; prints least and median, and the digest of the
 * events, so that nobody "optimises" by changing what happens. Each also runs once, tiny, in the tests (bench.test.ts).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { logOf } from './log.js';

/** @typedef {import('../../src/gcsim.ts')} Gcsim */
/** @typedef {{ count: number, digest: string, rssBytes?: number }} Done */
/** @typedef {{ name: string, unit: string, rounds?: number, run: (gcsim: Gcsim, scale: number) => Done }} Bench */

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A workload that lives for one long marking after the other: nothing but a tree, collected again and again.
 * @param {number} count Objects, about.
 */
function treeWorkload(count) {
  return `
kinds:
  node: { size: 64B, pointers: 32B }
structures:
  tree: { shape: tree, kind: node, nodes: ${count}, fanout: 4 }
goroutines:
  - { times: 10, steps: [gc] }
`;
}

/** @type {readonly Bench[]} */
export const benches = [
  {
    name: 'init1-long',
    unit: 'events/s',
    run({ optionsFor, parseWorkload, simulate }, scale) {
      const text = readFileSync(`${root}workloads/init1-long.yaml`, 'utf8');
      const workload = parseWorkload(text, 'init1-long.yaml');
      const cycles = Math.max(2, Math.round(2400 * scale));
      const { totals } = simulate(workload, optionsFor(workload, { cycles }));
      return { count: totals.events, digest: totals.digest };
    },
  },
  {
    name: 'marking a tree',
    unit: 'objects/s',
    run({ optionsFor, parseWorkload, simulate }, scale) {
      const nodes = Math.max(100, Math.round(500_000 * scale));
      const workload = parseWorkload(treeWorkload(nodes), 'tree.yaml');
      const { cycles, totals } = simulate(workload, optionsFor(workload, { gcPercent: -1 }));
      return { count: nodes * cycles.length, digest: totals.digest };
    },
  },
  {
    name: 'gcsim run init1',
    unit: 'runs/s',
    run(_, scale) {
      const cycles = Math.max(2, Math.round(1000 * scale));
      const args = [`${root}bin/gcsim.js`, 'run', 'init1', '--cycles', String(cycles)];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return { count: 1, digest: hashOf(stdout + stderr) };
    },
  },
  {
    name: 'node -e 0, for comparison',
    unit: 'runs/s',
    run() {
      spawnSync(process.execPath, ['-e', '0']);
      return { count: 1, digest: '-' };
    },
  },
  {
    name: 'gcsim analyze, a 1 GB log',
    unit: 'bytes/s',
    rounds: 3,
    run(_, scale) {
      const log = logOf(scale);
      const args = ['--import', reportRss, `${root}bin/gcsim.js`, 'analyze', log.path];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      const rss = /^rss (\d+)$/m.exec(stderr)?.[1];
      if (status !== 0 || rss === undefined) throw new Error(stderr);
      return { count: log.bytes, digest: hashOf(stdout), rssBytes: Number(rss) * 1024 };
    },
  },
  ...(process.platform === 'win32' ? [] : [counter('wc', '-l'), counter('grep', '-c', '^gc ')]),
];

/** Has a process of Node say how much memory it had at most, in KiB, when it ends. */
const reportRss =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(' +
  '"\\nrss "+process.resourceUsage().maxRSS+"\\n"))';

/**
 * A tool that only counts the lines of the same log, for comparison.
 * @param {string} tool
 * @param {string[]} args
 * @returns {Bench}
 */
function counter(tool, ...args) {
  return {
    name: `${tool} ${args.join(' ')}, the same log`,
    unit: 'bytes/s',
    rounds: 3,
    run(_, scale) {
      const log = logOf(scale);
      const { status, stdout, stderr } = spawnSync(tool, [...args, log.path], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return { count: log.bytes, digest: hashOf(stdout.trim().split(/\s/)[0] ?? '') };
    },
  };
}

/** @param {string} text */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * Times a bench; throws where its rounds do not all do the same.
 * @param {Bench} bench
 * @param {Gcsim} gcsim
 * @param {{ rounds: number, scale: number }} how
 */
export function measure(bench, gcsim, { rounds, scale }) {
  const first = bench.run(gcsim, scale); // A warm-up.
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const startMs = performance.now();
    const { count, digest } = bench.run(gcsim, scale);
    times.push(performance.now() - startMs);
    if (count !== first.count || digest !== first.digest) {
      throw new Error(`${bench.name}: round ${i + 1} did something else`);
    }
  }
  times.sort((a, b) => a - b);
  return {
    ...first,
    leastMs: times[0] ?? Number.NaN,
    medianMs: times[Math.floor(times.length / 2)] ?? Number.NaN,
  };
}

async function main() {
  /** @type {Gcsim} */
  const gcsim = await import(new URL('../../dist/gcsim.js', import.meta.url).href);
  const [{ model } = { model: 'an unknown processor' }] = cpus();
  console.log(`Node ${process.versions.node}, ${cpus().length} x ${model.trim()}\n`);
  console.log(
    `${''.padEnd(33)}${['least', 'median', 'rate at the median', 'memory'].map((head, i) => head.padStart([10, 10, 27, 9][i] ?? 0)).join('')}   digest`,
  );
  for (const bench of benches) {
    const rounds = bench.rounds ?? 7;
    const done = measure(bench, gcsim, { rounds, scale: 1 });
    const [least, median] = [done.leastMs, done.medianMs].map((ms) => `${ms.toFixed(0)} ms`);
    const rate = done.count / (done.medianMs / 1000);
    const shown = rate >= 1e5 ? `${(rate / 1e6).toFixed(2)} million` : rate.toFixed(1);
    const rss = done.rssBytes === undefined ? '' : `${(done.rssBytes / 2 ** 20).toFixed(0)} MiB`;
    const cells = [least, median, `${shown} ${bench.unit}`, rss];
    const row = cells.map((cell, i) => (cell ?? '').padStart([10, 10, 27, 9][i] ?? 0)).join('');
    console.log(`${bench.name.padEnd(33)}${row}   ${done.digest}`);
  }
  rmSync(logOf(1).path, { force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
