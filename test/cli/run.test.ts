/** `gcsim run` in this process: what goes where, what is refused. The figures themselves are others' to test. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { projectRoot } from '../support/tree.ts';
import { captureIo, gcsim, golden, Sink, temporaryFolder } from './capture.ts';

const testEndlessFile = test.skipIf(!existsSync('/dev/zero')); // Only Unix has one at hand.

/** A gc line of 1.6 to 1.17. */
const line16 =
  /^gc \d+ @\d+\.\d{3}s \d+%: \S+\+\S+\+\S+ ms clock, \S+\+\S+\/\S+\/\S+\+\S+ ms cpu, \d+->\d+->\d+ MB, \d+ MB goal, \d+ P( \(forced\))?$/;
/** A gc line of 1.5: five phases. */
const line15 =
  /^gc \d+ @\d+\.\d{3}s \d+%: (\S+\+){4}\S+ ms clock, (\S+\+){3}\S+\/\S+\/\S+\+\S+ ms cpu, \d+->\d+->\d+ MB, \d+ MB goal, \d+ P( \(forced\))?$/;

const short = ['run', 'init1', '--cycles', '3'];

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

describe('what goes where', () => {
  test('a gctrace line for each collection on standard error, the report on standard output', async () => {
    const { code, stdout, stderr } = await golden('run-init1', ['run', 'init1', '--cycles', '20']);
    expect(code).toBe(0);
    expect(linesOf(stderr)).toHaveLength(20);
    for (const line of linesOf(stderr)) expect(line).toMatch(line16);
    expect(stdout).toMatch(/^init1 · Go 1\.9 · 4 procs on 4 cores · GOGC 100 · seed 1 /);
    expect(stdout).toContain('20 collections in ');
    expect(stdout).toMatch(/\nGC bytes from system +workbuf freeing on +off +change\n/);
  });

  test('init1 is what is run where nothing is asked for', async () => {
    const [named, unnamed] = [await gcsim(short), await gcsim(['run', '--cycles', '3'])];
    expect(unnamed).toEqual(named);
  });

  test('lines are those of the release', async () => {
    const { stderr } = await gcsim([...short, '--go', '1.5']);
    for (const line of linesOf(stderr)) expect(line).toMatch(line15);
    expect(linesOf(stderr)).toHaveLength(3);
  });

  test('--gcpacertrace adds the lines of the pacer', async () => {
    const { stderr } = await gcsim([...short, '--gcpacertrace']);
    expect(stderr).toMatch(
      /^pacer: assist ratio=\+\d\.\d{6}e[+-]\d{3} \(scan \d+ MB in \d+->\d+ MB\) workers=/m,
    );
    expect(stderr).toMatch(/^pacer: H_m_prev=\d+ /m);
    expect(linesOf(stderr).filter((line) => line16.test(line))).toHaveLength(3);
  });

  test('--quiet: no lines', async () => {
    const [loud, quiet] = [await gcsim(short), await gcsim([...short, '--quiet'])];
    expect(quiet).toEqual({ ...loud, stderr: '' });
  });

  test('--json -: nothing but JSON on standard output', async () => {
    const { code, stdout, stderr } = await golden('run-json', [
      'run',
      '--cycles',
      '2',
      '--json',
      '-',
    ]);
    expect(code).toBe(0);
    const json = JSON.parse(stdout);
    expect(Object.keys(json)).toEqual(['schemaVersion', 'run', 'cycles', 'summary', 'contrast']);
    expect(json.run).toMatchObject({ workload: 'init1', release: '1.9', procs: 4, seed: 1 });
    expect(json.cycles).toHaveLength(2);
    const sides = json.contrast.map(
      ({ mechanism, choice }: { mechanism: string; choice: string }) => [mechanism, choice],
    );
    expect(sides).toEqual([
      ['workbuf-freeing', 'on'],
      ['workbuf-freeing', 'off'],
    ]);
    expect(linesOf(stderr)).toHaveLength(2);
  });

  test('--csv -: nothing but CSV on standard output', async () => {
    const { code, stdout } = await golden('run-csv', [...short, '--csv', '-', '--quiet']);
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\r\n')
      .map((row) => row.split(','));
    expect(rows).toHaveLength(4);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(rows[0]?.[0]).toBe('cycle');
  });

  test('--gctrace -: nothing but the lines, on standard output instead', async () => {
    const usual = await gcsim(short);
    expect(await gcsim([...short, '--gctrace', '-'])).toEqual({
      code: 0,
      stdout: usual.stderr,
      stderr: '',
    });
  });

  test('files hold what standard output would have, beside the report', async () => {
    const cwd = temporaryFolder();
    const files = ['--json', 'a.json', '--csv', 'a.csv', '--gctrace', 'a.log'];
    const usual = await gcsim(short);
    expect(await gcsim([...short, ...files], { cwd })).toEqual(usual);
    expect(readdirSync(cwd).sort()).toEqual(['a.csv', 'a.json', 'a.log']);
    const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
    expect(read('a.json')).toBe((await gcsim([...short, '--json', '-'])).stdout);
    expect(read('a.csv')).toBe((await gcsim([...short, '--csv', '-'])).stdout);
    expect(read('a.log')).toBe(usual.stderr);
  });

  test('a file and another output on standard output go together', async () => {
    const cwd = temporaryFolder();
    const { stdout } = await gcsim([...short, '--json', '-', '--csv', 'a.csv'], { cwd });
    expect(JSON.parse(stdout).cycles).toHaveLength(3);
    expect(readFileSync(join(cwd, 'a.csv'), 'utf8')).toMatch(/^cycle,/);
  });

  test('the same twice in one process', async () => {
    const argv = ['run', 'big-slices', '--cycles', '30', '--json', '-'];
    expect(await gcsim(argv)).toEqual(await gcsim(argv));
  });
});

describe('settings', () => {
  const file = `# mine: a file of one's own
name: mine
run: { release: '1.6', procs: 2, gogc: 200, seed: 9 }
kinds:
  node: { size: 64B, pointers: 24B }
goroutines:
  - times: 200000
    steps:
      - alloc: { kind: node, count: 10, keep: latest }
`;

  async function runOf(argv: string[], options: object = {}) {
    const all = ['run', ...argv, '--json', '-', '--quiet'];
    const { stdout } = await gcsim(all, options);
    return JSON.parse(stdout).run;
  }

  test('the file goes before the defaults, the command line before the file', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'mine.yaml'), file);
    expect(await runOf(['mine.yaml'], { cwd })).toMatchObject({
      workload: 'mine',
      release: '1.6',
      procs: 2,
      cores: 2,
      gcPercent: 200,
      seed: 9,
      noise: 0.03,
    });
    const flags = [
      '--go',
      '1.10',
      '--procs',
      '3',
      '--cores',
      '1',
      '--gogc',
      '50',
      '--seed',
      '4',
      '--noise',
      '0',
    ];
    expect(await runOf(['mine.yaml', ...flags], { cwd })).toMatchObject({
      release: '1.10',
      procs: 3,
      cores: 1,
      gcPercent: 50,
      seed: 4,
      noise: 0,
    });
  });

  test('a workload comes from standard input too', async () => {
    expect(await runOf(['-'], { stdin: file })).toMatchObject({ workload: 'mine' });
  });

  test('an existing file needs no ending, and a built-in name goes before it', async () => {
    const cwd = temporaryFolder();
    for (const name of ['mine', 'init1']) writeFileSync(join(cwd, name), file);
    expect(await runOf(['mine'], { cwd })).toMatchObject({ workload: 'mine' });
    expect(await runOf(['./init1'], { cwd })).toMatchObject({ workload: 'mine' });
    expect(await runOf(['init1', '--cycles', '1'], { cwd })).toMatchObject({ workload: 'init1' });
  });

  test('choices of mechanisms are in force', async () => {
    const run = await runOf(['--cycles', '1', '--set', 'bg-credit=off', '--set', 'assist=off']);
    expect(run.mechanisms).toMatchObject({ 'bg-credit': 'off', assist: 'off' });
  });

  test('a choice that is the release’s own is said to change nothing', async () => {
    const argv = [...short, '--set', 'assist=queue', '--quiet'];
    const message = 'assist=queue changed nothing: it is the choice of 1.9 anyway.';
    expect((await gcsim(argv)).stdout).toContain(message);
    expect((await gcsim([...argv, '--json', '-'])).stderr).toBe(`warning: ${message}\n`);
  });

  test('--check says that all was checked', async () => {
    const { code, stdout } = await gcsim([...short, '--check', '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toContain('The accounting was checked at each of 3 collections; it balances.');
  });

  test('--duration ends a run', async () => {
    const { stdout } = await gcsim(['run', '--duration', '5ms', '--quiet', '--json', '-']);
    expect(JSON.parse(stdout).summary).toMatchObject({ elapsedNs: 5e6, ended: 'duration' });
  });
});

describe('contrasts', () => {
  test('--contrast runs each choice that is defined', async () => {
    const argv = [...short, '--go', '1.5', '--contrast', 'assist', '--quiet'];
    const { stdout } = await gcsim(argv);
    expect(stdout).toMatch(/\nassist +off +best-effort +sleep-retry +queue\n/);
    const json = JSON.parse((await gcsim([...argv, '--json', '-'])).stdout);
    expect(json.contrast.map(({ choice }: { choice: string }) => choice)).toEqual([
      'off',
      'best-effort',
      'sleep-retry',
      'queue',
    ]);
    expect(json.contrast[2].summary).toEqual(json.summary);
  });

  test('each side is what a run with that choice gives', async () => {
    const argv = [...short, '--go', '1.5', '--quiet', '--json', '-'];
    const { contrast } = JSON.parse((await gcsim([...argv, '--contrast', 'wakeup'])).stdout);
    const set = JSON.parse((await gcsim([...argv, '--set', 'wakeup=note'])).stdout);
    expect(contrast[0]).toEqual({ mechanism: 'wakeup', choice: 'note', summary: set.summary });
  });

  test('workbuf freeing is put side by side on a release that has none, and the report says how', async () => {
    const { stdout } = await gcsim([...short, '--go', '1.6', '--quiet']);
    expect(stdout).toMatch(/workbuf freeing on +off +change/);
    expect(stdout.replace(/\s+/g, ' ')).toContain('In Go 1.6 workbufs do not come from spans;');
  });

  test('--no-contrast runs once', async () => {
    const { stdout } = await gcsim([...short, '--no-contrast', '--quiet', '--json', '-']);
    expect(JSON.parse(stdout).contrast).toEqual([]);
    const report = (await gcsim([...short, '--no-contrast', '--quiet'])).stdout;
    expect(report).not.toContain('change');
  });

  test('a mechanism without a choice is refused, with the reasons', async () => {
    const { code, stderr } = await gcsim(['run', '--contrast', 'wakeup']);
    expect(code).toBe(2);
    expect(stderr).toContain('--contrast wakeup: 1.9 has only one choice, decentralized');
    expect(stderr).toContain('ready: 1.9 has no coordinator goroutine to wake');
  });
});

describe('bad input', () => {
  test.each([
    [
      'workload',
      'run inti1',
      'there is no built-in workload "inti1"',
      'did you mean init1? built in: big-slices,',
    ],
    [
      'file',
      'run none.yaml',
      'cannot read the workload "none.yaml": there is no such file',
      'gcsim workloads lists',
    ],
    [
      'folder as a file',
      'run ./workloads',
      'cannot read the workload "./workloads": it is a folder',
      undefined,
    ],
    ['release', 'run --go 1.99', 'unknown release "1.99"', 'did you mean 1.9?'],
    [
      'mechanism',
      'run --set wakup=note',
      '--set: there is no mechanism "wakup"',
      'did you mean wakeup?',
    ],
    ['choice', 'run --set wakeup=not', '--set: wakeup has no choice "not"', 'did you mean note?'],
    [
      'combination',
      'run --set wakeup=note',
      'wakeup=note is not defined for 1.9',
      '1.9 has no coordinator goroutine to wake',
    ],
    [
      'number',
      'run --procs many',
      '--procs must be a whole number from 1 to 256, found "many"',
      undefined,
    ],
    [
      'contrast',
      'run --contrast wakup',
      '--contrast: there is no mechanism "wakup"',
      'did you mean wakeup?',
    ],
    [
      'folder to write to',
      'run --json none/a.json',
      'cannot write "none/a.json" (--json): its folder does not exist',
      undefined,
    ],
    [
      'two on standard output',
      'run --json - --csv -',
      '--csv and --json ask for standard output, which only one can have',
      'give all but one of them a file',
    ],
    [
      'three on standard output',
      'run --json - --csv - --gctrace -',
      '--csv, --json and --gctrace ask',
      undefined,
    ],
  ])('%s', async (_, line, message, hint) => {
    const { code, stdout, stderr } = await gcsim(line.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${message}`);
    if (hint !== undefined) expect(stderr).toContain(`\n  hint: ${hint}`);
  });

  test('a file with mistakes: each with its place', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'bad.yaml'), 'kinds:\n  node: { size: -5 }\ngorutines: []\n');
    const { code, stdout, stderr } = await gcsim(['run', 'bad.yaml'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^bad\.yaml:2:17: error: .*found -5$/m);
    expect(stderr).toMatch(/^bad\.yaml:3:1: error: .*gorutines/m);
    expect(stderr).toContain('goroutines');
  });

  test('an unknown release in a file: with its place', async () => {
    const { code, stderr } = await gcsim(['run', '-'], { stdin: 'run: { release: "1.99" }\n' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^<stdin>:1:17: error: .*1\.99/m);
  });

  test.each([
    [
      'no text',
      new Uint8Array([0xff, 0xfe, 0x00]),
      'cannot read the workload "<stdin>": it is not UTF-8 text',
    ],
    [
      'endless text',
      'x'.repeat(2 << 20),
      'cannot read the workload "<stdin>": it is larger than 1 MiB',
    ],
    ['nothing', '', '<stdin>'],
  ])('%s on standard input', async (_, stdin, message) => {
    const { code, stderr } = await gcsim(['run', '-'], { stdin });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  testEndlessFile('an endless file', async () => {
    const { code, stderr } = await gcsim(['run', '/dev/zero']);
    expect(code).toBe(2);
    expect(stderr).toContain('it is larger than 1 MiB');
  });

  const node = 'kinds: { n: { size: 64B, pointers: 8B } }\n';
  const aliases = ['b', 'c', 'd', 'e', 'f', 'g'].map((name, i) => {
    const before = `*${'abcdef'[i]}`;
    return `${name}: &${name} [${Array(9).fill(before).join(', ')}]\n`;
  });

  test.each([
    ['never allocates', `${node}goroutines: [{ times: 3, steps: [sleep: 1ms] }]\n`],
    ['never ends', `${node}goroutines: [{ steps: [alloc: { kind: n }] }]\n`],
    [
      'objects would be live, the model holds at most',
      `${node}structures: { l: { shape: list, kind: n, length: 1000000, count: 100000 } }\n`,
    ],
    ['the aliases stand for more than', `a: &a [x, x, x]\n${aliases.join('')}`],
  ])('a workload that cannot be run: %s', async (message, stdin) => {
    const { code, stdout, stderr } = await gcsim(['run', '-'], { stdin });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^<stdin>:\d+:\d+: error: /);
    expect(stderr).toContain(message);
  });

  test('an endless workload runs for the duration that the command line gives', async () => {
    const text = readFileSync(join(projectRoot, 'workloads', 'steady.yaml'), 'utf8');
    const stdin = text.replace(/^ +for: .*\n/m, '');
    expect((await gcsim(['run', '-'], { stdin })).stderr).toContain('never ends');
    const { code, stdout } = await gcsim(['run', '-', '--duration', '20ms'], { stdin });
    expect(code).toBe(0);
    expect(stdout).toContain('in 20 ms');
  });

  test('a workload that outgrows the model while it runs: 2, and no file', async () => {
    const cwd = temporaryFolder();
    const stdin = `${node}goroutines: [{ for: 1h, steps: [alloc: { kind: n, count: 9999, keep: all }] }]\n`;
    const argv = ['run', '-', '--gogc', 'off', '--csv', 'a.csv'];
    const { code, stderr } = await gcsim(argv, { cwd, stdin });
    expect(code).toBe(2);
    expect(stderr).toContain('error: the workload needs more memory than the model holds');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('two outputs in one file, and the workload’s own file', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'sub'));
    const workload = readFileSync(join(projectRoot, 'workloads', 'init1.yaml'), 'utf8');
    writeFileSync(join(cwd, 'my.yaml'), workload);
    const twice = await gcsim(['run', '--json', 'a', '--csv', 'sub/../a'], { cwd });
    expect(twice.code).toBe(2);
    expect(twice.stderr).toContain('cannot write "a" (--json): it is the file of --csv');
    const over = await gcsim(['run', 'my.yaml', '--json', './my.yaml'], { cwd });
    expect(over.code).toBe(2);
    expect(over.stderr).toContain(
      'cannot write "./my.yaml" (--json): it is the file of the workload',
    );
    expect(readdirSync(cwd).sort()).toEqual(['my.yaml', 'sub']);
    expect(readFileSync(join(cwd, 'my.yaml'), 'utf8')).toBe(workload);
  });

  test('an output that cannot be written is found before the run starts', async () => {
    const cwd = temporaryFolder();
    const argv = ['run', '--csv', 'a.csv', '--json', 'none/a.json'];
    const { stderr } = await gcsim(argv, { cwd });
    expect(stderr).not.toContain('gc 1 @');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('a run that fails on its way leaves no file', async () => {
    const cwd = temporaryFolder();
    let calls = 0;
    const turn = async () => {
      if (++calls === 2) throw new Error('no more turns');
    };
    const argv = ['run', 'init1-long', '--csv', 'a.csv', '--json', '-'];
    const { code, stdout } = await gcsim(argv, { cwd, turn });
    expect(code).toBe(3);
    expect(readdirSync(cwd)).toEqual([]);
    expect(stdout.endsWith('}\n')).toBe(true);
  });
});

describe('a terminal', () => {
  function aTerminal(columns: number): Sink {
    const stream = new Sink();
    stream.isTTY = true;
    stream.columns = columns;
    return stream;
  }

  test.each([50, 60, 80, 100, 200])('of %i columns: no line is longer', async (columns) => {
    const stdout = aTerminal(columns);
    await main([...short, '--no-color'], captureIo({ stdout }));
    for (const line of linesOf(stdout.text)) expect(line.length, line).toBeLessThanOrEqual(columns);
  });

  test('shows the report apart from the lines; in a pipe there is nothing between', async () => {
    const stderr = aTerminal(100);
    await main(short, captureIo({ stdout: aTerminal(100), stderr }));
    expect(stderr.text).toMatch(/ 4 P\n\n$/);
    expect((await gcsim(short)).stderr).toMatch(/ 4 P\n$/);
  });

  test('has colours, unless they are not wanted', async () => {
    const colours = async (argv: string[], env: Record<string, string>) => {
      const stdout = aTerminal(100);
      await main([...short, ...argv], captureIo({ stdout, env }));
      return stdout.text.includes('\u001b[');
    };
    expect(await colours([], {})).toBe(true);
    expect(await colours([], { NO_COLOR: '1' })).toBe(false);
    expect(await colours(['--no-color'], {})).toBe(false);
  });

  test('shows progress of a long run, and nothing of it stays', async () => {
    const stderr = aTerminal(100);
    let ms = 0;
    // Each look at the clock takes 100 ms.
    const nowMs = () => {
      ms += 100;
      return ms;
    };
    const io = captureIo({ stderr, nowMs });
    await main(['run', 'long-list', '--quiet'], io);
    expect(stderr.text).toBe('');
    const loud = aTerminal(100);
    await main(['run', 'long-list'], captureIo({ stderr: loud, nowMs }));
    const pieces = loud.text.split('\r\u001b[K');
    const progress = /^long-list.* simulated · \d+ collections?$/;
    expect(pieces.filter((piece) => progress.test(piece)).length).toBeGreaterThan(0);
    const shown = pieces.filter((piece) => !progress.test(piece)).join('');
    for (const line of linesOf(shown)) expect(line).toMatch(line16);
  });

  test('elsewhere there is no progress', async () => {
    let ms = 0;
    const nowMs = () => {
      ms += 100;
      return ms;
    };
    const { stderr } = await gcsim(['run', 'long-list'], { nowMs });
    for (const line of linesOf(stderr)) expect(line).toMatch(line16);
  });
});

describe('signals and readers', () => {
  /** Sends a signal as soon as the run has been given its first turn. */
  function interrupted(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    let send = (_: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {};
    return {
      onStop(listener: typeof send) {
        send = listener;
        return () => {};
      },
      async turn() {
        send(signal);
      },
    };
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends with %i, whole lines and no files', async (signal, expected) => {
    const cwd = temporaryFolder();
    const argv = ['run', 'init1-long', '--csv', 'a.csv', '--json', '-'];
    const { code, stdout, stderr } = await gcsim(argv, { cwd, ...interrupted(signal) });
    expect(code).toBe(expected);
    expect(readdirSync(cwd)).toEqual([]);
    expect(stdout).toMatch(/\}\n$/);
    for (const line of linesOf(stderr)) expect(line).toMatch(line16);
  });

  /** A stream whose reader goes away after so many characters. */
  class Head extends Sink {
    #left: number;
    constructor(characters: number) {
      super();
      this.#left = characters;
    }
    override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error) => void): void {
      this.#left -= chunk.length;
      if (this.#left >= 0) super._write(chunk, encoding, done);
      else done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    }
  }

  test('gcsim run | head ends quietly', async () => {
    const io = captureIo({ stdout: new Head(10) });
    expect(await main(short, io)).toBe(0);
    expect(linesOf(io.stderr.text)).toHaveLength(3);
  });

  test('gcsim run 2>&1 | head ends quietly, and soon', async () => {
    const stderr = new Head(1000);
    let turns = 0;
    const turn = async () => {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    };
    const io = captureIo({ stderr, sameOutput: true, turn });
    expect(await main(['run', 'init1-long'], io)).toBe(0);
    expect(io.stdout.text).toBe('');
    expect(turns).toBe(1);
  });

  test('the report is there where only standard error has no reader', async () => {
    const io = captureIo({ stderr: new Head(10) });
    expect(await main(short, io)).toBe(0);
    expect(io.stdout.text).toContain('GC bytes from system');
  });

  test('files are written, whoever reads', async () => {
    const cwd = temporaryFolder();
    const io = captureIo({ cwd, stdout: new Head(0), stderr: new Head(0), sameOutput: true });
    expect(await main([...short, '--json', 'a.json'], io)).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8')).cycles).toHaveLength(3);
  });

  test('a full disk under standard output is said, with 2', async () => {
    const stdout = new Sink();
    stdout._write = (_chunk, _encoding, done: (error?: Error) => void) =>
      done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
    const io = captureIo({ stdout });
    expect(await main([...short, '--quiet'], io)).toBe(2);
    expect(io.stderr.text).toBe(
      'error: cannot write to standard output: no space left on the device\n',
    );
  });
});
