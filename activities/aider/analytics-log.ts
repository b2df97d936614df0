import { readFile } from 'node:fs/promises';

import { z } from 'zod';

/** Tokens as the editor itself noted them. */
export interface LoggedTokens {
  inputTokens: number;
  outputTokens: number;
}

const entrySchema = z.object({
  event: z.literal('message_send'),
  properties: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }),
});

/**
 * Sums the calls that Aider's analytics log names: exact numbers, other than those it prints.
 *
 * @param file one JSON document per line; a call that failed has no `message_send` in it
 * @returns null when there is no log
 */
export async function readAnalyticsLog(file: string): Promise<LoggedTokens | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const sums = { inputTokens: 0, outputTokens: 0 };
  for (const line of text.split('\n')) {
    const entry = entrySchema.safeParse(parseLine(line));
    if (!entry.success) continue;
    sums.inputTokens += entry.data.properties.prompt_tokens;
    sums.outputTokens += entry.data.properties.completion_tokens;
  }
  return sums;
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The last line of an editor that was ended while it wrote.
    return null;
  }
}
