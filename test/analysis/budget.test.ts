import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLimits, type Limit, parseLimit } from '../../src/analysis/budget.ts';
import { compareSamples, type Sample } from '../../src/analysis/comparison.ts';
import { metrics } from '../../src/analysis/metrics.ts';
import { MiB, msNs } from '../../src/units.ts';
import { aSimCycle } from '../support/cycles.ts';
import { aSummary } from '../support/reports.ts';

function limitOf(text: string): Limit {
  const parsed = parseLimit(text);
  return parsed.ok ? parsed.limit : expect.fail(parsed.message);
}

/** What is wrong with a limit, and what of its text is meant. */
function wrongOf(text: string): { message: string; part: string; at: number; hint?: string } {
  const parsed = parseLimit(text);
  if (parsed.ok) return expect.fail(`"${text}" was read`);
  const { message, at, length, hint } = parsed;
  return {
    message,
    at,
    part: text.slice(at, at + length),
    ...(hint === undefined ? {} : { hint }),
  };
}

describe('a limit is read', () => {
  test.each([
    ['overshoot.p95 <= 10%', 'overshoot.p95', '<=', 0.1],
    ['assist.share <= 0.05', 'assist.share', '<=', 0.05],
    ['overshoot.max < 150%', 'overshoot.max', '<', 1.5],
    ['gcSys.peak <= 12MiB', 'gcSys.peak', '<=', 12 * MiB],
    ['pause.max<=1ms', 'pause.max', '<=', msNs],
    ['  collections   >=   3  ', 'collections', '>=', 3],
    ['allocation.rate > 50MiB/s', 'allocation.rate', '>', 50 * MiB],
    ['overshoot.count <= 0', 'overshoot.count', '<=', 0],
    ['pause.total <= 1m30s', 'pause.total', '<=', 90e9],
    ['gcCpu <= 2.3%', 'gcCpu', '<=', 0.023],
  ])('%s', (text, name, operator, value) => {
    const limit = limitOf(text);
    expect(limit).toMatchObject({ text: text.trim(), of: 'samples', operator, value });
    expect(limit.metric.name).toBe(name);
  });

  test('of a regression', () => {
    const limit = limitOf('compare.gcSys.peak.regression <= 3%');
    expect(limit).toMatchObject({ of: 'regression', operator: '<=', value: 0.03 });
    expect(limit.metric.name).toBe('gcSys.peak');
  });

  test('of each metric', () => {
    const values = {
      ns: '1ms',
      bytes: '1kB',
      'bytes/s': '1kB/s',
      share: '1%',
      ratio: '1',
      count: '1',
    };
    for (const { name, unit } of metrics) {
      expect(limitOf(`${name} <= ${values[unit]}`).metric.name).toBe(name);
    }
  });
});

describe('a wrong limit is refused, with its place', () => {
  test.each([
    ['', { message: 'expected a limit such as "overshoot.p95 <= 10%"', part: '', at: 0 }],
    ['<= 10%', { message: 'expected a limit such as "overshoot.p95 <= 10%"', part: '', at: 0 }],
    [
      'pause.max 1ms',
      {
        message: 'expected a limit such as "overshoot.p95 <= 10%", found no operator',
        part: '',
        at: 13,
        hint: 'operators: <=, <, >=, >',
      },
    ],
    [
      'pause.max == 1ms',
      { message: 'unknown operator "=="', part: '==', at: 10, hint: 'operators: <=, <, >=, >' },
    ],
    [
      'pause.max =< 1ms',
      { message: 'unknown operator "=<"', part: '=<', at: 10, hint: 'operators: <=, <, >=, >' },
    ],
    [
      ' overshot.p95 <= 10%',
      {
        message: 'unknown metric "overshot.p95"',
        part: 'overshot.p95',
        at: 1,
        hint: 'did you mean overshoot.p95?',
      },
    ],
    [
      'pause.max <= 12MiB',
      {
        message:
          'the limit of "pause.max" must be a duration with its unit, such as "10ms", "1.5s" or "1m30s" (units: ns, us, ms, s, m, h), found "12MiB"',
        part: '12MiB',
        at: 13,
      },
    ],
    [
      'overshoot.p95 <= 10',
      {
        message: 'the limit of "overshoot.p95" must be a share such as "10%" or "0.1", found "10"',
        part: '10',
        at: 17,
        hint: 'write 10%',
      },
    ],
    [
      'collections >= 3%',
      {
        message: 'the limit of "collections" must be a number such as "3", found "3%"',
        part: '3%',
        at: 15,
      },
    ],
    [
      'gcSys.peak <=',
      { message: expect.stringMatching(/^expected a size such as .* after <=$/), part: '', at: 13 },
    ],
    [
      'overshoot.p95 <= -5%',
      {
        message: 'the limit can never hold: "overshoot.p95" is never below 0',
        part: '-5%',
        at: 17,
      },
    ],
    [
      'pause.max < 0',
      { message: 'the limit can never hold: "pause.max" is never below 0', part: '0', at: 12 },
    ],
    [
      'pause.max >= -1ms',
      { message: 'the limit always holds: "pause.max" is never below 0', part: '-1ms', at: 13 },
    ],
    [
      'compare.gcCpu <= 3%',
      {
        message: '"compare.gcCpu" must end in ".regression"',
        part: 'compare.gcCpu',
        at: 0,
        hint: 'such as compare.gcCpu.regression <= 3%',
      },
    ],
    [
      'compare.gcCpv.regression <= 3%',
      {
        message: 'unknown metric "gcCpv"',
        part: 'gcCpv',
        at: 8,
        hint: 'did you mean gcCpu?',
      },
    ],
    [
      'compare.collections.regression <= 3%',
      {
        message: '"collections" has no regression: neither more nor less of it is worse',
        part: 'collections',
        at: 8,
        hint: 'limit it itself: collections <= …',
      },
    ],
    [
      'compare.gcCpu.regression >= 3%',
      {
        message: 'a regression can only have an upper limit',
        part: '>=',
        at: 25,
        hint: 'operators: <=, <',
      },
    ],
    [
      'compare.pause.max.regression <= 1ms',
      {
        message:
          'the limit of "compare.pause.max.regression" must be a share such as "10%" or "0.1", found "1ms"',
        part: '1ms',
        at: 32,
      },
    ],
    [
      'compare.regression <= 1%',
      {
        message: 'unknown metric ""',
        part: '',
        at: 8,
        hint: expect.stringMatching(/docs\/metrics\.md lists them$/),
      },
    ],
  ])('%s', (text, expected) => {
    expect(wrongOf(text)).toEqual(expected);
  });

  test('no text makes it throw, or point outside', () => {
    const part = fc.constantFrom(
      'overshoot.p95',
      'compare.',
      '.regression',
      '<=',
      '>',
      ' ',
      '10%',
      '1ms',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseLimit(text);
        if (parsed.ok) return;
        expect(parsed.at).toBeGreaterThanOrEqual(0);
        expect(parsed.length).toBeGreaterThanOrEqual(0);
        expect(parsed.at + parsed.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

const summary = aSummary([1, 2, 3].map((n) => aSimCycle({ n })));

function aSample(name: string, maxNs: number | undefined, collections = 10): Sample {
  const pauses = { ...summary.pauses, maxNs };
  return { name, figures: { summary: { ...summary, pauses, collections } } };
}

/** Each limit's status and message. */
function checked(texts: string[], samples: Sample[], base?: Sample[]): [string, string][] {
  const limits = texts.map(limitOf);
  const comparison =
    base === undefined ? undefined : compareSamples(base, samples, { metrics, alpha: 0.05 });
  const results = checkLimits(limits, samples, comparison);
  expect(results.map(({ limit }) => limit)).toEqual(limits);
  return results.map(({ status, message }) => [status, message]);
}

describe('limits on samples', () => {
  const samples = [
    aSample('a.log', 2 * msNs),
    aSample('b.log', 3 * msNs, 2),
    aSample('c.log', msNs),
  ];

  test('three are broken: three are listed', () => {
    const texts = ['pause.max <= 1ms', 'collections >= 3', 'pause.max <= 1s', 'pause.max < 1ms'];
    expect(checked(texts, samples)).toEqual([
      ['broken', '3 ms in b.log; 2 of 3 samples break it'],
      ['broken', '2 in b.log; 1 of 3 samples break it'],
      ['holds', '3 ms in b.log; the worst of 3'],
      ['broken', '3 ms in b.log; 3 of 3 samples break it'],
    ]);
  });

  test('the worst sample stands in the result', () => {
    const [upper, lower] = checkLimits(
      [limitOf('pause.max <= 1ms'), limitOf('pause.max >= 1ms')],
      samples,
    );
    expect(upper).toMatchObject({ worst: 3 * msNs, worstSample: 'b.log', failed: 2, count: 3 });
    expect(lower).toMatchObject({
      status: 'holds',
      worst: msNs,
      worstSample: 'c.log',
      failed: 0,
      count: 3,
    });
  });

  test.each([
    ['<=', 'holds'],
    ['<', 'broken'],
    ['>=', 'holds'],
    ['>', 'broken'],
  ])('a figure at the limit, with %s: %s', (operator, status) => {
    expect(checked([`pause.max ${operator} 1ms`], [aSample('a', msNs)])).toEqual([
      [status, '1 ms in a'],
    ]);
  });

  test('a figure that looks like its limit is given with all its digits', () => {
    expect(checked(['pause.max <= 1ms'], [aSample('a', msNs + 1)])).toEqual([
      ['broken', '1000001 ns in a'],
    ]);
    const gcSys = { ...summary.gcSys, peakBytes: 12 * MiB + 1 };
    const large = { name: 'a', figures: { summary: { ...summary, gcSys } } };
    expect(checked(['gcSys.peak <= 12MiB'], [large])).toEqual([['broken', '12582913 B in a']]);
    const small = { name: 'a', figures: { summary: { ...summary, backgroundCpuShare: 0.10004 } } };
    expect(checked(['gcCpu.background <= 10%'], [small])).toEqual([['broken', '10.004 % in a']]);
  });

  test('a metric that samples do not have fails', () => {
    const without = [1, 2, 3, 4, 5, 6, 7].map((i) => aSample(`${i}.log`, undefined));
    expect(checked(['pause.max <= 1ms'], without)).toEqual([
      ['unknown', 'not in 1.log, 2.log, 3.log, 4.log, 5.log and 2 more'],
    ]);
    expect(checked(['pause.max <= 1s'], [...samples, aSample('d.log', undefined)])).toEqual([
      ['unknown', '3 ms in b.log; the worst of 3; not in d.log'],
    ]);
    expect(checked(['pause.max <= 1ms'], [...samples, aSample('d.log', undefined)])).toEqual([
      ['broken', '3 ms in b.log; 2 of 4 samples break it; not in d.log'],
    ]);
    expect(checked(['pause.max <= 1s'], [])).toEqual([['unknown', 'there are no samples']]);
  });
});

describe('limits on regressions', () => {
  const text = 'compare.pause.max.regression <= 5%';
  const side = (...values: number[]) => values.map((value, i) => aSample(`${i}`, value));
  const base = side(100, 101, 102, 103, 104);

  test.each([
    [
      'significantly worse by more than the limit',
      side(120, 121, 122, 123, 124),
      'broken',
      '19.6 % worse (p = 0.008); median 102 ns to 122 ns',
    ],
    [
      'significantly worse, within it',
      side(105, 105, 106, 107, 108),
      'holds',
      '3.9 % worse (p = 0.008); median 102 ns to 106 ns',
    ],
    ['better', side(1, 2, 3, 4, 5), 'holds', 'better (p = 0.008); median 102 ns to 3 ns'],
    [
      'worse, but not significantly',
      side(100, 101, 900, 903, 904),
      'holds',
      expect.stringMatching(/^no significant change \(p = 0\.\d{3}\); median 102 ns to 900 ns$/),
    ],
  ])('%s', (_, head, status, message) => {
    expect(checked([text], head, base)).toEqual([[status, message]]);
  });

  test('from a base of 0, any significant growth is more', () => {
    const found =
      'worse (p = 0.008): from 0 to 102 ns (no percentage of 0; any significant growth from 0 counts)';
    expect(checked([text], base, side(0, 0, 0, 0, 0))).toEqual([['broken', found]]);
    expect(checked([text], side(0, 0, 0, 0, 3), side(0, 0, 0, 0, 0))).toEqual([
      ['holds', 'no significant change (p = 1.000); median 0 ns to 0 ns'],
    ]);
  });

  test('none holds that cannot be decided', () => {
    expect(checked([text], base)).toEqual([['unknown', 'there is no base to compare with']]);
    expect(checked([text], side(1, 2, 3), side(4, 5, 6))).toEqual([
      ['unknown', 'needs at least 4 samples a side for p < 0.05'],
    ]);
    expect(checked([text], side(1), base)).toEqual([
      ['unknown', 'needs at least 4 samples a side for p < 0.05'],
    ]);
    expect(checked([text], [aSample('a', undefined)], base)).toEqual([
      ['unknown', 'not in all samples of both sides'],
    ]);
  });

  test('equal values hold, however few', () => {
    expect(checked([text], side(7), side(7))).toEqual([['holds', 'no change']]);
  });

  test('no regression at all may be allowed', () => {
    const none = 'compare.pause.max.regression <= 0%';
    expect(checked([none], base, base)[0]?.[0]).toBe('holds');
    expect(checked([none], side(105, 105, 106, 107, 108), base)[0]?.[0]).toBe('broken');
  });
});
