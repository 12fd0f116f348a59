/**
 * Runs for tests: a workload by name or as data, on the simulated collector, with its summary; and a bare runtime, for tests of one part
 * of the collector.
 */
import { readFileSync } from 'node:fs';
import { quantile } from '../../src/analysis/statistics.ts';
import { type Summary, summarize } from '../../src/analysis/summary.ts';
import { Assists } from '../../src/collector/assist.ts';
import { Collector } from '../../src/collector/gc.ts';
import { Marker } from '../../src/collector/mark.ts';
import { Mutators } from '../../src/collector/mutator.ts';
import { KindTable, Planner } from '../../src/collector/objects.ts';
import { optionsFor } from '../../src/collector/options.ts';
import { referenceMachine } from '../../src/collector/params.ts';
import {
  findRelease,
  type Mechanisms,
  type ReleaseModel,
  resolveMechanisms,
} from '../../src/collector/release.ts';
import { Runtime } from '../../src/collector/runtime.ts';
import {
  createSimulation,
  type SimOptions,
  type SimTotals,
  type Simulation,
} from '../../src/collector/simulate.ts';
import { Sweeper } from '../../src/collector/sweep.ts';
import type { GcCycle, SimCycle } from '../../src/cycle.ts';
import { Engine } from '../../src/sim/engine.ts';
import { Prng } from '../../src/sim/prng.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import type { Workload } from '../../src/workload/workload.ts';

export type SimulatedCycle = GcCycle & { sim: SimCycle; heapGoalBytes: number };

/** A finished run. */
export interface SimulatedRun {
  options: SimOptions;
  cycles: SimulatedCycle[];
  /** Those that figures are taken from: all but the first and the forced ones. */
  counted: SimulatedCycle[];
  totals: SimTotals;
  summary: Summary;
}

const parsed = new Map<string, Workload>();

/** A built-in workload. */
export function workloadNamed(name: string): Workload {
  let workload = parsed.get(name);
  if (workload === undefined) {
    const url = new URL(`../../workloads/${name}.yaml`, import.meta.url);
    workload = parseWorkload(readFileSync(url, 'utf8'), `${name}.yaml`);
    parsed.set(name, workload);
  }
  return workload;
}

/**
 * A workload: a list whose leaves pile up in workbufs, collected once, and the steps that follow, if any.
 */
export function piledWorkload(then = ''): Workload {
  return workloadFrom(`
name: piled
kinds:
  item: { size: 128B, pointers: 128B }
  leaf: { size: 64B, pointers: 8B }
structures:
  peak: { shape: items, kind: item, length: 100000, leaf-kind: leaf, leaves: 14, next: last }
goroutines:
  - times: 1
    steps:
      - gc
${then}
`);
}

/** A workload from YAML in a test. */
export function workloadFrom(text: string): Workload {
  return parseWorkload(text, 'test.yaml');
}

/** The machine that the real programs were measured on has two cores. What a test does not set is the command's default. */
export function runWorkload(
  workload: string | Workload,
  asked: Partial<SimOptions> = {},
): SimulatedRun {
  const { simulation, options, cycles } = startWorkload(workload, asked);
  while (simulation.step(1 << 20));
  const totals = simulation.totals();
  return {
    options,
    cycles,
    counted: cycles.filter((cycle) => cycle.n > 1 && !cycle.forced),
    totals,
    summary: summarize(cycles, totals),
  };
}

/** A run that the test advances itself; `cycles` grows meanwhile. */
export function startWorkload(
  workload: string | Workload,
  asked: Partial<SimOptions> = {},
): {
  simulation: Simulation;
  runtime: Runtime;
  options: SimOptions;
  cycles: SimulatedCycle[];
} {
  const what = typeof workload === 'string' ? workloadNamed(workload) : workload;
  const cycles: SimulatedCycle[] = [];
  const options = optionsFor(what, { cores: 2, ...asked });
  const simulation = createSimulation(what, {
    ...options,
    onCycle(cycle) {
      cycles.push(asSimulated(cycle));
      options.onCycle?.(cycle);
    },
  });
  return { simulation, runtime: runtimeOf(simulation), options, cycles };
}

/** The same run with each seed. */
export function overSeeds(
  seeds: readonly number[],
  workload: string | Workload,
  asked: Partial<SimOptions> = {},
): SimulatedRun[] {
  return seeds.map((seed) => runWorkload(workload, { ...asked, seed }));
}

function asSimulated(cycle: GcCycle): SimulatedCycle {
  if (cycle.sim === undefined || cycle.heapGoalBytes === undefined) {
    throw new Error(`collection ${cycle.n} was not simulated`);
  }
  return cycle as SimulatedCycle;
}

/** The model's state inside a run, for tests of what no result tells. */
export function runtimeOf(simulation: Simulation): Runtime {
  return (simulation as unknown as { rt: Runtime }).rt;
}

/** A runtime without a program: what `createSimulation` builds, for tests that drive one part by hand. */
export function bareRuntime(
  release: string | ReleaseModel,
  set: { procs?: number; cores?: number; mechanisms?: Partial<Mechanisms>; seed?: number } = {},
): Runtime {
  const model = typeof release === 'string' ? findRelease(release) : release;
  const { procs = 1, cores = procs, seed = 1 } = set;
  const planner = new Planner([]);
  planner.runtime(procs);
  const engine = new Engine(() => {});
  const runtime = new Runtime(engine, {
    release: model,
    mechanisms: resolveMechanisms(model, set.mechanisms),
    machine: referenceMachine,
    kinds: new KindTable(planner.kinds, new Prng(seed, 'sizes')),
    procs,
    cores,
    gcPercent: 100,
    seed,
    noise: 0,
    grain: { shift: 0, spans: 1 },
  });
  const nothing: Workload = {
    name: 'nothing',
    about: '',
    run: {},
    globals: { bytes: 0, pointerBytes: 0 },
    kinds: [],
    structures: [],
    groups: [],
  };
  runtime.marker = new Marker(runtime, 0);
  runtime.assists = new Assists(runtime);
  runtime.sweeper = new Sweeper(runtime);
  runtime.collector = new Collector(runtime, () => {}, null);
  runtime.mutators = new Mutators(runtime, nothing, [], new Prng(seed, 'units'));
  return runtime;
}

/** Median of some figures; fails where there are none. */
export function medianOf(values: readonly number[]): number {
  return quantileOf(values, 0.5);
}

/** Quantile of some figures, as everywhere in gcsim; fails where there are none. */
export function quantileOf(values: readonly number[], q: number): number {
  const value = quantile(
    [...values].sort((a, b) => a - b),
    q,
  );
  if (value === undefined) throw new Error('no figures');
  return value;
}
