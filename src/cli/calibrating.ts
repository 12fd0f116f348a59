/** Reads the logs of a calibration, sees that they are what they are said to be, and writes the machine that they tell of. */
import { type CalibratedCost, calibrate } from '../analysis/calibration.ts';
import { type CalibrationLog, calibrationProblems } from '../analysis/calibrationlogs.ts';
import { runtimeObjects } from '../collector/objects.ts';
import { referenceMachine, runtimeGlobalsBytes } from '../collector/params.ts';
import { defaultRelease, findRelease, type ReleaseModel, releases } from '../collector/release.ts';
import type { GcCycle } from '../cycle.ts';
import { UserError } from '../diagnostic.ts';
import { formatCount, visible, wrap } from '../report/layout.ts';
import type { TraceInput } from '../trace/input.ts';
import { TraceReader } from '../trace/read.ts';
import type { CalibrateFlags } from './calibrate.ts';
import { openLogs } from './readlogs.ts';
import type { Session } from './session.ts';

/** The first release whose logs are taken. */
const oldestRelease = '1.5';
const commentWidth = 98;

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
  const runs: CalibrationLog[] = [];
  for (const [i, input] of inputs.entries()) {
    runs.push(await readRun(input, i < init1.length ? 'init1' : 'steady', stop));
    if (stop.aborted) return '';
  }
  const problems = runs.flatMap((run) => calibrationProblems(run, release));
  if (problems.length > 0) throw new UserError(problems);
  const cyclesOf = (name: CalibrationLog['program']): (readonly GcCycle[])[] =>
    runs.filter(({ program }) => program === name).map(({ cycles }) => cycles);
  const logs = { init1: cyclesOf('init1'), steady: cyclesOf('steady') };
  const model = {
    release,
    defaults: referenceMachine,
    runtimeGlobalsBytes,
    runtimeObjects: runtimeObjects(1),
  };
  return machineText(calibrate(logs, model), release, runs);
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

async function readRun(
  input: TraceInput,
  program: CalibrationLog['program'],
  stop: AbortSignal,
): Promise<CalibrationLog> {
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

/** The machine as YAML, each cost with what it was made from. */
function machineText(
  costs: readonly CalibratedCost[],
  release: ReleaseModel,
  runs: readonly CalibrationLog[],
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
