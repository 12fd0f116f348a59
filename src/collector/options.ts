/** The options of a run: defaults, below what the workload's file says, below what the caller asks for. */
import type { Workload } from '../workload/workload.ts';
import { defaultRelease } from './release.ts';
import type { SimOptions } from './simulate.ts';

/** Options of a run that neither the workload nor the caller sets. They depend on nothing outside. */
export const defaultOptions = {
  release: defaultRelease,
  procs: 4,
  gcPercent: 100,
  seed: 1,
  /** Assumed: repeated runs on the reference machine differ by a few percent. */
  noise: 0.03,
} as const;

/** All options for `simulate`. Where nobody sets `cores`, the machine has as many as there are procs. */
export function optionsFor(workload: Workload, asked: Partial<SimOptions> = {}): SimOptions {
  const { run } = workload;
  const procs = asked.procs ?? run.procs ?? defaultOptions.procs;
  return { ...defaultOptions, cores: procs, ...run, ...asked, procs };
}
