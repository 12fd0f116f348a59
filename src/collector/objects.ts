/**
 * The object graph. Live data are structures ("units"): a list, a tree, a spine with elements, items with leaves, a graph.
 * The pointers of an object are computed from its place in its unit, so that an object costs one mark bit and no more.
 *
 * A unit has two regions: A, its nodes, in the order of allocation, and B, its leaves or elements. A place in a unit counts
 * through both. Kinds with several sizes repeat a pattern of 512 objects, sorted by size.
 *
 * Grain: 2^grainShift neighbours of a region share one number, and with it the mark bit and the place in the pattern of
 * sizes; the last number of a region may stand for fewer. At grain 1, where nothing is said, a number is an object. The shape
 * holds between numbers as it does between objects. A unit owns a range of numbers.
 *
 * Invariant: a unit's numbers are given to another unit only when none of its objects holds a slot of a span any more.
 */
import { assert, fail } from '../assert.ts';
import { grown } from '../sim/grown.ts';
import { mix, type Prng } from '../sim/prng.ts';
import type { Bytes } from '../units.ts';
import { mapBucketBytes, mapBuckets } from '../workload/totals.ts';
import type { Kind, Shape } from '../workload/workload.ts';
import {
  pageSize,
  runtimeHeapScanBytes,
  runtimeObjectBytes,
  runtimeProcScanBytes,
} from './params.ts';
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
/** Most numbers in use at a time: of live objects and those not yet swept. */
export const numbersMax = 134_217_728;
/** Two objects of a unit that are nowhere near. */
export const farJump = 1 << 20;
/** Most objects in a unit: a place is a 31-bit integer. */
const unitObjectsMax = 2_147_483_647;

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
  /** Objects from here on that are alike; of a kind with one size: more than there can be. */
  readonly stretch: Int32Array;

  constructor(kinds: readonly Kind[], rng: Prng) {
    this.size = new Int32Array(kinds.length * patternLength);
    this.scan = new Int32Array(kinds.length * patternLength);
    this.sizeClass = new Uint8Array(kinds.length * patternLength);
    this.stretch = new Int32Array(kinds.length * patternLength);
    for (let k = 0; k < kinds.length; k++) this.fill(k, kinds[k]!, rng);
  }

  /** Are all objects of the kind whose pattern begins at `first` alike? */
  isUniform(first: number): boolean {
    return this.stretch[first] === unitObjectsMax;
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
      this.stretch[at] = uniform ? unitObjectsMax : alike ? this.stretch[at + 1]! + 1 : 1;
    }
  }
}

export class Objects {
  readonly kinds: KindTable;
  /** One bit an object number. */
  marks = new Uint32Array(1 << 12);
  /** Unit that owns each block of numbers. */
  unitOfBlock = new Int32Array(1 << 11);

  // Units, by id. `built…` are the objects allocated so far; `base…` the first number of each region, `end` is behind the last.
  base = new Int32Array(256);
  baseB = new Int32Array(256);
  end = new Int32Array(256);
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
  /** Bytes from an object of each region to the next one, on the average: its size, or more where others lie between. */
  strideA = new Float64Array(256);
  strideB = new Float64Array(256);
  /** Slots of spans held by the unit's objects: live, or dead and not yet swept. */
  slots = new Int32Array(256);
  /** 1 while the unit may still get objects or be reached; 0 once it has been dropped. */
  reachable = new Uint8Array(256);

  /** There is or was a tree. */
  hasTrees = false;

  private units = 0;
  private readonly freeUnits: number[] = [];
  private blocks = 0;
  private readonly freeBlocks = new Map<number, number[]>();

  /** Objects that share a number: 2^grainShift. */
  readonly grainShift: number;

  constructor(kinds: KindTable, grainShift = 0) {
    this.kinds = kinds;
    this.grainShift = grainShift;
  }

  /** Makes a unit without objects yet. Returns its id, or -1 when the model's numbers are used up. */
  create(plan: UnitPlan, seed: number): number {
    const objects = plan.countA + plan.countB;
    assert(objects > 0, 'a unit has objects');
    if (objects > unitObjectsMax) return -1;
    const grainsA = this.grainsOf(plan.countA);
    const grainsB = this.grainsOf(plan.countB);
    const count = grainsA + grainsB;
    const blockCount = Math.ceil(count / numberBlock);
    let block = this.freeBlocks.get(blockCount)?.pop() ?? -1;
    if (block < 0) {
      block = this.blocks;
      if ((block + blockCount) * numberBlock > numbersMax) return -1;
      this.blocks += blockCount;
      this.reserveBlocks(this.blocks);
    }
    const u = this.freeUnits.pop() ?? this.units++;
    if (u >= this.base.length) this.reserveUnits();
    this.unitOfBlock.fill(u, block, block + blockCount);
    this.base[u] = block * numberBlock;
    this.baseB[u] = block * numberBlock + grainsA;
    this.end[u] = block * numberBlock + count;
    this.shape[u] = plan.shape;
    if (plan.shape === ShapeCode.tree) this.hasTrees = true;
    this.kindA[u] = plan.kindA;
    this.kindB[u] = plan.kindB;
    this.countA[u] = plan.countA;
    this.countB[u] = plan.countB;
    this.builtA[u] = 0;
    this.builtB[u] = 0;
    this.degree[u] = plan.degree;
    this.leaves[u] = plan.leaves;
    this.seed[u] = seed;
    this.phase[u] = Math.max(grainsA, grainsB) < patternLength ? seed & patternMask : 0;
    this.slots[u] = 0;
    this.strideA[u] = 0;
    this.strideB[u] = 0;
    this.reachable[u] = 1;
    return u;
  }

  /** `count` objects have been placed, `stride` bytes apart, behind those of their region from place `from` on down. */
  noteStride(u: number, from: number, count: number, stride: Bytes): void {
    const inB = from >= this.countA[u]!;
    const strides = inB ? this.strideB : this.strideA;
    const before = inB ? from - this.countA[u]! : from;
    strides[u] = (strides[u]! * before + stride * count) / (before + count);
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
    const blockCount = Math.ceil((this.end[u]! - this.base[u]!) / numberBlock);
    const list = this.freeBlocks.get(blockCount);
    const block = this.base[u]! >> numberShift;
    if (list === undefined) this.freeBlocks.set(blockCount, [block]);
    else list.push(block);
    this.freeUnits.push(u);
  }

  /** Numbers of a region that has so many objects. */
  grainsOf(objects: number): number {
    const { grainShift } = this;
    return (objects + (1 << grainShift) - 1) >>> grainShift;
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
    return this.base[u]! + (last ? (built - 1) >> this.grainShift : 0);
  }

  /** Number of the object at a place. */
  numberOf(u: number, place: number): number {
    const a = this.countA[u]!;
    return place < a
      ? this.base[u]! + (place >> this.grainShift)
      : this.baseB[u]! + ((place - a) >> this.grainShift);
  }

  /** Objects that a number stands for: those allocated so far. */
  weight(u: number, o: number): number {
    if (this.grainShift === 0) return 1;
    const grain = 1 << this.grainShift;
    const baseB = this.baseB[u]!;
    const left =
      o < baseB
        ? this.builtA[u]! - (o - this.base[u]!) * grain
        : this.builtB[u]! - (o - baseB) * grain;
    return Math.min(grain, left);
  }

  /**
   * While a number waits to be scanned, does each of its objects wait in a workbuf, or only one at a time? Lists and trees
   * go on from the object scanned last, so that of neighbours few wait; where all are greyed at once, all wait.
   */
  waitsWhole(u: number, o: number): boolean {
    switch (this.shape[u]) {
      case ShapeCode.list:
        return this.degree[u]! > 0;
      case ShapeCode.graph:
        return true;
      case ShapeCode.spine:
      case ShapeCode.itemsNextLast:
        return o >= this.baseB[u]!;
      default:
        return false;
    }
  }

  /**
   * Of the objects of a region, the share that is scanned after one that is not its neighbour, as marking goes through the shape
   * (it takes up first what it put down last); and how many numbers the two lie apart, at grain 1.
   */
  apart(u: number, o: number): { share: number; jump: number } {
    const leaves = this.leaves[u]!;
    const degree = this.degree[u]!;
    const inB = o >= this.baseB[u]!;
    const leavesQueue = leaves > 0 && this.kinds.scan[this.kindB[u]! * patternLength]! > 0;
    switch (this.shape[u]) {
      case ShapeCode.tree:
        // Its leaves come between two nodes. Without: each inner node, and of each group of children the first.
        if (inB) return { share: 1 / leaves, jump: farJump };
        if (leavesQueue) return { share: 1, jump: farJump };
        return { share: 2 / degree - 1 / (degree * degree), jump: farJump };
      case ShapeCode.itemsNextFirst:
        if (inB) return { share: 1 / leaves, jump: farJump };
        return { share: leavesQueue ? 1 : 0, jump: farJump };
      case ShapeCode.itemsNextLast:
        // The leaves of an item from last to first, then those of the item after it.
        return { share: inB ? 1 / leaves : 0, jump: 2 * leaves - 1 };
      case ShapeCode.graph:
        // To the next node only where the others that the last one points at are marked. Counted in graphs of degree 2 to 6.
        return { share: 1 - 2 / (degree * degree), jump: farJump };
      case ShapeCode.list:
        return { share: degree > 0 ? 1 : 0, jump: 2 };
      default:
        return { share: 0, jump: 1 };
    }
  }

  /** Place in the kind tables of what has a number, given its unit. */
  kindIndex(u: number, o: number): number {
    const baseB = this.baseB[u]!;
    return o < baseB
      ? this.placeInKind(this.kindA[u]!, u, o - this.base[u]!)
      : this.placeInKind(this.kindB[u]!, u, o - baseB);
  }

  /** Place in the kind tables of the i-th number of a region of kind `kind`. */
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

  /** Marked objects among `count` of one region, from a place on. */
  countMarked(u: number, place: number, count: number): number {
    if (this.grainShift > 0) return this.countMarkedGrains(u, place, count);
    const marks = this.marks;
    let n = 0;
    let o = this.base[u]! + place;
    const end = o + count;
    while (o < end && (o & 31) !== 0) {
      n += (marks[o >>> 5]! >>> (o & 31)) & 1;
      o++;
    }
    for (; o + 32 <= end; o += 32) n += popcount(marks[o >>> 5]!);
    for (; o < end; o++) n += (marks[o >>> 5]! >>> (o & 31)) & 1;
    return n;
  }

  private countMarkedGrains(u: number, place: number, count: number): number {
    const grain = 1 << this.grainShift;
    const first = place < this.countA[u]! ? 0 : this.countA[u]!;
    let n = 0;
    for (let at = place; at < place + count; ) {
      const stop = Math.min(place + count, at + grain - ((at - first) & (grain - 1)));
      if (this.isMarked(this.numberOf(u, at))) n += stop - at;
      at = stop;
    }
    return n;
  }

  /**
   * Marks `count` objects of one region that are allocated black. Returns how many are black now. A number that has white objects
   * already stays white: its objects are found with the others.
   */
  blacken(u: number, place: number, count: number): number {
    const { marks, grainShift } = this;
    let from = this.numberOf(u, place);
    const to = this.numberOf(u, place + count - 1);
    const region = place < this.countA[u]! ? 0 : this.countA[u]!;
    const begun = (place - region) & ((1 << grainShift) - 1);
    let black = count;
    if (begun > 0 && !this.isMarked(from)) {
      black -= Math.min(count, (1 << grainShift) - begun);
      from++;
    }
    for (let o = from; o <= to; o++) marks[o >>> 5] = marks[o >>> 5]! | (1 << (o & 31));
    return black;
  }

  /** A random node of a graph for pointer `j` of node `i`; both numbers within the unit. */
  graphTarget(u: number, i: number, j: number): number {
    return mix(mix(this.seed[u]!, i), j) % (this.baseB[u]! - this.base[u]!);
  }

  private reserveBlocks(blocks: number): void {
    if (blocks <= this.unitOfBlock.length) return;
    let n = this.unitOfBlock.length;
    while (n < blocks) n *= 2;
    this.unitOfBlock = grown(this.unitOfBlock, n);
    this.marks = grown(this.marks, 2 * n);
  }

  private reserveUnits(): void {
    const n = this.base.length * 2;
    this.base = grown(this.base, n);
    this.baseB = grown(this.baseB, n);
    this.end = grown(this.end, n);
    this.kindA = grown(this.kindA, n);
    this.kindB = grown(this.kindB, n);
    this.countA = grown(this.countA, n);
    this.countB = grown(this.countB, n);
    this.builtA = grown(this.builtA, n);
    this.builtB = grown(this.builtB, n);
    this.degree = grown(this.degree, n);
    this.leaves = grown(this.leaves, n);
    this.seed = grown(this.seed, n);
    this.phase = grown(this.phase, n);
    this.slots = grown(this.slots, n);
    this.strideA = grown(this.strideA, n);
    this.strideB = grown(this.strideB, n);
    this.shape = grown(this.shape, n);
    this.reachable = grown(this.reachable, n);
  }
}

function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const packageObjects = Math.floor(runtimeHeapScanBytes / runtimeObjectBytes);

/** The scannable objects of the runtime and the packages themselves, and how much of them is scanned. */
export function runtimeObjects(procs: number): { count: number; scanBytes: Bytes } {
  // Behind two objects that are nothing but pointers to the others.
  return {
    count: 2 + packageObjects + procs,
    scanBytes: packageObjects * (8 + runtimeObjectBytes) + procs * (8 + runtimeProcScanBytes),
  };
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

  /** See runtimeObjects: what package variables lead to, and what each P has. All that is in them is pointers. */
  runtime(procs: number): UnitPlan[] {
    const pointers = (bytes: Bytes) =>
      this.add({ name: 'runtime', sizes: [{ bytes, weight: 1 }], pointers: { bytes } });
    const variables = (kind: number, count: number) => this.spine(8 * count, kind, count);
    return [
      variables(pointers(runtimeObjectBytes), packageObjects),
      variables(pointers(runtimeProcScanBytes), procs),
    ];
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
