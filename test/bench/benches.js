/** What is measured: see bench.js. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedProgram } from './installed.js';
import { logOf } from './log.js';
import { markTree } from './marktree.js';

/** @typedef {import('./bench.js').Bench} Bench */
/** @typedef {import('./bench.js').Done} Done */
/** @typedef {import('./bench.js').Side} Side */

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'bin', 'gcsim.js');

/** @param {string} text */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * A process from its start to its end. `digested` is what of its output has to be the same each time.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {(output: { stdout: string, stderr: string }) => string} [digested]
 */
function processOf(command, args, digested = ({ stdout, stderr }) => stdout + stderr) {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const ms = performance.now() - startMs;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return { ms, stdout, stderr, digest: hashOf(digested({ stdout, stderr })) };
}

/** @param {string[]} args */
const gcsimProcess = (...args) => processOf(process.execPath, [program, ...args]);

/** @param {number} ratio */
const times = (ratio) => `${ratio.toFixed(2)} x`;
/** @param {number} ratio */
const percent = (ratio) => `${(100 * ratio).toFixed(0)} %`;

/**
 * Time of the one over time of the other.
 * @param {Done} own
 * @param {Done} yardstick
 */
const timeRatio = (own, yardstick) => own.ms / yardstick.ms;

/** @type {Bench} */
const startUp = {
  name: 'run init1, installed',
  rounds: 15,
  own: {
    label: 'gcsim run init1, both sides of its contrast',
    run: (_, scale) => {
      const path = scale === 1 ? installedProgram() : program;
      const cycles = String(Math.max(2, Math.round(1000 * scale)));
      return processOf(process.execPath, [path, 'run', 'init1', '--cycles', cycles]);
    },
  },
  yardstick: { label: 'node -e 0', run: () => processOf(process.execPath, ['-e', '0']) },
  ratio: timeRatio,
  show: times,
  aim: 'at most 2.5 x',
};

/**
 * A workload that lives for one marking after the other: nothing but a tree, collected again and again.
 * @param {number} nodes
 */
const treeWorkload = (nodes) => `
kinds:
  node: { size: 64B, pointers: 32B }
structures:
  tree: { shape: tree, kind: node, nodes: ${nodes}, fanout: 4 }
goroutines:
  - { times: 6, steps: [gc] }
`;

/** @param {number} scale */
const treeNodes = (scale) => Math.max(100, Math.round(5e6 * scale));

/** @type {Bench} */
const marking = {
  name: 'marking a tree',
  rounds: 3,
  own: {
    label: 'collections of 5 million objects, grain 1',
    unit: 'objects/s',
    run({ createSimulation, optionsFor, parseWorkload }, scale) {
      const nodes = treeNodes(scale);
      const workload = parseWorkload(treeWorkload(nodes), 'tree.yaml');
      /** @type {number[]} */
      const endsMs = [];
      const onCycle = () => void endsMs.push(performance.now());
      const options = { ...optionsFor(workload, { gcPercent: -1 }), onCycle };
      const simulation = createSimulation(workload, options);
      while (simulation.step(1 << 20));
      const [firstMs = 0] = endsMs;
      const ms = (endsMs.at(-1) ?? 0) - firstMs;
      return { ms, amount: nodes * (endsMs.length - 1), digest: simulation.totals().digest };
    },
  },
  yardstick: {
    label: 'a bare loop over workbufs and mark bits',
    unit: 'objects/s',
    run(_, scale) {
      const startMs = performance.now();
      let marked = 0;
      for (let i = 0; i < 5; i++) marked += markTree(treeNodes(scale), 4);
      return { ms: performance.now() - startMs, amount: marked, digest: hashOf(String(marked)) };
    },
  },
  ratio: (own, yardstick) => (own.amount ?? 0) / own.ms / ((yardstick.amount ?? 0) / yardstick.ms),
  show: times,
  aim: '80 million objects/s',
};

/**
 * How long real Go takes for 1,000 copies of 1 MiB (test/init1.go) at 4 procs on 2 cores: start of the last collection.
 * Source: test/conformance, the logs of init1-p4 before they were cut. 10,000 copies take ten times as long.
 */
const realInit1Ms = { 1.5: 279, 1.6: 246, 1.9: 98, '1.10': 101 };

/** @type {readonly Bench[]} */
const init1Long = Object.entries(realInit1Ms).map(([release, ms]) => ({
  name: `init1-long, Go ${release}`,
  rounds: 3,
  own: {
    label: 'gcsim run init1-long, 10,000 copies, 4 procs',
    unit: 'events/s',
    run({ optionsFor, parseWorkload, simulate }, scale) {
      const cycles = Math.max(2, Math.round(1e5 * scale));
      const text = readFileSync(`${root}workloads/init1-long.yaml`, 'utf8');
      const workload = parseWorkload(text, 'init1-long.yaml');
      const { totals } = simulate(workload, optionsFor(workload, { cycles, release, cores: 2 }));
      const settings = ['--go', release, '--cores', '2', '--cycles', String(cycles)];
      const run = gcsimProcess('run', 'init1-long', '--no-contrast', '--quiet', ...settings);
      return { ms: run.ms, amount: totals.events, digest: totals.digest };
    },
  },
  yardstick: { label: `real Go ${release}: ten times its init1`, ms: 10 * ms },
  ratio: timeRatio,
  show: times,
}));

const simulatedSeconds = 10;

/** @type {Bench} */
const steady = {
  name: 'steady for 10 s',
  rounds: 3,
  own: {
    label: 'gcsim run steady, 4 procs, one side',
    run(_, scale) {
      const folder = mkdtempSync(join(tmpdir(), 'gcsim-bench-'));
      try {
        const file = join(folder, 'steady.yaml');
        const duration = `for: ${Math.max(1, Math.round(1000 * simulatedSeconds * scale))}ms`;
        const text = readFileSync(`${root}workloads/steady.yaml`, 'utf8');
        writeFileSync(file, text.replace('for: 5s', duration));
        return gcsimProcess('run', file, '--no-contrast', '--quiet');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
  yardstick: { label: 'the same time on the clock', ms: 1000 * simulatedSeconds },
  ratio: (own, yardstick) => yardstick.ms / own.ms,
  show: times,
  aim: 'at least 10 x',
};

/**
 * Collections of a heap of so many nodes of 64 B, with a program that allocates in between.
 * @param {number} nodes
 * @returns {Side}
 */
const collectionsOf = (nodes) => ({
  label: `a collection of ${nodes / 1e6} million live objects, --grain auto`,
  run(_, scale) {
    const folder = mkdtempSync(join(tmpdir(), 'gcsim-bench-'));
    try {
      const file = join(folder, 'huge.yaml');
      writeFileSync(file, hugeWorkload(Math.max(1000, Math.round(nodes * scale))));
      const args = ['run', file, '--no-contrast', '--quiet', '--json', '-'];
      const options = ['--import', reportRss, program, ...args];
      const ran = processOf(process.execPath, options, ({ stdout }) => stdout);
      const { ms, stdout, stderr, digest } = ran;
      const { cycles } = JSON.parse(stdout);
      const rssBytes = Number(/^rss (\d+)$/m.exec(stderr)?.[1]) * 1024;
      // The heap grows to its size in the first collections; they and the start of the process are shared out.
      return { ms: ms / cycles.length, amount: cycles.length, digest, rssBytes };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

/** @param {number} nodes */
const hugeWorkload = (nodes) => `
kinds:
  node: { size: 64B, pointers: 32B }
structures:
  tree: { shape: tree, kind: node, nodes: ${nodes}, fanout: 4 }
goroutines:
  - { count: 4, collections: 12, steps: [{ alloc: { kind: node, count: 200, keep: latest } }] }
`;

/** @type {Bench} */
const grain = {
  name: 'grain: 100 GB beside 1 GB',
  rounds: 1,
  own: collectionsOf(1.6e9),
  yardstick: collectionsOf(16e6),
  ratio: timeRatio,
  show: times,
  aim: 'at most 2 x, and 300 MB',
};

/** Makes a process of Node believe that there is one core. */
const oneCore = 'data:text/javascript,import os from "node:os";os.availableParallelism=()=>1';

/**
 * @param {number} scale
 * @param {readonly string[]} [before]
 */
function seeds(scale, before = []) {
  const count = String(Math.max(2, Math.round(32 * scale)));
  const end = scale === 1 ? [] : ['--cycles', '2'];
  return processOf(process.execPath, [
    ...before,
    program,
    'run',
    'steady',
    '--seeds',
    count,
    ...end,
  ]);
}

/**
 * Both sides start a process and have V8 optimise their code, each thread anew: that is in the figure. With 32 runs there is
 * enough to do for it to be a small part.
 * @type {Bench}
 */
const seedsOnAllCores = {
  name: 'run --seeds',
  rounds: 3,
  own: { label: 'gcsim run steady --seeds 32, all cores', run: (_, scale) => seeds(scale) },
  yardstick: {
    label: 'the same on one thread',
    run: (_, scale) => seeds(scale, ['--import', oneCore]),
  },
  ratio: (own, yardstick) => yardstick.ms / (availableParallelism() * own.ms),
  show: percent,
  aim: 'at least 90 % of all cores',
};

/** Has a process of Node say how much memory it had at most, in KiB, when it ends. */
const reportRss =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(' +
  '"\\nrss "+process.resourceUsage().maxRSS+"\\n"))';

/** @type {Side} */
const analyze = {
  label: 'gcsim analyze, a log of 1 GB',
  unit: 'bytes/s',
  run(_, scale) {
    const log = logOf(scale);
    const args = ['--import', reportRss, program, 'analyze', log.path];
    const { ms, stderr, digest } = processOf(process.execPath, args, ({ stdout }) => {
      return stdout.replaceAll(log.path, 'log');
    });
    const rssBytes = Number(/^rss (\d+)$/m.exec(stderr)?.[1]) * 1024;
    return { ms, amount: log.bytes, digest, rssBytes };
  },
};

/**
 * Beside a tool that only counts the lines of the same log.
 * @param {string} tool
 * @param {string[]} args
 * @returns {Bench}
 */
const analyzeBeside = (tool, ...args) => ({
  name: `analyze, beside ${tool}`,
  rounds: 2,
  own: analyze,
  yardstick: {
    label: `${tool} ${args.join(' ')}`,
    unit: 'bytes/s',
    run(_, scale) {
      const { bytes, path } = logOf(scale);
      const { ms, digest } = processOf(tool, [...args, path], ({ stdout }) => {
        return stdout.trim().split(/\s/)[0] ?? '';
      });
      return { ms, amount: bytes, digest };
    },
  },
  ratio: timeRatio,
  show: times,
});

/** @type {readonly Bench[]} */
export const benches = [
  startUp,
  marking,
  ...init1Long,
  steady,
  seedsOnAllCores,
  grain,
  ...(process.platform === 'win32'
    ? []
    : [analyzeBeside('wc', '-l'), analyzeBeside('grep', '-c', '^gc ')]),
];
