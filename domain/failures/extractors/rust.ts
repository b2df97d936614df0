import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { placeBelow, withPlace } from '../refine.ts';

const crate = String.raw`[\`'"](?<package>[\w-]{1,100})`;

/** rustc, Clippy and Cargo: a heading, and its place on the next line. */
export const rustRules = rulesOf('cargo', 'compile_error', [
  {
    name: 'crate-missing',
    is: 'dependency_missing',
    cue: [
      'no matching package',
      'failed to select a version',
      'cannot be built because it requires rustc',
      'lock file',
      'failed to load source',
      'failed to get `',
      'is not installed',
      'no matching version',
    ],
    weight: 92,
    pattern: new RegExp(
      String.raw`^(?:error: |\s{2,4})(?:no matching package (?:named|found)(?: ${crate})?|failed to select a version for (?:the requirement )?${crate.replace('package', 'package2')}|(?:package )?${crate.replace('package', 'package3')}.{0,60} cannot be built because it requires rustc|(?:the lock file|cannot update the lock file) .{1,300}|failed to load source for dependency ${crate.replace('package', 'package4')}|toolchain '(?<package5>[^']{1,80})' is not installed|no matching version .{1,60})`,
    ),
    refine: decideCrate,
  },
  {
    name: 'crate-unresolved',
    is: 'dependency_missing',
    cue: [
      "can't find crate for",
      'unresolved module or unlinked crate',
      'unresolved import',
      'undeclared crate',
      'unlinked crate',
      'maybe a missing crate',
    ],
    pattern: /^error\[(?<code>E0432|E0433|E0463)\]: (?<message>.{1,300})/,
    refine: decideUnresolved,
  },
  {
    name: 'rust-native',
    is: 'dependency_missing',
    cue: [
      'could not find system library',
      'could not run `pkg-config',
      'linker `',
      'unable to find libclang',
      'could not find directory of openssl',
      'is `cmake` not installed',
      'failed to find tool',
    ],
    weight: 91,
    pattern:
      /(?:[Tt]he system library `(?<package>[\w.+-]{1,80})` required|linker `(?<package2>[\w.+-]{1,80})` not found|Unable to find (?<package3>libclang)|Could not find directory of (?<package4>OpenSSL)|is `(?<package5>\w{1,20})` not installed|failed to find tool "(?<package6>[\w.+-]{1,60})")/,
    refine: (groups) => ({ groups: { ...groups, package: firstPackage(groups) } }),
  },
  {
    name: 'rust',
    cue: ['error[e'],
    pattern: /^(?<severity>error)\[(?<code>E\d{4})\]: (?<message>.{1,1000})$/,
    refine: placeBelow(3),
  },
  {
    name: 'clippy',
    is: 'lint_error',
    cue: ['clippy'],
    weight: 50,
    pattern:
      /\b(?:rust-clippy|clippy)\/(?:master|stable|v?[\d.]{1,12}|rust-[\d.]{1,10})\/index\.html#(?<code>\w{1,80})|`(?:#\[(?:deny|warn|forbid)\(|-D |-W )(?<code2>clippy::[\w-]{1,80})/,
    refine: decideClippy,
  },
  {
    name: 'rust-heading',
    cue: ['error:', 'error[', 'warning:', 'warning['],
    weight: 78,
    pattern: /^(?<severity>error|warning)(?:\[(?<code>[\w:-]{1,80})\])?: (?<message>.{1,1000})$/,
    refine: decideHeading,
  },
  {
    name: 'rust-not-compiled',
    cue: 'could not compile',
    weight: 45,
    pattern: /^error: (?<message>could not compile .{1,300})/,
  },
  {
    name: 'cargo-manifest',
    cue: ['failed to parse manifest', 'could not parse', 'failed to read `', "couldn't read"],
    weight: 91,
    pattern:
      /^error: (?:failed to parse manifest at|could not parse input as TOML|failed to (?:load|read) manifest at|couldn't read) ?`?(?<file>[^\s`:]{1,300})?/,
    refine: placeBelow(6),
  },
  {
    name: 'cargo-no-manifest',
    is: 'unknown',
    cue: [
      'could not find `cargo.toml`',
      'no such command',
      'no bin target',
      'no targets specified',
      'package id specification',
      'unexpected argument',
    ],
    weight: 90,
    pattern:
      /^error: (?:could not find `Cargo\.toml`|no bin target named|no targets specified|package ID specification|unexpected argument '|no (?:test|example|bench) target)/,
  },
  {
    name: 'cargo-command-missing',
    is: 'dependency_missing',
    cue: 'no such command',
    weight: 92,
    pattern: /^error: no such (?:sub)?command: `(?<package>[\w-]{1,60})`/,
    refine: (groups) => ({ groups: { ...groups, package: `cargo-${groups['package'] ?? ''}` } }),
  },
]);

function firstPackage(groups: Groups): string | undefined {
  return Object.entries(groups).find(([key, value]) => key.startsWith('package') && value !== undefined)?.[1];
}

function decideCrate(groups: Groups, view: View) {
  const below = lookDown(
    view,
    6,
    (line) =>
      /^(?:searched package name:|perhaps you meant:|\s{0,8}(?:required by package|package)) ?`(?<name>[\w-]{1,80})/.exec(
        line,
      )?.groups?.['name'] ?? null,
  );
  const network = lookDown(view, 14, (line) =>
    /\b(?:Could not resolve host|failed to (?:fetch|connect|download)|spurious network|network failure|Couldn't connect)/i.test(
      line,
    )
      ? true
      : null,
  );
  if (network !== null) return null;
  return { groups: { ...groups, package: firstPackage(groups) ?? below ?? undefined } };
}

const ownPath = /^(?:crate|self|super)\b/;

function decideUnresolved(groups: Groups, view: View) {
  const message = groups['message'] ?? '';
  const placed = withPlace(groups, lookDown(view, 3, readPlace));
  const named = /(?:crate for|crate or module|unlinked crate|undeclared type|import) `(?<name>[\w:]{1,120})`/.exec(
    message,
  )?.groups?.['name'];
  const path = named ?? '';
  const hints = lookDown(view, 14, (line) =>
    /(?:use of unresolved module or unlinked crate|use of undeclared crate|maybe a missing crate|consider importing|you might be missing crate|can't find crate|cargo add|unresolved import.*extern crate)/.test(
      line,
    )
      ? line
      : null,
  );
  const isForeign =
    /crate for|unlinked crate|undeclared crate|maybe a missing crate/.test(message) ||
    (hints !== null && !/consider importing/.test(hints));
  if (
    ownPath.test(path) ||
    !isForeign ||
    /could not find `\w+` in `/.test(message) ||
    path === 'core' ||
    path === 'std'
  ) {
    return { groups: { ...placed, package: undefined }, failureClass: 'compile_error' as const, weight: 80 };
  }
  return { groups: { ...placed, package: path.split('::')[0] } };
}

function decideClippy(groups: Groups, view: View) {
  const head = lookUp(
    view,
    40,
    (line) => /^(?<severity>error|warning)(?:\[.{1,60}\])?: (?<message>.{1,500})$/.exec(line)?.groups ?? null,
  );
  if (head === null) return null;
  const at = view.lines.lastIndexOf(`${head['severity'] ?? ''}: ${head['message'] ?? ''}`, view.at);
  const place = lookDown({ ...view, at: Math.max(0, at) }, 3, readPlace);
  const weight = head['severity'] === 'error' ? 79 : 40;
  return { groups: { ...withPlace(head, place), code: groups['code2'] ?? `clippy::${groups['code'] ?? ''}` }, weight };
}

function decideHeading(groups: Groups, view: View) {
  const place = lookDown(view, 1, (line) => (/^\s{0,12}(?:-->|╭─\[|┌─|╭▸|,-\[)/.test(line) ? readPlace(line) : null));
  if (place === null) return null;
  const isRule = /^[a-z][a-z\d]*(?:-[a-z\d]+)+$|^[a-z]+::/.test(groups['code'] ?? '');
  const known = { groups: withPlace(groups, place) };
  return isRule ? { ...known, failureClass: 'lint_error' as const, weight: 66 } : known;
}
