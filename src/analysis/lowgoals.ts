/** Goals that leave next to nothing above the live heap, and what collecting costs meanwhile. */
import { msNs, type Ns } from '../units.ts';
import type { Step } from './step.ts';

/** Where the goal adds less than this to what is live, in percent of it, the next collection is never far. */
export const lowGogc = 10;
/** Collections below it in a row are no chance: the goal does not recover. */
export const lowRunMin = 8;
/** Lines give starts in whole milliseconds: a share of less time than this would be made of rounding. */
const stretchMinNs: Ns = 10 * msNs;

/** The collections of a process with such a goal. */
export class LowGoals {
  /** In all, and most in a row. */
  count = 0;
  longestRun = 0;
  /**
   * Most GC CPU, as a share of all CPU, over at least `lowRunMin` of them in a row and at least 10 ms; -1 where there
   * is no such stretch. A goal that low costs little where the program hardly allocates.
   */
  costliestShare = -1;
  #run = 0;
  #collections = 0;
  #spanNs: Ns = 0;
  #gcNs: Ns = 0;
  #availableNs: Ns = 0;

  add(step: Step): void {
    this.count++;
    this.#run++;
    if (this.#run > this.longestRun) this.longestRun = this.#run;
    const availableNs = step.sinceNs * step.procs;
    if (Number.isNaN(availableNs) || Number.isNaN(step.gcNs)) {
      this.#startStretch();
      return;
    }
    this.#collections++;
    this.#spanNs += step.sinceNs;
    this.#gcNs += step.gcNs;
    this.#availableNs += availableNs;
    if (this.#collections < lowRunMin || this.#spanNs < stretchMinNs) return;
    const share = this.#gcNs / this.#availableNs;
    if (share > this.costliestShare) this.costliestShare = share;
    this.#startStretch();
  }

  /** A collection with a goal that leaves more. */
  endRun(): void {
    if (this.#run === 0) return;
    this.#run = 0;
    this.#startStretch();
  }

  #startStretch(): void {
    this.#collections = 0;
    this.#spanNs = 0;
    this.#gcNs = 0;
    this.#availableNs = 0;
  }
}
