/**
 * JUnit XML is read here as XML 1.0 defines a well-formed document, and compared with what junit-10.xsd of Jenkins's
 * xunit plugin allows.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparisonCases, type JunitCase, renderJunit } from '../../src/report/junit.ts';
import {
  aComparison,
  aMetric,
  aRow,
  aSide,
  fromZeroRow,
  someNames,
  worseRow,
} from './comparisons.ts';
import '../support/fastcheck.ts';

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** XML 1.0, production 2. */
const character = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text as a reader has it: references replaced, anything else that looks like markup refused. */
function decode(raw: string, isAttribute: boolean): string {
  expect(raw).not.toMatch(/</);
  expect(raw).not.toContain(']]>');
  const read = isAttribute ? raw.replace(/[\t\n\r]/g, ' ') : raw.replace(/\r\n?/g, '\n');
  return read.replace(/&([^;]*);?/g, (whole, name: string) => {
    expect(whole.endsWith(';')).toBe(true);
    const code = /^#(\d+)$/.exec(name)?.[1];
    const decoded = code === undefined ? entities[name] : String.fromCodePoint(Number(code));
    expect(decoded).toMatch(character);
    return decoded ?? '';
  });
}

const tag = /<(\/?)([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w.-]*="[^"]*")*)\s*(\/?)>/y;
const attribute = /\s+([A-Za-z_][\w.-]*)="([^"]*)"/g;

function parse(text: string): Element {
  expect(text).toMatch(character);
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  expect(text.startsWith(declaration)).toBe(true);
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let at = declaration.length;
  while (at < text.length) {
    const top = open.at(-1) ?? root;
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    top.text += decode(text.slice(at, end), false);
    at = end;
    if (next < 0) break;
    tag.lastIndex = at;
    const match = tag.exec(text);
    expect(match, text.slice(at, at + 80)).not.toBeNull();
    const [whole = '', close, name = '', raw = '', empty] = match ?? [];
    at += whole.length;
    if (close === '/') {
      expect(top.name).toBe(name);
      open.pop();
      continue;
    }
    const element: Element = { name, attributes: {}, children: [], text: '' };
    for (const [, key = '', value = ''] of raw.matchAll(attribute)) {
      expect(element.attributes).not.toHaveProperty([key]);
      element.attributes[key] = decode(value, true);
    }
    top.children.push(element);
    if (empty !== '/') open.push(element);
  }
  expect(open).toHaveLength(1);
  expect(root.children).toHaveLength(1);
  expect(root.text.trim()).toBe('');
  return root.children[0] ?? root;
}

/** Elements and attributes of junit-10.xsd. */
const allowed: Record<string, { children: string[]; attributes: string[]; required: string[] }> = {
  testsuites: {
    children: ['testsuite'],
    attributes: ['name', 'time', 'tests', 'failures', 'errors'],
    required: [],
  },
  testsuite: {
    children: ['testcase'],
    attributes: ['name', 'tests', 'failures', 'errors', 'time', 'skipped', 'hostname', 'id'],
    required: ['name', 'tests', 'failures', 'errors'],
  },
  testcase: {
    children: ['failure', 'error', 'skipped', 'system-out'],
    attributes: ['name', 'classname', 'time', 'group'],
    required: ['name'],
  },
  skipped: { children: [], attributes: ['message', 'type'], required: [] },
  'system-out': { children: [], attributes: [], required: [] },
  failure: { children: [], attributes: ['message', 'type'], required: [] },
  error: { children: [], attributes: ['message', 'type'], required: [] },
};

function expectAllowed(element: Element): void {
  const rule = allowed[element.name];
  for (const child of element.children) {
    expect(rule?.children).toContain(child.name);
    expectAllowed(child);
  }
  for (const name of Object.keys(element.attributes)) expect(rule?.attributes).toContain(name);
  for (const name of rule?.required ?? []) expect(element.attributes).toHaveProperty([name]);
}

const cases: JunitCase[] = [
  { name: 'pause.max <= 1ms', suite: 'budget.yaml', status: 'passed' },
  { name: 'b', suite: 'other', status: 'error', message: 'not in all samples' },
  { name: 'd', suite: 'other', status: 'skipped', message: 'too few' },
  { name: 'e', suite: 'other', status: 'passed', details: '1 < 2' },
  {
    name: 'c',
    suite: 'budget.yaml',
    status: 'failed',
    message: '2 > 1',
    details: 'line 1\nline 2',
  },
];

describe('JUnit XML', () => {
  test('has a suite for each group and a case for each check', () => {
    expect(`\n${renderJunit(cases)}`).toBe(`
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="gcsim" tests="5" failures="1" errors="1">
  <testsuite name="budget.yaml" tests="2" failures="1" errors="0" skipped="0">
    <testcase name="pause.max &lt;= 1ms" classname="budget.yaml"/>
    <testcase name="c" classname="budget.yaml">
      <failure message="2 &gt; 1" type="failure">line 1
line 2</failure>
    </testcase>
  </testsuite>
  <testsuite name="other" tests="3" failures="0" errors="1" skipped="1">
    <testcase name="b" classname="other">
      <error message="not in all samples" type="error"/>
    </testcase>
    <testcase name="d" classname="other">
      <skipped message="too few" type="skipped"/>
    </testcase>
    <testcase name="e" classname="other">
      <system-out>1 &lt; 2</system-out>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  test('is what its schema allows, with cases and without', () => {
    expectAllowed(parse(renderJunit(cases)));
    expectAllowed(parse(renderJunit([])));
  });

  test.each([
    ['a\u0000b\u001b[31m\u0008', 'a\ufffdb\ufffd[31m\ufffd'],
    ['\ud800x\udc00', '\ufffdx\ufffd'],
    ['\ufffe\uffff', '\ufffd\ufffd'],
    ['\u{1f600}\t\r\n"\'<>&', '\u{1f600}\t\r\n"\'<>&'],
    ['</failure>]]><!--&amp;', '</failure>]]><!--&amp;'],
  ])('holds %j', (text, read) => {
    const each: JunitCase = {
      name: text,
      suite: 's',
      status: 'failed',
      message: text,
      details: text,
    };
    const [suite] = parse(renderJunit([each])).children;
    const [testCase] = suite?.children ?? [];
    const [failure] = testCase?.children ?? [];
    expect(testCase?.attributes.name).toBe(read);
    expect(failure?.attributes.message).toBe(read);
    expect(failure?.text).toBe(read);
  });

  test('is well formed, and has its counts right, whatever the texts', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 30 });
    const status = fc.constantFrom(...(['passed', 'failed', 'error', 'skipped'] as const));
    const anyCase = fc.record({
      name: anyText,
      suite: anyText,
      status,
      message: anyText,
      details: anyText,
    });
    fc.assert(
      fc.property(fc.array(anyCase, { maxLength: 8 }), (list) => {
        const root = parse(renderJunit(list));
        expectAllowed(root);
        const suites = root.children;
        expect(suites).toHaveLength(new Set(list.map(({ suite }) => suite)).size);
        for (const element of [root, ...suites]) {
          const own =
            element === root ? suites.flatMap(({ children }) => children) : element.children;
          const failures = own.filter(({ children }) => children[0]?.name === 'failure').length;
          expect(element.attributes.tests).toBe(String(own.length));
          expect(element.attributes.failures).toBe(String(failures));
        }
        expect(root.attributes.tests).toBe(String(list.length));
      }),
    );
  });
});

describe('the test cases of a comparison', () => {
  const lenient = { isUndecidedError: false };
  const suite = 'gcsim compare: main.json, pr.json';

  test('fail where a metric is worse by more than the threshold', () => {
    const found = comparisonCases(aComparison(), someNames, lenient);
    expect(found.map(({ name, status }) => [name, status])).toEqual([
      ['gcSys.peak', 'passed'],
      ['pause.p50', 'passed'],
      ['pause.max', 'failed'],
      ['collections', 'skipped'],
      ['gcSys.final', 'passed'],
      ['interval', 'skipped'],
    ]);
    expect(found[2]).toEqual({
      name: 'pause.max',
      suite,
      status: 'failed',
      message: 'pause.max +50.0 % (p<0.001): more than 5.0 % worse',
      details:
        'worse, +50.0 % (p<0.001)\nbase main.json: 100 µs, 10 samples\nhead pr.json: 150 µs, 10 samples\nstops of the world: maximum',
    });
    expect(found[3]?.message).toBe('collections: neither more nor less of it is worse');
    expect(found[1]?.details).toMatch(/^no significant change \(p=0\.410\)\nbase main/);
  });

  test('say of a change from 0 that there is no percentage', () => {
    const [found] = comparisonCases(aComparison({ rows: [fromZeroRow] }), someNames, lenient);
    expect(found).toMatchObject({
      status: 'failed',
      message:
        'assist.longestStall from 0 to 1.2 ms (no percentage of 0; any significant growth from 0 counts) (p=0.002)',
    });
  });

  describe('that cannot be decided', () => {
    const few = aRow({ base: aSide(1, 0, 3), head: aSide(2, 0, 3), verdict: 'same' });
    const missing = [{ metric: aMetric('wakeup.max'), baseCount: 9, headCount: 10 }];
    const comparison = aComparison({ rows: [few], missing });

    test.each([
      [false, 'skipped'],
      [true, 'error'],
    ] as const)('where that fails the gate (%j) are: %s', (isUndecidedError, status) => {
      const found = comparisonCases(comparison, someNames, { isUndecidedError });
      expect(found).toMatchObject([
        { status, message: 'gcSys.peak: needs at least 4 samples a side for p < 0.05' },
        {
          status,
          message: 'wakeup.max: only in 9 of 10 base samples and 10 of 10 head samples',
        },
      ]);
    });

    test('pass without a threshold, as all do, and say that they are a report', () => {
      const { threshold: _, ...rest } = aComparison({ rows: [few, worseRow], missing });
      const report = { ...rest, threshold: undefined };
      const found = comparisonCases(report, someNames, lenient);
      expect(found.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed']);
      for (const { details } of found) expect(details).toMatch(/^no --threshold was given: /);
      expect(found[2]?.details).toContain('not compared: only in 9 of 10 base samples');
      expectAllowed(parse(renderJunit(found)));
    });
  });

  test('keep names of any kind apart from markup', () => {
    const row = aRow({ metric: aMetric('<x>\u0000'), isRegression: true });
    const names = { base: ']]>', head: '"' };
    const text = renderJunit(comparisonCases(aComparison({ rows: [row] }), names, lenient));
    expectAllowed(parse(text));
  });
});
