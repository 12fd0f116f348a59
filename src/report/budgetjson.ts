/**
 * The JSON of a check. docs/compare.md says what each field is, schema/check.schema.json what it looks like. Fields stand
 * in a fixed order; what is not known is absent.
 */
import type { LimitResult } from '../analysis/budget.ts';
import { jsonLines, toJson } from './json.ts';

/** Raised where a field goes or changes its meaning; a new field does not raise it. */
export const checkSchemaVersion = 1;

/** What was checked against what. */
export interface CheckNames {
  /** Name of the budget. */
  budget: string;
  /** What the samples are, in one line. */
  checked: string;
}

export function renderBudgetJson(results: readonly LimitResult[], names: CheckNames): string {
  const failed = results.filter(({ status }) => status !== 'holds').length;
  return (
    `{\n  "schemaVersion": ${checkSchemaVersion},\n  "budget": ${JSON.stringify(names.budget)},` +
    `\n  "checked": ${JSON.stringify(names.checked)},\n  "failed": ${toJson(failed)},` +
    `\n  "limits": ${jsonLines(results.map(limitMember))}\n}\n`
  );
}

function limitMember(result: LimitResult): object {
  const { limit, status, message, worst, worstSample, failed, count } = result;
  return {
    limit: limit.text,
    of: limit.of,
    metric: limit.metric.name,
    unit: limit.of === 'regression' ? 'share' : limit.metric.unit,
    operator: limit.operator,
    value: limit.value,
    status,
    message,
    worst,
    worstSample,
    failed,
    count,
  };
}
