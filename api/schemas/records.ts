import { z } from 'zod';

import { costSchema, pageOf, pageQuery, recordSchema, timeSchema } from './common.ts';
import { orderReference } from './work-order-request.ts';
import {
  diffStatSchema,
  failureClassSchema,
  gateResultSchema,
  judgementFields,
  offeredOptionSchema,
  recommendationSchema,
} from './work-order.ts';

export const escalationSchema = z
  .object({
    id: z.uuid(),
    workOrderId: z.uuid(),
    workOrderNumber: z.int(),
    workOrderTitle: z.string(),
    attempt: z.int(),
    trigger: z.string(),
    failureClass: failureClassSchema,
    message: z.string().describe('One sentence: what happened.'),
    excerpt: z.string().describe('The lines of output that matter.'),
    context: recordSchema,
    costCapUsdMicros: costSchema.describe('What the order may cost at most now.'),
    options: z.array(offeredOptionSchema),
    recommendation: recommendationSchema.nullable().describe('Null where none was made.'),
    state: z.enum(['open', 'resolved']),
    chosenOption: z.string().nullable(),
    parameters: recordSchema.nullable(),
    note: z.string().nullable(),
    resolvedBy: z.string().nullable(),
    resolvedAt: timeSchema.nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Escalation' });

export const escalationPageSchema = pageOf(escalationSchema).meta({ id: 'EscalationPage' });

export const escalationListQuery = pageQuery.extend({ state: z.enum(['open', 'resolved']).optional() });

export const escalationParams = z.object({ id: z.uuid() });

export const resolveEscalationBody = z
  .strictObject({
    option: z.string().min(1).max(100).describe('One of the options that the escalation offers.'),
    guidance: z.string().trim().max(4_000).optional().describe('What the next attempt should know.'),
    model: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe('Of the next attempt; else the next more capable one.'),
    costCapUsd: z.number().optional().describe('The new cap in dollars; needed to raise the budget.'),
    upstream: z
      .string()
      .trim()
      .min(1)
      .max(4_000)
      .optional()
      .describe('What has to change before the order goes on: a contract, a package, an order.'),
    upstreamOrder: orderReference.optional().describe('Number or id of an order whose completion ends the wait.'),
    note: z.string().trim().max(2_000).optional().describe('Kept with the answer; no model sees it.'),
  })
  .meta({ id: 'ResolveEscalation' });

export type ResolveEscalation = z.output<typeof resolveEscalationBody>;

export const resolvedEscalationSchema = z
  .object({ escalationId: z.uuid(), workOrderId: z.uuid(), option: z.string(), resolvedBy: z.string() })
  .meta({ id: 'ResolvedEscalation' });

const decisionTypes = ['routing', 'refinement_cycle', 'escalation', 'retry', 'skip'] as const;

export const decisionSchema = z
  .object({
    id: z.uuid(),
    workOrderId: z.uuid().nullable(),
    type: z.enum(decisionTypes),
    agent: z.string(),
    attempt: z.int().nullable(),
    input: recordSchema,
    output: recordSchema,
    reason: z.string(),
    confidence: z.number().nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'Decision' });

export const decisionPageSchema = pageOf(decisionSchema).meta({ id: 'DecisionPage' });

export const decisionListQuery = pageQuery.extend({ type: z.enum(decisionTypes).optional() });

export const outcomeSchema = z
  .object({
    id: z.uuid(),
    workOrderId: z.uuid(),
    attempt: z.int(),
    success: z.boolean(),
    failureClass: failureClassSchema.nullable(),
    errorContext: recordSchema.nullable(),
    failedStep: z.string().nullable(),
    costUsdMicros: costSchema,
    executionTimeMs: z.int(),
    modelAsked: z.string(),
    modelServed: z.string().nullable(),
    isDegraded: z.boolean().describe('Another model stood in for the one that was asked for.'),
    routeReason: z.string(),
    policyVersion: z.string(),
    diffFiles: z.int(),
    diffLinesAdded: z.int(),
    diffLinesRemoved: z.int(),
    testTimeMs: z.int(),
    refinementCycles: z.int(),
    ...judgementFields,
    editFormat: z.string().nullable().describe('The form in which the model wrote its edits.'),
    complexity: z.number(),
    complexityFactors: z.unknown().describe('Any JSON.'),
    createdAt: timeSchema,
  })
  .meta({ id: 'Outcome' });

export const outcomePageSchema = pageOf(outcomeSchema).meta({ id: 'OutcomePage' });

export const outcomeListQuery = pageQuery.extend({ failureClass: failureClassSchema.optional() });

export const topFailureSchema = z
  .object({
    fingerprint: z.string().describe('The same for the same error in every order.'),
    failureClass: failureClassSchema,
    orders: z.int().describe('Orders that failed with it.'),
    attempts: z.int(),
    lastAt: timeSchema,
    lastWorkOrderNumber: z.int().nullable(),
    failedStep: z.string().nullable(),
    context: recordSchema.describe('What is known of its last occurrence.'),
  })
  .meta({ id: 'TopFailure' });

export const topFailuresSchema = z.object({ items: z.array(topFailureSchema) }).meta({ id: 'TopFailures' });

export const topFailuresQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(10),
  failureClass: failureClassSchema.optional(),
  days: z.coerce.number().int().min(1).max(3_650).optional().describe('Only what happened in the last days.'),
});

export const pullRequestSummarySchema = z
  .object({
    id: z.uuid(),
    number: z.int(),
    repository: z.string(),
    workOrderId: z.uuid(),
    workOrderNumber: z.int(),
    attempt: z.int(),
    forge: z.string(),
    forgeLocation: z.string(),
    headBranch: z.string(),
    baseBranch: z.string(),
    headCommit: z.string(),
    baseCommit: z.string(),
    title: z.string(),
    diffStat: diffStatSchema,
    draft: z.boolean(),
    state: z.enum(['open', 'merged', 'closed']),
    mergeCommit: z.string().nullable(),
    mergedAt: timeSchema.nullable(),
    createdAt: timeSchema,
  })
  .meta({ id: 'PullRequestSummary' });

export const pullRequestSchema = z
  .object({
    ...pullRequestSummarySchema.shape,
    body: z.string(),
    diff: z.string(),
    gates: z.array(gateResultSchema),
    fetchCommand: z.string().describe('Brings the branch into a clone of the repository.'),
  })
  .meta({ id: 'PullRequest' });

export const pullRequestPageSchema = pageOf(pullRequestSummarySchema).meta({ id: 'PullRequestPage' });

export const pullRequestListQuery = pageQuery.extend({ state: z.enum(['open', 'merged', 'closed']).optional() });

export const pullRequestParams = z.object({
  number: z.coerce.number().int().min(1).max(2_147_483_647).describe('Number of the pull request.'),
});
