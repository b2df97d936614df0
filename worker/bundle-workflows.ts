import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';

import { bundleWorkflowCode } from '@temporalio/worker';

const project = join(import.meta.dirname, '..');
const sources = ['workflows', 'domain', 'package-lock.json'];

/**
 * The workflows as one script. Bundling takes seconds, so the script is kept, under the hash of all it is made from.
 *
 * @param folder absolute; where scripts are kept
 * @param failureConverterPath absolute; the converter of failures when it is not Temporal's own
 * @returns path of the script
 */
export async function bundleWorkflows(folder: string, failureConverterPath?: string): Promise<string> {
  const kind = failureConverterPath === undefined ? 'workflows' : `workflows-${parse(failureConverterPath).name}`;
  const path = join(folder, `${kind}-${await hashSources(failureConverterPath)}.js`);
  const kept = await readFile(path).then(
    () => true,
    () => false,
  );
  if (kept) return path;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(project, 'workflows/index.ts'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  const temporary = `${path}.${process.pid}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, code);
  await rename(temporary, path);
  return path;
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
