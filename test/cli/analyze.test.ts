/** `gcsim analyze`: what goes where, what is refused, what is said of logs that are none. Figures are others' to test. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Io, main } from '../../src/cli/main.ts';
import { parseBound, TimeCut } from '../../src/cli/timecut.ts';
import { secondNs } from '../../src/units.ts';
import { aCycle } from '../support/cycles.ts';
import { projectRoot } from '../support/tree.ts';
import { build, captureIo, gcsim, Sink, start, temporaryFolder } from './capture.ts';

const logs = join(projectRoot, 'test', 'conformance');
/** Ten collections of 0.4 to 1.4 s, of Go 1.9, with pacer lines. */
const steady = join(logs, '1.9', 'steady-p4-pacer.log');
/** Has findings: assist-pressure and gc-cpu. */
const pressed = join(logs, '1.8', 'tree.log');
/** Two processes, and gc lines that other output has cut. */
const torn = join(logs, '1.19', 'torn.log');

const steadyText = readFileSync(steady, 'utf8');
const steadyLines = steadyText.split('\n').filter((line) => line.startsWith('gc '));

/** Root may read what nobody else may. */
const testPermissions = test.skipIf(process.getuid?.() === 0 || process.platform === 'win32'); // Without permissions there is nothing to deny.
const testSignals = test.skipIf(process.platform === 'win32'); // Windows has no signals to send.

function folderWith(files: Record<string, string | Uint8Array>): string {
  const cwd = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  return cwd;
}

describe('what goes where', () => {
  test('the report on standard output, nothing on standard error', async () => {
    const { code, stdout, stderr } = await gcsim(['analyze', steady]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replaceAll('\n', ' ')).toContain(
      '· Go 1.9 · 4 procs · 1.43 s · 10 collections · 0 lines lost',
    );
    expect(stdout).toMatch(/^heap {2,}live /m);
    expect(stdout).toMatch(/^findings {4}none$/m);
  });

  test('a pipe is read where no log is named, and so is "-"', async () => {
    const piped = await gcsim(['analyze'], { stdin: steadyText });
    expect(piped.stdout).toMatch(/^standard input · Go 1\.9 · /);
    expect(await gcsim(['analyze', '-'], { stdin: steadyText })).toEqual(piped);
    const cwd = folderWith({ 'a.log': steadyText });
    const named = await gcsim(['analyze', 'a.log'], { cwd });
    expect(named.stdout.replace('a.log', 'standard input')).toBe(piped.stdout);
  });

  test('gzip is unpacked', async () => {
    const cwd = folderWith({ 'a.log': steadyText, 'a.log.gz': gzipSync(steadyText) });
    const plain = await gcsim(['analyze', 'a.log'], { cwd });
    const packed = await gcsim(['analyze', 'a.log.gz'], { cwd });
    expect(packed.stdout.replace('a.log.gz', 'a.log')).toBe(plain.stdout);
  });

  test('several logs are one report', async () => {
    const cwd = folderWith({ 'a.log': steadyText, 'b.log': steadyText });
    const { code, stdout } = await gcsim(['analyze', 'a.log', 'b.log'], { cwd });
    expect(code).toBe(0);
    expect(stdout.replaceAll('\n', ' ')).toMatch(
      /^a\.log and b\.log · .* 20 collections · 2 processes · /,
    );
  });

  test('--json -: nothing but JSON', async () => {
    const { code, stdout, stderr } = await gcsim(['analyze', pressed, '--json', '-']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const json = JSON.parse(stdout);
    expect(json).toMatchObject({ schemaVersion: expect.any(Number), log: { files: [pressed] } });
    expect(json.cycles).toHaveLength(json.lines.gc);
    expect(json.findings.map(({ rule }: { rule: string }) => rule)).toContain('assist-pressure');
  });

  test('--csv -: nothing but CSV', async () => {
    const { code, stdout, stderr } = await gcsim(['analyze', steady, '--csv', '-']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = stdout.trimEnd().split('\r\n');
    expect(rows).toHaveLength(11);
    expect(rows[0]).toMatch(/^cycle,start_ns,/);
  });

  test('--markdown -: nothing but Markdown', async () => {
    const { code, stdout, stderr } = await gcsim(['analyze', pressed, '--markdown', '-']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^### GC log: /);
  });

  test('files hold what standard output would have, beside the report', async () => {
    const cwd = folderWith({ 'gc.log': steadyText });
    const usual = await gcsim(['analyze', 'gc.log'], { cwd });
    const names = ['--json', 'a.json', '--csv', 'a.csv', '--markdown', 'a.md'];
    expect(await gcsim(['analyze', 'gc.log', ...names], { cwd })).toEqual(usual);
    expect(readdirSync(cwd).sort()).toEqual(['a.csv', 'a.json', 'a.md', 'gc.log']);
    for (const [flag, name] of [
      ['--json', 'a.json'],
      ['--csv', 'a.csv'],
      ['--markdown', 'a.md'],
    ] as const) {
      const { stdout } = await gcsim(['analyze', 'gc.log', flag, '-'], { cwd });
      expect(readFileSync(join(cwd, name), 'utf8'), name).toBe(stdout);
    }
  });

  test('rows are written while the log is read', async () => {
    const stdout = new Sink();
    let rowsBefore = 0;
    async function* log() {
      yield `${steadyLines.slice(0, 5).join('\n')}\n`;
      rowsBefore = stdout.text.split('\r\n').length;
      yield `${steadyLines.slice(5).join('\n')}\n`;
    }
    const { code } = await gcsim(['analyze', '--csv', '-'], { stdin: log(), stdout });
    expect({ code, rowsBefore }).toEqual({ code: 0, rowsBefore: 7 });
  });

  test('colours on a terminal, and by --color', async () => {
    const { stdout } = await gcsim(['analyze', pressed, '--color']);
    expect(stdout).toContain('\u001b[33m');
    const terminal = new Sink();
    terminal.isTTY = true;
    terminal.columns = 80;
    await main(['analyze', pressed, '--no-color'], captureIo({ stdout: terminal }));
    expect(terminal.text).not.toContain('\u001b');
    for (const line of terminal.text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test('progress on a terminal, where it takes long', async () => {
    const stderr = new Sink();
    stderr.isTTY = true;
    stderr.columns = 300;
    let ms = 0;
    const nowMs = () => {
      ms += 2000;
      return ms;
    };
    await gcsim(['analyze', steady], { stderr, nowMs });
    expect(stderr.text).toMatch(
      /steady-p4-pacer\.log · 100 % · 5\.\d+ KiB of 5\.\d+ KiB · 10 collections/,
    );
    expect(stderr.text.endsWith('\r\u001b[K')).toBe(true);
  });
});

describe('a part of the log', () => {
  async function collections(argv: string[], stdin = steadyText) {
    const { code, stdout, stderr } = await gcsim(['analyze', ...argv], { stdin });
    const found = /(\d+) collections?\b/.exec(stdout.replaceAll('\n', ' '))?.[1];
    return { code, count: Number(found), stdout, stderr };
  }

  test('--since and --until cut by the start of collections', async () => {
    const starts = steadyLines.map((line) => Number(/@([\d.]+)s/.exec(line)?.[1]));
    const cut = starts[4] ?? 0;
    const late = await collections(['--since', `${cut}s`]);
    expect(late).toMatchObject({ code: 0, count: 6 });
    expect(late.stdout).toMatch(/\n- 4 of 10 collections are left out \(--since, --until\)\.\n$/);
    expect(await collections(['--until', `${cut}s`])).toMatchObject({ count: 4 });
    expect(await collections(['--since', '0:00:00', '--until', '10m'])).toMatchObject({
      count: 10,
    });
  });

  test('what is left out is said on standard error, where standard output has something else', async () => {
    const { stdout, stderr } = await gcsim(['analyze', steady, '--until', '0.5s', '--json', '-']);
    expect(stderr).toMatch(/^warning: \d of 10 collections are left out/);
    const { cycles, lines, leftOut, processes, summary } = JSON.parse(stdout);
    expect(cycles.length).toBeLessThan(10);
    // What is counted of the lines is of all of them; leftOut is the difference.
    expect({ gc: lines.gc, ofProcess: processes[0].cycles }).toEqual({ gc: 10, ofProcess: 10 });
    expect(leftOut).toBe(10 - cycles.length);
    expect(summary.collections).toBe(cycles.length);
  });

  /** Ten lines, a minute each, over midnight. */
  const stamped = steadyLines
    .map((line, i) => {
      const at = new Date(Date.UTC(2026, 0, 2, 23, 55 + i)).toISOString();
      return `${at} ${line}\n`;
    })
    .join('');

  test.each([
    [['--since', '23:57:00'], 8],
    [['--until', '23:57'], 2],
    [['--since', '2026-01-03'], 5],
    [['--since', '2026-01-02T23:58:00', '--until', '2026-01-03T00:01:30'], 4],
    [['--since', '2026-01-03T01:00:00+01:00'], 5],
    [['--since', '24:01:00'], 4],
    [['--until', '1h'], 10],
  ])('where lines have timestamps: %j', async (argv, count) => {
    expect(await collections(argv, stamped)).toMatchObject({ code: 0, count, stderr: '' });
  });

  test('nothing is in it', async () => {
    const { code, stderr } = await collections(['--since', '1h']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: none of 10 collections is in the time of --since 1h\n/);
    expect(stderr).toContain("hint: the log goes from 0.0s to 1.4s after the program's start\n");
  });

  test('no line has such a time', async () => {
    const { code, stderr } = await collections(['--since', '2026-01-02']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'the lines of this log have no such time as --since or --until asks for',
    );
  });

  test('--process selects one, by number or name', async () => {
    const [first, second] = [steadyLines, steadyLines.slice(0, 3)].map((lines, i) =>
      lines.map((line) => `web-${i + 1} | ${line}\n`).join(''),
    );
    const cwd = folderWith({ 'a.log': `${first}${second}` });
    const all = await gcsim(['analyze', 'a.log'], { cwd });
    expect(all.stdout.replaceAll('\n', ' ')).toContain('13 collections · 2 processes');
    const byNumber = await gcsim(['analyze', 'a.log', '--process', '2'], { cwd });
    expect(byNumber.stdout).toContain('3 collections · 0 lines lost');
    expect(byNumber.stdout).toMatch(/\n- 1 other process is left out\.\n$/);
    expect(await gcsim(['analyze', 'a.log', '--process', 'web-2'], { cwd })).toEqual(byNumber);
    const none = await gcsim(['analyze', 'a.log', '--process', 'db'], { cwd });
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toContain('error: the log has no process "db"\n');
    expect(none.stderr).toContain('1: web-1 (10 collections)\n        2: web-2 (3 collections)\n');
  });

  test('--process by a name that several have takes all, and says so', async () => {
    const stdin = ['web-1', 'web-2', 'db-1']
      .flatMap((name) => steadyLines.slice(0, 4).map((line) => `${name} | ${line}\n`))
      .join('');
    const { code, stdout } = await gcsim(['analyze', '--process', 'web'], { stdin });
    expect(code).toBe(0);
    expect(stdout.replaceAll('\n', ' ')).toContain('8 collections · 2 processes');
    expect(stdout).toContain(
      '\n- The name of 2 processes has "web" in it, and all are taken: 1 (web-1) and 2 (web-2).\n' +
        '- 1 other process is left out.\n',
    );
  });

  test('--process that is not there: the others are listed, those without a name too', async () => {
    const { code, stderr } = await gcsim(['analyze', '--process', 'web'], { stdin: steadyText });
    expect(code).toBe(2);
    expect(stderr).toContain('hint: its processes:\n        1: (no name) (10 collections)\n');
  });

  test('--process by name works on a pipe, too', async () => {
    const stdin = steadyLines.map((line, i) => `web-${i % 2} | ${line}\n`).join('');
    const { code, stdout } = await gcsim(['analyze', '--process', 'web-1'], { stdin });
    expect(code).toBe(0);
    expect(stdout).toContain('5 collections · 0 lines lost');
  });

  test('--per-process reports each as well', async () => {
    const { stdout } = await gcsim(['analyze', torn, '--per-process']);
    expect(stdout).toMatch(/^process 1 · /m);
    expect(stdout).toMatch(/^process 2 · /m);
    const { stdout: json } = await gcsim(['analyze', torn, '--per-process', '--json', '-']);
    const { processes } = JSON.parse(json);
    expect(processes.map(({ summary }: { summary: object }) => typeof summary)).toEqual([
      'object',
      'object',
    ]);
    // Of one process there is nothing more to say.
    expect(await gcsim(['analyze', steady, '--per-process'])).toEqual(
      await gcsim(['analyze', steady]),
    );
  });

  test('--ignore silences a rule', async () => {
    const { stdout } = await gcsim(['analyze', pressed]);
    expect(stdout).toMatch(/warning {3}assist-pressure/);
    const ignored = await gcsim([
      'analyze',
      pressed,
      '--ignore',
      'assist-pressure',
      '--ignore',
      'gc-cpu',
    ]);
    expect(ignored.stdout).not.toMatch(/assist-pressure|gc-cpu/);
  });

  test('--top and --window', async () => {
    const garbage = join(logs, '8f34b253', 'garbage-p4.log');
    const listed = async (argv: string[]): Promise<number> => {
      const { stdout } = await gcsim(['analyze', garbage, ...argv]);
      return stdout.split('\n').filter((line) => /^#\d/.test(line)).length;
    };
    expect([await listed([]), await listed(['--top', '2']), await listed(['--top', '0'])]).toEqual([
      5, 2, 0,
    ]);
    const { stdout } = await gcsim(['analyze', garbage, '--window', '20ms']);
    expect(stdout).toContain('worst 20 ms ');
  });
});

describe('--strict', () => {
  const broken = `${steadyLines.slice(0, 3).join('\n')}\ngc 4 @0.1s 9%: what\n`;

  test('a lost gc line: the report, the place, and 2', async () => {
    const cwd = folderWith({ 'a.log': broken });
    const { code, stdout, stderr } = await gcsim(['analyze', 'a.log', '--strict'], { cwd });
    expect(code).toBe(2);
    expect(stdout).toMatch(/3 collections · 1 line lost/);
    expect(stderr).toMatch(/^a\.log:4:1: error: .*: gc 4 @0\.1s 9%: what\n/);
    expect(stderr).toMatch(
      /error: 1 line looks like a gc line and could not be read \(--strict\)\n$/,
    );
  });

  test('files are written all the same', async () => {
    const cwd = folderWith({ 'a.log': broken });
    await gcsim(['analyze', 'a.log', '--strict', '--json', 'a.json'], { cwd });
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8')).cycles).toHaveLength(3);
  });

  test('without it: 0, and a warning where the report does not say it', async () => {
    const report = await gcsim(['analyze', '-'], { stdin: broken });
    expect(report).toMatchObject({ code: 0, stderr: '' });
    expect(report.stdout).toContain('1 line could not be read');
    const { code, stderr } = await gcsim(['analyze', '--json', '-'], { stdin: broken });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^<stdin>:4:1: warning: 1 line could not be read, the first here: /);
  });

  test('a whole log passes', async () => {
    expect(await gcsim(['analyze', torn, '--strict'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('the command line is wrong', () => {
  test.each([
    ['--top x', '--top must be a whole number from 0 to 1000, found "x"'],
    ['--window 3', '--window must be a duration with its unit, such as "10ms"'],
    [
      '--window 9ms',
      '--window must be at least 10ms, found "9ms"\n  hint: a log tells the start of a collection in whole milliseconds',
    ],
    ['--window 0', '--window must be more than 0 and at most 24h, found "0"'],
    ['--since tomorrow', '--since must be a time since the program\'s start such as "90s"'],
    ['--since 2026-02-30', '--since must be a time'],
    ['--since 2s --until 1s', '--since must be before --until, found "2s" and "1s"'],
    ['--process 0', '--process: processes are counted from 1, found 0'],
    ['--ignore lek', 'there is no rule "lek"\n  hint: did you mean leak? rules: '],
    ['--csv - --json -', '--csv and --json ask for standard output, which only one can have'],
    ['--jsn a', 'gcsim analyze has no option --jsn\n  hint: did you mean --json?'],
  ])('%s', async (line, message) => {
    const { code, stdout, stderr } = await gcsim(['analyze', steady, ...line.split(' ')]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('all that is wrong is said at once', async () => {
    const { stderr } = await gcsim([
      'analyze',
      steady,
      '--top',
      'x',
      '--window',
      'y',
      '--ignore',
      'z',
    ]);
    expect(stderr.match(/^error: /gm)).toHaveLength(3);
  });

  test('no log, and nothing is piped in', async () => {
    const { code, stderr } = await gcsim(['analyze'], { isStdinTerminal: true });
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: no log is named, and none is piped in\n {2}hint: gcsim analyze gc\.log/,
    );
  });

  test('a log is not overwritten', async () => {
    const cwd = folderWith({ 'a.log': steadyText });
    const { code, stderr } = await gcsim(['analyze', 'a.log', '--csv', './a.log'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(
      'cannot write "./a.log" (--csv): it is the file of a log that is read',
    );
    expect(readFileSync(join(cwd, 'a.log'), 'utf8')).toBe(steadyText);
    expect(readdirSync(cwd)).toEqual(['a.log']);
  });
});

describe('logs that are none', () => {
  const gctrace = 'hint: run the program with GODEBUG=gctrace=1 and keep its standard error:';

  test.each([
    ['nothing', '', ['standard input is empty', gctrace]],
    [
      'no gc line',
      'hello\nworld\n',
      ['there is no gc line in standard input: 2 lines read\n', gctrace],
    ],
    [
      'other lines of the runtime',
      'scvg: 8 KB released\nSCHED 0ms: gomaxprocs=4\ninit main @0.1 ms, 0.2 ms clock, 0 bytes, 0 allocs\n',
      ['3 lines read, among them 1 scavenger (scvg) line, 1 inittrace line, 1 schedtrace line\n'],
    ],
    [
      'a binary file',
      new Uint8Array([1, 0, 2, 10, 0, 0]),
      ['2 lines read, and they are no text\n'],
    ],
    [
      'a gc line that cannot be read',
      'gc 1 @0.1s 3%: no\n',
      [
        'there is no gc line in standard input: 1 line read\n',
        '<stdin>:1:1: error: ',
        ': gc 1 @0.1s 3%: no\n',
      ],
    ],
  ])('%s', async (_, stdin, expected) => {
    const { code, stdout, stderr } = await gcsim(['analyze', '--json', '-'], { stdin });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const text of expected) expect(stderr).toContain(text);
  });

  test('files that were asked for are not left behind', async () => {
    const cwd = folderWith({ 'a.log': 'hello\n' });
    const { code } = await gcsim(['analyze', 'a.log', '--json', 'a.json', '--csv', 'a.csv'], {
      cwd,
    });
    expect(code).toBe(2);
    expect(readdirSync(cwd)).toEqual(['a.log']);
  });

  test('no file, and a folder: both are said', async () => {
    const cwd = folderWith({ 'gc.log': steadyText });
    mkdirSync(join(cwd, 'logs'));
    const { code, stdout, stderr } = await gcsim(['analyze', 'gx.log', 'logs', 'gc.log'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      'cannot read "gx.log": there is no such file\n  hint: did you mean "gc.log"?',
    );
    expect(stderr).toContain('cannot read "logs": it is a folder\n');
  });

  testPermissions('an unreadable file', async () => {
    const cwd = folderWith({ 'a.log': steadyText });
    chmodSync(join(cwd, 'a.log'), 0);
    const { code, stderr } = await gcsim(['analyze', 'a.log'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('cannot read "a.log": permission denied');
  });

  test('a file that vanishes: what the others have is reported, then the error', async () => {
    const cwd = folderWith({ 'a.log': steadyText, 'b.log': steadyText });
    let calls = 0;
    // The clock is asked for the first time when the logs have been found, and are about to be read.
    const nowMs = () => {
      if (calls++ === 0) rmSync(join(cwd, 'b.log'));
      return 0;
    };
    const { code, stdout, stderr } = await gcsim(['analyze', 'a.log', 'b.log'], { cwd, nowMs });
    expect(code).toBe(2);
    expect(stdout).toContain('10 collections');
    expect(stderr).toMatch(/^error: cannot read "b\.log": there is no such file\n/);
  });

  test('a gzip that breaks off: what was read is reported, then the error', async () => {
    const packed = gzipSync(steadyText);
    const cwd = folderWith({ 'a.gz': packed.subarray(0, packed.length - 100) });
    const { code, stdout, stderr } = await gcsim(['analyze', 'a.gz', '--json', 'a.json'], { cwd });
    expect(code).toBe(2);
    expect(stdout).toMatch(/· 9 collections ·/);
    expect(stderr).toMatch(
      /^error: cannot read all of "a\.gz": its gzip data is cut short after \d+ bytes/,
    );
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8')).cycles).toHaveLength(9);
  });

  test('a gzip with something else behind: the report, and a warning', async () => {
    const all = Buffer.concat([gzipSync(steadyText), Buffer.from('garbage after')]);
    const cwd = folderWith({ 'a.gz': all, 'a.log': steadyText });
    const { code, stdout, stderr } = await gcsim(['analyze', 'a.gz'], { cwd });
    expect(code).toBe(0);
    const plain = await gcsim(['analyze', 'a.log'], { cwd });
    expect(stdout.replace('a.gz', 'a.log')).toBe(plain.stdout);
    expect(stderr).toBe(
      'warning: 13 bytes behind the gzip data of "a.gz" were not read: they are something else\n',
    );
  });

  test('a gzip that has nothing to read: the error alone', async () => {
    const cwd = folderWith({ 'a.gz': gzipSync(steadyText).subarray(0, 30) });
    const { code, stdout, stderr } = await gcsim(['analyze', 'a.gz'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('cannot read all of "a.gz"');
    expect(stderr).not.toContain('no gc line');
  });
});

describe('being stopped', () => {
  /** More and more collections, until nobody asks any more. */
  async function* endless(each: () => void = () => {}) {
    for (let n = 1; n < 10_000; n++) {
      yield `gc ${n} @${n}.000s 1%: 0+1.0+0 ms clock, 0+0/1.0/0+0 ms cpu, 4->4->2 MB, 5 MB goal, 4 P\n`;
      each();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: %i, and no file', async (signal, expected) => {
    const cwd = temporaryFolder();
    let stop: Parameters<Io['onStop']>[0] = () => {};
    const onStop: Io['onStop'] = (listener) => {
      stop = listener;
      return () => {};
    };
    let count = 0;
    const stdin = endless(() => {
      if (++count === 20) stop(signal);
    });
    const { code, stdout, stderr } = await gcsim(['analyze', '--csv', 'a.csv'], {
      cwd,
      stdin,
      onStop,
    });
    expect({ code, stdout, stderr }).toEqual({ code: expected, stdout: '', stderr: '' });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('the reader of standard output goes away: quietly', async () => {
    const stdout = Object.assign(
      new Writable({
        write(_chunk, _encoding, done) {
          done(Object.assign(new Error('gone'), { code: 'EPIPE' }));
        },
      }),
      { text: '' },
    );
    const io = captureIo({ stdout: stdout as never, stdin: endless() });
    const code = await main(['analyze', '--csv', '-'], io);
    expect({ code, stderr: io.stderr.text }).toEqual({ code: 0, stderr: '' });
  });
});

describe('the real program', () => {
  beforeAll(build);

  test('reads a redirected file and a pipe alike', async () => {
    const { code, stdout, stderr } = await start(['analyze'], { stdin: steadyText }).done;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe((await gcsim(['analyze'], { stdin: steadyText })).stdout);
  });

  testSignals('Ctrl-C while it waits for more: 130, nothing half-written', async () => {
    const cwd = temporaryFolder();
    const { child, done } = start(['analyze', '-', '--json', 'a.json', '--csv', '-'], {
      cwd,
      keepStdin: true,
    });
    child.stdin?.write(steadyText);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await done;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(stdout.endsWith('\n')).toBe(true);
    expect(existsSync(join(cwd, 'a.json'))).toBe(false);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('bounds in time', () => {
  test.each([
    ['90s', { kind: 'elapsed', ns: 90 * secondNs }],
    ['1h30m', { kind: 'elapsed', ns: 5400 * secondNs }],
    ['0.017 s', { kind: 'elapsed', ns: 17_000_000 }],
    ['1:31:07', { kind: 'clock', ms: 5_467_000 }],
    ['0:00:04.120', { kind: 'clock', ms: 4120 }],
    ['15:04', { kind: 'clock', ms: 54_240_000 }],
    ['2026-01-02', { kind: 'moment', ms: Date.UTC(2026, 0, 2) }],
    ['2026-01-02 15:04:05', { kind: 'moment', ms: Date.UTC(2026, 0, 2, 15, 4, 5) }],
    ['2026-01-02T15:04:05.25Z', { kind: 'moment', ms: Date.UTC(2026, 0, 2, 15, 4, 5, 250) }],
    ['2026-01-02T15:04+02:00', { kind: 'moment', ms: Date.UTC(2026, 0, 2, 13, 4) }],
  ])('%s', (text, bound) => {
    expect(parseBound(text)).toEqual(bound);
  });

  test.each([
    '',
    'x',
    '90',
    '-1s',
    '15:60',
    '25h:00',
    '2026-13-01',
    '2026-02-30',
    '2026-01-02T25:00',
  ])('not %j', (text) => {
    expect(parseBound(text)).toBeUndefined();
  });

  test('timestamps without a year compare by day and time', () => {
    const cut = new TimeCut(parseBound('2026-03-04T05:06:07'), undefined);
    const at = (day: number) => ({ ...aCycle(), wallMs: Date.UTC(2000, 2, day, 12) });
    expect([3, 4, 5].map((day) => cut.has(at(day)))).toEqual([false, true, true]);
    expect(cut).toMatchObject({ leftOut: 1, timeless: 0 });
  });
});
