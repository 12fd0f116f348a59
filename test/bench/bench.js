/**
 * How fast gcsim is: `npm run bench`, or `npm run bench -- seeds` for those with that in their name. Each figure stands
 * beside a yardstick, and what counts is the ratio: where the yardstick is measured too, both are run in turn, so that
 * what else the machine does slows down both. With the digest of what came out, so that nobody "optimises" by changing
 * what happens. Each also runs once, tiny, in the tests (bench.test.ts).
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benches } from './benches.js';
import { removeInstalled } from './installed.js';
import { removeLogs } from './log.js';

/** @typedef {import('../../src/gcsim.ts')} Gcsim */
/** @typedef {{ ms: number, digest: string, amount?: number, rssBytes?: number }} Done What one run came to. */
/** @typedef {{ label: string, unit?: string, run: (gcsim: Gcsim, scale: number) => Done }} Side `unit` is that of amounts. */
/** @typedef {{ label: string, ms: number }} Known What is known, and not measured here. */
/**
 * `ratio` is of the two sides of a round; `show` writes it down, and `aim` says what it should be.
 * @typedef {{ name: string, rounds: number, own: Side, yardstick: Side | Known,
 *   ratio: (own: Done, yardstick: Done) => number, show: (ratio: number) => string, aim?: string }} Bench
 */
/** @typedef {{ own: Done, yardstick: Done, ratio: number }} Measured Medians over the rounds. */

/**
 * Runs a bench so often, both sides in turn; throws where its rounds do not all do the same.
 * @param {Bench} bench
 * @param {Gcsim} gcsim
 * @param {{ rounds: number, scale: number }} how
 * @returns {Measured}
 */
export function measure({ name, own, yardstick, ratio }, gcsim, { rounds, scale }) {
  /** @type {{ own: Done, yardstick: Done }[]} */
  const done = [];
  for (let round = 0; round < rounds; round++) {
    const result = {
      own: own.run(gcsim, scale),
      yardstick: 'run' in yardstick ? yardstick.run(gcsim, scale) : { ...yardstick, digest: '' },
    };
    done.push(result);
    for (const side of /** @type {const} */ (['own', 'yardstick'])) {
      const [now, first] = [result[side], done[0]?.[side]];
      if (now.amount === first?.amount && now.digest === first?.digest) continue;
      throw new Error(`${name}, ${side}: round ${round + 1} did something else`);
    }
  }
  return {
    own: medianOf(
      done.map((result) => result.own),
      ({ ms }) => ms,
    ),
    yardstick: medianOf(
      done.map((result) => result.yardstick),
      ({ ms }) => ms,
    ),
    ratio: medianOf(
      done.map((result) => ratio(result.own, result.yardstick)),
      (value) => value,
    ),
  };
}

/**
 * The item in the middle.
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => number} key
 * @returns {T}
 */
function medianOf(items, key) {
  const sorted = items.toSorted((a, b) => key(a) - key(b));
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('there was no round');
  return middle;
}

/**
 * One side in a line: its time, its rate where something is counted, its digest.
 * @param {Side | Known} side
 * @param {Done} done
 */
function describe(side, { ms, amount, rssBytes, digest }) {
  const rate = (amount ?? 0) / (ms / 1000);
  const parts = [
    ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`,
    ...('unit' in side
      ? [`${rate >= 1e5 ? `${(rate / 1e6).toFixed(1)} million` : rate.toFixed(1)} ${side.unit}`]
      : []),
    ...(rssBytes === undefined ? [] : [`${(rssBytes / 2 ** 20).toFixed(0)} MiB`]),
    ...(digest === '' ? [] : [digest]),
  ];
  return `  ${side.label.padEnd(46)} ${parts.join('   ')}`;
}

/** @param {string} [wanted] */
async function main(wanted = '') {
  /** @type {Gcsim} */
  const gcsim = await import(new URL('../../dist/gcsim.js', import.meta.url).href);
  const [{ model } = { model: 'an unknown processor' }] = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const node = `Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  console.log(`${node}, ${availableParallelism()} x ${model.trim()}, ${memory}`);
  const chosen = benches.filter(({ name }) => name.includes(wanted));
  if (chosen.length === 0) {
    console.error(`no bench has "${wanted}" in its name`);
    process.exitCode = 2;
  }
  for (const bench of chosen) {
    const { own, yardstick, ratio } = measure(bench, gcsim, { rounds: bench.rounds, scale: 1 });
    const aim = bench.aim === undefined ? '' : `   (aim: ${bench.aim})`;
    console.log(`\n${bench.name}: ${bench.show(ratio)}${aim}`);
    console.log(describe(bench.own, own));
    console.log(describe(bench.yardstick, yardstick));
  }
  removeLogs();
  removeInstalled();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2]);
