import { rulesOf, type Groups, type View } from '../line-rule.ts';
import { providerCode } from '../provider-code.ts';

/** Providers of models: what ran out, and what merely went wrong. */
export const modelRules = [
  ...rulesOf('llm', 'budget_exceeded', [
    {
      name: 'llm-money',
      because: 'money_out',
      cue: [
        'insufficient_quota',
        'credit balance',
        'billing',
        'exceeded your current quota',
        'insufficient balance',
        'insufficient credits',
        'spend limit',
        'spending limit',
        'budget has been exceeded',
        'budgetexceeded',
        'payment required',
        'billing_hard_limit',
        'hard limit',
        'insufficient funds',
        'out of credits',
        'requires more credits',
        'more credits',
        'usage limit',
        'quota exceeded',
        'budget exceeded',
        'monthly limit',
        'can only afford',
        'usage cap',
        'exhausted',
        'depleted',
        'used up',
        'run out',
        'ran out',
        'out of ',
        'not enough',
        'no remaining',
        'no credit',
        'balance is',
        'balance too',
        'top up',
        'max budget',
        'used all',
        'insufficient account',
        'spending cap',
        'spend cap',
        'budget limit',
        'cost limit',
        'arrears',
        'recharge',
      ],
      weight: 94,
      pattern:
        /(?:\b(?<code>insufficient_quota|billing_hard_limit_reached|billing_not_active|insufficient_credits|billing_error|budget_exceeded)\b|credit balance is too low|exceeded your current quota|[Ii]nsufficient (?:account )?(?:[Bb]alance|[Cc]redits?|[Ff]unds)|\b(?:[Ss]pend(?:ing)?|[Bb]udget|[Cc]ost) (?:limit|cap)s?\b.{0,60}(?:reached|exceeded|hit)|(?:reached|exceeded|hit) (?:your|the) (?:specified )?(?:API |workspace |organization |monthly )?(?:spend(?:ing)?|budget) (?:limit|cap)|(?:reached|exceeded|hit) (?:your|the) (?:specified |API |workspace |organization ){1,3}usage (?:limit|cap)|\busage cap\b.{0,60}(?:reached|exceeded|hit)|[Bb]udget has been exceeded|BudgetExceeded(?:Error)?|[Mm]ax budget|requires more credits|[Mm]ore credits are required|can only afford|(?:out of|not enough|no remaining) (?:credits?|balance|quota|funds)|(?:[Qq]uota|[Cc]redits?|[Bb]alance|[Bb]udget)\b.{0,40}\b(?:exhausted|depleted|used up|run out|ran out)|\bno credits? (?:left|remaining|available)|[Bb]alance (?:is )?(?:too low|insufficient|empty|negative)|used all (?:available |of |your ){0,3}credits|[Pp]lease (?:top up|recharge)|\baccount is in arrears|[Pp]ayment [Rr]equired|ExceededBudget)/,
      refine: decideMoney,
    },
    {
      name: 'llm-rate',
      because: 'rate_limited',
      cue: [
        'rate_limit',
        'ratelimit',
        'rate limit',
        'usage limit',
        'session limit',
        'weekly limit',
        'exhausted your',
        'daily limit',
        'your daily',
        'your hourly',
        'your weekly',
        'your monthly',
        'hourly limit',
        'resource_exhausted',
        'throttlingexception',
        'tokens per min',
        'requests per min',
        'too many tokens',
        'tpm',
        'rpm',
        'requests per day',
        'tokens per day',
        'quota exceeded for',
        '429',
        'too many requests',
        'toomanyrequests',
        'capacity exceeded',
        'limited to ',
        'requests limit',
        'request limit',
        'retry after',
        'calls /',
        'calls/',
      ],
      weight: 93,
      pattern:
        /(?:\b(?<code>rate_limit_exceeded|rate_limit_error|RESOURCE_EXHAUSTED|ThrottlingException|tokens_per_min_limit_exceeded|rate_limit_reached|too_many_requests|RateLimitReached)\b|litellm\.RateLimitError|(?:openai|anthropic|groq|mistral|cohere|together)\.RateLimitError|\bRateLimitError\b|(?:tokens|requests) per (?:min(?:ute)?|day|hour)\b|[Rr]ate limit (?:exceeded|reached|hit)\b|exhausted your (?:(?:hourly|daily|weekly|current) )?(?:quota|capacity|limit)|(?:reached|exceeded|hit) (?:your|the|its)(?: (?:current|\d-hour|hourly|daily|weekly|session))? (?:usage|session|\d-hour|hourly|daily|weekly|session) limit|\b(?:[Uu]sage|[Hh]ourly|[Dd]aily|[Ww]eekly|[Ss]ession) limit (?:has been |was |is )?(?:reached|exceeded|hit)|[Tt]oo ?[Mm]any ?[Rr]equests|(?:reached|exceeded|hit) (?:your|the) (?:daily|hourly|weekly|monthly) \w{1,20} limit|(?:reached|exceeded|hit) (?:your|the) (?:\w{1,20} )?requests? limit|[Rr]etry after \d{1,6} ?s|capacity exceeded|limited to \d{1,9} (?:API )?(?:calls|requests|tokens)|(?:calls|requests|tokens) ?\/ ?(?:min(?:ute)?|hour|day|month)\b|[Rr]ate limit.{0,60}(?:model|tokens|organization|deployment|TPM|RPM|provider))/,
      refine: withCode,
    },
    {
      name: 'llm-context',
      because: 'context_exceeded',
      cue: [
        'context_length_exceeded',
        'context length',
        'context window',
        'prompt is too long',
        'maximum context',
        'too many input tokens',
        'contextwindowexceeded',
        'request_too_large',
        'input is too long',
        'input token count',
        'exceeds the maximum number of tokens',
        'token limit',
        'context size',
        'exceed context limit',
        'string_above_max_length',
        'input tokens',
        'too many tokens',
        'too long',
        'too large',
        'too big',
        'not exceed',
        'prompt tokens',
        'total tokens',
        'reduce the',
        'shorter prompt',
        'supports ',
        'model limit',
      ],
      weight: 95,
      pattern:
        /(?:\b(?<code>context_length_exceeded|request_too_large|context_window_exceeded|string_above_max_length|exceed_context_size_error|tokens_limit_reached)\b|maximum context length|\b(?:longer|larger|greater|bigger|more) than (?:the )?(?:model's )?(?:maximum |allowed )?context|prompt is too long|ContextWindowExceeded|[Cc]ontext (?:window|length|size).{0,60}(?:exceed|limit|too|full)|(?:exceeds?|exceeded|larger than|exceed) (?:the )?(?:model's |available |maximum )?context|[Ii]nput is too long for|input token count .{0,40}exceeds|exceeds the maximum number of tokens|exhausted context window|exceed context limit|[Rr]equest body too large for|[Tt]oo many tokens(?! per |,? (?:please )?wait)|(?:prompt|input|messages?|conversation)\b.{0,60}\b(?:is |are )?(?:too (?:long|large|big)|(?:cannot|can not|must not) exceed)|(?:total|input|prompt) tokens\b.{0,60}(?:exceed|limit|maximum)|[Rr]educe the (?:length|size) of (?:the|your) (?:messages|prompt|input)|shorter prompt|supports? (?:at most|up to|a maximum of|only) \d{1,9} tokens|\btokens?\b.{0,60}\b(?:longer|larger|more|greater) than .{0,30}\blimit)/,
      refine: (groups, view) =>
        // Too many tokens of a day are a limit of time, and not of length.
        /\b(?:tokens|requests) per (?:min(?:ute)?|hour|day)\b/i.test((view.lines[view.at] ?? '').slice(0, 600))
          ? null
          : withCode(groups, view),
    },
    {
      name: 'llm-output',
      because: 'output_truncated',
      cue: [
        'max_tokens',
        'finish_reason',
        'stop_reason',
        'output limit',
        'output token',
        'truncated',
        'max_output_tokens',
        'finishreason',
        'done_reason',
        'output length',
        'lengthfinishreason',
        'maxtokens',
        'stopped generating',
      ],
      weight: 93,
      pattern:
        /(?:["']?(?:finish_?[rR]eason|stop_?[rR]eason|done_reason)["']?\s?[:=]\s?["']?(?:length|max_tokens|MAX_TOKENS|max_output_tokens)\b|"reason": ?"(?<code>max_output_tokens)"|(?:[Oo]utput|[Rr]esponse|[Cc]ompletion|[Aa]nswer|[Rr]eply) (?:was |is |has been )?(?:truncated|incomplete|cut (?:off|short)).{0,80}(?:token|length|limit)|exceeded the \d{1,7} output token maximum|(?:hit|reached|exceeded) (?:the |its )?(?:max(?:imum)? )?output (?:token )?limit|LengthFinishReasonError|IncompleteOutput\w{0,20}|\bmax_(?:output_)?tokens (?:length )?limit|possibly exceeded output limit|output token (?:limit|maximum)|MaxTokens\w{0,20}(?:Error|Exception)|stopped generating .{0,40}(?:token|length)|maximum (?:number of )?output tokens|(?:ran |run )?out of output tokens)/,
    },
  ]),
  ...rulesOf('llm', 'orchestration_error', [
    {
      name: 'llm-provider',
      because: 'provider',
      cue: [
        'overloaded',
        'api_error',
        'model_not_found',
        'not_found_error',
        'internalservererror',
        'serviceunavailable',
        'server_error',
        'apiconnectionerror',
        'model is currently',
        'the model `',
        'model "',
        "model '",
        'no endpoints found',
        'modelnotfound',
        'unavailable',
        'bad gateway',
        'llama runner',
        'internal server error',
        'connection error',
        'apistatuserror',
        'ollama',
        'upstream',
        'litellm.',
      ],
      weight: 88,
      pattern:
        /(?:\b(?<code>overloaded_error|api_error|model_not_found|not_found_error|server_error|engine_overloaded|model_not_available|UNAVAILABLE|DeploymentNotFound|ModelNotReadyException|internal_server_error)\b|litellm\.(?:InternalServerError|ServiceUnavailableError|APIConnectionError|NotFoundError|BadGatewayError|APIError)|(?:openai|anthropic)\.(?:InternalServerError|APIConnectionError|NotFoundError|APIStatusError)|APIConnectionError|\b[Mm]odel [`'"].{1,100}[`'"] (?:does not exist|has been|is not)|[Mm]odel (?:is )?(?:currently )?overloaded|model ['"].{1,100}['"] not found|\b(?:ServiceUnavailable|InternalServerError|BadGateway)\w{0,12}: 50\d|No endpoints found|llama runner process|[Oo]verloaded)/,
      refine: withCode,
    },
    {
      name: 'llm-provider',
      because: 'provider',
      cue: [
        'unavailable',
        'not responding',
        'returned error',
        'returned an error',
        'upstream connect',
        'not supported',
        'unknown model',
        'unsupported model',
        'invalid model',
        'no api key',
        'missing api key',
      ],
      weight: 84,
      pattern:
        /\b(?:AI|LLM|[Mm]odel|[Ii]nference) (?:[Ss]ervice|[Pp]rovider|[Ss]erver|[Bb]ackend|API|[Ee]ndpoint)\b.{0,60}\b(?:unavailable|not responding)|\b[Pp]rovider returned (?:an )?error|\bupstream connect error\b|\b[Mm]odel \S{2,80} is not (?:supported|available|known)\b|\b(?:[Uu]nknown|[Uu]nsupported|[Ii]nvalid) model(?: name)?[: ]|\b(?:[Nn]o|[Mm]issing) API key\b/,
      refine: withCode,
    },
    {
      name: 'llm-credentials',
      because: 'provider',
      cue: [
        'authentication_error',
        'invalid_api_key',
        'incorrect api key',
        'invalid x-api-key',
        'api key',
        'authenticationerror',
        'permission_error',
        'permission_denied',
        'unrecognizedclientexception',
        'unauthenticated',
        'no auth credentials',
      ],
      weight: 92,
      pattern:
        /(?:\b(?<code>authentication_error|invalid_api_key|permission_error|invalid_authentication|PERMISSION_DENIED|UNAUTHENTICATED|API_KEY_INVALID)\b|[Ii]ncorrect API key|invalid x-api-key|API key (?:not valid|is invalid|expired)|[Ii]nvalid API key|(?:openai|anthropic|litellm)\.(?:AuthenticationError|PermissionDeniedError)|\bAuthenticationError\b|No auth credentials found)/i,
      refine: withCode,
    },
  ]),
  ...rulesOf('llm', 'timeout', [
    {
      name: 'llm-timeout',
      cue: [
        'apitimeouterror',
        'litellm.timeout',
        'timeout_error',
        'deadline_exceeded',
        'request timed out',
        'readtimeout',
        'modeltimeoutexception',
        'request_timeout',
      ],
      weight: 92,
      pattern:
        /(?:\bAPITimeoutError\b|litellm\.(?:exceptions\.)?Timeout|\b(?<code>timeout_error|DEADLINE_EXCEEDED|ModelTimeoutException|request_timeout)\b|[Rr]equest timed out)/,
      refine: withCode,
    },
  ]),
];

// The class's name before a body is no code; what the words themselves hold is one where the body has none.
function withCode(groups: Groups, { lines, at }: View) {
  return { groups: { ...groups, code: providerCode(lines, at) ?? groups['code'] } };
}

/** A limit of time, told in the words for money: how long to wait stands beside it. */
const untilLater =
  /\bQuota exceeded for (?:quota )?metric\b|\bretryDelay\b|\b[Rr]etry in \d|\bper[_ -]?(?:minute|hour|day)\b|Per(?:Minute|Hour|Day)Per/;

function decideMoney(groups: Groups, view: View) {
  const near = view.lines
    .slice(view.at, view.at + 4)
    .join('\n')
    .slice(0, 4_000);
  const isLater = groups['code'] === undefined && untilLater.test(near) && /exceeded your current quota/.test(near);
  const reading = withCode(groups, view);
  return isLater ? { ...reading, subReason: 'rate_limited' } : reading;
}
