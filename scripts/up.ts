/**
 * The supervisor: starts the stack, runs the main job, keeps the stack up and ends it in order. scripts/start.mjs starts
 * it, on the Node of the dependencies, after everything that it needs has been provided.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVariable, stackEnvironment } from '../tools/environment.mjs';
import { ensureExampleRepository, listExamples } from '../tools/example-repository.mjs';
import { startGuarded, type GuardedProcess } from '../tools/guarded-process.mjs';
import { bundledNodePath, pathWithBundledNode } from '../tools/node-runtime.mjs';
import { reservePorts } from '../tools/ports.mjs';
import { describeError } from '../tools/provisioning-error.mjs';
import { stateFolder, updateRun } from '../tools/run-lock.mjs';
import { toStackPorts, wantedPorts } from '../tools/stack-ports.mjs';
import { createStack, type Stack } from '../tools/stack.mjs';
import { createTaskList, type TaskList } from '../tools/task-list.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stateDirectory = stateFolder(root);
const startedAtMs = Number(readVariable('RATCHET_STARTED_AT_MS') ?? Date.now());
const job = readVariable('RATCHET_JOB') ?? 'stay';

/** What a shell reports for a process that SIGTERM ended. */
const EXIT_CODE_STOPPED = 143;

interface Supervision {
  readonly tasks: TaskList;
  readonly stack: Stack;
  readonly stopAsked: Promise<void>;
}

async function main(): Promise<number> {
  const tasks = createTaskList();
  const failure = Promise.withResolvers<never>();
  const stopAsked = waitForStopSignal();
  const reserved = await reservePorts(wantedPorts());
  for (const note of reserved.notes) tasks.print(note);
  const pids: Record<string, number> = { supervisor: process.pid };
  updateRun(root, { pids });
  const stack = createStack({
    root,
    stateDirectory,
    ports: toStackPorts(reserved.ports),
    temporal: readTemporal(),
    aiderPath: readVariable('AIDER_PATH') ?? 'aider',
    lizardPath: readVariable('LIZARD_PATH'),
    say(sentence) {
      process.stderr.write(`${sentence}\n`);
    },
    onStarted(name, pid) {
      pids[name] = pid;
      updateRun(root, { pids });
    },
    onGivenUp: failure.reject,
  });
  try {
    return await Promise.race([supervise({ tasks, stack, stopAsked }), failure.promise]);
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`);
    return 1;
  } finally {
    tasks.close();
    await stack.stop();
    reserved.release();
  }
}

async function supervise({ tasks, stack, stopAsked }: Supervision): Promise<number> {
  const started = await Promise.race([startStack(tasks, stack), stopAsked]);
  tasks.close();
  if (started === undefined) return EXIT_CODE_STOPPED;
  updateRun(root, { ...stack.addresses, ...started, state: 'ready' });
  const exitCode = job === 'none' ? 0 : await runJob(stopAsked);
  if (exitCode === EXIT_CODE_STOPPED) return exitCode;
  // An order that waits for a person has not done what the job was for.
  if (job === 'once') return exitCode === 0 ? 0 : 1;
  printStayingUp(stack);
  await stopAsked;
  process.stdout.write('\nEnding API, worker, Temporal and PostgreSQL ...\n');
  return exitCode;
}

/** PostgreSQL and Temporal side by side; each Node process as soon as what it needs answers. */
async function startStack(tasks: TaskList, stack: Stack) {
  const timings: Record<string, number> = readProvisionedTimings();
  async function timed<Result>(name: string, title: string, work: () => Promise<Result>): Promise<Result> {
    const result = await tasks.run(title, work);
    timings[`${name}ReadyMs`] = Date.now() - startedAtMs;
    return result;
  }
  // Loaded while PostgreSQL starts; a failure shows where it is awaited.
  const preparation = import('./prepare-database.ts');
  preparation.catch(() => undefined);
  const database = (async () => {
    const ownerUrl = await timed('postgres', 'PostgreSQL starts', () => stack.startPostgres());
    const { prepareDatabase } = await preparation;
    return timed('migrations', 'migrations', () => prepareDatabase(ownerUrl, stack.secrets));
  })();
  const temporal = timed('temporal', 'Temporal starts', () => stack.startTemporal());
  const [exampleRepositories] = await Promise.all([
    makeExampleRepositories(),
    database.then((url) => timed('api', 'API starts', () => stack.startApi(url))),
    Promise.all([database, temporal]).then(([url]) => timed('worker', 'worker starts', () => stack.startWorker(url))),
  ]);
  const record = { startedAt: new Date(startedAtMs).toISOString(), ...timings };
  writeFileSync(join(stateDirectory, 'timings.json'), `${JSON.stringify(record, null, 2)}\n`);
  const { path: temporalProgram } = readTemporal();
  return { apiReferenceUrl: `${stack.addresses.apiUrl}/docs`, exampleRepositories, temporalProgram };
}

async function makeExampleRepositories(): Promise<Record<string, string>> {
  const made = listExamples(root).map(async (name): Promise<[string, string]> => {
    const { path } = await ensureExampleRepository({ root, stateDirectory, name });
    return [name, path];
  });
  return Object.fromEntries(await Promise.all(made));
}

async function runJob(stopAsked: Promise<void>): Promise<number> {
  const process = startJob();
  const result = await Promise.race([process.finished, stopAsked]);
  if (result === undefined) {
    await process.stop();
    return EXIT_CODE_STOPPED;
  }
  return result.exitCode ?? 1;
}

function startJob(): GuardedProcess {
  // Those name a server of others, where the user's own commands go.
  const {
    RATCHET_API_URL: _url,
    RATCHET_API_TOKEN: _token,
    ...environment
  } = stackEnvironment({
    PATH: pathWithBundledNode(root),
    RATCHET_STATE_DIR: stateDirectory,
  });
  return startGuarded({
    command: bundledNodePath(root),
    args: [join(root, 'cli', 'main.ts'), 'demo'],
    cwd: root,
    env: environment,
    stdin: 'inherit',
    stdout: 'inherit',
    stderr: 'inherit',
    graceMs: 2_000,
  });
}

function printStayingUp({ addresses }: Stack): void {
  const lines = [
    '',
    'Ratchet stays up. Ctrl-C ends everything it started.',
    `  API             ${addresses.apiUrl} (reference: ${addresses.apiUrl}/docs)`,
    ...(addresses.temporalUiUrl === undefined ? [] : [`  Temporal's UI   ${addresses.temporalUiUrl}`]),
    `  logs            ${join(stateDirectory, 'logs')}`,
    '',
  ];
  process.stdout.write(lines.join('\n'));
}

function waitForStopSignal(): Promise<void> {
  // The terminal may be gone; that must not keep the parts from being ended.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve());
  });
}

/** Given by scripts/start.mjs, which wrote it: a program of a known version, or a server's address. */
function readTemporal(): { path?: string; version: string; address?: string } {
  const given = readVariable('RATCHET_TEMPORAL');
  if (given === undefined)
    throw new Error('scripts/up.ts was started by hand, so it does not know what was provided: run npm start.');
  return JSON.parse(given) as { path?: string; version: string; address?: string };
}

function readProvisionedTimings(): Record<string, number> {
  return JSON.parse(readVariable('RATCHET_PROVISIONED') ?? '{}') as Record<string, number>;
}

process.exit(
  await main().catch((error: unknown) => {
    process.stderr.write(`\n${describeError(error)}\n`);
    return 1;
  }),
);
