/** What logs have to be for a calibration: whole, of one run each, at 1 proc, and of the program that they are said to be of. */
import type { GcCycle } from '../cycle.ts';
import type { Diagnostic } from '../diagnostic.ts';
import type { TraceReport } from '../trace/read.ts';
import { MiB } from '../units.ts';
import { phasesOfSteady } from './calibration.ts';

/** Collections that are needed: of init1; of steady while it builds, and while it serves. */
const init1CollectionsMin = 100;
const buildingMin = 2;
const servingMin = 5;
/** The live heap of init1: a string, the latest copy, and one in the making. */
const init1LiveMax = 8 * MiB;
/** The live heap of steady: 50 MiB of lists, and what is allocated while they are marked. */
const steadyLive = { min: 49 * MiB, max: 75 * MiB };

/** A log that was read, and the program that it is said to be of. */
export interface CalibrationLog {
  program: 'init1' | 'steady';
  name: string;
  cycles: readonly GcCycle[];
  report: Pick<TraceReport, 'processCount' | 'releases'>;
}

/** What keeps a log from being used: the first reason. */
export function calibrationProblems(
  run: CalibrationLog,
  release: { name: string; phases: 'coordinator' | 'decentralized' },
): Diagnostic[] {
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
  { program, cycles }: CalibrationLog,
  problem: (message: string, hint?: string) => Diagnostic[],
): Diagnostic[] {
  const live = medianBytes(cycles.slice(Math.floor(cycles.length / 2)));
  const found = `it is not of ${program}: about ${Math.round(live / MiB)} MiB live in it`;
  const swapped = "are the logs of --init1 and --steady in each other's place?";
  if (program === 'init1') {
    if (live > init1LiveMax) return problem(`${found}, and in init1 2 to 4`, swapped);
    if (cycles.length > init1CollectionsMin) return [];
    return problem(
      `it has ${cycles.length} collections, and must have more than ${init1CollectionsMin}`,
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
