/**
 * How the runtime writes single figures, and how their text is told from what follows. Each `Syntax` is one way of
 * writing; the printer uses `write`, the reader `kind` and `unit`.
 *
 * Follows src/runtime of Go: fmtNSAsMS and itoaDiv in mgc.go, printfloat in print.go.
 */
import { assert } from '../assert.ts';
import { type Bytes, KiB, MiB, msNs, type Ns, secondNs, usNs } from '../units.ts';

/** How the digits of a figure look. */
export const SyntaxKind = {
  /** `0` or digits without a leading zero. */
  integer: 0,
  /** The same, with a minus where it is negative. */
  signed: 1,
  /** As `formatMs` writes it: two significant digits, at most three decimals, whole from 10 on. */
  decimal: 2,
  /** An integer and exactly three decimals. */
  seconds: 3,
  /** Whole percent. */
  percent: 4,
  /** What the runtime's print writes of a float. */
  float: 5,
} as const;
export type SyntaxKind = (typeof SyntaxKind)[keyof typeof SyntaxKind];

export interface Syntax {
  readonly kind: SyntaxKind;
  /** Base units in one of the printed. */
  readonly unit: number;
  readonly write: (value: number) => string;
}

function syntax(kind: SyntaxKind, unit: number, write: Syntax['write']): Syntax {
  return { kind, unit, write };
}

/** So many units, the rest cut off. */
function wholeUnits(unit: number): Syntax {
  return syntax(SyntaxKind.integer, unit, (value) => formatInteger(whole(value, unit)));
}

/** Every way in which a figure is written. Functions are looked up late: they stand below. */
export const syntaxes = {
  integer: syntax(SyntaxKind.integer, 1, (value) => formatInteger(value)),
  signed: syntax(SyntaxKind.signed, 1, (value) => formatInteger(value)),
  MB: syntax(SyntaxKind.integer, MiB, (value) => formatMB(value)),
  KB: wholeUnits(KiB),
  ms: syntax(SyntaxKind.decimal, msNs, (value) => formatMs(value)),
  wholeMs: syntax(SyntaxKind.integer, msNs, (value) => formatWholeMs(value)),
  wholeUs: wholeUnits(usNs),
  seconds: syntax(SyntaxKind.seconds, secondNs, (value) => formatSeconds(value)),
  percent: syntax(SyntaxKind.percent, 1, (value) => formatWholePercent(value)),
  float: syntax(SyntaxKind.float, 1, (value) => formatFloat(value)),
} as const satisfies Record<string, Syntax>;

/**
 * Milliseconds as releases from June 2015 on print them (fmtNSAsMS): whole from 10 ms on; below, two
 * significant digits with at most three decimals; `0` below 1 µs. Digits are cut off, not rounded.
 */
export function formatMs(ns: Ns): string {
  assert(ns >= 0, 'a time is not negative', ns);
  if (ns >= 10 * msNs) return formatWholeMs(ns);
  let x = whole(ns, usNs);
  if (x === 0) return '0';
  let decimals = 3;
  for (; x >= 100; x = whole(x, 10)) decimals--;
  return formatDecimal(x, decimals);
}

/** Milliseconds as the collectors before June 2015 print them: whole, the rest cut off. */
export function formatWholeMs(ns: Ns): string {
  assert(ns >= 0, 'a time is not negative', ns);
  return formatInteger(whole(ns, msNs));
}

/** Seconds with three decimals, the rest cut off. */
export function formatSeconds(ns: Ns): string {
  assert(ns >= 0, 'a time is not negative', ns);
  return formatDecimal(whole(ns, msNs), 3);
}

/** What gctrace calls MB: whole MiB, the rest cut off. */
export function formatMB(bytes: Bytes): string {
  assert(bytes >= 0, 'a size is not negative', bytes);
  return formatInteger(whole(bytes, MiB));
}

/** Whole percent, the rest cut off. */
export function formatWholePercent(fraction: number): string {
  return formatInteger(fraction * 100);
}

/**
 * The fraction for a printed percentage. Plain division would not do: 29 / 100 * 100 is 28.999…, which
 * prints as 28. Law: formatWholePercent(percentToFraction(n)) is n.
 */
export function percentToFraction(percent: number): number {
  const fraction = percent / 100;
  return Math.trunc(fraction * 100) === percent ? fraction : fraction * (1 + Number.EPSILON);
}

/** Digits that the runtime prints of a float. */
const floatDigits = 7;

/**
 * A float as the runtime's print writes it (printfloat): `+1.430862e+000`, `NaN`, `+Inf`, `-Inf`. It goes
 * digit by digit in float64 arithmetic, and adds half a unit of the last digit first; its errors are part of
 * the format, so we make the same.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  let v = Math.abs(value);
  let exponent = 0;
  if (v !== 0) {
    for (; v >= 10; v /= 10) exponent++;
    for (; v < 1; v *= 10) exponent--;
    let half = 5;
    for (let i = 0; i < floatDigits; i++) half /= 10;
    v += half;
    if (v >= 10) {
      exponent++;
      v /= 10;
    }
  }
  let digits = '';
  for (let i = 0; i < floatDigits; i++) {
    const digit = Math.trunc(v);
    digits += digit;
    v = (v - digit) * 10;
  }
  const sign = value < 0 || Object.is(value, -0) ? '-' : '+';
  const exponentSign = exponent < 0 ? '-' : '+';
  const exponentDigits = String(Math.abs(exponent)).padStart(3, '0');
  return `${sign}${digits[0]}.${digits.slice(1)}e${exponentSign}${exponentDigits}`;
}

/** An integer; what comes after the point is cut off, as a conversion in Go does. */
function formatInteger(value: number): string {
  assert(Number.isFinite(value), 'a figure is finite', value);
  // `+ 0` turns -0, which a conversion to an integer does not know, into 0.
  return String(Math.trunc(value) + 0);
}

/** How often `unit` goes into `value`: exact, unlike a division that is rounded and then cut off. */
function whole(value: number, unit: number): number {
  return (value - (value % unit)) / unit;
}

/** `value` / 10^`decimals`, with all its decimals (itoaDiv). */
function formatDecimal(value: number, decimals: number): string {
  if (decimals === 0) return formatInteger(value);
  const digits = String(value).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
