/** A thread of the soak: it is sent one job at a time, says now and then that it is alive, and sends what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import { examine } from './examine.js';
import { randomTrial, trialAt } from './trial.js';

/** @typedef {import('./examine.js').Findings} Findings */
/** @typedef {import('./trial.js').Trial} Trial */

/**
 * A trial, or the seed that draws one.
 * @typedef {({ seed: number } | { trial: Trial }) & { again: boolean }} Job
 */
/** @typedef {{ findings: Findings } | 'alive'} Message */

const { library, checkFile } = workerData;
/** @type {import('../support/randomruns.js').Gcsim} */
const gcsim = await import(library);
const check = checkFile === undefined ? undefined : (await import(checkFile)).check;
const trials = randomTrial(gcsim);

/** @param {Message} message */
const send = (message) => parentPort?.postMessage(message);

parentPort?.on('message', (/** @type {Job} */ job) => {
  const trial = 'trial' in job ? job.trial : trialAt(trials, { seed: job.seed, path: '0' });
  const findings = examine(gcsim, trial, {
    again: job.again,
    check,
    onSlice: () => send('alive'),
  });
  send({ findings });
});
