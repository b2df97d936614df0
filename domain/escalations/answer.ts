import { isEscalationOption, type EscalationOption } from './options.ts';

/** An answer to an escalation. By signal it may leave out all but the option. */
export interface EscalationAnswer {
  option: EscalationOption;
  /** Extra guidance for a new attempt. */
  guidance?: string | undefined;
  note?: string | undefined;
  /** Who answered; a signal from Temporal's own tools has no name. */
  resolvedBy?: string | undefined;
  /** The escalation that is meant; left out means the open one. */
  escalationId?: string | undefined;
}

const textLengthMax = 4_000;
const textFields = ['guidance', 'note', 'resolvedBy', 'escalationId'] as const;

/**
 * An answer as it came over the wire: a signal can be typed by hand and hold anything.
 *
 * @returns the answer, or one sentence that says what is wrong with it
 */
export function parseAnswer(value: unknown): EscalationAnswer | string {
  if (typeof value !== 'object' || value === null) return 'The answer must be an object such as {"option":"abort"}.';
  const given = value as Record<string, unknown>;
  const { option } = given;
  if (typeof option !== 'string' || !isEscalationOption(option)) {
    return `"${String(option).slice(0, 50)}" is not an option.`;
  }
  const answer: EscalationAnswer = { option };
  for (const field of textFields) {
    const text = given[field];
    if (text === undefined || text === null) continue;
    if (typeof text !== 'string') return `The field ${field} must be a text.`;
    if (text.length > textLengthMax) return `The field ${field} has more than ${textLengthMax} characters.`;
    answer[field] = text;
  }
  return answer;
}
