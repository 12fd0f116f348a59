import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../src/sim/eventqueue.ts';

interface Pushed {
  time: number;
  kind: number;
  a: number;
  b: number;
}

const event: fc.Arbitrary<Pushed> = fc.record({
  time: fc.oneof(fc.nat(5), fc.nat(1000), fc.nat(Number.MAX_SAFE_INTEGER)),
  kind: fc.nat(255),
  a: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  b: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
});

function popped(queue: EventQueue): Pushed | null {
  if (!queue.pop()) return null;
  return { time: queue.time, kind: queue.kind, a: queue.a, b: queue.b };
}

function push(queue: EventQueue, { time, kind, a, b }: Pushed): void {
  queue.push(time, kind, a, b);
}

describe('the event queue', () => {
  test('pops in the order of a stable sort by time', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const queue = new EventQueue();
        for (const one of events) push(queue, one);
        // Array.prototype.sort is stable.
        const expected = [...events].sort((x, y) => x.time - y.time);
        expect(queue.size).toBe(events.length);
        expect(events.map(() => popped(queue))).toEqual(expected);
        expect(popped(queue)).toBeNull();
      }),
    );
  });

  test('keeps that order when pushes and pops alternate', () => {
    const action = fc.oneof(event, fc.constant(null));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        const queue = new EventQueue();
        const model: Pushed[] = [];
        for (const one of actions) {
          if (one !== null) {
            push(queue, one);
            const later = model.findIndex(({ time }) => time > one.time);
            model.splice(later < 0 ? model.length : later, 0, one);
          } else {
            expect(popped(queue)).toEqual(model.shift() ?? null);
          }
          expect(queue.size).toBe(model.length);
        }
      }),
    );
  });

  test('grows beyond its first thousand events', () => {
    const queue = new EventQueue();
    const count = 5000;
    // 7919 is prime to 5000: each time comes once.
    for (let i = 0; i < count; i++) queue.push((i * 7919) % count, i % 256, i, -i);
    for (let i = 0; i < count; i++) {
      expect(queue.pop()).toBe(true);
      expect(queue.time).toBe(i);
      expect((queue.a * 7919) % count).toBe(i);
      expect(queue.b).toBe(queue.a === 0 ? queue.b : -queue.a);
      expect(queue.kind).toBe(queue.a % 256);
    }
    expect(queue.pop()).toBe(false);
  });

  test('pops a thousand events of one time in the order in which they came', () => {
    const queue = new EventQueue();
    for (let i = 0; i < 3000; i++) queue.push(42, 0, i, 0);
    for (let i = 0; i < 3000; i++) expect(popped(queue)?.a).toBe(i);
  });
});
