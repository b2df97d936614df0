import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** Surefire, Gradle, ScalaTest, MUnit, the console of JUnit. */
export const jvmTestsRules = rulesOf('junit', 'test_fail', [
  {
    name: 'surefire',
    cue: ['<<< fail', '<<< error'],
    weight: 72,
    pattern:
      /^(?:\[ERROR\] )?(?<test>[\w.$[\](){}, :=#"'-]{1,300}?)(?:\((?<suite>[\w.$]{1,200})\))?(?: --|\s{1,4})\s?Time elapsed: .{1,30}<<< (?:FAILURE|ERROR)!$/,
    refine: decideSurefire,
  },
  {
    name: 'gradle-test',
    cue: ' failed',
    pattern: /^(?<suite>[\w.$]{1,200}(?: > [^>]{1,200}?)?) > (?<test>.{1,300}?) FAILED$/,
    refine: decideGradle,
  },
  {
    name: 'scalatest',
    cue: '*** failed',
    pattern:
      /^\[info\] {1,8}- (?<test>.{1,300}?) \*\*\* FAILED \*\*\*|^\s{0,8}- (?<test2>.{1,300}?) \*\*\* FAILED \*\*\*/,
    refine: (groups, view) => ({
      groups: {
        ...withPlace(
          groups,
          lookDown(view, 4, (line) => (/\.scala:\d/.test(line) ? readPlace(line.replace(/.*\(/, '')) : null)),
        ),
        test: groups['test'] ?? groups['test2'],
      },
    }),
  },
  {
    name: 'munit',
    cue: '==> x',
    pattern: /^(?:\[error\] )?==> X (?<test>.{1,300}?) {1,4}[\d.]{1,8}s/,
    refine: (groups, view) => ({ groups: withPlace(groups, readPlace(view.lines[view.at] ?? '')) }),
  },
  {
    name: 'junit-console',
    cue: '[x]',
    weight: 69,
    pattern: /^[│├└'| +─-]{1,40} (?<test>.{1,200}?)(?:\(\))? \[X\] (?<message>.{0,300})/,
  },
]);

function decideSurefire(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  // The sum of a class ends like one of its tests.
  if (/Tests run:/.test(view.lines[view.at] ?? '')) return null;
  const suite = groups['suite'] ?? test.replace(/[.#][^.#]{1,200}$/, '');
  const name = suite.split('.').at(-1)?.replace(/\$.*$/, '') ?? '';
  const frame = lookDown(view, 60, (line) => {
    const found = /\((?<file>\w{1,100}\.(?:java|kt|scala|groovy)):(?<line>\d{1,7})\)/.exec(line)?.groups;
    return found !== undefined && found['file']?.startsWith(`${name}.`) === true
      ? found
      : /<<< (?:FAILURE|ERROR)!/.test(line)
        ? {}
        : null;
  });
  return { groups: { ...groups, ...frame } };
}

function decideGradle(groups: Groups, view: View) {
  const own = (groups['suite'] ?? '').split(' > ')[0]?.split('.').at(-1) ?? '';
  const read = (line: string) =>
    /(?:at |\()(?<file>\w{1,100}\.(?:java|kt|scala|groovy)):(?<line>\d{1,7})/.exec(line)?.groups ?? null;
  const exact = lookDown(view, 12, (line) => {
    const found = read(line);
    return found?.['file']?.startsWith(own) === true ? found : null;
  });
  return {
    groups: {
      ...groups,
      ...(exact ?? lookDown(view, 4, read)),
      test: `${groups['suite'] ?? ''} > ${groups['test'] ?? ''}`,
    },
  };
}
