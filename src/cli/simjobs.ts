/**
 * Simulations that are run for their figures alone, many at a time: one for each seed. A job and its result are plain
 * data, so that they can go to a thread and come back; what a job comes to depends on nothing else, and is the same
 * wherever it runs.
 */
import { MmuBuilder } from '../analysis/mmu.ts';
import { type Summary, SummaryBuilder } from '../analysis/summary.ts';
import { createSimulation, type SimOptions, type SimTotals } from '../collector/simulate.ts';
import { type Diagnostic, UserError } from '../diagnostic.ts';
import type { Ns } from '../units.ts';
import type { Workload } from '../workload/workload.ts';

/** One run. */
export interface SimJob {
  /** One object for all jobs of a workload. */
  workload: Workload;
  options: Omit<SimOptions, 'onCycle' | 'onTaken'>;
}

/** What one run came to. */
export interface SimJobResult {
  summary: Summary;
  totals: SimTotals;
}

/** How far a run has come. */
export interface SimJobProgress {
  nowNs: Ns;
  collections: number;
}

/** What is looked at while jobs run. */
export interface SimJobWatch {
  /** Aborted where the results are no longer wanted. */
  stop: AbortSignal;
  onProgress(job: number, progress: SimJobProgress): void;
  onResult(job: number, result: SimJobResult): void;
}

/**
 * Runs all jobs and resolves to their results, in the order of the jobs; to undefined once `stop` is aborted. Where
 * jobs fail it rejects with the error of the first of them, a JobError, whichever failed first.
 */
export type RunJobs = (
  jobs: readonly SimJob[],
  watch: SimJobWatch,
) => Promise<SimJobResult[] | undefined>;

/** Why a job failed, as plain data. */
export type JobFailure = { diagnostics: Diagnostic[] } | { stack: string };

/** A run failed through a bug of ours. Its stack is that of where it happened. */
export class JobError extends Error {
  readonly seed: number;

  constructor(stack: string, seed: number) {
    super('a run failed');
    this.stack = stack;
    this.seed = seed;
  }
}

export function failureOf(error: unknown): JobFailure {
  if (error instanceof UserError) return { diagnostics: [...error.diagnostics] };
  return { stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** The error that the main thread would have thrown, with the seed. */
export function errorOf(failure: JobFailure, { options }: SimJob): UserError | JobError {
  const { seed } = options;
  if ('stack' in failure) return new JobError(failure.stack, seed);
  return new UserError(
    failure.diagnostics.map((diagnostic) => ({
      ...diagnostic,
      message: `with seed ${seed}: ${diagnostic.message}`,
    })),
  );
}

/** Events between two looks at the time: some milliseconds. */
const sliceEvents = 1 << 15;

/**
 * Runs one job to its end, in slices. `onSlice` is called after each; what it returns or resolves to says whether to go
 * on.
 */
export async function runJob(
  { workload, options }: SimJob,
  onSlice: (progress: SimJobProgress) => boolean | Promise<boolean>,
): Promise<SimJobResult | undefined> {
  const builder = new SummaryBuilder();
  const mmu = new MmuBuilder(options.procs);
  const simulation = createSimulation(workload, {
    ...options,
    onCycle: (cycle) => builder.add(cycle),
    onTaken: (nowNs, taken) => mmu.add(nowNs, taken),
  });
  while (simulation.step(sliceEvents)) {
    const { nowNs, cyclesDone } = simulation;
    const isWanted = onSlice({ nowNs, collections: cyclesDone });
    // Most answer at once: to wait for those costs a turn each.
    if (isWanted !== true && !(await isWanted)) return undefined;
  }
  const totals = simulation.totals();
  const summary = builder.finish({ ...totals, mmu: mmu.finish(totals.elapsedNs) });
  return { summary, totals };
}
