/** Files that nobody writes in good faith: each is refused with a message, in time that grows with its length only. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/diagnostic.ts';
import { textLengthMax, yamlDepthMax } from '../../src/workload/limits.ts';
import { parseWorkload } from '../../src/workload/parse.ts';
import { problemsOf } from './marked.ts';
import { builtinTexts, mutated } from './mutated.ts';

describe('any text is a workload or a UserError', () => {
  function neverThrowsAnythingElse(text: string): void {
    try {
      parseWorkload(text, 'any.yaml');
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      for (const diagnostic of (error as UserError).diagnostics) {
        const { line, column, length, message, lineText } = diagnostic;
        expect(message).toMatch(/^["a-zA-Z0-9]/);
        if (message.startsWith('and ')) continue;
        expect(line).toBeGreaterThanOrEqual(1);
        expect(column).toBeGreaterThanOrEqual(1);
        expect((column ?? 0) - 1 + (length ?? 0)).toBeLessThanOrEqual(lineText?.length ?? -1);
        expect(text.replace(/^\ufeff/, '').split('\n')[(line ?? 0) - 1]).toContain(lineText);
      }
    }
  }

  test('any string', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), neverThrowsAnythingElse), {
      numRuns: 2000,
    });
  });

  test('any string of the characters that mean something in YAML', () => {
    const unit = fc.constantFrom(...'{}[]:,-?!&*#|>\'"%@`~<=\n\n  \t\r\\ax19.', ': ', '- ', '\n  ');
    fc.assert(fc.property(fc.string({ unit, maxLength: 100 }), neverThrowsAnythingElse), {
      numRuns: 5000,
    });
  });

  test('built-in workloads with something changed', () => {
    fc.assert(fc.property(mutated(builtinTexts()), neverThrowsAnythingElse), { numRuns: 3000 });
  });
});

describe('aliases', () => {
  /** Each line stands for ten of the line before: the last one for 10^`lines` words. */
  function bomb(lines: number): string {
    const text = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < lines; i++) {
      text.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    }
    return `${text.join('\n')}\n`;
  }

  test('a bomb is refused where it goes off, at once', () => {
    const text = bomb(20);
    const line = text.split('\n').findIndex((one) => one.startsWith('a4:')) + 1;
    const [problem, ...others] = problemsOf(text);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      line,
      length: 3,
      message: 'the aliases stand for more than 100000 values, or for more than 64 levels',
      hint: 'write values out where they are used, or use a count',
    });
  });

  test('a bomb of maps and one of steps', () => {
    const maps = Array.from(
      { length: 30 },
      (_, i) => `k${i + 1}: &k${i + 1} { a: *k${i}, b: *k${i} }`,
    );
    expect(problemsOf(`k0: &k0 x\n${maps.join('\n')}`)[0]?.message).toContain(
      'the aliases stand for',
    );
    const repeat = (i: number) =>
      `  - &r${i} repeat: { times: 2, steps: [*r${i - 1}, *r${i - 1}] }`;
    const steps = ['  - &r0 sleep: 1ms', ...Array.from({ length: 30 }, (_, i) => repeat(i + 1))];
    const text = `goroutines:\n- times: 1\n  steps:\n${steps.join('\n')}\n`;
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });

  test('many aliases of one long list', () => {
    const text = `x: &x [${'1,'.repeat(10_000)}]\ny: [${'*x,'.repeat(10_000)}]\n`;
    expect(problemsOf(text)[0]?.message).toContain('the aliases stand for');
  });

  test('an alias that makes the nesting too deep', () => {
    const half = yamlDepthMax / 2 + 2;
    const nested = (inner: string) => '['.repeat(half) + inner + ']'.repeat(half);
    const text = `a: &a ${nested('x')}\nb: &b ${nested('*a')}\nc: *b\n`;
    expect(problemsOf(text)).toEqual([
      expect.objectContaining({
        line: 3,
        message: expect.stringContaining('the aliases stand for'),
      }),
    ]);
  });
});

describe('nesting', () => {
  const tooDeep = { message: 'lists and maps are nested deeper than 64 levels' };

  test.each<[string, string, object]>([
    ['lists', '['.repeat(100_000), { line: 1, column: 65 }],
    ['closed lists', '['.repeat(5000) + ']'.repeat(5000), { line: 1, column: 65 }],
    ['maps', '{ a: '.repeat(50_000), { line: 1, column: 1 + 64 * 5 }],
    ['lists on a line', '- '.repeat(100_000), { line: 1, column: 1 + 64 * 2 }],
    ['keys that are asked for', '? '.repeat(100_000), { line: 1, column: 1 + 64 * 2 }],
    [
      'indented maps',
      Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      { line: 65, column: 65 },
    ],
  ])('%s', (_, text, place) => {
    expect(problemsOf(text)).toEqual([expect.objectContaining({ ...place, ...tooDeep })]);
  });

  test('64 levels are not too deep', () => {
    const [problem] = problemsOf(`a: ${'['.repeat(63)}${']'.repeat(63)}`);
    expect(problem?.message).toBe('unknown key "a" in a workload');
  });
});

describe('length', () => {
  test('a file of 10 MB is refused at once', () => {
    const text = `# ${'long '.repeat(2_000_000)}\n`;
    expect(problemsOf(text)).toEqual([
      {
        line: 1,
        column: 1,
        length: 0,
        message: 'the file is longer than a workload file may be, 256 KiB',
      },
    ]);
  });

  test('a sound workload may be as long', () => {
    const steps = '    - alloc: { kind: k } # and so on\n'.repeat(7000);
    const text = `kinds: { k: { size: 64B } }\ngoroutines:\n  - times: 1\n    steps:\n${steps}`;
    expect(text.length).toBeGreaterThan(textLengthMax * 0.95);
    expect(parseWorkload(text, 'long.yaml').groups[0]?.body.steps).toHaveLength(7000);
  });

  // What was slow to refuse when it was tried: quadratic time would be minutes.
  test.each<[string, string]>([
    ['[][][]…', '[]'],
    ['{}{}{}…', '{}'],
    ['[,,,…', '[,'],
    ['closing brackets', ']'],
    ['a line for each wrong directive', '%a\n'],
    ['a line for each document', 'a\n---\n'],
    ['the same key again', 'a: 1\n'],
    ['quotes', '"'],
    ['anchors', '&a '],
    ['anchors and aliases', '- &a 1\n- *a\n'],
    ['numbers', '1,'],
    ['escaped line ends', '"\\\n'],
    ['wrong characters', '- @\n'],
    ['nothing but line ends', '\r\n'],
  ])(
    '%s, as often as fit',
    (_, part) => {
      const text = part.repeat(Math.floor(textLengthMax / 2 / part.length));
      expect(problemsOf(text).length).toBeGreaterThan(0);
    },
    60_000,
  );

  test.each<[string, string]>([
    ['different keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n')],
    [
      'unknown names among many',
      `kinds:\n${Array.from({ length: 1000 }, (_, i) => `  kind-number-${i}: { size: 8B }`).join('\n')}
goroutines:
- times: 1
  steps:
${Array.from({ length: 5000 }, (_, i) => `  - alloc: { kind: kind-nmber-${i} }`).join('\n')}`,
    ],
    [
      'a circle of a thousand groups',
      `goroutines:\n${Array.from(
        { length: 1000 },
        (_, i) => `- { name: g${i}, after: g${(i + 1) % 1000}, times: 1, steps: [gc] }`,
      ).join('\n')}`,
    ],
  ])('%s', (_, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0);
  });
});
