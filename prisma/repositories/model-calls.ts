import type { TokenUsage } from '../../domain/budget/models.ts';
import { AppError } from '../../domain/errors.ts';
import type { Database } from '../client.ts';
import { Prisma } from '../generated/client.ts';

/** What an answer belongs to: asked again with the same key it is not paid again. */
export interface AnswerKey {
  workOrderId: string;
  attempt: number;
  step: string;
  promptHash: string;
}

export interface Reservation extends AnswerKey {
  id: string;
  provider: string;
  askedModel: string;
  amountUsdMicros: number;
  /** Cap of the whole work order. */
  capUsdMicros: number;
  /** After this long it no longer counts: a crash leaves no phantom. */
  validForMs: number;
  priceVersion: string;
}

/** How a paid try ended. `usage` is null when the provider did not say. */
export interface Settlement {
  id: string;
  servedModel: string;
  costUsdMicros: number;
  usage: TokenUsage | null;
  latencyMs: number;
  /** Why a paid answer is of no use, such as `output-truncated`; null for a good one. */
  errorCode: string | null;
}

export interface FailedTry {
  id: string;
  errorCode: string;
  latencyMs: number;
}

/** An answer with the question that it belongs to. */
export interface StoredAnswer {
  key: AnswerKey;
  value: Prisma.InputJsonValue;
}

export type ModelCallRepository = ReturnType<typeof createModelCallRepository>;

/** The ledger of model calls and the answers that are kept while their order runs. */
export function createModelCallRepository(database: Database) {
  return {
    /**
     * Takes money from the order's cap before a call, or takes nothing. Settled cost, reservations in force and this
     * amount together never pass the cap, however many processes ask at once.
     *
     * @returns whether the money was there
     * @throws AppError `not-found` when there is no such order, `all-stopped` while all work is stopped
     */
    reserve: (reservation: Reservation): Promise<boolean> => reserve(database, reservation),

    /** Writes what a try really cost. With `answer`, stores it in the same transaction, so that paid is always kept. */
    settle: (settlement: Settlement, answer?: StoredAnswer): Promise<void> => settle(database, settlement, answer),

    /** Gives the money of a failed try back. */
    async release({ id, errorCode, latencyMs }: FailedTry): Promise<void> {
      const data = { state: 'released' as const, errorCode, latencyMs };
      await database.modelCall.updateMany({ where: { id, state: 'reserved' }, data });
    },

    /** Writes why a try failed that may be billed all the same: its reservation counts until its time is over. */
    async leaveReserved({ id, errorCode, latencyMs }: FailedTry): Promise<void> {
      await database.modelCall.updateMany({ where: { id, state: 'reserved' }, data: { errorCode, latencyMs } });
    },

    /** The stored answer as it was written, or null. */
    async findAnswer(key: AnswerKey): Promise<unknown> {
      const where = { workOrderId_attempt_step_promptHash: key };
      const row = await database.modelAnswer.findUnique({ where, select: { answer: true } });
      return row?.answer ?? null;
    },

    /** Micro-dollars settled so far: for one attempt of an order, or for all of them. */
    async spent(workOrderId: string, attempt?: number): Promise<number> {
      const where = { workOrderId, state: 'settled' as const, ...(attempt === undefined ? {} : { attempt }) };
      const sum = await database.modelCall.aggregate({ where, _sum: { costUsdMicros: true } });
      return Number(sum._sum.costUsdMicros ?? 0n);
    },

    /** Names of the models that answered in an attempt, in the order of their first answer. */
    async servedModels(workOrderId: string, attempt: number): Promise<string[]> {
      const rows = await database.modelCall.findMany({
        where: { workOrderId, attempt, state: 'settled', errorCode: null },
        select: { servedModel: true },
        orderBy: { createdAt: 'asc' },
      });
      return [...new Set(rows.map((row) => row.servedModel).filter((model) => model !== null))];
    },
  };
}

async function reserve(database: Database, reservation: Reservation): Promise<boolean> {
  // Two statements on purpose: one alone would count with the snapshot from before it waited for the lock.
  const [locked, inserted, [stop]] = await database.$transaction([
    database.$executeRaw`
      SELECT 1 FROM work_orders WHERE id = ${reservation.workOrderId}::uuid FOR NO KEY UPDATE`,
    database.$executeRaw(reservationStatement(reservation)),
    database.$queryRaw<{ stopped: boolean }[]>`SELECT EXISTS (SELECT 1 FROM stop_all WHERE stopped) AS stopped`,
  ]);
  if (inserted === 0 && stop?.stopped === true)
    throw new AppError('all-stopped', 'All work is stopped, so no model is asked.');
  if (locked === 0) throw new AppError('not-found', `There is no work order ${reservation.workOrderId}.`);
  return inserted === 1;
}

async function settle(database: Database, settlement: Settlement, answer: StoredAnswer | undefined): Promise<void> {
  const update = database.modelCall.update({
    where: { id: settlement.id },
    data: {
      state: 'settled',
      servedModel: settlement.servedModel,
      costUsdMicros: BigInt(settlement.costUsdMicros),
      inputTokens: settlement.usage?.inputTokens ?? null,
      outputTokens: settlement.usage?.outputTokens ?? null,
      cachedInputTokens: settlement.usage?.cachedInputTokens ?? null,
      latencyMs: settlement.latencyMs,
      errorCode: settlement.errorCode,
    },
  });
  if (answer === undefined) {
    await update;
    return;
  }
  const row = { ...answer.key, answer: answer.value };
  // Another process may have stored an answer to the same question meanwhile: the first one stays.
  await database.$transaction([update, database.modelAnswer.createMany({ data: [row], skipDuplicates: true })]);
}

/** The statement that decides. It runs under the lock on the order's row, with the database's clock alone. */
function reservationStatement(reservation: Reservation): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO model_calls (id, work_order_id, attempt, step, prompt_hash, provider, asked_model, state,
      reserved_usd_micros, reserved_until, price_version)
    SELECT ${reservation.id}::uuid, orders.id, ${reservation.attempt}, ${reservation.step}, ${reservation.promptHash},
      ${reservation.provider}, ${reservation.askedModel}, 'reserved', ${reservation.amountUsdMicros}::bigint,
      now() + ${reservation.validForMs}::double precision * interval '1 millisecond', ${reservation.priceVersion}
    FROM work_orders AS orders
    WHERE orders.id = ${reservation.workOrderId}::uuid
      AND NOT EXISTS (SELECT 1 FROM stop_all WHERE stopped)
      AND ${reservation.amountUsdMicros}::bigint + (
        SELECT coalesce(sum(CASE calls.state WHEN 'settled' THEN calls.cost_usd_micros
                                             ELSE calls.reserved_usd_micros END), 0)
        FROM model_calls AS calls
        WHERE calls.work_order_id = orders.id
          AND (calls.state = 'settled' OR (calls.state = 'reserved' AND calls.reserved_until > clock_timestamp()))
      ) <= ${reservation.capUsdMicros}::bigint`;
}
