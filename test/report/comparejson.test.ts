import { describe, expect, test } from 'vitest';
import { renderComparisonCsv } from '../../src/report/comparecsv.ts';
import { renderComparisonJson } from '../../src/report/comparejson.ts';
import {
  documentedFields,
  expectOrder,
  fieldsOf,
  readDoc,
  readSchema,
  undescribed,
  validatorOf,
} from '../support/schemas.ts';
import { aComparison, aMetric, aRow, aSide, someNames } from './comparisons.ts';

const schema = readSchema('compare');
const expectValid = validatorOf(schema);
const empty = aComparison({
  rows: [],
  geomeans: [],
  missing: [],
  warnings: [],
  threshold: undefined,
});

describe('the JSON of a comparison', () => {
  test('is what its schema says, whatever is known', () => {
    expectValid(renderComparisonJson(aComparison(), someNames));
    expectValid(renderComparisonJson(empty, someNames));
    const row = aRow({ base: aSide(0, 0, 1), change: undefined, p: undefined });
    const text = renderComparisonJson(aComparison({ rows: [row] }), someNames);
    expectValid(text);
    expect(text).not.toMatch(/null|undefined/);
  });

  test('has its parts and their fields in a fixed order, a row a line', () => {
    const text = renderComparisonJson(aComparison(), someNames);
    expectOrder(JSON.parse(text), schema);
    expect(text.startsWith('{\n  "schemaVersion": 1,\n')).toBe(true);
    expect(text.match(/^ {4}\{"metric":.*\},?$/gm)).toHaveLength(5);
  });

  test('says all that is known', () => {
    const parsed = JSON.parse(renderComparisonJson(aComparison(), someNames));
    expect(parsed.base).toEqual({ name: 'main.json', samples: 10 });
    expect(parsed.rows[2]).toMatchObject({ metric: 'pause.max', verdict: 'worse', p: 0.0001 });
    expect(parsed.rows[2].head.interval).toEqual({ low: 144_000, high: 156_000 });
    expect(parsed).toMatchObject({ regressions: ['pause.max'], absent: ['interval'] });
    // Of the interval neither more nor less is worse: there is nothing to decide.
    expect(parsed.undecided).toEqual([]);
    expect(parsed.geomeans[0]).toMatchObject({ change: -0.1, rows: 3, leftOut: 1 });
  });

  test('says what cannot be decided, and why', () => {
    const few = aRow({ base: aSide(1, 0, 3), head: aSide(1, 0, 4), verdict: 'same' });
    const missing = [{ metric: aMetric('wakeup.max'), baseCount: 2, headCount: 4 }];
    const samples = { base: 3, head: 4 };
    const comparison = aComparison({ rows: [few], missing, samples, alpha: 0.05 });
    const text = renderComparisonJson(comparison, someNames);
    expectValid(text);
    // 2/C(7, 3) is 0.057.
    expect(JSON.parse(text)).toMatchObject({
      head: { samples: 4 },
      undecided: [
        { metric: 'gcSys.peak', reason: 'needs at least 4 samples a side for p < 0.05' },
        { metric: 'wakeup.max', reason: 'only in 2 of 3 base samples and 4 of 4 head samples' },
      ],
      absent: [],
    });
  });

  test('holds names of any kind', () => {
    const evil = '"\\\u001b\u2028\ud800</script>\n';
    const parsed = JSON.parse(renderComparisonJson(empty, { base: evil, head: '' }));
    expect(parsed.base.name).toBe(evil);
  });

  test('refuses a figure that is none', () => {
    const rows = [aRow({ change: Number.POSITIVE_INFINITY })];
    expect(() => renderComparisonJson(aComparison({ rows }), someNames)).toThrow(/change/);
  });
});

describe('its documentation', () => {
  test('names each field that the schema has', () => {
    const { text, fields } = documentedFields(readDoc('compare.md'), 'The JSON of a comparison');
    const { properties = {} } = schema;
    expect(fields).toEqual([
      'base.name',
      'base.samples',
      ...['alpha', 'threshold', 'regressions', 'absent', 'warnings'],
      ...fieldsOf(schema.$defs?.row),
      ...['count', 'median', 'interval'],
      ...fieldsOf(schema.$defs?.geomean),
      ...fieldsOf(schema.$defs?.undecided),
    ]);
    for (const name of Object.keys(properties)) expect(text).toContain(`"${name}"`);
  });

  test('describes each field of the schema', () => {
    expect(undescribed(schema)).toEqual([]);
  });
});

describe('the CSV of a comparison', () => {
  test('has a row for each metric, raw', () => {
    const [head, first, ...others] = renderComparisonCsv(aComparison()).split('\r\n');
    expect(head).toBe(
      'metric,unit,better,base_count,base_median,base_low,base_high,' +
        'head_count,head_median,head_low,head_high,change,p,verdict,is_regression,note',
    );
    expect(first).toBe(
      'gcSys.peak,bytes,lower,10,12582912,12457082.88,12708741.12,' +
        '10,10485760,10380902.4,10590617.6,-0.16666666666666666,0.002,better,false,',
    );
    expect(others).toHaveLength(5);
    expect(others[3]).toMatch(/,0,,same,false,all values are equal$/);
  });

  test('makes no formula of a name, and no text of a number', () => {
    const rows = [aRow({ metric: aMetric('=1+1', { unit: 'count' }), note: '@a,"b"' })];
    const text = renderComparisonCsv(aComparison({ rows }));
    expect(text).toContain("\r\n'=1+1,count,");
    expect(text).toContain('"\'@a,""b"""\r\n');
    expect(text).toContain(',-0.16666666666666666,');
  });
});
