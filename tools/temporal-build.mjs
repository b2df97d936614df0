/** Builds the Temporal command-line tool, server included, from source as a pinned and checksummed Go tool. */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { hostEnvironment } from './environment.mjs';
import { askProgram, findProgram } from './find-program.mjs';
import { runGuarded } from './guarded-process.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { isAtLeast } from './versions.mjs';

const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';

/** First Go that fetches a newer tool chain by itself when a module asks for one. */
const GO_WITH_TOOLCHAINS = '1.21.0';

/** Each of the compilers that run at the same time, one per core, gets this much or keeps Go's own habits. */
const MEMORY_PER_COMPILER_MIN_BYTES = 2_000_000_000;

/** For the user's patience only: what version 1.8.2 compiles, the standard library included. */
const PACKAGES_ABOUT = 1_300;

/**
 * What a server spends its time in. All else is compiled without inlining: 424 instead of 496 CPU seconds for the whole, and
 * 400 runs with four signals each take the server as much processor time as before (12.0, 12.1 and 11.0 s beside 12.0,
 * 12.1 and 11.1).
 */
const INLINED = [
  ...[
    'std',
    'modernc.org/...',
    'go.temporal.io/api/...',
    'google.golang.org/protobuf/...',
    'google.golang.org/grpc/...',
  ],
  ...['golang.org/x/...', 'github.com/gogo/protobuf/...', 'github.com/json-iterator/...', 'github.com/klauspost/...'],
];

/**
 * Tags of the modules themselves for what no run of ours asks for: a second way to Google's storage (132 packages), and the
 * client of Kubernetes, with which a server would start workers by itself (305 packages, a fifth of the processor time).
 */
const LEFT_OUT = ['disable_grpc_modules', 'release'];

/** What a debugger needs is stripped at the end anyway; not to make it saves 8 to 19 % of the processor time. */
const NO_DEBUG = '-dwarf=false';

/** Node's names of processors where Go has others. */
const GO_ARCHITECTURES = new Map([
  ['x64', 'amd64'],
  ['ia32', '386'],
]);

/**
 * @param {string} root the clone
 * @returns {string} the version of Go that the build needs, such as '1.26.4'
 */
export function neededGoVersion(root) {
  const goModule = readFileSync(join(root, 'tools', 'temporal', 'go.mod'), 'utf8');
  return /^go (\S+)$/m.exec(goModule)?.[1] ?? 'unknown';
}

/**
 * Looks for a Go that can build the server.
 *
 * @param {string} root the clone
 * @returns {Promise<{ path?: string, version?: string, isUsable: boolean }>}
 */
export async function lookForGo(root) {
  const path = findProgram('go');
  if (path === undefined) return { isUsable: false };
  const { ok, output } = await askProgram(path, ['env', 'GOVERSION', 'GOTOOLCHAIN']);
  const [goVersion = '', toolchain = ''] = output.split('\n');
  const version = goVersion.replace(/^go/, '');
  const isNewEnough = isAtLeast(version, neededGoVersion(root));
  const fetchesNewer = toolchain.includes('auto') && isAtLeast(version, GO_WITH_TOOLCHAINS);
  return { path, version, isUsable: ok && (isNewEnough || fetchesNewer) };
}

/**
 * Builds the program. Takes 4 to 7 minutes with an empty Go cache on two cores, 15 s with a full one.
 *
 * @param {{ root: string, target: string, version: string, detail: (text: string) => void, downloadRefusal: string }} request
 *   `target`: path of the program to write; `downloadRefusal`: why there is no ready-made one, for the error
 * @returns {Promise<void>}
 * @throws {ProvisioningError} without a usable Go, and when the build fails
 */
export async function buildTemporal({ root, target, version, detail, downloadRefusal }) {
  const go = await lookForGo(root);
  if (go.path === undefined || !go.isUsable) {
    const found = go.version === undefined ? 'there is no Go' : `Go is ${go.version}`;
    throw new ProvisioningError(
      `The Temporal server can't be had: ${downloadRefusal}, and to build it Go ${neededGoVersion(root)} is needed but ${found}; install Go (https://go.dev/dl), or the temporal command-line tool, or set TEMPORAL_ADDRESS to a running server.`,
    );
  }
  const progress = createProgress(detail);
  const result = await runGuarded({
    command: go.path,
    // -v names each package as it is compiled. -mod=readonly: what is built is what go.sum pins, and the file stays as it is.
    args: [
      ...['build', '-v', '-mod=readonly', '-trimpath', '-tags', LEFT_OUT.join(',')],
      // The last pattern that fits a package decides.
      `-gcflags=all=-l ${NO_DEBUG}`,
      ...INLINED.map((pattern) => `-gcflags=${pattern}=${NO_DEBUG}`),
      ...['-ldflags', `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${version}`],
      ...['-o', target, PACKAGE],
    ],
    cwd: join(root, 'tools', 'temporal'),
    env: hostEnvironment({ CGO_ENABLED: '0', GOWORK: 'off', ...forThisMachine(), ...compilerMemory() }),
    onOutput: progress,
  });
  if (result.exitCode === 0) return;
  const lastLines = result.stderr.trim().split('\n').slice(-4).join(' / ');
  throw new ProvisioningError(
    `The Temporal server could not be built with Go ${go.version ?? ''}, so there is no workflow engine: check the network, the free disk space (2 GB) and memory and start again; Go says: ${lastLines}`,
  );
}

/**
 * What is built runs here, whatever system the user's Go builds for. Named, since an empty variable leaves it to the
 * settings that `go env -w` has written.
 *
 * @returns {Record<string, string>}
 */
function forThisMachine() {
  const architecture = GO_ARCHITECTURES.get(process.arch) ?? process.arch;
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  // Flags could ask for another kind of program. This one stands in the command as well.
  return { GOOS: system, GOARCH: architecture, GOFLAGS: '-mod=readonly' };
}

/**
 * Where there is memory for it the compiler does not collect its garbage: 62 CPU seconds instead of 100 for the standard
 * library. All of them together stay under half of the machine's memory.
 *
 * @returns {Record<string, string>}
 */
function compilerMemory() {
  const bytes = Math.floor(totalmem() / 2 / availableParallelism());
  return bytes < MEMORY_PER_COMPILER_MIN_BYTES ? {} : { GOGC: 'off', GOMEMLIMIT: String(bytes) };
}

/**
 * @param {(text: string) => void} detail
 * @returns {(text: string) => void} takes Go's output
 */
function createProgress(detail) {
  let downloadedCount = 0;
  let compiledCount = 0;
  return (text) => {
    const lines = text.split('\n').filter((line) => line !== '');
    const downloads = lines.filter((line) => line.startsWith('go: downloading')).length;
    downloadedCount += downloads;
    compiledCount += lines.length - downloads;
    const last = lines.at(-1) ?? '';
    detail(
      compiledCount === 0
        ? `building with Go, which takes minutes, ${String(downloadedCount)} modules downloaded`
        : `building with Go, ${String(compiledCount)} of about ${String(PACKAGES_ABOUT)} packages compiled, ${last.replace(/^go: /, '')}`,
    );
  };
}
