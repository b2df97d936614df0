import { AppError } from '../../domain/errors.ts';
import { parseAnswer, type EscalationAnswer } from '../../domain/escalations/answer.ts';
import type { Database } from '../../prisma/client.ts';
import type { EscalationView } from '../../prisma/repositories/escalation-queries.ts';
import type { Visibility } from '../../prisma/repositories/visibility.ts';
import { findWorkOrderId } from '../../prisma/repositories/work-order-queries.ts';
import type { ResolveEscalation } from '../schemas/records.ts';

/**
 * The answer that a run takes, from what a person sent. The run judges it again: the first valid one wins there.
 *
 * @throws AppError `option-not-offered`, or `validation-failed` with what the option needs
 */
export async function prepareAnswer(
  database: Database,
  escalation: EscalationView,
  body: ResolveEscalation & { resolvedBy: string; visibility: Visibility },
): Promise<EscalationAnswer> {
  const offered = escalation.options.map(({ option }) => option);
  if (!offered.includes(body.option)) {
    throw new AppError('option-not-offered', `"${body.option}" is not offered here; ${offered.join(', ')} are.`);
  }
  const { upstreamOrder, visibility, ...fields } = body;
  const upstreamOrderId =
    upstreamOrder === undefined
      ? undefined
      : await findUpstreamOrder(database, escalation, { upstreamOrder, visibility });
  const answer = parseAnswer({ ...fields, upstreamOrderId, escalationId: escalation.id });
  if (typeof answer === 'string') throw new AppError('validation-failed', answer);
  refuseLowCap(answer, escalation.costCapUsdMicros);
  return answer;
}

async function findUpstreamOrder(
  database: Database,
  { workOrderId }: EscalationView,
  { upstreamOrder, visibility }: { upstreamOrder: string; visibility: Visibility },
): Promise<string> {
  const id = await findWorkOrderId(database, upstreamOrder, visibility);
  if (id === null) throw new AppError('validation-failed', `There is no work order ${upstreamOrder} to wait for.`);
  if (id === workOrderId) throw new AppError('validation-failed', 'A work order cannot wait for itself.');
  return id;
}

function refuseLowCap({ option, costCapUsd }: EscalationAnswer, costCapUsdMicros: number): void {
  if (option !== 'raise_budget' || costCapUsd === undefined) return;
  if (Math.round(costCapUsd * 1_000_000) > costCapUsdMicros) return;
  const message = `The cap of this work order is $${costCapUsdMicros / 1_000_000} already: name a higher one in costCapUsd.`;
  throw new AppError('validation-failed', message);
}
