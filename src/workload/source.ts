/** The text of a workload file, or of a file like it: turns offsets into lines and columns, and gathers what is wrong. */
import { type Diagnostic, UserError } from '../diagnostic.ts';

/** A stretch of the text, in UTF-16 code units from its start. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** More problems than this are counted, not listed: nobody reads them. */
const problemsMax = 50;

/** How messages speak of a kind of file. */
export interface FileKind {
  /** One of them: "a workload file". */
  readonly file: string;
  /** What it is written in: "the workload language". */
  readonly language: string;
  /** What it is the file of: "workload". */
  readonly content: string;
  /** What has to be in it: '"goroutines" or "structures"'. */
  readonly needed: string;
}

const workloadFile: FileKind = {
  file: 'a workload file',
  language: 'the workload language',
  content: 'workload',
  needed: '"goroutines" or "structures"',
};

export class Source {
  readonly text: string;
  readonly file: string;
  /** In which words messages speak of it. */
  readonly kind: FileKind;
  private readonly lineStarts: number[] = [0];
  private readonly problems: { place: Place; diagnostic: Diagnostic }[] = [];
  private readonly seen = new Set<string>();
  private unlisted = 0;

  constructor(text: string, file: string, kind: FileKind = workloadFile) {
    this.text = text;
    this.file = file;
    this.kind = kind;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1))
      this.lineStarts.push(i + 1);
  }

  get isClean(): boolean {
    return this.problems.length === 0;
  }

  /**
   * Takes down one problem. The same one at the same place (a value that several aliases stand for) counts once.
   * The hint is made only if it is shown.
   */
  report(place: Place, message: string, hint?: () => string | undefined): void {
    const identity = `${place.start} ${message}`;
    if (this.seen.has(identity)) return;
    if (this.problems.length >= problemsMax) {
      this.unlisted++;
      return;
    }
    this.seen.add(identity);
    this.problems.push({ place, diagnostic: this.diagnose(place, message, hint?.()) });
  }

  /** Throws what has been reported, in the order of the file. */
  throwIfBad(): void {
    if (this.isClean) return;
    const inOrder = this.problems.sort((a, b) => a.place.start - b.place.start);
    const diagnostics = inOrder.map(({ diagnostic }) => diagnostic);
    if (this.unlisted > 0) {
      const message = `and ${this.unlisted} more problems`;
      diagnostics.push({ severity: 'error', file: this.file, message });
    }
    throw new UserError(diagnostics);
  }

  /** Number of the line, from 1. */
  lineOf(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  private diagnose(place: Place, message: string, hint: string | undefined): Diagnostic {
    const line = this.lineOf(place.start);
    const lineStart = this.lineStarts[line - 1] ?? 0;
    const nextLine = this.lineStarts[line] ?? this.text.length + 1;
    const lineText = this.text.slice(lineStart, nextLine - 1).replace(/\r$/, '');
    const column = Math.min(place.start - lineStart, lineText.length) + 1;
    // What goes on over several lines is underlined to the end of its first one.
    const end = Math.min(place.end - lineStart, lineText.length);
    return {
      severity: 'error',
      file: this.file,
      line,
      column,
      length: Math.max(0, end - (column - 1)),
      message,
      ...(hint !== undefined && { hint }),
      lineText,
    };
  }
}
