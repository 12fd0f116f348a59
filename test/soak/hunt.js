/** The search: one trial after the other on all threads, and for each new fault the smallest trial that shows it. */
import fc from 'fast-check';
import { faultOf } from './examine.js';
import { trialAt } from './trial.js';

/** @typedef {import('./examine.js').Complaint} Complaint */
/** @typedef {import('./examine.js').Findings} Findings */
/** @typedef {import('./trial.js').Trial} Trial */
/** @typedef {import('./threads.js').Threads} Threads */

/**
 * A fault, and a trial that shows it: the one that found it, shrunk `shrinks` times. `replay` is where it is drawn.
 * @typedef {{
 *   complaint: Complaint,
 *   trial: Trial,
 *   run: number,
 *   replay: string,
 *   shrinks: number,
 * }} Fault
 */

/**
 * How often a fault was met, on which releases, and the first few places where it was: it may have more than one cause.
 * @typedef {{ runs: number, releases: Set<string>, replays: string[] }} Sightings
 */

const replaysMax = 3;

/** One run in so many is run twice. */
const againEvery = 10;
/** Shrinking goes on for no longer. What was reached by then is shown. */
const shrinkMs = 120_000;

/**
 * The seed of a run, from that of the whole soak: 31 bits.
 * @param {number} base
 * @param {number} run From 0.
 */
export function seedOf(base, run) {
  let h = Math.imul(base ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(run + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 1;
}

export class Hunt {
  runs = 0;
  collections = 0;
  events = 0;
  /** Runs that were not followed to their end. */
  cut = 0;
  /** Runs with a complaint. */
  failures = 0;
  /** @type {Map<string, Sightings>} */
  sightings = new Map();

  #base;
  #trials;
  #threads;
  #next = 0;

  /**
   * @param {{ base: number, trials: fc.Arbitrary<Trial>, threads: Threads }} what
   */
  constructor({ base, trials, threads }) {
    this.#base = base;
    this.#trials = trials;
    this.#threads = threads;
  }

  /**
   * Runs trials, `lanes` at a time, until `isOver` says so of the number of the next one. Each fault is told once.
   * @param {{
   *   lanes: number,
   *   isOver: (run: number) => boolean,
   *   onFault: (fault: Fault) => void,
   * }} how
   */
  async run({ lanes, isOver, onFault }) {
    const lane = async () => {
      while (!isOver(this.#next)) {
        const run = this.#next++;
        const seed = seedOf(this.#base, run);
        const findings = await this.#threads.run({ seed, again: run % againEvery === 0 });
        for (const complaint of this.#count(findings, seed)) {
          onFault(await this.#shrunk(complaint, { run, seed }));
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  /**
   * Adds up, and gives what was not seen before, one complaint for each fault.
   * @param {Findings} findings
   * @param {number} seed
   */
  #count({ complaints, collections, events, isCut }, seed) {
    this.runs++;
    if (isCut) this.cut++;
    this.collections += collections;
    this.events += events;
    if (complaints.length === 0) return [];
    this.failures++;
    const { release } = trialAt(this.#trials, { seed, path: '0' });
    const byFault = new Map(complaints.toReversed().map((one) => [faultOf(one), one]));
    return [...byFault].flatMap(([fault, complaint]) => {
      const seen = this.sightings.get(fault);
      const sightings = seen ?? { runs: 0, releases: new Set(), replays: [] };
      sightings.runs++;
      sightings.releases.add(release);
      if (sightings.replays.length < replaysMax) sightings.replays.push(`${seed}:0`);
      this.sightings.set(fault, sightings);
      return seen === undefined ? [complaint] : [];
    });
  }

  /**
   * The smallest trial with the same fault that shrinking comes to.
   * @param {Complaint} complaint
   * @param {{ run: number, seed: number }} found
   * @returns {Promise<Fault>}
   */
  async #shrunk(complaint, { run, seed }) {
    const fault = faultOf(complaint);
    /** The complaint about the last trial that had the fault: the smallest. */
    let last = complaint;
    const property = fc.asyncProperty(this.#trials, async (trial) => {
      const { complaints } = await this.#threads.run({ trial, again: true });
      const same = complaints.find((one) => faultOf(one) === fault);
      last = same ?? last;
      return same === undefined;
    });
    const { counterexample, counterexamplePath, numShrinks } = await fc.check(property, {
      seed,
      path: '0',
      numRuns: 1,
      interruptAfterTimeLimit: shrinkMs,
    });
    // One that does not come again (out of memory, say) is told as it was found.
    const path = counterexamplePath ?? '0';
    return {
      complaint: last,
      trial: counterexample?.[0] ?? trialAt(this.#trials, { seed, path }),
      run,
      replay: `${seed}:${path}`,
      shrinks: numShrinks,
    };
  }
}
