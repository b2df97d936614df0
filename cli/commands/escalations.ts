import type { Command } from 'commander';

import { dataOf, notReachable, type Api } from '../api-client.ts';
import { CommandError, exitCodes } from '../command-error.ts';
import type { CommandContext } from '../context.ts';
import { readOrder } from '../watch.ts';
import { moment, table } from '../wording.ts';

interface ResolveFlags {
  guidance?: string;
  note?: string;
  by?: string;
  json?: true;
}

/** `escalations` and `resolve`. */
export function addEscalationCommands(program: Command, context: CommandContext): void {
  program
    .command('escalations')
    .description('list the questions that wait for a person')
    .option('--all', 'the answered ones too')
    .option('--json', 'print JSON')
    .action(async ({ all, json }: { all?: true; json?: true }) => {
      const query = all === true ? { limit: 100 } : { limit: 100, state: 'open' as const };
      const page = await dataOf(context.api().client.GET('/api/v1/escalations', { params: { query } }));
      if (json === true) {
        context.output.json(page);
        return;
      }
      if (page.items.length === 0) {
        context.output.line('Nobody is asked anything.');
        return;
      }
      const rows = page.items.map((one) => [
        `#${one.workOrderNumber}`,
        one.state === 'open' ? 'open' : (one.chosenOption ?? one.state),
        one.failureClass,
        moment(one.createdAt),
        one.options.map(({ option }) => option).join(', '),
        one.message,
      ]);
      const lines = table([['order', 'state', 'class', 'asked', 'options', 'what happened'], ...rows]);
      for (const line of lines) context.output.line(line);
    });

  program
    .command('resolve')
    .description('answer an escalation; the same run goes on from where it stood')
    .argument('<escalation>', 'id of the escalation, or number or id of its order')
    .argument('<option>', 'one of the options that it offers')
    .option('--guidance <text>', 'what the next attempt should know')
    .option('--note <text>', 'kept with the answer; no model sees it')
    .option('--by <name>', 'who answers')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExample:\n  $ npx ratchet resolve 3 retry_different_approach --guidance "Count words, not characters."',
    )
    .action(async (given: string, option: string, { json, by, ...words }: ResolveFlags) => {
      const api = context.api();
      const path = { id: await findEscalationId(api, given) };
      const body = { option, ...words, ...(by === undefined ? {} : { resolvedBy: by }) };
      const answered = await dataOf(api.client.POST('/api/v1/escalations/{id}/resolve', { params: { path }, body }));
      if (json === true) {
        context.output.json(answered);
        return;
      }
      context.output.line(
        `Answered with ${answered.option}. Follow the run with: npx ratchet order watch ${answered.workOrderId}`,
      );
    });
}

/** The id of an escalation from that id, or from the order that waits for it. */
async function findEscalationId(api: Api, given: string): Promise<string> {
  if (given.includes('-')) {
    const request = api.client.GET('/api/v1/escalations/{id}', { params: { path: { id: given } } });
    const found = await request.catch((cause: unknown) => {
      throw notReachable(cause);
    });
    if (found.data !== undefined) return found.data.id;
  }
  const order = await readOrder(api, given);
  if (order.openEscalationId !== null) return order.openEscalationId;
  throw new CommandError(exitCodes.failed, `Work order #${order.number} asks nothing; it is ${order.status}.`);
}
