import { runGuarded } from '../../tools/guarded-process.mjs';
import { createProcessLauncher } from '../../tools/process-launcher.mjs';
import { AppError } from '../../domain/errors.ts';
import type { Redact } from '../../domain/text/redact.ts';

/** How git is started here. */
export interface GitSettings {
  searchPath: string;
  /** The real home, whose credential helpers and keys are used for fetching and pushing, and for nothing else. */
  home: string;
  redact: Redact;
}

export interface GitOptions {
  cwd?: string;
  /** Git dir and work tree where they lie apart. */
  gitDir?: string;
  workTree?: string;
  /** Talks to a remote: credentials of the user are needed. */
  remote?: boolean;
  input?: string;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  environment?: Record<string, string>;
}

export interface GitResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs git with nothing of the user's or the repository's settings that could start a program. */
export type Git = {
  /** @throws AppError git-failed with the last lines of git's own words */
  (args: readonly string[], options?: GitOptions): Promise<string>;
  /** The same, with the exit code as a value. */
  attempt(args: readonly string[], options?: GitOptions): Promise<GitResult>;
};

const outputBytesMax = 64 * 1024 * 1024;
const author = { name: 'Ratchet', email: 'ratchet@localhost' };

// Each setting closes a door through which a repository or a remote could run a program or read a file.
const safeSettings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.attributesFile=/dev/null',
  'core.autocrlf=false',
  'core.quotePath=false',
  'protocol.ext.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

/**
 * Git for a large process with much to do: it is started by a small one beside it.
 *
 * @returns `close` ends that, with what still runs
 */
export function createLaunchedGit(settings: GitSettings): { git: Git; close: () => void } {
  const { run, close } = createProcessLauncher();
  return { git: createGit(settings, run), close };
}

/** The one way in which git is started. */
export function createGit(settings: GitSettings, run: typeof runGuarded = runGuarded): Git {
  const attempt = async (args: readonly string[], options: GitOptions = {}): Promise<GitResult> => {
    const result = await run({
      command: 'git',
      args: [...safeSettings, ...args],
      env: gitEnvironment(settings, options),
      timeoutMs: options.timeoutMs ?? 120_000,
      captureBytesMax: outputBytesMax,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.input === undefined ? {} : { stdin: { text: options.input } }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    options.signal?.throwIfAborted();
    if (result.truncated) throw new AppError('git-failed', `git ${args[0] ?? ''} printed more than can be handled.`);
    return { exitCode: result.timedOut ? null : result.exitCode, stdout: result.stdout, stderr: result.stderr };
  };
  const git = async (args: readonly string[], options: GitOptions = {}): Promise<string> => {
    const result = await attempt(args, options);
    if (result.exitCode === 0) return result.stdout;
    const words = settings.redact(lastLines(result.stderr));
    throw new AppError(
      'git-failed',
      `git ${args[0] ?? ''} failed: ${words || `exit code ${result.exitCode ?? 'none'}`}`,
    );
  };
  return Object.assign(git, { attempt });
}

/** The last three lines of what git said, without its prefixes for progress. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' ').slice(0, 600);
}

/** The entries of a list that git separates by NUL (`-z`). */
export function splitNul(text: string): string[] {
  return text.split('\0').filter((entry) => entry !== '');
}

function gitEnvironment(settings: GitSettings, options: GitOptions): Record<string, string> {
  const own = options.remote === true ? {} : { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  return {
    PATH: settings.searchPath,
    HOME: settings.home,
    LANG: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oConnectTimeout=10',
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
    GIT_OPTIONAL_LOCKS: '0',
    ...own,
    ...(options.gitDir === undefined ? {} : { GIT_DIR: options.gitDir }),
    ...(options.workTree === undefined ? {} : { GIT_WORK_TREE: options.workTree }),
    ...options.environment,
  };
}
