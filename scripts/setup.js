/**
 * What `npm test` needs, on a machine with only Node and npm: the packages of package-lock.json, and dist/. Does
 * nothing where both are there. It runs before anything is installed, so it imports only Node's own modules.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Packages */

/**
 * The packages of a lock file; none where there is no such file.
 * @param {string} path
 * @returns {Packages}
 */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  } catch {
    return {};
  }
}

/** Whether node_modules holds what package-lock.json asks for. npm writes what it installed when it has finished. */
function isInstalled() {
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json')).every(([path, wanted]) => {
    // Optional ones are for some platforms only.
    if (path === '' || (wanted.optional && installed[path] === undefined)) return true;
    const found = installed[path];
    return found?.version === wanted.version && found?.integrity === wanted.integrity;
  });
}

/** @param {string[]} args */
function npm(args) {
  // Set where npm runs this. Windows starts npm itself, a script there, only through a shell.
  const script = process.env.npm_execpath ?? '';
  const { status } = script.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  return status ?? 1;
}

process.exitCode = isInstalled() ? 0 : npm(['ci', '--include=dev', '--no-audit', '--no-fund']);
if (process.exitCode === 0) {
  const args = [join(root, 'scripts', 'build.js'), '--if-changed'];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1;
}
