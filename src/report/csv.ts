/**
 * Collections as CSV (RFC 4180), one row each, for spreadsheets and scripts. Figures are raw, the unit stands
 * in the column's name, a cell is empty where a figure is not known. docs/output.md says what each column is.
 */
import { stringify } from 'csv-stringify/sync';
import { assert } from '../assert.ts';
import type { GcCycle } from '../cycle.ts';

export type Cell = number | string | boolean | undefined;

interface Column {
  name: string;
  of: (cycle: GcCycle) => Cell;
}

/** The columns, in their order. To add one at the end breaks no script. */
const columns: readonly Column[] = [
  { name: 'cycle', of: (c) => c.n },
  { name: 'start_ns', of: (c) => c.startNs },
  { name: 'end_ns', of: (c) => c.endNs },
  { name: 'forced', of: (c) => c.forced },
  { name: 'periodic', of: (c) => c.periodic },
  { name: 'gc_cpu_fraction', of: (c) => c.gcCpuFraction },
  { name: 'procs', of: (c) => c.procs },
  { name: 'sweep_term_ns', of: (c) => c.sweepTermNs },
  { name: 'scan_ns', of: (c) => c.scanNs },
  { name: 'sync_ns', of: (c) => c.syncNs },
  { name: 'mark_ns', of: (c) => c.markNs },
  { name: 'mark_term_ns', of: (c) => c.markTermNs },
  { name: 'sweep_term_cpu_ns', of: (c) => c.sweepTermCpuNs },
  { name: 'scan_cpu_ns', of: (c) => c.scanCpuNs },
  { name: 'sync_cpu_ns', of: (c) => c.syncCpuNs },
  { name: 'assist_ns', of: (c) => c.assistNs },
  { name: 'background_ns', of: (c) => c.backgroundNs },
  { name: 'idle_ns', of: (c) => c.idleNs },
  { name: 'mark_term_cpu_ns', of: (c) => c.markTermCpuNs },
  { name: 'heap_start_bytes', of: (c) => c.heapStartBytes },
  { name: 'heap_end_bytes', of: (c) => c.heapEndBytes },
  { name: 'heap_marked_bytes', of: (c) => c.heapMarkedBytes },
  { name: 'heap_goal_bytes', of: (c) => c.heapGoalBytes },
  { name: 'stacks_bytes', of: (c) => c.stacksBytes },
  { name: 'globals_bytes', of: (c) => c.globalsBytes },
  { name: 'trigger_bytes', of: (c) => c.sim?.triggerBytes },
  { name: 'assist_start_bytes', of: (c) => c.sim?.assistStartBytes },
  { name: 'growth_before_assists_bytes', of: (c) => c.sim?.growthBeforeAssistsBytes },
  { name: 'growth_with_assists_bytes', of: (c) => c.sim?.growthWithAssistsBytes },
  { name: 'assist_count', of: (c) => c.sim?.assistCount },
  { name: 'assist_cpu_ns', of: (c) => c.sim?.assistCpuNs },
  { name: 'assist_blocked_ns', of: (c) => c.sim?.assistBlockedNs },
  { name: 'assist_longest_stall_ns', of: (c) => c.sim?.assistLongestStallNs },
  { name: 'wakeup_delay_ns', of: (c) => c.sim?.wakeupDelayNs },
  { name: 'signaller', of: (c) => c.sim?.signaller },
  { name: 'stopped_after_wakeup_ns', of: (c) => c.sim?.stoppedAfterWakeupNs },
  { name: 'pauses_ns', of: (c) => c.sim?.pausesNs.join(' ') },
  { name: 'scan_work', of: (c) => c.sim?.scanWork },
  { name: 'credit_flushed', of: (c) => c.sim?.creditFlushed },
  { name: 'credit_stolen', of: (c) => c.sim?.creditStolen },
  { name: 'credit_paid_to_queue', of: (c) => c.sim?.creditPaidToQueue },
  { name: 'credit_left', of: (c) => c.sim?.creditLeft },
  { name: 'workbufs_in_use_peak', of: (c) => c.sim?.workbufsInUsePeak },
  { name: 'gc_sys_bytes', of: (c) => c.sim?.gcSysBytes },
  { name: 'gc_sys_workbuf_bytes', of: (c) => c.sim?.gcSysWorkbufBytes },
  { name: 'gc_sys_bitmap_bytes', of: (c) => c.sim?.gcSysBitmapBytes },
  { name: 'gc_sys_mark_bits_bytes', of: (c) => c.sim?.gcSysMarkBitsBytes },
  { name: 'pacer_assist_ratio', of: (c) => c.pacer?.start?.assistRatio },
  { name: 'pacer_heap_scan_bytes', of: (c) => c.pacer?.start?.heapScanBytes },
  { name: 'pacer_assist_from_bytes', of: (c) => c.pacer?.start?.assistFromBytes },
  { name: 'pacer_assist_to_bytes', of: (c) => c.pacer?.start?.assistToBytes },
  { name: 'pacer_dedicated_workers', of: (c) => c.pacer?.start?.dedicatedWorkers },
  { name: 'pacer_fractional_workers', of: (c) => c.pacer?.start?.fractionalWorkers },
  { name: 'pacer_heap_marked_prev_bytes', of: (c) => c.pacer?.end?.heapMarkedPrevBytes },
  { name: 'pacer_trigger_ratio', of: (c) => c.pacer?.end?.triggerRatio },
  { name: 'pacer_trigger_bytes', of: (c) => c.pacer?.end?.triggerBytes },
  { name: 'pacer_actual_growth', of: (c) => c.pacer?.end?.actualGrowth },
  { name: 'pacer_heap_actual_bytes', of: (c) => c.pacer?.end?.heapActualBytes },
  { name: 'pacer_goal_growth', of: (c) => c.pacer?.end?.goalGrowth },
  { name: 'pacer_heap_goal_bytes', of: (c) => c.pacer?.end?.heapGoalBytes },
  { name: 'pacer_utilization', of: (c) => c.pacer?.end?.utilization },
  { name: 'pacer_goal_utilization', of: (c) => c.pacer?.end?.goalUtilization },
  { name: 'pacer_scan_work', of: (c) => c.pacer?.end?.scanWork },
  { name: 'sweep_done_heap_live_bytes', of: (c) => c.pacer?.sweepDone?.heapLiveBytes },
  { name: 'sweep_done_allocated_bytes', of: (c) => c.pacer?.sweepDone?.allocatedBytes },
  { name: 'sweep_done_swept_pages', of: (c) => c.pacer?.sweepDone?.sweptPages },
  { name: 'sweep_done_pages_per_byte', of: (c) => c.pacer?.sweepDone?.pagesPerByte },
  { name: 'process', of: (c) => c.process },
  { name: 'wall_ms', of: (c) => c.wallMs },
  { name: 'leak_check', of: (c) => c.leakCheck },
  { name: 'sync_stopped', of: (c) => c.syncStopped },
  { name: 'heap_start_slack_bytes', of: (c) => c.slack?.heapStartBytes },
  { name: 'heap_end_slack_bytes', of: (c) => c.slack?.heapEndBytes },
  { name: 'heap_marked_slack_bytes', of: (c) => c.slack?.heapMarkedBytes },
  { name: 'heap_goal_slack_bytes', of: (c) => c.slack?.heapGoalBytes },
  { name: 'cons_mark_utilization', of: (c) => c.pacer?.consMark?.utilization },
  { name: 'cons_mark_goal_utilization', of: (c) => c.pacer?.consMark?.goalUtilization },
  { name: 'cons_mark_heap_scan_bytes', of: (c) => c.pacer?.consMark?.heapScanBytes },
  { name: 'cons_mark_stack_scan_bytes', of: (c) => c.pacer?.consMark?.stackScanBytes },
  { name: 'cons_mark_globals_scan_bytes', of: (c) => c.pacer?.consMark?.globalsScanBytes },
  { name: 'cons_mark_expected_scan_bytes', of: (c) => c.pacer?.consMark?.expectedScanBytes },
  { name: 'cons_mark_trigger_bytes', of: (c) => c.pacer?.consMark?.triggerBytes },
  { name: 'cons_mark_heap_live_bytes', of: (c) => c.pacer?.consMark?.heapLiveBytes },
  { name: 'cons_mark_over_goal_bytes', of: (c) => c.pacer?.consMark?.overGoalBytes },
  { name: 'cons_mark', of: (c) => c.pacer?.consMark?.consMark },
  { name: 'cons_mark_controller_reset', of: (c) => c.pacer?.consMark?.controllerReset },
  { name: 'stopped_setup_ns', of: (c) => c.stopped?.setupNs },
  { name: 'stopped_sweep_ns', of: (c) => c.stopped?.sweepNs },
  { name: 'stopped_mark_ns', of: (c) => c.stopped?.markNs },
  { name: 'stopped_finish_ns', of: (c) => c.stopped?.finishNs },
  { name: 'stopped_previous_live_bytes', of: (c) => c.stopped?.previousLiveBytes },
  { name: 'stopped_objects_before', of: (c) => c.stopped?.objectsBefore },
  { name: 'stopped_objects', of: (c) => c.stopped?.objects },
  { name: 'stopped_mallocs', of: (c) => c.stopped?.mallocs },
  { name: 'stopped_frees', of: (c) => c.stopped?.frees },
  { name: 'stopped_goroutines', of: (c) => c.stopped?.goroutines },
  { name: 'stopped_spans', of: (c) => c.stopped?.spans },
  { name: 'stopped_background_sweeps', of: (c) => c.stopped?.backgroundSweeps },
  { name: 'stopped_pause_sweeps', of: (c) => c.stopped?.pauseSweeps },
  { name: 'stopped_handoffs', of: (c) => c.stopped?.handoffs },
  { name: 'stopped_handoff_count', of: (c) => c.stopped?.handoffCount },
  { name: 'stopped_steals', of: (c) => c.stopped?.steals },
  { name: 'stopped_steal_count', of: (c) => c.stopped?.stealCount },
  { name: 'stopped_proc_yields', of: (c) => c.stopped?.procYields },
  { name: 'stopped_os_yields', of: (c) => c.stopped?.osYields },
  { name: 'stopped_sleeps', of: (c) => c.stopped?.sleeps },
];

/** Names of the columns, in their order. */
export const csvColumns: readonly string[] = columns.map(({ name }) => name);

/** The first line. */
export function csvHeader(): string {
  return csvRow(csvColumns);
}

/** The line of a collection. */
export function csvCycle(cycle: GcCycle): string {
  let row = '';
  for (const { name, of } of columns) row += `,${cellText(of(cycle), name)}`;
  return `${row.slice(1)}${lineEnd}`;
}

/** The whole table. */
export function renderCsv(cycles: readonly GcCycle[]): string {
  return csvHeader() + cycles.map(csvCycle).join('');
}

/** A table of other things: its head, then its rows, each with its cells by the names of their columns. */
export function csvTable(
  names: readonly string[],
  rows: readonly Readonly<Record<string, Cell>>[],
): string {
  const lines = rows.map(
    (row) => names.map((name) => cellText(row[name], name)).join(',') + lineEnd,
  );
  return csvRow(names) + lines.join('');
}

/** One row with its line break. Text that a spreadsheet would take for a formula is made plain text. */
export function csvRow(cells: readonly Cell[]): string {
  return cells.map((cell) => cellText(cell, '')).join(',') + lineEnd;
}

const lineEnd = '\r\n';

/**
 * Figures stand as they are, in whatever CSV; only text may need quotes. To ask that of each of a hundred figures
 * would take longer than to read the log that they are from.
 */
function cellText(value: Cell, name: string): string {
  switch (typeof value) {
    case 'undefined':
      return '';
    case 'number':
      assert(Number.isFinite(value), 'a figure is finite', name, value);
      return String(value);
    case 'boolean':
      return String(value);
    default: {
      const row = stringify([[value]], {
        record_delimiter: 'windows',
        quote_record_delimiter: true,
        escape_formulas: true,
      });
      return row.slice(0, -lineEnd.length);
    }
  }
}
