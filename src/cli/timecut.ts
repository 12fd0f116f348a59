/** A part of a log, by time: --since and --until. */
import type { GcCycle } from '../cycle.ts';
import { isYearKnown } from '../trace/prefix.ts';
import { msNs, type Ns, parseDuration } from '../units.ts';

/** One end of the part, as the user gave it. */
export type TimeBound =
  /** Since the program's start. */
  | { kind: 'elapsed'; ns: Ns }
  /** A moment, in milliseconds since 1970. */
  | { kind: 'moment'; ms: number }
  /** "15:04:05": a time of day where the log has timestamps, else the time since the program's start. */
  | { kind: 'clock'; ms: number };

export const expectedBound =
  'a time since the program\'s start such as "90s", "1h30m" or "1:30:00", or where the log has timestamps the ' +
  'wall clock, such as "15:04:05" or "2026-01-02T15:04:05"';

const dayMs = 86_400_000;
const clockForm = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?$/;
const momentForm =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** Reads a bound; undefined where it is none. */
export function parseBound(text: string): TimeBound | undefined {
  const duration = parseDuration(text);
  if (duration.ok) return { kind: 'elapsed', ns: duration.value };
  const clock = clockForm.exec(text);
  if (clock !== null) {
    const [, hours, minutes, seconds = '0', fraction = '0'] = clock;
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return { kind: 'clock', ms: whole * 1000 + Math.floor(Number(`0.${fraction}`) * 1000) };
  }
  const [, day, time = '00:00', zone = 'Z'] = momentForm.exec(text) ?? [];
  if (day === undefined) return undefined;
  // Logs whose timestamps name no zone are read as UTC, and so is this.
  const ms = Date.parse(`${day}T${time.replace(',', '.')}${zone}`);
  // Date takes the 30th of February for the 2nd of March.
  const isDay = new Date(`${day}T00:00Z`).toJSON()?.startsWith(day) === true;
  return Number.isNaN(ms) || !isDay ? undefined : { kind: 'moment', ms };
}

/** True where both are of one kind, and the part between them is empty. */
export function isEmptyCut(since: TimeBound, until: TimeBound): boolean {
  if (since.kind === 'elapsed') return until.kind === 'elapsed' && since.ns >= until.ns;
  return until.kind === since.kind && since.ms >= until.ms;
}

/** Which collections of a log are looked at: those that start in the part. Of several processes, each for itself. */
export class TimeCut {
  /** Collections that were left out; of those, the ones whose lines have no such time. */
  leftOut = 0;
  timeless = 0;
  readonly #since: TimeBound | undefined;
  readonly #until: TimeBound | undefined;
  /** Midnight before the log's first timestamp. */
  #dayMs: number | undefined;

  constructor(since: TimeBound | undefined, until: TimeBound | undefined) {
    this.#since = since;
    this.#until = until;
  }

  has(cycle: GcCycle): boolean {
    const isFrom = (bound: TimeBound): boolean | undefined => this.#isFrom(cycle, bound);
    const isIn =
      (this.#since === undefined || isFrom(this.#since) === true) &&
      (this.#until === undefined || isFrom(this.#until) === false);
    if (!isIn) this.leftOut++;
    return isIn;
  }

  /** Whether the collection starts at the bound or later; undefined where its line does not tell. */
  #isFrom(cycle: GcCycle, bound: TimeBound): boolean | undefined {
    const { wallMs, startNs } = cycle;
    if (bound.kind !== 'elapsed' && wallMs !== undefined) {
      // The timestamp is that of the line, which comes at the end: near enough, and it is what the user sees.
      return wallMs >= this.#momentMs(bound, wallMs);
    }
    if (bound.kind !== 'moment' && startNs !== undefined) {
      return startNs >= (bound.kind === 'elapsed' ? bound.ns : bound.ms * msNs);
    }
    this.timeless++;
    return undefined;
  }

  #momentMs(bound: Exclude<TimeBound, { kind: 'elapsed' }>, wallMs: number): number {
    if (bound.kind === 'clock') {
      this.#dayMs ??= Math.floor(wallMs / dayMs) * dayMs;
      return this.#dayMs + bound.ms;
    }
    if (isYearKnown(wallMs)) return bound.ms;
    // Timestamps without a year (syslog) stand in one year, so that only month, day and time compare.
    return new Date(bound.ms).setUTCFullYear(new Date(wallMs).getUTCFullYear());
  }
}
