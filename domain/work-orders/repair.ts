import { faultOfBaseRule, type Failure, type FailureClass } from '../failures/failure-class.ts';

export interface RepairSituation {
  /** Repairs that this attempt already had. */
  round: number;
  roundsMax?: number;
  /** More new compile errors than this end the attempt: a repair of a repair is rarely worth its price. */
  compileErrorsMax?: number;
  failure: Failure;
  /** New errors against the baseline; null when they can't be counted. */
  newErrors: number | null;
  /** Fingerprints of the attempt's failures in their order; the last one is that of `failure`. */
  fingerprints: readonly string[];
}

export interface RepairDecision {
  repair: boolean;
  /** One sentence for a person. */
  reason: string;
}

const repairableClasses: readonly FailureClass[] = [
  'compile_error',
  'lint_error',
  'test_fail',
  'contract_violation',
  'dependency_missing',
];

/** A verdict of ours about the change itself: the same model in the same workspace would only look for a way around. */
const blockRule = /^typed:(?:(?:size|paths|tamper|secrets)-block|gate-redefined|workspace-breach)$/;

/** Decides whether the failing gate's errors go back to the same model in the same workspace. */
export function decideRepair(situation: RepairSituation): RepairDecision {
  const obstacle = findObstacle(situation);
  if (obstacle !== null) return { repair: false, reason: obstacle };
  const { round, roundsMax = 2, failure } = situation;
  return { repair: true, reason: `${failure.failureClass} goes to repair ${round + 1} of ${roundsMax}.` };
}

function findObstacle(situation: RepairSituation): string | null {
  const { round, roundsMax = 2, failure, fingerprints } = situation;
  const unrepairable = findUnrepairable(failure);
  if (unrepairable !== null) return unrepairable;
  if (failure.failureClass === 'compile_error') {
    const tooMany = findTooManyErrors(situation);
    if (tooMany !== null) return tooMany;
  }
  if (round >= roundsMax) return `All ${roundsMax} repairs of this attempt are used up.`;
  const last = fingerprints.at(-1);
  const isKnown = last !== undefined && fingerprints.indexOf(last) < fingerprints.length - 1;
  return isKnown ? 'The repair brought no progress: the errors are the same as before.' : null;
}

function findUnrepairable({ failureClass, rule }: Failure): string | null {
  if (blockRule.test(rule)) return 'What a guard blocked is for a person to decide and not repaired.';
  if (rule === faultOfBaseRule) return 'The base commit fails in the same way, which no change mends.';
  if (!repairableClasses.includes(failureClass))
    return `A failure of the class ${failureClass} can't be repaired in the code.`;
  // Only a package that the code itself names; a tool that this machine lacks is not in the model's hands.
  const isNamedByCode = rule.startsWith('text:') && !/^text:(?:command|system-package)-missing$/.test(rule);
  return failureClass === 'dependency_missing' && !isNamedByCode
    ? 'The machine lacks a tool, which no change of the code can bring.'
    : null;
}

function findTooManyErrors({ newErrors, compileErrorsMax = 5 }: RepairSituation): string | null {
  if (newErrors === 0) return 'The compiler has no new error, so there is nothing to repair.';
  if (newErrors === null || newErrors <= compileErrorsMax) return null;
  return `The compiler has ${newErrors} new errors, more than the ${compileErrorsMax} that are worth a repair.`;
}

/** The checkpoint with fewer new errors; of two that are as good, the first. Null counts as worse than any number. */
export function betterCheckpoint<Checkpoint extends { newErrors: number | null }>(
  a: Checkpoint,
  b: Checkpoint,
): Checkpoint {
  return (b.newErrors ?? Infinity) < (a.newErrors ?? Infinity) ? b : a;
}
