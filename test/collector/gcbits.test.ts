/** The collector's memory for each span, by hand: src/runtime/mheap.go, newMarkBits and nextMarkBitArenaEpoch; mgcsweepbuf.go. */
import { describe, expect, test } from 'vitest';
import { GcBits, markBitBytes } from '../../src/collector/gcbits.ts';
import { KiB } from '../../src/units.ts';

describe('mark bits', () => {
  test('take a bit an object, in words of 8 bytes', () => {
    expect(markBitBytes(1, 1)).toBe(8);
    expect(markBitBytes(64, 1)).toBe(8);
    expect(markBitBytes(128, 1)).toBe(16);
    expect(markBitBytes(1024, 1)).toBe(128);
    // Four spans of 65 objects that are taken together: two words each.
    expect(markBitBytes(4 * 65, 4)).toBe(4 * 16);
  });

  test('come from arenas of 64 KiB that hold 16 bytes less, one for each collection that takes any', () => {
    const bits = new GcBits(true, false);
    expect(bits.markBitsBytes).toBe(0);
    bits.take(64 * KiB - 16);
    expect(bits.markBitsBytes).toBe(64 * KiB);
    bits.take(8);
    expect(bits.markBitsBytes).toBe(128 * KiB);
    bits.nextEpoch();
    expect(bits.markBitsBytes).toBe(128 * KiB);
    bits.take(8);
    expect(bits.markBitsBytes).toBe(192 * KiB);
  });

  test('live for three collections; then their arenas are used again, and never given back', () => {
    const bits = new GcBits(true, false);
    for (let epoch = 0; epoch < 3; epoch++) {
      bits.take(1000);
      expect(bits.markBitsBytes).toBe((epoch + 1) * 64 * KiB);
      bits.nextEpoch();
    }
    bits.take(1000);
    expect(bits.markBitsBytes).toBe(192 * KiB);
    for (let epoch = 0; epoch < 5; epoch++) bits.nextEpoch();
    expect(bits.markBitsBytes).toBe(192 * KiB);
  });

  test('are in the heap bitmap to 1.6', () => {
    const bits = new GcBits(false, false);
    bits.take(1_000_000);
    expect(bits.markBitsBytes).toBe(0);
  });
});

describe('the lists of spans to sweep', () => {
  test('are two, each a spine of 2 KiB and a block of 4 KiB for 512 spans, at their longest', () => {
    const bits = new GcBits(false, true);
    expect(bits.sweepListBytes).toBe(2 * 2048);
    bits.noteSpans(512);
    expect(bits.sweepListBytes).toBe(2 * (2048 + 4096));
    bits.noteSpans(513);
    bits.noteSpans(1);
    expect(bits.sweepListBytes).toBe(2 * (2048 + 2 * 4096));
  });

  test('are not there to 1.7', () => {
    const bits = new GcBits(true, false);
    bits.noteSpans(1000);
    expect(bits.sweepListBytes).toBe(0);
  });
});
