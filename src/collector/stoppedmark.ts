/**
 * Marking with the world stopped: what mark termination has left to do, and the whole of a stopped collection. Follows
 * src/runtime/mgc.go, gcMark and gchelper, and mgcwork.go, getfull.
 *
 * The P that runs it wakes helpers (helpgc), one for each further processor. All take root jobs, then grey objects, until none is
 * left anywhere. Whoever finds no work to 1.7, and in a stopped collection, waits in the getfull barrier, which looks ever more
 * seldom; else it leaves. The P that runs it goes on when the last helper has left, sleeping on a note until then.
 */
import type { Ns } from '../units.ts';
import type { GcWork } from './gcwork.ts';
import { GStatus, type P } from './gmp.ts';
import { getfullSleepNs, getfullSpinNs, getfullSpins, maxGcProcs } from './params.ts';
import type { ReleaseModel } from './release.ts';
import type { Runtime } from './runtime.ts';

/** A processor that marks: up to when its time is spent, since when it waits, or -1, and whether it has marked already. */
interface Helper {
  gcw: GcWork;
  at: Ns;
  idleFrom: Ns;
  hasCome: boolean;
}

/** Processors that mark while the world is stopped (gcprocs). */
export function stoppedProcs(rt: Runtime): number {
  return Math.min(rt.procs, rt.cores, maxGcProcs);
}

/**
 * Marks all there is left, and what the roots point at, where they are scanned: at `rootCost`, for they may have been scanned before.
 * Returns the time it takes P `p`.
 */
export function markStopped(
  rt: Runtime,
  p: P,
  stacks: ReleaseModel['rescanStacks'],
  rootCost: number,
): Ns {
  const { machine, marker, release, sched } = rt;
  const waits = release.helpersWait || stacks === 'whole';
  const jobs = stacks === 'no' ? [] : rootJobs(rt, p, stacks === 'whole', rootCost);
  for (const other of sched.ps) marker.dispose(other.gcw);
  const helpers = callHelpers(rt, p);
  const alone = helpers.length === 1;
  for (let waiting = 0; waiting < helpers.length; ) {
    const h = nextOf(helpers);
    const jobNs = jobs.pop() ?? 0;
    const ns = jobNs > 0 ? jobNs : marker.drainStopped(h.gcw, alone || waiting === 0);
    if (ns === 0) {
      h.idleFrom = h.at;
      waiting++;
      continue;
    }
    h.hasCome = true;
    // The helpers fill their cores in pairs. Those that wait, or have yet to come, leave the others' cores to themselves, or nearly so.
    const beside = helpers.some((other) => other !== h && other.hasCome && other.idleFrom < 0);
    h.at += beside ? ns * machine.siblingFactor : ns;
    marker.flushScanWork(h.gcw);
    if (!waits || waiting === 0 || !rt.workbufs.hasWork) continue;
    for (const other of helpers) {
      if (other.idleFrom >= 0) other.at = seenAt(rt, other.idleFrom, h.at);
      other.idleFrom = -1;
    }
    waiting = 0;
  }
  for (const other of sched.ps) marker.dispose(other.gcw);
  if (waits) {
    let last = 0;
    for (const h of helpers) last = Math.max(last, h.at);
    for (const h of helpers) h.at = seenAt(rt, h.idleFrom, last);
  }
  return lastNote(rt, helpers);
}

/** What the roots take, job by job: globals in two halves (data and bss), and each stack. What they point at is greyed. */
function rootJobs(rt: Runtime, p: P, wholeStacks: boolean, rootCost: number): Ns[] {
  const { machine, marker, sched } = rt;
  const globalsNs = marker.scanGlobals(p.gcw, rootCost);
  const jobs = [globalsNs / 2, globalsNs / 2];
  for (const g of sched.gs) {
    if (g.status === GStatus.dead) continue;
    jobs.push(wholeStacks ? marker.stackNs(g) : machine.stackScanNs);
  }
  return jobs.reverse();
}

/** helpgc: the P itself, and a helper on each further processor, from when it has come. */
function callHelpers(rt: Runtime, p: P): Helper[] {
  const { os, ps } = rt.sched;
  const helpers: Helper[] = [{ gcw: p.gcw, at: 0, idleFrom: -1, hasCome: false }];
  let callsNs = 0;
  for (const other of ps) {
    if (helpers.length === stoppedProcs(rt)) break;
    if (other === p) continue;
    const at = callsNs + os.wakeDelayNs();
    helpers.push({ gcw: other.gcw, at, idleFrom: -1, hasCome: false });
    callsNs += os.wakeCallNs();
  }
  helpers[0]!.at = callsNs;
  return helpers;
}

/** Of those that do not wait, the one with the least time spent. */
function nextOf(helpers: readonly Helper[]): Helper {
  let next: Helper | null = null;
  for (const h of helpers) {
    if (h.idleFrom < 0 && (next === null || h.at < next.at)) next = h;
  }
  return next!;
}

/** getfull: when someone who waits since `from` sees what has happened at `at`. It spins, yields, then sleeps between looks. */
function seenAt(rt: Runtime, from: Ns, at: Ns): Ns {
  const { schedYieldNs, sleepExtraNs } = rt.machine;
  const spun = from + getfullSpins * (getfullSpinNs + schedYieldNs);
  if (at <= spun) return Math.max(from, at);
  const sleepNs = getfullSleepNs + sleepExtraNs;
  return spun + Math.ceil((at - spun) / sleepNs) * sleepNs;
}

/** work.alldone: when the P that runs it goes on. Cores of helpers are awake for a while from then on. */
function lastNote(rt: Runtime, helpers: readonly Helper[]): Ns {
  const { machine, sched, engine } = rt;
  const master = helpers[0]!.at;
  let last = 0;
  for (const h of helpers) if (h !== helpers[0]) last = Math.max(last, h.at);
  if (helpers.length > 1) sched.os.usedIdle(engine.now + last);
  if (last <= master) return master;
  return last + (last - master > machine.coreIdleNs ? machine.coreWakeNs : machine.futexWakeNs);
}
