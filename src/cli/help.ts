/** The text below a command's options: examples and remarks, laid out for the width that there is. */
import type { Command } from 'commander';
import { wrap } from '../report/layout.ts';

/** A command line, and what it does where the line does not say it. */
export type Example = readonly [line: string, about?: string];

const indent = '  ';

/** `columns` is asked when the help is printed. */
export function addNotes(
  command: Command,
  notes: { examples: readonly Example[]; before?: readonly string[]; after?: readonly string[] },
  columns: () => number,
): void {
  command.addHelpText('after', () => {
    const width = columns();
    const wrapped = (texts: readonly string[] = []): string[] =>
      texts.map((text) => wrap(text, width).join('\n'));
    const examples = ['Examples:', ...layOut(notes.examples, width)].join('\n');
    return `\n${[...wrapped(notes.before), examples, ...wrapped(notes.after)].join('\n\n')}`;
  });
}

/** Explanations stand beside their lines; where there is no room for that, below. */
function layOut(examples: readonly Example[], width: number): string[] {
  const explained = examples.filter(([, about]) => about !== undefined);
  const lineWidth = Math.max(0, ...explained.map(([line]) => line.length)) + indent.length;
  const fits = explained.every(
    ([, about = '']) => indent.length + lineWidth + about.length <= width,
  );
  return examples.flatMap(([line, about]) => {
    if (about === undefined) return [`${indent}${line}`];
    if (fits) return [`${indent}${line.padEnd(lineWidth)}${about}`];
    return [`${indent}${line}`, ...wrap(about, width, 3 * indent.length)];
  });
}
