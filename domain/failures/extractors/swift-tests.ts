import { lookUp, rulesOf } from '../line-rule.ts';

/** XCTest and Swift Testing. */
export const swiftTestsRules = rulesOf('xctest', 'test_fail', [
  {
    name: 'xctest',
    cue: ' : ',
    weight: 82,
    pattern:
      /^(?<file>[^\s:]{1,300}\.(?:swift|m|mm)):(?<line>\d{1,7}): error: (?:-\[(?<test2>[^\]]{1,200})\]|(?<test>\w[\w.]{1,200})) : (?<message>.{1,400})/,
    refine: (groups) => ({ groups: { ...groups, test: groups['test'] ?? groups['test2'] } }),
  },
  {
    name: 'ui-assertion',
    cue: 'assertion failure: ',
    weight: 82,
    pattern:
      /^\s{2,8}t = {1,12}[\d.]{1,10}s {2,80}Assertion Failure: (?:<unknown>:0|(?<file>[^\s:]{1,300}):(?<line>\d{1,7})): (?<message>.{1,400})$/,
    refine: (groups, view) => {
      const test = lookUp(
        view,
        400,
        (line) => /^Test Case '-\[(?<name>[^\]]{1,200})\]' started/.exec(line)?.groups?.['name'] ?? null,
      );
      return test === null ? null : { groups: { ...groups, test } };
    },
  },
  { name: 'xcodebuild-sum', cue: ['** test '], weight: 62, pattern: /^\*\* TEST (?:EXECUTE )?FAILED \*\*$/ },
  { name: 'xctest-case', cue: 'test case', pattern: /^Test [Cc]ase '(?:-\[)?(?<test>[^'\]]{1,200})\]?' failed \(/ },
  {
    name: 'swift-testing',
    cue: ['✘ test', '✘ suite', 'recorded an issue'],
    weight: 82,
    pattern:
      /^(?:✘|✗) Test (?!run with )(?<test>.{1,200}?) (?:recorded an issue(?: with .{1,200}?)? at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<message>.{0,300})|failed after )/,
  },
]);
