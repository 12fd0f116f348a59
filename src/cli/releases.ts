/** `gcsim releases`: the table of releases and of the choices that each makes. */
import type { Command } from 'commander';
import { addNotes, type Example } from './help.ts';
import type { Session } from './session.ts';

/** Version of the JSON that `gcsim releases --json` prints. */
const schemaVersion = 1;

export function defineReleases(program: Command, session: Session): void {
  const command = program
    .command('releases')
    .summary('list the releases of Go and their mechanisms')
    .description(
      'Lists the releases of Go, and the commits of its history, that gcsim can run, and which choice each makes of every mechanism.',
    )
    .option('--json', 'print JSON instead of a table')
    .action(async (flags: { json?: true }) => {
      session.out.write(flags.json ? await renderJson() : await renderTable(session.out.columns));
    });
  addNotes(command, { examples }, () => session.out.columns ?? 80);
}

const examples: readonly Example[] = [
  ['gcsim releases'],
  ['gcsim releases --json'],
  ['gcsim run --go 1.5 --set assist=best-effort'],
];

async function renderJson(): Promise<string> {
  const { defaultRelease, mechanismAbout, mechanismChoices, mechanismNames, releases } =
    await import('../collector/release.ts');
  const json = {
    schemaVersion,
    defaultRelease,
    mechanisms: mechanismNames.map((name) => ({
      name,
      about: mechanismAbout[name],
      choices: mechanismChoices[name],
    })),
    releases: releases.map(({ name, about, mechanisms }) => ({ name, about, mechanisms })),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** `columns` is the width of the terminal; undefined in a pipe, where nothing need fit. */
async function renderTable(columns = Number.POSITIVE_INFINITY): Promise<string> {
  const [parts, { wrap }, { alignColumns }] = await Promise.all([
    import('../collector/release.ts'),
    import('../report/layout.ts'),
    import('../report/table.ts'),
  ]);
  const { defaultRelease, mechanismAbout, mechanismChoices, mechanismNames, releases } = parts;
  const nameOf = (name: string): string => (name === defaultRelease ? `${name} *` : name);
  const nameWidth = Math.max(...releases.map(({ name }) => nameOf(name).length)) + 2;

  const table = alignColumns([
    ['release', ...mechanismNames],
    ...releases.map(({ name, mechanisms }) => [
      nameOf(name),
      ...mechanismNames.map((mechanism) => mechanisms[mechanism]),
    ]),
  ]);
  // Where the table is too wide, each release has what it does otherwise than the one before.
  const changes = releases.map(({ mechanisms }, i) => {
    const before = releases[i - 1]?.mechanisms;
    const changed = mechanismNames.filter((name) => mechanisms[name] !== before?.[name]);
    if (changed.length === 0) return '(the same)';
    return changed.map((name) => `${name}=${mechanisms[name]}`).join(' ');
  });
  /** A name, and beside it a text on as many lines as it needs. */
  const entry = (name: string, text: string, width: number): string[] => {
    const [first = '', ...others] = wrap(text, Math.max(20, columns - width));
    return [
      `${name.padEnd(width)}${first}`.trimEnd(),
      ...others.map((line) => ' '.repeat(width) + line),
    ];
  };
  const fits = table.every((line) => line.length <= columns);
  return [
    ...(fits
      ? table
      : releases.flatMap(({ name }, i) => entry(nameOf(name), changes[i] ?? '', nameWidth))),
    '',
    ...(fits ? [] : ['Each release differs from the one before in what is listed.']),
    '* what gcsim run takes if nothing else is asked for',
    '',
    ...releases.flatMap(({ name, about }) => entry(nameOf(name), about, nameWidth)),
    '',
    ...entry('', 'Mechanisms, for gcsim run --set mechanism=choice and --contrast mechanism:', 0),
    '',
    ...mechanismNames.flatMap((name) => [
      `${name}: ${mechanismChoices[name].join(', ')}`,
      ...entry('', mechanismAbout[name], 2),
    ]),
    '',
  ].join('\n');
}
