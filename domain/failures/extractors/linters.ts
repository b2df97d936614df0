import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';
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
      cue: ["couldn't find the plugin", 'do you need to install', 'cannot be found. make sure', 'failed to load plugin', 'failed to load config', 'failed to load parser', "couldn't find the config", 'could not find plugin', 'could not find config'],
      weight: 91,
      pattern: /(?:couldn't find the (?:plugin|config) "|[Ff]ailed to load (?:plugin|config|parser) ['"]|Could not find (?:plugin |config )?"|(?:[Tt]est environment|Preset|Reporter|Runner|Transformer|Module|Watch plugin) (?=\S{1,120} (?:cannot be|was not|not) found))(?<package>[@\w./-]{1,120})(?:["']| (?:cannot be|was not|not) found)/,
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
    { name: 'rule-before', cue: [' [', ' ['], weight: 61, pattern: new RegExp(String.raw`${gnu}:? -?\s?\[(?<code>[a-z][\w./@:+-]{2,80})\]:? (?<message>.{1,600})$`), refine: (groups) => (/^(?:error|warning|info)$/.test(groups['code'] ?? '') ? null : { groups }) },
    { name: 'pyright', is: 'compile_error', cue: [' - error:', ' - warning:'], weight: 80, pattern: /^\s{0,6}(?<file>[^\s:][^:]{0,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) - (?<severity>error|warning): (?<message>.{1,600}?)(?: \((?<code>report\w{2,60})\))?$/, refine: decidePyright },
    { name: 'flow', is: 'compile_error', cue: ['error ┈', 'error -', 'error ─'], weight: 80, pattern: /^Error [┈─-]{2,300} (?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})$/, refine: (groups, view) => ({ groups: { ...groups, ...lookDown(view, 6, (line) => /^(?<message>\S.{5,400}) \[(?<code>[a-z][a-z-]{2,60})\]$/.exec(line)?.groups ?? null) } }) },
    { name: 'svelte-check', is: 'compile_error', cue: ['error: ', 'warn: '], weight: 80, pattern: /^(?<level>Error|Warn): (?<message>.{1,500}?)(?: \((?<code>ts|css|svelte|js)\))?$/, refine: (groups, view) => { const above = /^(?<file>[^\s:]{1,300}\.\w{1,8}):(?<line>\d{1,7}):(?<column>\d{1,7})$/.exec(view.lines[view.at - 1] ?? '')?.groups; return above === undefined ? null : { groups: { ...groups, ...above, code: undefined, severity: groups['level'] === 'Warn' ? 'warning' : 'error' }, weight: groups['level'] === 'Warn' ? 40 : 80 }; } },
    { name: 'boxed', cue: ['× ', '✖ ', 'x ', '⚠ ', '! '], weight: 64, pattern: /^\s{0,4}(?<mark>[×✖x⚠!]) (?:(?<code>[@\w/-]{2,60}\([\w/@-]{2,80}\)|[a-z]+-[\w-]{2,60}): )?(?<message>.{1,500})$/, refine: (groups, view) => { const place = lookDown(view, 3, (line) => (/(?:╭─+|,-+)\[/.test(line) ? readPlace(line) : null)); const isWarning = groups['mark'] === '⚠' || groups['mark'] === '!'; const known = withPlace({ ...groups, severity: isWarning ? 'warning' : 'error' }, place); if (place === null) return null; return groups['code'] === undefined ? { groups: known, failureClass: 'compile_error', weight: isWarning ? 38 : 64 } : { groups: known, weight: isWarning ? 42 : 66 }; } },
    { name: 'codespell', cue: ' ==> ', weight: 63, pattern: new RegExp(String.raw`${gnu}: (?<message>\S{1,80} ==> .{1,120})$`) },
    { name: 'semgrep', cue: ['❯❱', '❯❯'], weight: 63, pattern: /^\s{1,8}❯{1,3}❱ (?<code>[\w.-]{3,200})/, refine: (groups, view) => ({ groups: { ...groups, file: lookUp(view, 12, (line) => /^\s{2,6}(?<file>[^\s]{1,300}\.\w{1,8})\s?$/.exec(line)?.groups?.['file'] ?? null) ?? undefined, line: lookDown(view, 14, (line) => /^\s{1,20}(?<line>\d{1,7})┆/.exec(line)?.groups?.['line'] ?? null) ?? undefined } }) },
    { name: 'rule-behind', cue: [')', ']'], weight: 61, pattern: new RegExp(String.raw`${gnu}: ?(?:(?<severity>error|warning|note|info|style|performance|portability|notice|refactor|convention|ERROR|WARNING|\[error\]|\[warning\]): ?)?(?<message>.{1,900}?)\s{1,4}[[(](?<code>(?!-W|-f)[@a-zA-Z][\w./@:+-]{2,100})[\])]$`), refine: decideBehind },
    { name: 'listed-entry', cue: ['error', 'warning', 'style', 'info', 'notice', 'suggestion', 'note'], weight: 60, pattern: /^\s{1,12}(?:L|line )?(?<line>\d{1,7})(?:[:,](?<column>\d{1,7}))?\s{1,20}[|│]?\s{0,8}\[?(?<severity>error|warning|info|ERROR|WARNING|style|suggestion|notice)\]?\s{1,20}[|│]?\s{0,8}(?<message>\S.{0,600})$/, refine: decideEntry },
    { name: 'compact', cue: ['line '], weight: 66, pattern: /^(?<file>[^\s:][^:]{0,280}[./\\][^:]{1,60}): line (?<line>\d{1,7}),? col(?:umn)? (?<column>\d{1,7}),? -?\s?(?:(?<severity>[Ee]rror|[Ww]arning) - )?(?<message>.{1,500}?)(?: \((?<code>[\w@./-]{2,80})\)| \[(?<code2>[\w@./-]{2,80})\])?$/, refine: (groups) => ({ groups: { ...groups, severity: groups['severity']?.toLowerCase(), code: groups['code'] ?? groups['code2'] }, weight: groups['severity']?.toLowerCase() === 'warning' ? 45 : 66 }) },
    { name: 'stylelint-unix', cue: ['[error]', '[warning]'], weight: 65, pattern: new RegExp(String.raw`${gnu}: (?<message>.{1,500}?) \((?<code>[\w@./-]{2,80})\) \[(?<severity>error|warning)\]$`) },
    { name: 'redocly', cue: 'was generated by the', weight: 66, pattern: /^(?<severity>Error|Warning) was generated by the (?<code>[\w/-]{2,80}) rule\.$/, refine: (groups, view) => { const place = lookUp(view, 30, (line) => (/^\[\d{1,5}\] /.test(line) ? readPlace(line) : null)); return { groups: withPlace({ ...groups, severity: groups['severity']?.toLowerCase() }, place), weight: groups['severity'] === 'Error' ? 66 : 42 }; } },
    { name: 'stylish-entry', cue: ['(', ')'], weight: 65, pattern: /^\s{1,8}\((?<line>\d{1,7}), ?(?<column>\d{1,7})\)\s{1,8}(?<code>[A-Z]{1,4}\d{2,6}|[a-z]+[\w/-]{2,60})\s{1,8}(?<message>\S.{1,400})$/, refine: fileFromHeading },
    { name: 'perlcritic', cue: '(severity:', weight: 65, pattern: /^(?:(?<file>[^\s:]{1,300}): )?(?:\[(?<code>\w{1,80}::\w{1,80})\] )?(?<message>\S.{1,300}?) at line (?<line>\d{1,7}), column (?<column>\d{1,7})\..{0,200}\(Severity: \d\)/ },
    { name: 'caret-listing', cue: ['|'], weight: 62, pattern: /^\s{2,12}L(?<line>\d{1,7})\s?\|/, refine: (groups, view) => { const words = lookDown(view, 2, (line) => /\^ (?<message>.{2,300}?)(?: \((?<code>[\w-]{2,60})\))?$/.exec(line)?.groups ?? null); const file = lookUp(view, 60, (line) => (/^\s{0,6}\S{1,300}\.\w{1,8}$/.test(line) ? line.trim() : null)); return words === null || file === null ? null : { groups: { ...groups, ...words, file } }; } },
    { name: 'checkstyle', cue: ['[error] ', '[warn] '], weight: 67, pattern: /^\[(?<severity>ERROR|WARN|WARNING)\] (?<file>[^\s:[]{1,300}):(?:\[(?<line>\d{1,7})(?:,(?<column>\d{1,7}))?\]|(?<line2>\d{1,7})(?::(?<column2>\d{1,7}))?:?) (?:\((?<group>\w{1,30})\) (?<code>\w{1,80}): (?<message>.{1,400})|(?<message2>.{1,400}) \[(?<code2>\w{1,80})\])$/, refine: (groups) => ({ groups: { ...groups, severity: /^WARN/.test(groups['severity'] ?? '') ? 'warning' : 'error', line: groups['line'] ?? groups['line2'], column: groups['column'] ?? groups['column2'], message: groups['message'] ?? groups['message2'], code: groups['code'] ?? groups['code2'] }, weight: /^WARN/.test(groups['severity'] ?? '') ? 63 : 67 }) },
    { name: 'coded-in-brackets', cue: [']: low', ']: medium', ']: high', ']: critical'], weight: 65, pattern: new RegExp(String.raw`${gnu}: (?<code>[A-Z]{1,6}\d{2,6})\[\w{1,40}\]: (?:LOW|MEDIUM|HIGH|CRITICAL): (?<message>.{1,400})`) },
    { name: 'sqlfluff', cue: ['l: '], weight: 64, pattern: /^L:\s{1,6}(?<line>\d{1,7}) \| P:\s{1,6}(?<column>\d{1,7}) \| {1,3}(?<code>\w{2,8}) \| (?<message>.{1,300})/, refine: (groups, view) => ({ groups: { ...groups, file: lookUp(view, 200, (line) => /^== \[(?<file>.{1,300})\] FAIL/.exec(line)?.groups?.['file'] ?? null) ?? undefined } }) },
    { name: 'phpcs', cue: ['| error', '| warning'], weight: 64, pattern: /^\s{0,6}(?<line>\d{1,7}) \| (?<severity>ERROR|WARNING)\s{1,4}\| (?:\[.\] )?(?<message>.{1,300})/, refine: (groups, view) => ({ groups: { ...groups, severity: groups['severity']?.toLowerCase(), file: lookUp(view, 200, (line) => /^FILE: (?<file>\S.{0,300})$/.exec(line)?.groups?.['file'] ?? null) ?? undefined } }) },
    { name: 'phpstan', cue: ['line  ', 'line   '], weight: 76, is: 'compile_error', pattern: /^\s{1,4}Line\s{1,8}(?<file>\S{1,300}?)(?: \(in context .{1,200}\))?$/, refine: decidePhpstan },
    { name: 'credo', cue: ['┃', '↑', '↗', '→'], weight: 63, pattern: /^\s{0,4}(?:┃\s{1,12})?(?<file>[\w./-]{1,300}\.exs?):(?<line>\d{1,7})(?::(?<column>\d{1,7}))? #\(/, refine: (groups, view) => ({ groups: { ...groups, message: lookUp(view, 1, (line) => /\] [↑↗→↘↓] (?<words>.{1,300})/.exec(line)?.groups?.['words'] ?? null) ?? undefined } }) },
    { name: 'hlint', cue: ['hint:', ': suggestion:', ': warning:'], weight: 63, pattern: /^(?<file>[^\s:]{1,300}\.hs):(?:\((?<line2>\d{1,7}),(?<column2>\d{1,7})\)-\(\d{1,7},\d{1,7}\)|(?<line>\d{1,7}):(?<column>\d{1,7})(?:-\d{1,7})?): (?:Suggestion|Warning|Error): (?<message>.{1,200})/, refine: (groups) => ({ groups: { ...groups, code: undefined, line: groups['line'] ?? groups['line2'], column: groups['column'] ?? groups['column2'] } }) },
    { name: 'credentials-found', cue: ['leaks found', 'secrets detected', 'potential secrets', 'finding:', 'vulnerabilities found', 'vulnerability found', 'found vulnerabilities'], weight: 61, pattern: /(?:leaks found: [1-9]|[Pp]otential secrets? (?:about|detected|found)|secrets? detected|[1-9]\d{0,4} (?:\w{1,12} )?vulnerabilit(?:y|ies)\b)/ },
    { name: 'format-check', cue: ['not formatted', 'would be reformatted', 'would reformat', 'needs formatting', 'not properly formatted', 'unformatted', 'incorrectly formatted', 'run gofmt', 'formatting differs', 'needs to be formatted', 'code style', 'is not formatted', 'reformatted', 'format violations', 'formatting issues', 'diff in ', 'files would be', 'should be formatted', 'not formatted correctly', 'the following files aren', "files aren't formatted", 'format differences', 'incorrectly sorted', 'formatting check failed', 'spotless'], weight: 62, pattern: /(?:(?<file>[^\s:"'`]{1,300}\.\w{1,10})"?:? (?:is |are )?(?:not |in)(?:properly |correctly )?formatted|\bnot (?:properly |correctly )?formatted\b|[Ww]ould (?:be )?reformat|needs? (?:to be )?format(?:ting|ted)|^Diff in (?<file2>[^\s:]{1,300}?)(?: at line |:)(?<line>\d{1,7})|[Uu]nformatted files?|incorrectly (?:formatted|sorted)|[Ff]ormatting (?:differs|issues|differences|check failed|is incorrect)|format violations|aren't formatted|code style issues|should be formatted|should have been formatted)/, refine: decideFormat },
    { name: 'lint-sum', cue: ['problem', 'offense', 'violation', 'issues', 'lint error', 'linting', 'warnings found', 'findings', 'errors found', 'issue found', 'misspel', 'unknown word', 'code quality'], weight: 56, pattern: /\b(?:[1-9]\d{0,6} (?:\w{1,20} )?(?:problems?|offenses?|violations?|issues?|lint errors?|linting errors?|findings?|misspellings?)\b|(?:[Ff]ound|detected):? [1-9]\d{0,6} (?:\w{1,20} )?(?:lint|style|violations?|offenses?|issues?|problems?|findings?)|Issues found: [1-9]|Unknown word \(|Lint(?:ing)? (?:failed|errors? found)|subject may not be empty|type may not be empty)/, refine: (groups, view) => { const line = view.lines[view.at] ?? ''; const place = readPlace(line); return { groups: withPlace(groups, place) }; } },
    { name: 'import-graph', cue: ['dependency violations', 'circular dependency', 'circular dependencies', 'not-to-unresolvable', 'no-circular', ' → ', 'error no-', 'unused exports', 'unused files', 'unused dependencies'], weight: 63, pattern: /(?:^\s{0,4}error (?<code>[\w-]{3,80}): (?<file>\S{1,300})(?: →|$)|[1-9]\d{0,5} dependency violations|(?:[Ff]ound|✖) [1-9]\d{0,4} circular depend|^Unused (?:files|exports|dependencies|devDependencies)(?: \(\d{1,5}\))?|[Cc]ircular dependenc(?:y|ies) (?:detected|found)|Broken contracts|Contracts: \d{1,3} kept, [1-9]\d{0,3} broken)/ },
    { name: 'commitlint', cue: ['✖   ', '✖ ', '[empty-'], weight: 66, pattern: /^\s{0,4}(?:✖ {3}|⧗ {3}|- )?(?<message>\S.{1,300}) \[(?<code>[a-z]+-[a-z-]{2,60})\]$/, refine: (groups, view) => (/^✖/.test(view.lines[view.at] ?? '') || groups['code'] === 'empty-rules' ? { groups } : null) },
    { name: 'ruff-unformatted', cue: 'unformatted: ', weight: 67, pattern: /^(?<code>unformatted): (?<message>.{1,200})/, refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 2, readPlace)) }) },
    { name: 'linter-settings', cue: ['from `', 'configuration file', 'pyproject.toml', 'configuration is not valid', 'configuration '], weight: 61, pattern: /(?:(?:from|in|configuration file|read|parse|load) [`'"](?<file>[^`'"\s]{1,300}\.\w{1,10})[`'"]|configuration is not valid)/, refine: (groups, view) => (/\b(?:[Uu]nknown|[Ii]nvalid|[Uu]nable|[Ff]ailed|[Ee]rror|not valid|[Uu]nexpected|[Cc]ause)\b/.test(view.lines[view.at] ?? '') ? { groups, weight: 58 } : null) },
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
  const code = markdown.exec(groups['code'] ?? '')?.groups?.['short'] ?? groups['code'];
  return { groups: { ...groups, code, severity: severity === 'warning' ? 'warning' : undefined }, weight: isMild ? 55 : 63 };
}

const markdown = /^(?<short>MD\d{3})\//;

function decidePyright(groups: Groups) {
  const isWarning = groups['severity'] === 'warning';
  const missing = /^(?:Import|Stub file not found for|Cannot find (?:implementation|module)) "(?<name>[\w.]{1,120})"/.exec(groups['message'] ?? '')?.groups?.['name'];
  if (missing === undefined || originOf(missing, groups['file'] ?? null) === 'local' || missing.startsWith('.')) return { groups, weight: isWarning ? 40 : 80 };
  return { groups: { ...groups, package: missing.split('.')[0] }, failureClass: 'dependency_missing' as const, weight: isWarning ? 41 : 89 };
}

const typed = /\.(?:pyi?|tsx?|php|rb|vue|svelte)$/;

function decideBehind(groups: Groups) {
  const [, level, rest] = /^(error|warning)\/(.{2,100})$/i.exec(groups['code'] ?? '') ?? [];
  const code = rest ?? groups['code'] ?? '';
  const severity = level?.toLowerCase() ?? groups['severity']?.toLowerCase().replaceAll(/[[\]]/g, '');
  // Python's type checkers write like this as well.
  const isTyped = typed.test(groups['file'] ?? '') && /^(?:[a-z]+-[a-z-]+|misc|name-defined|report\w+|syntax|assignment|operator|index|override|valid-type)$/.test(code) && /\.pyi?$/.test(groups['file'] ?? '') && severity === 'error';
  // A single word in brackets may be anything; it decides only where nothing else is said.
  if (!/[-/.:A-Z\d]/.test(code) && severity === undefined) return { groups: { ...groups, code }, weight: groups['column'] === undefined ? 38 : 50 };
  const weight = severity === 'warning' ? 57 : severity === 'info' || severity === 'note' || severity === 'style' ? 53 : 62;
  return isTyped
    ? { groups: { ...groups, code, severity: 'error' }, failureClass: 'compile_error' as const, weight: 80 }
    : { groups: { ...groups, code, severity: severity === 'warning' ? 'warning' : 'error' }, weight };
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
