import type { Backup } from '../../prisma/backups/read-backup.ts';
import type { Restored } from '../../prisma/backups/restore-backup.ts';
import type { Rehearsal } from '../../prisma/schema-changes/rehearse.ts';
import type { Status } from '../../prisma/schema-changes/status.ts';

/** What a command found out: for people, for programs, and for the shell. */
export interface Outcome {
  lines: string[];
  /** Printed with --json. */
  value: object;
  exitCode: number;
}

const wordOf = {
  applied: 'applied',
  pending: 'pending',
  edited: 'edited after it was applied',
  failed: 'failed',
  unknown: 'applied by a newer version',
} as const;

export function describeStatus(status: Status): Outcome {
  const rows = status.migrations.map(({ name, state, appliedAt, hasChangedNothing }) => [
    name,
    state === 'failed' && hasChangedNothing ? 'failed and changed nothing; up runs it again' : wordOf[state],
    appliedAt ?? '',
  ]);
  const verdicts = {
    'up-to-date': { sentence: `The database ${status.database} is up to date.`, exitCode: 0 },
    pending: { sentence: `The database ${status.database} has not had everything yet.`, exitCode: 3 },
    unclear: { sentence: `The database ${status.database} needs a person; see docs/database.md.`, exitCode: 4 },
  };
  const { sentence, exitCode } = verdicts[status.verdict];
  return { lines: [...alignColumns(rows), sentence], value: status, exitCode };
}

export function describeBackup(backup: Backup): Outcome {
  const { path, bytes, header, tables } = backup;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    lines: [path, `${rows} rows of ${tables.length} tables, ${megabytes(bytes)}, read again and found whole.`],
    value: { path, bytes, ...header, tables, sequences: backup.sequences },
    exitCode: 0,
  };
}

export function describeRestored({ database, backup, tables }: Restored): Outcome {
  const rows = tables.map(({ name, rowsInBackup, rowsRestored, isSame }) => [
    name,
    String(rowsInBackup),
    String(rowsRestored),
    isSame ? 'same' : 'different',
  ]);
  return {
    lines: [
      ...alignColumns([['table', 'in the backup', 'restored', 'checksum'], ...rows]),
      `The database ${database} is as it was on ${backup.header.madeAt}.`,
    ],
    value: { database, path: backup.path, madeAt: backup.header.madeAt, tables },
    exitCode: 0,
  };
}

export function describeRehearsal(rehearsal: Rehearsal): Outcome {
  const { migrations, tables, durationsMs, isClean } = rehearsal;
  if (migrations.length === 0)
    return { lines: ['Nothing is pending, so there is nothing to rehearse.'], value: rehearsal, exitCode: 0 };
  const rows = tables.map((table) => [
    table.name,
    String(table.rowsBefore),
    ...[table.rowsAfterUp, table.rowsAfterDown, table.rowsAfterSecondUp].map((count) => String(count ?? 'gone')),
  ]);
  const durations = Object.entries(durationsMs).map(([step, ms]) => `${step} ${(ms / 1_000).toFixed(1)} s`);
  return {
    lines: [
      `Rehearsed: ${migrations.join(', ')}.`,
      ...alignColumns([['table', 'before', 'up', 'down', 'up again'], ...rows]),
      ...rehearsal.differences,
      `It took: ${durations.join(', ')}. The copy is removed.`,
      isClean
        ? 'No row was lost on the way up, and the schema came out the same.'
        : 'Rows were lost on the way up, or the schema did not come out the same.',
    ],
    value: rehearsal,
    exitCode: isClean ? 0 : 4,
  };
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 1_000_000 ? 3 : 1)} MB`;
}
