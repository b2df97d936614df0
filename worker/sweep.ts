import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Logger } from '../platform/logger.ts';
import type { Database } from '../prisma/client.ts';
import { selectUnfinished } from '../prisma/repositories/order-records.ts';
import { ordersWithWorkspaces, removeWorkspaces } from '../activities/git/workspace.ts';
import { socketFolderPrefix } from '../activities/steps/edit.ts';

/** Removes what a killed worker left: workspaces of orders that have ended. Running ones are kept: they go on there. */
export async function sweepWorkspaces(database: Database, folder: string, logger: Logger): Promise<void> {
  const uuid = /^[0-9a-f-]{36}$/;
  const orderIds = (await ordersWithWorkspaces(folder)).filter((name) => uuid.test(name));
  const unfinished = await selectUnfinished(database, orderIds);
  for (const orderId of orderIds.filter((id) => !unfinished.has(id))) {
    await removeWorkspaces(folder, orderId);
    logger.info({ orderId }, 'removed the workspaces of an ended order');
  }
}

/** Removes the socket folders of workers that are gone. */
export async function sweepSocketFolders(): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names.filter((candidate) => candidate.startsWith(socketFolderPrefix))) {
    const pid = Number(name.slice(socketFolderPrefix.length).split('-')[0]);
    if (Number.isInteger(pid) && pid > 0 && !isRunning(pid)) {
      await rm(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process: it runs, and it is not ours to judge.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
