import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { createStackPart, type StackPart } from '../../tests/support/stack-part.ts';
import { lookForPython } from '../../tools/aider.mjs';
import { ensureEntry } from '../../tools/cache.mjs';
import { hostEnvironment } from '../../tools/environment.mjs';
import { runGuarded } from '../../tools/guarded-process.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import { say } from '../bench-pipeline/figures.ts';
import type { Target } from './measure.ts';

const version = '1.106.2';
const masterKey = 'sk-bench-0000';

export interface RunningLitellm {
  target: Target;
  stop(): Promise<void>;
}

/**
 * LiteLLM's proxy in front of the same provider, in a Python environment of its own in the cache.
 *
 * @returns null where it can't be had; standard error says why
 */
export async function startLitellm(providerUrl: string, folder: string): Promise<RunningLitellm | null> {
  try {
    const program = await provideLitellm();
    return await start(program, providerUrl, folder);
  } catch (error) {
    say(`LiteLLM can't be had, so it is left out: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function provideLitellm(): Promise<string> {
  const { folder } = await ensureEntry({
    part: 'litellm',
    version,
    isMadeInPlace: true,
    onWait: (pid: number) => say(`waiting for process ${pid}, which is already installing LiteLLM`),
    fill: install,
  });
  return join(folder, 'bin', 'litellm');
}

async function install(folder: string): Promise<void> {
  const python = await lookForPython();
  if (python?.kind !== 'python') throw new Error('there is no Python 3.10 to 3.12');
  say('installing LiteLLM, which takes a minute');
  for (const [command, ...args] of [
    [python.path, '-m', 'venv', '--clear', folder],
    [
      join(folder, 'bin/python'),
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      `litellm[proxy]==${version}`,
    ],
  ]) {
    const result = await runGuarded({ command: command ?? '', args, env: hostEnvironment() });
    if (result.exitCode !== 0) throw new Error(result.stderr.trim().split('\n').slice(-2).join(' / '));
  }
}

async function start(program: string, providerUrl: string, folder: string): Promise<RunningLitellm> {
  const reserved = await reservePorts([{ part: 'LiteLLM', preferred: 58_640 }]);
  const [port = 0] = reserved.ports;
  const config = join(folder, 'litellm.json');
  const model = { model: 'openai/gpt-5.6', api_base: providerUrl, api_key: 'none' };
  await writeFile(config, JSON.stringify({ model_list: [{ model_name: 'gpt-5.6', litellm_params: model }] }));
  const url = `http://127.0.0.1:${port}`;
  const part: StackPart = createStackPart({
    name: 'litellm',
    logFile: join(folder, 'litellm.log'),
    command: async () => ({
      command: program,
      args: ['--config', config, '--host', '127.0.0.1', '--port', String(port), '--telemetry', 'False'],
      env: hostEnvironment({
        LITELLM_LOCAL_MODEL_COST_MAP: 'True',
        LITELLM_MASTER_KEY: masterKey,
        LITELLM_LOG: 'ERROR',
      }),
    }),
    isReady: () => isAlive(url),
  });
  await part.start();
  await wait(1_000);
  return {
    target: { url: `${url}/v1`, token: masterKey },
    async stop() {
      await part.stop();
      reserved.release();
    },
  };
}

async function isAlive(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/liveliness`).catch(() => null);
  return response?.ok === true;
}
