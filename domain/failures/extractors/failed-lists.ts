import { indentOf, lookUp, rulesOf, standsNear, type Groups, type Reading, type View } from '../line-rule.ts';

const rowsMax = 400;

/** Lists of what failed, with or without numbers and places, as runners of all kinds print them behind a heading. */
export const failedListRules = rulesOf(null, 'test_fail', [
  {
    name: 'failed-list',
    cue: ['fail', 'errored', 'broken', 'undefined'],
    weight: 64,
    pattern:
      /^(?:\[error\] )?\s{0,8}(?:[^\w\s]{1,6} )?(?:(?:Failed|Failing|Errored|FAILED|FAILING|Broken|Undefined)(?: \w{1,12})? (?:[Tt]ests|[Ss]cenarios|[Ss]pecs|[Ee]xamples|[Cc]ases|steps|features|suites|assertions)|[1-9]\d{0,5} (?:of|\/) \d{1,6} (?:tests? )?failed|(?:[Tt]he following )?(?:\w{1,12} )?(?:tests?|scenarios?|specs?|cases?)(?: that)?(?: have)? (?:FAILED|failed)|[1-9]\d{0,5} (?:failing|failures?)|Tests? with (?:errors|failures)|FAILURES?|Failures?|[Ff]ailures? (?:in|summary)|Summary of failures)(?: \(\d{1,6}\))?:?\s{0,4}[-=]{0,80}$/,
    refine: readList,
  },
  {
    name: 'tree-mark',
    cue: ['─ '],
    weight: 66,
    pattern: /^[\s│|├└╰─]{2,60} (?<test>[\w"'][^✘✗✖]{1,200}?) (?:✘|✗|✖|\[X\])(?: (?<message>.{1,300}))?$/,
  },
  {
    name: 'placed-row',
    cue: ['✗', '✘', '✖', '×', '❌', 'fail'],
    weight: 66,
    pattern:
      /^\s{0,12}(?:[✗✘✖×❌]|\[?FAIL(?:ED)?\]?:?) {1,4}(?:\d{1,5}\)? {1,4})?(?:\[[\w -]{1,30}\] › )?(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,7}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))? (?:›|>|»|-|–|::|\|) (?<test>\S.{0,240}?)(?: {1,8}[([]?\d[\d.,]{0,10} ?(?:ms|s|sec|m)[)\]]?)?$/,
  },
  {
    name: 'numbered-kind',
    cue: ['failure', 'error', 'failed', 'fail'],
    weight: 66,
    pattern: /^\s{0,4}(?<number>\d{1,5}[).] )?(?:Failure|Error|FAIL|FAILED|FAILURE|ERROR|Failed):?$/,
    refine: ({ number }, view) => {
      const told = /^\s{0,6}(?<test>\S.{1,200}?)(?: \[(?<file>[^\s:\]]{1,300}):(?<line>\d{1,7})\])?:?$/.exec(
        view.lines[view.at + 1] ?? '',
      );
      // Without a number only a place behind the words makes them a name.
      if (number === undefined && told?.groups?.['file'] === undefined) return null;
      return told?.groups === undefined || isNoTest(told.groups['test'] ?? '') ? null : { groups: { ...told.groups } };
    },
  },
  {
    name: 'told-failed',
    cue: ['failed', 'fails:', 'timed out', 'exceeded', 'an issue'],
    weight: 64,
    pattern:
      /^(?:[^\s:]{1,200}\.xml:\d{1,7}: |\s{0,12}(?:[^\w\s]{1,3} |\w{0,30}Error: |W: )?)(?:[Tt]est(?: case)?|[Ss]cenario|[Ss]pec|[Ee]xample) (?:["'\x60](?<test>[^"'\x60]{2,200})["'\x60]|'?(?:-\[)?(?!assertion|result|run|suite|file|step|case|execution|session|executable|binary|command|process|timeout|time)(?<test2>[\w.:/>#()-]{2,200}?(?: [\w.:/>#()-]{2,100})?[\w)])\]?'?) (?:has )?(?:(?:failed|FAILED|fails(?=:)|timed out|exceeded)\b(?!,? (?:to|because) )|recorded an issue\b(?: at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}))?)/,
    refine: ({ test2, ...groups }) => ({ groups: { ...groups, test: groups['test'] ?? test2 } }),
  },
  {
    name: 'told-failed',
    cue: [' failed in ', ' failed after '],
    weight: 60,
    pattern:
      /^(?:\[[\d:. ]{5,30} ?ERR\w{0,3}\] )?(?<test>\w[\w./: -]{2,200}?) failed (?:in|after) (?:\d{2}:\d{2}:[\d.]{2,12}|[\d.]{1,10} ?m?s)\.?\s?$/,
    refine: (groups, { lines, at }) => {
      const isPath = groups['test']?.includes('/') === true && !/ ERR\w{0,3}\] /.test(lines[at] ?? '');
      return isNoTest(groups['test'] ?? '') || isPath ? null : { groups };
    },
  },
  {
    name: 'failed-row',
    cue: ['fail', '✗', '✘', '✖', '×', '❌', 'error'],
    weight: 63,
    // A mark of a failure, a name, a time: one line for each test.
    pattern:
      /^\s{0,24}(?:[✗✘✖×❌]|\[ {0,4}(?:✗|x|FAIL|FAILED|Failed|fail|failed|ERROR) {0,4}\]|(?:✗|✘|✖|×|❌) ?(?:FAIL|Failed|failed):?|\( {0,2}(?:fail|failed|FAIL|FAILED|error) {0,2}\)|(?:FAIL|FAILED|fail|failed)(?::| -| | \|)) {1,8}(?:\[(?:fail|FAIL|failed)\]:? |job {1,4}\d{1,5} {1,4}(?:[+~-] )?)?(?<test>[\w"'\x60(].{0,240}?)(?: {2,80}\d{1,3}%)?(?: {1,8}[([]?\d[\d.,]{0,10} ?(?:ms|s|sec|µs|m)[)\]]?)?$/,
    refine: decideRow,
  },
]);

const row =
  /^\s{0,12}(?<mark>\d{1,5}[).:]|\d{1,5} -|[-*•+✗✘✖×❌>]|(?<file>[^\s:]{1,300}\.\w{1,10}):(?<line>\d{1,7})(?::\d{1,7})?:?)?\s{0,6}(?<test>\S.{0,280}?)(?: {1,4}[([](?:[Ff]ailed|FAILED|\d).{0,30}[)\]])?:?$/;

function readList(groups: Groups, view: View): Reading | null {
  const rows = rowsBelow(view);
  const [top] = rows;
  if (top === undefined) return null;
  const names = rows.map(({ test = '', file, line }) => {
    // `f:l (on line l)`: where the scenario begins, and where it failed.
    const told = test.startsWith('(on line ') ? `${file ?? ''}:${line ?? ''}` : test;
    return scenarioAt(told, view.lines) ?? cleanName(told);
  });
  const failedAt = /^\(on line (?<line>\d{1,7})\)$/.exec(top['test'] ?? '')?.groups?.['line'];
  return { groups: { ...groups, test: names.join('\n'), file: top['file'], line: failedAt ?? top['line'] } };
}

// The rows with one indentation; what is further in belongs to the row above it. Between rows with numbers stands what
// the tests expected.
function rowsBelow({ lines, at }: View): Groups[] {
  const rows: Groups[] = [];
  let indent = -1;
  let isCounted = false;
  for (const [offset, raw] of lines.slice(at + 1, at + rowsMax).entries()) {
    // sbt says of each of its lines how bad it is.
    const line = raw.replace(/^\[error\] /, '');
    const depth = indentOf(line);
    const found = row.exec(line)?.groups;
    const isBeside = isBetweenRows(line) || (indent !== -1 && depth > indent);
    if (isBeside || (isCounted && !hasNumber(found))) continue;
    if (found === undefined || depth < indent || !isRow(found, depth)) break;
    isCounted = hasNumber(found);
    indent = depth;
    rows.push(wholeRow(found, lines.slice(at + 2 + offset, at + 6 + offset)));
  }
  return rows;
}

function hasNumber(found: Groups | undefined): boolean {
  return found?.['mark']?.endsWith(')') === true;
}

// `1) suite`, then the names inside it, further in, up to the one that ends with a colon.
function wholeRow(found: Groups, below: readonly string[]): Groups {
  const { mark = '', test = '' } = found;
  const end = below.findIndex((line) => /:$/.test(line));
  const inner = below.slice(0, end + 1);
  if (!/^\d/.test(mark) || end === -1 || !inner.every((line) => /^\s{5,}\S/.test(line))) return found;
  return { ...found, test: [test, ...inner.map((line) => line.trim().replace(/:$/, ''))].join(' ') };
}

const placeMark = / # \S{1,200}:\d{1,7}$/;

function isBetweenRows(line: string): boolean {
  return line.trim() === '' || /^\s{0,4}[-=]{3,}$/.test(line);
}

// Without a mark only a name of one word, or what stands further in, is a row.
function isRow({ mark, test = '' }: Groups, depth: number): boolean {
  if (mark !== undefined) return !/^\* |^\d{1,7} |\bexit (?:code|status)\b/.test(test);
  return !isNoTest(test.replace(placeMark, '')) && (/^[\w:.[\]>/()-]{3,200}$/.test(test) || (depth >= 2 && depth <= 6));
}

/** The name of a scenario by its place, as runners print it where it ran; for lists of places alone. */
export function scenarioAt(told: string, lines: readonly string[]): string | undefined {
  const place = told.replace(/ \(on line \d{1,7}\)$/, '');
  if (!/^\S{1,300}:\d{1,7}$/.test(place)) return undefined;
  const ran = lines.find((line) => line.endsWith(`# ${place}`));
  return ran === undefined ? undefined : cleanName(ran.trim().replace(/\s{1,80}# \S{1,300}$/, ''));
}

function cleanName(name: string): string {
  return name.replace(/^(?:Scenario(?: Outline)?|Test|Spec): /, '').replace(/ # \S{1,200}:\d{1,7}$/, '');
}

const sentence =
  /^(?:CMakeFiles\/|[(:;,]|(?:pass|passed|fail|failed):? ?\d|(?:files|requests|suites|duration|total)\b.{0,20}: {1,20}\d|(?:failed|passed|errors?|skipped|cases)\b:?\s{1,20}\d|expected$|(?:broken|errored) »|(?:message|reason|details?|exception(?: class| message)?): |test(?:s|ing)? (?:timed out|failed|passed)\b|tests?\b:?$|tests?: |failed to |unable to |error |\d{1,7} |the |an? |to |command|could|cannot|unable|because|while|due|during|error|task|job|build|step|process|with|loading|compil|resolv|fetch|download|in \d|script|stages?|checks?|hooks?|at |exit|see |run |for |timeout |timed out|waiting |connect|validat)/i;

/** Whether words are a sentence, a sum or a place, and no name of a test. */
export function isNoTest(text: string): boolean {
  return (
    sentence.test(text) ||
    /[./][^\s:]{1,100}:\d+(?::\d+)?(?::? |$)|^[\w@./-]{1,300}\.(?:[cm]?[jt]sx?|py|rb|php|go|rs|lua|exs?|dart|sh|cs|java|kt)$|\bexit (?:code|status)\b|^[\w ]{1,30}:$|\b\d{1,6} failed of \d|^\*? ?(?:REASON|Reason): |^\w{0,60}(?:Error|Exception)$|^[\w ]{1,20} \(\d{1,6}\):?$|^[\w@./-]{1,300}\.\w{1,8} {1,4}[.FEsSxX]{1,80}$|^(?:Given|When|Then|And|But) /.test(
      text,
    )
  );
}

function isPassed(line: string): boolean {
  return /^\s{0,24}(?:[✓✔√]|ok\b|PASS|\[ {0,10}(?:✓|PASS|PASSED|OK|ok|RUN) {0,6}\]|\((?: {0,2}(?:pass|ok|PASS|PASSED) {0,2})\))/.test(
    line,
  );
}

/** Linters mark their rows as runners do, with a place or a rule in them. */
export function isFindingRow(row: string): boolean {
  return /^\d{1,6}:\d{1,6}\b|^[a-z]+(?:-[a-z]+)+ - |\s{2}[@\w/-]{3,60}$|^[\w@.-]{0,100}\/[\w@./-]{1,200}\.[a-z]{1,5}$|\.(?:[cm]?[jt]sx?|py|rb|go|rs|css|scss|php|md|html|vue|java|kt|sh|ya?ml|json|x|lua|nix|tf|c|cc|cpp|h|hs)$/.test(
    row,
  );
}

/** A step of a scenario: the row above it, further out, has the mark of a failure too. */
export function isStepInside(test: string, view: View): boolean {
  if (!/^(?:given|when|then|and|but)\b/i.test(test)) return false;
  const depth = indentOf(view.lines[view.at] ?? '');
  const outer = lookUp(view, 60, (line) => (line.trim() !== '' && indentOf(line) < depth ? line : null));
  return outer !== null && /^\s{0,24}(?:[-*•] )?[[(]?(?:FAIL|[Ff]ail|[✗✘✖×⨯❌✕])/.test(outer);
}

/** A suite: the row above those of its tests, or, where a runner goes back up the tree, the one below them. */
export function isSuiteRow({ lines, at }: View): boolean {
  const [own = '', above = '', below = '', next = ''] = [lines[at], lines[at - 1], lines[at + 1], lines[at + 2]];
  const isMarked = (line: string) => /^\s{0,80}[✗✘✖×⨯❌] /.test(line);
  if (isMarked(own) && isMarked(above) && indentOf(above) > indentOf(own)) return true;
  const row = below.trim() === '' ? next : below;
  return /^\s{0,24}FAIL(?:ED)?\b/.test(own) && /^\s{2,12}[✓✔✗✘✖×⨯✕√] /.test(row);
}

const sumOrWord = /^(?:(?:failed|passed|errors?|skipped|cases|tests)\b:?\s{1,20}\d|expected$|unexpected$)/i;

function decideRow(groups: Groups, view: View): Reading | null {
  const test = groups['test'] ?? '';
  const isSuite = () => lookUp(view, 200, (line) => (line.trim() === `▶ ${test}` ? true : null)) === true;
  if (sumOrWord.test(test) || isFindingRow(test) || isSuiteRow(view) || isSuite() || isStepInside(test, view))
    return null;
  const hasRun = standsNear(view, { up: 40, down: 20 }, isPassed);
  return hasRun ? besidePassed(groups, test) : alone(groups, test, view);
}

function besidePassed(groups: Groups, test: string): Reading | null {
  return /^\d{1,7} |:$|^(?:expected|assert)\b|^(?:broken|errored) »|^(?:build|compil\w{1,6}) (?:failed|error)/i.test(
    test,
  )
    ? null
    : { groups };
}

function alone(groups: Groups, test: string, { lines, at }: View): Reading | null {
  return /^\s{0,4}\[ERROR\]/.test(lines[at] ?? '') || isNoTest(test) ? null : { groups, weight: 44 };
}
