import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import type { Say } from '../schema-changes/session.ts';
import { createProgress } from './progress.ts';
import type { BackupContents, BackupHeader, BackupRecord, TableContents } from './records.ts';
import { readRecords } from './records.ts';
import { readSealed } from './sealed-file.ts';

/** A backup that was read from its first to its last byte and found whole. */
export interface Backup extends BackupContents {
  path: string;
  bytes: number;
  header: BackupHeader;
}

/**
 * Reads a backup whole: its seal, and whether its rows are those that its list of contents counts.
 *
 * @throws an Error of one sentence when the file is not there, is cut, was changed, or is no backup
 */
export async function readBackup(path: string, say?: Say): Promise<Backup> {
  const absolute = resolve(path);
  const file = await stat(absolute).catch(() => undefined);
  if (file?.isFile() !== true) throw new Error(`There is no file ${absolute}.`);
  try {
    const { header, contents } = await readSealed(absolute, (content) => check(readRecords(content), say));
    return { path: absolute, bytes: file.size, header, ...contents };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${absolute} is not a whole backup, so nothing can be restored from it: ${reason}.`, {
      cause: error,
    });
  }
}

async function check(
  records: AsyncIterable<BackupRecord>,
  say: Say | undefined,
): Promise<{ header: BackupHeader; contents: BackupContents }> {
  const tell = createProgress(say);
  let header: BackupHeader | undefined;
  let contents: BackupContents | undefined;
  const counts: TableCount[] = [];
  for await (const record of records) {
    if (contents !== undefined) throw new Error('something follows its list of contents');
    if (record.kind === 'header') header = record.header;
    else if (record.kind === 'table') counts.push(countRows(record.name));
    else if (record.kind === 'rows') counts.at(-1)?.add(record.bytes);
    else contents = record.contents;
    tell(() => `Checking the backup: ${counts.at(-1)?.rows() ?? 0} rows of table ${counts.length} so far.`);
  }
  if (header === undefined || contents === undefined) throw new Error('its end is missing');
  const counted = counts.map((count) => count.end());
  if (!isDeepStrictEqual(counted, contents.tables)) throw new Error('its rows are not those that it counts');
  return { header, contents };
}

/** Counts the rows of one table while they pass. */
export interface TableCount {
  add(bytes: Buffer): void;
  rows(): number;
  end(): TableContents;
}

const newline = 0x0a;

/** A row of COPY is a line; line breaks in values are written as letters. */
export function countRows(name: string): TableCount {
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  return {
    add(chunk) {
      hash.update(chunk);
      bytes += chunk.length;
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) rows += 1;
    },
    rows: () => rows,
    end: () => ({ name, rows, bytes, sha256: hash.digest('hex') }),
  };
}
