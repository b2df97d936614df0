import { z } from 'zod';

import { AppError, type ErrorCode } from '../../../domain/errors.ts';
import type { Redact } from '../../../domain/text/redact.ts';

/** Who answered, in words for a person. */
export interface ProviderIdentity {
  title: string;
  /** What to check when the key is refused, such as `ANTHROPIC_API_KEY`. */
  keySetting: string;
  redact: Redact;
}

/** An answer that is not 2xx, of any provider. */
export interface RefusedResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const kindSchema = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);

const detailsSchema = z.object({
  message: z.unknown().optional(),
  type: kindSchema,
  code: kindSchema,
  /** OpenRouter: what the provider behind it said. */
  metadata: z.object({ raw: z.string() }).optional().catch(undefined),
});

/**
 * OpenAI and its kin: `error.code` and `error.type`; Anthropic: `error.type`; Ollama and xAI: `error` is a text; vLLM,
 * Mistral and Cerebras: no `error` around it.
 */
const errorBodySchema = z.union([
  z.object({ error: detailsSchema }).transform(({ error }) => error),
  z
    .object({ error: z.string(), code: kindSchema })
    .transform(({ error: message, code }) => ({ message, type: undefined, code, metadata: undefined })),
  detailsSchema.refine(({ message }) => message !== undefined),
]);

const moneyOutKinds = new Set([
  'insufficient_quota',
  'billing_error',
  'billing_hard_limit_reached',
  'billing_not_active',
]);
const contextKinds = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'request_too_large',
  'string_above_max_length',
]);
// In a stream an error comes as data, without a status of its own.
const rateKinds = new Set(['rate_limit_error', 'rate_limit_exceeded']);
const failingKinds = new Set(['overloaded_error', 'api_error', 'server_error', 'internal_server_error']);
const refusalKinds = new Set(['content_filter', 'content_policy_violation']);

/** The error of a response that is not 2xx: by its machine-readable kind, its status, and where both say too little its words. */
export function toResponseError(identity: ProviderIdentity, response: RefusedResponse, now: Date): AppError {
  const { kinds, message } = readErrorBody(response.body);
  const status = response.status < 300 ? toldStatus(kinds, response.status) : response.status;
  const code = codeOfResponse({ status, kinds, message });
  const retryAfterMs = readRetryAfterMs(response.headers['retry-after'], now);
  return new AppError(code, explain(identity, code, status), {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    // The provider's own words, for logs. Any of them may repeat the key.
    context: {
      status,
      kinds: kinds.map((kind) => identity.redact(kind).slice(0, 100)),
      detail: identity.redact(message).slice(0, 500),
    },
  });
}

/** The error of a call that got no answer at all: refused, reset, unknown host. */
export function toConnectionError(identity: ProviderIdentity, cause: unknown): AppError {
  return new AppError('provider-unavailable', explain(identity, 'provider-unavailable', null), {
    context: { detail: identity.redact(deepestMessage(cause)).slice(0, 500) },
  });
}

/** The error of an answer that came but can't be read. */
export function toBadAnswerError(identity: ProviderIdentity, detail: string): AppError {
  return new AppError(
    'provider-bad-answer',
    `${identity.title} answered with something that is not a chat completion, so nothing was used. Try again, or choose another model.`,
    { context: { detail: identity.redact(detail).slice(0, 500) } },
  );
}

/** @throws AppError `provider-bad-answer` */
export function parseJson(text: string, identity: ProviderIdentity): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw toBadAnswerError(identity, String(error));
  }
}

/** The error of a stream of which only a part came. */
export function toBrokenStreamError(identity: ProviderIdentity, cause: unknown): AppError {
  return new AppError(
    'provider-stream-broken',
    `${identity.title} stopped in the middle of its answer, so nothing of it was used. Try again, or choose another model.`,
    { context: cause instanceof AppError ? { ...cause.context, code: cause.code } : {}, cause },
  );
}

/**
 * Reads a Retry-After header: seconds or an HTTP date.
 *
 * @returns milliseconds from `now`, or undefined when there is none that can be read
 */
export function readRetryAfterMs(value: string | undefined, now: Date): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Math.ceil(Number(value) * 1_000);
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - now.getTime());
}

/** Some servers write the status, which an error as data does not have, into it. */
function toldStatus(kinds: readonly string[], status: number): number {
  return Number(kinds.find((kind) => /^[45]\d\d$/.test(kind)) ?? status);
}

function readErrorBody(body: string): { kinds: string[]; message: string } {
  const value = parseIfJson(body);
  // Gemini: in a list of one.
  const parsed = errorBodySchema.safeParse(Array.isArray(value) ? value[0] : value);
  if (!parsed.success) return { kinds: [], message: body };
  const { type, code, message = '', metadata } = parsed.data;
  // Mistral: a list of what is wrong.
  const words = typeof message === 'string' ? message : JSON.stringify(message);
  return {
    kinds: [type, code].filter((kind) => kind !== undefined),
    message: metadata === undefined ? words : `${words} ${metadata.raw}`,
  };
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between answers in HTML; the status alone decides then.
    return undefined;
  }
}

/** Most have no kind of their own for these: only their words tell. */
const contextWords = new RegExp(
  [
    'prompt is too long|input is too long|context ?window ?exceed|context size has been exceeded',
    String.raw`(?:exceeds?|exceeded|longer than|greater than) (?:the |its )?(?:model's )?(?:maximum |available )?context`,
    'maximum (?:context|prompt|model) length|context length (?:is|of) only|too large for model with',
    'input token count .*exceeds|exceeded model token limit|`inputs` tokens',
  ].join('|'),
  'i',
);
/** A failing server that is too small for a prompt says 500, and an error as data has the status of its stream. */
const contextStatuses = new Set([200, 400, 422, 500]);
const creditWords = /credit balance is too low|used all available credits/i;
/** With 403, which is no word about the key then. */
const policyWords = /\bflagged\b|usage guidelines|content policy/i;

interface Refusal {
  status: number;
  kinds: readonly string[];
  message: string;
}

const has = ({ kinds }: Refusal, known: ReadonlySet<string>) => kinds.some((kind) => known.has(kind));

/** The first that fits decides. Money before the status: a bill that is not paid comes as 429, and waiting would not help. */
const refusalRules: readonly (readonly [code: ErrorCode, fits: (refusal: Refusal) => boolean])[] = [
  ['context-exceeded', ({ status, message }) => contextStatuses.has(status) && contextWords.test(message)],
  ['provider-money-out', ({ status, message }) => status < 500 && creditWords.test(message)],
  ['provider-money-out', (refusal) => refusal.status === 402 || has(refusal, moneyOutKinds)],
  ['context-exceeded', (refusal) => refusal.status === 413 || has(refusal, contextKinds)],
  ['provider-refused', (refusal) => has(refusal, refusalKinds)],
  ['provider-refused', ({ status, message }) => status === 403 && policyWords.test(message)],
  ['provider-unauthorized', ({ status }) => status === 401 || status === 403],
  ['provider-rate-limited', (refusal) => refusal.status === 429 || has(refusal, rateKinds)],
  ['provider-timeout', ({ status }) => status === 408 || status === 504],
  ['provider-unavailable', (refusal) => refusal.status >= 500 || has(refusal, failingKinds)],
];

function codeOfResponse(refusal: Refusal): ErrorCode {
  return refusalRules.find(([, fits]) => fits(refusal))?.[0] ?? 'provider-refused';
}

function explain(identity: ProviderIdentity, code: ErrorCode, status: number | null): string {
  const { title, keySetting } = identity;
  const answer = status === null ? '' : ` (HTTP ${status})`;
  switch (code) {
    case 'provider-money-out':
      return `${title} wants more credit before it answers${answer}. Add credit to the account, then try again.`;
    case 'context-exceeded':
      return `${title} says that the request is too long for the model${answer}. Narrow the files in scope, or choose a model with a larger context.`;
    case 'provider-unauthorized':
      return `${title} refused the key${answer}. Check ${keySetting}.`;
    case 'provider-rate-limited':
      return `${title} limits the rate of calls${answer}. Wait a little, or raise the account's limit.`;
    case 'provider-timeout':
      return `${title} did not answer in time${answer}. Try again later, or choose another model.`;
    case 'provider-unavailable':
      return `${title} cannot be reached or is failing${answer}. Check the network and its status page, then try again.`;
    default:
      return `${title} refused the request${answer}. The worker's log has its words; check the model's name and settings.`;
  }
}

function deepestMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : deepestMessage(error.cause);
}
