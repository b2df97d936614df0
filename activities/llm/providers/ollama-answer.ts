import { z } from 'zod';

import { AppError } from '../../../domain/errors.ts';
import { BrokenAnswerError } from './broken-answer.ts';
import type { FinishReason, ProviderAnswer, ProviderRequest, ToolCall } from './provider.ts';
import { toBadAnswerError, toResponseError, type ProviderIdentity } from './provider-error.ts';
import type { WireReport } from './provider-fetch.ts';

/** A whole answer, or one line of a stream. */
const answerSchema = z.object({
  model: z.string(),
  message: z.object({
    content: z.string(),
    tool_calls: z
      .array(z.object({ function: z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) }) }))
      .optional(),
  }),
  done: z.boolean().optional(),
  done_reason: z.string().optional(),
  prompt_eval_count: z.number().int().optional(),
  eval_count: z.number().int().optional(),
});

type OllamaAnswer = z.infer<typeof answerSchema>;

export interface ReadOptions {
  request: ProviderRequest;
  identity: ProviderIdentity;
  report: WireReport;
}

/** @throws AppError `provider-bad-answer` */
export async function readOllamaAnswer(response: Response, { identity, report }: ReadOptions): Promise<ProviderAnswer> {
  const answer = parseLine(await response.text(), identity);
  return { ...toAnswer(answer, report), text: answer.message.content, toolCalls: toolCallsOf(answer, 0) };
}

/**
 * Reads a stream of lines of JSON and passes their texts on.
 *
 * @throws AppError; BrokenAnswerError when it stopped in its middle; the signal's reason when the caller ended it
 */
export async function readOllamaStream(response: Response, options: ReadOptions): Promise<ProviderAnswer> {
  const { request, identity, report } = options;
  const texts: string[] = [];
  const toolCalls: ToolCall[] = [];
  let last: OllamaAnswer | null = null;
  try {
    for await (const line of linesOf(response)) {
      const answer = parseLine(line, identity);
      const { content } = answer.message;
      texts.push(content);
      if (content !== '') request.onPiece?.({ kind: 'text', text: content });
      for (const call of toolCallsOf(answer, toolCalls.length)) {
        request.onPiece?.({ kind: 'tool-call', index: toolCalls.length, id: call.id, name: call.name });
        request.onPiece?.({ kind: 'tool-input', index: toolCalls.length, text: call.input });
        toolCalls.push(call);
      }
      if (answer.done === true) last = answer;
    }
    if (last === null) throw toBadAnswerError(identity, 'The stream ended without a last line.');
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    const reason = report.error ?? error;
    const bytes = Buffer.byteLength(texts.join(''));
    if (bytes === 0 || !(reason instanceof AppError)) throw reason;
    const message = `${identity.title} stopped in the middle of its answer, so nothing of it was used. Try again.`;
    throw new BrokenAnswerError(new AppError('provider-stream-broken', message, { cause: reason }), {
      bytes,
      usage: null,
    });
  }
  return { ...toAnswer(last, report), text: texts.join(''), toolCalls };
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}

function parseLine(line: string, identity: ProviderIdentity): OllamaAnswer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw toBadAnswerError(identity, String(error));
  }
  // An error in a stream comes as data, without a status of its own.
  if (typeof value === 'object' && value !== null && 'error' in value) {
    throw toResponseError(identity, { status: 500, headers: {}, body: line }, new Date());
  }
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) throw toBadAnswerError(identity, z.prettifyError(parsed.error));
  return parsed.data;
}

function toolCallsOf({ message }: OllamaAnswer, before: number): ToolCall[] {
  // Ollama gives them no ids.
  return (message.tool_calls ?? []).map(({ function: { name, arguments: input } }, index) => ({
    id: `call-${before + index + 1}`,
    name,
    input: JSON.stringify(input),
  }));
}

function toAnswer(answer: OllamaAnswer, { firstByteMs }: WireReport): Omit<ProviderAnswer, 'text' | 'toolCalls'> {
  const { prompt_eval_count: inputTokens, eval_count: outputTokens, done_reason: reason } = answer;
  const isCounted = inputTokens !== undefined && outputTokens !== undefined;
  return {
    finishReason: toFinishReason(reason, answer.message.tool_calls !== undefined),
    servedModel: `ollama/${answer.model}`,
    usage: isCounted ? { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteInputTokens: 0 } : null,
    firstByteMs,
    scripted: false,
  };
}

function toFinishReason(reason: string | undefined, callsTools: boolean): FinishReason {
  // Old servers give no reason.
  if (reason === undefined || reason === 'stop') return callsTools ? 'tool-calls' : 'stop';
  return reason === 'length' ? reason : 'other';
}
