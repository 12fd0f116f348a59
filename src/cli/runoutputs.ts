/** Where the results of a run go. */
import type { OutFile } from './outfile.ts';
import { openSinks, type TextSink } from './outputs.ts';
import type { Session } from './session.ts';
import type { RunFlags } from './settings.ts';

/** The places for each kind of result; no place where it is not wanted. */
export interface RunOutputs {
  gctrace: readonly TextSink[];
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
  const lines: TextSink[] = of.gctrace === undefined ? [] : [of.gctrace];
  // On standard output they are not needed on standard error as well.
  if (!flags.quiet && flags.gctrace !== '-') lines.push(session.err);
  return {
    gctrace: lines,
    csv: of.csv,
    json: of.json,
    report: isStdoutTaken ? undefined : session.out,
    files,
  };
}
