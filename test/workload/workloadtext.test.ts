/** The writer of workload files that tests use: what it writes is read back as what was written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseWorkload } from '../../src/workload/parse.ts';
import { randomWorkload } from '../support/randomruns.js';
import { workloadText } from '../support/workloadtext.js';
import { builtinTexts } from './mutated.ts';

describe('a workload written as a file is read back as the same', () => {
  test('if it was drawn at random', () => {
    fc.assert(
      fc.property(randomWorkload, (workload) => {
        expect(parseWorkload(workloadText(workload), 'random.yaml')).toEqual(workload);
      }),
      { numRuns: 200 },
    );
  });

  test('if it is one of those that come with gcsim', () => {
    const texts = builtinTexts();
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) {
      const workload = parseWorkload(text, 'builtin.yaml');
      const written = workloadText(workload);
      expect(parseWorkload(written, 'builtin.yaml')).toEqual({ ...workload, about: '' });
    }
  });
});
