/** Folders that a test makes for itself. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new, empty folder, far from the project's own. The caller removes it with `removeDir`. */
export function makeTempDir(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'gcsim-')));
}

/** Removes the folder and all that is in it. Windows may still be closing files there, hence the retries. */
export function removeDir(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
