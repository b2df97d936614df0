import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  escalationOptions,
  fittingOptions,
  isEscalationOption,
  optionDescriptions,
  type EscalationOption,
  type EscalationSituation,
} from '../../../domain/escalations/options.ts';
import { escalationTriggers } from '../../../domain/escalations/triggers.ts';
import { failureClasses } from '../../../domain/failures/failure-class.ts';

const situations: EscalationSituation[] = escalationTriggers.flatMap((trigger) =>
  failureClasses.flatMap((failureClass) => [true, false].map((hasChange) => ({ trigger, failureClass, hasChange }))),
);
/** The situations, as "trigger/class", in which an option is offered. */
const offered = (option: EscalationOption) =>
  situations.filter((situation) => fittingOptions(situation).includes(option));

describe('the options of an escalation', () => {
  it.each(['retry_different_approach', 'take_over', 'abort'] as const)('always include %s', (option) => {
    expect(offered(option)).toHaveLength(situations.length);
  });

  it.each([
    ['accept_as_is', ({ hasChange, trigger }: EscalationSituation) => hasChange && trigger !== 'secrets_block'],
    [
      'pivot_solution',
      ({ trigger, failureClass }: EscalationSituation) =>
        trigger === 'attempts_used_up' || failureClass === 'contract_violation',
    ],
    [
      'amend_upstream',
      ({ trigger, failureClass }: EscalationSituation) =>
        ['contract_violation', 'dependency_missing'].includes(failureClass) ||
        ['conflicting_requirements', 'dependency_failed'].includes(trigger),
    ],
    [
      'raise_budget',
      ({ trigger, failureClass }: EscalationSituation) =>
        trigger === 'budget_exceeded' || failureClass === 'budget_exceeded',
    ],
  ] as const)('include %s exactly where it fits', (option, fits) => {
    expect(offered(option)).toEqual(situations.filter(fits));
    expect(offered(option).length).toBeGreaterThan(0);
    expect(offered(option).length).toBeLessThan(situations.length);
  });

  it('never offer to accept what is not there', () => {
    expect(fittingOptions({ trigger: 'run_too_old', failureClass: 'timeout', hasChange: false })).toEqual([
      'retry_different_approach',
      'take_over',
      'abort',
    ]);
  });

  it('are shown in one order, each once', () => {
    fc.assert(
      fc.property(fc.constantFrom(...situations), (situation) => {
        const options = fittingOptions(situation);
        expect(options).toEqual(escalationOptions.filter((option) => options.includes(option)));
      }),
    );
  });

  it('each say what the run will do, and their price and odds together or not at all', () => {
    for (const option of escalationOptions) {
      const { effect, costFactor, priorProbability, advantages, disadvantages } = optionDescriptions[option];
      expect(effect).toMatch(/\.$/);
      expect(advantages.length * disadvantages.length).toBeGreaterThan(0);
      expect(costFactor === null).toBe(priorProbability === null);
      expect(priorProbability ?? 0).toBeGreaterThanOrEqual(0);
      expect(priorProbability ?? 1).toBeLessThanOrEqual(1);
    }
  });

  it('are recognised by their exact names', () => {
    expect(escalationOptions.every(isEscalationOption)).toBe(true);
    for (const other of ['Abort', '', 'toString', 'constructor']) {
      expect(isEscalationOption(other)).toBe(false);
    }
  });
});
