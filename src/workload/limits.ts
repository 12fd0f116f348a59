/**
 * What the model can hold. The reader of workload files refuses what lies outside, at the place where it is written;
 * messages, the JSON Schema and the language's documentation take their figures from here.
 */
import { type Bytes, GiB, KiB, type Ns, secondNs } from '../units.ts';

/** Most objects that may be live at a time. */
export const liveObjectsMax = 2_147_483_647;
/** Most structures and kept chains that may be live at a time: the model has a record of each. */
export const liveStructuresMax = 1024 * 1024;
/** Most memory that live objects, stacks and globals may take together. */
export const liveBytesMax: Bytes = 1024 * GiB;
/** Largest single object. Backing arrays of `array` and `map` structures are single objects too. */
export const objectBytesMax: Bytes = 1 * GiB;
/** Most entries of a map: its buckets are then 576 MiB in one object. */
export const mapEntriesMax = 16 * 1024 * 1024;
/** Most different sizes of one kind of object. */
export const sizesMax = 256;

export const procsMax = 256;
/** GOMAXPROCS where nobody says, as on the command line. */
export const procsDefault = 4;
export const coresMax = 256;
/** Highest GOGC, in percent. */
export const gcPercentMax = 999_999;
export const seedMax = 0xffff_ffff;

/** Go's smallest stack, and its largest. */
export const stackBytesMin: Bytes = 2 * KiB;
export const stackBytesMax: Bytes = 1 * GiB;
export const globalBytesMax: Bytes = 16 * GiB;
/**
 * Data and bss of a small program with the usual packages, and how much of them is scanned.
 * Assumed: the sizes that `size` prints for small Go programs; scanning them takes some tens of microseconds.
 */
export const globalBytesDefault: Bytes = 128 * KiB;
export const globalPointerBytesDefault: Bytes = 64 * KiB;

/** Most goroutines, all groups together. */
export const goroutinesMax = 100_000;
/** Most goroutines that are locked to a thread. Source: Go, proc.go, sched.maxmcount: a program with more threads ends. */
export const lockedMax = 10_000;
export const perProcMax = 256;
/** Most kinds, most structures, most groups of goroutines. */
export const namesMax = 1000;
/** Longest duration of anything. */
export const durationNsMax: Ns = 24 * 3600 * secondNs;
export const paceBytesPerSecondMax: Bytes = 1024 * GiB;
export const roundsMax = 1_000_000_000;
export const collectionsMax = 1_000_000;
export const keptChainsMax = 1_000_000;
export const keepEveryMax = 1_000_000;
export const writesMax = 1000;
/** How deep repeats may stand in one another. */
export const repeatDepthMax = 8;
/** Most steps that may be run through in a row without any time passing. */
export const timelessStepsMax = 1_000_000;

/**
 * A workload file is written by hand; a longer one is something else. In UTF-16 code units. Even a file of this length
 * that is made to be slow to read is refused within seconds.
 */
export const textLengthMax = 256 * KiB;
/** How deep lists and maps may stand in one another in a file. */
export const yamlDepthMax = 64;
/** Most values that all aliases of a file may stand for together. */
export const aliasedValuesMax = 100_000;
