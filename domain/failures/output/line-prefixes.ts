/** Names that monorepo runners, process runners and Docker Compose put before the lines of each package or process. */
const namePrefix =
  /^(?:\[[\w@/.:-]{1,60} {0,30}\](?: {1,2}|$)|\[\w[\w .:-]{1,50} #\d{1,3}-\d{1,3}\](?: {1,2}|$)|@?[\w./-]{1,80}[:#][\w.:-]{1,60}: |@?[\w./-]{1,80} [\w:-]{1,40}: |[\w.-]{1,60} {0,30}\| |@[\w.-]{1,40}\/[\w.-]{1,60}: )/;
/** These say how bad a line is, or whose it is. They are no names of processes. */
const levels =
  /^\[?(?:error|err|warn|warning|info|debug|fatal|note|success|critical|fail|failed|pass|ok|bc|eval|vite|webpack|cause|in|at|and|e|w|f|i)\b|:\d|^(?:npm|fatal|git|make|pip|caused) |^\w{1,20} ?(?:error|warning|failed|not ok)/i;
const groupLinesMin = 2;
const namedLinesMin = 3;
const sharedPartMin = 0.6;
/** No tool begins a line of its own with a package and a task. */
const certain = /^@[\w.-]{1,40}\/[\w.-]{1,60}[:#]|#[\w:-]{1,40}: $/;

/** pnpm says so of each script that it starts in a package. */
const started = /^[\w@./-]{1,80} [\w:-]{1,40}\$ \S/;

/** Takes off the names of packages or processes where most lines carry one. */
export function stripNames(lines: readonly string[]): readonly string[] {
  const prefixes = lines.map(prefixOf);
  const counts = new Map<string, number>();
  for (const prefix of prefixes) if (prefix !== '') counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  const isName = (prefix: string) => (counts.get(prefix) ?? 0) >= groupLinesMin;
  const named = prefixes.filter((prefix) => prefix !== '' && isName(prefix)).length;
  const filled = lines.filter((line) => line.trim() !== '').length;
  const isBracketed = prefixes.every((prefix) => prefix === '' || prefix.startsWith('['));
  if (
    named < (isBracketed ? groupLinesMin : namedLinesMin) ||
    (named < sharedPartMin * filled &&
      !lines.some((line) => started.test(line)) &&
      !prefixes.some((prefix) => certain.test(prefix)))
  )
    return lines;
  const isShared = named >= sharedPartMin * filled || lines.some((line) => started.test(line));
  return lines.map((line, at) => {
    const prefix = prefixes[at] ?? '';
    return prefix !== '' && isName(prefix) && (isShared || certain.test(prefix)) ? line.slice(prefix.length) : line;
  });
}

function prefixOf(line: string): string {
  const prefix = namePrefix.exec(line)?.[0] ?? '';
  return prefix === '' || levels.test(prefix) ? '' : prefix;
}
