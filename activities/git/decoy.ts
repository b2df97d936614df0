import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the throw-away git dir of a tree shows. */
export interface Decoy {
  /** Absolute folders whose objects it borrows. */
  borrowsFrom: readonly string[];
  /** The branch that it stands on. */
  branch: string;
  commit: string;
}

const settings = [
  ...['[core]', '\trepositoryformatversion = 0', '\tbare = false'],
  ...['[user]', '\tname = Ratchet', '\temail = ratchet@localhost'],
];

/**
 * Writes a git dir without starting git: what makes one is a handful of files (gitrepository-layout), and four processes
 * for them were most of the time of opening a workspace. The index is the caller's.
 */
export async function writeDecoy(gitDir: string, { borrowsFrom, branch, commit }: Decoy): Promise<void> {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads']) {
    await mkdir(join(gitDir, folder), { recursive: true });
  }
  await Promise.all([
    writeLines(join(gitDir, 'objects/info/alternates'), borrowsFrom),
    writeLines(join(gitDir, 'config'), settings),
    // Not as a file of its own: that would have to lie in folders that the branch's name gives.
    writeLines(join(gitDir, 'packed-refs'), [`${commit} refs/heads/${branch}`]),
    writeLines(join(gitDir, 'HEAD'), [`ref: refs/heads/${branch}`]),
  ]);
}

function writeLines(path: string, lines: readonly string[]): Promise<void> {
  return writeFile(path, lines.map((line) => `${line}\n`).join(''));
}
