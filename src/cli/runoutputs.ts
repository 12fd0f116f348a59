/** Where the results of a run go. */
import type { OutFile } from './outfile.ts';
import { TextOutput } from './output.ts';
import { openSinks, type TextSink } from './outputs.ts';
import type { Session } from './session.ts';
import type { RunFlags } from './settings.ts';

/** The places for each kind of result; no place where it is not wanted. Streams gather what comes in between slices. */
export interface RunOutputs {
  gctrace: readonly TextSink[];
  /** Standard error has the gctrace lines. */
  areLinesOnStderr: boolean;
  csv: TextSink | undefined;
  json: TextSink | undefined;
  /** Undefined where another kind has standard output to itself. */
  report: TextSink | undefined;
  files: readonly OutFile[];
}

/** `workloadPath` is the file that is read meanwhile. */
export function openRunOutputs(
  flags: RunFlags,
  session: Session,
  workloadPath: string | undefined,
): RunOutputs {
  const { csv, json, gctrace } = flags;
  const readFiles =
    workloadPath === undefined ? [] : [{ path: workloadPath, about: 'the workload' }];
  const { of, isStdoutTaken, files } = openSinks({ csv, json, gctrace }, session, readFiles);
  // On standard output they are not needed on standard error as well.
  const areLinesOnStderr = !flags.quiet && flags.gctrace !== '-';
  const gathering = (sink: TextSink | undefined): TextSink | undefined =>
    sink instanceof TextOutput ? { write: (text) => sink.gather(text) } : sink;
  const lines = [of.gctrace, ...(areLinesOnStderr ? [session.err] : [])].map(gathering);
  return {
    gctrace: lines.filter((sink) => sink !== undefined),
    areLinesOnStderr,
    csv: gathering(of.csv),
    json: gathering(of.json),
    report: isStdoutTaken ? undefined : session.out,
    files,
  };
}
