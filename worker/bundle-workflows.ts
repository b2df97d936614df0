import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';

import { bundleWorkflowCode } from '@temporalio/worker';

const project = join(import.meta.dirname, '..');
const sources = ['workflows', 'domain', 'package-lock.json'];

/** Of the clones and versions that were used last on this machine. */
const keptMax = 12;

/**
 * The workflows as one script. Bundling takes seconds, so the script is kept, under the hash of all it is made from: a
 * second clone of the same version, and every later start, finds it there.
 *
 * @param folder absolute; where scripts are kept, by all clones of this machine
 * @param failureConverterPath absolute; the converter of failures when it is not Temporal's own
 * @returns path of the script
 */
export async function bundleWorkflows(folder: string, failureConverterPath?: string): Promise<string> {
  const kind = failureConverterPath === undefined ? 'workflows' : `workflows-${parse(failureConverterPath).name}`;
  const path = join(folder, `${kind}-${await hashSources(failureConverterPath)}.js`);
  if (await markUsed(path)) return path;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(project, 'workflows/index.ts'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  const temporary = `${path}.${process.pid}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, code);
  await rename(temporary, path);
  await removeOldest(dirname(path));
  return path;
}

/** @returns false when there is no such script */
async function markUsed(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    () => false,
  );
}

/** A worker has read its script by the time that it is ready, so one that goes is missed by nobody. */
async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const scripts = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const usedAtMs = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      return { path, usedAtMs };
    }),
  );
  const oldest = scripts.toSorted((a, b) => b.usedAtMs - a.usedAtMs).slice(keptMax);
  await Promise.all(oldest.map(({ path }) => rm(path, { force: true })));
}

async function hashSources(converter?: string): Promise<string> {
  const hash = createHash('sha256');
  const paths = [...sources.map((source) => join(project, source)), ...(converter === undefined ? [] : [converter])];
  for (const path of paths) {
    for (const file of await listFiles(path)) {
      hash.update(file.slice(project.length)).update(await readFile(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function listFiles(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => null);
  if (entries === null) return [path];
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
