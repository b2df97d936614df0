/** What is printed about an order and a pull request. */
import type { PullRequest, WorkOrder } from './api-client.ts';
import { plain, type Output } from './terminal.ts';
import { changes, dollars, duration, table } from './wording.ts';

type Gates = (PullRequest['gates'][number] & { round?: number; reason?: string })[];

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
  printOutcome(output, order.lastOutcome);
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

/** The gates of the last round with how they ended; nothing when none has run. */
export function printGates(output: Output, gates: Gates): void {
  if (gates.length === 0) return;
  const lastRound = Math.max(...gates.map(({ round = 0 }) => round));
  output.line();
  output.line(output.paint('bold', lastRound === 0 ? 'Gates' : `Gates after repair ${lastRound}`));
  printIndented(
    output,
    gates
      .filter(({ round = 0 }) => round === lastRound)
      .map(({ gate, outcome, durationMs, command, reason = '' }) => [
        gate,
        outcome,
        duration(durationMs),
        outcome === 'passed' || reason === '' ? command : `${command} (${reason})`,
      ]),
  );
}

/** How good the change of the last attempt is, and what the guards found in it; nothing when neither is known. */
export function printOutcome(output: Output, outcome: WorkOrder['lastOutcome']): void {
  if (outcome === null) return;
  const { acceptanceScore, acceptance, guardHits } = outcome;
  if (acceptanceScore !== null) {
    output.line();
    output.line(output.paint('bold', `Acceptance: ${acceptanceScore} of 10`));
    printIndented(
      output,
      (acceptance ?? []).map(({ name, score, reasons }) => [name, String(score), reasons.join(' ')]),
    );
  }
  if (guardHits.length === 0) return;
  output.line();
  output.line(output.paint('bold', 'Guards'));
  printIndented(
    output,
    guardHits.map(({ guard, path, line, message }) => [guard, describePlace(path, line), message]),
  );
}

function describePlace(path: string | null, line: number | null): string {
  if (path === null) return '-';
  return line === null ? path : `${path}:${line}`;
}

/** Orders that another one depends on, as `#3 (hard, running), #7 (soft, completed)`. */
export function describeDependencies(dependsOn: WorkOrder['dependsOn']): string {
  return dependsOn.map(({ number, kind, status }) => `#${number} (${kind}, ${status})`).join(', ');
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

/** Rows under a heading. */
export function printIndented(output: Output, rows: string[][]): void {
  for (const line of table(rows)) output.line(`  ${line}`);
}
