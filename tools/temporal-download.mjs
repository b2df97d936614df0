/** The ready-made Temporal command-line tool from its makers' download host. */
import { createWriteStream, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { askProgram } from './find-program.mjs';

/** To the answer's first byte. Where the host is closed the build should start at once. */
const CONNECT_TIMEOUT_MS = 3_000;

/** Without a single byte; a slow line may take as long as it needs. */
const STALL_TIMEOUT_MS = 20_000;

const MEBIBYTE = 1024 * 1024;

/**
 * Downloads and unpacks the program.
 *
 * @param {string} version such as '1.8.2'
 * @param {string} target path of the program to write
 * @param {(text: string) => void} detail
 * @returns {Promise<string | undefined>} undefined when it is there; else a phrase that says why not
 */
export async function downloadTemporal(version, target, detail) {
  const host = 'temporal.download';
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://${host}/cli/archive/v${version}?platform=${process.platform}&arch=${architecture}`;
  const archive = join(dirname(target), 'temporal.tar.gz');
  detail(`downloading Temporal ${version} from ${host}`);
  try {
    await downloadFile(url, archive, (bytes) => {
      detail(`downloading Temporal ${version}, ${(bytes / MEBIBYTE).toFixed(0)} MB`);
    });
  } catch (error) {
    rmSync(archive, { force: true });
    return `${host} can't be reached (${reasonOf(error)})`;
  }
  const unpacked = await askProgram('tar', ['-xzf', archive, '-C', dirname(target), 'temporal']);
  rmSync(archive, { force: true });
  return unpacked.ok ? undefined : `the archive from ${host} can't be unpacked`;
}

/**
 * @param {string} url
 * @param {string} file
 * @param {(receivedBytes: number) => void} onProgress
 */
async function downloadFile(url, file, onProgress) {
  const abort = new AbortController();
  let timer = setTimeout(() => {
    abort.abort(new Error('no answer'));
  }, CONNECT_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`it answers with status ${String(response.status)}`);
    let receivedBytes = 0;
    const counter = new Transform({
      transform(/** @type {Buffer} */ chunk, _encoding, callback) {
        receivedBytes += chunk.length;
        onProgress(receivedBytes);
        clearTimeout(timer);
        timer = setTimeout(() => {
          abort.abort(new Error('the transfer stalled'));
        }, STALL_TIMEOUT_MS);
        callback(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), counter, createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The network's own word lies below fetch's "fetch failed".
 *
 * @param {unknown} error
 * @returns {string}
 */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = /** @type {NodeJS.ErrnoException | undefined} */ (error.cause);
  return cause?.code ?? error.message;
}
