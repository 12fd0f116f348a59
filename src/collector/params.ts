/**
 * Every constant of the Go runtime that the model uses, and every primitive cost of the machine it runs on.
 * Each carries one tag: `Source:` (where it was read or measured), `Calibrated:` (from which log, and how),
 * `Assumed:` (why, and how much depends on it). Nothing here is an outcome of a simulation.
 */
import { type Bytes, KiB, MiB, msNs, type Ns, secondNs } from '../units.ts';

/** Bytes in a page of the Go heap. Source: Go 1.5 to 1.27, src/runtime/malloc.go, _PageSize. */
export const pageSize = 8 * KiB;
/** Pages of the operating system in a page of the Go heap. Source: Linux x86-64, 4 KiB pages. */
export const osPagesPerPage = 2;
/** Objects larger than this get a span of their own. Source: Go 1.5 to 1.27, src/runtime/malloc.go, _MaxSmallSize. */
export const maxSmallSize = 32 * KiB;
/** Pages by which the arena grows at least. Source: Go 1.5 to 1.10, src/runtime/mheap.go, mHeap_Grow (_HeapAllocChunk, 1 MiB). */
export const heapGrowPagesMin = MiB / pageSize;
/** The arena grows in multiples of this many pages. Source: Go 1.5 to 1.10, src/runtime/mheap.go, mHeap_Grow (64 KiB). */
export const heapGrowPagesRound = (64 * KiB) / pageSize;

/** Scan work a worker holds before it flushes, in the release's unit of scan work. Source: Go 1.5 to 1.19, mgcpacer.go, gcCreditSlack; 8e24283a, gcBgCreditSlack. */
export const gcCreditSlack = 2000;
/** Assist time a P gathers before it counts. Source: Go 1.5 to 1.19, gcAssistTimeSlack. */
export const gcAssistTimeSlack: Ns = 5000;
/** Bytes of allocation that an assist of Go 1.6 pays ahead. Source: 65aa2da617, gcOverAssistBytes. */
export const gcOverAssistBytes: Bytes = MiB;
/** Least scan work of an assist from Go 1.7 on. Source: ccca9c9cc0, gcOverAssistWork. */
export const gcOverAssistWork = 64 * KiB;
/** How long an assist that could not pay sleeps before it tries again. Source: 8f34b253, gcAssistAlloc. */
export const assistRetryNs: Ns = 100_000;
/** Scan work an allocation that helps does at 8e24283a: about a workbuf of objects. Source: 8e24283a, gchelpwork: 24 pointers. */
export const helpWorkPointers = 24;

/** GC CPU goal as a share of all CPU. Source: Go 1.5 to 1.9 and 1.18 on, gcGoalUtilization. */
export const gcBackgroundUtilization = 0.25;
/** The same from 1.10 to 1.17, assists included. Source: 27923482fa. */
export const gcGoalUtilization110 = 0.3;
/** Gain of the trigger controller. Source: Go 1.5 to 1.17, endCycle, triggerGain. */
export const triggerGain = 0.5;
/** First trigger ratio. Source: Go 1.5 to 1.17, gcinit. */
export const initialTriggerRatio = 7 / 8;
/** Trigger ratio is at most this share of GOGC/100. Source: Go 1.5 to 1.17. */
export const triggerRatioMax = 0.95;
/** Heap size below which no collection starts, at GOGC 100. Source: Go 1.5 to 1.19, defaultHeapMinimum. */
export const heapMinimumDefault: Bytes = 4 * MiB;
/** Least distance between the heap after sweeping and the trigger, at GOGC 100; also the sweep margin. Source: Go 1.5 to 1.17, sweepMinHeapDistance. */
export const sweepMinHeapDistance: Bytes = MiB;
/** Least runway of an assist ratio: to 1.5 the floor of heapDistance, from 1.6 the least distance of the goal from the heap at start. Source: Go 1.5, mgc.go, and 1.6, startCycle. */
export const runwayMin: Bytes = MiB;
/** Factor of the hard goal over the soft one. Source: 03eb9483e3 (1.10), maxOvershoot. */
export const maxOvershoot = 1.1;
/** Floor of the expected scan work of an assist ratio. Source: Go 1.6 on, revise. */
export const scanWorkExpectedMin = 1000;
/** Weight of the newest cycle in the average work ratio. Source: 8e24283a to ce502b06, workRatioWeight. */
export const workRatioWeight = 0.75;
/** Work ratio before the first collection: scannable bytes a byte. Source: 8e24283a to ce502b06, gcController.workRatioAvg (none: 0), first cycle assumed to be all scannable. */
export const workRatioInitial = 0;
/** Period of revise while marking, where a timer calls it. Source: ce502b06, 8f34b253: 10 ms. */
export const reviseTimerNs: Ns = 10 * msNs;

/** A G that has run this long is asked to yield. Source: Go 1.5 to 1.10, src/runtime/proc.go, forcePreemptNS. */
export const forcePreemptNs: Ns = 10 * msNs;
/** sysmon's shortest and longest sleep, and the rounds without work before it backs off. Source: Go 1.5 to 1.10, proc.go, sysmon. */
export const sysmonDelayMinNs: Ns = 20_000;
/** See sysmonDelayMinNs. Source: Go 1.5 to 1.10, proc.go, sysmon. */
export const sysmonDelayMaxNs: Ns = 10 * msNs;
/** See sysmonDelayMinNs. Source: Go 1.5 to 1.10, proc.go, sysmon. */
export const sysmonIdleRounds = 50;
/** Two minutes without a collection force one. Source: Go 1.5 to 1.27, proc.go, forcegcperiod. */
export const forceGcPeriodNs: Ns = 120 * secondNs;
/** Pages free for this long are given back to the system; looked for twice as often. Source: Go 1.5 to 1.10, proc.go, sysmon, scavengelimit. */
export const scavengeLimitNs: Ns = 300 * secondNs;
/** How often a stop-the-world or barrier that waits asks the running Ps again. Source: Go 1.5 to 1.10, proc.go, stopTheWorldWithSema and forEachP. */
export const stopAgainNs: Ns = 100_000;
/** How long a P that waits for a goroutine to scan its stack spins before it lets others run; after that, half as long. Source: Go 1.7 to 1.13, proc.go, scang. */
export const spinYieldNs: Ns = 10_000;
/** Every so many schedules a P looks at the global queue first. Source: Go 1.5 to 1.27, proc.go, schedule. */
export const globalQueueTicks = 61;
/** Places in a P's local run queue. Source: Go 1.5 to 1.27, runtime2.go, p.runq. */
export const localQueueMax = 256;
/** Scan work between an idle or fractional worker's looks for other work. Source: Go 1.8 to 1.19, idleCheckThreshold. */
export const idleCheckThreshold = 100_000;
/** Bytes of globals in a root job. Source: Go 1.6 to 1.19, mgcmark.go, rootBlockBytes. */
export const rootBlockBytes: Bytes = 256 * KiB;
/** Largest piece of an object that is scanned at a time. Source: Go 1.8 to 1.19, maxObletBytes. */
export const maxObletBytes: Bytes = 128 * KiB;
/** Iterations of the getfull barrier's spin and yield before it sleeps. Source: Go 1.5 to 1.11, mgcwork.go, getfull. */
export const getfullSpins = 10;
/** One of its spins: 20 pauses. Assumed: as many cycles as ordinary processors take. */
export const getfullSpinNs: Ns = 300;
/** Sleep of the getfull barrier. Source: Go 1.5 to 1.11, mgcwork.go, getfull. */
export const getfullSleepNs: Ns = 100_000;
/** Most processors that mark while the world is stopped. Source: Go 1.5 to 1.11, _MaxGcproc. */
export const maxGcProcs = 32;
/** Bytes of workbufs cut from one span. Source: 9cc883a466 (1.9), workbufAlloc. */
export const workbufAlloc: Bytes = 32 * KiB;
/** Spans that freeSomeWbufs frees at a time. Source: 051809e3, freeSomeWbufs, batchSize. */
export const freeWbufsBatch = 64;
/** Heap bytes described by one byte of heap bitmap. Source: Go 1.5 to 1.19, mbitmap.go: 2 bits a word. */
export const heapBitmapRatio = 32;
/** Bytes of an arena of mark bits. Source: Go 1.7 to 1.19, mheap.go, gcBitsChunkBytes. */
export const gcBitsChunkBytes: Bytes = 64 * KiB;
/** Bytes of an arena of mark bits that hold none. Source: Go 1.7 to 1.19, mheap.go, gcBitsHeader. */
export const gcBitsHeaderBytes: Bytes = 16;
/** Spans in a block of a list of spans to sweep. Source: Go 1.8 to 1.14, mgcsweepbuf.go, gcSweepBlockEntries. */
export const gcSweepBlockEntries = 512;
/** Bytes of such a block: its entries. Source: Go 1.8 to 1.14, mgcsweepbuf.go, gcSweepBlock. */
export const gcSweepBlockBytes: Bytes = 4 * KiB;
/** Bytes of the first spine of such a list: 256 blocks. Source: Go 1.8 to 1.14, mgcsweepbuf.go, gcSweepBufInitSpineCap. */
export const gcSweepSpineBytes: Bytes = 2 * KiB;

/** Scannable objects that the runtime and the packages of any program keep, beside what each P has. Calibrated: W_a of init1 at 1 proc, 8f34b253 (13,136 bytes), less that of its P and of the pointers to them. */
export const runtimeHeapScanBytes: Bytes = 5_600;
/** Size of one of them. Calibrated: in init1 at 1 proc, 8f34b253, a worker marks for 5 to 6 µs. */
export const runtimeObjectBytes: Bytes = 192;
/** What each P has: its p, an m with its two gs, a worker's g. Calibrated: W_a of init1 at 4 procs, 8f34b253 (35,064 bytes), less that at 1: for three Ps. */
export const runtimeProcScanBytes: Bytes = 7_304;
/** Pointer-bearing globals of any Go program that a workload does not list. Assumed: data and bss of a small program; scanning them is part of every mark phase (about 10 µs). */
export const runtimeGlobalsBytes: Bytes = 32 * KiB;

/** Copies from this size on go past the caches, where they do at all. Source: Go 1.8 to 1.19, memmove_amd64.s. */
export const pastCacheMin: Bytes = MiB;

/** Bytes that come into the cache with a load: its line and the one beside it. Source: x86-64, lines of 64 bytes, fetched in pairs. */
export const cacheFetchBytes: Bytes = 128;

/**
 * The primitive costs of a machine. Times in ns. `--noise` varies what each activity takes, except what comes before its own work
 * (switches, wakes, spans and page faults); those that say so are never varied.
 */
export interface Machine {
  /** Copying a byte into memory that is mapped, as init1 does it. Calibrated: init1-long, 1.9, 1 proc: while a collection marks the program makes one copy of 1 MiB, in 38 µs. */
  copyByteNs: number;
  /**
   * What a byte takes longer to write that another core has written last, and has in its cache. Calibrated: init1, to 1.6: copies of
   * 1 MiB take 50 µs at 1 proc, and up to 120 where its goroutine changes cores; no log of 1 proc can tell.
   */
  foreignByteNs: number;
  /** How much of what it has written last a core has in its cache, in bytes. Not varied. Assumed: as `cacheBytes`; init1's heap, of 8 to 17 MB at 2 procs, feels a factor of 2. */
  dirtyBytes: Bytes;
  /** Copies that memory serves at full speed at a time. Not varied. Calibrated: big-slices copies at most 19 GB/s on two cores, as on one; no log of 1 proc can tell. */
  copiesAtOnce: number;
  /**
   * How much longer a step takes on a core while something runs on its sibling: core 0 is paired with 1, 2 with 3, the last of an
   * odd number with none. Not varied. Beside another copy a copy goes by `copiesAtOnce` instead. Calibrated: marking of steady takes
   * 1.14 to 1.27 times the CPU time at 2 procs that it does at 1, in five releases; no log of 1 proc can tell, nor whether the two
   * are threads of one core or share caches and memory.
   */
  siblingFactor: number;
  /** Filling a byte of mapped memory with zeroes. Source: measured on the reference machine: fill 1 MiB: 11.0 µs. */
  zeroByteNs: number;
  /** First touch of a 4 KiB page. Source: measured on the reference machine: 1.13 µs. */
  pageFaultNs: number;
  /** sched_yield with nobody else on the core. Source: measured on the reference machine: 0.50 µs. */
  schedYieldNs: number;
  /**
   * From a futex wake to the woken thread running on a core that has only just become idle. Source: measured on the reference
   * machine, threads that wake one another in turn: 2.8 µs.
   */
  futexWakeNs: number;
  /** The same on a core that has gone to sleep. Source: measured on the reference machine: 25 µs. */
  coreWakeNs: number;
  /**
   * How long a core without work stays awake. Not varied. Calibrated: json at 2 procs ends marking in 70 to 83 µs in 1.6 and 1.9,
   * which is two wakes of sleeping cores, though its cores have stopped less than 5 µs before; no log of 1 proc can tell. On a like
   * machine, of cores idle for 5 µs most were asleep, of those idle for 20 µs all.
   */
  coreIdleNs: number;
  /** What a futex wake costs the waker. Source: measured on a like machine: 0.7 µs. */
  futexCallNs: number;
  /**
   * The same when the core of the woken is asleep. Calibrated: sweep termination of init1 with an idle P holds it in 1.9 (9 to
   * 11 µs), and not in 1.10 (1 µs); no log of 1 proc can tell. A like machine was measured at 11 µs.
   */
  coreSignalNs: number;
  /** The same when the thread has to preempt another. Source: measured on the reference machine: 4 µs with 2 or 3 busy threads, 16 µs with 4. */
  futexPreemptNs: number;
  /** What a sleep takes longer than asked. Source: measured on the reference machine: nanosleep of 100 µs takes 174 µs, of 1 ms 1.08 ms. */
  sleepExtraNs: number;
  /** Mapping fresh memory from the system. Source: measured on the reference machine: mmap of 64 KiB: 1.5 µs. */
  mmapNs: number;
  /** Time slice of the operating system when threads share a core. Not varied. Source: measured on the reference machine: 3.98 ms on, 4.02 ms off. */
  osSliceNs: number;
  /** How far behind the others a thread that slept may be put, in virtual run time. Not varied. Source: Linux EEVDF base slice, 3 ms. */
  osWakeCreditNs: number;

  /** Other work of the machine takes a core about this often, for a time between these two. Source: measured on the reference machine: two busy threads: on for 280 ms, off now and then for 0.1 to 4 ms. */
  otherWorkEveryNs: number;
  /** See otherWorkEveryNs. Source: measured on the reference machine. */
  otherWorkMinNs: number;
  /** See otherWorkEveryNs. Source: measured on the reference machine. */
  otherWorkMaxNs: number;

  /** Switching from one goroutine to another on a P. Assumed: a few cache misses and a stack switch; init1 does not feel a factor of 2. */
  gSwitchNs: number;
  /** One pass of a P over the run queues without finding work. Assumed: as above. */
  findWorkNs: number;
  /** Taking an object out of the mark queue, and finding its span and bitmap. Calibrated: steady, 1.9, 1 proc: 26 ms of marking for 864,000 objects, with the next four. */
  markObjectNs: number;
  /** Marking an object that was white, and putting it into the queue. Calibrated: as markObjectNs; that the two are alike is a guess, which peak2 of 1.5 with two markers feels most. */
  greyObjectNs: number;
  /** Scanning a byte of an object. Source: runtime history, 1 to 2 MB/ms a worker for dense objects. */
  scanByteNs: number;
  /** Following one pointer: finding its object and its mark bit. Calibrated: as markObjectNs. */
  scanPointerNs: number;
  /** Scanning a byte of globals or stack; to 1.7 times the release's rootCost or rescanCost. Calibrated: init1, 1.9, 1 proc: 13 µs of marking. */
  scanRootByteNs: number;
  /**
   * What a byte of globals takes longer on a core that has not scanned it last, where copies go past the caches: elsewhere nothing
   * is in them, and rootCost says so. Calibrated: init1, 1.5, 1 proc: its root scan takes 0.25 ns a byte, that of 1.9 0.06.
   */
  coldRootByteNs: number;
  /** Fixed cost of a root job. Assumed: finding it and its bitmap. */
  rootJobNs: number;
  /** Scanning a goroutine's stack, beside its bytes: stopping it and walking its frames. Assumed: a few frames. */
  stackScanNs: number;
  /**
   * What the coordinator takes from being switched to until it asks the world to stop: its code and data are in no cache. Source:
   * measured in instrumented builds of 8f34b253 and its parent, 2 procs: 15 to 21 µs from the trigger, of which waking a P takes 8.
   */
  coordinatorNs: number;
  /** Taking a workbuf from a global list or putting one there. Assumed: an uncontended compare-and-swap. */
  workbufNs: number;
  /**
   * What an object takes longer to scan that no cache has foreseen, while the heap is small. Assumed: half of what a load takes, for a
   * core has two objects under way; on a like machine loads that depend on one another, at random in 4 to 8 MiB, take 37 to 40 ns.
   */
  cacheMissNs: number;
  /**
   * The same in a heap of any size: what the share of a heap that is beyond `cacheBytes` takes. Assumed: likewise half of 84 ns in
   * 16 MiB, 138 in 32, 168 in 64. Marking of garbage and ramp takes in proportion to it.
   */
  memoryMissNs: number;
  /** Heap up to which a miss takes `cacheMissNs`, in bytes. Not varied. Source: measured on a like machine, as memoryMissNs. */
  cacheBytes: Bytes;
  /** Having a cache line that another core has written last. Source: measured on a like machine, two threads that answer one another: 62 ns. */
  lineTransferNs: number;
  /** Allocating a small object: fast path, without zeroing. Calibrated: steady, 1.9, 1 proc. */
  mallocNs: number;
  /** Getting a P's cache a new span from a central list. Assumed: two locks. */
  refillNs: number;
  /** Allocating or freeing a span in the page heap. Assumed: a lock and list operations. */
  spanNs: number;
  /** A large allocation beside its pages. Assumed: a switch to the system stack, the span, its bitmap. */
  largeAllocNs: number;
  /** Sweeping a span, beside its objects. Calibrated: markterm and sweep shares of init1, 1 proc. */
  sweepSpanNs: number;
  /** Looking at a span: whether it needs sweeping, for the copy of the list of spans, and for roots that hang on it. Calibrated: steady, 1.5, 1 proc: 0.10 ms of sweep termination for 13,000 spans. */
  spanLookNs: number;
  /** Sweeping an object of a span. Assumed: a bit operation and, to 1.6, a free-list link. */
  sweepObjectNs: number;
  /** Freeing a span of workbufs. Source: 051809e3: 1 to 2 µs. */
  freeWorkbufSpanNs: number;
  /** A pointer write while the write barrier is on. Assumed: a call and a mark-bit test. */
  writeBarrierNs: number;
  /** Work while the world is stopped for sweep termination, and for mark termination, beside what each P costs. Calibrated: init1, 1 proc, 1.9: its line shows less than a microsecond. */
  sweepTermNs: number;
  /** See sweepTermNs. Calibrated: init1 at 1 proc, of 1.9. */
  markTermNs: number;
  /** Work for each P in a stop of the world or barrier. Assumed: a few cache misses. */
  perProcStopNs: number;
  /** An assist's entry and exit, a steal. Assumed: atomic operations. */
  assistNs: number;
  /** Starting a worker and its end. Assumed: as assistNs, and the bookkeeping. */
  workerNs: number;
  /** Writing a piece of a line of gctrace to a file: a system call. Calibrated: init1-long, 1.9, 1 proc: 31 µs a collection that neither copies nor the collector take, 34 pieces. */
  traceWriteNs: number;
}

/** The reference machine: 2 cores of a virtual AMD EPYC, Linux 6.18. Source: measured there, and, where a field says so, calibration. */
export const referenceMachine: Machine = {
  copyByteNs: 0.036,
  foreignByteNs: 0.07,
  dirtyBytes: 8 * MiB,
  copiesAtOnce: 1,
  siblingFactor: 1.22,
  zeroByteNs: 0.0105,
  pageFaultNs: 1130,
  schedYieldNs: 500,
  futexWakeNs: 2800,
  coreWakeNs: 25_000,
  coreIdleNs: 3000,
  futexCallNs: 700,
  coreSignalNs: 8000,
  futexPreemptNs: 4000,
  sleepExtraNs: 76_000,
  mmapNs: 1500,
  osSliceNs: 4 * msNs,
  osWakeCreditNs: 3 * msNs,
  otherWorkEveryNs: 280 * msNs,
  otherWorkMinNs: 0.1 * msNs,
  otherWorkMaxNs: 4 * msNs,
  gSwitchNs: 200,
  findWorkNs: 1000,
  markObjectNs: 7,
  greyObjectNs: 7,
  scanByteNs: 0.3,
  scanPointerNs: 5,
  scanRootByteNs: 0.062,
  coldRootByteNs: 0.19,
  rootJobNs: 200,
  stackScanNs: 300,
  coordinatorNs: 8000,
  workbufNs: 25,
  cacheMissNs: 20,
  memoryMissNs: 85,
  cacheBytes: 8 * MiB,
  lineTransferNs: 62,
  mallocNs: 44,
  refillNs: 250,
  spanNs: 500,
  largeAllocNs: 1500,
  sweepSpanNs: 250,
  spanLookNs: 8,
  sweepObjectNs: 2,
  freeWorkbufSpanNs: 1500,
  writeBarrierNs: 8,
  sweepTermNs: 250,
  markTermNs: 250,
  perProcStopNs: 300,
  assistNs: 200,
  workerNs: 500,
  traceWriteNs: 900,
};
