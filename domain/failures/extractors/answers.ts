import { rulesOf } from '../line-rule.ts';

const words = String.raw`(?:Client Error|Server Error|Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not Allowed|Conflict|Payload Too Large|Request Entity Too Large|Unprocessable|Too Many Requests|Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)`;

/** The number with which a server refused a request, however a client prints it. Whose server it is, the step says. */
export const answerRules = rulesOf(null, 'orchestration_error', [
  {
    name: 'http-status',
    because: 'service',
    cue: [
      'status',
      'http',
      'error',
      'exception',
      ' client error',
      ' bad ',
      ' not found',
      ' too many',
      ' unauth',
      ' forbid',
      ' unavailable',
      ' conflict',
    ],
    weight: 56,
    pattern: new RegExp(
      String.raw`(?:\b[Ss]tatus(?:[ _-]?[Cc]ode)?["']?\s{0,2}[:=]?\s{0,2}["']?(?<status>[45]\d\d)\b|\bHTTP(?:\/\d(?:\.\d)?)?:? (?:[Ee]rror:? |status:? |code:? )?(?<status2>[45]\d\d)\b|\b[Ee]rror(?: code)?: (?<status3>[45]\d\d)\b|(?:Error|Exception): (?<status4>[45]\d\d)\b|\b(?<status5>[45]\d\d):? ${words}\b|\b(?<missing>[Rr]esource not found)\b)`,
    ),
    refine: ({ missing, ...groups }) => {
      const status = Object.values(groups).find((value) => value !== undefined);
      return { groups: { status: missing === undefined ? status : '404' } };
    },
  },
]);
