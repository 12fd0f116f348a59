/** A large log for the benches: gc lines of Go 1.19, a server with some 350 MiB live, always the same. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {{ path: string, bytes: number }} Log */

/** @type {Map<number, Log>} */
const logs = new Map();

export function removeLogs() {
  for (const { path } of logs.values()) rmSync(path, { force: true });
  logs.clear();
}

/**
 * A log of `scale` gigabytes, made once; whoever asked for it removes it.
 * @param {number} scale
 * @returns {Log}
 */
export function logOf(scale) {
  const known = logs.get(scale);
  if (known !== undefined) return known;
  const path = join(tmpdir(), `gcsim-bench-${process.pid}-${scale}.log`);
  const bytes = writeLog(path, scale * 1e9);
  const log = { path, bytes };
  logs.set(scale, log);
  return log;
}

/**
 * @param {string} path
 * @param {number} bytesMin
 */
function writeLog(path, bytesMin) {
  const random = generator();
  const fd = openSync(path, 'w');
  let bytes = 0;
  let atMs = 0;
  let text = '';
  for (let n = 1; bytes < bytesMin; n++) {
    atMs += 20 + Math.floor(random() * 900);
    text += line(n, atMs, random);
    if (text.length < 1 << 20 && bytes + text.length < bytesMin) continue;
    bytes += writeSync(fd, text);
    text = '';
  }
  closeSync(fd);
  return bytes;
}

/**
 * @param {number} n
 * @param {number} atMs
 * @param {() => number} random
 */
function line(n, atMs, random) {
  const liveMB = 300 + Math.floor(random() * 120);
  const startMB = 2 * liveMB - 5 - Math.floor(random() * 35);
  const endMB = startMB + Math.floor(random() * 30);
  const [stop, mark, term] = [0.1, 24, 0.2].map((most) => most * random());
  const at = (atMs / 1000).toFixed(3);
  return (
    `gc ${n} @${at}s ${2 + Math.floor(random() * 4)}%: ` +
    `${ms(stop)}+${ms(mark)}+${ms(term)} ms clock, ` +
    `${ms(8 * (stop ?? 0))}+${ms(random() ** 4 * 30)}/${ms(2 * (mark ?? 0))}/${ms(9 * random())}+${ms(8 * (term ?? 0))} ms cpu, ` +
    `${startMB}->${endMB}->${liveMB} MB, ${2 * liveMB} MB goal, 2 MB stacks, 1 MB globals, 8 P\n`
  );
}

/** Milliseconds as the runtime prints them. */
function ms(value = 0) {
  if (value >= 10) return String(Math.floor(value));
  const us = Math.floor(value * 1000);
  if (us === 0) return '0';
  const decimals = us < 100 ? 3 : us < 1000 ? 2 : 1;
  return (Math.floor(us / 10 ** (3 - decimals)) / 10 ** decimals).toFixed(decimals);
}

/** Numbers in [0, 1): the same ones each time. */
function generator() {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
