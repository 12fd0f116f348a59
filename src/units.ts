/**
 * Units. Inside gcsim there is one unit for each dimension: bytes, nanoseconds, fractions of one.
 * Text with units becomes such numbers here, at the door, and nowhere else.
 */
import { assert } from './assert.ts';

/** A size in bytes. */
export type Bytes = number;
/** A time or duration in nanoseconds. */
export type Ns = number;

export const KiB = 1024;
export const MiB = 1024 * 1024;
export const GiB = 1024 * 1024 * 1024;
export const usNs = 1e3;
export const msNs = 1e6;
export const secondNs = 1e9;
const TiB = 1024 * GiB;
const minuteNs = 60 * secondNs;
const hourNs = 60 * minuteNs;

/** What reading a text with a unit gives: the number, or what was expected instead, as the end of "must be …". */
export type Parsed = { ok: true; value: number } | { ok: false; expected: string };

/** Units of sizes: binary by powers of 1024, decimal by powers of 1000. */
const byteUnits: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', KiB],
  ['MiB', MiB],
  ['GiB', GiB],
  ['TiB', TiB],
  ['kB', 1e3],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
]);

/** Units of durations, as Go spells them: both the micro sign and the Greek letter. */
const timeUnits: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', usNs],
  ['\u00b5s', usNs],
  ['\u03bcs', usNs],
  ['ms', msNs],
  ['s', secondNs],
  ['m', minuteNs],
  ['h', hourNs],
]);

const expectedBytes =
  'a size such as "64KiB", "1.5MiB" or "4096" (units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB)';
const expectedDuration =
  'a duration with its unit, such as "10ms", "1.5s" or "1m30s" (units: ns, us, ms, s, m, h)';
const expectedRate =
  'a rate such as "50MiB/s" (units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB, each per second)';
const expectedShare = 'a share from 0 to 1, such as "25%" or "0.25"';

/** Longer texts are not read: no size or time needs so many digits. */
const textLengthMax = 64;

/**
 * A size: "64KiB", "1.5MiB", "64B", "1 GiB", "2MB" (decimal), or a plain count of bytes. Fractions are rounded to the
 * nearest byte. Sizes from 8 PiB (2^53 bytes) on are refused.
 */
export function parseBytes(text: string): Parsed {
  const plain = /^\d+$/.test(text);
  return parseSum(plain ? `${text}B` : text, byteUnits, {
    parts: 1,
    expected: expectedBytes,
    least: 'at least 1 byte, or 0',
    most: 'a size below 8 PiB',
  });
}

/**
 * A duration: "10ms", "1.5s", "200us", "200µs", "5m", "1h", "100ns", or a sum in falling units, "1m30s". A number
 * without a unit is refused, except 0. Fractions are rounded to the nearest nanosecond. Durations from about 104 days
 * (2^53 ns) on are refused.
 */
export function parseDuration(text: string): Parsed {
  if (text === '0') return { ok: true, value: 0 };
  return parseSum(text, timeUnits, {
    parts: timeUnits.size,
    expected: expectedDuration,
    least: 'at least 1 ns, or 0',
    most: 'a duration below 104 days',
  });
}

/** A rate in bytes per second: "50MiB/s". */
export function parseRate(text: string): Parsed {
  const size = /^(.*[A-Za-z]) ?\/ ?s$/.exec(text)?.[1];
  if (size === undefined) return { ok: false, expected: expectedRate };
  return parseSum(size, byteUnits, {
    parts: 1,
    expected: expectedRate,
    least: 'at least 1 byte per second, or 0',
    most: 'a rate below 8 PiB/s',
  });
}

/** A share of one: "25%" or "0.25". What is not between 0 and 1 (100 %) is refused. */
export function parseShare(text: string): Parsed {
  const match = /^(\d+(?:\.\d+)?)( ?%)?$/.exec(text);
  if (match === null || text.length > textLengthMax) return { ok: false, expected: expectedShare };
  // The exponent, unlike a division by 100, gives the nearest number to what is written.
  const value = Number(match[2] === undefined ? match[1] : `${match[1]}e-2`);
  return value <= 1 ? { ok: true, value } : { ok: false, expected: expectedShare };
}

interface SumRules {
  /** How many terms there may be. */
  parts: number;
  expected: string;
  /** What is expected where the sum is so small that it would be rounded to 0. */
  least: string;
  /** What is expected where the sum is 2^53 or more. */
  most: string;
}

/** Reads one or more numbers with units, in falling order of units, and gives their sum in the smallest unit. */
function parseSum(text: string, units: ReadonlyMap<string, number>, rules: SumRules): Parsed {
  const wrong: Parsed = { ok: false, expected: rules.expected };
  if (text.length > textLengthMax) return wrong;
  // Exact, as an integer number of 10^-textLengthMax: no text that is read has more digits.
  let sum = 0n;
  let parts = 0;
  let unitBefore = Number.POSITIVE_INFINITY;
  const term = /(\d+)(?:\.(\d+))? ?([A-Za-z\u00b5\u03bc]+)( (?=\d))?/y;
  while (term.lastIndex < text.length || parts === 0) {
    const match = term.exec(text);
    const unit = units.get(match?.[3] ?? '');
    if (match === null || unit === undefined || unit >= unitBefore) return wrong;
    const [, whole = '', fraction = ''] = match;
    // Nothing is smaller than a byte or a nanosecond.
    if (unit === 1 && fraction !== '') return wrong;
    sum += BigInt(whole + fraction.padEnd(textLengthMax, '0')) * BigInt(unit);
    unitBefore = unit;
    if (++parts > rules.parts) return wrong;
  }
  const scale = BigInt(`1${'0'.repeat(textLengthMax)}`);
  const rounded = (2n * sum + scale) / (2n * scale);
  if (rounded > BigInt(Number.MAX_SAFE_INTEGER)) return { ok: false, expected: rules.most };
  if (rounded === 0n && sum > 0n) return { ok: false, expected: rules.least };
  return { ok: true, value: Number(rounded) };
}

/*
 * Formats, for reports. Fixed rules, the same on every machine: at most three significant digits, no trailing zeros
 * after the point, and a unit in which the figure stays below 1000. Negative figures have a minus sign (U+2212).
 */

/** "0 B", "512 B", "1.5 KiB", "12.3 MiB", "0.977 GiB" (1000 MiB). */
export function formatBytes(bytes: Bytes): string {
  return inUnits(bytes, [
    [1, 'B'],
    [KiB, 'KiB'],
    [MiB, 'MiB'],
    [GiB, 'GiB'],
    [TiB, 'TiB'],
  ]);
}

/** "0 ns", "104 µs", "1.9 ms", "38.2 s"; from a minute on "2 min 5 s", from an hour on "2 h 14 min". */
export function formatDuration(ns: Ns): string {
  assert(Number.isFinite(ns), 'a duration is finite', ns);
  const magnitude = Math.abs(ns);
  // What would be rounded to 60 s is a minute.
  if (magnitude < 59.95 * secondNs) {
    return inUnits(ns, [
      [1, 'ns'],
      [usNs, 'µs'],
      [msNs, 'ms'],
      [secondNs, 's'],
    ]);
  }
  const sign = ns < 0 ? '−' : '';
  const seconds = Math.round(magnitude / secondNs);
  if (seconds < 3600) return sign + twoUnits(seconds, 60, 'min', 's');
  return sign + twoUnits(Math.round(seconds / 60), 60, 'h', 'min');
}

/** A share of one as a percentage, always with one decimal below 100 % so that columns align: "6.4 %", "0.0 %", "250 %". */
export function formatPercent(share: number): string {
  assert(Number.isFinite(share), 'a share is finite', share);
  const percent = Math.abs(share) * 100;
  const digits = percent.toFixed(percent < 99.95 ? 1 : 0);
  const sign = share < 0 && Number(digits) !== 0 ? '−' : '';
  return `${sign}${digits} %`;
}

/** The figure in the first unit in which it stays below 1000 when rounded, or else in the last. */
function inUnits(value: number, units: readonly (readonly [number, string])[]): string {
  assert(Number.isFinite(value), 'a figure is finite', value);
  let text = '';
  let name = '';
  for (const [size, unitName] of units) {
    text = threeDigits(Math.abs(value) / size);
    name = unitName;
    if (Number(text) < 1000) break;
  }
  return `${value < 0 && text !== '0' ? '−' : ''}${text} ${name}`;
}

/** At most three significant digits, at most three decimals, no trailing zeros. From 1000 on: the nearest integer. */
function threeDigits(value: number): string {
  const decimals = value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return String(Number(value.toFixed(decimals)));
}

function twoUnits(count: number, perLarge: number, large: string, small: string): string {
  const rest = count % perLarge;
  const whole = `${Math.floor(count / perLarge)} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}
