import { describe, expect, test } from 'vitest';
import { advance, type Watch } from '../../src/cli/advance.ts';
import type { Simulation } from '../../src/collector/simulate.ts';
import { captureIo } from './capture.ts';

/** A run of `total` events; each takes `eventMs` on the clock that `watch` shows. */
function aRun(total: number, eventMs: number) {
  let clockMs = 0;
  let done = 0;
  const slices: number[] = [];
  const simulation: Simulation = {
    nowNs: 0,
    cyclesDone: 0,
    step(events) {
      const count = Math.min(events, total - done);
      slices.push(count);
      done += count;
      clockMs += count * eventMs;
      return done < total;
    },
    totals: () => {
      throw new Error('nobody asks for totals here');
    },
  };
  const stop = new AbortController();
  const watch: Watch = {
    io: captureIo({ nowMs: () => clockMs }),
    stop: stop.signal,
    room: async () => {},
    isUnwanted: () => false,
    onSlice: () => {},
  };
  return { simulation, watch, stop, slices, done: () => done };
}

describe('advance', () => {
  test('runs to the end', async () => {
    const { simulation, watch, done } = aRun(1_000_000, 0);
    expect(await advance(simulation, watch)).toBe('ended');
    expect(done()).toBe(1_000_000);
  });

  test('settles at slices of about 10 ms, however fast the machine is', async () => {
    for (const eventMs of [0.00002, 0.0005, 0.005]) {
      const { simulation, watch, slices } = aRun(20_000 / eventMs / 100, eventMs);
      await advance(simulation, watch);
      const last = (slices.at(-2) ?? 0) * eventMs;
      expect(last).toBeGreaterThan(2);
      expect(last).toBeLessThan(25);
    }
  });

  test('gives the event loop a turn between slices', async () => {
    const { simulation, watch } = aRun(1_000_000, 0.001);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await advance(simulation, {
      ...watch,
      room: () => new Promise((resolve) => setTimeout(resolve, 1)),
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
  });

  test('stops at a signal', async () => {
    const { simulation, watch, stop, slices } = aRun(1_000_000, 0.001);
    const onSlice = () => slices.length === 3 && stop.abort('SIGTERM');
    expect(await advance(simulation, { ...watch, onSlice })).toBe('SIGTERM');
    expect(slices.length).toBe(4);
  });

  test('stops when nobody wants the result', async () => {
    const { simulation, watch, slices } = aRun(1_000_000, 0.001);
    const isUnwanted = () => slices.length === 2;
    expect(await advance(simulation, { ...watch, isUnwanted })).toBe('unwanted');
    expect(slices.length).toBe(2);
  });

  test('waits for those who read', async () => {
    const { simulation, watch, slices } = aRun(100_000, 0.001);
    const waits: number[] = [];
    const room = async () => {
      waits.push(slices.length);
    };
    await advance(simulation, { ...watch, room });
    expect(waits).toEqual(slices.map((_, i) => i + 1));
  });
});
