/** The runtime's semaphores, as far as goroutines queue on them: src/runtime/sema.go. */
import type { G, P } from './gmp.ts';
import type { Sched } from './sched.ts';

/**
 * A semaphore that one goroutine holds at a time. Who comes meanwhile parks, and gets it in turn.
 *
 * Simplification: it is handed over; in Go a goroutine that comes just then may be faster than the one that was readied.
 */
export class Semaphore {
  private readonly sched: Sched;
  private readonly queue: G[] = [];
  private isHeld = false;

  constructor(sched: Sched) {
    this.sched = sched;
  }

  /** semacquire: the goroutine holds it when its task is resumed next, at once or after it was parked. The task must return. */
  acquire(p: P, g: G): void {
    if (this.isHeld) {
      this.queue.push(g);
      this.sched.park(p, g);
    }
    this.isHeld = true;
  }

  /** semrelease, on P `p`. */
  release(p: P): void {
    const next = this.queue.shift();
    if (next === undefined) this.isHeld = false;
    else this.sched.ready(next, p, true);
  }
}
