/** What --threshold and --format make of a comparison: why it fails, what cannot be decided, what is left out. */
import { type Comparison, decidedRows, type Sample, undecidedOf } from '../analysis/comparison.ts';
import type { Metric } from '../analysis/metrics.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { noWorseSide, pValue, regressionInWords } from '../report/metricfigures.ts';
import { formatPercent } from '../units.ts';
import { type CompareSettings, isSmallerBetter, smallerIsBetter } from './comparesettings.ts';

/** Of metrics that were asked for by name. */
export function missingErrors(
  { metrics, areMetricsChosen }: CompareSettings,
  samples: readonly Sample[],
): Diagnostic[] {
  if (!areMetricsChosen) return [];
  return metrics.flatMap((metric) => missingMetric(metric, samples));
}

const namesShownMax = 3;

/** What to say of a metric that samples lack. */
function missingMetric(metric: Metric, samples: readonly Sample[]): Diagnostic[] {
  const lacking = samples.filter(({ figures }) => metric.of(figures) === undefined);
  if (lacking.length === 0) return [];
  const names = [...new Set(lacking.map(({ name }) => name))];
  const more = names.length - namesShownMax;
  const shown = names.slice(0, namesShownMax).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const message =
    lacking.length === samples.length
      ? `no sample has ${metric.name} (${metric.about})`
      : `not all samples have ${metric.name} (${metric.about}): it is missing in ${shown}`;
  const isOfLogs = samples.some(({ figures }) => figures.log !== undefined);
  const hint = isOfLogs ? 'some figures only a simulation has, and some only a log' : undefined;
  return [{ severity: 'error', message, ...(hint !== undefined && { hint }) }];
}

/** Metrics that an option leaves out, though they were asked for or are there. */
export function leftOutWarnings(
  { rows, threshold }: Comparison,
  { areMetricsChosen, format }: CompareSettings,
): Diagnostic[] {
  const namesOf = (isLeftOut: (metric: Metric) => boolean): string =>
    rows
      .filter(({ metric }) => isLeftOut(metric))
      .map(({ metric }) => metric.name)
      .join(', ');
  const messages: string[] = [];
  const sideless = namesOf(({ better }) => better === 'neither');
  if (areMetricsChosen && threshold !== undefined && sideless !== '') {
    messages.push(`--threshold cannot fail ${sideless}: ${noWorseSide}`);
  }
  const notSmaller = namesOf((metric) => !isSmallerBetter(metric));
  if (format === smallerIsBetter && notSmaller !== '') {
    messages.push(
      `--format ${format} leaves out metrics of which less is not better: ${notSmaller}`,
    );
  }
  return messages.map((message) => ({ severity: 'warning', message }));
}

const nothingToFail =
  'no threshold can fail this: no metric of which more or less is worse is in all samples';

/**
 * Why a threshold that was given says nothing: that is no pass. Of metrics that were asked for, each has to be decided;
 * otherwise one of all will do.
 */
export function undecidedErrors(
  comparison: Comparison,
  settings: CompareSettings,
  all: readonly Sample[],
): Diagnostic[] {
  if (comparison.threshold === undefined) return [];
  const { areMetricsChosen } = settings;
  if (!areMetricsChosen && decidedRows(comparison).length > 0) return [];
  const rows = new Set(comparison.rows.map(({ metric }) => metric));
  const tooFew = undecidedOf(comparison).filter(({ metric }) => rows.has(metric));
  const missing = missingErrors(settings, all).map((error): Diagnostic => {
    return { ...error, message: `cannot decide by --threshold: ${error.message}` };
  });
  const [first] = tooFew;
  if (first === undefined) {
    if (areMetricsChosen) return missing;
    return [{ severity: 'error', message: nothingToFail }];
  }
  const names = tooFew.map(({ metric }) => metric.name);
  const which = areMetricsChosen ? names.join(', ') : `any of ${names.length} metrics`;
  const { samples } = comparison;
  const error: Diagnostic = {
    severity: 'error',
    message: `cannot decide whether ${which} became worse: that ${first.reason}, base has ${samples.base} and head ${samples.head}`,
    hint: 'give more logs a side, or run workloads with more --seeds; without --threshold this is a report, and no error',
  };
  return [error, ...missing];
}

/** What --threshold fails for. */
export function regressionErrors({ rows, threshold }: Comparison): Diagnostic[] {
  return rows
    .filter(({ isRegression }) => isRegression)
    .map((row) => {
      const { metric, change, p } = row;
      const by = change === undefined ? '' : ` by more than ${formatPercent(threshold ?? 0)}`;
      const message = `${metric.name} is significantly worse${by}: ${regressionInWords(row)}, p ${pValue(p)}`;
      return { severity: 'error', message };
    });
}
