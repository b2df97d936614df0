import { randomUUID } from 'node:crypto';

import type { Command } from 'commander';

import { dataOf, type WorkOrder } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { addListFlags, printPage, type ListFlags } from '../list-page.ts';
import { addOrderFlags, readOrderRequest, type OrderFlags } from '../order-request.ts';
import { describeCost, describeDependencies, printGates, printIndented, printOutcome } from '../summaries.ts';
import { plain } from '../terminal.ts';
import { readOrder, watchOrder } from '../watch.ts';
import { changes, dollars, moment, waitWords } from '../wording.ts';
import { addOrderControlCommands } from './order-control.ts';

/** `order create | list | show | watch`, and what can be asked of an order. */
export function addOrderCommands(program: Command, context: CommandContext): void {
  const order = program.command('order').description('describe a change to a repository and follow it');
  addCreate(order, context);
  addList(order, context);
  addShow(order, context);
  addWatch(order, context);
  addOrderControlCommands(order, context);
}

function addCreate(order: Command, context: CommandContext): void {
  const create = order
    .command('create')
    .description('create a work order')
    .option('--watch', 'follow it until it ends or asks')
    .option('--wait', 'with --watch: keep watching while it waits for a person')
    .option('--json', 'print JSON');
  addOrderFlags(create);
  create.addHelpText(
    'after',
    `
Examples:
  $ npx ratchet order create --repository ~/code/shop --title "Round prices" \\
      --description "Prices are shown with two decimals." \\
      --criterion "The tests pass :: npm test" --file src/price.ts --watch
  $ npx ratchet order create --json-file order.json`,
  );
  create.action(async (flags: OrderFlags & { watch?: true; wait?: true; json?: true }) => {
    const body = await readOrderRequest(flags);
    const api = context.api();
    // A key of its own for each call: when the connection breaks, the client below it may safely send it again.
    const header = { 'idempotency-key': `cli/${randomUUID()}` };
    const made = await dataOf(api.client.POST('/api/v1/work-orders', { params: { header }, body }));
    if (flags.watch !== true) {
      if (flags.json === true) context.output.json(made);
      else {
        context.output.line(`Work order #${made.number} is accepted: ${plain(made.title)}`);
        context.output.line(`Follow it with: npx ratchet order watch ${made.number}`);
      }
      return;
    }
    const options = { order: made.id, wait: flags.wait === true, json: flags.json === true };
    context.exitCode = await watchOrder(context, options);
  });
}

interface OrderListFlags extends ListFlags {
  status?: WorkOrder['status'];
  class?: NonNullable<WorkOrder['failureClass']>;
  repository?: string;
  text?: string;
}

function addList(order: Command, context: CommandContext): void {
  const list = order
    .command('list')
    .description('list work orders, newest first')
    .option('--status <status>', 'such as running, waiting, completed')
    .option('--class <class>', 'class of the last failure, such as test_fail')
    .option('--repository <location>', 'as it was given')
    .option('--text <text>', 'part of the title or the description');
  addListFlags(list).action(async ({ json, class: failureClass, ...flags }: OrderListFlags) => {
    const query = { ...flags, ...(failureClass === undefined ? {} : { failureClass }) };
    const page = await dataOf(context.api().client.GET('/api/v1/work-orders', { params: { query } }));
    printPage(
      context,
      { page, json: json === true },
      {
        none: 'There are no such work orders.',
        heading: ['order', 'status', 'step', 'waits for', 'cost', 'created', 'failure', 'title'],
        row: (one) => [
          `#${one.number}`,
          one.status,
          one.step ?? '-',
          one.waitingFor === null ? '-' : waitWords(one.waitingFor),
          dollars(one.costUsdMicros),
          moment(one.createdAt),
          one.failureClass ?? '-',
          one.title,
        ],
      },
    );
  });
}

function addShow(order: Command, context: CommandContext): void {
  order
    .command('show')
    .description('show a work order')
    .argument('<order>', 'number or id')
    .option('--json', 'print JSON')
    .action(async (idOrNumber: string, { json }: { json?: true }) => {
      const one = await readOrder(context.api(), idOrNumber);
      const { output } = context;
      if (json === true) {
        output.json(one);
        return;
      }
      output.line(output.paint('bold', `#${one.number} ${plain(one.title)}`));
      printIndented(output, [
        ['status', one.step === null ? one.status : `${one.status}, step ${one.step}`],
        ['attempt', String(one.attempt)],
        ['waits for', one.waitingFor === null ? '-' : waitWords(one.waitingFor)],
        ...(one.waitingReason === null ? [] : [['because', plain(one.waitingReason)]]),
        ['depends on', one.dependsOn.length === 0 ? '-' : describeDependencies(one.dependsOn)],
        ['repository', `${one.repository}, branch ${one.baseBranch}`],
        ['risk, priority', `${one.risk}, ${one.priority}`],
        ['owner', one.owner ?? '-'],
        ['model', one.model ?? '-'],
        ['cost', describeCost(one)],
        ['created', moment(one.createdAt)],
        ['finished', one.finishedAt === null ? '-' : moment(one.finishedAt)],
        ['last failure', one.failureClass ?? '-'],
        ['escalation', one.openEscalationId ?? '-'],
        ['pull request', describePullRequest(one.pullRequest)],
        ['run in Temporal', one.temporalUiUrl ?? one.workflowId],
      ]);
      output.line();
      output.line(plain(one.description));
      output.line();
      printIndented(
        output,
        one.acceptanceCriteria.map(({ id, text, command }) => [id, text, command ?? '']),
      );
      printGates(output, one.gates);
      printOutcome(output, one.lastOutcome);
    });
}

function describePullRequest(
  pullRequest: {
    number: number;
    headBranch: string;
    diffStat: { files: number; added: number; removed: number };
  } | null,
): string {
  if (pullRequest === null) return '-';
  return `${pullRequest.number} (${pullRequest.headBranch}, ${changes(pullRequest.diffStat)})`;
}

function addWatch(order: Command, context: CommandContext): void {
  order
    .command('watch')
    .description('show each step as it happens, until the order ends (exit 0 or 1) or asks a person (exit 3)')
    .argument('<order>', 'number or id')
    .option('--wait', 'keep watching while it waits for a person')
    .option('--json', 'print JSON lines')
    .action(async (idOrNumber: string, flags: { wait?: true; json?: true }) => {
      const options = { order: idOrNumber, wait: flags.wait === true, json: flags.json === true };
      context.exitCode = await watchOrder(context, options);
    });
}
