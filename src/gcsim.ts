/**
 * gcsim as a library: run a workload on the simulated collector or read a gctrace log, sum up what happened, write it
 * down.
 *
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { optionsFor, parseWorkload, simulate, summarize } from 'gcsim';
 *
 * const workload = parseWorkload(readFileSync('my.yaml', 'utf8'), 'my.yaml');
 * const { cycles, totals } = simulate(workload, optionsFor(workload, { procs: 2, seed: 7 }));
 * const { overshoot, assist, gcSys } = summarize(cycles, totals);
 * ```
 *
 * Nothing here prints, ends the process, or reads a file, the environment or the clock. What is wrong with the
 * caller's input is thrown as UserError, which holds Diagnostics; an InvariantError is a bug in gcsim. Sizes are
 * bytes, times nanoseconds, shares fractions of one: plain numbers. All names and values are those of Go's runtime
 * where it has them.
 */

// Budgets.
export {
  checkLimits,
  type Limit,
  type LimitResult,
  parseLimit,
} from './analysis/budget.ts';
// The costs of a machine, as logs tell them.
export {
  type CalibratedCost,
  type CalibrationCosts,
  type CalibrationModel,
  type CalibrationRuns,
  calibrate,
} from './analysis/calibration.ts';
export { type CalibrationLog, calibrationProblems } from './analysis/calibrationlogs.ts';
// Comparisons.
export {
  type CompareOptions,
  type Comparison,
  type ComparisonRow,
  compareSamples,
  decidedRows,
  type GeomeanRow,
  type MissingMetric,
  type Sample,
  type SideFigures,
  type Undecided,
  undecidedOf,
  type Verdict,
} from './analysis/comparison.ts';
// Logs: what they tell, and what is to be said of it.
export { type FindingRule, findingRules } from './analysis/findings.ts';
// Figures.
export { type HeapPoint, HeapSeries } from './analysis/heapseries.ts';
export { LogBuilder, type LogOptions } from './analysis/logbuilder.ts';
export type {
  CycleRef,
  Finding,
  Growth,
  LogFigures,
  MissingCollections,
  OvershootCase,
  ReturnedMemory,
  Severity,
  WorstWindow,
} from './analysis/logfigures.ts';
export {
  findMetric,
  type Metric,
  type MetricUnit,
  metrics,
  type SampleFigures,
} from './analysis/metrics.ts';
export { MmuBuilder, type MmuFigures, mmuLengths } from './analysis/mmu.ts';
export { mannWhitney, medianInterval, type RankTest } from './analysis/ranktest.ts';
export {
  type DelayFigures,
  type GcSysTotals,
  type RatioFigures,
  type RunTotals,
  type Summary,
  SummaryBuilder,
  summarize,
} from './analysis/summary.ts';
// What is wrong: with the input, or with gcsim.
export { InvariantError } from './assert.ts';
// Releases of Go, and the mechanisms that can be switched.
export { chooseGrain, type Grain, grainMax, isGrain } from './collector/grain.ts';
// The machine, and what of a program is the runtime's.
export { runtimeObjects } from './collector/objects.ts';
// Simulations: all at once, or step by step.
export { defaultOptions, optionsFor } from './collector/options.ts';
export { type Machine, referenceMachine, runtimeGlobalsBytes } from './collector/params.ts';
export {
  type Choice,
  defaultRelease,
  definedChoices,
  findRelease,
  type Mechanism,
  type Mechanisms,
  mechanismAbout,
  mechanismChoices,
  mechanismNames,
  type PacerModel,
  type ReleaseModel,
  releases,
  resolveMechanisms,
  whyUndefined,
} from './collector/release.ts';
export {
  createSimulation,
  type SimOptions,
  type SimResult,
  type SimTotals,
  type Simulation,
  simulate,
} from './collector/simulate.ts';
// The one record of a garbage collection.
export type {
  GcCycle,
  PacerConsMark,
  PacerEnd,
  PacerRecord,
  PacerStart,
  PacerSweepDone,
  Signaller,
  SimCycle,
  SizeSlack,
  StoppedCycle,
} from './cycle.ts';
export { type Diagnostic, nearestName, renderDiagnostic, UserError } from './diagnostic.ts';
// Reports: text, CSV, JSON.
export type { Contrast, ContrastSide } from './report/contrast.ts';
export { csvColumns, csvCycle, csvHeader, renderCsv } from './report/csv.ts';
export {
  jsonCycle,
  jsonHead,
  jsonTail,
  type RunInfo,
  renderJson,
  schemaVersion,
} from './report/json.ts';
export type { Colours, TextStyle } from './report/layout.ts';
export { type LogResult, logJsonHead, logJsonTail, renderLogJson } from './report/logjson.ts';
export { renderLogMarkdown } from './report/logmarkdown.ts';
export type { LogInfo, LogReport, ProcessReport } from './report/logreport.ts';
export { renderLog } from './report/logtext.ts';
export { type RunCircumstances, type RunReport, renderRun, runNotes } from './report/text.ts';
// gctrace and gcpacertrace lines, as each release prints them.
export {
  type FamilyName,
  formatCycle,
  formatFor,
  formatPacer,
  periodicLine,
  type ReleaseFormat,
} from './trace/format.ts';
export type { Scavenge } from './trace/forms.ts';
export { parseCycle } from './trace/parse.ts';
export {
  type CompanionCounts,
  type LineCounts,
  readTrace,
  type SkippedLine,
  type SkipReason,
  type TraceHandlers,
  type TraceProcess,
  TraceReader,
  type TraceReport,
} from './trace/read.ts';
export type { Place } from './trace/rejoin.ts';
export type { Bytes, Ns } from './units.ts';
// Units.
export {
  formatBytes,
  formatDuration,
  formatPercent,
  type Parsed,
  parseBytes,
  parseDuration,
  parseShare,
} from './units.ts';
// Workloads: text in, a Workload out.
export { type ParseOptions, parseWorkload } from './workload/parse.ts';
export type {
  AllocStep,
  BuildStep,
  GoroutineGroup,
  Kind,
  RepeatStep,
  ReplaceStep,
  RunSettings,
  Shape,
  Step,
  StructureSpec,
  Workload,
} from './workload/workload.ts';
