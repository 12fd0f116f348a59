/** Analyses a log while it is read: figures for the report, and rows for CSV and JSON as they come. */
import { HeapSeries } from '../analysis/heapseries.ts';
import { LogBuilder } from '../analysis/logbuilder.ts';
import type { GcCycle } from '../cycle.ts';
import { jsonCycle } from '../report/json.ts';
import { counted, visible } from '../report/layout.ts';
import { logJsonHead, logJsonTail } from '../report/logjson.ts';
import type { LogReport, ProcessReport } from '../report/logreport.ts';
import type { Scavenge } from '../trace/forms.ts';
import { TraceReader, type TraceReport } from '../trace/read.ts';
import type { LogSettings } from './logsettings.ts';
import type { TextSink } from './outputs.ts';
import { TimeCut } from './timecut.ts';

/** Where rows go while the log is read. */
export interface RowSinks {
  csv: TextSink | undefined;
  json: TextSink | undefined;
}

/** What a log came to. */
export interface LogResult {
  /** All that was read; `report.log` has only what was asked for. */
  trace: TraceReport;
  report: LogReport;
  /** Collections that are in the report. */
  collections: number;
  /** What a reader of the report should know of what it leaves out. */
  notes: string[];
  cut: TimeCut;
}

/** Processes that have a report of their own, at most: each takes memory. */
const perProcessMax = 50;

export class LogAnalysis {
  /** The collection that was read last. */
  last: GcCycle | undefined;
  collections = 0;
  readonly #settings: LogSettings;
  readonly #files: readonly string[];
  readonly #sinks: RowSinks;
  readonly #csv: { csvCycle(cycle: GcCycle): string; csvHeader(): string } | undefined;
  /** Numbers of the processes that are looked at. */
  readonly #wanted = new Set<number>();
  readonly #reader: TraceReader;
  readonly #builder: LogBuilder;
  readonly #heap = new HeapSeries();
  readonly #perProcess = new Map<number, LogBuilder>();
  readonly #cut: TimeCut;
  #isPerProcessFull = false;

  static async create(
    settings: LogSettings,
    files: readonly string[],
    sinks: RowSinks,
  ): Promise<LogAnalysis> {
    const csv = sinks.csv === undefined ? undefined : await import('../report/csv.ts');
    return new LogAnalysis(settings, files, sinks, csv);
  }

  private constructor(
    settings: LogSettings,
    files: readonly string[],
    sinks: RowSinks,
    csv: { csvCycle(cycle: GcCycle): string; csvHeader(): string } | undefined,
  ) {
    this.#settings = settings;
    this.#files = files;
    this.#sinks = sinks;
    this.#csv = csv;
    this.#builder = this.#newBuilder();
    this.#cut = new TimeCut(settings.since, settings.until);
    const isSelective = settings.process !== undefined;
    const isCut = settings.since !== undefined || settings.until !== undefined;
    // A line of the scavenger has no clock: it belongs to the collection before it.
    let isIn = !isCut;
    this.#reader = new TraceReader({
      onCycle: (cycle) => {
        if (isSelective && !this.#isWanted(cycle.process ?? 1)) return;
        if (isCut) {
          isIn = this.#cut.has(cycle);
          if (!isIn) return;
        }
        this.#add(cycle);
      },
      onScavenge: (line) => {
        if (isSelective && !this.#isWanted(line.process ?? 1)) return;
        if (isIn) this.#addScavenge(line);
      },
    });
  }

  beginFile(name: string): void {
    this.#reader.beginFile(name);
  }

  push(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** The process is asked for, by its number or by a part of what the log calls it. */
  #isWanted(id: number): boolean {
    const { process } = this.#settings;
    const isAsked =
      typeof process === 'number'
        ? id === process
        : this.#reader.sourceOf(id).includes(process ?? '');
    if (isAsked) this.#wanted.add(id);
    return isAsked;
  }

  #newBuilder(): LogBuilder {
    const { top, windowNs, silenced } = this.#settings;
    return new LogBuilder({
      // The worst one is told of even where no list is wanted.
      top: Math.max(1, top),
      silenced,
      ...(windowNs !== undefined && { windowNs }),
    });
  }

  #add(cycle: GcCycle): void {
    this.last = cycle;
    this.#builder.add(cycle);
    this.#heap.add(cycle);
    if (this.#settings.perProcess) this.#builderOf(cycle.process ?? 1)?.add(cycle);
    const { csv, json } = this.#sinks;
    const isFirst = this.collections === 0;
    // Not before there is a collection: where there is none, nothing is written at all.
    if (csv !== undefined && this.#csv !== undefined) {
      if (isFirst) csv.write(this.#csv.csvHeader());
      csv.write(this.#csv.csvCycle(cycle));
    }
    if (json !== undefined) {
      if (isFirst) json.write(logJsonHead(this.#files));
      json.write(jsonCycle(cycle, this.collections));
    }
    this.collections++;
  }

  #addScavenge(line: Scavenge): void {
    this.#builder.addScavenge(line);
    if (this.#settings.perProcess) this.#builderOf(line.process ?? 1)?.addScavenge(line);
  }

  #builderOf(process: number): LogBuilder | undefined {
    let builder = this.#perProcess.get(process);
    if (builder !== undefined) return builder;
    if (this.#perProcess.size >= perProcessMax) {
      this.#isPerProcessFull = true;
      return undefined;
    }
    builder = this.#newBuilder();
    this.#perProcess.set(process, builder);
    return builder;
  }

  /** The log is at its end. */
  finish(): LogResult {
    const trace = this.#reader.end();
    const isSelective = this.#settings.process !== undefined;
    const processes = trace.processes.filter(({ id }) => !isSelective || this.#wanted.has(id));
    const log = {
      ...trace,
      files: this.#files,
      processes,
      ...(isSelective && {
        processCount: processes.length,
        releases: [...new Set(processes.map(({ releases }) => releases))].join(', '),
      }),
    };
    const report: LogReport = {
      log,
      figures: this.#builder.finish(),
      heap: this.#heap.points(),
      top: this.#settings.top,
      leftOut: this.#cut.leftOut,
      perProcess: this.#processReports(log.processes),
    };
    if (this.collections > 0) this.#sinks.json?.write(logJsonTail(report, this.collections));
    const { collections } = this;
    return { trace, report, collections, notes: this.#notes(trace), cut: this.#cut };
  }

  #processReports(processes: TraceReport['processes']): ProcessReport[] | undefined {
    // Of one process the report is its own.
    if (!this.#settings.perProcess || processes.length < 2) return undefined;
    return processes.flatMap((process) => {
      const builder = this.#perProcess.get(process.id);
      return builder === undefined ? [] : [{ process, figures: builder.finish() }];
    });
  }

  #notes({ processCount, processes }: TraceReport): string[] {
    const notes: string[] = [];
    if (this.#settings.process !== undefined) {
      if (this.#wanted.size > 1) notes.push(this.#describeWanted(processes));
      const others = processCount - this.#wanted.size;
      if (others > 0) {
        const verb = others === 1 ? 'is' : 'are';
        notes.push(`${counted(others, 'other process', 'other processes')} ${verb} left out.`);
      }
    }
    if (this.#cut.leftOut > 0) {
      const all = this.#cut.leftOut + this.collections;
      notes.push(
        `${this.#cut.leftOut} of ${counted(all, 'collection')} are left out (--since, --until).`,
      );
    }
    if (this.#isPerProcessFull) {
      notes.push(`Only the first ${perProcessMax} processes are reported one by one.`);
    }
    return notes;
  }

  /** Which processes a name has selected, where it is in the names of several. */
  #describeWanted(processes: TraceReport['processes']): string {
    const named = processes.filter(({ id }) => this.#wanted.has(id)).slice(0, namedMax);
    const rest = this.#wanted.size - named.length;
    const names = [
      ...named.map(({ id, source }) => `${id} (${visible(source)})`),
      ...(rest > 0 ? [`${rest} more`] : []),
    ];
    const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    return `The name of ${counted(this.#wanted.size, 'process', 'processes')} has "${visible(String(this.#settings.process))}" in it, and all are taken: ${list}.`;
  }
}

/** Processes that a note names. */
const namedMax = 5;
