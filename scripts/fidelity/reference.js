/**
 * The figures that are compared, read from the folder of all measurements: its tables (measured/*.csv, heap-growth-by-phase.txt)
 * and, for what the tables lack, the logs beside them (measured/logs).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { figuresOf } from './figures.js';
import { keyOf, readCsv } from './measured.js';

/** @typedef {import('./measured.js').Measured} Measured */
/** @typedef {import('./measured.js').Key} Key */
/** @typedef {import('./measured.js').Load} Load */
/** @typedef {(text: string) => { cycles: import('../../src/gcsim.ts').GcCycle[] }} ReadTrace */

/** Workloads by the names that their programs have in the tables, where these differ. */
const workloadNames = new Map([
  ['bigslices', 'big-slices'],
  ['init1long', 'init1-long'],
]);

/**
 * Who signalled the end of marking, as the instrumented builds write it.
 * @type {ReadonlyMap<number, 'dedicated' | 'fractional' | 'idle' | 'assist'>}
 */
const signallerCodes = new Map([
  [1, 'dedicated'],
  [2, 'assist'],
  [11, 'fractional'],
  [21, 'idle'],
]);

/** @param {string} folder */
export function hasReference(folder) {
  return existsSync(join(folder, 'measured', 'summary.csv'));
}

/** Best first. */
const loads = /** @type {const} */ (['quiet', 'release-run', 'loaded', 'instrumented']);

class Rows {
  /** @type {Map<string, Measured>} */
  #rows = new Map();

  /** @param {{ program: string, procs: number, release: string, load: Load }} key */
  of({ program, procs, release, load }) {
    const name = workloadNames.get(program) ?? program;
    const text = `${name} ${procs} ${release} ${load}`;
    let row = this.#rows.get(text);
    if (row === undefined) {
      row = { program: name, procs, release, load };
      this.#rows.set(text, row);
    }
    return row;
  }

  /**
   * The row of the quietest runs, whose logs were kept.
   * @param {Omit<Key, 'load'>} key
   */
  quietestOf({ program, procs, release }) {
    const name = workloadNames.get(program) ?? program;
    for (const load of loads) {
      const row = this.#rows.get(`${name} ${procs} ${release} ${load}`);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  all() {
    return [...this.#rows.values()];
  }
}

/**
 * All rows, in the order of the tables.
 * @param {string} folder
 * @param {ReadTrace} readTrace
 * @returns {Measured[]}
 */
export function readReference(folder, readTrace) {
  const measured = join(folder, 'measured');
  /** @param {string} file */
  const text = (file) => readFileSync(join(measured, file), 'utf8');
  const rows = new Rows();
  addSummary(rows, text('summary.csv'));
  addGcSys(rows, text('gcsys.csv'));
  addWakeups(rows, text('wakeup-delay.csv'));
  addGrowth(rows, text('heap-growth-by-phase.txt'));
  addLogs(rows, join(measured, 'logs'), readTrace);
  return rows.all();
}

/**
 * @param {Rows} rows
 * @param {string} text
 */
function addSummary(rows, text) {
  for (const { cell, number } of readCsv(text)) {
    const row = rows.of(keyOf({ cell, number }));
    row.runs = number('runs');
    // Of all runs; one decimal tells runs apart and keeps the copy readable.
    row.collections = Math.round((10 * number('cycles')) / row.runs) / 10;
    row.gcCpuPercent = number('gc_cpu_percent_last_median');
    // The collectors of March 2015 print no goal, no share of assists, and whole milliseconds.
    if (cell('overshoot_median') === '') continue;
    row.overshoot = number('overshoot_median');
    row.markMs = number('mark_ms_median');
    row.assistShare = number('assist_share_of_mark_cpu');
  }
}

/**
 * @param {Rows} rows
 * @param {string} text
 */
function addGcSys(rows, text) {
  for (const { cell, number } of readCsv(text)) {
    const row = rows.of(keyOf({ cell, number }));
    row.runs ??= number('runs');
    // Elsewhere the programs looked once, at their end: they do not know the peak.
    if (cell('release').startsWith('051809e3') || cell('program').startsWith('peak')) {
      row.gcSysPeakKiB = number('gcsys_peak_kib_median');
    }
    row.gcSysFinalKiB = number('gcsys_final_kib_median');
    row.heapSysMiB = number('heapsys_mib_median');
  }
}

/**
 * Two tables in one file: by program, and by who signalled.
 * @param {Rows} rows
 * @param {string} text
 */
function addWakeups(rows, text) {
  const [byProgram = '', bySignaller = ''] = text.split(/^#.*$/m);
  for (const { cell, number } of readCsv(byProgram)) {
    const row = wakeupRow(rows, cell);
    // The second line of a program at a number of procs is of the quieter runs, and stays.
    row['wakeup-any-us'] = number('med');
    row['wakeup-any-count'] = number('cycles');
  }
  for (const { cell, number } of readCsv(bySignaller)) {
    const row = wakeupRow(rows, cell);
    const who = signallerCodes.get(number('who'));
    if (who === undefined) throw new Error(`unknown signaller ${cell('who')}`);
    row[`wakeup-${who}-us`] = number('med');
    row[`wakeup-${who}-count`] = number('n');
  }
}

/**
 * @param {Rows} rows
 * @param {(name: string) => string} cell
 */
function wakeupRow(rows, cell) {
  return rows.of({
    program: cell('prog'),
    procs: Number(cell('P')),
    release: cell('toolchain'),
    load: 'instrumented',
  });
}

/**
 * Growth of the heap with assists on, over the goal: the last line of each block.
 * @param {Rows} rows
 * @param {string} text
 */
function addGrowth(rows, text) {
  const block =
    /^(?<program>\w+),(?<procs>\d+),(?<release>[\w^]+)(?<quiet> \(quiet\))?,\d.*(?:\n .*)*?\n.*growth with assists on \/ goal: med (?<median>[\d.]+)/gm;
  for (const { groups } of text.matchAll(block)) {
    const { program = '', procs, release = '', quiet, median } = groups ?? {};
    const load = quiet === undefined ? 'loaded' : 'quiet';
    rows.of({ program, procs: Number(procs), release, load }).growthWithAssists = Number(median);
  }
}

/**
 * What only the logs say: the heap sizes, and what GC memory came to beside the bitmap. Of each program one run was kept.
 * @param {Rows} rows
 * @param {string} folder
 * @param {ReadTrace} readTrace
 */
function addLogs(rows, folder, readTrace) {
  for (const name of readdirSync(folder).sort((a, b) => (a < b ? -1 : 1))) {
    const release = name.replace('-parent', '^');
    for (const file of readdirSync(join(folder, name)).sort((a, b) => (a < b ? -1 : 1))) {
      const [, program = '', procs] = /^(\w+)-p(\d+)-(?:sample-)?run1\.log$/.exec(file) ?? [];
      if (procs === undefined) continue;
      const row = rows.quietestOf({ program, procs: Number(procs), release });
      if (row === undefined) continue;
      const { cycles } = readTrace(readFileSync(join(folder, name, file), 'utf8'));
      const { heapStartMiB, heapEndMiB, heapMarkedMiB, heapGoalMiB } = figuresOf([cycles]);
      const sizes = { heapStartMiB, heapEndMiB, heapMarkedMiB, heapGoalMiB };
      Object.assign(
        row,
        Object.fromEntries(
          Object.entries(sizes).flatMap(([size, value]) =>
            value === undefined ? [] : [[size, Math.round(100 * value) / 100]],
          ),
        ),
      );
      if (row.gcSysPeakKiB !== undefined) {
        row.gcSysRestPeakKiB = restPeakKiB(join(folder, name, file.replace(/log$/, 'out')));
      }
    }
  }
}

/**
 * The most that GC memory came to beside the heap bitmap, which is 1/32 of the heap, in the samples of a run.
 * @param {string} path
 */
function restPeakKiB(path) {
  const text = readFileSync(path, 'utf8');
  const samples = [...text.matchAll(/HeapSys=(\d+).* GCSys=(\d+)/g)];
  return Math.round(
    Math.max(...samples.map(([, heap, gc]) => Number(gc) - Number(heap) / 32)) / 1024,
  );
}
