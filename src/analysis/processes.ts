/** What is kept of each process of a log, in bounded memory: a log may begin a new one at every line. */

/** Processes that are kept at once. */
export const processesMax = 1024;

/** A state, and those of the processes that were used last before it and next after it. */
interface Entry<State> {
  readonly process: number;
  readonly state: State;
  older: Entry<State> | undefined;
  newer: Entry<State> | undefined;
}

/**
 * The states of the processes that were seen last. Where another one needs room, the one whose last line is longest
 * ago is retired: its figures are taken as those of a process that has ended. Should it come back after all, what
 * comes is a process of its own, but is known to be no new one: a log numbers its processes as they come.
 */
export class Processes<State> {
  readonly #entries = new Map<number, Entry<State>>();
  readonly #create: (process: number, isBack: boolean) => State;
  readonly #retire: (state: State) => void;
  readonly #max: number;
  #oldest: Entry<State> | undefined;
  #newest: Entry<State> | undefined;
  #highest = Number.NEGATIVE_INFINITY;
  #count = 0;

  constructor(
    create: (process: number, isBack: boolean) => State,
    retire: (state: State) => void,
    max = processesMax,
  ) {
    this.#create = create;
    this.#retire = retire;
    this.#max = max;
  }

  /** Processes that there were, as far as their numbers tell. */
  get count(): number {
    return this.#count;
  }

  /** The state of a process. It is quickest where the process is the one of the call before. */
  of(process: number): State {
    const newest = this.#newest;
    if (newest !== undefined && newest.process === process) return newest.state;
    let entry = this.#entries.get(process);
    if (entry === undefined) {
      entry = this.#start(process);
    } else {
      this.#unlink(entry);
    }
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    return entry.state;
  }

  #start(process: number): Entry<State> {
    const oldest = this.#oldest;
    if (oldest !== undefined && this.#entries.size >= this.#max) {
      this.#unlink(oldest);
      // Left in place it would keep those that come after it from being freed, when they are dropped in turn.
      oldest.newer = undefined;
      this.#entries.delete(oldest.process);
      this.#retire(oldest.state);
    }
    const isBack = process <= this.#highest;
    if (!isBack) {
      this.#highest = process;
      this.#count++;
    }
    const state = this.#create(process, isBack);
    const entry: Entry<State> = { process, state, older: undefined, newer: undefined };
    this.#entries.set(process, entry);
    return entry;
  }

  #unlink({ older, newer }: Entry<State>): void {
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
  }

  /** Those that are kept, the one that was used last at the end. */
  *values(): IterableIterator<State> {
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) yield entry.state;
  }
}
