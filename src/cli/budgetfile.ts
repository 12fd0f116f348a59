/** Reads budget files: YAML text in, limits out, or a UserError with everything that is wrong and where. */
import { type Limit, parseLimit } from '../analysis/budget.ts';
import { didYouMean } from '../diagnostic.ts';
import { type FileKind, Source } from '../workload/source.ts';
import { readYaml, type YamlMap, type YamlNode, type YamlScalar } from '../workload/yaml.ts';

export interface Budget {
  name: string | undefined;
  description: string | undefined;
  limits: Limit[];
}

const keys = ['name', 'description', 'limits'];

const budgetFile: FileKind = {
  file: 'a budget file',
  language: 'a budget file',
  content: 'budget',
  needed: '"limits"',
};

/** `file` is its name, for messages. Throws UserError, with all problems that were found. */
export function parseBudget(text: string, file: string): Budget {
  const source = new Source(text.replace(/^\ufeff/, ''), file, budgetFile);
  const root = readYaml(source);
  const budget = root && readBudget(root, source);
  source.throwIfBad();
  // Without a budget there was something to report.
  return budget as Budget;
}

function readBudget(root: YamlNode, source: Source): Budget | undefined {
  if (root.type !== 'map') {
    source.report(root, 'a budget file must be a map with "limits"', () => example);
    return undefined;
  }
  for (const { key } of root.entries) {
    if (keys.includes(key.text)) continue;
    source.report(key, `a budget file has no key "${key.text}"`, () =>
      didYouMean(key.text, keys, 'keys'),
    );
  }
  const limits = childOf(root, 'limits');
  if (limits === undefined) {
    source.report({ start: root.start, end: root.start }, 'there are no "limits"', () => example);
    return undefined;
  }
  if (limits.type !== 'list' || limits.items.length === 0) {
    source.report(placeOf(limits), '"limits" must be a list of limits', () => example);
    return undefined;
  }
  return {
    name: readText(root, 'name', source),
    description: readText(root, 'description', source),
    limits: readLimits(limits.items, source),
  };
}

function readLimits(items: readonly YamlNode[], source: Source): Limit[] {
  const limits: Limit[] = [];
  for (const item of items) {
    const limit = readLimit(item, source);
    if (limit === undefined) continue;
    const other = limits.find((earlier) => excludes(earlier, limit));
    if (other !== undefined) {
      source.report(item, `no run can keep both "${other.text}" and "${limit.text}"`);
    }
    limits.push(limit);
  }
  return limits;
}

/** One is an upper limit and the other a lower one above it, of the same figure. */
function excludes(a: Limit, b: Limit): boolean {
  if (a.metric !== b.metric || a.of !== b.of) return false;
  const isUpper = ({ operator }: Limit): boolean => operator.startsWith('<');
  if (isUpper(a) === isUpper(b)) return false;
  const [upper, lower] = isUpper(a) ? [a, b] : [b, a];
  const isInclusive = upper.operator === '<=' && lower.operator === '>=';
  return upper.value < lower.value || (upper.value === lower.value && !isInclusive);
}

const example = 'limits:\n  - overshoot.p95 <= 10%\n  - pause.max <= 1ms';

function childOf(map: YamlMap, key: string): YamlNode | undefined {
  return map.entries.find((entry) => entry.key.text === key)?.value;
}

/** A value that is empty has its key for a place. */
function placeOf(node: YamlNode): { start: number; end: number } {
  return node.type === 'scalar' && node.source === '' && node.key ? node.key : node;
}

function readText(map: YamlMap, key: string, source: Source): string | undefined {
  const node = childOf(map, key);
  if (node === undefined) return undefined;
  if (node.type === 'scalar' && typeof node.value === 'string') return node.value;
  source.report(placeOf(node), `"${key}" must be a text`);
  return undefined;
}

function readLimit(item: YamlNode, source: Source): Limit | undefined {
  if (item.type !== 'scalar' || typeof item.value !== 'string') {
    source.report(item, 'a limit must be a text such as "overshoot.p95 <= 10%"');
    return undefined;
  }
  const parsed = parseLimit(item.value);
  if (parsed.ok) return parsed.limit;
  const { start, end } = within(item, item.value, parsed);
  source.report({ start, end }, parsed.message, () => parsed.hint);
  return undefined;
}

/** Where in the file a part of a limit stands: where the file has it as it is, without escapes or line breaks. */
function within(
  item: YamlScalar,
  text: string,
  { at, length }: { at: number; length: number },
): { start: number; end: number } {
  const offset = item.source.indexOf(text);
  if (offset < 0) return item;
  const start = item.start + offset + at;
  return { start, end: start + length };
}
