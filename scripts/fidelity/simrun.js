/** One simulated run, as the real program was run, and what is taken from it. */
import { readFileSync } from 'node:fs';
import { isCounted } from './figures.js';
import { cores, withSeconds } from './programs.js';

/** @typedef {import('./programs.js').Job} Job */

/**
 * What a run came to, as plain data.
 * @typedef {object} Run
 * @property {string} lines Its gc lines.
 * @property {{ signaller: string, us: number }[]} wakeups From the end of marking to the coordinator running.
 * @property {number[]} growthWithAssists Of each collection, over its goal.
 * @property {GcMemory} gcMemory
 */
/**
 * GC memory as a program sees it: at its end, and the most that it saw.
 * @typedef {object} GcMemory
 * @property {number} peakKiB
 * @property {number} restPeakKiB Beside the heap bitmap.
 * @property {number} finalKiB
 * @property {number} heapSysMiB
 */

const { createSimulation, findRelease, formatCycle, formatFor, optionsFor, parseWorkload } =
  /** @type {typeof import('../../src/gcsim.ts')} */ (
    await import(new URL('../../dist/gcsim.js', import.meta.url).href)
  );

/** Events between two looks at the clock: less than a sample's time apart. */
const sliceEvents = 1 << 10;

/**
 * @param {Job} job
 * @returns {Run}
 */
export function run({ program, release, procs, seed, seconds, sampleSeconds }) {
  const file = `${program}.yaml`;
  const text = readFileSync(new URL(`../../workloads/${file}`, import.meta.url), 'utf8');
  const workload = parseWorkload(withSeconds(text, seconds), file);
  const { family } = formatFor(release);
  const usesSpans = findRelease(release).workbufs.source === 'spans';
  /** @type {import('../../src/gcsim.ts').GcCycle[]} */
  const cycles = [];
  const simulation = createSimulation(workload, {
    ...optionsFor(workload, { release, procs, cores, seed }),
    onCycle: (cycle) => cycles.push(cycle),
  });
  /** @type {ReturnType<typeof lookAt>[]} */
  const samples = [];
  const sampleNs = (sampleSeconds ?? Number.POSITIVE_INFINITY) * 1e9;
  while (simulation.step(sliceEvents)) {
    if (simulation.nowNs < (samples.length + 1) * sampleNs) continue;
    samples.push(lookAt(simulation.totals(), usesSpans));
  }
  const final = lookAt(simulation.totals(), usesSpans);
  const counted = cycles.filter(isCounted);
  return {
    lines: cycles.map((cycle) => `${formatCycle(cycle, family)}\n`).join(''),
    wakeups: counted.flatMap(({ sim }) =>
      sim?.signaller === undefined || sim.wakeupDelayNs === undefined
        ? []
        : [{ signaller: sim.signaller, us: sim.wakeupDelayNs / 1000 }],
    ),
    growthWithAssists: counted.flatMap(({ sim, heapGoalBytes }) =>
      sim === undefined || !heapGoalBytes ? [] : [sim.growthWithAssistsBytes / heapGoalBytes],
    ),
    gcMemory: gcMemory([...samples, ...afterForced(cycles, usesSpans), final], final),
  };
}

/**
 * What MemStats would show. HeapSys is without the spans that workbufs have; the bitmap part is told from it.
 * @param {{ gcSys: { finalBytes: number, workbufFinalBytes: number }, heapSysFinalBytes: number }} totals
 * @param {boolean} usesSpans
 */
function lookAt({ gcSys, heapSysFinalBytes }, usesSpans) {
  const heapSys = heapSysFinalBytes - (usesSpans ? gcSys.workbufFinalBytes : 0);
  return { gcSys: gcSys.finalBytes, rest: gcSys.finalBytes - heapSys / 32, heapSys };
}

/**
 * Programs that call runtime.GC() look at once when it is done.
 * @param {import('../../src/gcsim.ts').GcCycle[]} cycles
 * @param {boolean} usesSpans
 */
function afterForced(cycles, usesSpans) {
  return cycles.flatMap(({ forced, sim }) => {
    if (!forced || sim === undefined) return [];
    const bitmap = sim.gcSysBitmapBytes - (usesSpans ? sim.gcSysWorkbufBytes / 32 : 0);
    return [{ gcSys: sim.gcSysBytes, rest: sim.gcSysBytes - bitmap, heapSys: bitmap * 32 }];
  });
}

/**
 * @param {ReturnType<typeof lookAt>[]} samples
 * @param {ReturnType<typeof lookAt>} final
 * @returns {GcMemory}
 */
function gcMemory(samples, final) {
  return {
    peakKiB: Math.max(...samples.map(({ gcSys }) => gcSys)) / 1024,
    restPeakKiB: Math.max(...samples.map(({ rest }) => rest)) / 1024,
    finalKiB: final.gcSys / 1024,
    heapSysMiB: final.heapSys / 2 ** 20,
  };
}
