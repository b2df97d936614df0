import { describe, expect, it } from 'vitest';

import { toResponseError } from '../../../activities/llm/providers/provider-error.ts';

const identity = { title: 'The server', keySetting: 'OPENAI_API_KEY', redact: (text: string) => text };
const now = new Date('2026-01-01T00:00:00Z');

function codeOf(status: number, body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return toResponseError(identity, { status, headers: {}, body: text }, now).code;
}

const error = (message: string, kinds: object = {}) => ({ error: { message, ...kinds } });

/** Numbers and names differ from what the servers said; the words around them are what is looked for. */
const tooLong: readonly [server: string, status: number, body: unknown][] = [
  ['OpenAI', 400, error('Too long.', { type: 'invalid_request_error', code: 'context_length_exceeded' })],
  ['vLLM', 400, { object: 'error', message: "This model's maximum context length is 4096 tokens.", code: 400 }],
  ['vLLM, of a prompt', 400, error('The decoder prompt is longer than the maximum model length of 4096.')],
  ['SGLang', 400, error("The input (9000 tokens) is longer than the model's context length (8192 tokens).")],
  ['llama.cpp', 400, error('No room.', { code: 400, type: 'exceed_context_size_error' })],
  ['llama.cpp, older', 500, error('the request exceeds the available context size. try increasing it')],
  ['LM Studio', 400, { error: 'The model is loaded with context length of only 4096 tokens, which is not enough.' }],
  ['Mistral', 400, { object: 'error', message: 'Prompt contains 40000 tokens, too large for model with 32768' }],
  ['Gemini', 400, [error('The input token count (1200000) exceeds the maximum number of tokens allowed.')]],
  ['xAI', 400, { code: 'invalid-argument', error: "This model's maximum prompt length is 131072 tokens." }],
  ['Cerebras', 400, { message: 'Too long.', type: 'invalid_request_error', code: 'context_length_exceeded' }],
  ['Groq', 413, error('Request too large: tokens per minute.', { type: 'tokens', code: 'rate_limit_exceeded' })],
  ['Together', 422, error('`inputs` tokens + `max_new_tokens` must be <= 8193.', { type: 'invalid_request_error' })],
  ['Fireworks', 400, error('The prompt is too long: 140000, model maximum context length: 131071')],
  ['LiteLLM', 400, error('litellm.ContextWindowExceededError: no.', { type: null, code: '400' })],
  ['OpenRouter, in a stream', 200, error('prompt is too long: 1284668 tokens', { code: 400 })],
  [
    'OpenRouter, for another',
    400,
    error('Provider returned error', { code: 400, metadata: { raw: '{"message":"over the maximum context length"}' } }),
  ],
];

describe('what a server says when it refuses', () => {
  it.each(tooLong)('is a request too long: %s', (_server, status, body) => {
    expect(codeOf(status, body)).toBe('context-exceeded');
  });

  it.each([
    ['Azure', 400, error('The response was filtered.', { code: 'content_filter', param: 'prompt' })],
    ['OpenAI', 400, error('Your prompt was flagged.', { code: 'invalid_prompt' })],
    ['OpenRouter', 403, error('The model requires moderation and your input was flagged for "x".', { code: 403 })],
    ['xAI', 403, { code: 'permission-denied', error: 'Content violates usage guidelines.' }],
    ['DeepSeek', 400, error('Content Exists Risk', { type: 'invalid_request_error' })],
  ])('is its policy: %s', (_server, status, body) => {
    expect(codeOf(status, body)).toBe('provider-refused');
  });

  it.each([
    ['OpenAI', 429, error('No.', { type: 'insufficient_quota' })],
    ['OpenRouter', 402, error('Insufficient credits', { code: 402 })],
    ['OpenRouter, in a stream', 200, error('Insufficient credits', { code: 402 })],
    ['xAI', 403, { code: 'x', error: 'Your team has either used all available credits or reached its limit.' }],
  ])('is an unpaid bill: %s', (_server, status, body) => {
    expect(codeOf(status, body)).toBe('provider-money-out');
  });

  it.each([
    [403, error('This key may not use the model.'), 'provider-unauthorized'],
    [429, error('Too many tokens for your context window. Slow down.'), 'provider-rate-limited'],
    [200, error('Slow down.', { code: 429 }), 'provider-rate-limited'],
    [200, error('Slow down.', { code: '429', type: 'None' }), 'provider-rate-limited'],
    [200, error('Bad gateway.', { code: 502 }), 'provider-unavailable'],
    [200, error('Who are you?', { code: 401 }), 'provider-unauthorized'],
    [200, error('No.', { code: 1234 }), 'provider-refused'],
    [400, error("'max_tokens' is too large."), 'provider-refused'],
    [301, '<html>Moved</html>', 'provider-refused'],
    [503, '<html>Away</html>', 'provider-unavailable'],
  ])('is something else: %i %j', (status, body, code) => {
    expect(codeOf(status, body)).toBe(code);
  });

  it('asks for patience with any status', () => {
    const away = { status: 503, headers: { 'retry-after': '7' }, body: '' };
    expect(toResponseError(identity, away, now).retryAfterMs).toBe(7_000);
  });
});
