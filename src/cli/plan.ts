/** What a run will be: the workload, the settings in force, and the choices to put side by side. */
import { chooseGrain } from '../collector/grain.ts';
import { optionsFor } from '../collector/options.ts';
import {
  findRelease,
  type Mechanism,
  type Mechanisms,
  mechanismChoices,
  mechanismNames,
  type ReleaseModel,
  releases,
  resolveMechanisms,
  whyUndefined,
} from '../collector/release.ts';
import type { SimOptions } from '../collector/simulate.ts';
import { UserError } from '../diagnostic.ts';
import type { RunInfo } from '../report/json.ts';
import type { RunSettings, Workload } from '../workload/workload.ts';
import type { WorkloadText } from './builtin.ts';
import type { Overrides } from './settings.ts';

/** A run that is ready to start. */
export interface Plan {
  workload: Workload;
  release: ReleaseModel;
  /** What the reports say of it. */
  info: RunInfo;
  options: SimOptions;
  /** Choices that the command line made. */
  chosen: { mechanism: Mechanism; choice: string }[];
  /** Choices in force that are not the release's own, as `mechanism=choice`. */
  changes: string[];
  contrast: ContrastPlan | undefined;
}

/** The choices of a mechanism that are put side by side. One of them is what the run does anyway. */
export interface ContrastPlan {
  mechanism: Mechanism;
  sides: { choice: string; options: SimOptions | 'own' }[];
}

/** Rejects with a UserError where the workload is wrong, or the settings are not defined together. */
export async function planRun(source: WorkloadText, overrides: Overrides): Promise<Plan> {
  const workload = source.compiled ?? (await readWorkload(source, overrides.options));
  const asked = optionsFor(workload, overrides.options);
  const release = findRelease(asked.release);
  const options = { ...asked, release: release.name };
  const mechanisms = resolveMechanisms(release, options.mechanisms);
  const { procs, cores, gcPercent, seed, noise } = options;
  const { name } = release;
  return {
    workload,
    release,
    info: {
      workload: workload.name,
      release: name,
      procs,
      cores,
      gcPercent,
      seed,
      noise,
      ...(overrides.machineFile !== undefined && { machine: overrides.machineFile }),
      grain: 1 << chooseGrain(workload, options.grain).shift,
      mechanisms,
    },
    options,
    chosen: mechanismNames.flatMap((mechanism) => {
      const choice = overrides.mechanisms[mechanism];
      return choice === undefined ? [] : [{ mechanism, choice }];
    }),
    changes: mechanismNames
      .filter((mechanism) => mechanisms[mechanism] !== release.mechanisms[mechanism])
      .map((mechanism) => `${mechanism}=${mechanisms[mechanism]}`),
    contrast:
      overrides.contrast === false
        ? undefined
        : planContrast(overrides.contrast, release, mechanisms, options),
  };
}

async function readWorkload(
  { text, file }: WorkloadText,
  options: Partial<SimOptions>,
): Promise<Workload> {
  // Loaded here: to load what reads YAML takes longer than a short run.
  const { parseWorkload } = await import('../workload/parse.ts');
  return parseWorkload(text, file, {
    releases: releases.map(({ name }) => name),
    run: runSettings(options),
  });
}

/** What the command line says in place of the file's own run settings. */
function runSettings({ procs, cores, gcPercent, durationNs }: Partial<SimOptions>): RunSettings {
  return {
    ...(procs !== undefined && { procs }),
    ...(cores !== undefined && { cores }),
    ...(gcPercent !== undefined && { gcPercent }),
    ...(durationNs !== undefined && { durationNs }),
  };
}

function planContrast(
  mechanism: Mechanism,
  release: ReleaseModel,
  mechanisms: Mechanisms,
  options: SimOptions,
): ContrastPlan {
  const own = mechanisms[mechanism];
  if (mechanism === 'workbuf-freeing') {
    // Both sides exist for every release: see SimOptions.workbufContrast.
    const sideOf = (choice: 'on' | 'off'): ContrastPlan['sides'][number] => ({
      choice,
      options: choice === own ? 'own' : { ...options, workbufContrast: choice },
    });
    return { mechanism, sides: [sideOf('on'), sideOf('off')] };
  }
  const sides: ContrastPlan['sides'] = [];
  const reasons: string[] = [];
  for (const choice of mechanismChoices[mechanism]) {
    const set = { ...options.mechanisms, [mechanism]: choice };
    const why = whyUndefined(release, mechanism, choice);
    if (why !== undefined) reasons.push(`${choice}: ${why}`);
    else sides.push({ choice, options: choice === own ? 'own' : { ...options, mechanisms: set } });
  }
  if (sides.length > 1) return { mechanism, sides };
  throw new UserError({
    severity: 'error',
    message: `--contrast ${mechanism}: ${release.name} has only one choice, ${own}`,
    hint: reasons.join('\n'),
  });
}
