/** Memory does not grow with simulated time: what is measured after 2,000 collections is there after 10,000, and no more. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { build } from '../cli/capture.ts';
import { projectRoot } from '../support/tree.ts';

beforeAll(build);

const script = join(projectRoot, 'test/support/retained.js');
/** Collections between the two measurements. */
const between = 8000;
/** One number, or one pointer, in an array. */
const leastBytes = 8;
/** One such a collection is twice as much; what is measured of nothing differs by a tenth of it. */
const noticedBytes = (between * leastBytes) / 2;

interface Retained {
  collections: number;
  /** After 2,000 collections, and after 10,000. */
  bytes: [number, number];
  kept: { numbers: number; collections: number; points: number };
}

async function retained(
  release: string,
  keeps: 'nothing' | 'report' | 'numbers',
): Promise<Retained & { growth: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, release, keeps]);
  const found: Retained = JSON.parse(stdout);
  expect(found.collections).toBeGreaterThanOrEqual(10_000);
  return { ...found, growth: found.bytes[1] - found.bytes[0] };
}

// With the coordinator, and without one.
test.concurrent.each(['1.5', '1.9'])(
  'a run keeps not a number a collection (%s)',
  async (release) => {
    const { growth, kept } = await retained(release, 'nothing');
    expect(growth).toBeLessThan(noticedBytes);
    expect(kept).toEqual({ numbers: 0, collections: 0, points: 0 });
  },
);

test.concurrent('one number a collection would be seen', async () => {
  const { growth, kept } = await retained('1.9', 'numbers');
  expect(kept.numbers).toBeGreaterThanOrEqual(10_000);
  // Its array had room for half as many again, at most.
  expect(growth).toBeGreaterThan(noticedBytes);
});

/*
 * By design the report keeps two things. A sample of each figure of which it gives quantiles (analysis/statistics.ts): exact
 * up to 131,072 values, 1 MiB each, then in buckets; and a series of at most 512 points for the chart. `simulate()`, not used
 * here, returns all its collections.
 */
test.concurrent('the report keeps at most nine figures a collection, and 512 points', async () => {
  const { growth, kept } = await retained('1.9', 'report');
  expect(kept.collections).toBeGreaterThanOrEqual(10_000);
  expect(kept.points).toBeLessThanOrEqual(512);
  // Overshoot, two kinds of growth, two delays, one of them by signaller too, and up to three pauses; in arrays of up to
  // twice the length that they need.
  const figures = 9;
  expect(growth).toBeLessThan(2 * figures * leastBytes * 10_000);
  expect(growth).toBeGreaterThan(noticedBytes);
});
