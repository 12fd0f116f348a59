/** Runs simulations on all cores, each in one of as many threads. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { UserError } from '../diagnostic.ts';
import type { WorkerMessage } from './seedworker.ts';
import {
  errorOf,
  type JobError,
  type JobFailure,
  type SimJob,
  type SimJobResult,
  type SimJobWatch,
} from './simjobs.ts';

/** Beside this file, as compiled. */
const workerFile = new URL('./seedworker.js', import.meta.url);

/** See RunJobs. */
export async function runOnWorkers(
  jobs: readonly SimJob[],
  watch: SimJobWatch,
): Promise<SimJobResult[] | undefined> {
  const count = Math.min(availableParallelism(), jobs.length);
  if (count === 0 || watch.stop.aborted) return watch.stop.aborted ? undefined : [];
  return await new Pool(jobs, watch).run(count);
}

class Pool {
  readonly #jobs: readonly SimJob[];
  readonly #watch: SimJobWatch;
  readonly #results: (SimJobResult | undefined)[] = [];
  /** The job that each thread has. */
  readonly #busy = new Map<Worker, number>();
  readonly #workers: Worker[] = [];
  #next = 0;
  /** Of the jobs that failed, the one that comes first. None behind it matters any more. */
  #failed: { index: number; error: UserError | JobError } | undefined;
  #settle: () => void = () => {};

  constructor(jobs: readonly SimJob[], watch: SimJobWatch) {
    this.#jobs = jobs;
    this.#watch = watch;
  }

  async run(count: number): Promise<SimJobResult[] | undefined> {
    const { stop } = this.#watch;
    const settled = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
    stop.addEventListener('abort', this.#settle, { once: true });
    try {
      for (let i = 0; i < count; i++) this.#start();
      await settled;
    } finally {
      stop.removeEventListener('abort', this.#settle);
      await Promise.all(this.#workers.map((worker) => worker.terminate()));
    }
    if (stop.aborted) return undefined;
    if (this.#failed !== undefined) throw this.#failed.error;
    return this.#results.filter((result) => result !== undefined);
  }

  #start(): void {
    const worker = new Worker(workerFile);
    this.#workers.push(worker);
    worker.on('message', (message: WorkerMessage) => this.#receive(worker, message));
    // The thread is lost, with its job: out of memory, say.
    worker.on('error', (error) => this.#lose(worker, error.stack ?? error.message));
    worker.on('exit', (code) => this.#lose(worker, `Error: a thread ended with ${code}`));
    this.#hand(worker);
  }

  /** Gives a thread its next job, or sees that there is nothing left to wait for. */
  #hand(worker: Worker): void {
    const job = this.#jobs[this.#next];
    if (job !== undefined && this.#failed === undefined) {
      this.#busy.set(worker, this.#next++);
      worker.postMessage(job);
      return;
    }
    const last = this.#failed?.index ?? Number.POSITIVE_INFINITY;
    if ([...this.#busy.values()].every((index) => index > last)) this.#settle();
  }

  #receive(worker: Worker, message: WorkerMessage): void {
    const index = this.#busy.get(worker);
    if (index === undefined || this.#watch.stop.aborted) return;
    if ('progress' in message) {
      this.#watch.onProgress(index, message.progress);
      return;
    }
    this.#busy.delete(worker);
    if ('failure' in message) this.#fail(index, message.failure);
    else {
      this.#results[index] = message.result;
      this.#watch.onResult(index, message.result);
    }
    this.#hand(worker);
  }

  #lose(worker: Worker, stack: string): void {
    const index = this.#busy.get(worker);
    if (index === undefined) return;
    this.#busy.delete(worker);
    this.#fail(index, { stack });
    this.#hand(worker);
  }

  #fail(index: number, failure: JobFailure): void {
    const job = this.#jobs[index];
    if (job === undefined || (this.#failed !== undefined && this.#failed.index < index)) return;
    this.#failed = { index, error: errorOf(failure, job) };
  }
}
