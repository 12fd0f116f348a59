import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Processes } from '../../src/analysis/processes.ts';

/** States that say which process they are of, and whether it had been there before. */
function recorded(max: number): { processes: Processes<string>; retired: string[] } {
  const retired: string[] = [];
  const processes = new Processes<string>(
    (process, isBack) => `${process}${isBack ? ' again' : ''}`,
    (state) => retired.push(state),
    max,
  );
  return { processes, retired };
}

describe('processes', () => {
  test('the one that was not seen for longest makes room', () => {
    const { processes, retired } = recorded(3);
    for (const process of [1, 2, 3, 1, 4]) processes.of(process);
    expect(retired).toEqual(['2']);
    expect([...processes.values()]).toEqual(['3', '1', '4']);
    expect(processes.count).toBe(4);
  });

  test('one that comes back is known to', () => {
    const { processes, retired } = recorded(1);
    expect([1, 2, 1].map((process) => processes.of(process))).toEqual(['1', '2', '1 again']);
    expect(retired).toEqual(['1', '2']);
    expect(processes.count).toBe(2);
  });

  test('agree with a list that is searched', () => {
    const order = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 60 });
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 5 }), (ids, max) => {
        const { processes } = recorded(max);
        let list: number[] = [];
        for (const id of ids) {
          processes.of(id);
          list = [...list.filter((other) => other !== id), id].slice(-max);
        }
        expect([...processes.values()].map((state) => Number.parseInt(state, 10))).toEqual(list);
      }),
    );
  });
});
