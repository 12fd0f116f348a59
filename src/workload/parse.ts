/**
 * Reads workload files: YAML text in, a `Workload` out, or a UserError with everything that is wrong and where. What
 * the keys mean and may hold stands in `language.ts`; what only the whole tells (names that lead in a circle, more
 * live memory than the model holds, work that never ends) in `check.ts`. Nothing in a file is ever executed.
 */
import { formatBytes } from '../units.ts';
import { checkWorkload } from './check.ts';
import { file as fileReader } from './language.ts';
import { globalBytesDefault, globalPointerBytesDefault, textLengthMax } from './limits.ts';
import { Places, type Reading } from './reader.ts';
import { Source } from './source.ts';
import type { RunSettings, Workload } from './workload.ts';
import { readYaml, type YamlNode } from './yaml.ts';

export interface ParseOptions {
  /** Names that `run: release:` may have. Left out: any. */
  releases?: readonly string[];
  /**
   * Settings that the caller puts in place of the file's own. What the file asks for is checked under them: a workload
   * that never ends may be run for a duration that the caller gives. The Workload keeps the file's own.
   */
  run?: RunSettings;
}

/**
 * The workload that a file describes. `file` is its name, for messages, as the user gave it ('-' for standard
 * input). Throws UserError, with all problems that were found.
 */
export function parseWorkload(text: string, file: string, options: ParseOptions = {}): Workload {
  const source = new Source(text.replace(/^\ufeff/, ''), file);
  if (text.length > textLengthMax) {
    const most = formatBytes(textLengthMax);
    source.report({ start: 0, end: 0 }, `the file is longer than a workload file may be, ${most}`);
    source.throwIfBad();
  }
  const root = readYaml(source);
  source.throwIfBad();
  const workload = root && readWorkload(root, source, options);
  source.throwIfBad();
  // Without a workload there was something to report.
  return workload as Workload;
}

function readWorkload(
  root: YamlNode,
  source: Source,
  { releases, run: asked }: ParseOptions,
): Workload | undefined {
  const names = {
    kind: keysOf(childOf(root, 'kinds')),
    structure: keysOf(childOf(root, 'structures')),
    group: groupNames(root, source),
  };
  const reading: Reading = { source, names, places: new Places(), ...(releases && { releases }) };
  const read = fileReader.read(root, 'a workload file', reading);
  if (read === undefined || !source.isClean) return undefined;
  const { name, run, globals, kinds, structures, goroutines } = read.values;
  const workloadName = name ?? nameOfFile(source.file);
  const workload: Workload = {
    name: workloadName,
    about: aboutOf(source.text, workloadName),
    run: run ?? {},
    globals: globals ?? { bytes: globalBytesDefault, pointerBytes: globalPointerBytesDefault },
    kinds: kinds ?? [],
    structures: structures ?? [],
    groups: (goroutines ?? []).map((group, i) => {
      if (group.name === '') group.name = `group-${i + 1}`;
      return group;
    }),
  };
  reading.places.set(workload, reading.places.of(read), new Map());
  checkWorkload(workload, reading, asked);
  return workload;
}

function childOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.type === 'map'
    ? node.entries.find((entry) => entry.key.text === key)?.value
    : undefined;
}

function keysOf(node: YamlNode | undefined): string[] {
  return node?.type === 'map' ? node.entries.map(({ key }) => key.text) : [];
}

/** Names of the groups, '' for those that have none. Two of one name are reported. */
function groupNames(root: YamlNode, source: Source): string[] {
  const list = childOf(root, 'goroutines');
  const seen = new Set<string>();
  return (list?.type === 'list' ? list.items : []).map((group) => {
    const node = childOf(group, 'name');
    const name = node?.type === 'scalar' && typeof node.value === 'string' ? node.value : '';
    if (node !== undefined && seen.has(name))
      source.report(node, `another group has the name "${name}" already`);
    if (name !== '') seen.add(name);
    return name;
  });
}

/** `dir/web.yaml` is web; standard input is stdin. */
function nameOfFile(file: string): string {
  if (file === '-') return 'stdin';
  const base = file.replace(/^.*[/\\]/, '').replace(/\.ya?ml$/i, '');
  return printable(base) || 'workload';
}

/** First paragraph of the comment that opens the file, without `name:` in front. */
function aboutOf(text: string, name: string): string {
  const paragraph: string[] = [];
  for (const line of text.split('\n', 100)) {
    const comment = /^#+(.*)/s.exec(line)?.[1]?.trim();
    if (comment === undefined && line.trim() !== '' && line.trim() !== '---') break;
    // Lines for editors, such as yaml-language-server's, are not for readers.
    if (comment !== undefined && /^[\w-]+:? *\$schema\b/.test(comment)) continue;
    if (comment) paragraph.push(comment);
    else if (paragraph.length > 0) break;
  }
  const about = printable(paragraph.join(' '));
  return about.startsWith(`${name}: `) ? about.slice(name.length + 2) : about;
}

/** Without control characters, which could drive a terminal. */
function printable(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
