import { lookUp, rulesOf, type Groups, type View } from '../line-rule.ts';

/** Linkers and loaders of programs: libraries that are not there, and what no file defines or two do. */
export const linkerRules = rulesOf(null, 'compile_error', [
  {
    name: 'library-missing',
    is: 'dependency_missing',
    cue: [
      'cannot find -l',
      'library not found for -l',
      "library '",
      'unable to find library -l',
      'error while loading shared libraries',
      'library not loaded',
      'image not found',
    ],
    weight: 91,
    pattern:
      /(?:cannot find -l|library not found for -l|unable to find library -l|error while loading shared libraries: |Library not loaded: |library '(?=[\w.+-]{1,80}' not found))(?<package>[\w./@+-]{1,120})/,
  },
  {
    name: 'linker',
    cue: ['error lnk1181', 'error lnk1104'],
    pattern:
      /^\s{0,4}LINK : fatal error (?<code>LNK1(?:181|104)): (?<message>cannot open (?:input )?file '(?<file>[^']{1,300})')/,
    // A library that comes from elsewhere has no folder before its name.
    refine: (groups) =>
      /^[\w.+-]{1,100}\.lib$/.test(groups['file'] ?? '')
        ? {
            groups: { ...groups, file: undefined, package: groups['file'] },
            failureClass: 'dependency_missing',
            weight: 90,
          }
        : { groups },
  },
  {
    name: 'linker',
    cue: [
      'undefined reference to',
      'undefined symbol',
      'multiple definition of',
      'undefined symbols for',
      'duplicate symbol',
      'unresolved external',
    ],
    weight: 79,
    pattern:
      /(?<message>(?:undefined reference to|multiple definition of|[Uu]ndefined symbols? ?(?:for|:)|duplicate symbol|unresolved external symbol) ?.{0,300})/,
    refine: decideLinker,
  },
]);

function decideLinker(groups: Groups, view: View) {
  const line = view.lines[view.at] ?? '';
  const source = /(?<file>[\w./+-]{1,200}\.(?:c|cc|cpp|cxx|rs|go|f90|m|mm|s|asm))(?::(?<line>\d{1,7}))?:/.exec(
    line,
  )?.groups;
  const above =
    source ??
    lookUp(
      view,
      2,
      (text) => /(?<file>[\w./+-]{1,200}\.(?:c|cc|cpp|cxx|rs|m)):(?<line>\d{1,7})/.exec(text)?.groups ?? null,
    );
  return { groups: { ...groups, ...above } };
}
