import type { FailureClass } from '../failure-class.ts';
import { lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { kindOfTool } from '../tool-kinds.ts';
import { withPlace } from '../refine.ts';

/** Sums, settings and findings without a place. */
export const linterSumsRules = rulesOf(null, 'lint_error', [
  {
    name: 'credentials-found',
    cue: [
      'leaks found',
      'secrets detected',
      'potential secrets',
      'finding:',
      'vulnerabilit',
      'vulnerability found',
      'found vulnerabilities',
    ],
    weight: 61,
    pattern:
      /(?:leaks found: [1-9]|[Pp]otential secrets? (?:about|detected|found)|secrets? detected|[1-9]\d{0,4} (?:\w{1,12} ){0,3}vulnerabilit(?:y|ies)\b)/,
  },
  {
    name: 'lint-sum',
    cue: [
      'problem',
      'offense',
      'violation',
      'issues',
      'lint error',
      'linting',
      'warnings found',
      'findings',
      'errors found',
      'issue found',
      'misspel',
      'unknown word',
      'code quality',
      'be fixed',
      'be formatted',
      'be sorted',
    ],
    weight: 56,
    pattern:
      /\b(?:[1-9]\d{0,6} (?:\w{1,20} )?(?:problems?|offenses?|violations?|issues?|lint errors?|linting errors?|findings?|misspellings?)\b|(?:[Ff]ound|detected):? [1-9]\d{0,6} (?:\w{1,20} )?(?:lint|style|violations?|offenses?|issues?|problems?|findings?)|Issues found: [1-9]|[1-9]\d{0,5} (?:of \d{1,6} )?files? (?:that )?(?:can|could|need to|needs to|should|must) be (?:fixed|formatted|sorted|reformatted)|Unknown word \(|Lint(?:ing)? (?:failed|errors? found)|subject may not be empty|type may not be empty)/,
    refine: (groups, view) => {
      const line = view.lines[view.at] ?? '';
      const place = readPlace(line);
      return { groups: withPlace(groups, place) };
    },
  },
  {
    name: 'list-heading',
    cue: ['undeclared', 'unused', 'unlisted', 'undocumented', 'misplaced', 'obsolete', 'superfluous', 'unimported'],
    weight: 52,
    // What checks of manifests and exports list.
    pattern:
      /\b(?:[Uu]ndeclared|[Uu]nused|[Uu]nlisted|[Mm]isplaced|[Oo]bsolete|[Ss]uperfluous|[Uu]nimported|[Uu]ndocumented) (?:(?:dev|peer|transitive|import|direct|\w{1,12} or \w{1,12}) ?)?(?:dependencies|requirements|imports|exports|files|packages|modules|symbols)(?: (?:were )?(?:found|detected)\b|: \w.{0,200}$|.{0,40}:$)/,
    refine: (groups, view) => ({ groups: withPlace(groups, readPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'import-graph',
    cue: [
      'dependency violations',
      'circular dependency',
      'circular dependencies',
      'not-to-unresolvable',
      'no-circular',
      ' → ',
      'error no-',
      'unused exports',
      'unused files',
      'unused dependencies',
    ],
    weight: 63,
    pattern:
      /(?:^\s{0,4}error (?<code>[\w-]{3,80}): (?<file>\S{1,300})(?: →|$)|[1-9]\d{0,5} dependency violations|(?:[Ff]ound|✖) [1-9]\d{0,4} circular depend|^Unused (?:files|exports|dependencies|devDependencies)(?: \(\d{1,5}\))?|[Cc]ircular dependenc(?:y|ies) (?:detected|found)|Broken contracts|Contracts: \d{1,3} kept, [1-9]\d{0,3} broken)/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        file:
          groups['file'] ??
          lookDown(
            view,
            3,
            (line) => /^(?:\d{1,4}\) )?(?<file>[\w@./-]{1,300}\.\w{1,8})(?:\s|$)/.exec(line)?.groups?.['file'] ?? null,
          ) ??
          undefined,
      },
    }),
  },
  {
    name: 'standard',
    cue: ['standard: use javascript standard style', 'ts-standard: use'],
    weight: 72,
    pattern: /^(?:ts-)?standard: Use (?:JavaScript|TypeScript) Standard Style/,
    refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 3, readPlace)) }),
  },
  {
    name: 'build-task',
    cue: ['failed to execute goal ', 'execution failed for task '],
    weight: 56,
    // Which plugin of a build failed, where it says no more.
    pattern:
      /\bFailed to execute goal [\w.]{1,100}:(?<plugin>[\w.-]{2,80}?)(?:-maven)?(?:-plugin)?:\S{1,80}:[\w-]{2,60}\b|\bExecution failed for task '(?::?[\w.-]{1,80}:)*(?<task>\w{2,80})'/,
    refine: ({ plugin, task }) => {
      const failureClass = plugin === undefined ? kindOfTask(task ?? '') : kindOfTool(plugin);
      if (failureClass === 'contract_violation') return { groups: {}, failureClass, weight: 44 };
      return failureClass === 'lint_error' ? { groups: {} } : null;
    },
  },
  {
    name: 'vulnerable-code',
    cue: ['your code is affected by'],
    weight: 64,
    pattern: /^Your code is affected by [1-9]\d{0,4} vulnerabilit/,
    refine: (groups, view) => {
      const isCall = (line: string) =>
        /^\s{2,12}(?:#\d{1,3}: )?\S{1,300}\.go:\d{1,7}:\d{1,7}: .{1,200}\bcalls\b/.test(line) ? line : null;
      const call = lookDown(view, 60, isCall) ?? lookUp(view, 60, isCall);
      const read = (line: string) => /\b(?<code>GO-\d{4}-\d{4,5})\b/.exec(line)?.groups?.['code'] ?? null;
      const code = lookDown(view, 20, read) ?? lookUp(view, 60, read) ?? undefined;
      return { groups: { ...withPlace(groups, call === null ? null : readPlace(call)), code } };
    },
  },
  {
    name: 'policy',
    cue: ['fail - '],
    weight: 70,
    pattern: /^FAIL - (?<file>\S{1,300}) - (?<rule>[\w.]{1,80}) - (?<message>\S.{1,300})$/,
  },
  {
    name: 'checked-resource',
    cue: ['check: ckv'],
    weight: 64,
    pattern: /^Check: (?<code>CKV\w{0,12}_\d{1,4}): "(?<message>.{1,300})"$/,
    refine: (groups, view) =>
      lookDown(view, 1, (line) => (/^\s{1,8}FAILED for resource/.test(line) ? true : null)) === null
        ? null
        : { groups: withPlace(groups, lookDown(view, 2, readPlace)) },
  },
  {
    name: 'weighted-issues',
    cue: ['weighted issues', 'signature errors found'],
    weight: 62,
    pattern: /\b[Ff]ailed with [1-9]\d{0,6} weighted issues\b|: Signature errors found\. Verify\b/,
  },
  {
    name: 'commitlint',
    cue: ['✖   ', '✖ ', '[empty-'],
    weight: 66,
    pattern: /^\s{0,4}(?:✖ {3}|⧗ {3}|- )?(?<message>\S.{1,300}) \[(?<code>[a-z]+-[a-z-]{2,60})\]$/,
    refine: (groups, view) =>
      /^✖/.test(view.lines[view.at] ?? '') || groups['code'] === 'empty-rules' ? { groups } : null,
  },
  {
    name: 'linter-settings',
    cue: ['from `', 'configuration file', 'pyproject.toml', 'configuration is not valid', 'configuration '],
    weight: 61,
    pattern:
      /(?:(?:from|in|configuration file|read|parse|load) [`'"](?<file>[^`'"\s]{1,300}\.\w{1,10})[`'"]|configuration is not valid)/,
    refine: (groups, view) =>
      /\b(?:[Uu]nknown|[Ii]nvalid|[Uu]nable|[Ff]ailed|[Ee]rror|not valid|[Uu]nexpected|[Cc]ause)\b/.test(
        view.lines[view.at] ?? '',
      )
        ? { groups, weight: 58 }
        : null,
  },
]);

/** What a task of Gradle checks, by the name that its plugin gives it. */
function kindOfTask(task: string): FailureClass | null {
  if (/(?:^|[a-z])[aA]piCheck$|^(?:japicmp|revapi|metalavaCheck)/.test(task)) return 'contract_violation';
  const linters =
    /^(?:ktlint|detekt|spotless|checkstyle|pmd|cpd|spotbugs|codenarc|lint(?:[A-Z]|$)|verifyGoogleJavaFormat|forbiddenApis)/;
  return linters.test(task) ? 'lint_error' : null;
}
