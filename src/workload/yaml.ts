/**
 * YAML text to a tree of maps, lists and scalars that know their places. The `yaml` package does the reading; here
 * stands what no file of ours may contain although YAML has it, and what protects against hostile files: limits of
 * nesting and of what aliases expand to are checked before anything walks the tree.
 */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Parser,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { aliasedValuesMax, yamlDepthMax } from './limits.ts';
import type { Place, Source } from './source.ts';

export type YamlNode = YamlMap | YamlList | YamlScalar;

interface Base extends Place {
  /** The key that this is the value of. */
  key?: YamlKey;
  /** Values in it, itself included, each alias counted as what it stands for. */
  weight: number;
  /** Levels of nesting in it, itself included. */
  height: number;
}

export interface YamlKey extends Place {
  text: string;
}

export interface YamlMap extends Base {
  type: 'map';
  entries: { key: YamlKey; value: YamlNode }[];
}

export interface YamlList extends Base {
  type: 'list';
  items: YamlNode[];
}

export interface YamlScalar extends Base {
  type: 'scalar';
  /** As YAML 1.2 reads it, whatever a %YAML line says. */
  value: string | number | boolean | null;
  /** As it stands in the file, quotes included; '' where there is nothing. */
  source: string;
}

/** The one document of a file, or undefined once what is wrong with it has been reported. */
export function readYaml(source: Source): YamlNode | undefined {
  try {
    const documents = composeDocuments(source);
    if (documents === undefined) return undefined;
    return new Converter(source).convertAll(documents);
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

/** Ends the reading: going on would cost too much. What is wrong has been reported. */
class Stop extends Error {}

function composeDocuments(source: Source): Document.Parsed[] | undefined {
  // Not recursive, unlike the composing that follows.
  const tokens = [...new Parser().parse(source.text)];
  const tooDeep = deepToken(tokens);
  if (tooDeep !== undefined) {
    source.report(tooDeep, `lists and maps are nested deeper than ${yamlDepthMax} levels`);
    return undefined;
  }
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    // It compares each key with all others; the converter does it in linear time.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens)] as Document.Parsed[];
  for (const document of documents) {
    for (const { pos, code, message } of document.errors) reportSyntax(source, pos, code, message);
    for (const { pos, code, message } of document.warnings) {
      // Tags are refused by the converter, known or not.
      if (code !== 'TAG_RESOLVE_FAILED') reportSyntax(source, pos, code, message);
    }
  }
  // A file of comments and directives alone makes no document.
  for (const { pos, code, message } of documents.length === 0 ? composer.streamInfo().errors : []) {
    reportSyntax(source, pos, code, message);
  }
  return source.isClean ? documents : undefined;
}

/** The first list or map that lies too deep, if there is one. */
function deepToken(tokens: readonly CST.Token[]): Place | undefined {
  const open: { token: CST.Token; depth: number }[] = [];
  for (const token of tokens) {
    if (token.type === 'document' && token.value !== undefined)
      open.push({ token: token.value, depth: 1 });
  }
  let first: Place | undefined;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (!('items' in token)) continue;
    if (depth > yamlDepthMax) {
      const start = token.offset;
      if (first === undefined || start < first.start) first = { start, end: start + 1 };
      continue;
    }
    for (const item of token.items) {
      for (const child of [item.key, item.value]) {
        if (child) open.push({ token: child, depth: depth + 1 });
      }
    }
  }
  return first;
}

/** The library's messages, in our style, with a hint where the cause is a common one. */
function reportSyntax(
  source: Source,
  [start, end]: [number, number],
  code: string,
  said: string,
): void {
  const hints: { readonly [code: string]: string } = {
    TAB_AS_INDENT: 'indent with spaces',
    BAD_SCALAR_START: 'put the text in quotes',
    BLOCK_AS_IMPLICIT_KEY:
      'put the inner key on a line of its own, indented, or the text in quotes',
    MULTILINE_IMPLICIT_KEY: 'is a ":" missing after a key, or is the line indented too little?',
    BAD_ALIAS: 'put a space before the ":"',
    RESOURCE_EXHAUSTION: 'is the nesting too deep?',
  };
  const message = `not valid YAML: ${said.charAt(0).toLowerCase()}${said.slice(1)}`;
  source.report({ start, end }, message, () => hints[code]);
}

type ParsedNode = Document.Parsed['contents'];

class Converter {
  private readonly source: Source;
  /** What each anchor stands for at this place of the file; undefined while its value is being read. */
  private readonly anchors = new Map<string, YamlNode | undefined>();
  /** Values that the aliases so far stand for. */
  private aliased = 0;

  constructor(source: Source) {
    this.source = source;
  }

  convertAll([first, second]: Document.Parsed[]): YamlNode | undefined {
    const { source } = this;
    const nothing = first === undefined || (isScalar(first.contents) && isEmpty(first.contents));
    if (nothing || first.contents === null) {
      const start = 0;
      source.report(
        { start, end: start },
        `the file has no content, expected ${source.kind.needed}`,
      );
      return undefined;
    }
    if (second !== undefined) {
      const start = second.range[0];
      source.report(
        { start, end: start + 3 },
        `a second document starts here: ${source.kind.file} holds one`,
        () => `put each ${source.kind.content} into a file of its own`,
      );
      return undefined;
    }
    const root = this.convert(first.contents);
    return source.isClean ? root : undefined;
  }

  private convert(node: ParsedNode, key?: YamlKey): YamlNode {
    const range = node?.range ?? [key?.end ?? 0, key?.end ?? 0];
    const place = { start: range[0], end: Math.max(range[0], range[1]), ...(key && { key }) };
    if (isAlias(node)) return this.expand(node.source, place);
    if (node === null || node === undefined) {
      return { type: 'scalar', value: null, source: '', weight: 1, height: 1, ...place };
    }
    const { anchor, tag } = node;
    if (tag !== undefined) {
      this.source.report(
        place,
        `YAML tags such as "${shortTag(tag)}" are not part of ${this.source.kind.language}`,
        () => 'leave the tag out',
      );
    }
    if (anchor !== undefined) this.anchors.set(anchor, undefined);
    const made = this.convertUnanchored(node, place);
    if (anchor !== undefined) this.anchors.set(anchor, made);
    return made;
  }

  private convertUnanchored(
    node: YAMLMap.Parsed | YAMLSeq.Parsed | Scalar.Parsed,
    place: Place & { key?: YamlKey },
  ): YamlNode {
    if (isMap(node)) return this.convertMap(node, place);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(item as ParsedNode));
      return { type: 'list', items, ...totals(items), ...place };
    }
    const source = this.source.text.slice(place.start, place.end);
    const { value } = node;
    const plain =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : null;
    return { type: 'scalar', value: plain, source, weight: 1, height: 1, ...place };
  }

  private convertMap(node: YAMLMap.Parsed, place: Place & { key?: YamlKey }): YamlMap {
    const entries: YamlMap['entries'] = [];
    const places = new Map<string, YamlKey>();
    for (const pair of node.items) {
      const key = this.convertKey(pair.key, place);
      const value = this.convert(pair.value as ParsedNode, key);
      if (key === undefined) continue;
      const earlier = places.get(key.text);
      if (earlier !== undefined) {
        const line = this.source.lineOf(earlier.start);
        this.source.report(key, `"${crop(key.text)}" is given twice, first on line ${line}`);
        continue;
      }
      places.set(key.text, key);
      entries.push({ key, value });
    }
    return { type: 'map', entries, ...totals(entries.map(({ value }) => value)), ...place };
  }

  private convertKey(node: ParsedNode, map: Place): YamlKey | undefined {
    const range = node?.range ?? [map.start, map.start];
    const place = { start: range[0], end: Math.max(range[0], range[1]) };
    if (
      !isScalar(node) ||
      node.value === null ||
      node.anchor !== undefined ||
      node.tag !== undefined
    ) {
      const message = 'a key must be a plain word, without anchor, alias or tag';
      this.source.report(place, message);
      return undefined;
    }
    const source = this.source.text.slice(place.start, place.end);
    const text = typeof node.value === 'string' ? node.value : source;
    if (source === '<<') {
      this.source.report(
        place,
        `merge keys ("<<") are not part of ${this.source.kind.language}`,
        () => 'write the keys out, or give the whole value by an alias',
      );
      return undefined;
    }
    return { text, ...place };
  }

  private expand(name: string, place: Place & { key?: YamlKey }): YamlNode {
    const meant = this.anchors.get(name);
    if (meant === undefined) {
      const message = this.anchors.has(name)
        ? `the alias "*${crop(name)}" stands inside the value that it stands for`
        : `there is no anchor "&${crop(name)}" before this alias`;
      this.source.report(place, message);
      throw new Stop();
    }
    this.aliased += meant.weight;
    if (this.aliased > aliasedValuesMax || meant.height > yamlDepthMax) this.refuseExpansion(place);
    // The value keeps its own place; the key is the one in front of the alias.
    const { key: _, ...rest } = meant;
    return place.key === undefined ? rest : { ...rest, key: place.key };
  }

  /** A few lines of aliases can stand for more values than there are atoms ("billion laughs"). */
  private refuseExpansion(place: Place): never {
    this.source.report(
      place,
      `the aliases stand for more than ${aliasedValuesMax} values, or for more than ${yamlDepthMax} levels`,
      () => 'write values out where they are used, or use a count',
    );
    throw new Stop();
  }
}

function totals(children: readonly YamlNode[]): { weight: number; height: number } {
  let weight = 1;
  let height = 0;
  for (const child of children) {
    weight += child.weight;
    height = Math.max(height, child.height);
  }
  return { weight, height: height + 1 };
}

function isEmpty(node: Scalar.Parsed): boolean {
  return node.value === null && node.source === '';
}

function shortTag(tag: string): string {
  return crop(tag.replace(/^tag:yaml\.org,2002:/, '!!'));
}

const quotedLengthMax = 40;

/** The beginning of a text that comes from the file, short enough for a message. */
export function crop(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= quotedLengthMax ? line : `${line.slice(0, quotedLengthMax - 1)}…`;
}
