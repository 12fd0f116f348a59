/**
 * The books: identities that must hold at every collection (`gcsim run --check`, and the tests). Each side of an identity
 * is counted where it happens, so that a lost flush, a lost workbuf or a double free shows.
 */
import { InvariantError } from '../assert.ts';
import type { Assists } from './assist.ts';
import { GStatus } from './gmp.ts';
import type { Marker } from './mark.ts';
import { pageSize } from './params.ts';
import type { Runtime } from './runtime.ts';

export class Auditor {
  private readonly rt: Runtime;

  constructor(rt: Runtime) {
    this.rt = rt;
  }

  /** Marking is complete, the world is stopped. */
  marked(marker: Marker, assists: Assists): void {
    this.credit(assists);
    this.workbufs();
    this.scanWork(marker);
    this.reachable();
    this.memory();
  }

  /** The collection is over. */
  cycleEnded(): void {
    this.processors();
    this.queues();
  }

  /** 1. Credit flushed = stolen + paid to queued assists + left (+ what an over-subtracting steal took without giving). */
  private credit(assists: Assists): void {
    const used = assists.stolen + assists.paidToQueue + assists.overTaken + assists.bgScanCredit;
    if (Math.abs(assists.flushed - used) > assists.conversions + 1e-6) {
      broken('credit flushed is not credit stolen, paid and left', assists.flushed, used);
    }
  }

  /** 2. Every workbuf is on the empty list; the spans they were cut from add up. */
  private workbufs(): void {
    const pool = this.rt.workbufs;
    const empty = pool.listLength(pool.empty);
    const elsewhere = pool.listLength(pool.full) + pool.listLength(pool.partial);
    if (elsewhere !== 0) broken('workbufs with work after mark termination', elsewhere, 0);
    if (empty !== pool.count)
      broken('workbufs on the empty list are not all there are', empty, pool.count);
    if (pool.model.source === 'spans') {
      const held = pool.busySpans.length * (pool.spanBytes / pool.model.bytes);
      if (held !== pool.count) broken('workbufs are not what their spans hold', held, pool.count);
    }
  }

  /** 5. Scan work counted = what was scanned, and what was allocated black where that counts. */
  private scanWork(marker: Marker): void {
    const done = marker.scanner.scannedUnits + this.rt.mutators.blackScan;
    if (marker.scanWork !== done)
      broken('scan work counted is not what was scanned', marker.scanWork, done);
  }

  /** What the program can reach is marked: nothing live is about to be freed. */
  private reachable(): void {
    const objects = this.rt.objects;
    for (const u of this.rt.rootUnits) {
      const a = objects.builtA[u]!;
      const b = objects.builtB[u]!;
      const marked = objects.countMarked(u, 0, a) + objects.countMarked(u, objects.countA[u]!, b);
      if (marked !== a + b) broken('a reachable object is white after marking', marked, a + b);
    }
  }

  /** 3. Bytes allocated = bytes in spans (live, or dead and not swept) + bytes swept; pages of spans and of the heap agree. */
  private memory(): void {
    const { alloc, heap, workbufs } = this.rt;
    const { pages, heldBytes } = alloc.recount();
    if (heldBytes !== alloc.heldBytes) broken('bytes in spans', heldBytes, alloc.heldBytes);
    if (alloc.allocatedBytes !== alloc.heldBytes + alloc.sweptBytes) {
      broken(
        'bytes allocated are not live, dead and swept',
        alloc.allocatedBytes,
        alloc.heldBytes + alloc.sweptBytes,
      );
    }
    if (pages !== alloc.spanPages) broken('pages of spans', pages, alloc.spanPages);
    const workbufPages = workbufs.model.source === 'spans' ? workbufs.bytes / pageSize : 0;
    if (heap.inUsePages !== pages + workbufPages) {
      broken('pages in use', heap.inUsePages, pages + workbufPages);
    }
    let free = 0;
    heap.eachFree((_start, length) => {
      free += length;
    });
    if (free + heap.inUsePages !== heap.arenaPages) {
      broken('pages free and in use are not the arena', free + heap.inUsePages, heap.arenaPages);
    }
  }

  /** 4. Every P's time is in exactly one use. */
  private processors(): void {
    const { sched, engine } = this.rt;
    for (const p of sched.ps) {
      sched.charge(p, p.use);
      let total = 0;
      for (const ns of p.usedNs) total += ns;
      if (Math.abs(total - engine.now) > 1)
        broken('time of a P is not the time elapsed', total, engine.now);
    }
  }

  /** 6. No goroutine is in two queues, and what is queued is runnable. */
  private queues(): void {
    const { sched } = this.rt;
    const seen = new Set<number>();
    const see = (id: number, status: number): void => {
      if (seen.has(id)) broken('a goroutine is in two queues', id, 1);
      seen.add(id);
      if (status !== GStatus.runnable) broken('a queued goroutine is not runnable', id, status);
    };
    for (const g of sched.globalQueue) see(g.id, g.status);
    for (const p of sched.ps) {
      if (p.runnext !== null) see(p.runnext.id, p.runnext.status);
      for (const g of p.queue) see(g.id, g.status);
    }
  }
}

function broken(what: string, found: number, expected: number): never {
  throw new InvariantError(`accounting: ${what}: ${found} against ${expected}`);
}
