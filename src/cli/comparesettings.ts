/** The options of the commands that compare and check: texts become settings here, and what is wrong is said. */
import { findMetric, type Metric, metricHint, metrics } from '../analysis/metrics.ts';
import { parseShare } from '../units.ts';
import type { CompareFlags } from './compare.ts';
import { FlagReader } from './flagreader.ts';
import type { RunFlags } from './settings.ts';

/** The format that has one direction only. */
export const smallerIsBetter = 'customSmallerIsBetter';

export function isSmallerBetter({ better }: Metric): boolean {
  return better === 'lower';
}

export const outputFormats = ['gobench', smallerIsBetter, 'junit'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export interface CompareSettings {
  /** Undefined where the command line does not say. */
  seeds: number | undefined;
  metrics: readonly Metric[];
  /** They were asked for by name, so that each of them has to be there. */
  areMetricsChosen: boolean;
  alpha: number;
  threshold: number | undefined;
  format: OutputFormat | undefined;
}

/** More take hours and tell no more. */
export const seedsMax = 1000;
const alphaDefault = 0.05;

/** Throws UserError, with all that is wrong. */
export function readCompareSettings(
  flags: CompareFlags,
  formats: readonly OutputFormat[] = outputFormats,
): CompareSettings {
  const reader = new CompareFlagReader();
  const settings = {
    seeds: reader.integer('--seeds', flags.seeds, 1, seedsMax),
    metrics: flags.metrics === undefined ? metrics : reader.metrics(flags.metrics),
    areMetricsChosen: flags.metrics !== undefined,
    alpha: reader.alpha(flags.alpha) ?? alphaDefault,
    threshold: reader.share('--threshold', flags.threshold),
    format: reader.format(flags.format, formats),
  };
  if (flags.output !== undefined && flags.format === undefined) {
    reader.refuse('--output says where --format writes, and there is no --format');
  }
  if (settings.areMetricsChosen) reader.refuseUseless(settings);
  reader.finish();
  return settings;
}

const directionHint = 'docs/metrics.md says of each metric what is better';

class CompareFlagReader extends FlagReader {
  metrics(text: string): Metric[] {
    const found = new Set<Metric>();
    for (const name of text.split(',').map((part) => part.trim())) {
      const metric = findMetric(name);
      if (metric !== undefined) found.add(metric);
      else this.refuse(`--metrics: there is no metric "${name}"`, metricHint(name));
    }
    return [...found];
  }

  /** What can come to nothing, whatever the samples are. */
  refuseUseless({ metrics, threshold, format }: CompareSettings): void {
    if (metrics.length === 0) return;
    const names = metrics.map(({ name }) => name).join(', ');
    if (threshold !== undefined && metrics.every(({ better }) => better === 'neither')) {
      this.refuse(
        `no threshold can fail this: neither more nor less of ${names} is worse`,
        directionHint,
      );
    }
    if (format === smallerIsBetter && !metrics.some(isSmallerBetter)) {
      this.refuse(
        `--format ${format} has only metrics of which less is better, not ${names}`,
        directionHint,
      );
    }
  }

  share(flag: string, text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const parsed = parseShare(text);
    if (parsed.ok) return parsed.value;
    const hint = parseShare(`${text}%`).ok ? `did you mean ${text}%?` : undefined;
    return this.refuse(`${flag} must be ${parsed.expected}, found "${text}"`, hint);
  }

  alpha(text: string | undefined): number | undefined {
    const value = this.share('--alpha', text);
    if (value === undefined || (value > 0 && value < 1)) return value;
    return this.refuse(`--alpha must be more than 0 and less than 1, found "${text}"`);
  }

  format(text: string | undefined, formats: readonly OutputFormat[]): OutputFormat | undefined {
    if (text === undefined) return undefined;
    const format = formats.find((name) => name.toLowerCase() === text.toLowerCase());
    if (format !== undefined) return format;
    return this.refuse(`--format must be one of ${formats.join(', ')}, found "${text}"`);
  }
}

const runOptionNames = [
  'go',
  'procs',
  'cores',
  'gogc',
  'set',
  'seed',
  'noise',
  'grain',
  'duration',
  'cycles',
] as const;

/** The options among them that are about how a workload is run, without all others. */
export function runFlagsOf(flags: CompareFlags): RunFlags {
  const given = runOptionNames.filter((name) => flags[name] !== undefined);
  return { ...Object.fromEntries(given.map((name) => [name, flags[name]])), contrast: false };
}

/** How the command line calls them. */
export function namesOfRunFlags(flags: CompareFlags): string[] {
  return runOptionNames.filter((name) => flags[name] !== undefined).map((name) => `--${name}`);
}

/** One set of options over another: what it sets goes before, and of --set what is about the same mechanism. */
export function overlay(under: CompareFlags, over: CompareFlags): CompareFlags {
  const merged = { ...under, ...over };
  if (under.set === undefined || over.set === undefined) return merged;
  const mechanismOf = (setting: string): string => setting.split('=', 1)[0] ?? '';
  const replaced = new Set(over.set.map(mechanismOf));
  const kept = under.set.filter((setting) => !replaced.has(mechanismOf(setting)));
  return { ...merged, set: [...kept, ...over.set] };
}
