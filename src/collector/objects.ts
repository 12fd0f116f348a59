/**
 * The object graph. Live data are structures ("units"): a list, a tree, a spine with elements, items with leaves, a graph.
 * The pointers of an object are computed from its place in its unit, so that an object costs one mark bit and no more.
 *
 * Every object has a number. A unit owns a range of numbers: region A (its nodes, in the order of allocation), then region
 * B (its leaves or elements). Kinds with several sizes repeat a pattern of 512 objects, sorted by size.
 *
 * Invariant: a unit's numbers are given to another unit only when none of its objects holds a slot of a span any more.
 */
import { assert, fail } from '../assert.ts';
import { mix, type Prng } from '../sim/prng.ts';
import type { Bytes } from '../units.ts';
import { mapBucketBytes, mapBuckets } from '../workload/totals.ts';
import type { Kind, Shape } from '../workload/workload.ts';
import { pageSize } from './params.ts';
import { classSize, sizeClass } from './sizeclass.ts';

export const ShapeCode = {
  list: 0,
  tree: 1,
  spine: 2,
  itemsNextLast: 3,
  itemsNextFirst: 4,
  graph: 5,
} as const;
export type ShapeCode = (typeof ShapeCode)[keyof typeof ShapeCode];

/** Objects in the pattern of sizes of a kind. */
export const patternLength = 512;
const patternMask = patternLength - 1;
/** Numbers are given out in blocks of this many. */
export const numberBlock = 64;
const numberShift = 6;
/** Most object numbers in use at a time: live objects and those not yet swept. */
export const objectsMax = 134_217_728;

/** What a new unit is to look like: a shape with its kinds resolved. */
export interface UnitPlan {
  shape: ShapeCode;
  kindA: number;
  countA: number;
  kindB: number;
  countB: number;
  /** Fan-out of a tree, pointers a node of a graph, distance of a list's second pointer. */
  degree: number;
  /** Leaves of each node. */
  leaves: number;
}

/** The sizes of every kind, by place in the pattern: element size, scannable bytes, size class. */
export class KindTable {
  readonly size: Int32Array;
  readonly scan: Int32Array;
  readonly sizeClass: Uint8Array;
  /** Objects from here on that are alike. */
  readonly stretch: Int32Array;

  constructor(kinds: readonly Kind[], rng: Prng) {
    this.size = new Int32Array(kinds.length * patternLength);
    this.scan = new Int32Array(kinds.length * patternLength);
    this.sizeClass = new Uint8Array(kinds.length * patternLength);
    this.stretch = new Int32Array(kinds.length * patternLength);
    for (let k = 0; k < kinds.length; k++) this.fill(k, kinds[k]!, rng);
  }

  /** Systematic sampling with one random phase: each size has its share of the pattern to within one object. */
  private fill(k: number, kind: Kind, rng: Prng): void {
    const sizes = [...kind.sizes].sort((a, b) => a.bytes - b.bytes);
    let total = 0;
    for (const s of sizes) total += s.weight;
    const phase = rng.uniform();
    let next = 0;
    let reached = sizes[0]!.weight / total;
    for (let i = 0; i < patternLength; i++) {
      const quantile = (i + phase) / patternLength;
      while (quantile >= reached && next < sizes.length - 1) {
        next++;
        reached += sizes[next]!.weight / total;
      }
      const bytes = sizes[next]!.bytes;
      const c = sizeClass(bytes);
      const at = k * patternLength + i;
      const rounded = c === 0 ? Math.ceil(bytes / pageSize) * pageSize : classSize[c]!;
      const pointers =
        'bytes' in kind.pointers
          ? kind.pointers.bytes
          : kind.pointers.share > 0
            ? Math.max(8, Math.floor((bytes * kind.pointers.share) / 8) * 8)
            : 0;
      this.size[at] = rounded;
      this.scan[at] = Math.min(pointers, bytes);
      this.sizeClass[at] = c;
    }
    const first = k * patternLength;
    const last = first + patternLength - 1;
    const uniform = this.size[first] === this.size[last];
    for (let at = last; at >= first; at--) {
      const alike =
        at < last && this.size[at] === this.size[at + 1] && this.scan[at] === this.scan[at + 1];
      this.stretch[at] = uniform ? objectsMax : alike ? this.stretch[at + 1]! + 1 : 1;
    }
  }
}

export class Objects {
  readonly kinds: KindTable;
  /** One bit an object number. */
  marks = new Uint32Array(1 << 12);
  /** Unit that owns each block of numbers. */
  unitOfBlock = new Int32Array(1 << 11);

  // Units, by id. `built…` are the objects allocated so far.
  base = new Int32Array(256);
  shape = new Uint8Array(256);
  kindA = new Int32Array(256);
  kindB = new Int32Array(256);
  countA = new Int32Array(256);
  countB = new Int32Array(256);
  builtA = new Int32Array(256);
  builtB = new Int32Array(256);
  degree = new Int32Array(256);
  leaves = new Int32Array(256);
  seed = new Int32Array(256);
  /** Where in its kinds' patterns the unit begins: at the start, or, with fewer objects than a pattern has, anywhere. */
  phase = new Int32Array(256);
  /** Slots of spans held by the unit's objects: live, or dead and not yet swept. */
  slots = new Int32Array(256);
  /** 1 while the unit may still get objects or be reached; 0 once it has been dropped. */
  reachable = new Uint8Array(256);

  private units = 0;
  private readonly freeUnits: number[] = [];
  private blocks = 0;
  private readonly freeBlocks = new Map<number, number[]>();

  constructor(kinds: KindTable) {
    this.kinds = kinds;
  }

  /** Makes a unit without objects yet. Returns its id, or -1 when the model's object numbers are used up. */
  create(plan: UnitPlan, seed: number): number {
    const count = plan.countA + plan.countB;
    assert(count > 0, 'a unit has objects');
    const blockCount = Math.ceil(count / numberBlock);
    let block = this.freeBlocks.get(blockCount)?.pop() ?? -1;
    if (block < 0) {
      block = this.blocks;
      if ((block + blockCount) * numberBlock > objectsMax) return -1;
      this.blocks += blockCount;
      this.reserveBlocks(this.blocks);
    }
    const u = this.freeUnits.pop() ?? this.units++;
    if (u >= this.base.length) this.reserveUnits();
    this.unitOfBlock.fill(u, block, block + blockCount);
    this.base[u] = block * numberBlock;
    this.shape[u] = plan.shape;
    this.kindA[u] = plan.kindA;
    this.kindB[u] = plan.kindB;
    this.countA[u] = plan.countA;
    this.countB[u] = plan.countB;
    this.builtA[u] = 0;
    this.builtB[u] = 0;
    this.degree[u] = plan.degree;
    this.leaves[u] = plan.leaves;
    this.seed[u] = seed;
    this.phase[u] = Math.max(plan.countA, plan.countB) < patternLength ? seed & patternMask : 0;
    this.slots[u] = 0;
    this.reachable[u] = 1;
    return u;
  }

  /** The mutator lets go of a unit: nothing reaches it any more. */
  drop(u: number): void {
    if (this.reachable[u] === 0) fail('unit dropped twice', u);
    this.reachable[u] = 0;
    if (this.slots[u] === 0) this.release(u);
  }

  /** `count` slots of a unit's objects were swept. */
  freeSlots(u: number, count: number): void {
    const left = this.slots[u]! - count;
    this.slots[u] = left;
    if (left < 0) fail('more objects of a unit freed than it has', left);
    if (left === 0 && this.reachable[u] === 0) this.release(u);
  }

  private release(u: number): void {
    const blockCount = Math.ceil((this.countA[u]! + this.countB[u]!) / numberBlock);
    const list = this.freeBlocks.get(blockCount);
    const block = this.base[u]! >> numberShift;
    if (list === undefined) this.freeBlocks.set(blockCount, [block]);
    else list.push(block);
    this.freeUnits.push(u);
  }

  /** Number of the object by which the rest of the unit is reached; -1 while it has none. Lists and items are built tail first. */
  entry(u: number): number {
    const built = this.builtA[u]!;
    if (built === 0) return -1;
    const shape = this.shape[u]!;
    const last =
      shape === ShapeCode.list ||
      shape === ShapeCode.itemsNextLast ||
      shape === ShapeCode.itemsNextFirst;
    return this.base[u]! + (last ? built - 1 : 0);
  }

  /** Place in the kind tables of an object, given its number and unit. */
  kindIndex(u: number, o: number): number {
    const i = o - this.base[u]!;
    const a = this.countA[u]!;
    return i < a
      ? this.placeInKind(this.kindA[u]!, u, i)
      : this.placeInKind(this.kindB[u]!, u, i - a);
  }

  /** Place in the kind tables of the i-th object of a region of kind `kind`. */
  placeInKind(kind: number, u: number, i: number): number {
    return kind * patternLength + ((i + this.phase[u]!) & patternMask);
  }

  /** Clears all mark bits, for a new collection. */
  clearMarks(): void {
    this.marks.fill(0, 0, this.blocks * 2);
  }

  isMarked(o: number): boolean {
    return (this.marks[o >>> 5]! & (1 << (o & 31))) !== 0;
  }

  /** Marked objects among the numbers from … from + count - 1. */
  countMarked(from: number, count: number): number {
    const marks = this.marks;
    let n = 0;
    let o = from;
    const end = from + count;
    while (o < end && (o & 31) !== 0) {
      n += (marks[o >>> 5]! >>> (o & 31)) & 1;
      o++;
    }
    for (; o + 32 <= end; o += 32) n += popcount(marks[o >>> 5]!);
    for (; o < end; o++) n += (marks[o >>> 5]! >>> (o & 31)) & 1;
    return n;
  }

  /** Sets the mark bits of a range; for objects allocated black. */
  markRange(from: number, count: number): void {
    const marks = this.marks;
    for (let o = from; o < from + count; o++) marks[o >>> 5] = marks[o >>> 5]! | (1 << (o & 31));
  }

  /** A random node of a graph for pointer `j` of node `i`. */
  graphTarget(u: number, i: number, j: number): number {
    return mix(mix(this.seed[u]!, i), j) % this.countA[u]!;
  }

  private reserveBlocks(blocks: number): void {
    if (blocks <= this.unitOfBlock.length) return;
    let n = this.unitOfBlock.length;
    while (n < blocks) n *= 2;
    const owners = new Int32Array(n);
    owners.set(this.unitOfBlock);
    this.unitOfBlock = owners;
    const marks = new Uint32Array(n * 2);
    marks.set(this.marks);
    this.marks = marks;
  }

  private reserveUnits(): void {
    const n = this.base.length * 2;
    const grown = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(n);
      made.set(old);
      return made;
    };
    const grownBytes = (old: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
      const made = new Uint8Array(n);
      made.set(old);
      return made;
    };
    this.base = grown(this.base);
    this.kindA = grown(this.kindA);
    this.kindB = grown(this.kindB);
    this.countA = grown(this.countA);
    this.countB = grown(this.countB);
    this.builtA = grown(this.builtA);
    this.builtB = grown(this.builtB);
    this.degree = grown(this.degree);
    this.leaves = grown(this.leaves);
    this.seed = grown(this.seed);
    this.phase = grown(this.phase);
    this.slots = grown(this.slots);
    this.shape = grownBytes(this.shape);
    this.reachable = grownBytes(this.reachable);
  }
}

function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Plans of a workload's shapes. Spines and byte slices bring kinds of their own, appended to the workload's. */
export class Planner {
  readonly kinds: Kind[];

  constructor(kinds: readonly Kind[]) {
    this.kinds = [...kinds];
  }

  plan(shape: Shape): UnitPlan {
    const none = { kindB: 0, countB: 0, degree: 0, leaves: 0 };
    switch (shape.type) {
      case 'list':
        return {
          ...none,
          shape: ShapeCode.list,
          kindA: shape.kind,
          countA: shape.length,
          degree: shape.back,
        };
      case 'tree':
        return {
          shape: ShapeCode.tree,
          kindA: shape.kind,
          countA: shape.nodes,
          kindB: shape.leafKind,
          countB: shape.nodes * shape.leaves,
          degree: shape.fanout,
          leaves: shape.leaves,
        };
      case 'array':
        return this.spine(shape.length * 8, shape.kind, shape.length);
      case 'map': {
        return this.spine(
          mapBuckets(shape.entries) * mapBucketBytes,
          Math.max(0, shape.kind),
          shape.kind < 0 ? 0 : shape.entries,
        );
      }
      case 'items':
        return {
          shape: shape.next === 'last' ? ShapeCode.itemsNextLast : ShapeCode.itemsNextFirst,
          kindA: shape.kind,
          countA: shape.length,
          kindB: shape.leafKind,
          countB: shape.length * shape.leaves,
          degree: 0,
          leaves: shape.leaves,
        };
      case 'graph':
        return {
          ...none,
          shape: ShapeCode.graph,
          kindA: shape.kind,
          countA: shape.nodes,
          degree: shape.degree,
        };
      case 'bytes':
        return {
          ...none,
          shape: ShapeCode.list,
          kindA: this.add({
            name: 'bytes',
            sizes: [{ bytes: shape.size, weight: 1 }],
            pointers: { bytes: 0 },
          }),
          countA: 1,
        };
    }
  }

  /** The kind of the runtime's own objects: 64 bytes of pointers. */
  runtimeKind(): number {
    return this.add({
      name: 'runtime',
      sizes: [{ bytes: 64, weight: 1 }],
      pointers: { bytes: 64 },
    });
  }

  private spine(bytes: Bytes, kindB: number, countB: number): UnitPlan {
    const size = Math.max(8, bytes);
    const kindA = this.add({
      name: 'spine',
      sizes: [{ bytes: size, weight: 1 }],
      pointers: { bytes: size },
    });
    return { shape: ShapeCode.spine, kindA, countA: 1, kindB, countB, degree: 0, leaves: countB };
  }

  private add(kind: Kind): number {
    this.kinds.push(kind);
    return this.kinds.length - 1;
  }
}
