/** The name of a rule or an error, as tools write it: with hyphens, as a number behind letters, in capitals, in humps. */
const hyphened = String.raw`[a-z][a-z\d]{0,30}(?:[-_.][a-z\d]{1,30}){1,8}`;
const scoped = String.raw`@?[a-z][\w-]{1,40}(?:\/[a-z][\w-]{1,60}){1,3}`;
const numbered = String.raw`(?!UTF|ISO|RFC|SHA|HTTP|CWE)[A-Z]{1,8}-?\d{2,6}`;
const capitals = String.raw`[A-Z]{2,20}(?:_[A-Z\d]{2,20}){1,6}`;
const humps = String.raw`[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}`;
const advisory = String.raw`GHSA(?:-[a-z\d]{4}){3}|(?:RUSTSEC|PYSEC|OSV|AVD|DLA)(?:-[A-Z\d]{2,8}){0,2}-\d{2,6}(?:-\d{1,6})?|GO-\d{4}-\d{4,5}|CKV\w{0,12}_\d{1,4}`;

const plain = `${advisory}|${numbered}|${capitals}|${scoped}|${hyphened}`;
const severity = String.raw`(?:\[?(?:[Ee]rror|ERROR|[Ww]arning|WARN(?:ING)?|[Ii]nfo|INFO|[Ff]atal|FATAL)\]?:?\s{1,4})`;

/** What stands before the words of a finding: a mark, and the place with what parts it from them. */
const place =
  /^\s{0,8}(?:[-*•✖✗×✘] {1,3})?[\w@./\\-]{1,300}\.[A-Za-z]\w{0,10}(?::\d{1,7}(?::\d{1,7})?|\(\d{1,7}(?:, ?\d{1,7})?\)|\|\d{1,7})?[:|]?\s{0,4}(?:[-–|] ?)?/;

const behindPlace: readonly RegExp[] = [
  new RegExp(
    String.raw`^${severity}?[[(<]?(?<code>${plain})[\])>]?(?::(?= |$)|\s{1,4}[-–|] |\|| {1,8}(?=[A-Za-z'"\x60]))`,
  ),
  new RegExp(String.raw`^${severity}?(?:[[(<](?<code>${humps})[\])>]|(?<code2>${humps}):)`),
];

const anywhere: readonly RegExp[] = [
  // error(rule): words; [rule] words; ✖ rule  words; rule: words (place); rule at place
  new RegExp(String.raw`^\s{0,8}(?:[Ee]rror|ERROR|[Ww]arning|WARNING)\((?<code>${plain})\)`),
  new RegExp(String.raw`^\s{0,8}${severity}?[[(](?<code>${plain}|${humps})[\])]:? \S`),
  new RegExp(String.raw`^\s{0,8}(?:${severity}|[-*•✖✗×✘] {1,3})(?<code>${plain})(?:: |\s{2,8}| - )\S`),
  new RegExp(String.raw`^(?<code>${advisory}|${numbered}|${capitals}|${hyphened}|${humps}): (?=.{0,400}:\d)`),
  new RegExp(String.raw`^${severity}?(?<code>${hyphened}|${humps}) at \S{1,300}:\d`),
  // words [rule] at place; words of a rule 'name'
  new RegExp(String.raw`[[(](?<code>${plain}|${humps})[\])] (?:at|in|on) \S{1,300}:\d`),
  new RegExp(String.raw`\b[Rr]ule:? (?:["'\x60](?<code>${plain}|${humps})["'\x60]|(?<code2>${hyphened})(?= ))`),
  // words -- rule; words  rule; words [rule]; words <rule>; words #rule
  new RegExp(String.raw`(?: -- |\s{2,80}|[[(<](?:(?:rule|code|id|check): ?)?|\s#)(?<code>${plain})[\])>]?$`),
  // A cell of its own
  new RegExp(String.raw`[|│]\s{0,40}(?<code>${advisory}|${numbered}|${capitals}|${hyphened})\s{0,40}[|│]`),
  new RegExp(String.raw`^\s{0,8}(?:Check|Rule|Code|ID|Id):?\s{1,12}(?<code>${plain}|${humps})(?::|\s|$)`),
];

/** Files, hosts and parts of a sentence have the form of a rule too. */
const noCode =
  /\.(?:[cm]?[jt]sx?|py|rb|go|rs|jsonc?|ya?ml|md|s?css|html?|xml|toml|c|h|cc|cpp|java|kt|php|sh|lua|sql|txt|lock|com|org|net|io|dev|x|cfg|ini|proto|vue)$|^(?:e\.g|i\.e|line_\d|node_modules|src\/|lib\/|tests?\/|packages\/|well-known|built-in|non-\w+|pre-\w+|re-\w+|up-to-date|run-time|read-only|auto-fix\w*|sub-\w+)|^[\w.-]+\.\d|^[a-z\d]+\.[a-z\d]+$|^(?:end-of-|pre-commit)|-cli$|(?:Error|Exception|Failure|Warning|Exists?)\d?$/;

/**
 * The name of a rule on the line of a finding, where no tool's own form holds one; null without one. Only for lines that
 * are known to tell of a finding: on others such words are words.
 */
export function codeToken(line: string): string | null {
  const text = line.slice(0, 600);
  const found = place.exec(text)?.[0];
  const own = found === undefined ? [] : behindPlace.map((form) => form.exec(text.slice(found.length)));
  for (const match of [...own, ...anywhere.map((form) => form.exec(text))]) {
    const code = match?.groups?.['code'] ?? match?.groups?.['code2'];
    if (code !== undefined && !noCode.test(code) && isName(code)) return code;
  }
  return null;
}

/** The number of a published weakness on the first line that has one; null without one. */
export function advisoryOf(lines: readonly string[]): string | null {
  for (const line of lines.slice(0, 400)) {
    const code = published.exec(line.slice(0, 600))?.groups?.['code'];
    if (code !== undefined) return code;
  }
  return null;
}

const published = new RegExp(String.raw`(?<![\w-])(?<code>${advisory})(?![\w-])`);

// A path of plain words is none: the last part of a scoped rule has a hyphen, or its scope a mark.
function isName(code: string): boolean {
  return !code.includes('/') || code.startsWith('@') || /-[^/]{0,60}$/.test(code);
}
