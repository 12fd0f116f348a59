/** The printer of gctrace and gcpacertrace lines: records to text, by the templates of forms.ts. */
import { assert } from '../assert.ts';
import type { GcCycle, PacerEnd, PacerRecord, PacerStart, PacerSweepDone } from '../cycle.ts';
import {
  assistRatioForms,
  type FamilyName,
  type Figure,
  familyNames,
  formatFor,
  gcFigures,
  lineFamilies,
  type PacerForms,
  pacerEndFigures,
  pacerEndForms,
  pacerStartFigures,
  piecesOf,
  sweepDoneFigures,
  sweepDoneForms,
} from './forms.ts';

export { type FamilyName, formatFor, periodicLine, type ReleaseFormat } from './forms.ts';

/** Cuts a template into text and figures, once, and gives back what fills it in. */
function compile<R, Name extends string>(
  template: string,
  figures: Readonly<Record<Name, Figure<R>>>,
): (record: R) => string {
  const parts = piecesOf<Name>(template).map((piece) => {
    if (piece.kind === 'text') return () => piece.text;
    const figure = figures[piece.name] as Figure<R> | undefined;
    assert(figure !== undefined, 'a template names figures that there are', piece.name);
    return (record: R): string => {
      const value = figure.of(record);
      assert(value !== undefined, 'the record has each figure that the line prints', piece.name);
      if (piece.kind === 'flag') return value === 1 ? piece.text : '';
      return figure.syntax.write(value);
    };
  });
  return (record) => parts.map((part) => part(record)).join('');
}

const cycleFormatters = new Map<FamilyName, (cycle: GcCycle) => string>();
for (const name of familyNames) {
  const { template, time } = lineFamilies[name];
  cycleFormatters.set(name, compile(template, gcFigures(time)));
}

/** The gc line of a collection. A figure that the family prints and the record lacks is an InvariantError. */
export function formatCycle(cycle: GcCycle, family: FamilyName): string {
  const format = cycleFormatters.get(family);
  assert(format !== undefined, 'a family of gc lines has a template', family);
  return format(cycle);
}

// --- Pacer lines --------------------------------------------------------------------------------------

type Formatters<Forms extends object, R> = Readonly<Record<keyof Forms, (record: R) => string>>;

const assistRatioFormatters: Formatters<typeof assistRatioForms, PacerStart> = {
  count: compile(assistRatioForms.count.template, pacerStartFigures),
  goal: compile(assistRatioForms.goal.template, pacerStartFigures),
};
const endFormatters: Formatters<typeof pacerEndForms, PacerEnd> = {
  trigger: compile(pacerEndForms.trigger.template, pacerEndFigures),
};
const sweepDoneFormatters: Formatters<typeof sweepDoneForms, PacerSweepDone> = {
  spans: compile(sweepDoneForms.spans.template, sweepDoneFigures),
  'spans-rate': compile(sweepDoneForms['spans-rate'].template, sweepDoneFigures),
  'heap-rate': compile(sweepDoneForms['heap-rate'].template, sweepDoneFigures),
};

/** The line at the start of a collection; undefined where the release has none, or nothing was paced. */
export function formatAssistRatio(pacer: PacerRecord, release: string): string | undefined {
  const form = formOf('assistRatio', release);
  // A collection that stops the world has no assists to pace, and no end of concurrent marking.
  if (form === undefined || pacer.start === undefined || pacer.end === undefined) return undefined;
  return assistRatioFormatters[form](pacer.start);
}

/** The line at the end of concurrent marking; undefined where there is none. */
export function formatPacerEnd(pacer: PacerRecord, release: string): string | undefined {
  const form = formOf('end', release);
  if (form === undefined || pacer.end === undefined) return undefined;
  return endFormatters[form](pacer.end);
}

/** The line when the sweeping before a collection was done; undefined where there is none. */
export function formatSweepDone(pacer: PacerRecord, release: string): string | undefined {
  const form = formOf('sweepDone', release);
  if (form === undefined || pacer.sweepDone === undefined) return undefined;
  return sweepDoneFormatters[form](pacer.sweepDone);
}

function formOf<Kind extends keyof PacerForms>(kind: Kind, release: string): PacerForms[Kind] {
  return formatFor(release).pacer[kind];
}

/**
 * The pacer lines of a collection in the order in which the runtime prints them, all before the gc line: the
 * sweeping before it done, its start, the end of its marking.
 */
export function formatPacer({ pacer }: GcCycle, release: string): string[] {
  if (pacer === undefined) return [];
  const lines = [
    formatSweepDone(pacer, release),
    formatAssistRatio(pacer, release),
    formatPacerEnd(pacer, release),
  ];
  return lines.filter((line) => line !== undefined);
}
