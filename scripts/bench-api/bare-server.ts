/** The same two queries on a bare Fastify with pg: no login, no limits, no validation. Run as a process of its own. */
import Fastify from 'fastify';
import { Pool } from 'pg';

import { fromOrders, summaryColumns } from '../../prisma/repositories/work-order-list.ts';

/** As many as the API has. */
const connectionsMax = 8;

const [databaseUrl = '', ownerId = '', port = '0'] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl, max: connectionsMax });
const app = Fastify();

app.get('/list', async () => {
  const { rows } = await pool.query<object>({
    name: 'list',
    text: `SELECT ${summaryColumns} FROM ${fromOrders('work_orders')} WHERE o.owner_id = $1 ORDER BY o.number DESC LIMIT 21`,
    values: [ownerId],
  });
  return { items: rows.slice(0, 20), nextCursor: null, total: null };
});

app.patch<{ Params: { id: string }; Body: { title: string } }>('/orders/:id', async (request) => {
  const { rows } = await pool.query<object>({
    name: 'change',
    text: `WITH changed AS (UPDATE work_orders SET title = $1, updated_at = now() WHERE id = $2 RETURNING *)
      SELECT ${summaryColumns} FROM ${fromOrders('changed')}`,
    values: [request.body.title, request.params.id],
  });
  return rows[0];
});

app.get('/ready', async () => 'ready');
process.on('SIGTERM', () => process.exit(0));
await app.listen({ host: '127.0.0.1', port: Number(port) });
