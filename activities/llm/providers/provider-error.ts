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

/** OpenAI and its kin: `error.code` and `error.type`; Anthropic: `error.type`; Ollama: `error` is a text. */
const errorBodySchema = z.object({
  error: z.union([
    z.object({ message: z.string().catch(''), type: z.string().nullish(), code: z.coerce.string().nullish() }),
    z.string().transform((message) => ({ message, type: undefined, code: undefined })),
  ]),
});

const moneyOutKinds = new Set([
  'insufficient_quota',
  'billing_error',
  'billing_hard_limit_reached',
  'billing_not_active',
]);
const contextKinds = new Set(['context_length_exceeded', 'request_too_large', 'string_above_max_length']);
// In a stream an error comes as data, without a status of its own.
const rateKinds = new Set(['rate_limit_error', 'rate_limit_exceeded']);
const failingKinds = new Set(['overloaded_error', 'api_error', 'server_error', 'internal_server_error']);
const refusalKinds = new Set(['content_filter', 'content_policy_violation']);

/** The error of a response that is not 2xx: by its machine-readable kind, its status, and where both say too little its words. */
export function toResponseError(identity: ProviderIdentity, response: RefusedResponse, now: Date): AppError {
  const { kinds, message } = readErrorBody(response.body);
  const code = codeOfResponse({ status: response.status, kinds, message });
  const retryAfterMs = readRetryAfterMs(response.headers['retry-after'], now);
  return new AppError(code, explain(identity, code, response.status), {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    // The provider's own words, for logs. Any of them may repeat the key.
    context: {
      status: response.status,
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

function readErrorBody(body: string): { kinds: string[]; message: string } {
  const parsed = errorBodySchema.safeParse(parseIfJson(body));
  if (!parsed.success) return { kinds: [], message: body };
  const { type, code, message } = parsed.data.error;
  return { kinds: [type, code].filter((kind) => typeof kind === 'string'), message };
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between answers in HTML; the status alone decides then.
    return undefined;
  }
}

/** Anthropic and Ollama have no kind of their own for these: only their words tell. */
const contextWords = /prompt is too long|input is too long|exceeds? (?:the |its )?(?:maximum )?context/i;
const creditWords = /credit balance is too low/i;

interface Refusal {
  status: number;
  kinds: readonly string[];
  message: string;
}

const has = ({ kinds }: Refusal, known: ReadonlySet<string>) => kinds.some((kind) => known.has(kind));

/** The first that fits decides. Money before the status: a bill that is not paid comes as 429, and waiting would not help. */
const refusalRules: readonly (readonly [code: ErrorCode, fits: (refusal: Refusal) => boolean])[] = [
  ['context-exceeded', ({ status, message }) => status === 400 && contextWords.test(message)],
  ['provider-money-out', ({ status, message }) => status === 400 && creditWords.test(message)],
  ['provider-money-out', (refusal) => refusal.status === 402 || has(refusal, moneyOutKinds)],
  ['context-exceeded', (refusal) => refusal.status === 413 || has(refusal, contextKinds)],
  ['provider-refused', (refusal) => has(refusal, refusalKinds)],
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
