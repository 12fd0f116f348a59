/**
 * Prints "N passed, N failed" from the JSON that vitest wrote. A test file that could not be run counts as one failed
 * test, and so does a failure outside all tests: no failure goes uncounted.
 * Arguments: that file, and the exit code of the test run.
 */
import { readFileSync } from 'node:fs';

const [path = '', exitCode] = process.argv.slice(2);
let passed = 0;
let failed = 0;
try {
  const results = JSON.parse(readFileSync(path, 'utf8'));
  /** @type {{ status: string, assertionResults: { status: string }[] }[]} */
  const files = results.testResults;
  const brokenFiles = files.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  passed = results.numPassedTests;
  failed = results.numFailedTests + brokenFiles.length;
} catch (error) {
  console.error(`no results of the tests: ${error}`);
  failed = 1;
}
if (failed === 0 && exitCode !== '0') failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
