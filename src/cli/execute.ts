/** Runs what was planned: the run itself, then the other sides of its contrast, then the report. */
import { HeapSeries } from '../analysis/heapseries.ts';
import { MmuBuilder } from '../analysis/mmu.ts';
import { type RunTotals, type Summary, SummaryBuilder } from '../analysis/summary.ts';
import {
  createSimulation,
  type SimOptions,
  type SimTotals,
  type Simulation,
} from '../collector/simulate.ts';
import type { GcCycle } from '../cycle.ts';
import { renderDiagnostic } from '../diagnostic.ts';
import type { Contrast, ContrastSide } from '../report/contrast.ts';
import { jsonCycle, jsonHead, jsonTail } from '../report/json.ts';
import { countedPlainly } from '../report/layout.ts';
import { formatCycle, formatFor, formatPacer, periodicLine } from '../trace/format.ts';
import { formatDuration } from '../units.ts';
import { advance, type Outcome, type Watch } from './advance.ts';
import { textStyle } from './colour.ts';
import type { Plan } from './plan.ts';
import { Progress } from './progress.ts';
import type { RunOutputs } from './runoutputs.ts';
import type { Session } from './session.ts';
import type { RunFlags } from './settings.ts';

/** Where a run takes place. */
export interface Surroundings {
  flags: RunFlags;
  outputs: RunOutputs;
  session: Session;
  /** Aborted by a signal, which is its reason. */
  stop: AbortSignal;
}

/** Runs the plan. What it resolves to says whether it came to its end. */
export async function execute(plan: Plan, surroundings: Surroundings): Promise<Outcome> {
  const { outputs, session, stop } = surroundings;
  const { err } = session;
  const runner = new Runner(plan, surroundings);

  const results = await Results.start(plan, surroundings);
  const own = await runner.run('', plan.options, (cycle) => results.add(cycle));
  if (typeof own === 'string') return own;
  const summary = results.summary.finish(own);

  const sides: ContrastSide[] = [];
  for (const { choice, options } of plan.contrast?.sides ?? []) {
    if (options === 'own') {
      sides.push({ choice, summary });
      continue;
    }
    const builder = new SummaryBuilder();
    const name = `${plan.contrast?.mechanism} ${choice}`;
    const totals = await runner.run(name, options, (cycle) => builder.add(cycle));
    if (typeof totals === 'string') return totals;
    sides.push({ choice, summary: builder.finish(totals) });
  }
  const { mechanism } = plan.contrast ?? {};
  const contrasts = mechanism === undefined ? [] : [{ mechanism, sides }];

  results.finish(summary, contrasts);
  // What goes to files is there, whole, before anybody is told that the run is over.
  for (const file of outputs.files) file.commit();
  // On a terminal, or in one pipe, the report comes after the lines.
  await err.flush(stop);
  await report(plan, { summary, contrasts, totals: own, results }, surroundings);
  return 'ended';
}

/** Runs one simulation after the other, and shows how far they have come. */
class Runner {
  readonly #plan: Plan;
  readonly #session: Session;
  readonly #progress: Progress;
  readonly #watch: Omit<Watch, 'onSlice'>;
  /** How long the run took, in its own time: a measure for those to come. */
  #elapsedNs: number | undefined;

  constructor(plan: Plan, { flags, outputs, session, stop }: Surroundings) {
    const { io, out, err } = session;
    this.#plan = plan;
    this.#session = session;
    const isWanted = err.isTerminal && !flags.quiet && io.env.TERM !== 'dumb';
    this.#progress = new Progress(isWanted ? err : undefined, io.nowMs);
    this.#watch = {
      io,
      stop,
      async room() {
        await out.room(stop);
        await err.room(stop);
      },
      isUnwanted: () => outputs.files.length === 0 && (out.closed || (err.closed && io.sameOutput)),
    };
  }

  /** `name` is empty for the run itself. Resolves to why there are no totals, where there are none. */
  async run(
    name: string,
    options: SimOptions,
    onCycle: (cycle: GcCycle) => void,
  ): Promise<(SimTotals & RunTotals) | Exclude<Outcome, 'ended'>> {
    const progress = this.#progress;
    const mmu = new MmuBuilder(options.procs);
    const simulation = createSimulation(this.#plan.workload, {
      ...options,
      onTaken: (nowNs, taken) => mmu.add(nowNs, taken),
      onCycle(cycle) {
        progress.clear();
        onCycle(cycle);
      },
    });
    this.#session.whereabouts = () => this.#describe(name, simulation);
    let outcome: Outcome;
    try {
      outcome = await advance(simulation, {
        ...this.#watch,
        onSlice: () => progress.update(() => this.#describe(name, simulation)),
      });
    } finally {
      progress.clear();
    }
    if (outcome !== 'ended') return outcome;
    const totals = simulation.totals();
    this.#elapsedNs ??= totals.elapsedNs;
    return { ...totals, mmu: mmu.finish(totals.elapsedNs) };
  }

  #describe(name: string, simulation: Simulation): string {
    const { workload, options } = this.#plan;
    const shares = [
      simulation.nowNs / (this.#elapsedNs ?? options.durationNs ?? Number.POSITIVE_INFINITY),
      simulation.cyclesDone / (options.cycles ?? Number.POSITIVE_INFINITY),
    ];
    const share = Math.min(1, Math.max(...shares));
    return [
      name === '' ? workload.name : `${workload.name}, ${name}`,
      ...(share > 0 ? [`${Math.floor(share * 100)} %`] : []),
      `${formatDuration(simulation.nowNs)} simulated`,
      countedPlainly(simulation.cyclesDone, 'collection'),
    ].join(' · ');
  }
}

/** What is gathered and written of the run's own collections, while they happen. */
class Results {
  readonly summary = new SummaryBuilder();
  readonly heap = new HeapSeries();
  readonly #plan: Plan;
  readonly #outputs: RunOutputs;
  readonly #withPacer: boolean;
  readonly #csvCycle: ((cycle: GcCycle) => string) | undefined;
  #count = 0;

  /** Writes what comes before the first collection. */
  static async start(plan: Plan, { flags, outputs }: Surroundings): Promise<Results> {
    outputs.json?.write(jsonHead(plan.info));
    if (outputs.csv === undefined) return new Results(plan, outputs, flags, undefined);
    const { csvCycle, csvHeader } = await import('../report/csv.ts');
    outputs.csv.write(csvHeader());
    return new Results(plan, outputs, flags, csvCycle);
  }

  private constructor(
    plan: Plan,
    outputs: RunOutputs,
    flags: RunFlags,
    csvCycle: ((cycle: GcCycle) => string) | undefined,
  ) {
    this.#plan = plan;
    this.#outputs = outputs;
    this.#withPacer = flags.gcpacertrace === true;
    this.#csvCycle = csvCycle;
  }

  add(cycle: GcCycle): void {
    this.summary.add(cycle);
    this.heap.add(cycle);
    const { gctrace, csv, json } = this.#outputs;
    if (gctrace.length > 0) {
      const lines = this.#lines(cycle);
      for (const sink of gctrace) sink.write(lines);
    }
    if (this.#csvCycle !== undefined) csv?.write(this.#csvCycle(cycle));
    json?.write(jsonCycle(cycle, this.#count));
    this.#count++;
  }

  /** Writes what comes after the last collection. */
  finish(summary: Summary, contrasts: readonly Contrast[]): void {
    this.#outputs.json?.write(jsonTail(summary, contrasts, this.#count));
  }

  /** The lines that the runtime prints of a collection, as one text. */
  #lines(cycle: GcCycle): string {
    const { name } = this.#plan.release;
    return [
      ...(cycle.periodic === true ? [periodicLine] : []),
      ...(this.#withPacer ? formatPacer(cycle, name) : []),
      formatCycle(cycle, formatFor(name).family),
      '',
    ].join('\n');
  }
}

/** What a run came to. */
interface Ending {
  summary: Summary;
  contrasts: readonly Contrast[];
  totals: SimTotals;
  results: Results;
}

/** The report on standard output; where something else has that, what it would warn of, on standard error. */
async function report(plan: Plan, ending: Ending, surroundings: Surroundings): Promise<void> {
  const { flags, outputs, session } = surroundings;
  const { summary, contrasts, totals, results } = ending;
  const { unexercised, same } = uselessChoices(plan, totals);
  if (outputs.report === undefined) {
    for (const message of [
      ...same,
      ...unexercised.map((c) => `${c} changed nothing in this run`),
    ]) {
      session.err.write(renderDiagnostic({ severity: 'warning', message }));
    }
    return;
  }
  const { renderRun, runNotes } = await import('../report/text.ts');
  const usesSpans =
    plan.contrast?.mechanism === 'workbuf-freeing' && plan.release.workbufs.source !== 'spans';
  const notes = runNotes({ run: plan.info, summary, unexercised, usesSpans });
  if (flags.check) {
    notes.push(
      `The accounting was checked at each of ${summary.collections} collections; it balances.`,
    );
  }
  // On a terminal that has just been shown the lines, the report stands apart from them.
  if (session.err.isTerminal && session.out.isTerminal && outputs.areLinesOnStderr) {
    session.err.write('\n');
    await session.err.flush(surroundings.stop);
  }
  outputs.report.write(
    renderRun(
      {
        run: plan.info,
        changes: plan.changes,
        summary,
        heap: results.heap.points(),
        contrasts,
        notes: [...notes, ...same],
      },
      await textStyle(session.out, session.io.env, flags.color),
    ),
  );
}

/** Choices of the command line that made no difference. */
function uselessChoices(
  { chosen, changes, release }: Plan,
  { unexercised }: SimTotals,
): { unexercised: string[]; same: string[] } {
  const useless: { unexercised: string[]; same: string[] } = { unexercised: [], same: [] };
  for (const { mechanism, choice } of chosen) {
    const text = `${mechanism}=${choice}`;
    if (!changes.includes(text)) {
      useless.same.push(`${text} changed nothing: it is the choice of ${release.name} anyway.`);
    } else if (unexercised.includes(mechanism)) {
      useless.unexercised.push(text);
    }
  }
  return useless;
}
