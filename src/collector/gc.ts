/**
 * The life of a collection. Follows src/runtime/mgc.go.
 *
 * To Go 1.5 a coordinator goroutine runs it: the world is stopped for sweep termination; the coordinator scans the roots; the Ps are
 * brought in step (or stopped) with the write barrier on; workers and assists mark (mark 1); the globals are scanned again and caches
 * flushed; mark 2; the world is stopped for mark termination; sweeping begins. Between these the coordinator waits to be woken.
 * From 1.6 on there is no coordinator: the goroutine that crosses the trigger starts the collection, and the worker or assist that
 * runs out of work last runs the transitions. Last of all, with the world running again, whoever ended the collection writes its line
 * of gctrace; from 1.6 on the next one has to wait for that.
 *
 * Simplifications: marking that is left for mark termination is charged as one stop, shared by the processors that help;
 * stacks are scanned whole.
 */
import { fail } from '../assert.ts';
import type { GcCycle, PacerRecord, Signaller, SimCycle } from '../cycle.ts';
import type { Bytes, Ns } from '../units.ts';
import type { Auditor } from './audit.ts';
import { Coordinator } from './coordinator.ts';
import { GcWork } from './gcwork.ts';
import { type G, type P, type Task, Use } from './gmp.ts';
import { forceGcPeriodNs, reviseTimerNs, scavengeLimitNs } from './params.ts';
import type { Mechanism } from './release.ts';
import { GcPhase, type Runtime } from './runtime.ts';
import { Semaphore } from './semaphore.ts';
import { markStopped, stoppedProcs } from './stoppedmark.ts';
import type { Timer } from './timers.ts';
import { Exit, ForcedCycle, MarkDone, StartCycle, StoppedCycle, TraceLine } from './transitions.ts';
import { BgMarkWorker } from './worker.ts';

/** Times and sizes of the collection in hand. */
class CycleNotes {
  startNs: Ns = 0;
  scanFromNs: Ns = 0;
  syncFromNs: Ns = 0;
  markFromNs: Ns = 0;
  termFromNs: Ns = 0;
  forced = false;
  periodic = false;
  stopped = false;
  triggerBytes: Bytes = 0;
  heapStart: Bytes = 0;
  heapAtAssists: Bytes = 0;
  heapEnd: Bytes = 0;
  assistsFromNs: Ns = -1;
  pausesNs: Ns[] = [];
  signalledNs: Ns = -1;
  signaller: Signaller = 'dedicated';
  wokenNs: Ns = -1;
  goal: Bytes = 0;
}

/**
 * Why a collection is to start (gcTrigger): because of the heap, of two minutes without one, or, for runtime.GC(), as the one with the
 * given number.
 */
type Cause =
  | { readonly kind: 'heap' }
  | { readonly kind: 'time' }
  | { readonly kind: 'cycle'; readonly cycle: number };

/** When a collection was asked for: why, and the trigger then. GOGC may change before it begins. */
export interface Occasion {
  readonly cause: Cause;
  readonly triggerBytes: Bytes;
}

const triggered: Cause = { kind: 'heap' };
const overdue: Cause = { kind: 'time' };

export class Collector {
  /** worldsema: whoever collects holds it; from 1.6 on until the line of gctrace is written. */
  readonly worldsema: Semaphore;
  /** work.startSema, from 1.6 on: held while a collection is being started. */
  readonly startSema: Semaphore;
  /** bggc.working: the coordinator has been woken, and does not wait again before its line of gctrace is written. */
  coordinatorBusy = false;
  /** work.cycles: collections that have begun. */
  begun = 0;
  /** Collections that have ended. */
  count = 0;
  /** Mechanisms whose choices differed in something that came up in this run. */
  readonly exercised = new Set<Mechanism>();
  /** Goroutines in runtime.GC(), waiting for the collection with the given number to end. */
  private readonly waiters: { g: G; count: number }[] = [];
  private notes = new CycleNotes();
  private coordinator: Coordinator | null = null;
  /** What the coordinator was woken for. */
  private woken: Occasion = { cause: triggered, triggerBytes: 0 };
  /** The goroutine that forces a collection after two minutes without one is on its way. */
  private isForcing = false;
  private transition = false;
  /** The timer of 2015 that has the assist ratio computed again. */
  private readonly reviseTimer: Timer = {
    when: 0,
    periodNs: reviseTimerNs,
    fire: () => this.revise(),
  };
  private lastEndNs: Ns = 0;
  private nextScavengeNs: Ns = scavengeLimitNs / 2;
  private gcTimeNs = 0;
  private pauseFromNs: Ns = 0;

  // gcSys over time.
  private gcSysSince: Ns = 0;
  private gcSysNow: Bytes = 0;
  private gcSysIntegral = 0;
  gcSysPeak: Bytes = 0;
  workbufPeak: Bytes = 0;
  bitmapPeak: Bytes = 0;
  markBitsPeak: Bytes = 0;

  private readonly rt: Runtime;
  private readonly onCycle: (cycle: GcCycle) => void;
  private readonly auditor: Auditor | null;
  private readonly usedBefore = new Float64Array(16);

  constructor(rt: Runtime, onCycle: (cycle: GcCycle) => void, auditor: Auditor | null) {
    this.rt = rt;
    this.onCycle = onCycle;
    this.auditor = auditor;
    this.worldsema = new Semaphore(rt.sched);
    this.startSema = new Semaphore(rt.sched);
  }

  // ---- starting ----

  /** After an allocation that took a span: starts a collection if heapLive has reached the trigger. True: the task must return. */
  maybeStart(p: P, g: G): boolean {
    if (this.coordinatorBusy || !this.shouldStart(triggered)) return false;
    this.start(p, g, triggered);
    return true;
  }

  /** Whether there is still reason for a collection to start (gcShouldStart, gcTrigger.test). */
  shouldStart(cause: Cause): boolean {
    const rt = this.rt;
    if (rt.phase !== GcPhase.off) return false;
    if (cause.kind === 'heap') return rt.heapLive >= rt.pacer.trigger;
    if (cause.kind === 'time') return rt.engine.now - this.lastEndNs >= forceGcPeriodNs;
    return this.begun < cause.cycle;
  }

  /** What sysmon does for the heap: gives back what has long been free, and has a collection started after two minutes without. */
  onSysmon(): void {
    const rt = this.rt;
    if (rt.engine.now >= this.nextScavengeNs) {
      this.nextScavengeNs = rt.engine.now + scavengeLimitNs / 2;
      rt.heap.scavenge(rt.engine.now - scavengeLimitNs);
    }
    this.maybeForce();
  }

  private maybeForce(): void {
    const rt = this.rt;
    if (this.isForcing || this.coordinatorBusy || !Number.isFinite(rt.pacer.trigger)) return;
    if (!this.shouldStart(overdue)) return;
    this.isForcing = true;
    const helper: Task = {
      resume: (p, g) => {
        g.tasks.pop();
        g.tasks.push(new Exit(rt));
        this.isForcing = false;
        this.start(p, g, overdue);
      },
    };
    rt.sched.start(rt.sched.newG(helper), null);
  }

  /** The goroutine starts a collection itself, or, to 1.5, wakes the coordinator and makes way for it. */
  private start(p: P, g: G, cause: Cause): void {
    const rt = this.rt;
    const triggerBytes = cause.kind === 'heap' ? rt.pacer.trigger : rt.heapLive;
    const occasion = { cause, triggerBytes };
    if (rt.release.phases === 'decentralized') {
      g.tasks.push(new StartCycle(rt, this, occasion));
      return;
    }
    this.coordinatorBusy = true;
    this.woken = occasion;
    if (this.coordinator === null) {
      this.coordinator = new Coordinator(rt, this);
      this.coordinator.g = rt.sched.newG(this.coordinator);
      rt.sched.start(this.coordinator.g, p);
    } else {
      rt.sched.ready(this.coordinator.g!, p, true);
    }
    if (rt.release.starter === 'local-tail') rt.sched.yieldLocal(p, g);
    else rt.sched.yield(p, g);
  }

  /** The coordinator starts the collection that it was woken for. */
  startCoordinated(g: G): void {
    g.tasks.push(new StartCycle(this.rt, this, this.woken));
  }

  /** Whoever starts the collection holds worldsema. */
  begin({ cause, triggerBytes }: Occasion): void {
    this.notes = new CycleNotes();
    this.notes.forced = cause.kind === 'cycle';
    this.notes.periodic = cause.kind === 'time';
    this.notes.triggerBytes = triggerBytes;
  }

  /** runtime.GC(): puts the task that asks for a collection, and waits for it, on top of the G's. */
  force(g: G): void {
    g.tasks.push(
      this.rt.release.forced === 'stopped'
        ? new StoppedCycle(this.rt, this)
        : new ForcedCycle(this.rt, this),
    );
  }

  /** Parks a G until `count` collections have ended. */
  waitFor(p: P, g: G, count: number): void {
    this.waiters.push({ g, count });
    this.rt.sched.park(p, g);
  }

  /** runtime.GC() starts the given collection, unless somebody else does. */
  startForced(p: P, g: G, cycle: number): void {
    this.start(p, g, { kind: 'cycle', cycle });
  }

  // ---- workers ----

  /** Starts the worker of the first P that has none; the caller waits on a note for it. False: all have one. */
  startWorker(p: P, waiter: G): boolean {
    const rt = this.rt;
    for (const owner of rt.sched.ps) {
      if (owner.worker !== null) continue;
      const own = rt.release.workerOwnGcw ? new GcWork() : null;
      const worker = rt.sched.newG(
        new BgMarkWorker(rt, own, (ready) => rt.sched.noteWake(ready, waiter)),
      );
      owner.worker = worker;
      rt.sched.start(worker, p);
      return true;
    }
    return false;
  }

  // ---- phases ----

  /** The world is asked to stop now. */
  pauseBegins(): void {
    this.pauseFromNs = this.rt.engine.now;
  }

  pauseEnds(): void {
    this.notes.pausesNs.push(this.rt.engine.now - this.pauseFromNs);
  }

  beginSweepTermination(): void {
    const rt = this.rt;
    this.notes.startNs = rt.engine.now;
    this.notes.heapStart = rt.heapLive;
  }

  /** The world is stopped: sets the collection up. Returns the time it takes. */
  setUp(p: P): Ns {
    const rt = this.rt;
    const { machine } = rt;
    this.begun++;
    let ns = machine.sweepTermNs + rt.procs * machine.perProcStopNs;
    ns += this.lookAtSpansNs() + rt.sweeper.finish();
    rt.gcBits.nextEpoch();
    rt.pacer.startCycle(rt.heapLive, rt.procs);
    this.notes.goal = rt.pacer.heapGoal;
    rt.marker.startCycle();
    rt.assists.startCycle();
    rt.mutators.startCycle();
    this.startRevising(p);
    rt.marker.prepareRoots();
    if (rt.release.phases === 'coordinator') {
      rt.phase = GcPhase.scan;
      // Whoever marks needs the barrier: assists during the scan bring it forward with them.
      const assistsNow = rt.mechanisms['assist-start'] === 'scan';
      rt.writeBarrier = assistsNow || rt.release.writeBarrierFrom === 'scan';
      if (assistsNow) this.assistsOn();
    } else {
      rt.writeBarrier = true;
      this.beginMark();
    }
    return ns;
  }

  /** To 1.5 every span is looked at with the world stopped: whether it has been swept, and for the new list of spans. */
  private lookAtSpansNs(): Ns {
    const { alloc, machine, release } = this.rt;
    return release.finishSweep === 'stopped' ? alloc.spansEver * machine.spanLookNs : 0;
  }

  /** The world runs again, started by P `p`: sweep termination is over. */
  sweepTerminated(p: P): void {
    const { engine, release } = this.rt;
    const now = engine.now + (release.clocksRestart ? Math.ceil(p.extraNs) : 0);
    if (release.phases === 'coordinator') this.notes.scanFromNs = now;
    else this.notes.markFromNs = now;
  }

  beginSync(): void {
    this.notes.syncFromNs = this.rt.engine.now;
  }

  /** Assists may mark from now on. */
  private assistsOn(): void {
    const rt = this.rt;
    if (rt.blackenEnabled) return;
    rt.blackenEnabled = true;
    this.notes.assistsFromNs = rt.engine.now;
    this.notes.heapAtAssists = rt.heapLive;
  }

  /** Workers and assists mark. */
  beginMark(): void {
    const rt = this.rt;
    rt.phase = GcPhase.mark;
    rt.writeBarrier = true;
    // From 1.6 on a mark phase begins, for the controller, with the stop before it.
    rt.marker.startNs = rt.release.phases === 'coordinator' ? rt.engine.now : this.notes.startNs;
    this.notes.markFromNs = rt.engine.now;
    // What was allocated while the roots were scanned is what an assist then would have been for.
    if (rt.heapLive > this.notes.heapStart) this.exercised.add('assist-start');
    this.assistsOn();
    this.transition = false;
    rt.blackenPromptly = false;
    rt.marker.workersOff = false;
  }

  /** The assist ratio to begin with, and the timer, where there is one: its thread is woken while the world is stopped. */
  private startRevising(p: P): void {
    const rt = this.rt;
    this.revise();
    rt.pacer.noteStart(rt.heapLive, rt.heapScan);
    if (rt.release.pacer.revise !== 'timer') return;
    this.reviseTimer.when = rt.engine.now + reviseTimerNs;
    rt.sched.addTimer(this.reviseTimer, p);
  }

  /** heapLive or heapScan has been updated while marking. */
  onHeapUpdate(): void {
    if (this.rt.blackenEnabled && this.rt.release.pacer.revise === 'update') this.revise();
  }

  private revise(): void {
    const rt = this.rt;
    rt.pacer.revise(rt.heapLive, rt.heapScan, rt.marker.scanWork, rt.marker.bytesMarked);
  }

  /**
   * Marking has run out of work, as a worker, an assist or the scheduler has found. With a coordinator: signals it. Without:
   * the finder runs the transition, as a task on top of its own.
   */
  markDone(p: P, g: G, who: Signaller): void {
    if (this.rt.release.phases === 'coordinator') {
      this.signalDone(p, who);
      return;
    }
    if (this.transition || this.rt.phase !== GcPhase.mark) return;
    this.transition = true;
    this.notes.signaller = who;
    this.notes.signalledNs = this.rt.engine.now;
    g.tasks.push(new MarkDone(this.rt, this));
  }

  /** Mark 2 has nothing to do: marking is complete with the barrier. */
  doneAgain(): void {
    this.notes.signalledNs = this.rt.engine.now;
  }

  transitionOver(): void {
    this.transition = false;
  }

  /** Wakes the coordinator, unless that has been done for this mark phase. */
  signalDone(p: P, who: Signaller): void {
    const rt = this.rt;
    if (this.transition || rt.phase !== GcPhase.mark) return;
    this.transition = true;
    this.notes.signaller = who;
    this.notes.signalledNs = rt.engine.now;
    this.exercised.add('wakeup');
    if (rt.mechanisms['between-marks'] === 'no-workers') rt.marker.workersOff = true;
    else if (rt.release.mark2) this.exercised.add('between-marks');
    this.coordinator!.wake(p);
  }

  /** Whoever runs the next phase runs on P `p`: at once, or, to 1.5, as soon as the switch to it is paid. */
  coordinatorWoken(p: P): void {
    const { engine, release } = this.rt;
    const switchNs = release.phases === 'coordinator' ? Math.ceil(p.extraNs) : 0;
    this.notes.wokenNs = engine.now + switchNs;
  }

  /** Mark 2 begins: blackening is prompt from now on. */
  beginMark2(): void {
    this.transition = false;
    this.rt.marker.workersOff = false;
  }

  beginMarkTermination(): void {
    this.notes.termFromNs = this.rt.engine.now;
  }

  /** The world is stopped after marking: finishes it. Returns the time it takes. */
  terminate(p: P): Ns {
    const rt = this.rt;
    const { machine, marker, release, workbufs } = rt;
    this.notes.heapEnd = rt.heapLive;
    const duration = this.notes.assistsFromNs < 0 ? 0 : rt.engine.now - this.durationFrom();
    for (const other of rt.sched.ps) {
      rt.assists.assistNs += other.assistNs;
      other.assistNs = 0;
    }
    rt.assists.wakeAll(p);
    rt.pacer.endCycle({
      heapLive: rt.heapLive,
      scanWork: marker.scanWork,
      assistNs: rt.assists.assistNs,
      dedicatedNs: marker.dedicatedNs,
      fractionalNs: marker.fractionalNs,
      durationNs: duration,
      procs: rt.procs,
      forced: this.notes.forced,
    });
    rt.blackenEnabled = false;
    rt.phase = GcPhase.termination;
    rt.blackenPromptly = false;
    if (release.pacer.revise === 'timer') rt.sched.removeTimer(this.reviseTimer);
    let ns = machine.markTermNs + rt.procs * machine.perProcStopNs;
    ns += this.lookAtSpansNs();
    ns += markStopped(rt, p, release.rescanStacks, release.rescanCost);
    if (workbufs.hasWork) fail('work left after mark termination', marker.active);
    return ns + this.finishHeap(p);
  }

  private durationFrom(): Ns {
    return this.rt.release.pacer.durationFrom === 'mark'
      ? this.rt.marker.startNs
      : this.notes.assistsFromNs;
  }

  /** Sets the heap's figures after marking, and starts sweeping. Returns the time it takes. */
  private finishHeap(p: P): Ns {
    const rt = this.rt;
    const { marker } = rt;
    rt.mutators.flushCaches();
    this.auditor?.marked(marker, rt.assists);
    rt.pacer.finishCycle({
      bytesMarked: marker.bytesMarked,
      heapLive: rt.heapLive,
      initialHeapLive: this.notes.heapStart,
      scanWork: marker.scanWork,
    });
    rt.heapLive = marker.bytesMarked;
    rt.heapScan = rt.release.scanWorkUnit === 'bytes' ? marker.scanWork : marker.bytesMarked;
    rt.phase = GcPhase.off;
    rt.writeBarrier = false;
    let ns = 0;
    const freeing = rt.mechanisms['workbuf-freeing'] === 'on';
    if (rt.workbufs.bytes > 0) this.exercised.add('workbuf-freeing');
    this.noteGcSys();
    if (this.notes.stopped) ns += rt.sweeper.sweepAll();
    else rt.sweeper.start(p);
    this.workbufBytesAtEnd = rt.workbufs.bytes;
    if (freeing && !this.notes.stopped) rt.workbufs.prepareFree();
    return ns;
  }

  private workbufBytesAtEnd: Bytes = 0;

  /** The world runs again: the collection is over. */
  end(p: P, g: G): void {
    const rt = this.rt;
    this.count++;
    const cycle = this.record();
    this.lastEndNs = rt.engine.now;
    this.auditor?.cycleEnded();
    for (let i = 0; i < this.waiters.length; ) {
      const waiter = this.waiters[i]!;
      if (waiter.count <= this.count) {
        this.waiters.splice(i, 1);
        rt.sched.ready(waiter.g, p, false);
      } else {
        i++;
      }
    }
    this.onCycle(cycle);
    if (rt.release.phases === 'coordinator') this.worldsema.release(p);
    g.tasks.push(new TraceLine(rt, this));
  }

  /** The line of gctrace is written. */
  lineWritten(p: P): void {
    if (this.rt.release.phases === 'decentralized') this.worldsema.release(p);
  }

  /** A collection with the world stopped begins. */
  beginStopped(): void {
    const rt = this.rt;
    this.notes = new CycleNotes();
    this.notes.forced = true;
    this.notes.stopped = true;
    this.notes.triggerBytes = rt.heapLive;
    this.beginSweepTermination();
  }

  /** The world is stopped: marks and sweeps everything. Returns the time it takes. */
  collectStopped(p: P): Ns {
    const rt = this.rt;
    const { machine, marker } = rt;
    this.begun++;
    let ns = machine.sweepTermNs + rt.procs * machine.perProcStopNs + 2 * this.lookAtSpansNs();
    ns += rt.sweeper.finish();
    rt.gcBits.nextEpoch();
    rt.pacer.startCycle(rt.heapLive, rt.procs);
    this.notes.goal = rt.pacer.heapGoal;
    marker.startCycle();
    rt.assists.startCycle();
    rt.mutators.startCycle();
    this.beginMarkTermination();
    rt.phase = GcPhase.termination;
    this.notes.heapEnd = rt.heapLive;
    marker.rootJobs = 0;
    marker.rootNext = 0;
    ns += markStopped(rt, p, 'whole', rt.release.rootCost) + machine.markTermNs;
    return ns + this.finishHeap(p);
  }

  // ---- records ----

  private record(): GcCycle {
    const rt = this.rt;
    const n = this.notes;
    const now = rt.engine.now;
    const coordinated = rt.release.phases === 'coordinator' && !n.stopped;
    const markTermNs = now - n.termFromNs;
    const sweepTermNs =
      (coordinated ? n.scanFromNs : n.stopped ? n.termFromNs : n.markFromNs) - n.startNs;
    const markNs = n.stopped ? 0 : n.termFromNs - n.markFromNs;
    const backgroundNs = rt.marker.dedicatedNs + rt.marker.fractionalNs;
    const scanNs = coordinated ? n.syncFromNs - n.scanFromNs : 0;
    const syncNs = coordinated ? n.markFromNs - n.syncFromNs : 0;
    // Go charges a stop for the processors that could mark in it.
    const stopProcs = stoppedProcs(rt);
    const syncCpuNs = rt.release.installBarrier === 'stop' ? syncNs * stopProcs : 0;
    this.gcTimeNs +=
      sweepTermNs * stopProcs +
      scanNs +
      syncCpuNs +
      rt.assists.assistNs +
      backgroundNs +
      markTermNs * stopProcs;
    const cycle: GcCycle & { pacer: PacerRecord } = {
      n: this.count,
      startNs: n.startNs,
      endNs: now,
      forced: rt.release.forced === 'stopped' ? n.stopped : n.forced,
      gcCpuFraction: now > 0 ? this.gcTimeNs / (now * rt.procs) : 0,
      procs: rt.procs,
      sweepTermNs,
      markNs,
      markTermNs,
      sweepTermCpuNs: sweepTermNs * stopProcs,
      assistNs: rt.assists.assistNs,
      backgroundNs,
      idleNs: rt.marker.idleNs,
      markTermCpuNs: markTermNs * stopProcs,
      heapStartBytes: n.heapStart,
      heapEndBytes: n.heapEnd,
      heapMarkedBytes: rt.marker.bytesMarked,
      heapGoalBytes: n.stopped ? n.heapStart : n.goal,
      pacer: { ...rt.pacer.record() },
      sim: this.simRecord(),
    };
    if (rt.sweeper.record !== undefined) cycle.pacer.sweepDone = rt.sweeper.record;
    if (n.periodic) cycle.periodic = true;
    if (rt.release.phases === 'coordinator') {
      cycle.scanNs = scanNs;
      cycle.scanCpuNs = scanNs;
      cycle.syncNs = syncNs;
      cycle.syncCpuNs = syncCpuNs;
    }
    return cycle;
  }

  private simRecord(): SimCycle {
    const rt = this.rt;
    const n = this.notes;
    const { assists, marker } = rt;
    const used = (use: Use): Ns => {
      let total = 0;
      for (const p of rt.sched.ps) total += p.usedNs[use]!;
      const since = total - this.usedBefore[use]!;
      this.usedBefore[use] = total;
      return since;
    };
    const assistStart = n.assistsFromNs < 0 ? n.heapEnd : n.heapAtAssists;
    const sim: SimCycle = {
      triggerBytes: n.triggerBytes,
      assistStartBytes: assistStart,
      growthBeforeAssistsBytes: Math.max(0, assistStart - n.triggerBytes),
      growthWithAssistsBytes: Math.max(0, n.heapEnd - assistStart),
      assistCount: assists.count,
      assistCpuNs: used(Use.assist),
      assistBlockedNs: assists.blockedNs,
      assistLongestStallNs: assists.longestStallNs,
      pausesNs: n.pausesNs,
      scanWork: marker.scanWork,
      creditFlushed: assists.flushed,
      creditStolen: assists.stolen,
      creditPaidToQueue: assists.paidToQueue,
      creditLeft: assists.bgScanCredit,
      workbufsInUsePeak: rt.workbufs.inUsePeak,
      gcSysBytes: rt.gcSys,
      gcSysWorkbufBytes: this.workbufBytesAtEnd,
      gcSysBitmapBytes: rt.heap.bitmapBytes,
      gcSysMarkBitsBytes: rt.gcBits.markBitsBytes,
    };
    if (n.signalledNs >= 0) {
      sim.signaller = n.signaller;
      sim.wakeupDelayNs = n.wokenNs - n.signalledNs;
      sim.stoppedAfterWakeupNs = Math.max(0, this.stoppedNs - n.wokenNs);
    }
    return sim;
  }

  /** When the world came to a stop for mark termination. */
  stoppedNs: Ns = 0;

  /** Notes gcSys where it changes: the time average counts what was held until now. */
  noteGcSys(): void {
    const rt = this.rt;
    const now = rt.engine.now;
    this.gcSysIntegral += this.gcSysNow * (now - this.gcSysSince);
    this.gcSysSince = now;
    const value = rt.gcSys;
    this.gcSysNow = value;
    if (value > this.gcSysPeak) this.gcSysPeak = value;
    this.workbufPeak = Math.max(this.workbufPeak, rt.workbufs.bytes);
    this.bitmapPeak = Math.max(this.bitmapPeak, rt.heap.bitmapBytes);
    this.markBitsPeak = Math.max(this.markBitsPeak, rt.gcBits.markBitsBytes);
  }

  get gcSysAverage(): Bytes {
    const now = this.rt.engine.now;
    return now > 0 ? Math.round(this.gcSysIntegral / now) : this.rt.gcSys;
  }
}
