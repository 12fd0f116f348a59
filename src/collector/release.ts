/** Releases and mechanisms: which choice of each mechanism a release of Go makes. Data, readable as documentation. */

/** Each mechanism and its choices, in the order of their history. */
export const mechanismChoices = {
  'bg-credit': ['off', 'on'],
  assist: ['off', 'best-effort', 'sleep-retry', 'queue'],
  'completing-assist': ['continues', 'yields'],
  'assist-start': ['mark', 'scan'],
  'between-marks': ['workers', 'no-workers'],
  'credit-steal': ['exact', 'over-subtract'],
  wakeup: ['note', 'ready', 'decentralized'],
  'workbuf-freeing': ['off', 'on'],
} as const;

export type Mechanism = keyof typeof mechanismChoices;
export type Choice<M extends Mechanism> = (typeof mechanismChoices)[M][number];
/** One choice for each mechanism. A choice that a release does not have at all is absent. */
export type Mechanisms = { [M in Mechanism]: Choice<M> };
