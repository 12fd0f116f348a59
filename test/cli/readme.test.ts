/**
 * The README keeps its word: its examples print what it shows, and a stranger's path through it works. `npm run golden`
 * renews what it shows.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { projectRoot } from '../support/tree.ts';
import { build, type Captured, gcsim, temporaryFolder } from './capture.ts';

const path = join(projectRoot, 'README.md');
const readme = readFileSync(path, 'utf8');

/** A command with what it prints, and before it, where it is not all of that, what is shown of it. */
const example =
  /(?<directive><!-- shows: (?<shows>.*) -->\n)?```console\n\$ (?<command>(?:npx )?gcsim (?<line>.*))\n(?<output>(?:.*\n)*?)```/g;

/** The words of a command line, of which one may stand in single quotes. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** What the README shows of what a command printed. An ellipsis stands for what it leaves out. */
function shown({ stdout, stderr }: Captured, what: string | undefined): string {
  const lineCount = Number(/^(\d+) lines of standard error$/.exec(what ?? '')?.[1] ?? 0);
  const head = stderr.split('\n').slice(0, lineCount);
  if (lineCount > 0) head.push('…\n');
  const numbers = /^sections ([\d ]+)$/
    .exec(what ?? '')?.[1]
    ?.split(' ')
    .map(Number);
  if (numbers === undefined) return head.join('\n') + stdout;
  // Sections are divided by empty lines.
  const sections = stdout.trimEnd().split('\n\n');
  return `${numbers.map((n) => sections[n - 1]).join('\n…\n')}\n`;
}

test('its examples print what it shows', async () => {
  let renewed = '';
  let at = 0;
  for (const match of readme.matchAll(example)) {
    const { directive = '', shows, command, line = '' } = match.groups ?? {};
    const captured = await gcsim(words(line), { cwd: projectRoot });
    expect({ line, code: captured.code }).toEqual({ line, code: 0 });
    renewed += `${readme.slice(at, match.index)}${directive}\`\`\`console\n$ ${command}\n`;
    renewed += `${shown(captured, shows)}\`\`\``;
    at = match.index + match[0].length;
  }
  expect(at).toBeGreaterThan(0);
  await expect(renewed + readme.slice(at)).toMatchFileSnapshot(path);
});

describe('a stranger', () => {
  test('copies a workload, changes it, runs it, and opens the CSV', async () => {
    expect(readme).toContain('npx gcsim workloads show steady > mine.yaml');
    expect(readme).toContain('npx gcsim run mine.yaml --csv mine.csv');
    const cwd = temporaryFolder();
    const { stdout } = await gcsim(['workloads', 'show', 'steady']);
    const changed = stdout.replace('for: 5s', 'for: 500ms').replace('50MiB/s', '100MiB/s');
    expect(changed).not.toBe(stdout);
    writeFileSync(join(cwd, 'mine.yaml'), changed);
    const run = await gcsim(['run', 'mine.yaml', '--csv', 'mine.csv'], { cwd });
    expect(run.code, run.stderr).toBe(0);
    const collections = /(\d+) collections/.exec(run.stdout)?.[1];
    const rows = readFileSync(join(cwd, 'mine.csv'), 'utf8').trimEnd().split('\r\n');
    expect(rows).toHaveLength(Number(collections) + 1);
    expect(rows[0]).toMatch(/^cycle,start_ns,.*heap_goal_bytes/);
  });
});

test('it names every mechanism with its choices', async () => {
  const { stdout } = await gcsim(['releases', '--json']);
  const { mechanisms } = JSON.parse(stdout) as {
    mechanisms: { name: string; choices: string[] }[];
  };
  for (const { name, choices } of mechanisms) {
    const written = choices.map((choice) => `\`${choice}\``).join(', ');
    expect(readme).toContain(`| \`${name}\` | ${written} |`);
  }
});

test('what it links to is there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)(?:#([^)]*))?\)/g)];
  expect(links.length).toBeGreaterThan(4);
  for (const [, target = '', anchor] of links) {
    const text = readFileSync(join(projectRoot, target), 'utf8');
    if (anchor === undefined) continue;
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
    const anchors = headings.map((heading) => heading.toLowerCase().replaceAll(' ', '-'));
    expect(anchors).toContain(anchor);
  }
});

describe('jobs for CI', () => {
  beforeAll(build);

  const compareDoc = readFileSync(join(projectRoot, 'docs', 'compare.md'), 'utf8');
  const blockWith = (text: string, mark: string): string =>
    [...text.matchAll(/```\w+\n([^`]*)```/g)].find(([, code]) => code?.includes(mark))?.[1] ??
    expect.fail(`no example has ${mark}`);
  const github = blockWith(readme, 'runs-on:');
  const script = blockWith(compareDoc, '#!/bin/sh');
  const gitlab = blockWith(compareDoc, 'image: golang');

  /** Each with the shell commands of its steps, in turn. */
  const jobs: [name: string, steps: string[]][] = [
    ['GitHub Actions', stepsOf(parseYaml(github).jobs.gc.steps)],
    ['a shell script', [script]],
    [
      'GitLab CI',
      ['gc-logs', 'gc'].map((job) => (parseYaml(gitlab)[job].script as string[]).join('\n')),
    ],
  ];

  test('name the version of gcsim that this is', () => {
    const path = join(projectRoot, 'package.json');
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    for (const text of [github, script, gitlab]) {
      const called = [...text.matchAll(/\bnpx (?:--yes )?gcsim(\S*)/g)].map(([, at]) => at);
      expect(called).toEqual([`@${version}`]);
    }
  });

  test('of GitHub has ten lines', () => {
    expect(github.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
  });

  /** Logs of which the second is the worse: pauses of 48 ms, not of 61 µs. */
  const [better, worse] = ['tree-p1', 'tree-assist'].map((name) =>
    join(projectRoot, 'test', 'conformance', '1.19', `${name}.log`),
  );

  const testShell = test.skipIf(process.platform === 'win32'); // Windows has no sh.

  testShell.each(jobs)('%s: fails where the branch is worse, and only there', (_, steps) => {
    for (const [head, expected] of [
      [worse, 1],
      [better, 0],
    ] as const) {
      const cwd = temporaryFolder();
      const tools = toolsFor({ base: better ?? '', head: head ?? '' });
      const env = { PATH: `${tools}:${process.env.PATH}`, GITHUB_STEP_SUMMARY: 'summary.md' };
      const ends = steps.map((step) => {
        const shell = spawnSync('sh', ['-e', '-c', step], { cwd, env, encoding: 'utf8' });
        return { code: shell.status, stderr: shell.stderr };
      });
      const compared = ends.find(({ stderr }) => stderr.includes('npx was called'));
      expect({ ...compared }).toMatchObject({ code: expected });
      for (const end of ends.filter((each) => each !== compared)) expect(end.code).toBe(0);
      expect(readFileSync(join(cwd, 'gc.md'), 'utf8')).toContain('pause.p99');
    }
  });
});

function stepsOf(steps: readonly { run?: string }[]): string[] {
  return steps.flatMap(({ run }) => run ?? []);
}

/** In place of go, git and npx: programs that print a log each, no history, and this very gcsim. */
function toolsFor(logs: Record<'base' | 'head', string>): string {
  const folder = temporaryFolder();
  const tool = (name: string, text: string): void =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  tool('git', 'exit 0');
  tool(
    'go',
    `case "$3" in base) log='${logs.base}';; head) log='${logs.head}';; *) exit 9;; esac\n` +
      `printf '#!/bin/sh\\ntest "$GODEBUG" = gctrace=1 && cat %s >&2\\n' "$log" > "$3"\nchmod +x "$3"`,
  );
  const binary = join(projectRoot, 'bin', 'gcsim.js');
  tool(
    'npx',
    `echo npx was called >&2\nif [ "$1" = --yes ]; then shift; fi\nshift\nexec '${process.execPath}' '${binary}' "$@"`,
  );
  return folder;
}
