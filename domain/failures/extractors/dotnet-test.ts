import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';

/** dotnet test: xUnit, NUnit, MSTest. */
export const dotnetTestRules = rulesOf('dotnet test', 'test_fail', [
  {
    name: 'dotnet-test',
    cue: ['failed ', '[fail]'],
    pattern:
      /^\s{0,8}(?:\[xUnit\.net [\d:.]{1,20}\]\s{1,8}(?<test>.{1,300}) \[FAIL\]|(?:Failed|failed|X) (?<test2>[\w.+`]{1,200}(?: ?\(.{0,200}?\))?) (?:\[(?:< )?\d{1,9} ?m?s\]|\(\d[\w .]{0,12}\))|\d{1,4}\) (?:Failed|Error) : (?<test3>.{1,300}))$/,
    refine: decideDotnet,
  },
]);

function decideDotnet(groups: Groups, view: View) {
  const test = groups['test'] ?? groups['test2'] ?? groups['test3'];
  const place = lookDown(
    view,
    30,
    (line) =>
      / in (?<file>.{1,300}):line (?<line>\d{1,7})/.exec(line)?.groups ??
      /^\s{1,8}(?:\[xUnit\.net .{1,20}\]\s{1,10})?(?<file>\/?[^\s(]{1,300}\.(?:cs|fs|vb))\((?<line>\d{1,7}),\d{1,7}\): at/.exec(
        line,
      )?.groups ??
      null,
  );
  return { groups: { ...groups, ...place, test } };
}
