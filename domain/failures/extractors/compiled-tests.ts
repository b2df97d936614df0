import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Go, Rust, C and C++, Swift, Dart, .NET, the JVM, Haskell, OCaml, Zig, Nim. */
export const compiledTestRules = [
  ...rulesOf('go test', 'test_fail', [
    {
      name: 'go-test',
      cue: '--- fail:',
      pattern: /^\s{0,40}--- FAIL: (?<test>\S{1,300})/,
      refine: decideGoTest,
    },
    { name: 'gotestsum', cue: '=== fail:', weight: 69, pattern: /^=== FAIL: (?:\S{1,200} )(?<test>\S{1,300}) \(\d/ },
    { name: 'ginkgo', cue: '[fail]', pattern: /^(?:Summarizing .{0,40})?\s{0,4}• ?\[FAIL(?:ED)?\] (?<test>.{1,300})|^\s{0,4}\[FAIL\] (?<test2>.{1,300})$/, refine: (groups) => ({ groups: { ...groups, test: groups['test'] ?? groups['test2'] } }) },
    { name: 'go-package-failed', cue: 'fail', weight: 52, pattern: /^FAIL\t(?<message>\S{1,300})(?:\t[\d.]{1,12}s)?$/ },
  ]),
  ...rulesOf('cargo test', 'test_fail', [
    {
      name: 'rust-test',
      cue: '... failed',
      pattern: /^test (?<test>.{1,300}?)(?: - should panic)? \.\.\. FAILED$/,
      refine: decideRustTest,
    },
    { name: 'nextest', cue: [' fail [', ' sigabrt [', ' timeout ['], weight: 69, pattern: /^\s{1,16}(?:TRY \d FAIL|FAIL|SIGABRT|SIGSEGV|TIMEOUT|LEAK-FAIL|FLAKY-FAIL) \[\s{0,8}>?\s?[\d.]{1,12}s\] (?:\(\s{0,4}\d{1,5}\/\d{1,5}\) )?(?:\S{1,100}(?:::\S{1,60})? )(?<test>\S{1,300})$/, refine: decideNextest },
    { name: 'zig-test', cue: ["' failed", '...fail'], pattern: /^(?:error: '(?<test>[^']{1,200})' (?:failed|leaked)|\d{1,5}\/\d{1,5} (?<test2>.{1,200}?)\.\.\. ?FAIL)/, refine: decideZig },
  ]),
  ...rulesOf('gtest', 'test_fail', [
    {
      name: 'gtest',
      cue: '[  failed  ]',
      pattern: /^\[ {2}FAILED {2}\] (?<test>[\w./]{1,300}?)(?:, where .{0,200})?(?: \(\d{1,9} ms\))?$/,
      refine: decideGtest,
    },
    { name: 'catch2', cue: ['failed:'], pattern: /^(?<file>[^\s:(]{1,300})[:(](?<line>\d{1,7})\)?: FAILED:/, refine: decideCatch },
    { name: 'doctest-cpp', cue: 'test case:', pattern: /^TEST CASE: {1,4}(?<test>.{1,300})$/, refine: (groups, view) => { const place = lookDown(view, 6, (line) => (/: (?:FATAL )?ERROR: /.test(line) ? readPlace(line) : null)) ?? lookUp(view, 2, readPlace); return { groups: withPlace(groups, place) }; } },
    { name: 'boost-test', cue: 'error: in "', weight: 82, pattern: /^(?<file>[^\s:(]{1,300})[:(](?<line>\d{1,7})\)?: (?:fatal )?error: in "(?<test>[^"]{1,300})": (?<message>.{1,400})/ },
    { name: 'ctest', cue: ['(failed)', '(timeout)', '(segfault)', '(subprocess aborted)', '(not run)', '***exception', '***failed'], weight: 67, pattern: /^\s{1,12}\d{1,6} - (?<test>.{1,200}?) \((?:Failed|Timeout|SEGFAULT|Subprocess aborted|Not Run|OTHER_FAULT|ILLEGAL|NUMERICAL|ABORTED|BAD_COMMAND)\)/ },
    { name: 'unity', cue: [':fail'], weight: 82, pattern: /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<test>\w{1,200}):FAIL(?:: ?(?<message>.{0,300}))?/ },
    { name: 'cpputest', cue: 'failure in test(', weight: 82, pattern: /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}): error: Failure in TEST\((?<test>[^)]{1,200})\)/ },
    { name: 'check-c', cue: [':f:'], weight: 82, pattern: /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):[FE]:[^:]{0,80}:(?<test>[^:]{1,200}):\d{1,5}: ?(?<message>.{0,300})/ },
    { name: 'meson-test', cue: [' fail ', ' timeout '], weight: 66, pattern: /^\s{0,4}\d{1,4}\/\d{1,4} (?<test>.{1,200}?)\s{2,80}(?:FAIL|TIMEOUT|ERROR)\s{2,20}\d/ },
    { name: 'bazel-test', cue: [' failed in ', ' failed to build'], weight: 66, pattern: /^(?<test>\/\/\S{1,200})\s{1,80}(?:\(cached\) )?FAILED in / },
    { name: 'automake', cue: 'fail: ', weight: 60, pattern: /^(?:FAIL|XPASS): (?<test>[\w./-]{1,200}?)(?: \(exit .{1,40}\))?$/ },
    { name: 'qtest', cue: 'fail!', pattern: /^FAIL! {1,3}: (?<test>[\w:()[\] ,"]{1,200}?)(?:\([^)]{0,60}\))? (?<message>.{1,300})/, refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 4, (line) => (/Loc: \[/.test(line) ? readPlace(line.replace(/.*\[/, '')) : null))) }) },
  ]),
  ...rulesOf('xctest', 'test_fail', [
    { name: 'xctest', cue: ' : ', weight: 82, pattern: /^(?<file>[^\s:]{1,300}\.(?:swift|m|mm)):(?<line>\d{1,7}): error: (?:-\[(?<test2>[^\]]{1,200})\]|(?<test>\w[\w.]{1,200})) : (?<message>.{1,400})/, refine: (groups) => ({ groups: { ...groups, test: groups['test'] ?? groups['test2'] } }) },
    { name: 'xctest-case', cue: 'test case', pattern: /^Test [Cc]ase '(?:-\[)?(?<test>[^'\]]{1,200})\]?' failed \(/ },
    { name: 'swift-testing', cue: ['✘ test', '✘ suite', 'recorded an issue'], weight: 82, pattern: /^[✘􀢄✗] Test (?<test>.{1,200}?) (?:recorded an issue(?: with .{1,200}?)? at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<message>.{0,300})|failed after )/ },
  ]),
  ...rulesOf('dart', 'test_fail', [
    { name: 'dart-test', cue: '[e]', pattern: /^\d\d:\d\d \+\d{1,6}(?: ~\d{1,6})? -\d{1,6}: (?:(?<suite>\S{1,300}\.dart): )?(?<test>.{1,300}?) \[E\]$/, refine: decideDart },
  ]),
  ...rulesOf('dotnet test', 'test_fail', [
    { name: 'dotnet-test', cue: ['failed ', '[fail]'], pattern: /^\s{0,8}(?:\[xUnit\.net [\d:.]{1,20}\]\s{1,8}(?<test>.{1,300}) \[FAIL\]|(?:Failed|failed|X) (?<test2>[\w.+`]{1,200}(?:\(.{0,200}\))?) (?:\[(?:< )?\d{1,9} ?m?s\]|\(\d[\w .]{0,12}\))|\d{1,4}\) (?:Failed|Error) : (?<test3>.{1,300}))$/, refine: decideDotnet },
  ]),
  ...rulesOf('junit', 'test_fail', [
    { name: 'surefire', cue: ['<<< fail', '<<< error'], weight: 72, pattern: /^(?:\[ERROR\] )?(?<test>[\w.$[\](){}, :=#"'-]{1,300}?)(?:\((?<suite>[\w.$]{1,200})\))?(?: --|\s{1,4})\s?Time elapsed: .{1,30}<<< (?:FAILURE|ERROR)!$/, refine: decideSurefire },
    { name: 'gradle-test', cue: ' failed', pattern: /^(?<suite>[\w.$]{1,200}(?: > [^>]{1,200}?)?) > (?<test>.{1,300}?) FAILED$/, refine: decideGradle },
    { name: 'scalatest', cue: '*** failed', pattern: /^\[info\] {1,8}- (?<test>.{1,300}?) \*\*\* FAILED \*\*\*|^\s{0,8}- (?<test2>.{1,300}?) \*\*\* FAILED \*\*\*/, refine: (groups, view) => ({ groups: { ...withPlace(groups, lookDown(view, 4, (line) => (/\.scala:\d/.test(line) ? readPlace(line.replace(/.*\(/, '')) : null))), test: groups['test'] ?? groups['test2'] } }) },
    { name: 'munit', cue: '==> x', pattern: /^(?:\[error\] )?==> X (?<test>.{1,300}?) {1,4}[\d.]{1,8}s/, refine: (groups, view) => ({ groups: withPlace(groups, readPlace(view.lines[view.at] ?? '')) }) },
    { name: 'junit-console', cue: '[x]', weight: 69, pattern: /^[│├└'| +─-]{1,40} (?<test>.{1,200}?)(?:\(\))? \[X\] (?<message>.{0,300})/ },
  ]),
  ...rulesOf(null, 'test_fail', [
    { name: 'hspec', cue: ') ', weight: 69, pattern: /^\s{2}\d{1,4}\) (?<test>\S.{0,299}?)(?: FAILED \[\d{1,4}\])?$/, refine: (groups, view) => { const place = /^\s{2}(?<file>\S{1,300}\.hs):(?<line>\d{1,7}):(?<column>\d{1,7}):\s?$/.exec(view.lines[view.at - 1] ?? '')?.groups; return place === undefined ? null : { groups: { ...groups, ...place } }; } },
    { name: 'tasty', cue: ['fail'], weight: 67, pattern: /^\s{2,20}(?<test>\S.{0,200}?):\s{1,80}FAIL(?: \([\d.]{1,10}s\))?$/ },
    { name: 'alcotest', cue: '[fail]', weight: 67, pattern: /^(?:[│>] ?)?\[FAIL\]\s{1,20}(?<test>.{1,200}?)\.?\s{0,80}│?$/ },
    { name: 'nim-test', cue: '[failed]', weight: 67, pattern: /^\s{0,8}\[FAILED\] (?<test>.{1,200})$/ },
  ]),
];

function decideGoTest(groups: Groups, view: View) {
  const read = (line: string) => {
    if (/^\s{0,40}--- |^(?:FAIL|ok|PASS|=== RUN)\b/.test(line)) return { file: '', line: null, column: null };
    return /^\s{4,}(?:Error Trace:\s{1,8})?\S{1,200}\.go:\d/.test(line) ? readPlace(line) : null;
  };
  const below = lookDown(view, 40, read);
  const place = below === null || below.file === '' ? lookUp(view, 25, (line) => (/^(?:--- |ok |PASS)/.test(line) ? { file: '', line: null, column: null } : /^\s{4,}\S{1,200}_test\.go:\d/.test(line) ? readPlace(line) : null)) : below;
  const panic = lookDown(view, 60, (line) => (/^\s{1,8}\/\S{1,300}\.go:\d/.test(line) ? readPlace(line) : null));
  const isPanic = lookDown(view, 3, (line) => (/^panic: /.test(line) ? true : null));
  const chosen = isPanic === true && panic !== null && isProjectFile(panic.file) ? panic : place;
  return { groups: chosen === null || chosen.file === '' ? groups : withPlace(groups, chosen) };
}

const panicked = /panicked at (?:.{0,200}, )?(?<file>[^\s:']{1,300}\.rs):(?<line>\d{1,7}):(?<column>\d{1,7})/;

function decideRustTest(groups: Groups, view: View) {
  const name = groups['test'] ?? '';
  const from = view.lines.findIndex((line) => line === `---- ${name} stdout ----`);
  const place = from === -1 ? null : lookDown({ ...view, at: from }, 30, (line) => panicked.exec(line)?.groups ?? (/^---- .{1,300} stdout ----$/.test(line) ? {} : null));
  return { groups: { ...groups, ...place } };
}

function decideNextest(groups: Groups, view: View) {
  const place = lookDown(view, 40, (line) => panicked.exec(line)?.groups ?? null);
  return /TRY \d FAIL/.test(view.lines[view.at] ?? '') ? null : { groups: { ...groups, ...place } };
}

function decideZig(groups: Groups, view: View) {
  const place = lookDown(view, 20, (line) => (/^\S{1,300}\.zig:\d{1,7}:\d{1,7}: 0x/.test(line) && !/\/lib\/(?:zig\/)?std\//.test(line) ? readPlace(line) : null));
  return { groups: { ...withPlace(groups, place), test: groups['test'] ?? groups['test2'] } };
}

function decideGtest(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  if (/^\d+ tests?$/.test(test) || !/[.]/.test(test)) return null;
  const place = lookUp(view, 60, (line) => (/^\[ RUN /.test(line) ? { file: '', line: null, column: null } : /(?::\d{1,7}: Failure|\(\d{1,7}\): error)/.test(line) ? readPlace(line) : null));
  return { groups: place === null || place.file === '' ? groups : withPlace(groups, place) };
}

// The name of the case stands in a box of lines above.
function decideCatch(groups: Groups, view: View) {
  for (let at = view.at - 1; at >= Math.max(0, view.at - 14); at -= 1) {
    if (/^-{20,}$/.test(view.lines[at] ?? '') && /^-{20,}$/.test(view.lines[at - 2] ?? view.lines[at - 3] ?? '')) {
      return { groups: { ...groups, test: (view.lines[at - 1] ?? '').trim() } };
    }
  }
  return { groups, weight: 66 };
}

function decideDart(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  const isLoading = /^loading \S{1,300}$/.test(test);
  const place = lookDown(view, 14, (line) => /^\s{2,8}(?!package:(?:matcher|test_api|flutter_test|stack_trace)|dart:)(?<file>\S{1,300}\.dart) (?<line>\d{1,7}):(?<column>\d{1,7})\s/.exec(line)?.groups ?? null);
  if (isLoading) return { groups: { ...groups, test: undefined, file: test.slice(8) }, failureClass: 'compile_error' as const };
  return { groups: { ...groups, file: groups['suite'], ...place } };
}

function decideDotnet(groups: Groups, view: View) {
  const test = groups['test'] ?? groups['test2'] ?? groups['test3'];
  const place = lookDown(view, 30, (line) => / in (?<file>.{1,300}):line (?<line>\d{1,7})/.exec(line)?.groups ?? /^\s{1,8}(?:\[xUnit\.net .{1,20}\]\s{1,10})?(?<file>\/?[^\s(]{1,300}\.(?:cs|fs|vb))\((?<line>\d{1,7}),\d{1,7}\): at/.exec(line)?.groups ?? null);
  return { groups: { ...groups, ...place, test } };
}

function decideSurefire(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  // The sum of a class ends like one of its tests.
  if (/Tests run:/.test(view.lines[view.at] ?? '')) return null;
  const suite = groups['suite'] ?? test.replace(/[.#][^.#]{1,200}$/, '');
  const name = suite.split('.').at(-1)?.replace(/\$.*$/, '') ?? '';
  const frame = lookDown(view, 60, (line) => { const found = /\((?<file>\w{1,100}\.(?:java|kt|scala|groovy)):(?<line>\d{1,7})\)/.exec(line)?.groups; return found !== undefined && found['file']?.startsWith(`${name}.`) === true ? found : /<<< (?:FAILURE|ERROR)!/.test(line) ? {} : null; });
  return { groups: { ...groups, ...frame } };
}

function decideGradle(groups: Groups, view: View) {
  const own = (groups['suite'] ?? '').split(' > ')[0]?.split('.').at(-1) ?? '';
  const read = (line: string) => /(?:at |\()(?<file>\w{1,100}\.(?:java|kt|scala|groovy)):(?<line>\d{1,7})/.exec(line)?.groups ?? null;
  const exact = lookDown(view, 12, (line) => { const found = read(line); return found?.['file']?.startsWith(own) === true ? found : null; });
  return { groups: { ...groups, ...(exact ?? lookDown(view, 4, read)), test: `${groups['suite'] ?? ''} > ${groups['test'] ?? ''}` } };
}
