import type { GuardHit } from './guard.ts';

const namesShownMax = 3;

/**
 * Finds tests that passed at the base commit and that nobody runs any more, whatever the diff looks like. In one suite as
 * many new names as missing ones are taken for renamed tests.
 *
 * @param vanished names of tests as the runner says them, suites before their tests
 * @param fresh names that the base commit does not have
 */
export function checkVanishedTests(vanished: readonly string[], fresh: readonly string[]): GuardHit[] {
  const renamed = countBySuite(fresh);
  // Where nothing is new, nothing was numbered anew either.
  const isExcused = (name: string) => fresh.length > 0 && isNumbered(name);
  const missing = Map.groupBy(
    vanished.filter((name) => !isExcused(name)),
    suiteOf,
  );
  const gone = [...missing].flatMap(([suite, names]) => (names.length > (renamed.get(suite) ?? 0) ? names : []));
  if (gone.length === 0) return [];
  const shown = gone.slice(0, namesShownMax).map((name) => `"${name.slice(0, 120)}"`);
  const more = gone.length > shown.length ? ` and ${gone.length - shown.length} more` : '';
  const what = gone.length === 1 ? 'A test that passed before is' : `${gone.length} tests that passed before are`;
  const message = `${what} not run any more: ${shown.join(', ')}${more}.`;
  return [{ guard: 'tamper', path: null, line: null, message }];
}

function countBySuite(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(suiteOf(name), (counts.get(suiteOf(name)) ?? 0) + 1);
  return counts;
}

// Runners number cases that have no name of their own; a new row in a table gives the others another number.
function isNumbered(name: string): boolean {
  return /#\d+\b/.test(name);
}

function suiteOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(' > ')));
}
