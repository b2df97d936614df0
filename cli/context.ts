import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readVariable } from '../tools/environment.mjs';
import { readRun, stateFolder } from '../tools/run-lock.mjs';
import { createApi, notReachable, type Api } from './api-client.ts';
import { createOutput, type Output } from './terminal.ts';
import type { ExitCode } from './command-error.ts';

/** What every command is given. */
export interface CommandContext {
  /** The clone. */
  root: string;
  output: Output;
  /** @throws CommandError with exit code 4 when no stack runs in this clone */
  api(): Api;
  /** How Temporal's own command line is called for the server of this stack, without its arguments. */
  temporalCommand(): { program: string; address: string };
  /** The bare repository that the bundled orders work on. */
  exampleRepository(name: string): string;
  /** The exit code of a command that worked; 0 unless it says otherwise. */
  exitCode: ExitCode;
}

/** The context of this process: the clone it stands in, its terminal, its environment. */
export function createContext(): CommandContext {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  return {
    root,
    output: createOutput(process.stdout),
    exitCode: 0,
    api() {
      const url = readVariable('RATCHET_API_URL') ?? readRun(root)?.apiUrl;
      if (url !== undefined) return createApi(url);
      throw notReachable();
    },
    temporalCommand() {
      const run = readRun(root);
      return { program: run?.temporalProgram ?? 'temporal', address: run?.temporalAddress ?? '127.0.0.1:7233' };
    },
    exampleRepository(name) {
      return readRun(root)?.exampleRepositories?.[name] ?? join(stateFolder(root), 'forge', `${name}.git`);
    },
  };
}
