/**
 * Compiles src/ to dist/, and bundles the command line there. With `--if-changed` it does nothing where dist/ was made from these very sources, so that
 * whoever needs dist/ (`npm install`, `npm test`, `npm pack`, `npx gcsim` in this folder) can call it each time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** Says what dist/ was made from; in dist/, so that it goes where dist/ goes. */
const stampPath = join(dist, '.made-from');

/**
 * The files below a folder, as paths with slashes.
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Digest of all that dist/ is made from, and of what makes it. */
function fingerprint() {
  const hash = createHash('sha256');
  // Its code cache is for the Node that made it.
  hash.update(process.version);
  for (const path of [
    'tsconfig.json',
    'package-lock.json',
    ...['build', 'bundle', 'codecache'].map((name) => `scripts/${name}.js`),
    ...['bin', 'src', 'workloads'].flatMap((folder) =>
      filesBelow(join(root, folder)).map((file) => `${folder}/${file}`),
    ),
  ]) {
    const text = readFileSync(join(root, path));
    hash.update(`${path} ${text.length}\n`).update(text);
  }
  return hash.digest('hex');
}

/**
 * Puts what was compiled into dist/, file by file in one step each: somebody may be running the old one. Then removes
 * what was not compiled again, for its source is gone, and it would be packed and shipped.
 * @param {string} compiled
 */
function moveToDist(compiled) {
  const files = filesBelow(compiled);
  // The code cache of a bundle goes before the bundle does: V8 only looks at its length.
  for (const file of filesBelow(dist).filter((path) => path.endsWith('.cache'))) {
    rmSync(join(dist, file), { force: true });
  }
  for (const file of files) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    renameSync(join(compiled, file), join(dist, file));
  }
  const current = new Set(files);
  for (const file of filesBelow(dist)) {
    if (!file.startsWith('.') && !current.has(file)) rmSync(join(dist, file), { force: true });
  }
}

async function build() {
  let compiler;
  let bundle;
  try {
    compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    bundle = await import('./bundle.js');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (!/MODULE_NOT_FOUND$/.test(code ?? '')) throw error;
    console.error('gcsim: the compiler is not installed; run "npm install --include=dev"');
    return 1;
  }
  rmSync(stampPath, { force: true });
  const madeFrom = fingerprint();
  const compiled = join(dist, `.compiled-${process.pid}`);
  const args = [compiler, '-p', join(root, 'tsconfig.json'), '--outDir', compiled];
  // What the compiler says goes to standard error: standard output belongs to whoever needs dist/.
  const { status } = spawnSync(process.execPath, args, {
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
  });
  // Without it the compiler did not get so far.
  if (existsSync(join(compiled, 'cli', 'main.js'))) {
    await bundle.bundleCli(compiled);
    await bundle.compileWorkloads(join(root, 'workloads'), compiled);
    moveToDist(compiled);
    spawnSync(process.execPath, [join(root, 'scripts', 'codecache.js')], { stdio: 'ignore' });
  }
  rmSync(compiled, { recursive: true, force: true });
  if (status !== 0) return status ?? 1;
  writeFileSync(stampPath, madeFrom);
  return 0;
}

function isCurrent() {
  return existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint();
}

process.exitCode = process.argv.includes('--if-changed') && isCurrent() ? 0 : await build();
