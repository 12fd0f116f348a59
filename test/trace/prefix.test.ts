import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describePrefix, isYearKnown, looksLikeLineStart, unwrap } from '../../src/trace/prefix.ts';

const gc =
  'gc 1 @0.009s 4%: 0.072+1.5+0.004 ms clock, 0.28+0.71/1.1/0.050+0.016 ms cpu, 4->4->0 MB, 4 MB goal, 4 P';
const oldGc = 'gc1(1): 4+0+183+0 us, 0 -> 0 MB, 18 (19-1) objects, 0/0/0 sweeps';

/** A wall clock, as a person writes it; '' where there is none. */
function shown(wallMs: number | undefined): string {
  return wallMs === undefined ? '' : new Date(wallMs).toISOString();
}

/** Each row: what stands before the line, the wall clock that it tells, and who wrote it. */
const envelopes: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'no envelope': [['', '', '']],
  'indentation and quotation': [
    ['\t', '', ''],
    ['    ', '', ''],
    ['> ', '', ''],
    ['> > ', '', ''],
    ['>> ', '', ''],
    ['>', '', ''],
    ['// ', '', ''],
    ['# ', '', ''],
    ['* ', '', ''],
    ['  - ', '', ''],
    ['\ufeff', '', ''],
    ['\0\0\0\0', '', ''],
  ],
  'ISO 8601 and RFC 3339': [
    ['2024-05-01T12:00:00Z ', '2024-05-01T12:00:00.000Z', ''],
    ['2024-05-01T12:00:00.123456789Z ', '2024-05-01T12:00:00.123Z', ''],
    ['2024-05-01 12:00:00.5 ', '2024-05-01T12:00:00.500Z', ''],
    ['2024-05-01T12:00:00+02:00 ', '2024-05-01T10:00:00.000Z', ''],
    ['2024-05-01T12:00:00.25-0730 ', '2024-05-01T19:30:00.250Z', ''],
    ['2024-05-01T12:00:00+02 ', '2024-05-01T10:00:00.000Z', ''],
    ['2024-05-01 12:00:00 +0200 ', '2024-05-01T10:00:00.000Z', ''],
    ['2024-05-01 12:00:00 UTC ', '2024-05-01T12:00:00.000Z', ''],
    ['2024-02-29T23:59:60Z ', '2024-03-01T00:00:00.000Z', ''],
    ['[2024-05-01 12:00:00.5] ', '2024-05-01T12:00:00.500Z', ''],
    ['[2024-05-01T12:00:00Z]', '2024-05-01T12:00:00.000Z', ''],
    ['2024-05-01T12:00:00Z: ', '2024-05-01T12:00:00.000Z', ''],
  ],
  'the log package and klog': [
    ['2006/01/02 15:04:05 ', '2006-01-02T15:04:05.000Z', ''],
    ['2006/01/02 15:04:05.000123 ', '2006-01-02T15:04:05.000Z', ''],
    ['2006/01/02 ', '', ''],
    ['15:04:05 ', '2000-01-01T15:04:05.000Z', ''],
    ['I0226 13:24:06.131000   12345 file.go:77] ', '2000-02-26T13:24:06.131Z', ''],
    ['E20240226 13:24:06.131000       1 a/b.go:7] ', '2024-02-26T13:24:06.131Z', ''],
  ],
  'syslog and the journal': [
    ['Feb 26 13:24:06.131 ', '2000-02-26T13:24:06.131Z', ''],
    ['Feb 29 13:24:06 host ', '2000-02-29T13:24:06.000Z', 'host'],
    ['Feb  6 13:24:06 host app[123]: ', '2000-02-06T13:24:06.000Z', 'host app[123]'],
    ['Feb  6 13:24:06.131415 host app[123]: ', '2000-02-06T13:24:06.131Z', 'host app[123]'],
    ['Feb 06 13:24:06 host app: ', '2000-02-06T13:24:06.000Z', 'host app'],
    ['<34>Oct 11 22:14:15 mymachine su: ', '2000-10-11T22:14:15.000Z', 'mymachine su'],
    ['<6>', '', ''],
    ['2024-05-01T12:00:00+0000 host app[1]: ', '2024-05-01T12:00:00.000Z', 'host app[1]'],
    ['Wed 2024-05-01 12:00:00 CEST host app[1]: ', '2024-05-01T12:00:00.000Z', 'host app[1]'],
    ['May 01 2024 12:00:00 host app[1]: ', '2024-05-01T12:00:00.000Z', 'host app[1]'],
    ['[   12.345678] host app[1]: ', '', 'host app[1]'],
    ['[Wed May  1 12:00:00 2024] ', '2024-05-01T12:00:00.000Z', ''],
    ['Wed May  1 12:00:00 2024 ', '2024-05-01T12:00:00.000Z', ''],
    [
      '<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - ',
      '2003-10-11T22:14:15.003Z',
      'mymachine.example.com su',
    ],
    [
      '<165>1 2003-10-11T22:14:15.003Z host evntslog 42 ID47 [a@1 iut="3" e="x]\\"]"][b c="d"] \ufeff',
      '2003-10-11T22:14:15.003Z',
      'host evntslog[42]',
    ],
    ['<14>1 - - - - - - ', '', ''],
    ['123 <14>1 2003-10-11T22:14:15Z h a 1 - - ', '2003-10-11T22:14:15.000Z', 'h a[1]'],
  ],
  'containers and platforms': [
    ['2024-05-01T12:00:00.000000001Z stderr F ', '2024-05-01T12:00:00.000Z', ''],
    ['2024-05-01T12:00:00.5+02:00 stdout F:x ', '2024-05-01T10:00:00.500Z', ''],
    ['[pod/web-1/app] ', '', 'web-1/app'],
    ['[pod/web-1/app] 2024-05-01T12:00:00Z ', '2024-05-01T12:00:00.000Z', 'web-1/app'],
    ['web-5d4f8c7b9d-x2x7k app ', '', 'web-5d4f8c7b9d-x2x7k/app'],
    ['web_1  | ', '', 'web_1'],
    ['web-1  | 2024-05-01T12:00:00Z ', '2024-05-01T12:00:00.000Z', 'web-1'],
    ['web.1.x8a9@node1    | ', '', 'web.1.x8a9@node1'],
    ['0|app  | ', '', '0|app'],
    ['12:00:00 web.1   | ', '2000-01-01T12:00:00.000Z', 'web.1'],
    ['2024-05-01T12:00:00.5+00:00 app[web.1]: ', '2024-05-01T12:00:00.500Z', 'app[web.1]'],
    ['2024-05-01T12:00:00Z\t', '2024-05-01T12:00:00.000Z', ''],
    ['1714564800123\t', '2024-05-01T12:00:00.123Z', ''],
    ['1714564800.123 ', '2024-05-01T12:00:00.123Z', ''],
    ['1714564800 ', '2024-05-01T12:00:00.000Z', ''],
    ['\ufeff2024-05-01T12:00:00.1234567Z ', '2024-05-01T12:00:00.123Z', ''],
    ['2024-05-01T12:00:00.123456Z 01E ', '2024-05-01T12:00:00.123Z', ''],
    ['#12 3.456 ', '', '#12'],
  ],
  'levels are not part of the source': [
    ['2024-05-01 12:00:00,123 INFO ', '2024-05-01T12:00:00.123Z', ''],
    ['2024-05-01 12:00:00,123 - WARNING - ', '2024-05-01T12:00:00.123Z', ''],
    ['[2024-05-01 12:00:00] [info] ', '2024-05-01T12:00:00.000Z', ''],
  ],
  grep: [
    ['web.log:', '', 'web.log'],
    ['logs/web.log:12:', '', 'logs/web.log'],
    ['12:', '', ''],
  ],
  'nested, at most four': [
    [
      'web-1  | Feb  6 13:24:06 host app[1]: 2024-05-01T12:00:00Z ',
      '2024-05-01T12:00:00.000Z',
      'web-1 host app[1]',
    ],
    ['2024-05-01T12:00:00Z stderr F 2024-05-01T11:59:59Z ', '2024-05-01T12:00:00.000Z', ''],
    ['> \t[pod/a/b] web_1 | 12:00:00 #7 0.5 ', '2000-01-01T12:00:00.000Z', 'a/b web_1 #7'],
  ],
};

describe('envelopes', () => {
  for (const [kind, rows] of Object.entries(envelopes)) {
    test.each(rows)(`${kind}: %j`, (prefix, wall, source) => {
      for (const payload of [gc, oldGc]) {
        const found = unwrap(prefix + payload);
        expect({ ...found, wallMs: shown(found.wallMs) }).toEqual({
          payload,
          offset: prefix.length,
          wallMs: wall,
          source,
        });
      }
    });
  }

  test('are taken off lines of other writers too', () => {
    expect(unwrap('2026/01/02 15:04:05 request served status=200')).toMatchObject({
      payload: 'request served status=200',
      offset: 20,
    });
  });

  test.each([
    ['gc 1 | a table'],
    ['gc 5 app: not a writer'],
    ['pacer: assist ratio=+1.0 (scan 0 MB in 3->4 MB) workers=0++2.5e-001'],
    ['scvg0: inuse: 0, idle: 0, sys: 1, released: 0, consumed: 1 (MB)'],
    ['SCHED 0ms: gomaxprocs=2 idleprocs=1'],
    ['s 4%: 0.021+0.098+20'],
    [' ms clock, 0.10+0/21'],
    ['->4->1 MB, 5 MB goal'],
    ['1714564800 B work ('],
    ['0.098+20 ms clock'],
    ['app: step 7 live=8 MB'],
    ['--- FAIL: TestX (0.00s)'],
    ['20240501 a number'],
    ['2024-13-01 12:00:00 no month'],
    ['1924-01-01 12:00:00 before there was time'],
    ['2024-05-01T12:00:00Zebra'],
    ['Mayor 12:00:00 x'],
    ['[5]'],
    ['<html>'],
    ['#include <x>'],
    ['{"msg":'],
    ['{"level":"info"}'],
    ['{"msg":5}'],
    ['[1,2]'],
    [''],
  ])('there is none: %j', (line) => {
    expect(unwrap(line)).toEqual({ payload: line, offset: 0, wallMs: undefined, source: '' });
  });

  test.each([
    ['2026/01/02 15:04:05 ', 'pacer: assist ratio=+1.0 (scan 0 MB'],
    ['Feb 26 13:24:06 ', 'pacer: assist ratio=+1.0 (scan 0 MB'],
    ['Feb 26 13:24:06 ', 's 4%: 0.021+0.098'],
    ['2024-05-01T12:00:00Z ', 'SCHED 0ms: gomaxprocs=2'],
    ['2024-05-01T12:00:00Z stderr F ', ' ms clock, 0.1'],
  ])('%j is not followed by a writer: %j', (prefix, payload) => {
    expect(unwrap(prefix + payload)).toMatchObject({ payload, offset: prefix.length, source: '' });
  });

  test('a torn piece keeps its space, an indentation goes', () => {
    expect(unwrap(' MB goal, 4 P').payload).toBe(' MB goal, 4 P');
    expect(unwrap('  MB goal, 4 P').payload).toBe('MB goal, 4 P');
    expect(unwrap(' gc 1 @0.1s').payload).toBe('gc 1 @0.1s');
  });

  test('no more than four', () => {
    const rest = '12:00:04 five';
    expect(unwrap(`12:00:00 12:00:01 12:00:02 12:00:03 ${rest}`).payload).toBe(rest);
  });

  test('a line that is envelope only has an empty payload', () => {
    expect(unwrap('2024-05-01T12:00:00Z stderr F').payload).toBe('');
    expect(unwrap('web-1  |')).toMatchObject({ payload: '', source: 'web-1' });
    expect(unwrap('\t')).toMatchObject({ payload: '', offset: 1 });
  });

  test('a container runtime says where a line goes on', () => {
    expect(unwrap('2024-05-01T12:00:00Z stderr P gc 1 @')).toMatchObject({
      payload: 'gc 1 @',
      isPartial: true,
    });
    expect(unwrap('2024-05-01T12:00:00Z stderr F gc 1 @')).not.toHaveProperty('isPartial');
  });
});

describe('colour codes and line ends', () => {
  test('are gone from the payload; the offset is that of the line as it was', () => {
    expect(unwrap('\x1b[32mgc 1 @0.1s\x1b[0m 2%\x1b[K\r')).toEqual({
      payload: 'gc 1 @0.1s 2%',
      offset: 5,
      wallMs: undefined,
      source: '',
    });
  });

  test('within an envelope', () => {
    const line = `\x1b[36mweb-1  |\x1b[0m ${gc}`;
    expect(unwrap(line)).toMatchObject({
      payload: gc,
      source: 'web-1',
      offset: line.indexOf('gc'),
    });
  });

  test('the marks of GitLab sections and titles of terminals are no text', () => {
    expect(unwrap('\x1b[0Ksection_start:1560896352:build\r\x1b[0KBuilding').payload).toBe(
      'section_start:1560896352:build\rBuilding',
    );
    expect(unwrap('\x1b]0;title\x07gc 1').payload).toBe('gc 1');
  });

  test('of Windows', () => {
    expect(unwrap(`${gc}\r`).payload).toBe(gc);
    expect(unwrap(`2024-05-01T12:00:00Z ${gc}\r\n`).payload).toBe(gc);
  });
});

describe('JSON', () => {
  const cases: [string, object, string, string][] = [
    [
      'docker json-file',
      { log: `${gc}\n`, stream: 'stderr', time: '2024-05-01T12:00:00.5Z' },
      '2024-05-01T12:00:00.500Z',
      '',
    ],
    [
      'journal',
      {
        __REALTIME_TIMESTAMP: '1714564800123456',
        _PID: '5',
        SYSLOG_IDENTIFIER: 'app',
        _HOSTNAME: 'host',
        MESSAGE: gc,
      },
      '2024-05-01T12:00:00.123Z',
      'host app[5]',
    ],
    [
      'journal, as bytes',
      { __REALTIME_TIMESTAMP: '1714564800000000', _COMM: 'app', MESSAGE: [...Buffer.from(gc)] },
      '2024-05-01T12:00:00.000Z',
      'app',
    ],
    [
      'kubernetes',
      {
        '@timestamp': '2024-05-01T12:00:00Z',
        log: gc,
        kubernetes: { pod_name: 'web-1', container_name: 'app', host: 'node' },
      },
      '2024-05-01T12:00:00.000Z',
      'web-1/app',
    ],
    [
      'beats',
      { message: gc, kubernetes: { pod: { name: 'web-1' }, container: { name: 'app' } } },
      '',
      'web-1/app',
    ],
    [
      'cloud logging',
      {
        textPayload: gc,
        timestamp: '2024-05-01T12:00:00.5Z',
        resource: { labels: { pod_name: 'web-1', container_name: 'app' } },
      },
      '2024-05-01T12:00:00.500Z',
      'web-1/app',
    ],
    ['fluentd', { log: gc, container_name: '/web' }, '', 'web'],
    ['only an id', { log: gc, container_id: '0123456789abcdef' }, '', '0123456789ab'],
    ['service', { msg: gc, host: 'h', service: 'api', pid: 7 }, '', 'h api[7]'],
    ['seconds', { msg: gc, ts: 1714564800.123 }, '2024-05-01T12:00:00.123Z', ''],
    ['ms', { msg: gc, time: 1714564800123 }, '2024-05-01T12:00:00.123Z', ''],
    ['µs', { msg: gc, timestamp: 1714564800123456 }, '2024-05-01T12:00:00.123Z', ''],
    ['ns', { text: gc, ts: '1714564800123456789' }, '2024-05-01T12:00:00.123Z', ''],
    ['no time', { message: gc, ts: 0.5, time: 'noon' }, '', ''],
    ['an envelope within', { log: `2024-05-01T12:00:00Z ${gc}\n` }, '2024-05-01T12:00:00.000Z', ''],
  ];

  test.each(cases)('%s', (_, record, wall, source) => {
    // Docker and Go write > as an escape.
    const line = JSON.stringify(record).replaceAll('>', '\\u003e');
    const found = unwrap(line);
    expect({ ...found, wallMs: shown(found.wallMs) }).toEqual({
      payload: gc,
      offset: -1,
      wallMs: wall,
      source,
    });
  });

  test('within another envelope', () => {
    const line = `web-1  | ${JSON.stringify({ msg: gc, pid: 7 })} \r`;
    expect(unwrap(line)).toMatchObject({ payload: gc, offset: -1, source: 'web-1 [7]' });
  });

  test('docker cuts a long line into records', () => {
    const time = '2024-05-01T12:00:00Z';
    const long = JSON.stringify({ log: 'x'.repeat(16 * 1024), stream: 'stderr', time });
    const whole = JSON.stringify({ log: 'x\n', stream: 'stderr', time });
    expect(unwrap(long).isPartial).toBe(true);
    expect(unwrap(whole).isPartial).toBeUndefined();
  });

  test('docker has a line that comes in pieces in as many records', () => {
    const docker = { stream: 'stderr', time: '2024-05-01T12:00:00Z' };
    const isPartial = (record: object) => unwrap(JSON.stringify(record)).isPartial;
    expect(isPartial({ log: 'gc 1 @0.007s 49%: 0.004+42+0.003 ms cloc', ...docker })).toBe(true);
    expect(isPartial({ log: 'k, 0.004+', ...docker, attrs: { tag: 'x' } })).toBe(true);
    expect(isPartial({ log: '4.0 ms cpu, 4 P\n', ...docker })).toBeUndefined();
    // Whole lines, of which a collector has taken the line break.
    expect(isPartial({ log: gc, ...docker })).toBeUndefined();
    expect(isPartial({ log: 'ready', ...docker, logtag: 'F' })).toBeUndefined();
    expect(isPartial({ log: 'ready' })).toBeUndefined();
  });

  test('of no known shape: the text that has a gc line', () => {
    const found = (record: object) => unwrap(JSON.stringify(record).replaceAll('>', '\\u003e'));
    expect(found({ m: gc })).toMatchObject({ payload: gc, offset: -1 });
    const old = 'gc7(4): 0+1+0 ms, 0 -> 1 MB';
    expect(found({ level: 'info', n: 1, body: old }).payload).toBe(old);
    // A known key comes first, and what is no gc line is no message.
    expect(found({ m: gc, msg: 'ready' }).payload).toBe('ready');
    expect(found({ m: 'gc is slow @ night', n: 5 })).toMatchObject({ offset: 0 });
  });
});

describe('a wall clock without a year', () => {
  test('is told from one with it', () => {
    const known = unwrap('2006/01/02 15:04:05 x').wallMs;
    const unknown = unwrap('Dec 31 23:59:59 x').wallMs;
    expect([isYearKnown(known ?? 0), isYearKnown(unknown ?? 0)]).toEqual([true, false]);
  });
});

describe('text of no known kind before a line', () => {
  test.each([
    ['INFO  worker 3 - ', '', 'worker 3'],
    ['time=2024-05-01T12:00:00Z level=info msg="', '2024-05-01T12:00:00.000Z', ''],
    [
      'time="2024-05-01T12:00:00+02:00" level=info app=web msg="',
      '2024-05-01T10:00:00.000Z',
      'app=web',
    ],
    ['build\tRun tests\t2024-05-01T12:00:00.1Z ', '2024-05-01T12:00:00.100Z', 'build Run tests'],
    ['[2024-05-01T12:00:00Z INFO  app] ', '2024-05-01T12:00:00.000Z', '[app]'],
    ['host.example: ', '', 'host.example'],
    ['at 12:00:00, on 2024-05-01 12:00:00: ', '2024-05-01T12:00:00.000Z', 'at , on'],
    ['id 1714564800 ', '', 'id 1714564800'],
    ['ts=1714564800.5 ', '2024-05-01T12:00:00.500Z', ''],
    ['00:11:22:33:44:55 ', '', '00:11:22:33:44:55'],
    ['\x1b[32mweb\x1b[0m> ', '', 'web'],
    ['', '', ''],
  ])('%j', (text, wall, source) => {
    const found = describePrefix(text);
    expect([shown(found.wallMs), found.source]).toEqual([wall, source]);
  });

  test('is cut to 200 characters', () => {
    expect(describePrefix('a'.repeat(100_000)).source).toBe('a'.repeat(200));
  });
});

describe('where a line of another writer begins', () => {
  test.each([
    '2026/01/02 15:04:05 request',
    '2026-01-02T15:04:05Z',
    '2026/01/02',
    '15:04:05 x',
    '15:04:05.5',
    'Feb 26 13:24:06',
    'Wed May  1 12:00:00 2024',
    '[2026-01-02 15:04:05]',
    'I0226 13:24:06.131000   12345 file.go:77] x',
  ])('here: %j', (text) => {
    expect(looksLikeLineStart(text)).toBe(true);
    expect(looksLikeLineStart(`0.069${text}`, 5)).toBe(true);
  });

  test.each([
    '026/01/02 15:04:05',
    '692026/01/02',
    '1714564800 x',
    'gc 1 @0.1s',
    '5:04:05',
    'May',
    '',
  ])('not here: %j', (text) => {
    expect(looksLikeLineStart(text)).toBe(false);
  });
});

describe('whatever the line', () => {
  const pieces = fc.constantFrom(
    ...['2024-05-01T12:00:00Z ', 'Feb 26 13:24:06 ', '12:00:00', ' stderr P ', 'host app[1]: '],
    ...['web-1  | ', '<34>1 ', '[', ']', '{"log":"', '"}', '\\', '\x1b[', '\x1b[0m', '#12 3.4 '],
    ...['1714564800123', ' ', '\t', '\r', '> ', 'gc 1 @0.1s', 'pacer: ', 'INFO ', '[pod/', '\0'],
    ...['I0226 13:24:06.131000 1 f.go:7] ', '-', ':', '=', '"', '\ud800', 'é'],
  );
  const lines = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  );

  test('nothing is thrown, and the payload is the end of the line', () => {
    fc.assert(
      fc.property(lines, (line) => {
        const { payload, offset, source } = unwrap(line);
        describePrefix(line);
        looksLikeLineStart(line);
        if (offset >= 0 && !line.includes('\x1b')) {
          expect(line.slice(offset).replace(/[\r\n]+$/, '')).toBe(payload);
        }
        expect(typeof source).toBe('string');
      }),
    );
  });

  test('a line that begins with gc is left as it is', () => {
    fc.assert(
      fc.property(lines, (rest) => {
        const line = `gc ${rest}`;
        if (rest.includes('\x1b') || /[\r\n]$/.test(line)) return;
        expect(unwrap(line)).toEqual({ payload: line, offset: 0, wallMs: undefined, source: '' });
      }),
    );
  });

  test('it takes no longer than its length allows', () => {
    const parts = [
      '{',
      '[',
      '{"a":',
      '<34>1 ',
      'a ',
      'a:',
      'a|',
      '1',
      '0.',
      '# ',
      '>',
      '\x1b[',
      '\x1b]',
    ];
    const starts = ['', '2024-05-01T12:00:00Z ', '<34>1 - ', 'Feb 26 13:24:06 ', '{"msg":"'];
    const evil = starts.flatMap((start) =>
      parts.map((part) => start + part.repeat(65_536 / part.length)),
    );
    const from = performance.now();
    for (const line of evil) {
      unwrap(line);
      describePrefix(line);
    }
    // Some tenths of a millisecond each; anything quadratic would take seconds.
    expect(performance.now() - from).toBeLessThan(evil.length * 50);
  });
});
