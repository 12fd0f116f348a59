/**
 * The JSON that github-action-benchmark reads as `customSmallerIsBetter`: an array of name, unit and value, with a
 * range and more text for its tooltips. Only metrics of which less is better: the action knows one direction at a time.
 */
import type { SideFigures } from '../analysis/comparison.ts';
import type { Metric } from '../analysis/metrics.ts';
import { toJson } from './json.ts';
import { counted, finish } from './layout.ts';
import { plainFigure, plainUnit } from './metricfigures.ts';

/** A metric and what its samples came to. */
export interface MetricSide {
  metric: Metric;
  side: SideFigures;
}

/** Of a comparison give it each row's metric and head. `prefix` tells the runs of one chart page apart: a workload. */
export function renderCustomSmallerIsBetter(
  figures: readonly MetricSide[],
  options: { prefix?: string } = {},
): string {
  const lead = options.prefix === undefined ? '' : `${options.prefix}/`;
  const entries = figures
    .filter(({ metric }) => metric.better === 'lower')
    .map(({ metric, side }) => {
      const { count, median, interval } = side;
      const arm = interval && Math.max(interval.high - median, median - interval.low);
      return {
        name: `${lead}${metric.name}`,
        unit: plainUnit(metric.unit),
        value: plainFigure(median, metric.unit),
        range: arm === undefined ? undefined : `\u00b1 ${plainFigure(arm, metric.unit)}`,
        extra: finish([`${metric.about}\nmedian of ${counted(count, 'sample')}`], {}).trimEnd(),
      };
    });
  return `${toJson(entries, 2)}\n`;
}
