/**
 * What holds of every run and of every log of one, whatever was run. Each law gives the sentences that say where it is
 * broken; none where it holds.
 */

/** @typedef {typeof import('../../src/gcsim.ts')} Gcsim */
/** @typedef {import('../../src/gcsim.ts').GcCycle} GcCycle */
/** @typedef {import('../../src/gcsim.ts').PacerRecord} PacerRecord */
/** @typedef {import('../../src/gcsim.ts').SimTotals} SimTotals */
/** @typedef {import('../../src/gcsim.ts').SimOptions} SimOptions */
/** @typedef {import('../../src/gcsim.ts').FamilyName} FamilyName */

const MiB = 2 ** 20;
const msNs = 1e6;
const usNs = 1e3;

/**
 * The run ended for a reason that it was given, its Ps' time adds up, and each collection is one that can have been.
 * @param {{ cycles: readonly GcCycle[], totals: SimTotals, options: SimOptions }} run
 * @returns {string[]}
 */
export function runComplaints({ cycles, totals, options }) {
  /** @type {string[]} */
  const complaints = [];
  const reasons = [
    'finished',
    ...(options.durationNs === undefined ? [] : ['duration']),
    ...(options.cycles === undefined ? [] : ['cycles']),
  ];
  if (!reasons.includes(totals.ended)) complaints.push(`the run ended with: ${totals.ended}`);
  const cpuNs = Object.values(totals.cpu).reduce((sum, ns) => sum + ns, 0);
  const wholeNs = options.procs * totals.elapsedNs;
  if (!(Math.abs(cpuNs - wholeNs) <= options.procs)) {
    complaints.push(`the time of all Ps is ${cpuNs} ns, of ${wholeNs} ns`);
  }
  const context = {
    // A steal that takes more than there is leaves less than nothing: Go's bug of that time.
    isDebtAllowed: totals.mechanisms['credit-steal'] === 'over-subtract',
    // With more noise (Prng.factor) a cost may come to nothing, and so may all of a pause.
    takesTime: options.noise < 1 / 3,
  };
  let last = { n: 0, endNs: 0 };
  for (const cycle of cycles) {
    const { n, endNs = Number.NaN } = cycle;
    for (const what of cycleComplaints(cycle, { ...context, last })) {
      complaints.push(`collection ${n}: ${what}`);
    }
    last = { n, endNs };
  }
  return complaints;
}

/**
 * @param {GcCycle} cycle
 * @param {{ last: { n: number, endNs: number }, isDebtAllowed: boolean, takesTime: boolean }} context The collection
 * before; whether there may be less credit than none; and whether every pause takes time.
 * @returns {string[]}
 */
function cycleComplaints(cycle, { last, isDebtAllowed, takesTime }) {
  const { startNs = Number.NaN, endNs = Number.NaN, heapMarkedBytes = Number.NaN, sim } = cycle;
  if (sim === undefined) return ['it is not of a simulation'];
  const longest = Math.max(...sim.pausesNs);
  const parts = sim.gcSysWorkbufBytes + sim.gcSysBitmapBytes + sim.gcSysMarkBitsBytes;
  /** @type {[boolean, string][]} */
  const laws = [
    [cycle.n === last.n + 1, `it follows number ${last.n}`],
    [startNs >= last.endNs, `it starts at ${startNs} ns, the one before ended at ${last.endNs}`],
    [
      takesTime ? endNs > startNs : endNs >= startNs,
      `it starts at ${startNs} ns and ends at ${endNs}`,
    ],
    [heapMarkedBytes > 0, `${heapMarkedBytes} bytes were marked`],
    [takesTime ? longest > 0 : longest >= 0, `its longest pause is ${longest} ns`],
    [sim.gcSysBytes >= parts, `gcSys is ${sim.gcSysBytes} bytes, and its parts ${parts}`],
    ...figuresOf(cycle).map(([name, figure]) => {
      return /** @type {[boolean, string]} */ ([
        Math.abs(figure) < Number.POSITIVE_INFINITY &&
          (figure >= 0 || (name === 'creditLeft' && isDebtAllowed)),
        `${name} is ${figure}`,
      ]);
    }),
  ];
  return laws.filter(([holds]) => !holds).map(([, what]) => what);
}

/**
 * All figures of a collection, by name. The pacer's may be negative, and may be a division by nothing.
 * @param {GcCycle} cycle
 * @returns {[string, number][]}
 */
function figuresOf({ sim, pacer: _, ...own }) {
  return [...Object.entries(own), ...Object.entries(sim ?? {})].flatMap(([name, value]) => {
    if (typeof value === 'number') return [[name, value]];
    if (!Array.isArray(value)) return [];
    return value.map((one, i) => /** @type {[string, number]} */ ([`${name}[${i}]`, one]));
  });
}

/**
 * The lines that the release prints of a run, as `gcsim run` writes them.
 * @param {Gcsim} gcsim
 * @param {readonly GcCycle[]} cycles
 * @param {{ release: string, withPacer: boolean }} how
 */
export function linesOf({ formatCycle, formatFor, formatPacer, periodicLine }, cycles, how) {
  const { family } = formatFor(how.release);
  return cycles.flatMap((cycle) => [
    ...(cycle.periodic === true ? [periodicLine] : []),
    ...(how.withPacer ? formatPacer(cycle, how.release) : []),
    formatCycle(cycle, family),
  ]);
}

/**
 * The reader gives back every collection whose lines were printed, each figure as far as the line tells it.
 * @param {Gcsim} gcsim
 * @param {readonly GcCycle[]} cycles
 * @param {{ release: string, withPacer: boolean }} how
 * @returns {string[]}
 */
export function traceComplaints(gcsim, cycles, how) {
  const text = linesOf(gcsim, cycles, how)
    .map((line) => `${line}\n`)
    .join('');
  const { cycles: read, report } = gcsim.readTrace(text);
  /** @type {string[]} */
  const complaints = report.skipped.map(
    ({ line, message, text: start }) => `line ${line} is not read: ${message}: ${start}`,
  );
  if (read.length !== cycles.length) {
    complaints.push(`${read.length} collections are read, of ${cycles.length}`);
    return complaints;
  }
  if (report.processCount > 1) complaints.push(`${report.processCount} processes are read, of 1`);
  const { family } = gcsim.formatFor(how.release);
  for (const [i, cycle] of cycles.entries()) {
    const found = read[i];
    if (found === undefined) continue;
    for (const what of [
      ...sameFlags(cycle, found),
      ...sizesWithin(cycle, found, family),
      ...timesWithin(cycle, found, family),
      ...(how.withPacer ? pacerWithin(gcsim, { cycle, found, release: how.release }) : []),
    ]) {
      complaints.push(`collection ${cycle.n}, read back: ${what}`);
    }
  }
  return complaints;
}

/**
 * @param {GcCycle} cycle
 * @param {GcCycle} found
 */
function sameFlags(cycle, found) {
  const pairs = {
    n: [cycle.n, found.n],
    procs: [cycle.procs, found.procs],
    forced: [cycle.forced, found.forced],
    periodic: [cycle.periodic ?? false, found.periodic ?? false],
    percent: [
      Math.trunc((cycle.gcCpuFraction ?? Number.NaN) * 100),
      Math.round((found.gcCpuFraction ?? Number.NaN) * 100),
    ],
  };
  return Object.entries(pairs)
    .filter(([, [simulated, read]]) => simulated !== read)
    .map(([name, [simulated, read]]) => `${name} is ${read}, not ${simulated}`);
}

/**
 * A size is at least what was read, and less than that and its slack; without slack it is that.
 * @param {GcCycle} cycle
 * @param {GcCycle} found
 * @param {FamilyName} family
 */
function sizesWithin(cycle, found, family) {
  const { slack } = found;
  if (slack === undefined) return ['the sizes that were read are said to be exact'];
  // The lines of before June 2015 have the trigger in place of the heap at the start.
  const hasTrigger = (family === 'G1' || family === 'G2') && !cycle.forced;
  // A GOGC that changed while the collection ran is in the pacer's goal, which counts if it has the line's MiB.
  const pacerGoal = cycle.pacer?.end?.heapGoalBytes;
  const hasPacerGoal = slack.heapGoalBytes === 0 && found.heapGoalBytes === pacerGoal;
  const sizes = {
    heapStartBytes: hasTrigger ? cycle.sim?.triggerBytes : cycle.heapStartBytes,
    heapEndBytes: cycle.heapEndBytes,
    heapMarkedBytes: cycle.heapMarkedBytes,
    heapGoalBytes: family === 'G1' ? undefined : hasPacerGoal ? pacerGoal : cycle.heapGoalBytes,
  };
  return Object.entries(sizes).flatMap(([key, simulated]) => {
    const name = /** @type {keyof typeof sizes} */ (key);
    const read = found[name];
    if (simulated === undefined && read === undefined) return [];
    const over = (simulated ?? Number.NaN) - (read ?? Number.NaN);
    const isWithin = slack[name] === 0 ? over === 0 : over >= 0 && over < slack[name];
    return isWithin ? [] : [`${name} is ${read} (+ ${slack[name]}), not ${simulated}`];
  });
}

/**
 * Times are cut off: to the millisecond before June 2015; from then on to two digits, but to no less than a microsecond
 * and to no more than a millisecond.
 * @param {number} ns
 * @param {FamilyName} family
 */
function stepOfTime(ns, family) {
  if (family === 'G1' || family === 'G2' || ns >= 10 * msNs) return msNs;
  if (ns >= msNs) return 100 * usNs;
  return ns >= 100 * usNs ? 10 * usNs : usNs;
}

const timeNames = /** @type {const} */ ([
  ...['sweepTermNs', 'scanNs', 'syncNs', 'markNs', 'markTermNs', 'sweepTermCpuNs', 'scanCpuNs'],
  ...['syncCpuNs', 'assistNs', 'backgroundNs', 'idleNs', 'markTermCpuNs'],
]);
const fivePhasesOnly = new Set(['scanNs', 'syncNs', 'scanCpuNs', 'syncCpuNs']);

/**
 * @param {GcCycle} cycle
 * @param {GcCycle} found
 * @param {FamilyName} family
 */
function timesWithin(cycle, found, family) {
  const isAtEnd = family === 'G1' || family === 'G2';
  const moment = isAtEnd ? 'endNs' : 'startNs';
  /** @type {[string, number | undefined, number | undefined, number][]} */
  const times = [[moment, cycle[moment], found[moment], msNs]];
  for (const name of timeNames) {
    const isPrinted =
      family === 'G4'
        ? !fivePhasesOnly.has(name)
        : family !== 'G1' || (name !== 'assistNs' && name !== 'idleNs');
    const simulated = isPrinted ? cycle[name] : undefined;
    times.push([name, simulated, found[name], stepOfTime(simulated ?? 0, family)]);
  }
  return times
    .filter(([, simulated, read, step]) => {
      if (simulated === undefined) return read !== undefined;
      const over = simulated - (read ?? Number.NaN);
      return !(over >= 0 && over < step);
    })
    .map(([name, simulated, read]) => `${name} is ${read}, not ${simulated}`);
}

/**
 * The figures of the pacer's lines, of which floats have seven digits.
 * @param {Gcsim} gcsim
 * @param {{ cycle: GcCycle, found: GcCycle, release: string }} both
 */
function pacerWithin({ formatFor }, { cycle, found, release }) {
  const { pacer: forms } = formatFor(release);
  const { start, end, sweepDone } = cycle.pacer ?? {};
  /** @type {PacerRecord} */
  const printed = {
    // Where the world was stopped throughout nothing was paced.
    ...(forms.assistRatio && end && start && { start }),
    ...(forms.end && end && { end }),
    ...(forms.sweepDone && sweepDone && { sweepDone }),
  };
  return /** @type {(keyof PacerRecord)[]} */ (['start', 'end', 'sweepDone']).flatMap((part) => {
    const simulated = Object.entries(printed[part] ?? {});
    // A record with a figure that is a division by nothing is none.
    const isWhole = simulated.every(([, value]) => Number.isFinite(value));
    const read = /** @type {Record<string, number>} */ (found.pacer?.[part] ?? {});
    const isThere = found.pacer?.[part] !== undefined;
    if (isThere !== (simulated.length > 0 && isWhole)) {
      return [`the pacer's ${part} is ${isThere ? '' : 'not '}there`];
    }
    if (!isThere) return [];
    return simulated
      .filter(([name, value]) => !isAsPrinted(name, value, read[name], release))
      .map(([name, value]) => `the pacer's ${part}.${name} is ${read[name]}, not ${value}`);
  });
}

const wholeMiB = new Set(['heapScanBytes', 'assistFromBytes', 'assistToBytes']);
const sweepMiB = new Set(['heapLiveBytes', 'allocatedBytes']);

/**
 * @param {string} name
 * @param {number} value
 * @param {number | undefined} read
 * @param {string} release
 */
function isAsPrinted(name, value, read, release) {
  if (read === undefined) return name === 'pagesPerByte' && release === '1.6';
  if (wholeMiB.has(name) || sweepMiB.has(name)) return value - read >= 0 && value - read < MiB;
  if (Number.isInteger(value)) return value === read;
  return Math.abs(value - read) <= 1e-6 * Math.abs(value);
}
