import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { fileFromHeading, withPlace } from '../refine.ts';

const gnu = String.raw`^(?:\.\/)?(?<file>(?:[A-Za-z]:[\\/])?[^\s:][^:]{0,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?`;

/** Linters and formatters in check mode. */
export const linterRules = [
  ...rulesOf('eslint', 'lint_error', [
    {
      name: 'eslint-entry',
      cue: ['error', 'warning'],
      pattern: /^\s{1,12}(?<line>\d{1,7}):(?<column>\d{1,7})\s{1,20}(?:[✖×⚠✘ℹ] {1,4})?(?<severity>error|warning)\s{1,20}(?<message>\S.{0,1000})$/,
      weight: 66,
      refine: decideEntry,
    },
    {
      name: 'eslint',
      cue: 'problems (', weight: 60,
      pattern: /^✖ (?<message>\d+ problems? \([1-9]\d* errors?, .{1,100})/,
    },
    { name: 'eslint', cue: 'problem (', weight: 60, pattern: /^✖ (?<message>\d+ problems? \([1-9]\d* errors?, .{1,100})/ },
    { name: 'eslint-max-warnings', cue: 'too many warnings', weight: 63, pattern: /ESLint found too many warnings/ },
    {
      name: 'eslint-settings',
      cue: ['eslint', 'oops! something went wrong'],
      weight: 64,
      pattern: /(?:Oops! Something went wrong|ESLint couldn't find (?:a config|an eslint\.config)|ESLint: \d|Invalid option '|Key "\w{1,60}": |ESLint configuration in .{1,100} is invalid|(?:ConfigError|Error): Config \()/,
    },
    {
      name: 'eslint-plugin-missing',
      is: 'dependency_missing',
      cue: ["couldn't find the plugin", 'failed to load plugin', 'failed to load config', 'failed to load parser', "couldn't find the config", 'could not find plugin', 'could not find config'],
      weight: 91,
      pattern: /(?:couldn't find the (?:plugin|config) "|[Ff]ailed to load (?:plugin|config|parser) ['"]|Could not find (?:plugin|config) ")(?<package>[@\w./-]{1,120})["']/,
      refine: (groups, view) => ({ groups: { ...groups, package: lookDown(view, 4, (line) => /Cannot find module '(?<name>[@\w./-]{1,120})'/.exec(line)?.groups?.['name'] ?? null) ?? groups['package'] } }),
    },
  ]),
  ...rulesOf('stylelint', 'lint_error', [
    { name: 'stylelint-entry', cue: ['✖', '×', '⚠'], weight: 65, pattern: /^\s{1,8}(?<line>\d{1,7}):(?<column>\d{1,7})\s{1,8}(?<mark>[✖×⚠])\s{1,4}(?<message>.{1,400}?)(?:\s{2,80}(?<code>[\w@/-]{2,80}))?$/, refine: (groups, view) => decideMarked(groups, view) },
  ]),
  ...rulesOf('biome', 'lint_error', [
    {
      name: 'biome',
      cue: ['━━━'],
      weight: 66,
      pattern: /^(?<file>[^\s:][^:]{0,300}?)(?::(?<line>\d{1,7}):(?<column>\d{1,7}))? (?<code>(?:lint|assist|suppressions|suspicious|nursery)\/[\w/]{1,100}|format|parse|syntax|organizeImports|plugin|internalError\/\w{1,40}|check|configuration|deserialize|files\/\w{1,40}|invalidNodeVersion|flags\/\w{1,40})(?:\s.{0,120})?━{3}/,
      refine: decideBiome,
    },
    { name: 'biome-other', cue: ['━━━'], weight: 60, pattern: /^(?<message>format|check|lint|ci|organizeImports) ━{3}/ },
  ]),
  ...rulesOf('ruff', 'lint_error', [
    { name: 'ruff', cue: ['.py', '.ipynb'], weight: 66, pattern: new RegExp(String.raw`${gnu}: (?<code>[A-Z]{1,6}\d{1,5}|SyntaxError|invalid-syntax|error):? (?:\[\*\] )?(?<message>.{1,1000})$`), refine: decidePythonLint },
    { name: 'ruff-block', cue: ['[*]', 'e', 'f', 'i', 'w', 's'], weight: 66, pattern: /^(?<code>[A-Z]{1,6}\d{2,5}|invalid-syntax):? (?:\[\*\] )?(?<message>.{1,1000})$/, refine: (groups, view) => { const place = lookDown(view, 1, (line) => (/^\s{0,6}-->/.test(line) ? readPlace(line) : null)); return place === null ? null : { groups: withPlace(groups, place) }; } },
    { name: 'ruff-format', cue: ['would reformat', 'would be reformatted', 'cannot format', 'incorrectly sorted', 'would be left unchanged'], weight: 64, pattern: /^(?:ERROR: |error: |Would reformat: |would reformat |cannot format )(?<file>[^\s:]{1,300}\.(?:pyi?|ipynb|md))(?::(?<line>\d{1,7}):(?<column>\d{1,7}))?(?<message>:? .{0,300})?$/, refine: (groups, view) => { const place = readPlace((view.lines[view.at] ?? '').replace(/.*Cannot parse(?: for target version \S{1,40})?: /, '')); return { groups: place?.line === null || place === null ? (/Cannot parse.{0,60}: (?<line>\d{1,7}):(?<column>\d{1,7})/.exec(view.lines[view.at] ?? '')?.groups === undefined ? groups : { ...groups, .../Cannot parse.{0,60}: (?<line>\d{1,7}):(?<column>\d{1,7})/.exec(view.lines[view.at] ?? '')?.groups }) : groups }; } },
  ]),
  ...rulesOf('pylint', 'lint_error', [
    { name: 'pylint-config', cue: ['unrecognized-option', 'unknown-option'], weight: 60, pattern: /unrecognized option|unknown-option-value/ },
    { name: 'bandit', cue: '>> issue:', weight: 66, pattern: /^>> Issue: \[(?<code>B\d{3}):?[\w-]{0,80}\] (?<message>.{1,300})/, refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 5, (line) => (/Location:/.test(line) ? readPlace(line) : null))) }) },
  ]),
  ...rulesOf('prettier', 'lint_error', [
    { name: 'prettier', cue: ['[warn] ', '[error] '], weight: 64, pattern: /^\[(?<level>warn|error)\] (?<file>[^\s:][^:]{0,300}\.\w{1,12})(?:: (?<message>\w{1,30}Error: .{1,300}?)(?: \((?<line>\d{1,7}):(?<column>\d{1,7})\))?)?$/ },
    { name: 'prettier-sum', cue: ['code style issues', 'run prettier'], weight: 60, pattern: /(?:Code style issues (?:found )?in|Error occurred when checking code style|Forgot to run Prettier)/ },
  ]),
  ...rulesOf('shellcheck', 'lint_error', [
    { name: 'shellcheck', cue: 'in ', weight: 64, pattern: /^In (?<file>\S{1,300}) line (?<line>\d{1,7}):$/, refine: (groups, view) => ({ groups: { ...groups, ...lookDown(view, 6, (line) => /(?:\^-*\^?|\^--) ?(?<code>SC\d{4}) \((?<severity>\w{1,10})\): (?<message>.{1,300})/.exec(line)?.groups ?? null) } }) },
    { name: 'hadolint', cue: ['dl3', 'dl4', 'sc2', 'sc1', 'dl1'], weight: 66, pattern: /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))? (?<code>(?:DL|SC)\d{4}) (?:(?<severity>error|warning|info|style): )?(?<message>.{1,400})/, refine: (groups) => ({ groups: { ...groups, severity: undefined } }) },
  ]),
  ...rulesOf('rubocop', 'lint_error', [
    { name: 'rubocop', cue: [': c: ', ': w: ', ': e: ', ': f: '], weight: 66, pattern: new RegExp(String.raw`${gnu}: (?<level>[CWEFRI]): (?:\[[\w -]{1,20}\] )?(?<code>[A-Z]\w{1,40}\/[\w/]{1,80}): ?(?<message>.{0,400})`) },
    { name: 'standardrb', cue: ['.rb:'], weight: 58, pattern: /^\s{2,4}(?<file>[^\s:]{1,300}\.rb):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<code>[A-Z]\w{1,40}\/\w{1,80}): (?<message>.{1,300})/ },
  ]),
  ...rulesOf(null, 'lint_error', [
    { name: 'named-rule', cue: [':'], weight: 62, pattern: new RegExp(String.raw`${gnu}:? (?:(?<severity>error|warning|note|info|style|performance|portability|Error|Warning|refactor|convention)[: ] ?)?(?<code>(?!error|warning|TS|CS|SyntaxError|E0)[A-Z]{1,8}-?\d{2,6}(?:\/[\w/-]{1,80})?|MD\d{3}(?:\/[\w/-]{1,80})?):? (?<message>.{1,600})$`), refine: decideNamed },
    { name: 'rule-behind', cue: [')', ']'], weight: 61, pattern: new RegExp(String.raw`${gnu}: ?(?:(?<severity>error|warning|note|info|style|performance|portability|notice|refactor|convention|ERROR|WARNING|\[error\]|\[warning\]): ?)?(?<message>.{1,900}?)\s{1,4}[[(](?<code>(?!-W|-f)[@a-zA-Z][\w./@:+-]{2,100})[\])]$`), refine: decideBehind },
    { name: 'listed-entry', cue: ['error', 'warning', 'style', 'info', 'notice', 'suggestion', 'note'], weight: 60, pattern: /^\s{1,12}(?:L|line )?(?<line>\d{1,7})(?:[:,](?<column>\d{1,7}))?\s{1,20}[|│]?\s{0,8}\[?(?<severity>error|warning|info|ERROR|WARNING|style|suggestion|notice)\]?\s{1,20}[|│]?\s{0,8}(?<message>\S.{0,600})$/, refine: decideEntry },
    { name: 'sqlfluff', cue: ['l: '], weight: 64, pattern: /^L:\s{1,6}(?<line>\d{1,7}) \| P:\s{1,6}(?<column>\d{1,7}) \| {1,3}(?<code>\w{2,8}) \| (?<message>.{1,300})/, refine: (groups, view) => ({ groups: { ...groups, file: lookUp(view, 200, (line) => /^== \[(?<file>.{1,300})\] FAIL/.exec(line)?.groups?.['file'] ?? null) ?? undefined } }) },
    { name: 'phpcs', cue: ['| error', '| warning'], weight: 64, pattern: /^\s{0,6}(?<line>\d{1,7}) \| (?<severity>ERROR|WARNING)\s{1,4}\| (?:\[.\] )?(?<message>.{1,300})/, refine: (groups, view) => ({ groups: { ...groups, severity: groups['severity']?.toLowerCase(), file: lookUp(view, 200, (line) => /^FILE: (?<file>\S.{0,300})$/.exec(line)?.groups?.['file'] ?? null) ?? undefined } }) },
    { name: 'phpstan', cue: ['line  ', 'line   '], weight: 76, is: 'compile_error', pattern: /^\s{1,4}Line\s{1,8}(?<file>\S{1,300}?)(?: \(in context .{1,200}\))?$/, refine: decidePhpstan },
    { name: 'credo', cue: ['┃', '↑', '↗', '→'], weight: 63, pattern: /^\s{0,4}(?:┃\s{1,12})?(?<file>[\w./-]{1,300}\.exs?):(?<line>\d{1,7})(?::(?<column>\d{1,7}))? #\(/, refine: (groups, view) => ({ groups: { ...groups, message: lookUp(view, 1, (line) => /\] [↑↗→↘↓] (?<words>.{1,300})/.exec(line)?.groups?.['words'] ?? null) ?? undefined } }) },
    { name: 'hlint', cue: ['hint:', ': suggestion:', ': warning:'], weight: 63, pattern: /^(?<file>[^\s:]{1,300}\.hs):(?:\((?<line2>\d{1,7}),(?<column2>\d{1,7})\)-\(\d{1,7},\d{1,7}\)|(?<line>\d{1,7}):(?<column>\d{1,7})(?:-\d{1,7})?): (?:Suggestion|Warning|Error): (?<message>.{1,200})/, refine: (groups) => ({ groups: { ...groups, code: undefined, line: groups['line'] ?? groups['line2'], column: groups['column'] ?? groups['column2'] } }) },
    { name: 'credentials-found', cue: ['leaks found', 'secrets detected', 'potential secrets', 'finding:', 'vulnerabilities found', 'vulnerability found', 'found vulnerabilities'], weight: 61, pattern: /(?:leaks found: [1-9]|[Pp]otential secrets? (?:about|detected|found)|secrets? detected|[1-9]\d{0,4} (?:\w{1,12} )?vulnerabilit(?:y|ies)\b)/ },
    { name: 'format-check', cue: ['not formatted', 'would be reformatted', 'would reformat', 'needs formatting', 'not properly formatted', 'unformatted', 'incorrectly formatted', 'run gofmt', 'formatting differs', 'needs to be formatted', 'code style', 'is not formatted', 'reformatted', 'format violations', 'formatting issues', 'diff in ', 'files would be', 'should be formatted', 'not formatted correctly', 'the following files aren', "files aren't formatted", 'format differences', 'incorrectly sorted', 'formatting check failed', 'spotless'], weight: 62, pattern: /(?:(?<file>[^\s:"'`]{1,300}\.\w{1,10})"?:? (?:is |are )?(?:not |in)(?:properly |correctly )?formatted|\bnot (?:properly |correctly )?formatted\b|[Ww]ould (?:be )?reformat|needs? (?:to be )?format(?:ting|ted)|^Diff in (?<file2>[^\s:]{1,300}?)(?: at line |:)(?<line>\d{1,7})|[Uu]nformatted files?|incorrectly (?:formatted|sorted)|[Ff]ormatting (?:differs|issues|differences|check failed|is incorrect)|format violations|aren't formatted|code style issues|should be formatted|should have been formatted)/, refine: decideFormat },
    { name: 'lint-sum', cue: ['problem', 'offense', 'violation', 'issues', 'lint error', 'linting', 'warnings found', 'findings', 'errors found', 'issue found', 'misspel', 'unknown word', 'code quality'], weight: 56, pattern: /\b(?:[1-9]\d{0,6} (?:\w{1,20} )?(?:problems?|offenses?|violations?|issues?|lint errors?|linting errors?|findings?|misspellings?)\b|(?:[Ff]ound|detected):? [1-9]\d{0,6} (?:\w{1,20} )?(?:lint|style|violations?|offenses?|issues?|problems?|findings?)|Issues found: [1-9]|Unknown word \(|Lint(?:ing)? (?:failed|errors? found)|subject may not be empty|type may not be empty)/, refine: (groups, view) => { const line = view.lines[view.at] ?? ''; const place = readPlace(line); return { groups: withPlace(groups, place) }; } },
    { name: 'import-graph', cue: ['dependency violations', 'circular dependency', 'circular dependencies', 'not-to-unresolvable', 'no-circular', 'unused exports', 'unused files', 'unused dependencies'], weight: 63, pattern: /(?:[1-9]\d{0,5} dependency violations|^\s{0,4}error (?<code>[\w-]{3,80}): (?<file>\S{1,300}) → |(?:[Ff]ound|✖) [1-9]\d{0,4} circular depend|^Unused (?:files|exports|dependencies|devDependencies)(?: \(\d{1,5}\))?|[Cc]ircular dependenc(?:y|ies) (?:detected|found)|Broken contracts|Contracts: \d{1,3} kept, [1-9]\d{0,3} broken)/ },
    { name: 'commitlint', cue: ['✖   ', '✖ '], weight: 62, pattern: /^✖ {3}(?<message>.{1,300}) \[(?<code>[a-z-]{3,60})\]$/ },
  ]),
];

function decideEntry(groups: Groups, view: View) {
  const text = groups['message'] ?? '';
  const severity = groups['severity']?.toLowerCase();
  const gap = text.lastIndexOf('  ');
  const rule = gap === -1 ? '' : text.slice(gap + 2).trim();
  const behind = /^(?<message>.{1,600}?)\s{1,4}\((?<code>[\w@/.-]{2,80})\)$/.exec(text)?.groups;
  const named = /^[@\w][\w/@.-]{0,120}$/.test(rule) ? { message: text.slice(0, gap).trimEnd(), code: rule } : (behind ?? {});
  const weight = severity === 'error' ? 66 : 42;
  const reading = fileFromHeading({ ...groups, ...named, severity }, view);
  return reading === null ? null : { ...reading, weight };
}

function decideMarked(groups: Groups, view: View) {
  const reading = fileFromHeading(groups, view);
  return reading === null ? null : { ...reading, weight: groups['mark'] === '⚠' ? 42 : 65 };
}

function decideBiome(groups: Groups, view: View) {
  const words = lookDown(view, 3, (line) => /^\s{1,6}(?<mark>[×✖!⚠ℹi]) (?<message>.{1,600})$/.exec(line)?.groups ?? null);
  const isWarning = words?.['mark'] === '!' || words?.['mark'] === '⚠';
  const isInfo = words?.['mark'] === 'ℹ' || words?.['mark'] === 'i';
  return { groups: { ...groups, message: words?.['message'], ...(isWarning || isInfo ? { severity: 'warning' } : {}) }, weight: isWarning ? 42 : isInfo ? 30 : 66 };
}

function decidePythonLint(groups: Groups) {
  const isMypy = groups['code'] === 'error';
  return isMypy ? null : { groups };
}

function decideNamed(groups: Groups) {
  const severity = groups['severity']?.toLowerCase();
  const isMild = severity === 'warning' || severity === 'info' || severity === 'note';
  return { groups: { ...groups, severity: severity === 'warning' ? 'warning' : undefined }, weight: isMild ? 55 : 63 };
}

const typed = /\.(?:pyi?|tsx?|php|rb|vue|svelte)$/;

function decideBehind(groups: Groups) {
  const code = groups['code'] ?? '';
  const severity = groups['severity']?.toLowerCase().replaceAll(/[[\]]/g, '');
  // Python's type checkers write like this as well.
  const isTyped = typed.test(groups['file'] ?? '') && /^(?:[a-z]+-[a-z-]+|misc|name-defined|report\w+|syntax|assignment|operator|index|override|valid-type)$/.test(code) && /\.pyi?$/.test(groups['file'] ?? '') && severity === 'error';
  if (!/[-/.:A-Z\d]/.test(code) && severity === undefined) return null;
  const weight = severity === 'warning' || severity === 'info' || severity === 'note' ? 54 : 62;
  return isTyped
    ? { groups: { ...groups, severity: 'error' }, failureClass: 'compile_error' as const, weight: 80 }
    : { groups: { ...groups, severity: severity === 'warning' ? 'warning' : 'error' }, weight };
}

function decidePhpstan(groups: Groups, view: View) {
  const entry = lookDown(view, 3, (line) => /^\s{1,6}(?<line>:?\d{1,7})\s{1,8}(?<message>\S.{1,400})/.exec(line)?.groups ?? null);
  if (entry === null) return null;
  return { groups: { ...groups, line: entry['line']?.replace(':', ''), message: entry['message'] }, failureClass: 'lint_error' as const, weight: 65 };
}

function decideFormat(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  if (/\b(?:0|no|already|all) (?:files? )?(?:would be |are |is )?(?:re)?formatted|left unchanged/i.test(line) && !/would be reformatted/.test(line)) return null;
  if (/\b0 files? (?:would be )?reformatted/.test(line)) return null;
  const file = groups['file'] ?? groups['file2'];
  const named = /(?:reformat|formatted|Diff in|ERROR:?|not formatted:?) "?(?<file>[^\s:"'`]{1,300}\.\w{1,10})/i.exec(line)?.groups?.['file'];
  const near = lookDown(view, 3, (below) => /^\s{0,8}(?:[-*+] )?"?(?<file>[\w@./\\-]{1,300}\.\w{1,10})"?:?$/.exec(below)?.groups?.['file'] ?? null);
  return { groups: { ...groups, file: file ?? named ?? near ?? undefined } };
}
