/**
 * Jobs that several threads take from, each the next one that nobody has. What they share is one array of numbers, so
 * that no thread waits for another to be handed a job.
 */

/** Index of the next job; behind it, for each thread, one more than the index of the job that it has, or 0. */
const nextAt = 0;

export class JobQueue {
  /** For other threads: see `JobQueue.of`. */
  readonly shared: Int32Array;
  readonly #count: number;

  private constructor(shared: Int32Array, count: number) {
    this.shared = shared;
    this.#count = count;
  }

  static create(count: number, threads: number): JobQueue {
    const bytes = (1 + threads) * Int32Array.BYTES_PER_ELEMENT;
    return new JobQueue(new Int32Array(new SharedArrayBuffer(bytes)), count);
  }

  /** The queue that another thread has made. */
  static of(shared: Int32Array, count: number): JobQueue {
    return new JobQueue(shared, count);
  }

  /** Index of the next job, which is `thread`'s from now on; undefined where none is left. */
  take(thread: number): number | undefined {
    const index = Atomics.add(this.shared, nextAt, 1);
    const isLeft = index < this.#count;
    Atomics.store(this.shared, 1 + thread, isLeft ? index + 1 : 0);
    return isLeft ? index : undefined;
  }

  /** No thread is to take another one. */
  close(): void {
    Atomics.store(this.shared, nextAt, this.#count);
  }

  /** Index of the job that `thread` has taken last; undefined where it has found none left, or taken none yet. */
  jobOf(thread: number): number | undefined {
    const entry = Atomics.load(this.shared, 1 + thread);
    return entry === 0 ? undefined : entry - 1;
  }
}
