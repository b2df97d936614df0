/**
 * Where the Temporal dev server comes from: a running server that TEMPORAL_ADDRESS names, `temporal` on the PATH, the
 * cache, the ready-made download, or a build from source as a pinned Go tool. The build comes last because it takes minutes.
 */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEntry, findEntry } from './cache.mjs';
import { readVariable } from './environment.mjs';
import { askProgram, findProgram } from './find-program.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { buildTemporal } from './temporal-build.mjs';
import { downloadTemporal } from './temporal-download.mjs';
import { isAtLeast } from './versions.mjs';

/** Version of the command-line tool that carries the server; the build pins the same one in tools/temporal/go.mod. */
export const TEMPORAL_VERSION = '1.8.2';

/** Older servers miss what the workflows use: updates with start, Markdown details, the poll-rate settings. */
export const TEMPORAL_VERSION_MIN = '1.8.0';

const PROGRAM = 'temporal';

/**
 * @typedef {object} FoundTemporal
 * @property {'server' | 'program'} kind a running server, or a program to start one with
 * @property {string} [address] host:port, of a running server
 * @property {string} [path] of the program
 * @property {string} version of the program; 'unknown' for a running server
 * @property {string} from for people, such as 'PATH' or 'cache'
 */

/**
 * Looks without downloading or building. Starts a process only for a `temporal` on the PATH.
 *
 * @returns {Promise<{ found?: FoundTemporal, note?: string }>} `note` says why a `temporal` on the PATH was passed over
 */
export async function lookForTemporal() {
  const address = readVariable('TEMPORAL_ADDRESS');
  if (address !== undefined) {
    return { found: { kind: 'server', address, version: 'unknown', from: 'TEMPORAL_ADDRESS' } };
  }
  const onPath = findProgram(PROGRAM);
  const version = onPath === undefined ? undefined : await readTemporalVersion(onPath);
  if (onPath !== undefined && version !== undefined && isAtLeast(version, TEMPORAL_VERSION_MIN)) {
    return { found: { kind: 'program', path: onPath, version, from: `PATH (${onPath})` } };
  }
  const note =
    onPath === undefined
      ? {}
      : {
          note: `${onPath} is version ${version ?? 'unknown'} and ${TEMPORAL_VERSION_MIN} is needed, so it is passed over`,
        };
  const cached = findEntry({ part: PROGRAM, version: TEMPORAL_VERSION });
  if (cached === undefined) return note;
  return { found: { kind: 'program', path: join(cached, PROGRAM), version: TEMPORAL_VERSION, from: 'cache' }, ...note };
}

/**
 * Finds Temporal or gets it into the cache.
 *
 * @param {string} root the clone
 * @param {{ detail?: (text: string) => void }} [options] `detail` gets a word on what happens; a build calls it all the time
 * @returns {Promise<FoundTemporal>}
 * @throws {ProvisioningError} when it can be had in no way; says each one's reason
 */
export async function provideTemporal(root, { detail = () => undefined } = {}) {
  const { found, note } = await lookForTemporal();
  if (note !== undefined) detail(note);
  if (found !== undefined) return found;
  let from = 'cache';
  const { folder } = await ensureEntry({
    part: PROGRAM,
    version: TEMPORAL_VERSION,
    onWait(holderPid) {
      detail(`waiting for process ${String(holderPid)}, which is already getting it`);
    },
    async fill(workFolder) {
      const target = join(workFolder, PROGRAM);
      from = await downloadOrBuild(root, target, detail);
      chmodSync(target, 0o755);
    },
  });
  return { kind: 'program', path: join(folder, PROGRAM), version: TEMPORAL_VERSION, from };
}

/**
 * @param {string} root
 * @param {string} target
 * @param {(text: string) => void} detail
 * @returns {Promise<string>} where it came from
 */
async function downloadOrBuild(root, target, detail) {
  const refusal = await downloadTemporal(TEMPORAL_VERSION, target, detail);
  if (refusal === undefined && (await readTemporalVersion(target)) === TEMPORAL_VERSION) return 'download';
  const reason = refusal ?? 'the downloaded program does not answer with its version';
  detail(`${reason}; building it from source, which takes minutes`);
  await buildTemporal({ root, target, version: TEMPORAL_VERSION, detail, downloadRefusal: reason });
  if ((await readTemporalVersion(target)) === TEMPORAL_VERSION) return 'built with Go';
  throw new ProvisioningError(
    `The Temporal server was built but does not say that it is ${TEMPORAL_VERSION}, so it is not used and there is no workflow engine: look whether \`go env\` holds settings for another machine and start again, or install the temporal command-line tool, or set TEMPORAL_ADDRESS to a running server.`,
  );
}

/**
 * @param {string} path
 * @returns {Promise<string | undefined>} such as '1.8.2'; undefined when the program does not say
 */
export async function readTemporalVersion(path) {
  const { ok, output } = await askProgram(path, ['--version']);
  return ok ? /temporal version v?(\d+\.\d+\.\d+)/.exec(output)?.[1] : undefined;
}
