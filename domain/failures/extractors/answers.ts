import { rulesOf } from '../line-rule.ts';
import { packageOfAddress } from './package-address.ts';

const words = String.raw`(?:Client Error|Server Error|Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not Allowed|Conflict|Payload Too Large|Request Entity Too Large|Unprocessable|Too Many Requests|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)`;

// Providers of models say with one number that money or that patience is needed, and with another what was too long.
function ranOut(line: string): string | undefined {
  if (/\b(?:current quota|billing|credits?|balance|payment)\b/i.test(line)) return 'money_out';
  return /\bcontext (?:length|window|size)\b|\b(?:prompt|input) is too long\b/i.test(line)
    ? 'context_exceeded'
    : undefined;
}

/** The number with which a server refused a request, however a client prints it. Whose server it is, the step says. */
export const answerRules = rulesOf(null, 'orchestration_error', [
  {
    name: 'api-exception',
    because: 'service',
    cue: ['http', 'api', 'request', 'response', 'validation', 'unprocess', 'conflict', 'notfound', 'service'],
    weight: 60,
    // The client of a server threw what it answered. Whose server it is, the step says.
    pattern:
      /^(?:Exception in thread "\w{1,20}" |Unhandled exception\. |Error: )?(?:[\w$]{0,40}[.:]){0,8}\w{0,40}(?:H[Tt][Tt][Pp]|A[Pp][Ii]|Request|Response|Service|Validation|Unprocessable|Conflict|NotFound|Forbidden)\w{0,24}(?: \[\w{1,40}\])?: (?<message>\S.{1,400})/,
    refine: (groups, view) =>
      /\b(?:Connection|Timeout|Key|Value|Type|Import)\w{0,12}(?:Error|Exception): /.test(view.lines[view.at] ?? '')
        ? null
        : { groups },
  },
  {
    name: 'http-status',
    because: 'service',
    cue: [
      'status',
      'http',
      'error',
      'exception',
      'response [',
      'request: (',
      ' client error',
      ' bad ',
      ' not found',
      ' too many',
      ' unauth',
      ' forbid',
      ' unavailable',
      ' unproc',
      ' conflict',
    ],
    weight: 56,
    pattern: new RegExp(
      String.raw`(?:\b[Ss]tatus(?:[ _-]?[Cc]ode)?["']?\s{0,2}[:=]?\s{0,2}["']?(?<status>[45]\d\d)\b|\bHTTP(?:\/\d(?:\.\d)?)?:? (?:[Ee]rror:? |status:? |code:? )?(?<status2>[45]\d\d)\b|\b[Ee]rror(?: code)?: (?<status3>[45]\d\d)\b|(?:Error|Exception): (?<status4>[45]\d\d)\b|\b(?<status5>[45]\d\d):? ${words}\b|\b${words} ?[-:(]{0,2} ?(?<status6>[45]\d\d)\b|<Response \[(?<status7>[45]\d\d)\]>|\b[Rr]equest: \((?<status8>[45]\d\d)\)|\b(?<missing>[Rr]esource not found)\b)`,
    ),
    refine: ({ missing, ...groups }, view) => {
      const status = Object.values(groups).find((value) => value !== undefined);
      const asked = missing === undefined && status === '404' ? packageOfAddress(view.lines[view.at] ?? '') : null;
      return {
        groups: {
          status: missing === undefined ? status : '404',
          asked: asked ?? undefined,
          ranOut: ranOut(view.lines[view.at] ?? ''),
        },
      };
    },
  },
]);
