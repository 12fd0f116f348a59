/**
 * The lines that GODEBUG=gctrace=1 and gcpacertrace=1 print, release by release, as data: each form is one
 * template, and names in braces stand for figures. `lineFamilies` and `releaseFormats` are the whole of what
 * differs between releases; to add a form is to add a row.
 *
 * Follows src/runtime of Go at the commits and releases named in `releaseFormats`: mgc.go for the gc line,
 * mgcpacer.go (to 1.17: mgc.go) and mgcsweep.go for the pacer lines, print.go for floats, mheap.go for the
 * scavenger.
 */
import { assert } from '../assert.ts';
import type { GcCycle, PacerRecord } from '../cycle.ts';
import { type Bytes, MiB, msNs, type Ns, usNs } from '../units.ts';

// --- How single figures are written -------------------------------------------------------------------

/**
 * Milliseconds as releases from June 2015 on print them (fmtNSAsMS): whole from 10 ms on; below, two
 * significant digits with at most three decimals; `0` below 1 µs. Digits are cut off, not rounded.
 */
export function formatMs(ns: Ns): string {
  assert(ns >= 0, 'a time is not negative', ns);
  if (ns >= 10 * msNs) return formatWholeMs(ns);
  let x = whole(ns, usNs);
  if (x === 0) return '0';
  let decimals = 3;
  for (; x >= 100; x = whole(x, 10)) decimals--;
  return formatDecimal(x, decimals);
}

/** Milliseconds as the collectors before June 2015 print them: whole, the rest cut off. */
export function formatWholeMs(ns: Ns): string {
  assert(ns >= 0, 'a time is not negative', ns);
  return formatInteger(whole(ns, msNs));
}

/** Seconds with three decimals, the rest cut off. */
export function formatSeconds(ns: Ns): string {
  assert(ns >= 0, 'a time is not negative', ns);
  return formatDecimal(whole(ns, msNs), 3);
}

/** What gctrace calls MB: whole MiB, the rest cut off. */
export function formatMB(bytes: Bytes): string {
  assert(bytes >= 0, 'a size is not negative', bytes);
  return formatInteger(whole(bytes, MiB));
}

/** Whole percent, the rest cut off. */
export function formatWholePercent(fraction: number): string {
  return formatInteger(fraction * 100);
}

/**
 * The fraction for a printed percentage. Plain division would not do: 29 / 100 * 100 is 28.999…, which
 * prints as 28. Law: formatWholePercent(percentToFraction(n)) is n.
 */
export function percentToFraction(percent: number): number {
  const fraction = percent / 100;
  return Math.trunc(fraction * 100) === percent ? fraction : fraction * (1 + Number.EPSILON);
}

/** Digits that the runtime prints of a float. */
const floatDigits = 7;

/**
 * A float as the runtime's print writes it (printfloat): `+1.430862e+000`, `NaN`, `+Inf`, `-Inf`. It goes
 * digit by digit in float64 arithmetic, and adds half a unit of the last digit first; its errors are part of
 * the format, so we make the same.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  let v = Math.abs(value);
  let exponent = 0;
  if (v !== 0) {
    for (; v >= 10; v /= 10) exponent++;
    for (; v < 1; v *= 10) exponent--;
    let half = 5;
    for (let i = 0; i < floatDigits; i++) half /= 10;
    v += half;
    if (v >= 10) {
      exponent++;
      v /= 10;
    }
  }
  let digits = '';
  for (let i = 0; i < floatDigits; i++) {
    const digit = Math.trunc(v);
    digits += digit;
    v = (v - digit) * 10;
  }
  const sign = value < 0 || Object.is(value, -0) ? '-' : '+';
  const exponentSign = exponent < 0 ? '-' : '+';
  const exponentDigits = String(Math.abs(exponent)).padStart(3, '0');
  return `${sign}${digits[0]}.${digits.slice(1)}e${exponentSign}${exponentDigits}`;
}

/** An integer; what comes after the point is cut off, as a conversion in Go does. */
function formatInteger(value: number): string {
  assert(Number.isFinite(value), 'a figure is finite', value);
  // `+ 0` turns -0, which a conversion to an integer does not know, into 0.
  return String(Math.trunc(value) + 0);
}

/** How often `unit` goes into `value`: exact, unlike a division that is rounded and then cut off. */
function whole(value: number, unit: number): number {
  return (value - (value % unit)) / unit;
}

/** `value` / 10^`decimals`, with all its decimals (itoaDiv). */
function formatDecimal(value: number, decimals: number): string {
  if (decimals === 0) return formatInteger(value);
  const digits = String(value).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

// --- Templates ----------------------------------------------------------------------------------------

/** How a figure is written and where in the record it is found; undefined is "not known". */
interface Figure<R> {
  write: (value: number) => string;
  of: (record: R) => number | undefined;
}

/** Cuts a template into text and figures, once, and gives back what fills it in. */
function compile<R, Name extends string>(
  template: string,
  figures: Readonly<Record<Name, Figure<R>>>,
): (record: R) => string {
  const parts = template.split(/[{}]/).map((part, i) => {
    if (i % 2 === 0) return () => part;
    const figure = figures[part as Name] as Figure<R> | undefined;
    assert(figure !== undefined, 'a template names figures that there are', part);
    return (record: R): string => {
      const value = figure.of(record);
      assert(value !== undefined, 'the record has each figure that the line prints', part);
      return figure.write(value);
    };
  });
  return (record) => parts.map((part) => part(record)).join('');
}

// --- The gc line --------------------------------------------------------------------------------------

/**
 * Generations of the gc line.
 * G1: March 2015. G2: April and May 2015. G3: from June 2015, and Go 1.5. G4: Go 1.6 to 1.17.
 */
export type FamilyName = 'G1' | 'G2' | 'G3' | 'G4';

/** Figures of a gc line, by the names that templates use. Times and CPU times are written by the family's rule. */
type CycleFigure = keyof typeof plainFigures | keyof typeof timeFigures;

const plainFigures = {
  n: { write: formatInteger, of: (c: GcCycle) => c.n },
  startTime: { write: formatSeconds, of: (c: GcCycle) => c.startNs },
  endTime: { write: formatSeconds, of: (c: GcCycle) => c.endNs },
  gcCpuPercent: { write: formatWholePercent, of: (c: GcCycle) => c.gcCpuFraction },
  heapStart: { write: formatMB, of: (c: GcCycle) => c.heapStartBytes },
  /** The trigger stands for the heap at the start of a concurrent collection. A log shows it as that heap. */
  trigger: {
    write: formatMB,
    of: (c: GcCycle) => (c.forced ? undefined : c.sim?.triggerBytes) ?? c.heapStartBytes,
  },
  heapEnd: { write: formatMB, of: (c: GcCycle) => c.heapEndBytes },
  heapMarked: { write: formatMB, of: (c: GcCycle) => c.heapMarkedBytes },
  heapGoal: { write: formatMB, of: (c: GcCycle) => c.heapGoalBytes },
  procs: { write: formatInteger, of: (c: GcCycle) => c.procs },
};

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
};

interface LineFamily {
  /** How times are written. */
  time: (ns: Ns) => string;
  /** The line without its end, which is ` (forced)` or nothing. */
  template: string;
}

/** What each generation prints. A figure that a template does not name is not printed. */
const lineFamilies: Readonly<Record<FamilyName, LineFamily>> = {
  // One figure for the CPU time of marking, no goal; `@` is the end, the first size the trigger.
  G1: {
    time: formatWholeMs,
    template:
      'gc #{n} @{endTime}s {gcCpuPercent}%: ' +
      '{sweepTerm}+{scan}+{sync}+{mark}+{markTerm} ms clock, ' +
      '{sweepTermCpu}+{scanCpu}+{syncCpu}+{background}+{markTermCpu} ms cpu, ' +
      '{trigger}->{heapEnd}->{heapMarked} MB, {procs} P',
  },
  // Marking split by who did it, and the goal.
  G2: {
    time: formatWholeMs,
    template:
      'gc #{n} @{endTime}s {gcCpuPercent}%: ' +
      '{sweepTerm}+{scan}+{sync}+{mark}+{markTerm} ms clock, ' +
      '{sweepTermCpu}+{scanCpu}+{syncCpu}+{assist}/{background}/{idle}+{markTermCpu} ms cpu, ' +
      '{trigger}->{heapEnd}->{heapMarked} MB, {heapGoal} MB goal, {procs} P',
  },
  // Times with decimals; `@` is the start, the first size the heap there.
  G3: {
    time: formatMs,
    template:
      'gc {n} @{startTime}s {gcCpuPercent}%: ' +
      '{sweepTerm}+{scan}+{sync}+{mark}+{markTerm} ms clock, ' +
      '{sweepTermCpu}+{scanCpu}+{syncCpu}+{assist}/{background}/{idle}+{markTermCpu} ms cpu, ' +
      '{heapStart}->{heapEnd}->{heapMarked} MB, {heapGoal} MB goal, {procs} P',
  },
  // Root scan and barrier are part of marking.
  G4: {
    time: formatMs,
    template:
      'gc {n} @{startTime}s {gcCpuPercent}%: {sweepTerm}+{mark}+{markTerm} ms clock, ' +
      '{sweepTermCpu}+{assist}/{background}/{idle}+{markTermCpu} ms cpu, ' +
      '{heapStart}->{heapEnd}->{heapMarked} MB, {heapGoal} MB goal, {procs} P',
  },
};

const cycleFormatters = new Map<FamilyName, (cycle: GcCycle) => string>();
for (const [name, { time, template }] of Object.entries(lineFamilies)) {
  const times = Object.entries(timeFigures).map(([key, of]) => [key, { write: time, of }]);
  const figures = { ...plainFigures, ...Object.fromEntries(times) };
  cycleFormatters.set(name as FamilyName, compile<GcCycle, CycleFigure>(template, figures));
}

/** The gc line of a collection. A figure that the family prints and the record lacks is an InvariantError. */
export function formatCycle(cycle: GcCycle, family: FamilyName): string {
  const format = cycleFormatters.get(family);
  assert(format !== undefined, 'a family of gc lines has a template', family);
  return cycle.forced ? `${format(cycle)} (forced)` : format(cycle);
}

// --- Pacer lines --------------------------------------------------------------------------------------

/** Figures of the pacer's line at the end of marking. */
export type PacerEnd = NonNullable<PacerRecord['end']>;
/** Figures of the pacer's line when sweeping is done. */
export type PacerSweepDone = NonNullable<PacerRecord['sweepDone']>;

const assistRatioFigures = {
  assistRatio: { write: formatFloat, of: (p: PacerRecord) => p.assistRatio },
  heapScan: { write: formatMB, of: (p: PacerRecord) => p.heapScanBytes },
  from: { write: formatMB, of: (p: PacerRecord) => p.assistFromBytes },
  to: { write: formatMB, of: (p: PacerRecord) => p.assistToBytes },
  dedicated: { write: formatInteger, of: (p: PacerRecord) => p.dedicatedWorkers },
  fractionalCount: { write: formatInteger, of: (p: PacerRecord) => p.fractionalWorkers },
  fractionalGoal: { write: formatFloat, of: (p: PacerRecord) => p.fractionalWorkers },
};

const endFigures = {
  H_m_prev: { write: formatInteger, of: (e: PacerEnd) => e.heapMarkedPrevBytes },
  h_t: { write: formatFloat, of: (e: PacerEnd) => e.triggerRatio },
  H_T: { write: formatInteger, of: (e: PacerEnd) => e.triggerBytes },
  h_a: { write: formatFloat, of: (e: PacerEnd) => e.actualGrowth },
  H_a: { write: formatInteger, of: (e: PacerEnd) => e.heapActualBytes },
  h_g: { write: formatFloat, of: (e: PacerEnd) => e.goalGrowth },
  H_g: { write: formatInteger, of: (e: PacerEnd) => e.heapGoalBytes },
  u_a: { write: formatFloat, of: (e: PacerEnd) => e.utilization },
  u_g: { write: formatFloat, of: (e: PacerEnd) => e.goalUtilization },
  W_a: { write: formatInteger, of: (e: PacerEnd) => e.scanWork },
  goalDelta: { write: formatFloat, of: (e: PacerEnd) => e.goalGrowth - e.triggerRatio },
  actualDelta: { write: formatFloat, of: (e: PacerEnd) => e.actualGrowth - e.triggerRatio },
  uRatio: { write: formatFloat, of: (e: PacerEnd) => e.utilization / e.goalUtilization },
};

const sweepDoneFigures = {
  heapLive: { write: formatMB, of: (s: PacerSweepDone) => s.heapLiveBytes },
  allocated: { write: formatMB, of: (s: PacerSweepDone) => s.allocatedBytes },
  pages: { write: formatInteger, of: (s: PacerSweepDone) => s.sweptPages },
  pagesPerByte: { write: formatFloat, of: (s: PacerSweepDone) => s.pagesPerByte },
};

const assistRatioStart =
  'pacer: assist ratio={assistRatio} (scan {heapScan} MB in {from}->{to} MB)';

/** Forms of the line at the start of a collection. */
const assistRatioTemplates = {
  /** How many fractional workers: none or one. */
  count: `${assistRatioStart} workers={dedicated}+{fractionalCount}`,
  /** fractionalUtilizationGoal, whose own plus follows the other one. */
  goal: `${assistRatioStart} workers={dedicated}+{fractionalGoal}`,
};

/** Forms of the line at the end of concurrent marking. */
const endTemplates = {
  trigger:
    'pacer: H_m_prev={H_m_prev} h_t={h_t} H_T={H_T} h_a={h_a} H_a={H_a} h_g={h_g} H_g={H_g} ' +
    'u_a={u_a} u_g={u_g} W_a={W_a} goal\u0394={goalDelta} actual\u0394={actualDelta} u_a/u_g={uRatio}',
};

const sweepDoneStart = 'pacer: sweep done at heap size {heapLive}MB; allocated {allocated}MB';

/** Forms of the line when sweeping is done. */
const sweepDoneTemplates = {
  spans: `${sweepDoneStart} of spans; swept {pages} pages`,
  'spans-rate': `${sweepDoneStart} of spans; swept {pages} pages at {pagesPerByte} pages/byte`,
  'heap-rate': `${sweepDoneStart} during sweep; swept {pages} pages at {pagesPerByte} pages/byte`,
};

/** Which pacer lines a release prints, and in which form; what is absent it does not print. */
export interface PacerForms {
  assistRatio?: keyof typeof assistRatioTemplates;
  end?: keyof typeof endTemplates;
  sweepDone?: keyof typeof sweepDoneTemplates;
}

const assistRatioFormatters = {
  count: compile(assistRatioTemplates.count, assistRatioFigures),
  goal: compile(assistRatioTemplates.goal, assistRatioFigures),
};
const endFormatters = { trigger: compile(endTemplates.trigger, endFigures) };
const sweepDoneFormatters = {
  spans: compile(sweepDoneTemplates.spans, sweepDoneFigures),
  'spans-rate': compile(sweepDoneTemplates['spans-rate'], sweepDoneFigures),
  'heap-rate': compile(sweepDoneTemplates['heap-rate'], sweepDoneFigures),
};

/** The line at the start of a collection; undefined where the release has none, or nothing was paced. */
export function formatAssistRatio(pacer: PacerRecord, release: string): string | undefined {
  const form = formatFor(release).pacer.assistRatio;
  // A collection that stops the world has no assists to pace, and no end of concurrent marking.
  if (form === undefined || pacer.end === undefined) return undefined;
  return assistRatioFormatters[form](pacer);
}

/** The line at the end of concurrent marking; undefined where there is none. */
export function formatPacerEnd(pacer: PacerRecord, release: string): string | undefined {
  const form = formatFor(release).pacer.end;
  if (form === undefined || pacer.end === undefined) return undefined;
  return endFormatters[form](pacer.end);
}

/** The line when the sweeping before a collection was done; undefined where there is none. */
export function formatSweepDone(pacer: PacerRecord, release: string): string | undefined {
  const form = formatFor(release).pacer.sweepDone;
  if (form === undefined || pacer.sweepDone === undefined) return undefined;
  return sweepDoneFormatters[form](pacer.sweepDone);
}

/**
 * The pacer lines of a collection in the order in which the runtime prints them, all before the gc line: the
 * sweeping before it done, its start, the end of its marking.
 */
export function formatPacer(cycle: GcCycle, release: string): string[] {
  const pacer = cycle.sim?.pacer;
  if (pacer === undefined) return [];
  const lines = [
    formatSweepDone(pacer, release),
    formatAssistRatio(pacer, release),
    formatPacerEnd(pacer, release),
  ];
  return lines.filter((line) => line !== undefined);
}

// --- Releases -----------------------------------------------------------------------------------------

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

// --- Companion lines ----------------------------------------------------------------------------------

/** Printed before a collection that the runtime started because two minutes had passed without one. */
export const periodicLine = 'GC forced';

/** One round of the heap scavenger (1.4 to 1.12). */
export interface Scavenge {
  /** Number of the round; -1 where debug.FreeOSMemory asked for it. */
  n: number;
  /** Returned to the system in this round. */
  releasedNowBytes: Bytes;
  heapInuseBytes: Bytes;
  heapIdleBytes: Bytes;
  heapSysBytes: Bytes;
  heapReleasedBytes: Bytes;
}

const scavengeFigures = {
  n: { write: formatInteger, of: (s: Scavenge) => s.n },
  releasedNow: { write: formatMB, of: (s: Scavenge) => s.releasedNowBytes },
  inuse: { write: formatMB, of: (s: Scavenge) => s.heapInuseBytes },
  idle: { write: formatMB, of: (s: Scavenge) => s.heapIdleBytes },
  sys: { write: formatMB, of: (s: Scavenge) => s.heapSysBytes },
  released: { write: formatMB, of: (s: Scavenge) => s.heapReleasedBytes },
  consumed: { write: formatMB, of: (s: Scavenge) => s.heapSysBytes - s.heapReleasedBytes },
};

const formatScavengeReleased = compile('scvg{n}: {releasedNow} MB released', scavengeFigures);
const formatScavengeHeap = compile(
  'scvg{n}: inuse: {inuse}, idle: {idle}, sys: {sys}, released: {released}, consumed: {consumed} (MB)',
  scavengeFigures,
);

/** The one or two lines of a round of the scavenger. */
export function formatScavenge(scavenge: Scavenge): string[] {
  const heap = formatScavengeHeap(scavenge);
  return scavenge.releasedNowBytes > 0 ? [formatScavengeReleased(scavenge), heap] : [heap];
}
