/** `npm run database`: migrations of a database, and the backups around them. */
import { parseArgs } from 'node:util';

import { commands, UsageError } from './migrate/commands.ts';
import { backupFolder, withDatabaseUrl } from './migrate/local-database.ts';
import type { Outcome } from './migrate/output.ts';
import { usage } from './migrate/usage.ts';

const exitCodeOfMisuse = 2;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        into: { type: 'string' },
        to: { type: 'string' },
        confirm: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

async function run(): Promise<number> {
  const { values, positionals } = readArguments();
  const [command = 'up', argument, ...others] = positionals;
  if (values.help === true || command === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const carryOut = commands.get(command);
  if (carryOut === undefined) throw new UsageError(`There is no command ${command}.`);
  const extra = others[0] ?? (['restore', 'swap'].includes(command) ? undefined : argument);
  if (extra !== undefined) throw new UsageError(`"${extra}" is one word too many.`);
  const outcome = await withDatabaseUrl((databaseUrl) =>
    carryOut({
      databaseUrl,
      backupFolder: backupFolder(),
      say: (sentence) => process.stderr.write(`${sentence}\n`),
      argument,
      into: values.into,
      to: values.to,
      confirm: values.confirm,
    }),
  );
  await print(outcome, values.json === true);
  return outcome.exitCode;
}

/** Waits until a pipe has taken everything, since the process is ended by force. */
function print({ lines, value }: Outcome, asJson: boolean): Promise<void> {
  const text = asJson ? JSON.stringify(value) : lines.join('\n');
  return new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}

const exitCode = await run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  if (!(error instanceof UsageError)) return 1;
  console.error('See --help.');
  return exitCodeOfMisuse;
});
// The schema engine keeps a timer of ten seconds that nobody can clear.
process.exit(exitCode);
