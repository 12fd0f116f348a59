/**
 * The README keeps its word: its examples print what it shows, and a stranger's path through it works. `npm run golden`
 * renews what it shows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../support/tree.ts';
import { type Captured, gcsim, temporaryFolder } from './capture.ts';

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
  const targets = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(
    ([, target = '']) => target,
  );
  expect(targets.length).toBeGreaterThan(4);
  for (const target of targets) expect(() => readFileSync(join(projectRoot, target))).not.toThrow();
});
