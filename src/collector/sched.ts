/**
 * The scheduler: Gs, Ps, run queues, preemption, stops of the world, barriers, timers. Follows Go 1.5 to 1.10,
 * src/runtime/proc.go.
 *
 * A G is a stack of tasks: its program, and on top what it was drawn into (an assist, a phase transition). A P that has a G and a
 * core resumes the top task, which does one of four things: begins an activity of the P (`run`, `spinWait`, a wait for a
 * stop or barrier), lets go of the P (`park`, `yield`, `block`, `exit`), or pushes or pops a task; in the last case it is resumed again
 * at once.
 *
 * Invariant: no G is in two queues. Invariant: a task is resumed only while its P's thread has a core.
 *
 * Ms are threads of the operating system. A P that runs has one; those without a P wait on a stack, the one that parked last on
 * top, and go on where they parked: in `schedule`, which looks for a GC worker first, or, most of them, in `findrunnable`, which
 * has idle workers only (golang/go#44313).
 *
 * Simplifications: locks are never contended; network polling is left out; a new M costs what waking one does, and none ever ends; an
 * M that hands its P over sleeps before the other is woken, so that this one finds its core free.
 */
import { fail } from '../assert.ts';
import type { Engine } from '../sim/engine.ts';
import type { Prng } from '../sim/prng.ts';
import type { Ns } from '../units.ts';
import { Ev } from './events.ts';
import { G, GStatus, M, P, PStatus, type Task, Use, useCount } from './gmp.ts';
import { Os } from './os.ts';
import {
  forcePreemptNs,
  globalQueueTicks,
  localQueueMax,
  type Machine,
  spinYieldNs,
  stopAgainNs,
  sysmonDelayMaxNs,
  sysmonDelayMinNs,
  sysmonIdleRounds,
} from './params.ts';
import type { ReleaseModel } from './release.ts';
import { type Timer, TimerThread } from './timers.ts';

/**
 * Whether the collector has the P, by its use: 1 in those that Go's traces take from mutator utilisation, which are a worker that
 * is not idle, an assist or a transition on the P, working or waiting. Sweeping is not one: `go tool trace` leaves it out unless
 * asked. A P that is off its core is whose it was: 2.
 */
const takenIn = new Uint8Array(useCount);
takenIn.fill(1, Use.assist, Use.idleMark);
takenIn[Use.coordinator] = 1;
takenIn[Use.stopped] = 1;
takenIn[Use.getfull] = 1;
takenIn[Use.offCore] = 2;
/** Tries of preemptAny. Source: Go 1.6 to 1.27, mgcpacer.go, enlistWorker. */
const preemptTries = 5;
/** Most turns of a P at one instant: parks, readies and pushed tasks. Beyond, the model has a loop. */
const idleTurnsMax = 10_000;

/** What the scheduler asks the rest of the runtime. */
export interface SchedHooks {
  /** A GC worker that the controller wants to run on this P now. */
  findRunnableGCWorker(p: P): G | null;
  /** A GC worker for a P that has nothing else to do. */
  findIdleGCWorker(p: P): G | null;
  /** gcMarkWorkAvailable, while marking is on: there is something to mark, here or in a global list. */
  hasMarkWork(p: P): boolean;
  /** A goroutine reached a safe point and somebody waits to scan its stack: scans it; returns the CPU time it takes. */
  scanStack(g: G): Ns;
  /** Every sysmon round. */
  onSysmon(): void;
}

export class Sched {
  readonly ps: P[] = [];
  readonly gs: G[] = [];
  readonly os: Os;
  readonly engine: Engine;
  readonly machine: Machine;
  private readonly release: ReleaseModel;
  private readonly rng: Prng;
  private readonly stealRng: Prng;
  private readonly noise: number;
  hooks!: SchedHooks;
  /** Told how many Ps the collector has taken from the program from now on, when that changes: all while the world stops. */
  onTaken: ((nowNs: Ns, taken: number) => void) | null = null;
  private taken = 0;

  /** Global run queue. */
  readonly globalQueue: G[] = [];
  readonly idlePs: P[] = [];
  private readonly ms: M[] = [];
  /** Ms without a P. */
  private readonly idleMs: M[] = [];
  private spinningCount = 0;

  // Stop the world.
  stopping = false;
  private stopWait = 0;
  private barrierWait = 0;
  private barrierFn: ((p: P) => void) | null = null;
  private waiter: P | null = null;
  private askGen = 0;

  // sysmon.
  private sysmonIdle = 0;
  private sysmonDelay = sysmonDelayMinNs;
  private sysmonAsleep = false;

  private readonly timers: TimerThread[] = [];
  /** Ps on a core whose activity is bound by memory. */
  private readonly copying: P[] = [];

  constructor(
    engine: Engine,
    machine: Machine,
    release: ReleaseModel,
    rngs: { os: Prng; costs: Prng; steal: Prng },
    noise: number,
    procs: number,
    cores: number,
  ) {
    this.engine = engine;
    this.machine = machine;
    this.release = release;
    this.rng = rngs.costs;
    this.stealRng = rngs.steal;
    this.noise = noise;
    for (let i = 0; i < procs; i++) {
      const p = new P(i);
      // What the runtime has scheduled before the program starts.
      p.schedtick = rngs.steal.below(globalQueueTicks);
      this.ps.push(p);
    }
    for (let i = procs - 1; i >= 0; i--) this.idlePs.push(this.ps[i]!);
    this.os = new Os(engine, machine, rngs.os, noise, cores, {
      awake: (thread) => this.exitSyscall(this.ms[thread]!),
      onCore: (thread) => this.onCore(this.ms[thread]!),
      offCore: (thread) => this.offCore(this.ms[thread]!),
    });
    const timerThreads = release.timerThreads === 'one' ? 1 : procs;
    for (let i = 0; i < timerThreads; i++) this.timers.push(new TimerThread(this, i));
  }

  get procs(): number {
    return this.ps.length;
  }

  // ---- goroutines ----

  newG(task: Task): G {
    const g = new G(this.gs.length, task);
    this.gs.push(g);
    return g;
  }

  /** A new goroutine goes to `runnext` of the P that made it; without one, to the global queue. */
  start(g: G, p: P | null): void {
    if (p === null) {
      this.readyGlobal(g);
    } else {
      this.ready(g, p, true);
    }
  }

  /** Makes a waiting G runnable on P `p`: as its `runnext`, or at the tail of its queue. */
  ready(g: G, p: P, next: boolean): void {
    if (g.status === GStatus.runnable || g.status === GStatus.running) {
      fail('goroutine readied that is not waiting', g.id, g.status);
    }
    g.status = GStatus.runnable;
    this.runqPut(p, g, next);
    this.wakeIdle(p);
  }

  /** A G on no P becomes runnable. */
  readyGlobal(g: G): void {
    g.status = GStatus.runnable;
    this.globalPut(g);
    this.wakeIdle(null);
  }

  private runqPut(p: P, g: G, next: boolean): void {
    let put: G = g;
    if (put.queued) fail('goroutine is in two queues', put.id);
    put.queued = true;
    if (next) {
      const old = p.runnext;
      p.runnext = g;
      if (old === null) return;
      put = old;
    }
    p.queue.push(put);
    if (p.queue.length > localQueueMax) {
      const half = p.queue.splice(0, localQueueMax / 2);
      for (const moved of half) this.globalQueue.push(moved);
    }
  }

  private globalPut(g: G): void {
    if (g.queued) fail('goroutine is in two queues', g.id);
    g.queued = true;
    this.globalQueue.push(g);
  }

  /** The G stops and waits for somebody to ready it. */
  park(p: P, g: G): void {
    g.status = GStatus.waiting;
    this.letGo(p, g);
    if (g.m !== null) this.stopLockedM(p, g);
  }

  /** Gosched, or preemption: to the tail of the global queue. */
  yield(p: P, g: G): void {
    g.status = GStatus.runnable;
    this.letGo(p, g);
    this.globalPut(g);
    if (g.m !== null) this.stopLockedM(p, g);
  }

  /** The G goes to the tail of its P's own queue (ce502b06, the goroutine that starts a collection). */
  yieldLocal(p: P, g: G): void {
    g.status = GStatus.runnable;
    this.letGo(p, g);
    this.runqPut(p, g, false);
    if (g.m !== null) this.stopLockedM(p, g);
  }

  exit(p: P, g: G): void {
    g.status = GStatus.dead;
    this.letGo(p, g);
  }

  /** The G blocks in the kernel, and its M with it: the P is handed to another, or goes idle. Woken by `noteWake`. */
  block(p: P, g: G): void {
    g.status = GStatus.blocked;
    this.letGo(p, g);
    g.m = p.m;
    this.stopLockedM(p, g);
  }

  /** notewakeup, on P `p`: wakes a G that blocked. */
  noteWake(p: P, g: G): void {
    p.extraNs += this.os.wake(g.m!.id);
  }

  /** The time that a G has blocked for is over: its M is runnable. */
  timeWake(g: G): void {
    this.os.wakeAfter(g.m!.id, 0);
  }

  /** A woken M that has been given a P goes on with that. Without one it is that of a G that blocked: it wants an idle P. False: there is none, the G queues globally. */
  private exitSyscall(m: M): boolean {
    const { g } = m;
    if (m.p !== null) return true;
    if (g?.status !== GStatus.blocked) fail('wake-up of a goroutine that is not blocked', m.id);
    if (!g.locksThread) g.m = null;
    const p = this.takeIdle();
    if (p !== null) {
      this.acquireP(m, p);
      p.g = g;
      return true;
    }
    g.status = GStatus.runnable;
    this.globalPut(g);
    if (!g.locksThread) this.parkM(m);
    return false;
  }

  private letGo(p: P, g: G): void {
    if (p.g !== g) fail('goroutine lets go of a P it does not have', g.id);
    if (g.scanWaiter !== null) p.extraNs += this.hooks.scanStack(g);
    p.g = null;
  }

  // ---- threads ----

  private acquireP(m: M, p: P): void {
    m.g = null;
    m.p = p;
    p.m = m;
  }

  /** startm: the M that parked last, or a new one, takes the P over. Returns what waking it costs the waker. */
  private startM(p: P): Ns {
    let m = this.idleMs.pop();
    if (m === undefined) {
      m = new M(this.os.addThread());
      this.ms.push(m);
    }
    this.acquireP(m, p);
    return this.os.wake(m.id);
  }

  private parkM(m: M): void {
    m.p = null;
    m.g = null;
    this.idleMs.push(m);
  }

  /** stopm: the P has no thread any longer. */
  private stopM(p: P): void {
    const m = p.m!;
    p.m = null;
    this.parkM(m);
    this.os.sleep(m.id);
  }

  /** stoplockedm, and entersyscallblock: the M that is locked to the G, or blocks with it, waits; another one takes the P over. */
  private stopLockedM(p: P, g: G): void {
    const m = g.m!;
    m.p = null;
    m.g = g;
    m.inFindRunnable = false;
    p.m = null;
    this.os.sleep(m.id);
    this.handOffP(p);
  }

  /** startlockedm: the P's M has picked a G that is locked to another: it hands over the P, and parks. */
  private startLockedM(p: P, g: G): void {
    const from = p.m!;
    from.inFindRunnable = false;
    this.parkM(from);
    this.acquireP(g.m!, p);
    this.holdFree(p);
    this.os.sleep(from.id);
    this.os.wake(g.m!.id);
  }

  /** handoffp: the P has lost its M. Another one is started where there is something to run, or nobody else to find it. */
  private handOffP(p: P): void {
    const isWanted = this.hasRunnable(p) || this.hooks.hasMarkWork(p);
    if (isWanted || this.spinningCount + this.idlePs.length === 0) {
      if (!isWanted) this.startSpinning(p);
      this.takeOver(p);
    } else if (this.stopping) {
      this.stopWithoutM(p);
    } else {
      if (p.runSafePointFn) this.runSafePoint(p);
      // The last P that runs looks at the network.
      if (this.isLast) this.takeOver(p);
      else this.putIdle(p);
    }
  }

  private takeOver(p: P): void {
    this.holdFree(p);
    this.startM(p);
  }

  /** The P waits for the M that has been given it to come. */
  private holdFree(p: P): void {
    p.holding = true;
    this.setUse(p, Use.spinning);
  }

  /** All Ps but the one asked about are idle. */
  get isLast(): boolean {
    return this.idlePs.length === this.procs - 1;
  }

  /** The core that the P's thread runs on. */
  coreOf(p: P): number {
    return this.os.coreOf(p.m!.id);
  }

  // ---- activities ----

  /** Spends `units` × `unitNs` of CPU time. A preemption request ends it at the next whole unit. */
  run(p: P, unitNs: number, units: number, use: Use): void {
    this.begin(p, unitNs * this.slowness(p), units, use);
  }

  /** How much longer what P `p` begins takes: for all of it, as the cores are now. */
  private slowness(p: P): number {
    return this.os.isSiblingBusy(p.m!.id) ? this.machine.siblingFactor : 1;
  }

  private begin(p: P, unitNs: number, units: number, use: Use): void {
    p.unitNs = unitNs * this.rng.factor(this.noise);
    p.units = units;
    p.leadNs = p.extraNs;
    p.extraNs = 0;
    p.totalNs = Math.ceil(p.leadNs + p.unitNs * units);
    p.doneNs = 0;
    p.active = true;
    p.gen++;
    this.charge(p, use);
    p.resumedAt = this.engine.now;
    this.engine.at(this.engine.now + p.totalNs, Ev.segment, p.id, p.gen);
  }

  /** Spends `ns` of CPU time of which `copyNs` are bound by memory, which all cores share. */
  runCopy(p: P, ns: number, copyNs: number, use: Use): void {
    // Beside another copy, memory sets the pace of what is bound by it.
    const slowness = this.slowness(p);
    const boundNs = this.copying.length > 0 ? copyNs : copyNs * slowness;
    const allNs = boundNs + (ns - copyNs) * slowness;
    this.begin(p, allNs, 1, use);
    p.memoryShare = boundNs / allNs;
    this.joinCopying(p);
  }

  private joinCopying(p: P): void {
    p.speed = 1;
    this.copying.push(p);
    this.shareMemory();
  }

  private leaveCopying(p: P): void {
    this.copying.splice(this.copying.indexOf(p), 1);
    this.shareMemory();
  }

  /** Memory serves `copiesAtOnce` copies at full speed: where more run, what is bound by it takes longer for each. */
  private shareMemory(): void {
    const { engine } = this;
    let wanted = 0;
    for (const p of this.copying) wanted += p.memoryShare;
    const times = Math.max(1, wanted / this.machine.copiesAtOnce);
    for (const p of this.copying) {
      const speed = 1 / (1 + p.memoryShare * (times - 1));
      if (speed === p.speed) continue;
      p.doneNs += (engine.now - p.resumedAt) * p.speed;
      p.resumedAt = engine.now;
      p.speed = speed;
      engine.after(Math.max(0, (p.totalNs - p.doneNs) / speed), Ev.segment, p.id, ++p.gen);
    }
  }

  /** Waits on the P until `spinDone`, spinning (scang). */
  spinWait(p: P, use: Use): void {
    p.spinWaiting = true;
    p.spinSatisfied = false;
    p.gen++;
    this.charge(p, use);
    this.armSpinYield(p, spinYieldNs);
  }

  private armSpinYield(p: P, ns: Ns): void {
    if (this.release.scanYields) this.engine.after(ns, Ev.spinYield, p.id, p.gen);
  }

  spinDone(p: P): void {
    p.spinSatisfied = true;
    if (p.spinWaiting && this.os.isOnCore(p.m!.id)) this.endSpin(p);
  }

  private endSpin(p: P): void {
    const use = p.use;
    p.spinWaiting = false;
    this.run(p, 300, 1, use);
  }

  /** Event spinYield: a P that waits lets other threads of its core run. */
  onSpinYield(pId: number, gen: number): void {
    const p = this.ps[pId]!;
    if (!p.spinWaiting || p.gen !== gen || !this.os.isOnCore(p.m!.id)) return;
    if (this.os.isContended(p.m!.id)) this.os.yield(p.m!.id);
    else this.armSpinYield(p, spinYieldNs);
  }

  /** Sleeps in the kernel while holding the P. */
  holdFor(p: P, ns: Ns, use: Use): void {
    this.setUse(p, use);
    p.holding = true;
    this.os.sleep(p.m!.id);
    this.os.wakeAfter(p.m!.id, ns);
  }

  private onCore(m: M): void {
    const p = m.p!;
    p.resumedAt = this.engine.now;
    this.charge(p, p.useOnCore);
    if (p.active) {
      this.engine.after(p.totalNs - p.doneNs, Ev.segment, p.id, ++p.gen);
      if (p.memoryShare > 0) this.joinCopying(p);
    } else if (p.spinWaiting) {
      if (p.spinSatisfied) {
        this.endSpin(p);
      } else {
        p.gen++;
        this.armSpinYield(p, spinYieldNs / 2);
      }
    } else {
      // Woken from idleness, a stop or a sleep: it goes on by an event, never from inside another P's turn.
      p.holding = false;
      this.engine.at(this.engine.now, Ev.segment, p.id, ++p.gen);
    }
  }

  private offCore({ p }: M): void {
    if (p === null || p.holding) return;
    if (p.active) {
      p.doneNs = Math.min(p.totalNs, p.doneNs + (this.engine.now - p.resumedAt) * p.speed);
      if (p.memoryShare > 0) this.leaveCopying(p);
    }
    p.gen++;
    p.useOnCore = p.use;
    this.charge(p, Use.offCore);
  }

  /** Time up to now goes to the use so far; from now on to `use`. */
  charge(p: P, use: Use): void {
    const now = this.engine.now;
    p.usedNs[p.use] = p.usedNs[p.use]! + (now - p.since);
    p.since = now;
    p.use = use;
    if (takenIn[use] !== p.taken) this.take(p, use);
  }

  /** From now on the P's time goes to `use`, and will when its thread next has a core. */
  private setUse(p: P, use: Use): void {
    this.charge(p, use);
    p.useOnCore = use;
  }

  private take(p: P, use: Use): void {
    if (use === Use.offCore) return;
    p.taken = 1 - p.taken;
    this.taken += 2 * p.taken - 1;
    if (!this.stopping) this.onTaken?.(this.engine.now, this.taken);
  }

  /** Ends the activity in hand at its next whole unit. */
  private cut(p: P): void {
    // Noise may have made a unit's cost 0: then all of them end together.
    if (!p.active || p.units <= 1 || p.unitNs === 0) return;
    const running = this.os.isOnCore(p.m!.id);
    const spent = p.doneNs + (running ? this.engine.now - p.resumedAt : 0) - p.leadNs;
    const units = Math.max(1, Math.ceil(spent / p.unitNs));
    if (units >= p.units) return;
    p.units = units;
    p.totalNs = Math.ceil(p.leadNs + p.unitNs * units);
    if (running) {
      const end = Math.max(this.engine.now, p.resumedAt + p.totalNs - p.doneNs);
      this.engine.at(end, Ev.segment, p.id, ++p.gen);
    }
  }

  /** New work has come for whoever was about to look in vain: ends a P's fruitless waiting early. */
  cutAll(): void {
    for (const p of this.ps) this.cut(p);
  }

  /** Event segment: the P's activity is done, or it has just got a core. */
  onSegment(pId: number, gen: number): void {
    const p = this.ps[pId]!;
    if (p.gen !== gen) return;
    p.active = false;
    if (p.memoryShare > 0) {
      p.memoryShare = 0;
      p.speed = 1;
      this.leaveCopying(p);
    }
    this.drive(p);
  }

  private drive(p: P): void {
    for (let turns = 0; ; turns++) {
      if (turns > idleTurnsMax) fail('a P turns without time passing', p.id, p.g?.id ?? -1);
      let g = p.g;
      if (g === null) {
        g = this.pick(p);
        if (g === null) return;
        p.g = g;
        p.extraNs += this.machine.gSwitchNs;
        if (g.locksThread) {
          g.m ??= p.m;
          if (g.m !== p.m) {
            this.startLockedM(p, g);
            return;
          }
        }
      }
      g.status = GStatus.running;
      g.tasks[g.tasks.length - 1]!.resume(p, g);
      if (p.active || p.spinWaiting || p.holding || p.status !== PStatus.running) return;
    }
  }

  /** Calls at a safe point of a G. True: the G has lost its P, and the task must return at once. */
  safePoint(p: P, g: G): boolean {
    if (g.scanWaiter !== null) {
      p.extraNs += this.hooks.scanStack(g);
      // newstack: a preemption that was asked for the scan alone is served by it.
      if (!this.stopping && !p.runSafePointFn) g.preempt = false;
    }
    if (!g.preempt) return false;
    g.preempt = false;
    this.yield(p, g);
    return true;
  }

  /** Asks for the G's stack to be scanned at its next safe point; `waiter` waits for that. */
  requestScan(g: G, waiter: P): void {
    g.scanWaiter = waiter;
    const p = this.ps[this.pOf(g)]!;
    this.cut(p);
  }

  pOf(g: G): number {
    for (const p of this.ps) if (p.g === g) return p.id;
    return -1;
  }

  requestPreempt(p: P): void {
    const g = p.g;
    if (g === null || p.spinWaiting) {
      if (g !== null) g.preempt = true;
      return;
    }
    g.preempt = true;
    this.cut(p);
  }

  /** Asks a random other P to look for what to run, if within a few tries it finds one that runs something. */
  preemptAny(p: P): void {
    if (this.procs <= 1) return;
    for (let i = 0; i < preemptTries; i++) {
      const id = this.stealRng.below(this.procs - 1);
      const other = this.ps[id >= p.id ? id + 1 : id]!;
      if (other.status !== PStatus.running || other.g === null) continue;
      this.requestPreempt(other);
      return;
    }
  }

  // ---- choosing what runs ----

  /** schedule, or for an M that has parked in it, findrunnable. */
  private pick(p: P): G | null {
    const m = p.m!;
    // A thief does not look whether the world stops between its sleep and its theft.
    let g = this.rob(p);
    if (g === null) {
      if (this.stopping) {
        this.stopP(p);
        return null;
      }
      if (p.runSafePointFn) this.runSafePoint(p);
      if (!m.inFindRunnable) g = this.pickFirst(p);
    }
    let inherit = false;
    let isOwn = false;
    if (g === null && p.runnext !== null) {
      g = takeRunnext(p);
      // What is locked to another thread starts a slice of its own.
      inherit = !g.locksThread;
      isOwn = true;
    }
    if (g === null && p.queue.length > 0) {
      g = p.queue.shift()!;
      g.queued = false;
      isOwn = true;
    }
    if (g === null) {
      m.inFindRunnable = true;
      g = this.findRunnable(p);
    }
    if (g === null) return null;
    m.inFindRunnable = false;
    if (!inherit) p.schedtick++;
    g.preempt = false;
    this.resetSpinning(p, isOwn);
    p.spunOnce = false;
    return g;
  }

  /** What only `schedule` looks at: a GC worker, and now and then the global queue. */
  private pickFirst(p: P): G | null {
    const worker = this.hooks.findRunnableGCWorker(p);
    if (worker !== null) return worker;
    if (p.schedtick % globalQueueTicks !== 0 || this.globalQueue.length === 0) return null;
    return this.globalTake();
  }

  /** The P has found what to run, in its own queue or elsewhere: whether another one starts looking. */
  private resetSpinning(p: P, isOwn: boolean): void {
    const wasSpinning = p.spinning;
    if (wasSpinning) this.stopSpinning(p);
    // A P that found work while looking starts another one looking, so that work never waits for an idle P.
    if (wasSpinning || (this.release.wakesAlways && !isOwn)) this.wakeIdle(p);
  }

  private globalTake(): G {
    const g = this.globalQueue.shift()!;
    g.queued = false;
    return g;
  }

  private findRunnable(p: P): G | null {
    if (this.globalQueue.length > 0) {
      const queued = this.globalQueue.length;
      const share = Math.min(queued, Math.floor(queued / this.procs) + 1, localQueueMax / 2);
      const g = this.globalTake();
      for (let i = 1; i < share; i++) p.queue.push(this.globalQueue.shift()!);
      return g;
    }
    const stolen = this.steal(p);
    if (stolen !== null) return stolen;
    if (p.holding) return null;
    const worker = this.hooks.findIdleGCWorker(p);
    if (worker !== null) return worker;
    if (!p.spunOnce) {
      p.spunOnce = true;
      if (!p.spinning) this.startSpinning(p);
      this.run(p, this.machine.findWorkNs, 1, Use.spinning);
      return null;
    }
    this.goIdle(p);
    return null;
  }

  /** Half of another P's queue, from a random one on; a lone `runnext` only late, as the release has it. */
  private steal(p: P): G | null {
    const ps = this.ps;
    if (ps.length === 1) return null;
    if (!p.spinning && 2 * this.spinningCount >= ps.length - this.idlePs.length) return null;
    const from = this.stealRng.below(ps.length);
    let lone: P | null = null;
    for (let i = 0; i < ps.length; i++) {
      const victim = ps[(from + i) % ps.length]!;
      if (victim === p) continue;
      const n = victim.queue.length;
      if (n > 0) {
        const take = n - (n >> 1);
        const g = victim.queue.shift()!;
        g.queued = false;
        for (let j = 1; j < take; j++) p.queue.push(victim.queue.shift()!);
        return g;
      }
      if (victim.runnext !== null) {
        if (this.release.stealRunnextAfterNs === 0) return takeRunnext(victim);
        lone ??= victim;
      }
    }
    if (lone !== null && p.spunOnce) {
      // The last round: give the victim a moment to run it itself, then take it.
      p.robbed = lone;
      p.loot = lone.runnext;
      this.holdFor(p, this.release.stealRunnextAfterNs + this.machine.sleepExtraNs, Use.spinning);
    }
    return null;
  }

  /** Takes the lone `runnext` that the P has left to its victim for a moment, if it is still there. */
  private rob(p: P): G | null {
    const { robbed, loot } = p;
    p.robbed = null;
    p.loot = null;
    return robbed !== null && robbed.runnext === loot ? takeRunnext(robbed) : null;
  }

  private startSpinning(p: P): void {
    p.spinning = true;
    this.spinningCount++;
  }

  private stopSpinning(p: P): void {
    p.spinning = false;
    this.spinningCount--;
    if (this.spinningCount < 0) fail('fewer than no spinning Ps', p.id);
  }

  private goIdle(p: P): void {
    if (p.spinning) this.stopSpinning(p);
    p.spunOnce = false;
    this.putIdle(p);
    this.stopM(p);
  }

  private putIdle(p: P): void {
    p.status = PStatus.idle;
    this.setUse(p, Use.idle);
    this.idlePs.push(p);
  }

  /** pidleget: the P that went idle last. */
  private takeIdle(): P | null {
    const p = this.idlePs.pop();
    if (p === undefined) return null;
    p.status = PStatus.running;
    this.setUse(p, Use.spinning);
    this.wakeSysmon();
    return p;
  }

  /** wakep: starts an idle P looking for work, unless one is already looking. Whoever runs on `waker`, if anybody, pays. */
  wakeIdle(waker: P | null): void {
    if (this.idlePs.length === 0 || this.spinningCount > 0) return;
    const p = this.takeIdle()!;
    this.startSpinning(p);
    const callNs = this.startM(p);
    if (waker !== null) waker.extraNs += callNs;
  }

  /** A goroutine waits in the P's own queue or the global one. */
  hasRunnable(p: P): boolean {
    return p.runnext !== null || p.queue.length > 0 || this.globalQueue.length > 0;
  }

  /** pollWork: is there anything but idle marking for this P to do? */
  hasOtherWork(p: P): boolean {
    return this.hasRunnable(p) || this.stopping || p.runSafePointFn;
  }

  // ---- stopping ----

  /** stopTheWorld by the G on P `p`. True: all others are stopped already; false: the task is resumed when they are. */
  stopTheWorld(p: P): boolean {
    if (this.stopping) fail('world stopped twice', p.id);
    this.stopping = true;
    this.onTaken?.(this.engine.now, this.procs);
    this.stopWait = this.procs - 1;
    for (const idle of this.idlePs) {
      idle.status = PStatus.stopped;
      this.charge(idle, Use.stopped);
      this.stopWait--;
    }
    this.idlePs.length = 0;
    if (this.stopWait === 0) return true;
    this.askOthers(p);
    this.waitFor(p);
    return false;
  }

  /** gcstopm. */
  private stopP(p: P): void {
    if (p.spinning) this.stopSpinning(p);
    p.spunOnce = false;
    this.stopM(p);
    this.stopWithoutM(p);
  }

  private stopWithoutM(p: P): void {
    p.status = PStatus.stopped;
    this.setUse(p, Use.stopped);
    this.stopWait--;
    if (this.stopWait === 0) this.wakeWaiter();
  }

  /** startTheWorld: Ps with work of their own run at once, then one wakes the next. */
  startTheWorld(p: P): void {
    for (let i = this.procs - 1; i >= 0; i--) {
      const other = this.ps[i]!;
      if (other.status !== PStatus.stopped) continue;
      if (other.runnext !== null || other.queue.length > 0) {
        other.status = PStatus.running;
        this.setUse(other, Use.spinning);
        p.extraNs += this.startM(other) + this.machine.perProcStopNs;
      } else {
        this.putIdle(other);
      }
    }
    this.stopping = false;
    this.onTaken?.(this.engine.now, this.taken);
    this.wakeSysmon();
    this.wakeIdle(p);
  }

  /** forEachP: runs `fn` on every P at a safe point. True: done; false: the task is resumed when it is. */
  forEachP(p: P, fn: (p: P) => void): boolean {
    if (this.barrierFn !== null) fail('two barriers at a time', p.id);
    this.barrierFn = fn;
    this.barrierWait = 0;
    for (const other of this.ps) {
      if (other === p) continue;
      if (other.status === PStatus.idle) {
        fn(other);
      } else {
        other.runSafePointFn = true;
        this.barrierWait++;
      }
    }
    fn(p);
    if (this.barrierWait === 0) {
      this.barrierFn = null;
      return true;
    }
    this.askOthers(p);
    this.waitFor(p);
    return false;
  }

  private runSafePoint(p: P): void {
    p.runSafePointFn = false;
    this.barrierFn!(p);
    p.extraNs += this.machine.perProcStopNs;
    this.barrierWait--;
    if (this.barrierWait === 0) {
      this.barrierFn = null;
      this.wakeWaiter();
    }
  }

  private askOthers(p: P): void {
    for (const other of this.ps) {
      if (other !== p && other.status === PStatus.running) this.requestPreempt(other);
    }
  }

  private waitFor(p: P): void {
    this.waiter = p;
    this.setUse(p, Use.stopped);
    p.holding = true;
    this.os.sleep(p.m!.id);
    this.askGen++;
    this.engine.after(stopAgainNs + this.machine.sleepExtraNs, Ev.askAgain, this.askGen, 0);
  }

  private wakeWaiter(): void {
    const p = this.waiter;
    if (p === null) fail('nobody waits for the stop');
    this.waiter = null;
    this.os.wake(p.m!.id);
  }

  /** Event askAgain: a G that was put on a P after the first request has not been asked yet. */
  onAskAgain(gen: number): void {
    if (gen !== this.askGen || this.waiter === null) return;
    this.askOthers(this.waiter);
    this.engine.after(stopAgainNs + this.machine.sleepExtraNs, Ev.askAgain, gen, 0);
  }

  // ---- sysmon ----

  startSysmon(): void {
    this.engine.after(this.sysmonDelay + this.machine.sleepExtraNs, Ev.sysmon, 0, 0);
  }

  onSysmon(): void {
    if (this.stopping || this.idlePs.length === this.procs) {
      this.sysmonAsleep = true;
      this.hooks.onSysmon();
      return;
    }
    const now = this.engine.now;
    for (const p of this.ps) {
      if (p.status !== PStatus.running || p.g === null) continue;
      if (p.schedtick !== p.sysmonTick) {
        p.sysmonTick = p.schedtick;
        p.sysmonWhen = now;
      } else if (now - p.sysmonWhen >= forcePreemptNs) {
        this.requestPreempt(p);
      }
    }
    this.hooks.onSysmon();
    if (this.sysmonIdle > sysmonIdleRounds) {
      this.sysmonDelay = Math.min(this.sysmonDelay * 2, sysmonDelayMaxNs);
    }
    this.sysmonIdle++;
    this.startSysmon();
  }

  private wakeSysmon(): void {
    if (!this.sysmonAsleep) return;
    this.sysmonAsleep = false;
    this.sysmonIdle = 0;
    this.sysmonDelay = sysmonDelayMinNs;
    this.startSysmon();
  }

  // ---- timers ----

  addTimer(timer: Timer, p: P): void {
    this.timers[p.id % this.timers.length]!.add(timer, p);
  }

  removeTimer(timer: Timer): void {
    for (const thread of this.timers) thread.remove(timer);
  }

  /** The G has parked and is to be readied at `when`. */
  sleepUntil(g: G, p: P, when: Ns): void {
    this.addTimer({ when, periodNs: 0, fire: (on) => this.ready(g, on, true) }, p);
  }

  onTimer(id: number, gen: number): void {
    this.timers[id]!.onTimer(gen);
  }
}

function takeRunnext(p: P): G {
  const g = p.runnext!;
  p.runnext = null;
  g.queued = false;
  return g;
}
