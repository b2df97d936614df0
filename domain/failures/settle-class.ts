import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import { settleAnswer, settleException } from './settle-answer.ts';
import { settleShared } from './settle-shared.ts';
import { settleTestForm, type Setting } from './settle-test-form.ts';
import { isModelStep, repositoryStages, worksOnRepository } from './step-kinds.ts';
import type { Stage } from './step-output.ts';

/** Forms that every kind of tool prints: their class is that of the tool or of the step. */
const sharedForms: ReadonlySet<string> = new Set([
  'bare-place',
  'file-field',
  'file-error',
  'placed-error',
  'error-with-code',
  'caret-block',
  'hcl',
  'gnu',
  'msvc',
  'go',
  'named-rule',
  'parse-error',
  'rust-heading',
  'protobuf-import',
  'erlang',
  'rebar-block',
  'node-syntax',
  'python-syntax',
  'msbuild',
  'undefined-name',
  'told-error',
  'settings-refused',
  'manifest-missing',
  'line-entry',
  'boxed',
  'data-mismatch',
]);

/** From this weight on a form was recognised as a certain tool's own. */
const certainWeightMin = 86;
/** What words weigh that may be about anything in this step. */
const besideWeight = 20;

type Settler = (finding: Finding, setting: Setting) => Finding;

function beside(finding: Finding, isBeside: boolean): Finding {
  return isBeside ? { ...finding, weight: besideWeight } : finding;
}

/** Rules whose words mean something in certain steps alone, or something else there. */
const settlers: Readonly<Record<string, Settler>> = {
  'git-words': (finding, { step, kind }) => beside(finding, !worksOnRepository(step.stage, kind)),
  'forge-words': (finding, { step: { stage } }) =>
    stage === 'pr' || stage === 'publish' ? finding : { ...finding, weight: 5 },
  // Elsewhere a build, a runner or a linter says so of what it runs.
  traced: (finding, { step, kind }) =>
    beside(finding, !repositoryStages.has(step.stage) || kind === 'test_fail' || kind === 'lint_error'),
  'limit-exceeded': (finding, { step }) => beside(finding, step.stage === 'test'),
  // Of one test, as long as tests ran.
  'told-timeout': (finding, { step, hasRun }) =>
    hasRun && step.stage === 'test' ? { ...finding, weight: 40 } : finding,
  'api-exception': (finding, { step }) => settleException(finding, step.stage),
  'http-status': (finding, { step, kind }) => settleAnswer(finding, step.stage, kind),
  'source-missing': (finding, { step, kind }) =>
    worksOnRepository(step.stage, kind) ? { ...finding, failureClass: 'unknown' } : finding,
  // What a code generator says of operations is an error of theirs.
  'graphql-operations': (finding, { kind }) =>
    kind === 'compile_error' ? { ...finding, failureClass: kind } : finding,
  // Programs that are built with it say so of anything.
  esbuild: (finding, { step, kind }) =>
    beside(finding, finding.groups['file'] === undefined && worksOnRepository(step.stage, kind)),
};

/** The class of a form that all kinds of tools print: that of the tool; where that is not known, of the step. */
export function settleClass(finding: Finding, setting: Setting): Finding {
  const { rule, groups, weight } = finding;
  const { step, kind } = setting;
  const settler = settlers[rule];
  if (settler !== undefined) return settler(finding, setting);
  if (rule === 'install-words' && step.stage !== 'install' && kind !== 'dependency_missing')
    return beside(finding, true);
  const asTest = settleTestForm(finding, setting);
  if (asTest !== null) return asTest;
  const isOwnForm = !sharedForms.has(rule) || weight >= certainWeightMin;
  const isTypeScript = /^TS\d/.test(groups['code'] ?? '') && kind !== 'contract_violation';
  return isOwnForm || groups['package'] !== undefined || isTypeScript ? finding : settleShared(finding, step, kind);
}

const servedReasons: ReadonlySet<string> = new Set(['network', 'service', 'credentials']);

/** What cannot be reached in a model's step is its provider; what answers in the step of a pull request is the forge. */
export function ofProvider(finding: Finding, stage: Stage, kind: FailureClass | null): Finding {
  const { tool, failureClass, subReason, rule } = finding;
  if (tool !== null || failureClass !== 'orchestration_error' || !servedReasons.has(subReason ?? '')) return finding;
  if (isModelStep(stage, kind)) return { ...finding, subReason: 'provider' };
  return stage === 'pr' && /^network-(?:server|denied|answer)$/.test(rule)
    ? { ...finding, subReason: 'forge' }
    : finding;
}
