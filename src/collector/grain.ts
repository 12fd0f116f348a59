/**
 * Grain: how coarsely a run is simulated, so that a heap of 100 GB costs no more than one of 1 GB.
 *
 * Neighbours in a structure share one number (objects.ts); in huge heaps neighbouring spans of small objects, and rounds of a
 * program that allocate less than such a span, are taken together too (alloc.ts, mutator.ts). What is counted and what it
 * costs stays that of all of them; only the steps in which it comes are longer. Grain 1 is exact.
 */
import type { Bytes } from '../units.ts';
import { chainTotals, meanBytes, shapeTotals, type Totals } from '../workload/totals.ts';
import type { Kind, RepeatStep, Workload } from '../workload/workload.ts';
import { Planner } from './objects.ts';
import { maxSmallSize, pageSize } from './params.ts';

export interface Grain {
  /** 2^shift objects share a number. */
  shift: number;
  /** Spans of small objects, and of workbufs, that are one; a power of 2. */
  spans: number;
}

/** Most objects that share a number: 2^20. */
export const grainMax = 1 << 20;
/** Up to so many live objects a run is exact where nobody asks for a grain. */
const exactObjectsMax = 20_000_000;
/** Beyond, the grain is chosen so that there are at most so many numbers, which keeps the cost of a collection where it was. */
const numbersWanted = 1 << 21;
/** Spans are taken together where live objects fill more than this many. */
const spansWanted = 1 << 17;

/** The grain of a run: as asked for (a power of 2 up to `grainMax`), or chosen by the size of what is live. */
export function chooseGrain(workload: Workload, asked?: number): Grain {
  const live = liveTotals(workload);
  const chosen =
    live.objects <= exactObjectsMax ? 1 : powerOf2From(live.objects / numbersWanted, grainMax);
  const grain = asked ?? chosen;
  const wanted = powerOf2From(live.bytes / pageSize / spansWanted, grainMax);
  return { shift: 31 - Math.clz32(grain), spans: Math.min(grain, wanted, spansMax(workload)) };
}

/** A grain is a power of 2, up to `grainMax`. */
export function isGrain(value: number): boolean {
  return value >= 1 && value <= grainMax && powerOf2From(value, grainMax) === value;
}

/** The least power of 2 that is not below `value`, at most `most`. */
function powerOf2From(value: number, most: number): number {
  let power = 1;
  while (power < value && power < most) power *= 2;
  return power;
}

/** Large objects are rounded up to whole units of pages: to at most an eighth more. */
function spansMax({ kinds, structures }: Workload): number {
  const planner = new Planner(kinds);
  for (const { shape } of structures) planner.plan(shape);
  let least: Bytes = Number.POSITIVE_INFINITY;
  // The backing arrays of arrays and maps are among the planner's kinds.
  for (const kind of planner.kinds) {
    for (const { bytes } of kind.sizes) if (bytes > maxSmallSize && bytes < least) least = bytes;
  }
  const pages = least / pageSize / 8;
  const above = powerOf2From(pages, grainMax);
  return above > pages ? Math.max(1, above / 2) : above;
}

/** What the program's structures and kept chains hold, as far as its description tells. */
function liveTotals({ kinds, structures, groups }: Workload): Totals {
  let objects = 0;
  let bytes = 0;
  const add = (totals: Totals, count: number): void => {
    objects += totals.objects * count;
    bytes += totals.bytes * count;
  };
  const walk = (repeat: RepeatStep, goroutines: number, rounds: number): void => {
    const inner = rounds * (repeat.times ?? 1);
    for (const step of repeat.steps) {
      if (step.op === 'repeat') walk(step, goroutines, inner);
      if (step.op === 'build') {
        const structure = structures[step.structure];
        if (structure !== undefined) add(shapeTotals(kinds, structure.shape), step.count * inner);
      }
      if (step.op !== 'alloc' || step.keep === 'none') continue;
      const { keep } = step;
      const chains = keep === 'all' ? inner : keep === 'latest' ? goroutines : keep * goroutines;
      add(chainTotals(kinds, step), chains);
    }
  };
  for (const { shape, count } of structures) add(shapeTotals(kinds, shape), count);
  for (const { body, count, perProc } of groups) {
    // How many a group has for each P matters little: what is huge is in structures.
    walk(body, count + perProc, count + perProc);
  }
  return { objects, bytes };
}

/**
 * Rounds of a repeat that are taken together: as many as allocate no more than `spans` spans, where a round does nothing but
 * allocate and compute.
 */
export function roundsTogether(kinds: readonly Kind[], repeat: RepeatStep, spans: number): number {
  if (spans === 1) return 1;
  let bytes = 0;
  for (const step of repeat.steps) {
    if (step.op === 'alloc') bytes += step.count * meanBytes(kinds[step.kind]!);
    else if (step.op !== 'work') return 1;
  }
  if (bytes === 0) return 1;
  return Math.max(1, Math.floor((spans * pageSize) / bytes));
}
