/**
 * Runs simulations on all cores: in this thread, and in one more for each other core. Each takes the next job that nobody
 * has, so none waits for another.
 */
import { Worker } from 'node:worker_threads';
import type { UserError } from '../diagnostic.ts';
import { JobQueue } from './jobqueue.ts';
import type { WorkerData, WorkerMessage } from './seedworker.ts';
import {
  errorOf,
  failureOf,
  type JobError,
  type JobFailure,
  runJob,
  type SimJob,
  type SimJobResult,
  type SimJobWatch,
} from './simjobs.ts';

/** Loads seedworker.ts, as compiled. */
const workerFile = new URL('../../bin/seedworker.js', import.meta.url);

/** This thread's number in the queue. */
const ownThread = 0;

/** See RunJobs. `threads` is how many may run, this one included; `turn` gives signals and messages their turn. */
export async function runOnThreads(
  jobs: readonly SimJob[],
  watch: SimJobWatch,
  { threads, turn }: { threads: number; turn: () => Promise<void> },
): Promise<SimJobResult[] | undefined> {
  if (watch.stop.aborted) return undefined;
  return await new Pool(jobs, watch).run(Math.min(threads, jobs.length), turn);
}

class Pool {
  readonly #jobs: readonly SimJob[];
  readonly #watch: SimJobWatch;
  readonly #results: (SimJobResult | undefined)[] = [];
  readonly #workers: Worker[] = [];
  /** Of the jobs that failed, the one that comes first. None behind it matters any more. */
  #failed: { index: number; error: UserError | JobError } | undefined;
  /** All jobs before this one have a result. */
  #firstOpen = 0;
  #settle: () => void = () => {};

  constructor(jobs: readonly SimJob[], watch: SimJobWatch) {
    this.#jobs = jobs;
    this.#watch = watch;
  }

  async run(threads: number, turn: () => Promise<void>): Promise<SimJobResult[] | undefined> {
    const { stop } = this.#watch;
    const queue = JobQueue.create(this.#jobs.length, threads);
    const settled = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
    stop.addEventListener('abort', this.#settle, { once: true });
    try {
      for (let thread = ownThread + 1; thread < threads; thread++) this.#start(thread, queue);
      await this.#work(queue, turn);
      if (!this.#isOver) await settled;
    } finally {
      stop.removeEventListener('abort', this.#settle);
      await Promise.all(this.#workers.map((worker) => worker.terminate()));
    }
    if (stop.aborted) return undefined;
    if (this.#failed !== undefined) throw this.#failed.error;
    return this.#results.filter((result) => result !== undefined);
  }

  /** Nothing that is still to come changes what comes out. */
  get #isOver(): boolean {
    const wanted = this.#failed?.index ?? this.#jobs.length;
    return this.#watch.stop.aborted || this.#firstOpen >= wanted;
  }

  #start(thread: number, queue: JobQueue): void {
    const workerData: WorkerData = { jobs: this.#jobs, shared: queue.shared, thread };
    const worker = new Worker(workerFile, { workerData });
    this.#workers.push(worker);
    worker.on('message', (message: WorkerMessage) => this.#receive(message, queue));
    // The thread is lost, with its job: out of memory, say. The others do what is left.
    const lose = (stack: string): void => {
      const index = queue.jobOf(thread);
      if (index !== undefined && !this.#isOver) this.#fail(index, { stack }, queue);
    };
    worker.on('error', (error) => lose(error.stack ?? error.message));
    worker.on('exit', (code) => lose(`Error: a thread ended with ${code}`));
  }

  /** What this thread does. */
  async #work(queue: JobQueue, turn: () => Promise<void>): Promise<void> {
    for (;;) {
      const index = queue.take(ownThread);
      const job = index === undefined ? undefined : this.#jobs[index];
      if (index === undefined || job === undefined) return;
      try {
        const result = await runJob(job, async (progress) => {
          this.#watch.onProgress(index, progress);
          await turn();
          return !this.#isOver;
        });
        if (result === undefined) return;
        this.#finish(index, result);
      } catch (error) {
        this.#fail(index, failureOf(error), queue);
      }
    }
  }

  #receive(message: WorkerMessage, queue: JobQueue): void {
    if (this.#isOver) return;
    const { index } = message;
    if ('progress' in message) this.#watch.onProgress(index, message.progress);
    else if ('failure' in message) this.#fail(index, message.failure, queue);
    else this.#finish(index, message.result);
  }

  #finish(index: number, result: SimJobResult): void {
    this.#results[index] = result;
    while (this.#results[this.#firstOpen] !== undefined) this.#firstOpen++;
    this.#watch.onResult(index, result);
    if (this.#isOver) this.#settle();
  }

  #fail(index: number, failure: JobFailure, queue: JobQueue): void {
    const job = this.#jobs[index];
    if (job === undefined || (this.#failed !== undefined && this.#failed.index < index)) return;
    this.#failed = { index, error: errorOf(failure, job) };
    queue.close();
    if (this.#isOver) this.#settle();
  }
}
