/**
 * A long search for faults of the simulator: random workloads, releases, mechanisms and settings, each run with the
 * collector's own checks on, and looked at from all sides (examine.js). Each fault is shrunk and can be replayed.
 *
 *   npm run soak [-- --minutes 10 | --runs 10000] [--seed 1] [--check file.js] [--stuck 60]
 *   npm run soak -- --replay <seed:path>
 *
 * `--check` names a module that exports a further check (see planted.js); `--stuck` says after how many seconds without
 * a sign of life a thread is given up. Faults go to standard output, progress to standard error. The exit code is 1 where
 * there was a fault, 2 where the command line is wrong, 130 after Ctrl-C and 143 after SIGTERM.
 */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Hunt } from './hunt.js';
import { Threads } from './threads.js';
import { commandOf, randomTrial, trialAt } from './trial.js';

/** @typedef {import('../support/randomruns.js').Gcsim} Gcsim */
/** @typedef {import('./examine.js').Complaint} Complaint */
/** @typedef {import('./trial.js').Trial} Trial */

const dist = new URL('../../dist/', import.meta.url);
const library = new URL('gcsim.js', dist).href;
/** @type {Gcsim} */
const gcsim = await import(library);

/** Where standard error is no terminal, it gets a line each ten seconds. */
const linesMs = 10_000;
const minuteMs = 60_000;
const defaultMinutes = 10;
const seedMax = 2 ** 31 - 1;
/** Signals that end a search early, and the exit code that tells so. */
const signals = { SIGINT: 130, SIGTERM: 143 };

/** The command line is wrong. */
class WrongUse extends Error {}

/** @param {string[]} args */
function readOptions(args) {
  /** @type {{ [name: string]: string | undefined }} */
  let values;
  try {
    const string = /** @type {const} */ ({ type: 'string' });
    const names = ['minutes', 'runs', 'seed', 'replay', 'check', 'stuck'];
    const options = Object.fromEntries(names.map((name) => [name, string]));
    ({ values } = /** @type {{ values: typeof values }} */ (parseArgs({ args, options })));
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
  /**
   * @param {string} name
   * @param {number} max
   */
  const number = (name, max) => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    const isRight = value <= max && (name === 'minutes' || Number.isInteger(value));
    if (isRight && (value > 0 || name === 'seed')) return value;
    throw new WrongUse(`--${name} must be a number up to ${max}, found "${text}"`);
  };
  const { replay, check } = values;
  const [, seed, path] = /^(\d+):(\d+(?::\d+)*)$/.exec(replay ?? '') ?? [];
  if (replay !== undefined && (seed === undefined || path === undefined)) {
    throw new WrongUse(`--replay takes seed:path, as it was printed, found "${replay}"`);
  }
  const minutes = number('minutes', 1e6);
  const runs = number('runs', 1e9);
  if (minutes !== undefined && runs !== undefined) {
    throw new WrongUse('--minutes and --runs exclude one another');
  }
  return {
    minutes: minutes ?? defaultMinutes,
    runs,
    seed: number('seed', seedMax) ?? Math.floor(Math.random() * seedMax),
    replay: seed === undefined || path === undefined ? undefined : { seed: Number(seed), path },
    check,
    stuckMs: (number('stuck', 86_400) ?? 60) * 1000,
  };
}

/** @param {string | undefined} file */
async function checkOf(file) {
  if (file === undefined) return undefined;
  const address = pathToFileURL(resolve(process.env.INIT_CWD ?? process.cwd(), file)).href;
  let check;
  try {
    ({ check } = await import(address));
  } catch (error) {
    throw new WrongUse(`--check ${file}: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof check !== 'function') throw new WrongUse(`--check ${file}: it exports no "check"`);
  return { file, address, check };
}

/** @param {string} text */
const print = (text) => process.stdout.write(`${text}\n`);

/**
 * @param {number} n
 * @param {string} what
 */
const counted = (n, what) =>
  `${String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')} ${what}${n === 1 ? '' : 's'}`;

/**
 * The trial as whoever has to mend the fault needs it.
 * @param {Complaint} complaint
 * @param {{ trial: Trial, replay: string, checkFile: string | undefined }} where
 */
function describe({ kind, message, stack }, { trial, replay, checkFile }) {
  const check = checkFile === undefined ? '' : ` --check ${checkFile}`;
  return [
    `${kind}: ${message}`,
    ...(stack === undefined ? [] : stack.split('\n').slice(1, 8)),
    '',
    'to look at it again:',
    `npm run soak -- --replay ${replay}${check}`,
    '',
    'to run it:',
    `${commandOf(trial)} <<'END'`,
    `${trial.text}END`,
    '',
  ].join('\n');
}

/** @typedef {ReturnType<typeof readOptions>} Options */
/** @typedef {Awaited<ReturnType<typeof checkOf>>} FurtherCheck */

/**
 * Looks at one trial again.
 * @param {{ seed: number, path: string }} where
 * @param {Threads} threads
 * @param {FurtherCheck} further
 */
async function replayOne(where, threads, further) {
  let trial;
  try {
    trial = trialAt(randomTrial(gcsim), where);
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
  const { complaints } = await threads.run({ trial, again: true });
  const replay = `${where.seed}:${where.path}`;
  for (const complaint of complaints) {
    print(describe(complaint, { trial, replay, checkFile: further?.file }));
  }
  if (complaints.length === 0) print(`nothing is wrong with ${commandOf(trial)}`);
  return complaints.length === 0 ? 0 : 1;
}

/**
 * Keeps standard error informed until it is told to stop.
 * @param {() => string} describeSoFar
 */
function startProgress(describeSoFar) {
  const { stderr } = process;
  // On a terminal its last line, rewritten: carriage return, and erase to the end of the line.
  const erase = stderr.isTTY ? '\r\x1b[K' : '';
  const shown = () => describeSoFar().slice(0, (stderr.columns ?? 80) - 1);
  const timer = stderr.isTTY
    ? setInterval(() => stderr.write(erase + shown()), 200)
    : setInterval(() => stderr.write(`${describeSoFar()}\n`), linesMs);
  const clear = () => stderr.write(erase);
  return {
    clear,
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}

/**
 * @param {Options} options
 * @param {{ threads: Threads, count: number, further: FurtherCheck }} how
 */
async function search({ minutes, runs, seed }, { threads, count, further }) {
  const hunt = new Hunt({ base: seed, trials: randomTrial(gcsim), threads });
  const startMs = performance.now();
  const describeSoFar = () => {
    const seconds = (performance.now() - startMs) / 1000;
    const rate = `${(hunt.runs / seconds).toFixed(1)} a second`;
    return `${counted(hunt.runs, 'run')} in ${Math.round(seconds)} s, ${rate} · ${counted(hunt.failures, 'failure')}`;
  };
  const stopped = new Promise((resolveStop) => {
    for (const [signal, code] of Object.entries(signals)) {
      process.once(signal, () => resolveStop(code));
    }
  });
  print(`soak: --seed ${seed}, ${counted(count, 'thread')}`);
  const progress = startProgress(describeSoFar);
  let faults = 0;
  const done = hunt.run({
    lanes: count,
    isOver: (run) =>
      runs === undefined ? performance.now() - startMs >= minutes * minuteMs : run >= runs,
    onFault({ complaint, trial, run, replay, shrinks }) {
      progress.clear();
      print(`\nfault ${++faults}, in run ${run}, shrunk ${counted(shrinks, 'time')}`);
      print(describe(complaint, { trial, replay, checkFile: further?.file }));
    },
  });
  let ending;
  try {
    ending = await Promise.race([done.then(() => undefined), stopped]);
  } finally {
    progress.stop();
  }
  print(
    [
      describeSoFar(),
      counted(hunt.collections, 'collection'),
      counted(hunt.events, 'event'),
      ...(hunt.cut === 0 ? [] : [`${counted(hunt.cut, 'run')} cut off for their length`]),
    ].join(' · '),
  );
  for (const [fault, { runs: met, releases, replays }] of hunt.sightings) {
    print(`\n${counted(met, 'run')} with ${fault}`);
    print(`  on ${[...releases].sort(byName).join(', ')}; such as ${replays.join(', ')}`);
  }
  return ending ?? (hunt.failures === 0 ? 0 : 1);
}

/**
 * @param {string} a
 * @param {string} b
 */
function byName(a, b) {
  return a < b ? -1 : 1;
}

/** @param {string[]} args */
async function main(args) {
  /** @type {Threads | undefined} */
  let threads;
  try {
    const options = readOptions(args);
    const further = await checkOf(options.check);
    const { replay, stuckMs } = options;
    const count = replay === undefined ? availableParallelism() : 1;
    threads = new Threads(count, { library, checkFile: further?.address, stuckMs });
    return replay === undefined
      ? await search(options, { threads, count, further })
      : await replayOne(replay, threads, further);
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`soak: ${error.message}\n`);
    return 2;
  } finally {
    await threads?.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const code = await main(process.argv.slice(2));
  // What was shrunk when it was interrupted would go on waiting.
  process.stdout.write('', () => process.exit(code));
}
