import type { TokenUsage } from '../../../domain/budget/models.ts';

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface ProviderRequest {
  /** The provider's own name of the model. */
  providerModel: string;
  /** The step that asks: `plan` or `edit`. Only the scripted model looks at it. */
  step: string;
  messages: ChatMessage[];
  /** The answer is cut there; the provider's own limit or less. */
  outputTokensMax: number;
  contextTokensMax: number;
  /** Ends the call. Includes the time limit. */
  signal: AbortSignal;
}

/** `other`: the provider stopped for a reason that is not known here. */
export type FinishReason = 'stop' | 'length' | 'content-filter' | 'other';

export interface ProviderAnswer {
  text: string;
  finishReason: FinishReason;
  /** The name that the provider gave the model which answered. */
  servedModel: string;
  /** Null when the provider did not say. */
  usage: TokenUsage | null;
  /** Whether it was played from a script. */
  scripted: boolean;
}

/** One company's or server's way of answering. It tries once; the gateway alone tries again. */
export interface ModelProvider {
  /**
   * Asks once.
   *
   * @throws AppError with a code of the model calls; the signal's reason when the caller ended it
   */
  generate(request: ProviderRequest): Promise<ProviderAnswer>;
}
