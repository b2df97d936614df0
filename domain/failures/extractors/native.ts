import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { originOf } from '../local-or-package.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

const gnu = String.raw`^(?<file>(?:[A-Za-z]:[\\/])?[^\s:[][^:]{0,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?: `;

/** C and C++: compilers, pkg-config, CMake, Make, Meson, Ninja. */
export const nativeRules = rulesOf(null, 'compile_error', [
  {
    name: 'header-missing',
    is: 'dependency_missing',
    cue: [
      'no such file or directory',
      'file not found',
      'cannot open include file',
      'cannot open source file',
      'include file',
    ],
    pattern: new RegExp(
      String.raw`${gnu}(?:fatal )?error: '?(?<package>[\w./+-]{1,200})'?(?:: No such file or directory| file not found)`,
    ),
    refine: decideHeader,
  },
  {
    name: 'compiler-missing',
    is: 'dependency_missing',
    cue: ['compiler cannot create executables', 'no acceptable c compiler'],
    weight: 80,
    pattern:
      /error: (?<message>(?<package>\w{1,12}\+{0,2} compiler) cannot create executables|no acceptable (?<package2>C compiler) found)/,
    refine: (groups) => ({ groups: { ...groups, package: groups['package'] ?? groups['package2'] } }),
  },
  {
    name: 'header-missing',
    is: 'dependency_missing',
    cue: ['include file', 'header file', 'source file'],
    pattern: new RegExp(
      String.raw`${gnu}.{0,30}?(?:[Ii]nclude|[Hh]eader|[Ss]ource) file ['"<\x60]?(?<package>[\w./+-]{1,200}\.h(?:pp|h|xx)?)['">\x60]?(?: (?:was )?not found|: No such file)`,
    ),
    // No source is shown: only a folder before its name makes it a package's.
    refine: (groups, view) =>
      (groups['package'] ?? '').includes('/')
        ? decideHeader(groups, view)
        : { groups: { ...groups, package: undefined }, failureClass: 'compile_error' },
  },
  {
    name: 'header-missing-msvc',
    is: 'dependency_missing',
    cue: 'cannot open include file',
    pattern:
      /^(?<file>[^\s(][^(]{0,300})\((?<line>\d{1,7})(?:,(?<column>\d{1,7}))?\): fatal error (?<code>C1083): .{1,60}'(?<package>[^']{1,200})'/,
  },
  {
    name: 'pkg-config',
    is: 'dependency_missing',
    cue: ["package '", 'no package ', 'package requirements', 'pkg-config search path'],
    weight: 91,
    pattern:
      /(?:Package '?(?<package>[\w.+-]{1,80})'?(?:, required by .{1,80},)? (?:was )?not found|No package '(?<package2>[\w.+-]{1,80})' found)/,
    refine: (groups) => ({ groups: { ...groups, package: groups['package'] ?? groups['package2'] } }),
  },
  {
    name: 'cmake-package',
    is: 'dependency_missing',
    cue: [
      'could not find a package configuration file provided by',
      'could not find ',
      'by not providing',
      'required packages were not found',
      'dependency ',
      'program ',
      'no cmake_',
    ],
    weight: 91,
    pattern:
      /(?:[Cc]ould not find a package configuration file provided by "(?<package>[\w.+-]{1,80})"|Could NOT find (?<package2>[\w.+-]{1,80})|By not providing "Find(?<package3>[\w.+-]{1,80})\.cmake"|[Dd]ependency "?(?<package4>[\w.+-]{1,80})"? not found|Dependency lookup for (?<package5>[\w.+-]{1,80}) with method|No (?<package6>CMAKE_\w{1,20}_COMPILER) could be found|Program ['"](?<package7>[\w.+-]{1,60})['"] not found(?: or not executable)?)/,
    refine: decideCmake,
  },
  {
    name: 'cmake',
    cue: 'cmake error',
    weight: 78,
    pattern: /^CMake Error(?: \(dev\))? at (?<file>[^\s:]{1,300}):(?<line>\d{1,7}) ?(?<message>.{0,300})/,
    refine: decideCmakeError,
  },
  {
    name: 'cmake-wrong-start',
    is: 'unknown',
    cue: ['does not appear to contain cmakelists', 'does not exist'],
    weight: 77,
    pattern: /^CMake Error: The source directory .{1,300} does not (?:appear to contain CMakeLists|exist)/,
  },
  {
    name: 'make-source-missing',
    cue: ['no rule to make target', 'missing and no known rule'],
    weight: 84,
    pattern:
      /No rule to make target [`'"](?<file>[^'"]{1,200})['"], needed by|'(?<file2>[^']{1,200})', needed by '[^']{1,200}', missing and no known rule/,
    refine: (groups) => ({ groups: { ...groups, file: groups['file'] ?? groups['file2'] } }),
  },
  {
    name: 'make-target-missing',
    is: 'unknown',
    cue: ['no rule to make target', 'unknown target', 'no targets specified', 'missing makefile', 'no makefile found'],
    weight: 83,
    pattern:
      /No rule to make target [`'"][^'"]{1,200}['"]\.|ninja: error: unknown target|No targets specified and no makefile found/,
  },
  {
    name: 'make-separator',
    cue: ['missing separator', 'recipe commences before'],
    weight: 84,
    pattern: /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}): \*\*\* (?<message>.{1,300})/,
  },
  {
    name: 'make-command-missing',
    is: 'dependency_missing',
    cue: 'no such file or directory',
    weight: 90,
    pattern:
      /^(?:make(?:\[\d{1,3}\])?: |env: |\/usr\/bin\/env: ?)[‘'"`]?(?<package>[\w@.+-]{1,80})[’'"]?: No such file or directory/,
  },
  {
    name: 'gnu',
    cue: [': error:', ': fatal error:', ': error ', ': warning:', ': syntax error'],
    pattern: new RegExp(
      String.raw`${gnu}(?:fatal )?(?<severity>error|warning)(?: (?<code>[A-Z]{1,5}\d{2,6}))?: (?<message>.{1,1000})$`,
    ),
    refine: decideGnu,
  },
  {
    name: 'msvc',
    cue: ['): error', '): fatal error', '): warning'],
    pattern:
      /^(?:\s{0,4}\d{1,3}>)?(?<file>[^\s(][^(]{0,300})\((?<line>\d{1,7})(?:,(?<column>\d{1,7}))?\): (?:fatal )?(?<severity>error|warning)(?: (?<code>(?!TS\d)[A-Z]{1,8}\d{2,6}))? ?: (?<message>.{1,1000})$/,
  },
]);

const listed = ['package', 'package2', 'package3', 'package4', 'package5', 'package6', 'package7'];

function decideHeader(groups: Groups, view: View) {
  const name = groups['package'] ?? '';
  const line = view.lines[view.at] ?? '';
  const source = lookDown(
    view,
    2,
    (below) => /#\s{0,4}(?:include|import)\s{0,4}(?<mark>["<])/.exec(below)?.groups?.['mark'] ?? null,
  );
  // Without the source line: a header with a folder is one of a package.
  const isLocal = source === '"' || (source === null && !name.includes('/') && !/\.h$|\.hpp$/.test(name));
  if (/\.(?:c|cc|cpp|cxx|m|mm|o|s)$/.test(name) || isLocal) {
    return { groups: { ...groups, package: undefined, message: line }, failureClass: 'compile_error' as const };
  }
  return { groups };
}

function decideCmake(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  const found = listed.map((key) => groups[key]).find((name) => name !== undefined);
  // CMake goes on where a package is optional; an error stands above the words when it is not.
  if (/^--|\bWARNING\b|skipped/.test(line)) return null;
  const errorPlace =
    lookUp(view, 6, (above) => (/^CMake Error/.test(above) ? readPlace(above) : null)) ?? readPlace(line);
  const caller = (below: string) =>
    /^\s{2,4}\S{1,300}:\d{1,7} \(\w{1,60}\)$/.test(below) ? projectPlace(below) : null;
  const isForeign = errorPlace !== null && !isProjectFile(errorPlace.file);
  const place = isForeign ? lookDown(view, 14, caller) : errorPlace;
  return { groups: { ...withPlace(groups, place), package: found } };
}

function decideCmakeError(groups: Groups, view: View) {
  const isForeign = /\/usr\/|\/share\/cmake/.test(groups['file'] ?? '');
  const caller = lookDown(
    view,
    14,
    (line) => /^\s{1,4}(?<file>[^\s:]{1,300}CMakeLists\.txt):(?<line>\d{1,7})/.exec(line)?.groups ?? null,
  );
  const words = lookDown(view, 2, (line) => (/^\s{2}\S/.test(line) ? line.trim() : null));
  return { groups: { ...groups, message: words ?? groups['message'], ...(isForeign ? caller : {}) } };
}

// Compilers, type checkers and linters share this form. A rule's name behind the words is a linter's.
const lintRule =
  /^(?<message>.{1,900}?)\s{1,4}[[(](?<code>(?:@?[a-z][\w./@:-]{1,80}|[A-Z]{1,6}\d{2,6}))(?:,-warnings-as-errors)?[\])]$/;
const compilerOption = /^(?:-W|-f|-Werror)/;

// mypy: a package without its types, or not there at all.
function decideStubs(groups: Groups, behind: Groups, view: View): Reading | null {
  const message = groups['message'] ?? '';
  const named =
    /(?:module named|stubs not installed for|module is installed, but missing library stubs.{0,60}for|Skipping analyzing) ["'](?<name>[\w.]{1,100})["']/.exec(
      message,
    )?.groups?.['name'];
  if (named === undefined) return null;
  const known = { ...groups, ...behind };
  if (originOf(named, groups['file'] ?? null) === 'local') return { groups: known, weight: 80 };
  const hint = lookDown(
    view,
    2,
    (line) => /pip install (?<name>types-[\w.-]{1,80})/.exec(line)?.groups?.['name'] ?? null,
  );
  return { groups: { ...known, package: hint ?? named.split('.')[0] }, failureClass: 'dependency_missing', weight: 89 };
}

/** These have rules of their own. */
const readElsewhere = /^(?:package .{1,200} does not exist|Failure in TEST\(|in "|\w[\w.]{0,200} : |-\[)/;

function decideGnu(groups: Groups, view: View): Reading | null {
  const message = groups['message'] ?? '';
  if (readElsewhere.test(message)) return null;
  const behind = lintRule.exec(message)?.groups;
  const isWarning = groups['severity'] === 'warning';
  const stubs = decideStubs(groups, behind ?? {}, view);
  if (stubs !== null) return stubs;
  if (behind !== undefined && !compilerOption.test(behind['code'] ?? ''))
    return decideNamed({ ...groups, ...behind }, isWarning);
  const known = withOption(groups, view);
  const isChecked = isPython(known) && known['code'] !== undefined;
  return { groups: known, weight: isWarning ? 38 : isChecked ? 87 : 80 };
}

// Type checkers of Python, and compilers that a linter runs, are never a linter's own report, whichever step runs them.
function decideNamed(known: Groups, isWarning: boolean): Reading {
  const code = known['code'] ?? '';
  if (code.startsWith('clang-diagnostic-error')) return { groups: known, weight: 87 };
  if (isPython(known) && /^[a-z]+(?:-[a-z]+)*$/.test(code)) return { groups: known, weight: isWarning ? 38 : 87 };
  return { groups: known, failureClass: 'lint_error', weight: isWarning ? 40 : 64 };
}

function isPython(groups: Groups): boolean {
  return /\.pyi?$/.test(groups['file'] ?? '');
}

// mypy breaks long lines before the code; gcc and clang name the option that asked for a warning.
function withOption(groups: Groups, view: View): Groups {
  const option = /\[(?<code>-W[\w=+,-]{1,80})\]$/.exec(groups['message'] ?? '')?.groups?.['code'];
  const read = (line: string) => /\s{2}\[(?<code>[a-z][a-z-]{2,40})\]$/.exec(line)?.groups?.['code'] ?? null;
  const wrapped = isPython(groups) ? lookDown(view, 1, read) : null;
  return { ...groups, code: wrapped ?? groups['code'] ?? option };
}
