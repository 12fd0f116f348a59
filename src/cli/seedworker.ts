/** A thread that runs simulations: it is sent one job at a time, and sends back how far it is and what came of it. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { assert } from '../assert.ts';
import {
  failureOf,
  type JobFailure,
  runJob,
  type SimJob,
  type SimJobProgress,
  type SimJobResult,
} from './simjobs.ts';

/** What the thread sends. After a result or a failure it waits for another job. */
export type WorkerMessage =
  | { progress: SimJobProgress }
  | { result: SimJobResult }
  | { failure: JobFailure };

/** Time between two messages of how far it is. */
const betweenMs = 100;

function serve(port: MessagePort): void {
  const send = (message: WorkerMessage): void => port.postMessage(message);
  port.on('message', async (job: SimJob) => {
    let sentMs = performance.now();
    try {
      const result = await runJob(job, (progress) => {
        const nowMs = performance.now();
        if (nowMs - sentMs >= betweenMs) {
          sentMs = nowMs;
          send({ progress });
        }
        return true;
      });
      assert(result !== undefined, 'nobody stops a job but by ending the thread');
      send({ result });
    } catch (error) {
      send({ failure: failureOf(error) });
    }
  });
}

if (parentPort !== null) serve(parentPort);
