/** `gcsim calibrate`: the costs of a machine, from logs of two programs that ran on it. */
import type { Command } from 'commander';
import { addNotes, type Example } from './help.ts';
import { stopSignalExitCodes } from './io.ts';
import type { Session } from './session.ts';

export interface CalibrateFlags {
  init1?: string[];
  steady?: string[];
  go?: string;
}

export function defineCalibrate(program: Command, session: Session): void {
  const command = program
    .command('calibrate')
    .summary('find the costs of a machine, from logs of two programs')
    .description(about)
    .option('--init1 <log>', "a log of Go's test/init1.go (repeatable)", collect)
    .option('--steady <log>', 'a log of steady (repeatable)', collect)
    .option('--go <release>', 'release of Go that printed the logs (default: 1.9)')
    .action(async (flags: CalibrateFlags) => {
      session.exitCode = await calibrate(flags, session);
    });
  addNotes(command, { before: remarks, examples }, () => session.out.columns ?? 80);
}

const about = `Prints the costs of a machine (to mark an object, to copy a byte, to allocate…), as YAML, from what two programs did on it.

Both run with GOMAXPROCS=1, GOGC=100 and GODEBUG=gctrace=1, on Go 1.5 or later. init1 is Go's test/init1.go: 1,000 or more copies of 1 MiB. steady builds 50 MiB of lists, then allocates 200 MB/s. docs/calibration.md says which cost comes from which figure, and what steady has to do.`;

const remarks: readonly string[] = [
  'Several logs of a program are several runs of it: more of them give more digits. Which program a log is of is seen from its heap, and a wrong one is refused.',
];

const examples: readonly Example[] = [
  ['gcsim calibrate --init1 init1.log --steady steady.log --go 1.9 > machine.yaml'],
  ['gcsim calibrate --init1 a.log --steady b.log --steady c.log'],
];

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

async function calibrate(flags: CalibrateFlags, session: Session): Promise<number> {
  const { calibrateMachine } = await import('./calibrating.ts');
  const stop = new AbortController();
  const unlisten = session.io.onStop((signal) => stop.abort(signal));
  try {
    const text = await calibrateMachine(flags, session, stop.signal);
    if (stop.signal.aborted) {
      return stopSignalExitCodes[stop.signal.reason as keyof typeof stopSignalExitCodes];
    }
    session.out.write(text);
    return 0;
  } finally {
    unlisten();
  }
}
