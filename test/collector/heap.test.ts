/** The page heap against a naive model: one flag a page. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/assert.ts';
import { PageHeap } from '../../src/collector/heap.ts';

const pageBytes = 8192;

/** Free runs as the heap tells them, lowest first. */
function freeRuns(heap: PageHeap): [number, number][] {
  const runs: [number, number][] = [];
  heap.eachFree((start, pages) => runs.push([start, pages]));
  return runs.sort((a, b) => a[0] - b[0]);
}

/** The same, of a model with a flag for each page in use. */
function runsOf(inUse: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  for (let i = 0; i < inUse.length; i++) {
    if (inUse[i]) continue;
    const last = runs[runs.length - 1];
    if (last !== undefined && last[0] + last[1] === i) last[1]++;
    else runs.push([i, 1]);
  }
  return runs;
}

describe('the page heap', () => {
  test('agrees with a model of single pages', () => {
    const action = fc.record({
      allocates: fc.boolean(),
      pages: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 100, max: 300 })),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        const heap = new PageHeap();
        const inUse: boolean[] = [];
        const spans: [number, number][] = [];
        for (const { allocates, pages, which } of actions) {
          if (allocates || spans.length === 0) {
            const before = runsOf(inUse).filter(([, length]) => length >= pages);
            const start = heap.alloc(pages);
            if (before.length > 0) {
              // Best fit: no shorter run would have done.
              const shortest = Math.min(...before.map(([, length]) => length));
              const taken = before.find(([at]) => at === start);
              expect(taken?.[1]).toBe(shortest);
            }
            while (inUse.length < heap.arenaPages) inUse.push(false);
            for (let i = start; i < start + pages; i++) {
              expect(inUse[i]).toBe(false);
              inUse[i] = true;
            }
            spans.push([start, pages]);
          } else {
            const [[start, length]] = spans.splice(which % spans.length, 1) as [[number, number]];
            heap.free(start, length, 0);
            inUse.fill(false, start, start + length);
          }
          // Neighbours are joined: the model's runs are maximal.
          expect(freeRuns(heap)).toEqual(runsOf(inUse));
          expect(heap.inUsePages).toBe(inUse.filter(Boolean).length);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('takes the lowest of the shortest long runs', () => {
    const heap = new PageHeap();
    // Runs of 200, 150, 150 and 180 pages with a page in use between them; the rest of the arena is in use too.
    const starts = [200, 150, 150, 180].map((pages) => {
      const start = heap.alloc(pages);
      heap.alloc(1);
      return [start, pages] as const;
    });
    for (const [start, pages] of [...starts].reverse()) heap.free(start, pages, 0);
    expect(heap.alloc(140)).toBe(starts[1]![0]);
    expect(heap.alloc(140)).toBe(starts[2]![0]);
    expect(heap.alloc(190)).toBe(starts[0]![0]);
  });

  test('grows by 1 MiB at least, and in steps of 64 KiB', () => {
    const heap = new PageHeap();
    heap.alloc(1);
    expect(heap.arenaBytes).toBe(1 << 20);
    // 127 pages are free; 130 need 136 more (130 rounded up to 8), joined to the free ones at the arena's end.
    heap.alloc(130);
    expect(heap.arenaPages).toBe(128 + 136);
  });

  test('has a bitmap of a thirty-second of the arena, in whole pages', () => {
    const heap = new PageHeap();
    expect(heap.bitmapBytes).toBe(0);
    heap.alloc(1);
    expect(heap.bitmapBytes).toBe(2 ** 20 / 32);
    heap.alloc(136);
    expect(heap.bitmapBytes % pageBytes).toBe(0);
    expect(heap.bitmapBytes).toBeGreaterThanOrEqual(heap.arenaBytes / 32);
    expect(heap.bitmapBytes).toBeLessThan(heap.arenaBytes / 32 + pageBytes);
  });

  test('counts each page that is touched once: two of the system for one of the heap', () => {
    const heap = new PageHeap();
    const start = heap.alloc(10);
    expect(heap.touch(start, 4)).toBe(8);
    expect(heap.touch(start, 4)).toBe(0);
    expect(heap.touch(start + 2, 8)).toBe(12);
    heap.free(start, 10, 0);
    const again = heap.alloc(10);
    expect(heap.touch(again, 10)).toBe(0);
  });

  test('knows what a core has written last, while its cache holds it', () => {
    const heap = new PageHeap();
    const dirtyBytes = 20 * pageBytes;
    const start = heap.alloc(30);
    heap.touch(start, 30);
    const write = (core: number, from: number, pages: number, isPastCache = false): number =>
      heap.write(start + from, pages, core, isPastCache, dirtyBytes) / pageBytes;
    // Fresh from the system, no core has it; one that writes again has its own.
    expect(write(0, 0, 10)).toBe(0);
    expect(write(0, 0, 4)).toBe(0);
    // Another core has to fetch all ten, and then has them.
    expect(write(1, 0, 10)).toBe(10);
    expect(write(1, 0, 10)).toBe(0);
    expect(write(0, 8, 4)).toBe(2);
    // Past the caches: fetched once more, and then in none.
    expect(write(1, 8, 4, true)).toBe(4);
    expect(write(0, 8, 4)).toBe(0);
    // Core 1 goes on to 20 pages: what it wrote before is in memory, and these are all in its cache.
    expect(write(1, 10, 20)).toBe(2);
    expect(write(0, 0, 8)).toBe(0);
    expect(write(0, 10, 20)).toBe(20);
    // Its first eight, written before those 20, are gone, as is the first of 21.
    expect(write(1, 0, 21)).toBe(11);
    expect(write(0, 0, 21)).toBe(20);
  });

  test('counts no more of a run than there is where units are of several pages', () => {
    const heap = new PageHeap(16);
    const start = heap.alloc(17);
    heap.touch(start, 17);
    expect(heap.write(start, 17, 0, false, 1 << 30)).toBe(0);
    expect(heap.write(start, 17, 1, false, 1 << 30)).toBe(17 * pageBytes);
  });

  test.each([
    ['the whole of it', 0, 4],
    ['its beginning', 0, 1],
    ['its end', 3, 1],
  ])('catches a double free: %s', (_, from, pages) => {
    const heap = new PageHeap();
    const guard = heap.alloc(8);
    const start = heap.alloc(4);
    heap.alloc(1);
    heap.free(start, 4, 0);
    expect(guard).not.toBe(start);
    expect(() => heap.free(start + from, pages, 0)).toThrow(InvariantError);
  });

  test('catches a free of more than is in use', () => {
    const heap = new PageHeap();
    const start = heap.alloc(2);
    expect(() => heap.free(start, 3, 0)).toThrow(InvariantError);
  });

  test('scavenges what was touched, and free for long enough', () => {
    const heap = new PageHeap();
    const old = heap.alloc(10);
    heap.alloc(1);
    const young = heap.alloc(20);
    heap.alloc(1);
    heap.touch(old, 6);
    heap.touch(young, 20);
    heap.free(old, 10, 1000);
    heap.free(young, 20, 5000);
    expect(heap.scavenge(2000)).toBe(6 * pageBytes);
    expect(heap.releasedPages).toBe(6);
    expect(heap.scavenge(2000)).toBe(0);
    expect(heap.scavenge(5000)).toBe(20 * pageBytes);
    // What was given back has to be faulted in again.
    const again = heap.alloc(10);
    expect(again).toBe(old);
    expect(heap.touch(again, 10)).toBe(20);
  });
});
