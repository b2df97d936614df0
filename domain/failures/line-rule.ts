import type { FailureClass } from './failure-class.ts';

/** What a pattern took from a line: file, line, column, code, message, test, package, severity. */
export type Groups = Readonly<Record<string, string | undefined>>;

/** The lines of an output, and the one that is looked at. */
export interface View {
  lines: readonly string[];
  at: number;
  /** The last line before it that began at its start, or -1: in some forms the file of the entries below. */
  headingAt: number;
}

/** What a rule says after it looked at the lines around. */
export interface Reading {
  groups: Groups;
  failureClass?: FailureClass;
  subReason?: string;
  weight?: number;
}

/** A line of output that tells what a failure is. */
export interface LineRule {
  name: string;
  /** The tool that prints it; null for a form that many share. */
  tool: string | null;
  failureClass: FailureClass;
  subReason: string | null;
  /** Lower-case texts of which one stands in every line that can match. They are found for all rules in one walk. */
  cues: readonly string[];
  pattern: RegExp;
  /** How much it says about the whole output, from 0 to 100: the heaviest finding decides. */
  weight: number;
  /** Fails nothing as long as anything else is said. */
  isWarning: boolean;
  /** Looks at the lines around; null when it is no finding after all. */
  refine: ((groups: Groups, view: View) => Reading | null) | null;
}

/** A rule as it is written down. */
export interface RuleShape {
  name: string;
  /** The class; that of the tool where it is not said. */
  is?: FailureClass;
  because?: string;
  cue: string | readonly string[];
  pattern: RegExp;
  weight?: number;
  isWarning?: true;
  refine?: (groups: Groups, view: View) => Reading | null;
}

// Dependency before compile before test, since each hides or causes the next; a comparison of contracts is never
// printed by accident; network words are printed by tests too.
const usualWeights: Readonly<Record<FailureClass, number>> = {
  dependency_missing: 90,
  contract_violation: 86,
  budget_exceeded: 85,
  compile_error: 80,
  timeout: 76,
  test_fail: 70,
  lint_error: 62,
  orchestration_error: 55,
  unknown: 50,
};

/** The rules of one tool. `failureClass` is what it usually complains of. */
export function rulesOf(tool: string | null, failureClass: FailureClass, shapes: readonly RuleShape[]): LineRule[] {
  return shapes.map(({ name, is = failureClass, because, cue, pattern, weight, isWarning, refine }) => ({
    name,
    tool,
    failureClass: is,
    subReason: because ?? null,
    cues: typeof cue === 'string' ? [cue] : cue,
    pattern,
    weight: weight ?? usualWeights[is],
    isWarning: isWarning === true,
    refine: refine ?? null,
  }));
}

/** The first line from `from` on, at most `reach` lines away, for which the reader has an answer. */
export function lookDown<Found>(view: View, reach: number, read: (line: string) => Found | null): Found | null {
  for (let at = view.at + 1; at <= view.at + reach; at += 1) {
    const line = view.lines[at];
    if (line === undefined) return null;
    const found = read(line);
    if (found !== null) return found;
  }
  return null;
}

/** The same upwards, nearest line first. */
export function lookUp<Found>(view: View, reach: number, read: (line: string) => Found | null): Found | null {
  for (let at = view.at - 1; at >= Math.max(0, view.at - reach); at -= 1) {
    const found = read(view.lines[at] ?? '');
    if (found !== null) return found;
  }
  return null;
}

/** Whether a line that is meant stands at most so many lines above this one or below it. */
export function standsNear(
  view: View,
  { up, down }: { up: number; down: number },
  isMeant: (line: string) => boolean,
): boolean {
  const read = (line: string) => (isMeant(line) ? true : null);
  return (lookUp(view, up, read) ?? lookDown(view, down, read)) === true;
}

/** How far in a line begins. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
