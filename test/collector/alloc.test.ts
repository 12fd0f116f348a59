/** Spans and sweeping: what is marked survives, the rest gives its slots back, empty spans give their pages back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/assert.ts';
import { Allocator } from '../../src/collector/alloc.ts';
import { GcBits } from '../../src/collector/gcbits.ts';
import { PageHeap } from '../../src/collector/heap.ts';
import { KindTable, Objects, ShapeCode } from '../../src/collector/objects.ts';
import { sizeClass } from '../../src/collector/sizeclass.ts';
import { Prng } from '../../src/sim/prng.ts';

const size = 64;
/** 64-byte objects in a page. */
const slots = 128;
const plan = { shape: ShapeCode.list, kindA: 0, kindB: 0, countB: 0, degree: 0, leaves: 0 };

function made(
  procs = 1,
  splitNoscan = false,
): { alloc: Allocator; objects: Objects; heap: PageHeap } {
  const kind = { name: 'k', sizes: [{ bytes: size, weight: 1 }], pointers: { bytes: 8 } };
  const objects = new Objects(new KindTable([kind], new Prng(1, 'sizes')));
  const heap = new PageHeap();
  return {
    alloc: new Allocator(heap, objects, procs, splitNoscan, new GcBits(true, true)),
    objects,
    heap,
  };
}

/** Allocates a unit of `count` objects on P `p`, as the program does: span by span. */
function build(alloc: Allocator, p: number, count: number): number {
  const { objects } = alloc;
  const u = objects.create({ ...plan, countA: count }, 0);
  const c = alloc.spanClassOf(sizeClass(size), true);
  let built = 0;
  while (built < count) {
    if (alloc.cachedFree(p, c) === 0) {
      alloc.uncacheSpan(p, c);
      if (alloc.cacheSpan(p, c) < 0) alloc.freshSpan(p, c);
    }
    const n = Math.min(count - built, alloc.cachedFree(p, c));
    alloc.place(p, c, u, built, n, size);
    built += n;
    objects.builtA[u] = built;
  }
  return u;
}

function uncacheAll(alloc: Allocator): void {
  for (let p = 0; p < alloc.procs; p++) {
    for (let c = 0; c < alloc.spanClasses; c++) alloc.uncacheSpan(p, c);
  }
}

function sweepAll(alloc: Allocator): { freedObjects: number; freedPages: number } {
  const sum = { freedObjects: 0, freedPages: 0 };
  const one = { freedObjects: 0, freedPages: 0 };
  for (let s = alloc.nextUnswept(); s >= 0; s = alloc.nextUnswept()) {
    alloc.sweep(s, one);
    sum.freedObjects += one.freedObjects;
    sum.freedPages += one.freedPages;
  }
  return sum;
}

function mark(objects: Objects, u: number): void {
  objects.blacken(u, 0, objects.builtA[u]!);
}

describe('sweeping', () => {
  test('frees what is not marked, and empty spans with it', () => {
    const { alloc, objects, heap } = made();
    const kept = build(alloc, 0, 2 * slots);
    const dead = build(alloc, 0, 3 * slots);
    expect(heap.inUsePages).toBe(5);
    uncacheAll(alloc);
    objects.clearMarks();
    mark(objects, kept);
    objects.drop(dead);
    alloc.startSweep();
    expect(alloc.isSweepDone).toBe(false);
    expect(sweepAll(alloc)).toEqual({ freedObjects: 3 * slots, freedPages: 3 });
    expect(alloc.isSweepDone).toBe(true);
    expect(heap.inUsePages).toBe(2);
    expect(alloc.heldBytes).toBe(2 * slots * size);
    expect(alloc.sweptBytes).toBe(3 * slots * size);
    expect(alloc.allocatedBytes).toBe(5 * slots * size);
  });

  test('makes room in a span that is partly alive', () => {
    const { alloc, objects, heap } = made();
    const kept = build(alloc, 0, 100);
    const dead = build(alloc, 0, 28);
    uncacheAll(alloc);
    objects.clearMarks();
    mark(objects, kept);
    objects.drop(dead);
    alloc.startSweep();
    sweepAll(alloc);
    // 28 objects fit into the slots that were swept; one more needs another span.
    build(alloc, 0, 28);
    expect(heap.inUsePages).toBe(1);
    build(alloc, 0, 1);
    expect(heap.inUsePages).toBe(2);
  });

  test('is done by the allocation that needs a span', () => {
    const { alloc, objects, heap } = made();
    const kept = build(alloc, 0, 1);
    const dead = build(alloc, 0, 127);
    uncacheAll(alloc);
    objects.clearMarks();
    mark(objects, kept);
    objects.drop(dead);
    alloc.startSweep();
    build(alloc, 0, 127);
    expect(alloc.sweptHere).toBe(1);
    expect(heap.inUsePages).toBe(1);
  });

  test('of a large object frees its pages', () => {
    const { alloc, objects, heap } = made();
    const u = objects.create({ ...plan, countA: 1 }, 0);
    const s = alloc.allocLarge(10, 0, u, 0, size);
    objects.builtA[u] = 1;
    expect(heap.inUsePages).toBe(10);
    objects.clearMarks();
    objects.drop(u);
    alloc.startSweep();
    expect(alloc.nextUnswept()).toBe(s);
    const outcome = { freedObjects: 0, freedPages: 0 };
    alloc.sweep(s, outcome);
    expect(outcome).toEqual({ freedObjects: 1, freedPages: 10 });
    expect(heap.inUsePages).toBe(0);
  });

  test('of an object that was freed and is marked again is caught', () => {
    const { alloc, objects } = made();
    const u = build(alloc, 0, 100);
    uncacheAll(alloc);
    objects.clearMarks();
    objects.blacken(u, 0, 50);
    alloc.startSweep();
    sweepAll(alloc);
    mark(objects, u);
    alloc.startSweep();
    expect(() => sweepAll(alloc)).toThrow(InvariantError);
  });
});

describe('spans', () => {
  test('hold no more than they have room for', () => {
    const { alloc, objects } = made();
    const u = objects.create({ ...plan, countA: 200 }, 0);
    const c = alloc.spanClassOf(sizeClass(size), true);
    alloc.freshSpan(0, c);
    expect(alloc.cachedFree(0, c)).toBe(slots);
    expect(() => alloc.place(0, c, u, 0, slots + 1, size)).toThrow(InvariantError);
  });

  test('of objects without pointers are apart from 1.9 on', () => {
    const apart = made(1, true).alloc;
    const together = made(1, false).alloc;
    expect(apart.spanClassOf(5, true)).not.toBe(apart.spanClassOf(5, false));
    expect(together.spanClassOf(5, true)).toBe(together.spanClassOf(5, false));
    for (const pointers of [true, false]) {
      expect(apart.sizeClassOf(apart.spanClassOf(5, pointers))).toBe(5);
      expect(together.sizeClassOf(together.spanClassOf(5, pointers))).toBe(5);
    }
  });

  test('are cached by one P at a time', () => {
    const { alloc } = made(2);
    build(alloc, 0, 10);
    build(alloc, 1, 10);
    const c = alloc.spanClassOf(sizeClass(size), true);
    expect(alloc.cache[c]).not.toBe(alloc.cache[alloc.spanClasses + c]);
    expect(alloc.uncacheSpan(0, c)).toBe(slots - 10);
    expect(alloc.uncacheSpan(0, c)).toBe(0);
  });
});

test('whatever is built, kept, dropped and swept: what is marked survives and the books balance', () => {
  const round = fc.record({
    builds: fc.array(fc.record({ p: fc.nat(2), count: fc.integer({ min: 1, max: 400 }) }), {
      maxLength: 8,
    }),
    dropped: fc.array(fc.nat(), { maxLength: 6 }),
    sweeps: fc.nat(40),
  });
  fc.assert(
    fc.property(fc.array(round, { minLength: 1, maxLength: 12 }), (rounds) => {
      const { alloc, objects, heap } = made(3);
      const live = new Map<number, number>();
      for (const { builds, dropped, sweeps } of rounds) {
        for (const { p, count } of builds) {
          const u = build(alloc, p, count);
          expect(live.has(u)).toBe(false);
          live.set(u, count);
        }
        // A collection: what was not swept is swept first, as the runtime does.
        uncacheAll(alloc);
        sweepAll(alloc);
        objects.clearMarks();
        for (const which of dropped) {
          const u = [...live.keys()][which % Math.max(1, live.size)];
          if (u === undefined) continue;
          objects.drop(u);
          live.delete(u);
        }
        for (const u of live.keys()) mark(objects, u);
        alloc.startSweep();
        const one = { freedObjects: 0, freedPages: 0 };
        for (let i = 0; i < sweeps; i++) {
          const s = alloc.nextUnswept();
          if (s >= 0) alloc.sweep(s, one);
        }
        const { pages, heldBytes } = alloc.recount();
        expect(heldBytes).toBe(alloc.heldBytes);
        expect(pages).toBe(alloc.spanPages);
        expect(pages).toBe(heap.inUsePages);
        expect(alloc.allocatedBytes).toBe(alloc.heldBytes + alloc.sweptBytes);
        for (const [u, count] of live) expect(objects.slots[u]).toBe(count);
      }
      sweepAll(alloc);
      const alive = [...live.values()].reduce((sum, count) => sum + count, 0);
      expect(alloc.heldBytes).toBe(alive * size);
      for (const u of [...live.keys()]) objects.drop(u);
      objects.clearMarks();
      alloc.startSweep();
      sweepAll(alloc);
      expect(heap.inUsePages).toBe(0);
    }),
    { numRuns: 60 },
  );
});
