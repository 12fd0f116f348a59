/** Timers. Follows Go 1.5 to 1.10, src/runtime/time.go: timerproc, addtimer, deltimer. */
import type { Ns } from '../units.ts';
import { Ev } from './events.ts';
import type { G, P, Task } from './gmp.ts';
import type { Sched } from './sched.ts';

/** Something that is due at a time, and (`periodNs` above 0) again and again. */
export interface Timer {
  when: Ns;
  readonly periodNs: Ns;
  /** On the P of the timer thread. Must not block. */
  fire(p: P): void;
}

/**
 * A timer thread: a goroutine that owns timers and sleeps on a note until the first is due, or one comes that is due before. Waking,
 * it needs a P like anyone who returns from a system call. One to Go 1.9, one for each P in 1.10.
 */
export class TimerThread implements Task {
  private readonly pending: Timer[] = [];
  private g: G | null = null;
  private state: 'parked' | 'asleep' | 'awake' = 'parked';
  private gen = 0;
  private readonly sched: Sched;
  private readonly id: number;

  constructor(sched: Sched, id: number) {
    this.sched = sched;
    this.id = id;
  }

  add(timer: Timer, p: P): void {
    if (this.insert(timer) > 0) return;
    if (this.g === null) {
      this.g = this.sched.newG(this);
      this.state = 'awake';
      this.sched.start(this.g, p);
    } else if (this.state === 'parked') {
      this.state = 'awake';
      this.sched.ready(this.g, p, true);
    } else if (this.state === 'asleep') {
      this.state = 'awake';
      this.sched.noteWake(p, this.g!);
    }
  }

  /** The thread, where it sleeps until this timer is due, sleeps on until then. */
  remove(timer: Timer): void {
    const at = this.pending.indexOf(timer);
    if (at >= 0) this.pending.splice(at, 1);
  }

  /** Returns how many are due before it. */
  private insert(timer: Timer): number {
    let at = this.pending.length;
    while (at > 0 && this.pending[at - 1]!.when > timer.when) at--;
    this.pending.splice(at, 0, timer);
    return at;
  }

  onTimer(gen: number): void {
    if (gen !== this.gen || this.state !== 'asleep') return;
    this.state = 'awake';
    this.sched.timeWake(this.g!);
  }

  resume(p: P, g: G): void {
    const now = this.sched.engine.now;
    while (this.pending.length > 0 && this.pending[0]!.when <= now) {
      const timer = this.pending.shift()!;
      if (timer.periodNs > 0) {
        timer.when += timer.periodNs * (1 + Math.floor((now - timer.when) / timer.periodNs));
        this.insert(timer);
      }
      timer.fire(p);
      p.extraNs += this.sched.machine.assistNs;
    }
    if (this.pending.length === 0) {
      this.state = 'parked';
      this.sched.park(p, g);
      return;
    }
    this.state = 'asleep';
    this.sched.block(p, g);
    const ns = this.pending[0]!.when - now + this.sched.machine.sleepExtraNs;
    this.sched.engine.after(ns, Ev.timer, this.id, ++this.gen);
  }
}
