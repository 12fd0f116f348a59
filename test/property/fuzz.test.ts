/** Whatever bytes a log holds, and however they are cut into chunks, they are read, and nothing is lost in silence. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Prng } from '../../src/sim/prng.ts';
import {
  conformanceFolder,
  logsBelow,
  type ReadLog,
  readFiles,
  readLog,
  realLines,
} from '../support/logs.ts';

const logs = logsBelow(conformanceFolder);
const lines = Object.values(realLines).flat();

/** What must be so of everything that was read. */
function expectConsistent({ cycles, skipped, report }: ReadLog, bytes: Uint8Array): void {
  expect(report.lines.gc).toBe(cycles.length);
  expect(report.lines.skipped + report.lines.cutShort).toBe(skipped.length);
  expect(report.lines.cutShort).toBe(skipped.filter(({ reason }) => reason === 'cut short').length);
  expect(report.lines.rejoined).toBeLessThanOrEqual(report.lines.gc);
  expect(report.skipped).toEqual(skipped.slice(0, 20));

  let breaks = 0;
  for (const byte of bytes) if (byte === 0x0a) breaks++;
  const hasRest = bytes.length > 0 && bytes.at(-1) !== 0x0a;
  expect(report.lines.read).toBe(breaks + (hasRest ? 1 : 0));

  for (const { line, column, message, text } of skipped) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(report.lines.read);
    expect(column).toBeGreaterThanOrEqual(1);
    expect(message).not.toBe('');
    expect(text.length).toBeLessThanOrEqual(200);
  }
  for (const { slack: _, stopped = {}, pacer: __, ...figures } of cycles) {
    for (const figure of [...Object.values(figures), ...Object.values(stopped)]) {
      if (typeof figure !== 'number') continue;
      if (!(figure >= 0 && figure < Number.POSITIVE_INFINITY)) {
        expect(figures, 'each figure is finite, and not negative').toBeUndefined();
      }
    }
    expect(figures.process).toBeGreaterThanOrEqual(1);
    expect(figures.process).toBeLessThanOrEqual(report.processCount);
  }
  const told = report.processes.reduce((sum, process) => sum + process.cycles, 0);
  if (report.processCount === report.processes.length) expect(told).toBe(cycles.length);
  else expect(told).toBeLessThan(cycles.length);
}

/** Cuts bytes into chunks whose lengths come round and round. */
function readInChunks(bytes: Uint8Array, lengths: readonly number[]): ReadLog {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return readFiles([{ name: 'test.log', chunks }]);
}

const chunkLengths = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 5 });

/** Parts of which logs consist, put together at random: most are nearly a gc line. */
const parts = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...lines.flatMap((line) => line.split(/(?<=[+/ ,])/))) },
  { weight: 2, arbitrary: fc.constantFrom(...lines) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('\n', '\r\n', '\r', '\n\n', ' ', '\t', '\0', '\x1b[31m', '"', '}'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'gc 1 @',
        'gc 1 @0.1s',
        'gc #',
        'gc5(',
        ' (forced)',
        ' (forced',
        'P',
        '->',
        ' ms clock, ',
      ],
      ...['pacer: ', 'scvg1: ', 'scav 1', 'GC forced', 'SCHED 5ms: ', 'init a @', 'scan: '],
      ...['2026-01-02T15:04:05Z ', 'Jan  2 15:04:05 h a[1]: ', 'web-1  | ', '[pod/a/b] ', '<34>1 '],
      ...['{"log":"gc 1 @0.1\\n","stream":"stderr","time":"x"}', '{"msg":"', '{', '[', '\u2206'],
      ...['I0226 13:24:06.131000   12345 file.go:77] ', '99999999999999999999', '0', '-1', '1e9'],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }) },
);

describe('any bytes', () => {
  test('are read without an exception, the same in all chunks', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), chunkLengths, (bytes, lengths) => {
        const whole = readLog(bytes);
        expectConsistent(whole, bytes);
        expect(readInChunks(bytes, lengths)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('that look like logs are read without an exception, the same in all chunks', () => {
    const log = fc.array(parts, { maxLength: 60 }).map((all) => Buffer.from(all.join('')));
    fc.assert(
      fc.property(log, chunkLengths, (bytes, lengths) => {
        const whole = readLog(bytes);
        expectConsistent(whole, bytes);
        expect(readInChunks(bytes, lengths)).toEqual(whole);
      }),
      { numRuns: 1_500 },
    );
  });

  test.each(logs.filter(({ text }) => text.length < 20_000))('$name, byte by byte', ({ text }) => {
    expect(readLog(text, 1)).toEqual(readLog(text));
  });
});

// --- Real logs with something changed -----------------------------------------------------------------

type Change = (bytes: Buffer, prng: Prng) => Buffer;

/** A whole number from `min` to `max`. */
function pick(prng: Prng, min: number, max: number): number {
  return min + prng.below(max - min + 1);
}

function place(bytes: Uint8Array, prng: Prng): number {
  return pick(prng, 0, Math.max(0, bytes.length - 1));
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\n');
}

function joined(all: readonly string[]): Buffer {
  return Buffer.from(all.join('\n'), 'latin1');
}

const someLog = (prng: Prng): Buffer => {
  const { text = '' } = logs[pick(prng, 0, logs.length - 1)] ?? {};
  const bytes = Buffer.from(text);
  const from = bytes.length > 9_000 ? pick(prng, 0, bytes.length - 9_000) : 0;
  return Buffer.from(bytes.subarray(from, from + 9_000));
};

const changes: Record<string, Change> = {
  'bits flipped': (bytes, prng) => {
    for (let i = 0; i < 20; i++) {
      const at = place(bytes, prng);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(prng, 0, 7));
    }
    return bytes;
  },
  'bytes left out': (bytes, prng) => {
    let left = bytes;
    for (let i = 0; i < 10; i++) {
      const at = place(left, prng);
      left = Buffer.concat([left.subarray(0, at), left.subarray(at + pick(prng, 1, 40))]);
    }
    return left;
  },
  'parts doubled': (bytes, prng) => {
    const at = place(bytes, prng);
    const end = Math.min(bytes.length, at + pick(prng, 1, 2_000));
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  },
  'lines exchanged': (bytes, prng) => {
    const all = linesOf(bytes);
    for (let i = 0; i < 10; i++) {
      const a = pick(prng, 0, all.length - 1);
      const b = pick(prng, 0, all.length - 1);
      [all[a], all[b]] = [all[b] ?? '', all[a] ?? ''];
    }
    return joined(all);
  },
  'cut at both ends': (bytes, prng) => {
    const from = place(bytes, prng);
    return bytes.subarray(from, from + pick(prng, 0, 3_000));
  },
  'two logs, one within the other': (bytes, prng) => {
    const at = place(bytes, prng);
    return Buffer.concat([bytes.subarray(0, at), someLog(prng), bytes.subarray(at)]);
  },
  'two logs, line by line': (bytes, prng) => {
    const other = linesOf(someLog(prng));
    return joined(linesOf(bytes).flatMap((line, i) => [line, other[i] ?? '']));
  },
  'huge numbers': (bytes, prng) => {
    const digits = '9'.repeat(pick(prng, 10, 400));
    let count = 0;
    const every = pick(prng, 2, 9);
    const text = bytes.toString('latin1');
    return Buffer.from(
      text.replace(/\d+/g, (n) => (count++ % every === 0 ? digits : n)),
      'latin1',
    );
  },
  'NUL bytes': (bytes, prng) => {
    for (let i = 0; i < 100; i++) bytes[place(bytes, prng)] = 0;
    return bytes;
  },
  'line breaks of two bytes': (bytes) =>
    Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
  'no line breaks': (bytes) =>
    Buffer.from(bytes.toString('latin1').replaceAll('\n', ' '), 'latin1'),
  'other line breaks': (bytes, prng) => {
    for (let i = 0; i < 60; i++) bytes[place(bytes, prng)] = 0x0a;
    return bytes;
  },
  'very long lines': (bytes, prng) => {
    const long = Buffer.alloc(pick(prng, 60_000, 140_000), pick(prng, 0, 255));
    const at = place(bytes, prng);
    return Buffer.concat([bytes.subarray(0, at), long, bytes.subarray(at)]);
  },
  'a thousand starts': (bytes, prng) => {
    const start = pick(prng, 0, 1) === 0 ? 'gc 1 @' : 'gc 1 @0.1s\n';
    const at = place(bytes, prng);
    const starts = Buffer.from(start.repeat(1_000));
    return Buffer.concat([bytes.subarray(0, at), starts, bytes.subarray(at)]);
  },
  'other bytes': (bytes, prng) => {
    for (let i = 0; i < 200; i++) bytes[place(bytes, prng)] = pick(prng, 0, 255);
    return bytes;
  },
};

describe('a thousand real logs with something changed', () => {
  const perChange = Math.ceil(1_000 / Object.keys(changes).length);

  test.each(Object.entries(changes))('%s', (name, change) => {
    const prng = new Prng(1, name);
    for (let i = 0; i < perChange; i++) {
      const bytes = change(someLog(prng), prng);
      const whole = readLog(bytes);
      expectConsistent(whole, bytes);
      const lengths = [pick(prng, 1, 3_000), pick(prng, 1, 60), pick(prng, 1, 70_000)];
      expect(readInChunks(bytes, lengths)).toEqual(whole);
    }
  });
});

describe('very long lines', () => {
  const [line = ''] = realLines.G5;

  test.each([1, 64, 1_000, 65_536, 1e9])(
    'a gc line behind 64 KiB of other text is reported, in chunks of %i bytes',
    (chunkBytes) => {
      const { cycles, skipped, report } = readLog(
        `${'x'.repeat(70_000)}${line}\n${line}\n`,
        chunkBytes,
      );
      expect(cycles).toHaveLength(1);
      expect(skipped).toMatchObject([{ reason: 'too long', line: 1 }]);
      expect(report.lines.read).toBe(2);
    },
  );

  test.each([1, 1_000, 65_536, 1e9])(
    'other text of any length is passed over, in chunks of %i bytes',
    (chunkBytes) => {
      const { cycles, skipped, report } = readLog(`${'x'.repeat(200_000)}\n${line}`, chunkBytes);
      expect(cycles).toHaveLength(1);
      expect(skipped).toEqual([]);
      expect(report.lines.read).toBe(2);
    },
  );

  test('a log whose line breaks were lost is read, or what is not read is reported', () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      line.replace('gc 4 @0.084s', `gc ${i + 1} @${i}.084s`),
    );
    const { cycles, skipped } = readLog(many.join(' '));
    expect(cycles.length + skipped.length).toBeGreaterThan(0);
    if (cycles.length < many.length) expect(skipped.length).toBeGreaterThan(0);
  });
});
