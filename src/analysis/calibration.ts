/**
 * Costs of a machine, from what two programs did on it at 1 proc: init1, which copies 1 MiB again and again, and steady, which
 * builds 50 MiB of small objects and keeps them. docs/calibration.md has the formulas, and what logs cannot tell.
 *
 * Each cost is a measured time divided by how often the model charges that cost for it, after what other costs add to the
 * time. Where those are calibrated too, their new values count; the others count as `defaults` has them.
 */
import type { GcCycle } from '../cycle.ts';
import { type Bytes, KiB, MiB, msNs, type Ns, usNs } from '../units.ts';

/** The costs that play a part, in ns: those of a Machine. Here as the defaults have them, and as they are found. */
export type CalibrationCosts = Record<
  | 'markObjectNs'
  | 'greyObjectNs'
  | 'scanByteNs'
  | 'scanPointerNs'
  | 'scanRootByteNs'
  | 'rootJobNs'
  | 'stackScanNs'
  | 'workerNs'
  | 'perProcStopNs'
  | 'spanLookNs'
  | 'sweepTermNs'
  | 'markTermNs'
  | 'copyByteNs'
  | 'largeAllocNs'
  | 'mallocNs'
  | 'zeroByteNs'
  | 'refillNs'
  | 'spanNs'
  | 'pageFaultNs'
  | 'mmapNs'
  | 'sweepSpanNs'
  | 'sweepObjectNs'
  | 'writeBarrierNs'
  | 'coordinatorNs'
  | 'futexWakeNs'
  | 'traceWriteNs'
  | 'otherWorkEveryNs'
  | 'otherWorkMinNs'
  | 'otherWorkMaxNs',
  Ns
>;

/** What is simulated of the programs, beside themselves. */
export interface CalibrationModel {
  /** Those of a ReleaseModel. */
  release: {
    phases: 'coordinator' | 'decentralized';
    mark2: boolean;
    allocateBlack: 'termination' | 'mark2' | 'always';
    finishSweep: 'stopped' | 'running';
    rescanStacks: 'whole' | 'changed' | 'no';
    markCost: number;
    rootCost: number;
    rescanCost: number;
    copyCost: number;
    traceWrites: number;
    assistsMarkRoots: boolean;
  };
  defaults: CalibrationCosts;
  /** Globals of the runtime, and scannable objects that it keeps at one proc. */
  runtimeGlobalsBytes: Bytes;
  runtimeObjects: { count: number; scanBytes: Bytes };
}

/** The collections of each run of the two programs, in order. All figures of lines from June 2015 on are there. */
export interface CalibrationRuns {
  init1: readonly (readonly GcCycle[])[];
  steady: readonly (readonly GcCycle[])[];
}

/** A cost that was found. */
export interface CalibratedCost {
  name: keyof CalibrationCosts;
  value: Ns;
  /** How far off the lines' digits and whole MiB leave it, in ns. What the formula leaves out is not in it. */
  uncertainty: Ns;
  /** From which figures, as a phrase. */
  from: string;
}

/** Source: Go 1.5 to 1.27, src/runtime/malloc.go, _PageSize. */
const pageSize: Bytes = 8 * KiB;
/** A node of steady: 64 bytes, of which 24 are scanned; two pointers, to the next node and the one after. */
const nodeBytes: Bytes = 64;
const nodeScanBytes: Bytes = 24;
const nodePointers = 2;
/** Nodes in a span. */
const spanNodes = pageSize / nodeBytes;
/** What steady builds before it serves: 819 lists of 1,000 nodes. Until the heap is as large, all that was allocated lives. */
const builtBytes: Bytes = 819_000 * nodeBytes;
/** Globals of the workload `init1`, beside those of the runtime. */
const ownGlobalsBytes: Bytes = 64 * KiB;
/** Stack of the goroutine that copies. */
const stackBytes: Bytes = 2 * KiB;
/** Pages of the heap that it grows by at least, of one mapping. */
const pagesAMapping = MiB / pageSize;

/** Throws nothing: what cannot be found is not among the costs. */
export function calibrate(runs: CalibrationRuns, model: CalibrationModel): CalibratedCost[] {
  return new Calibration(runs, model).costs;
}

/** Collections of steady while it builds, and while it serves. */
export function phasesOfSteady(cycles: readonly GcCycle[]): {
  building: GcCycle[];
  serving: GcCycle[];
} {
  const counted = cycles.slice(1);
  return {
    building: counted.filter(({ heapStartBytes }) => heapStartBytes < builtBytes),
    serving: counted.filter((_, i) => (cycles[i]?.heapMarkedBytes ?? 0) >= builtBytes - MiB),
  };
}

class Calibration {
  readonly costs: CalibratedCost[] = [];
  /** As found so far; the others are defaults. */
  readonly #machine: CalibrationCosts;
  readonly #release: CalibrationModel['release'];
  readonly #globalsBytes: Bytes;
  readonly #runtimeObjects: CalibrationModel['runtimeObjects'];
  readonly #init1: readonly (readonly GcCycle[])[];
  readonly #steady: readonly (readonly GcCycle[])[];

  constructor({ init1, steady }: CalibrationRuns, model: CalibrationModel) {
    this.#machine = { ...model.defaults };
    this.#release = model.release;
    this.#globalsBytes = ownGlobalsBytes + model.runtimeGlobalsBytes;
    this.#runtimeObjects = model.runtimeObjects;
    // The first collection starts workers and meets fresh memory.
    this.#init1 = init1.map((cycles) => cycles.slice(1));
    this.#steady = steady;
    this.#marking();
    this.#roots();
    this.#stops();
    this.#copying();
    this.#allocating();
  }

  /** A cost is more than nothing: where less is left than the digits leave open, it is the middle of that. */
  #found(name: keyof CalibrationCosts, left: Ns, uncertainty: Ns, from: string): void {
    const value = Math.max(left, uncertainty / 2);
    this.#machine[name] = value;
    this.costs.push({ name, value, uncertainty, from });
  }

  /** Steady's marking, by the object. Four costs that no log tells apart: they keep their proportions. */
  #marking(): void {
    const { allocateBlack, markCost } = this.#release;
    const cycles = this.#steady.flatMap((run) => phasesOfSteady(run).serving);
    let objects = 0;
    let cpuNs = 0;
    for (const cycle of cycles) {
      // What was allocated meanwhile is marked, and not scanned.
      const black = allocateBlack === 'always' ? cycle.heapEndBytes - cycle.heapStartBytes : 0;
      objects += (middle(cycle, 'heapMarkedBytes') - black) / nodeBytes;
      cpuNs += markCpuNs(cycle);
    }
    const { markObjectNs, greyObjectNs, scanByteNs, scanPointerNs } = this.#machine;
    const each =
      markObjectNs + greyObjectNs + nodeScanBytes * scanByteNs + nodePointers * scanPointerNs;
    const factor = cpuNs / objects / (each * markCost);
    // Half a MiB of each heap, and half of the last digit of each time.
    const share =
      (MiB / 2 / builtBytes + 0.5 * digitShare(cpuNs / cycles.length)) / Math.sqrt(cycles.length);
    const from = `steady: ${nanoseconds(cpuNs / objects)} of marking an object, ${cycles.length} collections`;
    this.#found('markObjectNs', factor * markObjectNs, factor * markObjectNs * share, from);
    this.#found('greyObjectNs', factor * greyObjectNs, factor * greyObjectNs * share, from);
    this.#found('scanByteNs', factor * scanByteNs, factor * scanByteNs * share, from);
    this.#found('scanPointerNs', factor * scanPointerNs, factor * scanPointerNs * share, from);
  }

  /** Init1's marking is that of roots: by the coordinator, where there is one, or by the workers and assists. */
  #roots(): void {
    const { phases, markCost, rootCost } = this.#release;
    const machine = this.#machine;
    const cycles = this.#init1.flat();
    const isCoordinated = phases === 'coordinator';
    const each = meanOf(cycles, (cycle) =>
      isCoordinated ? halfDigitUp(cycle.scanNs ?? 0) : markCpuNs(cycle),
    );
    const { count, scanBytes } = this.#runtimeObjects;
    const objectNs = machine.markObjectNs + machine.greyObjectNs + machine.scanPointerNs;
    const heapNs = isCoordinated
      ? 0
      : (count * objectNs + scanBytes * machine.scanByteNs) * markCost + machine.workerNs;
    const stacks = this.#stacks();
    // Globals are a root job, and so are spans.
    const fixedNs = machine.rootJobNs * (2 + stacks) + machine.stackScanNs * stacks + heapNs;
    const bytes = (this.#globalsBytes + stackBytes) * rootCost;
    const value = (each - fixedNs) / bytes;
    const uncertainty = (0.5 * usNs) / bytes;
    const what = isCoordinated ? 'root scan' : 'marking';
    this.#found(
      'scanRootByteNs',
      value,
      uncertainty,
      `init1: ${microseconds(each)} of ${what}, ${cycles.length} collections`,
    );
  }

  /** Goroutines whose stacks are scanned: init1's, the sweeper's, the worker's, and the coordinator's. */
  #stacks(): number {
    return this.#release.phases === 'coordinator' ? 4 : 3;
  }

  /** The pauses of init1, and what they are longer in steady, whose heap has many spans. */
  #stops(): void {
    const { finishSweep, rescanStacks } = this.#release;
    const machine = this.#machine;
    const cycles = this.#init1.flat();
    const serving = this.#steady.flatMap((run) => phasesOfSteady(run).serving);
    const sweepTerm = meanOf(cycles, ({ sweepTermNs = 0 }) => halfDigitUp(sweepTermNs));
    const markTerm = meanOf(cycles, ({ markTermNs = 0 }) => halfDigitUp(markTermNs));
    if (finishSweep === 'stopped') {
      const longer = meanOf(serving, ({ sweepTermNs = 0 }) => halfDigitUp(sweepTermNs)) - sweepTerm;
      const spans = meanOf(serving, (cycle) => middle(cycle, 'heapStartBytes')) / pageSize;
      if (longer > 0) {
        this.#found(
          'spanLookNs',
          longer / spans,
          (digitShare(longer) * longer) / Math.sqrt(serving.length) / spans,
          `steady: sweep termination ${microseconds(longer)} longer than init1's, ${Math.round(spans)} spans`,
        );
      }
    }
    const least = machine.perProcStopNs;
    this.#found(
      'sweepTermNs',
      sweepTerm - least,
      0.5 * usNs,
      `init1: sweep termination of ${microseconds(sweepTerm)}`,
    );
    const rescanNs =
      rescanStacks !== 'no' ? this.#globalsNs() + this.#stacks() * machine.stackScanNs : 0;
    this.#found(
      'markTermNs',
      markTerm - least - rescanNs,
      0.5 * usNs,
      `init1: mark termination of ${microseconds(markTerm)}`,
    );
  }

  /** Between mark 1 and mark 2 the coordinator scans the globals again; no line shows that. */
  #rescanNs(): Ns {
    const { mark2, phases } = this.#release;
    const isRescanned = phases === 'coordinator' && mark2;
    return isRescanned ? this.#globalsNs() : 0;
  }

  /** Scanning all globals again. */
  #globalsNs(): Ns {
    return this.#globalsBytes * this.#machine.scanRootByteNs * this.#release.rescanCost;
  }

  /** The time that init1 has between collections: for copies, and for lines of gctrace. */
  #copying(): void {
    const { copyCost, phases } = this.#release;
    const machine = this.#machine;
    let bytes = 0;
    let spentNs = 0;
    let lines = 0;
    for (const run of this.#init1) {
      const { elapsedNs, collectingNs, allocatedBytes } = between(run);
      bytes += allocatedBytes;
      lines += run.length - 1;
      spentNs += this.#own(elapsedNs) - collectingNs - (run.length - 1) * this.#rescanNs();
    }
    const copies = bytes / MiB;
    // The span of a copy is taken, swept and freed.
    const spanNs =
      machine.largeAllocNs + 2 * machine.spanNs + machine.sweepSpanNs + machine.sweepObjectNs;
    // A millisecond at either end of a run.
    const uncertainty = this.#init1.length * msNs;
    const writes = lines * this.#release.traceWrites;
    if (phases === 'coordinator') {
      // The program, locked to its thread, leaves its P to the coordinator's, and has it back: two wakes.
      const waitNs = machine.coordinatorNs + 2 * machine.futexWakeNs;
      const restNs = lines * waitNs + writes * machine.traceWriteNs;
      const each = (spentNs - restNs) / copies;
      const from = `init1: ${microseconds(each)} a copy of 1 MiB, ${Math.round(copies)} copies`;
      const bytesEach = MiB * copyCost;
      this.#found(
        'copyByteNs',
        (each - spanNs) / bytesEach,
        uncertainty / copies / bytesEach,
        from,
      );
      return;
    }
    // The program makes one copy, and then finds that there is marking to do.
    const cycles = this.#init1.flat();
    const each =
      meanOf(cycles, (cycle) => halfDigitUp(cycle.markNs ?? 0) - markCpuNs(cycle)) -
      this.#leavesNs();
    // Half of the last digit of the time of marking.
    const digitNs = lastDigitNs(meanOf(cycles, ({ markNs = 0 }) => markNs)) / 2;
    this.#found(
      'copyByteNs',
      each / MiB / copyCost,
      digitNs / MiB / copyCost,
      `init1: ${microseconds(each)} while it marks that nobody marks, ${cycles.length} collections`,
    );
    const leftNs = spentNs - copies * (each + spanNs) - lines * this.#leavesNs();
    this.#found(
      'traceWriteNs',
      leftNs / writes,
      (uncertainty + copies * digitNs) / writes,
      `init1: ${microseconds(leftNs / lines)} a collection that no copy takes`,
    );
  }

  /**
   * Where an assist has nothing to do until workers have scanned the roots (to 1.7), the program waits. Locked to its thread, it
   * leaves its P to another thread's worker, and has it back after the collection: each takes a wake.
   */
  #leavesNs(): Ns {
    return this.#release.assistsMarkRoots ? 0 : this.#machine.futexWakeNs;
  }

  /** The time that steady has between collections while it builds, by the object. */
  #allocating(): void {
    const machine = this.#machine;
    let bytes = 0;
    let spentNs = 0;
    let sweptSpans = 0;
    let barrierBytes = 0;
    for (const run of this.#steady) {
      const { building } = phasesOfSteady(run);
      const { elapsedNs, collectingNs, allocatedBytes } = between(building);
      bytes += allocatedBytes;
      spentNs += this.#own(elapsedNs) - collectingNs;
      for (const cycle of building.slice(0, -1)) {
        sweptSpans += middle(cycle, 'heapEndBytes') / pageSize;
        barrierBytes += cycle.heapEndBytes - cycle.heapStartBytes;
      }
    }
    const objects = bytes / nodeBytes;
    const each = spentNs / objects;
    const spanNs =
      machine.refillNs + machine.spanNs + 2 * machine.pageFaultNs + machine.mmapNs / pagesAMapping;
    const sweepNs =
      (sweptSpans * (machine.sweepSpanNs + spanNodes * machine.sweepObjectNs)) / objects;
    const barrierNs = (barrierBytes / bytes) * machine.writeBarrierNs;
    const rest = spanNs / spanNodes + nodeBytes * machine.zeroByteNs + sweepNs + barrierNs;
    const runs = this.#steady.length;
    this.#found(
      'mallocNs',
      each - rest,
      // A millisecond, and a MiB, at either end.
      (runs * (msNs + (each * MiB) / nodeBytes)) / objects,
      `steady: ${nanoseconds(each)} an object while it builds, ${Math.round(objects)} objects`,
    );
  }

  /** Of a time, what other work of the machine leaves of it. */
  #own(elapsedNs: Ns): Ns {
    const { otherWorkMinNs, otherWorkMaxNs, otherWorkEveryNs } = this.#machine;
    const otherNs = (otherWorkMinNs + otherWorkMaxNs) / 2;
    return (elapsedNs * otherWorkEveryNs) / (otherWorkEveryNs + otherNs);
  }
}

/** From the start of the first of these collections to that of the last. */
function between(cycles: readonly GcCycle[]): {
  elapsedNs: Ns;
  collectingNs: Ns;
  allocatedBytes: Bytes;
} {
  let collectingNs = 0;
  let allocatedBytes = 0;
  for (const [i, cycle] of cycles.entries()) {
    const next = cycles[i + 1];
    if (next === undefined) break;
    collectingNs +=
      halfDigitUp(cycle.sweepTermNs ?? 0) +
      halfDigitUp(cycle.scanNs ?? 0) +
      markCpuNs(cycle) +
      halfDigitUp(cycle.markTermNs ?? 0);
    const marked = cycle.heapMarkedBytes ?? 0;
    allocatedBytes += cycle.heapEndBytes - cycle.heapStartBytes + next.heapStartBytes - marked;
  }
  const elapsedNs = (cycles.at(-1)?.startNs ?? 0) - (cycles[0]?.startNs ?? 0);
  return { elapsedNs, collectingNs, allocatedBytes };
}

/** CPU time of all marking. What is 0 was none, or less than a line shows. */
function markCpuNs({ assistNs = 0, backgroundNs = 0, idleNs = 0 }: GcCycle): Ns {
  return [assistNs, backgroundNs, idleNs]
    .map((ns) => (ns === 0 ? 0 : halfDigitUp(ns)))
    .reduce((a, b) => a + b);
}

/** The middle of what a size of whole MiB leaves open. */
function middle(
  cycle: GcCycle,
  name: 'heapStartBytes' | 'heapEndBytes' | 'heapMarkedBytes',
): Bytes {
  return (cycle[name] ?? 0) + (cycle.slack?.[name] ?? 0) / 2;
}

/** A line cuts a time off to two digits, or to whole microseconds: half of the last digit is what it cut off on average. */
function halfDigitUp(ns: Ns): Ns {
  return ns + lastDigitNs(ns) / 2;
}

function lastDigitNs(ns: Ns): Ns {
  let digit = usNs;
  // From 10 ms on there are whole milliseconds.
  while (digit < msNs && ns >= 100 * digit) digit *= 10;
  return digit;
}

/** The last digit of a time, as a share of it. */
function digitShare(ns: Ns): number {
  return lastDigitNs(ns) / ns;
}

function meanOf(cycles: readonly GcCycle[], figure: (cycle: GcCycle) => number): number {
  return cycles.reduce((sum, cycle) => sum + figure(cycle), 0) / cycles.length;
}

function nanoseconds(ns: Ns): string {
  return `${ns.toFixed(1)} ns`;
}

function microseconds(ns: Ns): string {
  return `${(ns / usNs).toFixed(1)} µs`;
}
