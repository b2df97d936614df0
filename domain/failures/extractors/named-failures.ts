import { indentOf, lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { isProjectFile, readPlace, type Place } from '../places.ts';
import { withPlace } from '../refine.ts';
import { isSuiteRow } from './failed-lists.ts';
import { projectPlace } from './project-place.ts';
import { cleanTestName, hasCauseBelow, isCause, isNamedTest } from './test-names.ts';

/** A test with its name above what went wrong in it, whatever drawing or number its runner puts around the name. */
export const namedFailureRules = rulesOf(null, 'test_fail', [
  {
    name: 'numbered-test',
    cue: [') '],
    weight: 69,
    pattern: /^\s{0,8}\d{1,4}\) {1,4}(?<test>\S.{0,299})$/,
    refine: decideNumbered,
  },
  {
    name: 'failed-block',
    cue: ['fail', 'error', 'broken'],
    weight: 69,
    pattern:
      /^\s{0,8}(?:\[\w{1,10}\] )?(?:[-=*#_─━—•!]{1,80} {0,2}|[✗✘✖×❌●] ?)?(?<verdict>FAIL(?:ED|URE)?|ERROR(?:ED)?|Fail(?:ed|ure)?|Errored|Error|BROKEN|Broken)(?:\b(?: \((?<told>[^()]{1,160})\))?(?:(?: in| at setup of| at teardown of| during| of)(?: test(?: case)?)?:?|:|!| ?->| ?→| -| »)?) {1,4}(?:\[ {0,8}[\d.]{1,10} ?m?s\] {1,4})?(?<test>\S.{1,280})$/,
    refine: decideBlock,
  },
  {
    name: 'placed-test',
    cue: [':fail', ': fail ', ':f:', ':e:', 'error: ', 'failure', 'failed', '✗ '],
    weight: 82,
    pattern:
      /^(?<file>[^\s:()]{1,300}\.\w{1,8})(?::(?<line>\d{1,7})(?::\d{1,7})?|\((?<line2>\d{1,7})(?:,\d{1,7})?\)): ?(?:(?<test>\w{1,200}):FAIL\b|[FE]:[^:]{0,80}:(?<test2>[^:]{1,200}):\d{1,5}:|(?:(?:fatal )?error: )?(?:in "(?<test3>[^"]{1,200})":|-\[(?<test4>[^\]]{1,200})\] :|(?<test5>\w{1,100}\.test\w{0,100}) :|[Ff]ail(?:ure|ed) in (?:TEST|test|Test)(?: case)?[( ]["']?(?<test6>[\w, .:-]{1,200}?)["')]{0,2}(?::|$)|FAIL:? (?<test0>[A-Za-z]\w[\w -]{1,100})$|[✗✘] (?:fn )?(?<test7>\w{1,200})$|Failure: \w[\w ]{0,80} -> (?<test8>\w{1,200}) ?$|failed: (?!assert|expect|check|require)(?<test9>\w[\w ]{1,200}):(?= )))(?<message>.{0,400})/,
    refine: ({ file, line, line2, message, ...tests }) => {
      const test = Object.values(tests).find((name) => name !== undefined);
      return { groups: { file, line: line ?? line2, message: message?.replace(/^:? ?/, ''), test } };
    },
  },
  {
    name: 'told-in',
    cue: ['error in "', 'in test', 'of test', 'in scenario', 'in spec', 'in example'],
    weight: 66,
    pattern:
      /^(?:(?:\[\d{1,3}-\d{1,3}\] )?Error in (?="[^"]{2,200}"$)|.{0,80}\b(?:[Ff]ail(?:ed|ure)|[Ee]rror|[Ee]xception) (?:in|of|during) (?:the )?(?:test|spec|scenario|example)(?: case)? )["'\x60](?<test>[^"'\x60]{2,200})["'\x60]/,
    refine: (groups, view) => ({ groups: withPlace(groups, projectPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'name-above',
    cue: ['failure', 'failed', 'assert'],
    weight: 66,
    pattern:
      /^\s{0,8}(?:(?:\. )?FAILURE|FAILED|ASSERT:.{0,200}|Assertion [Ff]ailed\b.{0,200}|(?:Assertion|Expectation) failed: .{1,200})$/,
    refine: (_groups, view) => {
      const [above = '', over = ''] = [view.lines[view.at - 1], view.lines[view.at - 2]];
      const isName =
        /^\w{1,8}[Tt]?est\w{0,100}$|^test\w{1,100}$/.test(above) || (/^-{10,}$/.test(over) && /^\w/.test(above));
      const test = isName ? cleanTestName(above) : null;
      return test === null ? null : { groups: withPlace({ test }, lookDown(view, 6, projectPlace)) };
    },
  },
  {
    name: 'test-field',
    cue: ['test: ', 'name: '],
    weight: 64,
    pattern: /^\s{0,4}(?:[Tt]est(?: ?[Nn]ame)?|[Tt]est [Cc]ase): {1,8}(?<test>[\w./:-][\w ./:'-]{2,200})$/,
    // Among what was expected and what came instead, or above its place.
    refine: ({ test = '' }, view) => {
      const isField = (line: string) =>
        /^\s{0,4}(?:expected|actual|code|left|got|assertion|file|location) ?: /i.test(line) ? true : null;
      const name = lookDown(view, 5, isField) === true ? cleanTestName(test) : null;
      return name === null
        ? null
        : { groups: withPlace({ test: name }, lookDown(view, 2, fieldPlace) ?? lookUp(view, 3, projectPlace)) };
    },
  },
  {
    name: 'placed-test',
    cue: ['fail', 'assert', 'expect', 'check', 'require', 'is not correct'],
    weight: 70,
    pattern:
      /^(?:\[[\s\w-]{1,12}\] {1,3}(?:--- )?)?\s{0,8}(?<file>[^\s:()]{1,300}\.\w{1,8})(?::(?<line>\d{1,7})(?::\d{1,7})?|\((?<line2>\d{1,7})(?:,\d{1,7})?\)): ?(?:(?:fatal )?(?:error|ERROR|Error): )?(?<message>(?:FAIL(?:ED|URE)?\b|[Ff]ail(?:ed|ure)\b|[Aa]ssert|[Ee]xpect|CHECK|REQUIRE|Check failed|Unexpected|Test failed).{0,300})$/,
    refine: decideUnder,
  },
]);

function fieldPlace(line: string): Place | null {
  return /^\s{0,4}(?:file|location|at): /i.test(line) ? projectPlace(line) : null;
}

const headingOfFailures =
  /^(?:\[\d{1,3}\] )?\s{0,8}[!*=─━-]{0,60} ?(?:\d{1,6} (?:failing|failed|failures?)|(?:Failures?|FAILURES?|Failed|FAILED|Failing|Examples|Failed (?:tests?|examples?|specs?|scenarios?|cases?)|(?:Failure|Failed) details)(?: \(\d{1,6}\))?|There (?:was|were) \d{1,6} (?:failure|error)s?|Errors(?:, \w{1,12}){0,2} and \w{1,12}|Summary of (?:all )?fail\w{1,8}(?: tests)?)[!:.]{0,3} ?[!*=─━-]{0,80}\s{0,4}$/;
const sumOfFailures =
  /^\s{0,8}\d{1,6} \w{0,12} ?(?:tests?|examples?|specs?|runs?)\b.{0,60}\b[1-9]\d{0,5} (?:failed|failures?|errors?)\b/;
const numbered = /^\s{0,8}\d{1,4}\) /;
/** A kind in the place of a name: the name is on the next line. */
const kindAlone = /^(?:Failure|Error|FAIL|FAILED|FAILURE|ERROR|Failed):?$/;

function decideNumbered(groups: Groups, view: View): Reading | null {
  const first = groups['test'] ?? '';
  const isListed = () =>
    lookUp(view, 3_000, (line) => (headingOfFailures.test(line) ? true : null)) === true ||
    lookDown(view, 1_000, (line) => (sumOfFailures.test(line) ? true : null)) === true;
  const depth = indentOf(view.lines[view.at] ?? '');
  const isNext = (line: string) => numbered.test(line) && indentOf(line) <= depth;
  if (/^(?:\w{1,40}\.){0,6}\w{0,60}(?:Error|Exception|Failure): /.test(first) && isInside(depth, view)) return null;
  if (!hasCauseBelow(view, 14, isNext) || !isListed()) return null;
  const told = kindAlone.test(first) ? (view.lines[view.at + 1] ?? '') : wholeName(first, view);
  const test = cleanTestName(told);
  if (test === null || /^\d/.test(test)) return null;
  return { groups: withPlace({ test }, readPlace(told) ?? placeInBlock(view)) };
}

// Reasons have numbers of their own, further in than the name of their test.
function isInside(depth: number, view: View): boolean {
  return lookUp(view, 4, (line) => (numbered.test(line) && indentOf(line) < depth ? true : null)) === true;
}

// `1) suite`, then the names inside it, further in, up to the one that ends with a colon.
function wholeName(first: string, { lines, at }: View): string {
  const names = [first];
  for (const line of lines.slice(at + 1, at + 7)) {
    if (
      !/^\s{5,}\S/.test(line) ||
      first.endsWith(':') ||
      /^\s{0,20}(?:Failure\/Error|[Ee]xpected|[Gg]ot): |^\s{0,20}%%/.test(line)
    )
      break;
    names.push(line.trim());
    if (line.endsWith(':') && !/\b(?:Message|Stack|Error|stacktrace|Failure):$/.test(line)) return names.join(' ');
  }
  return first;
}

// Where a test begins is told below its name; where it failed, further down.
function placeInBlock(view: View): Place | null {
  const below = view.lines[view.at + 1] ?? '';
  const own = /^\s{1,12}\S{1,300}:\d{1,7}(?::\d{1,7})?$/.test(below) ? projectPlace(below) : null;
  const from = own === null ? view : { ...view, at: view.at + 1 };
  const depth = indentOf(view.lines[view.at] ?? '');
  const rows = from.lines.slice(from.at + 1, from.at + 41);
  const end = rows.findIndex((line) => numbered.test(line) && indentOf(line) <= depth);
  const block = rows.slice(0, end === -1 ? undefined : end);
  // Between the frames of Python stands the source, which may look like a place.
  const frames = block.filter((line) => /^\s{2,12}File "/.test(line));
  const places = (frames.length > 0 ? frames : block).map(projectPlace).filter((place) => place !== null);
  return (frames.length > 0 ? places.at(-1) : places[0]) ?? own;
}

const functionName = /^\w{1,200} ?\([\w.:]{1,200}\)$|^test_\w{1,200}$|^[\w:]{1,200}(?:#|::)\w{1,200}$/;
/** What ends the block of a test: a ruler, a row, a sum. */
const endOfBlock = /^(?:[=*]{20,}|\s{0,8}(?:ok|PASS|PASSED|OK|FAIL|FAILED|ERROR)\b)/;

const noName = /^\d|^[\w-]{1,40}:(?: \d{1,7})?$|\b\d{1,6} (?:failed|passed) of \d/;
const otherThings = /\b(?:exit(?:ed)?|command|step|task|job|compil\w{1,6}|build|module|import|file|suite)\b/i;

function decideBlock(groups: Groups, view: View): Reading | null {
  const { told, test: words = '' } = groups;
  const isPlace = /^[^\s:]{1,300}(?: @ |:)\d{1,7}$/.test(words);
  const test = blockName(isPlace ? view.lines[view.at + 1] : words, view);
  if (test === null) return null;
  const own = isPlace ? (lookDown(view, 2, projectPlace) ?? readPlace(words)) : readPlace(told ?? '');
  const isTest = own !== null || (saysTest(groups, test, view) && isExplained(words, test, view));
  return isTest ? { groups: withPlace({ test }, own ?? readPlace(words) ?? placeOfBlock(view)) } : null;
}

function blockName(told: string | undefined, view: View): string | null {
  // A suite with its file in the next column
  const test = told?.includes('\t') === true ? null : cleanTestName(told ?? '');
  return test === null || noName.test(test) || otherThings.test(test) || isSuiteRow(view) ? null : test;
}

function isExplained(words: string, test: string, view: View): boolean {
  const isTold = isCause(words.slice(words.indexOf(test) + test.length));
  return isTold || hasCauseBelow(view, 12, (line) => endOfBlock.test(line));
}

// The words `error` and `failed` stand before anything: a test says that it is one, or stands between rulers.
function saysTest({ verdict = '' }: Groups, test: string, { lines, at }: View): boolean {
  if (/^[=*-]{20,}$/.test(lines[at - 1] ?? '') || /^\s{0,8}(?:Failure|Error) in test(?: case)?\b/.test(lines[at] ?? ''))
    return true;
  const isBar = /^\s{0,8}[-=*#_─━—●✗✘✖]{1,80} /.test(lines[at] ?? '');
  return verdict.startsWith('E') ? functionName.test(test) : isNamedTest(test) || isBar;
}

// Of a traceback the innermost frame in the project, of other stacks the first.
function placeOfBlock(view: View): Place | null {
  const block = view.lines.slice(view.at + 1, view.at + 60);
  const start = block.findIndex((line) => line.startsWith('Traceback ('));
  const end = block.findIndex((line, at) => at > 1 && (endOfBlock.test(line) || numbered.test(line)));
  const own = block.slice(0, end === -1 ? undefined : end);
  if (start === -1 || start >= own.length) return own.map(projectPlace).find((place) => place !== null) ?? null;
  const error = own.findIndex((line, at) => at > start && /^\S/.test(line));
  const frames = own
    .slice(start, error === -1 ? undefined : error)
    .map((line) => (/^\s{2,4}File "/.test(line) ? projectPlace(line) : null));
  return frames.findLast((place) => place !== null) ?? null;
}

const begun =
  /^\s{0,12}(?:In(?=.{1,200}:$)|\[ {0,6}RUN {0,8}\]|=== RUN|RUN:?|Running:?|TEST CASE:|Test ?[Cc]ase:?|Test:|TEST:|◇ Test|test:)\s{1,8}["']?(?:-\[)?(?<name>\w[^"'\]]{1,200}?)["'\]]{0,2}(?: started\.?)?(?:\s?\.{3}|:)?$/;
const ended = /^\s{0,12}(?:\[ {0,8}(?:OK|PASSED|PASS) {0,6}\]|--- PASS|ok\b|PASS\b)/;

function decideUnder({ file, line, line2, message }: Groups, view: View): Reading | null {
  if (!isProjectFile(file ?? '')) return null;
  const test = boxedName(view) ?? runningName(view);
  return test === null ? null : { groups: { file, line: line ?? line2, message, test } };
}

function runningName(view: View): string | null {
  const found = lookUp(view, 40, (line) => (ended.test(line) ? '' : (begun.exec(line)?.groups?.['name'] ?? null)));
  return found === null || found === '' ? null : cleanTestName(found);
}

function isRuler(line: string | undefined): boolean {
  return /^[-=]{20,}$/.test(line ?? '');
}

// The name of the case stands in a box of lines above; its sections further in, below it.
function boxedName({ lines, at }: View): string | null {
  for (let end = at - 1; end >= Math.max(0, at - 40); end -= 1) {
    if (!isRuler(lines[end])) continue;
    const top = [end - 2, end - 3, end - 4, end - 5].find((one) => isRuler(lines[one]));
    const name = top === undefined ? undefined : lines[top + 1]?.trim();
    if (name !== undefined && name !== '') return cleanTestName(name);
  }
  return null;
}
