/** The comparison as Markdown: docs/fidelity.md with all figures, and the summary of it in README.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orientationReleases } from './programs.js';
import { deviationText, figure, limitsText, percent, rowName } from './report.js';
import { targets } from './targets.js';

/** @typedef {import('./targets.js').Compared} Compared */
/** @typedef {import('./targets.js').Judged} Judged */
/** @typedef {import('./targets.js').Pair} Pair */

/**
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} rows
 * @param {number} leftColumns
 */
function table(heads, rows, leftColumns) {
  const rule = heads.map((_, i) => (i < leftColumns ? '---' : '---:'));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * @typedef {object} Fidelity
 * @property {readonly Compared[]} compared
 * @property {readonly Judged[]} judged
 * @property {readonly Judged[]} quiet Over the rows of quiet machines alone.
 * @property {readonly Pair[]} pairs
 * @property {readonly string[]} releaseNames The oldest first.
 */

/** @param {readonly Judged[]} judged */
function targetRows(judged) {
  return judged.map((one) => [
    one.target.name.trim(),
    String(one.rows),
    limitsText(one).replace('|', '\\|'),
    deviationText(one.measure, one.median),
    `${deviationText(one.measure, one.worst.deviation)} (${rowName(one.worst.row)})`,
    one.isMet ? 'met' : `missed: ${one.beyond} beyond`,
  ]);
}

const targetHeads = ['', 'rows', 'aim', 'median', 'worst', ''];

/**
 * The targets, and what all rows come to.
 * @param {Fidelity} fidelity
 */
function targetsTable({ judged, pairs }) {
  const rows = targetRows(judged);
  const right = pairs.filter(({ isRight }) => isRight).length;
  rows.push([
    'order of releases by overshoot',
    `${pairs.length} pairs`,
    'all right',
    `${right} right`,
    '',
    right === pairs.length ? 'met' : 'missed',
  ]);
  return table(targetHeads, rows, 1);
}

/**
 * A figure of each program and release: real, an arrow, simulated.
 * @param {readonly Compared[]} compared All of one kind.
 * @param {readonly string[]} releaseNames
 */
function kindTable(compared, releaseNames) {
  const shown = compared.filter(({ notCounted }) => notCounted !== 'superseded');
  const columns = releaseNames.filter((name) => shown.some(({ row }) => row.release === name));
  const names = [...new Set(shown.map(({ row }) => `${row.program}, ${row.procs}`))];
  const rows = names.map((name) => [
    name,
    ...columns.map((release) => {
      const one = shown.find(
        ({ row }) => row.release === release && `${row.program}, ${row.procs}` === name,
      );
      return one === undefined ? '' : cellOf(one);
    }),
  ]);
  const heads = columns.map((name) => (orientationReleases.includes(name) ? `${name} †` : name));
  return table(['program, procs', ...heads], rows, 1);
}

/** @param {Compared} compared */
function cellOf({ kind, row, real, simulated, deviation, notCounted }) {
  const text = `${figure(kind.unit, real)}${row.load === 'loaded' ? '\\*' : ''} → ${figure(kind.unit, simulated)}`;
  const target = targets.find(
    ({ kinds, covers }) => kinds.includes(kind.name) && covers?.(row) !== false,
  );
  const isBeyond = notCounted === undefined && target !== undefined && deviation > target.worst;
  return isBeyond ? `**${text}**` : text;
}

/** @param {readonly Pair[]} pairs */
function wrongPairs(pairs) {
  const wrong = pairs.filter(({ isRight }) => !isRight);
  if (wrong.length === 0) return '';
  const rows = wrong.map(({ lower, higher, simulated }) => [
    `${higher.program}, ${higher.procs}`,
    `${higher.release} over ${lower.release}`,
    `${percent(higher.overshoot ?? 0)} and ${percent(lower.overshoot ?? 0)}`,
    `${percent(simulated[1])} and ${percent(simulated[0])}`,
  ]);
  return `\nPairs of releases in the wrong order:\n\n${table(['program, procs', 'releases', 'real', 'gcsim'], rows, 2)}\n`;
}

/**
 * All of it.
 * @param {Fidelity} fidelity
 */
function fidelityPage(fidelity) {
  const { compared, quiet, pairs, releaseNames } = fidelity;
  const tables = [...new Set(compared.map(({ kind }) => kind))].map((kind) => {
    const ofKind = compared.filter((one) => one.kind === kind);
    return `## ${kind.title}\n\n${kindTable(ofKind, releaseNames)}\n`;
  });
  return `# How close gcsim comes to real Go

Programs were run on real Go of many releases, and the workloads that model them are run on gcsim: \`npm run fidelity\` does that,
and made this page. In the tables stands real → simulated.

- The real programs ran with GOGC 100 on a virtual machine with two cores, so the simulated ones do (\`--cores 2\`). They go on for
  the same time or number of copies; GC memory is looked at as often. There are as many runs, each with a seed of its
  own, and at least three but of \`garbage\`, \`ramp\`, \`peak\` and \`peak2\`.
- Both sides come from gctrace lines, with their whole MiB, two digits and whole percents, by the same code. The first collection and
  forced ones are left out. Medians are over the collections of all runs.
- \\* Other work ran on the machine. Where the same was measured again on a quiet one, that is shown.
- † For orientation, and not counted: these collectors marked in the coordinator itself; here they run on the phases of a later
  commit.
- **Bold**: farther off than the worst row may be.

## Targets

The aim is a median deviation | a worst one, over all rows. A deviation is the difference as a share of the real figure, or (×)
the greater over the lesser. GC CPU comes in whole percents, and what is less than 2 points off counts as equal, for the share of
assists too.

${targetsTable(fidelity)}

Over the rows of quiet machines alone:

${table(targetHeads, targetRows(quiet), 1)}

Peak over goal is 1 + the median overshoot; overshoot is (heap at mark termination − goal) / goal. Wake-up delays with fewer
than ten real ones are left out. ∞: the real figure is 0, or the simulated one did not come up (none). Of GC memory the heap bitmap is HeapSys / 32.
${wrongPairs(pairs)}
${tables.join('\n')}`;
}

/**
 * Writes docs/fidelity.md, and its summary between the marks in README.md.
 * @param {string} root
 * @param {Fidelity} fidelity
 */
export function writeMarkdown(root, fidelity) {
  writeFileSync(join(root, 'docs', 'fidelity.md'), fidelityPage(fidelity));
  const path = join(root, 'README.md');
  const [begin, end] = ['<!-- fidelity: begin -->', '<!-- fidelity: end -->'];
  const before = readFileSync(path, 'utf8');
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error('README.md has no marks for the summary');
  const summary = `${begin}\n${targetsTable(fidelity)}\n`;
  writeFileSync(path, before.slice(0, from) + summary + before.slice(to));
}
