/**
 * Property tests draw the same examples each time. With GCSIM_PROPERTY_SEED set to a number they draw those of that
 * seed, and with `random` fresh ones; a failure prints its seed in any case.
 */
import fc from 'fast-check';

const wanted = process.env.GCSIM_PROPERTY_SEED ?? '1';
const seed = wanted === 'random' ? Date.now() % 2 ** 31 : Number(wanted);
if (!Number.isInteger(seed)) throw new Error(`GCSIM_PROPERTY_SEED must be an integer: ${wanted}`);
if (wanted === 'random') process.stderr.write(`GCSIM_PROPERTY_SEED=${seed}\n`);
fc.configureGlobal({ seed });
