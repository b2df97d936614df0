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

/** Cues that make a line of a long output worth keeping: the words of all rules that are no mere punctuation. */
export const keepingCues = createCueFinder(cueList.filter((cue) => /[a-z]{4}|[✖✕✗✘●×]/.test(cue) && !/^(?:package|version|module)$/.test(cue)));

/**
 * A bound on the work with patterns: each try costs the length of its line. Real outputs stay far below; one that was
 * made to be slow is read up to here, its end before its start.
 */
const workMax = 12_000_000;
const workPerTry = 60;
const findingsMax = 4_000;

/** Every line that says why a step failed, or might, in the order of the lines. Never throws. */
export function findFindings(lines: readonly string[], rules: (rule: LineRule) => boolean = () => true): Finding[] {
  const findings: Finding[] = [];
  const headings = headingsOf(lines);
  let work = 0;
  for (const at of readingOrder(lines.length)) {
    if (work > workMax || findings.length >= findingsMax) break;
    const line = lines[at] ?? '';
    if (line.length < 3) continue;
    const tried = new Set<LineRule>();
    for (const cue of cueFinder.findIn(line)) {
      for (const rule of bucketList[cue] ?? []) {
        if (tried.has(rule) || !rules(rule)) continue;
        tried.add(rule);
        work += line.length + workPerTry;
        const finding = tryRule(rule, { lines, at, headingAt: headings[at] ?? -1 });
        if (finding !== null) findings.push(finding);
      }
      if (work > workMax) break;
    }
  }
  return findings.sort((a, b) => a.at - b.at);
}

// The end first, then the start, then what lies between.
function readingOrder(count: number): number[] {
  const all = Array.from({ length: count }, (_, at) => at);
  return count <= 2_000 ? all : [...all.slice(-1_000), ...all.slice(0, -1_000)];
}

function headingsOf(lines: readonly string[]): Int32Array {
  const headings = new Int32Array(lines.length);
  let last = -1;
  for (const [at, line] of lines.entries()) {
    headings[at] = last;
    if (line !== '' && !/^[\s│|]/.test(line) && line.length <= 400) last = at;
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
