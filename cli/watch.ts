import { dataOf, type Api, type WorkOrder, type WorkOrderEvent } from './api-client.ts';
import { exitCodes, type ExitCode } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { printEscalation } from './escalation-summary.ts';
import { describeEvent } from './event-lines.ts';
import { readEvents } from './event-reader.ts';
import { printSummary } from './summaries.ts';
import { plain } from './terminal.ts';
import { duration, waitWords } from './wording.ts';

export interface WatchOptions {
  /** Id or number of the order. */
  order: string;
  /** Keeps watching while the order waits for a person. */
  wait: boolean;
  /** Writes JSON lines: each event, then the order. */
  json: boolean;
}

const tickMs = 1_000;

/** Shows an order as it happens, from its first event to its end or to a question for a person. */
export async function watchOrder(context: CommandContext, options: WatchOptions): Promise<ExitCode> {
  const api = context.api();
  const { output } = context;
  const order = await readOrder(api, options.order);
  if (!options.json) output.line(`Work order #${order.number}: ${plain(order.title)}`);
  const ticker = createTicker(context, options);
  try {
    for await (const event of readEvents(api, order.id)) {
      if (options.json) output.json(event);
      else showEvent(context, event);
      ticker.follow(event);
      if (await needsPerson(context, event, options)) return exitCodes.waitingForPerson;
    }
  } finally {
    ticker.stop();
  }
  return finish(context, await readOrder(api, order.id), options);
}

/** The exit code that the status of an ended order means. */
export function exitCodeOf(status: WorkOrder['status']): ExitCode {
  if (status === 'completed') return exitCodes.done;
  return status === 'needs_review' ? exitCodes.waitingForPerson : exitCodes.failed;
}

function finish(context: CommandContext, order: WorkOrder, options: WatchOptions): ExitCode {
  if (options.json) context.output.json({ type: 'work_order', workOrder: order });
  else printSummary(context.output, order, context.api().url);
  return exitCodeOf(order.status);
}

export async function readOrder(api: Api, idOrNumber: string): Promise<WorkOrder> {
  return dataOf(api.client.GET('/api/v1/work-orders/{id}', { params: { path: { id: idOrNumber } } }));
}

function showEvent({ output }: CommandContext, event: WorkOrderEvent): void {
  // On a terminal the live line says what runs; a line for every beginning would only push results away.
  if (output.hasLiveLine && event.type === 'step_started') return;
  const line = describeEvent(event, output.paint);
  if (line !== null) output.line(line);
}

/** Whether an event tells of a wait that only a person ends, and that has not ended since. */
async function needsPerson(context: CommandContext, event: WorkOrderEvent, options: WatchOptions): Promise<boolean> {
  if (event.type === 'escalation_opened') return isAsking(context, event, options);
  const { waitingFor } = event.payload;
  if (event.type !== 'waiting' || (waitingFor !== 'person' && waitingFor !== 'upstream')) return false;
  const order = await readOrder(context.api(), options.order);
  if (order.waitingFor !== waitingFor || order.lastEventSequence !== event.sequence) return false;
  if (!options.json) context.output.line(`When it is done: npx ratchet order continue ${order.number}`);
  return !options.wait;
}

/** Whether the run still waits for the answer; an old event may tell of a question that was answered long ago. */
async function isAsking(context: CommandContext, event: WorkOrderEvent, options: WatchOptions): Promise<boolean> {
  const api = context.api();
  const id = String(event.payload['escalationId']);
  const escalation = await dataOf(api.client.GET('/api/v1/escalations/{id}', { params: { path: { id } } }));
  if (escalation.state !== 'open') return false;
  if (options.json) context.output.json({ type: 'escalation', escalation });
  else {
    const { workflowId } = await readOrder(api, escalation.workOrderId);
    printEscalation(context.output, escalation, { workflowId, temporal: context.temporalCommand() });
  }
  return !options.wait;
}

/** The small last line on a terminal: what runs now, and since when. */
function createTicker({ output }: CommandContext, { json }: WatchOptions) {
  let current: { words: string; sinceMs: number } | null = null;

  function show(): void {
    if (current !== null && !json) output.live(`          ${current.words} ${duration(Date.now() - current.sinceMs)}`);
  }

  const timer = output.hasLiveLine ? setInterval(show, tickMs) : undefined;
  return {
    follow(event: WorkOrderEvent): void {
      const words =
        event.type === 'step_started' ? `${plain(String(event.payload['step']))} runs` : waitingWords(event);
      current = words === null ? null : { words, sinceMs: Date.parse(event.at) };
      show();
    },
    stop(): void {
      clearInterval(timer);
      output.clearLive();
    },
  };
}

function waitingWords({ type, payload }: WorkOrderEvent): string | null {
  if (type === 'waiting') return `waits for ${plain(waitWords(String(payload['waitingFor'])))}`;
  return type === 'escalation_opened' ? 'waits for a person' : null;
}
