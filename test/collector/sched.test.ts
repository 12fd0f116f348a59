/** The scheduler: who runs next, on small scenes driven by hand, and where the time of whole runs goes. */
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/assert.ts';
import { Ev } from '../../src/collector/events.ts';
import { type G, GStatus, type P, type Task, Use } from '../../src/collector/gmp.ts';
import { referenceMachine } from '../../src/collector/params.ts';
import { findRelease } from '../../src/collector/release.ts';
import { Sched } from '../../src/collector/sched.ts';
import { Engine } from '../../src/sim/engine.ts';
import { Prng } from '../../src/sim/prng.ts';
import { msNs, usNs } from '../../src/units.ts';
import { runWorkload, workloadFrom } from '../support/simulation.ts';

/**
 * A scheduler alone: no collector, no noise, and cores that do not mind what runs beside them. Goroutines are scripts; `log` notes
 * who did what, in order.
 */
function scene(release = '1.9', procs = 1, cores = procs, siblingFactor = 1) {
  const log: string[] = [];
  const engine: Engine = new Engine((kind, a, b) => {
    if (kind === Ev.segment) sched.onSegment(a, b);
    else if (kind === Ev.osWake) sched.os.onWake(a, b);
    else if (kind === Ev.osTick) sched.os.onTick(a);
    else if (kind === Ev.timer) sched.onTimer(a, b);
    else if (kind === Ev.sysmon) sched.onSysmon();
    else if (kind === Ev.askAgain) sched.onAskAgain(a);
    else if (kind === Ev.spinYield) sched.onSpinYield(a, b);
  });
  const rngs = { os: new Prng(1, 'os'), costs: new Prng(1, 'costs'), steal: new Prng(1, 'steal') };
  const sched: Sched = new Sched(
    engine,
    { ...referenceMachine, siblingFactor },
    findRelease(release),
    rngs,
    0,
    procs,
    cores,
  );
  sched.hooks = {
    findRunnableGCWorker: () => null,
    findIdleGCWorker: () => null,
    hasMarkWork: () => false,
    scanStack: () => 0,
    onSysmon: () => {},
  };
  /** A goroutine that does its steps, one a turn, and exits. */
  const go = (name: string, steps: ((p: P, g: G) => void)[]): G => {
    let at = 0;
    const task: Task = {
      resume(p, g) {
        const step = steps[at++];
        if (step === undefined) {
          log.push(`${name} ends`);
          sched.exit(p, g);
          return;
        }
        log.push(`${name} ${at}`);
        step(p, g);
      },
    };
    return sched.newG(task);
  };
  const work = (ns: number) => (p: P) => sched.run(p, ns, 1, Use.mutator);
  return { engine, sched, log, go, work };
}

/** When each of `names` ends, in ns. */
function endsOf(
  { engine, log }: Pick<ReturnType<typeof scene>, 'engine' | 'log'>,
  names: readonly string[],
): number[] {
  const ends = new Map<string, number>();
  while (ends.size < names.length && engine.step(1)) {
    for (const name of names) {
      if (!ends.has(name) && log.includes(`${name} ends`)) ends.set(name, engine.now);
    }
  }
  return names.map((name) => ends.get(name) ?? Number.NaN);
}

describe('copies at once', () => {
  const copy = (sched: Sched, ns: number, copyNs: number) => (p: P) =>
    sched.runCopy(p, ns, copyNs, Use.mutator);

  /** Computes until 1 ms, whatever waking others has cost. */
  const untilMs =
    ({ engine, sched }: ReturnType<typeof scene>) =>
    (p: P): void => {
      p.extraNs = 0;
      sched.run(p, msNs - engine.now, 1, Use.mutator);
    };

  /** Each goroutine computes until 1 ms, so that all Ps are there, and then does `steps`. */
  function together(names: string[], cores: number, ns: number, copyNs: number): number[] {
    const made = scene('1.9', names.length, cores);
    const { sched, go } = made;
    const starts = names.map((name) => go(name, [untilMs(made), copy(sched, ns, copyNs)]));
    for (const g of starts) sched.start(g, null);
    return endsOf(made, names).map((end) => end - msNs);
  }

  test('share the memory: two take twice as long, four four times', () => {
    const [alone] = together(['a'], 1, 50_000, 50_000);
    for (const names of [
      ['a', 'b'],
      ['a', 'b', 'c', 'd'],
    ]) {
      for (const end of together(names, names.length, 50_000, 50_000)) {
        expect(Math.abs(end - names.length * alone!)).toBeLessThan(2000);
      }
    }
  });

  test('what is not copying takes its time as before', () => {
    // 10 µs of 40 are copying: two want 0.5 of what memory can serve, and four 1.0.
    const [alone] = together(['a'], 1, 40_000, 10_000);
    for (const end of together(['a', 'b', 'c', 'd'], 4, 40_000, 10_000)) {
      expect(Math.abs(end - alone!)).toBeLessThan(2000);
    }
    // Eight want 2.0: their 10 µs take twice as long.
    for (const end of together([...'abcdefgh'], 8, 40_000, 10_000)) {
      expect(Math.abs(end - alone! - 10_000)).toBeLessThan(2000);
    }
  });

  test('one that ends, or loses its core, leaves the rest to the others', () => {
    const made = scene('1.9', 2, 2);
    const { sched, go } = made;
    for (const [name, ns] of [
      ['short', 30_000],
      ['long', 90_000],
    ] as const) {
      sched.start(go(name, [untilMs(made), copy(sched, ns, ns)]), null);
    }
    const [short, long] = endsOf(made, ['short', 'long']);
    // Both at half speed for 60 µs; then 60 µs are left of the long one, alone.
    expect(Math.abs(short! - msNs - 60_000)).toBeLessThan(2000);
    expect(Math.abs(long! - msNs - 120_000)).toBeLessThan(2000);
    // On one core two Ps never copy at once: each takes its time, and waits for the other.
    const ends = together(['a', 'b'], 1, 50_000, 50_000);
    expect(Math.max(...ends)).toBeLessThan(110_000 + 8 * msNs);
  });
});

describe('two cores of a pair', () => {
  /** How long each of so many goroutines takes for 100 µs, a P and a core each, which they begin at the same time. */
  function timesOf(procs: number, runs: (sched: Sched, p: P) => void): number[] {
    const made = scene('1.9', procs, procs, 1.5);
    const { engine, sched, go } = made;
    const names = [...'abcd'].slice(0, procs);
    // Awake until 1 ms: what is left of it differs by what runs beside.
    const untilMs = (p: P) => sched.holdFor(p, msNs - engine.now, Use.mutator);
    for (const name of names) sched.start(go(name, [untilMs, (p) => runs(sched, p)]), null);
    return endsOf(made, names).map((end) => Math.round((end - msNs) / usNs));
  }

  test('take longer, each, where both run something: 0 with 1, 2 with 3', () => {
    const work = (sched: Sched, p: P) => {
      p.extraNs = 0; // What it has cost to wake others does not count.
      sched.run(p, 100_000, 1, Use.mutator);
    };
    expect(timesOf(1, work)).toEqual([100]);
    const [alone, ...paired] = timesOf(3, work).sort((a, b) => a - b);
    expect(alone).toBeLessThan(105);
    for (const us of paired) expect(Math.abs(us - 150)).toBeLessThan(5);
  });

  test('slow a copy that is alone; beside another copy only what of it is not copying', () => {
    const copy = (copyNs: number) => (sched: Sched, p: P) => {
      p.extraNs = 0;
      // Another P copies already, or computes.
      if (p.id === 0) sched.runCopy(p, 100_000, copyNs, Use.mutator);
      else sched.run(p, 400_000, 1, Use.mutator);
    };
    expect(Math.min(...timesOf(2, copy(100_000)))).toBe(150);
    expect(Math.min(...timesOf(2, copy(20_000)))).toBe(150);
    const both = (sched: Sched, p: P) => {
      p.extraNs = 0;
      sched.runCopy(p, 100_000, 20_000, Use.mutator);
    };
    // 80 µs that take 120; the first to begin is slowed on its 20 as well.
    expect(timesOf(2, both).sort((a, b) => a - b)).toEqual([140, 150]);
  });
});

describe('waking', () => {
  test('costs the waker a system call, and more when the core of the woken is asleep', () => {
    const took = (idleNs: number): number => {
      const { engine, sched, go, work } = scene('1.9', 2, 2);
      const other = go('other', []);
      let cost = -1;
      const main = go('main', [
        work(idleNs),
        (p) => {
          p.extraNs = 0;
          sched.start(other, p);
          cost = p.extraNs;
        },
      ]);
      sched.start(main, null);
      engine.step(1000);
      return cost;
    };
    expect(took(5 * msNs)).toBe(referenceMachine.coreSignalNs);
  });
});

describe('preemptAny', () => {
  test('asks another P that runs something, and nobody where there is none', () => {
    const { engine, sched, go } = scene('1.9', 2, 2);
    const asked: boolean[] = [];
    const other = go('other', [(p) => sched.run(p, 1000, 1000, Use.mutator)]);
    const main = go('main', [
      (p) => {
        sched.preemptAny(p);
        asked.push(other.preempt);
        sched.start(other, p);
        sched.run(p, 100_000, 1, Use.mutator);
      },
      (p) => {
        sched.preemptAny(p);
        asked.push(other.preempt);
      },
    ]);
    sched.start(main, null);
    for (let i = 0; i < 1000 && asked.length < 2 && engine.step(1); i++);
    expect(asked).toEqual([false, true]);
  });
});

describe('a P', () => {
  test('runs what was readied last, next', () => {
    const { engine, sched, log, go, work } = scene();
    const first = go('first', []);
    const second = go('second', []);
    const main = go('main', [
      (p) => {
        sched.start(first, p);
        sched.start(second, p);
      },
      work(1000),
    ]);
    sched.start(main, null);
    engine.step(100);
    // `second` has pushed `first` out of runnext, to the tail of the queue.
    expect(log).toEqual(['main 1', 'main 2', 'main ends', 'second ends', 'first ends']);
  });

  test('runs what was readied behind others in its turn', () => {
    const { engine, sched, log, go, work } = scene();
    const names = ['a', 'b', 'c'];
    const others = names.map((name) => go(name, []));
    const main = go('main', [
      (p) => {
        for (const g of others) sched.ready(g, p, false);
      },
      work(1000),
    ]);
    sched.start(main, null);
    engine.step(100);
    expect(log.slice(2)).toEqual(['main ends', 'a ends', 'b ends', 'c ends']);
  });

  test('puts a goroutine that yields behind all others, and those of its own queue first', () => {
    const { engine, sched, log, go } = scene();
    const local = go('local', []);
    const global = go('global', []);
    const main = go('main', [
      (p) => sched.ready(local, p, false),
      (p, g) => {
        sched.readyGlobal(global);
        sched.yield(p, g);
      },
    ]);
    sched.start(main, null);
    engine.step(100);
    expect(log).toEqual(['main 1', 'main 2', 'local ends', 'global ends', 'main ends']);
  });

  test('runs the goroutine that it yields to locally, and then goes on with the first', () => {
    const { engine, sched, log, go } = scene('ce502b06');
    const other = go('other', []);
    const global = go('global', []);
    const main = go('main', [
      (p, g) => {
        sched.readyGlobal(global);
        sched.ready(other, p, true);
        sched.yieldLocal(p, g);
      },
    ]);
    sched.start(main, null);
    engine.step(100);
    expect(log).toEqual(['main 1', 'other ends', 'main ends', 'global ends']);
  });

  test('looks at the global queue every 61st time, so that nobody starves', () => {
    const { engine, sched, log, go } = scene();
    const starved = go('starved', []);
    const players: G[] = [];
    let turns = 0;
    const task = (other: number): Task => ({
      resume(p, g) {
        turns++;
        if (turns === 1) sched.readyGlobal(starved);
        if (turns > 300) {
          sched.exit(p, g);
          return;
        }
        const partner = players[other]!;
        sched.park(p, g);
        sched.ready(partner, p, false);
      },
    });
    players.push(sched.newG(task(1)), sched.newG(task(0)));
    players[0]!.status = GStatus.waiting;
    players[1]!.status = GStatus.waiting;
    sched.readyGlobal(players[0]!);
    let atTurn = 0;
    for (let i = 0; i < 2000 && atTurn === 0 && engine.step(1); i++) {
      if (log.includes('starved ends')) atTurn = turns;
    }
    expect(log).toContain('starved ends');
    expect(turns).toBeGreaterThan(0);
    expect(turns).toBeLessThanOrEqual(301);
  });

  test('is taken by another goroutine while its own waits in the kernel', () => {
    const { engine, sched, log, go, work } = scene();
    const other = go('other', [work(50 * usNs)]);
    const main = go('main', [
      (p, g) => {
        sched.ready(other, p, false);
        sched.block(p, g);
        sched.noteWake(p, g);
      },
      work(10),
    ]);
    sched.start(main, null);
    engine.step(1000);
    // The note has woken `main` long before `other` is done with the only P.
    expect(log).toEqual(['main 1', 'other 1', 'other ends', 'main 2', 'main ends']);
  });

  test('refuses what is not waiting, and what is queued already', () => {
    const { engine, sched, go } = scene();
    const other = go('other', []);
    let tried = 0;
    const main = go('main', [
      (p, g) => {
        sched.start(other, p);
        expect(() => sched.ready(other, p, true)).toThrow(InvariantError);
        expect(() => sched.ready(g, p, true)).toThrow(InvariantError);
        tried++;
      },
    ]);
    sched.start(main, null);
    engine.step(100);
    expect(tried).toBe(1);
  });

  test('that turns round without time passing is caught', () => {
    const { engine, sched } = scene();
    sched.start(sched.newG({ resume: () => {} }), null);
    expect(() => engine.step(100)).toThrow(/without time passing/);
  });
});

describe('stopping the world', () => {
  test('waits for every P to reach a safe point', () => {
    const { engine, sched, log, go, work } = scene('1.9', 3);
    let stoppedAt = 0;
    let askedAt = 0;
    // 100 units of 10 µs: a safe point after each.
    const busy = (name: string) =>
      go(name, [
        (p) => sched.run(p, 10 * usNs, 100, Use.mutator),
        (p, g) => {
          if (!sched.safePoint(p, g)) sched.run(p, 1, 1, Use.mutator);
        },
      ]);
    const main = go('main', [
      (p) => {
        sched.start(busy('a'), p);
        sched.start(busy('b'), p);
        sched.run(p, 200 * usNs, 1, Use.mutator);
      },
      (p) => {
        askedAt = engine.now;
        if (sched.stopTheWorld(p)) sched.run(p, 1, 1, Use.coordinator);
      },
      (p) => {
        stoppedAt = engine.now;
        for (const other of sched.ps) if (other !== p) expect(other.use).toBe(Use.stopped);
        sched.startTheWorld(p);
        sched.run(p, 1000, 1, Use.mutator);
      },
      work(1),
    ]);
    sched.start(main, null);
    engine.step(5000);
    expect(stoppedAt).toBeGreaterThan(askedAt);
    // Two units at most, and a futex wake.
    expect(stoppedAt - askedAt).toBeLessThan(30 * usNs);
    expect(log).toContain('a ends');
    expect(log).toContain('b ends');
  });

  test('costs nothing to wait for where all others are idle', () => {
    const { engine, sched, go } = scene('1.9', 4);
    let stopped = false;
    const main = go('main', [
      (p) => sched.run(p, 100 * usNs, 1, Use.mutator),
      (p) => {
        stopped = sched.stopTheWorld(p);
        sched.startTheWorld(p);
      },
    ]);
    sched.start(main, null);
    engine.step(1000);
    expect(stopped).toBe(true);
  });

  test('twice is caught', () => {
    const { engine, sched, go } = scene('1.9', 1);
    const main = go('main', [
      (p) => {
        sched.stopTheWorld(p);
        sched.stopTheWorld(p);
      },
    ]);
    sched.start(main, null);
    expect(() => engine.step(100)).toThrow(InvariantError);
  });

  test('a barrier runs once on every P', () => {
    const { engine, sched, go } = scene('1.9', 4);
    const ran: number[] = [];
    const busy = (): G => go('busy', [(p) => sched.run(p, 10 * usNs, 50, Use.mutator)]);
    const main = go('main', [
      (p) => {
        sched.start(busy(), p);
        sched.start(busy(), p);
        sched.run(p, 200 * usNs, 1, Use.mutator);
      },
      (p) => {
        if (sched.forEachP(p, (other) => ran.push(other.id))) sched.run(p, 1, 1, Use.mutator);
      },
    ]);
    sched.start(main, null);
    engine.step(5000);
    expect([...ran].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });
});

describe('an M', () => {
  /** The Ps that are asked for a GC worker from now on, in order. */
  function askedIn(sched: Sched): number[] {
    const asked: number[] = [];
    sched.hooks.findRunnableGCWorker = (p) => {
      asked.push(p.id);
      return null;
    };
    return asked;
  }

  test('that has parked looking for work goes on there, and gets no worker but an idle one', () => {
    const { engine, sched, log, go, work } = scene('1.9', 2);
    const asked = askedIn(sched);
    let askedBefore: number[] = [];
    const second = go('second', [
      (p) => {
        askedBefore = [...asked];
        sched.run(p, 1000, 1, Use.mutator);
      },
    ]);
    const main = go('main', [
      (p) => {
        sched.start(go('first', [work(1000)]), p);
        sched.run(p, msNs, 1, Use.mutator);
      },
      (p) => {
        expect(log).toContain('first ends');
        // A new M starts in `schedule`, and comes back there once it has run something.
        expect(new Set(asked)).toEqual(new Set([0, 1]));
        asked.length = 0;
        sched.start(second, p);
        sched.run(p, msNs, 1, Use.mutator);
      },
    ]);
    sched.start(main, null);
    engine.step(1000);
    expect(log).toContain('second ends');
    expect(askedBefore).toEqual([]);
    expect(asked).toContain(1);
  });

  test('that was stopped between two goroutines looks for a GC worker first when the world starts', () => {
    const { engine, sched, go } = scene('1.9', 2);
    const asked = askedIn(sched);
    const busy = go('busy', [
      (p) => sched.run(p, 10 * usNs, 100, Use.mutator),
      (p, g) => {
        if (!sched.safePoint(p, g)) sched.run(p, 1, 1, Use.mutator);
      },
    ]);
    const main = go('main', [
      (p) => {
        sched.start(busy, p);
        sched.run(p, 200 * usNs, 1, Use.mutator);
      },
      (p) => {
        asked.length = 0;
        sched.stopTheWorld(p);
      },
      (p) => {
        expect(asked).toEqual([]);
        sched.startTheWorld(p);
        sched.run(p, msNs, 1, Use.mutator);
      },
    ]);
    sched.start(main, null);
    engine.step(1000);
    expect(asked[0]).toBe(1);
  });

  test('that a goroutine is locked to runs nothing else, and nothing else runs the goroutine', () => {
    const { engine, sched, log, go, work } = scene();
    const mOf = new Map<string, Set<number>>();
    const note = (name: string, p: P): void => {
      mOf.set(name, (mOf.get(name) ?? new Set()).add(p.m!.id));
    };
    let yieldedAt = 0;
    let backAt = 0;
    const other = go('other', [(p) => note('other', p), work(1000), (p) => note('other', p)]);
    const locked = go('locked', [
      (p, g) => {
        note('locked', p);
        sched.ready(other, p, false);
        yieldedAt = engine.now;
        sched.yield(p, g);
      },
      (p, g) => {
        backAt = engine.now;
        note('locked', p);
        sched.block(p, g);
        sched.noteWake(p, g);
      },
      (p) => note('locked', p),
    ]);
    locked.locksThread = true;
    sched.start(locked, null);
    engine.step(1000);
    expect(log).toContain('locked ends');
    expect([...mOf.get('locked')!]).toHaveLength(1);
    expect([...mOf.get('other')!]).not.toContain([...mOf.get('locked')!][0]);
    // The P goes to another thread and back: two wakes, beside what `other` does.
    expect(backAt - yieldedAt).toBeGreaterThanOrEqual(1000 + 2 * referenceMachine.futexWakeNs);
  });
});

describe('a P whose goroutine blocks in the kernel', () => {
  /** Three Ps: one goroutine blocks while another computes and the third P idles. */
  function blocked(hasMarkWork: boolean) {
    const made = scene('1.9', 3);
    const { engine, sched, go, work } = made;
    let isMarked = false;
    sched.hooks.hasMarkWork = () => hasMarkWork;
    sched.hooks.findIdleGCWorker = () => {
      if (!hasMarkWork || isMarked) return null;
      isMarked = true;
      return go('idle worker', []);
    };
    let left: P | null = null;
    const main = go('main', [
      (p) => {
        sched.start(go('busy', [work(msNs)]), p);
        sched.run(p, 200 * usNs, 1, Use.mutator);
      },
      (p, g) => {
        isMarked = false;
        sched.block(p, g);
        left = p;
      },
    ]);
    sched.start(main, null);
    while (left === null && engine.step(1));
    const m = left!.m;
    engine.step(100);
    return { ...made, m };
  }

  test('gets another M where there is something to mark', () => {
    const { log, m } = blocked(true);
    expect(m).not.toBeNull();
    expect(log).toContain('idle worker ends');
  });

  test('goes idle where there is nothing to do, and others run', () => {
    const { sched, log, m } = blocked(false);
    expect(m).toBeNull();
    expect(sched.idlePs).toHaveLength(3);
    expect(log).not.toContain('idle worker ends');
  });

  test('gets another M if it is the last that runs, which looks once more and idles', () => {
    const { engine, sched, go, work } = scene('1.9', 2);
    let m: object | null = null;
    const main = go('main', [
      work(200 * usNs),
      (p, g) => {
        sched.block(p, g);
        m = p.m;
      },
    ]);
    sched.start(main, null);
    engine.step(100);
    expect(m).not.toBeNull();
    expect(sched.idlePs).toHaveLength(2);
  });

  test('counts as stopped where the world stops, and does its part of a barrier where one waits', () => {
    for (const how of ['stop', 'barrier'] as const) {
      const { engine, sched, log, go } = scene('1.9', 3);
      let begun = 0;
      let done = 0;
      const blocks = go('blocks', [
        (p) => sched.run(p, 10 * usNs, 30, Use.mutator),
        (p, g) => sched.block(p, g),
      ]);
      const main = go('main', [
        (p) => {
          sched.start(blocks, p);
          sched.run(p, 100 * usNs, 1, Use.mutator);
        },
        (p) => {
          begun = engine.now;
          if (how === 'stop') sched.stopTheWorld(p);
          else sched.forEachP(p, () => {});
        },
        (p) => {
          done = engine.now;
          if (how === 'stop') sched.startTheWorld(p);
          sched.run(p, 1000, 1, Use.mutator);
        },
      ]);
      sched.start(main, null);
      engine.step(1000);
      expect(log).toContain('main ends');
      // A unit at most, and a wake.
      expect(done - begun).toBeLessThan(60 * usNs);
    }
  });
});

describe('waiting for a stack to be scanned', () => {
  /** A goroutine with 10 ms to compute shares its core with a P that waits for it: when it is done. */
  const doneAt = (release: string): number => {
    const { engine, sched, go } = scene(release, 2, 1);
    let waiter: P | null = null;
    let ends = 0;
    const waits = go('waits', [
      (p) => {
        waiter = p;
        sched.spinWait(p, Use.idleMark);
      },
    ]);
    const main = go('main', [
      (p) => {
        sched.start(waits, p);
        sched.run(p, 10 * msNs, 1, Use.mutator);
      },
      () => {
        ends = engine.now;
        sched.spinDone(waiter!);
      },
    ]);
    sched.start(main, null);
    while (ends === 0 && engine.step(1));
    return ends;
  };

  test('takes the core for whole slices to 1.6, and lets others run from 1.7 on', () => {
    // Half of the time is the waiter's.
    expect(doneAt('1.6')).toBeGreaterThan(15 * msNs);
    expect(doneAt('1.8')).toBeLessThan(12 * msNs);
  });
});

describe('sysmon', () => {
  test('preempts a goroutine after 10 ms, in favour of one that waits', () => {
    const { engine, sched, log, go } = scene('1.9', 1);
    let otherAt = 0;
    const other = go('other', [
      (p) => {
        otherAt = engine.now;
        sched.run(p, 1, 1, Use.mutator);
      },
    ]);
    const spin: Task = {
      resume(p, g) {
        if (sched.safePoint(p, g)) return;
        if (engine.now > 60 * msNs) sched.exit(p, g);
        else sched.run(p, 10 * usNs, 1000, Use.mutator);
      },
    };
    sched.startSysmon();
    sched.start(sched.newG(spin), null);
    engine.step(2);
    sched.readyGlobal(other);
    while (engine.now < 60 * msNs && engine.step(1));
    expect(log).toContain('other ends');
    // sysmon sleeps up to 10 ms itself: a slice lasts 10 to 20 ms.
    expect(otherAt).toBeGreaterThan(10 * msNs);
    expect(otherAt).toBeLessThan(21 * msNs);
  });
});

describe('whole runs', () => {
  const busy = (count: number) =>
    workloadFrom(`
structures:
  one: { shape: bytes, size: 1KiB, count: 1 }
goroutines:
  - count: ${count}
    times: 1
    steps:
      - work: 200ms
`);

  test.each([
    [4, 2],
    [4, 1],
    [6, 3],
    [2, 1],
  ])('with %d busy Ps on %d cores, each is on its core its share of the time', (procs, cores) => {
    const { totals } = runWorkload(busy(procs), { procs, cores, durationNs: 150 * msNs, noise: 0 });
    const all = procs * totals.elapsedNs;
    const share = totals.cpu.offCoreNs / all;
    expect(share).toBeGreaterThan(1 - cores / procs - 0.05);
    expect(share).toBeLessThan(1 - cores / procs + 0.01);
    expect(totals.cpu.mutatorNs / (cores * totals.elapsedNs)).toBeGreaterThan(0.97);
  });

  test.each([
    [4, 4],
    [2, 6],
    [1, 1],
  ])('with %d busy Ps on %d cores, hardly any is ever off its core', (procs, cores) => {
    const { totals } = runWorkload(busy(procs), { procs, cores, durationNs: 50 * msNs });
    // What is left is the other work of the machine.
    expect(totals.cpu.offCoreNs / (procs * totals.elapsedNs)).toBeLessThan(0.03);
    expect(totals.cpu.mutatorNs / (procs * totals.elapsedNs)).toBeGreaterThan(0.95);
  });

  test('leave Ps idle that have nothing to do', () => {
    const { totals } = runWorkload(busy(1), { procs: 4, cores: 4, durationNs: 50 * msNs });
    expect(totals.cpu.idleNs / totals.elapsedNs).toBeGreaterThan(2.9);
  });

  // 8 goroutines of 40 ms each on 4 Ps: 80 ms, in slices of 10 to 20 ms.
  test('share the Ps among more goroutines than there are', () => {
    const workload = workloadFrom(`
structures:
  one: { shape: bytes, size: 1KiB, count: 1 }
goroutines:
  - count: 8
    times: 1
    steps:
      - work: 40ms
`);
    const machine = { siblingFactor: 1 };
    const { totals } = runWorkload(workload, { procs: 4, cores: 4, noise: 0, machine });
    expect(totals.elapsedNs / msNs).toBeGreaterThan(80);
    expect(totals.elapsedNs / msNs).toBeLessThan(100);
  });

  test.each(['ce502b06', '1.5', '1.9', '1.10'])(
    'spend every nanosecond of every P once (%s)',
    (release) => {
      const { totals } = runWorkload('garbage', {
        release,
        procs: 4,
        cores: 2,
        durationNs: 60 * msNs,
      });
      const sum = Object.values(totals.cpu).reduce((total, ns) => total + ns, 0);
      expect(Math.abs(sum - 4 * totals.elapsedNs)).toBeLessThanOrEqual(4);
      for (const ns of Object.values(totals.cpu)) expect(ns).toBeGreaterThanOrEqual(0);
      const running = sum - totals.cpu.offCoreNs - totals.cpu.idleNs - totals.cpu.stoppedNs;
      expect(running).toBeLessThanOrEqual(2 * totals.elapsedNs * 1.02);
    },
  );
});
