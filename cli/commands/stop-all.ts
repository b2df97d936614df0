import type { Command } from 'commander';

import { dataOf } from '../api-client.ts';
import type { CommandContext } from '../context.ts';

/** `stop-all` and `go-on`. */
export function addStopAllCommands(program: Command, context: CommandContext): void {
  program
    .command('stop-all')
    .description('stop all work: no new paid step begins, running ones end at their next checkpoint')
    .option('--reason <text>', 'shown to whoever asks why nothing runs')
    .option('--json', 'print JSON')
    .action(async ({ reason, json }: { reason?: string; json?: true }) => {
      const body = reason === undefined ? {} : { reason };
      const state = await dataOf(context.api().client.POST('/api/v1/stop-all', { body }));
      if (json === true) context.output.json(state);
      else {
        context.output.line(`All work is stopped; ${runs(state.told)} told. No paid step begins in any other, either.`);
        context.output.line('Let it go on with: npx ratchet go-on');
      }
    });

  program
    .command('go-on')
    .description('let all work go on after a stop-all')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) => {
      const state = await dataOf(context.api().client.DELETE('/api/v1/stop-all'));
      if (json === true) context.output.json(state);
      else
        context.output.line(`Work goes on; ${runs(state.told)} told. Orders that were paused one by one stay paused.`);
    });
}

function runs(told: number): string {
  return told === 1 ? '1 run was' : `${told} runs were`;
}
