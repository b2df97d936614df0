import { randomUUID } from 'node:crypto';

/** Servers may leave it out, and those of a conversation must differ: another provider may go on with it. */
export function toCallId(id: string | null | undefined): string {
  return id === undefined || id === null || id === '' ? `call_${randomUUID()}` : id;
}

/**
 * The input of a tool call as a value. A model may have written something that is no JSON: it was paid for and is passed
 * on, so that whoever gets it sees the model's own words.
 */
export function parseToolInput(input: string): unknown {
  try {
    return JSON.parse(input === '' ? '{}' : input);
  } catch {
    return { unreadable: input };
  }
}
