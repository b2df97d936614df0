import { createParser } from 'eventsource-parser';
import { z } from 'zod';

import type { TokenUsage } from '../../../domain/budget/models.ts';
import { AppError } from '../../../domain/errors.ts';
import { toStreamFailure } from './broken-answer.ts';
import {
  chatContentSchema,
  chatInputSchema,
  chatUsageSchema,
  chatWordsSchema,
  readChatCompletion,
  refuseBrokenChoice,
  refuseToldError,
  servedModelSchema,
  toFinishReason,
  toText,
  toUsage,
} from './chat-answer.ts';
import type { ProviderAnswer, ProviderRequest } from './provider.ts';
import { parseJson, toBadAnswerError, type ProviderIdentity } from './provider-error.ts';
import type { ReadOptions } from './provider-wire.ts';
import { StreamedAnswer } from './streamed-answer.ts';
import { toCallId } from './tool-calls.ts';

const toolDeltaSchema = z.object({
  index: z.number().nullish(),
  id: chatWordsSchema,
  function: z
    .object({ name: chatWordsSchema, arguments: chatInputSchema })
    .nullish()
    .transform((told) => told ?? { name: '', arguments: '' }),
});

const deltaSchema = z.object({
  content: chatContentSchema,
  reasoning_content: chatWordsSchema,
  reasoning: chatWordsSchema,
  refusal: chatWordsSchema,
  tool_calls: z.array(toolDeltaSchema).nullish(),
});

const choiceSchema = z.object({
  finish_reason: chatWordsSchema,
  error: z.unknown().optional(),
  delta: deltaSchema.nullish(),
  /** Moonshot's place for it. */
  usage: chatUsageSchema,
});

const chunkSchema = z.object({
  model: servedModelSchema,
  /** Left out or null in chunks that only count or keep the connection. */
  choices: z.array(choiceSchema).nullish(),
  usage: chatUsageSchema,
  /** Groq's place for both. */
  x_groq: z.object({ usage: chatUsageSchema, error: z.unknown().optional() }).nullish(),
});

type Choice = z.infer<typeof choiceSchema>;
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
  if (!reader.hasBegun && report.error === null && /^\s*[[{]/.test(reader.unread)) {
    // No stream at all, but JSON: an error, or the answer of a server that knows no streams.
    const whole = readChatCompletion(reader.unread, { request, identity, report });
    passOn(whole, answer);
    return whole;
  }
  if (failure === null) {
    const servedModel = answer.servedModel ?? request.providerModel;
    const { firstByteMs } = report;
    return { ...answer.whole(), finishReason: reader.finishReason(), servedModel, usage, firstByteMs, scripted: false };
  }
  const reason: unknown = request.signal.aborted ? request.signal.reason : (reader.failure ?? report.error ?? failure);
  throw toStreamFailure(reason, { signal: request.signal, identity }, { bytes: answer.bytes, usage });
}

/** @returns why there is no whole answer, or null */
async function readAll(chunks: AsyncIterable<Buffer>, reader: ChatStreamReader): Promise<unknown> {
  const parser = createParser({ onEvent: ({ data }) => reader.take(data.trim()) });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of chunks) {
      const text = decoder.decode(chunk, { stream: true });
      if (!reader.hasBegun) reader.unread += text;
      parser.feed(text);
    }
    return reader.findFailure();
  } catch (error) {
    // Some servers keep the connection when they are done, or cut it.
    return reader.isDone ? reader.findFailure() : (reader.failure ?? error);
  }
}

function passOn({ text, toolCalls }: ProviderAnswer, answer: StreamedAnswer): void {
  if (text !== '') answer.addText(text);
  for (const { id, name, input } of toolCalls) {
    answer.beginToolCall(id, name);
    answer.extendToolCall(id, input);
  }
}

class ChatStreamReader {
  readonly answer: StreamedAnswer;
  /** The last count that came. */
  usage: TokenUsage | null = null;
  /** The first thing that was wrong; what comes after it is read all the same, because it is billed. */
  failure: AppError | null = null;
  /** The server has said that nothing more comes. */
  isDone = false;
  hasBegun = false;
  /** What came before the first event. */
  unread = '';

  readonly #identity: ProviderIdentity;
  readonly #toolCalls: OpenToolCall[] = [];
  /** The last one of each index. */
  readonly #toolCallByIndex = new Map<number, OpenToolCall>();
  #finish: string | null = null;
  #isRefusal = false;

  constructor(request: ProviderRequest, identity: ProviderIdentity) {
    this.answer = new StreamedAnswer(request.onPiece ?? (() => undefined));
    this.#identity = identity;
  }

  /** @param data of one event */
  take(data: string): void {
    this.hasBegun = true;
    this.isDone ||= data === '[DONE]';
    if (data === '' || data === '[DONE]') return;
    try {
      this.#takeChunk(parseJson(data, this.#identity));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.failure ??= error;
    }
  }

  finishReason() {
    return toFinishReason(this.#finish, { isRefusal: this.#isRefusal, callsTools: this.#toolCalls.length > 0 });
  }

  /** @returns why the stream, which has ended, is no whole answer, or null */
  findFailure(): AppError | null {
    if (this.failure !== null) return this.failure;
    if (this.#finish === null) return toBadAnswerError(this.#identity, 'The stream ended without a finish reason.');
    const hasUnnamed = this.#toolCalls.some(({ hasBegun }) => !hasBegun);
    return hasUnnamed ? toBadAnswerError(this.#identity, 'A tool call has no name.') : null;
  }

  #takeChunk(value: unknown): void {
    refuseToldError(value, this.#identity);
    const parsed = chunkSchema.safeParse(value);
    if (!parsed.success) throw toBadAnswerError(this.#identity, z.prettifyError(parsed.error));
    const { model, choices, usage, x_groq: groq } = parsed.data;
    const choice = choices?.[0];
    this.answer.servedModel ??= model;
    this.usage = toUsage(usage ?? choice?.usage ?? groq?.usage, this.usage);
    if (choice !== undefined) this.#takeChoice(choice);
    refuseToldError(groq, this.#identity);
  }

  #takeChoice(choice: Choice): void {
    if (choice.delta !== undefined && choice.delta !== null) this.#takeDelta(choice.delta);
    // Ollama once sent an empty text for none.
    if (choice.finish_reason !== '') this.#finish = choice.finish_reason;
    refuseBrokenChoice(choice, this.#identity);
  }

  #takeDelta({ content, reasoning_content, reasoning, refusal, tool_calls: toolCalls }: Delta): void {
    this.answer.addThought(reasoning_content === '' ? reasoning : reasoning_content);
    if (Array.isArray(content)) {
      for (const part of content) if (part.type !== 'text') this.answer.addThought(JSON.stringify(part));
    }
    this.#isRefusal ||= refusal !== '';
    const text = toText(content) + refusal;
    if (text !== '') this.answer.addText(text);
    for (const toolDelta of toolCalls ?? []) this.#takeToolDelta(toolDelta);
  }

  #takeToolDelta(delta: ToolDelta): void {
    const call = this.#toolCallOf(delta);
    const { name, arguments: input } = delta.function;
    call.waiting += input;
    if (!call.hasBegun && name !== '') {
      call.id = toCallId(call.id);
      call.hasBegun = true;
      this.answer.beginToolCall(call.id, name);
    }
    if (!call.hasBegun || call.id === null) return;
    this.answer.extendToolCall(call.id, call.waiting);
    call.waiting = '';
  }

  /**
   * The call that a piece belongs to: the one of its index, without an index the last one. A name begins another call
   * when it comes with another id, whatever the index (vLLM and Gemini count every call as the first), or with neither
   * id nor index. An id alone does not: old vLLM gave each piece its own.
   */
  #toolCallOf({ index, id, function: told }: ToolDelta): OpenToolCall {
    const hasIndex = typeof index === 'number';
    const known = hasIndex ? this.#toolCallByIndex.get(index) : this.#toolCalls.at(-1);
    const isOther = id === '' ? !hasIndex : id !== known?.id;
    const isNext = known === undefined || (known.hasBegun && isOther && told.name !== '');
    const call = isNext ? { id: null, hasBegun: false, waiting: '' } : known;
    if (isNext) this.#toolCalls.push(call);
    if (hasIndex) this.#toolCallByIndex.set(index, call);
    if (id !== '') call.id ??= id;
    return call;
  }
}
