/** The copy of the measured figures, and how they are taken from logs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { figuresOf, medianOfWhole } from '../../scripts/fidelity/figures.js';
import { copiedText, parseMeasured, writeMeasured } from '../../scripts/fidelity/measured.js';
import { jobsFor, withSeconds } from '../../scripts/fidelity/programs.js';
import { readReference } from '../../scripts/fidelity/reference.js';
import { releases } from '../../src/collector/release.ts';
import { readTrace } from '../../src/trace/read.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import { projectRoot } from '../support/tree.ts';

const reference = join(projectRoot, '../shared/reference');
const isThere = existsSync(join(reference, 'measured'));

const copy = parseMeasured(copiedText());

describe('the copy of the measured figures', () => {
  test('is what the measurements say, where these are beside the project', ({ skip }) => {
    skip(!isThere, `there is no ${reference} to hold the copy against`);
    expect(writeMeasured(readReference(reference, readTrace))).toBe(copiedText());
  });

  test('is read as it is written', () => {
    expect(writeMeasured(copy)).toBe(copiedText());
  });

  test('has the figures that the tables of the measurements begin with', () => {
    // By hand, from summary.csv (637 collections in 2 runs), gcsys.csv and wakeup-delay.csv.
    expect(copy).toContainEqual(
      expect.objectContaining({
        program: 'big-slices',
        procs: 4,
        release: '1.9',
        load: 'release-run',
        collections: 318.5,
        overshoot: -0.053,
        assistShare: 0.4361,
        markMs: 0.24,
        gcCpuPercent: 15,
        gcSysFinalKiB: 3196,
        heapSysMiB: 93.2,
      }),
    );
    expect(copy).toContainEqual(
      expect.objectContaining({
        program: 'json',
        procs: 4,
        release: 'ce502b06',
        'wakeup-assist-us': 34039.7,
        'wakeup-assist-count': 48,
      }),
    );
  });

  test('knows no peak of GC memory where programs looked once', () => {
    const once = copy.filter(({ release, program }) => release === '1.9' && program === 'json');
    expect(once.map(({ gcSysPeakKiB }) => gcSysPeakKiB)).toEqual([undefined, undefined, undefined]);
  });
});

describe('figures of a log', () => {
  test('leave out the first collection', () => {
    const lines = [
      'gc 1 @0.001s 50%: 0.10+9.0+0.10 ms clock, 0.10+9.0/0/0+0.10 ms cpu, 4->9->4 MB, 5 MB goal, 1 P',
      'gc 2 @0.002s 10%: 0.10+1.0+0.10 ms clock, 0.10+0.50/1.0/0.50+0.10 ms cpu, 8->11->6 MB, 10 MB goal, 1 P',
      'gc 3 @0.003s 11%: 0.10+2.0+0.10 ms clock, 0.10+0/1.0/1.0+0.10 ms cpu, 10->12->6 MB, 12 MB goal, 1 P',
      'gc 4 @0.004s 12%: 0.10+0+0.10 ms clock, 0.10+0/0/0+0.10 ms cpu, 9->9->6 MB, 9 MB goal, 1 P (forced)',
    ];
    const { cycles } = readTrace(`${lines.join('\n')}\n`);
    expect(figuresOf([cycles, cycles])).toEqual({
      collections: 2,
      overshoot: expect.closeTo(0.05, 12), // 0.1 and 0.
      // Half of the values are 8, which leaves 8 to 9 open.
      heapStartMiB: 9,
      heapEndMiB: 12,
      heapMarkedMiB: 6.5,
      heapGoalMiB: 11,
      markMs: 1.5,
      assistShare: expect.closeTo(0.5 / 4, 12),
      gcCpuPercent: 12,
    });
  });
});

test('a median of whole numbers lies within what they leave open', () => {
  expect(medianOfWhole([])).toBeUndefined();
  expect(medianOfWhole([5])).toBe(5.5);
  expect(medianOfWhole([6, 5])).toBe(6);
  expect(medianOfWhole([5, 5, 5, 6])).toBeCloseTo(5 + 2 / 3, 12);
  expect(medianOfWhole([1, 9, 9, 9])).toBeCloseTo(9 + 1 / 3, 12);
});

describe('the simulated runs', () => {
  const known = new Set(releases.map(({ name }) => name));

  test('are of workloads that take the time of the program', () => {
    const jobs = copy.filter(({ release }) => known.has(release)).flatMap(jobsFor);
    const ways = new Map(jobs.map((job) => [`${job.program} for ${job.seconds} s`, job]));
    for (const [way, { program, seconds }] of ways) {
      const text = readFileSync(join(projectRoot, `workloads/${program}.yaml`), 'utf8');
      const { groups } = parseWorkload(withSeconds(text, seconds), program);
      const times = groups.flatMap(({ body }) => (body.forNs === undefined ? [] : [body.forNs]));
      expect(times, way).toEqual(seconds === undefined ? [] : [seconds * 1e9]);
    }
  });
});
