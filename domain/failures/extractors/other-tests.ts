import { lookDown, lookUp, rulesOf, standsNear, type Groups } from '../line-rule.ts';
import { isProjectFile, readPlace } from '../places.ts';
import { isNoTest } from './failed-lists.ts';
import { withPlace } from '../refine.ts';

/** R, Lua, Clojure, Julia, PowerShell, Erlang, Stryker, Elm, Solidity, Rego. */
export const otherTestsRules = rulesOf(null, 'test_fail', [
  {
    name: 'testthat',
    cue: ['── failure', '── error', 'failure (', 'error ('],
    pattern:
      /^(?:── )?(?:\d{1,4}\. )?(?:Failure|Error) \(['‘]?(?<file>[^\s:'’]{1,200}):(?<line>\d{1,7})(?::(?<column>\d{1,7}))?['’]?\): (?<test>.{1,200}?)(?: ─{1,200})?$/,
  },
  {
    name: 'busted',
    cue: ['failure → ', 'error → ', 'failure -> ', 'error -> '],
    pattern: /^(?:Failure|Error) (?:→|->) (?<file>\S{1,300}) @ (?<line>\d{1,7})$/,
    refine: (groups, view) => {
      const test = view.lines[view.at + 1]?.trim();
      const place = lookDown(
        view,
        3,
        (line) => /^(?<file>[^\s:]{1,300}):(?<line>\d{1,7}): /.exec(line)?.groups ?? null,
      );
      return { groups: { ...groups, ...place, test } };
    },
  },
  {
    name: 'clojure-test',
    cue: ['fail in (', 'error in ('],
    pattern: /^(?:FAIL|ERROR) in \((?<test>[\w.?!*+<>=/-]{1,200})\)(?: \((?<file>[^\s:)]{1,200}):(?<line>\d{1,7})\))?/,
    // An exception names the line of the language that threw it.
    refine: (groups, view) => {
      const isOwn = /\.clj[cs]?$/.test(groups['file'] ?? '');
      const frame = isOwn ? null : lookDown(view, 40, clojureFrame);
      return { groups: frame === null ? groups : { ...groups, ...frame } };
    },
  },
  {
    name: 'julia-test',
    cue: ['test failed at', 'error during test at'],
    pattern: /^(?<test>.{1,200}?): (?:Test Failed|Error During Test) at (?<file>[^\s:]{1,300}):(?<line>\d{1,7})$/,
  },
  {
    name: 'pester',
    cue: ['[-]'],
    pattern: /^\s{0,20}\[-\](?: |(?=\S))(?<test>(?!Timeout|Timed out).{1,300}?)(?: \d{1,9}m?s(?: \(.{1,40}\))?)?$/,
    refine: (groups, view) => ({
      groups: withPlace(
        groups,
        lookDown(view, 6, (line) => (/\.ps1:\d/.test(line) ? readPlace(line) : null)),
      ),
    }),
  },
  {
    name: 'eunit',
    cue: ['*failed*', '*timed out*'],
    pattern:
      /^\s{0,20}(?:\S{1,100}: )?(?<test>\w{1,100}:(?:\d{1,6}: )?\w{1,100}|(?<=: )\w{1,100})(?: ?\(.{1,100}\))?(?:\.{3}| ).{0,40}\*(?:failed|timed out)\*/,
  },
  {
    name: 'common-test',
    cue: ['_suite ==> '],
    weight: 69,
    pattern: /^%{3} (?<test>\w{1,100}_SUITE ==> \w{1,100}): FAILED$/,
  },
  {
    name: 'gut',
    cue: ['failed]: ', 'failed: '],
    weight: 72,
    pattern: /^\s{2,12}\[?(?:FAILED|Failed)\]?: {1,4}(?<message>.{1,300})$/,
    refine: (groups, view) => {
      const test = lookUp(view, 12, (line) => /^\* (?<name>test_\w{1,200})$/.exec(line)?.groups?.['name'] ?? null);
      if (test === null) return null;
      const file = lookUp(
        view,
        400,
        (line) => /\bres:\/\/(?<file>\S{1,300}\.gd)\b/.exec(line)?.groups?.['file'] ?? null,
      );
      const line = lookDown(
        view,
        3,
        (below) => /^\s{2,12}at line (?<line>\d{1,7})/.exec(below)?.groups?.['line'] ?? null,
      );
      return { groups: { ...groups, test, file: file ?? undefined, line: line ?? undefined } };
    },
  },
  {
    name: 'detox',
    cue: [' [fail]'],
    weight: 69,
    pattern: /\bdetox\[\d{1,8}\] INFO: {1,4}(?<test>\S.{1,300}) \[FAIL\]$/,
  },
  {
    name: 'rebar-eunit',
    cue: [') '],
    weight: 68,
    pattern: /^\s{2}\d{1,4}\) (?<test>\w{1,80}(?::|\.)\w{1,100})\/\d/,
    refine: (groups, view) => {
      // The formatter of terms breaks a place into two lines.
      for (let at = view.at + 1; at < view.at + 30; at += 1) {
        const file = /^\s{1,120}"(?<file>[^"]{1,300}\.erl)"\},$/.exec(view.lines[at] ?? '')?.groups?.['file'];
        const line = /^\s{1,120}\{line,(?<line>\d{1,7})\}/.exec(view.lines[at + 1] ?? '')?.groups?.['line'];
        if (file !== undefined && line !== undefined && isProjectFile(file))
          return { groups: { ...groups, file, line } };
      }
      return { groups };
    },
  },
  {
    name: 'stryker',
    cue: ['failed in the initial test run:'],
    weight: 66,
    pattern: /\bOne or more tests failed in the initial test run:$/,
    // A name with one tab before it, and with two what went wrong in it.
    refine: (groups, { lines, at }) => {
      const below = lines.slice(at + 1, at + 400);
      const end = below.findIndex((line) => !line.startsWith('\t'));
      const names = below.slice(0, end === -1 ? undefined : end).filter((line) => /^\t\S/.test(line));
      return names.length === 0 ? null : { groups: { ...groups, test: names.map((name) => name.trim()).join('\n') } };
    },
  },
  {
    name: 'elm-test',
    cue: ['✗ '],
    weight: 66,
    pattern: /^✗ (?![Bb]uild |[Cc]ompil|[Ee]rror|Broken )(?<test>.{1,300})$/,
    refine: (groups) => (isNoTest(groups['test'] ?? '') ? null : { groups }),
  },
  {
    name: 'foundry',
    cue: ['[fail'],
    pattern: /^\[FAIL(?:[:.] (?<message>.{1,200}?))?\] (?<test>\w{1,100}\([^)]{0,100}\))/,
  },
  { name: 'opa-test', cue: [': fail (', ': error ('], pattern: /^(?<test>data\.[\w.]{1,200}): (?:FAIL|ERROR) \(/ },
  {
    name: 'helm-unittest',
    cue: ['- asserts['],
    weight: 72,
    pattern: /^\s{1,8}- asserts\[\d{1,4}\] .{1,80} fail$/,
    refine: (groups, view) => {
      const test = lookUp(
        view,
        6,
        (line) => /^\s{1,4}- (?!asserts\[)(?<name>\S.{0,300})$/.exec(line)?.groups?.['name'] ?? null,
      );
      if (test === null) return null;
      const file = lookUp(
        view,
        200,
        (line) => /^ FAIL {2}.{1,200}\t(?<file>\S{1,300})$/.exec(line)?.groups?.['file'] ?? null,
      );
      return { groups: { ...groups, test, file: file ?? undefined } };
    },
  },
  {
    name: 'testthat-list',
    cue: ['. error: ', '. failure: ', '. failure (', '. error ('],
    weight: 68,
    pattern:
      /^\s{0,4}\d{1,4}\. (?:Error|Failure)(?: \((?:at |@)(?<file2>[^\s#]{1,200})#(?<line2>\d{1,7})\))?: (?<test>\S.{1,200}?)(?: \(@(?<file>[^\s#]{1,200})#(?<line>\d{1,7})\))?$/,
    refine: (groups, view) =>
      standsNear(view, { up: 400, down: 20 }, (line) => /testthat|SKIPPED: \d/.test(line))
        ? { groups: { ...groups, file: groups['file'] ?? groups['file2'], line: groups['line'] ?? groups['line2'] } }
        : null,
  },
]);

function clojureFrame(line: string): Groups | null {
  return (
    /^\s{1,8}(?:at )?(?!clojure\.)[\w.$]{1,200} \((?<file>\w{1,100}\.clj[cs]?):(?<line>\d{1,7})\)$/.exec(line)
      ?.groups ?? null
  );
}
