/**
 * What goroutines run on top of their own work when a collection needs it: its start, the way from mark 1 to mark 2 and on, mark
 * termination, its line of gctrace, and runtime.GC() in both forms. Follows src/runtime/mgc.go: gcStart, gcMarkDone, gcMarkTermination, GC.
 */
import { fail } from '../assert.ts';
import type { Ns } from '../units.ts';
import type { Collector, Occasion } from './gc.ts';
import { type G, type P, type Task, Use } from './gmp.ts';
import type { Runtime } from './runtime.ts';

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

const Stop = { stop: 0, stopped: 1, restart: 2 } as const;

/** Work for which the world is stopped: stops it, spends the time of the work, and starts it again. */
abstract class StoppedWorld implements Task {
  private step: number = Stop.stop;
  protected readonly rt: Runtime;
  protected readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  /** The world is about to be asked to stop. */
  protected abstract begin(): void;
  /** It has stopped. Returns the time that the work takes. */
  protected abstract work(p: P): Ns;
  /** It runs again, and this task is over. */
  protected abstract end(p: P, g: G): void;

  resume(p: P, g: G): void {
    const { gc } = this;
    const { sched } = this.rt;
    switch (this.step) {
      case Stop.stop:
        this.begin();
        gc.pauseBegins();
        this.step = Stop.stopped;
        sched.stopTheWorld(p);
        return;
      case Stop.stopped:
        this.step = Stop.restart;
        sched.run(p, this.work(p), 1, Use.coordinator);
        return;
      case Stop.restart:
        sched.startTheWorld(p);
        gc.pauseEnds();
        g.tasks.pop();
        this.end(p, g);
        return;
      default:
        fail('stop of the world in no known step', this.step);
    }
  }
}

const Start = { sweep: 0, ask: 1, check: 2, begin: 3, workers: 4, stop: 5 } as const;

/**
 * The start of a collection: by the coordinator, or (gcStart from 1.6 on) by the goroutine that crossed the trigger. It takes
 * startSema for as long, and looks whether there is still reason to; and it waits for worldsema.
 */
export class StartCycle extends StoppedWorld {
  private starting: number = Start.sweep;
  private readonly occasion: Occasion;

  constructor(rt: Runtime, gc: Collector, occasion: Occasion) {
    super(rt, gc);
    this.occasion = occasion;
  }

  override resume(p: P, g: G): void {
    const { rt, gc } = this;
    switch (this.starting) {
      case Start.sweep:
        this.starting = Start.ask;
        this.sweep(p);
        return;
      case Start.ask:
        this.starting = Start.check;
        if (this.isDecentralized) gc.startSema.acquire(p, g);
        return;
      case Start.check:
        this.starting = Start.begin;
        if (this.isDecentralized && !gc.shouldStart(this.occasion.cause)) {
          g.tasks.pop();
          gc.startSema.release(p);
        } else {
          gc.worldsema.acquire(p, g);
        }
        return;
      case Start.begin:
        this.starting = Start.workers;
        gc.begin(this.occasion);
        return;
      case Start.workers:
        // The first collection starts a worker for each P, and waits on a note for each.
        if (gc.startWorker(p, g)) rt.sched.block(p, g);
        else this.starting = Start.stop;
        return;
      default:
        super.resume(p, g);
    }
  }

  private get isDecentralized(): boolean {
    return this.rt.release.phases === 'decentralized';
  }

  private sweep(p: P): void {
    const { release, sched, sweeper } = this.rt;
    const ns = release.finishSweep === 'stopped' ? 0 : sweeper.finish();
    // What the allocation before this has cost is spent before the clock of sweep termination starts.
    if (ns > 0) sched.run(p, ns, 1, Use.sweep);
    else if (p.extraNs > 0) sched.run(p, 0, 1, Use.mutator);
  }

  protected begin(): void {
    this.gc.beginSweepTermination();
  }

  protected work(p: P): Ns {
    return this.gc.setUp(p);
  }

  protected end(p: P): void {
    this.gc.sweepTerminated(p);
    if (this.isDecentralized) this.gc.startSema.release(p);
  }
}

/** Mark termination: the world is stopped, marking finished, and the next collection set up. */
export class MarkTermination extends StoppedWorld {
  protected begin(): void {
    this.gc.beginMarkTermination();
  }

  protected work(p: P): Ns {
    this.gc.stoppedNs = this.rt.engine.now;
    return this.gc.terminate(p);
  }

  protected end(p: P, g: G): void {
    this.gc.end(p, g);
  }
}

/** The collection's line of gctrace, written after the world has been started, piece by piece. */
export class TraceLine implements Task {
  private isWritten = false;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
  }

  resume(p: P, g: G): void {
    const { gc, rt } = this;
    if (!this.isWritten) {
      this.isWritten = true;
      rt.sched.run(p, rt.release.traceWrites * rt.machine.traceWriteNs, 1, Use.tracing);
      return;
    }
    g.tasks.pop();
    gc.lineWritten(p);
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

/**
 * runtime.GC() from 1.9 on (and at 051809e3): when the collection in hand has ended, the next one is its own, whoever starts it;
 * it waits for that.
 */
export class ForcedCycle implements Task {
  private readonly cycle: number;
  private readonly rt: Runtime;
  private readonly gc: Collector;

  constructor(rt: Runtime, gc: Collector) {
    this.rt = rt;
    this.gc = gc;
    this.cycle = gc.begun + 1;
  }

  resume(p: P, g: G): void {
    const { rt, gc, cycle } = this;
    if (gc.count < cycle - 1) {
      gc.waitFor(p, g, cycle - 1);
      return;
    }
    if (gc.begun < cycle) {
      gc.startForced(p, g, cycle);
      return;
    }
    if (gc.count < cycle) {
      gc.waitFor(p, g, cycle);
      return;
    }
    // The caller sweeps along, until the heap is as after a whole collection.
    g.tasks.pop();
    const ns = rt.sweeper.finish();
    if (ns > 0) rt.sched.run(p, ns, 1, Use.sweep);
  }
}

/** runtime.GC() to 1.8: everything with the world stopped, sweeping included. It has worldsema when who collects gives it back. */
export class StoppedCycle extends StoppedWorld {
  private hasAsked = false;

  override resume(p: P, g: G): void {
    if (!this.hasAsked) {
      this.hasAsked = true;
      this.gc.worldsema.acquire(p, g);
      return;
    }
    super.resume(p, g);
  }

  protected begin(): void {
    this.gc.beginStopped();
  }

  protected work(p: P): Ns {
    return this.gc.collectStopped(p);
  }

  protected end(p: P, g: G): void {
    this.gc.end(p, g);
  }
}
