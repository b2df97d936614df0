import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';

/** OCaml and Dune. */
export const ocamlRules = rulesOf(null, 'compile_error', [
  {
    name: 'ocaml',
    cue: ['file "'],
    weight: 79,
    pattern:
      /^(?:.{0,40})?File "(?<file>[^"]{1,300}\.(?:mli?|mly|mll|eliom)|[^"]{0,200}dune(?:-project)?|[^"]{1,200}\.(?:v|opam))", lines? (?<line>\d{1,7})(?:-\d{1,7})?(?:, characters (?<column>\d{1,7})-\d{1,7})?:/,
    refine: decideOcaml,
  },
]);

function decideOcaml(groups: Groups, view: View) {
  const words = lookDown(
    view,
    12,
    (line) =>
      /^(?<kind>Error|Warning)(?: (?<code>\d{1,4}))?(?: \[(?<name>[\w-]{1,60})\])?(?: \(.{1,60}\))?: (?<message>.{1,400})/.exec(
        line,
      )?.groups ?? null,
  );
  if (words === null || words['kind'] === 'Warning') return null;
  const library = /Library "(?<name>[\w.-]{1,80})" not found|Unbound module (?<module>\w{1,80})/.exec(
    words['message'] ?? '',
  )?.groups;
  const known = { ...groups, message: words['message'], code: words['name'] };
  return library?.['name'] === undefined
    ? { groups: known }
    : { groups: { ...known, package: library['name'] }, failureClass: 'dependency_missing' as const };
}
