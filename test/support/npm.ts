/** Runs npm and npx as a user would who has never seen this project. */
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
}

/**
 * The environment without what an npm that runs the tests adds to it: its notion of the current package, and the
 * programs in this project's node_modules.
 */
function outsideEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle)_|npm_config_local_prefix$|npm_command$|INIT_CWD$)/i.test(name),
  );
  const environment: NodeJS.ProcessEnv = Object.fromEntries(kept);
  const path = (process.env.PATH ?? '').split(delimiter);
  environment.PATH = path.filter((folder) => !folder.includes('node_modules')).join(delimiter);
  return environment;
}

/** Runs `npm` or `npx` in `cwd` with no input. */
export function run(
  program: 'npm' | 'npx',
  args: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Finished {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: options.cwd,
    env: { ...outsideEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    // On Windows these are scripts, which only a shell starts.
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}
