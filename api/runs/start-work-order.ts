import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes, type Priority } from '@temporalio/common';

import { formatUsdMicros } from '../../domain/budget/money.ts';
import { asMarkdownCode, asPlainMarkdown } from '../../domain/text/markdown.ts';
import { intakeLimits } from '../../domain/work-orders/work-order.ts';
import type { Logger } from '../../platform/logger.ts';
import {
  listPendingStarts,
  markStarted,
  type StartableWorkOrder,
} from '../../prisma/repositories/work-order-intake.ts';
import { storedCriteria } from '../../prisma/repositories/stored-shapes.ts';
import {
  searchAttributes,
  taskQueues,
  workflowNames,
  workOrderWorkflowId,
  type WorkOrderInput,
} from '../../workflows/contract.ts';
import type { RunDependencies } from '../dependencies.ts';

const startTimeoutMs = 2_000;

/** The request that made an order gets this long to start it itself. */
const sweepAgeMs = 4_000;

/** Temporal's bound for a static summary, in bytes. */
const summaryBytesMax = 200;

const repositoryKey = defineSearchAttributeKey(searchAttributes.repository.name, searchAttributes.repository.type);

/**
 * Starts the run of an order and remembers it. There is never a second run of an order: its id is the order's, a
 * running one is used as it is, and a closed one is not repeated.
 *
 * @throws AppError `temporal-unavailable`; the run may have begun all the same, and asking again is safe
 */
export async function startWorkOrder(dependencies: RunDependencies, order: StartableWorkOrder): Promise<void> {
  const { temporal, database } = dependencies;
  const input: WorkOrderInput = {
    orderId: order.id,
    orderNumber: order.number,
    title: order.title,
    repository: order.repository,
  };
  try {
    await temporal.withDeadline('the start of the work order', startTimeoutMs, () =>
      temporal.client.workflow.start(workflowNames.workOrder, {
        workflowId: workOrderWorkflowId(order.id),
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        taskQueue: taskQueues.workflows,
        args: [input],
        priority: priorityOf(order),
        staticSummary: cutToBytes(`#${order.number} ${order.title}`, summaryBytesMax),
        staticDetails: describe(order),
        typedSearchAttributes: new TypedSearchAttributes([{ key: repositoryKey, value: order.repository }]),
        memo: { orderNumber: order.number, title: order.title, repository: order.repository },
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  await markStarted(database, order.id);
}

/**
 * Starts the orders whose start failed or was never answered.
 *
 * @returns how many were started; what fails is logged and tried again at the next call
 */
export async function startPendingOrders(dependencies: RunDependencies, logger: Logger): Promise<number> {
  const pending = await listPendingStarts(dependencies.database, new Date(Date.now() - sweepAgeMs));
  let started = 0;
  for (const order of pending) {
    try {
      await startWorkOrder(dependencies, order);
      started += 1;
    } catch (error) {
      logger.warn({ err: error, order: order.number }, 'an order that waits for its start could not be started');
    }
  }
  return started;
}

/** Holds in Temporal's own queues too, for the run and every step of it: the most urgent first, then a share per owner. */
function priorityOf({ priority, ownerId }: StartableWorkOrder): Priority {
  return { priorityKey: priority, fairnessKey: ownerId ?? 'nobody' };
}

/** Markdown for Temporal's UI; what a client gave is text in it. */
function describe(order: StartableWorkOrder): string {
  const criteria = storedCriteria
    .parse(order.acceptanceCriteria)
    .map(
      ({ id, text }) => `- **${asPlainMarkdown(id, 20)}** ${asPlainMarkdown(text, intakeLimits.criterionLengthMax)}`,
    );
  const facts = [
    `**Repository** ${asMarkdownCode(order.repository, 1_000)}`,
    `**Base branch** ${asMarkdownCode(order.baseBranch, 200)}`,
    `**Cost cap** ${formatUsdMicros(order.costCapUsdMicros)}`,
  ];
  return cutToBytes([...facts, '**Acceptance criteria**', criteria.join('\n')].join('\n\n'), 8_000);
}

/** The beginning of a text that fits a number of bytes in UTF-8. */
function cutToBytes(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  let cut = '';
  let bytes = Buffer.byteLength('…');
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > bytesMax) break;
    cut += character;
  }
  return `${cut}…`;
}
