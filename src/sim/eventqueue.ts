/**
 * The event queue: a binary heap on (time, seq) in parallel typed arrays. Events are data, not closures:
 * a time in ns, a kind, and two integers. Equal times pop in the order in which they were pushed.
 *
 * Cancelling is by generation: whoever schedules an event that may become stale passes a generation as `b`
 * and drops the event on dispatch when the generation has moved on.
 */
import type { Ns } from '../units.ts';
import { grown } from './grown.ts';

export class EventQueue {
  /** The last popped event. Written by `pop`. */
  time: Ns = 0;
  kind = 0;
  a = 0;
  b = 0;
  /** Events in the queue. */
  size = 0;

  private seq = 0;
  private times = new Float64Array(1024);
  private seqs = new Float64Array(1024);
  private kinds = new Uint8Array(1024);
  private as = new Int32Array(1024);
  private bs = new Int32Array(1024);

  /** Schedules an event. `a` and `b` are 32-bit integers, `kind` is 0 to 255. */
  push(time: Ns, kind: number, a: number, b: number): void {
    if (this.size === this.times.length) this.grow();
    const times = this.times;
    const seqs = this.seqs;
    const kinds = this.kinds;
    const as = this.as;
    const bs = this.bs;
    let i = this.size++;
    // Later events with the same time have a larger seq, so on the way up only a strictly larger time gives way.
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (times[parent]! <= time) break;
      times[i] = times[parent]!;
      seqs[i] = seqs[parent]!;
      kinds[i] = kinds[parent]!;
      as[i] = as[parent]!;
      bs[i] = bs[parent]!;
      i = parent;
    }
    times[i] = time;
    seqs[i] = this.seq++;
    kinds[i] = kind;
    as[i] = a;
    bs[i] = b;
  }

  /** Takes the earliest event into `time`, `kind`, `a`, `b`. False when there is none. */
  pop(): boolean {
    if (this.size === 0) return false;
    const times = this.times;
    const seqs = this.seqs;
    const kinds = this.kinds;
    const as = this.as;
    const bs = this.bs;
    this.time = times[0]!;
    this.kind = kinds[0]!;
    this.a = as[0]!;
    this.b = bs[0]!;
    const n = --this.size;
    if (n === 0) return true;
    const time = times[n]!;
    const seq = seqs[n]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      const right = child + 1;
      if (
        right < n &&
        (times[right]! < times[child]! ||
          (times[right]! === times[child]! && seqs[right]! < seqs[child]!))
      ) {
        child = right;
      }
      const t = times[child]!;
      if (t > time || (t === time && seqs[child]! > seq)) break;
      times[i] = t;
      seqs[i] = seqs[child]!;
      kinds[i] = kinds[child]!;
      as[i] = as[child]!;
      bs[i] = bs[child]!;
      i = child;
    }
    times[i] = time;
    seqs[i] = seq;
    kinds[i] = kinds[n]!;
    as[i] = as[n]!;
    bs[i] = bs[n]!;
    return true;
  }

  private grow(): void {
    const n = this.times.length * 2;
    this.times = grown(this.times, n);
    this.seqs = grown(this.seqs, n);
    this.kinds = grown(this.kinds, n);
    this.as = grown(this.as, n);
    this.bs = grown(this.bs, n);
  }
}
