/** The benches still run, and each round of them does the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as gcsim from '../../src/gcsim.ts';
import { build } from '../cli/capture.ts';
import { measure } from './bench.js';
import { benches } from './benches.js';
import { removeLogs } from './log.js';
import { markTree } from './marktree.js';

beforeAll(build);
afterAll(removeLogs);

test.each(benches)('$name', (bench) => {
  const { own, yardstick, ratio } = measure(bench, gcsim, { rounds: 2, scale: 0.001 });
  expect(own.digest).toMatch(/^[0-9a-f]{8}$/);
  expect(Math.min(own.ms, yardstick.ms, ratio)).toBeGreaterThan(0);
});

test('a round that does something else is no measurement', () => {
  let round = 0;
  const run = () => ({ ms: 1, digest: String(round++) });
  const side = { label: 'x', run };
  const bench = {
    ...{ name: 'odd', rounds: 2, own: side, yardstick: { label: 'y', ms: 1 } },
    ...{ ratio: () => 1, show: String },
  };
  const message = 'odd, own: round 2 did something else';
  expect(() => measure(bench, gcsim, { rounds: 2, scale: 1 })).toThrow(message);
});

describe('the bare loop', () => {
  test.each([1, 2, 5, 1000, 54_321])('marks each of %i nodes once', (nodes) => {
    expect(markTree(nodes, 4)).toBe(nodes);
    expect(markTree(nodes, 300)).toBe(nodes);
  });
});
