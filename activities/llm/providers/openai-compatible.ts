import { z } from 'zod';

import type { Redact } from '../../../domain/text/redact.ts';
import { BrokenAnswerError } from './broken-answer.ts';
import { readChatCompletion } from './chat-answer.ts';
import { toChatBody } from './chat-body.ts';
import { readChatStream } from './chat-stream.ts';
import type { CallTimeouts, EmbeddingAnswer, EmbeddingRequest, ModelProvider, ProviderRequest } from './provider.ts';
import { parseJson, toBadAnswerError, type ProviderIdentity } from './provider-error.ts';
import { postJson, type WireAnswer, type WireReport } from './provider-wire.ts';

const openAiBaseUrl = 'https://api.openai.com/v1';

export interface OpenAiCompatibleOptions {
  /** A local server may need none. */
  apiKey: string | undefined;
  /** Up to and with `/v1`; left out means OpenAI itself. */
  baseUrl: string | undefined;
  redact: Redact;
}

const embeddingsSchema = z.object({
  data: z.array(z.object({ embedding: z.array(z.number()) })),
  usage: z.object({ prompt_tokens: z.number().nullish() }).nullish(),
});

/** A server, and how it is asked: what it answers is 2xx. */
interface Server {
  identity: ProviderIdentity;
  post(path: string, body: unknown, call: SentCall): Promise<WireAnswer>;
}

interface SentCall {
  signal: AbortSignal;
  timeouts: CallTimeouts;
  report: WireReport;
}

/**
 * OpenAI, and every server that speaks its chat completions and embeddings. Spoken here and not through the AI SDK, whose
 * share of a call was larger than that of the ledger (`docs/adr/2026-11-22-openai-dialect-of-our-own.md`).
 */
export function createOpenAiCompatibleProvider(options: OpenAiCompatibleOptions): ModelProvider {
  const { apiKey, baseUrl, redact } = options;
  const title = baseUrl === undefined ? 'OpenAI' : 'The OpenAI-compatible server';
  const identity = { title, keySetting: 'OPENAI_API_KEY and OPENAI_BASE_URL', redact };
  const root = (baseUrl ?? openAiBaseUrl).replace(/\/+$/, '');
  const headers = {
    'user-agent': 'ratchet',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const server: Server = {
    identity,
    post: (path, body, { signal, ...wire }) =>
      postJson({ url: `${root}${path}`, headers, body, signal }, { identity, ...wire }),
  };
  const toBody = baseUrl === undefined ? toOpenAiBody : toChatBody;
  return {
    generate: (request) => ending(request.signal, () => generate(server, toBody(request), request)),
    embed: (request) => ending(request.signal, () => embed(server, request)),
  };
}

/** OpenAI's reasoning models refuse `max_tokens`; other servers know only that name. */
function toOpenAiBody(request: ProviderRequest): Record<string, unknown> {
  const { max_tokens: outputTokensMax, ...rest } = toChatBody(request);
  return { ...rest, max_completion_tokens: outputTokensMax };
}

/** A call that the caller ended throws the caller's reason, unless a part of its answer was there. */
async function ending<Answer>(signal: AbortSignal, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw signal.aborted && !(error instanceof BrokenAnswerError) ? signal.reason : error;
  }
}

async function generate(server: Server, body: unknown, request: ProviderRequest) {
  const { signal, timeouts } = request;
  const { identity } = server;
  const report: WireReport = { firstByteMs: null, error: null };
  const response = await server.post('/chat/completions', body, { signal, timeouts, report });
  const options = { request, identity, report };
  if (request.onPiece !== undefined) return readChatStream(response.chunks, options);
  return readChatCompletion(await response.text(), options);
}

async function embed(server: Server, request: EmbeddingRequest): Promise<EmbeddingAnswer> {
  const { providerModel, texts, signal, timeouts } = request;
  const body = { model: providerModel, input: texts, encoding_format: 'float' };
  const report: WireReport = { firstByteMs: null, error: null };
  const response = await server.post('/embeddings', body, { signal, timeouts, report });
  const parsed = embeddingsSchema.safeParse(parseJson(await response.text(), server.identity));
  if (!parsed.success || parsed.data.data.length !== texts.length) {
    throw toBadAnswerError(server.identity, parsed.error?.message ?? 'not one vector per text');
  }
  const { data, usage } = parsed.data;
  const vectors = data.map(({ embedding }) => embedding);
  return { vectors, servedModel: providerModel, inputTokens: usage?.prompt_tokens ?? null };
}
