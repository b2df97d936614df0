import { type Groups, type View, lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { firstOf } from './commands.ts';

/** Elixir and Mix. */
export const elixirRules = rulesOf(null, 'compile_error', [
  {
    name: 'elixir-dependency',
    is: 'dependency_missing',
    cue: [
      'unchecked dependencies',
      'the dependency is not available',
      'no package with name',
      'could not find hex',
      'the dependency is not locked',
      'lock mismatch',
      'failed to use "',
      'is not loaded and could not be found',
      'is not available. make sure',
      'could not be started',
      'has no suitable version',
      'dependency is out of date',
    ],
    weight: 90,
    pattern:
      /(?:\* (?<package>\w{1,60}) \(.{1,80}\)|No package with name (?<package2>\w{1,60})|the dependency is not available|the dependency is not locked|lock mismatch|Could not find Hex|Failed to use "(?<package3>\w{1,60})"|module (?<package4>[\w.]{1,100}) is not (?:loaded and could not be found|available))/,
    refine: decideElixir,
  },
  {
    name: 'elixir',
    cue: ['error)', 'error:', '.ex'],
    pattern:
      /^\*\* \((?:CompileError|SyntaxError|TokenMissingError|MismatchedDelimiterError|UndefinedFunctionError)\)(?: invalid syntax found on| token missing on| mismatched delimiter found on)? (?<file>[^\s:]{1,300}\.exs?):(?<line>\d{1,7}):?(?:(?<column>\d{1,7}):)? ?(?<message>.{0,300})/,
  },
  {
    name: 'elixir-block',
    cue: ['error:', 'warning:'],
    weight: 79,
    pattern: /^\s{0,4}(?<severity>error|warning): (?<message>.{1,500})$/,
    refine: (groups, view) => {
      const place = lookDown(
        view,
        16,
        (line) =>
          /^\s{0,12}└─ (?<file>[^\s:]{1,300}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?/.exec(line)?.groups ?? null,
      );
      return place === null
        ? null
        : { groups: { ...groups, ...place }, weight: groups['severity'] === 'warning' ? 38 : 81 };
    },
  },
]);

function decideElixir(groups: Groups, view: View) {
  const reading = firstOf(groups);
  const line = view.lines[view.at] ?? '';
  if (groups['package'] !== undefined) {
    const next = lookDown(view, 1, (below) => (/the dependency|lock mismatch|out of date/.test(below) ? true : null));
    return next === null ? null : reading;
  }
  const above = lookUp(view, 2, (text) => /^\s{0,4}\* (?<name>\w{1,60}) \(/.exec(text)?.groups?.['name'] ?? null);
  const place = readPlace(line);
  return { groups: withPlace({ ...reading.groups, package: reading.groups['package'] ?? above ?? undefined }, place) };
}
