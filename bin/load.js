/**
 * Loads the command line from dist/cli/. Where the build has kept what this very Node made of it when it compiled it,
 * that is taken: to compile it again takes longer than a short run. Everywhere else it is loaded like any other program.
 */
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

/** Compiled code is for one version of V8, on one kind of processor. */
const cacheEnding = `.${process.version}-${process.platform}-${process.arch}.cache`;

/**
 * How long V8 looks at a function before it optimises it, by release of Node: the flag, its value for short runs, and the
 * usual one. Releases without an entry have another flag, or are no faster for it.
 * @type {Record<string, { flag: string, patient: number, usual: number } | undefined>}
 */
const optimizing = {
  20: { flag: '--interrupt-budget', patient: 400_000, usual: 66 << 10 },
  22: { flag: '--invocation-count-for-turbofan', patient: 20_000, usual: 3000 },
};

/** When a run is no longer a short one, in milliseconds after its start. */
const shortRunMs = 300;

/**
 * Lets V8 optimise only what is very hot: most of what it would optimise otherwise is over before that pays, and the
 * threads that do it take the cores from the run. What this returns makes it as usual. A code cache is only taken under
 * the flags that it was made with.
 */
function optimizePatiently() {
  const [release = ''] = process.versions.node.split('.');
  const how = optimizing[release];
  if (how === undefined) return () => {};
  setFlagsFromString(`${how.flag}=${how.patient}`);
  return () => setFlagsFromString(`${how.flag}=${how.usual}`);
}

/** @param {string} path */
function readCache(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // There need not be one for each file.
  }
}

/** The bundle in a folder, and how much of it has been loaded. */
class Bundle {
  #folder;
  #modules = new Map();
  /** The scripts that were loaded, by the name of their file. */
  scripts = new Map();

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * What a file of the bundle exports.
   * @param {string} name
   */
  load(name) {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const path = join(this.#folder, name);
    const text = readFileSync(path, 'utf8');
    const wrapped = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
    // V8 sees for itself whether the code fits, and compiles the text where it does not.
    const cachedData = readCache(`${path}${cacheEnding}`);
    const script = new Script(wrapped, { filename: path, ...(cachedData && { cachedData }) });
    this.scripts.set(name, script);
    const module = { exports: {} };
    this.#modules.set(name, module);
    const requireHere = (/** @type {string} */ id) =>
      id.startsWith('./') ? this.load(id.slice(2)) : require(id);
    script.runInThisContext()(module.exports, requireHere, module, path, this.#folder);
    return module.exports;
  }
}

/**
 * What a file of dist/cli/ exports.
 * @param {'main.js' | 'seedworker.js'} name
 */
function load(name) {
  const folder = join(__dirname, '..', 'dist', 'cli');
  if (existsSync(join(folder, `${name}${cacheEnding}`))) {
    // Flags are those of the whole process: a thread runs under what it finds.
    if (name === 'main.js') setTimeout(optimizePatiently(), shortRunMs).unref();
    return new Bundle(folder).load(name);
  }
  // Where Node can (from 22.8 on), it keeps what it compiled itself.
  require('node:module').enableCompileCache?.();
  return require(join(folder, name));
}

module.exports = { Bundle, cacheEnding, load, optimizePatiently };
