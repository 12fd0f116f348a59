/**
 * The reader of gctrace logs in the state in which they are found: bytes in, collections out, in memory that does
 * not grow with the log.
 *
 * A plain gc line is matched where it lies in the chunk. Every other line goes the long way: envelopes are taken
 * off (prefix.ts), gc lines that came apart are put together (rejoin.ts), companion lines are joined to their
 * collection, and the process is found that it belongs to (processes.ts). What looks like a gc line and cannot be
 * read is counted and reported with its place; nothing is lost in silence.
 */
import { assert } from '../assert.ts';
import type { GcCycle, PacerRecord } from '../cycle.ts';
import { type Bytes, MiB } from '../units.ts';
import { type FamilyName, periodicLine, type ReleaseRange, type Scavenge } from './forms.ts';
import {
  cycleOf,
  type GcForm,
  gcForms,
  lineSlack,
  parseCycle,
  parsePacer,
  parseScavenge,
  quickRoom,
} from './parse.ts';
import { describePrefix, unwrap } from './prefix.ts';
import { isRepeated, ProcessFinder, type TraceProcess } from './processes.ts';
import { type Outcome, type Place, probe, SeenLines, TornLine } from './rejoin.ts';

export type { TraceProcess } from './processes.ts';

/** Who is told of what a log holds, in the order of the log. */
export interface TraceHandlers {
  /** `cycle.process` is set. */
  onCycle(cycle: GcCycle): void;
  onScavenge?(scavenge: Scavenge): void;
  onSkipped?(skipped: SkippedLine): void;
}

/** Why a line that looks like one of the runtime's was not read. */
export type SkipReason =
  | 'torn'
  | 'ambiguous'
  | 'piece'
  | 'repeated'
  | 'too long'
  | 'cut short'
  | 'broken companion';

export interface SkippedLine extends Place {
  reason: SkipReason;
  /** The reason in a sentence. */
  message: string;
  /** The start of the line. */
  text: string;
}

export interface LineCounts {
  /** Lines of the log, the last one whether or not it ends with a line break. */
  read: number;
  /** Collections: gc lines that were read. */
  gc: number;
  /** Of those, the ones that were put together from several lines. */
  rejoined: number;
  /** Lines that look like the runtime's and could not be read; those cut short are counted apart. */
  skipped: number;
  /** Gc lines that the end of the log cut short. */
  cutShort: number;
}

/** Lines of other kinds that were recognised. */
export interface CompanionCounts {
  pacer: number;
  scvg: number;
  scav: number;
  gcForced: number;
  inittrace: number;
  sched: number;
  scan: number;
}

/** What a log was, once it has been read. */
export interface TraceReport {
  lines: LineCounts;
  companions: CompanionCounts;
  /** At most 1,024; `processCount` counts all. */
  processes: TraceProcess[];
  processCount: number;
  /** Which Go printed it, in words; empty where there is no collection. */
  releases: string;
  /** The first lines that were skipped or cut short, at most 20. */
  skipped: SkippedLine[];
  /** Lines that look like gc lines and were not read: the reason for --strict to fail. */
  lostGcLines: number;
}

/** A longer line is not kept: no gc line is as long, whatever stands before it. */
const lineBytesMax = 64 * 1024;
const skippedMax = 20;
/** Torn lines that are open at a time, and pieces that are kept of one in case it is not put together. */
const tornMax = 16;
const piecesMax = 8;

/** What only gc lines have, and one character less than the longer of that. */
const insideOfGcLine = / ms clock, | handoff, /;
const overlapMax = 10;

const newline = 0x0a;
const carriageReturn = 0x0d;
const letterG = 0x67;

/** The start of a gc line, anywhere: nothing else looks like it. */
const certainStart = /gc (?:#?\d+ @\d)|gc\d+\(\d+\): \d/g;
/** The same, for the first one only. */
const certainStartOnce = new RegExp(certainStart.source);
/** Stands for a gc line where only what is before it is looked at. */
const someLine = 'gc 1 @0.000s 0%: ';
/** What may be the start of one that was cut off early. */
const possibleStart = /^gc(?![a-z])/;
const numberedStart = /^gc ?#?\d/;
/** What only the middle or the end of a gc line has. */
const pieceOfLine =
  /\d ms (?:clock|cpu), \d|\d MB goal, \d|\d->\d+->\d+ MB, \d|MB globals, \d|\d\(\d+\) (?:handoff|steal)|\d\/\d+ (?:sweeps|yields)|^ \(forced\)$/;
/** Lines that may have to do with us; all others are passed over. */
const ofInterest =
  /gc|pacer: |sc(?:vg|av)|GC forced|SCHED |init |scan: |MB|ms c|handoff|steal|sweeps|yields|^ \(forced/;
const companionStart = /pacer: |scvg-?\d*: |forced scvg: |scav \d/;
const initLine = /^init \S+ @[\d.]+ ms, [\d.]+ ms clock, \d+ bytes, \d+ allocs$/;
const schedLine = /^SCHED \d+ms: /;
const scanLine = /^scan: /;
/** What opens before a gc line that stands in quotes, brackets or a table's cell, and what closes after it. */
const closings: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['|', '|'],
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['>', '<'],
]);

/** A gc line that has begun. */
type Torn = TornLine & {
  /** It stands in an envelope, and so does the rest of it. */
  hasEnvelope?: boolean;
  /** The last line of the file in which it went on, by number and as text. */
  lastLine?: number;
  lastText?: string;
  /** The file that it began in has ended. */
  isAtFileEnd?: boolean;
  /** Lines that may be pieces of it, to be reported if they are not. */
  pieces?: SkippedLine[];
};

/** What was read since the last collection of a source, and belongs to the next. */
interface Pending {
  pacer: PacerRecord | undefined;
  /** The goal in the pacer's line is that of the gc line (from 1.9 on). */
  isGoalExact: boolean;
  isPeriodic: boolean;
  ranges: ReleaseRange[];
}

export class TraceReader {
  readonly #handlers: TraceHandlers;
  readonly #processes = new ProcessFinder();
  readonly #lines: LineCounts = { read: 0, gc: 0, rejoined: 0, skipped: 0, cutShort: 0 };
  readonly #companions: CompanionCounts = {
    pacer: 0,
    scvg: 0,
    scav: 0,
    gcForced: 0,
    inittrace: 0,
    sched: 0,
    scan: 0,
  };
  readonly #skipped: SkippedLine[] = [];
  #lostGcLines = 0;

  #file = '';
  /** Number of the line in hand, in its file. */
  #line = 0;
  /** Of the file before. */
  #lastLine = 0;
  /** The start of a line whose end has not come yet. */
  #carry: Uint8Array[] = [];
  #carryBytes = 0;
  /** The line in hand is too long: its rest is passed over. */
  #isTooLong = false;
  #isTooLongOfUs = false;
  /** The last characters that were passed over: what is searched for may be cut by the end of a chunk. */
  #overlap = '';

  /** The form of the last plain gc line: the next one has it too. */
  #form: GcForm = gcForms[0] as GcForm;
  readonly #torn = new Map<string, Torn>();
  /** The prefix of the last line that had one, and what it says. */
  #prefix: { text: string; source: string; wallMs: number | undefined } = {
    text: '',
    source: '',
    wallMs: undefined,
  };
  /** Lines that a container's log holds in pieces: what has come of them, by source. */
  readonly #partial = new Map<string, string>();
  readonly #seen = new SeenLines();
  readonly #pending = new Map<string, Pending>();

  constructor(handlers: TraceHandlers) {
    this.#handlers = handlers;
  }

  /** What comes is of another file. */
  beginFile(name: string): void {
    this.#endLine();
    // A line that a rotation of logs cut off goes on at the start of the next file.
    for (const torn of this.#torn.values()) {
      torn.isAtFileEnd = true;
      torn.endFile(torn.lastText ?? torn.first);
    }
    this.#lastLine = this.#line;
    this.#file = name;
    this.#line = 0;
    this.#processes.nextFile();
  }

  /** The next bytes of the file, cut anywhere. They are not kept. */
  push(bytes: Uint8Array): void {
    let at = 0;
    if (this.#carryBytes > 0 || this.#isTooLong) {
      const end = bytes.indexOf(newline);
      if (end < 0) {
        this.#keep(bytes);
        return;
      }
      this.#keep(bytes.subarray(0, end));
      this.#endCarriedLine();
      at = end + 1;
    }
    while (at < bytes.length) {
      if (bytes[at] === letterG) {
        const end = this.#plainLine(bytes, at);
        if (end > 0) {
          at = end;
          continue;
        }
      }
      const end = bytes.indexOf(newline, at);
      if (end < 0) {
        this.#keep(bytes.subarray(at));
        return;
      }
      this.#anyLine(bytes.subarray(at, end));
      at = end + 1;
    }
  }

  /** What the log puts before the lines of a process, by its number (`GcCycle.process`), as far as it has been read. */
  sourceOf(process: number): string {
    return this.#processes.sourceOf(process);
  }

  /** The log is at its end. */
  end(): TraceReport {
    this.#endLog();
    return {
      lines: { ...this.#lines },
      companions: { ...this.#companions },
      processes: this.#processes.list.map(plainProcess),
      processCount: this.#processes.count,
      releases: this.#processes.releases(),
      skipped: this.#skipped,
      lostGcLines: this.#lostGcLines,
    };
  }

  // --- Lines ------------------------------------------------------------------------------------------

  /** Reads a whole gc line that begins at `at`, without anything around it. Where the next begins, or 0. */
  #plainLine(bytes: Uint8Array, at: number): number {
    const form = this.#form;
    const isRoomy = bytes.length - at > quickRoom;
    const end = isRoomy ? form.quickMatch(bytes, at) : form.match(bytes, at, bytes.length);
    if (end < 0 || end >= bytes.length || bytes[end] !== newline) return 0;
    this.#lines.read++;
    this.#line++;
    this.#emit(form, '', undefined);
    return end + 1;
  }

  /** Keeps the start of a line until its end comes. */
  #keep(bytes: Uint8Array): void {
    const room = lineBytesMax - this.#carryBytes;
    if (room > 0 && bytes.length > 0) this.#keepStart(bytes.subarray(0, room));
    if (bytes.length > room) this.#passOver(bytes.subarray(room));
  }

  #keepStart(bytes: Uint8Array): void {
    // A copy: the chunk will be used again.
    const kept = Uint8Array.from(bytes);
    this.#carry.push(kept);
    this.#carryBytes += kept.length;
    this.#overlap = (this.#overlap + latin1(kept.subarray(-overlapMax))).slice(-overlapMax);
  }

  /** The rest of a line that is too long, or a part of it: it is only searched for what a gc line has. */
  #passOver(bytes: Uint8Array): void {
    this.#isTooLong = true;
    const text = this.#overlap + latin1(bytes);
    this.#isTooLongOfUs ||= insideOfGcLine.test(text);
    this.#overlap = text.slice(-overlapMax);
  }

  #endCarriedLine(): void {
    const line = this.#carry.length === 1 ? this.#carry[0] : Buffer.concat(this.#carry);
    this.#carry = [];
    this.#carryBytes = 0;
    this.#anyLine(line ?? new Uint8Array(0));
  }

  #endLine(): void {
    if (this.#carryBytes > 0 || this.#isTooLong) this.#endCarriedLine();
  }

  #endLog(): void {
    this.#endLine();
    for (const [source, text] of this.#partial) {
      this.#payload(text, { text, source, wallMs: undefined, offset: 0 });
    }
    for (const source of [...this.#torn.keys()]) this.#closeTorn(source, true);
    this.#pending.clear();
    this.#partial.clear();
  }

  /** Any line, without its line break. */
  #anyLine(bytes: Uint8Array): void {
    this.#lines.read++;
    this.#line++;
    if (bytes.length > lineBytesMax) this.#passOver(bytes.subarray(lineBytesMax - overlapMax));
    this.#lineStart(bytes);
    if (this.#isTooLongOfUs) {
      const place = this.#place(lineBytesMax + 1);
      this.#skip('too long', 'a gc line stands behind 64 KiB of other text', place, '');
    }
    this.#isTooLong = false;
    this.#isTooLongOfUs = false;
    this.#overlap = '';
  }

  /** Of a line, as much as may be of interest. */
  #lineStart(bytes: Uint8Array): void {
    if (bytes.length === 0 && this.#torn.size === 0) return;
    let end = bytes.length;
    if (end > 0 && bytes[end - 1] === carriageReturn) end--;
    const length = Math.min(end, lineBytesMax);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, length);
    if (this.#torn.size === 0 && this.#partial.size === 0) {
      const plain = buffer.toString('latin1');
      const at = plain.search(certainStartOnce);
      if (at > 0 && this.#prefixedLine(buffer, plain, at)) return;
      if (at < 0 && !ofInterest.test(plain)) {
        this.#seen.add(plain);
        return;
      }
    }
    const text = buffer.toString('utf8');
    const { payload: piece, offset, wallMs, source, isPartial } = unwrap(text);
    const payload = (this.#partial.get(source) ?? '') + piece;
    this.#partial.delete(source);
    if (isPartial === true && payload.length < lineBytesMax) {
      if (this.#partial.size >= tornMax) this.#partial.clear();
      this.#partial.set(source, payload);
      return;
    }
    // One record of a structured log may hold several lines.
    for (const part of payload.includes('\n') ? payload.split('\n') : [payload]) {
      this.#payload(part, { text, source, wallMs, offset: Math.max(0, offset) });
    }
  }

  /**
   * Reads a gc line that ends its line, behind a prefix of no special kind: false where it is not so easy. Only the
   * prefix is decoded, and not even that where it is the one of the line before.
   */
  #prefixedLine(bytes: Uint8Array, plain: string, at: number): boolean {
    const form = this.#form;
    if (plain.charAt(0) === '{' || form.match(bytes, at, bytes.length) !== bytes.length)
      return false;
    const prefix = plain.slice(0, at);
    if (prefix !== this.#prefix.text) {
      const text = Buffer.from(prefix, 'latin1').toString('utf8');
      const { payload, wallMs, source, isPartial } = unwrap(text + someLine);
      const rest = payload.slice(0, -someLine.length);
      if (isPartial === true || !payload.endsWith(someLine) || rest.includes('\r')) return false;
      const described = rest.trim() === '' ? undefined : describePrefix(rest);
      this.#prefix = {
        text: prefix,
        source: joinSources(source, described?.source ?? ''),
        wallMs: described?.wallMs ?? wallMs,
      };
    }
    this.#emit(form, this.#prefix.source, this.#prefix.wallMs);
    return true;
  }

  #payload(payload: string, line: LineContext): void {
    const starts = [...payload.matchAll(certainStart)].map(({ index }) => index);
    // What only may be one is the start of a line, unless one that is certain still has to go on.
    if (starts.length === 0 && possibleStart.test(payload)) {
      const torn = this.#torn.get(line.source);
      const isRest = torn !== undefined && (torn.isCertain || !numberedStart.test(payload));
      if (!isRest) starts.push(0);
    }
    if (starts.length === 0) {
      this.#noStart(payload, line);
      return;
    }
    // A progress bar goes back to the start of its line.
    const from = payload.lastIndexOf('\r', starts[0]) + 1;
    const prefix = payload.slice(from, starts[0]);
    const described = prefix.trim() === '' ? undefined : describePrefix(prefix);
    const source = joinSources(line.source, described?.source ?? '');
    const wallMs = described?.wallMs ?? line.wallMs;
    for (const [i, start] of starts.entries()) {
      const place = this.#place(line.offset + start + 1);
      const context = { ...line, source, wallMs, opening: prefix.trimEnd().at(-1) ?? '' };
      this.#gcLike(payload.slice(start, starts[i + 1]), place, context);
    }
  }

  /** Text that begins with what a gc line begins with. */
  #gcLike(
    text: string,
    place: Place,
    { source, wallMs, offset, opening }: LineContext & { opening: string },
  ): void {
    const { form, end, reached } = probe(text);
    if (form !== undefined && end >= 0) {
      const rest = text.slice(end).trimStart();
      const isDone =
        text.slice(0, end).endsWith('(forced)') ||
        rest === '' ||
        closings.get(opening) === rest.charAt(0);
      if (isDone) {
        this.#form = form;
        this.#emit(form, source, wallMs);
        return;
      }
    }
    if (reached === 0) return;
    this.#beforeGc(source, undefined);
    const torn: Torn = new TornLine(text, {
      place,
      wallMs,
      seen: this.#seen,
      isLikely: (line) => this.#isLikely(line, source),
    });
    if (this.#torn.size >= tornMax) {
      const [oldest] = this.#torn.keys();
      if (oldest !== undefined) this.#closeTorn(oldest, false);
    }
    torn.hasEnvelope = offset > 0;
    this.#torn.set(source, torn);
  }

  /** A line in which no gc line begins: the rest of one, a companion, or nothing of ours. */
  #noStart(payload: string, line: LineContext): void {
    const { source } = line;
    const torn = this.#torn.get(source);
    const rest = torn?.hasEnvelope === true ? payload : line.text;
    if (torn !== undefined && !companionStart.test(rest)) {
      const outcome = torn.next(rest);
      if (outcome.kind !== 'open') {
        this.#settle(source, torn, outcome, false);
        if (outcome.kind === 'whole') return;
      } else if (torn.isGoingOn) {
        torn.isAtFileEnd = false;
        torn.lastLine = this.#line;
        torn.lastText = rest;
        if (pieceOfLine.test(rest)) {
          torn.pieces ??= [];
          if (torn.pieces.length < piecesMax) torn.pieces.push(this.#piece(rest, line));
        }
        return;
      } else if (torn.isAtFileEnd === true) {
        this.#closeTorn(source, true);
      }
    }
    const companion = companionStart.exec(payload);
    if (companion !== null) {
      this.#companion(payload, companion.index, line);
    } else if (payload.trim() === periodicLine) {
      this.#companions.gcForced++;
      this.#pendingOf(source).isPeriodic = true;
    } else if (initLine.test(payload.trim())) {
      this.#companions.inittrace++;
    } else if (schedLine.test(payload)) {
      this.#companions.sched++;
    } else if (scanLine.test(payload)) {
      this.#companions.scan++;
    } else if (pieceOfLine.test(payload)) {
      const { message, text, ...place } = this.#piece(payload, line);
      this.#skip('piece', message, place, text);
    } else {
      this.#seen.add(line.text);
    }
  }

  #piece(text: string, { offset }: LineContext): SkippedLine {
    const column = offset + (pieceOfLine.exec(text)?.index ?? 0) + 1;
    const message = 'a piece of a gc line, whose start is not there';
    return { ...this.#place(column), reason: 'piece', message, text };
  }

  #companion(payload: string, start: number, line: LineContext): void {
    const text = payload.slice(start).trimEnd();
    const bytes = Buffer.from(text);
    const prefix = payload.slice(0, start);
    const source =
      prefix.trim() === '' ? line.source : joinSources(line.source, describePrefix(prefix).source);
    const pending = this.#pendingOf(source);
    if (text.startsWith('pacer: ')) {
      const found = parsePacer(bytes);
      if (found !== undefined) {
        this.#companions.pacer++;
        pending.pacer = { ...pending.pacer, ...found.part };
        pending.ranges.push(found.form.releases);
        if (found.form.releases.since >= firstExactGoal) pending.isGoalExact = true;
        return;
      }
    } else {
      const kind = text.startsWith('scav') ? 'scav' : 'scvg';
      const found = parseScavenge(bytes);
      if (found !== undefined || text.endsWith(`: ${periodicLine}`)) {
        this.#companions[kind]++;
        if (found === undefined) return;
        pending.ranges.push(found.form.releases);
        const last = this.#processes.lastOf(source);
        this.#handlers.onScavenge?.({ ...found.scavenge, process: last?.process ?? 1 });
        return;
      }
    }
    const place = this.#place(line.offset + start + 1);
    this.#skip('broken companion', 'not a whole pacer or scavenger line', place, text);
  }

  // --- Collections ------------------------------------------------------------------------------------

  /** Hands on the collection of the line that `form` matched last. */
  #emit(form: GcForm, source: string, wallMs: number | undefined, isRejoined = false): void {
    const cycle = cycleOf(form);
    if (this.#torn.size > 0) this.#beforeGc(source, cycle.n);
    if (wallMs !== undefined) cycle.wallMs = wallMs;
    const last = this.#processes.lastOf(source);
    if (last !== undefined && isRepeated(last, cycle)) {
      this.#skip('repeated', 'the same line once more', this.#place(1), `gc ${cycle.n}`);
      return;
    }
    const pending = this.#pending.size > 0 ? this.#pending.get(source) : undefined;
    if (pending !== undefined) this.#join(cycle, pending, form.family);
    this.#processes.assign(cycle, source, form.family);
    if (pending !== undefined) {
      for (const range of pending.ranges) this.#processes.narrow(cycle.process ?? 1, range);
      this.#pending.delete(source);
    }
    this.#lines.gc++;
    if (isRejoined) this.#lines.rejoined++;
    this.#handlers.onCycle(cycle);
  }

  /** Adds what companion lines told: bytes where the gc line has MiB. */
  #join(cycle: GcCycle, { pacer, isPeriodic, isGoalExact }: Pending, family: FamilyName): void {
    if (isPeriodic) cycle.periodic = true;
    if (pacer === undefined) return;
    cycle.pacer = pacer;
    const { consMark, end } = pacer;
    const slack = { ...lineSlack };
    const endBytes = consMark?.heapLiveBytes ?? end?.heapActualBytes;
    if (endBytes !== undefined && isFloorOf(cycle.heapEndBytes, endBytes)) {
      cycle.heapEndBytes = endBytes;
      slack.heapEndBytes = 0;
    }
    let goalBytes: Bytes | undefined;
    if (consMark !== undefined) {
      goalBytes = consMark.heapLiveBytes - consMark.overGoalBytes;
    } else if (isGoalExact && family === 'G4') {
      goalBytes = end?.heapGoalBytes;
      // It is what GOGC gives; the goal itself is raised to 1 MiB over the heap at the start.
      if (goalBytes !== undefined && goalBytes < cycle.heapStartBytes + 2 * MiB)
        goalBytes = undefined;
    }
    const printed = cycle.heapGoalBytes;
    if (goalBytes !== undefined && printed !== undefined && isFloorOf(printed, goalBytes)) {
      cycle.heapGoalBytes = goalBytes;
      slack.heapGoalBytes = 0;
    }
    cycle.slack = slack;
  }

  #pendingOf(source: string): Pending {
    let pending = this.#pending.get(source);
    if (pending === undefined) {
      pending = { pacer: undefined, isGoalExact: false, isPeriodic: false, ranges: [] };
      if (this.#pending.size >= pendingMax) this.#pending.clear();
      this.#pending.set(source, pending);
    }
    if (pending.ranges.length >= rangesMax) pending.ranges.length = 0;
    return pending;
  }

  // --- Torn lines -------------------------------------------------------------------------------------

  /** A gc line begins: an older one of the same process can get no more. `n` is undefined where it is not known. */
  #beforeGc(source: string, n: number | undefined): void {
    const torn = this.#torn.get(source);
    if (torn === undefined) return;
    const isOther = n !== undefined && torn.n !== undefined && n !== torn.n + 1;
    if (!isOther) this.#closeTorn(source, false);
  }

  /** A line of a source that holds together, and goes with the one before. A digit too many makes a size ten times as large. */
  #isLikely(line: string, source: string): boolean {
    const found = parseCycle(line);
    if (found === undefined) return false;
    const { cycle } = found;
    const last = this.#processes.lastOf(source);
    if (last !== undefined && (last.procs !== cycle.procs || cycle.n > last.n + 100)) return false;
    const { heapStartBytes, heapEndBytes, heapMarkedBytes = 0, heapGoalBytes = 0 } = cycle;
    const someBytes = 2 * MiB;
    return (
      cycle.procs <= procsLikely &&
      (cycle.gcCpuFraction ?? 0) <= 1.5 &&
      heapEndBytes <= 4 * (heapStartBytes + someBytes) &&
      heapMarkedBytes <= 1.5 * (heapEndBytes + someBytes) &&
      (cycle.forced || heapGoalBytes <= 3 * (heapEndBytes + someBytes))
    );
  }

  #closeTorn(source: string, isAtEnd: boolean): void {
    const torn = this.#torn.get(source);
    if (torn !== undefined) this.#settle(source, torn, torn.close(), isAtEnd);
  }

  #settle(source: string, torn: Torn, outcome: Outcome, isAtEnd: boolean): void {
    this.#torn.delete(source);
    if (outcome.kind === 'whole') {
      const { form } = probe(outcome.text);
      assert(form !== undefined, 'what was put together is a gc line', outcome.text);
      const isRejoined = !torn.first.startsWith(outcome.text);
      this.#emit(form, source, torn.wallMs, isRejoined);
      return;
    }
    if (!torn.isCertain) {
      // It was no gc line; but what was taken for its rest may be of one.
    } else if (outcome.kind === 'ambiguous') {
      const message = 'cut by other output, and more than one way to put it together';
      this.#skip('ambiguous', message, torn.place, torn.first);
    } else if ((isAtEnd || torn.isAtFileEnd === true) && this.#isCutOff(torn)) {
      const message = 'the log ends before this gc line does';
      this.#skip('cut short', message, torn.place, torn.first);
    } else {
      const { reached, expected } = probe(torn.first);
      const column = torn.place.column + reached;
      const message = `not a whole gc line: expected ${expected} at column ${column}`;
      this.#skip('torn', message, torn.place, torn.first);
    }
    for (const { message, text, ...place } of torn.pieces ?? []) {
      this.#skip('piece', message, place, text);
    }
  }

  /** Nothing is wrong with what there is of it, up to the last line of its file. */
  #isCutOff(torn: Torn): boolean {
    if (torn.lastLine === undefined) {
      return (
        torn.place.line === this.#lastLineOf(torn) &&
        probe(torn.first).reached === torn.first.length
      );
    }
    return torn.lastLine === this.#lastLineOf(torn);
  }

  /** The number of the last line of the file that a torn line is in. */
  #lastLineOf(torn: Torn): number {
    return torn.isAtFileEnd === true ? this.#lastLine : this.#line;
  }

  #place(column: number): Place {
    return { file: this.#file, line: this.#line, column };
  }

  #skip(reason: SkipReason, message: string, place: Place, text: string): void {
    if (reason === 'cut short') this.#lines.cutShort++;
    else this.#lines.skipped++;
    if (reason !== 'broken companion' && reason !== 'repeated') this.#lostGcLines++;
    const { file, line, column } = place;
    const skipped: SkippedLine = { file, line, column, reason, message, text: text.slice(0, 200) };
    if (this.#skipped.length < skippedMax) this.#skipped.push(skipped);
    this.#handlers.onSkipped?.(skipped);
  }
}

/** More procs than any machine that we heard of has. */
const procsLikely = 1024;
/** From this release on the pacer's goal is the gc line's. */
const firstExactGoal = 9;
/** Sources whose companion lines wait for a gc line, and forms of such lines. */
const pendingMax = 1024;
const rangesMax = 16;

/** What is known of a line of the log. */
interface LineContext {
  /** The line as it stands in the log. */
  text: string;
  source: string;
  wallMs: number | undefined;
  /** Where its payload begins. */
  offset: number;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function joinSources(outer: string, inner: string): string {
  return outer === '' || inner === '' ? outer + inner : `${outer} ${inner}`;
}

/** The runtime cuts `exact` off to whole MiB, and prints `floor`. */
function isFloorOf(floor: Bytes, exact: Bytes): boolean {
  return exact >= floor && exact - floor < MiB;
}

function plainProcess(process: TraceProcess): TraceProcess {
  const { id, source, cycles, forced, periodic, firstNs, lastNs } = process;
  const { firstWallMs, lastWallMs, releases } = process;
  return {
    id,
    source,
    cycles,
    forced,
    periodic,
    firstNs,
    lastNs,
    firstWallMs,
    lastWallMs,
    releases,
  };
}

/** A log that is in memory, all at once: see `TraceReader` for logs of any size. */
export function readTrace(
  log: string | Uint8Array,
  file = '<log>',
): { cycles: GcCycle[]; scavenges: Scavenge[]; report: TraceReport } {
  const cycles: GcCycle[] = [];
  const scavenges: Scavenge[] = [];
  const reader = new TraceReader({
    onCycle: (cycle) => cycles.push(cycle),
    onScavenge: (scavenge) => scavenges.push(scavenge),
  });
  reader.beginFile(file);
  reader.push(typeof log === 'string' ? Buffer.from(log) : log);
  return { cycles, scavenges, report: reader.end() };
}
