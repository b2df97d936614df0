import { z } from 'zod';

import { runPrepared, type Database } from '../client.ts';

/** Money for the next calls of a step, all at once. */
export interface LeaseRequest {
  id: string;
  workOrderId: string;
  attempt: number;
  step: string;
  /** What is wanted; less than the least is not worth it. */
  leastUsdMicros: number;
  mostUsdMicros: number;
  /** Caps of the order, of the day and of the month. */
  capUsdMicros: number;
  dayCapUsdMicros: number;
  monthCapUsdMicros: number;
  /** To what the lease with this id has left. */
  isAddition: boolean;
  /** After this long its money is free again. */
  validForMs: number;
  /** A step with more answers than this gets no lease. */
  questionsMax: number;
}

// The driver gives numbers of 64 bits as text.
const grantedRowSchema = z.object({ given_usd_micros: z.string(), prompt_hashes: z.array(z.string()) });
const heldRowsSchema = z.tuple([z.object({ held_ms: z.number() })]);

/** What processes do with leases of budget; the calls on them are booked as all others. */
export function createLeaseStatements(database: Database) {
  return {
    /**
     * Takes money for several calls: as much of it as half of every cap leaves.
     *
     * @returns what was given, and hashes of the prompts of that step whose answers are stored; null: nothing was given
     */
    async lease(request: LeaseRequest): Promise<{ givenUsdMicros: number; answered: string[] } | null> {
      const text = 'SELECT * FROM lease_budget($1::jsonb)';
      const [row] = await runPrepared(database, { name: 'lease_budget', text }, [JSON.stringify(request)]);
      if (row === undefined) return null;
      const { given_usd_micros: given, prompt_hashes: answered } = grantedRowSchema.parse(row);
      return { givenUsdMicros: Number(given), answered };
    },

    /** Gives back what is left of a lease. */
    async returnLease(id: string, leftUsdMicros: number): Promise<void> {
      await database.$executeRaw`SELECT return_lease(${id}::uuid, ${leftUsdMicros}::bigint)`;
    },

    /** For how many milliseconds leases of this order, or with null of any, may still hold money; 0: none does. */
    async leasedForMs(workOrderId: string | null): Promise<number> {
      const rows = await database.$queryRaw`
        SELECT coalesce(extract(epoch FROM max(reserved_until) - clock_timestamp()) * 1000, 0)::float8 AS held_ms
        FROM budget_leases
        WHERE left_usd_micros > 0 AND reserved_until > clock_timestamp()
          AND (work_order_id = ${workOrderId}::uuid OR ${workOrderId}::uuid IS NULL)`;
      return heldRowsSchema.parse(rows)[0].held_ms;
    },
  };
}
