/** `gcsim watch`: the program is what counts: its output, its exit code, its signals. The analysis comes after it. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { withGctrace } from '../../src/cli/godebug.ts';
import type { Io, Program, StopSignal } from '../../src/cli/io.ts';
import { TextOutput } from '../../src/cli/output.ts';
import { StatusLine } from '../../src/cli/statusline.ts';
import { projectRoot } from '../support/tree.ts';
import { build, gcsim, type IoOptions, Sink, start, temporaryFolder } from './capture.ts';

const log = readFileSync(
  join(projectRoot, 'test', 'conformance', '1.9', 'steady-p4-pacer.log'),
  'utf8',
);
const isWindows = process.platform === 'win32';
const testSignals = test.skipIf(isWindows); // Windows has no signals to send.

/** A program made of what it writes on standard error and what it ends with. */
interface Script {
  stderr?: AsyncIterable<Uint8Array>;
  code?: number | Promise<number>;
}

async function* bytesOf(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? Buffer.from(text) : text;
}

/** An Io whose programs do what the script says, and what they were told. */
function stage({ stderr = bytesOf(log), code = 0 }: Script, options: IoOptions = {}) {
  const told: { words: readonly string[]; godebug: string | undefined; signals: StopSignal[] } = {
    words: [],
    godebug: undefined,
    signals: [],
  };
  let listeners: ((signal: StopSignal) => void)[] = [];
  const io: IoOptions = {
    startProgram: async (words, env): Promise<Program> => {
      told.words = words;
      told.godebug = env.GODEBUG;
      return {
        stderr,
        ended: Promise.resolve(code),
        signal: (signal) => told.signals.push(signal),
      };
    },
    onStop(listener) {
      listeners.push(listener);
      return () => {
        listeners = listeners.filter((other) => other !== listener);
      };
    },
    ...options,
  };
  const send = (signal: StopSignal): void => {
    for (const listener of listeners) listener(signal);
  };
  return { io, told, send };
}

describe('a program', () => {
  test('is called with its own words, and has gctrace on', async () => {
    const { io, told } = stage({}, { env: { GODEBUG: 'madvdontneed=1', HOME: 'x' } });
    const { code } = await gcsim(['watch', '--', './prog', '-flag', '--csv', 'x', '--', 'y'], io);
    expect(code).toBe(0);
    expect(told.words).toEqual(['./prog', '-flag', '--csv', 'x', '--', 'y']);
    expect(told.godebug).toBe('madvdontneed=1,gctrace=1');
  });

  test.each([
    [['watch', './prog', '-flag', '--help']],
    [['watch', '--top', '3', './prog', '-flag', '--help']],
    [['watch', '--top', '3', '--', './prog', '-flag', '--help']],
  ])('%j needs no "--"', async (argv) => {
    const { io, told } = stage({});
    expect((await gcsim(argv, io)).code).toBe(0);
    expect(told.words).toEqual(['./prog', '-flag', '--help']);
  });

  test('is passed on, and then analysed on standard error', async () => {
    const { io } = stage({ stderr: bytesOf('hello\n', log) });
    const { stdout, stderr } = await gcsim(['watch', './prog'], io);
    expect(stdout).toBe('');
    expect(stderr.startsWith(`hello\n${log}\n./prog · Go 1.9 · 4 procs · `)).toBe(true);
    expect(stderr).toContain('10 collections');
    expect(stderr).toMatch(/^findings /m);
  });

  test('is passed on byte for byte, and at once', async () => {
    const stderr = new Sink();
    const seen: Buffer[] = [];
    stderr._write = (chunk: Buffer, _, done) => {
      seen.push(chunk);
      done();
    };
    const odd = new Uint8Array([0xff, 0x00, 0x1b, 0xc3]);
    let atSecond = 0;
    async function* slow() {
      yield odd;
      await new Promise((resolve) => setImmediate(resolve));
      atSecond = Buffer.concat(seen).length;
      yield* bytesOf(log);
    }
    const { io } = stage({ stderr: slow() }, { stderr });
    await gcsim(['watch', './prog'], io);
    expect(atSecond).toBe(odd.length);
    expect(Buffer.concat(seen).subarray(0, 4)).toEqual(Buffer.from(odd));
  });

  test.each([0, 1, 3, 137])('ends with %i, and so does watch', async (code) => {
    const { io } = stage({ code });
    expect((await gcsim(['watch', './prog'], io)).code).toBe(code);
  });

  test('without a gc line: a note, and its exit code', async () => {
    const cwd = temporaryFolder();
    const { io } = stage({ stderr: bytesOf('no newline'), code: 4 }, { cwd });
    const { code, stderr } = await gcsim(['watch', '--json', 'a.json', './prog'], io);
    expect(code).toBe(4);
    expect(stderr).toMatch(
      /^no newline\n\ngcsim: It printed no gc line\. Is it a Go program, was GODEBUG handed on/,
    );
    expect(stderr).toContain('The files that were asked for are not written.');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('files are written when it ends', async () => {
    const cwd = temporaryFolder();
    const files = ['--csv', 'a.csv', '--json', 'a.json', '--markdown', 'a.md'];
    const { io } = stage({ code: 1 }, { cwd });
    expect((await gcsim(['watch', ...files, './prog'], io)).code).toBe(1);
    expect(readdirSync(cwd).sort()).toEqual(['a.csv', 'a.json', 'a.md']);
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8')).cycles).toHaveLength(10);
  });

  test.each([
    ['ENOENT', 'nope', 127, 'cannot run "nope": there is no such program in PATH\n'],
    ['ENOENT', './nope', 127, 'cannot run "./nope": there is no such file\n'],
    [
      'ENOENT',
      './there',
      127,
      'cannot run "./there": the interpreter that its first line names is not there\n',
    ],
    ['ENOENT', 'there', 127, 'there is no such program in PATH\n  hint: did you mean ./there?\n'],
    ['EACCES', './there', 126, 'cannot run "./there": permission denied\n'],
    ['E2BIG', './there', 126, 'cannot run "./there": '],
  ])('%s for %s: %i', async (reason, word, expected, message) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'there'), '');
    const startProgram = () => Promise.reject(Object.assign(new Error(reason), { code: reason }));
    const { code, stderr } = await gcsim(['watch', word], { cwd, startProgram });
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });
});

describe('signals', () => {
  /** A program that goes on until it is told to end, or until its terminal is. */
  async function watched(signals: StopSignal[], hasTerminal: boolean) {
    let end: (code: number) => void = () => {};
    const code = new Promise<number>((resolve) => {
      end = resolve;
    });
    async function* lines() {
      yield* bytesOf(log);
      for (const signal of signals) stageSet.send(signal);
      end(5);
    }
    const stageSet = stage({ stderr: lines(), code }, { hasTerminal: () => hasTerminal });
    const captured = await gcsim(['watch', './prog'], stageSet.io);
    return { ...captured, signals: stageSet.told.signals };
  }

  test('Ctrl-C on a terminal: the program has it already; the analysis is printed', async () => {
    const { code, stderr, signals } = await watched(['SIGINT'], true);
    expect({ code, signals }).toEqual({ code: 5, signals: [] });
    expect(stderr).toContain('10 collections');
  });

  test.each([
    ['SIGINT', false],
    ['SIGTERM', true],
    ['SIGHUP', true],
  ] as const)('%s is passed on', async (signal, hasTerminal) => {
    const { code, stderr, signals } = await watched([signal], hasTerminal);
    expect({ code, signals }).toEqual({ code: 5, signals: [signal] });
    expect(stderr).toContain('10 collections');
  });

  test('what the program left behind in the background is watched until a signal comes', async () => {
    async function* forever(): AsyncGenerator<Uint8Array> {
      yield* bytesOf(log);
      setTimeout(() => stageSet.send('SIGINT'), 10);
      await new Promise(() => {});
    }
    const stageSet = stage({ stderr: forever(), code: 6 });
    const { code, stderr } = await gcsim(['watch', './prog'], stageSet.io);
    expect(code).toBe(6);
    expect(stderr).toContain('10 collections');
    expect(stageSet.told.signals).toEqual([]);
  });
});

describe('a stream', () => {
  test('goes to standard output as it is, the analysis to standard error', async () => {
    const { code, stdout, stderr } = await gcsim(['watch', '-'], { stdin: log });
    expect({ code, stdout }).toEqual({ code: 0, stdout: log });
    expect(stderr).toMatch(/^\nstandard input · Go 1\.9 · 4 procs · /);
  });

  test('of several processes: one of them', async () => {
    const line = (n: number) =>
      `gc ${n} @${n}.000s 1%: 0+1.0+0 ms clock, 0+0/1.0/0+0 ms cpu, 4->4->2 MB, 5 MB goal, 4 P`;
    const stdin = `a | ${line(1)}\nb | ${line(1)}\na | ${line(2)}\n`;
    const { stdout, stderr } = await gcsim(['watch', '--process', '1', '-'], { stdin });
    expect(stdout).toBe(stdin);
    expect(stderr).toContain('2 collections');
    expect(stderr).toContain('1 other process is left out.');
    const named = await gcsim(['watch', '--process', 'b', '-'], { stdin });
    expect(named.stderr).toContain('1 collection · ');
  });

  test('without a gc line', async () => {
    const { code, stdout, stderr } = await gcsim(['watch', '-'], { stdin: 'hello\n' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hello\n' });
    expect(stderr).toMatch(/gcsim: There was no gc line in it\. .* 2>&1\n$/);
  });

  test('Ctrl-C: what still comes is waited for; a second one: not', async () => {
    const stageSet = stage({});
    async function* ending() {
      yield log.slice(0, 2000);
      stageSet.send('SIGINT');
      yield log.slice(2000);
    }
    const waited = await gcsim(['watch', '-'], { ...stageSet.io, stdin: ending() });
    expect({ code: waited.code, stdout: waited.stdout }).toEqual({ code: 130, stdout: log });
    expect(waited.stderr).toContain('10 collections');
    async function* stuck() {
      yield log;
      stageSet.send('SIGINT');
      setTimeout(() => stageSet.send('SIGINT'), 10);
      await new Promise(() => {});
    }
    const { code, stderr } = await gcsim(['watch', '-'], { ...stageSet.io, stdin: stuck() });
    expect(code).toBe(130);
    expect(stderr).toContain('10 collections');
  });

  test('that cannot be read', async () => {
    async function* broken(): AsyncGenerator<string> {
      yield 'x\n';
      throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    }
    const { code, stderr } = await gcsim(['watch', '-'], { stdin: broken() });
    expect(code).toBe(2);
    expect(stderr).toBe('error: cannot read what is watched: it is a folder\n');
  });
});

describe('the command line is wrong', () => {
  test.each([
    [[], 'no program to watch\n  hint: gcsim watch -- ./program'],
    [['--'], 'no program to watch'],
    [['-', 'x'], '"-" stands for standard input, and nothing goes with it; found "x" as well'],
    [
      ['--csv', '-', './prog'],
      '--csv cannot have standard output, which belongs to what is watched',
    ],
    [['--top', 'x', './prog'], '--top must be a whole number'],
    [['--jsn', 'x', './prog'], 'gcsim watch has no option --jsn\n  hint: did you mean --json?'],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await gcsim(['watch', ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${message}`);
  });
});

describe('GODEBUG', () => {
  test.each([
    [undefined, 'gctrace=1'],
    ['', 'gctrace=1'],
    ['gctrace=0', 'gctrace=1'],
    ['gctrace=2', 'gctrace=2'],
    ['gctrace=1,madvdontneed=1', 'gctrace=1,madvdontneed=1'],
    ['gctrace=0,scavtrace=1', 'scavtrace=1,gctrace=1'],
    ['gctrace=1,gctrace=0', 'gctrace=1'],
    ['gctrace=x', 'gctrace=1'],
    ['xgctrace=1', 'xgctrace=1,gctrace=1'],
  ])('%j becomes %j', (before, after) => {
    expect(withGctrace(before)).toBe(after);
  });
});

describe('the status line', () => {
  function terminal(rows = 24) {
    const sink = Object.assign(new Sink(), { isTTY: true, columns: 80, rows });
    let ms = 0;
    let waiting: (() => void) | undefined;
    const io: Pick<Io, 'nowMs' | 'later'> = {
      nowMs: () => ms,
      later: (wait, listener) => {
        waiting = () => {
          ms += wait;
          waiting = undefined;
          listener();
        };
        return () => {
          waiting = undefined;
        };
      },
    };
    const line = new StatusLine(new TextOutput(sink, 'standard error'), io);
    return { sink, line, pass: (by: number) => (ms += by), elapse: () => waiting?.() };
  }

  test('takes the last row, writes into it, and gives it back', () => {
    const { sink, line } = terminal();
    line.update(() => 'one');
    expect(sink.text).toBe(
      '\u001bD\u001b[1A\u001b7\u001b[1;23r\u001b8' + '\u001b7\u001b[24;1H\u001b[2Kone\u001b8',
    );
    sink.text = '';
    line.clear();
    expect(sink.text).toBe('\u001b7\u001b[r\u001b[24;1H\u001b[2K\u001b8');
    line.clear();
    expect(sink.text).toBe('\u001b7\u001b[r\u001b[24;1H\u001b[2K\u001b8');
  });

  test('is drawn ten times a second at most, and what came last is drawn', () => {
    const { sink, line, pass, elapse } = terminal();
    line.update(() => 'one');
    sink.text = '';
    pass(30);
    line.update(() => 'two');
    line.update(() => 'three');
    expect(sink.text).toBe('');
    elapse();
    expect(sink.text).toBe('\u001b7\u001b[24;1H\u001b[2Kthree\u001b8');
    sink.text = '';
    pass(100);
    line.update(() => 'four');
    expect(sink.text).toContain('four');
  });

  test('goes with the terminal when that changes its size, and fits it', () => {
    const { sink, line, pass } = terminal();
    line.update(() => 'one');
    Object.assign(sink, { text: '', rows: 30, columns: 5 });
    pass(100);
    line.update(() => 'a long status');
    expect(sink.text).toContain('\u001b[24;1H\u001b[2K');
    expect(sink.text).toContain('\u001b[1;29r');
    expect(sink.text).toContain('\u001b[30;1H\u001b[2Ka lo\u001b8');
  });

  test('is not shown where there is no room', () => {
    const { sink, line } = terminal(3);
    line.update(() => 'one');
    line.clear();
    expect(sink.text).toBe('');
  });

  test.each([
    ['a terminal', { env: {} }, [], true],
    ['a dumb terminal', { env: { TERM: 'dumb' } }, [], false],
    ['--no-status', { env: {} }, ['--no-status'], false],
  ])('of a program on %s', async (_, options, argv, isShown) => {
    const stderr = Object.assign(new Sink(), { isTTY: true, columns: 100, rows: 24 });
    const { io } = stage({}, { stderr, ...options });
    await gcsim(['watch', '--no-color', ...argv, './prog'], io);
    const status =
      '10 collections · live 53 MiB, goal 106 MiB · GC 3 % of CPU · last pause 150 µs\u001b8';
    expect(stderr.text.includes(status)).toBe(isShown);
    // It is gone before the report comes.
    expect(stderr.text.lastIndexOf('\u001b')).toBeLessThan(stderr.text.indexOf('./prog · '));
  });

  test.each([
    [1, '\u001b[2K1 collection · live 2 MiB'],
    [7, '\u001b[2Kgc 7, 1 collection · live 2 MiB'],
  ])('of a first collection, #%i', async (n, status) => {
    const stderr = Object.assign(new Sink(), { isTTY: true, columns: 100, rows: 24 });
    const line = `gc ${n} @1.000s 1%: 0+1.0+0 ms clock, 0+0/1.0/0+0 ms cpu, 4->4->2 MB, 5 MB goal, 4 P\n`;
    const { io } = stage({ stderr: bytesOf(line) }, { stderr, env: {} });
    await gcsim(['watch', '--no-color', './prog'], io);
    expect(stderr.text).toContain(status);
  });
});

describe('real programs', () => {
  beforeAll(build);

  /** A folder with a program: what it is to do, in JavaScript. `log` is the log's path. */
  function programme(source: string): { cwd: string; words: string[] } {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'gc.log'), log);
    writeFileSync(
      join(cwd, 'prog.mjs'),
      `import { readFileSync } from 'node:fs';\nconst log = readFileSync(new URL('gc.log', import.meta.url));\n${source}\n`,
    );
    return { cwd, words: [process.execPath, 'prog.mjs'] };
  }

  test('what it prints, its input and its exit code are its own', async () => {
    const { cwd, words } = programme(`
      process.stdout.write(process.env.GODEBUG + ' ' + process.argv.slice(2) + ' ' + readFileSync(0));
      process.stderr.write(log);
      process.exitCode = 9;
    `);
    const env = { GODEBUG: 'gctrace=0' };
    const { code, stdout, stderr } = await start(['watch', ...words, '-x', '--json'], {
      cwd,
      env,
      stdin: 'in',
    }).done;
    expect({ code, stdout }).toEqual({ code: 9, stdout: 'gctrace=1 -x,--json in' });
    expect(stderr.startsWith(`${log}\n`)).toBe(true);
    expect(stderr).toContain('10 collections');
  });

  test('much output comes through whole', async () => {
    const { cwd, words } = programme(
      'for (let i = 0; i < 400; i++) process.stderr.write(Buffer.alloc(9999, 65 + (i % 26)));',
    );
    const { code, stderr } = await start(['watch', '--', ...words], { cwd }).done;
    expect(code).toBe(0);
    const expected = Array.from({ length: 400 }, (_, i) =>
      String.fromCharCode(65 + (i % 26)).repeat(9999),
    ).join('');
    expect(stderr.slice(0, expected.length) === expected).toBe(true);
    expect(stderr.slice(expected.length)).toMatch(/^\n\ngcsim: It printed no gc line/);
  });

  test('there is none', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'folder'));
    expect(await start(['watch', 'gcsim-no-such-program'], { cwd }).done).toMatchObject({
      code: 127,
    });
    const folder = await start(['watch', './folder'], { cwd }).done;
    expect(folder.code).toBe(126);
    expect(folder.stderr).toBe('error: cannot run "./folder": permission denied\n');
  });

  testSignals('a script without the right to run: 126', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'prog'), '#!/bin/sh\n');
    chmodSync(join(cwd, 'prog'), 0o644);
    expect(await start(['watch', './prog'], { cwd }).done).toMatchObject({ code: 126 });
  });

  testSignals('one that a signal ends: 128 and its number', async () => {
    const { cwd, words } = programme(
      "process.stderr.write(log, () => process.kill(process.pid, 'SIGKILL'));",
    );
    const { code, stderr } = await start(['watch', ...words], { cwd }).done;
    expect(code).toBe(137);
    expect(stderr).toContain('10 collections');
  });

  testSignals.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s reaches it, it ends in its own way, and the analysis is printed',
    async (signal) => {
      const { cwd, words } = programme(`
        process.on('${signal}', () => {
          process.stderr.write('bye\\n');
          process.exitCode = 7;
          clearInterval(timer);
        });
        const timer = setInterval(() => {}, 1000);
        process.stderr.write(log);
      `);
      // A session of its own: without a terminal, so that the signal is for us to pass on.
      const { child, done } = start(['watch', '--csv', 'a.csv', ...words], { cwd, detached: true });
      await new Promise((resolve) => child.stderr?.once('data', resolve));
      child.kill(signal);
      const { code, stderr } = await done;
      expect(code).toBe(7);
      expect(stderr).toContain(`${log}bye\n\n`);
      expect(stderr).toContain('10 collections');
      expect(readFileSync(join(cwd, 'a.csv'), 'utf8').trimEnd().split('\r\n')).toHaveLength(11);
    },
  );

  test('nobody reads any more: it is told so', async () => {
    const { cwd, words } = programme(`
      process.stderr.on('error', () => process.exit(8));
      setInterval(() => process.stderr.write(log), 1);
    `);
    const { child, done } = start(['watch', ...words], { cwd });
    child.stderr?.once('data', () => child.stderr?.destroy());
    expect((await done).code).toBe(8);
  });

  testSignals('a stream that Ctrl-C ends: the analysis, and 130', async () => {
    const { child, done } = start(['watch', '-'], { keepStdin: true });
    child.stdin?.write(log);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await done;
    expect({ code, stdout }).toEqual({ code: 143, stdout: log });
    expect(stderr).toContain('10 collections');
  });
});
