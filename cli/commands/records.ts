import type { Command } from 'commander';

import { dataOf } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { classOption, type ClassFlag } from './failures.ts';
import { addListFlags, printPage, type ListFlags } from '../list-page.ts';
import { dollars, duration, moment } from '../wording.ts';

/** `decisions` and `outcomes`. */
export function addRecordCommands(program: Command, context: CommandContext): void {
  addListFlags(
    program
      .command('decisions')
      .description('list the choices made for a work order, newest first, with why')
      .argument('<order>', 'number or id'),
  ).action(async (idOrNumber: string, { json, ...query }: ListFlags) => {
    const params = { path: { id: idOrNumber }, query };
    const page = await dataOf(context.api().client.GET('/api/v1/work-orders/{id}/decisions', { params }));
    printPage(
      context,
      { page, json: json === true },
      {
        none: 'No choice has been made yet.',
        heading: ['when', 'type', 'attempt', 'by', 'why'],
        row: (one) => [
          moment(one.createdAt),
          one.type,
          one.attempt === null ? '-' : String(one.attempt),
          one.agent,
          one.reason,
        ],
      },
    );
  });

  addListFlags(
    program.command('outcomes').description('list what attempts came to, newest first').addOption(classOption()),
  ).action(async ({ json, class: failureClass, ...rest }: ListFlags & ClassFlag) => {
    const query = { ...rest, ...(failureClass === undefined ? {} : { failureClass }) };
    const page = await dataOf(context.api().client.GET('/api/v1/outcomes', { params: { query } }));
    printPage(
      context,
      { page, json: json === true },
      {
        none: 'No attempt has ended yet.',
        heading: ['when', 'outcome', 'step', 'model', 'cost', 'time', 'acceptance', 'repairs', 'guards', 'order'],
        row: (one) => [
          moment(one.createdAt),
          one.success ? 'success' : (one.failureClass ?? 'failed'),
          one.failedStep ?? '-',
          one.isDegraded ? `${one.modelServed ?? '-'} (degraded)` : (one.modelServed ?? one.modelAsked),
          dollars(one.costUsdMicros),
          duration(one.executionTimeMs),
          one.acceptanceScore === null ? '-' : String(one.acceptanceScore),
          String(one.repairRounds),
          [...new Set(one.guardHits.map(({ guard }) => guard))].join(', ') || '-',
          one.workOrderId,
        ],
      },
    );
  });
}
