import { describe, expect, test } from 'vitest';
import {
  counted,
  figure,
  finish,
  formatCount,
  renderItems,
  unbroken,
  wrap,
} from '../../src/report/layout.ts';
import { renderTable } from '../../src/report/table.ts';
import { aStyle } from '../support/reports.ts';

describe('tables', () => {
  const table = {
    label: 'what',
    heads: ['before', 'after'],
    rows: [
      { label: 'a figure', cells: ['1.5 %', '22.5 %'], note: 'and what it means' },
      { label: 'a name', cells: [] },
      { label: '  another', cells: ['-', '100 MiB'] },
    ],
  };

  test('align figures on the right, with notes beside them', () => {
    expect(renderTable(table, aStyle())).toEqual([
      'what         before     after',
      'a figure      1.5 %    22.5 %    and what it means',
      'a name',
      '  another         -   100 MiB',
    ]);
  });

  test('put notes below where there is no room', () => {
    expect(renderTable(table, aStyle({ columns: 40 }))).toEqual([
      'what         before     after',
      'a figure      1.5 %    22.5 %',
      '    and what it means',
      'a name',
      '  another         -   100 MiB',
    ]);
  });

  test('divide columns where there is no room, with notes at the last of them', () => {
    expect(renderTable(table, aStyle({ columns: 25 }))).toEqual([
      'what         before',
      'a figure      1.5 %',
      'a name',
      '  another         -',
      '',
      'what          after',
      'a figure     22.5 %',
      '    and what it means',
      'a name',
      '  another   100 MiB',
    ]);
  });
});

describe('items', () => {
  test('stand beside their label as long as there is room', () => {
    const items = ['one 1 ms', 'two 2 ms', 'three 3 ms'];
    expect(renderItems('label', items, 8, aStyle({ columns: 30 }))).toEqual([
      'label   one 1 ms     two 2 ms',
      '        three 3 ms',
    ]);
    expect(renderItems('label', items, 8, aStyle())).toHaveLength(1);
    expect(renderItems('label', [], 8, aStyle())).toEqual(['label']);
  });
});

describe('wrapping', () => {
  test('divides at spaces, and leaves a long word whole', () => {
    expect(wrap('a bb ccc dddddddd e', 6, 2)).toEqual(['  a bb', '  ccc', '  dddddddd', '  e']);
  });

  test('does not divide what is unbroken', () => {
    expect(wrap(`it took ${unbroken('12 ms')}`, 10)).toEqual(['it took', '12\u00a0ms']);
  });
});

describe('figures', () => {
  test('that are not known are a dash', () => {
    expect(Object.values(figure).map((write) => write(undefined))).toEqual(['-', '-', '-', '-']);
  });

  test('counts have a comma between thousands', () => {
    expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([counted(1, 'proc'), counted(2, 'proc')]).toEqual(['1\u00a0proc', '2\u00a0procs']);
  });
});

describe('text', () => {
  test('ends each line, and has plain spaces', () => {
    expect(finish([unbroken('1 ms'), 'b'], aStyle())).toBe('1 ms\nb\n');
  });

  test('keeps its columns in ASCII, whatever it says', () => {
    expect(finish(['−5 µs · “é”'], aStyle({ ascii: true }))).toBe('-5 us | "?"\n');
  });
});
