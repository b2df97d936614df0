import type { FileChange } from '../text/unified-diff.ts';
import type { ReadFile } from './code-lines.ts';
import type { GuardHit } from './guard.ts';
import type { NamedFiles } from './named-files.ts';

interface SettingRule {
  what: string;
  /** Matched against the whole path in lower case, which is how some file systems read it. */
  path: RegExp;
  /** For files that hold other things too: the part that counts. Without it every change of the file does. */
  relevant?: (text: string) => string;
}

const base = String.raw`(?:^|\/)`;
const script = '(?:js|cjs|mjs|ts|cts|mts|json|jsonc|yml|yaml|toml)';

const settingRules: readonly SettingRule[] = [
  rule(
    'a workflow of the CI',
    String.raw`${base}\.(?:github\/(?:workflows|actions)|circleci|buildkite|ci|gitlab\/ci|woodpecker)\/`,
  ),
  rule(
    'a workflow of the CI',
    String.raw`${base}(?:\.gitlab-ci[^/]{0,40}|\.travis|\.?appveyor|\.drone|\.woodpecker|azure-pipelines[^/]{0,40}|bitbucket-pipelines|cloudbuild|buildspec)\.ya?ml$`,
  ),
  rule('a workflow of the CI', String.raw`${base}jenkinsfile[^/]{0,40}$`),
  rule('a hook', String.raw`${base}\.(?:husky|githooks)\/`),
  rule(
    'a hook',
    String.raw`${base}(?:\.?lefthook|\.pre-commit-config|\.lintstagedrc|lint-staged\.config)(?:\.${script})?$`,
  ),
  rule("git's attributes", String.raw`${base}\.gitattributes$`),
  rule('the submodules', String.raw`${base}\.gitmodules$`),
  rule("Ratchet's own settings", String.raw`${base}\.ratchet\.ya?ml$`),
  rule(
    'a setting of the linter',
    String.raw`${base}(?:\.eslintrc|\.prettierrc|\.stylelintrc|\.oxlintrc)(?:\.${script})?$`,
  ),
  rule('a setting of the linter', String.raw`${base}\.(?:eslint|prettier|stylelint)ignore$`),
  rule('a setting of the linter', String.raw`${base}(?:eslint|prettier|stylelint|commitlint)\.config\.${script}$`),
  rule(
    'a setting of the linter',
    String.raw`${base}(?:biome\.jsonc?|tslint\.json|\.golangci(?:\.${script})?|\.?ruff\.toml|\.flake8|\.?pylintrc|\.?clippy\.toml|\.?rustfmt\.toml|checkstyle\.xml)$`,
  ),
  rule('a setting of the compiler', String.raw`${base}(?:ts|js)config(?:\.[^/]{1,60})?\.json$`),
  rule('a setting of the compiler', String.raw`${base}(?:\.?mypy\.ini|pyrightconfig\.json)$`),
  rule(
    'a setting of the tests',
    String.raw`${base}(?:vitest|jest|playwright|cypress|ava|karma|wdio)[^/]{0,40}\.(?:config|conf|workspace|setup|preset)\.${script}$`,
  ),
  rule('a setting of the tests', String.raw`${base}(?:\.mocharc(?:\.${script})?|pytest\.ini|tox\.ini|noxfile\.py)$`),
  rule(
    'a setting of the coverage',
    String.raw`${base}(?:\.nycrc|\.c8rc|\.?codecov|\.coveragerc|nyc\.config)(?:\.${script})?$`,
  ),
  { ...rule('a script or a setting of a tool', String.raw`${base}package\.json$`), relevant: relevantOfManifest },
  { ...rule('a setting of a tool', String.raw`${base}(?:pyproject|cargo)\.toml$`), relevant: relevantSections },
  { ...rule('a setting of a tool', String.raw`${base}setup\.cfg$`), relevant: relevantSections },
  { ...rule('a setting of the tests', String.raw`${base}vite\.config\.${script}$`), relevant: testSettings },
];

/** Finds changes of what decides whether a change is good: CI, hooks, linters, compilers, tests and coverage. */
export function checkSettingFiles(
  changes: readonly FileChange[],
  named: NamedFiles,
  { readBefore, readAfter }: { readBefore: ReadFile; readAfter: ReadFile },
): GuardHit[] {
  return changes.flatMap((change): GuardHit[] => {
    const { path } = change;
    const before = change.oldPath ?? path;
    if ([path, before].some((name) => named.isMentioned(name) || named.isExactlyInScope(name))) return [];
    const found = settingRules.find((candidate) =>
      [path, before].some((name) => candidate.path.test(name.toLowerCase())),
    );
    if (found === undefined) return [];
    const { relevant } = found;
    if (relevant !== undefined && partOf(relevant, readBefore(before)) === partOf(relevant, readAfter(path))) return [];
    // The first manifest of a new package takes nothing away from an old one.
    if (relevant === relevantOfManifest && change.kind === 'added') return [];
    return [
      { guard: 'tamper', path, line: null, message: `${path} is ${found.what}, and the order does not name it.` },
    ];
  });
}

function rule(what: string, path: string): SettingRule {
  return { what, path: new RegExp(path) };
}

function partOf(relevant: (text: string) => string, text: string | undefined): string {
  return text === undefined ? '' : relevant(text);
}

const manifestFields = [
  ...[
    'scripts',
    'eslintConfig',
    'eslintIgnore',
    'jest',
    'vitest',
    'mocha',
    'ava',
    'nyc',
    'c8',
    'prettier',
    'stylelint',
  ],
  ...['lint-staged', 'husky', 'simple-git-hooks', 'tap', 'xo', 'standard', 'workspaces'],
];

function relevantOfManifest(text: string): string {
  try {
    const manifest = JSON.parse(text) as Record<string, unknown> | null;
    const fields = manifestFields.map((field) => [field, manifest?.[field]]);
    return JSON.stringify(fields.filter(([, value]) => value !== undefined));
  } catch {
    // Not JSON: nobody can say which part of it changed, so all of it counts.
    return text;
  }
}

const relevantSection =
  /^\s{0,20}\[{1,2}\s{0,5}"?(?:(?:tool[.:]\s?)?"?(?:ruff|mypy|pytest|coverage|pylint|flake8|black|isort|pyright|tox|bandit)\b|(?:workspace\.)?lints\b|profile\b)/i;

/** The sections of a TOML or INI file that set a linter, a type checker, the tests or the coverage. */
function relevantSections(text: string): string {
  let isRelevant = false;
  const kept = text.split('\n').filter((line) => {
    if (/^\s{0,20}\[/.test(line) && /\]\s{0,20}(?:#.{0,1000})?$/.test(line)) isRelevant = relevantSection.test(line);
    // Dotted names reach into a section from outside: `tool.ruff.select = []`.
    return isRelevant || /^\s{0,20}(?:tool\.)?(?:ruff|mypy|pytest|coverage|lints)\./.test(line);
  });
  return kept
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

// Where a bundler's settings hold those of the tests, nobody can tell the parts apart without running them.
function testSettings(text: string): string {
  return /\b(?:test|coverage)\s{0,5}:/.test(text) ? text : '';
}
