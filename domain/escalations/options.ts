import type { FailureClass } from '../failures/failure-class.ts';
import type { EscalationTrigger } from './triggers.ts';

/** What a person can answer an escalation with. */
export const escalationOptions = [
  'retry_different_approach',
  'pivot_solution',
  'amend_upstream',
  'raise_budget',
  'accept_as_is',
  'take_over',
  'abort',
] as const;

export type EscalationOption = (typeof escalationOptions)[number];

/** What is known of an option before anybody has tried it. */
export interface OptionDescription {
  /** What the run will do. */
  effect: string;
  /** Multiple of the order's estimate that it costs; null where no model is asked. */
  costFactor: number | null;
  /** How likely it leads to a completed order; null where that is not its aim. */
  priorProbability: number | null;
  advantages: readonly string[];
  disadvantages: readonly string[];
}

/** The situation that an escalation is opened in. */
export interface EscalationSituation {
  trigger: EscalationTrigger;
  failureClass: FailureClass;
  /** Whether a checkpoint holds a change that could be published. */
  hasChange: boolean;
}

export const optionDescriptions: Record<EscalationOption, OptionDescription> = {
  retry_different_approach: {
    effect: 'A new attempt from the base commit, with your guidance, what failed, and a larger view of the repository.',
    costFactor: 1.5,
    priorProbability: 0.65,
    advantages: ['Uses what the failed attempt taught.', 'You can name a model and add guidance.'],
    disadvantages: ['May fail in the same way when the guidance adds nothing.'],
  },
  pivot_solution: {
    effect: 'A new attempt with a new plan from scratch; the failed plan is named as the one not to follow.',
    costFactor: 2,
    priorProbability: 0.75,
    advantages: ['Leaves a dead end behind.'],
    disadvantages: ['The dearest option.', 'What was right in the old plan is lost, too.'],
  },
  amend_upstream: {
    effect:
      'The order parks and costs nothing until the named order is completed or you tell it to go on; then a new attempt from the newest base commit.',
    costFactor: 1.2,
    priorProbability: 0.8,
    advantages: ['Removes the cause instead of working around it.'],
    disadvantages: ['Waits for somebody else.'],
  },
  raise_budget: {
    effect: 'A new cost cap for this order; it goes on from its last checkpoint.',
    costFactor: 1,
    priorProbability: 0.85,
    advantages: ['Nothing that was paid for is lost.'],
    disadvantages: ['Costs more than was planned.'],
  },
  accept_as_is: {
    effect: 'The best checkpoint is published as a draft pull request, and the order ends as needs_review.',
    costFactor: 0,
    priorProbability: 1,
    advantages: ['Free, and at once.'],
    disadvantages: ['Its gates are not green: somebody has to finish it.'],
  },
  take_over: {
    effect:
      'The best checkpoint is pushed as a branch for you; the order waits until you say that you are done, and ends as needs_review.',
    costFactor: null,
    priorProbability: null,
    advantages: ['A person who knows the code finishes it.'],
    disadvantages: ['Takes a person’s time.'],
  },
  abort: {
    effect: 'The order ends as failed. Its workspace and its branch are removed, the reason is kept.',
    costFactor: null,
    priorProbability: null,
    advantages: ['Stops the costs.'],
    disadvantages: ['The change is not made.'],
  },
};

const fits: Record<EscalationOption, (situation: EscalationSituation) => boolean> = {
  retry_different_approach: () => true,
  pivot_solution: ({ trigger, failureClass }) =>
    trigger === 'attempts_used_up' || failureClass === 'contract_violation',
  amend_upstream: ({ trigger, failureClass }) =>
    failureClass === 'contract_violation' ||
    failureClass === 'dependency_missing' ||
    trigger === 'conflicting_requirements' ||
    trigger === 'dependency_failed',
  raise_budget: ({ trigger, failureClass }) => trigger === 'budget_exceeded' || failureClass === 'budget_exceeded',
  accept_as_is: ({ hasChange, trigger }) => hasChange && trigger !== 'secrets_block',
  take_over: () => true,
  abort: () => true,
};

/** The options that fit a situation, in the order in which they are shown. */
export function fittingOptions(situation: EscalationSituation): EscalationOption[] {
  return escalationOptions.filter((option) => fits[option](situation));
}

/** Whether a text names an option. */
export function isEscalationOption(text: string): text is EscalationOption {
  return (escalationOptions as readonly string[]).includes(text);
}
