/** Runs a simulation in slices, so that a signal, a closed pipe and progress are seen to in between. */
import type { Simulation } from '../collector/simulate.ts';
import type { Io, StopSignal } from './io.ts';

/** A slice that takes less than this is followed by a longer one, one that takes more by a shorter one. */
const sliceMs = 10;
const sliceEventsMin = 1 << 10;
const sliceEventsMax = 1 << 22;
/** Few enough for a first slice on a slow machine. */
const sliceEventsFirst = 1 << 13;

/** What is looked at between slices. */
export interface Watch {
  io: Io;
  /** Aborted by a signal; its reason is the StopSignal. */
  stop: AbortSignal;
  /** Waits until those who read the output can take more. */
  room(): Promise<void>;
  /** True when nobody is left who wants the result. */
  isUnwanted(): boolean;
  /** Called after each slice. */
  onSlice(simulation: Simulation): void;
}

export type Outcome = 'ended' | 'unwanted' | StopSignal;

/** Runs the simulation to its end, or until it is stopped. How it is sliced changes nothing in the result. */
export async function advance(simulation: Simulation, watch: Watch): Promise<Outcome> {
  let events = sliceEventsFirst;
  for (;;) {
    const startMs = watch.io.nowMs();
    const isRunning = simulation.step(events);
    const tookMs = watch.io.nowMs() - startMs;
    await watch.room();
    await watch.io.turn();
    if (watch.stop.aborted) return watch.stop.reason as StopSignal;
    if (watch.isUnwanted()) return 'unwanted';
    if (!isRunning) return 'ended';
    watch.onSlice(simulation);
    if (tookMs < sliceMs / 2) events = Math.min(events * 2, sliceEventsMax);
    else if (tookMs > sliceMs) events = Math.max(Math.ceil(events / 2), sliceEventsMin);
  }
}
