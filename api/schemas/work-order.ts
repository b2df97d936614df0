import { z } from 'zod';

import { failureClasses } from '../../domain/failures/failure-class.ts';
import { gateKinds } from '../../domain/gates/gate.ts';
import { dependencyKinds, risks, steps, workOrderStatuses } from '../../domain/work-orders/work-order.ts';
import { costSchema, pageOf, pageQuery, recordSchema, timeSchema, truthQuery } from './common.ts';

export const failureClassSchema = z.enum(failureClasses);

export const diffStatSchema = z.object({ files: z.int(), added: z.int(), removed: z.int() });

export const gateResultSchema = z.object({
  gate: z.string(),
  command: z.string(),
  outcome: z.string().describe('passed, failed, or known_failures: only what fails on the untouched base commit, too.'),
  exitCode: z.int().nullable(),
  durationMs: z.int(),
  sandboxed: z.boolean(),
});

export const acceptancePartSchema = z
  .object({ name: z.string(), weight: z.number(), score: z.number(), reasons: z.array(z.string()) })
  .meta({ id: 'AcceptancePart' });

export const guardHitSchema = z
  .object({
    guard: z.string().describe('size, paths, tamper or secrets.'),
    path: z.string().nullable(),
    line: z.int().nullable(),
    message: z.string(),
  })
  .meta({ id: 'GuardHit' });

/** How good the change of an attempt is, and what stands in its way; also part of the attempt's outcome. */
export const judgementFields = {
  acceptanceScore: z.number().nullable().describe('0 to 10; null where the attempt did not get as far.'),
  acceptance: z.array(acceptancePartSchema).nullable().describe('The parts of the score with their reasons.'),
  guardHits: z.array(guardHitSchema).describe('What the guards found in the diff.'),
  repairRounds: z.int(),
};

export const workOrderSummarySchema = z
  .object({
    id: z.uuid(),
    number: z.int(),
    title: z.string(),
    repository: z.string(),
    baseBranch: z.string(),
    risk: z.enum(risks),
    priority: z.int(),
    ownerId: z.uuid().nullable().describe('Null: from before there were accounts.'),
    owner: z.string().nullable().describe('The name of the owner.'),
    startState: z.enum(['pending', 'started']).describe('pending: accepted, its run has not been started yet.'),
    status: z.enum(workOrderStatuses),
    step: z.string().nullable(),
    attempt: z.int(),
    waitingFor: z.string().nullable(),
    model: z.string().nullable(),
    failureClass: failureClassSchema.nullable(),
    costUsdMicros: costSchema,
    costCapUsdMicros: costSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
    startedAt: timeSchema.nullable(),
    finishedAt: timeSchema.nullable(),
  })
  .meta({ id: 'WorkOrderSummary' });

export const workOrderSchema = z
  .object({
    ...workOrderSummarySchema.shape,
    description: z.string(),
    baseCommit: z.string(),
    acceptanceCriteria: z.array(z.object({ id: z.string(), text: z.string(), command: z.string().nullable() })),
    filesInScope: z.array(z.string()),
    inspection: z.object({
      gates: z.array(z.object({ kind: z.enum(gateKinds), command: z.string(), source: z.string() })),
      sizeBytes: z.number(),
      files: z.number(),
    }),
    approvedBy: z.string(),
    approvedAt: timeSchema,
    lastEventSequence: z.int(),
    isScriptedModel: z.boolean().describe('Whether the scripted model answered: no model was asked, nothing was paid.'),
    stepTimes: z.array(z.object({ attempt: z.int(), step: z.string(), durationMs: z.int() })),
    waitingReason: z.string().nullable().describe('Why it waits, in one sentence; null when it does not.'),
    openEscalationId: z.uuid().nullable(),
    dependsOn: z
      .array(
        z.object({
          workOrderId: z.uuid(),
          number: z.int(),
          kind: z.enum(dependencyKinds),
          status: z.enum(workOrderStatuses),
        }),
      )
      .describe('Orders that must come first, as they stand now.'),
    lastOutcome: z
      .object({ attempt: z.int(), success: z.boolean(), ...judgementFields })
      .nullable()
      .describe('What the last finished attempt came to; null before any has ended.'),
    gates: z
      .array(
        gateResultSchema.extend({
          round: z.int().describe('0 for the first edit, then one per repair.'),
          reason: z.string().describe('Why it counts as it does.'),
          output: z.string(),
        }),
      )
      .describe('Of the last attempt that ran any, round by round.'),
    pullRequest: z
      .object({
        number: z.int(),
        title: z.string(),
        headBranch: z.string(),
        state: z.enum(['open', 'merged', 'closed']),
        draft: z.boolean(),
        diffStat: diffStatSchema,
      })
      .nullable(),
    workflowId: z.string().describe('Id of the run in Temporal.'),
    temporalUiUrl: z.string().nullable().describe("The run in Temporal's UI; null when no UI is known."),
  })
  .meta({ id: 'WorkOrder' });

export const workOrderPageSchema = pageOf(workOrderSummarySchema).meta({ id: 'WorkOrderPage' });

const noNul = 'must not hold a NUL character';
const hasNoNul = (text: string) => !text.includes('\0');
const searchText = z.string().min(1).max(200).refine(hasNoNul, noNul);

export const workOrderListQuery = pageQuery.extend({
  status: z.enum(workOrderStatuses).optional(),
  ownerId: z.uuid().optional().describe('Only orders of this person.'),
  repository: z.string().max(1_000).refine(hasNoNul, noNul).optional().describe('The location as it was given.'),
  failureClass: failureClassSchema.optional(),
  text: searchText.optional().describe('Part of the title or the description.'),
  finished: truthQuery.optional().describe('`true`: only orders that have ended; `false`: only those that have not.'),
});

export const failureSchema = z
  .object({
    failureClass: failureClassSchema,
    subReason: z.string().nullable(),
    rule: z.string(),
    context: z.object({
      message: z.string(),
      tool: z.string().nullable(),
      file: z.string().nullable(),
      line: z.number().nullable(),
      column: z.number().nullable(),
      code: z.string().nullable(),
      testNames: z.array(z.string()),
      package: z.string().nullable(),
      excerpt: z.string(),
    }),
  })
  .meta({ id: 'Failure' });

/** An option as it is offered. Questions of an earlier version have no estimates. */
export const offeredOptionSchema = z
  .object({
    option: z.string(),
    effect: z.string().describe('What the run will do.'),
    expectedCostUsdMicros: z
      .number()
      .nullable()
      .default(null)
      .describe('Micro-dollars until success; null where the option does not aim at a completed order.'),
    probability: z.number().nullable().default(null).describe('0 to 1, that the order will be completed.'),
    advantages: z.array(z.string()).default([]),
    disadvantages: z.array(z.string()).default([]),
  })
  .meta({ id: 'OfferedOption' });

export const recommendationSchema = z
  .object({ option: z.string(), confidence: z.number().describe('0 to 1.'), reason: z.string() })
  .meta({ id: 'Recommendation' });

/** What a run says about itself; also how its answer is parsed, of an earlier version as well. */
export const runStateSchema = z.object({
  status: z.enum(workOrderStatuses),
  step: z.enum(steps).nullable(),
  attempt: z.int(),
  model: z.string().nullable(),
  waitingFor: z.string().nullable(),
  waitingSince: z.string().nullable(),
  paused: z.boolean().default(false).describe('No further step begins, whatever it waits for.'),
  escalation: z
    .object({
      id: z.string(),
      trigger: z.string(),
      failure: failureSchema,
      options: z.array(offeredOptionSchema),
      recommendation: recommendationSchema.nullable().default(null),
    })
    .nullable(),
  lastFailure: failureSchema.nullable(),
  costUsdMicros: z.number(),
});

export const liveStateSchema = z
  .object({
    source: z.enum(['run', 'record']).describe('run: the workflow answered; record: it has not begun or has ended.'),
    ...runStateSchema.shape,
    step: z.string().nullable(),
  })
  .meta({ id: 'LiveState' });

export const workOrderEventSchema = z
  .object({
    sequence: z.int(),
    type: z
      .string()
      .describe(
        'Such as step_started, step_finished, waiting, resumed, escalation_opened, pull_request_opened, ended.',
      ),
    at: timeSchema,
    payload: recordSchema.describe('Always status, step, attempt, waitingFor and model; the rest depends on the type.'),
  })
  .meta({ id: 'WorkOrderEvent' });

export const eventListSchema = z
  .object({ items: z.array(workOrderEventSchema), isFinal: z.boolean().describe('Whether nothing more will come.') })
  .meta({ id: 'WorkOrderEvents' });

/** As far as the column counts. */
const sequence = z.coerce.number().int().min(0).max(2_147_483_647);

export const eventQuery = z.strictObject({
  after: sequence.default(0).describe('Only events with a greater sequence.'),
});

export const eventHeaders = z.object({
  'last-event-id': sequence.optional().describe('Where a broken stream goes on.'),
});

export const acceptedSchema = z.object({ workOrderId: z.uuid(), accepted: z.literal(true) }).meta({ id: 'Accepted' });
