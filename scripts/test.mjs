/**
 * `npm test`: gets the real parts, then runs every test against them and every check beside them, all of them even when
 * one fails. What the checks say comes after the tests, so that the two are not mixed.
 * Plain JavaScript without dependencies for the host's Node 20, because it is what installs the rest.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChecks } from '../tools/checks.mjs';
import { hostEnvironment } from '../tools/environment.mjs';
import { runGuarded } from '../tools/guarded-process.mjs';
import { bundledNodePath, pathWithBundledNode } from '../tools/node-runtime.mjs';
import { postgresProgramFolder } from '../tools/postgres-server.mjs';
import { describeTemporal, provision } from '../tools/provision.mjs';
import { describeError, ProvisioningError } from '../tools/provisioning-error.mjs';
import { ensureSandboxForTests } from '../tools/sandbox.mjs';
import { provideSchemathesis } from '../tools/schemathesis.mjs';
import { createTaskList } from '../tools/task-list.mjs';
import { printTestSummary } from '../tools/test-summary.mjs';

const USAGE = `Usage: npm test [-- FILTER...]

Installs what is missing, runs the checks (lint with types, format, imports, dead code) and all tests. With filters, which are
passed on to vitest, only the tests whose file names contain one of them.
`;

/** The longest first, while most tests still wait for the parts that they start. */
const CHECKS = ['lint', 'format', 'imports', 'dead-code'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {readonly string[]} filters
 * @returns {Promise<boolean>} whether everything passed
 */
async function main(filters) {
  const environment = await provideParts();
  const [checks, tests] = await Promise.all([
    runChecks(root, filters.length > 0 ? [] : CHECKS, environment),
    runTests(filters, environment),
  ]);
  process.stdout.write(`\n${checks.map(({ text }) => text).join('')}`);
  const failedChecks = checks.filter(({ hasPassed }) => !hasPassed).map(({ name }) => name);
  return printTestSummary(tests.reportFile, { failedChecks }) && tests.hasPassed;
}

/** @returns {Promise<Record<string, string>>} the environment in which the tests find the parts */
async function provideParts() {
  const tasks = createTaskList();
  const [{ temporal, aider, lizard }, sandbox, schemathesis] = await Promise.all([
    provision(root, tasks),
    tasks.run('sandbox', async ({ detail }) => {
      const found = await ensureSandboxForTests({ detail });
      detail(found.version ?? '');
      return found;
    }),
    tasks.run('schemathesis', async ({ detail }) => {
      const found = await provideSchemathesisIfPossible(detail);
      if (found !== undefined) detail(`${found.version}, ${found.from}`);
      return found;
    }),
  ]);
  tasks.close();
  const { version } = /** @type {{ version: string }} */ (
    JSON.parse(readFileSync(join(postgresProgramFolder(root), '..', '..', 'package.json'), 'utf8'))
  );
  process.stdout.write(
    [
      '',
      'Real parts of this test run:',
      `  PostgreSQL    ${version}, packages`,
      `  Temporal      ${describeTemporal(temporal)}`,
      `  Aider         ${aider.version}, ${aider.from}`,
      `  lizard        ${lizard === undefined ? 'none: the complexity of code stays unknown' : `${lizard.version}, ${lizard.from}`}`,
      `  sandbox       bubblewrap ${sandbox.version ?? ''}, ${sandbox.path ?? ''}`,
      `  schemathesis  ${schemathesis === undefined ? 'none: its test will fail' : `${schemathesis.version}, ${schemathesis.from}`}`,
      '',
      '',
    ].join('\n'),
  );
  return hostEnvironment({
    PATH: pathWithBundledNode(root),
    AIDER_PATH: aider.path,
    ...(lizard === undefined ? {} : { LIZARD_PATH: lizard.path }),
    ...(schemathesis === undefined ? {} : { SCHEMATHESIS_PATH: schemathesis.path }),
    RATCHET_TEMPORAL: JSON.stringify(temporal),
  });
}

/**
 * @param {(text: string) => void} detail
 * @returns {Promise<import('../tools/schemathesis.mjs').FoundSchemathesis | undefined>} undefined where it can't be had:
 *   one test fails then, and all others run
 */
async function provideSchemathesisIfPossible(detail) {
  try {
    return await provideSchemathesis({ detail });
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    detail(`not available: ${error.message}`);
    return undefined;
  }
}

/**
 * @param {readonly string[]} filters
 * @param {Record<string, string>} environment
 * @returns {Promise<{ reportFile: string, hasPassed: boolean }>} the file is missing when vitest could not write it
 */
async function runTests(filters, environment) {
  const reportFile = join(root, '.ratchet', `test-report-${String(process.pid)}.json`);
  const result = await runGuarded({
    command: bundledNodePath(root),
    args: [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
      ...filters,
    ],
    cwd: root,
    // Every test file is a process of its own, and would compile the same packages again.
    env: { ...environment, NODE_COMPILE_CACHE: join(root, '.ratchet', 'compiled-for-tests') },
    stdout: 'inherit',
    stderr: 'inherit',
  });
  return { reportFile, hasPassed: result.exitCode === 0 };
}

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(USAGE);
} else {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
  try {
    process.exitCode = (await main(args)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`);
    process.stdout.write('\n0 passed, 1 failed, 0 skipped\n');
    process.exitCode = 1;
  }
  // Other parts may still be on their way when one can't be had; their processes end with this one.
  process.exit();
}
