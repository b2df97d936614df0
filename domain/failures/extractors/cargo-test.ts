import { type Groups, type View, lookDown, rulesOf } from '../line-rule.ts';
import { readPlace } from '../places.ts';
import { withPlace } from '../refine.ts';

/** cargo test, nextest, zig test. */
export const cargoTestRules = rulesOf('cargo test', 'test_fail', [
  {
    name: 'rust-test',
    cue: '... failed',
    pattern: /^test (?<test>.{1,300}?)(?: - should panic)? \.\.\. FAILED$/,
    refine: decideRustTest,
  },
  {
    name: 'rust-test-block',
    cue: [' stdout ----'],
    weight: 68,
    pattern: /^---- (?<test>\S.{0,300}) stdout ----$/,
    refine: (groups, view) => ({
      groups: { ...groups, ...lookDown(view, 6, (line) => panicked.exec(line)?.groups ?? null) },
    }),
  },
  {
    name: 'nextest',
    cue: [' fail [', ' sigabrt [', ' timeout ['],
    weight: 69,
    pattern:
      /^\s{1,16}(?:TRY \d FAIL|FAIL|SIGABRT|SIGSEGV|TIMEOUT|LEAK-FAIL|FLAKY-FAIL) \[\s{0,8}>?\s?[\d.]{1,12}s\] (?:\(\s{0,4}\d{1,5}\/\d{1,5}\) )?(?:\S{1,100}(?:::\S{1,60})? )(?<test>\S{1,300})$/,
    refine: decideNextest,
  },
  {
    name: 'zig-test',
    cue: ["' failed", '...fail'],
    weight: 82,
    pattern:
      /^(?:(?:run test: )?error: '(?<test>[^']{1,200})' (?:failed|leaked)|\d{1,5}\/\d{1,5} (?<test2>.{1,200}?)\.\.\. ?FAIL)/,
    refine: decideZig,
  },
]);

const panicked = /panicked at (?:.{0,200}, )?(?<file>[^\s:']{1,300}\.rs):(?<line>\d{1,7}):(?<column>\d{1,7})/;

function decideRustTest(groups: Groups, view: View) {
  const name = groups['test'] ?? '';
  const from = view.lines.findIndex((line) => line === `---- ${name} stdout ----`);
  const place =
    from === -1
      ? null
      : lookDown(
          { ...view, at: from },
          30,
          (line) => panicked.exec(line)?.groups ?? (/^---- .{1,300} stdout ----$/.test(line) ? {} : null),
        );
  return { groups: { ...groups, ...place } };
}

function decideNextest(groups: Groups, view: View) {
  const place = lookDown(view, 40, (line) => panicked.exec(line)?.groups ?? null);
  return /TRY \d FAIL/.test(view.lines[view.at] ?? '') ? null : { groups: { ...groups, ...place } };
}

function decideZig(groups: Groups, view: View) {
  const place = lookDown(view, 20, (line) =>
    /^\S.{0,300}\.zig:\d{1,7}:\d{1,7}: 0x/.test(line) && !/[\\/]lib[\\/](?:zig[\\/])?std[\\/]/.test(line)
      ? readPlace(line)
      : null,
  );
  return { groups: { ...withPlace(groups, place), test: groups['test'] ?? groups['test2'] } };
}
