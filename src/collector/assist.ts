/**
 * Assists and background credit. Follows src/runtime/mgcmark.go: gcAssistAlloc, gcDrainN, gcFlushBgCredit, gcParkAssist, and
 * the forms they had in 2015.
 *
 * An allocation puts its goroutine in debt. An assist steals credit that background workers banked, then marks, and what it
 * still owes then decides the policy: forgive it (best-effort), sleep 100 µs and try again (sleep-retry), or wait in a
 * queue that credit flushes pay in order (queue).
 *
 * Invariant: credit flushed = stolen + paid to the queue + left in the pool (+ what an over-subtracting steal destroyed).
 */
import { fail } from '../assert.ts';
import type { Ns } from '../units.ts';
import type { GcWork } from './gcwork.ts';
import { type G, type P, type Task, Use } from './gmp.ts';
import {
  assistRetryNs,
  gcAssistTimeSlack,
  gcOverAssistBytes,
  gcOverAssistWork,
  helpWorkPointers,
} from './params.ts';
import type { Runtime } from './runtime.ts';

export class Assists {
  /** gcController.bgScanCredit. */
  bgScanCredit = 0;
  /** Where credit went, each counted where it happens; since the collection's start. */
  flushed = 0;
  stolen = 0;
  paidToQueue = 0;
  overTaken = 0;
  /** Background scan work that was not banked, because credit is off. */
  discarded = 0;
  /** Conversions between work and bytes, each of which may lose one unit. */
  conversions = 0;
  /** gcController.assistTime, as the runtime counts it: by the clock, in batches of 5 µs a P. */
  assistNs: Ns = 0;

  // Figures of the collection.
  count = 0;
  blockedNs: Ns = 0;
  longestStallNs: Ns = 0;

  /** work.assistQueue. */
  readonly queue: G[] = [];
  private readonly rt: Runtime;

  constructor(rt: Runtime) {
    this.rt = rt;
  }

  startCycle(): void {
    this.bgScanCredit = 0;
    this.flushed = 0;
    this.stolen = 0;
    this.paidToQueue = 0;
    this.overTaken = 0;
    this.discarded = 0;
    this.conversions = 0;
    this.assistNs = 0;
    this.count = 0;
    this.blockedNs = 0;
    this.longestStallNs = 0;
    for (const p of this.rt.sched.ps) p.assistNs = 0;
    for (const g of this.rt.sched.gs) {
      g.gcAssistBytes = 0;
      g.gcalloc = 0;
      g.gcscanwork = 0;
    }
  }

  /** Before an allocation of `bytes` (from 1.6): true when an assist has to come first; it is on top of the G's tasks then. */
  beforeMalloc(g: G, bytes: number): boolean {
    const rt = this.rt;
    if (!rt.blackenEnabled) return false;
    if (rt.mechanisms.assist === 'off') {
      rt.collector.exercised.add('assist');
      return false;
    }
    g.gcAssistBytes -= bytes;
    if (g.gcAssistBytes >= 0) return false;
    g.tasks.push(new Assist(rt, this));
    return true;
  }

  /** After an allocation that refilled a span (to 1.5): true when an assist is on top of the G's tasks. */
  afterMalloc(g: G): boolean {
    const rt = this.rt;
    if (!rt.blackenEnabled) return false;
    if (rt.mechanisms.assist === 'off') {
      rt.collector.exercised.add('assist');
      return false;
    }
    if (rt.release.pacer.ratio !== 'none' && this.owed(g) <= 0) return false;
    g.tasks.push(new Assist(rt, this));
    return true;
  }

  /** Scan work a G owes. */
  owed(g: G): number {
    const rt = this.rt;
    const perByte = rt.pacer.assistWorkPerByte;
    if (rt.release.assistAt === 'malloc') {
      const debt = -g.gcAssistBytes;
      return debt > 0 ? Math.max(1, Math.trunc(perByte * debt)) : 0;
    }
    if (rt.release.pacer.ratio === 'none') return helpWorkPointers;
    return Math.trunc(perByte * g.gcalloc) - g.gcscanwork;
  }

  /** Credits a G with scan work that was done, stolen or paid for it. */
  credit(g: G, work: number): void {
    const rt = this.rt;
    if (rt.release.assistAt === 'malloc') {
      this.conversions++;
      g.gcAssistBytes += 1 + Math.trunc(rt.pacer.assistBytesPerWork * work);
    } else {
      g.gcscanwork += work;
    }
  }

  /** gcFlushBgCredit: pays the queue first, in order; what is left goes to the pool. */
  flushBgCredit(work: number, p: P): void {
    if (work < 0) fail('negative credit flushed', work);
    const rt = this.rt;
    // Without an assist ratio nobody spends it, and the count is all there is to see.
    if (rt.release.pacer.ratio === 'none') rt.collector.exercised.add('bg-credit');
    const banks = rt.mechanisms['bg-credit'] === 'on';
    if (this.queue.length === 0) {
      if (!banks) {
        this.discarded += work;
        return;
      }
      this.flushed += work;
      this.bgScanCredit += work;
      return;
    }
    const left = rt.release.assistAt === 'malloc' ? this.payBytes(work, p) : this.payWork(work, p);
    this.flushed += work - left;
    this.paidToQueue += work - left;
    if (banks && left > 0) {
      this.flushed += left;
      this.bgScanCredit += left;
    }
  }

  /** Pays queued assists in bytes, as from 1.6 on. Returns the work left over. */
  private payBytes(work: number, p: P): number {
    const rt = this.rt;
    const queue = this.queue;
    let bytes = Math.trunc(work * rt.pacer.assistBytesPerWork);
    this.conversions += 2;
    while (queue.length > 0 && bytes > 0) {
      const g = queue.shift()!;
      if (bytes + g.gcAssistBytes >= 0) {
        bytes += g.gcAssistBytes;
        g.gcAssistBytes = 0;
        this.wake(g, p);
      } else {
        // Large assists must not hold up small ones: to the back of the queue.
        g.gcAssistBytes += bytes;
        bytes = 0;
        queue.push(g);
      }
    }
    return bytes > 0 ? Math.min(work, Math.trunc(bytes * rt.pacer.assistWorkPerByte)) : 0;
  }

  /** The same in scan work, for releases that count debt in it. */
  private payWork(work: number, p: P): number {
    let left = work;
    while (this.queue.length > 0 && left > 0) {
      const g = this.queue.shift()!;
      const owed = Math.max(0, this.owed(g));
      if (left >= owed) {
        left -= owed;
        g.gcscanwork += owed;
        this.wake(g, p);
      } else {
        g.gcscanwork += left;
        left = 0;
        this.queue.push(g);
      }
    }
    return left;
  }

  private wake(g: G, p: P): void {
    g.queued = false;
    // Not into runnext: the GC worker's priority is not for user code to inherit (Go 1.6, gcFlushBgCredit).
    this.rt.sched.ready(g, p, this.rt.release.assistWakesNext);
  }

  /** Marking is over: whoever waits goes on, debts are forgotten. */
  wakeAll(p: P): void {
    for (const g of this.queue) {
      g.queued = false;
      this.rt.sched.ready(g, p, false);
    }
    this.queue.length = 0;
  }

  /** Puts a G in the queue and parks it, unless credit has come meanwhile. */
  park(p: P, g: G): boolean {
    if (this.bgScanCredit > 0) return false;
    if (g.queued) fail('assist is in two queues', g.id);
    this.rt.sched.park(p, g);
    g.queued = true;
    this.queue.push(g);
    return true;
  }

  /** A G waited from `since` until now. */
  noteBlocked(since: Ns): void {
    this.blockedNs += this.rt.engine.now - since;
  }

  noteStall(since: Ns): void {
    const ns = this.rt.engine.now - since;
    if (ns > this.longestStallNs) this.longestStallNs = ns;
  }
}

const AssistState = {
  start: 0,
  drained: 1,
  spinning: 2,
  rooted: 3,
  waited: 4,
  completed: 5,
} as const;

/** gcAssistAlloc, on top of the allocating goroutine's tasks. */
class Assist implements Task {
  private state: number = AssistState.start;
  /** Scan work still to do in this round. */
  private scanWork = 0;
  private doneBefore = 0;
  private done = 0;
  private begun: Ns = -1;
  private markingFrom: Ns = 0;
  private blockedFrom: Ns = -1;
  private readonly rt: Runtime;
  private readonly assists: Assists;

  constructor(rt: Runtime, assists: Assists) {
    this.rt = rt;
    this.assists = assists;
  }

  resume(p: P, g: G): void {
    if (this.begun < 0) {
      this.begun = this.rt.engine.now;
      this.assists.count++;
    }
    switch (this.state) {
      case AssistState.start:
        this.round(p, g);
        return;
      case AssistState.waited:
        this.assists.noteBlocked(this.blockedFrom);
        // Whom the queue has let go is paid, or marking is over.
        if (this.rt.mechanisms.assist === 'queue') this.finish(g);
        else this.round(p, g);
        return;
      case AssistState.spinning:
      case AssistState.rooted:
        this.drainMore(p, g);
        return;
      case AssistState.drained:
        this.flushed(p.gcw);
        this.drainMore(p, g);
        return;
      case AssistState.completed:
        this.afterMarking(p, g);
        return;
      default:
        fail('assist in no known state', this.state);
    }
  }

  /** One round: steal, then mark. */
  private round(p: P, g: G): void {
    const rt = this.rt;
    const assists = this.assists;
    if (!rt.blackenEnabled) {
      g.gcAssistBytes = Math.max(0, g.gcAssistBytes);
      this.finish(g);
      return;
    }
    // To 1.5 a retry goes on with what is left of the first round's debt.
    let work =
      this.scanWork > 0 && rt.release.assistAt === 'refill' ? this.scanWork : assists.owed(g);
    if (work <= 0) {
      this.finish(g);
      return;
    }
    let debtBytes = -g.gcAssistBytes;
    const over = rt.release.overAssist;
    if (over === 'bytes') {
      debtBytes += gcOverAssistBytes;
      work = Math.max(1, Math.trunc(rt.pacer.assistWorkPerByte * debtBytes));
    } else if (over === 'work' && work < gcOverAssistWork) {
      work = gcOverAssistWork;
      debtBytes = Math.trunc(rt.pacer.assistBytesPerWork * work);
    }
    p.extraNs += rt.machine.assistNs;
    work = this.steal(g, work, debtBytes);
    if (work === 0) {
      this.finish(g);
      return;
    }
    this.scanWork = work;
    this.done = 0;
    this.markingFrom = rt.engine.now;
    g.onSystemStack = true;
    rt.marker.active++;
    this.doneBefore = p.gcw.scanWork;
    this.drainMore(p, g);
  }

  /** Takes background credit. Returns the scan work that is still owed. */
  private steal(g: G, work: number, debtBytes: number): number {
    const rt = this.rt;
    const assists = this.assists;
    const credit = assists.bgScanCredit;
    if (credit > 0 || assists.discarded > 0) rt.collector.exercised.add('bg-credit');
    if (credit <= 0 || rt.release.pacer.ratio === 'none') return work;
    if (credit >= work) {
      assists.bgScanCredit -= work;
      assists.stolen += work;
      if (rt.release.assistAt === 'malloc') g.gcAssistBytes += debtBytes;
      else g.gcscanwork += work;
      return 0;
    }
    assists.stolen += credit;
    assists.credit(g, credit);
    if (rt.mechanisms['credit-steal'] === 'over-subtract') {
      assists.overTaken += work - credit;
      assists.bgScanCredit -= work;
    } else {
      assists.bgScanCredit -= credit;
    }
    rt.collector.exercised.add('credit-steal');
    return work - credit;
  }

  /** gcDrainN, up to its next activity. */
  private drainMore(p: P, g: G): void {
    const rt = this.rt;
    const marker = rt.marker;
    const preempted = g.preempt && rt.release.assistAt === 'malloc';
    if (!preempted && this.done < this.scanWork) {
      const ns = marker.drainN(p, this.scanWork - this.done);
      if (ns > 0) {
        this.state = AssistState.drained;
        rt.sched.run(p, ns, 1, Use.assist);
        return;
      }
      if (rt.release.assistsMarkRoots && marker.rootNext < marker.rootJobs) {
        const rootNs = marker.rootJob(p, p.gcw);
        if (rootNs < 0) {
          this.state = AssistState.spinning;
          rt.sched.spinWait(p, Use.assist);
        } else {
          this.state = AssistState.rooted;
          rt.sched.run(p, rootNs, 1, Use.assist);
        }
        return;
      }
    }
    this.endMarking(p, g);
  }

  private flushed(gcw: GcWork): void {
    this.done += gcw.scanWork - this.doneBefore;
    if (gcw.scanWork >= this.rt.marker.creditSlack) {
      this.rt.marker.flushScanWork(gcw);
      this.doneBefore = 0;
    } else {
      this.doneBefore = gcw.scanWork;
    }
  }

  private endMarking(p: P, g: G): void {
    const rt = this.rt;
    const marker = rt.marker;
    const ns = rt.engine.now - this.markingFrom;
    p.assistNs += ns;
    if (p.assistNs > gcAssistTimeSlack) {
      this.assists.assistNs += p.assistNs;
      p.assistNs = 0;
    }
    if (rt.blackenPromptly) marker.dispose(p.gcw);
    if (this.done > 0 || rt.release.assistAt === 'malloc') this.assists.credit(g, this.done);
    this.scanWork -= this.done;
    marker.active--;
    g.onSystemStack = false;
    this.state = AssistState.completed;
    if (marker.active === 0 && !marker.workAvailable(null)) {
      rt.collector.markDone(p, g, 'assist');
      // To 1.5, an assist that has readied the coordinator may yield to it.
      if (rt.release.phases === 'coordinator') {
        rt.collector.exercised.add('completing-assist');
        if (rt.mechanisms['completing-assist'] === 'yields') {
          rt.sched.yield(p, g);
          return;
        }
      }
    }
    if (g.tasks[g.tasks.length - 1] === this) this.afterMarking(p, g);
  }

  /** Marked what there was: is the debt paid? If not, the policy decides. */
  private afterMarking(p: P, g: G): void {
    const rt = this.rt;
    if (!rt.blackenEnabled) {
      g.gcAssistBytes = Math.max(0, g.gcAssistBytes);
      this.finish(g);
      return;
    }
    const unpaid = rt.release.assistAt === 'malloc' ? g.gcAssistBytes < 0 : this.scanWork > 0;
    if (!unpaid || rt.release.pacer.ratio === 'none') {
      this.finish(g);
      return;
    }
    rt.collector.exercised.add('assist');
    const policy = rt.mechanisms.assist;
    if (policy === 'best-effort') {
      this.finish(g);
      return;
    }
    if (g.preempt && rt.release.assistAt === 'malloc') {
      this.state = AssistState.start;
      g.preempt = false;
      rt.sched.yield(p, g);
      return;
    }
    this.blockedFrom = rt.engine.now;
    this.state = AssistState.waited;
    if (policy === 'sleep-retry') {
      rt.sched.park(p, g);
      rt.sched.sleepUntil(g, p, rt.engine.now + assistRetryNs);
      return;
    }
    if (!this.assists.park(p, g)) {
      this.state = AssistState.start;
    }
  }

  private finish(g: G): void {
    this.assists.noteStall(this.begun);
    g.tasks.pop();
  }
}
