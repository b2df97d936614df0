import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { ensureExampleRepository } from '../../tools/example-repository.mjs';
import { projectRoot } from './stack-parts.ts';

const manifestSchema = z.looseObject({ scripts: z.looseObject({ test: z.string() }) });

/**
 * Leaves of the example library its code and its tests. Its compiler and its linter with their hundred packages take ten
 * seconds of processor time for each verification, so orders whose gates are not the subject do without.
 *
 * @param folder absolute; a copy of `examples/text-kit`
 */
export async function lightenExample(folder: string): Promise<void> {
  const path = join(folder, 'package.json');
  const { scripts, ...manifest } = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const light = { ...manifest, scripts: { test: scripts.test }, devDependencies: {} };
  await writeFile(path, `${JSON.stringify(light, null, 2)}\n`);
  for (const name of ['package-lock.json', 'tsconfig.json', 'eslint.config.js']) await rm(join(folder, name));
}

/** Makes a bare repository of the light library in a state folder. @returns its path */
export async function makeLightExample(stateDirectory: string): Promise<string> {
  const name = 'light-kit';
  const root = join(stateDirectory, 'light');
  const folder = join(root, 'examples', name);
  await cp(join(projectRoot, 'examples/text-kit'), folder, { recursive: true });
  await lightenExample(folder);
  return (await ensureExampleRepository({ root, stateDirectory, name })).path;
}
