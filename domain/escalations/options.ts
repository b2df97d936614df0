/** What a person can answer an escalation with. */
export const escalationOptions = ['retry_different_approach', 'accept_as_is', 'abort'] as const;

export type EscalationOption = (typeof escalationOptions)[number];

/** An option as it is offered, with what the run will do. */
export interface OfferedOption {
  option: EscalationOption;
  effect: string;
}

const effects: Record<EscalationOption, string> = {
  retry_different_approach: 'A new attempt from the base commit, with your guidance and what failed as input.',
  accept_as_is: 'The last checkpoint is published as a draft pull request, and the order ends as needs_review.',
  abort: 'The order ends as failed. Its workspace is removed, the reason is kept.',
};

/**
 * The options that fit a failed attempt.
 *
 * @param situation.hasChange whether a checkpoint holds a change that could be published
 */
export function fittingOptions(situation: { hasChange: boolean }): OfferedOption[] {
  const fitting = escalationOptions.filter((option) => option !== 'accept_as_is' || situation.hasChange);
  return fitting.map((option) => ({ option, effect: effects[option] }));
}

/** Whether a text names an option. */
export function isEscalationOption(text: string): text is EscalationOption {
  return (escalationOptions as readonly string[]).includes(text);
}
