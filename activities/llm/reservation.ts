import { randomUUID } from 'node:crypto';

import type { BudgetLimits } from '../../domain/budget/limits.ts';
import type { Reservation } from '../../prisma/repositories/model-calls.ts';

/** A reservation outlives its call by this much: the answer is still being written, or a clock differs. */
const slackMs = 15 * 60_000;

/** What a call belongs to and may cost. */
export interface CallScope {
  /** Null for what belongs to no order. */
  workOrderId: string | null;
  attempt: number;
  /** `plan`, `edit`, `repair` or `review`. */
  step: string;
  /** Cap of the whole work order, everything spent before included. */
  costCapUsdMicros: number;
}

/** What differs between the reservations of a scope. */
export interface ReservedCall extends Pick<
  Reservation,
  'operation' | 'promptHash' | 'amountUsdMicros' | 'retryNumber' | 'fallbackFrom'
> {
  entry: { name: string; provider: string; priceVersion: string };
  /** The longest that the try can take. */
  totalTimeoutMs: number;
}

/** The money of one try, before it is taken. Each has an id of its own. */
export function makeReservation(
  { workOrderId, attempt, step, costCapUsdMicros }: CallScope,
  limits: BudgetLimits,
  { entry, totalTimeoutMs, ...call }: ReservedCall,
): Reservation {
  return {
    ...call,
    id: randomUUID(),
    workOrderId,
    attempt,
    step,
    provider: entry.provider,
    askedModel: entry.name,
    priceVersion: entry.priceVersion,
    capUsdMicros: costCapUsdMicros,
    dayCapUsdMicros: limits.dayKillUsdMicros,
    monthCapUsdMicros: limits.monthHardUsdMicros,
    validForMs: totalTimeoutMs + slackMs,
  };
}
