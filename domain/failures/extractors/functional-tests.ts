import { rulesOf } from '../line-rule.ts';
import { isNoTest } from './failed-lists.ts';

/** Hspec, Tasty, Alcotest, the runner of Nim. */
export const functionalTestsRules = rulesOf(null, 'test_fail', [
  {
    name: 'hspec',
    cue: ') ',
    weight: 69,
    pattern: /^\s{2}\d{1,4}\) (?<test>\S.{0,299}?)(?: FAILED \[\d{1,4}\])?$/,
    refine: (groups, view) => {
      const place = /^\s{2}(?<file>\S{1,300}\.hs):(?<line>\d{1,7}):(?<column>\d{1,7}):\s?$/.exec(
        view.lines[view.at - 1] ?? '',
      )?.groups;
      return place === undefined ? null : { groups: { ...groups, ...place } };
    },
  },
  {
    name: 'tasty',
    cue: ['fail'],
    weight: 67,
    pattern: /^\s{2,20}(?<test>\S.{0,200}?):\s{1,80}FAIL(?: \([\d.]{1,10}s\))?$/,
  },
  {
    name: 'alcotest',
    cue: '[fail]',
    weight: 67,
    pattern: /^(?:[│>] ?)?\[FAIL\]\s{1,20}(?<test>.{1,200}?)\.?\s{0,80}│?$/,
    refine: (groups) => (isNoTest(groups['test'] ?? '') ? null : { groups }),
  },
  {
    name: 'nim-test',
    cue: '[failed]',
    weight: 67,
    pattern:
      /^\s{0,8}\[FAILED\] (?<test>(?!.{1,200}\[\w{1,12}\]$|Expected(?!\w)|Unexpected\b|Timed out|expected\b).{1,200})$/,
  },
]);
