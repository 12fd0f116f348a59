/**
 * Background mark workers, one for each P. Follows src/runtime/mgc.go, gcBgMarkWorker, and mgcmark.go, gcDrain.
 *
 * A drain scans whole objects until it has done enough scan work for a flush; that is one activity of the P. What it marks is
 * marked when the activity begins, what it counts is counted when it ends: credit is given for work that is done.
 */
import { fail } from '../assert.ts';
import type { Signaller } from '../cycle.ts';
import type { Ns } from '../units.ts';
import type { GcWork } from './gcwork.ts';
import { type G, type P, type Task, Use } from './gmp.ts';
import { getfullSleepNs, getfullSpinNs, getfullSpins, idleCheckThreshold } from './params.ts';
import type { Runtime } from './runtime.ts';

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
    const ns = marker.drain(p, gcw);
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

  /** Fractional and idle workers give way: when preempted; from 1.8 also when a look after a root job, or now and then, tells them to. */
  private mustStop(p: P, g: G): boolean {
    const rt = this.rt;
    if (p.workerMode === Use.dedicated) return false;
    if (g.preempt) return true;
    if (!rt.release.idlePolls || (this.state !== WorkerState.scanned && this.idleCheck > 0)) {
      return false;
    }
    if (this.idleCheck <= 0) this.idleCheck = idleCheckThreshold;
    if (p.workerMode === Use.idleMark) return rt.sched.hasOtherWork(p);
    return rt.release.fractional === 'per-p' && this.hasHadItsShare(p);
  }

  /** pollFractionalWorkerExit: it leaves when 20 % over its share. */
  private hasHadItsShare(p: P): boolean {
    const { engine, marker, pacer } = this.rt;
    const elapsed = engine.now - marker.startNs;
    const used = p.fractionalNs + engine.now - this.startedAt;
    return elapsed > 0 && used / elapsed > 1.2 * pacer.fractionalUtilizationGoal;
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
    if (wait < getfullSpins) rt.sched.run(p, getfullSpinNs, 1, Use.getfull);
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
