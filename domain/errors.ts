import type { FailureClass } from './failures/failure-class.ts';

/** What the catalogue says about one kind of error. */
export interface ErrorCatalogueEntry {
  /** Status of the problem document that the API answers with. */
  httpStatus: number;
  /** Whether trying again unchanged can help. */
  retryable: boolean;
  /** The class of a step that ends with this error. */
  failureClass: FailureClass;
  /** A short title, the same for every occurrence. */
  title: string;
}

function entry(httpStatus: number, title: string, failureClass: FailureClass = 'unknown'): ErrorCatalogueEntry {
  return { httpStatus, retryable: false, failureClass, title };
}

/** The same, for what can go well the next time. */
function passing(...description: Parameters<typeof entry>): ErrorCatalogueEntry {
  return { ...entry(...description), retryable: true };
}

/** Every error the product can name. A code is stable: clients may rely on it. */
export const errorCatalogue = {
  // Requests
  'bad-request': entry(400, 'The request could not be read'),
  'validation-failed': entry(422, 'The request is not valid'),
  'not-found': entry(404, 'Not found'),
  'method-not-allowed': entry(405, 'Method not allowed'),
  'payload-too-large': entry(413, 'The request is too large'),
  'unsupported-media-type': entry(415, 'The media type is not supported'),
  'host-not-allowed': entry(403, 'This host is not allowed'),
  'not-authenticated': entry(401, 'No valid credentials'),
  'login-failed': entry(401, 'The login failed'),
  'token-reused': entry(401, 'The refresh token was used before'),
  'permission-denied': entry(403, 'Not allowed'),
  'setup-needed': entry(403, 'There is no admin yet'),
  'registration-closed': entry(403, 'Registration is closed'),
  'email-taken': entry(409, 'There is an account with this email address'),
  'flag-order': entry(409, 'The roll-out order forbids this now'),
  'requests-limited': passing(429, 'Too many requests', 'budget_exceeded'),
  'idempotency-conflict': entry(422, 'The idempotency key was used for another request'),
  'internal-error': entry(500, 'Something went wrong'),
  'database-unavailable': passing(503, 'The database is not available', 'orchestration_error'),
  'temporal-unavailable': passing(503, 'Temporal is not available', 'orchestration_error'),

  // Repositories, at intake and later
  'repository-unreachable': entry(422, 'The repository cannot be cloned', 'orchestration_error'),
  'repository-empty': entry(422, 'The repository has no commit', 'orchestration_error'),
  'repository-dirty': entry(422, 'The repository has uncommitted changes', 'orchestration_error'),
  'repository-too-large': entry(422, 'The repository is too large', 'orchestration_error'),
  'repository-without-gates': entry(422, 'The repository has nothing that can prove a change'),
  'repository-inspection-slow': passing(504, 'The repository is still being fetched', 'timeout'),
  'base-branch-unknown': entry(422, 'The base branch does not exist', 'orchestration_error'),
  'disk-full': entry(507, 'Too little disk space is left', 'unknown'),

  // Work orders, escalations, pull requests
  'no-model': entry(422, 'No model can do this', 'orchestration_error'),
  'work-order-finished': entry(409, 'The work order has already ended'),
  'work-order-unfinished': entry(409, 'The work order has not ended'),
  'work-order-begun': entry(409, 'The work order has already begun'),
  'work-order-not-parked': entry(409, 'The work order is not parked'),
  'all-stopped': entry(409, 'All work is stopped', 'orchestration_error'),
  'escalation-closed': entry(409, 'The escalation has already been answered'),
  'option-not-offered': entry(422, 'This option was not offered'),
  'branch-taken': entry(409, 'The branch holds a commit of somebody else', 'orchestration_error'),
  'pull-request-not-open': entry(409, 'The pull request is not open'),
  'pull-request-conflict': entry(409, 'The pull request does not merge cleanly', 'orchestration_error'),

  // Steps
  'git-failed': passing(500, 'git failed', 'orchestration_error'),
  'checkpoint-missing': entry(500, 'A checkpoint is missing', 'orchestration_error'),
  'tool-missing': entry(500, 'A tool is missing', 'dependency_missing'),
  'step-timeout': entry(504, 'A step took too long', 'timeout'),
  'change-withheld': entry(422, 'The change may not leave this machine', 'unknown'),
  'workspace-breach': entry(500, 'A change reached outside its workspace', 'unknown'),

  // Model calls
  'provider-unauthorized': entry(502, 'The model provider refused the key', 'orchestration_error'),
  'provider-unavailable': passing(502, 'The model provider is not available', 'orchestration_error'),
  'provider-rate-limited': passing(429, 'The model provider limits the rate', 'budget_exceeded'),
  'provider-money-out': entry(402, 'The model provider wants more credit', 'budget_exceeded'),
  'provider-timeout': passing(504, 'The model provider did not answer in time', 'timeout'),
  'provider-stream-broken': passing(502, 'The model stopped in the middle of its answer', 'orchestration_error'),
  'provider-bad-answer': entry(502, 'The model answered with something unusable', 'unknown'),
  'provider-refused': entry(502, 'The model provider refused the request', 'unknown'),
  'context-exceeded': entry(413, 'The request does not fit the model', 'budget_exceeded'),
  'output-truncated': entry(502, 'The answer was cut off by a token limit', 'budget_exceeded'),
  'budget-exceeded': entry(402, 'The cost cap is reached', 'budget_exceeded'),
  'budget-limit-reached': entry(402, 'The limit of the day or month is reached', 'budget_exceeded'),
  'price-unknown': entry(422, 'The price of this model is unknown', 'budget_exceeded'),
  'script-without-reply': entry(422, 'The scripted model has no reply for this', 'orchestration_error'),
} satisfies Record<string, ErrorCatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** Whether a text is a code of the catalogue (it may come over the wire). */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

export interface AppErrorOptions {
  /** Milliseconds to wait at least before a retry, as the other side asked for. */
  retryAfterMs?: number;
  /** Values for logs; never shown to a person, never with a secret. */
  context?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * An error with a code of the catalogue. `message` is the one sentence that a person reads: what happened,
 * what it means, what to do. It holds no secret.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly context: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.context = options.context ?? {};
  }

  get catalogueEntry(): ErrorCatalogueEntry {
    return errorCatalogue[this.code];
  }
}
