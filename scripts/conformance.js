/**
 * Reads real logs and sets what was found beside what people counted in them, as a table. The logs are other people's and stand
 * beside the project, with their counts in expected.csv: file, cycles, forced, processes, cut_short.
 *
 *   npm run conformance [-- --traces <folder>]
 *
 * The exit code is 1 where a count differs, and 0 where the folder is not there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { traces: { type: 'string', default: join(root, '../shared/traces') } },
});
const folder = values.traces;

const { TraceReader } = /** @type {typeof import('../src/trace/read.ts')} */ (
  await import(new URL('../dist/trace/read.js', import.meta.url).href)
);

/** @typedef {{ cycles: number, forced: number, processes: number, cutShort: number }} Counts */

/**
 * The counts of expected.csv, by file.
 * @returns {Map<string, Counts>}
 */
function expectedCounts() {
  const [, ...lines] = readFileSync(join(folder, 'expected.csv'), 'utf8').trim().split(/\r?\n/);
  return new Map(
    lines.map((line) => {
      const [file = '', ...counts] = line.split(',');
      const [cycles = 0, forced = 0, processes = 0, cutShort = 0] = counts.map(Number);
      return [file, { cycles, forced, processes, cutShort }];
    }),
  );
}

/**
 * What the reader finds in a log, and which Go it says printed it.
 * @param {string} file
 * @returns {Counts & { releases: string }}
 */
function readCounts(file) {
  let cycles = 0;
  let forced = 0;
  const reader = new TraceReader({
    onCycle(cycle) {
      cycles++;
      if (cycle.forced) forced++;
    },
  });
  reader.beginFile(file);
  reader.push(readFileSync(join(folder, file)));
  const { processCount, lines, releases } = reader.end();
  return { cycles, forced, processes: processCount, cutShort: lines.cutShort, releases };
}

/**
 * Columns of text, each as wide as its widest cell.
 * @param {string[][]} rows
 */
function table(rows) {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function main() {
  if (!existsSync(join(folder, 'expected.csv'))) {
    console.log(`no logs to read: there is no ${join(folder, 'expected.csv')}`);
    return;
  }
  let bad = 0;
  const rows = [['file', 'cycles', 'forced', 'processes', 'cut short', '', 'release']];
  for (const [file, expected] of expectedCounts()) {
    const read = readCounts(file);
    let isBad = false;
    const cells = /** @type {const} */ (['cycles', 'forced', 'processes', 'cutShort']).map(
      (name) => {
        if (read[name] === expected[name]) return String(read[name]);
        isBad = true;
        return `${read[name]}, not ${expected[name]}`;
      },
    );
    if (isBad) bad++;
    rows.push([file, ...cells, isBad ? 'BAD' : 'ok', read.releases]);
  }
  console.log(table(rows));
  const count = rows.length - 1;
  console.log(bad === 0 ? `${count} logs, all as counted` : `${count} logs, ${bad} of them BAD`);
  process.exitCode = bad === 0 ? 0 : 1;
}

main();
