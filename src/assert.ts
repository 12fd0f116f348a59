/**
 * Assertions: what to do when gcsim itself is wrong. They stay on in releases. A wrong input is a UserError
 * (`diagnostic.ts`), never one of these.
 */

/** A broken invariant: a bug in gcsim, not in its input. */
export class InvariantError extends Error {
  override name = 'InvariantError';
}

/**
 * Reports a broken invariant, naming the numbers involved: `fail('credit is negative', credit)`. In hot code write
 * `if (credit < 0) fail(…)`, which costs nothing where all is well; `assert` gathers its arguments first.
 */
export function fail(what: string, ...found: readonly (number | string)[]): never {
  const values = found.length === 0 ? '' : `: ${found.join(', ')}`;
  throw new InvariantError(`${what}${values}`);
}

/** Fails unless `condition` holds. `claim` says what should have held. */
export function assert(
  condition: boolean,
  claim: string,
  ...found: readonly (number | string)[]
): asserts condition {
  if (!condition) fail(`not so: ${claim}`, ...found);
}

/** Ends a `switch` over all cases: the compiler proves that none is left, and at run time it fails. */
export function unreachable(value: never): never {
  fail('case not expected', describe(value));
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
