/** The table of releases: what is defined runs, what is not is refused with the reason. */
import { describe, expect, test } from 'vitest';
import {
  type Choice,
  definedChoices,
  findRelease,
  type Mechanism,
  type Mechanisms,
  mechanismAbout,
  mechanismChoices,
  mechanismNames,
  type ReleaseModel,
  releases,
  resolveMechanisms,
  whyUndefined,
} from '../../src/collector/release.ts';
import { createSimulation } from '../../src/collector/simulate.ts';
import { UserError } from '../../src/diagnostic.ts';
import { workloadFrom } from '../support/simulation.ts';

interface Change {
  release: ReleaseModel;
  mechanism: Mechanism;
  choice: string;
}

/** Every release with every single choice other than its own. */
const changes: Change[] = releases.flatMap((release) =>
  mechanismNames.flatMap((mechanism) =>
    mechanismChoices[mechanism]
      .filter((choice) => choice !== release.mechanisms[mechanism])
      .map((choice) => ({ release, mechanism, choice })),
  ),
);

function changed({ mechanism, choice }: Change): Partial<Mechanisms> {
  return { [mechanism]: choice };
}

function reasonOf({ release, mechanism, choice }: Change): string | undefined {
  return whyUndefined(release, mechanism, choice as Choice<typeof mechanism>);
}

const small = workloadFrom(`
kinds:
  node: { size: 64B, pointers: 24B }
structures:
  lists: { shape: list, kind: node, length: 100, count: 100 }
goroutines:
  - count: 3
    times: 300
    steps:
      - alloc: { kind: node, count: 300, keep: latest }
      - replace: { structure: lists, pick: random }
      # Without assists marking keeps up with three goroutines only if they do something else besides.
      - work: 120us
`);

describe('releases', () => {
  test('have names of their own, and are found by them', () => {
    expect(new Set(releases.map(({ name }) => name)).size).toBe(releases.length);
    for (const release of releases) expect(findRelease(release.name)).toBe(release);
    expect(findRelease('go1.9').name).toBe('1.9');
  });

  test('are those that the project names', () => {
    const names = releases.map(({ name }) => name);
    const asked = ['1.5', '1.6', '1.8', '1.9', '1.10', '8e24283a^', '8e24283a', '4b2fde94'];
    const commits = ['ce502b06^', 'ce502b06', '8f34b253^', '8f34b253', '051809e3^', '051809e3'];
    for (const name of [...asked, ...commits]) expect(names).toContain(name);
  });

  test('that are unknown are refused, with the nearest name', () => {
    expect(() => findRelease('1.55')).toThrow(UserError);
    expect(() => findRelease('051809e')).toThrow(/unknown release "051809e"/);
  });

  test('have one choice for each mechanism, which is one of its choices', () => {
    for (const { mechanisms } of releases) {
      expect(new Set(Object.keys(mechanisms))).toEqual(new Set(mechanismNames));
      for (const mechanism of mechanismNames) {
        expect(mechanismChoices[mechanism]).toContain(mechanisms[mechanism]);
        expect(mechanismAbout[mechanism]).not.toBe('');
      }
    }
  });

  test.each(releases.map((release) => [release.name, release] as const))(
    'define their own mechanisms (%s)',
    (_, release) => {
      expect(resolveMechanisms(release, undefined)).toEqual(release.mechanisms);
      // Naming what is there anyway changes nothing.
      expect(resolveMechanisms(release, { ...release.mechanisms })).toEqual(release.mechanisms);
      for (const mechanism of mechanismNames) {
        expect(definedChoices(release, mechanism)).toContain(release.mechanisms[mechanism]);
      }
    },
  );

  // What each seed changed is the one difference to its parent.
  test.each([
    ['8e24283a', 'bg-credit'],
    ['ce502b06', 'wakeup'],
    ['8f34b253', 'assist'],
    ['051809e3', 'workbuf-freeing'],
  ] as const)('%s differs from its parent in %s alone', (name, mechanism) => {
    const { mechanisms } = findRelease(name);
    const parent = findRelease(`${name}^`).mechanisms;
    expect(mechanismNames.filter((m) => mechanisms[m] !== parent[m])).toEqual([mechanism]);
  });
});

describe('a change of one mechanism', () => {
  const undefinedOnes = changes.filter((change) => reasonOf(change) !== undefined);
  const definedOnes = changes.filter((change) => reasonOf(change) === undefined);
  const row = (change: Change) =>
    [change.release.name, change.mechanism, change.choice, change] as const;

  test('is sometimes defined and sometimes not', () => {
    expect(undefinedOnes.length).toBeGreaterThan(20);
    expect(definedOnes.length).toBeGreaterThan(50);
  });

  test.each(undefinedOnes.map(row))(
    'that is not defined is refused with a reason: %s, %s=%s',
    (_, mechanism, choice, change) => {
      const refused = (): unknown => resolveMechanisms(change.release, changed(change));
      expect(refused).toThrow(UserError);
      expect(refused).toThrow(`${mechanism}=${choice} is not defined for ${change.release.name}`);
      expect(reasonOf(change)!.length).toBeGreaterThan(20);
      expect(definedChoices(change.release, mechanism)).not.toContain(choice);
    },
  );

  test.each(definedOnes.map(row))(
    'that is defined runs, and its accounts balance: %s, %s=%s',
    (name, mechanism, choice, change) => {
      expect(definedChoices(change.release, mechanism)).toContain(choice);
      const simulation = createSimulation(small, {
        release: name,
        mechanisms: changed(change),
        procs: 6,
        cores: 6,
        gcPercent: 50,
        seed: 3,
        noise: 0.03,
        check: true,
      });
      for (let i = 0; i < 50 && simulation.step(20_000); i++);
      const totals = simulation.totals();
      expect(totals.ended).toBe('finished');
      expect(totals.mechanisms[mechanism]).toBe(choice);
      expect(simulation.cyclesDone).toBeGreaterThan(0);
    },
  );

  test('to something that is no choice is refused', () => {
    const set = { wakeup: 'loudly' } as unknown as Partial<Mechanisms>;
    expect(() => resolveMechanisms(findRelease('1.9'), set)).toThrow(/unknown choice "loudly"/);
  });

  // What each combination would need.
  test.each([
    ['1.5', 'workbuf-freeing', 'on'],
    ['1.8', 'workbuf-freeing', 'on'],
    ['1.9', 'wakeup', 'note'],
    ['1.5', 'wakeup', 'decentralized'],
    ['8e24283a', 'assist', 'queue'],
  ] as const)('is not defined for %s: %s=%s', (name, mechanism, choice) => {
    const release = findRelease(name);
    expect(reasonOf({ release, mechanism, choice })).toBeDefined();
  });

  test.each([
    ['1.9', 'bg-credit', 'off'],
    ['1.9', 'assist', 'sleep-retry'],
    ['1.9', 'workbuf-freeing', 'off'],
    ['051809e3^', 'workbuf-freeing', 'on'],
    ['ce502b06', 'wakeup', 'note'],
    ['ce502b06', 'assist', 'queue'],
    ['8f34b253', 'between-marks', 'no-workers'],
    ['8f34b253', 'assist-start', 'scan'],
  ] as const)('is defined for %s: %s=%s', (name, mechanism, choice) => {
    const release = findRelease(name);
    expect(reasonOf({ release, mechanism, choice })).toBeUndefined();
  });
});
