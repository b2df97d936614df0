import { usualClass, type OutputFacts } from './choose-finding.ts';
import { excerptOf } from './excerpt.ts';
import type { ErrorContext, Failure, FailureClass } from './failure-class.ts';
import { advisoryOf, codeToken } from './code-tokens.ts';
import { codeNear, managersCode, rowWithCode } from './find-code.ts';
import { changedFile, fileIn, fileListed, wholePlace } from './find-place.ts';
import { isProjectFile, readPlace, type Place } from './places.ts';
import { kindInStep } from './tool-kinds.ts';
import { emptyContext } from './typed-failure.ts';
import type { LikelyClass } from './words/regression.ts';

const guessConfidence = 0.35;
const nothingKnownConfidence = 0.3;
/** The rule of a failure of which nothing is known. */
export const nothingKnown = 'text:nothing-known';

const failureWords =
  /\b(?:fail(?:ed|ure|s|ing)?|errors?|invalid|wrong|unexpected|expected|differs?|mismatch|not ok|violat\w{1,5}|problems?|broken|rejected|vulnerab\w{1,8}|abort(?:ed)?|denied|missing|not allowed|cannot|can't|could ?n[o']t|could not|unable|un(?:known|recogni[sz]ed|defined|supported|resolved)|duplicate|issues? found|forbidden|incorrect|illegal|not found|no such|must|does(?: not|n't))\b/i;
const testWords =
  /\b(?:tests?|specs?|pass(?:ed|ing)?|snapshots?|checks|assert\w{0,12}|expect(?:ed)?|actual|received|not ok|failing|failures?)\b/i;

/**
 * The failure of an output in which nothing was recognised. The tool or the stage is a guess that says so; an empty output
 * gives no reason to guess.
 *
 * @param words what its words say, where that is better than a guess
 */
export function guessFailure(facts: OutputFacts, words: LikelyClass | null = null): Failure & { confidence: number } {
  const { step, lines } = facts;
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '');
  const usual = usualOf(facts, filled);
  const file = usual === 'lint_error' || usual === 'contract_violation' ? namedFile(filled) : null;
  const guessed = hasReason(facts, { usual, filled, file }) ? (usual ?? 'unknown') : 'unknown';
  const failureClass = words?.failureClass ?? guessed;
  return {
    failureClass,
    subReason: failureClass === 'orchestration_error' ? reasonOf(facts) : null,
    ...describeGuess(guessed, step.stage, words),
    context: {
      ...emptyContext,
      message: `The ${step.stage} step ended with exit code ${step.exitCode ?? 'none'}.`,
      tool: step.tool ?? facts.tool,
      ...namedBy(lines, failureClass, file),
      excerpt: excerptOf(lines, lastWord(lines)),
    },
  };
}

function describeGuess(
  guessed: FailureClass,
  stage: string,
  words: LikelyClass | null,
): { rule: string; confidence: number } {
  if (words !== null) return { rule: 'words:learned', confidence: Math.round((0.3 + 0.3 * words.share) * 100) / 100 };
  return guessed === 'unknown'
    ? { rule: nothingKnown, confidence: nothingKnownConfidence }
    : { rule: `stage:${stage}`, confidence: guessConfidence };
}

function reasonOf({ step, tool }: OutputFacts): string | null {
  if (step.stage === 'pr') return 'forge';
  return /^(?:git|hg|svn|jj)$/.test(tool ?? '') ? 'git' : null;
}

// What compiles can format as well: in a step of linters a diff is what it would change.
function usualOf(facts: OutputFacts, filled: readonly string[]): FailureClass | null {
  const usual = usualClass(facts);
  const isDiff = facts.step.stage === 'lint' && filled.some((line) => line.startsWith('@@ '));
  return usual === 'compile_error' && isDiff ? 'lint_error' : usual;
}

const placed: ReadonlySet<FailureClass> = new Set([
  'lint_error',
  'compile_error',
  'test_fail',
  'contract_violation',
  'unknown',
]);

function namedBy(lines: readonly string[], failureClass: FailureClass, listed: string | null): Partial<ErrorContext> {
  if (failureClass === 'dependency_missing') return { package: packageTold(lines), code: managersCode(lines) };
  const isAsked = placed.has(failureClass) && (failureClass !== 'unknown' || lines.some(saysFailure));
  return isAsked ? placeTold(lines, listed) : {};
}

// What a formatter listed; else the first place that any line names; else a file that a line of failure names, or begins with.
function placeTold(lines: readonly string[], listed: string | null): Partial<ErrorContext> {
  if (listed !== null) {
    const whole = wholePlace(listed, lines);
    const isTold = (line: string) => line.includes(`${listed}:${whole.line ?? ''}`);
    const at = whole.line === null ? -1 : lines.findIndex(isTold);
    return { ...whole, code: codeNear(lines, at === -1 ? rowWithCode(lines) : at) ?? codeOfFailure(lines) };
  }
  const near = lines.slice(0, 2_000);
  const placed = near.flatMap((line, at) => (projectPlaceIn(line) === null ? [] : [at]));
  const at = placed.find((one) => !isWarned(near, one)) ?? placed[0];
  if (at !== undefined) return { ...projectPlaceIn(near[at] ?? ''), code: codeNear(near, at) };
  const begins = near.find((line) => beginsWithFile.test(line));
  const words = near.find((line) => saysFailure(line) && fileIn(line) !== null);
  const coded = rowWithCode(near);
  return { ...fileIn(begins ?? words ?? near[coded] ?? ''), code: codeNear(near, coded) ?? codeOfFailure(near) };
}

// Without a place a rule is named where something is said to fail.
function codeOfFailure(lines: readonly string[]): string | null {
  const told = lines.slice(0, 200).filter(saysFailure).map(codeToken);
  return told.find((code) => code !== null) ?? advisoryOf(lines);
}

function isWarned(lines: readonly string[], at: number): boolean {
  const above = (lines[at - 1] ?? '').trim() === '' ? lines[at - 2] : lines[at - 1];
  const told = `${above ?? ''} ${lines[at] ?? ''}`;
  return /\bwarn(?:ing)?\b/i.test(told) && !/\berror\b/i.test(told);
}

const beginsWithFile = /^\s{0,8}[\w@./\\-]{1,300}\.\w{1,8}::? ?\S/;
const versioned =
  /(?:^|[\s'"`(])(?<name>(?:@[\w.-]{1,80}\/)?[A-Za-z][\w.-]{0,100})(?:@|\/|\s?(?:==|>=|<=|~=|~>|!=|[<>^~=]))\s?v?\d[\w.*-]{0,40}/;

/** A setting of the environment, which has capitals only, and words before a version. */
const noName =
  /^(?:[A-Z][A-Z_\d]{2,80}|expected|wanted|required|requires?|got|found|installed|current|version|than|least|needs?|is|was|be|to|range)$/i;

// A name with its version, in a line that says what failed.
function packageTold(lines: readonly string[]): string | null {
  for (const line of lines.slice(-400)) {
    const name = saysFailure(line) ? versioned.exec(line)?.groups?.['name'] : undefined;
    if (name !== undefined && !noName.test(name)) return name;
  }
  return null;
}

/** What a compiler speaks of. */
const sourceWords =
  /\b(?:compil|build|syntax|pars|type|symbol|token|import|module|declar|defin|undefined|unresolved|link|bundl|schema|template|expect|config|option|invalid|duplicate|unknown|identifier|expression|statement|variable|function|error)\w*/i;

function isPlaced(line: string): boolean {
  return projectPlaceIn(line) !== null;
}

function isOfSource(line: string): boolean {
  return fileIn(line) !== null || isPlaced(line) || sourceWords.test(line);
}

/** Sums that say that all is well. */
const goodSum = /\b(?:0|no|without) (?:\w{1,20} )?(?:errors?|failures?|failed|failing|problems?|issues?|warnings?)\b/gi;

/** Whether a line says that something went wrong; a sum that says that nothing did is none. */
export function saysFailure(line: string): boolean {
  return failureWords.test(line.replaceAll(goodSum, '')) || /^\s{0,12}[✗✘✖❌] \S/.test(line);
}

// Of a short output the end is enough.
function lastWord(lines: readonly string[]): number {
  if (lines.length < 60) return -1;
  const told = lines.findLastIndex((line) => saysFailure(line) && !isRepeated.test(line));
  return told === -1 ? lines.findLastIndex(saysFailure) : told;
}

/** What starts programs says only that one of them failed. */
const isRepeated =
  /^\s{0,4}(?:\w{0,3}make(?:\[\d{1,3}\])?: |Makefile:\d|npm (?:ERR!|error)\b|error Command failed|ERROR: "[^"]{1,100}" exited|error: script "|lerna ERR!|\*{3} Failed|ELIFECYCLE)/;

function isNoneOfSource(usual: FailureClass, filled: readonly string[]): boolean {
  return usual === 'compile_error' && !filled.some(isOfSource);
}

// What compares contracts says nothing else, unless it could not.
function saysCrash(line: string): boolean {
  return /\b(?:usage|crash|panic|traceback|exception|not found|no such file|not (?:exist|point)|existing file)\b/i.test(
    line,
  );
}

function hasReason(
  facts: OutputFacts,
  { usual, filled, file }: { usual: FailureClass | null; filled: readonly string[]; file: string | null },
): boolean {
  if (usual === null) return false;
  // Hooks of git fail without a word.
  if (filled.length === 0) return facts.tool === 'git';
  if (usual === 'contract_violation') return !filled.some(saysCrash);
  if (usual === 'test_fail' && kindInStep(facts.tool, facts.step.stage) !== 'test_fail')
    return filled.some((line) => testWords.test(line.replaceAll(goodSum, '')));
  if (isNoneOfSource(usual, filled)) return false;
  // A linter that says where, and nothing else, has found something there.
  const isKnown = file !== null || (facts.step.tool ?? null) !== null;
  return isKnown || filled.some(saysFailure) || (usual === 'lint_error' && filled.some(isPlaced));
}

/** The file and line of the project that a line names; null where it names none. */
function projectPlaceIn(line: string): Place | null {
  const place = readPlace(line);
  return place !== null && place.line !== null && isProjectFile(place.file) ? place : null;
}

// Formatters list files, or print what they would change in them.
function namedFile(filled: readonly string[]): string | null {
  const listed = filled.map(fileListed).find((file) => file !== null);
  if (listed !== undefined) return listed;
  return changedFile(filled);
}
