import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LogBuilder } from '../../src/analysis/logbuilder.ts';
import {
  findMetric,
  metricHint,
  metricNames,
  metrics,
  type SampleFigures,
} from '../../src/analysis/metrics.ts';
import { MiB, msNs } from '../../src/units.ts';
import { aCycle, aSimCycle, aStoppedCycle } from '../support/cycles.ts';
import { aSummary, noFigures, someFigures } from '../support/reports.ts';

/** The paths of all numbers in an object, with the value of each. */
function* numbersIn(value: object, path = ''): Generator<[path: string, value: number]> {
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'number') yield [`${path}${key}`, member];
    else if (typeof member === 'object' && member !== null) {
      yield* numbersIn(member, `${path}${key}.`);
    }
  }
}

/** A copy in which one number is another. */
function withNumber<T extends object>(value: T, path: string, number: number): T {
  const [key = '', ...rest] = path.split('.');
  const member: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  const changed =
    typeof member === 'object' && member !== null
      ? withNumber(member, rest.join('.'), number)
      : number;
  return { ...value, [key]: changed };
}

const summary = aSummary([
  aSimCycle({ n: 1, heapEndBytes: 12 * MiB }),
  aSimCycle({
    n: 2,
    heapEndBytes: 11 * MiB,
    sim: { wakeupDelayNs: 5000, stoppedAfterWakeupNs: 700, signaller: 'idle' },
  }),
  aSimCycle({ n: 3, sim: { wakeupDelayNs: 9000, signaller: 'assist' } }),
]);

/** Numbers of a summary that are no metric, and why. */
const leftOut: readonly (readonly [path: RegExp, why: string])[] = [
  [/^leftOut\./, 'says what other figures are of'],
  [/\.(maxCycle|maxBytesCycle)$/, 'names a collection'],
  [/^(wakeupDelay|stoppedAfterWakeup)\.count$/, 'says what the delays are of'],
  [/^wakeupDelay\.bySignaller\./, 'most runs have some of the kinds only'],
];

describe('metrics', () => {
  test('each has a name of its own', () => {
    expect(new Set(metricNames).size).toBe(metrics.length);
    for (const name of metricNames)
      expect(name).toMatch(/^[a-z][A-Za-z0-9]*(\.[a-z0-9][A-Za-z0-9]*)*$/);
  });

  test('every number of a summary is a metric, or is left out for a reason', () => {
    const paths = [...numbersIn(summary)];
    expect(paths.length).toBeGreaterThan(60);
    for (const [path, value] of paths) {
      const isLeftOut = leftOut.some(([pattern]) => pattern.test(path));
      const changed: SampleFigures = { summary: withNumber(summary, path, value + 3) };
      const reading = metrics.filter((metric) => metric.of(changed) !== metric.of({ summary }));
      const isKnown = reading.length > 0;
      expect([path, isKnown]).toEqual([path, !isLeftOut]);
    }
  });

  test('each is read from the figure that its name says', () => {
    const log = someFigures();
    const of = (name: string) => findMetric(name)?.of({ summary, log });
    expect(of('overshoot.p95')).toBe(summary.overshoot.p95Ratio);
    expect(of('growth.beforeAssists.max')).toBe(summary.growthBeforeAssists.maxRatio);
    expect(of('growth.withAssists.median')).toBe(summary.growthWithAssists.medianRatio);
    expect(of('assist.share')).toBe(summary.assist.cpuShare);
    expect(of('gcSys.workbufFinal')).toBe(summary.gcSys.workbufFinalBytes);
    expect(of('wakeup.p90')).toBe(summary.wakeupDelay.p90Ns);
    expect(of('pause.max')).toBe(summary.pauses.maxNs);
    expect(of('mmu.100ms')).toBe(summary.mmu.in100msShare);
    expect(of('heap.liveMax')).toBe(summary.heap.markedMaxBytes);
    expect(of('heap.live')).toBe(log.live.medianBytes);
    expect(of('heap.goal')).toBe(log.goal.medianBytes);
    expect(of('interval')).toBe(log.pacing.intervalMedianNs);
  });

  test('what a sample cannot tell is not there', () => {
    const log = noFigures();
    const known = metrics.filter(
      (metric) => metric.of({ summary: log.summary, log }) !== undefined,
    );
    // Counts and totals of nothing are 0.
    for (const metric of known)
      expect(metric.of({ summary: log.summary, log })).toBeTypeOf('number');
    for (const name of ['overshoot.max', 'overshoot.count', 'gcCpu', 'gcSys.peak', 'pause.max']) {
      expect(known.map((metric) => metric.name)).not.toContain(name);
    }
    // A run has no log.
    expect(findMetric('heap.live')?.of({ summary })).toBeUndefined();
  });

  test('a log that tells no goal has no overshoots to count', () => {
    const stopped = { summary: aSummary([aStoppedCycle({ n: 1 }), aStoppedCycle({ n: 2 })]) };
    expect(findMetric('overshoot.count')?.of(stopped)).toBeUndefined();
    expect(findMetric('pause.max')?.of(stopped)).toBeGreaterThan(0);
  });

  test('GC CPU is the sum of its parts, without idle marking, and that of the log', () => {
    const builder = new LogBuilder({ top: 5, windowNs: msNs });
    const cycles = [1, 2, 3].map((n) => aCycle({ n, backgroundNs: n * 8 * msNs }));
    for (const cycle of cycles) builder.add(cycle);
    const log = builder.finish();
    const of = (name: string) => findMetric(name)?.of({ summary: log.summary }) ?? Number.NaN;
    // 100 ms of 4 procs each: collections 2 and 3 have 16 and 24 ms in the background, 1 ms of assists and 0.2 ms of
    // transitions each.
    expect(of('gcCpu')).toBeCloseTo((16 + 24 + 2 + 0.4) / 800, 12);
    expect(of('gcCpu')).toBe(log.gcCpuShare);
    expect(of('gcCpu.background') + of('gcCpu.transition') + of('assist.share')).toBe(of('gcCpu'));
    expect(of('gcCpu.idle')).toBeCloseTo(4 / 800, 12);
  });

  test('what is not finite is not there', () => {
    const broken = withNumber(summary, 'pauses.maxNs', Number.POSITIVE_INFINITY);
    expect(findMetric('pause.max')?.of({ summary: broken })).toBeUndefined();
  });

  test('a name that is none gets the way out', () => {
    expect(findMetric('overshoot.p96')).toBeUndefined();
    expect(metricHint('overshoot.p96')).toBe('did you mean overshoot.p95?');
    expect(metricHint('gcsys.peek')).toBe('did you mean gcSys.peak?');
    expect(metricHint('wakeup')).toBe('one of: wakeup.median, wakeup.p90, wakeup.p95, wakeup.max');
    expect(metricHint('growth.withAssists.')).toBe(
      'one of: growth.withAssists.median, growth.withAssists.p95, growth.withAssists.max',
    );
    expect(metricHint('GCCPU')).toBe('did you mean gcCpu?');
    // A part of names; a name whose first part alone is right.
    expect(metricHint('p99')).toBe('one of: pause.p99');
    expect(metricHint('wakeup.percentile50')).toBe(
      'one of: wakeup.median, wakeup.p90, wakeup.p95, wakeup.max',
    );
  });

  test('a name that is like none gets the first words of all, and where they stand', () => {
    for (const name of ['quite another thing', '', '.']) {
      const hint = metricHint(name);
      expect(hint).toMatch(
        /^names begin with overshoot, growth, .*; docs\/metrics\.md lists them$/,
      );
      const [, list = ''] = /^names begin with (.*);/.exec(hint) ?? [];
      expect(list.split(', ').length).toBeLessThan(20);
      for (const metric of metricNames) {
        expect(list.split(', ')).toContain(metric.split('.')[0]);
      }
    }
  });

  test('those of logs alone are marked so', () => {
    const log = someFigures();
    for (const metric of metrics) {
      const needsLog =
        metric.of({ summary, log }) !== undefined &&
        metric.of({ summary: log.summary }) === undefined &&
        metric.of({ summary }) === undefined;
      if (needsLog) expect([metric.name, metric.isOfLogsOnly]).toEqual([metric.name, true]);
      // What no run can have, no summary can tell.
      if (metric.isOfLogsOnly === true) expect(metric.of({ summary })).toBeUndefined();
    }
    expect(findMetric('heap.live')?.isOfLogsOnly).toBe(true);
  });
});

test('the documentation lists them all, as they are', () => {
  const text = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([\w.]+)` \| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)];
  const found = rows.map(([, name, unit, better, about]) => ({ name, unit, better, about }));
  const capital = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
  expect(found).toEqual(
    metrics.map(({ name, unit, better, about }) => ({
      name,
      unit,
      better,
      about: `${capital(about)}.`,
    })),
  );
});
