/**
 * What goroutines run on top of their own work when a collection needs it: its start, the way from mark 1 to mark 2 and on, mark
 * termination, and runtime.GC() in both forms. Follows src/runtime/mgc.go: gcStart, gcMarkDone, gcMarkTermination, GC.
 */
import { fail } from '../assert.ts';
import type { Collector } from './gc.ts';
import type { Runtime } from './runtime.ts';
import { type G, type P, type Task, Use } from './sched.ts';

/** The goroutine is done. */
export class Exit implements Task {
  private readonly rt: Runtime;

  constructor(rt: Runtime) {
    this.rt = rt;
  }

  resume(p: P, g: G): void {
    this.rt.sched.exit(p, g);
  }
}

const Start = { sweep: 0, workers: 1, stop: 2, stopped: 3, restart: 4 } as const;

/** The start of a collection: by the coordinator, or (gcStart from 1.6 on) by the goroutine that crossed the trigger. */
export class StartCycle implements Task {
  private step: number = Start.sweep;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  resume(p: P, g: G): void {
    const { rt, gc } = this;
    const { sched } = rt;
    switch (this.step) {
      case Start.sweep: {
        this.step = Start.workers;
        const ns = rt.release.finishSweep === 'stopped' ? 0 : rt.sweeper.finish();
        // What the allocation before this has cost is spent before the clock of sweep termination starts.
        if (ns > 0) sched.run(p, ns, 1, Use.sweep);
        else if (p.extraNs > 0) sched.run(p, 0, 1, Use.mutator);
        return;
      }
      case Start.workers:
        // The first collection starts a worker for each P, and waits on a note for each.
        if (gc.startWorker(p, g)) {
          sched.block(p, g);
          return;
        }
        this.step = Start.stop;
        return;
      case Start.stop:
        gc.beginSweepTermination();
        gc.pauseBegins();
        this.step = Start.stopped;
        sched.stopTheWorld(p);
        return;
      case Start.stopped:
        this.step = Start.restart;
        sched.run(p, gc.setUp(), 1, Use.coordinator);
        return;
      case Start.restart:
        sched.startTheWorld(p);
        gc.pauseEnds();
        gc.sweepTerminated(p);
        gc.started(p);
        g.tasks.pop();
        return;
      default:
        fail('start of a collection in no known step', this.step);
    }
  }
}

const Termination = { stop: 0, stopped: 1, restart: 2 } as const;

/** Mark termination: the world is stopped, marking finished, and the next collection set up. */
export class MarkTermination implements Task {
  private step: number = Termination.stop;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  resume(p: P, g: G): void {
    const { rt, gc } = this;
    const { sched } = rt;
    switch (this.step) {
      case Termination.stop:
        gc.beginMarkTermination();
        gc.pauseBegins();
        this.step = Termination.stopped;
        sched.stopTheWorld(p);
        return;
      case Termination.stopped:
        gc.stoppedNs = rt.engine.now;
        this.step = Termination.restart;
        sched.run(p, gc.terminate(p), 1, Use.coordinator);
        return;
      case Termination.restart:
        sched.startTheWorld(p);
        gc.pauseEnds();
        gc.end(p);
        g.tasks.pop();
        return;
      default:
        fail('mark termination in no known step', this.step);
    }
  }
}

const Done = { begin: 0, flushed: 1, over: 2 } as const;

/** gcMarkDone from 1.6 on: from mark 1 to mark 2, and from there to mark termination. */
export class MarkDone implements Task {
  private step: number = Done.begin;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  resume(p: P, g: G): void {
    const { rt, gc } = this;
    const { marker, sched } = rt;
    switch (this.step) {
      case Done.begin:
        if (marker.active > 0 || marker.workAvailable(null)) {
          gc.transitionOver();
          g.tasks.pop();
          return;
        }
        gc.coordinatorWoken(p);
        marker.workersOff = true;
        if (rt.blackenPromptly) {
          this.step = Done.over;
          g.tasks.push(new MarkTermination(rt, gc));
          return;
        }
        rt.blackenPromptly = true;
        this.step = Done.flushed;
        g.onSystemStack = true;
        sched.forEachP(p, (other) => marker.dispose(other.gcw));
        return;
      case Done.flushed:
        g.onSystemStack = false;
        marker.workersOff = false;
        this.step = Done.begin;
        if (marker.active > 0 || marker.workAvailable(null)) {
          gc.transitionOver();
          g.tasks.pop();
          return;
        }
        gc.doneAgain();
        return;
      case Done.over:
        gc.transitionOver();
        g.tasks.pop();
        return;
      default:
        fail('transition in no known step', this.step);
    }
  }
}

/** runtime.GC() from 1.9 on (and at 051809e3): waits for a concurrent collection that started after the call. */
export class ForcedCycle implements Task {
  private started = false;
  private target = -1;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  resume(p: P, g: G): void {
    const { rt, gc } = this;
    if (!this.started) {
      if (gc.working) {
        gc.waitFor(p, g, gc.count + 1);
        return;
      }
      this.started = true;
      this.target = gc.count + 1;
      gc.startForced(p, g);
      return;
    }
    if (gc.count < this.target) {
      gc.waitFor(p, g, this.target);
      return;
    }
    // The caller sweeps along, until the heap is as after a whole collection.
    g.tasks.pop();
    const ns = rt.sweeper.finish();
    if (ns > 0) rt.sched.run(p, ns, 1, Use.sweep);
  }
}

const Stopped = { begin: 0, stopped: 1, marked: 2 } as const;

/** runtime.GC() to 1.8: everything with the world stopped, sweeping included. */
export class StoppedCycle implements Task {
  private step: number = Stopped.begin;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  resume(p: P, g: G): void {
    const { rt, gc } = this;
    const { sched } = rt;
    switch (this.step) {
      case Stopped.begin:
        if (gc.working) {
          gc.waitFor(p, g, gc.count + 1);
          return;
        }
        gc.working = true;
        gc.beginStopped();
        this.step = Stopped.stopped;
        sched.stopTheWorld(p);
        return;
      case Stopped.stopped: {
        const ns = gc.collectStopped(p);
        this.step = Stopped.marked;
        sched.run(p, ns, 1, Use.coordinator);
        return;
      }
      case Stopped.marked:
        sched.startTheWorld(p);
        gc.pauseEnds();
        gc.end(p);
        g.tasks.pop();
        return;
      default:
        fail('stopped collection in no known step', this.step);
    }
  }
}
