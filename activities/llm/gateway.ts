import type { BudgetLimits } from '../../domain/budget/limits.ts';
import type { ModelEntry, TokenUsage } from '../../domain/budget/models.ts';
import { AppError } from '../../domain/errors.ts';
import type { Flags } from '../../platform/flags.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { createCircuitBreakers, type CircuitBreakers, type ProviderHealth } from './circuit-breaker.ts';
import { callEmbedding } from './embedding-call.ts';
import { callModel, type ServedAnswer } from './model-call.ts';
import type { ModelMetrics } from './model-metrics.ts';
import type { ModelDirectory } from './models.ts';
import { createLeases } from './leases.ts';
import { createOpenEndings } from './open-endings.ts';
import type { CallTools } from './paid-try.ts';
import { hashPrompt } from './prompt.ts';
import type { ModelProviders } from './providers/create-providers.ts';
import type { AnswerPiece, CallTimeouts, FinishReason, ModelProvider, Prompt, ToolCall } from './providers/provider.ts';
import type { CallScope } from './reservation.ts';
import { defaultRetryPolicy, isProviderAway, type RetryPolicy } from './retry.ts';
import { createSingleFlight } from './single-flight.ts';
import { readStoredAnswer } from './stored-answer.ts';
import { timeoutsOf } from './timeouts.ts';

/** Enough for a change of some 1,500 lines, and it comes within the time limit of one call. */
const defaultOutputTokensMax = 16_384;

export interface GenerateRequest extends Prompt {
  scope: CallScope;
  /** Name of a model entry. */
  model: string;
  /** Default: 16,384, or the model's own limit when that is less. */
  outputTokensMax?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Given: the pieces of the answer as they come. A repeated answer comes in one piece. */
  onPiece?: ((piece: AnswerPiece) => void) | undefined;
}

export interface GenerateResult {
  text: string;
  toolCalls: ToolCall[];
  finishReason: FinishReason;
  provider: string;
  /** The name that the provider gave the model which answered. */
  servedModel: string;
  /** Another model stood in for the one that was asked for. */
  degraded: boolean;
  /** Played from a script, not thought of by a model. */
  scripted: boolean;
  /** Null when the provider did not count. */
  usage: TokenUsage | null;
  /** What this very call cost: 0 when it was repeated. */
  costUsdMicros: number;
  /** Whether the answer had been paid before. */
  repeated: boolean;
}

export interface EmbedRequest {
  scope: CallScope;
  /** Name of an embedding model. */
  model: string;
  texts: readonly string[];
  signal?: AbortSignal | undefined;
}

export interface ModelGatewayOptions {
  directory: ModelDirectory;
  providers: ModelProviders;
  ledger: ModelCallRepository;
  limits: BudgetLimits;
  logger: Logger;
  metrics: ModelMetrics;
  /** Counts what models that stand in come to; the directory says who they are. Undefined: nobody counts. */
  flags?: Pick<Flags, 'measured'>;
  retryPolicy?: RetryPolicy;
  breakers?: CircuitBreakers;
  /** Shorter limits than the models' own. */
  timeouts?: Partial<CallTimeouts>;
}

export type ModelGateway = ReturnType<typeof createModelGateway>;

interface KeptAnswer {
  answer: ServedAnswer;
  costUsdMicros: number;
  repeated: boolean;
  written: Promise<void>;
}

/** An answer that may still be on its way into the ledger. */
export interface EarlyAnswer {
  result: GenerateResult;
  /** When it is paid and stored. Nothing that lasts may be made of the answer before. Throws when it can't be written. */
  written: Promise<void>;
}

interface GatewayTools extends CallTools {
  directory: ModelDirectory;
  providers: ModelProviders;
  limits: BudgetLimits;
  timeouts: Partial<CallTimeouts>;
  flags?: Pick<Flags, 'measured'>;
}

interface Flight {
  request: GenerateRequest;
  promptHash: string;
  /** Of everybody who waits for this answer. */
  signal: AbortSignal;
}

/** The one way to a model: stored answers first, then money, then the provider, then those who stand in for it. */
export function createModelGateway(options: ModelGatewayOptions) {
  const flights = createSingleFlight<KeptAnswer>();
  const tools = toolsOf(options);

  async function answerEarly(request: GenerateRequest): Promise<EarlyAnswer> {
    const { workOrderId, attempt, step } = request.scope;
    const promptHash = hashPrompt(request.model, promptOf(request));
    const flightKey = [workOrderId, attempt, step, promptHash].join('/');
    const { result: kept, joined } = await flights.run(flightKey, request.signal, (signal) =>
      answerWithStandIns(tools, { request, promptHash, signal }),
    );
    const { answer, written } = kept;
    const repeated = kept.repeated || joined;
    if (repeated) passAll(answer, request.onPiece);
    const { text, toolCalls, finishReason, provider, servedModel, degraded, scripted, usage } = answer;
    const told = { text, toolCalls, finishReason, provider, servedModel, degraded, scripted, usage };
    return { result: { ...told, costUsdMicros: repeated ? 0 : kept.costUsdMicros, repeated }, written };
  }

  return {
    /**
     * Answers a prompt. The same prompt in the same step of the same attempt is paid once, also after a restart.
     *
     * @throws AppError with a code of the model calls; the signal's reason when the caller gave up
     */
    async generate(request: GenerateRequest): Promise<GenerateResult> {
      const { result, written } = await answerEarly(request);
      await written;
      return result;
    },

    /**
     * As `generate`, while the answer is still being written: for a client that waits for each call, and whose work
     * counts only after `written`. The next call of the order waits for it as well, unless it is on a lease.
     */
    answerEarly,

    /**
     * Vectors for texts, one each, in their order.
     *
     * @throws as `generate`
     */
    async embed(request: EmbedRequest): Promise<{ vectors: number[][]; servedModel: string; costUsdMicros: number }> {
      const { scope, texts, signal = new AbortController().signal } = request;
      const entry = tools.directory.findEmbedding(request.model);
      const provider = providerOf(tools, entry);
      const { answer, costUsdMicros, written } = await callEmbedding(tools, {
        ...{ scope, texts, signal, entry, provider, limits: tools.limits },
      });
      await written;
      return { vectors: answer.vectors, servedModel: answer.servedModel, costUsdMicros };
    },

    /** How the providers are that were asked since the start. */
    health: (): ProviderHealth[] => tools.breakers.health(),
  };
}

function toolsOf(options: ModelGatewayOptions): GatewayTools {
  const { breakers = createCircuitBreakers(), timeouts = {}, retryPolicy = defaultRetryPolicy } = options;
  const own = { leases: createLeases(options), openEndings: createOpenEndings() };
  return { ...options, ...own, breakers, timeouts, retryPolicy };
}

function promptOf({ messages, tools, toolChoice, responseFormat, stopSequences }: GenerateRequest): Prompt {
  return { messages, tools, toolChoice, responseFormat, stopSequences };
}

/** The answer of the model that was asked for, or else of the first that stands in for it. */
async function answerWithStandIns(tools: GatewayTools, flight: Flight): Promise<KeptAnswer> {
  const asked = tools.directory.find(flight.request.model);
  const failures: { entry: ModelEntry; error: AppError }[] = [];
  const passed = { any: false };
  const onPiece = flight.request.onPiece && watched(flight.request.onPiece, () => (passed.any = true));
  for await (const entry of askedThenStandIns(tools, asked)) {
    const ask = () => askOne(tools, flight, { entry, asked, onPiece, hasPassed: () => passed.any });
    try {
      if (entry === asked || tools.flags === undefined) return await ask();
      return await tools.flags.measured('MODEL_STAND_INS', ask, flight.signal);
    } catch (error) {
      // One that stands in may be too small, or refuse: that says nothing of the others.
      const mayGoOn = error instanceof AppError && (entry !== asked || isProviderAway(error));
      if (!mayGoOn || passed.any || flight.signal.aborted) throw error;
      failures.push({ entry, error });
      tools.logger.warn({ model: entry.name, code: error.code }, 'a model did not answer');
    }
  }
  throw describeFailures(failures);
}

function watched(onPiece: (piece: AnswerPiece) => void, notice: () => void): (piece: AnswerPiece) => void {
  return (piece) => {
    notice();
    onPiece(piece);
  };
}

async function* askedThenStandIns({ directory }: GatewayTools, asked: ModelEntry): AsyncGenerator<ModelEntry> {
  yield asked;
  // Looked for only when it is needed: it asks whether Ollama runs.
  yield* await directory.standInsFor(asked);
}

/** The first failure, with what the others said. */
function describeFailures(failures: readonly { entry: ModelEntry; error: AppError }[]): AppError {
  const [first, ...others] = failures;
  if (first === undefined) throw new Error('No model was asked.');
  if (others.length === 0) return first.error;
  const { code, message, retryAfterMs, context } = first.error;
  const told = others.map(({ entry, error }) => `${entry.name}: ${error.message}`).join(' ');
  return new AppError(code, `${first.entry.name}: ${message} Those who could stand in did not answer either. ${told}`, {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    context: { ...context, asked: failures.map(({ entry }) => entry.name) },
    cause: first.error,
  });
}

interface Candidate {
  entry: ModelEntry;
  asked: ModelEntry;
  onPiece: GenerateRequest['onPiece'];
  /** Whether any piece of an answer has gone to the caller. */
  hasPassed: () => boolean;
}

async function askOne(
  tools: GatewayTools,
  { request, promptHash, signal }: Flight,
  { entry, asked, onPiece, hasPassed }: Candidate,
): Promise<KeptAnswer> {
  const result = await callModel(tools, {
    scope: request.scope,
    promptHash,
    entry,
    provider: providerOf(tools, entry),
    prompt: promptOf(request),
    outputTokensMax: Math.min(request.outputTokensMax ?? defaultOutputTokensMax, entry.outputTokensMax),
    limits: tools.limits,
    timeouts: { ...timeoutsOf(entry, onPiece !== undefined), ...tools.timeouts },
    fallbackFrom: entry === asked ? null : asked.name,
    signal,
    onPiece,
    hasPassed,
  });
  if ('stored' in result) {
    const answer = readStoredAnswer(result.stored);
    return { answer, costUsdMicros: 0, repeated: true, written: Promise.resolve() };
  }
  return { ...result, repeated: false };
}

function providerOf({ providers }: GatewayTools, entry: Pick<ModelEntry, 'name' | 'provider'>): ModelProvider {
  const provider = providers[entry.provider];
  if (provider !== undefined) return provider;
  throw new AppError('no-model', `The provider of ${entry.name} is not set up. Set its key, or choose another model.`);
}

function passAll({ text, toolCalls }: ServedAnswer, onPiece: GenerateRequest['onPiece']): void {
  if (text !== '') onPiece?.({ kind: 'text', text });
  for (const [index, { id, name, input }] of toolCalls.entries()) {
    onPiece?.({ kind: 'tool-call', index, id, name });
    onPiece?.({ kind: 'tool-input', index, text: input });
  }
}
