/**
 * Diagnostics: what is wrong with somebody's input, and where. They are data until `renderDiagnostic` makes text of
 * them. A bug of our own is an InvariantError (`assert.ts`), never one of these.
 */
import { assert } from './assert.ts';

/** One thing that is wrong with the input. */
export interface Diagnostic {
  severity: 'error' | 'warning';
  /** As the user named it; '-' is standard input. Absent where the command line is meant. */
  file?: string;
  /** Line, from 1; absent where the whole file is meant. */
  line?: number;
  /** Column, from 1, in UTF-16 code units; absent where the whole line is meant. */
  column?: number;
  /** Length of what is wrong, in UTF-16 code units. 0 or absent: a place between characters, shown as one caret. */
  length?: number;
  /** What was found and what was expected. One sentence, lower case, no full stop. */
  message: string;
  /** The way out: valid values, or the nearest name. */
  hint?: string;
  /** The source line, without its line break. */
  lineText?: string;
}

/** An input that cannot be used: a wrong flag, a wrong file. Never our own bug. */
export class UserError extends Error {
  override name = 'UserError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[]) {
    const list = 'message' in diagnostics ? [diagnostics] : diagnostics;
    const first = list[0];
    assert(first !== undefined, 'a UserError has a diagnostic');
    super(`${placeOf(first)}${first.message}`);
    this.diagnostics = list;
  }
}

/**
 * The diagnostic as whole lines of text:
 *
 *     web.yaml:14:18: error: "allocRate" must be a positive number of bytes per second, found -5
 *        14 |       allocRate: -5
 *           |                  ^^
 *       hint: write a number, or a size with a unit such as "64MiB"
 *
 * Control characters in the input, which could drive a terminal, are shown as pictures.
 */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { severity, line, lineText, message, hint } = diagnostic;
  const rows = [`${visible(placeOf(diagnostic))}${severity}: ${visible(message)}`];
  if (line !== undefined && lineText !== undefined) {
    const number = String(line).padStart(5);
    const excerpt = excerptOf(lineText, diagnostic.column, diagnostic.length ?? 0);
    rows.push(`${number} | ${visible(excerpt.text)}`.trimEnd());
    if (diagnostic.column !== undefined) {
      rows.push(`${' '.repeat(number.length)} | ${caretLine(excerpt)}`);
    }
  }
  if (hint !== undefined) rows.push(`  hint: ${hint.split('\n').map(visible).join('\n        ')}`);
  return `${rows.join('\n')}\n`;
}

/** `file:line:column: `, as far as it is known. */
function placeOf({ file, line, column }: Diagnostic): string {
  if (file === undefined) return '';
  const parts: (string | number)[] = [file === '-' ? '<stdin>' : file];
  if (line !== undefined) parts.push(line);
  if (line !== undefined && column !== undefined) parts.push(column);
  return `${parts.join(':')}: `;
}

/** A part of a source line, and in it what is wrong: `text.slice(start, end)`. */
interface Excerpt {
  text: string;
  start: number;
  end: number;
}

/** A longer line is shown in part, around what is wrong. */
const excerptLengthMax = 120;
const excerptBefore = 60;

function excerptOf(lineText: string, column: number | undefined, length: number): Excerpt {
  const start = clamp((column ?? 1) - 1, 0, lineText.length);
  const end = clamp(start + length, start, lineText.length);
  if (lineText.length <= excerptLengthMax) return { text: lineText, start, end };
  const lastFrom = lineText.length - excerptLengthMax;
  const from = characterStart(lineText, clamp(start - excerptBefore, 0, lastFrom));
  const to = characterStart(lineText, Math.min(from + excerptLengthMax, lineText.length));
  const head = from > 0 ? '…' : '';
  const tail = to < lineText.length ? '…' : '';
  const shift = head.length - from;
  const text = `${head}${lineText.slice(from, to)}${tail}`;
  return { text, start: start + shift, end: Math.min(end, to) + shift };
}

/** The same place, or the one before it where that would cut a surrogate pair in two. */
function characterStart(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return index > 0 && code >= 0xdc00 && code <= 0xdfff ? index - 1 : index;
}

/** Carets below what is wrong. Tabs are repeated, so that both lines reach the same tab stops. */
function caretLine({ text, start, end }: Excerpt): string {
  const indent = text.slice(0, start).replace(/[^\t]+/g, (run) => ' '.repeat(displayWidth(run)));
  return `${indent}${'^'.repeat(Math.max(1, displayWidth(text.slice(start, end))))}`;
}

const zeroWidth = /^[\p{Mark}\u200b-\u200f\u2060\ufeff]$/u;
const twoColumns =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]$/u;

/** Columns that a terminal gives the text: two for East Asian wide characters and emoji, none for combining marks. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (zeroWidth.test(character)) continue;
    width += twoColumns.test(character) ? 2 : 1;
  }
  return width;
}

/** Control characters other than the tab, and the characters that turn the direction of text or break lines. */
const invisible = /(?!\t)[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** Pictures for what cannot be seen, each one column wide. */
function visible(text: string): string {
  return text.replace(invisible, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x7f) return '\u2421';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

/**
 * The candidate that `name` was probably meant to be, or undefined where none is near. Near is an edit distance of
 * at most a third of the name's length (one, for short names); case counts for nothing. Of equals, the one that
 * starts like `name` wins, then the first.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > nameLengthMax) return undefined;
  const wanted = name.toLowerCase();
  // A distance as long as the name would replace all of it: that is another name, not a slip.
  const most = Math.min(Math.max(1, Math.floor(wanted.length / 3)), Math.max(0, wanted.length - 1));
  let nearest: string | undefined;
  let least = most + 1;
  let longestStart = 0;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const distance = editDistance(wanted, other);
    const start = commonStart(wanted, other);
    if (distance < least || (distance === least && distance <= most && start > longestStart)) {
      nearest = candidate;
      least = distance;
      longestStart = start;
    }
  }
  return nearest;
}

/** Length of the start that both have in common. */
function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** A longer name is no slip of the fingers; and comparing it would take long. */
const nameLengthMax = 64;

/** "did you mean b? names: a, b, c", or the list alone where nothing is near. */
export function didYouMean(found: string, names: readonly string[], what: string): string {
  const nearest = nearestName(found, names);
  const list = `${what}: ${names.join(', ')}`;
  return nearest === undefined ? list : `did you mean ${nearest}? ${list}`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from `a` to `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, at(beforeLast, j - 2) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
