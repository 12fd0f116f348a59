/** Runs the simulations, on all cores. Nothing is kept from one call of the program to the next. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** @typedef {import('./programs.js').Job} Job */
/** @typedef {import('./simrun.js').Run} Run */

/** What takes longest comes first, so that the cores end at about the same time. */
const longest = ['garbage', 'ramp', 'peak2', 'peak', 'steady', 'json'];

/** @param {Job} job */
function rank({ program }) {
  const at = longest.indexOf(program);
  return at < 0 ? longest.length : at;
}

/** @param {Job} job */
export function jobName({ program, release, procs, seed, seconds, sampleSeconds }) {
  return [program, release, procs, seed, seconds, sampleSeconds].join(' ');
}

/**
 * Resolves to the runs, by the names of their jobs. Equal jobs run once. A job that fails ends all.
 * @param {readonly Job[]} jobs
 * @param {(done: number, all: number) => void} onProgress
 * @returns {Promise<Map<string, Run>>}
 */
export async function runAll(jobs, onProgress) {
  const waiting = [...new Map(jobs.map((job) => [jobName(job), job])).values()];
  waiting.sort((a, b) => rank(a) - rank(b));
  const all = waiting.length;
  /** @type {Map<string, Run>} */
  const runs = new Map();
  const count = Math.min(availableParallelism(), all);
  const threads = Array.from({ length: count }, () => {
    const worker = new Worker(new URL('simworker.js', import.meta.url));
    return new Promise((resolve, reject) => {
      /** @type {Job | undefined} */
      let job;
      const next = () => {
        job = waiting.shift();
        if (job === undefined) resolve(worker.terminate());
        else worker.postMessage(job);
      };
      worker.on('message', (/** @type {Run} */ run) => {
        if (job !== undefined) runs.set(jobName(job), run);
        onProgress(runs.size, all);
        next();
      });
      worker.on('error', (error) => {
        reject(new Error(`${job && jobName(job)} failed`, { cause: error }));
      });
      next();
    });
  });
  await Promise.all(threads);
  return runs;
}
