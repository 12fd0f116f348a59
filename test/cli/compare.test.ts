/** `gcsim compare`: what is taken for a sample, what comes of it, what is refused. */
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../support/tree.ts';
import { type Captured, gcsim, temporaryFolder } from './capture.ts';

const logs = join(projectRoot, 'test', 'conformance');
/** One program, on 2 procs and on 1. */
const assist = join(logs, '1.19', 'tree-assist.log');
const oneProc = join(logs, '1.19', 'tree-p1.log');

/** A program that is over soon: about thirty collections. */
const small = `# small
name: small
kinds: { node: { size: 64B, pointers: 24B } }
goroutines:
  - count: 2
    times: 2000
    steps: [alloc: { kind: node, count: 256, keep: latest }]
`;

function folderWith(files: Record<string, string | Uint8Array>): string {
  const cwd = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  return cwd;
}

async function json(argv: string[], cwd = projectRoot) {
  const captured = await gcsim(['compare', '--json', '-', ...argv], { cwd });
  expect(captured.stderr).not.toContain('error:');
  return JSON.parse(captured.stdout) as {
    base: { name: string; samples: number };
    head: { name: string; samples: number };
    rows: { metric: string; verdict: string; change?: number; p?: number; note?: string }[];
    warnings: string[];
  };
}

async function refused(argv: string[], cwd = projectRoot): Promise<string> {
  const { code, stdout, stderr } = await gcsim(['compare', ...argv], { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  return stderr;
}

describe('mechanisms', () => {
  test('workbuf freeing gives memory back after a peak, and the table says no more than that', async () => {
    // A tenth of the peak and two seconds of what follows: twenty runs of the whole take a minute.
    const peak2 = readFileSync(join(projectRoot, 'workloads', 'peak2.yaml'), 'utf8')
      .replace('length: 1024000', 'length: 102400')
      .replace('length: 51200', 'length: 5120')
      .replace('for: 12s', 'for: 2s');
    const cwd = folderWith({ 'peak2.yaml': peak2 });
    const { rows, base, head } = await json(
      ['peak2.yaml', '--set', 'workbuf-freeing=off', '--', '--set', 'workbuf-freeing=on'],
      cwd,
    );
    expect(base).toEqual({ name: expect.stringContaining('workbuf-freeing=off'), samples: 10 });
    expect(head.samples).toBe(10);
    const verdicts = new Map(rows.map((row) => [row.metric, row]));
    for (const metric of ['gcSys.peak', 'gcSys.final', 'gcSys.average']) {
      const row = verdicts.get(metric);
      expect(row).toMatchObject({ verdict: 'better' });
      expect(row?.p).toBeLessThan(0.001);
    }
    expect(verdicts.get('gcSys.final')?.change).toBeLessThan(-0.3);
    // What a change needs to be one: a p below 0.05.
    for (const { verdict, p = 1 } of rows) expect(verdict === 'same' || p < 0.05).toBe(true);
    expect(verdicts.get('heap.liveMax')).toMatchObject({ verdict: 'same' });
    // The programs run for as long: what they allocate in that time differs by chance.
    expect(Math.abs(verdicts.get('allocation.total')?.change ?? 0)).toBeLessThan(0.001);
  });

  test('the same on both sides: no change in any row', async () => {
    const { rows } = await json(['init1', '--cycles', '30', '--', 'init1', '--cycles', '30']);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ verdict }) => verdict !== 'same')).toEqual([]);
  });

  test('a head with inputs of its own takes no options from the base', async () => {
    const cwd = folderWith({ 'small.yaml': small });
    const argv = ['small.yaml', '--procs', '2', '--seeds', '2', '--', 'small.yaml'];
    const { base, head, warnings } = await json(argv, cwd);
    expect([base.name, head.name]).toEqual([
      'small · Go 1.9 · 2 procs',
      'small · Go 1.9 · 4 procs',
    ]);
    expect(warnings.join('\n')).toContain('GOMAXPROCS');
  });

  test('one without takes those of the base, its own going before', async () => {
    const cwd = folderWith({ 'small.yaml': small });
    const options = ['--procs', '2', '--set', 'workbuf-freeing=off', '--gogc', '50'];
    const behind = ['--set', 'workbuf-freeing=on', '--gogc', '200', '--seeds', '3'];
    const argv = ['small.yaml', ...options, '--', ...behind, '--duration', '1s'];
    const { base, head } = await json(argv, cwd);
    expect(base.name).toBe('small · Go 1.9 · 2 procs · GOGC 50 · workbuf-freeing=off');
    expect(head.name).toBe('small · Go 1.9 · 2 procs · GOGC 200 · at most 1 s');
    expect(head.samples).toBe(3);
  });
});

describe('logs', () => {
  test('two logs: a table with the change of every figure, and why none is significant', async () => {
    const { code, stdout, stderr } = await gcsim(['compare', oneProc, '--', assist]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^pause\.max +61 µs +48 ms +~/m);
    expect(stdout).toContain('GOMAXPROCS: base has 1, head has 2');
    expect(stdout).toContain('needs at least 4 samples a side');
    expect(stdout).not.toContain('gcSys');
  });

  const traces = join(projectRoot, '..', 'shared', 'traces');
  const [gogc25, gogc100] = ['tree-gogc25', 'tree-assist'].map((name) =>
    join(traces, `gen-go119-${name}.log`),
  );
  const testTraces = test.runIf(gogc25 !== undefined && existsSync(gogc25)); // They stand beside the project, where they do.
  testTraces('GOGC 25 beside GOGC 100: more collections, a smaller heap, more GC CPU', async () => {
    const argv = ['compare', gogc25 ?? '', '--', gogc100 ?? '', '--csv', '-'];
    const { code, stdout } = await gcsim(argv);
    expect(code).toBe(0);
    const rows = stdout.split('\n').map((line) => line.split(','));
    const column = (name: string): number => rows[0]?.indexOf(name) ?? -1;
    const medians = new Map(
      rows.map((row) => [
        row[column('metric')],
        [Number(row[column('base_median')]), Number(row[column('head_median')])],
      ]),
    );
    for (const metric of ['collections', 'gcCpu', 'assist.share']) {
      const [base = 0, head = 0] = medians.get(metric) ?? [];
      expect(base, metric).toBeGreaterThan(head);
    }
    const [base = 0, head = 0] = medians.get('heap.goal') ?? [];
    expect(base).toBeLessThan(head / 2);
  });

  test('gzip, standard input, and JSON of a log are the log itself', async () => {
    const text = readFileSync(assist);
    const cwd = folderWith({ 'a.log.gz': gzipSync(text) });
    const analysed = await gcsim(['analyze', assist, '--json', '-']);
    writeFileSync(join(cwd, 'a.json'), analysed.stdout);
    // Other tools write it on one line, and in an order of their own.
    const { log, ...rest } = JSON.parse(analysed.stdout) as Record<string, unknown>;
    writeFileSync(join(cwd, 'b.json'), `${JSON.stringify({ ...rest, log })}\n`);
    const argv = ['compare', 'a.log.gz', '-', '--', 'a.json', 'b.json', '--json', '-'];
    const { code, stdout } = await gcsim(argv, { cwd, stdin: text });
    expect(code).toBe(0);
    const { rows, warnings, base } = JSON.parse(stdout) as Awaited<ReturnType<typeof json>>;
    expect(base.name).toBe('a.log.gz, standard input');
    expect(rows.length).toBeGreaterThan(25);
    for (const { note, change } of rows) {
      expect({ note, change }).toEqual({ note: 'all values are equal', change: 0 });
    }
    expect(warnings.join('\n')).not.toContain('differ');
  });

  test('one file is one sample, however it is named', async () => {
    const files = { 'a.log': readFileSync(assist), 'b.log': readFileSync(oneProc) };
    const cwd = folderWith(files);
    const links = process.platform === 'win32' ? [] : ['link.log'];
    for (const link of links) symlinkSync('a.log', join(cwd, link));
    const warned = async (argv: string[]): Promise<string[]> =>
      (await json(argv, cwd)).warnings.filter((text) => text.includes('independent'));
    const names = ['a.log', './a.log', ...links];
    expect(await warned([...names, '--', 'b.log'])).toEqual([
      `given more than once in base: ${names.join(' = ')}; samples have to be independent`,
    ]);
    expect(await warned(['a.log', '--', join(cwd, 'a.log')])).toEqual([
      `given on both sides: a.log = ${join(cwd, 'a.log')}; samples have to be independent`,
    ]);
    expect(await warned(['a.log', '--', 'b.log'])).toEqual([]);
  });

  test('a log in lines of JSON is a log', async () => {
    const lines = readFileSync(assist, 'utf8').trimEnd().split('\n');
    const wrapped = lines.map((log) => JSON.stringify({ log, stream: 'stderr' })).join('\n');
    const cwd = folderWith({ 'a.json': `${wrapped}\n` });
    const { code, stderr } = await gcsim(['compare', 'a.json', '--', 'a.json'], { cwd });
    // Whatever the reader of logs makes of such lines, it is not refused for being JSON.
    expect({ code, isJson: stderr.includes('it is JSON') }).not.toMatchObject({ isJson: true });
  });
});

describe('JSON of runs', () => {
  test('of one run, and of several seeds, is what the runs themselves are', async () => {
    const cwd = folderWith({ 'small.yaml': small });
    await gcsim(['run', 'small.yaml', '--seeds', '4', '--json', 'four.json'], { cwd });
    await gcsim(['run', 'small.yaml', '--seed', '5', '--quiet', '--json', 'one.json'], { cwd });
    const { rows, head, warnings } = await json(
      ['small.yaml', '--seeds', '5', '--', 'four.json', 'one.json'],
      cwd,
    );
    expect(head).toEqual({ name: 'four.json, one.json', samples: 5 });
    expect(rows.filter(({ change }) => change !== 0)).toEqual([]);
    expect(warnings.filter((text) => text.includes('differ'))).toEqual([]);
    // A file of four runs is four samples, of which each stands there once.
    expect(warnings.filter((text) => text.includes('independent'))).toEqual([]);
    const twice = await json(['four.json', '--', './four.json'], cwd);
    expect(twice.warnings.join('\n')).toContain(
      'given on both sides: four.json, seed 1 = ./four.json, seed 1, four.json, seed 2 = ',
    );
  });

  test.each([
    ['{"schemaVersion": 2, "run": {}', 'begins like JSON of gcsim, but is none'],
    ['{"schemaVersion": 1, "run": {}, "summary": {}}', 'schemaVersion is 1, expected 2'],
    ['{"schemaVersion": 2}', 'neither "run" nor "log"'],
    ['{"schemaVersion": 2, "run": {}}', 'no object "summary"'],
    [
      '{"schemaVersion": 2, "run": {}, "summary": {"collections": "7"}}',
      'must be a number, found "7"',
    ],
    ['{"schemaVersion": 2, "run": {}, "samples": []}', '"samples" are no list'],
    ['{"schemaVersion": 2, "log": {}, "summary": {"collections": 1e999}}', 'must be'],
    ['{"name": "package"}', 'it is JSON, but not of gcsim'],
    ['', '"x.json" is empty'],
    ['hello\nworld\n', 'neither a gctrace log nor JSON of gcsim'],
    ['{ not json\n', 'neither a gctrace log nor JSON of gcsim'],
  ])('%s is refused', async (text, message) => {
    const cwd = folderWith({ 'x.json': text });
    expect(await refused([assist, '--', 'x.json'], cwd)).toContain(message);
  });
});

describe('thresholds', () => {
  const slower = ['init1', '--cycles', '40', '--', '--gogc', '25'];

  async function compared(...argv: string[]): Promise<Captured> {
    return await gcsim(['compare', ...slower, ...argv]);
  }

  test('what is significantly worse by more is named, and the exit code is 1', async () => {
    const { code, stdout, stderr } = await compared('--threshold', '5%');
    expect(code).toBe(1);
    const named = [...stderr.matchAll(/^error: (\S+) is significantly worse by more than 5/gm)];
    expect(named.length).toBeGreaterThan(0);
    for (const [, metric] of named) {
      expect(stdout).toMatch(new RegExp(`^${metric?.replaceAll('.', '\\.')} .*worse$`, 'm'));
    }
  });

  test('without a threshold, and below it, the exit code is 0', async () => {
    expect(await compared()).toMatchObject({ code: 0, stderr: '' });
    expect(await compared('--threshold', '5%', '--metrics', 'heap.liveMax')).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});

describe('a gate that cannot decide', () => {
  /** Six copies of a log each, for significance. */
  const six = (log: string, name: string): Record<string, Uint8Array> =>
    Object.fromEntries([1, 2, 3, 4, 5, 6].map((i) => [`${name}${i}.log`, readFileSync(log)]));
  const named = (name: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${name}${i + 1}.log`);
  const gcLine = (n: number, endMiB: number): string =>
    `gc ${n} @${n}.000s 1%: 0.010+1.0+0.010 ms clock, 0.040+0/1.0/0+0.040 ms cpu, 4->${endMiB}->4 MB, 8 MB goal, 4 P\n`;
  const cwd = (): string => folderWith({ ...six(oneProc, 'base'), ...six(assist, 'head') });
  const compared = (from: string, count: number, ...argv: string[]): Promise<Captured> => {
    const sides = [...named('base', count), ...argv, '--', ...named('head', count)];
    return gcsim(['compare', ...sides], { cwd: from });
  };

  test.each([
    // 2/C(6, 3) is 0.1, 2/C(8, 4) 0.029, 2/C(12, 6) 0.0022.
    [3, '0.05', 4],
    [4, '0.02', 5],
    [6, '0.001', 7],
  ])(
    '%i samples a side at alpha %s: exit code 2, the report in full, and that %i are needed',
    async (count, alpha, needed) => {
      const argv = ['--metrics', 'pause.max,gcCpu', '--threshold', '5%', '--alpha', alpha];
      const { code, stdout, stderr } = await compared(cwd(), count, ...argv);
      expect(code).toBe(2);
      expect(stdout).toMatch(/^pause\.max +61 µs.* 48 ms/m);
      expect(stdout).toContain('Whether a metric is worse by more than 5.0 % cannot be decided.');
      expect(stderr).toMatch(/^error: /);
      // The names stand in the order in which they were given.
      expect(stderr).toContain(
        `cannot decide whether pause.max, gcCpu became worse: that needs at least ${needed} samples a side for p < ${alpha}, base has ${count} and head ${count}`,
      );
      expect(stderr).toContain('hint: give more logs');
      // Without a threshold it is a report.
      const report = await compared(cwd(), count, '--metrics', 'pause.max', '--alpha', alpha);
      expect(report).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('as many samples as are needed decide', async () => {
    const argv = ['--metrics', 'pause.max', '--threshold', '5%'];
    const { code, stderr } = await compared(cwd(), 4, ...argv);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: pause\.max is significantly worse by more than 5\.0 %: \+/);
  });

  test('equal values of too few samples are no pass either', async () => {
    const folder = folderWith({ ...six(assist, 'base'), ...six(assist, 'head') });
    const argv = ['--metrics', 'pause.max', '--threshold', '5%'];
    expect((await compared(folder, 3, ...argv)).code).toBe(2);
    expect((await compared(folder, 4, ...argv)).code).toBe(0);
  });

  test('where no metric was chosen and none can be decided, it says of how many', async () => {
    const { code, stderr } = await compared(cwd(), 1, '--threshold', '5%');
    expect(code).toBe(2);
    expect(stderr).toMatch(/cannot decide whether any of \d\d metrics became worse: that needs/);
  });

  test('where some can be decided they decide, and the others are named', async () => {
    // A log of one collection has no median: that leaves out the first.
    const from = folderWith({
      ...six(assist, 'base'),
      ...six(assist, 'head'),
      'head6.log': Buffer.from(gcLine(1, 6)),
    });
    const { stdout, stderr, code } = await compared(from, 6, '--threshold', '5%');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.replace(/\s+/g, ' ')).toContain('Not to be decided: overshoot.median');
  });

  test('a chosen metric that one side does not have is no pass', async () => {
    const folder = folderWith({ ...six(assist, 'base'), 'small.yaml': small });
    const argv = [...named('base', 6), '--metrics', 'pause.max,heap.live', '--threshold', '5%'];
    const all = ['compare', ...argv, '--', 'small.yaml', '--seeds', '6'];
    const { code, stdout, stderr } = await gcsim(all, { cwd: folder });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^pause\.max /m);
    expect(stderr).toContain(
      'cannot decide by --threshold: not all samples have heap.live (heap left after a collection: median): it is missing in small, seed 1',
    );
    const none = [assist, '--metrics', 'gcSys.peak', '--threshold', '5%', '--', oneProc];
    const absent = await gcsim(['compare', ...none]);
    expect(absent.code).toBe(2);
    expect(absent.stdout).toContain('There is no metric that both sides have.');
    expect(absent.stderr).toContain('cannot decide by --threshold: no sample has gcSys.peak');
  });

  test('JUnit has an error for each metric that fails the gate so, and is written', async () => {
    const folder = cwd();
    const argv = ['--metrics', 'pause.max,collections', '--threshold', '5%'];
    const files = ['--format', 'junit', '--output', 'gc.xml'];
    const { code } = await compared(folder, 2, ...argv, ...files);
    expect(code).toBe(2);
    const xml = readFileSync(join(folder, 'gc.xml'), 'utf8');
    expect(xml).toMatch(/<testsuites name="gcsim" tests="2" failures="0" errors="1">/);
    expect(xml).toContain('<error message="pause.max: needs at least 4 samples a side for p &lt; ');
    expect(xml).toContain('<skipped message="collections: neither more nor less of it is worse"');
    await compared(folder, 2, '--metrics', 'pause.max', ...files);
    const report = readFileSync(join(folder, 'gc.xml'), 'utf8');
    expect(report).toMatch(/tests="1" failures="0" errors="0" skipped="0"/);
    expect(report).toContain('<system-out>no --threshold was given');
  });

  test('what no threshold can fail is refused where it is all, and told where it is not', async () => {
    const argv = [assist, '--metrics', 'collections,elapsed', '--threshold', '5%', '--', oneProc];
    expect(await refused(argv)).toContain(
      'no threshold can fail this: neither more nor less of collections, elapsed is worse',
    );
    const both = ['--metrics', 'pause.max,collections', '--threshold', '5%'];
    const { code, stderr } = await compared(cwd(), 6, ...both);
    expect(code).toBe(1);
    expect(stderr).toContain('warning: --threshold cannot fail collections: neither more nor');
  });

  test('from 0, any significant growth fails, and is called so', async () => {
    // No collection of the base goes over its goal; of the head, some do.
    const files = [1, 2, 3, 4].flatMap((i): [string, string][] => [
      [`base${i}.log`, gcLine(1, 6) + gcLine(2, 8)],
      [`head${i}.log`, gcLine(1, 6) + gcLine(2, 10)],
    ]);
    const folder = folderWith(Object.fromEntries(files));
    const argv = ['--metrics', 'overshoot.p95', '--threshold', '100%'];
    const { code, stdout, stderr } = await compared(folder, 4, ...argv);
    expect(code).toBe(1);
    // 10 of 8 MB is a quarter over.
    const found = 'from 0 to 25.0 % (no percentage of 0; any significant growth from 0 counts)';
    expect(stderr).toContain(`error: overshoot.p95 is significantly worse: ${found}, p 0.029`);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`Significantly worse: overshoot.p95 ${found}.`);
  });
});

describe('output', () => {
  const pair = ['init1', '--cycles', '10', '--seeds', '2', '--', 'init1', '--cycles', '10'];

  test.each([
    [['--csv', '-'], /^metric,/],
    [['--markdown', '-'], /^### /],
    [['--format', 'gobench'], /^Benchmark\w+\/side=head-4\t/m],
    [['--format', 'customSmallerIsBetter'], /^\[\n/],
    [['--format', 'junit'], /^<\?xml /],
  ])('%j has standard output to itself', async (options, expected) => {
    const { code, stdout, stderr } = await gcsim(['compare', ...pair, ...options]);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
    expect(stdout).not.toContain('~ is no significant change');
    // What the table would have said stands on standard error.
    expect(stderr).toContain('warning: ');
  });

  test('customSmallerIsBetter says what it leaves out, and fails where that is all', async () => {
    const argv = ['--format', 'customSmallerIsBetter', '--metrics'];
    const some = await gcsim(['compare', ...pair, ...argv, 'gcCpu,collections,elapsed']);
    expect(some.code).toBe(0);
    expect(JSON.parse(some.stdout)).toMatchObject([{ name: 'gcCpu' }]);
    expect(some.stderr).toContain(
      'warning: --format customSmallerIsBetter leaves out metrics of which less is not better: collections, elapsed\n',
    );
    expect(await refused([...pair, ...argv, 'collections,elapsed'])).toContain(
      '--format customSmallerIsBetter has only metrics of which less is better, not collections, elapsed',
    );
    const cwd = temporaryFolder();
    const none = [assist, '--', oneProc, ...argv, 'gcSys.peak,collections', '--threshold', '5%'];
    const files = ['--output', 'a.json', '--csv', 'a.csv'];
    const { code, stdout, stderr } = await gcsim(['compare', ...none, ...files], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--format customSmallerIsBetter has nothing to write');
    expect(stderr).toContain('no sample has gcSys.peak');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('files are written beside the table', async () => {
    const cwd = temporaryFolder();
    const files = ['--json', 'a.json', '--format', 'gobench', '--output', 'a.txt'];
    const { code, stdout } = await gcsim(['compare', ...pair, ...files], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('metric');
    expect(JSON.parse(readFileSync(join(cwd, 'a.json'), 'utf8'))).toHaveProperty('rows');
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toMatch(/^Benchmark/m);
  });

  test('a file that is read is not written', async () => {
    const cwd = folderWith({ 'a.log': readFileSync(assist) });
    expect(await refused(['a.log', '--', 'a.log', '--json', 'a.log'], cwd)).toContain(
      'cannot write "a.log"',
    );
  });
});

test('the help is the same on both sides of the dashes', async () => {
  const help = await gcsim(['compare', '--help']);
  expect(help.code).toBe(0);
  expect(await gcsim(['compare', 'init1', '--', '--help'])).toEqual(help);
});

describe('what is refused', () => {
  test.each([
    [[], 'the base is missing'],
    [['--', assist], 'the base is missing'],
    [[assist], 'the head is missing'],
    [[assist, '--'], 'the head is missing'],
    [['init1', '--', '--seeds', '3'], 'the head is missing'],
    [[assist, '--', 'nothing.log'], 'cannot read "nothing.log": there is no such file'],
    [['pek2', '--', 'init1'], 'did you mean the built-in workload peak2?'],
    [['-', '--', '-'], 'standard input is named twice'],
    [[assist, '--', assist, '--metrics', 'pause.mx'], 'there is no metric "pause.mx"'],
    [[assist, '--', assist, '--metrics', 'pause.mx'], 'did you mean pause.max?'],
    [[assist, '--', assist, '--metrics', 'gcSys.peak'], 'no sample has gcSys.peak'],
    [
      [assist, '--', 'init1', '--seeds', '2', '--cycles', '5', '--metrics', 'gcSys.peak'],
      'not all samples have gcSys.peak',
    ],
    [[assist, '--procs', '2', '--', assist], '--procs: there is no workload to run in base'],
    [[assist, '--seeds', '3', '--', assist], '--seeds: there is no workload to run, only files'],
    [[assist, '--', assist, '--seeds', '3'], '--seeds: there is no workload to run, only files'],
    [[assist, '--', assist, '--metrics', 'zzzz'], 'names begin with overshoot, growth, assist'],
    [['init1', '--', '--set', 'workbuf-freeing=maybe'], 'has no choice "maybe"'],
    [[assist, '--', assist, '--threshold', '5'], 'did you mean 5%?'],
    [[assist, '--', assist, '--alpha', '0'], '--alpha must be more than 0'],
    [[assist, '--', assist, '--seeds', '0'], '--seeds must be a whole number from 1'],
    [[assist, '--', assist, '--format', 'xml'], '--format must be one of'],
    [[assist, '--', assist, '--output', 'x'], 'there is no --format'],
    [[assist, '--', assist, '--formt', 'x'], 'did you mean --format?'],
    [['init1', '--seed', '4294967295', '--', 'init1'], 'goes beyond the last seed'],
    [['init1', '--', 'init1', '--prcs', '2'], 'did you mean --procs?'],
    [['broken.yaml', '--', '--procs', '2'], 'cannot read the workload "broken.yaml"'],
  ])('%j', async (argv, message) => {
    const stderr = await refused(argv);
    expect(stderr).toContain(message);
    // The same mistake on both sides is said once.
    expect(stderr.split(message).length).toBe(2);
  });

  test('a damaged archive is no sample', async () => {
    const cut = gzipSync(readFileSync(assist)).subarray(0, 400);
    const cwd = folderWith({ 'a.log.gz': cut });
    expect(await refused(['a.log.gz', '--', assist], cwd)).toContain('is cut short');
  });

  test('lines that cannot be read are told of', async () => {
    const text = `${readFileSync(assist, 'utf8')}gc 99 @9.9s 5%: 0.1+\n`;
    const cwd = folderWith({ 'cut.log': text });
    const argv = ['compare', '--base', 'cut.log', '--head', 'cut.log'];
    const { code, stderr } = await gcsim(argv, { cwd });
    expect(code).toBe(0);
    expect(stderr).toContain('could not be read');
  });
});
