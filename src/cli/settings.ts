/** The options of `gcsim run`: texts become settings here, and what is wrong with them is said. */

import { grainMax, isGrain } from '../collector/grain.ts';
import {
  type Choice,
  type Mechanism,
  type Mechanisms,
  mechanismChoices,
  mechanismNames,
} from '../collector/release.ts';
import type { SimOptions } from '../collector/simulate.ts';
import { didYouMean } from '../diagnostic.ts';
import { parseShare } from '../units.ts';
import {
  collectionsMax,
  coresMax,
  durationNsMax,
  gcPercentMax,
  procsMax,
  seedMax,
} from '../workload/limits.ts';
import { FlagReader } from './flagreader.ts';
import type { Session } from './session.ts';

/** The options of `gcsim run` as commander hands them over: texts that nobody has looked at. */
export interface RunFlags {
  go?: string;
  procs?: string;
  cores?: string;
  gogc?: string;
  seed?: string;
  seeds?: string;
  duration?: string;
  cycles?: string;
  noise?: string;
  grain?: string;
  machine?: string;
  set?: string[];
  contrast?: string | false;
  check?: true;
  gcpacertrace?: true;
  quiet?: true;
  csv?: string;
  json?: string;
  gctrace?: string;
  color?: boolean;
}

/** What the command line says about the simulation. */
export interface Overrides {
  /** Options that it sets; all others are for the workload and the defaults to set. */
  options: Partial<SimOptions>;
  /** Choices that it makes. */
  mechanisms: Partial<Mechanisms>;
  /** The mechanism whose choices are put side by side; false: none. */
  contrast: Mechanism | false;
  /** Where its machine comes from, if not from the reference. */
  machineFile?: string;
}

/** What is put side by side if nothing else is asked for. */
const defaultContrast: Mechanism = 'workbuf-freeing';

/** Reads the options that concern the simulation. Throws UserError, with all that is wrong. */
export function readOverrides(flags: RunFlags): Overrides {
  const reader = new RunFlagReader();
  const mechanisms = reader.mechanisms(flags.set ?? []);
  const contrast = flags.contrast === false ? false : reader.contrast(flags.contrast);
  const options = withoutAbsent({
    release: flags.go,
    procs: reader.integer('--procs', flags.procs, 1, procsMax),
    cores: reader.integer('--cores', flags.cores, 1, coresMax),
    gcPercent: reader.gcPercent(flags.gogc),
    seed: reader.integer('--seed', flags.seed, 0, seedMax),
    noise: reader.noise(flags.noise),
    grain: reader.grain(flags.grain),
    durationNs: reader.duration('--duration', flags.duration, durationNsMax, '24h'),
    cycles: reader.integer('--cycles', flags.cycles, 1, collectionsMax),
    check: flags.check,
    mechanisms: flags.set && mechanisms,
  });
  reader.finish();
  return { options, mechanisms, contrast };
}

/** The same on the machine that a file describes, if there is one. */
export async function withMachine(
  overrides: Overrides,
  file: string | undefined,
  session: Session,
): Promise<Overrides> {
  if (file === undefined) return overrides;
  const [{ readTextFile }, { parseMachine }] = await Promise.all([
    import('./builtin.ts'),
    import('./machinefile.ts'),
  ]);
  const { text, file: name } = await readTextFile(file, session, 'the machine');
  const machine = parseMachine(text, name);
  return { ...overrides, options: { ...overrides.options, machine }, machineFile: name };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutAbsent<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}

class RunFlagReader extends FlagReader {
  gcPercent(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    if (text === 'off') return -1;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value <= gcPercentMax) return value;
    return this.refuse(
      `--gogc must be a whole number of percent from 0 to ${gcPercentMax}, or "off", found "${text}"`,
    );
  }

  /** "3%" and "0.03" are the same. */
  noise(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const parsed = parseShare(text);
    if (parsed.ok) return parsed.value;
    const hint = parseShare(`${text}%`).ok ? `did you mean ${text}%?` : undefined;
    return this.refuse(`--noise must be ${parsed.expected}, found "${text}"`, hint);
  }

  /** "auto" is the same as nothing: chosen by the size of the heap. */
  grain(text: string | undefined): number | undefined {
    if (text === undefined || text === 'auto') return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (isGrain(value)) return value;
    return this.refuse(
      `--grain must be "auto" or a power of 2 from 1 to ${grainMax}, found "${text}"`,
    );
  }

  mechanisms(settings: string[]): Partial<Mechanisms> {
    const chosen = new Map<Mechanism, Choice<Mechanism>>();
    for (const setting of settings) {
      const [, name, choice] = /^([^=]*)=(.*)$/.exec(setting) ?? [];
      if (name === undefined || choice === undefined) {
        this.refuse(
          `--set takes mechanism=choice, found "${setting}"`,
          didYouMean(setting, mechanismNames, 'mechanisms'),
        );
        continue;
      }
      const mechanism = this.#mechanism('--set', name);
      if (mechanism === undefined) continue;
      const choices: readonly Choice<Mechanism>[] = mechanismChoices[mechanism];
      const valid = choices.find((candidate) => candidate === choice);
      if (valid === undefined) {
        this.refuse(
          `--set: ${mechanism} has no choice "${choice}"`,
          didYouMean(choice, choices, `choices of ${mechanism}`),
        );
        continue;
      }
      const earlier = chosen.get(mechanism);
      if (earlier !== undefined && earlier !== valid) {
        this.refuse(`--set asks for ${mechanism}=${earlier} and for ${mechanism}=${valid}`);
      }
      chosen.set(mechanism, valid);
    }
    // Each choice was found among those of its mechanism.
    return Object.fromEntries(chosen) as Partial<Mechanisms>;
  }

  contrast(text: string | undefined): Mechanism {
    if (text === undefined) return defaultContrast;
    return this.#mechanism('--contrast', text) ?? defaultContrast;
  }

  #mechanism(flag: string, name: string): Mechanism | undefined {
    const mechanism = mechanismNames.find((candidate) => candidate === name);
    if (mechanism !== undefined) return mechanism;
    const hint = didYouMean(name, mechanismNames, 'mechanisms');
    return this.refuse(`${flag}: there is no mechanism "${name}"`, hint);
  }
}
