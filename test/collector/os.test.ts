/** Threads on cores: who runs, for how long, and that no core idles while a thread waits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Ev } from '../../src/collector/events.ts';
import { Os } from '../../src/collector/os.ts';
import { referenceMachine } from '../../src/collector/params.ts';
import { Engine } from '../../src/sim/engine.ts';
import { Prng } from '../../src/sim/prng.ts';
import { msNs } from '../../src/units.ts';

/** An operating system with a record of who had a core, from when to when. */
function system(threads: number, cores: number, seed = 1) {
  const ranNs = new Array<number>(threads).fill(0);
  const stretches: number[] = [];
  const since = new Array<number>(threads).fill(-1);
  let onCore = 0;
  let most = 0;
  const engine: Engine = new Engine((kind, a, b) => {
    if (kind === Ev.osWake) os.onWake(a, b);
    else if (kind === Ev.osTick) os.onTick(a);
  });
  const os: Os = new Os(engine, referenceMachine, new Prng(seed, 'os'), 0, cores, {
    awake: () => true,
    onCore(thread) {
      since[thread] = engine.now;
      onCore++;
      most = Math.max(most, onCore);
    },
    offCore(thread) {
      const ns = engine.now - since[thread]!;
      ranNs[thread] = ranNs[thread]! + ns;
      stretches.push(ns);
      since[thread] = -1;
      onCore--;
    },
  });
  for (let i = 0; i < threads; i++) os.addThread();
  return {
    engine,
    os,
    stretches,
    /** CPU time of each thread so far. */
    ran: () => ranNs.map((ns, i) => ns + (since[i]! >= 0 ? engine.now - since[i]! : 0)),
    onCore: () => onCore,
    most: () => most,
    /** Lets time pass: a kind of event that nobody listens to. */
    until(time: number): void {
      engine.at(time, 255, 0, 0);
      while (engine.now < time && engine.step(1));
    },
  };
}

describe('the operating system', () => {
  test.each([
    [2, 1],
    [4, 2],
    [3, 2],
    [6, 4],
    [5, 1],
  ])('gives each of %d busy threads its share of %d cores', (threads, cores) => {
    const { os, ran, until, most } = system(threads, cores);
    for (let i = 0; i < threads; i++) os.wake(i);
    until(1000 * msNs);
    const all = ran();
    const share = (1000 * cores) / threads;
    expect(most()).toBe(cores);
    expect(all.reduce((sum, ns) => sum + ns, 0)).toBeGreaterThan(999 * cores * msNs);
    // Queues are per core: where threads do not divide evenly, those of the shorter queue get more, at most a core's half.
    for (const ns of all) {
      const even = threads % cores === 0;
      expect(ns / msNs).toBeGreaterThan(
        even ? share * 0.95 : 1000 / Math.ceil(threads / cores) - 50,
      );
      expect(ns / msNs).toBeLessThan(even ? share * 1.05 : 1000 / Math.floor(threads / cores) + 50);
    }
  });

  test('lets a thread run for about 4 ms at a time where two share a core', () => {
    const { os, until, stretches } = system(4, 2);
    for (let i = 0; i < 4; i++) os.wake(i);
    until(1000 * msNs);
    const sorted = [...stretches].sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)]!;
    expect(median / msNs).toBeGreaterThan(3.9);
    expect(median / msNs).toBeLessThan(4.1);
    expect(sorted[sorted.length - 1]! / msNs).toBeLessThan(8.1);
  });

  test('never takes a core from a thread that has one to itself', () => {
    const { os, until, stretches, onCore } = system(4, 4);
    for (let i = 0; i < 4; i++) os.wake(i);
    until(500 * msNs);
    expect(stretches).toEqual([]);
    expect(onCore()).toBe(4);
  });

  /** From a wake until the thread runs. */
  function wakeTakes(
    { os, until, engine }: ReturnType<typeof system>,
    thread: number,
  ): { delayNs: number; callNs: number } {
    const from = engine.now;
    const callNs = os.wake(thread);
    while (!os.isOnCore(thread)) until(engine.now + 100);
    return { delayNs: engine.now - from, callNs };
  }

  test('wakes a thread on a core that has long been idle in 25 µs, and one that has just become idle in 2.8', () => {
    const scene = system(2, 2);
    expect(wakeTakes(scene, 0)).toEqual({ delayNs: 25_000, callNs: 8000 });
    scene.os.sleep(0);
    scene.until(scene.engine.now + 3000);
    expect(wakeTakes(scene, 0)).toEqual({ delayNs: 2800, callNs: 700 });
    scene.os.sleep(0);
    scene.until(scene.engine.now + 3100);
    expect(wakeTakes(scene, 0)).toEqual({ delayNs: 25_000, callNs: 8000 });
  });

  test('wakes a thread on a core that is awake, rather than on its own that sleeps', () => {
    const scene = system(2, 2);
    wakeTakes(scene, 0);
    wakeTakes(scene, 1);
    scene.os.sleep(0);
    scene.until(scene.engine.now + msNs);
    scene.os.sleep(1);
    expect(wakeTakes(scene, 0)).toEqual({ delayNs: 2800, callNs: 700 });
    expect(scene.os.coreOf(0)).toBe(scene.os.coreOf(1));
  });

  test('threads without a P that have run on a core keep it awake', () => {
    const scene = system(1, 1);
    scene.until(msNs);
    expect(scene.os.wakeDelayNs()).toBe(25_000);
    scene.os.usedIdle(scene.engine.now + 5000);
    expect(scene.os.wakeDelayNs()).toBe(2800);
    scene.until(scene.engine.now + 8100);
    expect(scene.os.wakeDelayNs()).toBe(25_000);
  });

  test('wakes a thread that slept before one that has run all the time', () => {
    const { os, until } = system(2, 1);
    os.wake(0);
    until(50 * msNs);
    os.wake(1);
    until(50 * msNs + 10_000);
    expect(os.isOnCore(1)).toBe(true);
    expect(os.isContended(1)).toBe(true);
  });

  test('lets another thread run when one yields, and nobody when it is alone', () => {
    const { os, until } = system(2, 1);
    os.wake(0);
    until(30_000);
    os.yield(0);
    expect(os.isOnCore(0)).toBe(true);
    os.wake(1);
    until(2 * msNs);
    const [running, waiting] = os.isOnCore(0) ? [0, 1] : [1, 0];
    os.yield(running);
    expect(os.isOnCore(waiting)).toBe(true);
    expect(os.isOnCore(running)).toBe(false);
  });

  test('lets no core idle while a thread waits, whatever happens', () => {
    const action = fc.record({
      thread: fc.nat(5),
      what: fc.constantFrom('wake', 'wake', 'sleep', 'yield'),
      ns: fc.integer({ min: 0, max: 6 * msNs }),
    });
    const run = fc.record({
      cores: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(1000),
      actions: fc.array(action, { maxLength: 60 }),
    });
    fc.assert(
      fc.property(run, ({ cores, seed, actions }) => {
        const { os, until, engine, onCore, most } = system(6, cores, seed);
        const awake = new Set<number>();
        for (const { thread, what, ns } of actions) {
          if (what === 'wake' && !awake.has(thread)) {
            awake.add(thread);
            os.wake(thread);
          } else if (what === 'sleep' && os.isOnCore(thread)) {
            awake.delete(thread);
            os.sleep(thread);
          } else if (what === 'yield' && os.isOnCore(thread)) {
            os.yield(thread);
          }
          // Long enough for every wake-up under way.
          until(engine.now + 30_000 + ns);
          expect(onCore()).toBe(Math.min(cores, awake.size));
          for (let i = 0; i < 6; i++) if (os.isOnCore(i)) expect(awake.has(i)).toBe(true);
        }
        expect(most()).toBeLessThanOrEqual(cores);
      }),
    );
  });
});
