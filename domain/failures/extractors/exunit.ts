import { lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

/** ExUnit. */
export const exunitRules = rulesOf('exunit', 'test_fail', [
  {
    name: 'exunit',
    cue: [') test ', ') doctest ', ') property '],
    pattern: /^\s{2}\d{1,4}\) (?:test|doctest|property) (?<test>.{1,300}?) \((?<suite>[\w.]{1,200})\)$/,
    refine: (groups, view) => {
      const stack = lookDown(view, 40, (line) =>
        /^\s{1,6}\d{1,4}\) /.test(line)
          ? { file: '', line: null, column: null }
          : /^\s{7,12}(?:\(\w[\w .]{0,60}\) )?(?:test|lib)\/\S{1,200}:\d{1,7}: /.test(line)
            ? projectPlace(line.replace(/\(.{1,60}?\) /, ''))
            : null,
      );
      const place = stack === null || stack.file === '' ? lookDown(view, 2, readPlace) : stack;
      return { groups: withPlace(groups, place) };
    },
  },
]);
