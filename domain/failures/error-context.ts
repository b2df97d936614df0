import type { WeighedFinding, OutputFacts } from './choose-finding.ts';
import { excerptOf } from './excerpt.ts';
import type { ErrorContext } from './failure-class.ts';
import { isProjectFile, placeOf, readPlace, toNumber, type Place } from './places.ts';

const testNamesMax = 50;
const messageLengthMax = 500;
/** Findings this close to the heaviest were made by the same kind of line. */
const sameKindSpan = 3;

/** What the deciding findings say about the failure. Null or empty where the output names nothing. */
export function contextOf(
  deciding: WeighedFinding,
  weighed: readonly WeighedFinding[],
  facts: OutputFacts,
): ErrorContext {
  const pool = weighed
    .filter(
      ({ failureClass, inContext }) =>
        failureClass === deciding.failureClass && inContext >= deciding.inContext - sameKindSpan,
    )
    .sort((a, b) => a.at - b.at);
  const first = firstOf(deciding, pool, weighed);
  const testNames = namesOf(deciding, pool);
  const place = choosePlace(first, pool, facts);
  const line = (facts.lines[first.at] ?? '').trim();
  const words = (first.groups['message'] ?? '').trim();
  const message = testNames.length > 0 ? `Failing: ${testNames.join(', ')}` : words.length > 2 ? words : line;
  const others = othersOf(first, pool, { facts, place });
  const isMissing = deciding.failureClass === 'dependency_missing';
  const packageName = isMissing
    ? pool.map(({ groups }) => groups['package']).find((name) => name !== undefined && name !== '')
    : undefined;
  return {
    message: message.slice(0, messageLengthMax),
    tool: first.tool === null || first.tool === 'llm' ? (facts.tool ?? first.tool) : (facts.step.tool ?? first.tool),
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    code: codeOf(first, { pool, weighed, lines: facts.lines }),
    testNames,
    package: packageName?.replace(/@[\d^~][^@]{0,40}$/, '') ?? null,
    ...(deciding.failureClass === 'contract_violation' ? { contractViolations: violationsOf(pool, facts) } : {}),
    excerpt: excerptOf(facts.lines, first.at, others),
  };
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
  if (first !== undefined) return first;
  const summed: ReadonlySet<string> = new Set(['lint_error', 'compile_error']);
  const entry = summed.has(deciding.failureClass)
    ? weighed.find((one) => one.failureClass === deciding.failureClass && named(one) && one.inContext > 10)
    : undefined;
  return entry ?? own[0] ?? deciding;
}

function codeOf(
  first: WeighedFinding,
  {
    pool,
    weighed,
    lines,
  }: { pool: readonly WeighedFinding[]; weighed: readonly WeighedFinding[]; lines: readonly string[] },
): string | null {
  const own = first.groups['code'];
  if (own !== undefined) return own;
  const near = pool.find(({ at, groups }) => Math.abs(at - first.at) <= 2 && groups['code'] !== undefined)?.groups[
    'code'
  ];
  const { file, line } = first.groups;
  const same =
    file === undefined
      ? undefined
      : weighed.find(
          ({ groups }) =>
            groups['file'] === file &&
            groups['line'] === line &&
            groups['code'] !== undefined &&
            groups['test'] === undefined,
        );
  return near ?? same?.groups['code'] ?? printedCode(first, lines);
}

// Node prints an error's code among its fields; runners print it in brackets behind its name.
function printedCode({ at, failureClass }: WeighedFinding, lines: readonly string[]): string | null {
  const told = lines
    .slice(Math.max(0, at - 12), at + 30)
    .map((line) => /^[Ee]rror code: (?<code>[A-Z]\d{3,6})$/.exec(line.trim())?.groups?.['code'])
    .find((code) => code !== undefined);
  if (told !== undefined) return told;
  const bracketed = lines
    .slice(at, at + 3)
    .map(
      (line) =>
        /^\s{0,8}(?:Error: |error: )?\[(?<code>[A-Z][A-Z0-9]{2,20}_[A-Z0-9_]{2,40})\]/.exec(line)?.groups?.['code'],
    )
    .find((code) => code !== undefined);
  if (bracketed !== undefined) return bracketed;
  for (const line of lines.slice(at, at + 45)) {
    const code =
      /^\s{0,20}code: '(?<code>[A-Z][A-Z0-9_]{2,60})',?$/.exec(line)?.groups?.['code'] ??
      /\b\w{0,40}Error \[(?<code>ERR_[A-Z_]{3,60})\]/.exec(line)?.groups?.['code'];
    if (code !== undefined && code !== 'ERR_TEST_FAILURE') return code;
  }
  return null;
}

function namesOf(deciding: WeighedFinding, pool: readonly WeighedFinding[]): string[] {
  const running = pool.map(({ groups }) => groups['runningTest']).filter((name) => name !== undefined);
  if (deciding.failureClass === 'timeout') return [...new Set(running)].slice(0, testNamesMax);
  if (deciding.failureClass !== 'test_fail') return [];
  const names = pool.map(({ groups }) => groups['test']?.trim()).filter((name) => name !== undefined && name !== '');
  const unique = [...new Set(names.map((name) => name ?? ''))];
  // A name inside a longer one with its suite is the same test told twice.
  const whole =
    unique.length > 400
      ? unique
      : unique.filter((name) => !unique.some((other) => other !== name && isSameTest(other, name)));
  return whole.slice(0, testNamesMax);
}

function isSameTest(longer: string, shorter: string): boolean {
  return (
    longer.length > shorter.length &&
    (longer.endsWith(` ${shorter}`) || longer.endsWith(`.${shorter}`) || longer.endsWith(`::${shorter}`)) &&
    shorter.length > 3
  );
}

const placeless: ReadonlySet<string> = new Set(['orchestration_error', 'budget_exceeded', 'timeout']);

function isModelStep({ step: { stage } }: OutputFacts): boolean {
  return stage === 'llm' || stage === 'propose' || stage === 'plan' || stage === 'edit';
}

function choosePlace(first: WeighedFinding, pool: readonly WeighedFinding[], facts: OutputFacts): Place | null {
  const { failureClass, groups } = first;
  if (groups['file'] !== undefined && isProjectFile(groups['file']))
    return completePlace(placeOf(groups), first, facts.lines);
  if (failureClass === 'orchestration_error')
    return first.tool === 'llm' || isModelStep(facts) ? null : tracebackPlace(first, facts.lines);
  if (placeless.has(failureClass)) return null;
  if (failureClass === 'dependency_missing') return null;
  const near = placeNear(first, pool, facts);
  return near !== null && groups['line'] !== undefined && near.line === null
    ? { ...near, line: toNumber(groups['line']) }
    : near;
}

// A script of the project that could not reach something blames its own line.
function tracebackPlace({ at }: WeighedFinding, lines: readonly string[]): Place | null {
  const from = lines
    .slice(Math.max(0, at - 60), at)
    .findLastIndex((line) => line.startsWith('Traceback (most recent call last):'));
  if (from === -1) return null;
  const frames = lines
    .slice(Math.max(0, at - 60) + from, at)
    .flatMap((line) => (/^\s{2}File "/.test(line) ? [readPlace(line)] : []));
  return frames.findLast((place) => place !== null && isProjectFile(place.file)) ?? null;
}

// A file that was named without a line: its line may stand in a frame nearby.
function completePlace(place: Place, { at }: WeighedFinding, lines: readonly string[]): Place {
  if (place.line !== null) return place;
  const name = place.file.split('/').at(-1) ?? '';
  for (let near = Math.max(0, at - 12); near < Math.min(lines.length, at + 40); near += 1) {
    const line = lines[near] ?? '';
    const found = name !== '' && line.includes(name) ? readPlace(line) : null;
    if (found?.line != null && found.file.split('/').at(-1) === name) return { ...found, file: place.file };
  }
  return place;
}

// Between this finding and the next: for a test the first frame of its stack in the project's own code.
function placeNear(
  first: WeighedFinding,
  pool: readonly WeighedFinding[],
  { lines, quiet }: OutputFacts,
): Place | null {
  const reach = first.failureClass === 'test_fail' ? 45 : first.failureClass === 'unknown' ? 12 : 8;
  const isTest = first.groups['test'] !== undefined;
  const next = (isTest ? pool.find(({ at, rule }) => at > first.at && rule === first.rule)?.at : undefined) ?? Infinity;
  const own = projectPlace(lines[first.at] ?? '');
  if (own !== null) return own;
  for (let at = first.at + 1; at <= first.at + reach && at < Math.min(lines.length, next); at += 1) {
    const place = projectPlace(lines[at] ?? '');
    if (place !== null && (quiet[at] !== 1 || /-->|╭─|┌─|^\s{0,8}[│|] \S{1,300}:\d{1,7}$/.test(lines[at] ?? '')))
      return place;
  }
  const again = isTest ? placeBelowName(first, lines) : null;
  if (again !== null) return again;
  for (let at = first.at - 1; at >= Math.max(0, first.at - 8); at -= 1) {
    const place = projectPlace(lines[at] ?? '');
    if (place !== null) return place;
  }
  const file = first.failureClass === 'test_fail' ? undefined : namedFile.exec(lines[first.at] ?? '')?.groups?.['file'];
  return file !== undefined && isProjectFile(file) ? { file, line: null, column: null } : null;
}

const namedFile =
  /(?:^|[\s'"`(=])(?<file>(?:\.{0,2}\/)?(?:[\w@.-]{1,80}\/){0,20}[\w@-][\w@.-]{0,80}\.(?:jsonc?|json5|toml|ya?ml|ini|cfg|conf|xml|lock|gradle|kts|mod|properties|[cm]?[jt]sx?|py|rb|php|go|rs|java|kt|cs|c|h|cc|cpp|hpp|swift|scala|ex|exs|erl|hs|ml|lua|pl|pm|t|sh|sql|proto|graphql|css|scss|less|html|vue|svelte|md|tf))(?=[\s'"`):,;]|\.?$)/;

// Many runners list names first, and tell the details below each name again.
function placeBelowName({ at: listedAt, groups }: WeighedFinding, lines: readonly string[]): Place | null {
  const name = (groups['test'] ?? '').trim();
  for (let at = listedAt + 1; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    if (!line.endsWith(name) && !line.startsWith(name)) continue;
    for (let below = at + 1; below < at + 20; below += 1) {
      const place = projectPlace(lines[below] ?? '');
      if (place !== null) return place;
    }
  }
  return null;
}

function projectPlace(line: string): Place | null {
  const place = readPlace(line);
  return place !== null && isProjectFile(place.file) ? place : null;
}

// The lines that an excerpt should hold beside the first: the place's own line for a test, then more findings.
function othersOf(
  first: WeighedFinding,
  pool: readonly WeighedFinding[],
  { facts: { lines }, place }: { facts: OutputFacts; place: Place | null },
): number[] {
  const words =
    /^\s{0,12}(?:E {2,}|[A-Za-z.]{0,60}(?:Error|Exception|Failure)\b|[Ee]xpected|[Aa]ssert|Received|actual|AssertionError|\+ |- |left:|panicked|error:)/;
  const isTest = first.failureClass === 'test_fail';
  const details: number[] = [];
  const name =
    (first.groups['test'] ?? '')
      .split(/ > |::| › /)
      .at(-1)
      ?.trim() ?? '';
  for (const [at, line] of lines.entries()) {
    if (!isTest || details.length >= 4) break;
    const isOwnPlace = place?.line != null && line.includes(`${place.file.split('/').at(-1) ?? ''}:${place.line}`);
    if (isOwnPlace || (name.length > 3 && line.includes(name) && words.test(lines[at + 1] ?? ''))) details.push(at);
  }
  const words2 = (first.groups['message'] ?? '').trim();
  const said = words2.length > 8 ? lines.findIndex((line, at) => at !== first.at && line.includes(words2)) : -1;
  if (said !== -1) details.push(said);
  return [...details, ...pool.filter(({ at }) => at !== first.at).map(({ at }) => at)];
}

function violationsOf(pool: readonly WeighedFinding[], { lines }: OutputFacts): string[] {
  const words = pool.map(({ groups, at }) => (groups['message'] ?? lines[at] ?? '').trim().slice(0, 300));
  return [...new Set(words)].slice(0, 20);
}
