import { type Groups, lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { gnu } from './entry-groups.ts';

/** Ruff, Pylint, Bandit, pydocstyle, codespell. */
export const pythonLintersRules = [
  ...rulesOf('ruff', 'lint_error', [
    {
      name: 'ruff',
      cue: ['.py', '.ipynb'],
      weight: 66,
      pattern: new RegExp(
        String.raw`${gnu}: (?<code>[A-Z]{1,6}\d{1,5}|SyntaxError|invalid-syntax|error):? (?:\[\*\] )?(?<message>.{1,1000})$`,
      ),
      refine: decidePythonLint,
    },
    {
      name: 'ruff-block',
      cue: ['[*]', 'e', 'f', 'i', 'w', 's'],
      weight: 66,
      pattern: /^(?<code>[A-Z]{1,6}\d{2,5}|invalid-syntax):? (?:\[\*\] )?(?<message>.{1,1000})$/,
      refine: (groups, view) => {
        const place = lookDown(view, 1, (line) => (/^\s{0,6}-->/.test(line) ? readPlace(line) : null));
        return place === null ? null : { groups: withPlace(groups, place) };
      },
    },
    {
      name: 'ruff-format',
      cue: ['would reformat', 'would be reformatted', 'cannot format', 'incorrectly sorted', 'would be left unchanged'],
      weight: 64,
      pattern:
        /^(?:ERROR: |error: |Would reformat: |would reformat |cannot format )(?<file>[^\s:]{1,300}\.(?:pyi?|ipynb|md))(?::(?<line>\d{1,7}):(?<column>\d{1,7}))?(?<message>:? .{0,300})?$/,
      refine: (groups, view) => {
        const place = readPlace(
          (view.lines[view.at] ?? '').replace(/.*Cannot parse(?: for target version \S{1,40})?: /, ''),
        );
        return {
          groups:
            place?.line === null || place === null
              ? /Cannot parse.{0,60}: (?<line>\d{1,7}):(?<column>\d{1,7})/.exec(view.lines[view.at] ?? '')?.groups ===
                undefined
                ? groups
                : {
                    ...groups,
                    .../Cannot parse.{0,60}: (?<line>\d{1,7}):(?<column>\d{1,7})/.exec(view.lines[view.at] ?? '')
                      ?.groups,
                  }
              : groups,
        };
      },
    },
  ]),
  ...rulesOf('pylint', 'lint_error', [
    {
      name: 'pylint-config',
      cue: ['unrecognized-option', 'unknown-option'],
      weight: 60,
      pattern: /unrecognized option|unknown-option-value/,
    },
    {
      name: 'bandit',
      cue: '>> issue:',
      weight: 66,
      pattern: /^>> Issue: \[(?<code>B\d{3}):?[\w-]{0,80}\] (?<message>.{1,300})/,
      refine: (groups, view) => ({
        groups: withPlace(
          groups,
          lookDown(view, 5, (line) => (/Location:/.test(line) ? readPlace(line) : null)),
        ),
      }),
    },
  ]),
  ...rulesOf(null, 'lint_error', [
    {
      name: 'codespell',
      cue: ' ==> ',
      weight: 63,
      pattern: new RegExp(String.raw`${gnu}: (?<message>\S{1,80} ==> .{1,120})$`),
    },
    {
      name: 'pydocstyle',
      cue: ['.py:'],
      weight: 66,
      pattern: /^(?<file>[^\s:]{1,300}\.py):(?<line>\d{1,7}) (?:at|in) .{1,200}:$/,
      refine: (groups, view) => ({
        groups: {
          ...groups,
          ...lookDown(view, 1, (line) => /^\s{4,}(?<code>D\d{3}): (?<message>.{1,300})/.exec(line)?.groups ?? null),
        },
      }),
    },
    {
      name: 'coded-in-brackets',
      cue: [']: low', ']: medium', ']: high', ']: critical'],
      weight: 65,
      pattern: new RegExp(
        String.raw`${gnu}: (?<code>[A-Z]{1,6}\d{2,6})\[\w{1,40}\]: (?:LOW|MEDIUM|HIGH|CRITICAL): (?<message>.{1,400})`,
      ),
    },
    {
      name: 'ruff-unformatted',
      cue: 'unformatted: ',
      weight: 67,
      pattern: /^(?<code>unformatted): (?<message>.{1,200})/,
      refine: (groups, view) => ({ groups: withPlace(groups, lookDown(view, 2, readPlace)) }),
    },
  ]),
];

function decidePythonLint(groups: Groups) {
  const isMypy = groups['code'] === 'error';
  return isMypy ? null : { groups };
}
