import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { CommandError, exitCodes } from './command-error.ts';

/**
 * Asks for a secret without showing it; from a pipe, its first line. Never taken from an argument, which every process of
 * the machine can read.
 *
 * @throws CommandError when nothing was given
 */
export async function readSecret(prompt: string): Promise<string> {
  const secret = process.stdin.isTTY ? await ask(prompt) : ((await text(process.stdin)).split('\n')[0] ?? '');
  if (secret !== '') return secret;
  throw new CommandError(exitCodes.usage, 'No password was given: type it, or send it by standard input.');
}

async function ask(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
