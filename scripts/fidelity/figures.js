/**
 * The figures of a program's runs, as they are set side by side: one definition for real logs and for simulated lines, so that
 * both carry the whole MiB, the two digits of a time and the whole percents that a gctrace line prints.
 */

/** @typedef {import('../../src/gcsim.ts').GcCycle} GcCycle */

/**
 * What the gc lines of some runs of a program come to. Medians are over the collections of all runs; the first collection of
 * a run and forced ones are left out. Absent: the lines do not say.
 * @typedef {object} LineFigures
 * @property {number} collections In a run, mean of the runs.
 * @property {number} [overshoot] Median of (heap at mark termination − goal) / goal.
 * @property {number} [heapStartMiB] Medians of the four heap sizes, see medianOfWhole.
 * @property {number} [heapEndMiB]
 * @property {number} [heapMarkedMiB]
 * @property {number} [heapGoalMiB]
 * @property {number} [markMs] Median of the mark phase.
 * @property {number} [assistShare] CPU time of assists as a share of that of all marking, summed over the collections.
 * @property {number} [gcCpuPercent] What the last line says, median of the runs.
 */

const MiB = 2 ** 20;

/**
 * Between two middle values: their mean.
 * @param {readonly number[]} values
 */
export function medianOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/**
 * @param {readonly GcCycle[]} cycles
 * @param {(cycle: GcCycle) => number | undefined} figure
 */
function medianOver(cycles, figure) {
  return medianOf(cycles.map(figure).filter((value) => value !== undefined));
}

/**
 * The median of sizes that were cut off to whole numbers: those of one number count as spread evenly over what it leaves
 * open. So it moves with the sizes, and does not jump from one whole number to the next.
 * @param {readonly number[]} values
 */
export function medianOfWhole(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = sorted[Math.ceil(half) - 1];
  if (middle === undefined) return undefined;
  const below = sorted.indexOf(middle);
  const equal = sorted.lastIndexOf(middle) + 1 - below;
  return middle + (half - below) / equal;
}

/**
 * @param {readonly GcCycle[]} cycles
 * @param {(cycle: GcCycle) => number | undefined} bytes
 */
function medianMiB(cycles, bytes) {
  const sizes = cycles.map(bytes).filter((value) => value !== undefined);
  return medianOfWhole(sizes.map((size) => Math.floor(size / MiB)));
}

/** @param {GcCycle} cycle */
export function isCounted({ n, forced }) {
  return n > 1 && !forced;
}

/**
 * The collections of each run, as read from its lines.
 * @param {readonly (readonly GcCycle[])[]} runs
 * @returns {LineFigures}
 */
export function figuresOf(runs) {
  const counted = runs.flat().filter(isCounted);
  // Whole percents, as printed.
  const lastPercents = runs.flatMap((cycles) => {
    const share = cycles.at(-1)?.gcCpuFraction;
    return share === undefined ? [] : [Math.round(100 * share)];
  });
  /** @type {Partial<LineFigures>} */
  const known = Object.fromEntries(
    Object.entries({
      overshoot: medianOver(counted, overshootOf),
      heapStartMiB: medianMiB(counted, ({ heapStartBytes }) => heapStartBytes),
      heapEndMiB: medianMiB(counted, ({ heapEndBytes }) => heapEndBytes),
      heapMarkedMiB: medianMiB(counted, ({ heapMarkedBytes }) => heapMarkedBytes),
      heapGoalMiB: medianMiB(counted, ({ heapGoalBytes }) => heapGoalBytes),
      markMs: medianOver(counted, ({ markNs }) => markNs && markNs / 1e6),
      assistShare: assistShareOf(counted),
      gcCpuPercent: medianOf(lastPercents),
    }).filter(([, value]) => value !== undefined),
  );
  return { collections: runs.length === 0 ? 0 : counted.length / runs.length, ...known };
}

/** @param {GcCycle} cycle */
function overshootOf({ heapEndBytes, heapGoalBytes }) {
  return heapGoalBytes ? (heapEndBytes - heapGoalBytes) / heapGoalBytes : undefined;
}

/**
 * Absent where nothing was marked, or the lines have one figure for all marking.
 * @param {readonly GcCycle[]} cycles
 */
function assistShareOf(cycles) {
  let assists = 0;
  let all = 0;
  for (const { assistNs, backgroundNs = 0, idleNs = 0 } of cycles) {
    if (assistNs === undefined) return undefined;
    assists += assistNs;
    all += assistNs + backgroundNs + idleNs;
  }
  return all === 0 ? undefined : assists / all;
}
