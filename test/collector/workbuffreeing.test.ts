/**
 * Workbufs that are freed between collections (051809e3). Real GCSys in KiB, peak and end: peak2 at 4 procs 173,500 and 173,500 before,
 * 155,500 and 72,500 after; peak 62,400 and 58,000, mostly the heap bitmap in either case.
 */
import { describe, expect, test } from 'vitest';
import { type GcWork, WorkbufPool } from '../../src/collector/gcwork.ts';
import { PageHeap } from '../../src/collector/heap.ts';
import { freeWbufsBatch, pageSize, workbufAlloc } from '../../src/collector/params.ts';
import { findRelease } from '../../src/collector/release.ts';
import { MiB, secondNs } from '../../src/units.ts';
import {
  medianOf,
  overSeeds,
  piledWorkload,
  runWorkload,
  type SimulatedRun,
  startWorkload,
  workloadNamed,
} from '../support/simulation.ts';

const machine = { release: '051809e3', procs: 4, cores: 2 };

describe('peak2, whose marking needs many workbufs', () => {
  const run = (choice: 'off' | 'on'): SimulatedRun =>
    runWorkload('peak2', { ...machine, workbufContrast: choice, durationNs: 8 * secondNs });

  test('both sides reach about the same peak; only with freeing does it go', () => {
    const off = run('off');
    const on = run('on');
    const peakOff = off.totals.gcSys.workbufPeakBytes;
    const peakOn = on.totals.gcSys.workbufPeakBytes;
    // Real Go: about 120 MB.
    expect(peakOff).toBeGreaterThan(60 * MiB);
    expect(peakOff).toBeLessThan(240 * MiB);
    expect(peakOn / peakOff).toBeGreaterThan(0.8);
    expect(peakOn / peakOff).toBeLessThan(1.25);
    expect(on.totals.gcSys.peakBytes / off.totals.gcSys.peakBytes).toBeGreaterThan(0.8);
    expect(on.totals.gcSys.peakBytes / off.totals.gcSys.peakBytes).toBeLessThan(1.25);

    expect(off.totals.gcSys.workbufFinalBytes).toBe(peakOff);
    expect(on.totals.gcSys.workbufFinalBytes).toBeLessThan(peakOn / 2);
    // The peak was dropped after the forced collection: within three more, less than half is left.
    const dropped = on.cycles.findIndex((cycle) => cycle.forced);
    const after = on.cycles.slice(dropped + 1, dropped + 4);
    expect(after).toHaveLength(3);
    expect(Math.min(...after.map((cycle) => cycle.sim.gcSysWorkbufBytes))).toBeLessThan(peakOn / 2);
    // GC bytes from system as a whole: real Go ends with 42 % of what it has without.
    expect(on.totals.gcSys.finalBytes / off.totals.gcSys.finalBytes).toBeLessThan(0.6);
  });
});

test('peak, whose marking needs few workbufs: hardly any difference', () => {
  const workload = workloadNamed('peak');
  const run = (choice: 'off' | 'on'): SimulatedRun =>
    runWorkload(workload, { ...machine, workbufContrast: choice, durationNs: 4 * secondNs });
  const off = run('off');
  const on = run('on');
  expect(off.totals.gcSys.workbufPeakBytes).toBeLessThan(0.05 * off.totals.gcSys.peakBytes);
  // Of the whole, workbufs are what freeing can change; the bitmap follows the heap, which differs from run to run.
  const changed = off.totals.gcSys.workbufFinalBytes - on.totals.gcSys.workbufFinalBytes;
  expect(Math.abs(changed)).toBeLessThan(0.05 * off.totals.gcSys.finalBytes);
});

describe('final GC bytes from system at 4 procs', () => {
  for (const { workload, seeds } of [
    // Whole runs: what matters is what is held once the program is done.
    { workload: 'json', seeds: [1, 2, 3, 4, 5] },
    { workload: 'garbage', seeds: [1, 2, 3] },
  ]) {
    test(`${workload}: fall with freeing`, () => {
      const final = (choice: 'off' | 'on'): { own: number; workbufs: number } => {
        const runs = overSeeds(seeds, workload, {
          ...machine,
          workbufContrast: choice,
        });
        return {
          // The bitmap follows the heap, whose size differs from run to run.
          own: medianOf(
            runs.map(({ totals: { gcSys } }) => gcSys.finalBytes - gcSys.bitmapFinalBytes),
          ),
          workbufs: medianOf(runs.map((run) => run.totals.gcSys.workbufFinalBytes)),
        };
      };
      const off = final('off');
      const on = final('on');
      expect(on.workbufs).toBeLessThan(off.workbufs);
      expect(on.own).toBeLessThan(off.own);
    });
  }
});

/** A pool whose workbufs come from spans, with `count` workbufs full of entries in `gcw`'s hands or on the full list. */
function filledPool(entries: number): { heap: PageHeap; pool: WorkbufPool; gcw: GcWork } {
  const heap = new PageHeap();
  const pool = new WorkbufPool(findRelease('051809e3').workbufs, heap);
  const gcw: GcWork = { wbuf1: -1, wbuf2: -1, bytesMarked: 0, scanWork: 0, scannedLast: -1 };
  for (let o = 0; o < entries; o++) pool.put(gcw, o);
  return { heap, pool, gcw };
}

/** Takes all entries out again, as a drain does; all workbufs are on the empty list then. */
function drained(entries: number): { heap: PageHeap; pool: WorkbufPool } {
  const { heap, pool, gcw } = filledPool(entries);
  const seen = new Set<number>();
  for (;;) {
    if (gcw.wbuf1 < 0 || pool.nobj[gcw.wbuf1] === 0) {
      if (!pool.refill(gcw)) break;
      continue;
    }
    const w = gcw.wbuf1;
    const n = pool.nobj[w]! - 1;
    pool.nobj[w] = n;
    seen.add(pool.entries[w * pool.capacity + n]!);
  }
  expect(seen.size).toBe(entries);
  pool.disposeBuffers(gcw);
  return { heap, pool };
}

describe('spans of workbufs', () => {
  test('hold sixteen workbufs of 2 KiB each, and are pages in use', () => {
    const { heap, pool } = filledPool(100_000);
    const buffers = Math.ceil(100_000 / 253);
    const spans = Math.ceil(buffers / 16);
    expect(pool.busySpans.length).toBeGreaterThanOrEqual(spans);
    expect(pool.busySpans.length).toBeLessThanOrEqual(spans + 1);
    expect(pool.bytes).toBe(pool.busySpans.length * workbufAlloc);
    expect(heap.inUsePages * pageSize).toBe(pool.bytes);
  });

  test('serve ordinary allocation once they are freed', () => {
    const { heap, pool } = drained(100_000);
    pool.prepareFree();
    const spans = new Set(pool.freeSpans);
    const mapped = heap.arenaPages;
    while (pool.freeOne(0));
    expect(pool.bytes).toBe(0);
    expect(heap.inUsePages).toBe(0);
    const pages = workbufAlloc / pageSize;
    const start = heap.alloc(pages);
    expect([...spans].some((span) => start >= span && start < span + pages)).toBe(true);
    expect(heap.arenaPages).toBe(mapped);
  });

  test('are not memory of the heap while they wait to be freed', () => {
    const { heap, pool } = drained(100_000);
    const bytes = pool.bytes;
    const inUse = heap.inUsePages;
    pool.prepareFree();
    expect(pool.bytes).toBe(bytes);
    expect(heap.inUsePages).toBe(inUse);
    expect(pool.busySpans).toEqual([]);
    expect(pool.count).toBe(0);
  });

  test('are used again by getempty where the sweeper has not freed them', () => {
    const { heap, pool } = drained(100_000);
    pool.prepareFree();
    const waiting = pool.freeSpans.length;
    const inUse = heap.inUsePages;
    const taken = pool.spansTaken;
    const w = pool.getEmpty();
    expect(pool.nobj[w]).toBe(0);
    expect(pool.spansReused).toBe(1);
    expect(pool.spansTaken).toBe(taken);
    expect(pool.busySpans.length).toBe(1);
    expect(pool.freeSpans.length).toBe(waiting - 1);
    expect(heap.inUsePages).toBe(inUse);
  });

  test('are not freed while a workbuf is in use', () => {
    const { pool } = filledPool(1000);
    expect(() => pool.prepareFree()).toThrow(/workbuf/);
  });
});

describe('the sweeper', () => {
  test('returns at most 64 spans before it lets others run, and stops early when it is preempted', () => {
    const { simulation, runtime } = startWorkload(piledWorkload('      - work: 200ms'), {
      ...machine,
      procs: 1,
      cores: 1,
    });
    const { sched, sweeper, workbufs, engine } = runtime;
    const freedAt = new Map<number, number>();
    const freeOne = workbufs.freeOne.bind(workbufs);
    workbufs.freeOne = (now) => {
      const freed = freeOne(now);
      if (freed) freedAt.set(engine.now, (freedAt.get(engine.now) ?? 0) + 1);
      return freed;
    };
    // Ask whoever runs to yield, often: a batch of 64 takes 96 µs.
    let asked = 0;
    while (simulation.step(1)) {
      if (workbufs.freeSpans.length > 0 && sweeper.isDone && engine.now > asked + 40_000) {
        asked = engine.now;
        sched.requestPreempt(sched.ps[0]!);
      }
    }
    const batches = [...freedAt.values()];
    expect(sweeper.workbufSpansFreed).toBeGreaterThan(freeWbufsBatch);
    expect(Math.max(...batches)).toBeLessThanOrEqual(freeWbufsBatch);
    expect(Math.min(...batches)).toBeLessThan(freeWbufsBatch);
    expect(batches.reduce((sum, n) => sum + n, 0)).toBe(sweeper.workbufSpansFreed);
    // Nothing is lost by stopping: in the end all are returned.
    expect(workbufs.freeSpans).toEqual([]);
  });

  test('frees in whole batches where nobody disturbs it, at 1 to 2 µs a span', () => {
    const { simulation, runtime } = startWorkload(piledWorkload('      - sleep: 200ms'), {
      ...machine,
      procs: 1,
      cores: 1,
      noise: 0,
    });
    const { workbufs, engine } = runtime;
    const batches: { atNs: number; spans: number }[] = [];
    const freeOne = workbufs.freeOne.bind(workbufs);
    workbufs.freeOne = (now) => {
      const freed = freeOne(now);
      const last = batches[batches.length - 1];
      if (freed && last?.atNs === engine.now) last.spans++;
      else if (freed) batches.push({ atNs: engine.now, spans: 1 });
      return freed;
    };
    while (simulation.step(1 << 16));
    const whole = batches.filter(({ spans }) => spans === freeWbufsBatch);
    expect(whole.length).toBeGreaterThanOrEqual(Math.floor(batches.length / 2));
    const [first, second] = whole.slice(-2) as [(typeof batches)[0], (typeof batches)[0]];
    const perSpanNs = (second.atNs - first.atNs) / second.spans;
    expect(perSpanNs).toBeGreaterThanOrEqual(1000);
    expect(perSpanNs).toBeLessThanOrEqual(2500);
  });
});

test('a fully stopped collection frees workbufs before the world starts again', () => {
  const { simulation, runtime, cycles } = startWorkload(piledWorkload('      - sleep: 1ms'), {
    release: '1.8',
    workbufContrast: 'on',
    procs: 2,
    cores: 2,
  });
  let heldAfterStop = -1;
  let grewTo = 0;
  const { collector, workbufs } = runtime;
  const end = collector.end.bind(collector);
  collector.end = (p, g) => {
    end(p, g);
    const last = cycles[cycles.length - 1];
    if (last?.forced) heldAfterStop = workbufs.bytes;
  };
  while (simulation.step(1 << 10)) grewTo = Math.max(grewTo, collector.workbufPeak);
  expect(cycles.some((cycle) => cycle.forced)).toBe(true);
  expect(grewTo).toBeGreaterThan(MiB);
  expect(heldAfterStop).toBe(0);
});
