import { describe, expect, test } from 'vitest';
import type { HeapPoint } from '../../src/analysis/heapseries.ts';
import { renderHeapChart } from '../../src/report/heapchart.ts';
import { MiB, secondNs } from '../../src/units.ts';
import { aStyle, colours } from '../support/reports.ts';

const sizesMiB = [3, 6, 9, 12, 18, 1, 0, 6, 11];
const liveMiB = [2, 3, 4, 5, 6, 1, 0, 3, 6];

/** A heap with a goal of 12 MiB, that once was over it. */
function points(more: (index: number) => Partial<HeapPoint> = () => ({})): HeapPoint[] {
  return sizesMiB.map((size, i) => ({ heapBytes: size * MiB, goalBytes: 12 * MiB, ...more(i) }));
}

function chartOf(of: readonly HeapPoint[], columns = 25, ascii = false): string {
  const chart = { points: of, from: '0:00', to: '1:00' };
  const lines = renderHeapChart(chart, aStyle({ columns, ascii }));
  return `\n${lines.join('\n').replaceAll('\u00a0', ' ')}\n`;
}

describe('the chart of a heap', () => {
  test('is bars below the line of the goal, and above it where the heap was', () => {
    expect(chartOf(points())).toBe(`
heap at mark end
─ goal     by collection
18 MiB ┤       ██
       │       ██
       │───────██────────
 9 MiB ┤   ██████      ██
       │ ████████    ████
       │█████████▃▃  ████
     0 └0:00         1:00
`);
  });

  test('tells what was live from what was there at the end of marking', () => {
    const live = points((i) => ({ heapMarkedBytes: (liveMiB[i] ?? 0) * MiB }));
    expect(chartOf(live)).toBe(`
█ live     ░ at mark end
─ goal     by collection
18 MiB ┤       ░░
       │       ░░
       │───────░░────────
 9 MiB ┤   ░░░░░░      ░░
       │ ░░░░████    ░░██
       │█████████░░  ████
     0 └0:00         1:00
`);
  });

  test('goes by time where collections have one', () => {
    const seconds = [0, 1, 2, 3, 4, 5, 6, 7, 17];
    const timed = points((i) => ({ startNs: (seconds[i] ?? 0) * secondNs }));
    expect(chartOf(timed, 26)).toBe(`
heap at mark end
─ goal
18 MiB ┤    █
       │    █
       │────█─────────────
 9 MiB ┤  ███            █
       │ ████  ███████████
       │█████▃ ███████████
     0 └0:00          1:00
`);
    // One without a time, or a clock that goes back: by collection.
    const untimed = points((i) => ({ startNs: i === 3 ? undefined : i }));
    expect(chartOf(untimed)).toBe(chartOf(points()));
    expect(chartOf(points((i) => ({ startNs: i === 3 ? 0 : i })))).toBe(chartOf(points()));
    expect(chartOf(points(() => ({ startNs: 5 })))).toBe(chartOf(points()));
  });

  test('has only ASCII where nothing else is shown', () => {
    expect(chartOf(points(), 25, true)).toBe(`
heap at mark end
- goal     by collection
18 MiB +       ##
       |       ##
       |-------##--------
 9 MiB +   ######      ##
       | ########    ####
       |#########::  ####
     0 +0:00         1:00
`);
  });

  test('has no line for a goal that is not known', () => {
    expect(chartOf(points(() => ({ goalBytes: undefined })))).not.toContain('─');
  });

  test('colours columns that are far over their goal', () => {
    const lines = renderHeapChart(
      { points: points(), from: undefined, to: undefined },
      aStyle({ columns: 25, chalk: colours }),
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escape sequences.
    const plain = lines.map((line) => line.replace(/\u001b\[\d+m/g, ''));
    expect(lines.join('\n').split('\u001b[33m█')).toHaveLength(13);
    expect(`\n${plain.join('\n').replaceAll('\u00a0', ' ')}\n`).toBe(
      chartOf(points()).replace(/0:00 +1:00/, ''),
    );
  });

  test('fits, or is not there', () => {
    for (let columns = 1; columns <= 120; columns++) {
      const widths = chartOf(points(), columns)
        .split('\n')
        .map((line) => line.length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
    expect(chartOf(points(), 20)).toBe('\n\n');
  });

  test('is not there where there is nothing to see', () => {
    expect(chartOf(points().slice(0, 2))).toBe('\n\n');
    expect(chartOf([])).toBe('\n\n');
    const empty = points().map(() => ({ heapBytes: 0, goalBytes: undefined }));
    expect(chartOf(empty)).toBe('\n\n');
  });
});
