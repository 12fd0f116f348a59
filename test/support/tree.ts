/** The project's own files. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextFile } from './tidy.ts';

/** The top of the project. */
export const projectRoot: string = fileURLToPath(new URL('../..', import.meta.url));

/** All text files that belong to the project. */
export function projectTexts(): TextFile[] {
  const files: TextFile[] = [];
  for (const path of projectPaths()) {
    let text: string;
    try {
      text = readFileSync(join(projectRoot, path), 'utf8');
    } catch {
      continue; // Deleted, and not yet committed.
    }
    if (!text.includes('\0')) files.push({ path, text });
  }
  return files;
}

/** What git keeps or would add; outside a checkout, all files that are not made by a tool. */
function projectPaths(): string[] {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const list = execFileSync('git', args, {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return list.split('\0').filter((path) => path !== '');
  } catch {
    return pathsBelow(projectRoot);
  }
}

const made = new Set(['node_modules', 'dist', 'coverage', '.git']);

function pathsBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (made.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory()
      ? pathsBelow(path)
      : [relative(projectRoot, path).replaceAll('\\', '/')];
  });
}
