/** The comparison as text for a terminal. */

/** @typedef {import('./targets.js').Compared} Compared */
/** @typedef {import('./targets.js').Judged} Judged */
/** @typedef {import('./targets.js').Kind} Kind */
/** @typedef {import('./targets.js').Pair} Pair */
/** @typedef {import('./measured.js').Measured} Measured */

/**
 * @param {number} share
 */
export function percent(share) {
  if (share === Number.POSITIVE_INFINITY) return '∞';
  const value = 100 * share;
  const text = Math.abs(value) < 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
  return `${text.replace(/^-0$/, '0').replace('-', '−')} %`;
}

/**
 * @param {Kind['measure']} measure
 * @param {number} deviation
 */
export function deviationText(measure, deviation) {
  if (measure === 'share') return percent(deviation);
  if (deviation === Number.POSITIVE_INFINITY) return '∞';
  return `× ${deviation < 9.995 ? deviation.toFixed(2) : deviation.toFixed(0)}`;
}

/** @param {number} value */
function threeDigits(value) {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size < 1 ? 3 : size < 10 ? 2 : 1);
}

/**
 * @param {Kind['unit']} unit
 * @param {number | undefined} value
 */
export function figure(unit, value) {
  if (value === undefined) return 'none';
  switch (unit) {
    case 'share':
      return percent(value);
    case 'percent':
      return `${value} %`;
    case 'count':
      return value.toFixed(value < 100 ? 1 : 0).replace(/\.0$/, '');
    case 'us':
      return value < 1000 ? `${threeDigits(value)} µs` : `${threeDigits(value / 1000)} ms`;
    default:
      return `${threeDigits(value)} ${unit}`;
  }
}

/** @param {Measured} row */
export function rowName({ program, release, procs }) {
  return `${program} ${release}, ${procs} ${procs === 1 ? 'proc' : 'procs'}`;
}

/**
 * Columns of text: the first ones to the left, figures to the right.
 * @param {readonly (readonly string[])[]} rows
 * @param {number} leftColumns
 */
function columns(rows, leftColumns) {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, i) =>
        i < leftColumns ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

const notes = {
  orientation: 'for orientation, not counted',
  superseded: 'measured again on a quiet machine, not counted',
};

/**
 * A table for each kind of figure.
 * @param {readonly Compared[]} compared
 */
export function renderRows(compared) {
  return [...new Set(compared.map(({ kind }) => kind))]
    .map((kind) => {
      const rows = compared.filter((one) => one.kind === kind);
      const cells = rows.map(({ row, real, simulated, deviation, notCounted }) => [
        row.program,
        row.release,
        String(row.procs),
        row.load,
        figure(kind.unit, real),
        figure(kind.unit, simulated),
        deviationText(kind.measure, deviation),
        notCounted === undefined ? '' : notes[notCounted],
      ]);
      const heads = ['program', 'release', 'procs', 'load', 'real', 'gcsim', 'deviation', ''];
      return `${[kind.title, ...columns([heads, ...cells], 4)].join('\n')}\n`;
    })
    .join('\n');
}

/** @param {Judged} judged */
export function limitsText({ target, measure }) {
  /** @param {number} value */
  const text = (value) => deviationText(measure, value).replace(/\.?0+$/, '');
  return `${text(target.median)} | ${text(target.worst)}`;
}

/** @param {readonly Judged[]} judged */
export function renderTargets(judged) {
  const rows = judged.map((one) => [
    one.target.name,
    String(one.rows),
    limitsText(one),
    deviationText(one.measure, one.median),
    deviationText(one.measure, one.worst.deviation),
    String(one.beyond),
    one.isMet ? 'met' : 'MISSED',
    rowName(one.worst.row),
  ]);
  const heads = ['target', 'rows', 'aim', 'median', 'worst', 'beyond', '', 'worst row'];
  return `${columns([heads, ...rows], 1).join('\n')}\n`;
}

/** @param {readonly Pair[]} pairs */
export function renderOrder(pairs) {
  const wrong = pairs.filter(({ isRight }) => !isRight);
  const verdict = wrong.length === 0 ? 'met' : 'MISSED';
  const lines = wrong.map(
    ({ lower, higher, simulated }) =>
      `  ${higher.program}, ${higher.procs} procs: ${higher.release} ${percent(higher.overshoot ?? 0)} over ${lower.release} ${percent(lower.overshoot ?? 0)}, simulated ${percent(simulated[1])} and ${percent(simulated[0])}`,
  );
  const right = pairs.length - wrong.length;
  const head = `Order of releases by overshoot: ${right} of ${pairs.length} pairs right: ${verdict}`;
  return `${[head, ...lines].join('\n')}\n`;
}
