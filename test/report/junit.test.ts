/**
 * JUnit XML is read here as XML 1.0 defines a well-formed document, and compared with what junit-10.xsd of Jenkins's
 * xunit plugin allows.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparisonCases, type JunitCase, renderJunit } from '../../src/report/junit.ts';
import { aComparison, aMetric, aRow, someNames } from './comparisons.ts';
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
    required: ['name', 'tests'],
  },
  testcase: {
    children: ['failure', 'error', 'skipped'],
    attributes: ['name', 'classname', 'time', 'status'],
    required: ['name'],
  },
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
<testsuites name="gcsim" tests="3" failures="1" errors="1">
  <testsuite name="budget.yaml" tests="2" failures="1" errors="0">
    <testcase name="pause.max &lt;= 1ms" classname="budget.yaml"/>
    <testcase name="c" classname="budget.yaml">
      <failure message="2 &gt; 1" type="failure">line 1
line 2</failure>
    </testcase>
  </testsuite>
  <testsuite name="other" tests="1" failures="0" errors="1">
    <testcase name="b" classname="other">
      <error message="not in all samples" type="error"/>
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
    const status = fc.constantFrom('passed' as const, 'failed' as const, 'error' as const);
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
  test('fail where a metric is worse by more than the threshold', () => {
    const found = comparisonCases(aComparison(), someNames);
    expect(found).toHaveLength(5);
    expect(found.filter(({ status }) => status !== 'passed')).toEqual([
      {
        name: 'pause.max',
        suite: 'gcsim compare: main.json, pr.json',
        status: 'failed',
        message: 'pause.max +50.0 % (p<0.001): more than 5.0 % worse',
        details:
          'base main.json: 100 µs, 10 samples\nhead pr.json: 150 µs, 10 samples\nstops of the world: maximum',
      },
    ]);
  });

  test('keep names of any kind apart from markup', () => {
    const row = aRow({ metric: aMetric('<x>\u0000'), isRegression: true });
    const text = renderJunit(
      comparisonCases(aComparison({ rows: [row] }), { base: ']]>', head: '"' }),
    );
    expectAllowed(parse(text));
  });
});
