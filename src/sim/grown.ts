/** Typed arrays that grow: the model's books are arrays of numbers, which are doubled when they are full. */

type Numbers =
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>;

/** An array of `length` places, at least as many as `old` has, that begins with its numbers; the others are 0. */
export function grown<T extends Numbers>(old: T, length: number): T {
  const made = new (old.constructor as new (length: number) => T)(length);
  made.set(old);
  return made;
}
