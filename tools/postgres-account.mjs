/**
 * Under which account PostgreSQL runs. It refuses to run as root, and a container's only user is often root.
 *
 * | we are                                | it runs                                                             |
 * | an ordinary user                      | as that user                                                        |
 * | root, user namespaces allowed (Linux) | in a user namespace that shows root's files as those of user 1000:  |
 * |                                       | no account is made, no file changes its owner, mode 700 stays       |
 * | root, no user namespaces              | as `nobody`, who gets the data folder and must be able to reach it  |
 */
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { askProgram, findProgram } from './find-program.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

const NAMESPACE_ARGUMENTS = ['--user', '--map-user=1000', '--map-group=1000'];

/**
 * @typedef {object} PostgresAccount
 * @property {number} [uid] to start the process with
 * @property {number} [gid]
 * @property {(command: string, args: readonly string[]) => { command: string, args: string[] }} wrap what to start
 */

/** @type {PostgresAccount} */
const SAME_USER = { wrap: (command, args) => ({ command, args: [...args] }) };

/**
 * @param {string} folder where the data is going to lie
 * @returns {Promise<PostgresAccount>}
 * @throws {ProvisioningError} as root, when no other account can be used
 */
export async function choosePostgresAccount(folder) {
  if (process.getuid?.() !== 0) return SAME_USER;
  const unshare = findProgram('unshare');
  if (unshare !== undefined && (await askProgram(unshare, [...NAMESPACE_ARGUMENTS, 'true'])).ok) {
    return { wrap: (command, args) => ({ command: unshare, args: [...NAMESPACE_ARGUMENTS, command, ...args] }) };
  }
  const nobody = readAccount('nobody');
  if (nobody === undefined) {
    throw new ProvisioningError(
      'PostgreSQL refuses to run as root, and there is neither a user namespace nor a user named nobody to run it as: start as an ordinary user, or set DATABASE_URL to a running server.',
    );
  }
  letOthersEnter(folder);
  assertReachable(folder);
  return { ...SAME_USER, ...nobody };
}

/**
 * @param {string} name
 * @returns {{ uid: number, gid: number } | undefined}
 */
function readAccount(name) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  // macOS writes -2, which the system call takes as an unsigned number.
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}

/** Into the state folder, whose content they can't list. @param {string} stateFolder need not be there */
function letOthersEnter(stateFolder) {
  if (existsSync(stateFolder)) chmodSync(stateFolder, 0o711);
}

/** @param {string} folder */
function assertReachable(folder) {
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    const isOpen = ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0o777) & 0o001) !== 0;
    if (isOpen) continue;
    throw new ProvisioningError(
      `PostgreSQL refuses to run as root, and the user nobody may not enter ${path}, so there is no database: start as an ordinary user, move the clone to a folder that others may enter, or set DATABASE_URL to a running server.`,
    );
  }
}
