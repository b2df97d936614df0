import { usualClass, type OutputFacts } from './choose-finding.ts';
import { excerptOf } from './excerpt.ts';
import type { Failure, FailureClass } from './failure-class.ts';
import { kindOfTool } from './tool-kinds.ts';
import { emptyContext } from './typed-failure.ts';

const guessConfidence = 0.35;
const nothingKnownConfidence = 0.3;

const failureWords =
  /\b(?:fail(?:ed|ure|s|ing)?|errors?|invalid|wrong|unexpected|expected|differs?|mismatch|not ok|violat\w{1,5}|problems?|broken|rejected|abort(?:ed)?|denied|missing|not allowed|cannot|can't|could ?n[o']t|could not|unable|un(?:known|recogni[sz]ed|defined|supported|resolved)|duplicate|forbidden|incorrect|illegal|not found|no such|must|does(?: not|n't))\b/i;
const testWords =
  /\b(?:tests?|specs?|pass(?:ed|ing)?|assert\w{0,12}|expect(?:ed)?|actual|received|not ok|failing|failures?)\b/i;
const onlyPath = /^(?:[-*•+] )?"?[\w@./\\-]{1,300}\.\w{1,10}"?$/;

/**
 * The failure of an output in which nothing was recognised. The tool or the stage is a guess that says so; an empty output
 * gives no reason to guess.
 */
export function guessFailure(facts: OutputFacts): Failure & { confidence: number } {
  const { step, lines } = facts;
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '');
  const usual = usualClass(facts);
  const file = usual === 'lint_error' ? namedFile(filled) : null;
  const failureClass = hasReason(facts, { usual, filled, file }) ? (usual ?? 'unknown') : 'unknown';
  const isGuess = failureClass !== 'unknown';
  return {
    failureClass,
    subReason: failureClass === 'orchestration_error' && facts.tool === 'git' ? 'git' : null,
    rule: isGuess ? `stage:${step.stage}` : 'text:nothing-known',
    confidence: isGuess ? guessConfidence : nothingKnownConfidence,
    context: {
      ...emptyContext,
      message: `The ${step.stage} step ended with exit code ${step.exitCode ?? 'none'}.`,
      tool: step.tool ?? facts.tool,
      file: isGuess ? file : null,
      excerpt: excerptOf(lines, lastWord(lines)),
    },
  };
}

// Of a short output the end is enough.
/** Sums that say that all is well. */
const goodSum = /\b(?:0|no|without) (?:\w{1,20} )?(?:errors?|failures?|failed|failing|problems?|issues?|warnings?)\b/gi;

function saysFailure(line: string): boolean {
  return failureWords.test(line.replaceAll(goodSum, ''));
}

function lastWord(lines: readonly string[]): number {
  return lines.length < 60 ? -1 : lines.findLastIndex(saysFailure);
}

function hasReason(
  facts: OutputFacts,
  { usual, filled, file }: { usual: FailureClass | null; filled: readonly string[]; file: string | null },
): boolean {
  if (usual === null) return false;
  // Hooks of git fail without a word.
  if (filled.length === 0) return facts.tool === 'git';
  // What compares contracts says nothing else.
  if (usual === 'contract_violation')
    return !filled.some((line) => /\b(?:usage|crash|panic|traceback|exception|not found)\b/i.test(line));
  if (usual === 'test_fail' && kindOfTool(facts.tool) !== 'test_fail')
    return filled.some((line) => testWords.test(line.replaceAll(goodSum, '')));
  return file !== null || (facts.step.tool ?? null) !== null || filled.some(saysFailure);
}

// Formatters list files, or print what they would change in them.
function namedFile(filled: readonly string[]): string | null {
  const listed = filled.find((line) => onlyPath.test(line));
  if (listed !== undefined) return listed.replace(/^[-*•+] /, '');
  if (!filled.some((line) => line.startsWith('@@ '))) return null;
  const changed = filled.map((line) => /^\+\+\+ (?:b\/)?(?<file>\S{1,300})/.exec(line)?.groups?.['file']);
  return changed.find((file) => file !== undefined) ?? null;
}
