import { type Groups, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Dart and Flutter. */
export const dartRules = rulesOf(null, 'compile_error', [
  {
    name: 'dart-package-missing',
    is: 'dependency_missing',
    cue: [
      "couldn't resolve the package",
      "target of uri doesn't exist",
      'could not find package',
      'version solving failed',
      'because ',
      'not found when reading',
      'depend_on_referenced_packages',
      'uri_does_not_exist',
    ],
    pattern:
      /(?:Couldn't resolve the package '(?<package>\w{1,80})'|Target of URI doesn't exist: 'package:(?<package2>\w{1,80})|could not find package (?<package3>\w{1,80})|Not found: 'package:(?<package4>\w{1,80})|depends on (?<package5>\w{1,80}) (?:any )?which (?:doesn't exist|doesn't match)|depends on (?<package6>\w{1,80}) [\w^.<>= ]{1,40} which )/,
    refine: (groups, view) => {
      const found = ['package', 'package2', 'package3', 'package4', 'package5', 'package6']
        .map((key) => groups[key])
        .find((name) => name !== undefined);
      const line = view.lines[view.at] ?? '';
      const place = readPlace(line) ?? dartPlace(line);
      return { groups: withPlace({ ...groups, package: found }, place) };
    },
  },
  {
    name: 'dart-analyzer',
    cue: ['error - ', 'error • ', 'warning - ', 'info - ', 'warning • ', 'info • '],
    pattern:
      /^\s{0,8}(?<severity>error|warning|info) [-•] (?:(?<file>[^\s:]{1,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) [-•] (?<message>.{1,500}?)|(?<message2>.{1,500}?) [-•] (?<file2>[^\s:]{1,300}):(?<line2>\d{1,7}):(?<column2>\d{1,7})) [-•] (?<code>\w{1,80})/,
    refine: decideDart,
  },
  {
    name: 'dart',
    cue: 'error:',
    pattern: /^(?<file>[^\s:]{1,300}\.dart):(?<line>\d{1,7}):(?<column>\d{1,7}): Error: (?<message>.{1,500})/,
  },
]);

function dartPlace(line: string) {
  return /(?<file>[^\s:]{1,300}\.dart):(?<line>\d{1,7})/.exec(line) === null ? null : readPlace(line);
}

function decideDart(groups: Groups) {
  const known: Groups = {
    ...groups,
    message: groups['message'] ?? groups['message2'],
    file: groups['file'] ?? groups['file2'],
    line: groups['line'] ?? groups['line2'],
    column: groups['column'] ?? groups['column2'],
  };
  if (groups['code'] === 'uri_does_not_exist') {
    const name = /package:(?<name>\w{1,80})/.exec(known['message'] ?? '')?.groups?.['name'];
    if (name !== undefined) return { groups: { ...known, package: name }, failureClass: 'dependency_missing' as const };
  }
  return groups['severity'] === 'error'
    ? { groups: known }
    : { groups: known, failureClass: 'lint_error' as const, weight: groups['severity'] === 'warning' ? 60 : 58 };
}
