import type { CallTimeouts } from '../../../activities/llm/providers/provider.ts';
import type { ErrorCode } from '../../../domain/errors.ts';
import type { FailureClass } from '../../../domain/failures/failure-class.ts';
import { impatient } from '../model-gateway.ts';
import type { WireBehaviour } from './behaviour.ts';
import type { DialectName } from './dialect.ts';

/** What must come of a misbehaving provider. */
export interface Consequence {
  code: ErrorCode;
  failureClass: FailureClass;
  /** How often the provider is asked. */
  calls: 1 | 3;
  /** Whether the next model of the chain is asked, and answers. */
  standsIn: boolean;
  /** `released`: the money is back. `reserved`: nobody knows, so it counts until its time is over. */
  state: 'released' | 'reserved' | 'settled';
  /** Of a settled row: by the provider's count or by our own. */
  cost?: 'counted' | 'estimated';
  /** The provider is left alone from now on. */
  rests?: boolean;
}

export interface Misbehaviour {
  what: string;
  /** A dialect that is missing has no such thing. */
  behaviour: WireBehaviour | Partial<Record<DialectName, WireBehaviour>>;
  /** Other limits than the model's own. */
  timeouts?: Partial<CallTimeouts>;
  /** Asked for a whole answer; left out: nothing to see. */
  whole?: Consequence;
  /** Asked for a stream. */
  stream?: Consequence;
}

/** Tried again, and then somebody else is asked. */
function away(code: ErrorCode, failureClass: FailureClass, state: Consequence['state'] = 'released'): Consequence {
  return { code, failureClass, calls: 3, standsIn: true, state };
}

/** No other try and no other provider would help. */
function final(code: ErrorCode, failureClass: FailureClass, state: Consequence['state'] = 'released'): Consequence {
  return { code, failureClass, calls: 1, standsIn: false, state, ...(state === 'settled' ? { cost: 'counted' } : {}) };
}

const both = (consequence: Consequence) => ({ whole: consequence, stream: consequence });
const failing = away('provider-unavailable', 'orchestration_error');
const late = away('provider-timeout', 'timeout', 'reserved');
const unusable = final('provider-bad-answer', 'unknown');
const moneyOut = final('provider-money-out', 'budget_exceeded');
const tooLong = final('context-exceeded', 'budget_exceeded');
/** Somebody has seen the first piece: nothing is asked again, and what came is paid. */
const broken: Consequence = {
  ...{ code: 'provider-stream-broken', failureClass: 'orchestration_error', calls: 1, standsIn: false },
  ...{ state: 'settled', cost: 'estimated' },
};
const refuse = (status: number, kind = 'some_error', message = 'No.'): WireBehaviour => ({
  ...{ does: 'refuse', status, error: { kind, message } },
});
const errorAfter = (after: 'head' | 'piece', kind: string): WireBehaviour => ({
  ...{ does: 'stream-error', after, error: { kind, message: 'Something failed here.' } },
});

/** Everything that a provider has been seen to do, and what must come of it. */
export const misbehaviours: readonly Misbehaviour[] = [
  { what: 'fails with 500', behaviour: refuse(500), ...both(failing) },
  { what: 'fails with 503', behaviour: refuse(503), ...both(failing) },
  { what: 'is overloaded (529)', behaviour: refuse(529, 'overloaded_error'), ...both(failing) },
  {
    what: 'limits the rate (429)',
    behaviour: refuse(429, 'rate_limit_error'),
    ...both(away('provider-rate-limited', 'budget_exceeded')),
  },
  {
    what: 'wants to be left alone for longer than 30 s',
    behaviour: { does: 'refuse', status: 429, headers: { 'retry-after': '31' } },
    ...both({ ...away('provider-rate-limited', 'budget_exceeded'), calls: 1, rests: true }),
  },
  { what: 'resets the connection', behaviour: { does: 'reset' }, ...both(failing) },
  { what: 'says nothing at all', behaviour: { does: 'hang', after: 'request' }, timeouts: impatient, ...both(late) },
  {
    what: 'says nothing after its headers',
    behaviour: { does: 'hang', after: 'head' },
    timeouts: impatient,
    ...both(late),
  },
  {
    what: 'stalls after the first piece',
    behaviour: { does: 'hang', after: 'piece' },
    timeouts: impatient,
    whole: late,
    stream: broken,
  },
  {
    what: 'drips, and never ends',
    behaviour: { does: 'drip', everyMs: 40 },
    timeouts: { totalMs: 700 },
    whole: late,
    stream: { ...broken, code: 'provider-timeout', failureClass: 'timeout' },
  },
  {
    what: 'cuts the connection in the middle of its answer',
    behaviour: { does: 'cut-off' },
    whole: { ...failing, state: 'reserved' },
    stream: broken,
  },
  { what: 'ends in the middle', behaviour: { does: 'end-early' }, whole: unusable, stream: broken },
  { what: 'answers with what is no JSON', behaviour: { does: 'malformed' }, ...both(unusable) },
  { what: 'answers with JSON of another form', behaviour: { does: 'wrong-schema' }, ...both(unusable) },
  { what: 'answers with no byte', behaviour: { does: 'nothing' }, ...both(unusable) },
  {
    what: 'sends more than 20 MB',
    behaviour: { does: 'huge' },
    whole: { ...unusable, state: 'reserved' },
    stream: broken,
  },
  {
    what: 'refuses the key',
    behaviour: refuse(401, 'authentication_error'),
    ...both(final('provider-unauthorized', 'orchestration_error')),
  },
  {
    what: 'refuses by its content policy',
    behaviour: {
      anthropic: { does: 'answer', stop: 'refusal', text: 'I' },
      openai: { does: 'answer', stop: 'refusal', text: 'I' },
    },
    ...both(final('provider-refused', 'unknown', 'settled')),
  },
  {
    what: 'refuses the request by its content policy',
    behaviour: { openai: refuse(400, 'content_policy_violation') },
    ...both(final('provider-refused', 'unknown')),
  },
  {
    what: 'wants money (429)',
    behaviour: { openai: refuse(429, 'insufficient_quota'), anthropic: refuse(429, 'billing_error') },
    ...both(moneyOut),
  },
  {
    what: 'wants money (400)',
    behaviour: {
      anthropic: refuse(400, 'invalid_request_error', 'Your credit balance is too low to access the API.'),
    },
    ...both(moneyOut),
  },
  {
    what: 'finds the request too long',
    behaviour: {
      anthropic: refuse(400, 'invalid_request_error', 'prompt is too long: 213000 tokens > 200000 maximum'),
      openai: refuse(400, 'context_length_exceeded'),
      ollama: refuse(400, '', 'the input length exceeds the context length'),
    },
    ...both(tooLong),
  },
  {
    what: 'cuts its answer off at the limit of tokens',
    behaviour: { does: 'answer', stop: 'length' },
    ...both(final('output-truncated', 'budget_exceeded', 'settled')),
  },
  {
    what: 'answers with an empty text',
    behaviour: { does: 'answer', text: '' },
    ...both(final('provider-bad-answer', 'unknown', 'settled')),
  },
  {
    what: 'stops for a reason that nobody knows',
    behaviour: { does: 'answer', stop: 'unknown' },
    ...both(final('provider-bad-answer', 'unknown', 'settled')),
  },
  {
    what: 'puts an error into its stream, before the first piece',
    behaviour: {
      anthropic: errorAfter('head', 'overloaded_error'),
      openai: errorAfter('head', 'server_error'),
      ollama: errorAfter('head', ''),
    },
    stream: failing,
  },
  {
    what: 'puts a rate limit into its stream',
    behaviour: { anthropic: errorAfter('head', 'rate_limit_error'), openai: errorAfter('head', 'rate_limit_exceeded') },
    stream: away('provider-rate-limited', 'budget_exceeded'),
  },
  {
    what: 'puts an error into its stream, after the first piece',
    behaviour: errorAfter('piece', 'overloaded_error'),
    stream: broken,
  },
];
