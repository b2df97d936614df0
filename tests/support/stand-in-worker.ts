import { fileURLToPath } from 'node:url';

import { NativeConnection, Worker } from '@temporalio/worker';

import { taskQueues } from '../../workflows/contract.ts';

/** A worker that runs the stand-in workflows. */
export async function startStandInWorker(address: string): Promise<{ close(): Promise<void> }> {
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: taskQueues.workflows,
    workflowsPath: fileURLToPath(new URL('stand-in-workflows.ts', import.meta.url)),
  });
  const working = worker.run();
  return {
    close: async () => {
      worker.shutdown();
      await working;
      await connection.close();
    },
  };
}
