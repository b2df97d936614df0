import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readVariable } from '../tools/environment.mjs';
import { readStackSecrets } from '../tools/stack-secrets.mjs';
import { readRun, stateFolder } from '../tools/run-lock.mjs';
import { createApi, notReachable, withoutEndingSlash, type Api } from './api-client.ts';
import { createOutput, type Output } from './terminal.ts';
import { readStoredToken } from './stored-tokens.ts';
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

/** The context of this process: its terminal, its environment, and the clone it stands in unless another one is named. */
export function createContext(root = dirname(dirname(fileURLToPath(import.meta.url)))): CommandContext {
  return {
    root,
    output: createOutput(process.stdout),
    exitCode: 0,
    api() {
      const ownUrl = readRun(root)?.apiUrl;
      const givenUrl = readVariable('RATCHET_API_URL');
      const named = givenUrl ?? ownUrl;
      if (named === undefined) throw notReachable();
      const url = withoutEndingSlash(named);
      // The variable belongs to the address beside it: a token of that server must not be shown to the stack of this clone.
      const token = givenUrl === undefined ? undefined : readVariable('RATCHET_API_TOKEN');
      const given = token ?? readStoredToken(url);
      // The stack of this clone has made a token for its command line; no other server may see it.
      const own = url === ownUrl ? readStackSecrets(stateFolder(root))?.commandLineToken : undefined;
      return createApi(url, given ?? own);
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
