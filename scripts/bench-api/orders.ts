import { randomUUID } from 'node:crypto';

import type { Database } from '../../prisma/client.ts';

/** Owners of the orders beside the one who asks. */
const others = 50;

const repositories = 200;

/**
 * Fills the table: a twentieth of the orders belong to one person, the rest to others, over all statuses and classes.
 *
 * @param count of orders
 */
export async function insertOrders(database: Database, ownerId: string, count: number): Promise<void> {
  // Called again to add more: people and repositories stay as they are.
  await database.user.createMany({
    skipDuplicates: true,
    data: Array.from({ length: others }, (_, index) => ({
      ...{ id: randomUUID(), name: `person ${String(index)}`, email: `person-${String(index)}@example.test` },
      passwordHash: 'of nobody',
    })),
  });
  await database.repository.createMany({
    skipDuplicates: true,
    data: Array.from({ length: repositories }, (_, index) => ({
      ...{ id: randomUUID(), location: `https://example.test/repository-${String(index)}.git` },
    })),
  });
  // Made once at the end: row by row it would take most of the time.
  await database.$executeRaw`DROP INDEX work_orders_text_idx`;
  // In parts: the API's limit for the time of one statement holds here too.
  const part = 20_000;
  for (let from = 0; from < count; from += part) {
    process.stderr.write(`\r${String(from)} of ${String(count)} orders`);
    await database.$executeRaw`
      WITH people AS (SELECT array_agg(id ORDER BY name) AS ids FROM users WHERE id <> ${ownerId}::uuid),
        places AS (SELECT array_agg(id ORDER BY location) AS ids FROM repositories)
      INSERT INTO work_orders (id, title, description, repository_id, base_branch, base_commit, acceptance_criteria, files_in_scope,
        risk, priority, cost_cap_usd_micros, inspection, owner_id, approved_by, approved_at, start_state, status, failure_class,
        started_at, finished_at)
      SELECT gen_random_uuid(), 'Change number ' || n || ' of ' || (ARRAY['prices','dates','names','totals','users'])[1 + n % 5],
        'The function of module ' || md5(n::text) || ' must be changed.', places.ids[1 + n % ${repositories}], 'main', repeat('0', 40),
        '[]', '{}', 'low', 3, 5000000, '{}', CASE WHEN n % 20 = 0 THEN ${ownerId}::uuid ELSE people.ids[1 + n % ${others}] END,
        'a person', now(), 'started', (CASE WHEN n % 10 = 0 THEN 'failed' WHEN n % 1000 = 7 THEN 'waiting' ELSE 'completed' END)::work_order_status,
        (CASE WHEN n % 10 = 0 THEN (ARRAY['test_fail','compile_error','timeout'])[1 + n % 3] END)::failure_class, now(), now()
      FROM generate_series(${from}::integer + 1, ${Math.min(count, from + part)}::integer) AS n, people, places`;
  }
  process.stderr.write('\r');
  await database.$transaction(
    async (session) => {
      await session.$executeRaw`SET LOCAL statement_timeout = 0`;
      await session.$executeRaw`CREATE INDEX work_orders_text_idx ON work_orders USING gin (title gin_trgm_ops, description gin_trgm_ops)`;
    },
    { timeout: 600_000 },
  );
  // What the server does by itself after so many rows at once, and would do while they are listed.
  await database.$executeRaw`VACUUM ANALYZE`;
  await database.$executeRaw`CHECKPOINT`;
}
