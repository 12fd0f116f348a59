/** Runs simulations for their figures, with progress, signals and errors seen to. */
import type { StopSignal } from './io.ts';
import { Progress } from './progress.ts';
import type { Session } from './session.ts';
import { JobError, type SimJob, type SimJobProgress, type SimJobResult } from './simjobs.ts';

/** Resolves to the results, in the order of the jobs, or to the signal that asked to stop. */
export async function simulateAll(
  jobs: readonly SimJob[],
  { session, stop }: { session: Session; stop: AbortSignal },
): Promise<SimJobResult[] | StopSignal> {
  const { io, err } = session;
  const isWanted = err.isTerminal && io.env.TERM !== 'dumb';
  const progress = new Progress(isWanted ? err : undefined, io.nowMs);
  const meter = new Meter(jobs, io.nowMs);
  session.whereabouts = () => meter.describe();
  try {
    const results = await io.runJobs(jobs, {
      stop,
      onProgress(job, reached) {
        meter.reach(job, reached);
        progress.update(() => meter.draw());
      },
      onResult(job, result) {
        meter.finish(job, result);
        progress.update(() => meter.draw());
      },
    });
    return results ?? (stop.reason as StopSignal);
  } catch (error) {
    if (error instanceof JobError) session.seed = error.seed;
    throw error;
  } finally {
    progress.clear();
  }
}

const barWidth = 20;

/** How far jobs have come, and how long the rest will take. */
class Meter {
  readonly #jobs: readonly SimJob[];
  readonly #nowMs: () => number;
  readonly #startMs: number;
  readonly #reached: (SimJobProgress | undefined)[] = [];
  /** How long a run took in its own time, by its workload: a measure for the other seeds. */
  readonly #elapsedNs = new Map<object, number>();
  #done = 0;

  constructor(jobs: readonly SimJob[], nowMs: () => number) {
    this.#jobs = jobs;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  reach(job: number, reached: SimJobProgress): void {
    this.#reached[job] = reached;
  }

  finish(job: number, { totals }: SimJobResult): void {
    this.#reached[job] = undefined;
    this.#done++;
    const workload = this.#jobs[job]?.workload;
    if (workload !== undefined && !this.#elapsedNs.has(workload)) {
      this.#elapsedNs.set(workload, totals.elapsedNs);
    }
  }

  /** Which part of all is done. */
  #share(): number {
    return (this.#done + this.#partsUnderWay()) / this.#jobs.length;
  }

  /** A bar, and what there is to say beside it. */
  draw(): string {
    const done = Math.floor(this.#share() * barWidth);
    return `[${'='.repeat(done)}${' '.repeat(barWidth - done)}] ${this.describe()}`;
  }

  describe(): string {
    const count = this.#jobs.length;
    const share = this.#share();
    const tookMs = this.#nowMs() - this.#startMs;
    return [
      `${this.#done} of ${count} runs`,
      ...(share > 0 ? [`${Math.floor(share * 100)} %`] : []),
      ...(share > 0 && share < 1 ? [`${timeLeft((tookMs * (1 - share)) / share)} left`] : []),
    ].join(' · ');
  }

  /** Of the runs under way, which part is done; summed. */
  #partsUnderWay(): number {
    let sum = 0;
    for (const [job, reached] of this.#reached.entries()) {
      const { workload, options } = this.#jobs[job] ?? {};
      if (reached === undefined || workload === undefined || options === undefined) continue;
      const { durationNs, cycles } = options;
      const elapsedNs = this.#elapsedNs.get(workload) ?? durationNs ?? Number.POSITIVE_INFINITY;
      const part = Math.max(
        reached.nowNs / elapsedNs,
        reached.collections / (cycles ?? Number.POSITIVE_INFINITY),
      );
      sum += Math.min(1, part);
    }
    return sum;
  }
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
