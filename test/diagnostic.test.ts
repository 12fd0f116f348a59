import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../src/assert.ts';
import {
  type Diagnostic,
  didYouMean,
  nearestName,
  renderDiagnostic,
  UserError,
} from '../src/diagnostic.ts';

function aDiagnostic(changes: Partial<Diagnostic> = {}): Diagnostic {
  return { severity: 'error', message: 'wrong', ...changes };
}

/** The line of carets for `length` code units at `column` of the line. */
function carets(lineText: string, column: number, length: number): string {
  const rendered = renderDiagnostic(aDiagnostic({ file: 'a', line: 1, column, length, lineText }));
  return (rendered.split('\n')[2] ?? '').slice('      | '.length);
}

describe('renderDiagnostic', () => {
  test('shows place, source line, carets and hint', () => {
    const rendered = renderDiagnostic({
      severity: 'error',
      file: 'workloads/web.yaml',
      line: 14,
      column: 18,
      length: 2,
      message: '"allocRate" must be a positive number of bytes per second, found -5',
      hint: 'write a number, or a size with a unit such as "64MiB"',
      lineText: '      allocRate: -5',
    });
    expect(rendered).toBe(
      [
        'workloads/web.yaml:14:18: error: "allocRate" must be a positive number of bytes per second, found -5',
        '   14 |       allocRate: -5',
        '      |                  ^^',
        '  hint: write a number, or a size with a unit such as "64MiB"',
        '',
      ].join('\n'),
    );
  });

  test.each<[string, Partial<Diagnostic>, string]>([
    ['nothing', {}, 'error: wrong\n'],
    ['a file', { file: 'a.log' }, 'a.log: error: wrong\n'],
    ['a line', { file: 'a.log', line: 3 }, 'a.log:3: error: wrong\n'],
    ['a column without a line', { file: 'a.log', column: 3 }, 'a.log: error: wrong\n'],
    ['standard input', { file: '-', line: 3, column: 7 }, '<stdin>:3:7: error: wrong\n'],
    ['a warning', { severity: 'warning' }, 'warning: wrong\n'],
    [
      'a line with its text',
      { file: 'a', line: 3, lineText: 'x' },
      'a:3: error: wrong\n    3 | x\n',
    ],
  ])('shows what is known: %s', (_what, changes, text) => {
    expect(renderDiagnostic(aDiagnostic(changes))).toBe(text);
  });

  test('keeps the gutter straight for large line numbers', () => {
    const diagnostic = aDiagnostic({ file: 'a', line: 1_234_567, column: 1, lineText: 'x' });
    expect(renderDiagnostic(diagnostic)).toBe(
      'a:1234567:1: error: wrong\n1234567 | x\n        | ^\n',
    );
  });

  test('indents the further lines of a hint', () => {
    const rendered = renderDiagnostic(aDiagnostic({ hint: 'one\ntwo' }));
    expect(rendered).toBe('error: wrong\n  hint: one\n        two\n');
  });

  test('shows control characters as pictures', () => {
    const diagnostic = aDiagnostic({
      file: 'a\u001b[2J',
      line: 1,
      column: 4,
      message: 'found "\u0007\n"',
      hint: '\u007f',
      lineText: 'a\u001b\u009bb\r',
    });
    expect(renderDiagnostic(diagnostic)).toBe(
      [
        'a\u241b[2J:1:4: error: found "\u2407\u240a"',
        '    1 | a\u241b\ufffdb\u240d',
        '      |    ^',
        '  hint: \u2421',
        '',
      ].join('\n'),
    );
  });
});

describe('carets', () => {
  test('stand under each character that is wrong', () => {
    expect(carets('size: 64KB', 7, 4)).toBe('      ^^^^');
  });

  test('are one where the length is 0, also after the end of the line', () => {
    expect(carets('size:', 6, 0)).toBe('     ^');
  });

  test('end with the line', () => {
    expect(carets('ab', 2, 100)).toBe(' ^');
    expect(carets('ab', 50, 3)).toBe('  ^');
  });

  test('repeat tabs, so that both lines reach the same tab stop', () => {
    expect(carets('\tsize:\t-5', 8, 2)).toBe('\t     \t^^');
  });

  test('are two for a wide character, and none for a combining mark', () => {
    expect(carets('名前: x', 5, 1)).toBe('      ^'); // two wide, colon, space
    expect(carets('名前: x', 1, 2)).toBe('^^^^');
    expect(carets('e\u0301: x', 5, 1)).toBe('   ^');
    expect(carets('😀: x', 5, 1)).toBe('    ^'); // a surrogate pair, two columns wide
    expect(carets('ｋ: x', 4, 1)).toBe('    ^'); // full-width letter
    expect(carets('é: x', 4, 1)).toBe('   ^');
  });

  test('find their place in a long line, which is shown in part', () => {
    const lineText = `${'a'.repeat(500)}-5${'b'.repeat(500)}`;
    const diagnostic = aDiagnostic({ file: 'a', line: 1, column: 501, length: 2, lineText });
    expect(renderDiagnostic(diagnostic)).toBe(
      [
        'a:1:501: error: wrong',
        `    1 | …${'a'.repeat(60)}-5${'b'.repeat(58)}…`,
        `      |  ${' '.repeat(60)}^^`,
        '',
      ].join('\n'),
    );
  });

  test('reach to the end of what is shown of a long line', () => {
    const lineText = 'x'.repeat(1000);
    const diagnostic = aDiagnostic({ file: 'a', line: 1, column: 1, length: 1000, lineText });
    expect(renderDiagnostic(diagnostic)).toBe(
      `a:1:1: error: wrong\n    1 | ${'x'.repeat(120)}…\n      | ${'^'.repeat(120)}\n`,
    );
  });

  test('are there for any line and place, and no half of a surrogate pair is shown', () => {
    const line = fc.array(fc.constantFrom('a', '\t', '名', '😀', 'e\u0301', ' '), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(line, fc.nat(400), fc.nat(400), (characters, column, length) => {
        const lineText = characters.join('');
        const rendered = renderDiagnostic(
          aDiagnostic({ file: 'a', line: 1, column: column + 1, length, lineText }),
        );
        expect(rendered).not.toMatch(/\p{Surrogate}/u);
        expect(rendered.split('\n')[2]).toMatch(/^ {6}\|[ \t]*\^+$/);
      }),
    );
  });

  test('any text at all is rendered as whole lines without control characters', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, fc.nat(20), (file, message, lineText, column) => {
        const rendered = renderDiagnostic({
          severity: 'error',
          file,
          line: 1,
          column,
          message,
          lineText,
        });
        expect(rendered.endsWith('\n')).toBe(true);
        expect(rendered.split('\n')).toHaveLength(4);
        expect(rendered).not.toMatch(/(?![\t\n])\p{Cc}/u);
      }),
    );
  });
});

describe('UserError', () => {
  test('holds its diagnostics, and tells the first as its message', () => {
    const diagnostics = [aDiagnostic({ file: 'a.yaml', line: 2, column: 3 }), aDiagnostic()];
    const error = new UserError(diagnostics);
    expect(error.diagnostics).toEqual(diagnostics);
    expect(error.message).toBe('a.yaml:2:3: wrong');
    expect(error.name).toBe('UserError');
    expect(error).toBeInstanceOf(Error);
  });

  test('takes a single diagnostic', () => {
    expect(new UserError(aDiagnostic()).diagnostics).toEqual([aDiagnostic()]);
  });

  test('cannot be empty', () => {
    expect(() => new UserError([])).toThrow(InvariantError);
  });
});

describe('nearestName', () => {
  const names = ['best-effort', 'sleep-retry', 'queue', 'off'];

  test.each([
    ['queue', 'queue'],
    ['Queue', 'queue'],
    ['qeue', 'queue'], // one missing
    ['queeu', 'queue'], // two swapped
    ['best_effort', 'best-effort'],
    ['sleepretry', 'sleep-retry'],
    ['of', 'off'],
    ['on', undefined], // two of two would have to change
    ['x', undefined],
    ['', undefined],
    ['something-else', undefined],
    ['q'.repeat(100_000), undefined],
  ])('%j is near %j', (found, nearest) => {
    expect(nearestName(found, names)).toBe(nearest);
  });

  test('counts insertions, deletions, substitutions and swaps', () => {
    // A name of 7 to 8 letters may be off by two.
    expect(nearestName('hepgoal', ['heapGoal'])).toBe('heapGoal');
    expect(nearestName('haepGaol', ['heapGoal'])).toBe('heapGoal');
    expect(nearestName('haepGaolx', ['heapGoal'])).toBe('heapGoal'); // 3 of 9
    expect(nearestName('haepGxyz', ['heapGoal'])).toBeUndefined(); // 4 of 8
  });

  test('prefers the nearest, then the one that starts like it, then the first', () => {
    expect(nearestName('json2', ['jsons', 'json2'])).toBe('json2');
    expect(nearestName('of', ['on', 'off'])).toBe('off');
    expect(nearestName('peak3', ['peaks', 'peak2', 'peak'])).toBe('peaks');
  });

  test('finds any name with one letter missing, and never one that is not a candidate', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', '-'),
      minLength: 4,
      maxLength: 12,
    });
    fc.assert(
      fc.property(name, fc.nat(), (full, place) => {
        const index = place % full.length;
        expect(nearestName(full.slice(0, index) + full.slice(index + 1), [full])).toBe(full);
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (found, candidates) => {
        const nearest = nearestName(found, candidates);
        return nearest === undefined || candidates.includes(nearest);
      }),
    );
  });
});

describe('didYouMean', () => {
  test('names the nearest and lists them all', () => {
    expect(didYouMean('of', ['on', 'off'], 'choices')).toBe('did you mean off? choices: on, off');
    expect(didYouMean('maybe', ['on', 'off'], 'choices')).toBe('choices: on, off');
  });
});
