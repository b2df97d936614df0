import { setImmediate as endOfTurn } from 'node:timers/promises';

import { z } from 'zod';

import type { TokenUsage } from '../../domain/budget/models.ts';
import { AppError } from '../../domain/errors.ts';
import type { StandIn } from '../../domain/work-orders/pull-request-body.ts';
import {
  createSealer,
  isSealedJson,
  openJson,
  sealJson,
  SealedError,
  type EncryptionKeys,
} from '../../platform/crypto.ts';
import { createBatcher } from '../batcher.ts';
import { runPrepared, runThenFlush, type Database } from '../client.ts';
import { createLeaseStatements } from './budget-leases.ts';
import { storable } from '../storable.ts';

/** What an answer belongs to: asked again with the same key it is not paid again. */
export interface AnswerKey {
  /** Null for what belongs to no order; such answers are not kept. */
  workOrderId: string | null;
  attempt: number;
  step: string;
  promptHash: string;
}

/** One try of a call, before it is made. */
export interface Reservation extends AnswerKey {
  id: string;
  operation: 'generate' | 'embed';
  provider: string;
  askedModel: string;
  /** The most that it can cost. */
  amountUsdMicros: number;
  /** Cap of the whole work order. */
  capUsdMicros: number;
  /** Caps of the day and the month, all orders together. */
  dayCapUsdMicros: number;
  monthCapUsdMicros: number;
  /** After this long it no longer counts: a crash leaves no phantom. */
  validForMs: number;
  priceVersion: string;
  /** 0 for the first try of a model. */
  retryNumber: number;
  /** The model that was asked for when this one stands in for it. */
  fallbackFrom: string | null;
  /** The lease that its money is taken from; left out: it asks for its own. */
  leaseId?: string;
}

export type CapName = 'order-cap' | 'day-cap' | 'month-cap';

export type ReserveResult =
  /** `usedUsdMicros`: what the order had settled and reserved before. */
  | { verdict: 'reserved' | CapName; usedUsdMicros: number }
  /** The answer as it was stored. */
  | { verdict: 'answered'; answer: unknown };

/** How a try ended. */
export type CallEnding =
  | {
      outcome: 'settled';
      servedModel: string;
      costUsdMicros: number;
      /** Null when the provider did not count. */
      usage: TokenUsage | null;
      /** The usage was counted here, because the provider's count never came. */
      isUsageEstimated: boolean;
      latencyMs: number;
      firstByteMs: number | null;
      /** Why a paid answer is of no use, such as `output-truncated`; null for a good one. */
      errorCode: string | null;
      /** A good answer, stored in the same transaction, so that paid is always kept. */
      answer: unknown;
    }
  /** `released` gives the money back. `kept`: nobody knows whether it is billed, so it counts until its time is over. */
  | { outcome: 'released' | 'kept'; errorCode: string; latencyMs: number };

export type ModelCallRepository = ReturnType<typeof createModelCallRepository>;

/** How answers are kept. */
export interface AnswerKeeping {
  /** What is stored of an answer; null: nothing. */
  toStored(answer: unknown, key: AnswerKey): unknown;
  /** @throws AppError `internal-error`, with the name of the key, for one that no key opens */
  fromStored(stored: unknown, key: AnswerKey): unknown;
}

/**
 * Encrypted, or not at all: an answer holds what people and repositories told a model. Without keys none is stored, so
 * one that was paid is paid again when its step has to be repeated. Plain ones of an older version are still read.
 */
export function createAnswerKeeping(keys: EncryptionKeys | null): AnswerKeeping {
  const sealer = keys === null ? null : createSealer(keys, 'model-answer');
  return {
    toStored: (answer, key) => (sealer === null || answer === null ? null : sealJson(sealer, answer, bindingOf(key))),
    fromStored: (stored, key) => {
      if (!isSealedJson(stored)) return stored;
      try {
        return openJson(sealer, stored, bindingOf(key));
      } catch (error) {
        if (error instanceof SealedError) throw new AppError('internal-error', error.message, { cause: error });
        throw error;
      }
    },
  };
}

/** An answer that was moved to another question can't be opened there. */
function bindingOf({ workOrderId, attempt, step, promptHash }: AnswerKey): string {
  return JSON.stringify([workOrderId, attempt, step, promptHash]);
}

function toStoredEnding(ending: CallEnding, key: AnswerKey, keeping: AnswerKeeping): object {
  if (ending.outcome !== 'settled') return ending;
  const { usage, answer, ...rest } = ending;
  return { ...rest, ...usage, answer: keeping.toStored(answer, key) };
}

const reservedRowSchema = z.object({
  call_id: z.string(),
  verdict: z.enum(['reserved', 'answered', 'all-stopped', 'no-order', 'order-cap', 'day-cap', 'month-cap']),
  // The driver gives numbers of 64 bits as text.
  used_usd_micros: z.string().nullable(),
  stored_answer: z.unknown(),
});

type ReservedRow = z.infer<typeof reservedRowSchema>;

/**
 * The ledger of model calls and the answers that are kept while their order runs.
 *
 * @param keeping of `createAnswerKeeping`, with the keys of the installation
 */
export function createModelCallRepository(database: Database, keeping: AnswerKeeping) {
  const reserveInBatch = createBatcher((batch: Reservation[]) => reserveAll(database, batch));
  const settleInBatch = createBatcher((batch: Reservation[]) => settleAll(database, batch));

  return {
    /**
     * Takes money before a call, or takes nothing. Settled cost, reservations in force and this amount together never
     * pass the caps, however many processes ask at once. A stored answer to the same question is given instead.
     *
     * @throws AppError `not-found` when there is no such order, `all-stopped` while all work is stopped
     */
    async reserve(reservation: Reservation): Promise<ReserveResult> {
      const row = await reserveInBatch(reservation);
      if (row.verdict === 'all-stopped')
        throw new AppError('all-stopped', 'All work is stopped, so no model is asked.');
      if (row.verdict === 'no-order')
        throw new AppError('not-found', `There is no work order ${reservation.workOrderId ?? ''}.`);
      if (row.verdict === 'answered')
        return { verdict: row.verdict, answer: keeping.fromStored(row.stored_answer, reservation) };
      return { verdict: row.verdict, usedUsdMicros: Number(row.used_usd_micros ?? 0) };
    },

    /**
     * Writes what a try came to. Safe to repeat: the first ending stays. Resolves when no crash can take it back. Whoever
     * waits for the answer is served first: sealing and writing take longer than sending it on.
     *
     * @param onSeen called when every process sees it, which is earlier
     */
    async settle(reservation: Reservation, ending: CallEnding, onSeen?: () => void): Promise<void> {
      await endOfTurn();
      const { flushed } = await settleInBatch({ ...reservation, ...toStoredEnding(ending, reservation, keeping) });
      onSeen?.();
      await flushed;
    },

    /** Books a call on a lease that goes on: its money is its own from now on. An ending does the same. */
    async begin(reservation: Reservation): Promise<void> {
      await runPrepared(database, bookStatement, [JSON.stringify([reservation])]);
    },

    /** The answer to a question as it was stored, or null. Takes no money. */
    async storedAnswer({ workOrderId, attempt, step, promptHash }: AnswerKey): Promise<unknown> {
      if (workOrderId === null) return null;
      const where = { workOrderId_attempt_step_promptHash: { workOrderId, attempt, step, promptHash } };
      const row = await database.modelAnswer.findUnique({ where });
      return row === null ? null : keeping.fromStored(row.answer, { workOrderId, attempt, step, promptHash });
    },

    ...createAttemptQueries(database),
    ...createLeaseStatements(database),
  };
}

function createAttemptQueries(database: Database) {
  return {
    /** Micro-dollars settled so far: for one attempt of an order, or for all of them. */
    async spent(workOrderId: string, attempt?: number): Promise<number> {
      const where = { workOrderId, state: 'settled' as const, ...(attempt === undefined ? {} : { attempt }) };
      const sum = await database.modelCall.aggregate({ where, _sum: { costUsdMicros: true } });
      return Number(sum._sum.costUsdMicros ?? 0n);
    },

    /** Names of the models that answered in an attempt, in the order of their first answer. */
    async servedModels(workOrderId: string, attempt: number): Promise<string[]> {
      const rows = await database.modelCall.findMany({
        where: { workOrderId, attempt, state: 'settled', errorCode: null, servedModel: { not: null } },
        select: { servedModel: true },
        orderBy: { createdAt: 'asc' },
      });
      return [...new Set(rows.map((row) => row.servedModel ?? ''))];
    },

    /** Which models stood in for which in an attempt. */
    async standIns(workOrderId: string, attempt: number): Promise<StandIn[]> {
      const rows = await database.modelCall.findMany({
        where: { workOrderId, attempt, state: 'settled', errorCode: null, fallbackFrom: { not: null } },
        select: { fallbackFrom: true, askedModel: true },
        distinct: ['fallbackFrom', 'askedModel'],
        orderBy: { createdAt: 'asc' },
      });
      return rows.map(({ fallbackFrom, askedModel }) => ({ asked: fallbackFrom ?? '', answered: askedModel }));
    },
  };
}

const reserveStatement = { name: 'reserve_model_calls', text: 'SELECT * FROM reserve_model_calls($1::jsonb)' };
const bookStatement = { name: 'book_leased_calls', text: 'SELECT book_leased_calls($1::jsonb)' };
const settleStatement = {
  name: 'settle_model_calls',
  // The lock of all bookkeeping is not held while the disk writes.
  text: `SELECT set_config('synchronous_commit', 'off', true), book_leased_calls($1::jsonb), settle_model_calls($1::jsonb)`,
};

const settleAloneStatement = {
  name: 'settle_model_call_alone',
  // Evaluated from left to right: the first function turns it off.
  text: `SELECT book_leased_calls($1::jsonb), settle_model_calls($1::jsonb), set_config('synchronous_commit', 'on', true)`,
};

async function reserveAll(database: Database, batch: Reservation[]): Promise<ReservedRow[]> {
  const rows = await runPrepared(database, reserveStatement, [JSON.stringify(batch)]);
  const byId = new Map(rows.map((row) => reservedRowSchema.parse(row)).map((row) => [row.call_id, row]));
  return batch.map(({ id }) => {
    const row = byId.get(id);
    if (row === undefined) throw new Error(`The ledger did not answer for the call ${id}.`);
    return row;
  });
}

/** @param batch tries with their endings */
async function settleAll(database: Database, batch: Reservation[]): Promise<{ flushed: Promise<void> }[]> {
  const values = [JSON.stringify(storable(batch))];
  if (batch.length === 1 && batch[0]?.leaseId !== undefined) {
    // Nobody of this process waits for it, and others at most for one write of the disk: half the work of two statements.
    await runPrepared(database, settleAloneStatement, values);
    return [{ flushed: Promise.resolve() }];
  }
  const result = await runThenFlush(database, settleStatement, values);
  return batch.map(() => result);
}
