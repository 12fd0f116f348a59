/** Analyses the logs of a command line: opens all that it names, reads, reports. */
import { resolve } from 'node:path';
import { UserError } from '../diagnostic.ts';
import { textStyle } from './colour.ts';
import type { StopSignal } from './io.ts';
import { LogAnalysis, type LogResult } from './loganalysis.ts';
import {
  logText,
  nothingToReport,
  skippedDiagnostics,
  write,
  writeMarkdown,
} from './logresults.ts';
import type { LogFlags, LogSettings } from './logsettings.ts';
import { openSinks, type Sinks } from './outputs.ts';
import { openLogs, readLogs } from './readlogs.ts';
import type { Session } from './session.ts';

export interface Surroundings {
  flags: LogFlags;
  settings: LogSettings;
  session: Session;
  /** Aborted by a signal, which is its reason. */
  stop: AbortSignal;
}

/** Resolves to the exit code, or to why there is no result. */
export async function analyzeLogs(
  paths: readonly string[],
  surroundings: Surroundings,
): Promise<number | 'unwanted' | StopSignal> {
  const { flags, session, stop } = surroundings;
  const inputs = openLogs(paths, surroundings);
  const { csv, json, markdown } = flags;
  const readFiles = inputs.flatMap(({ name, sizeBytes }) =>
    sizeBytes === undefined || name === stdinName
      ? []
      : [{ path: resolve(session.io.cwd, name), about: 'a log that is read' }],
  );
  const sinks = openSinks({ csv, json, markdown }, session, readFiles);
  try {
    const analysis = await LogAnalysis.create(surroundings.settings, paths, sinks.of);
    const { out, err, io } = session;
    const isUnwanted = (): boolean =>
      sinks.files.length === 0 && (out.closed || (err.closed && io.sameOutput));
    const end = await readLogs(inputs, analysis, { session, stop, isUnwanted });
    if (typeof end === 'string') return end;
    const result = analysis.finish();
    if (result.collections === 0) {
      // Where a log could not be read, that is why.
      if (end.problems.length > 0) throw new UserError(end.problems);
      throw nothingToReport(result, surroundings.settings, flags, end.isBinary);
    }
    const exitCode = await report(result, sinks, surroundings);
    await out.flush();
    write(end.warnings, err);
    if (end.problems.length === 0) return exitCode;
    throw new UserError(end.problems);
  } finally {
    for (const file of sinks.files) file.discard();
  }
}

/** How inputs call standard input. */
const stdinName = '<stdin>';

async function report(
  result: LogResult,
  { of, isStdoutTaken, files }: Sinks<'csv' | 'json' | 'markdown'>,
  { flags, settings, session }: Surroundings,
): Promise<number> {
  const { out, err, io } = session;
  const isFailed = settings.strict && result.trace.lostGcLines > 0;
  if (of.markdown !== undefined) await writeMarkdown(of.markdown, result.report);
  // What goes to files is there, whole, before anybody is told that it is done.
  for (const file of files) file.commit();
  if (!isStdoutTaken) out.write(logText(result, await textStyle(out, io.env, flags.color)));
  else {
    write(
      result.notes.map((message) => ({ severity: 'warning', message })),
      err,
    );
  }
  if (isFailed || isStdoutTaken) {
    await out.flush();
    write(skippedDiagnostics(result.trace, isFailed), err);
  }
  return isFailed ? 2 : 0;
}
