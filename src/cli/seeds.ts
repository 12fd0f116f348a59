/** `gcsim run --seeds`: the same workload with one seed after the other, and what the runs came to together. */
import { metrics } from '../analysis/metrics.ts';
import { visible } from '../report/layout.ts';
import { readWorkload } from './builtin.ts';
import { textStyle } from './colour.ts';
import { seedsMax } from './comparesettings.ts';
import { FlagReader } from './flagreader.ts';
import type { StopSignal } from './io.ts';
import { openSinks } from './outputs.ts';
import { planRun } from './plan.ts';
import { describePlan, jobsFor } from './samples.ts';
import type { Session } from './session.ts';
import { type RunFlags, readOverrides, withMachine } from './settings.ts';
import { simulateAll } from './simulateall.ts';

/** Resolves to the signal that asked to stop, or to 'ended'. */
export async function runSeeds(
  word: string,
  flags: RunFlags,
  { session, stop }: { session: Session; stop: AbortSignal },
): Promise<'ended' | StopSignal> {
  const seeds = readSeeds(flags);
  const asked = readOverrides({ ...flags, contrast: false });
  const overrides = await withMachine(asked, flags.machine, session);
  const source = await readWorkload(word, session);
  const plan = await planRun(source, overrides);
  session.seed = plan.info.seed;
  const jobs = jobsFor(plan, seeds);
  const { csv, json } = flags;
  const readFiles = source.path === undefined ? [] : [{ path: source.path, about: 'the workload' }];
  const { of, isStdoutTaken, files } = openSinks({ csv, json }, session, readFiles);
  try {
    const results = await simulateAll(jobs, { session, stop });
    if (typeof results === 'string') return results;
    const samples = results.map(({ summary }, i) => {
      return { seed: jobs[i]?.options.seed ?? 0, summary, figures: { summary } };
    });
    const { renderSeeds, renderSeedsCsv, renderSeedsJson } = await import('../report/seeds.ts');
    of.csv?.write(renderSeedsCsv(samples, metrics));
    of.json?.write(renderSeedsJson(plan.info, samples));
    // What goes to files is there, whole, before anybody is told that the runs are over.
    for (const file of files) file.commit();
    if (!isStdoutTaken) {
      const { out, io } = session;
      const style = await textStyle(out, io.env, flags.color);
      out.write(`${visible(describePlan(plan))}\n${renderSeeds(samples, metrics, style)}`);
    }
    return 'ended';
  } finally {
    for (const file of files) file.discard();
  }
}

/** How many seeds. Throws UserError, too, for what several runs do not have. */
function readSeeds(flags: RunFlags): number {
  const reader = new FlagReader();
  const seeds = reader.integer('--seeds', flags.seeds, 1, seedsMax) ?? 1;
  if (typeof flags.contrast === 'string') {
    reader.refuse(
      '--seeds and --contrast do not go together',
      'gcsim compare puts choices side by side: see gcsim compare --help',
    );
  }
  if (flags.gctrace !== undefined || flags.gcpacertrace) {
    const flag = flags.gctrace === undefined ? '--gcpacertrace' : '--gctrace';
    reader.refuse(
      `--seeds and ${flag} do not go together: several runs print no gctrace lines`,
      'leave out --seeds, and choose a seed with --seed',
    );
  }
  reader.finish();
  return seeds;
}
