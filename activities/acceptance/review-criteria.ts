import { z } from 'zod';

import { findingOf, showChange, type ReviewVerdict } from '../../domain/acceptance/review.ts';
import { AppError } from '../../domain/errors.ts';
import { reviewPrompt, reviewSystemPrompt } from '../../domain/text/prompts/review.ts';
import type { Redact } from '../../domain/text/redact.ts';
import type { FileChange } from '../../domain/text/unified-diff.ts';
import type { CriterionProof } from '../../domain/work-orders/pull-request-body.ts';
import type { OrderSnapshot } from '../../prisma/repositories/order-records.ts';
import type { ModelGateway } from '../llm/gateway.ts';
import type { ModelDirectory } from '../llm/models.ts';
import { generateStructured } from '../llm/structured.ts';

export interface ReviewDependencies {
  gateway: Pick<ModelGateway, 'generate'>;
  directory: Pick<ModelDirectory, 'find'>;
  redact: Redact;
}

/** What is reviewed, and for whom. */
export interface ReviewWork {
  order: OrderSnapshot;
  attempt: number;
  /** Name of a model entry; null where none is known, and then nothing is reviewed. */
  model: string | null;
  changes: readonly FileChange[];
  /** Of all criteria; those that stay unproven are put to the model. */
  proofs: readonly CriterionProof[];
}

/** A review that takes longer proves nothing: nobody waits for it. */
const reviewTimeoutMs = 180_000;
const outputTokensMax = 4_096;

const answerSchema = z.object({
  verdicts: z
    .array(
      z.object({
        criterion: z.number().int(),
        met: z.enum(['yes', 'no', 'unclear']),
        evidence: z.string().max(1_500).default(''),
      }),
    )
    .max(200),
});

/**
 * Puts the criteria that no command and no test proved to a model, all in one call. What it finds met is marked as
 * reviewed, which is no proof; nothing else changes. A model that does not answer, or may not be paid, changes nothing.
 *
 * @throws AppError all-stopped, so that the step is done again; the signal's reason when the step was given up
 */
export async function reviewCriteria(
  dependencies: ReviewDependencies,
  work: ReviewWork,
  signal: AbortSignal,
): Promise<CriterionProof[]> {
  const { proofs, order, model } = work;
  const open = new Set(proofs.filter(({ verdict }) => verdict === 'unproven').map(({ id }) => id));
  const asked = order.acceptanceCriteria.filter(({ id }) => open.has(id));
  if (asked.length === 0 || model === null) return [...proofs];
  const limit = AbortSignal.timeout(reviewTimeoutMs);
  try {
    const change = showChange(work.changes);
    const question = reviewPrompt({ ...order, ...change, criteria: asked });
    const verdicts = await ask(dependencies, { ...work, model, question }, AbortSignal.any([signal, limit]));
    const reviewer = nameReviewer(dependencies, model);
    return proofs.map((proof) => {
      const criterion = asked.findIndex(({ id }) => id === proof.id) + 1;
      return criterion === 0 ? proof : withFinding(proof, findingOf(verdicts, { criterion, change }), reviewer);
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.aborted && (!(error instanceof AppError) || error.code === 'all-stopped')) throw error;
    const why = error instanceof AppError ? error.code : 'it took too long';
    return proofs.map((proof) => (open.has(proof.id) ? withoutReview(proof, why) : proof));
  }
}

async function ask(
  { gateway, redact }: ReviewDependencies,
  { order, attempt, model, question }: ReviewWork & { model: string; question: string },
  signal: AbortSignal,
): Promise<ReviewVerdict[]> {
  const scope = {
    workOrderId: order.id,
    attempt,
    step: 'review',
    costCapUsdMicros: order.costCapUsdMicros,
  };
  const messages = [
    { role: 'system' as const, content: reviewSystemPrompt },
    { role: 'user' as const, content: redact(question) },
  ];
  const request = { scope, model, messages, outputTokensMax, signal };
  const { value } = await generateStructured(gateway, request, { schema: answerSchema, callsMax: 1 });
  return value.verdicts;
}

function nameReviewer({ directory }: ReviewDependencies, model: string): string {
  return directory.find(model).provider === 'scripted' ? 'the scripted model, which is a script' : `a model, ${model}`;
}

function withFinding(proof: CriterionProof, finding: ReturnType<typeof findingOf>, reviewer: string): CriterionProof {
  const { id } = proof;
  if (!finding.isMet) return { ...proof, proof: `not proven: reviewed by ${reviewer}: it ${finding.reason}` };
  const shown = finding.evidence.replaceAll('`', "'");
  return { id, verdict: 'reviewed', proof: `not proven, but reviewed by ${reviewer}: see \`${shown}\`` };
}

function withoutReview(proof: CriterionProof, why: string): CriterionProof {
  return { ...proof, proof: `${proof.proof}; no model could review it (${why})` };
}
