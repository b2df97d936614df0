import { lookDown, lookUp, rulesOf } from '../line-rule.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

/** PHPUnit, Codeception, Pest and PHP's own runner of tests. */
export const phpTestsRules = rulesOf('phpunit', 'test_fail', [
  {
    name: 'phpt',
    cue: ['.phpt]'],
    weight: 76,
    pattern: /^FAIL (?<test>.{1,300}) \[(?<file>[^\]\s]{1,300}\.phpt)\]/,
  },
  {
    name: 'phpunit',
    cue: [') '],
    pattern: /^\d{1,4}\) (?<test>[\w\\]{1,300}::[\w ]{1,300}(?: with data set .{1,200})?)$/,
    refine: (groups, view) => {
      const kind = lookUp(
        view,
        4_000,
        (line) => /^There (?:was|were) \d{1,6} (?<kind>[\w ]{1,30}?)s?:$/.exec(line)?.groups?.['kind'] ?? null,
      );
      const isMild = kind !== null && /risky|skipped|incomplete|warning|deprecat|notice/.test(kind);
      // Where no test failed, what is mild was made to fail the run.
      if (isMild && lookDown(view, 4_000, (line) => (/^OK, but /.test(line) ? true : null)) === null) return null;
      const place = lookDown(view, 60, (line) =>
        /^\d{1,4}\) /.test(line)
          ? { file: '', line: null, column: null }
          : /^\S{1,300}\.php:\d{1,7}$/.test(line)
            ? projectPlace(line)
            : null,
      );
      const known = place === null || place.file === '' ? groups : withPlace(groups, place);
      return isMild ? { groups: known, weight: /risky|warning/.test(kind) ? 60 : 54 } : { groups: known };
    },
  },
  {
    name: 'codeception',
    cue: [' test  ', 'test  '],
    weight: 72,
    pattern: /^\s{0,2}Test {1,4}(?<file>\S{1,300}\.php):\w{1,200}\s{0,4}$/,
    refine: (groups, view) => {
      const test = lookUp(
        view,
        2,
        (line) => /^\s{0,2}\d{1,4}\) (?<name>\S.{1,300}?)\s{0,4}$/.exec(line)?.groups?.['name'] ?? null,
      );
      return test === null ? null : { groups: { ...groups, test } };
    },
  },
  {
    name: 'pest',
    cue: [' failed '],
    pattern: /^\s{1,6}FAILED {1,4}(?<test>[\w\\]{1,200} > .{1,300}?)(?:\s{2,}\S{1,80})?$/,
    refine: (groups, view) => ({
      groups: withPlace(
        groups,
        lookDown(view, 30, (line) => (/^\s{1,6}at \S{1,300}:\d/.test(line) ? projectPlace(line) : null)),
      ),
    }),
  },
]);
