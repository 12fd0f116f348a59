/** Compares two sides of a command line: finds their samples, sets them beside each other, writes what came of it. */
import { type Comparison, compareSamples, type Sample } from '../analysis/comparison.ts';
import type { Metric } from '../analysis/metrics.ts';
import { UserError } from '../diagnostic.ts';
import type { SideNames } from '../report/metricfigures.ts';
import { textStyle } from './colour.ts';
import type { CompareFlags, Words } from './compare.ts';
import {
  type CompareSettings,
  isSmallerBetter,
  namesOfRunFlags,
  overlay,
  readCompareSettings,
  runFlagsOf,
  smallerIsBetter,
} from './comparesettings.ts';
import { leftOutWarnings, missingErrors, regressionErrors, undecidedErrors } from './gate.ts';
import type { StopSignal } from './io.ts';
import { write } from './logresults.ts';
import { openSinks, type Sinks, type TextSink } from './outputs.ts';
import { filesOf, gatherSides, type Side, type SideRequest } from './samples.ts';
import type { Session } from './session.ts';
import { readOverrides } from './settings.ts';

interface Surroundings {
  session: Session;
  /** Aborted by a signal, which is its reason. */
  stop: AbortSignal;
}

type OutputKind = 'csv' | 'json' | 'markdown' | 'output';

/** `head` is what stands behind "--", where that is there. Resolves to the exit code, or to the signal. */
export async function compareSides(
  base: Words,
  head: Words | undefined,
  { session, stop }: Surroundings,
): Promise<number | StopSignal> {
  const flags = { ...base.flags, ...head?.flags };
  const settings = readCompareSettings(flags);
  const requests = requestSides(base, head);
  const sinks = openOutputs(flags, session, requests);
  try {
    const sides = await gatherSides(requests, { session, stop, seeds: settings.seeds });
    if (typeof sides === 'string') return sides;
    const [baseSide, headSide] = sides;
    if (baseSide === undefined || headSide === undefined) return 2;
    const { alpha, threshold } = settings;
    const metrics = metricsFor(settings, [...baseSide.samples, ...headSide.samples]);
    const options = { metrics, alpha, ...(threshold !== undefined && { threshold }) };
    const comparison = compareSamples(baseSide.samples, headSide.samples, options);
    checkMetrics(comparison, settings, baseSide, headSide);
    return await report({ comparison, base: baseSide, head: headSide }, settings, sinks, {
      flags,
      session,
    });
  } finally {
    for (const file of sinks.files) file.discard();
  }
}

/** The words and options of each side. Throws UserError where one of them has no words. */
function requestSides(base: Words, head: Words | undefined): SideRequest[] {
  const baseWords = [...base.words, ...(base.flags.base ?? []), ...(head?.flags.base ?? [])];
  const headWords = [
    ...(head?.words ?? []),
    ...(base.flags.head ?? []),
    ...(head?.flags.head ?? []),
  ];
  if (baseWords.length === 0)
    throw lacking('nothing is named to compare with: the base is missing');
  const behind = head?.flags ?? {};
  const hasOwn = headWords.length > 0;
  if (!hasOwn && namesOfRunFlags(behind).length === 0) {
    throw lacking('nothing is named to compare: the head is missing', baseWords);
  }
  // Without "--" there is one set of options, and it is for both.
  const headFlags = head !== undefined && hasOwn ? behind : overlay(base.flags, behind);
  return [
    requestOf('base', baseWords, base.flags),
    requestOf('head', hasOwn ? headWords : baseWords, headFlags),
  ];
}

function requestOf(name: string, words: readonly string[], flags: CompareFlags): SideRequest {
  return {
    name,
    words,
    overrides: readOverrides(runFlagsOf(flags)),
    givenOptions: namesOfRunFlags(flags),
  };
}

function lacking(message: string, words: readonly string[] = []): UserError {
  const [first = 'old.log', second = 'new.log'] = words;
  return new UserError({
    severity: 'error',
    message,
    hint: `gcsim compare ${first} -- ${second}, or --base ${first} --head ${second}`,
  });
}

function openOutputs(
  flags: CompareFlags,
  session: Session,
  requests: readonly SideRequest[],
): Sinks<OutputKind> {
  const { csv, json, markdown } = flags;
  const output = flags.format === undefined ? undefined : (flags.output ?? '-');
  return openSinks({ csv, json, markdown, output }, session, filesOf(requests, session.io.cwd));
}

/** Those asked for; where none was, those that any sample has: logs lack half of them, and runs some. */
function metricsFor(
  { metrics, areMetricsChosen }: CompareSettings,
  samples: readonly Sample[],
): readonly Metric[] {
  if (areMetricsChosen) return metrics;
  return metrics.filter(({ of }) => samples.some(({ figures }) => of(figures) !== undefined));
}

/**
 * Each metric that was asked for has to be in all samples, and of all others at least one. What a threshold was given
 * for is reported in any case: see undecidedErrors.
 */
function checkMetrics(
  { rows }: Comparison,
  settings: CompareSettings,
  base: Side,
  head: Side,
): void {
  const isGate = settings.areMetricsChosen && settings.threshold !== undefined;
  const missing = missingErrors(settings, [...base.samples, ...head.samples]);
  if (settings.format === smallerIsBetter && !rows.some(({ metric }) => isSmallerBetter(metric))) {
    const message = `--format ${smallerIsBetter} has nothing to write: no metric of which less is better is in all samples`;
    throw new UserError([{ severity: 'error', message }, ...missing]);
  }
  if (missing.length > 0 && !isGate) throw new UserError(missing);
  if (rows.length > 0 || isGate) return;
  throw new UserError({
    severity: 'error',
    message: 'there is no metric that all samples of both sides have',
    hint: 'was anything collected? compare what is alike: logs with logs, runs with runs',
  });
}

interface Result {
  comparison: Comparison;
  base: Side;
  head: Side;
}

async function report(
  result: Result,
  settings: CompareSettings,
  { of, isStdoutTaken, files }: Sinks<OutputKind>,
  { flags, session }: { flags: CompareFlags; session: Session },
): Promise<number> {
  const { comparison, base, head } = result;
  const names: SideNames = { base: base.label, head: head.label };
  const { out, err, io } = session;
  if (of.csv !== undefined) {
    const { renderComparisonCsv } = await import('../report/comparecsv.ts');
    of.csv.write(renderComparisonCsv(comparison));
  }
  if (of.json !== undefined) {
    const { renderComparisonJson } = await import('../report/comparejson.ts');
    of.json.write(renderComparisonJson(comparison, names));
  }
  if (of.markdown !== undefined) {
    const { renderComparisonMarkdown } = await import('../report/comparemarkdown.ts');
    of.markdown.write(renderComparisonMarkdown(comparison, names));
  }
  const samples = [...base.samples, ...head.samples];
  const undecided = undecidedErrors(comparison, settings, samples);
  if (of.output !== undefined) {
    const isUndecidedError = undecided.length > 0;
    await writeFormat(of.output, result, settings, { names, isUndecidedError });
  }
  // What goes to files is there, whole, before anybody is told that it is done.
  for (const file of files) file.commit();
  if (!isStdoutTaken) {
    const { renderComparison } = await import('../report/comparetext.ts');
    out.write(renderComparison(comparison, names, await textStyle(out, io.env, flags.color)));
  } else {
    write(
      comparison.warnings.map((message) => ({ severity: 'warning', message })),
      err,
    );
  }
  await out.flush();
  const regressions = regressionErrors(comparison);
  write([...leftOutWarnings(comparison, settings), ...regressions, ...undecided], err);
  if (undecided.length > 0) return 2;
  return regressions.length > 0 ? 1 : 0;
}

async function writeFormat(
  sink: TextSink,
  { comparison, base, head }: Result,
  { format, metrics }: CompareSettings,
  { names, isUndecidedError }: { names: SideNames; isUndecidedError: boolean },
): Promise<void> {
  switch (format) {
    case 'gobench': {
      const { renderGobenchSides } = await import('../report/gobench.ts');
      const samples = { base: base.samples, head: head.samples };
      sink.write(renderGobenchSides(samples, { metrics }));
      return;
    }
    case smallerIsBetter: {
      const { renderCustomSmallerIsBetter } = await import('../report/actionbenchmark.ts');
      const figures = comparison.rows
        .filter(({ metric }) => isSmallerBetter(metric))
        .map(({ metric, head: side }) => ({ metric, side }));
      sink.write(renderCustomSmallerIsBetter(figures));
      return;
    }
    case 'junit': {
      const { comparisonCases, renderJunit } = await import('../report/junit.ts');
      sink.write(renderJunit(comparisonCases(comparison, names, { isUndecidedError })));
      return;
    }
    case undefined:
  }
}
