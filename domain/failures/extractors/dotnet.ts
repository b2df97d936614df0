import { rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';

/** MSBuild, csc, fsc, vbc and NuGet: `f(l,c): error CS0001: words [project]`. */
export const dotnetRules = rulesOf('dotnet', 'compile_error', [
  {
    name: 'nuget-missing',
    is: 'dependency_missing',
    cue: ['error nu', 'error netsdk', 'error msb', 'nu1'],
    weight: 91,
    pattern:
      /(?:error |: )(?<code>NU1(?:004|100|101|102|103|107|108|201|202|203|605|608)|NETSDK(?:1045|1004|1005|1127|1139|1147|1073)|MSB4(?:236|019|276)|MSB3644):(?: (?<message>.{1,500})|$)/,
    refine: decideNuget,
  },
  {
    name: 'nuget-network',
    is: 'orchestration_error',
    because: 'network',
    cue: ['nu1301', 'nu1900', 'nu1302'],
    weight: 92,
    pattern: /error (?<code>NU130[12]): (?<message>.{1,400})/,
  },
  {
    name: 'command-missing',
    is: 'dependency_missing',
    cue: [
      'compatible .net sdk',
      'you must install or update .net',
      'no frameworks were found',
      'sdk could not be resolved',
    ],
    weight: 91,
    pattern: /(?:compatible \.NET SDK was not found|You must install or update \.NET|No frameworks were found)/i,
    refine: () => ({ groups: { package: '.NET SDK' } }),
  },
  {
    name: 'dotnet-no-project',
    is: 'unknown',
    cue: ['error msb1003', 'error msb1009', 'msb1003', 'msb1009'],
    weight: 88,
    pattern: /\b(?<code>MSB1003|MSB1009|MSB1011)\b: (?<message>.{1,300})/,
  },
  {
    name: 'csharp-namespace-missing',
    is: 'dependency_missing',
    cue: ['cs0246', 'cs0234', 'bc40056', 'fs0039'],
    pattern:
      /^\s{0,8}(?<file>[^\s(][^(]{0,300})\((?<line>\d{1,7}),(?<column>\d{1,7})\): error (?<code>CS0246|CS0234|FS0039): (?<message>.{1,500}?)(?: \[[^\]]{1,300}\])?$/,
    refine: decideNamespace,
  },
  {
    name: 'msbuild',
    cue: ['): error ', '): warning ', ': error msb', ': error cs', ': error '],
    pattern:
      /^\s{0,8}(?:\d{1,3}>)?(?<file>[^\s(:][^(:]{0,300}\.\w{1,12})(?:\((?<line>\d{1,7})(?:,(?<column>\d{1,7}))?(?:,\d{1,7}){0,2}\))? ?: (?:[\w ]{1,20} )?(?<severity>error|warning) (?<code>(?!TS)[A-Za-z]{1,12}\d{1,6}|WHITESPACE|FINALNEWLINE|ENDOFLINE|CHARSET|IMPORTS) ?: (?<message>.{1,800}?)(?: \[[^\]]{1,300}\])?$/,
    refine: decideMsbuild,
  },
]);

function decideNuget(groups: Groups, { lines, at }: View) {
  const message = groups['message'] ?? (lines[at + 1] ?? '').trim();
  const file = /^\s{0,8}(?<file>\S{1,300}proj) : /.exec(lines[at] ?? '')?.groups?.['file'];
  const named =
    /(?:Unable to (?:find|resolve) (?:a stable )?(?:package )?'?|Detected package (?:downgrade|version) ?(?:outside of dependency constraint)?: |Version conflict detected for |Package |workload(?:s)? must be installed: |SDK ')(?<package>[\w.-]{1,100}?)(?:[ ,']|\.(?:\s|$)|$)/.exec(
      message,
    )?.groups?.['package'];
  return { groups: { ...groups, message, file, package: named } };
}

const lintCode =
  /^(?:SA|SX|IDE|CA|S|RCS|VSTHRD|MA|FL|WHITESPACE|IMPORTS|xUnit|NUnit)\d{1,6}$|^(?:WHITESPACE|FINALNEWLINE|ENDOFLINE|CHARSET|IMPORTS|STYLE)$/;

// A directive stands at the start of its line, so the name it misses begins in column 7, or in 14 when it is global.
function decideNamespace(groups: Groups): Reading {
  const { owner, missing } = missingName(groups['message'] ?? '');
  const isDirective = /^(?:7|14)$/.test(groups['column'] ?? '') || /^(?:System|Microsoft)\b/.test(owner);
  const isPackage = isDirective && groups['code'] !== 'FS0039' && !isOwnNamespace(missing, groups['file'] ?? '');
  return isPackage
    ? { groups: { ...groups, package: missing } }
    : { groups, failureClass: 'compile_error', weight: 80 };
}

function missingName(message: string): { owner: string; missing: string } {
  const { name = '' } = /name '(?<name>[\w.<>]{1,100})'/.exec(message)?.groups ?? {};
  const { owner = '' } = /in the namespace '(?<owner>[\w.]{1,100})'/.exec(message)?.groups ?? {};
  return { owner, missing: owner === '' ? name : `${owner}.${name}` };
}

function isOwnNamespace(name: string, file: string): boolean {
  const first = name.split('.')[0] ?? '';
  return first !== '' && file.split(/[/\\.]/).includes(first);
}

function decideMsbuild(groups: Groups) {
  const isLint = lintCode.test(groups['code'] ?? '');
  const isWarning = groups['severity'] === 'warning';
  if (isLint) return { groups, failureClass: 'lint_error' as const, weight: isWarning ? 39 : 66 };
  return { groups, weight: isWarning ? 37 : 80 };
}
