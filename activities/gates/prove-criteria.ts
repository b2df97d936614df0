import type { TestResult } from '../../domain/gates/test-reports/test-result.ts';
import type { CriterionProof } from '../../domain/work-orders/pull-request-body.ts';
import type { AcceptanceCriterion } from '../../domain/work-orders/work-order.ts';
import type { Workspace } from '../git/workspace.ts';
import { runCommand, type GateDependencies } from './run-gate.ts';
import type { GateRunOptions } from './run-gates.ts';

/** What can prove a criterion beside its own command. */
export interface NamedTests {
  /** Which test the plan promised for which criterion. */
  promised: readonly { criterion: string; test: string }[];
  /** Results of the tests that are new, or whose file was changed. */
  fresh: readonly TestResult[];
}

/**
 * Checks the criteria: by their command, else by a promised test that is new or changed and passes. The others stay
 * unproven: nothing but a check ticks a criterion.
 */
export async function proveCriteria(
  dependencies: GateDependencies,
  work: { workspace: Workspace; criteria: readonly AcceptanceCriterion[]; tests: NamedTests },
  options: GateRunOptions,
): Promise<CriterionProof[]> {
  const proofs: CriterionProof[] = [];
  for (const { id, command } of work.criteria) {
    options.onStart(id);
    proofs.push(
      command === undefined
        ? proveByTest(id, work.tests)
        : await proveByCommand(dependencies, { workspace: work.workspace, id, command }, options),
    );
  }
  return proofs;
}

function proveByTest(id: string, { promised, fresh }: NamedTests): CriterionProof {
  const names = promised.filter(({ criterion }) => criterion === id).map(({ test }) => test);
  const passed = fresh.find(({ name, status }) => status === 'passed' && names.some((wanted) => isNamed(name, wanted)));
  if (passed !== undefined) return { id, verdict: 'proven', proof: `proven by the new or changed test ${passed.name}` };
  const missing =
    names.length === 0 ? 'no command was given for it' : 'the promised test is not among those that passed';
  return { id, verdict: 'unproven', proof: `not proven: ${missing}` };
}

// Runners put the file and the suites before a test's own name.
function isNamed(name: string, wanted: string): boolean {
  return name === wanted || name.endsWith(` > ${wanted}`);
}

async function proveByCommand(
  dependencies: GateDependencies,
  { workspace, id, command }: { workspace: Workspace; id: string; command: string },
  options: GateRunOptions,
): Promise<CriterionProof> {
  const timeoutMs = options.policy.gateTimeoutMs.acceptance;
  const run = { command, timeoutMs, network: false, signal: options.signal };
  const result = await runCommand(dependencies, workspace, run);
  options.signal.throwIfAborted();
  await options.restoreTree();
  const shown = `\`${dependencies.redact(command).slice(0, 120)}\``;
  return result.exitCode === 0 && !result.timedOut
    ? { id, verdict: 'proven', proof: `proven by ${shown}` }
    : { id, verdict: 'refuted', proof: `not proven: ${shown} failed` };
}
