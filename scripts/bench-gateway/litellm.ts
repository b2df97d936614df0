import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { createStackPart, type StackPart } from '../../tests/support/stack-part.ts';
import { hostEnvironment } from '../../tools/environment.mjs';
import { askProgram } from '../../tools/find-program.mjs';
import { reservePorts } from '../../tools/ports.mjs';
import { ensurePythonProgram } from '../../tools/python-environment.mjs';
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
  const { path } = await ensurePythonProgram(
    {
      ...{ part: 'litellm', program: 'litellm', requirement: 'litellm[proxy]', version, name: 'LiteLLM' },
      ...{ loss: 'there is nothing to compare with', remedy: 'go without it', needs: 'the network' },
      readVersion: readLitellmVersion,
    },
    // Not a line per package: this is read together with the figures.
    (text: string) => {
      if (/^(making|waiting)/.test(text)) say(`LiteLLM: ${text}`);
    },
  );
  return path;
}

/** Of the environment that the program lies in; the program itself imports for seconds before it answers. */
async function readLitellmVersion(program: string): Promise<string | undefined> {
  const question = 'import importlib.metadata; print(importlib.metadata.version("litellm"))';
  const { ok, output } = await askProgram(join(dirname(program), 'python'), ['-c', question]);
  return ok ? output : undefined;
}

async function start(program: string, providerUrl: string, folder: string): Promise<RunningLitellm> {
  const reserved = await reservePorts([{ part: 'LiteLLM' }]);
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
