import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../src/assert.ts';
import {
  formatBytes,
  formatDuration,
  formatPercent,
  GiB,
  KiB,
  MiB,
  msNs,
  type Parsed,
  parseBytes,
  parseDuration,
  parseRate,
  parseShare,
  secondNs,
  usNs,
} from '../src/units.ts';

/** What is read, or undefined where the text is refused. */
function figureOf(parsed: Parsed): number | undefined {
  return parsed.ok ? parsed.value : undefined;
}

function expectedOf(parsed: Parsed): string {
  return parsed.ok ? '' : parsed.expected;
}

const largest = Number.MAX_SAFE_INTEGER;

describe('parseBytes', () => {
  test.each([
    ['0', 0],
    ['0B', 0],
    ['4096', 4096],
    ['64B', 64],
    ['64KiB', 65_536],
    ['1.5MiB', 1_572_864],
    ['1 GiB', 1_073_741_824],
    ['2TiB', 2_199_023_255_552],
    ['1kB', 1000],
    ['1KB', 1000],
    ['2.5MB', 2_500_000],
    ['3GB', 3_000_000_000],
    ['1TB', 1_000_000_000_000],
    ['0.1KiB', 102], // 102.4
    ['0.5KiB', 512],
    ['0.0005kB', 1], // half a byte is rounded up
    ['1.0005kB', 1001], // 1000.5, which no binary fraction of kB is exactly
    ['0008B', 8],
    ['9007199254740991', largest],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toEqual({ ok: true, value: bytes });
  });

  test.each([
    '',
    ' ',
    'B',
    'KiB',
    '-5',
    '-1MiB',
    '+1MiB',
    '1.5',
    '1.5B',
    '.5MiB',
    '1.MiB',
    '1e6',
    '1e3KiB',
    '1_000',
    '1,000',
    '0x10',
    'NaN',
    'Infinity',
    '1K',
    '1M',
    '1kib',
    '1Kib',
    '1mb',
    '1Mb',
    '1 MiB ',
    ' 1MiB',
    '1  MiB',
    '1MiB 512KiB',
    '1MiB512KiB',
    '1MiB/s',
    '1ms',
    '１MiB',
    `1${'0'.repeat(64)}`,
  ])('refuses %j', (text) => {
    expect(parseBytes(text).ok).toBe(false);
  });

  test('says what it expects', () => {
    expect(expectedOf(parseBytes('5 apples'))).toBe(
      'a size such as "64KiB", "1.5MiB" or "4096" (units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB)',
    );
  });

  test.each(['9007199254740992', '8192TiB', '99999999GB'])('refuses %s as too large', (text) => {
    expect(expectedOf(parseBytes(text))).toBe('a size below 8 PiB');
  });

  test('refuses a size that would be rounded to nothing', () => {
    expect(expectedOf(parseBytes('0.0001kB'))).toBe('at least 1 byte, or 0');
  });
});

describe('parseDuration', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['100ns', 100],
    ['200us', 200_000],
    ['200\u00b5s', 200_000],
    ['200\u03bcs', 200_000],
    ['10ms', 10_000_000],
    ['10 ms', 10_000_000],
    ['1.5s', 1_500_000_000],
    ['5m', 300_000_000_000],
    ['1h', 3_600_000_000_000],
    ['1m30s', 90_000_000_000],
    ['1h 15m 30.5s', 4_530_500_000_000],
    ['0.3us', 300],
    ['1.0005us', 1001], // 1000.5
    ['9007199254740991ns', largest],
  ])('%s is %d ns', (text, ns) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ns });
  });

  test.each([
    '',
    '10',
    '1.5',
    '0.0',
    '00',
    '-1s',
    '1.5ns',
    '1S',
    '1MS',
    '1sec',
    '1min',
    '1d',
    'ms',
    '30s1m',
    '1s1s',
    '1us1\u00b5s',
    '1m30',
    '1m, 30s',
    '1e3ms',
    'Infinity',
    '1:30',
  ])('refuses %j', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });

  test('says what it expects', () => {
    expect(expectedOf(parseDuration('10'))).toBe(
      'a duration with its unit, such as "10ms", "1.5s" or "1m30s" (units: ns, us, ms, s, m, h)',
    );
  });

  test.each(['9007199254740992ns', '2502h'])('refuses %s as too long', (text) => {
    expect(expectedOf(parseDuration(text))).toBe('a duration below 104 days');
  });

  test('refuses a time that would be rounded to nothing', () => {
    expect(expectedOf(parseDuration('0.0001us'))).toBe('at least 1 ns, or 0');
  });
});

describe('parseRate', () => {
  test.each([
    ['50MiB/s', 52_428_800],
    ['1.5 GiB/s', 1_610_612_736],
    ['200 MB / s', 200_000_000],
    ['0B/s', 0],
  ])('%s is %d bytes a second', (text, rate) => {
    expect(parseRate(text)).toEqual({ ok: true, value: rate });
  });

  test.each([
    '',
    '/s',
    '50',
    '50/s',
    '50MiB',
    '50MiB/ms',
    '50MiB/min',
    '-5MiB/s',
    '5MiB/s/s',
    '1ms/s',
  ])('refuses %j', (text) => {
    expect(parseRate(text).ok).toBe(false);
  });

  test('says what it expects, also of a rate whose size is wrong', () => {
    const expected =
      'a rate such as "50MiB/s" (units: B, KiB, MiB, GiB, TiB, kB, MB, GB, TB, each per second)';
    expect(expectedOf(parseRate('50'))).toBe(expected);
    expect(expectedOf(parseRate('50mib/s'))).toBe(expected);
  });

  test('refuses rates that are too large, and that would be rounded to nothing', () => {
    expect(expectedOf(parseRate('8192TiB/s'))).toBe('a rate below 8 PiB/s');
    expect(expectedOf(parseRate('0.0001kB/s'))).toBe('at least 1 byte per second, or 0');
  });
});

describe('parseShare', () => {
  test.each([
    ['25%', 0.25],
    ['25 %', 0.25],
    ['0.7%', 0.007], // 0.7 / 100 would be 0.006999999999999999
    ['0.25', 0.25],
    ['0', 0],
    ['1', 1],
    ['100%', 1],
  ])('%s is %d', (text, share) => {
    expect(parseShare(text)).toEqual({ ok: true, value: share });
  });

  test.each([
    '',
    '%',
    '25',
    '101%',
    '1.01',
    '-5%',
    '.5',
    '1e-2',
    'NaN',
    '25 percent',
    `0.${'1'.repeat(99)}`,
  ])('refuses %j', (text) => {
    expect(parseShare(text)).toEqual({
      ok: false,
      expected: 'a share from 0 to 1, such as "25%" or "0.25"',
    });
  });
});

describe('all readers', () => {
  const readers = { parseBytes, parseDuration, parseRate, parseShare };
  const nearly = fc
    .array(
      fc.constantFrom(
        '1',
        '9',
        '0',
        '.',
        ' ',
        '-',
        'e',
        'K',
        'i',
        'B',
        'M',
        'm',
        's',
        'h',
        '/',
        '%',
      ),
    )
    .map((characters) => characters.join(''));

  test.each(Object.entries(readers))(
    '%s gives an exact figure or an expectation for any text',
    (_name, read) => {
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), nearly), (text) => {
          const parsed = read(text);
          if (!parsed.ok) return parsed.expected !== '';
          return parsed.value >= 0 && parsed.value <= largest && !Object.is(parsed.value, -0);
        }),
        { numRuns: 2000 },
      );
    },
  );

  test('a whole number of a unit is that number times the unit', () => {
    const units: [string, number][] = [
      ['B', 1],
      ['KiB', KiB],
      ['MiB', MiB],
      ['GiB', GiB],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...units), fc.nat(1_000_000), ([unit, bytes], n) => {
        expect(figureOf(parseBytes(`${n}${unit}`))).toBe(n * bytes);
        expect(figureOf(parseRate(`${n}${unit}/s`))).toBe(n * bytes);
      }),
    );
  });

  test('a sum of durations is the sum of its parts', () => {
    const below = (n: number) => fc.nat(n - 1);
    fc.assert(
      fc.property(below(2000), below(60), below(60), below(1000), (h, m, s, ms) => {
        const ns = ((h * 60 + m) * 60 + s) * secondNs + ms * msNs;
        expect(figureOf(parseDuration(`${h}h${m}m${s}s${ms}ms`))).toBe(ns);
      }),
    );
  });

  test('a fraction is rounded to the nearest, however it is written', () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.integer({ min: 0, max: 999 }), (whole, thousandths) => {
        const digits = String(thousandths).padStart(3, '0');
        const value = figureOf(parseBytes(`${whole}.${digits}KiB`));
        // In thousandths of a byte, all is an integer.
        const exact = (whole * 1000 + thousandths) * KiB;
        if (exact > 0 && exact < 500) expect(value).toBeUndefined();
        else expect(value).toBe(Math.floor((exact + 500) / 1000));
      }),
    );
  });
});

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [1, '1 B'],
    [512, '512 B'],
    [999, '999 B'],
    [1000, '0.977 KiB'], // 1000 / 1024 = 0.9766
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [65_536, '64 KiB'],
    [1_363_149, '1.3 MiB'],
    [12_897_485, '12.3 MiB'],
    [412 * MiB, '412 MiB'],
    [999.4 * MiB, '999 MiB'],
    [999.5 * MiB, '0.976 GiB'], // 999.5 / 1024 = 0.97607
    [1000 * MiB, '0.977 GiB'],
    [1.5 * GiB, '1.5 GiB'],
    [largest, '8192 TiB'],
    [-1.5 * MiB, '−1.5 MiB'],
    [0.0001, '0 B'],
    [-0.0001, '0 B'],
    [-0, '0 B'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatDuration', () => {
  test.each([
    [0, '0 ns'],
    [0.25, '0.25 ns'],
    [999, '999 ns'],
    [1000, '1 µs'],
    [1234, '1.23 µs'],
    [18_000, '18 µs'],
    [104_400, '104 µs'],
    [999_499, '999 µs'],
    [999_500, '1 ms'], // 1000 µs when rounded
    [1.9 * msNs, '1.9 ms'],
    [9.995 * msNs, '10 ms'],
    [38.24 * msNs, '38.2 ms'],
    [1.5 * secondNs, '1.5 s'],
    [59.94 * secondNs, '59.9 s'],
    [59.95 * secondNs, '1 min'],
    [90 * secondNs, '1 min 30 s'],
    [3599.4 * secondNs, '59 min 59 s'],
    [3599.5 * secondNs, '1 h'],
    [8040 * secondNs, '2 h 14 min'],
    [360_000 * secondNs, '100 h'],
    [-50 * usNs, '−50 µs'],
    [-90 * secondNs, '−1 min 30 s'],
  ])('%d ns is %s', (ns, text) => {
    expect(formatDuration(ns)).toBe(text);
  });
});

describe('formatPercent', () => {
  test.each([
    [0, '0.0 %'],
    [0.0004, '0.0 %'],
    [0.0005, '0.1 %'],
    [0.064, '6.4 %'],
    [0.125, '12.5 %'],
    [0.9994, '99.9 %'],
    [0.9995, '100 %'],
    [1, '100 %'],
    [2.504, '250 %'],
    [10.1, '1010 %'],
    [-0.19, '−19.0 %'],
    [-0.0001, '0.0 %'],
    [-1, '−100 %'],
  ])('%d is %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });
});

describe('all formats', () => {
  const figures = fc.double({ noDefaultInfinity: true, noNaN: true, min: -largest, max: largest });

  test.each([
    ['formatBytes', formatBytes],
    ['formatDuration', formatDuration],
    ['formatPercent', formatPercent],
  ])('%s refuses what is not a number', (_name, format) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => format(value)).toThrow(InvariantError);
    }
  });

  test('sizes have at most three significant digits below 1000 TiB, and the unit that fits', () => {
    fc.assert(
      fc.property(figures, (bytes) => {
        const match = /^−?(\d+)(?:\.(\d*[1-9]))? (B|[KMGT]iB)$/.exec(formatBytes(bytes));
        expect(match).not.toBeNull();
        const digits = `${match?.[1]}${match?.[2] ?? ''}`.replace(/^0+/, '');
        if (match?.[3] !== 'TiB') expect(digits.length).toBeLessThanOrEqual(3);
      }),
    );
  });

  test('a size read back is within half a percent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 8000 * 1024 * GiB }), (bytes) => {
        const readBack = figureOf(parseBytes(formatBytes(bytes))) ?? Number.NaN;
        expect(Math.abs(readBack - bytes) / bytes).toBeLessThanOrEqual(0.0051);
      }),
    );
  });

  test('a longer time never looks shorter', () => {
    const nsOf = (text: string) =>
      figureOf(parseDuration(text.replace('min', 'm').replaceAll(' ', ''))) ?? Number.NaN;
    fc.assert(
      fc.property(fc.nat(5_000_000 * 1000), fc.nat(1_000_000), (us, more) => {
        const earlier = nsOf(formatDuration(us * usNs));
        expect(nsOf(formatDuration((us + more) * usNs))).toBeGreaterThanOrEqual(earlier);
      }),
    );
  });
});
