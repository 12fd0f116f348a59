/**
 * The house rules, as functions from sources to complaints ("file:line: what is wrong"). `test/tidy.test.ts` runs them
 * over the tree. They read the syntax tree, so that a word in a comment or a string is no offence.
 */
import ts from 'typescript';

export interface Source {
  /** From the top of the project, with slashes. */
  path: string;
  text: string;
  tree: ts.SourceFile;
}

export function parseSource(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** The first folder below src/, or '' for the files that lie in src/ itself. */
function folderOf(path: string): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? '';
}

function complaint(source: Source, node: ts.Node, what: string): string {
  return at(source, node.getStart(source.tree), what);
}

function at(source: Source, position: number, what: string): string {
  return `${source.path}:${lineOf(source, position) + 1}: ${what}`;
}

function lineOf(source: Source, position: number): number {
  return source.tree.getLineAndCharacterOfPosition(position).line;
}

/** Calls `see` for every node below `node`, parents first. */
function walk(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => walk(child, see));
}

/** What `look` says of each node of each source. */
function complaintsOf(
  sources: readonly Source[],
  look: (node: ts.Node, source: Source) => string | undefined,
): string[] {
  const found: string[] = [];
  for (const source of sources) {
    walk(source.tree, (node) => {
      const what = look(node, source);
      if (what !== undefined) found.push(complaint(source, node, what));
    });
  }
  return found;
}

// Imports go one way.

/** Which folders of src/ a folder may import, beside itself and the root files. */
const foldersImportedBy: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  workload: ['sim'],
  collector: ['sim', 'workload'],
  trace: [],
  analysis: ['trace'],
  report: ['analysis', 'trace'],
  cli: ['sim', 'workload', 'collector', 'trace', 'analysis', 'report'],
};

/** Which packages a folder may import; `node:` stands for all of Node's own modules. */
const packagesImportedBy: Readonly<Record<string, readonly string[]>> = {
  sim: [],
  workload: ['yaml'],
  collector: [],
  trace: ['node:'],
  analysis: [],
  report: ['cli-table3', 'csv-stringify'],
  cli: ['node:', 'chalk', 'commander'],
};

const rootFiles = ['src/units.ts', 'src/assert.ts', 'src/diagnostic.ts', 'src/cycle.ts'];
/** The library's entry: gathers all the folders for others. Only the command line is written against it. */
const entryFile = 'src/gcsim.ts';

export function importComplaints(sources: readonly Source[]): string[] {
  return complaintsOf(sources, (node, source) => {
    const specifier = importedBy(node);
    if (specifier === undefined) return undefined;
    const isRelative = specifier.startsWith('.');
    const isAllowed = isRelative
      ? mayImportFile(source.path, resolveFrom(source.path, specifier))
      : mayImportPackage(source.path, specifier);
    return isAllowed ? undefined : `must not import ${specifier}; imports go one way only`;
  });
}

function mayImportFile(importer: string, imported: string): boolean {
  if (!imported.startsWith('src/')) return false;
  const from = folderOf(importer);
  const to = folderOf(imported);
  if (rootFiles.includes(importer)) return rootFiles.includes(imported);
  if (importer === entryFile) return imported !== entryFile && to !== 'cli';
  if (imported === entryFile) return from === 'cli';
  if (rootFiles.includes(imported)) return true;
  return from === to || (foldersImportedBy[from]?.includes(to) ?? false);
}

function mayImportPackage(importer: string, specifier: string): boolean {
  const name = specifier.startsWith('node:') ? 'node:' : /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
  return packagesImportedBy[folderOf(importer)]?.includes(name ?? '') ?? false;
}

/** The module that this node imports, in any of the ways there are. */
function importedBy(node: ts.Node): string | undefined {
  let module: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) module = node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    module = node.argument.literal;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    module = node.arguments[0];
  }
  if (module === undefined) return undefined;
  return ts.isStringLiteralLike(module) ? module.text : '(computed)';
}

function resolveFrom(path: string, specifier: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

// What makes a run differ from the next.

const modelFolders = ['sim', 'collector', 'workload'];

export function isOfTheModel(source: Source): boolean {
  return modelFolders.includes(folderOf(source.path));
}

/** Names outside the language that tell the time, the host or chance, or defer work. */
const hostNames = new Set([
  ...['Date', 'performance', 'process', 'console', 'globalThis', 'crypto', 'fetch', 'require'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Promise'],
  ...['WeakRef', 'FinalizationRegistry'],
]);

export function hostComplaints(sources: readonly Source[]): string[] {
  return complaintsOf(sources, (node) => {
    if (ts.isIdentifier(node) && hostNames.has(node.text) && isReference(node)) {
      return `${node.text}: the model knows no time, host or chance but its own`;
    }
    if (node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node)) {
      return 'async: the model is synchronous';
    }
    if (importedBy(node)?.startsWith('node:'))
      return 'node: import: the model does no input or output';
    return undefined;
  });
}

/** Members of Math that give the same bits on every machine. */
const exactMath = new Set([
  ...['abs', 'ceil', 'floor', 'round', 'trunc', 'sqrt', 'min', 'max', 'sign'],
  ...['imul', 'clz32', 'fround', 'E', 'LN10', 'LN2', 'LOG10E', 'LOG2E', 'PI', 'SQRT1_2', 'SQRT2'],
]);

export function mathComplaints(sources: readonly Source[]): string[] {
  return complaintsOf(sources, (node) => {
    if (ts.isIdentifier(node) && node.text === 'Math' && isReference(node)) {
      const member = ts.isPropertyAccessExpression(node.parent) ? node.parent.name.text : '';
      if (exactMath.has(member)) return undefined;
      return `Math.${member}: its last bit, or its value, differs between machines; see src/sim/prng.ts`;
    }
    const isPower =
      node.kind === ts.SyntaxKind.AsteriskAsteriskToken ||
      node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
    return isPower ? '**: its last bit differs between machines; multiply' : undefined;
  });
}

export function localeComplaints(sources: readonly Source[]): string[] {
  return complaintsOf(sources, (node) => {
    if (!ts.isIdentifier(node)) return undefined;
    const isLocal = /^(localeCompare|toLocale\w+|Intl)$/.test(node.text);
    return isLocal ? `${node.text}: results must not depend on the host's locale` : undefined;
  });
}

/** Whether the name stands for its value here, rather than naming a member or a field of something else. */
function isReference(name: ts.Identifier): boolean {
  const { parent } = name;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== name;
  if (ts.isQualifiedName(parent)) return parent.right !== name;
  if (ts.isBindingElement(parent)) return parent.propertyName !== name;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  const isMember =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent);
  return !(isMember && parent.name === name);
}

// Files and functions.

export function fileNameComplaints(paths: readonly string[]): string[] {
  return paths
    .filter((path) => /(^|\/)(index|utils?|types|helpers?)\.[cm]?[jt]s$/.test(path))
    .map((path) => `${path}:1: a file is named after the one thing that it is about`);
}

/** Lines of a function, its signature included: what fits a screen. */
const functionLinesMax = 70;

export function functionLengthComplaints(sources: readonly Source[]): string[] {
  return complaintsOf(sources, (node, source) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return undefined;
    const from = lineOf(source, node.getStart(source.tree));
    const lines = lineOf(source, node.end) - from + 1;
    if (lines <= functionLinesMax || isDispatcher(node, source)) return undefined;
    return `a function of ${lines} lines; ${functionLinesMax} fit a screen`;
  });
}

/** A `switch` over many cases may be long, if a comment before it (or before its function) says so. */
function isDispatcher(node: ts.Node, source: Source): boolean {
  let hasMark = false;
  walk(node, (inner) => {
    if (!ts.isSwitchStatement(inner)) return;
    const before = source.text.slice(outermostAtSamePlace(node), inner.getStart(source.tree));
    hasMark ||= before.includes('// A dispatcher.');
  });
  return hasMark;
}

/** Where the statement or member that holds the function starts, with the comments before it. */
function outermostAtSamePlace(node: ts.Node): number {
  let holder = node;
  while (!ts.isStatement(holder) && !ts.isClassElement(holder) && holder.parent !== undefined) {
    holder = holder.parent;
  }
  return holder.getFullStart();
}

// Constants.

/** Every exported constant, and every field of an interface, says where its value comes from. */
export function sourceTagComplaints(sources: readonly Source[]): string[] {
  return complaintsOf(sources, (node, source) => {
    if (!isExportedConstant(node) && !ts.isPropertySignature(node)) return undefined;
    const comments = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? [];
    const doc = comments
      .map(({ pos, end }) => source.text.slice(pos, end))
      .filter((comment) => comment.startsWith('/**'))
      .at(-1);
    const tags = (doc ?? '').match(/\b(Source|Calibrated|Assumed):/g) ?? [];
    if (tags.length === 1) return undefined;
    return `needs exactly one of "Source:", "Calibrated:" and "Assumed:" in its doc comment, has ${tags.length}`;
  });
}

function isExportedConstant(node: ts.Node): boolean {
  if (!ts.isVariableStatement(node)) return false;
  return node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

// Tests.

const testNames = new Set(['test', 'it', 'describe', 'suite']);
const leftOut = new Set(['skip', 'only', 'todo', 'fails', 'skipIf', 'runIf']);

/** A test that is left out, or leaves out all others, says why in a comment on the same line. */
export function skippedTestComplaints(sources: readonly Source[]): string[] {
  return complaintsOf(sources, (node, source) => {
    if (!ts.isPropertyAccessExpression(node) || !leftOut.has(node.name.text)) return undefined;
    if (!testNames.has(firstName(node.expression))) return undefined;
    const line = source.text.split('\n')[lineOf(source, node.name.getStart(source.tree))] ?? '';
    if (/\/[/*].*\w{3}/.test(line)) return undefined;
    return `.${node.name.text} without a reason in a comment on the same line`;
  });
}

function firstName(node: ts.Expression): string {
  let inner = node;
  while (ts.isPropertyAccessExpression(inner) || ts.isCallExpression(inner)) {
    inner = inner.expression;
  }
  return ts.isIdentifier(inner) ? inner.text : '';
}

// Any text.

export interface TextFile {
  path: string;
  text: string;
}

/** Complaints about lines of any text file that match. */
export function lineComplaints(
  files: readonly TextFile[],
  pattern: RegExp,
  what: string,
): string[] {
  const found: string[] = [];
  for (const { path, text } of files) {
    if (!pattern.test(text)) continue;
    for (const [index, line] of text.split('\n').entries()) {
      if (pattern.test(line))
        found.push(`${path}:${index + 1}: ${what}: ${line.trim().slice(0, 100)}`);
    }
  }
  return found;
}

// Written so that they do not match themselves.

export const unfinished = new RegExp(`\\b${'FIX'}${'ME'}\\b`);

/** Absolute paths of somebody's machine, and hosts that packages come from. */
export const workplace = new RegExp(
  [
    String.raw`(^|[^\w.~*-])/(work|root|home|Users)/`,
    String.raw`\bregistry\.[\w-]+\.\w`,
    String.raw`\bnpmjs\.(org|com)\b`,
    String.raw`"resolved":\s*"http`,
  ].join('|'),
);
