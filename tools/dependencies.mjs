/**
 * Installs the npm packages and generates the database client, each only when its input has changed since the last
 * complete time. A marker is removed before the work and written after it: a kill in between leaves work to do, never a
 * half-made state that looks finished.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { platformName } from './cache.mjs';
import { hostEnvironment, readVariable } from './environment.mjs';
import { findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { bundledNodePath, pathWithBundledNode } from './node-runtime.mjs';
import { withLock } from './process-lock.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/**
 * What the user's settings of npm may say otherwise, for good reasons elsewhere: the clone is built and tested where it lies,
 * so it needs all kinds of packages, the programs that their scripts fetch, and a node_modules of its own even in a folder
 * that belongs to a workspace.
 */
const WHOLE_CLONE = [
  ...['--include=dev', '--include=optional', '--include=peer'],
  ...['--ignore-scripts=false', '--workspaces=false'],
];

/**
 * @typedef {object} Step
 * @property {string} markerFile
 * @property {readonly string[]} inputs files whose content decides; a missing one counts as empty
 * @property {string} lockFolder
 */

/**
 * @param {string} root the clone
 * @returns {boolean} whether packages and database client are complete for the files in the clone
 */
export function areDependenciesReady(root) {
  return isUpToDate(packagesStep(root)) && isUpToDate(clientStep(root));
}

/**
 * Makes packages and database client complete. Costs two file hashes when they are.
 *
 * @param {string} root the clone
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens
 * @returns {Promise<{ installed: boolean, generated: boolean }>}
 * @throws {ProvisioningError} when npm or the generator fails
 */
export async function ensureDependencies(root, { detail = () => undefined } = {}) {
  const installed = await runStep(packagesStep(root), detail, () => installPackages(root, detail));
  linkOwnCommand(root);
  const generated = await runStep(clientStep(root), detail, () => generateClient(root, detail));
  return { installed, generated };
}

/**
 * @param {string} root
 * @returns {Step}
 */
function packagesStep(root) {
  return {
    markerFile: join(root, 'node_modules', '.ratchet-installed'),
    inputs: [join(root, 'package-lock.json')],
    lockFolder: join(root, '.ratchet', 'locks', 'packages'),
  };
}

/**
 * @param {string} root
 * @returns {Step}
 */
function clientStep(root) {
  return {
    markerFile: join(root, 'prisma', 'generated', '.ratchet-generated'),
    // The lock file as well: another version of the generator writes another client.
    inputs: [join(root, 'prisma', 'schema.prisma'), join(root, 'package-lock.json')],
    lockFolder: join(root, '.ratchet', 'locks', 'client'),
  };
}

/**
 * @param {Step} step
 * @param {(text: string) => void} detail
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} whether there was something to do
 */
async function runStep(step, detail, work) {
  if (isUpToDate(step)) return false;
  /** @param {number} holderPid */
  function onWait(holderPid) {
    detail(`waiting for process ${String(holderPid)}, which does the same in this clone`);
  }
  return await withLock(step.lockFolder, { onWait }, async () => {
    if (isUpToDate(step)) return false;
    const hash = hashInputs(step);
    rmSync(step.markerFile, { force: true });
    await work();
    mkdirSync(dirname(step.markerFile), { recursive: true });
    writeFileSync(`${step.markerFile}.new`, hash);
    renameSync(`${step.markerFile}.new`, step.markerFile);
    return true;
  });
}

/** @param {Step} step */
function isUpToDate(step) {
  return existsSync(step.markerFile) && readFileSync(step.markerFile, 'utf8') === hashInputs(step);
}

/** @param {Step} step */
function hashInputs({ inputs }) {
  const hash = createHash('sha256').update(platformName());
  for (const file of inputs) hash.update('\0').update(existsSync(file) ? readFileSync(file) : '');
  return hash.digest('hex');
}

/**
 * @param {string} root
 * @param {(text: string) => void} detail
 */
async function installPackages(root, detail) {
  const { command, args } = npmCommand();
  let fetchedCount = 0;
  const result = await runGuarded({
    command,
    // At this log level npm says each package that it gets, which is the only sign of life it gives without a terminal.
    args: [...args, 'ci', ...WHOLE_CLONE, '--no-audit', '--no-fund', '--loglevel', 'http'],
    cwd: root,
    // A chosen workspace and none at all contradict each other, and npm ends.
    env: hostEnvironment({ npm_config_workspace: '' }),
    onOutput(text) {
      fetchedCount += text.match(/http fetch GET/g)?.length ?? 0;
      detail(fetchedCount > 0 ? `npm ci, ${String(fetchedCount)} packages fetched` : 'npm ci');
    },
  });
  if (result.exitCode === 0 && existsSync(bundledNodePath(root))) return;
  throw new ProvisioningError(
    `npm ci failed, so the packages are incomplete and nothing can be started: check the network and the free disk space and start again; npm says: ${npmComplaint(result.stderr)}`,
  );
}

/**
 * npm links the commands of the packages but not the clone's own. With this link `npx ratchet` runs ours at once; without
 * it npx makes a second copy of the clone in its cache first, which takes seconds.
 *
 * @param {string} root
 */
function linkOwnCommand(root) {
  const link = join(root, 'node_modules', '.bin', 'ratchet');
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  // By renaming: a command in another window may do the same at this moment.
  const made = `${link}.${String(process.pid)}`;
  symlinkSync(join('..', '..', 'cli', 'ratchet.mjs'), made);
  renameSync(made, link);
}

/** npm tells scripts that it runs where it lies: the user's own npm, even when another one comes first on the PATH. */
function npmCommand() {
  const npmScript = readVariable('npm_execpath');
  if (npmScript?.endsWith('npm-cli.js') === true && existsSync(npmScript)) {
    return { command: process.execPath, args: [npmScript] };
  }
  const npm = findProgram('npm');
  if (npm !== undefined) return { command: npm, args: [] };
  throw new ProvisioningError(
    'npm is not on the PATH, so the packages can not be installed: install Node together with npm and start again.',
  );
}

/** @param {string} stderr */
function npmComplaint(stderr) {
  const lines = stderr.split('\n').filter((line) => line.startsWith('npm error') && !line.includes('A complete log'));
  return lines.length === 0
    ? 'nothing'
    : lines
        .slice(0, 6)
        .map((line) => line.slice('npm error '.length))
        .join(' / ');
}

/**
 * @param {string} root
 * @param {(text: string) => void} detail
 */
async function generateClient(root, detail) {
  detail('generating the database client');
  const node = bundledNodePath(root);
  const result = await runGuarded({
    command: node,
    args: [join(root, 'node_modules', 'prisma', 'build', 'index.js'), 'generate'],
    cwd: root,
    // Generating needs no engine, but the command insists on one and would download it: any executable satisfies it.
    env: hostEnvironment({
      PRISMA_SCHEMA_ENGINE_BINARY: node,
      PATH: pathWithBundledNode(root),
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    }),
  });
  if (result.exitCode === 0) return;
  const complaint = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-6).join(' / ');
  throw new ProvisioningError(
    `The database client could not be generated from prisma/schema.prisma, so worker and API can't start: correct the schema; prisma generate says: ${complaint}`,
  );
}
