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
