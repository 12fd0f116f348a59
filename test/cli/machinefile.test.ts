/** `--machine`: costs from a file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseMachine } from '../../src/cli/machinefile.ts';
import { referenceMachine } from '../../src/collector/params.ts';
import { type Captured, gcsim, temporaryFolder } from './capture.ts';

async function runOn(machine: string, ...flags: string[]): Promise<Captured> {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'machine.yaml'), machine);
  return await gcsim(['run', 'init1', '--machine', 'machine.yaml', '--quiet', ...flags], { cwd });
}

async function elapsedNs(machine: string): Promise<number> {
  // At 1 proc nothing waits for a copy but the program.
  const { stdout } = await runOn(machine, '--procs', '1', '--no-contrast', '--json', '-');
  return (JSON.parse(stdout) as { summary: { elapsedNs: number } }).summary.elapsedNs;
}

describe('a machine file', () => {
  test('sets costs: copying three times as slow, a program that copies takes longer by those copies', async () => {
    const before = await elapsedNs(`copyByteNs: ${referenceMachine.copyByteNs}`);
    const after = await elapsedNs(`copyByteNs: ${3 * referenceMachine.copyByteNs}`);
    // 1,000 copies of 1 MiB.
    const more = 2 * referenceMachine.copyByteNs * 1000 * 2 ** 20;
    expect((after - before) / more).toBeGreaterThan(0.9);
    expect((after - before) / more).toBeLessThan(1.1);
  });

  test('is named in the report and in the JSON', async () => {
    expect((await runOn('mallocNs: 40')).stdout).toContain('machine machine.yaml');
    const { stdout } = await runOn('mallocNs: 40', '--json', '-');
    expect((JSON.parse(stdout) as { run: object }).run).toMatchObject({ machine: 'machine.yaml' });
  });

  test('takes every cost there is, with comments', () => {
    const text = Object.entries(referenceMachine).map(([name, ns]) => `${name}: ${ns} # a cost\n`);
    expect(parseMachine(text.join(''), 'm.yaml')).toEqual(referenceMachine);
  });

  test.each([
    ['markObject: 3', 'a machine has no cost "markObject"'],
    ['mallocNs: -1', '"mallocNs" must be a number of ns above 0'],
    ['mallocNs: .inf', '"mallocNs" must be a number of ns above 0'],
    ['mallocNs: fast', '"mallocNs" must be a number of ns above 0'],
    ['siblingFactor: 0.5', '"siblingFactor" must be at least 1'],
    ['- 3', 'a machine file must be a map of costs'],
    ['', 'expected costs such as "markObjectNs: 14"'],
  ])('that says %j is refused: %s', async (text, message) => {
    const { code, stderr, stdout } = await runOn(text);
    expect(code).toBe(2);
    expect(stderr).toContain('machine.yaml:1:');
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });
});
