/**
 * The page heap: runs of pages, in use, free or released. Follows Go 1.5 to 1.10, src/runtime/mheap.go: a free list for
 * each length below 128 pages, one list of longer runs searched for the best fit (shortest, then lowest), neighbours
 * joined when freed, an arena that grows at its end.
 *
 * For huge heaps the books are kept in units of several pages (`unitPages`; see grain.ts): a run is then rounded up to whole
 * units. Pages are Go's outside of this class; a run's start is the number of its first unit.
 *
 * Simplifications: one contiguous arena (as Go has to 1.10); spans' own metadata is not counted. Which core has written memory last is
 * noted where it is allocated, for a span as a whole: not for stores, marking and sweeping, nor for what is only read.
 */
import { fail } from '../assert.ts';
import { grown } from '../sim/grown.ts';
import type { Bytes, Ns } from '../units.ts';
import {
  heapBitmapRatio,
  heapGrowPagesMin,
  heapGrowPagesRound,
  osPagesPerPage,
  pageSize,
} from './params.ts';

const listCount = 128;
/** Longest run that has a list of its own; list 0 holds the longer ones. */
const exactMax = listCount - 1;

/** Largest arena the model holds, in units: 64 GiB of single pages. */
const arenaUnitsMax = (64 * 1024 * 1024 * 1024) / pageSize;

/** Who has written a unit last: nobody; somebody, and no cache holds it; or, from here on, each core. */
const Writer = { none: 0, memory: 1, core: 2 } as const;

export class PageHeap {
  readonly unitPages: number;
  /** Units from the arena's start that have been handed to the heap; its end moves only up. */
  private arenaUnits = 0;
  private inUseUnits = 0;
  /** Pages given back to the system by the scavenger. */
  releasedPages = 0;
  /** Calls to mmap since last asked, so that the caller can charge them. */
  mmaps = 0;

  // By unit. A free run is described at its first and last page: its length there, 0 elsewhere.
  private runLength = new Int32Array(4096);
  private next = new Int32Array(4096);
  private prev = new Int32Array(4096);
  /** When the run that starts here was freed, for the scavenger. */
  private freedAt = new Float64Array(4096);
  /** Whether the unit's pages are backed by memory (have been touched), and which core has written them last: a `Writer`. */
  private writer = new Uint16Array(4096);
  /** Units that core had written by then. */
  private writtenAt = new Float64Array(4096);
  /** Units that each core has written. */
  private readonly written: number[] = [];
  private readonly heads = new Int32Array(listCount).fill(-1);
  /** A bit for each list that has a run. */
  private readonly listed = new Int32Array(listCount / 32);

  constructor(unitPages = 1) {
    this.unitPages = unitPages;
  }

  get arenaPages(): number {
    return this.arenaUnits * this.unitPages;
  }

  get inUsePages(): number {
    return this.inUseUnits * this.unitPages;
  }

  /** Pages that a run of so many really takes. */
  rounded(pages: number): number {
    return this.unitsOf(pages) * this.unitPages;
  }

  private unitsOf(pages: number): number {
    return this.unitPages === 1 ? pages : Math.ceil(pages / this.unitPages);
  }

  /** Bytes of arena: HeapSys as far as it follows the heap. */
  get arenaBytes(): Bytes {
    return this.arenaPages * pageSize;
  }

  /** Bytes of the heap bitmap, which follows the arena in steps of a page. */
  get bitmapBytes(): Bytes {
    return Math.ceil(this.arenaBytes / heapBitmapRatio / pageSize) * pageSize;
  }

  /** Allocates a run of pages; returns its start, or -1 when the arena is at its limit. */
  alloc(pages: number): number {
    const units = this.unitsOf(pages);
    let start = this.take(units);
    if (start < 0) {
      if (!this.grow(units)) return -1;
      start = this.take(units);
      if (start < 0) fail('page heap grew and still has no run', pages);
    }
    this.inUseUnits += units;
    return start;
  }

  /** Pages of the operating system in the run that have never been touched, and marks them touched. */
  touch(start: number, pages: number): number {
    const { writer } = this;
    let fresh = 0;
    const end = start + this.unitsOf(pages);
    for (let i = start; i < end; i++) {
      if (writer[i] === Writer.none) {
        writer[i] = Writer.memory;
        fresh++;
      }
    }
    return fresh * this.unitPages * osPagesPerPage;
  }

  /**
   * A core writes to a run that has been touched; past its cache, or through it. Returns the bytes of it that another core has written
   * last, and still has in its cache: each holds the last `dirtyBytes` that it has written. Of a unit of several pages all counts.
   */
  write(
    start: number,
    pages: number,
    core: number,
    isPastCache: boolean,
    dirtyBytes: Bytes,
  ): Bytes {
    const { writer, writtenAt, written } = this;
    const unitBytes = this.unitPages * pageSize;
    const me = Writer.core + core;
    const end = start + this.unitsOf(pages);
    let now = written[core] ?? 0;
    let foreign = 0;
    for (let i = start; i < end; i++) {
      const last = writer[i]!;
      if (last >= Writer.core && last !== me) {
        const since = written[last - Writer.core]! - writtenAt[i]!;
        if (since * unitBytes <= dirtyBytes) foreign++;
      }
      if (isPastCache) {
        writer[i] = Writer.memory;
      } else {
        writer[i] = me;
        writtenAt[i] = now++;
      }
    }
    written[core] = now;
    return Math.min(foreign * unitBytes, pages * pageSize);
  }

  /** Frees a run and joins it with its free neighbours. */
  free(start: number, pages: number, now: Ns): void {
    const units = this.unitsOf(pages);
    this.inUseUnits -= units;
    if (this.inUseUnits < 0) fail('more pages freed than were in use', this.inUsePages);
    this.insert(start, units, now);
  }

  /** Gives back to the system what has been free since before `limit`; returns the bytes released now. */
  scavenge(limit: Ns): Bytes {
    let units = 0;
    for (let list = 0; list < listCount; list++) {
      for (let run = this.heads[list]!; run >= 0; run = this.next[run]!) {
        if (this.freedAt[run]! > limit) continue;
        for (let i = run; i < run + this.runLength[run]!; i++) {
          if (this.writer[i] !== Writer.none) units++;
          this.writer[i] = Writer.none;
        }
      }
    }
    const pages = units * this.unitPages;
    this.releasedPages += pages;
    return pages * pageSize;
  }

  /** Free runs, for checks: calls `see(start, pages)` for each. */
  eachFree(see: (start: number, pages: number) => void): void {
    for (let list = 0; list < listCount; list++) {
      for (let run = this.heads[list]!; run >= 0; run = this.next[run]!)
        see(run, this.runLength[run]! * this.unitPages);
    }
  }

  private take(units: number): number {
    const heads = this.heads;
    const list = units <= exactMax ? this.firstFrom(units) : 0;
    if (list > 0) return this.cut(heads[list]!, units);
    let best = -1;
    for (let run = heads[0]!; run >= 0; run = this.next[run]!) {
      const length = this.runLength[run]!;
      if (length < units) continue;
      if (
        best < 0 ||
        length < this.runLength[best]! ||
        (length === this.runLength[best]! && run < best)
      ) {
        best = run;
      }
    }
    return best < 0 ? -1 : this.cut(best, units);
  }

  /** The first list from `from` (at least 1) on that has a run; 0: there is none. */
  private firstFrom(from: number): number {
    let bits = this.listed[from >> 5]! & (-1 << (from & 31));
    for (let word = from >> 5; ; bits = this.listed[word]!) {
      if (bits !== 0) return word * 32 + 31 - Math.clz32(bits & -bits);
      if (++word === this.listed.length) return 0;
    }
  }

  private cut(run: number, units: number): number {
    const length = this.runLength[run]!;
    const freedAt = this.freedAt[run]!;
    this.remove(run);
    if (length > units) this.link(run + units, length - units, freedAt);
    return run;
  }

  private grow(units: number): boolean {
    const pages = Math.ceil((units * this.unitPages) / heapGrowPagesRound) * heapGrowPagesRound;
    const ask = this.unitsOf(Math.max(pages, heapGrowPagesMin));
    const start = this.arenaUnits;
    if (start + ask > arenaUnitsMax) return false;
    this.arenaUnits += ask;
    this.mmaps++;
    this.reserve(this.arenaUnits + 1);
    this.insert(start, ask, 0);
    return true;
  }

  private reserve(units: number): void {
    if (units <= this.runLength.length) return;
    let n = this.runLength.length;
    while (n < units) n *= 2;
    this.runLength = grown(this.runLength, n);
    this.next = grown(this.next, n);
    this.prev = grown(this.prev, n);
    this.freedAt = grown(this.freedAt, n);
    this.writer = grown(this.writer, n);
    this.writtenAt = grown(this.writtenAt, n);
  }

  private insert(start: number, units: number, now: Ns): void {
    let first = start;
    let length = units;
    if (this.runLength[start] !== 0 || this.runLength[start + units - 1] !== 0) {
      fail('page freed twice', start);
    }
    if (start > 0) {
      const before = this.runLength[start - 1]!;
      if (before > 0) {
        first = start - before;
        length += before;
        this.remove(first);
      }
    }
    const end = start + units;
    if (end < this.arenaUnits) {
      const after = this.runLength[end]!;
      if (after > 0) {
        this.remove(end);
        length += after;
      }
    }
    this.link(first, length, now);
  }

  private link(run: number, length: number, now: Ns): void {
    const list = length <= exactMax ? length : 0;
    const head = this.heads[list]!;
    this.runLength[run] = length;
    this.runLength[run + length - 1] = length;
    this.freedAt[run] = now;
    this.prev[run] = -1;
    this.next[run] = head;
    if (head >= 0) this.prev[head] = run;
    this.heads[list] = run;
    this.listed[list >> 5]! |= 1 << (list & 31);
  }

  private remove(run: number): void {
    const length = this.runLength[run]!;
    const list = length <= exactMax ? length : 0;
    const prev = this.prev[run]!;
    const next = this.next[run]!;
    if (prev >= 0) this.next[prev] = next;
    else this.heads[list] = next;
    if (next >= 0) this.prev[next] = prev;
    else if (prev < 0) this.listed[list >> 5]! &= ~(1 << (list & 31));
    this.runLength[run] = 0;
    this.runLength[run + length - 1] = 0;
  }
}
