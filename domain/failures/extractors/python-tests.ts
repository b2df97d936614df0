import { lookDown, lookUp, rulesOf, type Groups, type Reading, type View } from '../line-rule.ts';
import { isProjectFile, readPlace, type Place } from '../places.ts';
import { withPlace } from '../refine.ts';
import { scenarioAt } from './failed-lists.ts';

/** pytest, unittest, Django, nose, doctest, behave, Robot Framework, tox. */
export const pythonTestRules = [
  ...rulesOf('pytest', 'test_fail', [
    {
      name: 'doctest',
      cue: 'failed example:',
      weight: 71,
      pattern: /^Failed example:$/,
      refine: (groups, view) => {
        const heading = /^File "(?<file>[^"]{1,300})", line (?<line>\d{1,7}), in (?<test>\S{1,200})$/;
        return { groups: { ...groups, ...heading.exec(view.lines[view.at - 1] ?? '')?.groups } };
      },
    },
    {
      name: 'pytest',
      cue: ['failed ', 'error '],
      pattern:
        /^(?:\[gw\d{1,3}\] .{0,20})?(?:FAILED|ERROR) (?<file>[^\s:]{1,300})::(?<test>.{1,400}?)(?: - (?<message>.{1,500}))?$/,
      refine: decidePytest,
    },
    {
      name: 'pytest-heading',
      cue: '___',
      weight: 69,
      pattern:
        /^_{2,80} (?:ERROR at (?:setup|teardown|call) of )?(?!ERROR collecting|summary)(?<test>[\w.:[\]@ ,'"<>=/-]{1,200}?) _{2,80}$/,
      refine: decideHeading,
    },
    {
      name: 'pytest-collection',
      is: 'compile_error',
      cue: [
        'error collecting',
        'error while loading conftest',
        'during collection',
        'importerror while loading conftest',
      ],
      weight: 83,
      pattern:
        /(?:^_{2,80} ERROR collecting (?<file>\S{1,300}) _{2,80}$|^ImportError while loading conftest '(?<file2>[^']{1,300})')/,
      refine: decideCollection,
    },
    {
      name: 'pytest-usage',
      is: 'unknown',
      cue: ['file or directory not found', 'unrecognized arguments', 'usageerror'],
      weight: 60,
      pattern: /^ERROR: (?:file or directory not found: |usage: ).{0,200}/,
    },
    {
      name: 'pytest-inline-timeout',
      cue: 'failed: timeout',
      weight: 70,
      pattern: /^E {1,10}Failed: Timeout >/,
      refine: () => null,
    },
  ]),
  ...rulesOf('unittest', 'test_fail', [
    {
      name: 'unittest',
      cue: ['fail: ', 'error: ', 'unexpected success: '],
      pattern:
        /^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (?<test>[\w.]{1,200})(?: \((?<suite>[\w.]{1,200})\))?(?: (?:\[|\().{1,300})?$/,
      refine: decideUnittest,
    },
    {
      name: 'doctest',
      cue: '***',
      pattern: /^File "(?<file>[^"]{1,300})", line (?<line>\d{1,7}), in (?<test>\S{1,200})$/,
      refine: (groups, view) => (/^\*{10,}$/.test(view.lines[view.at - 1] ?? '') ? { groups } : null),
    },
  ]),
  ...rulesOf(null, 'test_fail', [
    {
      name: 'behave',
      cue: ['.feature:'],
      weight: 68,
      pattern:
        /^\s{0,8}(?:cucumber )?(?<file>[\w./-]{1,300}\.feature):(?<line>\d{1,7})(?: \(on line (?<failedAt>\d{1,7})\))?(?: {1,8}(?:# )?(?:Scenario(?: Outline)?: )?(?<test>\S.{0,300}))?$/,
      refine: (groups, view) =>
        lookUp(view, 30, (line) =>
          /^(?:Failing scenarios|--- Failed scenarios|Failures?):/i.test(line.trim()) ? true : null,
        ) === null && !/^cucumber/.test(view.lines[view.at] ?? '')
          ? null
          : {
              groups: {
                ...groups,
                line: groups['failedAt'] ?? groups['line'],
                test: groups['test'] ?? scenarioAt(`${groups['file']}:${groups['line']}`, view.lines),
              },
            },
    },
    {
      name: 'robot',
      cue: '| fail |',
      pattern: /^(?<test>\S.{0,200}?)\s{1,80}\| FAIL \|$/,
      refine: (groups, view) =>
        /^(?:\d+ tests?|=|-)/.test(view.lines[view.at + 2] ?? '') &&
        /\d+ tests?,/.test(view.lines[view.at + 1] ?? view.lines[view.at + 2] ?? '')
          ? null
          : { groups },
    },
  ]),
];

// In a summary cut to the width of a terminal stands the name alone.
function decidePytest(groups: Groups, view: View) {
  const test = groups['test'] ?? '';
  const last =
    test
      .split('::')
      .at(-1)
      ?.replace(/\[.{0,200}$/, '') ?? '';
  const from = view.lines.findIndex(
    (line) => line.startsWith('____') && line.includes(` ${test.replaceAll('::', '.')} _`),
  );
  const place = from === -1 || last === '' ? null : placeOfSection(view.lines, from);
  return { groups: place === null ? groups : withPlace(groups, place) };
}

function decideHeading(groups: Groups, view: View) {
  const place = placeOfSection(view.lines, view.at);
  const isReport = lookUp(view, 4_000, (line) => (/^=+ (?:FAILURES|ERRORS) =+$/.test(line) ? true : null));
  return isReport === null ? null : { groups: withPlace(groups, place) };
}

/** The last place of a test's section that is in the project: the innermost frame of its traceback. */
function placeOfSection(lines: readonly string[], from: number): Place | null {
  let found: Place | null = null;
  for (let at = from + 1; at < Math.min(lines.length, from + 400); at += 1) {
    const line = lines[at] ?? '';
    if (/^(?:_{4,} .{1,200} _{4,}|={4,}|-{4,} Captured)/.test(line)) break;
    const place =
      /^(?<file>[^\s:]{1,300}\.\w{2,6}):(?<line>\d{1,7}): ?/.exec(line) === null && !/^(?:E\s+)?\s*File "/.test(line)
        ? null
        : readPlace(line);
    if (place !== null && isProjectFile(place.file)) found = place;
  }
  return found;
}

function decideCollection(groups: Groups, view: View) {
  const file = groups['file'] ?? groups['file2'];
  const place = placeOfSection(view.lines, view.at);
  const words = lookDown(view, 80, (line) =>
    /^(?:_{4,}|={4,})/.test(line)
      ? null
      : (/^E {3,}(?<words>\w[\w.]{0,60}: .{1,400})$/.exec(line)?.groups?.['words'] ?? null),
  );
  return { groups: { file, ...withPlace(groups, place), message: words ?? undefined } };
}

function decideUnittest(groups: Groups, view: View): Reading | null {
  if (!/^[=-]{20,}$/.test(view.lines[view.at - 1] ?? '')) return null;
  const isNotLoaded = `${groups['test'] ?? ''} ${groups['suite'] ?? ''}`.includes('_FailedTest');
  const frame = lastProjectFrame(view);
  return isNotLoaded
    ? { groups: { ...withPlace(groups, frame), test: undefined }, failureClass: 'compile_error' }
    : { groups: withPlace(groups, frame) };
}

// Python prints the innermost frame last.
function lastProjectFrame(view: View): Place | null {
  let found: Place | null = null;
  for (const line of view.lines.slice(view.at + 1, view.at + 80)) {
    if (/^={20,}$/.test(line)) break;
    const place = /^\s{2}File "/.test(line) ? readPlace(line) : null;
    if (place !== null && isProjectFile(place.file)) found = place;
  }
  return found;
}
