import { readFile } from 'node:fs/promises';

import { z } from 'zod';

const root = new URL('../', import.meta.url);

/** The version of this code and, in a git clone, the commit that it stands at. */
export async function readVersion(): Promise<{ version: string; commit: string | null }> {
  const manifest: unknown = JSON.parse(await readFile(new URL('package.json', root), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(manifest);
  return { version, commit: await readCommit() };
}

/** Read from git's files: the API starts no child processes. */
async function readCommit(): Promise<string | null> {
  const head = await readIfThere('.git/HEAD');
  if (head === null || !head.startsWith('ref: ')) return head;
  const reference = head.slice('ref: '.length);
  const loose = await readIfThere(`.git/${reference}`);
  if (loose !== null) return loose;
  const packed = await readIfThere('.git/packed-refs');
  return (
    packed
      ?.split('\n')
      .find((line) => line.endsWith(` ${reference}`))
      ?.split(' ')[0] ?? null
  );
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return (await readFile(new URL(path, root), 'utf8')).trim();
  } catch (error) {
    // A container image has no .git, and in a linked work tree it is a file.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}
