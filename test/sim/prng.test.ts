import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mix, Prng } from '../../src/sim/prng.ts';

/**
 * sfc32 after its author's text (PractRand, Chris Doty-Humphrey), with integers of any size instead of 32-bit operators:
 * out = a + b + counter++; a = b ^ (b >> 9); b = c + (c << 3); c = rotl(c, 21) + out.
 */
function sfc32(seed: number, name: string): () => number {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  // FNV-1a.
  let hash = 0x811c9dc5n;
  for (const char of name) hash = word((hash ^ BigInt(char.charCodeAt(0))) * 0x01000193n);
  let a = 0n;
  let b = word(BigInt(seed));
  let c = hash;
  let counter = 1n;
  const next = (): number => {
    const out = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(word((c << 21n) | (c >> 11n)) + out);
    return Number(out);
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}

const seed = fc.nat(0xffff_ffff);

describe('random numbers', () => {
  test('are those of sfc32, calculated another way', () => {
    fc.assert(
      fc.property(seed, fc.constantFrom('', 'os', 'costs', 'a longer name'), (from, name) => {
        const prng = new Prng(from, name);
        const expected = sfc32(from, name);
        for (let i = 0; i < 50; i++) expect(prng.nextUint32()).toBe(expected());
      }),
    );
  });

  test('are the same for the same seed and name', () => {
    const one = new Prng(7, 'os');
    const other = new Prng(7, 'os');
    for (let i = 0; i < 100; i++) expect(one.nextUint32()).toBe(other.nextUint32());
  });

  test('of one stream do not depend on draws from another', () => {
    const alone = new Prng(7, 'costs');
    const expected = Array.from({ length: 20 }, () => alone.nextUint32());
    const other = new Prng(7, 'os');
    const beside = new Prng(7, 'costs');
    const found = expected.map(() => {
      other.nextUint32();
      const value = beside.nextUint32();
      other.below(10);
      return value;
    });
    expect(found).toEqual(expected);
  });

  test.each([
    ['names', [new Prng(1, 'os'), new Prng(1, 'so')]],
    ['seeds', [new Prng(1, 'os'), new Prng(2, 'os')]],
    ['seeds that differ in their highest bit', [new Prng(1, 'os'), new Prng(0x8000_0001, 'os')]],
  ] as const)('of different %s have nothing in common', (_, [one, other]) => {
    const ones = new Set(Array.from({ length: 1000 }, () => one.nextUint32()));
    let same = 0;
    let bits = 0;
    for (let i = 0; i < 1000; i++) {
      const value = other.nextUint32();
      if (ones.has(value)) same++;
      bits += value & 1;
    }
    // Two sets of 1000 out of 2^32 share 0.0002 on average.
    expect(same).toBeLessThanOrEqual(1);
    expect(bits).toBeGreaterThan(400);
    expect(bits).toBeLessThan(600);
  });

  // The mean of n uniforms has a standard deviation of 1/sqrt(12 n): 0.00065 for 200,000. Bands of five of those.
  test('are uniform', () => {
    const prng = new Prng(3, 'uniform');
    const n = 200_000;
    let sum = 0;
    let squares = 0;
    const buckets = new Array<number>(16).fill(0);
    for (let i = 0; i < n; i++) {
      const value = prng.uniform();
      if (!(value >= 0 && value < 1)) throw new Error(`out of range: ${value}`);
      sum += value;
      squares += value * value;
      buckets[Math.floor(value * 16)]!++;
    }
    const mean = sum / n;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.0033);
    expect(Math.abs(squares / n - mean * mean - 1 / 12)).toBeLessThan(0.0009);
    // Each holds n/16 with a standard deviation of about 108.
    for (const count of buckets) expect(Math.abs(count - n / 16)).toBeLessThan(550);
  });

  test('below n are whole, in range, and reach both ends', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 20 }), (from, n) => {
        const prng = new Prng(from, 'below');
        const seen = new Set<number>();
        for (let i = 0; i < 400; i++) seen.add(prng.below(n));
        for (const value of seen) {
          expect(Number.isInteger(value)).toBe(true);
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThan(n);
        }
        // A value of 20 is missing from 400 draws with probability 20 × 0.95^400, or 3 in 10^8.
        expect(seen.size).toBe(n);
      }),
    );
  });
});

describe('a factor', () => {
  test('without spread is 1, and draws nothing', () => {
    const prng = new Prng(5, 'costs');
    const other = new Prng(5, 'costs');
    expect(prng.factor(0)).toBe(1);
    expect(prng.nextUint32()).toBe(other.nextUint32());
  });

  // Three uniforms have a variance of 1/4: twice their sum has a standard deviation of 1.
  test.each([0.03, 0.2])('with spread %d has mean 1 and that standard deviation', (spread) => {
    const prng = new Prng(5, 'costs');
    const n = 100_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const off = (prng.factor(spread) - 1) / spread;
      sum += off;
      squares += off * off;
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.016);
    expect(Math.abs(squares / n - 1)).toBeLessThan(0.03);
  });

  test('is never negative, nor further than three spreads from 1', () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0, max: 2, noNaN: true }), (from, spread) => {
        const prng = new Prng(from, 'costs');
        for (let i = 0; i < 50; i++) {
          const factor = prng.factor(spread);
          expect(factor).toBeGreaterThanOrEqual(0);
          expect(Math.abs(factor - 1)).toBeLessThanOrEqual(Math.max(1, 3 * spread) + 1e-12);
        }
      }),
    );
  });
});

describe('mix', () => {
  test('spreads neighbours over all residues', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100; i++) for (let j = 0; j < 100; j++) counts[mix(i, j) % 10]!++;
    // 1000 each, with a standard deviation of 30.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(180);
  });

  test('gives unsigned 32-bit integers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const value = mix(a, b);
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(2 ** 32);
      }),
    );
  });
});
