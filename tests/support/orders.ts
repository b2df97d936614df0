import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'vitest';

import { workOrderWorkflowId } from '../../workflows/contract.ts';
import { headersOf, operatorToken } from './operator.ts';
import { projectRoot } from './stack-parts.ts';
import type { TestStack } from './stack.ts';
import { waitFor } from './wait-for.ts';

/** What tests read of an order. */
export interface OrderAnswer {
  id: string;
  number: number;
  status: string;
  attempt: number;
  waitingFor: string | null;
  failureClass: string | null;
  openEscalationId: string | null;
  pullRequest: { number: number; headBranch: string; draft: boolean } | null;
}

/** What tests read of an escalation. */
export interface EscalationAnswer {
  id: string;
  failureClass: string;
  message: string;
  excerpt: string;
  trigger: string;
  state: string;
  resolvedBy: string | null;
  options: { option: string }[];
}

export interface ApiAnswer {
  status: number;
  contentType: string;
  // What a server answers is unknown until it is asserted; the callers name the shape that they expect.
  body: unknown;
}

/** Calls the API as any client would. @param path below `/api/v1` */
export async function callApi(
  stack: TestStack,
  path: string,
  request: { body?: unknown; method?: 'POST' | 'PUT' | 'DELETE' | 'GET'; token?: string } | null = null,
): Promise<ApiAnswer> {
  const hasBody = request?.body !== undefined;
  const response = await fetch(`${stack.apiUrl}/api/v1${path}`, {
    headers: {
      ...headersOf(request?.token ?? operatorToken),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
    },
    ...(request === null ? {} : { method: request.method ?? 'POST' }),
    ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
  });
  const contentType = response.headers.get('content-type') ?? '';
  return { status: response.status, contentType, body: await response.json() };
}

/** Creates an order that must be accepted. */
export async function createOrder(stack: TestStack, body: object, token?: string): Promise<OrderAnswer> {
  const answer = await callApi(stack, '/work-orders', { body, ...(token === undefined ? {} : { token }) });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body as OrderAnswer;
}

/** One of the orders in `examples/orders`. */
export async function bundledOrder(name: string): Promise<object> {
  const text = await readFile(join(projectRoot, 'examples/orders', `${name}.json`), 'utf8');
  return JSON.parse(text) as object;
}

export async function readOrder(stack: TestStack, id: string): Promise<OrderAnswer> {
  return (await callApi(stack, `/work-orders/${id}`)).body as OrderAnswer;
}

const finalStatuses = ['completed', 'needs_review', 'failed', 'cancelled'];

/** Waits until an order has ended, however. */
export async function waitForEnd(stack: TestStack, id: string): Promise<OrderAnswer> {
  return waitFor(`end of order ${id}`, async () => {
    const order = await readOrder(stack, id);
    return finalStatuses.includes(order.status) && order;
  });
}

/** Waits until an order asks a person. @param attempt the one that must have failed */
export async function waitForEscalation(stack: TestStack, id: string, attempt = 1): Promise<EscalationAnswer> {
  const escalationId = await waitFor(`escalation of order ${id}`, async () => {
    const order = await readOrder(stack, id);
    if (finalStatuses.includes(order.status)) throw new Error(`The order ended as ${order.status} without asking`);
    return order.status === 'waiting' && order.attempt === attempt && order.openEscalationId;
  });
  return (await callApi(stack, `/escalations/${escalationId}`)).body as EscalationAnswer;
}

/** Waits for an event of an order. @param event with its step, where it has one */
export async function waitForEvent(
  stack: TestStack,
  workOrderId: string,
  { type, step }: { type: string; step?: string },
): Promise<void> {
  await waitFor(`event ${type} ${step ?? ''} of order ${workOrderId}`, async () => {
    const events = await stack.database.workOrderEvent.findMany({ where: { workOrderId, type } });
    return events.some(({ payload }) => step === undefined || (payload as { step?: string }).step === step);
  });
}

export async function resolveEscalation(
  stack: TestStack,
  escalationId: string,
  body: {
    option: string;
    guidance?: string;
    resolvedBy?: string;
    costCapUsd?: number;
    upstream?: string;
    note?: string;
  },
): Promise<ApiAnswer> {
  return callApi(stack, `/escalations/${escalationId}/resolve`, { body });
}

/** Waits until an order asks a person, and answers. @returns what was asked */
export async function answerEscalation(
  stack: TestStack,
  { orderId, attempt = 1 }: { orderId: string; attempt?: number },
  body: Parameters<typeof resolveEscalation>[2],
): Promise<EscalationAnswer> {
  const escalation = await waitForEscalation(stack, orderId, attempt);
  const answer = await resolveEscalation(stack, escalation.id, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return escalation;
}

/** What must hold of every order that has ended: nothing of it is left but its records. */
export async function expectNothingLeft(stack: TestStack, workOrderId: string): Promise<void> {
  const { database } = stack;
  expect(await database.slot.count({ where: { workOrderId } })).toBe(0);
  expect(await database.escalation.count({ where: { workOrderId, state: 'open' } })).toBe(0);
  // A call that was cut off may be billed: it keeps its reservation, with the reason.
  expect(await database.modelCall.count({ where: { workOrderId, state: 'reserved', errorCode: null } })).toBe(0);
}

/** The run of an order in Temporal. */
export function runOf(stack: TestStack, orderId: string) {
  return stack.temporal.workflow.getHandle(workOrderWorkflowId(orderId));
}

/** The search attributes that an order's run has in Temporal, by name. */
export async function searchAttributesOf(stack: TestStack, orderId: string): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await runOf(stack, orderId).describe();
  return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
}

/** The Markdown that Temporal's UI shows of an order's run. */
export async function currentDetailsOf(stack: TestStack, orderId: string): Promise<string> {
  const metadata = await runOf(stack, orderId).query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails;
}

/** How many events the history of an order's run has. */
export async function historyLength(stack: TestStack, orderId: string): Promise<number> {
  return (await runOf(stack, orderId).fetchHistory()).events?.length ?? 0;
}
