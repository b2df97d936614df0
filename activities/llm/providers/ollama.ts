import { z } from 'zod';

import { estimateTokens } from '../../../domain/budget/models.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Redact } from '../../../domain/text/redact.ts';
import { measurePrompt } from '../prompt.ts';
import { readOllamaAnswer, readOllamaStream } from './ollama-answer.ts';
import type { CallTimeouts, ChatMessage, ModelProvider, ProviderRequest } from './provider.ts';
import { parseJson, toBadAnswerError, type ProviderIdentity } from './provider-error.ts';
import { postJson, type WireAnswer, type WireReport } from './provider-wire.ts';
import { parseToolInput } from './tool-calls.ts';

export interface OllamaOptions {
  baseUrl: string;
  redact: Redact;
}

const embeddingSchema = z.object({
  model: z.string(),
  embeddings: z.array(z.array(z.number())),
  prompt_eval_count: z.number().int().optional(),
});

/** Contexts are asked for in these steps, so that prompts of nearly one size don't make Ollama load the model again. */
const contextStepTokens = 4_096;

/**
 * Ollama's own API, not its OpenAI-compatible one: only here can the context be set. With its default of 4,096 tokens
 * it cuts the start of longer prompts without a word.
 */
export function createOllamaProvider({ baseUrl, redact }: OllamaOptions): ModelProvider {
  const identity = { title: 'Ollama', keySetting: 'OLLAMA_BASE_URL', redact };
  return {
    async generate(request) {
      const body = toBody(request, chooseContext(request));
      const report: WireReport = { firstByteMs: null, error: null };
      const response = await post(new URL('/api/chat', baseUrl), body, { ...request, identity, report });
      const read = request.onPiece === undefined ? readOllamaAnswer : readOllamaStream;
      return await read(response, { request, identity, report });
    },
    async embed(request) {
      const report: WireReport = { firstByteMs: null, error: null };
      const body = { model: request.providerModel, input: request.texts, truncate: false };
      const response = await post(new URL('/api/embed', baseUrl), body, { ...request, identity, report });
      const parsed = embeddingSchema.safeParse(parseJson(await response.text(), identity));
      if (!parsed.success || parsed.data.embeddings.length !== request.texts.length) {
        throw toBadAnswerError(identity, parsed.error?.message ?? 'not one vector per text');
      }
      const { embeddings: vectors, model, prompt_eval_count: inputTokens } = parsed.data;
      return { vectors, servedModel: `ollama/${model}`, inputTokens: inputTokens ?? null };
    },
  };
}

function chooseContext(request: ProviderRequest): number {
  const needed = estimateTokens(measurePrompt(request.prompt)) + request.outputTokensMax;
  if (needed > request.contextTokensMax) {
    throw new AppError(
      'context-exceeded',
      `The request needs about ${needed} tokens and ${request.providerModel} holds ${request.contextTokensMax}. Narrow the files in scope, or choose a model with a larger context.`,
    );
  }
  return Math.min(request.contextTokensMax, Math.ceil(needed / contextStepTokens) * contextStepTokens);
}

function toBody(request: ProviderRequest, contextTokens: number): unknown {
  const { messages, tools, responseFormat, stopSequences: stop } = request.prompt;
  return {
    model: request.providerModel,
    messages: messages.map(toMessage),
    stream: request.onPiece !== undefined,
    options: { num_ctx: contextTokens, num_predict: request.outputTokensMax, ...(stop === undefined ? {} : { stop }) },
    ...(responseFormat === undefined ? {} : { format: responseFormat.schema ?? 'json' }),
    ...(tools === undefined || tools.length === 0
      ? {}
      : { tools: tools.map((definition) => ({ type: 'function', function: definition })) }),
  };
}

function toMessage(message: ChatMessage): unknown {
  if (message.role === 'tool') return { role: 'tool', content: message.content, tool_name: message.toolName };
  if (message.role !== 'assistant' || message.toolCalls === undefined) {
    return { role: message.role, content: message.content };
  }
  const calls = message.toolCalls.map(({ name, input }) => ({ function: { name, arguments: parseToolInput(input) } }));
  return { role: 'assistant', content: message.content, tool_calls: calls };
}

interface PostOptions {
  signal: AbortSignal;
  timeouts: CallTimeouts;
  identity: ProviderIdentity;
  report: WireReport;
}

/** @returns a 2xx response */
async function post(url: URL, body: unknown, options: PostOptions): Promise<WireAnswer> {
  const { signal, timeouts, identity, report } = options;
  const message = { url: url.href, headers: {}, body, signal };
  try {
    return await postJson(message, { identity, timeouts, report });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
