import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readRecords, writeRecord, type BackupRecord } from '../../prisma/backups/records.ts';

const header: BackupRecord = {
  kind: 'header',
  header: {
    format: 1,
    productVersion: '0.1.0',
    postgresVersion: '18.4',
    madeAt: '2026-11-21T00:00:00.000Z',
    database: 'ratchet',
    migrations: [{ name: '1', checksum: 'c' }],
    tables: [{ name: 'a', columns: ['id'] }],
  },
};
const record: fc.Arbitrary<BackupRecord> = fc.oneof(
  fc.constant(header),
  fc.string({ unit: 'binary' }).map((name) => ({ kind: 'table' as const, name })),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => ({ kind: 'rows' as const, bytes: Buffer.from(bytes) })),
);

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function readAll(records: AsyncIterable<BackupRecord>): Promise<BackupRecord[]> {
  const all: BackupRecord[] = [];
  for await (const one of records) all.push(one);
  return all;
}

describe('the records of a backup', () => {
  it('come back as they were written, however their bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 8 }), fc.array(fc.nat(60)), async (records, sizes) => {
        const bytes = Buffer.concat(records.map((one) => writeRecord(one)));
        const found = await readAll(readRecords(inPieces(bytes, sizes)));
        expect(found).toEqual(records);
      }),
    );
  });

  it('are refused when they end in the middle, claim an endless length, or are of another kind or format', async () => {
    const read = (bytes: Buffer) => readAll(readRecords(inPieces(bytes, [])));
    const whole = writeRecord(header);
    await expect(read(whole.subarray(0, -1))).rejects.toThrow('it ends in the middle of a record');
    await expect(read(Buffer.from('R\xff\xff\xff\xff', 'latin1'))).rejects.toThrow('a record of it is too long');
    await expect(read(Buffer.from('X\0\0\0\0'))).rejects.toThrow('of no known kind');
    const newer = Buffer.from(JSON.stringify({ ...header.header, format: 2 }));
    const prefix = Buffer.from('H\0\0\0\0');
    prefix.writeUInt32BE(newer.length, 1);
    await expect(read(Buffer.concat([prefix, newer]))).rejects.toThrow(/format 2, and this version .* reads format 1/);
  });
});
