/**
 * What all reports of a log say: its header, its figures in words, its notes. The text for a terminal and the one for
 * GitHub lay out the same items.
 */

import type { HeapPoint } from '../analysis/heapseries.ts';
import type {
  CycleRef,
  Finding,
  Growth,
  LogFigures,
  MissingCollections,
  WorstWindow,
} from '../analysis/logfigures.ts';
import { syntaxes } from '../trace/figures.ts';
import { lineFamilies } from '../trace/forms.ts';
import type { SkippedLine, TraceProcess, TraceReport } from '../trace/read.ts';
import { type Bytes, formatBytes, formatPercent, type Ns, secondNs } from '../units.ts';
import { counted, figure, formatCount, unbroken, visible } from './layout.ts';

/** The log itself, figures apart. */
export interface LogInfo extends TraceReport {
  /** As the user named them; '-' is standard input. */
  files: readonly string[];
}

/** All that the report of a log shows. */
export interface LogReport {
  log: LogInfo;
  figures: LogFigures;
  /** The heap over the log; no chart where it is empty. */
  heap: readonly HeapPoint[];
  /** How many of the worst overshoots to list; none where it is absent. */
  top?: number | undefined;
  /** Collections that are not in the figures, because of the time that was asked for. */
  leftOut?: number | undefined;
  /** Each process by itself, where that was asked for. */
  perProcess?: readonly ProcessReport[] | undefined;
}

export interface ProcessReport {
  process: TraceProcess;
  figures: LogFigures;
}

/** Figures of one kind. */
export interface FigureRow {
  label: string;
  items: string[];
  /** The part of an item that needs attention. */
  attention?: string | undefined;
}

// --- Header -------------------------------------------------------------------------------------------

/** What log it is. The name is the first part; each part stays on one line where it can. */
export function headerParts({ log, figures }: LogReport): string[] {
  return [
    nameLog(log.files),
    ...circumstances(log.releases, figures),
    ...(log.processCount > 1 ? [counted(log.processCount, 'process', 'processes')] : []),
    unbroken(`${counted(log.lostGcLines, 'line')} lost`),
  ];
}

/** The same for one process of a log. */
export function processParts({ process, figures }: ProcessReport): string[] {
  return [
    unbroken(`process ${process.id}`),
    ...(process.source === '' ? [] : [visible(process.source)]),
    ...circumstances(process.releases, figures),
  ];
}

function circumstances(releases: string, { summary, procs, spanNs }: LogFigures): string[] {
  const { collections, forced } = summary;
  const count = collections === 0 ? 'no collection' : counted(collections, 'collection');
  return [
    ...(releases === '' ? [] : [visible(releases)]),
    ...(procs.length === 0 ? [] : [describeProcs(procs)]),
    ...(spanNs === undefined ? [] : [figure.duration(spanNs)]),
    forced > 0 ? `${count}, ${unbroken(`${formatCount(forced)} forced`)}` : count,
  ];
}

function describeProcs(procs: readonly number[]): string {
  const [first] = procs;
  if (procs.length === 1 && first !== undefined) return counted(first, 'proc');
  const least = Math.min(...procs);
  const most = Math.max(...procs);
  return unbroken(`${formatCount(least)} to ${formatCount(most)} procs`);
}

/** The files of a log in few words. */
export function nameLog(files: readonly string[]): string {
  const [first, second] = files;
  if (first === undefined) return 'log';
  if (second === undefined) return nameFile(first);
  if (files.length === 2) return `${nameFile(first)} and ${nameFile(second)}`;
  return `${nameFile(first)} and ${unbroken(`${formatCount(files.length - 1)} more files`)}`;
}

function nameFile(file: string): string {
  return file === '-' ? 'standard input' : visible(file);
}

// --- Times --------------------------------------------------------------------------------------------

/** How times of a log are written. */
export interface Clock {
  /** The log is so short that seconds do not tell collections apart. */
  isShort: boolean;
  hasManyDays: boolean;
  hasManyProcesses: boolean;
  /** Lines have times in whole milliseconds, the rest cut off: 0 may be anything below one. */
  isWholeMs: boolean;
  /** Wall clock at each process's start, by its number, where the log tells it. */
  wallMsAtStart: ReadonlyMap<number, number>;
}

const shortLogNs = 60 * secondNs;

/** As reports of a log call the releases whose lines have whole milliseconds. */
const wholeMsReleases: ReadonlySet<string> = new Set(
  Object.values(lineFamilies)
    .filter(({ time }) => time === syntaxes.wholeMs)
    .map(({ about }) => about),
);

export function clockOf({ log, figures }: LogReport): Clock {
  const days = log.processes.flatMap(({ firstWallMs, lastWallMs }) =>
    [firstWallMs, lastWallMs].flatMap((ms) => dateOf(ms)?.slice(0, 'yyyy-mm-dd'.length) ?? []),
  );
  return {
    isShort: figures.spanNs !== undefined && figures.spanNs < shortLogNs,
    hasManyDays: new Set(days).size > 1,
    hasManyProcesses: log.processCount > 1,
    isWholeMs: log.processes.some(({ releases }) => wholeMsReleases.has(releases)),
    wallMsAtStart: new Map(
      log.processes.flatMap(({ id, firstNs, firstWallMs }) =>
        firstNs === undefined || firstWallMs === undefined
          ? []
          : [[id, firstWallMs - (firstNs / secondNs) * 1000]],
      ),
    ),
  };
}

/** ISO 8601, or undefined where there is no such date. */
function dateOf(wallMs: number | undefined): string | undefined {
  if (wallMs === undefined) return undefined;
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** A time in a log, as far as it tells. */
export interface Moment {
  process?: number | undefined;
  /** Since the process's start. */
  startNs?: Ns | undefined;
  wallMs?: number | undefined;
}

function wallMsOf({ process, startNs }: Moment, { wallMsAtStart }: Clock): number | undefined {
  const atStart = process === undefined ? undefined : wallMsAtStart.get(process);
  if (atStart === undefined || startNs === undefined) return undefined;
  return atStart + (startNs / secondNs) * 1000;
}

/** The wall clock where it is known, else the time since the program's start; undefined where neither is. */
export function formatTime(at: Moment, clock: Clock): string | undefined {
  const date = dateOf(at.wallMs ?? wallMsOf(at, clock));
  if (date !== undefined) {
    const [day = '', time = ''] = date.split('T');
    const seconds = time.slice(0, clock.isShort ? 'hh:mm:ss.mmm'.length : 'hh:mm:ss'.length);
    return unbroken(clock.hasManyDays ? `${day} ${seconds}` : seconds);
  }
  return at.startNs === undefined ? undefined : formatSinceStart(at.startNs, clock.isShort);
}

/** "1:31:07"; in a short log "1:31:07.120", or "4.120 s" as its lines have it. Cut off, as clocks are. */
function formatSinceStart(ns: Ns, hasMs: boolean): string {
  const ms = Math.floor((ns / secondNs) * 1000);
  if (hasMs && ms < 60_000) return unbroken(`${(ms / 1000).toFixed(3)} s`);
  const two = (count: number): string => String(count).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const text = `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return hasMs ? `${text}.${String(ms % 1000).padStart(3, '0')}` : text;
}

/** What stands below the ends of the heap's chart. Of several processes neither end need be that of one. */
export function chartEnds(
  { processes, processCount }: LogInfo,
  clock: Clock,
): { from: string | undefined; to: string | undefined } {
  const [process] = processes;
  if (process === undefined || processCount > 1) return { from: undefined, to: undefined };
  const { firstNs, lastNs, firstWallMs, lastWallMs } = process;
  return {
    from: formatTime({ startNs: firstNs, wallMs: firstWallMs }, clock),
    to: formatTime({ startNs: lastNs, wallMs: lastWallMs }, clock),
  };
}

/** "#881 at 1:31:07", "#881 of process 2 at 13:24:06". */
export function nameCycle(at: CycleRef, clock: Clock): string {
  const time = formatTime(at, clock);
  const process = clock.hasManyProcesses ? ` of process ${at.process}` : '';
  return unbroken(`#${at.n}${process}${time === undefined ? '' : ` at ${time}`}`);
}

// --- Figures ------------------------------------------------------------------------------------------

/** Overshoot from which it needs attention: the margin that releases from 1.10 on allow themselves. */
export const attentionOvershootRatio = 0.1;
/** Share of CPU from which collecting needs attention: what background marking is given while it runs. */
const attentionCpuShare = 0.25;

/** The rows of which something is known. */
export function figureRows(figures: LogFigures, clock: Clock): FigureRow[] {
  const rows: FigureRow[] = [
    { label: 'heap', items: heapItems(figures) },
    overshootRow(figures, clock),
    costRow(figures, clock),
    { label: 'pacing', items: pacingItems(figures, clock) },
    { label: 'allocation', items: allocationItems(figures, clock) },
    { label: 'pauses', items: pauseItems(figures, clock) },
    { label: 'memory', items: memoryItems(figures) },
  ];
  return rows.filter(({ items }) => items.length > 0);
}

function heapItems({ live, goal, summary, spanNs }: LogFigures): string[] {
  const growth = live.growth === undefined ? [] : [describeGrowth(live.growth, spanNs)];
  const isLiveKnown = live.medianBytes !== undefined || live.lastBytes !== undefined;
  const liveText = isLiveKnown ? [`live ${medianAndLast(live)}`] : [];
  const { peakBytes } = summary.heap;
  return [
    ...(isLiveKnown || growth.length > 0 ? [[...liveText, ...growth].join(', ')] : []),
    ...(goal.medianBytes === undefined && goal.lastBytes === undefined
      ? []
      : [`goal ${medianAndLast(goal)}`]),
    ...known(peakBytes, (bytes) => `peak ${sizeOf(bytes)}`),
  ];
}

function medianAndLast(of: { medianBytes: number | undefined; lastBytes: number | undefined }) {
  const median = sizeOf(of.medianBytes ?? of.lastBytes);
  const last = sizeOf(of.lastBytes ?? of.medianBytes);
  return median === last ? median : `${median} ${unbroken(`(last ${last})`)}`;
}

/** A log prints whole MiB, the rest cut off: what it prints as 0 is there. */
function sizeOf(bytes: Bytes | undefined): string {
  return bytes === 0 ? unbroken('under 1 MiB') : figure.bytes(bytes);
}

/** Growth for a time that the log has: nobody knows what ten seconds would come to in an hour. */
function describeGrowth(growth: Growth, spanNs: Ns | undefined): string {
  const [perHour, unit] = rateUnit(spanNs);
  const at = (bytes: number): number => bytes / perHour;
  const { bytesPerHour: slope, lowBytesPerHour: low, highBytesPerHour: high } = growth;
  if (low === 0 && high === 0) return 'steady';
  if (low <= 0 && high >= 0) {
    const [from, to] = inOneUnit([at(low), at(high)]);
    return `no clear trend ${unbroken(`(${from} to ${to}/${unit})`)}`;
  }
  const isGrowing = slope > 0;
  const bounds = isGrowing ? [low, high] : [-high, -low];
  const texts = [Math.abs(slope), ...bounds].map((bytes) => formatBytes(at(bytes)));
  const isOneUnit = new Set(texts.map(unitOf)).size === 1;
  const [main, from, to] = isOneUnit ? [texts[0], ...texts.slice(1).map(withoutUnit)] : texts;
  const verb = isGrowing ? 'growing' : 'shrinking';
  return `${verb} ${unbroken(`${main}/${unit}`)} ${unbroken(`(${from} to ${to})`)}`;
}

/** The longest of the usual times that the log has, as a part of an hour. */
function rateUnit(spanNs: Ns | undefined): [perHour: number, unit: string] {
  if (spanNs === undefined || spanNs >= 3600 * secondNs) return [1, 'h'];
  return spanNs >= 60 * secondNs ? [60, 'min'] : [3600, 's'];
}

/** Sizes of which only the last has its unit, where all have the same. */
function inOneUnit(sizes: readonly number[]): string[] {
  const texts = sizes.map(formatBytes);
  if (new Set(texts.map(unitOf)).size > 1) return texts;
  return texts.map((text, i) => (i < texts.length - 1 ? withoutUnit(text) : text));
}

function unitOf(text: string): string {
  return text.slice(text.lastIndexOf(' ') + 1);
}

function withoutUnit(text: string): string {
  return text.slice(0, text.lastIndexOf(' '));
}

function overshootRow(figures: LogFigures, clock: Clock): FigureRow {
  const label = 'overshoot';
  const { overshootCertain: certain, overshootPossible: possible } = figures;
  const { maxRatio, p95Ratio } = figures.summary.overshoot;
  if (maxRatio === undefined) return { label, items: [] };
  if (possible === 0) return { label, items: ['in no collection'] };
  const [worst] = figures.worstOvershoots;
  const where = describeCount(certain, possible);
  if (worst === undefined) return { label, items: [where] };
  const ratio = `+${withError(worst.ratio, worst.errorRatio)}`;
  return {
    label,
    items: [
      [
        `${where}, worst ${unbroken(ratio)} (${nameCycle(worst, clock)}), ${figure.bytes(worst.overBytes)}`,
        ...known(p95Ratio, (p95) => unbroken(`p95 ${formatPercent(p95)}`)),
      ].join('; '),
    ],
    attention:
      worst.ratio - worst.errorRatio > attentionOvershootRatio ? unbroken(ratio) : undefined,
  };
}

function describeCount(certain: number, possible: number): string {
  if (certain === possible) return `in ${counted(certain, 'collection')}`;
  if (certain === 0) return `in at most ${counted(possible, 'collection')}`;
  return `in ${unbroken(`${formatCount(certain)} to ${counted(possible, 'collection')}`)}`;
}

/** "4.5 % ± 0.1": what may be wrong is said where it could show in the digits, rounded up. */
export function withError(ratio: number, errorRatio: number): string {
  const text = formatPercent(ratio);
  const isSure = [ratio - errorRatio, ratio + errorRatio].every(
    (bound) => formatPercent(bound) === text,
  );
  if (isSure) return text;
  // As many decimals as the figure has. Less the last bits, so that 0.1 % is not rounded up to 0.2 %.
  const decimals = text.includes('.') ? 1 : 0;
  const step = decimals === 1 ? 0.1 : 1;
  const error = Math.ceil((errorRatio * 100) / step - 1e-6) * step;
  return `${text} ± ${error.toFixed(decimals)}`;
}

/** "37 ± 1 MiB", where the error could show in the digits. */
export function bytesWithError(bytes: number, errorBytes: number): string {
  const text = formatBytes(bytes);
  const isSure = [bytes - errorBytes, bytes + errorBytes].every(
    (bound) => formatBytes(bound) === text,
  );
  return isSure ? text : inOneUnit([bytes, errorBytes]).join(' ± ');
}

function costRow(figures: LogFigures, clock: Clock): FigureRow {
  const { gcCpuShare, summary, worstWindow } = figures;
  const share = gcCpuShare ?? summary.gcCpuShare;
  const parts = gcCpuShare === undefined ? [] : cpuParts(figures);
  const total = figure.percent(share);
  const gc = gcCpuShare === undefined ? `GC ${total} of CPU since the start` : `GC ${total} of CPU`;
  return {
    label: 'cost',
    items: [
      ...(share === undefined ? [] : [parts.length === 0 ? gc : `${gc}: ${parts.join(', ')}`]),
      ...known(notNil(summary.idleCpuShare), (idle) =>
        unbroken(`idle ${figure.percent(idle)} (not counted)`),
      ),
      ...known(worstWindow, (worst) => describeWindow(worst, clock)),
    ],
    attention: share !== undefined && share > attentionCpuShare ? total : undefined,
  };
}

function cpuParts({ summary }: LogFigures): string[] {
  // Without a figure for assists, that for the workers is one for all marking.
  const workers = summary.assist.cpuShare === undefined ? 'marking' : 'background';
  const parts: [string, number | undefined][] = [
    [workers, summary.backgroundCpuShare],
    ['assist', summary.assist.cpuShare],
    ['transitions', notNil(summary.transitionCpuShare)],
  ];
  return parts.flatMap(([name, share]) =>
    known(share, (part) => unbroken(`${name} ${withoutUnit(formatPercent(part))}`)),
  );
}

/** A share that shows in the digits: most logs have nothing to say of some of them. */
function notNil(share: number | undefined): number | undefined {
  return share === undefined || formatPercent(share) === formatPercent(0) ? undefined : share;
}

function describeWindow(worst: WorstWindow, clock: Clock): string {
  const { lengthNs, gcCpuShare, assistCpuShare } = worst;
  const length = new Map([
    [secondNs, 'second'],
    [60 * secondNs, 'minute'],
    [3600 * secondNs, 'hour'],
  ]).get(lengthNs);
  const assists = known(notNil(assistCpuShare), (share) =>
    [', ', unbroken(`assists ${withoutUnit(formatPercent(share))}`)].join(''),
  ).join('');
  const name = length ?? figure.duration(lengthNs);
  const from = [
    ...(clock.hasManyProcesses ? [unbroken(`process ${worst.process}`)] : []),
    ...known(formatTime(worst, clock), (time) => unbroken(`from ${time}`)),
  ].join(', ');
  const share = unbroken(`worst ${name} ${figure.percent(gcCpuShare)}`);
  return `${share}${assists}${from === '' ? '' : ` (${from})`}`;
}

function pacingItems({ pacing, collectionsPerSecond }: LogFigures, clock: Clock): string[] {
  const { startShareMedian, runwayMedianBytes, effectiveGogcMedian, effectiveGogcMin } = pacing;
  const start = known(startShareMedian, (share) => `start at ${figure.percent(share)} of the goal`);
  const runway = known(notNone(runwayMedianBytes), (bytes) => `${figure.bytes(bytes)} before it`);
  return [
    ...known(collectionsPerSecond, describeRate),
    ...known(pacing.intervalMedianNs, (ns) => unbroken(`${timeOf(ns, clock)} between them`)),
    ...(start.length === 0 ? [] : [[...start, ...runway].join(', ')]),
    ...known(effectiveGogcMedian, (median) => {
      const least = known(effectiveGogcMin, (min) => ` (least ${formatInteger(min)})`).join('');
      return unbroken(`GOGC in effect ${formatInteger(median)}${least}`);
    }),
  ];
}

function formatInteger(value: number): string {
  const rounded = Math.round(value);
  return `${rounded < 0 ? '\u2212' : ''}${Math.abs(rounded)}`;
}

/** In the shortest time in which there is one. */
function describeRate(perSecond: number): string {
  const units: [number, string][] = [
    [1, 'a second'],
    [60, 'a minute'],
    [3600, 'an hour'],
  ];
  const [seconds, unit] = units.find(([each]) => perSecond * each >= 1) ?? [3600, 'an hour'];
  const rate = Number((perSecond * seconds).toPrecision(3));
  return unbroken(`${rate} ${rate === 1 ? 'collection' : 'collections'} ${unit}`);
}

function allocationItems({ allocation }: LogFigures, clock: Clock): string[] {
  const { medianBytesPerSecond, peakBytesPerSecond, peak, totalBytes } = allocation;
  const where = known(peak, (at) => ` (${nameCycle(at, clock)})`).join('');
  return [
    ...known(medianBytesPerSecond, (rate) => unbroken(`median ${figure.bytes(rate)}/s`)),
    ...known(peakBytesPerSecond, (rate) => `${unbroken(`peak ${figure.bytes(rate)}/s`)}${where}`),
    ...known(notNone(totalBytes), (bytes) => unbroken(`${figure.bytes(bytes)} in all`)),
  ];
}

/** A duration as exactly as the log has it. */
function timeOf(ns: Ns, { isWholeMs }: Clock): string {
  return isWholeMs && ns === 0 ? unbroken('under 1 ms') : figure.duration(ns);
}

function pauseItems({ summary: { pauses }, longestPause }: LogFigures, clock: Clock): string[] {
  const quantiles: [string, Ns | undefined][] = [
    ['p50', pauses.p50Ns],
    ['p95', pauses.p95Ns],
    ['p99', pauses.p99Ns],
  ];
  const where = known(longestPause, ({ at }) => ` (${nameCycle(at, clock)})`).join('');
  return [
    ...quantiles.flatMap(([name, ns]) =>
      known(ns, (value) => unbroken(`${name} ${timeOf(value, clock)}`)),
    ),
    ...known(longestPause?.ns ?? pauses.maxNs, (ns) =>
      [unbroken(`max ${timeOf(ns, clock)}`), where].join(''),
    ),
  ];
}

function memoryItems({ memory, stacksMaxBytes, globalsMaxBytes }: LogFigures): string[] {
  return [
    ...known(notNone(stacksMaxBytes), (bytes) => `stacks up to ${figure.bytes(bytes)}`),
    ...known(notNone(globalsMaxBytes), (bytes) => `globals ${figure.bytes(bytes)}`),
    ...known(
      notNone(memory?.releasedBytes),
      (bytes) => `${figure.bytes(bytes)} returned to the system`,
    ),
    ...known(memory?.heapConsumedBytes, (held) => {
      const of = known(memory?.heapSysBytes, (sys) => ` of ${figure.bytes(sys)}`).join('');
      return `${figure.bytes(held)}${of} held at the end`;
    }),
  ];
}

/** A size that tells something: a log prints whole MiB, so that 0 may be anything small. */
function notNone(bytes: Bytes | undefined): Bytes | undefined {
  return bytes === 0 ? undefined : bytes;
}

/** One text, or none where the value is not known. */
function known<T>(value: T | undefined, write: (value: T) => string): string[] {
  return value === undefined ? [] : [write(value)];
}

// --- Notes --------------------------------------------------------------------------------------------

/** A line of the log is shown up to here. */
const excerptMax = 60;

/** The sentences that a reader of these figures should know. */
export function logNotes({ log, figures }: LogReport): string[] {
  const { skipped, cutShort, rejoined } = log.lines;
  const { collections, leftOut } = figures.summary;
  const notes: string[] = [];
  if (collections === 0) notes.push('There is no line of a collection in it.');
  if (collections > 0 && leftOut.collections === collections) {
    notes.push(
      'Medians, percentiles and shares leave out the first collection of a process and forced ones: ' +
        'here that is all of them.',
    );
  }
  if (figures.missing !== undefined) {
    notes.push(describeMissing(figures.missing, log.processCount > 1));
  }
  const lost = skipped + cutShort;
  if (lost > 0) {
    const [first] = log.skipped;
    const short = cutShort > 0 ? `, ${unbroken(`${formatCount(cutShort)} of them`)} cut short` : '';
    const where = known(first, (line) => `; the first is ${describeSkipped(line)}`).join('');
    notes.push(`${counted(lost, 'line')} could not be read${short}${where}.`);
  }
  if (rejoined > 0) {
    notes.push(
      `${counted(rejoined, 'collection')} ${rejoined === 1 ? 'was' : 'were'} put together from pieces: ` +
        'other output had come between.',
    );
  }
  return notes;
}

/** "20 collections missing (#20 to #39): …" */
function describeMissing(
  { collections, ranges }: MissingCollections,
  hasManyProcesses: boolean,
): string {
  const names = ranges.map(({ from, to, process }) => {
    const numbers = from === to ? `#${from}` : `#${from} to #${to}`;
    return unbroken(hasManyProcesses ? `${numbers} of process ${process}` : numbers);
  });
  const named = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (named < collections) names.push(unbroken(`${formatCount(collections - named)} more`));
  return `${counted(collections, 'collection')} missing (${names.join(', ')}): the log has no line of ${collections === 1 ? 'it' : 'them'}.`;
}

function describeSkipped({ file, line, column, message, text }: SkippedLine): string {
  const characters = Array.from(visible(text));
  const excerpt =
    characters.length > excerptMax ? `${characters.slice(0, excerptMax).join('')}…` : text;
  const place = `${nameFile(file)}:${line}:${column}`;
  return `${place}, ${visible(message)}${excerpt === '' ? '' : `: "${visible(excerpt)}"`}`;
}

/** A sentence whose figures stay together with their units. */
export function withUnits(text: string): string {
  return text.replace(/(\d) (?=(%|[KMGT]?i?B|ns|[u\u00b5\u03bc]s|ms|s|min|h)\b|%)/g, '$1\u00a0');
}

/** With more findings than this a report tells of each what to do; why it matters is for `gcsim explain`. */
const reasonsMax = 2;

/** Findings that ask for something to be done; what is only to be known needs no advice. */
export function seriousOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity }) => severity !== 'info');
}

/** What stands behind a finding, in a few sentences: why it matters, what to try, where to look. */
export function adviceOf(
  { why, advice, cycles, rule }: Finding,
  of: readonly Finding[],
  clock: Clock,
): string {
  const texts = seriousOf(of).length <= reasonsMax ? [why, advice] : [advice];
  const shown = cycles.slice(0, 3).map((at) => nameCycle(at, clock));
  return [
    ...texts.filter((text) => text !== '').map((text) => withUnits(visible(text))),
    ...(shown.length === 0 ? [] : [`See ${shown.join(', ')}.`]),
    `(${unbroken(`gcsim explain ${visible(rule)}`)})`,
  ].join(' ');
}
