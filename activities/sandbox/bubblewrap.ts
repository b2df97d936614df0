import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

import { isWithin, toolChainPaths } from './tool-chains.ts';

/** What of the machine is hidden, and what is shown all the same. */
export interface SandboxPlaces {
  /** Absolute, or empty. */
  home: string;
  /** PATH of the commands; its programs stay usable. */
  searchPath: string;
  /** Absolute folder whose other contents (workspaces of others, the database) are hidden. */
  stateDir: string;
  /** Absolute path of the Node that runs inside the sandbox. */
  nodePath: string;
}

/** What one command gets. Absolute paths. */
export interface SandboxPaths {
  cwd: string;
  /** Another name for `cwd` in there, below `/tmp`. */
  cwdShownAs?: string | undefined;
  readable: readonly string[];
  writable: readonly string[];
}

/** Where people and programs keep private files. */
const hiddenFolders = [
  ...['/boot', '/home', '/media', '/mnt', '/root', '/run', '/tmp'],
  ...['/etc/NetworkManager', '/etc/kubernetes', '/etc/letsencrypt', '/etc/ssh', '/etc/ssl/private', '/etc/sudoers.d'],
  ...['/var/backups', '/var/log', '/var/mail', '/var/spool', '/var/tmp'],
  ...['containerd', 'docker', 'kubelet', 'mysql', 'postgresql', 'private', 'redis'].map((name) => `/var/lib/${name}`),
];

/** Readable for root, even for a root without any capability, since root owns them. */
const hiddenFiles = [
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/krb5.keytab',
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/sudoers',
];

/** The program's own folder: a `.env` of the user may lie in it. */
const ownFolder = join(import.meta.dirname, '../..');

/**
 * Ways to separate the users, best first. Root without capabilities can't undo a mount; where it could make a user
 * namespace of its own it would get capabilities again, though only over what it made itself. Older versions of
 * bubblewrap don't know the first way, and some hosts give user namespaces to nobody, root included.
 */
export const separations: readonly (readonly string[])[] = [
  ['--unshare-user', '--disable-userns'],
  ['--unshare-user'],
  [],
];

/**
 * The command line that puts a command into a world of its own: no capability, no network, all read-only, homes and
 * state hidden, and the command's own paths back.
 *
 * @param separation one of `separations`
 * @param paths of the command
 */
export function sandboxPrefix(separation: readonly string[], places: SandboxPlaces, paths: SandboxPaths): string[] {
  const hidden = existing([...hiddenFolders, places.home, places.stateDir, ownFolder]);
  const tools = toolChainPaths({
    home: places.home,
    searchPath: places.searchPath,
    privateFolders: [places.stateDir, ownFolder],
    isHidden: (path) => hidden.some((folder) => isWithin(path, folder)),
  });
  return [
    ...['bwrap', '--die-with-parent', ...separation, '--cap-drop', 'ALL'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--unshare-net'],
    ...['--ro-bind', '/', '/', '--dev', '/dev'],
    // Root owns what lies in /proc/sys, and one of those files names a program that the host's kernel starts.
    ...['--proc', '/proc', '--remount-ro', '/proc'],
    ...existing(hiddenFiles).flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...hidden.flatMap((path) => ['--tmpfs', path]),
    ...readOnly(tools),
    // Again: a folder of the PATH may hold it.
    ...existing([places.stateDir]).flatMap((path) => ['--tmpfs', path]),
    ...readOnly([places.nodePath, ...paths.readable]),
    ...paths.writable.flatMap((path) => ['--bind', path, path]),
    ...(paths.cwdShownAs === undefined ? [] : ['--bind', paths.cwd, paths.cwdShownAs]),
    ...['--chdir', paths.cwdShownAs ?? paths.cwd, '--'],
  ];
}

// What lies in another one is shown by it; binding it again fails where it is a link in a read-only folder.
function readOnly(paths: readonly string[]): string[] {
  const there = [...new Set(paths)].filter((path) => existsSync(path));
  const outermost = there.filter((path) => !there.some((other) => other !== path && isWithin(path, other)));
  return outermost.flatMap((path) => ['--ro-bind', path, path]);
}

/** Those that are there, and where they really are; what lies higher comes first, or it would cover the other. */
function existing(paths: readonly string[]): string[] {
  const there = paths.filter((path) => path !== '' && existsSync(path));
  return [...new Set(there.flatMap((path) => [path, realpathSync(path)]))].sort();
}
