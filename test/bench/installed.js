/** gcsim as others get it: packed, and installed into a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder = '';

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const options = /** @type {const} */ ({
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const { status, stderr } = spawnSync('npm', args, options);
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stderr}`);
}

/** The program in the folder; whoever asked for it removes that. It is installed once. */
export function installedProgram() {
  if (folder === '') {
    folder = mkdtempSync(join(tmpdir(), 'gcsim-bench-'));
    npm(['pack', '--pack-destination', folder], root);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    npm(['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], folder);
  }
  return join(folder, 'node_modules', 'gcsim', 'bin', 'gcsim.js');
}

export function removeInstalled() {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
  folder = '';
}
