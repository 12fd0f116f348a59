/** Runs one trial and looks at it from all sides. */
import { runComplaints, traceComplaints } from '../support/runlaws.js';
import { optionsOf } from './trial.js';

/** @typedef {import('./trial.js').Trial} Trial */
/** @typedef {import('../support/randomruns.js').Gcsim} Gcsim */
/** @typedef {import('../../src/gcsim.ts').GcCycle} GcCycle */
/** @typedef {import('../../src/gcsim.ts').SimTotals} SimTotals */
/** @typedef {import('../../src/gcsim.ts').SimOptions} SimOptions */
/** @typedef {import('../../src/gcsim.ts').Workload} Workload */

/**
 * What is wrong with a run: an `exception` (of which `stack` says where), a broken `invariant` of the collector's own
 * checks, a workload that was `refused`, a run that does not end (`hang`), a `law` that it broke, lines that the reader
 * did not give back (`trace`), a second run that was another (`again`), or what a check of the caller's says (`check`).
 * Of a thread of its own: it is `stuck` in one event, or was `lost`.
 * @typedef {{
 *   kind: 'exception' | 'invariant' | 'refused' | 'hang' | 'law' | 'trace' | 'again' | 'check' | 'stuck' | 'lost',
 *   message: string,
 *   stack?: string,
 * }} Complaint
 */

/**
 * A further check: sentences that say what is wrong with a run.
 * @typedef {(run: { trial: Trial, cycles: readonly GcCycle[], totals: SimTotals }) => string[]} Check
 */

/**
 * `isCut`: the run was going on, and was not followed to its end.
 * @typedef {{ complaints: Complaint[], collections: number, events: number, isCut: boolean }} Findings
 */

/**
 * The time that passes in so many events: no P takes more than 20,000 turns a millisecond (the cheapest takes 100 ns),
 * and there are sysmon and timers besides.
 */
const turnsPerMs = 20_000;
const progressNsMin = 0.9e6;
/**
 * A collection that nobody asked for starts because something was allocated. Each goroutine may find the trigger crossed
 * once before it goes on, and there are far fewer.
 */
const fruitlessMax = 1000;
/** Steps that do not allocate take less than a millisecond, and a collection that was asked for less than a few seconds. */
const idleNsMax = 10e9;
/** A run that goes on for longer is cut off. With GOGC=0 there may be a collection for each object. */
const eventsMax = 8e6;
const collectionsMax = 30_000;

/** A run that does not end. */
class Hang extends Error {}

/**
 * Runs the trial with the collector's own checks on, and, if asked to, once more without, in other steps: both must be the
 * same. `onSlice` is called every so often.
 * @param {Gcsim} gcsim
 * @param {Trial} trial
 * @param {{ again: boolean, check?: Check, onSlice?: () => void }} how
 * @returns {Findings}
 */
export function examine(gcsim, trial, { again, check, onSlice = () => {} }) {
  /** @type {Complaint[]} */
  const complaints = [];
  /** @type {GcCycle[]} */
  const cycles = [];
  let events = 0;
  try {
    const workload = workloadOf(gcsim, trial);
    const options = optionsOf(gcsim, trial);
    const totals = run(gcsim, { workload, options: { ...options, check: true }, cycles, onSlice });
    if (totals === undefined)
      return { complaints, collections: cycles.length, events, isCut: true };
    events = totals.events;
    /**
     * @param {Complaint['kind']} kind
     * @param {readonly string[]} messages
     */
    const note = (kind, messages) =>
      complaints.push(...messages.map((message) => ({ kind, message })));
    note('law', runComplaints({ cycles, totals, options }));
    note('trace', traceComplaints(gcsim, cycles, trial));
    gcsim.summarize(cycles, totals);
    if (again) note('again', secondRun(gcsim, { workload, options, cycles, totals, onSlice }));
    if (check !== undefined) note('check', check({ trial, cycles, totals }));
  } catch (error) {
    complaints.push(complaintOf(gcsim, error));
  }
  return { complaints, collections: cycles.length, events, isCut: false };
}

/**
 * As `gcsim run` reads it.
 * @param {Gcsim} gcsim
 * @param {Trial} trial
 */
function workloadOf({ parseWorkload, releases }, { text, procs, cores, gcPercent, durationNs }) {
  return parseWorkload(text, 'soak.yaml', {
    releases: releases.map(({ name }) => name),
    run: { procs, cores, gcPercent, ...(durationNs !== undefined && { durationNs }) },
  });
}

/**
 * Runs to the end, or throws Hang. Undefined: the run was cut off.
 * @param {Gcsim} gcsim
 * @param {{
 *   workload: Workload, options: SimOptions, cycles: GcCycle[], onSlice: () => void, steps?: number
 * }} what
 */
function run({ createSimulation }, { workload, options, cycles, onSlice, steps }) {
  const progress = new Progress();
  const simulation = createSimulation(workload, {
    ...options,
    onCycle(cycle) {
      cycles.push(cycle);
      progress.collected(simulation, cycle);
    },
  });
  const slice = turnsPerMs * (options.procs + 2);
  for (let events = slice; ; events += slice) {
    const fromNs = simulation.nowNs;
    if (!advance(simulation, slice, steps ?? slice)) return simulation.totals();
    onSlice();
    const { nowNs } = simulation;
    if (nowNs - fromNs < progressNsMin) {
      throw new Hang(`in ${slice} events ${nowNs - fromNs} ns passed, at ${nowNs} ns`);
    }
    progress.passed(simulation);
    if (events >= eventsMax || cycles.length >= collectionsMax) return undefined;
  }
}

/** Sees to it that the program gets on: throws Hang where it does not. */
class Progress {
  #allocatedBytes = 0;
  /** When the program was last seen to have allocated something, or got a collection that it asked for. */
  #movedNs = 0;
  /** Collections since then that nobody asked for. */
  #fruitless = 0;

  /** @param {import('../../src/gcsim.ts').Simulation} simulation */
  passed(simulation) {
    // Only the inside of a run tells it before the end.
    const { rt } = /** @type {{ rt: { alloc: { allocatedBytes: number } } }} */ (
      /** @type {unknown} */ (simulation)
    );
    const { allocatedBytes } = rt.alloc;
    const { nowNs } = simulation;
    if (allocatedBytes > this.#allocatedBytes) {
      this.#allocatedBytes = allocatedBytes;
      this.#movedNs = nowNs;
      this.#fruitless = 0;
    } else if (nowNs - this.#movedNs > idleNsMax) {
      throw new Hang(`nothing was allocated since ${this.#movedNs} ns, at ${nowNs} ns`);
    }
  }

  /**
   * @param {import('../../src/gcsim.ts').Simulation} simulation
   * @param {GcCycle} cycle
   */
  collected(simulation, { forced, periodic }) {
    this.passed(simulation);
    if (forced) this.#movedNs = simulation.nowNs;
    if (forced || periodic === true) return;
    this.#fruitless++;
    if (this.#fruitless <= fruitlessMax) return;
    throw new Hang(`${fruitlessMax} collections and nothing allocated, at ${simulation.nowNs} ns`);
  }
}

/**
 * So many events, in steps of so many.
 * @param {import('../../src/gcsim.ts').Simulation} simulation
 * @param {number} events
 * @param {number} steps
 */
function advance(simulation, events, steps) {
  for (let done = 0; done < events; done += steps) {
    if (!simulation.step(Math.min(steps, events - done))) return false;
  }
  return true;
}

/**
 * Whether the same seed gives the same, without the checks and in steps of another size.
 * @param {Gcsim} gcsim
 * @param {{
 *   workload: Workload, options: SimOptions, cycles: readonly GcCycle[], totals: SimTotals, onSlice: () => void
 * }} first
 */
function secondRun(gcsim, { workload, options, cycles, totals, onSlice }) {
  /** @type {GcCycle[]} */
  const others = [];
  const other = run(gcsim, { workload, options, cycles: others, onSlice, steps: 777 });
  if (other === undefined) return ['the second run does not end where the first one did'];
  if (other.digest !== totals.digest) {
    return [`the second run has the digest ${other.digest}, not ${totals.digest}`];
  }
  const isSame = JSON.stringify([others, other]) === JSON.stringify([cycles, totals]);
  return isSame ? [] : ['the second run has the same events, but other collections or totals'];
}

/**
 * @param {Gcsim} gcsim
 * @param {unknown} error
 * @returns {Complaint}
 */
function complaintOf({ InvariantError, UserError }, error) {
  if (!(error instanceof Error)) return { kind: 'exception', message: String(error) };
  const { message, stack = '' } = error;
  if (error instanceof Hang) return { kind: 'hang', message };
  if (error instanceof UserError) {
    return { kind: 'refused', message: error.diagnostics.map((one) => one.message).join('; ') };
  }
  return { kind: error instanceof InvariantError ? 'invariant' : 'exception', message, stack };
}

/**
 * What two complaints have in common that are of the same fault: all but the numbers.
 * @param {Complaint} complaint
 */
export function faultOf({ kind, message }) {
  const words = message.replace(
    /\b[0-9a-f]{8}\b|[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|NaN|-?Infinity/g,
    '#',
  );
  return `${kind}: ${words}`;
}
