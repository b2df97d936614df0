/** The last lines of a test run: what failed beside the tests, what was skipped and why, and the counts. */
import { readFileSync, rmSync } from 'node:fs';

/**
 * @typedef {object} TestReport the parts of vitest's JSON report that are read here
 * @property {{ name: string, status: string, message?: string, assertionResults: TestResult[] }[]} testResults
 */

/**
 * @typedef {object} TestResult
 * @property {string} fullName
 * @property {string} status such as 'passed', 'failed', 'skipped', 'pending', 'todo'
 * @property {{ reason?: string } | undefined} [meta]
 */

/**
 * Prints the skipped tests and, alone on its line, `N passed, N failed, N skipped`.
 *
 * A test says why it is skipped, and what would un-skip it, in brackets at the end of its name (`... [skipped: needs macOS]`)
 * or by `task.meta.reason = '...'` before `skip()`: vitest's JSON report leaves out the text that is given to `skip`.
 *
 * @param {string} reportFile vitest's JSON report; removed
 * @param {{ failedChecks?: readonly string[], stream?: NodeJS.WritableStream }} [options] a failed check counts like a
 *   failed test
 * @returns {boolean} false when a test or check failed, a file could not be loaded, a skip has no reason, or there is no
 *   report
 */
export function printTestSummary(reportFile, { failedChecks = [], stream = process.stdout } = {}) {
  const report = takeReport(reportFile);
  for (const check of failedChecks) stream.write(`failed check: ${check}\n`);
  if (report === undefined) {
    stream.write(
      `\nThe tests left no report, so nothing is known of them: look at the output above.\n0 passed, ${String(failedChecks.length + 1)} failed, 0 skipped\n`,
    );
    return false;
  }
  const results = report.testResults.flatMap((file) => file.assertionResults);
  const passed = results.filter(({ status }) => status === 'passed');
  const failed = results.filter(({ status }) => status === 'failed');
  const skipped = results.filter(({ status }) => status !== 'passed' && status !== 'failed');
  // A file that throws while it is loaded has no results of its own.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  for (const { name } of brokenFiles) stream.write(`broken: ${name}\n`);
  for (const test of skipped)
    stream.write(`skipped: ${test.fullName}: ${reasonOf(test) ?? 'NO REASON GIVEN, which fails the run'}\n`);
  const unexplained = skipped.filter((test) => reasonOf(test) === undefined);
  const failedCount = failedChecks.length + failed.length + brokenFiles.length;
  stream.write(`\n${String(passed.length)} passed, ${String(failedCount)} failed, ${String(skipped.length)} skipped\n`);
  return failedCount === 0 && unexplained.length === 0 && passed.length > 0;
}

/** @param {TestResult} test */
function reasonOf({ fullName, meta }) {
  return meta?.reason ?? /\[skipped: (.+)\]$/.exec(fullName)?.[1];
}

/**
 * @param {string} reportFile
 * @returns {TestReport | undefined}
 */
function takeReport(reportFile) {
  try {
    return /** @type {TestReport} */ (JSON.parse(readFileSync(reportFile, 'utf8')));
  } catch {
    // vitest ended before it wrote one; it has said why.
    return undefined;
  } finally {
    rmSync(reportFile, { force: true });
  }
}
