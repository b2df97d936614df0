import { Option, type Command } from 'commander';

import { dataOf, type WorkOrder } from '../api-client.ts';
import { CommandError, exitCodes } from '../command-error.ts';
import type { CommandContext } from '../context.ts';
import { addDependency, toDependsOn, type GivenDependencies } from '../order-request.ts';
import { describeDependencies } from '../summaries.ts';
import { plain } from '../terminal.ts';
import { readOrder } from '../watch.ts';

/** What can be asked of an order that has not ended, and the sentence once it is accepted. */
const requests = [
  {
    name: 'pause',
    path: '/api/v1/work-orders/{id}/pause',
    description: 'hold a work order: no new step begins, the running one ends at its checkpoint',
    done: (order: string) => `It holds at its next checkpoint. Let it go on with: npx ratchet order resume ${order}`,
  },
  {
    name: 'resume',
    path: '/api/v1/work-orders/{id}/resume',
    description: 'let a paused work order go on',
    done: (order: string) => `It goes on, unless all work is stopped. Follow it with: npx ratchet order watch ${order}`,
  },
  {
    name: 'continue',
    path: '/api/v1/work-orders/{id}/continue',
    description: 'tell a parked work order that what it waited for has changed, or that you are done with it',
    done: (order: string) => `It goes on. Follow it with: npx ratchet order watch ${order}`,
  },
  {
    name: 'cancel',
    path: '/api/v1/work-orders/{id}/cancel',
    description: 'end a work order at its next safe point',
    done: () => 'It ends at its next safe point; what it cost is settled and its workspace removed.',
  },
] as const;

/** `order pause | resume | continue | cancel | depends`. */
export function addOrderControlCommands(order: Command, context: CommandContext): void {
  for (const { name, path, description, done } of requests) {
    order
      .command(name)
      .description(description)
      .argument('<order>', 'number or id')
      .option('--json', 'print JSON')
      .action(async (idOrNumber: string, { json }: { json?: true }) => {
        const params = { path: { id: idOrNumber } };
        const accepted = await dataOf(context.api().client.POST(path, { params }));
        if (json === true) context.output.json(accepted);
        else context.output.line(done(idOrNumber));
      });
  }
  addDepends(order, context);
  addChange(order, context);
  addDelete(order, context);
}

function addChange(order: Command, context: CommandContext): void {
  order
    .command('change')
    .description('change the title or the priority of a work order')
    .argument('<order>', 'number or id')
    .option('--title <title>')
    .addOption(new Option('--priority <number>', '1 (most urgent) to 5').argParser(Number))
    .option('--json', 'print JSON')
    .action(async (id: string, { json, ...body }: { title?: string; priority?: number; json?: true }) => {
      const changed = await dataOf(
        context.api().client.PATCH('/api/v1/work-orders/{id}', { params: { path: { id } }, body }),
      );
      if (json === true) context.output.json(changed);
      else context.output.line(`#${changed.number} ${plain(changed.title)}, priority ${changed.priority}`);
    });
}

function addDelete(order: Command, context: CommandContext): void {
  order
    .command('delete')
    .description('remove a work order that has ended, with everything that it left but its branch and its costs')
    .argument('<order>', 'number or id')
    .action(async (id: string) => {
      await dataOf(context.api().client.DELETE('/api/v1/work-orders/{id}', { params: { path: { id } } }));
      context.output.line('The work order is gone; what it cost stays in the ledger.');
    });
}

interface DependsFlags extends GivenDependencies {
  nothing?: true;
  json?: true;
}

function addDepends(order: Command, context: CommandContext): void {
  order
    .command('depends')
    .description('show or replace what a work order depends on; possible until its first attempt begins')
    .argument('<order>', 'number or id')
    .option('--on <orders>', 'orders that must be completed first, such as 3,5', addDependency)
    .option('--softly-on <orders>', 'orders that must have ended first, however', addDependency)
    .option('--nothing', 'let it depend on no other order')
    .option('--json', 'print JSON')
    .action(async (idOrNumber: string, { json, ...flags }: DependsFlags) => {
      const wanted = readWanted(flags);
      const api = context.api();
      const request = { params: { path: { id: idOrNumber } }, body: { dependsOn: wanted ?? [] } };
      const one =
        wanted === null
          ? await readOrder(api, idOrNumber)
          : await dataOf(api.client.PUT('/api/v1/work-orders/{id}/dependencies', request));
      if (json === true) context.output.json(one.dependsOn);
      else context.output.line(describe(one));
    });
}

/** Null when nothing is to be changed. */
function readWanted({ on, softlyOn, nothing }: DependsFlags) {
  const wanted = toDependsOn({ on, softlyOn });
  if (nothing === true && wanted.length > 0) {
    throw new CommandError(exitCodes.usage, 'Give either --nothing or the orders that it depends on, not both.');
  }
  return wanted.length > 0 || nothing === true ? wanted : null;
}

function describe({ number, dependsOn }: WorkOrder): string {
  if (dependsOn.length === 0) return `Work order #${number} depends on no other.`;
  return `Work order #${number} depends on ${describeDependencies(dependsOn)}.`;
}
