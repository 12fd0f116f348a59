import { expect, test } from 'vitest';
import { assert, fail, InvariantError, unreachable } from '../src/assert.ts';

test('fail names the numbers involved', () => {
  expect(() => fail('credit is negative', -5, 'P 3')).toThrow(
    new InvariantError('credit is negative: -5, P 3'),
  );
});

test('fail does without numbers', () => {
  expect(() => fail('two workers ran out last')).toThrow(
    new InvariantError('two workers ran out last'),
  );
});

test('assert lets what holds pass', () => {
  expect(() => assert(true, 'the heap is not negative', 1)).not.toThrow();
});

test('assert reports the claim that does not hold', () => {
  expect(() => assert(false, 'the heap is not negative', -1)).toThrow(
    new InvariantError('not so: the heap is not negative: -1'),
  );
});

test('assert narrows the type for the compiler', () => {
  const found: number | undefined = [7].at(0);
  assert(found !== undefined, 'the list has a first entry');
  const sum: number = found + 1;
  expect(sum).toBe(8);
});

test.each([
  [3, '3'],
  ['mark', '"mark"'],
  [undefined, 'undefined'],
  [{ kind: 1 }, '{"kind":1}'],
  [1n, '1'],
])('unreachable shows the case that came up: %s', (value, shown) => {
  expect(() => unreachable(value as never)).toThrow(`case not expected: ${shown}`);
});

test('an InvariantError can be told from any other error', () => {
  const error = new InvariantError('x');
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe('InvariantError');
});
