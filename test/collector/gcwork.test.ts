/** Workbufs against a multiset: whatever is done with them, no entry is lost and none comes twice. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/assert.ts';
import { GcWork, type WorkbufModel, WorkbufPool } from '../../src/collector/gcwork.ts';
import { PageHeap } from '../../src/collector/heap.ts';

const one: WorkbufModel = { bytes: 256, capacity: 24, buffers: 1, source: 'persistent' };
const two: WorkbufModel = { bytes: 2048, capacity: 253, buffers: 2, source: 'spans' };
const models = [
  ['one buffer of 24', one],
  ['two buffers of 253', two],
] as const;
/** 32 KiB of 8 KiB pages. */
const spanPages = 4;

function poolOf(model: WorkbufModel): { pool: WorkbufPool; heap: PageHeap } {
  const heap = new PageHeap();
  return { pool: new WorkbufPool(model, heap), heap };
}

/** Takes the newest entry, as a drain does; -1 where there is no work to be had. */
function take(pool: WorkbufPool, gcw: GcWork): number {
  if (gcw.wbuf1 < 0 || pool.nobj[gcw.wbuf1] === 0) {
    if (!pool.refill(gcw)) return -1;
  }
  const n = pool.nobj[gcw.wbuf1]! - 1;
  pool.nobj[gcw.wbuf1] = n;
  return pool.entries[gcw.wbuf1 * pool.capacity + n]!;
}

/** Every entry there is, in all buffers of the gcWorks and of the lists. */
function drained(pool: WorkbufPool, works: readonly GcWork[]): number[] {
  const found: number[] = [];
  for (const gcw of works) {
    for (let o = take(pool, gcw); o >= 0; o = take(pool, gcw)) found.push(o);
  }
  return found.sort((a, b) => a - b);
}

function checkBuffers(pool: WorkbufPool, works: readonly GcWork[]): void {
  let held = 0;
  const seen = new Set<number>();
  for (const { wbuf1, wbuf2 } of works) {
    if (pool.model.buffers === 2) expect(wbuf1 < 0).toBe(wbuf2 < 0);
    else expect(wbuf2).toBe(-1);
    for (const w of [wbuf1, wbuf2]) {
      if (w < 0) continue;
      expect(seen.has(w)).toBe(false);
      seen.add(w);
      held++;
    }
  }
  const lists =
    pool.listLength(pool.full) + pool.listLength(pool.partial) + pool.listLength(pool.empty);
  expect(lists + held).toBe(pool.count);
  expect(pool.listLength(pool.empty)).toBe(pool.emptyCount);
}

describe.each(models)('workbufs: %s', (_, model) => {
  test('lose nothing and give nothing twice', () => {
    const action = fc.record({
      what: fc.constantFrom('put', 'put', 'put', 'take', 'balance', 'dispose'),
      who: fc.nat(2),
      times: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { pool } = poolOf(model);
        const works = [new GcWork(), new GcWork(), new GcWork()];
        const inside = new Set<number>();
        let next = 0;
        for (const { what, who, times } of actions) {
          const gcw = works[who]!;
          if (what === 'balance') pool.balance(gcw);
          else if (what === 'dispose') pool.disposeBuffers(gcw);
          else if (what === 'put') {
            for (let i = 0; i < times; i++) {
              inside.add(next);
              pool.put(gcw, next++);
            }
          } else {
            for (let i = 0; i < times; i++) {
              const o = take(pool, gcw);
              if (o < 0) break;
              expect(inside.delete(o)).toBe(true);
            }
          }
          checkBuffers(pool, works);
        }
        for (const gcw of works) pool.disposeBuffers(gcw);
        checkBuffers(pool, works);
        expect(drained(pool, works)).toEqual([...inside].sort((a, b) => a - b));
        for (const gcw of works) pool.disposeBuffers(gcw);
        expect(pool.emptyCount).toBe(pool.count);
        expect(pool.hasWork).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  test('keep the newer half when they are handed off', () => {
    const { pool } = poolOf(model);
    const gcw = new GcWork();
    for (let i = 0; i < 11; i++) pool.put(gcw, i);
    pool.balance(gcw);
    // 5 of 11 stay: 6 to 10. 0 to 5 are on the full list.
    expect(pool.hasWork).toBe(true);
    const mine = Array.from({ length: 5 }, () => take(pool, gcw));
    expect(mine).toEqual([10, 9, 8, 7, 6]);
    const thief = new GcWork();
    expect(drained(pool, [thief])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('are not handed off for a handful of entries', () => {
    const { pool } = poolOf(model);
    const gcw = new GcWork();
    for (let i = 0; i < 4; i++) pool.put(gcw, i);
    pool.balance(gcw);
    expect(pool.hasWork).toBe(false);
    pool.put(gcw, 4);
    pool.balance(gcw);
    expect(pool.hasWork).toBe(true);
  });

  test('give full buffers to the others before long', () => {
    const { pool } = poolOf(model);
    const gcw = new GcWork();
    const own = model.capacity * model.buffers;
    for (let i = 0; i < own; i++) pool.put(gcw, i);
    expect(pool.hasWork).toBe(false);
    pool.put(gcw, own);
    expect(pool.hasWork).toBe(true);
  });

  test('catch what is put on the wrong list', () => {
    const { pool } = poolOf(model);
    const w = pool.getEmpty();
    expect(() => pool.putFull(w)).toThrow(InvariantError);
    pool.nobj[w] = 1;
    expect(() => pool.putEmpty(w)).toThrow(InvariantError);
  });

  test('catch a list with a loop', () => {
    const { pool } = poolOf(model);
    const w = pool.getEmpty();
    pool.putEmpty(w);
    pool.putEmpty(w);
    expect(() => pool.listLength(pool.empty)).toThrow(InvariantError);
  });
});

describe('one buffer', () => {
  test('that is partly filled goes to the list of such, and is taken from there first', () => {
    const { pool } = poolOf(one);
    const gcw = new GcWork();
    for (let i = 0; i < 10; i++) pool.put(gcw, i);
    const w = gcw.wbuf1;
    pool.disposeBuffers(gcw);
    expect(pool.partial).toBe(w);
    const other = new GcWork();
    pool.put(other, 10);
    expect(other.wbuf1).toBe(w);
    expect(pool.partial).toBe(-1);
  });

  test('is never given back, and counts as much as workbufs take', () => {
    const { pool, heap } = poolOf(one);
    expect(pool.bytes).toBe(0);
    for (let i = 0; i < 1024; i++) pool.getEmpty();
    expect(pool.bytes).toBe(1024 * 256);
    pool.getEmpty();
    expect(pool.bytes).toBe(1025 * 256);
    expect(heap.inUsePages).toBe(0);
  });
});

describe('workbufs from spans', () => {
  test('come sixteen to a span', () => {
    const { pool, heap } = poolOf(two);
    for (let i = 0; i < 16; i++) pool.getEmpty();
    expect(pool.busySpans).toHaveLength(1);
    expect(heap.inUsePages).toBe(spanPages);
    expect(pool.bytes).toBe(32 * 1024);
    pool.getEmpty();
    expect(pool.busySpans).toHaveLength(2);
    expect(pool.count).toBe(32);
    expect(pool.bytes).toBe(64 * 1024);
  });

  test('are freed only when all are empty', () => {
    const { pool } = poolOf(two);
    const w = pool.getEmpty();
    expect(() => pool.prepareFree()).toThrow(InvariantError);
    pool.nobj[w] = 1;
    pool.putFull(w);
    expect(() => pool.prepareFree()).toThrow(InvariantError);
    expect(pool.tryGetFull()).toBe(w);
    pool.nobj[w] = 0;
    pool.putEmpty(w);
    pool.prepareFree();
    expect(pool.count).toBe(0);
    expect(pool.busySpans).toEqual([]);
    expect(pool.freeSpans).toHaveLength(1);
    // Memory is counted until it has been returned.
    expect(pool.bytes).toBe(32 * 1024);
  });

  test('reuse a span that has not been freed yet, before taking another', () => {
    const { pool, heap } = poolOf(two);
    const held = Array.from({ length: 40 }, () => pool.getEmpty());
    for (const w of held) pool.putEmpty(w);
    expect(pool.busySpans).toHaveLength(3);
    pool.prepareFree();
    expect(pool.freeOne(0)).toBe(true);
    expect(heap.inUsePages).toBe(2 * spanPages);
    const taken = pool.spansTaken;
    for (let i = 0; i < 32; i++) pool.getEmpty();
    expect(pool.spansTaken).toBe(taken);
    expect(pool.spansReused).toBe(2);
    expect(pool.freeSpans).toEqual([]);
    expect(heap.inUsePages).toBe(2 * spanPages);
    pool.getEmpty();
    expect(pool.spansTaken).toBe(taken + 1);
  });

  test('give their pages back for anything to use', () => {
    const { pool, heap } = poolOf(two);
    pool.putEmpty(pool.getEmpty());
    const [span] = pool.busySpans;
    pool.prepareFree();
    expect(pool.freeOne(0)).toBe(true);
    expect(pool.freeOne(0)).toBe(false);
    expect(pool.bytes).toBe(0);
    expect(heap.alloc(1)).toBe(span);
  });

  test('balance whatever cycles of use and freeing there are', () => {
    const cycle = fc.record({ use: fc.nat(100), freed: fc.nat(10) });
    fc.assert(
      fc.property(fc.array(cycle, { maxLength: 20 }), (cycles) => {
        const { pool, heap } = poolOf(two);
        for (const { use, freed } of cycles) {
          const held = Array.from({ length: use }, () => pool.getEmpty());
          expect(new Set(held).size).toBe(use);
          expect(pool.count).toBe(pool.busySpans.length * 16);
          for (const w of held) pool.putEmpty(w);
          pool.prepareFree();
          for (let i = 0; i < freed; i++) pool.freeOne(0);
          expect(heap.inUsePages).toBe(pool.freeSpans.length * spanPages);
          expect(new Set(pool.freeSpans).size).toBe(pool.freeSpans.length);
        }
      }),
    );
  });
});
