/**
 * `npm start`: gets what is missing, then starts the stack and the main job under a supervisor. Plain JavaScript without
 * dependencies for the host's Node 20, because it is what installs the rest.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostEnvironment, readVariable } from '../tools/environment.mjs';
import { startGuarded } from '../tools/guarded-process.mjs';
import { bundledNodePath } from '../tools/node-runtime.mjs';
import { readCommandLine, readParentPid } from '../tools/process-identity.mjs';
import { provision } from '../tools/provision.mjs';
import { describeError } from '../tools/provisioning-error.mjs';
import { stateFolder, takeRun } from '../tools/run-lock.mjs';
import { createTaskList } from '../tools/task-list.mjs';
import { refuseRunsOfOtherVersion } from '../tools/temporal-server.mjs';

const USAGE = `Usage: npm start [-- --once | --no-job]

Installs what is missing, starts PostgreSQL, Temporal, worker and API, runs the main job once on the bundled example, and
stays up until Ctrl-C.

  --once     end after the job; exit code 0 when it succeeded, else 1
  --no-job   start the stack only (the same as npx ratchet up)
  --help     this text
`;

/** More than the supervisor gives its parts together; only a supervisor that hangs is killed. */
const SUPERVISOR_GRACE_MS = 30_000;
const NPM_POLL_MS = 1_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 */
async function main(args) {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = args.find((argument) => !['--once', '--no-job'].includes(argument));
  if (unknown !== undefined || args.length > 1) {
    const problem = unknown === undefined ? 'There is one option at a time' : `There is no option ${unknown}`;
    process.stderr.write(`${problem}, so nothing was started.\n\n${USAGE}`);
    return 1;
  }
  const run = await takeRun(root, {
    onWait() {
      process.stdout.write('The last run was killed; waiting until its parts have ended ...\n');
    },
  });
  const stopping = stopOnSignals();
  try {
    const tasks = createTaskList();
    const { temporal, aider, lizard, timings } = await Promise.race([
      provision(root, tasks),
      stopping.asked.then(endAtOnce),
    ]);
    tasks.close();
    if (temporal.path !== undefined) refuseRunsOfOtherVersion(stateFolder(root), temporal.version);
    const supervisor = startGuarded({
      command: bundledNodePath(root),
      args: [fileURLToPath(new URL('up.ts', import.meta.url))],
      cwd: root,
      env: hostEnvironment({
        AIDER_PATH: aider.path,
        ...(lizard === undefined ? {} : { LIZARD_PATH: lizard.path }),
        RATCHET_TEMPORAL: JSON.stringify(temporal),
        RATCHET_JOB: args.includes('--no-job') ? 'none' : args.includes('--once') ? 'once' : 'stay',
        RATCHET_STARTED_AT_MS: String(Math.round(performance.timeOrigin)),
        RATCHET_PROVISIONED: JSON.stringify(timings),
        // Half of what a start of Node costs is compiling the same files again.
        NODE_COMPILE_CACHE: join(root, '.ratchet', 'compiled'),
      }),
      stdin: 'inherit',
      stdout: 'inherit',
      stderr: 'inherit',
      graceMs: SUPERVISOR_GRACE_MS,
    });
    void stopping.asked.then(() => supervisor.stop());
    const result = await supervisor.finished;
    if (result.exitCode === null) {
      process.stderr.write(
        `\nWhat supervises this run was ended (${result.signal ?? 'unknown signal'}), so its parts end as well; no order is lost: npm start goes on with them.\n`,
      );
    }
    return result.exitCode ?? 1;
  } finally {
    await run.release();
  }
}

/**
 * Ctrl-C, `ratchet down`, the terminal closing, and the death of the npm that runs this: kill -9 of npm leaves its script
 * running, and a user who kills npm means everything.
 *
 * @returns {{ asked: Promise<void> }}
 */
function stopOnSignals() {
  // Written to by a terminal that is gone, or a reader that has left: no reason to leave processes behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const asked = new Promise((/** @type {(value: void) => void} */ resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        resolve();
      });
    }
    const npmPid = readVariable('npm_lifecycle_event') === undefined ? undefined : findNpmAbove();
    if (npmPid === undefined) return;
    const timer = setInterval(() => {
      if (readParentPid(npmPid) === undefined) resolve();
    }, NPM_POLL_MS);
    timer.unref();
  });
  return { asked };
}

/**
 * npm runs a script through a shell, which may or may not stay in between.
 *
 * @returns {number | undefined}
 */
function findNpmAbove() {
  const above = [process.ppid, readParentPid(process.ppid)];
  return above.find((pid) => pid !== undefined && /\bnpm\b/.test(readCommandLine(pid) ?? ''));
}

/**
 * While parts are being provided there is nothing to end in order: what runs is a child under guard and ends with us.
 *
 * @returns {never}
 */
function endAtOnce() {
  throw new Interrupted();
}

class Interrupted extends Error {}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Interrupted)) process.stderr.write(`\n${describeError(error)}\n`);
  process.exitCode = error instanceof Interrupted ? 130 : 1;
}
// Tasks that another part's failure has made pointless may still run; their processes end with this one.
process.exit();
