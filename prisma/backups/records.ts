import { z } from 'zod';

/**
 * What is in a backup, one record after another: a header; for each table its name, then its rows as PostgreSQL's COPY
 * writes them; the contents at the end, because counts and checksums are known only when everything was read once. Each
 * record is a letter, the length of what follows (4 bytes), and that.
 */
export type BackupRecord =
  | { kind: 'header'; header: BackupHeader }
  | { kind: 'table'; name: string }
  | { kind: 'rows'; bytes: Buffer }
  | { kind: 'contents'; contents: BackupContents };

/** The only version there is so far. A newer one is refused by an older Ratchet with a sentence. */
export const backupFormat = 1;

const headerSchema = z.object({
  format: z.number(),
  /** Of Ratchet. */
  productVersion: z.string(),
  /** Of the server that the rows came from. */
  postgresVersion: z.string(),
  madeAt: z.iso.datetime(),
  database: z.string(),
  /** Those that were applied, in that order, with the checksums of then. */
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** In an order in which they can be loaded: a table comes after those that it refers to. */
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
});

const contentsSchema = z.object({
  tables: z.array(
    z.object({
      name: z.string(),
      rows: z.number().int(),
      bytes: z.number().int(),
      /** Of the rows in the order of the table, as COPY writes them. */
      sha256: z.string(),
    }),
  ),
  /** Values are texts: a bigint does not fit into a number. */
  sequences: z.array(z.object({ name: z.string(), value: z.string(), isCalled: z.boolean() })),
});

export type BackupHeader = z.infer<typeof headerSchema>;
export type BackupContents = z.infer<typeof contentsSchema>;
export type TableContents = BackupContents['tables'][number];

const letters = { header: 'H', table: 'T', rows: 'R', contents: 'C' } as const;
const prefixBytes = 5;
/** Of one record. Nothing that is written comes near; a damaged length must not fill the memory. */
const recordBytesMax = 64 * 1024 * 1024;

/** @returns the record as it stands in the file */
export function writeRecord(record: BackupRecord): Buffer {
  const content = contentOf(record);
  const prefix = Buffer.alloc(prefixBytes);
  prefix.write(letters[record.kind], 0, 'latin1');
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

/**
 * Takes the records out of a stream of bytes, however those are cut.
 *
 * @throws when the bytes are no records, or end in the middle of one
 */
export async function* readRecords(stream: AsyncIterable<Buffer>): AsyncGenerator<BackupRecord> {
  let chunks: Buffer[] = [];
  let heldBytes = 0;
  let neededBytes = prefixBytes;
  for await (const chunk of stream) {
    chunks.push(chunk);
    heldBytes += chunk.length;
    // Put together only when a record is whole: a long one would otherwise be copied again for each piece.
    if (heldBytes < neededBytes) continue;
    let held = Buffer.concat(chunks);
    for (;;) {
      neededBytes = held.length < prefixBytes ? prefixBytes : prefixBytes + lengthOf(held);
      if (held.length < neededBytes) break;
      yield parse(held.toString('latin1', 0, 1), held.subarray(prefixBytes, neededBytes));
      held = held.subarray(neededBytes);
    }
    chunks = [held];
    heldBytes = held.length;
  }
  if (heldBytes > 0) throw new Error('it ends in the middle of a record');
}

function lengthOf(held: Buffer): number {
  const length = held.readUInt32BE(1);
  if (length > recordBytesMax) throw new Error('a record of it is too long');
  return length;
}

function contentOf(record: BackupRecord): Buffer {
  switch (record.kind) {
    case 'header':
      return Buffer.from(JSON.stringify(record.header));
    case 'table':
      return Buffer.from(record.name);
    case 'rows':
      return record.bytes;
    case 'contents':
      return Buffer.from(JSON.stringify(record.contents));
  }
}

function parse(letter: string, content: Buffer): BackupRecord {
  switch (letter) {
    case letters.header:
      return { kind: 'header', header: parseHeader(JSON.parse(content.toString())) };
    case letters.table:
      return { kind: 'table', name: content.toString() };
    case letters.rows:
      return { kind: 'rows', bytes: content };
    case letters.contents:
      return { kind: 'contents', contents: contentsSchema.parse(JSON.parse(content.toString())) };
    default:
      throw new Error('a record of it is of no known kind');
  }
}

function parseHeader(value: unknown): BackupHeader {
  const { format } = z.object({ format: z.number() }).parse(value);
  if (format !== backupFormat)
    throw new Error(
      `it has format ${format}, and this version of Ratchet reads format ${backupFormat}: use the one that made it`,
    );
  return headerSchema.parse(value);
}
