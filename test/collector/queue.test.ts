/** The assist queue (1.6): who is paid when, and why a paid assist is not put into `runnext`. */
import { describe, expect, test } from 'vitest';
import { type G, GStatus, type Task } from '../../src/collector/gmp.ts';
import { findRelease, type ReleaseModel } from '../../src/collector/release.ts';
import type { Runtime } from '../../src/collector/runtime.ts';
import { bareRuntime } from '../support/simulation.ts';

const idle: Task = { resume: () => {} };

/** A runtime at an assist ratio of one unit of work a byte, and no assists. */
function atRatioOne(release: string | ReleaseModel): Runtime {
  const runtime = bareRuntime(release, { procs: 1 });
  runtime.pacer.assistWorkPerByte = 1;
  runtime.pacer.assistBytesPerWork = 1;
  return runtime;
}

/** A goroutine that waits in the assist queue for `debtBytes` to be paid. */
function waitingAssist(runtime: Runtime, debtBytes: number): G {
  const g = runtime.sched.newG(idle);
  g.status = GStatus.waiting;
  g.gcAssistBytes = -debtBytes;
  g.queued = true;
  runtime.assists.queue.push(g);
  return g;
}

function flush(runtime: Runtime, work: number): void {
  runtime.assists.flushBgCredit(work, runtime.sched.ps[0]!);
}

describe('a flush of background credit', () => {
  test('pays waiting assists in order, and banks what is left', () => {
    const runtime = atRatioOne('1.6');
    const first = waitingAssist(runtime, 300);
    const second = waitingAssist(runtime, 500);
    flush(runtime, 1000);
    expect([first.gcAssistBytes, second.gcAssistBytes]).toEqual([0, 0]);
    expect(runtime.sched.ps[0]!.queue).toEqual([first, second]);
    expect(runtime.assists.queue).toEqual([]);
    expect(runtime.assists.paidToQueue).toBe(800);
    expect(runtime.assists.bgScanCredit).toBe(200);
  });

  test('banks all of it where nobody waits', () => {
    const runtime = atRatioOne('1.6');
    flush(runtime, 1000);
    expect(runtime.assists.bgScanCredit).toBe(1000);
    expect(runtime.assists.paidToQueue).toBe(0);
  });

  test('sends an assist that it can pay only in part to the back, with the rest of its debt', () => {
    const runtime = atRatioOne('1.6');
    const large = waitingAssist(runtime, 1000);
    const small = waitingAssist(runtime, 100);
    flush(runtime, 300);
    expect(runtime.assists.queue).toEqual([small, large]);
    expect(large.gcAssistBytes).toBe(-700);
    expect(small.gcAssistBytes).toBe(-100);
    expect(large.status).toBe(GStatus.waiting);
    expect(runtime.assists.bgScanCredit).toBe(0);

    flush(runtime, 100);
    expect(small.status).toBe(GStatus.runnable);
    expect(runtime.assists.queue).toEqual([large]);
  });

  test('pays in scan work where a release counts debt in it', () => {
    const runtime = bareRuntime('8f34b253', { mechanisms: { assist: 'queue' } });
    runtime.pacer.assistWorkPerByte = 2;
    const g = waitingAssist(runtime, 0);
    g.gcalloc = 500;
    flush(runtime, 600);
    expect(g.gcscanwork).toBe(600);
    expect(g.status).toBe(GStatus.waiting);
    flush(runtime, 600);
    expect(g.gcscanwork).toBe(1000);
    expect(g.status).toBe(GStatus.runnable);
    expect(runtime.assists.bgScanCredit).toBe(200);
  });
});

test('small assists are not held up by a large one', () => {
  const runtime = atRatioOne('1.6');
  const large = waitingAssist(runtime, 1_000_000);
  const small = Array.from({ length: 10 }, () => waitingAssist(runtime, 1000));
  // In order, the small ones would wait for 500 flushes. As it is, each costs at most one flush that the large one takes.
  for (let i = 0; i < 2 * small.length; i++) flush(runtime, 2000);
  expect(small.every((g) => g.status === GStatus.runnable)).toBe(true);
  expect(large.status).toBe(GStatus.waiting);
  // Every unit went to somebody, none is banked while somebody waits.
  expect(runtime.assists.flushed).toBe(40_000);
  expect(1_000_000 + large.gcAssistBytes + 10 * 1000).toBe(40_000);
});

describe('a paid assist goes behind whoever waits on its P', () => {
  function orderOn(release: ReleaseModel): string[] {
    const runtime = atRatioOne(release);
    const p = runtime.sched.ps[0]!;
    const names = new Map<G, string>();
    for (const name of ['one', 'two']) {
      const g = runtime.sched.newG(idle);
      g.status = GStatus.waiting;
      names.set(g, name);
      runtime.sched.ready(g, p, false);
    }
    names.set(waitingAssist(runtime, 100), 'assist');
    flush(runtime, 100);
    return [p.runnext, ...p.queue].flatMap((g) => (g === null ? [] : [names.get(g) ?? '?']));
  }

  test('by the order of the queue; in runnext it would jump it', () => {
    for (const name of ['1.6', '1.8', '1.9', '1.10']) {
      const release = findRelease(name);
      expect(release.assistWakesNext).toBe(false);
      expect(orderOn(release)).toEqual(['one', 'two', 'assist']);
      expect(orderOn({ ...release, assistWakesNext: true })).toEqual(['assist', 'one', 'two']);
    }
  });
});
