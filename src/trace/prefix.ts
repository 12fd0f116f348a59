/**
 * What other programs put before a line of a log: the time, the host, the container, a JSON record around it.
 * `unwrap` takes it off, so that the parser sees what the Go program wrote.
 *
 * Known are the envelopes of Go's log package, klog, syslog (RFC 3164 and RFC 5424), the journal (text and
 * JSON), Docker (json-file and compose), Kubernetes (CRI, kubectl, stern), foreman, Heroku, CloudWatch,
 * GitHub and GitLab jobs, BuildKit, grep with file names, and quotation in mail, Markdown and comments.
 *
 * Logs are hostile and long: nothing here throws, whatever the line, and all of it takes time linear in the
 * line. The first characters decide which rule is tried, and no rule looks for its end without a bound.
 *
 * Of a timestamp the zone is UTC where none is written. Where no year is written (syslog, klog) the year
 * stands as 2000, a leap year before there was Go; a time of day alone stands on the first of January 2000.
 * Differences within a year (within a day) are right then; `isYearKnown` tells which it was.
 */

export interface Unwrapped {
  /**
   * What the program itself wrote: the line without its envelopes, colour codes and line end. A record of JSON may
   * hold several lines, with line breaks between.
   */
  payload: string;
  /**
   * Index in the line given where the payload begins; -1 where it was decoded from JSON. Where colour codes
   * stood within the payload they are gone from it, so that later places are further right in the line.
   */
  offset: number;
  /**
   * Wall clock of the envelope, in whole ms since 1970; undefined where it has none. Of nested ones the
   * outermost counts, which all lines of a stream have, unless only an inner one has a year.
   */
  wallMs: number | undefined;
  /** Who wrote it: "web-1", "host app[123]", "pod/container"; '' where nothing tells. */
  source: string;
  /** The text goes on in the next line of the same source, without a line break between. */
  isPartial?: true;
}

/** Takes off the envelopes at the start of a line, at most four. A line without any comes back as it is. */
export function unwrap(line: string): Unwrapped {
  const hasCodes = line.includes('\x1b');
  if (!hasCodes && isPlain(line)) {
    return { payload: line, offset: 0, wallMs: undefined, source: '' };
  }
  const walk = new Walk(withoutLineEnd(hasCodes ? line.replace(terminalCode, '') : line));
  for (let depth = 0; depth < envelopesMax; depth++) {
    const start = skipMarks(walk.text, walk.at);
    if (!takeEnvelope(walk, start)) break;
  }
  const at = payloadStart(walk);
  const offset = walk.isDecoded ? -1 : hasCodes ? offsetWithCodes(line, at) : at;
  const { wallMs, source } = walk;
  const payload = at === 0 ? walk.text : walk.text.slice(at);
  if (walk.isPartial) return { payload, offset, wallMs, source, isPartial: true };
  return { payload, offset, wallMs, source };
}

/** Whether the wall clock has a year of its own; otherwise only differences and the time of day mean something. */
export function isYearKnown(wallMs: number): boolean {
  return wallMs >= yearUnknownEndMs;
}

/**
 * Reads text of no known kind that stands before a gc line within a payload ("INFO  worker 3 - "). The source
 * is what is left without timestamps, levels, names of streams and empty brackets; 200 characters at most.
 */
export function describePrefix(text: string): { wallMs: number | undefined; source: string } {
  let clean = text.slice(0, prefixCharsMax);
  if (clean.includes('\x1b')) clean = clean.replace(terminalCode, '');
  let wallMs: number | undefined;
  let rest = '';
  let kept = 0;
  for (let i = 0; i < clean.length; ) {
    if (!isWordStart(clean, i) || !readStamp(clean, i) || isMereNumber(clean, i)) {
      i++;
      continue;
    }
    if (stamp.wallMs !== undefined && isBetterWall(wallMs, stamp.wallMs)) wallMs = stamp.wallMs;
    rest += `${clean.slice(kept, i)} `;
    i = stamp.end;
    kept = i;
  }
  rest += clean.slice(kept);
  const source = rest
    .replace(fieldWithoutSource, ' ')
    .replace(levelOrStream, '$1 ')
    .replace(emptyPair, ' ')
    .replace(/\s+/g, ' ')
    .replace(/([[(]) | ([\])])/g, '$1$2');
  return { wallMs, source: trimPunctuation(source).slice(0, sourceCharsMax) };
}

/**
 * Whether the text begins, at `at`, with a complete timestamp (a date, a date and time, a time of day, with a
 * bracket before it or not) or with a klog header: where text of another writer begins within a line.
 */
export function looksLikeLineStart(text: string, at = 0): boolean {
  const code = text.charCodeAt(at);
  if (isKlogLetter(code) && isDigit(text.charCodeAt(at + 1))) return readKlog(text, at);
  const start = code === openBracket ? at + 1 : at;
  // A number of seconds is a timestamp only where a line is known to begin.
  return readStamp(text, start) && stamp.kind !== StampKind.epoch;
}

/** Nested envelopes taken off: a limit against made-up input; real lines have up to three. */
const envelopesMax = 4;
/** Characters of a prefix that are looked at, and kept as a source. */
const prefixCharsMax = 4096;
const sourceCharsMax = 200;

/** Start of 2000 and of 2001: the year that stands for an unknown one. */
const yearUnknown = 2000;
const yearUnknownEndMs = Date.UTC(2001, 0, 1);

/** Escape sequences of terminals: colours, erasing (CSI), titles and links (OSC). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out.
const terminalCode = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2048}(?:\x07|\x1b\\)|[@-Z\\^_])/g;

/** Fields of logfmt that do not tell who wrote the line, with their value where it is a word. */
const fieldWithoutSource =
  /(?<![\w.-])(?:time|ts|timestamp|t|level|lvl|severity|msg|message|log)=(?:"\w*"|\w*)/g;
const levelOrStream =
  /(^|[\s[(|,:])(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|stdout|stderr)(?=$|[\s\]):|,])/g;
const emptyPair = /\[\s*\]|\(\s*\)|"\s*"|'\s*'/g;

/** Whether what was read as seconds since 1970 stands where any number may. */
function isMereNumber(text: string, at: number): boolean {
  return stamp.kind === StampKind.epoch && at > 0 && !'=["('.includes(text.charAt(at - 1));
}

/** Without what joins a prefix to what follows: "worker 3 - " is "worker 3". */
function trimPunctuation(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ' -:|,;="\''.includes(text.charAt(start))) start++;
  while (start < end && ' -:|,;="\'>'.includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

// --- Characters ---------------------------------------------------------------------------------------

const tab = 0x09;
const space = 0x20;
const hash = 0x23;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const slash = 0x2f;
const zero = 0x30;
const colon = 0x3a;
const less = 0x3c;
const greater = 0x3e;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const bar = 0x7c;
const closeBrace = 0x7d;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || isUpper(code);
}

function isSpaceOrEnd(code: number): boolean {
  return code === space || code === tab || Number.isNaN(code);
}

/** Characters of names of hosts, programs, containers and files. */
const nameChars = new Uint8Array(128);
for (const char of '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.@/\\:~') {
  nameChars[char.charCodeAt(0)] = 1;
}

function isNameChar(code: number): boolean {
  return code < 128 ? nameChars[code] === 1 : code >= 0xa0;
}

/** The number that two digits make; -1 where they are none. */
function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - zero;
  const low = text.charCodeAt(at + 1) - zero;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : -1;
}

/** Where the digits that begin at `at` end, `max` of them at most. */
function digitsEnd(text: string, at: number, max: number): number {
  let end = at;
  while (end < at + max && isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** Whether a word or number may begin here: the character before is not part of one. */
function isWordStart(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (!isDigit(code) && !isUpper(code)) return false;
  const before = text.charCodeAt(at - 1);
  return !isDigit(before) && !isLetter(before) && before !== dot;
}

// --- The line as it is taken apart --------------------------------------------------------------------

class Walk {
  /** What is looked at: the line, or what was decoded from it. */
  text: string;
  /** Where the rest begins. */
  at = 0;
  isDecoded = false;
  isPartial = false;
  wallMs: number | undefined = undefined;
  source = '';

  constructor(text: string) {
    this.text = text;
  }

  addWall(wallMs: number | undefined): void {
    if (wallMs !== undefined && isBetterWall(this.wallMs, wallMs)) this.wallMs = wallMs;
  }

  addSource(source: string): void {
    if (source === '' || source === this.source) return;
    this.source = this.source === '' ? source : `${this.source} ${source}`;
  }
}

/** The first counts, unless only a later one has a year. */
function isBetterWall(known: number | undefined, found: number): boolean {
  return known === undefined || (!isYearKnown(known) && isYearKnown(found));
}

/** Whether the line begins as the runtime writes it and ends as lines do: most lines of most logs. */
function isPlain(line: string): boolean {
  return startsWithGc(line, 0) && line.charCodeAt(line.length - 1) > space;
}

function startsWithGc(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === 0x67 &&
    text.charCodeAt(at + 1) === 0x63 &&
    (text.charCodeAt(at + 2) === space || isDigit(text.charCodeAt(at + 2)))
  );
}

/** Whether a line of the runtime's own begins here: it stands for itself, whatever else it may look like. */
function startsRuntimeLine(text: string, at: number): boolean {
  switch (text.charCodeAt(at)) {
    case 0x67: // g
      return startsWithGc(text, at);
    case 0x73: // s
      return text.startsWith('scvg', at) || text.startsWith('scav ', at);
    case 0x70: // p
      return text.startsWith('pacer: ', at);
    case 0x53: // S
      return text.startsWith('SCHED ', at);
    default:
      return false;
  }
}

/** The same, surer: of "gc" the number and what follows it are asked for too. */
function startsRuntimeFigures(text: string, at: number): boolean {
  if (text.charCodeAt(at) !== 0x67) return startsRuntimeLine(text, at);
  if (!startsWithGc(text, at)) return false;
  let start = at + 2;
  if (text.charCodeAt(start) === space) start++;
  if (text.charCodeAt(start) === hash) start++;
  const end = digitsEnd(text, start, 15);
  return end > start && (text.startsWith(' @', end) || text.charAt(end) === '(');
}

function withoutLineEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line.charCodeAt(end - 1) === 0x0d || line.charCodeAt(end - 1) === 0x0a)) end--;
  return end === line.length ? line : line.slice(0, end);
}

/** The place in the line with its codes, for a place in the line without them. */
function offsetWithCodes(line: string, at: number): number {
  let shift = 0;
  for (const { 0: code, index } of line.matchAll(terminalCode)) {
    if (index - shift > at) break;
    shift += code.length;
  }
  return at + shift;
}

/** Where the text goes on behind white space, quote marks, comment signs and bullets. */
function skipMarks(text: string, at: number): number {
  for (let i = at; ; ) {
    const code = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    const isGap = code <= space || code === 0xa0 || code === 0xfeff;
    const isQuote =
      code === greater && (isSpaceOrEnd(next) || next === greater || startsWithGc(text, i + 1));
    if (isGap || isQuote) i++;
    else if (isBullet(code) && (next === space || next === tab)) i += 2;
    else if (code === slash && next === slash && isSpaceOrEnd(text.charCodeAt(i + 2))) i += 2;
    else return i;
  }
}

function isBullet(code: number): boolean {
  return code === 0x2a || code === hash || code === minus || code === bar;
}

/**
 * Where the payload begins, all envelopes being taken off. The runtime writes a line in pieces, many of which
 * begin with a space (" ms clock, "); torn off, such a piece must keep it. Wider space is an indentation.
 */
function payloadStart(walk: Walk): number {
  const { text, at } = walk;
  const start = skipMarks(text, at);
  const isOneSpace = start === at + 1 && text.charCodeAt(at) === space;
  return isOneSpace && !startsRuntimeLine(text, start) ? at : start;
}

// --- Envelopes ----------------------------------------------------------------------------------------

/** Takes off the envelope that begins at `at`, if any does. */
function takeEnvelope(walk: Walk, at: number): boolean {
  const { text } = walk;
  const code = text.charCodeAt(at);
  if (startsRuntimeLine(text, at)) return false;
  if (code === openBrace) return takeJson(walk, at);
  if (code === openBracket) return takeBracket(walk, at);
  if (code === less) return takePriority(walk, at);
  if (code === hash) return takeBuildStep(walk, at);
  if (isDigit(code)) return takeStamp(walk, at) || takeCounted(walk, at) || takeName(walk, at);
  if (!isNameChar(code)) return false;
  if (isKlogLetter(code) && isDigit(text.charCodeAt(at + 1)) && takeKlog(walk, at)) return true;
  return (isUpper(code) && takeStamp(walk, at)) || takeName(walk, at);
}

/** A timestamp, and what the writers of timestamps put behind it. */
function takeStamp(walk: Walk, at: number): boolean {
  const { text } = walk;
  if (!readStamp(text, at)) return false;
  let { end } = stamp;
  const { kind, wallMs } = stamp;
  const code = text.charCodeAt(end);
  if ((code === colon || code === comma) && isSpaceOrEnd(text.charCodeAt(end + 1))) end++;
  if (!isSpaceOrEnd(text.charCodeAt(end))) return false;
  if (kind === StampKind.epoch && text.startsWith(' B', end)) return false;
  walk.addWall(wallMs);
  walk.at = Math.min(end + 1, text.length);
  if (kind === StampKind.date || kind === StampKind.clock) takeLevel(walk);
  else takeWriter(walk, kind === StampKind.yearless);
  return true;
}

/** `[2024-05-01 12:00:00] `, `[Wed May  1 12:00:00 2024] `, `[  12.345678] `, `[pod/web-1/app] `. */
function takeBracket(walk: Walk, at: number): boolean {
  const { text } = walk;
  if (text.startsWith('[pod/', at)) return takeKubectl(walk, at);
  let start = at + 1;
  while (start < at + 12 && text.charCodeAt(start) === space) start++;
  if (readStamp(text, start)) {
    const { end, wallMs } = stamp;
    if (text.charCodeAt(end) !== closeBracket) return false;
    walk.addWall(wallMs);
    return takeBracketEnd(walk, end, false);
  }
  // Seconds since the machine started.
  const point = digitsEnd(text, start, 9);
  if (point === start || text.charCodeAt(point) !== dot) return false;
  const end = digitsEnd(text, point + 1, 9);
  return text.charCodeAt(end) === closeBracket && takeBracketEnd(walk, end, true);
}

function takeBracketEnd(walk: Walk, bracket: number, isSyslog: boolean): boolean {
  const isSpaced = isSpaceOrEnd(walk.text.charCodeAt(bracket + 1));
  walk.at = Math.min(bracket + (isSpaced ? 2 : 1), walk.text.length);
  takeWriter(walk, isSyslog);
  return true;
}

/** `[pod/web-1/app] `, as kubectl logs --prefix writes it. */
function takeKubectl(walk: Walk, at: number): boolean {
  const { text } = walk;
  const start = at + '[pod/'.length;
  const end = nameEnd(text, start);
  if (end === start || text.charCodeAt(end) !== closeBracket) return false;
  if (!isSpaceOrEnd(text.charCodeAt(end + 1))) return false;
  walk.addSource(text.slice(start, end));
  walk.at = Math.min(end + 2, text.length);
  return true;
}

/** `<34>`, the priority of syslog, alone or before either form of the header. */
function takePriority(walk: Walk, at: number): boolean {
  const { text } = walk;
  const end = digitsEnd(text, at + 1, 3);
  if (end === at + 1 || text.charCodeAt(end) !== greater) return false;
  walk.at = end + 1;
  if (text.startsWith('1 ', end + 1)) takeRfc5424(walk, end + 3);
  else takeStamp(walk, end + 1);
  return true;
}

/** RFC 5424, from the timestamp on: `2003-10-11T22:14:15.003Z host app procid msgid [sd] msg`. */
function takeRfc5424(walk: Walk, at: number): void {
  const { text } = walk;
  const header = rfc5424Header(text, at);
  if (header === undefined) return;
  const [time, host, app, pid] = header.fields;
  if (time !== undefined && readStamp(text, time.start)) walk.addWall(stamp.wallMs);
  const word = (field?: Span) => {
    const found = field === undefined ? '-' : text.slice(field.start, field.end);
    return found === '-' ? '' : found;
  };
  walk.addSource(writer(word(host), word(app), word(pid)));
  let end = structuredDataEnd(text, header.end);
  if (text.charCodeAt(end) === space) end++;
  // A message in UTF-8 begins with a byte order mark.
  if (text.charCodeAt(end) === 0xfeff) end++;
  walk.at = end;
}

interface Span {
  start: number;
  end: number;
}

/** The five fields of RFC 5424 before the structured data: each ends with a space. */
function rfc5424Header(text: string, at: number): { fields: Span[]; end: number } | undefined {
  const fields: Span[] = [];
  let start = at;
  while (fields.length < 5) {
    const end = text.indexOf(' ', start);
    if (end <= start || end - start > 255) return undefined;
    fields.push({ start, end });
    start = end + 1;
  }
  return { fields, end: start };
}

/** Behind `-` or `[id name="value"][id …]`; `at` itself where neither begins there. */
function structuredDataEnd(text: string, at: number): number {
  if (text.charCodeAt(at) === minus) return at + 1;
  let end = at;
  let isQuoted = false;
  for (let i = at; i < text.length; i++) {
    const char = text.charAt(i);
    if (i === end && char !== '[') return end;
    if (char === '\\') i++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === ']' && !isQuoted) end = i + 1;
  }
  return end;
}

/** `83 <34>1 …`: syslog over a stream counts the bytes of each message (RFC 6587). */
function takeCounted(walk: Walk, at: number): boolean {
  const end = digitsEnd(walk.text, at, 6);
  if (walk.text.charCodeAt(end) !== space || walk.text.charCodeAt(end + 1) !== less) return false;
  return takePriority(walk, end + 1);
}

/** `#12 3.456 `: a step of a build and the seconds since it began. */
function takeBuildStep(walk: Walk, at: number): boolean {
  const { text } = walk;
  const step = digitsEnd(text, at + 1, 6);
  if (step === at + 1 || text.charCodeAt(step) !== space) return false;
  const point = digitsEnd(text, step + 1, 7);
  if (point === step + 1 || text.charCodeAt(point) !== dot) return false;
  const end = digitsEnd(text, point + 1, 6);
  if (end === point + 1 || !isSpaceOrEnd(text.charCodeAt(end))) return false;
  walk.addSource(text.slice(at, step));
  walk.at = Math.min(end + 1, text.length);
  return true;
}

/** `I0226 13:24:06.131000   12345 file.go:77] `. Its number is the same for all lines of a process. */
function takeKlog(walk: Walk, at: number): boolean {
  if (!readKlog(walk.text, at)) return false;
  walk.addWall(stamp.wallMs);
  walk.at = stamp.end;
  return true;
}

/**
 * What begins with a name: `web-1  | ` of docker compose and foreman, `file:12:` of grep before a line of the
 * runtime, `pod container ` of stern.
 */
function takeName(walk: Walk, at: number): boolean {
  const { text } = walk;
  let end = at;
  for (const most = at + nameCharsMax; end < most; end++) {
    const code = text.charCodeAt(end);
    if (code === colon && startsRuntimeFigures(text, end + 1)) {
      walk.addSource(text.slice(at, end).replace(lineNumber, ''));
      walk.at = end + 1;
      return true;
    }
    // pm2 writes "0|name  | ".
    if (!isNameChar(code) && !(code === bar && isNameChar(text.charCodeAt(end + 1)))) break;
  }
  let i = end;
  while (i < end + nameCharsMax && text.charCodeAt(i) === space) i++;
  if (text.charCodeAt(i) === bar && isSpaceOrEnd(text.charCodeAt(i + 1))) {
    walk.addSource(text.slice(at, end));
    walk.at = Math.min(i + 2, text.length);
    return true;
  }
  return i === end + 1 && takeStern(walk, at, end);
}

const nameCharsMax = 255;
/** The number of the line, as grep -n writes it, behind the file or alone. */
const lineNumber = /(?:^|:)\d{1,15}$/;

function nameEnd(text: string, at: number): number {
  let end = at;
  while (end < at + nameCharsMax && isNameChar(text.charCodeAt(end))) end++;
  return end;
}

/**
 * `web-5d4f8c7b9d-x2x7k app `. Two words tell nothing, but the names that a deployment gives its pods end
 * with two groups in an alphabet without vowels.
 */
function takeStern(walk: Walk, at: number, podEnd: number): boolean {
  const { text } = walk;
  if (text.charCodeAt(podEnd - 6) !== minus) return false;
  const pod = text.slice(at, podEnd);
  if (!podOfDeployment.test(pod)) return false;
  const end = nameEnd(text, podEnd + 1);
  if (end === podEnd + 1 || text.charCodeAt(end) !== space) return false;
  walk.addSource(`${pod}/${text.slice(podEnd + 1, end)}`);
  walk.at = end + 1;
  return true;
}

const podOfDeployment = /-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

// --- What stands behind a timestamp -------------------------------------------------------------------

/** Stream and tag of a container's log, the writer that syslog names, a level. */
function takeWriter(walk: Walk, isSyslog: boolean): void {
  if (takeContainerTags(walk)) return;
  takeLevel(walk);
  const end = writerEnd(walk.text, walk.at, isSyslog);
  if (end > 0) takeWords(walk, walk.at, end);
}

/**
 * Where `host app[123]:`, `app[web.1]:` or, in syslog, `host app:` ends; -1 where neither is there. A word or
 * two of any kind are a writer where a line of the runtime follows.
 */
function writerEnd(text: string, at: number, isSyslog: boolean): number {
  if (startsRuntimeLine(text, at)) return -1;
  const first = wordEnd(text, at);
  if (first < 0) return -1;
  if (isTag(text, at, first)) return first;
  if (!isName(text, at, first)) return -1;
  if (startsRuntimeFigures(text, first + 1)) return first;
  const second = wordEnd(text, first + 1);
  if (second < 0) return -1;
  if (isTag(text, first + 1, second)) return second;
  if (!isName(text, first + 1, second)) return -1;
  const isTagged = isSyslog && text.charCodeAt(second - 1) === colon;
  return isTagged || startsRuntimeFigures(text, second + 1) ? second : -1;
}

function takeWords(walk: Walk, at: number, end: number): void {
  const { text } = walk;
  const isColon = text.charCodeAt(end - 1) === colon;
  const words = text.slice(at, isColon ? end - 1 : end);
  if (words !== 'stdout' && words !== 'stderr') walk.addSource(words);
  walk.at = Math.min(end + 1, text.length);
}

/** The end of the word that begins at `at`, a space or the text's end; -1 where it is none or very long. */
function wordEnd(text: string, at: number): number {
  for (let end = at; end < at + nameCharsMax; end++) {
    if (isSpaceOrEnd(text.charCodeAt(end))) return end === at ? -1 : end;
  }
  return -1;
}

function isName(text: string, at: number, end: number): boolean {
  return end > at && nameEnd(text, at) === end;
}

/** `app[123]:`, `app[web.1]:`. */
function isTag(text: string, at: number, end: number): boolean {
  if (text.charCodeAt(end - 1) !== colon || text.charCodeAt(end - 2) !== closeBracket) return false;
  const bracket = nameEnd(text, at);
  if (bracket === at || text.charCodeAt(bracket) !== openBracket) return false;
  return isName(text, bracket + 1, end - 2);
}

/** `stderr F ` of a container runtime (CRI); `00O ` of a GitLab job. */
function takeContainerTags(walk: Walk): boolean {
  const { text, at } = walk;
  if (text.startsWith('stdout ', at) || text.startsWith('stderr ', at)) {
    const tag = text.charAt(at + 7);
    const after = text.charCodeAt(at + 8);
    if ((tag !== 'F' && tag !== 'P') || (!isSpaceOrEnd(after) && after !== colon)) return false;
    const end = after === colon ? text.indexOf(' ', at + 8) : at + 8;
    if (tag === 'P') walk.isPartial = true;
    walk.at = end < 0 ? text.length : Math.min(end + 1, text.length);
    return true;
  }
  const stream = text.charAt(at + 2);
  if ((stream !== 'O' && stream !== 'E') || twoDigits(text, at) < 0) return false;
  const after = text.charCodeAt(at + 3);
  if (after !== plus && !isSpaceOrEnd(after)) return false;
  walk.at = Math.min(at + 4, text.length);
  return true;
}

const levels = new Set([
  ...['TRACE', 'DEBUG', 'INFO', 'NOTICE', 'WARN', 'WARNING', 'ERROR', 'ERR', 'FATAL', 'CRITICAL'],
]);

/** `INFO `, `[info] `, `WARN: `, ` - INFO - `: how bad it is says nothing of who wrote it. */
function takeLevel(walk: Walk): void {
  const { text } = walk;
  const start = skipMarks(text, walk.at);
  const isBracketed = text.charCodeAt(start) === openBracket;
  const word = isBracketed ? start + 1 : start;
  if (!isUpper(text.charCodeAt(word)) && !isBracketed) return;
  let end = word;
  while (end < word + 8 && isLetter(text.charCodeAt(end))) end++;
  const found = text.slice(word, end);
  if (!levels.has(isBracketed ? found.toUpperCase() : found)) return;
  if (isBracketed) {
    if (text.charCodeAt(end) !== closeBracket) return;
    end++;
  }
  if (text.charCodeAt(end) === colon) end++;
  if (!isSpaceOrEnd(text.charCodeAt(end))) return;
  walk.at = skipMarks(text, end);
}

// --- JSON ---------------------------------------------------------------------------------------------

type Json = Readonly<Record<string, unknown>>;

const messageKeys = ['message', 'msg', 'MESSAGE', 'log', 'text', 'textPayload', 'line', '@message'];
const timeKeys = ['time', 'timestamp', '@timestamp', 'ts', '__REALTIME_TIMESTAMP', 't', 'date'];

/** A record with a message in it. What is no JSON, or has none, is no envelope. */
function takeJson(walk: Walk, at: number): boolean {
  const { text } = walk;
  let end = text.length;
  while (end > at && text.charCodeAt(end - 1) <= space) end--;
  if (text.charCodeAt(end - 1) !== closeBrace) return false;
  const record = parseObject(text.slice(at, end));
  const message = record === undefined ? undefined : messageOf(record);
  if (record === undefined || message === undefined) return false;
  walk.addWall(wallOf(record));
  walk.addSource(sourceOf(record));
  if (isDockerPart(record, message)) walk.isPartial = true;
  const clean = message.includes('\x1b') ? message.replace(terminalCode, '') : message;
  walk.text = withoutLineEnd(clean);
  walk.at = 0;
  walk.isDecoded = true;
  return true;
}

function parseObject(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Json | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Json) : undefined;
}

function messageOf(record: Json): string | undefined {
  for (const key of messageKeys) {
    const value = record[key];
    if (typeof value === 'string') return value;
    // The journal writes bytes where they are no printable text.
    if (key === 'MESSAGE' && isBytes(value)) return Buffer.from(value).toString('utf8');
  }
  const nested = asObject(record.jsonPayload);
  const found =
    nested === undefined ? undefined : messageOf({ message: nested.message, msg: nested.msg });
  return found ?? Object.values(record).find(isGcText);
}

/** Whether a line of a collection stands in it: whatever its key, that is the message. */
function isGcText(value: unknown): value is string {
  return typeof value === 'string' && gcText.test(value);
}

const gcText = /(?<![\w-])gc(?: #?\d{1,15} @|\d{1,15}\()/;

function isBytes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0);
}

function wallOf(record: Json): number | undefined {
  for (const key of timeKeys) {
    const value = record[key];
    let wallMs: number | undefined;
    if (typeof value === 'number') wallMs = epochMs(value);
    else if (typeof value === 'string' && readStamp(value, 0)) wallMs = stamp.wallMs;
    if (wallMs !== undefined) return wallMs;
  }
  return undefined;
}

/**
 * Docker's json-file cuts a line that is long, or comes in pieces, into records; only the last has the line break.
 * Collectors take it off whole lines too: of records with fields of theirs only what is full is a piece, and a gc
 * line that is at its end never is.
 */
function isDockerPart(record: Json, message: string): boolean {
  const { log, stream, time } = record;
  const isDocker = log === message && typeof stream === 'string' && typeof time === 'string';
  if (!isDocker || message.endsWith('\n') || gcLineEnd.test(message)) return false;
  const isOwn = Object.keys(record).every((key) => dockerKeys.has(key));
  return isOwn || Buffer.byteLength(message) >= 16 * 1024;
}

/** How nearly all gc lines end. */
const gcLineEnd = /\d P(?: \(forced\))?$/;

const dockerKeys: ReadonlySet<string> = new Set(['log', 'stream', 'time', 'attrs']);

/** Who wrote the record, by the names that collectors of logs give it. */
function sourceOf(record: Json): string {
  const places = [asObject(record.kubernetes), asObject(asObject(record.resource)?.labels), record];
  let pod = wordOf(record['kubernetes.pod_name']);
  let container = wordOf(record['kubernetes.container_name']);
  for (const place of places) {
    if (place === undefined) continue;
    pod ||= wordOf(place.pod_name) || nameOf(place.pod);
    container ||= wordOf(place.container_name) || nameOf(place.container);
  }
  container = container.replace(/^\//, '');
  if (pod !== '') return container === '' ? pod : `${pod}/${container}`;
  const host = wordOf(record._HOSTNAME) || wordOf(record.hostname) || nameOf(record.host);
  const program =
    wordOf(record.SYSLOG_IDENTIFIER) ||
    wordOf(record._COMM) ||
    container ||
    nameOf(record.service) ||
    wordOf(record.container_id).slice(0, 12);
  return writer(host, program, wordOf(record._PID) || wordOf(record.pid));
}

function wordOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.slice(0, sourceCharsMax) : '';
}

/** The value, or the name of the object that it is. */
function nameOf(value: unknown): string {
  return wordOf(value) || wordOf(asObject(value)?.name);
}

/** "host app[123]", of what is known. */
function writer(host: string, program: string, pid: string): string {
  const tag = pid === '' ? program : `${program}[${pid}]`;
  return host === '' || tag === '' ? host + tag : `${host} ${tag}`;
}

// --- Timestamps ---------------------------------------------------------------------------------------

const StampKind = {
  /** A date with its year, and a time. */
  full: 0,
  /** A day and a time, as syslog has it. */
  yearless: 1,
  /** A time of day. */
  clock: 2,
  /** A date without a time, which is no place in time. */
  date: 3,
  /** Seconds or parts of them since 1970. */
  epoch: 4,
} as const;
type StampKind = (typeof StampKind)[keyof typeof StampKind];

/**
 * What the last reading of a timestamp found; set where a reader returns true. One record for all, because a
 * fresh one for each line would cost as much as reading the timestamp does.
 */
const stamp: { kind: StampKind; wallMs: number | undefined; end: number } = {
  kind: StampKind.full,
  wallMs: 0,
  end: 0,
};

function found(kind: StampKind, wallMs: number | undefined, end: number): true {
  stamp.kind = kind;
  stamp.wallMs = wallMs;
  stamp.end = end;
  return true;
}

/** Reads the timestamp that begins at `at`. */
function readStamp(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (isDigit(code)) {
    const fifth = text.charCodeAt(at + 4);
    if (fifth === minus || fifth === slash) return readDate(text, at);
    if (text.charCodeAt(at + 2) === colon) return readClock(text, at);
    return readDayFirst(text, at) || readEpoch(text, at);
  }
  return isUpper(code) && readNamed(text, at);
}

/** `2006-01-02` or `2006/01/02`, with or without a time. */
function readDate(text: string, at: number): boolean {
  const century = twoDigits(text, at);
  const month = twoDigits(text, at + 5);
  const day = twoDigits(text, at + 8);
  const separator = text.charCodeAt(at + 4);
  if (text.charCodeAt(at + 7) !== separator || (century !== 19 && century !== 20)) return false;
  const year = century * 100 + twoDigits(text, at + 2);
  if (year < 1970 || !isDay(month, day)) return false;
  const end = at + 10;
  const isTimed = 'Tt _'.includes(text.charAt(end)) && end < text.length;
  const timeMs = isTimed ? readTime(text, end + 1) : -1;
  if (timeMs < 0) {
    if (isDigit(text.charCodeAt(end))) return false;
    return found(StampKind.date, undefined, end);
  }
  const zoneMs = readZone(text, timeEnd);
  return found(StampKind.full, dateMs(year, month, day) + timeMs - zoneMs, zoneEnd);
}

/** `15:04:05`. */
function readClock(text: string, at: number): boolean {
  const timeMs = readTime(text, at);
  if (timeMs < 0) return false;
  // Numbers of devices look like times, but go on.
  const after = text.charCodeAt(timeEnd);
  if (after === colon && isDigit(text.charCodeAt(timeEnd + 1))) return false;
  return found(StampKind.clock, dateMs(yearUnknown, 1, 1) + timeMs, timeEnd);
}

/** `02/Jan/2006:15:04:05 -0700`, of web servers. */
function readDayFirst(text: string, at: number): boolean {
  if (text.charCodeAt(at + 2) !== slash || text.charCodeAt(at + 6) !== slash) return false;
  const day = twoDigits(text, at);
  const month = monthAt(text, at + 3);
  const year = yearAt(text, at + 7);
  if (!isDay(month, day) || year < 0 || text.charCodeAt(at + 11) !== colon) return false;
  const timeMs = readTime(text, at + 12);
  if (timeMs < 0) return false;
  const zoneMs = readZone(text, timeEnd);
  return found(StampKind.full, dateMs(year, month, day) + timeMs - zoneMs, zoneEnd);
}

/**
 * `Jan _2 15:04:05`, the same with the year before the time, `Mon Jan _2 15:04:05 2006`, and
 * `Mon 2006-01-02 15:04:05 MST`.
 */
function readNamed(text: string, at: number): boolean {
  const hasWeekday = isWeekday(text, at);
  const start = hasWeekday ? at + 4 : at;
  if (hasWeekday && isDigit(text.charCodeAt(start))) return readJournalFull(text, start);
  const month = monthAt(text, start);
  if (month < 0 || text.charCodeAt(start + 3) !== space) return false;
  let i = start + 4;
  if (text.charCodeAt(i) === space) i++;
  const dayEnd = digitsEnd(text, i, 2);
  const day = dayEnd - i === 2 ? twoDigits(text, i) : text.charCodeAt(i) - zero;
  if (dayEnd === i || !isDay(month, day) || text.charCodeAt(dayEnd) !== space) return false;
  const yearBefore = text.charCodeAt(dayEnd + 5) === space ? yearAt(text, dayEnd + 1) : -1;
  const timeMs = readTime(text, yearBefore < 0 ? dayEnd + 1 : dayEnd + 6);
  if (timeMs < 0) return false;
  const end = timeEnd;
  if (yearBefore >= 0) {
    return found(StampKind.full, dateMs(yearBefore, month, day) + timeMs, end);
  }
  // A number behind the time is the year only in the form with a weekday.
  const yearAfter = hasWeekday && text.charCodeAt(end) === space ? yearAt(text, end + 1) : -1;
  if (yearAfter >= 0) {
    return found(StampKind.full, dateMs(yearAfter, month, day) + timeMs, end + 5);
  }
  return found(StampKind.yearless, dateMs(yearUnknown, month, day) + timeMs, end);
}

/** `2006-01-02 15:04:05 MST` behind a weekday: only there are three capitals a zone for certain. */
function readJournalFull(text: string, at: number): boolean {
  if (!readStamp(text, at) || stamp.kind !== StampKind.full) return false;
  const { end } = stamp;
  let zone = end + 1;
  while (zone < end + 6 && isUpper(text.charCodeAt(zone))) zone++;
  if (text.charCodeAt(end) === space && zone >= end + 4 && isSpaceOrEnd(text.charCodeAt(zone))) {
    stamp.end = zone;
  }
  return true;
}

/** `1714564800.123`, `1714564800000` and so on: seconds, ms, µs or ns by their size. */
function readEpoch(text: string, at: number): boolean {
  const end = digitsEnd(text, at, 20);
  const digits = end - at;
  if (digits < 10 || digits > 19) return false;
  if (text.charCodeAt(end) !== dot) {
    return foundEpoch(Number(text.slice(at, end)), end);
  }
  const fractionEnd = digitsEnd(text, end + 1, 9);
  return digits === 10 && foundEpoch(Number(text.slice(at, fractionEnd)), fractionEnd);
}

function foundEpoch(value: number, end: number): boolean {
  const wallMs = epochMs(value);
  return wallMs !== undefined && found(StampKind.epoch, wallMs, end);
}

/** Milliseconds since 1970 of a number whose unit only its size tells; undefined before 2001 and after 2286. */
function epochMs(value: number): number | undefined {
  // The fraction of seconds is a little off in binary: 0.123 may be 0.12299…
  if (value >= 1e9 && value < 1e10) return Math.trunc(value * 1e3 + 1e-3);
  if (value >= 1e12 && value < 1e13) return Math.trunc(value);
  if (value >= 1e15 && value < 1e16) return Math.trunc(value / 1e3);
  if (value >= 1e18 && value < 1e19) return Math.trunc(value / 1e6);
  return undefined;
}

const klogHeader =
  /[IWEF](\d{4})?(\d\d)(\d\d) (?=\d\d:\d\d:\d\d\.)[\d:.]{10,18} {1,8}\d{1,10} [^\s\]]{1,255}:\d{1,7}\] ?/y;

function isKlogLetter(code: number): boolean {
  return code === 0x49 || code === 0x57 || code === 0x45 || code === 0x46;
}

function readKlog(text: string, at: number): boolean {
  klogHeader.lastIndex = at;
  const match = klogHeader.exec(text);
  if (match === null) return false;
  const [, yearText, monthText, dayText] = match;
  const month = Number(monthText);
  const day = Number(dayText);
  const isLong = yearText !== undefined;
  const timeMs = readTime(text, at + (isLong ? 10 : 6));
  if (timeMs < 0 || !isDay(month, day)) return false;
  const year = isLong ? Number(yearText) : yearUnknown;
  return found(
    isLong ? StampKind.full : StampKind.yearless,
    dateMs(year, month, day) + timeMs,
    klogHeader.lastIndex,
  );
}

/** Where the last time of day that was read ends. */
let timeEnd = 0;

/** `15:04:05`, with a fraction of up to nine digits behind a point or comma, in ms; -1 where there is none. */
function readTime(text: string, at: number): number {
  const hour = twoDigits(text, at);
  const minute = twoDigits(text, at + 3);
  const second = twoDigits(text, at + 6);
  if (hour < 0 || minute < 0 || second < 0 || hour > 23 || minute > 59 || second > 60) return -1;
  if (text.charCodeAt(at + 2) !== colon || text.charCodeAt(at + 5) !== colon) return -1;
  let ms = ((hour * 60 + minute) * 60 + second) * 1000;
  timeEnd = at + 8;
  const point = text.charCodeAt(timeEnd);
  if (point === dot || point === comma) {
    const end = digitsEnd(text, timeEnd + 1, 9);
    for (let i = timeEnd + 1, unit = 100; i < end && unit >= 1; i++, unit /= 10) {
      ms += (text.charCodeAt(i) - zero) * unit;
    }
    if (end > timeEnd + 1) timeEnd = end;
  }
  return ms;
}

/** Where the last zone that was read ends. */
let zoneEnd = 0;

/** `Z`, `+01:00`, `+0100`, `+01`, ` +0100`, ` UTC`: how far the zone is ahead, in ms; 0 where there is none. */
function readZone(text: string, at: number): number {
  zoneEnd = at;
  const code = text.charCodeAt(at);
  if (code === 0x5a || code === 0x7a) {
    zoneEnd = at + 1;
    return 0;
  }
  const isApart = code === space;
  const sign = isApart ? at + 1 : at;
  const signCode = text.charCodeAt(sign);
  if (signCode !== plus && signCode !== minus) {
    const isUtc = isApart && (text.startsWith('UTC', sign) || text.startsWith('GMT', sign));
    if (isUtc && isSpaceOrEnd(text.charCodeAt(sign + 3))) zoneEnd = sign + 3;
    return 0;
  }
  const hours = twoDigits(text, sign + 1);
  if (hours < 0 || hours > 14) return 0;
  const isColon = text.charCodeAt(sign + 3) === colon;
  const minutes = twoDigits(text, sign + (isColon ? 4 : 3));
  const end = minutes < 0 ? sign + 3 : sign + (isColon ? 6 : 5);
  // Apart from the time, only the form with four digits is a zone; and no longer number is.
  if (isApart && (isColon || minutes < 0)) return 0;
  const after = text.charCodeAt(end);
  if (isDigit(after) || after === dot || minutes > 59) return 0;
  zoneEnd = end;
  const ms = (hours * 60 + Math.max(minutes, 0)) * 60_000;
  return signCode === minus ? -ms : ms;
}

function isDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** A year that a log may have, in four digits; -1 where there is none. */
function yearAt(text: string, at: number): number {
  const century = twoDigits(text, at);
  const year = twoDigits(text, at + 2);
  if ((century !== 19 && century !== 20) || year < 0 || isDigit(text.charCodeAt(at + 4))) return -1;
  return century * 100 + year;
}

const monthNames = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const weekdayNames = 'MonTueWedThuFriSatSun';

/** The month named at `at`, from 1; -1 where none is. */
function monthAt(text: string, at: number): number {
  const index = nameIndex(monthNames, text, at);
  return index < 0 ? -1 : index + 1;
}

function isWeekday(text: string, at: number): boolean {
  return text.charCodeAt(at + 3) === space && nameIndex(weekdayNames, text, at) >= 0;
}

/** Which of the names of three letters stands at `at`; -1 where none does. */
function nameIndex(names: string, text: string, at: number): number {
  const a = text.charCodeAt(at);
  const b = text.charCodeAt(at + 1);
  const c = text.charCodeAt(at + 2);
  for (let i = 0; i < names.length; i += 3) {
    const isSame =
      names.charCodeAt(i) === a && names.charCodeAt(i + 1) === b && names.charCodeAt(i + 2) === c;
    if (isSame) return i / 3;
  }
  return -1;
}

/** The day that was asked for last, and its start: most lines of a log are of one day. */
let lastDay = 0;
let lastDayMs = 0;

function dateMs(year: number, month: number, day: number): number {
  const key = (year * 16 + month) * 32 + day;
  if (key !== lastDay) {
    lastDay = key;
    lastDayMs = Date.UTC(year, month - 1, day);
  }
  return lastDayMs;
}
