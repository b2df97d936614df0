import { createRedactor } from '../text/redact.ts';
import type { OutputFacts, WeighedFinding } from './choose-finding.ts';
import { excerptOf, excerptOfReport } from './excerpt.ts';
import type { ErrorContext } from './failure-class.ts';
import { findCode } from './find-code.ts';
import { findPlace } from './find-place.ts';
import { isProjectFile, placeOf, type Place } from './places.ts';

const redact = createRedactor([]);
const testNamesMax = 50;
const messageLengthMax = 500;
/** Findings this close to the heaviest were made by the same kind of line. */
const sameKindSpan = 3;

/** The findings that say the same as the deciding one, in the order of the output. */
export function poolOf(deciding: WeighedFinding, weighed: readonly WeighedFinding[]): WeighedFinding[] {
  const { failureClass, inContext } = deciding;
  return weighed
    .filter((one) => one.failureClass === failureClass && one.inContext >= inContext - sameKindSpan)
    .sort((a, b) => a.at - b.at);
}

/** What the deciding findings say about the failure. Null or empty where the output names nothing. */
export function contextOf(
  deciding: WeighedFinding,
  weighed: readonly WeighedFinding[],
  facts: OutputFacts,
): ErrorContext {
  const pool = poolOf(deciding, weighed);
  const first = firstOf(deciding, pool, weighed);
  const testNames = namesOf(deciding, pool, weighed);
  const place =
    findPlace(placedOf(first, testNames, weighed), pool, facts) ??
    (deciding.failureClass === 'dependency_missing' ? placeOfTestAbove(first, weighed) : null);
  return {
    message: messageOf(first, testNames, facts),
    tool: toolOf(first, facts),
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    code: findCode(first, { pool, weighed, lines: facts.lines, place }),
    testNames,
    package: deciding.failureClass === 'dependency_missing' ? packageOf([...pool, ...weighed]) : null,
    ...(deciding.failureClass === 'contract_violation' ? { contractViolations: violationsOf(pool, facts) } : {}),
    excerpt:
      excerptOfReport(pool, facts.lines) ??
      excerptOf(facts.lines, first.at, othersOf(first, pool, { lines: facts.lines, place })),
  };
}

function messageOf({ groups, at }: WeighedFinding, testNames: readonly string[], { lines }: OutputFacts): string {
  const words = (groups['message'] ?? '').trim();
  const told = words.length > 2 ? words : (lines[at] ?? '').trim();
  return redact(testNames.length > 0 ? `Failing: ${testNames.join(', ')}` : told).slice(0, messageLengthMax);
}

function toolOf({ tool }: WeighedFinding, facts: OutputFacts): string | null {
  return tool === null || tool === 'llm' ? (facts.tool ?? tool) : (facts.step.tool ?? tool);
}

function packageOf(pool: readonly WeighedFinding[]): string | null {
  const missing = pool.filter(({ failureClass, inContext }) => failureClass === 'dependency_missing' && inContext > 10);
  const name = missing.map(({ groups }) => groups['package']).find((one) => one !== undefined && one !== '');
  return name?.replace(/@[\d^~][^@]{0,40}$|(?<=\w)[@:,]{1,3}$/, '') ?? null;
}

// What is missing is told below the name of the first test that asked for it.
function placeOfTestAbove({ at }: WeighedFinding, weighed: readonly WeighedFinding[]): Place | null {
  const above = weighed.find(({ groups, at: named, failureClass }) => {
    const isTest = failureClass === 'test_fail' && groups['test'] !== undefined && groups['line'] !== undefined;
    return isTest && named < at && named >= at - 6 && isProjectFile(groups['file'] ?? '');
  });
  return above === undefined ? null : placeOf(above.groups);
}

const isPlaced = ({ groups, failureClass }: WeighedFinding): boolean =>
  groups['line'] !== undefined && failureClass === 'compile_error';

// The same form of a line, `file:line: words`, was read by another rule: what it says stands in the same row of errors.
function isLike(one: WeighedFinding, other: WeighedFinding): boolean {
  return isPlaced(one) && one.isWarning === other.isWarning && one.groups['file'] === other.groups['file'];
}

// The first in the output that names a file; where only a sum decided, the entries that it sums up.
function firstOf(
  deciding: WeighedFinding,
  pool: readonly WeighedFinding[],
  weighed: readonly WeighedFinding[],
): WeighedFinding {
  const named = ({ groups }: WeighedFinding) => groups['file'] !== undefined && isProjectFile(groups['file']);
  const own = pool.filter(({ rule, inContext }) => rule === deciding.rule || inContext === deciding.inContext);
  const first = own.find((one) => named(one) && one.inContext === deciding.inContext) ?? own.find(named);
  if (first !== undefined)
    return (isPlaced(first) ? pool.find((one) => named(one) && isLike(one, first)) : undefined) ?? first;
  const summed: ReadonlySet<string> = new Set(['lint_error', 'compile_error']);
  const entry = summed.has(deciding.failureClass)
    ? weighed.find((one) => one.failureClass === deciding.failureClass && named(one) && one.inContext > 10)
    : undefined;
  return entry ?? own[0] ?? deciding;
}

function namesOf(
  deciding: WeighedFinding,
  pool: readonly WeighedFinding[],
  weighed: readonly WeighedFinding[],
): string[] {
  const running = pool.map(({ groups }) => groups['runningTest']).filter((name) => name !== undefined);
  if (deciding.failureClass === 'timeout') return [...new Set(running)].slice(0, testNamesMax);
  if (deciding.failureClass !== 'test_fail') return [];
  const near = uniqueNames(pool);
  const unique = near.length > 0 ? near : uniqueNames(lighter(weighed));
  // A name inside a longer one with its suite is the same test told twice.
  const isInside = (name: string) => unique.some((other) => other !== name && isSameTest(other, name));
  const whole = unique.length > 400 ? unique : unique.filter((name) => !isInside(name));
  // Beside names of tests, that of a file is the suite they stand in.
  const named = whole.filter((name) => !/^[\w@.-]{0,100}\/[\w@./-]{1,200}\.\w{1,8}$/.test(name));
  return (named.length > 0 ? named : whole).slice(0, testNamesMax).map(redact);
}

// Where a sum decided, the first of the tests that it sums up.
function placedOf(
  first: WeighedFinding,
  testNames: readonly string[],
  weighed: readonly WeighedFinding[],
): WeighedFinding {
  if (testNames.length === 0 || first.groups['test'] !== undefined || first.groups['file'] !== undefined) return first;
  return lighter(weighed).toSorted((a, b) => a.at - b.at)[0] ?? first;
}

// Where what decided names no test, one that is told with less weight is the best name there is.
function lighter(weighed: readonly WeighedFinding[]): WeighedFinding[] {
  const named = weighed.filter((one) => one.failureClass === 'test_fail' && one.groups['test'] !== undefined);
  const heaviest = named[0]?.inContext ?? 0;
  return named.filter(({ inContext }) => inContext >= Math.max(48, heaviest - sameKindSpan));
}

const duration = /(?:\s{1,8}[›–-]\s|\s{2,8}|\s[([])\d{1,9}(?:[.,]\d{1,9})? ?(?:ms|s|µs|secs?|seconds?)[)\]]?$/;

// Runners separate suites in one way where a test runs and in another where they sum up; the heavier line is the truer one.
function uniqueNames(pool: readonly WeighedFinding[]): string[] {
  const names = new Map<string, { name: string; inContext: number }>();
  const told = pool.flatMap(({ groups, inContext }) =>
    (groups['test'] ?? '').split('\n').map((name) => ({
      name: name
        .trim()
        .replace(duration, '')
        // Erlang: the module, the function, how many arguments it takes.
        .replace(/^(?<whole>\w{1,100}:\w{1,100})\/\d{1,2}(?:: module .{1,100})?$/, '$<whole>')
        .replace(/(?<=\w):$/, '')
        .replace(/(?<=.{3}) (?:failed|errored|timed out) (?:after|in)(?: [\d.,]{1,10} ?m?s)?$/, ''),
      inContext,
    })),
  );
  for (const { name, inContext } of told) {
    const key = name.replaceAll(/[^\p{L}\p{N}[\]]+/gu, ' ').trim();
    if (key !== '' && inContext > (names.get(key)?.inContext ?? 0)) names.set(key, { name, inContext });
  }
  return [...names.values()].map(({ name }) => name);
}

function isSameTest(longer: string, shorter: string): boolean {
  return (
    longer.length > shorter.length &&
    (longer.endsWith(` ${shorter}`) || longer.endsWith(`.${shorter}`) || longer.endsWith(`::${shorter}`)) &&
    shorter.length > 3
  );
}

/** Lines that tell what a test expected and what it got. */
const assertionWords =
  /^\s{0,12}(?:E {2,}|[A-Za-z.]{0,60}(?:Error|Exception|Failure)\b|[Ee]xpected|[Aa]ssert|Received|actual|\+ |- |left:|panicked|error:)/;

// The lines that an excerpt should hold beside the first: for a test its assertion, then more findings.
function othersOf(
  first: WeighedFinding,
  pool: readonly WeighedFinding[],
  { lines, place }: { lines: readonly string[]; place: Place | null },
): number[] {
  const details = first.failureClass === 'test_fail' ? assertionLines(first, lines, place) : [];
  const words = (first.groups['message'] ?? '').trim();
  const said = words.length > 8 ? lines.findIndex((line, at) => at !== first.at && line.includes(words)) : -1;
  const more = pool.filter(({ at }) => at !== first.at).map(({ at }) => at);
  return [...details, ...(said === -1 ? [] : [said]), ...answerLines(first, lines), ...more];
}

// In the dump of an answer the words of the server stand far from its number.
function answerLines({ failureClass, at }: WeighedFinding, lines: readonly string[]): number[] {
  if (failureClass !== 'orchestration_error' && failureClass !== 'budget_exceeded') return [];
  const from = Math.max(0, at - 60);
  const near = lines.slice(from, at + 30).flatMap((line, index) => (answerWords.test(line) ? [from + index] : []));
  return near.slice(0, 3);
}

const answerWords = /^\s{1,20}["']?(?:message|detail|details|error_description)["']?: ["'\x60]\S{2,20} \S/;

function shortPlace(place: Place | null): string | null {
  return place === null || place.line === null ? null : `${place.file.replace(/^.*\//, '')}:${place.line}`;
}

function assertionLines({ groups }: WeighedFinding, lines: readonly string[], place: Place | null): number[] {
  const name = (groups['test']?.split('\n')[0] ?? '').replace(/^.*(?: > |::| › )/, '').trim();
  const own = shortPlace(place);
  const found: number[] = [];
  for (const [at, line] of lines.entries()) {
    const isTold = name.length > 3 && line.includes(name) && assertionWords.test(lines[at + 1] ?? '');
    if (isTold || (own !== null && line.includes(own))) found.push(at);
    if (found.length === 4) break;
  }
  return found;
}

function violationsOf(pool: readonly WeighedFinding[], { lines }: OutputFacts): string[] {
  const words = pool.map(({ groups, at }) => redact((groups['message'] ?? lines[at] ?? '').trim()).slice(0, 300));
  return [...new Set(words)].slice(0, 20);
}
