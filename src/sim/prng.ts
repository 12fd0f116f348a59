/**
 * Random numbers: one seed, many named substreams, so that a new draw in one place does not shift the others.
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand): 32-bit integer arithmetic only, the same on every machine.
 */

export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Substream `name` of `seed` (unsigned 32-bit integer). */
  constructor(seed: number, name: string) {
    this.a = 0;
    this.b = seed | 0;
    this.c = hashText(name);
    // The first outputs depend on few bits of the seed; the authors advise to drop at least 12.
    for (let i = 0; i < 15; i++) this.nextUint32();
  }

  /** Uniform in 0 … 2^32 - 1. */
  nextUint32(): number {
    const { b, c, counter } = this;
    const t = (((this.a + b) | 0) + counter) | 0;
    this.counter = (counter + 1) | 0;
    this.a = b ^ (b >>> 9);
    this.b = (c + (c << 3)) | 0;
    this.c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.nextUint32() / 4294967296;
  }

  /** Uniform integer in 0 … n - 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** A factor around 1 with standard deviation about `spread`, never below 0: the sum of three uniforms, scaled. */
  factor(spread: number): number {
    if (spread === 0) return 1;
    const sum = this.nextUint32() + this.nextUint32() + this.nextUint32();
    const f = 1 + spread * 2 * (sum / 4294967296 - 1.5);
    return f > 0 ? f : 0;
  }
}

/** FNV-1a over the UTF-16 units of a text: a 32-bit integer. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}

/** Mixes two integers into a well-spread unsigned 32-bit one (the finaliser of MurmurHash3). */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
