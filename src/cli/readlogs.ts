/** Reads logs into an analysis: files one after the other, with progress, signals and closed pipes seen to. */
import type { Diagnostic } from '../diagnostic.ts';
import { UserError } from '../diagnostic.ts';
import { countedPlainly } from '../report/layout.ts';
import { type InputOptions, openInputs, type TraceInput } from '../trace/input.ts';
import { formatBytes } from '../units.ts';
import type { StopSignal } from './io.ts';
import type { LogAnalysis } from './loganalysis.ts';
import { Progress } from './progress.ts';
import type { Session } from './session.ts';

/** What is looked at while logs are read. */
interface ReadContext {
  session: Session;
  /** Aborted by a signal; its reason is the StopSignal. */
  stop: AbortSignal;
  /** Nobody is left who wants the result. */
  isUnwanted(): boolean;
}

/** How the reading ended, where it was not broken off. */
interface ReadEnd {
  /** Logs that could not be read, or not to their end. */
  problems: Diagnostic[];
  /** What there is to know of those that could. */
  warnings: Diagnostic[];
  /** What was read begins as no text does. */
  isBinary: boolean;
}

export function openLogs(
  paths: readonly string[],
  { session, stop }: Pick<ReadContext, 'session' | 'stop'>,
): TraceInput[] {
  const { stdin, stdinFd, cwd } = session.io;
  const options: InputOptions = { stdin, cwd, signal: stop };
  if (stdinFd !== undefined) options.stdinFd = stdinFd;
  return openInputs(paths, options);
}

/** Reads all logs. A log that cannot be read to its end does not keep the others from being read. */
export async function readLogs(
  inputs: readonly TraceInput[],
  analysis: LogAnalysis,
  context: ReadContext,
): Promise<ReadEnd | 'unwanted' | StopSignal> {
  const { session, stop } = context;
  const { io, out, err } = session;
  const progress = new Progress(
    err.isTerminal && io.env.TERM !== 'dumb' ? err : undefined,
    io.nowMs,
  );
  const end: ReadEnd = { problems: [], warnings: [], isBinary: false };
  try {
    for (const input of inputs) {
      session.whereabouts = () => `${input.name}, ${input.readBytes} bytes read`;
      analysis.beginFile(input.name);
      let isStart = true;
      try {
        for await (const chunk of input.chunks) {
          if (isStart) end.isBinary ||= chunk.includes(0);
          isStart = false;
          analysis.push(chunk);
          await out.room(stop);
          if (stop.aborted) break;
          if (context.isUnwanted()) return 'unwanted';
          progress.update(() => describe(inputs, input, analysis.collections));
        }
      } catch (error) {
        if (!stop.aborted) {
          if (!(error instanceof UserError)) throw error;
          end.problems.push(...error.diagnostics);
        }
      }
      if (stop.aborted) return stop.reason as StopSignal;
      end.warnings.push(...input.warnings);
    }
  } finally {
    progress.clear();
  }
  return end;
}

function describe(inputs: readonly TraceInput[], current: TraceInput, collections: number): string {
  let read = 0;
  let total = 0;
  for (const { sizeBytes, readBytes } of inputs) {
    read += readBytes;
    total += sizeBytes ?? Number.NaN;
  }
  const isSized = total > 0;
  return [
    current.name,
    ...(isSized ? [`${Math.min(100, Math.floor((read / total) * 100))} %`] : []),
    isSized ? `${formatBytes(read)} of ${formatBytes(total)}` : formatBytes(read),
    countedPlainly(collections, 'collection'),
  ].join(' · ');
}
