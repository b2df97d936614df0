import { listBackups } from '../../prisma/backups/backup-folder.ts';
import { makeBackup } from '../../prisma/backups/make-backup.ts';
import { restoreBackup } from '../../prisma/backups/restore-backup.ts';
import { migrate } from '../../prisma/migrate.ts';
import { rehearse } from '../../prisma/schema-changes/rehearse.ts';
import { rollBack } from '../../prisma/schema-changes/roll-back.ts';
import { createDatabase, dropDatabase, hasDatabase } from '../../prisma/schema-changes/scratch-database.ts';
import type { Say } from '../../prisma/schema-changes/session.ts';
import { besideUrl, databaseName } from '../../prisma/schema-changes/session.ts';
import { readStatus } from '../../prisma/schema-changes/status.ts';
import { swapDatabases } from '../../prisma/schema-changes/swap.ts';
import type { Outcome } from './output.ts';
import { renewApplicationLogin } from './renew-application-login.ts';
import { describeBackup, describeRehearsal, describeRestored, describeStatus } from './output.ts';

/** What the command line says, beside the command. */
export interface Request {
  databaseUrl: string;
  backupFolder: string;
  say: Say;
  /** What follows the command. */
  argument: string | undefined;
  into: string | undefined;
  to: string | undefined;
  confirm: string | undefined;
}

/** The command was not understood, or not confirmed: exit code 2. */
export class UsageError extends Error {}

const carryOut = {
  up: async ({ databaseUrl, backupFolder, say }: Request) => {
    const migrated = await migrate(databaseUrl, { backupFolder, say });
    await renewApplicationLogin(databaseUrl);
    const lines = migrated.backup === null ? [] : [`Backup: ${migrated.backup}`];
    const isDone = migrated.applied.length === 0;
    lines.push(isDone ? 'The database is up to date.' : `Applied: ${migrated.applied.join(', ')}.`);
    return { lines, value: migrated, exitCode: 0 };
  },
  status: async ({ databaseUrl }: Request) => describeStatus(await readStatus(databaseUrl)),
  rehearse: async ({ databaseUrl, backupFolder, say }: Request) =>
    describeRehearsal(await rehearse({ databaseUrl, backupFolder, say })),
  backup: async ({ databaseUrl, backupFolder, say }: Request) =>
    describeBackup(await makeBackup({ databaseUrl, folder: backupFolder, say })),
  backups: async ({ databaseUrl, backupFolder }: Request) => {
    const backups = await listBackups(backupFolder, databaseName(databaseUrl));
    return {
      lines: backups.length > 0 ? backups : [`There are no backups in ${backupFolder}.`],
      value: { backups },
      exitCode: 0,
    };
  },
  restore,
  down: async (request: Request) => {
    const { databaseUrl, backupFolder, say, to } = request;
    if (to === undefined) throw new UsageError('Say to which migration: --to MIGRATION, or --to none.');
    confirmed(request, `takes back every migration after ${to}; rows of what they added are gone from it`);
    const rolledBack = await rollBack({ databaseUrl, to, backupFolder, say });
    const lines = rolledBack.backup === null ? [] : [`Backup: ${rolledBack.backup}`];
    const isDone = rolledBack.undone.length === 0;
    lines.push(isDone ? 'There was nothing to take back.' : `Taken back: ${rolledBack.undone.join(', ')}.`);
    return { lines, value: rolledBack, exitCode: 0 };
  },
  swap: async (request: Request) => {
    const { databaseUrl, argument } = request;
    if (argument === undefined) throw new UsageError('Say which database comes in its place: swap NAME.');
    confirmed(request, `is put aside, and ${argument} comes in its place`);
    const kept = await swapDatabases(databaseUrl, argument, new Date());
    await renewApplicationLogin(databaseUrl);
    const line = `${argument} is ${databaseName(databaseUrl)} now; the one before is kept as ${kept}.`;
    return { lines: [line], value: { kept }, exitCode: 0 };
  },
} satisfies Record<string, (request: Request) => Promise<Outcome>>;

/** What each word on the command line does. */
export const commands: ReadonlyMap<string, (request: Request) => Promise<Outcome>> = new Map(Object.entries(carryOut));

async function restore({ databaseUrl, say, argument, into }: Request): Promise<Outcome> {
  if (argument === undefined) throw new UsageError('Say which backup: restore FILE.');
  if (into === undefined) return describeRestored(await restoreBackup({ path: argument, databaseUrl, say }));
  const isThere = await hasDatabase(databaseUrl, into);
  const target = isThere ? besideUrl(databaseUrl, into) : await createDatabase(databaseUrl, into);
  try {
    return describeRestored(await restoreBackup({ path: argument, databaseUrl: target, say }));
  } catch (error) {
    if (!isThere) await dropDatabase(databaseUrl, into);
    throw error;
  }
}

/** Who names the database has looked at which one it is. */
function confirmed({ databaseUrl, confirm }: Request, consequence: string): void {
  const name = databaseName(databaseUrl);
  if (confirm !== name) throw new UsageError(`The database ${name} ${consequence}. If so, add: --confirm ${name}`);
}
