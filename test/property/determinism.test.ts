/** The same input gives the same output: events, collections and totals, whatever ran before and however it is advanced. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optionsFor } from '../../src/collector/options.ts';
import { releases } from '../../src/collector/release.ts';
import {
  createSimulation,
  type SimOptions,
  type SimTotals,
  simulate,
} from '../../src/collector/simulate.ts';
import type { GcCycle } from '../../src/cycle.ts';
import { msNs } from '../../src/units.ts';
import type { Workload } from '../../src/workload/workload.ts';
import { workloadNamed } from '../support/simulation.ts';

const names = ['steady', 'json', 'garbage', 'big-slices', 'peak', 'trace-test'];
const releaseNames = releases.map(({ name }) => name);

function optionsOf(workload: Workload, asked: Partial<SimOptions>): SimOptions {
  return optionsFor(workload, { durationNs: 40 * msNs, cycles: 6, cores: 2, ...asked });
}

describe.each(releaseNames)('release %s', (release) => {
  const steady = workloadNamed('steady');
  const options = optionsOf(steady, { release });
  const first = simulate(steady, options);

  test('gives the same twice, and after another run', () => {
    expect(simulate(steady, options)).toEqual(first);
    const other = workloadNamed('garbage');
    simulate(other, optionsOf(other, { release, seed: 9, procs: 3, noise: 0.2 }));
    expect(simulate(steady, options)).toEqual(first);
  });

  test('gives something else for another seed', () => {
    const other = simulate(steady, { ...options, seed: 2 });
    expect(other.totals.digest).not.toBe(first.totals.digest);
  });

  test('has the same collections with the accounts checked', () => {
    expect(simulate(steady, { ...options, check: true }).totals.digest).toBe(first.totals.digest);
  });
});

describe('a run', () => {
  const sliced = (workload: Workload, options: SimOptions, slices: () => number) => {
    const cycles: GcCycle[] = [];
    const simulation = createSimulation(workload, {
      ...options,
      onCycle: (cycle) => cycles.push(cycle),
    });
    while (simulation.step(slices()));
    return { cycles, totals: simulation.totals() as SimTotals };
  };

  test('does not depend on the size of its steps', () => {
    const run = fc.record({
      name: fc.constantFrom(...names),
      release: fc.constantFrom(...releaseNames),
      seed: fc.nat(1000),
      slices: fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(run, ({ name, release, seed, slices }) => {
        const workload = workloadNamed(name);
        const options = optionsOf(workload, { release, seed, durationNs: 10 * msNs });
        let i = 0;
        const stepped = sliced(workload, options, () => slices[i++ % slices.length]!);
        expect(stepped).toEqual(simulate(workload, options));
      }),
      { numRuns: 15 },
    );
  });

  test('beside another one gives what it gives alone', () => {
    const steady = workloadNamed('steady');
    const json = workloadNamed('json');
    const one = optionsOf(steady, { durationNs: 15 * msNs });
    const two = optionsOf(json, { durationNs: 15 * msNs, release: '1.5' });
    const left = createSimulation(steady, one);
    const right = createSimulation(json, two);
    for (let more = true; more; ) {
      const a = left.step(777);
      const b = right.step(555);
      more = a || b;
    }
    expect(left.totals()).toEqual(simulate(steady, one).totals);
    expect(right.totals()).toEqual(simulate(json, two).totals);
  });

  test('without noise still varies with its seed', () => {
    const json = workloadNamed('json');
    const options = optionsOf(json, { noise: 0, procs: 4, cores: 2 });
    const digests = [1, 2, 3].map((seed) => simulate(json, { ...options, seed }).totals.digest);
    expect(new Set(digests).size).toBe(3);
  });
});
