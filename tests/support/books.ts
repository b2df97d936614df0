import type { Database } from '../../prisma/client.ts';

/** A running sum that is not what its rows come to. */
export interface Imbalance {
  key: string;
  /** What the account says, less what the rows of the ledger come to. */
  settledUsdMicros: number;
  reservedUsdMicros: number;
  calls: number;
}

/** Compares every running sum of the budget with the ledger's rows and its leases, in one moment. */
export async function findImbalances(database: Database): Promise<Imbalance[]> {
  return database.$queryRaw<Imbalance[]>`
    WITH money AS (
      SELECT work_order_id, budget_day, state::text, cost_usd_micros, reserved_usd_micros FROM model_calls
      UNION ALL SELECT work_order_id, budget_day, 'reserved', 0, left_usd_micros FROM budget_leases
    ), sums AS (
      SELECT accounts.key,
        coalesce(sum(calls.cost_usd_micros) FILTER (WHERE calls.state = 'settled'), 0) AS settled,
        coalesce(sum(calls.reserved_usd_micros) FILTER (WHERE calls.state = 'reserved'), 0) AS reserved,
        count(*) FILTER (WHERE calls.state = 'settled') AS calls
      FROM money AS calls
      CROSS JOIN LATERAL (VALUES
        ('order:' || calls.work_order_id),
        ('day:' || calls.budget_day),
        ('month:' || to_char(calls.budget_day, 'YYYY-MM'))
      ) AS accounts (key)
      WHERE accounts.key IS NOT NULL
      GROUP BY accounts.key
    ), differences AS (
      SELECT key,
        coalesce(books.settled_usd_micros, 0) - coalesce(sums.settled, 0) AS settled,
        coalesce(books.reserved_usd_micros, 0) - coalesce(sums.reserved, 0) AS reserved,
        coalesce(books.settled_calls, 0) - coalesce(sums.calls, 0) AS calls
      FROM budget_accounts AS books FULL JOIN sums USING (key)
    )
    SELECT key, settled::float8 AS "settledUsdMicros", reserved::float8 AS "reservedUsdMicros", calls::float8 AS calls
    FROM differences WHERE settled <> 0 OR reserved <> 0 OR calls <> 0`;
}
