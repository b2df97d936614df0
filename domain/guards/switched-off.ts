import type { CodeChange, CodeLine } from './code-lines.ts';
import type { GuardHit } from './guard.ts';
import type { Language } from './mask-code.ts';
import { isTestFile } from './test-files.ts';

interface SwitchRule {
  what: string;
  pattern: RegExp;
  languages: readonly Language[];
}

// Comments, with the marks that open them: prose that mentions a word does not begin with it.
const commentRules: readonly SwitchRule[] = [
  rule('a linter', /\/[/*][\s*{]{0,20}(?:eslint|oxlint)-disable/, ['javascript']),
  rule('a linter', /\/[/*][\s*{]{0,20}(?:biome-ignore|tslint:disable|@?deno-lint-ignore)\b/, ['javascript']),
  rule('the compiler', /\/[/*][\s/*]{0,20}@ts-(?:ignore|expect-error|nocheck)\b/, ['javascript']),
  rule('a linter', /#\s{0,10}(?:ruff:\s?|flake8:\s?)?noqa\b/i, ['python']),
  rule('a linter', /#\s{0,10}(?:pylint:\s?disable|nosec\b)/, ['python']),
  rule('the type checker', /#\s{0,10}(?:type|pyright|mypy):\s{0,5}(?:ignore|disable)/, ['python']),
  rule('the coverage', /#\s{0,10}pragma:\s?no\s?(?:cover|branch)/i, ['python']),
  rule('a linter', /\/\/\s{0,3}nolint\b/, ['go', 'c']),
  rule('the coverage', /\/[/*][\s*]{0,20}(?:istanbul|c8|v8|node:coverage)\s{1,5}(?:ignore|disable)/, ['javascript']),
];

const codeRules: readonly SwitchRule[] = [
  rule('a linter or the compiler', /#!?\[(?:cfg_attr\([^\]]{0,200})?(?:allow|expect)\(/, ['rust']),
  rule('a linter or the compiler', /@(?:SuppressWarnings|Suppress|SuppressFBWarnings)\b|#pragma warning disable/, [
    'c',
  ]),
];

const skipRules: readonly SwitchRule[] = [
  rule(
    'a test',
    /(?<![.\w$])(?:describe|it|test|suite|context|specify)(?:\.\w{1,20}){0,2}\.(?:skip|only|todo|skipIf|runIf|fails|failing|fixme)\b/,
    ['javascript'],
  ),
  rule('a test', /(?<![.\w$])(?:xit|xtest|xdescribe|fit|fdescribe)(?:\.\w{1,20})?\s?[(`]/, ['javascript']),
  rule('a test', /(?<![.\w$])(?:describe|it|test|suite)\[\s?["'`]/, ['javascript']),
  rule('a test', /(?<![.\w$])(?:t|this|ctx|context)\.(?:skip|todo)\(/, ['javascript']),
  rule('a test', /(?<![.\w$])(?:it|test|describe|suite)\([^{]{0,300}\{\s{0,5}(?:skip|todo|only)\s?:(?!\s?false\b)/, [
    'javascript',
  ]),
  rule('a test', /\bpytest\.mark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)\(/, ['python']),
  rule('a test', /\bunittest\.(?:skip|expectedFailure)|\bself\.skipTest\(|\bcollect_ignore/, ['python']),
  rule('a test', /^\s{0,200}@(?:skip|skipIf|skipUnless|expectedFailure)\b/, ['python']),
  rule('a test', /\b[a-zA-Z]\w{0,20}\.Skip(?:f|Now)?\(/, ['go']),
  rule('a test', /#\[(?:ignore\b|cfg\(any\(\)\))/, ['rust']),
  rule('a test', /@(?:Disabled|Ignore|IgnoreRest)\b|\[Ignore\b|\bSkip\s?=\s?"|\bGTEST_SKIP\(|\bXCTSkip/, ['c']),
];

/**
 * Finds checks that added lines switch off: suppressions in all code, skips and the picking out of single tests in test
 * files. A line that was only moved switches nothing off.
 */
export function checkSwitchedOff(changes: readonly CodeChange[]): GuardHit[] {
  const movable = countRemoved(changes);
  return changes.flatMap((change) => {
    const isTest = isTestFile(change.path) || change.language === 'rust';
    const rules = isTest ? [...codeRules, ...skipRules] : codeRules;
    return change.changed.flatMap((line) => {
      if (line.type !== 'added') return [];
      const found = findRule(line, change.language, rules);
      if (found === undefined || takeMoved(line, movable)) return [];
      const message = `An added line in ${change.path} switches off ${found.what}.`;
      return [{ guard: 'tamper', path: change.path, line: line.line, message }];
    });
  });
}

function rule(what: string, pattern: RegExp, languages: readonly Language[]): SwitchRule {
  return { what, pattern, languages };
}

function findRule(line: CodeLine, language: Language, rules: readonly SwitchRule[]): SwitchRule | undefined {
  const fits = (candidate: SwitchRule) => candidate.languages.includes(language);
  return (
    commentRules.find((candidate) => fits(candidate) && candidate.pattern.test(line.comments)) ??
    rules.find((candidate) => fits(candidate) && candidate.pattern.test(line.code))
  );
}

function countRemoved(changes: readonly CodeChange[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, text } of changes.flatMap(({ changed }) => changed)) {
    if (type === 'removed') counts.set(text.trim(), (counts.get(text.trim()) ?? 0) + 1);
  }
  return counts;
}

function takeMoved({ text }: CodeLine, movable: Map<string, number>): boolean {
  const left = movable.get(text.trim()) ?? 0;
  movable.set(text.trim(), left - 1);
  return left > 0;
}
