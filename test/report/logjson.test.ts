import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/analysis/summary.ts';
import { jsonCycle } from '../../src/report/json.ts';
import {
  type LogResult,
  logJsonHead,
  logJsonTail,
  renderLogJson,
} from '../../src/report/logjson.ts';
import { GiB } from '../../src/units.ts';
import { aConsMark, aCycle, aPacer, aStoppedCycle } from '../support/cycles.ts';
import { aFinding, aLog, aLogReport, aRef, noFigures, someFigures } from '../support/reports.ts';
import {
  documentedFields,
  expectOrder,
  fieldsOf,
  readDoc,
  readSchema,
  undescribed,
  validatorOf,
} from '../support/schemas.ts';

const schema = readSchema('analysis');
const expectValid = validatorOf(schema);

/** A collection with each field that a log can tell. */
const fullCycle = aCycle({
  process: 1,
  wallMs: 1_709_470_000_123,
  periodic: true,
  slack: { heapStartBytes: 1, heapEndBytes: 1, heapMarkedBytes: 1, heapGoalBytes: 0 },
  pacer: aPacer({ consMark: aConsMark() }),
});

/** Everything that there can be: two processes, each by itself too, and lines that were lost. */
function aFullResult(): LogResult {
  const [process] = aLog().processes;
  const walled = { ...process!, firstWallMs: 1, lastWallMs: 2 };
  const log = aLog({
    processes: [walled, { ...process!, id: 2, source: 'web-1' }],
    lines: { read: 9, gc: 3, rejoined: 1, skipped: 1, cutShort: 0 },
    skipped: [{ file: '-', line: 1, column: 2, reason: 'torn', message: 'no end', text: 'gc 1 @' }],
    lostGcLines: 1,
  });
  const finding = aFinding({ process: 2, cycles: [aRef({ wallMs: 1 }), aRef()] });
  const figures = someFigures({
    findings: [finding, aFinding({ severity: 'info' })],
    missing: { collections: 20, ranges: [{ from: 20, to: 39, process: 1 }] },
  });
  return { log, figures, perProcess: [{ process: walled, figures }] };
}

describe('the JSON of a log', () => {
  test('is what its schema says, whatever is known', () => {
    const cycles = [fullCycle, aStoppedCycle({ process: 2 })];
    expectValid(renderLogJson(aFullResult(), cycles));
    expectValid(renderLogJson({ log: aLog(), figures: someFigures() }, [aCycle()]));
    const empty = { log: aLog({ processes: [], releases: '' }), figures: noFigures() };
    expectValid(renderLogJson(empty, []));
    expect(renderLogJson(empty, [])).not.toMatch(/null|undefined/);
  });

  test('has its parts and their fields in a fixed order', () => {
    const { log, figures, perProcess } = aFullResult();
    const reversed = <T extends object>(value: T): T =>
      Object.fromEntries(Object.entries(value).reverse()) as T;
    const result = {
      log: { ...reversed(log), lines: reversed(log.lines), companions: reversed(log.companions) },
      figures: {
        ...reversed(figures),
        worstOvershoots: figures.worstOvershoots.map(reversed),
        findings: figures.findings.map(reversed),
        pacing: reversed(figures.pacing),
        memory: reversed(figures.memory!),
      },
      perProcess,
    };
    const text = renderLogJson(result, [fullCycle]);
    expect(text).toBe(renderLogJson(aFullResult(), [fullCycle]));
    expectOrder(JSON.parse(text), schema);
    expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(schema.properties ?? {}));
  });

  test('can be written while the log is read, a collection a line', () => {
    const result = aFullResult();
    const cycles = [fullCycle, aCycle({ n: 3 })];
    const parts = [
      logJsonHead(result.log.files),
      ...cycles.map(jsonCycle),
      logJsonTail(result, cycles.length),
    ];
    expect(parts.join('')).toBe(renderLogJson(result, cycles));
    expect(parts[0]).toBe(
      '{\n  "schemaVersion": 2,\n  "log": {\n    "files": [\n      "api.log"\n    ]\n  },\n  "cycles": [',
    );
    const rows = parts
      .join('')
      .split('\n')
      .filter((line) => line.startsWith('    {"n":'));
    expect(rows).toHaveLength(2);
  });

  test('says all that it was given', () => {
    const result = aFullResult();
    const parsed = JSON.parse(renderLogJson(result, [fullCycle]));
    expect(parsed.cycles).toEqual([fullCycle]);
    expect(parsed.lines).toEqual(result.log.lines);
    expect(parsed.companions).toEqual(result.log.companions);
    expect(parsed.skipped).toEqual(result.log.skipped);
    expect(parsed.leftOut).toBe(0);
    expect(JSON.parse(renderLogJson({ ...result, leftOut: 7 }, [])).leftOut).toBe(7);
    expect(parsed.releases).toBe('Go 1.18 or later');
    const { summary, findings: _, gcCpuShare, ...figures } = result.figures;
    const known = JSON.parse(
      JSON.stringify({ ...summary, ...figures, countedGcCpuShare: gcCpuShare }),
    );
    expect(parsed.summary).toEqual(known);
    expect(parsed.processes.map(({ id }: { id: number }) => id)).toEqual([1, 2]);
    expect(parsed.processes[0].summary).toEqual(known);
    expect(parsed.processes[1]).not.toHaveProperty('summary');
  });

  test('tells apart GC CPU by the last line and over the counted collections', () => {
    const summary = { ...summarize([aCycle(), aCycle({ n: 3 })]), gcCpuShare: 0.08 };
    const figures = someFigures({ summary, gcCpuShare: 0.06 });
    const parsed = JSON.parse(renderLogJson({ log: aLog(), figures }, []));
    expect(parsed.summary).toMatchObject({ gcCpuShare: 0.08, countedGcCpuShare: 0.06 });
  });

  test('has findings with what shows them', () => {
    const { findings } = JSON.parse(renderLogJson(aFullResult(), []));
    expect(findings).toHaveLength(2);
    expect(findings[0]).toEqual({
      rule: 'assist-pressure',
      severity: 'warning',
      process: 2,
      message: 'assists took over 5 % of CPU in 41 collections, worst 19 % (#881)',
      evidence: {
        cycles: [
          { n: 881, process: 1, startNs: 5_467_900_000_000, wallMs: 1 },
          { n: 881, process: 1, startNs: 5_467_900_000_000 },
        ],
        figures: { collections: 41, worstShare: 0.19 },
      },
      why: 'The program allocates faster than 25 % of its CPUs can mark.',
      advice: 'Try GOGC=150, which would take about 206 MiB more.',
    });
    expect(findings[1]).not.toHaveProperty('process');
  });

  test('holds names and lines of any kind', () => {
    const evil = '"\\\u001b\u2028</script>\n';
    const parsed = JSON.parse(
      renderLogJson({ log: aLog({ files: [evil] }), figures: noFigures() }, []),
    );
    expect(parsed.log.files).toEqual([evil]);
  });

  test('refuses a figure that is none', () => {
    const figures = someFigures({ collectionsPerSecond: Number.POSITIVE_INFINITY });
    expect(() => renderLogJson({ log: aLog(), figures }, [])).toThrow(/collectionsPerSecond/);
  });
});

describe('its documentation', () => {
  test('names each field that the schema has beyond those of a run', () => {
    const { text, fields } = documentedFields(readDoc('json.md'), 'The JSON of an analysis');
    const ofRun = new Set(Object.keys(readSchema('run').$defs?.summary?.properties ?? {}));
    const { properties = {} } = schema.$defs?.analysis ?? {};
    const own = Object.entries(properties).filter(([name]) => !ofRun.has(name));
    expect(fields).toEqual([
      ...fieldsOf(schema.properties?.lines),
      ...fieldsOf(schema.properties?.companions),
      ...fieldsOf(schema.properties?.skipped?.items),
      ...fieldsOf(schema.$defs?.process),
      ...fieldsOf({ properties: Object.fromEntries(own) }),
      ...fieldsOf(schema.$defs?.overshootCase),
      ...fieldsOf(schema.$defs?.cycleRef),
      ...fieldsOf(schema.$defs?.finding),
    ]);
    for (const name of Object.keys(schema.properties ?? {})) expect(text).toContain(`"${name}"`);
  });

  test('describes each field of the schema', () => {
    expect(undescribed(schema)).toEqual([]);
  });

  test('has collections and the figures of a run as those of a run are', () => {
    const run = readSchema('run');
    expect(schema.$defs?.cycle).toEqual(run.$defs?.cycle);
    expect(schema.$defs?.delays).toEqual(run.$defs?.delays);
    expect(schema.$defs?.analysis?.properties).toMatchObject(run.$defs?.summary?.properties ?? {});
    expect(schema.properties?.schemaVersion).toEqual(run.properties?.schemaVersion);
  });
});

test('a log that is reported as text can be written as JSON', () => {
  const report = aLogReport();
  expect(JSON.parse(renderLogJson(report, [])).summary.memory.releasedBytes).toBe(1.25 * GiB);
});
