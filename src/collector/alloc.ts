/**
 * Spans and the allocator: central lists for each size class, a cache of spans for each P, large objects in spans of
 * their own, sweeping of a span, and the bytes that heapLive counts. Follows src/runtime/mcache.go, mcentral.go, mheap.go.
 *
 * A span's objects are kept as runs: consecutive objects of one unit that were allocated in it in one go. Sweeping counts
 * the marks of each run.
 *
 * For huge heaps a span of small objects stands for `spanGrain` of its kind (see grain.ts): it has as many times the pages and
 * slots, and costs as many times as much.
 *
 * Simplifications: where in a span an object lies is not modelled, only how many slots are taken, and how far apart those of a
 * structure are on the average; the tiny allocator is
 * left out (objects below 16 bytes without pointers take a slot each).
 */
import { fail } from '../assert.ts';
import { grown } from '../sim/grown.ts';
import type { Bytes, Ns } from '../units.ts';
import { type GcBits, markBitBytes } from './gcbits.ts';
import type { PageHeap } from './heap.ts';
import type { Objects } from './objects.ts';
import { classObjects, classPages, classSize, sizeClassCount } from './sizeclass.ts';

/** Where a span is. */
const SpanState = {
  /** Not in use: its id may be given to another. */
  none: 0,
  /** In a P's cache. */
  cached: 1,
  /** On the central list of spans with free slots, or of full ones. */
  partial: 2,
  full: 3,
  /** A large object. */
  large: 4,
} as const;

/** What a sweep of one span did. */
export interface SweepOutcome {
  freedObjects: number;
  freedPages: number;
}

export class Allocator {
  readonly heap: PageHeap;
  readonly objects: Objects;
  readonly procs: number;
  readonly spanGrain: number;
  private readonly gcBits: GcBits;
  /** Span classes: size class, or from 1.9 size class and whether there are pointers. */
  readonly splitNoscan: boolean;

  // Spans, by id.
  start = new Int32Array(256);
  pages = new Int32Array(256);
  spanClass = new Uint8Array(256);
  elements = new Int32Array(256);
  /** Slots taken: live, or dead and not yet swept. */
  allocCount = new Int32Array(256);
  state = new Uint8Array(256);
  /** 1: sweeping has freed slots between others; else what is free is at the end. */
  private hasHoles = new Uint8Array(256);
  /** Slots from one that was free, when the span was cached, to the next. */
  private apart = new Float64Array(256);
  /** Collection after which the span was last swept. */
  sweptAt = new Int32Array(256);
  /** Span waits for the scavenger or is in use: head of its runs. */
  private firstRun = new Int32Array(256);
  private listNext = new Int32Array(256);
  private listPrev = new Int32Array(256);
  spanCount = 0;
  private readonly freeSpanIds: number[] = [];

  // Runs of objects.
  private runUnit = new Int32Array(1024);
  private runFrom = new Int32Array(1024);
  private runCount = new Int32Array(1024);
  private runHeld = new Int32Array(1024);
  private runNext = new Int32Array(1024);
  private runs = 0;
  private freeRuns = -1;

  /** Central lists: for each span class, spans with free slots (or unswept), and spans that were full when swept. */
  private readonly partialHead: Int32Array;
  private readonly fullHead: Int32Array;
  /** Span in each P's cache, by P × span classes; -1 is none. */
  readonly cache: Int32Array;
  readonly spanClasses: number;
  /** Spans in each P's cache. */
  private readonly cachedSpans: Int32Array;

  /** Number of the current collection: spans with an older `sweptAt` need sweeping. */
  sweepGen = 0;
  /** Pages in use by spans of the heap (not workbufs), and such spans, as many as they stand for. */
  spanPages = 0;
  spansInUse = 0;
  /** Bytes of objects: allocated in all, swept in all, and in spans now (live, or dead and not swept). */
  allocatedBytes: Bytes = 0;
  sweptBytes: Bytes = 0;
  heldBytes: Bytes = 0;
  now: Ns = 0;

  private sweepCursor = 0;
  private sweepEnd = 0;

  constructor(
    heap: PageHeap,
    objects: Objects,
    procs: number,
    splitNoscan: boolean,
    gcBits: GcBits,
    spanGrain = 1,
  ) {
    this.heap = heap;
    this.gcBits = gcBits;
    this.objects = objects;
    this.procs = procs;
    this.spanGrain = spanGrain;
    this.splitNoscan = splitNoscan;
    this.spanClasses = splitNoscan ? sizeClassCount * 2 : sizeClassCount;
    this.partialHead = new Int32Array(this.spanClasses).fill(-1);
    this.fullHead = new Int32Array(this.spanClasses).fill(-1);
    this.cache = new Int32Array(procs * this.spanClasses).fill(-1);
    this.cachedSpans = new Int32Array(procs);
  }

  spanClassOf(sizeClass: number, hasPointers: boolean): number {
    return this.splitNoscan ? sizeClass * 2 + (hasPointers ? 0 : 1) : sizeClass;
  }

  sizeClassOf(spanClass: number): number {
    return this.splitNoscan ? spanClass >> 1 : spanClass;
  }

  /** Slots left in the span that a P has cached for a class. */
  cachedFree(p: number, spanClass: number): number {
    const s = this.cache[p * this.spanClasses + spanClass]!;
    return s < 0 ? 0 : this.elements[s]! - this.allocCount[s]!;
  }

  /**
   * Puts `count` objects of a unit, from place `from` on, into the span that the P has cached. They are spread over its free slots,
   * every `every`-th of which is theirs.
   */
  place(
    p: number,
    spanClass: number,
    u: number,
    from: number,
    count: number,
    size: Bytes,
    every = 1,
  ): void {
    const s = this.cache[p * this.spanClasses + spanClass]!;
    if (s < 0) fail('allocation without a cached span', spanClass);
    const elements = this.elements[s]!;
    this.objects.noteStride(u, from, count, size * every * this.apart[s]!);
    this.addRun(s, u, from, count, size);
    if (this.allocCount[s]! > elements) fail('span holds more objects than it can', s);
  }

  /**
   * Takes the next span for a class from the central lists: one with free slots, or an unswept one that gets them by being
   * swept. Returns its id, or -1 when there is none. `sweptHere` spans were swept on the way.
   */
  cacheSpan(p: number, spanClass: number): number {
    this.sweptHere = 0;
    this.sweptObjectsHere = 0;
    this.sweptPagesHere = 0;
    let s = this.partialHead[spanClass]!;
    while (s >= 0) {
      const next = this.listNext[s]!;
      if (this.sweptAt[s] !== this.sweepGen) this.sweepInPlace(s);
      if (this.allocCount[s]! < this.elements[s]!) {
        this.unlist(s);
        return this.toCache(p, spanClass, s);
      }
      s = next;
    }
    // A full span that has not been swept may turn out to have free slots; swept ones go to the end, here: stay.
    s = this.fullHead[spanClass]!;
    while (s >= 0 && this.sweptAt[s] !== this.sweepGen) {
      const next = this.listNext[s]!;
      this.sweepInPlace(s);
      if (this.allocCount[s]! < this.elements[s]!) {
        this.unlist(s);
        return this.toCache(p, spanClass, s);
      }
      // Still full: behind the unswept ones, so that it is not looked at again.
      this.unlist(s);
      this.listAtEnd(s);
      s = next;
    }
    return -1;
  }

  /** Set by cacheSpan: spans (as many as those stand for), objects and pages swept on the way. */
  sweptHere = 0;
  sweptObjectsHere = 0;
  sweptPagesHere = 0;

  /** A new span for a class from the page heap, cached by the P. Returns its id, or -1 when there is no memory. */
  freshSpan(p: number, spanClass: number): number {
    const size = this.sizeClassOf(spanClass);
    const { spanGrain } = this;
    const s = this.newSpan(
      classPages[size]! * spanGrain,
      spanClass,
      classObjects[size]! * spanGrain,
    );
    return s < 0 ? -1 : this.toCache(p, spanClass, s);
  }

  /** Gives a cached span back to its central list. Returns its free slots. */
  uncacheSpan(p: number, spanClass: number): number {
    const at = p * this.spanClasses + spanClass;
    const s = this.cache[at]!;
    if (s < 0) return 0;
    this.cache[at] = -1;
    this.cachedSpans[p] = this.cachedSpans[p]! - 1;
    const free = this.elements[s]! - this.allocCount[s]!;
    this.list(s, free > 0 ? SpanState.partial : SpanState.full);
    return free;
  }

  /** Gives all spans that a P has cached back to their central lists. */
  uncacheAll(p: number): void {
    // Most Ps have few, or none.
    for (let c = 0; this.cachedSpans[p]! > 0; c++) this.uncacheSpan(p, c);
  }

  /** A span of its own for a large object. Returns its id, or -1 when there is no memory. */
  allocLarge(pages: number, spanClass: number, u: number, place: number, size: Bytes): number {
    const s = this.newSpan(this.heap.rounded(pages), spanClass, 1);
    if (s < 0) return -1;
    this.state[s] = SpanState.large;
    this.addRun(s, u, place, 1, size);
    return s;
  }

  /** Share of a span of which nobody holds the slots. A large object's span is all its own. */
  freeShare(s: number): number {
    return this.state[s] === SpanState.large ? 1 : 1 - this.allocCount[s]! / this.elements[s]!;
  }

  /** Spans that span `s` stands for. */
  weight(s: number): number {
    return this.state[s] === SpanState.large ? 1 : this.spanGrain;
  }

  /** Size of the objects of a span of small ones. */
  elementSize(s: number): Bytes {
    return classSize[this.sizeClassOf(this.spanClass[s]!)]!;
  }

  // ---- sweeping ----

  /** A collection has ended: every span in use needs sweeping. */
  startSweep(): void {
    this.sweepGen++;
    this.sweepCursor = 0;
    this.sweepEnd = this.spanCount;
    // On the central lists, unswept spans stand before swept ones; all are unswept now.
  }

  /** Id of the next span to sweep, or -1 when there is none left. */
  nextUnswept(): number {
    while (this.sweepCursor < this.sweepEnd) {
      const s = this.sweepCursor++;
      const state = this.state[s]!;
      if (state === SpanState.none || state === SpanState.cached) continue;
      if (this.sweptAt[s] !== this.sweepGen) return s;
    }
    return -1;
  }

  /** The most spans that there ever were, as many as they stand for. */
  get spansEver(): number {
    return this.spanCount * this.spanGrain;
  }

  /** Would `nextUnswept` find one? */
  get isSweepDone(): boolean {
    const s = this.nextUnswept();
    if (s < 0) return true;
    this.sweepCursor--;
    return false;
  }

  /** Sweeps a span: dead objects give their slots back; an empty span goes back to the page heap. */
  sweep(s: number, outcome: SweepOutcome): void {
    const freed = this.sweepRuns(s);
    outcome.freedObjects = freed;
    outcome.freedPages = 0;
    const state = this.state[s]!;
    if (this.allocCount[s] === 0) {
      outcome.freedPages = this.pages[s]!;
      if (state !== SpanState.large) this.unlist(s);
      this.freeSpan(s);
      return;
    }
    if (state === SpanState.full && freed > 0) {
      this.unlist(s);
      this.list(s, SpanState.partial);
    }
  }

  private sweepInPlace(s: number): void {
    this.sweptHere += this.spanGrain;
    this.sweptObjectsHere += this.elements[s]!;
    this.sweptPagesHere += this.pages[s]!;
    this.sweepRuns(s);
  }

  private sweepRuns(s: number): number {
    const objects = this.objects;
    let freed = 0;
    let before = -1;
    let run = this.firstRun[s]!;
    while (run >= 0) {
      const next = this.runNext[run]!;
      const u = this.runUnit[run]!;
      const from = this.runFrom[run]!;
      const held = this.runHeld[run]!;
      const marked = objects.countMarked(u, from, this.runCount[run]!);
      if (marked > held) fail('an object that was freed is marked', marked - held);
      if (marked < held) {
        const size = objects.kinds.size[objects.kindIndex(u, objects.numberOf(u, from))]!;
        freed += held - marked;
        this.sweptBytes += (held - marked) * size;
        this.heldBytes -= (held - marked) * size;
        this.runHeld[run] = marked;
        objects.freeSlots(u, held - marked);
      }
      if (marked === 0) {
        if (before < 0) this.firstRun[s] = next;
        else this.runNext[before] = next;
        this.runNext[run] = this.freeRuns;
        this.freeRuns = run;
      } else {
        before = run;
      }
      run = next;
    }
    this.gcBits.take(markBitBytes(this.elements[s]!, this.weight(s)));
    this.allocCount[s] = this.allocCount[s]! - freed;
    if (freed > 0) this.hasHoles[s] = this.allocCount[s] === 0 ? 0 : 1;
    if (this.allocCount[s]! < 0) fail('more objects swept than a span held', s);
    this.sweptAt[s] = this.sweepGen;
    return freed;
  }

  // ---- spans and runs ----

  private addRun(s: number, u: number, from: number, count: number, size: Bytes): void {
    let run = this.freeRuns;
    if (run >= 0) this.freeRuns = this.runNext[run]!;
    else run = this.newRun();
    this.runUnit[run] = u;
    this.runFrom[run] = from;
    this.runCount[run] = count;
    this.runHeld[run] = count;
    this.runNext[run] = this.firstRun[s]!;
    this.firstRun[s] = run;
    this.allocCount[s] = this.allocCount[s]! + count;
    this.objects.slots[u] = this.objects.slots[u]! + count;
    this.allocatedBytes += count * size;
    this.heldBytes += count * size;
  }

  private newRun(): number {
    const run = this.runs++;
    if (run === this.runUnit.length) {
      this.runUnit = grown(this.runUnit, 2 * run);
      this.runFrom = grown(this.runFrom, 2 * run);
      this.runCount = grown(this.runCount, 2 * run);
      this.runHeld = grown(this.runHeld, 2 * run);
      this.runNext = grown(this.runNext, 2 * run);
    }
    return run;
  }

  private newSpan(pages: number, spanClass: number, elements: number): number {
    const start = this.heap.alloc(pages);
    if (start < 0) return -1;
    const s = this.freeSpanIds.pop() ?? this.spanCount++;
    if (s >= this.start.length) this.reserveSpans();
    this.start[s] = start;
    this.pages[s] = pages;
    this.spanClass[s] = spanClass;
    this.elements[s] = elements;
    this.allocCount[s] = 0;
    this.hasHoles[s] = 0;
    this.sweptAt[s] = this.sweepGen;
    this.firstRun[s] = -1;
    this.spanPages += pages;
    const spans = elements === 1 ? 1 : this.spanGrain;
    this.gcBits.take(2 * markBitBytes(elements, spans));
    this.spansInUse += spans;
    this.gcBits.noteSpans(this.spansInUse);
    return s;
  }

  private freeSpan(s: number): void {
    if (this.firstRun[s]! >= 0) fail('span freed with objects in it', s);
    this.spanPages -= this.pages[s]!;
    this.spansInUse -= this.weight(s);
    this.heap.free(this.start[s]!, this.pages[s]!, this.now);
    this.state[s] = SpanState.none;
    this.freeSpanIds.push(s);
  }

  private toCache(p: number, spanClass: number, s: number): number {
    const free = this.elements[s]! - this.allocCount[s]!;
    this.apart[s] = this.hasHoles[s] === 1 && free > 0 ? this.elements[s]! / free : 1;
    this.state[s] = SpanState.cached;
    const at = p * this.spanClasses + spanClass;
    if (this.cache[at]! >= 0) fail('a P caches two spans of a class', spanClass);
    this.cache[at] = s;
    this.cachedSpans[p] = this.cachedSpans[p]! + 1;
    return s;
  }

  private list(s: number, state: typeof SpanState.partial | typeof SpanState.full): void {
    const heads = state === SpanState.partial ? this.partialHead : this.fullHead;
    const c = this.spanClass[s]!;
    // Swept spans with free slots come first; a full one that is swept goes behind the unswept.
    if (state === SpanState.full && this.sweptAt[s] === this.sweepGen) {
      this.listAtEnd(s);
      return;
    }
    const head = heads[c]!;
    this.state[s] = state;
    this.listPrev[s] = -1;
    this.listNext[s] = head;
    if (head >= 0) this.listPrev[head] = s;
    else if (state === SpanState.full) this.fullTail[c] = s;
    heads[c] = s;
  }

  /** Tails of the lists of full spans, so that a swept one can be put behind. */
  private readonly fullTail = new Int32Array(sizeClassCount * 2).fill(-1);

  private listAtEnd(s: number): void {
    const c = this.spanClass[s]!;
    const tail = this.fullHead[c]! < 0 ? -1 : this.fullTail[c]!;
    this.state[s] = SpanState.full;
    this.listPrev[s] = tail;
    this.listNext[s] = -1;
    if (tail >= 0) this.listNext[tail] = s;
    else this.fullHead[c] = s;
    this.fullTail[c] = s;
  }

  private unlist(s: number): void {
    const c = this.spanClass[s]!;
    const heads = this.state[s] === SpanState.partial ? this.partialHead : this.fullHead;
    const prev = this.listPrev[s]!;
    const next = this.listNext[s]!;
    if (prev >= 0) this.listNext[prev] = next;
    else heads[c] = next;
    if (next >= 0) this.listPrev[next] = prev;
    else if (heads === this.fullHead) this.fullTail[c] = prev;
  }

  private reserveSpans(): void {
    const n = 2 * this.start.length;
    this.start = grown(this.start, n);
    this.pages = grown(this.pages, n);
    this.elements = grown(this.elements, n);
    this.allocCount = grown(this.allocCount, n);
    this.sweptAt = grown(this.sweptAt, n);
    this.firstRun = grown(this.firstRun, n);
    this.listNext = grown(this.listNext, n);
    this.listPrev = grown(this.listPrev, n);
    this.spanClass = grown(this.spanClass, n);
    this.state = grown(this.state, n);
    this.hasHoles = grown(this.hasHoles, n);
    this.apart = grown(this.apart, n);
  }

  /** Recounts a figure over all spans, for checks: slots taken, pages, and bytes held. */
  recount(): { pages: number; heldBytes: Bytes } {
    let pages = 0;
    let heldBytes = 0;
    for (let s = 0; s < this.spanCount; s++) {
      if (this.state[s] === SpanState.none) continue;
      pages += this.pages[s]!;
      let slots = 0;
      for (let run = this.firstRun[s]!; run >= 0; run = this.runNext[run]!) {
        const u = this.runUnit[run]!;
        slots += this.runHeld[run]!;
        heldBytes +=
          this.runHeld[run]! *
          this.objects.kinds.size[
            this.objects.kindIndex(u, this.objects.numberOf(u, this.runFrom[run]!))
          ]!;
      }
      if (slots !== this.allocCount[s]) fail('slots of a span do not add up', s);
    }
    return { pages, heldBytes };
  }
}
