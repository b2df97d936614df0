import { setTimeout as wait } from 'node:timers/promises';

import { leaseTerms } from '../../domain/budget/leases.ts';
import { formatUsdMicros } from '../../domain/budget/money.ts';
import { AppError } from '../../domain/errors.ts';
import type {
  CapName,
  ModelCallRepository,
  Reservation,
  ReserveResult,
} from '../../prisma/repositories/model-calls.ts';
import type { Leases } from './leases.ts';
import type { OpenEndings } from './open-endings.ts';

export interface MoneyTools {
  ledger: ModelCallRepository;
  leases: Leases;
  openEndings: OpenEndings;
}

/** How often it is looked whether money that others hold came back. */
const lookAgainMs = 250;

/**
 * Takes the money of a try, or the answer that its question got before. A lease has its money already.
 *
 * @throws AppError when a cap is in the way; the signal's reason when the call was given up
 */
export async function takeMoney(
  tools: MoneyTools,
  reservation: Reservation,
  signal: AbortSignal,
): Promise<{ stored: unknown } | { usedUsdMicros: number }> {
  // Leases end long before the hint on the budget is due.
  if (reservation.leaseId !== undefined) return { usedUsdMicros: 0 };
  await tools.openEndings.written(reservation.workOrderId);
  let reserved = await tools.ledger.reserve(reservation);
  if (isRefused(reserved)) reserved = await askForHeldMoney(tools, { reservation, cap: reserved.verdict, signal });
  if (reserved.verdict === 'answered') return { stored: reserved.answer };
  if (isRefused(reserved)) throw refusal(reserved.verdict, reservation);
  return { usedUsdMicros: reserved.usedUsdMicros };
}

type Refused = ReserveResult & { verdict: CapName };

function isRefused(result: ReserveResult): result is Refused {
  return result.verdict !== 'reserved' && result.verdict !== 'answered';
}

/** Money that is only held for calls that may never come is no reason to refuse one: it comes back first. */
async function askForHeldMoney(
  { ledger, leases }: MoneyTools,
  { reservation, cap, signal }: { reservation: Reservation; cap: CapName; signal: AbortSignal },
): Promise<ReserveResult> {
  const holder = cap === 'order-cap' ? reservation.workOrderId : null;
  const endMs = performance.now() + leaseTerms.validForMs;
  for (;;) {
    await leases.giveAllBack();
    const heldMs = await ledger.leasedForMs(holder);
    await wait(Math.min(heldMs, lookAgainMs), undefined, { signal }).catch(() => signal.throwIfAborted());
    const reserved = await ledger.reserve(reservation);
    if (!isRefused(reserved) || heldMs === 0 || performance.now() > endMs) return reserved;
  }
}

const capWords: Record<CapName, { of: string; way: string }> = {
  'order-cap': { of: "the work order's cap", way: 'Create a new order with a higher --cost-cap.' },
  'day-cap': { of: 'the daily limit', way: 'Wait for the next day (UTC), or raise budget.dayKillUsd in the policy.' },
  'month-cap': { of: 'the monthly limit', way: 'Raise budget.monthHardUsd in the policy.' },
};

function refusal(verdict: CapName, reservation: Reservation): AppError {
  const { of, way } = capWords[verdict];
  const caps: Record<CapName, number> = {
    'order-cap': reservation.capUsdMicros,
    'day-cap': reservation.dayCapUsdMicros,
    'month-cap': reservation.monthCapUsdMicros,
  };
  const [cap, estimate] = [caps[verdict], reservation.amountUsdMicros].map(formatUsdMicros);
  return new AppError(
    // A limit of all work says nothing of this order: its run waits until the limit is a new one.
    verdict === 'order-cap' ? 'budget-exceeded' : 'budget-limit-reached',
    `The next model call could cost up to ${estimate}, which is more than ${of} of ${cap} leaves. ${way}`,
    {
      context: {
        workOrderId: reservation.workOrderId,
        cap: verdict,
        estimateUsdMicros: reservation.amountUsdMicros,
      },
    },
  );
}
