import { expect, test } from 'vitest';
import { metrics } from '../../src/analysis/metrics.ts';
import { noMmu } from '../../src/analysis/mmu.ts';
import type { Summary } from '../../src/analysis/summary.ts';
import { samplesOfJson } from '../../src/cli/jsonsamples.ts';
import { renderJson } from '../../src/report/json.ts';
import { aRun, aSummary, someCycles } from '../support/reports.ts';

/** The JSON of a run as it is read back, its summary without some fields. */
function documentWithout(...fields: string[]): Record<string, unknown> {
  const document = JSON.parse(renderJson(aRun, someCycles(), aSummary()));
  for (const field of fields) delete document.summary[field];
  return document;
}

/** Each metric of a summary. */
function metricsOf(summary: Summary | undefined): Record<string, number | undefined> {
  if (summary === undefined) return {};
  return Object.fromEntries(metrics.map(({ name, of }) => [name, of({ summary })]));
}

test('all figures come back', () => {
  const [sample, ...others] = samplesOfJson(documentWithout(), 'run.json');
  expect(others).toEqual([]);
  expect(sample).toMatchObject({ name: 'run.json', workload: 'init1', release: '1.9', procs: 4 });
  expect(metricsOf(sample?.figures.summary)).toEqual(metricsOf(aSummary()));
});

test('what an older gcsim did not write is not known', () => {
  const [sample] = samplesOfJson(documentWithout('mmu'), 'run.json');
  const found = metricsOf(sample?.figures.summary);
  expect(found).toEqual(metricsOf({ ...aSummary(), mmu: noMmu }));
  expect(found).not.toEqual(metricsOf(aSummary()));
});

test('a count that each has must be there', () => {
  expect(() => samplesOfJson(documentWithout('pauses'), 'run.json')).toThrow(
    'cannot use "run.json": "summary.pauses.count" must be a number, found nothing',
  );
});
