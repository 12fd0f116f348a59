/** `gcsim run`: a workload on the simulated collector, its gctrace lines, its figures, and a contrast. */
import type { Command } from 'commander';
import { readWorkload } from './builtin.ts';
import { addNotes, type Example } from './help.ts';
import { stopSignalExitCodes } from './io.ts';
import { openRunOutputs } from './runoutputs.ts';
import type { Session } from './session.ts';
import { type RunFlags, readOverrides, withMachine } from './settings.ts';

export function defineRun(program: Command, session: Session, version: string): void {
  const command = program
    .command('run')
    .argument(
      '[workload]',
      'a built-in workload (see gcsim workloads), a file, or - for standard input',
      'init1',
    )
    .summary('run a workload on the simulated collector')
    .description(about)
    .version(version, '-V, --version', 'print the version')
    .optionsGroup('What is simulated:')
    .option('--go <release>', 'release of Go, or commit of its history (see gcsim releases)')
    .option('--procs <n>', 'GOMAXPROCS')
    .option('--cores <n>', 'cores of the machine (default: as many as procs)')
    .option('--gogc <n|off>', 'GOGC, in percent')
    .option('--set <mechanism=choice>', 'choose how a mechanism works (repeatable)', collect)
    .option('--seed <n>', 'seed of all that is random')
    .option('--seeds <n>', 'so many runs, each with the next seed, on all cores')
    .option('--machine <file>', 'costs of the machine, as gcsim calibrate prints them')
    .option('--noise <share>', "spread of the machine's costs: 3% or 0.03; 0 for none")
    .option('--grain <n|auto>', 'objects simulated as one: 1 is exact (default: auto, by the heap)')
    .option('--duration <time>', 'end after so much simulated time, such as 500ms')
    .option('--cycles <n>', 'end after so many collections')
    .option('--check', 'check the accounting at every collection')
    .optionsGroup('What is put side by side:')
    .option(
      '--contrast <mechanism>',
      'the choices of this mechanism (default: workbuf-freeing; see gcsim releases)',
    )
    .option('--no-contrast', 'nothing: run the workload once only')
    .optionsGroup('What is written ("-" is standard output):')
    .option('--csv <file>', 'a row for each collection, for a spreadsheet')
    .option('--json <file>', 'all figures, for scripts')
    .option('--gctrace <file>', 'the gctrace lines; with "-", not on standard error')
    .option('--gcpacertrace', "with the gctrace lines, the pacer's lines of that release")
    .option('--quiet', 'no gctrace lines on standard error')
    .option('--color', 'the report in colour, whatever the terminal')
    .option('--no-color', 'the report without colour')
    .action(async (word: string, flags: RunFlags) => {
      session.exitCode = await run(word, flags, session);
    });
  addNotes(command, { before: remarks, examples }, () => session.out.columns ?? 80);
}

const about = `Runs an allocation workload through a simulation of Go's concurrent garbage collector.

Standard error carries a gctrace line for each collection, as that release of Go prints it, while the run goes on. Standard output carries the report: overshoot of the heap goal, assist time, and GC bytes from system with and without workbuf freeing.`;

const remarks: readonly string[] = [
  'Options go before the "run" settings of the workload file, and these before the defaults: release 1.9, 4 procs, as many cores, GOGC 100, seed 1, noise 3%. The same workload, options and seed give the same output, everywhere.',
  'With --seeds there are no gctrace lines and no contrast: the report has medians over all runs, --csv a row and --json a summary for each.',
  'With "-", --csv, --json or --gctrace has standard output to itself: there is no report. A file is written whole or not at all.',
];

const examples: readonly Example[] = [
  ['gcsim run', 'init1 on Go 1.9'],
  ['gcsim run peak2 --go 051809e3^', 'on the commit before 051809e3'],
  ['gcsim run json --go 1.5 --set wakeup=note'],
  ['gcsim run big-slices --go 8f34b253 --cores 2 --contrast assist'],
  ['gcsim run my.yaml --quiet --csv cycles.csv'],
  ['gcsim run steady --json - > steady.json'],
  ['gcsim run init1-long --seeds 10 --json seeds.json'],
  ['gcsim workloads show init1 | gcsim run - --procs 8'],
];

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

async function run(word: string, flags: RunFlags, session: Session): Promise<number> {
  if (flags.seeds !== undefined) return await runMany(word, flags, session);
  const overrides = await withMachine(readOverrides(flags), flags.machine, session);
  const source = await readWorkload(word, session);
  // The collector and the reports are loaded once there is something to run, so that all else starts fast.
  const [{ planRun }, { execute }] = await Promise.all([
    import('./plan.ts'),
    import('./execute.ts'),
  ]);
  const plan = await planRun(source, overrides);
  session.seed = plan.info.seed;

  const outputs = openRunOutputs(flags, session, source.path);
  const stop = new AbortController();
  const unlisten = session.io.onStop((signal) => stop.abort(signal));
  try {
    const outcome = await execute(plan, { flags, outputs, session, stop: stop.signal });
    if (outcome === 'ended' || outcome === 'unwanted') return 0;
    // What standard output has of an unfinished document is whole lines.
    session.out.endLine();
    return stopSignalExitCodes[outcome];
  } finally {
    unlisten();
    for (const file of outputs.files) file.discard();
  }
}

/** The workload with several seeds. */
async function runMany(word: string, flags: RunFlags, session: Session): Promise<number> {
  const { runSeeds } = await import('./seeds.ts');
  const stop = new AbortController();
  const unlisten = session.io.onStop((signal) => stop.abort(signal));
  try {
    const outcome = await runSeeds(word, flags, { session, stop: stop.signal });
    return outcome === 'ended' ? 0 : stopSignalExitCodes[outcome];
  } finally {
    unlisten();
  }
}
