/**
 * A reader of the lines that `src/trace/format.ts` prints, small and apart from it: the expressions are those
 * of the grammar's description, one for each family, and say nothing about how we print.
 */
import type { GcCycle, PacerRecord } from '../../src/cycle.ts';
import type { FamilyName } from '../../src/trace/format.ts';
import { MiB } from '../../src/units.ts';

const ms = String.raw`(\d+(?:\.\d{1,3})?)`;
const start = String.raw`(\d+) @(\d+\.\d{3})s (\d+)%: `;
const heap = String.raw`(\d+)->(\d+)->(\d+) MB, `;
const end = String.raw`(\d+) P( \(forced\))?$`;
const whole = String.raw`(\d+)`;

function clock(time: string, phases: number): string {
  return `${Array(phases).fill(time).join(String.raw`\+`)} ms clock, `;
}

type Family = 'G1' | 'G2' | 'G3' | 'G4';

const expressions: Record<Family, RegExp> = {
  G1: new RegExp(
    `^gc #${start}${clock(whole, 5)}${Array(5).fill(whole).join(String.raw`\+`)} ms cpu, ${heap}${end}`,
  ),
  G2: new RegExp(
    `^gc #${start}${clock(whole, 5)}${whole}\\+${whole}\\+${whole}\\+${whole}/${whole}/${whole}\\+${whole} ms cpu, ${heap}(\\d+) MB goal, ${end}`,
  ),
  G3: new RegExp(
    `^gc ${start}${clock(ms, 5)}${ms}\\+${ms}\\+${ms}\\+${ms}/${ms}/${ms}\\+${ms} ms cpu, ${heap}(\\d+) MB goal, ${end}`,
  ),
  G4: new RegExp(
    `^gc ${start}${clock(ms, 3)}${ms}\\+${ms}/${ms}/${ms}\\+${ms} ms cpu, ${heap}(\\d+) MB goal, ${end}`,
  ),
};

/** The collection of a gc line; undefined where the line is not of that family. */
export function readGcLine(line: string, family: FamilyName): GcCycle | undefined {
  if (!isKnown(family)) return undefined;
  const match = expressions[family].exec(line);
  if (match === null) return undefined;
  const texts = match.slice(1);
  const next = (): string => texts.shift() ?? fail(line);
  const time = (): number => Math.round(Number(next()) * 1e6);
  const size = (): number => Number(next()) * MiB;

  const n = Number(next());
  const atNs = Math.round(Number(next()) * 1e9);
  // Half a percent more than printed, which cutting off takes away again.
  const gcCpuFraction = (Number(next()) + 0.5) / 100;
  const isFivePhases = family !== 'G4';
  const sweepTermNs = time();
  const concurrent = isFivePhases ? { scanNs: time(), syncNs: time() } : {};
  const markNs = time();
  const markTermNs = time();
  const sweepTermCpuNs = time();
  const concurrentCpu = isFivePhases ? { scanCpuNs: time(), syncCpuNs: time() } : {};
  const assist = family === 'G1' ? {} : { assistNs: time() };
  const backgroundNs = time();
  const idle = family === 'G1' ? {} : { idleNs: time() };
  const markTermCpuNs = time();
  return {
    n,
    startNs: atNs,
    endNs: atNs,
    gcCpuFraction,
    sweepTermNs,
    ...concurrent,
    markNs,
    markTermNs,
    sweepTermCpuNs,
    ...concurrentCpu,
    ...assist,
    backgroundNs,
    ...idle,
    markTermCpuNs,
    heapStartBytes: size(),
    heapEndBytes: size(),
    heapMarkedBytes: size(),
    ...(family === 'G1' ? {} : { heapGoalBytes: size() }),
    procs: Number(next()),
    forced: texts.shift() !== undefined,
  };
}

function isKnown(family: FamilyName): family is Family {
  return family in expressions;
}

const float = String.raw`([+-]\d\.\d{6}e[+-]\d{3}|NaN|[+-]Inf)`;
const assistRatio = new RegExp(
  `^pacer: assist ratio=${float} \\(scan (\\d+) MB in (\\d+)->(\\d+) MB\\) workers=(-?\\d+)\\+(\\d+|${float})$`,
);
const pacerEnd = new RegExp(
  `^pacer: H_m_prev=(\\d+) h_t=${float} H_T=(\\d+) h_a=${float} H_a=(\\d+) h_g=${float} H_g=(\\d+) u_a=${float} u_g=${float} W_a=(-?\\d+) goal\u0394=${float} actual\u0394=${float} u_a/u_g=${float}$`,
);
const sweepDone = new RegExp(
  `^pacer: sweep done at heap size (\\d+)MB; allocated (\\d+)MB (?:of spans|during sweep); swept (\\d+) pages(?: at ${float} pages/byte)?$`,
);

/** A pacer line: which it is, and a record that holds its figures. */
export interface PacerLine {
  kind: 'assistRatio' | 'end' | 'sweepDone';
  pacer: PacerRecord;
  /** Figures of the line at the end of marking that are computed from others. */
  derived: number[];
}

/** Undefined where the line is no pacer line. */
export function readPacerLine(line: string): PacerLine | undefined {
  const started = assistRatio.exec(line);
  if (started !== null) {
    const [, ratio, scan, from, to, dedicated, fractional] = started.map(Number);
    return {
      kind: 'assistRatio',
      pacer: {
        start: {
          assistRatio: ratio ?? fail(line),
          heapScanBytes: (scan ?? fail(line)) * MiB,
          assistFromBytes: (from ?? fail(line)) * MiB,
          assistToBytes: (to ?? fail(line)) * MiB,
          dedicatedWorkers: dedicated ?? fail(line),
          fractionalWorkers: fractional ?? fail(line),
        },
        end: someEnd,
      },
      derived: [],
    };
  }
  const ended = pacerEnd.exec(line);
  if (ended !== null) {
    const numbers = ended.map(Number);
    const at = (i: number): number => numbers[i] ?? fail(line);
    const end = {
      heapMarkedPrevBytes: at(1),
      triggerRatio: at(2),
      triggerBytes: at(3),
      actualGrowth: at(4),
      heapActualBytes: at(5),
      goalGrowth: at(6),
      heapGoalBytes: at(7),
      utilization: at(8),
      goalUtilization: at(9),
      scanWork: at(10),
    };
    return { kind: 'end', pacer: { end }, derived: numbers.slice(11) };
  }
  const swept = sweepDone.exec(line);
  if (swept === null) return undefined;
  const [, live, allocated, pages, rate] = swept;
  return {
    kind: 'sweepDone',
    pacer: {
      sweepDone: {
        heapLiveBytes: Number(live) * MiB,
        allocatedBytes: Number(allocated) * MiB,
        sweptPages: Number(pages),
        pagesPerByte: Number(rate ?? 0),
      },
    },
    derived: [],
  };
}

const someEnd = {
  heapMarkedPrevBytes: 0,
  triggerRatio: 0,
  triggerBytes: 0,
  actualGrowth: 0,
  heapActualBytes: 0,
  goalGrowth: 0,
  heapGoalBytes: 0,
  utilization: 0,
  goalUtilization: 0,
  scanWork: 0,
};

function fail(line: string): never {
  throw new Error(`the line has fewer figures than its form: ${line}`);
}
