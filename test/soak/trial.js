/** What the soak tries: a workload, as the text of a file, and the settings to run it with. Drawn at random, by a seed. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { randomMechanisms, randomWorkload } from '../support/randomruns.js';
import { workloadText } from '../support/workloadtext.js';

/** @typedef {import('../support/randomruns.js').Gcsim} Gcsim */
/** @typedef {import('../../src/gcsim.ts').SimOptions} SimOptions */

/**
 * A run, as plain data. With `contrast` it is the other side of the default contrast: workbuf freeing as the release has
 * it not. With `withPacer` the pacer's lines are among those that are printed and read back.
 * @typedef {Omit<SimOptions, 'check' | 'onCycle' | 'workbufContrast' | 'mechanisms'> & {
 *   text: string,
 *   mechanisms: NonNullable<SimOptions['mechanisms']>,
 *   contrast: boolean,
 *   withPacer: boolean,
 * }} Trial
 */

const msNs = 1e6;

/** The workloads that come with gcsim. Their heaps are large: of each, a few milliseconds are run. */
function builtinTexts() {
  const folder = new URL('../../workloads/', import.meta.url);
  return readdirSync(fileURLToPath(folder))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
}

/** A few for most runs, and many for some. */
const someOrMany = fc.oneof(
  { withCrossShrink: true },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 2, arbitrary: fc.integer({ min: 7, max: 16 }) },
  { weight: 1, arbitrary: fc.constantFrom(32, 64) },
);

/**
 * Everything that a run depends on, at random.
 * @param {Gcsim} gcsim
 * @returns {fc.Arbitrary<Trial>}
 */
export function randomTrial(gcsim) {
  const texts = builtinTexts();
  const randomText = randomWorkload.map((workload) => workloadText(workload));
  return fc
    .record({
      // Drawn with a bias towards the ends of all ranges, workloads collect little: most are drawn without.
      workload: fc.oneof(
        { withCrossShrink: true },
        { weight: 4, arbitrary: randomText },
        { weight: 8, arbitrary: fc.noBias(randomText) },
        { weight: 1, arbitrary: fc.constantFrom(...texts) },
      ),
      choices: randomMechanisms(gcsim),
      procs: someOrMany,
      cores: someOrMany,
      gcPercent: fc.constantFrom(100, 50, 25, 200, 400, 10, 1000, 1, 0, -1),
      seed: fc.nat(0xffff_ffff),
      noise: fc.constantFrom(0, 0.03, 0.2, 1),
      grain: fc.constantFrom(1, 1, 1, 4, 16, 256, 4096),
      durationNs: fc.option(fc.integer({ min: 1, max: 20 * msNs }), { nil: undefined, freq: 3 }),
      cycles: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined, freq: 3 }),
      contrast: fc.boolean(),
      withPacer: fc.boolean(),
    })
    .map(({ workload: text, choices, durationNs: drawn, cycles, ...settings }) => {
      const durationNs = drawn ?? (texts.includes(text) ? 10 * msNs : undefined);
      return {
        text,
        ...choices,
        ...settings,
        ...(durationNs !== undefined && { durationNs }),
        ...(cycles !== undefined && { cycles }),
      };
    });
}

/**
 * The trial that a seed draws; with a path, what shrinking made of it there. Throws Error where nothing was drawn there.
 * @param {fc.Arbitrary<Trial>} trials
 * @param {{ seed: number, path: string }} where
 * @returns {Trial}
 */
export function trialAt(trials, { seed, path }) {
  /** @type {Trial | undefined} */
  let found;
  // As fast-check replays: the first is the one meant, and others would follow if it did not fail.
  const property = fc.property(trials, (trial) => {
    found = trial;
    return false;
  });
  fc.check(property, { seed, path, numRuns: 1, endOnFailure: true });
  if (found === undefined) throw new Error(`nothing is drawn at ${seed}:${path}`);
  return found;
}

/**
 * Options of the simulation.
 * @param {Gcsim} gcsim
 * @param {Trial} trial
 * @returns {SimOptions}
 */
export function optionsOf({ findRelease, resolveMechanisms }, trial) {
  const { text: _, contrast, withPacer: __, ...options } = trial;
  if (!contrast) return options;
  const own = resolveMechanisms(findRelease(trial.release), trial.mechanisms)['workbuf-freeing'];
  return { ...options, workbufContrast: own === 'on' ? 'off' : 'on' };
}

/**
 * The command that runs the trial, with the workload on its standard input.
 * @param {Trial} trial
 */
export function commandOf(trial) {
  const { release, mechanisms, procs, cores, gcPercent, seed, noise, grain, durationNs, cycles } =
    trial;
  const words = [
    ...['npx', 'gcsim', 'run', '-', '--go', release, '--procs', procs, '--cores', cores],
    ...['--gogc', gcPercent === -1 ? 'off' : gcPercent, '--seed', seed, '--noise', noise],
    ...(grain === undefined || grain === 1 ? [] : ['--grain', grain]),
    ...Object.entries(mechanisms).flatMap(([name, choice]) => ['--set', `${name}=${choice}`]),
    ...(durationNs === undefined ? [] : ['--duration', `${durationNs}ns`]),
    ...(cycles === undefined ? [] : ['--cycles', cycles]),
    ...(trial.contrast ? [] : ['--no-contrast']),
    ...(trial.withPacer ? ['--gcpacertrace'] : []),
    '--check',
  ];
  return words.map((word) => quoted(String(word))).join(' ');
}

/**
 * As a shell takes it for one word.
 * @param {string} word
 */
function quoted(word) {
  return /^[\w.=-]+$/.test(word) ? word : `'${word}'`;
}
