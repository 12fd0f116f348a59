/**
 * What real Go did: the figures that scripts/compare-real.js sets beside simulated ones. Our own measurements, GOGC 100, on a
 * virtual machine of two cores (x86-64, Debian 12), so that 4 procs share 2 cores. `load` tells how quiet the machine was: `quiet`
 * and `release-run` can be trusted, of `loaded` (other work ran beside it) the medians.
 */

/** @typedef {'quiet' | 'release-run' | 'loaded'} Load */

/**
 * From gctrace lines, at 4 procs: collections in a run, and the median over collections of (heap at mark termination − goal) / goal,
 * from the lines' MiB; undefined where the release prints no goal. The first collection and forced ones are left out.
 * @type {readonly { workload: string, release: string, load: Load, collections: number, overshoot?: number | undefined }[]}
 */
export const collections = [
  { workload: 'init1', release: '8e24283a^', load: 'loaded', collections: 111 },
  { workload: 'init1', release: '8e24283a', load: 'loaded', collections: 114 },
  { workload: 'init1', release: '4b2fde94', load: 'loaded', collections: 93.5 },
  { workload: 'init1', release: '8f34b253^', load: 'quiet', collections: 84, overshoot: 1 },
  { workload: 'init1', release: '8f34b253', load: 'quiet', collections: 133.2, overshoot: 0.5 },
  { workload: 'init1', release: '1.5', load: 'release-run', collections: 315, overshoot: 0.167 },
  { workload: 'init1', release: '1.6', load: 'release-run', collections: 358.5, overshoot: 0 },
  { workload: 'init1', release: '1.9', load: 'release-run', collections: 288, overshoot: -0.125 },
  { workload: 'init1', release: '1.10', load: 'release-run', collections: 223.5, overshoot: 0 },
  { workload: 'big-slices', release: '8e24283a^', load: 'loaded', collections: 60.5 },
  { workload: 'big-slices', release: '8e24283a', load: 'loaded', collections: 42 },
  { workload: 'big-slices', release: '4b2fde94', load: 'loaded', collections: 50.5 },
  {
    workload: 'big-slices',
    release: '8f34b253^',
    load: 'quiet',
    collections: 24.4,
    overshoot: 23.643,
  },
  {
    workload: 'big-slices',
    release: '8f34b253',
    load: 'quiet',
    collections: 40,
    overshoot: 10.365,
  },
  {
    workload: 'big-slices',
    release: '1.5',
    load: 'release-run',
    collections: 258.5,
    overshoot: 0.143,
  },
  { workload: 'big-slices', release: '1.6', load: 'release-run', collections: 552.5, overshoot: 0 },
  {
    workload: 'big-slices',
    release: '1.9',
    load: 'release-run',
    collections: 318.5,
    overshoot: -0.053,
  },
  {
    workload: 'big-slices',
    release: '1.10',
    load: 'release-run',
    collections: 200,
    overshoot: 0.04,
  },
  { workload: 'init1-long', release: '8e24283a^', load: 'loaded', collections: 1337 },
  { workload: 'init1-long', release: '8e24283a', load: 'loaded', collections: 1234.5 },
  { workload: 'init1-long', release: '4b2fde94', load: 'loaded', collections: 1259.5 },
  { workload: 'init1-long', release: '8f34b253^', load: 'quiet', collections: 921.6, overshoot: 1 },
  {
    workload: 'init1-long',
    release: '8f34b253',
    load: 'quiet',
    collections: 1163.4,
    overshoot: 0.5,
  },
  {
    workload: 'init1-long',
    release: '1.5',
    load: 'release-run',
    collections: 3242,
    overshoot: 0.25,
  },
  {
    workload: 'init1-long',
    release: '1.6',
    load: 'release-run',
    collections: 3386.5,
    overshoot: -0.143,
  },
  {
    workload: 'init1-long',
    release: '051809e3^',
    load: 'loaded',
    collections: 2860.5,
    overshoot: 0,
  },
  {
    workload: 'init1-long',
    release: '051809e3',
    load: 'loaded',
    collections: 3217,
    overshoot: -0.143,
  },
  { workload: 'init1-long', release: '1.9', load: 'release-run', collections: 2794, overshoot: 0 },
  {
    workload: 'init1-long',
    release: '1.10',
    load: 'release-run',
    collections: 2243.5,
    overshoot: 0,
  },
  { workload: 'json', release: '8e24283a^', load: 'loaded', collections: 36.3 },
  { workload: 'json', release: '8e24283a', load: 'loaded', collections: 34 },
  { workload: 'json', release: '4b2fde94', load: 'loaded', collections: 35.7 },
  { workload: 'json', release: '8f34b253^', load: 'quiet', collections: 33.6, overshoot: 0.804 },
  { workload: 'json', release: '8f34b253', load: 'quiet', collections: 39.2, overshoot: 0.531 },
  { workload: 'json', release: '1.5', load: 'release-run', collections: 57.3, overshoot: 0.051 },
  { workload: 'json', release: '1.6', load: 'release-run', collections: 57.3, overshoot: -0.011 },
  { workload: 'json', release: '1.9', load: 'release-run', collections: 69, overshoot: -0.029 },
  { workload: 'json', release: '1.10', load: 'release-run', collections: 57.3, overshoot: 0 },
  { workload: 'steady', release: '8e24283a^', load: 'loaded', collections: 11 },
  { workload: 'steady', release: '8e24283a', load: 'loaded', collections: 10.5 },
  { workload: 'steady', release: '4b2fde94', load: 'loaded', collections: 12.5 },
  { workload: 'steady', release: '8f34b253^', load: 'quiet', collections: 16.4, overshoot: 0.03 },
  { workload: 'steady', release: '8f34b253', load: 'quiet', collections: 16.2, overshoot: -0.01 },
  { workload: 'steady', release: '1.5', load: 'release-run', collections: 16, overshoot: -0.01 },
  { workload: 'steady', release: '1.6', load: 'release-run', collections: 16, overshoot: -0.01 },
  { workload: 'steady', release: '1.9', load: 'release-run', collections: 15, overshoot: -0.024 },
  { workload: 'steady', release: '1.10', load: 'release-run', collections: 14, overshoot: -0.009 },
  { workload: 'garbage', release: '8e24283a^', load: 'loaded', collections: 17 },
  { workload: 'garbage', release: '8e24283a', load: 'loaded', collections: 16 },
  { workload: 'garbage', release: '4b2fde94', load: 'loaded', collections: 30 },
  {
    workload: 'garbage',
    release: '8f34b253^',
    load: 'loaded',
    collections: 23.5,
    overshoot: 0.283,
  },
  { workload: 'garbage', release: '8f34b253', load: 'loaded', collections: 19, overshoot: 0.11 },
  { workload: 'garbage', release: '1.5', load: 'release-run', collections: 48, overshoot: 0 },
  { workload: 'garbage', release: '1.6', load: 'release-run', collections: 46, overshoot: -0.014 },
  { workload: 'garbage', release: '1.9', load: 'release-run', collections: 44, overshoot: -0.097 },
  { workload: 'garbage', release: '1.10', load: 'release-run', collections: 32, overshoot: -0.015 },
  { workload: 'peak2', release: '1.5', load: 'release-run', collections: 11, overshoot: 0 },
  { workload: 'peak2', release: '051809e3^', load: 'loaded', collections: 15.7, overshoot: -0.019 },
  { workload: 'peak2', release: '051809e3', load: 'loaded', collections: 17, overshoot: -0.019 },
  { workload: 'peak2', release: '1.9', load: 'release-run', collections: 12, overshoot: -0.019 },
];

/**
 * From instrumented builds, at 4 procs: growth of the heap while assists were on, as a share of the goal.
 * @type {readonly { workload: string, release: string, load: Load, median: number, p90: number, max: number }[]}
 */
export const growthWithAssists = [
  {
    workload: 'big-slices',
    release: '8f34b253^',
    load: 'quiet',
    median: 1.189,
    p90: 6.439,
    max: 10.1,
  },
  {
    workload: 'big-slices',
    release: '8f34b253',
    load: 'quiet',
    median: 0.186,
    p90: 0.297,
    max: 0.4,
  },
  {
    workload: 'init1-long',
    release: '8f34b253^',
    load: 'quiet',
    median: 0.375,
    p90: 0.875,
    max: 5.88,
  },
  {
    workload: 'init1-long',
    release: '8f34b253',
    load: 'quiet',
    median: 0.125,
    p90: 0.375,
    max: 0.5,
  },
  { workload: 'json', release: '8f34b253^', load: 'quiet', median: 0.093, p90: 0.251, max: 0.5 },
  { workload: 'json', release: '8f34b253', load: 'quiet', median: 0.064, p90: 0.168, max: 0.44 },
];

/**
 * From instrumented builds, on json: from the end of concurrent marking to the coordinator running, by who signalled it.
 * @type {readonly { release: string, procs: number, signaller: 'dedicated' | 'fractional' | 'idle' | 'assist', count: number, medianUs: number }[]}
 */
export const wakeupDelays = [
  { release: 'ce502b06^', procs: 1, signaller: 'assist', count: 135, medianUs: 70169.3 },
  { release: 'ce502b06^', procs: 1, signaller: 'fractional', count: 38, medianUs: 80186.2 },
  { release: 'ce502b06', procs: 1, signaller: 'assist', count: 242, medianUs: 8089.5 },
  { release: 'ce502b06', procs: 1, signaller: 'fractional', count: 78, medianUs: 2.6 },
  { release: 'ce502b06^', procs: 2, signaller: 'assist', count: 74, medianUs: 69805.4 },
  { release: 'ce502b06^', procs: 2, signaller: 'fractional', count: 71, medianUs: 74023.8 },
  { release: 'ce502b06^', procs: 2, signaller: 'idle', count: 12, medianUs: 65.9 },
  { release: 'ce502b06', procs: 2, signaller: 'assist', count: 90, medianUs: 7681.8 },
  { release: 'ce502b06', procs: 2, signaller: 'fractional', count: 140, medianUs: 2.9 },
  { release: 'ce502b06', procs: 2, signaller: 'idle', count: 13, medianUs: 0.8 },
  { release: 'ce502b06^', procs: 4, signaller: 'dedicated', count: 105, medianUs: 79992.3 },
  { release: 'ce502b06^', procs: 4, signaller: 'assist', count: 33, medianUs: 85137.2 },
  { release: 'ce502b06^', procs: 4, signaller: 'idle', count: 10, medianUs: 3913.1 },
  { release: 'ce502b06', procs: 4, signaller: 'dedicated', count: 166, medianUs: 98.6 },
  { release: 'ce502b06', procs: 4, signaller: 'assist', count: 48, medianUs: 34039.7 },
];

/**
 * From MemStats.GCSys, at 4 procs, in KiB: the peak and what was left at the end, medians of some runs.
 * @type {readonly { workload: string, release: string, load: Load, peakKiB: number, finalKiB: number }[]}
 */
export const gcSys = [
  { workload: 'peak2', release: '1.5', load: 'release-run', peakKiB: 68237, finalKiB: 68237 },
  { workload: 'peak2', release: '051809e3^', load: 'loaded', peakKiB: 173544, finalKiB: 173544 },
  { workload: 'peak2', release: '051809e3', load: 'loaded', peakKiB: 155452, finalKiB: 72504 },
  { workload: 'peak2', release: '1.9', load: 'release-run', peakKiB: 112796, finalKiB: 72996 },
  { workload: 'garbage', release: '1.5', load: 'release-run', peakKiB: 2874, finalKiB: 2874 },
  { workload: 'garbage', release: '051809e3^', load: 'quiet', peakKiB: 6436, finalKiB: 6436 },
  { workload: 'garbage', release: '051809e3', load: 'quiet', peakKiB: 5968, finalKiB: 4124 },
  { workload: 'garbage', release: '1.9', load: 'release-run', peakKiB: 4096, finalKiB: 4096 },
  { workload: 'json', release: '1.5', load: 'release-run', peakKiB: 2074, finalKiB: 2074 },
  { workload: 'json', release: '051809e3^', load: 'quiet', peakKiB: 2912, finalKiB: 2912 },
  { workload: 'json', release: '051809e3', load: 'quiet', peakKiB: 2896, finalKiB: 2328 },
  { workload: 'json', release: '1.9', load: 'release-run', peakKiB: 2304, finalKiB: 2304 },
  { workload: 'steady', release: '1.5', load: 'release-run', peakKiB: 3465, finalKiB: 3465 },
  { workload: 'steady', release: '051809e3^', load: 'loaded', peakKiB: 5252, finalKiB: 5252 },
  { workload: 'steady', release: '051809e3', load: 'loaded', peakKiB: 5220, finalKiB: 5184 },
  { workload: 'steady', release: '1.9', load: 'release-run', peakKiB: 5084, finalKiB: 5084 },
];
