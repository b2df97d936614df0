import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { decideDottedOrigin, withPlace } from '../refine.ts';

/** The interpreter's own words; the innermost frame of the project stands above them. */
export const pythonRules = rulesOf('python', 'compile_error', [
  {
    name: 'python-module-missing',
    is: 'dependency_missing',
    cue: ['no module named'],
    pattern: /\b(?:ModuleNotFoundError|ImportError)?:? ?No module named '?(?<package>[\w.]{1,200})'?/,
    refine: decidePythonModule,
  },
  {
    name: 'python-package-needed',
    is: 'dependency_missing',
    cue: [
      'distributionnotfound',
      'packagenotfounderror',
      'no package metadata',
      'dependency is not installed',
      'versionconflict',
    ],
    pattern:
      /(?:DistributionNotFound: The '(?<package>[\w.-]{1,100})|PackageNotFoundError: (?:No package metadata was found for )?(?<package2>[\w.-]{1,100})|VersionConflict: \((?<package3>[\w.-]{1,100}))/,
    refine: (groups) => ({
      groups: { ...groups, package: groups['package'] ?? groups['package2'] ?? groups['package3'] },
    }),
  },
  {
    name: 'python-name-missing',
    cue: 'cannot import name',
    weight: 84,
    pattern: /\bImportError: (?<message>cannot import name '[^']{1,100}' from .{1,300})/,
    refine: (groups, view) => ({ groups: withPlace(groups, lastFrame(view)) }),
  },
  {
    name: 'python-syntax',
    cue: ['syntaxerror:', 'indentationerror:', 'taberror:'],
    weight: 84,
    pattern: /^(?:E {1,10}|.{0,80}\s)?(?<message>(?:SyntaxError|IndentationError|TabError): .{1,300})/,
    refine: decidePythonSyntax,
  },
  {
    name: 'python-unparsed',
    cue: ['file "'],
    weight: 84,
    // A frame has the name of its function; a file that cannot be parsed has none.
    pattern: /^ {2}File "(?<file>[^"<]{1,300})", line (?<line>\d{1,7})$/,
    refine: decideUnparsed,
  },
  {
    name: 'python-compile',
    cue: ['*** error compiling', 'sorry: '],
    pattern:
      /^(?:\*\*\* Error compiling '(?<file>[^']{1,300})'|Sorry: (?<message>\w{1,30}Error: .{1,200}\((?<file2>[^,()]{1,200}), line (?<line>\d{1,7})\)))/,
    refine: (groups, view) => ({
      groups: {
        ...withPlace(groups, lookDown(view, 3, readPlace)),
        ...(groups['file2'] === undefined ? {} : { file: groups['file2'], line: groups['line'] }),
      },
    }),
  },
]);

/** The innermost frame in project code of the traceback above; the last that is printed. */
export function lastFrame(view: View) {
  const read = (line: string) => {
    const place = readPlace(line);
    return place !== null && /File "|:\d+: in |^\S+\.py:\d+/.test(line) && isProjectFile(place.file) ? place : null;
  };
  return lookUp(view, 60, read);
}

function decidePythonModule(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  if (/^\s*(?:except|raise|#)/.test(line)) return null;
  const own = readPlace(line);
  const placed = own === null ? withPlace(groups, lastFrame(view)) : withPlace(groups, own);
  if (/is not a package/.test(line))
    return { groups: { ...placed, package: undefined }, failureClass: 'compile_error' as const };
  return decideDottedOrigin(placed, view);
}

function decideUnparsed(groups: Groups, view: View) {
  const told = (line: string) =>
    /^(?:[\w.]{1,80}\.)?[A-Z]\w{1,60}: (?<message>.{1,300})$/.exec(line)?.groups?.['message'] ?? null;
  const message = lookDown(view, 4, told);
  return message === null || !isProjectFile(groups['file'] ?? '') ? null : { groups: { ...groups, message } };
}

function decidePythonSyntax(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  const own = /\((?<file>[^,()]{1,200}\.py), line (?<line>\d{1,7})\)/.exec(line)?.groups;
  if (own !== undefined) return { groups: { ...groups, ...own } };
  const frame = lookUp(view, 8, (above) => (/File "/.test(above) ? readPlace(above) : null));
  return frame === null && !/^(?:E {1,10})?(?:Indentation|Tab)Error/.test(line)
    ? null
    : { groups: withPlace(groups, frame) };
}
