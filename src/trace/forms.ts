/**
 * The lines that the runtime prints with GODEBUG=gctrace=1, gcpacertrace=1 and scavtrace=1, release by release, as
 * data: each form is one template, from which both the printer (format.ts) and the reader (parse.ts) are made. To
 * add a form is to add a row here; nothing else knows what a line looks like.
 *
 * In a template, `{name}` is a figure and `{name?text}` a text that is there or not. Templates of one kind of line
 * share their figures.
 *
 * Follows src/runtime of Go at the commits and releases named in `releaseFormats`: mgc.go (to 1.4: mgc0.c) for the
 * gc line, mgcpacer.go (to 1.17: mgc.go) and mgcsweep.go for the pacer lines, mheap.go and mgcscavenge.go for the
 * scavenger.
 */
import { assert } from '../assert.ts';
import type { GcCycle, PacerEnd, PacerStart, PacerSweepDone, StoppedCycle } from '../cycle.ts';
import type { Bytes } from '../units.ts';
import { type Syntax, syntaxes } from './figures.ts';

/** A figure of a line that is read. */
export interface ReadFigure {
  /** How it is written. */
  readonly syntax: Syntax;
}

/** One of a line that is printed as well. */
export interface Figure<R> extends ReadFigure {
  /** Where in the record it is found; undefined is "not known". */
  readonly of: (record: R) => number | undefined;
}

/** Releases of Go, by the second number of their name: 1.19 is 19. Both ends belong to it. */
export interface ReleaseRange {
  readonly since: number;
  readonly until: number;
}

/** The newest release, and all that will come after it. */
export const latest = 99;

export interface Form {
  readonly template: string;
  readonly releases: ReleaseRange;
}

const { integer, signed, MB, KB, ms, wholeMs, wholeUs, seconds, percent, float } = syntaxes;

function flag(value: boolean | undefined): number {
  return value === true ? 1 : 0;
}

// --- The gc line --------------------------------------------------------------------------------------

/**
 * Generations of the gc line.
 * S1: Go to 1.2. S2: 1.3. S3: 1.4. G1: March 2015. G2: April and May 2015. G3: from June 2015, and Go 1.5.
 * G4: Go 1.6 to 1.17. G5: from 1.18 on.
 */
export type FamilyName = 'S1' | 'S2' | 'S3' | 'G1' | 'G2' | 'G3' | 'G4' | 'G5';

function stopped(of: (s: StoppedCycle) => number | undefined): (c: GcCycle) => number | undefined {
  return (c) => (c.stopped === undefined ? undefined : of(c.stopped));
}

/** Figures of a gc line. Times are written by the family's rule: see `timeFigures`. */
const plainFigures = {
  n: { syntax: integer, of: (c: GcCycle) => c.n },
  startTime: { syntax: seconds, of: (c: GcCycle) => c.startNs },
  endTime: { syntax: seconds, of: (c: GcCycle) => c.endNs },
  gcCpuPercent: { syntax: percent, of: (c: GcCycle) => c.gcCpuFraction },
  leakCheck: { syntax: integer, of: (c: GcCycle) => flag(c.leakCheck) },
  heapStart: { syntax: MB, of: (c: GcCycle) => c.heapStartBytes },
  /** The trigger stands for the heap at the start of a concurrent collection. A log shows it as that heap. */
  trigger: {
    syntax: MB,
    of: (c: GcCycle) => (c.forced ? undefined : c.sim?.triggerBytes) ?? c.heapStartBytes,
  },
  heapEnd: { syntax: MB, of: (c: GcCycle) => c.heapEndBytes },
  heapMarked: { syntax: MB, of: (c: GcCycle) => c.heapMarkedBytes },
  heapGoal: { syntax: MB, of: (c: GcCycle) => c.heapGoalBytes },
  stacks: { syntax: MB, of: (c: GcCycle) => c.stacksBytes },
  globals: { syntax: MB, of: (c: GcCycle) => c.globalsBytes },
  procs: { syntax: integer, of: (c: GcCycle) => c.procs },
  forced: { syntax: integer, of: (c: GcCycle) => flag(c.forced) },

  previousLive: { syntax: MB, of: stopped((s) => s.previousLiveBytes) },
  objectsBefore: { syntax: integer, of: stopped((s) => s.objectsBefore) },
  objects: { syntax: integer, of: stopped((s) => s.objects) },
  mallocs: { syntax: integer, of: stopped((s) => s.mallocs) },
  frees: { syntax: integer, of: stopped((s) => s.frees) },
  goroutines: { syntax: integer, of: stopped((s) => s.goroutines) },
  spans: { syntax: integer, of: stopped((s) => s.spans) },
  backgroundSweeps: { syntax: integer, of: stopped((s) => s.backgroundSweeps) },
  pauseSweeps: { syntax: integer, of: stopped((s) => s.pauseSweeps) },
  handoffs: { syntax: integer, of: stopped((s) => s.handoffs) },
  handoffCount: { syntax: integer, of: stopped((s) => s.handoffCount) },
  steals: { syntax: integer, of: stopped((s) => s.steals) },
  stealCount: { syntax: integer, of: stopped((s) => s.stealCount) },
  procYields: { syntax: integer, of: stopped((s) => s.procYields) },
  osYields: { syntax: integer, of: stopped((s) => s.osYields) },
  sleeps: { syntax: integer, of: stopped((s) => s.sleeps) },
} as const satisfies Record<string, Figure<GcCycle>>;

const timeFigures = {
  sweepTerm: (c: GcCycle) => c.sweepTermNs,
  scan: (c: GcCycle) => c.scanNs,
  sync: (c: GcCycle) => c.syncNs,
  mark: (c: GcCycle) => c.markNs,
  markTerm: (c: GcCycle) => c.markTermNs,
  sweepTermCpu: (c: GcCycle) => c.sweepTermCpuNs,
  scanCpu: (c: GcCycle) => c.scanCpuNs,
  syncCpu: (c: GcCycle) => c.syncCpuNs,
  assist: (c: GcCycle) => c.assistNs,
  background: (c: GcCycle) => c.backgroundNs,
  idle: (c: GcCycle) => c.idleNs,
  markTermCpu: (c: GcCycle) => c.markTermCpuNs,
  setup: stopped((s) => s.setupNs),
  stoppedSweep: stopped((s) => s.sweepNs),
  stoppedMark: stopped((s) => s.markNs),
  finish: stopped((s) => s.finishNs),
} as const;

export type GcFigureName = keyof typeof plainFigures | keyof typeof timeFigures;

export const gcFigureNames = [
  ...Object.keys(plainFigures),
  ...Object.keys(timeFigures),
] as readonly GcFigureName[];

/** The figures of a family whose times are written as `time` says. */
export function gcFigures(time: Syntax): Readonly<Record<GcFigureName, Figure<GcCycle>>> {
  const times = Object.entries(timeFigures).map(([name, of]) => [name, { syntax: time, of }]);
  return { ...plainFigures, ...(Object.fromEntries(times) as TimeFigures) };
}

type TimeFigures = Record<keyof typeof timeFigures, Figure<GcCycle>>;

export interface LineFamily extends Form {
  /** How times are written. */
  readonly time: Syntax;
  /** In words, for reports: which Go prints it. */
  readonly about: string;
}

const counters =
  '{handoffs}({handoffCount}) handoff, {steals}({stealCount}) steal, ' +
  '{procYields}/{osYields}/{sleeps} yields';
const stoppedStart =
  'gc{n}({procs}): {setup}+{stoppedSweep}+{stoppedMark}+{finish} us, ' +
  '{previousLive} -> {heapEnd} MB, {objects} ({mallocs}-{frees}) objects, ';
const sweeps = '{spans}/{backgroundSweeps}/{pauseSweeps} sweeps, ';
const fiveClocks = '{sweepTerm}+{scan}+{sync}+{mark}+{markTerm} ms clock, ';
const markSplit = '{assist}/{background}/{idle}';
const fiveCpus = `{sweepTermCpu}+{scanCpu}+{syncCpu}+${markSplit}+{markTermCpu} ms cpu, `;
const threePhases = `{sweepTerm}+{mark}+{markTerm} ms clock, {sweepTermCpu}+${markSplit}+{markTermCpu} ms cpu, `;
const heap = '{heapStart}->{heapEnd}->{heapMarked} MB, {heapGoal} MB goal, ';
const end = '{procs} P{forced? (forced)}';

/** What each generation prints. A figure that a template does not name is not printed. */
export const lineFamilies: Readonly<Record<FamilyName, LineFamily>> = {
  // The world is stopped throughout; sizes and objects before and after.
  S1: {
    time: wholeMs,
    releases: { since: 0, until: 2 },
    about: 'Go 1.2 or earlier',
    template:
      'gc{n}({procs}): {stoppedMark}+{stoppedSweep}+{setup} ms, {heapStart} -> {heapMarked} MB ' +
      `{objectsBefore} -> {objects} ({mallocs}-{frees}) objects, ${counters}`,
  },
  // Sweeping moved out of the pause: the first size is what was live after the collection before.
  S2: {
    time: wholeUs,
    releases: { since: 3, until: 3 },
    about: 'Go 1.3',
    template: stoppedStart + sweeps + counters,
  },
  S3: {
    time: wholeUs,
    releases: { since: 4, until: 4 },
    about: 'Go 1.4',
    template: `${stoppedStart}{goroutines} goroutines, ${sweeps}${counters}`,
  },
  // One figure for the CPU time of marking, no goal; `@` is the end, the first size the trigger.
  G1: {
    time: wholeMs,
    releases: { since: 5, until: 5 },
    about: 'Go 1.5 in development, March 2015',
    template:
      `gc #{n} @{endTime}s {gcCpuPercent}%: ${fiveClocks}` +
      '{sweepTermCpu}+{scanCpu}+{syncCpu}+{background}+{markTermCpu} ms cpu, ' +
      `{trigger}->{heapEnd}->{heapMarked} MB, ${end}`,
  },
  // Marking split by who did it, and the goal.
  G2: {
    time: wholeMs,
    releases: { since: 5, until: 5 },
    about: 'Go 1.5 in development, April and May 2015',
    template:
      `gc #{n} @{endTime}s {gcCpuPercent}%: ${fiveClocks}${fiveCpus}` +
      `{trigger}->{heapEnd}->{heapMarked} MB, {heapGoal} MB goal, ${end}`,
  },
  // Times with decimals; `@` is the start, the first size the heap there.
  G3: {
    time: ms,
    releases: { since: 5, until: 5 },
    about: 'Go 1.5',
    template: `gc {n} @{startTime}s {gcCpuPercent}%: ${fiveClocks}${fiveCpus}${heap}${end}`,
  },
  // Root scan and barrier are part of marking.
  G4: {
    time: ms,
    releases: { since: 6, until: 17 },
    about: 'Go 1.6 to 1.17',
    template: `gc {n} @{startTime}s {gcCpuPercent}%: ${threePhases}${heap}${end}`,
  },
  // Stacks and globals count towards the goal. The remark on leaks: 1.26 and later.
  G5: {
    time: ms,
    releases: { since: 18, until: latest },
    about: 'Go 1.18 or later',
    template:
      'gc {n} @{startTime}s {gcCpuPercent}%{leakCheck? (checking for goroutine leaks)}: ' +
      `${threePhases}${heap}{stacks} MB stacks, {globals} MB globals, ${end}`,
  },
};

export const familyNames = Object.keys(lineFamilies) as FamilyName[];

// --- Pacer lines --------------------------------------------------------------------------------------

export const pacerStartFigures = {
  assistRatio: { syntax: float, of: (p: PacerStart) => p.assistRatio },
  heapScan: { syntax: MB, of: (p: PacerStart) => p.heapScanBytes },
  from: { syntax: MB, of: (p: PacerStart) => p.assistFromBytes },
  to: { syntax: MB, of: (p: PacerStart) => p.assistToBytes },
  dedicated: { syntax: signed, of: (p: PacerStart) => p.dedicatedWorkers },
  fractionalCount: { syntax: integer, of: (p: PacerStart) => p.fractionalWorkers },
  fractionalGoal: { syntax: float, of: (p: PacerStart) => p.fractionalWorkers },
} as const satisfies Record<string, Figure<PacerStart>>;

export const pacerEndFigures = {
  H_m_prev: { syntax: integer, of: (e: PacerEnd) => e.heapMarkedPrevBytes },
  h_t: { syntax: float, of: (e: PacerEnd) => e.triggerRatio },
  H_T: { syntax: integer, of: (e: PacerEnd) => e.triggerBytes },
  h_a: { syntax: float, of: (e: PacerEnd) => e.actualGrowth },
  H_a: { syntax: integer, of: (e: PacerEnd) => e.heapActualBytes },
  h_g: { syntax: float, of: (e: PacerEnd) => e.goalGrowth },
  H_g: { syntax: integer, of: (e: PacerEnd) => e.heapGoalBytes },
  u_a: { syntax: float, of: (e: PacerEnd) => e.utilization },
  u_g: { syntax: float, of: (e: PacerEnd) => e.goalUtilization },
  W_a: { syntax: signed, of: (e: PacerEnd) => e.scanWork },
  goalDelta: { syntax: float, of: (e: PacerEnd) => e.goalGrowth - e.triggerRatio },
  actualDelta: { syntax: float, of: (e: PacerEnd) => e.actualGrowth - e.triggerRatio },
  uRatio: { syntax: float, of: (e: PacerEnd) => e.utilization / e.goalUtilization },
} as const satisfies Record<string, Figure<PacerEnd>>;

export const pacerConsMarkFigures = {
  utilization: { syntax: percent },
  goalUtilization: { syntax: percent },
  heapScan: { syntax: integer },
  stackScan: { syntax: integer },
  globalsScan: { syntax: integer },
  expectedScan: { syntax: integer },
  trigger: { syntax: integer },
  heapLive: { syntax: integer },
  overGoal: { syntax: signed },
  consMark: { syntax: float },
  controllerReset: { syntax: integer },
} as const satisfies Record<string, ReadFigure>;

export const sweepDoneFigures = {
  heapLive: { syntax: MB, of: (s: PacerSweepDone) => s.heapLiveBytes },
  allocated: { syntax: MB, of: (s: PacerSweepDone) => s.allocatedBytes },
  pages: { syntax: integer, of: (s: PacerSweepDone) => s.sweptPages },
  pagesPerByte: { syntax: float, of: (s: PacerSweepDone) => s.pagesPerByte },
} as const satisfies Record<string, Figure<PacerSweepDone>>;

const assistRatioStart =
  'pacer: assist ratio={assistRatio} (scan {heapScan} MB in {from}->{to} MB)';
const sweepDoneStart = 'pacer: sweep done at heap size {heapLive}MB; allocated {allocated}MB';

/** Forms of the line at the start of a collection. */
export const assistRatioForms = {
  /** How many fractional workers: none or one. */
  count: {
    releases: { since: 5, until: 9 },
    template: `${assistRatioStart} workers={dedicated}+{fractionalCount}`,
  },
  /** fractionalUtilizationGoal, whose own plus follows the other one. */
  goal: {
    releases: { since: 10, until: latest },
    template: `${assistRatioStart} workers={dedicated}+{fractionalGoal}`,
  },
} as const satisfies Record<string, Form>;

/** Forms of the line at the end of concurrent marking. */
export const pacerEndForms = {
  trigger: {
    releases: { since: 5, until: 17 },
    template:
      'pacer: H_m_prev={H_m_prev} h_t={h_t} H_T={H_T} h_a={h_a} H_a={H_a} h_g={h_g} H_g={H_g} ' +
      'u_a={u_a} u_g={u_g} W_a={W_a} goal\u0394={goalDelta} actual\u0394={actualDelta} u_a/u_g={uRatio}',
  },
} as const satisfies Record<string, Form>;

/** The line at the end of marking from 1.18 on. */
export const pacerConsMarkForm: Form = {
  releases: { since: 18, until: latest },
  template:
    'pacer: {utilization}% CPU ({goalUtilization} exp.) for ' +
    '{heapScan}+{stackScan}+{globalsScan} B work ({expectedScan} B exp.) in {trigger} B -> {heapLive} B ' +
    '(\u2206goal {overGoal}, cons/mark {consMark}){controllerReset?[controller reset]}',
};

/** Forms of the line when sweeping is done. */
export const sweepDoneForms = {
  spans: {
    releases: { since: 6, until: 6 },
    template: `${sweepDoneStart} of spans; swept {pages} pages`,
  },
  'spans-rate': {
    releases: { since: 7, until: 8 },
    template: `${sweepDoneStart} of spans; swept {pages} pages at {pagesPerByte} pages/byte`,
  },
  'heap-rate': {
    releases: { since: 9, until: latest },
    template: `${sweepDoneStart} during sweep; swept {pages} pages at {pagesPerByte} pages/byte`,
  },
} as const satisfies Record<string, Form>;

// --- The scavenger and others -------------------------------------------------------------------------

/** Printed before a collection that the runtime started because two minutes had passed without one. */
export const periodicLine = 'GC forced';

/** One line of the heap scavenger. What its form does not print is absent. */
export interface Scavenge {
  /** Which process of the log, from 1. */
  process?: number;
  /** Number of the round (to 1.12); -1 where debug.FreeOSMemory asked for it. From 1.15 to 1.18 its generation. */
  n?: number;
  /** Returned to the system since the line before: in this round, or by work in the background and in allocation. */
  releasedNowBytes?: Bytes;
  /** Of that, returned in line with allocation (from 1.21). */
  eagerBytes?: Bytes;
  heapInuseBytes?: Bytes;
  heapIdleBytes?: Bytes;
  heapSysBytes?: Bytes;
  /** Returned and not taken again. */
  heapReleasedBytes?: Bytes;
  heapConsumedBytes?: Bytes;
  /** What the heap keeps from the system, of all that it needs, as a share (from 1.14). */
  utilization?: number;
}

export const scavengeFigures = {
  n: { syntax: signed },
  releasedMB: { syntax: MB },
  releasedKB: { syntax: KB },
  work: { syntax: KB },
  eager: { syntax: KB },
  total: { syntax: KB },
  inuse: { syntax: MB },
  idle: { syntax: MB },
  sys: { syntax: MB },
  released: { syntax: MB },
  consumed: { syntax: MB },
  util: { syntax: percent },
  forced: { syntax: integer },
  reset: { syntax: integer },
} as const satisfies Record<string, ReadFigure>;

export type ScavengeFigureName = keyof typeof scavengeFigures;

const scavengeHeap =
  'inuse: {inuse}, idle: {idle}, sys: {sys}, released: {released}, consumed: {consumed} (MB)';
const scavengeEnd = '{util}% util{forced? (forced)}{reset? [controller reset]}';

/** Forms of the scavenger's lines: `scvg` with gctrace (to 1.13), `scav` with scavtrace (from 1.14). */
export const scavengeForms = {
  'scvg-released': {
    releases: { since: 1, until: 12 },
    template: 'scvg{n}: {releasedMB} MB released',
  },
  'scvg-heap': { releases: { since: 1, until: 12 }, template: `scvg{n}: ${scavengeHeap}` },
  'scvg-released-13': {
    releases: { since: 13, until: 13 },
    template: 'scvg: {releasedKB} KB released',
  },
  'scvg-heap-13': { releases: { since: 13, until: 13 }, template: `scvg: ${scavengeHeap}` },
  'scvg-forced-13': {
    releases: { since: 13, until: 13 },
    template: 'forced scvg: {releasedKB} KB released',
  },
  'scav-generation': {
    releases: { since: 15, until: 18 },
    template: `scav {n} {work} KiB work, {total} KiB total, ${scavengeEnd}`,
  },
  // 1.14, and again 1.19 and 1.20.
  'scav-total': {
    releases: { since: 14, until: 20 },
    template: `scav {work} KiB work, {total} KiB total, ${scavengeEnd}`,
  },
  'scav-eager': {
    releases: { since: 21, until: latest },
    template: `scav {work} KiB work (bg), {eager} KiB work (eager), {total} KiB now, ${scavengeEnd}`,
  },
} as const satisfies Record<string, Form>;

// --- Releases that gcsim simulates --------------------------------------------------------------------

/** Which pacer lines a release prints, and in which form; what is absent it does not print. */
export interface PacerForms {
  assistRatio?: keyof typeof assistRatioForms;
  end?: keyof typeof pacerEndForms;
  sweepDone?: keyof typeof sweepDoneForms;
}

export interface ReleaseFormat {
  family: FamilyName;
  pacer: PacerForms;
}

const noPacerLines: PacerForms = {};
const pacerOfMid2015: PacerForms = { end: 'trigger' };
const pacerOf15: PacerForms = { assistRatio: 'count', end: 'trigger' };
const pacerOf16: PacerForms = { ...pacerOf15, sweepDone: 'spans' };
const pacerOf18: PacerForms = { ...pacerOf15, sweepDone: 'spans-rate' };
const pacerOf19: PacerForms = { ...pacerOf15, sweepDone: 'heap-rate' };
const pacerOf110: PacerForms = { ...pacerOf19, assistRatio: 'goal' };

/** What each release, and each commit (`^`: the one before it), prints. */
const releaseFormats: ReadonlyMap<string, ReleaseFormat> = new Map([
  ['8e24283a^', { family: 'G1', pacer: noPacerLines }],
  ['8e24283a', { family: 'G1', pacer: noPacerLines }],
  ['4b2fde94', { family: 'G1', pacer: noPacerLines }],
  ['ce502b06^', { family: 'G2', pacer: noPacerLines }],
  ['ce502b06', { family: 'G2', pacer: noPacerLines }],
  ['8f34b253^', { family: 'G3', pacer: pacerOfMid2015 }],
  ['8f34b253', { family: 'G3', pacer: pacerOfMid2015 }],
  ['1.5', { family: 'G3', pacer: pacerOf15 }],
  ['1.6', { family: 'G4', pacer: pacerOf16 }],
  // The commits are of March 2017; the sweep line changed in April.
  ['1.8', { family: 'G4', pacer: pacerOf18 }],
  ['051809e3^', { family: 'G4', pacer: pacerOf18 }],
  ['051809e3', { family: 'G4', pacer: pacerOf18 }],
  ['1.9', { family: 'G4', pacer: pacerOf19 }],
  ['1.10', { family: 'G4', pacer: pacerOf110 }],
]);

/** The lines of a release, by its name. */
export function formatFor(release: string): ReleaseFormat {
  const format = releaseFormats.get(release);
  assert(format !== undefined, 'the format of the release is known', release);
  return format;
}

/** A piece of a template. */
export type Piece<Name extends string> =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'figure'; readonly name: Name }
  | { readonly kind: 'flag'; readonly name: Name; readonly text: string };

/** A template cut into its pieces. */
export function piecesOf<Name extends string>(template: string): Piece<Name>[] {
  return template
    .split(/[{}]/)
    .map((part, i): Piece<Name> => {
      if (i % 2 === 0) return { kind: 'text', text: part };
      const [name = '', text] = part.split('?');
      return text === undefined
        ? { kind: 'figure', name: name as Name }
        : { kind: 'flag', name: name as Name, text };
    })
    .filter((piece) => piece.kind !== 'text' || piece.text !== '');
}
