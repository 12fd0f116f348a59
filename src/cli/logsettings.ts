/** The options of the commands that analyse logs: texts become settings here, and what is wrong with them is said. */
import { didYouMean } from '../diagnostic.ts';
import { msNs, type Ns } from '../units.ts';
import { FlagReader } from './flagreader.ts';
import { expectedBound, isEmptyCut, parseBound, type TimeBound } from './timecut.ts';

/** As commander hands them over: texts that nobody has looked at. */
export interface LogFlags {
  csv?: string;
  json?: string;
  markdown?: string;
  top?: string;
  since?: string;
  until?: string;
  window?: string;
  process?: string;
  perProcess?: true;
  ignore?: string[];
  strict?: true;
  color?: boolean;
}

export interface LogSettings {
  /** Worst overshoots to list. */
  top: number;
  windowNs: Ns | undefined;
  since: TimeBound | undefined;
  until: TimeBound | undefined;
  /** A process by its number, or by a part of what the log calls it. */
  process: number | string | undefined;
  perProcess: boolean;
  /** Rules that are not to be reported. */
  silenced: ReadonlySet<string>;
  strict: boolean;
}

const topDefault = 5;
const topMax = 1000;
/** A log has the start of a collection in whole milliseconds: of a shorter window nobody could tell what is in it. */
const windowNsMin: Ns = 10 * msNs;
const windowNsMax: Ns = 24 * 3600 * 1000 * msNs;

/** Throws UserError, with all that is wrong. `rules` are the names of all rules. */
export function readLogSettings(flags: LogFlags, rules: readonly string[]): LogSettings {
  const reader = new LogFlagReader();
  const settings = {
    top: reader.integer('--top', flags.top, 0, topMax) ?? topDefault,
    windowNs: reader.window(flags.window),
    since: reader.bound('--since', flags.since),
    until: reader.bound('--until', flags.until),
    process: reader.process(flags.process),
    perProcess: flags.perProcess === true,
    silenced: reader.rules(flags.ignore ?? [], rules),
    strict: flags.strict === true,
  };
  const { since, until } = settings;
  if (since !== undefined && until !== undefined && isEmptyCut(since, until)) {
    reader.refuse(`--since must be before --until, found "${flags.since}" and "${flags.until}"`);
  }
  reader.finish();
  return settings;
}

class LogFlagReader extends FlagReader {
  bound(flag: string, text: string | undefined): TimeBound | undefined {
    if (text === undefined) return undefined;
    return parseBound(text) ?? this.refuse(`${flag} must be ${expectedBound}, found "${text}"`);
  }

  window(text: string | undefined): Ns | undefined {
    const ns = this.duration('--window', text, windowNsMax, '24h');
    if (ns === undefined || ns >= windowNsMin) return ns;
    return this.refuse(
      `--window must be at least 10ms, found "${text}"`,
      'a log tells the start of a collection in whole milliseconds',
    );
  }

  process(text: string | undefined): number | string | undefined {
    if (text === undefined || !/^\d{1,9}$/.test(text)) {
      if (text?.trim() === '') this.refuse('--process must be a number or a text, found ""');
      return text;
    }
    const id = Number(text);
    return id > 0 ? id : this.refuse('--process: processes are counted from 1, found 0');
  }

  rules(names: readonly string[], known: readonly string[]): ReadonlySet<string> {
    for (const name of names) {
      if (known.includes(name)) continue;
      this.refuse(`--ignore: there is no rule "${name}"`, didYouMean(name, known, 'rules'));
    }
    return new Set(names);
  }
}
