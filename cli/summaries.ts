/** What is printed about an order, an escalation and a pull request. */
import type { Escalation, PullRequest, WorkOrder } from './api-client.ts';
import { plain, type Output } from './terminal.ts';
import { changes, dollars, duration, table } from './wording.ts';

type Gates = PullRequest['gates'];

/** How an order ended: what came out, what proved it, what it cost, where the time went, where to look further. */
export function printSummary(output: Output, order: WorkOrder, apiUrl: string): void {
  const { paint } = output;
  output.line();
  const colour = order.status === 'completed' ? 'green' : order.status === 'needs_review' ? 'yellow' : 'red';
  output.line(`${paint(colour, order.status)}  #${order.number} ${plain(order.title)}`);
  if (order.pullRequest !== null) {
    const { number, title, headBranch, diffStat, draft, state } = order.pullRequest;
    output.line();
    output.line(paint('bold', `Pull request ${number}: ${plain(title)}`));
    printIndented(output, [
      ['branch', headBranch],
      ['state', draft ? `${state}, draft` : state],
      ['changes', changes(diffStat)],
      ['look at it', `npx ratchet pr show ${number}`],
    ]);
  }
  printGates(output, order.gates);
  output.line();
  output.line(paint('bold', 'Cost'));
  output.line(`  ${describeCost(order)}`);
  printTimes(output, order);
  output.line();
  printIndented(output, [
    ['API reference', `${apiUrl}/docs`],
    ['this run in Temporal', order.temporalUiUrl ?? `workflow id ${order.workflowId}`],
  ]);
}

/** What an order has cost, and whether a model was paid at all. */
export function describeCost(order: Pick<WorkOrder, 'costUsdMicros' | 'costCapUsdMicros' | 'isScriptedModel'>): string {
  const cost = `${dollars(order.costUsdMicros)} of at most ${dollars(order.costCapUsdMicros)}`;
  return order.isScriptedModel ? `${cost} (scripted model: its answers come from a file, no provider was asked)` : cost;
}

/** The gates with how they ended; nothing when none has run. */
export function printGates(output: Output, gates: Gates): void {
  if (gates.length === 0) return;
  output.line();
  output.line(output.paint('bold', 'Gates'));
  printIndented(
    output,
    gates.map(({ gate, outcome, durationMs, command }) => [gate, outcome, duration(durationMs), command]),
  );
}

function printTimes(output: Output, order: WorkOrder): void {
  const endedAtMs = order.finishedAt === null ? Date.now() : Date.parse(order.finishedAt);
  const totalMs = Math.max(1, endedAtMs - Date.parse(order.createdAt));
  const sums = new Map<string, number>();
  for (const { step, durationMs } of order.stepTimes) sums.set(step, (sums.get(step) ?? 0) + durationMs);
  const stepsMs = [...sums.values()].reduce((sum, durationMs) => sum + durationMs, 0);
  const rows = [...sums, ['between steps and waiting', Math.max(0, totalMs - stepsMs)] as const];
  output.line();
  output.line(output.paint('bold', `Time: ${duration(totalMs)}`));
  printIndented(
    output,
    rows.map(([step, durationMs]) => [step, `${Math.round((durationMs / totalMs) * 100)} %`, duration(durationMs)]),
  );
}

/** A question to a person, with the commands that answer it. */
export function printEscalation(
  output: Output,
  escalation: Escalation,
  run: { workflowId: string; temporal: { program: string; address: string } },
): void {
  const { paint } = output;
  output.line();
  output.line(
    paint('yellow', `Work order #${escalation.workOrderNumber} waits for a person (${escalation.failureClass})`),
  );
  output.line(`  ${plain(escalation.message).replaceAll('\n', ' ')}`);
  if (escalation.excerpt !== '') {
    output.line();
    for (const line of plain(escalation.excerpt).split('\n')) output.line(`  ${paint('dim', `| ${line}`)}`);
  }
  output.line();
  output.line('Answer with one of:');
  for (const { option, effect } of escalation.options) {
    output.line(`  npx ratchet resolve ${escalation.workOrderNumber} ${plain(option)}`);
    output.line(`    ${plain(effect)}`);
  }
  output.line("or with Temporal's own tool:");
  const { workflowId, temporal } = run;
  output.line(`  ${temporal.program} workflow signal --address ${temporal.address} --workflow-id ${workflowId} \\`);
  output.line(`    --name resolveEscalation --input '{"option":"abort"}'`);
}

/** Rows under a heading. */
export function printIndented(output: Output, rows: string[][]): void {
  for (const line of table(rows)) output.line(`  ${line}`);
}
