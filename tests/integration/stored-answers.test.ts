import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { parseEncryptionKeys, type EncryptionKeys } from '../../platform/crypto.ts';
import { createAnswerKeeping, createModelCallRepository } from '../../prisma/repositories/model-calls.ts';
import { failureOf, setUpGatewayTests } from '../support/gateway-tests.ts';
import { testAnswerKeeping } from '../support/operator.ts';

const newKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const first = newKey('first');
const second = newKey('second');
const words = 'What the model said of the code.';

const test = setUpGatewayTests();

/** A gateway of another process each time: nothing is remembered but what is stored. */
function ask(keys: EncryptionKeys | null) {
  const ledger = createModelCallRepository(test.database, createAnswerKeeping(keys));
  const scope = { workOrderId: test.workOrderId, attempt: 1, step: 'plan', costCapUsdMicros: 5_000_000 };
  const messages = [{ role: 'user' as const, content: 'What do you think?' }];
  return test.gateway({ ledger }).generate({ scope, model: 'gpt-5.4-mini', messages });
}

const storedAnswers = () => test.database.modelAnswer.findMany({ where: { workOrderId: test.workOrderId } });

describe('an answer that was paid', () => {
  it('is stored encrypted, and given again to the next process without being paid again', async () => {
    test.reply = () => ({ text: words });
    const keys = parseEncryptionKeys(first);
    expect(await ask(keys)).toMatchObject({ text: words, repeated: false });
    const [row, ...others] = await storedAnswers();
    expect(others).toEqual([]);
    expect(row?.answer).toEqual({ encrypted: expect.stringMatching(/^first:[A-Za-z0-9+/=]+$/) as string });
    expect(await ask(keys)).toMatchObject({ text: words, repeated: true, costUsdMicros: 0 });
    expect(test.provider.calls).toHaveLength(1);
  });

  it('is still known after a rotation, and without its key the error names it', async () => {
    test.reply = () => ({ text: words });
    await ask(parseEncryptionKeys(first));
    expect(await ask(parseEncryptionKeys(`${second},${first}`))).toMatchObject({ text: words, repeated: true });
    for (const keys of [parseEncryptionKeys(second), null]) {
      expect(await failureOf(ask(keys))).toMatchObject({
        code: 'internal-error',
        message: expect.stringContaining('the key "first", which RATCHET_ENCRYPTION_KEYS does not have') as string,
      });
    }
    expect(test.provider.calls).toHaveLength(1);
  });

  it('can be opened nowhere but where it belongs', async () => {
    test.reply = () => ({ text: words });
    const keys = parseEncryptionKeys(first);
    await ask(keys);
    await test.database.modelAnswer.updateMany({ where: { workOrderId: test.workOrderId }, data: { attempt: 2 } });
    const ledger = createModelCallRepository(test.database, createAnswerKeeping(keys));
    const { promptHash } = (await storedAnswers())[0]!;
    const moved = ledger.storedAnswer({ workOrderId: test.workOrderId, attempt: 2, step: 'plan', promptHash });
    expect(await failureOf(moved)).toMatchObject({ message: expect.stringContaining("can't be opened") as string });
  });

  it('is not stored at all without keys, so it is paid again', async () => {
    test.reply = () => ({ text: words });
    await ask(null);
    expect(await storedAnswers()).toEqual([]);
    expect(await ask(null)).toMatchObject({ text: words, repeated: false });
    expect(test.provider.calls).toHaveLength(2);
    expect(await test.ledgerRows()).toMatchObject([{ state: 'settled' }, { state: 'settled' }]);
  });

  it('is read as it is when an older version stored it', async () => {
    test.reply = () => ({ text: words });
    await test.gateway().generate({
      scope: { workOrderId: test.workOrderId, attempt: 1, step: 'plan', costCapUsdMicros: 5_000_000 },
      model: 'gpt-5.4-mini',
      messages: [{ role: 'user', content: 'What do you think?' }],
    });
    const [row] = await storedAnswers();
    const answer = testAnswerKeeping.fromStored(row!.answer, row!) as { text: string };
    expect(answer.text).toBe(words);
    await test.database.modelAnswer.updateMany({ where: { workOrderId: test.workOrderId }, data: { answer } });
    expect(await ask(parseEncryptionKeys(first))).toMatchObject({ text: words, repeated: true });
  });
});
