/**
 * A workload: what a Go program allocates, keeps, drops and computes. The reader (`parse.ts`) makes this from YAML;
 * the collector runs it. All sizes are bytes, all times nanoseconds, all rates bytes per second; names are resolved to indices.
 */
import type { Bytes, Ns } from '../units.ts';

export interface Workload {
  /** From the file, or else the file's own name. */
  name: string;
  /** First paragraph of the comment that opens the file: what it stands for. '' where there is none. */
  about: string;
  /** Settings that the command line overrides. Absent ones take the command's defaults. */
  run: RunSettings;
  /** Data and bss segments: their size, and the scannable part of it. */
  globals: { bytes: Bytes; pointerBytes: Bytes };
  kinds: Kind[];
  /** Long-lived structures, built by the main goroutine, in this order, before any goroutine group starts. */
  structures: StructureSpec[];
  groups: GoroutineGroup[];
}

export interface RunSettings {
  release?: string;
  procs?: number;
  cores?: number;
  /** GOGC in percent; -1 is off. */
  gcPercent?: number;
  seed?: number;
  durationNs?: Ns;
}

/** A kind of object: its size or sizes, and how much of it holds pointers. */
export interface Kind {
  name: string;
  /** Sizes and their weights (positive, any scale). One entry: every object has that size. */
  sizes: { bytes: Bytes; weight: number }[];
  /**
   * Scannable bytes of an object, from its start to its last pointer: a size (a multiple of 8, at most the smallest
   * object's), or a share of each object's size, rounded down to whole pointers. 0: no pointers.
   */
  pointers: { bytes: Bytes } | { share: number };
}

/**
 * A set of structures of one shape, `count` of them from the start; 0 where only steps build some. `kind`, `leafKind`
 * index into Workload.kinds; without leaves, `leafKind` is `kind`. The objects have room for the pointers they need.
 */
export interface StructureSpec {
  name: string;
  count: number;
  shape: Shape;
}

export type Shape =
  /** `length` objects, each pointing at the next; with `back` > 0 also at the one `back` places on. */
  | { type: 'list'; kind: number; length: number; back: number }
  /** `nodes` objects in a tree of fan-out `fanout`; each also points at `leaves` leaf objects. */
  | { type: 'tree'; kind: number; nodes: number; fanout: number; leafKind: number; leaves: number }
  /** One object of `length` pointers to `length` objects. */
  | { type: 'array'; kind: number; length: number }
  /** A list of `length` items; each points at `leaves` leaf objects, and at the next item first or last. */
  | {
      type: 'items';
      kind: number;
      length: number;
      leafKind: number;
      leaves: number;
      next: 'first' | 'last';
    }
  /** A Go map: one array of buckets (8 entries each), with `entries` objects of `kind` as values; kind -1: no value objects. */
  | { type: 'map'; entries: number; kind: number }
  /** `nodes` objects, each pointing at the following one and at `degree` - 1 random ones. */
  | { type: 'graph'; kind: number; nodes: number; degree: number }
  /** One object of `size` bytes without pointers. */
  | { type: 'bytes'; size: Bytes };

/** `count` goroutines (plus `perProc` for each P) running the same steps. */
export interface GoroutineGroup {
  name: string;
  count: number;
  perProc: number;
  /** Stack size of each, in bytes, scanned as roots. */
  stackBytes: Bytes;
  /** Each is locked to a thread of its own (runtime.LockOSThread). */
  locksThread: boolean;
  /** When they start: a time after the long-lived structures are built, or after the group with that index has finished. */
  start: { atNs: Ns } | { afterGroup: number };
  /** The body; `for`, `times` and `pace` of the group itself are a repeat around its steps. */
  body: RepeatStep;
}

export type Step =
  | AllocStep
  | BuildStep
  | ReplaceStep
  /** Lets go of the oldest `count` structures of a set, or of those there are. */
  | { op: 'drop'; structure: number; count: number | 'all' }
  /** CPU time without allocation, with safe points all along, on a core whose sibling is idle (Machine.siblingFactor). */
  | { op: 'work'; ns: Ns }
  | { op: 'sleep'; ns: Ns }
  | RepeatStep
  /** runtime.GC(), waited for. */
  | { op: 'gc' }
  /** debug.SetGCPercent; -1 is off. */
  | { op: 'set-gogc'; gcPercent: number };

/** Allocates `count` objects of `kind` as a chain (each points at the one before) and keeps the newest chain, all, or none. */
export interface AllocStep {
  op: 'alloc';
  kind: number;
  count: number;
  /** `latest`: reachable from a global until the next time round; `all`: for good; `none`: dead at once; n: the last n chains. */
  keep: 'latest' | 'all' | 'none' | number;
  /** One in so many objects is kept, interleaved with those that die at once. 1: all of them. */
  keepEvery: number;
  /** Filling: `zero` (Go's own), or `copy`: not zeroed but copied into from memory in cache. */
  fill: 'zero' | 'copy';
  /** CPU time that the program spends beside each object. */
  workNs: Ns;
  /** Pointers written into the heap per object; each runs the write barrier while that is on. */
  writes: number;
}

/** Builds another instance of the structure set `structure` (kept), or `count` of them. */
export interface BuildStep {
  op: 'build';
  structure: number;
  count: number;
  workNs: Ns;
  writes: number;
}

/** Builds a new instance and stores it over an existing one of the same set, which dies. */
export interface ReplaceStep {
  op: 'replace';
  structure: number;
  pick: 'oldest' | 'random';
  workNs: Ns;
  writes: number;
}

export interface RepeatStep {
  op: 'repeat';
  /** Ends after so many rounds, so much time, or so many collections, whichever comes first. Absent: no such limit. */
  times?: number;
  forNs?: Ns;
  collections?: number;
  /** Allocation rate to keep to, in bytes per second: sleeps 1 ms while ahead of it. */
  paceBytesPerSecond?: number;
  steps: Step[];
}
