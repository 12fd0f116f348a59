import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/analysis/summary.ts';
import type { Mechanisms } from '../../src/collector/release.ts';
import { jsonCycle, jsonHead, jsonTail, type RunInfo, renderJson } from '../../src/report/json.ts';
import { aConsMark, aCycle, aPacer, aSimCycle, aStoppedCycle } from '../support/cycles.ts';
import { aRun, aSummary, someCycles } from '../support/reports.ts';
import {
  documentedFields,
  expectOrder,
  fieldsOf,
  readDoc,
  readSchema,
  undescribed,
  validatorOf,
} from '../support/schemas.ts';

const schema = readSchema('run');
const expectValid = validatorOf(schema);

/** A collection with each field that there can be. */
const fullCycle = aSimCycle({
  process: 1,
  wallMs: 1,
  periodic: true,
  leakCheck: true,
  scanNs: 1,
  syncNs: 1,
  syncStopped: true,
  scanCpuNs: 1,
  syncCpuNs: 1,
  stacksBytes: 1,
  globalsBytes: 1,
  slack: { heapStartBytes: 1, heapEndBytes: 1, heapMarkedBytes: 1, heapGoalBytes: 0 },
  stopped: { ...aStoppedCycle().stopped!, objectsBefore: 1 },
  pacer: aPacer({ consMark: aConsMark() }),
  sim: { wakeupDelayNs: 1, signaller: 'assist', stoppedAfterWakeupNs: 1 },
});

const contrasts = [
  {
    mechanism: 'workbuf-freeing',
    sides: ['on', 'off'].map((choice) => ({ choice, summary: aSummary() })),
  },
];

describe('the JSON of a run', () => {
  test('is what its schema says, for runs and collections of all kinds', () => {
    const { end: _, sweepDone: __, ...stopped } = aPacer();
    expectValid(renderJson(aRun, someCycles(), aSummary(), contrasts));
    expectValid(renderJson(aRun, [], summarize([])));
    expectValid(renderJson(aRun, [fullCycle, aCycle(), aStoppedCycle()], aSummary([fullCycle])));
    expectValid(renderJson(aRun, [aSimCycle({ pacer: stopped })], aSummary([])));
  });

  test('has its parts and their fields in a fixed order, schemaVersion first', () => {
    const text = renderJson(aRun, [fullCycle], aSummary([fullCycle]), contrasts);
    expectOrder(JSON.parse(text), schema);
    expect(text.startsWith('{\n  "schemaVersion": 2,\n')).toBe(true);
  });

  test('does not depend on the order in which a collection was put together', () => {
    const reversed = Object.fromEntries(Object.entries(fullCycle).reverse()) as typeof fullCycle;
    expect(jsonCycle(reversed, 0)).toBe(jsonCycle(fullCycle, 0));
  });

  test('says all that it was given, and nothing of what is not known', () => {
    const parsed = JSON.parse(renderJson(aRun, [fullCycle, aCycle()], aSummary(), contrasts));
    expect(parsed.run).toEqual(aRun);
    expect(parsed.cycles).toEqual([fullCycle, aCycle()]);
    expect(parsed.summary).toEqual(JSON.parse(JSON.stringify(aSummary())));
    expect(parsed.contrast.map(({ choice }: { choice: string }) => choice)).toEqual(['on', 'off']);
    expect(renderJson(aRun, [aCycle()], summarize([]))).not.toContain('null');
  });

  test('can be written collection by collection, one a line', () => {
    const cycles = someCycles();
    const parts = [
      jsonHead(aRun),
      ...cycles.map(jsonCycle),
      jsonTail(aSummary(), contrasts, cycles.length),
    ];
    expect(parts.join('')).toBe(renderJson(aRun, cycles, aSummary(), contrasts));
    const rows = parts
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('    {"n":'));
    expect(rows).toHaveLength(cycles.length);
  });

  test('refuses a figure that is none', () => {
    expect(() => jsonCycle(aCycle({ gcCpuFraction: Number.NaN }), 0)).toThrow(/gcCpuFraction/);
    expect(() => jsonTail({ ...aSummary(), gcCpuShare: Number.POSITIVE_INFINITY }, [], 0)).toThrow(
      /gcCpuShare/,
    );
  });

  test('takes the mechanisms of a simulation as they are', () => {
    // A compile-time check: report does not import the collector.
    const accepts = (mechanisms: Partial<Mechanisms>): RunInfo => ({ ...aRun, mechanisms });
    expect(accepts({ assist: 'queue' }).mechanisms).toEqual({ assist: 'queue' });
  });
});

describe('its documentation', () => {
  test('names each field that the schema has', () => {
    const { text, fields } = documentedFields(readDoc('json.md'), 'The JSON of a run');
    expect(fields.filter((name) => !name.startsWith('stoppedAfterWakeup.'))).toEqual([
      ...fieldsOf(schema.properties?.run),
      ...fieldsOf(schema.$defs?.cycle),
      ...fieldsOf(schema.$defs?.summary),
      ...fieldsOf(schema.properties?.contrast?.items),
    ]);
    for (const name of Object.keys(schema.properties ?? {})) expect(text).toContain(`"${name}"`);
  });

  test('describes each field of the schema', () => {
    expect(undescribed(schema)).toEqual([]);
  });
});
