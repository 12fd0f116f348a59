/**
 * The samples that words of a command line stand for: logs, results that gcsim wrote as JSON, and workloads, which are
 * run with several seeds.
 */
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Sample } from '../analysis/comparison.ts';
import { findingRules } from '../analysis/findings.ts';
import { type Diagnostic, nearestName, UserError } from '../diagnostic.ts';
import { counted } from '../report/layout.ts';
import type { TraceInput } from '../trace/input.ts';
import { formatDuration } from '../units.ts';
import { seedMax } from '../workload/limits.ts';
import { builtinNames, readWorkload } from './builtin.ts';
import type { StopSignal } from './io.ts';
import { asGcsimJson, JsonText, samplesOfJson } from './jsonsamples.ts';
import { LogAnalysis } from './loganalysis.ts';
import { noGcLine, skippedDiagnostics, write } from './logresults.ts';
import { readLogSettings } from './logsettings.ts';
import { type Plan, planRun } from './plan.ts';
import { openLogs } from './readlogs.ts';
import type { Session } from './session.ts';
import type { Overrides } from './settings.ts';
import type { SimJob, SimJobResult } from './simjobs.ts';
import { simulateAll } from './simulateall.ts';

/** One side of a comparison, or all there is of a check, as asked for. */
export interface SideRequest {
  /** How messages call it: "base", "head". */
  name: string;
  words: readonly string[];
  /** For its workloads. */
  overrides: Overrides;
  /** Options among them that the command line gives, for messages. */
  givenOptions: readonly string[];
}

/** A side, read and run. */
export interface Side {
  name: string;
  samples: Sample[];
  /** What it is, in one line. */
  label: string;
}

export interface SampleContext {
  session: Session;
  stop: AbortSignal;
  /** Runs of each workload, where the command line says how many. */
  seeds: number | undefined;
}

const seedsDefault = 10;

/** A part of a side: samples that are there, or runs to come. */
type Part = { word: string; samples: Sample[] } | { word: string; plan: Plan; jobs: SimJob[] };

/** Reads all files and runs all workloads. Throws UserError with all that is wrong with the files. */
export async function gatherSides(
  requests: readonly SideRequest[],
  context: SampleContext,
): Promise<Side[] | StopSignal> {
  const problems: Diagnostic[] = [];
  const sides: { request: SideRequest; parts: Part[] }[] = [];
  checkWords(requests, context);
  for (const request of requests) {
    const parts: Part[] = [];
    sides.push({ request, parts });
    for (const word of request.words) {
      try {
        parts.push(await partOf(word, request, context));
      } catch (error) {
        if (context.stop.aborted) return context.stop.reason as StopSignal;
        if (!(error instanceof UserError)) throw error;
        problems.push(...error.diagnostics);
      }
      if (context.stop.aborted) return context.stop.reason as StopSignal;
    }
  }
  if (problems.length > 0) throw new UserError(distinct(problems));

  const jobs = sides.flatMap(({ parts }) =>
    parts.flatMap((part) => ('jobs' in part ? part.jobs : [])),
  );
  const results = jobs.length === 0 ? [] : await simulateAll(jobs, context);
  if (typeof results === 'string') return results;
  let next = 0;
  return sides.map(({ request, parts }) => {
    const samples = parts.flatMap((part) => {
      if ('samples' in part) return part.samples;
      const own = results.slice(next, next + part.jobs.length);
      next += part.jobs.length;
      return own.map((result, i) => sampleOfRun(part, i, result));
    });
    return { name: request.name, samples, label: parts.map(labelOf).join(', ') };
  });
}

/** The same mistake is made on both sides of `peak3 -- --procs 2`. */
function distinct(problems: readonly Diagnostic[]): Diagnostic[] {
  const texts = problems.map((problem) => JSON.stringify(problem));
  return problems.filter((_, i) => texts.indexOf(texts[i] ?? '') === i);
}

function checkWords(requests: readonly SideRequest[], { seeds }: SampleContext): void {
  const words = requests.flatMap((request) => request.words);
  if (words.filter((word) => word === '-').length > 1) {
    throw new UserError({
      severity: 'error',
      message: 'standard input is named twice, but can be read only once',
      hint: 'write "-" once',
    });
  }
  const hint = 'what was measured already cannot be changed';
  const problems: Diagnostic[] = requests.flatMap(({ name, words, givenOptions }) => {
    if (givenOptions.length === 0 || words.some(isWorkload)) return [];
    const message = `${givenOptions.join(', ')}: there is no workload to run in ${name}, only ${words.length === 1 ? 'a file' : 'files'}`;
    return [{ severity: 'error', message, hint }];
  });
  // How many seeds is said for all sides together.
  if (seeds !== undefined && !words.some(isWorkload)) {
    const message = `--seeds: there is no workload to run, only ${words.length === 1 ? 'a file' : 'files'}`;
    problems.push({ severity: 'error', message, hint });
  }
  if (problems.length > 0) throw new UserError(problems);
}

/** Files that are read, so that nothing else is written to them. */
export function filesOf(
  requests: readonly SideRequest[],
  cwd: string,
): { path: string; about: string }[] {
  return requests.flatMap(({ name, words }) =>
    words
      .filter((word) => word !== '-' && !builtinNames().includes(word))
      .map((word) => ({ path: resolve(cwd, word), about: name }))
      .filter(({ path }) => existsSync(path)),
  );
}

/** A built-in workload or a file of one; all else is a file of results. */
export function isWorkload(word: string): boolean {
  return /\.ya?ml$/i.test(word) || builtinNames().includes(word);
}

async function partOf(word: string, request: SideRequest, context: SampleContext): Promise<Part> {
  if (!isWorkload(word)) {
    const samples = await readSamples(word, context);
    const path = word === '-' ? undefined : realPath(resolve(context.session.io.cwd, word));
    return { word, samples: path === undefined ? samples : samples.map(withSource(path)) };
  }
  const source = await readWorkload(word, context.session);
  const { overrides } = request;
  const plan = await planRun(source, { ...overrides, contrast: false });
  return { word, plan, jobs: jobsFor(plan, context.seeds ?? seedsDefault) };
}

/** One file has one real path, however it was named; of a pipe the name itself will do. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** A file may hold several runs. */
function withSource(path: string): (sample: Sample, index: number) => Sample {
  return (sample, index) => ({ ...sample, source: `${path}#${index}` });
}

/** One job for each seed, from the plan's own on. */
export function jobsFor({ workload, options }: Plan, seeds: number): SimJob[] {
  const first = options.seed;
  if (first + seeds - 1 > seedMax) {
    throw new UserError({
      severity: 'error',
      message: `--seeds ${seeds} from seed ${first} on goes beyond the last seed, ${seedMax}`,
    });
  }
  return Array.from({ length: seeds }, (_, i) => ({
    workload,
    options: { ...options, seed: first + i },
  }));
}

function sampleOfRun(
  { plan, jobs }: { plan: Plan; jobs: SimJob[] },
  index: number,
  { summary }: SimJobResult,
): Sample {
  const { workload, release, procs } = plan.info;
  const name = `${workload}, seed ${jobs[index]?.options.seed}`;
  return { name, figures: { summary }, workload, release, procs };
}

function labelOf(part: Part): string {
  if ('samples' in part) return part.word === '-' ? 'standard input' : part.word;
  return describePlan(part.plan);
}

/** A run in one line: its workload, and the settings in force. */
export function describePlan({ info, changes, options }: Plan): string {
  const { workload, release, procs, cores, gcPercent } = info;
  return [
    workload,
    `Go ${release}`,
    `${procs} procs`,
    ...(cores === procs ? [] : [`${cores} cores`]),
    ...(gcPercent === 100 ? [] : [`GOGC ${gcPercent < 0 ? 'off' : gcPercent}`]),
    ...changes,
    ...(options.durationNs === undefined ? [] : [`at most ${formatDuration(options.durationNs)}`]),
    ...(options.cycles === undefined ? [] : [`at most ${counted(options.cycles, 'collection')}`]),
  ].join(' · ');
}

/** What one file holds. */
async function readSamples(word: string, { session, stop }: SampleContext): Promise<Sample[]> {
  const [input] = openFile(word, { session, stop });
  if (input === undefined) return [];
  const settings = readLogSettings(
    {},
    findingRules.map(({ name }) => name),
  );
  const analysis = await LogAnalysis.create(settings, [word], { csv: undefined, json: undefined });
  analysis.beginFile(input.name);
  const json = new JsonText(word);
  let isBinary = false;
  session.whereabouts = () => `${input.name}, ${input.readBytes} bytes read`;
  for await (const chunk of input.chunks) {
    isBinary ||= chunk.includes(0);
    json.push(chunk);
    if (!json.isWhole) analysis.push(chunk);
  }
  const document = asGcsimJson(json, word);
  if (document !== undefined) return samplesOfJson(document, word);
  const { trace, report, collections } = analysis.finish();
  if (collections === 0) throw notALog(word, noGcLine([word], trace, isBinary), trace.lines.read);
  write(skippedDiagnostics(trace, false), session.err);
  const { procs } = report.figures;
  const [only] = procs;
  return [
    {
      name: word === '-' ? 'standard input' : word,
      figures: { summary: report.figures.summary, log: report.figures },
      release: trace.releases,
      ...(procs.length === 1 && only !== undefined && { procs: only }),
    },
  ];
}

/** A word that is no file may be a slip of the name of a workload. */
function openFile(word: string, context: Pick<SampleContext, 'session' | 'stop'>): TraceInput[] {
  try {
    return openLogs([word], context);
  } catch (error) {
    const nearest = nearestName(word, builtinNames());
    if (!(error instanceof UserError) || nearest === undefined) throw error;
    throw new UserError(
      error.diagnostics.map((diagnostic) => ({
        ...diagnostic,
        hint: `did you mean the built-in workload ${nearest}? gcsim workloads lists them`,
      })),
    );
  }
}

function notALog(word: string, error: UserError, lines: number): UserError {
  if (lines === 0) return error;
  const name = word === '-' ? 'standard input' : `"${word}"`;
  const [first, ...rest] = error.diagnostics;
  if (first === undefined) return error;
  const message = `${name} is neither a gctrace log nor JSON of gcsim: ${first.message}`;
  return new UserError([{ ...first, message }, ...rest]);
}
