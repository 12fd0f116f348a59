/**
 * What only the whole workload tells: whether it allocates, ends, and fits into the model; whether objects have room for
 * the pointers that their structure needs; whether what is dropped or waited for ever exists.
 *
 * What the simulation alone can find out is not looked for here: how much a goroutine without `pace` keeps in `for: 3s`.
 */
import { formatBytes, type Ns, secondNs } from '../units.ts';
import {
  goroutinesMax,
  liveBytesMax,
  liveObjectsMax,
  liveStructuresMax,
  lockedMax,
  procsDefault,
  procsMax,
  repeatDepthMax,
  timelessStepsMax,
} from './limits.ts';
import type { Reading } from './reader.ts';
import { chainTotals, meanBytes, shapeTotals, type Totals } from './totals.ts';
import type {
  AllocStep,
  GoroutineGroup,
  RepeatStep,
  RunSettings,
  Shape,
  Step,
  StructureSpec,
  Workload,
} from './workload.ts';

/**
 * Reports what is wrong with a workload all parts of which are well formed. `asked` are settings that the run will have in
 * place of the file's own.
 */
export function checkWorkload(read: Workload, reading: Reading, asked: RunSettings = {}): void {
  const report: Report = (object, keys, message, hint) =>
    reading.source.report(reading.places.of(object, ...keys), message, () => hint);
  const workload = { ...read, run: { ...read.run, ...asked } };
  checkPointers(workload, report);
  checkInstances(workload, report);
  const order = checkOrder(workload, report);
  checkEnds(workload, order, report);
  checkAllocates(read, report);
  checkGoroutines(workload, report);
  checkFits(workload, report);
}

/** Reports at the first of `keys` that is written in what `object` was read from, or at the whole of it. */
type Report = (object: object, keys: readonly string[], message: string, hint?: string) => void;

/** Steps that do something, with the group they stand in. */
function* simpleSteps(workload: Workload): Generator<Exclude<Step, RepeatStep>> {
  for (const group of workload.groups) yield* flatten(group.body.steps);
}

function* flatten(steps: readonly Step[]): Generator<Exclude<Step, RepeatStep>> {
  for (const step of steps) {
    if (step.op === 'repeat') yield* flatten(step.steps);
    else yield step;
  }
}

/* Room for pointers. */

function checkPointers(workload: Workload, report: Report): void {
  for (const structure of workload.structures) {
    const { shape } = structure;
    const kind = 'kind' in shape ? shape.kind : -1;
    checkKind(structure, kind, pointersOf(shape), `each object of ${article(shape.type)}`);
  }
  for (const step of simpleSteps(workload)) {
    if (step.op !== 'alloc' || step.keep === 'none') continue;
    if (chainTotals(workload.kinds, step).objects < 2) continue;
    checkKind(step, step.kind, 1, 'each object of a chain that is kept');
  }

  function checkKind(owner: object, index: number, pointers: number, what: string): void {
    const kind = workload.kinds[index];
    if (kind === undefined || pointers === 0) return;
    const needed = pointers * 8;
    const room =
      'bytes' in kind.pointers ? kind.pointers.bytes : meanBytes(kind) * kind.pointers.share;
    if (room >= needed) return;
    const has = room === 0 ? 'has none' : `has ${formatBytes(Math.round(room))} of them`;
    const message = `${what} needs ${needed} B of pointers, kind "${kind.name}" ${has}`;
    report(
      owner,
      ['kind'],
      message,
      `give the kind "pointers: ${needed}B" or more, or take another kind`,
    );
  }
}

/** Pointers that each object of `kind` needs. */
function pointersOf(shape: Shape): number {
  switch (shape.type) {
    case 'list':
      return shape.length === 1 ? 0 : shape.back > 0 ? 2 : 1;
    case 'tree':
      return Math.min(shape.fanout, shape.nodes - 1) + shape.leaves;
    case 'items':
      return shape.leaves + (shape.length === 1 ? 0 : 1);
    case 'graph':
      return shape.degree;
    case 'array':
    case 'map':
    case 'bytes':
      return 0;
  }
}

function article(shape: Shape['type']): string {
  return shape === 'items' ? 'a list of items' : `a ${shape}`;
}

/* Things that exist. */

function checkInstances(workload: Workload, report: Report): void {
  const built = new Set<number>();
  for (const step of simpleSteps(workload)) if (step.op === 'build') built.add(step.structure);
  for (const step of simpleSteps(workload)) {
    if (step.op !== 'drop' && step.op !== 'replace') continue;
    const structure = workload.structures[step.structure];
    if (structure === undefined || structure.count > 0 || built.has(step.structure)) continue;
    const message = `there is never a "${structure.name}" to ${step.op}: its count is 0 and no step builds one`;
    report(step, ['structure'], message);
  }
}

/* The order of groups, and whether they end. */

/** Groups such that each comes after the one it waits for. Reports circles, which are left out. */
function checkOrder({ groups }: Workload, report: Report): GoroutineGroup[] {
  const state = new Map<GoroutineGroup, 'waiting' | 'done'>();
  const order: GoroutineGroup[] = [];
  for (const group of groups) {
    const path: GoroutineGroup[] = [];
    let next: GoroutineGroup | undefined = group;
    while (next !== undefined && !state.has(next)) {
      state.set(next, 'waiting');
      path.push(next);
      next = before(groups, next);
    }
    if (next !== undefined && state.get(next) === 'waiting') {
      const circle = [...path.slice(path.indexOf(next)), next].map(({ name }) => name);
      const shown = circle.length > 8 ? [...circle.slice(0, 7), '…'] : circle;
      report(next, ['after'], `"after" leads in a circle: ${shown.join(' after ')}`);
    } else {
      order.push(...path.reverse());
    }
    // What waits for a circle never starts either, but the circle is what is wrong.
    for (const one of path) state.set(one, 'done');
  }
  return order;
}

function before(
  groups: readonly GoroutineGroup[],
  { start }: GoroutineGroup,
): GoroutineGroup | undefined {
  return 'afterGroup' in start ? groups[start.afterGroup] : undefined;
}

/** What running through steps once comes to. */
interface Course {
  takesTime: boolean;
  /** Steps that are run through while no time passes. */
  timelessSteps: number;
  ends: boolean;
}

function checkEnds(workload: Workload, order: readonly GoroutineGroup[], report: Report): void {
  const { run, groups } = workload;
  const collectionsCome =
    run.gcPercent !== -1 ||
    [...simpleSteps(workload)].some(({ op }) => op === 'gc' || op === 'set-gogc');
  const endless = new Set<GoroutineGroup>();
  for (const group of order) {
    const awaited = before(groups, group);
    if (awaited !== undefined && endless.has(awaited)) {
      report(group, ['after'], `group "${awaited.name}" never ends, so this one never starts`);
    }
    if (!courseOf(group.body, group, 0).ends) endless.add(group);
  }

  /** `owner` is what the repeat was read from: itself, or a group. */
  function courseOf(repeat: RepeatStep, owner: object, depth: number): Course {
    const what = depth === 0 ? 'the group' : 'the repeat';
    if (depth > repeatDepthMax) {
      report(owner, [], `repeats are nested deeper than ${repeatDepthMax} levels`);
      return { takesTime: true, timelessSteps: 0, ends: true };
    }
    const round = courseOfSteps(repeat.steps, depth);
    const { times, forNs, collections } = repeat;
    if (!round.takesTime && round.ends) {
      const timelessSteps = (times ?? 1) * round.timelessSteps;
      if (times === undefined) {
        const message = `${what} goes round without end and without time passing: no step takes time or allocates`;
        report(owner, [], message, 'add a step such as "sleep: 1ms", or give it "times"');
      } else if (timelessSteps > timelessStepsMax) {
        const message = `${what} goes through ${timelessSteps} steps without time passing, at most ${timelessStepsMax} may`;
        report(owner, ['times'], message);
        return { takesTime: true, timelessSteps: 0, ends: true };
      }
      return { takesTime: false, timelessSteps, ends: true };
    }
    const isLimited =
      times !== undefined || forNs !== undefined || (collections !== undefined && collectionsCome);
    if (!isLimited && run.durationNs === undefined) reportEndless(repeat, owner, what);
    return { takesTime: true, timelessSteps: 0, ends: round.ends && isLimited };
  }

  function courseOfSteps(steps: readonly Step[], depth: number): Course {
    const course: Course = { takesTime: false, timelessSteps: 0, ends: true };
    for (const step of steps) {
      if (!course.ends) {
        report(step, [], 'this step is never reached: the repeat before it never ends');
        break;
      }
      const one = step.op === 'repeat' ? courseOf(step, step, depth + 1) : courseOfStep(step);
      course.takesTime ||= one.takesTime;
      course.timelessSteps += one.timelessSteps;
      course.ends = one.ends;
    }
    return course;
  }

  function reportEndless({ collections }: RepeatStep, owner: object, what: string): void {
    if (collections !== undefined) {
      report(owner, ['collections'], `${what} never ends: no collection comes while "gogc" is off`);
      return;
    }
    const limits = '"times", "for" or "collections"';
    report(owner, [], `${what} never ends`, `give it ${limits}, or the run a "duration"`);
  }
}

function courseOfStep({ op }: Exclude<Step, RepeatStep>): Course {
  const takesTime = op !== 'drop' && op !== 'set-gogc';
  return { takesTime, timelessSteps: takesTime ? 0 : 1, ends: true };
}

/* Allocation, and what it comes to. */

function checkAllocates(workload: Workload, report: Report): void {
  if (workload.structures.some(({ count }) => count > 0)) return;
  for (const { op } of simpleSteps(workload)) {
    if (op === 'alloc' || op === 'build' || op === 'replace') return;
  }
  const message = 'the workload never allocates';
  report(
    workload,
    [],
    message,
    'add a structure with a count above 0, or a step alloc, build or replace',
  );
}

function checkGoroutines({ run, groups }: Workload, report: Report): void {
  const procs = run.procs ?? procsMax;
  let sum = 0;
  let locked = 0;
  for (const group of groups) {
    const count = group.count + group.perProc * procs;
    sum += count;
    if (group.locksThread) locked += count;
    if (sum <= goroutinesMax && locked <= lockedMax) continue;
    const most = locked > lockedMax ? `${lockedMax} locked` : goroutinesMax;
    const message = `there are more than ${most} goroutines up to this group (at ${procs} procs)`;
    report(group, ['count', 'per-proc'], message);
    return;
  }
}

/** Something that is live, and what it was read from. */
interface Holding extends Totals {
  /** Structures and chains. */
  structures: number;
  what: string;
  owner: object;
  keys: readonly string[];
}

/**
 * Three things that certainly are live at one time: what is there from the start; what is never dropped; one build.
 */
function checkFits(workload: Workload, report: Report): void {
  const { kinds, structures, groups, run } = workload;
  const dropped = new Set<number>();
  for (const step of simpleSteps(workload)) if (step.op === 'drop') dropped.add(step.structure);

  const initial = structures.map((structure) =>
    holdingOf(structure, structure, structure.count, sizeKeys),
  );
  const atStart = [...rootsOf(workload), ...initial];
  const forGood = [...rootsOf(workload), ...initial.filter((_, i) => !dropped.has(i))];
  const builds: Holding[] = [];
  for (const group of groups) {
    const goroutines = goroutinesOf(group, run.procs);
    walk(group.body, goroutines, goroutines, run.durationNs);
  }
  // One message for one cause.
  for (const holdings of [atStart, forGood, ...builds.map((build) => [build])]) {
    if (reportExcess(holdings, report)) return;
  }

  /** `rounds` counts those of all goroutines together. */
  function walk(
    repeat: RepeatStep,
    goroutines: number,
    rounds: number,
    durationNs: Ns | undefined,
  ): void {
    const inner = rounds * roundsOf(workload, repeat, durationNs);
    for (const step of repeat.steps) {
      if (step.op === 'repeat') walk(step, goroutines, inner, durationNs);
      else if (step.op === 'alloc' && step.keep !== 'none')
        forGood.push(kept(step, goroutines, inner));
      else if (step.op === 'build') addBuild(step, inner);
    }
  }

  function kept(step: AllocStep, goroutines: number, rounds: number): Holding {
    const chain = chainTotals(kinds, step);
    const { keep } = step;
    const chains =
      keep === 'all' ? rounds : typeof keep === 'number' ? keep * goroutines : goroutines;
    return { what: 'this step', owner: step, keys: ['count'], ...times(chain, chains) };
  }

  function addBuild(step: Step & { op: 'build' }, rounds: number): void {
    const structure = structures[step.structure];
    if (structure === undefined) return;
    const isDropped = dropped.has(step.structure);
    const holding = holdingOf(structure, step, step.count * (isDropped ? 1 : rounds), [
      'count',
      'structure',
    ]);
    if (isDropped) builds.push(holding);
    else forGood.push(holding);
  }

  function holdingOf(
    { name, shape }: StructureSpec,
    owner: object,
    count: number,
    keys: readonly string[],
  ): Holding {
    return { what: `"${name}"`, owner, keys, ...times(shapeTotals(kinds, shape), count) };
  }
}

const sizeKeys = ['count', 'length', 'nodes', 'depth', 'entries', 'size'];

function times({ objects, bytes }: Totals, count: number): Totals & { structures: number } {
  return { objects: objects * count, bytes: bytes * count, structures: count };
}

const noObjects = { objects: 0, structures: 0 };

/** Globals and stacks: memory, no objects. */
function rootsOf({ globals, groups, run }: Workload): Holding[] {
  const holdings: Holding[] = [
    { what: 'globals', owner: globals, keys: ['size'], ...noObjects, bytes: globals.bytes },
  ];
  for (const group of groups) {
    const bytes = group.stackBytes * goroutinesOf(group, run.procs);
    holdings.push({
      what: 'stacks',
      owner: group,
      keys: ['stack', 'count', 'per-proc'],
      ...noObjects,
      bytes,
    });
  }
  return holdings;
}

function goroutinesOf({ count, perProc }: GoroutineGroup, procs: number = procsDefault): number {
  return count + perProc * procs;
}

/**
 * Rounds that a repeat makes, as far as the file tells: by its count, or by its pace for a time. 1 where only the
 * simulation can tell.
 */
function roundsOf(workload: Workload, repeat: RepeatStep, durationNs: Ns | undefined): number {
  const { times, forNs, collections, paceBytesPerSecond } = repeat;
  if (collections !== undefined) return 1;
  const limitNs = Math.min(
    forNs ?? Number.POSITIVE_INFINITY,
    durationNs ?? Number.POSITIVE_INFINITY,
  );
  if (limitNs === Number.POSITIVE_INFINITY) return times ?? 1;
  const perRound = allocatedBytes(workload, repeat.steps);
  if (paceBytesPerSecond === undefined || perRound === 0) return 1;
  const paced = Math.ceil((paceBytesPerSecond * (limitNs / secondNs)) / perRound);
  return Math.min(times ?? Number.POSITIVE_INFINITY, paced);
}

/** What running through steps once allocates, at least. */
function allocatedBytes(workload: Workload, steps: readonly Step[]): number {
  const { kinds, structures } = workload;
  let bytes = 0;
  for (const step of steps) {
    if (step.op === 'repeat') {
      bytes += allocatedBytes(workload, step.steps) * roundsOf(workload, step, undefined);
    } else if (step.op === 'alloc') {
      bytes += chainTotals(kinds, { ...step, keepEvery: 1 }).bytes;
    } else if (step.op === 'build' || step.op === 'replace') {
      const structure = structures[step.structure];
      const count = step.op === 'build' ? step.count : 1;
      if (structure !== undefined) bytes += shapeTotals(kinds, structure.shape).bytes * count;
    }
  }
  return bytes;
}

/** Reports holdings that together are more than the model can hold, at the largest of them. */
function reportExcess(holdings: readonly Holding[], report: Report): boolean {
  const limits = [
    ['objects', liveObjectsMax, (value: number) => `${count(value)} objects`],
    ['structures', liveStructuresMax, (value: number) => `${count(value)} structures or chains`],
    ['bytes', liveBytesMax, formatBytes],
  ] as const;
  for (const [measure, most, format] of limits) {
    const sum = holdings.reduce((total, holding) => total + holding[measure], 0);
    if (sum <= most) continue;
    const largest = holdings.reduce((a, b) => (b[measure] > a[measure] ? b : a));
    const verb = largest.what === 'stacks' ? 'take' : 'takes';
    const rest = holdings.length > 1 ? `: ${largest.what} ${verb} ${format(largest[measure])}` : '';
    const limit = measure === 'bytes' ? formatBytes(most) : count(most);
    const message = `${format(sum)} would be live, the model holds at most ${limit}${rest}`;
    report(largest.owner, largest.keys, message);
    return true;
  }
  return false;
}

/** 2147483647 as 2,147,483,647. */
function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
