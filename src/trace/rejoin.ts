/**
 * Gc lines that came apart. The runtime writes a line in many small pieces, each with its own write(2), so other
 * output can come between any two of them; terminals and mail wrap lines. Here such a line becomes one again.
 *
 * What is known of a torn line is a set of readings: each is a start of a gc line that the bytes so far may have
 * been. Each further line of the log either has nothing to do with it, or continues some reading, perhaps to be cut
 * off again itself. A reading that comes to its end is the line; where two different ones do, the one that has to
 * explain less wins, and with none better than the other, the line is reported as ambiguous: nothing is invented.
 */

import { type GcForm, gcForms } from './parse.ts';
import { looksLikeLineStart } from './prefix.ts';

/** A start of a gc line, or a whole one. */
interface Reading {
  text: string;
  /** What this reading asks one to believe; 0 is nothing unlikely. */
  penalty: number;
  /** `text` is a whole line. It may still get ` (forced)`. */
  whole: boolean;
  /** The forms of which `text` is the start; before `settled`, those of which it may be. */
  forms: readonly GcForm[];
  /** A space may come next. Whoever wraps text takes away the one at which he breaks it. */
  takesSpace: boolean;
  isSettled: boolean;
  /** The last physical line ended where the text does, and may have been wrapped there. */
  isWrapped: boolean;
  /** Other output began right behind a number: its own first digits may have been taken for the number's last. */
  isDoubtful: boolean;
}

/**
 * How unlikely things are that a reading asks one to believe. The runtime writes a number, or the text between two
 * numbers, in one piece, so other output begins between these, mostly with something that no number goes on with.
 */
const unlikely = {
  /** Other output begins where a piece ends. */
  foreignText: 1,
  /** It begins with white space, or like the gc line would have gone on. */
  coincidence: 2,
  /** It begins with a digit, and is not known to: such lines are rare where none was seen. */
  digit: 5,
  /** A piece is cut in its middle. */
  cutPiece: 5,
};

/** A reading is right where any other asks for so much more. */
const margin = 3;

/** Widths at which terminals, mails and editors wrap text; whoever wraps cuts anything. */
const wrapWidths: ReadonlySet<number> = new Set([72, 76, 78, 79, 80, 100, 120, 132]);

/** Readings that are followed at a time, physical lines that a torn line may spread over, and their characters. */
const readingsMax = 16;
/** What asks one to believe more is not followed. */
const penaltyMax = 12;
const linesMax = 64;
const charsMax = 512;

/** Cuts this far before the last character that fits are tried as well: what follows may begin like the line goes on. */
const earlierCutsMax = 6;

/** Where a torn line stands. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** What is known where a torn line begins. */
export interface Surroundings {
  place: Place;
  wallMs: number | undefined;
  seen: SeenLines;
  isLikely: (line: string) => boolean;
}

/** What became of a torn line with one more line of the log. */
export type Outcome =
  | { kind: 'open' }
  | { kind: 'whole'; text: string }
  | { kind: 'ambiguous' }
  | { kind: 'lost' };

/** Foreign lines that were seen lately: what looks just like one of them is one. */
export class SeenLines {
  readonly #lines: string[] = [];
  #next = 0;
  /** How many of them begin with a digit and not with a time. */
  #digits = 0;

  add(line: string): void {
    const gone = this.#lines[this.#next];
    if (gone !== undefined && startsWithNumber(gone)) this.#digits--;
    if (startsWithNumber(line)) this.#digits++;
    this.#lines[this.#next] = line;
    this.#next = (this.#next + 1) % seenMax;
  }

  has(line: string): boolean {
    return this.#lines.includes(line);
  }

  /** Other output here begins with digits at times. */
  get hasDigits(): boolean {
    return this.#digits > 0;
  }
}

function startsWithNumber(line: string): boolean {
  return isDigit(line) && !looksLikeLineStart(line);
}

const seenMax = 64;

/** A gc line that began and was cut off. */
export class TornLine {
  readonly place: Place;
  readonly wallMs: number | undefined;
  /** The first piece, with what follows it on its line. */
  readonly first: string;
  /** It went on in the line that it was given last. */
  isGoingOn = true;
  /** Undefined until a second line comes: many a torn line is the last that is heard of it. */
  #readings: Reading[] | undefined;
  #lines = 1;
  readonly #seen: SeenLines;
  readonly #isLikely: (line: string) => boolean;

  /**
   * `first` begins with the start of a gc line, and is not one, or not only one. `isLikely` says whether a gc line
   * is one that may have come here.
   */
  constructor(first: string, { place, wallMs, seen, isLikely }: Surroundings) {
    this.first = first.slice(0, charsMax);
    this.place = place;
    this.wallMs = wallMs;
    this.#seen = seen;
    this.#isLikely = isLikely;
  }

  /** The number of the collection, where the first piece tells it. */
  get n(): number | undefined {
    const digits = /^gc #?(\d+) @|^gc(\d+)\(/.exec(this.first);
    return digits === null ? undefined : Number(digits[1] ?? digits[2]);
  }

  /** It got so far, without much that is unlikely, that it is the start of a gc line and nothing else. */
  get isCertain(): boolean {
    if (firstPiece.test(this.first)) return true;
    const isStart = ({ text, penalty }: Reading): boolean =>
      penalty <= this.#lines * unlikely.foreignText && gcStart.test(text);
    return this.#readings?.some(isStart) ?? false;
  }

  /** Takes the next line of the log, without its line break. */
  next(line: string): Outcome {
    const readings: Reading[] = [];
    const ended: Reading[] = [];
    this.isGoingOn = false;
    const text = line.slice(0, charsMax);
    this.#readings ??= best(extend(nothing, this.first, '', this.#seen));
    for (const reading of this.#readings) {
      if (reading.whole && line === '') {
        // The line break of the line itself, which had been held up.
        ended.push(reading);
        continue;
      }
      const longer = extend(reading, text, '', this.#seen);
      if (longer.length === 0 && reading.takesSpace)
        longer.push(...extend(reading, text, ' ', this.#seen));
      if (longer.length > 0) this.isGoingOn = true;
      for (const candidate of longer) {
        if (candidate.whole && candidate.text.endsWith(text)) ended.push(candidate);
        else readings.push(candidate);
      }
      readings.push(reading);
    }
    if (ended.length > 0) return this.#choose(ended);
    this.#readings = best(readings);
    this.#lines++;
    return this.#lines >= linesMax ? this.close() : { kind: 'open' };
  }

  /**
   * The file ends here, with `last`. Where that was cut off, as rotation does it, the cut may be anywhere, and nothing
   * else stands behind it.
   */
  endFile(last: string): void {
    this.#readings ??= best(extend(nothing, this.first, '', this.#seen));
    const end = last.slice(0, charsMax);
    this.#readings = this.#readings.map((reading) =>
      reading.text.endsWith(end)
        ? { ...reading, isWrapped: true }
        : { ...reading, penalty: reading.penalty + margin },
    );
  }

  /** Nothing more can come. */
  close(): Outcome {
    if (this.#readings === undefined) {
      const text = wholePart(this.first);
      return text === '' ? { kind: 'lost' } : { kind: 'whole', text };
    }
    const whole = this.#readings.filter((reading) => reading.whole);
    return whole.length === 0 ? { kind: 'lost' } : this.#choose(whole);
  }

  /** The reading that asks for least, where all others ask for much more. */
  #choose(readings: readonly Reading[]): Outcome {
    const least = Math.min(...readings.map(({ penalty }) => penalty));
    const likely = readings.filter(({ penalty }) => penalty < least + margin);
    const [text, ...others] = new Set(likely.map((reading) => wholePart(reading.text)));
    if (text === undefined || others.length > 0) return { kind: 'ambiguous' };
    if (likely.some(({ isDoubtful }) => isDoubtful) && !this.#isLikely(text)) {
      return { kind: 'ambiguous' };
    }
    return { kind: 'whole', text };
  }
}

/** The start of a gc line within one piece, and put together. */
const firstPiece = /^gc #?\d+ @|^gc\d+\(\d+\): /;
const gcStart = /^gc #?\d+ @\d+\.\d{3}s \d+%|^gc\d+\(\d+\): /;

/** The gc line that `text` begins with; empty where it begins with none. More than a space of ` (forced)` is all of it. */
function wholePart(text: string): string {
  const { end } = probe(text);
  if (end < 0) return '';
  const rest = text.slice(end);
  const isForced = rest.length > 1 && forcedText.startsWith(rest);
  return text.slice(0, end) + (isForced ? forcedText : '');
}

function best(readings: Reading[]): Reading[] {
  const least = new Map<string, Reading>();
  for (const reading of readings) {
    const before = least.get(reading.text);
    if (before === undefined || reading.penalty < before.penalty) least.set(reading.text, reading);
  }
  return [...least.values()]
    .filter(({ penalty }) => penalty <= penaltyMax)
    .sort((a, b) => a.penalty - b.penalty)
    .slice(0, readingsMax)
    .map(settled);
}

/** Before the first piece. */
const nothing: Reading = {
  text: '',
  penalty: 0,
  whole: false,
  forms: gcForms,
  takesSpace: false,
  isSettled: true,
  isWrapped: false,
  isDoubtful: false,
};

/** All ways in which `line` may continue a reading, by some characters at least; `between` was lost between them. */
function extend(reading: Reading, line: string, between: string, seen: SeenLines): Reading[] {
  const from = reading.text.length + between.length;
  const joined = reading.text + between + line;
  const { end, reached } = probe(joined, reading.forms);
  if (reached <= from) return [];
  // Where a wrapped line is put together, nothing is unlikely; else a number that goes on was cut.
  const isCut = !reading.isWrapped && isInNumber(joined, from);
  const before = reading.penalty + (isCut ? unlikely.cutPiece : 0);
  const readings: Reading[] = [];
  const add = (to: number, penalty: number, whole: boolean): void => {
    readings.push({
      text: joined.slice(0, to),
      penalty: before + penalty,
      whole,
      forms: reading.forms,
      takesSpace: false,
      isSettled: false,
      isWrapped: to === joined.length && wrapWidths.has(line.length),
      isDoubtful: reading.isDoubtful || (penalty > 0 && isDigit(joined.charAt(to - 1))),
    });
  };
  if (end > from) {
    add(end, foreignPenalty(joined, end, reached, seen), true);
    // What follows may be the start of ` (forced)`, and what follows that may be, too.
    if (joined.length > end && forcedText.startsWith(joined.slice(end))) {
      add(joined.length, 0, true);
    }
  }
  // A line of such a width that is of the gc line to its very end was wrapped there, whatever its last characters are.
  const isWrapped = reached === joined.length && wrapWidths.has(line.length);
  for (let to = from + 1; to <= reached; to++) {
    if (to === end) continue;
    const penalty =
      foreignPenalty(joined, to, reached, seen) + (isWrapped && to < reached ? margin : 0);
    // Far from where it stops to fit, only what is other output for certain is looked at.
    if (penalty === 0 || reached - to < earlierCutsMax) add(to, penalty, false);
    // What begins there is no part of the line, however well it fits.
    if (penalty === 0) break;
  }
  return readings;
}

/** The same reading, with what its text says about what may come next. */
function settled(reading: Reading): Reading {
  if (reading.isSettled) return reading;
  const { text } = reading;
  const { written } = encoder.encodeInto(`${text} `, scratch);
  const reachedBy = (form: GcForm, to: number): number => {
    form.match(scratch, 0, to);
    return form.reached;
  };
  const forms = reading.forms.filter((form) => reachedBy(form, written - 1) === text.length);
  const takesSpace = forms.some((form) => reachedBy(form, written) > text.length);
  return { ...reading, forms, takesSpace, isSettled: true };
}

const forcedText = ' (forced)';

/** How unlikely it is that the text from `to` on is not of the gc line, which goes on to `reached` as it seems. */
function foreignPenalty(joined: string, to: number, reached: number, seen: SeenLines): number {
  const rest = joined.slice(to);
  if (rest === '' || seen.has(rest) || looksLikeLineStart(rest)) return 0;
  // Other output may begin with a digit, but hardly ever with a point and a digit.
  if (/^\.\d/.test(rest)) return unlikely.cutPiece;
  if (isDigit(rest)) return seen.hasDigits ? unlikely.foreignText : unlikely.digit;
  // A piece ends behind a number; and where nothing fits any more, whatever there is.
  const isBoundary = to === reached || isDigit(joined.charAt(to - 1));
  if (!isBoundary || (to < reached && isInNumber(joined, to))) return unlikely.cutPiece;
  return to < reached || /^\s/.test(rest) ? unlikely.coincidence : unlikely.foreignText;
}

function isDigit(text: string): boolean {
  return text >= '0' && text < ':';
}

/** The characters on both sides of `at` may be of one number. */
function isInNumber(text: string, at: number): boolean {
  return /[\d.]/.test(text.charAt(at - 1)) && /[\d.]/.test(text.charAt(at));
}

/** How much of a text is the start of a gc line. */
export interface Probe {
  /** The form that fits best; undefined where none fits at all. */
  form: GcForm | undefined;
  /** Where a whole gc line ends; -1 where there is none. */
  end: number;
  /** How far the text looks like the start of a gc line, of the form that gets farthest. */
  reached: number;
  /** What that form expected there, in words. */
  readonly expected: string;
}

/** Compares the start of a text with the forms of gc lines. Of the bytes that fit, each is one character. */
export function probe(text: string, forms: readonly GcForm[] = formsLike(text)): Probe {
  const { written } = encoder.encodeInto(text.slice(0, probedMax), scratch);
  const found = { form: undefined as GcForm | undefined, end: -1, reached: 0, expected: '' };
  for (const form of forms) {
    const end = form.match(scratch, 0, written);
    if (end > found.end || (found.end < 0 && form.reached > found.reached)) {
      found.form = form;
      found.end = end;
      found.reached = form.reached;
      if (end < 0) found.expected = form.expected;
    }
  }
  return found;
}

/** The longest gc line is a third of this. */
const probedMax = 1024;
const encoder = new TextEncoder();
const scratch = new Uint8Array(3 * probedMax);

const numbered = gcForms.filter(({ family }) => family === 'G1' || family === 'G2');
const plain = gcForms.filter(({ family }) => ['G3', 'G4', 'G5'].includes(family));
const stopped = gcForms.filter(({ family }) => family.startsWith('S'));

/** The forms that a text may be of, by its first characters. */
function formsLike(text: string): readonly GcForm[] {
  if (text.length < 4) return gcForms;
  if (text.charAt(2) !== ' ') return stopped;
  return text.charAt(3) === '#' ? numbered : plain;
}
