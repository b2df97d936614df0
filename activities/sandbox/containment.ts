import { dirname, join } from 'node:path';

import { runGuarded } from '../../tools/guarded-process.mjs';
import { AppError } from '../../domain/errors.ts';
import { sandboxPrefix, separations, type SandboxPlaces } from './bubblewrap.ts';
import { proxyEnvironment, type OutboundProxy } from './outbound-proxy.ts';

/** A command that may not be trusted: the editor, or a repository's own install and tests. */
export interface ContainedCommand {
  command: string;
  args: readonly string[];
  /** Absolute. */
  cwd: string;
  /**
   * Absolute, below `/tmp`: in the sandbox the working folder goes by this name, the same on every disk. Without a
   * sandbox it keeps its own.
   */
  cwdShownAs?: string | undefined;
  /** The exact environment; nothing is inherited, and only the sandbox's way to the network is added. */
  env: Record<string, string>;
  /** Absolute paths that may be written; everything else is read-only or hidden. */
  writable: readonly string[];
  /** Absolute paths that must be readable although they lie in a hidden place such as the home folder. */
  readable: readonly string[];
  /** Whether the command may reach the public network: in the sandbox registries and the web, never this machine. */
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

export interface ContainmentOptions extends SandboxPlaces {
  mode: 'auto' | 'required' | 'off';
  /** The way to registries, for commands that may reach the network. */
  outbound: Pick<OutboundProxy, 'socketPath' | 'loopbackTargets'>;
}

const outputCharactersMax = 2_000_000;
/** Port on the loopback of the sandbox's own network. */
const outboundPort = 4801;
const relayPath = join(import.meta.dirname, 'gateway-relay.mjs');

/**
 * Finds out once what this machine offers.
 *
 * @throws AppError tool-missing when the sandbox is required and not there
 */
export async function createContainment(options: ContainmentOptions): Promise<Containment> {
  const separation = options.mode === 'off' ? null : await findSeparation(options);
  if (options.mode === 'required' && separation === null) {
    throw new AppError(
      'tool-missing',
      'RATCHET_SANDBOX is "required", but bubblewrap does not work on this machine. Install bubblewrap, or set RATCHET_SANDBOX to "auto".',
    );
  }
  const sandbox = separation === null ? null : { options, separation };
  return { sandboxed: sandbox !== null, run: (command) => run(command, sandbox) };
}

async function findSeparation(options: ContainmentOptions): Promise<readonly string[] | null> {
  for (const separation of separations) {
    const [command = '', ...prefix] = sandboxPrefix(separation, options, { writable: [], readable: [], cwd: '/' });
    const args = [...prefix, 'true'];
    const env = { PATH: options.searchPath };
    const result = await runGuarded({ command, args, env, timeoutMs: 10_000 }).catch(
      // The program is not there at all: the same answer as one that does not work.
      () => ({ exitCode: 127 }),
    );
    if (result.exitCode === 0) return separation;
  }
  return null;
}

interface Sandbox {
  options: ContainmentOptions;
  separation: readonly string[];
}

async function run(command: ContainedCommand, sandbox: Sandbox | null): Promise<ContainedResult> {
  const own = [command.command, ...command.args];
  const [program = '', ...args] = sandbox === null ? own : [...sandboxed(command, sandbox), ...own];
  const isThroughProxy = sandbox !== null && command.network;
  let output = '';
  const result = await runGuarded({
    command: program,
    args,
    cwd: command.cwd,
    env: isThroughProxy ? { ...command.env, ...proxyEnvironment(outboundPort) } : command.env,
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

/** What stands before a command: the sandbox, and in it the relay where there is a way out. */
function sandboxed(command: ContainedCommand, { options, separation }: Sandbox): string[] {
  const { outbound } = options;
  const routes = [
    ...(command.gateway ? [String(command.gateway.port), command.gateway.socketPath, ''] : []),
    ...(command.network ? [String(outboundPort), outbound.socketPath, ''] : []),
    ...(command.network
      ? outbound.loopbackTargets.flatMap(({ host, port }) => [String(port), outbound.socketPath, `${host}:${port}`])
      : []),
  ];
  const readable = [relayPath, ...command.readable, ...(command.network ? [dirname(outbound.socketPath)] : [])];
  const prefix = sandboxPrefix(separation, options, { ...command, readable });
  return routes.length === 0 ? prefix : [...prefix, options.nodePath, relayPath, ...routes, '--'];
}
