import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/analysis/summary.ts';
import { changeOf, renderContrast, renderGcBytes } from '../../src/report/contrast.ts';
import { finish } from '../../src/report/layout.ts';
import { MiB, usNs } from '../../src/units.ts';
import { aCycle, aSimCycle } from '../support/cycles.ts';
import { aStyle, aSummary } from '../support/reports.ts';

const slow = summarize([2, 3].map((n) => aSimCycle({ n, sim: { wakeupDelayNs: 40_000 * usNs } })));
const fast = summarize([2, 3].map((n) => aSimCycle({ n, sim: { wakeupDelayNs: 2 * usNs } })));

function contrastText(columns: number): string {
  const sides = [
    { choice: 'note', summary: slow },
    { choice: 'ready', summary: fast },
  ];
  return finish(renderContrast('wakeup', sides, aStyle({ columns })), aStyle());
}

describe('a contrast', () => {
  test('of two choices shows what the second changes', () => {
    const text = contrastText(80);
    expect(text).toMatch(/^wakeup +note +ready +change$/m);
    expect(text).toMatch(/^collections +2 +2 +0\.0 %$/m);
    expect(text).toMatch(/^wake-up delay\n {2}median +40 ms +2 µs +−100 %$/m);
    expect(text).not.toContain('No figure differs');
  });

  test('leaves out what no side knows, and the names above it', () => {
    expect(contrastText(80)).not.toContain('GC bytes from system');
    const sides = ['a', 'b'].map((choice) => ({ choice, summary: summarize([aCycle()]) }));
    const lines = renderContrast('assist', sides, aStyle());
    expect(lines.join('\n')).not.toContain('grown');
    expect(lines.join('\n')).not.toContain('wake-up delay');
  });

  test('of more than two has no change, and says if nothing differs', () => {
    const sides = ['off', 'best-effort', 'queue'].map((choice) => ({ choice, summary: fast }));
    const lines = renderContrast('assist', sides, aStyle());
    expect(lines[0]).toMatch(/^assist +off +best-effort +queue$/);
    expect(lines.at(-1)).toBe('No figure differs between these choices in this run.');
  });

  test('that does not fit stands in groups of columns, labels and all', () => {
    const sides = ['off', 'best-effort', 'sleep-retry', 'queue'].map((choice) => ({
      choice,
      summary: fast,
    }));
    const lines = renderContrast('assist', sides, aStyle({ columns: 60 }));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.filter((line) => line.startsWith('collections'))).toHaveLength(2);
    const heads = lines.filter((line) => /^assist +\S+( +|$)/.test(line) && line !== 'assist time');
    expect(heads.map((line) => line.split(/ +/))).toEqual([
      ['assist', 'off', 'best-effort', 'sleep-retry'],
      ['assist', 'queue'],
    ]);
  });
});

describe('GC bytes from system', () => {
  test('put freeing on first, whatever the order of the runs', () => {
    const sides = ['off', 'on'].map((choice) => ({ choice, summary: aSummary() }));
    const heads = [sides, [...sides].reverse()].map((each) => renderGcBytes(each, aStyle())[0]);
    expect(heads[0]).toMatch(/workbuf freeing on +off +change$/);
    expect(heads[1]).toBe(heads[0]);
  });

  test('of one side have one column', () => {
    const lines = renderGcBytes([{ choice: '', summary: aSummary() }], aStyle());
    expect(lines[0]).toBe('GC bytes from system');
    expect(lines[1]).toMatch(/^ {2}peak +2\u00a0MiB$/);
  });
});

describe('a change', () => {
  test.each([
    [100, 81, '−19.0 %'],
    [80, 100, '+25.0 %'],
    [5, 5, '0.0 %'],
    [0, 0, '0.0 %'],
    [1 * MiB, 0, '−100 %'],
    [1, 20, '+1900 %'],
    [1_000_000, 1_000_001, '0.0 %'],
    [0, 5, '-'],
    [undefined, 5, '-'],
    [5, undefined, '-'],
  ])('from %s to %s is %s', (from, to, text) => {
    expect(changeOf(from, to).replaceAll('\u00a0', ' ')).toBe(text);
  });
});
