/** Checks samples against a budget: reads the limits, finds the samples, writes what is kept and what is not. */
import { checkLimits, type LimitResult } from '../analysis/budget.ts';
import { type Comparison, compareSamples } from '../analysis/comparison.ts';
import { type Diagnostic, UserError } from '../diagnostic.ts';
import { counted, finish, visible, wrap } from '../report/layout.ts';
import { type Budget, parseBudget } from './budgetfile.ts';
import { readTextFile } from './builtin.ts';
import { textStyle } from './colour.ts';
import type { CompareFlags } from './compare.ts';
import { namesOfRunFlags, readCompareSettings, runFlagsOf } from './comparesettings.ts';
import type { StopSignal } from './io.ts';
import { write } from './logresults.ts';
import { openSinks, type Sinks } from './outputs.ts';
import { filesOf, gatherSides, type Side, type SideRequest } from './samples.ts';
import type { Session } from './session.ts';
import { readOverrides } from './settings.ts';

interface Surroundings {
  session: Session;
  /** Aborted by a signal, which is its reason. */
  stop: AbortSignal;
}

type OutputKind = 'json' | 'markdown' | 'output';

/** Resolves to the exit code, or to the signal. */
export async function checkBudget(
  budgetFile: string,
  words: readonly string[],
  flags: CompareFlags,
  { session, stop }: Surroundings,
): Promise<number | StopSignal> {
  const settings = readCompareSettings(flags, ['junit']);
  const requests = requestSides(words, flags);
  if (budgetFile === '-' && requests.some((request) => request.words.includes('-'))) {
    throw new UserError({
      severity: 'error',
      message: 'standard input is named twice, but can be read only once',
      hint: 'write "-" once',
    });
  }
  const file = await readTextFile(budgetFile, session, 'the budget');
  const budget = parseBudget(file.text, file.file);
  checkBase(budget, flags);
  const { json, markdown } = flags;
  const output = flags.format === undefined ? undefined : (flags.output ?? '-');
  const readFiles = [
    ...(file.path === undefined ? [] : [{ path: file.path, about: 'the budget' }]),
    ...filesOf(requests, session.io.cwd),
  ];
  const sinks = openSinks({ json, markdown, output }, session, readFiles);
  try {
    const sides = await gatherSides(requests, { session, stop, seeds: settings.seeds });
    if (typeof sides === 'string') return sides;
    const [side, base] = sides;
    if (side === undefined) return 2;
    const comparison = compareWith(base, side, budget, settings.alpha);
    const results = checkLimits(budget.limits, side.samples, comparison);
    await report({ budget, budgetFile, side, results, comparison }, sinks, flags, session);
    return results.every(({ status }) => status === 'holds') ? 0 : 1;
  } finally {
    for (const each of sinks.files) each.discard();
  }
}

/** What is checked, and what it is compared with, where there is that. */
function requestSides(words: readonly string[], flags: CompareFlags): SideRequest[] {
  const overrides = readOverrides(runFlagsOf(flags));
  const givenOptions = namesOfRunFlags(flags);
  const requests = [{ name: 'what is checked', words, overrides, givenOptions }];
  const base = flags.base ?? [];
  // The options are for all workloads that are run.
  if (base.length > 0) requests.push({ name: 'base', words: base, overrides, givenOptions: [] });
  return requests;
}

function checkBase({ limits }: Budget, { base }: CompareFlags): void {
  const limit = limits.find(({ of }) => of === 'regression');
  if (limit === undefined || base !== undefined) return;
  throw new UserError({
    severity: 'error',
    message: `"${limit.text}" needs something to compare with`,
    hint: 'name it with --base <file>',
  });
}

function compareWith(
  base: Side | undefined,
  side: Side,
  { limits }: Budget,
  alpha: number,
): Comparison | undefined {
  const compared = limits.filter(({ of }) => of === 'regression').map(({ metric }) => metric);
  if (base === undefined || compared.length === 0) return undefined;
  return compareSamples(base.samples, side.samples, { metrics: [...new Set(compared)], alpha });
}

interface CheckResult {
  budget: Budget;
  /** As the user named it. */
  budgetFile: string;
  side: Side;
  results: readonly LimitResult[];
  comparison: Comparison | undefined;
}

async function report(
  check: CheckResult,
  { of, files, isStdoutTaken }: Sinks<OutputKind>,
  flags: CompareFlags,
  { out, err, io }: Session,
): Promise<void> {
  const { budget, budgetFile, side, results, comparison } = check;
  const name = budget.name ?? (budgetFile === '-' ? 'standard input' : budgetFile);
  const { renderBudget, renderBudgetMarkdown, budgetCases } = await import(
    '../report/budgettext.ts'
  );
  if (of.json !== undefined) {
    const { renderBudgetJson } = await import('../report/budgetjson.ts');
    of.json.write(renderBudgetJson(results, { budget: name, checked: side.label }));
  }
  of.markdown?.write(renderBudgetMarkdown(results, name));
  if (of.output !== undefined) {
    const { renderJunit } = await import('../report/junit.ts');
    of.output.write(renderJunit(budgetCases(results, name)));
  }
  // What goes to files is there, whole, before anybody is told that it is done.
  for (const file of files) file.commit();
  if (!isStdoutTaken) {
    const style = await textStyle(out, io.env, flags.color);
    const parts = [...(budget.name === undefined ? [] : [budget.name]), side.label];
    const samples = counted(side.samples.length, 'sample');
    const heading = wrap(visible([...parts, samples].join(' \u00b7 ')), out.columns ?? 100);
    out.write(`${finish([...heading, ''], style)}${renderBudget(results, style)}`);
  }
  await out.flush();
  if (isStdoutTaken) write(results.flatMap(failure), err);
  write(
    (comparison?.warnings ?? []).map((message) => ({ severity: 'warning', message })),
    err,
  );
}

/** What fails, for a reader who is shown no text. */
function failure({ limit, status, message }: LimitResult): Diagnostic[] {
  if (status === 'holds') return [];
  const verdict = status === 'broken' ? 'is broken' : 'cannot be decided';
  return [{ severity: 'error', message: `the limit "${limit.text}" ${verdict}: ${message}` }];
}
