/** What a log came to, on its way out: the report, what it leaves out, and what could not be read. */
import type { Diagnostic } from '../diagnostic.ts';
import { renderDiagnostic, UserError } from '../diagnostic.ts';
import { counted, countedPlainly, finish, type TextStyle, wrap } from '../report/layout.ts';
import type { LogReport } from '../report/logreport.ts';
import { renderLog } from '../report/logtext.ts';
import type { SkippedLine, TraceReport } from '../trace/read.ts';
import type { LogResult } from './loganalysis.ts';
import type { LogFlags, LogSettings } from './logsettings.ts';
import type { TextSink } from './outputs.ts';

/** The report as text, with what it leaves out below it. */
export function logText({ report, notes }: LogResult, style: TextStyle): string {
  const text = renderLog(report, style);
  if (notes.length === 0) return text;
  const width = (style.columns ?? 100) - 2;
  const lines = notes.flatMap((note) =>
    wrap(note, width).map((line, i) => `${i === 0 ? '- ' : '  '}${line}`),
  );
  return `${text}\n${finish(lines, style)}`;
}

export async function writeMarkdown(sink: TextSink, report: LogReport): Promise<void> {
  const { renderLogMarkdown } = await import('../report/logmarkdown.ts');
  sink.write(renderLogMarkdown(report));
}

/** Lines that --strict shows. */
const skippedShownMax = 5;

/** What could not be read, as errors (--strict), or as one warning. */
export function skippedDiagnostics(
  { lines, skipped, lostGcLines }: TraceReport,
  isStrict: boolean,
) {
  const diagnostics: Diagnostic[] = [];
  const lost = lines.skipped + lines.cutShort;
  const [first] = skipped;
  if (lost === 0 || first === undefined) return diagnostics;
  if (!isStrict) {
    const message = `${counted(lost, 'line')} could not be read, the first here: ${describe(first)}`;
    return [{ severity: 'warning' as const, ...placeOf(first), message }];
  }
  for (const line of skipped.slice(0, skippedShownMax)) {
    diagnostics.push({ severity: 'error', ...placeOf(line), message: describe(line) });
  }
  if (lostGcLines > 0) {
    const verb = lostGcLines === 1 ? 'looks like a gc line' : 'look like gc lines';
    diagnostics.push({
      severity: 'error',
      message: `${counted(lostGcLines, 'line')} ${verb} and could not be read (--strict)`,
    });
  }
  return diagnostics;
}

function placeOf({
  file,
  line,
  column,
}: SkippedLine): Pick<Diagnostic, 'file' | 'line' | 'column'> {
  return { file, line, column };
}

const excerptMax = 80;

function describe({ message, text }: SkippedLine): string {
  const characters = Array.from(text);
  const excerpt = characters.slice(0, excerptMax).join('');
  return `${message}: ${excerpt}${characters.length > excerptMax ? '…' : ''}`;
}

export function write(diagnostics: readonly Diagnostic[], to: TextSink): void {
  // Units and their figures are kept together by spaces of another kind, which are for layouts only.
  for (const each of diagnostics) to.write(renderDiagnostic(each).replaceAll('\u00a0', ' '));
}

/** What a log that has no collection, or none that was asked for, has instead. */
export function nothingToReport(
  { trace, report, cut }: LogResult,
  settings: LogSettings,
  flags: LogFlags,
  isBinary: boolean,
): UserError {
  if (trace.lines.gc === 0) return noGcLine(report.log.files, trace, isBinary);
  const { process } = settings;
  if (process !== undefined && report.log.processes.length === 0) return noProcess(trace, process);
  if (cut.timeless > 0 && cut.timeless >= cut.leftOut) {
    return new UserError({
      severity: 'error',
      message: 'the lines of this log have no such time as --since or --until asks for',
      hint: 'a duration since the program\'s start ("90s") needs lines of Go 1.5 or later, a wall clock needs timestamps',
    });
  }
  const asked = [
    ...(flags.since === undefined ? [] : [`--since ${flags.since}`]),
    ...(flags.until === undefined ? [] : [`--until ${flags.until}`]),
  ].join(' ');
  return new UserError({
    severity: 'error',
    message: `none of ${countedPlainly(cut.leftOut, 'collection')} is in the time of ${asked}`,
    hint: extentOf(trace),
  });
}

/** What a log without any gc line has instead. */
export function noGcLine(
  files: readonly string[],
  trace: TraceReport,
  isBinary: boolean,
): UserError {
  const name = files.length === 1 ? nameOf(files[0] ?? '-') : `any of ${files.length} logs`;
  const hint =
    'run the program with GODEBUG=gctrace=1 and keep its standard error:\n' +
    'GODEBUG=gctrace=1 ./program 2>gc.log; or: gcsim watch -- ./program';
  if (trace.lines.read === 0) {
    const what = files.length === 1 ? `${name} is empty` : 'all logs are empty';
    return new UserError({ severity: 'error', message: what, hint });
  }
  const companions = Object.entries(trace.companions)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => countedPlainly(count, companionNames[kind] ?? kind));
  const read = [
    `${countedPlainly(trace.lines.read, 'line')} read`,
    ...(companions.length === 0 ? [] : [`among them ${companions.join(', ')}`]),
    ...(isBinary ? ['and they are no text'] : []),
  ].join(', ');
  const main: Diagnostic = {
    severity: 'error',
    message: `there is no gc line in ${name}: ${read}`,
    hint,
  };
  const damaged = skippedDiagnostics(trace, true);
  return new UserError([main, ...damaged.filter(({ line }) => line !== undefined)]);
}

const companionNames: Readonly<Record<string, string>> = {
  pacer: 'pacer line',
  scvg: 'scavenger (scvg) line',
  scav: 'scavenger (scav) line',
  gcForced: '"GC forced" line',
  inittrace: 'inittrace line',
  sched: 'schedtrace line',
  scan: 'scan line',
};

function noProcess({ processes }: TraceReport, asked: number | string): UserError {
  const shown = processes.slice(0, processesShownMax);
  const rows = shown.map(
    ({ id, source, cycles }) =>
      `${id}: ${source === '' ? '(no name)' : source} (${countedPlainly(cycles, 'collection')})`,
  );
  const rest = processes.length - shown.length;
  return new UserError({
    severity: 'error',
    message: `the log has no process ${typeof asked === 'number' ? asked : `"${asked}"`}`,
    hint: ['its processes:', ...rows, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n'),
  });
}

const processesShownMax = 10;

/** From when to when the log goes. */
function extentOf({ processes }: TraceReport): string {
  const known = (values: readonly (number | undefined)[]): number[] =>
    values.filter((value) => value !== undefined);
  const seconds = (ns: number): string => `${(ns / 1e9).toFixed(1)}s`;
  const starts = known(processes.map(({ firstNs }) => firstNs));
  const ends = known(processes.map(({ lastNs }) => lastNs));
  const walls = known(
    processes.flatMap(({ firstWallMs, lastWallMs }) => [firstWallMs, lastWallMs]),
  );
  const elapsed =
    starts.length === 0
      ? ''
      : `the log goes from ${seconds(Math.min(...starts))} to ${seconds(Math.max(...ends))} after the program's start`;
  if (walls.length === 0) return elapsed;
  const iso = (ms: number): string =>
    new Date(ms).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length);
  return `${elapsed}, by the wall clock from ${iso(Math.min(...walls))} to ${iso(Math.max(...walls))}`;
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : `"${file}"`;
}
