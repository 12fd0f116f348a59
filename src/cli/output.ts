/**
 * Text on its way to a standard stream. A reader that goes away (`gcsim run | head`) is no error: the stream
 * counts as closed and takes no more. Any other failure (a full disk) is kept for `main` to report.
 */
import type { OutputStream } from './io.ts';

/** Error codes by which a platform says that the reader has gone. */
const goneCodes = new Set([
  'EPIPE',
  'EOF',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

const newline = 0x0a;

export class TextOutput {
  /** Nobody reads any more; what is written goes nowhere. */
  closed = false;
  /** What went wrong, other than the reader having gone. */
  failure: Error | undefined;
  readonly name: string;
  readonly isTerminal: boolean;
  readonly #stream: OutputStream;
  #isAtLineStart = true;
  #gathered = '';

  /** `name` is how messages call the stream, e.g. "standard output". */
  constructor(stream: OutputStream, name: string) {
    this.#stream = stream;
    this.name = name;
    this.isTerminal = stream.isTTY === true;
    stream.on('error', (error) => {
      this.closed = true;
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || !goneCodes.has(code)) this.failure ??= error;
    });
  }

  /** Width in characters; undefined where it is not a terminal. A terminal may change it at any time. */
  get columns(): number | undefined {
    return this.isTerminal ? this.#stream.columns : undefined;
  }

  /** Height in lines, likewise. */
  get rows(): number | undefined {
    return this.isTerminal ? this.#stream.rows : undefined;
  }

  write(text: string): void {
    this.gather(text);
    this.#release();
  }

  /**
   * Takes text that need not be seen at once: it goes with what is written next, or when somebody waits for room. For
   * many small pieces, each of which would otherwise be a call of the system.
   */
  gather(text: string): void {
    if (!this.closed) this.#gathered += text;
  }

  #release(): void {
    const text = this.#gathered;
    if (this.closed || text === '') return;
    this.#gathered = '';
    this.#isAtLineStart = text.endsWith('\n');
    this.#stream.write(text);
  }

  /** Hands bytes on as they are; they must not change any more. */
  writeBytes(bytes: Uint8Array): void {
    this.#release();
    if (this.closed || bytes.length === 0) return;
    this.#isAtLineStart = bytes.at(-1) === newline;
    this.#stream.write(bytes);
  }

  /** For what leaves the cursor of a terminal where it was: it is no part of any line. */
  writeControl(codes: string): void {
    this.#release();
    if (!this.closed) this.#stream.write(codes);
  }

  /** Ends the last line, where it has no end yet. */
  endLine(): void {
    this.#release();
    if (!this.#isAtLineStart) this.write('\n');
  }

  /** True while the reader is slower than the writer, so that more text would only pile up. */
  get isFull(): boolean {
    return !this.closed && this.#stream.writableNeedDrain;
  }

  /** Resolves once there is room again, the reader has gone, or `signal` is aborted. */
  async room(signal: AbortSignal): Promise<void> {
    this.#release();
    while (this.isFull && !signal.aborted) {
      await firstEvent(this.#stream, ['drain', 'error', 'close'], signal);
    }
  }

  /** Resolves once all that was written has been handed over, or the reader has gone, or `signal` is aborted. */
  async flush(signal?: AbortSignal): Promise<void> {
    this.#release();
    if (this.closed || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      signal?.addEventListener('abort', () => resolve(), { once: true });
      this.#stream.write('', () => resolve());
    });
    // A failed write reports to its callback before the stream emits 'error'.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves at the first of several events, or when `signal` is aborted. */
function firstEvent(stream: OutputStream, names: string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of names) stream.off(name, done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    for (const name of names) stream.on(name, done);
    signal.addEventListener('abort', done);
  });
}
