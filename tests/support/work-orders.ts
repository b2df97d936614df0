import { randomUUID } from 'node:crypto';

import type { Database } from '../../prisma/client.ts';

/**
 * A work order as the intake would have accepted it, for tests that need only its row.
 *
 * @returns its id
 */
export async function insertWorkOrder(database: Database, changes: { ownerId?: string } = {}): Promise<string> {
  const id = randomUUID();
  const repository = await database.repository.create({ data: { id: randomUUID(), location: `/repositories/${id}` } });
  await database.workOrder.create({
    data: {
      id,
      title: 'Change something',
      description: 'A change.',
      repositoryId: repository.id,
      baseBranch: 'main',
      baseCommit: '0'.repeat(40),
      acceptanceCriteria: [],
      filesInScope: [],
      risk: 'low',
      priority: 3,
      costCapUsdMicros: 5_000_000n,
      inspection: {},
      approvedBy: 'a person',
      approvedAt: new Date(),
      ...changes,
    },
  });
  return id;
}

/** A pull request of an order, as its publishing would have stored it. @returns its number */
export async function insertPullRequest(database: Database, workOrderId: string): Promise<number> {
  const { repositoryId } = await database.workOrder.findUniqueOrThrow({ where: { id: workOrderId } });
  const { number } = await database.pullRequest.create({
    data: {
      ...{ id: randomUUID(), repositoryId, workOrderId, attempt: 1, forge: 'local', forgeLocation: '/forge/one.git' },
      ...{ headBranch: `ratchet/${workOrderId}`, baseBranch: 'main', headCommit: '1'.repeat(40) },
      ...{ baseCommit: '0'.repeat(40), title: 'Change something', body: '', diff: '', draft: false },
      diffStat: { files: 1, added: 1, removed: 0 },
    },
  });
  return number;
}
