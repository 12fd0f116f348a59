/** `gcsim check`: whether runs or logs keep the limits of a budget file. */
import type { Command } from 'commander';
import { addFormatOptions, addRunOptions, type CompareFlags, collect } from './compare.ts';
import { addNotes, type Example } from './help.ts';
import { stopSignalExitCodes } from './io.ts';
import type { Session } from './session.ts';

export function defineCheck(program: Command, session: Session): void {
  const command = program
    .command('check')
    .argument('<budget>', 'a budget file; - is standard input')
    .argument('<inputs...>', 'logs, JSON of gcsim, or workloads to run')
    .summary('say whether runs or logs keep the limits of a budget')
    .description(about)
    .optionsGroup('What is checked:')
    .option('--base <file>', 'what limits of changes compare with (repeatable)', collect)
    .option('--alpha <share>', 'level of significance of changes (default: 0.05)');
  addRunOptions(command);
  addFormatOptions(command, {
    markdown: 'the limits for GitHub',
    format: 'junit, in place of the text',
  }).action(async (budget: string, words: string[], flags: CompareFlags) => {
    session.exitCode = await check(budget, words, flags, session);
  });
  addNotes(command, { before: remarks, examples }, () => session.out.columns ?? 80);
}

const about = `Checks runs or logs against the limits of a budget file, and lists all that are not kept. The exit code is 1 where there is one, 0 otherwise, and 2 where the budget file is wrong.

A log, a JSON file of gcsim run or gcsim analyze, and each seed of a workload that is run is one sample.`;

const remarks: readonly string[] = [
  'A budget file is YAML: "limits:", and a list of limits, each a metric, an operator and a figure with its unit, such as overshoot.p95 <= 10%, pause.max <= 1ms or gcSys.peak <= 12MiB. All samples have to keep them. A limit such as compare.gcCpu.regression <= 3% is of a significant change for the worse against --base.',
  'The options are for all workloads that are run, those of the base too.',
];

const examples: readonly Example[] = [
  ['gcsim check budget.yaml gc.log'],
  ['gcsim check budget.yaml peak2 --go 1.19 --seeds 20'],
  ['gcsim check budget.yaml pr/*.log --base main.log --markdown summary.md'],
];

async function check(
  budget: string,
  words: readonly string[],
  flags: CompareFlags,
  session: Session,
): Promise<number> {
  const { checkBudget } = await import('./checking.ts');
  const stop = new AbortController();
  const unlisten = session.io.onStop((signal) => stop.abort(signal));
  try {
    const outcome = await checkBudget(budget, words, flags, { session, stop: stop.signal });
    if (typeof outcome === 'number') return outcome;
    session.io.closeStdin();
    return stopSignalExitCodes[outcome];
  } finally {
    unlisten();
  }
}
