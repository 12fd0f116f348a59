import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/assert.ts';
import { Engine } from '../../src/sim/engine.ts';

/** An engine that notes what it dispatches. */
function noting(): { engine: Engine; seen: string[] } {
  const seen: string[] = [];
  const engine: Engine = new Engine((kind, a, b) => seen.push(`${engine.now} ${kind} ${a} ${b}`));
  return { engine, seen };
}

describe('the engine', () => {
  test('dispatches events at their times', () => {
    const { engine, seen } = noting();
    engine.at(30, 1, 2, 3);
    engine.at(10, 4, 5, 6);
    engine.after(20, 7, 8, 9);
    expect(engine.step(100)).toBe(false);
    expect(seen).toEqual(['10 4 5 6', '20 7 8 9', '30 1 2 3']);
    expect(engine.events).toBe(3);
  });

  test('rounds a delay up to a whole nanosecond', () => {
    const { engine, seen } = noting();
    engine.after(0.2, 0, 0, 0);
    engine.step(1);
    expect(seen).toEqual(['1 0 0 0']);
  });

  test.each([
    ['in the past', 99],
    ['at no time', Number.NaN],
  ])('refuses an event %s', (_, time) => {
    const { engine } = noting();
    engine.at(100, 0, 0, 0);
    engine.step(1);
    expect(() => engine.at(time, 0, 0, 0)).toThrow(InvariantError);
    engine.at(100, 0, 0, 0);
    expect(engine.step(1)).toBe(true);
  });

  test('refuses a negative delay', () => {
    const { engine } = noting();
    engine.at(100, 0, 0, 0);
    engine.step(1);
    expect(() => engine.after(-1, 0, 0, 0)).toThrow(InvariantError);
  });

  test('takes as many steps as it may, and no more', () => {
    const { engine, seen } = noting();
    for (let i = 0; i < 5; i++) engine.at(i, 0, i, 0);
    expect(engine.step(2)).toBe(true);
    expect(seen).toHaveLength(2);
    expect(engine.step(3)).toBe(true);
    expect(engine.step(3)).toBe(false);
    expect(seen).toHaveLength(5);
  });

  test('stops after the event that stops it', () => {
    const engine: Engine = new Engine((kind) => {
      if (kind === 1) engine.stopped = true;
    });
    engine.at(1, 0, 0, 0);
    engine.at(2, 1, 0, 0);
    engine.at(3, 0, 0, 0);
    expect(engine.step(10)).toBe(false);
    expect(engine.now).toBe(2);
    expect(engine.step(10)).toBe(false);
    expect(engine.events).toBe(2);
  });
});

describe('the digest', () => {
  const digestOf = (events: [number, number, number, number][]): string => {
    const { engine } = noting();
    for (const [time, kind, a, b] of events) engine.at(time, kind, a, b);
    engine.step(1000);
    return engine.digest();
  };
  const base: [number, number, number, number][] = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
  ];

  test('is the same for the same events', () => {
    expect(digestOf(base)).toBe(digestOf(base));
    expect(digestOf(base)).toMatch(/^[0-9a-f]{8}$/);
  });

  test.each([
    [
      'another time',
      [
        [1, 2, 3, 4],
        [6, 6, 7, 8],
        [9, 10, 11, 12],
      ],
    ],
    [
      'another kind',
      [
        [1, 2, 3, 4],
        [5, 5, 7, 8],
        [9, 10, 11, 12],
      ],
    ],
    [
      'another argument',
      [
        [1, 2, 3, 4],
        [5, 6, 6, 8],
        [9, 10, 11, 12],
      ],
    ],
    [
      'an event less',
      [
        [1, 2, 3, 4],
        [9, 10, 11, 12],
      ],
    ],
    ['an event more', [...base, [9, 10, 11, 12]]],
  ] as [string, [number, number, number, number][]][])('differs with %s', (_, events) => {
    expect(digestOf(events)).not.toBe(digestOf(base));
  });

  test('differs when two events of one time change places', () => {
    const one = digestOf([
      [5, 1, 1, 0],
      [5, 1, 2, 0],
    ]);
    const other = digestOf([
      [5, 1, 2, 0],
      [5, 1, 1, 0],
    ]);
    expect(one).not.toBe(other);
  });

  test('does not depend on the size of the steps', () => {
    const whole = noting().engine;
    const parts = noting().engine;
    for (const engine of [whole, parts]) for (const [t, k, a, b] of base) engine.at(t, k, a, b);
    whole.step(1000);
    while (parts.step(1));
    expect(parts.digest()).toBe(whole.digest());
  });
});
