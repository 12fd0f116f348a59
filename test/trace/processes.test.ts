import { describe, expect, test } from 'vitest';
import { type ReadLog, readFiles, readLog } from '../support/logs.ts';

interface Figures {
  /** GOMAXPROCS. */
  p?: number;
  goal?: number;
  forced?: boolean;
}

/** A gc line: collection `n`, at so many seconds. */
function gc(
  n: number,
  seconds: number,
  { p = 4, goal = 11, forced = false }: Figures = {},
): string {
  return (
    `gc ${n} @${seconds.toFixed(3)}s 4%: 0.20+14+0.074 ms clock, 0.40+0.048/4.9/0+0.14 ms cpu, ` +
    `${goal - 1}->${goal - 1}->4 MB, ${goal} MB goal, 0 MB stacks, 0 MB globals, ${p} P${forced ? ' (forced)' : ''}\n`
  );
}

/** Which process each collection was taken for. */
function processes({ cycles }: ReadLog): (number | undefined)[] {
  return cycles.map(({ process }) => process);
}

describe('one after the other', () => {
  test('a number that goes back to 1 is another process', () => {
    const log = readLog(gc(1, 0.1) + gc(2, 0.2) + gc(3, 0.3) + gc(1, 0.1) + gc(2, 0.2));
    expect(processes(log)).toEqual([1, 1, 1, 2, 2]);
    expect(log.report.processes).toMatchObject([
      { id: 1, cycles: 3, firstNs: 100_000_000 },
      { id: 2, cycles: 2 },
    ]);
    expect(log.report.processCount).toBe(2);
  });

  test('a clock that goes back is another process, though its numbers go on', () => {
    expect(processes(readLog(gc(1, 5) + gc(2, 6) + gc(3, 0.1)))).toEqual([1, 1, 2]);
  });

  test('a log that begins late is one process', () => {
    expect(processes(readLog(gc(138, 4976) + gc(139, 4994) + gc(140, 5054)))).toEqual([1, 1, 1]);
  });

  test('missing lines do not make another process', () => {
    expect(processes(readLog(gc(1, 0.1) + gc(2, 0.2) + gc(9, 0.9) + gc(10, 1)))).toEqual([
      1, 1, 1, 1,
    ]);
  });

  test('lines without a clock are told apart by their numbers', () => {
    const old = (n: number): string =>
      `gc${n}(1): 4+0+183+0 us, 0 -> 0 MB, 18 (19-1) objects, 0/0/0 sweeps, 0(0) handoff, 0(0) steal, 0/0/0 yields\n`;
    expect(processes(readLog(old(1) + old(2) + old(1) + old(2)))).toEqual([1, 1, 2, 2]);
  });

  test('two lines that are the same are one, and the other is reported', () => {
    const log = readLog(gc(1, 0.1) + gc(2, 0.2) + gc(2, 0.2) + gc(3, 0.3));
    expect(processes(log)).toEqual([1, 1, 1]);
    expect(log.skipped).toMatchObject([{ reason: 'repeated', line: 3 }]);
  });
});

describe('side by side, with nothing before the lines', () => {
  test('line by line: the numbers and the clock tell them apart', () => {
    let text = '';
    for (let n = 1; n <= 20; n++) text += gc(n + 100, 50 + n * 0.3) + gc(n, n * 0.1);
    expect(processes(readLog(text))).toEqual(Array(20).fill([1, 2]).flat());
  });

  test('the same numbers: the clock tells them apart', () => {
    let text = '';
    for (let n = 1; n <= 20; n++) text += gc(n, 50 + n * 0.3) + gc(n, n * 0.1);
    expect(processes(readLog(text))).toEqual(Array(20).fill([1, 2]).flat());
  });

  test('the same numbers at the same time: GOMAXPROCS tells them apart', () => {
    let text = '';
    for (let n = 1; n <= 20; n++) {
      const lines = [gc(n, n * 0.1, { p: 4 }), gc(n, n * 0.1 + 0.004, { p: 16 })];
      text += (n % 3 === 0 ? lines.reverse() : lines).join('');
    }
    const log = readLog(text);
    for (const cycle of log.cycles)
      expect(cycle.process, `gc ${cycle.n}`).toBe(cycle.procs === 4 ? 1 : 2);
  });

  test('the same numbers at the same time: the goal tells them apart', () => {
    let text = '';
    for (let n = 1; n <= 20; n++) {
      const lines = [gc(n, n * 0.1, { goal: 500 + n }), gc(n, n * 0.1 + 0.004, { goal: 7 })];
      text += (n % 3 === 0 ? lines.reverse() : lines).join('');
    }
    const log = readLog(text);
    for (const { n, process, heapGoalBytes = 0 } of log.cycles) {
      expect(process, `gc ${n}`).toBe(heapGoalBytes > 1e8 ? 1 : 2);
    }
  });
});

describe('side by side, with something before the lines', () => {
  test.each([
    ['docker compose', 'web-1  | ', 'db-1   | ', 'web-1', 'db-1'],
    [
      'syslog',
      'Jan  2 15:04:05 h web[11]: ',
      'Jan  2 15:04:05 h db[12]: ',
      'h web[11]',
      'h db[12]',
    ],
    ['words', 'worker 3 - ', 'worker 4 - ', 'worker 3', 'worker 4'],
    ['kubectl', '[pod/web-1/app] ', '[pod/web-2/app] ', 'web-1/app', 'web-2/app'],
  ])('%s: each is a process with its name', (_, a, b, nameA, nameB) => {
    let text = '';
    for (let n = 1; n <= 9; n++) text += a + gc(n, n * 0.1) + b + gc(n, n * 0.1, { p: 2 });
    const log = readLog(text);
    expect(processes(log)).toEqual(Array(9).fill([1, 2]).flat());
    expect(log.report.processes.map(({ source, cycles }) => [source, cycles])).toEqual([
      [nameA, 9],
      [nameB, 9],
    ]);
  });

  test('a name whose counter starts again is two processes', () => {
    const text = [gc(1, 0.1), gc(2, 0.2), gc(1, 0.1), gc(2, 0.2)];
    const log = readLog(text.map((line) => `web-1  | ${line}`).join(''));
    expect(processes(log)).toEqual([1, 1, 2, 2]);
    expect(log.report.processes.map(({ source }) => source)).toEqual(['web-1', 'web-1']);
  });

  test('a text that counts with the lines is no name', () => {
    let text = '';
    for (let n = 1; n <= 30; n++) text += `request ${1000 + 7 * n}: ${gc(n, n * 0.1)}`;
    expect(readLog(text).report.processCount).toBe(1);
  });

  test('a name that came twice is one, though another differs from it by a number alone', () => {
    const text = `web-1  | ${gc(5, 1)}web-1  | ${gc(6, 1.5)}web-2  | ${gc(7, 2)}web-1  | ${gc(7, 2.1)}`;
    expect(processes(readLog(text))).toEqual([1, 1, 2, 1]);
  });

  test('the wall clock of the lines is kept, and is no part of the name', () => {
    const log = readLog(
      `2026-01-02T15:04:05.250Z ${gc(1, 0.1)}2026-01-02T15:04:07.500Z ${gc(2, 2.35)}`,
    );
    expect(log.cycles.map(({ wallMs }) => wallMs)).toEqual([
      Date.UTC(2026, 0, 2, 15, 4, 5, 250),
      Date.UTC(2026, 0, 2, 15, 4, 7, 500),
    ]);
    expect(log.report.processes).toMatchObject([
      {
        source: '',
        firstWallMs: Date.UTC(2026, 0, 2, 15, 4, 5, 250),
        lastWallMs: Date.UTC(2026, 0, 2, 15, 4, 7, 500),
      },
    ]);
  });
});

describe('several files', () => {
  const file = (name: string, text: string) => ({ name, chunks: [Buffer.from(text)] });

  test('a process goes on in the next file where its numbers do', () => {
    const log = readFiles([
      file('app.log.1', gc(1, 0.1) + gc(2, 0.2)),
      file('app.log', gc(3, 0.3) + gc(4, 0.4)),
    ]);
    expect(processes(log)).toEqual([1, 1, 1, 1]);
  });

  test('a file that begins later with other numbers is another process', () => {
    const log = readFiles([
      file('a.log', gc(1, 0.1) + gc(2, 0.2)),
      file('b.log', gc(7, 0.7) + gc(8, 0.8)),
    ]);
    expect(processes(log)).toEqual([1, 1, 2, 2]);
  });

  test.each([12, 60, 61, 62, 63, 64, 65])(
    'a line that rotation cut after %d bytes goes on in the next',
    (at) => {
      const [start, end] = [gc(3, 0.3).slice(0, at), gc(3, 0.3).slice(at)];
      const log = readFiles([file('a.log', gc(2, 0.2) + start), file('b.log', end + gc(4, 0.4))]);
      expect(log.cycles.map(({ n, startNs }) => [n, startNs])).toEqual([
        [2, 200_000_000],
        [3, 300_000_000],
        [4, 400_000_000],
      ]);
      expect(processes(log)).toEqual([1, 1, 1]);
      expect(log.skipped).toEqual([]);
    },
  );

  test('a line that does not go on there is reported where it began', () => {
    const log = readFiles([
      file('a.log', gc(2, 0.2) + gc(3, 0.3).slice(0, 60)),
      file('b.log', `other output\n${gc(4, 0.4)}`),
    ]);
    expect(log.cycles.map(({ n }) => n)).toEqual([2, 4]);
    expect(log.skipped).toMatchObject([{ reason: 'cut short', file: 'a.log', line: 2, column: 1 }]);
  });

  test('excerpts of one log that overlap: what both have counts once', () => {
    const line = (n: number) => `2026-01-02T15:04:0${n}.000Z ${gc(n, n)}`;
    const log = readFiles([
      file('a.log', [1, 2, 3, 4].map(line).join('')),
      file('b.log', [3, 4, 5].map(line).join('')),
    ]);
    expect(log.cycles.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
    expect(processes(log)).toEqual([1, 1, 1, 1, 1]);
    expect(log.skipped.map(({ reason }) => reason)).toEqual(['repeated', 'repeated']);
  });

  test('a process that is started again is no repetition', () => {
    const log = readFiles([
      file('a.log', `2026-01-02T15:04:01.000Z ${gc(1, 1)}2026-01-02T15:04:02.000Z ${gc(2, 2)}`),
      file('b.log', `2026-01-02T15:04:11.000Z ${gc(1, 1)}`),
    ]);
    expect(processes(log)).toEqual([1, 1, 2]);
  });
});

describe('counts', () => {
  test('of forced collections, and of those that two minutes without one brought', () => {
    const log = readLog(
      `${gc(1, 0.1)}${gc(2, 0.2, { forced: true })}GC forced\n${gc(3, 130)}${gc(4, 131)}`,
    );
    expect(log.report.processes).toMatchObject([{ cycles: 4, forced: 1, periodic: 1 }]);
    expect(log.cycles.map(({ periodic = false }) => periodic)).toEqual([false, false, true, false]);
  });

  test('ten thousand processes are all counted, the first thousand and twenty-four told of', () => {
    let text = '';
    for (let i = 0; i < 10_000; i++) text += gc(1, 10_000 - i);
    const { processCount, processes: told, lines } = readLog(text).report;
    expect(processCount).toBe(10_000);
    expect(told).toHaveLength(1024);
    expect(lines.gc).toBe(10_000);
  });
});

describe('which Go it was', () => {
  const g4 =
    'gc 4 @0.148s 1%: 0.19+7.7+0.11 ms clock, 0.38+0.95/4.6/0+0.22 ms cpu, 9->9->7 MB, 10 MB goal, 4 P\n';
  const sweepDone = 'pacer: sweep done at heap size 10MB; allocated 5MB';

  test.each([
    ['a line with stacks and globals', gc(1, 0.1), 'Go 1.18 or later'],
    ['one with three phases', g4, 'Go 1.6 to 1.17'],
    [
      'and numbers of the scavenger behind it',
      `${g4}scvg1: 5 MB released\n${g4.replace('gc 4', 'gc 5')}`,
      'Go 1.6 to 1.12',
    ],
    ['and pages of spans', `${sweepDone} of spans; swept 1014 pages\n${g4}`, 'Go 1.6'],
    [
      'and a share of a fractional worker',
      `pacer: assist ratio=+1.430862e+000 (scan 1 MB in 7->8 MB) workers=1++0.000000e+000\n${g4}`,
      'Go 1.10 to 1.17',
    ],
    [
      'the search for leaked goroutines',
      gc(1, 0.1).replace('%', '% (checking for goroutine leaks)'),
      'Go 1.26 or later',
    ],
    [
      'scavtrace with eager work',
      `scav 864 KiB work (bg), 16 KiB work (eager), 5624 KiB now, 98% util\n${gc(1, 0.1)}`,
      'Go 1.21 or later',
    ],
  ])('%s', (_, text, releases) => {
    expect(readLog(text).report.releases).toBe(releases);
  });
});
