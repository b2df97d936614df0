import { randomUUID } from 'node:crypto';

import { AppError } from '../../domain/errors.ts';
import type { FileChange } from '../../domain/text/unified-diff.ts';
import type { Git } from '../git/git-command.ts';
import { readFileAt } from '../git/mirror.ts';

/** The texts of changed files on both sides, by their paths there; a file is missing where it is not, or is binary. */
export interface ChangedTexts {
  before: ReadonlyMap<string, string>;
  after: ReadonlyMap<string, string>;
}

/** How many are read at once: what git prints at once is bounded. */
const batchSize = 50;

/**
 * Reads both versions of each changed file, for everybody who looks at a change: a process of git for each file and side
 * takes longer than most of what is done with them.
 */
export async function readChangedTexts(
  git: Git,
  gitDir: string,
  { baseCommit, commit, changes }: { baseCommit: string; commit: string; changes: readonly FileChange[] },
): Promise<ChangedTexts> {
  const texts = changes.filter(({ isBinary }) => !isBinary);
  const pathsBefore = texts.map(({ oldPath }) => oldPath).filter((path) => path !== null);
  const pathsAfter = texts.filter(({ kind }) => kind !== 'deleted').map(({ path }) => path);
  const specs = [
    ...pathsBefore.map((path) => ({ path, spec: `${baseCommit}:${path}`, side: 'before' as const })),
    ...pathsAfter.map((path) => ({ path, spec: `${commit}:${path}`, side: 'after' as const })),
  ];
  const sides = { before: new Map<string, string>(), after: new Map<string, string>() };
  for (let at = 0; at < specs.length; at += batchSize) {
    const batch = specs.slice(at, at + batchSize);
    const read = await readBatch(
      git,
      gitDir,
      batch.map(({ spec }) => spec),
    );
    for (const [index, { path, side }] of batch.entries()) {
      const text = read[index];
      if (text !== undefined) sides[side].set(path, text);
    }
  }
  return sides;
}

async function readBatch(git: Git, gitDir: string, specs: readonly string[]): Promise<(string | undefined)[]> {
  const together = await readTogether(git, gitDir, specs);
  if (together !== null) return together;
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
  if (specs.some((spec) => spec.includes('\n'))) return null;
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
