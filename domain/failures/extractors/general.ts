import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { isProjectFile, readPlace, type Place } from '../places.ts';
import { withPlace } from '../refine.ts';
import { makeRecap, projectPlace } from './project-place.ts';

/** Words and forms that tools share, for tools that nobody has written rules for. */
export const generalRules = rulesOf(null, 'unknown', [
  {
    name: 'placed-error',
    is: 'compile_error',
    cue: ' (line ',
    weight: 66,
    pattern:
      /^(?<file>[\w@./-]{1,300}\.\w{1,8}) \(line (?<line>\d{1,7})\): (?<message>(?=.{0,200}\b(?:[Mm]issing|[Uu]n\w{2,20}|[Ee]rror|[Ii]nvalid|[Ii]llegal|[Ee]xpected)\b).{3,400})$/,
  },
  {
    name: 'placed-error',
    is: 'compile_error',
    cue: [
      'error',
      'fatal',
      'expected',
      'undefined',
      'unexpected',
      'invalid',
      'unknown',
      'cannot',
      'undeclared',
      'not found',
      'mismatch',
      'not declared',
      'unresolved',
      'failure',
      'severe',
      'critical',
    ],
    weight: 59,
    pattern:
      /(?:^|\s|[("'[:]|file:\/\/)(?:[A-Za-z]:[\\/])?[^\s:()"'`<>|,;=[\]]{1,300}\.[A-Za-z]\w{0,11}(?::\d{1,7}|\(\d{1,7}|:\[\d|", line \d|,? line \d)/,
    refine: decidePlaced,
  },
  {
    name: 'error-with-code',
    is: 'compile_error',
    cue: ['error', 'error['],
    weight: 52,
    pattern:
      /^\s{0,8}(?:\[?(?:ERROR|Error|error|FATAL|Fatal|fatal)\]?)(?::? ?\[?\(?(?<code>[A-Z]{1,10}[-_]?\d{2,6})\)?\]?)?(?: |: ?)(?<message>\S.{2,500})$/,
    refine: decideErrorLine,
  },
  {
    name: 'parse-error',
    is: 'compile_error',
    cue: [
      'syntax error',
      'bad indentation',
      'duplicated mapping key',
      'mapping entry',
      'decodeerror',
      'scannererror',
      'headererror',
      'parse error',
      'parseerror',
      'parsing error',
      'unexpected token',
      'unexpected input',
      'unexpected end of',
      'parser error',
      'syntaxerror',
      'yaml',
      'toml',
      'invalid json',
      'invalid requirement',
      'invalid configuration',
      'unknown property',
      'unknown field',
      'unknown key',
      'unknown option',
      'invalid option',
      'unterminated',
      'failed to parse',
      'could not parse',
      'cannot parse',
      'unable to parse',
      'error parsing',
      'type error',
      'type mismatch',
      'mismatching types',
      'unexpected character',
      'parsing failed',
      'failed to deserialize',
      'failed to decode',
      'failed to unmarshal',
      'unrecognized key',
      'unknown configuration',
    ],
    weight: 61,
    pattern:
      /(?<message>\b[Uu]nknown (?:option|rule|section|setting) .{0,80}\bin ["'\x60]?[\w./-]{1,80}\.(?:json5?|ya?ml|toml|ini|cfg|[cm]?js)\b|\bbad indentation of a mapping entry.{0,100}|\bduplicated mapping key.{0,100}|\bcan not read an? (?:implicit|block) mapping.{0,100}|\b(?:yaml|toml|json|xml): (?:line \d|unmarshal|invalid|cannot|unexpected).{0,300}|(?:(?:YAML|TOML)\w{0,20}(?:Error|Exception)|ScannerError|MissingSectionHeaderError): .{1,300}|\b(?:[Ss]yntax|[Pp]ars(?:e|ing|er)|YAML|TOML|[Tt]ype|[Cc]onfig(?:uration)?) ?[Ee]rror\b.{0,300}|\b[Uu]nexpected (?:input|token|end of|character|symbol|identifier|EOF).{0,200}|\b(?:[Ff]ailed to|[Cc]ould not|[Cc]annot|[Uu]nable to|[Ee]rror) (?:parse|parsing|deserialize|decode|unmarshal|load config).{0,200}|\b[Uu]n(?:known|recognized) (?:property|field|key|configuration|attribute|setting|directive)\b.{0,200}|\b[Ii]nvalid (?:JSON|YAML|TOML|configuration|manifest|schema|syntax|requirement)\b.{0,200}|\b[Uu]nterminated .{1,100}|\b[Tt]ype mismatch.{0,200})/,
    refine: (groups, view) =>
      /^\s{0,20}at |^\s{0,4}#|\b(?:unauthorized|forbidden|denied|refused|timed out|no such host)\b[^:]{0,40}$/.test(
        view.lines[view.at] ?? '',
      )
        ? null
        : decideParse(groups, view),
  },
  {
    name: 'file-error',
    is: 'compile_error',
    cue: ['error', 'invalid', 'failed'],
    weight: 50,
    pattern:
      /^(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,7}): (?<message>(?:[\w ]{0,40}\b)?(?:[Ee]rror|[Ii]nvalid|[Ff]ailed)\b.{0,300})/,
    refine: (groups) => (isProjectFile(groups['file'] ?? '') ? { groups } : null),
  },
  {
    name: 'source-missing',
    is: 'compile_error',
    cue: [
      'does not exist',
      'not found',
      'be found',
      'be resolved',
      'be read',
      'be opened',
      'is missing',
      'no file',
      'no such file',
      'source file',
      'input file',
      'find file',
    ],
    weight: 58,
    pattern:
      /\b[Cc]annot find file \(or expand pattern\)|\b(?:[Ff]ile|[Ss]ource(?: file)?|[Ee]ntry(?: point| module)?|[Ii]nput) (?:does not exist|not found|(?:could not|cannot|can not) be (?:found|resolved|read)):? ["'\x60]?(?<file>[\w@./-]{1,300}\.[A-Za-z]\w{0,7})|\b(?:[Ff]ile|[Ss]ource|[Ii]nput) ["'\x60](?<file2>[\w@./-]{1,300}\.[A-Za-z]\w{0,7})["'\x60] (?:does not exist|(?:was |is )?not found|is missing|(?:could not|cannot) be (?:found|read|opened))|(?:[Cc]annot|[Cc]ould not|[Uu]nable to|[Ff]ailed to) (?:open|read|find|load) (?:the )?(?:source|input|entry)(?: file| module| point)? ["'\x60](?<file4>[\w@./-]{1,300}\.[A-Za-z]\w{0,7})["'\x60]|\bNo (?:file|folder|file\/folder|source) (?:was )?found for\b|^(?!sh|bash|make|cp|mv|ls|cat)[\w ./:-]{0,120}?(?<file3>[\w@./-]{1,300}\.(?:proto|[cm]?[jt]sx?|s?css|less|c|cc|cpp|java|kt|rs|go|hs|ml|tex|graphql|sol|thrift)): No such file or directory/,
    // Whose line names the file that is not there is to blame.
    refine: (groups, view) => {
      const named = { file: groups['file'] ?? groups['file2'] ?? groups['file3'] ?? groups['file4'] };
      return { groups: withPlace(named, projectPlace(view.lines[view.at] ?? '')) };
    },
  },
  {
    name: 'undefined-name',
    is: 'compile_error',
    cue: [
      'undefined',
      'undeclared',
      'unbound',
      'not in scope',
      'unresolved reference',
      'cannot find symbol',
      'unknown identifier',
      'is not defined',
      'does not exist',
      'not declared',
      'no such',
    ],
    weight: 53,
    pattern:
      /(?<message>\b(?:[Uu]ndefined|[Uu]ndeclared|[Uu]nbound|[Uu]nknown|[Uu]nresolved|[Nn]o such) (?:identifier|variable|name|reference|symbol|function|[Tt]ype|value|module|method|constant|local|label|atom|class)\b.{0,200}|\bcannot find symbol\b.{0,100}|\bnot in scope\b.{0,100})/,
    refine: (groups, view) => ({ groups: withPlace(groups, nearPlace(view)) }),
  },
  {
    name: 'test-not-loaded',
    is: 'compile_error',
    cue: ['test file', 'test module', 'test suite', 'spec file'],
    weight: 74,
    pattern:
      /\b(?:[Cc]ould not|[Ff]ailed to|[Cc]annot|[Uu]nable to) (?:import|load) (?:your |the )?(?:test (?:file|module|suite)|spec file)\b/,
    refine: (groups, view) => ({ groups: withPlace(groups, importedNear(view)) }),
  },
  {
    name: 'reference-missing',
    is: 'compile_error',
    cue: ['referenced ', 'references ', 'refers to '],
    weight: 60,
    // A part of a manifest names another one that is not in it.
    pattern:
      /\b[Rr]eferenced (?:option|section|variable|key|field|property|anchor|stage|job|component|definition|schema) (?:["'\x60]\S{1,100} )?(?:does not exist|is (?:not defined|undefined|missing)|(?:was |could )?not (?:be )?found)|\b(?:references|refers to) (?:an? |the )?(?:undefined|unknown|non-?existent|missing) (?:option|section|variable|key|field|property|anchor|stage|job|component|definition|schema|service|network|volume)\b/,
    refine: (groups, view) => ({ groups: withPlace(groups, readPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'compile-verdict',
    is: 'compile_error',
    cue: [
      'compil',
      'build failed',
      'failed to build',
      'bundling failed',
      'transform failed',
      'type check',
      'typecheck',
      'link',
      'prerender',
      'build error',
      'errors during build',
      'error during build',
    ],
    weight: 46,
    pattern:
      /(?:\b(?:[Ff]ailed to compile|[Cc]ompil(?:ation|e|ing)(?: of .{1,80})? (?:failed|error|aborted|terminated)|[Cc]ompiled with [1-9]\d{0,4} errors?|[Cc]ould not compile|Compile error|COMPILATION FAILED)|\b(?:Transform|Bundling|Build|Type ?[Cc]heck(?:ing)?|Prerender(?:ing)?) failed(?: with [1-9]\d{0,4} errors?)?|[Ee]rrors? (?:during build|occurred prerendering)|due to prerender errors|\b[Ee]xport encountered (?:an error|errors) on)/,
    refine: (groups, view) => ({
      groups: withPlace(groups, nearPlace(view)),
      ...verdictWeight(view.lines[view.at] ?? ''),
    }),
  },
]);

// A browser names the module by its address.
function importedNear(view: View): Place | null {
  const address = /\bimported module: https?:\/\/[^\s/]{1,100}\/(?<file>[^\s?#]{1,300})/;
  const read = (line: string) => address.exec(line)?.groups?.['file'] ?? null;
  const file = lookUp(view, 8, read) ?? lookDown(view, 8, read);
  return file === null ? null : { file, line: null, column: null };
}

// What the project's own code threw is not told again; that it gave up is.
function verdictWeight(line: string): { weight?: number } {
  if (/due to prerender errors/.test(line)) return { weight: 52 };
  return /[Pp]rerender|Export encountered/.test(line) ? { weight: 82 } : {};
}

// A heading says that something could not be parsed, and the next line what it was.
function decideParse(groups: Groups, view: View): Reading {
  const isHeading = /^\w{1,20} [Ee]rror:?$/.test(view.lines[view.at] ?? '');
  return { groups: withPlace(groups, nearPlace(view)), ...(isHeading ? { weight: 52 } : {}) };
}

function nearPlace(view: View) {
  const own = readPlace(view.lines[view.at] ?? '');
  if (own !== null) return own;
  const read = (line: string) => {
    // A line of a text with its number.
    const place = /^\d{1,6}:#/.test(line) ? null : readPlace(line);
    return place !== null && isProjectFile(place.file) ? place : null;
  };
  // A line that is a place and nothing else is the heading of what follows it.
  const heading = (line: string) => (/^\S{1,300}:\d{1,7}(?::\d{1,7})?:?$/.test(line) ? read(line) : null);
  return lookUp(view, 5, heading) ?? lookDown(view, 5, read) ?? lookUp(view, 3, read);
}

/** Frames of a stack, and what is indented under something else. */
const framed = /^\s{0,20}(?:at |from |in |#\d|↳|\d+: )|^\s*File "[^"]{1,300}", line \d{1,7}, in |^\s{4,}\S+\.\w+:\d+/;
const upperCode = /(?:^|[\s[(:])(?<code>(?!HTTP|UTF|ISO|RFC|SHA)[A-Z]{1,8}-?\d{2,6})(?=$|[\s\]):,])/;

// The class of a place with an error behind it is that of its step, unless a linter's name stands behind the words.
function decidePlaced(_groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  // Where a client of the network says of itself in which of its lines it gave up, nothing is wrong there.
  const isElsewhere =
    framed.test(line) ||
    line.startsWith('container_linux.go:') ||
    makeRecap.test(line) ||
    /\b(?:refused|timed out|timeout in|ECONN[A-Z]{3,10}|UR[IL]=\w{2,8}:|errorCode=\d|\(code \d{1,4}\) at \w{1,20}\.c\()/.test(
      line,
    );
  const place = isElsewhere ? null : readPlace(line);
  if (place === null || place.line === null || !isProjectFile(place.file)) return null;
  const isWarning = /\bwarn(?:ing)?\b/i.test(line) && !/\berror\b/i.test(line);
  const severity = isWarning ? 'warning' : 'error';
  return { groups: { ...withPlace({}, place), ...wordsBehind(line), severity }, weight: isWarning ? 36 : 59 };
}

function wordsBehind(line: string): Groups {
  const named = /\b(?:error|Error|ERROR)\[(?<code>[\w:-]{2,60})\]|[\w.)`'"] \[(?<code2>[a-z][\w/-]{2,60})\]$/.exec(
    line,
  )?.groups;
  const words = /(?:error|Error|ERROR|fatal|:\d+)\]?:? (?<words>.{3,400})$/.exec(line)?.groups?.['words'];
  const code = named?.['code'] ?? named?.['code2'] ?? upperCode.exec(line)?.groups?.['code'];
  return { code, message: words ?? line.trim() };
}

const empty =
  /^(?:0 |no |none|null)|^(?:Command|Process|Task|Script|Recipe|Job|Step)\b.{0,80}\b(?:failed|exited)|exit(?:ed with)? (?:code|status)|^(?:code|errno|syscall|path|command|workspace|location|in workspace)\b|A complete log|^Lifecycle script|^For (?:help|more information)|^Failed to execute goal|^To see the full|Re-run (?:Maven|with)|^\[Help|^->/i;

// A log says that something was thrown, and what was thrown stands below.
function isLogOfThrown(message: string, { lines, at }: View): boolean {
  const isAbove = (lines[at + 1] ?? '').startsWith('Traceback (most recent');
  return isAbove && /\b(?:failed|exception|unhandled|uncaught|raised|crashed)\b/i.test(message);
}

function decideErrorLine(groups: Groups, view: View) {
  const message = groups['message'] ?? '';
  if (empty.test(message) || isLogOfThrown(message, view)) return null;
  const place = nearPlace(view);
  const isNear = place !== null && place.line !== null;
  return { groups: withPlace(groups, place), weight: isNear ? 56 : 45 };
}
