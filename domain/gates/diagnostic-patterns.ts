/** A line that is a whole diagnostic. Its groups: file, line, column, code, severity, message. */
const singleLinePatterns: readonly RegExp[] = [
  // tsc
  /^(?<file>[^\s(].{0,300}?)\((?<line>\d{1,7}),(?<column>\d{1,7})\): (?<severity>error|warning) (?<code>TS\d{1,6}): (?<message>.{1,1000})$/,
  // tsc --pretty
  /^(?<file>[^\s:][^:]{0,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) - (?<severity>error|warning) (?<code>TS\d{1,6}): (?<message>.{1,1000})$/,
  // tsc about its settings
  /^(?<severity>error) (?<code>TS\d{1,6}): (?<message>.{1,1000})$/,
  // mypy: with its code at the end
  /^(?<file>[^\s:][^:]{0,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?: (?<severity>error|warning): (?<message>.{1,1000}?) {2}\[(?<code>[a-z][a-z-]{1,40})\]$/,
  // gcc, clang, and whoever writes as they do
  /^(?<file>[^\s:][^:]{0,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?: (?:fatal )?(?<severity>error|warning): (?<message>.{1,1000})$/,
  // ruff, one line each
  /^(?<file>[^\s:][^:]{0,300}):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<code>[A-Z]{1,6}\d{1,5}|SyntaxError|invalid-syntax):? (?:\[\*\] )?(?<message>.{1,1000})$/,
  // go build and go vet
  /^(?:vet: )?(?<file>[^\s:][^:]{0,300}\.go):(?<line>\d{1,7}):(?<column>\d{1,7}): (?<message>.{1,1000})$/,
];

/** A line whose place follows on a line of its own: ` --> file:line:column`. */
const headingPatterns: readonly RegExp[] = [
  // rustc and clippy
  /^(?<severity>error|warning)(?:\[(?<code>[A-Z]\d{1,5}|[\w:]{1,80})\])?: (?<message>.{1,1000})$/,
  // ruff, in blocks
  /^(?<code>[A-Z]{1,6}\d{1,5}|invalid-syntax):? (?:\[\*\] )?(?<message>.{1,1000})$/,
];

/** biome: the place first; the words follow after an empty line. */
const biomeHeading =
  /^(?<file>[^\s:][^:]{0,300}?)(?::(?<line>\d{1,7}):(?<column>\d{1,7}))? (?<code>(?:lint|assist)\/[\w/]{1,100}|format|parse|syntax|internalError\/\w{1,40})\s.{0,120}━{3}/;

const placeLine = /^\s{0,12}--> (?<file>[^:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7})$/;

const biomeMessage = /^\s{1,6}(?<mark>[×✖!⚠]) (?<message>.{1,1000})$/;

/** eslint: below the line with the file's name. What follows is the message, then the rule after two blanks. */
const eslintEntry =
  /^\s{1,12}(?<line>\d{1,7}):(?<column>\d{1,7})\s{1,20}(?<severity>error|warning)\s{1,20}(?<message>\S.{0,1000})$/;

export type Groups = Record<string, string | undefined>;

function firstMatch(patterns: readonly RegExp[], line: string): Groups | null {
  for (const pattern of patterns) {
    const groups = pattern.exec(line)?.groups;
    if (groups !== undefined) return groups;
  }
  return null;
}

// Every pattern is linear in the line: its repetitions are bounded, and one stands beside another only across a mark.

/** A diagnostic that stands on one line. */
export function matchSingleLine(line: string): Groups | null {
  return firstMatch(singleLinePatterns, line);
}

/** The first line of a diagnostic whose place follows. */
export function matchHeading(line: string): Groups | null {
  return firstMatch(headingPatterns, line);
}

/** The place that belongs to the heading above it. */
export function matchPlace(line: string): Groups | null {
  return placeLine.exec(line)?.groups ?? null;
}

/** The place and rule of biome, whose words follow. */
export function matchBiomeHeading(line: string): Groups | null {
  return biomeHeading.exec(line)?.groups ?? null;
}

/** The words that belong to the place of biome above them; the mark tells a warning. */
export function matchBiomeMessage(line: string): Groups | null {
  return biomeMessage.exec(line)?.groups ?? null;
}

/** An entry of eslint's default form, its rule taken off the message. */
export function matchEslintEntry(line: string): Groups | null {
  const groups = eslintEntry.exec(line)?.groups;
  if (groups === undefined) return null;
  const text = groups['message'] ?? '';
  const gap = text.lastIndexOf('  ');
  const rule = gap === -1 ? '' : text.slice(gap + 2);
  return /^[@\w][\w/@-]{0,120}$/.test(rule) ? { ...groups, message: text.slice(0, gap).trimEnd(), code: rule } : groups;
}
