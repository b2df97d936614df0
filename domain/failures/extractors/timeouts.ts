import { rulesOf, type Groups, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { isConstant } from './network.ts';

/** What a limit may be set to, as the subject of a sentence. */
const limited = String.raw`(?:[Cc]ommand|[Pp]rocess|[Ss]tep|[Jj]ob|[Tt]ask|[Bb]uild|[Ss]cript|[Rr]un|[Ee]xecution|[Tt]est run|[Hh]ook|[Ss]erver|[Pp]ipeline|[Oo]peration|[Ee]xpression|[Pp]rogram|[Ss]ession|[Cc]ontainer)\b.{0,120}\b`;

type Phrase = readonly [cue: string, pattern: RegExp];

/** A step, a command or a wait that took too long: each a word that stands in every match, and what it is part of. */
const processPhrases: readonly Phrase[] = [
  ['test timed out after', /panic: test timed out after/],
  ['did not complete', /did not complete (?:with)?in \d/],
  ['timeout occurred', /[Tt]imeout occurred after waiting/],
  ['timeout after', /[Tt]imeout after \d{1,6} ?m?s waiting/],
  ['there was a timeout', /There was a timeout/],
  ['execution expired', /execution expired/],
  ['timeoutexception', /\b(?:Http)?TimeoutException\b/],
  ['timeouterror', /\bTimeoutError\b/],
  ['socket.timeout', /socket\.timeout\b/],
  ['due to timeout', /aborted due to timeout/],
  ['timed out', new RegExp(`${limited}timed out`)],
  [
    'exceeded',
    new RegExp(
      String.raw`${limited}exceeded (?:the |its )?(?:time|timeout|maximum (?:execution |run ?)?(?:time|duration)|\d)`,
    ),
  ],
  ['has exceeded the maximum', new RegExp(`${limited}has exceeded the maximum execution time`)],
  ['killed ', new RegExp(`${limited}killed (?:after|by) (?:a )?time`)],
  ['timeout: sending signal', /timeout: sending signal/],
  ['timed out', /[Tt]imed out (?:waiting|after \d)/],
  ['wait', /\b[Ww]ait(?:ed|ing)\b.{0,160}\btimed out/],
  ['timeoutexpired', /TimeoutExpired/],
  ['timeout expired', /Timeout expired/],
  ['deadline exceeded', /[Dd]eadline exceeded/],
  ['+++ timeout +++', /\+{3,} Timeout \+{3,}/],
  ['took longer than', /execution took longer than/],
  ['job execution timeout', /job execution timeout/],
  ['terminated ', /[Tt]erminated (?:due to|by|because of) (?:the )?(?:a )?(?:timeout|time limit)/],
  ['exceeded ', /exceeded (?:the )?(?:wall|time)[- ](?:clock|limit)/],
  ['global timeout', /[Gg]lobal timeout/],
  ['timeout', /^(?:TIMEOUT\b|(?:Error: )?Time-?out[.!]?$)/],
  ['timeout>>', /<<timeout>>/],
  ['timeout has been', /\b[Tt]imeout has been (?:exceeded|reached)/],
  // `session-timeout: 2.0 sec exceeded`
  [
    'exceeded',
    /\b(?:[Ss]ession|[Ss]uite|[Rr]un|[Gg]lobal|[Tt]otal|[Oo]verall)[ -][Tt]ime(?:-?out|[ -]limit)\b.{0,40}\bexceeded\b/,
  ],
  // `server did not become ready within 30s`
  [
    'in ',
    /\b(?:did not|didn['’]t|never|not) (?:become |get |come )?(?:ready|available|respond|start|healthy|reachable|up|listen)(?:ing)?\b.{0,40}\b(?:with)?in \d{1,6} ?(?:ms|s|m|sec|min)/,
  ],
  [
    'after ',
    /\b(?:did not|didn['’]t|never|not) (?:become |get |come )?(?:ready|available|healthy|reachable|up|listening)\b.{0,40}\bafter \d{1,6} ?(?:ms|s|m|sec|min)/,
  ],
  ['exceeded the ', /exceeded the (?:time )?limit of \d/],
  ['time limit', /[Tt]ime limit (?:of .{1,30} )?(?:exceeded|reached)/],
  ['reached', /[Tt]imeout (?:of \S{1,20} )?(?:was )?reached/],
];

/** The same of what was to be read, or to be connected to. */
const networkPhrases: readonly Phrase[] = [
  ['etimedout', /\b(?<code>E(?:SOCKET)?TIMEDOUT)\b/],
  // An operation that took longer than it may.
  ['curl: (28)', /\bcurl: \(28\)/],
  ['_timeout', /\b(?<code>(?:[A-Z]{2,8}_){1,4}TIMEOUT)\b/],
  ['time', /\b(?:[Hh]eaders|[Bb]ody|[Cc]onnect|[Rr]esponse|[Ii]dle) [Tt]ime-?out(?: [Ee]rror)?\b/],
  ['timeout expired', /\b[Tt]imeout expired\b/],
  ['seconds elapsing', /\b[Tt]imeout of \d{1,6} seconds elapsing/],
  ['deadline_exceeded', /\bDEADLINE_EXCEEDED\b/],
  ['to connect ', /\bto connect (?:to \S{1,100} )?in \d{3,6} ?ms\b/],
  ['time', /[Cc]onnect(?:ion)? (?:has )?(?:timed|time) out\b/],
  ['read time', /[Rr]ead time(?:d )?out/],
  ['o timeout', /\bi\/?o timeout\b/],
  ['timeout in data', /\btimeout in data/],
  ['timeout', /(?:Read|Connect)Timeout(?:Error)?\b/],
  ['operation timed out', /[Oo]peration timed out/],
  ['operation too slow', /[Oo]peration too slow/],
  ['tls handshake timeout', /TLS handshake timeout/],
  ['network timeout at', /network timeout at/],
  ['sockettimeoutexception', /SocketTimeoutException/],
  ['connection timeout', /[Cc]onnection timeout/],
  ['timeout was reached', /[Tt]imeout was reached/],
  ['request timeout', /[Rr]equest [Tt]imeout/],
  ['timeout awaiting', /timeout awaiting/],
  ['network connection', /There appears to be trouble with your network connection/],
  ['to connect to', /[Ff]ailed to connect to .{1,100}: (?:Timeout|Connection timed out)/],
  ['resolving timed out', /[Rr]esolving timed out/],
  ['error: timeout of', /\b[A-Z]\w{1,40}Error: timeout of \d/],
  ['socket timeout', /[Ss]ocket timeout/],
  ['request timed out', /[Rr]equest timed out/],
  ['timeout', /Net::(?:Open|Read)Timeout/],
];

/** Limits that ran out. A runner's limit for one test is that test's failure, and is read with the tests. */
export const timeoutsRules = rulesOf(null, 'timeout', [
  {
    name: 'terminated-field',
    cue: 'sigterm',
    weight: 66,
    pattern: /^\s{0,12}["']?signal["']?: {1,4}["']?SIGTERM["']?,?$/,
  },
  ...processPhrases.map(([cue, pattern]) => ({
    name: 'process-timeout',
    cue,
    weight: 77,
    pattern,
    refine: (_groups: Groups, view: View) =>
      isOfOneTest(view.lines[view.at] ?? '') ? null : { groups: isNamed(view) },
  })),
  ...networkPhrases.map(([cue, pattern]) => ({
    name: 'network-timeout',
    cue,
    weight: 74,
    pattern,
    refine: (groups: Groups, view: View) => {
      const line = view.lines[view.at] ?? '';
      if (isConstant(line)) return null;
      // What is tried again says it first, and then why it was given up.
      if (line.startsWith('info There appears to be trouble')) return { groups, weight: 72 };
      return /^npm (?:warn|http)|\bretry(?:ing)?\b|\battempt \d/i.test(line) ? { groups, weight: 40 } : { groups };
    },
  })),
  {
    // The whole of a target's tests.
    name: 'target-timeout',
    cue: [' timeout in '],
    weight: 78,
    pattern: /^(?<runningTest>\/\/\S{1,200})\s{1,120}TIMEOUT in /,
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

function isNamed({ lines, at }: View) {
  for (let below = at; below < at + 6; below += 1) {
    const test = /^\s{1,8}(?<test>Test\w{1,200}(?:\/\S{1,200})?) \(\d/.exec(lines[below] ?? '')?.groups?.['test'];
    if (test !== undefined) return withPlace({ runningTest: test }, frameOf(lines, below));
  }
  return {};
}
