import { z } from 'zod';

import type { TokenUsage } from '../../domain/budget/models.ts';
import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { AnswerKey, ModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { callModel, type ModelCallTools, type PaidAnswer } from './model-call.ts';
import type { ModelDirectory } from './models.ts';
import { hashPrompt } from './prompt.ts';
import type { ModelProviders } from './providers/create-providers.ts';
import type { ChatMessage, FinishReason } from './providers/provider.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry.ts';
import { createSingleFlight } from './single-flight.ts';

/** Enough for a change of some 1,500 lines, and it comes within the time limit of one call. */
const defaultOutputTokensMax = 16_384;
const defaultCallTimeoutMs = 150_000;

/** What a call belongs to and may cost. */
export interface CallScope {
  workOrderId: string;
  attempt: number;
  /** `plan` or `edit`. */
  step: string;
  /** Cap of the whole work order, everything spent before included. */
  costCapUsdMicros: number;
}

export interface GenerateRequest {
  scope: CallScope;
  /** Name of a model entry. */
  model: string;
  messages: ChatMessage[];
  /** Default: 16,384, or the model's own limit when that is less. */
  outputTokensMax?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface GenerateResult {
  text: string;
  finishReason: FinishReason;
  provider: string;
  servedModel: string;
  /** Played from a script, not thought of by a model. */
  scripted: boolean;
  /** Null when the provider did not count. */
  usage: TokenUsage | null;
  /** What this very call cost: 0 when it was repeated. */
  costUsdMicros: number;
  /** Whether the answer had been paid before. */
  repeated: boolean;
}

export interface ModelGatewayOptions {
  directory: ModelDirectory;
  providers: ModelProviders;
  ledger: ModelCallRepository;
  logger: Logger;
  /** Limit of one try. */
  callTimeoutMs?: number;
  retryPolicy?: RetryPolicy;
}

export type ModelGateway = ReturnType<typeof createModelGateway>;

const storedAnswerSchema = z.object({
  text: z.string(),
  finishReason: z.enum(['stop', 'length', 'content-filter', 'other']),
  servedModel: z.string(),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number(), cachedInputTokens: z.number() }).nullable(),
  scripted: z.boolean(),
});

interface KeptAnswer extends PaidAnswer {
  repeated: boolean;
}

interface GatewayTools extends ModelCallTools {
  directory: ModelDirectory;
  providers: ModelProviders;
}

interface FlightCall {
  request: GenerateRequest;
  /** Of everybody who waits for this answer. */
  signal: AbortSignal;
}

/** The one way to a model: stored answers first, then money, then the provider. */
export function createModelGateway(options: ModelGatewayOptions) {
  const { directory } = options;
  const flights = createSingleFlight<KeptAnswer>();
  const tools = {
    ...options,
    callTimeoutMs: options.callTimeoutMs ?? defaultCallTimeoutMs,
    retryPolicy: options.retryPolicy ?? defaultRetryPolicy,
  };

  return {
    /**
     * Answers a prompt. The same prompt in the same step of the same attempt is paid once, also after a restart.
     *
     * @throws AppError with a code of the model calls; the signal's reason when the caller gave up
     */
    async generate(request: GenerateRequest): Promise<GenerateResult> {
      const { workOrderId, attempt, step } = request.scope;
      const promptHash = hashPrompt(request.model, request.messages);
      const key = { workOrderId, attempt, step, promptHash };
      const flightKey = [workOrderId, attempt, step, promptHash].join('/');
      const { result, joined } = await flights.run(flightKey, request.signal, (signal) =>
        findOrCall(tools, key, { request, signal }),
      );
      const repeated = result.repeated || joined;
      return {
        ...result.answer,
        provider: directory.find(request.model).provider,
        costUsdMicros: repeated ? 0 : result.costUsdMicros,
        repeated,
      };
    },
  };
}

/** The stored answer to a question, or else a paid one. */
async function findOrCall(tools: GatewayTools, key: AnswerKey, call: FlightCall): Promise<KeptAnswer> {
  const { request, signal } = call;
  const stored = await tools.ledger.findAnswer(key);
  if (stored !== null) return { answer: storedAnswerSchema.parse(stored), costUsdMicros: 0, repeated: true };
  const entry = tools.directory.find(request.model);
  const provider = tools.providers[entry.provider];
  if (provider === undefined) {
    throw new AppError(
      'no-model',
      `The provider of ${entry.name} is not set up. Set its key, or choose another model.`,
    );
  }
  const paid = await callModel(tools, {
    key,
    entry,
    provider,
    messages: request.messages,
    outputTokensMax: Math.min(request.outputTokensMax ?? defaultOutputTokensMax, entry.outputTokensMax),
    costCapUsdMicros: request.scope.costCapUsdMicros,
    signal,
  });
  return { ...paid, repeated: false };
}
