/** Reads the texts of options and gathers what is wrong with them, so that all of it is said at once. */
import { type Diagnostic, UserError } from '../diagnostic.ts';
import { type Ns, parseDuration } from '../units.ts';

export class FlagReader {
  readonly #diagnostics: Diagnostic[] = [];

  /** Throws UserError, with all that is wrong. */
  finish(): void {
    if (this.#diagnostics.length > 0) throw new UserError(this.#diagnostics);
  }

  integer(flag: string, text: string | undefined, min: number, max: number): number | undefined {
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.refuse(`${flag} must be a whole number from ${min} to ${max}, found "${text}"`);
  }

  /** More than nothing, and at most `max`, which messages call `maxText`. */
  duration(flag: string, text: string | undefined, max: Ns, maxText: string): Ns | undefined {
    if (text === undefined) return undefined;
    const parsed = parseDuration(text);
    if (parsed.ok && parsed.value > 0 && parsed.value <= max) return parsed.value;
    const expected = parsed.ok ? `more than 0 and at most ${maxText}` : parsed.expected;
    return this.refuse(`${flag} must be ${expected}, found "${text}"`);
  }

  /** Notes what is wrong; there is no value then. */
  refuse(message: string, hint?: string): undefined {
    this.#diagnostics.push({ severity: 'error', message, ...(hint !== undefined && { hint }) });
    return undefined;
  }
}
