import { isEscalationOption, type EscalationOption } from './options.ts';

/** An answer to an escalation. By signal it may leave out all but the option. */
export interface EscalationAnswer {
  option: EscalationOption;
  /** Extra guidance for a new attempt. */
  guidance?: string | undefined;
  /** The model of a new attempt; without it, the next more capable one. */
  model?: string | undefined;
  /** The new cap of the order in dollars; needed to raise the budget. */
  costCapUsd?: number | undefined;
  /** What has to change before an order that is parked goes on: a contract, a package, an order. */
  upstream?: string | undefined;
  /** An order whose completion ends the wait, by its id. */
  upstreamOrderId?: string | undefined;
  note?: string | undefined;
  /** Who answered; a signal from Temporal's own tools has no name. */
  resolvedBy?: string | undefined;
  /** The escalation that is meant; left out means the open one. */
  escalationId?: string | undefined;
}

const textLengthMax = 4_000;
const textFields = ['guidance', 'model', 'upstream', 'upstreamOrderId', 'note', 'resolvedBy', 'escalationId'] as const;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const costCapUsdMax = 100;

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
  const texts = readTexts(given);
  if (typeof texts === 'string') return texts;
  const cap = readCap(option, given['costCapUsd']);
  if (typeof cap === 'string') return cap;
  const { upstreamOrderId } = texts;
  if (upstreamOrderId !== undefined && !uuid.test(upstreamOrderId)) {
    return 'The field upstreamOrderId must be the id of an order.';
  }
  return { option, ...texts, ...cap };
}

type TextFields = Partial<Record<(typeof textFields)[number], string>>;

function readTexts(given: Record<string, unknown>): TextFields | string {
  const texts: TextFields = {};
  for (const field of textFields) {
    const text = given[field];
    if (text === undefined || text === null) continue;
    if (typeof text !== 'string') return `The field ${field} must be a text.`;
    if (text.length > textLengthMax) return `The field ${field} has more than ${textLengthMax} characters.`;
    texts[field] = text;
  }
  return texts;
}

function readCap(option: EscalationOption, value: unknown): { costCapUsd?: number } | string {
  if (value === undefined || value === null) {
    if (option !== 'raise_budget') return {};
    return 'To raise the budget, the field costCapUsd must name the new cap in dollars.';
  }
  if (typeof value !== 'number' || !(value > 0 && value <= costCapUsdMax)) {
    return `The field costCapUsd must be a number of dollars above 0 and at most ${costCapUsdMax}.`;
  }
  return { costCapUsd: value };
}
