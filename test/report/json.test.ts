import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { summarize } from '../../src/analysis/summary.ts';
import type { Mechanisms } from '../../src/collector/release.ts';
import { jsonCycle, jsonHead, jsonTail, type RunInfo, renderJson } from '../../src/report/json.ts';
import { aCycle, aPacer, aSimCycle } from '../support/cycles.ts';
import { aRun, aSummary, someCycles } from '../support/reports.ts';

const top = new URL('../../', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('schema/run.schema.json', top), 'utf8')) as Node;

type Node = AnySchemaObject & {
  properties?: Record<string, Node>;
  $defs?: Record<string, Node>;
  items?: Node;
};

/** The schema with nothing allowed that it does not describe. The published one lets new fields pass. */
function closed(node: Node): Node {
  const copy: Node = { ...node };
  for (const key of ['properties', '$defs'] as const) {
    const inner = node[key];
    if (inner === undefined) continue;
    copy[key] = Object.fromEntries(Object.entries(inner).map(([name, of]) => [name, closed(of)]));
  }
  if (node.items !== undefined) copy.items = closed(node.items);
  if (node.properties !== undefined) copy.additionalProperties = false;
  return copy;
}

const ajv = new Ajv2020({ allErrors: true, strict: true });
const validate = ajv.compile(closed(schema));

function expectValid(text: string): void {
  const isValid = validate(JSON.parse(text));
  expect(validate.errors ?? []).toEqual([]);
  expect(isValid).toBe(true);
}

/** A collection with each field that there can be. */
const fullCycle = aSimCycle({
  periodic: true,
  scanNs: 1,
  syncNs: 1,
  scanCpuNs: 1,
  syncCpuNs: 1,
  stacksBytes: 1,
  globalsBytes: 1,
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
    expectValid(renderJson(aRun, [fullCycle, aCycle()], aSummary([fullCycle])));
    expectValid(renderJson(aRun, [aSimCycle({ sim: { pacer: stopped } })], aSummary([])));
  });

  test('has its parts and their fields in a fixed order, schemaVersion first', () => {
    const text = renderJson(aRun, [fullCycle], aSummary([fullCycle]), contrasts);
    const order = (value: unknown, node: Node): void => {
      if (Array.isArray(value)) {
        for (const item of value) order(item, node.items ?? {});
        return;
      }
      const ref = /^#\/\$defs\/(\w+)$/.exec(node.$ref ?? node.allOf?.[0]?.$ref ?? '')?.[1];
      const of = ref === undefined ? node : (schema.$defs?.[ref] ?? {});
      if (typeof value !== 'object' || value === null || of.properties === undefined) return;
      const keys = Object.keys(value);
      expect(keys).toEqual(Object.keys(of.properties).filter((key) => keys.includes(key)));
      for (const [key, inner] of Object.entries(value)) order(inner, of.properties[key] ?? {});
    };
    order(JSON.parse(text), schema);
    expect(text.startsWith('{\n  "schemaVersion": 1,\n')).toBe(true);
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
  const text = readFileSync(new URL('docs/json.md', top), 'utf8');

  test('names each field that the schema has', () => {
    const fields = (node: Node | undefined, prefix: string): string[] =>
      Object.entries(node?.properties ?? {}).flatMap(([name, inner]) => [
        `${prefix}${name}`,
        ...(name === 'bySignaller' ? [] : fields(inner, `${prefix}${name}.`)),
      ]);
    const all = [
      ...fields(schema.properties?.run, ''),
      ...fields(schema.$defs?.cycle, ''),
      ...fields(schema.$defs?.summary, ''),
      ...fields(schema.properties?.contrast?.items, ''),
    ];
    const documented = [...text.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name ?? '');
    expect(documented.filter((name) => !name.startsWith('stoppedAfterWakeup.'))).toEqual(all);
    for (const name of Object.keys(schema.properties ?? {})) expect(text).toContain(`"${name}"`);
  });

  test('describes each field of the schema', () => {
    const undescribed = (node: Node, at: string): string[] =>
      Object.entries(node.properties ?? {}).flatMap(([name, inner]) => [
        ...('description' in inner || '$ref' in inner || inner.properties !== undefined
          ? []
          : [`${at}.${name}`]),
        ...undescribed(inner, `${at}.${name}`),
      ]);
    const nodes = [schema, ...Object.values(schema.$defs ?? {})];
    expect(nodes.flatMap((node) => undescribed(node, ''))).toEqual([]);
  });
});
