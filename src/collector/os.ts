/**
 * The operating system: threads on cores. Each P that runs has a thread; with fewer cores than busy threads they share
 * them in time slices, so that a P can be off its core while it holds work, a lock or the coordinator.
 *
 * Each core has a run queue ordered by virtual run time. At a tick (every `osSliceNs`, each core with its own phase) the thread
 * furthest behind runs. A woken thread goes to an idle core, or preempts a running one that is ahead of it. A core that runs
 * out of threads pulls one from another core. Follows Linux as measured on the reference machine.
 *
 * Now and then other work of the machine takes a core for a while (measured: two busy threads run for some 280 ms at a time, and
 * are off for 0.1 to 4 ms). It comes with the noise, and goes with `--noise 0`.
 *
 * A core that has been idle for some microseconds has gone to sleep: to wake a thread there takes longer, and costs the waker an
 * interrupt to the other core. In a virtual machine both are leaving and entering the guest.
 *
 * Simplification: sysmon's thread costs no core time.
 */
import type { Engine } from '../sim/engine.ts';
import type { Prng } from '../sim/prng.ts';
import type { Ns } from '../units.ts';
import { Ev } from './events.ts';
import type { Machine } from './params.ts';

const ThreadState = { sleeping: 0, waking: 1, ready: 2, running: 3 } as const;

class Thread {
  state: number = ThreadState.sleeping;
  /** Virtual run time: CPU time had, on the scale of its core. */
  virtualNs = 0;
  core = 0;
  sleptAt: Ns = 0;
  startedAt: Ns = 0;
  gen = 0;
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

class Core {
  current: Thread | null = null;
  readonly queue: Thread[] = [];
  /** Least virtual run time that a thread of this core has; moves only up. */
  minVirtualNs = 0;
  tickPending = false;
  /** Other work has the core. */
  taken = false;
  /** Since when nothing runs here, while nothing does. */
  idleSinceNs: Ns = Number.NEGATIVE_INFINITY;
  readonly phaseNs: Ns;
  readonly id: number;

  constructor(id: number, phaseNs: Ns) {
    this.id = id;
    this.phaseNs = phaseNs;
  }
}

export interface OsHooks {
  /** The thread has been woken, and takes up what it was woken for, at no cost. False: there is nothing for it, and it sleeps again. */
  awake(thread: number): boolean;
  /** The thread has a core from now on, or no longer. */
  onCore(thread: number): void;
  offCore(thread: number): void;
}

export class Os {
  private readonly threads: Thread[] = [];
  private readonly cores: Core[] = [];
  private readonly engine: Engine;
  private readonly machine: Machine;
  private readonly rng: Prng;
  private readonly hooks: OsHooks;
  private readonly noise: number;

  constructor(
    engine: Engine,
    machine: Machine,
    rng: Prng,
    noise: number,
    cores: number,
    hooks: OsHooks,
  ) {
    this.engine = engine;
    this.machine = machine;
    this.rng = rng;
    this.noise = noise;
    this.hooks = hooks;
    for (let i = 0; i < cores; i++) this.cores.push(new Core(i, rng.below(machine.osSliceNs)));
  }

  /** A new thread, asleep, on one core after the other. Returns its number. */
  addThread(): number {
    const thread = new Thread(this.threads.length);
    thread.core = thread.id % this.cores.length;
    this.threads.push(thread);
    return thread.id;
  }

  /** Begins to let other work take cores. */
  start(): void {
    if (this.noise === 0) return;
    for (const core of this.cores) {
      this.engine.after(this.machine.otherWorkEveryNs * this.rng.uniform(), Ev.osOther, core.id, 0);
    }
  }

  /** Event osOther: other work takes the core, or gives it back. */
  onOther(id: number): void {
    const core = this.cores[id]!;
    const { otherWorkEveryNs, otherWorkMinNs, otherWorkMaxNs } = this.machine;
    if (core.taken) {
      core.taken = false;
      this.next(core);
      this.engine.after(otherWorkEveryNs * (0.5 + this.rng.uniform()), Ev.osOther, id, 0);
      return;
    }
    this.settle(core);
    const current = core.current;
    core.taken = true;
    if (current !== null) {
      this.suspend(core, current);
      this.spread(core);
    }
    // Short times are more frequent than long ones: the share of the range is the square of a uniform draw.
    const u = this.rng.uniform();
    this.engine.after(
      otherWorkMinNs + (otherWorkMaxNs - otherWorkMinNs) * u * u,
      Ev.osOther,
      id,
      0,
    );
  }

  /** Threads that wait for a core that was taken go to one that is idle. */
  private spread(core: Core): void {
    for (const other of this.cores) {
      if (core.queue.length === 0) return;
      if (isIdle(other)) this.next(other);
    }
  }

  isOnCore(id: number): boolean {
    return this.threads[id]!.state === ThreadState.running;
  }

  /** The core that a thread runs on, or ran on last. */
  coreOf(id: number): number {
    return this.threads[id]!.core;
  }

  /** Does something run on the core that this thread's core is a pair with? */
  isSiblingBusy(id: number): boolean {
    const sibling = this.cores[this.threads[id]!.core ^ 1];
    return sibling !== undefined && !isIdle(sibling);
  }

  /** Do other threads wait for this thread's core? */
  isContended(id: number): boolean {
    return this.cores[this.threads[id]!.core]!.queue.length > 0;
  }

  /** Wakes a sleeping thread: it will be runnable some time from now. Returns what the system call costs the waker. */
  wake(id: number): Ns {
    const core = this.coreFor(this.threads[id]!);
    this.wakeAfter(id, this.wakeDelay(core));
    return this.callNs(core);
  }

  /** The same for a thread without a P, on any core: how long it takes to come. `wakeCallNs` is the waker's part. */
  wakeDelayNs(): Ns {
    return this.wakeDelay(this.anyCore());
  }

  wakeCallNs(): Ns {
    return this.callNs(this.anyCore());
  }

  /** Threads without a P have run on the idle cores until `untilNs`. */
  usedIdle(untilNs: Ns): void {
    for (const core of this.cores) if (isIdle(core)) core.idleSinceNs = untilNs;
  }

  /** From a futex wake to the woken thread being runnable on the core. */
  private wakeDelay(core: Core): Ns {
    const { coreWakeNs, futexPreemptNs, futexWakeNs } = this.machine;
    const ns = !isIdle(core) ? futexPreemptNs : this.isAsleep(core) ? coreWakeNs : futexWakeNs;
    return ns * this.rng.factor(this.noise * 3);
  }

  private callNs(core: Core): Ns {
    return this.isAsleep(core) ? this.machine.coreSignalNs : this.machine.futexCallNs;
  }

  private isAsleep(core: Core): boolean {
    return isIdle(core) && this.engine.now - core.idleSinceNs > this.machine.coreIdleNs;
  }

  private anyCore(): Core {
    for (const core of this.cores) if (isIdle(core)) return core;
    return this.cores[0]!;
  }

  /** Wakes a sleeping thread after `delayNs`. */
  wakeAfter(id: number, delayNs: Ns): void {
    const t = this.threads[id]!;
    t.state = ThreadState.waking;
    t.gen++;
    this.engine.after(delayNs, Ev.osWake, id, t.gen);
  }

  /** Event osWake: the thread is runnable now. */
  onWake(id: number, gen: number): void {
    const t = this.threads[id]!;
    if (t.gen !== gen || t.state !== ThreadState.waking) return;
    if (!this.hooks.awake(id)) {
      t.state = ThreadState.sleeping;
      return;
    }
    const core = this.coreFor(t);
    this.settle(core);
    const credit = this.machine.osWakeCreditNs;
    const lag = Math.min(credit, Math.max(-credit, t.virtualNs - (this.engine.now - t.sleptAt)));
    t.virtualNs = core.minVirtualNs + lag;
    t.core = core.id;
    const current = core.current;
    if (core.taken) {
      this.enqueue(core, t);
    } else if (current === null) {
      this.dispatch(core, t);
    } else if (t.virtualNs < current.virtualNs) {
      this.suspend(core, current);
      this.dispatch(core, t);
    } else {
      this.enqueue(core, t);
    }
  }

  /** The thread that runs goes to sleep. */
  sleep(id: number): void {
    const t = this.threads[id]!;
    const core = this.cores[t.core]!;
    this.settle(core);
    t.state = ThreadState.sleeping;
    t.sleptAt = this.engine.now;
    // While it sleeps, `virtualNs` is relative to its core.
    t.virtualNs -= core.minVirtualNs;
    core.current = null;
    this.hooks.offCore(id);
    this.next(core);
  }

  /** sched_yield: lets another thread of the core run first. */
  yield(id: number): void {
    const t = this.threads[id]!;
    const core = this.cores[t.core]!;
    if (core.queue.length === 0) return;
    this.settle(core);
    let last = t.virtualNs;
    for (const other of core.queue) if (other.virtualNs > last) last = other.virtualNs;
    t.virtualNs = last;
    this.suspend(core, t);
    this.next(core);
  }

  /** Event osTick: the core's time slice ends. */
  onTick(id: number): void {
    const core = this.cores[id]!;
    core.tickPending = false;
    this.settle(core);
    const current = core.current;
    if (core.queue.length > 0 && current !== null) {
      const first = this.first(core);
      if (first.virtualNs <= current.virtualNs) {
        this.suspend(core, current);
        this.next(core);
      }
    }
    this.armTick(core);
  }

  /** Where a woken thread goes: to a core that is idle and awake, best the one it ran on last; else to one that sleeps; else where fewest wait. */
  private coreFor(t: Thread): Core {
    const home = this.cores[t.core]!;
    if (isIdle(home) && !this.isAsleep(home)) return home;
    let asleep = isIdle(home) ? home : null;
    let best = home.taken ? this.cores[(home.id + 1) % this.cores.length]! : home;
    for (const core of this.cores) {
      if (isIdle(core)) {
        if (!this.isAsleep(core)) return core;
        asleep ??= core;
      } else if (!core.taken && core.queue.length < best.queue.length) {
        best = core;
      }
    }
    return asleep ?? best;
  }

  private dispatch(core: Core, t: Thread): void {
    core.current = t;
    t.core = core.id;
    t.state = ThreadState.running;
    t.startedAt = this.engine.now;
    this.hooks.onCore(t.id);
  }

  private suspend(core: Core, t: Thread): void {
    core.current = null;
    this.hooks.offCore(t.id);
    this.enqueue(core, t);
  }

  private enqueue(core: Core, t: Thread): void {
    t.state = ThreadState.ready;
    core.queue.push(t);
    this.armTick(core);
  }

  /** Runs the thread of the queue that is furthest behind; an idle core pulls one from elsewhere. */
  private next(core: Core): void {
    if (core.taken) return;
    core.idleSinceNs = this.engine.now;
    if (core.queue.length > 0) {
      const t = this.first(core);
      core.queue.splice(core.queue.indexOf(t), 1);
      this.dispatch(core, t);
      return;
    }
    let from: Core | null = null;
    for (const other of this.cores) {
      if (other.queue.length > 0 && (from === null || other.queue.length > from.queue.length)) {
        from = other;
      }
    }
    if (from === null) return;
    const t = this.first(from);
    from.queue.splice(from.queue.indexOf(t), 1);
    t.virtualNs += core.minVirtualNs - from.minVirtualNs;
    this.dispatch(core, t);
  }

  private first(core: Core): Thread {
    let first = core.queue[0]!;
    for (const t of core.queue) if (t.virtualNs < first.virtualNs) first = t;
    return first;
  }

  /** Brings the running thread's virtual time up to date. */
  private settle(core: Core): void {
    const now = this.engine.now;
    const current = core.current;
    let min = Number.POSITIVE_INFINITY;
    if (current !== null) {
      current.virtualNs += now - current.startedAt;
      current.startedAt = now;
      min = current.virtualNs;
    }
    for (const t of core.queue) if (t.virtualNs < min) min = t.virtualNs;
    if (min !== Number.POSITIVE_INFINITY && min > core.minVirtualNs) core.minVirtualNs = min;
  }

  private armTick(core: Core): void {
    if (core.tickPending || core.queue.length === 0) return;
    core.tickPending = true;
    const slice = this.machine.osSliceNs;
    const now = this.engine.now;
    const ticks = Math.floor((now - core.phaseNs) / slice) + 1;
    this.engine.at(core.phaseNs + ticks * slice, Ev.osTick, core.id, 0);
  }
}

function isIdle(core: Core): boolean {
  return core.current === null && !core.taken;
}
