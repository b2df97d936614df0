import type { Command } from 'commander';

import { dataOf } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { dollars, duration, moment, table } from '../wording.ts';

/** `decisions` and `outcomes`. */
export function addRecordCommands(program: Command, context: CommandContext): void {
  program
    .command('decisions')
    .description('list the choices made for a work order, newest first, with why')
    .argument('<order>', 'number or id')
    .option('--json', 'print JSON')
    .action(async (idOrNumber: string, { json }: { json?: true }) => {
      const params = { path: { id: idOrNumber }, query: { limit: 100 } };
      const page = await dataOf(context.api().client.GET('/api/v1/work-orders/{id}/decisions', { params }));
      if (json === true) {
        context.output.json(page);
        return;
      }
      if (page.items.length === 0) {
        context.output.line('No choice has been made yet.');
        return;
      }
      const rows = page.items.map((one) => [
        moment(one.createdAt),
        one.type,
        one.attempt === null ? '-' : String(one.attempt),
        one.agent,
        one.reason,
      ]);
      for (const line of table([['when', 'type', 'attempt', 'by', 'why'], ...rows])) context.output.line(line);
    });

  program
    .command('outcomes')
    .description('list what attempts came to, newest first')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const params = { query: { limit: 100 } };
      const page = await dataOf(context.api().client.GET('/api/v1/outcomes', { params }));
      if (json === true) {
        context.output.json(page);
        return;
      }
      if (page.items.length === 0) {
        context.output.line('No attempt has ended yet.');
        return;
      }
      const rows = page.items.map((one) => [
        moment(one.createdAt),
        one.success ? 'success' : (one.failureClass ?? 'failed'),
        one.failedStep ?? '-',
        one.modelServed ?? one.modelAsked,
        dollars(one.costUsdMicros),
        duration(one.executionTimeMs),
        one.workOrderId,
      ]);
      const lines = table([['when', 'outcome', 'step', 'model', 'cost', 'time', 'order'], ...rows]);
      for (const line of lines) context.output.line(line);
    });
}
