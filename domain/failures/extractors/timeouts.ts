import { rulesOf } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { isConstant } from './network.ts';

/** Limits that ran out. A runner's limit for one test is that test's failure, and is read with the tests. */
export const timeoutsRules = rulesOf(null, 'timeout', [
  {
    name: 'terminated-field',
    cue: 'sigterm',
    weight: 66,
    pattern: /^\s{0,12}["']?signal["']?: {1,4}["']?SIGTERM["']?,?$/,
  },
  {
    name: 'process-timeout',
    cue: [
      'did not complete',
      'took longer than',
      'timeout occurred',
      'timeout after',
      'there was a timeout',
      'execution expired',
      'timeoutexception',
      'timeouterror',
      'socket.timeout',
      'due to timeout',
      'timed out after',
      'test timed out',
      'time limit',
      'timeout: sending signal',
      'exceeded the timeout',
      'command timed out',
      'maximum execution time',
      'has exceeded',
      'timed out waiting',
      'process timed out',
      'operation timed out',
      'deadline exceeded',
      'terminated due to timeout',
      'execution timed out',
      'timeout expired',
      'timeoutexpired',
      'exceeded the maximum',
      'timed out in',
      'wait-on',
      'timed out (',
      'timeout in ',
      'killed by timeout',
      'exceeded time',
      'time-out',
      'timeout after',
      'timeout of ',
      'global timeout',
      '+++ timeout +++',
      'ci job',
      'job execution timeout',
      'was stopped at',
      'wall clock',
      'exceeded its time',
      'timeout reached',
      'timed out.',
      'timed out:',
      'timed out!',
      'sigterm',
      'timedout',
    ],
    weight: 77,
    pattern:
      /(?:panic: test timed out after|did not complete (?:with)?in \d|[Tt]imeout occurred after waiting|[Tt]imeout after \d{1,6} ?m?s waiting|There was a timeout|execution expired|\b(?:Http)?TimeoutException\b|\bTimeoutError\b|socket\.timeout\b|aborted due to timeout|(?:[Cc]ommand|[Pp]rocess|[Ss]tep|[Jj]ob|[Tt]ask|[Bb]uild|[Ss]cript|[Rr]un|[Ee]xecution|[Tt]est run|[Hh]ook|[Ss]erver|[Pp]ipeline|[Oo]peration|[Ee]xpression|[Pp]rogram|[Ss]ession|[Cc]ontainer)\b.{0,120}\b(?:timed out|exceeded (?:the |its )?(?:time|timeout|maximum execution time|\d)|has exceeded the maximum execution time|killed (?:after|by) (?:a )?time)|timeout: sending signal|[Tt]imed out (?:waiting|after \d)|TimeoutExpired|Timeout expired|[Dd]eadline exceeded|\+{3,} Timeout \+{3,}|execution took longer than|job execution timeout|[Tt]erminated (?:due to|by|because of) (?:the )?(?:a )?(?:timeout|time limit)|Timed out waiting for: |exceeded (?:the )?(?:wall|time)[- ](?:clock|limit)|[Gg]lobal timeout|^TIMEOUT\b|exceeded the (?:time )?limit of \d|[Tt]ime limit (?:of .{1,30} )?(?:exceeded|reached)|[Tt]imeout (?:of \S{1,20} )?(?:was )?reached)/,
    refine: (groups, view) => (isOfOneTest(view.lines[view.at] ?? '') ? null : { groups: isNamed(view) }),
  },
  {
    name: 'network-timeout',
    cue: [
      'etimedout',
      'connection timed out',
      'read timed out',
      'connect timeout',
      'i/o timeout',
      'readtimeout',
      'connecttimeout',
      'operation timed out',
      'esockettimedout',
      'network timeout',
      'request timeout',
      'timed out',
      'operation too slow',
      'tls handshake timeout',
      '_timeout',
      'timeout expired',
      'connection timeout',
      'connect timeout',
      'headers timeout',
      'body timeout',
      'response timeout',
      'idle timeout',
      'seconds elapsing',
      'deadline_exceeded',
      'taskcanceledexception',
      ' due to timeout',
      'econnaborted',
      'connect in ',
      'failed to connect to',
      'gateway time',
      'low speed',
      'sockettimeoutexception',
      'timeout awaiting',
      'error: timeout of',
      'socket timeout',
      'request timed',
      'network connection',
    ],
    weight: 74,
    pattern:
      /(?:\b(?<code>ETIMEDOUT|ESOCKETTIMEDOUT|(?:[A-Z]{2,8}_){1,4}TIMEOUT)\b|\b(?:[Hh]eaders|[Bb]ody|[Cc]onnect|[Rr]esponse|[Ii]dle) [Tt]ime-?out(?: [Ee]rror)?\b|\b[Tt]imeout expired\b|\b[Tt]imeout of \d{1,6} seconds elapsing|\bDEADLINE_EXCEEDED\b|\bto connect (?:to \S{1,100} )?in \d{3,6} ?ms\b|[Cc]onnect(?:ion)? (?:has )?timed out|[Rr]ead timed out|[Rr]ead timeout|i\/o timeout|(?:Read|Connect)Timeout(?:Error)?\b|[Oo]peration timed out|[Oo]peration too slow|TLS handshake timeout|network timeout at|SocketTimeoutException|[Cc]onnection timeout|[Tt]imeout was reached|[Rr]equest [Tt]imeout|timeout awaiting|There appears to be trouble with your network connection|[Ff]ailed to connect to .{1,100}: (?:Timeout|Connection timed out)|[Rr]esolving timed out|\b[A-Z]\w{1,40}Error: timeout of \d|[Ss]ocket timeout|[Rr]equest timed out|Net::OpenTimeout|Net::ReadTimeout)/,
    refine: (groups, view) =>
      isConstant(view.lines[view.at] ?? '')
        ? null
        : /^npm (?:warn|http)|\bretry(?:ing)?\b|\battempt \d/i.test(view.lines[view.at] ?? '')
          ? { groups, weight: 40 }
          : { groups },
  },
  {
    name: 'killed',
    cue: ['sigterm', 'terminated', 'received signal'],
    weight: 60,
    pattern:
      /(?:^Terminated$|\b(?:killed|terminated|exited|stopped) (?:by|with|on|due to) (?:signal )?(?:SIGTERM|15\b)|[Rr]eceived (?:signal )?SIGTERM|signal: 'SIGTERM'|Command failed with signal "?SIGTERM|ELIFECYCLE.{0,60}SIGTERM)/,
    // The row of one test.
    refine: (groups, view) => (/^\s{0,4}\d{1,5}\/\d{1,5} /.test(view.lines[view.at] ?? '') ? null : { groups }),
  },
]);

const perTest =
  /(?:[Ee]xceeded timeout of \d+ ?ms for a (?:test|hook)|Test timed out in \d+ ?ms|Test timeout of \d+ ?ms|Hook timed out|Async function did not complete|[Tt]imeout of \d+ ?ms exceeded|test timed out after \d+ ?m(?:illi)?s|Failed: Timeout|\*{3}Timeout|timed out after \d+ ?ms$|Timed out retrying|locator|waiting for (?:selector|element|locator|expect))/;

function isOfOneTest(line: string): boolean {
  return perTest.test(line) && !/^panic: /.test(line);
}

// Go says which test was running; so do some others.
function frameOf(lines: readonly string[], from: number) {
  for (const line of lines.slice(from, from + 120)) {
    const place = /^\t\/\S{1,300}\.go:\d{1,7} /.test(line) ? readPlace(line) : null;
    if (place !== null && isProjectFile(place.file)) return place;
  }
  return null;
}

function isNamed({ lines, at }: { lines: readonly string[]; at: number }) {
  for (let below = at; below < at + 6; below += 1) {
    const test = /^\s{1,8}(?<test>Test\w{1,200}(?:\/\S{1,200})?) \(\d/.exec(lines[below] ?? '')?.groups?.['test'];
    if (test !== undefined) return withPlace({ runningTest: test }, frameOf(lines, below));
  }
  return {};
}
