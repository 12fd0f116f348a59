/**
 * Puts the command line into a few files, of CommonJS. To find, read and link a hundred modules takes longer than a
 * short run does; and Node starts CommonJS without loading what ES modules need. The library stays as the compiler
 * leaves it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/** What a run of a built-in workload needs, together with all that these modules need themselves. */
const runModules = /[\\/](cli[\\/](main|plan|execute)|report[\\/]text)\.js$/;

/**
 * Replaces the folder `cli` of what was compiled by a bundle of it.
 * @param {string} compiled
 */
export async function bundleCli(compiled) {
  const cli = join(compiled, 'cli');
  const bundled = join(compiled, '.cli');
  const build = await rolldown({
    // Where a process starts, and where a thread does.
    input: { main: './cli/main.js', seedworker: './cli/seedworker.js' },
    cwd: compiled,
    platform: 'node',
    plugins: [withoutPrograms],
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await build.write({
    dir: bundled,
    format: 'cjs',
    dynamicImportInCjs: false,
    comments: false,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    // In one file, so that what is hot is not reached through the exports of another one.
    codeSplitting: { groups: [{ name: 'gcsim', test: runModules }] },
  });
  await build.close();
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  writeFileSync(join(bundled, 'LICENSES.txt'), licensesOf(modules));
  // Whatever the package as a whole is of.
  writeFileSync(join(bundled, 'package.json'), '{ "type": "commonjs" }\n');
  rmSync(cli, { recursive: true });
  renameSync(bundled, cli);
}

/**
 * commander can start commands that are programs of their own. We have none, and to load what starts them takes longer
 * than commander itself.
 * @type {import('rolldown').Plugin}
 */
const withoutPrograms = {
  name: 'without-programs',
  resolveId(id, importer) {
    const isOfCommander = importer !== undefined && /[\\/]commander[\\/]/.test(importer);
    return isOfCommander && id === 'node:child_process' ? '\0no-programs' : undefined;
  },
  load(id) {
    return id === '\0no-programs' ? 'module.exports = {};' : undefined;
  },
};

/**
 * The licenses of the packages that modules belong to, for whoever gets a copy of them.
 * @param {readonly string[]} modules
 */
function licensesOf(modules) {
  const packages = modules.map(
    (path) => /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(path)?.[0],
  );
  const texts = [...new Set(packages)].sort().map((folder) => {
    if (folder === undefined) return '';
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} ${version} has no license file`);
    return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return texts.filter((text) => text !== '').join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * Reads the built-in workloads once and for all, with the reader that was just compiled: to load it takes longer than a
 * short run does.
 * @param {string} workloads
 * @param {string} compiled
 */
export async function compileWorkloads(workloads, compiled) {
  const { parseWorkload } = await import(
    pathToFileURL(join(compiled, 'workload', 'parse.js')).href
  );
  const folder = join(compiled, 'cli', 'workloads');
  mkdirSync(folder);
  for (const file of readdirSync(workloads).filter((name) => name.endsWith('.yaml'))) {
    const workload = parseWorkload(readFileSync(join(workloads, file), 'utf8'), file);
    writeFileSync(join(folder, file.replace(/yaml$/, 'json')), JSON.stringify(workload));
  }
}
