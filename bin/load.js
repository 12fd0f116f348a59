/**
 * Loads the command line from dist/cli/. Where the build has kept what this very Node made of it when it compiled it,
 * that is taken: to compile it again takes longer than a short run. Everywhere else it is loaded like any other program.
 */
const { existsSync, readFileSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** Compiled code is for one version of V8, on one kind of processor. */
const cacheEnding = `.${process.version}-${process.platform}-${process.arch}.cache`;

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
  if (existsSync(join(folder, `${name}${cacheEnding}`))) return new Bundle(folder).load(name);
  // Where Node can (from 22.8 on), it keeps what it compiled itself.
  enableCompileCache?.();
  return require(join(folder, name));
}

module.exports = { Bundle, cacheEnding, load };
