/**
 * Minimum mutator utilisation: what the program has at least of its Ps, in any window of a length. Follows Go 1.23,
 * src/internal/trace/gc.go (MutatorUtilization, MMUCurve), for the whole system: at an instant the utilisation is the
 * share of the Ps that the collector has not taken, and the figure for a length is the least mean of all windows of that
 * length within the run. Go cuts a window that is longer than the run to the run's length; here it has no figure.
 *
 * With S(t) as the P time taken up to t, a window that ends at t has lost S(t) − S(t − w). That is greatest where one of
 * its ends is at a corner of S, so that only those windows are looked at. As it grows by no more than the time of all Ps,
 * a window that has lost much less than the worst so far also says until when no window can be worse.
 *
 * Where windows may still start, the corners of S have to be kept: those of the last w. One whose neighbours are less than
 * `w / resolution` apart is left out, and S taken for straight between them, which there differs from S by at most a quarter
 * of that for each P. So a length keeps at most 2 × resolution corners, however long the run and however many changes.
 */
import { msNs, type Ns, secondNs } from '../units.ts';

/** The least mean utilisation over windows of each length, 0 to 1; undefined where the run is shorter than the window. */
export interface MmuFigures {
  readonly in1msShare: number | undefined;
  readonly in10msShare: number | undefined;
  readonly in100msShare: number | undefined;
  readonly in1sShare: number | undefined;
  readonly in10sShare: number | undefined;
}

/** The lengths of windows, and what each is called in metrics and in MmuFigures. */
export const mmuLengths: readonly { ns: Ns; name: string; field: keyof MmuFigures }[] = [
  { ns: msNs, name: '1ms', field: 'in1msShare' },
  { ns: 10 * msNs, name: '10ms', field: 'in10msShare' },
  { ns: 100 * msNs, name: '100ms', field: 'in100msShare' },
  { ns: secondNs, name: '1s', field: 'in1sShare' },
  { ns: 10 * secondNs, name: '10s', field: 'in10sShare' },
];

/** What is known of a log. */
export const noMmu: MmuFigures = {
  in1msShare: undefined,
  in10msShare: undefined,
  in100msShare: undefined,
  in1sShare: undefined,
  in10sShare: undefined,
};

/** Figures are off by at most a quarter of one in 2000: 0.0125 percentage points. */
const defaultResolution = 2000;

/** Changes that are gathered before windows are looked at: in one go that takes a fraction of the time. */
const batch = 512;

/**
 * The figures of one run, in the making: told by `add` how many Ps are taken, and when that changes.
 *
 * ```ts
 * const mmu = new MmuBuilder(options.procs);
 * const onTaken = (nowNs, taken) => mmu.add(nowNs, taken);
 * const { cycles, totals } = simulate(workload, { ...options, onTaken });
 * const summary = summarize(cycles, { ...totals, mmu: mmu.finish(totals.elapsedNs) });
 * ```
 */
export class MmuBuilder {
  readonly #windows: readonly SlidingWindow[];
  /** Changes not yet looked at: when, and how many Ps are taken from then on. */
  readonly #changesNs = new Float64Array(batch);
  readonly #taken = new Float64Array(batch);
  #count = 1;
  /** Corners of S, from where it ended on, that those changes make. */
  readonly #cornersNs = new Float64Array(batch);
  readonly #takenNs = new Float64Array(batch);

  /** `procs`: GOMAXPROCS. The run starts at time 0, with no P taken. */
  constructor(procs: number) {
    this.#windows = mmuLengths.map(({ ns }) => new SlidingWindow(ns, procs));
  }

  /** From `nowNs` on, `taken` Ps are taken. Times are whole and never go back; of several at one time the last counts. */
  add(nowNs: Ns, taken: number): void {
    if (this.#count === batch) this.#look();
    this.#changesNs[this.#count] = nowNs;
    this.#taken[this.#count] = taken;
    this.#count++;
  }

  #look(): void {
    const changesNs = this.#changesNs;
    const cornersNs = this.#cornersNs;
    const takenNs = this.#takenNs;
    let last = 0;
    for (let i = 1; i < this.#count; i++) {
      const ns = changesNs[i]! - cornersNs[last]!;
      if (ns === 0) continue;
      takenNs[last + 1] = takenNs[last]! + this.#taken[i - 1]! * ns;
      cornersNs[last + 1] = changesNs[i]!;
      last++;
    }
    for (const window of this.#windows) window.advance(cornersNs, takenNs, last + 1);
    cornersNs[0] = cornersNs[last]!;
    takenNs[0] = takenNs[last]!;
    this.#taken[0] = this.#taken[this.#count - 1]!;
    this.#count = 1;
  }

  /** The figures of a run that ends at `endNs`. */
  finish(endNs: Ns): MmuFigures {
    this.add(endNs, 0);
    this.#look();
    const figures = { ...noMmu };
    for (const [i, { field }] of mmuLengths.entries()) figures[field] = this.#windows[i]?.least;
    return figures;
  }
}

const roomAtFirst = 1024;

/** Windows of one length, over a run that starts at time 0. Times and lengths are whole. */
export class SlidingWindow {
  readonly #lengthNs: Ns;
  readonly #procs: number;
  /** A corner whose neighbours are nearer together than this is left out. */
  readonly #apartNs: Ns;
  /** Most P time that a window has lost; negative while none has ended. */
  #mostNs: Ns = -1;
  /** No window that ends sooner, and has not been looked at, has lost more. */
  #soonestNs: Ns;
  /** Corners of S, oldest first. The last is where S ends so far. */
  #timesNs: Float64Array = new Float64Array(roomAtFirst);
  #takenNs: Float64Array = new Float64Array(roomAtFirst);
  #end = 1;
  /** The first corner at which no window has started yet that was looked at. The one before it is the oldest needed. */
  #next = 0;

  /** `resolution`: the figure is off by at most a quarter of one in so many. */
  constructor(lengthNs: Ns, procs: number, resolution = defaultResolution) {
    this.#lengthNs = lengthNs;
    this.#procs = procs;
    this.#apartNs = lengthNs / resolution;
    this.#soonestNs = lengthNs;
  }

  /** The least mean utilisation of a window so far, 0 to 1; undefined where none has ended. */
  get least(): number | undefined {
    if (this.#mostNs < 0) return undefined;
    return Math.max(0, 1 - this.#mostNs / (this.#lengthNs * this.#procs));
  }

  /** S goes on, through `count` points. The first is where it ended, the others are corners, or its new end. */
  advance(timesNs: Float64Array, takenNs: Float64Array, count: number): void {
    // Hot: once for each change and length.
    let keptNs = this.#timesNs;
    let keptTakenNs = this.#takenNs;
    let end = this.#end;
    let soonestNs = this.#soonestNs;
    const apartNs = this.#apartNs;
    for (let i = 1; i < count; i++) {
      const ns = timesNs[i]!;
      if (ns >= soonestNs) {
        this.#end = end;
        this.#look(timesNs, takenNs, i);
        soonestNs = this.#soonestNs;
      }
      if (end >= 2 && ns - keptNs[end - 2]! < apartNs) {
        end--;
      } else if (end === keptNs.length) {
        end = this.#makeRoom();
        keptNs = this.#timesNs;
        keptTakenNs = this.#takenNs;
      }
      keptNs[end] = ns;
      keptTakenNs[end] = takenNs[i]!;
      end++;
    }
    this.#end = end;
  }

  /**
   * Looks at the windows that end in the stretch up to point `at`: those that start at a corner, and the one that ends
   * with the stretch.
   */
  #look(timesNs: Float64Array, takenNs: Float64Array, at: number): void {
    const lengthNs = this.#lengthNs;
    const fromNs = timesNs[at - 1]!;
    const fromTakenNs = takenNs[at - 1]!;
    const toNs = timesNs[at]!;
    const toTakenNs = takenNs[at]!;
    const slope = (toTakenNs - fromTakenNs) / (toNs - fromNs);
    let mostNs = this.#mostNs;
    let soonestNs = this.#soonestNs;
    let isAtEnd = false;
    while (soonestNs <= toNs && !isAtEnd) {
      this.#skip(soonestNs - lengthNs);
      const next = this.#next;
      isAtEnd = next === this.#end || this.#timesNs[next]! + lengthNs > toNs;
      const endNs = isAtEnd ? toNs : this.#timesNs[next]! + lengthNs;
      const startTakenNs = isAtEnd
        ? this.#takenAt(toNs - lengthNs, toNs, toTakenNs)
        : this.#takenNs[next]!;
      if (!isAtEnd) this.#next = next + 1;
      const lostNs = fromTakenNs + (endNs - fromNs) * slope - startTakenNs;
      if (lostNs > mostNs) mostNs = lostNs;
      soonestNs = endNs + Math.floor((mostNs - lostNs) / this.#procs);
    }
    this.#mostNs = mostNs;
    this.#soonestNs = soonestNs;
  }

  /** Passes over the corners before a time. */
  #skip(beforeNs: Ns): void {
    let next = this.#next;
    while (next < this.#end && this.#timesNs[next]! < beforeNs) next++;
    this.#next = next;
  }

  /** S at a time between the corner before #next and that one, or, where there is none, the end of the new stretch. */
  #takenAt(ns: Ns, toNs: Ns, toTakenNs: Ns): Ns {
    const next = this.#next;
    const isLast = next === this.#end;
    const beforeNs = this.#timesNs[next - 1]!;
    const beforeTakenNs = this.#takenNs[next - 1]!;
    const afterNs = isLast ? toNs : this.#timesNs[next]!;
    const afterTakenNs = isLast ? toTakenNs : this.#takenNs[next]!;
    const slope = (afterTakenNs - beforeTakenNs) / (afterNs - beforeNs);
    return beforeTakenNs + (ns - beforeNs) * slope;
  }

  /** Forgets what is no longer needed, or takes more memory. Returns the new end of the corners. */
  #makeRoom(): number {
    this.#end = this.#timesNs.length;
    this.#skip(this.#soonestNs - this.#lengthNs);
    const oldest = Math.max(0, this.#next - 1);
    const room = this.#timesNs.length;
    const count = room - oldest;
    this.#next -= oldest;
    const isFew = count <= room / 4;
    const move = (from: Float64Array): Float64Array => {
      const to = isFew ? from : new Float64Array(2 * room);
      to.set(from.subarray(oldest));
      return to;
    };
    this.#timesNs = move(this.#timesNs);
    this.#takenNs = move(this.#takenNs);
    return count;
  }
}
