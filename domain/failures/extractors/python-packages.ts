import { lookDown, lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';
import { firstOf } from './commands.ts';

const name = String.raw`(?<package>[A-Za-z0-9][\w.-]{0,100})`;

/** pip, uv, Poetry, Pipenv, PDM, Conda. */
export const pythonPackageRules = rulesOf(null, 'dependency_missing', [
  {
    name: 'pip-version-missing',
    cue: ['could not find a version that satisfies', 'no matching distribution found'],
    weight: 92,
    pattern: new RegExp(
      String.raw`(?:Could not find a version that satisfies the requirement|No matching distribution found for) ${name}`,
    ),
    refine: decidePip,
  },
  {
    name: 'pip-conflict',
    cue: [
      'resolutionimpossible',
      'conflicting dependencies',
      'requires a different python',
      'do not match the hashes',
      'requires that you',
      'hash mismatch',
    ],
    weight: 92,
    pattern:
      /(?:ResolutionImpossible|Cannot install (?<list>.{1,200}?) because these package versions have conflicting dependencies|Package '(?<package>[\w.-]{1,100})' requires a different Python|DO NOT MATCH THE HASHES|[Hh]ash mismatch (?:for|in) (?!fixed-output )`?(?<package2>[\w.-]{1,100}))/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        package:
          groups['package'] ??
          groups['package2'] ??
          lookDown(
            view,
            3,
            (line) => /^\s{2,8}(?<name>[\w.-]{1,100})==\S{1,60} from /.exec(line)?.groups?.['name'] ?? null,
          ) ??
          /[A-Za-z0-9][\w.-]{0,80}/.exec(groups['list'] ?? '')?.[0],
      },
    }),
  },
  {
    name: 'pip-file-missing',
    cue: ['could not open requirements file'],
    is: 'unknown',
    weight: 91,
    pattern: /Could not open requirements file: .{0,40}'(?<file>[^']{1,200})'/,
  },
  {
    name: 'pip-check',
    cue: ['has requirement', 'which is not installed'],
    weight: 90,
    pattern:
      /^[\w.-]{1,100} \S{1,40} (?:has requirement (?<package>[\w.-]{1,100}?)(?=[\s<>=!~;[(]).{1,120}, but you have|requires (?<package2>[\w.-]{1,100}?)(?:[<>=!~;[(]\S{0,60})?, which is not installed)/,
    refine: firstOf,
  },
  {
    name: 'pip-path-missing',
    cue: ['is not a valid editable requirement', 'does not exist', 'neither '],
    weight: 91,
    pattern:
      /^ERROR: (?:Could not install packages due to an OSError: .{0,60}No such file or directory: '|Invalid requirement: '|)(?<package>\.{0,2}\/[^\s']{1,200})'? (?:is not a valid editable requirement|does not exist|does not appear to be a Python project)/,
  },
  {
    name: 'uv-no-solution',
    cue: [
      'no solution found',
      'was not found in the package registry',
      'there are no versions of',
      'lockfile at',
      'no interpreter found',
      'unsatisfiable',
    ],
    weight: 92,
    pattern:
      /(?:No solution found when resolving|Because (?<package>[\w.-]{1,100}) was not found in the package registry|there are no versions of (?<package2>[\w.-]{1,100})|The lockfile at `[^`]{1,100}` needs to be updated|No interpreter found for)/i,
    refine: decideUv,
  },
  {
    name: 'uv-build',
    is: 'compile_error',
    cue: ['failed building wheel', 'failed-wheel-build', 'failed to build'],
    weight: 78,
    pattern:
      /(?:ERROR: )?(?:Failed building wheel for|Failed to build|Could not build wheels for) `?(?<message>[\w.-]{1,100})/,
    refine: (groups) =>
      /^(?:wheels?|image|project|target|the|crate|and)$/i.test(groups['message'] ?? '') ? null : { groups },
  },
  {
    name: 'poetry-no-version',
    cue: [
      "doesn't match any versions",
      'version solving failed',
      'could not find a matching version',
      'pyproject.toml changed',
      'poetry.lock',
      'lock file',
    ],
    weight: 91,
    pattern:
      /(?:depends on (?<package>[\w.-]{1,100}) \(.{1,60}\) which doesn't match any versions|Could not find a matching version of package (?<package2>[\w.-]{1,100})|version solving failed|pyproject\.toml changed significantly since poetry\.lock|(?:poetry|Pipfile|pdm)\.lock (?:\(.{1,40}\) )?(?:is )?(?:out of date|not compatible))/,
    refine: (groups, view) => ({
      groups: { ...groups, package: groups['package'] ?? groups['package2'] ?? becauseOf(view) },
    }),
  },
  {
    name: 'conda-package-missing',
    cue: ['packagesnotfounderror', 'resolvepackagenotfound', 'unsatisfiableerror', 'nothing provides'],
    weight: 92,
    pattern:
      /(?:PackagesNotFoundError|ResolvePackageNotFound|UnsatisfiableError|nothing provides (?:requested )?(?<package>[\w.-]{1,80}))/,
    refine: (groups, view) => ({
      groups: {
        ...groups,
        package:
          groups['package'] ??
          lookDown(view, 6, (line) => /^\s{0,6}- ([\w.-]{1,80})/.exec(line)?.[1] ?? null) ??
          undefined,
      },
    }),
  },
]);

function becauseOf(view: View): string | undefined {
  const named = (line: string) => /depends on (?:both )?([\w.-]{1,100}) \(/.exec(line)?.[1] ?? null;
  return lookUp(view, 6, named) ?? lookDown(view, 3, named) ?? undefined;
}

// What could not be asked for has no versions either.
function decidePip(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  const versions = /\(from versions: (.{1,200})\)/.exec(line)?.[1];
  if (versions !== undefined && versions !== 'none') return { groups };
  const cause = lookUp(view, 40, (above) => {
    if (/Retry\(total=0|connection broken|Max retries exceeded|Could not fetch URL/i.test(above)) {
      return /time(?:d )?[- ]?out/i.test(above) ? 'timeout' : 'network';
    }
    return null;
  });
  if (cause === 'timeout') return { groups: {}, failureClass: 'timeout' as const, weight: 94 };
  if (cause === 'network') {
    return { groups: {}, failureClass: 'orchestration_error' as const, subReason: 'network', weight: 94 };
  }
  return { groups };
}

function decideUv(groups: Groups, view: View) {
  const named = (line: string) =>
    /(?:Because|and|that) (?:there (?:is|are) no versions? of )?([\w.-]{1,100})(?:\[\w{1,40}\])? ?(?:was not found|[=<>]|has no|needs|depends)|no versions? of ([\w.-]{1,100})/.exec(
      line,
    );
  const found = lookDown(view, 5, named);
  return { groups: { ...groups, package: groups['package'] ?? groups['package2'] ?? found?.[2] ?? found?.[1] } };
}
