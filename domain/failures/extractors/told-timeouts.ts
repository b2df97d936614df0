import { rulesOf, type Groups, type View } from '../line-rule.ts';

const span = String.raw`(?:\d{1,9}(?:[.,]\d{1,3})? ?(?:ms|m?s|sec\w{0,4}|min\w{0,4}|hours?|h|m)\b|\d{1,4}m\d{1,2}(?:\.\d{1,9})?s\b)`;
const ended = String.raw`(?:did not|didn['’]t|has not|failed to) (?:finish|complete|exit|terminate|stop|return|respond|start|become ready|come up)`;

/** Sentences about a limit of time, each with a word that stands in every match. */
const phrases: readonly (readonly [cue: string, pattern: string])[] = [
  ['timeout', String.raw`\b[Tt]ime-?out:? .{0,80}\b(?:waiting|not (?:reachable|available|ready|responding|healthy))\b`],
  ['waiting', String.raw`\b(?:[Gg]ave|[Gg]iving) up waiting\b`],
  ['giving up', String.raw`\bnot (?:available|ready|reachable|up|healthy) (?:after|within) .{1,40}\bgiving up\b`],
  ['timed out', String.raw`^\s{0,4}(?:[\w./-]{1,40}: ){0,3}[Tt]imed out[:.]?(?: |$)`],
  ['exceeded', String.raw`\b[Ee]xceeded (?:the )?${span}`],
  ['exceeded ', String.raw`\bhas exceeded ${span}`],
  ['took too long', String.raw`\btook too long\b`],
  ['time limit', String.raw`\btime limit\b.{0,30}\b(?:reached|exceeded|hit)\b`],
  ['time limit', String.raw`\b(?:reached|exceeded|hit) (?:its |the |a )?time limit\b`],
  ['timelimitexceeded', String.raw`\bTimeLimitExceeded\b`],
  ['in ', String.raw`\b${ended}\b.{0,30}\b(?:with)?in ["']?${span}`],
  ['output', String.raw`\b[Nn]o output\b.{0,30}\b(?:in|for|since)\b.{0,20}${span}`],
  ['waited ', String.raw`\b[Ww]aited ${span}.{0,80}\b(?:but|still|not|gave up)\b`],
  ['hung', String.raw`\b[Hh]ung\b.{0,40}\b(?:kill|terminat|abort)`],
  ['kill', String.raw`\b(?:killing|killed|terminating|aborting)\b.{0,20}\bafter ${span}`],
  ['client.timeout exceeded', String.raw`\bClient\.Timeout exceeded\b`],
  ['ms exceeded', String.raw`\btimeout of \d{1,9} ?ms exceeded\b`],
  ['timeout of', String.raw`\bexceeded (?:the |its )?timeout of \d`],
  ['timed out (', String.raw`\b[Tt]imed out \(\d[^)]{0,20}\) waiting\b`],
  // `canceling statement due to statement timeout`
  [
    'due to ',
    String.raw`\b(?:[Cc]ancel+ing|[Cc]ancel+ed|[Aa]borted|[Aa]borting|[Tt]erminated) .{0,40}\bdue to .{0,30}\btime-?out\b`,
  ],
  // `has not finished booting after 600 s, giving up`
  ['giving up', String.raw`\bafter ${span},? giving up\b`],
  ['gave up', String.raw`\b[Gg]ave up\b.{0,60}\bafter ${span}`],
  ['max attempts exceeded', String.raw`\b[Ww]aiter \S{1,60} failed: Max attempts exceeded`],
  // An exception that has its name of it: `LockTimeout: ...`
  ['timeout', String.raw`\b[A-Z]\w{2,60}Timeout(?:Error|Exception)?(?:: |\()`],
  ['timeout occurred', String.raw`\b[Cc]onnect(?:ion)? timeout occurred\b`],
  // `no new tests completed within the last 1000ms`, `no message in 10000 ms`
  [
    'no ',
    String.raw`\b[Nn]o (?:new )?(?:tests completed|messages?|activity|progress|heartbeat|traffic)\b.{0,20} (?:with)?in (?:the (?:last|past) )?${span}`,
  ],
  ['timeout exceeded', String.raw`\b[Tt]imeout exceeded(?:[:.,"']|$)`],
  [
    'inactivity ',
    String.raw`\binactivity (?:time|timeout|period|limit) of ${span}.{0,20}\b(?:elapsed|expired|exceeded|reached)`,
  ],
  ['deadline', String.raw`\bexceeded (?:its|the) (?:\w{1,12} )?deadline\b`],
  ['times (timeout)', String.raw`\bfailed \d{1,3} times \(timeout\)`],
  ['timed out (', String.raw`\b[A-Z]\w{1,40} timed out \(${span}\)`],
  ['reached timeout', String.raw`\b[Rr]eached TIMEOUT\b`],
  [':etimedout', String.raw`\W:etimedout\b`],
];

/** Limits of time as tools of all kinds tell them. In a run of tests they may be those of one test. */
export const toldTimeoutRules = rulesOf(
  null,
  'timeout',
  phrases.map(([cue, pattern]) => ({
    name: cue === 'ms exceeded' ? 'limit-exceeded' : 'told-timeout',
    cue,
    weight: 73,
    pattern: new RegExp(pattern),
    refine: (groups: Groups, view: View) => (isElsewhere(view.lines[view.at] ?? '') ? null : { groups }),
  })),
);

/** What is tried again, warned of, or printed by the program of a test. */
function isElsewhere(line: string): boolean {
  return /\bretry(?:ing)?\b|^\s{0,4}(?:warn|WARN|\[WARN|info\b|INFO\b|#|\/\/)|\bin your test\b|\bwaiting for (?:selector|element|locator)\b/.test(
    line,
  );
}
