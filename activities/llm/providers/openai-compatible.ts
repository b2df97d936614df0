import { createOpenAICompatible } from '@ai-sdk/openai-compatible';

import type { Redact } from '../../../domain/text/redact.ts';
import { memoized } from './memoized.ts';
import { providerFetch } from './provider-fetch.ts';
import type { ModelProvider } from './provider.ts';
import { callThroughSdk } from './sdk-call.ts';
import { embedThroughSdk } from './sdk-embed.ts';

const openAiBaseUrl = 'https://api.openai.com/v1';

export interface OpenAiCompatibleOptions {
  /** A local server may need none. */
  apiKey: string | undefined;
  /** Up to and with `/v1`; left out means OpenAI itself. */
  baseUrl: string | undefined;
  redact: Redact;
}

/** OpenAI, and every server that speaks its chat completions and embeddings. */
export function createOpenAiCompatibleProvider(options: OpenAiCompatibleOptions): ModelProvider {
  const { apiKey, baseUrl, redact } = options;
  const title = baseUrl === undefined ? 'OpenAI' : 'The OpenAI-compatible server';
  const identity = { title, keySetting: 'OPENAI_API_KEY and OPENAI_BASE_URL', redact };
  const openAi = createOpenAICompatible({
    name: 'openai',
    baseURL: baseUrl ?? openAiBaseUrl,
    fetch: providerFetch,
    // Without it a stream has no count of tokens.
    includeUsage: true,
    // Left out the schema would not be sent; which models take one says the price table.
    supportsStructuredOutputs: true,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseUrl === undefined ? { transformRequestBody: renameOutputLimit } : {}),
  });
  const modelOf = memoized((name) => openAi(name));
  return {
    generate: (request) => callThroughSdk(modelOf(request.providerModel), request, identity),
    embed: (request) => embedThroughSdk(openAi.embeddingModel(request.providerModel), request, identity),
  };
}

/** OpenAI's reasoning models refuse `max_tokens`; other servers know only that name. */
function renameOutputLimit(body: Record<string, unknown>): Record<string, unknown> {
  const { max_tokens: outputTokensMax, ...rest } = body;
  return outputTokensMax === undefined ? rest : { ...rest, max_completion_tokens: outputTokensMax };
}
