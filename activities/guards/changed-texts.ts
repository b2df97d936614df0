import type { FileChange } from '../../domain/text/unified-diff.ts';
import type { Git } from '../git/git-command.ts';
import { readFilesAt } from '../git/read-files.ts';

/** The texts of changed files on both sides, by their paths there; a file is missing where it is not, or is binary. */
export interface ChangedTexts {
  before: ReadonlyMap<string, string>;
  after: ReadonlyMap<string, string>;
}

/** Reads both versions of each changed file, for everybody who looks at a change. */
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
  const read = await readFilesAt(
    git,
    gitDir,
    specs.map(({ spec }) => spec),
  );
  for (const [index, { path, side }] of specs.entries()) {
    const text = read[index];
    if (text !== undefined) sides[side].set(path, text);
  }
  return sides;
}
