import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { decideOrigin, withPlace } from '../refine.ts';

const quoted = String.raw`[‘'"\`](?<package>[@\w][\w@./:+-]{0,150})[’'"\`]`;

/** Words and forms that tools share, for tools that nobody has written rules for. */
export const generalRules = rulesOf(null, 'unknown', [
  {
    name: 'package-not-found',
    is: 'dependency_missing',
    cue: [
      'not found',
      'cannot find',
      "can't find",
      'could not find',
      "couldn't find",
      'unable to find',
      'not installed',
      'unresolved',
      'missing',
      'no such',
      'could not locate',
      "can't locate",
      'unable to locate',
      'unknown package',
      'unknown module',
      'could not resolve',
      'unable to resolve',
      'failed to resolve',
      'failed to find',
      'does not exist',
    ],
    weight: 73,
    pattern: new RegExp(
      String.raw`(?:\b(?:[Mm]odule|[Pp]ackage|[Ll]ibrary|[Dd]ependency|[Pp]lugin|[Gg]em|[Cc]rate|[Ii]mport|[Rr]equirement|[Ee]xtension|[Pp]rovider|[Rr]ole|[Cc]ollection|[Pp]reset|[Ff]ormula|[Ss]hard|[Aa]ddon) (?:named )?${quoted} (?:was |is |could |cannot |has |does |)(?:not |)(?:be )?(?:found|installed|available|resolved|missing|exist|unresolved|located)|(?:[Cc]annot|[Cc]an't|[Cc]ould not|[Cc]ouldn't|[Uu]nable to|[Ff]ailed to) (?:find|locate|resolve|load|import|satisfy)(?: the| a| any)? (?:module|package|library|dependency|plugin|gem|crate|extension|provider|role|collection|preset|import|requirement|shard|rock|egg|version of)s?:? ${quoted.replace('package', 'package2')}|(?:[Mm]issing|[Uu]nknown|[Uu]nresolved|[Nn]o such|[Uu]ndeclared) (?:required )?(?:module|package|library|dependency|plugin|extension|provider)s?:? ${quoted.replace('package', 'package3')})`,
    ),
    refine: decideGeneralPackage,
  },
  {
    name: 'package-bare',
    is: 'dependency_missing',
    cue: ['package', 'dependency', 'dependencies', 'module', 'version', 'not installed', 'please install'],
    weight: 64,
    pattern:
      /(?:^|: |\] )(?:[Pp]ackage|[Dd]ependency|[Mm]odule|[Ll]ibrary) (?<package>[@\w][\w@./+-]{1,100}) (?:was |is )?not (?:found|installed|available)\b|[Nn]o (?:matching )?versions? (?:of |for |found for |matching )(?:package )?[`'"]?(?<package2>[@\w][\w@./+-]{1,100})|[Pp]lease install (?:the )?[`'"]?(?<package3>[@\w][\w@./+-]{1,100})[`'"]? (?:package|module|library|first|to)|["'`](?<package6>[@\w][\w@./+-]{1,100})["'`](?: [\w ]{1,30})? is not installed|(?<package4>[@\w][\w@./+-]{1,100}) is not installed\b|[Uu]nresolved dependenc(?:y|ies): (?<package5>[@\w][\w@./+:-]{1,100})|[Vv]ersion conflict|[Uu]nsatisfiable/,
    refine: (groups, view) => {
      const found = ['package', 'package2', 'package3', 'package6', 'package4', 'package5']
        .map((key) => groups[key])
        .find((name) => name !== undefined);
      return decideGeneralPackage({ ...groups, package: found, package2: undefined, package3: undefined }, view);
    },
  },
  {
    name: 'resolution-words',
    is: 'dependency_missing',
    cue: [
      'no results',
      'no candidates',
      "couldn't find module",
      'could not satisfy',
      'unrecognized import path',
      'missing from your system',
      'in any registry',
      'in any repository',
      'no matching',
      'cannot be installed',
      'failed to resolve',
      'incompatible with',
      'conflicts with',
    ],
    weight: 62,
    pattern:
      /(?:[Nn]o (?:results matching|candidates found|matching (?:version|distribution|package))|[Cc]ouldn't find module or a distribution (?<package>[\w:.-]{1,100})|[Cc]ould not satisfy dependency (?<package2>[\w.-]{1,100})|(?<![^\s:@])(?<package3>[^\s:@]{1,200})@\S{1,60}: unrecognized import path|extension (?<package4>ext-\w{1,40}) .{0,40}missing from your system|in any (?:registry|repository|channel)|[Ff]ailed to resolve (?:dependencies|packages?)\b)/,
    refine: (groups) => ({
      groups: {
        ...groups,
        package: groups['package'] ?? groups['package2'] ?? groups['package3'] ?? groups['package4'],
      },
    }),
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
      /(?:^|\s|[("'[]|file:\/\/)(?:[A-Za-z]:[\\/])?[^\s:()"'`<>|,;=[\]]{1,300}\.[A-Za-z]\w{0,11}(?::\d{1,7}|\(\d{1,7}|:\[\d|", line \d|,? line \d)/,
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
      'parse error',
      'parseerror',
      'parsing error',
      'unexpected token',
      'unexpected end of',
      'parser error',
      'syntaxerror',
      'yaml',
      'toml',
      'invalid json',
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
      'unrecognized key',
      'unknown configuration',
    ],
    weight: 61,
    pattern:
      /(?<message>\b(?:[Ss]yntax|[Pp]ars(?:e|ing|er)|YAML|TOML|[Tt]ype|[Cc]onfig(?:uration)?) ?[Ee]rror\b.{0,300}|\b[Uu]nexpected (?:token|end of|character|symbol|identifier|EOF).{0,200}|\b(?:[Ff]ailed to|[Cc]ould not|[Cc]annot|[Uu]nable to|[Ee]rror) (?:parse|parsing|load config).{0,200}|\b[Uu]n(?:known|recognized) (?:property|field|key|configuration|attribute|setting|directive)\b.{0,200}|\b[Ii]nvalid (?:JSON|YAML|TOML|configuration|manifest|schema|syntax)\b.{0,200}|\b[Uu]nterminated .{1,100}|\b[Tt]ype mismatch.{0,200})/,
    refine: (groups, view) =>
      /^\s{0,4}(?:at |#)/.test(view.lines[view.at] ?? '') ? null : { groups: withPlace(groups, nearPlace(view)) },
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
      /(?<message>\b(?:[Uu]ndefined|[Uu]ndeclared|[Uu]nbound|[Uu]nknown|[Uu]nresolved) (?:identifier|variable|name|reference|symbol|function|type|value|module|method|constant|local|label|atom|class)\b.{0,200}|\bcannot find symbol\b.{0,100}|\bnot in scope\b.{0,100})/,
    refine: (groups, view) => ({ groups: withPlace(groups, nearPlace(view)) }),
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
      /(?:\b(?:[Ff]ailed to compile|[Cc]ompil(?:ation|e|ing)(?: of .{1,80})? (?:failed|error|aborted|terminated)|[Cc]ompiled with [1-9]\d{0,4} errors?|[Cc]ould not compile|Compile error|COMPILATION FAILED)|\b(?:Transform|Bundling|Build|Type ?[Cc]heck(?:ing)?|Prerender(?:ing)?) failed(?: with [1-9]\d{0,4} errors?)?|[Ee]rrors? (?:during build|occurred prerendering)|\b[Ee]xport encountered (?:an error|errors) on)/,
    refine: (groups, view) => ({
      groups: withPlace(groups, nearPlace(view)),
      ...(/[Pp]rerender|Export encountered/.test(view.lines[view.at] ?? '') ? { weight: 82 } : {}),
    }),
  },
]);

function decideGeneralPackage(groups: Groups, view: View) {
  const found = groups['package'] ?? groups['package2'] ?? groups['package3'];
  const line = view.lines[view.at] ?? '';
  if (found === undefined || /^(?:the|a|file|it|this|that|and|or|not|page|user|item|to|is)$/i.test(found)) {
    return /[Vv]ersion conflict|[Uu]nsatisfiable/.test(line) ? { groups: { ...groups, package: undefined } } : null;
  }
  if (/^\s{0,8}(?:at |#|\/\/|warn|WARN)/.test(line)) return null;
  return decideOrigin({ ...groups, package: found }, view);
}

function nearPlace(view: View) {
  const own = readPlace(view.lines[view.at] ?? '');
  if (own !== null) return own;
  const read = (line: string) => {
    const place = readPlace(line);
    return place !== null && isProjectFile(place.file) ? place : null;
  };
  return lookDown(view, 5, read) ?? lookUp(view, 3, read);
}

/** Frames of a stack, and what is indented under something else. */
const framed = /^\s{0,20}(?:at |from |in |#\d|↳|\d+: )|^\s{4,}\S+\.\w+:\d+/;
const upperCode = /(?:^|[\s[(:])(?<code>(?!HTTP|UTF|ISO|RFC|SHA)[A-Z]{1,8}-?\d{2,6})(?=$|[\s\]):,])/;

// The class of a place with an error behind it is that of its step, unless a linter's name stands behind the words.
function decidePlaced(_groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  const place = framed.test(line) ? null : readPlace(line);
  if (place === null || place.line === null || !isProjectFile(place.file)) return null;
  const isWarning = /\bwarn(?:ing)?\b/i.test(line) && !/\berror\b/i.test(line);
  const severity = isWarning ? 'warning' : 'error';
  return { groups: { ...withPlace({}, place), ...wordsBehind(line), severity }, weight: isWarning ? 36 : 59 };
}

function wordsBehind(line: string): Groups {
  const words = /(?:error|Error|ERROR|fatal|:\d+)\]?:? (?<words>.{3,400})$/.exec(line)?.groups?.['words'];
  return { code: upperCode.exec(line)?.groups?.['code'], message: words ?? line.trim() };
}

const empty =
  /^(?:0 |no |none|null)|^(?:Command|Process|Task|Script|Recipe|Job|Step)\b.{0,80}\b(?:failed|exited)|exit(?:ed with)? (?:code|status)|^(?:code|errno|syscall|path|command|workspace|location|in workspace)\b|A complete log|^Lifecycle script|^For help|Re-run (?:Maven|with)|^\[Help|^->/i;

function decideErrorLine(groups: Groups, view: View) {
  const message = groups['message'] ?? '';
  if (empty.test(message)) return null;
  const place = nearPlace(view);
  const isNear = place !== null && place.line !== null;
  return { groups: withPlace(groups, place), weight: isNear ? 56 : 45 };
}
