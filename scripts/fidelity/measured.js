/**
 * What real Go did: measured.csv, a copy of the figures that are compared. Our own measurements, GOGC 100, on a virtual machine
 * of two cores (x86-64, Debian 12), so that 4 procs share 2 cores.
 */
import { readFileSync } from 'node:fs';

/**
 * How quiet the machine was. `quiet` is best, `release-run` quiet with fewer runs; `loaded`: other work ran beside it, so that
 * medians can be trusted and extremes cannot. `instrumented`: builds of the runtime that print when the coordinator was woken.
 * @typedef {'quiet' | 'release-run' | 'loaded' | 'instrumented'} Load
 */

/** Who signalled the end of marking; `any`: whoever did. */
export const signallers = /** @type {const} */ ([
  'dedicated',
  'fractional',
  'idle',
  'assist',
  'any',
]);

/** The columns of figures. Units are in their names; shares and ratios are fractions of one. */
export const figureNames = /** @type {const} */ ([
  'runs',
  'collections',
  'overshoot',
  'heapStartMiB',
  'heapEndMiB',
  'heapMarkedMiB',
  'heapGoalMiB',
  'markMs',
  'assistShare',
  'gcCpuPercent',
  'growthWithAssists',
  'gcSysPeakKiB',
  'gcSysRestPeakKiB',
  'gcSysFinalKiB',
  'heapSysMiB',
  ...signallers.flatMap(
    (who) => /** @type {const} */ ([`wakeup-${who}-us`, `wakeup-${who}-count`]),
  ),
]);

/** @typedef {(typeof figureNames)[number]} FigureName */
/**
 * A program at a number of procs on a release.
 * @typedef {object} Key
 * @property {string} program The name of its workload.
 * @property {number} procs
 * @property {string} release
 * @property {Load} load
 */
/** @typedef {Key & Partial<Record<FigureName, number>>} Measured */

const path = new URL('measured.csv', import.meta.url);

/** @param {string} text */
function numberIn(text) {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`not a number: "${text}"`);
  return value;
}

/**
 * The rows of a CSV file without quotes, as objects by its heads.
 * @param {string} text
 */
export function readCsv(text) {
  const [heads = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return rows.map((cells) => {
    if (cells.length !== heads.length) throw new Error(`not ${heads.length} cells: ${cells}`);
    /** @param {string} name */
    const cell = (name) => {
      const value = cells[heads.indexOf(name)];
      if (value === undefined) throw new Error(`no column ${name}`);
      return value;
    };
    return { cell, number: (/** @type {string} */ name) => numberIn(cell(name)) };
  });
}

/**
 * What a row is about: the columns that both this file and the measurements have.
 * @param {ReturnType<typeof readCsv>[number]} row
 * @returns {Key}
 */
export function keyOf({ cell, number }) {
  return {
    program: cell('program'),
    procs: number('procs'),
    release: cell('release'),
    load: /** @type {Load} */ (cell('load')),
  };
}

/** @param {readonly Measured[]} rows */
export function writeMeasured(rows) {
  const heads = ['program', 'procs', 'release', 'load', ...figureNames];
  const lines = rows.map((row) =>
    [
      row.program,
      row.procs,
      row.release,
      row.load,
      ...figureNames.map((name) => row[name] ?? ''),
    ].join(','),
  );
  return `${[heads.join(','), ...lines].join('\n')}\n`;
}

/**
 * @param {string} text
 * @returns {Measured[]}
 */
export function parseMeasured(text) {
  return readCsv(text).map(({ cell, number }) => ({
    ...keyOf({ cell, number }),
    ...Object.fromEntries(
      figureNames.flatMap((name) => (cell(name) === '' ? [] : [[name, number(name)]])),
    ),
  }));
}

/** The copy. */
export function copiedText() {
  return readFileSync(path, 'utf8');
}

export const copyPath = path;
