import { randomUUID } from 'node:crypto';

import type { Database } from '../../prisma/client.ts';

/**
 * A work order as the intake would have accepted it, for tests that need only its row.
 *
 * @returns its id
 */
export async function insertWorkOrder(database: Database): Promise<string> {
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
    },
  });
  return id;
}
