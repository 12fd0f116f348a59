/** The discrete-event engine: a clock, an event queue, a run loop, and a digest of all that was dispatched. */
import { fail } from '../assert.ts';
import type { Ns } from '../units.ts';
import { EventQueue } from './eventqueue.ts';

export class Engine {
  /** Simulated time. Only `step` moves it. */
  now: Ns = 0;
  /** Events dispatched so far. */
  events = 0;
  /** Set by the model to end the run after the event in hand. */
  stopped = false;

  private readonly queue = new EventQueue();
  private hash = 0x811c9dc5;
  private readonly dispatch: (kind: number, a: number, b: number) => void;

  constructor(dispatch: (kind: number, a: number, b: number) => void) {
    this.dispatch = dispatch;
  }

  /** Schedules an event at an absolute time. Invariant: no event lies in the past. */
  at(time: Ns, kind: number, a: number, b: number): void {
    if (!(time >= this.now)) fail('event in the past or at no time', time - this.now);
    this.queue.push(time, kind, a, b);
  }

  /** Schedules an event after a delay, rounded up to a whole nanosecond. */
  after(delay: Ns, kind: number, a: number, b: number): void {
    this.at(this.now + Math.ceil(delay), kind, a, b);
  }

  /** Dispatches up to `limit` events. False once the queue is empty or the model has stopped the run. */
  step(limit: number): boolean {
    const queue = this.queue;
    for (let i = 0; i < limit; i++) {
      if (this.stopped || !queue.pop()) return false;
      this.now = queue.time;
      this.events++;
      let h = this.hash;
      h = Math.imul(h ^ (queue.time % 4294967296), 0x01000193);
      h = Math.imul(h ^ (queue.kind | (queue.a << 8)), 0x01000193);
      this.hash = h;
      this.dispatch(queue.kind, queue.a, queue.b);
    }
    return !this.stopped;
  }

  /** Digest of the events so far, as 8 hex digits. */
  digest(): string {
    return (this.hash >>> 0).toString(16).padStart(8, '0');
  }
}
