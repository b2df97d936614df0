import type { FailureClass } from './failure-class.ts';
import type { Finding } from './finding.ts';
import { isComparison, isTestRun, modelStages, repositoryStages } from './step-kinds.ts';
import type { Stage, StepOutput } from './step-output.ts';
import { isInterpreter } from './tool-kinds.ts';

/** Forms of a place with words that compilers print as linters do. */
const plainForms: ReadonlySet<string> = new Set(['bare-place', 'named-rule', 'file-field', 'line-entry']);
/** Forms that say what is wrong, and not where. */
const vagueForms: ReadonlySet<string> = new Set(['error-with-code', 'undefined-name']);
/** What a comparison says of a contract, and no compiler of a text. */
const changeWords =
  /\b(?:removed|deleted|renamed|no longer|breaking|incompatible|previously|(?:was|were|been) (?:added|changed|narrowed|moved)|changed (?:type |its type )?(?:from|to)|became|not compatible|weakened|strengthened)\b|^(?:\d{4}: [\w.$]{1,200}: )?Added\b/i;
const assertWords =
  /\bunit ?test failure\b|^(?:Failure|[Ee]xpected|[Aa]ssert\w{0,12}|[Cc]heck)\b|\bexpected\b.{0,120}\b(?:but|got|was|received|actual)\b/;

const assertForms: ReadonlySet<string> = new Set(['placed-error', 'rust-heading', 'told-error']);
const dataWords = /\bExpected (?:a )?value\b|\bnumeric literal\b|\bJSON (?:data|input|text|value)\b/;
const parseWords = /\bpars(?:e|ing|er)\b|\bsyntax\b|YAML|TOML/i;

/** What a program says of the values that it works with, and no compiler of a text. */
const runWords =
  /\bdivi(?:sion|de) by (?:0|zero)\b|\bout of (?:range|bounds)\b|\bindex too (?:large|small)\b|\b(?:null|nil|undefined|None)\b.{0,40}\b(?:dereference|reference|pointer|has no)\b|\bkey not found\b|\bviolat\w{1,6}\b.{0,20}\b(?:constraint|unique)|\bduplicate key\b|\bover- ?flow\b|\b\w{3,40}(?:Exception|Error)\b.{0,10}: |\bcalled at\b|\bexception [A-Z]\w|\brange check\b/;

/** The class of a form that all kinds of tools print, where neither its rule nor its code says whose it is. */
export function settleShared(finding: Finding, step: StepOutput, kind: FailureClass | null): Finding {
  const { rule, failureClass } = finding;
  if (rule === 'rust-heading' && failureClass === 'lint_error') return settleHeading(finding, step.stage, kind);
  if (rule === 'data-mismatch') return settleData(finding, step.stage, kind);
  if (isData(finding, step.stage)) return { ...finding, failureClass: 'unknown' };
  if (kind !== 'lint_error' && ran(finding, step.stage)) return { ...finding, failureClass: 'unknown', weight: 50 };
  const isAssertion = assertForms.has(rule) && assertWords.test(finding.groups['message'] ?? '');
  if (isAssertion && isTestRun(step.stage, kind)) return { ...finding, failureClass: 'test_fail' };
  return settleByKind(finding, step, kind) ?? settleByStep(finding, step);
}

// Data that do not fit are a failure of no source, but where linters look at them, or compilers read them.
function settleData(finding: Finding, stage: Stage, kind: FailureClass | null): Finding {
  if (kind === 'contract_violation' || stage === 'contract' || kind === 'test_fail') return { ...finding, weight: 20 };
  if (kind === 'lint_error' || (kind === null && stage === 'lint'))
    return { ...finding, failureClass: 'lint_error', weight: 58 };
  const isText = /\.(?:xml|json5?|ya?ml|toml|csv|ini|conf)$/.test(finding.groups['file'] ?? '');
  if (stage === 'test' && !isText) return { ...finding, weight: 20 };
  return stage === 'test' ? finding : { ...finding, failureClass: 'compile_error', weight: 58 };
}

// Without a file it is data that was to be read.
function isData({ rule, groups }: Finding, stage: Stage): boolean {
  const isBare = rule === 'parse-error' && groups['file'] === undefined;
  return isBare && repositoryStages.has(stage) && dataWords.test(groups['message'] ?? '');
}

function settleByKind(finding: Finding, step: StepOutput, kind: FailureClass | null): Finding | null {
  const { rule, groups } = finding;
  const message = groups['message'] ?? '';
  if (kind === 'unknown' && parseWords.test(message)) return finding;
  if (kind === 'lint_error' || kind === 'unknown')
    return { ...finding, failureClass: kind, weight: evenWeight(finding) };
  if (isComparison(step.stage, kind) && changeWords.test(message))
    return { ...finding, failureClass: 'contract_violation', weight: Math.max(finding.weight, 60) };
  if (kind === 'contract_violation') return ofContract(finding, step.stage);
  if (kind !== 'compile_error') return null;
  return plainForms.has(rule) ? { ...finding, failureClass: kind } : finding;
}

// The types that a package publishes are its contract; what such a tool says of nothing in a source is its verdict.
function ofContract(finding: Finding, stage: Stage): Finding | null {
  const { rule, groups } = finding;
  const isVerdict = vagueForms.has(rule) && stage === 'test' && groups['line'] === undefined;
  const isTypes = /\bTS\d{4,5}\b/.test(groups['message'] ?? '');
  return isVerdict || isTypes ? { ...finding, failureClass: 'contract_violation' } : null;
}

function settleByStep(finding: Finding, step: StepOutput): Finding {
  return isInterpreter(step.tool ?? null) ? finding : settleByStage(finding, step.stage);
}

// Whatever its words, each place that a linter tells weighs the same, unless it is a warning.
function evenWeight({ rule, weight, isWarning, groups }: Finding): number {
  return rule === 'bare-place' && !isWarning && groups['severity'] === undefined ? 59 : weight;
}

// `error[some-name]` is a linter's rule, unless a checker of types prints it.
function settleHeading(finding: Finding, stage: Stage, kind: FailureClass | null): Finding {
  const isChecker = kind === 'compile_error' || (kind === null && stage === 'compile');
  return isChecker ? { ...finding, failureClass: 'compile_error' } : finding;
}

/** Lists of names and values: runners print them too. */
const fieldForms: ReadonlySet<string> = new Set(['file-field', 'line-entry']);

function settleField(finding: Finding, stage: Stage): Finding {
  if (stage === 'test') return { ...finding, weight: 20 };
  return stage === 'compile' ? { ...finding, failureClass: 'compile_error' } : finding;
}

// In a step that compiles nothing, a place is one where a program was.
function ran({ rule, groups }: Finding, stage: Stage): boolean {
  const message = groups['message'] ?? '';
  const isVague = rule === 'placed-error' || rule === 'error-with-code';
  return isVague && repositoryStages.has(stage) && runWords.test(message) && !parseWords.test(message);
}

function settleByStage(finding: Finding, stage: Stage): Finding {
  const { rule, failureClass, groups } = finding;
  // Words of an interpreter about a text that it was to run: no linter prints them so.
  if (rule === 'node-syntax' || rule === 'python-syntax') return finding;
  if (stage === 'lint') {
    const isLinters = failureClass === 'compile_error' || rule === 'bare-place';
    return isLinters ? { ...finding, failureClass: 'lint_error', weight: evenWeight(finding) } : finding;
  }
  // A name in brackets behind an error and its place: in a step that compiles that of the compiler.
  if (rule === 'gnu' && stage === 'compile' && groups['severity'] === 'error')
    return { ...finding, failureClass: 'compile_error' };
  if (fieldForms.has(rule)) return settleField(finding, stage);
  if (rule === 'bare-place') return settleBarePlace(finding, stage);
  return vagueForms.has(rule) ? settleVague(finding, stage) : finding;
}

function settleBarePlace(finding: Finding, stage: Stage): Finding {
  if (stage === 'contract') return { ...finding, failureClass: 'contract_violation' };
  const isCompile = stage === 'compile' || stage === 'install';
  return { ...finding, failureClass: isCompile ? 'compile_error' : 'unknown', weight: isCompile ? 45 : 20 };
}

function isCompilers({ groups, failureClass }: Finding): boolean {
  return (
    failureClass === 'compile_error' && groups['line'] !== undefined && /^[A-Z]{1,4}\d{3,5}$/.test(groups['code'] ?? '')
  );
}

function settleVague(finding: Finding, stage: Stage): Finding {
  // A code and a place are a compiler's, that of the tests.
  if (stage === 'test' && isCompilers(finding)) return finding;
  if (stage === 'test') return { ...finding, failureClass: 'test_fail', weight: Math.min(finding.weight, 46) };
  const isBeside = stage === 'install' || modelStages.has(stage) || repositoryStages.has(stage);
  if (!isBeside) return finding;
  const isPlaced = finding.groups['line'] !== undefined;
  if (isPlaced && stage === 'install') return finding;
  return { ...finding, failureClass: 'unknown', weight: isPlaced ? 36 : 32 };
}
