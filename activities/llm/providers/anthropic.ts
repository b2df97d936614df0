import { createAnthropic } from '@ai-sdk/anthropic';

import type { Redact } from '../../../domain/text/redact.ts';
import type { ModelProvider } from './provider.ts';
import { memoized } from './memoized.ts';
import { providerFetch } from './provider-fetch.ts';
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
  const given = (options.baseUrl ?? defaultBaseUrl).replace(/\/+$/, '');
  // Always given: without it the SDK would read the environment itself.
  const baseURL = given.endsWith('/v1') ? given : `${given}/v1`;
  const { apiKey, redact } = options;
  const identity = { title: 'Anthropic', keySetting: 'ANTHROPIC_API_KEY', redact };
  const anthropic = createAnthropic({ apiKey, baseURL, fetch: providerFetch });
  const modelOf = memoized((name) => anthropic(name));
  return { generate: (request) => callThroughSdk(modelOf(request.providerModel), request, identity) };
}
