import type { TokenUsage } from '../../../domain/budget/models.ts';

/** What the model wants to be done by whoever asked. */
export interface ToolCall {
  id: string;
  name: string;
  /** JSON, as the model wrote it. */
  input: string;
}

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: ToolCall[] }
  /** What came of a tool call. */
  | { role: 'tool'; content: string; toolCallId: string; toolName: string };

export interface ToolDefinition {
  name: string;
  description?: string | undefined;
  /** A JSON schema. */
  parameters: Record<string, unknown>;
}

export type ToolChoice = 'auto' | 'none' | 'required' | { name: string };

/** The question itself: what makes two calls the same. */
export interface Prompt {
  messages: readonly ChatMessage[];
  tools?: readonly ToolDefinition[] | undefined;
  toolChoice?: ToolChoice | undefined;
  /** The answer is to be JSON; with a schema, of that shape. */
  responseFormat?: { schema?: Record<string, unknown> | undefined; name?: string | undefined } | undefined;
  stopSequences?: readonly string[] | undefined;
}

/** Limits of one try, each in milliseconds. */
export interface CallTimeouts {
  connectMs: number;
  /** From the request to the first byte of the answer. */
  firstByteMs: number;
  /** Between two pieces of an answer. */
  stallMs: number;
  /** Of the whole try. */
  totalMs: number;
}

export interface ProviderRequest {
  /** The provider's own name of the model. */
  providerModel: string;
  /** What asks: `plan`, `edit`, `repair` or `review`. Only the scripted model looks at it. */
  step: string;
  prompt: Prompt;
  /** The answer is cut there; the provider's own limit or less. */
  outputTokensMax: number;
  contextTokensMax: number;
  timeouts: CallTimeouts;
  /** Ends the call. */
  signal: AbortSignal;
  /** Given: the answer is asked for as a stream, and every piece of it goes here as it comes. */
  onPiece?: ((piece: AnswerPiece) => void) | undefined;
}

/** A piece of an answer that is still being written. */
export type AnswerPiece =
  | { kind: 'text'; text: string }
  | { kind: 'tool-call'; index: number; id: string; name: string }
  | { kind: 'tool-input'; index: number; text: string };

/** `other`: the provider stopped for a reason that is not known here. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

export interface ProviderAnswer {
  text: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  /** The name that the provider gave the model which answered. */
  servedModel: string;
  /** Null when the provider did not say. */
  usage: TokenUsage | null;
  /** Milliseconds to the first byte; null when there was no wire. */
  firstByteMs: number | null;
  /** Whether it was played from a script. */
  scripted: boolean;
}

export interface EmbeddingRequest {
  providerModel: string;
  texts: readonly string[];
  timeouts: CallTimeouts;
  signal: AbortSignal;
}

export interface EmbeddingAnswer {
  /** One per text, in their order. */
  vectors: number[][];
  servedModel: string;
  /** Null when the provider did not count. */
  inputTokens: number | null;
}

/** One company's or server's way of answering. It tries once; the gateway alone tries again. */
export interface ModelProvider {
  /**
   * Asks once.
   *
   * @throws AppError with a code of the model calls; BrokenAnswerError when an answer stopped in its middle, also when
   *   the caller ended it there; else the signal's reason when the caller ended it
   */
  generate(request: ProviderRequest): Promise<ProviderAnswer>;
  /** Left out by providers that have no such models. Throws as `generate` does. */
  embed?(request: EmbeddingRequest): Promise<EmbeddingAnswer>;
}
