import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { CommandError, exitCodes } from './command-error.ts';

/**
 * Asks for secrets one after another without showing them; from a pipe, a line for each. Never taken from an argument,
 * which every process of the machine can read.
 *
 * @param asked what a person is asked for, such as `{ password: 'Password' }`; the answers have the same keys
 * @throws CommandError when one was not given
 */
export async function readSecrets<Key extends string>(
  asked: Readonly<Record<Key, string>>,
): Promise<Record<Key, string>> {
  const names = Object.values<string>(asked);
  const given = process.stdin.isTTY ? await ask(names) : (await text(process.stdin)).split(/\r?\n/);
  const missing = names.find((_name, index) => (given[index] ?? '') === '');
  if (missing === undefined) {
    return Object.fromEntries(Object.keys(asked).map((key, index) => [key, given[index]])) as Record<Key, string>;
  }
  const order = names.length === 1 ? '' : `, a line each: ${names.join(', ').toLowerCase()}`;
  const message = `No ${missing.toLowerCase()} was given: type it, or send it by standard input${order}.`;
  throw new CommandError(exitCodes.usage, message);
}

/** The answers so far: Ctrl-C and Ctrl-D end the questions. */
async function ask(names: readonly string[]): Promise<string[]> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const ended = once(lines, 'close').then(() => null);
  const answers: string[] = [];
  for (const name of names) {
    process.stderr.write(`${name}: `);
    const answer = await Promise.race([lines.question('').catch(() => null), ended]);
    process.stderr.write('\n');
    if (answer === null) break;
    answers.push(answer);
  }
  lines.close();
  return answers;
}
