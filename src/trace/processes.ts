/**
 * Whose collection is it? A log may hold the lines of several processes: one after the other, or side by side.
 * Numbers of collections count up in each process, and so does its clock; the text before the line often says more.
 */
import type { GcCycle } from '../cycle.ts';
import { msNs, type Ns } from '../units.ts';
import { type FamilyName, latest, lineFamilies, type ReleaseRange } from './forms.ts';

/** A process of a log. */
export interface TraceProcess {
  /** From 1, in the order of first lines. */
  id: number;
  /** What the log puts before its lines, without timestamps; empty where nothing. */
  source: string;
  cycles: number;
  forced: number;
  periodic: number;
  /** Start of its first collection and end of its last. Absent to Go 1.4, which prints no clock. */
  firstNs: Ns | undefined;
  lastNs: Ns | undefined;
  firstWallMs: number | undefined;
  lastWallMs: number | undefined;
  /** Which Go it was built with, as far as its lines tell: "Go 1.18 or later". */
  releases: string;
}

/** What is remembered of a process while the log is read. */
interface Known extends TraceProcess {
  range: ReleaseRange;
  family: FamilyName | undefined;
  /** The file in which it was last heard of. */
  file: number;
  last: GcCycle;
  /** Lines came with this very source more than once: it is the process's name, not a count of lines. */
  isNamed: boolean;
}

/** Releases that look for goroutines that can never run again. */
const leakChecks: ReleaseRange = { since: 26, until: latest };

/** Processes that are remembered, and sources; a log that has more has lost its meaning, not our memory. */
const processesMax = 1024;
const sourcesMax = 4096;
/** Of one source, those that may still go on. */
const aliveMax = 64;

export class ProcessFinder {
  /** The first processes of the log, in order. */
  readonly list: Known[] = [];
  /** All, with those that are no longer remembered. */
  count = 0;
  #file = 0;
  readonly #bySource = new Map<string, Known[]>();
  readonly #bySourceShape = new Map<string, Known>();
  #recent: Known | undefined;

  /** Another file begins: a process goes on in it only where its numbers do. */
  nextFile(): void {
    this.#file++;
  }

  /** Finds, or adds, the process of a collection, and sets `cycle.process`. */
  assign(cycle: GcCycle, source: string, family: FamilyName): TraceProcess {
    let process = this.#recent;
    if (process === undefined || process.source !== source || !this.#isNext(process, cycle)) {
      process = this.#find(cycle, source) ?? this.#add(cycle, source);
      this.#recent = process;
    }
    process.cycles++;
    if (cycle.forced) process.forced++;
    if (cycle.periodic === true) process.periodic++;
    process.lastNs = cycle.endNs;
    if (cycle.wallMs !== undefined) process.lastWallMs = cycle.wallMs;
    process.last = cycle;
    process.file = this.#file;
    cycle.process = process.id;
    if (cycle.leakCheck === true) this.narrow(process.id, leakChecks);
    if (process.family !== family) {
      process.family = family;
      this.narrow(process.id, lineFamilies[family].releases);
      if (family !== 'G4' && family !== 'G5') process.releases = lineFamilies[family].about;
    }
    return process;
  }

  /** What the log calls a process; empty where it has no name, or is no longer remembered. */
  sourceOf(id: number): string {
    return (this.#recent?.id === id ? this.#recent : this.list[id - 1])?.source ?? '';
  }

  /** The collection that came last from a source. */
  lastOf(source: string): GcCycle | undefined {
    if (this.#recent?.source === source) return this.#recent.last;
    return this.#bySource.get(source)?.at(-1)?.last;
  }

  /** A line of the process that only these releases print. */
  narrow(id: number, { since, until }: ReleaseRange): void {
    const process = this.#recent?.id === id ? this.#recent : this.list[id - 1];
    if (process === undefined) return;
    const range = {
      since: Math.max(since, process.range.since),
      until: Math.min(until, process.range.until),
    };
    // Lines that no single release prints: two programs with one name. What is known stays.
    if (range.since > range.until) return;
    process.range = range;
    if (process.family === 'G4' || process.family === 'G5') process.releases = inWords(range);
  }

  /** Which Go printed the whole log. */
  releases(): string {
    return [...new Set(this.list.map(({ releases }) => releases))].slice(0, 4).join(', ');
  }

  /** The process goes on with this collection, and no other of its source could: so it is, nearly always. */
  #isNext(process: Known, cycle: GcCycle): boolean {
    if (cycle.n !== process.last.n + 1 || !follows(process.last, cycle)) return false;
    const same = this.#bySource.get(process.source);
    if (same === undefined) return false;
    for (const other of same) {
      if (other !== process && other.last.n + 1 === cycle.n) return false;
    }
    process.isNamed = true;
    return true;
  }

  #find(cycle: GcCycle, source: string): Known | undefined {
    const same = this.#bySource.get(source);
    if (same === undefined) return this.#findBySourceShape(cycle, source);
    const next = same.filter(
      (process) => cycle.n === process.last.n + 1 && follows(process.last, cycle),
    );
    const found =
      next.length > 0
        ? next.reduce((a, b) => (distance(b.last, cycle) < distance(a.last, cycle) ? b : a))
        : same.findLast(
            // Some lines may be missing; but a file that begins later is another log.
            (process) => process.file === this.#file && follows(process.last, cycle),
          );
    if (found !== undefined) {
      found.isNamed = true;
      // The one heard of last stands last.
      same.splice(same.indexOf(found), 1);
      same.push(found);
    }
    return found;
  }

  /** Text before the line that changes with each line is no name: the numbers decide. */
  #findBySourceShape(cycle: GcCycle, source: string): Known | undefined {
    const process = this.#bySourceShape.get(shapeOf(source));
    if (process === undefined || process.isNamed) return undefined;
    if (cycle.n !== process.last.n + 1 || !follows(process.last, cycle)) return undefined;
    this.#bySource.delete(process.source);
    process.source = source;
    this.#bySource.set(source, [process]);
    return process;
  }

  #add(cycle: GcCycle, source: string): Known {
    const process: Known = {
      id: ++this.count,
      source,
      cycles: 0,
      forced: 0,
      periodic: 0,
      firstNs: cycle.startNs,
      lastNs: cycle.endNs,
      firstWallMs: cycle.wallMs,
      lastWallMs: cycle.wallMs,
      releases: '',
      range: { since: 0, until: latest },
      family: undefined,
      file: this.#file,
      last: cycle,
      isNamed: false,
    };
    if (this.list.length < processesMax) this.list.push(process);
    const same = this.#bySource.get(source) ?? [];
    same.push(process);
    if (same.length > aliveMax) same.shift();
    this.#bySource.set(source, same);
    this.#bySourceShape.set(shapeOf(source), process);
    forgetOldest(this.#bySource);
    forgetOldest(this.#bySourceShape);
    return process;
  }
}

/** The one may be a later collection of the process that the other is of. */
function follows(last: GcCycle, cycle: GcCycle): boolean {
  if (cycle.n <= last.n) return false;
  if (cycle.startNs === undefined || last.startNs === undefined) {
    return cycle.startNs === last.startNs;
  }
  return cycle.startNs >= last.startNs;
}

/**
 * How little two collections look like neighbours in one process. GOMAXPROCS hardly ever changes; GC CPU since the
 * start, the goal and the clock change little from one collection to the next.
 */
function distance(last: GcCycle, cycle: GcCycle): number {
  const clock = ((cycle.startNs ?? 0) - (last.startNs ?? 0)) / ((cycle.startNs ?? 0) + 1);
  const goal = change(
    last.heapGoalBytes ?? last.heapEndBytes,
    cycle.heapGoalBytes ?? cycle.heapEndBytes,
  );
  const cpu = Math.abs((cycle.gcCpuFraction ?? 0) - (last.gcCpuFraction ?? 0));
  const offset =
    last.wallMs === undefined || cycle.wallMs === undefined
      ? 0
      : Math.abs(startWallMs(cycle) - startWallMs(last)) / 1000;
  return (last.procs === cycle.procs ? 0 : 100) + Math.min(offset, 100) + clock + goal + 10 * cpu;
}

/** A process that is started again has not started within so short a time of the first; a log's clock is as exact. */
const sameStartMs = 500;

/**
 * The same line once more. No two collections of a process start at the same moment and are alike in all else. And
 * where lines have timestamps, one that goes back in a process that started at the same time was copied: excerpts of
 * one log that overlap.
 */
export function isRepeated(last: GcCycle, cycle: GcCycle): boolean {
  const { startNs, wallMs } = cycle;
  if (startNs === undefined || last.startNs === undefined || cycle.n > last.n) return false;
  if (cycle.n === last.n && startNs === last.startNs && isAlike(last, cycle)) return true;
  if (wallMs === undefined || last.wallMs === undefined || startNs > last.startNs) return false;
  return Math.abs(startWallMs(cycle) - startWallMs(last)) < sameStartMs;
}

function isAlike(a: GcCycle, b: GcCycle): boolean {
  return (
    a.endNs === b.endNs &&
    a.gcCpuFraction === b.gcCpuFraction &&
    a.heapMarkedBytes === b.heapMarkedBytes &&
    a.backgroundNs === b.backgroundNs
  );
}

/** Wall clock at the start of the process: the same for all its lines. */
function startWallMs({ wallMs = 0, startNs = 0 }: GcCycle): number {
  return wallMs - startNs / msNs;
}

/** Change from `a` to `b`, as a share of the greater. */
function change(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(a, b);
}

/** A source without what may count up: numbers, and ids in hexadecimal. */
function shapeOf(source: string): string {
  return source.replace(/[0-9a-f]{6,}|\d+/g, '0');
}

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= sourcesMax) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

function inWords({ since, until }: ReleaseRange): string {
  if (since === until) return `Go 1.${since}`;
  if (until === latest) return `Go 1.${since} or later`;
  return `Go 1.${since} to 1.${until}`;
}
