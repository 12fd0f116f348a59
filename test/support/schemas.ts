/** JSON, the schemas that describe it for programs, and the documentation that describes it for people. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

const top = new URL('../../', import.meta.url);

export type Node = AnySchemaObject & {
  properties?: Record<string, Node>;
  $defs?: Record<string, Node>;
  items?: Node;
};

export function readSchema(name: string): Node {
  return JSON.parse(readFileSync(new URL(`schema/${name}.schema.json`, top), 'utf8')) as Node;
}

export function readDoc(name: string): string {
  return readFileSync(new URL(`docs/${name}`, top), 'utf8');
}

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

/** Fails for JSON that is not what the schema says, or that has a field it does not have. */
export function validatorOf(schema: Node): (text: string) => void {
  const validate = new Ajv2020({ allErrors: true, strict: true }).compile(closed(schema));
  return (text) => {
    const isValid = validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
  };
}

/** Fails where fields do not stand in the order of the schema. */
export function expectOrder(value: unknown, schema: Node, node = schema): void {
  if (Array.isArray(value)) {
    for (const item of value) expectOrder(item, schema, node.items ?? {});
    return;
  }
  const of = resolved(node, schema);
  if (typeof value !== 'object' || value === null || of.properties === undefined) return;
  const keys = Object.keys(value);
  expect(keys).toEqual(Object.keys(of.properties).filter((key) => keys.includes(key)));
  for (const [key, inner] of Object.entries(value)) {
    expectOrder(inner, schema, of.properties[key] ?? {});
  }
}

/** What a reference stands for. */
function resolved(node: Node, schema: Node): Node {
  const name = /^#\/\$defs\/(\w+)$/.exec(node.$ref ?? node.allOf?.[0]?.$ref ?? '')?.[1];
  return name === undefined ? node : (schema.$defs?.[name] ?? {});
}

/** The paths of all fields below `node`, in their order. */
export function fieldsOf(node: Node | undefined, prefix = ''): string[] {
  return Object.entries(node?.properties ?? {}).flatMap(([name, inner]) => [
    `${prefix}${name}`,
    ...(name === 'bySignaller' ? [] : fieldsOf(inner, `${prefix}${name}.`)),
  ]);
}

/** A part of the documentation by its first heading, and the fields that its tables name. */
export function documentedFields(doc: string, heading: string): { text: string; fields: string[] } {
  const text = doc.split(/^(?=# )/m).find((part) => part.startsWith(`# ${heading}\n`)) ?? '';
  const rows = text.matchAll(/^\| `([\w.]+)` \|/gm);
  return { text, fields: [...rows].map(([, name]) => name ?? '') };
}

/** Fields that the schema says nothing of. */
export function undescribed(schema: Node): string[] {
  const below = (node: Node, at: string): string[] =>
    Object.entries(node.properties ?? {}).flatMap(([name, inner]) => [
      ...('description' in inner || '$ref' in inner || inner.properties !== undefined
        ? []
        : [`${at}.${name}`]),
      ...below(inner, `${at}.${name}`),
      ...below(inner.items ?? {}, `${at}.${name}`),
    ]);
  return [schema, ...Object.values(schema.$defs ?? {})].flatMap((node) => below(node, ''));
}
