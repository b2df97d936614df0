import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';

/** Formatters in check mode. */
export const formattersRules = [
  ...rulesOf('prettier', 'lint_error', [
    {
      name: 'prettier',
      cue: ['[warn] ', '[error] '],
      weight: 64,
      pattern:
        /^\[(?<level>warn|error)\] (?<file>[^\s:][^:]{0,300}\.\w{1,12})(?:: (?<message>\w{1,30}Error: .{1,300}?)(?: \((?<line>\d{1,7}):(?<column>\d{1,7})\))?)?$/,
    },
    {
      name: 'prettier-sum',
      cue: ['code style issues', 'run prettier'],
      weight: 60,
      pattern: /(?:Code style issues (?:found )?in|Error occurred when checking code style|Forgot to run Prettier)/,
    },
  ]),
  ...rulesOf(null, 'lint_error', [
    {
      name: 'format-check',
      cue: [
        'changed ',
        'not formatted',
        'would be reformatted',
        'would reformat',
        'needs formatting',
        'not properly formatted',
        'unformatted',
        'incorrectly formatted',
        'run gofmt',
        'formatting differs',
        'needs to be formatted',
        'code style',
        'is not formatted',
        'reformatted',
        'format violations',
        'formatting issues',
        'diff in ',
        'files would be',
        'should be formatted',
        'not formatted correctly',
        'the following files aren',
        "files aren't formatted",
        'format differences',
        'incorrectly sorted',
        'formatting check failed',
        'spotless',
      ],
      weight: 62,
      pattern:
        /(?:\bnot (?:properly |correctly )?formatted\b|[Ww]ould (?:be )?reformat|needs? (?:to be )?format(?:ting|ted)|^Changed (?=\S{1,300}$)|^Diff in (?<file2>[^\s:]{1,300}?)(?: at line |:)(?<line>\d{1,7})|[Uu]nformatted files?|incorrectly (?:formatted|sorted)|[Ff]ormatting (?:differs|issues|differences|check failed|is incorrect)|format violations|aren't formatted|code style issues|should be formatted|should have been formatted)/,
      refine: decideFormat,
    },
  ]),
];

const pathWord = /^["'`]?[\w@./\\-]{1,300}\.[A-Za-z]\w{0,9}["'`]?:?$/;

function decideFormat(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  if (
    /\b(?:0|no|already|all) (?:files? )?(?:would be |are |is )?(?:re)?formatted|left unchanged/i.test(line) &&
    !/would be reformatted/.test(line)
  )
    return null;
  if (/\b0 files? (?:would be )?reformatted/.test(line)) return null;
  const file =
    groups['file2'] ??
    line
      .split(' ')
      .find((word) => pathWord.test(word))
      ?.replaceAll(/["'`:]/g, '');
  const named = /(?:reformat|formatted|Diff in|ERROR:?|not formatted:?) "?(?<file>[^\s:"'`]{1,300}\.\w{1,10})/i.exec(
    line,
  )?.groups?.['file'];
  const near = lookDown(
    view,
    3,
    (below) => /^\s{0,8}(?:[-*+] )?"?(?<file>[\w@./\\-]{1,300}\.\w{1,10})"?:?$/.exec(below)?.groups?.['file'] ?? null,
  );
  return { groups: { ...groups, file: file ?? named ?? near ?? undefined } };
}
