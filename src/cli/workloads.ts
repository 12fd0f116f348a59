/** `gcsim workloads`: the built-in workloads, to choose from and to copy. */
import type { Command } from 'commander';
import { builtinNames, readBuiltin } from './builtin.ts';
import { addNotes, type Example } from './help.ts';
import type { Session } from './session.ts';

export function defineWorkloads(program: Command, session: Session): void {
  const workloads = program
    .command('workloads')
    .summary('list the built-in workloads, or show one')
    .description('Lists the built-in workloads, each with what it stands for.')
    .action(() => list(session));
  const columns = (): number => session.out.columns ?? 80;
  addNotes(workloads, { examples }, columns);
  const show = workloads
    .command('show')
    .argument('<name>', 'a built-in workload')
    .summary('print the file of a workload, to copy and change')
    .description('Prints the file of a built-in workload exactly as it is, to copy and change.')
    .action((name: string) => {
      session.out.write(readBuiltin(name).text);
    });
  addNotes(show, { examples: showExamples }, columns);
}

const examples: readonly Example[] = [['gcsim workloads'], ['gcsim workloads show peak2']];

const showExamples: readonly Example[] = [
  ['gcsim workloads show init1'],
  ['gcsim workloads show json > my.yaml && gcsim run my.yaml'],
];

async function list(session: Session): Promise<void> {
  const [{ parseWorkload }, { wrap }] = await Promise.all([
    import('../workload/parse.ts'),
    import('../report/layout.ts'),
  ]);
  const workloads = builtinNames().map((name) => {
    const { text, file } = readBuiltin(name);
    // Two sentences say enough to choose by.
    const about = parseWorkload(text, file)
      .about.split(/(?<=\.)\s/)
      .slice(0, 2);
    return { name, about: about.join(' ') };
  });
  const nameWidth = Math.max(...workloads.map(({ name }) => name.length)) + 2;
  // In a pipe each workload is one line, for grep and cut.
  const width = session.out.columns ?? Number.POSITIVE_INFINITY;
  for (const { name, about } of workloads) {
    const [first = '', ...others] = wrap(about, Math.max(20, width - nameWidth));
    session.out.write(`${name.padEnd(nameWidth)}${first}\n`);
    for (const line of others) session.out.write(`${' '.repeat(nameWidth)}${line}\n`);
  }
}
