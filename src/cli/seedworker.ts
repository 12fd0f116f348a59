/** A thread that runs simulations: it takes one job after the other, and sends back how far it is and what came of it. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { assert } from '../assert.ts';
import { JobQueue } from './jobqueue.ts';
import {
  failureOf,
  type JobFailure,
  runJob,
  type SimJob,
  type SimJobProgress,
  type SimJobResult,
} from './simjobs.ts';

/** What the thread is started with. */
export interface WorkerData {
  jobs: readonly SimJob[];
  /** Of the JobQueue that all threads take from. */
  shared: Int32Array;
  /** This thread's number there. */
  thread: number;
}

/** What the thread sends of the job with that index. */
export type WorkerMessage = { index: number } & (
  | { progress: SimJobProgress }
  | { result: SimJobResult }
  | { failure: JobFailure }
);

/** Time between two messages of how far it is. */
const betweenMs = 100;

async function serve(port: MessagePort, { jobs, shared, thread }: WorkerData): Promise<void> {
  const send = (message: WorkerMessage): void => port.postMessage(message);
  const queue = JobQueue.of(shared, jobs.length);
  let sentMs = performance.now();
  for (;;) {
    const index = queue.take(thread);
    const job = index === undefined ? undefined : jobs[index];
    if (index === undefined || job === undefined) return;
    try {
      const result = await runJob(job, (progress) => {
        const nowMs = performance.now();
        if (nowMs - sentMs >= betweenMs) {
          sentMs = nowMs;
          send({ index, progress });
        }
        return true;
      });
      assert(result !== undefined, 'nobody stops a job but by ending the thread');
      send({ index, result });
    } catch (error) {
      send({ index, failure: failureOf(error) });
    }
  }
}

if (parentPort !== null) void serve(parentPort, workerData as WorkerData);
