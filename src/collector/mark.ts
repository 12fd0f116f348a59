/**
 * Marking: root jobs, the drain loop, and the background workers. Follows src/runtime/mgcmark.go and gcBgMarkWorker.
 *
 * A drain scans whole objects until it has done enough scan work for a flush; that is one activity of the P. What it marks is
 * marked when the activity begins, what it counts is counted when it ends: credit is given for work that is done.
 */
import { fail } from '../assert.ts';
import type { Signaller } from '../cycle.ts';
import type { Bytes, Ns } from '../units.ts';
import type { GcWork } from './gcwork.ts';
import { patternLength, ShapeCode } from './objects.ts';
import {
  forcePreemptNs,
  gcCreditSlack,
  getfullSleepNs,
  getfullSpins,
  idleCheckThreshold,
  maxObletBytes,
  rootBlockBytes,
  runtimeGlobalsBytes,
} from './params.ts';
import { GcPhase, type Runtime } from './runtime.ts';
import { type G, GStatus, type P, type Task, Use } from './sched.ts';

export class Marker {
  /** Scan work and bytes marked, counted globally. */
  scanWork = 0;
  bytesMarked: Bytes = 0;
  /** Workers and assists that are marking (work.nproc - work.nwait). 0 and no work left: marking is complete. */
  active = 0;
  /** Root jobs (from 1.6): next to take, and how many. Globals first, then a job for each stack. */
  rootNext = 0;
  rootJobs = 0;
  private dataJobs = 0;
  private readonly stackRoots: G[] = [];
  /** When background marking started; when assists came on. */
  startNs: Ns = 0;

  /** Background time by mode in this collection, as the runtime measures it: by the clock. */
  dedicatedNs: Ns = 0;
  fractionalNs: Ns = 0;
  idleNs: Ns = 0;

  dedicatedNeeded = 0;
  fractionalNeeded = 0;
  /** No worker is started: between the marks, or the transition has taken them away. */
  workersOff = false;
  /** Fruitless starts in a row, so that they can be simulated many at a time. */
  private fruitless = 0;

  /** Scannable bytes (or, to May 2015, objects) of what was scanned, counted where it is scanned; for checks. */
  scannedUnits = 0;
  readonly globalsBytes: Bytes;

  private readonly rt: Runtime;
  // Oblets: pieces of large objects waiting in workbufs, as negative entries.
  private readonly obletObject: number[] = [];
  private readonly obletIndex: number[] = [];
  private readonly freeOblets: number[] = [];

  // What the last drain did.
  private objects = 0;
  private bytes: Bytes = 0;
  private pointers = 0;

  constructor(rt: Runtime, globalsPointerBytes: Bytes) {
    this.rt = rt;
    this.globalsBytes = globalsPointerBytes + runtimeGlobalsBytes;
  }

  /** A collection starts: all marks are cleared. */
  startCycle(): void {
    const rt = this.rt;
    rt.objects.clearMarks();
    this.scanWork = 0;
    this.bytesMarked = 0;
    this.scannedUnits = 0;
    this.active = 0;
    this.dedicatedNs = 0;
    this.fractionalNs = 0;
    this.idleNs = 0;
    this.fruitless = 0;
    for (const p of rt.sched.ps) p.fractionalNs = 0;
    this.dedicatedNeeded = rt.pacer.dedicatedWorkers;
    this.fractionalNeeded = rt.pacer.fractionalUtilizationGoal > 0 ? 1 : 0;
    rt.workbufs.inUsePeak = rt.workbufs.count - rt.workbufs.emptyCount;
  }

  // ---- roots ----

  /** Sets the root jobs up: globals in blocks, and a stack for each goroutine that lives. */
  prepareRoots(): void {
    this.dataJobs = Math.max(1, Math.ceil(this.globalsBytes / rootBlockBytes));
    this.stackRoots.length = 0;
    for (const g of this.rt.sched.gs) {
      if (g.status === GStatus.dead) continue;
      this.stackRoots.push(g);
    }
    this.rootNext = 0;
    this.rootJobs = this.dataJobs + this.stackRoots.length;
  }

  /**
   * Does the next root job. Returns its CPU time, or -1 when the goroutine whose stack is to be scanned runs elsewhere: it has
   * been asked to scan at its next safe point, and the caller spin-waits for that.
   */
  rootJob(p: P, gcw: GcWork): Ns {
    const machine = this.rt.machine;
    const job = this.rootNext++;
    if (job < this.dataJobs) {
      const from = job * rootBlockBytes;
      const bytes = Math.min(rootBlockBytes, this.globalsBytes - from);
      let heads = 0;
      // Which block of globals points at a unit depends on the unit alone: others come and go between the jobs.
      for (const u of this.rt.rootUnits) {
        if (u % this.dataJobs === job) heads += this.greyUnit(gcw, u);
      }
      return machine.rootJobNs + bytes * machine.scanRootByteNs + heads * machine.scanPointerNs;
    }
    const g = this.stackRoots[job - this.dataJobs]!;
    if (g.status === GStatus.running && !g.onSystemStack && g.isUser && g !== p.g) {
      this.rt.sched.requestScan(g, p);
      return -1;
    }
    return machine.rootJobNs + this.scanStack(g);
  }

  /** Scans a goroutine's stack; wakes whoever waits for that. Returns the CPU time. */
  scanStack(g: G): Ns {
    const waiter = g.scanWaiter;
    g.scanWaiter = null;
    const machine = this.rt.machine;
    if (waiter !== null) this.rt.sched.spinDone(waiter);
    return machine.stackScanNs + g.stackBytes * machine.scanRootByteNs;
  }

  /** Greys what a root points at: a unit's entry, or each of its objects where they have no pointers to lead on. */
  greyUnit(gcw: GcWork, u: number): number {
    const { objects } = this.rt;
    const entry = objects.entry(u);
    if (entry < 0) return 0;
    if (objects.kinds.scan[objects.kindA[u]! * patternLength]! > 0) {
      this.shade(gcw, entry);
      return 1;
    }
    const base = objects.base[u]!;
    const built = objects.builtA[u]!;
    for (let o = base; o < base + built; o++) this.shade(gcw, o);
    return built;
  }

  /** Greys every root's target: the rescan of mark termination (to 1.7) and of the globals between the marks. */
  rescanRoots(gcw: GcWork): Ns {
    for (const u of this.rt.rootUnits) this.greyUnit(gcw, u);
    return this.globalsBytes * this.rt.machine.scanRootByteNs;
  }

  /** Marks an object and queues it if it has pointers. True: it was white. */
  shade(gcw: GcWork, o: number): boolean {
    const objects = this.rt.objects;
    const word = objects.marks[o >>> 5]!;
    const bit = 1 << (o & 31);
    if ((word & bit) !== 0) return false;
    objects.marks[o >>> 5] = word | bit;
    const k = objects.kindIndex(objects.unitOfBlock[o >>> 6]!, o);
    gcw.bytesMarked += objects.kinds.size[k]!;
    if (objects.kinds.scan[k]! > 0) this.rt.workbufs.put(gcw, o);
    return true;
  }

  /** The older nodes that new ones of a graph point at: their pointers were just written. */
  shadeTargets(gcw: GcWork, u: number, from: number, count: number): void {
    const { objects } = this.rt;
    const base = objects.base[u]!;
    for (let i = from - base; i < from - base + count; i++) {
      for (let j = 1; j < objects.degree[u]!; j++) {
        const target = objects.graphTarget(u, i, j);
        if (target < i) this.shade(gcw, base + target);
      }
    }
  }

  // ---- draining ----

  /** Is there work that P `p` (or, with null, anybody) could take? */
  workAvailable(p: P | null): boolean {
    const pool = this.rt.workbufs;
    if (p !== null && this.hasLocal(p.gcw)) return true;
    return pool.hasWork || this.rootNext < this.rootJobs;
  }

  private hasLocal(gcw: GcWork): boolean {
    if (gcw.wbuf1 < 0) return false;
    const nobj = this.rt.workbufs.nobj;
    return nobj[gcw.wbuf1]! > 0 || (gcw.wbuf2 >= 0 && nobj[gcw.wbuf2]! > 0);
  }

  /**
   * Scans objects until `limit` more units of scan work are done or no work is found. Returns the CPU time it takes; 0: there
   * was nothing to scan.
   */
  drain(gcw: GcWork, limit: number): Ns {
    this.objects = 0;
    this.bytes = 0;
    this.pointers = 0;
    const pool = this.rt.workbufs;
    const before = pool.operations;
    const inBytes = this.rt.release.scanWorkUnit === 'bytes';
    const one = pool.model.buffers === 1;
    for (;;) {
      // Keep work available for others: to 1.5 only when somebody waits, from 1.6 always.
      if (!pool.hasWork && (!one || this.active > 1)) pool.balance(gcw);
      const w = gcw.wbuf1;
      if (w < 0 || pool.nobj[w] === 0) {
        if (!pool.refill(gcw)) break;
        continue;
      }
      const n = pool.nobj[w]! - 1;
      pool.nobj[w] = n;
      const o = pool.entries[w * pool.capacity + n]!;
      if (one && n === 0) {
        pool.putEmpty(w);
        gcw.wbuf1 = -1;
      }
      this.scan(gcw, o);
      if ((inBytes ? this.bytes : this.objects) >= limit) break;
    }
    if (this.objects === 0) return 0;
    const work = inBytes ? this.bytes : this.objects;
    gcw.scanWork += work;
    this.scannedUnits += work;
    const machine = this.rt.machine;
    return (
      (this.objects * machine.markObjectNs +
        this.bytes * machine.scanByteNs +
        this.pointers * machine.scanPointerNs) *
        this.rt.release.markCost +
      (pool.operations - before) * machine.workbufNs
    );
  }

  // A dispatcher.
  private scan(gcw: GcWork, entry: number): void {
    const objects = this.rt.objects;
    this.objects++;
    let o = entry;
    let piece = 0;
    if (entry < 0) {
      const oblet = -1 - entry;
      o = this.obletObject[oblet]!;
      piece = this.obletIndex[oblet]!;
      this.freeOblets.push(oblet);
    }
    const u = objects.unitOfBlock[o >>> 6]!;
    const base = objects.base[u]!;
    const countA = objects.countA[u]!;
    const i = o - base;
    if (i >= countA) {
      // A leaf: its pointers lead to what is marked already.
      const leafKind = objects.placeInKind(objects.kindB[u]!, u, i - countA);
      this.bytes += objects.kinds.scan[leafKind]!;
      return;
    }
    const kindA = objects.placeInKind(objects.kindA[u]!, u, i);
    const scan = objects.kinds.scan[kindA]!;
    if (scan > maxObletBytes && this.rt.release.oblets) {
      this.scanPiece(gcw, u, o, scan, piece);
      // Of a large object that is no spine, the first piece holds all that the model follows.
      if (piece > 0 || objects.shape[u] === ShapeCode.spine) return;
    } else {
      this.bytes += scan;
    }
    switch (objects.shape[u]) {
      case ShapeCode.list: {
        if (i >= 1) this.grey(gcw, u, base + i - 1);
        const back = objects.degree[u]!;
        if (back > 0 && i >= back) this.grey(gcw, u, base + i - back);
        return;
      }
      case ShapeCode.tree: {
        const fanout = objects.degree[u]!;
        const first = i * fanout + 1;
        const built = objects.builtA[u]!;
        const end = Math.min(first + fanout, built);
        for (let c = first; c < end; c++) this.grey(gcw, u, base + c);
        this.greyLeaves(gcw, u, i);
        return;
      }
      case ShapeCode.spine: {
        const built = objects.builtB[u]!;
        for (let c = 0; c < built; c++) this.grey(gcw, u, base + countA + c);
        return;
      }
      case ShapeCode.itemsNextLast:
        this.greyLeaves(gcw, u, i);
        if (i >= 1) this.grey(gcw, u, base + i - 1);
        return;
      case ShapeCode.itemsNextFirst:
        if (i >= 1) this.grey(gcw, u, base + i - 1);
        this.greyLeaves(gcw, u, i);
        return;
      case ShapeCode.graph: {
        const built = objects.builtA[u]!;
        if (i + 1 < built) this.grey(gcw, u, base + i + 1);
        const degree = objects.degree[u]!;
        for (let j = 1; j < degree; j++) {
          const target = objects.graphTarget(u, i, j);
          if (target < built) this.grey(gcw, u, base + target);
        }
        return;
      }
      default:
        fail('object of no known shape', u);
    }
  }

  /** Scans 128 KiB of a large object; its first piece queues the others. A spine's pointers are spread over its pieces. */
  private scanPiece(gcw: GcWork, u: number, o: number, scan: Bytes, piece: number): void {
    const objects = this.rt.objects;
    const pieces = Math.ceil(scan / maxObletBytes);
    if (piece === 0) {
      for (let i = 1; i < pieces; i++) {
        const oblet = this.freeOblets.pop() ?? this.obletObject.length;
        this.obletObject[oblet] = o;
        this.obletIndex[oblet] = i;
        this.rt.workbufs.put(gcw, -1 - oblet);
      }
    }
    const from = piece * maxObletBytes;
    this.bytes += Math.min(maxObletBytes, scan - from);
    if (objects.shape[u] !== ShapeCode.spine) return;
    const elements = objects.countB[u]!;
    const built = objects.builtB[u]!;
    const first = Math.floor((elements * piece) / pieces);
    const end = Math.min(built, Math.floor((elements * (piece + 1)) / pieces));
    const base = objects.base[u]! + objects.countA[u]!;
    for (let c = first; c < end; c++) this.grey(gcw, u, base + c);
  }

  private greyLeaves(gcw: GcWork, u: number, i: number): void {
    const objects = this.rt.objects;
    const leaves = objects.leaves[u]!;
    if (leaves === 0) return;
    const built = objects.builtB[u]!;
    const first = i * leaves;
    const end = Math.min(first + leaves, built);
    const base = objects.base[u]! + objects.countA[u]!;
    for (let c = first; c < end; c++) this.grey(gcw, u, base + c);
  }

  /** greyobject: follows one pointer. */
  private grey(gcw: GcWork, u: number, o: number): void {
    this.pointers++;
    const objects = this.rt.objects;
    const at = o >>> 5;
    const word = objects.marks[at]!;
    const bit = 1 << (o & 31);
    if ((word & bit) !== 0) return;
    objects.marks[at] = word | bit;
    const kind = objects.kindIndex(u, o);
    gcw.bytesMarked += objects.kinds.size[kind]!;
    if (objects.kinds.scan[kind]! > 0) this.rt.workbufs.put(gcw, o);
  }

  /** Counts a gcWork's scan work globally. Returns it. */
  flushScanWork(gcw: GcWork): number {
    const work = gcw.scanWork;
    this.scanWork += work;
    gcw.scanWork = 0;
    return work;
  }

  /** gcWork.dispose: gives buffers back, and counts what was marked and scanned. */
  dispose(gcw: GcWork): void {
    this.rt.workbufs.disposeBuffers(gcw);
    this.bytesMarked += gcw.bytesMarked;
    gcw.bytesMarked = 0;
    this.flushScanWork(gcw);
  }

  // ---- workers ----

  /** gcController.findRunnableGCWorker. */
  findRunnable(p: P): G | null {
    const rt = this.rt;
    if (!rt.blackenEnabled || p.worker === null || this.workersOff) return null;
    if (rt.phase !== GcPhase.mark || p.worker.status !== GStatus.waiting) return null;
    const release = rt.release;
    // A worker with a gcWork of its own sees the global lists only, not what its P has cached.
    const available = this.workAvailable(release.workerOwnGcw ? null : p);
    if (release.dedicatedNeedsWork && !available) return null;
    if (!available && rt.mechanisms['between-marks'] === 'no-workers') {
      // The end of a mark phase, while assists taper off: a worker would find nothing. If they are done, say so.
      if (this.active === 0) rt.collector.signalDone(p, 'scheduler');
      return null;
    }
    if (this.dedicatedNeeded > 0) {
      this.dedicatedNeeded--;
      p.workerMode = Use.dedicated;
      return this.take(p);
    }
    if (this.fractionalNeeded === 0) return null;
    const elapsed = rt.engine.now - this.startNs;
    const goal = rt.pacer.fractionalUtilizationGoal;
    if (release.fractional === 'per-p') {
      if (elapsed > 0 && p.fractionalNs / elapsed > goal) return null;
    } else {
      const ahead = release.fractional === 'token-lookahead' ? forcePreemptNs : 0;
      if (elapsed + ahead > 0 && (this.fractionalNs + ahead) / (elapsed + ahead) > goal)
        return null;
      this.fractionalNeeded--;
    }
    p.workerMode = Use.fractional;
    return this.take(p);
  }

  /** A worker for a P with nothing else to do. */
  findIdle(p: P): G | null {
    const rt = this.rt;
    if (!rt.blackenEnabled || p.worker === null || this.workersOff) return null;
    if (rt.phase !== GcPhase.mark || p.worker.status !== GStatus.waiting) return null;
    if (rt.release.idleNeedsWork && !this.workAvailable(p)) return null;
    p.workerMode = Use.idleMark;
    return this.take(p);
  }

  private take(p: P): G {
    const g = p.worker!;
    g.status = GStatus.runnable;
    return g;
  }

  /** A worker has found nothing again: after many such starts in a row, several are simulated at a time. */
  fruitlessStart(): void {
    this.fruitless = Math.min(128, this.fruitless + 1);
  }

  get fruitlessBatch(): number {
    return Math.max(1, this.fruitless >> 4);
  }

  foundWork(): void {
    this.fruitless = 0;
  }
}

const WorkerState = {
  new: 0,
  parked: 1,
  roots: 2,
  spinning: 3,
  scanned: 4,
  drained: 5,
  getfull: 6,
  ended: 7,
  vain: 8,
} as const;

/** gcBgMarkWorker: one for each P. */
export class BgMarkWorker implements Task {
  private state: number = WorkerState.new;
  private startedAt: Ns = 0;
  private found = false;
  private creditFrom = 0;
  private idleCheck = 0;
  private waits = 0;
  private readonly rt: Runtime;
  private readonly gcw: GcWork | null;
  private readonly onReady: (p: P) => void;

  constructor(rt: Runtime, ownGcw: GcWork | null, onReady: (p: P) => void) {
    this.rt = rt;
    this.gcw = ownGcw;
    this.onReady = onReady;
  }

  resume(p: P, g: G): void {
    const rt = this.rt;
    switch (this.state) {
      case WorkerState.new:
        this.state = WorkerState.parked;
        this.onReady(p);
        rt.sched.park(p, g);
        return;
      case WorkerState.parked:
        this.begin(p, g);
        return;
      case WorkerState.scanned:
        this.rootsOrHeap(p, g);
        return;
      case WorkerState.spinning:
        // The other goroutine has scanned its stack.
        this.state = WorkerState.scanned;
        this.rootsOrHeap(p, g);
        return;
      case WorkerState.drained:
        this.flush(p);
        this.rootsOrHeap(p, g);
        return;
      case WorkerState.getfull:
        this.getfull(p, g);
        return;
      case WorkerState.vain:
        this.account(p);
        this.window(p);
        return;
      case WorkerState.ended:
        this.park(p, g);
        return;
      default:
        fail('background worker in no known state', this.state);
    }
  }

  private begin(p: P, g: G): void {
    const rt = this.rt;
    const marker = rt.marker;
    this.startedAt = rt.engine.now;
    this.found = false;
    this.waits = 0;
    g.onSystemStack = true;
    marker.active++;
    const gcw = this.gcw ?? p.gcw;
    this.creditFrom = gcw.scanWork;
    this.idleCheck = idleCheckThreshold;
    p.extraNs += rt.machine.workerNs;
    this.rootsOrHeap(p, g);
  }

  /** The body of gcDrain, up to the next activity. */
  private rootsOrHeap(p: P, g: G): void {
    const rt = this.rt;
    const marker = rt.marker;
    const mode = p.workerMode;
    const gcw = this.gcw ?? p.gcw;
    if (this.mustStop(p, g)) {
      this.end(p, g);
      return;
    }
    if (marker.rootNext < marker.rootJobs) {
      this.found = true;
      const ns = marker.rootJob(p, gcw);
      if (ns < 0) {
        this.state = WorkerState.spinning;
        rt.sched.spinWait(p, mode);
      } else {
        this.state = WorkerState.scanned;
        rt.sched.run(p, ns, 1, mode);
      }
      return;
    }
    const ns = marker.drain(gcw, gcCreditSlack);
    if (ns > 0) {
      this.found = true;
      this.state = WorkerState.drained;
      rt.sched.run(p, ns, 1, mode);
      return;
    }
    if (mode === Use.dedicated && rt.release.dedicatedBlocks) {
      marker.active--;
      this.waits = 0;
      this.state = WorkerState.getfull;
      this.getfull(p, g);
      return;
    }
    this.leave(p, g);
  }

  /**
   * No work is left for this worker. If there was none at all, it is perhaps started again and again: several such starts at a
   * time. While they take their time it counts as not marking: else two workers could keep one another from being the last.
   */
  private leave(p: P, g: G): void {
    if (this.found) {
      this.end(p, g);
      return;
    }
    const { marker, machine, sched } = this.rt;
    this.state = WorkerState.vain;
    marker.fruitlessStart();
    if (this.stopMarking(p, g)) return;
    sched.run(p, machine.workerNs, marker.fruitlessBatch, p.workerMode);
  }

  /** Fractional and idle workers give way: when preempted, or when there is other work. */
  private mustStop(p: P, g: G): boolean {
    const rt = this.rt;
    if (p.workerMode === Use.dedicated) return false;
    if (g.preempt) return true;
    if (p.workerMode === Use.idleMark && rt.release.idlePolls && this.idleCheck <= 0) {
      this.idleCheck = idleCheckThreshold;
      return rt.sched.hasOtherWork(p);
    }
    if (
      p.workerMode === Use.fractional &&
      rt.release.fractional === 'per-p' &&
      this.idleCheck <= 0
    ) {
      this.idleCheck = idleCheckThreshold;
      const elapsed = rt.engine.now - rt.marker.startNs;
      const used = p.fractionalNs + rt.engine.now - this.startedAt;
      // pollFractionalWorkerExit: leaves when 20 % over its share.
      return elapsed > 0 && used / elapsed > 1.2 * rt.pacer.fractionalUtilizationGoal;
    }
    return false;
  }

  private flush(p: P): void {
    const gcw = this.gcw ?? p.gcw;
    const credit = gcw.scanWork - this.creditFrom;
    const work = this.rt.marker.flushScanWork(gcw);
    this.creditFrom = 0;
    this.idleCheck -= work;
    this.rt.assists.flushBgCredit(credit, p);
  }

  /** The getfull barrier: waits until there is work, or until nobody marks any more. */
  private getfull(p: P, g: G): void {
    const rt = this.rt;
    const marker = rt.marker;
    if (rt.workbufs.hasWork) {
      marker.active++;
      this.rootsOrHeap(p, g);
      return;
    }
    if (marker.active === 0) {
      // The barrier is reached: whoever waits here knows that marking is complete.
      marker.active++;
      this.leave(p, g);
      return;
    }
    const wait = this.waits++;
    if (wait < getfullSpins) rt.sched.run(p, 300, 1, Use.getfull);
    else if (wait < 2 * getfullSpins) rt.sched.run(p, rt.machine.schedYieldNs, 1, Use.getfull);
    else rt.sched.holdFor(p, getfullSleepNs + rt.machine.sleepExtraNs, Use.getfull);
  }

  private end(p: P, g: G): void {
    this.account(p);
    this.state = WorkerState.ended;
    if (!this.stopMarking(p, g)) this.window(p);
  }

  /** The worker no longer marks. True: it was the last, and runs the transition on top of its own task now. */
  private stopMarking(p: P, g: G): boolean {
    const rt = this.rt;
    const marker = rt.marker;
    const gcw = this.gcw ?? p.gcw;
    if (gcw.scanWork > this.creditFrom) this.flush(p);
    if (this.gcw !== null || rt.blackenPromptly) marker.dispose(gcw);
    marker.active--;
    if (marker.active < 0) fail('more workers ended than began', marker.active);
    g.onSystemStack = false;
    if (marker.active > 0 || marker.workAvailable(null)) return false;
    const mode = p.workerMode;
    const who: Signaller =
      mode === Use.dedicated ? 'dedicated' : mode === Use.fractional ? 'fractional' : 'idle';
    rt.collector.markDone(p, g, who);
    return g.tasks[g.tasks.length - 1] !== this;
  }

  /** Counts the worker's time, as the runtime does: by the clock. Another of its kind may be started from now on. */
  private account(p: P): void {
    const { engine, marker, release } = this.rt;
    const ns = engine.now - this.startedAt;
    const mode = p.workerMode;
    if (mode === Use.dedicated) {
      marker.dedicatedNs += ns;
      marker.dedicatedNeeded++;
    } else if (mode === Use.fractional) {
      marker.fractionalNs += ns;
      p.fractionalNs += ns;
      if (release.fractional !== 'per-p') marker.fractionalNeeded++;
    } else {
      marker.idleNs += ns;
    }
  }

  /**
   * Until the worker has parked and its P chooses again, another P may take its place. That moment is what ends a run of
   * fruitless starts on one P, with the coordinator waiting behind them.
   */
  private window(p: P): void {
    const { machine, marker, sched } = this.rt;
    this.state = WorkerState.ended;
    sched.run(p, machine.gSwitchNs, this.found ? 1 : marker.fruitlessBatch, p.workerMode);
    if (this.found) marker.foundWork();
  }

  private park(p: P, g: G): void {
    this.state = WorkerState.parked;
    this.rt.sched.park(p, g);
  }
}
