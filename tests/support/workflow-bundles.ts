import { join } from 'node:path';

import { encodedFailuresPath } from '../../platform/payload-codec.ts';
import { cacheFolder } from '../../tools/cache.mjs';
import { bundleWorkflows } from '../../worker/bundle-workflows.ts';

const folder = join(cacheFolder(), 'workflow-bundles');

/** The workflows of this tree for a worker that a test makes itself. @param failures 'encoded' as a worker with a key has them */
export async function provideWorkflowBundle(failures: 'plain' | 'encoded' = 'plain'): Promise<{ codePath: string }> {
  return { codePath: await bundleWorkflows(folder, failures === 'encoded' ? encodedFailuresPath : undefined) };
}

/** Makes what the workers of all tests are going to ask for at the same moment. */
export async function prepareWorkflowBundles(): Promise<void> {
  await Promise.all([bundleWorkflows(folder), bundleWorkflows(folder, encodedFailuresPath)]);
}
