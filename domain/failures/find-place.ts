import type { OutputFacts, WeighedFinding } from './choose-finding.ts';
import { projectPlace } from './extractors/project-place.ts';
import {
  fileOfName,
  placeBelowBars,
  placeBelowLine,
  placeBelowName,
  placeToldAbove,
  testFile,
} from './find-test-place.ts';
import { isProjectFile, placeOf, readPlace, toNumber, type Place } from './places.ts';
import { modelStages } from './step-kinds.ts';

const placeless: ReadonlySet<string> = new Set(['budget_exceeded', 'timeout', 'dependency_missing']);

/** The place that the first deciding finding blames, in the project's own code; null where the output names none. */
export function findPlace(first: WeighedFinding, pool: readonly WeighedFinding[], facts: OutputFacts): Place | null {
  return importerOf(first, facts.lines) ?? ownPlace(first, facts.lines) ?? placeByClass(first, pool, facts);
}

function ownPlace(first: WeighedFinding, lines: readonly string[]): Place | null {
  const { groups } = first;
  const isNamed = groups['file'] !== undefined && isProjectFile(groups['file']);
  return isNamed ? completePlace(placeOf(groups), first, lines) : null;
}

function placeByClass(first: WeighedFinding, pool: readonly WeighedFinding[], facts: OutputFacts): Place | null {
  const { failureClass, groups } = first;
  if (failureClass === 'orchestration_error') {
    return first.tool === 'llm' || modelStages.has(facts.step.stage) ? null : tracebackPlace(first, facts.lines);
  }
  if (failureClass === 'dependency_missing') return frameBelow(first, facts.lines);
  if (placeless.has(failureClass)) return null;
  const near = uncaughtPlace(first, facts.lines) ?? placeNear(first, pool, facts);
  const isBare = groups['line'] !== undefined && groups['file'] === undefined;
  return near !== null && isBare && near.line === null ? { ...near, line: toNumber(groups['line']) } : near;
}

// Of an exception that nobody caught the innermost frame in the project stands above it.
function uncaughtPlace(first: WeighedFinding, lines: readonly string[]): Place | null {
  const isBare = first.failureClass === 'unknown' && first.groups['line'] === undefined;
  return isBare ? tracebackPlace(first, lines) : null;
}

/** Whose import it was, on the line that says what was not there. */
const importedBy =
  /\b(?:imported|required|included|loaded|referenced|module \S{1,200}) (?:from|by|in) ["'\x60]?(?:file:\/\/)?(?<file>[\w@./-]{1,300}\.[a-z]\w{0,7})(?=["'\x60]?(?:$|[\s:,)]))/;

function importerOf(first: WeighedFinding, lines: readonly string[]): Place | null {
  const line = lines[first.at] ?? '';
  if (first.groups['line'] !== undefined) return null;
  const file = importedBy.exec(line)?.groups?.['file'];
  if (file === undefined || !isProjectFile(file)) return null;
  const place = readPlace(line);
  return place?.file === file ? place : completePlace({ file, line: null, column: null }, first, lines);
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

// A script that could not start something, with the frame of the line that tried.
function frameBelow({ at }: WeighedFinding, lines: readonly string[]): Place | null {
  const isFrame = (line: string) =>
    /^\s{2,8}at (?:file:\/\/)?\S{1,300}:\d{1,7}|\bin file ["'].{1,300}["'], line \d/.test(line);
  const frames = lines.slice(at + 1, at + 5).filter(isFrame);
  return frames.map(projectPlace).find((place) => place !== null) ?? null;
}

// A file that was named without a line: its line may stand in a frame nearby.
function completePlace(place: Place, { at }: Pick<WeighedFinding, 'at'>, lines: readonly string[]): Place {
  if (place.line !== null) return place;
  const name = place.file.split('/').at(-1) ?? '';
  for (let near = Math.max(0, at - 12); near < Math.min(lines.length, at + 40); near += 1) {
    const line = lines[near] ?? '';
    const found = name !== '' && line.includes(name) ? readPlace(line) : null;
    if (found !== null && found.line !== null && found.file.split('/').at(-1) === name)
      return { ...found, file: place.file };
  }
  return { ...place, ...lineBelow(at, lines) };
}

const placedWords =
  /^\s{0,12}L:? {0,5}(?<line2>\d{1,7})(?= ?[|:])(?: ?\| P: {0,5}(?<column2>\d{1,7}))?|^\s{0,4}(?<line3>\d{1,7}) {1,4}\| (?:ERROR|WARNING|VIOLATION)|\((?<line4>\d{1,6}):(?<column4>\d{1,6})(?:-\d{1,6}:\d{1,6})?\)(?=$|[\s.,;])|\/\/ lines (?<line5>\d{1,7})-\d|\b[Ll]ine:? (?<line>\d{1,7})(?:,? (?:and )?col(?:umn)?:? (?<column>\d{1,7}))?/;

/** In the dump of an object, or above a drawing of the source. */
const dumpedPlace =
  /(?:\{ line: |^\s{0,12}[╭┌][─-]{1,4}\[)(?<line>\d{1,7})(?:, col(?:umn)?: |:)(?<column>\d{1,7})(?: \}|\])/;
/** What a caret below it points at. */
const numberedLine = /^\s{0,6}[>→]?\s{0,4}(?<line>\d{1,6})\s{0,4}[|│]/;
/** A line of the source, with its number before it. */
const sourceLine = /^\s{0,12}[>→]?\s{0,4}\d{1,6} {1,4}[│|]/;

function toldLine(line: string, isNear: boolean): Partial<Place> | null {
  const found = ((isNear ? placedWords.exec(line) : null) ?? dumpedPlace.exec(line))?.groups;
  if (found === undefined) return null;
  const told = (names: readonly string[]) => names.map((name) => found[name]).find((one) => one !== undefined);
  return {
    line: toNumber(told(['line', 'line2', 'line3', 'line4', 'line5'])),
    column: toNumber(told(['column', 'column2', 'column4'])),
  };
}

// Parsers name the line behind their words, apart from the file: on the same line or on one of the next.
function lineBelow(at: number, lines: readonly string[]): Partial<Place> {
  for (const [offset, line] of lines.slice(at, at + 30).entries()) {
    const told = toldLine(line, offset < 6);
    if (told !== null) return told;
    const isDrawn = /^\s{0,4}[|│]?\s{0,200}\^/.test(lines[at + offset + 1] ?? '');
    const drawn = isDrawn ? numberedLine.exec(line)?.groups : undefined;
    if (drawn !== undefined && offset < 12) return { line: toNumber(drawn['line']), column: null };
  }
  return {};
}

const reaches: Readonly<Record<string, number>> = { test_fail: 45, unknown: 24 };
/** What stands in a drawing of the source, which is quiet, and is a place all the same. */
const drawnPlace =
  /-->|^\s{0,4}[│|]\s{1,6}on \S{1,300} line \d{1,7}|╭─|┌─|^\s{0,8}[│|] \S{1,300}:\d{1,7}(?: in \w{1,200}\s{0,200}[│|])?$/;

// Between this finding and the next: for a test the first frame of its stack in the project's own code.
function placeNear(first: WeighedFinding, pool: readonly WeighedFinding[], facts: OutputFacts): Place | null {
  const { lines } = facts;
  const isTest = first.groups['test'] !== undefined;
  const before = isTest ? placeToldAbove(first, lines) : (placeHeading(first.at, lines) ?? placeWorkedOn(first, lines));
  const reach = reachOf(first, isTest ? pool : []);
  const isSeen = (at: number) => facts.quiet[at] !== 1 || drawnPlace.test(lines[at] ?? '');
  return (
    projectPlace(lines[first.at] ?? '') ??
    before ??
    placeBelowLine({ from: first.at, to: reach }, lines, isSeen) ??
    (isTest ? (placeBelowName(first, lines) ?? placeBelowBars(first, lines)) : null) ??
    placeAbove(first.at, lines) ??
    fileOnly(first, facts)
  );
}

function fileOnly(first: WeighedFinding, { step, lines }: OutputFacts): Place | null {
  if (first.failureClass === 'test_fail') return testFile(first.at, lines) ?? fileOfName(first);
  const near = fileNear(first, lines) ?? listedFile(first, lines);
  // A file of tests that could not be loaded is told as their heading.
  const isLoaded = step.stage === 'test' && first.failureClass === 'compile_error';
  return near ?? (isLoaded ? testFile(first.at, lines) : null);
}

// A line that is a place, with or without the name of what is there, says where all below it is.
function placeHeading(at: number, lines: readonly string[]): Place | null {
  const above = lines[at - 1] ?? '';
  return /^\S{1,300}:\d{1,7}(?::\d{1,7})?:?(?: [\w.]{1,80}:)?$/.test(above) ? projectPlace(above) : null;
}

const workedOn =
  /^(?:>>> |==> |-{2,4} )?(?:FILE|File|Working on|Checking|Processing|Linting|Inspecting|Analy[sz]ing|Validating)(?: file)?:? ["'\x60]?(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,9})["'\x60]?(?: ?\.{3})?:?$/;

// A linter that says which file it looks at, and then what it found there.
function placeWorkedOn(first: WeighedFinding, lines: readonly string[]): Place | null {
  if (first.failureClass !== 'lint_error' || projectPlace(lines[first.at] ?? '') !== null) return null;
  const above = lines.slice(Math.max(0, first.at - 12), first.at);
  const file = above.map((line) => workedOn.exec(line)?.groups?.['file']).findLast((one) => one !== undefined);
  return file === undefined || !isProjectFile(file)
    ? null
    : completePlace({ file, line: null, column: null }, first, lines);
}

function reachOf(first: WeighedFinding, pool: readonly WeighedFinding[]): number {
  const next = pool.find(({ at, rule }) => at > first.at && rule === first.rule)?.at ?? Infinity;
  return Math.min(first.at + (reaches[first.failureClass] ?? 8), next - 1);
}

function placeAbove(from: number, lines: readonly string[]): Place | null {
  for (let at = from - 1; at >= Math.max(0, from - 8); at -= 1) {
    const line = lines[at] ?? '';
    const place = sourceLine.test(line) ? null : projectPlace(line);
    if (place !== null) return place;
  }
  return null;
}

// A file without a line: where the finding stands, else below or above it.
function fileNear(first: WeighedFinding, lines: readonly string[]): Place | null {
  for (const offset of [0, 1, -1, 2, -2]) {
    const line = lines[first.at + offset] ?? '';
    const place = sourceLine.test(line) ? null : fileIn(line);
    if (place !== null)
      return completePlace(place, { ...first, at: Math.max(0, first.at + Math.min(0, offset)) }, lines);
  }
  return null;
}

/** The first file of the project that a line names, without a line number. */
export function fileIn(line: string): Place | null {
  const file = /^\s{1,12}at /.test(line) ? undefined : namedFile.exec(line)?.groups?.['file'];
  return file !== undefined && isProjectFile(file) ? { file, line: null, column: null } : null;
}

const listing: ReadonlySet<string> = new Set(['lint_error', 'contract_violation']);

// What formatters and checks of files list, somewhere.
function listedFile({ failureClass, rule }: WeighedFinding, lines: readonly string[]): Place | null {
  if (!listing.has(failureClass) && rule !== 'licence') return null;
  const file = lines
    .slice(0, 400)
    .map(fileListed)
    .find((one) => one !== null && isProjectFile(one));
  const named = file ?? changedFile(lines.slice(0, 400));
  return named === null || !isProjectFile(named) ? null : wholePlace(named, lines);
}

/** The first file of a difference, which formatters print of what they would change; null without one. */
export function changedFile(lines: readonly string[]): string | null {
  if (!lines.some((line) => line.startsWith('@@ '))) return null;
  const changed = lines.map((line) => /^\+\+\+ (?:b\/)?(?<file>\S{1,300})/.exec(line)?.groups?.['file']);
  return changed.find((file) => file !== undefined) ?? null;
}

const listForms: readonly RegExp[] = [
  /^\s{0,4}(?:\[\w{1,8}\] {1,3})?(?:[-*•+✖✗×⨯✘] |\d{1,5}[).] |from |[Ii]n |[Uu]nformatted:? |[Nn]ot formatted:? |[Ww]ould reformat:? |F(?:ile|ILE):? {1,4}|[Ff]ormatting |[Ff]ormatted:? {1,4}|FAIL: |Checking |Rewriting |Fixing |Sorting |Reordering imports in |Would (?:sort|rewrite|fix|change) |Private key found: )?["'`]?(?<file>[\w@./\\-]{1,300}\.[A-Za-z]\w{0,9})["'`]?(?::?$|: (?:not|needs|would)\b| {1,2}\([\w, :/-]{2,200}\)$| {3,80}\w[\w, :/-]{2,200}$)/,
  /^\s{0,4}[|│] {1,4}(?<file>[\w./-]{1,200}\.[A-Za-z]\w{0,9})(?: \([^)]{0,60}\))? {1,80}[|│].{0,200}\b(?:MISS|FAIL|[Mm]issing|[Ee]rror|differ)/,
  /^={2,4} \[(?<file>[\w@./\\-]{1,300}\.[A-Za-z]\w{0,9})\] \w+$/,
  /^(?<file>[\w@./\\-]{1,300}\.[A-Za-z]\w{0,9}) \w{2,12} ━{3,300}$/,
  /^[^\s"'(][^"'(]{0,20}\s{3,20}(?<file>\.{0,2}\/[\w@./\\-]{1,300}\.[A-Za-z]\w{0,9})$/,
  /^\[(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,9})\]:$/,
  /^\S{1,80} -- (?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,9}):$/,
  /^(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,9}) \(\d{1,9} [KMG]?B\) exceeds /,
  /^(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,9}) should (?:add|remove|have|be|not)\b/,
  /^Diff in (?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,9}):?$/,
  /^\s{0,8}\d{1,4} [|│] (?<file>(?:[\w@.-]{1,80}\/){1,12}[\w@.-]{1,100}\.[A-Za-z]\w{0,9})$/,
  /^(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,9}|(?:[\w@./-]{1,280}\/)?(?:BUILD|WORKSPACE|Dockerfile|Makefile|Gemfile|Rakefile|Justfile|Jenkinsfile))(?: #|:) (?:reformat|unformatted|not formatted)$/,
  /^\s{0,6}\d{1,4}\) (?<file>[\w@./\\-]{1,300}\.[A-Za-z]\w{0,9}) (?:->|→|>) /,
];

/** A file that is listed, with the line that is told with its name or below it. */
export function wholePlace(file: string, lines: readonly string[]): Place {
  const at = lines.findIndex((line) => fileListed(line) === file);
  const bare = { file, line: null, column: null };
  return at === -1 ? bare : completePlace(bare, { at }, lines);
}

/** The file of a line that is the name of a file, with a mark before it or not. */
export function fileListed(line: string): string | null {
  for (const form of listForms) {
    const file = form.exec(line)?.groups?.['file'];
    if (file !== undefined) return file;
  }
  return null;
}

const namedFile =
  /(?:^|[\s'"`([=])(?<file>(?:\.{0,2}\/)?(?:[\w@.-]{1,80}\/){0,20}(?:(?:CMakeLists\.txt|Dockerfile|Makefile|Gemfile|Jenkinsfile|meson\.build)(?=[\s'"`):,;]|$)|\.[a-z]{2,20}rc(?=[\s'"`):,;]|$)|\.?[\w@-][\w@.-]{0,80}\.(?:jsonc?|json5|toml|ya?ml|ini|cfg|conf|xml|lock|gradle|kts|mod|properties|[cm]?[jt]sx?|py|rb|php|go|rs|java|kt|cs|c|h|cc|cpp|hpp|swift|scala|ex|exs|erl|hs|ml|lua|pl|pm|t|sh|sql|proto|graphql|css|scss|less|html|vue|svelte|md|tf|ejs|hbs|pug|erb|j2|njk|twig|liquid|mustache|haml|slim|zig|nim|cr|jl|dart|elm|cob|adb|vhdl?|sv|po|star|bzl|nix|tex|rst|adoc|ls|coffee|civet|gleam|fsx?|mli|rkt|scm|clj[cs]?|edn|f90|pas|vala|hx|py[ix]|ps1|fish|zsh|bash|awk|txtar|avsc|capnp|thrift|fbs|wat|asm|g4|feature|robot|bats|cue|dhall|jsonnet|libsonnet|hcl|rego|svg|xsd|styl|sol|move|cairo|templ|gd|http|hurl|ets|[cm]ts|astro|mdx|marko|riot|eta|mjml|csv|tsv|ipynb|sass|tmpl|tpl|gotmpl|gohtml|mako|jinja|cshtml|razor|jsp|ftl|wsdl|raml|idl|peg|pegjs|lark|y|yy|l|ll|lex|sam|bicep|prisma|sqlx)))(?=[\s'"`)\]:,;]|#\/|\.?$)/;
