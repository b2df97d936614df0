import type { Command } from 'commander';

import { dataOf } from '../api-client.ts';
import type { components } from '../api-types.ts';
import type { CommandContext } from '../context.ts';
import { addListFlags, printPage, type ListFlags } from '../list-page.ts';
import { dollars, duration, moment, percent, table } from '../wording.ts';

type Budget = components['schemas']['Budget'];
type Model = components['schemas']['Model'];
type ModelCall = components['schemas']['ModelCall'];

/** `models`, `budget` and `ledger`. */
export function addMoneyCommands(program: Command, context: CommandContext): void {
  const { output } = context;

  program
    .command('models')
    .description('list the models with their prices, and which of them work can be routed to')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const list = await dataOf(context.api().client.GET('/api/v1/models'));
      if (json === true) {
        output.json(list);
        return;
      }
      if (list.models.length === 0) {
        output.line('No worker has started yet, so no model is known. `npm start` starts one.');
        return;
      }
      const heading = [
        'model',
        'provider',
        'used',
        'input',
        'output',
        'cached',
        'context',
        'answer',
        'ceiling',
        'prices',
      ];
      for (const line of table([heading, ...list.models.map(modelRow)])) output.line(line);
      output.line('Prices are dollars per million tokens. Ceiling: the complexity up to which a model is trusted.');
      const chain = list.fallbackChain.join(', then ');
      output.line(chain === '' ? 'No other provider stands in.' : `Stand in for one that does not answer: ${chain}.`);
      for (const warning of list.warnings) output.line(output.paint('yellow', warning));
    });

  program
    .command('budget')
    .description('what is spent, reserved and left today and this month (UTC)')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const budget = await dataOf(context.api().client.GET('/api/v1/budget'));
      if (json === true) output.json(budget);
      else for (const line of budgetLines(budget)) output.line(line);
    });

  addListFlags(
    program
      .command('ledger')
      .description('list every try of every model call of an order, newest first')
      .requiredOption('--order <order>', 'number or id'),
  ).action(async ({ json, order, ...query }: ListFlags & { order: string }) => {
    const params = { path: { id: order }, query };
    const page = await dataOf(context.api().client.GET('/api/v1/work-orders/{id}/model-calls', { params }));
    printPage(context, { page, json: json === true }, ledgerView);
  });
}

function modelRow(model: Model): string[] {
  return [
    model.name,
    model.provider,
    model.isActive ? 'yes' : 'no',
    perMillion(model.inputPrice),
    perMillion(model.outputPrice),
    perMillion(model.cacheReadPrice),
    model.contextTokensMax.toLocaleString('en'),
    model.outputTokensMax.toLocaleString('en'),
    String(model.ceiling),
    model.priceVersion,
  ];
}

/** Prices have few digits; a sum would lose none either. */
function perMillion(price: number): string {
  return `$${String(price / 1_000_000)}`;
}

const levels: Record<Budget['level'], string> = {
  ok: 'All limits are far.',
  soft: 'A soft limit is reached: nothing changes yet.',
  hard: 'The hard limit of the day is reached: only the cheapest able model is asked.',
  kill: 'A limit is reached: no paid call is made. Orders wait for the next day or month.',
};

function budgetLines({ level, day, month, policyVersion }: Budget): string[] {
  const row = (title: string, period: Budget['day'] | Budget['month'], limits: string) => [
    title,
    dollars(period.settledUsdMicros),
    dollars(period.reservedUsdMicros),
    dollars(period.remainingUsdMicros),
    percent(period.usedShare),
    String(period.calls),
    limits,
  ];
  const dayLimits = `soft ${dollars(day.softUsdMicros)}, hard ${dollars(day.hardUsdMicros)}, kill ${dollars(day.killUsdMicros)}`;
  const monthLimits = `target ${dollars(month.targetUsdMicros)}, hard ${dollars(month.hardUsdMicros)}`;
  return [
    ...table([
      ['', 'spent', 'reserved', 'left', 'used', 'calls', 'limits'],
      row(`today ${day.date}`, day, dayLimits),
      row(`month ${month.month}`, month, monthLimits),
    ]),
    `At this pace the month ends at ${dollars(month.projectedUsdMicros)}. ${levels[level]} Policy ${policyVersion}.`,
  ];
}

const ledgerView = {
  none: 'No model was asked yet.',
  heading: [
    'when',
    'step',
    'asked',
    'served',
    'try',
    'state',
    'cost',
    'in',
    'cached',
    'out',
    'time',
    'first byte',
    'note',
  ],
  row: (call: ModelCall) => [
    moment(call.createdAt),
    call.attempt === null ? call.step : `${call.step} ${String(call.attempt)}`,
    call.askedModel,
    call.servedModel ?? '-',
    String(call.retryNumber + 1),
    call.state,
    call.costUsdMicros === null ? '-' : dollars(call.costUsdMicros),
    count(call.inputTokens),
    count(call.cachedInputTokens),
    count(call.outputTokens),
    call.latencyMs === null ? '-' : duration(call.latencyMs),
    call.firstByteMs === null ? '-' : duration(call.firstByteMs),
    noteOf(call),
  ],
};

function count(tokens: number | null): string {
  return tokens === null ? '-' : tokens.toLocaleString('en');
}

function noteOf({ errorCode, fallbackFrom, isUsageEstimated }: ModelCall): string {
  const notes = [
    ...(errorCode === null ? [] : [errorCode]),
    ...(fallbackFrom === null ? [] : [`in place of ${fallbackFrom}`]),
    ...(isUsageEstimated ? ['tokens estimated'] : []),
  ];
  return notes.join(', ') || 'ok';
}
