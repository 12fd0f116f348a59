/** How the measured programs were run, and how the workloads that model them are run to match. */

/** @typedef {import('./measured.js').Measured} Measured */

/** Cores of the machine on which the programs ran. */
export const cores = 2;

/** The collectors of March 2015 run here on the phases of a later commit: for orientation only. */
export const orientationReleases = ['8e24283a^', '8e24283a', '4b2fde94'];

/**
 * Seconds that a program was told to go on for; undefined: until it had done its copies. Known from what the programs
 * printed, and for `peak` from its number of collections: 200 MB/s from the peak's heap at that release.
 * @param {Measured} row
 */
function secondsOf({ program, release, load, procs }) {
  const isFreeing = release.startsWith('051809e3');
  switch (program) {
    case 'json':
    case 'garbage':
      return isFreeing && load === 'quiet' && procs === 4 ? 4 : 3;
    case 'steady':
      return 3;
    case 'ramp':
      return 4;
    case 'peak':
      return isFreeing ? 12 : 5;
    case 'peak2':
      return isFreeing ? 6 : 5;
    default:
      return undefined;
  }
}

/**
 * Seconds between two looks at GC memory; undefined: one at the end.
 * @param {Measured} row
 */
function sampleSecondsOf({ program, gcSysPeakKiB }) {
  if (gcSysPeakKiB === undefined) return undefined;
  return { peak: 0.1, peak2: 0.05 }[program] ?? 0.2;
}

/**
 * Runs with one seed each: as many as there were real ones, and three at least of programs that do not take long.
 * @param {Measured} row
 */
function seedCount({ program, runs }) {
  return Math.max(runs ?? 1, ['garbage', 'peak', 'peak2', 'ramp'].includes(program) ? 1 : 3);
}

/**
 * One simulated run.
 * @typedef {object} Job
 * @property {string} program
 * @property {string} release
 * @property {number} procs
 * @property {number} seed
 * @property {number} [seconds] In place of what the workload says.
 * @property {number} [sampleSeconds] Between two looks at GC memory.
 */

/**
 * The runs that a row is compared with. Rows that ask for the same runs get equal jobs.
 * @param {Measured} row
 * @returns {Job[]}
 */
export function jobsFor(row) {
  const { program, release, procs } = row;
  const seconds = secondsOf(row);
  const sampleSeconds = sampleSecondsOf(row);
  const isOrientation = orientationReleases.includes(release);
  const count = isOrientation ? 1 : seedCount(row);
  return Array.from({ length: count }, (_, i) => ({
    program,
    release,
    procs,
    seed: i + 1,
    ...(seconds !== undefined && { seconds }),
    ...(sampleSeconds !== undefined && { sampleSeconds }),
  }));
}

/**
 * The workload's text, with the time that the program went on for. In each of these files one group of goroutines does the
 * program's work; `garbage` has another that only waits as long.
 * @param {string} text
 * @param {number | undefined} seconds
 */
export function withSeconds(text, seconds) {
  if (seconds === undefined) return text;
  return text
    .replace(/^( +for: )\d+s$/gm, `$1${seconds}s`)
    .replace(/^( +- sleep: )\d+s$/gm, `$1${seconds}s`);
}
