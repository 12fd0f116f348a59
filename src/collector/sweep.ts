/**
 * Sweeping: in the background, in proportion to allocation, and before growing; and the freeing of workbufs between
 * collections. Follows src/runtime/mgcsweep.go, and mgcwork.go of 051809e3.
 */
import type { Bytes, Ns } from '../units.ts';
import type { SweepOutcome } from './alloc.ts';
import { type G, GStatus, type P, type Task, Use } from './gmp.ts';
import { freeWbufsBatch, pageSize, sweepMinHeapDistance } from './params.ts';
import { GcPhase, type Runtime } from './runtime.ts';

/** Spans that the background sweeper sweeps in one activity while nobody else wants its P. */
const aloneBatch = 32;

export class Sweeper {
  /** The background sweeper's goroutine, from its first wake-up on. */
  private g: G | null = null;
  private readonly task: BgSweep;
  private sweepPagesPerByte = 0;
  private pagesSwept = 0;
  private heapLiveBasis: Bytes = 0;
  private spanBytesAllocated: Bytes = 0;
  /** Figures of the last sweep, for gcpacertrace. */
  record:
    | { heapLiveBytes: Bytes; allocatedBytes: Bytes; sweptPages: number; pagesPerByte: number }
    | undefined;
  private done = true;
  /** Workbuf spans freed by the background sweeper, and eagerly. */
  workbufSpansFreed = 0;

  readonly outcome: SweepOutcome = { freedObjects: 0, freedPages: 0 };
  private readonly rt: Runtime;

  constructor(rt: Runtime) {
    this.rt = rt;
    this.task = new BgSweep(rt, this);
  }

  /** Marking is complete: everything needs sweeping. Sets the pace, in pages a byte allocated. */
  start(p: P): void {
    const rt = this.rt;
    rt.alloc.startSweep();
    this.done = false;
    this.pagesSwept = 0;
    this.spanBytesAllocated = 0;
    this.heapLiveBasis = rt.heapLive;
    const distance = Math.max(pageSize, rt.pacer.trigger - rt.heapLive - sweepMinHeapDistance);
    this.sweepPagesPerByte = Number.isFinite(distance) ? rt.alloc.spanPages / distance : 0;
    this.wake(p);
  }

  /** Sweeps everything at once, and frees workbufs: a fully stopped collection. Returns the time it takes. */
  sweepAll(): Ns {
    const rt = this.rt;
    rt.alloc.startSweep();
    this.done = false;
    const ns = this.finish();
    if (rt.mechanisms['workbuf-freeing'] !== 'on') return ns;
    rt.workbufs.prepareFree();
    let spans = 0;
    while (rt.workbufs.freeOne(rt.engine.now)) spans++;
    this.workbufSpansFreed += spans;
    return ns + spans * rt.alloc.spanGrain * rt.machine.freeWorkbufSpanNs;
  }

  wake(p: P): void {
    const g = this.g;
    if (g === null) {
      this.g = this.rt.sched.newG(this.task);
      this.rt.sched.start(this.g, p);
    } else if (g.status === GStatus.waiting) {
      this.rt.sched.ready(g, p, true);
    }
  }

  /** Sweeps one span. Returns its cost, or 0 when there is none left. */
  sweepOne(): Ns {
    const rt = this.rt;
    rt.alloc.now = rt.engine.now;
    const s = rt.alloc.nextUnswept();
    if (s < 0) {
      this.finished();
      return 0;
    }
    const elements = rt.alloc.elements[s]!;
    this.pagesSwept += rt.alloc.pages[s]!;
    const spans = rt.alloc.weight(s);
    rt.alloc.sweep(s, this.outcome);
    const machine = rt.machine;
    const freed = this.outcome.freedPages > 0 ? machine.spanNs : 0;
    return spans * (machine.sweepSpanNs + freed) + elements * machine.sweepObjectNs;
  }

  /** Pages that a refill has swept on its own. */
  notePages(pages: number): void {
    this.pagesSwept += pages;
  }

  get isDone(): boolean {
    return this.done;
  }

  private finished(): void {
    if (this.done) return;
    this.done = true;
    const rt = this.rt;
    this.record = {
      heapLiveBytes: rt.heapLive,
      allocatedBytes:
        rt.release.heapLiveAt === 'refill' && rt.release.splitNoscan
          ? Math.max(0, rt.heapLive - this.heapLiveBasis)
          : this.spanBytesAllocated,
      sweptPages: this.pagesSwept,
      pagesPerByte: this.sweepPagesPerByte,
    };
  }

  /** Sweeps what is left. Returns the time it takes. */
  finish(): Ns {
    let total = 0;
    for (;;) {
      const ns = this.sweepOne();
      if (ns === 0) return total;
      total += ns;
    }
  }

  /**
   * deductSweepCredit: before a span of `bytes` is taken, sweeps as many pages as allocation has come to owe. Returns the time
   * it takes.
   */
  pay(bytes: Bytes, callerPages: number): Ns {
    this.spanBytesAllocated += bytes;
    if (this.done || this.sweepPagesPerByte === 0) return 0;
    const rt = this.rt;
    let owed = 0;
    switch (rt.release.sweepPacing) {
      case 'heap-live':
        owed = this.sweepPagesPerByte * Math.max(0, rt.heapLive - this.heapLiveBasis + bytes);
        break;
      case 'span-bytes':
        owed = this.sweepPagesPerByte * this.spanBytesAllocated;
        break;
    }
    const target = Math.trunc(owed) - callerPages;
    let total = 0;
    while (this.pagesSwept < target) {
      const ns = this.sweepOne();
      if (ns === 0) break;
      total += ns;
    }
    return total;
  }

  /** reclaim: before the heap grows by `pages`, sweeps until as many are freed or nothing is left. Returns the time. */
  reclaim(pages: number): Ns {
    let total = 0;
    let freed = 0;
    while (!this.done && freed < pages) {
      const ns = this.sweepOne();
      if (ns === 0) break;
      total += ns;
      freed += this.outcome.freedPages;
    }
    return total;
  }
}

const SweepState = { look: 0, swept: 1, freeing: 2 } as const;

/** bgsweep: sweeps a span, lets others run, and so on; then frees workbuf spans in batches; then sleeps. */
class BgSweep implements Task {
  private state: number = SweepState.look;
  private readonly rt: Runtime;
  private readonly sweeper: Sweeper;

  constructor(rt: Runtime, sweeper: Sweeper) {
    this.rt = rt;
    this.sweeper = sweeper;
  }

  resume(p: P, g: G): void {
    const { sched } = this.rt;
    if (this.state === SweepState.freeing) this.freed(p);
    if (this.state !== SweepState.look) {
      this.state = SweepState.look;
      // Gosched after every span, and every batch. Alone on its P and nobody waiting, it would be chosen again at once.
      if (g.preempt || sched.hasRunnable(p)) {
        g.preempt = false;
        sched.yield(p, g);
        return;
      }
    }
    const batch = sched.hasRunnable(p) ? 1 : aloneBatch;
    let ns = 0;
    for (let i = 0; i < batch; i++) {
      const one = this.sweeper.sweepOne();
      if (one === 0) break;
      ns += one;
    }
    if (ns > 0) {
      this.state = SweepState.swept;
      sched.run(p, ns, 1, Use.sweep);
      return;
    }
    const spans = this.freeable();
    if (spans > 0) {
      this.state = SweepState.freeing;
      const { alloc, machine } = this.rt;
      sched.run(p, alloc.spanGrain * machine.freeWorkbufSpanNs, spans, Use.sweep);
      return;
    }
    sched.park(p, g);
  }

  /** freeSomeWbufs: how many spans the next batch may free. */
  private freeable(): number {
    const rt = this.rt;
    if (rt.mechanisms['workbuf-freeing'] !== 'on' || rt.phase !== GcPhase.off) return 0;
    const batch = Math.max(1, freeWbufsBatch / rt.alloc.spanGrain);
    return Math.min(batch, rt.workbufs.freeSpans.length);
  }

  /** The batch is done, or was cut short by a preemption: p.units spans were freed, as far as a collection has left them. */
  private freed(p: P): void {
    const rt = this.rt;
    for (let i = 0; i < p.units; i++) {
      if (!rt.workbufs.freeOne(rt.engine.now)) break;
      this.sweeper.workbufSpansFreed++;
    }
    rt.collector.noteGcSys();
  }
}
