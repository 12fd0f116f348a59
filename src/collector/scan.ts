/**
 * Scanning: pops grey objects, follows their pointers, greys what they lead to. Follows src/runtime/mgcmark.go: gcDrain's
 * inner loop, scanobject, greyobject, and the oblets of 1.8.
 *
 * Entries of a workbuf are objects' numbers, or, negative, oblets: pieces of large objects. A number that stands for several
 * objects (objects.ts, grain) takes as many places there as those objects would at a time; may be split between two
 * workbufs; and costs what they cost.
 */
import { fail } from '../assert.ts';
import type { Bytes, Ns } from '../units.ts';
import { balanceAbove, type GcWork, type WorkbufPool } from './gcwork.ts';
import { farJump, numbersMax, type Objects, patternLength, ShapeCode } from './objects.ts';
import { cacheFetchBytes, gcCreditSlack, type Machine, maxObletBytes } from './params.ts';
import type { ReleaseModel } from './release.ts';

/** Units with fewer numbers are scanned object by object: to look at a unit costs more than that saves. */
const runNumbersMin = 32;

/** A unit whose nodes, and whose leaves, are all alike: what the loop over its objects needs. */
interface UniformUnit {
  base: number;
  baseB: number;
  end: number;
  /** Where the nodes and the leaves that have been allocated end. */
  builtA: number;
  builtB: number;
  /** How many numbers a load brings, in whole numbers too; and the share of a load that an object needs. */
  nearA: number;
  nearB: number;
  limitA: number;
  limitB: number;
  bringsOneA: number;
  bringsOneB: number;
  /** Children of a node of a tree, or 0; how far back a list's second pointer leads, or farther than there are nodes. */
  fanout: number;
  back: number;
  leaves: number;
  /** A node's pointers to its leaves come before the one to its neighbour. */
  leavesFirst: boolean;
  leavesQueue: boolean;
  /** Most entries that a node adds. */
  pushesMax: number;
  nodeSize: Bytes;
  nodeScan: Bytes;
  leafSize: Bytes;
  leafScan: Bytes;
  /** Scan work of one, in the release's unit. */
  nodeWork: number;
  leafWork: number;
}

export class Scanner {
  /** Scan work done, in the release's unit, counted where it is done; for checks. Reset by the cycle. */
  scannedUnits = 0;

  private readonly objects: Objects;
  private readonly pool: WorkbufPool;
  private readonly machine: Machine;
  private readonly release: ReleaseModel;
  private readonly inBytes: boolean;
  /** A gcWork has one buffer, and puts it on the list of empty ones with its last entry (to 1.5). */
  private readonly one: boolean;
  private readonly grained: boolean;

  // Oblets: pieces of large objects waiting in workbufs, as negative entries.
  private readonly obletObject: number[] = [];
  private readonly obletPiece: number[] = [];
  private readonly obletWeight: number[] = [];
  private readonly freeOblets: number[] = [];

  // What the drain in hand has scanned.
  private scanned = 0;
  private bytes: Bytes = 0;
  private pointers = 0;
  private greyed = 0;
  /** Loads that no cache had foreseen. */
  private misses = 0;
  /** What such a load takes, in this collection. */
  private missNs: Ns = 0;

  constructor(objects: Objects, pool: WorkbufPool, machine: Machine, release: ReleaseModel) {
    this.objects = objects;
    this.pool = pool;
    this.machine = machine;
    this.release = release;
    this.inBytes = release.scanWorkUnit === 'bytes';
    this.one = pool.model.buffers === 1;
    this.grained = objects.grainShift > 0;
  }

  /** A collection of a heap of so many bytes begins. */
  startCycle(heapLive: Bytes): void {
    this.scannedUnits = 0;
    this.looked = -1;
    const { cacheBytes, cacheMissNs, memoryMissNs } = this.machine;
    const beyond = heapLive > cacheBytes ? 1 - cacheBytes / heapLive : 0;
    this.missNs = cacheMissNs + (memoryMissNs - cacheMissNs) * beyond;
  }

  /**
   * Scans objects until `limit` (above 0) more units of scan work are done or no work is found. With `shares` work is kept available
   * for others: where the lists are empty, some is put there. Returns the CPU time it takes; 0: there was nothing to scan.
   */
  drain(gcw: GcWork, limit: number, shares: boolean): Ns {
    this.scanned = 0;
    this.bytes = 0;
    this.pointers = 0;
    this.greyed = 0;
    this.misses = 0;
    const { pool } = this;
    const before = pool.operations;
    const memoryBefore = this.memoryNs;
    while (this.work < limit) {
      if (shares && !pool.hasWork) pool.balance(gcw);
      const w = gcw.wbuf1;
      if (w < 0 || pool.nobj[w] === 0) {
        if (!pool.refill(gcw)) break;
      } else if (!this.scanMany(gcw, w, limit, shares && !pool.hasWork)) {
        this.scanOne(gcw, w);
      }
    }
    if (this.scanned === 0) return 0;
    const { machine, work } = this;
    gcw.scanWork += work;
    this.scannedUnits += work;
    return (
      (this.scanned * machine.markObjectNs +
        this.bytes * machine.scanByteNs +
        this.pointers * machine.scanPointerNs +
        this.greyed * machine.greyObjectNs) *
        this.release.markCost +
      this.misses * this.missNs +
      this.listsNs(gcw, pool.operations - before, work) +
      this.memoryNs -
      memoryBefore
    );
  }

  /** What memory for workbufs has cost so far: spans, and the faults of their first touch. */
  private get memoryNs(): Ns {
    const { machine, pool } = this;
    return pool.spansTaken * machine.spanNs + pool.faults * machine.pageFaultNs;
  }

  /** What operations on the global lists cost, and the counting of the work: more where another core was there last. */
  private listsNs(gcw: GcWork, operations: number, work: number): Ns {
    const { machine, pool } = this;
    const apart = pool.lastUser !== gcw && pool.lastUser !== null;
    pool.lastUser = gcw;
    if (!apart) return operations * machine.workbufNs;
    // From one flush to the next, others are taken to have been at the lists once.
    const flushes = Math.max(1, work / gcCreditSlack);
    const transfers = flushes + Math.min(operations, flushes);
    return operations * machine.workbufNs + transfers * machine.lineTransferNs;
  }

  private get work(): number {
    return this.inBytes ? this.bytes : this.scanned;
  }

  /** Marks an object and queues it if it has pointers. True: it was white. */
  shade(gcw: GcWork, o: number): boolean {
    return this.mark(gcw, this.objects.unitOfBlock[o >>> 6]!, o);
  }

  /** The older nodes that new ones of a graph, `first` … `last`, point at: their pointers were just written. */
  shadeTargets(gcw: GcWork, u: number, first: number, last: number): void {
    const { objects } = this;
    const base = objects.base[u]!;
    for (let i = first - base; i <= last - base; i++) {
      for (let j = 1; j < objects.degree[u]!; j++) {
        const target = objects.graphTarget(u, i, j);
        if (target < i) this.mark(gcw, u, base + target);
      }
    }
  }

  private mark(gcw: GcWork, u: number, o: number): boolean {
    const { objects } = this;
    const at = o >>> 5;
    const word = objects.marks[at]!;
    const bit = 1 << (o & 31);
    if ((word & bit) !== 0) return false;
    objects.marks[at] = word | bit;
    const kind = objects.kindIndex(u, o);
    const weight = objects.weight(u, o);
    gcw.bytesMarked += weight * objects.kinds.size[kind]!;
    if (objects.kinds.scan[kind] === 0) return true;
    if (this.grained) this.pool.putMany(gcw, o, objects.waitsWhole(u, o) ? weight : 1);
    else this.pool.put(gcw, o);
    return true;
  }

  /** greyobject: follows one pointer. */
  private grey(gcw: GcWork, u: number, o: number): void {
    const weight = this.objects.weight(u, o);
    this.pointers += weight;
    if (this.mark(gcw, u, o)) this.greyed += weight;
  }

  // ---- many objects of one unit ----

  private readonly unit: UniformUnit = {
    nearA: 0,
    nearB: 0,
    limitA: 0,
    limitB: 0,
    bringsOneA: 0,
    bringsOneB: 0,
    base: 0,
    baseB: 0,
    end: 0,
    builtA: 0,
    builtB: 0,
    fanout: 0,
    back: 0,
    leaves: 0,
    leavesFirst: false,
    leavesQueue: false,
    pushesMax: 0,
    nodeSize: 0,
    nodeScan: 0,
    leafSize: 0,
    leafScan: 0,
    nodeWork: 0,
    leafWork: 0,
  };

  /** Unit that was looked at last, and whether its objects can be scanned together. Ids are not used again while marking. */
  private looked = -1;
  private isUniform = false;

  /** Looks at the unit of an entry. False: its objects have to be scanned one by one. */
  private lookAt(entry: number): boolean {
    if (entry < 0 || this.grained) return false;
    const { objects, unit } = this;
    const u = objects.unitOfBlock[entry >>> 6]!;
    const hasGrown =
      unit.builtA - unit.base !== objects.builtA[u]! ||
      unit.builtB - unit.baseB !== objects.builtB[u]!;
    if (u !== this.looked || (this.isUniform && hasGrown)) {
      this.looked = u;
      this.isUniform = this.lookAtUnit(u);
    }
    return this.isUniform;
  }

  private lookAtUnit(u: number): boolean {
    const { objects, unit } = this;
    const base = objects.base[u]!;
    const count = objects.end[u]! - base;
    const shape = objects.shape[u]!;
    if (count < runNumbersMin || shape === ShapeCode.graph || shape === ShapeCode.spine)
      return false;
    const { kinds } = objects;
    const node = objects.kindA[u]! * patternLength;
    const leaf = objects.kindB[u]! * patternLength;
    if (!kinds.isUniform(node) || !kinds.isUniform(leaf)) return false;
    unit.nodeScan = kinds.scan[node]!;
    unit.leafScan = kinds.scan[leaf]!;
    if (unit.nodeScan > maxObletBytes || unit.leafScan > maxObletBytes) return false;
    unit.nodeSize = kinds.size[node]!;
    unit.leafSize = kinds.size[leaf]!;
    const strideA = objects.strideA[u]!;
    const strideB = objects.strideB[u]!;
    unit.nearA = cacheFetchBytes / strideA;
    unit.nearB = cacheFetchBytes / strideB;
    unit.limitA = Math.min(farJump, Math.floor(unit.nearA));
    unit.limitB = Math.min(farJump, Math.floor(unit.nearB));
    unit.bringsOneA = bringsOne(strideA);
    unit.bringsOneB = bringsOne(strideB);
    unit.base = base;
    unit.baseB = objects.baseB[u]!;
    unit.end = objects.end[u]!;
    unit.builtA = base + objects.builtA[u]!;
    unit.builtB = unit.baseB + objects.builtB[u]!;
    const degree = objects.degree[u]!;
    unit.fanout = shape === ShapeCode.tree ? degree : 0;
    unit.back = shape === ShapeCode.list && degree > 0 ? degree : numbersMax;
    unit.leaves = objects.leaves[u]!;
    unit.leavesFirst = shape === ShapeCode.itemsNextLast;
    unit.leavesQueue = unit.leafScan > 0;
    unit.pushesMax = unit.leaves + Math.max(2, unit.fanout);
    unit.nodeWork = this.inBytes ? unit.nodeScan : 1;
    unit.leafWork = this.inBytes ? unit.leafScan : 1;
    return true;
  }

  /**
   * `scanOne` again and again, for entries of one unit at the top of a workbuf, all in local variables. Ends before the workbuf
   * could become full, or (`shares`) has something to share: what happens then is scanOne's and drain's. Of a limit beyond 31 bits
   * (slow) a part is done, and drain comes again. False: nothing was done.
   */
  private scanMany(gcw: GcWork, w: number, limit: number, shares: boolean): boolean {
    const { pool, unit } = this;
    const { entries, capacity } = pool;
    const bottom = w * capacity;
    let top = bottom + pool.nobj[w]!;
    if (!this.lookAt(entries[top - 1]!)) return false;
    if (unit.fanout === 0 && unit.leaves === 0) return this.scanList(gcw, w, limit, shares);
    const { marks } = this.objects;
    const { base, baseB, end, builtA, builtB, fanout, leaves, leavesFirst } = unit;
    const { nearA, nearB, limitA, limitB, nodeWork, leafWork, leavesQueue } = unit;
    const least = this.one ? bottom + 1 : bottom;
    const most = bottom + (shares ? balanceAbove : capacity - unit.pushesMax);
    let left = Math.min(limit - this.work, 0x3fffffff);
    let nodes = 0;
    let leafs = 0;
    let markedNodes = 0;
    let markedLeafs = 0;
    let pointers = 0;
    let last = gcw.scannedLast;
    let apartA = 0;
    let apartB = 0;
    while (top > least && top <= most && left > 0) {
      const o = entries[top - 1]!;
      if (o < base || o >= end) break;
      top--;
      const jump = o > last ? o - last : last - o;
      last = o;
      if (o >= baseB) {
        leafs++;
        if (jump > limitB) apartB += 1 - nearB / jump;
        left -= leafWork;
        continue;
      }
      nodes++;
      if (jump > limitA) apartA += 1 - nearA / jump;
      left -= nodeWork;
      const i = o - base;
      const leaf = baseB + i * leaves;
      const leafEnd = leaves > 0 ? Math.min(leaf + leaves, builtB) : leaf;
      if (leavesFirst && leaf < leafEnd) {
        const reached = greyRange(marks, entries, top, leaf, leafEnd);
        pointers += leafEnd - leaf;
        markedLeafs += reached - top;
        if (leavesQueue) top = reached;
      }
      const before = top;
      if (fanout > 0) {
        const node = base + i * fanout + 1;
        const nodeEnd = Math.max(node, Math.min(node + fanout, builtA));
        top = greyRange(marks, entries, top, node, nodeEnd);
        pointers += nodeEnd - node;
      } else if (i > 0) {
        top = greyOne(marks, entries, top, o - 1);
        pointers++;
      }
      markedNodes += top - before;
      if (!leavesFirst && leaf < leafEnd) {
        const reached = greyRange(marks, entries, top, leaf, leafEnd);
        pointers += leafEnd - leaf;
        markedLeafs += reached - top;
        if (leavesQueue) top = reached;
      }
    }
    gcw.scannedLast = last;
    pool.nobj[w] = top - bottom;
    gcw.bytesMarked += markedNodes * unit.nodeSize + markedLeafs * unit.leafSize;
    this.greyed += markedNodes + markedLeafs;
    this.pointers += pointers;
    return this.countMany(nodes, leafs, apartA, apartB);
  }

  /**
   * scanMany for nodes that point at nodes before them and at nothing else: what such a loop needs stays in registers, and an object
   * takes two thirds of the time.
   */
  private scanList(gcw: GcWork, w: number, limit: number, shares: boolean): boolean {
    const { pool, unit } = this;
    const { entries, capacity } = pool;
    const { marks } = this.objects;
    const { base, end, back, nearA, limitA, nodeWork } = unit;
    const bottom = w * capacity;
    const least = this.one ? bottom + 1 : bottom;
    const most = bottom + (shares ? balanceAbove : capacity - unit.pushesMax);
    let top = bottom + pool.nobj[w]!;
    let left = Math.min(limit - this.work, 0x3fffffff);
    let nodes = 0;
    let marked = 0;
    let pointers = 0;
    let last = gcw.scannedLast;
    let apart = 0;
    while (top > least && top <= most && left > 0) {
      const o = entries[top - 1]!;
      if (o < base || o >= end) break;
      top--;
      const jump = o > last ? o - last : last - o;
      last = o;
      nodes++;
      if (jump > limitA) apart += 1 - nearA / jump;
      left -= nodeWork;
      if (o === base) continue;
      const before = top;
      top = greyOne(marks, entries, top, o - 1);
      pointers++;
      if (o - base >= back) {
        top = greyOne(marks, entries, top, o - back);
        pointers++;
      }
      marked += top - before;
    }
    gcw.scannedLast = last;
    pool.nobj[w] = top - bottom;
    gcw.bytesMarked += marked * unit.nodeSize;
    this.greyed += marked;
    this.pointers += pointers;
    return this.countMany(nodes, 0, apart, 0);
  }

  /** Counts what scanMany has scanned, and what of that lay apart. False: nothing. */
  private countMany(nodes: number, leafs: number, apartA: number, apartB: number): boolean {
    const { unit } = this;
    this.scanned += nodes + leafs;
    this.bytes += nodes * unit.nodeScan + leafs * unit.leafScan;
    this.misses += apartA * unit.bringsOneA + apartB * unit.bringsOneB;
    return nodes + leafs > 0;
  }

  /**
   * The object scanned is `jump` numbers from the one before: is it in memory that has come into the cache with that? What lies in
   * turn a load of small objects brings several of.
   */
  private miss(u: number, o: number, jump: number): void {
    const stride = this.strideOf(u, o);
    this.misses += unforeseen(jump * stride) * bringsOne(stride);
  }

  /** The same for `count` objects that share a number: which of them lie apart follows from the shape. */
  private missMany(u: number, o: number, count: number): void {
    const stride = this.strideOf(u, o);
    const { share, jump } = this.objects.apart(u, o);
    const missed = share * unforeseen(jump * stride) + (1 - share) * unforeseen(stride);
    this.misses += count * missed * bringsOne(stride);
  }

  private strideOf(u: number, o: number): Bytes {
    const { baseB, strideA, strideB } = this.objects;
    return o >= baseB[u]! ? strideB[u]! : strideA[u]!;
  }

  // ---- one object ----

  /** Pops the top entry of a workbuf and scans it. */
  private scanOne(gcw: GcWork, w: number): void {
    const { objects, pool } = this;
    const entry = pool.pop(w);
    const { places, leads } = pool;
    if (this.one && pool.nobj[w] === 0) {
      pool.putEmpty(w);
      gcw.wbuf1 = -1;
    }
    let o = entry;
    let piece = 0;
    let count = 1;
    if (entry < 0) {
      const oblet = -1 - entry;
      o = this.obletObject[oblet]!;
      piece = this.obletPiece[oblet]!;
      count = this.obletWeight[oblet]!;
      this.freeOblets.push(oblet);
    }
    const u = objects.unitOfBlock[o >>> 6]!;
    if (this.grained && entry >= 0) {
      count = objects.waitsWhole(u, o) ? places : objects.weight(u, o);
    }
    this.scanned += count;
    if (piece === 0) {
      if (this.grained) this.missMany(u, o, count);
      else this.miss(u, o, Math.abs(o - gcw.scannedLast));
      gcw.scannedLast = o;
    }
    const scan = objects.kinds.scan[objects.kindIndex(u, o)]!;
    if (o >= objects.baseB[u]!) {
      // A leaf: its pointers lead to what is marked already.
      this.bytes += count * scan;
      return;
    }
    if (scan > maxObletBytes && this.release.oblets) {
      this.scanPiece(gcw, o, count, scan, piece);
      // Of a large object that is no spine, the first piece holds all that the model follows.
      if (piece > 0 || objects.shape[u] === ShapeCode.spine) return;
    } else {
      this.bytes += count * scan;
    }
    if (leads) this.follow(gcw, u, o - objects.base[u]!);
  }

  /** Greys what node `i` of a unit points at, in the order of its pointers. */
  private follow(gcw: GcWork, u: number, i: number): void {
    const { objects } = this;
    const base = objects.base[u]!;
    const degree = objects.degree[u]!;
    const built = objects.grainsOf(objects.builtA[u]!);
    switch (objects.shape[u]) {
      case ShapeCode.list:
        if (i >= 1) this.grey(gcw, u, base + i - 1);
        if (degree > 0 && i >= degree) this.grey(gcw, u, base + i - degree);
        return;
      case ShapeCode.tree: {
        const first = i * degree + 1;
        const end = Math.min(first + degree, built);
        for (let c = first; c < end; c++) this.grey(gcw, u, base + c);
        this.greyLeaves(gcw, u, i);
        return;
      }
      case ShapeCode.spine:
        this.greyElements(gcw, u, 0, objects.end[u]! - objects.baseB[u]!);
        return;
      case ShapeCode.itemsNextLast:
        this.greyLeaves(gcw, u, i);
        if (i >= 1) this.grey(gcw, u, base + i - 1);
        return;
      case ShapeCode.itemsNextFirst:
        if (i >= 1) this.grey(gcw, u, base + i - 1);
        this.greyLeaves(gcw, u, i);
        return;
      case ShapeCode.graph:
        if (i + 1 < built) this.grey(gcw, u, base + i + 1);
        for (let j = 1; j < degree; j++) {
          const target = objects.graphTarget(u, i, j);
          if (target < built) this.grey(gcw, u, base + target);
        }
        return;
      default:
        fail('object of no known shape', u);
    }
  }

  /** Scans 128 KiB of a large object; its first piece queues the others. A spine's pointers are spread over its pieces. */
  private scanPiece(gcw: GcWork, o: number, count: number, scan: Bytes, piece: number): void {
    const { objects } = this;
    const pieces = Math.ceil(scan / maxObletBytes);
    if (piece === 0) {
      for (let i = 1; i < pieces; i++) {
        const oblet = this.freeOblets.pop() ?? this.obletObject.length;
        this.obletObject[oblet] = o;
        this.obletPiece[oblet] = i;
        this.obletWeight[oblet] = count;
        if (this.grained) this.pool.putMany(gcw, -1 - oblet, 1);
        else this.pool.put(gcw, -1 - oblet);
      }
    }
    this.bytes += count * Math.min(maxObletBytes, scan - piece * maxObletBytes);
    const u = objects.unitOfBlock[o >>> 6]!;
    if (objects.shape[u] !== ShapeCode.spine) return;
    const elements = objects.end[u]! - objects.baseB[u]!;
    const first = Math.floor((elements * piece) / pieces);
    this.greyElements(gcw, u, first, Math.floor((elements * (piece + 1)) / pieces));
  }

  private greyLeaves(gcw: GcWork, u: number, i: number): void {
    const leaves = this.objects.leaves[u]!;
    if (leaves > 0) this.greyElements(gcw, u, i * leaves, (i + 1) * leaves);
  }

  /** Greys the leaves or elements with numbers `from` … `to` - 1 of region B, as far as they have been allocated. */
  private greyElements(gcw: GcWork, u: number, from: number, to: number): void {
    const { objects } = this;
    const base = objects.baseB[u]!;
    const end = Math.min(to, objects.grainsOf(objects.builtB[u]!));
    for (let i = from; i < end; i++) this.grey(gcw, u, base + i);
  }
}

/** Marks number `o`, and writes it to `entries` at `top` if it was white. Returns where it ended. */
function greyOne(marks: Uint32Array, entries: Int32Array, top: number, o: number): number {
  const word = marks[o >>> 5]!;
  const bit = 1 << (o & 31);
  if ((word & bit) !== 0) return top;
  marks[o >>> 5] = word | bit;
  entries[top] = o;
  return top + 1;
}

/** Marks the numbers `from` … `to` - 1, and writes those that were white to `entries` from `top` on. Returns where it ended. */
function greyRange(
  marks: Uint32Array,
  entries: Int32Array,
  top: number,
  from: number,
  to: number,
): number {
  let n = top;
  for (let o = from; o < to; o++) {
    const word = marks[o >>> 5]!;
    const bit = 1 << (o & 31);
    if ((word & bit) !== 0) continue;
    marks[o >>> 5] = word | bit;
    entries[n++] = o;
  }
  return n;
}

/** Share of loads `distance` bytes from the last that no cache has foreseen. */
function unforeseen(distance: Bytes): number {
  return distance <= cacheFetchBytes ? 0 : 1 - cacheFetchBytes / distance;
}

/** Share of a load that an object needs, where loads bring its neighbours too. */
function bringsOne(stride: Bytes): number {
  return Math.min(1, stride / cacheFetchBytes);
}
