import { Command, CommanderError } from 'commander';

import { addAccountCommands } from './commands/accounts.ts';
import { addClassifyCommand } from './commands/classify.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEscalationCommands } from './commands/escalations.ts';
import { addFailureCommands } from './commands/failures.ts';
import { addFlagCommands } from './commands/flags.ts';
import { addMoneyCommands } from './commands/money.ts';
import { addOrderCommands } from './commands/orders.ts';
import { addPullRequestCommands } from './commands/pull-requests.ts';
import { addRecordCommands } from './commands/records.ts';
import { addStackCommands } from './commands/stack.ts';
import { addStopAllCommands } from './commands/stop-all.ts';
import { CommandError, exitCodes, type ExitCode } from './command-error.ts';
import type { CommandContext } from './context.ts';
import { plain } from './terminal.ts';

const examples = `
Examples:
  $ npx ratchet demo                        run the first bundled order and watch it
  $ npx ratchet order create --help         an order for a repository of your own
  $ npx ratchet order watch 1               follow an order
  $ npx ratchet resolve 2                   the options of an order that asks
  $ npx ratchet resolve 2 --option abort    answer it
  $ npx ratchet pr show 1                   look at what an order has published

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a person is needed, 4 the API does not answer.
RATCHET_API_URL names an API elsewhere; without it the running stack of this clone is used.
RATCHET_API_TOKEN, or what npx ratchet login has stored, says who you are there; the variable counts
nowhere else, and the stack of this clone needs none.`;

/** The whole command line, for one call. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('ratchet')
    .description('Durable, inspectable work on Temporal that never slips back.')
    .addHelpText('after', examples)
    .showHelpAfterError('Add --help to see how it is used.')
    .exitOverride();
  addStackCommands(program, context);
  addDemoCommand(program, context);
  addOrderCommands(program, context);
  addEscalationCommands(program, context);
  addStopAllCommands(program, context);
  addFlagCommands(program, context);
  addPullRequestCommands(program, context);
  addRecordCommands(program, context);
  addClassifyCommand(program, context);
  addFailureCommands(program, context);
  addMoneyCommands(program, context);
  addAccountCommands(program, context);
  for (const command of allCommands(program))
    command.exitOverride().showHelpAfterError('Add --help to see how it is used.');
  return program;
}

/**
 * Runs one call.
 *
 * @param args as a shell gives them, without the program
 * @param writeError gets the sentence of an error
 * @returns the exit code
 * @throws what is a defect of the command line itself
 */
export async function runProgram(
  context: CommandContext,
  args: readonly string[],
  writeError: (text: string) => void,
): Promise<ExitCode> {
  try {
    const program = createProgram(context);
    // A command takes over only what its parent said before it was added.
    for (const command of allCommands(program)) command.configureOutput({ writeErr: writeError });
    await program.parseAsync([...args], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has written its own words by now; its code 0 is a help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (!(error instanceof CommandError)) throw error;
    writeError(`${plain(error.message)}\n`);
    return error.exitCode;
  }
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap((child) => allCommands(child))];
}
