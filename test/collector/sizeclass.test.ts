import { describe, expect, test } from 'vitest';
import {
  classObjects,
  classPages,
  classSize,
  sizeClass,
  sizeClassCount,
} from '../../src/collector/sizeclass.ts';

const pageBytes = 8192;

describe('size classes', () => {
  test('are 67, with the one for large objects', () => {
    expect(sizeClassCount).toBe(67);
  });

  // mksizeclasses.go wants spans that waste an eighth at most, and gives sizes up that fill no span better than their
  // neighbours: from 6912 to 8192 bytes, the widest gap, an object may waste 15.6 %.
  test('hold every small object, and waste less than a sixth', () => {
    for (let bytes = 1; bytes <= 32768; bytes++) {
      const c = sizeClass(bytes);
      const size = classSize[c]!;
      if (c < 1 || size < bytes) throw new Error(`${bytes} bytes do not fit class ${c}`);
      if (classSize[c - 1]! >= bytes) throw new Error(`${bytes} bytes would fit class ${c - 1}`);
      const waste = bytes > 128 ? size / 6 : 15;
      if (size - bytes > waste) throw new Error(`${bytes} bytes waste ${size - bytes}`);
    }
  });

  test('rise', () => {
    for (let c = 2; c < sizeClassCount; c++)
      expect(classSize[c]!).toBeGreaterThan(classSize[c - 1]!);
    expect(classSize[sizeClassCount - 1]).toBe(32768);
  });

  test('fill their spans, but for an eighth', () => {
    for (let c = 1; c < sizeClassCount; c++) {
      const span = classPages[c]! * pageBytes;
      const used = classObjects[c]! * classSize[c]!;
      expect(used).toBeLessThanOrEqual(span);
      expect(span - used).toBeLessThanOrEqual(span / 8);
    }
  });

  test.each([
    [1, 8],
    [8, 8],
    [9, 16],
    [17, 32],
    [24, 32],
    [33, 48],
    [49, 64],
    [1024, 1024],
    [1025, 1152],
    [2049, 2304],
    [32768, 32768],
    [28673, 32768],
  ])('round %d bytes to %d', (bytes, size) => {
    expect(classSize[sizeClass(bytes)]).toBe(size);
  });

  test('leave what is larger than 32 KiB to itself', () => {
    expect(sizeClass(32769)).toBe(0);
    expect(sizeClass(1 << 20)).toBe(0);
  });
});
