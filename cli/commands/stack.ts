import { Option, type Command } from 'commander';

import { stopRun } from '../../tools/run-lock.mjs';
import { CommandError, exitCodes } from '../command-error.ts';
import type { CommandContext } from '../context.ts';

/** `up`, `down` and `doctor`: what concerns the stack and not the API. */
export function addStackCommands(program: Command, context: CommandContext): void {
  program
    .command('up')
    .description('start PostgreSQL, Temporal, the worker and the API, and stay until Ctrl-C')
    .addOption(new Option('--once', 'run the bundled order, then end'))
    .action(() => refuse('up'));

  program
    .command('doctor')
    .description('say which parts are there, from where, and how to get what is missing')
    .option('--json', 'print JSON')
    .action(() => refuse('doctor'));

  program
    .command('down')
    .description('end the stack of this clone')
    .action(async () => {
      const hasEnded = await stopRun(context.root);
      context.output.line(hasEnded ? 'Ratchet has ended.' : 'Ratchet is not running in this clone.');
    });
}

/** These must work before any package is installed, so the entry answers them itself. */
function refuse(command: string): never {
  throw new CommandError(exitCodes.usage, `Call it through the entry of the command line: npx ratchet ${command}.`);
}
