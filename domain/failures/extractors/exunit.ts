import { lookDown, rulesOf } from '../line-rule.ts';
import { readPlace, type Place } from '../places.ts';
import { withPlace } from '../refine.ts';
import { projectPlace } from './project-place.ts';

/** ExUnit. */
export const exunitRules = rulesOf('exunit', 'test_fail', [
  {
    name: 'exunit',
    cue: [') test ', ') doctest ', ') property '],
    pattern: /^\s{2}\d{1,4}\) (?:test|doctest|property) (?<test>.{1,300}?) \((?<suite>[\w.]{1,200})\)$/,
    refine: (groups, view) => {
      const stack = view.lines.slice(view.at, view.at + 41).findIndex((line) => /^\s{5,12}stacktrace:$/.test(line));
      const frame = stack === -1 ? null : lookDown({ ...view, at: view.at + stack }, 12, ownFrame);
      // Without a stack, where the test begins.
      return { groups: withPlace(groups, frame === null || frame.file === '' ? lookDown(view, 2, readPlace) : frame) };
    },
  },
]);

/** The next test, or a line that ends its stack. */
const nothing: Place = { file: '', line: null, column: null };
const isForeign = /^\s{7,16}\((?:ex_unit|elixir|stdlib|kernel|eex|mix|logger|iex)\b/;

function ownFrame(line: string): Place | null {
  if (/^\s{1,6}\d{1,4}\) |^$/.test(line)) return nothing;
  const isFrame = /^\s{7,16}(?:\(\w[\w .-]{0,60}\) )?\S{1,300}\.exs?:\d{1,7}/.test(line);
  return isFrame && !isForeign.test(line) ? projectPlace(line.replace(/\(.{1,60}?\) /, '')) : null;
}
