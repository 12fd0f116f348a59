/**
 * JSON that gcsim wrote, read back: of `gcsim run --json` and `gcsim analyze --json`, one sample each, and of `gcsim run
 * --seeds <n> --json`, as many. It may have been through other hands (jq, an editor): only what it must have is
 * relied on.
 */
import type { Sample } from '../analysis/comparison.ts';
import { LogBuilder } from '../analysis/logbuilder.ts';
import type { LogFigures } from '../analysis/logfigures.ts';
import { type Summary, summarize } from '../analysis/summary.ts';
import { UserError } from '../diagnostic.ts';
import { schemaVersion } from '../report/json.ts';

/** A text cannot be longer than about 512 MiB in Node. */
const charactersMax = 500 * 1024 * 1024;

/** Keeps the text of a file as long as it may be one JSON object. */
export class JsonText {
  readonly #name: string;
  readonly #decoder = new TextDecoder();
  #parts: string[] = [];
  #length = 0;
  #state: 'start' | 'object' | 'other' = 'start';
  /** Begins as what gcsim writes: nothing else begins so. */
  isWhole = false;

  constructor(name: string) {
    this.#name = name;
  }

  push(chunk: Uint8Array): void {
    if (this.#state === 'other') return;
    const part = this.#decoder.decode(chunk, { stream: true });
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length > charactersMax) this.#giveUp();
    if (this.#state === 'start') this.#look();
  }

  #look(): void {
    const text = this.#parts.join('');
    const first = /\S/.exec(text)?.[0];
    if (first === undefined) return;
    this.#parts = [text];
    if (first !== '{' || isFirstOfLines(text)) {
      this.#state = 'other';
      this.#parts = [];
      return;
    }
    this.#state = 'object';
    this.isWhole = /^\s*\{\s*"schemaVersion"\s*:\s*\d/.test(text);
  }

  #giveUp(): void {
    this.#state = 'other';
    this.#parts = [];
    if (!this.isWhole) return;
    throw wrong(this.#name, 'it is too large for one JSON text', undefined);
  }

  /** The text; undefined where it is no object. */
  get text(): string | undefined {
    return this.#state === 'object' ? this.#parts.join('') : undefined;
  }
}

/** A log in lines of JSON, each an object of its own. */
function isFirstOfLines(text: string): boolean {
  const [first = '', second] = text.trimStart().split(/\r?\n/, 2);
  if (second === undefined || !second.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(first);
    return true;
  } catch {
    return false;
  }
}

type JsonObject = { readonly [name: string]: unknown };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that the text is; undefined where it is no JSON, and may be a log. */
export function asGcsimJson(json: JsonText, name: string): JsonObject | undefined {
  const { text, isWhole } = json;
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!isWhole) return undefined;
    const hint = 'it may have been cut short, or other output may have come into it';
    throw wrong(
      name,
      `it begins like JSON of gcsim, but is none: ${(error as Error).message}`,
      hint,
    );
  }
  if (!isObject(value)) return undefined;
  const found = value.schemaVersion;
  if (found === schemaVersion) return value;
  if (found === undefined) throw wrong(name, 'it is JSON, but not of gcsim', kinds);
  throw wrong(
    name,
    `its schemaVersion is ${JSON.stringify(found)}, expected ${schemaVersion}`,
    'another version of gcsim wrote it: write it again with this one',
  );
}

const kinds = 'what is read: gctrace logs, and JSON of gcsim run --json and gcsim analyze --json';

function wrong(name: string, message: string, hint: string | undefined): UserError {
  const shown = name === '-' ? 'standard input' : `"${name}"`;
  return new UserError({
    severity: 'error',
    message: `cannot use ${shown}: ${message}`,
    ...(hint !== undefined && { hint }),
  });
}

export function samplesOfJson(document: JsonObject, name: string): Sample[] {
  const { run, log, samples, summary } = document;
  const reader = new FiguresReader(name);
  const shown = name === '-' ? 'standard input' : name;
  if (isObject(log)) {
    const figures = reader.log(summary);
    const [procs, ...others] = figures.procs;
    const release = document.releases;
    return [
      {
        name: shown,
        figures: { summary: figures.summary, log: figures },
        ...(typeof release === 'string' && { release }),
        ...(procs !== undefined && others.length === 0 && { procs }),
      },
    ];
  }
  if (!isObject(run)) throw wrong(name, 'it has neither "run" nor "log"', kinds);
  const { workload, release, procs } = run;
  const about = {
    ...(typeof workload === 'string' && { workload }),
    ...(typeof release === 'string' && { release }),
    ...(typeof procs === 'number' && { procs }),
  };
  if (samples === undefined) {
    return [{ name: shown, figures: { summary: reader.summary(summary, 'summary') }, ...about }];
  }
  if (!Array.isArray(samples) || samples.length === 0)
    throw wrong(name, 'its "samples" are no list of runs', undefined);
  return samples.map((each: unknown, index) => {
    const { seed, summary } = isObject(each) ? each : {};
    const figures = { summary: reader.summary(summary, `samples[${index}].summary`) };
    return { name: `${shown}, seed ${String(seed)}`, figures, ...about };
  });
}

/**
 * Reads figures by their own example: what a run without collections comes to has all fields, most of them
 * unknown. An absent one is unknown, a number must be finite.
 */
class FiguresReader {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  summary(value: unknown, path: string): Summary {
    return this.#like(summarize([]), value, path) as Summary;
  }

  log(value: unknown): LogFigures {
    const { summary: _, ...own } = new LogBuilder({ top: 1 }).finish();
    const figures = this.#like(own, value, 'summary') as Omit<LogFigures, 'summary'>;
    const counted = isObject(value) ? value.countedGcCpuShare : undefined;
    return {
      ...figures,
      findings: [],
      gcCpuShare: this.#known(counted, 'summary.countedGcCpuShare', 0) as number | undefined,
      summary: this.summary(value, 'summary'),
    };
  }

  #like(example: object, value: unknown, path: string): object {
    if (!isObject(value)) throw wrong(this.#name, `it has no object "${path}"`, undefined);
    const entries = Object.entries(example).map(([key, like]: [string, unknown]) => {
      const found = value[key];
      const place = `${path}.${key}`;
      // One of which nothing is known may be absent as a whole, as where an older gcsim has written it.
      if (isObject(like)) return [key, this.#like(like, found === undefined ? {} : found, place)];
      if (Array.isArray(like))
        return [key, Array.isArray(found) ? this.#known(found, place, 0) : []];
      if (typeof like === 'number' && typeof found !== 'number') {
        throw wrong(this.#name, `"${place}" must be a number, found ${excerpt(found)}`, undefined);
      }
      if (key === 'ended') return [key, typeof found === 'string' ? found : undefined];
      return [key, this.#known(found, place, 0)];
    });
    return Object.fromEntries(entries);
  }

  /** A finite number, or objects and lists of such. */
  #known(value: unknown, path: string, depth: number): unknown {
    if (value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (depth < depthMax && Array.isArray(value)) {
      return value.map((inner, i) => this.#known(inner, `${path}[${i}]`, depth + 1));
    }
    if (depth < depthMax && isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          this.#known(inner, `${path}.${key}`, depth + 1),
        ]),
      );
    }
    throw wrong(this.#name, `"${path}" must be a number, found ${excerpt(value)}`, undefined);
  }
}

/** Figures are no deeper. */
const depthMax = 4;

function excerpt(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  const text = JSON.stringify(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
