/** Reads the logs of a calibration, sees that they are what they are said to be, and writes the machine that they tell of. */
import { referenceMachine } from '../collector/params.ts';
import { defaultRelease, findRelease, type ReleaseModel, releases } from '../collector/release.ts';
import type { GcCycle } from '../cycle.ts';
import { type Diagnostic, UserError } from '../diagnostic.ts';
import { countedPlainly, formatCount, visible, wrap } from '../report/layout.ts';
import type { TraceInput } from '../trace/input.ts';
import { TraceReader, type TraceReport } from '../trace/read.ts';
import { MiB } from '../units.ts';
import type { CalibrateFlags } from './calibrate.ts';
import { type CalibratedCost, calibrate, phasesOfSteady } from './calibration.ts';
import { openLogs } from './readlogs.ts';
import type { Session } from './session.ts';

/** The first release whose logs are taken. */
const oldestRelease = '1.5';
/** Collections that are needed: of init1; of steady while it builds, and while it serves. */
const init1CollectionsMin = 100;
const buildingMin = 2;
const servingMin = 5;
/** The live heap of init1: a string, the latest copy, and one in the making. */
const init1LiveMax = 8 * MiB;
/** The live heap of steady: 50 MiB of lists, and what is allocated while they are marked. */
const steadyLive = { min: 49 * MiB, max: 75 * MiB };

const commentWidth = 98;

type ProgramName = 'init1' | 'steady';

/** A log that was read. */
interface Run {
  program: ProgramName;
  name: string;
  cycles: GcCycle[];
  report: TraceReport;
}

/** Returns the machine as YAML. Throws UserError, with all that is wrong with the logs. */
export async function calibrateMachine(
  flags: CalibrateFlags,
  session: Session,
  stop: AbortSignal,
): Promise<string> {
  const { init1 = [], steady = [] } = flags;
  const release = releaseOf(flags.go ?? defaultRelease);
  const missing = [
    ...(init1.length === 0 ? ['init1'] : []),
    ...(steady.length === 0 ? ['steady'] : []),
  ];
  if (missing.length > 0) {
    throw new UserError({
      severity: 'error',
      message: `no log of ${missing.join(' and none of ')} is named: costs are told from both programs together`,
      hint: 'gcsim calibrate --init1 init1.log --steady steady.log',
    });
  }
  const inputs = openLogs([...init1, ...steady], { session, stop });
  const runs: Run[] = [];
  for (const [i, input] of inputs.entries()) {
    runs.push(await readRun(input, i < init1.length ? 'init1' : 'steady', stop));
    if (stop.aborted) return '';
  }
  const problems = runs.flatMap((run) => problemsOf(run, release));
  if (problems.length > 0) throw new UserError(problems);
  const cyclesOf = (name: ProgramName): GcCycle[][] =>
    runs.filter(({ program }) => program === name).map(({ cycles }) => cycles);
  const logs = { init1: cyclesOf('init1'), steady: cyclesOf('steady') };
  return machineText(calibrate(logs, release, referenceMachine), release, runs);
}

function releaseOf(name: string): ReleaseModel {
  const release = findRelease(name);
  const names = releases.map((one) => one.name);
  if (names.indexOf(release.name) >= names.indexOf(oldestRelease)) return release;
  throw new UserError({
    severity: 'error',
    message: `--go ${release.name}: costs are told from logs of Go ${oldestRelease} and later`,
    hint: `before that, lines are too coarse, or the heap is counted late; gcsim has ${names.slice(names.indexOf(oldestRelease)).join(', ')}`,
  });
}

async function readRun(input: TraceInput, program: ProgramName, stop: AbortSignal): Promise<Run> {
  const cycles: GcCycle[] = [];
  const reader = new TraceReader({ onCycle: (cycle) => cycles.push(cycle) });
  reader.beginFile(input.name);
  try {
    for await (const chunk of input.chunks) reader.push(chunk);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  return { program, name: input.name, cycles, report: reader.end() };
}

/** What keeps a log from being used: the first reason. */
function problemsOf(run: Run, release: ReleaseModel): Diagnostic[] {
  const problem = (message: string, hint?: string): Diagnostic[] => [
    { severity: 'error', file: run.name, message, ...(hint !== undefined && { hint }) },
  ];
  const { cycles, report } = run;
  if (cycles.length === 0) {
    return problem('there is no gc line in it', 'GODEBUG=gctrace=1 makes a program print them');
  }
  if (report.processCount > 1) {
    return problem(
      `it is of ${report.processCount} processes, and must be of one run of ${run.program}`,
      'name the log of each run by itself',
    );
  }
  const procs = cycles.find((cycle) => cycle.procs !== 1)?.procs;
  if (procs !== undefined) {
    return problem(
      `it is of a run with ${procs} procs, and must be of one with 1`,
      'with several, what one proc does cannot be told from what others do: GOMAXPROCS=1',
    );
  }
  const gap = cycles.findIndex(({ n }, i) => n !== i + 1);
  if (gap >= 0) {
    return problem(
      `collection ${gap + 1} is not in it, and all must be, from the first on`,
      'a log that was cut, or whose lines other output has torn, does not do',
    );
  }
  const isCoordinated = cycles.some(({ scanNs }) => scanNs !== undefined);
  if (isCoordinated !== (release.phases === 'coordinator')) {
    return problem(
      `its lines are of Go ${report.releases.replace(/^Go /, '')}, and not of ${release.name}`,
      'say which release printed it with --go',
    );
  }
  return problemsOfProgram(run, problem);
}

/** Is it the program that it is said to be, and is there enough of it? */
function problemsOfProgram(
  { program, cycles }: Run,
  problem: (message: string, hint?: string) => Diagnostic[],
): Diagnostic[] {
  const live = medianBytes(cycles.slice(Math.floor(cycles.length / 2)));
  const found = `it is not of ${program}: about ${Math.round(live / MiB)} MiB live in it`;
  const swapped = "are the logs of --init1 and --steady in each other's place?";
  if (program === 'init1') {
    if (live > init1LiveMax) return problem(`${found}, and in init1 2 to 4`, swapped);
    if (cycles.length > init1CollectionsMin) return [];
    return problem(
      `it has ${countedPlainly(cycles.length, 'collection')}, and must have more than ${init1CollectionsMin}`,
      'let init1 make 1,000 copies or more',
    );
  }
  if (live < steadyLive.min || live > steadyLive.max) {
    return problem(`${found}, and in steady 50 to 60`, swapped);
  }
  const { building, serving } = phasesOfSteady(cycles);
  if (building.length >= buildingMin && serving.length >= servingMin) return [];
  return problem(
    `it has ${building.length} collections while steady builds, and ${serving.length} while it serves; ${buildingMin} and ${servingMin} are needed, beside the first`,
    'steady must build all 50 MiB of its lists, and then serve for 2 s or more',
  );
}

function medianBytes(cycles: readonly GcCycle[]): number {
  const sizes = cycles.map(({ heapMarkedBytes = 0 }) => heapMarkedBytes).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)] ?? 0;
}

/** The machine as YAML, each cost with what it was made from. */
function machineText(
  costs: readonly CalibratedCost[],
  release: ReleaseModel,
  runs: readonly Run[],
): string {
  const names = new Set<string>(costs.map(({ name }) => name));
  const kept = Object.keys(referenceMachine).filter((name) => !names.has(name));
  const sources = runs.map(
    ({ name, cycles }) => `${visible(name)} (${formatCount(cycles.length)})`,
  );
  const entries = costs.map(({ name, value }) => `${name}: ${digits(value)}`);
  const width = Math.max(...entries.map((entry) => entry.length));
  const lines = costs.map(({ name, uncertainty, from }, i) => {
    const before = digits(referenceMachine[name]);
    return `${(entries[i] ?? '').padEnd(width)}  # ± ${digits(uncertainty, 1)}, default ${before}; ${from}`;
  });
  return [
    ...comment(
      `Costs of a machine in ns, from runs on Go ${release.name} at 1 proc (collections): ${sources.join(', ')}.`,
    ),
    ...comment(`Not told by logs, and as they are by default: ${kept.join(', ')}.`),
    ...lines,
    '',
  ].join('\n');
}

function comment(text: string): string[] {
  return wrap(text, commentWidth).map((line) => `# ${line}`);
}

/** A number with so many significant digits, and no exponent. */
function digits(value: number, count = 3): string {
  return String(Number(value.toPrecision(count)));
}
