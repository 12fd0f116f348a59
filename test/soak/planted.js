/**
 * A check for the tests of the soak, wrong on purpose: to it, more than two Ps are a fault. It shows that a fault is found,
 * shrunk and replayed.
 */

/** @type {import('./examine.js').Check} */
export const check = ({ trial: { procs } }) => (procs > 2 ? [`planted: ${procs} Ps`] : []);
