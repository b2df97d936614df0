import { setTimeout as wait } from 'node:timers/promises';

import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { CallEnding, Reservation } from '../../prisma/repositories/model-calls.ts';
import type { BreakerPass, CircuitBreakers } from './circuit-breaker.ts';
import type { ModelMetrics } from './model-metrics.ts';
import { BrokenAnswerError } from './providers/broken-answer.ts';
import { hasProviderAnswered, isProviderAway, planRetry, type RetryPolicy } from './retry.ts';
import { takeMoney, type MoneyTools } from './take-money.ts';

export interface CallTools extends MoneyTools {
  logger: Logger;
  breakers: CircuitBreakers;
  metrics: ModelMetrics;
  retryPolicy: RetryPolicy;
}

type Settled = Extract<CallEnding, { outcome: 'settled' }>;

/** What an answer costs and whether it can be used. */
export interface Judgement {
  ending: Omit<Settled, 'outcome' | 'latencyMs' | 'errorCode'>;
  flaw: AppError | null;
}

/** One call of one model, with all its tries. */
export interface PaidCall<Answer> {
  /** For people. */
  modelName: string;
  reservation(retryNumber: number): Reservation;
  totalTimeoutMs: number;
  signal: AbortSignal;
  /** @param usedUsdMicros what the order had used before this try */
  ask(signal: AbortSignal, usedUsdMicros: number): Promise<Answer>;
  judge(answer: Answer, reservation: Reservation): Judgement;
  /** What a broken answer costs by our own count. */
  judgeBroken(error: BrokenAnswerError, reservation: Reservation): Judgement;
  /** Whether somebody has already seen a part of the answer: then nothing is tried again. */
  hasPassed(): boolean;
}

export type PaidResult<Answer> =
  /** `written`: when the ledger and the store of answers have it. Nothing that lasts may be made of it before. */
  { answer: Answer; costUsdMicros: number; written: Promise<void> } | { stored: unknown };

/**
 * Asks a provider, at most `triesMax` times, each try with a row of its own in the ledger. Nothing below this retries.
 *
 * @throws AppError; the signal's reason when the call was given up
 */
export async function callWithRetries<Answer>(tools: CallTools, call: PaidCall<Answer>): Promise<PaidResult<Answer>> {
  let failure: AppError | null = null;
  for (let tries = 1; ; tries += 1) {
    const reservation = call.reservation(tries - 1);
    const pass = tools.breakers.of(reservation.provider).enter();
    if (typeof pass === 'number') {
      // The provider is left alone, but an answer that was paid before is still there.
      const stored = await tools.ledger.storedAnswer(reservation);
      if (stored !== null) return { stored };
      throw resting(call.modelName, reservation.provider, pass);
    }
    try {
      const result = await tryOnce(tools, call, reservation);
      if ('stored' in result) pass.gaveUp();
      else pass.succeeded();
      return result;
    } catch (error) {
      const delayMs = planRetry(error, { triesMade: tries, random: Math.random(), policy: tools.retryPolicy });
      tell(pass, { error, delayMs, wasGivenUp: call.signal.aborted });
      // A try that may be billed has taken the money for this one: what counts is why there was another at all.
      if (failure !== null && isOutOfMoney(error)) throw failure;
      if (call.signal.aborted || delayMs === null || call.hasPassed()) throw error;
      if (error instanceof AppError) failure = error;
      tools.metrics.retried(reservation);
      await wait(delayMs, undefined, { signal: call.signal }).catch(() => call.signal.throwIfAborted());
    }
  }
}

function isOutOfMoney(error: unknown): boolean {
  return error instanceof AppError && ['budget-exceeded', 'budget-limit-reached'].includes(error.code);
}

function tell(
  pass: BreakerPass,
  { error, delayMs, wasGivenUp }: { error: unknown; delayMs: number | null; wasGivenUp: boolean },
): void {
  // Asked for longer than is waited for: it is left alone that long.
  if (isProviderAway(error) && !wasGivenUp) pass.failed(error.code, delayMs === null ? error.retryAfterMs : undefined);
  else if (hasProviderAnswered(error)) pass.succeeded();
  else pass.gaveUp();
}

function resting(modelName: string, provider: string, restMs: number): AppError {
  return new AppError(
    'provider-unavailable',
    `${modelName} is not asked for another ${Math.ceil(restMs / 1_000)} s, because its provider failed again and again or asked for a pause.`,
    { retryAfterMs: restMs, context: { provider, resting: true } },
  );
}

async function tryOnce<Answer>(
  tools: CallTools,
  call: PaidCall<Answer>,
  asked: Reservation,
): Promise<PaidResult<Answer>> {
  const { leaseId, leave } = tools.leases.enter(asked);
  try {
    const result = await payAndAsk(tools, call, leaseId === null ? asked : { ...asked, leaseId });
    if ('stored' in result) leave();
    else result.written.then(leave, leave);
    return result;
  } catch (error) {
    leave();
    throw error;
  }
}

async function payAndAsk<Answer>(
  tools: CallTools,
  call: PaidCall<Answer>,
  reservation: Reservation,
): Promise<PaidResult<Answer>> {
  const money = await takeMoney(tools, reservation, call.signal);
  if ('stored' in money) return money;
  const startedAtMs = performance.now();
  const wasSent = !call.signal.aborted;
  const latency = () => Math.round(performance.now() - startedAtMs);
  const booking = bookSoon(tools, reservation);
  let answer: Answer;
  try {
    answer = await askInTime(call, money.usedUsdMicros);
  } catch (error) {
    const ending = endingOfFailure(call, reservation, { error, wasSent, latencyMs: latency() });
    await end(tools, reservation, ending).written.catch((cause: unknown) => {
      // What the provider said matters more to the caller, and the reservation frees itself when its time is over.
      tools.logger.warn({ err: cause, modelCallId: reservation.id }, 'the failure of a model call was not written');
    });
    if (!(error instanceof BrokenAnswerError)) throw error;
    call.signal.throwIfAborted();
    throw error.reason;
  } finally {
    clearTimeout(booking);
  }
  const { ending, flaw } = call.judge(answer, reservation);
  const errorCode = flaw?.code ?? null;
  const settled: CallEnding = { ...ending, outcome: 'settled', latencyMs: latency(), errorCode };
  const { seen, written } = end(tools, reservation, settled);
  tools.openEndings.add(reservation.workOrderId, seen);
  if (flaw === null) return { answer, costUsdMicros: ending.costUsdMicros, written };
  // It is of no use, but the provider bills it all the same.
  await written;
  throw flaw;
}

/** A call on a lease gets its row when it lasts; one that ends before gets it with its ending, in one statement. */
function bookSoon({ ledger, logger }: CallTools, reservation: Reservation): NodeJS.Timeout | undefined {
  if (reservation.leaseId === undefined) return undefined;
  return setTimeout(() => {
    ledger.begin(reservation).catch((error: unknown) => {
      logger.warn({ err: error, modelCallId: reservation.id }, 'a model call is booked with its ending only');
    });
  }, bookAfterMs);
}

const bookAfterMs = 5;

/** @returns `seen`: when every process sees it; `written`: when no crash can take it back */
function end({ metrics, ledger }: CallTools, reservation: Reservation, ending: CallEnding) {
  metrics.ended(reservation, ending);
  const { promise: seen, resolve, reject } = Promise.withResolvers<undefined>();
  const see = () => resolve(undefined);
  const written = writeAgain(() => ledger.settle(reservation, ending, see));
  written.then(see, reject);
  // Whoever waits gets the error.
  seen.catch(() => undefined);
  return { seen, written };
}

/** The money is spent already, and writing it twice does no harm: a connection that was lost is worth another try. */
async function writeAgain(write: () => Promise<void>): Promise<void> {
  for (const delayMs of settleAgainAfterMs) {
    try {
      await write();
      return;
    } catch {
      await wait(delayMs);
    }
  }
  await write();
}

const settleAgainAfterMs = [100, 1_000];

/** What the ledger gets of a try without a whole answer. */
function endingOfFailure<Answer>(
  call: PaidCall<Answer>,
  reservation: Reservation,
  { error, wasSent, latencyMs }: { error: unknown; wasSent: boolean; latencyMs: number },
): CallEnding {
  const wasGivenUp = call.signal.aborted;
  if (error instanceof BrokenAnswerError) {
    const { ending, flaw } = call.judgeBroken(error, reservation);
    const errorCode = wasGivenUp ? 'aborted' : (flaw?.code ?? error.reason.code);
    return { ...ending, outcome: 'settled', latencyMs, errorCode };
  }
  const errorCode = wasGivenUp ? 'aborted' : error instanceof AppError ? error.code : 'internal-error';
  // Nobody heard how it ended: the provider may go on with it and bill it.
  const isOpen = errorCode === 'aborted' || errorCode === 'provider-timeout' || is(error, 'begun');
  const isBillable = wasSent && isOpen && !is(error, 'unsent');
  return { outcome: isBillable ? 'kept' : 'released', errorCode, latencyMs };
}

/**
 * How far a call had come. `begun`: an answer had begun to arrive, and a provider bills what it has written. `unsent`:
 * there was no connection.
 */
function is(error: unknown, mark: 'begun' | 'unsent'): boolean {
  return error instanceof AppError && error.context[mark] === true;
}

async function askInTime<Answer>(call: PaidCall<Answer>, usedUsdMicros: number): Promise<Answer> {
  // Not AbortSignal.timeout: its timer would outlive each of thousands of calls.
  const controller = new AbortController();
  const giveUp = () => controller.abort(call.signal.reason);
  const tooLate = new Error('too late');
  const timer = setTimeout(() => controller.abort(tooLate), call.totalTimeoutMs);
  call.signal.addEventListener('abort', giveUp, { once: true });
  if (call.signal.aborted) giveUp();
  try {
    return await call.ask(controller.signal, usedUsdMicros);
  } catch (error) {
    if (controller.signal.reason !== tooLate || call.signal.aborted) throw error;
    const reason = new AppError(
      'provider-timeout',
      `${call.modelName} did not answer within ${Math.round(call.totalTimeoutMs / 1_000)} s. Try again later, or choose another model.`,
      { cause: error },
    );
    throw error instanceof BrokenAnswerError ? error.because(reason) : reason;
  } finally {
    clearTimeout(timer);
    call.signal.removeEventListener('abort', giveUp);
  }
}
