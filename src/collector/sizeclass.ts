/** Go's size classes: the sizes to which small objects are rounded, and the pages of a span of each. */
import { maxSmallSize, pageSize } from './params.ts';

// Go 1.5 to 1.15, src/runtime/sizeclasses.go; class 0 stands for large objects. The 24-byte class came with 1.16.
const classToSize = [
  0, 8, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352,
  384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304,
  2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880,
  12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
];
const classToPages = [
  0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 2, 1, 2, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 4, 5, 6, 1, 7, 6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10,
  7, 4,
];

export const sizeClassCount = classToSize.length;

/** Object size of each class, in bytes. */
export const classSize = Int32Array.from(classToSize);
/** Pages of a span of each class. */
export const classPages = Int32Array.from(classToPages);
/** Objects in a span of each class. */
export const classObjects = Int32Array.from(classToSize, (size, c) =>
  size === 0 ? 1 : Math.floor((classToPages[c]! * pageSize) / size),
);

/** The size class of a small object of `bytes` (1 to 32 KiB), or 0 for a large one. */
export function sizeClass(bytes: number): number {
  if (bytes > maxSmallSize) return 0;
  let c = 1;
  while (classToSize[c]! < bytes) c++;
  return c;
}
