/** The benches still run, and each round of them does the same. */
import { beforeAll, expect, test } from 'vitest';
import * as gcsim from '../../src/gcsim.ts';
import { build } from '../cli/capture.ts';
import { benches, measure } from './bench.js';

beforeAll(build);

test.each(benches)('$name', (bench) => {
  const { count, digest, leastMs } = measure(bench, gcsim, { rounds: 1, scale: 0.001 });
  expect(count).toBeGreaterThan(0);
  expect(digest).toMatch(/^([0-9a-f]{8}|-)$/);
  expect(leastMs).toBeGreaterThan(0);
});
