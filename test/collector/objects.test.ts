/** The object graph: kinds, shapes, numbers, marks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/assert.ts';
import {
  KindTable,
  numberBlock,
  Objects,
  Planner,
  patternLength,
  ShapeCode,
  type UnitPlan,
} from '../../src/collector/objects.ts';
import { Prng } from '../../src/sim/prng.ts';
import type { Kind, Shape } from '../../src/workload/workload.ts';

const node: Kind = { name: 'node', sizes: [{ bytes: 64, weight: 1 }], pointers: { bytes: 24 } };

function tableOf(kinds: readonly Kind[], seed = 1): KindTable {
  return new KindTable(kinds, new Prng(seed, 'sizes'));
}

function list(countA: number): UnitPlan {
  return { shape: ShapeCode.list, kindA: 0, countA, kindB: 0, countB: 0, degree: 0, leaves: 0 };
}

describe('the table of kinds', () => {
  test('rounds sizes to classes and to pages', () => {
    const sizes = [24, 33, 1024, 32768, 32769, 100_000];
    const kinds = sizes.map(
      (bytes): Kind => ({ name: 'k', sizes: [{ bytes, weight: 1 }], pointers: { bytes: 8 } }),
    );
    const table = tableOf(kinds);
    const found = sizes.map((_, k) => table.size[k * patternLength]);
    expect(found).toEqual([32, 48, 1024, 32768, 40960, 106_496]);
    expect(table.sizeClass[5 * patternLength]).toBe(0);
    for (let k = 0; k < sizes.length; k++) expect(table.scan[k * patternLength]).toBe(8);
  });

  test('gives each size its share of the pattern, to within one object', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, fc.nat(1000), (all, seed) => {
        const sizes = all.map((weight, i) => ({ bytes: 64 * (i + 1), weight }));
        const kind: Kind = { name: 'k', sizes, pointers: { share: 0 } };
        const table = tableOf([kind], seed);
        const total = all.reduce((sum, weight) => sum + weight, 0);
        for (const { bytes, weight } of sizes) {
          const count = table.size.filter((size) => size === bytes).length;
          expect(Math.abs(count - (weight / total) * patternLength)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('takes a share of pointers in whole pointers', () => {
    const sizes = [
      { bytes: 20, weight: 1 },
      { bytes: 100, weight: 1 },
    ];
    const kind: Kind = { name: 'k', sizes, pointers: { share: 0.5 } };
    const table = tableOf([kind]);
    expect([...new Set(table.scan)].sort((a, b) => a - b)).toEqual([8, 48]);
  });
});

describe('a plan', () => {
  const plan = (shape: Shape): { plan: UnitPlan; kinds: Kind[] } => {
    const planner = new Planner([node]);
    return { plan: planner.plan(shape), kinds: planner.kinds };
  };

  test.each([
    [{ type: 'list', kind: 0, length: 7, back: 0 }, 7, 0],
    [{ type: 'tree', kind: 0, nodes: 7, fanout: 2, leafKind: 0, leaves: 3 }, 7, 21],
    [{ type: 'array', kind: 0, length: 9 }, 1, 9],
    [{ type: 'items', kind: 0, length: 5, leafKind: 0, leaves: 2, next: 'last' }, 5, 10],
    [{ type: 'map', entries: 20, kind: 0 }, 1, 20],
    [{ type: 'map', entries: 20, kind: -1 }, 1, 0],
    [{ type: 'graph', kind: 0, nodes: 4, degree: 2 }, 4, 0],
    [{ type: 'bytes', size: 1000 }, 1, 0],
  ] as [Shape, number, number][])('of %o has %d objects and %d leaves', (shape, a, b) => {
    const { plan: made } = plan(shape);
    expect([made.countA, made.countB]).toEqual([a, b]);
  });

  test('of an array points with 8 bytes at each element', () => {
    const { plan: made, kinds } = plan({ type: 'array', kind: 0, length: 1000 });
    const spine = kinds[made.kindA]!;
    expect(spine.sizes[0]!.bytes).toBe(8000);
    expect(spine.pointers).toEqual({ bytes: 8000 });
  });

  // 6.5 entries a bucket at most, buckets double: 52 entries fit into 8, 53 need 16. A bucket of 8-byte keys and values
  // has 8 + 64 + 64 + 8 bytes.
  test.each([
    [6, 1],
    [7, 2],
    [52, 8],
    [53, 16],
  ])('of a map with %d entries has %d buckets', (entries, buckets) => {
    const { plan: made, kinds } = plan({ type: 'map', entries, kind: 0 });
    expect(kinds[made.kindA]!.sizes[0]!.bytes).toBe(buckets * 144);
  });
});

describe('units', () => {
  test('have numbers of their own, and give them up when dropped and swept', () => {
    const action = fc.record({
      what: fc.constantFrom('create', 'place', 'drop', 'sweep'),
      which: fc.nat(),
      count: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 150 }), (actions) => {
        const objects = new Objects(tableOf([node]));
        /** Units that exist: reachable, or with slots that are not swept. */
        const units: { u: number; first: number; blocks: number; slots: number; held: boolean }[] =
          [];
        for (const { what, which, count } of actions) {
          const unit = units[which % Math.max(1, units.length)];
          if (what === 'create' || unit === undefined) {
            const u = objects.create(list(count), 0);
            const first = objects.base[u]!;
            const blocks = Math.ceil(count / numberBlock);
            for (const other of units) {
              expect(other.u).not.toBe(u);
              const apart =
                first >= other.first + other.blocks * numberBlock ||
                other.first >= first + blocks * numberBlock;
              expect(apart).toBe(true);
            }
            units.push({ u, first, blocks, slots: 0, held: true });
            continue;
          }
          if (what === 'place' && unit.held) {
            objects.slots[unit.u] = objects.slots[unit.u]! + 1;
            unit.slots++;
          } else if (what === 'drop' && unit.held) {
            objects.drop(unit.u);
            unit.held = false;
          } else if (what === 'sweep' && unit.slots > 0) {
            objects.freeSlots(unit.u, 1);
            unit.slots--;
          }
          if (!unit.held && unit.slots === 0) units.splice(units.indexOf(unit), 1);
          for (const { u, first, blocks } of units) {
            expect(objects.unitOfBlock[first / numberBlock]).toBe(u);
            expect(objects.unitOfBlock[first / numberBlock + blocks - 1]).toBe(u);
          }
        }
      }),
    );
  });

  test('are not dropped twice', () => {
    const objects = new Objects(tableOf([node]));
    const u = objects.create(list(3), 0);
    objects.slots[u] = 3;
    objects.drop(u);
    expect(() => objects.drop(u)).toThrow(InvariantError);
    expect(() => objects.freeSlots(u, 4)).toThrow(InvariantError);
  });

  test('are reached by their newest object where they are lists, else by their first', () => {
    const objects = new Objects(tableOf([node]));
    const u = objects.create(list(10), 0);
    expect(objects.entry(u)).toBe(-1);
    objects.builtA[u] = 4;
    expect(objects.entry(u)).toBe(objects.base[u]! + 3);
    const tree = objects.create({ ...list(10), shape: ShapeCode.tree, degree: 2 }, 0);
    objects.builtA[tree] = 4;
    expect(objects.entry(tree)).toBe(objects.base[tree]);
  });
});

describe('marks', () => {
  test('are counted as a set would count them', () => {
    const range = fc.record({ from: fc.nat(700), count: fc.nat(200) });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 10 }), fc.array(range), (marked, asked) => {
        const objects = new Objects(tableOf([node]));
        const u = objects.create(list(1000), 0);
        const set = new Set<number>();
        for (const { from, count } of marked) {
          if (count > 0) expect(objects.blacken(u, from, count)).toBe(count);
          for (let o = from; o < from + count; o++) set.add(o);
        }
        for (const { from, count } of asked) {
          let expected = 0;
          for (let o = from; o < from + count; o++) if (set.has(o)) expected++;
          expect(objects.countMarked(u, from, count)).toBe(expected);
          expect(objects.isMarked(from)).toBe(set.has(from));
        }
        objects.clearMarks();
        expect(objects.countMarked(u, 0, 1000)).toBe(0);
      }),
    );
  });
});
