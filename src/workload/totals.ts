/** What structures and chains hold, counted from their description: objects, and bytes before rounding to size classes. */
import type { Bytes } from '../units.ts';
import type { AllocStep, Kind, Shape } from './workload.ts';

export interface Totals {
  objects: number;
  bytes: Bytes;
}

const nothing: Totals = { objects: 0, bytes: 0 };

/** Mean size of an object of a kind. */
export function meanBytes(kind: Kind): Bytes {
  let weight = 0;
  let weighed = 0;
  for (const size of kind.sizes) {
    weight += size.weight;
    weighed += size.weight * size.bytes;
  }
  return weighed / weight;
}

/** What one structure of a shape holds. */
export function shapeTotals(kinds: readonly Kind[], shape: Shape): Totals {
  switch (shape.type) {
    case 'list':
      return objectsOf(kinds, shape.kind, shape.length);
    case 'tree':
      return sum(
        objectsOf(kinds, shape.kind, shape.nodes),
        objectsOf(kinds, shape.leafKind, shape.nodes * shape.leaves),
      );
    case 'items':
      return sum(
        objectsOf(kinds, shape.kind, shape.length),
        objectsOf(kinds, shape.leafKind, shape.length * shape.leaves),
      );
    case 'graph':
      return objectsOf(kinds, shape.kind, shape.nodes);
    case 'array':
      return sum(
        { objects: 1, bytes: 8 * shape.length },
        objectsOf(kinds, shape.kind, shape.length),
      );
    case 'map':
      return sum(
        { objects: 1, bytes: mapBuckets(shape.entries) * mapBucketBytes },
        shape.kind < 0 ? nothing : objectsOf(kinds, shape.kind, shape.entries),
      );
    case 'bytes':
      return { objects: 1, bytes: shape.size };
  }
}

/** What is kept of one chain: one object in `keepEvery`. */
export function chainTotals(kinds: readonly Kind[], { kind, count, keepEvery }: AllocStep): Totals {
  return objectsOf(kinds, kind, Math.max(1, Math.round(count / keepEvery)));
}

/**
 * Bytes of a bucket of a Go map with keys and values of 8 bytes: 8 of hash, 8 keys, 8 values, a pointer.
 * Source: Go 1.9, src/runtime/hashmap.go, bmap.
 */
export const mapBucketBytes: Bytes = 8 + 8 * 8 + 8 * 8 + 8;

/**
 * Buckets of a map that has grown to so many entries: they double when there are more than 6.5 entries a bucket.
 * Source: Go 1.9, src/runtime/hashmap.go, loadFactor.
 */
export function mapBuckets(entries: number): number {
  let buckets = 1;
  while (entries > buckets * 6.5) buckets *= 2;
  return buckets;
}

function objectsOf(kinds: readonly Kind[], index: number, objects: number): Totals {
  const kind = kinds[index];
  if (kind === undefined) throw new RangeError(`the workload has no kind ${index}`);
  return { objects, bytes: objects * meanBytes(kind) };
}

function sum(a: Totals, b: Totals): Totals {
  return { objects: a.objects + b.objects, bytes: a.bytes + b.bytes };
}
