/**
 * What each figure of a gctrace, pacer or scavenger line means, in the release that prints it: for `gcsim explain`.
 * Keyed by the names of the figures in src/trace/forms.ts, whose order the line has.
 */
import type {
  FamilyName,
  GcFigureName,
  pacerConsMarkFigures,
  pacerEndFigures,
  pacerStartFigures,
  ScavengeFigureName,
  sweepDoneFigures,
} from '../trace/forms.ts';

export interface Meaning {
  /** What the figure is called, in a few words. */
  name: string;
  /** One or more sentences; where releases differ, by the family of the line. */
  meaning: string | ((family: FamilyName) => string);
  /** How the figure stands in the line, where its unit alone does not tell. */
  shown?: (text: string) => string;
}

const onClock = (text: string): string => `${text} ms clock`;
const ofCpu = (text: string): string => `${text} ms cpu`;

/** The two families whose `@` is the end, and whose times are whole milliseconds. */
export function isOfSpring2015(family: FamilyName): boolean {
  return family === 'G1' || family === 'G2';
}

function hasFivePhases(family: FamilyName): boolean {
  return isOfSpring2015(family) || family === 'G3';
}

function isStopped(family: FamilyName): boolean {
  return family === 'S1' || family === 'S2' || family === 'S3';
}

const cpuOfPause = 'Of that pause: its time on the clock times the procs that took part.';
const mebibytes = 'MB means MiB here, the rest cut off.';

/** Figures of gc lines. */
export const gcMeanings: Readonly<Record<GcFigureName, Meaning>> = {
  n: {
    name: 'collection',
    shown: (text) => `gc ${text}`,
    meaning:
      'Number of the collection in its process, from 1. A number that goes back to 1 is a new process.',
  },
  startTime: {
    name: 'start',
    shown: (text) => `@${text}s`,
    meaning: "When the collection started, since the program's start.",
  },
  endTime: {
    name: 'end',
    shown: (text) => `@${text}s`,
    meaning:
      "When the collection ended, since the program's start. Later releases print the start.",
  },
  gcCpuPercent: {
    name: 'GC CPU so far',
    shown: (text) => `${text}%`,
    meaning: (family) =>
      "Share of all CPU that collecting has taken since the program's start, cut off to whole percent: it is " +
      'cumulative, not that of this collection.' +
      (family === 'G1' ? '' : ' Idle marking is not counted.') +
      (family === 'G5' ? '' : ' Old releases may count it wrong, up to more than 100.'),
  },
  leakCheck: {
    name: 'leak check',
    meaning:
      'The collection also looked for goroutines that can never run again (from Go 1.26 on).',
  },
  heapStart: {
    name: 'heap at start',
    meaning: (family) =>
      family === 'S1'
        ? `Heap before the collection. Nothing is allocated meanwhile. ${mebibytes}`
        : `Heap when the collection started: what was live, and what has been allocated since. ${mebibytes}`,
  },
  trigger: {
    name: 'trigger',
    meaning: `Heap at which the collection was to start. These versions print it in place of the heap at the start; a forced collection prints the heap. ${mebibytes}`,
  },
  heapEnd: {
    name: 'heap at mark end',
    meaning: (family) =>
      isStopped(family)
        ? 'Heap at this collection. What of it is garbage is swept later, so that the line cannot tell what is live.'
        : 'Heap when marking ended: the most that it was. What was allocated meanwhile is in it.',
  },
  heapMarked: {
    name: 'live heap',
    meaning: (family) =>
      family === 'S1'
        ? 'Heap after the collection: what is live.'
        : 'What was marked: the live heap. The goal of the next collection is made from it.',
  },
  heapGoal: {
    name: 'goal',
    shown: (text) => `${text} MB goal`,
    meaning: (family) =>
      'Goal of the collection that this line is of: the heap was not to be larger when marking ended. ' +
      (family === 'G5'
        ? 'It was made from what was live after the collection before, from stacks and globals, GOGC, and the memory limit.'
        : family === 'G4'
          ? 'It was made from what was live after the collection before, and GOGC.'
          : 'It was made from what was reachable before, and GOGC; it is never raised, so that a collection may start above it.'),
  },
  stacks: {
    name: 'stacks',
    shown: (text) => `${text} MB stacks`,
    meaning:
      'Stacks of goroutines that count towards the goal: all of them at the start (1.18), at the end (1.19), or what was scanned (from 1.20).',
  },
  globals: {
    name: 'globals',
    shown: (text) => `${text} MB globals`,
    meaning:
      'Global variables with pointers, which each collection scans. They count towards the goal.',
  },
  procs: {
    name: 'procs',
    shown: (text) => `${text} P`,
    meaning: (family) =>
      isStopped(family)
        ? 'Threads that collected side by side.'
        : 'GOMAXPROCS: goroutines that can run at once.',
  },
  forced: {
    name: 'forced',
    meaning: (family) =>
      hasFivePhases(family)
        ? 'runtime.GC() asked for it, or GODEBUG=gcstoptheworld: the world was stopped from start to end.'
        : 'runtime.GC() asked for it' +
          (family === 'G4'
            ? '. To Go 1.8 the world was stopped from start to end, and GODEBUG=gcstoptheworld is marked like this too.'
            : ', or debug.FreeOSMemory. The one that comes after two minutes without any has "GC forced" on a line before it instead.'),
  },
  previousLive: {
    name: 'live before',
    meaning: `What Go reckons was live after the collection before. ${mebibytes}`,
  },
  objectsBefore: { name: 'objects before', meaning: 'Objects before the collection.' },
  objects: { name: 'objects', meaning: 'Objects that there are now: made, and not freed.' },
  mallocs: { name: 'made', meaning: "Objects made since the program's start." },
  frees: { name: 'freed', meaning: "Objects freed since the program's start." },
  goroutines: { name: 'goroutines', meaning: 'Goroutines that there are.' },
  spans: { name: 'spans', meaning: 'Spans of the heap: runs of pages for objects of one size.' },
  backgroundSweeps: {
    name: 'swept beside',
    meaning: 'Spans that were swept in the background since the collection before.',
  },
  pauseSweeps: {
    name: 'swept in pauses',
    meaning: 'Spans that were left to be swept while the world was stopped.',
  },
  handoffs: {
    name: 'handoffs',
    meaning: 'Times that a thread handed marking work to an idle one.',
  },
  handoffCount: { name: 'handed on', meaning: 'Objects that were handed on so.' },
  steals: { name: 'steals', meaning: 'Times that a thread took marking work from another.' },
  stealCount: { name: 'stolen', meaning: 'Objects that were taken so.' },
  procYields: { name: 'spins', meaning: 'Times that a thread without work waited by spinning.' },
  osYields: { name: 'yields', meaning: 'Times that it gave its core to others.' },
  sleeps: { name: 'sleeps', meaning: 'Times that it slept.' },

  sweepTerm: {
    shown: onClock,
    name: 'sweep termination',
    meaning: 'The world is stopped: what is left to sweep is swept, and marking is prepared.',
  },
  scan: {
    shown: onClock,
    name: 'scan',
    meaning: 'One goroutine scans stacks and globals while the program runs.',
  },
  sync: {
    shown: onClock,
    name: 'barrier',
    meaning: (family) =>
      isOfSpring2015(family)
        ? 'The world is stopped to turn the write barrier on.'
        : 'All procs are brought in step, so that each has the write barrier on; the world is not stopped.',
  },
  mark: {
    shown: onClock,
    name: 'marking',
    meaning: (family) =>
      hasFivePhases(family)
        ? 'The heap is marked while the program runs. The wait until the coordinator notices the end is in it.'
        : 'Roots and heap are marked while the program runs.',
  },
  markTerm: {
    shown: onClock,
    name: 'mark termination',
    meaning: (family) =>
      family === 'G5'
        ? 'The world is stopped again: marking is brought to its end.'
        : 'The world is stopped again: marking is brought to its end' +
          (family === 'G4'
            ? ' (to Go 1.8 stacks are scanned once more).'
            : ', stacks are scanned once more.'),
  },
  sweepTermCpu: {
    shown: ofCpu,
    name: 'sweep termination',
    meaning: cpuOfPause,
  },
  scanCpu: {
    shown: ofCpu,
    name: 'scan',
    meaning: 'One goroutine scans.',
  },
  syncCpu: {
    shown: ofCpu,
    name: 'barrier',
    meaning: (family) => (isOfSpring2015(family) ? cpuOfPause : 'Not measured: always 0.'),
  },
  assist: {
    shown: ofCpu,
    name: 'assists',
    meaning:
      'Goroutines that allocated were made to mark: this is taken from the work of the program.',
  },
  background: {
    shown: ofCpu,
    name: 'marking',
    meaning: (family) =>
      family === 'G1'
        ? 'One figure for all who mark; these versions give what one proc took.'
        : 'Background workers, dedicated and fractional ones, marked. They are meant to have 25 % of CPU while marking goes on.',
  },
  idle: {
    shown: ofCpu,
    name: 'idle marking',
    meaning:
      'Workers marked on procs that had nothing else to do. It costs the program nothing, and is not counted in the percentage.',
  },
  markTermCpu: {
    shown: ofCpu,
    name: 'mark termination',
    meaning: cpuOfPause,
  },
  setup: {
    name: 'the rest',
    meaning: (family) =>
      family === 'S1'
        ? 'The world is stopped: what is neither marking nor sweeping.'
        : 'The world is stopped: preparations.',
  },
  stoppedSweep: {
    name: 'sweeping',
    meaning: (family) =>
      family === 'S1'
        ? 'The world is stopped: garbage is freed.'
        : 'The world is stopped: what was left to sweep of the collection before.',
  },
  stoppedMark: {
    name: 'marking',
    meaning: 'The world is stopped: the heap is marked.',
  },
  finish: {
    name: 'waiting',
    meaning: 'The world is stopped: the last thread that marks is waited for.',
  },
};

type FiguresOf<Table> = Readonly<Record<keyof Table, Meaning>>;

/** The pacer, at the start of a collection. */
export const pacerStartMeanings: FiguresOf<typeof pacerStartFigures> = {
  assistRatio: {
    name: 'assist ratio',
    meaning:
      'Scan work, in bytes, that a goroutine owes for each byte it allocates, so that marking ends at the goal.',
  },
  heapScan: {
    name: 'to scan',
    meaning: `Heap with pointers, as far as it is to be scanned. ${mebibytes}`,
  },
  from: { name: 'heap now', meaning: 'Heap when the collection started.' },
  to: { name: 'goal', meaning: 'Heap when marking is to end.' },
  dedicated: { name: 'dedicated workers', meaning: 'Procs that do nothing but mark.' },
  fractionalCount: {
    name: 'fractional workers',
    meaning: 'Workers that mark a part of the time: 0 or 1.',
  },
  fractionalGoal: {
    name: 'fractional part',
    meaning: 'Part of the time that the other procs mark, where whole workers do not come to 25 %.',
  },
};

/** The pacer, at the end of marking, to Go 1.17. */
export const pacerEndMeanings: FiguresOf<typeof pacerEndFigures> = {
  H_m_prev: {
    name: 'live before',
    meaning: 'Bytes that the collection before marked: the live heap.',
  },
  h_t: {
    name: 'trigger ratio',
    meaning: 'By how much of the live heap the heap was to grow before the collection started.',
  },
  H_T: { name: 'trigger', meaning: 'Heap, in bytes, at which the collection was to start.' },
  h_a: {
    name: 'growth',
    meaning: 'By how much of the live heap the heap had grown when marking ended.',
  },
  H_a: { name: 'heap at mark end', meaning: 'Bytes, exact: the gc line has whole MiB of it.' },
  h_g: { name: 'goal growth', meaning: 'By how much of the live heap it may grow: GOGC / 100.' },
  H_g: {
    name: 'goal',
    meaning:
      'Bytes: live × (1 + GOGC / 100). Before Go 1.9 the gc line prints another goal, made from what is reachable.',
  },
  u_a: {
    name: 'utilisation',
    meaning: 'Share of CPU that marking took while it went on, assists included.',
  },
  u_g: { name: 'utilisation meant', meaning: 'Share of CPU that marking is meant to take.' },
  W_a: { name: 'scan work', meaning: 'Bytes that were scanned.' },
  goalDelta: {
    name: 'goal − trigger',
    meaning: 'Growth that the goal left for the time of marking.',
  },
  actualDelta: {
    name: 'growth − trigger',
    meaning: 'Growth that there was in the time of marking. More than the one before: overshoot.',
  },
  uRatio: {
    name: 'utilisation / meant',
    meaning: 'Above 1, assists had to do more than the workers are meant to.',
  },
};

/** The pacer, at the end of marking, from Go 1.18 on. */
export const pacerConsMarkMeanings: FiguresOf<typeof pacerConsMarkFigures> = {
  utilization: {
    name: 'utilisation',
    meaning: 'Share of CPU that marking took while it went on, assists included.',
  },
  goalUtilization: { name: 'expected', meaning: 'Share of CPU that it was expected to take.' },
  heapScan: { name: 'heap scanned', meaning: 'Bytes of the heap that were scanned.' },
  stackScan: { name: 'stacks scanned', meaning: 'Bytes of stacks that were scanned.' },
  globalsScan: { name: 'globals scanned', meaning: 'Bytes of global variables that were scanned.' },
  expectedScan: {
    name: 'expected scan',
    meaning: 'Bytes that were expected to be scanned, all three together.',
  },
  trigger: {
    name: 'heap at start',
    meaning:
      'Bytes. Heap when the collection really started (1.18 and 1.19: at which it was to start).',
  },
  heapLive: { name: 'heap at mark end', meaning: 'Bytes, exact: the gc line has whole MiB of it.' },
  overGoal: {
    name: 'over the goal',
    meaning: 'Bytes by which the heap ended over its goal; negative: it ended below.',
  },
  consMark: {
    name: 'cons/mark',
    meaning:
      'How fast the program was expected to allocate, compared to marking, for the same CPU time. The pacer sets the trigger by it.',
  },
  controllerReset: {
    name: 'reset',
    meaning: 'The controller had run away and was started afresh (1.18 and 1.19).',
  },
};

/** Sweeping is done. */
export const sweepDoneMeanings: FiguresOf<typeof sweepDoneFigures> = {
  heapLive: { name: 'heap', meaning: `Heap when the sweeping was done. ${mebibytes}` },
  allocated: { name: 'allocated', meaning: 'What was allocated while sweeping went on.' },
  pages: { name: 'pages swept', meaning: 'Pages of 8 KiB that were swept.' },
  pagesPerByte: {
    name: 'pages per byte',
    meaning:
      'Pages that the program has to sweep for each byte it allocates, so that sweeping is done before the next collection.',
  },
};

/** The scavenger: memory on its way back to the operating system. */
export const scavengeMeanings: Readonly<Record<ScavengeFigureName, Meaning>> = {
  n: {
    name: 'round',
    meaning:
      'Number of the round; -1 where debug.FreeOSMemory asked for it. From 1.15 to 1.18: the generation.',
  },
  releasedMB: { name: 'released', meaning: 'Returned to the operating system in this round.' },
  releasedKB: { name: 'released', meaning: 'Returned to the operating system in this round.' },
  work: {
    name: 'released',
    meaning: 'Returned to the operating system since the line before, in the background.',
  },
  eager: {
    name: 'released at once',
    meaning: 'Returned in line with allocation, to stay below the memory limit or to make room.',
  },
  total: {
    name: 'released now',
    meaning:
      'All that is returned, and not taken again. (To 1.20 it may be what was ever returned.)',
  },
  inuse: { name: 'in use', meaning: `Spans of the heap that hold objects. ${mebibytes}` },
  idle: { name: 'idle', meaning: 'Spans of the heap that hold nothing.' },
  sys: { name: 'system', meaning: 'What the heap has of the operating system: in use and idle.' },
  released: {
    name: 'released',
    meaning: 'Of what is idle, what has been returned to the operating system.',
  },
  consumed: { name: 'consumed', meaning: 'What the heap really takes: system less released.' },
  util: { name: 'utilisation', meaning: 'What of the memory that the heap keeps is in use.' },
  forced: { name: 'forced', meaning: 'debug.FreeOSMemory asked for it.' },
  reset: { name: 'reset', meaning: 'The controller of the scavenger was started afresh (1.18).' },
};
