import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Command } from 'commander';

import { dataOf, type CreateWorkOrder, type WorkOrder } from '../api-client.ts';
import { CommandError, exitCodes } from '../command-error.ts';
import type { CommandContext } from '../context.ts';
import { plain } from '../terminal.ts';
import { readOrder, watchOrder } from '../watch.ts';
import { table } from '../wording.ts';

const firstDemo = 'add-truncate';

/** The library that the bundled orders change. */
const exampleName = 'text-kit';

/** `demo [NAME]`: a bundled order on the bundled library. */
export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('run a bundled work order and watch it; alone, it brings a stack when none runs')
    .argument('[name]', 'name of the bundled order, for the running stack', firstDemo)
    .option('--list', 'list the bundled orders')
    .option('--wait', 'keep watching while it waits for a person')
    .option('--json', 'print JSON lines')
    .action(async (name: string, flags: { list?: true; wait?: true; json?: true }) => {
      if (flags.list === true) return listBundled(context, flags.json === true);
      const order = await findOrCreate(context, name);
      const options = { order: order.id, wait: flags.wait === true, json: flags.json === true };
      context.exitCode = await watchOrder(context, options);
    });
}

async function listBundled({ root, output }: CommandContext, isJson: boolean): Promise<void> {
  const names = await bundledNames(root);
  const orders = await Promise.all(names.map(async (name) => ({ name, title: (await readBundled(root, name)).title })));
  if (isJson) {
    output.json(orders);
    return;
  }
  for (const line of table(orders.map(({ name, title }) => [name, title]))) output.line(plain(line));
}

async function bundledNames(root: string): Promise<string[]> {
  const files = await readdir(join(root, 'examples', 'orders'));
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/**
 * The order of this name that has not ended, or a new one: a demo that was killed goes on with the same order. The key
 * counts the orders of this name so far, so two demos at once make one.
 */
async function findOrCreate(context: CommandContext, name: string): Promise<WorkOrder> {
  const bundled = await readBundled(context.root, name);
  const api = context.api();
  const repository = context.exampleRepository(exampleName);
  const query = { repository, text: bundled.title, limit: 100, total: 'true' as const };
  const earlier = await dataOf(api.client.GET('/api/v1/work-orders', { params: { query } }));
  const unfinished = earlier.items.find((one) => one.title === bundled.title && one.finishedAt === null);
  if (unfinished !== undefined) return readOrder(api, unfinished.id);
  const header = { 'idempotency-key': `demo/${name}/${earlier.total ?? 0}` };
  const body = { ...bundled, repository };
  return dataOf(api.client.POST('/api/v1/work-orders', { params: { header }, body }));
}

/** A bundled order without its repository. The file may hold more, such as a word for its reader. */
async function readBundled(root: string, name: string): Promise<Omit<CreateWorkOrder, 'repository'>> {
  const names = await bundledNames(root);
  if (!names.includes(name)) {
    throw new CommandError(exitCodes.usage, `There is no bundled order "${name}"; there are: ${names.join(', ')}.`);
  }
  const content = await readFile(join(root, 'examples', 'orders', `${name}.json`), 'utf8');
  const { title, description, acceptanceCriteria, filesInScope, risk } = JSON.parse(content) as CreateWorkOrder;
  return {
    title,
    description,
    acceptanceCriteria,
    ...(filesInScope === undefined ? {} : { filesInScope }),
    ...(risk === undefined ? {} : { risk }),
  };
}
