import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Ruby, PHP, Elixir, Perl, shell, R, Lua, Clojure, Julia, PowerShell, and what writes TAP. */
export const scriptingTestRules = [
  ...rulesOf('rspec', 'test_fail', [
    {
      name: 'rspec',
      cue: ['rspec ', 'crystal spec ', 'shellspec ', 'rspec \''],
      weight: 71,
      pattern: /^(?:rspec|crystal spec|shellspec) '?(?<file>\.{0,2}\/?[^\s:'[]{1,300})(?::(?<line>\d{1,7})|\[[\d:,]{1,20}\])'? +# (?:\d{1,4}\) )?(?<test>.{1,300}?)(?: FAILED)?$/,
      refine: decideRspec,
    },
    {
      name: 'rspec-load',
      is: 'compile_error',
      cue: ['error occurred outside of examples', 'an error occurred while loading'],
      weight: 83,
      pattern: /^An error occurred while loading (?<file>\S{1,300})/,
      refine: (groups, view) => ({ groups: { ...withPlace(groups, lookDown(view, 30, (line) => (/^# \S{1,300}:\d/.test(line) ? projectPlace(line) : null))), message: lookDown(view, 12, (line) => (/^\s{0,2}[A-Z]\w{1,60}(?:Error|Exception)?:$/.test(line) ? line.trim() : null)) ?? undefined } }),
    },
  ]),
  ...rulesOf('minitest', 'test_fail', [
    {
      name: 'minitest',
      cue: [') failure:', ') error:', 'failure:', 'error:'],
      pattern: /^\s{0,4}(?:\d{1,4}\) )?(?:Failure|Error):\s{0,2}(?<test>[\w:]{1,200}[#(][\w?!. '"-]{1,200}\)?)?(?: \[(?<file>[^\s:\]]{1,300}):(?<line>\d{1,7})\])?:?$/,
      refine: decideMinitest,
    },
    {
      name: 'test-unit',
      cue: ['failure: ', 'error: '],
      weight: 69,
      pattern: /^(?:Failure|Error): (?<test>test\w{0,10}[\w: -]{1,200}\([\w:]{1,100}\))/,
      refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 6, (line) => (/^\S{1,300}\.rb:\d/.test(line) ? projectPlace(line) : null))) }),
    },
  ]),
  ...rulesOf('phpunit', 'test_fail', [
    {
      name: 'phpunit',
      cue: [') '],
      pattern: /^\d{1,4}\) (?<test>[\w\\]{1,300}::[\w ]{1,300}(?: with data set .{1,200})?)$/,
      refine: (groups, view) => {
        const kind = lookUp(view, 4_000, (line) => /^There (?:was|were) \d{1,6} (?<kind>[\w ]{1,30}?)s?:$/.exec(line)?.groups?.['kind'] ?? null);
        if (kind !== null && /risky|skipped|incomplete|warning|deprecat|notice/.test(kind)) return null;
        const place = lookDown(view, 60, (line) => (/^\d{1,4}\) /.test(line) ? { file: '', line: null, column: null } : /^\S{1,300}\.php:\d{1,7}$/.test(line) ? projectPlace(line) : null));
        return { groups: place === null || place.file === '' ? groups : withPlace(groups, place) };
      },
    },
    {
      name: 'pest',
      cue: [' failed '],
      pattern: /^\s{1,6}FAILED {1,4}(?<test>[\w\\]{1,200} > .{1,300}?)(?:\s{2,}\S{1,80})?$/,
      refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 30, (line) => (/^\s{1,6}at \S{1,300}:\d/.test(line) ? projectPlace(line) : null))) }),
    },
  ]),
  ...rulesOf('exunit', 'test_fail', [
    {
      name: 'exunit',
      cue: [') test ', ') doctest ', ') property '],
      pattern: /^\s{2}\d{1,4}\) (?:test|doctest|property) (?<test>.{1,300}?) \((?<suite>[\w.]{1,200})\)$/,
      refine: (groups, view) => {
        const stack = lookDown(view, 40, (line) => (/^\s{1,6}\d{1,4}\) /.test(line) ? { file: '', line: null, column: null } : /^\s{7,12}(?:\(\w[\w .]{0,60}\) )?(?:test|lib)\/\S{1,200}:\d{1,7}: /.test(line) ? projectPlace(line.replace(/\(.{1,60}?\) /, '')) : null));
        const place = stack === null || stack.file === '' ? lookDown(view, 2, readPlace) : stack;
        return { groups: withPlace(groups, place) };
      },
    },
  ]),
  ...rulesOf('tap', 'test_fail', [
    {
      name: 'tap',
      cue: 'not ok',
      pattern: /^\s{0,80}not ok\b(?: \d{1,9})?(?: -)? ?(?<test>.{0,300}?)(?: # time=[\d.]{1,20}m?s)?(?: in \d{1,9}(?:ms|sec))?(?: \{)?$/,
      refine: decideTap,
    },
    { name: 'perl-test', cue: 'failed test', pattern: /^\s{0,20}#\s{1,20}Failed (?:TODO )?test (?:\d{1,6} )?'?(?<test>.{0,300}?)'?(?: ?at (?<file>\S{1,300}) line (?<line>\d{1,7})\.?)?$/, weight: 71, refine: (groups, view) => ({ groups: groups['file'] === undefined ? withPlace(groups, lookDown(view, 2, readPlace)) : groups }) },
    { name: 'prove', cue: ['dubious', 'failed tests:', 'failed test:', 'parse errors:'], weight: 57, pattern: /^(?<file>\S{1,200}\.t) \.{2,}.{0,40}(?:Dubious|Failed)|^Result: FAIL$/ },
    { name: 'bats', cue: ['✗ '], weight: 70, pattern: /^ ✗ (?:\d{1,4} )?(?<test>.{1,300}?)(?: \[\d{1,9}\])?$/, refine: (groups, view) => { const place = lookDown(view, 3, (line) => (/\(in test file|from function/.test(line) ? readPlace(line) : null)); return place === null ? null : { groups: withPlace(groups, place) }; } },
  ]),
  ...rulesOf(null, 'test_fail', [
    { name: 'testthat', cue: ['── failure', '── error', 'failure (', 'error ('], pattern: /^(?:── )?(?:\d{1,4}\. )?(?:Failure|Error) \(['‘]?(?<file>[^\s:'’]{1,200}):(?<line>\d{1,7}):(?<column>\d{1,7})['’]?\): (?<test>.{1,200}?)(?: ─{1,200})?$/ },
    { name: 'busted', cue: ['failure → ', 'error → ', 'failure -> ', 'error -> '], pattern: /^(?:Failure|Error) (?:→|->) (?<file>\S{1,300}) @ (?<line>\d{1,7})$/, refine: (groups, view) => { const test = view.lines[view.at + 1]?.trim(); const place = lookDown(view, 3, (line) => /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}): /.exec(line)?.groups ?? null); return { groups: { ...groups, ...place, test } }; } },
    { name: 'clojure-test', cue: ['fail in (', 'error in ('], pattern: /^(?:FAIL|ERROR) in \((?<test>[\w.?!*+<>=/-]{1,200})\)(?: \((?<file>[^\s:)]{1,200}):(?<line>\d{1,7})\))?/ },
    { name: 'julia-test', cue: ['test failed at', 'error during test at'], pattern: /^(?<test>.{1,200}?): (?:Test Failed|Error During Test) at (?<file>[^\s:]{1,300}):(?<line>\d{1,7})$/ },
    { name: 'pester', cue: ['[-] '], pattern: /^\s{0,20}\[-\] (?<test>.{1,300}?)(?: \d{1,9}m?s(?: \(.{1,40}\))?)?$/, refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 6, (line) => (/\.ps1:\d/.test(line) ? readPlace(line) : null))) }) },
    { name: 'eunit', cue: ['*failed*'], pattern: /^\s{0,20}(?:\S{1,100}: )?(?<test>\w{1,100}:(?:\d{1,6}: )?\w{1,100})(?: ?\(.{1,100}\))?(?:\.{3}| ).{0,40}\*failed\*/ },
    { name: 'rebar-eunit', cue: [') '], weight: 68, pattern: /^\s{2}\d{1,4}\) (?<test>\w{1,80}(?::|\.)\w{1,100}\/\d)/ },
    { name: 'elm-test', cue: ['✗ '], weight: 66, pattern: /^✗ (?![Bb]uild |[Cc]ompil|[Ee]rror)(?<test>.{1,300})$/ },
    { name: 'foundry', cue: ['[fail'], pattern: /^\[FAIL(?:[:.] (?<message>.{1,200}?))?\] (?<test>\w{1,100}\([^)]{0,100}\))/ },
    { name: 'opa-test', cue: [': fail ('], pattern: /^(?<test>data\.[\w.]{1,200}): FAIL \(/ },
    { name: 'fail-mark', cue: ['[fail] ', 'fail: ', '[failed] ', 'fail ', 'failed '], weight: 56, pattern: /^\s{0,12}(?:\[(?:FAIL|FAILED|fail|ERROR)\]:? |(?:FAIL|FAILED|Failed|✘ FAIL):? )(?!in |with |to |on |because|\d)(?<test>[\w"'(].{0,200}?)(?: [([]\d[\d.]{0,10} ?m?s[)\]])?$/, refine: (groups) => (isSentence(groups['test'] ?? '') ? null : { groups }) },
    { name: 'fail-end', cue: ['... fail', ' failed', ' - fail', ': fail', ' ✗', ' ✖'], weight: 54, pattern: /^\s{0,20}(?:test[: ]\s{0,4})?(?<test>[\w"'].{0,200}?)(?:\s{0,2}\.{3,80}\s?| [-:] | {2,80})(?:FAIL|FAILED|failed|FAILURE|✗|✖|ERROR)(?: [([].{1,40})?!?$/, refine: (groups) => (isSentence(groups['test'] ?? '') ? null : { groups }) },
    { name: 'test-sum', cue: ['failed', 'failures', 'failing', 'fail '], weight: 55, pattern: /^(?!.{0,200}\b(?:job|task|command|build|step|hook|download|request|script|process|target)s? failed).{0,80}?(?:\b(?:Tests?|tests|examples?|specs?|assertions?|cases?|Tests run|scenarios?|passed|Passed|pass)\b.{0,80}?\b(?:[1-9]\d{0,6} (?:failures?|failed|failing|errors)|(?:Failures?|[Ff]ailed|fail|Errors): ?[1-9]\d{0,6})|\b[1-9]\d{0,6} (?:failed|failures?|failing)\b.{0,60}\b(?:tests?|passed|examples?|specs?|pass|total|of)\b)/ },
    { name: 'assertion', cue: ['assertionerror', 'assertion failed', 'assert failed', 'assertion `', 'expected:', 'assertionfailederror'], weight: 51, pattern: /(?:\b(?:AssertionError|AssertionFailedError|ComparisonFailure)\b|[Aa]ssertion(?: `.{1,100}`)? failed|^\s{0,12}(?:E {1,6})?(?:Expected|expected)(?: value)?: )(?<message>.{0,300})/, refine: (groups, view) => ({ groups: withPlace(groups, readPlace(view.lines[view.at] ?? '') ?? lookDown(view, 8, projectPlace) ?? lookUp(view, 6, projectPlace)) }) },
  ]),
];

const startsSentence = /^(?:to |the |a |an |command|could|cannot|unable|because|while|due|during|error|task|job|build|step|process|with|loading|compil|resolv|fetch|download|in \d|script|stages?|checks?|hooks?)\b/i;

function isSentence(text: string): boolean {
  return startsSentence.test(text) || /:\d+(?::\d+)?:? |\bexit (?:code|status)\b/.test(text);
}

function projectPlace(line: string) {
  const place = readPlace(line);
  return place !== null && isProjectFile(place.file) ? place : null;
}

// The block of details above gives the line of the assertion; this list gives that of the example.
function decideRspec(groups: Groups, view: View) {
  const name = (groups['test'] ?? '').slice(0, 60);
  const from = view.lines.findIndex((line) => /^\s{1,6}\d{1,4}\) /.test(line) && line.includes(name));
  const stack = from === -1 ? null : lookDown({ ...view, at: from }, 40, (line) => (/^\s{1,6}\d{1,4}\) /.test(line) ? { file: '', line: null, column: null } : /^\s{3,9}# (?:\.\/)?\S{1,200}:\d/.test(line) ? projectPlace(line.trim().slice(2)) : null));
  return { groups: stack === null || stack.file === '' ? groups : withPlace(groups, stack) };
}

function decideMinitest(groups: Groups, view: View) {
  if (groups['test'] !== undefined && groups['file'] !== undefined) return { groups };
  const next = view.lines[view.at + 1] ?? '';
  const below = /^(?<test>[\w:]{1,200}#[\w?!. '"-]{1,200}?)(?: \[(?<file>[^\s:\]]{1,300}):(?<line>\d{1,7})\])?:?$/.exec(next)?.groups;
  const test = groups['test'] ?? below?.['test'];
  if (test === undefined) return null;
  const place = lookDown(view, 12, (line) => (/^\s{2,10}\S{1,300}\.rb:\d/.test(line) ? projectPlace(line) : null));
  const known = { ...groups, ...below, test };
  return { groups: known['file'] === undefined ? withPlace(known, place) : known };
}

const todo = /# (?:TODO|SKIP)\b/i;

// A subtest that only holds a failing one is not counted beside it.
function decideTap(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  if (todo.test(line)) return null;
  const test = (groups['test'] ?? '').trim();
  const indent = line.length - line.trimStart().length;
  const isParent = lookDown(view, 12, (below) => (/^\s{0,80}\.{3}$/.test(below) ? false : /failureType: '?subtestsFailed|subtests? failed/.test(below) ? true : null));
  if (isParent === true) return null;
  const inner = view.lines[view.at - 1] ?? '';
  if (/^\s{4,}(?:\d{1,5}\.\.\d{1,5}|# )/.test(inner) && inner.length - inner.trimStart().length > indent && /\.m?[jt]sx?$|\.t$/.test(test)) return null;
  const details = (below: string) => {
    if (/^\s{0,80}(?:\.{3}|ok\b|not ok\b)/.test(below)) return { file: '', line: null, column: null };
    const told = /Failure message: (?<file>[^\s:]{1,300}):(?<line>\d{1,7}): /.exec(below)?.groups;
    if (told !== undefined) return { file: told['file'] ?? '', line: Number(told['line']), column: null };
    return /^\s{0,80}(?:at: |location: |#?\s{1,8}at |file: |# \(in test file)/.test(below) ? readPlace(below) : null;
  };
  const stack = lookDown(view, 30, (below) => (/^\s{0,80}(?:\.{3}|not ok\b|ok\b)/.test(below) ? { file: '', line: null, column: null } : /^\s{4,60}(?:at )?\S.{0,200}\(?(?:file:\/\/)?\S{1,300}:\d+:\d+\)?$/.test(below) && !/location:/.test(below) ? projectPlace(below) : null));
  const place = stack === null || stack.file === '' ? lookDown(view, 20, details) : stack;
  const groupsNow: Groups = { ...groups, test: test === '' ? undefined : test };
  return { groups: place === null || place.file === '' ? groupsNow : withPlace(groupsNow, place) };
}
