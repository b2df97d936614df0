/**
 * The sandbox (bubblewrap, Linux) in which models' edits and the target's own code run. Without it orders still run, and
 * every report says so.
 */
import { existsSync } from 'node:fs';
import { hostEnvironment } from './environment.mjs';
import { askProgram, findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const TRIAL_ARGUMENTS = ['--ro-bind', '/', '/', '--unshare-all', 'true'];
const INSTALL_TIMEOUT_MS = 180_000;

/**
 * @typedef {object} SandboxReport
 * @property {boolean} isUsable tried for real, since a host may have the program and forbid what it does
 * @property {string} [path]
 * @property {string} [version] such as '0.8.0'
 * @property {string} [reason] why not, and how to get it
 */

/** @returns {Promise<SandboxReport>} */
export async function lookForSandbox() {
  if (process.platform !== 'linux') {
    return { isUsable: false, reason: 'bubblewrap exists only on Linux; on this system orders run without a sandbox' };
  }
  const path = findProgram('bwrap');
  if (path === undefined) {
    return { isUsable: false, reason: 'bubblewrap is missing: install the package bubblewrap of your distribution' };
  }
  const [trial, version] = await Promise.all([askProgram(path, TRIAL_ARGUMENTS), askProgram(path, ['--version'])]);
  if (!trial.ok) {
    return {
      isUsable: false,
      path,
      reason: `bubblewrap is there but this host forbids what it does (${trial.output}): allow unprivileged user namespaces`,
    };
  }
  return { isUsable: true, path, version: version.output.replace(/^bubblewrap /, '') };
}

/**
 * The sandbox for the test run, which has to prove that it holds. Installed where that is possible without asking anybody:
 * as root on a Debian-like system.
 *
 * @param {{ detail?: (text: string) => void }} [options]
 * @returns {Promise<SandboxReport>} always usable
 * @throws {ProvisioningError} when it can't be had here
 */
export async function ensureSandboxForTests({ detail = () => undefined } = {}) {
  const present = await lookForSandbox();
  if (present.isUsable) return present;
  const aptGet = findProgram('apt-get');
  const mayInstall =
    present.path === undefined && process.getuid?.() === 0 && aptGet !== undefined && existsSync('/etc/debian_version');
  if (mayInstall) {
    detail('installing the package bubblewrap');
    await install(aptGet);
    const installed = await lookForSandbox();
    if (installed.isUsable) return installed;
    throw cannotTest(installed);
  }
  throw cannotTest(present);
}

/** @param {SandboxReport} report */
function cannotTest({ reason }) {
  return new ProvisioningError(
    `The sandbox can't be tested, so the test run would prove less than it says: ${reason ?? 'bubblewrap does not work'}, then start again.`,
  );
}

/**
 * @param {string} aptGet
 * @throws {ProvisioningError} with the package manager's complaint
 */
async function install(aptGet) {
  const settings = {
    command: aptGet,
    env: hostEnvironment({ DEBIAN_FRONTEND: 'noninteractive' }),
    timeoutMs: INSTALL_TIMEOUT_MS,
  };
  const args = ['install', '--yes', '--no-install-recommends', 'bubblewrap'];
  const first = await runGuarded({ ...settings, args });
  if (first.exitCode === 0) return;
  // A fresh container has no package lists yet.
  await runGuarded({ ...settings, args: ['update'] });
  const second = await runGuarded({ ...settings, args });
  if (second.exitCode === 0) return;
  const complaint = `${second.stdout}\n${second.stderr}`.trim().split('\n').slice(-3).join(' / ');
  throw new ProvisioningError(
    `The package bubblewrap could not be installed, so the sandbox can't be tested: install it by hand and start again; apt-get says: ${complaint}`,
  );
}
