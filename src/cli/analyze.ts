/** `gcsim analyze`: what gctrace logs say of a program's garbage collections. */
import type { Command } from 'commander';
import { UserError } from '../diagnostic.ts';
import { addNotes, type Example } from './help.ts';
import { stopSignalExitCodes } from './io.ts';
import type { LogFlags } from './logsettings.ts';
import type { Session } from './session.ts';

export function defineAnalyze(program: Command, session: Session): void {
  const command = program
    .command('analyze')
    .argument('[files...]', 'logs, plain or gzip; - is standard input (default: what is piped in)')
    .summary('say what a gctrace log means, and what to change')
    .description(about);
  addLogOptions(command, {
    process: 'one process by its number, or the processes whose name has this in it',
    written: 'What is written ("-" is standard output):',
  })
    .option('--color', 'the report in colour, whatever the terminal')
    .option('--no-color', 'the report without colour')
    .optionsGroup(lookedAt)
    .option('--strict', 'exit code 2 where a line that looks like a gc line cannot be read')
    .action(async (paths: string[], flags: LogFlags) => {
      session.exitCode = await analyze(paths, flags, session);
    });
  addNotes(command, { before: remarks, examples }, () => session.out.columns ?? 80);
}

const lookedAt = 'What is looked at:';

/** What all commands have that analyse a log. */
export function addLogOptions(
  command: Command,
  about: { process: string; written: string },
): Command {
  return command
    .optionsGroup(lookedAt)
    .option('--since <time>', 'collections from then on (90s, 1h30m, or 15:04:05)')
    .option('--until <time>', 'collections before then')
    .option('--process <process>', about.process)
    .option('--per-process', 'each process by itself as well')
    .option('--window <time>', 'length of the windows of which the worst is told')
    .option('--top <n>', 'worst overshoots to list (default: 5)')
    .option(
      '--ignore <rule>',
      'do not report this finding (repeatable; see gcsim explain)',
      collect,
    )
    .optionsGroup(about.written)
    .option('--csv <file>', 'a row for each collection, for a spreadsheet')
    .option('--json <file>', 'all figures and findings, for scripts')
    .option('--markdown <file>', 'the report for GitHub');
}

const about = `Reads the lines that GODEBUG=gctrace=1 prints, of any release of Go, and says what the collector did, whether its goal was respected, what it cost, and what to change.

Lines may have timestamps and names before them, be torn by other output, or be of several processes. What looks like a gc line and cannot be read is counted and shown.`;

const remarks: readonly string[] = [
  '"90s" and "1h30m" count from the program\'s start. "15:04:05" does too, but where the log has timestamps it is the wall clock of their first day; "2026-01-02T15:04:05" names the day. The report writes times in the same way.',
  'With "-", --csv, --json or --markdown has standard output to itself: there is no report. A file is written whole or not at all. Findings do not change the exit code.',
];

const examples: readonly Example[] = [
  ['gcsim analyze gc.log'],
  ['kubectl logs web-1 | gcsim analyze'],
  ['gcsim analyze day1.log.gz day2.log.gz --per-process'],
  ['gcsim analyze gc.log --since 1h --until 2h --top 20'],
  ['gcsim analyze gc.log --json - | jq .findings'],
  ["gcsim explain 'gc 7 @0.2s …'", 'one line of a log, figure by figure'],
];

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

async function analyze(words: string[], flags: LogFlags, session: Session): Promise<number> {
  const paths = words.length > 0 ? words : [standardInput(session)];
  const [{ readLogSettings }, { findingRules }] = await Promise.all([
    import('./logsettings.ts'),
    import('../analysis/findings.ts'),
  ]);
  const settings = readLogSettings(
    flags,
    findingRules.map(({ name }) => name),
  );
  const { analyzeLogs } = await import('./analyzelogs.ts');
  const stop = new AbortController();
  const unlisten = session.io.onStop((signal) => stop.abort(signal));
  try {
    const outcome = await analyzeLogs(paths, { flags, settings, session, stop: stop.signal });
    if (typeof outcome === 'number') return outcome;
    if (outcome === 'unwanted') return 0;
    session.io.closeStdin();
    // What standard output has of an unfinished document is whole lines.
    session.out.endLine();
    return stopSignalExitCodes[outcome];
  } finally {
    unlisten();
  }
}

function standardInput({ io }: Session): '-' {
  if (!io.isStdinTerminal) return '-';
  throw new UserError({
    severity: 'error',
    message: 'no log is named, and none is piped in',
    hint: 'gcsim analyze gc.log, or GODEBUG=gctrace=1 ./program 2>&1 | gcsim analyze',
  });
}
