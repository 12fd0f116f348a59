/** `gcsim watch`: runs a program, or passes a stream through, and analyses its gctrace lines meanwhile. */
import type { Command } from 'commander';
import { UserError } from '../diagnostic.ts';
import { addLogOptions } from './analyze.ts';
import { addNotes, type Example } from './help.ts';
import type { LogFlags } from './logsettings.ts';
import type { Session } from './session.ts';

export interface WatchFlags extends LogFlags {
  status?: boolean;
}

export function defineWatch(program: Command, session: Session): void {
  const command = program
    .command('watch')
    .argument('[command...]', 'the program and its arguments; - passes standard input through')
    .summary('run a program and say what its collector does')
    .description(about)
    .usage('[options] [--] <command...>')
    .passThroughOptions();
  addLogOptions(command, {
    process: 'one process, by its number, in the order of their first lines',
    written: 'What is written, when it ends:',
  })
    .option('--no-status', 'no status line on the terminal')
    .option('--color', 'the report in colour, whatever the terminal')
    .option('--no-color', 'the report without colour')
    .action(async (words: string[], flags: WatchFlags) => {
      session.exitCode = await watch(words, flags, session);
    });
  addNotes(command, { before: remarks, examples }, () => session.out.columns ?? 80);
}

const about = `Runs a Go program with gctrace=1 added to its GODEBUG, passes on all that it prints, and prints the analysis on standard error when it ends. On a terminal a status line shows how its heap is doing.`;

const remarks: readonly string[] = [
  "The exit code is the program's own: 128 and the number of the signal where one ended it, 127 where there is no such program, 126 where it cannot be started. Ctrl-C ends the program; the analysis is still printed.",
  'With "-", standard input goes to standard output as it is.',
];

const examples: readonly Example[] = [
  ['gcsim watch -- ./server -port 8080'],
  ['gcsim watch --json gc.json -- go test -run Big ./...'],
  ['kubectl logs -f web-1 | gcsim watch -'],
];

async function watch(words: string[], flags: WatchFlags, session: Session): Promise<number> {
  const [first] = words;
  if (first === undefined || first === '') {
    throw new UserError({
      severity: 'error',
      message: 'no program to watch',
      hint: 'gcsim watch -- ./program, or ./program 2>&1 | gcsim watch -',
    });
  }
  if (first === '-' && words.length > 1) {
    throw new UserError({
      severity: 'error',
      message: `"-" stands for standard input, and nothing goes with it; found "${words[1]}" as well`,
      hint: 'options come before it: gcsim watch --csv gc.csv -',
    });
  }
  for (const kind of ['csv', 'json', 'markdown'] as const) {
    if (flags[kind] !== '-') continue;
    throw new UserError({
      severity: 'error',
      message: `--${kind} cannot have standard output, which belongs to what is watched`,
      hint: `name a file, as in --${kind} gc.${kind === 'markdown' ? 'md' : kind}`,
    });
  }
  const [{ readLogSettings }, { findingRules }, { watchProgram, watchStream }] = await Promise.all([
    import('./logsettings.ts'),
    import('../analysis/findings.ts'),
    import('./watching.ts'),
  ]);
  const settings = readLogSettings(
    flags,
    findingRules.map(({ name }) => name),
  );
  const surroundings = { flags, settings, session };
  return first === '-' ? watchStream(surroundings) : watchProgram(words, surroundings);
}
