/** `gcsim compare`: two sets of runs or logs side by side, and whether one of them is worse. */
import { Command } from 'commander';
import { addNotes, type Example } from './help.ts';
import { stopSignalExitCodes } from './io.ts';
import type { Session } from './session.ts';
import type { RunFlags } from './settings.ts';

/** As commander hands them over: texts that nobody has looked at. */
export interface CompareFlags extends RunFlags {
  base?: string[];
  head?: string[];
  metrics?: string;
  alpha?: string;
  threshold?: string;
  markdown?: string;
  format?: string;
  output?: string;
}

export function defineCompare(program: Command, session: Session): void {
  const command = program.command('compare');
  addCompareOptions(command).action(async (words: string[], flags: CompareFlags) => {
    const behind = session.afterDashes ?? [];
    const head = behind.length === 0 ? undefined : parseHead(command, behind);
    session.exitCode = await compare({ words, flags }, head, session);
  });
  addNotes(command, { before: remarks, examples }, () => session.out.columns ?? 80);
}

function addCompareOptions(command: Command): Command {
  command
    .argument(
      '[base...]',
      'logs, JSON of gcsim, or workloads to run; behind "--" those of the head',
    )
    .usage('[options] <base...> -- [options] <head...>')
    .summary('say whether runs or logs became better or worse')
    .description(about)
    .optionsGroup('What is compared:')
    .option('--base <file>', 'one more of the base (repeatable)', collect)
    .option('--head <file>', 'one of the head, in place of "--" (repeatable)', collect);
  addRunOptions(command)
    .optionsGroup('How it is compared:')
    .option('--metrics <names>', 'these only, separated by commas (default: all)')
    .option('--alpha <share>', 'level of significance (default: 0.05)')
    .option('--threshold <share>', 'exit code 1 where a metric is worse by more: 5% or 0.05');
  return addFormatOptions(command, {
    markdown: 'the table for GitHub',
    format: 'gobench, customSmallerIsBetter or junit, in place of the table',
  }).option('--csv <file>', 'a row for each metric, for a spreadsheet');
}

/** What commands have that run workloads several times. */
export function addRunOptions(command: Command): Command {
  return command
    .optionsGroup('How workloads are run:')
    .option('--seeds <n>', 'runs of each, with as many seeds (default: 10)')
    .option('--seed <n>', 'the first of them')
    .option('--go <release>', 'release of Go, or commit of its history (see gcsim releases)')
    .option('--procs <n>', 'GOMAXPROCS')
    .option('--cores <n>', 'cores of the machine (default: as many as procs)')
    .option('--gogc <n|off>', 'GOGC, in percent')
    .option('--set <mechanism=choice>', 'choose how a mechanism works (repeatable)', collect)
    .option('--noise <share>', "spread of the machine's costs: 3% or 0.03; 0 for none")
    .option('--grain <n|auto>', 'objects simulated as one: 1 is exact (default: auto, by the heap)')
    .option('--duration <time>', 'end after so much simulated time, such as 500ms')
    .option('--cycles <n>', 'end after so many collections');
}

export function addFormatOptions(
  command: Command,
  about: { markdown: string; format: string },
): Command {
  return command
    .option('--color', 'in colour, whatever the terminal')
    .option('--no-color', 'without colour')
    .optionsGroup('What is written ("-" is standard output):')
    .option('--format <format>', about.format)
    .option('--output <file>', 'where --format writes (default: standard output)')
    .option('--markdown <file>', about.markdown)
    .option('--json <file>', 'all figures, for scripts');
}

const about = `Sets two sides beside each other, metric by metric: medians with their 95 % confidence intervals, the change, and whether it is significant (Mann-Whitney U test).

A log, a JSON file of gcsim run or gcsim analyze, and each seed of a workload that is run is one sample. The collections of one log depend on each other: they are no samples.`;

const remarks: readonly string[] = [
  'Behind "--" stand the inputs and options of the head. Without inputs of its own it takes those of the base, and its options go before those of the base; with inputs of its own it takes no options from the base. Significance at 0.05 needs 4 samples a side, a confidence interval 6.',
  'The exit code is 0 unless --threshold is given: then it is 1 where a metric is significantly worse by more than that, and 2 where that cannot be decided: too few samples, or a metric of --metrics that not all have. From 0 any significant growth is more.',
];

const examples: readonly Example[] = [
  ['gcsim compare old*.log -- new*.log'],
  ['gcsim compare peak2 --set workbuf-freeing=off -- --set workbuf-freeing=on'],
  ['gcsim compare main.json -- pr.json --threshold 5% --markdown summary.md'],
  ['gcsim compare steady -- steady --go 1.5 --metrics pause.max,gcCpu'],
  ['gcsim compare old.json -- new.json --format gobench | benchstat -col /side -'],
];

export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Words and options of one side of the command line. */
export interface Words {
  words: string[];
  flags: CompareFlags;
}

/** The words behind "--" are read as those before it are. */
function parseHead(command: Command, behind: readonly string[]): Words {
  if (behind.includes('--help') || behind.includes('-h')) command.help();
  const head = addCompareOptions(new Command(command.name()).copyInheritedSettings(command));
  head.parse(behind, { from: 'user' });
  return { words: head.args, flags: head.opts<CompareFlags>() };
}

async function compare(base: Words, head: Words | undefined, session: Session): Promise<number> {
  const { compareSides } = await import('./comparing.ts');
  const stop = new AbortController();
  const unlisten = session.io.onStop((signal) => stop.abort(signal));
  try {
    const outcome = await compareSides(base, head, { session, stop: stop.signal });
    if (typeof outcome === 'number') return outcome;
    session.io.closeStdin();
    return stopSignalExitCodes[outcome];
  } finally {
    unlisten();
  }
}
