/** Which figures are compared, how far the simulated one may be from the real one, and what all rows come to. */
import { medianOf } from './figures.js';
import { signallers } from './measured.js';
import { orientationReleases } from './programs.js';

/** @typedef {import('./measured.js').Measured} Measured */
/** @typedef {import('./measured.js').FigureName} FigureName */
/** @typedef {Partial<Record<FigureName, number>>} Figures */
/** @typedef {'count' | 'MiB' | 'KiB' | 'ms' | 'us' | 'share' | 'percent'} Unit */

/**
 * One figure, compared in all rows that have it.
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} title
 * @property {Unit} unit
 * @property {'share' | 'factor'} measure How a deviation is written: |simulated / real − 1|, or the greater over the lesser.
 * @property {number} allowance A difference up to this, in the figure's unit, is none: that is how coarse the figure is.
 * @property {(figures: Figures) => number | undefined} of
 * @property {(row: Measured) => boolean} [covers] Rows that are compared; left out: all.
 */

/** @param {Measured} row */
const atOneProc = ({ procs }) => procs === 1;
/** @param {Measured} row */
const atSeveralProcs = ({ procs }) => procs > 1;
/** @param {Measured} row */
const atSeveralProcsQuiet = ({ procs, load }) => procs > 1 && load !== 'loaded';

/** Below this, an overshoot is compared as part of peak over goal only. */
const overshootMin = 0.1;
/** A median of fewer wake-ups than this says nothing. */
const wakeupsMin = 10;
/** KiB of heap bitmap for each MiB of heap, to Go 1.19. */
const bitmapKiB = 32;

/** @type {readonly Kind[]} */
const heapKinds = /** @type {const} */ ([
  ['heapStartMiB', 'at start'],
  ['heapEndMiB', 'at mark end'],
  ['heapMarkedMiB', 'marked'],
  ['heapGoalMiB', 'goal'],
]).map(([figure, what]) => ({
  name: figure,
  title: `Heap ${what}, at 1 proc`,
  unit: 'MiB',
  measure: 'share',
  allowance: 0,
  of: (figures) => figures[figure],
  covers: atOneProc,
}));

/** @type {readonly Kind[]} */
const wakeupKinds = signallers.map((who) => ({
  name: `wakeup-${who}`,
  title: `Wake-up delay, ${who === 'any' ? 'whoever signalled' : `signalled by ${who}`}`,
  unit: 'us',
  measure: 'factor',
  allowance: 0,
  of: (figures) => figures[`wakeup-${who}-us`],
  covers: (row) => (row[`wakeup-${who}-count`] ?? 0) >= wakeupsMin,
}));

/** @type {readonly Kind[]} */
const gcSysKinds = [
  gcSysKind('gcSysFinal', 'GC memory at the end', (f) => f.gcSysFinalKiB),
  gcSysKind('gcSysBitmap', 'GC memory at the end: heap bitmap', bitmapOf),
  gcSysKind('gcSysRest', 'GC memory at the end: workbufs, mark bits and the rest', (f) => {
    const bitmap = bitmapOf(f);
    return bitmap === undefined || f.gcSysFinalKiB === undefined
      ? undefined
      : f.gcSysFinalKiB - bitmap;
  }),
  gcSysKind('gcSysPeak', 'GC memory at its peak', (f) => f.gcSysPeakKiB),
  gcSysKind('gcSysRestPeak', 'GC memory at its peak: workbufs, mark bits and the rest', (f) => {
    return f.gcSysRestPeakKiB;
  }),
];

/**
 * @param {string} name
 * @param {string} title
 * @param {Kind['of']} of
 * @returns {Kind}
 */
function gcSysKind(name, title, of) {
  return { name, title, unit: 'KiB', measure: 'share', allowance: 0, of };
}

/** @param {Figures} figures */
function bitmapOf({ heapSysMiB }) {
  return heapSysMiB === undefined ? undefined : heapSysMiB * bitmapKiB;
}

/** @type {readonly Kind[]} */
export const kinds = [
  {
    name: 'collections',
    title: 'Collections in a run',
    unit: 'count',
    measure: 'share',
    allowance: 0,
    of: (figures) => figures.collections,
  },
  ...heapKinds,
  {
    name: 'peakOverGoal',
    title: 'Peak over goal (1 + median overshoot), at 2 and 4 procs',
    unit: 'share',
    measure: 'share',
    allowance: 0,
    of: ({ overshoot }) => (overshoot === undefined ? undefined : 1 + overshoot),
    covers: atSeveralProcsQuiet,
  },
  {
    name: 'overshoot',
    title: 'Overshoot, median, where it is above 10 %, at 2 and 4 procs',
    unit: 'share',
    measure: 'factor',
    allowance: 0,
    of: ({ overshoot }) => overshoot,
    covers: (row) => atSeveralProcsQuiet(row) && (row.overshoot ?? 0) > overshootMin,
  },
  {
    name: 'growthWithAssists',
    title: 'Growth of the heap with assists on, over the goal, median',
    unit: 'share',
    measure: 'factor',
    allowance: 0,
    of: (figures) => figures.growthWithAssists,
  },
  {
    name: 'gcCpu',
    title: 'GC CPU at the end of a run',
    unit: 'percent',
    measure: 'share',
    allowance: 2,
    of: (figures) => figures.gcCpuPercent,
  },
  {
    name: 'assistShare',
    title: 'Share of assists in marking CPU',
    unit: 'share',
    measure: 'share',
    allowance: 0.02,
    of: (figures) => figures.assistShare,
  },
  {
    name: 'mark',
    title: 'Mark duration, median',
    unit: 'ms',
    measure: 'factor',
    allowance: 0,
    of: (figures) => figures.markMs,
  },
  ...wakeupKinds,
  ...gcSysKinds,
];

/**
 * A figure of a row: real, simulated, and how far apart.
 * @typedef {object} Compared
 * @property {Kind} kind
 * @property {Measured} row
 * @property {number} real
 * @property {number | undefined} simulated Undefined: it did not come up in the simulation.
 * @property {number} deviation In the kind's measure; Infinity where it cannot be said.
 * @property {NotCounted | undefined} notCounted Why it does not count; undefined: it does.
 */
/** @typedef {'orientation' | 'superseded'} NotCounted */

/**
 * @param {Pick<Kind, 'measure' | 'allowance'>} kind
 * @param {number} real
 * @param {number | undefined} simulated
 */
export function deviationOf({ measure, allowance }, real, simulated) {
  if (simulated === undefined) return Number.POSITIVE_INFINITY;
  const isNone = Math.abs(simulated - real) <= allowance;
  if (measure === 'share') {
    if (isNone) return 0;
    return real === 0 ? Number.POSITIVE_INFINITY : Math.abs(simulated / real - 1);
  }
  if (isNone) return 1;
  const [less, more] = [Math.min(real, simulated), Math.max(real, simulated)];
  return less <= 0 ? Number.POSITIVE_INFINITY : more / less;
}

/**
 * All figures of all rows.
 * @param {readonly Measured[]} rows
 * @param {(row: Measured) => Figures} simulatedOf
 * @returns {Compared[]}
 */
export function compare(rows, simulatedOf) {
  return kinds.flatMap((kind) =>
    rows.flatMap((row) => {
      const real = kind.of(row);
      if (real === undefined || kind.covers?.(row) === false) return [];
      const simulated = kind.of(simulatedOf(row));
      const deviation = deviationOf(kind, real, simulated);
      return [{ kind, row, real, simulated, deviation, notCounted: whyNotCounted(row, rows) }];
    }),
  );
}

/**
 * @param {Measured} row
 * @param {readonly Measured[]} rows
 * @returns {NotCounted | undefined}
 */
function whyNotCounted(row, rows) {
  const { program, procs, release, load } = row;
  if (orientationReleases.includes(release)) return 'orientation';
  if (load !== 'loaded') return undefined;
  const isMeasuredAgain = rows.some(
    (other) =>
      other.program === program &&
      other.procs === procs &&
      other.release === release &&
      other.load === 'quiet' &&
      other.collections !== undefined,
  );
  return isMeasuredAgain ? 'superseded' : undefined;
}

/**
 * What is aimed at, over all rows that count: the median of their deviations, and the worst of them.
 * @typedef {object} Target
 * @property {string} name
 * @property {readonly string[]} kinds
 * @property {number} median In the measure of the kinds.
 * @property {number} worst
 * @property {(row: Measured) => boolean} [covers]
 */

/** @type {readonly Target[]} */
export const targets = [
  {
    name: 'collections, 1 proc',
    kinds: ['collections'],
    covers: atOneProc,
    median: 0.05,
    worst: 0.15,
  },
  {
    name: 'collections, 2 and 4 procs',
    kinds: ['collections'],
    covers: atSeveralProcs,
    median: 0.05,
    worst: 0.15,
  },
  { name: 'heap at start, 1 proc', kinds: ['heapStartMiB'], median: 0.05, worst: 0.15 },
  { name: 'heap at mark end, 1 proc', kinds: ['heapEndMiB'], median: 0.05, worst: 0.15 },
  { name: 'heap marked, 1 proc', kinds: ['heapMarkedMiB'], median: 0.05, worst: 0.15 },
  { name: 'heap goal, 1 proc', kinds: ['heapGoalMiB'], median: 0.05, worst: 0.15 },
  { name: 'peak over goal, 2 and 4 procs', kinds: ['peakOverGoal'], median: 0.1, worst: 0.3 },
  { name: 'overshoot above 10 %', kinds: ['overshoot'], median: 1.5, worst: 3 },
  { name: 'GC CPU', kinds: ['gcCpu'], median: 0.25, worst: 0.6 },
  { name: 'share of assists', kinds: ['assistShare'], median: 0.25, worst: 0.6 },
  { name: 'mark duration', kinds: ['mark'], median: 1.3, worst: 2 },
  {
    name: 'wake-up delay by signaller',
    kinds: signallers.filter((who) => who !== 'any').map((who) => `wakeup-${who}`),
    median: 2,
    worst: 5,
  },
  { name: 'GC memory at the end', kinds: ['gcSysFinal'], median: 0.1, worst: 0.3 },
  { name: '  of it heap bitmap', kinds: ['gcSysBitmap'], median: 0.1, worst: 0.3 },
  { name: '  of it the rest', kinds: ['gcSysRest'], median: 0.1, worst: 0.3 },
  { name: 'GC memory at its peak', kinds: ['gcSysPeak'], median: 0.1, worst: 0.3 },
  { name: '  of it the rest', kinds: ['gcSysRestPeak'], median: 0.1, worst: 0.3 },
];

/**
 * @typedef {object} Judged
 * @property {Target} target
 * @property {Kind['measure']} measure
 * @property {number} rows
 * @property {number} median
 * @property {Compared} worst
 * @property {number} beyond How many rows are beyond what the worst may be.
 * @property {boolean} isMet
 */

/**
 * Targets without a row are left out.
 * @param {readonly Compared[]} compared
 * @returns {Judged[]}
 */
export function judge(compared) {
  return targets.flatMap((target) => {
    const rows = compared.filter(
      ({ kind, row, notCounted }) =>
        target.kinds.includes(kind.name) &&
        notCounted === undefined &&
        target.covers?.(row) !== false,
    );
    const [first] = rows;
    if (first === undefined) return [];
    const worst = rows.reduce((a, b) => (b.deviation > a.deviation ? b : a), first);
    const median = medianOf(rows.map(({ deviation }) => deviation)) ?? 0;
    return [
      {
        target,
        measure: first.kind.measure,
        rows: rows.length,
        median,
        worst,
        beyond: rows.filter(({ deviation }) => deviation > target.worst).length,
        isMet: median <= target.median && worst.deviation <= target.worst,
      },
    ];
  });
}

/**
 * Two releases of a program that differ in their overshoot.
 * @typedef {object} Pair
 * @property {Measured} lower The release that overshoots less in real Go.
 * @property {Measured} higher
 * @property {boolean} isRight The simulated one does, too.
 * @property {readonly [number, number]} simulated Overshoots.
 */

/**
 * The pairs of releases whose overshoots differ by more than the whole MiB of the lines can tell: each overshoot may be off by
 * 1 MiB over its goal.
 * @param {readonly Compared[]} compared
 * @param {(row: Measured) => Figures} simulatedOf
 * @returns {Pair[]}
 */
export function orderOfReleases(compared, simulatedOf) {
  const rows = compared
    .filter(({ kind, notCounted }) => kind.name === 'peakOverGoal' && notCounted === undefined)
    .map(({ row }) => row);
  return rows.flatMap((a, i) =>
    rows.slice(i + 1).flatMap((b) => {
      if (a.program !== b.program || a.procs !== b.procs) return [];
      const [lower, higher] = (a.overshoot ?? 0) < (b.overshoot ?? 0) ? [a, b] : [b, a];
      const difference = (higher.overshoot ?? 0) - (lower.overshoot ?? 0);
      const [less, more] = [simulatedOf(lower), simulatedOf(higher)];
      if (difference <= coarseness(lower, less) + coarseness(higher, more)) return [];
      const simulated = /** @type {const} */ ([less.overshoot ?? 0, more.overshoot ?? 0]);
      return [{ lower, higher, simulated, isRight: simulated[0] < simulated[1] }];
    }),
  );
}

/**
 * How far the lines' MiB let an overshoot be off. Rows without a log take the simulated goal.
 * @param {Measured} row
 * @param {Figures} simulated
 */
function coarseness(row, simulated) {
  return 1 / (row.heapGoalMiB ?? simulated.heapGoalMiB ?? 1);
}
