/**
 * Runs the workloads that model the programs measured on real Go, and sets real figures beside simulated ones.
 *
 *   npm run fidelity [-- --only program[,release]] [--reference DIR] [--copy] [--markdown]
 *
 * `--reference` is the folder of all measurements; without it, the copy of its figures in fidelity/measured.csv serves.
 * `--copy` renews that copy, and does no more. `--markdown` writes docs/fidelity.md and its summary in README.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figuresOf, medianOf } from './fidelity/figures.js';
import { writeMarkdown } from './fidelity/markdown.js';
import {
  copiedText,
  copyPath,
  parseMeasured,
  signallers,
  writeMeasured,
} from './fidelity/measured.js';
import { jobsFor } from './fidelity/programs.js';
import { hasReference, readReference } from './fidelity/reference.js';
import { renderOrder, renderRows, renderTargets } from './fidelity/report.js';
import { jobName, runAll } from './fidelity/simulations.js';
import { compare, judge, orderOfReleases } from './fidelity/targets.js';

/** @typedef {import('./fidelity/measured.js').Measured} Measured */
/** @typedef {import('./fidelity/simrun.js').Run} Run */
/** @typedef {import('./fidelity/targets.js').Figures} Figures */

const root = fileURLToPath(new URL('..', import.meta.url));
const { readTrace, releases } = /** @type {typeof import('../src/gcsim.ts')} */ (
  await import(new URL('../dist/gcsim.js', import.meta.url).href)
);

/**
 * What the runs of a row come to, as the real ones did.
 * @param {readonly Run[]} runs
 * @returns {Figures}
 */
function simulatedFigures(runs) {
  /** @param {(memory: Run['gcMemory']) => number} of */
  const memory = (of) => medianOf(runs.map(({ gcMemory }) => of(gcMemory)));
  const wakeups = runs.flatMap((run) => run.wakeups);
  const delays = signallers.map((who) => [
    `wakeup-${who}-us`,
    medianOf(
      wakeups.filter(({ signaller }) => who === 'any' || signaller === who).map(({ us }) => us),
    ),
  ]);
  return withoutUnknown({
    ...figuresOf(runs.map(({ lines }) => readTrace(lines).cycles)),
    growthWithAssists: medianOf(runs.flatMap((run) => run.growthWithAssists)),
    gcSysPeakKiB: memory(({ peakKiB }) => peakKiB),
    gcSysRestPeakKiB: memory(({ restPeakKiB }) => restPeakKiB),
    gcSysFinalKiB: memory(({ finalKiB }) => finalKiB),
    heapSysMiB: memory(({ heapSysMiB }) => heapSysMiB),
    ...Object.fromEntries(delays),
  });
}

/**
 * @param {Record<string, number | undefined>} figures
 * @returns {Figures}
 */
function withoutUnknown(figures) {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}

/**
 * @param {string} folder
 * @returns {Measured[]}
 */
function measuredRows(folder) {
  if (hasReference(folder)) return readReference(folder, readTrace);
  console.error(`there is no ${join(folder, 'measured')}: taking the copy of its figures`);
  return parseMeasured(copiedText());
}

/**
 * By program, procs and release, the oldest first.
 * @param {readonly Measured[]} rows
 */
function inOrder(rows) {
  const programs = [...new Set(rows.map(({ program }) => program))];
  const names = releases.map(({ name }) => name);
  return [...rows].sort(
    (a, b) =>
      programs.indexOf(a.program) - programs.indexOf(b.program) ||
      a.procs - b.procs ||
      names.indexOf(a.release) - names.indexOf(b.release),
  );
}

/**
 * @param {readonly Measured[]} rows
 */
async function simulateRows(rows) {
  const runs = await runAll(rows.flatMap(jobsFor), (done, all) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} runs `);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const figures = new Map(
    rows.map((row) => {
      const own = jobsFor(row).map((job) => runs.get(jobName(job)));
      return [row, simulatedFigures(own.filter((run) => run !== undefined))];
    }),
  );
  return (/** @type {Measured} */ row) => figures.get(row) ?? {};
}

/**
 * The command line is wrong.
 * @param {string} message
 */
function refuse(message) {
  console.error(message);
  process.exitCode = 2;
}

/** What was asked for; undefined, and told of, where that cannot be read. */
function askedFor() {
  try {
    return parseArgs({
      options: {
        reference: { type: 'string', default: join(root, '../shared/reference') },
        only: { type: 'string' },
        copy: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    refuse(
      `${error.message}\nusage: fidelity [--reference <folder>] [--only <workload>,<release>] [--markdown] [--copy]`,
    );
    return undefined;
  }
}

async function main() {
  const values = askedFor();
  if (values === undefined) return;
  const measured = measuredRows(values.reference);
  if (values.copy) {
    if (hasReference(values.reference)) writeFileSync(copyPath, writeMeasured(measured));
    else
      refuse('--copy takes the figures from the measurements: name their folder with --reference');
    return;
  }
  const [program = '', release] = values.only?.split(',') ?? [];
  if (values.markdown && values.only !== undefined) {
    refuse('--markdown writes what all rows come to: leave out --only');
    return;
  }
  const known = new Set(releases.map(({ name }) => name));
  const rows = inOrder(measured).filter(
    (row) =>
      known.has(row.release) &&
      (program === '' || row.program === program) &&
      (release === undefined || row.release === release),
  );
  if (rows.length === 0) {
    refuse(
      `nothing was measured of ${values.only}: --only takes a workload, a release, or both, as "json", ",1.9", "json,1.9"`,
    );
    return;
  }
  const simulatedOf = await simulateRows(rows);
  const compared = compare(rows, simulatedOf);
  const judged = judge(compared);
  const quiet = judge(compared.filter(({ row }) => row.load !== 'loaded'));
  const pairs = orderOfReleases(compared, simulatedOf);
  if (values.markdown) {
    const releaseNames = releases.map(({ name }) => name);
    writeMarkdown(root, { compared, judged, quiet, pairs, releaseNames });
    return;
  }
  const parts = [
    renderRows(compared),
    renderTargets(judged),
    'Over the rows of quiet machines alone:',
    renderTargets(quiet),
    renderOrder(pairs),
  ];
  console.log(parts.join('\n'));
}

await main();
