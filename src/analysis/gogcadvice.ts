/** What to say of GOGC: what a larger one would cost, or that a memory limit may rule in its place. */
import { type Bytes, formatBytes } from '../units.ts';
import { lowGogc, lowRunMin } from './lowgoals.ts';
import type { ProcessLog } from './processlog.ts';

/** GOGC is proposed only where what is in force is plausible. */
const gogcPlausible = { least: 20, most: 1000 };
/** GOGC in effect varies much, or is not steady, where it spreads over more than this share of itself. */
const muchSpread = 0.3;
const steadySpread = 0.1;
/** Below the default, to which most programs leave it, by more than what it usually strays. */
const clearlyBelow = 90;

/** Mean of the live heap after each collection. */
export function meanLiveBytes({ liveSumBytes, liveCount }: ProcessLog): Bytes {
  return liveCount === 0 ? 0 : liveSumBytes / liveCount;
}

/** What a larger GOGC would cost, where one may help. */
export function largerGogc(log: ProcessLog): string {
  if (mayHaveLimit(log)) return limitAdvice(log);
  const scannedBytes = meanLiveBytes(log) + meanRootsBytes(log);
  const gogc = log.gogc.quantile(0.5) ?? Number.NaN;
  if (!(scannedBytes > 0 && gogc >= gogcPlausible.least && gogc <= gogcPlausible.most)) {
    const scanned = log.hasStacks ? 'is live, with stacks and globals' : 'is live';
    return `Try a larger GOGC: 200 in place of 100 adds about as much memory as ${scanned}.`;
  }
  const proposals = [1.5, 2].map((factor) => {
    const proposed = Math.round((gogc * factor) / 10) * 10;
    return `GOGC=${proposed} (about +${formatBytes((scannedBytes * (proposed - gogc)) / 100)})`;
  });
  const text = `Try ${proposals.join(' or ')}; GOGC in effect is about ${Math.round(gogc)}.`;
  // With a steady live heap a limit makes a steady goal, as a smaller GOGC does.
  return log.hasStacks && gogc + meanSlack(log) < clearlyBelow
    ? `${text} If a memory limit (GOMEMLIMIT) makes it so low, GOGC changes nothing: raise the limit.`
    : text;
}

/**
 * Whether a memory limit may set the goal, and not GOGC. A limit leaves the less above the live heap the more is live,
 * so that GOGC in effect goes up and down with it, beyond what rounding does; GOGC itself seldom changes.
 */
function mayHaveLimit(log: ProcessLog): boolean {
  const median = log.gogc.quantile(0.5);
  if (!log.hasStacks || median === undefined) return false;
  if (log.lowGoals.longestRun >= lowRunMin || median < lowGogc) return true;
  const { low, high } = usualRange(log);
  const slack = meanSlack(log);
  const spread = high - low - slack;
  if (spread > muchSpread * median) return true;
  return median + slack < clearlyBelow && spread > steadySpread * median;
}

function limitAdvice(log: ProcessLog): string {
  const { low, high } = usualRange(log);
  const [from, to] = [low, high].map((gogc) => Math.max(0, Math.round(gogc)));
  const inEffect = from === to ? `is about ${from}` : `is mostly from ${from} to ${to}`;
  const ifSet = high < lowGogc ? 'If GOGC is set so low, raise it. Otherwise a' : 'A';
  return `GOGC in effect ${inEffect}. ${ifSet} memory limit (GOMEMLIMIT) may set the goal: then a larger GOGC changes nothing, and a higher limit helps.`;
}

/** From the lowest tenth to the highest: the start of a program, and single odd goals, do not count. */
function usualRange({ gogc }: ProcessLog): { low: number; high: number } {
  return { low: gogc.quantile(0.1) ?? 0, high: gogc.quantile(0.9) ?? 0 };
}

function meanSlack({ gogcSlackSum, gogcCount }: ProcessLog): number {
  return gogcCount === 0 ? 0 : gogcSlackSum / gogcCount;
}

/** Stacks and globals, which GOGC counts too from Go 1.18 on. */
function meanRootsBytes({ rootsSumBytes, rootsCount }: ProcessLog): Bytes {
  return rootsCount === 0 ? 0 : rootsSumBytes / rootsCount;
}
