import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { lookForAider } from '../../tools/aider.mjs';

/** An order by its title; or those of its edits whose instructions hold certain words, or do not. */
export type AiderEdits = string | { title: string; if: string } | { title: string; unless: string };

/**
 * What edits: Aider; a stand-in that costs a hundredth of its time, for tests whose subject is not the editing; or Aider
 * for these edits and the stand-in for all others.
 */
export type TestEditor = 'aider' | 'quick' | { aiderFor: readonly AiderEdits[] };

const quickEditor = fileURLToPath(new URL('quick-editor.mjs', import.meta.url));

/** @returns AIDER_PATH of a worker. @throws when there is no Aider where one is needed */
export async function provideEditor(editor: TestEditor, stateDirectory: string): Promise<string> {
  if (editor === 'quick') return quickEditor;
  const { found, note } = await lookForAider();
  if (found === undefined) throw new Error(`There is no Aider to edit with (${note ?? 'npm start installs it'}).`);
  if (editor === 'aider') return found.path;
  const path = join(stateDirectory, 'editor.mjs');
  await writeFile(path, await withAider(found.path, editor.aiderFor));
  await chmod(path, 0o755);
  return path;
}

/** As a wrapper that a person could have made: the worker reads in its first lines what the sandbox must show. */
async function withAider(aiderPath: string, edits: readonly AiderEdits[]): Promise<string> {
  const [firstLine = '', ...others] = (await readFile(quickEditor, 'utf8')).split('\n');
  const handOver = ['/*', `exec "${aiderPath}"`, ...edits.map(handOverLine), '*/'];
  return [firstLine, ...handOver, ...others].join('\n');
}

function handOverLine(edits: AiderEdits): string {
  if (typeof edits === 'string') return `for "${edits}"`;
  return `for "${edits.title}" ${'if' in edits ? `if "${edits.if}"` : `unless "${edits.unless}"`}`;
}
