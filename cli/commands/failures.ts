import { Option, type Command } from 'commander';

import { dataOf } from '../api-client.ts';
import type { components } from '../api-types.ts';
import type { CommandContext } from '../context.ts';
import { printPage } from '../list-page.ts';
import { moment } from '../wording.ts';

/** `failures top`. */
export function addFailureCommands(program: Command, context: CommandContext): void {
  program
    .command('failures')
    .description('what goes wrong')
    .command('top')
    .description('the errors that most orders failed with, and how often')
    .addOption(new Option('--limit <number>', '1 to 100').argParser(Number).default(10))
    .addOption(new Option('--days <number>', 'only what happened in the last days').argParser(Number))
    .addOption(classOption())
    .option('--json', 'print JSON')
    .action(async ({ json, class: failureClass, ...rest }: TopFlags) => {
      const query = { ...rest, ...(failureClass === undefined ? {} : { failureClass }) };
      const { items } = await dataOf(context.api().client.GET('/api/v1/failures/top', { params: { query } }));
      const page = { items, nextCursor: null };
      printPage(context, { page, json: json === true }, topView);
    });
}

type FailureClass = components['schemas']['TopFailure']['failureClass'];

/** A flag that names a failure class. */
export interface ClassFlag {
  class?: FailureClass;
}

interface TopFlags extends ClassFlag {
  limit: number;
  days?: number;
  json?: true;
}

/** A class that does not exist is refused by the API, which names those that do. */
export function classOption(): Option {
  return new Option('--class <class>', 'only failures of this class, such as test_fail');
}

const topView = {
  none: 'No attempt has failed yet.',
  heading: ['orders', 'attempts', 'class', 'step', 'last', 'order', 'where', 'what'],
  row: (one: components['schemas']['TopFailure']) => [
    String(one.orders),
    String(one.attempts),
    one.failureClass,
    one.failedStep ?? '-',
    moment(one.lastAt),
    one.lastWorkOrderNumber === null ? '-' : `#${String(one.lastWorkOrderNumber)}`,
    placeIn(one.context),
    textIn(one.context, 'message').slice(0, 120),
  ],
};

/** `file:line`, or the package or code that was named. */
function placeIn(context: Record<string, unknown>): string {
  const file = textIn(context, 'file');
  const line = textIn(context, 'line');
  if (file !== '') return line === '' ? file : `${file}:${line}`;
  return textIn(context, 'package') || textIn(context, 'code') || '-';
}

function textIn(context: Record<string, unknown>, name: string): string {
  const value = context[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
