import { describe, expect, test } from 'vitest';
import { textStyle, wantsColour } from '../../src/cli/colour.ts';
import { TextOutput } from '../../src/cli/output.ts';
import { Sink } from './capture.ts';

function output(isTTY: boolean): TextOutput {
  const stream = new Sink();
  stream.isTTY = isTTY;
  stream.columns = 90;
  return new TextOutput(stream, 'standard output');
}

describe('colour', () => {
  test.each<[boolean, Record<string, string>, boolean | undefined, boolean]>([
    [true, {}, undefined, true],
    [false, {}, undefined, false],
    [true, { TERM: 'dumb' }, undefined, false],
    [true, { NO_COLOR: '1' }, undefined, false],
    [true, { NO_COLOR: '' }, undefined, true],
    [false, { FORCE_COLOR: '1' }, undefined, true],
    [false, { FORCE_COLOR: '' }, undefined, true],
    [true, { FORCE_COLOR: '0' }, undefined, false],
    [true, { FORCE_COLOR: 'false' }, undefined, false],
    [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, undefined, false],
    [false, { NO_COLOR: '1' }, true, true],
    [true, { FORCE_COLOR: '1' }, false, false],
  ])('terminal %s, %j, flag %s: %s', (isTTY, env, flag, wanted) => {
    expect(wantsColour(output(isTTY), env, flag)).toBe(wanted);
  });

  test('without colours, nothing is there that could colour', async () => {
    expect(await textStyle(output(false), {}, undefined)).toMatchObject({ chalk: undefined });
  });

  test('with colours, it is coloured', async () => {
    const { chalk } = await textStyle(output(true), {}, undefined);
    expect(chalk?.yellow('a')).toBe('\u001b[33ma\u001b[39m');
  });

  test.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, false],
    [true, { LANG: 'en_GB.UTF-8' }, false],
    [true, { LANG: 'C' }, true],
    [true, { LANG: 'C.utf8' }, false],
    [true, { LC_ALL: 'POSIX', LANG: 'C.UTF-8' }, true],
    [true, { LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, false],
    [false, { LANG: 'C' }, false],
  ])('terminal %s, %j: only ASCII %s', async (isTTY, env, ascii) => {
    expect(await textStyle(output(isTTY), env, undefined)).toMatchObject({ ascii });
  });

  test('the width is the terminal’s; elsewhere there is none', async () => {
    expect(await textStyle(output(true), {}, undefined)).toMatchObject({ columns: 90 });
    expect(await textStyle(output(false), {}, undefined)).toMatchObject({ columns: undefined });
  });
});
