import { describe, expect, test } from 'vitest';
import { type RunFlags, readOverrides } from '../../src/cli/settings.ts';
import { UserError } from '../../src/diagnostic.ts';

/** What is said of wrong flags: messages, with their hints. */
function complaints(flags: RunFlags): string[] {
  try {
    readOverrides(flags);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.diagnostics.map(({ message, hint }) => `${message}${hint ? ` | ${hint}` : ''}`);
  }
  return [];
}

describe('options of gcsim run', () => {
  test('say nothing where none is given', () => {
    expect(readOverrides({})).toEqual({
      options: {},
      mechanisms: {},
      contrast: 'workbuf-freeing',
    });
  });

  test('become settings', () => {
    const flags: RunFlags = {
      go: '1.5',
      procs: '8',
      cores: '2',
      gogc: '50',
      seed: '4294967295',
      duration: '1m30s',
      cycles: '10',
      noise: '2.5%',
      set: ['assist=queue', 'bg-credit=off', 'assist=queue'],
      contrast: 'wakeup',
      check: true,
    };
    const mechanisms = { assist: 'queue', 'bg-credit': 'off' };
    expect(readOverrides(flags)).toEqual({
      options: {
        release: '1.5',
        procs: 8,
        cores: 2,
        gcPercent: 50,
        seed: 4294967295,
        durationNs: 90e9,
        cycles: 10,
        noise: 0.025,
        check: true,
        mechanisms,
      },
      mechanisms,
      contrast: 'wakeup',
    });
  });

  test.each<[RunFlags, object]>([
    [{ gogc: 'off' }, { gcPercent: -1 }],
    [{ gogc: '0' }, { gcPercent: 0 }],
    [{ noise: '0' }, { noise: 0 }],
    [{ noise: '0.1' }, { noise: 0.1 }],
    [{ noise: '10%' }, { noise: 0.1 }],
    [{ seed: '0' }, { seed: 0 }],
  ])('%j', (flags, options) => {
    expect(readOverrides(flags).options).toEqual(options);
  });

  test('--no-contrast', () => {
    expect(readOverrides({ contrast: false }).contrast).toBe(false);
  });

  test.each<[RunFlags, string]>([
    [{ procs: '0' }, '--procs must be a whole number from 1 to 256, found "0"'],
    [{ procs: '-1' }, '--procs must be a whole number from 1 to 256, found "-1"'],
    [{ procs: '257' }, '--procs must be a whole number from 1 to 256, found "257"'],
    [{ procs: '1e2' }, '--procs must be a whole number from 1 to 256, found "1e2"'],
    [{ procs: 'NaN' }, '--procs must be a whole number from 1 to 256, found "NaN"'],
    [{ procs: '' }, '--procs must be a whole number from 1 to 256, found ""'],
    [{ procs: '99999999999999999999' }, 'found "99999999999999999999"'],
    [{ cores: '1.5' }, '--cores must be a whole number from 1 to 256, found "1.5"'],
    [{ seed: '4294967296' }, '--seed must be a whole number from 0 to 4294967295'],
    [{ seed: '0x10' }, '--seed must be a whole number from 0 to 4294967295, found "0x10"'],
    [{ cycles: '0' }, '--cycles must be a whole number from 1 to 1000000, found "0"'],
    [{ gogc: '-1' }, '--gogc must be a whole number of percent from 0 to 999999, or "off"'],
    [{ gogc: 'no' }, 'found "no"'],
    [{ duration: '10' }, '--duration must be a duration with its unit, such as "10ms"'],
    [{ duration: '0' }, '--duration must be more than 0 and at most 24h, found "0"'],
    [{ duration: '-1s' }, 'found "-1s"'],
    [{ duration: '25h' }, '--duration must be more than 0 and at most 24h, found "25h"'],
    [{ duration: '5 parsecs' }, 'found "5 parsecs"'],
    [
      { noise: '3' },
      '--noise must be a share from 0 to 1, such as "25%" or "0.25", found "3" | did you mean 3%?',
    ],
    [{ noise: '101%' }, 'found "101%"'],
    [{ noise: '-0.1' }, 'found "-0.1"'],
    [{ noise: 'Infinity' }, 'found "Infinity"'],
    [{ set: ['assist'] }, '--set takes mechanism=choice, found "assist"'],
    [
      { set: ['asist=queue'] },
      '--set: there is no mechanism "asist" | did you mean assist? mechanisms: bg-credit, assist,',
    ],
    [
      { set: ['assist=quue'] },
      '--set: assist has no choice "quue" | did you mean queue? choices of assist: off, best-effort, sleep-retry, queue',
    ],
    [{ set: ['=on'] }, '--set: there is no mechanism ""'],
    [{ set: ['__proto__=on'] }, '--set: there is no mechanism "__proto__"'],
    [{ set: ['assist=off', 'assist=queue'] }, '--set asks for assist=off and for assist=queue'],
    [{ contrast: 'wakup' }, '--contrast: there is no mechanism "wakup" | did you mean wakeup?'],
  ])('%j is refused', (flags, message) => {
    expect(complaints(flags)).toEqual([expect.stringContaining(message)]);
  });

  test('all that is wrong is said at once', () => {
    expect(complaints({ procs: 'a', seed: 'b', set: ['c=d'], contrast: 'e' })).toHaveLength(4);
  });
});
