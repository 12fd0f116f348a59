/**
 * The program: goroutines that run a workload's steps, and the allocation path (src/runtime/malloc.go, mallocgc).
 *
 * Objects are allocated in batches: as many of one size as the P's cached span has room for, and as the goroutine's assist
 * credit covers. A batch is one activity of the P, and a preemption ends it between two objects; its objects come to be when it
 * ends. A large object is an activity of its own; filling it is another, with no safe point inside.
 */
import { fail } from '../assert.ts';
import { UserError } from '../diagnostic.ts';
import type { Prng } from '../sim/prng.ts';
import { type Bytes, msNs, type Ns, secondNs } from '../units.ts';
import type {
  AllocStep,
  BuildStep,
  GoroutineGroup,
  RepeatStep,
  ReplaceStep,
  Step,
  Workload,
} from '../workload/workload.ts';
import { type G, type P, type Task, Use } from './gmp.ts';
import { roundsTogether } from './grain.ts';
import { patternLength, ShapeCode, type UnitPlan } from './objects.ts';
import { pageSize, pastCacheMin } from './params.ts';
import { GcPhase, type Runtime } from './runtime.ts';
import { classPages } from './sizeclass.ts';

/** A goroutine that computes looks for a preemption this often. Assumed: the calls of ordinary code; 10 µs. */
const safePointNs: Ns = 10_000;
/** Steps without cost after which a goroutine is charged for turning round. */
const freeStepsMax = 64;

/** The instances of a structure, oldest first. */
interface StructureSet {
  plan: UnitPlan;
  units: number[];
}

/** What `fold` rounds of an alloc step make: a chain that is kept, one that dies at once, and how many are kept at a time. */
interface ChainPlan {
  kept: UnitPlan;
  dead: UnitPlan | null;
  keepMost: number;
}

function chainPlan(step: AllocStep, fold: number): ChainPlan {
  const chain = (countA: number): UnitPlan => ({
    shape: ShapeCode.list,
    kindA: step.kind,
    countA,
    kindB: 0,
    countB: 0,
    degree: 0,
    leaves: 0,
  });
  const count = step.count * fold;
  const kept = Math.max(1, Math.round(count / step.keepEvery));
  const most = typeof step.keep === 'number' ? step.keep : 1;
  return {
    kept: chain(kept),
    dead: kept < count ? chain(count - kept) : null,
    keepMost: Math.max(1, Math.round(most / fold)),
  };
}

export class Mutators {
  readonly sets: StructureSet[] = [];
  /** The chains of every alloc step: of one round, and of as many as are taken together (grain.ts). */
  private readonly plans = new Map<AllocStep, Map<number, ChainPlan>>();
  private readonly folds = new Map<RepeatStep, number>();
  /** Scannable bytes allocated black, where the release counts them as scan work; of this collection. */
  blackScan = 0;
  private readonly rt: Runtime;
  private readonly workload: Workload;
  private readonly running: number[] = [];
  private alive = 0;
  private readonly unitSeeds: Prng;

  constructor(rt: Runtime, workload: Workload, plans: readonly UnitPlan[], unitSeeds: Prng) {
    this.rt = rt;
    this.workload = workload;
    this.unitSeeds = unitSeeds;
    for (const plan of plans) this.sets.push({ plan, units: [] });
    for (const group of workload.groups) this.planAllocs(group.body);
  }

  /** Plans the chains of every alloc step of a repeat. */
  planAllocs(repeat: RepeatStep): void {
    const fold = roundsTogether(this.workload.kinds, repeat, this.rt.alloc.spanGrain);
    this.folds.set(repeat, fold);
    for (const step of repeat.steps) {
      if (step.op === 'repeat') this.planAllocs(step);
      if (step.op !== 'alloc') continue;
      const plans = new Map([[1, chainPlan(step, 1)]]);
      if (fold > 1) plans.set(fold, chainPlan(step, fold));
      this.plans.set(step, plans);
    }
  }

  /** Rounds of a repeat that are taken together. */
  foldOf(repeat: RepeatStep): number {
    return this.folds.get(repeat) ?? 1;
  }

  planOf(step: AllocStep, fold: number): ChainPlan {
    const plan = this.plans.get(step)?.get(fold);
    if (plan === undefined) fail('alloc step without a plan', step.kind, fold);
    return plan;
  }

  /** The runtime's `own` objects, there from the start, and the main goroutine, which builds the structures. */
  start(own: readonly UnitPlan[]): void {
    const { rt, workload } = this;
    for (const plan of own) this.placeOwn(plan);
    const steps: Step[] = workload.structures
      .map(
        (s, structure): BuildStep => ({
          op: 'build',
          structure,
          count: s.count,
          workNs: 0,
          writes: 1,
        }),
      )
      .filter((step) => step.count > 0);
    const main = new Goroutine(rt, this, { op: 'repeat', times: 1, steps }, -1, 0);
    const g = rt.sched.newG(main);
    g.isUser = true;
    g.stackBytes = 2048;
    this.alive++;
    rt.sched.start(g, null);
  }

  /** Objects that nobody has to allocate. */
  private placeOwn(plan: UnitPlan): void {
    const { rt } = this;
    const u = rt.objects.create(plan, 0);
    rt.addRoot(u);
    rt.objects.builtA[u] = this.placeRegion(u, plan.kindA, 0, plan.countA);
    rt.objects.builtB[u] = this.placeRegion(u, plan.kindB, plan.countA, plan.countB);
  }

  private placeRegion(u: number, kind: number, from: number, count: number): number {
    const { rt } = this;
    const k = kind * patternLength;
    const spanClass = rt.alloc.spanClassOf(rt.objects.kinds.sizeClass[k]!, true);
    const size = rt.objects.kinds.size[k]!;
    let placed = 0;
    while (placed < count) {
      if (rt.alloc.cachedFree(0, spanClass) === 0) {
        rt.alloc.uncacheSpan(0, spanClass);
        const s = rt.alloc.freshSpan(0, spanClass);
        rt.heap.touch(rt.alloc.start[s]!, rt.alloc.pages[s]!);
      }
      const n = Math.min(count - placed, rt.alloc.cachedFree(0, spanClass));
      rt.alloc.place(0, spanClass, u, from + placed, n, size);
      placed += n;
    }
    rt.alloc.uncacheSpan(0, spanClass);
    rt.heapLive += count * size;
    rt.heapScan += count * rt.objects.kinds.scan[k]!;
    return count;
  }

  /** A goroutine has exited: starts the groups that waited for its group, and ends the run after the last. */
  exited(group: number, p: P): void {
    this.alive--;
    if (group < 0) {
      for (let i = 0; i < this.workload.groups.length; i++) {
        const start = this.workload.groups[i]!.start;
        if ('atNs' in start) this.startGroup(i, start.atNs, p);
      }
    } else {
      this.running[group] = this.running[group]! - 1;
      if (this.running[group] === 0) this.groupDone(group, p);
    }
    if (this.alive === 0) this.rt.engine.stopped = true;
  }

  private groupDone(done: number, p: P): void {
    for (let i = 0; i < this.workload.groups.length; i++) {
      const start = this.workload.groups[i]!.start;
      if ('afterGroup' in start && start.afterGroup === done) this.startGroup(i, 0, p);
    }
  }

  private startGroup(index: number, afterNs: Ns, p: P): void {
    const { rt } = this;
    const group: GoroutineGroup = this.workload.groups[index]!;
    const count = group.count + group.perProc * rt.procs;
    this.running[index] = count;
    this.alive += count;
    for (let i = 0; i < count; i++) {
      const startNs = rt.engine.now + afterNs;
      const g = rt.sched.newG(new Goroutine(rt, this, group.body, index, startNs));
      g.isUser = true;
      g.stackBytes = group.stackBytes;
      g.locksThread = group.locksThread;
      if (afterNs === 0) rt.sched.start(g, p);
      else rt.sched.sleepUntil(g, p, startNs);
    }
    if (count === 0) this.groupDone(index, p);
  }

  startCycle(): void {
    this.blackScan = 0;
  }

  nextSeed(): number {
    return this.unitSeeds.nextUint32() | 0;
  }

  // ---- the allocator's side ----

  /** Gets the P a span with room for a class. Its cost is added to the P's next activity. */
  refill(p: P, sizeClass: number, hasPointers: boolean): void {
    const { rt } = this;
    const { alloc, machine, sweeper } = rt;
    const spanClass = alloc.spanClassOf(sizeClass, hasPointers);
    alloc.now = rt.engine.now;
    alloc.uncacheSpan(p.id, spanClass);
    const spans = alloc.spanGrain;
    const pages = classPages[sizeClass]! * spans;
    let ns = spans * machine.refillNs + sweeper.pay(pages * pageSize, 0);
    let s = alloc.cacheSpan(p.id, spanClass);
    ns += alloc.sweptHere * machine.sweepSpanNs + alloc.sweptObjectsHere * machine.sweepObjectNs;
    sweeper.notePages(alloc.sweptPagesHere);
    if (s < 0) {
      ns += sweeper.reclaim(pages);
      s = alloc.freshSpan(p.id, spanClass);
      if (s < 0) throw outOfMemory(rt.heap.arenaBytes);
      ns += spans * machine.spanNs + this.mapped(alloc.start[s]!, alloc.pages[s]!);
      if (rt.release.heapLiveAt === 'span') this.flushLocal(p);
    }
    ns += this.fetchNs(p, s, false);
    if (rt.release.heapLiveAt === 'refill') {
      const free = alloc.elements[s]! - alloc.allocCount[s]!;
      rt.heapLive += free * alloc.elementSize(s);
      rt.heapScan += p.localScan;
      p.localScan = 0;
    }
    p.extraNs += ns;
    rt.collector.onHeapUpdate();
  }

  /** Cost of the pages of a span: the system call that maps them, and the faults of their first touch. */
  private mapped(start: number, pages: number): Ns {
    const { heap, machine } = this.rt;
    const ns = heap.mmaps * machine.mmapNs + heap.touch(start, pages) * machine.pageFaultNs;
    if (heap.mmaps > 0) this.rt.collector.noteGcSys();
    heap.mmaps = 0;
    return ns;
  }

  /** A span's free slots are about to be written: what it takes to have those lines that another core has written last. */
  private fetchNs(p: P, s: number, isPastCache: boolean): Ns {
    const { alloc, heap, machine, sched } = this.rt;
    const { dirtyBytes, foreignByteNs } = machine;
    const pages = alloc.pages[s]!;
    const core = sched.coreOf(p);
    const bytes = heap.write(alloc.start[s]!, pages, core, isPastCache, dirtyBytes);
    return bytes * foreignByteNs * alloc.freeShare(s);
  }

  private flushLocal(p: P): void {
    this.rt.heapLive += p.localAlloc;
    this.rt.heapScan += p.localScan;
    p.localAlloc = 0;
    p.localScan = 0;
  }

  /** Allocates a large object. Returns the cost of mallocgc, and of touching its pages. */
  large(
    p: P,
    u: number,
    place: number,
    size: Bytes,
    scan: Bytes,
    isCopied: boolean,
  ): { mallocNs: Ns; touchNs: Ns } {
    const { rt } = this;
    const pages = Math.ceil(size / pageSize);
    rt.alloc.now = rt.engine.now;
    let ns =
      rt.machine.largeAllocNs + rt.sweeper.pay(pages * pageSize, pages) + rt.sweeper.reclaim(pages);
    const s = rt.alloc.allocLarge(pages, rt.alloc.spanClassOf(0, scan > 0), u, place, size);
    if (s < 0) throw outOfMemory(rt.heap.arenaBytes);
    ns += rt.machine.spanNs;
    const isPastCache = isCopied && rt.release.copiesPastCache && size >= pastCacheMin;
    const touchNs = this.mapped(rt.alloc.start[s]!, pages) + this.fetchNs(p, s, isPastCache);
    this.flushLocal(p);
    rt.heapLive += pages * pageSize;
    rt.heapScan += scan;
    this.colour(p, u, place, 1, size, scan);
    rt.collector.onHeapUpdate();
    return { mallocNs: ns, touchNs };
  }

  /** Small objects come to be. */
  place(
    p: P,
    spanClass: number,
    u: number,
    from: number,
    count: number,
    size: Bytes,
    scan: Bytes,
    every: number,
  ): void {
    const { rt } = this;
    rt.alloc.place(p.id, spanClass, u, from, count, size, every);
    if (rt.release.heapLiveAt === 'span') p.localAlloc += count * size;
    p.localScan += count * scan;
    this.colour(p, u, from, count, size, scan);
  }

  /** New objects are black where the release has them so. */
  private colour(p: P, u: number, from: number, count: number, size: Bytes, scan: Bytes): void {
    const { rt } = this;
    if (rt.phase === GcPhase.off || !this.allocatesBlack) return;
    const black = rt.objects.blacken(u, from, count);
    p.gcw.bytesMarked += black * size;
    if (rt.release.blackCountsAsWork) {
      p.gcw.scanWork += black * scan;
      this.blackScan += black * scan;
    }
  }

  private get allocatesBlack(): boolean {
    const { rt } = this;
    const { allocateBlack } = rt.release;
    return (
      rt.writeBarrier &&
      (allocateBlack === 'always' || (allocateBlack === 'mark2' && rt.blackenPromptly))
    );
  }

  /** Pointer writes to `count` objects of one region from place `from` on: the write barrier greys those that are white. */
  writeBarrier(p: P, u: number, from: number, count: number): void {
    const { rt } = this;
    const { marker } = rt;
    const first = rt.objects.numberOf(u, from);
    const last = rt.objects.numberOf(u, from + count - 1);
    for (let o = first; o <= last; o++) {
      // Near the end of marking nothing is cached: each object greyed here takes a workbuf of its own to the full list.
      if (marker.scanner.shade(p.gcw, o) && rt.blackenPromptly) marker.dispose(p.gcw);
    }
    if (rt.objects.shape[u] === ShapeCode.graph) {
      marker.scanner.shadeTargets(p.gcw, u, first, last);
      if (rt.blackenPromptly) marker.dispose(p.gcw);
    }
  }

  /** A pointer to a unit is overwritten: from 1.8 the write barrier greys what it pointed at. Then nothing reaches it. */
  overwrite(p: P, u: number): void {
    const { rt } = this;
    if (rt.writeBarrier && rt.release.hybridBarrier) {
      rt.marker.greyUnit(p.gcw, u);
      if (rt.blackenPromptly) rt.marker.dispose(p.gcw);
    }
    rt.dropRoot(u);
  }

  /** All Ps give their spans back, at mark termination. */
  flushCaches(): void {
    const { rt } = this;
    for (const p of rt.sched.ps) {
      this.flushLocal(p);
      rt.alloc.uncacheAll(p.id);
    }
  }
}

function outOfMemory(bytes: Bytes): UserError {
  return new UserError({
    severity: 'error',
    message: `the workload needs more memory than the model holds (its heap has reached ${Math.floor(bytes / 1048576)} MiB)`,
    hint: 'keep less alive at a time, or lower GOGC',
  });
}

/** A repeat in progress. */
interface Frame {
  step: RepeatStep;
  at: number;
  round: number;
  startNs: Ns;
  startBytes: Bytes;
  startCycles: number;
  /** Rounds that the round in hand stands for. */
  fold: number;
}

/** Objects being allocated: a region of a unit. */
interface Part {
  u: number;
  /** 0: region A (nodes); 1: region B (leaves or elements). */
  region: 0 | 1;
  kind: number;
  total: number;
  built: number;
  /** Of objects allocated in turn with those of another chain, every so many is of this part. */
  every: number;
}

/** A unit, or a kept and a dying one side by side, being allocated. */
interface Build {
  parts: Part[];
  workNs: Ns;
  writes: number;
  copies: boolean;
  /** What happens when all objects are there. */
  done: (p: P) => void;
}

const Doing = { nothing: 0, small: 1, largeMalloc: 2, largeFill: 3, work: 4 } as const;

class Goroutine implements Task {
  private readonly frames: Frame[] = [];
  private build: Build | null = null;
  private doing: number = Doing.nothing;
  /** The batch in hand. */
  private part: Part | null = null;
  private size: Bytes = 0;
  private scan: Bytes = 0;
  private spanClass = 0;
  private debit = false;
  /** The next object has been paid for by an assist. */
  private paid = false;
  /** A span was taken: a collection may have to start, or an assist be done. */
  private checkDue = false;
  /** Bytes allocated by all when this goroutine last started a collection. */
  private startedAt: Bytes = -1;
  /** Time to fill the large object in hand, and what of it is copying. */
  private fillNs: Ns = 0;
  private copyNs: Ns = 0;
  private workLeft: Ns = 0;
  private allocated: Bytes = 0;
  private builds = 0;
  private freeSteps = 0;
  private yielded = false;
  /** Units that alloc steps hold: the newest few of each step. */
  private readonly held = new Map<AllocStep, number[]>();
  private readonly rt: Runtime;
  private readonly mutators: Mutators;
  private readonly group: number;

  /** `startNs`: when it starts; its `for` and its pace count from then. */
  constructor(rt: Runtime, mutators: Mutators, body: RepeatStep, group: number, startNs: Ns) {
    this.rt = rt;
    this.mutators = mutators;
    this.group = group;
    this.enter(body, startNs);
  }

  resume(p: P, g: G): void {
    const { rt } = this;
    switch (this.doing) {
      case Doing.small:
        this.placeSmall(p, g);
        break;
      case Doing.largeFill:
        this.filled(p);
        break;
      case Doing.work:
        this.workLeft -= p.units * safePointNs;
        break;
      default:
        break;
    }
    // mallocgc is about to return a large object: what it starts or owes comes before the filling.
    const isReturning = this.doing === Doing.largeMalloc;
    if (isReturning) this.checkDue = true;
    this.doing = Doing.nothing;
    // A function's entry is a safe point, its return is not: until a large object is filled there is only that of a late assist.
    const fills = isReturning && this.fillNs > 0;
    const isSafe = !fills || (rt.blackenEnabled && rt.release.assistAt === 'refill');
    if (isSafe && rt.sched.safePoint(p, g)) return;
    if (this.checkDue && this.afterRefill(p, g)) return;
    if (this.fillNs > 0) this.fill(p);
    else if (this.workLeft > 0) this.compute(p);
    else if (this.build !== null) this.allocate(p, g);
    else this.step(p, g);
  }

  // ---- steps ----

  private enter(step: RepeatStep, now: Ns): void {
    this.frames.push({
      step,
      at: 0,
      round: 0,
      startNs: now,
      startBytes: this.allocated,
      startCycles: this.rt.collector === undefined ? 0 : this.rt.collector.count,
      fold: 1,
    });
  }

  /** Does the next step; or ends the round, the repeat, the goroutine. */
  private step(p: P, g: G): void {
    const { rt } = this;
    const frame = this.frames[this.frames.length - 1];
    if (frame === undefined) {
      this.finish(p, g);
      return;
    }
    if (++this.freeSteps > freeStepsMax) {
      this.freeSteps = 0;
      rt.sched.run(p, 100, 1, Use.mutator);
      return;
    }
    if (frame.at === 0 && this.roundDue(frame, p, g)) return;
    const step = frame.step.steps[frame.at];
    if (step === undefined) {
      frame.at = 0;
      frame.round += frame.fold;
      if (this.isOver(frame)) this.frames.pop();
      return;
    }
    frame.at++;
    this.begin(step, frame.fold, p, g);
  }

  private isOver(frame: Frame): boolean {
    const { step } = frame;
    const { rt } = this;
    if (step.times !== undefined && frame.round >= step.times) return true;
    if (step.forNs !== undefined && rt.engine.now - frame.startNs >= step.forNs) return true;
    return (
      step.collections !== undefined && rt.collector.count - frame.startCycles >= step.collections
    );
  }

  /** Before a round: is the repeat over, or ahead of its pace? True: nothing more to do now. */
  private roundDue(frame: Frame, p: P, g: G): boolean {
    const { step } = frame;
    const { rt } = this;
    if (this.isOver(frame) || step.steps.length === 0) {
      this.frames.pop();
      return true;
    }
    const fold = this.mutators.foldOf(step);
    frame.fold = frame.round + fold > (step.times ?? Number.POSITIVE_INFINITY) ? 1 : fold;
    if (step.paceBytesPerSecond === undefined) return false;
    const want = (step.paceBytesPerSecond * (rt.engine.now - frame.startNs)) / secondNs;
    if (this.allocated - frame.startBytes < want) return false;
    rt.sched.park(p, g);
    rt.sched.sleepUntil(g, p, rt.engine.now + msNs);
    return true;
  }

  private begin(step: Step, fold: number, p: P, g: G): void {
    const { rt } = this;
    switch (step.op) {
      case 'alloc':
        this.beginAlloc(step, fold);
        return;
      case 'build':
        this.builds = step.count;
        this.beginBuild(step);
        return;
      case 'replace':
        this.beginReplace(step);
        return;
      case 'drop':
        this.drop(step.structure, step.count, p);
        return;
      case 'work':
        this.workLeft = step.ns * fold;
        return;
      case 'sleep':
        rt.sched.park(p, g);
        rt.sched.sleepUntil(g, p, rt.engine.now + step.ns);
        return;
      case 'repeat':
        this.enter(step, rt.engine.now);
        return;
      case 'gc':
        rt.collector.force(g);
        return;
      case 'set-gogc':
        rt.pacer.setGcPercent(step.gcPercent, rt.heapLive);
        return;
    }
  }

  private compute(p: P): void {
    this.freeSteps = 0;
    this.doing = Doing.work;
    const units = Math.floor(this.workLeft / safePointNs);
    if (units >= 1) this.rt.sched.run(p, safePointNs, units, Use.mutator);
    else {
      this.rt.sched.run(p, this.workLeft, 1, Use.mutator);
    }
  }

  private finish(p: P, g: G): void {
    this.rt.sched.exit(p, g);
    this.mutators.exited(this.group, p);
  }

  // ---- structures ----

  private newUnit(plan: UnitPlan): number {
    const u = this.rt.objects.create(plan, this.mutators.nextSeed());
    if (u < 0) throw outOfMemory(this.rt.heap.arenaBytes);
    this.rt.addRoot(u);
    return u;
  }

  private parts(u: number, plan: UnitPlan): Part[] {
    const parts: Part[] = [
      { u, region: 0, kind: plan.kindA, total: plan.countA, built: 0, every: 1 },
    ];
    if (plan.countB > 0)
      parts.push({ u, region: 1, kind: plan.kindB, total: plan.countB, built: 0, every: 1 });
    return parts;
  }

  private beginAlloc(step: AllocStep, fold: number): void {
    const plans = this.mutators.planOf(step, fold);
    const kept = this.newUnit(plans.kept);
    const parts = this.parts(kept, plans.kept);
    let dead = -1;
    if (plans.dead !== null) {
      dead = this.newUnit(plans.dead);
      parts.push(...this.parts(dead, plans.dead));
      const both = plans.kept.countA + plans.dead.countA;
      for (const part of parts) part.every = both / part.total;
    }
    this.build = {
      parts,
      workNs: step.workNs,
      writes: step.writes,
      copies: step.fill === 'copy',
      done: (p) => {
        if (dead >= 0) this.rt.dropRoot(dead);
        this.keep(step, kept, plans.keepMost, p);
      },
    };
  }

  private keep(step: AllocStep, u: number, most: number, p: P): void {
    if (step.keep === 'all') return;
    if (step.keep === 'none') {
      this.rt.dropRoot(u);
      return;
    }
    let held = this.held.get(step);
    if (held === undefined) {
      held = [];
      this.held.set(step, held);
    }
    held.push(u);
    if (held.length > most) this.mutators.overwrite(p, held.shift()!);
  }

  private beginBuild(step: BuildStep): void {
    if (this.builds === 0) return;
    this.builds--;
    const set = this.mutators.sets[step.structure]!;
    const u = this.newUnit(set.plan);
    this.build = {
      parts: this.parts(u, set.plan),
      workNs: step.workNs,
      writes: step.writes,
      copies: false,
      done: () => {
        set.units.push(u);
        this.beginBuild(step);
      },
    };
  }

  private beginReplace(step: ReplaceStep): void {
    const set = this.mutators.sets[step.structure]!;
    const u = this.newUnit(set.plan);
    this.build = {
      parts: this.parts(u, set.plan),
      workNs: step.workNs,
      writes: step.writes,
      copies: false,
      done: (p) => {
        set.units.push(u);
        if (set.units.length < 2) return;
        const at = step.pick === 'oldest' ? 0 : this.rt.rng.below(set.units.length - 1);
        this.mutators.overwrite(p, set.units.splice(at, 1)[0]!);
      },
    };
  }

  private drop(structure: number, count: number | 'all', p: P): void {
    const set = this.mutators.sets[structure]!;
    const n = count === 'all' ? set.units.length : Math.min(count, set.units.length);
    for (const u of set.units.splice(0, n)) this.mutators.overwrite(p, u);
  }

  // ---- allocation ----

  /** Begins the next batch of the structure in hand, or ends the structure. */
  private allocate(p: P, g: G): void {
    const { rt, mutators } = this;
    this.freeSteps = 0;
    const build = this.build!;
    const part = this.nextPart(build);
    if (part === null) {
      // The last one was a large object that takes no time to fill.
      this.filled(p);
      return;
    }
    const kinds = rt.objects.kinds;
    const { grainShift } = rt.objects;
    const k = rt.objects.placeInKind(part.kind, part.u, part.built >> grainShift);
    const size = kinds.size[k]!;
    const scan = kinds.scan[k]!;
    const sizeClass = kinds.sizeClass[k]!;
    if (!this.paid && rt.release.assistAt === 'malloc') {
      this.debit = rt.blackenEnabled;
      this.paid = true;
      if (rt.assists.beforeMalloc(g, size)) return;
    }
    this.part = part;
    this.size = size;
    this.scan = scan;
    if (sizeClass === 0) {
      this.allocateLarge(p, build);
      return;
    }
    const spanClass = rt.alloc.spanClassOf(sizeClass, scan > 0);
    this.spanClass = spanClass;
    let room = rt.alloc.cachedFree(p.id, spanClass);
    if (room === 0) {
      mutators.refill(p, sizeClass, scan > 0);
      this.checkDue = true;
      if (this.afterRefill(p, g)) return;
      room = rt.alloc.cachedFree(p.id, spanClass);
    }
    // Objects from here on that are alike: the rest of this grain, and whole grains.
    const begun = part.built & ((1 << grainShift) - 1);
    const alike = kinds.stretch[k]! * (1 << grainShift) - begun;
    let n = Math.min(Math.ceil(room / part.every), alike, this.due(build, part));
    if (this.debit && rt.blackenEnabled) {
      n = Math.min(n, 1 + Math.max(0, Math.floor(g.gcAssistBytes / size)));
    }
    const { machine } = rt;
    const byteNs = build.copies ? machine.copyByteNs * rt.release.copyCost : machine.zeroByteNs;
    let ns = machine.mallocNs + size * byteNs + build.workNs;
    if (rt.writeBarrier) ns += build.writes * machine.writeBarrierNs;
    this.doing = Doing.small;
    rt.sched.run(p, ns, n, Use.mutator);
  }

  /** The region furthest behind, so that nodes and leaves come side by side; a node always before its leaves. */
  private nextPart(build: Build): Part | null {
    let next: Part | null = null;
    for (const part of build.parts) {
      if (this.due(build, part) === 0) continue;
      if (next === null || part.built * next.total < next.built * part.total) next = part;
    }
    return next;
  }

  /** Objects of a region that may be allocated now: leaves as far as there are nodes to hold them. */
  private due(build: Build, part: Part): number {
    if (part.region === 0) return part.total - part.built;
    const held = build.parts[0]!.built * this.rt.objects.leaves[part.u]!;
    return Math.min(part.total, held) - part.built;
  }

  /** The batch is done, or was cut short: `p.units` objects are there. */
  private placeSmall(p: P, g: G): void {
    const { rt, mutators } = this;
    const part = this.part!;
    const n = p.units;
    const from = this.placeOf(part);
    mutators.place(p, this.spanClass, part.u, from, n, this.size, this.scan, part.every);
    if (this.debit && rt.blackenEnabled) g.gcAssistBytes -= (n - 1) * this.size;
    this.count(part, n, g);
    if (rt.writeBarrier) this.link(p, part, n);
    this.paid = false;
    this.store(p);
  }

  /** The last object is there: the program stores its pointer. Between the two it has no safe point. */
  private store(p: P): void {
    const { build } = this;
    if (build === null || this.nextPart(build) !== null) return;
    this.build = null;
    build.done(p);
  }

  /** The last `n` objects of a region have had pointers written to them, or been written into what holds them. */
  private link(p: P, part: Part, n: number): void {
    const { objects } = this.rt;
    const { u } = part;
    // Without pointers of its own a chain is held object by object from a stack, and is only in the heap if written there.
    const linked = objects.kinds.scan[objects.kindA[u]! * patternLength]! > 0;
    if (!linked && this.build!.writes === 0) return;
    // The first new node points at the last old one.
    const before = part.region === 0 && part.built > n ? 1 : 0;
    this.mutators.writeBarrier(p, u, this.placeOf(part) - n - before, n + before);
  }

  /** Place in its unit of a part's next object. */
  private placeOf(part: Part): number {
    return part.region === 0 ? part.built : part.built + this.rt.objects.countA[part.u]!;
  }

  private count(part: Part, n: number, g: G): void {
    const { objects } = this.rt;
    part.built += n;
    if (part.region === 0) objects.builtA[part.u] = part.built;
    else objects.builtB[part.u] = part.built;
    this.allocated += n * this.size;
    if (this.rt.blackenEnabled) g.gcalloc += n * this.size;
  }

  private allocateLarge(p: P, build: Build): void {
    const { rt } = this;
    const part = this.part!;
    const { machine } = rt;
    const cost = this.mutators.large(
      p,
      part.u,
      this.placeOf(part),
      this.size,
      this.scan,
      build.copies,
    );
    let mallocNs = cost.mallocNs;
    this.fillNs = cost.touchNs + build.workNs;
    this.copyNs = build.copies ? this.size * machine.copyByteNs * rt.release.copyCost : 0;
    this.fillNs += this.copyNs;
    if (!build.copies) mallocNs += this.size * machine.zeroByteNs;
    this.count(part, 1, p.g!);
    this.paid = false;
    // Part of something larger, it is linked at once; on its own, once it is filled.
    if (rt.writeBarrier && build.parts.some((other) => other.total > 1)) this.link(p, part, 1);
    this.doing = Doing.largeMalloc;
    rt.sched.run(p, mallocNs, 1, Use.mutator);
  }

  private fill(p: P): void {
    const ns = Math.max(1, this.fillNs);
    this.fillNs = 0;
    this.doing = Doing.largeFill;
    if (this.copyNs > 0) this.rt.sched.runCopy(p, ns, this.copyNs, Use.mutator);
    else this.rt.sched.run(p, ns, 1, Use.mutator);
  }

  /** A large object is filled, and its pointer written where the program keeps it. */
  private filled(p: P): void {
    const { rt } = this;
    const part = this.part!;
    if (rt.writeBarrier && this.build !== null) this.link(p, part, 1);
    this.store(p);
  }

  /** After a span was taken: starts a collection, or pays the debt (to 1.5). True: the task must return. */
  private afterRefill(p: P, g: G): boolean {
    const { rt } = this;
    if (
      rt.release.yieldAtStart &&
      rt.collector.coordinatorBusy &&
      !rt.blackenEnabled &&
      !this.yielded
    ) {
      this.yielded = true;
      rt.sched.yield(p, g);
      return true;
    }
    this.yielded = false;
    this.checkDue = false;
    // At GOGC=0 a collection takes the new span away again, and the next one would be due before anything is allocated.
    if (rt.alloc.allocatedBytes !== this.startedAt && rt.collector.maybeStart(p, g)) {
      this.startedAt = rt.alloc.allocatedBytes;
      return true;
    }
    return rt.release.assistAt === 'refill' && rt.assists.afterMalloc(g);
  }
}
