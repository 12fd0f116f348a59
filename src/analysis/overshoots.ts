/** Collections over their goal, and how sure that is where sizes are rounded. */
import type { Bytes } from '../units.ts';
import type { OvershootCase } from './logfigures.ts';
import type { Step } from './step.ts';
import { refOf } from './worst.ts';

/**
 * With a heap in [e, e + s) and a goal in [g, g + t), what the heap is over its goal lies between e − g − t and
 * e − g + s. The figure that is reported is e − g, or 0 where that is negative.
 */
export class Overshoots {
  readonly #top: number;
  readonly #worst: OvershootCase[] = [];
  /** The least ratio that makes the list when it is full. */
  #least = 0;
  /** Collections that were over their goal whatever the rounding, and that may have been. */
  certain = 0;
  possible = 0;
  /** Whether there was a goal, and one that is a measure. */
  #isKnown = false;
  #hasRatio = false;
  readonly #bytes = new Bounds();
  readonly #ratio = new Bounds();

  constructor(top: number) {
    this.#top = top;
  }

  add(step: Step, process: number): void {
    const { heapEndBytes: end, goalBytes: goal, heapEndSlack, goalSlack } = step;
    if (!(end >= 0 && goal >= 0)) return;
    const least = end - goal - goalSlack;
    const most = end - goal + heapEndSlack;
    // A rounded goal is less than what it is rounded by too small, so that 0 is over it.
    if (goalSlack > 0 ? least >= 0 : least > 0) this.certain++;
    if (most > 0) this.possible++;
    this.#isKnown = true;
    if (goal > 0) this.#hasRatio = true;
    // Most collections end below their goal, and there is no more to know of them.
    if (!(most > 0)) return;
    this.#bytes.add(Math.max(0, end - goal), Math.max(0, least), most);
    if (goal === 0) return;
    const ratio = (end - goal) / goal;
    this.#ratio.add(Math.max(0, ratio), Math.max(0, least / (goal + goalSlack)), most / goal);
    if (ratio > this.#least) this.#insert(step, process, ratio);
  }

  #insert(step: Step, process: number, ratio: number): void {
    if (this.#top === 0) return;
    const worst = this.#worst;
    let at = worst.length;
    while (at > 0 && ratio > (worst[at - 1]?.ratio ?? 0)) at--;
    worst.splice(at, 0, caseOf(step, process));
    if (worst.length > this.#top) worst.pop();
    if (worst.length === this.#top) this.#least = worst[worst.length - 1]?.ratio ?? 0;
  }

  get worst(): OvershootCase[] {
    return this.#worst;
  }

  get errorBytes(): Bytes | undefined {
    return this.#isKnown ? this.#bytes.error : undefined;
  }

  get errorRatio(): number | undefined {
    return this.#hasRatio ? this.#ratio.error : undefined;
  }
}

function caseOf(step: Step, process: number): OvershootCase {
  const { heapEndBytes: end, goalBytes: goal, heapEndSlack, goalSlack } = step;
  const overBytes = end - goal;
  return {
    ...refOf(step, process),
    heapEndBytes: end,
    heapGoalBytes: goal,
    overBytes,
    ratio: overBytes / goal,
    errorBytes: Math.max(heapEndSlack, goalSlack),
    // What the ratio gains with the most heap, and what it loses with the greatest goal.
    errorRatio: Math.max(heapEndSlack / goal, end / goal - end / (goal + goalSlack)),
  };
}

/** A maximum of rounded figures, and within which bounds the maximum of the true ones lies. */
class Bounds {
  #figure = 0;
  #least = 0;
  #most = 0;

  add(figure: number, least: number, most: number): void {
    if (figure > this.#figure) this.#figure = figure;
    if (least > this.#least) this.#least = least;
    if (most > this.#most) this.#most = most;
  }

  get error(): number {
    return Math.max(this.#most - this.#figure, this.#figure - this.#least);
  }
}
