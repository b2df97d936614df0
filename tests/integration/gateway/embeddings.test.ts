import { describe, expect, it } from 'vitest';

import { failureOf } from '../../support/gateway-tests.ts';
import { setUpWireTests } from '../../support/wire/wire-tests.ts';

const test = setUpWireTests();

const texts = ['One.', 'Another one.'];
/** As the server makes them: the place of the text and its length. */
const vectors = [
  [0, 4],
  [1, 12],
];

const scope = (workOrderId: string | null) => ({ workOrderId, attempt: 1, step: 'learn', costCapUsdMicros: 1_000_000 });

describe('vectors', () => {
  it('of OpenAI come one per text, are paid by its count, and stand in the ledger', async () => {
    const { workOrderId } = test;
    const request = { scope: scope(workOrderId), model: 'text-embedding-3-large', texts };
    expect(await test.gateway().embed(request)).toMatchObject({ vectors, costUsdMicros: 2 });
    expect(test.server.embeddings).toMatchObject([
      { path: '/v1/embeddings', body: { model: 'text-embedding-3-large', input: texts } },
    ]);
    // 12 tokens at $0.13 per million, rounded up; reserved were 16 bytes.
    expect(await test.ledgerRows()).toMatchObject([
      {
        operation: 'embed',
        state: 'settled',
        costUsdMicros: 2n,
        reservedUsdMicros: 3n,
        inputTokens: 12,
        outputTokens: 0,
      },
    ]);
    expect(await test.storedAnswers()).toBe(0);
  });

  it('of Ollama cost nothing, and are asked for without cutting a text silently', async () => {
    const request = { scope: scope(test.workOrderId), model: 'ollama/nomic-embed-text', texts };
    expect(await test.gateway().embed(request)).toMatchObject({ vectors, costUsdMicros: 0 });
    expect(test.server.embeddings).toMatchObject([
      { path: '/api/embed', body: { model: 'nomic-embed-text', input: texts, truncate: false } },
    ]);
  });

  it('can belong to no order, and count in the day all the same', async () => {
    const before = await test.today();
    await test.gateway().embed({ scope: scope(null), model: 'text-embedding-3-large', texts });
    expect((await test.today()).settledUsdMicros).toBe(before.settledUsdMicros + 2);
  });

  it.each([
    { who: 'an order without the money for them', costCapUsdMicros: 2, code: 'budget-exceeded' },
    { who: 'a model that nobody knows', model: 'text-embedding-4', code: 'no-model' },
    { who: 'a model that makes none', model: 'gpt-5.6', code: 'no-model' },
  ])('are refused to $who', async ({ costCapUsdMicros = 1_000_000, model = 'text-embedding-3-large', code }) => {
    const request = { scope: { ...scope(test.workOrderId), costCapUsdMicros }, model, texts };
    expect(await failureOf(test.gateway().embed(request))).toMatchObject({ code });
    expect(test.server.embeddings).toEqual([]);
  });
});
