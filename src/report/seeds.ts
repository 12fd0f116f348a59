/** Several runs of one workload, each with its own seed: what each metric came to, over all of them. */
import type { SideFigures } from '../analysis/comparison.ts';
import type { Metric, SampleFigures } from '../analysis/metrics.ts';
import { medianInterval } from '../analysis/ranktest.ts';
import { quantile } from '../analysis/statistics.ts';
import type { Summary } from '../analysis/summary.ts';
import { type Cell, csvTable } from './csv.ts';
import { indented, type RunInfo, schemaVersion } from './json.ts';
import {
  columnsOf,
  counted,
  finish,
  type TextStyle,
  visible,
  widest,
  withShortWords,
  wrap,
} from './layout.ts';
import { metricFigure, unitNames } from './metricfigures.ts';
import { alignColumns } from './table.ts';

/** A run that has ended. */
export interface SeedSample {
  seed: number;
  figures: SampleFigures;
}

/** A metric over all runs that have it. */
export interface MetricSpread {
  metric: Metric;
  side: SideFigures;
  min: number;
  max: number;
}

/** Of each metric that a run has, in the order given. */
export function spreadsOf(
  samples: readonly { figures: SampleFigures }[],
  metrics: readonly Metric[],
): MetricSpread[] {
  return metrics.flatMap((metric) => {
    const values = samples.flatMap(({ figures }) => metric.of(figures) ?? []).sort((a, b) => a - b);
    const [min] = values;
    const max = values.at(-1);
    const median = quantile(values, 0.5);
    if (min === undefined || max === undefined || median === undefined) return [];
    const found = medianInterval(values);
    const interval = found && { low: found.low, high: found.high };
    const side = { count: values.length, median, ...(interval && { interval }) };
    return [{ metric, side, min, max }];
  });
}

/** For a terminal: a line for each metric, grouped by unit. */
export function renderSeeds(
  samples: readonly SeedSample[],
  metrics: readonly Metric[],
  style: TextStyle,
): string {
  const spreads = spreadsOf(samples, metrics);
  const groups = unitNames
    .map(([unit]) => spreads.filter(({ metric }) => metric.unit === unit))
    .filter((group) => group.length > 0);
  const table = groups.length === 0 ? [] : ['', ...renderGroups(groups, samples.length, style)];
  const hasIntervals = spreads.some(({ side }) => side.interval !== undefined);
  const note = 'A 95 % confidence interval of the median needs at least 6 seeds.';
  const width = columnsOf(style);
  const notes =
    spreads.length > 0 && !hasIntervals ? ['', ...wrap(withShortWords(note, width), width)] : [];
  return finish([...seedsLines(samples, width), ...table, ...notes], style);
}

/** "10 seeds: 1 to 10". */
function seedsLines(samples: readonly SeedSample[], width: number): string[] {
  const seeds = samples.map(({ seed }) => seed);
  const [first = 0] = seeds;
  const isRow = seeds.every((seed, i) => seed === first + i);
  const list = isRow && seeds.length > 2 ? `${first} to ${seeds.at(-1)}` : seeds.join(', ');
  const text = `${counted(seeds.length, 'seed')}${seeds.length === 0 ? '' : `: ${list}`}`;
  return wrap(withShortWords(text, width), width);
}

const heads = ['metric', 'median', '95 % from', 'to', 'min', 'max'];

/** With the intervals' columns where there is room and there are any, with the extremes in any case. */
function renderGroups(
  groups: readonly (readonly MetricSpread[])[],
  usualCount: number,
  style: TextStyle,
): string[] {
  const all = groups.flat();
  const hasIntervals = all.some(({ side }) => side.interval !== undefined);
  const rows = all.map((spread) => cellsOf(spread, usualCount));
  for (const columns of hasIntervals
    ? [
        [0, 1, 2, 3, 4, 5, 6],
        [0, 1, 4, 5, 6],
      ]
    : [[0, 1, 4, 5, 6]]) {
    const cells = [[...heads, ''], ...rows].map((row) => columns.map((i) => row[i] ?? ''));
    const widths = columns.map((_, i) => widest(cells.map((row) => row[i] ?? '')));
    if (widths.reduce((sum, width) => sum + width + 2, -2) > columnsOf(style)) continue;
    const [head = '', ...lines] = alignColumns(cells, { widths, hasFigures: true });
    return [head, ...parted(lines, groups)];
  }
  return all.flatMap((spread) => renderStacked(spread, usualCount, style));
}

/** An empty line between groups. */
function parted(lines: readonly string[], groups: readonly (readonly unknown[])[]): string[] {
  let from = 0;
  return groups.flatMap((group, i) => {
    const own = lines.slice(from, from + group.length);
    from += group.length;
    return i === 0 ? own : ['', ...own];
  });
}

function cellsOf({ metric, side, min, max }: MetricSpread, usualCount: number): string[] {
  const { unit } = metric;
  const { count, median, interval } = side;
  return [
    visible(metric.name),
    metricFigure(median, unit),
    interval === undefined ? '' : metricFigure(interval.low, unit),
    interval === undefined ? '' : metricFigure(interval.high, unit),
    metricFigure(min, unit),
    metricFigure(max, unit),
    // Not each run has each metric: none ended over its goal, nobody had to be woken.
    count === usualCount ? '' : `n=${count}`,
  ];
}

function renderStacked(spread: MetricSpread, usualCount: number, style: TextStyle): string[] {
  const [label = '', median = '', low = '', high = '', min = '', max = '', count = ''] = cellsOf(
    spread,
    usualCount,
  );
  const width = columnsOf(style);
  const interval = low === '' ? '' : ` [${low}, ${high}]`;
  const text = `${median}${interval}, ${min} to ${max} ${count}`.trimEnd();
  return [
    ...wrap(withShortWords(label, width), width),
    ...wrap(withShortWords(text, width - 2), width, 2),
  ];
}

// --- For programs -------------------------------------------------------------------------------------

/** As the JSON of one run, with a summary for each seed in place of its collections. */
export function renderSeedsJson(
  run: Omit<RunInfo, 'seed'>,
  samples: readonly { seed: number; summary: Summary }[],
): string {
  const { workload, release, procs, cores, gcPercent, noise, grain, machine, mechanisms } = run;
  const how = { noise, grain, ...(machine !== undefined && { machine }), mechanisms };
  const ordered = { workload, release, procs, cores, gcPercent, ...how };
  const list = samples.map(({ seed, summary }) => ({ seed, summary }));
  return (
    `{\n  "schemaVersion": ${schemaVersion},\n  "run": ${indented(ordered)},` +
    `\n  "samples": ${indented(list)}\n}\n`
  );
}

/**
 * A row for each seed; figures are raw, the unit ends a column's name: `pause.max_ns`. The columns are those of all metrics
 * that a run can have, whichever these have: tables of several runs go together.
 */
export function renderSeedsCsv(samples: readonly SeedSample[], metrics: readonly Metric[]): string {
  const ofRuns = metrics.filter(({ isOfLogsOnly }) => isOfLogsOnly !== true);
  const rows = samples.map(({ seed, figures }): Record<string, Cell> => {
    const cells = ofRuns.map((metric) => [seedsColumn(metric), metric.of(figures)]);
    return { seed, ...Object.fromEntries(cells) };
  });
  return csvTable(['seed', ...ofRuns.map(seedsColumn)], rows);
}

/** A name that ends in its unit says it already: `assist.share`, `overshoot.maxBytes`. */
function seedsColumn({ name, unit }: Metric): string {
  const lastWord = name.split(/\.|(?=[A-Z])/).at(-1);
  if (lastWord?.toLowerCase() === unit) return name;
  return `${name}_${unit === 'bytes/s' ? 'bytes_per_second' : unit}`;
}
