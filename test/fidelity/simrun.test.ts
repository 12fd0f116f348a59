/** The simulated runs that are set beside real ones. */
import { beforeAll, describe, expect, test } from 'vitest';
import { build } from '../cli/capture.ts';

const job = { program: 'steady', release: '051809e3', procs: 2, seed: 1, seconds: 1 };

describe('a run', () => {
  /** It runs what was compiled. */
  let run: typeof import('../../scripts/fidelity/simrun.js').run;

  beforeAll(async () => {
    build();
    ({ run } = await import('../../scripts/fidelity/simrun.js'));
  });

  test('is the same whether or not somebody looks at its memory meanwhile', () => {
    const alone = run(job);
    const watched = run({ ...job, sampleSeconds: 0.01 });
    expect(watched.lines).toBe(alone.lines);
    expect(watched.gcMemory.finalKiB).toBe(alone.gcMemory.finalKiB);
    // Who looks once, at the end, sees no peak.
    expect(alone.gcMemory.peakKiB).toBe(alone.gcMemory.finalKiB);
    expect(watched.gcMemory.restPeakKiB).toBeGreaterThan(alone.gcMemory.restPeakKiB);
  });

  test('goes on as long as the program did', () => {
    const starts = [...run(job).lines.matchAll(/@(\d+\.\d+)s/g)].map(([, s]) => Number(s));
    expect(starts.at(-1)).toBeGreaterThan(0.5);
    expect(starts.at(-1)).toBeLessThan(1.2);
  });

  test('tells who ended marking, and how long the coordinator took to run', () => {
    const { wakeups } = run({ ...job, program: 'json', release: 'ce502b06', seconds: 1 });
    expect(wakeups.length).toBeGreaterThan(5);
    for (const { us } of wakeups) expect(us).toBeGreaterThan(0);
    expect(new Set(wakeups.map(({ signaller }) => signaller))).toContain('assist');
  });
});
