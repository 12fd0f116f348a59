/** Watches a program or a stream: hands on what it prints, at once and as it is, and analyses it meanwhile. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderDiagnostic, UserError } from '../diagnostic.ts';
import { countedPlainly } from '../report/layout.ts';
import { formatBytes, formatDuration } from '../units.ts';
import { textStyle } from './colour.ts';
import { withGctrace } from './godebug.ts';
import { type Io, type Program, type StopSignal, stopSignalExitCodes } from './io.ts';
import { LogAnalysis } from './loganalysis.ts';
import { logText, skippedDiagnostics, write, writeMarkdown } from './logresults.ts';
import type { LogSettings } from './logsettings.ts';
import { describeFileError } from './outfile.ts';
import type { TextOutput } from './output.ts';
import { openSinks, type Sinks } from './outputs.ts';
import type { Session } from './session.ts';
import { StatusLine } from './statusline.ts';
import type { WatchFlags } from './watch.ts';

export interface WatchSurroundings {
  flags: WatchFlags;
  settings: LogSettings;
  session: Session;
}

/** Exit codes of shells for a program that cannot be started. */
const notFound = 127;
const notExecutable = 126;

/** Runs a program to its end, and resolves to its exit code. */
export async function watchProgram(
  words: readonly string[],
  surroundings: WatchSurroundings,
): Promise<number> {
  const { session } = surroundings;
  const { io, err } = session;
  const watcher = await Watcher.open(words[0] ?? '', surroundings);
  try {
    let program: Program;
    try {
      const env = { ...io.env, GODEBUG: withGctrace(io.env.GODEBUG) };
      program = await io.startProgram(words, env);
    } catch (error) {
      return cannotStart(words[0] ?? '', error, session);
    }
    const exitCode = await pass(program, watcher, io);
    await watcher.report(err, noLineOfProgram);
    return exitCode;
  } finally {
    watcher.close();
  }
}

/**
 * Hands on standard error until it ends, which it does when all have ended who have it: what a program leaves behind
 * in the background is watched too, until a signal comes.
 */
async function pass(program: Program, watcher: Watcher, io: Io): Promise<number> {
  const stop = new AbortController();
  let hasEnded = false;
  const ended = program.ended.then((code) => {
    hasEnded = true;
    return code;
  });
  const unlisten = io.onStop((signal) => {
    if (hasEnded) stop.abort(signal);
    // A terminal sends Ctrl-C to the program by itself; a second one might make it give up its orderly end.
    else if (signal !== 'SIGINT' || !io.hasTerminal()) program.signal(signal);
  });
  try {
    await watcher.follow(program.stderr, stop.signal);
    return await ended;
  } finally {
    unlisten();
  }
}

function cannotStart(command: string, error: unknown, { io, err }: Session): number {
  const { code } = error as NodeJS.ErrnoException;
  const isPath = /[/\\]/.test(command);
  const isThere = isPath && existsSync(resolve(io.cwd, command));
  const isMissing = code === 'ENOENT' && !isThere;
  const reason = isMissing
    ? isPath
      ? 'there is no such file'
      : 'there is no such program in PATH'
    : code === 'ENOENT'
      ? 'the interpreter that its first line names is not there'
      : describeFileError(error);
  const hint =
    isMissing && !isPath && existsSync(resolve(io.cwd, command)) ? `./${command}` : undefined;
  err.write(
    renderDiagnostic({
      severity: 'error',
      message: `cannot run "${command}": ${reason}`,
      ...(hint !== undefined && { hint: `did you mean ${hint}?` }),
    }),
  );
  return code === 'ENOENT' ? notFound : notExecutable;
}

/** Passes standard input to standard output, and analyses it. */
export async function watchStream(surroundings: WatchSurroundings): Promise<number> {
  const { io, out, err } = surroundings.session;
  const watcher = await Watcher.open('-', surroundings, out);
  const stop = new AbortController();
  let asked: StopSignal | undefined;
  const unlisten = io.onStop((signal) => {
    // Ctrl-C ends the program at the other end of the pipe too: its last words are waited for, once.
    if (signal !== 'SIGINT' || asked !== undefined) stop.abort(signal);
    asked ??= signal;
  });
  try {
    await watcher.follow(io.stdin, stop.signal);
    await watcher.report(err, noLineOfStream);
    return asked === undefined ? 0 : stopSignalExitCodes[asked];
  } finally {
    unlisten();
    io.closeStdin();
    watcher.close();
  }
}

const noLineOfProgram =
  'It printed no gc line. Is it a Go program, was GODEBUG handed on to it, and did it run long enough to collect?';
const noLineOfStream =
  'There was no gc line in it. Run the program with GODEBUG=gctrace=1, and pipe its standard error too: 2>&1';

function cannotRead(error: unknown): never {
  const message = `cannot read what is watched: ${describeFileError(error)}`;
  throw new UserError({ severity: 'error', message });
}

/** What is watched, and where it goes. */
class Watcher {
  readonly #session: Session;
  readonly #surroundings: WatchSurroundings;
  readonly #sinks: Sinks<'csv' | 'json' | 'markdown'>;
  readonly #analysis: LogAnalysis;
  readonly #status: StatusLine;
  /** Where it is passed on to. */
  readonly #to: TextOutput;

  static async open(
    name: string,
    surroundings: WatchSurroundings,
    to: TextOutput = surroundings.session.err,
  ): Promise<Watcher> {
    const { flags, settings, session } = surroundings;
    const { csv, json, markdown } = flags;
    const sinks = openSinks({ csv, json, markdown }, session, []);
    const analysis = await LogAnalysis.create(settings, [name], sinks.of);
    analysis.beginFile(name);
    return new Watcher(surroundings, sinks, analysis, to);
  }

  private constructor(
    surroundings: WatchSurroundings,
    sinks: Sinks<'csv' | 'json' | 'markdown'>,
    analysis: LogAnalysis,
    to: TextOutput,
  ) {
    const { flags, session } = surroundings;
    const { io, err } = session;
    this.#session = session;
    this.#surroundings = surroundings;
    this.#sinks = sinks;
    this.#analysis = analysis;
    this.#to = to;
    const isShown = err.isTerminal && io.env.TERM !== 'dumb' && flags.status !== false;
    this.#status = new StatusLine(isShown ? err : undefined, io);
  }

  /** Hands on all that comes, until it ends or `stop` is aborted. */
  async follow(chunks: AsyncIterable<Uint8Array | string>, stop: AbortSignal): Promise<void> {
    const to = this.#to;
    const iterator = chunks[Symbol.asyncIterator]();
    const stopped = new Promise<'stopped'>((done) => {
      stop.addEventListener('abort', () => done('stopped'), { once: true });
    });
    for (;;) {
      const next = await Promise.race([iterator.next(), stopped]).catch(cannotRead);
      if (next === 'stopped' || next.done === true) break;
      const bytes = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
      to.writeBytes(bytes);
      this.#analysis.push(bytes);
      this.#status.update(() => describe(this.#analysis));
      await to.room(stop);
      // Without us the writer would be told that nobody reads any more: so it is.
      if (to.closed && this.#sinks.files.length === 0) break;
    }
    this.#status.clear();
    // Not waited for: what it would wait for may never come.
    iterator.return?.()?.catch(() => {});
  }

  /** The analysis, on standard error: standard output belongs to what is watched. */
  async report(err: TextOutput, nothing: string): Promise<void> {
    const { flags } = this.#surroundings;
    const result = this.#analysis.finish();
    const { of, files } = this.#sinks;
    err.endLine();
    if (result.collections === 0) {
      const message =
        result.trace.lines.gc === 0
          ? nothing
          : 'No collection is in what --since, --until and --process ask for.';
      err.write(`\ngcsim: ${message}\n`);
      if (files.length > 0) err.write('gcsim: The files that were asked for are not written.\n');
      write(skippedDiagnostics(result.trace, false), err);
      return;
    }
    if (of.markdown !== undefined) await writeMarkdown(of.markdown, result.report);
    for (const file of files) file.commit();
    const style = await textStyle(err, this.#session.io.env, flags.color);
    err.write(`\n${logText(result, style)}`);
  }

  close(): void {
    this.#status.clear();
    for (const file of this.#sinks.files) file.discard();
  }
}

/** "gc 1204 · heap 38 of 64 MiB · GC 3 % · last pause 0.1 ms" */
function describe({ last, collections }: LogAnalysis): string {
  if (last === undefined) return 'no collection yet';
  const { n, heapMarkedBytes, heapEndBytes, heapGoalBytes, gcCpuFraction } = last;
  const live = heapMarkedBytes ?? heapEndBytes;
  const count = countedPlainly(collections, 'collection');
  const pauses = [last.sweepTermNs ?? 0, last.markTermNs ?? 0];
  return [
    collections === n ? count : `gc ${n}, ${count}`,
    heapGoalBytes === undefined
      ? `heap ${formatBytes(live)}`
      : `live ${formatBytes(live)}, goal ${formatBytes(heapGoalBytes)}`,
    ...(gcCpuFraction === undefined ? [] : [`GC ${Math.floor(gcCpuFraction * 100)} % of CPU`]),
    ...(last.sweepTermNs === undefined
      ? []
      : [`last pause ${formatDuration(Math.max(...pauses))}`]),
  ].join(' · ');
}
