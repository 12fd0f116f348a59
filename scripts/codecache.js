/**
 * Keeps, beside the files of dist/cli/, what this Node makes of them when it compiles them: see bin/load.js. Something is
 * run first, so that the functions that a run calls are there as well.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { Bundle, cacheEnding, optimizePatiently } = createRequire(import.meta.url)('../bin/load.js');
const folder = fileURLToPath(new URL('../dist/cli', import.meta.url));

optimizePatiently();
const bundle = new Bundle(folder);
const { main, processIo } = bundle.load('main.js');
bundle.load('seedworker.js');
process.exitCode = await main(['run', 'init1'], processIo());
for (const [name, script] of bundle.scripts) {
  writeFileSync(join(folder, `${name}${cacheEnding}`), script.createCachedData());
}
