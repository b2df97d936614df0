import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

import { runGuarded } from '../../tools/guarded-process.mjs';
import { AppError } from '../../domain/errors.ts';

/** A command that may not be trusted: the editor, or a repository's own install and tests. */
export interface ContainedCommand {
  command: string;
  args: readonly string[];
  /** Absolute. */
  cwd: string;
  /** The exact environment; nothing is inherited. */
  env: Record<string, string>;
  /** Absolute paths that may be written; everything else is read-only or hidden. */
  writable: readonly string[];
  /** Absolute paths that must be readable although they lie in a hidden place such as the home folder. */
  readable: readonly string[];
  /** Whether the command may reach the network. */
  network: boolean;
  timeoutMs: number;
  signal: AbortSignal;
  /** A way out where the network is closed: connections to this port of the loopback go to this Unix socket. */
  gateway?: { socketPath: string; port: number } | undefined;
  onOutput?: ((text: string) => void) | undefined;
}

export interface ContainedResult {
  exitCode: number | null;
  timedOut: boolean;
  aborted: boolean;
  /** Standard output and standard error in the order of their arrival, the end of it when it was long. */
  output: string;
  durationMs: number;
}

export interface Containment {
  /** False: only an environment, a home and a process group of its own stand between the command and this machine. */
  readonly sandboxed: boolean;
  run(command: ContainedCommand): Promise<ContainedResult>;
}

export interface ContainmentOptions {
  mode: 'auto' | 'required' | 'off';
  home: string;
  /** PATH of the commands; its folders stay readable. */
  searchPath: string;
  /** Absolute folder whose other contents (workspaces of others, the database) are hidden. */
  stateDir: string;
  /** Absolute folder of the package with what runs inside the sandbox. */
  nodePath: string;
}

/** Where people and programs keep private files. */
const hiddenFolders = ['/tmp', '/var/tmp', '/run', '/home', '/root'];

const outputCharactersMax = 2_000_000;
const relayPath = join(import.meta.dirname, 'gateway-relay.mjs');

/**
 * Finds out once what this machine offers.
 *
 * @throws AppError tool-missing when the sandbox is required and not there
 */
export async function createContainment(options: ContainmentOptions): Promise<Containment> {
  const sandboxed = options.mode !== 'off' && (await canSandbox(options));
  if (options.mode === 'required' && !sandboxed) {
    throw new AppError(
      'tool-missing',
      'RATCHET_SANDBOX is "required", but bubblewrap does not work on this machine. Install bubblewrap, or set RATCHET_SANDBOX to "auto".',
    );
  }
  return { sandboxed, run: (command) => run(command, sandboxed ? options : null) };
}

async function canSandbox(options: ContainmentOptions): Promise<boolean> {
  const probe = { writable: [], readable: [], network: false, cwd: '/' };
  const [, ...args] = [...sandboxPrefix(probe, options), 'true'];
  const result = await runGuarded({
    command: 'bwrap',
    args,
    env: { PATH: options.searchPath },
    timeoutMs: 10_000,
  }).catch(
    // The program is not there at all: the same answer as one that does not work.
    () => ({ exitCode: 127 }),
  );
  return result.exitCode === 0;
}

async function run(command: ContainedCommand, sandbox: ContainmentOptions | null): Promise<ContainedResult> {
  const own = [command.command, ...command.args];
  const relayed = command.gateway && sandbox ? relayPrefix(command.gateway, sandbox) : [];
  const prefix = sandbox ? sandboxPrefix(command, sandbox) : [];
  const [program = '', ...args] = [...prefix, ...relayed, ...own];
  let output = '';
  const result = await runGuarded({
    command: program,
    args,
    cwd: command.cwd,
    env: command.env,
    captureBytesMax: 0,
    timeoutMs: command.timeoutMs,
    signal: command.signal,
    graceMs: 3_000,
    onOutput: (text) => {
      output = (output + text).slice(-outputCharactersMax);
      command.onOutput?.(text);
    },
  });
  return {
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    aborted: result.aborted,
    output,
    durationMs: result.durationMs,
  };
}

function relayPrefix(gateway: { socketPath: string; port: number }, sandbox: ContainmentOptions): string[] {
  return [sandbox.nodePath, relayPath, gateway.socketPath, String(gateway.port), '--'];
}

/** The arguments that put a command into a world of its own: all read-only, homes and state hidden, its paths back. */
function sandboxPrefix(
  command: Pick<ContainedCommand, 'writable' | 'readable' | 'network' | 'cwd'>,
  options: ContainmentOptions,
): string[] {
  const hidden = [...hiddenFolders, options.home, options.stateDir];
  const visible = [...toolFolders(options), relayPath, options.nodePath, ...command.readable];
  return [
    'bwrap',
    '--die-with-parent',
    '--unshare-user-try',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    ...(command.network ? [] : ['--unshare-net']),
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...[...new Set(hidden)].filter((path) => path !== '' && existsSync(path)).flatMap((path) => ['--tmpfs', path]),
    // Names are resolved through here where a resolver runs on the machine itself.
    ...(command.network ? readOnly(['/run/systemd/resolve']) : []),
    ...readOnly(visible),
    ...command.writable.flatMap((path) => ['--bind', path, path]),
    ...['--chdir', command.cwd],
  ];
}

function readOnly(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path]);
}

/** Tool chains that live in the home folder (version managers do that): found by the PATH, with their targets. */
function toolFolders(options: ContainmentOptions): string[] {
  const folders = options.searchPath.split(':').filter((path) => path.startsWith('/') && existsSync(path));
  const inHome = folders.flatMap((path) => [path, realpathSync(path)]).map((path) => toolRoot(path, options.home));
  const toolChains = [join(options.home, '.rustup'), join(options.home, '.nvm')];
  return [...inHome.filter((path) => path !== null), ...toolChains];
}

function toolRoot(path: string, home: string): string | null {
  const [first = '', second = ''] = relative(home, path).split(sep);
  if (home === '' || first === '..' || first === '') return isHiddenSystemPath(path) ? path : null;
  // ~/.local and ~/.config hold private files beside programs, so only the named folder below them is shown.
  return ['.local', '.config', 'Library'].includes(first) ? join(home, first, second) : join(home, first);
}

function isHiddenSystemPath(path: string): boolean {
  return hiddenFolders.some((hidden) => path.startsWith(`${hidden}/`));
}

/** The folder of the real program behind a path, two levels up: where an interpreter keeps its library. */
export function interpreterFolder(program: string): string {
  return dirname(dirname(realpathSync(program)));
}
