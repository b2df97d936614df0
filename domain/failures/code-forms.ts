/** Codes that are printed as such; each form with how many lines before and behind the finding it may stand. */
export const printedForms: readonly (readonly [before: number, behind: number, form: RegExp])[] = [
  [0, 0, /[\w.)`'"] \[(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6})\]$/],
  [12, 30, /^\s{0,8}[Ee]rror code: (?<code>[A-Z]\d{3,6})$/],
  [0, 2, /^\s{4,12}\S.{1,300} \((?<code>report[A-Z]\w{3,60})\)$/],
  [3, 3, /^\s?(?:\w{1,10} )?(?:error )?code (?<code>E[A-Z0-9_]{3,40})$/],
  [0, 0, /^\s{0,4}(?:error:? |Error: )?(?<code>(?:ERR|E)_[A-Z][A-Z0-9_]{3,60})\b/],
  [0, 2, /^\s{0,8}(?:Error: |error: )?\[(?<code>[A-Z][A-Z0-9]{2,20}_[A-Z0-9_]{2,40})\]/],
  [0, 12, /^\s{2,40}"code": "(?<code>[a-z]\w{1,40}(?:[.-]\w{1,40}){1,6})",?$/],
  [0, 2, /^\s{0,8}(?:\[\w{1,12}\] )?[\w./-]{1,100} \[(?<code>E[A-Z]{4,14})\]$/],
  [0, 5, /^\s{2,20}🪪 {1,4}(?<code>[\w.-]{3,80})$/u],
  [0, 44, /^\s{0,20}[Cc]ode:? {1,8}(?<code>(?:ERR|E)_[A-Z_]{3,60})$/],
  [0, 1, /^\s{0,4}(?<code>E[A-Z]{4,14})$/],
  [0, 4, /[\w')] \[(?<code>[a-z]{2,20}(?:-[a-z]{2,20}){2,8})\]\.$/],
  [0, 14, /= note: `-D (?<code>[\w:-]{3,80})` implied by/],
  [6, 1, /^Error: \[(?<code>[A-Z][a-z]{2,20}-\d{2,6})\]$/],
  // Scala's filters name the problem
  [0, 3, /\bfilter with: ProblemFilters?\.exclude\[(?<code>\w{4,80})\]/],
  [0, 0, /\. "(?<code>[A-Z]\w{4,60})" validation failed: /],
  [0, 8, /\bDiagnostic ID: (?<code>[\w:]{3,80})$/],
  // A line of its own, above the words
  [6, 0, /^\s{0,4}ERROR {1,4}#(?<code>\d{4,6})$/],
  [4, 0, /^(?:Error|ERROR|error): (?<code>[A-Z]{1,4}\d{3,5})$/],
  [0, 0, /\{code=(?<code>_?[A-Z]{2,20}(?:_[A-Z]{2,20}){1,6}),/],
  // Databases
  [0, 0, /\b(?<code>(?:ORA|DPY|DPI|TNS)-\d{4,5})\b/],
  [0, 30, /^\s{2,20}code: '(?<code>(?=\d{0,4}[A-Z\d])[\dA-Z]{5})',?$/],
  // `tool ERR! ECODE words`, `✘ ECODE words`
  [
    0,
    2,
    /(?:\bERR!|[✘✖✗×]|\b[Ee]rror:?) {1,3}(?<code>E(?!RRORS?\b|XPECTED|XCEPTION|MPTY|XIT|VENT|NTRY)[A-Z]{4,24}):? [A-Z]/,
  ],
  // Node prints an object with its fields: a word with its parts, which no runtime uses for its own codes.
  [0, 40, /^\s{2,20}["']?code["']?: ['"](?<code>[a-z][a-z\d]{1,40}(?:[._-][a-z\d]{1,40}){1,8})['"],?$/],
  [
    0,
    4,
    /^\s{0,12}Error: (?:connect|listen|bind|getaddrinfo|open|read|write|spawn|mkdir|unlink) (?<code>E[A-Z]{4,14})\b/,
  ],
  // Node prints an error's code among its fields; runners print it in brackets behind its name.
  [
    0,
    90,
    /^\s{0,20}code: '(?<code>(?!ERR_TEST_FAILURE)[A-Z][A-Z0-9_]{2,60})',?$|\b\w{0,40}Error \[(?<code2>ERR_[A-Z_]{3,60})\]/,
  ],
];

/** Where linters and compilers have the name of a rule on the line of a place, or on the indented one below it. */
export const placedForms: readonly RegExp[] = [
  /: error: \[(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6})\]$/,
  /^\s{0,8}\S{1,300}:\d{1,7}(?::\d{1,7})?: (?<code>[a-z][\w-]{1,40}\[[\w-]{2,60}\])(?: |$)/,
  /\[lines? \d{1,7}(?:-\d{1,7})?\] (?<code>[A-Z]{2,20}(?:_[A-Z\d]{1,20}){1,6})$/,
  /^\s{0,8}(?:[✖×✗] )?\S{1,300}:\d{1,7}(?::\d{1,7})?:?(?: -)? (?:[A-Z]: |(?:error|warning|info|style)[: ] ?)?(?<code>[a-z][a-z\d]{1,30}(?:[-/_][a-z\d]{1,30}){1,6}|[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}): /,
  /^\s{0,4}\[(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}|[a-z]{2,30}(?:[-/_][a-z]{2,30}){1,6})\] \S{1,300}:\d/,
  /^\s{0,4}\[?(?:error|ERROR|warning|WARN(?:ING)?)\]?:? (?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6})(?:: | \S{1,300}:\d)/,
  /^\s{0,8}\S{1,300}[:@]\d{1,7}(?::\d{1,7})?:?\s(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{0,30}){1,8}|[a-z]{2,30}(?:[A-Z][a-z]{1,30}){1,6}):\s/,
  /^\s{0,8}\S{1,300}:\d{1,7}:\d{1,7} .{1,300}\| {1,4}(?<code>[a-z]{2,30}(?:-[a-z\d]{1,30}){1,6}) {0,80}\|/,
  /[.\w)'"\x60]\s{1,8}(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){2,6})$/,
  /^\s{0,8}\S{1,300}:\d{1,7}:\d{1,7}: (?!error|warning|info|note|style|fatal|convention|refactor|hint|suggestion|message|syntax)(?<code>[a-z]{4,30}(?:[_.][a-z]{2,30}){0,6}): [A-Z'"]/,
  /^\s{0,8}\S{1,300}:\d{1,7} {2,40}(?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}) {2,40}[A-Z]/,
  /\b(?:ERROR|WARNING|[Ee]rror|[Ww]arning) - \[(?<code>[A-Z][A-Z\d]{1,20}(?:_[A-Z\d]{1,30}){1,6})\] /,
  /\((?:check|rule|code|id|rule ?id): ?(?<code>[\w./-]{2,80})[),]/i,
  /^\s{0,4}\[(?<code>(?!UTF|CWE|CVE|ISO|RFC|SHA|HTTP)[A-Z]{1,6}\d{2,5})\] /,
  /^\s{0,8}\S{1,300}:\d{1,7}(?::\d{1,7})?:? \[[A-Z]\]:? (?<code>[A-Z][\w/]{2,80}): /,
  /%(?:Warning|Error)-(?<code>[A-Z][A-Z\d_]{2,40}): /,
  /^\s{0,8}(?:\(fix\) )?(?<code>[A-Z][A-Za-z\d]{1,40}(?:\.[A-Z][A-Za-z\d]{1,40}){1,4}): [A-Z`'"]/,
  /^\s{1,8}\[\d{1,6}(?:, ?\d{1,6}){0,8}\]:(?<code>[A-Z][A-Za-z]{2,60}): /,
  /[\w.)'"\x60] \((?<code>[a-z]{2,30}(?:_[a-z\d]{1,30}){1,6})\)$/,
  /^\s{0,8}\d{1,6}:\d{1,6}\t.{1,400}\t(?<code>[a-z][\w-]{2,60})$/,
  /^\s{0,4}[EWFI]: [\w./+-]{1,200}(?: [a-z]{2,12})?: (?<code>[a-z]{2,40}(?:-[a-z\d]{1,40}){1,8})(?: |$)/,
  /\((?<code>[A-Z][a-z]{1,30}(?:[A-Z][a-z]{1,30}){1,8})\)$/,
  /^\s{0,4}[✖✗×✘] {1,3}(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6}) - /,
  /\| {1,4}(?<code>[A-Z]{2,4}\d{2,4}) {1,4}\|/,
  /\S {2,40}(?<code>[A-Z][a-z]{2,30}(?:[A-Z][a-z]{1,30}){1,6})$/,
  /^\s{0,4}\[(?<code>\w{2,60}::\w{2,60})\] /,
  /[\w.)'"\x60] \[(?<code>[a-z]{2,30}(?:[-/][a-z]{2,30}){1,6})\]$/,
  /\bby (?:the )?(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,6}) rule\b/,
  /\bIssue: \[(?<code>[A-Z]{1,4}\d{2,5})\b/,
  /(?:^|: |\s{2})(?:[A-Z]: )?(?:\[[A-Z]\w{0,20}\] )?(?<code>[A-Z]\w{1,40}(?:\/[A-Z]\w{1,60}){1,2}): /,
  /(?:^\s{0,12}|: |\s)\(?(?<code>(?!UTF|CWE|CVE|ISO|RFC|SHA|HTTP)[A-Z]{1,6}\d{3,5})\)?(?:\[\w{1,20}\])?(?:[: ]|$)/,
  /\b(?<code>[A-Z]{2,6}(?:_[A-Z\d]{2,12}){1,4}_\d{1,4})\b/,
  /\((?<code>[a-z]{2,30}(?:-[a-z]{1,30}){1,6})\)(?: at \S| \S{1,300}:\d|$)/,
  // place: error: (rule) Words
  /: (?:error|warning): \((?<code>[A-Za-z][\w-]{2,60})\) [A-Z]/,
  // ERROR: Rule - place
  /^\s{0,4}(?:ERROR|WARNING|INFO|error|warning): (?<code>[A-Z][a-z\d]{1,30}(?:[A-Z][a-z\d]{1,30}){1,6}) - \S{1,300}:\d/,
  // Letters for severity and kind, and a rule in capitals
  /^[HML] [A-Z] (?<code>[A-Z\d]{2,20}(?:_[A-Z\d]{1,20}){1,8}): /,
  // place:rule
  /^\S{1,300}\.\w{1,8}:\d{1,7}(?::\d{1,7})?:(?<code>[a-z]{2,30}(?:_[a-z\d]{1,30}){1,6})$/,
  // (Tool rule   address)
  /^\s{4,40}\((?:[A-Z]\w{2,20} )?(?<code>[a-z]{2,30}(?:_[a-z]{2,30}){1,6})\b[^()]{0,200}\)$/,
  // [tool: rule]
  /\[[a-z][\w-]{1,30}: (?<code>[a-z]{2,30}(?:-[a-z\d]{1,30}){1,6})\]/,
  // [1/2 Rule] place
  /^\s{0,4}\[\d{1,5}\/\d{1,5} (?<code>[A-Z][A-Za-z]{2,60})\] \S{1,300}:\d/,
  // The number of a kind of difference, or a row of a table with its name
  /^\[?(?:ERROR|error)\]?:? (?<code>\d{4}): [A-Za-z]/,
  /[|│] {1,4}(?<code>[A-Z]{2,20}(?:_[A-Z\d]{2,20}){1,6}) {1,40}[|│]/,
  /\b(?:error|warning|info) (?<code>[a-z]{2,30}(?:-[a-z]{1,30}){1,6}|[a-z][\w-]{1,40}\/[\w-]{2,60}):? /,
  /\b[Ww]arning: \[(?<code>[\w-]{3,60})\]/,
  /^\S{1,300}:\d{1,7} (?<code>\w{2,20}(?:\/\w{2,60}){1,3}) /,
  /\s(?:error|warning)\[(?<code>[\w:-]{2,60})\]/,
  // A field of its own: Rule: name, ╰─ rule: name, Check: NAME_1: words
  /^\s{0,12}(?:[╰└│|=]─{0,3} ?)?(?:[Rr]ule|[Cc]heck|[Cc]ode)(?: ?(?:ID|[Ii]d|[Nn]ame))?: {1,8}(?<code>[a-z][a-z\d]{1,30}(?:[-_/][a-z\d]{1,30}){1,6}|[A-Z]{2,20}(?:_[A-Z\d]{1,20}){1,6}|[A-Z]{1,8}-?\d{2,6})(?::|$)/,
  // An option of a compiler behind the words
  /[\w.)'"\x60] \[?(?<code>-W[a-z][\w=+-]{2,60})\]?$/,
  // The name alone, below what it says
  /^\s{2,8}(?<code>[a-z]{2,30}(?:-[a-z]{2,30}){2,6})$/,
];
