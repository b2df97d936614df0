import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, NativeConnection, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

import { taskQueues } from '../../workflows/contract.ts';
import type { TestNamespace } from './namespace.ts';
import { installQuietRuntime } from './quiet-runtime.ts';

const workflowsPath = fileURLToPath(new URL('stand-in-workflows.ts', import.meta.url));

/** Takes seconds, so the files that share a process share it. */
let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** A worker that runs the stand-in workflows. */
export async function startStandInWorker({ address, namespace }: TestNamespace): Promise<{ close(): Promise<void> }> {
  installQuietRuntime();
  bundle ??= bundleWorkflowCode({ workflowsPath });
  const workflowBundle = await bundle;
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({ connection, namespace, taskQueue: taskQueues.workflows, workflowBundle });
  const working = worker.run();
  return {
    close: async () => {
      worker.shutdown();
      await working;
      await connection.close();
    },
  };
}
