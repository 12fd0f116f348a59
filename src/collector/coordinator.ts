/**
 * The coordinator: the goroutine that runs the collections to Go 1.5 (backgroundgc; from March 2015 also called bggc). It waits to be
 * woken between the phases, by a note or by being readied. Follows src/runtime/mgc.go, gc.
 */
import { fail } from '../assert.ts';
import type { Collector } from './gc.ts';
import { type G, type P, type Task, Use } from './gmp.ts';
import type { Runtime } from './runtime.ts';
import { MarkTermination } from './transitions.ts';

const Step = {
  wait: 0,
  start: 1,
  begin: 2,
  started: 3,
  scan: 4,
  scanning: 5,
  sync: 6,
  synced: 7,
  marked1: 8,
  flush: 9,
  flushed: 10,
  marked2: 11,
  terminate: 12,
  over: 13,
} as const;

/** backgroundgc: the goroutine that runs the collections to Go 1.5. */
export class Coordinator implements Task {
  g: G | null = null;
  private step: number = Step.start;
  private waiting: 'no' | 'parked' | 'note' = 'no';
  private signalled = false;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  /** Concurrent marking is complete; called on the P of whoever found out. */
  wake(p: P): void {
    const { sched, mechanisms } = this.rt;
    this.signalled = true;
    if (this.waiting === 'no') return;
    if (mechanisms.wakeup === 'note') sched.noteWake(p, this.g!);
    else sched.ready(this.g!, p, true);
  }

  // A dispatcher.
  resume(p: P, g: G): void {
    const { rt, gc } = this;
    const { sched } = rt;
    switch (this.step) {
      case Step.wait:
        this.step = Step.start;
        return;
      case Step.start:
        this.step = Step.begin;
        sched.run(p, rt.machine.coordinatorNs, 1, Use.coordinator);
        return;
      case Step.begin:
        this.step = Step.started;
        gc.startCoordinated(g);
        return;
      case Step.started:
        this.step = Step.scan;
        return;
      case Step.scan:
      case Step.scanning:
        this.scanRoots(p, g);
        return;
      case Step.sync:
        this.sync(p);
        return;
      case Step.synced:
        if (rt.release.installBarrier === 'stop') {
          p.extraNs += rt.procs * rt.machine.perProcStopNs;
          rt.writeBarrier = true;
          sched.startTheWorld(p);
          gc.pauseEnds();
        }
        this.signalled = false;
        gc.beginMark();
        sched.cutAll();
        this.step = Step.marked1;
        return;
      case Step.marked1:
        if (!this.signalled) {
          this.waitForMark(p, g);
          return;
        }
        gc.coordinatorWoken(p);
        this.waiting = 'no';
        this.step = rt.release.mark2 ? Step.flush : Step.terminate;
        if (rt.release.mark2) {
          // Mark 2: the globals are scanned again, and nothing is kept in caches any more.
          const ns = rt.marker.scanGlobals(p.gcw, rt.release.rescanCost);
          rt.blackenPromptly = true;
          sched.run(p, ns, 1, Use.coordinator);
        }
        return;
      case Step.flush:
        this.step = Step.flushed;
        sched.forEachP(p, (other) => rt.marker.dispose(other.gcw));
        return;
      case Step.flushed:
        this.mark2();
        return;
      case Step.marked2:
        if (!this.signalled) {
          this.waitForMark(p, g);
          return;
        }
        gc.coordinatorWoken(p);
        this.waiting = 'no';
        this.step = Step.terminate;
        return;
      case Step.terminate:
        this.step = Step.over;
        g.tasks.push(new MarkTermination(rt, gc));
        return;
      case Step.over:
        this.step = Step.wait;
        gc.coordinatorBusy = false;
        sched.park(p, g);
        return;
      default:
        fail('coordinator in no known step', this.step);
    }
  }

  /** The concurrent scan: root by root, on the system stack. A goroutine that runs is asked to scan itself and waited for. */
  private scanRoots(p: P, g: G): void {
    const { marker, sched } = this.rt;
    g.onSystemStack = true;
    if (marker.rootNext < marker.rootJobs) {
      this.step = Step.scanning;
      const ns = marker.rootJob(p, p.gcw);
      if (ns < 0) sched.spinWait(p, Use.coordinator);
      else sched.run(p, ns, 1, Use.coordinator);
      return;
    }
    g.onSystemStack = false;
    marker.dispose(p.gcw);
    this.step = Step.sync;
    this.gc.beginSync();
    // Back from the system stack: a preemption asked for meanwhile comes now.
    sched.safePoint(p, g);
  }

  private sync(p: P): void {
    const { rt, gc } = this;
    this.step = Step.synced;
    if (rt.release.installBarrier === 'stop') {
      gc.pauseBegins();
      rt.sched.stopTheWorld(p);
    } else {
      rt.sched.forEachP(p, () => {});
    }
  }

  private waitForMark(p: P, g: G): void {
    const { sched, mechanisms } = this.rt;
    if (sched.safePoint(p, g)) return;
    if (mechanisms.wakeup === 'note') {
      this.waiting = 'note';
      sched.block(p, g);
    } else {
      this.waiting = 'parked';
      sched.park(p, g);
    }
  }

  /** Mark 2 runs where there is work for it; without workers between the marks it always does. */
  private mark2(): void {
    const { rt, gc } = this;
    const always = rt.mechanisms['between-marks'] === 'no-workers';
    if (!always && !rt.marker.workAvailable(null)) {
      this.step = Step.terminate;
      return;
    }
    this.signalled = false;
    this.step = Step.marked2;
    gc.beginMark2();
    rt.sched.cutAll();
  }
}
