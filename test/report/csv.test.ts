import { readFileSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, test } from 'vitest';
import type { GcCycle } from '../../src/cycle.ts';
import { csvColumns, csvCycle, csvHeader, csvRow, renderCsv } from '../../src/report/csv.ts';
import { aConsMark, aCycle, aPacer, aSimCycle, aStoppedCycle } from '../support/cycles.ts';

/** The cells of a collection's row, by column. */
function cellsOf(cycle: GcCycle): Record<string, string> {
  const cells = csvCycle(cycle).trimEnd().split(',');
  expect(cells).toHaveLength(csvColumns.length);
  return Object.fromEntries(csvColumns.map((column, i) => [column, cells[i] ?? '']));
}

describe('the CSV', () => {
  test('is a header and a row for each collection, with CR and LF', () => {
    const text = renderCsv([aSimCycle(), aSimCycle({ n: 3 })]);
    expect(text.split('\r\n')).toHaveLength(4);
    expect(text.startsWith('cycle,start_ns,end_ns,forced,')).toBe(true);
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(text).toBe(csvHeader() + csvCycle(aSimCycle()) + csvCycle(aSimCycle({ n: 3 })));
  });

  test('has each figure under its name, raw', () => {
    const cells = cellsOf(
      aSimCycle({
        n: 12,
        forced: true,
        gcCpuFraction: 0.062_5,
        heapGoalBytes: 10_485_760,
        assistNs: 1_000_001,
        sim: { wakeupDelayNs: 1234, signaller: 'assist', pausesNs: [20, 30] },
      }),
    );
    expect(cells).toMatchObject({
      cycle: '12',
      forced: 'true',
      gc_cpu_fraction: '0.0625',
      heap_goal_bytes: '10485760',
      assist_ns: '1000001',
      wakeup_delay_ns: '1234',
      signaller: 'assist',
      pauses_ns: '20 30',
      trigger_bytes: '8388608',
      pacer_trigger_ratio: '0.75',
      sweep_done_pages_per_byte: '0.00025',
    });
  });

  test('has every field of a collection in a column', () => {
    const cycle = aSimCycle({
      process: 1,
      wallMs: 1,
      periodic: true,
      leakCheck: true,
      syncStopped: true,
      scanNs: 1,
      syncNs: 1,
      scanCpuNs: 1,
      syncCpuNs: 1,
      stacksBytes: 1,
      globalsBytes: 1,
      slack: { heapStartBytes: 1, heapEndBytes: 1, heapMarkedBytes: 1, heapGoalBytes: 1 },
      stopped: { ...aStoppedCycle().stopped!, objectsBefore: 1 },
      pacer: aPacer({ consMark: aConsMark() }),
      sim: { wakeupDelayNs: 1, signaller: 'assist', stoppedAfterWakeupNs: 1 },
    });
    const leaves = (value: object): number =>
      Object.values(value).reduce<number>(
        (sum, inner: unknown) =>
          sum +
          (typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? leaves(inner)
            : 1),
        0,
      );
    expect(csvColumns).toHaveLength(leaves(cycle));
    expect(Object.values(cellsOf(cycle))).not.toContain('');
    expect(new Set(csvColumns).size).toBe(csvColumns.length);
  });

  test('has an empty cell for what is not known, and 0 for 0', () => {
    const cells = cellsOf(aCycle({ idleNs: 0 }));
    expect(cells).toMatchObject({ idle_ns: '0', scan_ns: '', trigger_bytes: '', periodic: '' });
    const { end: _, ...stopped } = aPacer();
    expect(cellsOf(aSimCycle({ pacer: stopped })).pacer_utilization).toBe('');
  });

  test('keeps negative figures as they are', () => {
    const end = { ...aPacer().end!, actualGrowth: -0.25 };
    const cells = cellsOf(aSimCycle({ pacer: aPacer({ end, consMark: aConsMark() }) }));
    expect(cells.pacer_actual_growth).toBe('-0.25');
    expect(cells.cons_mark_over_goal_bytes).toBe('-1048576');
  });

  test('of a log has what its lines say, and of Go to 1.4 no more than they print', () => {
    const slack = { heapStartBytes: 1, heapEndBytes: 2, heapMarkedBytes: 3, heapGoalBytes: 0 };
    const cells = cellsOf(aCycle({ process: 2, wallMs: 1_709_470_000_123, slack }));
    expect(cells).toMatchObject({
      process: '2',
      wall_ms: '1709470000123',
      heap_end_slack_bytes: '2',
      heap_goal_slack_bytes: '0',
      stopped_setup_ns: '',
    });
    expect(cellsOf(aStoppedCycle())).toMatchObject({
      start_ns: '',
      heap_goal_bytes: '',
      heap_end_slack_bytes: '',
      stopped_setup_ns: '12000',
      stopped_objects_before: '',
      stopped_objects: '40000',
      stopped_sleeps: '1',
    });
  });

  test('keeps the columns that there were where they were', () => {
    expect(csvColumns[0]).toBe('cycle');
    expect(csvColumns[66]).toBe('sweep_done_pages_per_byte');
    expect(csvColumns[67]).toBe('process');
  });

  test('makes text of what a spreadsheet would run', () => {
    expect(csvRow(['=1+1', '+1', '-1', '@x', '\tx'])).toBe("'=1+1,'+1,'-1,'@x,'\tx\r\n");
    expect(csvRow(['a,b', 'say "x"', 'two\nlines'])).toBe('"a,b","say ""x""","two\nlines"\r\n');
  });

  test('writes figures as they are, whatever stands beside them', () => {
    expect(csvRow([-1, 0.1 + 0.2, 1e21, 1e-7, true, undefined, '', 'a\rb', -0])).toBe(
      '-1,0.30000000000000004,1e+21,1e-7,true,,,"a\rb",0\r\n',
    );
    // The same as a CSV package makes of the whole row.
    const cells = [12, -0.25, undefined, '=1', 'x;y', '"'];
    const options = { record_delimiter: 'windows', quote_record_delimiter: true };
    expect(csvRow(cells)).toBe(stringify([cells], { ...options, escape_formulas: true }));
  });

  test('refuses a figure that is none', () => {
    expect(() => csvCycle(aCycle({ gcCpuFraction: Number.NaN }))).toThrow(/gc_cpu_fraction/);
  });

  test('has its columns in the documentation, in their order', () => {
    const text = readFileSync(new URL('../../docs/output.md', import.meta.url), 'utf8');
    const table = text.slice(text.indexOf('| column |'));
    const documented = [...table.matchAll(/^\| `(\w+)` \| .+ \|$/gm)].map(([, name]) => name);
    expect(documented).toEqual(csvColumns);
  });
});
