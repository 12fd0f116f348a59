/** Bad workload files, written with « and » around what is wrong. */
import { type Diagnostic, UserError } from '../../src/diagnostic.ts';
import { type ParseOptions, parseWorkload } from '../../src/workload/parse.ts';

export interface Problem {
  line: number | undefined;
  column: number | undefined;
  length: number | undefined;
  message: string;
  hint?: string;
}

/** The text without the marks, and where they were. « » around nothing mark a place between characters. */
export function unmark(marked: string): { text: string; places: Omit<Problem, 'message'>[] } {
  const places: Omit<Problem, 'message'>[] = [];
  let text = '';
  for (const part of marked.split(/(«[^»]*»)/)) {
    if (!part.startsWith('«')) {
      text += part;
      continue;
    }
    const content = part.slice(1, -1);
    const lines = text.split('\n');
    places.push({
      line: lines.length,
      column: (lines.at(-1)?.length ?? 0) + 1,
      length: content.split('\n')[0]?.length ?? 0,
    });
    text += content;
  }
  return { text, places };
}

/** What is wrong with a text, in the order in which it is told. Empty: nothing. */
export function problemsOf(text: string, file = 'bad.yaml', options: ParseOptions = {}): Problem[] {
  return diagnosticsOf(text, file, options).map(({ line, column, length, message, hint }) => ({
    line,
    column,
    length,
    message,
    ...(hint !== undefined && { hint }),
  }));
}

export function diagnosticsOf(
  text: string,
  file = 'bad.yaml',
  options: ParseOptions = {},
): readonly Diagnostic[] {
  try {
    parseWorkload(text, file, options);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics;
    throw error;
  }
}
