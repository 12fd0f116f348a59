/**
 * Laying out text for a terminal: figures, lines of items, wrapped notes. All pure: what the terminal is like
 * comes in as a TextStyle. A line that has no room is divided between figures, never within one.
 */
import { formatBytes, formatDuration, formatPercent } from '../units.ts';

/** What colours text. A Chalk does. */
export interface Colours {
  bold(text: string): string;
  yellow(text: string): string;
}

/** What the place is like where text is shown. `{}` will do for a file. */
export interface TextStyle {
  /** Absent: text has no colours. */
  chalk?: Colours | undefined;
  /** Width of the terminal in characters; undefined where the text goes elsewhere. */
  columns?: number | undefined;
  /** Only ASCII characters, for terminals that show no others. */
  ascii?: boolean | undefined;
}

/** Width for which text is laid out when it does not go to a terminal. */
const defaultColumns = 100;

export function columnsOf(style: TextStyle): number {
  return style.columns ?? defaultColumns;
}

/** Text that a reader should see first. */
export function bold(text: string, { chalk }: TextStyle): string {
  return chalk === undefined ? text : chalk.bold(text);
}

/** Text that needs attention. */
export function attention(text: string, { chalk }: TextStyle): string {
  return chalk === undefined ? text : chalk.yellow(text);
}

/** A space at which no line is divided. It becomes a plain one in `finish`. */
const noBreak = '\u00a0';

/** Text that stays on one line. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', noBreak);
}

/** What stands where a figure is not known. */
const unknown = '-';

/** Figures that stay in one piece; a dash where they are not known. */
export const figure = {
  bytes: (value: number | undefined): string => write(value, formatBytes),
  duration: (value: number | undefined): string => write(value, formatDuration),
  percent: (value: number | undefined): string => write(value, formatPercent),
  count: (value: number | undefined): string => write(value, formatCount),
};

function write(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? unknown : unbroken(format(value));
}

/** An integer with a comma between each three digits. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** "1 collection", "1,204 collections". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return unbroken(`${formatCount(count)} ${count === 1 ? noun : plural}`);
}

/** The same, for text that is not laid out. */
export function countedPlainly(count: number, noun: string, plural?: string): string {
  return counted(count, noun, plural).replaceAll(noBreak, ' ');
}

/** Control characters, and those that break lines or turn the direction of text. */
const invisible = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

/** A text of the user's or of a log, without what could drive a terminal. */
export function visible(text: string): string {
  return text.replace(invisible, '?');
}

const itemGap = 5;

/** A label and items beside it, on as many lines as they need. */
export function renderItems(
  label: string,
  items: readonly string[],
  labelWidth: number,
  style: TextStyle,
): string[] {
  const lines: string[] = [];
  let line = label.padEnd(labelWidth);
  let isEmpty = true;
  for (const item of items) {
    const gap = isEmpty ? '' : ' '.repeat(itemGap);
    if (!isEmpty && line.length + gap.length + item.length > columnsOf(style)) {
      lines.push(line);
      line = `${' '.repeat(labelWidth)}${item}`;
    } else {
      line += gap + item;
    }
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
}

/** `text` on lines of at most `width`, each indented; a word that is longer has a line of its own. */
export function wrap(text: string, width: number, indent = 0): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line === '') {
      line = word;
    } else if (indent + line.length + 1 + word.length <= width) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((each) => `${' '.repeat(indent)}${each}`);
}

/**
 * Words with one space between them, none wider than `width`: a longer one is divided, between figures first, and
 * then anywhere.
 */
export function withShortWords(text: string, width: number): string {
  return text
    .split(' ')
    .flatMap((word) => (word.length <= width ? [word] : word.split(noBreak)))
    .filter((word) => word !== '')
    .map((word) => {
      if (word.length <= width) return word;
      const pieces: string[] = [''];
      for (const character of word) {
        const last = pieces.at(-1) ?? '';
        if (last.length + character.length <= width) pieces[pieces.length - 1] = last + character;
        else pieces.push(character);
      }
      return pieces.join(' ');
    })
    .join(' ');
}

export function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

/** One character for each, so that columns stay where they are. */
const asciiFor: ReadonlyMap<string, string> = new Map([
  ['\u00b7', '|'],
  ['\u2212', '-'],
  ['\u00b5', 'u'],
  ['\u03bc', 'u'],
  ['\u201c', '"'],
  ['\u201d', '"'],
  ['\u2019', "'"],
  ['\u00b1', '~'],
  ['\u2026', '~'],
]);

/** Lines as one text, with a line break at the end of each. */
export function finish(lines: readonly string[], style: TextStyle): string {
  const text = lines.map((line) => `${line.replaceAll(noBreak, ' ')}\n`).join('');
  if (style.ascii !== true) return text;
  return text.replace(/[\u0080-\uffff]/g, (character) => asciiFor.get(character) ?? '?');
}
