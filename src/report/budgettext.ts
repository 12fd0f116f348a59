/** What a check of a budget came to: each limit, what was found of it, and how many fail. */
import type { LimitResult, LimitStatus } from '../analysis/budget.ts';
import type { JunitCase } from './junit.ts';
import {
  attention,
  columnsOf,
  counted,
  finish,
  type TextStyle,
  unbroken,
  visible,
  widest,
  withShortWords,
  wrap,
} from './layout.ts';
import { details, escapeMarkdown, table } from './logmarkdown.ts';

/** What cannot be decided fails as what is broken does, but it is another matter to mend. */
const words: Readonly<Record<LimitStatus, string>> = {
  holds: 'ok',
  broken: 'FAILED',
  unknown: 'UNKNOWN',
};

const gap = 2;
/** With less room than this what was found stands below its limit. */
const messageRoomMin = 32;

/** For a terminal. All limits are shown, in their order. */
export function renderBudget(results: readonly LimitResult[], style: TextStyle): string {
  const columns = columnsOf(style);
  const wordWidth = widest(results.map(({ status }) => words[status])) + gap;
  const limitWidth = widest(results.map(({ limit }) => visible(limit.text))) + gap;
  const beside = wordWidth + limitWidth;
  const isWide = columns - beside >= messageRoomMin;
  const lines = results.flatMap(({ limit, status, message }) => {
    const found = paragraph(visible(message), columns, isWide ? beside : wordWidth);
    const text = visible(limit.text);
    const [first = '', ...others] = isWide
      ? [`${' '.repeat(wordWidth)}${text.padEnd(limitWidth)}${(found[0] ?? '').trimStart()}`]
      : paragraph(text, columns, wordWidth);
    const word = words[status];
    const shown = status === 'holds' ? word : attention(word, style);
    const rest = first.slice(wordWidth).padStart(first.length - word.length);
    return [`${shown}${rest}`, ...others, ...(isWide ? found.slice(1) : found)];
  });
  const isFailed = results.some(({ status }) => status !== 'holds');
  const end = paragraph(budgetSentence(results), columns, 0);
  const verdict = isFailed ? end.map((line) => attention(line, style)) : end;
  return finish([...lines, ...(lines.length === 0 ? [] : ['']), ...verdict], style);
}

function paragraph(text: string, width: number, indent: number): string[] {
  return wrap(withShortWords(text, Math.max(1, width - indent)), width, indent);
}

/** "3 of 5 limits fail: 2 broken, 1 that cannot be decided." */
export function budgetSentence(results: readonly LimitResult[]): string {
  const count = (wanted: LimitStatus): number =>
    results.filter(({ status }) => status === wanted).length;
  const limits = counted(results.length, 'limit');
  const broken = count('broken');
  const unknown = count('unknown');
  const failed = broken + unknown;
  if (failed === 0) return results.length === 1 ? 'The limit holds.' : `All ${limits} hold.`;
  const parts = [
    ...(broken === 0 ? [] : [unbroken(`${broken} broken`)]),
    ...(unknown === 0 ? [] : [`${unknown} that cannot be decided`]),
  ];
  return `${failed} of ${limits} ${failed === 1 ? 'fails' : 'fail'}: ${parts.join(', ')}.`;
}

/** For GitHub: what fails in a table, the rest when it is opened. */
export function renderBudgetMarkdown(results: readonly LimitResult[], name: string): string {
  const failed = results.filter(({ status }) => status !== 'holds');
  const kept = results.filter(({ status }) => status === 'holds');
  const sections = [
    [`### GC budget: ${escapeMarkdown(name)}`],
    [
      `${failed.length === 0 ? '' : '**'}${budgetSentence(results)}${failed.length === 0 ? '' : '**'}`,
    ],
    limitTable(failed),
    kept.length === 0 ? [] : details(`${counted(kept.length, 'limit')} kept`, limitTable(kept)),
  ];
  const shown = sections.filter((section) => section.length > 0);
  return finish(
    shown.flatMap((section, i) => (i === 0 ? section : ['', ...section])),
    {},
  );
}

function limitTable(results: readonly LimitResult[]): string[] {
  if (results.length === 0) return [];
  return table(
    ['', 'limit', 'found'],
    results.map(({ limit, status, message }) => [words[status], limit.text, message]),
  );
}

/** A case for each limit: `failed` where it is broken, `error` where it cannot be decided. */
export function budgetCases(results: readonly LimitResult[], name: string): JunitCase[] {
  return results.map(({ limit, status, message }) => ({
    name: limit.text,
    suite: `gcsim check: ${name}`,
    status: status === 'holds' ? 'passed' : status === 'broken' ? 'failed' : 'error',
    ...(status !== 'holds' && {
      message: `${limit.text}: ${message}`,
      details: limit.metric.about,
    }),
  }));
}
