/** The same two queries on a bare Fastify with pg: no login, no limits, no validation. Run as a process of its own. */
import Fastify from 'fastify';
import { Pool } from 'pg';

/** As many as the API has. */
const connectionsMax = 8;

const [databaseUrl = '', ownerId = '', port = '0'] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl, max: connectionsMax });
const app = Fastify();

/** What an order is shown with. */
const summary = `o.id, o.number, o.title, r.location AS repository, o.base_branch AS "baseBranch", o.risk::text, o.priority,
    o.owner_id AS "ownerId", u.name AS owner, o.start_state::text AS "startState", o.status::text, o.step, o.attempt,
    o.waiting_for AS "waitingFor", o.model, o.failure_class::text AS "failureClass",
    (SELECT coalesce(sum(c.cost_usd_micros), 0) FROM model_calls c WHERE c.work_order_id = o.id AND c.state = 'settled')
      AS "costUsdMicros",
    o.cost_cap_usd_micros AS "costCapUsdMicros", o.created_at AS "createdAt", o.updated_at AS "updatedAt",
    o.started_at AS "startedAt", o.finished_at AS "finishedAt"`;

const joined = 'o JOIN repositories r ON r.id = o.repository_id LEFT JOIN users u ON u.id = o.owner_id';

app.get('/list', async () => {
  const { rows } = await pool.query<object>({
    name: 'list',
    text: `SELECT ${summary} FROM work_orders ${joined} WHERE o.owner_id = $1 ORDER BY o.number DESC LIMIT 21`,
    values: [ownerId],
  });
  return { items: rows.slice(0, 20), nextCursor: null, total: null };
});

app.patch<{ Params: { id: string }; Body: { title: string } }>('/orders/:id', async (request) => {
  const { rows } = await pool.query<object>({
    name: 'change',
    text: `WITH changed AS (UPDATE work_orders SET title = $1, updated_at = now() WHERE id = $2 RETURNING *)
      SELECT ${summary} FROM changed ${joined}`,
    values: [request.body.title, request.params.id],
  });
  return rows[0];
});

app.get('/ready', async () => 'ready');
process.on('SIGTERM', () => process.exit(0));
await app.listen({ host: '127.0.0.1', port: Number(port) });
