/**
 * Workbufs and gcWork: the grey set. Follows src/runtime/mgcwork.go.
 *
 * To Go 1.5 a gcWork holds one buffer of 24 pointers and there is a third global list, of partly filled buffers; from 1.6
 * it holds two, of 248 and later 253 pointers, and the global lists are full and empty only. Workbufs come from memory that is
 * never given back (to 1.8), or from spans of 32 KiB of the page heap, which the sweeper may free (051809e3).
 *
 * At a grain above 1 (objects.ts) an entry takes one or more places, and may be split into parts. The newest place of a part holds
 * the entry's number and two bits, the place before it, if there is one, how many there are. The part that was put first leads
 * on to what the entry points at: it is taken last. Spans come `spanGrain` at a time (alloc.ts).
 *
 * Invariant: both wbuf1 and wbuf2 are -1 or neither is (from 1.6).
 * Invariant: every workbuf is on exactly one list or in one gcWork.
 */
import { fail } from '../assert.ts';
import { grown } from '../sim/grown.ts';
import type { Bytes } from '../units.ts';
import type { PageHeap } from './heap.ts';
import { osPagesPerPage, pageSize, workbufAlloc } from './params.ts';

const osPageBytes: Bytes = pageSize / osPagesPerPage;

/** A workbuf with more entries than this is shared where nobody else has work to take. Source: Go 1.5 to 1.27, balance. */
export const balanceAbove = 4;

/** How the workbufs of a release look and where they come from. */
export interface WorkbufModel {
  bytes: Bytes;
  capacity: number;
  /** One buffer and a list of partly filled ones (to 1.5), or two buffers. */
  buffers: 1 | 2;
  source: 'persistent' | 'spans';
}

/** A producer's or consumer's cache of workbufs: one for each P, and at ce502b06 one for each worker. */
export class GcWork {
  wbuf1 = -1;
  wbuf2 = -1;
  /** Bytes marked and scan work done, not yet counted globally. */
  bytesMarked: Bytes = 0;
  scanWork = 0;
  /** Number of the object scanned last, or -1. */
  scannedLast = -1;
}

export class WorkbufPool {
  readonly model: WorkbufModel;
  readonly capacity: number;
  /** Entries of all workbufs: workbuf w has `capacity` places from w × capacity on. */
  entries: Int32Array<ArrayBuffer>;
  /** Places used in each workbuf. */
  nobj: Int32Array<ArrayBuffer>;
  /** Of the part that `pop` gave last: its places, and whether it leads on. */
  places = 1;
  leads = true;

  /** Heads of the global lists; -1 is the empty list. */
  full = -1;
  empty = -1;
  partial = -1;
  /** Workbufs that exist, and of them on the empty list. */
  count = 0;
  emptyCount = 0;
  /** Most workbufs off the empty list at a time; reset by the cycle. */
  inUsePeak = 0;
  /** Operations on the global lists since last asked, so that the caller can charge them. */
  operations = 0;
  /** Workbufs put on the full list so far. */
  fullPuts = 0;
  /** Whose operations on the lists were the last. */
  lastUser: GcWork | null = null;
  /** Spans taken from the page heap, and spans used again that were waiting to be freed. */
  spansTaken = 0;
  spansReused = 0;
  /** Pages of the operating system touched for the first time, so that the caller can charge them. */
  faults = 0;

  /** First pages of the spans that hold workbufs, and of those that may be freed. */
  readonly busySpans: number[] = [];
  readonly freeSpans: number[] = [];

  private link: Int32Array<ArrayBuffer>;
  /** Of memory that is never given back, what workbufs take: of its chunks gcSys counts no more. */
  private persistentBytes: Bytes = 0;
  /** Ids of workbufs whose span was freed or put on the free list, for reuse. */
  private readonly vacant: number[] = [];
  private readonly heap: PageHeap;

  private readonly grained: boolean;
  private readonly spanGrain: number;

  constructor(model: WorkbufModel, heap: PageHeap, grained = false, spanGrain = 1) {
    this.model = model;
    this.grained = grained;
    this.spanGrain = spanGrain;
    this.capacity = model.capacity;
    this.heap = heap;
    this.entries = new Int32Array(64 * model.capacity);
    this.nobj = new Int32Array(64);
    this.link = new Int32Array(64);
  }

  /** Memory of workbufs: what gcSys counts. */
  get bytes(): Bytes {
    return this.model.source === 'spans'
      ? (this.busySpans.length + this.freeSpans.length) * this.spanBytes
      : this.persistentBytes;
  }

  /** Bytes of one of `busySpans` and `freeSpans`. */
  get spanBytes(): Bytes {
    return workbufAlloc * this.spanGrain;
  }

  getEmpty(): number {
    this.operations++;
    let w = this.empty;
    if (w < 0) {
      this.allocate();
      w = this.empty;
    }
    this.empty = this.link[w]!;
    this.emptyCount--;
    const inUse = this.count - this.emptyCount;
    if (inUse > this.inUsePeak) this.inUsePeak = inUse;
    return w;
  }

  putEmpty(w: number): void {
    if (this.nobj[w] !== 0) fail('workbuf is not empty', this.nobj[w]!);
    this.operations++;
    this.link[w] = this.empty;
    this.empty = w;
    this.emptyCount++;
  }

  putFull(w: number): void {
    if (this.nobj[w] === 0) fail('workbuf on the full list is empty', w);
    this.operations++;
    this.link[w] = this.full;
    this.full = w;
    this.fullPuts++;
  }

  /** A workbuf with work: from the full list, to 1.5 then from the partial one; -1 when there is none. */
  tryGetFull(): number {
    this.operations++;
    let w = this.full;
    if (w >= 0) {
      if (this.nobj[w] === 0) fail('workbuf on the full list is empty', w);
      this.full = this.link[w]!;
      return w;
    }
    w = this.partial;
    if (w >= 0) this.partial = this.link[w]!;
    return w;
  }

  /** Is there work on the global lists? */
  get hasWork(): boolean {
    return this.full >= 0 || this.partial >= 0;
  }

  // ---- gcWork ----

  /** Adds a grey object. */
  put(g: GcWork, o: number): void {
    let w = g.wbuf1;
    if (w < 0) {
      this.init(g);
      w = g.wbuf1;
    } else if (this.nobj[w] === this.capacity) {
      w = this.nextToFill(g);
    }
    const n = this.nobj[w]!;
    this.entries[w * this.capacity + n] = o;
    this.nobj[w] = n + 1;
  }

  /** The same for a number that stands for several objects, of which `count` wait at a time. */
  putMany(g: GcWork, o: number, count: number): void {
    let leads = true;
    for (let left = count; left > 0; ) {
      let w = g.wbuf1;
      if (w < 0) {
        this.init(g);
        w = g.wbuf1;
      } else if (this.nobj[w] === this.capacity) {
        w = this.nextToFill(g);
      }
      const n = this.nobj[w]!;
      const places = Math.min(left, this.capacity - n);
      this.write(w, n + places, o, places, leads);
      this.nobj[w] = n + places;
      left -= places;
      leads = false;
    }
  }

  /** Writes a part of `places` places that ends before place `end`. */
  private write(w: number, end: number, o: number, places: number, leads: boolean): void {
    const newest = w * this.capacity + end - 1;
    this.entries[newest] = o * 4 + (leads ? 2 : 0) + (places > 1 ? 1 : 0);
    if (places > 1) this.entries[newest - 1] = places;
  }

  /** Takes the newest entry, or part of one, from a workbuf that has one; see `places` and `leads`. */
  pop(w: number): number {
    const n = this.nobj[w]! - 1;
    const entry = this.entries[w * this.capacity + n]!;
    if (!this.grained) {
      this.nobj[w] = n;
      return entry;
    }
    this.places = (entry & 1) === 0 ? 1 : this.entries[w * this.capacity + n - 1]!;
    this.leads = (entry & 2) !== 0;
    this.nobj[w] = n + 1 - this.places;
    return entry >> 2;
  }

  /** Splits the entry of a workbuf that a cut before place `at` goes through. */
  private splitAt(w: number, at: number): void {
    let end = this.nobj[w]!;
    for (;;) {
      const newest = w * this.capacity + end - 1;
      const entry = this.entries[newest]!;
      const places = (entry & 1) === 0 ? 1 : this.entries[newest - 1]!;
      if (end - places > at) {
        end -= places;
        continue;
      }
      if (end - places < at) {
        this.write(w, end, entry >> 2, end - at, false);
        this.write(w, at, entry >> 2, at - end + places, (entry & 2) !== 0);
      }
      return;
    }
  }

  /** Gives a gcWork without buffers its first ones. */
  init(g: GcWork): void {
    if (this.model.buffers === 1) {
      g.wbuf1 = this.partial;
      if (g.wbuf1 >= 0) {
        this.operations++;
        this.partial = this.link[g.wbuf1]!;
      } else {
        g.wbuf1 = this.getEmpty();
      }
      return;
    }
    g.wbuf1 = this.getEmpty();
    const full = this.full >= 0 ? this.tryGetFull() : -1;
    g.wbuf2 = full >= 0 ? full : this.getEmpty();
  }

  /** wbuf1 is full: gives a buffer with room. */
  nextToFill(g: GcWork): number {
    if (this.model.buffers === 1) {
      this.putFull(g.wbuf1);
      g.wbuf1 = -1;
      this.init(g);
      return g.wbuf1;
    }
    const other = g.wbuf2;
    g.wbuf2 = g.wbuf1;
    g.wbuf1 = other;
    if (this.nobj[other] === this.capacity) {
      this.putFull(other);
      g.wbuf1 = this.getEmpty();
    }
    return g.wbuf1;
  }

  /** wbuf1 is used up (or absent): gives a buffer with work as wbuf1, or false. */
  refill(g: GcWork): boolean {
    if (this.model.buffers === 1) {
      const w = this.tryGetFull();
      if (w < 0) return false;
      if (g.wbuf1 >= 0) this.putEmpty(g.wbuf1);
      g.wbuf1 = w;
      return true;
    }
    if (g.wbuf1 < 0) {
      this.init(g);
    } else if (this.nobj[g.wbuf1] === 0) {
      const other = g.wbuf1;
      g.wbuf1 = g.wbuf2;
      g.wbuf2 = other;
    }
    if (this.nobj[g.wbuf1]! > 0) return true;
    if (this.nobj[g.wbuf2]! > 0) {
      const other = g.wbuf1;
      g.wbuf1 = g.wbuf2;
      g.wbuf2 = other;
      return true;
    }
    const w = this.tryGetFull();
    if (w < 0) return false;
    this.putEmpty(g.wbuf1);
    g.wbuf1 = w;
    return true;
  }

  /** Moves some work to the global list, so that others can take it. */
  balance(g: GcWork): void {
    const w = g.wbuf1;
    if (w < 0) return;
    if (this.model.buffers === 2 && this.nobj[g.wbuf2]! !== 0) {
      this.putFull(g.wbuf2);
      g.wbuf2 = this.getEmpty();
    } else if (this.nobj[w]! > balanceAbove) {
      g.wbuf1 = this.handoff(w);
    }
  }

  /** Keeps the newer half of a workbuf's entries in a new one, and puts the rest on the full list. */
  private handoff(w: number): number {
    const made = this.getEmpty();
    const n = this.nobj[w]!;
    const half = n >> 1;
    if (this.grained) this.splitAt(w, n - half);
    const from = w * this.capacity + n - half;
    this.entries.copyWithin(made * this.capacity, from, from + half);
    this.nobj[w] = n - half;
    this.nobj[made] = half;
    this.putFull(w);
    return made;
  }

  /** Gives all buffers back to the global lists. The caller counts `bytesMarked` and `scanWork`. */
  disposeBuffers(g: GcWork): void {
    if (g.wbuf1 < 0) return;
    if (this.model.buffers === 1) {
      this.putAny(g.wbuf1);
    } else {
      this.putAny(g.wbuf1);
      this.putAny(g.wbuf2);
      g.wbuf2 = -1;
    }
    g.wbuf1 = -1;
  }

  private putAny(w: number): void {
    if (this.nobj[w] === 0) {
      this.putEmpty(w);
    } else if (this.model.buffers === 1 && this.nobj[w]! < this.capacity) {
      this.operations++;
      this.link[w] = this.partial;
      this.partial = w;
    } else {
      this.putFull(w);
    }
  }

  // ---- memory ----

  private allocate(): void {
    if (this.model.source === 'persistent') {
      if (this.persistentBytes % osPageBytes === 0) this.faults++;
      this.persistentBytes += this.model.bytes;
      this.add();
      return;
    }
    // 051809e3, getempty: a span that the sweeper has not freed yet is used again.
    let span = this.freeSpans.pop() ?? -1;
    if (span >= 0) {
      this.spansReused++;
    } else {
      span = this.heap.alloc(this.spanBytes / pageSize);
      if (span < 0) fail('no memory for workbufs', this.busySpans.length);
      this.faults += this.heap.touch(span, this.spanBytes / pageSize);
      this.spansTaken++;
    }
    this.busySpans.push(span);
    const count = this.spanBytes / this.model.bytes;
    for (let i = 0; i < count; i++) this.add();
  }

  private add(): void {
    const w = this.vacant.pop() ?? this.nextId();
    this.nobj[w] = 0;
    this.count++;
    this.link[w] = this.empty;
    this.empty = w;
    this.emptyCount++;
  }

  private ids = 0;

  private nextId(): number {
    const w = this.ids++;
    if (w === this.nobj.length) {
      this.nobj = grown(this.nobj, w * 2);
      this.link = grown(this.link, w * 2);
      this.entries = grown(this.entries, w * 2 * this.capacity);
    }
    return w;
  }

  /**
   * Moves the busy spans to the free list, so that the sweeper can return them. Only when every workbuf is on the empty
   * list. Source: 051809e3, prepareFreeWorkbufs.
   */
  prepareFree(): void {
    if (this.full >= 0) fail('cannot free workbufs when work.full != 0', this.full);
    if (this.emptyCount !== this.count)
      fail('workbufs not on the empty list', this.count - this.emptyCount);
    for (let w = this.empty; w >= 0; w = this.link[w]!) this.vacant.push(w);
    this.empty = -1;
    this.emptyCount = 0;
    this.count = 0;
    for (const span of this.busySpans) this.freeSpans.push(span);
    this.busySpans.length = 0;
  }

  /** Returns one free span to the page heap; false when there is none. */
  freeOne(now: number): boolean {
    const span = this.freeSpans.pop();
    if (span === undefined) return false;
    this.heap.free(span, this.spanBytes / pageSize, now);
    return true;
  }

  /** Walks a list, for checks. */
  listLength(head: number): number {
    let n = 0;
    for (let w = head; w >= 0; w = this.link[w]!) {
      n++;
      if (n > this.count) fail('a workbuf list has a loop', head);
    }
    return n;
  }
}
