/** A part of an output in which words of failures decide nothing: what passing tests printed, differences, source code. */
interface Part {
  starts: RegExp;
  /** The first line behind it. */
  ends: RegExp;
  linesMax: number;
}

const parts: readonly Part[] = [
  // Vitest: what a test printed, up to the empty line
  { starts: /^(?:stdout|stderr) \| \S/, ends: /^$/, linesMax: 300 },
  // Jest
  {
    starts: /^\s{2,6}console\.(?:log|error|warn|info|debug)(?: \S{1,200})?$/,
    ends: /^\s{4,8}at .{1,300}$|^\s{0,2}(?:PASS|FAIL|●)/,
    linesMax: 200,
  },
  // pytest
  {
    starts: /^-{2,60} ?Captured (?:stdout|stderr|log)\b/,
    ends: /^(?:_{4,}|={4,}|-{2,60} ?Captured|FAILED |ERROR )/,
    linesMax: 3_000,
  },
  // Rust shows what passing tests printed only when it is asked to
  { starts: /^successes:$/, ends: /^failures:$/, linesMax: 3_000 },
  // Differences: of formatters, and those that somebody printed
  {
    starts: /^(?:diff --git |diff -\w+ |Index: |@@ -\d{1,7}(?:,\d{1,7})? \+\d{1,7})/,
    ends: /^(?![-+ @\\]|diff |index |new file|deleted file|similarity|rename |Index: |={10,}|old mode|new mode|$)/,
    linesMax: 3_000,
  },
  { starts: /^--- \S{1,300}(?:\s.{0,100})?$/, ends: /^(?![-+ @\\]|$)/, linesMax: 1_000 },
];

// The runner's mark below what a test printed says whether it passed.
const begins = /^(?:=== (?:RUN|CONT|NAME|PAUSE) |\[ RUN {6}\] |Running \S{1,200}$|\[INFO\] Running \S)/;
const passes =
  /^\s{0,40}(?:--- (?:PASS|SKIP): |\[ {7}OK \] |(?:\[INFO\] )?Tests run: \d{1,6}, Failures: 0, Errors: 0,)/;

/** A list of all answers that a client knows, in the dump of an object. */
const isTableRow = /^\s{2,60}['"]?\d{3}['"]?: ['"]/;
const isEntry =
  /\d \| (?:ERROR|WARNING)|^\s{0,4}[|│┃] .{1,200}[|│┃] {1,40}(?:FAIL(?:ED)?|[Ff]ailed|NOT OK|KO|[✗✘✖×❌✕]) {1,40}[|│┃]|[└├]─ |^\s{0,8}\d{1,6}: [A-Z]{1,6}-?\d{1,5}\b/;
/** Errors that caused one another, innermost last, as programs in Rust print them. */
const isCause = /^\s{1,8}\d{1,2}: (?:[a-z]{3,20}|[A-Z][a-z]{2,20}) [a-z]/;

// The entries of linters look like source with its line's number.
const sourceLine = /^\s{0,8}(?:[>❯→*] ?)?\s{0,8}\d{1,6}\s{0,3}[|│┃:▏](?:\s|$)|^\s{0,8}[|│┃]\s|^\d{1,6}:(?:#[:., ]|msg)/;

/**
 * Tests that begin, passed, were left out or were slow, and what is being compiled: their names may be any words. Rows of
 * differences with the number of their line, and commands that a shell repeats.
 */
const isStatus =
  /^\[(?: RUN {6}| {7}OK )\] |^SKIPPED \[\d{1,5}\] |^(?:PASS|SKIP|XFAIL) \S.{0,300}\.phpt\]|^\(\d{1,6}\.\d{1,4} s\) \S|\[ ?\d{1,5} of \d{1,5}\] Compiling \S|^Parsing \S{1,200} \(\d{1,5}\/\d{1,5}\)$|^\d{3,5}[+-] |\bXFAIL REASON: |^\+{1,8} ?(?!(?:ERROR|Error|error)\b)[\w'.$[/]/;
/** What installers and displays complain of, and nobody minds. */
const isNoise = /^debconf: |Xlib: {1,4}extension /;

/** What a checker of links lists: that a host does not answer is its finding, and no failure of the network. */
const isLink = /^\s{0,8}(?:\d{1,4}\. |[*•✗✖-] |\[✖\] )(?:\[L\d{1,6}\] {1,3})?(?:\d{3} )?https?:\/\//;

/** For each line whether it decides nothing unless nothing else does. */
export function findQuietLines(lines: readonly string[]): Uint8Array {
  const quiet = new Uint8Array(lines.length);
  markParts(lines, quiet);
  markPassingTests(lines, quiet);
  for (const [at, line] of lines.entries()) if (decidesNothing(line)) quiet[at] = 1;
  return quiet;
}

function decidesNothing(line: string): boolean {
  return isSource(line) || isTableRow.test(line) || isStatus.test(line) || isNoise.test(line) || isLink.test(line);
}

function isSource(line: string): boolean {
  return sourceLine.test(line) && !isEntry.test(line) && !isCause.test(line);
}

function markParts(lines: readonly string[], quiet: Uint8Array): void {
  let at = 0;
  while (at < lines.length) {
    const part = partAt(lines, at);
    const end = part === null ? at + 1 : endOfPart(lines, at, part);
    if (part !== null) quiet.fill(1, at, end);
    at = end;
  }
}

function partAt(lines: readonly string[], at: number): Part | null {
  const part = parts.find(({ starts }) => starts.test(lines[at] ?? '')) ?? null;
  // Three dashes alone may be anything; a second line of three plus signs makes it a difference.
  const isDashes = part?.starts.source.startsWith('^---') === true;
  return isDashes && !(lines[at + 1] ?? '').startsWith('+++ ') ? null : part;
}

// The frame that Jest prints behind what was logged is a part of it.
function endOfPart(lines: readonly string[], from: number, { ends, linesMax }: Part): number {
  for (let at = from + 1; at < Math.min(lines.length, from + linesMax); at += 1) {
    if (ends.test(lines[at] ?? '')) return /^\s+at /.test(lines[at] ?? '') ? at + 1 : at;
  }
  return Math.min(lines.length, from + linesMax);
}

function markPassingTests(lines: readonly string[], quiet: Uint8Array): void {
  let from = -1;
  for (const [at, line] of lines.entries()) {
    if (begins.test(line)) from = at;
    else if (passes.test(line) && from !== -1) {
      quiet.fill(1, from, at);
      from = /^\s{0,40}--- /.test(line) ? at : -1;
    } else if (/^\s{0,40}--- FAIL: |^\[ {2}FAILED {2}\]|<<< (?:FAILURE|ERROR)!|^FAIL\b/.test(line)) from = -1;
  }
}
