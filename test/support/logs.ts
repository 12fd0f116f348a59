/** Real logs for tests, and the reader run over what a test has at hand. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GcCycle } from '../../src/cycle.ts';
import type { FamilyName, Scavenge } from '../../src/trace/forms.ts';
import { type SkippedLine, TraceReader, type TraceReport } from '../../src/trace/read.ts';
import { projectRoot } from './tree.ts';

/** Logs of other people, which are not ours to keep in the project: beside it, or not there at all. */
export const tracesFolder = join(projectRoot, '../shared/traces');
export const hasTraces = existsSync(join(tracesFolder, 'expected.csv'));
export const noTraces = `there is no folder ${tracesFolder}`;

/** Whole logs of the programs that were measured, beside the project too. */
export const measuredFolder = join(projectRoot, '../shared/reference/measured/logs');
export const hasMeasured = existsSync(measuredFolder);
export const noMeasured = `there is no folder ${measuredFolder}`;

export const conformanceFolder = join(projectRoot, 'test/conformance');

export interface Log {
  /** Its path within its folder, with slashes. */
  name: string;
  text: string;
}

/** All logs below a folder, by name; none where it is not there. */
export function logsBelow(folder: string): Log[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.log'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

export interface Expected {
  file: string;
  cycles: number;
  forced: number;
  processes: number;
  cutShort: number;
}

/** What people counted in the logs beside the project. */
export function expectedCounts(): Expected[] {
  const text = readFileSync(join(tracesFolder, 'expected.csv'), 'utf8');
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [file = '', ...counts] = line.split(',');
      const [cycles = 0, forced = 0, processes = 0, cutShort = 0] = counts.map(Number);
      return { file, cycles, forced, processes, cutShort };
    });
}

export interface ReadLog {
  cycles: GcCycle[];
  scavenges: Scavenge[];
  skipped: SkippedLine[];
  report: TraceReport;
}

/** What the reader makes of a text, given whole or in chunks of so many bytes. */
export function readLog(log: string | Uint8Array, chunkBytes = Number.POSITIVE_INFINITY): ReadLog {
  const bytes = typeof log === 'string' ? Buffer.from(log) : log;
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(bytes.subarray(at, at + chunkBytes));
  }
  return readFiles([{ name: 'test.log', chunks }]);
}

/** What the reader makes of several files, each in its chunks. */
export function readFiles(files: { name: string; chunks: Uint8Array[] }[]): ReadLog {
  const cycles: GcCycle[] = [];
  const scavenges: Scavenge[] = [];
  const skipped: SkippedLine[] = [];
  const reader = new TraceReader({
    onCycle: (cycle) => cycles.push(cycle),
    onScavenge: (scavenge) => scavenges.push(scavenge),
    onSkipped: (line) => skipped.push(line),
  });
  for (const { name, chunks } of files) {
    reader.beginFile(name);
    for (const chunk of chunks) reader.push(chunk);
  }
  return { cycles, scavenges, skipped, report: reader.end() };
}

/** Whole lines of each family: from G1 on of real programs, before that made up after the form. */
export const realLines: Readonly<Record<FamilyName, readonly string[]>> = {
  S1: [
    'gc37(8): 12+1+3 ms, 21 -> 9 MB 90411 -> 40122 (811200-771078) objects, 15(225) handoff, 23(583) steal, 314/41/2 yields',
  ],
  S2: [
    'gc13(1): 3+4+1305+9 us, 6 -> 3 MB, 11220 (44612-33392) objects, 241/0/0 sweeps, 0(0) handoff, 0(0) steal, 0/0/0 yields',
  ],
  S3: [
    'gc8(4): 5+14+2531+3 us, 8 -> 16 MB, 30425 (95112-64687) objects, 12 goroutines, 1004/6/0 sweeps, 6(411) handoff, 9(96) steal, 59/33/5 yields',
  ],
  G1: [
    'gc #4 @0.158s 5%: 2+11+4+2+5 ms clock, 2+11+4+2+5 ms cpu, 4->4->3 MB, 4 P',
    'gc #1 @0.000s 16%: 0+0+0+0+0 ms clock, 0+0+0+0+0 ms cpu, 0->0->0 MB, 4 P (forced)',
  ],
  G2: [
    'gc #4 @0.681s 14%: 45+19+3+237+4 ms clock, 90+19+6+40/21/0+8 ms cpu, 4->13->12 MB, 4 MB goal, 4 P',
    'gc #1 @0.000s 22%: 0+0+0+0+0 ms clock, 0+0+0+0/0/0+0 ms cpu, 0->0->0 MB, 0 MB goal, 2 P (forced)',
  ],
  G3: [
    'gc 4 @0.140s 4%: 0.12+15+4.0+19+0.28 ms clock, 0.24+15+0+2.7/0.080/0+0.57 ms cpu, 7->8->6 MB, 8 MB goal, 4 P',
    'gc 1 @0.000s 24%: 0.069+0+0+0+0.43 ms clock, 0.13+0+0+0/0/0+0.87 ms cpu, 0->0->0 MB, 0 MB goal, 4 P (forced)',
  ],
  G4: [
    'gc 4 @0.148s 1%: 0.19+7.7+0.11 ms clock, 0.38+0.95/4.6/0+0.22 ms cpu, 9->9->7 MB, 10 MB goal, 4 P',
    'gc 1 @0.006s 38%: 3.9+0.087+0.019 ms clock, 7.8+0/0.064/0.029+0.039 ms cpu, 0->0->0 MB, 4 MB goal, 2 P (forced)',
  ],
  G5: [
    'gc 4 @0.084s 4%: 0.20+14+0.074 ms clock, 0.40+0.048/4.9/0+0.14 ms cpu, 10->10->4 MB, 11 MB goal, 0 MB stacks, 0 MB globals, 4 P',
    'gc 2 @0.042s 0% (checking for goroutine leaks): 0.076+0.10+0.002 ms clock, 0.15+0/0.079/0.027+0.004 ms cpu, 3->4->3 MB, 7 MB goal, 0 MB stacks, 0 MB globals, 2 P (forced)',
  ],
};
