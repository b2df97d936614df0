import type { Say } from '../schema-changes/session.ts';

const everyMs = 2_000;

/** Says how far something is, at most once in two seconds; what is done sooner stays silent. */
export function createProgress(say: Say | undefined): (sentence: () => string) => void {
  let saidAtMs = Date.now();
  return (sentence) => {
    if (say === undefined || Date.now() - saidAtMs < everyMs) return;
    saidAtMs = Date.now();
    say(sentence());
  };
}
