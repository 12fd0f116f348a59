/** The simulation's entry point. */
import type { GcCycle } from '../cycle.ts';
import { UserError } from '../diagnostic.ts';
import { Engine } from '../sim/engine.ts';
import { Prng } from '../sim/prng.ts';
import type { Bytes, Ns } from '../units.ts';
import type { Workload } from '../workload/workload.ts';
import { Assists } from './assist.ts';
import { Auditor } from './audit.ts';
import { Ev } from './events.ts';
import { Collector } from './gc.ts';
import { Use } from './gmp.ts';
import { chooseGrain, grainMax, isGrain } from './grain.ts';
import { Marker } from './mark.ts';
import { Mutators } from './mutator.ts';
import { KindTable, Planner, type UnitPlan } from './objects.ts';
import { type Machine, referenceMachine } from './params.ts';
import {
  findRelease,
  type Mechanism,
  type Mechanisms,
  mechanismNames,
  type ReleaseModel,
  resolveMechanisms,
} from './release.ts';
import { Runtime } from './runtime.ts';
import { Sweeper } from './sweep.ts';

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
  /** Costs of the machine that differ from the reference machine's, in ns, above 0. */
  machine?: Partial<Machine>;
  /** Relative spread of each primitive cost, 0 (none) to 1. */
  noise: number;
  /** Objects that are simulated as one: a power of 2, 1 (exact) to `grainMax`. Absent: chosen by the size of the heap, see grain.ts. */
  grain?: number;
  /** The run ends after so much simulated time, or so many collections. */
  durationNs?: Ns;
  cycles?: number;
  /** Check the accounting identities at every collection; throws InvariantError where one fails. */
  check?: boolean;
  /** Called at the end of each collection. */
  onCycle?: (cycle: GcCycle) => void;
  /**
   * Called when the collector takes Ps from the program or gives them back: how many of the `procs` it has from `nowNs` on.
   * It has those on which assists and workers that are not idle mark, and all of them from the request to stop the world until
   * that runs again. None at the start.
   */
  onTaken?: (nowNs: Ns, taken: number) => void;
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
    /** Lines of gctrace were written. */
    tracingNs: Ns;
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
export function createSimulation(workload: Workload, options: SimOptions): Simulation {
  return new Run(workload, options);
}

class Run implements Simulation {
  private readonly engine: Engine;
  private readonly rt: Runtime;
  private readonly options: SimOptions;
  private ended: SimTotals['ended'] = 'finished';
  private cycles = 0;

  constructor(workload: Workload, options: SimOptions) {
    this.options = options;
    const { release, mechanisms } = chooseRelease(options);
    this.engine = new Engine((kind, a, b) => this.dispatch(kind, a, b));
    const planner = new Planner(workload.kinds);
    const plans: UnitPlan[] = workload.structures.map((s) => planner.plan(s.shape));
    const own = planner.runtime(options.procs);
    const rt = new Runtime(this.engine, {
      release,
      mechanisms,
      machine: { ...referenceMachine, ...options.machine },
      kinds: new KindTable(planner.kinds, new Prng(options.seed, 'sizes')),
      procs: options.procs,
      cores: options.cores,
      gcPercent: options.gcPercent,
      seed: options.seed,
      noise: options.noise,
      grain: chooseGrain(workload, options.grain),
    });
    this.rt = rt;
    rt.marker = new Marker(rt, workload.globals.pointerBytes);
    rt.assists = new Assists(rt);
    rt.sweeper = new Sweeper(rt);
    rt.collector = new Collector(
      rt,
      (cycle) => this.onCycle(cycle),
      options.check ? new Auditor(rt) : null,
    );
    rt.mutators = new Mutators(rt, workload, plans, new Prng(options.seed, 'units'));
    rt.sched.onTaken = options.onTaken ?? null;
    rt.sched.hooks = {
      findRunnableGCWorker: (p) => rt.marker.findRunnable(p),
      hasMarkWork: (p) => rt.marker.hasWork(p),
      findIdleGCWorker: (p) => rt.marker.findIdle(p),
      scanStack: (g) => rt.marker.scanStack(g),
      onSysmon: () => rt.collector.onSysmon(),
    };
    rt.collector.noteGcSys();
    rt.mutators.start(own);
    rt.sched.startSysmon();
    rt.sched.os.start();
    if (options.durationNs !== undefined) this.engine.at(options.durationNs, Ev.deadline, 0, 0);
  }

  get nowNs(): Ns {
    return this.engine.now;
  }

  get cyclesDone(): number {
    return this.cycles;
  }

  step(events: number): boolean {
    const more = this.engine.step(events);
    if (!more && !this.engine.stopped) this.ended = 'deadlock';
    return more;
  }

  private onCycle(cycle: GcCycle): void {
    this.cycles++;
    this.options.onCycle?.(cycle);
    if (this.options.cycles !== undefined && this.cycles >= this.options.cycles) {
      this.ended = 'cycles';
      this.engine.stopped = true;
    }
  }

  // A dispatcher.
  private dispatch(kind: number, a: number, b: number): void {
    const { sched } = this.rt;
    switch (kind) {
      case Ev.segment:
        sched.onSegment(a, b);
        return;
      case Ev.osWake:
        sched.os.onWake(a, b);
        return;
      case Ev.osTick:
        sched.os.onTick(a);
        return;
      case Ev.osOther:
        sched.os.onOther(a);
        return;
      case Ev.spinYield:
        sched.onSpinYield(a, b);
        return;
      case Ev.sysmon:
        sched.onSysmon();
        return;
      case Ev.askAgain:
        sched.onAskAgain(a);
        return;
      case Ev.timer:
        sched.onTimer(a, b);
        return;
      case Ev.deadline:
        this.ended = 'duration';
        this.engine.stopped = true;
        return;
    }
  }

  totals(): SimTotals {
    const { rt } = this;
    const { collector, heap, sched, workbufs } = rt;
    collector.noteGcSys();
    for (const p of sched.ps) sched.charge(p, p.use);
    const used = (use: Use): Ns => sched.ps.reduce((sum, p) => sum + p.usedNs[use]!, 0);
    return {
      elapsedNs: this.engine.now,
      ended: this.ended,
      allocatedBytes: rt.alloc.allocatedBytes,
      gcSys: {
        peakBytes: collector.gcSysPeak,
        finalBytes: rt.gcSys,
        averageBytes: collector.gcSysAverage,
        workbufPeakBytes: collector.workbufPeak,
        workbufFinalBytes: workbufs.bytes,
        bitmapPeakBytes: collector.bitmapPeak,
        bitmapFinalBytes: heap.bitmapBytes,
        markBitsPeakBytes: collector.markBitsPeak,
        markBitsFinalBytes: rt.gcBits.markBitsBytes,
      },
      heapSysFinalBytes: heap.arenaBytes,
      cpu: {
        mutatorNs: used(Use.mutator),
        assistNs: used(Use.assist),
        dedicatedNs: used(Use.dedicated),
        fractionalNs: used(Use.fractional),
        idleMarkNs: used(Use.idleMark),
        coordinatorNs: used(Use.coordinator),
        tracingNs: used(Use.tracing),
        sweepNs: used(Use.sweep),
        stoppedNs: used(Use.stopped),
        spinningNs: used(Use.spinning) + used(Use.getfull),
        offCoreNs: used(Use.offCore),
        idleNs: used(Use.idle),
      },
      events: this.engine.events,
      digest: this.engine.digest(),
      mechanisms: { ...rt.mechanisms },
      unexercised: mechanismNames.filter((m) => !collector.exercised.has(m)),
    };
  }
}

/** The release and mechanisms of a run; for the default contrast, with workbufs from spans on the side that frees them. */
function chooseRelease(options: SimOptions): { release: ReleaseModel; mechanisms: Mechanisms } {
  const release = findRelease(options.release);
  const mechanisms = resolveMechanisms(release, options.mechanisms);
  checkNumbers(options);
  if (options.workbufContrast === undefined) return { release, mechanisms };
  const freeing = options.workbufContrast;
  return {
    release:
      freeing === 'on' && release.workbufs.source !== 'spans'
        ? { ...release, workbufs: { ...release.workbufs, source: 'spans' } }
        : release,
    mechanisms: { ...mechanisms, 'workbuf-freeing': freeing },
  };
}

function checkNumbers(options: SimOptions): void {
  const problems: string[] = [];
  const whole = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isInteger(value) || value < least || value > most) {
      problems.push(`${name} must be a whole number from ${least} to ${most}, found ${value}`);
    }
  };
  whole('procs', options.procs, 1, 256);
  whole('cores', options.cores, 1, 256);
  whole('seed', options.seed, 0, 4294967295);
  if (options.gcPercent !== -1) whole('gogc', options.gcPercent, 0, 1_000_000);
  if (!(options.noise >= 0 && options.noise <= 1)) {
    problems.push(`noise must be from 0 to 1, found ${options.noise}`);
  }
  const { grain } = options;
  if (grain !== undefined && !isGrain(grain)) {
    problems.push(`grain must be a power of 2 from 1 to ${grainMax}, found ${grain}`);
  }
  if (options.durationNs !== undefined && !(options.durationNs > 0)) {
    problems.push(`duration must be positive, found ${options.durationNs} ns`);
  }
  if (options.cycles !== undefined) whole('cycles', options.cycles, 1, Number.MAX_SAFE_INTEGER);
  if (problems.length > 0) {
    throw new UserError(problems.map((message) => ({ severity: 'error', message })));
  }
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
