/** One line of a trace, figure by figure, with what each means in the release that prints it. */

import { type Syntax, SyntaxKind, syntaxes } from '../trace/figures.ts';
import {
  assistRatioForms,
  type FamilyName,
  type Form,
  familyNames,
  gcFigures,
  latest,
  lineFamilies,
  pacerConsMarkFigures,
  pacerConsMarkForm,
  pacerEndFigures,
  pacerEndForms,
  pacerStartFigures,
  periodicLine,
  piecesOf,
  type ReleaseRange,
  scavengeFigures,
  scavengeForms,
  sweepDoneFigures,
  sweepDoneForms,
} from '../trace/forms.ts';
import { describePrefix, isYearKnown, unwrap } from '../trace/prefix.ts';
import { probe } from '../trace/rejoin.ts';
import { formatBytes, formatDuration, formatPercent, MiB } from '../units.ts';
import { bold, columnsOf, finish, type TextStyle, visible, widest, wrap } from './layout.ts';
import {
  gcMeanings,
  isOfSpring2015,
  type Meaning,
  pacerConsMarkMeanings,
  pacerEndMeanings,
  pacerStartMeanings,
  scavengeMeanings,
  sweepDoneMeanings,
} from './meanings.ts';

/** A figure of the line. */
export interface ExplainedFigure {
  /** As it stands in the line, with its unit. */
  text: string;
  name: string;
  /** The value in words; empty where the text says as much. */
  value: string;
  meaning: string;
}

export interface Explanation {
  /** "gc line, Go 1.6 to 1.17". */
  title: string;
  /** What stands before the line, as far as it tells: who wrote it, and when. */
  prefix: string[];
  figures: ExplainedFigure[];
  /** What follows from the figures: sentences by their subject. */
  derived: [subject: string, sentence: string][];
  /** What stands behind the line, and is not of it. */
  rest: string;
}

/** How far a text that is no such line looks like one. */
export interface NoLine {
  /** Column, from 1, at which it goes wrong; undefined where nothing in it looks like one. */
  column: number | undefined;
  /** What was expected there, as the end of "expected …". */
  expected: string;
}

/** A form of a line, and what its figures mean. */
export interface Explainable {
  form: Form;
  /** Which line it is: "gc line". */
  kind: string;
  about: string;
  family: FamilyName | undefined;
  figures: Readonly<Record<string, { readonly syntax: Syntax }>>;
  meanings: Readonly<Record<string, Meaning>>;
}

/** All forms of all lines, newest gc lines first. */
export const explainables: readonly Explainable[] = [
  ...[...familyNames].reverse().map((family) => ({
    form: lineFamilies[family],
    kind: 'gc line',
    about: lineFamilies[family].about,
    family,
    figures: gcFigures(lineFamilies[family].time),
    meanings: gcMeanings,
  })),
  ...companions(
    'line of the pacer, at the start of a collection',
    assistRatioForms,
    pacerStartFigures,
    pacerStartMeanings,
  ),
  ...companions(
    'line of the pacer, at the end of marking',
    pacerEndForms,
    pacerEndFigures,
    pacerEndMeanings,
  ),
  ...companions(
    'line of the pacer, at the end of marking',
    { only: pacerConsMarkForm },
    pacerConsMarkFigures,
    pacerConsMarkMeanings,
  ),
  ...companions(
    'line of the pacer, when sweeping is done',
    sweepDoneForms,
    sweepDoneFigures,
    sweepDoneMeanings,
  ),
  ...companions('line of the scavenger', scavengeForms, scavengeFigures, scavengeMeanings),
];

function companions(
  kind: string,
  forms: Readonly<Record<string, Form>>,
  figures: Explainable['figures'],
  meanings: Explainable['meanings'],
): Explainable[] {
  return Object.values(forms).map((form) => ({
    form,
    kind,
    about: releasesInWords(form.releases),
    family: undefined,
    figures,
    meanings,
  }));
}

function releasesInWords({ since, until }: ReleaseRange): string {
  if (until === latest) return `Go 1.${since} or later`;
  return since === until ? `Go 1.${since}` : `Go 1.${since} to 1.${until}`;
}

// --- Taking a line apart ------------------------------------------------------------------------------

/** A figure as it was found in the line. */
interface Found {
  name: string;
  text: string;
}

/** A line in one form: all of it, or how far the text goes along with it. */
type Reading =
  | { isWhole: true; found: Found[]; end: number }
  | { isWhole: false; at: number; expected: string };

/** A number as each syntax writes it, and what it is called. */
const numbers: Readonly<Record<SyntaxKind, { pattern: string; name: string }>> = {
  [SyntaxKind.integer]: { pattern: '0|[1-9]\\d{0,14}', name: 'a whole number' },
  [SyntaxKind.signed]: { pattern: '-?(?:0|[1-9]\\d{0,14})', name: 'a whole number' },
  [SyntaxKind.decimal]: { pattern: '(?:0|[1-9]\\d{0,11})(?:\\.\\d{1,3})?', name: 'a number' },
  [SyntaxKind.seconds]: {
    pattern: '(?:0|[1-9]\\d{0,11})\\.\\d{3}',
    name: 'seconds with three decimals',
  },
  [SyntaxKind.percent]: { pattern: '-?(?:0|[1-9]\\d{0,14})', name: 'a whole number' },
  [SyntaxKind.float]: {
    pattern: '[+-]?\\d+(?:\\.\\d+)?(?:e[+-]\\d+)?|NaN|[+-]Inf',
    name: 'a number',
  },
};

function readAs({ form, figures, meanings }: Explainable, text: string): Reading {
  const found: Found[] = [];
  let at = 0;
  for (const piece of piecesOf<string>(form.template)) {
    if (piece.kind === 'figure') {
      const { pattern, name } = numbers[figures[piece.name]?.syntax.kind ?? SyntaxKind.integer];
      const expression = new RegExp(pattern, 'y');
      expression.lastIndex = at;
      const match = expression.exec(text)?.[0];
      const { name: figureName = piece.name } = meanings[piece.name] ?? {};
      if (match === undefined) return { isWhole: false, at, expected: `${name} (${figureName})` };
      found.push({ name: piece.name, text: match });
      at += match.length;
      continue;
    }
    const length = commonLength(piece.text, text.slice(at));
    if (length === piece.text.length) {
      if (piece.kind === 'flag') found.push({ name: piece.name, text: piece.text.trim() });
      at += length;
    } else if (piece.kind === 'text') {
      return { isWhole: false, at: at + length, expected: `"${piece.text.slice(length)}"` };
    }
  }
  return { isWhole: true, found, end: at };
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** What closes quotes and brackets around a line. */
const closing = /^[\s"'`\])}>,;.|]+|\s+$/g;
/** Where a line of the runtime begins. */
const starts = /gc #?\d+ @|gc\d+\(\d+\): |pacer: |forced scvg: |scvg-?\d*: |scav \d/;
/** What may be the start of one that was cut or changed. */
const weakStarts = /(?<![\w/])(?:gc ?#?\d*|pacer|scvg|scav)(?!\w)/;

/** Explains a line of a trace, with whatever a log puts before it. */
export function explainLine(line: string): Explanation | NoLine {
  const { payload, offset, wallMs, source } = unwrap(line);
  if (payload.trim() === periodicLine) return periodic;
  const other = otherLines.find(({ pattern }) => pattern.test(payload));
  if (other !== undefined) return markOf(other.title, other.meaning);
  const start = starts.exec(payload)?.index ?? weakStarts.exec(payload)?.index;
  if (start === undefined) return nothing;
  const text = payload.slice(start);
  let best: { as: Explainable; end: number; found: Found[] } | undefined;
  let reached = 0;
  let expected: string[] = [];
  for (const as of explainables) {
    const reading = readAs(as, text);
    if (reading.isWhole) {
      if (best === undefined || reading.end > best.end) best = { as, ...reading };
    } else if (reading.at > reached) {
      reached = reading.at;
      expected = [reading.expected];
    } else if (reading.at === reached) {
      expected.push(reading.expected);
    }
  }
  if (best === undefined) {
    if (reached === 0) return nothing;
    const column = Math.max(0, offset) + start + reached + 1;
    return { column, expected: [...new Set(expected)].join(' or ') };
  }
  const before = describePrefix(payload.slice(0, start));
  return {
    title: `${best.as.kind}, ${best.as.about}`,
    prefix: prefixOf([source, before.source], wallMs ?? before.wallMs),
    figures: best.found.map((found) => explainFigure(found, best.as)),
    derived:
      best.as.family === undefined
        ? []
        : [
            ...strangeness(text, Math.max(0, offset) + start),
            ...derivedOf(best.found, best.as.figures, best.as.family),
          ],
    rest: text.slice(best.end).replace(closing, ''),
  };
}

/** What the reader of logs, which takes only what a release can have printed, objects to. */
function strangeness(text: string, before: number): [string, string][] {
  const { end, reached } = probe(text);
  if (end >= 0) return [];
  return [
    [
      'but',
      `No release prints it quite so: see column ${before + reached + 1}. In a log, such a line is skipped.`,
    ],
  ];
}

const nothing: NoLine = { column: undefined, expected: 'a gc line such as "gc 1 @0.012s 2%: …"' };

const periodic = markOf(
  'mark of a periodic collection',
  'Two minutes had passed without a collection, so that the runtime started one. Its gc line comes next, and does not say (forced).',
);

/** Lines of the runtime that say nothing of collections. */
const otherLines: readonly { pattern: RegExp; title: string; meaning: string }[] = [
  {
    pattern: /^\s*SCHED \d+ms: /,
    title: 'line of the scheduler (GODEBUG=schedtrace)',
    meaning:
      'It tells of threads, Ps and run queues, not of collections. gcsim analyze knows such lines and counts them; there is nothing to explain.',
  },
  {
    pattern: /^\s*init \S+ @[\d.]+ ms, [\d.]+ ms clock, /,
    title: 'line of a package that is initialized (GODEBUG=inittrace=1)',
    meaning:
      'It tells how long a package took to initialize and what it allocated, not of collections. gcsim analyze knows such lines and counts them; there is nothing to explain.',
  },
];

/** What a line without figures is. */
function markOf(title: string, meaning: string): Explanation {
  return { title, prefix: [], figures: [], derived: [['meaning', meaning]], rest: '' };
}

function prefixOf(sources: readonly string[], wallMs: number | undefined): string[] {
  const source = sources.filter((each) => each !== '').join(' ');
  return [
    ...(source === '' ? [] : [`written by ${visible(source)}`]),
    ...(wallMs === undefined
      ? []
      : [
          `at ${new Date(wallMs)
            .toISOString()
            .slice(isYearKnown(wallMs) ? 0 : 'yyyy-'.length)
            .replace('T', ' ')
            .replace('Z', '')}`,
        ]),
  ];
}

// --- Figures ------------------------------------------------------------------------------------------

function explainFigure({ name, text }: Found, as: Explainable): ExplainedFigure {
  const { syntax } = as.figures[name] ?? { syntax: syntaxes.integer };
  const said = as.meanings[name] ?? { name, meaning: '' };
  const { meaning } = said;
  const isFlag = !/\d/.test(text) && syntax.kind !== SyntaxKind.float;
  const shown = isFlag ? text : (said.shown?.(text) ?? withUnit(text, syntax));
  return {
    text: shown,
    name: said.name,
    value: isFlag ? '' : wordsFor(text, syntax),
    meaning: typeof meaning === 'string' ? meaning : meaning(as.family ?? 'G5'),
  };
}

function withUnit(text: string, syntax: Syntax): string {
  const unit = unitNames.get(syntax);
  return unit === undefined ? text : `${text}${unit}`;
}

const unitNames: ReadonlyMap<Syntax, string> = new Map([
  [syntaxes.MB, ' MB'],
  [syntaxes.KB, ' KiB'],
  [syntaxes.ms, ' ms'],
  [syntaxes.wholeMs, ' ms'],
  [syntaxes.wholeUs, ' us'],
  [syntaxes.percent, '%'],
]);

function wordsFor(text: string, syntax: Syntax): string {
  const number = Number(text);
  switch (syntax) {
    case syntaxes.MB:
      return number === 0 ? 'Below 1 MiB' : `${number} to ${number + 1} MiB`;
    case syntaxes.KB:
      return number < 1024 ? '' : formatBytes(number * syntax.unit);
    case syntaxes.ms:
    case syntaxes.wholeMs:
    case syntaxes.wholeUs:
    case syntaxes.seconds: {
      if (number === 0)
        return `Below ${syntax === syntaxes.wholeMs || syntax === syntaxes.seconds ? '1 ms' : '1 µs'}`;
      const value = formatDuration(number * syntax.unit);
      return value === withUnit(text, syntax) ? '' : value;
    }
    default:
      return '';
  }
}

// --- What follows from a gc line ----------------------------------------------------------------------

type Values = Readonly<Record<string, number>>;

function derivedOf(
  found: readonly Found[],
  figures: Explainable['figures'],
  family: FamilyName,
): [string, string][] {
  const values: Record<string, number> = {};
  for (const { name, text } of found) {
    const unit = figures[name]?.syntax.unit ?? 1;
    if (/\d/.test(text)) values[name] = Number(text) * unit;
  }
  return [overshootOf, markingOf, pausesOf, nextGoalOf, gogcOf].flatMap((derive) =>
    derive(values, family),
  );
}

function overshootOf({ heapEnd, heapGoal }: Values): [string, string][] {
  if (heapEnd === undefined || heapGoal === undefined) return [];
  const over = heapEnd - heapGoal;
  const least = over - MiB;
  const most = over + MiB;
  const share = (bytes: number): string => formatPercent(bytes / Math.max(heapGoal, MiB));
  const why = 'Sizes are cut off to whole MiB; with GODEBUG=gcpacertrace=1 the log has bytes.';
  if (most <= 0) {
    const by = most === 0 ? formatBytes(-least) : `${formatBytes(-most)} to ${formatBytes(-least)}`;
    return [
      [
        'overshoot',
        `None: the heap was ${most === 0 ? 'up to ' : ''}${by} below its goal when marking ended.`,
      ],
    ];
  }
  if (least < 0) {
    return [['overshoot', `At most ${formatBytes(most)} over the goal, or none at all. ${why}`]];
  }
  const by =
    least === 0 ? `Up to ${formatBytes(most)}` : `${formatBytes(least)} to ${formatBytes(most)}`;
  return [['overshoot', `${by} over the goal, about ${share(over)} of it. ${why}`]];
}

function markingOf({ assist, background, idle, mark, procs }: Values): [string, string][] {
  if (assist === undefined || background === undefined) return [];
  const marking = assist + background;
  if (marking === 0) return [];
  const lines: [string, string][] = [
    [
      'assists',
      `They did ${formatPercent(assist / marking)} of the marking${idle === 0 ? '' : ', idle marking apart'}.`,
    ],
  ];
  if (mark !== undefined && procs !== undefined && mark > 0 && procs > 0) {
    lines.push([
      'GC CPU',
      `Marking took ${formatPercent(marking / (mark * procs))} of CPU while it went on, idle marking apart. Go means it to be 25 % (30 % with assists from 1.10 to 1.17).`,
    ]);
  }
  return lines;
}

function pausesOf(values: Values, family: FamilyName): [string, string][] {
  const { setup, stoppedSweep, stoppedMark, finish: waiting = 0 } = values;
  if (setup !== undefined && stoppedSweep !== undefined && stoppedMark !== undefined) {
    const all = setup + stoppedSweep + stoppedMark + waiting;
    const how = all === 0 ? 'for less than the line can show' : `for ${formatDuration(all)}`;
    return [['pause', `The world was stopped ${how}, at a stretch.`]];
  }
  const { sweepTerm, sync, markTerm } = values;
  const barrier = isOfSpring2015(family) ? [sync] : [];
  const pauses = [sweepTerm, ...barrier, markTerm].filter((ns) => ns !== undefined && ns > 0);
  if (pauses.length === 0) return [['pauses', 'All were shorter than the line can show.']];
  const texts = pauses.map((ns) => formatDuration(ns ?? 0));
  return [['pauses', `The world was stopped for ${texts.join(' and ')}.`]];
}

/** Go's minimum for GOGC=100. */
const minimumHeapBytes = 4 * MiB;

function nextGoalOf({ heapMarked, heapGoal, stacks = 0, globals = 0 }: Values): [string, string][] {
  if (heapMarked === undefined || heapGoal === undefined) return [];
  const goal = Math.max(minimumHeapBytes, 2 * heapMarked + stacks + globals);
  return [
    [
      'next goal',
      `With GOGC=100, about ${formatBytes(goal)}, unless a memory limit sets it lower.`,
    ],
  ];
}

function gogcOf({ heapGoal }: Values): [string, string][] {
  if (heapGoal === undefined) return [];
  return [
    [
      'GOGC in effect',
      'One line cannot tell: its goal was made from what was live after the collection before. gcsim analyze shows it for a log.',
    ],
  ];
}

// --- Text ---------------------------------------------------------------------------------------------

const indent = 2;
const gap = 2;
/** With less room than this a meaning stands below its figure. */
const meaningRoomMin = 36;

/** The explanation as text. */
export function renderExplanation(explanation: Explanation, style: TextStyle): string {
  const { title, prefix, figures, derived, rest } = explanation;
  const head = wrap([title, ...prefix].join(', '), columnsOf(style));
  const sections = [
    head.map((line) => bold(line, style)),
    renderRows(
      figures.map(({ text, name, value, meaning }) => ({
        cells: [text, name],
        text: value === '' ? meaning : `${value}. ${meaning}`,
      })),
      style,
    ),
    renderRows(
      derived.map(([subject, sentence]) => ({ cells: [subject], text: sentence })),
      style,
    ),
    rest === '' ? [] : wrap(`Not of the line: ${visible(rest).slice(0, 200)}`, columnsOf(style)),
  ].filter((section) => section.length > 0);
  return finish(
    sections.flatMap((section, i) => (i === 0 ? section : ['', ...section])),
    style,
  );
}

function renderRows(
  rows: readonly { cells: string[]; text: string }[],
  style: TextStyle,
): string[] {
  const widths = [0, 1].map((i) => widest(rows.map(({ cells }) => cells[i] ?? '')));
  const starts = rows.map(({ cells }) =>
    cells.map((cell, i) => cell.padEnd((widths[i] ?? 0) + gap)).join(''),
  );
  const room = columnsOf(style);
  const textIndent = indent + widest(starts);
  const isWide = room - textIndent >= meaningRoomMin;
  return rows.flatMap(({ text }, i) => {
    const start = `${' '.repeat(indent)}${starts[i]}`;
    const lines = wrap(text, room, isWide ? textIndent : 2 * indent);
    if (!isWide) return [start.trimEnd(), ...lines];
    const [first = '', ...others] = lines;
    return [`${start}${first.trimStart()}`, ...others];
  });
}
