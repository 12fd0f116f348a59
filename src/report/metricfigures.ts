/** How figures of metrics and changes of them are written, wherever they are compared. */
import { type ComparisonRow, fromZeroRemark, type SideFigures } from '../analysis/comparison.ts';
import type { MetricUnit } from '../analysis/metrics.ts';
import { formatBytes, formatDuration, formatPercent } from '../units.ts';
import { formatCount, unbroken } from './layout.ts';

/** What a name is given to compare: files, or settings. */
export interface SideNames {
  base: string;
  head: string;
}

/** The order in which groups of one unit follow each other, and what a group is called. */
export const unitNames: readonly (readonly [unit: MetricUnit, plural: string])[] = [
  ['share', 'shares'],
  ['ratio', 'ratios'],
  ['ns', 'durations'],
  ['bytes', 'sizes'],
  ['bytes/s', 'rates'],
  ['count', 'counts'],
];

/** A figure of a metric, in one piece. */
export function metricFigure(value: number | undefined, unit: MetricUnit): string {
  return unbroken(value === undefined ? '-' : formatIn(unit, value));
}

function formatIn(unit: MetricUnit, value: number): string {
  switch (unit) {
    case 'ns':
      return formatDuration(value);
    case 'bytes':
      return formatBytes(value);
    case 'bytes/s':
      return `${formatBytes(value)}/s`;
    case 'share':
      return finePercent(value);
    case 'ratio':
      return `${value < 0 ? '\u2212' : ''}${Number(Math.abs(value).toPrecision(3))}`;
    case 'count':
      return formatMean(value);
  }
}

/** A count; the median of several need not be whole. */
function formatMean(value: number): string {
  const sign = value < 0 ? '\u2212' : '';
  const [whole = '0', tenth = '0'] = Math.abs(value).toFixed(1).split('.');
  const text = formatCount(Number(whole));
  return `${value === 0 ? '' : sign}${text}${tenth === '0' ? '' : `.${tenth}`}`;
}

/** Below this a percentage with one decimal is more rounding than figure. */
const fineShareMax = 0.0095;

/** As formatPercent; two significant digits where that would round most of it away: two figures that differ look so. */
function finePercent(share: number): string {
  const percent = Math.abs(share) * 100;
  if (percent === 0 || Math.abs(share) >= fineShareMax) return formatPercent(share);
  // Whatever is smaller than a millionth of a percent is nothing to a reader.
  const digits = percent.toFixed(Math.min(6, 1 - Math.floor(Math.log10(percent))));
  return Number(digits) === 0 ? formatPercent(0) : `${share < 0 ? '\u2212' : ''}${digits} %`;
}

/** "+25.0 %", "−0.034 %"; a dash where there is no share. */
export function metricChange(change: number | undefined): string {
  if (change === undefined) return '-';
  const text = finePercent(change);
  return unbroken(change > 0 && text !== formatPercent(0) ? `+${text}` : text);
}

/** Why a metric passes any threshold. */
export const noWorseSide = 'neither more nor less of it is worse';

/** "+25.0 %"; where that has no share, "from 0 to 1.2 ms". */
export function changeInWords({ metric, head, change }: ComparisonRow): string {
  return change === undefined
    ? `from 0 to ${metricFigure(head.median, metric.unit)}`
    : metricChange(change);
}

/** The same of a change for the worse, with what a threshold makes of it where it has no share. */
export function regressionInWords(row: ComparisonRow): string {
  return `${changeInWords(row)}${row.change === undefined ? ` (${fromZeroRemark})` : ''}`;
}

/**
 * What stands behind a median: "± 2 %", the longer arm of its interval. Where that would be 1000 % or more, or of nothing,
 * it is the arm itself, "± 2.24 µs", and of shares in points of percentage, "± 0.30 pp".
 */
export function intervalOf(side: SideFigures, unit: MetricUnit): string {
  const { median, interval } = side;
  if (interval === undefined) return '';
  const arm = Math.max(interval.high - median, median - interval.low);
  const percent = arm === 0 ? 0 : Math.round((arm / Math.abs(median)) * 100);
  if (percent < 1000) return unbroken(`\u00b1 ${percent} %`);
  const text = formatIn(unit, arm);
  return unbroken(`\u00b1 ${unit === 'share' ? text.replace('%', 'pp') : text}`);
}

/** What writes shares as percentages has this for their unit. */
export function plainUnit(unit: MetricUnit): string {
  return unit === 'share' ? '%' : unit;
}

/** A figure in its plain unit. */
export function plainFigure(value: number, unit: MetricUnit): number {
  // Without the last bit's noise: 0.07 is 7, not 7.000000000000001.
  return unit === 'share' ? Number((value * 100).toPrecision(15)) : value;
}

/** "0.008", "<0.001"; empty where there is none. */
export function pValue(p: number | undefined): string {
  if (p === undefined) return '';
  return p < 0.0005 ? '<0.001' : p.toFixed(3);
}

/** "p=0.008", "p<0.001". */
export function pEquation(p: number | undefined): string {
  const value = pValue(p);
  if (value === '') return '';
  return value.startsWith('<') ? `p${value}` : `p=${value}`;
}

/** "10", or "10+8" where the sides differ. */
export function sampleCounts({ base, head }: { base: SideFigures; head: SideFigures }): string {
  return base.count === head.count ? String(base.count) : `${base.count}+${head.count}`;
}
