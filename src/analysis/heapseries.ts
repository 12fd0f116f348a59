/** The heap over a run or a log, thinned out as it grows, for a chart. */
import type { GcCycle } from '../cycle.ts';
import type { Bytes, Ns } from '../units.ts';

/** One collection, or the highest of some neighbours. */
export interface HeapPoint {
  /** Heap at the end of marking. */
  heapBytes: Bytes;
  /** Goal of that collection. */
  goalBytes: Bytes | undefined;
  /** What was left of it, and when the collection started: where they are known. */
  heapMarkedBytes?: Bytes | undefined;
  startNs?: Ns | undefined;
}

/** Points kept, twice what the widest terminal shows. */
const pointsMax = 512;

/**
 * A series of at most 512 points, however many collections are added: when it is full, each two neighbours
 * become the higher of them, and from then on a point stands for twice as many collections.
 */
export class HeapSeries {
  #points: HeapPoint[] = [];
  /** Collections that a point stands for, and those that the last point has of them. */
  #cyclesPerPoint = 1;
  #cyclesInLast = 1;

  add(cycle: GcCycle): void {
    const last = this.#points.at(-1);
    if (last !== undefined && this.#cyclesInLast < this.#cyclesPerPoint) {
      this.#cyclesInLast++;
      if (cycle.heapEndBytes > last.heapBytes)
        this.#points[this.#points.length - 1] = pointOf(cycle);
      return;
    }
    if (this.#points.length === pointsMax) {
      this.#points = thinOut(this.#points, pointsMax / 2);
      this.#cyclesPerPoint *= 2;
    }
    this.#points.push(pointOf(cycle));
    this.#cyclesInLast = 1;
  }

  /** At most `count` points, in the order of time. */
  points(count = pointsMax): HeapPoint[] {
    return thinOut(this.#points, count);
  }
}

/** `count` points of about as many neighbours each; all points where there are fewer. */
export function thinOut(points: readonly HeapPoint[], count: number): HeapPoint[] {
  if (points.length <= count) return [...points];
  const thin: HeapPoint[] = [];
  for (const [i, point] of points.entries()) {
    const at = Math.floor((i * count) / points.length);
    const before = thin[at];
    thin[at] = before === undefined ? point : higher(before, point);
  }
  return thin;
}

function pointOf(cycle: GcCycle): HeapPoint {
  return {
    heapBytes: cycle.heapEndBytes,
    goalBytes: cycle.heapGoalBytes,
    heapMarkedBytes: cycle.heapMarkedBytes,
    startNs: cycle.startNs,
  };
}

function higher(a: HeapPoint, b: HeapPoint): HeapPoint {
  return b.heapBytes > a.heapBytes ? b : a;
}
