/**
 * Samples in the Go benchmark format (Go's proposal 14313, and the unit metadata of golang.org/x/perf), which benchstat
 * and its relatives read: configuration lines, then a result line for each sample. An operation is a run.
 */
import type { Sample } from '../analysis/comparison.ts';
import type { Metric } from '../analysis/metrics.ts';
import { assert } from '../assert.ts';
import { visible } from './layout.ts';
import { plainFigure, plainUnit } from './metricfigures.ts';

export interface GobenchOptions {
  metrics: readonly Metric[];
}

/** What a sample is of. */
type Origin = 'workload' | 'release' | 'procs';

/** Samples, and what is said of them. */
interface Part {
  samples: readonly Sample[];
  /** Becomes part of the benchmark's name: `/side=base`. */
  side?: string;
  origins: ReadonlySet<Origin>;
}

/** The samples as lines. What is not known of a sample is left out of its line. */
export function renderGobench(samples: readonly Sample[], options: GobenchOptions): string {
  return render([{ samples, origins: new Set(origins) }], options.metrics);
}

/**
 * Both sides of a comparison in one text, for `benchstat -col /side`. It compares only what has the same name and the
 * same configuration: what differs between the sides is for that reason said in comments alone.
 */
export function renderGobenchSides(
  sides: { base: readonly Sample[]; head: readonly Sample[] },
  options: GobenchOptions,
): string {
  const shared = new Set(
    origins.filter((origin) => originsOf(sides.base, origin) === originsOf(sides.head, origin)),
  );
  const parts = (['base', 'head'] as const).map((side) => ({
    samples: sides[side],
    side,
    origins: shared,
  }));
  return render(parts, options.metrics);
}

const origins: readonly Origin[] = ['workload', 'release', 'procs'];

/** All values of one origin, as one text. */
function originsOf(samples: readonly Sample[], origin: Origin): string {
  const values = new Set(samples.map((sample) => String(sample[origin])));
  return JSON.stringify([...values].sort((a, b) => (a < b ? -1 : 1)));
}

function render(parts: readonly Part[], all: readonly Metric[]): string {
  const samples = parts.flatMap((part) => part.samples);
  const known = all.filter(({ of }) => samples.some(({ figures }) => of(figures) !== undefined));
  // Time an operation comes first in this format.
  const metrics = [...known.filter(isTime), ...known.filter((metric) => !isTime(metric))];
  const units = metrics
    .filter(({ better }) => better !== 'neither')
    .map((metric) => `Unit ${gobenchUnit(metric)} better=${metric.better}`);
  const configuration = new Map<string, string>();
  const results = parts.flatMap((part) =>
    part.samples.flatMap((sample) => {
      const result = resultLine(sample, part, metrics);
      if (result === undefined) return [];
      const changed = changedConfiguration(sample, part, configuration);
      return [...changed, `# ${describe(sample, part)}`, result];
    }),
  );
  return [...units, ...results].map((line) => `${line}\n`).join('');
}

function isTime(metric: Metric): boolean {
  return gobenchUnit(metric) === 'ns/op';
}

/** Lines for what differs from the sample before: a line holds until another has its key. */
function changedConfiguration(
  sample: Sample,
  part: Part,
  configuration: Map<string, string>,
): string[] {
  const wanted: [key: string, origin: Origin][] = [
    ['workload', 'workload'],
    ['go', 'release'],
    ['procs', 'procs'],
  ];
  return wanted.flatMap(([key, origin]) => {
    const known = part.origins.has(origin) ? sample[origin] : undefined;
    const value = visible(String(known ?? '')).trim();
    if ((configuration.get(key) ?? '') === value) return [];
    configuration.set(key, value);
    // A key without a value is one that is not known any more.
    return [value === '' ? `${key}:` : `${key}: ${value}`];
  });
}

/** Its name, and what no configuration line says of it. */
function describe(sample: Sample, part: Part): string {
  const rest = origins
    .filter((origin) => !part.origins.has(origin) && sample[origin] !== undefined)
    .map((origin) => `${origin} ${sample[origin]}`);
  return visible([sample.name, ...rest].join(', '));
}

function resultLine(sample: Sample, part: Part, metrics: readonly Metric[]): string | undefined {
  const pairs = metrics.flatMap((metric) => {
    const value = metric.of(sample.figures);
    return value === undefined ? [] : [`${gobenchValue(value, metric)} ${gobenchUnit(metric)}`];
  });
  // A line without a figure would be malformed.
  if (pairs.length === 0) return undefined;
  return [benchmarkName(sample, part), '1', ...pairs].join('\t');
}

/** "BenchmarkInit1/side=base-4": a capital first, and nothing that has a meaning of its own in a name. */
function benchmarkName(sample: Sample, { side, origins: shown }: Part): string {
  const workload = shown.has('workload') ? (sample.workload ?? '') : '';
  const procs = shown.has('procs') ? sample.procs : undefined;
  const word = workload.replace(/\W+/g, '_').replace(/^_+|_+$/g, '');
  // A log has no workload. A capital that is followed by a digit makes a name of a number.
  const name = /^[A-Za-z]/.test(word) ? capitalized(word) : `GC${word}`;
  const part = side === undefined ? '' : `/side=${side}`;
  return `Benchmark${name}${part}${procs === undefined ? '' : `-${procs}`}`;
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

// --- Units --------------------------------------------------------------------------------------------

/** The names that golang.org/x/benchmarks and go-gcbench have for the same figures, with a run as operation. */
const namesOfOthers: ReadonlyMap<string, string> = new Map([
  ['elapsed', 'ns/op'],
  ['allocation.total', 'allocated-bytes/op'],
  ['pause.total', 'STW-ns/op'],
  ['collections', 'GCs/op'],
  // MemStats.GCSys when the benchmark has ended; the others are ours, in the manner of peak-RSS-bytes.
  ['gcSys.final', 'GC-bytes-from-system'],
  ['gcSys.peak', 'peak-GC-bytes-from-system'],
  ['gcSys.average', 'average-GC-bytes-from-system'],
]);

/**
 * What is measured and its unit, in words parted by hyphens, the unit last: benchstat knows `ns` and `bytes` there, and
 * scales them.
 */
export function gobenchUnit({ name, unit }: Metric): string {
  const known = namesOfOthers.get(name);
  if (known !== undefined) return known;
  const words = name.replace(/\W+/g, '-');
  if (unit === 'count') return words;
  return `${words}-${plainUnit(unit)}`;
}

function gobenchValue(value: number, { name, unit }: Metric): string {
  const figure = plainFigure(value, unit);
  assert(Number.isFinite(figure), 'a figure is finite', name, value);
  return decimal(figure);
}

/** In digits alone: some readers know no exponents. */
function decimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  if (Math.abs(value) >= 1) return String(BigInt(value));
  // What is smaller than can be written so is nothing.
  return value
    .toFixed(20)
    .replace(/\.?0+$/, '')
    .replace(/^-0$/, '0');
}
