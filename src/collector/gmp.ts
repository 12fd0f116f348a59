/** Goroutines, threads and processors: what the scheduler moves about. Follows Go 1.5 to 1.10, src/runtime/runtime2.go. */
import type { Ns } from '../units.ts';
import { GcWork } from './gcwork.ts';

/** What a P's time goes to. Every nanosecond of every P is in exactly one. */
export const Use = {
  mutator: 0,
  assist: 1,
  dedicated: 2,
  fractional: 3,
  idleMark: 4,
  coordinator: 5,
  sweep: 6,
  stopped: 7,
  spinning: 8,
  offCore: 9,
  idle: 10,
  /** A dedicated worker waits in the getfull barrier. */
  getfull: 11,
  /** A line of gctrace is written. */
  tracing: 12,
} as const;
export type Use = (typeof Use)[keyof typeof Use];
/** How many uses there are. */
export const useCount = 13;

export interface Task {
  /** Continues on P `p` as G `g`. See the head of sched.ts for what it may do. */
  resume(p: P, g: G): void;
}

export const GStatus = {
  idle: 0,
  runnable: 1,
  running: 2,
  waiting: 3,
  blocked: 4,
  dead: 5,
} as const;

export class G {
  status: number = GStatus.idle;
  /** Asked to yield at its next safe point. */
  preempt = false;
  /** In a run queue or the assist queue. */
  queued = false;
  /** On the system stack (marking for itself): its stack can be scanned, and it is not preempted. */
  onSystemStack = false;
  /** Somebody waits for it to reach a safe point, to have its stack scanned. */
  scanWaiter: P | null = null;
  /** Extra frames of stack to scan, in bytes. */
  stackBytes = 0;
  /** A goroutine of the workload (not of the runtime). */
  isUser = false;
  /** It runs on one M only (runtime.LockOSThread), and that M runs nothing else. */
  locksThread = false;
  /** The M it is locked to, from its first run to its end; of another G the M that it blocks with, until it is woken. */
  m: M | null = null;

  /** Go 1.6 on: bytes of allocation paid for by scan work; negative is debt. */
  gcAssistBytes = 0;
  /** To 1.5: bytes allocated while assists were on, and scan work done for them. */
  gcalloc = 0;
  gcscanwork = 0;

  readonly tasks: Task[] = [];
  readonly id: number;

  constructor(id: number, task: Task) {
    this.id = id;
    this.tasks.push(task);
  }
}

export const PStatus = { idle: 0, running: 1, stopped: 2 } as const;

/** A thread of the runtime. */
export class M {
  /** The P it runs, or has been woken to run. */
  p: P | null = null;
  /** The goroutine that it waits with while that has no P: locked to it, or blocked in a system call. */
  g: G | null = null;
  /**
   * It looks for work in `findrunnable`, or has parked there: what it finds next is no dedicated and no fractional worker. Else it comes
   * to `schedule` next, which has those first.
   */
  inFindRunnable = false;
  /** Of the operating system's thread. */
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

export class P {
  status: number = PStatus.idle;
  /** The thread that runs it; none while it is idle or stopped. */
  m: M | null = null;
  g: G | null = null;
  runnext: G | null = null;
  /** Local run queue; the oldest is at `head`. */
  readonly queue: G[] = [];
  schedtick = 0;
  sysmonTick = -1;
  sysmonWhen: Ns = 0;
  /** Looking for work without a G. */
  spinning = false;
  spunOnce = false;
  /** Whose lone `runnext` it is about to take, having left it there for a moment, and what that was. */
  robbed: P | null = null;
  loot: G | null = null;
  /** A barrier's function has to be run here. */
  runSafePointFn = false;

  // The activity in hand.
  active = false;
  /** The thread sleeps while the P is held: a stop, a barrier, a short sleep. */
  holding = false;
  spinWaiting = false;
  spinSatisfied = false;
  units = 0;
  unitNs = 0;
  /** CPU time before the first unit. */
  leadNs = 0;
  totalNs = 0;
  doneNs = 0;
  resumedAt: Ns = 0;
  gen = 0;
  /** Costs to be added before the next activity. */
  extraNs = 0;
  /** Share of the activity's time that is bound by memory, and what it advances in a ns. */
  memoryShare = 0;
  speed = 1;

  // Accounting.
  use: Use = Use.idle;
  useOnCore: Use = Use.idle;
  since: Ns = 0;
  /** 1 while the collector has the P, on its core or off it. */
  taken = 0;
  readonly usedNs = new Float64Array(useCount);

  readonly gcw = new GcWork();
  /** Background worker of this P. */
  worker: G | null = null;
  workerMode: Use = Use.dedicated;
  /** Time of fractional marking in this cycle (from 1.10), assist time not yet counted globally. */
  fractionalNs = 0;
  assistNs = 0;
  /** To 1.5: allocation since the counters were last flushed. */
  localAlloc = 0;
  localScan = 0;
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}
