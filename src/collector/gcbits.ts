/**
 * Memory the collector needs for each span: mark bits, and places in the lists of spans to sweep. It is never given back to the
 * system. Follows src/runtime/mheap.go, newMarkBits and nextMarkBitArenaEpoch, and mgcsweepbuf.go.
 *
 * Mark bits live for three collections. A span takes new ones when it is swept, and two sets when it is made (mark and
 * allocation bits); they come from arenas that are used again once the third collection after has begun.
 *
 * Simplification: an arena is used to its last byte; the spines of the lists do not grow.
 */
import type { Bytes } from '../units.ts';
import {
  gcBitsChunkBytes,
  gcBitsHeaderBytes,
  gcSweepBlockBytes,
  gcSweepBlockEntries,
  gcSweepSpineBytes,
} from './params.ts';

/** Spans taken together (alloc.ts) have `spans` times the bits of one. */
export function markBitBytes(elements: number, spans: number): Bytes {
  if (spans === 1) return ((elements + 63) >>> 6) * 8;
  return spans * Math.ceil(elements / spans / 64) * 8;
}

export class GcBits {
  /** Bytes of mark bits taken since the last collection began, and in the two before. */
  private taken: Bytes = 0;
  private takenBefore: Bytes = 0;
  private takenFirst: Bytes = 0;
  private arenas = 0;
  /** Most spans on a list at a time. */
  private spansMost = 0;

  private readonly hasArenas: boolean;
  private readonly hasSweepLists: boolean;

  constructor(hasArenas: boolean, hasSweepLists: boolean) {
    this.hasArenas = hasArenas;
    this.hasSweepLists = hasSweepLists;
  }

  /** newMarkBits, for a span that has been swept, or (twice) made. */
  take(bytes: Bytes): void {
    this.taken += bytes;
  }

  /** So many spans are in use. */
  noteSpans(count: number): void {
    if (count > this.spansMost) this.spansMost = count;
  }

  /** nextMarkBitArenaEpoch: a collection begins, and all is swept; the bits of the third before it are free. */
  nextEpoch(): void {
    this.settle();
    this.takenFirst = this.takenBefore;
    this.takenBefore = this.taken;
    this.taken = 0;
  }

  /** Bytes of arenas of mark bits, in use or kept for use. */
  get markBitsBytes(): Bytes {
    if (!this.hasArenas) return 0;
    this.settle();
    return this.arenas * gcBitsChunkBytes;
  }

  /** Bytes of the two lists of spans: swept, and to be swept. They change places with every collection, so both grow. */
  get sweepListBytes(): Bytes {
    if (!this.hasSweepLists) return 0;
    const blocks = Math.ceil(this.spansMost / gcSweepBlockEntries);
    return 2 * (blocks * gcSweepBlockBytes + gcSweepSpineBytes);
  }

  private settle(): void {
    const needed = arenasFor(this.taken) + arenasFor(this.takenBefore) + arenasFor(this.takenFirst);
    if (needed > this.arenas) this.arenas = needed;
  }
}

function arenasFor(bytes: Bytes): number {
  return Math.ceil(bytes / (gcBitsChunkBytes - gcBitsHeaderBytes));
}
