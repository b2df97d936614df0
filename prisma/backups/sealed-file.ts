import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';

/** First bytes of every backup, whatever the version of what follows. */
const magic = Buffer.from('ratchet-backup\n');
const sealBytes = 32;

/**
 * Writes a new file: the magic, the content compressed with Zstandard, and the SHA-256 of both as a seal, so that no bit
 * of it can change or be missing unnoticed. Resolves when the disk has it.
 *
 * @throws the system's error when the file is there already or can't be written; what the content throws
 */
export async function writeSealed(path: string, content: AsyncIterable<Buffer>): Promise<void> {
  async function* seal(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash('sha256').update(magic);
    yield magic;
    for await (const chunk of compressed) {
      hash.update(chunk);
      yield chunk;
    }
    yield hash.digest();
  }
  await pipeline(
    Readable.from(content, { objectMode: false }),
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
    seal,
    createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }),
  );
}

/**
 * Reads a sealed file piece by piece. The seal is known to be whole only when this resolves: until then, whoever reads
 * has to be able to take back what was done with the content.
 *
 * @throws when the file is not a backup, is cut or was changed; what `read` throws
 */
export async function readSealed<Result>(
  path: string,
  read: (content: AsyncIterable<Buffer>) => Promise<Result>,
): Promise<Result> {
  async function* unseal(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = createHash('sha256').update(magic);
    let held: Buffer = Buffer.alloc(0);
    let isBegun = false;
    for await (const chunk of file) {
      held = Buffer.concat([held, chunk]);
      if (!isBegun && held.length >= magic.length) {
        if (!held.subarray(0, magic.length).equals(magic)) throw new Error('it does not begin like a backup');
        held = held.subarray(magic.length);
        isBegun = true;
      }
      // The last bytes are the seal and not content; which ones are the last is known at the end.
      const released = isBegun ? held.length - sealBytes : 0;
      if (released <= 0) continue;
      hash.update(held.subarray(0, released));
      yield held.subarray(0, released);
      held = Buffer.from(held.subarray(released));
    }
    if (!isBegun || !hash.digest().equals(held)) throw new Error('its seal does not fit its content');
  }
  const results: Result[] = [];
  await pipeline(createReadStream(path), unseal, createZstdDecompress(), async (content: AsyncIterable<Buffer>) => {
    results.push(await read(content));
  });
  return results[0] as Result;
}
