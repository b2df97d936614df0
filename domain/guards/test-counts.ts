import type { CodeChange, CodeLine } from './code-lines.ts';
import type { GuardHit } from './guard.ts';
import type { Language } from './mask-code.ts';
import type { NamedFiles } from './named-files.ts';
import { hasTestName, isTestFile } from './test-files.ts';

interface TestPatterns {
  testCase: RegExp;
  assertion: RegExp;
  /** An assertion that holds whatever the code does. */
  vacuous: RegExp;
}

// Matched against code without strings and comments. "test" behind a dot is the method of a regular expression.
const patterns: Record<Language, TestPatterns> = {
  javascript: {
    testCase:
      /(?<![.\w$])(?:it|test|specify)(?!\.(?:describe|before|after|use|step|extend|expect|info|set)\w{0,20})(?:\.\w{1,20}){0,3}\s?[(`<]/g,
    assertion: /(?<![\w$])(?:expect|assert|expectTypeOf|assertType)(?:\.\w{1,30}){0,2}\(|\.should\b/g,
    vacuous:
      /(?<![\w$])(?:expect\(\s?(?:true|false|null|undefined|\d{1,9})\s?\)|assert(?:\.ok|\.isTrue)?\(\s?(?:true|1)\s?[,)])/g,
  },
  python: {
    testCase: /^\s{0,200}(?:async\s{1,20})?def test\w{0,200}\s?\(/g,
    assertion: /^\s{0,200}assert\b|\bself\.assert\w{1,40}\(|\bpytest\.(?:raises|warns)\(/g,
    vacuous: /^\s{0,200}assert\s{1,20}(?:True|1)\s{0,20}(?:,|$)|\bself\.assertTrue\(\s?True\s?[,)]/g,
  },
  go: {
    testCase: /^func (?:Test|Fuzz|Benchmark|Example)\w{0,200}\(|\b\w{1,20}\.Run\(/g,
    assertion: /\b[a-zA-Z]\w{0,20}\.(?:Errorf?|Fatalf?|Fail|FailNow)\(|\b(?:assert|require|is)\.\w{1,40}\(/g,
    vacuous: /\b(?:assert|require)\.True\(\s?\w{1,20},\s?true\s?[,)]/g,
  },
  rust: {
    testCase: /#\[(?:\w{1,30}::)?(?:test|rstest|test_case)\b/g,
    assertion: /\b(?:debug_)?assert(?:_eq|_ne|_matches)?!/g,
    vacuous: /\bassert!\(\s?true\s?[,)]/g,
  },
  c: {
    testCase:
      /@(?:Test|ParameterizedTest|RepeatedTest)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase)\b|\bfunc test\w{0,200}\(|\bTEST(?:_F|_P)?\(/g,
    assertion: /\b(?:assert|Assert|XCTAssert|EXPECT_|ASSERT_|verify)\w{0,40}[.(]/g,
    vacuous: /\b(?:assertTrue|Assert\.True|XCTAssertTrue|EXPECT_TRUE|ASSERT_TRUE)\(\s?true\s?[,)]/g,
  },
};

interface Counts {
  change: CodeChange;
  casesRemoved: number;
  casesAdded: number;
  assertionsRemoved: number;
  assertionsAdded: number;
  vacuousAdded: CodeLine[];
}

/**
 * Finds tests that were taken away and assertions that became fewer. What a file loses may turn up in another one in the
 * same words: that was moved. Other tests that are new elsewhere make up for nothing.
 */
export function checkTestCounts(changes: readonly CodeChange[], named: NamedFiles): GuardHit[] {
  // Tests of Rust stand beside the code that they are about.
  const counted = changes.filter(({ path, oldPath, language }) =>
    [path, oldPath ?? path].some((name) => isTestFile(name) || language === 'rust'),
  );
  return withoutMoved(counted).flatMap((change) => {
    const one = count(change);
    // Nothing that a new file holds was there to be weakened.
    if (one.change.kind === 'added' || named.isMentioned(pathBefore(one.change))) return [];
    const lost = findLostTests(one);
    if (lost !== null) return [hit(one.change, null, lost)];
    return named.isExactlyInScope(pathBefore(one.change)) ? [] : findWeakened(one);
  });
}

/** The changes without the lines that one file loses and another one gains, each as often as both do. */
function withoutMoved(changes: readonly CodeChange[]): CodeChange[] {
  const gains = new Map<string, { line: CodeLine; file: number }[]>();
  for (const [file, { changed }] of changes.entries()) {
    for (const line of changed.filter(({ type }) => type === 'added')) {
      const known = gains.get(line.text.trim());
      if (known === undefined) gains.set(line.text.trim(), [{ line, file }]);
      else known.push({ line, file });
    }
  }
  const moved = new Set<CodeLine>();
  for (const [file, { changed }] of changes.entries()) {
    for (const line of changed.filter(({ type }) => type === 'removed')) {
      const found = gains.get(line.text.trim());
      const index = found?.findIndex((gain) => gain.file !== file) ?? -1;
      if (found === undefined || index === -1) continue;
      for (const gain of found.splice(index, 1)) moved.add(gain.line);
      moved.add(line);
    }
  }
  return changes.map((change) => ({ ...change, changed: change.changed.filter((line) => !moved.has(line)) }));
}

function pathBefore({ path, oldPath }: CodeChange): string {
  return oldPath ?? path;
}

function count(change: CodeChange): Counts {
  const { testCase, assertion, vacuous } = patterns[change.language];
  const removed = change.changed.filter(({ type }) => type === 'removed');
  const added = change.changed.filter(({ type }) => type === 'added');
  const countIn = (lines: readonly CodeLine[], pattern: RegExp) =>
    lines.reduce((total, { code }) => total + (code.match(pattern)?.length ?? 0), 0);
  const isVacuous = ({ code }: CodeLine) => code.match(vacuous) !== null;
  const holds = (lines: readonly CodeLine[]) =>
    lines.filter((line) => line.code.match(assertion) !== null && !isVacuous(line)).length;
  return {
    change,
    casesRemoved: countIn(removed, testCase),
    casesAdded: countIn(added, testCase),
    assertionsRemoved: holds(removed),
    assertionsAdded: holds(added),
    vacuousAdded: added.filter(isVacuous),
  };
}

function findLostTests({ change, casesRemoved, casesAdded }: Counts): string | null {
  const path = pathBefore(change);
  if (change.kind === 'deleted' && isTestFile(path)) {
    const isMoved = casesRemoved === 0 && change.lines.length > change.changed.length;
    const isTest = casesRemoved > 0 || hasTestName(path);
    return isTest && !isMoved ? `The test file ${path} was deleted.` : null;
  }
  if (casesRemoved <= casesAdded) return null;
  return `${path} lost tests: ${casesRemoved} removed, ${casesAdded} added.`;
}

function findWeakened({ change, ...counts }: Counts): GuardHit[] {
  const hits = counts.vacuousAdded.map(({ line }) =>
    hit(change, line, `An assertion in ${change.path} holds whatever the code does.`),
  );
  const { assertionsRemoved, assertionsAdded } = counts;
  if (assertionsRemoved > assertionsAdded) {
    const message = `${change.path} lost assertions: ${assertionsRemoved} removed, ${assertionsAdded} added.`;
    hits.push(hit(change, null, message));
  }
  return hits;
}

function hit({ path }: CodeChange, line: number | null, message: string): GuardHit {
  return { guard: 'tamper', path, line, message };
}
