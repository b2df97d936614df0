import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** GHC, Cabal, Stack. */
export const haskellRules = rulesOf(null, 'compile_error', [
  {
    name: 'haskell-module-missing',
    is: 'dependency_missing',
    cue: [
      'could not find module',
      'could not load module',
      'unknown package:',
      'could not resolve dependencies',
      'package not found',
      'failed to construct a build plan',
      'failing: ',
    ],
    pattern:
      /(?:Could not (?:find|load) module [‘'`](?<package>[\w.]{1,100})|unknown package: (?<package2>[\w-]{1,80})|needed, but the .{0,60}does not include|needed since (?<package3>[\w-]{1,80}))/,
    refine: (groups, view) => decideHaskell(groups, view),
  },
  {
    name: 'haskell-conflict',
    is: 'dependency_missing',
    cue: 'rejecting: ',
    pattern: /^(?:\[__\d{1,4}\] )?rejecting: (?<package>[A-Za-z][\w-]{0,80}?)-\d[\d.]{0,20}/,
  },
  {
    name: 'ghc',
    cue: ['.hs:', '.lhs:'],
    pattern:
      /^(?:\w[\w-]{0,40} {0,4}> )?(?<file>[^\s:]{1,300}\.l?hs):(?:\((?<line2>\d{1,7}),(?<column2>\d{1,7})\)-\(\d{1,7},\d{1,7}\)|(?<line>\d{1,7}):(?<column>\d{1,7})(?:-\d{1,7})?): (?<severity>error|warning):?(?: \[(?<code>[\w-]{1,60})\])?\s?(?<message>.{0,400})/,
    refine: (groups, view) => {
      const known = {
        ...groups,
        line: groups['line'] ?? groups['line2'],
        column: groups['column'] ?? groups['column2'],
      };
      const words = lookDown(view, 2, (line) => (/^\s{2,8}\S/.test(line) ? line.trim() : null));
      const weight = groups['severity'] === 'warning' ? 38 : 80;
      const missing = lookDown(view, 3, (line) => (/Could not (?:find|load) module/.test(line) ? true : null));
      return missing === null
        ? { groups: { ...known, message: groups['message'] === '' ? (words ?? undefined) : groups['message'] }, weight }
        : null;
    },
  },
]);

function decideHaskell(groups: Groups, view: View) {
  const found = groups['package'] ?? groups['package2'] ?? groups['package3'];
  const placed = placeAboveOf(view, { ...groups, package: found });
  const isHidden = lookDown(
    view,
    3,
    (line) => /hidden package [‘'`](?<name>[\w-]{1,80}?)(?:-[\d.]{1,20})?[’']/.exec(line)?.groups?.['name'] ?? null,
  );
  return { groups: { ...placed, package: isHidden ?? found } };
}

function placeAboveOf(view: View, groups: Groups): Groups {
  for (let at = view.at; at >= Math.max(0, view.at - 2); at -= 1) {
    const place = readPlace(view.lines[at] ?? '');
    if (place !== null) return withPlace(groups, place);
  }
  return groups;
}
