import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import { createRedactor } from '../../domain/text/redact.ts';
import { redactFailures } from '../../worker/redact-failures.ts';

const secret = 'known-value-of-a-key-1';
const redact = createRedactor([secret]);

/** What an activity failed with. */
async function failureOf(error: unknown): Promise<unknown> {
  const activities = redactFailures({ fail: () => Promise.reject(error as Error) }, redact);
  return activities.fail().catch((thrown: unknown) => thrown);
}

describe('the failure of an activity', () => {
  it('has no secret in message, stack and causes, and is the same failure', async () => {
    const inner = new Error(`inner ${secret}`);
    const error = ApplicationFailure.create({ message: `outer ${secret}`, type: 'git-failed', cause: inner });
    const thrown = await failureOf(error);
    expect(thrown).toBe(error);
    expect(error).toMatchObject({ message: 'outer [redacted]', type: 'git-failed' });
    expect([error.stack, inner.message, inner.stack].join('\n')).not.toContain(secret);
  });

  it('ends also where a cause is its own cause, or no error at all', async () => {
    const round = new Error(secret);
    round.cause = round;
    expect(await failureOf(round)).toMatchObject({ message: '[redacted]' });
    expect(await failureOf('a text')).toBe('a text');
  });

  it('is none where there was none: the result is passed on', async () => {
    const activities = redactFailures({ work: async (input: { a: number }) => input }, redact);
    const given = { a: 1 };
    expect(await activities.work(given)).toBe(given);
  });
});
