/**
 * The Go runtime's shared state: what src/runtime keeps in package variables (memstats, work, gcphase). The parts of the
 * collector find one another here.
 */
import type { Engine } from '../sim/engine.ts';
import { grown } from '../sim/grown.ts';
import { Prng } from '../sim/prng.ts';
import type { Bytes } from '../units.ts';
import { Allocator } from './alloc.ts';
import type { Assists } from './assist.ts';
import type { Collector } from './gc.ts';
import { GcBits } from './gcbits.ts';
import { WorkbufPool } from './gcwork.ts';
import type { Grain } from './grain.ts';
import { PageHeap } from './heap.ts';
import type { Marker } from './mark.ts';
import type { Mutators } from './mutator.ts';
import { type KindTable, Objects } from './objects.ts';
import type { Machine } from './params.ts';
import type { Mechanisms, ReleaseModel } from './release.ts';
import { Sched } from './sched.ts';
import type { Sweeper } from './sweep.ts';
import { TriggerRatioPacer } from './triggerratio.ts';

export const GcPhase = { off: 0, scan: 1, mark: 2, termination: 3 } as const;
export type GcPhase = (typeof GcPhase)[keyof typeof GcPhase];

export interface RuntimeOptions {
  release: ReleaseModel;
  mechanisms: Mechanisms;
  machine: Machine;
  kinds: KindTable;
  procs: number;
  cores: number;
  gcPercent: number;
  seed: number;
  noise: number;
  grain: Grain;
}

export class Runtime {
  readonly engine: Engine;
  readonly release: ReleaseModel;
  readonly mechanisms: Mechanisms;
  readonly machine: Machine;
  readonly procs: number;
  readonly cores: number;
  readonly noise: number;
  readonly rng: Prng;
  readonly sched: Sched;
  readonly heap: PageHeap;
  readonly objects: Objects;
  readonly alloc: Allocator;
  readonly workbufs: WorkbufPool;
  readonly pacer: TriggerRatioPacer;
  marker!: Marker;
  assists!: Assists;
  sweeper!: Sweeper;
  collector!: Collector;
  mutators!: Mutators;

  /** memstats: bytes of heap as the release counts them, and the scannable part. */
  heapLive: Bytes = 0;
  heapScan: Bytes = 0;

  phase: GcPhase = GcPhase.off;
  /** Pointer writes mark what they write. */
  writeBarrier = false;
  /** Assists and workers may mark. */
  blackenEnabled = false;
  /** Marking nears its end: local work is given back at once. */
  blackenPromptly = false;

  /** Units that a global or a stack reaches: the roots' targets. */
  readonly rootUnits: number[] = [];
  private rootIndex = new Int32Array(1024).fill(-1);

  readonly gcBits: GcBits;

  constructor(engine: Engine, options: RuntimeOptions) {
    const { release, mechanisms, machine, procs, cores, seed, noise } = options;
    this.engine = engine;
    this.release = release;
    this.mechanisms = mechanisms;
    this.machine = machine;
    this.procs = procs;
    this.cores = cores;
    this.noise = noise;
    this.rng = new Prng(seed, 'program');
    const { shift, spans } = options.grain;
    this.heap = new PageHeap(spans);
    this.objects = new Objects(options.kinds, shift);
    this.gcBits = new GcBits(release.markBitArenas, release.sweepLists);
    this.alloc = new Allocator(
      this.heap,
      this.objects,
      procs,
      release.splitNoscan,
      this.gcBits,
      spans,
    );
    this.workbufs = new WorkbufPool(release.workbufs, this.heap, shift > 0, spans);
    this.pacer = new TriggerRatioPacer(release.pacer, options.gcPercent);
    const rngs = {
      os: new Prng(seed, 'os'),
      costs: new Prng(seed, 'costs'),
      steal: new Prng(seed, 'steal'),
    };
    this.sched = new Sched(engine, machine, release, rngs, noise, procs, cores);
  }

  addRoot(u: number): void {
    if (u >= this.rootIndex.length) {
      const known = this.rootIndex.length;
      this.rootIndex = grown(this.rootIndex, Math.max(u + 1, 2 * known));
      this.rootIndex.fill(-1, known);
    }
    this.rootIndex[u] = this.rootUnits.length;
    this.rootUnits.push(u);
  }

  /** The program lets go of a unit. */
  dropRoot(u: number): void {
    const at = this.rootIndex[u]!;
    const last = this.rootUnits.pop()!;
    if (last !== u) {
      this.rootUnits[at] = last;
      this.rootIndex[last] = at;
    }
    this.rootIndex[u] = -1;
    this.objects.drop(u);
  }

  /** Memory of the collector's own data, as MemStats.GCSys counts it. */
  get gcSys(): Bytes {
    const { gcBits, heap, workbufs } = this;
    return workbufs.bytes + heap.bitmapBytes + gcBits.markBitsBytes + gcBits.sweepListBytes;
  }
}
