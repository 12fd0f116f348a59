/**
 * The pacer's interface: when a collection starts, which heap size it aims at, how many workers mark, and how much an allocation
 * owes. Each generation of pacers is a file beside this one.
 */
import type { PacerRecord } from '../cycle.ts';
import type { Bytes, Ns } from '../units.ts';

export interface Pacer {
  /** heapLive at which the next collection starts; infinite while GOGC is off. */
  readonly trigger: Bytes;
  /** heapGoal of the collection that runs, or of the next one. */
  readonly heapGoal: Bytes;
  /** Live heap that the last collection marked (or the pretended one, on small heaps). */
  readonly heapMarked: Bytes;
  /** Scan work owed for a byte allocated, and its inverse. */
  readonly assistWorkPerByte: number;
  readonly assistBytesPerWork: number;
  /** Workers that mark without pause, and the share of time (of one P, or of each P) for fractional ones. */
  readonly dedicatedWorkers: number;
  readonly fractionalUtilizationGoal: number;

  /** A collection starts at `heapLive`. */
  startCycle(heapLive: Bytes, procs: number): void;
  /** Computes the assist ratio again. `scanWork`: done so far. */
  revise(heapLive: Bytes, heapScan: Bytes, scanWork: number, bytesMarked: Bytes): void;
  /** Concurrent marking has ended: learns from it. */
  endCycle(input: EndCycleInput): void;
  /** Marking is complete: sets goal and trigger of the next collection. */
  finishCycle(input: FinishCycleInput): void;
  /** debug.SetGCPercent. -1 is off. */
  setGcPercent(gcPercent: number, heapLive: Bytes): void;
  /** Figures for gcpacertrace, of the collection in hand. */
  record(): PacerRecord;
}

export interface EndCycleInput {
  heapLive: Bytes;
  scanWork: number;
  assistNs: Ns;
  dedicatedNs: Ns;
  fractionalNs: Ns;
  /** Time from the start that the release counts from. */
  durationNs: Ns;
  procs: number;
  forced: boolean;
}

export interface FinishCycleInput {
  bytesMarked: Bytes;
  /** heapLive at the end of the collection and at its start. */
  heapLive: Bytes;
  initialHeapLive: Bytes;
  scanWork: number;
}
