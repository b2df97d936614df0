import { lookDown, lookUp, rulesOf, type Groups } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { isNoTest, isSuiteRow } from './failed-lists.ts';
import { projectPlace } from './project-place.ts';

/** Words of runners that nobody has written rules for. */
export const testWordsRules = rulesOf(null, 'test_fail', [
  {
    name: 'fail-mark',
    cue: ['[fail] ', 'fail: ', '[failed', 'fail ', 'failed '],
    weight: 56,
    pattern:
      /^\s{0,12}(?:[-=*#]{2,4} {1,2})?(?:\[(?:FAIL|FAILED|fail)(?:[ ,#][^\]]{1,40})?\]:? |(?:FAIL|FAILED|Failed|✘ FAIL):? (?:\. )?)(?!in |with |to |on |because|asserting |[Ee]xpected\b|Unexpected\b|Timed out|\d)(?<test>[\w"'(][^\t]{0,200}?)(?: [([]\d[\d.]{0,10} ?m?s[)\]])?(?: [-=*#]{2,4})?$/,
    refine: (groups, view) =>
      isNoTest(groups['test'] ?? '') || isSuiteRow(view)
        ? null
        : { groups: { ...groups, ...fileOfScript(groups['test'] ?? ''), test: bareName(groups['test'] ?? '') } },
  },
  {
    name: 'fail-end',
    cue: [
      '... fail',
      '...fail',
      '...error',
      '... error',
      ' > ',
      ' failed',
      ' - fail',
      ': fail',
      ' ✗',
      ' ✖',
      '[fail',
      '| fail',
      ' fail',
      '[error]',
    ],
    weight: 54,
    pattern:
      /^\s{0,20}(?:\{\d{1,4}\} |[[(]\d{1,6}\/\d{1,6}[\])] )?(?:[Tt]est[: ]\s{0,4})?(?<test>[\w"'].{0,200}?)(?: \[[\d.]{1,12}s\])?(?:\s{0,2}\.{3,80}\s{0,80}| [-:|] |(?<= [>›] [^>›]{2,200}) | {2,80}(?:\| )?)\[?(?:FAIL|FAILED|failed|(?<=\.{3} {0,80})fail|FAILURE|✗|✖|ERROR)(?:\]| \|)?(?: [([].{1,40})?!?$/,
    // A row above a sum is a suite.
    refine: (groups, view) =>
      isNoTest(groups['test'] ?? '') || /^\d{1,6} \w{0,10} ?tests?\b, /.test(view.lines[view.at + 1] ?? '')
        ? null
        : { groups },
  },
  {
    name: 'function-failed',
    cue: ['test', '. assert', 'error  ', 'failure  '],
    weight: 60,
    pattern:
      /(?:\b(?<test>test_?[A-Za-z]\w{1,100})(?:\(\))? (?:returned non-zero|failed\b|FAILED\b)|^\s{0,3}\d{1,3}\. {1,4}\w{0,30}(?:Error|Failure) {2,8}(?<test2>\S.{2,200}))/,
    refine: (groups) => ({ groups: { ...groups, test: groups['test'] ?? groups['test2'] } }),
  },
  {
    name: 'failure-in',
    cue: ['failure in ', 'error in ', 'failed: ', 'fail: ', 'error: '],
    weight: 64,
    pattern:
      /^\s{0,4}(?:(?:Failure|Error) in|(?:FAIL|ERROR|Failed|Failure):) (?<test>[\w.:/]{0,120}\b[Tt]est[\w.:]{0,160})$/,
  },
  {
    name: 'falsified',
    cue: ['falsifying example: '],
    weight: 56,
    pattern: /^\s{0,8}(?:[E|] {1,6})?Falsifying example: (?<test>test\w{1,200})\(/,
  },
  {
    name: 'thresholds',
    cue: ['threshold', 'alive: '],
    weight: 58,
    // The verdict of a run that names no test.
    pattern:
      /\b[Tt]hresholds?\b.{0,120}\b(?:have|has) been (?:crossed|exceeded|breached|violated)\b|\b(?:[Mm]utation )?[Ss]core of \d[\d.]{0,6}%? is below (?:the )?threshold\b|^Alive: {2,20}[1-9]\d{0,6}$/,
  },
  {
    name: 'test-sum',
    cue: ['failed', 'failures', 'failing', 'fail '],
    weight: 55,
    pattern:
      /^(?!.{0,200}\b(?:job|task|command|build|step|hook|download|request|script|process|target)s? failed).{0,80}?(?:\b(?:Tests?|tests|examples?|specs?|assertions?|cases?|Tests run|scenarios?|passed|Passed|pass)\b.{0,80}?\b(?:[1-9]\d{0,6} (?:failures?|failed|failing|errors)|(?:Failures?|[Ff]ailed|fail|Errors): ?[1-9]\d{0,6})|\b[1-9]\d{0,6} (?:failed|failures?|failing)\b.{0,60}\b(?:tests?|passed|examples?|specs?|pass|total|of)\b)/,
  },
  {
    name: 'assertion',
    cue: ['assertionerror', 'assertion failed', 'assert failed', 'assertion `', 'expected:', 'assertionfailederror'],
    weight: 51,
    pattern:
      /(?:\b(?:AssertionError|AssertionFailedError|ComparisonFailure)\b|[Aa]ssertion(?: `.{1,100}`)? failed|^\s{0,12}(?:E {1,6})?(?:Expected|expected)(?: value)?: )(?<message>.{0,300})/,
    refine: (groups, view) => ({
      groups: withPlace(
        groups,
        readPlace(view.lines[view.at] ?? '') ?? lookDown(view, 8, projectPlace) ?? lookUp(view, 6, projectPlace),
      ),
    }),
  },
]);

// `file::name - words`: pytest and those who imitate it.
function bareName(name: string): string {
  return name.replace(/^(?<name>\S{1,300}::\S{1,200}) - .{1,300}$/, '$<name>');
}

// Suites of compilers name a test by its file and the options it was built with.
function fileOfScript(name: string): Groups {
  return /^(?<file>[\w+-]{1,60}(?:\/[\w.+-]{1,80}){1,12}\.\w{1,4}) (?= |\()/.exec(name)?.groups ?? {};
}
