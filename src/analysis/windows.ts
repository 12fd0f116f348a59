/** GC CPU in windows of time: the worst minute, second or whatever the log is long enough for. */
import { msNs, type Ns, secondNs } from '../units.ts';
import type { WorstWindow } from './logfigures.ts';
import { told } from './worst.ts';

/** Lengths to choose from: the longest of which the log has `windowsMin` is taken. */
const defaultLengthsNs: readonly Ns[] = [
  60 * secondNs,
  10 * secondNs,
  secondNs,
  100 * msNs,
  10 * msNs,
];
const windowsMin = 10;
/** Lines give the start of a collection in whole milliseconds, so that one may seem to begin before the other ends. */
const clockStepNs: Ns = msNs;
/** A share over less would be made of that rounding: there is none, whatever length is asked for. */
const lengthMinNs: Ns = 10 * clockStepNs;

/** The worst window of each length so far, over all processes. */
export class WorstWindows {
  readonly lengthsNs: Float64Array;
  readonly #isGiven: boolean;
  readonly #shares: Float64Array;
  readonly #assistShares: Float64Array;
  readonly #startsNs: Float64Array;
  readonly #processes: Float64Array;
  /**
   * How many of the lengths may still be chosen: when the log is long enough for one, it is for the shorter ones, and
   * they need not be looked at any more.
   */
  count: number;
  /** A process that lasts so long has windows enough of the last of them but one. */
  #enoughNs: Ns;
  /** Of the process that lasted longest. */
  #spanNs: Ns = 0;

  /** With a length, that one alone; with one that is too short for the clock, none. */
  constructor(lengthNs?: Ns) {
    this.#isGiven = lengthNs !== undefined;
    const lengthsNs = lengthNs === undefined ? defaultLengthsNs : [lengthNs];
    this.lengthsNs = Float64Array.from(lengthsNs.filter((ns) => ns >= lengthMinNs));
    const count = this.lengthsNs.length;
    this.count = count;
    this.#enoughNs = this.#enoughFor(count - 2);
    this.#shares = new Float64Array(count).fill(-1);
    this.#assistShares = new Float64Array(count);
    this.#startsNs = new Float64Array(count);
    this.#processes = new Float64Array(count);
  }

  offer(
    at: number,
    window: { process: number; startNs: Ns; share: number; assistShare: number },
  ): void {
    this.#shares[at] = window.share;
    this.#assistShares[at] = window.assistShare;
    this.#startsNs[at] = window.startNs;
    this.#processes[at] = window.process;
  }

  /** The greatest share so far. */
  most(at: number): number {
    return this.#shares[at] ?? 0;
  }

  /** A process has lasted so long. */
  noteSpan(ns: Ns): void {
    if (ns > this.#spanNs) this.#spanNs = ns;
    while (ns >= this.#enoughNs) {
      this.count--;
      this.#enoughNs = this.#enoughFor(this.count - 2);
    }
  }

  #enoughFor(at: number): Ns {
    return (this.lengthsNs[at] ?? Number.POSITIVE_INFINITY) * windowsMin;
  }

  /** The worst window of the length that fits the log. */
  worst(): WorstWindow | undefined {
    for (let at = 0; at < this.count; at++) {
      const lengthNs = this.lengthsNs[at] ?? 0;
      if (!this.#isGiven && this.#spanNs < lengthNs * windowsMin) continue;
      const gcCpuShare = this.#shares[at] ?? -1;
      if (gcCpuShare < 0) continue;
      return {
        lengthNs,
        startNs: this.#startsNs[at] ?? 0,
        process: this.#processes[at] ?? 0,
        gcCpuShare,
        assistCpuShare: told(this.#assistShares[at]),
      };
    }
    return undefined;
  }
}

/**
 * The windows of one process, counted from its start, one after the other. Of each length one window is open; it is
 * offered when something comes that lies beyond it. The GC CPU of a collection is spread evenly from its start to its
 * end. What it takes does not depend on how many windows a collection covers: those that it covers whole are alike.
 *
 * A window that the log shows only in part, the first or the last, counts where that part is at least half of it, and
 * then its shares are of that part.
 */
export class ProcessWindows {
  readonly #worst: WorstWindows;
  readonly #lengthsNs: Float64Array;
  readonly #process: number;
  /** From where on the log shows the process. */
  readonly #fromNs: Ns;
  /** The open windows: where they start, and the GC and assist time in them, in ns of all procs. */
  readonly #opensNs: number[] = [];
  readonly #gcNs: number[] = [];
  readonly #assistNs: number[] = [];

  constructor(worst: WorstWindows, process: number, fromNs: Ns) {
    this.#worst = worst;
    this.#lengthsNs = worst.lengthsNs;
    this.#process = process;
    this.#fromNs = fromNs;
    for (let at = 0; at < worst.count; at++) {
      const lengthNs = worst.lengthsNs[at] ?? 1;
      this.#open(at, Math.floor(fromNs / lengthNs) * lengthNs, 0, 0);
    }
  }

  /** A collection. `gcNs` and `assistNs` are CPU time by procs: the time that all of them together would take. */
  add(startNs: Ns, endNs: Ns, gcNs: Ns, assistNs: Ns): void {
    const lengths = this.#lengthsNs;
    const { count } = this.#worst;
    for (let at = 0; at < count; at++) {
      const openNs = this.#opensNs[at] ?? 0;
      if (startNs >= openNs && endNs < openNs + (lengths[at] ?? 0)) {
        this.#gcNs[at] = (this.#gcNs[at] ?? 0) + gcNs;
        this.#assistNs[at] = (this.#assistNs[at] ?? 0) + assistNs;
      } else {
        this.#cross(at, startNs, endNs, gcNs, assistNs);
      }
    }
  }

  /** A collection that does not lie within the open window. */
  #cross(at: number, fromNs: Ns, toNs: Ns, gcNs: Ns, assistNs: Ns): void {
    const lengthNs = this.#lengthsNs[at] ?? 0;
    let openNs = this.#opensNs[at] ?? 0;
    // The clock went back: which window it was is past.
    if (fromNs < openNs - clockStepNs) return;
    const startNs = Math.max(fromNs, openNs);
    const endNs = Math.max(toNs, startNs);
    if (startNs >= openNs + lengthNs) {
      this.#close(at, openNs + lengthNs);
      openNs = Math.floor(startNs / lengthNs) * lengthNs;
      this.#open(at, openNs, 0, 0);
    }
    const nextNs = openNs + lengthNs;
    if (endNs < nextNs) {
      this.#open(at, openNs, (this.#gcNs[at] ?? 0) + gcNs, (this.#assistNs[at] ?? 0) + assistNs);
      return;
    }
    const share = gcNs / (endNs - startNs);
    const assistShare = assistNs / (endNs - startNs);
    const inOpenNs = Math.max(0, nextNs - startNs);
    this.#gcNs[at] = (this.#gcNs[at] ?? 0) + share * inOpenNs;
    this.#assistNs[at] = (this.#assistNs[at] ?? 0) + assistShare * inOpenNs;
    this.#close(at, nextNs);
    const lastNs = Math.floor(endNs / lengthNs) * lengthNs;
    if (lastNs > nextNs && share > this.#worst.most(at)) {
      this.#worst.offer(at, { process: this.#process, startNs: nextNs, share, assistShare });
    }
    const inLastNs = Math.max(0, endNs - lastNs);
    this.#open(at, lastNs, share * inLastNs, assistShare * inLastNs);
  }

  #open(at: number, startNs: Ns, gcNs: Ns, assistNs: Ns): void {
    this.#opensNs[at] = startNs;
    this.#gcNs[at] = gcNs;
    this.#assistNs[at] = assistNs;
  }

  /** The open window ends, or the log does. */
  #close(at: number, endNs: Ns): void {
    const startNs = this.#opensNs[at] ?? 0;
    const seenNs = endNs - Math.max(startNs, this.#fromNs);
    if (!(seenNs > 0) || seenNs * 2 < (this.#lengthsNs[at] ?? 0)) return;
    const share = (this.#gcNs[at] ?? 0) / seenNs;
    if (!(share > this.#worst.most(at))) return;
    this.#worst.offer(at, {
      process: this.#process,
      startNs,
      share,
      assistShare: (this.#assistNs[at] ?? 0) / seenNs,
    });
  }

  /** The end of the process's last collection. */
  finish(endNs: Ns): void {
    for (let at = 0; at < this.#worst.count; at++) {
      this.#close(at, Math.min(endNs, (this.#opensNs[at] ?? 0) + (this.#lengthsNs[at] ?? 0)));
    }
  }
}
