/** What `gcsim explain` says of findings: when one is reported, why it matters, what to try. */
import type { FindingRule } from '../analysis/findings.ts';
import { attention, bold, columnsOf, finish, type TextStyle, widest, wrap } from './layout.ts';

const indent = 2;
const gap = 2;

/** One rule. */
export function renderRule(
  { name, severity, summary, why, advice }: FindingRule,
  style: TextStyle,
): string {
  const rows: [string, string][] = [
    ['when', summary],
    ['why', why],
    ['try', advice],
    ['to silence', `gcsim analyze --ignore ${name}`],
  ];
  const labelWidth = widest(rows.map(([label]) => label)) + gap;
  const shown = severity === 'info' ? severity : attention(severity, style);
  return finish(
    [
      `${bold(name, style)} (${shown})`,
      '',
      ...rows.flatMap(([label, text]) => {
        const [first = '', ...others] = wrap(text, columnsOf(style), indent + labelWidth);
        return [`${' '.repeat(indent)}${label.padEnd(labelWidth)}${first.trimStart()}`, ...others];
      }),
    ],
    style,
  );
}

/** All rules, in a table of names. */
export function renderRules(rules: readonly FindingRule[], style: TextStyle): string {
  const nameWidth = widest(rules.map(({ name }) => name)) + gap;
  const severityWidth = widest(rules.map(({ severity }) => severity)) + gap;
  const textIndent = indent + nameWidth + severityWidth;
  const isWide = columnsOf(style) - textIndent >= 30;
  return finish(
    [
      'Findings of gcsim analyze:',
      '',
      ...rules.flatMap(({ name, severity, summary }) => {
        const head = `${' '.repeat(indent)}${name.padEnd(nameWidth)}${severity.padEnd(severityWidth)}`;
        const lines = wrap(summary, columnsOf(style), isWide ? textIndent : 2 * indent);
        if (!isWide) return [head.trimEnd(), ...lines];
        const [first = '', ...others] = lines;
        return [`${head}${first.trimStart()}`, ...others];
      }),
      '',
      'gcsim explain <finding> says why it matters, and what to try.',
    ],
    style,
  );
}
