/**
 * Marking: root jobs, what a mark phase counts, and which P runs a background worker. Follows src/runtime/mgcmark.go and
 * gcController.findRunnableGCWorker. How objects are scanned is in scan.ts, what a worker does in worker.ts.
 */
import type { Bytes, Ns } from '../units.ts';
import type { GcWork } from './gcwork.ts';
import { type G, GStatus, type P, Use } from './gmp.ts';
import { patternLength } from './objects.ts';
import { forcePreemptNs, gcCreditSlack, rootBlockBytes, runtimeGlobalsBytes } from './params.ts';
import { GcPhase, type Runtime } from './runtime.ts';
import { Scanner } from './scan.ts';

/** From this grain on, scanning a number takes as long as waking a worker: some microseconds. */
const coarseShift = 6;

export class Marker {
  /** Scan work and bytes marked, counted globally. */
  scanWork = 0;
  bytesMarked: Bytes = 0;
  /** Workers and assists that are marking (work.nproc - work.nwait). 0 and no work left: marking is complete. */
  active = 0;
  /** Root jobs: next to take, and how many. Globals first, then spans in blocks, then a job for each stack. */
  rootNext = 0;
  rootJobs = 0;
  private dataJobs = 0;
  private spanJobs = 0;
  /** Spans looked at for what hangs on them (finalizers and the like, which no workload has). */
  private spans = 0;
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
  private fullPutsSeen = 0;
  /** Fruitless starts in a row, so that they can be simulated many at a time. */
  private fruitless = 0;

  readonly globalsBytes: Bytes;
  /** For each root job of the globals, the core that has done it last. */
  private readonly globalsCore: number[] = [];
  /** Scan work that a worker or assist holds before it flushes; in huge heaps longer steps, as with spans (grain.ts). */
  readonly creditSlack: number;

  readonly scanner: Scanner;
  private readonly rt: Runtime;

  constructor(rt: Runtime, globalsPointerBytes: Bytes) {
    this.rt = rt;
    this.scanner = new Scanner(rt.objects, rt.workbufs, rt.machine, rt.release);
    this.creditSlack = gcCreditSlack * rt.alloc.spanGrain;
    this.globalsBytes = globalsPointerBytes + runtimeGlobalsBytes;
  }

  /** A collection starts: all marks are cleared. */
  startCycle(): void {
    const rt = this.rt;
    rt.objects.clearMarks();
    this.scanWork = 0;
    this.bytesMarked = 0;
    this.scanner.startCycle(rt.heapLive);
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

  /** Sets the root jobs up: globals and spans in blocks, and a stack for each goroutine that lives. */
  prepareRoots(): void {
    const { alloc, release } = this.rt;
    this.dataJobs = Math.max(1, Math.ceil(this.globalsBytes / rootBlockBytes));
    // The lists of 1.8 hold the spans in use, what was there before it all that there ever were.
    this.spans = release.sweepLists ? alloc.spansInUse : alloc.spansEver;
    this.spanJobs = Math.ceil(this.spans / release.rootBlockSpans);
    this.stackRoots.length = 0;
    for (const g of this.rt.sched.gs) {
      if (g.status === GStatus.dead) continue;
      this.stackRoots.push(g);
    }
    this.rootNext = 0;
    this.rootJobs = this.dataJobs + this.spanJobs + this.stackRoots.length;
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
      const ns = this.rootNs(bytes) + this.coldNs(p, job, bytes);
      return machine.rootJobNs + ns + heads * machine.scanPointerNs;
    }
    if (job < this.dataJobs + this.spanJobs) {
      const { rootBlockSpans } = this.rt.release;
      const from = (job - this.dataJobs) * rootBlockSpans;
      const spans = Math.min(rootBlockSpans, this.spans - from);
      return machine.rootJobNs + spans * machine.spanLookNs;
    }
    const g = this.stackRoots[job - this.dataJobs - this.spanJobs]!;
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
    if (waiter !== null) this.rt.sched.spinDone(waiter);
    return this.stackNs(g);
  }

  /** Scanning a whole stack. */
  stackNs(g: G): Ns {
    return this.rt.machine.stackScanNs + this.rootNs(g.stackBytes);
  }

  /** Greys what a root points at: a unit's entry, or each of its objects where they have no pointers to lead on. */
  greyUnit(gcw: GcWork, u: number): number {
    const { objects } = this.rt;
    const entry = objects.entry(u);
    if (entry < 0) return 0;
    if (objects.kinds.scan[objects.kindA[u]! * patternLength]! > 0) {
      this.scanner.shade(gcw, entry);
      return 1;
    }
    const built = objects.builtA[u]!;
    const last = objects.numberOf(u, built - 1);
    for (let o = objects.base[u]!; o <= last; o++) this.scanner.shade(gcw, o);
    return built;
  }

  /** Greys every root's target, all at once: with the world stopped, and by the coordinator between the marks. Returns the CPU time. */
  scanGlobals(gcw: GcWork, rootCost: number): Ns {
    for (const u of this.rt.rootUnits) this.greyUnit(gcw, u);
    return this.rootNs(this.globalsBytes, rootCost);
  }

  /** Scanning `bytes` of globals or stack. */
  private rootNs(bytes: Bytes, rootCost = this.rt.release.rootCost): Ns {
    return bytes * this.rt.machine.scanRootByteNs * rootCost;
  }

  /** The same part of the globals was scanned by another core last: it has to come from there. */
  private coldNs(p: P, job: number, bytes: Bytes): Ns {
    const core = this.rt.sched.coreOf(p);
    const isCold = this.globalsCore[job] !== core;
    this.globalsCore[job] = core;
    return isCold && this.rt.release.copiesPastCache ? bytes * this.rt.machine.coldRootByteNs : 0;
  }

  // ---- draining ----

  /** Is there work that P `p` (or, with null, anybody) could take? */
  workAvailable(p: P | null): boolean {
    if (p !== null && this.hasLocal(p.gcw)) return true;
    return this.rt.workbufs.hasWork || this.rootNext < this.rootJobs;
  }

  /**
   * At a coarse grain: a tree is being marked, and of the objects of the number in hand some would have been shared by now. Without
   * this, a P that looks for work finds none, and goes idle for all of marking.
   */
  private get hidesWork(): boolean {
    const { objects } = this.rt;
    return objects.grainShift >= coarseShift && objects.hasTrees && this.active > 0;
  }

  private hasLocal(gcw: GcWork): boolean {
    if (gcw.wbuf1 < 0) return false;
    const nobj = this.rt.workbufs.nobj;
    return nobj[gcw.wbuf1]! > 0 || (gcw.wbuf2 >= 0 && nobj[gcw.wbuf2]! > 0);
  }

  /** gcDrain while marking, on P `p`, up to a flush. See Scanner.drain. */
  drain(p: P, gcw: GcWork): Ns {
    const ns = this.scanner.drain(gcw, this.creditSlack, true);
    this.enlistWorker(p);
    return ns;
  }

  /** gcDrainN, for up to `limit` of scan work: it kept no work available for others to 1.5. */
  drainN(p: P, limit: number): Ns {
    const shares = this.rt.release.assistAt === 'malloc';
    const ns = this.scanner.drain(p.gcw, Math.min(this.creditSlack, limit), shares);
    this.enlistWorker(p);
    return ns;
  }

  /**
   * gcController.enlistWorker (from 1.6): work was put where others can take it. If a dedicated worker is still wanted, a random P
   * that runs something is asked to look for it.
   */
  private enlistWorker(p: P): void {
    const put = this.rt.workbufs.fullPuts;
    if (put === this.fullPutsSeen) return;
    this.fullPutsSeen = put;
    const { release, sched } = this.rt;
    if (release.phases === 'decentralized' && this.dedicatedNeeded > 0) sched.preemptAny(p);
  }

  /** gcDrain with the world stopped, up to as much: to 1.5 work is kept available only while somebody waits for it. */
  drainStopped(gcw: GcWork, nobodyWaits: boolean): Ns {
    const shares = this.rt.release.workbufs.buffers === 2 || !nobodyWaits;
    return this.scanner.drain(gcw, this.creditSlack, shares);
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
    const available = this.workAvailable(release.workerOwnGcw ? null : p) || this.hidesWork;
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
    if (rt.release.idleNeedsWork && !this.workAvailable(p) && !this.hidesWork) {
      // Not Go's: 1.5 with a note, which never was, would hang in mark 2 when the coordinator's P goes idle with it.
      return rt.mechanisms.wakeup === 'note' && rt.sched.isLast ? this.findRunnable(p) : null;
    }
    p.workerMode = Use.idleMark;
    return this.take(p);
  }

  /** What handoffp looks at, from 1.6 on: whether there is something to mark. */
  hasWork(p: P): boolean {
    const { blackenEnabled, phase, release } = this.rt;
    const looks = release.phases === 'decentralized';
    return looks && blackenEnabled && phase === GcPhase.mark && this.workAvailable(p);
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
