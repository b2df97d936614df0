import { z } from 'zod';

import { AppError } from '../../../domain/errors.ts';
import type { Redact } from '../../../domain/text/redact.ts';
import { BrokenAnswerError } from './broken-answer.ts';
import { readChatCompletion } from './chat-answer.ts';
import { toChatBody } from './chat-body.ts';
import { readChatStream } from './chat-stream.ts';
import { memoized } from './memoized.ts';
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
  // OpenAI's reasoning models refuse `max_tokens`; most other servers know only that name.
  const changes = baseUrl === undefined ? [toNewerLimit] : [];
  const changesOf = memoized(() => [...changes]);
  return {
    generate: (request) => ending(request.signal, () => generate(server, request, changesOf(request.providerModel))),
    embed: (request) => ending(request.signal, () => embed(server, request)),
  };
}

type ChatBody = Record<string, unknown>;
type BodyChange = (body: ChatBody) => ChatBody;

function toNewerLimit({ max_tokens: outputTokensMax, ...rest }: ChatBody): ChatBody {
  return { ...rest, max_completion_tokens: outputTokensMax };
}

function withoutStreamOptions({ stream_options: _options, ...rest }: ChatBody): ChatBody {
  return rest;
}

/** What to ask otherwise when a refusal has this word: Azure wants the newer limit, Mistral counts without being asked. */
const changesByWord: readonly (readonly [word: string, change: BodyChange])[] = [
  ['max_completion_tokens', toNewerLimit],
  ['stream_options', withoutStreamOptions],
];

/** The change that a refusal asks for and that was not made yet. A refused request was not read and costs nothing. */
function findChange(error: unknown, made: readonly BodyChange[]): BodyChange | undefined {
  if (!(error instanceof AppError) || error.code !== 'provider-refused') return undefined;
  const detail = String(error.context['detail']);
  return changesByWord.find(([word, change]) => detail.includes(word) && !made.includes(change))?.[1];
}

/** A call that the caller ended throws the caller's reason, unless a part of its answer was there. */
async function ending<Answer>(signal: AbortSignal, run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run();
  } catch (error) {
    throw signal.aborted && !(error instanceof BrokenAnswerError) ? signal.reason : error;
  }
}

/** @param changes to the body that this model is known to need; what it turns out to need is added */
async function generate(server: Server, request: ProviderRequest, changes: BodyChange[]) {
  const { identity } = server;
  const report: WireReport = { firstByteMs: null, error: null };
  const response = await postChat(server, request, { changes, report });
  const options = { request, identity, report };
  if (request.onPiece !== undefined) return readChatStream(response.chunks, options);
  return readChatCompletion(await response.text(), options);
}

async function postChat(
  server: Server,
  request: ProviderRequest,
  { changes, report }: { changes: BodyChange[]; report: WireReport },
): Promise<WireAnswer> {
  const { signal, timeouts } = request;
  for (;;) {
    const made = [...changes];
    const body = made.reduce((changed, change) => change(changed), toChatBody(request));
    try {
      return await server.post('/chat/completions', body, { signal, timeouts, report });
    } catch (error) {
      const change = findChange(error, made);
      if (change === undefined) throw error;
      if (!changes.includes(change)) changes.push(change);
    }
  }
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
  // Gemini counts none. Zero would make the call free.
  const inputTokens = usage?.prompt_tokens === 0 ? null : (usage?.prompt_tokens ?? null);
  const vectors = data.map(({ embedding }) => embedding);
  return { vectors, servedModel: providerModel, inputTokens };
}
