/**
 * The command line: which commands there are, and what becomes of their errors. A command is a file of its
 * own beside this one, loaded when it is called.
 *
 * Exit codes: 0 done; 1 a comparison or a budget failed; 2 the command line or an input file is wrong; 3 an internal
 * check failed, which is a bug of ours; 129, 130, 143 a signal asked to stop. A closed pipe is no error. `gcsim watch` has those of its program.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type Diagnostic, didYouMean, renderDiagnostic, UserError } from '../diagnostic.ts';
import { defineAnalyze } from './analyze.ts';
import { defineCalibrate } from './calibrate.ts';
import { defineCheck } from './check.ts';
import { defineCompare } from './compare.ts';
import { defineExplain } from './explain.ts';
import { addNotes, type Example } from './help.ts';
import type { Io } from './io.ts';
import { describeFileError } from './outfile.ts';
import { TextOutput } from './output.ts';
import { defineReleases } from './releases.ts';
import { defineRun } from './run.ts';
import type { Session } from './session.ts';
import { defineWatch } from './watch.ts';
import { defineWorkloads } from './workloads.ts';

export { type Io, processIo } from './io.ts';

/** Runs one command line and resolves to its exit code. Never rejects. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const { words, afterDashes } = splitAtDashes(argv);
  const session: Session = {
    io,
    ...(afterDashes !== undefined && { afterDashes }),
    out: new TextOutput(io.stdout, 'standard output'),
    err: new TextOutput(io.stderr, 'standard error'),
    exitCode: 0,
  };
  const program = defineProgram(session);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    // What standard output has so far stays whole lines.
    session.out.endLine();
    report(error, argv, program, session);
  }
  await session.out.flush();
  await session.err.flush();
  for (const stream of [session.out, session.err]) {
    if (stream.failure === undefined) continue;
    const message = `cannot write to ${stream.name}: ${describeFileError(stream.failure)}`;
    session.err.write(renderDiagnostic({ severity: 'error', message }));
    session.exitCode ||= 2;
  }
  return session.exitCode;
}

/** `gcsim compare` has two sides, each with its own words; to all else "--" means what commander takes it for. */
function splitAtDashes(argv: readonly string[]): { words: string[]; afterDashes?: string[] } {
  const dashes = argv[0] === 'compare' ? argv.indexOf('--') : -1;
  if (dashes < 0) return { words: [...argv] };
  return { words: argv.slice(0, dashes), afterDashes: argv.slice(dashes + 1) };
}

function defineProgram(session: Session): Command {
  const version = packageVersion();
  const program = new Command('gcsim')
    .description(
      "Reads the gctrace logs of Go programs, and runs workloads through a simulation of Go's concurrent garbage collector.",
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ minWidthToWrap: 20 })
    // So that what stands behind the program that is watched is its own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.out.write(text),
      writeErr: (text) => session.err.write(text),
      // Usage errors become diagnostics like all others: see report().
      outputError: () => {},
      getOutHelpWidth: () => session.out.columns ?? 80,
      getErrHelpWidth: () => session.err.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addNotes(program, { examples, after: [exitCodes] }, () => session.out.columns ?? 80);
  defineAnalyze(program, session);
  defineWatch(program, session);
  defineExplain(program, session);
  defineRun(program, session, version);
  defineCompare(program, session);
  defineCheck(program, session);
  defineWorkloads(program, session);
  defineReleases(program, session);
  defineCalibrate(program, session);
  return program;
}

const examples: readonly Example[] = [
  ['gcsim analyze gc.log', 'what a log of a Go program means'],
  ['gcsim watch -- ./server', 'the same of a program while it runs'],
  ['gcsim explain assist-pressure', 'what a finding means'],
  ['gcsim run', 'the built-in workload init1, on Go 1.9'],
  ['gcsim run peak2 --procs 2', 'another one, with 2 procs'],
  ['gcsim compare old.log -- new.log', 'what became better or worse'],
  ['gcsim check budget.yaml gc.log', 'whether limits are kept'],
  ['gcsim workloads show json > my.yaml', 'one to change'],
  ['gcsim help run', 'all that a run can do'],
];

const exitCodes =
  'Exit codes: 0 done; 1 gcsim compare or gcsim check says no; 2 the command line or a file is wrong; 3 a bug in gcsim; 130 interrupted. gcsim watch has those of its program.';

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Says what went wrong, and sets the exit code that goes with it. */
function report(error: unknown, argv: readonly string[], program: Command, session: Session): void {
  if (error instanceof CommanderError) {
    session.exitCode = error.exitCode === 0 ? 0 : 2;
    const diagnostic = usageDiagnostic(error, argv, program);
    if (diagnostic !== undefined) session.err.write(renderDiagnostic(diagnostic));
  } else if (error instanceof UserError) {
    session.exitCode = 2;
    for (const diagnostic of error.diagnostics) session.err.write(renderDiagnostic(diagnostic));
  } else {
    session.exitCode = 3;
    session.err.write(internalError(error, argv, session));
  }
}

/** commander's usage error as a diagnostic; undefined for those that have printed a help text. */
function usageDiagnostic(
  error: CommanderError,
  argv: readonly string[],
  program: Command,
): Diagnostic | undefined {
  if (error.exitCode === 0 || error.code === 'commander.help') return undefined;
  const [first = ''] = error.message.split('\n');
  const message = first.replace(/^error: /, '');
  const command = calledCommand(argv, program);
  const name = commandPath(command);
  if (error.code === 'commander.unknownCommand' || error.code === 'commander.excessArguments') {
    const names = command.commands.map((child) => child.name());
    const found = argv[name.split(' ').length - 1] ?? '';
    if (names.length === 0) return { severity: 'error', message, hint: `see ${name} --help` };
    return {
      severity: 'error',
      message: `${name} has no command "${found}"`,
      hint: didYouMean(found, names, `commands of ${name}`),
    };
  }
  if (error.code === 'commander.unknownOption') {
    const names = command.options.flatMap((option) => option.long ?? []).concat('--help');
    const found = /'(.*)'/.exec(message)?.[1] ?? '';
    return {
      severity: 'error',
      message: `${name} has no option ${found}`,
      hint: didYouMean(found, names, `options of ${name}`),
    };
  }
  return { severity: 'error', message, hint: `see ${name} --help` };
}

/** The command that the words of `argv` lead to. */
function calledCommand(argv: readonly string[], program: Command): Command {
  let command = program;
  for (const word of argv) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child === undefined) break;
    command = child;
  }
  return command;
}

function commandPath(command: Command): string {
  return command.parent === null
    ? command.name()
    : `${commandPath(command.parent)} ${command.name()}`;
}

/** What a bug of ours prints: all that is needed to see it again. */
function internalError(error: unknown, argv: readonly string[], session: Session): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const seed = session.seed === undefined ? '' : `  seed: ${session.seed}\n`;
  const where = session.whereabouts === undefined ? '' : `  at: ${session.whereabouts()}\n`;
  return (
    `gcsim: internal error: ${text}\n\n` +
    `This is a bug in gcsim, not in your input. Please report it with all of this text and the workload or log.\n` +
    `  gcsim ${packageVersion()}, Node ${process.versions.node}, ${process.platform} ${process.arch}\n` +
    seed +
    where +
    `  to see it again: ${['gcsim', ...argv].map(quoteForShell).join(' ')}\n`
  );
}

function quoteForShell(word: string): string {
  return /^[\w@%+=:,./^-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
