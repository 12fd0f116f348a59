/**
 * Releases and mechanisms. A release of Go, or a commit of its history, is a named set of choices: the switchable mechanisms
 * of gcsim, and the rest of how its collector works. Data, readable as documentation; the sources are the runtime's code at the
 * releases and commits named.
 */
import { type Diagnostic, nearestName, UserError } from '../diagnostic.ts';
import { type Ns, usNs } from '../units.ts';
import type { WorkbufModel } from './gcwork.ts';
import { gcBackgroundUtilization, gcGoalUtilization110, gcSweepBlockEntries } from './params.ts';

/** Each mechanism and its choices, in the order of their history. */
export const mechanismChoices = {
  'bg-credit': ['off', 'on'],
  assist: ['off', 'best-effort', 'sleep-retry', 'queue'],
  'completing-assist': ['continues', 'yields'],
  'assist-start': ['mark', 'scan'],
  'between-marks': ['workers', 'no-workers'],
  'credit-steal': ['exact', 'over-subtract'],
  wakeup: ['note', 'ready', 'decentralized'],
  'workbuf-freeing': ['off', 'on'],
} as const;

export type Mechanism = keyof typeof mechanismChoices;
export type Choice<M extends Mechanism> = (typeof mechanismChoices)[M][number];
/** One choice for each mechanism. */
export type Mechanisms = { [M in Mechanism]: Choice<M> };

export const mechanismNames = Object.keys(mechanismChoices) as Mechanism[];

/** What each mechanism decides, in a line, with the change that brought it. */
export const mechanismAbout: { [M in Mechanism]: string } = {
  'bg-credit': 'background scan work is banked for assists to steal (8e24283a)',
  assist:
    'what an assist does that cannot pay its debt: nothing, sleep and retry (8f34b253), or queue (1.6)',
  'completing-assist':
    'an assist that finishes marking readies the coordinator and continues, or yields (500c88d4)',
  'assist-start': 'assists begin with marking, or already with the root scan (510fd135)',
  'between-marks':
    'between mark 1 and mark 2 workers are started in vain, or not at all (64a32ffe)',
  'credit-steal':
    'a partial steal takes what is there, or the whole request (4b2fde94 to b8526a8380)',
  wakeup:
    'the coordinator sleeps on a note, or parks and is readied (ce502b06), or there is none (1.6)',
  'workbuf-freeing': 'the sweeper returns workbufs to the heap between collections (051809e3)',
};

/** How a release works, beside the mechanisms that can be switched. */
export interface ReleaseModel {
  readonly name: string;
  /** What it is, in a line. */
  readonly about: string;
  readonly mechanisms: Mechanisms;

  // ---- scheduler ----
  /** Timers belong to one goroutine (to 1.9), or to one for each P (1.10). */
  readonly timerThreads: 'one' | 'per-p';
  /** How long a thief leaves a lone `runnext` to its P; 0: takes it at once. */
  readonly stealRunnextAfterNs: Ns;

  /** A P that takes what is not in its own queue starts another one looking (to 1.5), or only if it was looking itself (fb6f8a96f2). */
  readonly wakesAlways: boolean;
  /** Who waits for a goroutine to scan its stack lets other threads of its core run now and then (from 1.7), or spins (to 1.6). */
  readonly scanYields: boolean;

  // ---- heap ----
  /** heapLive grows when a span comes from the page heap (to 1.5), or when a P caches a span, by its free part (from 1.6). */
  readonly heapLiveAt: 'span' | 'refill';
  /** Objects without pointers have spans of their own (from 1.9). */
  readonly splitNoscan: boolean;
  /** Mark bits have arenas of their own (from 1.7). */
  readonly markBitArenas: boolean;
  /** Spans to sweep are kept in two lists that grow with the heap (from 1.8). */
  readonly sweepLists: boolean;
  readonly workbufs: WorkbufModel;
  /** Large copies are made past the caches (from 1.8). */
  readonly copiesPastCache: boolean;
  /** What is swept in proportion to: objects refilled against heap growth (2015-04), span bytes allocated (1.5), heapLive (1.9). */
  readonly sweepPacing: 'heap-live' | 'span-bytes';
  /** Spans not swept by the next collection are swept while the world is stopped (to 1.5), or just before. */
  readonly finishSweep: 'stopped' | 'running';

  // ---- cycle ----
  /** Run by a coordinator goroutine (to 1.5), or by whoever finds that marking is complete. */
  readonly phases: 'coordinator' | 'decentralized';
  /** A second mark phase with prompt blackening and rescanned globals. */
  readonly mark2: boolean;
  /** Between scan and mark the world is stopped, or the Ps brought in step by a barrier. */
  readonly installBarrier: 'stop' | 'ragged';
  /** The write barrier marks from the root scan on, or from the mark phase on. */
  readonly writeBarrierFrom: 'scan' | 'mark';
  /** New objects are black: in mark termination only; once blackening promptly (mark 2); or always while marking. */
  readonly allocateBlack: 'termination' | 'mark2' | 'always';
  /** Scannable bytes of objects allocated black count as scan work (1.7 to 1.17). */
  readonly blackCountsAsWork: boolean;
  /** Stacks are scanned again in mark termination: whole, their last frames (stack barriers, July 2015 to 1.7), or not. */
  readonly rescanStacks: 'whole' | 'changed' | 'no';
  /** With the world stopped, who finds nothing to mark waits until all do (to 1.7), or leaves. */
  readonly helpersWait: boolean;
  /** The write barrier greys what a pointer pointed at before, too (from 1.8). */
  readonly hybridBarrier: boolean;
  /** The starter of a collection goes to the tail of its own queue, or yields to the global queue, or runs the start itself. */
  readonly starter: 'local-tail' | 'yields' | 'self';
  /** A forced collection is stop-the-world, or concurrent. */
  readonly forced: 'stopped' | 'concurrent';
  /** Refilling goroutines yield once while a collection starts up or shuts down (1.5). */
  readonly yieldAtStart: boolean;

  // ---- marking ----
  /** Spans in a root job: all (to 1.5), rootBlockSpans (1.6, 1.7), or a block of the list of spans (from 1.8). */
  readonly rootBlockSpans: number;
  /** Scan work counts objects scanned (to 2015-05), or bytes. */
  readonly scanWorkUnit: 'pointers' | 'bytes';
  /** Large objects are scanned in pieces (from 1.8). */
  readonly oblets: boolean;
  /** Workers have a gcWork of their own (to ce502b06). */
  readonly workerOwnGcw: boolean;
  /** A dedicated worker without work waits in the getfull barrier, or gives up. */
  readonly dedicatedBlocks: boolean;
  /** Workers of each kind start only where work is available. */
  readonly dedicatedNeedsWork: boolean;
  readonly idleNeedsWork: boolean;
  /** Idle workers look for other work after each root job, and every 100,000 units of scan work (from 1.8). */
  readonly idlePolls: boolean;
  /** One fractional worker with a look-ahead of 10 ms, one without, or a share for each P (1.10). */
  readonly fractional: 'token-lookahead' | 'token' | 'per-p';

  // ---- assists and pacing ----
  /** Assists are due after the allocation, where a span was refilled; or before it, always. */
  readonly assistAt: 'refill' | 'malloc';
  /** An assist that finds no grey object takes a root job (from 1.8). */
  readonly assistsMarkRoots: boolean;
  readonly overAssist: 'none' | 'bytes' | 'work';
  /** An assist paid by a credit flush is readied into `runnext`, as when the queue was new (15aa6bbd), or behind others, as released in 1.6. */
  readonly assistWakesNext: boolean;
  readonly pacer: PacerModel;

  // ---- gctrace ----

  /** The clock of sweep termination holds what it takes to start the world again (to 1.9). */
  readonly clocksRestart: boolean;
  /** Pieces of a line, each of which is written by itself. */
  readonly traceWrites: number;

  /** Cost of the release's marking code relative to 1.9's. Calibrated: marking CPU of steady at 1 proc. */
  readonly markCost: number;
  /** Cost of scanning globals and stacks relative to 1.9's. Calibrated: root scan of init1 at 1 proc. */
  readonly rootCost: number;
  /** The same for globals that have been scanned in the same collection: between the marks, and in mark termination (to 1.7). Calibrated: mark termination of init1 at 1 proc. */
  readonly rescanCost: number;
  /** Cost of copying memory relative to 1.9's: to 1.7 with string instructions, from 1.8 on with vector ones, past the caches from 1 MiB on. Calibrated: init1-long at 1 proc, 1.5 and 1.6. */
  readonly copyCost: number;
}

/** How the trigger-ratio pacer of a release differs from its neighbours. */
export interface PacerModel {
  /** The trigger: 7/8 of the way to the goal (March 2015), or ruled by the trigger ratio. */
  readonly trigger: 'seven-eighths' | 'ratio';
  /** The goal counts from the reachable heap (to 1.6), or from what was marked. */
  readonly base: 'reachable' | 'marked';
  /** Floor under the trigger after a collection: none, always, or while sweeping is unfinished. */
  readonly sweepFloor: boolean;
  /** heapMinimum scales with GOGC. */
  readonly minimumScales: boolean;
  /** The goal is raised to the heap at start plus 1 MiB (from 1.6). */
  readonly goalRaised: boolean;
  /** No assist ratio (8e24283a), by the average work ratio (to ce502b06), by heapScan (8f34b253, 1.5), what is left of it (1.6), or soft and hard goals (1.10). */
  readonly ratio: 'none' | 'work-ratio' | 'heap-scan' | 'remaining' | 'soft-hard';
  /** When the ratio is computed again: never, by the 10 ms timer, or whenever heapLive or heapScan is updated. */
  readonly revise: 'never' | 'timer' | 'update';
  /** Utilisation in endCycle: measured (ce502b06), or the background's share plus assists. */
  readonly utilization: 'measured' | 'assumed';
  /** Its time counts from the start of background marking, or from when assists came on. */
  readonly durationFrom: 'mark' | 'assists';
  readonly goalUtilization: number;
  /** Dedicated workers: floor of a quarter of the Ps, or rounded with an error of at most 30 % (1.10). */
  readonly dedicated: 'floor' | 'round';
  /** A forced collection leaves the trigger ratio alone (from 1.9). */
  readonly forcedKeepsRatio: boolean;
}

const oldWorkbufs: WorkbufModel = { bytes: 256, capacity: 24, buffers: 1, source: 'persistent' };

const marchPacer: PacerModel = {
  trigger: 'seven-eighths',
  base: 'marked',
  sweepFloor: false,
  minimumScales: false,
  goalRaised: false,
  ratio: 'none',
  revise: 'never',
  utilization: 'measured',
  durationFrom: 'mark',
  goalUtilization: gcBackgroundUtilization,
  dedicated: 'floor',
  forcedKeepsRatio: false,
};
const ce502b06Pacer: PacerModel = {
  ...marchPacer,
  trigger: 'ratio',
  base: 'reachable',
  ratio: 'work-ratio',
  revise: 'timer',
};
const pacer8f34b253: PacerModel = {
  ...ce502b06Pacer,
  minimumScales: true,
  ratio: 'heap-scan',
  utilization: 'assumed',
};
const pacer15: PacerModel = {
  ...pacer8f34b253,
  sweepFloor: true,
  revise: 'update',
  durationFrom: 'assists',
};
const pacer16: PacerModel = { ...pacer15, goalRaised: true, ratio: 'remaining' };
const pacer18: PacerModel = { ...pacer16, base: 'marked' };
const pacer19: PacerModel = { ...pacer18, forcedKeepsRatio: true };
const pacer110: PacerModel = {
  ...pacer19,
  ratio: 'soft-hard',
  goalUtilization: gcGoalUtilization110,
  dedicated: 'round',
};

const ce502b06Parent: ReleaseModel = {
  name: 'ce502b06^',
  about: 'April 2015, before park/ready: the coordinator sleeps on a note',
  mechanisms: {
    'bg-credit': 'on',
    assist: 'best-effort',
    'completing-assist': 'continues',
    'assist-start': 'mark',
    'between-marks': 'workers',
    'credit-steal': 'over-subtract',
    wakeup: 'note',
    'workbuf-freeing': 'off',
  },
  timerThreads: 'one',
  stealRunnextAfterNs: 0,
  wakesAlways: true,
  scanYields: false,
  heapLiveAt: 'span',
  splitNoscan: false,
  markBitArenas: false,
  sweepLists: false,
  workbufs: oldWorkbufs,
  copiesPastCache: false,
  sweepPacing: 'heap-live',
  finishSweep: 'stopped',
  phases: 'coordinator',
  mark2: false,
  installBarrier: 'stop',
  writeBarrierFrom: 'mark',
  allocateBlack: 'termination',
  blackCountsAsWork: false,
  rescanStacks: 'whole',
  helpersWait: true,
  hybridBarrier: false,
  starter: 'local-tail',
  forced: 'stopped',
  yieldAtStart: false,
  scanWorkUnit: 'pointers',
  oblets: false,
  workerOwnGcw: true,
  dedicatedBlocks: true,
  dedicatedNeedsWork: true,
  idleNeedsWork: false,
  idlePolls: false,
  fractional: 'token-lookahead',
  assistAt: 'refill',
  assistsMarkRoots: false,
  rootBlockSpans: Number.MAX_SAFE_INTEGER,
  overAssist: 'none',
  assistWakesNext: false,
  pacer: ce502b06Pacer,
  clocksRestart: true,
  traceWrites: 42,
  copyCost: 1.18,
  markCost: 1.3,
  rootCost: 4.1,
  rescanCost: 4.1,
};
const ce502b06: ReleaseModel = {
  ...ce502b06Parent,
  name: 'ce502b06',
  about: 'April 2015, park/ready wakes the coordinator',
  mechanisms: { ...ce502b06Parent.mechanisms, wakeup: 'ready' },
};
const march: ReleaseModel = {
  ...ce502b06Parent,
  name: '8e24283a',
  about:
    'March 2015: background credit is counted, nobody spends it yet (on the phases and workers of ce502b06^)',
  pacer: marchPacer,
  traceWrites: 36,
};
const commit8f34b253: ReleaseModel = {
  ...ce502b06,
  name: '8f34b253',
  about: 'July 2015: assists wait until their debt is paid',
  mechanisms: {
    ...ce502b06.mechanisms,
    assist: 'sleep-retry',
    'completing-assist': 'yields',
    'credit-steal': 'exact',
  },
  stealRunnextAfterNs: 100 * usNs,
  sweepPacing: 'heap-live',
  mark2: true,
  rescanStacks: 'changed',
  installBarrier: 'ragged',
  writeBarrierFrom: 'scan',
  allocateBlack: 'mark2',
  starter: 'yields',
  scanWorkUnit: 'bytes',
  workerOwnGcw: false,
  dedicatedNeedsWork: false,
  idleNeedsWork: true,
  fractional: 'token',
  pacer: pacer8f34b253,
};
const go15: ReleaseModel = {
  ...commit8f34b253,
  name: '1.5',
  about: 'August 2015: the first release with the concurrent collector',
  mechanisms: {
    ...commit8f34b253.mechanisms,
    'assist-start': 'scan',
    'between-marks': 'no-workers',
  },
  sweepPacing: 'span-bytes',
  yieldAtStart: true,
  pacer: pacer15,
  markCost: 1.2,
};
const go16: ReleaseModel = {
  ...go15,
  name: '1.6',
  about: 'February 2016: no coordinator, the assist queue, two workbufs of 2 KiB',
  mechanisms: {
    ...go15.mechanisms,
    assist: 'queue',
    wakeup: 'decentralized',
  },
  heapLiveAt: 'refill',
  workbufs: { bytes: 2048, capacity: 248, buffers: 2, source: 'persistent' },
  finishSweep: 'running',
  phases: 'decentralized',
  starter: 'self',
  yieldAtStart: false,
  dedicatedBlocks: false,
  dedicatedNeedsWork: true,
  assistAt: 'malloc',
  overAssist: 'bytes',
  rootBlockSpans: 8192,
  wakesAlways: false,
  pacer: pacer16,
  traceWrites: 34,
  markCost: 1.35,
  rootCost: 2.6,
  rescanCost: 1.5,
};
const go18: ReleaseModel = {
  ...go16,
  name: '1.8',
  about: 'February 2017: hybrid write barrier, oblets, idle workers poll',
  stealRunnextAfterNs: 3 * usNs,
  scanYields: true,
  markBitArenas: true,
  sweepLists: true,
  workbufs: { bytes: 2048, capacity: 253, buffers: 2, source: 'persistent' },
  copiesPastCache: true,
  allocateBlack: 'always',
  blackCountsAsWork: true,
  rescanStacks: 'no',
  helpersWait: false,
  hybridBarrier: true,
  oblets: true,
  idlePolls: true,
  assistsMarkRoots: true,
  rootBlockSpans: gcSweepBlockEntries,
  overAssist: 'work',
  pacer: pacer18,
  copyCost: 1,
  markCost: 1,
  rootCost: 1,
  rescanCost: 1,
};
const commit051809e3Parent: ReleaseModel = {
  ...go18,
  name: '051809e3^',
  about: 'March 2017: workbufs come from spans, and stay',
  forced: 'concurrent',
  workbufs: { ...go18.workbufs, source: 'spans' },
};
const commit051809e3: ReleaseModel = {
  ...commit051809e3Parent,
  name: '051809e3',
  about: 'March 2017: workbufs are freed during sweeping',
  mechanisms: { ...commit051809e3Parent.mechanisms, 'workbuf-freeing': 'on' },
};
const go19: ReleaseModel = {
  ...commit051809e3,
  name: '1.9',
  about: 'August 2017: workbufs are freed, spans without pointers apart',
  splitNoscan: true,
  sweepPacing: 'heap-live',
  pacer: pacer19,
};
const go110: ReleaseModel = {
  ...go19,
  name: '1.10',
  about: 'February 2018: soft and hard goal, fractional workers for each P, timers for each P',
  timerThreads: 'per-p',
  fractional: 'per-p',
  pacer: pacer110,
  clocksRestart: false,
  markCost: 0.95,
};

/** All releases, oldest first. */
export const releases: readonly ReleaseModel[] = [
  {
    ...march,
    name: '8e24283a^',
    about: 'March 2015, before background credit (on the phases and workers of ce502b06^)',
    mechanisms: { ...march.mechanisms, 'bg-credit': 'off', 'credit-steal': 'exact' },
  },
  { ...march, mechanisms: { ...march.mechanisms, 'credit-steal': 'exact' } },
  {
    ...march,
    name: '4b2fde94',
    about: 'March 2015: assists first steal credit (on the phases and workers of ce502b06^)',
    pacer: { ...marchPacer, ratio: 'work-ratio' },
  },
  ce502b06Parent,
  ce502b06,
  {
    ...commit8f34b253,
    name: '8f34b253^',
    about: 'July 2015, before assists wait: what they cannot pay is forgiven',
    mechanisms: { ...commit8f34b253.mechanisms, assist: 'best-effort' },
  },
  commit8f34b253,
  go15,
  go16,
  go18,
  commit051809e3Parent,
  commit051809e3,
  go19,
  go110,
];

/** The release that a run takes when it names none. */
export const defaultRelease = '1.9';

/** Finds a release by name. Throws UserError with the nearest name. */
export function findRelease(name: string): ReleaseModel {
  const found = releases.find((r) => r.name === name || `go${r.name}` === name);
  if (found !== undefined) return found;
  const names = releases.map((r) => r.name);
  const near = nearestName(name, names);
  throw new UserError([
    optionProblem(
      `unknown release "${name}"`,
      `${near === undefined ? '' : `did you mean ${near}? `}gcsim has ${names.join(', ')}`,
    ),
  ]);
}

/** Why a choice is not defined for a release, or undefined where it is. */
export function whyUndefined<M extends Mechanism>(
  release: ReleaseModel,
  mechanism: M,
  choice: Choice<M>,
): string | undefined {
  if (release.mechanisms[mechanism] === choice) return undefined;
  const coordinated = release.phases === 'coordinator';
  switch (mechanism) {
    case 'wakeup':
      if (coordinated && choice === 'decentralized') {
        return `${release.name} has a coordinator goroutine that must be woken; completion without one is in releases from 1.6 on`;
      }
      if (!coordinated && choice !== 'decentralized') {
        return `${release.name} has no coordinator goroutine to wake; note and ready are for releases to 1.5`;
      }
      return undefined;
    case 'completing-assist':
      return !coordinated && choice !== release.mechanisms[mechanism]
        ? `in ${release.name} an assist that completes marking runs the transition itself; there is no coordinator to yield to`
        : undefined;
    case 'assist-start':
      return !coordinated && choice !== release.mechanisms[mechanism]
        ? `in ${release.name} the root scan is part of marking, and assists are on with it`
        : undefined;
    case 'between-marks':
      if (!release.mark2 && choice === 'no-workers') {
        return `${release.name} has one mark phase; there is nothing between the marks`;
      }
      return !coordinated && choice === 'workers'
        ? `${release.name} takes the workers away between the marks; they are part of its transition`
        : undefined;
    case 'workbuf-freeing':
      return choice === 'on' && release.workbufs.source !== 'spans'
        ? `workbufs of ${release.name} come from memory that is never given back; freeing needs workbufs from spans (051809e3^ and later)`
        : undefined;
    case 'credit-steal':
      return release.mechanisms['bg-credit'] === 'off'
        ? `${release.name} banks no credit, so there is none to steal`
        : undefined;
    case 'assist':
      return release.pacer.ratio === 'none' && choice !== 'best-effort' && choice !== 'off'
        ? `${release.name} has no assist ratio, so an assist has no debt to wait for`
        : undefined;
    default:
      return undefined;
  }
}

/** The mechanisms of a run: the release's, with what was set. Throws UserError where a combination is not defined. */
export function resolveMechanisms(
  release: ReleaseModel,
  set: Partial<Mechanisms> | undefined,
): Mechanisms {
  const all = { ...release.mechanisms, ...set };
  const problems: Diagnostic[] = [];
  for (const mechanism of mechanismNames) {
    const choice = all[mechanism];
    if (!(mechanismChoices[mechanism] as readonly string[]).includes(choice)) {
      problems.push(
        optionProblem(
          `unknown choice "${choice}" of ${mechanism}`,
          `choices: ${mechanismChoices[mechanism].join(', ')}`,
        ),
      );
      continue;
    }
    if (choice === release.mechanisms[mechanism]) continue;
    const why = whyUndefined(release, mechanism, choice);
    if (why !== undefined) {
      problems.push(
        optionProblem(`${mechanism}=${choice} is not defined for ${release.name}`, why),
      );
    }
  }
  const nothingToSteal = all['bg-credit'] === 'off' || all.assist === 'off';
  if (nothingToSteal && set?.['credit-steal'] === 'over-subtract') {
    problems.push(
      optionProblem(
        `credit-steal=over-subtract is not defined with ${all.assist === 'off' ? 'assist' : 'bg-credit'}=off`,
        'nobody steals credit then, so there is no way to steal too much of it',
      ),
    );
  }
  if (problems.length > 0) throw new UserError(problems);
  return all;
}

/** The choices of a mechanism that a release defines. */
export function definedChoices(release: ReleaseModel, mechanism: Mechanism): string[] {
  return mechanismChoices[mechanism].filter(
    (choice) =>
      choice === release.mechanisms[mechanism] ||
      whyUndefined(release, mechanism, choice as never) === undefined,
  );
}

function optionProblem(message: string, hint: string): Diagnostic {
  return { severity: 'error', message, hint };
}
