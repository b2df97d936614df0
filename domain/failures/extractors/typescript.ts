import { lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { decideOrigin, withPlace } from '../refine.ts';

const heading = String.raw`^(?<file>[^\s(:].{0,300}?)\((?<line>\d{1,7}),(?<column>\d{1,7})\): `;
const pretty = String.raw`^\s{0,6}(?:ERROR in |\[tsl\] ERROR in |ERROR\(TypeScript\) {1,4}|\.{0,1})?(?<file>[^\s:][^:]{0,300}):(?<line>\d{1,7}):(?<column>\d{1,7}) - (?:build )?`;
// Not found, in the words of the compiler: a module, its types, a library of types.
const missing = String.raw`error (?<code>TS(?:2307|2792|7016|2688|2732)): (?<message>.{0,120}?'(?<package>[^']{1,200})'.{0,400})`;

/** tsc, vue-tsc, ts-jest, ng build: `f(l,c): error TS1: words` and `f:l:c - error TS1: words`. */
export const typescriptRules = rulesOf('tsc', 'compile_error', [
  {
    name: 'typescript-module-missing',
    is: 'dependency_missing',
    cue: 'error ts',
    pattern: new RegExp(`${heading}${missing}`),
    refine: decideOrigin,
  },
  {
    name: 'typescript-module-missing',
    is: 'dependency_missing',
    cue: 'error ts',
    pattern: new RegExp(`${pretty}${missing}`),
    refine: decideOrigin,
  },
  {
    name: 'typescript-types-missing',
    is: 'dependency_missing',
    cue: 'error ts2688',
    pattern:
      /^error (?<code>TS2688): (?<message>Cannot find type definition file for '(?<package>[^']{1,200})'.{0,300})/,
  },
  {
    name: 'typescript',
    cue: [' ts', 'ts-'],
    pattern: new RegExp(
      String.raw`${heading}(?<severity>error|warning|suggestion) (?<code>TS-?\d{1,7}): (?<message>.{1,1000})$`,
    ),
  },
  {
    name: 'typescript-pretty',
    cue: [' ts', 'ng', 'angular'],
    pattern: new RegExp(
      String.raw`${pretty}(?<severity>error|warning) (?<code>TS-?\d{1,7}|NG\d{1,6}): (?<message>.{1,1000})$`,
    ),
  },
  {
    name: 'typescript-settings',
    cue: 'error ts',
    pattern: /^(?<severity>error) (?<code>TS\d{1,6}): (?<message>.{1,1000})$/,
  },
  {
    name: 'deno-check',
    cue: '[error]:',
    pattern: /^(?<code>TS\d{4,5}) \[(?<severity>ERROR)\]: (?<message>.{1,600})$/,
    refine: (groups, view) => ({
      groups: withPlace(
        groups,
        lookDown(view, 12, (line) => (/^\s{2,8}at /.test(line) ? readPlace(line) : null)),
      ),
    }),
  },
  {
    name: 'typescript-bundled',
    cue: ['ts'],
    weight: 79,
    pattern:
      /^(?:\s{0,4}(?:✘ )?\[?(?:ERROR|Error:?)\]? )?(?:in )?(?<code>TS\d{4,5}): (?<message>.{1,600}?)(?: \[plugin .{1,80}\])?$/,
    refine: (groups, view) => decideBundled(groups, view.lines, view.at),
  },
]);

// webpack's and esbuild's own headings stand above or below the words of the compiler.
function decideBundled(groups: Readonly<Record<string, string | undefined>>, lines: readonly string[], at: number) {
  const near = /(?<file>[^\s():]{1,300}\.[cm]?[jt]sx?|[^\s():]{1,300}\.vue)[:(](?<line>\d{1,7})[:,](?<column>\d{1,7})/;
  for (const offset of [-1, 1, 2, -2, 3, 4, 5]) {
    const place = near.exec(lines[at + offset] ?? '')?.groups;
    if (place !== undefined) return { groups: { ...groups, ...place } };
  }
  return { groups };
}
