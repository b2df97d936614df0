/** Why a person is asked. One escalation is open at a time for each order and trigger. */
export const escalationTriggers = [
  'attempts_used_up',
  'cost_over_estimate',
  'run_too_old',
  'tamper_block',
  'size_block',
  'secrets_block',
  'paths_block',
  'conflicting_requirements',
  'ci_red',
  'provider_or_forge_fault',
  'budget_exceeded',
  'dependency_failed',
] as const;

export type EscalationTrigger = (typeof escalationTriggers)[number];
