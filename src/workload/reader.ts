/**
 * Readers: each knows how to read one sort of value of the workload language, says what is wrong with it, and gives the
 * JSON Schema of what it reads. So the language is written down once (`language.ts`), and the schema cannot drift
 * from the parser.
 */
import { didYouMean, nearestName } from '../diagnostic.ts';
import {
  type Bytes,
  formatBytes,
  formatDuration,
  type Ns,
  type Parsed,
  parseBytes,
  parseDuration,
  parseRate,
  parseShare,
} from '../units.ts';
import type { Place, Source } from './source.ts';
import { crop, type YamlKey, type YamlNode, type YamlScalar } from './yaml.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** What can be referred to by name. */
export type NameSpace = 'kind' | 'structure' | 'group';

/** One reading of a file. */
export interface Reading {
  readonly source: Source;
  /** Names that the file declares, in the order of their indices; '' for what has none. */
  readonly names: { readonly [N in NameSpace]: readonly string[] };
  /** Releases that there are; absent: any name will do. */
  readonly releases?: readonly string[];
  readonly places: Places;
}

/** Where in the file the parts of a workload stand. */
export class Places {
  private readonly known = new WeakMap<
    object,
    { self: Place; fields: ReadonlyMap<string, Place> }
  >();

  set(object: object, self: Place, fields: ReadonlyMap<string, Place>): void {
    this.known.set(object, { self, fields });
  }

  /** The value of the first of `keys` that is written, else the thing itself. */
  of(object: object, ...keys: string[]): Place {
    const known = this.known.get(object);
    for (const key of keys) {
      const place = known?.fields.get(key);
      if (place !== undefined) return place;
    }
    return known?.self ?? { start: 0, end: 0 };
  }
}

export interface Reader<T> {
  /** The value, or undefined once what is wrong has been reported. `label` names it in messages. */
  read(node: YamlNode, label: string, reading: Reading): T | undefined;
  /** What it reads, as the end of "must be …". */
  readonly expected: string;
  /** The range of what has units, for descriptions: JSON Schema cannot say it otherwise. */
  readonly range?: string;
  readonly schema: JsonSchema;
}

type Hint = () => string | undefined;

export function refuse(
  node: YamlNode,
  label: string,
  expected: string,
  reading: Reading,
  hint?: Hint,
): undefined {
  reading.source.report(placeOf(node), `${label} must be ${expected}, found ${found(node)}`, hint);
  return undefined;
}

function found(node: YamlNode): string {
  if (node.type !== 'scalar') return `a ${node.type}`;
  if (node.value === null) return node.source === '' ? 'nothing' : crop(node.source);
  return typeof node.value === 'string' ? `"${crop(node.value)}"` : crop(node.source);
}

/** Where to point when a value is meant: at the value, or at its key where there is none or it goes on for lines. */
function placeOf(node: YamlNode): Place {
  if (node.key !== undefined && (node.type !== 'scalar' || node.start === node.end))
    return node.key;
  return node;
}

/** The nearest name, and the list of all names where it is short. */
function suggest(text: string, names: readonly string[], what: string): string | undefined {
  if (names.length === 0) return undefined;
  return names.length <= 20 ? didYouMean(text, names, what) : nearest(text, names);
}

function nearest(text: unknown, names: readonly string[]): string | undefined {
  const name = typeof text === 'string' ? nearestName(text, names) : undefined;
  return name === undefined ? undefined : `did you mean ${name}?`;
}

/* Scalars. */

type Outcome<T> = { value: T } | { expected: string; hint?: Hint };

interface ScalarReader<T> extends Reader<T> {
  interpret(node: YamlScalar, reading: Reading): Outcome<T>;
}

function scalar<T>(
  expected: string,
  schema: JsonSchema,
  interpret: (node: YamlScalar, reading: Reading) => Outcome<T>,
): ScalarReader<T> {
  return {
    expected,
    schema,
    interpret,
    read(node, label, reading) {
      if (node.type !== 'scalar') return refuse(node, label, expected, reading);
      const outcome = interpret(node, reading);
      if ('value' in outcome) return outcome.value;
      return refuse(node, label, outcome.expected, reading, outcome.hint);
    },
  };
}

/** A whole number. */
export function whole(min: number, max: number): ScalarReader<number> {
  const expected = `a whole number from ${min} to ${max}`;
  const schema = { type: 'integer', minimum: min, maximum: max };
  return scalar(expected, schema, ({ value }) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      // Not -0.
      return { value: value + 0 };
    }
    const isQuoted = typeof value === 'string' && /^\d+$/.test(value);
    return { expected, hint: () => (isQuoted ? 'write the number without quotes' : undefined) };
  });
}

/** A number above 0 and up to `max`. */
export function positive(max: number): ScalarReader<number> {
  const expected = `a number above 0 and up to ${max}`;
  const schema = { type: 'number', exclusiveMinimum: 0, maximum: max };
  return scalar(expected, schema, ({ value }) =>
    typeof value === 'number' && value > 0 && value <= max ? { value } : { expected },
  );
}

/** One of a few words. */
export function word<W extends string>(...words: readonly W[]): ScalarReader<W> {
  const expected = words.length > 1 ? `one of ${words.join(', ')}` : `"${words[0]}"`;
  const schema = words.length > 1 ? { enum: words } : { const: words[0] };
  return scalar(expected, schema, ({ value }) => {
    const known = words.find((candidate) => candidate === value);
    return known === undefined ? { expected, hint: () => nearest(value, words) } : { value: known };
  });
}

/** What `other` reads, or one of a few words. */
export function wordOr<const W extends string, T>(
  words: readonly W[],
  other: ScalarReader<T>,
): Reader<W | T> {
  const expected = `${other.expected}, or ${words.join(', ').replace(/, ([^,]*)$/, ' or $1')}`;
  const oneWord = word(...words);
  const schema = { anyOf: [other.schema, oneWord.schema] };
  return scalar<W | T>(expected, schema, (node, reading) => {
    const chosen = oneWord.interpret(node, reading);
    if ('value' in chosen) return chosen;
    const outcome = other.interpret(node, reading);
    if ('value' in outcome) return outcome;
    return { expected, hint: () => chosen.hint?.() ?? outcome.hint?.() };
  });
}

/** The text of what may be a number with a unit: a plain number keeps the form in which it is written. */
function textOf({ value, source }: YamlScalar): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? source : '';
}

interface Quantity {
  parse: (text: string) => Parsed;
  format: (value: number) => string;
  /** "a size". */
  what: string;
  min: number;
  max: number;
  schema: JsonSchema;
}

function quantity({ parse, format, what, min, max, schema }: Quantity): Reader<number> {
  const range = `from ${format(min)} to ${format(max)}`;
  const expected = `${what} ${range}`;
  const reader = scalar(expected, schema, (node) => {
    const parsed = parse(textOf(node));
    if (!parsed.ok) return { expected: parsed.expected };
    return parsed.value >= min && parsed.value <= max ? { value: parsed.value } : { expected };
  });
  return { ...reader, range };
}

const byteUnit = '(?:B|[kKMGT]B|[KMGT]iB)';
const timeUnit = '(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h)';
const decimal = '\\d+(?:\\.\\d+)?';

/** Schemas that many values share; each stands once, in the published schema's `$defs`. */
export const sharedSchemas: { readonly [name: string]: JsonSchema } = {
  size: {
    description: 'A size: "64KiB", "1.5MiB", "2MB" (decimal), or a plain number of bytes.',
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: `^${decimal}(?: ?${byteUnit})?$`, maxLength: 64 },
    ],
  },
  duration: {
    description: 'A duration with its unit: "10ms", "1.5s", "1m30s", "400ns".',
    anyOf: [
      { const: 0 },
      {
        type: 'string',
        pattern: `^(?:0|${decimal} ?${timeUnit}(?: ?${decimal} ?${timeUnit})*)$`,
        maxLength: 64,
      },
    ],
  },
  rate: {
    description: 'A rate of allocation: "50MiB/s".',
    type: 'string',
    pattern: `^${decimal} ?${byteUnit} ?/ ?s$`,
    maxLength: 80,
  },
  name: {
    description: 'A name: a letter, then letters, digits, "-", "_" or ".".',
    type: 'string',
    pattern: '^[A-Za-z][A-Za-z0-9_.-]*$',
    maxLength: 64,
  },
};

function shared(name: keyof typeof sharedSchemas): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

export function size(min: Bytes, max: Bytes): Reader<Bytes> {
  const schema = shared('size');
  return quantity({ parse: parseBytes, format: formatBytes, what: 'a size', min, max, schema });
}

export function duration(min: Ns, max: Ns): Reader<Ns> {
  const schema = shared('duration');
  return quantity({
    parse: parseDuration,
    format: formatDuration,
    what: 'a duration',
    min,
    max,
    schema,
  });
}

/** A rate in bytes per second. */
export function rate(min: Bytes, max: Bytes): Reader<Bytes> {
  const format = (value: number) => `${formatBytes(value)}/s`;
  return quantity({ parse: parseRate, format, what: 'a rate', min, max, schema: shared('rate') });
}

/** A size, or a share of something as a percentage. */
export function sizeOrShare(max: Bytes): Reader<{ bytes: Bytes } | { share: number }> {
  const bytes = size(0, max);
  const expected = 'a size such as "24B", or a share such as "50%"';
  const schema = {
    anyOf: [bytes.schema, { type: 'string', pattern: `^${decimal} ?%$`, maxLength: 64 }],
  };
  return {
    expected,
    schema,
    read(node, label, reading) {
      const text = node.type === 'scalar' ? textOf(node) : '';
      if (!text.endsWith('%')) {
        if (!parseBytes(text).ok) return refuse(node, label, expected, reading);
        const value = bytes.read(node, label, reading);
        return value === undefined ? undefined : { bytes: value };
      }
      const parsed = parseShare(text);
      if (parsed.ok) return { share: parsed.value };
      return refuse(node, label, 'a share from 0% to 100%', reading);
    },
  };
}

const namePattern = /^[A-Za-z][A-Za-z0-9_.-]*$/;
const nameLengthMax = 64;
const expectedName = `a name: a letter, then letters, digits, "-", "_" or ".", ${nameLengthMax} at most`;

function isName(text: string): boolean {
  return text.length <= nameLengthMax && namePattern.test(text);
}

export function name(): Reader<string> {
  return scalar(expectedName, shared('name'), ({ value }) =>
    typeof value === 'string' && isName(value) ? { value } : { expected: expectedName },
  );
}

/** A release of Go. `1.10` is a number to YAML; what counts is how it is written. */
export function release(): Reader<string> {
  const expected = 'a release of Go such as "1.9"';
  const schema = { anyOf: [{ type: 'string' }, { type: 'number' }] };
  return scalar(expected, schema, (node, { releases }) => {
    const value = textOf(node);
    if (releases === undefined ? /^[0-9A-Za-z.^-]{1,64}$/.test(value) : releases.includes(value))
      return { value };
    return { expected, hint: () => suggest(value, releases ?? [], 'releases') };
  });
}

/** The name of something that the file declares; gives its index. */
export function reference(space: NameSpace): Reader<number> {
  const expected = `the name of a ${space}`;
  return {
    expected,
    schema: shared('name'),
    read(node, label, reading) {
      if (node.type !== 'scalar' || typeof node.value !== 'string')
        return refuse(node, label, expected, reading);
      const { value } = node;
      const names = reading.names[space];
      const index = names.indexOf(value);
      if (index >= 0 && value !== '') return index;
      const declared = names.filter((candidate) => candidate !== '');
      const hint = () => suggest(value, declared, `${space}s`) ?? `the file declares no ${space}s`;
      reading.source.report(placeOf(node), `there is no ${space} "${crop(value)}"`, hint);
      return undefined;
    },
  };
}

/* Lists and maps. */

export function list<T>(
  item: Reader<T>,
  rules: { what: string; items: string; max: number },
): Reader<T[]> {
  const { what, items, max } = rules;
  const expected = `a list of ${items}`;
  return {
    expected,
    schema: { type: 'array', minItems: 1, maxItems: max, items: item.schema },
    read(node, label, reading) {
      if (node.type !== 'list') {
        const hint = () => (node.type === 'map' ? `put "- " before each ${what}` : undefined);
        return refuse(node, label, expected, reading, hint);
      }
      if (node.items.length === 0 || node.items.length > max) {
        const message = `${label} must have from 1 to ${max} ${items}, found ${node.items.length}`;
        reading.source.report(placeOf(node), message);
        return undefined;
      }
      return all(node.items.map((child) => item.read(child, `a ${what}`, reading)));
    },
  };
}

/** A map of names, which the file chooses, to values. */
export function named<T>(item: Reader<T>, rules: { what: string; max: number }): Reader<T[]> {
  const { what, max } = rules;
  const expected = `a map of names to ${what}s`;
  return {
    expected,
    schema: {
      type: 'object',
      propertyNames: shared('name'),
      maxProperties: max,
      additionalProperties: item.schema,
    },
    read(node, label, reading) {
      if (node.type !== 'map') return refuse(node, label, expected, reading);
      if (node.entries.length > max) {
        const message = `${label} must have at most ${max} ${what}s, found ${node.entries.length}`;
        reading.source.report(placeOf(node), message);
        return undefined;
      }
      const values = node.entries.map(({ key, value }) => {
        const label = `${what} "${crop(key.text)}"`;
        if (isName(key.text)) return item.read(value, label, reading);
        reading.source.report(
          key,
          `the name of a ${what} must be ${expectedName}, found "${crop(key.text)}"`,
        );
        return undefined;
      });
      return all(values);
    },
  };
}

/** All values, or undefined where one is missing. */
function all<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const present = values.filter((value) => value !== undefined);
  return present.length === values.length ? present : undefined;
}

/* Maps with keys of the language. */

export interface Field<T> {
  readonly reader: Reader<unknown>;
  /** One sentence for editors. */
  readonly about: string;
  readonly isRequired: boolean;
  /** The value where the key is left out. */
  readonly fallback: T | undefined;
  /** The fallback as it would be written. */
  readonly written: string | number | undefined;
}

export type Fields = { readonly [key: string]: Field<unknown> };
export type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

export function required<T>(reader: Reader<T>, about: string): Field<T> {
  return { reader, about, isRequired: true, fallback: undefined, written: undefined };
}

export function optional<T>(reader: Reader<T>, about: string): Field<T | undefined> {
  return { reader, about, isRequired: false, fallback: undefined, written: undefined };
}

export function defaulted<T>(
  reader: Reader<T>,
  value: NoInfer<T>,
  about: string,
  written?: string | number,
): Field<T> {
  const plain = typeof value === 'string' || typeof value === 'number' ? value : undefined;
  return { reader, about, isRequired: false, fallback: value, written: written ?? plain };
}

/** What a record's `make` may ask and say beside the values. */
export interface Maker {
  /** The key that the record is the value of. */
  readonly name: string;
  /** Reports what is wrong at the first of `keys` that is written; gives undefined, for `make` to return. */
  refuse(keys: readonly string[], message: string, hint?: string): undefined;
}

export interface RecordReader<T> extends Reader<T> {
  readonly fields: Fields;
  /** What it is called in messages: "a list". */
  readonly what: string;
}

/** A map whose keys are those of `fields`. `more` is added to its schema. */
export function record<F extends Fields, T extends object>(
  what: string,
  fields: F,
  make: (values: Values<F>, maker: Maker) => T | undefined,
  more: JsonSchema = {},
): RecordReader<T> {
  const known = new Map<string, Field<unknown>>(Object.entries(fields));
  const keys = [...known.keys()];
  const expected = `a map with the keys of ${what}`;
  return {
    what,
    fields,
    expected,
    schema: recordSchema(known, more),
    read(node, label, reading) {
      if (node.type !== 'map') {
        return refuse(node, label, expected, reading, () => `keys: ${keys.join(', ')}`);
      }
      const values = new Map<string, unknown>();
      const places = new Map<string, Place>();
      let isGood = true;
      for (const { key, value } of node.entries) {
        const field = known.get(key.text);
        places.set(key.text, placeOf(value));
        if (field === undefined) refuseKey(key, what, keys, reading);
        const read = field?.reader.read(value, `"${key.text}"`, reading);
        if (read === undefined) isGood = false;
        values.set(key.text, read);
      }
      const self = node.key ?? node.entries[0]?.key ?? node;
      const missing = keys.filter((key) => known.get(key)?.isRequired === true && !values.has(key));
      if (missing.length > 0) {
        const list = missing.map((key) => `"${key}"`).join(' and ');
        reading.source.report(self, `${what} needs ${list}`);
      }
      if (!isGood || missing.length > 0) return undefined;
      for (const [key, { fallback }] of known) if (!values.has(key)) values.set(key, fallback);
      const maker: Maker = {
        name: node.key?.text ?? '',
        refuse(at, message, hint) {
          const key = at.find((candidate) => places.has(candidate));
          const place = key === undefined ? self : (places.get(key) ?? self);
          reading.source.report(place, message, () => hint);
          return undefined;
        },
      };
      // Each value was read by its field's reader, or is its fallback.
      const made = make(Object.fromEntries(values) as Values<F>, maker);
      if (made !== undefined) reading.places.set(made, self, places);
      return made;
    },
  };
}

function recordSchema(fields: ReadonlyMap<string, Field<unknown>>, more: JsonSchema): JsonSchema {
  const entries = [...fields];
  const needed = entries.filter(([, field]) => field.isRequired).map(([key]) => key);
  const properties = entries.map(([key, { reader, about, written }]) => {
    const range = reader.range === undefined ? '' : ` F${reader.range.slice(1)}.`;
    const fallback = written !== undefined && { default: written };
    return [key, { description: `${about}${range}`, ...fallback, ...reader.schema }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
    ...more,
  };
}

const memoryLimitKeys = new Set(['memorylimit', 'setmemorylimit', 'gomemlimit']);

/** Reports a key that the language does not have in `what`, or a step that it does not have. */
export function refuseKey(
  key: YamlKey,
  what: string,
  keys: readonly string[],
  reading: Reading,
): void {
  const text = crop(key.text);
  if (memoryLimitKeys.has(key.text.toLowerCase().replace(/[-_]/g, ''))) {
    const message = `"${text}" is not offered: no release up to 1.12 has a memory limit`;
    reading.source.report(key, message);
    return;
  }
  const isStep = what === 'a step';
  const message = isStep ? `unknown step "${text}"` : `unknown key "${text}" in ${what}`;
  reading.source.report(key, message, () => suggest(key.text, keys, isStep ? 'steps' : 'keys'));
}

/** A map whose key `by` says which of several records it is. */
export function oneOf<T>(
  what: string,
  by: string,
  records: { readonly [choice: string]: RecordReader<T> },
): Reader<T> {
  const choices = new Map(Object.entries(records));
  const choice = word(...choices.keys());
  const expected = `a map with the keys of ${what}`;
  return {
    expected,
    schema: { oneOf: [...choices.values()].map(({ schema }) => schema) },
    read(node, label, reading) {
      if (node.type !== 'map') return refuse(node, label, expected, reading);
      const chosen = node.entries.find(({ key }) => key.text === by);
      if (chosen === undefined) {
        const hint = () => `${by}s: ${[...choices.keys()].join(', ')}`;
        reading.source.report(node.key ?? node, `${label} needs "${by}"`, hint);
        return undefined;
      }
      const name = choice.read(chosen.value, `"${by}"`, reading);
      return name === undefined ? undefined : choices.get(name)?.read(node, label, reading);
    },
  };
}
