import { mkdir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { Coverage } from '../../domain/acceptance/coverage.ts';
import type { SourceTexts } from '../../domain/acceptance/v8-coverage.ts';
import type { GateMeasurement } from '../../domain/gates/compare-with-baseline.ts';
import type { Gate } from '../../domain/gates/gate.ts';
import { measureGate, readableOutput } from '../../domain/gates/measure-gate.ts';
import type { Redact } from '../../domain/text/redact.ts';
import type { Policy } from '../../domain/work-orders/policy.ts';
import type { Workspace } from '../git/workspace.ts';
import type { ContainedResult, Containment } from '../sandbox/containment.ts';
import { readCoverageFolder } from './coverage-folder.ts';
import { readReportFile } from './report-files.ts';

export interface GateDependencies {
  containment: Containment;
  redact: Redact;
  /** PATH of the repository's commands. */
  searchPath: string;
  /** What they may know of registries and certificates; no secret. */
  childEnvironment: Record<string, string>;
  /**
   * Absolute; where package managers keep what they downloaded: a folder per repository, since whatever runs in one
   * repository may write there and must not reach another's.
   */
  packageCaches: string;
}

/** One run of a gate: what it printed, redacted, and what can be compared with another run of it. */
export interface GateRun {
  measurement: GateMeasurement;
  output: string;
  durationMs: number;
  /** Null where it was not asked for, or where nothing of it could be read. */
  coverage: Coverage | null;
}

/** What is run, and how. */
export interface GateWork {
  workspace: Workspace;
  gate: Gate;
  /** The files whose coverage is asked for; null where none is. */
  sources?: SourceTexts | null;
}

const reportBytesMax = 10_000_000;

/** Runs one gate with its own time limit, in a process group, without secrets. Its reports are read, never trusted. */
export async function runGate(
  dependencies: GateDependencies,
  { workspace, gate, sources = null }: GateWork,
  { policy, signal }: { policy: Policy; signal: AbortSignal },
): Promise<GateRun> {
  const { reports, coverageFolder } = await makeReportFolders(workspace, gate);
  const coverage = sources === null ? undefined : gate.coverage;
  const result = await runCommand(dependencies, workspace, {
    command: coverage?.command ?? gate.reportingCommand ?? gate.command,
    timeoutMs: policy.gateTimeoutMs[gate.kind],
    network: gate.kind === 'install',
    signal,
    environment: {
      RATCHET_REPORT: join(reports, 'report'),
      ...(coverage === undefined ? {} : { RATCHET_COVERAGE: coverageFolder }),
    },
  });
  signal.throwIfAborted();
  const clean = (text: string) => dependencies.redact(withoutTree(workspace.tree, text));
  const output = clean(result.output);
  const { kind, command, reportFormat = null, packageFolders } = gate;
  const { exitCode, timedOut, durationMs } = result;
  const found = await readReports(reports, packageFolders?.length);
  const [reportText = null, ...furtherReportTexts] = found.map(clean);
  const root = workspace.tree;
  const facts = { kind, command, exitCode, timedOut, output, reportText, furtherReportTexts, reportFormat, root };
  const measurement = measureGate(facts);
  return {
    measurement,
    output: dependencies.redact(readableOutput({ output, reportText, reportFormat })),
    durationMs,
    coverage:
      coverage === undefined || sources === null
        ? null
        : await readCoverageFolder(
            coverageFolder,
            { format: coverage.format, packageFolders },
            { sources, root: await realpath(root) },
          ),
  };
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Relative to the tree, so that a model reads the same on every disk and nobody reads of this machine. */
function withoutTree(tree: string, text: string): string {
  // npm hides every UUID that it prints, and the order's id is a part of the path.
  return text.replaceAll(`${tree}/`, '').replaceAll(`${tree.replaceAll(uuid, '***')}/`, '');
}

/** The report, or that of each package; none where one is missing: what is left would pass for all. */
async function readReports(folder: string, packages: number | undefined): Promise<string[]> {
  const names = packages === undefined ? ['report'] : Array.from({ length: packages }, (_, at) => `report.${at + 1}`);
  const texts: string[] = [];
  for (const name of names) {
    const text = await readReportFile(folder, name, reportBytesMax);
    if (text === null) return [];
    texts.push(text);
  }
  return texts;
}

/** Empty folders outside of the tree. */
async function makeReportFolders(
  workspace: Workspace,
  { packageFolders = [] }: Gate,
): Promise<{ reports: string; coverageFolder: string }> {
  const place = join(workspace.home, 'reports');
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  // The name without links in it: whatever runs may put links there.
  const reports = await realpath(place);
  const coverageFolder = join(reports, 'coverage');
  await mkdir(coverageFolder);
  for (const index of packageFolders.keys()) await mkdir(join(coverageFolder, String(index + 1)));
  return { reports, coverageFolder };
}

/** Runs a command line of the repository or of an order in the workspace. */
export async function runCommand(
  dependencies: GateDependencies,
  workspace: Workspace,
  run: {
    command: string;
    timeoutMs: number;
    network: boolean;
    signal: AbortSignal;
    environment?: Record<string, string>;
  },
): Promise<ContainedResult> {
  const packageCache = packageCacheOf(dependencies, workspace);
  await mkdir(packageCache, { recursive: true });
  const objects = join(workspace.gitDir, 'objects');
  return dependencies.containment.run({
    command: '/bin/sh',
    // Through one pipe: what belongs together in the output would else arrive in an order of chance.
    args: ['-c', `exec 2>&1\n${run.command}`],
    cwd: workspace.tree,
    env: {
      ...gateEnvironment(dependencies, workspace, { packageCache, isInstall: run.network }),
      ...run.environment,
    },
    // Only an install writes what outlives the order: a test must not plant a package for the next one.
    writable: [workspace.tree, workspace.home, ...(run.network ? [packageCache] : [])],
    readable: [objects, workspace.mirrorObjects, packageCache],
    network: run.network,
    timeoutMs: run.timeoutMs,
    signal: run.signal,
  });
}

function packageCacheOf({ packageCaches }: GateDependencies, { mirrorObjects }: Workspace): string {
  return join(packageCaches, basename(dirname(mirrorObjects), '.git'));
}

function gateEnvironment(
  dependencies: GateDependencies,
  workspace: Workspace,
  { packageCache, isInstall }: { packageCache: string; isInstall: boolean },
): Record<string, string> {
  const own = join(workspace.home, '.cache');
  // These managers write into their cache whatever they do, and need what lies there for an install alone.
  const downloads = isInstall ? packageCache : own;
  return {
    ...dependencies.childEnvironment,
    PATH: dependencies.searchPath,
    HOME: workspace.home,
    TMPDIR: '/tmp',
    CI: 'true',
    NO_COLOR: '1',
    COLUMNS: '200',
    npm_config_cache: join(downloads, 'npm'),
    npm_config_prefer_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    YARN_CACHE_FOLDER: join(downloads, 'yarn'),
    PIP_CACHE_DIR: join(downloads, 'pip'),
    UV_CACHE_DIR: join(downloads, 'uv'),
    // Linked files would be the cache's own, and a test may write into what is installed.
    UV_LINK_MODE: 'copy',
    GOMODCACHE: join(packageCache, 'go-modules'),
    GOCACHE: join(own, 'go-build'),
    CARGO_HOME: join(packageCache, 'cargo'),
    ...(isInstall ? {} : { CARGO_NET_OFFLINE: 'true', GOPROXY: 'off' }),
    RUFF_CACHE_DIR: join(own, 'ruff'),
    MYPY_CACHE_DIR: join(own, 'mypy'),
  };
}
