import { lookDown, rulesOf, type Groups, type View } from '../line-rule.ts';
import { readPlace, isProjectFile } from '../places.ts';
import { decideOrigin, placeAbove, withPlace } from '../refine.ts';

/** Node's own loader and parser, and what resolves modules as it does: bundlers, runners, Deno, Bun. */
export const nodeRules = rulesOf(null, 'compile_error', [
  {
    name: 'node-module-missing',
    is: 'dependency_missing',
    cue: ["cannot find module '", "cannot find package '", 'cannot find module "', 'cannot find package "'],
    pattern:
      /Cannot find (?:module|package) (?:'(?<package>[^']{1,300})'|"(?<package2>[^"]{1,300})")(?: (?:from|imported from) ['"]?(?<file>[^\s'"]{1,300}))?/i,
    refine: (groups, view) => decideNodeModule(groups, view),
  },
  {
    name: 'bundler-module-missing',
    is: 'dependency_missing',
    cue: ['resolve', 'not found:', 'find module', 'find dependency'],
    pattern:
      /(?:Module not found: (?:Error: )?Can't resolve|Could ?n[o']t resolve(?: import)?:?|Failed to resolve(?: import| entry for package)?|Unable to resolve(?: module| path to module| import)?|Cannot resolve (?:module|import|package)|failed to resolve import|Can't resolve|Module not found:? Error: Can't resolve|Could not find module in path:?|Can't find dependency) ["'`](?<package>[^"'`]{1,300})["'`](?: (?:from|in) ["'`]?(?<file>[^\s"'`]{1,300})["'`]?)?/i,
    // Addresses are resolved as well.
    refine: (groups, view) =>
      /HTTPS?Connection|NameResolution|getaddrinfo|\bhost\b/.test(view.lines[view.at] ?? '') || isHidden(view)
        ? null
        : decideBundled(groups, view),
  },
  {
    name: 'deno-module-missing',
    is: 'dependency_missing',
    cue: ['relative import path', 'not a dependency'],
    pattern: /(?:Relative import path|Import) "(?<package>[^"]{1,200})" (?:not prefixed with|not a dependency)/,
    refine: decideOrigin,
  },
  {
    name: 'deno-local-missing',
    cue: 'module not found',
    pattern: /Module not found "(?:file:\/\/)?(?<message>[^"]{1,300})"/,
    refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 3, readPlace)) }),
  },
  {
    name: 'node-package-entry-missing',
    is: 'dependency_missing',
    cue: ['err_module_not_found', 'package subpath'],
    weight: 60,
    pattern:
      /\b(?<code>ERR_PACKAGE_PATH_NOT_EXPORTED)\b.{0,200}in .{0,200}node_modules\/(?<package>(?:@[\w.-]{1,60}\/)?[\w.-]{1,100})/,
  },
  {
    name: 'node-export-missing',
    cue: ['does not provide an export', 'is not exported by', 'no matching export'],
    weight: 84,
    pattern:
      /(?<message>(?:SyntaxError: )?(?:The requested module .{1,200} does not provide an export named .{1,80}|"?[^"]{1,80}"? is not exported by .{1,200}|No matching export in .{1,250}))/,
    refine: placeNear,
  },
  {
    name: 'esbuild',
    cue: '[error] ',
    pattern: /^(?:✘|X) \[ERROR\] (?<message>.{1,500})$/,
    refine: (groups, view) => {
      const placed = withPlace(groups, lookDown(view, 3, readPlace));
      const specifier = /Could not resolve "(?<name>[^"]{1,200})"/.exec(groups['message'] ?? '')?.groups?.['name'];
      return specifier === undefined || isHidden(view)
        ? { groups: placed }
        : { failureClass: 'dependency_missing', weight: 90, ...decideOrigin({ ...placed, package: specifier }, view) };
    },
  },
  {
    name: 'node-syntax',
    cue: 'syntaxerror',
    pattern:
      /^(?:\s{0,8}|.{0,60}(?:error|Error):? |E {1,6}|\[.{1,40}\] )(?<code>SyntaxError)(?: \[\w{1,40}\])?: (?<message>.{1,500})/,
    refine: decideSyntax,
  },
]);

// The package is there, and does not give out what is asked for.
function isHidden(view: View): boolean {
  const read = (line: string) => (/is not (?:currently )?exported by package "/.test(line) ? true : null);
  return lookDown(view, 12, read) === true;
}

function decideNodeModule(groups: Groups, view: View) {
  const specifier = groups['package'] ?? groups['package2'] ?? '';
  const code = lookDown(
    view,
    14,
    (line) => /\bcode: '(MODULE_NOT_FOUND|ERR_MODULE_NOT_FOUND)'/.exec(line)?.[1] ?? null,
  );
  const own = /\[(ERR_[A-Z_]{1,40})\]/.exec(view.lines[view.at] ?? '')?.[1];
  const known: Groups = { ...groups, package: specifier, code: own ?? code ?? undefined };
  // The file that was started is not there: it was started wrongly, or nobody built it.
  const required = lookDown(view, 3, (line) => /^\s*(?:Require stack:|requireStack: \[)/.exec(line)?.[0] ?? null);
  const importer = required === null ? null : lookDown(view, 5, (line) => /^- (\S.{0,300})$/.exec(line)?.[1] ?? null);
  const file = known['file'] ?? importer ?? undefined;
  return decideOrigin({ ...known, file: file !== undefined && isProjectFile(file) ? file : undefined }, view);
}

function decideBundled(groups: Groups, view: View) {
  const known =
    groups['file'] !== undefined && !/\.\w{1,6}$/.test(groups['file']) ? { ...groups, file: undefined } : groups;
  return decideOrigin(known, view);
}

function placeNear(groups: Groups, view: View) {
  const own = readPlace(view.lines[view.at] ?? '');
  if (own !== null && own.line !== null) return { groups: withPlace(groups, own) };
  const below = lookDown(view, 4, readPlace);
  return below === null ? placeAbove(5)(groups, view) : { groups: withPlace(groups, below) };
}

// Above the words: the place alone on its line, the source, a caret below it.
function loadedPlace({ lines, at }: View) {
  const near = lines.slice(Math.max(0, at - 5), at);
  const caret = near.findLastIndex((line) => /^\s{0,400}\^{1,200}$/.test(line));
  const heading = caret < 2 ? '' : (near[caret - 2] ?? '');
  const bare = heading
    .trim()
    .replace(/^(?:file:\/\/|https?:\/\/[^\s/]{1,100}\/(?:base\/)?)/, '')
    .replace(/\?\w{1,80}(?=:\d)/, '');
  const place = /^[^\s:]{1,300}:\d{1,7}$/.test(bare) ? readPlace(bare) : null;
  return place !== null && isProjectFile(place.file) ? place : null;
}

// A parser's words in a test's message are that test's; at the start of a file's loading they are the file's.
function decideSyntax(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  const own = readPlace(line);
  const below = own === null ? lookDown(view, 4, readPlace) : null;
  const placed =
    own === null && below === null ? placeAbove(6)(groups, view) : { groups: withPlace(groups, own ?? below) };
  const { code: _name, ...rest } = placed.groups;
  const loaded = loadedPlace(view);
  // Of a file that was loaded and could not be parsed, every test that needs it fails too.
  return loaded === null ? { groups: rest } : { groups: withPlace(rest, loaded), weight: 98 };
}
