/** Workloads as the text of a file, which `parseWorkload` reads back as the same. */
import { Document } from 'yaml';

/** @typedef {import('../../src/gcsim.ts').Workload} Workload */
/** @typedef {import('../../src/gcsim.ts').Kind} Kind */
/** @typedef {import('../../src/gcsim.ts').Shape} Shape */
/** @typedef {import('../../src/gcsim.ts').Step} Step */
/** @typedef {import('../../src/gcsim.ts').RepeatStep} RepeatStep */
/** @typedef {import('../../src/gcsim.ts').GoroutineGroup} GoroutineGroup */

/** @param {number} ns */
const duration = (ns) => `${ns}ns`;
/** @param {number} bytes */
const size = (bytes) => `${bytes}B`;
/** @param {number} share */
const percent = (share) => `${Number((share * 100).toPrecision(12))}%`;
/** @param {number} gcPercent */
const gogc = (gcPercent) => (gcPercent === -1 ? 'off' : gcPercent);

/**
 * The text of a workload file. `run` settings are not written: the command line has them.
 * @param {Workload} workload
 * @returns {string}
 */
export function workloadText(workload) {
  const doc = new Document({ name: workload.name });
  /**
   * On a line of its own.
   * @param {object} value
   */
  const inline = (value) => doc.createNode(value, { flow: true });
  /**
   * Each on a line of its own, by name.
   * @template {{ name: string }} T
   * @param {readonly T[]} all
   * @param {(one: T) => object} write
   */
  const named = (all, write) =>
    Object.fromEntries(all.map((one) => [one.name, inline(write(one))]));

  const { globals, kinds, structures, groups } = workload;
  /** @param {number} kind */
  const kindName = (kind) => nameAt(kinds, kind);
  doc.set('globals', inline({ size: size(globals.bytes), pointers: size(globals.pointerBytes) }));
  doc.set('kinds', doc.createNode(named(kinds, kindFields)));
  doc.set(
    'structures',
    doc.createNode(
      named(structures, ({ shape, count }) => ({ ...shapeFields(shape, kindName), count })),
    ),
  );
  doc.set(
    'goroutines',
    doc.createNode(
      groups.map((group) => ({
        ...groupFields(group, groups),
        steps: group.body.steps.map((step) => stepNode(step, { workload, inline })),
      })),
    ),
  );
  return doc.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/**
 * @param {readonly { name: string }[]} all
 * @param {number} index
 */
function nameAt(all, index) {
  const name = all[index]?.name;
  if (name === undefined) throw new Error(`there is no number ${index} to name`);
  return name;
}

/** @param {Kind} kind */
function kindFields({ sizes, pointers }) {
  const [only] = sizes;
  const isOne = sizes.length === 1 && only?.weight === 1;
  return {
    size: isOne
      ? size(only.bytes)
      : Object.fromEntries(sizes.map(({ bytes, weight }) => [size(bytes), weight])),
    pointers: 'bytes' in pointers ? size(pointers.bytes) : percent(pointers.share),
  };
}

/**
 * @param {Shape} shape
 * @param {(kind: number) => string} kindName
 */
function shapeFields({ type, ...fields }, kindName) {
  /** @type {Record<string, unknown>} */
  const written = { shape: type };
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'kind' && value === -1) continue;
    if (key === 'kind') written.kind = kindName(Number(value));
    else if (key === 'leafKind') {
      // Without leaves it is the nodes' own, and has no effect.
      if ('leaves' in fields && fields.leaves > 0) written['leaf-kind'] = kindName(Number(value));
    } else written[key] = type === 'bytes' && key === 'size' ? size(Number(value)) : value;
  }
  return written;
}

/**
 * @param {GoroutineGroup} group
 * @param {readonly GoroutineGroup[]} groups
 */
function groupFields({ name, count, perProc, stackBytes, locksThread, start, body }, groups) {
  return {
    name,
    count,
    'per-proc': perProc,
    stack: size(stackBytes),
    thread: locksThread ? 'locked' : 'any',
    ...('afterGroup' in start
      ? { after: nameAt(groups, start.afterGroup) }
      : { at: duration(start.atNs) }),
    ...limitFields(body),
  };
}

/** @param {RepeatStep} repeat */
function limitFields({ times, forNs, collections, paceBytesPerSecond }) {
  return {
    ...(times !== undefined && { times }),
    ...(forNs !== undefined && { for: duration(forNs) }),
    ...(collections !== undefined && { collections }),
    ...(paceBytesPerSecond !== undefined && { pace: `${paceBytesPerSecond}B/s` }),
  };
}

/**
 * @param {Step} step
 * @param {{ workload: Workload, inline: (value: object) => unknown }} context
 * @returns {unknown}
 */
function stepNode(step, context) {
  if (step.op === 'repeat') {
    const steps = step.steps.map((inner) => stepNode(inner, context));
    return { repeat: { ...limitFields(step), steps } };
  }
  if (step.op === 'gc') return 'gc';
  return context.inline({ [step.op]: stepValue(step, context.workload) });
}

/**
 * @param {Exclude<Step, RepeatStep | { op: 'gc' }>} step
 * @param {Workload} workload
 */
function stepValue(step, { kinds, structures }) {
  switch (step.op) {
    case 'work':
    case 'sleep':
      return duration(step.ns);
    case 'set-gogc':
      return gogc(step.gcPercent);
    case 'drop':
      return { structure: nameAt(structures, step.structure), count: step.count };
    case 'alloc': {
      const { kind, count, keep, keepEvery, fill, workNs, writes } = step;
      return {
        kind: nameAt(kinds, kind),
        count,
        keep,
        ...(keep !== 'none' && { 'keep-every': keepEvery }),
        fill,
        work: duration(workNs),
        writes,
      };
    }
    case 'build':
    case 'replace': {
      const { structure, workNs, writes } = step;
      const how = step.op === 'build' ? { count: step.count } : { pick: step.pick };
      return {
        structure: nameAt(structures, structure),
        ...how,
        work: duration(workNs),
        writes,
      };
    }
  }
}
