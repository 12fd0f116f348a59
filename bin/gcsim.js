#!/usr/bin/env node
// CommonJS, like what it loads: Node starts it sooner than an ES module.
const { load } = require('./load.js');

try {
  const { main, processIo } = load('main.js');
  main(process.argv.slice(2), processIo()).then((exitCode) => {
    process.exitCode = exitCode;
  });
} catch (error) {
  if (error?.code !== 'MODULE_NOT_FOUND') throw error;
  const [reason] = error.message.split('\n');
  process.stderr.write(
    `gcsim: not ready to run: ${reason}\n  hint: run "npm install" in the folder of gcsim; it builds dist/\n`,
  );
  process.exitCode = 2;
}
