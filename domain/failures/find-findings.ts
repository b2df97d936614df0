import { allRules } from './all-rules.ts';
import type { Finding } from './finding.ts';
import type { LineRule, View } from './line-rule.ts';
import { createCueFinder } from './output/find-cues.ts';

const rulesByCue = new Map<string, LineRule[]>();
for (const rule of allRules) {
  for (const cue of rule.cues) rulesByCue.set(cue, [...(rulesByCue.get(cue) ?? []), rule]);
}
const cueList = [...rulesByCue.keys()];
const bucketList = cueList.map((cue) => rulesByCue.get(cue) ?? []);
const cueFinder = createCueFinder(cueList);

/** Words that make a line of a long output worth keeping. Few, so that their automaton stays in the processor's cache. */
export const keepingCues = createCueFinder(
  [
    'error,fail,fatal,panic,exception,traceback,not found,cannot,could not,unable to,missing,undefined,unresolved',
    'not ok,✖ ,✕ ,✗ ,✘ ,× ,● ,❌,timed out,timeout,denied,refused,rejected,conflict,killed,terminated,exceeded,abort',
    'expected,invalid,unknown,no such,incompatible,breaking,does not exist,unauthorized,quota,out of memory,no space',
    'segmentation,mismatch,violation,offense,would reformat,not formatted,not installed,--- a,unexpected,e: ,(c)ore dumped',
  ]
    .join(',')
    .split(','),
);

/**
 * A bound on the work with patterns: each try costs the length of its line. One that was made to be slow, or a
 * log with thousands of lines full of such words, is read up to here, its end before its start.
 */
const usualWorkMax = 8_000_000;
const workPerTry = 60;
const usualFindingsMax = 4_000;
const endLines = 1_000;

/** Which rules are tried, and how much is done at most. */
export interface FindingLimits {
  accepts?: (rule: LineRule) => boolean;
  findingsMax?: number;
  workMax?: number;
}

const isAnyRule = (): boolean => true;

/** Every line that says why a step failed, or might, in the order of the lines. Never throws. */
export function findFindings(lines: readonly string[], limits: FindingLimits = {}): Finding[] {
  const { accepts = isAnyRule, findingsMax = usualFindingsMax, workMax = usualWorkMax } = limits;
  const findings: Finding[] = [];
  const headings = headingsOf(lines);
  let work = 0;
  for (const at of readingOrder(lines.length)) {
    if (work > workMax || findings.length >= findingsMax) break;
    const line = lines[at] ?? '';
    const rules = rulesFor(line).filter(accepts);
    const lineWork = line.length + workPerTry;
    for (const rule of rules.slice(0, Math.ceil((workMax - work) / lineWork))) {
      work += lineWork;
      const finding = tryRule(rule, { lines, at, headingAt: headings[at] ?? -1 });
      if (finding !== null) findings.push(finding);
    }
  }
  return findings.sort((a, b) => a.at - b.at);
}

// Each rule once, whatever number of its cues a line has.
function rulesFor(line: string): LineRule[] {
  if (line.length < 3) return [];
  const rules = new Set<LineRule>();
  for (const cue of cueFinder.findIn(line)) for (const rule of bucketList[cue] ?? []) rules.add(rule);
  return [...rules];
}

// Where the work is too much what stands at the end is read: from the last line up, then the rest from the first line on.
function readingOrder(count: number): number[] {
  const all = Array.from({ length: count }, (_, at) => at);
  return [...all.slice(-endLines).toReversed(), ...all.slice(0, -endLines)];
}

function headingsOf(lines: readonly string[]): Int32Array {
  const headings = new Int32Array(lines.length);
  let last = -1;
  for (const [at, line] of lines.entries()) {
    headings[at] = last;
    if (line !== '' && !/^[\s│|]|^[─━═=_~*-]{3,}$/.test(line) && line.length <= 400) last = at;
  }
  return headings;
}

function tryRule(rule: LineRule, view: View): Finding | null {
  const match = rule.pattern.exec(view.lines[view.at] ?? '');
  if (match === null) return null;
  const reading = rule.refine === null ? { groups: { ...match.groups } } : rule.refine({ ...match.groups }, view);
  if (reading === null) return null;
  const { groups, failureClass = rule.failureClass, subReason, weight } = reading;
  return {
    failureClass,
    subReason: subReason ?? (failureClass === rule.failureClass ? rule.subReason : null),
    rule: rule.name,
    tool: rule.tool,
    weight: weight ?? rule.weight,
    at: view.at,
    groups,
    isWarning: rule.isWarning || groups['severity']?.toLowerCase() === 'warning',
  };
}
