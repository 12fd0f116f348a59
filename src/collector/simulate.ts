/** The simulation's entry point. */
import type { GcCycle } from '../cycle.ts';
import type { Bytes, Ns } from '../units.ts';
import type { Workload } from '../workload/workload.ts';
import type { Mechanism, Mechanisms } from './release.ts';

export interface SimOptions {
  /** A name from `releases`, e.g. '1.9' or '8f34b253^'. */
  release: string;
  /** Choices that differ from the release's own. */
  mechanisms?: Partial<Mechanisms>;
  /** Take workbufs from spans and free them, or not, whatever the release has: the two sides of the default contrast. */
  workbufContrast?: 'off' | 'on';
  /** GOMAXPROCS, 1 to 256. */
  procs: number;
  /** Cores of the machine, 1 to 256. */
  cores: number;
  /** GOGC in percent; -1 is off. */
  gcPercent: number;
  /** Unsigned 32-bit integer. */
  seed: number;
  /** Relative spread of each primitive cost, 0 (none) to 1. */
  noise: number;
  /** The run ends after so much simulated time, or so many collections. */
  durationNs?: Ns;
  cycles?: number;
  /** Check the accounting identities at every collection; throws InvariantError where one fails. */
  check?: boolean;
  /** Called at the end of each collection. */
  onCycle?: (cycle: GcCycle) => void;
}

/** What a whole run gives, beside its collections. */
export interface SimTotals {
  /** Simulated time from the program's start to its end. */
  elapsedNs: Ns;
  /** Why the run ended. */
  ended: 'finished' | 'duration' | 'cycles' | 'deadlock';
  allocatedBytes: Bytes;
  /** GC bytes from system over the run: peak, final, time average, and of the parts. */
  gcSys: {
    peakBytes: Bytes;
    finalBytes: Bytes;
    averageBytes: Bytes;
    workbufPeakBytes: Bytes;
    workbufFinalBytes: Bytes;
    bitmapPeakBytes: Bytes;
    bitmapFinalBytes: Bytes;
    markBitsPeakBytes: Bytes;
    markBitsFinalBytes: Bytes;
  };
  heapSysFinalBytes: Bytes;
  /** CPU time of all Ps by use; the entries sum to procs × elapsed. */
  cpu: {
    mutatorNs: Ns;
    assistNs: Ns;
    dedicatedNs: Ns;
    fractionalNs: Ns;
    idleMarkNs: Ns;
    /** The coordinator's own work: root scan, barriers, transitions. */
    coordinatorNs: Ns;
    sweepNs: Ns;
    stoppedNs: Ns;
    /** Looking for work, or waiting in the getfull barrier. */
    spinningNs: Ns;
    /** Runnable, but off its core. */
    offCoreNs: Ns;
    idleNs: Ns;
  };
  events: number;
  /** Digest of all events dispatched, as 8 hex digits: the same input gives the same digest. */
  digest: string;
  /** Mechanisms in force. */
  mechanisms: Partial<Mechanisms>;
  /** Mechanisms whose choice made no difference in this run, because the situation in which they differ never came up. */
  unexercised: Mechanism[];
}

export interface SimResult {
  cycles: GcCycle[];
  totals: SimTotals;
}

/** A run that can be advanced step by step, so that a caller can show progress or stop. */
export interface Simulation {
  /** Dispatches up to `events` events; false once the run has ended. */
  step(events: number): boolean;
  /** Simulated time so far. */
  readonly nowNs: Ns;
  readonly cyclesDone: number;
  /** Valid once `step` has returned false. */
  totals(): SimTotals;
}

/** Prepares a run. Throws UserError where the options are not defined together or the workload cannot be run. */
export function createSimulation(_workload: Workload, _options: SimOptions): Simulation {
  throw new Error('the collector is being written');
}

/** Runs a workload to its end. */
export function simulate(workload: Workload, options: SimOptions): SimResult {
  const cycles: GcCycle[] = [];
  const run = createSimulation(workload, {
    ...options,
    onCycle(cycle) {
      cycles.push(cycle);
      options.onCycle?.(cycle);
    },
  });
  while (run.step(1 << 20)) {
    // Each step is bounded, so that a caller of createSimulation can look in between; here nobody does.
  }
  return { cycles, totals: run.totals() };
}
