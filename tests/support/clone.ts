import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { lookForAider } from '../../tools/aider.mjs';
import { cacheFolder } from '../../tools/cache.mjs';
import { listFiles } from '../../tools/clone-files.mjs';
import { stackEnvironment } from '../../tools/environment.mjs';
import { findProgram } from '../../tools/find-program.mjs';
import { startGuarded, type GuardedProcess } from '../../tools/guarded-process.mjs';
import { readRun, type Run } from '../../tools/run-lock.mjs';
import { patienceMs, waitFor } from './wait-for.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Ending the parts in order may take this long; after kill -9 the guards need no longer. */
const endMs = 30_000;

/** A command that runs in a clone. */
export interface CloneCommand {
  process: GuardedProcess;
  /** Everything that it has printed so far, both streams. */
  output: () => string;
}

/** What a command in a clone came to. */
export interface CommandResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** How a clone is made. */
export interface CloneOptions {
  /** On top of the environment of its commands. */
  additions?: Record<string, string>;
  /** No packages, and every cache empty and its own: as on a machine that has never seen the project. */
  isCold?: boolean;
}

/** A fresh clone of the working tree, as a user has one after `npm ci`. */
export interface Clone {
  folder: string;
  /** What its commands see: nothing of the developer's own models, only what the test adds. */
  environment: Record<string, string>;
  /** Starts `npm start -- ...args`. */
  start(...args: string[]): CloneCommand;
  /** Runs a program to its end. */
  run(program: string, ...args: string[]): Promise<CommandResult>;
  /** What runs in this clone now, from its `run.json`. */
  currentRun(): Run | undefined;
  /** A line for every living process that has to do with this clone. */
  processes(): string[];
  /** Waits until there is none; throws with the list of those that stay. */
  waitUntilEmpty(): Promise<void>;
  /** Ends what still runs and removes the folder. */
  remove(): Promise<void>;
}

/**
 * Makes a clone in a temporary folder: HEAD and the changes that are not committed. The packages are linked and not
 * copied, so it costs a second; caches (Temporal, Aider) are the developer's own unless it is cold.
 */
export async function createClone({ additions = {}, isCold = false }: CloneOptions = {}): Promise<Clone> {
  const place = mkdtempSync(join(tmpdir(), 'ratchet-clone-'));
  const folder = join(place, 'ratchet');
  await copyWorkingTree(folder);
  if (!isCold) copyInstalledPackages(folder);
  const caches = isCold ? emptyCaches(join(place, 'caches')) : await developerCaches();
  const environment = { ...userEnvironment(), ...caches, ...additions };
  const commands: CloneCommand[] = [];

  function launch(program: string, args: readonly string[], timeoutMs?: number): CloneCommand {
    let output = '';
    const process = startGuarded({
      command: findProgram(program, environment['PATH']) ?? program,
      args,
      cwd: folder,
      env: environment,
      onOutput: (text) => (output += text),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const command = { process, output: () => output };
    commands.push(command);
    return command;
  }

  async function waitUntilEmpty(): Promise<void> {
    const end = async () => processesOf(place).length === 0;
    await waitFor('end of all processes of the clone', end, endMs).catch((cause: unknown) => {
      throw new Error(`Processes of the clone stay:\n${processesOf(place).join('\n')}`, { cause });
    });
  }

  return {
    folder,
    environment,
    start: (...args) => launch('npm', ['start', '--', ...args]),
    run: (program, ...args) => launch(program, args, patienceMs).process.finished,
    currentRun: () => readRun(folder),
    processes: () => processesOf(place),
    waitUntilEmpty,
    async remove() {
      await Promise.all(commands.map(({ process }) => process.stop()));
      await waitUntilEmpty();
      removeFolder(place);
    },
  };
}

async function copyWorkingTree(folder: string): Promise<void> {
  execFileSync('git', ['clone', '--quiet', root, folder]);
  const listed = await listFiles(root);
  if (listed === undefined) throw new Error('git does not know the files of this clone, so it can not be copied.');
  for (const name of readdirSync(folder).filter((entry) => entry !== '.git')) {
    rmSync(join(folder, name), { recursive: true });
  }
  for (const path of listed.filter((entry) => existsSync(join(root, entry)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
}

/** Hard links where both folders lie on one file system; npm replaces files and never writes into them. */
function copyInstalledPackages(folder: string): void {
  for (const path of ['node_modules', join('prisma', 'generated')]) {
    const arguments_ = [join(root, path), join(folder, path)];
    try {
      execFileSync('cp', ['-al', ...arguments_], { stdio: 'ignore' });
    } catch {
      // Another file system: a real copy.
      rmSync(join(folder, path), { recursive: true, force: true });
      execFileSync('cp', ['-a', ...arguments_]);
    }
  }
}

/** Go makes the folders of its module cache read-only. */
function removeFolder(folder: string): void {
  execFileSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** The environment of a user without keys and without Ollama, whose PATH has nothing of this checkout. */
function userEnvironment(): Record<string, string> {
  const inherited = Object.entries(stackEnvironment()).filter(
    ([name]) => !/^(RATCHET|ANTHROPIC|OPENAI|OLLAMA)_/.test(name),
  );
  const { PATH = '', ...others } = Object.fromEntries(inherited);
  return {
    ...others,
    PATH: PATH.split(delimiter)
      .filter((entry) => !entry.startsWith(root))
      .join(delimiter),
    // The port of the discard service: nobody plays a model there.
    OLLAMA_BASE_URL: 'http://127.0.0.1:9',
  };
}

async function developerCaches(): Promise<Record<string, string>> {
  const { found } = await lookForAider();
  return { RATCHET_CACHE: cacheFolder(), ...(found === undefined ? {} : { AIDER_PATH: found.path }) };
}

/** The home stays as it is: it says where the registries are. */
function emptyCaches(folder: string): Record<string, string> {
  return {
    RATCHET_CACHE: join(folder, 'ratchet'),
    npm_config_cache: join(folder, 'npm'),
    PIP_CACHE_DIR: join(folder, 'pip'),
    UV_CACHE_DIR: join(folder, 'uv'),
    GOCACHE: join(folder, 'go-build'),
    GOMODCACHE: join(folder, 'go-modules'),
  };
}

/** One line per process whose arguments, working directory or environment name the folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const commandLine = readProcess(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      const traces = [
        commandLine,
        readProcess(() => readlinkSync(`/proc/${pid}/cwd`)),
        readProcess(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
      ];
      const isOurs = traces.some((trace) => trace.includes(folder));
      return isOurs ? [`${pid} ${commandLine.replaceAll('\0', ' ').trim()}`] : [];
    });
}

/** Empty for a process that ended meanwhile, for a corpse, and for one that is not ours to look at. */
function readProcess(read: () => string): string {
  try {
    return read();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(code)) return '';
    throw error;
  }
}
