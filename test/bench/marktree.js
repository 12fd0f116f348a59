/**
 * What marking costs where nothing is simulated but the grey set: a tree is marked depth first through workbufs of typed
 * arrays, as Go 1.9 does it, with a mark bit for each object. The yardstick of the collector's own marking.
 */

/** Pointers in a workbuf. Source: Go 1.9, src/runtime/mgcwork.go, _WorkbufSize. */
const capacity = 253;

/**
 * Marks a tree of so many nodes, numbered level by level, from its root on. Returns how many it has found.
 * @param {number} nodes
 * @param {number} fanout
 */
export function markTree(nodes, fanout) {
  const marks = new Uint32Array(Math.ceil(nodes / 32));
  let entries = new Int32Array(64 * capacity);
  // Full workbufs lie one on the other: all below `current`.
  let current = 0;
  let used = 1;
  let marked = 1;
  marks[0] = 1;
  for (;;) {
    if (used === 0) {
      if (current === 0) return marked;
      current -= capacity;
      used = capacity;
    }
    used--;
    const first = /** @type {number} */ (entries[current + used]) * fanout + 1;
    const end = Math.min(first + fanout, nodes);
    for (let node = first; node < end; node++) {
      const word = node >>> 5;
      const bit = 1 << (node & 31);
      const bits = /** @type {number} */ (marks[word]);
      if ((bits & bit) !== 0) continue;
      marks[word] = bits | bit;
      marked++;
      if (used === capacity) {
        current += capacity;
        used = 0;
        if (current + capacity > entries.length) {
          const larger = new Int32Array(2 * entries.length);
          larger.set(entries);
          entries = larger;
        }
      }
      entries[current + used] = node;
      used++;
    }
  }
}
