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
      name: 'spotless-step',
      cue: ["found problem in '"],
      weight: 65,
      pattern: /^\s{0,8}Step '(?<step>[\w. -]{1,60})' found problem in '(?<file>[^']{1,300})':/,
      refine: (groups, view) => ({
        groups: { ...groups, ...lookDown(view, 3, problemPlace), ...lookDown(view, 4, problemRule) },
      }),
    },
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
        'require formatting',
        'requires formatting',
        'did not pass lint',
      ],
      weight: 62,
      pattern:
        /(?:\bnot (?:properly |correctly )?formatted\b|[Ww]ould (?:be )?reformat|\b[1-9]\d{0,6}(?:\/\d{1,6})? files? requires? formatting\b|\bdid not pass lint\b|needs? (?:to be )?format(?:ting|ted)|^Changed (?=\S{1,300}$)|^Diff in (?<file2>[^\s:]{1,300}?)(?: at line |:)(?<line>\d{1,7})|[Uu]nformatted files?|incorrectly (?:formatted|sorted)|[Ff]ormatting (?:differs|issues|differences|check failed|is incorrect)|format violations|aren't formatted|code style issues|should be formatted|should have been formatted)/,
      refine: decideFormat,
    },
  ]),
];

function problemPlace(line: string): Groups | null {
  return /\b[Ll]ine:? (?<line>\d{1,7}), column:? (?<column>\d{1,7})\b/.exec(line)?.groups ?? null;
}

function problemRule(line: string): Groups | null {
  return /^rule: (?<code>[\w:-]{2,60})$/.exec(line)?.groups ?? null;
}

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
  return { groups: { ...groups, file: file ?? named ?? near ?? undefined, ...drawnChange(view) } };
}

// `from main.ts:`, and below it the lines that would change, before the sum.
function drawnChange({ lines, at }: View): Groups {
  const above = lines.slice(Math.max(0, at - 30), at);
  const heading = above.findIndex((line) => /^from \S{1,300}:$/.test(line));
  if (heading === -1) return {};
  const file = above[heading]?.slice('from '.length, -1);
  const change = above.slice(heading).map((line) => /^\s{0,6}(?<line>\d{1,7})\s{1,4}\| -/.exec(line)?.groups?.['line']);
  return { file, line: change.find((line) => line !== undefined) };
}
