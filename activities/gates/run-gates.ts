import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { classifyFailure } from '../../domain/failures/classify-failure.ts';
import { failureOf, failureOfClass } from '../../domain/failures/typed-failure.ts';
import type { Failure } from '../../domain/failures/failure-class.ts';
import type { Redact } from '../../domain/text/redact.ts';
import type { Gate, GateOutcome } from '../../domain/work-orders/gates.ts';
import type { Policy } from '../../domain/work-orders/policy.ts';
import type { CriterionProof } from '../../domain/work-orders/pull-request-body.ts';
import type { AcceptanceCriterion } from '../../domain/work-orders/work-order.ts';
import type { Workspace } from '../git/workspace.ts';
import type { ContainedResult, Containment } from '../sandbox/containment.ts';

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

/** A gate's outcome with the end of what it printed, redacted. */
export interface GateRun extends GateOutcome {
  output: string;
}

export interface GateRunOptions {
  policy: Policy;
  signal: AbortSignal;
  /** Told before each gate, so that somebody who watches knows what runs. */
  onStart: (kind: string) => void;
  /** Brings tracked files back to the checkpoint and tells which ones had been changed. */
  restoreTree: () => Promise<string[]>;
}

const outputKeptCharacters = 20_000;

/**
 * Runs gates in their order and stops at the first that fails: what comes after it would fail for the same reason.
 * A gate that could not run has failed.
 */
export async function runGates(
  dependencies: GateDependencies,
  { workspace, gates }: { workspace: Workspace; gates: readonly Gate[] },
  options: GateRunOptions,
): Promise<{ runs: GateRun[]; failure: Failure | null }> {
  const runs: GateRun[] = [];
  for (const gate of gates) {
    options.onStart(gate.kind);
    const timeoutMs = options.policy.gateTimeoutMs[gate.kind];
    const network = gate.kind === 'install';
    const result = await runCommand(dependencies, workspace, {
      command: gate.command,
      timeoutMs,
      network,
      signal: options.signal,
    });
    options.signal.throwIfAborted();
    const altered = await options.restoreTree();
    const run = toRun(dependencies, gate, result);
    runs.push(run);
    if (run.outcome === 'failed') return { runs, failure: explain(dependencies, gate, result) };
    const failure = explainAltered(gate, altered);
    if (failure !== null) {
      run.outcome = 'failed';
      return { runs, failure };
    }
  }
  return { runs, failure: null };
}

/**
 * Checks the criteria that name a command. The others stay unproven: nothing but a check ticks a criterion.
 */
export async function proveCriteria(
  dependencies: GateDependencies,
  { workspace, criteria }: { workspace: Workspace; criteria: readonly AcceptanceCriterion[] },
  options: GateRunOptions,
): Promise<CriterionProof[]> {
  const proofs: CriterionProof[] = [];
  for (const { id, command } of criteria) {
    if (command === undefined) {
      proofs.push({ id, verdict: 'unproven', proof: 'not proven: no command was given for it' });
      continue;
    }
    options.onStart(id);
    const timeoutMs = options.policy.gateTimeoutMs.acceptance;
    const result = await runCommand(dependencies, workspace, {
      command,
      timeoutMs,
      network: false,
      signal: options.signal,
    });
    options.signal.throwIfAborted();
    await options.restoreTree();
    const proven = result.exitCode === 0 && !result.timedOut;
    const shown = `\`${dependencies.redact(command).slice(0, 120)}\``;
    proofs.push(
      proven
        ? { id, verdict: 'proven', proof: `proven by ${shown}` }
        : { id, verdict: 'refuted', proof: `not proven: ${shown} failed` },
    );
  }
  return proofs;
}

async function runCommand(
  dependencies: GateDependencies,
  workspace: Workspace,
  run: { command: string; timeoutMs: number; network: boolean; signal: AbortSignal },
): Promise<ContainedResult> {
  const packageCache = packageCacheOf(dependencies, workspace);
  await mkdir(packageCache, { recursive: true });
  const objects = join(workspace.gitDir, 'objects');
  return dependencies.containment.run({
    command: '/bin/sh',
    args: ['-c', run.command],
    cwd: workspace.tree,
    env: gateEnvironment(dependencies, workspace, { packageCache, isInstall: run.network }),
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
    GOMODCACHE: join(packageCache, 'go-modules'),
    GOCACHE: join(own, 'go-build'),
    CARGO_HOME: join(packageCache, 'cargo'),
    ...(isInstall ? {} : { CARGO_NET_OFFLINE: 'true', GOPROXY: 'off' }),
    RUFF_CACHE_DIR: join(own, 'ruff'),
    MYPY_CACHE_DIR: join(own, 'mypy'),
  };
}

function toRun(dependencies: GateDependencies, gate: Gate, result: ContainedResult): GateRun {
  return {
    kind: gate.kind,
    command: gate.command,
    outcome: result.exitCode === 0 && !result.timedOut ? 'passed' : 'failed',
    exitCode: result.exitCode,
    durationMs: result.durationMs,
    output: dependencies.redact(result.output.slice(-outputKeptCharacters)),
  };
}

// A linter that mends and a runner that rewrites its snapshots are green on files that nobody would publish. Installing
// and building write files by their nature; those are only brought back.
function explainAltered(gate: Gate, altered: readonly string[]): Failure | null {
  const [first] = altered;
  if (first === undefined || gate.kind === 'install' || gate.kind === 'compile') return null;
  const message = `The ${gate.kind} gate changed ${first} instead of only checking it, so what it found green is not what would be published.`;
  return failureOfClass(gate.kind === 'lint' ? 'lint_error' : 'test_fail', 'gate-changed-files', message);
}

function explain(dependencies: GateDependencies, gate: Gate, result: ContainedResult): Failure {
  if (result.exitCode === 127 && gate.kind !== 'install' && result.output.trim() === '') {
    return failureOf('tool-missing', `The command of the ${gate.kind} gate was not found: ${gate.command}`);
  }
  return classifyFailure({
    stage: gate.kind,
    exitCode: result.exitCode,
    timedOut: result.timedOut,
    output: dependencies.redact(result.output),
  });
}
