/**
 * The Go benchmark format is read here as Go's proposal 14313 describes it, with the unit lines that came later: what
 * follows of the specification, not of how the lines are written.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metrics } from '../../src/analysis/metrics.ts';
import { gobenchUnit, renderGobench, renderGobenchSides } from '../../src/report/gobench.ts';
import { aMetric, aSample } from './comparisons.ts';
import '../support/fastcheck.ts';

interface Result {
  /** Without "Benchmark". */
  name: string;
  iterations: number;
  values: Record<string, number>;
  configuration: Record<string, string>;
}

interface Benchmarks {
  results: Result[];
  units: Record<string, Record<string, string>>;
}

/** White space as Go's unicode.IsSpace has it, which is not JavaScript's. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
/** What Go's ParseFloat and the simpler readers have in common. */
const plainNumber = /^-?\d+(\.\d+)?$/;

function parse(text: string): Benchmarks {
  const found: Benchmarks = { results: [], units: {} };
  const configuration: Record<string, string> = {};
  expect(text === '' || text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n')) {
    const fields = line.split(space).filter((field) => field !== '');
    const pair = /^(\p{Ll}[^\s\p{Lu}:]*):(?:[ \t]+(.*))?$/u.exec(line);
    if (line.startsWith('Benchmark')) found.results.push(resultOf(fields, { ...configuration }));
    else if (fields[0] === 'Unit') addUnit(found, fields.slice(1));
    else if (pair?.[1] !== undefined) configuration[pair[1]] = pair[2] ?? '';
    // All other lines are ignored: that they are comments is what we promise.
    else expect(line === '' || line.startsWith('# ')).toBe(true);
  }
  return found;
}

function resultOf(fields: string[], configuration: Record<string, string>): Result {
  const [name = '', iterations = '', ...pairs] = fields;
  expect(fields.length).toBeGreaterThanOrEqual(4);
  expect(fields.length % 2).toBe(0);
  expect(name).toMatch(/^Benchmark[A-Z]/);
  expect(iterations).toMatch(/^\d+$/);
  const values: Record<string, number> = {};
  for (let i = 0; i < pairs.length; i += 2) {
    const [value = '', unit = ''] = pairs.slice(i, i + 2);
    expect(value).toMatch(plainNumber);
    expect(values).not.toHaveProperty([unit]);
    values[unit] = Number(value);
  }
  return {
    name: name.slice('Benchmark'.length),
    iterations: Number(iterations),
    values,
    configuration,
  };
}

function addUnit({ units, results }: Benchmarks, [unit = '', ...pairs]: string[]): void {
  expect(results).toEqual([]);
  expect(unit).not.toBe('');
  expect(units).not.toHaveProperty([unit]);
  const entries = pairs.map((pair) => pair.split('='));
  for (const entry of entries) expect(entry).toHaveLength(2);
  units[unit] = Object.fromEntries(entries);
}

describe('the Go benchmark format', () => {
  test('has a line for each sample, below what it is of', () => {
    const wanted = ['gcSys.peak', 'gcSys.final', 'pause.max', 'overshoot.p95', 'elapsed'];
    const chosen = wanted.map((name) => aMetric(name));
    const text = renderGobench([aSample(), aSample({ name: 'seed 2' })], { metrics: chosen });
    expect(`\n${text}`).toBe(`
Unit peak-GC-bytes-from-system better=lower
Unit GC-bytes-from-system better=lower
Unit pause-max-ns better=lower
Unit overshoot-p95-% better=lower
workload: init1
go: 1.9
procs: 4
# seed 1
BenchmarkInit1-4\t1\t600000000 ns/op\t2097152 peak-GC-bytes-from-system\t1048576 GC-bytes-from-system\t30000 pause-max-ns\t11.75 overshoot-p95-%
# seed 2
BenchmarkInit1-4\t1\t600000000 ns/op\t2097152 peak-GC-bytes-from-system\t1048576 GC-bytes-from-system\t30000 pause-max-ns\t11.75 overshoot-p95-%
`);
  });

  test('has all metrics under names of their own, as the format wants them', () => {
    const { results, units } = parse(renderGobench([aSample()], { metrics }));
    const [result] = results;
    expect(result).toMatchObject({ name: 'Init1-4', iterations: 1 });
    expect(result?.configuration).toEqual({ workload: 'init1', go: '1.9', procs: '4' });
    const known = metrics.filter(({ of }) => of(aSample().figures) !== undefined);
    expect(Object.keys(result?.values ?? {})).toHaveLength(known.length);
    expect(new Set(metrics.map(gobenchUnit)).size).toBe(metrics.length);
    for (const unit of metrics.map(gobenchUnit)) expect(unit).toMatch(/^\w[\w%/-]*$/);
    for (const unit of Object.values(units)) expect(unit.better).toMatch(/^(lower|higher)$/);
  });

  test('ends names of durations and sizes so that benchstat scales them', () => {
    for (const metric of metrics) {
      const words = gobenchUnit(metric).replace(/\/.*/, '').split('-');
      if (metric.unit === 'ns') expect(words.at(-1)).toBe('ns');
      expect(words.includes('bytes')).toBe(metric.unit.startsWith('bytes'));
    }
  });

  test('names what x/benchmarks has by its names', () => {
    expect(gobenchUnit(aMetric('gcSys.final'))).toBe('GC-bytes-from-system');
    expect(gobenchUnit(aMetric('elapsed'))).toBe('ns/op');
    expect(gobenchUnit(aMetric('pause.total'))).toBe('STW-ns/op');
    expect(gobenchUnit(aMetric('allocation.total'))).toBe('allocated-bytes/op');
  });

  test.each([
    ['init1', 'Init1'],
    ['wide-array', 'Wide_array'],
    ['a-8', 'A_8'],
    ['../x/my load.yaml', 'X_my_load_yaml'],
    ['1st', 'GC1st'],
    ['\u00fcber', 'Ber'],
    ['\u8ca0\u8377', 'GC'],
    ['', 'GC'],
    [undefined, 'GC'],
  ])('of workload %j is called %s', (workload, name) => {
    const { workload: _, procs: __, ...rest } = aSample();
    const sample = { ...rest, ...(workload !== undefined && { workload }) };
    const { results } = parse(renderGobench([sample], { metrics }));
    expect(results[0]?.name).toBe(name);
  });

  test('says again what differs from the sample before, and takes back what is not known', () => {
    const { release: _, ...unknown } = aSample();
    const samples = [aSample(), aSample({ release: '1.8' }), unknown];
    const { results } = parse(renderGobench(samples, { metrics }));
    expect(results.map(({ configuration }) => configuration.go)).toEqual(['1.9', '1.8', '']);
  });

  test('leaves out a sample of which nothing is known', () => {
    const metric = aMetric('x', { of: () => undefined });
    expect(renderGobench([aSample()], { metrics: [metric] })).toBe('');
    expect(renderGobench([], { metrics })).toBe('');
  });

  test('refuses a figure that is none', () => {
    const metric = aMetric('x', { of: () => Number.NaN });
    expect(() => renderGobench([aSample()], { metrics: [metric] })).toThrow(/x/);
  });

  test('of two sides has the same names and configuration on both', () => {
    const base = [aSample({ release: '1.8' })];
    const head = [aSample({ procs: 8 })];
    const { results } = parse(renderGobenchSides({ base, head }, { metrics }));
    expect(results.map(({ name }) => name)).toEqual(['Init1/side=base', 'Init1/side=head']);
    expect(results.map(({ configuration }) => configuration)).toEqual([
      { workload: 'init1' },
      { workload: 'init1' },
    ]);
    const text = renderGobenchSides({ base, head }, { metrics });
    expect(text).toContain('\n# seed 1, release 1.8, procs 4\n');
    const other = [aSample({ workload: 'init2' })];
    expect(renderGobenchSides({ base, head: other }, { metrics })).toContain(
      'BenchmarkGC/side=head-4',
    );
  });

  test('is well formed, whatever the names and figures', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 30 });
    fc.assert(
      fc.property(
        anyText,
        anyText,
        fc.double({ noNaN: true, min: -1e300, max: 1e300 }),
        fc.constantFrom('ns', 'bytes', 'share', 'ratio', 'count', 'bytes/s'),
        (name, workload, value, unit) => {
          const metric = aMetric('x.y', { unit, of: () => value });
          const samples = [aSample({ name, workload, release: `${workload}: ${name}` })];
          const { results } = parse(renderGobench(samples, { metrics: [metric] }));
          expect(results).toHaveLength(1);
          const [written = Number.NaN] = Object.values(results[0]?.values ?? {});
          const wanted = unit === 'share' ? value * 100 : value;
          expect(Math.abs(written - wanted)).toBeLessThanOrEqual(1e-14 * Math.abs(wanted) + 1e-20);
        },
      ),
    );
  });
});
