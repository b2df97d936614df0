import type { EscalationTrigger } from '../escalations/triggers.ts';
import { faultOfBaseRule, type Failure } from '../failures/failure-class.ts';
import type { Guard } from '../guards/guard.ts';

/** What comes after a failed attempt. */
export interface Rung {
  kind: 'same_model' | 'more_capable' | 'escalate';
  /** Null unless a person is asked. */
  trigger: EscalationTrigger | null;
  /** One sentence for a person. */
  reason: string;
}

export interface FailedAttempt {
  /** Number of the attempt that failed; the first is 1. */
  attempt: number;
  attemptsMax?: number;
  failure: Failure;
  /** The guard that blocked the change, when one did. */
  blockedBy: Guard | null;
}

const guardTriggers: Record<Guard, EscalationTrigger> = {
  tamper: 'tamper_block',
  size: 'size_block',
  secrets: 'secrets_block',
  paths: 'paths_block',
};

const faultRules = [
  'typed:provider-unauthorized',
  'typed:no-model',
  'typed:branch-taken',
  'typed:script-without-reply',
  'typed:disk-full',
];

/** Chooses between a new attempt and a person. What another attempt would meet again goes to a person at once. */
export function nextRung({ attempt, attemptsMax = 3, failure, blockedBy }: FailedAttempt): Rung {
  const direct = findDirectTrigger(failure, blockedBy);
  if (direct !== null) return { kind: 'escalate', ...direct };
  if (attempt >= attemptsMax) {
    const reason = `All ${attemptsMax} attempts failed, the last with ${failure.failureClass}.`;
    return { kind: 'escalate', trigger: 'attempts_used_up', reason };
  }
  return attempt <= 1
    ? {
        kind: 'same_model',
        trigger: null,
        reason: `The first attempt failed with ${failure.failureClass}: the same model tries again and is told what failed.`,
      }
    : {
        kind: 'more_capable',
        trigger: null,
        reason: `Attempt ${attempt} failed with ${failure.failureClass}: a more capable model tries.`,
      };
}

function findDirectTrigger(failure: Failure, blockedBy: Guard | null): Omit<Rung, 'kind'> | null {
  if (blockedBy !== null) {
    return { trigger: guardTriggers[blockedBy], reason: `The ${blockedBy} guard blocked the change.` };
  }
  const { rule, subReason, failureClass } = failure;
  if (rule === 'typed:gate-redefined') {
    return { trigger: 'tamper_block', reason: 'The change redefines the gate that should prove it.' };
  }
  if (rule === 'typed:budget-exceeded' || (failureClass === 'budget_exceeded' && subReason === 'money_out')) {
    return { trigger: 'budget_exceeded', reason: 'There is no money left for another attempt.' };
  }
  if (rule === faultOfBaseRule) {
    return {
      trigger: 'provider_or_forge_fault',
      reason: 'The base commit fails in the same way, and another attempt would meet the same.',
    };
  }
  if (subReason === 'credentials' || subReason === 'forge' || faultRules.includes(rule)) {
    const reason = 'A provider, the forge or this machine refuses, and another attempt would meet the same.';
    return { trigger: 'provider_or_forge_fault', reason };
  }
  return null;
}
