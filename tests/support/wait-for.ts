import { setTimeout as sleep } from 'node:timers/promises';

/** Each question costs the stack under test some of its time, so one that is not answered soon is asked less often. */
const pollMs = 50;
const patientPollMs = 250;
const patientAfterMs = 2_000;

/**
 * On a machine whose disk is slow and cold the editor's start alone takes a minute, and where others take its processor all
 * takes several times as long. Only a failing test waits so long.
 */
export const patienceMs = 300_000;

/**
 * Asks again and again until the answer is neither undefined, null nor false.
 *
 * @param what completes "There was no ... in time", for the error of a test that is about to fail
 */
export async function waitFor<Answer>(
  what: string,
  question: () => Promise<Answer | undefined | null | false>,
  timeoutMs = patienceMs,
): Promise<Answer> {
  const startedAtMs = Date.now();
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    const passedMs = Date.now() - startedAtMs;
    if (passedMs > timeoutMs) throw new Error(`There was no ${what} within ${timeoutMs / 1_000} s`);
    await sleep(passedMs < patientAfterMs ? pollMs : patientPollMs);
  }
}
