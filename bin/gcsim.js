#!/usr/bin/env node
import module from 'node:module';

// Where Node can (from 22.8 on), what it compiled is kept for the next time.
module.enableCompileCache?.();
try {
  const { main, processIo } = await import('../dist/cli/main.js');
  process.exitCode = await main(process.argv.slice(2), processIo());
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write(
    `gcsim: not ready to run: ${error.message}\n  hint: run "npm install" in the folder of gcsim; it builds dist/\n`,
  );
  process.exitCode = 2;
}
