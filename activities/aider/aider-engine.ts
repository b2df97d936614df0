import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Containment } from '../sandbox/containment.ts';
import { readAnalyticsLog } from './analytics-log.ts';
import { locateAider, type AiderProgram } from './aider-program.ts';
import type { EditEngine, EditJob, EditReport } from './edit-engine.ts';

export interface AiderOptions {
  /** Absolute path of the program, or its name on the PATH. */
  aiderPath: string;
  containment: Containment;
  /** PATH of the process. */
  searchPath: string;
}

/** Port on the loopback of the sandbox's own network: nobody else is there. */
const portInSandbox = 4800;
/**
 * The editor keeps its files in a set of absolute paths, and their order is the order in the prompt: with a path that
 * differs from disk to disk a finished answer would not be found again, and paid twice.
 */
const treeInSandbox = '/tmp/ratchet-tree';
const transcriptCharacters = 8_000;

const analyticsLog = 'analytics.jsonl';

// Each of these in a repository would reconfigure the editor: run commands, or send the request somewhere else.
const hostileName = /^(?:\.aider.*|\.env)$/;

/** The editor Aider, started once for each edit. Its exit code says nothing, so it is not read. */
export function createAiderEngine(options: AiderOptions): EditEngine {
  let located: AiderProgram | null = null;
  const locate = async (): Promise<AiderProgram> => {
    // It takes a start of Python, so it is looked for again only when it has gone.
    if (located === null || !existsSync(located.command))
      located = await locateAider(options.aiderPath, options.searchPath);
    return located;
  };
  return { edit: async (job) => edit(options, await locate(), job) };
}

async function edit(options: AiderOptions, program: AiderProgram, job: EditJob): Promise<EditReport> {
  const { workspace } = job;
  await maskHostileFiles(workspace.tree);
  const own = join(workspace.home, 'aider');
  await writeOwnFiles(own, workspace.home, job);
  const relayed = options.containment.sandboxed && job.gateway.socketPath !== undefined;
  const baseUrl = relayed ? `http://127.0.0.1:${portInSandbox}/v1` : job.gateway.baseUrl;
  const result = await options.containment.run({
    command: program.command,
    args: [...program.firstArguments, ...aiderArguments(own, baseUrl, job)],
    cwd: workspace.tree,
    cwdShownAs: treeInSandbox,
    env: { ...aiderEnvironment(options, job), ...program.environment },
    writable: [workspace.tree, workspace.home, ...socketFolder(job)],
    readable: [join(workspace.gitDir, 'objects'), workspace.mirrorObjects, ...program.readable],
    network: !relayed,
    timeoutMs: job.timeoutMs,
    signal: job.signal,
    gateway: relayed ? { socketPath: job.gateway.socketPath ?? '', port: portInSandbox } : undefined,
    onOutput: (text) => {
      const line = text.trim().split('\n').at(-1);
      if (line) job.onProgress(line.slice(0, 200));
    },
  });
  job.signal.throwIfAborted();
  const loggedTokens = await readAnalyticsLog(join(own, analyticsLog));
  return { timedOut: result.timedOut, transcript: result.output.slice(-transcriptCharacters), loggedTokens };
}

function socketFolder(job: EditJob): string[] {
  return job.gateway.socketPath === undefined ? [] : [dirname(job.gateway.socketPath)];
}

// Restored by the caller's checkpoint, which takes these names from the base commit again.
async function maskHostileFiles(tree: string): Promise<void> {
  const names = await readdir(tree);
  for (const name of names.filter((candidate) => hostileName.test(candidate))) {
    await rm(join(tree, name), { recursive: true, force: true });
  }
}

/** Paths, as git patterns, that an edit never changes: they were taken away before it. A glob ends at a slash. */
export const maskedPatterns = [':(top,glob).aider*', ':(top,glob).aider*/**', ':(top,literal).env'] as const;

async function writeOwnFiles(own: string, home: string, job: EditJob): Promise<void> {
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  const name = `openai/${job.model}`;
  const prices = {
    [name]: {
      max_input_tokens: job.contextTokensMax,
      max_output_tokens: job.outputTokensMax,
      // Money is counted in our ledger; with zeros here the editor prints no figures that would differ from it.
      input_cost_per_token: 0,
      output_cost_per_token: 0,
      litellm_provider: 'openai',
      mode: 'chat',
    },
  };
  const settings = [
    { name, edit_format: job.editFormat, use_repo_map: true, streaming: false, use_temperature: false },
  ];
  // Without this file in its home the editor asks the network for a price table at every start.
  const caches = join(home, '.aider/caches');
  await mkdir(caches, { recursive: true });
  await writeFile(join(caches, 'model_prices_and_context_window.json'), JSON.stringify(prices));
  await writeFile(join(own, 'models.json'), JSON.stringify(prices));
  await writeFile(join(own, 'settings.yml'), JSON.stringify(settings));
  await writeFile(join(own, 'message.txt'), job.message);
  await writeFile(join(own, 'empty'), '');
  await writeFile(join(own, 'empty.yml'), '{}\n');
}

function aiderArguments(own: string, baseUrl: string, job: EditJob): string[] {
  const model = `openai/${job.model}`;
  return [
    ...['--message-file', join(own, 'message.txt'), '--yes-always', '--no-stream', '--no-pretty'],
    ...['--no-auto-commits', '--no-dirty-commits', '--no-gitignore', '--no-auto-lint', '--no-auto-test'],
    ...['--no-suggest-shell-commands', '--no-detect-urls', '--disable-playwright', '--no-check-update'],
    ...['--no-show-release-notes', '--no-show-model-warnings', '--no-fancy-input', '--no-analytics'],
    ...['--analytics-disable', '--analytics-log', join(own, analyticsLog)],
    ...['--chat-history-file', join(own, 'chat.md'), '--input-history-file', '/dev/null'],
    ...['--config', join(own, 'empty.yml'), '--env-file', join(own, 'empty'), '--aiderignore', join(own, 'empty')],
    ...['--model-settings-file', join(own, 'settings.yml'), '--model-metadata-file', join(own, 'models.json')],
    ...['--openai-api-base', baseUrl, '--timeout', '150', '--map-tokens', String(job.repositoryMapTokens)],
    ...['--edit-format', job.editFormat, '--model', model, '--weak-model', model],
    '--',
    ...job.files,
  ];
}

function aiderEnvironment(options: AiderOptions, job: EditJob): Record<string, string> {
  return {
    PATH: options.searchPath,
    HOME: job.workspace.home,
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    // Output would be wrapped at 80 columns without a terminal.
    COLUMNS: '400',
    NO_COLOR: '1',
    // The order of sets must not change the prompt: an answer is found again by the prompt's hash.
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    DEFAULT_MAX_RETRIES: '0',
    OPENAI_API_KEY: job.gateway.token,
    AIDER_ANALYTICS: 'false',
  };
}
