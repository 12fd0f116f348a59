import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderBudgetJson } from '../../src/report/budgetjson.ts';
import {
  budgetCases,
  budgetSentence,
  renderBudget,
  renderBudgetMarkdown,
} from '../../src/report/budgettext.ts';
import { aStyle } from '../support/reports.ts';
import {
  documentedFields,
  expectOrder,
  fieldsOf,
  readDoc,
  readSchema,
  undescribed,
  validatorOf,
} from '../support/schemas.ts';
import { aLimitResult, anUnknownResult, brokenResult, marks } from './comparisons.ts';
import '../support/fastcheck.ts';

const results = [aLimitResult(), brokenResult, anUnknownResult()];

describe('a check as text', () => {
  test('has each limit and what was found, and how many fail', () => {
    expect(`\n${renderBudget(results, aStyle())}`).toBe(`
ok       overshoot.p95 <= 10%            4.1 % in seed 3; the worst of 10
FAILED   pause.max <= 1ms                1.2 ms in seed 7; 2 of 10 samples break it
UNKNOWN  compare.gcCpu.regression <= 3%  needs at least 4 samples a side for p < 0.05

2 of 3 limits fail: 1 broken, 1 that cannot be decided.
`);
  });

  test('has what was found below its limit where there is no room beside it', () => {
    const text = renderBudget(results, aStyle({ columns: 48 }));
    expect(text).toContain(
      '\nFAILED   pause.max <= 1ms\n         1.2 ms in seed 7; 2 of 10 samples break\n         it\n',
    );
  });

  test('marks what does not hold', () => {
    const text = renderBudget(results, aStyle({ chalk: marks }));
    expect(text.match(/«[^»]*»/g)).toEqual([
      '«FAILED»',
      '«UNKNOWN»',
      '«2 of 3 limits fail: 1 broken, 1 that cannot be decided.»',
    ]);
  });

  test('says in a sentence what it comes to', () => {
    expect(budgetSentence([aLimitResult()])).toBe('The limit holds.');
    expect(budgetSentence([brokenResult, aLimitResult()])).toMatch(
      /^1 of 2.limits fails: 1.broken\.$/,
    );
    expect(renderBudget([aLimitResult(), aLimitResult()], aStyle())).toMatch(
      /\n\nAll 2 limits hold\.\n$/,
    );
  });

  test('fits any width, whatever the texts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 200 }),
        fc.string({ unit: 'binary', maxLength: 120 }),
        (columns, message) => {
          const each = {
            ...brokenResult,
            message,
            limit: { ...brokenResult.limit, text: message },
          };
          const text = renderBudget([...results, each], aStyle({ columns }));
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
          for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

describe('a check as Markdown', () => {
  test('has what fails in a table, and what holds when it is opened', () => {
    expect(`\n${renderBudgetMarkdown(results, 'bud|get.yaml')}`).toBe(`
### GC budget: bud\\|get.yaml

**2 of 3 limits fail: 1 broken, 1 that cannot be decided.**

|  | limit | found |
| --- | --- | --- |
| FAILED | pause.max &lt;= 1ms | 1.2 ms in seed 7; 2 of 10 samples break it |
| UNKNOWN | compare.gcCpu.regression &lt;= 3% | needs at least 4 samples a side for p &lt; 0.05 |

<details>
<summary>1 limit kept</summary>

|  | limit | found |
| --- | --- | --- |
| ok | overshoot.p95 &lt;= 10% | 4.1 % in seed 3; the worst of 10 |

</details>
`);
  });
});

test('the test cases of a check fail where it is broken, and are errors where it is not known', () => {
  const cases = budgetCases(results, 'budget.yaml');
  expect(cases.map(({ status }) => status)).toEqual(['passed', 'failed', 'error']);
  expect(cases[1]).toMatchObject({
    name: 'pause.max <= 1ms',
    suite: 'gcsim check: budget.yaml',
    message: 'pause.max <= 1ms: 1.2 ms in seed 7; 2 of 10 samples break it',
  });
});

describe('the JSON of a check', () => {
  const schema = readSchema('check');
  const names = { budget: 'budget.yaml', checked: 'api.log' };

  test('is what its schema says, in a fixed order, a limit a line', () => {
    const text = renderBudgetJson(results, names);
    validatorOf(schema)(text);
    expectOrder(JSON.parse(text), schema);
    expect(text.match(/^ {4}\{"limit":.*\},?$/gm)).toHaveLength(3);
    expect(JSON.parse(text)).toMatchObject({ ...names, failed: 2 });
    validatorOf(schema)(renderBudgetJson([], names));
  });

  test('has a figure of a regression as a share', () => {
    const [limit] = JSON.parse(renderBudgetJson([anUnknownResult()], names)).limits;
    expect(limit).toMatchObject({ of: 'regression', metric: 'gcCpu', unit: 'share' });
    expect(limit).not.toHaveProperty('worst');
  });

  test('has a documentation that names each of its fields', () => {
    const { text, fields } = documentedFields(readDoc('compare.md'), 'The JSON of a check');
    expect(fields).toEqual(fieldsOf(schema.$defs?.limit));
    for (const name of Object.keys(schema.properties ?? {})) expect(text).toContain(`"${name}"`);
    expect(undescribed(schema)).toEqual([]);
  });
});
