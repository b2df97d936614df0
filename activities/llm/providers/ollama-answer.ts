import { z } from 'zod';

import { toStreamFailure } from './broken-answer.ts';
import type { FinishReason, ProviderAnswer, ProviderRequest, ToolCall } from './provider.ts';
import { parseJson, toBadAnswerError, toResponseError, type ProviderIdentity } from './provider-error.ts';
import type { ReadOptions, WireAnswer, WireReport } from './provider-wire.ts';
import { toCallId } from './tool-calls.ts';

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

/** @throws AppError `provider-bad-answer` */
export async function readOllamaAnswer(
  response: WireAnswer,
  { identity, report }: ReadOptions,
): Promise<ProviderAnswer> {
  const answer = parseLine(await response.text(), identity);
  const toolCalls = toolCallsOf(answer);
  return { ...toAnswer(answer, report, toolCalls), text: answer.message.content };
}

/**
 * Reads a stream of lines of JSON and passes their texts on.
 *
 * @throws as `generate` of a provider
 */
export async function readOllamaStream(response: WireAnswer, options: ReadOptions): Promise<ProviderAnswer> {
  const { request, identity, report } = options;
  const parts: StreamedParts = { texts: [], toolCalls: [], last: null, bytes: 0 };
  try {
    for await (const line of linesOf(response)) takeLine(parts, parseLine(line, identity), request);
    if (parts.last === null) throw toBadAnswerError(identity, 'The stream ended without a last line.');
    // Its last line tells of the whole answer, but of no tool call before it.
    return { ...toAnswer(parts.last, report, parts.toolCalls), text: parts.texts.join('') };
  } catch (error) {
    const reason: unknown = request.signal.aborted ? request.signal.reason : (report.error ?? error);
    throw toStreamFailure(reason, { signal: request.signal, identity }, { bytes: parts.bytes, usage: null });
  }
}

interface StreamedParts {
  texts: string[];
  toolCalls: ToolCall[];
  last: OllamaAnswer | null;
  /** UTF-8, of all that came so far. */
  bytes: number;
}

function takeLine(parts: StreamedParts, answer: OllamaAnswer, { onPiece }: ProviderRequest): void {
  const { content } = answer.message;
  parts.texts.push(content);
  parts.bytes += Buffer.byteLength(content);
  if (content !== '') onPiece?.({ kind: 'text', text: content });
  for (const call of toolCallsOf(answer)) {
    const index = parts.toolCalls.length;
    onPiece?.({ kind: 'tool-call', index, id: call.id, name: call.name });
    onPiece?.({ kind: 'tool-input', index, text: call.input });
    parts.toolCalls.push(call);
    parts.bytes += Buffer.byteLength(call.name + call.input);
  }
  if (answer.done === true) parts.last = answer;
}

async function* linesOf({ chunks }: WireAnswer): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}

function parseLine(line: string, identity: ProviderIdentity): OllamaAnswer {
  const value = parseJson(line, identity);
  // An error in a stream comes as data, without a status of its own.
  if (typeof value === 'object' && value !== null && 'error' in value) {
    throw toResponseError(identity, { status: 500, headers: {}, body: line }, new Date());
  }
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) throw toBadAnswerError(identity, z.prettifyError(parsed.error));
  return parsed.data;
}

function toolCallsOf({ message }: OllamaAnswer): ToolCall[] {
  // Ollama gives them no ids. Those of a conversation must differ: another provider may go on with it.
  return (message.tool_calls ?? []).map(({ function: { name, arguments: input } }) => ({
    id: toCallId(null),
    name,
    input: JSON.stringify(input),
  }));
}

function toAnswer(
  answer: OllamaAnswer,
  { firstByteMs }: WireReport,
  toolCalls: ToolCall[],
): Omit<ProviderAnswer, 'text'> {
  const { prompt_eval_count: inputTokens, eval_count: outputTokens, done_reason: reason } = answer;
  const isCounted = inputTokens !== undefined && outputTokens !== undefined;
  return {
    toolCalls,
    finishReason: toFinishReason(reason, toolCalls.length > 0),
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
