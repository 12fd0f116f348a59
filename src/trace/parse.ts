/**
 * The reader of single gctrace lines: bytes to records, by the templates of forms.ts. A line is read whole or not
 * at all: each number is checked, and law is that the printer gives back the same bytes.
 */
import { assert } from '../assert.ts';
import type {
  GcCycle,
  PacerConsMark,
  PacerEnd,
  PacerRecord,
  PacerStart,
  PacerSweepDone,
  SizeSlack,
  StoppedCycle,
} from '../cycle.ts';
import { MiB } from '../units.ts';
import { percentToFraction, SyntaxKind } from './figures.ts';
import {
  assistRatioForms,
  type FamilyName,
  type Form,
  familyNames,
  type GcFigureName,
  gcFigureNames,
  gcFigures,
  lineFamilies,
  type Piece,
  pacerConsMarkFigures,
  pacerConsMarkForm,
  pacerEndFigures,
  pacerEndForms,
  pacerStartFigures,
  piecesOf,
  type ReadFigure,
  type Scavenge,
  type ScavengeFigureName,
  scavengeFigures,
  scavengeForms,
  sweepDoneFigures,
  sweepDoneForms,
} from './forms.ts';

// --- Matching one form --------------------------------------------------------------------------------

/** More digits than any figure has; and fewer than a double cannot hold. */
const digitsMax = 15;

const zero = 0x30;
const nine = 0x39;
const dot = 0x2e;
const minus = 0x2d;
const plus = 0x2b;

/** No line without a run of digits is as long; and numbers of more digits are left to `match`. */
export const quickRoom = 1024;
const quickDigitsMax = 9;

/** Fractions of the percentages that lines give. */
const percents = Array.from({ length: 101 }, (_, percent) => percentToFraction(percent));

const textToken = -1;
const flagToken = -2;

/** What a figure looks like, for messages. */
const syntaxInWords: Readonly<Record<SyntaxKind, string>> = {
  [SyntaxKind.integer]: 'a whole number',
  [SyntaxKind.signed]: 'a whole number',
  [SyntaxKind.decimal]: 'a time as the runtime writes it, such as 0.020, 0.20, 2.0 or 20',
  [SyntaxKind.seconds]: 'seconds with three decimals',
  [SyntaxKind.percent]: 'a whole percentage',
  [SyntaxKind.float]: 'a number such as +1.500000e+000',
};

/** One form of a line, cut into tokens once, and matched against bytes. */
export class LineForm<Name extends string> {
  readonly form: Form;
  /** Figures of the line matched last, in base units, by their slot; NaN for those that the form does not have. */
  readonly values: Float64Array;
  /** No figure of the line matched last was NaN or infinite. */
  isFinite = true;
  /** How far the bytes looked like the start of this form, at the last match: where it failed, or its end. */
  reached = 0;

  /** The token at which the last match failed. */
  #failedAt = 0;
  readonly #pieces: readonly Piece<Name>[];
  /** textToken, flagToken, or the SyntaxKind of a figure; for each token. */
  readonly #kinds: Int8Array;
  readonly #units: Float64Array;
  readonly #slots: Int32Array;
  /** Each token's text, as a part of #text. */
  readonly #textFrom: Int32Array;
  readonly #textTo: Int32Array;
  readonly #text: Uint8Array;
  /** Signs and exponents are for `match` alone. */
  readonly #isUnsigned: boolean;
  #value = 0;

  /** `slots` are the names in the order of `values`. */
  constructor(form: Form, figures: Readonly<Record<Name, ReadFigure>>, slots: readonly Name[]) {
    this.form = form;
    this.values = new Float64Array(slots.length).fill(Number.NaN);
    const pieces = piecesOf<Name>(form.template);
    this.#pieces = pieces;
    this.#kinds = new Int8Array(pieces.length);
    this.#units = new Float64Array(pieces.length);
    this.#slots = new Int32Array(pieces.length).fill(-1);
    this.#textFrom = new Int32Array(pieces.length);
    this.#textTo = new Int32Array(pieces.length);
    const texts: number[] = [];
    for (const [i, piece] of pieces.entries()) {
      if (piece.kind === 'figure') {
        const { syntax } = figures[piece.name];
        this.#kinds[i] = syntax.kind;
        const hasDecimals =
          syntax.kind === SyntaxKind.decimal || syntax.kind === SyntaxKind.seconds;
        // What has decimals is counted in thousandths, so that it is whole.
        this.#units[i] = hasDecimals ? syntax.unit / 1000 : syntax.unit;
      } else {
        this.#kinds[i] = piece.kind === 'text' ? textToken : flagToken;
        this.#textFrom[i] = texts.length;
        texts.push(...new TextEncoder().encode(piece.text));
        this.#textTo[i] = texts.length;
      }
      if (piece.kind !== 'text') {
        const slot = slots.indexOf(piece.name);
        assert(slot >= 0, 'a template names figures that there are', piece.name);
        this.#slots[i] = slot;
      }
    }
    this.#text = Uint8Array.from(texts);
    this.#isUnsigned = this.#kinds.every(
      (kind) => kind !== SyntaxKind.signed && kind !== SyntaxKind.float,
    );
  }

  /** Where the line ends that begins at `from`; -1 where the bytes to `to` do not hold a whole one. */
  match(bytes: Uint8Array, from: number, to: number): number {
    const kinds = this.#kinds;
    const slots = this.#slots;
    const text = this.#text;
    const { values } = this;
    this.isFinite = true;
    let at = from;
    let brokenOff = -1;
    for (let token = 0; token < kinds.length; token++) {
      const kind = kinds[token]!;
      if (kind === textToken || kind === flagToken) {
        const start = at;
        const end = this.#textTo[token]!;
        let i = this.#textFrom[token]!;
        const last = Math.min(to, at + end - i);
        while (at < last && bytes[at] === text[i]) {
          i++;
          at++;
        }
        if (kind === flagToken) {
          // A text that breaks off at the end of the bytes may be one that goes on elsewhere.
          if (i < end && at === to) brokenOff = at;
          if (i < end) at = start;
          values[slots[token]!] = i < end ? 0 : 1;
        } else if (i < end) {
          this.reached = Math.max(at, brokenOff);
          this.#failedAt = token;
          return -1;
        }
        continue;
      }
      const end = this.#number(kind as SyntaxKind, bytes, at, to);
      if (end < 0) {
        this.reached = -end - 1;
        this.#failedAt = token;
        return -1;
      }
      at = end;
      values[slots[token]!] =
        kind === SyntaxKind.percent
          ? (percents[this.#value] ?? percentToFraction(this.#value))
          : this.#value * this.#units[token]!;
    }
    this.reached = Math.max(at, brokenOff);
    return at;
  }

  /** What the last match, which failed, expected where it did, in words. */
  get expected(): string {
    const piece = this.#pieces[this.#failedAt];
    if (piece === undefined || piece.kind !== 'figure') return `"${piece?.text ?? ''}"`;
    return syntaxInWords[this.#kinds[this.#failedAt] as SyntaxKind];
  }

  /**
   * As `match`, for a line that lies at least `quickRoom` before the end of the bytes; twice as quick, for most lines
   * of a large log come this way. -1 is "not so easily": `match` tells.
   */
  quickMatch(bytes: Uint8Array, from: number): number {
    if (!this.#isUnsigned) return -1;
    const kinds = this.#kinds;
    const slots = this.#slots;
    const units = this.#units;
    const text = this.#text;
    const textFrom = this.#textFrom;
    const textTo = this.#textTo;
    const { values } = this;
    let at = from;
    for (let token = 0; token < kinds.length; token++) {
      const kind = kinds[token]!;
      if (kind < 0) {
        const start = at;
        const end = textTo[token]!;
        let i = textFrom[token]!;
        while (i < end && bytes[at] === text[i]) {
          i++;
          at++;
        }
        if (kind === flagToken) {
          values[slots[token]!] = i === end ? 1 : 0;
          if (i < end) at = start;
        } else if (i < end) {
          return -1;
        }
        continue;
      }
      let whole = bytes[at]! - zero;
      if (whole < 0 || whole > 9) return -1;
      const start = at;
      at++;
      let digit = bytes[at]! - zero;
      if (whole !== 0) {
        while (digit >= 0 && digit <= 9 && at - start < quickDigitsMax) {
          whole = whole * 10 + digit;
          at++;
          digit = bytes[at]! - zero;
        }
        if (at - start >= quickDigitsMax) return -1;
      }
      let thousandths = 0;
      if (kind === SyntaxKind.decimal) {
        if (digit === dot - zero) {
          thousandths = this.#quickThousandths(bytes, at, whole);
          if (thousandths < 0) return -1;
          at += whole !== 0 ? 2 : bytes[at + 1] === zero ? 4 : 3;
        } else if (whole < 10 && whole !== 0) {
          // A single digit would have decimals.
          return -1;
        }
      } else if (kind === SyntaxKind.seconds) {
        thousandths = this.#quickSeconds(bytes, at);
        if (thousandths < 0) return -1;
        at += 4;
      }
      // Whole numbers until here: the machine is quick with these.
      if (kind === SyntaxKind.percent) {
        values[slots[token]!] = percents[whole] ?? percentToFraction(whole);
      } else if (kind === SyntaxKind.integer) {
        values[slots[token]!] = whole * units[token]!;
      } else {
        values[slots[token]!] = (whole * 1000 + thousandths) * units[token]!;
      }
    }
    return at;
  }

  /** The thousandths behind a point at `at` that a decimal of so many whole ones has; -1 where it has none such. */
  #quickThousandths(bytes: Uint8Array, at: number, whole: number): number {
    const a = bytes[at + 1]! - zero;
    // From 10 on there are no decimals.
    if (a < 0 || a > 9 || whole >= 10) return -1;
    if (whole !== 0) return 100 * a;
    const b = bytes[at + 2]! - zero;
    const c = a === 0 ? bytes[at + 3]! - zero : 0;
    if (b < 0 || b > 9 || c < 0 || c > 9) return -1;
    return 100 * a + 10 * b + c || -1;
  }

  /** The thousandths behind a point at `at` that a time in seconds has; -1 where it has none such. */
  #quickSeconds(bytes: Uint8Array, at: number): number {
    const a = bytes[at + 1]! - zero;
    const b = bytes[at + 2]! - zero;
    const c = bytes[at + 3]! - zero;
    if (bytes[at] !== dot || a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9) return -1;
    return 100 * a + 10 * b + c;
  }

  /**
   * Reads a figure into #value: where it ends, or -1 - how far it came. A value with decimals is in thousandths,
   * so that it is whole.
   */
  #number(kind: SyntaxKind, bytes: Uint8Array, from: number, to: number): number {
    if (kind === SyntaxKind.float) return this.#float(bytes, from, to);
    let at = from;
    const isNegative = kind === SyntaxKind.signed && at < to && bytes[at] === minus;
    if (isNegative) at++;
    if (at >= to) return -1 - at;
    const first = bytes[at]! - zero;
    if (!(first >= 0 && first <= 9)) return -1 - at;
    at++;
    let value = first;
    if (first !== 0) {
      const end = Math.min(to, from + digitsMax);
      while (at < end) {
        const digit = bytes[at]! - zero;
        if (!(digit >= 0 && digit <= 9)) break;
        value = value * 10 + digit;
        at++;
      }
    }
    if (kind === SyntaxKind.decimal || kind === SyntaxKind.seconds) {
      // Thousandths of so many digits would not be exact.
      if (at - from > digitsMax - 3) return -1 - at;
      value *= 1000;
      const isPoint = at < to && bytes[at] === dot;
      let decimals = 3;
      if (kind === SyntaxKind.decimal) {
        // Two significant digits, at most three decimals; whole from 10 on; 0 below a thousandth.
        if (first !== 0) decimals = value < 10_000 ? 1 : 0;
        else if (!isPoint) decimals = 0;
        else if (at + 1 < to && bytes[at + 1] !== zero) decimals = 2;
      }
      if (decimals > 0) {
        if (!isPoint) return -1 - at;
        at++;
        let unit = 100;
        for (let i = 0; i < decimals; i++) {
          const digit = at < to ? bytes[at]! - zero : -1;
          if (!(digit >= 0 && digit <= 9)) return -1 - at;
          value += digit * unit;
          unit = unit === 100 ? 10 : 1;
          at++;
        }
        if (kind === SyntaxKind.decimal && value === 0) return -1 - (at - 1);
      }
    }
    this.#value = isNegative ? -value : value;
    return at;
  }

  #float(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && at - from < floatLengthMax && isOfFloat(bytes[at]!)) at++;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from).toString('latin1');
    if (!floatExpression.test(text)) return -1 - at;
    this.#value = Number(text.replace('Inf', 'Infinity'));
    if (!Number.isFinite(this.#value)) this.isFinite = false;
    return at;
  }
}

const floatLengthMax = 24;
const floatExpression = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]\d+)?|NaN|[+-]Inf)$/;

/** Digits, signs, point, and the letters of e, NaN and Inf. */
function isOfFloat(byte: number): boolean {
  return isOfNumber(byte) || byte === plus || 'eNaInf'.includes(String.fromCharCode(byte));
}

function isOfNumber(byte: number): boolean {
  return (byte >= zero && byte <= nine) || byte === dot || byte === minus;
}

// --- The gc line --------------------------------------------------------------------------------------

export type GcForm = LineForm<GcFigureName> & { readonly family: FamilyName };

/** All families, newest first: most logs are of a late release. */
export const gcForms: readonly GcForm[] = [...familyNames].reverse().map((family) => {
  const { time } = lineFamilies[family];
  return Object.assign(new LineForm(lineFamilies[family], gcFigures(time), gcFigureNames), {
    family,
  });
});

/** Slots of a gc line's figures. */
const slot = Object.fromEntries(gcFigureNames.map((name, i) => [name, i])) as Record<
  GcFigureName,
  number
>;

/** The sizes of a gc line are whole MiB, the rest cut off. */
export const lineSlack: SizeSlack = {
  heapStartBytes: MiB,
  heapEndBytes: MiB,
  heapMarkedBytes: MiB,
  heapGoalBytes: MiB,
};

/** The collection of the line that `form` matched last. */
export function cycleOf(form: GcForm): GcCycle {
  const v = form.values;
  switch (form.family) {
    case 'S1':
    case 'S2':
    case 'S3':
      return stoppedCycleOf(v);
    case 'G4':
    case 'G5':
      return threePhaseCycleOf(v);
    case 'G1':
    case 'G2':
    case 'G3':
      return fivePhaseCycleOf(v);
  }
}

/** Cheap on purpose: logs have millions of these. */
function threePhaseCycleOf(v: Float64Array): GcCycle {
  const startNs = v[slot.startTime]!;
  const sweepTermNs = v[slot.sweepTerm]!;
  const markNs = v[slot.mark]!;
  const markTermNs = v[slot.markTerm]!;
  const cycle: GcCycle = {
    n: v[slot.n]!,
    startNs,
    endNs: startNs + sweepTermNs + markNs + markTermNs,
    forced: v[slot.forced]! === 1,
    gcCpuFraction: v[slot.gcCpuPercent]!,
    procs: v[slot.procs]!,
    sweepTermNs,
    markNs,
    markTermNs,
    sweepTermCpuNs: v[slot.sweepTermCpu]!,
    assistNs: v[slot.assist]!,
    backgroundNs: v[slot.background]!,
    idleNs: v[slot.idle]!,
    markTermCpuNs: v[slot.markTermCpu]!,
    heapStartBytes: v[slot.heapStart]!,
    heapEndBytes: v[slot.heapEnd]!,
    heapMarkedBytes: v[slot.heapMarked]!,
    heapGoalBytes: v[slot.heapGoal]!,
    slack: lineSlack,
  };
  const stacks = v[slot.stacks]!;
  if (!Number.isNaN(stacks)) {
    cycle.stacksBytes = stacks;
    cycle.globalsBytes = v[slot.globals]!;
    if (v[slot.leakCheck] === 1) cycle.leakCheck = true;
  }
  return cycle;
}

function fivePhaseCycleOf(v: Float64Array): GcCycle {
  const sweepTermNs = v[slot.sweepTerm]!;
  const scanNs = v[slot.scan]!;
  const syncNs = v[slot.sync]!;
  const markNs = v[slot.mark]!;
  const markTermNs = v[slot.markTerm]!;
  const lengthNs = sweepTermNs + scanNs + syncNs + markNs + markTermNs;
  // `@` is the end before June 2015, and the start from then on; the other follows from the phases.
  const isEnd = !Number.isNaN(v[slot.endTime]!);
  const startNs = isEnd ? Math.max(0, v[slot.endTime]! - lengthNs) : v[slot.startTime]!;
  const cycle: GcCycle = {
    n: v[slot.n]!,
    startNs,
    endNs: isEnd ? v[slot.endTime]! : startNs + lengthNs,
    forced: v[slot.forced]! === 1,
    gcCpuFraction: v[slot.gcCpuPercent]!,
    procs: v[slot.procs]!,
    sweepTermNs,
    scanNs,
    syncNs,
    markNs,
    markTermNs,
    sweepTermCpuNs: v[slot.sweepTermCpu]!,
    scanCpuNs: v[slot.scanCpu]!,
    syncCpuNs: v[slot.syncCpu]!,
    backgroundNs: v[slot.background]!,
    markTermCpuNs: v[slot.markTermCpu]!,
    heapStartBytes: isEnd ? v[slot.trigger]! : v[slot.heapStart]!,
    heapEndBytes: v[slot.heapEnd]!,
    heapMarkedBytes: v[slot.heapMarked]!,
    slack: lineSlack,
  };
  if (isEnd) cycle.syncStopped = true;
  if (!Number.isNaN(v[slot.assist]!)) {
    cycle.assistNs = v[slot.assist]!;
    cycle.idleNs = v[slot.idle]!;
    cycle.heapGoalBytes = v[slot.heapGoal]!;
  }
  return cycle;
}

function stoppedCycleOf(v: Float64Array): GcCycle {
  const stopped: StoppedCycle = {
    setupNs: v[slot.setup]!,
    sweepNs: v[slot.stoppedSweep]!,
    markNs: v[slot.stoppedMark]!,
    objects: v[slot.objects]!,
    mallocs: v[slot.mallocs]!,
    frees: v[slot.frees]!,
    handoffs: v[slot.handoffs]!,
    handoffCount: v[slot.handoffCount]!,
    steals: v[slot.steals]!,
    stealCount: v[slot.stealCount]!,
    procYields: v[slot.procYields]!,
    osYields: v[slot.osYields]!,
    sleeps: v[slot.sleeps]!,
  };
  const cycle: GcCycle = {
    n: v[slot.n]!,
    forced: false,
    procs: v[slot.procs]!,
    heapStartBytes: v[slot.heapStart]!,
    heapEndBytes: v[slot.heapEnd]!,
    slack: lineSlack,
    stopped,
  };
  if (Number.isNaN(v[slot.finish]!)) {
    // To 1.2: nothing is allocated in a pause, so the heap at its start is the heap at the end of marking.
    cycle.heapEndBytes = cycle.heapStartBytes;
    cycle.heapMarkedBytes = v[slot.heapMarked]!;
    stopped.objectsBefore = v[slot.objectsBefore]!;
    return cycle;
  }
  cycle.heapStartBytes = cycle.heapEndBytes;
  stopped.finishNs = v[slot.finish]!;
  stopped.previousLiveBytes = v[slot.previousLive]!;
  stopped.spans = v[slot.spans]!;
  stopped.backgroundSweeps = v[slot.backgroundSweeps]!;
  stopped.pauseSweeps = v[slot.pauseSweeps]!;
  if (!Number.isNaN(v[slot.goroutines]!)) stopped.goroutines = v[slot.goroutines]!;
  return cycle;
}

/** A gc line and nothing else, as text: its collection and family; undefined where it is none. */
export function parseCycle(line: string): { cycle: GcCycle; family: FamilyName } | undefined {
  const bytes = Buffer.from(line);
  for (const form of gcForms) {
    if (form.match(bytes, 0, bytes.length) === bytes.length) {
      return { cycle: cycleOf(form), family: form.family };
    }
  }
  return undefined;
}

// --- Companion lines ----------------------------------------------------------------------------------

/** Reads the lines of one kind, whatever their form. */
class Companion<Name extends string, R> {
  readonly #forms: readonly LineForm<Name>[];
  readonly #names: readonly Name[];
  readonly #build: (value: (name: Name) => number | undefined) => R;

  constructor(
    forms: readonly Form[],
    figures: Readonly<Record<Name, ReadFigure>>,
    build: (value: (name: Name) => number | undefined) => R,
  ) {
    this.#names = Object.keys(figures) as Name[];
    this.#forms = forms.map((form) => new LineForm(form, figures, this.#names));
    this.#build = build;
  }

  /**
   * The record of a line that fills `bytes`, and the form that it has. No record where a figure is not finite: the
   * runtime prints NaN and Inf where it divided by nothing.
   */
  read(bytes: Uint8Array): { record: R | undefined; form: Form } | undefined {
    for (const form of this.#forms) {
      if (form.match(bytes, 0, bytes.length) !== bytes.length) continue;
      const { values } = form;
      if (!form.isFinite) return { record: undefined, form: form.form };
      const record = this.#build((name) => {
        const value = values[this.#names.indexOf(name)]!;
        return Number.isNaN(value) ? undefined : value;
      });
      return { record, form: form.form };
    }
    return undefined;
  }
}

type ValueOf<Name extends string> = (name: Name) => number | undefined;

/** A figure that every form of its line has. */
function always<Name extends string>(value: ValueOf<Name>, name: Name): number {
  const found = value(name);
  assert(found !== undefined, 'the form has each figure that its record needs', name);
  return found;
}

const starts = new Companion(
  Object.values(assistRatioForms),
  pacerStartFigures,
  (value): PacerStart => ({
    assistRatio: always(value, 'assistRatio'),
    heapScanBytes: always(value, 'heapScan'),
    assistFromBytes: always(value, 'from'),
    assistToBytes: always(value, 'to'),
    dedicatedWorkers: always(value, 'dedicated'),
    fractionalWorkers: value('fractionalCount') ?? always(value, 'fractionalGoal'),
  }),
);

const ends = new Companion(
  Object.values(pacerEndForms),
  pacerEndFigures,
  (value): PacerEnd => ({
    heapMarkedPrevBytes: always(value, 'H_m_prev'),
    triggerRatio: always(value, 'h_t'),
    triggerBytes: always(value, 'H_T'),
    actualGrowth: always(value, 'h_a'),
    heapActualBytes: always(value, 'H_a'),
    goalGrowth: always(value, 'h_g'),
    heapGoalBytes: always(value, 'H_g'),
    utilization: always(value, 'u_a'),
    goalUtilization: always(value, 'u_g'),
    scanWork: always(value, 'W_a'),
  }),
);

const consMarks = new Companion(
  [pacerConsMarkForm],
  pacerConsMarkFigures,
  (value): PacerConsMark => ({
    utilization: always(value, 'utilization'),
    goalUtilization: always(value, 'goalUtilization'),
    heapScanBytes: always(value, 'heapScan'),
    stackScanBytes: always(value, 'stackScan'),
    globalsScanBytes: always(value, 'globalsScan'),
    expectedScanBytes: always(value, 'expectedScan'),
    triggerBytes: always(value, 'trigger'),
    heapLiveBytes: always(value, 'heapLive'),
    overGoalBytes: always(value, 'overGoal'),
    consMark: always(value, 'consMark'),
    controllerReset: value('controllerReset') === 1,
  }),
);

const sweepsDone = new Companion(
  Object.values(sweepDoneForms),
  sweepDoneFigures,
  (value): PacerSweepDone => {
    const done: PacerSweepDone = {
      heapLiveBytes: always(value, 'heapLive'),
      allocatedBytes: always(value, 'allocated'),
      sweptPages: always(value, 'pages'),
    };
    const pagesPerByte = value('pagesPerByte');
    if (pagesPerByte !== undefined) done.pagesPerByte = pagesPerByte;
    return done;
  },
);

/** A pacer line: the part of the record that it gives, and the form that it has. */
export function parsePacer(bytes: Uint8Array): { part: PacerRecord; form: Form } | undefined {
  return (
    partOf('start', starts.read(bytes)) ??
    partOf('consMark', consMarks.read(bytes)) ??
    partOf('end', ends.read(bytes)) ??
    partOf('sweepDone', sweepsDone.read(bytes))
  );
}

function partOf<Name extends keyof PacerRecord>(
  name: Name,
  read: { record: PacerRecord[Name] | undefined; form: Form } | undefined,
): { part: PacerRecord; form: Form } | undefined {
  if (read === undefined) return undefined;
  return { part: read.record === undefined ? {} : { [name]: read.record }, form: read.form };
}

const scavenges = new Companion(
  Object.values(scavengeForms),
  scavengeFigures,
  (value: ValueOf<ScavengeFigureName>): Scavenge => {
    const work = value('work');
    const eager = value('eager');
    return withoutUndefined({
      n: value('n'),
      releasedNowBytes:
        work === undefined ? (value('releasedMB') ?? value('releasedKB')) : work + (eager ?? 0),
      eagerBytes: eager,
      heapInuseBytes: value('inuse'),
      heapIdleBytes: value('idle'),
      heapSysBytes: value('sys'),
      heapReleasedBytes: value('released') ?? value('total'),
      heapConsumedBytes: value('consumed'),
      utilization: value('util'),
    });
  },
);

function withoutUndefined<T extends object>(record: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

/** A line of the scavenger. */
export function parseScavenge(bytes: Uint8Array): { scavenge: Scavenge; form: Form } | undefined {
  const found = scavenges.read(bytes);
  return found && { scavenge: found.record ?? {}, form: found.form };
}
