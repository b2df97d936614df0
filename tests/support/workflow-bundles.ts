import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bundleWorkflows } from '../../worker/bundle-workflows.ts';

/** Bundling the workflows takes seconds and gives the same everywhere; a bundle's name is the hash of its sources. */
export const workflowBundlesFolder = join(tmpdir(), 'ratchet-test-workflow-bundles');

/** The workflows of this tree for a worker that a test makes itself. */
export async function provideWorkflowBundle(): Promise<{ codePath: string }> {
  return { codePath: await bundleWorkflows(workflowBundlesFolder) };
}
