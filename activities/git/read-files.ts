import { randomUUID } from 'node:crypto';

import { AppError } from '../../domain/errors.ts';
import type { Git } from './git-command.ts';

/** How many are read at once: what git prints at once is bounded. */
const batchSize = 50;

/**
 * Texts of files at commits, in the order asked for, by a process of git for fifty of them: starting one for each file
 * takes longer than most of what is done with them.
 *
 * @param specs as git names them, `<commit>:<path>`
 * @returns undefined where nothing is, or something else than a file
 */
export async function readFilesAt(git: Git, gitDir: string, specs: readonly string[]): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (let at = 0; at < specs.length; at += batchSize) {
    const batch = specs.slice(at, at + batchSize);
    texts.push(...((await readTogether(git, gitDir, batch)) ?? (await readEach(git, gitDir, batch))));
  }
  return texts;
}

/** Text of a file at a commit, or undefined where it is not there. */
export async function readFileAt(git: Git, gitDir: string, spec: string): Promise<string | undefined> {
  const result = await git.attempt(['cat-file', 'blob', spec], { gitDir });
  return result.exitCode === 0 ? result.stdout : undefined;
}

async function readEach(git: Git, gitDir: string, specs: readonly string[]): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (const spec of specs) texts.push(await readFileAt(git, gitDir, spec));
  return texts;
}

/** Null where they can only be read one by one: one is missing, cannot be named in a line, or all are too much at once. */
async function readTogether(
  git: Git,
  gitDir: string,
  specs: readonly string[],
): Promise<(string | undefined)[] | null> {
  if (specs.length < 2 || specs.some((spec) => spec.includes('\n'))) return null;
  // It stands where each object begins, and no file can hold it. The sizes that git would say are those of bytes, and a
  // text that is no UTF-8 has lost them here.
  const mark = `${randomUUID()} `;
  const input = specs.map((spec) => `${spec}\n`).join('');
  let printed: string;
  try {
    printed = await git(['cat-file', `--batch=${mark}%(objecttype)`], { gitDir, input });
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
  // Of what is missing git prints the name alone, which a file before it could hold as well.
  const [, ...objects] = printed.split(mark);
  if (objects.length !== specs.length || !printed.startsWith(mark)) return null;
  return objects.map((object) => {
    const head = object.indexOf('\n');
    return object.slice(0, head) === 'blob' ? object.slice(head + 1, -1) : undefined;
  });
}
