/** A thread that runs simulations, one after the other: it is sent a job, and sends back what came of it. */
import { parentPort } from 'node:worker_threads';
import { run } from './simrun.js';

const port = parentPort;
port?.on('message', (/** @type {import('./programs.js').Job} */ job) => port.postMessage(run(job)));
