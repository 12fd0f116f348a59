/**
 * Units. Inside gcsim there is one unit for each dimension: bytes, nanoseconds, fractions of one.
 * Text with units becomes such numbers here, at the door, and nowhere else.
 */

/** A size in bytes. */
export type Bytes = number;
/** A time or duration in nanoseconds. */
export type Ns = number;

export const KiB = 1024;
export const MiB = 1024 * 1024;
export const GiB = 1024 * 1024 * 1024;
export const usNs = 1e3;
export const msNs = 1e6;
export const secondNs = 1e9;
