/** The three ways in which providers speak. */
export type DialectName = 'anthropic' | 'openai' | 'ollama';

/** How an answer ends. `unknown`: for a reason that no client knows. */
export type StopKind = 'end' | 'length' | 'refusal' | 'tools' | 'unknown';

/** Tokens as a provider counts them; those of the cache are part of the input. */
export interface WireUsage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  cacheWriteInputTokens?: number;
}

/** An answer, before it is written in a dialect. */
export interface WireAnswer {
  model: string;
  text: string;
  stop: StopKind;
  /** Null leaves the counts out. */
  usage: WireUsage | null;
  toolCall?: { id: string; name: string; input: Record<string, unknown> } | undefined;
}

/** An error as a provider names it. */
export interface WireError {
  /** Such as `overloaded_error`. */
  kind: string;
  message: string;
}

/** What one dialect puts on the wire. */
export interface Dialect {
  /** Where it is asked for an answer. */
  path: string;
  streamType: string;
  whole(answer: WireAnswer): string;
  begin(answer: WireAnswer): string;
  piece(answer: WireAnswer, text: string): string;
  end(answer: WireAnswer): string;
  /** Body of a response that is not 2xx. */
  error(error: WireError): string;
  /** An error that comes as data, in a stream that had begun with 200. */
  streamError(error: WireError): string;
  /** JSON without what makes an answer. */
  wrongSchema(isStream: boolean): string;
  /** One line of a stream that is no JSON. */
  malformedLine: string;
}
