import type { WorkOrderStatus } from '../domain/work-orders/work-order.ts';
import type { Attempt } from './attempt.ts';

/** How a run ends, and why. */
export interface Ending {
  status: Extract<WorkOrderStatus, 'completed' | 'needs_review' | 'failed' | 'cancelled'>;
  reason: string;
}

/** The end of an attempt whose gates are green: completed only when every criterion is proven and the score passes. */
export function endingOf({ verification }: Attempt): Ending {
  const unproven = verification?.proofs.filter(({ verdict }) => verdict !== 'proven') ?? [];
  if (unproven.length > 0) {
    const ids = unproven.map(({ id }) => id).join(', ');
    return { status: 'needs_review', reason: `All gates are green, but nothing proved ${ids}.` };
  }
  const acceptance = verification?.acceptance ?? null;
  if (acceptance !== null && !acceptance.passes) {
    return { status: 'needs_review', reason: `All gates are green, but the acceptance score is ${acceptance.score}.` };
  }
  return { status: 'completed', reason: 'All gates are green and every criterion is proven.' };
}
