/** Kinds of event. Each is data: a kind and two integers. */
export const Ev = {
  /** A P's segment of work is done: P, generation. */
  segment: 0,
  /** A thread is runnable: thread, generation. */
  osWake: 1,
  /** A core's time slice ends: core. */
  osTick: 2,
  /** A P that spin-waits lets others have the core: P, generation. */
  spinYield: 3,
  /** sysmon looks around. */
  sysmon: 4,
  /** A stop of the world, or a barrier, that waits asks again: generation. */
  askAgain: 5,
  /** A timer thread's sleep ends: timer thread, generation. */
  timer: 6,
  /** The run's time is up. */
  deadline: 7,
  /** Other work takes a core, or gives it back: core. */
  osOther: 8,
} as const;
