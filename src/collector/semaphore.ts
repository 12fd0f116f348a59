/** The runtime's semaphores, as far as goroutines queue on them: src/runtime/sema.go. */
import type { G, P, Sched } from './sched.ts';

/**
 * A semaphore that one goroutine holds at a time. Who comes meanwhile parks, and gets it in turn.
 *
 * Simplification: it is handed over; in Go a goroutine that comes just then may be faster than the one that was readied.
 */
export class Semaphore {
  private readonly sched: Sched;
  private readonly queue: G[] = [];
  isHeld = false;

  constructor(sched: Sched) {
    this.sched = sched;
  }

  /** semacquire. True: the goroutine holds it. False: it was parked, and holds it when it runs again; the task must return. */
  acquire(p: P, g: G): boolean {
    if (!this.isHeld) {
      this.isHeld = true;
      return true;
    }
    this.queue.push(g);
    this.sched.park(p, g);
    return false;
  }

  /** semrelease, on P `p`. */
  release(p: P): void {
    const next = this.queue.shift();
    if (next === undefined) this.isHeld = false;
    else this.sched.ready(next, p, true);
  }
}
