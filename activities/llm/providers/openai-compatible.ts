import { createOpenAICompatible } from '@ai-sdk/openai-compatible';

import type { Redact } from '../../../domain/text/redact.ts';
import type { ModelProvider } from './provider.ts';
import { callThroughSdk } from './sdk-call.ts';

const openAiBaseUrl = 'https://api.openai.com/v1';

export interface OpenAiCompatibleOptions {
  /** A local server may need none. */
  apiKey: string | undefined;
  /** Up to and with `/v1`; left out means OpenAI itself. */
  baseUrl: string | undefined;
  redact: Redact;
}

/** OpenAI, and every server that speaks its chat completions. */
export function createOpenAiCompatibleProvider(options: OpenAiCompatibleOptions): ModelProvider {
  const openAi = createOpenAICompatible({
    name: 'openai',
    baseURL: options.baseUrl ?? openAiBaseUrl,
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    ...(options.baseUrl === undefined ? { transformRequestBody: renameOutputLimit } : {}),
  });
  const title = options.baseUrl === undefined ? 'OpenAI' : 'The OpenAI-compatible server';
  const identity = { title, keySetting: 'OPENAI_API_KEY and OPENAI_BASE_URL', redact: options.redact };
  return {
    generate: (request) => callThroughSdk(openAi(request.providerModel), request, identity),
  };
}

/** OpenAI's reasoning models refuse `max_tokens`; other servers know only that name. */
function renameOutputLimit(body: Record<string, unknown>): Record<string, unknown> {
  const { max_tokens: outputTokensMax, ...rest } = body;
  return outputTokensMax === undefined ? rest : { ...rest, max_completion_tokens: outputTokensMax };
}
