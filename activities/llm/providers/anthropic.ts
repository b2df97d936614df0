import { createAnthropic } from '@ai-sdk/anthropic';

import type { Redact } from '../../../domain/text/redact.ts';
import type { ModelProvider } from './provider.ts';
import { callThroughSdk } from './sdk-call.ts';

const defaultBaseUrl = 'https://api.anthropic.com/v1';

export interface AnthropicOptions {
  apiKey: string;
  /** With or without `/v1`: Anthropic's own tools leave it out, the SDK wants it. */
  baseUrl: string | undefined;
  redact: Redact;
}

/** Anthropic's Messages API. */
export function createAnthropicProvider(options: AnthropicOptions): ModelProvider {
  const baseUrl = (options.baseUrl ?? defaultBaseUrl).replace(/\/+$/, '');
  const anthropic = createAnthropic({
    apiKey: options.apiKey,
    // Always given: without it the SDK would read the environment itself.
    baseURL: baseUrl.endsWith('/v1') ? baseUrl : `${baseUrl}/v1`,
  });
  const identity = { title: 'Anthropic', keySetting: 'ANTHROPIC_API_KEY', redact: options.redact };
  return {
    generate: (request) => callThroughSdk(anthropic(request.providerModel), request, identity),
  };
}
