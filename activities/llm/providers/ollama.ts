import { z } from 'zod';

import { estimateTokens } from '../../../domain/budget/models.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Redact } from '../../../domain/text/redact.ts';
import { measurePrompt } from '../prompt.ts';
import type { FinishReason, ModelProvider, ProviderAnswer, ProviderRequest } from './provider.ts';
import { toBadAnswerError, toConnectionError, toResponseError, type ProviderIdentity } from './provider-error.ts';

export interface OllamaOptions {
  baseUrl: string;
  redact: Redact;
}

const answerSchema = z.object({
  model: z.string(),
  message: z.object({ content: z.string() }),
  done_reason: z.string().optional(),
  prompt_eval_count: z.number().int().optional(),
  eval_count: z.number().int().optional(),
});

/** Contexts are asked for in these steps, so that prompts of nearly one size don't make Ollama load the model again. */
const contextStepTokens = 4_096;

/**
 * Ollama's own API, not its OpenAI-compatible one: only here can the context be set. With its default of 4,096 tokens
 * it cuts the start of longer prompts without a word.
 */
export function createOllamaProvider(options: OllamaOptions): ModelProvider {
  const identity = { title: 'Ollama', keySetting: 'OLLAMA_BASE_URL', redact: options.redact };
  return {
    async generate(request) {
      const contextTokens = chooseContext(request);
      const response = await post(new URL('/api/chat', options.baseUrl), toBody(request, contextTokens), {
        signal: request.signal,
        identity,
      });
      const answer = answerSchema.safeParse(response);
      if (!answer.success) throw toBadAnswerError(identity, z.prettifyError(answer.error));
      return toAnswer(answer.data);
    },
  };
}

function chooseContext(request: ProviderRequest): number {
  const needed = estimateTokens(measurePrompt(request.messages)) + request.outputTokensMax;
  if (needed > request.contextTokensMax) {
    throw new AppError(
      'context-exceeded',
      `The request needs about ${needed} tokens and ${request.providerModel} holds ${request.contextTokensMax}. Narrow the files in scope, or choose a model with a larger context.`,
    );
  }
  return Math.min(request.contextTokensMax, Math.ceil(needed / contextStepTokens) * contextStepTokens);
}

function toBody(request: ProviderRequest, contextTokens: number): unknown {
  return {
    model: request.providerModel,
    messages: request.messages,
    stream: false,
    options: { num_ctx: contextTokens, num_predict: request.outputTokensMax },
  };
}

interface CallOptions {
  signal: AbortSignal;
  identity: ProviderIdentity;
}

async function post(url: URL, body: unknown, { signal, identity }: CallOptions): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    const headers = { 'content-type': 'application/json' };
    response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw toConnectionError(identity, error);
  }
  if (!response.ok) {
    const refused = { status: response.status, headers: Object.fromEntries(response.headers), body: text };
    throw toResponseError(identity, refused, new Date());
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw toBadAnswerError(identity, String(error));
  }
}

function toAnswer(answer: z.infer<typeof answerSchema>): ProviderAnswer {
  const { prompt_eval_count: inputTokens, eval_count: outputTokens, done_reason: reason } = answer;
  const isCounted = inputTokens !== undefined && outputTokens !== undefined;
  return {
    text: answer.message.content,
    finishReason: toFinishReason(reason),
    servedModel: `ollama/${answer.model}`,
    usage: isCounted ? { inputTokens, outputTokens, cachedInputTokens: 0 } : null,
    scripted: false,
  };
}

function toFinishReason(reason: string | undefined): FinishReason {
  // Old servers give no reason.
  if (reason === undefined) return 'stop';
  return reason === 'stop' || reason === 'length' ? reason : 'other';
}
