import { describe, expect, test } from 'vitest';
import { TextOutput } from '../../src/cli/output.ts';
import { Progress } from '../../src/cli/progress.ts';
import { Sink } from './capture.ts';

const erase = '\r\u001b[K';

function aTerminal(columns = 80) {
  const stream = new Sink();
  stream.isTTY = true;
  stream.columns = columns;
  const clock = { ms: 0 };
  const progress = new Progress(new TextOutput(stream, 'standard error'), () => clock.ms);
  return { stream, clock, progress };
}

describe('Progress', () => {
  test('says nothing in the first second', () => {
    const { stream, clock, progress } = aTerminal();
    for (clock.ms = 0; clock.ms < 1000; clock.ms += 10) progress.update(() => 'x');
    progress.clear();
    expect(stream.text).toBe('');
  });

  test('then ten times a second', () => {
    const { stream, clock, progress } = aTerminal();
    for (clock.ms = 0; clock.ms < 2000; clock.ms += 10) progress.update(() => `at ${clock.ms}`);
    expect(stream.text.split(erase)).toEqual([
      '',
      ...Array.from({ length: 10 }, (_, i) => `at ${1000 + i * 100}`),
    ]);
  });

  test('leaves nothing behind', () => {
    const { stream, clock, progress } = aTerminal();
    clock.ms = 1500;
    progress.update(() => 'x');
    progress.clear();
    progress.clear();
    expect(stream.text).toBe(`${erase}x${erase}`);
  });

  test('never fills the line, where a terminal would go on to the next', () => {
    const { stream, clock, progress } = aTerminal(10);
    clock.ms = 1500;
    progress.update(() => '0123456789abc');
    expect(stream.text).toBe(`${erase}012345678`);
  });

  test('says nothing where none is wanted', () => {
    const progress = new Progress(undefined, () => 5000);
    progress.update(() => {
      throw new Error('nobody asks');
    });
    progress.clear();
  });
});
