import { createParser } from 'eventsource-parser';
import { z } from 'zod';

import type { TokenUsage } from '../../../domain/budget/models.ts';
import { AppError } from '../../../domain/errors.ts';
import { toStreamFailure } from './broken-answer.ts';
import {
  chatContentSchema,
  chatUsageSchema,
  chatWordsSchema,
  refuseToldError,
  servedModelSchema,
  toFinishReason,
  toUsage,
} from './chat-answer.ts';
import type { ProviderAnswer, ProviderRequest } from './provider.ts';
import { parseJson, toBadAnswerError, type ProviderIdentity } from './provider-error.ts';
import type { ReadOptions } from './provider-wire.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { toCallId } from './tool-calls.ts';

const toolDeltaSchema = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z.object({ name: chatWordsSchema, arguments: chatWordsSchema }).nullish(),
});

const deltaSchema = z.object({
  content: chatContentSchema,
  reasoning_content: chatWordsSchema,
  reasoning: chatWordsSchema,
  refusal: chatWordsSchema,
  tool_calls: z.array(toolDeltaSchema).nullish(),
});

const chunkSchema = z.object({
  model: servedModelSchema,
  choices: z.array(z.object({ finish_reason: z.string().nullish(), delta: deltaSchema.nullish() })),
  usage: chatUsageSchema,
});

type Delta = z.infer<typeof deltaSchema>;
type ToolDelta = z.infer<typeof toolDeltaSchema>;

/** A tool call whose name has not come yet has not begun for anybody else. */
interface OpenToolCall {
  id: string | null;
  hasBegun: boolean;
  /** What came of its input before its name. */
  waiting: string;
}

/**
 * Reads a stream of chat completion chunks to its end and passes its pieces on.
 *
 * @throws as `generate` of a provider
 */
export async function readChatStream(
  chunks: AsyncIterable<Buffer>,
  { request, identity, report }: ReadOptions,
): Promise<ProviderAnswer> {
  const reader = new ChatStreamReader(request, identity);
  const failure = await readAll(chunks, reader);
  const { answer, usage } = reader;
  if (failure === null) {
    const servedModel = answer.servedModel ?? request.providerModel;
    const { firstByteMs } = report;
    return { ...answer.whole(), finishReason: reader.finishReason(), servedModel, usage, firstByteMs, scripted: false };
  }
  const reason: unknown = request.signal.aborted ? request.signal.reason : (report.error ?? failure);
  throw toStreamFailure(reason, { signal: request.signal, identity }, { bytes: answer.bytes, usage });
}

/** @returns why there is no whole answer, or null */
async function readAll(chunks: AsyncIterable<Buffer>, reader: ChatStreamReader): Promise<unknown> {
  const parser = createParser({ onEvent: ({ data }) => reader.take(data) });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
    return reader.findFailure();
  } catch (error) {
    return reader.failure ?? error;
  }
}

class ChatStreamReader {
  readonly answer: StreamedAnswer;
  /** The last count that came. */
  usage: TokenUsage | null = null;
  /** The first thing that was wrong; what comes after it is read all the same, because it is billed. */
  failure: AppError | null = null;

  readonly #identity: ProviderIdentity;
  readonly #toolCalls = new Map<number, OpenToolCall>();
  #finish: string | null = null;
  #isRefusal = false;

  constructor(request: ProviderRequest, identity: ProviderIdentity) {
    this.answer = new StreamedAnswer(request.onPiece ?? (() => undefined));
    this.#identity = identity;
  }

  /** @param data of one event */
  take(data: string): void {
    if (data === '[DONE]') return;
    try {
      this.#takeChunk(parseJson(data, this.#identity));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.failure ??= error;
    }
  }

  finishReason() {
    return toFinishReason(this.#finish, this.#isRefusal);
  }

  /** @returns why the stream, which has ended, is no whole answer, or null */
  findFailure(): AppError | null {
    if (this.failure !== null) return this.failure;
    if (this.#finish === null) return toBadAnswerError(this.#identity, 'The stream ended without a finish reason.');
    const hasUnnamed = [...this.#toolCalls.values()].some(({ hasBegun }) => !hasBegun);
    return hasUnnamed ? toBadAnswerError(this.#identity, 'A tool call has no name.') : null;
  }

  #takeChunk(value: unknown): void {
    refuseToldError(value, this.#identity);
    const parsed = chunkSchema.safeParse(value);
    if (!parsed.success) throw toBadAnswerError(this.#identity, z.prettifyError(parsed.error));
    const { model, choices, usage } = parsed.data;
    this.answer.servedModel ??= model;
    this.usage = toUsage(usage) ?? this.usage;
    const [choice] = choices;
    if (choice === undefined) return;
    this.#finish = choice.finish_reason ?? this.#finish;
    if (choice.delta !== undefined && choice.delta !== null) this.#takeDelta(choice.delta);
  }

  #takeDelta({ content, reasoning_content, reasoning, refusal, tool_calls: toolCalls }: Delta): void {
    this.answer.addThought(reasoning_content === '' ? reasoning : reasoning_content);
    this.#isRefusal ||= refusal !== '';
    const text = content + refusal;
    if (text !== '') this.answer.addText(text);
    for (const toolDelta of toolCalls ?? []) this.#takeToolDelta(toolDelta);
  }

  #takeToolDelta(delta: ToolDelta): void {
    const call = this.#toolCallOf(delta);
    call.waiting += delta.function?.arguments ?? '';
    const name = delta.function?.name ?? '';
    if (!call.hasBegun && name !== '') {
      call.id = toCallId(call.id);
      call.hasBegun = true;
      this.answer.beginToolCall(call.id, name);
    }
    if (!call.hasBegun || call.id === null) return;
    this.answer.extendToolCall(call.id, call.waiting);
    call.waiting = '';
  }

  /** Without an index an id begins a new call, and what has none belongs to the last one. */
  #toolCallOf({ index, id }: ToolDelta): OpenToolCall {
    const isNamed = typeof id === 'string' && id !== '';
    const key = index ?? Math.max(0, this.#toolCalls.size - (isNamed ? 0 : 1));
    const call = this.#toolCalls.get(key) ?? { id: null, hasBegun: false, waiting: '' };
    this.#toolCalls.set(key, call);
    if (isNamed) call.id ??= id;
    return call;
  }
}
