import { Option, type Command } from 'commander';

import { dataOf, notReachable, type Api, type Escalation } from '../api-client.ts';
import { CommandError, exitCodes } from '../command-error.ts';
import type { CommandContext } from '../context.ts';
import { describeOdds, printEscalation } from '../escalation-summary.ts';
import { addListFlags, printPage, type ListFlags } from '../list-page.ts';
import { parseNumber } from '../order-request.ts';
import { readOrder } from '../watch.ts';
import { moment, percent } from '../wording.ts';

/** `escalations` and `resolve`. */
export function addEscalationCommands(program: Command, context: CommandContext): void {
  addList(program, context);
  addResolve(program, context);
}

function addList(program: Command, context: CommandContext): void {
  const list = program
    .command('escalations')
    .description('list the questions that wait for a person, with what is recommended')
    .option('--all', 'the answered ones too');
  addListFlags(list).action(async ({ all, json, ...page }: ListFlags & { all?: true }) => {
    const query = all === true ? page : { ...page, state: 'open' as const };
    const found = await dataOf(context.api().client.GET('/api/v1/escalations', { params: { query } }));
    printPage(
      context,
      { page: found, json: json === true },
      {
        none: 'Nobody is asked anything.',
        heading: ['order', 'state', 'class', 'asked', 'what happened'],
        row: (one) => [
          `#${one.workOrderNumber}`,
          one.state === 'open' ? 'open' : (one.chosenOption ?? one.state),
          one.failureClass,
          moment(one.createdAt),
          one.message,
        ],
        details: (one) => (one.state === 'open' ? optionRows(one) : []),
      },
    );
  });
}

function optionRows({ options, recommendation }: Escalation): string[][] {
  return options.map((option) => [
    option.option,
    ...describeOdds(option),
    recommendation?.option === option.option ? `recommended, confidence ${percent(recommendation.confidence)}` : '',
  ]);
}

interface ResolveFlags {
  option?: string;
  guidance?: string;
  model?: string;
  costCap?: number;
  upstream?: string;
  upstreamOrder?: string;
  note?: string;
  by?: string;
  json?: true;
}

function addResolve(program: Command, context: CommandContext): void {
  program
    .command('resolve')
    .description('answer an escalation, and the same run goes on from where it stood; without an option, show them')
    .argument('<escalation>', 'id of the escalation, or number or id of its order')
    .argument('[option]', 'the same as --option')
    .option('--option <option>', 'one of the options that it offers')
    .option('--guidance <text>', 'what the next attempt should know')
    .option('--model <model>', 'of the next attempt; else the next more capable one')
    .addOption(new Option('--cost-cap <dollars>', 'the new cap, to raise the budget').argParser(parseNumber))
    .option('--upstream <text>', 'what has to change before it goes on')
    .option('--upstream-order <order>', 'number or id of an order whose completion ends the wait')
    .option('--note <text>', 'kept with the answer; no model sees it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ npx ratchet resolve 3
  $ npx ratchet resolve 3 --option retry_different_approach --guidance "Count words, not characters."
  $ npx ratchet resolve 3 --option amend_upstream --upstream-order 7`,
    )
    .action(async (given: string, option: string | undefined, { json, ...flags }: ResolveFlags) => {
      const chosen = readOption(option, flags);
      const api = context.api();
      const id = await findEscalationId(api, given);
      if (chosen === null) return showOptions(context, id, json === true);
      const body = toAnswer(chosen, flags);
      const request = { params: { path: { id } }, body };
      const answered = await dataOf(api.client.POST('/api/v1/escalations/{id}/resolve', request));
      if (json === true) {
        context.output.json(answered);
        return;
      }
      context.output.line(
        `Answered with ${answered.option}. Follow the run with: npx ratchet order watch ${answered.workOrderId}`,
      );
    });
}

/** Null when nobody chose any: then the options are shown. */
function readOption(option: string | undefined, { option: flag, json: _json, ...answer }: ResolveFlags): string | null {
  if (option !== undefined && flag !== undefined && option !== flag) {
    throw new CommandError(exitCodes.usage, `Give one option: "${option}" and "${flag}" are two.`);
  }
  const chosen = flag ?? option ?? null;
  const [word] = Object.keys(answer);
  if (chosen === null && word !== undefined) {
    throw new CommandError(exitCodes.usage, 'Give the --option that these words belong to; nothing was answered.');
  }
  return chosen;
}

function toAnswer(option: string, { costCap, option: _option, json: _json, ...words }: ResolveFlags) {
  return {
    option,
    ...words,
    ...(costCap === undefined ? {} : { costCapUsd: costCap }),
  };
}

/** Shows a question with its options. Nothing was answered, so a script learns that a person is needed. */
async function showOptions(context: CommandContext, id: string, isJson: boolean): Promise<void> {
  const api = context.api();
  const escalation = await dataOf(api.client.GET('/api/v1/escalations/{id}', { params: { path: { id } } }));
  if (escalation.state !== 'open') {
    const answer = `${escalation.resolvedBy ?? 'somebody'} with ${escalation.chosenOption ?? 'an option'}`;
    throw new CommandError(exitCodes.failed, `This escalation was answered by ${answer}.`);
  }
  context.exitCode = exitCodes.waitingForPerson;
  if (isJson) {
    context.output.json(escalation);
    return;
  }
  const { workflowId } = await readOrder(api, escalation.workOrderId);
  printEscalation(context.output, escalation, { workflowId, temporal: context.temporalCommand() });
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
