/** Threads that examine trials, one each at a time. One that is stuck or was lost is replaced. */
import { Worker } from 'node:worker_threads';

/** @typedef {import('./examine.js').Complaint} Complaint */
/** @typedef {import('./examine.js').Findings} Findings */
/** @typedef {import('./thread.js').Job} Job */
/** @typedef {import('./thread.js').Message} Message */

/**
 * @typedef {{
 *   library: string,
 *   checkFile: string | undefined,
 *   stuckMs: number,
 * }} ThreadOptions
 * `library` and `checkFile` are addresses of modules: gcsim, and one that exports a further check. A thread that has not
 * been heard of for `stuckMs` is stuck.
 */

/** The largest trials take a tenth of it. */
const heapMiB = 1024;

export class Threads {
  /** @type {Thread[]} */
  #idle = [];
  /** @type {Set<Thread>} */
  #all = new Set();
  /** Those that wait for a thread. */
  /** @type {((thread: Thread) => void)[]} */
  #waiting = [];

  /**
   * @param {number} count
   * @param {ThreadOptions} options
   */
  constructor(count, options) {
    for (let i = 0; i < count; i++) {
      const thread = new Thread(options);
      this.#all.add(thread);
      this.#idle.push(thread);
    }
  }

  /**
   * Does a job on the next thread that has nothing else to do.
   * @param {Job} job
   * @returns {Promise<Findings>}
   */
  async run(job) {
    const thread = this.#idle.pop() ?? (await this.#nextIdle());
    const findings = await thread.run(job);
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(thread);
    else next(thread);
    return findings;
  }

  /** @returns {Promise<Thread>} */
  #nextIdle() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Ends all threads. What they were doing has no result. */
  async close() {
    await Promise.all([...this.#all].map((thread) => thread.close()));
  }
}

class Thread {
  /** @type {ThreadOptions} */
  #options;
  /** @type {Worker | undefined} */
  #worker;
  /** @type {((findings: Findings) => void) | undefined} */
  #done;
  /** @type {NodeJS.Timeout | undefined} */
  #watch;

  /** @param {ThreadOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * @param {Job} job
   * @returns {Promise<Findings>}
   */
  run(job) {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#worker ??= this.#start();
      this.#heard();
      this.#worker.postMessage(job);
    });
  }

  #start() {
    const { library, checkFile } = this.#options;
    const worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData: { library, checkFile },
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    });
    worker.on('message', (/** @type {Message} */ message) => {
      if (worker !== this.#worker) return;
      this.#heard();
      if (message !== 'alive') this.#finish(message.findings);
    });
    worker.on('error', ({ message, stack = '' }) => this.#lose(worker, { message, stack }));
    worker.on('exit', (code) => this.#lose(worker, { message: `the thread ended with ${code}` }));
    return worker;
  }

  /** It lives, or has just been given something to do. */
  #heard() {
    clearTimeout(this.#watch);
    const { stuckMs } = this.#options;
    this.#watch = setTimeout(() => {
      const worker = this.#worker;
      this.#worker = undefined;
      void worker?.terminate();
      this.#fail({ kind: 'stuck', message: 'the thread is not heard of any more' });
    }, stuckMs);
  }

  /**
   * @param {Worker} worker
   * @param {{ message: string, stack?: string }} why
   */
  #lose(worker, why) {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    this.#fail({ kind: 'lost', ...why });
  }

  /** @param {Complaint} complaint */
  #fail(complaint) {
    this.#finish({ complaints: [complaint], collections: 0, events: 0, isCut: false });
  }

  /** @param {Findings} findings */
  #finish(findings) {
    clearTimeout(this.#watch);
    const done = this.#done;
    this.#done = undefined;
    done?.(findings);
  }

  async close() {
    clearTimeout(this.#watch);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
